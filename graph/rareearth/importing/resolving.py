"""From what a file says to claims and records of a data folder: which record each thing is, and what fits.

A thing is a record of the data if the file was made from it, if both have an identifier, or if they have the same name
(in any spelling, but no short form), their classes go together and no other record has that name. Any other thing
becomes a new record, and its close names are listed: whether the two are the same, a person judges.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from rareearth import checks, edtf, identifiers, spelling
from rareearth.dataset import Dataset
from rareearth.errors import DateError
from rareearth.importing.records import Found, Party, Reading, Said
from rareearth.models import Claim, Confidence, Entity, Identifier, Source
from rareearth.names import Index
from rareearth.ontology import PERCENTAGE, ROLE, Ontology

_WAYS = ("exact", "spelling", "form", "word order")  # in which a name must match
_LONGEST_ID = 80
_MOST_CLOSE = 3
_MOST_COMPARED = 200  # new records that are compared with the names of the data, as each takes milliseconds


class Import(NamedTuple):
    """What a file adds to a data folder, with an account of what it says and is not added.

    ``records`` are new. ``names`` are what the file calls records that are known, and ``known`` how these were found.
    ``close`` are records with names close to those of new ones, of the first 200.
    """

    source: Source
    claims: tuple[Claim, ...]
    records: tuple[Entity, ...]
    names: Mapping[str, tuple[str, ...]]
    known: Mapping[str, str]
    close: Mapping[str, tuple[str, ...]]
    found: Found


def resolve(
    found: Found, dataset: Dataset, source: Source, confidence: Confidence | None = None, *, known: bool = False
) -> Import:
    """The claims and records of what a file says. With ``known``, only claims with an end that is a known record."""
    return _Resolver(found, dataset, source).all(confidence, known=known)


class _Resolver:
    def __init__(self, found: Found, dataset: Dataset, source: Source) -> None:
        self._found = found
        self._dataset = dataset
        self._entities = dict(dataset.entities)  # and the new ones
        self._whole = dataclasses.replace(dataset, entities=self._entities)
        self._source = source
        self._ontology: Ontology = dataset.ontology
        self._index = Index(_names(dataset), ("name", "other"))
        self._by_identifier = {
            (given.scheme, given.value): dataset.canonical(entity.id)
            for entity in dataset.entities.values()
            for given in entity.ids
        }
        self._ids: dict[str, str] = {}  # of parties, by key
        self._how: dict[str, str] = {}
        self._new: dict[str, Entity] = {}

    def all(self, confidence: Confidence | None, *, known: bool) -> Import:
        for party in self._found.parties.values():
            self._known(party)
        claims: dict[str, Claim] = {}
        here = set(self._ids)
        said_already: set[tuple[str, str, str]] = set()
        for said in sorted(self._found.said, key=lambda said: said.weak):
            reading = self._reading(said, here if known else None)
            claim = reading and self._claim(said, reading, confidence)
            if claim and not (said.weak and _words(claim) in said_already):
                said_already.add(_words(claim))
                first = claims.setdefault(claim.id, claim)
                spans = {span.start: span for span in (*first.at, *claim.at)}
                claims[claim.id] = first.model_copy(update={"at": tuple(spans[start] for start in sorted(spans))})
        kept = list(claims.values())
        used = {end for claim in kept for end in (claim.subject, claim.object)}
        for party in self._found.parties.values():
            if self._ids.get(party.key, "") not in used:
                self._found.account.leave("entity", "nothing is said of it that is taken", party.shown)
        names: dict[str, set[str]] = defaultdict(set)
        for key, id_ in self._ids.items():
            if id_ in used and id_ not in self._new:
                names[id_].update(set(self._found.parties[key].names) - set(_all_names(self._dataset.entities[id_])))
        return Import(
            self._source,
            tuple(kept),
            tuple(entity for id_, entity in sorted(self._new.items()) if id_ in used),
            {id_: tuple(sorted(given)) for id_, given in sorted(names.items()) if given},
            {id_: how for id_, how in sorted(self._how.items()) if id_ in used},
            dict(self._close(sorted(id_ for id_ in self._new if id_ in used)[:_MOST_COMPARED])),
            self._found,
        )

    def _close(self, ids: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """New records with the records whose names are close."""
        for id_ in ids:
            names = _all_names(self._new[id_])
            if close := {match.thing for name in names for match in self._index.suggest(name, _MOST_CLOSE)}:
                yield id_, tuple(sorted(close))

    def _known(self, party: Party) -> None:
        """Find the record of a party, if the data has it."""
        canonical = self._dataset.canonical
        if party.own in self._dataset.entities:
            self._is(party, canonical(party.own), "its id")
            return
        for given in party.identifiers:
            if id_ := self._by_identifier.get(given):
                self._is(party, id_, f"its {given[0]}")
                return
        for name in party.names:
            matches = {canonical(m.thing): m for m in self._index.find(name) if m.why in _WAYS}
            fitting = [id_ for id_ in matches if party.kind and self._goes_with(party.kind, id_)]
            if len(fitting) == 1:
                self._is(party, fitting[0], f"the name {name}")
                return

    def _is(self, party: Party, id_: str, how: str) -> None:
        self._ids[party.key] = id_
        self._how.setdefault(id_, how)

    def _goes_with(self, kind: str, id_: str) -> bool:
        """Whether a record may be of a class: one is below the other, or both are below one that records may have."""
        ontology, other = self._ontology, self._dataset.entities[id_].kind
        return any(
            not found.abstract and ontology.is_a(kind, found.name) and ontology.is_a(other, found.name)
            for found in ontology.classes.values()
        )

    def _reading(self, said: Said, known: set[str] | None) -> Reading | None:
        """The first way to read something whose ends are there and fit; the account has why there is none.

        If parties are given as ``known``, one of the ends must be one of them.
        """
        account = self._found.account
        there = [r for r in said.readings if self._has(r.subject) and (said.value or self._has(r.object))]
        if not there:
            account.leave("tie", "an end has no class, or is not in the file", said.shown)
            return None
        for reading in there:
            relation = self._ontology.relations[reading.relation]
            fits = self._ontology.is_a(self._kind(reading.subject), relation.domain)
            if fits and (relation.literal or self._ontology.is_a(self._kind(reading.object), relation.range)):
                if known is not None and not {reading.subject, reading.object} & known:
                    account.leave("tie", "no end is known", said.shown)
                    return None
                return reading
        account.leave("tie", "its ends are not of the classes of the relation", said.shown)
        return None

    def _has(self, key: str) -> bool:
        return key in self._ids or bool(key in self._found.parties and self._found.parties[key].kind)

    def _kind(self, key: str) -> str:
        if id_ := self._ids.get(key):
            return self._entities[id_].kind
        return self._found.parties[key].kind

    def _id(self, key: str) -> str:
        """The id of the record of a party, which is made if there is none."""
        if key not in self._ids:
            self._ids[key] = self._record(self._found.parties[key])
        return self._ids[key]

    def _record(self, party: Party) -> str:
        names = party.names or [party.key]
        name = next((n for n in names if not spelling.is_han(n)), names[0])
        zh = next((n for n in names if spelling.is_han(n) and n != name), None)
        made = spelling.slug(name, _LONGEST_ID) or spelling.slug(party.key, _LONGEST_ID) or party.shown.casefold()
        id_, number = made, 2
        while id_ in self._entities:
            id_, number = f"{made}-{number}", number + 1
        given = []
        for scheme, value in party.identifiers:
            if identifiers.fault(scheme, value):
                self._found.account.leave("identifier", "not in the form of the data", scheme)
            else:
                given.append(Identifier(scheme=scheme, value=value, page=self._source.url))
        aliases = tuple(sorted({n for n in names if n not in (name, zh)}))
        record = Entity(id=id_, kind=party.kind, name=name, zh=zh, aliases=aliases, ids=tuple(given))
        self._new[id_] = self._entities[id_] = record
        self._by_identifier.update({(one.scheme, one.value): id_ for one in given})
        return id_

    def _claim(self, said: Said, reading: Reading, confidence: Confidence | None) -> Claim | None:
        relation = self._ontology.relations[reading.relation]
        details = dict(self._details(said, owner=bool(relation.owner)))
        times = dict(self._times(said))
        try:
            claim = Claim.model_validate(
                {
                    "source": self._source.id,
                    "subject": self._id(reading.subject),
                    "relation": relation.name,
                    "object": said.value if relation.literal else self._id(reading.object),
                    "qualifiers": tuple(sorted(details.items())),
                    "confidence": confidence,
                    "note": said.note or None,
                    "status": said.status,
                    "at": (said.at,),
                    **times,
                }
            )
        except ValidationError:
            self._found.account.leave("tie", "its value is not in the form of the data", said.shown)
            return None
        if next(checks.faults(self._whole, claim), None):
            self._found.account.leave("tie", "its value is not in the form of the data", said.shown)
            return None
        if not relation.literal and not relation.to_itself and claim.subject == claim.object:
            self._found.account.leave("tie", "ties a thing to itself", said.shown)
            return None
        return claim

    def _details(self, said: Said, *, owner: bool) -> Iterator[tuple[str, str]]:
        for name, text in said.details.items():
            qualifier, value = self._ontology.qualifiers[name], text
            if qualifier.range == PERCENTAGE:
                value = _percentage(text)
                fits = self._is_share(value)
            elif not qualifier.literal:
                matches = {self._dataset.canonical(m.thing) for m in self._index.find(text)}
                value = next(iter(matches)) if len(matches) == 1 else ""
                fits = bool(value) and self._ontology.is_a(self._dataset.entities[value].kind, qualifier.range)
            else:
                fits = not (owner and name == ROLE) or text in self._ontology.interests or "share" not in said.details
            if fits:
                yield name, value
            else:
                self._found.account.leave("detail", "a value that is not in the form of the data", name)

    def _is_share(self, text: str) -> bool:
        try:
            self._ontology.share((), text)
        except ValueError:
            return False
        return True

    def _times(self, said: Said) -> Iterator[tuple[str, str]]:
        for name, text in said.times.items():
            try:
                edtf.parse(text)
            except DateError:
                self._found.account.leave("detail", "a value that is not in the form of the data", name)
            else:
                yield name, text


def _percentage(text: str) -> str:
    """A share as the data writes it.

    >>> _percentage("31.210 %"), _percentage("more than 50"), _percentage("100.0")
    ('31.21', 'more than 50', '100')
    """
    plain = text.removesuffix("%").strip()
    if plain.replace(".", "", 1).isdecimal() and "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain


def _names(dataset: Dataset) -> Iterator[tuple[str, str, str]]:
    for entity in dataset.entities.values():
        for name in _all_names(entity):
            yield entity.id, name, "name" if name in (entity.name, entity.zh) else "other"
    for source in dataset.sources.values():
        for id_, names in source.names:
            if id_ in dataset.entities:
                yield from ((id_, name, "other") for name in names)


def _all_names(entity: Entity) -> list[str]:
    return [name for name in (entity.name, entity.zh, *entity.aliases, *entity.acronyms) if name]


def _words(claim: Claim) -> tuple[str, str, str]:
    return claim.subject, claim.relation, claim.object
