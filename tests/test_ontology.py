"""The ontology: what every class and relation has, how it is aligned, and that it is the only place that names them."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import Folder

from rareearth import namespaces, network, paths
from rareearth import ontology as ontologies
from rareearth.errors import DataError
from rareearth.ontology import Ontology
from rareearth.store import nquads, oxigraph

FILE = paths.ontology() / "rareearth.ttl"
TERMS = [(kind, name) for kind in ("classes", "relations", "qualifiers") for name in getattr(ontologies.read(), kind)]


def test_there_are_some_dozen_relations(ontology: Ontology) -> None:
    assert 40 <= len(ontology.relations) <= 84


@pytest.mark.parametrize(("kind", "name"), TERMS)
def test_every_term_has_two_labels_and_a_definition(ontology: Ontology, kind: str, name: str) -> None:
    term = getattr(ontology, kind)[name]
    assert term.label
    assert term.label.isascii()
    assert any("\u4e00" <= c <= "\u9fff" for c in term.label_zh)
    assert term.definition.endswith(".")
    assert "TODO" not in term.definition


@pytest.mark.parametrize("name", ontologies.read().relations)
def test_every_relation_has_ends_and_reads_both_ways(ontology: Ontology, name: str) -> None:
    relation = ontology.relations[name]
    assert relation.domain in ontology.classes
    assert relation.literal or relation.range in ontology.classes
    assert bool(relation.inverse and relation.inverse_zh) is not relation.literal
    assert relation.symmetric is (relation.inverse == relation.label)
    assert 0 <= relation.strength <= 1
    assert not (relation.literal and relation.strength)


@pytest.mark.parametrize("name", ontologies.read().relations)
def test_a_relation_below_another_keeps_within_its_ends(ontology: Ontology, name: str) -> None:
    relation = ontology.relations[name]
    for parent in (ontology.relations[p] for p in relation.parents):
        assert ontology.is_a(relation.domain, parent.domain)
        assert ontology.is_a(relation.range, parent.range)


def test_names_tell_classes_from_relations(ontology: Ontology) -> None:
    assert all(name[0].isupper() and name.isalnum() for name in ontology.classes)
    assert all(name[0].islower() and name.isalnum() for name in [*ontology.relations, *ontology.qualifiers])


def test_all_classes_are_below_one_root_and_a_parent_is_a_parent_of_parents(ontology: Ontology) -> None:
    roots = [name for name, found in ontology.classes.items() if not found.parents]
    assert len(roots) == 1
    for name, found in ontology.classes.items():
        assert ontology.is_a(name, roots[0])
        assert ontology.is_a(name, name)
        assert not any(ontology.is_a(parent, name) for parent in found.parents)


def test_the_classes_cover_the_four_spheres(ontology: Ontology) -> None:
    spheres = {ontology.classes[name].sphere for name in ontology.classes}
    assert spheres == {"academia", "industry", "government", "society", None}


def test_colours_of_the_kinds_of_actors_can_be_told_apart(ontology: Ontology) -> None:
    shown = [c.colour for c in ontology.classes.values() if c.sphere and not c.abstract]
    assert len(set(shown)) >= len(shown) - 1


@pytest.mark.parametrize("prefix", ["org", "prov", "foaf", "skos", "schema", "oa"])
def test_terms_are_mapped_to_the_vocabularies_of_others(prefix: str) -> None:
    base = namespaces.PREFIXES[prefix]
    mappings = {
        "subClassOf", "subPropertyOf", "equivalentClass", "exactMatch", "closeMatch", "broadMatch", "domain", "range",
    }  # fmt: skip
    found = [
        quad
        for quad in ox.parse(path=FILE, format=ox.RdfFormat.TURTLE)
        if isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith(base)
        and quad.predicate.value.rpartition("#")[2] in mappings
    ]
    assert found
    assert all(str(quad.subject).startswith(f"<{namespaces.VOCABULARY}") for quad in found)


def test_every_term_that_the_graph_uses_is_declared(lines: list[str]) -> None:
    declared = {
        q.subject.value for q in ox.parse(path=FILE, format=ox.RdfFormat.TURTLE) if isinstance(q.subject, ox.NamedNode)
    }
    used = {
        term.value
        for quad in ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
        for term in (quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(namespaces.VOCABULARY)
    }
    assert used - {namespaces.VOCABULARY} <= declared


# ---- adding to it is a change to one file ----------------------------------------------------------------

ADDED = """
ree:Refinery a owl:Class ;
    rdfs:label "refinery"@en , "精炼厂"@zh ; rdfs:subClassOf ree:Company ;
    skos:definition "A firm that refines."@en ; ree:colour "#123abc" ; ree:sphere ree:industry .
