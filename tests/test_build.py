"""The build and what opens it: made when there is none, noticed when the data has changed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import Folder

import rareearth
from rareearth import build as builds
from rareearth.dataset import Dataset
from rareearth.errors import DataError, StoreError
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


def test_a_damaged_build_is_not_silently_made_again(folder: Folder) -> None:
    rareearth.open(folder.build, data=folder.data)
    (folder.build / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="build again"):
        rareearth.open(folder.build, data=folder.data)
