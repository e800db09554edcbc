"""How central the nodes of an undirected simple graph are, by four measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rareearth.errors import RareEarthError
from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[str]

DAMPING = 0.85
TOLERANCE = 1e-12
_ROUNDS = 10_000


def degree(graph: Graph) -> dict[str, float]:
    """The number of ties of each node, as a part of all others that it could be tied to.

    Freeman, L. C. (1978), Centrality in social networks: conceptual clarification, Social Networks 1, 215-239.
    """
    others = max(1, len(graph) - 1)
    return {node: count / others for node, count in graph.degree()}


def betweenness(graph: Graph) -> dict[str, float]:
    """The part of shortest paths between all pairs of others that run through each node, 0 to 1.

    Freeman, L. C. (1977), A set of measures of centrality based on betweenness, Sociometry 40, 35-41; Brandes, U.
    (2001), A faster algorithm for betweenness centrality, Journal of Mathematical Sociology 25, 163-177.
    """
    return backends.betweenness(graph)


def pagerank(graph: Graph, damping: float = DAMPING, tolerance: float = TOLERANCE) -> dict[str, float]:
    """How often each node is visited by one who follows a random tie, or with 1 - damping starts anywhere; sums to 1.

    The sum of all errors is below ``tolerance`` (NetworkX stops at that times the number of nodes). Nodes without ties
    lead anywhere. Raises RareEarthError where rounding does not let it come so near.

    Brin, S. and Page, L. (1998), The anatomy of a large-scale hypertextual Web search engine, Computer Networks and
    ISDN Systems 30, 107-117; Langville, A. N. and Meyer, C. D. (2006), Google's PageRank and beyond, Princeton
    University Press, chapter 4, for the bound.
    """
    import numpy as np

    nodes = list(graph)
    if not nodes:
        return {}
    number = {node: i for i, node in enumerate(nodes)}
    pairs = np.array([(number[a], number[b]) for a, b in graph.edges()], dtype=np.intp).reshape(-1, 2)
    loops = pairs[:, 0] == pairs[:, 1]
    source = np.concatenate([pairs[:, 0], pairs[~loops, 1]])
    target = np.concatenate([pairs[:, 1], pairs[~loops, 0]])
    out = np.bincount(source, minlength=len(nodes))
    share = np.where(out > 0, 1 / np.maximum(out, 1), 0.0)
    rank = np.full(len(nodes), 1 / len(nodes))
    for _ in range(_ROUNDS):
        passed = np.bincount(target, weights=(rank * share)[source], minlength=len(nodes))
        spread = (1 - damping * passed.sum()) / len(nodes)  # that of the start, and of nodes without ties
        following = damping * passed + spread
        change = float(np.abs(following - rank).sum())
        rank = following
        if change * damping / (1 - damping) <= tolerance:  # what is left to come, as each round shrinks it by damping
            return dict(zip(nodes, rank.tolist(), strict=True))
    raise RareEarthError(f"PageRank does not come within {tolerance:g} on {len(nodes):,} nodes")


def core(graph: Graph) -> dict[str, float]:
    """The k-core number of each node: the greatest k of a part of the graph in which all have k ties at least.

    Seidman, S. B. (1983), Network structure and minimum degree, Social Networks 5, 269-287.
    """
    return {node: float(k) for node, k in backends.core_numbers(graph).items()}


MEASURES: Mapping[str, Callable[[Graph], dict[str, float]]] = {
    "degree": degree,
    "betweenness": betweenness,
    "PageRank": pagerank,
    "k-core": core,
}
