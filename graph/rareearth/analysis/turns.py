"""Which verdicts of the analysis differ between two states of the graph, and the changed claims behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import analysis

if TYPE_CHECKING:
    from rareearth.analysis.finding import Verdict
    from rareearth.store.backend import Backend
    from rareearth.views.changes import Changes


@dataclass(frozen=True)
class Turn:
    """A question with its verdicts before and then, and the ids of the new, gone or changed claims that it is based on.

    Such a claim may be why the verdict turned; whether it alone is, nobody has tested.
    """

    question: str
    before: Verdict
    then: Verdict
    claims: tuple[str, ...]


def between(old: Backend, new: Backend, changes: Changes) -> list[Turn]:
    """The verdicts that turned between two stores with these changes."""
    moved = {claim.id for claim in (*changes.new, *changes.gone)}
    moved |= {claim.id for change in changes.changed for claim in (change.before, change.then)}
    found = []
    for before, then in zip(analysis.answers(old), analysis.answers(new), strict=True):
        if before.verdict is not then.verdict:
            based = {*before.support.claims, *then.support.claims} & moved
            found.append(Turn(then.question, before.verdict, then.verdict, tuple(sorted(based))))
    return found


def lines(turns: list[Turn]) -> Iterator[str]:
    """The turns as text."""
    yield "Verdicts that turned" if turns else "no verdict turned"
    for turn in turns:
        yield f"~ {turn.question} {turn.before} → {turn.then}"
        yield from (f"    {claim}" for claim in turn.claims)
