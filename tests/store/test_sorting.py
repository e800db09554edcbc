"""Sorting: the same lines in the same order, whether they are held in memory or in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rareearth.store.sorting import Sorter

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=4), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=LINES, second=LINES, size=st.integers(1, 7))
def test_lines_are_sorted_and_each_comes_once(tmp_path: Path, first: list[str], second: list[str], size: int) -> None:
    held, spilled = Sorter(), Sorter(tmp_path, size)
    for sorter in (held, spilled):
        sorter.extend(first)
        assert list(sorter) == sorted(set(first))
        sorter.extend(second)
        assert list(sorter) == list(sorter) == sorted({*first, *second})


@pytest.mark.parametrize(("lines", "files"), [(0, 0), (99, 0), (100, 1), (250, 2)])
def test_files_are_written_only_for_what_is_too_much(tmp_path: Path, lines: int, files: int) -> None:
    sorter = Sorter(tmp_path, 100)
    sorter.extend(f"{n:03}" for n in range(lines))
    assert len(list(tmp_path.iterdir())) == files
    assert list(sorter) == [f"{n:03}" for n in range(lines)]
