"""SHACL: the shipped graph keeps to the shapes, and each shape has something to say when it is broken."""

# ruff: noqa: E501 - the table is read row by row

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from conftest import Folder

from rareearth import build as builds
from rareearth import namespaces, paths
from rareearth.errors import DataError, ShapesError
from rareearth.store import nquads, oxigraph, shacl
from rareearth.store.oxigraph import Oxigraph
from rareearth.store.shacl import Violation

SHAPES = paths.ontology() / "shapes.ttl"
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in namespaces.PREFIXES.items())
Finding = tuple[str, str, str, str]


def by_pyshacl(store: Oxigraph, shapes: Path = SHAPES) -> set[Finding]:
    """What another implementation finds: focus, path, component and value."""
    data = rdflib.Graph()
    for quad in store.quads(graph=ox.DefaultGraph()):
        data.add(tuple(from_engine(term) for term in quad.triple))  # type: ignore[arg-type]
    _, report, _ = pyshacl.validate(data, shacl_graph=rdflib.Graph().parse(shapes, format="turtle"))
    assert isinstance(report, rdflib.Graph)
    sh = rdflib.SH
    found = set()
    for result in report.objects(None, sh.result):
        focus, path, value = (report.value(result, p) for p in (sh.focusNode, sh.resultPath, sh.value))
        component = str(report.value(result, sh.sourceConstraintComponent)).removeprefix(str(sh))
        found.add((plain(focus), plain(path), component.removesuffix("ConstraintComponent"), plain(value)))
    return found


def from_engine(term: object) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, ox.Literal)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    kind = None if term.datatype.value.endswith("#string") else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=kind, normalize=False)


def plain(term: rdflib.term.Node | None) -> str:
    """A term as a violation has it."""
    if isinstance(term, rdflib.Literal):
        return f'"{term}"@{term.language}' if term.language else str(term)
    return "" if term is None else str(term)


def compared(found: Iterable[Violation]) -> set[Finding]:
    return {(v.focus, v.path, v.component, v.value) for v in found}


@pytest.mark.slow
def test_the_shipped_graph_keeps_to_the_shapes(store: Oxigraph) -> None:
    assert shacl.violations(store) == []
    assert by_pyshacl(store) == set()


