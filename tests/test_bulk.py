"""Data in bulk: it says the same as YAML, survives the way back, and each fault is one line with file and row."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from conftest import Command, Folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from rareearth import build as builds
from rareearth import characters, checks, datafolder, formatter
from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.bulk import columns, reading, writing
from rareearth.dataset import Dataset
from rareearth.errors import DataError, MissingExtraError
from rareearth.formats import rows
from rareearth.models import Claim, Entity, Source
from rareearth.ontology import Ontology
from rareearth.sentences import fingerprint
from rareearth.site.guides import FOLDER
from rareearth.store import nquads
from rareearth.yamlfile import List, Map, Text

ENDINGS = (".parquet", ".jsonl", ".jsonl.gz")


def in_bulk(dataset: Dataset, folder: Path, ending: str) -> Path:
    """A data folder with nothing but tables of a dataset."""
    for table in columns.TABLES:
        (folder / table).mkdir(parents=True)
        rows.write(folder / table / f"all{ending}", dataset)
    return folder


def write(folder: Folder, name: str, *given: object) -> Path:
    """A file of the lines of JSON, or of texts as they are."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in given)
    return folder.write(name, "".join(f"{line}\n" for line in lines))


def faults(folder: Folder) -> list[str]:
    with pytest.raises(DataError) as caught:
        folder.dataset()
    return [str(problem).replace(f"{folder.data}/", "") for problem in caught.value.problems]


ONTOLOGY = ontologies.read()


def checked(folder: Folder) -> Dataset:
    """The data of a folder, without reading the ontology again."""
    found = datasets.read(ONTOLOGY, folder.data)
    assert checks.problems(found) == []
    return found


# ---- the same as YAML --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_shipped_data_is_the_same_in_bulk(lines: list[str], tmp_path: Path, ending: str) -> None:
    whole = checks.load(whole=True)
    found = checks.load(in_bulk(whole, tmp_path / "data", ending), whole=True)
    assert list(nquads.lines(checks.load(tmp_path / "data"))) == lines
    assert (found.claims, found.entities, found.sources) == (whole.claims, whole.entities, whole.sources)
    assert (found.judgements, found.conflicts) == (whole.judgements, whole.conflicts)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda text: characters.hidden(text) is None
)
DAY = st.sampled_from(["2021", "2021-12", "2021-12-23", "2021-12~", "2021/2022", "202X", "1999-01-01/.."])
SPAN = st.builds(
    lambda start, length, mark: {"start": start, "end": start + length, "fingerprint": f"{mark:08x}"},
    st.integers(0, 700),
    st.integers(1, 200),
    st.integers(0, 2**32 - 1),
)
READING = st.builds(
    lambda mark, says: {"sentence": f"{mark:08x}", "on": "2026-01-02", "says": says}, st.integers(0, 2**32 - 1), TEXT
).filter(lambda reading: fingerprint(reading["says"]) != reading["sentence"])
ENDS = st.sampled_from(
    [
        ("ann-lee", "leads", "mine-school"),
        ("bob-ray", "affiliatedWith", "mine-school"),
        ("ore-works", "collaboratesWith", "mine-school"),
        ("ore-works-ltd", "headquarteredIn", "oreville"),
        ("ore-works", "foundedOn", "1999-05"),
        ("ore-works", "marketShare", "31.210"),
        ("ore-works", "capacity", "5000 t/a"),
        ("ore-works", "formerName", "矿 Works & 'Co' \"x\""),
    ]
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    subject, relation, value = draw(ENDS)
    kept = draw(st.booleans())  # whether the text of its source was kept
    kind = draw(st.sampled_from(["fact", "speech", "assessment", "recommendation"]))
    some: dict[str, Any] = {
        "by": draw(st.sampled_from(["ann-lee", "daily-ore"]))
        if kind == "speech"
        else draw(st.none() | st.just("bob-ray")),
        "about": draw(st.none() | st.just("ore-works-ltd")),
        "stance": "mixed" if kind == "assessment" else draw(st.none() | st.just("negative")),
        "confidence": draw(st.sampled_from([None, "low", "high"])),
        "when": draw(st.none() | DAY),
        "since": draw(st.none() | st.just("2020-02")),
        "inferred": draw(st.none() | st.fixed_dictionaries({"when": DAY, "because": TEXT})),
        "note": draw(st.none() | TEXT),
        "reviewed": draw(st.sampled_from([None, {"on": "2026-01-02"}, {"on": "2026-01-02", "who": "Zoë"}])),
        "at": draw(st.lists(SPAN, max_size=2)) if kept else [],
        "read": [] if kept else draw(st.lists(READING, max_size=2)),
    }
    given = {"role": draw(TEXT), "via": "mine-school", "count": "7", "reason": None}
    qualifiers = tuple(sorted((k, v) for k, v in given.items() if v and draw(st.booleans())))
    return Claim.model_validate(
        {k: v for k, v in some.items() if v is not None}
        | {"source": "kept" if kept else "page", "subject": subject, "relation": relation, "object": value}
        | {"kind": kind, "status": draw(st.sampled_from(["held", "planned", "ended"])), "qualifiers": qualifiers}
    )


SOURCES = {
    "kept": {"text": {"sha256": "0" * 64, "chars": 900}, "published": "2025-03"},
    "page": {"kind": "news", "story": "the-story"},
}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Entity], list[Source], list[Claim]]:
    """Records and claims that are added to those of the small data."""
    found = {claim.id: claim for claim in draw(st.lists(claims(), max_size=6))}
    said = [{"names": ((("ann-lee"), tuple(draw(st.lists(TEXT, min_size=1, max_size=3, unique=True)))),)}, {}]
    refers = {"refers": tuple(sorted({draw(TEXT): "bob-ray", draw(TEXT): "mine-school"}.items()))}
    sources = [
        Source.model_validate({
            "id": id_, "title": draw(TEXT), "publisher": "daily-ore", "url": f"https://example.org/{id_}",
            "language": "zh", **fields, **draw(st.sampled_from(said)), **refers,
        })
        for id_, fields in SOURCES.items()
    ]  # fmt: skip
    name = draw(TEXT)
    entity = Entity(
        id="new-one", kind="Company", name=f"New {name}", aliases=tuple(draw(st.lists(TEXT, max_size=2))),
        about=draw(st.none() | TEXT), seen=("https://example.org/a",),
    )  # fmt: skip
    tied = Claim(source="page", subject="new-one", relation="collaboratesWith", object="mine-school", status="planned")
    return [entity], sources, [*found.values(), tied]


