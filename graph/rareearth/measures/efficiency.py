"""How far one set of actors is from another, who is on the paths between them, and what a new tie would change."""

from __future__ import annotations

import math
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
_DIGITS = 12  # in which equal gains agree, in whatever order they were added up


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
        """The mean of 1/distance over all pairs, where a pair without a path has 0: the one number that counts both.

        It is that of [latora2001].
        """
        return math.fsum(number / distance for distance, number in self.counts) / self.pairs if self.pairs else 0.0


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
    """The distances from sources to targets: pairs of two different actors, once where both are source and target.

    >>> import networkx as nx
    >>> distances(nx.path_graph(["a", "b", "c", "d"]), ["a", "b"], ["b", "d"])
    Distances(counts=((1, 1), (2, 1), (3, 1)), unreached=0)
    """
    return distances_to(graph, sources, (targets,))[0]


def distances_to(
    graph: nx.Graph[Node] | backends.Indexed[Node], sources: Collection[Node], targets: Sequence[Collection[Node]]
) -> tuple[Distances, ...]:
    """The :func:`distances` from the same sources to each of several sets of targets.

    Who is not in the network has no path. The tuple has one :class:`Distances` for each set of targets.

    >>> import networkx as nx
    >>> [found.mean for found in distances_to(nx.path_graph(["a", "b", "c"]), ["a"], [["b"], ["b", "c"]])]
    [1.0, 1.5]
    """
    import numpy as np

    network = graph if isinstance(graph, backends.Indexed) else backends.indexed(graph)
    made, number = network.graph, {node: i for i, node in enumerate(network.names)}
    first = sorted(number[node] for node in set(sources) & number.keys())
    ends = [set(nodes) for nodes in targets]
    last = sorted(number[node] for node in set().union(*ends) & number.keys())
    far = np.array(made.distances(first, last) if first and last else [], dtype=float).reshape(len(first), len(last))
    found = []
    for nodes in ends:
        both = nodes & set(sources)
        total = len(set(sources)) * len(nodes) - len(both) * (len(both) + 1) // 2
        column, twice = (np.isin(last, [number[node] for node in some & number.keys()]) for some in (nodes, both))
        row = np.isin(first, [number[node] for node in both & number.keys()])
        # of two that are both source and target, the pair from the lower number to the higher counts
        again = np.outer(row, twice) & (np.array(first)[:, None] >= np.array(last)[None, :])
        counted = far[np.isfinite(far) & column[None, :] & ~again]
        reached = tuple(
            (int(away), int(many)) for away, many in zip(*np.unique(counted, return_counts=True), strict=True)
        )
        found.append(Distances(reached, total - len(counted)))
    return tuple(found)


