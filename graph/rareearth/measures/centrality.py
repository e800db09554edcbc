"""How central the nodes of an undirected simple graph are, by four measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rareearth.measures import backends

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.measures.backends import Indexed

    Graph = nx.Graph[str]

DAMPING = 0.85


def degree(graph: Graph) -> dict[str, float]:
    """The degree centrality of each node [freeman1978]: its ties divided by the number of other nodes, 0 to 1.

    >>> import networkx as nx
    >>> degree(nx.Graph([("m", "a"), ("m", "b")]))
    {'a': 0.5, 'b': 0.5, 'm': 1.0}
    """
    return _named(graph, _degree)


def betweenness(graph: Graph) -> dict[str, float]:
    """The betweenness centrality of each node [freeman1977], computed as in [brandes2001].

    It is the part of the shortest paths between all pairs of other nodes that run through the node, 0 to 1.

    >>> import networkx as nx
    >>> betweenness(nx.Graph([("m", "a"), ("m", "b"), ("m", "c")]))["m"]
    1.0
    """
    return _named(graph, _betweenness)


def pagerank(graph: Graph, damping: float = DAMPING) -> dict[str, float]:
    """The PageRank of each node [brin1998]; the values add up to 1.

    It is how often one visits the node who follows a random tie with the probability ``damping``, and starts anywhere
    otherwise. Nodes without ties lead anywhere.

    >>> import networkx as nx
    >>> round(pagerank(nx.Graph([("m", "a"), ("m", "b"), ("m", "c")]))["m"], 6)
    0.47973
    """
    return _named(graph, lambda made: _pagerank(made, damping))


def core(graph: Graph) -> dict[str, float]:
    """The k-core number of each node [seidman1983]: the greatest k of a part of the graph in which all have k ties.

    >>> import networkx as nx
    >>> core(nx.Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]))
    {'a': 2.0, 'b': 2.0, 'c': 2.0, 'd': 1.0}
    """
    return _named(graph, _core)


def every(graph: Indexed[str]) -> dict[str, dict[str, float]]:
    """All measures of an undirected graph, by their names in :data:`MEASURES`.

    >>> import networkx as nx
    >>> every(backends.indexed(nx.Graph([("a", "b")])))["degree"]
    {'a': 1.0, 'b': 1.0}
    """
    return {name: dict(zip(graph.names, measure(graph.graph), strict=True)) for name, measure in _BY_NUMBER.items()}


def _named(graph: Graph, measure: Callable[[Any], list[float]]) -> dict[str, float]:
    made, number = backends.igraph_of(graph)
    return dict(zip(number, measure(made), strict=True))


def _degree(made: Any) -> list[float]:
    others = max(1, made.vcount() - 1)
    return [count / others for count in made.degree()]


def _betweenness(made: Any) -> list[float]:
    count = made.vcount()
    pairs = max(1.0, (count - 1) * (count - 2) / (1 if made.is_directed() else 2))
    return [value / pairs for value in made.betweenness()]


def _pagerank(made: Any, damping: float = DAMPING) -> list[float]:
    return list(made.pagerank(damping=damping)) if made.vcount() else []


def _core(made: Any) -> list[float]:
    return [float(k) for k in made.coreness()]


MEASURES: Mapping[str, Callable[[Graph], dict[str, float]]] = {
    "degree": degree,
    "betweenness": betweenness,
    "PageRank": pagerank,
    "k-core": core,
}
_BY_NUMBER: Mapping[str, Callable[[Any], list[float]]] = {
    "degree": _degree,
    "betweenness": _betweenness,
    "PageRank": _pagerank,
    "k-core": _core,
}
