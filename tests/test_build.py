"""The build and what opens it: made when there is none, noticed when the data has changed."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import ROOT, Folder

import rareearth
from rareearth import build as builds
from rareearth import paths
from rareearth.dataset import Dataset
from rareearth.errors import DataError, NoBuildError, StoreError
from rareearth.store import folder as folders
from rareearth.store import oxigraph, shacl


def test_a_build_writes_the_store_the_files_and_a_summary(built: Path, dataset: Dataset) -> None:
    names = {p.name for p in built.iterdir()}
    assert {"rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md", "manifest.json"} <= names
    summary = (built / "summary.md").read_text(encoding="utf-8")
    count = len(dataset.entities) - len(dataset.canonical_ids)
    assert f"{count} entities, {len(dataset.claims)} claims from {len(dataset.sources)} sources" in summary
    assert shacl.violations(oxigraph.read(built)) == []


def test_the_summary_counts_the_network_of_the_file(built: Path) -> None:
    summary = (built / "summary.md").read_text(encoding="utf-8")
    root = ET.parse(built / "rareearth.graphml").getroot()  # noqa: S314 - our own file
    space = "{http://graphml.graphdrawing.org/xmlns}"
    nodes, edges = (len(list(root.iter(space + what))) for what in ("node", "edge"))
    assert f"The network of actors has {nodes} nodes and {edges} edges." in summary


def test_faulty_data_leaves_the_last_build(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    before = {p: p.read_bytes() for p in folder.build.rglob("*") if p.is_file()}
    folder.change("sources/daily.yaml", "ann-lee leads", "ann-lee leeds")
    with pytest.raises(DataError, match="did you mean leads"):
        builds.build(folder.data, folder.build)
    assert {p: p.read_bytes() for p in folder.build.rglob("*") if p.is_file()} == before


def test_the_first_opening_builds_and_later_ones_do_not(folder: Folder) -> None:
    graph = rareearth.open(folder.build, data=folder.data)
    assert not graph.stale
    manifest = folder.build / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert rareearth.open(folder.build, data=folder.data).answer("leaders") == graph.answer("leaders")
    assert graph.answer("leaders")
    assert manifest.stat().st_mtime_ns == before


def test_changed_data_is_noticed_and_the_last_build_still_answers(folder: Folder) -> None:
    rareearth.open(folder.build, data=folder.data)
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Robert Ray")
    graph = rareearth.open(folder.build, data=folder.data)
    assert graph.stale
    assert graph.show("Bob Ray").name == "Bob Ray"
    builds.build(folder.data, folder.build)
    graph = rareearth.open(folder.build, data=folder.data)
    assert not graph.stale
    assert graph.show("bob-ray").name == "Robert Ray"


# ---- data of one's own --------------------------------------------------------------------------------------


@pytest.fixture
def wheel(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An installed package that ships other data than the folder, and builds it in a folder of the user's."""
    shipped = tmp_path / "bundled"
    shipped.mkdir()
    (shipped / "ontology").symlink_to(ROOT / "ontology")
    shutil.copytree(folder.data, shipped / "data")
    made = Folder(shipped / "data", tmp_path / "cache")
    made.change("entities/all.yaml", "name: Ann Lee", "name: Shipped Lee")
    monkeypatch.setattr(paths, "is_checkout", lambda: False)
    monkeypatch.setattr(paths, "root", lambda: shipped)
    monkeypatch.setenv("RAREEARTH_BUILD", str(made.build))
    monkeypatch.delenv("RAREEARTH_DATA", raising=False)
    return made


def lee(opened: builds.Opened) -> str:
    """The name of one person, which differs between the data of the folder and the data that ships."""
    [row] = opened.store.select("SELECT ?name { entity:ann-lee rdfs:label ?name FILTER(LANG(?name) != 'zh') }")
    return str(row["name"].value)


