"""What a model that reads well would answer for the texts of ``tests/gold``: their claims, by quotes."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.dataset import Dataset
from rareearth.models import Claim, Source
from rareearth.proposals.inbox import Article, Mention

FOLDER = Path(__file__).resolve().parent / "gold"
HALVES = ("first", "second")


@functools.cache
def gold(half: str) -> Dataset:
    """The records, sources and claims of a half of the gold, without those of the data."""
    return datasets.read(ontologies.read(), FOLDER / half)


def sources(half: str) -> list[Source]:
    """The sources of a half, in the order of their ids."""
    found = gold(half).sources
    return [found[path.stem] for path in sorted((FOLDER / half / "texts").glob("*.txt"))]


def half_of(source: Source) -> str:
    return next(half for half in HALVES if source.id in gold(half).sources)


def claims(source: Source) -> list[Claim]:
    return [claim for claim in gold(half_of(source)).claims if claim.source == source.id]


@functools.cache
def article(source: Source) -> Article:
    text = (FOLDER / half_of(source) / "texts" / f"{source.id}.txt").read_text(encoding="utf-8")
    return Article(id=source.id, title=source.title, published=source.published, language=source.language, text=text)


def mentions(source: Source, known: Dataset) -> list[Mention]:
    """Where the text names records, or refers to them, as the gold has it."""
    text = article(source).text
    words = [(name, id_, "name") for id_, names in source.names for name in names]
    words += [(name, id_, "reference") for name, id_ in source.refers]
    found = [
        Mention(entity=id_, start=match.start(), end=match.end(), how=how)
        for name, id_, how in words
        if id_ in known.entities
        for match in re.finditer(re.escape(name), text, re.IGNORECASE)
    ]
    return sorted(found, key=lambda one: (one.start, one.end, one.entity))


def reply(source: Source, known: Dataset) -> dict[str, Any]:
    """The answer: records of ``known`` by their ids, others as new names that stand in the text."""
    named = {**{id_: (words,) for words, id_ in source.refers}, **dict(source.names)}
    entities: dict[str, dict[str, Any]] = {}
    made = [_claim(source, claim, entities, named, known) for claim in claims(source)]
    return {"entities": list(entities.values()), "claims": made}


def _claim(
    source: Source, claim: Claim, entities: dict[str, dict[str, Any]], named: dict[str, Any], known: Dataset
) -> dict[str, Any]:
    records, ontology = gold(half_of(source)).entities, known.ontology
    text = article(source).text

    def key(id_: str) -> str:
        record = known.entities.get(id_) or records[id_]
        name = named.get(id_, (record.name,))[0]
        same = id_ if id_ in known.entities else None
        entities[id_] = {"key": id_, "class": record.kind, "name": name, "same_as": same}
        return id_

    literal = ontology.relations[claim.relation].literal
    quotes = [text[one.start : one.end] for one in claim.at]
    return {
        "subject": key(claim.subject),
        "relation": claim.relation,
        "object": claim.object if literal else key(claim.object),
        "quote": quotes[0],
        "more_quotes": quotes[1:] or None,
        "kind": claim.kind,
        "by": key(claim.by) if claim.by else None,
        "stance": claim.stance,
        "status": claim.status,
        "when": claim.when,
        "since": claim.since,
        "until": claim.until,
        "inferred": claim.inferred.when if claim.inferred else None,
        **{n: v if ontology.qualifiers[n].literal else key(v) for n, v in claim.qualifiers},
    }
