"""Workers for queries: quick ones at once, long ones aside and few at a time, endless ones killed.

A query starts on an idle worker. Past ``QUICK`` seconds of the processor it is a long one: its worker is put aside,
goes on with less of the processor once one of ``LONG`` places is free, and stands still until then, while a fresh
worker takes its place among the quick. Past its limit it is killed. A query that was long once is long from the start.
So cheap queries never wait behind long ones, and no answer is cut: a query has all of its answer or an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

from rareearth import paths
from rareearth.errors import EndedError, MessageError, NoBuildError, RefusedError
from rareearth.server import messages
from rareearth.server.messages import Reply, Request
from rareearth.server.worker import COMMAND, FORK, KILL, PROCESS

LOG = logging.getLogger("rareearth.server")
QUICK = 0.1  # seconds of the processor after which a query is a long one
LATEST = 1  # seconds after which it is one however little of the processor it had
STARVED = 8  # queries that have a worker beyond WORKERS because they had too little of the processor
WORKERS = 4  # that wait for a query
LONG = 2  # long queries that go on at a time
ASIDE = 8  # long queries that may wait for that
WAITING = 64  # queries that may wait for a worker
REMEMBERED = 1024  # queries that were long


class Worker(asyncio.Protocol):
    """A process and the connection to it, over which one request at a time is answered."""

    def __init__(self, process: int, lost: Callable[[Worker], None]) -> None:
        self.process, self._lost = process, lost
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._received = bytearray()

    def ask(self, request: bytes) -> asyncio.Future[Reply]:
        """Send an encoded request; the future of its reply fails with ConnectionError when the process ends."""
        self._answer = asyncio.get_running_loop().create_future()
        if self.ended:
            self.connection_lost(None)
        elif self._transport is not None:
            self._transport.write(request)
        return self._answer

    @property
    def ended(self) -> bool:
        """Whether no answer can come: the process has ended, or the connection is closed."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Close the connection: an idle worker then ends by itself."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def signal(self, number: int) -> None:
        """Send it a signal; its id is its own until the template is told to reap it."""
        if self.process > 0:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)

    def spent(self) -> float:
        """Seconds of the processor that the process has used; elsewhere than on Linux, seconds that pass."""
        try:
            return time.clock_gettime(~self.process << 3 | 2)  # what clock_getcpuclockid(3) gives for a process
        except OSError:
            return time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Gather a reply, and give it as the answer when it is complete."""
        self._received += data
        if self._answer is None or self._answer.done():
            return
        try:
            found = messages.reply(self._received)
        except MessageError as error:
            self._answer.set_exception(error)
            self.close()
            return
        if found is not None:
            self._received = bytearray()
            self._answer.set_result(found)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell whoever waits that no answer will come, or the pool, when nobody does."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the worker has ended"))
        elif self._transport is not None:  # else it is we who closed it
            self._lost(self)


class Pool:
    """Workers over the store of one build folder."""

    def __init__(self, folder: Path, limit: float) -> None:
        self.folder, self.limit = folder, limit
        self.busy = 0  # queries that have no answer yet
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # the last one is the warmest
        self._waiting = self._aside = self._starved = 0
        self._places = asyncio.Semaphore(LONG)
        self._long: OrderedDict[bytes, None] = OrderedDict()
        self._fork = asyncio.Lock()
        self._forking: set[asyncio.Task[None]] = set()
        self._template: Process | None = None
        self._commands: socket.socket | None = None

    async def open(self) -> None:
        """Start the template and the workers. Raises NoBuildError when the store cannot be read."""
        self._commands, theirs = socket.socketpair()
        self._commands.setblocking(False)
        command = (sys.executable, "-m", "rareearth.server.worker", str(self.folder), str(self.limit))
        self._template = await asyncio.create_subprocess_exec(*command, stdin=theirs.fileno(), start_new_session=True)
        theirs.close()
        try:
            ready = await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size)
        except ConnectionError:
            ready = b""
        if not ready:
            await self.close()
            raise NoBuildError(f"{paths.shown(self.folder)}: the store cannot be read; build again")
        for _ in range(WORKERS):
            await self._start()

    async def close(self) -> None:
        """End the template, and with it every worker, whatever it is doing."""
        template, self._template = self._template, None
        for task in self._forking:
            task.cancel()
        while not self._idle.empty():
            self._idle.get_nowait().close()
        for _ in range(self._waiting):
            self._idle.put_nowait(Worker(0, self._lost))  # one that has ended, for each who waits
        if template is not None:
            with contextlib.suppress(ProcessLookupError):
                template.kill()
            await template.wait()
        if self._commands is not None:
            self._commands.close()

    async def drained(self) -> None:
        """Wait until no query is at work, then close."""
        try:
            while self.busy and self.alive:
                await asyncio.sleep(0.05)
        finally:
            await self.close()

    @property
    def alive(self) -> bool:
        """Whether new workers can be had."""
        return self._template is not None and self._template.returncode is None

    async def ask(self, request: Request) -> Reply:
        """The reply to a request (see :func:`worker.answer`). Raises RefusedError."""
        sent = messages.encode(request)
        mark = hashlib.sha256(sent).digest()
        self.busy += 1
        try:
            for again in (True, False):
                start = time.monotonic()
                try:
                    async with contextlib.AsyncExitStack() as place:
                        if mark in self._long:
                            await place.enter_async_context(self._place())
                        return await self._asked(sent, mark, place)
                except ConnectionError:
                    at_once = time.monotonic() - start < QUICK
                    if await self._ended():
                        raise EndedError from None
                    if not (again and at_once):  # else somebody has killed the worker just before it was asked
                        break
        finally:
            self.busy -= 1
        raise RefusedError(507, "the query ended its worker: it needs more memory than it may have")

    async def _asked(self, sent: bytes, mark: bytes, place: contextlib.AsyncExitStack) -> Reply:
        worker = await self._free()
        asked = worker.ask(sent)
        start, spent = time.monotonic(), worker.spent()
        kept, replaced = False, False
        try:
            if await _done(asked, QUICK):
                answer = asked.result()
                kept = True
            else:
                if replaced := self._starved < STARVED:
                    self._start_soon()
                if not await self._quick(worker, asked, spent, replaced=replaced):
                    if not replaced:
                        self._start_soon()
                    replaced = True
                    left = self.limit - (time.monotonic() - start)
                    await self._go_on(worker, mark, place)
                    if not await _done(asked, left):
                        raise RefusedError(504, f"the query took longer than {self.limit:g} seconds")
                    return asked.result()
                answer = asked.result()
            self._long.pop(mark, None)
            return answer
        finally:
            if kept:
                self._idle.put_nowait(worker)
            else:
                asked.cancel()
                self._end(worker)
                if not replaced:
                    self._start_soon()

    async def _quick(self, worker: Worker, asked: asyncio.Future[Reply], spent: float, *, replaced: bool) -> bool:
        """Whether there is an answer before the query is a long one.

        What counts is the processor that it had, where ``spent`` is what its worker had before: on a busy machine a
        cheap query takes long, and is none the less cheap. Were it put aside, it would wait behind those that make
        the machine busy; were it not replaced, the next would wait for it.
        """
        end = time.monotonic() + min(LATEST, self.limit) - QUICK
        self._starved += replaced
        try:
            while (left := min(QUICK - (worker.spent() - spent), end - time.monotonic())) > 0.001:
                if await _done(asked, left):
                    return True
        finally:
            self._starved -= replaced
        return asked.done()

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

    async def _ended(self) -> bool:
        """Whether a worker ended because the template did: the news of both come at about the same time."""
        if self._template is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._template.wait(), 0.1)
        return not self.alive

    async def _free(self) -> Worker:
        """An idle worker. Raises ConnectionError when there will be none."""
        while (worker := await self._next()).ended:  # and has been replaced
            pass
        return worker

    async def _next(self) -> Worker:
        if not self.alive:
            raise ConnectionError
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
        """Add an idle worker, if need be after a while: without, the pool would become smaller and smaller."""
        while self.alive:
            try:
                worker = await self._forked()
            except OSError as error:  # no descriptor is free, or the template has ended
                LOG.warning("no worker could be started: %s", error)
                await asyncio.sleep(0.2)
            else:
                self._idle.put_nowait(worker)
                return

    async def _forked(self) -> Worker:
        assert self._commands is not None  # noqa: S101 - the pool is open
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                async with self._fork:
                    socket.send_fds(self._commands, [COMMAND.pack(FORK, 0)], [theirs.fileno()])
                    told = await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size)
            if not told:
                raise ConnectionError("the process that forks them has ended")
            worker = Worker(PROCESS.unpack(told)[0], self._lost)
            await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
        except BaseException:
            ours.close()
            raise
        return worker

    def _lost(self, worker: Worker) -> None:
        """Replace an idle worker that somebody has killed."""
        self._end(worker)
        self._start_soon()

    def _end(self, worker: Worker) -> None:
        worker.close()
        if self.alive and self._commands is not None:
            worker.signal(signal.SIGKILL)
            with contextlib.suppress(OSError):
                self._commands.send(COMMAND.pack(KILL, worker.process))


async def _done(asked: asyncio.Future[Reply], seconds: float) -> bool:
    """Whether there is an answer, or none to be had, within so many seconds."""
    done, _ = await asyncio.wait([asked], timeout=seconds)
    return bool(done)
