"""The server's side of its workers: the template that forks them, and those that wait for a request.

:mod:`worker` is what these processes do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import select
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import cast

from rareearth import paths
from rareearth.errors import MessageError, NoBuildError, RefusedError
from rareearth.server import messages
from rareearth.server.messages import Reply
from rareearth.server.worker import COMMAND, FORK, KILL, PROCESS

LOG = logging.getLogger("rareearth.server")
LIMITS = "raise the limits of memory and processor time (ulimit)"
FORK_TIMEOUT = 10  # seconds after which a template that does not fork is replaced


class Worker(asyncio.Protocol):
    """A process and the connection to it, which handles one request at a time."""

    def __init__(self, process: int, lost: Callable[[Worker], None]) -> None:
        self.process, self._lost = process, lost
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._received = bytearray()
        self._niceness = 0

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
        """Whether no reply can come: the process has ended, or the connection is closed.

        The end of an idle one is seen at its socket, before the event loop gets to report it.
        """
        if self._transport is None or self._transport.is_closing():
            return True
        waiting = select.poll()
        waiting.register(self._transport.get_extra_info("socket").fileno(), select.POLLHUP)
        return bool(waiting.poll(0))

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

    def stand_back(self, niceness: int) -> None:
        """Lower its priority to so much below that of the server; it cannot be raised again."""
        if niceness > self._niceness and self.process > 0:
            self._niceness = niceness
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process, os.getpriority(os.PRIO_PROCESS, 0) + niceness)

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


class Template:
    """The process that has loaded the store of a build folder, and forks workers.

    ``limit`` and ``texts`` are for :mod:`worker`.
    """

    def __init__(self, folder: Path, limit: float, texts: Path | None = None) -> None:
        self._folder, self._limit, self._texts = folder, limit, texts
        self._process: Process | None = None
        self._commands: socket.socket | None = None
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Start it. Raises NoBuildError when the store cannot be loaded, and RefusedError when a limit ends it."""
        self._commands, theirs = socket.socketpair()
        self._commands.setblocking(False)
        command = [sys.executable, "-m", "rareearth.server.worker", str(self._folder), str(self._limit)]
        command += [str(self._texts)] if self._texts else []
        self._process = await asyncio.create_subprocess_exec(*command, stdin=theirs.fileno(), start_new_session=True)
        theirs.close()
        try:
            ready = await asyncio.get_running_loop().sock_recv(self._commands, PROCESS.size)
        except ConnectionError:
            ready = b""
        if not ready:
            code = await self._process.wait()
            await self.close()
            shown = paths.display(self._folder)
            if code < 0:
                raise RefusedError(503, f"{shown}: the store cannot be loaded ({_name(-code)}); {LIMITS}")
            raise NoBuildError(f"{shown}: the store cannot be loaded; the server's log says why", self._folder)

    async def close(self) -> None:
        """End it, and with it every worker, whatever they are doing."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._commands is not None:
            self._commands.close()

    @property
    def alive(self) -> bool:
        """Whether new workers can be started."""
        return self._process is not None and self._process.returncode is None

    async def has_ended(self) -> bool:
        """Whether a worker ended because the template did: both are noticed at about the same time."""
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 0.1)
        return not self.alive

    async def fork(self, lost: Callable[[Worker], None], command: bytes = FORK) -> Worker:
        """A new worker; ``lost`` is called when it ends while it is idle. Raises OSError.

        With the command OPEN, it is not confined: it may take its time and open files.
        """
        if self._commands is None:
            raise ConnectionError("the process that forks workers has ended")
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                async with self._one_at_a_time:
                    socket.send_fds(self._commands, [COMMAND.pack(command, 0)], [theirs.fileno()])
                    answer = await self._answer(loop)
            worker = Worker(PROCESS.unpack(answer)[0], lost)
            await loop.create_connection(lambda: worker, sock=ours)
        except BaseException:
            ours.close()
            raise
        return worker

    async def _answer(self, loop: asyncio.AbstractEventLoop) -> bytes:
        """What the template says, which is killed when it says nothing: its next answer would be that to this."""
        assert self._commands is not None  # noqa: S101 - it has just been used
        answer = b""
        try:
            answer = await asyncio.wait_for(loop.sock_recv(self._commands, PROCESS.size), FORK_TIMEOUT)
        finally:
            if not answer and self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
        if not answer:
            raise ConnectionError("the process that forks workers has ended")
        return answer

    def end(self, worker: Worker) -> None:
        """Kill a worker, and have it reaped."""
        worker.close()
        if self.alive and self._commands is not None:
            worker.signal(signal.SIGKILL)
            with contextlib.suppress(OSError):
                self._commands.send(COMMAND.pack(KILL, worker.process))


class Crew:
    """Idle workers, always as many as at the start: one that leaves is replaced."""

    def __init__(self, template: Template, size: int) -> None:
        self._template, self.size = template, size
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # the last one has the warmest caches
        self._waiting = 0
        self._starting: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start the workers."""
        for _ in range(self.size):
            await self._start()

    def close(self) -> None:
        """Let the workers end, and the requests that wait for one fail."""
        for task in self._starting:
            task.cancel()
        while not self._idle.empty():
            self._idle.get_nowait().close()
        for _ in range(self._waiting):
            self._idle.put_nowait(Worker(0, self._lost))  # an ended one for each request that waits

    async def take(self, longest: float) -> Worker:
        """An idle worker. Raises ConnectionError when there can be none, and RefusedError after so many seconds."""
        while True:
            if not self._template.alive:
                raise ConnectionError
            if not (worker := await self._next(longest)).ended:  # otherwise it has been replaced
                return worker

    async def _next(self, longest: float) -> Worker:
        with contextlib.suppress(asyncio.QueueEmpty):
            return self._idle.get_nowait()
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._idle.get(), longest)
        except TimeoutError:
            raise RefusedError(503, "no worker could be started; try again soon", retry=2) from None
        finally:
            self._waiting -= 1

    def give_back(self, worker: Worker) -> None:
        """Take a worker back that has replied."""
        self._idle.put_nowait(worker)

    def end(self, worker: Worker) -> None:
        """Kill a worker that was taken."""
        self._template.end(worker)

    def replace(self) -> None:
        """Start a worker in place of one that does not come back."""
        if self._template.alive:
            task = asyncio.ensure_future(self._start())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start(self) -> None:
        """Add an idle worker, retrying until it succeeds: otherwise the crew would shrink."""
        while self._template.alive:
            try:
                worker = await self._template.fork(self._lost)
            except OSError as error:  # no descriptor is free, or the template has ended
                LOG.warning("no worker could be started: %s", error)
                await asyncio.sleep(0.2)
            else:
                self._idle.put_nowait(worker)
                return

    def _lost(self, worker: Worker) -> None:
        """Replace an idle worker that has been killed."""
        self._template.end(worker)
        self.replace()


def _name(number: int) -> str:
    """The name of a signal, as in SIGKILL."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
