"""FollowTheMoney: what is written is read and validated by its own package, and comes back claim by claim."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Folder
from exchanged import JSON, contents, needs_followthemoney, plain_facts
from hypothesis import given
from hypothesis import strategies as st

from rareearth import checks, formats, identifiers, importing
from rareearth.dataset import Dataset
from rareearth.errors import ArticleError, MissingExtraError, RareEarthError
from rareearth.formats import followthemoney, mappings
from rareearth.importing import Head
from rareearth.importing import followthemoney as reading
from rareearth.ontology import Ontology
from rareearth.store.oxigraph import Oxigraph

needs_followthemoney()

from followthemoney import model  # noqa: E402
from followthemoney.dataset import Dataset as FtmDataset  # noqa: E402
from followthemoney.statement import StatementEntity, read_path_statements  # noqa: E402

HEAD = Head(
    "strangers", "Companies of a stranger", "Open Registers", "https://example.org/entities.ftm.json", "2026-02"
)


@pytest.fixture(scope="module")
def exported(store: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    """The shipped data as FollowTheMoney, and what was said to be left out."""
    notes: list[str] = []
    path = tmp_path_factory.mktemp("ftm") / "x.ftm.json"
    made = formats.of(path).write(path, formats.Export(store, lambda: None, note=notes.append))  # type: ignore[arg-type, return-value]
    return made[0], made[1], notes


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_package_reads_every_entity_and_keeps_every_value(exported: tuple[Path, Path, list[str]]) -> None:
    found = read(exported[0])
    assert len(found) > 2000
    for data in found:
        proxy = model.get_proxy(data, cleaned=False)
        proxy.schema.validate(data)
        for name in proxy.schema.required:
            assert proxy.has(name), (data["id"], name)
        assert {name: set(values) for name, values in proxy.properties.items()} == {
            name: set(values) for name, values in data["properties"].items()
        }


def test_every_end_is_an_entity_of_the_file_in_the_range_of_its_property(
    exported: tuple[Path, Path, list[str]],
) -> None:
    found = {data["id"]: model.get_proxy(data) for data in read(exported[0])}
    ends = 0
    for proxy in found.values():
        for prop, value in proxy.itervalues():
            if prop.type.name == "entity":
                ends += 1
                assert prop.range is not None
                assert found[value].schema.is_a(prop.range), (proxy.id, prop.name)
    assert ends > 2000


def test_the_statements_are_those_of_the_entities(exported: tuple[Path, Path, list[str]]) -> None:
    statements = list(read_path_statements(exported[1], "json"))
    whole = FtmDataset.make({"name": "all", "title": "all"})
    by_entity: dict[str, list[Any]] = {}
    for statement in statements:
        by_entity.setdefault(statement.entity_id, []).append(statement)
        assert statement.id is not None
    found = read(exported[0])
    assert set(by_entity) == {data["id"] for data in found}
    for data in found:
        made = StatementEntity.from_statements(whole, by_entity[data["id"]])
        assert made.schema.name == data["schema"]
        assert {n: set(v) for n, v in made.properties.items()} == {n: set(v) for n, v in data["properties"].items()}
        assert made.datasets == set(data["datasets"])


def test_a_claim_has_the_dataset_of_its_source_its_proof_and_its_dates(
    exported: tuple[Path, Path, list[str]], store: Oxigraph
) -> None:
    found = {data["id"]: data for data in read(exported[0])}
    by_record = {d["properties"]["recordId"][0]: d for d in found.values() if "recordId" in d["properties"]}
    claims, _ = plain_facts(store)
    tied = [claim for claim in claims if claim.id in by_record]
    assert len(tied) > 1000
    for claim in tied:
        data = by_record[claim.id]
        assert data["datasets"] == [followthemoney.dataset_name(claim.source)]
        [proof] = data["properties"]["proof"]
        assert found[proof]["properties"]["fileName"] == [claim.source]
        assert found[proof]["properties"]["sourceUrl"] == data["properties"]["sourceUrl"]
        for text, name in ((claim.since, "startDate"), (claim.until, "endDate"), (claim.when, "date")):
            kept = data["properties"].get(name, []) + data["properties"].get("description", [])
            assert not text or any(text in value for value in kept)


def test_a_name_and_a_record_that_were_changed_keep_what_the_source_has(exported: tuple[Path, Path, list[str]]) -> None:
    changed = [
        s for s in read(exported[1]) if s["original_value"] and s["prop"] in ("owner", "asset", "subject", "object")
    ]
    assert {"hitachi-metals"} & {s["original_value"] for s in changed}  # which a judgement makes proterial
    countries = [s for s in read(exported[1]) if s["prop"] == "country" and s["value"] == "au"]
    assert {s["original_value"] for s in countries} == {"Australia"}


def test_what_is_left_out_is_counted_by_reason_and_the_numbers_add_up(
    exported: tuple[Path, Path, list[str]], store: Oxigraph, dataset: Dataset
) -> None:
    _, account = followthemoney.entities(store)
    assert account.written["claim"] + account.total["claim"] == len(dataset.claims)
    kinds = Counter(claim.kind for claim in dataset.claims)
    opinions = account.left["claim", "no statement of fact"]
    assert opinions == {kind: number for kind, number in kinds.items() if kind != "fact"}
    assert exported[2] == list(account.lines("x.ftm.json")) or exported[2][1:] == list(account.lines("x.ftm.json"))[1:]


def test_the_same_store_gives_the_same_bytes(
    exported: tuple[Path, Path, list[str]], store: Oxigraph, tmp_path: Path
) -> None:
    made = formats.write(tmp_path / "x.ftm.json", store, lambda: None)  # type: ignore[arg-type, return-value]
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in exported[:2]]


def test_claims_come_back_as_they_were(
    exported: tuple[Path, Path, list[str]], store: Oxigraph, dataset: Dataset
) -> None:
    """All that could be written, and nothing else but what a property cannot say: since when, and until when."""
    found = importing.read(exported[0], dataset, HEAD)
    claims, _ = plain_facts(store)
    mapped = mappings.followthemoney()
    expected = contents(claims, dataset)
    came = contents(found.claims, dataset)
    lost = Counter(relation for _, relation, *_ in expected - came)
    ties = {relation: number for relation, number in lost.items() if mapped.ties.get(relation)}
    _, account = followthemoney.entities(store)
    unfit = account.left["claim", "its ends are of classes, or its value of a form, that do not fit"]
    assert sum(ties.values()) <= sum(unfit.values())
    without_times = {(*words, (), None, None, None) for *words, _, _, _, _ in expected}
    assert {c for c in came - expected if c not in without_times} == set()
    assert len(came & expected) > 1100
    assert not [r for r in found.records if r.id != "open-registers"]


def test_the_mappings_name_only_what_is_there(ontology: Ontology) -> None:
    """Every schema and property is one of FollowTheMoney's, every term one of ours."""
    terms = mappings.followthemoney()
    for kind, schema in [*terms.schemata.items(), *((k, s) for s, k in terms.classes.items())]:
        assert kind in ontology.classes
        assert model.get(schema) is not None
    for relation, ties in terms.ties.items():
        assert relation in ontology.relations
        for tie in (*ties, *(t for found in terms.read.values() for _, t in found)):
            schema = model.get(tie.schema)
            assert schema is not None
            assert {tie.subject, tie.object} <= set(schema.properties)
    for term, properties in terms.properties.items():
        assert term in {*ontology.relations, *ontology.qualifiers, *identifiers.SCHEMES}
        for name, prop in properties:
            schema = model.get(name)
            assert schema is not None
            assert prop in schema.properties


