"""Lanes: places that clients share fairly, whatever order their requests come in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import RefusedError
from rareearth.server.lanes import Lane


def lane(places: int, max_waiting: int = 100) -> Lane:
    return Lane(places, seconds=1, patience=1, niceness=0, max_waiting=max_waiting)


class Requests:
    """Requests that hold a place until they are told to end; ``order`` is that in which they got one."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.order: list[str] = []
        self.refused: list[str] = []
        self.holding: list[tuple[str, asyncio.Event]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, *clients: str, longest: float = 30) -> None:
        for client in clients:
            self.tasks.append(asyncio.ensure_future(self._request(client, longest)))
            await asyncio.sleep(0)

    async def _request(self, client: str, longest: float) -> None:
        end = asyncio.Event()
        try:
            async with self.lane.place(client, longest):
                self.order.append(client)
                self.holding.append((client, end))
                await end.wait()
        except RefusedError as error:
            self.refused.append(client if error.status == 503 and error.retry else str(error))

    async def finish(self) -> None:
        """End the one that has had its place longest."""
        self.holding.pop(0)[1].set()
        await settle()

    async def finish_all(self) -> None:
        while self.holding:
            await self.finish()
        await asyncio.wait_for(asyncio.gather(*self.tasks, return_exceptions=True), 5)


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


def running(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))  # type: ignore[arg-type]


def test_one_client_has_all_places_and_keeps_its_order() -> None:
    async def test() -> None:
        requests = Requests(lane(2))
        await requests.come("a", "a", "a", "a")
        assert requests.order == ["a", "a"]
        assert not requests.lane.free
        await requests.finish_all()
        assert requests.order == ["a"] * 4
        assert requests.lane.free

    running(test)


def test_a_client_with_many_requests_delays_another_by_one_turn() -> None:
    async def test() -> None:
        requests = Requests(lane(2))
        await requests.come(*["a"] * 20, "b", "c")
        await requests.finish()
        await requests.finish()
        assert requests.order == ["a", "a", "b", "c"]
        await requests.finish_all()

    running(test)


def test_a_request_after_a_burst_does_not_wait_for_all_of_it_and_the_burst_is_served_too() -> None:
    async def test() -> None:
        requests = Requests(Lane(1, seconds=1, patience=1, niceness=0, max_waiting=100, newest_too=True))
        await requests.come(*["a"] * 6)
        await requests.come("a")
        for _ in range(3):
            await requests.finish()
        done = [n for n, task in enumerate(requests.tasks) if task.done()]
        assert done == [0, 1, 6], "the newest and the oldest take turns"
        await requests.finish_all()
        assert len(requests.order) == 7

    running(test)


def test_with_one_place_clients_take_turns() -> None:
    async def test() -> None:
        requests = Requests(lane(1))
        await requests.come(*["a"] * 4, "b", "b", "c")
        await requests.finish_all()
        assert "".join(requests.order) == "abcabaa"

    running(test)


def test_when_too_many_wait_the_newest_of_the_greediest_is_refused() -> None:
    async def test() -> None:
        requests = Requests(lane(1, max_waiting=4))
        await requests.come(*["a"] * 6)
        await settle()
        assert requests.refused == ["a"], "it has the most itself"
        await requests.come("b", "c")
        await settle()
        assert requests.refused == ["a", "a", "a"]
        await requests.finish_all()
        assert Counter(requests.order) == {"a": 3, "b": 1, "c": 1}

    running(test)


def test_who_waits_too_long_is_refused_and_takes_no_place() -> None:
    async def test() -> None:
        requests = Requests(lane(1))
        await requests.come("a")
        await requests.come("b", longest=0.01)
        await asyncio.sleep(0.1)
        assert requests.refused == ["b"]
        await requests.finish_all()
        assert requests.lane.free

    running(test)


@pytest.mark.parametrize("when", ["waiting", "just when its turn comes", "holding"])
def test_who_goes_leaves_the_place_to_others(when: str) -> None:
    async def test() -> None:
        requests = Requests(lane(1))
        await requests.come("a", "b", "c")
        gone = requests.tasks[0 if when == "holding" else 1]
        if when == "just when its turn comes":
            requests.holding.pop(0)[1].set()
            while not any(future for future in [gone] if requests.lane._held["b"]):
                await asyncio.sleep(0)
        gone.cancel()
        if when == "holding":
            requests.holding.pop(0)
        await settle()
        await requests.finish_all()
        assert "c" in requests.order
        assert requests.lane.free
        assert not requests.lane._held

    running(test)


@given(st.lists(st.sampled_from(["a", "b", "c", "end", "go"]), max_size=40), st.integers(1, 3))
def test_never_more_than_the_places_and_none_is_lost(events: list[str], places: int) -> None:
    async def test() -> None:
        requests = Requests(lane(places, max_waiting=8))
        for event in events:
            if event == "end":
                if requests.holding:
                    await requests.finish()
            elif event == "go":
                if waiting := [t for t in requests.tasks if not t.done()]:
                    waiting[-1].cancel()
                    await settle()
                    requests.holding = [h for h in requests.holding if requests.lane._held[h[0]]]
            else:
                await requests.come(event)
            assert requests.lane._held.total() <= places
        for _, end in requests.holding:
            end.set()
        while any(not task.done() for task in requests.tasks):
            await settle()
            for _, end in requests.holding:
                end.set()
        assert requests.lane.free

    running(test)
