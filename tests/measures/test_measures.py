"""Mixing, null model, permutation tests and centralities: against published values, igraph, and by hand."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.measures import backends, centrality, mixing, null_model, permutation

KARATE = nx.relabel_nodes(nx.karate_club_graph(), str)
FLORENCE = nx.florentine_families_graph()


def graph(pairs: str) -> nx.Graph[str]:
    """The graph of ties written as ``ab bc``."""
    return nx.Graph((pair[0], pair[1]) for pair in pairs.split())


def random_graph(ties: int, seed: int) -> nx.Graph[str]:
    return nx.relabel_nodes(nx.gnm_random_graph(ties // 2, ties, seed=seed), str)


# ---- mixing ----------------------------------------------------------------------------------------------


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
    found = mixing.matrix(graph("ab bc cd ae").edges(), groups)
    assert found == {("X", "X"): 1, ("X", "Y"): 1, ("Y", "Y"): 1, ("X", "Z"): 1}
    assert mixing.ei_index(found) == 0
    assert mixing.ei_index(found, "X") == pytest.approx(1 / 3)
    assert mixing.ei_index(found, "Z") == 1
    assert mixing.ei_index(found, "nobody") is None
    assert mixing.assortativity(found) == pytest.approx(6 / 38)


def test_nodes_without_a_group_are_left_out() -> None:
    assert mixing.matrix(graph("ab bc").edges(), {"a": "X", "b": "Y"}) == {("X", "Y"): 1}
    assert mixing.assortativity(mixing.matrix(graph("ab").edges(), {"a": "X", "b": "X"})) is None
    assert mixing.assortativity({}) is None


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_assortativity_is_that_of_networkx(seed: int, kinds: int) -> None:
    made = random_graph(40, seed)
    rng = np.random.default_rng(seed)
    groups = {node: str(rng.integers(kinds)) for node in made}
    nx.set_node_attributes(made, groups, "group")
    found = mixing.assortativity(mixing.matrix(made.edges(), groups))
    assert found is None or found == pytest.approx(nx.attribute_assortativity_coefficient(made, "group"), abs=1e-12)


def test_the_karate_club_mixes_within_its_factions() -> None:
    groups = {node: data["club"] for node, data in KARATE.nodes(data=True)}
    found = mixing.matrix(KARATE.edges(), groups)
    # Zachary (1977) has 78 ties; between the two clubs after the fission run 11 in NetworkX's copy of his figure 3
    assert sum(found.values()) == 78
    assert found["Mr. Hi", "Officer"] == 11
    ei = mixing.ei_index(found)
    assert ei == pytest.approx((11 - 67) / 78)


# ---- the null model --------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(4, 60))
def test_rewiring_keeps_degrees_and_makes_no_loops_or_parallel_ties(seed: int, ties: int) -> None:
    made = random_graph(ties, seed) if ties > 8 else graph("ab bc cd de")
    for drawn in null_model.ties(made, 3, seed):
        assert len({frozenset(pair) for pair in drawn}) == made.number_of_edges()
        assert all(a != b for a, b in drawn)
        degree = Counter(end for pair in drawn for end in pair)
        assert {node: degree[node] for node in made} == dict(made.degree())


def test_same_seed_same_graphs_and_attributes_are_kept() -> None:
    assert list(null_model.ties(KARATE, 5, 3)) == list(null_model.ties(KARATE, 5, 3))
    assert list(null_model.ties(KARATE, 5, 3)) != list(null_model.ties(KARATE, 5, 4))
    drawn = next(null_model.graphs(KARATE, 1, 0))
    assert dict(drawn.nodes(data=True)) == dict(KARATE.nodes(data=True))
    assert not nx.utils.graphs_equal(drawn, KARATE)
    shuffled = nx.Graph()
    shuffled.add_edges_from(sorted(KARATE.edges(), reverse=True))
    assert list(null_model.ties(shuffled, 2, 3)) == list(null_model.ties(KARATE, 2, 3))


@pytest.mark.parametrize("pairs", ["ab bc cd de ef fa", "ab bc cd de", "ab ac ad be cf"])
def test_every_graph_of_these_degrees_is_as_likely(pairs: str) -> None:
    """All simple graphs of the degrees are enumerated; a chi-square of the draws stays below its 0.999 quantile."""
    made = graph(pairs)
    nodes = sorted(made)
    every = [
        frozenset(chosen)
        for chosen in itertools.combinations(itertools.combinations(nodes, 2), made.number_of_edges())
        if Counter(end for pair in chosen for end in pair) == Counter(dict(made.degree()))
    ]
    draws = 200 * len(every)
    counts = Counter(
        frozenset((min(a, b), max(a, b)) for a, b in drawn) for drawn in null_model.ties(made, draws, 1, steps=10)
    )
    assert set(counts) == set(every)
    chi = sum((counts[one] - 200) ** 2 / 200 for one in every)
    freedom = len(every) - 1
    # Wilson and Hilferty (1931), PNAS 17, 684-688: the 0.999 quantile of chi-square
    assert chi < freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3


def test_the_mean_within_groups_is_that_of_the_configuration_model() -> None:
    """On a sparse graph parallel ties are rare, and the mean comes near sum d(i) d(j) / (2m - 1)."""
    made = random_graph(400, 2)
    made = nx.Graph(made.edges())
    groups = {node: "one" if int(node) % 3 else "two" for node in made}
    expected = mixing.expected(made, groups)
    assert sum(expected.values()) == pytest.approx(made.number_of_edges(), rel=0.01)
    drawn = [mixing.matrix(ties, groups) for ties in null_model.ties(made, 400, 5)]
    for pair, value in expected.items():
        found = [m[pair] for m in drawn]
        error = np.std(found) / math.sqrt(len(found))
        assert abs(np.mean(found) - value) < 5 * error + 0.01 * value, pair


def test_the_configuration_model_by_hand() -> None:
    """Degrees a 1, b 2, c 2, d 1; 2m - 1 = 5. Within X = {a, b}: 1*2/5; within Y: 2*1/5; between: 3*3/5."""
    found = mixing.expected(graph("ab bc cd"), {"a": "X", "b": "X", "c": "Y", "d": "Y"})
    assert found == pytest.approx({("X", "X"): 0.4, ("X", "Y"): 1.8, ("Y", "Y"): 0.4})
    # loops take the rest: (1*0 + 2*1) / 2 / 5 for each of b and c
    assert sum(found.values()) == pytest.approx(3 - 2 * 0.2)


def test_an_observed_figure_beside_drawn_ones() -> None:
    found = null_model.compare(5, [1, 2, 3, 5])
    assert (found.high, found.low, found.p) == (2 / 5, 1.0, 4 / 5)  # (1 + 1) / 5, (4 + 1) / 5
    assert found.mean == 2.75
    assert found.z == pytest.approx((5 - 2.75) / np.std([1, 2, 3, 5], ddof=1))
    assert null_model.compare(9, [1, 2] * 50).p == pytest.approx(2 / 101)  # never 0
    assert null_model.compare(1, [1, 1]).z is None


def test_a_graph_that_cannot_be_rewired_stays() -> None:
    assert list(null_model.ties(graph("ab"), 2, 0)) == [[("a", "b")]] * 2
    star = graph("ab ac ad")
    assert {frozenset(map(frozenset, drawn)) for drawn in null_model.ties(star, 5, 0)} == {
        frozenset(map(frozenset, star.edges()))
    }


# ---- permutation tests and effect sizes ------------------------------------------------------------------

# Efron and Tibshirani (1993), An introduction to the bootstrap, table 2.1: survival of 16 mice in days
TREATED, CONTROL = [94, 197, 16, 38, 99, 141, 23], [52, 104, 146, 10, 51, 30, 40, 27, 46]


def test_the_mice_of_efron_and_tibshirani() -> None:
    """Difference in means 30.63; chapter 15 has the ASL 0.132 from 1,000 permutations, here of all 11,440."""
    found = permutation.compare(TREATED, CONTROL)
    assert round(found.size, 2) == 30.63
    assert found.exact
    assert found.arrangements == math.comb(16, 7)
    error = math.sqrt(0.132 * 0.868 / 1000)
    assert abs(found.high - 0.132) < 3 * error


def test_an_exact_test_by_hand() -> None:
    """Of the C(4, 2) = 6 ways to part 1, 2, 3, 4, two are as far apart as {1, 2} and {3, 4}, one as low."""
    found = permutation.compare([1, 2], [3, 4])
    assert (found.size, found.p, found.low, found.high) == (-2, 2 / 6, 1 / 6, 1.0)
    assert permutation.compare([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).p == pytest.approx(2 / 252)
    assert permutation.compare([1, 1, 5], [1, 1, 1], "median").size == 0


def test_what_is_drawn_comes_near_what_is_exact() -> None:
    exact = permutation.compare(TREATED, CONTROL, "median")
    longer = permutation.compare(TREATED * 3, CONTROL * 3, seed=1)
    assert exact.exact
    assert not longer.exact
    assert longer.arrangements == 10_000
    assert longer == permutation.compare(TREATED * 3, CONTROL * 3, seed=1)
    assert longer != permutation.compare(TREATED * 3, CONTROL * 3, seed=2)
    apart = permutation.compare(list(range(15)), list(range(100, 115)), draws=999)
    assert apart.p == pytest.approx(1 / 1000)  # never 0


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=6), st.lists(st.integers(-5, 5), min_size=2, max_size=6))
def test_a_permutation_test_knows_no_order_of_groups(one: list[int], two: list[int]) -> None:
    there, back = permutation.compare(one, two), permutation.compare(two, one)
    assert there.p == back.p
    assert there.low == back.high
    assert there.size == pytest.approx(-back.size)
    assert permutation.cliffs_delta(one, two).size == pytest.approx(-permutation.cliffs_delta(two, one).size)


def test_null_p_values_are_as_often_small_as_they_say() -> None:
    """Of tests of groups drawn alike, about one in ten has p up to 0.1."""
    rng = np.random.default_rng(3)
    small = sum(permutation.compare(*rng.normal(size=(2, 6))).p <= 0.1 for _ in range(300))
    assert 15 <= small <= 48


def test_cliffs_delta() -> None:
    """The data of Hogarty and Kromrey (1999): -0.25 in R's package effsize; 17 above, 32 below, 11 alike of 60."""
    treatment, control = [10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]
    found = permutation.cliffs_delta(treatment, control)
    above = sum(a > b for a in treatment for b in control)
    below = sum(a < b for a in treatment for b in control)
    assert (above, below) == (17, 32)
    assert found.size == pytest.approx(-0.25)
    assert -1 <= found.low < -0.25 < found.high <= 1
    assert found == permutation.cliffs_delta(treatment, control)
    apart = permutation.cliffs_delta([3, 4], [1, 2])
    assert (apart.size, apart.low, apart.high) == (1, 1, 1)


