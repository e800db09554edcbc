"""Synthetic data for benchmarks, of any number of claims: N-Quads lines, or a data folder, in YAML or in bulk.

The lines are copies of the shipped data. In each copy the ids of entities, sources, claims, conflicts and judgements,
and the names of entities, have an ending of their own; the first copy is the data itself. Each entity so has as many
claims as in the data, whatever the size of the whole. A data folder has small sources about random actors.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from rareearth import checks, namespaces
from rareearth.bulk import writing
from rareearth.store import nquads

_ID = re.compile(rf"(<{re.escape(namespaces.BASE)}(?:entity|source|claim|conflict|judgement|story)/[^>#]+)")
_NAME = re.compile(r'((?:#label|#altLabel|#acronym|#observedName)> ".*)"(@[a-z-]+)? \.$')

_HEAD = """\
source:
  title: Report {number}
  publisher: daily
  url: https://example.org/{number}
  published: {year}-06-01
  language: en
  text: {{sha256: {number:064x}, chars: 9000}}
claims:
"""


def lines(claims: int) -> Iterator[str]:
    """The N-Quads lines of at least so many claims; those of the ontology come once."""
    dataset = checks.load()
    shipped = list(nquads.lines(dataset))
    yield from shipped
    own = [line for line in shipped if _ID.match(line)]
    for copy in range(1, -(-claims // len(dataset.claims))):
        for line in own:
            yield _NAME.sub(rf'\g<1> {copy}"\g<2> .', _ID.sub(rf"\g<1>-{copy}", line))


def folder(path: Path, claims: int, seed: int = 0) -> Path:
    """A data folder of so many claims, ten to a source, of a third as many actors; the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    actors, cities = max(3, claims // 6), max(1, claims // 60)
    people = [f"  person-{n}: {{name: Person {n}, aliases: [P. {n}]}}" for n in range(actors)]
    firms = [f"  firm-{n}: {{name: Firm {n}, about: It makes oxides.}}" for n in range(actors)]
    towns = [f"  city-{n}: {{name: City {n}}}" for n in range(cities)]
    entities = ["Person:", *people, "Company:", *firms, "City:", *towns, "Publisher:", "  daily: {name: The Daily}"]
    (path / "entities").mkdir(parents=True)
    (path / "sources").mkdir()
    (path / "entities" / "all.yaml").write_text("\n".join(entities) + "\n", encoding="utf-8")
    for first in range(0, claims, 10):
        text = _HEAD.format(number=first // 10, year=2000 + first % 25)
        for said, since, start, mark in _claims(rng, first, claims, actors, cities):
            text += f"  - {' '.join(said)}:\n      since: {since}\n      at: {start}-{start + 60} {mark}\n"
        (path / "sources" / f"report-{first // 10}.yaml").write_text(text, encoding="utf-8")
    return path


def bulk(path: Path, claims: int, seed: int = 0, ending: str = ".parquet") -> Path:
    """The same data as :func:`folder`, in bulk."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    actors, cities = max(3, claims // 6), max(1, claims // 60)

    def entities() -> Iterator[dict[str, object]]:
        for n in range(actors):
            yield {"id": f"person-{n}", "kind": "Person", "name": f"Person {n}", "aliases": [f"P. {n}"]}
            yield {"id": f"firm-{n}", "kind": "Company", "name": f"Firm {n}", "about": "It makes oxides."}
        yield from ({"id": f"city-{n}", "kind": "City", "name": f"City {n}"} for n in range(cities))
        yield {"id": "daily", "kind": "Publisher", "name": "The Daily"}

    def sources() -> Iterator[dict[str, object]]:
        for first in range(0, claims, 10):
            number = first // 10
            head = {"title": f"Report {number}", "publisher": "daily", "url": f"https://example.org/{number}"}
            dated = {"published": f"{2000 + first % 25}-06-01", "language": "en"}
            yield {"id": f"report-{number}", **head, **dated, "text": {"sha256": f"{number:064x}", "chars": 9000}}

    def said() -> Iterator[dict[str, object]]:
        for first in range(0, claims, 10):
            for ends, since, start, mark in _claims(rng, first, claims, actors, cities):
                sentence = dict(zip(("subject", "relation", "object"), ends, strict=True))
                span = {"start": start, "end": start + 60, "fingerprint": mark}
                yield {"source": f"report-{first // 10}", **sentence, "since": str(since), "at": [span]}

    for table, rows in (("entities", entities()), ("sources", sources()), ("claims", said())):
        (path / table).mkdir(parents=True)
        with (path / table / f"all{ending}").open("wb") as file:
            file.writelines(writing.WRITERS[ending](rows, table))
    return path


def _claims(
    rng: random.Random, first: int, claims: int, actors: int, cities: int
) -> Iterator[tuple[tuple[str, str, str], int, int, str]]:
    """The claims of a source: sentence, year, where its span starts, and fingerprint."""
    for n in range(first, min(first + 10, claims)):
        one, other = n // 4 % actors, (n // 4 + rng.randrange(1, actors)) % actors
        said = (
            (f"person-{one}", "affiliatedWith", f"firm-{other}"),
            (f"firm-{one}", "collaboratesWith", f"firm-{other}"),
            (f"person-{other}", "leads", f"firm-{one}"),
            (f"firm-{one}", "headquarteredIn", f"city-{one % cities}"),
        )[n % 4]
        yield said, rng.randrange(1990, 2020), 100 * (n - first), f"{rng.getrandbits(32):08x}"
