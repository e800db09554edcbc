"""The bridge to igraph, and smaller graphs made of larger ones.

The project hands graphs around as NetworkX graphs. What is costly on them igraph computes [csardi2006], on
every machine and for every size of graph. Nodes are numbered by name and ties sorted, so that no number depends on the
order in which a graph was made.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import networkx as nx

if TYPE_CHECKING:
    Graph = nx.Graph[str]

Node = TypeVar("Node")


def igraph_of(graph: nx.Graph[Node]) -> tuple[Any, dict[Node, int]]:
    """The igraph graph of a NetworkX graph, and the number of each node in it.

    Nodes are numbered in the order of their names, and the mapping has them in that order; the ties are sorted.
    Attributes are not kept.

    >>> made, number = igraph_of(nx.Graph([("b", "c"), ("a", "b")]))
    >>> number
    {'a': 0, 'b': 1, 'c': 2}
    >>> made.get_edgelist()
    [(0, 1), (1, 2)]
    """
    import igraph

    number = {node: i for i, node in enumerate(sorted(graph, key=str))}
    pairs = ((number[a], number[b]) for a, b in graph.edges())
    if graph.is_directed():
        return igraph.Graph(n=len(number), edges=sorted(pairs), directed=True), number
    return igraph.Graph(n=len(number), edges=sorted((min(pair), max(pair)) for pair in pairs)), number


class Indexed(NamedTuple, Generic[Node]):
    """An undirected graph as igraph has it, and the names of its nodes in their order.

    To make many smaller graphs of one is far quicker with it than with NetworkX.
    """

    graph: Any
    names: list[Node]

    def without(self, ties: Iterable[tuple[Node, Node]] = (), nodes: Collection[Node] = ()) -> Indexed[Node]:
        """The graph without some ties, and without those who then have none; and without these nodes.

        >>> lean = indexed(nx.Graph([("a", "b"), ("b", "c"), ("c", "d")]))
        >>> lean.without([("a", "b")]).names, lean.without(nodes={"a", "c"}).names
        (['b', 'c', 'd'], ['b', 'd'])
        """
        number = {name: i for i, name in enumerate(self.names)}
        made = self.graph.copy()
        made.delete_edges([(number[a], number[b]) for a, b in ties])
        gone = {i for i, count in enumerate(made.degree()) if not count}
        gone |= {number[name] for name in nodes if name in number}
        made.delete_vertices(sorted(gone))
        return Indexed(made, [name for i, name in enumerate(self.names) if i not in gone])


def indexed(graph: nx.Graph[Node]) -> Indexed[Node]:
    """An undirected NetworkX graph as :class:`Indexed`; see :func:`igraph_of`.

    >>> indexed(nx.Graph([("b", "a")])).names
    ['a', 'b']
    """
    made, number = igraph_of(graph)
    return Indexed(made, list(number))


@contextmanager
def random_seed(seed: int) -> Iterator[None]:
    """Within this igraph draws from a generator of this seed; afterwards from Python's own again, as by default.

    igraph has one generator for the whole process.

    >>> import igraph
    >>> with random_seed(1):
    ...     first = igraph.Graph.Erdos_Renyi(9, m=9).get_edgelist()
    >>> with random_seed(1):
    ...     igraph.Graph.Erdos_Renyi(9, m=9).get_edgelist() == first
    True
    """
    import igraph

    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - the same groups again, no secret
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def subgraph(graph: Graph, nodes: Collection[str]) -> Graph:
    """The undirected graph of only these nodes and their ties: in the same order in every process, and no slow view.

    >>> sorted(subgraph(nx.Graph([("a", "b"), ("b", "c")]), {"a", "b"}).edges())
    [('a', 'b')]
    """
    made: Graph = nx.Graph()
    made.add_nodes_from((node, data) for node, data in graph.nodes(data=True) if node in nodes)
    made.add_edges_from((a, b, data) for a, b, data in graph.edges(data=True) if a in nodes and b in nodes)
    return made


def without(graph: Graph, nodes: Iterable[str], ties: Iterable[tuple[str, str]]) -> Graph:
    """A graph without some actors and ties, and without those who then have none.

    >>> sorted(without(nx.Graph([("a", "b"), ("b", "c"), ("c", "d")]), ["a"], [("c", "d")]))
    ['b', 'c']
    """
    made = subgraph(graph, set(graph) - set(nodes))
    made.remove_edges_from(ties)
    made.remove_nodes_from([node for node, count in made.degree() if not count])
    return made
