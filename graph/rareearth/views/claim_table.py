"""The claims of a graph as one table of Arrow, for questions that count or add up over all of them.

It has what the graph has: records that a judgement merged are one, and what a build found out about each claim (its
level of evidence, when it is in effect, whether it is a plain fact) is in columns. The data as it was written is in
:mod:`rareearth.bulk`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from rareearth import namespaces
from rareearth.bulk import columns
from rareearth.store import claims

if TYPE_CHECKING:
    import pyarrow as pa

    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.store.named import Value

_CLASSES = "SELECT ?entity ?class { ?entity a ?class . ?class rdfs:subClassOf* ree:Entity }"
_SCALE = 18  # digits after the point, the most that data may have
_Get = Callable[["Claim"], Any]


def read(store: Backend) -> pa.Table:
    """The claims of a store, sorted by id, a row each. Raises MissingExtraError without the extra ``bulk``.

    ``subject`` and, of a relation between entities, ``object`` are ids; ``value`` is the text of an object that is a
    literal. Null is where a claim has nothing.
    """
    pa = columns.library()
    found = claims.read(store)
    classes = {entity.value: namespaces.local(class_.value) for entity, class_ in store.select(_CLASSES)}
    text, words, days = pa.string(), pa.dictionary(pa.int32(), pa.string()), pa.date32()
    number = pa.decimal128(38, _SCALE)

    def class_of(value: Value) -> str | None:
        return classes.get(value.text)

    def share(end: str) -> _Get:
        return lambda claim: getattr(claim.share, end, None)

    made: dict[str, tuple[Any, _Get]] = {
        "claim": (text, attrgetter("id")),
        "source": (words, attrgetter("source")),
        "publisher": (words, attrgetter("page.publisher")),
        "published": (words, attrgetter("page.published")),
        "origin": (words, attrgetter("page.origin")),
        "subject": (words, attrgetter("subject.id")),
        "subject_label": (words, attrgetter("subject.label")),
        "subject_class": (words, lambda claim: class_of(claim.subject)),
        "relation": (words, attrgetter("relation.id")),
        "object": (words, lambda claim: claim.object.id if claim.object.is_entity else None),
        "object_label": (words, lambda claim: claim.object.label if claim.object.is_entity else None),
        "object_class": (words, lambda claim: class_of(claim.object)),
        "value": (text, lambda claim: None if claim.object.is_entity else claim.object.text),
        **{name: (words, attrgetter(name)) for name in ("kind", "status", "stance", "evidence", "confidence")},
        "conflict": (words, attrgetter("conflict")),
        "by": (words, lambda claim: claim.by.id if claim.by else None),
        "plain": (pa.bool_(), attrgetter("plain")),
        **{name: (text, attrgetter(name)) for name in ("when", "since", "until", "inferred", "note")},
        "earliest": (days, lambda claim: _day(claim.earliest)),
        "latest": (days, lambda claim: _day(claim.latest)),
        "in_effect_from": (days, attrgetter("spell.start")),
        "in_effect_until": (days, attrgetter("spell.end")),
        "dated": (pa.bool_(), attrgetter("spell.dated")),
        "past": (pa.bool_(), attrgetter("over")),
        "number": (number, lambda claim: Decimal(claim.number) if claim.number else None),
        "unit": (words, attrgetter("unit")),
        "share_low": (number, share("low")),
        "share_high": (number, share("high")),
        "qualifiers": (pa.map_(text, text), lambda claim: [(q.name, q.value.id) for q in claim.qualifiers] or None),
    }
    arrays = {
        name: pa.array([None if (v := get(claim)) == "" else v for claim in found], pa.string() if of == words else of)
        for name, (of, get) in made.items()
    }
    coded = {n: a.dictionary_encode() if made[n][0] == words else a for n, a in arrays.items()}
    return pa.table(coded)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
