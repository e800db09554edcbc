"""Small random graphs for the tests of measures."""

from __future__ import annotations

import itertools

import networkx as nx
from hypothesis import strategies as st

KARATE = nx.Graph(nx.karate_club_graph().edges())  # without weights
FLORENCE = nx.florentine_families_graph()


def graph_of(pairs: str) -> nx.Graph[str]:
    """The graph of ties written as ``ab bc``."""
    return nx.Graph((pair[0], pair[1]) for pair in pairs.split())


def random_graph(ties: int, seed: int) -> nx.Graph[str]:
    """A graph of so many ties drawn at random, and half as many actors with numbers for names."""
    return nx.relabel_nodes(nx.gnm_random_graph(ties // 2, ties, seed=seed), str)


def named_graph(people: int, ties: int, seed: int) -> nx.Graph[str]:
    """A graph drawn at random, of actors n000, n001 and so on."""
    made = nx.gnm_random_graph(people, ties, seed=seed)
    return nx.relabel_nodes(made, {number: f"n{number:03}" for number in made})


@st.composite
def networks(draw: st.DrawFn) -> tuple[nx.Graph[int], list[int], list[int]]:
    """A random graph of up to 9 nodes, sparse to dense, with sources and targets that may overlap."""
    size = draw(st.integers(1, 9))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(p for p in itertools.combinations(range(size), 2) if draw(st.integers(0, 3)) == 0)
    first, last = (draw(st.lists(st.integers(0, size - 1), unique=True)) for _ in range(2))
    return graph, first, last
