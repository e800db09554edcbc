"""The build and what opens it: made when there is none, noticed when the data has changed."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import rdflib
from conftest import Folder, environment

import rareearth
from rareearth import build as builds
from rareearth import network
from rareearth.dataset import Dataset
from rareearth.errors import DataError, QueryError, RareEarthError, StoreError
from rareearth.knowledge import KnowledgeGraph
from rareearth.store import oxigraph, shacl


def test_a_build_writes_the_store_the_files_and_a_summary(built: Path, dataset: Dataset) -> None:
    names = {p.name for p in built.iterdir()}
    assert {"rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md", "manifest.json"} <= names
    summary = (built / "summary.md").read_text(encoding="utf-8")
    count = len(dataset.entities) - len(dataset.standing)
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
    assert rareearth.open(folder.build, data=folder.data).query("leaders") == graph.query("leaders") != []
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


# ---- the graph in Python ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(built: Path) -> KnowledgeGraph:
    return rareearth.open(built)


def test_rows_of_a_question_and_of_any_query(graph: KnowledgeGraph) -> None:
    assert "entity:li-bo" in {row["person"] for row in graph.query("leaders") if row["post"] == "chairs"}
    [row] = graph.query("SELECT (COUNT(?claim) AS ?n) { ?claim a ree:Claim }")
    assert isinstance(row["n"], int)
    assert graph.ask("ASK { entity:li-bo ree:chairs ?x }") is True


def test_parameters_name_entities_as_people_do(graph: KnowledgeGraph) -> None:
    by_name = graph.query("neighbours", entity="Li Bo")
    assert by_name == graph.query("neighbours", entity="li-bo") != []
    with pytest.raises(RareEarthError, match="has no parameter 'who'; it has: "):
        graph.query("neighbours", who="Li Bo")
    with pytest.raises(RareEarthError, match="no entity named 'Nobody at all'"):
        graph.query("neighbours", entity="Nobody at all")
    with pytest.raises(RareEarthError, match="no question named 'leader'; did you mean leaders"):
        graph.query("leader")


def test_values_of_ones_own_query_are_bound(graph: KnowledgeGraph) -> None:
    asked = "SELECT ?who ?body { ?who ree:headsGroup ?body }"
    assert len(graph.query(asked, who="entity:li-bo")) == 1
    assert graph.query(asked, who='} UNION { ?who ?p ?body # "') == []


def test_a_frame_has_the_columns_even_without_rows(graph: KnowledgeGraph) -> None:
    frame = graph.frame("SELECT ?who ?body { ?who ree:headsGroup ?body }")
    assert list(frame.columns) == ["who", "body"]
    assert list(frame["who"]) == ["entity:li-bo"]
    assert list(graph.frame("SELECT ?who ?body { ?who ree:nothing ?body }").columns) == ["who", "body"]


def test_an_answer_of_another_form_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(QueryError):
        graph.query("ASK { ?s ?p ?o }")
    with pytest.raises(QueryError):
        graph.frame("ASK { ?s ?p ?o }")
    with pytest.raises(QueryError):
        graph.ask("SELECT ?s { ?s ?p ?o }")


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_rdf_and_network_are_of_the_same_store(graph: KnowledgeGraph) -> None:
    assert isinstance(graph.rdf, rdflib.Dataset)
    assert len(list(graph.rdf.query("SELECT ?c { ?c a ree:Claim }"))) == len(
        graph.query("SELECT ?c { ?c a ree:Claim }")
    )
    assert list(graph.network().edges(keys=True)) == list(network.read(graph.store).edges(keys=True))
    assert graph.network("full").number_of_nodes() > graph.network().number_of_nodes()
    assert graph.network("CONSTRUCT { ?a ree:headsGroup ?b } { ?a ree:headsGroup ?b }").number_of_edges() == 1
    with pytest.raises(RareEarthError, match="no view named 'everything'"):
        graph.network("everything")


def test_sentences_come_with_a_folder_of_texts(built: Path, article_text: str, tmp_path: Path) -> None:
    (tmp_path / "reex-ganzhou-tour.txt").write_text(article_text, encoding="utf-8")
    graph = rareearth.open(built, texts=tmp_path)
    [chair] = [s for s in graph.show("li-bo").statements if s.relation == "chairs"]
    assert graph.sentence(chair, 0) == article_text[565:782]
    assert rareearth.open(built).sentence(chair, 0) is None


def test_importing_is_light() -> None:
    heavy = "networkx rdflib pyoxigraph pandas numpy pydantic pyshacl oxrdflib typer yaml rich"
    script = f"import sys, rareearth; print([m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_there() -> None:
    assert rareearth.KnowledgeGraph is KnowledgeGraph
    assert set(rareearth.__all__) == {"KnowledgeGraph", "__version__", "open"}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        rareearth.nothing  # noqa: B018
    assert (Path(rareearth.__file__).parent / "py.typed").is_file()
