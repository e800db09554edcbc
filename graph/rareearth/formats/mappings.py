"""What other tools call classes, relations, qualifiers and identifiers, as ``ontology/mappings.ttl`` says it.

The head of that file explains its properties. Both directions read it here: the formats of this package, which write,
and :mod:`rareearth.proposals.importing`, which reads.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from rareearth import namespaces, ontology

_SKOS = namespaces.PREFIXES["skos"]
_BOTH, _OUT, _IN = _SKOS + "closeMatch", _SKOS + "broadMatch", _SKOS + "relatedMatch"
_NOTATION = _SKOS + "notation"
FTM = "https://schema.followthemoney.tech/#"
WIKIDATA = "http://www.wikidata.org/entity/"
PERSON = "person"  # the type of people in BODS, whose other types are those of entities

Terms: TypeAlias = Mapping[str, tuple[str, ...]]  # what each of our terms is called elsewhere


class Tie(NamedTuple):
    """A schema of FollowTheMoney that ties two ends, and which properties these are for the ends of a relation."""

    schema: str
    subject: str
    object: str


@dataclass(frozen=True)
class FollowTheMoney:
    """Schemata by class and classes by schema, ties by relation, relations by schema, properties by term.

    ``properties`` has ``(schema, property)`` for relations, qualifiers and schemes of identifiers.
    """

    schemata: Mapping[str, str]
    classes: Mapping[str, str]
    ties: Mapping[str, tuple[Tie, ...]]
    read: Mapping[str, tuple[tuple[str, Tie], ...]]
    properties: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Bods:
    """Types by class and classes by type, interests by term and relations by interest.

    ``party`` is the end of a relation that has the interest, ``only`` the type that the other end must have, if that
    matters, and ``roles`` the role of a claim that it is for. ``fields`` are those of an entity by relation,
    ``schemes`` those of an identifier by scheme.
    """

    types: Mapping[str, str]
    classes: Mapping[str, str]
    interests: Mapping[str, str]
    relations: Mapping[str, tuple[str, ...]]
    party: Mapping[str, str]
    only: Mapping[str, str]
    roles: Mapping[str, str]
    fields: Mapping[str, str]
    schemes: Mapping[str, dict[str, str]]


@dataclass(frozen=True)
class Wikidata:
    """Properties: of the subject's item by relation, qualifier and scheme, and of the object's item by relation.

    ``by_class`` has those of the subject's item by relation and class of the object.
    """

    forward: Mapping[str, str]
    inverse: Mapping[str, str]
    by_class: Mapping[str, Mapping[str, str]]


@functools.cache
def _read(path: Path | None = None) -> dict[str, Terms]:
    read = ontology.read_mappings(path)
    return {
        name: {term: tuple(text for _, text in given) for term, given in terms.items()} for name, terms in read.items()
    }


def _table(name: str) -> Terms:
    return _read().get(name, {})


def _scheme(term: str) -> str:
    """The term of the data: the notation of a scheme or an interest, else the term itself."""
    return next(iter(_table(_NOTATION).get(term, ())), term)


def _starting(name: str, start: str) -> dict[str, tuple[str, ...]]:
    """What a property gives of one tool, without the start of its IRIs."""
    found = {t: tuple(v[len(start) :] for v in values if v.startswith(start)) for t, values in _table(name).items()}
    return {term: values for term, values in found.items() if values}


@functools.cache
def followthemoney() -> FollowTheMoney:
    """The mappings to FollowTheMoney."""
    both, out, read = (_starting(name, FTM) for name in (_BOTH, _OUT, _IN))
    ends = _roles("ftmSubject"), _roles("ftmObject")
    related = set(ends[0])
    written = {term: (*both.get(term, ()), *out.get(term, ())) for term in sorted({*both, *out})}
    reading: dict[str, list[tuple[str, Tie]]] = {}
    for term in sorted(related):
        for schema in (*both.get(term, ()), *read.get(term, ())):
            reading.setdefault(schema, []).append((term, _tie(term, schema, ends)))
    return FollowTheMoney(
        schemata={term: schemata[0] for term, schemata in written.items() if term not in related},
        classes={
            schema: term
            for found in (read, both)  # the last holds
            for term, schemata in found.items()
            for schema in schemata
            if term not in related
        },
        ties={term: tuple(_tie(term, s, ends) for s in written.get(term, ())) for term in sorted(related)},
        read={schema: tuple(found) for schema, found in sorted(reading.items())},
        properties={
            _scheme(term): tuple(_qualified(value) for value in values)
            for term, values in _table("ftmProperty").items()
        },
    )


def _roles(name: str) -> dict[str, dict[str, str]]:
    return {term: dict(map(_qualified, values)) for term, values in _table(name).items()}


def _qualified(value: str) -> tuple[str, str]:
    schema, _, property_ = value.partition(":")
    return schema, property_


def _tie(term: str, schema: str, ends: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]) -> Tie:
    return Tie(schema, ends[0][term][schema], ends[1][term][schema])


@functools.cache
def bods() -> Bods:
    """The mappings to BODS."""
    written, read = _table("bodsInterest"), _table("fromBodsInterest")
    party = _first("bodsParty")
    ranks = {term: int(rank) for term, rank in _first("bodsRank").items()}
    relations: dict[str, list[tuple[bool, int, str]]] = {}
    for later, table in ((False, written), (True, read)):
        for term, interests in table.items():
            for interest in interests if term in party else ():
                relations.setdefault(interest, []).append((later, ranks.get(term, 0), term))
    classes = {
        type_: term for name in ("fromBodsType", "bodsType") for term, ts in _table(name).items() for type_ in ts
    }
    schemes = {name: _first(name) for name in ("bodsScheme", "bodsSchemeName")}
    return Bods(
        types=_first("bodsType"),
        classes=classes,
        interests={_scheme(term): interests[0] for term, interests in written.items()},
        relations={interest: tuple(t for *_, t in sorted(found)) for interest, found in sorted(relations.items())},
        party=party,
        only=_first("bodsOnly"),
        roles=_first("bodsRole"),
        fields=_first("bodsProperty"),
        schemes={
            _scheme(term): {field: value}
            for name, field in (("bodsScheme", "scheme"), ("bodsSchemeName", "schemeName"))
            for term, value in schemes[name].items()
        },
    )


def _first(name: str) -> dict[str, str]:
    return {term: values[0] for term, values in _table(name).items()}


@functools.cache
def wikidata() -> Wikidata:
    """The mappings to Wikidata."""
    forward, inverse = _starting(_BOTH, WIKIDATA), _starting("inverseMatch", WIKIDATA)
    by_class = {term: dict(value.split(" ") for value in values) for term, values in _table("wikidataByClass").items()}
    return Wikidata(
        {_scheme(term): values[0] for term, values in forward.items()},
        {term: values[0] for term, values in inverse.items()},
        by_class,
    )


def publisher() -> str:
    """The class that the publisher of a file becomes, if the data has no record of it."""
    return next(iter(_first("newPublisher")))


def nearest(kinds: Iterable[str], known: Collection[str]) -> str:
    """The first of some classes, from the nearest, that a table knows; "" for none.

    >>> nearest(["University", "Organization", "Actor"], {"Organization", "Actor"})
    'Organization'
    """
    return next((kind for kind in kinds if kind in known), "")


def upwards(kind: str, parents: Mapping[str, Collection[str]]) -> Iterator[str]:
    """A class and those above it, the nearest first.

    >>> list(upwards("a", {"a": ["c", "b"], "b": ["d"], "c": []}))
    ['a', 'b', 'c', 'd']
    """
    seen: set[str] = set()
    level = [kind]
    while level:
        yield from level
        seen.update(level)
        level = sorted({parent for name in level for parent in parents.get(name, ())} - seen)
