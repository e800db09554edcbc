"""The null model: degrees are kept, every graph is as likely, and a number is compared with those of drawn graphs."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import graph_of, random_graph

from rareearth.measures import null_model

KARATE = nx.relabel_nodes(nx.karate_club_graph(), str)


@given(st.integers(0, 10_000), st.integers(4, 60))
def test_rewiring_keeps_degrees_and_makes_no_loops_or_parallel_ties(seed: int, ties: int) -> None:
    made = random_graph(ties, seed) if ties > 8 else graph_of("ab bc cd de")
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
    made = graph_of(pairs)
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


def test_an_observed_figure_beside_drawn_ones() -> None:
    found = null_model.compare(5, [1, 2, 3, 5])
    assert (found.p_greater, found.p_less, found.p) == (2 / 5, 1.0, 4 / 5)  # (1 + 1) / 5, (4 + 1) / 5
    assert found.mean == 2.75
    assert found.z == pytest.approx((5 - 2.75) / np.std([1, 2, 3, 5], ddof=1))
    assert null_model.compare(9, [1, 2] * 50).p == pytest.approx(2 / 101)  # never 0
    assert null_model.compare(1, [1, 1]).z is None


def test_a_graph_that_cannot_be_rewired_stays() -> None:
    assert list(null_model.ties(graph_of("ab"), 2, 0)) == [[("a", "b")]] * 2
    star = graph_of("ab ac ad")
    assert {frozenset(map(frozenset, drawn)) for drawn in null_model.ties(star, 5, 0)} == {
        frozenset(map(frozenset, star.edges()))
    }
