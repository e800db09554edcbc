"""Where a measure is computed: by igraph on large graphs where it is installed, else by NetworkX, with equal figures.

Csárdi, G. and Nepusz, T. (2006), The igraph software package for complex network research, InterJournal Complex
Systems 1695; Hagberg, A., Schult, D. and Swart, P. (2008), Exploring network structure, dynamics, and function using
NetworkX, Proceedings of SciPy 2008.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    Graph = nx.Graph[str]

LARGE = 3_000  # ties from which the way through igraph is worth it


def large(graph: Graph) -> bool:
    """Whether igraph is to compute this graph: it is installed, and the graph has :data:`LARGE` ties or more."""
    return graph.number_of_edges() >= LARGE and importlib.util.find_spec("igraph") is not None


def igraph_of(graph: Graph) -> tuple[Any, list[str]]:
    """The igraph graph of a NetworkX one, and its nodes in the order in which igraph numbers them."""
    import igraph

    nodes = list(graph)
    number = {node: i for i, node in enumerate(nodes)}
    edges = [(number[a], number[b]) for a, b in graph.edges()]
    return igraph.Graph(n=len(nodes), edges=edges, directed=graph.is_directed()), nodes


def betweenness(graph: Graph) -> dict[str, float]:
    """The betweenness centrality of each node, as a part of all pairs of others (see :mod:`centrality`)."""
    if not large(graph):
        found: dict[str, float] = nx.betweenness_centrality(graph)
        return found
    made, nodes = igraph_of(graph)
    pairs = (len(nodes) - 1) * (len(nodes) - 2) / (1 if graph.is_directed() else 2)
    return {node: value / pairs for node, value in zip(nodes, made.betweenness(), strict=True)}


def core_numbers(graph: Graph) -> dict[str, int]:
    """The k-core number of each node of a simple undirected graph (see :mod:`centrality`)."""
    if not large(graph):
        found: dict[str, int] = nx.core_number(graph)
        return found
    made, nodes = igraph_of(graph)
    return dict(zip(nodes, made.coreness(), strict=True))
