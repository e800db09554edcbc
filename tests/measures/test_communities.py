"""Communities: the optimum of the karate club, published values, igraph, NetworkX, and planted structure."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterable

import igraph
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import named_graph

from rareearth.errors import RareEarthError
from rareearth.measures import communities

KARATE = nx.relabel_nodes(nx.karate_club_graph(), str)


# D. Aloise et al., Column generation algorithms for exact modularity maximization in networks, Physical Review E 82,
# 046112, 2010: the optimum of Zachary's karate club (ties without weights) is 0.4198, with four groups.
def test_louvain_and_leiden_find_the_optimum_of_the_karate_club() -> None:
    for method in (communities.louvain, communities.leiden):
        found = communities.stability(KARATE, range(20), method)
        assert round(max(found.modularities), 4) == 0.4198
        assert len(found.best) == 4
        assert communities.modularity(KARATE, found.best) == max(found.modularities)
    assert communities.modularity(KARATE, [set(KARATE)]) == 0
    with pytest.raises(RareEarthError, match="no partition"):
        communities.modularity(KARATE, [set(KARATE) - {"3"}])


def test_it_is_the_optimum_by_integer_programming() -> None:
    best = igraph.Graph.Famous("Zachary").community_optimal_modularity()
    assert best.modularity == pytest.approx(max(communities.stability(KARATE, range(20)).modularities))


def test_modularity_is_that_of_networkx() -> None:
    graph = named_graph(200, 600, seed=9)
    groups = communities.louvain(graph, 0)
    theirs = nx.community.modularity(graph, groups, weight=None)
    assert communities.modularity(graph, groups) == pytest.approx(theirs, abs=1e-12)


def test_the_same_seed_gives_the_same_groups_whatever_the_order_of_the_graph() -> None:
    turned: nx.Graph[str] = nx.Graph()
    turned.add_nodes_from(reversed(list(KARATE)))
    turned.add_edges_from((b, a) for a, b in reversed(list(KARATE.edges())))
    for method in (communities.louvain, communities.leiden):
        assert method(turned, 4) == method(KARATE, 4)
    assert len({communities.louvain(KARATE, seed) for seed in range(10)}) > 1


# scikit-learn's manual, adjusted_rand_score: ([0, 0, 1, 2], [0, 0, 1, 1]) gives 0.57, ([0, 0, 1, 1], [0, 1, 0, 1])
# gives -0.5. By hand: 1 pair in both, 1 and 2 in each, of 6: (1 - 1*2/6) / ((1 + 2)/2 - 1*2/6) = 4/7.
def test_partitions_are_compared_as_published() -> None:
    assert communities.ari(["ab", "c", "d"], ["ab", "cd"]) == pytest.approx(4 / 7)
    assert communities.ari(["ab", "cd"], ["ac", "bd"]) == pytest.approx(-0.5)
    assert communities.nmi(["ab", "cd"], ["ac", "bd"]) == pytest.approx(0, abs=1e-12)
    # the information of {ab, cd}: log 2; {ab, c, d}: 1.5 log 2; both together log 2; 1 / 1.25
    assert communities.nmi(["ab", "c", "d"], ["ab", "cd"]) == pytest.approx(0.8)
    for same in (communities.ari, communities.nmi):
        assert same(["abc", "d"], ["d", "cba"]) == pytest.approx(1)
        assert same(["abcd"], ["abcd"]) == 1


def rand_by_hand(ones: list[int], others: list[int]) -> float:
    """Hubert and Arabie (1985), equation 5, by counting pairs."""
    pairs = list(itertools.combinations(range(len(ones)), 2))
    one, other = ([side[a] == side[b] for a, b in pairs] for side in (ones, others))
    expected = sum(one) * sum(other) / len(pairs)
    most = (sum(one) + sum(other)) / 2
    return (sum(map(min, one, other)) - expected) / (most - expected) if most != expected else 1.0


def information_by_hand(ones: list[int], others: list[int]) -> float:
    """Danon et al. (2005), equation 2, from the entropies of the two and of both together."""

    def entropy(labels: Iterable[object]) -> float:
        return -math.fsum(n / len(ones) * math.log(n / len(ones)) for n in Counter(labels).values())

    one, other, both = entropy(ones), entropy(others), entropy(zip(ones, others, strict=True))
    return 2 * (one + other - both) / (one + other) if one + other else 1.0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=14))
def test_partitions_are_compared_as_defined(places: list[tuple[int, int]]) -> None:
    """Those too for which igraph has no value: where all are in one group, or each in one of its own."""
    ones, others = ([place[side] for place in places] for side in (0, 1))
    parts = [
        [{str(n) for n, place in enumerate(side) if place == group} for group in range(4)] for side in (ones, others)
    ]
    one, other = ([group for group in side if group] for side in parts)
    assert communities.ari(one, other) == pytest.approx(rand_by_hand(ones, others), abs=1e-9)
    assert communities.nmi(one, other) == pytest.approx(information_by_hand(ones, others), abs=1e-9)


def test_what_igraph_draws_elsewhere_is_not_touched() -> None:
    """Leiden has a generator of its own, and igraph has Python's again afterwards."""
    random.seed(3)
    before = random.getstate()
    communities.leiden(KARATE, 0)
    assert random.getstate() == before
    first = igraph.Graph.Erdos_Renyi(20, m=30).get_edgelist()
    random.seed(3)
    communities.leiden(KARATE, 1)
    assert igraph.Graph.Erdos_Renyi(20, m=30).get_edgelist() == first


def test_planted_groups_are_found_and_are_stable() -> None:
    made = nx.relabel_nodes(nx.planted_partition_graph(4, 12, 0.7, 0.03, seed=2), lambda number: f"n{number:02}")
    planted = [{f"n{number:02}" for number in range(start, start + 12)} for start in range(0, 48, 12)]
    found = communities.stability(made, range(10))
    assert communities.ari(found.best, planted) == 1
    assert found.ari == pytest.approx(1)
    assert found.nmi == pytest.approx(1)
    assert found.cohesion(["n00", "n11"]) == 1
    assert found.cohesion(["n00", "n12"]) == 0
    assert [found.cohesion(group) for group in found.best] == pytest.approx([1] * 4)


def test_where_no_groups_are_planted_the_runs_do_not_agree() -> None:
    found = communities.stability(named_graph(60, 180, seed=5), range(10))
    assert found.ari is not None
    assert found.ari < 0.6
    assert min(found.cohesion(group) for group in found.best) < 0.7


def test_cohesion_is_how_often_two_of_a_group_are_together() -> None:
    found = communities.stability(KARATE, range(6))
    for group in found.best:
        pairs = list(itertools.combinations(group, 2))
        together = sum({*pair} <= other for pair in pairs for run in found.runs for other in run)
        assert found.cohesion(group) == pytest.approx(together / len(pairs) / 6)
    assert found.cohesion(["1"]) == 1
    assert communities.stability(KARATE, [1]).ari is None


def test_a_graph_without_ties_has_no_modularity() -> None:
    lonely: nx.Graph[str] = nx.Graph()
    lonely.add_nodes_from("ab")
    assert communities.modularity(lonely, [{"a"}, {"b"}]) == 0
    assert communities.louvain(lonely, 0) == (frozenset("a"), frozenset("b"))