def test_the_interval_of_cliffs_delta_covers() -> None:
    """Of normal groups one deviation apart, delta is 2 Phi(1 / sqrt 2) - 1 = 0.5205; nine of ten intervals hold it."""
    rng = np.random.default_rng(5)
    held = 0
    for seed in range(100):
        found = permutation.cliffs_delta(rng.normal(1, 1, 25), rng.normal(0, 1, 25), seed=seed, draws=500)
        held += found.low <= 0.5205 <= found.high
    assert held >= 86


def test_hedges_g_by_hand() -> None:
    """Means 4 and 2, variances 1 and 1: d = 2; df = 4, J = Gamma(2) / (sqrt 2 Gamma(1.5)) = 0.79788."""
    found = permutation.hedges_g([3, 4, 5], [1, 2, 3])
    assert found == pytest.approx(2 * 0.7978845608)
    assert permutation.hedges_g([1, 1], [2, 2]) is None
    assert permutation.hedges_g([1], [2]) is None


def test_holm_by_hand() -> None:
    assert permutation.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert permutation.holm([]) == []


def test_an_empty_group_is_refused() -> None:
    for measure in (permutation.compare, permutation.cliffs_delta):
        with pytest.raises(ValueError, match="both groups"):
            measure([], [1.0])


# ---- centralities ----------------------------------------------------------------------------------------


