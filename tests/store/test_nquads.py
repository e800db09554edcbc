"""The data as N-Quads: literals, the graph of a claim, facts and opinions, names, times, and the description."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from conftest import Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.store import nquads, oxigraph, rdflib_view
from rareearth.store.oxigraph import Oxigraph

XSD = namespaces.PREFIXES["xsd"]


def stored(literal: str) -> str:
    """The literal as the store gives it back."""
    store = ox.Store()
    store.load(f"<http://a> <http://b> {literal} .".encode(), format=ox.RdfFormat.N_QUADS)
    [quad] = store
    return str(quad.object)


def parsed(literal: str) -> ox.Literal:
    [quad] = ox.parse(f"<http://a> <http://b> {literal} .".encode(), format=ox.RdfFormat.N_QUADS)
    assert isinstance(quad.object, ox.Literal)
    return quad.object


TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS)
def test_any_text_survives_as_a_literal(text: str) -> None:
    literal = nquads.literal(text)
    assert "\n" not in literal
    assert "\r" not in literal
    assert parsed(literal) == ox.Literal(text)
    assert parsed(nquads.literal(text, language="zh")) == ox.Literal(text, language="zh")
    assert parsed(nquads.literal(text, datatype=namespaces.EDTF)) == ox.Literal(
        text, datatype=ox.NamedNode(namespaces.EDTF)
    )


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])) | st.sampled_from(["\t", "a\nb", "\r", "\b\f"]))
def test_the_store_gives_a_literal_back_letter_for_letter(text: str) -> None:
    for literal in (
        nquads.literal(text),
        nquads.literal(text, language="zh-Hans"),
        nquads.literal(text, datatype=namespaces.EDTF),
    ):
        assert stored(literal) == literal


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_whole_numbers_are_as_the_store_keeps_them(number: int) -> None:
    literal = nquads.value(str(number), XSD + "integer")
    assert stored(literal) == literal
    assert parsed(literal).value == str(number)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", fullmatch=True))
def test_decimals_are_as_the_store_keeps_them_and_not_rounded(text: str) -> None:
    literal = nquads.value(text, XSD + "decimal")
    assert stored(literal) == literal
    assert Decimal(parsed(literal).value) == Decimal(text)


def test_minus_nothing_is_nothing() -> None:
    assert nquads.value("-0", XSD + "integer") == nquads.value("0", XSD + "integer")
    assert nquads.value("-0.0", XSD + "decimal") == nquads.value("0", XSD + "decimal")


# ---- the lines of the shipped data -----------------------------------------------------------------------


def test_lines_are_sorted_unique_and_what_a_store_gives_back(lines: list[str], store: Oxigraph) -> None:
    assert lines == sorted(set(lines))
    back = ox.serialize(store.engine, format=ox.RdfFormat.N_QUADS) or b""
    assert sorted(back.decode().split("\n")[:-1]) == lines


def test_nothing_is_a_blank_node(store: Oxigraph) -> None:
    terms = [term for q in store.quads() for term in (q.subject, q.object, q.graph_name)]
    assert terms
    assert not any(isinstance(term, ox.BlankNode) for term in terms)


def test_each_claim_is_one_statement_in_the_graph_of_its_own_iri(store: Oxigraph, dataset: Dataset) -> None:
    assert {namespaces.local(g.value) for g in store.engine.named_graphs() if isinstance(g, ox.NamedNode)} == {
        c.id for c in dataset.claims
    }
    for claim in dataset.claims:
        [quad] = store.quads(None, None, None, ox.NamedNode(namespaces.CLAIM + claim.id))
        assert quad.subject == ox.NamedNode(namespaces.ENTITY + dataset.canonical(claim.subject))
        assert quad.predicate == ox.NamedNode(namespaces.VOCABULARY + claim.relation)


def test_the_default_graph_states_the_plain_facts_and_no_opinion(store: Oxigraph, dataset: Dataset) -> None:
    stated = {
        (q.subject, q.predicate, q.object)
        for relation in dataset.ontology.relations
        for q in store.quads(None, ox.NamedNode(namespaces.VOCABULARY + relation), None, ox.DefaultGraph())
    }
    facts, others = set(), set()
    for claim in dataset.claims:
        [quad] = store.quads(None, None, None, ox.NamedNode(namespaces.CLAIM + claim.id))
        (facts if dataset.is_plain_fact(claim) else others).add((quad.subject, quad.predicate, quad.object))
        if dataset.is_plain_fact(claim) and dataset.ontology.relations[claim.relation].symmetric:
            facts.add((quad.object, quad.predicate, quad.subject))
    assert stated == facts
    assert others - facts, "there are opinions, and they are not in the default graph"


def test_the_numbers_of_statements_by_relation_are_those_of_the_default_graph(store: Oxigraph) -> None:
    parts = store.select("SELECT ?relation ?count { ?part void:property ?relation ; void:triples ?count }")
    for relation, count in parts:
        found = list(store.quads(None, relation, None, ox.DefaultGraph()))
        assert len(found) == int(count.value) > 0, relation


def test_every_span_is_a_selector_of_the_source(store: Oxigraph, dataset: Dataset) -> None:
    ree, oa = namespaces.VOCABULARY, namespaces.PREFIXES["oa"]
    for claim in dataset.claims:
        node = ox.NamedNode(namespaces.CLAIM + claim.id)
        found = {q.object.value for q in store.quads(node, ox.NamedNode(ree + "at"), None)}
        assert found == {f"{namespaces.SOURCE}{claim.source}#char={s.start},{s.end}" for s in claim.at}
        for span in claim.at:
            selector = ox.NamedNode(f"{namespaces.SOURCE}{claim.source}#char={span.start},{span.end}")
            values = {q.predicate.value: q.object.value for q in store.quads(selector, None, None)}
            assert (values[oa + "start"], values[oa + "end"]) == (str(span.start), str(span.end))
            assert values[ree + "fingerprint"] == span.fingerprint


def test_the_description_counts_what_is_there(store: Oxigraph, dataset: Dataset, lines: list[str]) -> None:
    void = namespaces.PREFIXES["void"]
    node = ox.NamedNode(namespaces.DATASET)
    [entities] = store.quads(node, ox.NamedNode(void + "entities"), None)
    assert int(entities.object.value) == len(dataset.entities) - len(dataset.canonical_ids)
    [triples] = store.quads(node, ox.NamedNode(void + "triples"), None)
    described = [line for line in lines if line.startswith(f"<{namespaces.DATASET}")]
    assert int(triples.object.value) == len(lines) - len(dataset.claims) - len(described)
    [documents] = store.quads(node, ox.NamedNode(void + "documents"), None)
    assert int(documents.object.value) == len(dataset.sources)
    assert not any("dcterms/modified" in line or "dcterms/created" in line for line in described)


# ---- small data ------------------------------------------------------------------------------------------


def ask(dataset: Dataset, query: str) -> bool:
    return bool(oxigraph.memory(nquads.lines(dataset)).ask(f"ASK {{ {query} }}"))


def test_a_judged_record_keeps_its_names_and_claims_say_which_record_they_name(folder: Folder) -> None:
    dataset = folder.dataset()
    assert ask(dataset, "entity:ore-works owl:sameAs entity:ore-works-ltd ; skos:altLabel 'Ore Works Limited'@en")
    assert not ask(dataset, "entity:ore-works-ltd a ?kind")
    assert ask(
        dataset, "GRAPH ?c { entity:ore-works ree:headquarteredIn ?place } ?c ree:recordedSubject entity:ore-works-ltd"
    )
    assert ask(dataset, "?j a ree:Judgement ; ree:verdict ree:same ; ree:left entity:ore-works ; ree:because ?why")


def test_names_and_words_of_a_source_are_mentions(folder: Folder) -> None:
    dataset = folder.dataset()
    assert ask(dataset, "?m ree:mentions entity:ore-works ; ree:observedName 'The Ore Works' ; ree:onlyThere false")
    assert ask(
        dataset,
        "?m ree:mentions entity:ann-lee ; ree:observedName 'Lee' ; ree:onlyThere true ; ree:source source:daily",
    )


def test_speech_tells_who_says_it_and_of_whom_and_is_no_fact(folder: Folder) -> None:
    dataset = folder.dataset()
    said = "entity:ore-works ree:collaboratesWith entity:mine-school"
    assert ask(
        dataset, f"GRAPH ?c {{ {said} }} ?c ree:kind ree:speech ; ree:by entity:ann-lee ; ree:about entity:ore-works"
    )
    assert not ask(dataset, said)


def test_an_assessment_without_a_speaker_is_by_the_publisher(folder: Folder) -> None:
    folder.change("sources/daily.yaml", "kind: speech\n      by: ann-lee", "kind: assessment")
    assert ask(folder.dataset(), "?c ree:kind ree:assessment ; ree:by entity:daily-ore ; ree:stance ree:positive")


@pytest.mark.parametrize(
    ("fields", "earliest", "latest"),
    [
        ("since: 2020\n      until: 2021-06", "2020-01-01", "2021-06-30"),
        ("when: 2020-05~", "2020-05-01", "2020-05-31"),
        ("when: XXXX-04-15", None, None),
        ("when: XXXX-04-15\n      inferred: {when: 2025-04-15, because: Why.}", "2025-04-15", "2025-04-15"),
        ("when: 2021-12/..", "2021-12-01", None),
        ("since: 2020", "2020-01-01", None),
        ("note: No time.", None, None),
    ],
)
def test_days_given_or_inferred(folder: Folder, fields: str, earliest: str | None, latest: str | None) -> None:
    folder.change("sources/daily.yaml", "since: 2020\n      until: 2021-06", fields)
    dataset = folder.dataset()
    assert nquads.days(dataset.claims[1]) == (earliest, latest)
    for name, day in (("earliest", earliest), ("latest", latest)):
        claim = f"claim:{dataset.claims[1].id.replace('/', chr(92) + '/')}"
        assert ask(dataset, f"{claim} ree:{name} ?day") is (day is not None)
        assert day is None or ask(dataset, f"{claim} ree:{name} '{day}'^^xsd:date")


def test_an_inferred_time_never_stands_as_the_given_one(folder: Folder) -> None:
    folder.change(
        "sources/daily.yaml", "since: 2020\n", "when: XXXX-04\n      inferred: {when: 2020-04, because: Why.}\n"
    )
    dataset = folder.dataset()
    assert ask(
        dataset,
        f"?c ree:when 'XXXX-04'^^<{namespaces.EDTF}> ; ree:inferredWhen '2020-04'^^xsd:gYearMonth ; "
        "ree:because 'Why.'@en",
    )
    assert not ask(dataset, "?c ree:when ?when FILTER(STR(?when) = '2020-04')")


@pytest.mark.parametrize("address", ["https://例え.jp/稀土?a=b#c", "http://example.org:80/a%20b/~c;d=(e)'f'!*$&+,"])
@pytest.mark.parametrize("language", ["zh-Hans", "en-GB", "zh"])
def test_what_the_models_let_through_the_store_takes(folder: Folder, address: str, language: str) -> None:
    folder.change("sources/daily.yaml", "https://example.org/daily?day=1", f'"{address}"')
    folder.change("sources/daily.yaml", "language: en", f"language: {language}")
    lines = list(nquads.lines(folder.dataset()))
    back = ox.serialize(oxigraph.memory(lines).engine, format=ox.RdfFormat.N_QUADS) or b""
    assert sorted(back.decode().split("\n")[:-1]) == lines


# ---- dates that a query can compare ----------------------------------------------------------------------

DATES = {
    "2025-04-15": "xsd:date", "2025-04": "xsd:gYearMonth", "2025": "xsd:gYear", "0500": "xsd:gYear",
    "1999-01-02": "xsd:date",
    "2025-05~": "edtf", "2025?": "edtf", "202X": "edtf", "XXXX-04-08": "edtf", "2024-33": "edtf", "2020/2021": "edtf",
    "2021/..": "edtf", "2025-XX": "edtf",
}  # fmt: skip


@pytest.mark.parametrize(("text", "datatype"), DATES.items())
def test_a_date_has_the_datatype_of_its_precision_and_its_own_text(text: str, datatype: str) -> None:
    literal = nquads.date(text)
    assert (parsed(literal).value, namespaces.compact(parsed(literal).datatype.value)) == (
        text, namespaces.EDTF if datatype == "edtf" else datatype,
    )  # fmt: skip
    assert stored(literal) == literal


@given(st.dates())
def test_days_months_and_years_are_as_the_store_keeps_them(day: datetime.date) -> None:
    for text in (f"{day}", f"{day}"[:7], f"{day}"[:4]):
        assert stored(nquads.date(text)) == nquads.date(text)


def founded(folder: Folder, condition: str) -> set[str]:
    """The dates of founding, of many forms, that a condition leaves."""
    claims = "".join(f"  - mine-school foundedOn {text}\n" for text in DATES)
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", claims)
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    days = "OPTIONAL { ?c ree:firstDay ?a } OPTIONAL { ?c ree:lastDay ?z }"
    query = f"SELECT ?d {{ GRAPH ?c {{ ?s ree:foundedOn ?d }} {days} {condition} }}"
    return {row["d"].value for row in store.select(query)}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('?d >= "2025-01-01"^^xsd:date', {"2025-04-15"}),
        ('?d < "2000-01-01"^^xsd:date', {"1999-01-02"}),
        ('?d >= "2025"^^xsd:gYear', {"2025"}),
        ("YEAR(?d) >= 2025", {"2025", "2025-04", "2025-04-15"}),
        ("YEAR(?d) < 2000", {"0500", "1999-01-02"}),
        ('xsd:gYear(?d) >= "2025"^^xsd:gYear', {"2025", "2025-04", "2025-04-15"}),
        ('?a >= "2025-01-01"^^xsd:date', {"2025", "2025-04", "2025-04-15", "2025-05~", "2025?", "2025-XX"}),
        ('?z < "2000-01-01"^^xsd:date', {"0500", "1999-01-02"}),
        ("!BOUND(?a)", {"XXXX-04-08"}),
        ("!BOUND(?z)", {"XXXX-04-08", "2021/.."}),
    ],
)
def test_dates_are_found_by_the_filters_that_people_write(folder: Folder, condition: str, expected: set[str]) -> None:
    assert founded(folder, f"FILTER({condition})") == expected


def test_dates_of_sources_are_found_too(store: Oxigraph, dataset: Dataset) -> None:
    def count(pattern: str) -> int:
        [row] = store.select(f"SELECT (COUNT(*) AS ?n) {{ ?s dcterms:issued ?d {pattern} }}")
        return int(row["n"].value)

    published = [source.published for source in dataset.sources.values() if source.published]
    assert count("") == len(published), "one date each"
    since = sum(day >= "2025" for day in published)
    assert count("FILTER(YEAR(?d) >= 2025)") == since
    assert count('. ?s ree:firstDay ?f FILTER(?f >= "2025-01-01"^^xsd:date)') == since
    assert 0 < count('FILTER(?d >= "2025"^^xsd:gYear)') < since
    assert 0 < count('FILTER(?d >= "2025-01-01"^^xsd:date)') < since
    ordered = [row["d"].value for row in store.select("SELECT ?d { ?s dcterms:issued ?d } ORDER BY ?d")]
    assert ordered == sorted(published)


def test_rdflib_reads_the_dates_without_a_word(folder: Folder, recwarn: pytest.WarningsRecorder, caplog: Any) -> None:
    claims = "".join(f"  - mine-school foundedOn {text}\n" for text in DATES)
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", claims)
    graph = rdflib_view.dataset(oxigraph.memory(nquads.lines(folder.dataset())))
    found = list(graph.objects(None, rdflib.URIRef(namespaces.VOCABULARY + "foundedOn")))
    assert {str(date) for date in found} == set(DATES)
    assert not any(getattr(date, "ill_typed", False) for date in found)
    assert not caplog.records
    assert not [
        warning for warning in recwarn.list if "default_context" not in str(warning.message)
    ]  # of rdflib itself
