"""Brokers and structural holes: by hand, over all graphs, and against NetworkX and igraph."""

from __future__ import annotations

import itertools
import math

import igraph
import networkx as nx
import pytest
from random_graphs import KARATE

from rareearth.measures import brokerage
from rareearth.measures.brokerage import Roles


def test_the_roles_of_a_broker_by_hand() -> None:
    # Two laboratories l and k, two firms f and g, a ministry m. Ties: l>k k>f f>g f>m m>g m>l. Open two-paths through
    #   l: m>l>k          k: l>k>f          f: k>f>g and k>f>m          m: f>m>l, as f>m>g is closed by f>g
    #   g: none, as nothing leads on from it
    # The counting rule is that of sna::brokerage in R (brokerage_R in its gli.c).
    graph = nx.DiGraph(["lk", "kf", "fg", "fm", "mg", "ml"])
    three = {"l": "lab", "k": "lab", "f": "firm", "g": "firm", "m": "state"}
    assert brokerage.roles(graph, three) == {
        "l": Roles(gatekeeper=1),  # state lab lab
        "k": Roles(representative=1),  # lab lab firm
        "f": Roles(gatekeeper=1, liaison=1),  # lab firm firm, lab firm state
        "m": Roles(liaison=1),  # firm state lab
        "g": Roles(),
    }
    # f is one of the laboratories, and m of the firms
    assert brokerage.roles(graph, {**three, "f": "lab", "m": "firm"}) == {
        "l": Roles(gatekeeper=1),  # firm lab lab
        "k": Roles(coordinator=1),
        "f": Roles(representative=2),  # lab lab firm, twice
        "m": Roles(itinerant=1),  # lab firm lab
        "g": Roles(),
    }
    # without the ministry's group its ties do not count, and f>g is all that f hands on
    assert brokerage.roles(graph, {**three, "m": ""})["f"] == Roles(gatekeeper=1)
    # in one group all are coordinators
    assert brokerage.roles(graph, dict.fromkeys("lkfgm", "one"))["f"] == Roles(coordinator=2)


def test_ties_without_direction_go_both_ways_and_the_ungrouped_are_left_out() -> None:
    star = nx.star_graph(3)  # 0 in the middle
    groups = {0: "a", 1: "a", 2: "b", 3: "b"}
    # 1-0-2 and 1-0-3 are representative one way and gatekeeper the other, 2-0-3 itinerant both ways
    assert brokerage.roles(star, groups)[0] == Roles(itinerant=2, representative=2, gatekeeper=2)
    assert brokerage.roles(star, groups) == brokerage.roles(star.to_directed(), groups)
    assert set(brokerage.roles(star, {**groups, 3: ""})) == {0, 1, 2}
    assert brokerage.roles(star, {**groups, 3: ""})[0] == Roles(representative=1, gatekeeper=1)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("groups", ["aabb", "abbc", "aaab"])
def test_the_expected_roles_are_those_over_all_graphs(groups: str, directed: bool) -> None:
    """Every graph of four nodes with as many ties has weight d^m(1-d)^(n-m); at d = 1/2 all weigh the same."""
    pairs = list((itertools.permutations if directed else itertools.combinations)(range(4), 2))
    of = dict(enumerate(groups))
    counts = []
    half: list[tuple[nx.Graph[int], Roles]] = []
    for chosen in itertools.product((0, 1), repeat=len(pairs)):
        graph: nx.Graph[int] = nx.DiGraph() if directed else nx.Graph()
        graph.add_nodes_from(range(4))
        graph.add_edges_from(itertools.compress(pairs, chosen))
        counts.append(brokerage.roles(graph, of)[0])
        if sum(chosen) * 2 == len(pairs):
            half.append((graph, counts[-1]))
    graph, observed = half[len(half) // 3]
    z = brokerage.z_scores(graph, of)[0]
    for role, name in enumerate(Roles._fields):
        values = [count[role] for count in counts]
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in values) / len(values))
        if deviation:
            assert z[role] == pytest.approx((observed[role] - mean) / deviation), name
        else:
            assert math.isnan(z[role]), name


def test_structural_holes_by_hand() -> None:
    # ego knows b, c and d; b and c know each other. p = 1/3 each. Through c, ego's tie to b weighs 1/3 + 1/3 * 1/2.
    graph = nx.Graph([("ego", "b"), ("ego", "c"), ("ego", "d"), ("b", "c")])
    hole = brokerage.holes(graph)["ego"]
    assert hole.constraint == pytest.approx(2 * (1 / 3 + 1 / 6) ** 2 + (1 / 3) ** 2)
    assert hole.effective_size == pytest.approx(3 - 2 * 1 / 3)  # Borgatti 1997: n - 2t/n
    assert hole.efficiency == pytest.approx((3 - 2 / 3) / 3)
    # extremes: no contact knows another; all know each other
    assert brokerage.holes(nx.star_graph(5), [0])[0] == pytest.approx((1 / 5, 5, 1))
    assert brokerage.holes(nx.complete_graph(4))[0][1:] == pytest.approx((1, 1 / 3))
    assert math.isnan(brokerage.holes(nx.empty_graph(1))[0].constraint)


def test_structural_holes_are_those_of_networkx_and_igraph() -> None:
    found = brokerage.holes(KARATE)
    theirs, sizes = nx.constraint(KARATE), nx.effective_size(KARATE)
    other = igraph.Graph(n=34, edges=list(KARATE.edges())).constraint()
    for node, hole in found.items():
        assert hole.constraint == pytest.approx(theirs[node], abs=1e-12)
        assert hole.constraint == pytest.approx(other[node], abs=1e-12)
        assert hole.effective_size == pytest.approx(sizes[node], abs=1e-12)
    assert min(found, key=lambda node: found[node].constraint) == 0  # the instructor, then the officer
    assert brokerage.holes(KARATE, [33])[33] == found[33]
