"""Reads a file of the Beneficial Ownership Data Standard 0.4: statements in a list, or one on each line.

Each interest of a relationship is a claim. A statement that a later one on the same record and of the same source
replaces is left out: it says how things looked before. Indirect interests are left out too, as the claims on what lies
between say the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rareearth import characters, paths
from rareearth.errors import ArticleError
from rareearth.formats import mappings
from rareearth.formats.bods import ENTITY, SHARE, TIE, VERSION
from rareearth.importing import details
from rareearth.importing.details import Labels
from rareearth.importing.records import Found, Party, Reading, Said, evidence, line
from rareearth.models import Evidence
from rareearth.ontology import ROLE, Ontology

_BETWEEN = " \t\r\n[],"
_DATES = {"startDate": "since", "endDate": "until"}
_NAMES = {"name", "alternateNames", "names", "entityType", "personType", "identifiers", "isComponent"}
_INTEREST = {*_DATES, "type", "details", "share", "directOrIndirect"}


class _Statement(NamedTuple):
    """A statement, the details of its record, and where it is in the file."""

    whole: Mapping[str, Any]
    record: Mapping[str, Any]
    at: Evidence

    @property
    def id(self) -> str:
        return str(self.whole["recordId"])

    @property
    def url(self) -> str:
        """The address of its source."""
        source = self.whole.get("source")
        return str(source.get("url", "")) if isinstance(source, Mapping) else ""


def read(text: str, path: Path, ontology: Ontology) -> Found:
    """What a file says. Raises ArticleError, with the line, for what is not BODS 0.4."""
    return _Reader(text, path, ontology).found()


class _Reader:
    """One reading of one file."""

    def __init__(self, text: str, path: Path, ontology: Ontology) -> None:
        self._path = path
        self._ontology = ontology
        self._terms = mappings.bods()
        self._labels = Labels.of(ontology)
        self._schemes = {value: scheme for scheme, given in self._terms.schemes.items() for value in given.values()}
        self._roles = {
            self._terms.interests[word]: word for word in ontology.interests if word in self._terms.interests
        }
        self._found = Found(text)
        self._records: dict[str, list[_Statement]] = defaultdict(list)
        for statement in self._statements():
            self._records[statement.id].append(statement)

    def found(self) -> Found:
        for statements in self._records.values():
            if statements[-1].whole["recordType"] != "relationship":
                self._party(statements[-1])
        for statements in self._records.values():
            if statements[-1].whole["recordType"] == "relationship":
                for number, statement in enumerate(statements, 1):
                    later = [] if statement.id.startswith(TIE) else statements[number:]
                    if any(other.url == statement.url for other in later):
                        self._found.account.leave("statement", "replaced by a later one", "relationship")
                    else:
                        self._relationship(statement)
        return self._found

    def _statements(self) -> Iterator[_Statement]:
        text, decoder, at = self._found.text, json.JSONDecoder(), 0
        while True:
            while at < len(text) and text[at] in _BETWEEN:
                at += 1
            if at == len(text):
                return
            try:
                whole, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                raise self._refusal(at, f"is not JSON ({error}); expected a list of statements") from error
            yield self._checked(whole, evidence(text, at, end))
            at = end

    def _refusal(self, at: int, message: str) -> ArticleError:
        """The error about what begins at a character; the line is counted only then, as a file may be long."""
        line_number = self._found.text.count("\n", 0, at) + 1
        return ArticleError(f"{paths.display(self._path)}:{line_number}: {message}")

    def _checked(self, whole: Any, at: Evidence) -> _Statement:
        if not isinstance(whole, dict):
            raise self._refusal(at.start, f"is no statement; expected a list of statements of BODS {VERSION}")
        if "statementType" in whole:
            expected = f"expected {VERSION}, whose statements have a `recordType`"
            raise self._refusal(at.start, f"is of an older BODS; {expected}")
        record, kind = whole.get("recordDetails"), whole.get("recordType")
        expected = f"expected a statement of BODS {VERSION}"
        if not isinstance(whole.get("recordId"), str) or kind not in ("entity", mappings.PERSON, "relationship"):
            raise self._refusal(at.start, f"has no `recordId` or no known `recordType`; {expected}")
        if not isinstance(record, dict):
            raise self._refusal(at.start, f"has no `recordDetails`; {expected}")
        return _Statement(whole, record, at)

    def _party(self, statement: _Statement) -> None:
        record, key = statement.record, statement.id
        is_person = statement.whole["recordType"] == mappings.PERSON
        type_ = mappings.PERSON if is_person else str(_map(record.get("entityType")).get("type", ""))
        kind = self._terms.classes.get(type_, "")
        if is_person:
            given = [_map(name).get("fullName") for name in _list(record.get("names"))]
        else:
            given = [record.get("name"), *_list(record.get("alternateNames"))]
        names = list(dict.fromkeys(line(name) for name in given if isinstance(name, str) and name.strip()))
        own = key.removeprefix(ENTITY) if key.startswith(ENTITY) and not key.startswith(TIE) else ""
        if not (kind or own) or not names:
            why = "no class for its type" if names else "it has no name"
            self._found.account.leave("entity", why, type_ or "entity")
            return
        identifiers = [
            (self._schemes[scheme], str(one.get("id", "")))
            for one in map(_map, _list(record.get("identifiers")))
            if (scheme := one.get("scheme") or one.get("schemeName")) in self._schemes
        ]
        left = len(_list(record.get("identifiers"))) - len(identifiers)
        for _ in range(left):
            self._found.account.leave("identifier", "of a scheme that the data does not have", type_)
        self._found.parties[key] = Party(key, kind, type_, names, identifiers, own)
        fields = {field: relation for relation, field in self._terms.fields.items()}
        for name, value in record.items():
            if name in fields and isinstance(value, str):
                self._found.said.append(Said([Reading(fields[name], key, "")], statement.at, name, value=value))
            elif name not in _NAMES and value:
                self._found.account.leave("property", "no relation for it", name)

    def _relationship(self, statement: _Statement) -> None:
        record = statement.record
        subject, party = record.get("subject"), record.get("interestedParty")
        if not isinstance(subject, str) or not isinstance(party, str):
            reason = next(
                str(_map(end).get("reason", "unknown")) for end in (party, subject) if not isinstance(end, str)
            )
            self._found.account.leave("tie", "an end is not specified", reason)
            return
        interests = [_map(one) for one in _list(record.get("interests"))]
        if not interests:
            self._found.account.leave("tie", "no interest is given", "relationship")
        for interest in interests:
            said = self._interest(interest, subject, party, statement.at)
            if said is None:
                continue
            if statement.whole.get("recordStatus") == "closed" and "until" not in said.times:
                said.status = "ended"
            self._found.said.append(said)

    def _interest(self, interest: Mapping[str, Any], subject: str, party: str, at: Evidence) -> Said | None:
        type_ = characters.shown(str(interest.get("type", "unknownInterest")))
        if interest.get("directOrIndirect") == "indirect":
            self._found.account.leave("tie", "an indirect interest, which the ties between say", type_)
            return None
        lines = [line(text) for text in str(interest.get("details") or "").splitlines() if text.strip()]
        named = [name for text in lines[:1] if (name := self._labels.relation(text)) in self._terms.party]
        relations = self._relations([*named, *self._terms.relations.get(type_, ())], subject)
        if not relations:
            self._found.account.leave("tie", "no relation for its interest", type_)
            return None
        ends = {"subject": (party, subject), "object": (subject, party)}
        readings = [Reading(name, *ends[self._terms.party[name]]) for name in relations]
        qualifiers, times, note, others = details.read(lines[len(named) :], self._labels)
        said = Said(readings, at, type_, details=qualifiers, times=times, note=note)
        for field, name in _DATES.items():
            if interest.get(field):
                said.times.setdefault(name, str(interest[field]).partition("T")[0])
        self._details(said, relations[0], _map(interest.get("share")))
        for _ in others:
            self._found.account.leave("detail", "a text that is no field of a claim", f"details of {type_}")
        for name, value in interest.items():
            if name not in _INTEREST and value:
                self._found.account.leave("detail", "no field of a claim for it", name)
        return said

    def _relations(self, names: list[str], subject: str) -> list[str]:
        """Those of some relations that what is owned may have, by its type."""
        owned = self._found.parties.get(subject)
        return [n for n in dict.fromkeys(names) if owned is None or owned.shown == self._terms.only.get(n, owned.shown)]

    def _details(self, said: Said, relation: str, given: Mapping[str, Any]) -> None:
        """Give the share, and the role that follows from the type of the interest."""
        is_owner = bool(self._ontology.relations[relation].owner)
        share = share_text(given)
        if share and not is_owner and relation not in self._terms.only:
            self._found.account.leave("detail", "a share of what is no property", said.shown)
        elif share:
            said.details.setdefault(SHARE, share)
        own = self._roles.get(said.shown) if is_owner and said.shown != self._terms.interests.get(relation) else None
        if role := self._terms.roles.get(relation) or own:
            said.details.setdefault(ROLE, role)


def share_text(given: Mapping[str, Any]) -> str:
    """A share as the data writes it.

    >>> share_text({"exact": 12.5}), share_text({"minimum": 25, "maximum": 50})
    ('12.5', '25-50')
    >>> share_text({"exclusiveMinimum": 50, "maximum": 100})
    'more than 50'
    """
    numbers = {name: format(value, "g") for name, value in given.items() if type(value) in (int, float)}
    if "exact" in numbers:
        return numbers["exact"]
    if {"minimum", "maximum"} <= set(numbers) and 0 < given["minimum"] < given["maximum"] < 100:
        return f"{numbers['minimum']}-{numbers['maximum']}"
    if {"minimum", "maximum"} <= set(numbers) and given["minimum"] == given["maximum"]:
        return numbers["minimum"]
    words = {
        "exclusiveMinimum": "more than",
        "minimum": "at least",
        "exclusiveMaximum": "less than",
        "maximum": "at most",
    }
    trivial = {"minimum": 0, "maximum": 100}
    parts = [f"{word} {numbers[n]}" for n, word in words.items() if n in numbers and given[n] != trivial.get(n)]
    return " and ".join(parts)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
