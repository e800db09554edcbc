"""QuickStatements: proposals on items, each with a reference, as the client of QuickStatements writes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Folder
from exchanged import plain_facts
from quickstatements_client import EntityLine, EntityQualifier
from quickstatements_client.model import BaseLine, DateQualifier, TextQualifier

from rareearth import formats
from rareearth.dataset import Dataset
from rareearth.formats import mappings, quickstatements
from rareearth.identifiers import SCHEMES
from rareearth.ontology import Ontology
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

DATE = re.compile(r"\+\d{4}-\d\d-\d\dT00:00:00Z/(9|10|11)")
MORE = {
    "entities/more.yaml": """\
Company:
  aa:
    name: A
    ids:
      - wikidata Q101 https://example.org/aa
      - lei 529900T8BM49AURSDO55 https://example.org/lei
  bb:
    name: B
    ids: [wikidata Q102 https://example.org/bb]
  cc:
    name: C
Country:
  oreland:
    name: Oreland
    ids: [wikidata Q103 https://example.org/oreland]
""",
    "sources/more.yaml": """\
source:
  title: "[Who owns what]"
  publisher: daily-ore
  url: https://example.org/more?a=1&b=%22
  published: 2024-03
  language: en
claims:
  - aa ownsShareOf bb:
      share: 31.21
      since: 2019-05-01
      until: 2020~
      read: {sentence: 0123abcd, on: 2026-01-05, says: It owns it.}
  - bb ownsShareOf aa:
      share: more than 50
      when: 2019
  - aa locatedIn oreland
  - aa foundedOn 1999-02
  - bb foundedOn 1999~
  - cc ownsShareOf aa
  - aa supplies bb
  - aa subsidiaryOf bb:
      status: planned
  - bb subsidiaryOf aa:
      kind: speech
      by: ann-lee
""",
}
REFERENCE = ("S854", '"https://example.org/more?a=1&b=%22"', "S577", "+2024-03-00T00:00:00Z/10")
EXPECTED = [
    ("Q101", "P127", "Q102", "P585", "+2019-00-00T00:00:00Z/9", *REFERENCE),
    ("Q101", "P1278", '"529900T8BM49AURSDO55"', "S854", '"https://example.org/lei"'),
    ("Q101", "P17", "Q103", *REFERENCE),
    ("Q101", "P571", "+1999-02-00T00:00:00Z/10", *REFERENCE),
    (
        "Q102", "P127", "Q101", "P580", "+2019-05-01T00:00:00Z/11", "P1107", "0.3121", *REFERENCE,
        "S813", "+2026-01-05T00:00:00Z/11",
    ),
]  # fmt: skip


@pytest.fixture
def items(folder: Folder) -> Oxigraph:
    for name, content in MORE.items():
        folder.write(name, content)
    return oxigraph.memory(nquads.lines(folder.dataset()))


def by_client(line: tuple[str, ...]) -> str:
    """A line as the client of QuickStatements renders it, whose model checks the items and properties."""
    item, property_, value, *rest = line
    made: list[Any] = []
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        if text.startswith('"'):
            made.append(TextQualifier(predicate=name, target=text[1:-1]))
        elif DATE.fullmatch(text):
            made.append(DateQualifier(predicate=name, target=text))
        elif text.startswith("Q"):
            made.append(EntityQualifier(predicate=name, target=text))
        else:  # the client has no numbers
            made.append(DateQualifier(predicate=name, target=str(float(text))))
    if value.startswith("Q"):
        return EntityLine(subject=item, predicate=property_, target=value, qualifiers=made).get_line("\t")
    head: str = BaseLine(subject=item, predicate=property_).model_copy(update={"target": value}).subject
    return "\t".join([head, property_, value, *(part for q in made for part in (q.predicate, q.get_target()))])


def test_facts_of_entities_with_items_are_proposed_with_their_page(items: Oxigraph, tmp_path: Path) -> None:
    [path] = formats.write(tmp_path / "x.quickstatements", items, lambda: None)  # type: ignore[arg-type, return-value]
    lines = [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == EXPECTED


def test_what_is_not_proposed_is_counted(items: Oxigraph) -> None:
    _, account = quickstatements.proposals(items)
    assert account.left["claim", "an end has no item"]["owns a share of"] == 1
    assert account.left["claim", "its date is not a day, a month or a year"] == {"was founded on": 1}
    assert account.left["claim", "no property for its relation"]["supplies"] == 1
    assert account.left["claim", "no statement of fact"]["speech"] == 2
    assert account.left["claim", "a fact that is not, or no longer, so"] == {"planned": 1}
    assert account.left["detail", "its date is not a day, a month or a year"] == {"until": 1}
    assert account.left["detail", "no property, or a value that is not exact"] == {"share (%)": 1}


def test_the_client_of_quickstatements_writes_the_same(items: Oxigraph, store: Oxigraph) -> None:
    for line in [*quickstatements.proposals(items)[0], *quickstatements.proposals(store)[0]]:
        assert by_client(line) == "\t".join(line)


def test_every_proposal_of_the_shipped_data_has_a_reference_and_is_a_fact(store: Oxigraph, dataset: Dataset) -> None:
    made, account = quickstatements.proposals(store)
    known = {one.value for entity in dataset.entities.values() for one in entity.ids if one.scheme == "wikidata"}
    claims, _ = plain_facts(store)
    pages = {claim.page.url for claim in claims} | {o.page for e in dataset.entities.values() for o in e.ids}
    assert len(made) > 20
    for line in made:
        assert line[0] in known
        assert line[line.index("S854") + 1].strip('"') in pages
    assert account.total["claim"] <= len(dataset.claims)
    assert made == quickstatements.proposals(store)[0]


@pytest.mark.usefixtures("items")
def test_a_file_is_written_and_nothing_is_sent(
    folder: Folder, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    run("build", "--data", folder.data, "--build", folder.build)
    monkeypatch.setattr(socket, "socket", None)
    done = run("export", tmp_path / "x.quickstatements", "--build", folder.build)
    assert done.returncode == 0, done.stderr
    assert "note: x.quickstatements: 5 proposals" in done.stderr
    assert (tmp_path / "x.quickstatements").read_text().count("\n") == len(EXPECTED)


def test_the_mappings_name_only_what_is_there(ontology: Ontology) -> None:
    terms = mappings.wikidata()
    known = {*ontology.relations, *ontology.qualifiers, *SCHEMES}
    assert {*terms.forward, *terms.inverse, *terms.by_class} <= known
    assert {kind for given in terms.by_class.values() for kind in given} <= set(ontology.classes)
    assert not set(terms.forward) & set(terms.inverse)
    properties = [
        *terms.forward.values(),
        *terms.inverse.values(),
        *(p for g in terms.by_class.values() for p in g.values()),
    ]
    assert all(re.fullmatch(r"P[1-9]\d*", name) for name in properties)
