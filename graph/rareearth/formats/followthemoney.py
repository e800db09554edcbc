"""FollowTheMoney 4, the model of OpenSanctions and Aleph: ``NAME.ftm.json`` and ``NAME.statements.json``.

The first has an entity on each line, as OpenSanctions publishes them; the second the statements behind them, each with
its dataset (the source), the value as the source has it, and the day on which a sentence was read. A claim is an entity
of its own (an ownership, a directorship, a link …), whose ``proof`` is the page and whose ``recordId`` is the claim.
What FollowTheMoney has no field for is a line ``label: value`` of the description, so that it can be read back.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rareearth.errors import MissingExtraError
from rareearth.formats import exchange, mappings
from rareearth.formats.exchange import NOTE, TIMES, Account, Thing
from rareearth.saving import Content, save_all

if TYPE_CHECKING:
    from followthemoney.schema import Schema
    from followthemoney.statement import StatementEntity

    from rareearth.formats.mappings import Tie
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim, Page

EXTENSION = ".ftm.json"
STATEMENTS = ".statements.json"
PREFIX = "rareearth-"  # of the ids of entities, which others' ids then cannot be
CLAIM, SOURCE = PREFIX + "claim-", PREFIX + "source-"
DATASET = "rareearth"  # of what the records have; that of a source is ``rareearth_`` and its id
_LANGUAGES = {"en": "eng", "zh": "zho"}


def write(path: Path, store: Backend, note: Callable[[str], None]) -> list[Path]:
    """Write the two files and return their paths. Raises MissingExtraError without the package followthemoney."""
    made, account = entities(store)
    statements = sorted(
        (statement.to_dict() for entity in made for statement in entity.statements),
        key=lambda one: (one["entity_id"], one["prop"], one["value"], one["dataset"], one["lang"] or ""),
    )
    account.written["statement"] = len(statements)
    files: dict[Path, Content] = {
        path: _lines(map(entity_dict, made)),
        path.with_name(path.name[: -len(EXTENSION)] + STATEMENTS): _lines(statements),
    }
    for line in account.lines(path.name):
        note(line)
    return save_all(files)


def entities(store: Backend) -> tuple[list[StatementEntity], Account]:
    """The entities of FollowTheMoney, sorted by id, and what was left out. Raises MissingExtraError."""
    load()
    writer = _Writer(store)
    for claim in exchange.facts(store, writer.account):
        writer.add(claim)
    made = sorted(writer.made.values(), key=lambda entity: str(entity.id))
    writer.account.written = Counter({"entity": len(made), "claim": writer.claims})
    return made, writer.account


def load() -> None:
    """Import the package before anything is read. Raises MissingExtraError if it is not installed.

    It sets the limit of the length of cells of all CSV that the process reads, which is put back.
    """
    limit = csv.field_size_limit()
    try:
        import followthemoney.statement  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtraError("followthemoney", "ftm") from error
    finally:
        csv.field_size_limit(limit)


def entity_dict(entity: StatementEntity) -> dict[str, Any]:
    """An entity as a line of the file has it, its values sorted."""
    found: dict[str, Any] = entity.to_dict()
    for name in ("referents", "datasets"):
        found[name] = sorted(found[name])
    found["properties"] = {name: sorted(values) for name, values in sorted(found["properties"].items())}
    found["caption"] = min(
        found["properties"].get("name", [found["caption"]]), key=lambda name: (not name.isascii(), name)
    )
    return found


def dataset_name(source: str) -> str:
    """The name of the dataset of a source; names of datasets have no hyphens, and ids of sources no underlines.

    >>> dataset_name("reex-ganzhou-tour")
    'rareearth_reex_ganzhou_tour'
    """
    return f"{DATASET}_{source.replace('-', '_')}"


def _lines(found: Any) -> Iterator[bytes]:
    for one in found:
        yield json.dumps(one, ensure_ascii=False, sort_keys=True).encode() + b"\n"


class _Writer:
    """Makes entities of things, pages and claims."""

    def __init__(self, store: Backend) -> None:
        from followthemoney import model
        from followthemoney.dataset import Dataset

        self._model = model
        self._dataset = Dataset.make({"name": DATASET, "title": DATASET})
        self._terms = mappings.followthemoney()
        self._parents = exchange.parents(store)
        self.account = Account()
        self.made: dict[str, StatementEntity] = {}
        self.claims = 0
        self._countries: set[str] = set()  # ids of those that are values of a property as well
        for thing in exchange.things(store).values():
            self._thing(thing)

    def add(self, claim: Claim) -> None:
        """A claim: as a tie of its ends, as a property of its subject, or both."""
        written = [self._property(claim, *given) for given in self._terms.properties.get(claim.relation.id, ())]
        tie = next(filter(None, (self._fits(claim, tie) for tie in self._terms.ties.get(claim.relation.id, ()))), None)
        if tie:
            self._tie(claim, tie)
        if tie or any(written):
            self.claims += 1
        elif not self._is_mapped(claim):
            self.account.leave("claim", "no schema or property for its relation", claim.relation.label)
        else:
            self.account.leave(
                "claim", "its ends are of classes, or its value of a form, that do not fit", claim.relation.label
            )

    def _is_mapped(self, claim: Claim) -> bool:
        name = claim.relation.id
        return bool(self._terms.ties.get(name) or self._terms.properties.get(name))

    def _schema(self, kind: str) -> Schema | None:
        name = mappings.nearest(mappings.upwards(kind, self._parents), self._terms.schemata)
        return self._model.get(self._terms.schemata[name]) if name else None

    def _new(self, id_: str, schema: Schema | str) -> StatementEntity:
        from followthemoney.statement import StatementEntity

        name = schema if isinstance(schema, str) else schema.name
        entity = self.made[id_] = StatementEntity(self._dataset, {"id": id_, "schema": name})
        return entity

    def _thing(self, thing: Thing) -> None:
        schema = self._schema(thing.kind)
        if schema is None:
            self.account.leave("entity", "no schema for its class", thing.kind)
            return
        entity = self._new(PREFIX + thing.id, schema)
        self._put(entity, "name", thing.name, language="en")
        self._put(entity, "name", thing.zh, language="zh")
        for alias, language in thing.aliases:
            self._put(entity, "alias", alias, language=language)
        for acronym in thing.acronyms:
            self._put(entity, "abbreviation" if "abbreviation" in schema.properties else "weakAlias", acronym)
        for source, name in thing.observed:
            self._put(entity, "alias", name, source=source)
        self._put(entity, "description", thing.about, language="en")
        for page in thing.seen:
            self._put(entity, "sourceUrl", page)
        for given in thing.identifiers:
            found = self._terms.properties.get(given.scheme, ())
            if any([self._set(entity, *one, given.value) for one in found]):  # noqa: C419 - all of them are set
                self._put(entity, "sourceUrl", given.page)
            else:
                self.account.leave("identifier", "no property for its scheme", given.scheme)
        if self._terms.classes.get(schema.name) == thing.kind and schema.is_a("Territory"):
            self._countries.add(thing.id)
            self._put(entity, "country", thing.name, optional=True)

    def _property(self, claim: Claim, schema: str, name: str) -> bool:
        """Give the subject a value, if it is of that schema and the value is of the type of the property."""
        entity = self.made.get(PREFIX + claim.subject.id)
        if entity is None or (claim.object.is_entity and claim.object.id not in self._countries):
            return False
        if not self._set(entity, schema, name, claim.object.label, claim):
            return False
        if not claim.object.is_entity:
            for _ in filter(None, (claim.when, claim.since, claim.until, claim.note, *claim.qualifiers)):
                self.account.leave("detail", "a property has no place for it", claim.relation.label)
        return True

    def _set(self, entity: StatementEntity, schema: str, name: str, value: str, claim: Claim | None = None) -> bool:
        if not entity.schema.is_a(schema):
            return False
        return self._put(entity, name, value, source=claim.source if claim else "", optional=True)

    def _fits(self, claim: Claim, tie: Tie) -> Tie | None:
        """The tie, if both ends are of the schemata that it ties."""
        schema = self._model.get(tie.schema)
        if schema is None or not claim.object.is_entity:
            return None
        for name, id_ in ((tie.subject, claim.subject.id), (tie.object, claim.object.id)):
            entity, range_ = self.made.get(PREFIX + id_), schema.properties[name].range
            if entity is None or range_ is None or not entity.schema.is_a(range_):
                return None
        return tie

    def _tie(self, claim: Claim, tie: Tie) -> None:
        entity = self._new(CLAIM + claim.id.replace("/", "-"), tie.schema)
        reading = next(iter(claim.readings), None)

        def put(name: str, value: str, original: str = "") -> bool:
            day = reading.on if reading else ""
            return self._put(entity, name, value, source=claim.source, original=original, seen=day, optional=True)

        put(tie.subject, PREFIX + claim.subject.id, claim.recorded_subject)
        put(tie.object, PREFIX + claim.object.id, claim.recorded_object)
        put("summary", claim.relation.label)
        put("recordId", claim.id)
        for name, text, property_ in zip(
            TIMES, (claim.when, claim.since, claim.until), ("date", "startDate", "endDate"), strict=True
        ):
            if text and not (_is_plain_date(text) and put(property_, text)):
                put("description", f"{name}: {text}")
        for qualifier in claim.qualifiers:
            self._qualifier(entity, qualifier.name, qualifier.label, qualifier.value.label, put)
        if "role" in entity.schema.properties and not entity.has("role"):
            put("role", claim.relation.label)  # which is what others draw on an edge
        if claim.note:
            put("description", f"{NOTE}: {claim.note}")
        if claim.inferred:
            self.account.leave("detail", "inferred by us and not in the source", "time")
        put("proof", SOURCE + claim.source)
        put("sourceUrl", claim.page.url)
        put("publisher", claim.page.publisher)
        if reading:
            put("retrievedAt", reading.on)
        self._page(claim.page)

    def _qualifier(
        self, entity: StatementEntity, name: str, label: str, value: str, put: Callable[[str, str], bool]
    ) -> None:
        for schema, property_ in self._terms.properties.get(name, ()):
            if entity.schema.is_a(schema) and put(property_, value):
                return
        put("description", f"{label}: {value}")

    def _page(self, page: Page) -> None:
        if SOURCE + page.id in self.made:
            return
        entity = self._new(SOURCE + page.id, "Article")
        given = {
            "fileName": page.id, "title": page.title, "sourceUrl": page.url, "publisher": page.publisher,
            "publishedAt": page.published, "contentHash": "",
        }  # fmt: skip
        for name, value in given.items():
            if not self._put(entity, name, value, source=page.id, optional=True) and value:
                self.account.leave("detail", "not in a form that FollowTheMoney has", f"{name} of a page")

    def _put(
        self,
        entity: StatementEntity,
        name: str,
        value: str,
        *,
        source: str = "",
        language: str = "",
        original: str = "",
        seen: str = "",
        optional: bool = False,
    ) -> bool:
        """Add a value, if it is one of the type of the property; the account has it otherwise."""
        if not value:
            return False
        property_ = entity.schema.properties[name]
        if property_.type.name == "date" and not _is_plain_date(value):
            return False
        added = entity.unsafe_add(
            property_,
            value,
            dataset=dataset_name(source) if source else DATASET,
            lang=_LANGUAGES.get(language),
            original_value=original or None,
            seen=seen or None,
        )
        if added is None and not optional:
            self.account.leave("detail", "not in a form that FollowTheMoney has", name)
        return added is not None


def _is_plain_date(text: str) -> bool:
    """Whether a date of EDTF is a year, a month or a day: FollowTheMoney would shorten any other."""
    from rareearth import edtf

    return bool(edtf.precision(text))