def as_yaml(folder: Folder, world: tuple[list[Entity], list[Source], list[Claim]], ontology: Ontology) -> None:
    """Write a world as YAML, by the formatter."""
    entities, sources, found = world
    skip = {"id", "kind"}
    nodes: dict[str, Map] = {"entities/new.yaml": Map()}
    for one in entities:
        fields = one.model_dump(mode="json", exclude=skip, exclude_defaults=True, exclude_none=True)
        listed = {name: List(map(Text, value)) for name, value in fields.items() if isinstance(value, list)}
        node = Map({Text(name): listed.get(name) or formatter.node(value) for name, value in fields.items()})
        nodes["entities/new.yaml"][Text(one.kind)] = Map({Text(one.id): node})
    for source in sources:
        head = source.model_dump(mode="json", exclude={"id", "names", "refers"}, exclude_defaults=True, by_alias=True)
        node = Map({Text("source"): formatter.node(head)})
        if source.names:
            node[Text("names")] = Map({Text(id_): List(map(Text, names)) for id_, names in source.names})
        node[Text("refers")] = Map({Text(words): Text(id_) for words, id_ in source.refers})
        if own := List(formatter._claim(claim) for claim in found if claim.source == source.id):
            node[Text("claims")] = own
        nodes[f"sources/{source.id}.yaml"] = node
    for name, node in nodes.items():
        folder.write(name, formatter.format_node(folder.data / name, node, "", ontology))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), ending=st.sampled_from(ENDINGS), with_ids=st.booleans())
