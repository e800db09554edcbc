"""Missing ties that would bring pairs of actors nearest to each other, the best first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from rareearth.measures import backends
from rareearth.measures.efficiency import Gains

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[str]
    Pair = tuple[str, str]

LEAST_GAIN = 0.05  # of the efficiency that there is
LISTED = 10
LOOKED_AT = 500  # the ties that gain most alone, among which the next best is looked for


class Gain(NamedTuple):
    """What a missing tie would add to the efficiency.

    ``alone`` is the gain if only it is made, ``added`` if those listed before it are made too, and ``before`` the
    efficiency without any of them.
    """

    one: str
    other: str
    alone: float
    added: float
    before: float

    @property
    def large(self) -> bool:
        """Whether the tie, made alone, raises the efficiency enough not to be noise."""
        return self.alone >= LEAST_GAIN * self.before and self.alone > 0


def missing(graph: Graph, bodies: Collection[str]) -> list[Pair]:
    """The pairs of bodies that have no tie, sorted.

    >>> import networkx as nx
    >>> missing(nx.Graph([("a", "b"), ("b", "c")]), ["a", "b", "c"])
    [('a', 'c')]
    """
    return [(a, b) for a, b in combinations(sorted(bodies), 2) if not graph.has_edge(a, b)]


def find(
    graph: Graph,
    pairs: Sequence[Pair],
    candidates: Sequence[Pair],
    gains: Gains[str] | None = None,
    noise: Callable[[Pair], bool] = lambda _: False,
) -> list[Gain]:
    """The missing ties that add most to the efficiency of some pairs, one after another, each added to those before.

    The next best is looked for among the 500 that gain most alone; ties of which the others have half the gain are
    passed over, and those that are noise. Gains of less than a twentieth of the efficiency are left out. ``gains`` are
    those of the graph and pairs, if they are at hand. The search is that of [papagelis2011].

    >>> import networkx as nx
    >>> path = nx.path_graph(["lab", "a", "b", "firm"])
    >>> [(found.one, found.other) for found in find(path, [("lab", "firm")], missing(path, list(path)))]
    [('firm', 'lab')]
    """
    gains = gains or Gains(graph, pairs)
    before = gains.efficiency
    alone = gains.each(candidates)
    added = alone
    best = sorted(candidates, key=lambda tie: (-alone[tie], tie))[:LOOKED_AT]
    made = backends.subgraph(graph, set(graph))
    found: list[Gain] = []
    while best and len(found) < LISTED:
        tie = min(best, key=lambda tie: (-added[tie], tie))
        gain = Gain(*tie, alone[tie], added[tie], before)
        if not gain.large:
            break
        best.remove(tie)
        if noise(tie):
            continue
        found.append(gain)
        made.add_edge(*tie)
        gains = Gains(made, pairs)
        added = {other: gains.of(*other) for other in best}
        best = [other for other in best if added[other] >= alone[other] / 2]
    return found
