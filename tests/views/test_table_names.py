"""Candidates for the names of a table: matches are those of the one resolver, and nothing else is a match."""

from __future__ import annotations

import functools
import string

import pytest
from conftest import SMALL, Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import names, namespaces
from rareearth.errors import NotFoundError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import lookup, properties, reconciliation
from rareearth.views.reconciliation import Candidate, Given, Query


def one(store: Oxigraph, query: Query) -> list[Candidate]:
    [found] = reconciliation.candidates(store, [query])
    return found


@functools.cache
def _names(store: Oxigraph) -> list[str]:
    return sorted({name for _, name, _ in lookup.names(store)})


LETTERS = st.text(string.ascii_letters + " .,&-稀土集团公司", max_size=30)


@given(st.data())
def test_a_match_is_what_the_resolver_finds(store: Oxigraph, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(_names(store)) | LETTERS | st.text(max_size=20))
    found = one(store, Query(name)) if name.strip() else []
    resolved = lookup.matches(store, name) if name.strip() else []
    sure = [match.thing for match in resolved if match.why not in reconciliation.GUESSES]
    matched = [namespaces.ENTITY + candidate.brief.id for candidate in found if candidate.match]
    assert matched == (sure if len(sure) == len(resolved) == 1 else [])
    assert [candidate.score for candidate in found] == sorted((c.score for c in found), reverse=True)
    assert all(0 < candidate.score <= 100 for candidate in found)
    if resolved:
        assert {match.thing for match in resolved} >= {namespaces.ENTITY + c.brief.id for c in found}


@given(st.data())
def test_queries_of_a_batch_do_not_change_each_other(store: Oxigraph, data: st.DataObject) -> None:
    queries = [Query(name) for name in data.draw(st.lists(st.sampled_from(_names(store)) | LETTERS, max_size=5))]
    alone = [one(store, query) for query in queries]
    assert reconciliation.candidates(store, queries) == alone


def test_every_way_to_find_a_name_has_a_score() -> None:
    assert set(reconciliation.SCORES) == set(names.WAYS)
    assert list(reconciliation.SCORES.values()) == sorted(reconciliation.SCORES.values(), reverse=True)
    assert min(reconciliation.SCORES.values()) > reconciliation.CLOSE


@pytest.fixture
def namesakes(folder: Folder) -> Oxigraph:
    """Two schools of one name, in two towns, and one of them with an identifier."""
    entities = SMALL["entities/all.yaml"].replace(
        "Publisher:\n", "  mining-school:\n    name: Mine School\nPublisher:\n"
    )
    entities = entities.replace(
        "    acronyms: [MS]\n", "    acronyms: [MS]\n    ids: [ror 02mhbdp94 https://example.org/ror]\n"
    ).replace("    name: Oreville\n", "    name: Oreville\n  elsewhere:\n    name: Elsewhere\n")
    folder.write("entities/all.yaml", entities.replace("Company:\n  ore-works:", "Company:\n  ore-works:"))
    folder.change(
        "sources/daily.yaml",
        "  - mine-school locatedIn oreville\n",
        "  - mine-school locatedIn oreville\n  - mining-school locatedIn elsewhere\n",
    )
    folder.write(
        "identities.yaml",
        SMALL["identities.yaml"]
        + "- mine-school different mining-school:\n    who: the tests\n    on: 2026-01-02\n    why: Two towns.\n",
    )
    return oxigraph.memory(nquads.lines(folder.dataset()))


def test_a_name_of_several_is_no_match_until_something_tells_them_apart(namesakes: Oxigraph) -> None:
    both = one(namesakes, Query("Mine School"))
    assert [(c.brief.id, c.match) for c in both] == [("mine-school", False), ("mining-school", False)]
    [first, second] = one(namesakes, Query("Mine School", given=(Given("place", ("Elsewhere",)),)))
    assert (first.brief.id, first.match, first.agrees) == ("mining-school", True, {"place": True})
    assert (second.match, second.agrees) == (False, {"place": False})
    assert second.score < first.score
    [told, *_] = one(namesakes, Query("Mine School", given=(Given("ror", ("02mhbdp94",)),)))
    assert (told.brief.id, told.match, told.score) == ("mine-school", True, 100)
    nowhere = one(namesakes, Query("Mine School", given=(Given("place", ("Atlantis",)),)))
    assert [candidate.match for candidate in nowhere] == [False, False]


def test_an_identifier_finds_its_entity_whatever_the_name(namesakes: Oxigraph) -> None:
    for name in ("", "Some other name", "Bob Ray"):
        found = one(namesakes, Query(name, given=(Given("ror", ("02mhbdp94",)),)))
        school = next(candidate for candidate in found if candidate.brief.id == "mine-school")
        assert school.agrees == {"ror": True}
        assert school.match == (name != "Bob Ray")  # there, name and identifier are of two
    person = one(namesakes, Query("Ann Lee", given=(Given("ror", ("02mhbdp94",)),)))
    assert {candidate.brief.id for candidate in person} == {"ann-lee", "mine-school"}


def test_classes_and_properties_that_there_are_not_are_reported(store: Oxigraph) -> None:
    with pytest.raises(NotFoundError, match="no type named 'Compny'; did you mean Company"):
        one(store, Query("a", types=("Compny",)))
    with pytest.raises(NotFoundError, match="no property named 'chair'; did you mean chairs"):
        one(store, Query("a", given=(Given("chair", ("b",)),)))


def test_properties_are_the_relations_both_ways_and_what_every_entity_has(store: Oxigraph) -> None:
    known = properties.properties(store)
    assert {"chairs", "^chairs", "collaboratesWith", "lei", "name", "zh", "place"} <= set(known)
    assert "^collaboratesWith" not in known  # it is the same both ways
    iri = namespaces.ENTITY + "chinese-society-of-rare-earths"
    values = properties.Values(store, [iri])
    assert [cell.id for cell in values.of("^chairs")[iri]] == ["li-bo"]
    assert [cell.name for cell in values.of("zh")[iri]] == ["中国稀土学会"]
    assert namespaces.ENTITY + "li-bo" in properties.having(store, "chairs", ["CSRE"])
    assert properties.having(store, "^chairs", ["Li Bo"]) == {iri}
    assert properties.having(store, "name", ["CSRE"]) == {iri}


def test_all_facts_of_a_relation_are_values_of_it(store: Oxigraph) -> None:
    """From both ends, and no others: compared with the facts in the default graph."""
    for relation in ("chairs", "collaboratesWith"):
        rows = {(s.value, o.value) for s, o in store.select(f"SELECT ?s ?o {{ ?s ree:{relation} ?o }}")}
        assert rows
        ends = {end for row in rows for end in row}
        values = properties.Values(store, ends)
        found = {(iri, namespaces.ENTITY + c.id) for iri, cells in values.of(relation, "past").items() for c in cells}
        both = rows | {(o, s) for s, o in rows}
        assert rows <= found
        assert found <= both
