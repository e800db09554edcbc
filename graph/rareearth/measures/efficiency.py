"""How far one set of actors is from another, who carries the paths between them, and what a new tie would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True)
class Distances:
    """The distances between two sets of actors, every pair counted once.

    ``counts`` has (distance in ties, number of pairs), ascending; ``unreached`` pairs have no path.
    """

    counts: tuple[tuple[int, int], ...]
    unreached: int

    @property
    def reached(self) -> int:
        """How many pairs have a path."""
        return sum(number for _, number in self.counts)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return self.reached + self.unreached

    @property
    def mean(self) -> float | None:
        """The mean distance of the pairs that have a path; None where none has."""
        return sum(distance * number for distance, number in self.counts) / self.reached if self.counts else None

    @property
    def median(self) -> float | None:
        """The median distance of the pairs that have a path; None where none has."""
        from statistics import median

        return median(Counter(dict(self.counts)).elements()) if self.counts else None

    @property
    def efficiency(self) -> float:
        """The mean of 1/distance over all pairs, where a pair without a path has 0: the one figure that counts both.

        V. Latora, M. Marchiori (2001): Efficient behavior of small-world networks. Physical Review Letters 87, 198701.
        """
        return sum(number / distance for distance, number in self.counts) / self.pairs if self.pairs else 0.0


class Effect(NamedTuple):
    """What a new tie would change: the gain in efficiency, and for whom.

    ``nearer`` counts the pairs that come nearer, ``joined`` those of them that had no path. ``most`` has the pairs that
    gain most, as (one, other, distance before or None, distance then).
    """

    gain: float
    nearer: int
    joined: int
    most: tuple[tuple[Hashable, Hashable, int | None, int], ...]


class _Near(NamedTuple):
    """The distances from one actor to the first and to the last of pairs."""

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def distances(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> Distances:
    """The distances from sources to targets: pairs of two different actors, once where both are source and target."""
    return distances_to(graph, sources, (targets,))[0]


def distances_to(
    graph: nx.Graph[Node], sources: Collection[Node], targets: Sequence[Collection[Node]]
) -> tuple[Distances, ...]:
    """The :func:`distances` from the same sources to each of several sets of targets.

    All searches run at once: each actor has a number whose bits are the sources that reached it. M. Then et al. (2014):
    The more the merrier: efficient multi-source graph traversal. Proceedings of the VLDB Endowment 8(4), 449-460.
    """
    fresh = {node: 1 << number for number, node in enumerate(dict.fromkeys(sources))}
    seen, adjacent = dict(fresh), dict(graph.adjacency())
    wanted = [(set(ends), set(ends) & fresh.keys()) for ends in targets]
    inside = [sum(fresh[node] for node in both) for _, both in wanted]
    counts: list[Counter[int]] = [
        Counter() for _ in wanted
    ]  # twice the pairs: those inside both are met from either end
    distance = 0
    while fresh:
        distance += 1
        met: dict[Node, int] = {}
        for node, bits in fresh.items():
            for other in adjacent[node]:
                met[other] = met.get(other, 0) | bits
        fresh = {node: new for node, bits in met.items() if (new := bits & ~seen.get(node, 0))}
        for node, new in fresh.items():
            seen[node] = seen.get(node, 0) | new
            for (last, both), own, counted in zip(wanted, inside, counts, strict=True):
                if node in last:
                    counted[distance] += 2 * new.bit_count() - ((new & own).bit_count() if node in both else 0)
    found = []
    for (last, both), counted in zip(wanted, counts, strict=True):
        total = len(set(sources)) * len(last) - len(both) * (len(both) + 1) // 2
        reached = tuple((far, number // 2) for far, number in sorted(counted.items()))
        found.append(Distances(reached, total - sum(number for _, number in reached)))
    return tuple(found)


def betweenness(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> dict[Node, float]:
    """For how many pairs of a source and a target each actor is on the shortest path, without being an end of it.

    A pair with several shortest paths counts in part: by the share of them that go through the actor.

    U. Brandes (2008): On variants of shortest-path betweenness centrality and their generic computation. Social
    Networks 30(2), 136-145 (sec. 4.5: betweenness of a set of sources and a set of targets).
    """
    first, last = (sorted(set(ends), key=str) for ends in (sources, targets))
    both = [node for node in first if node in set(last)]
    found = backends.betweenness_between(graph, first, last)
    twice = backends.betweenness_between(graph, both, both)
    return {node: 2 * value - twice[node] for node, value in found.items()}


class Gains(Generic[Node]):
    """What new ties would add to the efficiency between the actors of some pairs.

    Distances are found by one breadth-first search from each first actor of a pair, and for a new tie by one from each
    of its ends: of s and t the new distance is the least of d(s,t), d(s,u)+1+d(v,t) and d(s,v)+1+d(u,t). A pair can
    come nearer in one of the two ways only, with s nearer to that end by two ties or more, so few pairs are looked at.
    """

    def __init__(self, graph: nx.Graph[Node], pairs: Iterable[tuple[Node, Node]]) -> None:
        """Raises KeyError for an actor that is not in the network."""
        import numpy as np

        wanted = list(pairs)
        self._number = {node: i for i, node in enumerate(graph)}
        self._ties = [[self._number[other] for other in others] for _, others in graph.adjacency()]
        self._first = sorted({s for s, _ in wanted}, key=str)
        self._last = sorted({t for _, t in wanted}, key=str)
        self._rows, self._columns = (
            np.array([self._number[node] for node in nodes], dtype=np.intp) for nodes in (self._first, self._last)
        )
        row, column = ({node: i for i, node in enumerate(nodes)} for nodes in (self._first, self._last))
        self._counted = np.zeros((len(row), len(column)), dtype=bool)
        self._counted[[row[s] for s, _ in wanted], [column[t] for _, t in wanted]] = True
        self._pairs = len(set(wanted))
        self._far = len(self._ties) + 1
        self._near: dict[Node, _Near] = {}
        self._distance = np.array([self._hops(s).last for s in self._first]).reshape(self._counted.shape)
        self._inverse = np.where(self._distance < self._far, 1 / np.maximum(self._distance, 1), 0.0)

    @property
    def efficiency(self) -> float:
        """The efficiency between the pairs as the network is."""
        return float(self._inverse[self._counted].sum()) / self._pairs if self._pairs else 0.0

    def of(self, one: Node, other: Node) -> float:
        """The gain in efficiency by a tie between two actors."""
        total = sum(float(gain.sum()) for _, _, gain, _ in self._better(one, other))
        return total / self._pairs if self._pairs else 0.0

    def effect(self, one: Node, other: Node, most: int = 3) -> Effect:
        """The gain in efficiency by a tie between two actors, and who comes nearer to whom."""
        found = []
        for rows, columns, gain, new in self._better(one, other):
            for i, j in zip(*gain.nonzero(), strict=True):
                before = int(self._distance[rows[i], columns[j]])
                pair = (self._first[rows[i]], self._last[columns[j]])
                found.append((float(gain[i, j]), *pair, before if before < self._far else None, int(new[i, j])))
        found.sort(key=lambda row: (-row[0], str(row[1]), str(row[2])))
        joined = sum(1 for row in found if row[3] is None)
        return Effect(self.of(one, other), len(found), joined, tuple(row[1:] for row in found[:most]))

    def _hops(self, node: Node) -> _Near:
        """The distance from an actor to the first and to the last of the pairs (breadth-first search)."""
        import numpy as np

        if node not in self._near:
            found = [self._far] * len(self._ties)
            start = self._number[node]
            found[start], frontier, distance = 0, [start], 0
            while frontier:
                distance += 1
                further = []
                for one in frontier:
                    for other in self._ties[one]:
                        if found[other] > distance:
                            found[other] = distance
                            further.append(other)
                frontier = further
            hops = np.array(found, dtype=np.int64)
            self._near[node] = _Near(hops[self._rows], hops[self._columns])
        return self._near[node]

    def _better(
        self, one: Node, other: Node
    ) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
        """Who comes nearer by a tie, in each of its directions: rows, columns, what each gains, the new distances."""
        import numpy as np

        for near, far in ((self._hops(one), self._hops(other)), (self._hops(other), self._hops(one))):
            rows, columns = (near.first + 1 < far.first).nonzero()[0], (far.last + 1 < near.last).nonzero()[0]
            if not (rows.size and columns.size):
                continue
            new = near.first[rows][:, None] + 1 + far.last[columns][None, :]
            here = rows[:, None], columns[None, :]
            gain = np.where(self._counted[here], 1 / new - self._inverse[here], 0.0)
            yield rows, columns, np.maximum(gain, 0.0), new
