"""The reader of claims: what it gives is what the data says, all of it or that of given entities, in a few queries."""

from __future__ import annotations

import pytest
from conftest import ARTICLE, Folder

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.ontology import DATE, DATES, MEASURE
from rareearth.store import claims, nquads, oxigraph
from rareearth.store.backend import Rows
from rareearth.store.claims import Claim
from rareearth.store.oxigraph import Oxigraph

XSD = namespaces.PREFIXES["xsd"]

TOUR = namespaces.ENTITY + "ganzhou-tour"


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> list[Claim]:
    return claims.read(store)


def test_every_field_is_what_the_data_says(read: list[Claim], dataset: Dataset) -> None:
    recorded = {claim.id: claim for claim in dataset.claims}
    assert [claim.id for claim in read] == sorted(recorded)
    for claim in read:
        told = recorded[claim.id]
        assert claim.subject.id == dataset.canonical(told.subject)
        assert claim.relation.id == told.relation
        assert (claim.kind, claim.status, claim.stance) == (told.kind, told.status, told.stance or "")
        assert (claim.when, claim.since, claim.until) == (told.when or "", told.since or "", told.until or "")
        inferred = (told.inferred.when, told.inferred.because) if told.inferred else ("", "")
        assert (claim.inferred, claim.because) == inferred
        assert (claim.earliest or None, claim.latest or None) == nquads.days(told)
        assert (claim.confidence, claim.conflict, claim.note) == (
            told.confidence or "",
            told.conflict or "",
            told.note or "",
        )
        assert claim.evidence == nquads.level(dataset, told)
        assert claim.plain or not dataset.is_plain_fact(told)
        speaker = dataset.speaker(told)
        assert (claim.by.id if claim.by else None) == (dataset.canonical(speaker) if speaker else None)
        assert (claim.recorded_subject or claim.subject.id) == told.subject
        assert claim.spans == tuple(sorted((s.start, s.end, s.fingerprint) for s in told.at))
        assert claim.readings == tuple(sorted((r.sentence, r.on.isoformat(), r.says) for r in told.read))


def test_a_sentence_that_was_read_on_a_page_is_better_evidence_than_the_page(folder: Folder) -> None:
    read = '      read: {sentence: 0123abcd, on: 2026-11-26, says: "Ann Lee runs it, and runs it well."}\n'
    url = "  url: https://example.org/"
    head = f"source:\n  title: Ore\n  publisher: daily-ore\n  language: en\n{url}"
    claim = "claims:\n  - ann-lee leads ore-works"
    folder.write("sources/ore-read.yaml", f"{head}read\n{claim}:\n{read}")
    folder.write("sources/ore-page.yaml", f"{head}page\n{claim}\n")
    folder.write("sources/ore-copy.yaml", f"{head}copy\n  copy: mirror\n{claim}:\n{read}")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    found = {
        c.source: c for c in claims.pointing(store, [namespaces.SOURCE + f"ore-{n}" for n in ("read", "page", "copy")])
    }
    assert {source: c.evidence for source, c in found.items()} == {
        "ore-read": "read", "ore-page": "page", "ore-copy": "copy",
    }  # fmt: skip
    assert found["ore-read"].readings == (("0123abcd", "2026-11-26", "Ann Lee runs it, and runs it well."),)
    assert found["ore-page"].readings == ()
    assert (found["ore-copy"].page.link, found["ore-page"].page.link) == ("", "https://example.org/page")


def test_pages_are_the_sources(read: list[Claim], dataset: Dataset, store: Oxigraph) -> None:
    for claim in read:
        source, page = dataset.sources[claim.source], claim.page
        assert (page.id, page.title, page.url) == (source.id, source.title, source.url)
        assert page.publisher == dataset.entities[dataset.canonical(source.publisher)].name
        assert (page.published, page.copy, page.genre) == (
            source.published or "", source.copy_ or "", source.kind or "",
        )  # fmt: skip
        assert page.origin == (source.story or source.id)
    assert {page.id for page in claims.pages(store).values()} == set(dataset.sources)


