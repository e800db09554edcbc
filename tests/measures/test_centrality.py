"""Centralities: published values, by hand, as a linear system, and against NetworkX."""

from __future__ import annotations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import FLORENCE, graph_of, random_graph

from rareearth.measures import centrality

KARATE = nx.relabel_nodes(nx.karate_club_graph(), str)


def test_the_medici() -> None:
    """Betweenness of the Medici 0.522 and of the Strozzi 0.103: Jackson (2008), Social and economic networks, p. 6."""
    found = centrality.betweenness(FLORENCE)
    assert round(found["Medici"], 3) == 0.522
    assert round(found["Strozzi"], 3) == 0.103
    assert max(found, key=lambda node: found[node]) == "Medici"
    assert centrality.degree(FLORENCE)["Medici"] == pytest.approx(6 / 14)


@given(st.integers(0, 12), st.integers(0, 14), st.integers(0, 10**6))
def test_centralities_are_those_of_networkx(size: int, ties: int, seed: int) -> None:
    made = nx.relabel_nodes(nx.gnm_random_graph(size, ties, seed=seed), str)
    assert centrality.betweenness(made) == pytest.approx(nx.betweenness_centrality(made), abs=1e-12)
    assert centrality.core(made) == nx.core_number(made)


def test_betweenness_of_ties_with_a_direction_is_that_of_networkx() -> None:
    made = nx.relabel_nodes(nx.gnm_random_graph(30, 90, seed=1, directed=True), str)
    assert centrality.betweenness(made) == pytest.approx(nx.betweenness_centrality(made), abs=1e-12)


def test_centralities_by_hand() -> None:
    """A star of three rays: all 3 pairs of rays pass its middle.

    PageRank: m = 0.0375 + 0.85 * 3 r, r = 0.0375 + 0.85 m / 3, so m = 0.133125 / 0.2775.
    """
    star = graph_of("ma mb mc")
    assert centrality.betweenness(star) == {"m": 1, "a": 0, "b": 0, "c": 0}
    assert centrality.degree(star)["m"] == 1
    assert centrality.pagerank(star)["m"] == pytest.approx(0.133125 / 0.2775, abs=1e-13)
    assert set(centrality.core(star).values()) == {1}
    assert centrality.pagerank(nx.Graph()) == {}


def test_cores_of_the_karate_club() -> None:
    """The 4-core has the ten members that Batagelj and Zaversnik's algorithm finds in igraph as well."""
    found = centrality.core(KARATE)
    other = igraph.Graph.Famous("Zachary").coreness()
    assert [int(found[str(i)]) for i in range(34)] == other
    assert sum(k == 4 for k in found.values()) == 10


def test_pagerank_solves_its_equation() -> None:
    """The fixed point as a linear system, also where nodes have no ties."""
    made = nx.Graph(KARATE)
    made.add_nodes_from(["alone", "apart"])
    nodes = list(made)
    size = len(nodes)
    step = np.zeros((size, size))
    for j, node in enumerate(nodes):
        if made.degree(node):
            for other in made[node]:
                step[nodes.index(other), j] = 1 / made.degree(node)
        else:
            step[:, j] = 1 / size
    exact = np.linalg.solve(np.eye(size) - 0.85 * step, np.full(size, 0.15 / size))
    found = centrality.pagerank(made)
    assert sum(abs(found[node] - exact[i]) for i, node in enumerate(nodes)) < 1e-12
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)


def test_pagerank_of_a_large_graph_is_that_of_networkx() -> None:
    made = random_graph(20_000, 4)
    found, other = centrality.pagerank(made), nx.pagerank(made, tol=1e-12 / len(made), max_iter=1000)
    assert sum(abs(found[node] - rank) for node, rank in other.items()) < 1e-11
