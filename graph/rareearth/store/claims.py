"""What stands beside the claims of a store: their qualifiers, their spans, and the pages they are from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.store import sparql

if TYPE_CHECKING:
    import pyoxigraph as ox

_QUALIFIERS = """
SELECT ?claim ?name ?value WHERE {
  ?qualifier a ree:Qualifier ; rdfs:label ?name FILTER(LANG(?name) = "en")
  ?claim ?qualifier ?object .
  OPTIONAL { ?object rdfs:label ?label FILTER(LANG(?label) = "en") }
  BIND(COALESCE(?label, ?object) AS ?value)
} ORDER BY ?claim ?name ?value"""
_SPANS = """
SELECT ?claim ?start ?end ?mark WHERE {
  ?claim ree:at ?at . ?at oa:start ?start ; oa:end ?end ; ree:fingerprint ?mark
} ORDER BY ?claim ?start"""
_PAGES = """
SELECT ?source ?title ?page ?publisher ?published ?copy ?story WHERE {
  ?source a ree:Source ; dcterms:title ?title ; foaf:page ?page ; dcterms:publisher ?by .
  ?by rdfs:label ?publisher FILTER(LANG(?publisher) = "en")
  OPTIONAL { ?source dcterms:issued ?published }
  OPTIONAL { ?source ree:copyKind ?copy }
  OPTIONAL { ?source ree:story ?story }
}"""


@dataclass(frozen=True)
class Page:
    """A source: its title, address, publisher and date; ``copy`` is mirror, digest, repost or nothing.

    ``origin`` is the same for pages that carry one story: they are one witness.
    """

    id: str
    title: str
    url: str
    publisher: str
    published: str
    copy: str
    origin: str


def qualifiers(store: ox.Store) -> dict[str, tuple[tuple[str, str], ...]]:
    """The (label, value) pairs beside each claim (its IRI); claims without any have ()."""
    found: dict[str, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    for claim, name, value in sparql.select(store, _QUALIFIERS):
        found[claim.value] += ((name.value, value.value),)
    return found


def spans(store: ox.Store) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """The (start, end, fingerprint) of each claim (its IRI), in the order of the text; () for a page without text."""
    found: dict[str, tuple[tuple[int, int, str], ...]] = defaultdict(tuple)
    for claim, start, end, mark in sparql.select(store, _SPANS):
        found[claim.value] += ((int(start.value), int(end.value), mark.value),)
    return found


def pages(store: ox.Store) -> dict[str, Page]:
    """The sources by IRI."""
    found = {}
    for source, *row in sparql.select(store, _PAGES):
        title, page, publisher, published, copy, story = ("" if term is None else term.value for term in row)
        id_ = namespaces.local(source.value)
        found[source.value] = Page(id_, title, page, publisher, published, copy, namespaces.local(story) or id_)
    return found
