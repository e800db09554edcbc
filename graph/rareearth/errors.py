"""What is wrong with an input, told in one line: file, line, what was found, what was wanted, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rareearth import paths


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one file; ``line`` counts from 1 and is None where the fault is of the file as a whole."""

    file: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        where = paths.shown(self.file) + (f":{self.line}" if self.line else "")
        return f"{where}: " + self.message.replace("\n", "\\n")


class RareEarthError(Exception):
    """Anything that the user can mend; its text is fit to be shown as it is."""


class DataError(RareEarthError):
    """Faults found in the data or the ontology, all of them, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.message))
        super().__init__("\n".join(map(str, self.problems)))


def suggest(word: str, known: Iterable[str]) -> str:
    """'; did you mean A or B?' for a word that is close to known ones, else nothing.

    >>> suggest("leeds", ["leads", "owns"])
    '; did you mean leads?'
    """
    from rapidfuzz import fuzz, process

    found = process.extract(word, sorted(known), scorer=fuzz.ratio, limit=2, score_cutoff=70)
    return f"; did you mean {' or '.join(close for close, _, _ in found)}?" if found else ""
