"""Reads a file of FollowTheMoney: an entity as JSON on each line, with properties or with statements.

What ``ontology/mappings.ttl`` has no class, relation or qualifier for is counted and not taken. The label of one of our
relations in ``summary`` or ``role`` says which of several relations of a schema is meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rareearth import characters, paths
from rareearth.errors import ArticleError
from rareearth.formats import mappings
from rareearth.formats.followthemoney import CLAIM, PREFIX, SOURCE, load
from rareearth.identifiers import SCHEMES
from rareearth.importing import details
from rareearth.importing.details import Labels
from rareearth.importing.records import Found, Party, Reading, Said, evidence, line
from rareearth.models import Evidence
from rareearth.ontology import DATES, Ontology

if TYPE_CHECKING:
    from followthemoney.statement import StatementEntity

    from rareearth.formats.mappings import Tie

_DATES = {"date": "when", "startDate": "since", "endDate": "until"}
_NAMES = ("name", "alias", "abbreviation", "weakAlias")
_TEXTS = ("summary", "description")
# Of pages and of the record itself, for which the source that is imported stands.
_ABOUT = {
    *_NAMES, *_TEXTS, "recordId", "proof", "sourceUrl", "publisher", "publisherUrl", "retrievedAt", "modifiedAt",
    "createdAt", "notes", "wikipediaUrl",
}  # fmt: skip


def read(text: str, path: Path, ontology: Ontology) -> Found:
    """What a file says. Raises ArticleError, with the line, for what is not FollowTheMoney; MissingExtraError."""
    load()
    return _Reader(text, path, ontology).found()


class _Reader:
    """One reading of one file."""

    def __init__(self, text: str, path: Path, ontology: Ontology) -> None:
        self._shown = paths.display(path)
        self._ontology = ontology
        self._terms = mappings.followthemoney()
        self._labels = Labels.of(ontology)
        self._found = Found(text)
        self._entities = list(self._lines())

    def found(self) -> Found:
        for entity, _ in self._entities:
            if not entity.schema.is_a("Interval") or entity.schema.is_a("Thing"):
                self._party(entity)
        for entity, at in self._entities:
            if str(entity.id) in self._found.parties:
                self._properties(entity, at)
            elif entity.schema.is_a("Interval") and not entity.schema.is_a("Thing"):
                self._tie(entity, at)
        return self._found

    def _lines(self) -> Iterator[tuple[StatementEntity, Evidence]]:
        start = 0
        for number, raw in enumerate(self._found.text.split("\n"), 1):
            if raw.strip():
                left = start + len(raw) - len(raw.lstrip())
                yield self._entity(raw, number), evidence(self._found.text, left, left + len(raw.strip()))
            start += len(raw) + 1

    def _entity(self, raw: str, number: int) -> StatementEntity:
        from followthemoney.dataset import UndefinedDataset
        from followthemoney.exc import InvalidData
        from followthemoney.statement import StatementEntity

        where = f"{self._shown}:{number}"
        try:
            data: Any = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise ArticleError(f"{where}: is not JSON ({error}); expected an entity on each line") from error
        if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"]:
            raise ArticleError(f"{where}: has no `id`; expected an entity of FollowTheMoney")
        if "entity_id" in data and "prop" in data:
            raise ArticleError(f"{where}: is a statement; expected an entity: import the file of entities")
        properties = data.get("properties", {})
        if not isinstance(properties, dict):
            raise ArticleError(f"{where}: has no map as `properties`; expected an entity of FollowTheMoney")
        try:
            entity = StatementEntity.from_data(UndefinedDataset, data, cleaned=False)
        except (InvalidData, AttributeError, KeyError, TypeError, ValueError) as error:
            schema = characters.shown(str(data.get("schema")))
            message = f"the entity '{characters.shown(data['id'])}' with the schema '{schema}' is not as it should be"
            raise ArticleError(f"{where}: {message} ({characters.visible(str(error))})") from error
        for name, values in properties.items():
            if name not in entity.schema.properties:
                self._found.account.leave("property", "unknown to FollowTheMoney", characters.shown(str(name)))
            elif values and not entity.has(name):
                self._found.account.leave("property", "no value of its type", name)
        return entity

    def _party(self, entity: StatementEntity) -> None:
        id_ = str(entity.id)
        names = [entity.schema.name, *(s.name for s in sorted(entity.schema.schemata, key=lambda s: -len(s.schemata)))]
        kind = next((self._terms.classes[name] for name in names if name in self._terms.classes), "")
        own = id_.removeprefix(PREFIX) if id_.startswith(PREFIX) and not id_.startswith((CLAIM, SOURCE)) else ""
        if not kind and not own:
            self._found.account.leave("entity", "no class for its schema", entity.schema.name)
            return
        found = [line(name) for prop in _NAMES for name in sorted(entity.get(prop, quiet=True))]
        caption = line(entity.caption)
        first = [name for name in found if name == caption]
        identifiers = [
            (scheme, value)
            for scheme, given in self._terms.properties.items()
            for schema, prop in given
            if entity.schema.is_a(schema) and scheme in SCHEMES
            for value in sorted(entity.get(prop, quiet=True))
        ]
        self._found.parties[id_] = Party(
            id_, kind, entity.schema.name, list(dict.fromkeys([*first, *found])), identifiers, own
        )

    def _properties(self, entity: StatementEntity, at: Evidence) -> None:
        """The values of a thing that relations of the ontology have."""
        known = set(_ABOUT)
        for relation, given in self._terms.properties.items():
            for schema, prop in given:
                if entity.schema.is_a(schema):
                    known.add(prop)
                    if relation in self._ontology.relations:
                        for value in sorted(entity.get(prop, quiet=True)):
                            self._value(entity, relation, prop, value, at)
        for prop_, _ in entity.itervalues():
            if prop_.name not in known:
                self._found.account.leave("property", "no relation for it", prop_.name)

    def _value(self, entity: StatementEntity, relation: str, prop: str, value: str, at: Evidence) -> None:
        from followthemoney.types import registry

        key = str(entity.id)
        found = self._ontology.relations[relation]
        if found.literal:
            text = _day(value) if found.range in DATES else line(value)
            said = Said([Reading(relation, key, "")], at, prop, value=text)
        else:  # the code of a country
            country = registry.country.caption(value) or value
            if line(country) in self._found.parties[key].names:
                return  # a country has its own code
            place = self._found.parties.setdefault(
                f"country {value}", Party(f"country {value}", self._terms.classes["Territory"], prop, [country])
            )
            said = Said([Reading(relation, key, place.key)], at, prop, weak=True)
        self._found.said.append(said)

    def _tie(self, entity: StatementEntity, at: Evidence) -> None:
        texts = {line(text) for prop in (*_TEXTS, "role") for text in entity.get(prop, quiet=True)}
        schema = entity.schema.name
        named = [name for text in sorted(texts) if (name := self._labels.relation(text))]
        ways = [(name, tie) for name in named for tie in self._terms.ties.get(name, ()) if tie.schema == schema]
        readings = [
            Reading(name, subject, object_)
            for name, tie in [*ways, *self._terms.read.get(schema, ())]
            for subject in self._ends(entity, tie.subject)
            for object_ in self._ends(entity, tie.object)
        ]
        if not readings:
            why = "an end is missing" if ways or schema in self._terms.read else "no relation for its schema"
            self._found.account.leave("tie", why, schema)
            return
        lines = [text for text in sorted(texts) if not self._labels.relation(text)]
        qualifiers, times, note, others = details.read(lines, self._labels)
        said = Said(readings, at, schema, details=qualifiers, times=times, note=note)
        known = {prop for tie in self._all_ties(schema) for prop in (tie.subject, tie.object)}
        known |= {*_ABOUT, *_DATES, *self._details(entity, said)}
        for text in others:
            if text not in said.details.values():
                self._found.account.leave("detail", "a text that is no field of a claim", "description")
        for prop_, _ in entity.itervalues():
            if prop_.name not in known:
                self._found.account.leave("detail", "no field of a claim for it", f"{schema}:{prop_.name}")
        self._found.said.append(said)

    def _details(self, entity: StatementEntity, said: Said) -> set[str]:
        """Give the times and qualifiers that properties have; returns the names of these."""
        known = set()
        for prop, name in _DATES.items():
            for day in sorted(entity.get(prop, quiet=True))[-1:]:
                said.times.setdefault(name, _day(day))
        for qualifier in sorted(set(self._terms.properties) & set(self._ontology.qualifiers)):
            for schema, prop in self._terms.properties[qualifier]:
                if entity.schema.is_a(schema):
                    known.add(prop)
                    values = [line(value) for value in sorted(entity.get(prop, quiet=True))]
                    for value in (value for value in values if not self._labels.relation(value)):
                        said.details.setdefault(qualifier, value)
        return known

    def _all_ties(self, schema: str) -> Iterator[Tie]:
        yield from (tie for ties in self._terms.ties.values() for tie in ties if tie.schema == schema)
        yield from (tie for _, tie in self._terms.read.get(schema, ()))

    def _ends(self, entity: StatementEntity, prop: str) -> list[str]:
        return sorted(entity.get(prop, quiet=True)) if prop in entity.schema.properties else []


def _day(text: str) -> str:
    """A date without the time of the day."""
    return text.partition("T")[0]
