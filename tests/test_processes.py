"""Items in parallel processes: their order, processes that end by themselves, and that none is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from rareearth import processes


def square(number: int) -> int:
    if number % 7 == 0:
        time.sleep(0.02)  # the others are done before it
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def lost(number: int) -> int:
    return number


@pytest.mark.parametrize("jobs", [1, 2, 5, 50])
def test_results_are_in_the_order_of_the_items(jobs: int) -> None:
    assert list(processes.ordered(square, range(40), jobs, lost)) == [n * n for n in range(40)]
    assert not multiprocessing.active_children()


def test_an_item_whose_process_is_killed_is_lost_and_the_others_are_not() -> None:
    items = [*range(5), -1, *range(5), -2, -3]
    assert list(processes.ordered(square, items, 2, lost)) == [n * n if n >= 0 else n for n in items]
    assert not multiprocessing.active_children()


def test_a_process_is_replaced_after_some_items() -> None:
    found = list(processes.ordered(lambda _: os.getpid(), range(20), 1, lost, most=5))
    assert [len(set(found[at : at + 5])) for at in (0, 5, 10, 15)] == [1, 1, 1, 1]
    assert len(set(found)) == 4
    assert os.getpid() not in found


def test_no_more_than_a_window_is_ahead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "WINDOW", 4)

    def begun(number: int) -> int:
        """How many items are begun while the first one takes its time."""
        (tmp_path / str(number)).touch()
        time.sleep(0.0 if number else 0.5)
        return len(list(tmp_path.iterdir()))

    found = list(processes.ordered(begun, range(12), 2, lost))
    assert found[0] == 4
    assert len(found) == 12


def test_stopping_early_leaves_no_process() -> None:
    results = processes.ordered(square, range(1000), 2, lost)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
