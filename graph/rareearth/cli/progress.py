"""How far a long work is, on one line of the terminal that is written again and again; nothing where there is none."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType

_FIRST = 2.0  # seconds that work may take before anything is shown
_EVERY = 1.0  # seconds between two lines
_CLEAR = "\r\x1b[K"


class Progress:
    """The stages of a work, with the share of its time that each usually takes; to be called with each as it begins.

    What is left is estimated from the time that the stages before took: they are as many parts of the whole as usual.

    >>> with Progress({"read": 0.25, "write": 0.75}) as progress:
    ...     progress("read")
    >>> progress.line(elapsed=10.0, into="write", since=0.0)
    'write: 25 % done, about 30 s left'
    """

    def __init__(self, stages: Mapping[str, float]) -> None:
        self._stages = stages
        self._begun = self._since = time.monotonic()
        self._stage = ""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def __call__(self, stage: str) -> None:
        """Begin a stage."""
        self._stage, self._since = stage, time.monotonic()

    def line(self, elapsed: float, into: str, since: float) -> str:
        """What is shown after ``elapsed`` seconds, ``since`` seconds into a stage."""
        names = list(self._stages)
        before = sum(self._stages[name] for name in names[: names.index(into)])
        if not before:
            return f"{into} …"
        whole = max((elapsed - since) / before, elapsed)
        done = min(before + min(since / whole, self._stages[into]), 0.99)
        return f"{into}: {done:.0%} done, about {_time(whole * (1 - done))} left".replace("%", " %")

    def _show(self) -> None:
        shown = False
        while not self._end.wait(_EVERY):
            now = time.monotonic()
            if self._stage and now - self._begun > _FIRST:
                line = self.line(now - self._begun, self._stage, now - self._since)
                sys.stderr.write(_CLEAR + line)
                sys.stderr.flush()
                shown = True
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
