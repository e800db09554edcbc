"""How central the nodes of an undirected simple graph are, by four measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[str]

DAMPING = 0.85


def degree(graph: Graph) -> dict[str, float]:
    """The degree centrality of each node [freeman1978]: its ties divided by the number of other nodes, 0 to 1.

    >>> import networkx as nx
    >>> degree(nx.Graph([("m", "a"), ("m", "b")]))
    {'m': 1.0, 'a': 0.5, 'b': 0.5}
    """
    others = max(1, len(graph) - 1)
    return {node: count / others for node, count in graph.degree()}


def betweenness(graph: Graph) -> dict[str, float]:
    """The betweenness centrality of each node [freeman1977], computed as in [brandes2001].

    It is the part of the shortest paths between all pairs of other nodes that run through the node, 0 to 1.

    >>> import networkx as nx
    >>> betweenness(nx.Graph([("m", "a"), ("m", "b"), ("m", "c")]))["m"]
    1.0
    """
    made, number = backends.igraph_of(graph)
    pairs = max(1.0, (len(number) - 1) * (len(number) - 2) / (1 if graph.is_directed() else 2))
    return {node: value / pairs for node, value in zip(number, made.betweenness(), strict=True)}


def pagerank(graph: Graph, damping: float = DAMPING) -> dict[str, float]:
    """The PageRank of each node [brin1998]; the values add up to 1.

    It is how often one visits the node who follows a random tie with the probability ``damping``, and starts anywhere
    otherwise. Nodes without ties lead anywhere.

    >>> import networkx as nx
    >>> round(pagerank(nx.Graph([("m", "a"), ("m", "b"), ("m", "c")]))["m"], 6)
    0.47973
    """
    made, number = backends.igraph_of(graph)
    return dict(zip(number, made.pagerank(damping=damping) if number else [], strict=True))


def core(graph: Graph) -> dict[str, float]:
    """The k-core number of each node [seidman1983]: the greatest k of a part of the graph in which all have k ties.

    >>> import networkx as nx
    >>> core(nx.Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]))
    {'a': 2.0, 'b': 2.0, 'c': 2.0, 'd': 1.0}
    """
    made, number = backends.igraph_of(graph)
    return {node: float(k) for node, k in zip(number, made.coreness(), strict=True)}


MEASURES: Mapping[str, Callable[[Graph], dict[str, float]]] = {
    "degree": degree,
    "betweenness": betweenness,
    "PageRank": pagerank,
    "k-core": core,
}
