"""Worker processes for queries: quick ones at once, long ones aside and not many at a time, endless ones killed.

A query starts on an idle worker. Past ``QUICK`` seconds its worker is put aside: it goes on with less of the processor,
counts as one of at most ``SLOW`` long queries, and a fresh worker takes its place. Past ``limit`` seconds it is
killed. So cheap queries never wait behind long ones, and no answer is cut: a query has all of it or an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rareearth.problems import RareEarthError
from rareearth.server.worker import frame

QUICK = 0.25  # seconds after which a query is a long one
WORKERS = 3  # idle or quick ones
SLOW = 2  # long ones at a time
WAITING = 64  # queries that may wait for a worker


class Refused(RareEarthError):  # noqa: N818 - it is an answer, not a fault
    """A query that got no answer, with the HTTP status that says why; ``retry`` is in seconds."""

    def __init__(self, status: int, message: str, retry: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry = retry


@dataclass
class Pool:
    """Workers over the store of one build folder."""

    folder: Path
    limit: float
    idle: asyncio.Queue[Process] = field(default_factory=asyncio.Queue)
    alive: set[Process] = field(default_factory=set)
    starting: set[asyncio.Task[None]] = field(default_factory=set)
    slow: int = 0
    waiting: int = 0
    closed: bool = False

    async def open(self) -> None:
        """Start the workers and wait for the first. Raises RareEarthError when it cannot read the store."""
        await self._start()
        for _ in range(WORKERS - 1):
            self._replace()

    async def close(self) -> None:
        """End every worker, whatever it is doing."""
        self.closed = True
        for task in self.starting:
            task.cancel()
        for worker in list(self.alive):
            await self._end(worker)

    async def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The head and body of the answer to a request (see :mod:`worker`). Raises Refused."""
        if self.waiting >= WAITING:
            raise Refused(503, "too many queries at a time; try again soon", retry=1)
        self.waiting += 1
        try:
            worker = await asyncio.wait_for(self.idle.get(), self.limit)
        except TimeoutError:
            raise Refused(503, "all workers are busy; try again soon", retry=2) from None
        finally:
            self.waiting -= 1
        kept = False
        try:
            answer = asyncio.ensure_future(_exchange(worker, request))
            done, _ = await asyncio.wait([answer], timeout=QUICK)
            if done:
                result = answer.result()
                kept = True
                return result
            return await self._aside(worker, answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Refused(507, "the query ended its worker; it may need more memory than there is") from None
        finally:
            if kept and not self.closed:
                self.idle.put_nowait(worker)
            else:
                await self._end(worker)

    async def _aside(
        self, worker: Process, answer: asyncio.Future[tuple[dict[str, Any], bytes]]
    ) -> tuple[dict[str, Any], bytes]:
        """Let a long query go on beside the quick ones."""
        self._replace()
        if self.slow >= SLOW:
            answer.cancel()
            raise Refused(503, f"{SLOW} long queries are at work already; try again later", retry=5)
        self.slow += 1
        try:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, 10)
            return await asyncio.wait_for(answer, self.limit - QUICK)
        except TimeoutError:
            raise Refused(504, f"the query took longer than {self.limit:g} seconds") from None
        finally:
            self.slow -= 1

    def _replace(self) -> None:
        if not self.closed:
            task = asyncio.ensure_future(self._start())
            self.starting.add(task)
            task.add_done_callback(self.starting.discard)

    async def _start(self) -> None:
        module = "rareearth.server.worker"
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, str(self.folder), stdin=PIPE, stdout=PIPE
        )
        self.alive.add(worker)
        try:
            await _read(worker)
        except asyncio.IncompleteReadError:
            await self._end(worker)
            raise RareEarthError(f"{self.folder}: a worker could not read the store; run `rareearth build`") from None
        self.idle.put_nowait(worker)

    async def _end(self, worker: Process) -> None:
        self.alive.discard(worker)
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


async def _exchange(worker: Process, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    assert worker.stdin is not None  # noqa: S101 - it was made with a pipe
    worker.stdin.write(frame(request, b""))
    await worker.stdin.drain()
    return await _read(worker)


async def _read(worker: Process) -> tuple[dict[str, Any], bytes]:
    assert worker.stdout is not None  # noqa: S101
    head, body = struct.unpack(">II", await worker.stdout.readexactly(8))
    return json.loads(await worker.stdout.readexactly(head)), await worker.stdout.readexactly(body)
