"""Communities of a simple undirected graph: how well it falls apart into groups, and how sure the groups are.

A partition is good when more ties run within its groups than chance would give for the same degrees: its modularity
[newman2004]. The best is sought by Louvain [blondel2008] or Leiden [traag2019]. Both draw at random, and many
different partitions are nearly as good as the best [good2010]; so they are run many times, and what the runs have in
common is measured.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from rareearth.errors import RareEarthError
from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

Partition: TypeAlias = tuple[frozenset[str], ...]
_DIGITS = 12  # in which equal modularities agree, whatever the order of their sums


@dataclass(frozen=True)
class Stability:
    """What several runs of one method have in common.

    ``best`` is the partition of highest modularity (of equal ones that of the first run), ``modularities`` has one
    number for each of the ``runs``. ``ari`` and ``nmi`` are the means of the adjusted Rand index and the normalized
    mutual information over all pairs of runs, 1 where all runs agree; None for a single run.
    """

    best: Partition
    modularities: tuple[float, ...]
    ari: float | None
    nmi: float | None
    runs: tuple[Partition, ...]

    def cohesion(self, group: Collection[str]) -> float:
        """The part of the runs in which two of a group are together, as the mean over its pairs; 1 for one actor."""
        members = set(group)
        pairs = math.comb(len(members), 2)
        kept = sum(math.comb(len(members & other), 2) for run in self.runs for other in run)
        return kept / (pairs * len(self.runs)) if pairs else 1.0


def louvain(graph: nx.Graph[str], seed: int) -> Partition:
    """A partition by Louvain [blondel2008], as igraph has it; the same for the same seed.

    NetworkX has Louvain too, but its releases 3.6 and 3.7 round gains differently, and so find other groups.

    >>> import networkx as nx
    >>> pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x"), ("a", "x")]
    >>> [sorted(group) for group in louvain(nx.Graph(pairs), seed=0)]
    [['a', 'b', 'c'], ['x', 'y', 'z']]
    """
    made, number = backends.igraph_of(graph)
    with backends.random_seed(seed):
        groups = made.community_multilevel()
    return _partition(groups, list(number))


def leiden(graph: nx.Graph[str], seed: int) -> Partition:
    """A partition by Leiden [traag2019], as igraph has it; the same for the same seed.

    >>> import networkx as nx
    >>> pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x"), ("a", "x")]
    >>> [sorted(group) for group in leiden(nx.Graph(pairs), seed=0)]
    [['a', 'b', 'c'], ['x', 'y', 'z']]
    """
    made, number = backends.igraph_of(graph)
    with backends.random_seed(seed):
        groups = made.community_leiden(objective_function="modularity", n_iterations=-1)
    return _partition(groups, list(number))


def modularity(graph: nx.Graph[str], groups: Iterable[Collection[str]]) -> float:
    """The modularity of a partition [newman2004], from -0.5 to 1.

    It is the part of the ties within the groups, less what the degrees alone would give; 0 for a graph without ties.
    Raises RareEarthError where the groups are no partition of the actors.

    >>> import networkx as nx
    >>> modularity(nx.Graph([("a", "b"), ("c", "d")]), ["ab", "cd"])
    0.5
    """
    sets = [set(group) for group in groups]
    if sum(map(len, sets)) != len(graph) or set().union(*sets) != set(graph):
        raise RareEarthError("the groups are no partition: expected every actor in exactly one of them")
    if not graph.number_of_edges():
        return 0.0
    made, number = backends.igraph_of(graph)
    return float(made.modularity(_membership(sets, list(number))))


def stability(
    graph: nx.Graph[str],
    seeds: Sequence[int],
    method: Callable[[nx.Graph[str], int], Partition] = louvain,
) -> Stability:
    """One run of a method (:func:`louvain`, :func:`leiden`) for each seed, the best of them, and how far they agree.

    >>> import networkx as nx
    >>> pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x"), ("a", "x")]
    >>> stability(nx.Graph(pairs), seeds=range(5), method=leiden).ari
    1.0
    """
    runs = tuple(method(graph, seed) for seed in seeds)
    found = tuple(modularity(graph, run) for run in runs)
    best = max(range(len(runs)), key=lambda number: (round(found[number], _DIGITS), -number))
    return Stability(runs[best], found, _agreement(runs, ari), _agreement(runs, nmi), runs)


def _agreement(runs: Sequence[Partition], measure: Callable[[Partition, Partition], float]) -> float | None:
    """The mean of a measure over all pairs of runs; runs of the same partition, for which it is 1, count at once."""
    counts = Counter(runs)
    pairs = math.comb(len(runs), 2)
    same = sum(math.comb(count, 2) for count in counts.values())
    other = math.fsum(counts[a] * counts[b] * measure(a, b) for a, b in combinations(sorted(counts, key=_key), 2))
    return (same + other) / pairs if pairs else None


def _key(partition: Partition) -> list[list[str]]:
    return [sorted(group) for group in partition]


def ari(ones: Collection[Collection[str]], others: Collection[Collection[str]]) -> float:
    """The adjusted Rand index of two partitions of the same actors [hubert1985], at most 1.

    How far they put the same pairs together, beyond chance: 1 for the same, about 0 for unrelated ones.

    >>> round(ari(["ab", "c", "d"], ["ab", "cd"]), 12)
    0.571428571429
    """
    return _compare(ones, others, "adjusted_rand")


def nmi(ones: Collection[Collection[str]], others: Collection[Collection[str]]) -> float:
    """The normalized mutual information of two partitions of the same actors [danon2005], 0 to 1.

    The information that one has about the other, divided by the mean of their entropies.

    >>> round(nmi(["ab", "c", "d"], ["ab", "cd"]), 12)
    0.8
    """
    return _compare(ones, others, "nmi")


def _compare(
    ones: Collection[Collection[str]], others: Collection[Collection[str]], method: Literal["adjusted_rand", "nmi"]
) -> float:
    import igraph

    if {frozenset(group) for group in ones} == {frozenset(group) for group in others}:
        return 1.0  # igraph has nan where each is one group, or each actor a group of its own
    names = sorted({name for group in ones for name in group})
    return float(igraph.compare_communities(_membership(ones, names), _membership(others, names), method=method))


def _membership(groups: Iterable[Collection[str]], names: Sequence[str]) -> list[int]:
    """The number of the group of each name."""
    number = {name: place for place, group in enumerate(groups) for name in group}
    return [number[name] for name in names]


def _partition(groups: Iterable[Collection[int]], names: Sequence[str]) -> Partition:
    """The groups by name, the largest first."""
    named = (frozenset(names[number] for number in group) for group in groups)
    return tuple(sorted(named, key=lambda group: (-len(group), min(group))))
