"""Shared neighbours and structural equivalence of actors in a simple undirected graph.

Two actors are structurally equivalent when they are tied to the same others [lorrain1971]. How near two come to
that is measured by the distance between their ties [burt1976], by the correlation of their ties, on which CONCOR is
built [breiger1975], and by the part of their neighbours that they share [jaccard1912].

A tie between the two themselves, and ties of either with itself, are left out of every measure: to be tied to each
other does not make two actors alike.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Likeness:
    """How alike two actors are tied.

    ``one_ties`` and ``other_ties`` count the neighbours of each besides the other; ``probability`` is that of at least
    this many shared neighbours by chance, see :func:`shared_by_chance`.
    """

    one: str
    other: str
    one_ties: int
    other_ties: int
    shared: tuple[str, ...]
    jaccard: float
    distance: float
    correlation: float | None
    probability: float


def likeness(graph: nx.Graph[str], one: str, other: str) -> Likeness:
    """Every measure of this module for two different actors. Raises KeyError for one that the graph does not have.

    >>> import networkx as nx
    >>> likeness(nx.Graph([("a", "hub"), ("b", "hub"), ("b", "x")]), "a", "b").jaccard
    0.5
    """
    ones, others = (_neighbours(graph, node, {one, other}) for node in (one, other))
    shared = ones & others
    rest = len(graph) - 2
    return Likeness(
        one,
        other,
        len(ones),
        len(others),
        tuple(sorted(shared)),
        jaccard(ones, others),
        distance(ones, others),
        correlation(len(ones), len(others), len(shared), rest),
        shared_by_chance(len(ones), len(others), len(shared), rest),
    )


def rank(graph: nx.Graph[str], actors: Collection[str]) -> tuple[Likeness, ...]:
    """All pairs among the actors that share a neighbour, the most alike first.

    By Jaccard, then by the smaller probability, then by name. Pairs that share nobody (Jaccard 0) are not in it.

    >>> import networkx as nx
    >>> [(pair.one, pair.other) for pair in rank(nx.Graph([("a", "hub"), ("b", "hub"), ("b", "x")]), ["a", "b", "x"])]
    [('a', 'b')]
    """
    among = {actor for actor in actors if actor in graph}
    pairs = {
        (one, other)
        for one in among
        for between in graph[one]
        for other in graph[between]
        if other in among and one < other and between not in (one, other)
    }
    found = [likeness(graph, one, other) for one, other in pairs]
    return tuple(sorted(found, key=lambda pair: (-pair.jaccard, pair.probability, pair.one, pair.other)))


def jaccard(ones: Collection[str], others: Collection[str]) -> float:
    """The part of all neighbours that both have [jaccard1912], 0 to 1; 0 where neither has any.

    >>> jaccard({"a", "b"}, {"b", "c"})
    0.3333333333333333
    """
    both = set(ones) | set(others)
    return len(set(ones) & set(others)) / len(both) if both else 0.0


def distance(ones: Collection[str], others: Collection[str]) -> float:
    """The Euclidean distance of two actors' ties [burt1976], 0 where they are structurally equivalent.

    Each tie is counted once, as the graph is undirected; counted in both directions it is larger by the root of 2.

    >>> distance({"a", "b"}, {"b", "c", "d", "e"})
    2.0
    """
    return math.sqrt(len(set(ones) ^ set(others)))


def correlation(ones: int, others: int, shared: int, rest: int) -> float | None:
    """Pearson's correlation of two actors' ties to the ``rest`` others [breiger1975], -1 to 1.

    ``ones`` and ``others`` are the numbers of ties of each, ``shared`` of those that go to the same. None where one of
    the two is tied to nobody or to everybody: without variance there is no correlation.

    >>> correlation(ones=2, others=2, shared=2, rest=4)
    1.0
    """
    spread = ones * (rest - ones) * others * (rest - others)
    return (rest * shared - ones * others) / math.sqrt(spread) if spread > 0 else None


def shared_by_chance(ones: int, others: int, shared: int, rest: int) -> float:
    """The probability of at least ``shared`` common neighbours when both choose theirs blindly among ``rest`` others.

    The upper tail of the hypergeometric distribution [goldberg2003], in whole numbers and so exact. It takes every
    other actor to be as easily chosen; where some have many more ties than others, sharing one of those is likelier
    than it says.

    >>> shared_by_chance(ones=1, others=1, shared=1, rest=4)
    0.25
    """
    tail = sum(math.comb(ones, k) * math.comb(rest - ones, others - k) for k in range(shared, min(ones, others) + 1))
    return tail / math.comb(rest, others)


def _neighbours(graph: nx.Graph[str], node: str, without: Collection[str]) -> set[str]:
    return set(graph[node]) - set(without)
