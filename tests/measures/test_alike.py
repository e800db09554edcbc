"""Structural equivalence and communities, against published values, values by hand, igraph, and planted structure."""

from __future__ import annotations

import random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import RareEarthError
from rareearth.measures import backends, communities, equivalence, permutation


def drawn(people: int, ties: int, seed: int) -> nx.Graph[str]:
    made = nx.gnm_random_graph(people, ties, seed=seed)
    return nx.relabel_nodes(made, {number: f"n{number:03}" for number in made})


# ---- structural equivalence ------------------------------------------------------------------------------


# Marriages of the 15 Florentine families (Padgett and Ansell 1993). Castellani: Peruzzi, Strozzi and Barbadori;
# Bischeri: Peruzzi, Strozzi and Guadagni. By hand, with 13 other families:
#   shared 2 of 4 neighbours; the ties differ at Barbadori and Guadagni, so the distance is the root of 2;
#   correlation (13*2 - 3*3) / sqrt(3*10 * 3*10) = 17/30;
#   probability of 2 or more shared of 3 and 3 among 13: (C(3,2)*C(10,1) + C(3,3)) / C(13,3) = 31/286
def test_the_florentine_families_by_hand() -> None:
    found = equivalence.likeness(nx.florentine_families_graph(), "Castellani", "Bischeri")
    assert found.shared == ("Peruzzi", "Strozzi")
    assert (found.one_ties, found.other_ties) == (3, 3)
    assert found.jaccard == pytest.approx(1 / 2)
    assert found.distance == pytest.approx(2**0.5)
    assert found.correlation == pytest.approx(17 / 30)
    assert found.probability == pytest.approx(31 / 286)


def test_a_tie_between_two_does_not_make_them_unlike() -> None:
    # Peruzzi and Strozzi have married each other; of the others, both have married Castellani and Bischeri, and Strozzi
    # Ridolfi as well
    found = equivalence.likeness(nx.florentine_families_graph(), "Peruzzi", "Strozzi")
    assert found.shared == ("Bischeri", "Castellani")
    assert (found.one_ties, found.other_ties) == (2, 3)
    assert found.jaccard == pytest.approx(2 / 3)
    assert found.distance == 1


def test_correlation_of_profiles_is_numpys() -> None:
    import numpy as np

    graph = drawn(30, 90, seed=3)
    for one, other in [("n001", "n002"), ("n005", "n017"), ("n011", "n020")]:
        rest = [node for node in sorted(graph) if node not in (one, other)]
        profiles = [[float(graph.has_edge(node, k)) for k in rest] for node in (one, other)]
        found = equivalence.likeness(graph, one, other)
        assert found.correlation == pytest.approx(np.corrcoef(*profiles)[0, 1])
        assert found.distance == pytest.approx(np.linalg.norm(np.subtract(*profiles)))


def test_one_that_is_tied_to_everybody_or_nobody_has_no_correlation() -> None:
    star = nx.Graph([("hub", "a"), ("hub", "b"), ("hub", "c")])
    assert equivalence.likeness(star, "hub", "a").correlation is None
    alike = equivalence.likeness(star, "a", "b")
    assert (alike.jaccard, alike.distance, alike.correlation) == (1, 0, pytest.approx(1))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_the_probability_of_shared_neighbours_is_a_probability(ones: int, others: int, shared: int) -> None:
    tail = [equivalence.shared_by_chance(ones, others, least, 9) for least in range(shared, shared + 2)]
    assert 0 <= tail[1] <= tail[0] <= 1
    assert equivalence.shared_by_chance(ones, others, 0, 9) == 1
    assert equivalence.shared_by_chance(others, ones, shared, 9) == pytest.approx(tail[0])


def test_the_probability_is_as_often_as_it_happens() -> None:
    lots = random.Random(1)  # noqa: S311
    hits = sum(len({*lots.sample(range(12), 4)} & {*lots.sample(range(12), 5)}) >= 3 for _ in range(20_000))
    assert hits / 20_000 == pytest.approx(equivalence.shared_by_chance(4, 5, 3, 12), abs=0.01)


def test_holm_as_in_the_manual_of_r() -> None:
    # p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") by hand: 4*0.005, 3*0.01, 2*0.03, and 0.04 not below the one before
    assert permutation.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert permutation.holm([0.9, 0.8]) == [1, 1]
    assert permutation.holm([]) == []


def test_two_planted_equivalent_bodies_are_found() -> None:
    graph = drawn(60, 120, seed=7)
    for neighbour in [*graph["n010"], "n020", "n021", "n022"]:
        graph.add_edge("n010", neighbour)
        graph.add_edge("twin", neighbour)
    found = equivalence.ranked(graph, list(graph))
    assert {found[0].one, found[0].other} == {"n010", "twin"}
    assert found[0].jaccard == 1
    assert found[0].distance == 0
    assert permutation.holm([pair.probability for pair in found])[0] < 0.001


@pytest.mark.parametrize("seed", range(5))
def test_where_none_are_planted_none_are_found(seed: int) -> None:
    found = equivalence.ranked(drawn(60, 120, seed), [f"n{number:03}" for number in range(12)])
    assert found
    assert min(permutation.holm([pair.probability for pair in found])) > 0.05


# ---- communities -----------------------------------------------------------------------------------------

KARATE = nx.relabel_nodes(nx.karate_club_graph(), str)


