"""The answer to a question: a typed result, a verdict, the tables made from the result, and what all of it is based on.

A question's module has a frozen dataclass ``Result`` and a function ``tables(result)``. Tables are for people; whoever
computes with an answer, or draws it, takes the :attr:`Finding.result`, whose field names are stable.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeAlias, TypeVar

from rareearth.analysis import references
from rareearth.analysis.references import Reference
from rareearth.views import tables

Value: TypeAlias = str | int | float | None
R_co = TypeVar("R_co", covariant=True)
S_co = TypeVar("S_co", covariant=True)


def quantity(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 tie``, ``2 ties``, ``2 bodies``; ``many`` if more than the last word changes."""
    if count == 1:
        return f"1 {one}"
    ending = "ies" if re.search("[^aeiou]y$", one) else "es" if one.endswith("ch") else "s"
    return f"{count:,} {many or one.removesuffix('y' if ending == 'ies' else '') + ending}"


class Verdict(StrEnum):
    """What the network says about a claim; descriptive if there is no claim to test."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    DESCRIPTIVE = "descriptive"


@dataclass(frozen=True)
class Actor:
    """A node of the network as results name it."""

    id: str
    name: str


@dataclass(frozen=True)
class Support:
    """The claims that a number is based on.

    ``ties`` is the number of pairs of actors, ``claims`` and ``sources`` are ids, ``kinds`` has the number of claims of
    each kind, ``sentences`` is the number of claims that cite a sentence of a text (the others cite a page, or a copy
    of one).
    """

    ties: int
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    kinds: Mapping[str, int]
    sentences: int

    def __str__(self) -> str:
        kinds = ", ".join(quantity(count, kind) for kind, count in self.kinds.items())
        return (
            f"{quantity(self.ties, 'tie')} from {quantity(len(self.claims), 'claim')} ({kinds or 'none'}) of "
            f"{quantity(len(self.sources), 'source')}; "
            f"{quantity(self.sentences, 'claim cites', 'claims cite')} a sentence"
        )


@dataclass(frozen=True)
class TestResult(Generic[S_co]):
    """The test of a claim on one set of ties.

    ``ties`` is the number of ties tested, ``statistics`` what the test found (a dataclass of the question's module),
    ``verdict`` what the question's rule makes of them.
    """

    ties: int
    statistics: S_co
    verdict: Verdict
    __test__: ClassVar[bool] = False  # for pytest, which would collect the class by its name


def changed_verdicts(result: TestResult[object], others: Mapping[str, TestResult[object]]) -> tuple[str, ...]:
    """The names of those tests whose verdict is not that of ``result``."""
    return tuple(name for name, other in others.items() if other.verdict is not result.verdict)


@dataclass(frozen=True)
class Table:
    """A result as rows for people. ``evidence`` has the claim ids behind each row, or is empty."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    support: Support | None = None
    evidence: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding(Generic[R_co]):
    """The answer to one question.

    ``claim`` is the sentence that the verdict is about ("" if the finding is descriptive); ``answer`` sums the result
    up in one or two sentences; ``result`` has all numbers, typed; ``tables`` are made from it; ``limits`` say what
    cannot be concluded, and by which rule; ``method`` names the methods and cites works by the keys of
    :mod:`references`.
    """

    name: str
    question: str
    claim: str = ""
    verdict: Verdict
    answer: str
    result: R_co
    tables: tuple[Table, ...]
    limits: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    support: Support

    @property
    def references(self) -> tuple[Reference, ...]:
        """The works that the method cites."""
        return tuple(references.REFERENCES[key] for key in references.keys(self.method))


def lines(finding: Finding[object]) -> Iterator[str]:
    """A finding as lines of text: verdict and answer, then tables, limitations, method and support."""
    yield finding.question
    yield f"{finding.claim} – {finding.verdict}" if finding.claim else str(finding.verdict)
    yield finding.answer
    for table in finding.tables:
        yield ""
        yield table.title
        rows: list[list[object]] = [[round_significant(value, 4) for value in row] for row in table.rows]
        yield from tables.text(list(table.columns), rows).splitlines()
        if table.note:
            yield table.note
        if table.support:
            yield f"Based on {table.support}"
    method = [references.expand(text) for text in finding.method]
    works = [str(work) for work in finding.references]
    for title, texts in (("Limitations", finding.limits), ("Method", method), ("References", works)):
        if texts:
            yield ""
            yield title
            yield from (f"  {text}" for text in texts)
    yield ""
    yield f"Based on {finding.support}"


def record(finding: Finding[object]) -> dict[str, object]:
    """A finding for JSON, with all that it has, as :func:`plain` gives it; ``references`` has the works by key."""
    found = {field.name: plain(getattr(finding, field.name)) for field in dataclasses.fields(finding)}
    return found | {"references": {work.key: str(work) for work in finding.references}}


def plain(value: object) -> object:
    """A result as dictionaries, lists and plain values for JSON; numbers have six significant digits.

    Dataclasses and named tuples become dictionaries, enumerations their texts, and sets sorted lists. Raises TypeError
    for anything else.

    >>> plain(Actor("li-bo", "Li Bo"))
    {'id': 'li-bo', 'name': 'Li Bo'}
    """
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return round_significant(value)
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, tuple | list | Set):
        return [plain(item) for item in (sorted(value) if isinstance(value, Set) else value)]
    raise TypeError(f"no plain form of {type(value).__name__}")


def round_significant(value: Value, digits: int = 6) -> Value:
    """A number rounded to significant digits, None if it is not finite; any other value unchanged."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
