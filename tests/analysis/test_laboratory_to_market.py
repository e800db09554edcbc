"""The questions ``laboratory-to-market`` and ``gaps``."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import ARTICLE, Folder

from rareearth import analysis
from rareearth.analysis import finding, sample
from rareearth.analysis.finding import Verdict
from rareearth.analysis.questions import intermediaries, laboratory_to_market
from rareearth.measures import cuts, missing_ties
from rareearth.measures.brokerage import Roles
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rareearth.analysis.finding import Finding, Table
    from rareearth.analysis.sample import Sample


# ---- Planted, and not planted ----------------------------------------------------------------------------------

LABORATORIES = [f"lab-{i}" for i in range(15)]
FIRMS = [f"firm-{i}" for i in range(25)]


def planted(bridges: int, seed: int = 0) -> nx.Graph[str]:
    """Laboratories that know each other, firms that know each other, and so many ties between."""
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


def world(folder: Folder, records: dict[str, Iterable[str]], sources: dict[str, list[str]]) -> Oxigraph:
    """The store of records (class: ids) and of what each source claims."""
    for old in folder.data.rglob("*.yaml"):
        old.unlink()
    lines = [f"{kind}:\n" + "".join(f"  {id_}:\n    name: {id_}\n" for id_ in ids) for kind, ids in records.items()]
    folder.write("entities/all.yaml", "Publisher:\n  daily:\n    name: Daily\n" + "".join(lines))
    for source, claims in sources.items():
        head = f"source:\n  title: {source}\n  publisher: daily\n  url: https://example.org/{source}\n  language: en\n"
        folder.write(f"sources/{source}.yaml", head + "claims:\n" + "".join(f"  - {claim}\n" for claim in claims))
    return oxigraph.memory(nquads.lines(folder.dataset()))


def tables(found: Finding) -> dict[str, Table]:
    return {table.title: table for table in found.tables}


@pytest.fixture
def brokered(folder: Folder) -> Oxigraph:
    """Twelve laboratories and twelve firms that only a society holds together, each side tied in a ring."""
    labs, firms = [f"lab-{i:02}" for i in range(12)], [f"firm-{i:02}" for i in range(12)]
    sides = {"labs": labs, "firms": firms}
    sources = {
        f"{name}-{part}": [
            f"{one} collaboratesWith {other}"
            for i, (one, other) in enumerate(zip(side, [*side[1:], side[0]], strict=True))
            if i % 3 == part
        ]
        for name, side in sides.items()
        for part in range(3)
    }
    sources["broker-a"] = [f"the-society collaboratesWith {end}" for end in (labs[0], labs[4], firms[0])]
    sources["broker-b"] = [f"the-society collaboratesWith {end}" for end in (labs[8], firms[4], firms[8])]
    kinds = {"ResearchInstitute": labs, "Company": firms, "LearnedSociety": ["the-society"]}
    return world(folder, kinds, sources)


def test_the_planted_broker_carries_and_cuts_every_path(brokered: Oxigraph) -> None:
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
    row = dict(zip(brokers.columns, brokers.rows[0], strict=True))
    assert [row["% of pairs"], *(row[role] for role in Roles._fields)] == [100, 0, 6, 0, 0, 9]
    assert "the-society" in next(table.note for title, table in shown.items() if title.startswith("Independent paths"))


def test_the_planted_gap_is_named_with_its_broker(brokered: Oxigraph) -> None:
    found = analysis.answer(brokered, "gaps")
    shorter = tables(found)["Ties that make paths shorter, from research bodies to firms"]
    row = dict(zip(shorter.columns, shorter.rows[0], strict=True))
    assert {str(row["one"]).split("-")[0], str(row["other"]).split("-")[0]} == {"lab", "firm"}
    assert "the-society" in str(row["possible brokers"])
    claims = {str(claim) for claim in shorter.evidence[0]}
    assert claims <= set(found.support.claims)
    assert len(claims) >= 2
    joined = tables(found)["Ties between components, from research bodies to firms"]
    assert joined.rows == ()


def test_the_answer_on_gaps_is_two_sentences(brokered: Oxigraph, missing: Finding) -> None:
    for found in (missing, analysis.answer(brokered, "gaps"), analysis.answer(oxigraph.memory([]), "gaps")):
        assert len(re.findall(r"\.(?= |$)", found.answer)) == 2, found.answer
    assert "lab-" in (answer := analysis.answer(brokered, "gaps").answer)
    assert "would shorten paths most from research bodies to firms (efficiency from " in answer
    assert answer.endswith("Between components, none would gain enough.")


def test_of_many_who_could_broker_three_are_named(folder: Folder) -> None:
    middle = [f"society-{i}" for i in range(5)]
    ties = [f"{one} collaboratesWith {end}" for one in middle for end in ("lab-0", "firm-0")]
    ties += [f"lab-0 collaboratesWith lab-{i}" for i in range(1, 6)]
    ties += [f"firm-0 collaboratesWith firm-{i}" for i in range(1, 6)]
    kinds = {
        "ResearchInstitute": [f"lab-{i}" for i in range(6)],
        "Company": [f"firm-{i}" for i in range(6)],
        "LearnedSociety": middle,
    }
    found = analysis.answer(world(folder, kinds, {"one": ties, "two": ties}), "gaps")
    shorter = tables(found)["Ties that make paths shorter, from research bodies to firms"]
    row = dict(zip(shorter.columns, shorter.rows[0], strict=True))
    assert (row["one"], row["other"]) == ("firm-0", "lab-0")
    assert row["possible brokers"] == "society-0 or society-1 or society-2, and 2 more"
    assert len(shorter.evidence[0]) == 2 * 2 * 5  # those of all five


@pytest.mark.parametrize(
    ("labs", "firms", "told"),
    [
        (0, 0, ""),
        (1, 0, "1 actor of academia."),
        (0, 1, "1 actor of industry."),
        (1, 2, "1 actor of academia and 2 actors of industry."),
    ],
)
def test_actors_without_a_tie_are_counted_in_words(folder: Folder, labs: int, firms: int, told: str) -> None:
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
    limits = [limit for limit in found.limits if "without any tie" in limit]
    assert limits == ([f"In the network without any tie, and not counted: {told}"] if told else [])


def test_a_gap_that_one_source_makes_is_noise(folder: Folder) -> None:
    labs = [f"lab-{i}" for i in range(4)]
    chain = [f"{one} collaboratesWith {other}" for one, other in itertools.pairwise(labs)]
    star = [f"firm-0 collaboratesWith firm-{i}" for i in range(1, 4)]
    kinds = {"ResearchInstitute": [*labs, "hub-lab"], "Company": [f"firm-{i}" for i in range(4)]}
    # the best tie is that of the two in the middle, of whom one is there by one source alone
    hub = [f"hub-lab collaboratesWith {lab}" for lab in labs]
    sources = {"one": [*chain, *star], "two": [*chain, *star], "extra": hub}
    found = analysis.answer(world(folder, kinds, sources), "gaps")
    joins = tables(found)["Ties between components, from research bodies to firms"]
    assert [sorted(map(str, row[:2])) for row in joins.rows] == [["firm-0", "lab-1"]]
    noise = found.tables[-1].rows[0]
    assert (set(noise[1:3]), noise[4:]) == ({"firm-0", "hub-lab"}, (None, "extra"))
    assert any("left out as noise" in limit for limit in found.limits)
    # told by two, it is the gap
    kept = analysis.answer(world(folder, kinds, {**sources, "more": hub}), "gaps")
    assert set(tables(kept)[joins.title].rows[0][:2]) == {"firm-0", "hub-lab"}


def test_where_nobody_is_reached_a_gain_has_no_measure_but_is_found(folder: Folder) -> None:
    kinds = {"ResearchInstitute": ["lab-0", "lab-1"], "Company": ["firm-0", "firm-1"]}
    claims = ["lab-0 collaboratesWith lab-1", "firm-0 collaboratesWith firm-1"]
    apart = world(folder, kinds, {"one": claims, "two": claims})
    found = tables(analysis.answer(apart, "gaps"))["Ties between components, from research bodies to firms"]
    # with that tie one pair is at 1, two at 2 and one at 3
    assert found.rows[0][:2] == ("firm-0", "lab-0")
    assert found.rows[0][4:6] == (4, 4)
    record = finding.record(analysis.answer(apart, "gaps"))
    assert "efficiency from 0.000 to 0.583" in str(record["answer"])
    json.dumps(record, allow_nan=False)
    told = analysis.answer(apart, "laboratory-to-market")
    assert told.verdict is Verdict.INCONCLUSIVE
    assert "No path leads" in told.answer


# ---- The shipped data --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


@pytest.fixture(scope="module")
def told(store: Oxigraph) -> Finding:
    return analysis.answer(store, "laboratory-to-market")


@pytest.fixture(scope="module")
def missing(store: Oxigraph) -> Finding:
    return analysis.answer(store, "gaps")


def test_the_distances_are_over_all_pairs_of_bodies_that_have_a_tie(told: Finding, read: Sample) -> None:
    laboratories, firms = laboratory_to_market.laboratories(read.ties), laboratory_to_market.firms(read.ties)
    row = dict(zip(told.tables[0].columns, told.tables[0].rows[0], strict=True))
    assert row["pairs"] == len(laboratories) * len(firms)
    assert row["with a path"] == cuts.connected(read.ties, laboratories, firms)
    assert told.support == read.support()
    assert told.support.claims
    assert told.claim
    assert any("nobody wrote about" in limit for limit in told.limits)


def test_every_row_that_shows_evidence_shows_claims_of_the_sample(told: Finding, missing: Finding) -> None:
    for table in (*told.tables, *missing.tables):
        assert not table.evidence or len(table.evidence) == len(table.rows)
        assert {claim for ids in table.evidence for claim in ids} <= set(told.support.claims)


def test_ties_that_are_missing_are_between_bodies_and_are_not_there(missing: Finding, read: Sample) -> None:
    labels = {str(data["label"]): node for node, data in read.ties.nodes(data=True)}
    listed = [(labels[str(row[0])], labels[str(row[1])]) for table in missing.tables[:4] for row in table.rows]
    assert listed
    for one, other in listed:
        assert {read.ties.nodes[end]["actor_type"] for end in (one, other)} <= set(sample.BODIES)
        assert not read.ties.has_edge(one, other)
    for table in missing.tables[:4]:
        least = table.columns.index("least gain, %")
        assert all(row[least] >= 100 * missing_ties.LEAST_GAIN for row in table.rows)


def test_one_article_carries_no_verdict_and_says_so(store: Oxigraph, read: Sample) -> None:
    others = [source for source in read.sources() if source != ARTICLE]
    found = analysis.answer(store, "laboratory-to-market", without=others)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("needed for a verdict" in limit for limit in found.limits)
    few = analysis.answer(store, "gaps", without=others)
    assert any("one between few" in limit for limit in few.limits)
    again = analysis.answer(store, "laboratory-to-market", without=others)
    assert finding.record(again) == finding.record(found)
    json.dumps([finding.record(found), finding.record(few)], allow_nan=False)
    assert "\n".join(finding.lines(found))


def test_nobody_at_all_is_answered_too() -> None:
    empty = oxigraph.memory([])
    for name in ("laboratory-to-market", "gaps"):
        found = analysis.answer(empty, name)
        assert found.verdict in (Verdict.INCONCLUSIVE, Verdict.DESCRIPTIVE)
        assert "\n".join(finding.lines(found))
