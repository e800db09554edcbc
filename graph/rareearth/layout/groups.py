"""Groups of nodes that are tied among themselves, in levels: the method of Louvain [blondel2008] in whole numbers.

With whole numbers, the gain of a move is exact, so that the groups are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable

Edges = list[dict[int, int]]  # the weight of the edge to each neighbour, by node
_PASSES = 30


def levels(nodes: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The groups of each level, from the smallest to the largest: the number of the group of each node.

    Parameters
    ----------
    nodes
        How many nodes there are; they are numbered from 0.
    pairs
        Edges between different nodes, each once.

    Examples
    --------
    >>> levels(6, [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5)])
    [[0, 0, 0, 1, 1, 1]]

    """
    edges: Edges = [{} for _ in range(nodes)]
    for one, other in pairs:
        edges[one][other] = edges[one].get(other, 0) + 1
        edges[other][one] = edges[other].get(one, 0) + 1
    inside = [0] * nodes
    whole = sum(sum(given.values()) for given in edges)
    found: list[list[int]] = []
    while whole:
        group = _moved(edges, inside, whole)
        count = max(group) + 1
        if count == len(edges):
            break
        found.append(group if not found else [group[before] for before in found[-1]])
        edges, inside = _joined(edges, inside, group, count)
    return found


def _moved(edges: Edges, inside: list[int], whole: int) -> list[int]:
    """Each node in the group that gains most modularity, until none moves.

    ``whole`` is twice the weight of all edges.
    """
    group = list(range(len(edges)))
    degree = [sum(given.values()) + 2 * own for given, own in zip(edges, inside, strict=True)]
    total = degree.copy()
    for _ in range(_PASSES):
        moved = False
        for node, given in enumerate(edges):
            own, weighs = group[node], degree[node]
            total[own] -= weighs
            ties: dict[int, int] = {own: 0}
            for neighbour, weight in given.items():
                other = group[neighbour]
                ties[other] = ties.get(other, 0) + weight
            best, most = own, ties.pop(own) * whole - weighs * total[own]
            for other, weight in ties.items():
                gain = weight * whole - weighs * total[other]
                if gain > most or (gain == most and other < best != own):  # of equals its own, or the first
                    best, most = other, gain
            total[best] += weighs
            group[node] = best
            moved |= best != own
        if not moved:
            break
    numbers: dict[int, int] = {}
    return [numbers.setdefault(one, len(numbers)) for one in group]


def _joined(edges: Edges, inside: list[int], group: list[int], count: int) -> tuple[Edges, list[int]]:
    """The groups as nodes: the weights of edges between them, and inside each."""
    between: Edges = [{} for _ in range(count)]
    within = [0] * count
    for node, given in enumerate(edges):
        own = group[node]
        within[own] += inside[node]
        for neighbour, weight in given.items():
            other = group[neighbour]
            if other != own:
                between[own][other] = between[own].get(other, 0) + weight
            elif node < neighbour:
                within[own] += weight
    return between, within
