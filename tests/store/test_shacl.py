"""SHACL: the shipped graph keeps to the shapes, and each shape has something to say when it is broken."""

# ruff: noqa: E501 - the table is read row by row

from __future__ import annotations

import pytest
from conftest import Folder

from rareearth import build as builds
from rareearth import namespaces
from rareearth.errors import DataError
from rareearth.store import nquads, oxigraph, shacl
from rareearth.store.oxigraph import Oxigraph


def test_the_shipped_graph_keeps_to_the_shapes(store: Oxigraph) -> None:
    assert shacl.violations(store) == []


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
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in namespaces.PREFIXES.items())
    graph.engine.update(prefixes + update)
    found = shacl.violations(graph)
    assert any(message in line for line in found), found
    assert found == sorted(set(found))
    assert all("\n" not in line for line in found)


def test_a_violation_stops_the_build_with_the_file_and_line(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    before = (folder.build / "manifest.json").read_bytes()
    line = folder.change("sources/daily.yaml", "since: 2020\n", "since: 2022\n") - 1
    with pytest.raises(DataError, match=rf"daily\.yaml:{line}: SHACL: claim:daily/\w+ .*does not end before it starts"):
        builds.build(folder.data, folder.build)
    assert (folder.build / "manifest.json").read_bytes() == before
