"""The reader of claims: what the sources say, as frozen records, read from a store in a few queries.

A claim is the one triple of a named graph, and properties of that graph's name in the default graph. This is the one
module that asks for the graphs of claims; everybody else takes :class:`Claim` records from it::

    claims.read(store)                     # all claims
    claims.read(store, [iri])              # those that have the entity as subject or object
    claims.pointing(store, [source])       # those with a property of that value: of a source, a speaker, a conflict
    claims.named(store, ids)               # those of these ids

The number of queries hardly depends on the number of claims: one for the statements, one for their properties, and one
for the labels, pages and spans that they name (each in batches), so that a store at the far end of a line will do. The
last one is asked when the first label, page or span is looked at: who needs none does not pay for it.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rareearth import namespaces
from rareearth.store.backend import NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

    _Flat: TypeAlias = list[Any]
    Properties: TypeAlias = dict[str, list[Any]]  # by prefix:name

_BATCH = 400  # IRIs of a query
_LABEL = namespaces.PREFIXES["rdfs"] + "label"
_STATEMENTS = """
SELECT ?claim ?s ?p ?o ?kind ?status ?source ?evidence ?plain WHERE {
  %s
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source ; ree:evidence ?evidence .
  BIND(EXISTS { ?s ?p ?o } AS ?plain)
}"""
_GRAPH = "GRAPH ?claim { ?s ?p ?o }"
_POINTING = f"{{ SELECT DISTINCT ?claim {{ VALUES ?it {{ %s }} ?claim ?points ?it ; a ree:Claim }} %s }} {_GRAPH}"
_PROPERTIES = "SELECT ?thing ?property ?value WHERE { VALUES ?thing { %s } ?thing ?property ?value }"
_ALL_PROPERTIES = "SELECT ?thing ?property ?value WHERE { VALUES ?property { %s } ?thing ?property ?value }"
_ALL_LABELS = 'SELECT ?thing ?label WHERE { ?thing rdfs:label ?label FILTER(LANG(?label) = "en") }'
# The fields that a claim may lack: those that are texts, and those that are ids, by the property that has them.
_TEXTS = {
    "ree:when": "when", "ree:since": "since", "ree:until": "until", "ree:inferredWhen": "inferred",
    "ree:because": "because", "ree:earliest": "earliest", "ree:latest": "latest", "skos:note": "note",
    "ree:number": "number", "ree:unit": "unit",
}  # fmt: skip
_WORDS = {
    "ree:stance": "stance",
    "ree:confidence": "confidence",
    "ree:conflict": "conflict",
    "ree:recordedSubject": "recorded_subject",
    "ree:recordedObject": "recorded_object",
}
_OTHERS = ("ree:by", "ree:about", "ree:at")
_NOTHING = dict.fromkeys((*_TEXTS.values(), *_WORDS.values()), "")
_THINGS = (
    "dcterms:title", "dcterms:publisher", "dcterms:issued", "foaf:page", "ree:copyKind", "ree:story",
    "ree:genre", "ree:disagreement", "oa:start", "oa:end", "ree:fingerprint",
)  # fmt: skip
_VOCABULARY = """
SELECT ?term ?kind ?property ?value WHERE {
  VALUES ?kind { ree:Relation ree:Qualifier }
  ?term a ?kind ; ?property ?value
  FILTER(isLiteral(?value) && LANG(?value) IN ("", "en") && ?property != skos:definition)
}"""


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """An entity or a literal: ``text`` is its IRI or its lexical form.

    ``datatype`` is the IRI of the literal's datatype, "" for an entity.
    """

    text: str
    datatype: str
    _things: _Things = field(repr=False, compare=False)

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


class Relation(NamedTuple):
    """A relation: its label read from the subject and, where it has one, from the object.

    ``traits`` are its other annotations in the ontology by name, as ``{"timeless": "true", "owner": "subject"}``.
    """

    id: str
    label: str
    inverse: str
    traits: Mapping[str, str]

    @property
    def iri(self) -> str:
        """The IRI of the relation."""
        return _relation_iri(self.id)


class Qualifier(NamedTuple):
    """What a claim says in addition: the name and the label of the qualifier, and its value."""

    name: str
    label: str
    value: Value


class Span(NamedTuple):
    """Characters ``start`` up to ``end`` of the text of a source, and the fingerprint of what is there."""

    start: int
    end: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Page:
    """A source: its title, address, publisher, date (EDTF) and genre; ``copy`` is mirror, digest, repost or nothing.

    ``origin`` is the same for pages that carry one story: they are one witness.
    """

    id: str
    title: str
    url: str
    publisher: str
    published: str
    copy: str
    origin: str
    genre: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says. Texts are "" where nothing is known; times are EDTF, ``earliest`` and ``latest`` ISO days.

    ``source`` is the id of its page, ``by`` who says so, ``about`` whom speech is about; ``because`` is why the time
    ``inferred`` was inferred. ``evidence`` is sentence, page or copy; ``conflict`` the id of the disagreement that the
    claim is part of. ``number`` and ``unit`` are those of its measure. ``plain`` says that its statement is in the
    default graph. ``recorded_subject`` and ``recorded_object`` are the ids that the data has, where a judgement of
    identity replaced them. ``qualifiers`` are sorted by label and value.
    """

    id: str
    subject: Value
    relation: Relation
    object: Value
    kind: str
    status: str
    stance: str
    source: str
    by: Value | None
    about: tuple[Value, ...]
    when: str
    since: str
    until: str
    inferred: str
    because: str
    earliest: str
    latest: str
    evidence: str
    confidence: str
    conflict: str
    note: str
    qualifiers: tuple[Qualifier, ...]
    number: str
    unit: str
    plain: bool
    recorded_subject: str
    recorded_object: str
    _selectors: tuple[str, ...] = field(repr=False)
    _things: _Things = field(repr=False, compare=False)

    @property
    def iri(self) -> str:
        """The IRI of the claim, which is that of its named graph."""
        return namespaces.CLAIM + self.id

    @property
    def page(self) -> Page:
        """Its source."""
        return self._things.page(namespaces.SOURCE + self.source)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What it cites of the text of its source, in the order of the text; () for a page without text."""
        return tuple(sorted(map(self._things.span, self._selectors)))

    @property
    def disagreement(self) -> str:
        """Of which kind the conflict is that it is part of: contradiction, change, rounding or unsure."""
        return self._things.disagreement(self.conflict) if self.conflict else ""

    def qualifier(self, name: str) -> Value | None:
        """The value of the qualifier of that name; the first where there are several, None where there is none."""
        return next((q.value for q in self.qualifiers if q.name == name), None)


def read(
    store: Backend, entities: Collection[str] | None = None, relations: Collection[str] | None = None
) -> list[Claim]:
    """The claims of a store, sorted by id: all, or those of some entities or of some relations.

    ``entities`` are IRIs: a claim is read when one of them is its subject or its object. ``relations`` are names.
    """
    of = ""
    if relations is not None:
        if not relations:
            return []
        of = f"VALUES ?p {{ {' '.join(_batches(map(_relation_iri, relations)))} }} "
    if entities is None:
        return _claims(store, [_STATEMENTS % (of + _GRAPH)], everything=not of)
    queries = [
        _STATEMENTS % f"{{ VALUES ?s {{ {refs} }} {of}{_GRAPH} }} UNION {{ VALUES ?o {{ {refs} }} {of}{_GRAPH} }}"
        for refs in _batches(entities)
    ]
    return _claims(store, queries)


def named(store: Backend, ids: Collection[str]) -> list[Claim]:
    """The claims of these ids, sorted by id; ids that no claim has are passed over."""
    iris = [namespaces.CLAIM + id_ for id_ in ids]
    return _claims(store, [_STATEMENTS % f"VALUES ?claim {{ {refs} }} {_GRAPH}" for refs in _batches(iris)])


def pointing(store: Backend, things: Collection[str], limit: int | None = None) -> list[Claim]:
    """The claims with a property whose value is one of these IRIs (their source, speaker, conflict, a qualifier).

    With ``limit`` at most that many, the first by id.
    """
    ordered = f"ORDER BY ?claim LIMIT {limit:d}" if limit is not None else ""
    found = _claims(store, [_STATEMENTS % (_POINTING % (refs, ordered)) for refs in _batches(things)])
    return found[:limit]


def relations(store: Backend) -> list[Relation]:
    """The relations that the ontology declares."""
    return list(_vocabulary(store)[0].values())


def pages(store: Backend) -> dict[str, Page]:
    """All sources by IRI."""
    things = _Things(store)
    sources = [row[0].value for row in store.select("SELECT ?source { ?source a ree:Source }")]
    return {iri: things.page(iri) for iri in sources}


def _claims(store: Backend, queries: Iterable[str], *, everything: bool = False) -> list[Claim]:
    statements = {row[0].value: row for query in queries for row in store.select(query)}
    relations, qualifiers = _vocabulary(store)
    if everything:
        names = " ".join((*_TEXTS, *_WORDS, *_OTHERS, *qualifiers))
        properties = _properties(store, [_ALL_PROPERTIES % names])
        things = _Things(store)
    else:
        properties = _properties(store, (_PROPERTIES % refs for refs in _batches(statements)))
        terms = chain(*properties.values(), *((row[1], row[3], row[6]) for row in statements.values()))
        things = _Things(store, {term.value for term in terms if _is_node(term)})
    reader = _Reader(relations, qualifiers, things)
    return [reader.claim(iri, statements[iri], properties.get(iri, [])) for iri in sorted(statements)]


class _Things:
    """What claims name, with its properties: looked up at the first use, all of it (or all that is wanted) at once."""

    def __init__(self, store: Backend, wanted: set[str] | None = None) -> None:
        self._store = store
        self._wanted = wanted
        self.page = functools.cache(self._page)

    @functools.cached_property
    def _found(self) -> dict[str, Properties]:
        if self._wanted is None:
            return _grouped(_properties(self._store, [_ALL_PROPERTIES % " ".join(_THINGS)]))
        found = _grouped(_properties(self._store, (_PROPERTIES % refs for refs in _batches(self._wanted))))
        publishers = {_first(thing, "dcterms:publisher") for thing in found.values()} - {"", *found}
        return found | _grouped(_properties(self._store, (_PROPERTIES % refs for refs in _batches(publishers))))

    @functools.cached_property
    def _labels(self) -> dict[str, str]:
        if self._wanted is None:
            return {thing.value: label.value for thing, label in self._store.select(_ALL_LABELS)}
        labels = ((iri, label) for iri, thing in self._found.items() for label in thing.get("rdfs:label", ()))
        return {iri: label.value for iri, label in labels if label.language == "en"}

    def label(self, iri: str) -> str:
        return self._labels.get(iri) or namespaces.local(iri)

    def disagreement(self, conflict: str) -> str:
        return namespaces.local(_first(self._found.get(namespaces.CONFLICT + conflict, {}), "ree:disagreement"))

    def span(self, selector: str) -> Span:
        thing = self._found[selector]
        return Span(int(_first(thing, "oa:start")), int(_first(thing, "oa:end")), _first(thing, "ree:fingerprint"))

    def _page(self, iri: str) -> Page:
        thing, id_ = self._found.get(iri, {}), namespaces.local(iri)
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
        )


class _Reader:
    """Makes records of rows; one :class:`Value` for each entity and one :class:`Relation` for each relation."""

    def __init__(self, relations: Mapping[str, Relation], qualifiers: Mapping[str, str], things: _Things) -> None:
        self._relations = relations
        self._qualifiers = qualifiers
        self._things = things
        self._values: dict[str, Value] = {}
        self._local = functools.cache(namespaces.local)

    def claim(self, iri: str, row: Any, properties: _Flat) -> Claim:
        """The claim of that IRI, given the row of its statement and its properties."""
        _, subject, relation, object_, kind, status, source, evidence, plain = row
        fields = _NOTHING.copy()
        by, about, selectors, qualifiers = None, [], [], []
        for name, term in _pairs(properties):
            if name in _WORDS:
                fields[_WORDS[name]] = self._local(term.value)
            elif name in _TEXTS:
                fields[_TEXTS[name]] = term.value
            elif name in self._qualifiers:
                qualifiers.append(Qualifier(name.removeprefix("ree:"), self._qualifiers[name], self._value(term)))
            elif name == "ree:by":
                by = self._value(term)
            elif name == "ree:about":
                about.append(self._value(term))
            elif name == "ree:at":
                selectors.append(term.value)
        if len(qualifiers) > 1:
            qualifiers.sort(key=lambda q: (q.label, q.value.label))
        return Claim(
            **fields,
            id=self._local(iri),
            subject=self._value(subject),
            relation=self._relations.get(relation.value) or _undeclared(relation.value),
            object=self._value(object_),
            kind=self._local(kind.value),
            status=self._local(status.value),
            source=self._local(source.value),
            evidence=self._local(evidence.value),
            by=by,
            about=tuple(sorted(about)),
            qualifiers=tuple(qualifiers),
            plain=plain.value == "true",
            _selectors=tuple(selectors),
            _things=self._things,
        )

    def _value(self, term: Any) -> Value:
        text = term.value
        if not _is_node(term):
            return Value(text, term.datatype.value, self._things)
        if text not in self._values:
            self._values[text] = Value(text, "", self._things)
        return self._values[text]


def _properties(store: Backend, queries: Iterable[str]) -> dict[str, _Flat]:
    """For each thing of these queries its properties, as ``prefix:name``, each with its value after it.

    One flat list for a thing: the collector of garbage would take longer over a list for each property.
    """
    found: dict[str, _Flat] = {}
    compact = functools.cache(namespaces.compact)
    for query in queries:
        for thing, property_, value in store.select(query):
            found.setdefault(thing.value, []).extend((compact(property_.value), value))
    return found


def _grouped(things: Mapping[str, _Flat]) -> dict[str, Properties]:
    found: dict[str, Properties] = {}
    for iri, flat in things.items():
        properties = found[iri] = {}
        for name, value in _pairs(flat):
            properties.setdefault(name, []).append(value)
    return found


def _pairs(flat: _Flat) -> Iterator[tuple[str, Any]]:
    values = iter(flat)
    return zip(values, values, strict=True)


def _vocabulary(store: Backend) -> tuple[dict[str, Relation], dict[str, str]]:
    """The relations by IRI, and the labels of the qualifiers by ``prefix:name``."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for term, kind, property_, value in store.select(_VOCABULARY):
        found.setdefault((namespaces.local(kind.value), term.value), {})[namespaces.local(property_.value)] = (
            value.value
        )
    relations, qualifiers = {}, {}
    for (of, iri), traits in found.items():
        name = namespaces.local(iri)
        label = traits.pop(_LABEL, name)
        if of == "Qualifier":
            qualifiers[namespaces.compact(iri)] = label
        else:
            relations[iri] = Relation(name, label, traits.pop("inverseLabel", ""), traits)
    return relations, qualifiers


