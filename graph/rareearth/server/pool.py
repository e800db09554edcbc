"""Workers for requests: quick ones run at once, long ones a few at a time, and endless ones are killed.

A request starts on an idle worker. After ``QUICK`` seconds of processor time it counts as long: its worker is paused
until one of ``MAX_LONG`` slots is free and then continues at low priority, while a new worker replaces it among the
quick ones. At the time limit the worker is killed. A request that was long once is treated as long from the start. So
cheap requests never wait behind long ones, and no reply is cut short: there is a complete reply or an error.
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
from rareearth.errors import EndedError, MessageError, NoBuildError, RareEarthError, RefusedError
from rareearth.server import messages
from rareearth.server.messages import Reply, Request
from rareearth.server.worker import COMMAND, FORK, KILL, OPEN, PROCESS

LOG = logging.getLogger("rareearth.server")
QUICK = 0.1  # seconds of processor time after which a request counts as long
MAX_QUICK_WAIT = 1  # seconds after which it counts as long however little processor time it had
MAX_STARVED = 8  # requests that have a worker beyond WORKERS because they got too little processor time
WORKERS = 4  # idle ones, waiting for a request
MAX_LONG = 2  # long requests that run at a time
MAX_PAUSED = 8  # long requests that may wait for that
MAX_WAITING = 64  # requests that may wait for a worker
MAX_REMEMBERED = 1024  # requests that were long
LIMITS = "raise the limits of memory and processor time (ulimit)"


class Worker(asyncio.Protocol):
    """A process and the connection to it, which handles one request at a time."""

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
        """Whether no reply can come: the process has ended, or the connection is closed."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Close the connection: an idle worker then ends by itself."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def signal(self, number: int) -> None:
        """Send it a signal; no other process gets its id before the template has reaped it."""
        if self.process > 0:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)

    def spent(self) -> float:
        """Seconds of processor time that the process has used; on other systems than Linux, the time that passes."""
        try:
            return time.clock_gettime(~self.process << 3 | 2)  # what clock_getcpuclockid(3) gives for a process
        except OSError:
            return time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Collect a reply, and complete the future with it when it is whole."""
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
        """Fail the future of a waiting request; without one, report the worker to the pool as lost."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the worker has ended"))
        elif self._transport is not None:  # otherwise the pool has closed it
            self._lost(self)