def test_rows_give_the_claims_and_quads_that_yaml_gives(
    folder: Folder,
    world: tuple[list[Entity], list[Source], list[Claim]],
    ending: str,
    with_ids: bool,
) -> None:
    added = ["entities/new.yaml", *(f"sources/{id_}.yaml" for id_ in SOURCES)]
    as_yaml(folder, world, ONTOLOGY)
    in_yaml = checked(folder)
    for name in added:
        (folder.data / name).unlink()
    for table, records in zip(("entities", "sources", "claims"), world, strict=True):
        made = [writing.row(record) for record in records]
        for one in made if table == "claims" and not with_ids else []:
            del one["id"]
        folder.write(f"{table}/new{ending}", b"".join(writing.WRITERS[ending](made, table)))
    try:
        found = checked(folder)
    finally:
        for table in ("entities", "sources", "claims"):
            (folder.data / table / f"new{ending}").unlink()
    assert {claim.id: claim for claim in found.claims} == {claim.id: claim for claim in in_yaml.claims}
    assert (found.entities, found.sources) == (in_yaml.entities, in_yaml.sources)
    assert list(nquads.lines(found)) == list(nquads.lines(in_yaml))


# ---- the columns -------------------------------------------------------------------------------------------


def test_every_field_of_a_model_has_a_column_and_no_other() -> None:
    assert set(columns.TABLES["claims"].fields) == {"id", *Claim.model_fields}
    assert set(columns.TABLES["entities"].fields) == set(Entity.model_fields)
    assert set(columns.TABLES["sources"].fields) == {name.removesuffix("_") for name in Source.model_fields}


def test_the_guide_lists_the_columns() -> None:
    text = (FOLDER / "bulk.md").read_text(encoding="utf-8")
    tables = {name: part for name in columns.TABLES for part in text.split("\n\n") if part.startswith(f"| {name} |")}
    for name, record in columns.TABLES.items():
        listed = re.findall(r"^\| `(\w+)` \| (.*?) \| (required)?", tables[name], re.MULTILINE)
        assert [column for column, _, _ in listed] == list(record.fields)
        assert {column for column, _, required in listed if required} == record.required
        assert {column for column, of, _ in listed if of == "text"} == {
            c for c, of in record.fields.items() if of == "text"
        }


def test_what_others_write_is_read(folder: Folder, dataset: Dataset, tmp_path: Path) -> None:
    """DuckDB reads our file and writes its own; dictionaries, large texts, and maps as lists or records are read."""
    [path] = rows.write(tmp_path / "claims.parquet", dataset)
    (before := folder.data / "claims").mkdir()
    ours = Claim(
        source="daily", subject="bob-ray", relation="affiliatedWith", object="ore-works", qualifiers=(("role", "head"),)
    )
    with duckdb.connect() as db:
        cited = db.from_parquet(str(path)).filter("kind = 'fact' AND \"at\" IS NOT NULL")
        assert len(cited) == sum(claim.kind == "fact" and bool(claim.at) for claim in dataset.claims)
        made = db.sql(
            "SELECT 'daily' AS source, 'bob-ray' AS subject, 'affiliatedWith' AS relation, 'ore-works' AS object,"
            " MAP {'role': 'head'} AS qualifiers"
        )
        made.write_parquet(str(before / "duck.parquet"))
    assert folder.dataset().claims[0] == ours
    (before / "duck.parquet").unlink()
    base = {name: [value] for name, value in writing.row(ours).items() if name not in ("id", "qualifiers")}
    for qualifiers in (
        pa.array([{"role": "head", "form": None}]),
        pa.array([[{"key": "role", "value": "head"}]]),
        pa.array([[("role", "head")]], pa.map_(pa.dictionary(pa.int8(), pa.string()), pa.large_string())),
    ):
        table = pa.table({**base, "qualifiers": qualifiers, "note": pa.nulls(1)})
        table = table.set_column(0, "source", table["source"].dictionary_encode())
        parquet.write_table(table, before / "other.parquet")
        assert folder.dataset().claims[0] == ours


# ---- what is wrong -----------------------------------------------------------------------------------------