def betweenness(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> dict[Node, float]:
    """For how many pairs of a source and a target each actor is on the shortest path, without being an end of it.

    A pair with several shortest paths counts in part: by the share of them that go through the actor. The measure is
    that of [brandes2008] (section 4.5). Raises KeyError for an actor that is not in the network.

    >>> import networkx as nx
    >>> betweenness(nx.path_graph(["lab", "hub", "firm"]), ["lab"], ["firm"])
    {'firm': 0.0, 'hub': 1.0, 'lab': 0.0}
    """
    made, number = backends.igraph_of(graph)

    def between(starts: Collection[Node], ends: Collection[Node]) -> list[float]:
        if not starts or not ends:
            return [0.0] * len(number)
        first, last = (sorted(number[node] for node in nodes) for nodes in (starts, ends))
        found: list[float] = made.betweenness(sources=first, targets=last)
        return found

    first, last = set(sources), set(targets)
    once, both = between(first, last), between(first & last, first & last)  # each halves its pairs
    return {node: 2 * once[i] - both[i] for node, i in number.items()}


class Gains(Generic[Node]):
    """What new ties would add to the efficiency between the actors of some pairs.

    Distances are found by a search from each first actor of a pair, and for a new tie by one from each of its ends: of
    s and t the new distance is the least of d(s,t), d(s,u)+1+d(v,t) and d(s,v)+1+d(u,t). A pair can
    come nearer in one of the two ways only, with s nearer to that end by two ties or more, so few pairs are looked at.

    >>> import networkx as nx
    >>> gains = Gains(nx.path_graph(["lab", "a", "b", "firm"]), [("lab", "firm")])
    >>> gains.of("lab", "firm") == 1 - gains.efficiency
    True
    """

    def __init__(self, graph: nx.Graph[Node], pairs: Iterable[tuple[Node, Node]]) -> None:
        """Raises KeyError for an actor that is not in the network."""
        import numpy as np

        wanted = list(pairs)
        first, last = sorted({s for s, _ in wanted}, key=str), sorted({t for _, t in wanted}, key=str)
        row, column = ({node: i for i, node in enumerate(nodes)} for nodes in (first, last))
        counted = np.zeros((len(row), len(column)), dtype=bool)
        counted[[row[s] for s, _ in wanted], [column[t] for _, t in wanted]] = True
        self._start(backends.indexed(graph), first, last, counted)

    def _start(
        self, network: backends.Indexed[Node], first: list[Node], last: list[Node], counted: npt.NDArray[np.bool_]
    ) -> None:
        import numpy as np

        self._network, self._first, self._last, self._counted = network, first, last, counted
        self._number = {node: i for i, node in enumerate(network.names)}
        self._rows, self._columns = (
            np.array([self._number[node] for node in nodes], dtype=np.intp) for nodes in (first, last)
        )
        self._pairs = int(counted.sum())
        self._far = len(self._number) + 1
        self._near: dict[Node, _Near] = {}
        far = network.graph.distances(self._rows.tolist(), self._columns.tolist()) if self._pairs else []
        found = np.array(far, dtype=float).reshape(counted.shape) if self._pairs else np.full(counted.shape, np.inf)
        self._distance = np.minimum(found, self._far).astype(np.int64)
        self._inverse = np.where(self._distance < self._far, 1 / np.maximum(self._distance, 1), 0.0)

    def __contains__(self, node: object) -> bool:
        """Whether an actor is in the network."""
        return node in self._number

    def without(self, ties: Iterable[tuple[Node, Node]]) -> Gains[Node]:
        """The same in the network without some ties, and without the actors who then have none; their pairs too.

        >>> import networkx as nx
        >>> gains = Gains(nx.path_graph(["lab", "a", "b", "firm"]), [("lab", "b"), ("lab", "firm")])
        >>> rest = gains.without([("b", "firm")])
        >>> rest.efficiency, "firm" in rest
        (0.5, False)
        """
        import numpy as np

        network = self._network.without(ties)
        left = set(network.names)
        rows, columns = ([i for i, node in enumerate(of) if node in left] for of in (self._first, self._last))
        made: Gains[Node] = Gains.__new__(Gains)
        counted = self._counted[np.ix_(rows, columns)]
        made._start(network, [self._first[i] for i in rows], [self._last[i] for i in columns], counted)
        return made

    @property
    def efficiency(self) -> float:
        """The efficiency between the pairs as the network is."""
        return float(self._inverse[self._counted].sum()) / self._pairs if self._pairs else 0.0

    def of(self, one: Node, other: Node) -> float:
        """The gain in efficiency by a tie between two actors."""
        total = math.fsum(float(gain.sum()) for _, _, gain, _ in self._better(one, other))
        return total / self._pairs if self._pairs else 0.0

    def each(self, ties: Iterable[tuple[Node, Node]]) -> dict[tuple[Node, Node], float]:
        """The gain in efficiency by each of many ties, to 12 digits: far quicker than one after the other.

        What all columns gain if an end is nearer to the first of pairs is a sum over them that depends on the distance
        of the other end alone, of which there are few: it is made once for each end and distance.

        >>> import networkx as nx
        >>> gains = Gains(nx.path_graph(["lab", "a", "b", "firm"]), [("lab", "firm")])
        >>> gains.each([("lab", "firm"), ("a", "firm")])[("lab", "firm")] == round(gains.of("lab", "firm"), 12)
        True
        """
        import numpy as np

        wanted = list(ties)
        if not (wanted and self._pairs):
            return dict.fromkeys(wanted, 0.0)
        ends = sorted({end for tie in wanted for end in tie}, key=str)
        place = {end: i for i, end in enumerate(ends)}
        near = [self._hops(end) for end in ends]
        steps = np.unique(np.array([hops.last for hops in near]))
        step = np.array([np.searchsorted(steps, hops.last) for hops in near])
        inverse = np.where(self._counted, self._inverse, np.inf)  # of what is not counted nothing is gained
        gains = np.empty((len(ends), len(ends)))
        every = np.arange(len(self._last))
        for i, hops in enumerate(near):
            new = 1 / (hops.first[:, None] + 1 + steps[None, :])
            new[hops.first == self._far] = 0.0
            new[:, steps == self._far] = 0.0
            table = np.array([np.maximum(column[:, None] - inverse, 0.0).sum(axis=0) for column in new.T])
            gains[i] = table[step, every].sum(axis=1)
        both = gains + gains.T
        return {tie: round(float(both[place[tie[0]], place[tie[1]]]) / self._pairs, _DIGITS) for tie in wanted}

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
        """The distance from an actor to the first and to the last of the pairs."""
        import numpy as np

        if node not in self._near:
            [found] = self._network.graph.distances(self._number[node])
            hops = np.minimum(found, self._far).astype(np.int64)
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
