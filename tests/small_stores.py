"""Small stores of claims for the tests of questions, and what they look up in a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from conftest import Folder

from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.analysis.finding import Finding, Table
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

HEAD = """\
source:
  title: "[{0}]"
  publisher: daily-ore
  url: https://example.org/{0}
  language: en
  kind: news
  published: 2024-06-01
claims:
"""


def made(
    folder: Folder,
    entities: dict[str, str],
    sources: dict[str, list[str]],
    conflicts: str = "",
    checked: bool = True,
) -> Oxigraph:
    """A store of the claims of each source, with those entities (id: class) that they speak of.

    A claim is a line, and what stands beside it comes after ``|``.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    spoken = {word for claims in sources.values() for claim in claims for word in claim.split()}
    for id_, kind in entities.items():
        if id_ in spoken:
            kinds[kind].append(id_)
    lines = [f"{kind}:\n" + "".join(f"  {i}:\n    name: {i}\n" for i in sorted(ids)) for kind, ids in kinds.items()]
    for old in [*folder.data.rglob("*.yaml")]:
        old.unlink()
    folder.write("entities/all.yaml", "Publisher:\n  daily-ore:\n    name: Daily Ore\n" + "".join(lines))
    for name, claims in sources.items():
        said = []
        for claim in claims:
            statement, *beside = (part.strip() for part in claim.split("|"))
            said.append(f"  - {statement}" + (":\n" if beside else "\n") + "".join(f"      {b}\n" for b in beside))
        folder.write(f"sources/{name}.yaml", HEAD.format(name) + "".join(said))
    if conflicts:
        folder.write("conflicts.yaml", conflicts)
    data = folder.dataset() if checked else datasets.read(ontologies.read(), folder.data)
    return oxigraph.memory(nquads.lines(data))


def table(finding: Finding, title: str) -> Table:
    return next(t for t in finding.tables if t.title.startswith(title))


def rows(found: Table) -> list[dict[str, object]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def world(folder: Folder, records: dict[str, Iterable[str]], sources: dict[str, list[str]]) -> Oxigraph:
    """The store of records (class: ids) and of what each source claims."""
    for old in folder.data.rglob("*.yaml"):
        old.unlink()
    lines = [f"{kind}:\n" + "".join(f"  {id_}:\n    name: {id_}\n" for id_ in ids) for kind, ids in records.items()]
    folder.write("entities/all.yaml", "Publisher:\n  daily:\n    name: Daily\n" + "".join(lines))
    for source, claims in sources.items():
        head = f"source:\n  title: {source}\n  publisher: daily\n  url: https://example.org/{source}\n  language: en\n"
        folder.write(f"sources/{source}.yaml", head + "claims:\n" + "".join(f"  - {claim}\n" for claim in claims))
    return oxigraph.memory(nquads.lines(folder.dataset()))


def tables(found: Finding) -> dict[str, Table]:
    return {table.title: table for table in found.tables}


def brokered_store(folder: Folder) -> Oxigraph:
    """Twelve laboratories and twelve firms that only a society holds together, each side tied in a ring."""
    labs, firms = [f"lab-{i:02}" for i in range(12)], [f"firm-{i:02}" for i in range(12)]
    sides = {"labs": labs, "firms": firms}
    sources = {
        f"{name}-{part}": [
            f"{one} collaboratesWith {other}"
            for i, (one, other) in enumerate(zip(side, [*side[1:], side[0]], strict=True))
            if i % 3 == part
        ]
        for name, side in sides.items()
        for part in range(3)
    }
    sources["broker-a"] = [f"the-society collaboratesWith {end}" for end in (labs[0], labs[4], firms[0])]
    sources["broker-b"] = [f"the-society collaboratesWith {end}" for end in (labs[8], firms[4], firms[8])]
    kinds = {"ResearchInstitute": labs, "Company": firms, "LearnedSociety": ["the-society"]}
    return world(folder, kinds, sources)
