"""Communities of a simple undirected graph: how well it falls apart into groups, and how sure the groups are.

A partition is good when more ties run within its groups than chance would give for the same degrees: its modularity
(M. E. J. Newman and M. Girvan, Finding and evaluating community structure in networks, Physical Review E 69, 2004).
The best is sought by Louvain (V. D. Blondel, J.-L. Guillaume, R. Lambiotte and E. Lefebvre, Fast unfolding of
communities in large networks, Journal of Statistical Mechanics, 2008) or Leiden (V. A. Traag, L. Waltman and N. J. van
Eck, From Louvain to Leiden, Scientific Reports 9, 2019). Both draw lots, and many different partitions are nearly as
good as the best (B. H. Good, Y.-A. de Montjoye and A. Clauset, Performance of modularity maximization in practical
contexts, Physical Review E 81, 2010); so they are run many times, and what the runs have in common is told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from rareearth.errors import RareEarthError
from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

Partition: TypeAlias = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Stability:
    """What several runs of one method have in common.

    ``best`` is the partition of highest modularity. ``rand`` and ``information`` are the means of the adjusted Rand
    index and the normalized mutual information over all pairs of runs, 1 where all runs agree; None for a single run.
    """

    best: Partition
    modularities: tuple[float, ...]
    rand: float | None
    information: float | None
    runs: tuple[Partition, ...]

    def together(self, one: str, other: str) -> float:
        """The part of the runs in which two actors are in one group."""
        return sum(any({one, other} <= group for group in run) for run in self.runs) / len(self.runs)

    def cohesion(self, group: Collection[str]) -> float:
        """The mean of :meth:`together` over the pairs of a group; 1 for a group of one."""
        members = set(group)
        pairs = math.comb(len(members), 2)
        kept = sum(math.comb(len(members & other), 2) for run in self.runs for other in run)
        return kept / (pairs * len(self.runs)) if pairs else 1.0


def louvain(graph: nx.Graph[str], seed: int, weight: str | None = None) -> Partition:
    """A partition by Louvain, as NetworkX has it; the same for the same seed."""
    import networkx as nx

    numbered, names = _numbered(graph)
    return _named(nx.community.louvain_communities(numbered, weight=weight, seed=seed), names)


def leiden(graph: nx.Graph[str], seed: int, weight: str | None = None) -> Partition:
    """A partition by Leiden, as igraph has it; the same for the same seed. Raises RareEarthError without igraph."""
    numbered, names = _numbered(graph)
    groups = backends.leiden(numbered, seed, weight)
    if groups is None:
        raise RareEarthError("Leiden needs igraph, which is not installed: pip install 'rareearth[analysis]'")
    return _named(groups, names)


def modularity(graph: nx.Graph[str], groups: Iterable[Collection[str]], weight: str | None = None) -> float:
    """The part of the ties within the groups, less what the degrees alone would give: from -0.5 to 1.

    0 for a graph without ties. Raises RareEarthError where the groups are no partition of the actors.
    """
    sets = [set(group) for group in groups]
    if sum(map(len, sets)) != len(graph) or set().union(*sets) != set(graph):
        raise RareEarthError("the groups are no partition: wanted every actor in one of them")
    return backends.modularity(graph, sets, weight) if graph.number_of_edges() else 0.0


def stability(
    graph: nx.Graph[str],
    seeds: Sequence[int],
    method: Callable[[nx.Graph[str], int], Partition] = louvain,
) -> Stability:
    """One run of the method for each seed, the best of them, and how far they agree."""
    runs = tuple(method(graph, seed) for seed in seeds)
    found = tuple(modularity(graph, run) for run in runs)
    best = max(range(len(runs)), key=lambda number: (found[number], -number))
    return Stability(runs[best], found, _agreement(runs, adjusted_rand), _agreement(runs, mutual_information), runs)


def _agreement(runs: Sequence[Partition], measure: Callable[[Partition, Partition], float]) -> float | None:
    """The mean of a measure over all pairs of runs; runs of the same partition, which it gives 1, are told once."""
    counts = Counter(runs)
    pairs = math.comb(len(runs), 2)
    same = sum(math.comb(count, 2) for count in counts.values())
    other = math.fsum(counts[a] * counts[b] * measure(a, b) for a, b in combinations(sorted(counts, key=_key), 2))
    return (same + other) / pairs if pairs else None


def _key(partition: Partition) -> list[list[str]]:
    return [sorted(group) for group in partition]


def adjusted_rand(ones: Iterable[Collection[str]], others: Iterable[Collection[str]]) -> float:
    """How far two partitions put the same pairs together, beyond chance: 1 for the same, about 0 for unrelated ones.

    (L. Hubert and P. Arabie, Comparing partitions, Journal of Classification 2, 1985.)
    """
    cells, rows, columns = _table(ones, others)
    pairs, left, right = (sum(math.comb(n, 2) for n in counts.values()) for counts in (cells, rows, columns))
    every = math.comb(sum(rows.values()), 2)
    expected = left * right / every if every else 0.0
    most = (left + right) / 2
    return (pairs - expected) / (most - expected) if most != expected else 1.0


def mutual_information(ones: Iterable[Collection[str]], others: Iterable[Collection[str]]) -> float:
    """What one partition tells of the other, as part of the mean of what each tells: 0 for nothing, 1 for all.

    (L. Danon, A. Diaz-Guilera, J. Duch and A. Arenas, Comparing community structure identification, Journal of
    Statistical Mechanics, 2005.)
    """
    cells, rows, columns = _table(ones, others)
    total = sum(rows.values())
    shared = math.fsum(n / total * math.log(n * total / (rows[i] * columns[j])) for (i, j), n in cells.items())
    mean = (_entropy(rows) + _entropy(columns)) / 2
    return shared / mean if mean > 0 else 1.0


def _table(
    ones: Iterable[Collection[str]], others: Iterable[Collection[str]]
) -> tuple[Counter[tuple[int, int]], Counter[int], Counter[int]]:
    """How many actors are in each pair of groups, and in each group, of two partitions."""
    one, other = _numbers(ones), _numbers(others)
    return Counter((one[name], other[name]) for name in one), Counter(one.values()), Counter(other.values())


def _numbers(groups: Iterable[Collection[str]]) -> Mapping[str, int]:
    return {name: number for number, group in enumerate(groups) for name in group}


def _entropy(counts: Mapping[int, int]) -> float:
    total = sum(counts.values())
    return -math.fsum(n / total * math.log(n / total) for n in counts.values())


def _numbered(graph: nx.Graph[str]) -> tuple[nx.Graph[int], list[str]]:
    """The graph with numbers for its actors, in the order of their names, and the names.

    Lots are drawn in the order of actors and ties, and the order of a set of texts is another in each process.
    """
    import networkx as nx

    names = sorted(graph)
    number = {name: place for place, name in enumerate(names)}
    ties = [(min(number[a], number[b]), max(number[a], number[b]), data) for a, b, data in graph.edges(data=True)]
    made: nx.Graph[int] = nx.Graph()
    made.add_nodes_from(range(len(names)))
    for a, b, data in sorted(ties, key=lambda tie: tie[:2]):
        made.add_edge(a, b, **data)
    return made, names


def _named(groups: Iterable[Collection[int]], names: Sequence[str]) -> Partition:
    """The groups by name, the largest first."""
    named = (frozenset(names[number] for number in group) for group in groups)
    return tuple(sorted(named, key=lambda group: (-len(group), min(group))))
