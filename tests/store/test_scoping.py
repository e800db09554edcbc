"""Queries for a store whose facts are a named graph: the same answers as the embedded store, whatever else is there."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import namespaces
from rareearth.errors import QueryError
from rareearth.store import questions, scoping, sparql
from rareearth.store.backend import Literal, NamedNode
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import asking

FACTS = "https://example.org/facts"
CLAIM = namespaces.CLAIM + "old/0000000000"


@pytest.fixture(scope="module")
def scattered(store: Oxigraph) -> ox.Store:
    """The shipped graph with its facts in a named graph, beside what is not of it: old claims, and others' graphs."""
    made = ox.Store()
    facts = NamedNode(FACTS)
    for quad in store.engine:
        graph = quad.graph_name if isinstance(quad.graph_name, NamedNode) else facts
        made.add(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
    others = [ox.Quad(*next(iter(store.engine.quads_for_pattern(None, None, None, None))).triple, NamedNode(CLAIM))]
    for quad in list(store.engine)[:2000]:
        others.append(ox.Quad(quad.subject, quad.predicate, quad.object, NamedNode("https://example.org/other")))
        others.append(ox.Quad(quad.subject, quad.predicate, quad.object, ox.DefaultGraph()))
    made.extend(others)
    return made


def asked(store: ox.Store, query: str, values: dict[str, NamedNode | Literal] | None = None) -> list[str]:
    """The answer of a store in which the facts are a named graph, as lines."""
    made = scoping.scoped(sparql.vet(query), FACTS, values)
    found = store.query(made.text)
    if isinstance(found, ox.QueryBoolean):
        return [str(bool(found))]
    assert isinstance(found, ox.QuerySolutions)
    if made.form == "CONSTRUCT":
        from rareearth.store import remote

        return sorted({str(triple) for triple in remote.filled(made, found)})
    return [" ".join(v.value for v in found.variables), *(" ".join(map(str, row)) for row in found)]


def expected(store: Oxigraph, query: str, values: dict[str, NamedNode | Literal] | None = None) -> list[str]:
    found = store.query(query, values)
    if isinstance(found, sparql.Truth):
        return [str(bool(found))]
    if isinstance(found, sparql.Triples):
        return sorted(map(str, set(found)))
    return [" ".join(found.columns), *(" ".join(map(str, row)) for row in found)]


@pytest.mark.parametrize("name", [question.name for question in questions.read_all()])
def test_a_question_gets_the_same_rows(name: str, store: Oxigraph, scattered: ox.Store) -> None:
    question = questions.find(name)
    examples = {p.name: asking.term(store, asking.example(p), p.kind) for p in question.parameters}
    for values in ({}, *({key: value} for key, value in examples.items()), examples):
        assert asked(scattered, question.text, values) == expected(store, question.text, values)


QUERIES = [
    "SELECT * { GRAPH ?g { ?s ree:chairs ?o } } ORDER BY ?g",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { } }",
    "SELECT (COUNT(*) AS ?n) { { GRAPH ?g { ?s ?p ?o } } UNION { ?s ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) (EXISTS { ?x ree:chairs ?y } AS ?e) { ?s ree:chairs ?o }",
    "SELECT ?s (COUNT(*) AS ?n) { ?s ree:chairs ?o } GROUP BY ?s HAVING(EXISTS { GRAPH ?c { ?s ree:chairs ?z } }) "
    "ORDER BY ?s",
    "SELECT ?s { ?s ree:chairs ?o } ORDER BY (EXISTS { ?s ree:memberOf ?x }) ?s VALUES ?o { entity:baogang-group }",
    "SELECT ?s { ?s ree:chairs ?o FILTER NOT EXISTS { GRAPH ?c { ?s ree:chairs ?o } ?c ree:past true } } ORDER BY ?s",
    "SELECT ?s { { SELECT DISTINCT ?s { GRAPH ?c { ?s ree:chairs ?o } } } MINUS { ?s ree:chairs ?x } } ORDER BY ?s",
    "SELECT ?s { # a comment with { a brace\n ?s ree:chairs ?o } ORDER BY ?s LIMIT 3 OFFSET 1",
    "SELECT $s { GRAPH $g { $s ree:chairs $o } } ORDER BY $s",
    "ASK { GRAPH <https://example.org/other> { ?s ?p ?o } FILTER(false) }",
    "ASK WHERE { GRAPH ?c { ?s ree:marginalizedIn ?o } ?s ree:marginalizedIn ?o }",
    "CONSTRUCT { ?o ree:chairs ?s . ?s rdfs:label [ ] } WHERE { ?s ree:chairs ?o FILTER(false) }",
    "CONSTRUCT { ?s a ?o ; rdfs:label ?l } { ?s ree:chairs ?o OPTIONAL { ?o rdfs:label ?l } }",
    "CONSTRUCT WHERE { ?s ree:chairs ?o . ?o rdfs:label ?l }",
    "PREFIX ree: <https://w3id.org/rareearth/ontology#> DESCRIBE entity:li-bo",
    "DESCRIBE ?s entity:li-bo WHERE { ?s ree:chairs ?o } ORDER BY ?s LIMIT 2",
    "SELECT ?c ?d { GRAPH ?c { ?s ree:chairs ?o } GRAPH ?d { ?s ree:chairs ?o } FILTER(STR(?c) < STR(?d)) } "
    "ORDER BY ?c ?d",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?c { ?s ?p ?o } OPTIONAL { GRAPH ?d { ?o ?q ?z } } }",
]


