"""Where nodes stand: the same places every time, apart from each other, and finite for any network."""

from __future__ import annotations

import itertools
import math
import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rareearth import layout

Network = nx.MultiDiGraph


def shuffled(network: Network, seed: int) -> Network:
    """The same network with its nodes and edges put in in another order."""
    order = random.Random(seed)  # noqa: S311
    other: Network = nx.MultiDiGraph()
    other.add_nodes_from(order.sample(sorted(network), len(network)))
    other.add_edges_from(order.sample(list(network.edges(keys=True)), network.number_of_edges()))
    return other


def test_the_order_of_nodes_and_edges_does_not_matter(full: Network) -> None:
    places = layout.positions(full)
    assert layout.positions(shuffled(full, 1)) == layout.positions(shuffled(full, 2)) == places


def test_attributes_do_not_matter(actors: Network) -> None:
    bare: Network = nx.MultiDiGraph()
    bare.add_nodes_from(actors)
    bare.add_edges_from(actors.edges(keys=True))
    assert layout.positions(bare) == layout.positions(actors)


@pytest.mark.parametrize("view", ["actors", "full"])
def test_no_nodes_of_the_shipped_network_lie_on_each_other(view: str, request: pytest.FixtureRequest) -> None:
    network: Network = request.getfixturevalue(view)
    places, sizes = layout.positions(network), layout.sizes(network)
    for a, b in itertools.combinations(network, 2):
        assert math.dist(places[a], places[b]) > (sizes[a] + sizes[b]) / 2, (a, b)


@pytest.mark.slow
def test_neighbours_stand_nearer_than_strangers(full: Network) -> None:
    places = layout.positions(full)
    near = [math.dist(places[a], places[b]) for a, b in full.edges() if a != b]
    all_ = [math.dist(places[a], places[b]) for a, b in itertools.combinations(full, 2)]
    assert sum(near) / len(near) < 0.7 * sum(all_) / len(all_)


def test_sizes_grow_with_the_degree_between_their_bounds(full: Network) -> None:
    sizes = layout.sizes(full)
    degrees = dict(full.degree())
    ranked = sorted(full, key=lambda node: degrees[node])
    assert [sizes[n] for n in ranked] == sorted(sizes.values())
    assert max(sizes.values()) == layout.LARGEST
    assert min(sizes.values()) >= layout.SMALLEST >= 4


def graph(nodes: int, edges: list[tuple[int, int]]) -> Network:
    made: Network = nx.MultiDiGraph()
    made.add_nodes_from(f"n{i}" for i in range(nodes))
    made.add_edges_from((f"n{a}", f"n{b}") for a, b in edges)
    return made


SHAPES = {
    "nothing": graph(0, []),
    "one node": graph(1, []),
    "a node tied to itself": graph(1, [(0, 0)]),
    "two nodes": graph(2, [(0, 1)]),
    "two nodes without an edge": graph(2, []),
    "nodes without edges": graph(20, []),
    "two parts": graph(8, [(0, 1), (1, 2), (2, 0), (4, 5), (5, 6), (6, 4)]),
    "a star": graph(60, [(0, i) for i in range(1, 60)]),
    "all with all": graph(12, list(itertools.combinations(range(12), 2))),
    "many edges between two": graph(3, [(0, 1)] * 50),
    "a chain": graph(50, [(i, i + 1) for i in range(49)]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_places_are_finite_and_all_different(shape: str) -> None:
    network = SHAPES[shape]
    places = layout.positions(network)
    assert set(places) == set(network)
    assert all(math.isfinite(c) for place in places.values() for c in place)
    assert len(set(places.values())) == len(network)


@settings(max_examples=25)
@given(st.integers(1, 30), st.data())
def test_any_network_has_finite_places_centred_on_nothing(nodes: int, data: st.DataObject) -> None:
    ends = st.integers(0, nodes - 1)
    network = graph(nodes, data.draw(st.lists(st.tuples(ends, ends), max_size=60)))
    places = layout.positions(network)
    assert set(places) == set(network)
    assert all(math.isfinite(c) for place in places.values() for c in place)
    assert layout.positions(shuffled(network, nodes)) == places
    widest = max((abs(c) for place in places.values() for c in place), default=0)
    assert widest < 20_000