GOOD = {"source": "daily", "subject": "bob-ray", "relation": "affiliatedWith", "object": "ore-works"}
CASES: dict[str, tuple[list[object], str]] = {
    "an unknown relation": ([GOOD, {**GOOD, "relation": "afiliatedWith"}], "2: 'afiliatedWith' is not a relation of"),
    "an id in other case": ([{**GOOD, "subject": "Bob-Ray"}], "1: subject: found 'Bob-Ray'; expected an id: lower-c"),
    "an unknown record": ([{**GOOD, "subject": "bob-roy"}], "1: no record 'bob-roy' (the subject of affiliatedWith)"),
    "an unknown source": ([{**GOOD, "source": "weekly"}], "1: no source 'weekly' in sources/"),
    "an unknown column": ([{**GOOD, "satus": "held"}], "1: unknown column 'satus'; did you mean status?; expected o"),
    "a column that is missing": ([{"source": "daily", "subject": "x", "relation": "y"}], "1: lacks the field 'object'"),
    "a null": ([{**GOOD, "object": None}], "1: lacks the field 'object'"),
    "a number for a text": ([{**GOOD, "when": 2021}], "1: when: found a whole number; expected a text"),
    "a text for a list": ([{**GOOD, "at": "0-20 0123abcd"}], "1: at: found a text; expected a list, each a record o"),
    "a fraction": ([{**GOOD, "at": [{"start": 1.0, "end": 2, "fingerprint": "0123abcd"}]}], "1: at: start: found a"),
    "a truth value": ([{**GOOD, "at": [{"start": True, "end": 2}]}], "1: at: start: found a truth value; expected a"),
    "a huge number": ([{**GOOD, "at": [{"start": 0, "end": 10**30}]}], "1: at: end: found a whole number; expected"),
    "a wrong fingerprint": (
        [{**GOOD, "at": [{"start": 0, "end": 9, "fingerprint": "0123ABCD"}]}],
        "1: at.fingerprint: found '0123ABCD'; expected the 8 hexadecimal digits",
    ),
    "an unknown qualifier": ([{**GOOD, "qualifiers": {"rolle": "x"}}], "1: unknown qualifier 'rolle'; did you mean"),
    "a qualifier of a list": ([{**GOOD, "qualifiers": {"role": ["x"]}}], "1: qualifiers: role: found a list; expected"),
    "another id": ([{**GOOD, "id": "daily/0"}], "1: id: found 'daily/0'; expected daily/"),
    "a claim twice": ([GOOD, GOOD], "2: the claim daily/52598bd9fa is already at"),
    "an invisible sign": ([{**GOOD, "note": "x\u202ey"}], "1: found the invisible character U+202E; expected visibl"),
    "half a sign": (['{"note": "\\ud800"}'], "1: found the invisible character U+D800"),
    "a line end": ([{**GOOD, "note": "x\ny"}], "1: note: found U+000A in"),
    "spaces around": ([{**GOOD, "relation": "formerName", "object": " x"}], "1: object: found ' x'; expected a text"),
    "no JSON": (["{"], "1: is not JSON (Expecting property name enclosed in double quotes); expected an object on"),
    "no object": (["[1]"], "1: is not an object; expected one like"),
    "an empty line": (["", GOOD], "1: is not JSON (Expecting value)"),
    "a name twice": (['{"source": "a", "source": "b"}'], "1: is not JSON (the name 'source' is there twice)"),
    "not a number": (['{"at": NaN}'], "1: is not JSON (NaN is no number)"),
    "depth": (["[" * 100_000], "1: is not JSON ("),
    "a long line": (['{"note": "' + "x" * reading.MAX_LINE, GOOD], "1: found a line of more than 1,048,576 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_one_line_with_file_and_row(folder: Folder, case: str) -> None:
    given, expected = CASES[case]
    write(folder, "claims/a.jsonl", *given)
    [fault, *others] = faults(folder)
    assert fault.startswith(f"claims/a.jsonl:{expected}")
    assert not others


def test_bytes_that_are_no_utf8(folder: Folder) -> None:
    folder.write("claims/a.jsonl", json.dumps(GOOD).encode() + b'\n{"note": "\xe9"}\n')
    assert faults(folder) == ["claims/a.jsonl:2: found the byte 0xe9; expected UTF-8: save the file in that encoding"]


def test_shards_that_disagree_on_an_entity(folder: Folder) -> None:
    one = {"id": "zed", "kind": "Person", "name": "Zed", "aliases": ["Z. Zed"]}
    write(folder, "entities/a.jsonl", one)
    write(folder, "entities/b.jsonl", {**one, "kind": "Company", "name": "Zed Ltd"}, one)
    already = "is already at entities/a.jsonl:1; keep one, or give it another id"
    assert faults(folder) == [
        f"entities/b.jsonl:1: the id 'zed' (here with another kind, name) {already}",
        f"entities/b.jsonl:2: the id 'zed' {already}",
    ]


def test_a_fault_among_many_rows_names_its_row(folder: Folder) -> None:
    made = [{**GOOD, "when": f"{1000 + n}"} for n in range(9_000)]
    made[7_654] = {**GOOD, "relation": "leeds", "when": "1999"}
    table = pa.Table.from_pylist(made)
    (folder.data / "claims").mkdir()
    parquet.write_table(table, folder.data / "claims" / "a.parquet", row_group_size=1000)
    [fault] = faults(folder)
    assert fault.startswith("claims/a.parquet:7655: 'leeds' is not a relation of ontology/rareearth.ttl; did you mean")


COLUMNS: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "missing": (lambda t: t.drop_columns(["object"]), "lacks the column 'object'; expected source, subject, relatio"),
    "unknown": (lambda t: t.append_column("wen", [["2021"]]), "unknown column 'wen'; did you mean when?; expected o"),
    "of numbers": (lambda t: t.append_column("when", [[2021]]), "column 'when': found int64; expected a text"),
    "of texts": (lambda t: t.append_column("at", [["0-9"]]), "column 'at': found string; expected a list, each a re"),
    "of other records": (
        lambda t: t.append_column("inferred", [[{"why": "x"}]]),
        "column 'inferred': found struct<why: string>; expected a record of when, because",
    ),
    "twice": (lambda t: t.append_column("source", [["x"]]), "has the column 'source' twice; expected it once"),
}  # fmt: skip


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_are_checked_before_rows(folder: Folder, case: str) -> None:
    change, expected = COLUMNS[case]
    (folder.data / "claims").mkdir()
    parquet.write_table(change(pa.table({k: [v] for k, v in GOOD.items()})), folder.data / "claims" / "a.parquet")
    [fault, *_] = faults(folder)
    assert fault.startswith(f"claims/a.parquet: {expected}")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_refused(folder: Folder, ending: str, part: float) -> None:
    rng = [{**GOOD, "note": f"{n * 7919 % 104729} {n}", "when": f"{1000 + n}"} for n in range(2000)]
    whole = b"".join(writing.WRITERS[ending](rng, "claims"))
    folder.write(f"claims/a{ending}", whole[: int(len(whole) * part) or 3])
    fault, *others = faults(folder)
    assert not others
    assert fault.startswith(f"claims/a{ending}:")
    assert fault.endswith("write it again" if ending != ".jsonl" else "expected an object on each line")


def test_a_page_of_parquet_that_is_damaged(folder: Folder) -> None:
    whole = bytearray(b"".join(writing.parquet([{**GOOD, "when": f"{1000 + n}"} for n in range(3000)], "claims")))
    whole[200:400] = bytes(200)
    folder.write("claims/a.parquet", bytes(whole))
    [fault] = faults(folder)
    assert fault.startswith("claims/a.parquet: is not a whole Parquet file (")


def test_without_the_library_a_message_says_what_to_install(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    folder.write("claims/a.parquet", b"PAR1")
    with pytest.raises(MissingExtraError, match=r"pyarrow is not installed; pip install 'rareearth\[bulk\]'"):
        folder.dataset()
    (folder.data / "claims" / "a.parquet").unlink()
    write(folder, "claims/a.jsonl", GOOD)
    assert folder.dataset().claims[0].subject == "bob-ray"


@pytest.mark.parametrize("name", ["a.parquet", "notes/a.jsonl", "sources/2026/a.jsonl.gz", "inboxes/b.parquet"])
def test_bulk_in_another_place_is_one_line(folder: Folder, name: str) -> None:
    folder.write(name, b"")
    [fault] = faults(folder)
    assert fault.startswith(
        f"{name}: is not read here; expected it in claims/, entities/, sources/, conflicts/ or iden"
    )


def test_marks_of_spark_are_left_alone(folder: Folder) -> None:
    before = folder.dataset()
    folder.write("claims/_SUCCESS", b"")
    folder.write("claims/.part-00000.parquet.crc", b"x")
    assert folder.dataset() == before


# ---- the command -------------------------------------------------------------------------------------------


def test_a_table_is_exported_and_built(small_build: Folder, tmp_path: Path, run: Command) -> None:
    again = Folder(tmp_path / "data", tmp_path / "build")
    for table in columns.TABLES:
        (again.data / table).mkdir(parents=True)
        done = run("export", again.data / table / "all.parquet", "--build", small_build.build)
        assert (done.returncode, done.stderr) == (0, "")
        named = run("export", tmp_path / f"{table}.jsonl.gz", "--data", small_build.data)
        assert named.returncode == 0
        listed = gzip.decompress((tmp_path / f"{table}.jsonl.gz").read_bytes()).splitlines()
        assert len(listed) == parquet.read_metadata(again.data / table / "all.parquet").num_rows
    assert run("build", "--data", again.data, "--build", again.build).returncode == 0
    for name in ("rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md"):
        assert (again.build / name).read_bytes() == (small_build.build / name).read_bytes()
    assert not builds.open_store(again.data, again.build).stale
    write(again, "claims/more.jsonl", {**GOOD})
    assert builds.open_store(again.data, again.build).stale


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["facts.parquet"], "facts.parquet: found 'facts'; expected one of claims.parquet, entities.parquet, sources"),
        (
            ["claims.jsonl", "--as-of", "2021"],
            "claims.jsonl: has all of the data as it was written; expected only --dat",
        ),
        (["all.ttl", "--data", "data"], "all.ttl: --data is for .parquet .jsonl .jsonl.gz; the others are made from a"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, run: Command, words: list[str], expected: str) -> None:
    done = run("export", tmp_path / words[0], *words[1:])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(expected)


def test_a_source_in_bulk_is_retracted_in_its_row(folder: Folder, run: Command) -> None:
    source = writing.row(folder.dataset().sources["daily"])
    (folder.data / "sources" / "daily.yaml").rename(folder.data.parent / "daily.yaml")
    more = [{**GOOD, "subject": s, "object": o} for s, o in (("ann-lee", "ore-works-ltd"), ("bob-ray", "ore-works"))]
    more.append({**GOOD, "relation": "headquarteredIn", "subject": "mine-school", "object": "oreville"})
    write(folder, "claims/a.jsonl", *more)
    write(folder, "sources/b.jsonl", source)
    before = folder.dataset()
    done = run("retract", "daily", "--because", "x", "--data", folder.data)
    assert (
        done.stderr
        == f"{folder.data}/sources/b.jsonl:1: the source 'daily' is data in bulk; change its row, or move it to YAML\n"
    )
    assert run("tidy", "--check", "--data", folder.data).returncode in (0, 1)
    assert before == folder.dataset()
    write(folder, "sources/b.jsonl", {**source, "retracted": {"on": "2026-01-02", "because": "It was made up."}})
    assert not folder.dataset().claims


def test_conflicts_and_identities_in_parts(folder: Folder) -> None:
    before = folder.dataset()
    (folder.data / "identities").mkdir()
    shutil.move(folder.data / "identities.yaml", folder.data / "identities" / "a.yaml")
    assert folder.dataset().judgements == before.judgements
    for name in ("a", "b"):
        folder.write(f"conflicts/{name}.yaml", f"{name}-c:\n  question: Who?\n  kind: unsure\n  why: Two pages.\n")
    assert [fault.split(":")[0] for fault in faults(folder)] == ["conflicts/a.yaml", "conflicts/b.yaml"]
    assert datafolder.table(folder.data, folder.data / "conflicts" / "a.yaml") == "conflicts"
    folder.write("conflicts.yaml", "a-c:\n  question: Who?\n  kind: unsure\n  why: Two pages.\n")
    assert any("the id 'a-c' is already at" in fault for fault in faults(folder))
