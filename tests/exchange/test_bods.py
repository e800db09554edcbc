"""BODS 0.4: what is written passes its validator, comes back claim by claim, and a stranger's file is read."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import libcovebods.additionalfields
import libcovebods.config
import libcovebods.data_reader
import libcovebods.jsonschemavalidate
import libcovebods.run_tasks
import libcovebods.schema
import pytest
from conftest import Command, Folder
from exchanged import JSON, contents, plain_facts
from hypothesis import given
from hypothesis import strategies as st
from libcovebods.tasks.checks import legacy_checks, record_based_checks

from rareearth import checks, formats, importing
from rareearth.dataset import Dataset
from rareearth.errors import ArticleError
from rareearth.formats import bods, mappings
from rareearth.importing import Head
from rareearth.importing import bods as reading
from rareearth.ontology import Ontology
from rareearth.quantities import Range
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

HEAD = Head("owners", "Owners of a stranger", "Open Registers", "https://example.org/x.bods.json", "2026-02")
KNOWN_SCHEMES = ["XI-LEI", "GB-COH"]  # of org-id.guide, whose list the validator would fetch


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], dict[str, list[Any]]]:
    """What the validator of BODS finds: errors of the schema, of its checks, and fields that BODS does not have."""
    for module in (legacy_checks, record_based_checks):
        monkeypatch.setattr(module, "get_orgids_prefixes", lambda: KNOWN_SCHEMES)

    def found(path: Path) -> dict[str, list[Any]]:
        reader = libcovebods.data_reader.DataReader(str(path))
        config = libcovebods.config.LibCoveBODSConfig()
        schema = libcovebods.schema.SchemaBODS(reader, config)
        assert schema.schema_version == "0.4"
        done = libcovebods.run_tasks.process_additional_checks(reader, config, schema)
        errors = libcovebods.jsonschemavalidate.JSONSchemaValidator(schema).validate(reader)
        return {
            "schema": [error.json() for error in errors],
            "checks": done["additional_checks"],
            "fields": list(libcovebods.additionalfields.AdditionalFields(schema).process(reader)),
        }

    return found


NOTHING: dict[str, list[Any]] = {"schema": [], "checks": [], "fields": []}


def write(path: Path, store: Oxigraph) -> list[dict[str, Any]]:
    formats.write(path, store, lambda: None)  # type: ignore[arg-type, return-value]
    made: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return made


@pytest.fixture
def joint(folder: Folder) -> Folder:
    """Two people who hold a company jointly, and three companies that own each other in a circle."""
    folder.write(
        "entities/more.yaml",
        "Company:\n  aa:\n    name: A\n  bb:\n    name: B\n  cc:\n    name: C\nGroup:\n  lees:\n    name: The Lees\n",
    )
    folder.write(
        "sources/more.yaml",
        """\
source:
  title: "[Who owns what]"
  publisher: daily-ore
  url: https://example.org/more
  published: 2024-03
  language: en
claims:
  - aa ownsShareOf bb:
      share: more than 50
      since: 2019-05-01
  - bb ownsShareOf cc:
      share: 25-50
  - cc ownsShareOf aa:
      share: 12.5
      until: 2023
  - lees ownsShareOf aa:
      share: 80
      role: votes
  - ann-lee memberOf lees:
      share: 50
  - bob-ray memberOf lees
  - ann-lee memberOf mine-school
  - ann-lee ownsShareOf bb:
      kind: speech
      by: bob-ray
  - ann-lee ownsShareOf cc:
      status: planned
