"""The relations and qualifiers that the ontology declares, as a store has them, and the date that it is limited to."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_INTERESTS = "SELECT ?word ?gives WHERE { ?interest a ree:Interest ; skos:notation ?word ; ree:gives ?gives }"
_THEMES = """
SELECT ?word ?label ?rank WHERE {
  ?theme a ree:Theme ; skos:notation ?word ; rdfs:label ?label ; ree:rank ?rank FILTER(LANG(?label) = "en")
}"""
_LABEL = namespaces.PREFIXES["rdfs"] + "label"
_TYPE = namespaces.PREFIXES["rdf"] + "type"
_SPATIAL = "SELECT DISTINCT ?relation { ?relation rdfs:subPropertyOf* ?above . ?above ree:spatial true }"
_TERMS = """
SELECT ?term ?kind ?property ?value WHERE {
  VALUES ?kind { ree:Relation ree:Qualifier }
  ?term a ?kind ; ?property ?value
  FILTER(isLiteral(?value) && LANG(?value) IN ("", "en") && ?property != skos:definition
         || ?value = owl:SymmetricProperty)
}"""


class Theme(NamedTuple):
    """A heading of dossiers: its position among them, and its label."""

    rank: int
    label: str


NO_THEME = Theme(99, "other facts")


class Relation(NamedTuple):
    """A relation: its label read from the subject and, where it has one, from the object.

    ``traits`` are its other annotations in the ontology by name, as ``{"timeless": "true", "owner": "subject"}``.
    A ``symmetric`` relation is true of both directions, whichever the source gives.
    """

    id: str
    label: str
    inverse: str
    traits: Mapping[str, str]
    symmetric: bool = False
    theme: Theme = NO_THEME

    @property
    def iri(self) -> str:
        """The IRI of the relation."""
        return relation_iri(self.id)


class Vocabulary(NamedTuple):
    """The relations by IRI, the labels of the qualifiers by ``prefix:name``, and what each interest gives its owner.

    ``as_of`` is the day, month or year to which the store is limited (see :mod:`asof`); "" if it has everything.
    """

    relations: dict[str, Relation]
    qualifiers: dict[str, str]
    interests: dict[str, str]
    as_of: str


_cache: weakref.WeakKeyDictionary[Backend, Vocabulary] = weakref.WeakKeyDictionary()


def read(store: Backend) -> Vocabulary:
    """What the ontology of a store declares; read once for a store."""
    if store not in _cache:
        _cache[store] = _read(store)
    return _cache[store]


def relation_iri(name: str) -> str:
    """The IRI of a relation's name; an IRI as it is."""
    return name if ":" in name else namespaces.VOCABULARY + name


def undeclared(iri: str) -> Relation:
    """The relation of an IRI that the ontology does not declare: its name is its label."""
    return Relation(namespaces.local(iri), namespaces.local(iri), "", {})


def _read(store: Backend) -> Vocabulary:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for term, kind, property_, value in store.select(_TERMS):
        found.setdefault((namespaces.local(kind.value), term.value), {})[namespaces.local(property_.value)] = (
            value.value
        )
    themes = {word.value: Theme(int(rank.value), label.value) for word, label, rank in store.select(_THEMES)}
    relations, qualifiers = {}, {}
    for (of, iri), traits in found.items():
        name = namespaces.local(iri)
        label = traits.pop(_LABEL, name)
        if of == "Qualifier":
            qualifiers[namespaces.compact(iri)] = label
        else:
            symmetric = bool(traits.pop(_TYPE, ""))
            theme = themes.get(traits.pop("theme", ""), NO_THEME)
            relations[iri] = Relation(name, label, traits.pop("inverseLabel", ""), traits, symmetric, theme)
    interests = {word.value: gives.value for word, gives in store.select(_INTERESTS)}
    limit = next((row[0].value for row in store.select(f"SELECT ?day {{ <{namespaces.DATASET}> ree:asOf ?day }}")), "")
    return Vocabulary(relations, qualifiers, interests, limit)


def known_by(store: Backend) -> str:
    """By which day, month or year all that a store has was published (see :mod:`known`); "" where it is not limited."""
    return next(
        (row[0].value for row in store.select(f"SELECT ?day {{ <{namespaces.DATASET}> ree:knownBy ?day }}")), ""
    )


def spatial(store: Backend) -> list[str]:
    """The IRIs of the relations that say where something is (``ree:spatial``), those below them included, sorted."""
    return sorted(relation.value for (relation,) in store.select(_SPATIAL))