# ---- a stranger's file -----------------------------------------------------------------------------------------------

STRANGERS: list[dict[str, Any]] = [
    {
        "id": "NK-ore", "caption": "Ore Works Ltd.", "schema": "Company", "datasets": ["example_registry"],
        "referents": [], "first_seen": "2026-01-01T00:00:00", "last_seen": "2026-02-01T00:00:00", "target": False,
        "properties": {
            "name": ["Ore Works Ltd.", "矿石工程有限公司"], "country": ["au"], "jurisdiction": ["au"],
            "incorporationDate": ["2009-04-01"], "leiCode": ["529900T8BM49AURSDO55"], "registrationNumber": ["123"],
            "topics": ["corp.public"], "moonPhase": ["full"], "website": ["no address"],
        },
    },
    {
        "id": "NK-pit", "caption": "Pit Metals", "schema": "Company", "datasets": ["example_registry"], "referents": [],
        "properties": {"name": ["Pit Metals"], "previousName": ["Deep Pit"], "address": ["1 Mine Road"]},
    },
    {
        "id": "NK-lee", "caption": "Ann LEE", "schema": "Person", "datasets": ["example_registry"], "referents": [],
        "properties": {"name": ["Ann LEE"], "nationality": ["au"], "birthDate": ["1970"]},
    },
    {
        "id": "own-1", "caption": "Ownership", "schema": "Ownership", "datasets": ["example_registry"], "referents": [],
        "properties": {
            "owner": ["NK-ore"], "asset": ["NK-pit"], "percentage": ["51.50 %"], "startDate": ["2019-05"],
            "ownershipType": ["direct"],
        },
    },
    {
        "id": "dir-1", "caption": "Directorship", "schema": "Directorship", "datasets": ["example_registry"],
        "properties": {"director": ["NK-lee"], "organization": ["NK-pit"], "role": ["treasurer"], "endDate": ["2021"]},
    },
    {
        "id": "fam-1", "caption": "Family", "schema": "Family", "datasets": ["example_registry"],
        "properties": {"person": ["NK-lee"], "relative": ["NK-lee"], "relationship": ["self"]},
    },
    {
        "id": "own-2", "caption": "Ownership", "schema": "Ownership", "datasets": ["example_registry"],
        "properties": {"owner": ["NK-nobody"], "asset": ["NK-pit"]},
    },
    {"id": "san-1", "schema": "Sanction", "datasets": ["x"], "properties": {"entity": ["NK-ore"]}},
]  # fmt: skip


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    path = tmp_path / "entities.ftm.json"
    path.write_text("".join(json.dumps(data, ensure_ascii=False) + "\n" for data in STRANGERS), encoding="utf-8")
    return path


