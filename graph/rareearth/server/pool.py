"""Requests on their way through the lanes: pages in one of their own, queries in one after the other.

A query starts in the first lane, on a worker that waits for it. One that has used up the processor time of its lane
goes on in the next, at a lower priority. If that has no place, its worker is ended and it begins again when there is
one: what waits takes no memory, and the engine cannot be stopped otherwise. At the time limit its worker is killed. A
query that was slow once starts in the lane where it ended. So cheap requests never wait behind long ones, a page never
waits behind queries, and no reply is cut short: there is a complete reply or an error.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from rareearth.errors import EndedError, RareEarthError, RefusedError
from rareearth.server import messages
from rareearth.server.lanes import Lane
from rareearth.server.messages import Reply, Request
from rareearth.server.worker import OPEN
from rareearth.server.workers import Crew, Template, Worker

QUICK, MEDIUM = 0.02, 0.2  # seconds of processor time after which a query goes on in the next lane
MAX_REMEMBERED = 1024  # queries that were slow
MIN_WAIT = 10  # seconds that a request may wait for a place, also where the time limit is shorter
_QUERIES = messages.QueryRequest, messages.ToolRequest, messages.ReconcileRequest  # what may take long
SPARE = 2  # workers for queries that wait beyond the places, as others leave faster than new ones start


class _Run:
    """A request on a worker of a crew."""

    def __init__(self, worker: Worker, crew: Crew, sent: bytes) -> None:
        self.worker, self._crew = worker, crew
        self._in_crew = True
        self.asked = worker.ask(sent)
        self.start, self._spent = time.monotonic(), worker.spent()

    def leave_crew(self) -> None:
        """Have the worker replaced: it does not come back."""
        if self._in_crew:
            self._in_crew = False
            self._crew.replace()

    def end(self) -> None:
        """Give the worker back if it has replied in its crew, else end it."""
        if self._in_crew and self.asked.done() and not self.asked.cancelled() and self.asked.exception() is None:
            self._crew.give_back(self.worker)
            return
        self.asked.cancel()
        self._crew.end(self.worker)
        self.leave_crew()

    async def replies(self, seconds: float, end: float) -> bool:
        """Whether there is a reply before it has used so much processor time, and before a point in time.

        What counts is processor time: on a busy machine a cheap request takes long and is cheap nevertheless.
        """
        while (left := min(seconds - (self.worker.spent() - self._spent), end - time.monotonic())) > 0.001:
            done, _ = await asyncio.wait([self.asked], timeout=left)
            if done:
                return True
        return self.asked.done()


class Pool:
    """Workers over the store of one build folder; ``limit`` is how many seconds a request may take.

    ``texts`` is a folder with texts of articles, whose cited sentences the tools of assistants give.
    """

    def __init__(self, folder: Path, limit: float, texts: Path | None = None) -> None:
        self.folder, self.limit = folder, limit
        self.busy = 0  # requests without a reply so far
        self._template = Template(folder, limit, texts)
        pages = Lane(places=2, seconds=math.inf, patience=limit, niceness=0, max_waiting=256)
        queries = (
            Lane(places=4, seconds=QUICK, patience=1, niceness=0, max_waiting=128, newest_too=True),
            Lane(places=2, seconds=MEDIUM, patience=2, niceness=5, max_waiting=64),
            Lane(places=2, seconds=math.inf, patience=limit, niceness=10, max_waiting=64),
        )
        self._pages = "page", (pages,), Crew(self._template, pages.places)
        self._queries = "query", queries, Crew(self._template, queries[0].places + SPARE)
        self._slow: OrderedDict[bytes, int] = OrderedDict()  # the lane where a query ended that was slow

    async def open(self) -> None:
        """Start the template and the workers. Raises NoBuildError when the store cannot be read."""
        await self._template.open()
        for _, _, crew in (self._pages, self._queries):
            await crew.open()

    async def close(self) -> None:
        """End every process, whatever they are doing."""
        for _, _, crew in (self._pages, self._queries):
            crew.close()
        await self._template.close()

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
        return self._template.alive

    async def ask(self, request: Request, client: str = "") -> Reply:
        """The reply to a request of a client (see :func:`worker.answer`). Raises RefusedError."""
        what, lanes, crew = self._queries if isinstance(request, _QUERIES) else self._pages
        sent = messages.encode(request)
        self.busy += 1
        try:
            for _ in range(crew.size + 1):  # all idle workers may have been killed at once
                try:
                    return await self._reply(sent, client, what, lanes, crew)
                except ConnectionError:  # the worker was killed just before it got the request, if the template lives
                    if await self._template.has_ended():
                        raise EndedError from None
        finally:
            self.busy -= 1
        raise _ended(what)

    async def page(self, texts: Path | None) -> bytes:
        """The explorer page, made in a process of its own: it takes seconds. Raises RareEarthError.

        Cancelling ends the process.
        """
        self.busy += 1
        try:
            worker = await self._template.fork(lambda _: None, OPEN)
            try:
                reply = await worker.ask(messages.encode(messages.PageRequest(str(texts) if texts else None)))
            finally:
                self._template.end(worker)
        except OSError as error:  # it has ended, or could not be started
            raise RareEarthError("the explorer page could not be made; the server's log says why") from error
        finally:
            self.busy -= 1
        if not isinstance(reply, messages.DocumentReply):
            raise RareEarthError(reply.message if isinstance(reply, messages.ErrorReply) else "no page was written")
        return reply.body

    async def _reply(self, sent: bytes, client: str, what: str, lanes: Sequence[Lane], crew: Crew) -> Reply:
        """The reply in the first lane that gives one."""
        mark = hashlib.sha256(sent).digest()
        run: _Run | None = None
        try:
            for number in range(self._slow.get(mark, 0), len(lanes)):
                lane = lanes[number]
                if run is not None and not lane.free:
                    run.end()
                    run = None
                async with lane.place(client, max(self.limit, MIN_WAIT)):
                    run = run or _Run(await crew.take(self.limit), crew, sent)
                    run.worker.stand_back(lane.niceness)
                    if number:
                        run.leave_crew()
                    if await run.replies(lane.seconds, min(time.monotonic() + lane.patience, run.start + self.limit)):
                        self._remember(mark, number)
                        return run.asked.result()
            self._remember(mark, len(lanes) - 1)
            raise RefusedError(504, f"the {what} took longer than {self.limit:g} seconds")
        except ConnectionError:
            if run is None or time.monotonic() - run.start < MEDIUM or await self._template.has_ended():
                raise
            raise _ended(what) from None
        finally:
            if run is not None:
                run.end()

    def _remember(self, mark: bytes, lane: int) -> None:
        self._slow.pop(mark, None)
        if lane:
            self._slow[mark] = lane
            if len(self._slow) > MAX_REMEMBERED:
                self._slow.popitem(last=False)


def _ended(what: str) -> RefusedError:
    return RefusedError(507, f"the {what} needs more memory than allowed, and its worker has ended")
