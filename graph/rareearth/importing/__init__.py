"""From a file of another tool to claims of a source: FollowTheMoney and BODS.

The file is a source like any other: each claim cites the characters of the record that says it, and the head of the
source has the digest of the file, so that :mod:`rareearth.corpus` finds the records again in a copy of it. What does
not fit is counted, and nothing is written unless the data with the claims passes all checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rareearth import characters, formatter, names, paths, spelling
from rareearth.dataset import Dataset
from rareearth.editing import Change, alone
from rareearth.errors import ArticleError, RareEarthError
from rareearth.formats import mappings
from rareearth.importing import bods, followthemoney
from rareearth.importing.records import Found
from rareearth.importing.resolving import Import, resolve
from rareearth.models import Confidence, Entity, Source, TextHash
from rareearth.ontology import Ontology
from rareearth.yamlfile import List, Map, Node, Text

__all__ = ["READERS", "Head", "Import", "read", "save"]

MAX_BYTES = 64 << 20  # of a file
_LANGUAGE = "en"
READERS: Mapping[str, Callable[[str, Path, Ontology], Found]] = {
    ".ftm.json": followthemoney.read,
    ".bods.json": bods.read,
}


class Head(NamedTuple):
    """What is stated of the file: the id that it gets as a source, its title, publisher (id or name) and address."""

    id: str
    title: str
    publisher: str
    url: str
    published: str | None = None


def read(
    path: Path, dataset: Dataset, head: Head, confidence: Confidence | None = None, *, known: bool = False
) -> Import:
    """What a file adds to the data; nothing is written.

    With ``known``, only claims with an end that is a record of the data already. Raises ArticleError for a file that
    cannot be read or is not of its format, RareEarthError for what is stated of it and cannot be so, MissingExtraError
    without the library for its format.
    """
    reader = next((found for extension, found in READERS.items() if path.name.lower().endswith(extension)), None)
    if reader is None:
        raise ArticleError(f"{path.name}: is of no known kind; expected {' or '.join(READERS)}")
    if head.id in dataset.sources:
        raise RareEarthError(f"the data has a source '{head.id}' already; give another id, or remove its file first")
    text = _text(path)
    publisher, new = _publisher(head, dataset)
    source = _source(head, publisher, text)
    whole = dataset if new is None else _with(dataset, new)
    found = resolve(reader(text, path, dataset.ontology), whole, source, confidence, known=known)
    return found if new is None else found._replace(records=tuple(sorted((new, *found.records), key=lambda e: e.id)))


def save(data: Path, found: Import, ontology: Ontology) -> list[Path]:
    """Write the source and its new records into a data folder, as two files of their own; returns their paths.

    Raises DataError, and writes nothing, if the data would have faults.
    """
    with alone(data):
        change = Change(data)
        if found.records:
            node = change.node(data / "entities" / f"{found.source.id}.yaml")
            for entity in found.records:
                group = node.setdefault(Text(entity.kind), Map())
                if isinstance(group, Map):
                    group[Text(entity.id)] = _record(entity)
        node = change.node(data / "sources" / f"{found.source.id}.yaml")
        head = found.source.model_dump(mode="json", exclude={"id", "names", "refers"}, exclude_none=True)
        node[Text("source")] = formatter.node(head)
        if found.names:
            node[Text("names")] = Map({Text(id_): _list(given) for id_, given in found.names.items()})
        node[Text("claims")] = List(
            Map({Text(f"{claim.subject} {claim.relation} {claim.object}"): formatter.claim_fields(claim)})
            for claim in found.claims
        )
        change.checked(ontology)
        return change.save(ontology)


def _record(entity: Entity) -> Map:
    """A record as the data writes it."""
    lists = {"aliases": entity.aliases, "ids": [f"{one.scheme} {one.value} {one.page}" for one in entity.ids]}
    texts = {"name": entity.name, "zh": entity.zh}
    fields: dict[Text, Node] = {Text(name): Text(text) for name, text in texts.items() if text}
    return Map(fields | {Text(name): _list(given) for name, given in lists.items() if given})


def _list(texts: Iterable[str]) -> List:
    return List(map(Text, texts))


def _text(path: Path) -> str:
    shown = paths.display(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ArticleError(
                f"{shown}: has {path.stat().st_size:,} bytes; expected at most {MAX_BYTES:,}: take a part"
            )
        text = characters.decoded(path.read_bytes()).replace("\r\n", "\n")
    except OSError as error:
        raise ArticleError(f"{shown}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise ArticleError(f"{shown}: is not UTF-8 ({error})") from error
    if not text.strip():
        raise ArticleError(f"{shown}: is empty")
    return text


def _publisher(head: Head, dataset: Dataset) -> tuple[str, Entity | None]:
    """The id of the publisher, and its record if the data has none of that name."""
    if head.publisher in dataset.entities:
        return head.publisher, None
    key = names.key(head.publisher)
    same = {
        dataset.canonical(e.id)
        for e in dataset.entities.values()
        if key in map(names.key, (e.name, *e.aliases, *e.acronyms))
    }
    if len(same) == 1:
        return same.pop(), None
    made = spelling.slug(head.publisher, 80)
    if not made or len(same) > 1 or made in dataset.entities:
        what = "may be " + ", ".join(sorted(same)) if same else "cannot be an id"
        raise RareEarthError(f"the publisher '{characters.shown(head.publisher)}' {what}; expected the id of a record")
    return made, Entity(id=made, kind=mappings.publisher(), name=head.publisher)


def _with(dataset: Dataset, new: Entity) -> Dataset:
    import dataclasses

    return dataclasses.replace(dataset, entities={**dataset.entities, new.id: new})


def _source(head: Head, publisher: str, text: str) -> Source:
    values: dict[str, Any] = {
        "id": head.id, "title": head.title, "publisher": publisher, "url": head.url, "published": head.published,
        "language": _LANGUAGE, "text": TextHash(sha256=hashlib.sha256(text.encode()).hexdigest(), chars=len(text)),
    }  # fmt: skip
    try:
        return Source.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        message = str(fault["msg"]).removeprefix("Value error, ")
        raise RareEarthError(f"the {fault['loc'][0]} of the source: {message}") from error
