"""How far a long work is: shown on a terminal only, and wiped away at the end."""

from __future__ import annotations

import io
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import build
from rareearth.cli import progress
from rareearth.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_it_is_shown_on_a_terminal_and_wiped_away(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_FIRST", 0.0)
    monkeypatch.setattr(progress, "_EVERY", 0.001)
    with Progress({"read": 0.5, "write": 0.5}) as made:
        made("read")
        limit = time.monotonic() + 10
        while shown and "read" not in stream.getvalue() and time.monotonic() < limit:
            time.sleep(0.001)
        made("write")
        while shown and "write" not in stream.getvalue() and time.monotonic() < limit:
            time.sleep(0.001)
    assert ("read …" in stream.getvalue(), "% done, about" in stream.getvalue()) == (shown, shown)
    assert not shown or stream.getvalue().endswith(progress._CLEAR)


@given(st.floats(0.01, 1e5), st.floats(0, 1), st.sampled_from(list(build.STAGES)))
def test_what_is_done_is_between_what_was_done_before_and_all(elapsed: float, part: float, stage: str) -> None:
    line = Progress(build.STAGES).line(elapsed, stage, elapsed * part)
    if stage == "data":
        assert line == "data …"
        return
    done = int(line.split()[1])
    before = 100 * sum(
        share
        for name, share in build.STAGES.items()
        if list(build.STAGES).index(name) < list(build.STAGES).index(stage)
    )
    assert before - 1 <= done <= 99
    assert sum(build.STAGES.values()) == pytest.approx(1)
