"""The question ``laboratory-to-market``: planted and not, and on the shipped data."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import ARTICLE, Folder
from small_stores import brokered_store, tables, world

from rareearth import analysis
from rareearth.analysis import finding, sample
from rareearth.analysis.finding import Verdict
from rareearth.analysis.questions import intermediaries, laboratory_to_market
from rareearth.measures import cuts
from rareearth.measures.brokerage import Roles
from rareearth.store import oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.analysis.finding import Finding
    from rareearth.analysis.sample import Sample


# ---- Planted, and not planted ----------------------------------------------------------------------------------

LABORATORIES = [f"lab-{i}" for i in range(15)]
FIRMS = [f"firm-{i}" for i in range(25)]


def planted(bridges: int, seed: int = 0) -> nx.Graph[str]:
    """Laboratories that know each other, firms that know each other, and this number of ties between."""
    draw = random.Random(seed)  # noqa: S311
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(
        nx.relabel_nodes(nx.gnm_random_graph(15, 40, seed=seed), dict(enumerate(LABORATORIES))).edges()
    )
    graph.add_edges_from(nx.relabel_nodes(nx.gnm_random_graph(25, 70, seed=seed), dict(enumerate(FIRMS))).edges())
    graph.add_nodes_from([*LABORATORIES, *FIRMS])
    graph.add_edges_from((draw.choice(LABORATORIES), draw.choice(FIRMS)) for _ in range(bridges))
    return graph


def mixed(seed: int) -> nx.Graph[str]:
    """The same actors with ties drawn blindly."""
    return nx.relabel_nodes(nx.gnm_random_graph(40, 112, seed=seed), dict(enumerate([*LABORATORIES, *FIRMS])))


def test_laboratories_that_are_far_are_found_and_others_not() -> None:
    far = laboratory_to_market.run_test(planted(1), LABORATORIES, FIRMS, seed=1, draws=99)
    assert far.verdict is Verdict.SUPPORTED
    assert far.statistics.far.observed < far.statistics.far.mean
    verdicts = Counter(
        laboratory_to_market.run_test(mixed(seed), LABORATORIES, FIRMS, seed=1, draws=59).verdict for seed in range(6)
    )
    assert verdicts[Verdict.SUPPORTED] == 0
    assert verdicts[Verdict.INCONCLUSIVE] >= 4


def test_laboratories_that_are_near_are_found() -> None:
    graph = nx.Graph([(LABORATORIES[i % 15], firm) for i, firm in enumerate(FIRMS * 3)])  # no firm knows a firm
    graph.add_edges_from((LABORATORIES[(5 * i) % 15], firm) for i, firm in enumerate(FIRMS))
    assert laboratory_to_market.run_test(graph, LABORATORIES, FIRMS, seed=1, draws=99).verdict is Verdict.CONTRADICTED


def test_as_many_random_graphs_are_drawn_as_the_module_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laboratory_to_market, "DRAWS", 19)
    assert laboratory_to_market.run_test(planted(1), LABORATORIES, FIRMS, seed=1).statistics.far.p == pytest.approx(
        2 / 20
    )
    assert laboratory_to_market.run_test(
        planted(1), LABORATORIES, FIRMS, seed=1, draws=39
    ).statistics.far.p == pytest.approx(2 / 40)


def test_few_bodies_carry_no_verdict() -> None:
    few = laboratory_to_market.run_test(planted(1), LABORATORIES[:9], FIRMS, seed=1, draws=99)
    assert max(few.statistics.far.p, few.statistics.gap.p) <= laboratory_to_market.LEVEL  # by which it would be one
    assert few.verdict is Verdict.INCONCLUSIVE


def test_the_planted_broker_carries_and_cuts_every_path(folder: Folder) -> None:
    brokered = brokered_store(folder)
    found = analysis.answer(brokered, "laboratory-to-market")
    [first, *_] = found.result.brokers
    assert (first.id, first.share) == ("the-society", 1)
    # of its six, three laboratories and three firms: 9 pairs across, and 3 + 3 within, all from outside its sphere
    assert list(first.roles.values()) == [0, 6, 0, 0, 9]
    assert first.constraint == pytest.approx(1 / 6)
    assert len(first.claims) == 6
    [cut] = found.result.cut_points
    assert (cut.id, cut.actor_type, cut.sphere, cut.pairs, cut.share) == (
        "the-society",
        "organization",
        "society",
        144,
        1,
    )
    _, removed, *_ = found.result.removal
    assert removed.most_ties is not None
    assert (removed.most_ties.id, removed.most_ties_left) == ("the-society", 0.0)
    assert removed.random_left > 50  # anybody else takes little with it
    assert found.result.independent.across == intermediaries.PathCounts(pairs=144, none=0, one=144, two=0, more=0)
    assert [actor.id for actor in found.result.independent.separator] == ["the-society"]
    shown = tables(found)
    brokers = shown["Actors on the shortest paths from research bodies to firms"]
    assert "the-society" in brokers.rows[0]
    broker = found.result.brokers[0]
    assert (broker.share, *(broker.roles[role] for role in Roles._fields)) == (1, 0, 6, 0, 0, 9)
    assert "the-society" in next(table.note for title, table in shown.items() if title.startswith("Independent paths"))


@pytest.mark.parametrize(
    ("labs", "firms", "answered"),
    [
        (0, 0, ""),
        (1, 0, "1 actor of academia."),
        (0, 1, "1 actor of industry."),
        (1, 2, "1 actor of academia and 2 actors of industry."),
    ],
)
def test_actors_without_a_tie_are_counted_in_words(folder: Folder, labs: int, firms: int, answered: str) -> None:
    lone = {
        "ResearchInstitute": [f"lone-lab-{i}" for i in range(labs)],
        "Company": [f"lone-firm-{i}" for i in range(firms)],
    }
    kinds = {
        "ResearchInstitute": ["lab", *lone["ResearchInstitute"]],
        "Company": ["firm", *lone["Company"]],
        "City": ["town"],
    }
    places = [f"{one} headquarteredIn town" for ends in lone.values() for one in ends]
    claims = ["lab collaboratesWith firm", "firm headquarteredIn town", *places]
    found = analysis.answer(world(folder, kinds, {"one": claims}), "laboratory-to-market")
    limits = [limit for limit in found.limits if "they have no tie" in limit]
    assert limits == ([f"Not counted, because they have no tie: {answered}"] if answered else [])


def test_without_any_path_the_answer_says_so(folder: Folder) -> None:
    kinds = {"ResearchInstitute": ["lab-0", "lab-1"], "Company": ["firm-0", "firm-1"]}
    apart = world(folder, kinds, {"one": ["lab-0 collaboratesWith lab-1", "firm-0 collaboratesWith firm-1"]})
    answered = analysis.answer(apart, "laboratory-to-market")
    assert answered.verdict is Verdict.INCONCLUSIVE
    assert "No path leads" in answered.answer


# ---- The shipped data --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


@pytest.fixture(scope="module")
def answered(shipped: Callable[[str], Finding]) -> Finding:
    return shipped("laboratory-to-market")


def test_the_distances_are_over_all_pairs_of_bodies_that_have_a_tie(answered: Finding, read: Sample) -> None:
    laboratories, firms = laboratory_to_market.laboratories(read.ties), laboratory_to_market.firms(read.ties)
    market = answered.result.test.statistics.market
    assert market.pairs == len(laboratories) * len(firms)
    assert market.reached == cuts.connected_pairs(read.ties, laboratories, firms)
    assert answered.support == read.support()
    assert answered.support.claims
    assert answered.claim
    assert any("nobody wrote about" in limit for limit in answered.limits)


def test_every_row_that_shows_evidence_shows_claims_of_the_sample(answered: Finding) -> None:
    for table in answered.tables:
        assert not table.evidence or len(table.evidence) == len(table.rows)
        assert {claim for ids in table.evidence for claim in ids} <= set(answered.support.claims)


def test_one_article_carries_no_verdict_and_says_so(store: Oxigraph, read: Sample) -> None:
    others = [source for source in read.sources() if source != ARTICLE]
    found = analysis.answer(store, "laboratory-to-market", without=others)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("needed for a verdict" in limit for limit in found.limits)
    again = analysis.answer(store, "laboratory-to-market", without=others)
    assert finding.record(again) == finding.record(found)
    json.dumps(finding.record(found), allow_nan=False)
    assert "\n".join(finding.lines(found))


def test_nobody_at_all_is_answered_too() -> None:
    found = analysis.answer(oxigraph.memory([]), "laboratory-to-market")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "\n".join(finding.lines(found))
