"""Workers for queries: quick ones at once, long ones aside and few at a time, endless ones killed.

A query starts on an idle worker. Past ``QUICK`` seconds it is a long one: its worker is put aside, goes on with less
of the processor once one of ``LONG`` places is free, and stands still until then, while a fresh worker takes its place
among the quick. Past its limit it is killed. A query that was long once is long from the start. So cheap queries
never wait behind long ones, and no answer is cut: a query has all of its answer or an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

from rareearth.problems import RareEarthError
from rareearth.server.frames import Frame, frame, parsed
from rareearth.server.worker import COMMAND, FORK, KILL, PROCESS

QUICK = 0.1  # seconds after which a query is a long one
WORKERS = 4  # that wait for a query
LONG = 2  # long queries that go on at a time
ASIDE = 8  # long queries that may wait for that
WAITING = 64  # queries that may wait for a worker
REMEMBERED = 1024  # queries that were long


class RefusedError(RareEarthError):
    """A query that got no answer, with the HTTP status that says why; ``retry`` is in seconds."""

    def __init__(self, status: int, message: str, retry: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry = retry


class Worker(asyncio.Protocol):
    """A process and the connection to it, over which one request at a time is answered."""

    def __init__(self, process: int) -> None:
        self.process = process
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Frame] | None = None
        self._received = bytearray()

    def ask(self, request: bytes) -> asyncio.Future[Frame]:
        """Send a frame; the answer comes as a future, which fails with ConnectionError when the process ends."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            self.connection_lost(None)
        else:
            self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Close the connection: an idle worker then ends by itself."""
        if self._transport is not None:
            self._transport.abort()

    def signal(self, number: int) -> None:
        """Send it a signal; its id is its own until the template is told to reap it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, number)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Gather a frame, and give it as the answer when it is whole."""
        self._received += data
        if (found := parsed(self._received)) and self._answer is not None and not self._answer.done():
            self._received = bytearray()
            self._answer.set_result(found)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell whoever waits that no answer will come."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the worker has ended"))


class Pool:
    """Workers over the store of one build folder."""

    def __init__(self, folder: Path, limit: float) -> None:
        self.folder, self.limit = folder, limit
        self.busy = 0  # queries that have no answer yet
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # the last one is the warmest
        self._waiting = self._aside = 0
        self._places = asyncio.Semaphore(LONG)
        self._long: OrderedDict[bytes, None] = OrderedDict()
        self._fork = asyncio.Lock()
        self._forking: set[asyncio.Task[None]] = set()
        self._template: Process | None = None
        self._commands: socket.socket | None = None

    async def open(self) -> None:
        """Start the template and the workers. Raises RareEarthError when the store cannot be read."""
        self._commands, theirs = socket.socketpair()
        self._commands.setblocking(False)
        command = (sys.executable, "-m", "rareearth.server.worker", str(self.folder))
        self._template = await asyncio.create_subprocess_exec(*command, stdin=theirs.fileno(), start_new_session=True)
        theirs.close()
        if not await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size):
            await self.close()
            raise RareEarthError(f"{self.folder}: the store cannot be read; run `rareearth build`")
        for _ in range(WORKERS):
            await self._start()

    async def close(self) -> None:
        """End the template, and with it every worker, whatever it is doing."""
        template, self._template = self._template, None
        for task in self._forking:
            task.cancel()
        while not self._idle.empty():
            self._idle.get_nowait().close()
        if template is not None:
            with contextlib.suppress(ProcessLookupError):
                template.kill()
            await template.wait()
        if self._commands is not None:
            self._commands.close()

    async def drained(self) -> None:
        """Wait until no query is at work, then close."""
        while self.busy:
            await asyncio.sleep(0.05)
        await self.close()

    @property
    def alive(self) -> bool:
        """Whether new workers can be had."""
        return self._template is not None and self._template.returncode is None

    async def ask(self, request: dict[str, Any]) -> Frame:
        """The head and body of the answer to a request (see :func:`worker.answer`). Raises RefusedError."""
        sent = frame({**request, "seconds": self.limit})
        mark = hashlib.sha256(sent).digest()
        self.busy += 1
        try:
            async with contextlib.AsyncExitStack() as place:
                if mark in self._long:
                    await place.enter_async_context(self._place())
                return await self._asked(sent, mark, place)
        except ConnectionError:
            raise RefusedError(507, "the query ended its worker: it needs more memory than it may have") from None
        finally:
            self.busy -= 1

    async def _asked(self, sent: bytes, mark: bytes, place: contextlib.AsyncExitStack) -> Frame:
        worker = await self._free()
        asked = worker.ask(sent)
        kept = aside = False
        try:
            if not await _done(asked, QUICK):
                aside = True
                self._start_soon()
                await self._go_on(worker, mark, place)
                if not await _done(asked, self.limit - QUICK):
                    raise RefusedError(504, f"the query took longer than {self.limit:g} seconds")
            answer = asked.result()
            kept = not aside  # one that was put aside has less of the processor for ever
            return answer
        finally:
            if kept:
                self._long.pop(mark, None)
                self._idle.put_nowait(worker)
            else:
                asked.cancel()
                self._end(worker)
                if not aside:
                    self._start_soon()

    async def _go_on(self, worker: Worker, mark: bytes, place: contextlib.AsyncExitStack) -> None:
        """Let a long query stand still until there is a place for it, then go on beside the quick ones."""
        if mark not in self._long:
            self._long[mark] = None
            if len(self._long) > REMEMBERED:
                self._long.popitem(last=False)
            worker.signal(signal.SIGSTOP)
            await place.enter_async_context(self._place())
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, worker.process, 10)
        worker.signal(signal.SIGCONT)

    async def _free(self) -> Worker:
        """An idle worker."""
        with contextlib.suppress(asyncio.QueueEmpty):
            return self._idle.get_nowait()
        if self._waiting >= WAITING:
            raise RefusedError(503, "too many queries at a time; try again soon", retry=1)
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._idle.get(), self.limit)
        except TimeoutError:
            raise RefusedError(503, "all workers are busy; try again soon", retry=2) from None
        finally:
            self._waiting -= 1

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the places for long queries."""
        if self._aside >= ASIDE:
            raise RefusedError(503, "too many long queries at a time; try again later", retry=5)
        self._aside += 1
        try:
            await asyncio.wait_for(self._places.acquire(), self.limit)
        except TimeoutError:
            raise RefusedError(503, "other long queries are at work; try again later", retry=5) from None
        finally:
            self._aside -= 1
        try:
            yield
        finally:
            self._places.release()

    def _start_soon(self) -> None:
        if self.alive:
            task = asyncio.ensure_future(self._start())
            self._forking.add(task)
            task.add_done_callback(self._forking.discard)

    async def _start(self) -> None:
        assert self._commands is not None  # noqa: S101 - the pool is open
        ours, theirs = socket.socketpair()
        async with self._fork:
            socket.send_fds(self._commands, [COMMAND.pack(FORK, 0)], [theirs.fileno()])
            told = await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size)
        theirs.close()
        if not told:
            ours.close()  # the template is gone, and whoever watches `alive` opens another pool
            return
        worker = Worker(PROCESS.unpack(told)[0])
        await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
        self._idle.put_nowait(worker)

    def _end(self, worker: Worker) -> None:
        worker.close()
        if self.alive and self._commands is not None:
            worker.signal(signal.SIGKILL)
            with contextlib.suppress(OSError):
                self._commands.send(COMMAND.pack(KILL, worker.process))


async def _done(asked: asyncio.Future[Frame], seconds: float) -> bool:
    """Whether there is an answer, or none to be had, within so many seconds."""
    done, _ = await asyncio.wait([asked], timeout=seconds)
    return bool(done)
