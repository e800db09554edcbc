"""Sources that disagree: side by side, told apart by kind, and no contradicted statement among the plain facts."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
from conftest import Folder

from rareearth.dataset import Dataset
from rareearth.store import asof, nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import conflicts, differences

CONFLICTS = """\
who-leads:
  question: Who leads Ore Works?
  kind: {kind}
  why: Two pages, two names.
"""
PAGE = """\
source:
  title: "[Page {n}]"
  publisher: daily-ore
  url: https://example.org/page{n}
  language: en
{extra}claims:
  - {claim}:
      conflict: who-leads
"""


def built(folder: Folder, kind: str, *claims: str, extra: str = "") -> Oxigraph:
    folder.write("conflicts.yaml", CONFLICTS.format(kind=kind))
    for n, claim in enumerate(claims):
        folder.write(f"sources/page{n}.yaml", PAGE.format(n=n, claim=claim, extra=extra))
    return oxigraph.memory(nquads.lines(folder.dataset()))


def leaders(store: Oxigraph) -> int:
    answer = store.engine.query(
        "SELECT * { ?who <https://w3id.org/rareearth/ontology#leads> <https://w3id.org/rareearth/entity/ore-works> }"
    )
    return len(list(answer))  # type: ignore[arg-type]


def test_contradicted_statements_are_not_plain_facts(folder: Folder) -> None:
    assert leaders(built(folder, "contradiction", "ann-lee leads ore-works", "bob-ray leads ore-works")) == 0


def test_statements_that_changed_stay_facts(folder: Folder) -> None:
    assert leaders(built(folder, "change", "ann-lee leads ore-works", "bob-ray leads ore-works")) == 2


def test_one_statement_told_with_other_details_stays_a_fact(folder: Folder) -> None:
    assert leaders(built(folder, "contradiction", "ann-lee leads ore-works", "ann-lee leads ore-works")) == 1


def test_the_sides_stand_side_by_side(folder: Folder) -> None:
    [conflict] = conflicts.read(built(folder, "unsure", "ann-lee leads ore-works", "bob-ray leads ore-works"))
    assert (conflict.id, conflict.kind, conflict.question) == ("who-leads", "unsure", "Who leads Ore Works?")
    assert [side.statement for side in conflict.sides] == ["Ann Lee leads Ore Works", "Bob Ray leads Ore Works"]
    assert [side.claim.evidence for side in conflict.sides] == ["page", "page"]
    printed = "\n".join(conflicts.lines(conflict))
    assert "https://example.org/page0" in printed
    assert "2 origins" in printed


def test_pages_of_one_story_are_one_origin(folder: Folder) -> None:
    store = built(folder, "change", "ann-lee leads ore-works", "bob-ray leads ore-works", extra="  story: a-release\n")
    assert conflicts.read(store)[0].origins == 1


def test_differences_nobody_judged_are_found(folder: Folder) -> None:
    for n, day in enumerate(("2001", "2002")):
        text = PAGE.format(n=n, claim=f"ore-works foundedOn {day}", extra="").replace(
            ":\n      conflict: who-leads", ""
        )
        folder.write(f"sources/page{n}.yaml", text)
    [sides] = differences.unjudged(oxigraph.memory(nquads.lines(folder.dataset())))
    assert [side.statement for side in sides] == ["Ore Works was founded on 2001", "Ore Works was founded on 2002"]


def test_the_shipped_conflicts(store: Oxigraph, dataset: Dataset) -> None:
    found = conflicts.read(store)
    kinds = Counter(conflict.kind for conflict in found)
    assert len(found) >= 60
    assert kinds["contradiction"] >= 22
    assert kinds["change"] >= 20
    assert kinds["rounding"] >= 5
    assert all(len(conflict.sides) >= 2 for conflict in found)
    assert differences.unjudged(store) == []
    assert {c.conflict for c in dataset.claims if c.conflict} == {c.id for c in found}


def test_an_as_of_store_keeps_contradicted_statements_out(store: Oxigraph) -> None:
    then = asof.at(store, "2026").store
    for conflict in conflicts.read(store):
        if conflict.id == "apple-nature":
            claim = conflict.sides[0].claim
            graph = ox.NamedNode(f"https://w3id.org/rareearth/claim/{claim.id}")
            [quad] = list(then.quads(None, None, None, graph))
            assert not list(then.quads(quad.subject, quad.predicate, quad.object, ox.DefaultGraph()))