# ---- broken at random ------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_random_damage_is_found_as_another_implementation_finds_it(store: Oxigraph, seed: int) -> None:
    """Statements of each property that a shape names are dropped, doubled or given another value.

    What is put in an order keeps its datatype: pySHACL also orders what SHACL says cannot be compared.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    sh = rdflib.SH
    rules = rdflib.Graph().parse(SHAPES, format="turtle")
    properties = sorted(str(path) for path in set(rules.objects(None, sh.path)))
    pairs = [
        (rules.value(shape, sh.path), other)
        for name in (sh.lessThan, sh.lessThanOrEquals)
        for shape, other in rules[:name]
    ]
    ordered = {str(end) for pair in pairs for end in pair}
    everything = sorted(store.quads(graph=ox.DefaultGraph()), key=str)
    kind = ox.NamedNode(namespaces.PREFIXES["rdf"] + "type")
    subjects = [q.subject for q in everything if q.predicate == kind]
    anything = [*ODD * 500, *subjects, *(q.object for q in everything)]
    broken = oxigraph.copy(everything)
    for property_ in properties:
        predicate = ox.NamedNode(property_)
        present = [q for q in everything if q.predicate == predicate]
        others = [q.object for q in present] if property_ in ordered else anything
        for quad in rng.sample(present, min(6, len(present))):
            deed = rng.choice(["drop", "double", "replace"])
            if deed != "double":
                broken.engine.remove(quad)
            if deed != "drop":
                broken.engine.add(ox.Quad(quad.subject, predicate, rng.choice(others)))
        for subject in rng.sample(subjects, 2):
            broken.engine.add(ox.Quad(subject, predicate, rng.choice(others)))
    found = compared(shacl.violations(broken))
    assert len({component for _, _, component, _ in found}) >= 8
    assert found == by_pyshacl(broken)


XSD = namespaces.PREFIXES["xsd"]
ODD = [
    ox.Literal("deadbeef"), ox.Literal("Autre", language="fr"), ox.Literal("other", language="en-gb"), ox.Literal(""),
    ox.Literal(-1), ox.Literal(10**9), ox.Literal("many", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("2021-02-30", datatype=ox.NamedNode(XSD + "date")),
    ox.Literal("1900-01-01", datatype=ox.NamedNode(XSD + "date")),
]  # fmt: skip


# ---- each constraint -------------------------------------------------------------------------------------
DATA = """
<a> a <K> ; <p> 1, 2, 3, "x" ; <q> 2 ; <name> "one"@en, "two"@en, "deux"@fr, "three" ; <r> <b>, "b", [] .
<b> a <L> ; <p> 1.5, "2021-01-01"^^xsd:date, true ; <q> 1, 5 ; <name> "ONE"@EN, "eins"@de-CH, "two", "three" ; <r> <a>, <b> .
<c> a <K> ; <p> "abc", "ABCDEF", "no"^^xsd:boolean, "x"^^xsd:dateTime ; <q> "abc" ; <r> <c> .
<d> a <K> . <L> rdfs:subClassOf <K> . <e> <p> 7 .
"""
CONSTRAINTS = {
    "minCount": "sh:path <p> ; sh:minCount 2", "maxCount": "sh:path <p> ; sh:maxCount 2",
    "many values": "sh:path <p> ; sh:maxCount 99", "more than many": "sh:path <p> ; sh:minCount 99",
    "counts inside another": "sh:not [ sh:path <p> ; sh:minCount 2 ; sh:maxCount 4 ]",
    "languages inside another": "sh:not [ sh:path <name> ; sh:uniqueLang true ]",
    "no value": "sh:path <q> ; sh:maxCount 0", "minCount 0": "sh:path <q> ; sh:minCount 0",
    "class": "sh:path <r> ; sh:class <K>", "subclass": "sh:path <r> ; sh:class <L>", "two classes": "sh:path <r> ; sh:class <K>, <L>",
    "integer": "sh:path <p> ; sh:datatype xsd:integer", "decimal": "sh:path <p> ; sh:datatype xsd:decimal",
    "boolean": "sh:path <p> ; sh:datatype xsd:boolean", "date": "sh:path <p> ; sh:datatype xsd:date",
    "dateTime": "sh:path <p> ; sh:datatype xsd:dateTime", "string": "sh:path <p> ; sh:datatype xsd:string",
    "langString": "sh:path <name> ; sh:datatype rdf:langString",
    **{f"kind {k}": f"sh:path <r> ; sh:nodeKind sh:{k}" for k in
       ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "IRIOrLiteral", "BlankNodeOrLiteral")},
    "in": 'sh:path <p> ; sh:in ( 1 "abc" true )', "in nothing": "sh:path <p> ; sh:in ()",
    "languageIn": 'sh:path <name> ; sh:languageIn ( "en" "de" )', "uniqueLang": "sh:path <name> ; sh:uniqueLang true",
    "languages may come twice": "sh:path <name> ; sh:uniqueLang false",
    "pattern": 'sh:path <p> ; sh:pattern "^[a-c1]+$"', "flags": 'sh:path <p> ; sh:pattern "^[a-f]+$" ; sh:flags "i"',
    "minLength": "sh:path <p> ; sh:minLength 3", "maxLength": "sh:path <r> ; sh:maxLength 1",
    **{bound: f"sh:path <p> ; sh:{bound} 2" for bound in ("minInclusive", "minExclusive")},
    **{bound: f"sh:path <q> ; sh:{bound} 2" for bound in ("maxInclusive", "maxExclusive")},
    "hasValue": "sh:path <p> ; sh:hasValue 1", "hasValue of the node": "sh:hasValue <a>",
    "disjoint": "sh:path <p> ; sh:disjoint <q>", "disjoint of the node": "sh:disjoint <r>",
    "lessThan": "sh:path <q> ; sh:lessThan <p>", "lessThanOrEquals": "sh:path <q> ; sh:lessThanOrEquals <p>",
    "kind of the node": "sh:nodeKind sh:Literal", "class of the node": "sh:class <L>", "in of the node": "sh:in ( <a> <d> )",
    "pattern of the node": 'sh:pattern "[ab]$"',
    "not": "sh:not [ sh:path <p> ; sh:minCount 1 ]", "not, of values": "sh:path <r> ; sh:not [ sh:class <K> ]",
    "and": "sh:and ( [ sh:path <p> ; sh:minCount 1 ] [ sh:path <q> ; sh:maxCount 1 ] )",
    "or": 'sh:or ( [ sh:path <p> ; sh:hasValue 1 ] [ sh:path <p> ; sh:pattern "^a" ] )',
    "or, of values": "sh:path <p> ; sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:string ; sh:minLength 2 ] )",
    "xone": "sh:xone ( [ sh:path <p> ; sh:minCount 1 ] [ sh:class <L> ] )", "node": "sh:path <r> ; sh:node [ sh:class <L> ]",
    "not, or, and": "sh:not [ sh:or ( [ sh:and ( [ sh:class <L> ] [ sh:nodeKind sh:IRI ] ) ] [ sh:path <q> ; sh:maxCount 0 ] ) ]",
    "property of values": "sh:path <r> ; sh:property [ sh:path <q> ; sh:maxCount 1 ]",
    "property of the node": "sh:property [ sh:path <q> ; sh:minCount 1 ; sh:message 'no q' ]",
    "switched off": "sh:path <p> ; sh:maxCount 0 ; sh:deactivated true",
}  # fmt: skip
TARGETS = [
    "sh:targetClass <K>",
    "sh:targetNode <a>, <c>, <nobody>",
    "sh:targetSubjectsOf <p>",
    "sh:targetObjectsOf <r>",
]


def shapes(folder: Path, body: str) -> Path:
    path = folder / "shapes.ttl"
    kind = "PropertyShape" if body.partition("sh:path")[0].count("[") == 0 and "sh:path" in body else "NodeShape"
    path.write_text(
        f"{PREFIXES}PREFIX sh: <{rdflib.SH}>\nBASE <http://e/>\n<s> a sh:{kind} ; {body} .", encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def small() -> Oxigraph:
    engine = ox.Store()
    engine.load((PREFIXES + DATA).encode(), format=ox.RdfFormat.TURTLE, base_iri="http://e/")
    return Oxigraph(engine)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.split()[0].removeprefix("sh:"))
@pytest.mark.parametrize("what", CONSTRAINTS)
def test_each_constraint_finds_what_another_implementation_finds(
    small: Oxigraph, what: str, target: str, tmp_path: Path
) -> None:
    path = shapes(tmp_path, f"{CONSTRAINTS[what]} ; {target}")
    assert compared(shacl.violations(small, path)) == by_pyshacl(small, path)


def test_what_cannot_be_compared_is_above_no_bound_and_below_none(small: Oxigraph, tmp_path: Path) -> None:
    """As SHACL says; pySHACL orders dates and truths after numbers where there is an upper bound."""
    for bound in ("minInclusive", "maxInclusive"):
        path = shapes(tmp_path, f"sh:path <p> ; sh:{bound} 2 ; sh:targetNode <b>")
        assert {v.value for v in shacl.violations(small, path)} >= {"2021-01-01", "true"}


REFUSED = {
    "closed": ("sh:closed true", "sh:closed is not supported"),
    "equals": ("sh:path <p> ; sh:equals <q>", "sh:equals is not supported"),
    "a misspelt constraint": ("sh:path <p> ; sh:minCuont 1", "sh:minCuont is not supported"),
    "qualified": ("sh:path <p> ; sh:qualifiedValueShape [] ; sh:qualifiedMinCount 1", "sh:qualified.* is not supported"),
    "SPARQL": ("sh:sparql [ sh:select 'SELECT ...' ]", "sh:sparql is not supported"),
    "inside another": ("sh:not [ sh:or ( [ sh:closed true ] ) ]", "sh:closed is not supported"),
    "a path of two": ("sh:path ( <p> <q> ) ; sh:minCount 1", "a path of more than one property"),
    "no path": ("sh:minCount 1", "sh:minCount is in a shape without sh:path"),
    "a datatype": ("sh:path <p> ; sh:datatype xsd:gYear", "sh:datatype xsd:gYear is not supported"),
    "many values inside another": ("sh:not [ sh:path <p> ; sh:maxCount 99 ]", "sh:maxCount of more than 8"),
    "and nothing": ("sh:and ()", "a list of shapes is empty"), "no list": ("sh:path <p> ; sh:in 5", "5 is not a list"),
    "itself": ("sh:node <s>", "a shape refers to itself"),
    "a class": ("a rdfs:Class", "a shape that is a class"),
    "no Turtle": ("sh:path [", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_supported_is_refused(small: Oxigraph, what: str, tmp_path: Path) -> None:
    body, message = REFUSED[what]
    with pytest.raises(ShapesError, match=message):
        shacl.violations(small, shapes(tmp_path, f"{body} ; sh:targetClass <K>"))


def test_shapes_that_are_not_there(small: Oxigraph, tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match=r"none\.ttl: cannot be read"):
        shacl.violations(small, tmp_path / "none.ttl")


# ---- the shipped shapes, each broken in the data ---------------------------------------------------------


# what is broken: an update of the graph, and what must be said of it
BROKEN = {
    "an entity without a label": ("DELETE WHERE { entity:ann-lee rdfs:label ?l }", "an entity has one label in English"),
    "two English labels": ("INSERT DATA { entity:ann-lee rdfs:label 'Other'@en }", "an entity has one label in English"),
    "a French label": ("INSERT DATA { entity:ann-lee rdfs:label 'Autre'@fr }", "an entity has one label in English"),
    "a claim of no source": (
        "DELETE { ?c ree:source ?s } WHERE { ?c a ree:Claim ; ree:source ?s }", "a claim has one source",
    ),
    "a claim of two sources": (
        "INSERT { source:x a ree:Source . ?c ree:source source:x } WHERE { ?c a ree:Claim }", "a claim has one source",
    ),
    "a claim of no kind": ("DELETE WHERE { ?c ree:kind ree:speech }", "a claim is a fact, speech, assessment"),
    "speech by nobody": ("DELETE WHERE { ?c ree:by ?who }", "speech, assessments and recommendations say by whom"),
    "an assessment without a stance": (
        "DELETE { ?c ree:kind ree:speech ; ree:stance ?s } INSERT { ?c ree:kind ree:assessment } "
        "WHERE { ?c ree:kind ree:speech ; ree:stance ?s }", "assessments have a stance",
    ),
    "an inferred time without a reason": (
        "INSERT { ?c ree:inferredWhen '2020' } WHERE { ?c ree:kind ree:speech }", "inferred times a reason",
    ),
    "a claim that ends before it starts": (
        "DELETE { ?c ree:latest ?d } INSERT { ?c ree:latest '1999-01-01'^^xsd:date } WHERE { ?c ree:latest ?d }",
        "a claim does not end before it starts",
    ),
    "a span backwards": ("DELETE { ?a oa:end ?e } INSERT { ?a oa:end 0 } WHERE { ?a oa:end ?e }", "starts before it ends"),
    "a span of two fingerprints": (
        "INSERT { ?a ree:fingerprint 'aaaaaaaa' } WHERE { ?a a oa:TextPositionSelector }", "a span has one fingerprint",
    ),
    "a publisher that is a person": (
        "DELETE { ?s dcterms:publisher ?p } INSERT { ?s dcterms:publisher entity:ann-lee } WHERE { ?s dcterms:publisher ?p }",
        "a source has one publisher, which is an organization",
    ),
    "a hash that is none": (
        "DELETE { ?s ree:textHash ?h } INSERT { ?s ree:textHash 'abc' } WHERE { ?s ree:textHash ?h }", "textHash",
    ),
    "a mention of nothing": ("DELETE WHERE { ?m ree:mentions ?e }", "ree:mentions"),
    "a judgement without a reason": (
        "DELETE { ?j ree:because ?w } WHERE { ?j a ree:Judgement ; ree:because ?w }", "ree:because",
    ),
    "a judgement of one record": (
        "DELETE { ?j ree:right ?r } INSERT { ?j ree:right ?l } WHERE { ?j ree:right ?r ; ree:left ?l }", "ree:left",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_breaks_a_shape_is_found(folder: Folder, what: str) -> None:
    update, message = BROKEN[what]
    graph = oxigraph.memory(nquads.lines(folder.dataset()))
    assert shacl.violations(graph) == []
    graph.engine.update(PREFIXES + update)
    found = shacl.violations(graph)
    assert any(message in str(violation) for violation in found), found
    assert found == sorted(set(found))
    assert all("\n" not in str(violation) for violation in found)
    assert compared(found) == by_pyshacl(graph)


def test_a_violation_stops_the_build_with_the_file_and_line(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    before = (folder.build / "manifest.json").read_bytes()
    line = folder.change("sources/daily.yaml", "since: 2020\n", "since: 2022\n") - 1
    with pytest.raises(DataError, match=rf"daily\.yaml:{line}: SHACL: claim:daily/\w+ .*does not end before it starts"):
        builds.build(folder.data, folder.build)
    assert (folder.build / "manifest.json").read_bytes() == before