def test_objects_and_qualifiers_are_entities_or_typed_literals(read: list[Claim], dataset: Dataset) -> None:
    recorded = {claim.id: claim for claim in dataset.claims}
    for claim in read:
        told = recorded[claim.id]
        relation = dataset.ontology.relations[told.relation]
        assert claim.object.is_entity is not relation.literal
        if claim.object.is_entity:
            assert claim.object.label == dataset.entities[claim.object.id].name
        else:
            datatypes = DATES | {XSD + "gYear", XSD + "gYearMonth"} if relation.range == DATE else {relation.range}
            assert claim.object.datatype in datatypes
        assert {q.name for q in claim.qualifiers} == {name for name, _ in told.qualifiers}
        assert [q.label for q in claim.qualifiers] == sorted(q.label for q in claim.qualifiers)
        for qualifier in claim.qualifiers:
            declared = dataset.ontology.qualifiers[qualifier.name]
            assert qualifier.label == declared.label
            assert qualifier.value.is_entity is not declared.literal
    capacity = next(c for c in read if c.object.datatype == MEASURE)
    assert f"{capacity.number} {capacity.unit}" == capacity.object.text


def test_relations_come_with_their_labels_and_traits(read: list[Claim], dataset: Dataset) -> None:
    for claim in read:
        declared = dataset.ontology.relations[claim.relation.id]
        assert (claim.relation.label, claim.relation.inverse) == (declared.label, declared.inverse)
        assert (claim.relation.traits.get("timeless") == "true") is declared.timeless
        assert claim.relation.traits.get("oneAtATime") == declared.one_at_a_time
        assert claim.relation.traits.get("owner") == declared.owner


def test_the_conflict_of_a_claim_has_its_kind(read: list[Claim], dataset: Dataset) -> None:
    assert {(c.conflict, c.disagreement) for c in read if c.conflict} == {
        (conflict.id, conflict.kind) for conflict in dataset.conflicts.values()
    }
    assert all(not c.disagreement for c in read if not c.conflict)


@pytest.mark.parametrize("id_", ["ganzhou-tour", "china", "neodymium", "li-bo"])
def test_the_claims_of_an_entity_are_those_that_all_claims_have_of_it(
    store: Oxigraph, read: list[Claim], id_: str
) -> None:
    found = claims.read(store, [namespaces.ENTITY + id_])
    assert found
    assert found == [claim for claim in read if id_ in (claim.subject.id, claim.object.id)]
    assert [label(c) for c in found] == [label(c) for c in read if c in found]


def label(claim: Claim) -> tuple[object, ...]:
    by = claim.by.label if claim.by else None
    return claim.subject.label, claim.object.label, by, claim.page, claim.spans, claim.disagreement


def test_the_claims_of_several_entities_come_once(store: Oxigraph, read: list[Claim]) -> None:
    two = {"li-bo", "chinese-society-of-rare-earths"}
    found = claims.read(store, [namespaces.ENTITY + id_ for id_ in two])
    assert found == [claim for claim in read if two & {claim.subject.id, claim.object.id}]
    assert claims.read(store, []) == []
    assert claims.read(store, [namespaces.ENTITY + "nobody"]) == []


def test_the_claims_of_ids_and_of_what_points_to_a_thing(store: Oxigraph, read: list[Claim]) -> None:
    ids = [claim.id for claim in read[::3]]
    assert claims.by_id(store, [*ids, "no/such"]) == read[::3]
    source = [claim for claim in read if claim.source == ARTICLE]
    assert claims.pointing(store, [namespaces.SOURCE + ARTICLE]) == source
    assert claims.pointing(store, [namespaces.SOURCE + ARTICLE], limit=5) == source[:5]
    speaker = next(claim.by for claim in read if claim.kind == "speech" and claim.by)
    assert [c for c in read if c.by == speaker or speaker in c.about] == [
        c for c in claims.pointing(store, [speaker.text]) if c.by == speaker or speaker in c.about
    ]


def test_a_text_that_is_no_iri_is_refused(store: Oxigraph) -> None:
    with pytest.raises(ValueError, match="IRI"):
        claims.read(store, ["https://example.org/x> } } SERVICE <https://example.org/"])


def test_the_number_of_queries_does_not_grow_with_the_claims(
    store: Oxigraph, read: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    select = store.select

    def counted(query: str, values: None = None) -> Rows:
        asked.append(query)
        return select(query, values)

    monkeypatch.setattr(store, "select", counted)
    everything = [label(claim) for claim in claims.read(store)]
    assert len(everything) == len(read)
    assert len(asked) <= 8
    asked.clear()
    few = [label(claim) for claim in claims.read(store, [TOUR])]
    assert 5 < len(few) < 200
    assert len(asked) <= 5


def test_judged_identities_keep_the_ids_that_the_data_has(folder: Folder) -> None:
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    [claim] = [c for c in claims.read(small) if c.recorded_subject]
    assert (claim.subject.id, claim.recorded_subject) == ("ore-works", "ore-works-ltd")
