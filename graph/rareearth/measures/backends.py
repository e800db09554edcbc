"""Where a measure is computed: by igraph on large graphs where it is installed, else by NetworkX, with equal figures.

Csárdi, G. and Nepusz, T. (2006), The igraph software package for complex network research, InterJournal Complex
Systems 1695; Hagberg, A., Schult, D. and Swart, P. (2008), Exploring network structure, dynamics, and function using
NetworkX, Proceedings of SciPy 2008.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    Graph = nx.Graph[str]

LARGE = 3_000  # ties from which the way through igraph is worth it


def large(graph: Graph) -> bool:
    """Whether igraph is to compute this graph: it is installed, and the graph has :data:`LARGE` ties or more."""
    return graph.number_of_edges() >= LARGE and installed()


def installed() -> bool:
    """Whether igraph is there."""
    return importlib.util.find_spec("igraph") is not None


def igraph_of(graph: Graph) -> tuple[Any, list[str]]:
    """The igraph graph of a NetworkX one, and its nodes in the order in which igraph numbers them."""
    import igraph

    nodes = list(graph)
    number = {node: i for i, node in enumerate(nodes)}
    edges = [(number[a], number[b]) for a, b in graph.edges()]
    return igraph.Graph(n=len(nodes), edges=edges, directed=graph.is_directed()), nodes


def part(graph: Graph, nodes: Collection[str]) -> Graph:
    """The undirected graph of only these nodes and their ties: in the same order in every process, and no slow view."""
    made: Graph = nx.Graph()
    made.add_nodes_from((node, data) for node, data in graph.nodes(data=True) if node in nodes)
    made.add_edges_from((a, b, data) for a, b, data in graph.edges(data=True) if a in nodes and b in nodes)
    return made


def tied(graph: Graph, nodes: Iterable[str], ties: Iterable[tuple[str, str]]) -> Graph:
    """A graph without some actors and ties, and without those who then have none."""
    made = part(graph, set(graph) - set(nodes))
    made.remove_edges_from(ties)
    made.remove_nodes_from([node for node, count in made.degree() if not count])
    return made


def betweenness(graph: Graph) -> dict[str, float]:
    """The betweenness centrality of each node, as a part of all pairs of others (see :mod:`centrality`).

    Small graphs that are the same but for a few ties share most of their connected parts, which are looked at once.
    """
    if graph.number_of_edges() < LARGE and not graph.is_directed():
        number = {node: i for i, together in enumerate(nx.connected_components(graph)) for node in together}
        parts: dict[int, tuple[list[str], list[tuple[str, str]]]] = {i: ([], []) for i in number.values()}
        for node in graph:
            parts[number[node]][0].append(node)
        for a, b in graph.edges():
            parts[number[a]][1].append((a, b))
        others = max(1, (len(graph) - 1) * (len(graph) - 2))
        paths = {n: x for nodes, ties in parts.values() for n, x in _paths(tuple(nodes), tuple(ties)).items()}
        return {node: 2 * paths[node] * (1 / others) for node in graph}
    if not large(graph):
        return nx.betweenness_centrality(graph)
    made, nodes = igraph_of(graph)
    pairs = (len(nodes) - 1) * (len(nodes) - 2) / (1 if graph.is_directed() else 2)
    return {node: value / pairs for node, value in zip(nodes, made.betweenness(), strict=True)}


@functools.lru_cache(maxsize=256)
def _paths(nodes: tuple[str, ...], ties: tuple[tuple[str, str], ...]) -> dict[str, float]:
    """For how many pairs of others each of these nodes is on the shortest path, in part where there are several."""
    made: Graph = nx.Graph()
    made.add_nodes_from(nodes)
    made.add_edges_from(ties)
    return nx.betweenness_centrality(made, normalized=False)


def betweenness_between(graph: nx.Graph[Any], sources: list[Any], targets: list[Any]) -> dict[Any, float]:
    """The betweenness of each node for sources and targets, halved for an undirected graph (see :mod:`efficiency`)."""
    if not sources or not targets:
        return dict.fromkeys(graph, 0.0)
    if not large(graph):
        found: dict[Any, float] = nx.betweenness_centrality_subset(graph, sources, targets)
        return found
    made, nodes = igraph_of(graph)
    number = {node: i for i, node in enumerate(nodes)}
    first, last = ([number[node] for node in ends] for ends in (sources, targets))
    return dict(zip(nodes, made.betweenness(sources=first, targets=last), strict=True))


def node_connectivity(graph: nx.Graph[Any], pairs: list[tuple[Any, Any]]) -> dict[tuple[Any, Any], int]:
    """The number of independent paths between the two of each pair of a connected graph (see :mod:`cuts`)."""
    if not large(graph):
        from networkx.algorithms import connectivity

        network = connectivity.build_auxiliary_node_connectivity(graph)
        return {(a, b): int(connectivity.local_node_connectivity(graph, a, b, auxiliary=network)) for a, b in pairs}
    made, nodes = igraph_of(graph)
    number = {node: i for i, node in enumerate(nodes)}
    return {
        (a, b): graph.has_edge(a, b) + int(made.vertex_connectivity(number[a], number[b], neighbors="ignore"))
        for a, b in pairs
    }


def core_numbers(graph: Graph) -> dict[str, int]:
    """The k-core number of each node of a simple undirected graph (see :mod:`centrality`)."""
    if not large(graph):
        return nx.core_number(graph)
    made, nodes = igraph_of(graph)
    return dict(zip(nodes, made.coreness(), strict=True))


def leiden(graph: nx.Graph[Any], seed: int, weight: str | None = None) -> list[list[Any]] | None:
    """The groups of nodes that Leiden finds by modularity, as igraph has it; None where igraph is not installed.

    NetworkX has none of its own. igraph draws its lots from one generator for the whole process, which is set for this
    and put back. The same for the same seed and order of the nodes and ties.
    """
    if not installed():
        return None
    import random

    import igraph

    made, nodes = igraph_of(graph)
    weights = [data[weight] for _, _, data in graph.edges(data=True)] if weight else None
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - the same groups again, no secret
    try:
        groups = made.community_leiden(objective_function="modularity", weights=weights, n_iterations=-1)
    finally:
        igraph.set_random_number_generator(random)
    return [[nodes[number] for number in group] for group in groups]


def modularity(graph: Graph, groups: list[set[str]], weight: str | None = None) -> float:
    """The modularity of a partition of a simple undirected graph that has ties (see :mod:`communities`)."""
    if not large(graph):
        found: float = nx.community.modularity(graph, groups, weight=weight)
        return found
    made, nodes = igraph_of(graph)
    of = {node: number for number, group in enumerate(groups) for node in group}
    weights = [data[weight] for _, _, data in graph.edges(data=True)] if weight else None
    return float(made.modularity([of[node] for node in nodes], weights=weights))
