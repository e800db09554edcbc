"""What cuts a network: on standard graphs, by hand, and by the definitions."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest
from hypothesis import given
from random_graphs import FLORENCE, KARATE, networks

from rareearth.measures import cuts


def test_the_one_articulation_point_of_the_karate_club() -> None:
    # Without the instructor (0) stand alone {11}, {4, 5, 6, 10, 16} and the other 27: 1*5 + 1*27 + 5*27 pairs.
    assert cuts.articulation(KARATE, list(KARATE), list(KARATE)) == {0: 167}
    assert cuts.articulation(KARATE, [11], [4, 33]) == {0: 2}
    assert cuts.articulation(KARATE, [4], [5]) == {}


def test_the_articulation_points_of_florence() -> None:
    # By hand: Ginori hangs on Albizzi, Lamberteschi on Guadagni, Acciaiuoli on the Medici, and the Salviati on the
    # Medici with the Pazzi behind them. So the Medici leave parts of 1, 2 and 11 families, the others of 1 and 13.
    found = cuts.articulation(FLORENCE, list(FLORENCE), list(FLORENCE))
    assert found == {"Albizzi": 13, "Guadagni": 13, "Medici": 1 * 2 + 1 * 11 + 2 * 11, "Salviati": 13}


@pytest.mark.parametrize(
    ("graph", "one", "other", "paths"),
    [
        (nx.complete_graph(5), 0, 1, 4),  # K5: the tie and three others
        (nx.petersen_graph(), 0, 7, 3),  # 3-connected and 3-regular
        (nx.cycle_graph(6), 0, 3, 2),
        (nx.complete_bipartite_graph(3, 4), 0, 1, 4),  # over each of the four
        (nx.path_graph(4), 0, 3, 1),
        (nx.icosahedral_graph(), 0, 3, 5),  # 5-connected
    ],
    ids=["K5", "Petersen", "cycle", "K3,4", "path", "icosahedron"],
)
def test_menger(graph: nx.Graph[int], one: int, other: int, paths: int) -> None:
    assert cuts.node_disjoint_paths(graph, [(one, other)]) == {(one, other): paths}
    assert cuts.separator(graph, [one], [other]).paths == 1  # an end is an actor, and may go


def test_the_separator_of_two_sides_is_as_large_as_a_matching() -> None:
    """König (1931): in a bipartite graph the least cover is as large as the greatest matching."""
    for seed in range(20):
        graph = nx.bipartite.random_graph(8, 9, 0.2, seed=seed)
        left = [node for node in graph if node < 8]
        right = [node for node in graph if node >= 8]
        matching = nx.bipartite.hopcroft_karp_matching(graph, left)
        split = cuts.separator(graph, left, right)
        assert split.paths == len(split.actors) == len(matching) // 2


@given(networks())
def test_cuts_are_those_of_their_definition(case: tuple[nx.Graph[int], list[int], list[int]]) -> None:
    graph, first, last = case
    pairs = cuts.pairs(first, last)
    assert {frozenset(p) for p in pairs} == {frozenset((s, t)) for s in first for t in last if s != t}
    assert len(pairs) == len({frozenset(p) for p in pairs})
    joined = [p for p in pairs if nx.has_path(graph, *p)]
    assert cuts.connected_pairs(graph, first, last) == len(joined)
    expected: Counter[int] = Counter()
    for gone in graph:
        left = graph.copy()
        left.remove_node(gone)
        expected[gone] = sum(1 for p in joined if gone not in p and not nx.has_path(left, *p))
    assert cuts.articulation(graph, first, last) == +expected
    paths = cuts.node_disjoint_paths(graph, pairs)
    assert paths == {p: nx.node_connectivity(graph, *p) if p in joined else 0 for p in pairs}
    split = cuts.separator(graph, first, last) if first and last else cuts.Separator(0, ())
    left = graph.copy()
    left.remove_nodes_from(split.actors)
    assert not any(s in left and t in left and nx.has_path(left, s, t) for s in first for t in last)


def test_removal_of_the_most_tied_is_worse_than_at_random() -> None:
    star = nx.star_graph(9)
    ends = list(range(1, 10))
    taken = cuts.removal(star, ends, ends, lambda graph: dict(graph.degree()), 5)
    assert [(step.removed, step.connected, step.largest) for step in taken] == [(None, 1.0, 10), (0, 0.0, 1)]
    # one of ten is the middle; otherwise 28 of 36 pairs of nine ends are left
    runs = cuts.random_removal(star, ends, ends, 1, 2_000, seed=1)
    assert {run[1] for run in runs} == {0.0, 28 / 36}
    assert sum(run[1] == 0 for run in runs) / 2_000 == pytest.approx(0.1, abs=0.03)
    assert runs == cuts.random_removal(star, ends, ends, 1, 2_000, seed=1)


def test_removal_reckons_scores_anew() -> None:
    # Two hubs that share their leaves: with one gone, the leaves hang on the other alone.
    graph = nx.complete_bipartite_graph(2, 5)
    graph.add_edges_from((leaf, 10 + leaf) for leaf in (2, 3))
    taken = cuts.removal(graph, [5, 6], [4, 12], lambda left: dict(left.degree()), 9)
    assert [step.removed for step in taken] == [None, 0, 1]
    assert [step.connected for step in taken] == [1.0, 1.0, 0.0]


def test_the_number_of_disjoint_paths_is_that_of_networkx() -> None:
    graph = nx.gnm_random_graph(60, 180, seed=4)
    pairs = cuts.pairs(range(15), range(10, 40))
    found = cuts.node_disjoint_paths(graph, pairs)
    assert len(set(found.values())) > 3
    assert found == {pair: nx.node_connectivity(graph, *pair) for pair in pairs}


def test_of_equal_scores_the_first_by_name_goes() -> None:
    """Scores that differ by less than rounding does are equal."""
    graph = nx.Graph([("b", "x"), ("a", "x"), ("x", "y")])
    taken = cuts.removal(graph, ["x"], ["y", "a", "b"], lambda _left: {"b": 0.1 + 0.2, "a": 0.3}, 1)
    assert taken[1].removed == "a"