# D. Aloise et al., Column generation algorithms for exact modularity maximization in networks, Physical Review E 82,
# 046112, 2010: the optimum of Zachary's karate club (ties without weights) is 0.4198, with four groups.
def test_louvain_and_leiden_find_the_optimum_of_the_karate_club() -> None:
    methods = [communities.louvain, communities.leiden] if backends.installed() else [communities.louvain]
    for method in methods:
        found = communities.stability(KARATE, range(20), method)
        assert round(max(found.modularities), 4) == 0.4198
        assert len(found.best) == 4
        assert communities.modularity(KARATE, found.best) == max(found.modularities)
    assert communities.modularity(KARATE, [set(KARATE)]) == 0
    with pytest.raises(RareEarthError, match="no partition"):
        communities.modularity(KARATE, [set(KARATE) - {"3"}])


def test_it_is_the_optimum_by_integer_programming() -> None:
    igraph = pytest.importorskip("igraph")
    try:
        best = igraph.Graph.Famous("Zachary").community_optimal_modularity()
    except (NotImplementedError, igraph.InternalError):
        pytest.skip("igraph is built without GLPK")
    assert best.modularity == pytest.approx(max(communities.stability(KARATE, range(20)).modularities))


def test_without_igraph_leiden_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "installed", lambda: False)
    with pytest.raises(RareEarthError, match="needs igraph"):
        communities.leiden(KARATE, 0)


def test_modularity_is_the_same_by_networkx_and_igraph(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    graph = drawn(200, 600, seed=9)
    groups = communities.louvain(graph, 0)
    found = communities.modularity(graph, groups)
    monkeypatch.setattr(backends, "LARGE", 1)
    assert communities.modularity(graph, groups) == pytest.approx(found, abs=1e-9)


def test_the_same_seed_gives_the_same_groups_whatever_the_order_of_the_graph() -> None:
    turned: nx.Graph[str] = nx.Graph()
    turned.add_nodes_from(reversed(list(KARATE)))
    turned.add_edges_from((b, a) for a, b in reversed(list(KARATE.edges())))
    assert communities.louvain(turned, 4) == communities.louvain(KARATE, 4)
    assert len({communities.louvain(KARATE, seed) for seed in range(10)}) > 1


# scikit-learn's manual, adjusted_rand_score: ([0, 0, 1, 2], [0, 0, 1, 1]) gives 0.57, ([0, 0, 1, 1], [0, 1, 0, 1])
# gives -0.5. By hand: 1 pair in both, 1 and 2 in each, of 6: (1 - 1*2/6) / ((1 + 2)/2 - 1*2/6) = 4/7.
def test_partitions_are_compared_as_published() -> None:
    assert communities.adjusted_rand(["ab", "c", "d"], ["ab", "cd"]) == pytest.approx(4 / 7)
    assert communities.adjusted_rand(["ab", "cd"], ["ac", "bd"]) == pytest.approx(-0.5)
    assert communities.mutual_information(["ab", "cd"], ["ac", "bd"]) == pytest.approx(0, abs=1e-12)
    # what {ab, cd} tells: log 2; {ab, c, d}: 1.5 log 2; both together log 2; 1 / 1.25
    assert communities.mutual_information(["ab", "c", "d"], ["ab", "cd"]) == pytest.approx(0.8)
    for same in (communities.adjusted_rand, communities.mutual_information):
        assert same(["abc", "d"], ["d", "cba"]) == pytest.approx(1)
        assert same(["abcd"], ["abcd"]) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=14))
def test_partitions_are_compared_as_igraph_does(places: list[tuple[int, int]]) -> None:
    igraph = pytest.importorskip("igraph")
    parts = [
        [{str(n) for n, place in enumerate(places) if place[side] == group} for group in range(4)] for side in (0, 1)
    ]
    ones, others = ([group for group in side if group] for side in parts)
    labels = [[place[side] for place in places] for side in (0, 1)]
    # igraph gives nan where every actor of both partitions is in a group of its own, or all in one
    if min(len(ones), len(others)) > 1 and max(len(ones), len(others)) < len(places):
        for method, name in ((communities.adjusted_rand, "adjusted_rand"), (communities.mutual_information, "nmi")):
            assert method(ones, others) == pytest.approx(igraph.compare_communities(*labels, method=name), abs=1e-9)


def test_planted_groups_are_found_and_are_stable() -> None:
    made = nx.relabel_nodes(nx.planted_partition_graph(4, 12, 0.7, 0.03, seed=2), lambda number: f"n{number:02}")
    planted = [{f"n{number:02}" for number in range(start, start + 12)} for start in range(0, 48, 12)]
    found = communities.stability(made, range(10))
    assert communities.adjusted_rand(found.best, planted) == 1
    assert found.rand == pytest.approx(1)
    assert found.information == pytest.approx(1)
    assert found.together("n00", "n11") == 1
    assert found.together("n00", "n12") == 0
    assert [found.cohesion(group) for group in found.best] == pytest.approx([1] * 4)


def test_where_no_groups_are_planted_the_runs_do_not_agree() -> None:
    found = communities.stability(drawn(60, 180, seed=5), range(10))
    assert found.rand is not None
    assert found.rand < 0.6
    assert min(found.cohesion(group) for group in found.best) < 0.7


def test_cohesion_is_the_mean_of_together() -> None:
    found = communities.stability(KARATE, range(6))
    for group in found.best:
        pairs = [(a, b) for a in group for b in group if a < b]
        mean = sum(found.together(*pair) for pair in pairs) / len(pairs)
        assert found.cohesion(group) == pytest.approx(mean)
    assert found.cohesion(["1"]) == 1
    assert communities.stability(KARATE, [1]).rand is None


def test_a_graph_without_ties_has_no_modularity() -> None:
    lonely: nx.Graph[str] = nx.Graph()
    lonely.add_nodes_from("ab")
    assert communities.modularity(lonely, [{"a"}, {"b"}]) == 0
    assert communities.louvain(lonely, 0) == (frozenset("a"), frozenset("b"))
