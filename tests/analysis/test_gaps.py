"""The question ``gaps``: planted and not, and on the shipped data."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable

import pytest
from conftest import ARTICLE, Folder
from small_stores import brokered_store, tables, world

from rareearth import analysis
from rareearth.analysis import finding, sample
from rareearth.analysis.finding import Finding, Verdict
from rareearth.analysis.sample import Sample
from rareearth.measures import missing_ties
from rareearth.store import oxigraph
from rareearth.store.oxigraph import Oxigraph


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


@pytest.fixture(scope="module")
def missing(shipped: Callable[[str], Finding]) -> Finding:
    return shipped("gaps")


def test_the_planted_gap_is_named_with_its_broker(folder: Folder) -> None:
    brokered = brokered_store(folder)
    found = analysis.answer(brokered, "gaps")
    shorter, joined = found.result.aims[:2]
    gap = shorter.gaps[0]
    assert {gap.one.id.split("-")[0], gap.other.id.split("-")[0]} == {"lab", "firm"}
    assert "the-society" in [actor.id for actor in gap.brokers]
    assert set(gap.claims) <= set(found.support.claims)
    assert len(gap.claims) >= 2
    assert joined.joins
    assert joined.gaps == ()


def test_the_answer_on_gaps_is_two_sentences(folder: Folder, missing: Finding) -> None:
    brokered = brokered_store(folder)
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


def test_a_gap_that_one_source_makes_is_noise(folder: Folder) -> None:
    labs = [f"lab-{i}" for i in range(4)]
    chain = [f"{one} collaboratesWith {other}" for one, other in itertools.pairwise(labs)]
    star = [f"firm-0 collaboratesWith firm-{i}" for i in range(1, 4)]
    kinds = {"ResearchInstitute": [*labs, "hub-lab"], "Company": [f"firm-{i}" for i in range(4)]}
    # the best tie is that of the two in the middle, of whom one is there by one source alone
    hub = [f"hub-lab collaboratesWith {lab}" for lab in labs]
    sources = {"one": [*chain, *star], "two": [*chain, *star], "extra": hub}
    found = analysis.answer(world(folder, kinds, sources), "gaps")
    joins = found.result.aims[1]
    assert [{gap.one.id, gap.other.id} for gap in joins.gaps] == [{"firm-0", "lab-1"}]
    noise = joins.noise[0]
    assert {noise.one.id, noise.other.id} == {"firm-0", "hub-lab"}
    assert noise.least == (-1.0, "extra")  # without that source one of the two has no tie
    assert any("left out as noise" in limit for limit in found.limits)
    # stated by two, it is the gap
    kept = analysis.answer(world(folder, kinds, {**sources, "more": hub}), "gaps")
    first = kept.result.aims[1].gaps[0]
    assert {first.one.id, first.other.id} == {"firm-0", "hub-lab"}


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


def test_ties_that_are_missing_are_between_bodies_and_are_not_there(missing: Finding, read: Sample) -> None:
    gaps = [gap for aim in missing.result.aims for gap in aim.gaps]
    assert gaps
    for gap in gaps:
        assert {read.ties.nodes[end.id]["actor_type"] for end in (gap.one, gap.other)} <= set(sample.BODIES)
        assert not read.ties.has_edge(gap.one.id, gap.other.id)
        assert gap.least.gain >= missing_ties.LEAST_GAIN


def test_every_row_shows_claims_of_the_sample(missing: Finding) -> None:
    for table in missing.tables:
        assert not table.evidence or len(table.evidence) == len(table.rows)
        assert {claim for ids in table.evidence for claim in ids} <= set(missing.support.claims)


def test_one_article_has_gaps_between_few(store: Oxigraph, read: Sample) -> None:
    others = [source for source in read.sources() if source != ARTICLE]
    few = analysis.answer(store, "gaps", without=others)
    assert any("one between few" in limit for limit in few.limits)
    json.dumps(finding.record(few), allow_nan=False)


def test_nobody_at_all_is_answered_too() -> None:
    found = analysis.answer(oxigraph.memory([]), "gaps")
    assert found.verdict is Verdict.DESCRIPTIVE
    assert "\n".join(finding.lines(found))