def _relation_iri(name: str) -> str:
    return name if ":" in name else namespaces.VOCABULARY + name


def _undeclared(iri: str) -> Relation:
    return Relation(namespaces.local(iri), namespaces.local(iri), "", {})


def _first(thing: Properties, name: str) -> str:
    return str(thing[name][0].value) if name in thing else ""


def _is_node(term: Any) -> bool:
    return type(term).__name__ == "NamedNode"


def _batches(iris: Iterable[str]) -> Iterator[str]:
    """The IRIs as a query writes them, so many at a time. Raises ValueError for a text that is no IRI."""
    rest = iter(sorted(set(iris)))
    while batch := list(islice(rest, _BATCH)):
        yield " ".join(str(NamedNode(iri)) for iri in batch)


def qualifiers(store: Backend) -> dict[str, tuple[tuple[str, str], ...]]:
    """The (label, value) pairs of each claim (its IRI); for readers that do not take claims from here yet."""
    return defaultdict(tuple, {c.iri: tuple((q.label, q.value.label) for q in c.qualifiers) for c in read(store)})


def spans(store: Backend) -> dict[str, tuple[Span, ...]]:
    """The spans of each claim (its IRI); for readers that do not take claims from here yet."""
    return defaultdict(tuple, {c.iri: c.spans for c in read(store)})
