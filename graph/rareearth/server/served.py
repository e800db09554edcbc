"""The build that is served: its workers, its cached responses, and the change to a new build."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from rareearth import paths
from rareearth.errors import EndedError, MessageError, NoBuildError, RareEarthError, RefusedError
from rareearth.server import explorer_process, messages
from rareearth.server.pool import Pool
from rareearth.server.response_cache import ResponseCache
from rareearth.store import oxigraph

R = TypeVar("R", bound=messages.Reply)
LOG = logging.getLogger("rareearth.server")


@dataclass
class Served:
    """What is served: a build folder, the pool over its store, and the cached responses."""

    folder: Path
    timeout: float
    max_rows: int
    texts: Path | None
    pool: Pool | None = None
    mark: tuple[int, int] = (0, 0)
    explorer: asyncio.Task[bytes] | None = None
    cache: ResponseCache = field(default_factory=ResponseCache)
    closing: set[asyncio.Task[None]] = field(default_factory=set)
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self) -> None:
        """Change to a new build, or replace a pool that has died. Raises RareEarthError when there is no build."""
        async with self.refreshing:
            mark = _mark(self.folder)
            if self.pool is not None and self.pool.alive and mark == self.mark:
                return
            fresh = Pool(self.folder, self.timeout)
            await fresh.open()
            old, self.pool, self.mark, self.explorer, self.cache = self.pool, fresh, mark, None, ResponseCache()
            if old is not None:
                what = "a new build is served" if old.alive else "the workers had ended and were replaced"
                LOG.info("%s: %s", what, oxigraph.manifest(self.folder)["sha256"][:16])
                task = asyncio.ensure_future(old.drain())
                self.closing.add(task)
                task.add_done_callback(self.closing.discard)

    async def watch(self) -> None:
        """Look for a new build every second, until cancelled."""
        while True:
            await asyncio.sleep(1)
            try:
                await self.refresh()
            except Exception as error:  # whatever it is, the last build stays in service until there is a new one
                LOG.warning("%s", error, exc_info=not isinstance(error, RareEarthError | OSError))

    async def close(self) -> None:
        """End every process."""
        tasks = [*self.closing, *([self.explorer] if self.explorer is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.pool is not None:
            await self.pool.close()

    async def ask(self, request: messages.Request, expected: type[R]) -> R:
        """A worker's reply, of the expected type. Raises RefusedError for an messages.ErrorReply."""
        if self.pool is None:
            raise RefusedError(503, "the server is starting", retry=1)
        try:
            reply = await self.pool.ask(request)
        except EndedError:  # there was no reply, and a request changes nothing: repeat it
            await self.refresh()
            reply = await self.pool.ask(request)
        except asyncio.CancelledError:  # the grace period is over
            raise RefusedError(503, "the server is stopping", retry=5) from None
        if isinstance(reply, messages.ErrorReply):
            raise RefusedError(reply.status, reply.message)
        if not isinstance(reply, expected):
            raise MessageError(f"a worker replied with a {type(reply).__name__}; expected a {expected.__name__}")
        return reply

    async def page(self) -> bytes:
        """The explorer page of the build, written once. Raises RareEarthError."""
        if self.explorer is None or (self.explorer.done() and self.explorer.exception()):
            self.explorer = asyncio.ensure_future(explorer_process.page(self.folder, self.texts))
        return await asyncio.shield(self.explorer)


def _mark(folder: Path) -> tuple[int, int]:
    """What changes with a build."""
    try:
        found = (folder / oxigraph.MANIFEST).stat()
    except FileNotFoundError as error:
        raise NoBuildError(f"{paths.display(folder)}: there is no build here; make one") from error
    return found.st_mtime_ns, found.st_ino
