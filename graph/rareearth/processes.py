"""Many items in parallel processes: results in the order of the items, memory that stays flat, no item lost.

The processes are forks, so that they share what was loaded before. A process is replaced after some items, as the
libraries that it uses keep what they have seen, and when it ends by itself (killed for want of memory, say).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
MAX_ITEMS = 400  # of one process
WINDOW = 256  # items that may be ahead of the oldest one that is not done


def available() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ordered(
    function: Callable[[_T], _R], items: Sequence[_T], jobs: int, lost: Callable[[_T], _R], most: int = MAX_ITEMS
) -> Iterator[_R]:
    """The results of a function for items, in their order, from as many processes as there are ``jobs``.

    ``lost`` gives the result for an item whose process ended, ``most`` is the number of items of one process. Where
    processes cannot be forked, this one does all. Closing the iterator ends the processes.

    >>> list(ordered(len, ["a", "bb", "ccc"], 2, lost=lambda item: -1))
    [1, 2, 3]
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield from map(function, items)
        return
    team = _Team(function, items, min(jobs, len(items)), lost, most)
    try:
        yield from team.results()
    finally:
        team.end()


class _Worker:
    """A process, our end of its connection, the number of its item, and how many it was given."""

    def __init__(self, function: Callable[[Any], Any], items: Sequence[Any], others: Sequence[_Worker]) -> None:
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe()
        inherited = [self.connection, *(other.connection for other in others)]
        self.process = context.Process(target=_work, args=(function, items, theirs, inherited), daemon=True)
        self.process.start()
        theirs.close()
        self.number = -1
        self.given = 0

    def give(self, number: int) -> None:
        self.number = number
        self.given += 1
        self.connection.send(number)

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


class _Team(Generic[_T, _R]):
    """The processes at work."""

    def __init__(
        self, function: Callable[[_T], _R], items: Sequence[_T], jobs: int, lost: Callable[[_T], _R], most: int
    ) -> None:
        self.function, self.items, self.lost, self.most = function, items, lost, most
        self.workers: list[_Worker] = []
        self.done: dict[int, _R] = {}
        self.next = 0  # the first item that nobody was given
        self.oldest = 0  # the first item whose result was not taken
        if gc.isenabled():
            gc.collect()
        gc.freeze()  # what is shared is not written to, so that it stays shared
        for _ in range(jobs):
            self._start()

    def results(self) -> Iterator[_R]:
        while self.oldest < len(self.items):
            self._assign()
            busy = [worker for worker in self.workers if worker.number >= 0]
            ready = connection.wait([worker.connection for worker in busy])
            for worker in busy:
                if worker.connection in ready:
                    self._take(worker)
            while self.oldest in self.done:
                yield self.done.pop(self.oldest)
                self.oldest += 1

    def end(self) -> None:
        for worker in self.workers:
            worker.end()
        gc.unfreeze()

    def _start(self) -> None:
        self.workers.append(_Worker(self.function, self.items, self.workers))

    def _assign(self) -> None:
        for worker in self.workers:
            if worker.number < 0 and self.next < min(len(self.items), self.oldest + WINDOW):
                worker.give(self.next)
                self.next += 1

    def _take(self, worker: _Worker) -> None:
        number, worker.number = worker.number, -1
        try:
            self.done[number] = worker.connection.recv()
            is_spent = worker.given >= self.most
        except (EOFError, OSError):
            self.done[number] = self.lost(self.items[number])
            is_spent = True
        if is_spent:
            self.workers.remove(worker)
            worker.end()
            if self.next < len(self.items):
                self._start()


def _work(
    function: Callable[[Any], Any], items: Sequence[Any], mine: Any, inherited: Sequence[Any]
) -> None:  # pragma: no cover - in the other process
    """What a process does, until the other end of its connection is closed. Signals are for the one that started it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    for other in inherited:
        other.close()
    try:
        while True:
            mine.send(function(items[mine.recv()]))
    except (EOFError, OSError):
        return