def arguments(path: Path, *more: str) -> list[str]:
    stated = {"source": HEAD.id, "title": HEAD.title, "publisher": HEAD.publisher, "url": HEAD.url}
    return ["import", str(path), *(word for name, value in stated.items() for word in (f"--{name}", value)), *more]


def test_a_strangers_file_becomes_claims_of_a_source(folder: Folder, strangers: Path, run: Command) -> None:
    done = run(*arguments(strangers, "--published", "2026-02", "--data", str(folder.data)))
    assert done.returncode == 0, done.stderr
    dataset = checks.load(folder.data)
    source = dataset.sources["strangers"]
    assert (source.publisher, source.published, source.url) == ("open-registers", "2026-02", HEAD.url)
    claims = {(c.subject, c.relation, c.object): c for c in dataset.claims if c.source == "strangers"}
    assert set(claims) == {
        ("ore-works", "ownsShareOf", "pit-metals"),
        ("ann-lee", "holdsPostAt", "pit-metals"),
        ("ore-works", "foundedOn", "2009-04-01"),
        ("ore-works", "locatedIn", "australia"),
        ("pit-metals", "formerName", "Deep Pit"),
    }
    owned = claims["ore-works", "ownsShareOf", "pit-metals"]
    assert (owned.qualifiers, owned.since) == ((("share", "51.5"),), "2019-05")
    post = claims["ann-lee", "holdsPostAt", "pit-metals"]
    assert (post.qualifiers, post.until) == ((("role", "treasurer"),), "2021")
    assert dict(source.names)["ore-works"] == ("Ore Works Ltd.", "矿石工程有限公司")
    assert dataset.entities["pit-metals"].kind == "Company"


def test_each_claim_cites_its_record_in_the_file(folder: Folder, strangers: Path, run: Command, tmp_path: Path) -> None:
    run(*arguments(strangers, "--data", str(folder.data)))
    text = strangers.read_text(encoding="utf-8")
    dataset = checks.load(folder.data)
    [owned] = [c for c in dataset.claims if c.source == "strangers" and c.relation == "ownsShareOf"]
    [span] = owned.at
    assert json.loads(text[span.start : span.end])["id"] == "own-1"
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "strangers.txt").write_text(text, encoding="utf-8")
    run("build", "--data", str(folder.data), "--build", str(tmp_path / "b"))
    verified = run("verify", "--texts", str(tmp_path / "texts"), "--build", str(tmp_path / "b"))
    assert "strangers" not in verified.stderr + "".join(
        line for line in verified.stdout.splitlines() if "not found" in line
    )


