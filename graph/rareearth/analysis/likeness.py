"""How alike two bodies of a sample are tied, as the question ``overlap`` reports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Actor, Value

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.equivalence import Likeness

LEAST_TIES = 5  # neighbours that both need for a p-value
COLUMNS = ("ties of one", "ties of other", "shared", "Jaccard", "distance", "correlation", "p")


@dataclass(frozen=True)
class Pair:
    """How alike two bodies are tied.

    ``one_ties`` and ``other_ties`` count the neighbours of each besides the other, ``shared`` are those they have in
    common. ``jaccard`` is the shared part of all their neighbours, ``distance`` and ``correlation`` compare their ties
    (:mod:`equivalence`). ``p`` is the probability of at least this many shared neighbours by chance, None if either has
    fewer than 5; ``p_corrected`` corrects it for all tests in their role, None for two bodies of different roles.
    ``claims`` are those of the ties to the shared neighbours.
    """

    one: Actor
    other: Actor
    one_ties: int
    other_ties: int
    shared: tuple[Actor, ...]
    jaccard: float
    distance: float
    correlation: float | None
    p: float | None
    p_corrected: float | None
    claims: tuple[str, ...]


def testable(pair: Likeness) -> bool:
    """Whether both have ties enough for a p-value."""
    return min(pair.one_ties, pair.other_ties) >= LEAST_TIES


def rank(pair: Likeness) -> tuple[float, float, str, str]:
    """The sort key by which the most alike come first."""
    return (-pair.jaccard, pair.probability, pair.one, pair.other)


def actor(sample: Sample, node: str) -> Actor:
    """An actor by its name, or by its id if it has no tie in the sample."""
    return Actor(node, str(sample.ties.nodes[node]["label"]) if node in sample.ties else node)


def ties(pair: Likeness) -> Iterator[tuple[str, str]]:
    """The ties of the two to those they share."""
    return ((end, between) for between in pair.shared for end in (pair.one, pair.other))


def describe(sample: Sample, pair: Likeness, corrected: Mapping[tuple[str, str], float] = MappingProxyType({})) -> Pair:
    """A pair with the names of all actors and the claims of its ties; ``corrected`` has the corrected p-values."""
    return Pair(
        one=actor(sample, pair.one),
        other=actor(sample, pair.other),
        one_ties=pair.one_ties,
        other_ties=pair.other_ties,
        shared=tuple(actor(sample, node) for node in pair.shared),
        jaccard=pair.jaccard,
        distance=pair.distance,
        correlation=pair.correlation,
        p=pair.probability if testable(pair) else None,
        p_corrected=corrected.get((pair.one, pair.other)),
        claims=tuple(sorted({claim for tie in ties(pair) for claim in sample.ties.edges[tie]["claims"]})),
    )


def cells(pair: Pair | None) -> tuple[Value, ...]:
    """The cells of :data:`COLUMNS`."""
    if pair is None:
        return (None,) * len(COLUMNS)
    numbers = (pair.jaccard, pair.distance, pair.correlation, pair.p)
    return (pair.one_ties, pair.other_ties, len(pair.shared), *numbers)


def shared_names(pair: Pair) -> str:
    """The names of the shared neighbours."""
    return ", ".join(actor.name for actor in pair.shared)
