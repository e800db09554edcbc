"""Lanes: places for requests that run at a time, which clients share fairly.

When a place becomes free, the next request is that of the client who has the fewest places in the lane; of equals, of
the one whose last turn is longest ago. When too many requests wait, the newest of the client who has most of them
waiting is refused. So one client with a thousand requests delays another by a turn; without others it has all places.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from rareearth.errors import RefusedError


@dataclass(eq=False)
class _Ticket:
    """A request that waits; its turn comes with True, or with False when it is refused."""

    client: str
    turn: asyncio.Future[bool]


@dataclass
class Lane:
    """So many ``places``, each for ``seconds`` of processor time or ``patience`` seconds of time that passes.

    ``niceness`` is how far its requests stand back behind those of other lanes, as for nice(1). Not more than
    ``max_waiting`` requests wait for a place. With ``newest_too`` every second turn of a client goes to its newest
    request: one that comes after a burst of slow ones, from the same address, then does not wait for all of them.
    """

    places: int
    seconds: float
    patience: float
    niceness: int
    max_waiting: int
    newest_too: bool = False
    _held: Counter[str] = field(default_factory=Counter, init=False)
    _waiting: list[_Ticket] = field(default_factory=list, init=False)
    _turns: dict[str, int] = field(default_factory=dict, init=False)  # the last one of each client that is here
    _newest: bool = field(default=False, init=False)  # whether the last turn was that of a newest request

    @property
    def free(self) -> bool:
        """Whether the next request has a place at once."""
        return self._held.total() < self.places and not self._waiting

    @contextlib.asynccontextmanager
    async def place(self, client: str, longest: float) -> AsyncIterator[None]:
        """A place, for which the request waits not longer than so many seconds. Raises RefusedError (503)."""
        if self.free:
            self._take(client)
        else:
            await self._wait(client, longest)
        try:
            yield
        finally:
            self._leave(client)

    async def _wait(self, client: str, longest: float) -> None:
        self._make_room(client)
        ticket = _Ticket(client, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        try:
            await asyncio.wait([ticket.turn], timeout=longest)
        except BaseException:
            if ticket.turn.done() and ticket.turn.result():  # its turn came when it no longer waited
                self._leave(client)
            raise
        finally:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        if not ticket.turn.done():
            raise RefusedError(503, "other requests took all the time; try again later", retry=5)
        if not ticket.turn.result():
            raise _refusal()

    def _make_room(self, client: str) -> None:
        """Refuse a request when too many wait: one of the client with the most, this one included."""
        if len(self._waiting) < self.max_waiting:
            return
        counts = Counter(ticket.client for ticket in self._waiting)
        greedy, most = counts.most_common(1)[0]
        if most <= counts[client] + 1:
            raise _refusal()
        last = next(ticket for ticket in reversed(self._waiting) if ticket.client == greedy)
        self._waiting.remove(last)
        last.turn.set_result(False)

    def _next(self) -> _Ticket:
        client = min(self._waiting, key=lambda t: (self._held[t.client], self._turns.get(t.client, 0))).client
        of_client = [ticket for ticket in self._waiting if ticket.client == client]
        self._newest = self.newest_too and not self._newest
        return of_client[-1 if self._newest else 0]

    def _take(self, client: str) -> None:
        self._held[client] += 1
        self._turns[client] = max(self._turns.values(), default=0) + 1

    def _leave(self, client: str) -> None:
        self._held[client] -= 1
        while self._waiting and self._held.total() < self.places:
            ticket = self._next()
            self._waiting.remove(ticket)
            self._take(ticket.client)
            ticket.turn.set_result(True)
        if not self._held[client]:
            del self._held[client]
            if all(ticket.client != client for ticket in self._waiting):
                self._turns.pop(client, None)


def _refusal() -> RefusedError:
    return RefusedError(503, "too many requests at a time; try again soon", retry=2)