def test_what_does_not_fit_is_named(folder: Folder, strangers: Path, run: Command) -> None:
    done = run(*arguments(strangers, "--dry-run", "--data", str(folder.data)))
    assert done.returncode == 0
    said = done.stderr
    for part in (
        "1 moonPhase",
        "no value of its type (1 website)",
        "1 Family",
        "1 Sanction",
        "1 topics",
        "1 jurisdiction",
        "1 birthDate",
        "1 nationality",
        "1 Ownership:ownershipType",
        "1 address",
    ):
        assert part in said, said
    assert "left out 1 tie: an end has no class, or is not in the file (1 Ownership)" in said
    assert not (folder.data / "sources" / "strangers.yaml").exists()


def test_only_claims_with_a_known_end(folder: Folder, strangers: Path) -> None:
    dataset = checks.load(folder.data)
    found = importing.read(strangers, dataset, HEAD, known=True)
    assert {c.relation for c in found.claims} == {"ownsShareOf", "foundedOn", "locatedIn", "holdsPostAt"}


def test_a_file_is_imported_once(folder: Folder, strangers: Path, run: Command) -> None:
    assert run(*arguments(strangers, "--data", str(folder.data))).returncode == 0
    again = run(*arguments(strangers, "--data", str(folder.data)))
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "the data has a source 'strangers' already" in again.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("{", "entities.ftm.json:1: is not JSON"),
        ('{"id": "a", "schema": "Company", "properties": {"name": ["A"]}}\n[]', "entities.ftm.json:2: has no `id`"),
        ('\n{"id": "a", "schema": "Ghost"}', "entities.ftm.json:2: the entity 'a' with the schema 'Ghost'"),
        ('{"id": "a", "schema": "Company", "properties": 3}', "has no map as `properties`"),
        ('{"id": "s", "entity_id": "a", "prop": "name", "value": "A"}', "is a statement"),
    ],
)
def test_what_is_no_such_file_is_one_line(
    folder: Folder, tmp_path: Path, run: Command, content: str, message: str
) -> None:
    path = tmp_path / "entities.ftm.json"
    path.write_text(content, encoding="utf-8")
    done = run(*arguments(path, "--data", str(folder.data)))
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"url": "ftp://x"}, "the url of the source"),
        ({"id": "Über"}, "the id of the source"),
        ({"published": "soon"}, "the published of the source"),
        ({"publisher": "。"}, "the publisher"),
    ],
)
def test_a_head_that_cannot_be_is_refused(
    folder: Folder, strangers: Path, changed: dict[str, str], message: str
) -> None:
    with pytest.raises(RareEarthError, match=message):
        importing.read(strangers, checks.load(folder.data), HEAD._replace(**changed))


def test_statements_in_a_line_are_read_too(folder: Folder, tmp_path: Path) -> None:
    entity = StatementEntity.from_data(FtmDataset.make({"name": "x", "title": "x"}), STRANGERS[0])
    path = tmp_path / "e.ftm.json"
    path.write_text(json.dumps(entity.to_statement_dict()), encoding="utf-8")
    found = importing.read(path, checks.load(folder.data), HEAD)
    assert {c.relation for c in found.claims} == {"foundedOn", "locatedIn"}


@given(st.sampled_from(range(len(STRANGERS))), st.data())
def test_a_field_of_any_other_form_makes_no_traceback(dataset: Dataset, at: int, data: st.DataObject) -> None:
    """Whatever stands in a field, the file is read, or refused in one line."""
    broken = json.loads(json.dumps(STRANGERS[at]))
    place = data.draw(st.sampled_from([broken, broken["properties"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    lines = [*STRANGERS[:at], broken, *STRANGERS[at + 1 :]]
    with contextlib.suppress(ArticleError):
        reading.read("\n".join(map(json.dumps, lines)), Path("e.ftm.json"), dataset.ontology)


def test_without_the_package_the_extra_is_named(
    store: Oxigraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Folder, strangers: Path
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "followthemoney", None)
    with pytest.raises(MissingExtraError, match=r"rareearth\[ftm\]"):
        formats.write(tmp_path / "x.ftm.json", store, lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(MissingExtraError, match=r"rareearth\[ftm\]"):
        importing.read(strangers, checks.load(folder.data), HEAD)


def test_an_unknown_kind_of_file_is_refused(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"expected \.ftm\.json"):
        importing.read(tmp_path / "x.json", checks.load(folder.data), HEAD)