class Pool:
    """Workers over the store of one build folder."""

    def __init__(self, folder: Path, limit: float) -> None:
        self.folder, self.limit = folder, limit
        self.busy = 0  # requests without a reply so far
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # the last one has the warmest caches
        self._waiting = self._paused = self._starved = 0
        self._slots = asyncio.Semaphore(MAX_LONG)
        self._long: OrderedDict[bytes, None] = OrderedDict()
        self._fork = asyncio.Lock()
        self._forking: set[asyncio.Task[None]] = set()
        self._template: Process | None = None
        self._commands: socket.socket | None = None

    async def open(self) -> None:
        """Start the template and the workers. Raises NoBuildError when the store cannot be loaded."""
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
            code = await self._template.wait()
            await self.close()
            shown = paths.display(self.folder)
            if code < 0:
                raise RefusedError(503, f"{shown}: the store cannot be loaded ({_name(-code)}); {LIMITS}")
            raise NoBuildError(f"{shown}: the store cannot be loaded; the server's log says why", self.folder)
        for _ in range(WORKERS):
            await self._start()

    async def close(self) -> None:
        """End the template, and with it every worker, whatever they are doing."""
        template, self._template = self._template, None
        for task in self._forking:
            task.cancel()
        while not self._idle.empty():
            self._idle.get_nowait().close()
        for _ in range(self._waiting):
            self._idle.put_nowait(Worker(0, self._lost))  # an ended one for each request that waits
        if template is not None:
            with contextlib.suppress(ProcessLookupError):
                template.kill()
            await template.wait()
        if self._commands is not None:
            self._commands.close()

    async def drain(self) -> None:
        """Wait until no request is being handled, then close."""
        try:
            while self.busy and self.alive:
                await asyncio.sleep(0.05)
        finally:
            await self.close()

    @property
    def alive(self) -> bool:
        """Whether new workers can be started."""
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
                    async with contextlib.AsyncExitStack() as slot:
                        if mark in self._long:
                            await slot.enter_async_context(self._slot())
                        return await self._handle(sent, mark, slot)
                except ConnectionError:
                    at_once = time.monotonic() - start < QUICK
                    if await self._has_ended():
                        raise EndedError from None
                    if not (again and at_once):  # otherwise the worker was killed just before it got the request
                        break
        finally:
            self.busy -= 1
        raise RefusedError(507, "the query needs more memory than allowed, and its worker has ended")

    async def page(self, texts: Path | None) -> bytes:
        """The explorer page, made in a process of its own: it takes seconds. Raises RareEarthError.

        Cancelling ends the process.
        """
        self.busy += 1
        try:
            worker = await self._fork_worker(OPEN)
            try:
                reply = await worker.ask(messages.encode(messages.PageRequest(str(texts) if texts else None)))
            finally:
                self._end(worker)
        except OSError as error:  # it has ended, or could not be started
            raise RareEarthError("the explorer page could not be made; the server's log says why") from error
        finally:
            self.busy -= 1
        if not isinstance(reply, messages.DocumentReply):
            raise RareEarthError(reply.message if isinstance(reply, messages.ErrorReply) else "no page was written")
        return reply.body

    async def _handle(self, sent: bytes, mark: bytes, slot: contextlib.AsyncExitStack) -> Reply:
        worker = await self._free()
        asked = worker.ask(sent)
        start, spent = time.monotonic(), worker.spent()
        kept, replaced = False, False
        try:
            if await _done(asked, QUICK):
                answer = asked.result()
                kept = True
            else:
                if replaced := self._starved < MAX_STARVED:
                    self._start_soon()
                if not await self._quick(worker, asked, spent, replaced=replaced):
                    if not replaced:
                        self._start_soon()
                    replaced = True
                    left = self.limit - (time.monotonic() - start)
                    await self._run_long(worker, mark, slot)
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
        """Whether there is a reply before the request counts as long.

        What counts is processor time beyond ``spent``, which its worker had used before: on a busy machine a cheap
        request takes long and is cheap nevertheless. If it were paused, it would wait behind those that make the
        machine busy; if its worker were not replaced, the next request would wait for it.
        """
        end = time.monotonic() + min(MAX_QUICK_WAIT, self.limit) - QUICK
        self._starved += replaced
        try:
            while (left := min(QUICK - (worker.spent() - spent), end - time.monotonic())) > 0.001:
                if await _done(asked, left):
                    return True
        finally:
            self._starved -= replaced
        return asked.done()

    async def _run_long(self, worker: Worker, mark: bytes, slot: contextlib.AsyncExitStack) -> None:
        """Pause a long request until there is a slot for it, then let it continue at low priority."""
        if mark not in self._long:
            self._long[mark] = None
            if len(self._long) > MAX_REMEMBERED:
                self._long.popitem(last=False)
            worker.signal(signal.SIGSTOP)
            await slot.enter_async_context(self._slot())
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, worker.process, 10)
        worker.signal(signal.SIGCONT)

    async def _has_ended(self) -> bool:
        """Whether a worker ended because the template did: both are noticed at about the same time."""
        if self._template is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._template.wait(), 0.1)
        return not self.alive

    async def _free(self) -> Worker:
        """An idle worker. Raises ConnectionError when the pool has ended."""
        while (worker := await self._next()).ended:  # and has been replaced
            pass
        return worker

    async def _next(self) -> Worker:
        if not self.alive:
            raise ConnectionError
        with contextlib.suppress(asyncio.QueueEmpty):
            return self._idle.get_nowait()
        if self._waiting >= MAX_WAITING:
            raise RefusedError(503, "too many queries at a time; try again soon", retry=1)
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._idle.get(), self.limit)
        except TimeoutError:
            raise RefusedError(503, "all workers are busy; try again soon", retry=2) from None
        finally:
            self._waiting -= 1

    @contextlib.asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the slots for long requests."""
        if self._paused >= MAX_PAUSED:
            raise RefusedError(503, "too many long queries at a time; try again later", retry=5)
        self._paused += 1
        try:
            await asyncio.wait_for(self._slots.acquire(), self.limit)
        except TimeoutError:
            raise RefusedError(503, "other long queries are running; try again later", retry=5) from None
        finally:
            self._paused -= 1
        try:
            yield
        finally:
            self._slots.release()

    def _start_soon(self) -> None:
        if self.alive:
            task = asyncio.ensure_future(self._start())
            self._forking.add(task)
            task.add_done_callback(self._forking.discard)

    async def _start(self) -> None:
        """Add an idle worker, retrying until it succeeds: otherwise the pool would shrink."""
        while self.alive:
            try:
                worker = await self._fork_worker()
            except OSError as error:  # no descriptor is free, or the template has ended
                LOG.warning("no worker could be started: %s", error)
                await asyncio.sleep(0.2)
            else:
                self._idle.put_nowait(worker)
                return

    async def _fork_worker(self, command: bytes = FORK) -> Worker:
        assert self._commands is not None  # noqa: S101 - the pool is open
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                async with self._fork:
                    socket.send_fds(self._commands, [COMMAND.pack(command, 0)], [theirs.fileno()])
                    answer = await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size)
            if not answer:
                raise ConnectionError("the process that forks them has ended")
            worker = Worker(PROCESS.unpack(answer)[0], self._lost)
            await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
        except BaseException:
            ours.close()
            raise
        return worker

    def _lost(self, worker: Worker) -> None:
        """Replace an idle worker that has been killed."""
        self._end(worker)
        self._start_soon()

    def _end(self, worker: Worker) -> None:
        worker.close()
        if self.alive and self._commands is not None:
            worker.signal(signal.SIGKILL)
            with contextlib.suppress(OSError):
                self._commands.send(COMMAND.pack(KILL, worker.process))


def _name(number: int) -> str:
    """The name of a signal, as in SIGKILL."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


async def _done(asked: asyncio.Future[Reply], seconds: float) -> bool:
    """Whether the request has a reply, or has failed, within so many seconds."""
    done, _ = await asyncio.wait([asked], timeout=seconds)
    return bool(done)
