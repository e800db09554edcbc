"""The ledger of coverage: who of a list is in the graph, and what tells that apart from what only looks like it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, Command, Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import QueryError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import coverage


@pytest.fixture
def small(folder: Folder) -> Oxigraph:
    return oxigraph.memory(nquads.lines(folder.dataset()))


def items(store: Oxigraph, *rows: dict[str, str]) -> list[coverage.Item]:
    return list(coverage.read(store, rows))


def test_a_name_is_found_with_how_well_it_is_known(small: Oxigraph) -> None:
    [found] = items(small, {"name": "LEE Ann"})
    assert (found.state, found.id, found.known_as) == ("found", "ann-lee", "Ann Lee")
    assert (found.found_by, found.sources, found.newest) == ("name (word order)", 1, "")
    assert found.claims == 1
    assert found.remark == ""


def test_what_is_only_close_is_missing(small: Oxigraph) -> None:
    [missing, stranger] = items(small, {"name": "Ann Leee"}, {"name": "Zzyzx Holdings"})
    assert (missing.state, missing.id, missing.claims) == ("missing", "", 0)
    assert missing.remark == "close: Ann Lee (ann-lee)"
    assert (stranger.state, stranger.remark) == ("missing", "")


def test_what_the_list_says_is_compared(small: Oxigraph) -> None:
    given = [{"name": "Ann Lee", "kind": "person"}, {"name": "Ann Lee", "kind": "company"}]
    assert [(item.state, item.remark) for item in items(small, *given)] == [("found", ""), ("differs", "is no company")]
    [school, elsewhere] = items(
        small, {"name": "Mine School", "country": "Oreville"}, {"name": "Mine School", "country": "Atlantis"}
    )
    assert (school.state, school.remark) == ("found", "")
    assert elsewhere.remark.startswith("not known to be in Atlantis, but in Oreville")
    [head, unknown] = items(small, {"name": "Ann Lee", "stage": "RECTOR"}, {"name": "Ann Lee", "stage": "smelting"})
    assert (head.state, unknown.remark) == ("found", "nothing is said of smelting")


def test_a_name_of_several_is_told_apart_by_what_the_list_says(folder: Folder) -> None:
    folder.change("entities/all.yaml", "Person:\n", "Person:\n  ore-works-fan:\n    name: Ore Works\n")
    folder.write(
        "identities.yaml",
        "- ore-works-fan different ore-works:\n    who: x\n    on: 2026\n    why: One is a person.\n"
        "- ore-works same ore-works-ltd:\n    who: x\n    on: 2026\n    why: One name in full.\n",
    )
    folder.change(
        "sources/daily.yaml",
        "claims:\n",
        "claims:\n  - ore-works-fan affiliatedWith mine-school:\n      at: 0-9 01234567\n",
    )
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    [several, person] = items(store, {"name": "Ore Works"}, {"name": "Ore Works", "kind": "Person"})
    assert (several.state, several.remark) == ("several", "may be ore-works, ore-works-fan")
    assert (person.state, person.id) == ("found", "ore-works-fan")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", None, "the list: is empty"),
        ("a,b\n1,2\n", "firm", "the list:1: no column 'firm'; found a, b"),
        ("name,kind\nAnn Lee,person\n,person\n", None, "the list:3: no name in the column 'name'"),
    ],
)
def test_a_list_without_names_is_refused_at_its_line(text: str, column: str | None, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        coverage.rows(text, column)


@given(
    st.lists(st.text("ab李 ,;\"'", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=6),
    st.sampled_from(",;\t"),
)
def test_names_are_read_as_they_are_written(names: list[str], delimiter: str) -> None:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows([["Kind", "Name"], *(["company", name] for name in names)])
    assert coverage.rows(made.getvalue()) == [{"name": name.strip(), "kind": "company"} for name in names]


def test_a_cell_of_several_lines_is_one_cell_and_what_is_no_csv_is_refused() -> None:
    text = 'name,kind\n"Ann\u2028Lee","a\nb"\nBob Ray,person\n'
    assert [row["name"] for row in coverage.rows(text)] == ["Ann\u2028Lee", "Bob Ray"]
    with pytest.raises(QueryError, match="the list:4: no name"):
        coverage.rows('name,kind\n"Ann","a\nb"\n,person\n')
    with pytest.raises(QueryError, match="the list:2: is not CSV"):
        coverage.rows("name\n" + "x" * 200_000 + "\n")


def test_ids_and_addresses_are_names_too(small: Oxigraph) -> None:
    for name in ("ann-lee", "entity:ann-lee", "https://w3id.org/rareearth/entity/ann-lee"):
        [found] = items(small, {"name": name})
        assert (found.state, found.id, found.found_by) == ("found", "ann-lee", "id")


def test_a_list_of_the_field_is_found(store: Oxigraph) -> None:
    """A hundred names as pages of the field print them: of a ranking, an association, Chinese short names."""
    listed = coverage.rows((ROOT / "tests" / "listed_names.csv").read_text(encoding="utf-8"))
    assert len(listed) == 100
    found = {item.name: item for item in coverage.read(store, listed)}
    states = Counter(item.state for item in found.values())
    assert states["found"] + states["differs"] >= 90
    assert states["several"] == 0
    ids = {
        "Hitachi Metals, Ltd.": "proterial",
        "北方稀土": "china-northern-rare-earth",
        "Meteoric Resources NL": "meteoric-resources",
        "VACUUMSCHMELZE GmbH": "vacuumschmelze",
        "MP Materials Corp.": "mp-materials",
        "中科三环": "zhong-ke-san-huan",
    }
    assert {name: found[name].id for name in ids} == ids
    strangers = {"Showa Denko Materials", "TDG Holding", "Innuovo Magnetics", "Geomega", "GreenMet"}
    assert strangers <= {name for name, item in found.items() if item.state == "missing"}
    assert found["Lynas Rare Earths Ltd."].sources > 5


def test_the_command_prints_the_list_and_how_many_are_found(small_build: Folder, tmp_path: Path, run: Command) -> None:
    (tmp_path / "list.csv").write_text("\ufeffCompany;Country\nOre Works;\n=Nobody;\n", encoding="utf-8")
    done = run(
        "coverage", tmp_path / "list.csv", "--column", "company", "--format", "csv", "--build", small_build.build
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["name"], row["state"]) for row in rows] == [("Ore Works", "found"), ("'=Nobody", "missing")]
    table = run("coverage", tmp_path / "list.csv", "--column", "company", "--build", small_build.build).stdout
    assert "Ore Works" in table
    assert table.endswith("1 of 2 names found; 1 missing\n")
    missing = run("coverage", tmp_path / "none.csv", "--build", small_build.build)
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
