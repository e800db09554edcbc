"""Mixing of groups: published values, NetworkX, igraph, the configuration model, and by hand."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import graph_of, random_graph

from rareearth.measures import backends, mixing, null_model


def test_assortativity_of_couples_in_san_francisco() -> None:
    """Newman (2003), Mixing patterns in networks, Physical Review E 67, 026126, table I: r = 0.621.

    The table is printed with three digits; from those NetworkX's own test gets 0.623.
    """
    couples = [
        [0.258, 0.016, 0.035, 0.013],
        [0.012, 0.157, 0.058, 0.019],
        [0.013, 0.023, 0.306, 0.035],
        [0.005, 0.007, 0.024, 0.016],
    ]
    found = mixing.coefficient(couples)
    assert found is not None
    assert round(found, 3) == 0.623
    assert abs(found - 0.621) < 0.003


def test_mixing_by_hand() -> None:
    """a-b and c-d are within, b-c and a-e between: E-I = (2 - 2) / 4 = 0.

    Ends: X has a, b, c's none: X = {a, b}, Y = {c, d}, Z = {e}. Ends of X: a 2, b 2 = 4 of 8; of Y: c 2, d 1 = 3; of
    Z: 1. Within: 4 of 8 ends. Chance: (16 + 9 + 1) / 64 = 26/64. r = (32 - 26) / (64 - 26) = 6/38.
    """
    groups = {"a": "X", "b": "X", "c": "Y", "d": "Y", "e": "Z"}
    found = mixing.matrix(graph_of("ab bc cd ae").edges(), groups)
    assert found == {("X", "X"): 1, ("X", "Y"): 1, ("Y", "Y"): 1, ("X", "Z"): 1}
    assert mixing.ei_index(found) == 0
    assert mixing.ei_index(found, "X") == pytest.approx(1 / 3)
    assert mixing.ei_index(found, "Z") == 1
    assert mixing.ei_index(found, "nobody") is None
    assert mixing.assortativity(found) == pytest.approx(6 / 38)


def test_nodes_without_a_group_are_left_out() -> None:
    assert mixing.matrix(graph_of("ab bc").edges(), {"a": "X", "b": "Y"}) == {("X", "Y"): 1}
    assert mixing.assortativity(mixing.matrix(graph_of("ab").edges(), {"a": "X", "b": "X"})) is None
    assert mixing.assortativity({}) is None


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_assortativity_is_that_of_networkx_and_igraph(seed: int, kinds: int) -> None:
    made = random_graph(40, seed)
    rng = np.random.default_rng(seed)
    groups = {node: str(rng.integers(kinds)) for node in made}
    nx.set_node_attributes(made, groups, "group")
    found = mixing.assortativity(mixing.matrix(made.edges(), groups))
    assert found == pytest.approx(nx.attribute_assortativity_coefficient(made, "group"), abs=1e-12)
    numbered, number = backends.igraph_of(made)
    theirs = numbered.assortativity_nominal([int(groups[node]) for node in number], directed=False)
    assert found == pytest.approx(theirs, abs=1e-12)


def test_the_karate_club_mixes_within_its_factions() -> None:
    club = nx.karate_club_graph()
    groups = {node: data["club"] for node, data in club.nodes(data=True)}
    found = mixing.matrix(club.edges(), groups)
    # Zachary (1977) has 78 ties; between the two clubs after the fission run 11 in NetworkX's copy of his figure 3
    assert sum(found.values()) == 78
    assert found["Mr. Hi", "Officer"] == 11
    ei = mixing.ei_index(found)
    assert ei == pytest.approx((11 - 67) / 78)


def test_the_mean_within_groups_is_that_of_the_configuration_model() -> None:
    """On a sparse graph parallel ties are rare, and the mean comes near sum d(i) d(j) / (2m - 1)."""
    made = random_graph(400, 2)
    made = nx.Graph(made.edges())
    groups = {node: "one" if int(node) % 3 else "two" for node in made}
    expected = mixing.expected_ties(made.edges(), groups)
    assert sum(expected.values()) == pytest.approx(made.number_of_edges(), rel=0.01)
    drawn = [mixing.matrix(ties, groups) for ties in null_model.ties(made, 400, 5)]
    for pair, value in expected.items():
        found = [m[pair] for m in drawn]
        error = np.std(found) / math.sqrt(len(found))
        assert abs(np.mean(found) - value) < 5 * error + 0.01 * value, pair


def test_the_configuration_model_by_hand() -> None:
    """Degrees a 1, b 2, c 2, d 1; 2m - 1 = 5. Within X = {a, b}: 1*2/5; within Y: 2*1/5; between: 3*3/5."""
    found = mixing.expected_ties(graph_of("ab bc cd").edges(), {"a": "X", "b": "X", "c": "Y", "d": "Y"})
    assert found == pytest.approx({("X", "X"): 0.4, ("X", "Y"): 1.8, ("Y", "Y"): 0.4})
    # loops take the rest: (1*0 + 2*1) / 2 / 5 for each of b and c
    assert sum(found.values()) == pytest.approx(3 - 2 * 0.2)
