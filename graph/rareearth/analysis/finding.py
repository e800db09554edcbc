"""An answer in figures, and what it rests on: plain values that print, compare and go into JSON as they are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from rareearth.views import tables

Value: TypeAlias = str | int | float | None


def counted(count: int, one: str, many: str = "") -> str:
    """So many things in words: ``1 tie``, ``2 ties``, ``2 bodies``; ``many`` where more than the last word changes."""
    if count == 1:
        return f"1 {one}"
    ending = "ies" if re.search("[^aeiou]y$", one) else "es" if one.endswith("ch") else "s"
    return f"{count:,} {many or one.removesuffix('y' if ending == 'ies' else '') + ending}"


class Verdict(StrEnum):
    """What the ties say of a claim; ``described`` where there is no claim to weigh."""

    SUPPORTED = "the ties support it"
    AGAINST = "the ties speak against it"
    OPEN = "the graph cannot tell"
    DESCRIBED = "described"


@dataclass(frozen=True)
class Basis:
    """What a figure rests on.

    ``ties`` counts pairs of actors, ``claims`` and ``sources`` are ids, ``kinds`` the number of claims of each kind,
    ``sentences`` how many of the claims lead to a sentence of a text (the others to a page, or a copy of one).
    """

    ties: int
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    kinds: tuple[tuple[str, int], ...]
    sentences: int

    def __str__(self) -> str:
        kinds = ", ".join(counted(count, kind) for kind, count in self.kinds)
        return (
            f"{counted(self.ties, 'tie')} from {counted(len(self.claims), 'claim')} ({kinds or 'none'}) of "
            f"{counted(len(self.sources), 'source')}; "
            f"{counted(self.sentences, 'claim leads', 'claims lead')} to a sentence"
        )


@dataclass(frozen=True)
class Table:
    """Rows of figures. ``evidence`` has the ids of the claims behind each row, or nothing at all."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    basis: Basis | None = None
    evidence: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    ``claim`` is what the verdict is on, in one sentence ("" where the finding only describes); ``answer`` says it in
    one or two sentences with the figures; ``limits`` what the sample cannot carry, and by which rule; ``method`` the
    literature of the measures. ``drawn`` are tables too long to be read, of which figures are drawn: they stand
    neither in :func:`lines` nor in a :func:`record`.
    """

    name: str
    question: str
    verdict: Verdict
    answer: str
    tables: tuple[Table, ...]
    basis: Basis
    limits: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    claim: str = ""
    drawn: tuple[Table, ...] = ()


def lines(finding: Finding) -> Iterator[str]:
    """A finding as text: verdict and answer first, then the tables, the limits and what it rests on."""
    yield finding.question
    yield f"{finding.claim} – {finding.verdict}" if finding.claim else str(finding.verdict)
    yield finding.answer
    for table in finding.tables:
        yield ""
        yield table.title
        rows: list[list[object]] = [[rounded(value, 4) for value in row] for row in table.rows]
        yield from tables.text(list(table.columns), rows).splitlines()
        if table.note:
            yield table.note
        if table.basis:
            yield f"rests on {table.basis}"
    for title, texts in (("What the sample cannot carry", finding.limits), ("Method", finding.method)):
        if texts:
            yield ""
            yield title
            yield from (f"  {text}" for text in texts)
    yield ""
    yield f"rests on {finding.basis}"


def record(finding: Finding) -> dict[str, object]:
    """A finding as dictionaries, lists and plain values for JSON; numbers have six significant digits."""
    return {
        "name": finding.name,
        "question": finding.question,
        "claim": finding.claim,
        "verdict": str(finding.verdict),
        "answer": finding.answer,
        "tables": [_table(table) for table in finding.tables],
        "limits": list(finding.limits),
        "method": list(finding.method),
        "basis": _basis(finding.basis),
    }


def rounded(value: Value, digits: int = 6) -> Value:
    """A number with so many significant digits, and none where it is not finite; any other value as it is."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[rounded(value) for value in row] for row in table.rows],
        "note": table.note,
        "basis": _basis(table.basis) if table.basis else None,
        "evidence": [list(ids) for ids in table.evidence],
    }


def _basis(basis: Basis) -> dict[str, object]:
    return {
        "ties": basis.ties,
        "claims": list(basis.claims),
        "sources": list(basis.sources),
        "kinds": dict(basis.kinds),
        "sentences": basis.sentences,
    }