""",
    )
    return folder


def store_of(folder: Folder) -> Oxigraph:
    return oxigraph.memory(nquads.lines(folder.dataset()))


# ---- out -----------------------------------------------------------------------------------------------


def test_the_validator_finds_nothing(
    store: Oxigraph, tmp_path: Path, faults: Callable[[Path], dict[str, list[Any]]]
) -> None:
    made = write(tmp_path / "x.bods.json", store)
    kinds = Counter(statement["recordType"] for statement in made)
    assert kinds["person"] > 80
    assert kinds["entity"] > 150
    assert kinds["relationship"] > 250
    assert faults(tmp_path / "x.bods.json") == NOTHING


def test_that_validator_would_find_something(
    joint: Folder, tmp_path: Path, faults: Callable[[Path], dict[str, list[Any]]]
) -> None:
    path = tmp_path / "x.bods.json"
    made = write(path, store_of(joint))
    assert faults(path) == NOTHING
    made[-1]["recordDetails"]["subject"] = "nobody"
    made[-1]["recordDetails"]["interests"][0]["type"] = "friendship"
    made[0]["colour"] = "red"
    path.write_text(json.dumps(made), encoding="utf-8")
    found = faults(path)
    assert found["schema"]
    assert found["checks"]
    assert found["fields"] == ["/colour"]


def test_shares_have_their_ends_and_times_their_fields(joint: Folder, tmp_path: Path) -> None:
    made = write(tmp_path / "x.bods.json", store_of(joint))
    ties = {
        (s["recordDetails"]["interestedParty"][10:], s["recordDetails"]["subject"][10:]): s
        for s in made
        if s["recordType"] == "relationship"
    }
    interests = {ends: s["recordDetails"]["interests"][0] for ends, s in ties.items()}
    assert interests["aa", "bb"]["share"] == {"exclusiveMinimum": 50, "maximum": 100}
    assert interests["aa", "bb"]["startDate"] == "2019-05-01"
    assert interests["bb", "cc"]["share"] == {"minimum": 25, "maximum": 50}
    assert interests["cc", "aa"]["share"] == {"exact": 12.5}
    assert "endDate" not in interests["cc", "aa"]  # a year is no day
    assert "until: 2023" in interests["cc", "aa"]["details"]
    assert interests["lees", "aa"]["type"] == "votingRights"
    source = ties["aa", "bb"]["source"]
    assert (source["url"], source["assertedBy"]) == ("https://example.org/more", [{"name": "Daily Ore"}])
    assert ties["aa", "bb"]["statementDate"] == "2024-03-01"  # the newest day that is certain in this data


def test_joint_holders_and_circles_are_as_in_the_examples_of_the_standard(
    joint: Folder, tmp_path: Path, faults: Callable[[Path], dict[str, list[Any]]]
) -> None:
    made = write(tmp_path / "x.bods.json", store_of(joint))
    assert faults(tmp_path / "x.bods.json") == NOTHING
    records = {s["recordId"]: s["recordDetails"] for s in made}
    assert records["rareearth-lees"]["entityType"] == {"type": "arrangement"}
    members = [r for r in records.values() if r.get("subject") == "rareearth-lees"]
    assert {r["interestedParty"] for r in members} == {"rareearth-ann-lee", "rareearth-bob-ray"}
    assert {r["interests"][0]["type"] for r in members} == {"votingRights"}  # what they hold jointly
    assert not [r for r in records.values() if r.get("subject") == "rareearth-mine-school" and "memb" in str(r)]
    owns = {(r["interestedParty"], r["subject"]) for r in records.values() if "subject" in r}
    assert {
        ("rareearth-aa", "rareearth-bb"),
        ("rareearth-bb", "rareearth-cc"),
        ("rareearth-cc", "rareearth-aa"),
    } <= owns


def test_speech_and_plans_are_no_statements(joint: Folder, tmp_path: Path) -> None:
    made = write(tmp_path / "x.bods.json", store_of(joint))
    ends = {(s["recordDetails"].get("interestedParty"), s["recordDetails"].get("subject")) for s in made}
    assert not ends & {("rareearth-ann-lee", "rareearth-bb"), ("rareearth-ann-lee", "rareearth-cc")}


def test_claims_of_one_tie_are_statements_on_one_record_the_oldest_page_first(store: Oxigraph, tmp_path: Path) -> None:
    made = write(tmp_path / "x.bods.json", store)
    series: dict[str, list[dict[str, Any]]] = {}
    for statement in made:
        series.setdefault(statement["recordId"], []).append(statement)
    several = [said for said in series.values() if len(said) > 1]
    assert len(several) > 20
    for said in several:
        assert [s["recordStatus"] for s in said] == ["new"] + ["updated"] * (len(said) - 1)
        assert [s["statementDate"] for s in said] == sorted(s["statementDate"] for s in said)
    assert len({s["statementId"] for s in made}) == len(made)


def test_numbers_add_up_and_bytes_are_the_same(store: Oxigraph, dataset: Dataset, tmp_path: Path) -> None:
    made, account = bods.statements(store)
    ties = sum(s["recordType"] == "relationship" for s in made)
    fields = sum(name in s["recordDetails"] for s in made for name in mappings.bods().fields.values())
    assert ties + account.total["claim"] <= len(dataset.claims)
    assert len(dataset.claims) - ties - account.total["claim"] >= fields > 0
    assert bods.statements(store)[0] == made
    write(tmp_path / "a.bods.json", store)
    write(tmp_path / "b.bods.json", store)
    assert (tmp_path / "a.bods.json").read_bytes() == (tmp_path / "b.bods.json").read_bytes()


def test_a_graph_without_owners_is_an_empty_list(tmp_path: Path) -> None:
    assert write(tmp_path / "x.bods.json", oxigraph.memory([])) == []


# ---- and back ------------------------------------------------------------------------------------------


def test_claims_come_back_as_they_were(store: Oxigraph, dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "x.bods.json"
    made, account = bods.statements(store)
    write(path, store)
    found = importing.read(path, dataset, HEAD)
    claims, _ = plain_facts(store)
    came = contents(found.claims, dataset)
    assert came <= contents(claims, dataset)
    written = {s["annotations"][0]["url"].rpartition("claim/")[2] for s in made if s["recordType"] == "relationship"}
    expected = contents([claim for claim in claims if claim.id in written], dataset)
    assert expected <= came
    assert len(expected) > 250
    assert not found.found.account.left
    assert account.left


def test_joint_holders_come_back(joint: Folder, tmp_path: Path) -> None:
    path = tmp_path / "x.bods.json"
    store = store_of(joint)
    write(path, store)
    dataset = joint.dataset()
    came = contents(importing.read(path, dataset, HEAD).claims, dataset)
    sources = [c for c in dataset.claims if c.source == "more" and dataset.is_plain_fact(c)]
    lost = contents(sources, dataset) - came
    assert lost == {("ann-lee", "memberOf", "mine-school", (), None, None, None)}


@given(
    st.decimals(0, 100, places=2, allow_nan=False),
    st.decimals(0, 100, places=2, allow_nan=False),
    st.booleans(),
    st.booleans(),
)
def test_every_share_comes_back(ontology: Ontology, one: Decimal, other: Decimal, above: bool, below: bool) -> None:
    low, high = sorted((one, other))
    part = Range(low, high) if low == high else Range(low, high, above, below)
    text = reading.share_text(json.loads(json.dumps(bods.share_fields(part))))
    if text:
        back = ontology.share((), text)
        assert (back.low, back.high, back.above, back.below) == (part.low, part.high, part.above, part.below)
    else:
        assert part == Range(Decimal(0), Decimal(100))


# ---- a stranger's file ---------------------------------------------------------------------------------


def statement(kind: str, record: str, details: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "statementId": f"{record}-0000-0000-0000-000000000000-{len(more)}"[:64],
        "declarationSubject": "uk-1",
        "statementDate": "2026-01-02",
        "publicationDetails": {
            "publicationDate": "2026-02-01",
            "bodsVersion": "0.4",
            "publisher": {"name": "A register"},
        },
        "recordId": record,
        "recordType": kind,
        "recordStatus": "new",
        "recordDetails": {"isComponent": False, **details},
        "source": {"type": ["officialRegister"], "url": "https://example.org/register"},
        **more,
    }


def tie(record: str, subject: Any, party: Any, *interests: dict[str, Any], **more: Any) -> dict[str, Any]:
    return statement(
        "relationship", record, {"subject": subject, "interestedParty": party, "interests": list(interests)}, **more
    )


def strangers() -> list[dict[str, Any]]:
    return [
        statement(
            "entity", "uk-1",
            {
                "entityType": {"type": "registeredEntity"}, "name": "Ore Works Ltd", "foundingDate": "2009-04-01",
                "identifiers": [{"scheme": "GB-COH", "id": "1"}, {"scheme": "XI-LEI", "id": "529900T8BM49AURSDO55"}],
                "jurisdiction": {"name": "United Kingdom", "code": "GB"},
            },
        ),
        statement("entity", "uk-2", {"entityType": {"type": "arrangement"}, "name": "Joint shareholding"}),
        statement("entity", "uk-4", {"entityType": {"type": "anonymousEntity"}}),
        statement("person", "p-1", {"personType": "knownPerson", "names": [{"fullName": "Ann Lee"}], "birthDate": "1"}),
        statement("person", "p-2", {"personType": "knownPerson", "names": [{"type": "legal", "fullName": "Cy Poe"}]}),
        tie("r-0", "uk-1", "uk-2", {"type": "shareholding", "share": {"minimum": 25, "exclusiveMaximum": 50}}),
        tie(
            "r-0", "uk-1", "uk-2", {"type": "shareholding", "share": {"exact": 100}, "startDate": "2018-01-01"},
            recordStatus="updated",
        ),
        tie(
            "r-1", "uk-2", "p-1",
            {"type": "shareholding", "share": {"exact": 50}, "beneficialOwnershipOrControl": True},
        ),
        tie("r-2", "uk-2", "p-2", {"type": "shareholding", "share": {"exact": 50}}),
        tie(
            "r-3", "uk-1", "p-2",
            {"type": "votingRights", "share": {"exclusiveMinimum": 50, "maximum": 75}}, {"type": "boardChair"},
            {"type": "seniorManagingOfficial", "endDate": "2020-05-01T00:00:00"}, {"type": "trustee"},
        ),
        tie("r-4", "uk-1", "p-1", {"type": "shareholding", "directOrIndirect": "indirect"}),
        tie("r-5", "uk-1", {"reason": "unknown"}, {"type": "shareholding"}),
        tie("r-6", "uk-1", "uk-4", {"type": "shareholding"}),
        tie("r-7", "uk-1", "p-1", {"type": "boardMember", "details": "since the founding"}, recordStatus="closed"),
    ]  # fmt: skip


def test_a_strangers_file_becomes_claims_of_a_source(folder: Folder, tmp_path: Path, run: Command) -> None:
    path = tmp_path / "owners.bods.json"
    path.write_text(json.dumps(strangers(), indent=2), encoding="utf-8")
    stated = {"source": HEAD.id, "title": HEAD.title, "publisher": HEAD.publisher, "url": HEAD.url}
    options = [word for name, value in stated.items() for word in (f"--{name}", value)]
    done = run("import", path, *options, "--data", folder.data)
    assert done.returncode == 0, done.stderr
    dataset = checks.load(folder.data)
    claims = {(c.subject, c.relation, c.object): c for c in dataset.claims if c.source == "owners"}
    assert {words: (dict(c.qualifiers), c.since, c.until, c.status) for words, c in claims.items()} == {
        ("joint-shareholding", "ownsShareOf", "ore-works"): ({"share": "100"}, "2018-01-01", None, "held"),
        ("ann-lee", "memberOf", "joint-shareholding"): ({"share": "50"}, None, None, "held"),
        ("cy-poe", "memberOf", "joint-shareholding"): ({"share": "50"}, None, None, "held"),
        ("cy-poe", "ownsShareOf", "ore-works"): (
            {"role": "votes", "share": "more than 50 and at most 75"}, None, None, "held",
        ),
        ("cy-poe", "chairs", "ore-works"): ({}, None, None, "held"),
        ("cy-poe", "manages", "ore-works"): ({}, None, "2020-05-01", "held"),
        ("ann-lee", "holdsPostAt", "ore-works"): ({"role": "board member"}, None, None, "ended"),
        ("ore-works", "foundedOn", "2009-04-01"): ({}, None, None, "held"),
    }  # fmt: skip
    text = path.read_text(encoding="utf-8")
    for words, claim in claims.items():
        record = json.loads(text[claim.at[0].start : claim.at[0].end])
        assert record["recordType"] == ("entity" if words[1] == "foundedOn" else "relationship")
    for part in (
        "1 statement: replaced by a later one", "1 jurisdiction", "1 birthDate", "1 trustee", "an indirect interest",
        "an end is not specified (1 unknown)", "it has no name (1 anonymousEntity)", "1 beneficialOwnershipOrControl",
        "1 details of boardMember", "1 identifier: of a scheme that the data does not have",
    ):  # fmt: skip
        assert part in done.stderr, (part, done.stderr)


def test_a_statement_on_each_line_is_read_too(folder: Folder, tmp_path: Path) -> None:
    one, other = tmp_path / "a.bods.json", tmp_path / "b.bods.json"
    one.write_text(json.dumps(strangers()), encoding="utf-8")
    other.write_text("".join(json.dumps(s) + "\n" for s in strangers()), encoding="utf-8")
    dataset = folder.dataset()
    found = [contents(importing.read(path, dataset, HEAD).claims, dataset) for path in (one, other)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[\n{]", r"b\.bods\.json:2: is not JSON"),
        ("[1]", "is no statement"),
        ('[{"statementType": "personStatement"}]', r"is of an older BODS; expected 0\.4"),
        ('[\n\n{"recordId": "a", "recordType": "boat"}]', r"b\.bods\.json:3: has no `recordId` or no known"),
        ('[{"recordId": "a", "recordType": "person"}]', "has no `recordDetails`"),
    ],
)
def test_what_is_no_such_file_is_one_line(folder: Folder, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "b.bods.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ArticleError, match=message):
        importing.read(path, folder.dataset(), HEAD)


@given(st.sampled_from(range(len(strangers()))), st.data())
def test_a_field_of_any_other_form_makes_no_traceback(dataset: Dataset, at: int, data: st.DataObject) -> None:
    """Whatever stands in a field, the file is read, or refused in one line."""
    broken = strangers()[at]
    place = data.draw(st.sampled_from([broken, broken["recordDetails"]]))
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = data.draw(JSON)
    listed = [*strangers()[:at], broken, *strangers()[at + 1 :]]
    with contextlib.suppress(ArticleError):
        reading.read(json.dumps(listed), Path("b.bods.json"), dataset.ontology)


def test_the_mappings_name_only_what_is_there(ontology: Ontology) -> None:
    terms = mappings.bods()
    folder = Path(libcovebods.__file__ or "").parent / "data" / "schema-0-4-0" / "codelists"
    codes = {
        path.stem: {line.split(",")[0] for line in path.read_text(encoding="utf-8").splitlines()}
        for path in folder.glob("*.csv")
    }
    assert set(terms.interests.values()) | set(terms.relations) <= codes["interestType"]
    assert set(terms.classes) | set(terms.types.values()) <= codes["entityType"] | {"person"}
    known = {*ontology.relations, *ontology.interests}
    assert set(terms.interests) | {name for found in terms.relations.values() for name in found} <= known
    assert set(terms.classes.values()) | set(terms.types) <= set(ontology.classes)