ree:guidesTours a ree:Relation , owl:ObjectProperty ;
    rdfs:label "guides tours of"@en , "导览"@zh ; ree:inverseLabel "is toured with"@en , "由……导览"@zh ;
    rdfs:domain ree:Person ; rdfs:range ree:Refinery ;
    skos:definition "Shows visitors round."@en ; ree:colour "#abc123" ; ree:tieStrength 0.5 .
ree:shift a ree:Qualifier , owl:DatatypeProperty ;
    rdfs:label "shift"@en , "班次"@zh ; rdfs:domain ree:Claim ; rdfs:range xsd:integer ; skos:definition "Which."@en .
"""


def test_a_new_class_relation_and_qualifier_work_without_a_change_of_python(
    ontology_copy: Path, folder: Folder
) -> None:
    folder.change("entities/all.yaml", "Publisher:", "Refinery:\n  new-works:\n    name: New Works\nPublisher:")
    folder.change("sources/daily.yaml", "claims:\n", "claims:\n  - bob-ray guidesTours new-works:\n      shift: 2\n")
    with pytest.raises(DataError, match="'Refinery' is not a class"):
        folder.dataset()
    ontology_copy.write_text(FILE.read_text(encoding="utf-8") + ADDED, encoding="utf-8")

    dataset = folder.dataset(ontology_copy)
    graph = network.read(oxigraph.memory(nquads.lines(dataset)))
    assert graph.nodes["new-works"]["kind"] == "Refinery"
    assert graph.nodes["new-works"]["sphere"] == "industry"
    edge = graph["bob-ray"]["new-works"]["guidesTours"]
    assert (edge["label"], edge["label_zh"], edge["color"], edge["strength"]) == (
        "guides tours of",
        "导览",
        "#abc123",
        0.5,
    )

    folder.change("sources/daily.yaml", "bob-ray guidesTours new-works", "mine-school guidesTours new-works")
    with pytest.raises(DataError, match="'mine-school' is a University; expected a person as the subject"):
        folder.dataset(ontology_copy)


def test_a_relation_taken_out_is_not_a_relation_any_more(ontology_copy: Path, folder: Folder) -> None:
    text = ontology_copy.read_text(encoding="utf-8")
    ontology_copy.write_text(text.replace("ree:leads ", "ree:heads ").replace("ree:leads,", "ree:heads,"), "utf-8")
    with pytest.raises(DataError, match="'leads' is not a relation"):
        folder.dataset(ontology_copy)


FAULTS = {
    "no Chinese label": (' , "精炼厂"@zh', "", "Refinery lacks a label in Chinese"),
    "no definition": ('skos:definition "A firm that refines."@en ;', "", "Refinery lacks a definition"),
    "a colour that is none": ("#123abc", "blue", "the colour 'blue' of Refinery is not like #a1b2c3"),
    "an unknown parent": (
        "rdfs:subClassOf ree:Company",
        "rdfs:subClassOf ree:Firm",
        "the parent Firm of class Refinery",
    ),
    "its own ancestor": ("rdfs:subClassOf ree:Company", "rdfs:subClassOf ree:Refinery", "Refinery is its own ancestor"),
    "no domain": ("rdfs:domain ree:Person ;", "", "relation guidesTours has no class of entities as its domain"),
    "an unknown range": ("rdfs:range ree:Refinery", "rdfs:range ree:Mill", "guidesTours has no class of entities"),
    "two ranges": (
        "rdfs:range ree:Refinery",
        "rdfs:range ree:Refinery , ree:City",
        "guidesTours has 2 values of rdfs:range",
    ),
    "no inverse label": ('ree:inverseLabel "is toured with"@en , "由……导览"@zh ;', "", "lacks an inverse label"),
    "a strength above 1": ("ree:tieStrength 0.5", "ree:tieStrength 5", "the strength 5 of guidesTours is not above 0"),
    "an unknown datatype": (
        "rdfs:range xsd:integer",
        "rdfs:range xsd:float",
        "shift has no class of entities and no known",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_the_ontology_is_told_with_its_line(ontology_copy: Path, what: str) -> None:
    old, new, message = FAULTS[what]
    shipped = FILE.read_text(encoding="utf-8")
    assert ADDED.count(old) == 1
    ontology_copy.write_text(shipped + ADDED.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        ontologies.read(ontology_copy)
    first = shipped.count("\n") + 1
    assert any(message in p.message and (p.line or 0) >= first for p in caught.value.problems), str(caught.value)


def test_turtle_that_is_none_is_told_with_its_line(ontology_copy: Path) -> None:
    ontology_copy.write_text("@prefix ree: <x:y> .\nree:a ree:b .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rareearth\.ttl:2: is not Turtle"):
        ontologies.read(ontology_copy)


def test_an_ontology_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        ontologies.read(tmp_path / "none.ttl")
