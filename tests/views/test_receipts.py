"""Receipts: what a claim is cited by, and the claims behind the rows of an answer."""

from __future__ import annotations

import pytest

from rareearth.store import claims, hints
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import receipts


def backed(store: Oxigraph, query: str) -> list[receipts.Backing]:
    rows = [tuple(row) for row in store.select(query)]
    assert rows
    return receipts.of_rows(store, rows, hints.names(query))


@pytest.mark.parametrize(
    ("query", "is_named"),
    [
        ("SELECT ?who ?body { ?who ree:chairs ?body }", False),
        ("SELECT ?who { ?who ree:chairs entity:chinese-society-of-rare-earths }", False),
        ("SELECT ?who { ?who ree:chairs ?body }", False),
        ("SELECT ?who ?claim { GRAPH ?claim { ?who ree:chairs ?body } }", True),
    ],
)
def test_the_claims_of_a_row_are_of_its_relation_and_its_ends(store: Oxigraph, query: str, is_named: bool) -> None:
    for backing in backed(store, query):
        assert backing.is_named is is_named
        assert backing.claims
        assert {claim.relation.id for claim in backing.claims} == {"chairs"}


def test_a_row_of_numbers_and_names_has_no_claim(store: Oxigraph) -> None:
    assert [b.claims for b in backed(store, "SELECT (COUNT(?s) AS ?n) { ?s a ree:Claim }")] == [()]
    assert [b.claims for b in backed(store, "SELECT ?l { entity:li-bo rdfs:label ?l }")] == [()]


def test_facts_come_first_and_opinions_are_never_facts(store: Oxigraph) -> None:
    known = claims.read(store)
    assert len({claim.kind for claim in known}) == 4
    for claim in known:
        made = receipts.receipt(claim)
        assert not made.is_fact or made.heading in ("Facts", "Past")
        assert made.is_fact or made.heading != "Facts"
        assert not (claim.disagreement == "contradiction" and not made.differs)
        assert (claim.kind == "fact" and claim.status == "held") or not made.citation.endswith(f"({made.claim})")
    for backing in backed(store, "SELECT ?a ?b { GRAPH ?c { ?a ?p ?b } FILTER(isIRI(?b)) } ORDER BY ?a ?b LIMIT 300"):
        kinds = [claim.kind == "fact" for claim in backing.claims]
        assert kinds == sorted(kinds, reverse=True)


def test_a_sentence_is_given_where_it_is_at_hand(store: Oxigraph) -> None:
    claim = next(claim for claim in claims.read(store) if claim.spans)
    start, end, _ = claim.spans[0]
    assert receipts.receipt(claim, {(claim.source, start, end): "So it is."}).places[0].sentence == "So it is."
    assert receipts.receipt(claim).places[0].sentence == ""
