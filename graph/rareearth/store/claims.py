"""The reader of claims: what the sources say, as frozen records, read from a store in a few queries.

A claim is the one triple of a named graph, and properties of that graph's name in the default graph. This is the one
module that asks for the graphs of claims; everybody else takes :class:`Claim` records from it::

    claims.read(store)                     # all claims
    claims.read(store, [iri])              # those that have the entity as subject or object
    claims.read(store, as_of="2021-12")    # those that may have been in effect then
    claims.pointing(store, [source])       # those with a property of that value: of a source, a speaker, a conflict
    claims.by_id(store, ids)               # those of these ids
    claims.triples(store, iris)            # those of these IRIs, as RDF

The number of queries hardly depends on the number of claims: two for the statements, one for their properties, and one
for each of the labels, pages and spans that they name (in batches), so that a store at the far end of a line will do.
The last ones are asked when the first label, page or span is looked at: who needs none does not pay for it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from rareearth import namespaces
from rareearth.ontology import BOUND, NUMBERS, ROLE
from rareearth.quantities import Range
from rareearth.store import in_effect as times
from rareearth.store import vocabulary
from rareearth.store.named import Page, Reading, Span, Things, Value, batches, having, is_node, pairs, properties_of

if TYPE_CHECKING:
    from rareearth.store.backend import Backend, Triple
    from rareearth.store.named import Flat
    from rareearth.store.vocabulary import Relation

__all__ = [
    "Claim",
    "Page",
    "Qualifier",
    "Reading",
    "Span",
    "Value",
    "batches",
    "by_id",
    "in_effect",
    "pages",
    "pointing",
    "read",
    "triples",
]

_STATEMENTS = """
SELECT ?claim ?s ?p ?o ?kind ?status ?source ?evidence WHERE {
  %s
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source ; ree:evidence ?evidence .
}"""
# Whose statements are in the default graph; quicker than EXISTS for each, which Virtuoso answers wrongly now and then.
_PLAIN = "SELECT ?claim WHERE { %s ?claim ree:kind ?kind . ?s ?p ?o }"
_GRAPH = "GRAPH ?claim { ?s ?p ?o }"
_POINTING = f"{{ SELECT DISTINCT ?claim {{ VALUES ?it {{ %s }} ?claim ?points ?it ; a ree:Claim }} %s }} {_GRAPH}"
_DESCRIBED = "CONSTRUCT { ?claim ?property ?value } WHERE { VALUES ?claim { %s } ?claim ?property ?value }"
_REIFIED = f"""
CONSTRUCT {{ ?claim rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }}
WHERE {{ VALUES ?claim {{ %s }} {_GRAPH} }}"""
# The fields that a claim may lack: those that are texts, and those that are ids, by the property that has them.
_TEXTS = {
    "ree:when": "when", "ree:since": "since", "ree:until": "until", "ree:inferredWhen": "inferred",
    "ree:because": "because", "ree:earliest": "earliest", "ree:latest": "latest", "skos:note": "note",
    "ree:number": "number", "ree:unit": "unit", "ree:shareAtLeast": "at_least", "ree:shareMoreThan": "more_than",
    "ree:shareAtMost": "at_most", "ree:shareLessThan": "less_than",
    "ree:inEffectFrom": "in_effect_from", "ree:inEffectUntil": "in_effect_until", "ree:undated": "undated",
    "ree:past": "past",
}  # fmt: skip
_WORDS = {
    "ree:stance": "stance",
    "ree:confidence": "confidence",
    "ree:conflict": "conflict",
    "ree:recordedSubject": "recorded_subject",
    "ree:recordedObject": "recorded_object",
    "ree:endInferredFrom": "end_inferred_from",
}
_OTHERS = ("ree:by", "ree:about", "ree:at", "ree:reading")
_NOTHING = dict.fromkeys((*_TEXTS.values(), *_WORDS.values()), "")


class Qualifier(NamedTuple):
    """What a claim says in addition: the name and the label of the qualifier, and its value."""

    name: str
    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says. Texts are "" where nothing is known; times are EDTF, ``earliest`` and ``latest`` ISO days.

    These are its own times. When it is in effect (``spell``) depends on others too: see :mod:`in_effect`. ``over`` says
    that it was and, as far as the graph knows, no longer is; ``end_inferred_from`` is the id of the claim from which
    its end is inferred.

    ``source`` is the id of its page, ``by`` who says so, ``about`` whom speech is about; ``because`` is why the time
    ``inferred`` was inferred. ``evidence`` is the level of evidence; ``conflict`` the id of the disagreement that the
    claim is part of. ``number`` and ``unit`` are those of its measure; ``at_least`` to
    ``less_than`` are the ends of its share, if it is not exact, and ``gives`` is what the interest of an owner gives
    (capital, votes, control or influence), "" if it is not named. ``plain`` says that its statement is in the
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
    at_least: str
    more_than: str
    at_most: str
    less_than: str
    gives: str
    plain: bool
    recorded_subject: str
    recorded_object: str
    spell: times.Spell
    over: bool
    end_inferred_from: str
    _selectors: tuple[str, ...] = field(repr=False)
    _readings: tuple[str, ...] = field(repr=False)
    _things: Things = field(repr=False, compare=False)

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
    def readings(self) -> tuple[Reading, ...]:
        """The sentences that were read on its page, whose text was not kept; () where only the page is known."""
        return tuple(sorted(map(self._things.reading, self._readings)))

    @property
    def disagreement(self) -> str:
        """Of which kind the conflict is that it is part of: contradiction, change, rounding or unsure."""
        return self._things.disagreement(self.conflict) if self.conflict else ""

    @property
    def share(self) -> Range | None:
        """What the share may be that it states, in per cent; None if it states none."""
        low, high = self.at_least or self.more_than, self.at_most or self.less_than
        if low and high:
            return Range(Decimal(low), Decimal(high), bool(self.more_than), bool(self.less_than))
        given = self.qualifier("share")
        return Range(Decimal(given.text), Decimal(given.text)) if given else None

    @property
    def bound(self) -> str:
        """How the number of the claim is meant ("at least"); "" where it has several, as it is not known which is."""
        bound = self.qualifier(BOUND)
        numbers = [v for v in (self.object, *(q.value for q in self.qualifiers)) if v.datatype in NUMBERS]
        return bound.text if bound and len(numbers) == 1 else ""

    def qualifier(self, name: str) -> Value | None:
        """The value of the qualifier of that name; the first where there are several, None where there is none."""
        return next((q.value for q in self.qualifiers if q.name == name), None)


def read(
    store: Backend,
    entities: Collection[str] | None = None,
    relations: Collection[str] | None = None,
    as_of: str | None = None,
) -> list[Claim]:
    """The claims of a store, sorted by id: all, or those of some entities or of some relations.

    ``entities`` are IRIs: a claim is read when one of them is its subject or its object. ``relations`` are names.
    ``as_of`` is a day, a month or a year (EDTF), and leaves those that may have been in effect then; raises DateError
    for any other text.
    """
    found = _read(store, entities, relations)
    return found if as_of is None else in_effect(found, as_of)


def in_effect(of: Iterable[Claim], day: str) -> list[Claim]:
    """Those of some claims that may have been in effect on a day, in a month or in a year; none of them is over then.

    Raises DateError for any other text. See :mod:`in_effect`.
    """
    first, last = times.bounds(day)
    return [replace(claim, over=False) for claim in of if claim.spell.meets(first, last)]


def _read(store: Backend, entities: Collection[str] | None, relations: Collection[str] | None) -> list[Claim]:
    of = ""
    if relations is not None:
        if not relations:
            return []
        of = f"VALUES ?p {{ {' '.join(batches(map(vocabulary.relation_iri, relations)))} }} "
    if entities is None:
        return _claims(store, [of + _GRAPH], everything=not of)
    patterns = [
        f"{{ VALUES ?s {{ {refs} }} {of}{_GRAPH} }} UNION {{ VALUES ?o {{ {refs} }} {of}{_GRAPH} }}"
        for refs in batches(entities)
    ]
    return _claims(store, patterns)


def by_id(store: Backend, ids: Collection[str]) -> list[Claim]:
    """The claims of these ids, sorted by id; ids that no claim has are passed over."""
    iris = [namespaces.CLAIM + id_ for id_ in ids]
    return _claims(store, [f"VALUES ?claim {{ {refs} }} {_GRAPH}" for refs in batches(iris)])


def pointing(store: Backend, things: Collection[str], limit: int | None = None) -> list[Claim]:
    """The claims with a property whose value is one of these IRIs (their source, speaker, conflict, a qualifier).

    With ``limit`` at most that many, the first by id.
    """
    ordered = f"ORDER BY ?claim LIMIT {limit:d}" if limit is not None else ""
    found = _claims(store, [_POINTING % (refs, ordered) for refs in batches(things)])
    return found[:limit]


def triples(store: Backend, iris: Collection[str]) -> Iterator[Triple]:
    """Claims (their IRIs) as triples: their properties, and their statements as rdf:subject, predicate and object."""
    for refs in batches(iris):
        yield from store.construct(_DESCRIBED % refs)
        yield from store.construct(_REIFIED % refs)


def pages(store: Backend) -> dict[str, Page]:
    """All sources by IRI."""
    things = Things(store)
    sources = [row[0].value for row in store.select("SELECT ?source { ?source a ree:Source }")]
    return {iri: things.page(iri) for iri in sources}


def _claims(store: Backend, patterns: Collection[str], *, everything: bool = False) -> list[Claim]:
    statements = {row[0].value: row for pattern in patterns for row in store.select(_STATEMENTS % pattern)}
    plain = {row[0].value for pattern in patterns for row in store.select(_PLAIN % pattern)}
    found = vocabulary.read(store)
    if everything:
        names = (*_TEXTS, *_WORDS, *_OTHERS, *found.qualifiers)
        properties = having(store, names)
        things = Things(store)
    else:
        properties = properties_of(store, statements)
        terms = chain(*properties.values(), *((row[1], row[3], row[6]) for row in statements.values()))
        things = Things(store, {term.value for term in terms if is_node(term)})
    reader = _Reader(found, things)
    return [reader.claim(iri, statements[iri], properties.get(iri, []), iri in plain) for iri in sorted(statements)]


class _Reader:
    """Makes records of rows; one :class:`Value` for each entity and one :class:`Relation` for each relation."""

    def __init__(self, found: vocabulary.Vocabulary, things: Things) -> None:
        self._relations, self._qualifiers, self._interests, self._as_of = found
        self._things = things
        self._values: dict[str, Value] = {}
        self._local = functools.cache(namespaces.local)

    def claim(self, iri: str, row: Any, properties: Flat, plain: bool) -> Claim:
        """The claim of that IRI, given the row of its statement and its properties."""
        _, subject, relation, object_, kind, status, source, evidence = row
        fields = _NOTHING.copy()
        by, about, selectors, readings, qualifiers = None, [], [], [], []
        for name, term in pairs(properties):
            if name in _TEXTS:
                fields[_TEXTS[name]] = term.value
            elif name in _WORDS:
                fields[_WORDS[name]] = self._local(term.value)
            elif name in self._qualifiers:
                qualifiers.append(Qualifier(name.removeprefix("ree:"), self._qualifiers[name], self._value(term)))
            elif name == "ree:by":
                by = self._value(term)
            elif name == "ree:about":
                about.append(self._value(term))
            elif name == "ree:at":
                selectors.append(term.value)
            elif name == "ree:reading":
                readings.append(term.value)
        if len(qualifiers) > 1:
            qualifiers.sort(key=lambda q: (q.label, q.value.label))
        start, end, undated, past = (fields.pop(n) for n in ("in_effect_from", "in_effect_until", "undated", "past"))
        spell = times.Spell(_day(start), _day(end), dated=not undated)
        tie = self._relations.get(relation.value) or vocabulary.undeclared(relation.value)
        role = next((q.value.text for q in qualifiers if q.name == ROLE), "") if "owner" in tie.traits else ""
        return Claim(
            **fields,
            spell=spell,
            over=bool(past) and not self._as_of,
            id=self._local(iri),
            subject=self._value(subject),
            relation=tie,
            gives=self._interests.get(role, ""),
            object=self._value(object_),
            kind=self._local(kind.value),
            status=self._local(status.value),
            source=self._local(source.value),
            evidence=self._local(evidence.value),
            by=by,
            about=tuple(sorted(about)),
            qualifiers=tuple(qualifiers),
            plain=plain,
            _selectors=tuple(selectors),
            _readings=tuple(readings),
            _things=self._things,
        )

    def _value(self, term: Any) -> Value:
        text = term.value
        if not is_node(term):
            return Value(text, term.datatype.value, self._things)
        if text not in self._values:
            self._values[text] = Value(text, "", self._things)
        return self._values[text]


@functools.cache
def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