def test_the_medici() -> None:
    """Betweenness of the Medici 0.522 and of the Strozzi 0.103: Jackson (2008), Social and economic networks, p. 6."""
    found = centrality.betweenness(FLORENCE)
    assert round(found["Medici"], 3) == 0.522
    assert round(found["Strozzi"], 3) == 0.103
    assert max(found, key=lambda node: found[node]) == "Medici"
    assert centrality.degree(FLORENCE)["Medici"] == pytest.approx(6 / 14)


@given(st.integers(0, 12), st.integers(0, 14), st.integers(0, 10**6))
def test_betweenness_by_connected_parts_is_that_of_the_whole(size: int, ties: int, seed: int) -> None:
    made = nx.relabel_nodes(nx.gnm_random_graph(size, ties, seed=seed), str)
    assert centrality.betweenness(made) == nx.betweenness_centrality(made)
    made.remove_edges_from(list(made.edges())[:1])
    assert centrality.betweenness(made) == nx.betweenness_centrality(made)
    assert list(centrality.betweenness(made)) == list(made)


def test_connected_parts_that_graphs_share_are_looked_at_once() -> None:
    backends._paths.cache_clear()
    made = graph("ab bc cd xy yz")
    centrality.betweenness(made)
    made.remove_edge("x", "y")
    centrality.betweenness(made)
    assert backends._paths.cache_info().hits == 1  # a-b-c-d


