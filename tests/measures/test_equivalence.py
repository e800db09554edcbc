"""Structural equivalence: values by hand, NumPy and SciPy, and planted structure."""

from __future__ import annotations

import random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import named_graph
from scipy import stats

from rareearth.measures import equivalence, permutation


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

    graph = named_graph(30, 90, seed=3)
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


def test_the_probability_is_the_tail_of_scipys_distribution() -> None:
    for ones, others, shared, rest in [(3, 3, 2, 13), (40, 25, 9, 300), (5, 200, 5, 1_000), (4, 4, 0, 8)]:
        theirs = stats.hypergeom.sf(shared - 1, rest, ones, others)
        assert equivalence.shared_by_chance(ones, others, shared, rest) == pytest.approx(theirs, rel=1e-9)


def test_the_probability_is_as_often_as_it_happens() -> None:
    lots = random.Random(1)  # noqa: S311
    hits = sum(len({*lots.sample(range(12), 4)} & {*lots.sample(range(12), 5)}) >= 3 for _ in range(20_000))
    assert hits / 20_000 == pytest.approx(equivalence.shared_by_chance(4, 5, 3, 12), abs=0.01)


def test_two_planted_equivalent_bodies_are_found() -> None:
    graph = named_graph(60, 120, seed=7)
    for neighbour in [*graph["n010"], "n020", "n021", "n022"]:
        graph.add_edge("n010", neighbour)
        graph.add_edge("twin", neighbour)
    found = equivalence.rank(graph, list(graph))
    assert {found[0].one, found[0].other} == {"n010", "twin"}
    assert found[0].jaccard == 1
    assert found[0].distance == 0
    assert permutation.holm([pair.probability for pair in found])[0] < 0.001


@pytest.mark.parametrize("seed", range(5))
def test_where_none_are_planted_none_are_found(seed: int) -> None:
    found = equivalence.rank(named_graph(60, 120, seed), [f"n{number:03}" for number in range(12)])
    assert found
    assert min(permutation.holm([pair.probability for pair in found])) > 0.05
