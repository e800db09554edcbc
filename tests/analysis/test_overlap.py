"""The question ``overlap``: planted and not, and on the shipped data."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from conftest import Folder
from small_stores import made, rows, table

from rareearth import analysis, namespaces
from rareearth.analysis.finding import Verdict
from rareearth.store.oxigraph import Oxigraph


def societies(folder: Folder, members: dict[str, Iterable[int]], twice: bool = True) -> Oxigraph:
    """Two societies said to overlap, with some of 40 firms as members, each stated by one source or by two."""
    entities = {f"firm-{n:02}": "Company" for n in range(40)} | dict.fromkeys(members, "LearnedSociety")
    ties = [f"firm-{n:02} memberOf {name}" for name, numbers in members.items() for n in numbers]
    lots = random.Random(3)  # noqa: S311
    rest = [f"firm-{a:02} supplies firm-{b:02}" for a, b in (lots.sample(range(40), 2) for _ in range(40))]
    said = f"{min(members)} overlapsWith {max(members)} | kind: assessment | stance: negative"
    reported = [*ties, *dict.fromkeys(rest)]
    sources = {"one": [*reported, said], "two": reported if twice else rest[:1]}
    return made(folder, entities, sources)


SHARED = {"society-a": range(8), "society-b": range(2, 10)}


def test_two_planted_equivalent_societies_are_found(folder: Folder) -> None:
    finding = analysis.answer(societies(folder, SHARED), "overlap")
    assert finding.verdict is Verdict.SUPPORTED
    assert "society-a and society-b overlap" in finding.claim
    [stated] = finding.result.stated
    assert [(s.kind, s.source) for s in stated.statements] == [("assessment", "one")]
    assert (stated.pair.one_ties, len(stated.pair.shared), stated.pair.jaccard) == (8, 6, 6 / 10)
    found = next(pair for role, pair in finding.result.alike if role == "LearnedSociety")
    assert (found.one.id, found.other.id) == ("society-a", "society-b")
    assert found.p_corrected < 0.001
    assert [actor.id for actor in found.shared] == [f"firm-0{n}" for n in range(2, 8)]
    assert len(found.claims) == 2 * 2 * 6  # two sources, two ties, six firms
    assert set(found.claims) <= set(finding.support.claims)
    row = rows(table(finding, "Bodies that overlap"))[0]
    assert (row["kind"], row["ties of one"], row["shared"], row["Jaccard"]) == ("assessment", 8, 6, 6 / 10)
    row = next(row for row in rows(table(finding, "Pairs of one role")) if row["role"] == "LearnedSociety")
    assert row["shared neighbours"] == "firm-02, firm-03, firm-04, firm-05, firm-06, firm-07"


def test_societies_that_share_nobody_do_not_overlap_by_their_ties(folder: Folder) -> None:
    apart = {"society-a": range(12), "society-b": range(20, 32)}
    assert analysis.answer(societies(folder, apart), "overlap").verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("members", "twice", "limit"),
    [
        (SHARED, False, "is not robust"),
        ({"society-a": range(4), "society-b": range(8)}, True, "at least 5 each are needed"),
        ({"society-a": range(8), "society-b": range(6, 14)}, True, "neither small nor large"),
        ({"society-a": range(12), "society-b": range(7, 19)}, True, "neither small nor large"),
    ],
)
def test_what_the_ties_cannot_carry_is_left_open(
    folder: Folder, members: dict[str, Iterable[int]], twice: bool, limit: str
) -> None:
    finding = analysis.answer(societies(folder, members, twice), "overlap")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert any(limit in text for text in finding.limits)


def test_what_is_said_of_overlap_goes_with_its_source(store: Oxigraph) -> None:
    query = "SELECT ?source { ?r ree:overlap true . GRAPH ?c { ?a ?r ?b } ?c ree:source ?source }"
    sources = {namespaces.local(source.value) for (source,) in store.select(query)}
    assert sources
    stated = analysis.answer(store, "overlap").result.stated
    assert {statement.source for tested in stated for statement in tested.statements} == sources
    finding = analysis.answer(store, "overlap", without=sources)
    assert (finding.verdict, finding.claim) == (Verdict.DESCRIPTIVE, "")
    assert finding.result.stated == ()
