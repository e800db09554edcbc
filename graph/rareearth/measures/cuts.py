"""What would cut a network: actors without whom pairs lose each other, disjoint paths, and removal in steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

Node = TypeVar("Node", bound=Hashable)
_DIGITS = 9  # in which equal scores agree, whatever the order of their sums


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
    different ends; where both are sources and targets, they count once. The blocks (biconnected components)
    [hopcroft1973] and the articulation points make trees, in which each part that is left is a subtree.

    >>> import networkx as nx
    >>> articulation(nx.Graph([("lab", "hub"), ("hub", "firm"), ("hub", "mine")]), ["lab"], ["firm", "mine"])
    {'hub': 2}
    """
    import networkx as nx
    import numpy as np

    made, number = backends.igraph_of(graph)
    first, last = set(sources), set(targets)
    blocks, points = made.biconnected_components(return_articulation_points=True)
    own = {
        i: np.array((node in first, node in last, node in first and node in last), int) for node, i in number.items()
    }
    forest: nx.Graph[int] = nx.Graph()  # of articulation points, and of blocks as -1, -2 and so on
    for place, block in enumerate(blocks):
        cutting = set(points).intersection(block)
        own[-1 - place] = sum((own[i] for i in block if i not in cutting), start=np.zeros(3, int))
        forest.add_edges_from((-1 - place, point) for point in cutting)
    found: dict[int, int] = {}
    for tree in nx.connected_components(forest):
        ways = list(nx.bfs_edges(forest, min(tree)))  # from a block
        below = {node: own[node] for node in tree}  # what a subtree has: sources, targets, both
        for above, node in reversed(ways):
            below[above] = below[above] + below[node]
        parts = {point: [below[min(tree)] - below[point]] for point in tree if point >= 0}
        for above, node in ways:
            if above in parts:
                parts[above].append(below[node])
        found |= {point: _cut(np.array(left)) for point, left in parts.items()}
    return {node: found[i] for node, i in number.items() if found.get(i)}


def node_disjoint_paths(graph: nx.Graph[Node], wanted: Iterable[tuple[Node, Node]]) -> dict[tuple[Node, Node], int]:
    """The number of paths between the two actors of each pair that share no actor but these; 0: not connected.

    A tie between them is one path. By Menger's theorem [menger1927] it is the number of other actors that must go
    before the two lose each other. Two actors have more than one such path only in one block (biconnected component),
    so flows are computed inside blocks alone.

    >>> import networkx as nx
    >>> node_disjoint_paths(nx.cycle_graph(["a", "b", "c", "d"]), [("a", "c")])
    {('a', 'c'): 2}
    """
    made, number = backends.igraph_of(graph)
    part = made.connected_components().membership
    blocks = [block for block in made.biconnected_components() if len(block) > 2]
    of: dict[int, set[int]] = {}
    for place, block in enumerate(blocks):
        for i in block:
            of.setdefault(i, set()).add(place)
    inside: dict[int, tuple[Any, dict[int, int]]] = {}
    found = {}
    for pair in wanted:
        a, b = (number[node] for node in pair)
        found[pair] = int(part[a] == part[b])
        for place in of.get(a, set()) & of.get(b, set()):  # two actors share one block at most
            if place not in inside:
                members = sorted(blocks[place])
                inside[place] = made.induced_subgraph(members), {i: n for n, i in enumerate(members)}
            block, at = inside[place]
            apart = block.vertex_connectivity(at[a], at[b], neighbors="ignore")
            found[pair] = int(apart) + made.are_adjacent(a, b)
    return found