def test_a_build_of_ones_own_data_is_asked_as_it_is(wheel: Folder, folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    before = (folder.build / "manifest.json").read_bytes()
    for data in (None, folder.data):
        opened = builds.open_store(data, folder.build)
        assert (lee(opened), opened.stale, opened.note) == ("Ann Lee", False, "")
    other = builds.open_store(wheel.data, folder.build)
    assert (lee(other), other.stale) == ("Ann Lee", True)
    assert other.note == f"this build is of the data in {folder.data}, not of {wheel.data}"
    folder.change("entities/all.yaml", "name: Ann Lee", "name: Anna Lee")
    changed = builds.open_store(None, folder.build)
    assert (lee(changed), changed.stale, changed.note) == ("Ann Lee", True, "the data has changed since this build")
    folder.data.rename(folder.data.with_name("elsewhere"))
    gone = builds.open_store(None, folder.build)
    assert (lee(gone), gone.stale) == ("Ann Lee", False)
    assert gone.note == f"the data of this build is no longer in {folder.data}; the build is used as it is"
    assert (folder.build / "manifest.json").read_bytes() == before
    assert not wheel.build.exists()


@pytest.mark.usefixtures("wheel")
def test_a_build_and_its_data_may_move_together_and_be_reached_by_links(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(folder.data)
    monkeypatch.chdir(tmp_path)
    builds.build(Path("link"), Path("build"))
    assert builds.made_of(folder.build) == folder.data
    project = tmp_path / "project"
    project.mkdir()
    folder.data.rename(project / "data")
    folder.build.rename(project / "build")
    (tmp_path / "way").symlink_to(project / "build")
    monkeypatch.chdir(ROOT)
    opened = builds.open_store(None, tmp_path / "way")
    assert (lee(opened), opened.note, opened.data) == ("Ann Lee", "", project / "data")


def test_an_update_of_the_package_builds_its_data_anew_and_no_other(wheel: Folder, folder: Folder) -> None:
    assert lee(builds.open_store()) == "Shipped Lee"
    builds.build(folder.data, folder.build)
    wheel.change("entities/all.yaml", "name: Shipped Lee", "name: Updated Lee")
    assert lee(builds.open_store()) == "Updated Lee"
    assert lee(builds.open_store(None, folder.build)) == "Ann Lee"


def test_an_old_build_that_cannot_be_replaced_is_asked_as_it_is(wheel: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    builds.open_store()
    wheel.change("entities/all.yaml", "name: Shipped Lee", "name: Updated Lee")

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folders.os, "open", refused)
    opened = builds.open_store()
    assert (lee(opened), opened.stale, opened.note) == ("Shipped Lee", True, "the data has changed since this build")


def test_where_a_build_of_ones_own_data_failed_no_other_data_answers(wheel: Folder, folder: Folder) -> None:
    folder.change("sources/daily.yaml", "ann-lee leads", "ann-lee leeds")
    with pytest.raises(DataError):
        builds.build(folder.data, wheel.build)  # the usual place
    with pytest.raises(NoBuildError, match=r"the build of the data in .*/data did not succeed; build again") as caught:
        builds.open_store()
    assert (caught.value.folder, caught.value.data) == (wheel.build, folder.data)
    folder.change("sources/daily.yaml", "ann-lee leeds", "ann-lee leads")
    builds.build(folder.data, wheel.build)
    assert lee(builds.open_store()) == "Ann Lee"
    assert (wheel.build / ".lock").read_bytes() == b""


def test_a_first_build_of_the_shipped_data_that_failed_is_made_by_the_next_query(wheel: Folder) -> None:
    wheel.change("sources/daily.yaml", "ann-lee leads", "ann-lee leeds")
    with pytest.raises(DataError):
        builds.open_store()
    wheel.change("sources/daily.yaml", "ann-lee leeds", "ann-lee leads")
    assert lee(builds.open_store()) == "Shipped Lee"


@pytest.mark.usefixtures("wheel")
def test_a_build_folder_without_a_build_is_not_filled_with_the_shipped_data(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("nowhere", "empty"):
        with pytest.raises(NoBuildError, match="there is no build here; make one"):
            rareearth.open(tmp_path / place)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_build_is_not_silently_made_again(folder: Folder) -> None:
    rareearth.open(folder.build, data=folder.data)
    (folder.build / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="build again"):
        rareearth.open(folder.build, data=folder.data)
