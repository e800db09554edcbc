"""What claims name: entities with their labels, sources, spans and conflicts, looked up many at a time."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rareearth import namespaces
from rareearth.store.backend import NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

Flat: TypeAlias = list[Any]  # property, value, property, value …
Properties: TypeAlias = dict[str, list[Any]]  # by prefix:name

_BATCH = 400  # IRIs of a query
_PROPERTIES = "SELECT ?thing ?property ?value WHERE { VALUES ?thing { %s } ?thing ?property ?value }"
_ALL_PROPERTIES = "SELECT ?thing ?property ?value WHERE { VALUES ?property { %s } ?thing ?property ?value }"
_ALL_LABELS = 'SELECT ?thing ?label WHERE { ?thing rdfs:label ?label FILTER(LANG(?label) = "en") }'
# The properties of each kind of thing that claims name, which are read when the first of its kind is looked at.
_PAGE = (
    "dcterms:title", "dcterms:publisher", "dcterms:issued", "foaf:page", "ree:copyKind", "ree:story", "ree:genre",
    "ree:textHash",
)  # fmt: skip
_CONFLICT, _SPAN = ("ree:disagreement",), ("oa:start", "oa:end", "ree:fingerprint")
_READING = ("ree:fingerprint", "ree:readOn", "ree:says")


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """An entity or a literal: ``text`` is its IRI or its lexical form.

    ``datatype`` is the IRI of the literal's datatype, "" for an entity.
    """

    text: str
    datatype: str
    _things: Things = field(repr=False, compare=False)

    @property
    def is_entity(self) -> bool:
        """Whether it is an entity."""
        return not self.datatype

    @property
    def id(self) -> str:
        """The id of an entity; a literal as it is."""
        return self.text.removeprefix(namespaces.ENTITY)

    @property
    def label(self) -> str:
        """What people read: the English name of an entity; a literal as it is."""
        return self.text if self.datatype else self._things.label(self.text)


class Span(NamedTuple):
    """Characters ``start`` up to ``end`` of the text of a source, and the fingerprint of what is there."""

    start: int
    end: int
    fingerprint: str


class Reading(NamedTuple):
    """A sentence that was read on a page: its fingerprint, the day (ISO), and what it says in other words."""

    fingerprint: str
    on: str
    says: str


@dataclass(frozen=True, slots=True)
class Page:
    """A source: its title, address, publisher, date (EDTF) and genre; ``copy`` is mirror, digest, repost or nothing.

    ``origin`` is the same for pages of one story: they count as one source. ``text_hash`` is the SHA-256 of the text
    that its spans are counted in, "" for a page without text.
    """

    id: str
    title: str
    url: str
    publisher: str
    published: str
    copy: str
    origin: str
    genre: str
    text_hash: str

    @property
    def link(self) -> str:
        """Its address if a page may link to it; "" for a mirror, whose domain may belong to anybody tomorrow."""
        return "" if self.copy == "mirror" else self.url


class Things:
    """What claims name, with its properties: looked up at the first use, all or all that are needed at once."""

    def __init__(self, store: Backend, needed: set[str] | None = None) -> None:
        self._store = store
        self._needed = needed
        self.page = functools.cache(self._page)  # the source of an IRI
        self._all = functools.cache(lambda names: _grouped(having(store, names)))

    @functools.cached_property
    def _found(self) -> dict[str, Properties]:
        """All that is needed, where it is known what that is."""
        found = things(self._store, self._needed or ())
        publishers = {_first(thing, "dcterms:publisher") for thing in found.values()} - {"", *found}
        return found | things(self._store, publishers)

    def _thing(self, iri: str, kind: tuple[str, ...]) -> Properties:
        """A thing of a kind, with the properties of that kind or more."""
        return (self._all(kind) if self._needed is None else self._found).get(iri, {})

    @functools.cached_property
    def _labels(self) -> dict[str, str]:
        if self._needed is None:
            return {thing.value: label.value for thing, label in self._store.select(_ALL_LABELS)}
        labels = ((iri, label) for iri, thing in self._found.items() for label in thing.get("rdfs:label", ()))
        return {iri: label.value for iri, label in labels if label.language == "en"}

    def label(self, iri: str) -> str:
        """The English label of a thing; its id where it has none."""
        return self._labels.get(iri) or namespaces.local(iri)

    def disagreement(self, conflict: str) -> str:
        """Of which kind a conflict (its id) is."""
        return namespaces.local(_first(self._thing(namespaces.CONFLICT + conflict, _CONFLICT), "ree:disagreement"))

    def span(self, selector: str) -> Span:
        """The span of a selector (its IRI)."""
        thing = self._thing(selector, _SPAN)
        return Span(int(_first(thing, "oa:start")), int(_first(thing, "oa:end")), _first(thing, "ree:fingerprint"))

    def reading(self, iri: str) -> Reading:
        """The sentence that was read, by the IRI of the reading."""
        thing = self._thing(iri, _READING)
        return Reading(_first(thing, "ree:fingerprint"), _first(thing, "ree:readOn"), _first(thing, "ree:says"))

    def _page(self, iri: str) -> Page:
        thing, id_ = self._thing(iri, _PAGE), namespaces.local(iri)
        publisher = _first(thing, "dcterms:publisher")
        return Page(
            id=id_,
            title=_first(thing, "dcterms:title"),
            url=_first(thing, "foaf:page"),
            publisher=self.label(publisher) if publisher else "",
            published=_first(thing, "dcterms:issued"),
            copy=_first(thing, "ree:copyKind"),
            origin=namespaces.local(_first(thing, "ree:story")) or id_,
            genre=_first(thing, "ree:genre"),
            text_hash=_first(thing, "ree:textHash"),
        )


def properties_of(store: Backend, things: Collection[str]) -> dict[str, Flat]:
    """The properties of things (IRIs)."""
    return _properties(store, (_PROPERTIES % refs for refs in batches(things)))


def things(store: Backend, iris: Collection[str]) -> dict[str, Properties]:
    """The properties of things (IRIs), by ``prefix:name``; {} of what the store does not know."""
    return {iri: {} for iri in iris} | _grouped(properties_of(store, iris))


def having(store: Backend, names: Iterable[str]) -> dict[str, Flat]:
    """These properties, as ``prefix:name``, of all things that have any of them."""
    return _properties(store, [_ALL_PROPERTIES % " ".join(names)])


def _properties(store: Backend, queries: Iterable[str]) -> dict[str, Flat]:
    """For each thing of these queries its properties, as ``prefix:name``, each with its value after it.

    One flat list for a thing: the collector of garbage would take longer over a list for each property.
    """
    found: dict[str, Flat] = {}
    compact = functools.cache(namespaces.compact)
    for query in queries:
        for thing, property_, value in store.select(query):
            found.setdefault(thing.value, []).extend((compact(property_.value), value))
    return found


def _grouped(things: Mapping[str, Flat]) -> dict[str, Properties]:
    found: dict[str, Properties] = {}
    for iri, flat in things.items():
        properties = found[iri] = {}
        for name, value in pairs(flat):
            properties.setdefault(name, []).append(value)
    return found


def pairs(flat: Flat) -> Iterator[tuple[str, Any]]:
    """The properties of a thing with their values."""
    values = iter(flat)
    return zip(values, values, strict=True)


def _first(thing: Properties, name: str) -> str:
    return str(thing[name][0].value) if name in thing else ""


def is_node(term: Any) -> bool:
    """Whether a term is an IRI."""
    return isinstance(term, NamedNode)


def batches(iris: Iterable[str]) -> Iterator[str]:
    """IRIs as a query writes them after VALUES, sorted, so many at a time that a query stays short.

    Raises ValueError for a text that is no IRI.
    """
    rest = iter(sorted(set(iris)))
    while batch := list(islice(rest, _BATCH)):
        yield " ".join(str(NamedNode(iri)) for iri in batch)
