"""Missing ties: a planted one is found first, and none where none is planted."""

from __future__ import annotations

import networkx as nx
import pytest

from rareearth.measures import cuts, missing_ties

ACTORS = [*(f"lab-{i}" for i in range(15)), *(f"firm-{i}" for i in range(25))]


def test_a_planted_gap_is_found_first_and_closed_once() -> None:
    graph = nx.disjoint_union(nx.star_graph(11), nx.star_graph(11))  # the middles 0 and 12 do not know each other
    pairs = cuts.pairs(range(1, 12), range(13, 24))
    graph.add_edge(1, 13)  # far round, from end to end
    named = nx.relabel_nodes(graph, str)
    wanted = [(str(a), str(b)) for a, b in pairs]
    found = missing_ties.find(named, wanted, missing_ties.missing(named, list(named)))
    assert (found[0].one, found[0].other) == ("0", "12")
    # of 121 pairs 100 come from 5 to 3, 20 from 3 to 3 or less, and (1, 13) has a tie
    before = (1 + 20 / 3 + 100 / 5) / 121
    assert found[0].before == pytest.approx(before)
    assert found[0].alone == found[0].added == pytest.approx((1 + 120 / 3) / 121 - before)
    assert not any({"0", "12"} == {gap.one, gap.other} for gap in found[1:])


def test_no_gap_is_found_where_none_is_planted() -> None:
    for seed in range(3):
        graph = nx.relabel_nodes(nx.gnm_random_graph(40, 240, seed=seed), dict(enumerate(ACTORS)))
        pairs = cuts.pairs(ACTORS[:15], ACTORS[15:])
        assert missing_ties.find(graph, pairs, missing_ties.missing(graph, list(graph))) == []


def test_two_ties_that_join_the_same_components_are_one_gap() -> None:
    graph = nx.relabel_nodes(nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(4)), str)
    pairs = [(a, b) for a in "0123" for b in "4567"]
    found = missing_ties.find(graph, pairs, missing_ties.missing(graph, list(graph)))
    assert [(gain.one, gain.other) for gain in found] == [("0", "4")]
    # by hand: one pair at 1, three and three at 2, nine at 3
    assert found[0].alone == pytest.approx((1 + 6 / 2 + 9 / 3) / 16)
