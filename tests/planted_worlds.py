"""Stores of planted claims for the tests of the analysis."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeAlias

from conftest import Folder

from rareearth.analysis import finding
from rareearth.analysis.finding import Finding
from rareearth.store import claims, nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

Claim: TypeAlias = tuple[str, str]  # a claim in the words of a source file, and the source


def world(folder: Folder, records: dict[str, Iterable[str]], claims: Iterable[Claim]) -> Oxigraph:
    """The store of records (class -> ids) and of claims without text, one source a file."""
    claims = list(claims)
    spoken = {word.strip(":") for claim, _ in claims for word in claim.split()}
    records = {kind: kept for kind, ids in records.items() if (kept := [id_ for id_ in ids if id_ in spoken])}
    lines = [f"{kind}:\n" + "".join(f"  {id_}:\n    name: {id_}\n" for id_ in ids) for kind, ids in records.items()]
    folder.write("entities/all.yaml", "Publisher:\n  daily:\n    name: Daily\n" + "".join(lines))
    told: dict[str, list[str]] = {}
    for claim, source in claims:
        told.setdefault(source, []).append(claim)
    for source, said in told.items():
        head = (
            f"source:\n  title: {source}\n  publisher: daily\n  url: https://example.org/{source}\n  published: 2020\n"
        )
        folder.write(f"sources/{source}.yaml", head + "  language: en\nclaims:\n" + "".join(f"  - {c}\n" for c in said))
    (folder.data / "identities.yaml").unlink(missing_ok=True)
    (folder.data / "sources" / "daily.yaml").unlink(missing_ok=True)
    return oxigraph.memory(nquads.lines(folder.dataset()))


def spread(claims: Iterable[str], sources: int = 12) -> list[Claim]:
    """The claims dealt out to so many sources in turn."""
    return [(claim, f"page-{number % sources}") for number, claim in enumerate(claims)]


def ring(names: list[str], relation: str, *steps: int) -> list[str]:
    """Claims that tie each of these names to those so many steps after it."""
    return [f"{a} {relation} {names[(i + step) % len(names)]}" for step in steps for i, a in enumerate(names)]


def evidence_is_of(found: Finding, store: Oxigraph) -> None:
    """Every row has one cell for each column, and the evidence is one list of claims for each row."""
    known = {claim.id for claim in claims.read(store)}
    for table in found.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert len(table.evidence) in (0, len(table.rows))
        assert {id_ for ids in table.evidence for id_ in ids} <= known
    assert json.dumps(finding.record(found), allow_nan=False)
    assert found.limits
