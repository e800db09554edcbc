"""Texts whose claims are known, to measure proposals against: a folder like ``tests/gold/first``.

A gold folder has ``texts/ID.txt``, and ``sources/ID.yaml`` and ``entities/*.yaml`` as a data folder has them. It is
read together with the data: what is a record only here is a new name for whoever proposes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rareearth import characters, checks, paths
from rareearth.dataset import Dataset
from rareearth.errors import DataError, Problem, RareEarthError
from rareearth.models import Claim, Source
from rareearth.proposals.inbox import Article


@dataclass(frozen=True)
class Place:
    """A place of a text that names an entity, characters ``start`` up to ``end``."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Gold:
    """One text, what it names and refers to, and every claim that a careful reader would enter."""

    article: Article
    names: tuple[Place, ...]
    references: tuple[Place, ...]
    claims: tuple[Claim, ...]


def read(folder: Path, data: Path | None = None) -> tuple[list[Gold], Dataset]:
    """The texts of a gold folder, in the order of their ids, and the data together with what the folder adds.

    Raises RareEarthError (DataError with file and line for faults of the data) if there is no text, or one without its
    source.
    """
    texts = sorted((folder / "texts").glob("*.txt"))
    if not texts:
        raise RareEarthError(f"{paths.display(folder)}: has no texts/*.txt; expected a folder like tests/gold/first")
    dataset = checks.load(data, more=[folder])
    missing = [path for path in texts if path.stem not in dataset.sources]
    if missing:
        raise DataError([Problem(path, None, f"has no sources/{path.stem}.yaml") for path in missing])
    return [of(dataset, dataset.sources[path.stem], characters.decoded(path.read_bytes())) for path in texts], dataset


def of(dataset: Dataset, source: Source, text: str, *, records: bool = False) -> Gold:
    """The gold of one source of a dataset, given its text.

    A source of the data lists only the names that the records do not have: with ``records``, those of the records that
    its claims are about are added.
    """
    article = Article(
        id=source.id,
        title=source.title,
        publisher=source.publisher,
        url=source.url,
        published=source.published,
        language=source.language,
        kind=source.kind,
        text=text.replace("\r\n", "\n"),
    )
    forms = [(form, dataset.canonical(id_)) for id_, given in source.names for form in given]
    claims = tuple(claim for claim in dataset.claims if claim.source == source.id)
    if records:
        ends = {end for claim in claims for end in (claim.subject, claim.object) if end in dataset.entities}
        known = [dataset.entities[end] for end in sorted(ends)]
        forms += [
            (form, dataset.canonical(e.id)) for e in known for form in (e.name, e.zh, *e.aliases, *e.acronyms) if form
        ]
    names = _places(article.text, forms, [])
    refers = [(words, dataset.canonical(id_)) for words, id_ in source.refers]
    return Gold(article, tuple(names), tuple(_places(article.text, refers, names)), claims)


def _places(text: str, forms: Sequence[tuple[str, str]], taken: Sequence[Place]) -> list[Place]:
    """Where forms stand in a text, the longest first, where nothing else stands."""
    used = bytearray(len(text))
    for place in taken:
        used[place.start : place.end] = b"\1" * (place.end - place.start)
    found = []
    for form, entity in sorted(set(forms), key=lambda item: (-len(item[0]), item)):
        ends = (
            r"\b" if form[0].isalnum() and form.isascii() else "",
            r"\b" if form[-1].isalnum() and form.isascii() else "",
        )
        for match in re.finditer(ends[0] + re.escape(form) + ends[1], text):
            if not any(used[match.start() : match.end()]):
                used[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                found.append(Place(match.start(), match.end(), entity))
    return sorted(found, key=lambda place: place.start)
