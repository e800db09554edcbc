"""Distances and what a new tie would change: by hand, published, and by the definitions."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import networkx as nx
import pytest
from hypothesis import given
from random_graphs import FLORENCE, KARATE, networks

from rareearth.measures import cuts, efficiency


def test_efficiency_by_hand() -> None:
    # Latora and Marchiori 2001: 1 for a complete graph; a path of three has distances 1, 1, 2
    assert efficiency.distances(nx.complete_graph(5), range(5), range(5)).efficiency == 1
    found = efficiency.distances(nx.path_graph(3), range(3), range(3))
    assert (found.counts, found.unreached) == (((1, 2), (2, 1)), 0)
    assert (found.efficiency, found.mean, found.median) == pytest.approx((2.5 / 3, 4 / 3, 1))
    apart = efficiency.distances(nx.empty_graph(3), [0, 1], [2])
    assert (apart.efficiency, apart.mean, apart.median, apart.unreached) == (0, None, None, 2)
    whole = efficiency.distances(KARATE, list(KARATE), list(KARATE))
    assert whole.efficiency == pytest.approx(nx.global_efficiency(KARATE))


def test_the_betweenness_of_florence() -> None:
    """Jackson (2008), Social and Economic Networks, sec. 1.2: Medici 0.522, Guadagni 0.255, Strozzi 0.103."""
    found = efficiency.betweenness(FLORENCE, list(FLORENCE), list(FLORENCE))
    share = {family: pairs / math.comb(14, 2) for family, pairs in found.items()}
    assert share["Medici"] == pytest.approx(0.522, abs=5e-4)
    assert share["Guadagni"] == pytest.approx(0.255, abs=5e-4)
    assert share["Strozzi"] == pytest.approx(0.103, abs=5e-4)
    # from the Pazzi to the Strozzi two ways lead, over the Salviati and Medici, and then one: by the Ridolfi
    assert efficiency.betweenness(FLORENCE, ["Pazzi"], ["Strozzi"])["Ridolfi"] == 1


@given(networks())
def test_distances_and_gains_are_those_of_their_definition(case: tuple[nx.Graph[int], list[int], list[int]]) -> None:
    graph, first, last = case
    pairs = cuts.pairs(first, last)
    far = [nx.shortest_path_length(graph, *p) for p in pairs if nx.has_path(graph, *p)]
    found = efficiency.distances(graph, first, last)
    assert dict(found.counts) == Counter(far)
    assert found.unreached == len(pairs) - len(far)
    carried = dict.fromkeys(graph, 0.0)
    for pair in pairs:
        if nx.has_path(graph, *pair):
            paths = list(nx.all_shortest_paths(graph, *pair))
            for node in itertools.chain.from_iterable(path[1:-1] for path in paths):
                carried[node] += 1 / len(paths)
    assert efficiency.betweenness(graph, first, last) == pytest.approx(carried)
    gains = efficiency.Gains(graph, pairs)
    assert gains.efficiency == pytest.approx(found.efficiency)
    each = gains.each(nx.non_edges(graph))
    assert each == pytest.approx({tie: gains.of(*tie) for tie in nx.non_edges(graph)})
    for lost in itertools.combinations(graph.edges(), 2):
        rest = graph.copy()
        rest.remove_edges_from(lost)
        rest.remove_nodes_from(list(nx.isolates(rest)))
        left = gains.without(lost)
        kept = [(a, b) for a, b in pairs if a in rest and b in rest]
        assert left.efficiency == pytest.approx(efficiency.Gains(rest, kept).efficiency)
        assert {node for node in graph if node in left} == set(rest)
    for tie in nx.non_edges(graph):
        more = graph.copy()
        more.add_edge(*tie)
        then = efficiency.distances(more, first, last)
        effect = gains.effect(*tie, most=99)
        assert gains.of(*tie) == effect.gain == pytest.approx(then.efficiency - found.efficiency)
        assert effect.joined == found.unreached - then.unreached
        assert effect.nearer == len(effect.most)
        for one, other, before, after in effect.most:
            assert nx.shortest_path_length(more, one, other) == after
            assert before == (nx.shortest_path_length(graph, one, other) if nx.has_path(graph, one, other) else None)


def test_betweenness_between_two_sets_is_that_of_networkx() -> None:
    graph = nx.gnm_random_graph(120, 300, seed=3)
    first, last = list(range(40)), list(range(20, 100))
    both = list(range(20, 40))
    found = efficiency.betweenness(graph, first, last)
    once, twice = (nx.betweenness_centrality_subset(graph, *ends) for ends in ((first, last), (both, both)))
    assert all(found[node] == pytest.approx(2 * once[node] - twice[node], abs=1e-9) for node in graph)
    assert efficiency.betweenness(graph, [], last) == dict.fromkeys(graph, 0.0)


def test_who_is_not_in_the_network_has_no_path() -> None:
    found = efficiency.distances(nx.path_graph(["a", "b"]), ["a", "gone"], ["b", "lost"])
    assert (found.counts, found.unreached) == (((1, 1),), 3)