def test_centralities_by_hand() -> None:
    """A star of three rays: all 3 pairs of rays pass its middle.

    PageRank: m = 0.0375 + 0.85 * 3 r, r = 0.0375 + 0.85 m / 3, so m = 0.133125 / 0.2775.
    """
    star = graph("ma mb mc")
    assert centrality.betweenness(star) == {"m": 1, "a": 0, "b": 0, "c": 0}
    assert centrality.degree(star)["m"] == 1
    assert centrality.pagerank(star)["m"] == pytest.approx(0.133125 / 0.2775, abs=1e-13)
    assert set(centrality.core(star).values()) == {1}
    assert centrality.pagerank(nx.Graph()) == {}


def test_cores_of_the_karate_club() -> None:
    """The 4-core has the ten members that Batagelj and Zaversnik's algorithm finds in igraph as well."""
    igraph = pytest.importorskip("igraph")
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


def test_pagerank_of_a_large_graph_is_that_of_igraph() -> None:
    made = random_graph(20_000, 4)
    found = centrality.pagerank(made)
    pytest.importorskip("igraph")
    other, nodes = backends.igraph_of(made)
    ranks = other.pagerank(directed=False)
    error = sum(abs(found[node] - rank) for node, rank in zip(nodes, ranks, strict=True))
    assert error < 1e-9


@pytest.mark.parametrize("seed", [1, 2])
def test_the_engines_have_equal_figures(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    made = random_graph(backends.LARGE, seed)
    made.remove_nodes_from(list(made)[300:900])
    by_networkx = backends.betweenness(made), backends.core_numbers(made)
    monkeypatch.setattr(backends, "LARGE", 0)
    by_igraph = backends.betweenness(made), backends.core_numbers(made)
    assert backends.large(made)
    assert by_igraph[0] == pytest.approx(by_networkx[0], abs=1e-9)
    assert by_igraph[1] == by_networkx[1]


def test_the_engine_chooses_igraph_for_large_graphs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    assert not backends.large(KARATE)
    assert backends.large(random_graph(backends.LARGE, 0))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert not backends.large(random_graph(backends.LARGE, 0))
