"""Hints about names that the graph does not have, and none about those that it has or that are not names of it."""

from __future__ import annotations

import pytest

from rareearth.errors import QueryError
from rareearth.store import hints
from rareearth.store.oxigraph import Oxigraph

CHAIR = "the graph has no relation ree:chair; did you mean ree:chairs?"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?a ree:chair ?b }", CHAIR),
        ("SELECT * { { SELECT ?a { ?a ree:chair ?b } } }", CHAIR),
        ("SELECT * { ?a ?p ?c FILTER NOT EXISTS { ?a ree:chair ?b } }", CHAIR),
        ("ASK { ?a ^(ree:leads/ree:chair)* ?b }", CHAIR),
        ("SELECT * { GRAPH ?g { ?a ree:leads [ ree:chair ?b ] } }", CHAIR),
        ("CONSTRUCT { ?a ree:tie ?b } { ?a ree:chair ?b }", CHAIR),
        ("CONSTRUCT WHERE { ?a ree:chair ?b }", CHAIR),
        ("SELECT * { OPTIONAL { ?a ree:chair ?b } } ORDER BY ?a LIMIT 3", CHAIR),
        ("SELECT * { ?a ?p ?b FILTER(?p = ree:chair) }", "the graph has no ree:chair; did you mean ree:chairs?"),
        ("SELECT * { ?a ?p ?b FILTER(?p IN (ree:leads, ree:chair)) }", "the graph has no ree:chair"),
        ("SELECT * { ?a a ree:company }", "the graph has no class ree:company; did you mean ree:Company?"),
        ("SELECT * { ?a rdf:type ree:Persson }", "the graph has no class ree:Persson; did you mean ree:Person?"),
        ("SELECT * { ?a ree:Person ?b }", "ree:Person is not a relation: the graph never uses it as one"),
        ("SELECT * { ?a a ree:chairs }", "ree:chairs is not a class: the graph never uses it as one"),
        ("SELECT * { entity:Li_Bo ?p ?o }", "the graph has no entity:Li_Bo; did you mean entity:li-bo?"),
        ("DESCRIBE entity:li-boo", "the graph has no entity:li-boo; did you mean entity:li-bo?"),
        ("SELECT * { GRAPH claim:nothing { ?a ?b ?c } }", "the graph has no claim:nothing"),
        ("SELECT * { ?a foaf:knows ?b }", "the graph never uses foaf:knows"),
        ("SELECT * { ?a skos:label ?b }", "the graph never uses skos:label; did you mean rdfs:label?"),
        (
            "PREFIX ree: <http://w3id.org/rareearth/ontology#> SELECT * { ?a ree:chairs ?b ; ree:leads ?c }",
            "the query declares ree: as <http://w3id.org/rareearth/ontology#>; "
            "in the graph it is <https://w3id.org/rareearth/ontology#>",
        ),
        ("SELECT * { ?a <https://w3id.org/rareearth/ontology/chairs> ?b }", "did you mean ree:chairs?"),
    ],
)
def test_a_name_that_the_graph_does_not_have(store: Oxigraph, query: str, expected: str) -> None:
    [hint] = hints.hints(store, query)
    assert expected in hint


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ree:chairs ?b . ?a a ree:Person ; rdfs:label ?name }",
        "SELECT * { ?a ?nothing ?b }",
        "SELECT * { VALUES ?p { ree:nothing } ?a ?p ?b FILTER(?p != ree:naught) }",
        "SELECT * { VALUES (?p ?q) { (ree:nothing UNDEF) } ?a ?p ?b FILTER(?p = ree:nothing) }",
        "SELECT * { ?a ?p ?b } VALUES ?p { ree:nothing }",
        "SELECT * { BIND(ree:nothing AS ?p) ?a ?p ?b }",
        "SELECT (IF(BOUND(?a), ree:yes, ree:no) AS ?x) { ?a ree:chairs ?b }",
        "CONSTRUCT { ?a ree:nothing ree:naught } { ?a ree:chairs ?b }",
        "SELECT * { ?a ?p ?b FILTER(xsd:integer(?b) > 3 && <urn:function>(?b) && DATATYPE(?b) = xsd:string) }",
        'SELECT * { ?a ?p "3"^^ree:weight }',
        "SELECT * { ?a !(ree:nothing|^ree:naught) ?b }",
        "SELECT * { ?a (ree:leads|^ree:chairs)+/rdf:type/rdfs:subClassOf* ?k . ?k rdfs:subClassOf* ree:Entity }",
        "SELECT * { ?a ree:chairs ?b } # ree:nothing entity:nobody",
        "SELECT (\"ree:nothing <urn:x>\" AS ?t) { ?a ?p 'entity:nobody', '''ree:no''' }",
        "BASE <https://w3id.org/rareearth/> SELECT * { <entity/li-bo> <ontology#chairs> ?b }",
        "PREFIX x: <https://w3id.org/rareearth/ontology#> SELECT * { ?a x:chairs ?b }",
        "SELECT * { ?c a ree:Claim ; ree:kind ree:assessment ; ree:at ?at ; ree:source source:reex-ganzhou-tour }",
    ],
)
def test_no_hint_about_what_is_there_or_is_the_querys_own(store: Oxigraph, query: str) -> None:
    assert hints.hints(store, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT", "SELECT * { ?a nothing:chairs ?b }", "SELECT * { '", "", "\x00", "SELECT * { ?a ree:chair ?b ",
        "SELECT * " + "{" * 60 + "?a ree:chair ?b" + "}" * 60, "SELECT * { " + "?a ree:chair ?b . " * 600 + "}",
    ],
    ids=range(8),
)  # fmt: skip
def test_a_query_that_cannot_be_parsed_has_no_hints(store: Oxigraph, query: str) -> None:
    assert hints.hints(store, query) == []


def test_hints_are_few_and_each_is_given_once(store: Oxigraph) -> None:
    patterns = " . ".join(f"?a ree:nothing{number} ?b ; ree:nothing{number} ?c" for number in range(20))
    found = hints.hints(store, f"SELECT * {{ {patterns} }}")
    assert found == [f"the graph has no relation ree:nothing{number}" for number in range(hints.MAX_HINTS)]


def test_a_prefix_that_is_not_declared_is_named(store: Oxigraph) -> None:
    with pytest.raises(QueryError, match=r"the prefix entities: is not declared; did you mean entity\?"):
        store.select("SELECT * { entities:li-bo ?p ?o }")