@pytest.mark.parametrize("query", QUERIES)
def test_any_form_of_query_gets_the_same_answer(query: str, store: Oxigraph, scattered: ox.Store) -> None:
    assert asked(scattered, query) == expected(store, query)


def test_what_is_not_of_the_build_would_be_seen_without(store: Oxigraph, scattered: ox.Store) -> None:
    """The test above would fail without the scope: the other graphs matter."""
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    bare = [str(row["n"].value) for row in scattered.query(query)]  # type: ignore[union-attr]
    assert bare != [expected(store, query)[1]]


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("SELECT ?s ?o { ?s ree:chairs ?o } ORDER BY ?s", {"s": NamedNode(namespaces.ENTITY + "li-bo")}),
        ("SELECT ?s (MIN(STR(?o)) AS ?l) { ?s ree:chairs ?o } GROUP BY ?s", {"l": Literal("x")}),
        ("SELECT ?s { { SELECT ?s { ?s ree:chairs ?o } } }", {"s": NamedNode(namespaces.ENTITY + "li-bo")}),
        ("SELECT * { ?s ree:chairs ?o }", {"o": NamedNode(namespaces.ENTITY + "nowhere")}),
        ("SELECT ?w { ?s skos:notation ?w }", {"w": Literal("percentage")}),
    ],
)
def test_values_are_bound(
    query: str, values: dict[str, NamedNode | Literal], store: Oxigraph, scattered: ox.Store
) -> None:
    assert sorted(asked(scattered, query, values)) == sorted(expected(store, query, values))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT ?s { ?s ?p ?o }", "?x is given a value, so the query must SELECT it"),
        ("SELECT ?s { ?s ?p ?o ", "a bracket is not closed"),
        ("?s ?p ?o", "it has none of SELECT, ASK, CONSTRUCT and DESCRIBE"),
        ("DESCRIBE * { ?x ?p ?o }", "name the variables"),
    ],
)
def test_what_cannot_be_put_to_a_store(query: str, says: str) -> None:
    with pytest.raises(QueryError) as error:
        scoping.scoped(query, FACTS, {"x": Literal("a")})
    assert says in str(error.value)


def test_from_is_left_as_it_is() -> None:
    query = f"SELECT ?s FROM <{CLAIM}> {{ ?s ?p ?o }}"  # noqa: S608
    assert scoping.scoped(query, FACTS).text.strip() == query


def test_only_prefixes_that_are_used_and_not_declared_are_added() -> None:
    made = scoping.scoped("PREFIX ree: <urn:x:> ASK { ?s ree:a rdfs:label }", None).text
    assert made.count("PREFIX") == 2
    assert "PREFIX ree: <https" not in made


@given(st.text(alphabet="{}()[]<>?$.;,:#\"' \nGRAPHselectWHEREvalusxA", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    try:
        scoping.scoped(text, FACTS)
    except QueryError:
        return


def test_pages_of_a_query_are_all_of_it(scattered: ox.Store) -> None:
    made = scoping.scoped(sparql.vet("SELECT ?s ?o { ?s ree:chairs ?o }"), FACTS)
    whole = sorted(" ".join(map(str, row)) for row in scattered.query(made.text))  # type: ignore[union-attr]
    pages = [list(scattered.query(made.page(start, 7, ["s", "o"]))) for start in range(0, len(whole) + 7, 7)]  # type: ignore[arg-type]
    assert sorted(" ".join(map(str, row)) for page in pages for row in page) == whole
    assert [row["rows_"].value for row in scattered.query(made.count())] == [str(len(whole))]  # type: ignore[union-attr]
