"""The build that is served: its workers, its cached responses, and the change to a new build."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeVar

from rareearth import paths
from rareearth.errors import EndedError, MessageError, NoBuildError, RareEarthError, RefusedError
from rareearth.server import messages
from rareearth.server.clients import Budget
from rareearth.server.pool import Pool
from rareearth.server.response_cache import ResponseCache
from rareearth.store import folder as folders

R = TypeVar("R", bound=messages.Reply)
_Mark: TypeAlias = tuple[int, int, int]
_GONE: _Mark = (0, 0, 0)  # where there is no build
MAX_BODIES = 64 << 20  # bytes of requests that wait, a quarter of them of one client
LOG = logging.getLogger("rareearth.server")


@dataclass
class Served:
    """What is served: a build folder, the pool over its store, the files for download, and the cached responses.

    All is taken when a build is taken over, so it stays in service when the folder is moved, removed or damaged.
    """

    folder: Path
    timeout: float
    max_rows: int
    texts: Path | None
    pool: Pool | None = None
    mark: _Mark = _GONE
    files: dict[str, IO[bytes]] = field(default_factory=dict)
    explorer: asyncio.Task[bytes] | None = None
    cache: ResponseCache = field(default_factory=ResponseCache)
    bodies: Budget = field(default_factory=lambda: Budget(total=MAX_BODIES, of_client=MAX_BODIES // 4))
    closing: set[asyncio.Task[None]] = field(default_factory=set)
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)
    refused: _Mark | None = None

    async def refresh(self) -> None:
        """Change to a new build, or replace a pool that has died. Raises RareEarthError when there is no build."""
        async with self.refreshing:
            alive = self.pool is not None and self.pool.alive
            mark = _mark(self.folder)
            if alive and mark in (self.mark, self.refused):
                return
            self.refused = mark  # until it has been taken over, so that a faulty one is tried once
            if mark == _GONE:
                raise NoBuildError(f"{paths.display(self.folder)}: there is no build here; make one", self.folder)
            fresh = Pool(self.folder, self.timeout, self.texts)
            listed = folders.manifest(self.folder)
            await fresh.open()
            files = await asyncio.to_thread(_files, self.folder, listed)
            old, self.pool, self.mark, self.explorer, self.cache = self.pool, fresh, mark, None, ResponseCache()
            old_files, self.files, self.refused = self.files, files, None
            if old is not None:
                what = "a new build is served" if old.alive else "the workers had ended and were replaced"
                LOG.info("%s: %s", what, listed["sha256"][:16])
                task = asyncio.ensure_future(_end(old, old_files))
                self.closing.add(task)
                task.add_done_callback(self.closing.discard)

    async def watch(self) -> None:
        """Look for a new build every second, until cancelled."""
        while True:
            await asyncio.sleep(1)
            try:
                await self.refresh()
            except Exception as error:  # whatever it is, the last build stays in service until there is a new one
                shown = isinstance(error, RareEarthError | OSError)
                LOG.warning("%s; the last build stays in service", error, exc_info=not shown)

    async def close(self) -> None:
        """End every process."""
        tasks = [*self.closing, *([self.explorer] if self.explorer is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.pool is not None:
            await self.pool.close()
        for file in self.files.values():
            file.close()

    async def ask(self, request: messages.Request, expected: type[R], client: str = "") -> R:
        """A worker's reply to a client, of the expected type. Raises RefusedError for a messages.ErrorReply."""
        if self.pool is None:
            raise RefusedError(503, "the server is starting", retry=1)
        try:
            reply = await self.pool.ask(request, client)
        except EndedError:  # there was no reply, and a request changes nothing: repeat it
            await self.refresh()
            reply = await self.pool.ask(request, client)
        except asyncio.CancelledError:  # the grace period is over, or the client has gone
            raise RefusedError(503, "the server is stopping", retry=5) from None
        if isinstance(reply, messages.ErrorReply):
            raise RefusedError(reply.status, reply.message, close=reply.close)
        if not isinstance(reply, expected):
            raise MessageError(f"a worker replied with a {type(reply).__name__}; expected a {expected.__name__}")
        return reply

    async def page(self) -> bytes:
        """The explorer page of the build, written once. Raises RareEarthError."""
        if self.pool is None:
            raise RefusedError(503, "the server is starting", retry=1)
        if self.explorer is None or (self.explorer.done() and self.explorer.exception()):
            self.explorer = asyncio.ensure_future(self.pool.page(self.texts))
        return await asyncio.shield(self.explorer)

    def file(self, name: str) -> bytes:
        """A file of the build. Raises RefusedError when the build has none of that name, or it has been changed."""
        if name not in self.files:
            raise RefusedError(404, f"this build has no {name} as it was built")
        handle = self.files[name].fileno()
        return os.pread(handle, os.fstat(handle).st_size, 0)


def _mark(folder: Path) -> _Mark:
    """What changes with a build."""
    try:
        found = (folder / folders.MANIFEST).stat()
    except OSError:
        return _GONE
    return found.st_mtime_ns, found.st_ino, found.st_size


def _files(folder: Path, listed: dict[str, Any]) -> dict[str, IO[bytes]]:
    """The files of a build, opened, but for those that are not as they were built."""
    changed = folders.changed(folder, listed)
    for name in changed:
        LOG.warning("%s: not as built, so it is not served; build again", paths.display(folder / name))
    found: dict[str, IO[bytes]] = {}
    for name in listed["files"].keys() - set(changed):
        with contextlib.suppress(OSError):
            found[name] = (folder / name).open("rb")
    return found


async def _end(pool: Pool, files: dict[str, IO[bytes]]) -> None:
    """Let a build go when its requests are done."""
    try:
        await pool.drain()
    finally:
        for file in files.values():
            file.close()