def separator(graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node]) -> Separator:
    """The greatest number of paths from any source to any target that share no actor at all, and who cuts them all.

    The ends count as actors: each is on one path at most. Of the smallest separators, it is the one nearest to the
    targets.

    The theorem is that of [menger1927], in its form for two sets [goring2000]. igraph's cut of nodes is between two
    nodes of one graph and gives their number only, so NetworkX finds the actors.

    >>> import networkx as nx
    >>> separator(nx.Graph([("lab", "hub"), ("hub", "firm"), ("hub", "mine")]), ["lab"], ["firm", "mine"])
    Separator(paths=1, actors=('hub',))
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
    """Take away the actor of the highest score, compute the scores anew, and so on: what stays after each step.

    Of equal scores the first by name goes. Ends before ``steps`` when no pair is left. The method is that of
    [holme2002] (removal by degree and betweenness, recalculated), after [albert2000].

    >>> import networkx as nx
    >>> ties = nx.Graph([("lab", "hub"), ("hub", "firm"), ("hub", "mine")])
    >>> removal(ties, ["lab"], ["firm", "mine"], lambda left: dict(left.degree()), steps=3)
    [Step(removed=None, connected=1.0, largest=4), Step(removed='hub', connected=0.0, largest=1)]
    """
    left = graph.copy()
    whole = connected_pairs(left, sources, targets)
    taken = [Step(None, 1.0 if whole else 0.0, _largest(left))]
    while len(taken) <= steps and taken[-1].connected:
        scores = score(left)
        gone = min(scores, key=lambda node: (-round(scores[node], _DIGITS), str(node)))
        left.remove_node(gone)
        taken.append(Step(gone, connected_pairs(left, sources, targets) / whole, _largest(left)))
    return taken


def random_removal(
    graph: nx.Graph[Node], sources: Collection[Node], targets: Collection[Node], steps: int, runs: int, seed: int
) -> list[list[float]]:
    """The comparison for :func:`removal`: the share of pairs still connected after each step, a list for each run.

    >>> import networkx as nx
    >>> random_removal(nx.Graph([("lab", "firm")]), ["lab"], ["firm"], steps=1, runs=2, seed=0)
    [[1.0, 0.0], [1.0, 0.0]]
    """
    import numpy as np

    draw = np.random.default_rng(seed)
    network = backends.indexed(graph)
    first, last = (np.array([node in of for node in network.names], dtype=bool) for of in (set(sources), set(targets)))
    roles = np.array([first, last, first & last], dtype=np.int64)
    whole = _connected(network.graph, roles)
    found = []
    for _ in range(runs):
        shares = [1.0 if whole else 0.0]
        order = draw.permutation(len(network.names))[:steps]
        for count in range(1, len(order) + 1):
            left = network.graph.copy()
            left.delete_vertices(order[:count].tolist())
            shares.append(_connected(left, np.delete(roles, order[:count], axis=1)) / whole if whole else 0.0)
        found.append(shares)
    return found


def _connected(graph: Any, roles: npt.NDArray[np.int64]) -> int:
    """The :func:`connected_pairs` of an igraph graph; ``roles`` has a row of 1 and 0 for sources, targets and both."""
    import numpy as np

    part = graph.connected_components().membership
    start, end, both = (np.bincount(part, weights=role).astype(np.int64) for role in roles)
    return int((start * end - both - both * (both - 1) // 2).sum())


def connected_pairs(graph: nx.Graph[Node], sources: Iterable[Node], targets: Iterable[Node]) -> int:
    """How many pairs of a source and another actor as target have a path; who is not in the network has none.

    >>> import networkx as nx
    >>> connected_pairs(nx.Graph([("lab", "firm"), ("mine", "plant")]), ["lab"], ["firm", "mine"])
    1
    """
    first, last = set(sources), set(targets)
    total = 0
    for nodes in parts(graph):
        start, end = first & nodes, last & nodes
        both = len(start & end)
        total += len(start) * len(end) - both - both * (both - 1) // 2
    return total


def pairs(sources: Iterable[Node], targets: Iterable[Node]) -> list[tuple[Node, Node]]:
    """Every pair of a source and another actor as target, once, sorted by name.

    >>> pairs(["a", "b"], ["b", "c"])
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    first, last = sorted(set(sources), key=str), sorted(set(targets), key=str)
    both = set(first) & set(last)
    place = {node: number for number, node in enumerate(first)}
    return [(s, t) for s in first for t in last if s != t and not (s in both and t in both and place[s] > place[t])]


def _cut(parts: npt.NDArray[np.int64]) -> int:
    """How many pairs of a source and a target are in different parts, each with its sources, targets and both."""
    sources, targets, both = parts.T
    ordered = sources @ (targets.sum() - targets)
    twice = both @ (both.sum() - both) // 2
    return int(ordered - twice)


def parts(graph: nx.Graph[Node]) -> list[set[Node]]:
    """The actors of each part of a network that no path joins to the others (its components).

    >>> import networkx as nx
    >>> [sorted(part) for part in parts(nx.Graph([("a", "b"), ("c", "d")]))]
    [['a', 'b'], ['c', 'd']]
    """
    import networkx as nx

    return list(nx.connected_components(graph))


def _largest(graph: nx.Graph[Node]) -> int:
    return max(map(len, parts(graph)), default=0)
