"""Where nodes stand: the same places every time, apart from each other, and finite for any network."""

from __future__ import annotations

import hashlib
import itertools
import math
import random
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from conftest import ROOT, environment
from hypothesis import given, settings
from hypothesis import strategies as st

from rareearth import layout
from rareearth.layout import forces, groups

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


GROUP = 40


def planted(groups: int) -> tuple[Network, list[tuple[int, int]]]:
    """A network of groups of nodes, each with four edges inside its group and a few to others."""
    rng = random.Random(7)  # noqa: S311
    edges = []
    for node in range(groups * GROUP):
        first = node // GROUP * GROUP
        edges += [(node, rng.randrange(first, first + GROUP)) for _ in range(4)]
        if node % 4 == 0:
            edges.append((node, rng.randrange(groups * GROUP)))
    return graph(groups * GROUP, edges), edges


@pytest.mark.slow
def test_groups_of_a_large_network_stand_together() -> None:
    network, _ = planted(30)
    places = layout.positions(network)
    own = 0
    for node in range(0, 30 * GROUP, 7):
        here = places[f"n{node}"]
        near = sorted(range(30 * GROUP), key=lambda other: math.dist(here, places[f"n{other}"]))[1:11]
        own += sum(other // GROUP == node // GROUP for other in near)
    assert own / (10 * len(range(0, 30 * GROUP, 7))) > 0.7


@pytest.mark.parametrize("seed", ["0", "1"])
def test_places_do_not_depend_on_hashes_or_threads(seed: str) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, 'tests')\n"
        "from test_layout import planted; from rareearth import layout\n"
        "print(hashlib.sha256(repr(sorted(layout.positions(planted(15)[0]).items())).encode()).hexdigest())"
    )
    changes = {
        "PYTHONHASHSEED": seed,
        "OMP_NUM_THREADS": str(1 + int(seed)),
        "OPENBLAS_NUM_THREADS": str(1 + int(seed)),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(**changes), capture_output=True, text=True, check=True
    )
    expected = hashlib.sha256(repr(sorted(layout.positions(planted(15)[0]).items())).encode()).hexdigest()
    assert done.stdout.strip() == expected


LARGE = {
    "a star": graph(3000, [(0, i) for i in range(1, 3000)]),
    "nodes without edges": graph(2500, []),
    "pairs": graph(1200, [(i, i + 1) for i in range(0, 1200, 2)]),
    "a chain": graph(1500, [(i, i + 1) for i in range(1499)]),
    "a star and a chain": graph(900, [(0, i) for i in range(1, 600)] + [(i, i + 1) for i in range(600, 899)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", LARGE)
def test_large_networks_of_any_shape_have_finite_places_that_differ(shape: str) -> None:
    places = layout.positions(LARGE[shape])
    assert set(places) == set(LARGE[shape])
    assert all(math.isfinite(c) for place in places.values() for c in place)
    assert len(set(places.values())) == len(places)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=40), st.floats(0.5, 30))
def test_near_pairs_are_all_pairs_within_a_distance(points: list[tuple[float, float]], distance: float) -> None:
    one, other = forces.near(np.array(points), np.array([distance]), [len(points)])
    found = {tuple(sorted(pair)) for pair in zip(one.tolist(), other.tolist(), strict=True)}
    assert len(found) == len(one)
    within = {
        (a, b) for a, b in itertools.combinations(range(len(points)), 2) if math.dist(points[a], points[b]) < distance
    }
    assert within <= found


POINTS = st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=9)


@st.composite
def bodies(draw: st.DrawFn) -> forces.Bodies:
    place = np.array(draw(POINTS))
    ends = st.integers(0, len(place) - 1)
    pairs = np.array(draw(st.lists(st.tuples(ends, ends), max_size=9)), dtype=np.int64).reshape(-1, 2)
    mass = np.arange(1, len(place) + 1, dtype=np.float64)
    return forces.Bodies(place, pairs, np.linspace(1, 2, len(pairs)), mass, place / 7)


@settings(max_examples=25)
@given(st.lists(bodies(), min_size=1, max_size=6))
def test_sets_that_are_moved_together_move_as_if_alone(sets: list[forces.Bodies]) -> None:
    together = forces.settle(sets)
    assert [place.tolist() for place in together] == [forces.settle([one])[0].tolist() for one in sets]
    radii = [one.mass / 3 for one in sets]
    pushed = forces.apart(together, radii, 1.0)
    alone = [forces.apart([place], [radius], 1.0)[0] for place, radius in zip(together, radii, strict=True)]
    assert [place.tolist() for place in pushed] == [place.tolist() for place in alone]


@given(st.integers(1, 25), st.data())
def test_levels_of_groups_are_nested_and_have_every_node(nodes: int, data: st.DataObject) -> None:
    ends = st.integers(0, nodes - 1)
    pairs = {(min(p), max(p)) for p in data.draw(st.lists(st.tuples(ends, ends), max_size=60)) if p[0] != p[1]}
    found = groups.levels(nodes, sorted(pairs))
    before = list(range(nodes))
    for level in found:
        assert len(level) == nodes
        assert set(level) == set(range(max(level) + 1))
        assert all(level[a] == level[b] for a in range(nodes) for b in range(a) if before[a] == before[b])
        before = level
    if found:
        whole: nx.Graph[int] = nx.Graph()
        whole.add_nodes_from(range(nodes))
        whole.add_edges_from(pairs)
        sets = [{n for n in range(nodes) if found[-1][n] == g} for g in set(found[-1])]
        assert nx.community.modularity(whole, sets) >= nx.community.modularity(whole, [{n} for n in whole])
