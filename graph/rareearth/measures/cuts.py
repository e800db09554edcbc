"""What would cut a network: actors without whom pairs lose each other, independent paths, and removal in steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, cast

from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

Node = TypeVar("Node", bound=Hashable)
_Count: TypeAlias = tuple[int, int, int]


class Step(NamedTuple):
    """The network after a removal.

    ``removed`` is who was taken away last (None before the first), ``connected`` the share of the pairs connected at
    first that still are (a pair with a removed end is not), ``largest`` the number of actors of the largest component.
    """

    removed: object
    connected: float
    largest: int


class Separator(NamedTuple):
    """The fewest actors whose removal leaves no path, and so the greatest number of paths that share no actor."""

    paths: int
    actors: tuple[Hashable, ...]


def articulation(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> dict[Node, int]:
    """The articulation points that hold pairs together: how many pairs of a source and a target each one cuts.

    A pair is cut when it is connected, only through that actor, and the actor is neither of its ends. Pairs have two
    different ends; where both are sources and targets, they count once. One depth-first search, in linear time.

    J. Hopcroft, R. Tarjan (1973): Algorithm 447: efficient algorithms for graph manipulation. Communications of the
    ACM 16(6), 372-378.
    """
    first, last = set(sources), set(targets)
    found: dict[Node, int] = {}
    for parts, node in _separated(graph, first, last):
        # (sources, targets, both) of each part that is left when the node is gone
        total = [sum(part[i] for part in parts) for i in range(3)]
        ordered = sum(s * (total[1] - t) for s, t, _ in parts)
        twice = sum(both * (total[2] - both) for _, _, both in parts) // 2
        if ordered - twice:
            found[node] = ordered - twice
    return found


def independent(graph: nx.Graph[Node], source: Node, target: Node) -> int:
    """The number of paths between two actors that share no actor but these (a tie between them is one).

    By Menger's theorem it is the number of other actors that must go before the two lose each other.

    K. Menger (1927): Zur allgemeinen Kurventheorie. Fundamenta Mathematicae 10, 96-115.
    """
    import networkx as nx

    return int(nx.node_connectivity(graph, source, target))


def independent_paths(graph: nx.Graph[Node], wanted: Iterable[tuple[Node, Node]]) -> dict[tuple[Node, Node], int]:
    """:func:`independent` for each of some pairs (0: not connected).

    Two actors have more than one independent path only where they stand in one block (biconnected component), so
    flows are reckoned inside blocks alone.
    """
    import networkx as nx

    part = {node: number for number, nodes in enumerate(parts(graph)) for node in nodes}
    members = list(cast("Iterator[set[Node]]", nx.biconnected_components(graph)))  # the stubs have it wrong
    blocks: dict[Node, set[int]] = {}
    for number, nodes in enumerate(members):
        for node in nodes if len(nodes) > 2 else ():
            blocks.setdefault(node, set()).add(number)
    found = {}
    inside: dict[int, list[tuple[Node, Node]]] = {}
    for source, target in wanted:
        shared = blocks.get(source, set()) & blocks.get(target, set())
        found[source, target] = int(part[source] == part[target])
        for number in shared:  # two actors share one block at most
            inside.setdefault(number, []).append((source, target))
    for number, chosen in inside.items():
        found |= backends.node_connectivity(graph.subgraph(members[number]).copy(), chosen)
    return found


def separator(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> Separator:
    """The greatest number of paths from any source to any target that share no actor at all, and who cuts them all.

    The ends count as actors: each carries one path at most. Of the smallest separators, it is the one nearest to the
    targets.

    K. Menger (1927), as for :func:`independent`, in the form for two sets (F. Göring, 2000: Short proof of Menger's
    theorem. Discrete Mathematics 219, 295-296).
    """
    import networkx as nx

    start, end = object(), object()
    between: nx.Graph[object] = nx.Graph(graph.edges())
    between.add_nodes_from([*sources, *targets, start, end])
    between.add_edges_from((start, node) for node in sources)
    between.add_edges_from((node, end) for node in targets)
    cut = nx.minimum_node_cut(between, start, end)
    return Separator(len(cut), tuple(sorted(cut, key=str)))


def removal(
    graph: nx.Graph[Node],
    sources: Collection[Node],
    targets: Collection[Node],
    score: Callable[[nx.Graph[Node]], Mapping[Node, float]],
    steps: int,
) -> list[Step]:
    """Take away the actor of the highest score, reckon the scores anew, and so on: what stays after each step.

    Of equal scores the first by name goes. Ends before ``steps`` when no pair is left.

    P. Holme, B. J. Kim, C. N. Yoon, S. K. Han (2002): Attack vulnerability of complex networks. Physical Review E 65,
    056109 (removal by degree and betweenness, recalculated). R. Albert, H. Jeong, A.-L. Barabási (2000): Error and
    attack tolerance of complex networks. Nature 406, 378-382.
    """
    left = graph.copy()
    whole = connected(left, sources, targets)
    taken = [Step(None, 1.0 if whole else 0.0, _largest(left))]
    while len(taken) <= steps and taken[-1].connected:
        scores = score(left)
        gone = min(scores, key=lambda node: (-scores[node], str(node)))
        left.remove_node(gone)
        taken.append(Step(gone, connected(left, sources, targets) / whole, _largest(left)))
    return taken


def random_removal(
    graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node], steps: int, runs: int, seed: int
) -> list[list[float]]:
    """The comparison for :func:`removal`: the share of pairs still connected after each step, a list for each run."""
    import numpy as np

    draw = np.random.default_rng(seed)
    whole = connected(graph, sources, targets)
    nodes = sorted(graph, key=str)
    found = []
    for _ in range(runs):
        left, shares = graph.copy(), [1.0 if whole else 0.0]
        for gone in draw.permutation(len(nodes))[:steps]:
            left.remove_node(nodes[gone])
            shares.append(connected(left, sources, targets) / whole if whole else 0.0)
        found.append(shares)
    return found


def connected(graph: nx.Graph[Node], sources: Iterable[Node], targets: Iterable[Node]) -> int:
    """How many pairs of a source and another actor as target have a path; who is not in the network has none."""
    first, last = set(sources), set(targets)
    total = 0
    for nodes in parts(graph):
        start, end = first & nodes, last & nodes
        both = len(start & end)
        total += len(start) * len(end) - both - both * (both - 1) // 2
    return total


def pairs(sources: Iterable[Node], targets: Iterable[Node]) -> list[tuple[Node, Node]]:
    """Every pair of a source and another actor as target, once, sorted by name."""
    first, last = sorted(set(sources), key=str), sorted(set(targets), key=str)
    both = set(first) & set(last)
    place = {node: number for number, node in enumerate(first)}
    return [(s, t) for s in first for t in last if s != t and not (s in both and t in both and place[s] > place[t])]


def _separated(
    graph: nx.Graph[Node], first: Collection[Node], last: Collection[Node]
) -> Iterator[tuple[list[_Count], Node]]:
    """Those who may cut, with what every part that is left of their component has: sources, targets, both.

    Each articulation point is among them; whose loss leaves one part alone cuts nobody.
    """
    for order, parent in _searches(graph):
        found = {node: number for number, node in enumerate(order)}
        low = dict(found)  # the earliest that a subtree has a tie to
        below = {node: _count(node, first, last) for node in order}  # what a subtree has
        cut: dict[Node, list[_Count]] = {}
        for node in reversed(order):
            above = parent[node]
            low[node] = min([low[node], *(found[other] for other in graph[node] if other != above)])
            if above is not None:
                low[above] = min(low[above], low[node])
                below[above] = _sum(below[above], below[node])
                if low[node] >= found[above]:
                    cut.setdefault(above, []).append(below[node])
        for node, parts in cut.items():
            s, t, both = (sum(part[i] for part in (*parts, _count(node, first, last))) for i in range(3))
            whole = below[order[0]]
            rest = [] if node == order[0] else [(whole[0] - s, whole[1] - t, whole[2] - both)]
            yield parts + rest, node


def _searches(graph: nx.Graph[Node]) -> Iterator[tuple[list[Node], dict[Node, Node | None]]]:
    """A depth-first search of each component: its actors in order, and from whom each was found."""
    seen: set[Node] = set()
    for root in graph:
        if root in seen:
            continue
        seen.add(root)
        order, parent, search = [root], dict[Node, Node | None]({root: None}), [(root, iter(graph[root]))]
        while search:
            node, others = search[-1]
            other = next((other for other in others if other not in seen), None)
            if other is None:
                search.pop()
                continue
            seen.add(other)
            order.append(other)
            parent[other] = node
            search.append((other, iter(graph[other])))
        yield order, parent


def _count(node: Node, first: Collection[Node], last: Collection[Node]) -> _Count:
    return int(node in first), int(node in last), int(node in first and node in last)


def _sum(one: _Count, other: _Count) -> _Count:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def parts(graph: nx.Graph[Node]) -> list[set[Node]]:
    """The actors of each part of a network that no path joins to the others (its components)."""
    import networkx as nx

    return list(nx.connected_components(graph))


def _largest(graph: nx.Graph[Node]) -> int:
    return max(map(len, parts(graph)), default=0)
