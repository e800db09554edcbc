"""Files for other programs: what is written is what they read, every node, edge and attribute of it."""

# ruff: noqa: E501 - tables are read row by row

from __future__ import annotations

import csv
import functools
import importlib.util
import io
import json
import math
import pickle
import re
import subprocess
import sys
import tempfile
import typing
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pyoxigraph as ox
import pytest
import rdflib
import readers
import xml_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from needs import unavailable

from rareearth import formats, layout, namespaces
from rareearth import network as networks
from rareearth.cli import files
from rareearth.dataset import Dataset
from rareearth.errors import FormatError
from rareearth.formats import cypher, drawing, sheets
from rareearth.site import exports
from rareearth.store import asof, oxigraph
from rareearth.store.oxigraph import Oxigraph

Network = nx.MultiDiGraph
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
GEXF = "{http://gexf.net/1.3}"
VIZ = "{http://gexf.net/1.3/viz}"
SVG = "{http://www.w3.org/2000/svg}"


def write(network: Network, path: Path, store: Oxigraph | None = None, *, directed: bool = False) -> Path:
    return formats.write(path, store or oxigraph.memory([]), lambda: network, directed=directed)[0]


@pytest.fixture(scope="module", params=["actors", pytest.param("full", marks=pytest.mark.slow)])
def network(request: pytest.FixtureRequest) -> Network:
    found: Network = request.getfixturevalue(request.param)
    return found


# ---- every node, edge and attribute is read back ---------------------------------------------------------


def test_graphml_by_networkx(network: Network, tmp_path: Path) -> None:
    assert readers.by_networkx(write(network, tmp_path / "n.graphml", directed=True)) == readers.expected(network)


def test_graphml_by_igraph(network: Network, tmp_path: Path) -> None:
    assert readers.by_igraph(write(network, tmp_path / "n.graphml")) == readers.expected(network)


def test_gexf_by_networkx(network: Network, tmp_path: Path) -> None:
    nodes, edges = readers.by_networkx(write(network, tmp_path / "n.gexf", directed=True))
    expected_nodes, expected_edges = readers.expected(network)
    everything = [*expected_nodes.values(), *(data for *_, data in expected_edges)]
    first = min(day for data in everything for day in re.split(r" \| |/", data.get("periods", "")) if day)
    for data in everything:
        if "periods" in data:  # one without a start begins with the first day of the file
            data["periods"] = " | ".join(first + s if s.startswith("/") else s for s in data["periods"].split(" | "))
    told_by_spells = ("color", "start", "end")  # NetworkX does not read the colours of edges
    assert nodes == expected_nodes
    assert edges == readers.ordered(
        [(a, b, {k: v for k, v in data.items() if k not in told_by_spells}) for a, b, data in expected_edges]
    )


def test_nothing_is_lost_on_the_way_to_the_file(network: Network) -> None:
    nodes, edges = readers.expected(network)
    assert {
        n: {k: d[k] for k in data}
        for (n, data), d in zip(sorted(network.nodes(data=True)), nodes.values(), strict=True)
    } == {n: dict(data) for n, data in network.nodes(data=True)}
    assert Counter((a, b, d["relation"]) for a, b, d in edges) == Counter(list(network.edges(keys=True)))


CLOSE = {"rel_tol": 1e-6, "abs_tol": 1e-12}


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return math.isclose(one, other, **CLOSE) if isinstance(one, int | float) else one == other


def without_false(read: readers.Read) -> readers.Read:
    """igraph gives every node and edge a truth value, which is false where the file has none."""
    nodes, edges = read

    def known(data: readers.Attributes) -> readers.Attributes:
        return {name: value for name, value in data.items() if value is not False}

    return {n: known(d) for n, d in nodes.items()}, readers.ordered([(a, b, known(d)) for a, b, d in edges])


@settings(max_examples=40)
@given(readers.networks())
def test_any_network_is_read_back_as_it_was(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = readers.expected(network)
        path = write(network, Path(folder) / "n.graphml")
        assert readers.by_networkx(path) == expected
        assert alike(without_false(readers.by_igraph(path)), without_false(expected))
        nodes, edges = readers.by_networkx(write(network, Path(folder) / "n.gexf"))
        assert nodes == {node: {"label": node, **data} for node, data in expected[0].items()}
        without = [(a, b, {k: v for k, v in d.items() if k != "color"}) for a, b, d in expected[1]]
        # what has no label is labelled with its id, or its relation
        assert edges == readers.ordered([(a, b, {"label": d["relation"], **d}) for a, b, d in without])


XML = [".graphml", ".gexf", ".svg"]


@settings(max_examples=40)
@given(readers.networks(readers.ANYTHING))
def test_what_no_xml_can_hold_is_refused_and_nothing_ill_formed_is_written(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for ending in XML:
            path = Path(folder) / f"n{ending}"
            try:
                write(network, path)
            except FormatError as error:
                reason = str(error)
            else:
                readers.tree(path)
                continue
            assert re.search(r"U\+[0-9A-F]{4}", reason)
            assert not path.exists()


@pytest.mark.parametrize("ending", XML)
@pytest.mark.parametrize("sign", readers.IMPOSSIBLE)
@pytest.mark.parametrize("where", ["id", "label", "about", "relation", "attribute"])
def test_a_control_character_is_refused_by_name(tmp_path: Path, ending: str, sign: str, where: str) -> None:
    odd = f"odd{sign}one"
    network: Network = nx.MultiDiGraph()
    network.add_node(odd if where == "id" else "a", label=odd if where == "label" else "A")
    network.add_node("b", **{"x" + odd if where == "attribute" else "about": odd if where == "about" else "B"})
    network.add_edge("b", odd if where == "id" else "a", key=odd if where == "relation" else "r")
    path = tmp_path / f"n{ending}"
    if ending == ".svg" and where in ("about", "attribute"):
        write(network, path)  # the picture does not show it
        readers.tree(path)
    else:
        with pytest.raises(FormatError, match=f"U\\+{ord(sign):04X}"):
            write(network, path)
        assert list(tmp_path.iterdir()) == []


ODD = "Ore & Sons <\"Ltd\"> '稀土' ]]> \t\n\r 😀 &amp;"


@pytest.mark.parametrize("ending", [".graphml", ".gexf"])
def test_chinese_quotes_and_signs_are_kept(tmp_path: Path, ending: str) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", label=ODD, kind=ODD, about=ODD)
    network.add_edge("a", "a", key=ODD, label=ODD, note=ODD)
    nodes, [(_, _, edge)] = readers.by_networkx(write(network, tmp_path / f"n{ending}"))
    assert {nodes["a"][name] for name in ("label", "kind", "about")} == {ODD}
    assert {edge[name] for name in ("relation", "label", "note")} == {ODD}


# ---- what Gephi asks of a file ---------------------------------------------------------------------------


def test_graphml_for_gephi(network: Network, tmp_path: Path) -> None:
    root = readers.tree(write(network, tmp_path / "n.graphml"))
    keys = {(k.get("for"), k.get("attr.name")): k.get("attr.type") for k in root.iter(GRAPHML + "key")}
    for name, kind in {
        "label": "string",
        "x": "double",
        "y": "double",
        "size": "double",
        "color": "string",
        "kind": "string",
    }.items():
        assert keys["node", name] == kind
    assert (keys["edge", "weight"], keys["edge", "label"], keys["edge", "relation"]) == ("double", "string", "string")
    assert set(keys.values()) <= {"string", "double", "int", "boolean"}
    assert not {"id", "source", "target"} & {name for _, name in keys}
    edges = list(root.iter(GRAPHML + "edge"))
    triples = [(e.get("source"), e.get("target"), e.get("label")) for e in edges]
    assert sorted(map(tuple, triples)) == sorted(network.edges(keys=True)), "Gephi merges parallel edges of one label"
    assert len(set(triples)) == len(triples) == network.number_of_edges()
    assert not root.xpath("//*[local-name()='node']//*[local-name()='graph']")


def test_gexf_for_gephi(network: Network, tmp_path: Path) -> None:
    root = readers.tree(write(network, tmp_path / "n.gexf"))
    assert root.get("version") == "1.3"
    edges = list(root.iter(GEXF + "edge"))
    triples = [(e.get("source"), e.get("target"), e.get("kind")) for e in edges]
    assert sorted(map(tuple, triples)) == sorted(network.edges(keys=True))
    assert all(float(e.get("weight") or 0) > 0 for e in edges)
    assert "lastmodifieddate" not in etree.tostring(root, encoding="unicode")


def directions(path: Path) -> dict[tuple[str, str, str], bool]:
    """Whether each edge of a file is directed."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return {(r["Source"], r["Target"], r["relation"]): r["Type"] == "Directed" for r in csv.DictReader(file)}
    root = readers.tree(path)
    kind, name, undirected = (
        ("label", "directed", "false") if path.suffix == ".graphml" else ("kind", "type", "undirected")
    )
    edges = root.iter(GRAPHML + "edge", GEXF + "edge")
    return {(e.get("source"), e.get("target"), e.get(kind)): e.get(name) != undirected for e in edges}


@pytest.mark.parametrize("extension", formats.DIRECTED)
def test_only_edges_of_symmetric_relations_have_no_direction(tmp_path: Path, actors: Network, extension: str) -> None:
    symmetric = {(a, b, key): data["symmetric"] for a, b, key, data in actors.edges(keys=True, data=True)}
    assert set(symmetric.values()) == {True, False}
    for directed in (False, True):
        path = formats.write(tmp_path / f"n{extension}", oxigraph.memory([]), lambda: actors, directed=directed)[-1]
        assert directions(path) == {edge: directed or not mark for edge, mark in symmetric.items()}


@pytest.mark.parametrize(("extension", "read"), [(".graphml", nx.read_graphml), (".gexf", nx.read_gexf)])
def test_networkx_reads_the_files_if_all_edges_are_directed(
    tmp_path: Path, actors: Network, extension: str, read: Callable[[Path], Network]
) -> None:
    path = write(actors, tmp_path / f"n{extension}")
    with pytest.raises(nx.NetworkXError, match=r"(?i)(undirected|directed=false) edge found in directed graph"):
        read(path)
    found = read(write(actors, path, directed=True))
    assert (len(found), found.number_of_edges()) == (len(actors), actors.number_of_edges())
    assert sum(mark for *_, mark in found.edges(data="symmetric")) == sum(d for *_, d in actors.edges(data="symmetric"))


def by_edge_list(network: Network, _: Path) -> Network:
    frame = nx.to_pandas_edgelist(network, edge_key="key")
    made: Network = nx.from_pandas_edgelist(frame, edge_attr=True, create_using=nx.MultiDiGraph, edge_key="key")
    return made


def by_json(network: Network, _: Path) -> Network:
    made: Network = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(network, edges="edges"))), edges="edges")
    return made


def by_adjacency(network: Network, _: Path) -> Network:
    made: Network = nx.adjacency_graph(json.loads(json.dumps(nx.adjacency_data(network))))
    return made


def by_cytoscape(network: Network, _: Path) -> Network:
    made: Network = nx.cytoscape_graph(json.loads(json.dumps(nx.cytoscape_data(network))))
    return made


def by_pickle(network: Network, _: Path) -> Network:
    made: Network = pickle.loads(pickle.dumps(network))  # noqa: S301 - we wrote it
    return made


def by_file(write: Callable[..., None], read: Callable[[Path], Network]) -> Callable[[Network, Path], Network]:
    def back(network: Network, path: Path) -> Network:
        write(network, path)
        return read(path)

    return back


OWN_WRITERS: dict[str, Callable[[Network, Path], Network]] = {
    "gexf": by_file(nx.write_gexf, nx.read_gexf),
    "gexf 1.1": by_file(
        functools.partial(nx.write_gexf, version="1.1draft"), functools.partial(nx.read_gexf, version="1.1draft")
    ),
    "graphml": by_file(nx.write_graphml, nx.read_graphml),
    "graphml by lxml": by_file(nx.write_graphml_lxml, nx.read_graphml),
    "graphml by xml": by_file(nx.write_graphml_xml, nx.read_graphml),
    "gml": by_file(nx.write_gml, nx.read_gml),
    "json": by_json,
    "adjacency": by_adjacency,
    "cytoscape": by_cytoscape,
    "pickle": by_pickle,
    "edge list": by_edge_list,
}


@pytest.mark.parametrize("writer", OWN_WRITERS)
@pytest.mark.parametrize("of", ["actors", "then", "opinions", "query"])
def test_networkx_writes_and_reads_what_it_is_given(
    store: Oxigraph, actors: Network, tmp_path: Path, writer: str, of: str
) -> None:
    made = {
        "actors": lambda: actors,
        "then": lambda: networks.read(asof.at(store, "2021-12").store),
        "opinions": lambda: networks.read(store, "full", ["speech", "assessment", "recommendation"]),
        "query": lambda: networks.from_query(
            store, "SELECT ?s ?p ?o { VALUES ?p { ree:metWith ree:chairs } ?s ?p ?o }"
        ),
    }
    network = made[of]()
    found = OWN_WRITERS[writer](network, tmp_path / "n")
    assert set(found) == {node for node in network if writer != "edge list" or network.degree(node)}
    assert found.number_of_edges() == network.number_of_edges()
    data = {(a, b, d["relation"]): d for a, b, d in found.edges(data=True)}
    for a, b, key, known in network.edges(keys=True, data=True):
        own = data[a, b, key]
        assert {name: own[name] for name in ("weight", "symmetric", "strength")} == {
            name: known[name] for name in ("weight", "symmetric", "strength")
        }


def test_places_sizes_and_colours_are_there(network: Network) -> None:
    nodes, edges = readers.expected(network)
    places = {(data["x"], data["y"]) for data in nodes.values()}
    assert len(places) == len(nodes)
    assert all(data["size"] >= 4 for data in nodes.values())
    assert len({data["size"] for data in nodes.values()}) > 3
    colours = [data["color"] for data in [*nodes.values(), *(d for *_, d in edges)]]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)
    assert all(data["weight"] >= 1 for *_, data in edges)


def test_the_time_line_is_that_of_the_claims(full: Network, tmp_path: Path) -> None:
    root = readers.tree(write(full, tmp_path / "n.gexf"))
    graph = root.find(GEXF + "graph")
    assert graph is not None
    assert (graph.get("mode"), graph.get("timeformat"), graph.get("timerepresentation")) == (
        "dynamic",
        "date",
        "interval",
    )
    found = {
        (e.get("source"), e.get("target"), e.get("kind")): [
            (s.get("start"), s.get("end")) for s in e.iter(GEXF + "spell")
        ]
        for e in root.iter(GEXF + "edge")
    }
    assert found["li-bo", "ganzhou-tour", "participatesIn"] == [("2025-04-15", None)]
    earliest = min(first for spells in found.values() for first, _ in spells if first)
    for a, b, key, data in full.edges(keys=True, data=True):
        spells = [tuple(day or None for day in s.split("/")) for s in data.get("periods", "").split(" | ") if s]
        assert found[a, b, key] == [(first or earliest, last) for first, last in spells]
        last_day = ""
        for first, last in found[a, b, key]:
            assert last_day < first <= (last or "9999-12-31"), "spells overlap or touch"
            last_day = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else "9999-12-31"


def test_a_network_without_times_has_no_time_line(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph([("a", "b")])
    graph = readers.tree(write(network, tmp_path / "n.gexf")).find(GEXF + "graph")
    assert graph is not None
    assert graph.get("mode") == "static"
    assert graph.get("timeformat") is None


def test_a_spell_without_a_start_begins_with_the_first_day_of_the_file(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_edge("a", "b", key="r", periods="/2019-12-31 | 2020-02-01/")
    network.add_edge("a", "b", key="s", periods="/")
    spells = [dict(s.attrib) for s in readers.tree(write(network, tmp_path / "n.gexf")).iter(GEXF + "spell")]
    assert spells == [{"start": "2019-12-31", "end": "2019-12-31"}, {"start": "2020-02-01"}, {"start": "2019-12-31"}]


def test_places_that_a_network_has_are_kept(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", x=1.5, y=-2)
    network.add_node("b", x=3, y=4, size=12)
    nodes, _ = readers.by_networkx(write(network, tmp_path / "n.graphml"))
    assert [(d["x"], d["y"]) for d in nodes.values()] == [(1.5, -2), (3, 4)]
    assert nodes["b"]["size"] == 12


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "id": ({"id": "x"}, "the attribute 'id' would be read as a part"),
    "source": ({"source": "x"}, "the attribute 'source' would be read as a part"),
    "target": ({"target": "x"}, "the attribute 'target' would be read as a part"),
    "a list": ({"tags": ["a"]}, "the attribute 'tags' is a list"),
    "nothing": ({"tag": None}, "the attribute 'tag' is a NoneType"),
    "a number too large": ({"score": 2**63}, "the attribute 'score' is 9223372036854775808; expected a number of at"),
    "a weight that is a truth": ({"weight": True}, "the attribute 'weight' is True; expected a number"),
    "not a number": ({"score": math.nan}, "the attribute 'score' is nan"),
    "without end": ({"score": math.inf}, "the attribute 'score' is inf"),
    "no weight": ({"weight": 0}, "an edge has the weight 0"),
    "a weight in words": ({"weight": "heavy"}, "the attribute 'weight' is 'heavy'; expected a number"),
    "a label that is a number": ({"label": 7}, "the attribute 'label' is '7'; expected text"),
    "a colour by name": ({"color": "red"}, "the color is 'red'"),
    "a colour with a tail": ({"color": "#ff0000ff"}, "the color is '#ff0000ff'"),
}


@pytest.mark.parametrize("ending", formats.NETWORKS)
@pytest.mark.parametrize("what", REFUSED)
def test_attributes_that_readers_lose_or_mistake_are_refused(tmp_path: Path, ending: str, what: str) -> None:
    attributes, message = REFUSED[what]
    network: Network = nx.MultiDiGraph()
    network.add_edge("a", "b", key="r", **attributes)
    with pytest.raises(FormatError, match=re.escape(message)):
        write(network, tmp_path / f"n{ending}")
    assert list(tmp_path.iterdir()) == []


def test_an_attribute_has_one_type(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", score=1, tag=2)
    network.add_node("b", score=1.5, tag="two")
    nodes, _ = readers.by_networkx(write(network, tmp_path / "n.graphml"))
    assert [(d["score"], d["tag"]) for d in nodes.values()] == [(1.0, "2"), (1.5, "two")]


# ---- the form of the files -------------------------------------------------------------------------------


RULES: dict[str, Callable[[etree._Element], list[str]]] = {".graphml": xml_rules.graphml, ".gexf": xml_rules.gexf}


@pytest.mark.parametrize("extension", RULES)
def test_the_file_is_as_its_standard_asks(network: Network, tmp_path: Path, extension: str) -> None:
    assert RULES[extension](readers.tree(write(network, tmp_path / f"n{extension}"))) == []


@settings(max_examples=40)
@given(readers.networks())
def test_any_file_is_as_its_standard_asks(network: Network) -> None:
    """But for the ids of GraphML: they are the ids of the network, and its schema asks for names (NMTOKEN)."""
    with tempfile.TemporaryDirectory() as folder:
        graphml, gexf = (readers.tree(write(network, Path(folder) / f"n{extension}")) for extension in RULES)
    assert xml_rules.graphml(graphml, names=False) == []
    assert xml_rules.gexf(gexf) == []


def small_network() -> Network:
    """Two nodes and an edge of a few years, with an attribute of each type."""
    network: Network = nx.MultiDiGraph()
    network.add_node("a", label="A", kind="Person", color="#102030", rank=1, share=0.5)
    network.add_node("b", label="B")
    network.add_edge("a", "b", key="r", periods="2020-01-01/2021-12-31", note="n", color="#102030")
    return network


NODE_A = '<node id="a"'
EDGE = '<edge id="e0" source="a" target="b"'
# What is put in the place of what, and what the rules say of it.
BROKEN: dict[str, list[tuple[str, str, str]]] = {
    ".graphml": [
        ("http://graphml.graphdrawing.org/xmlns\"", "http://example.org/\"", "the root is"),
        ("<graph id", "<data key='node-label'>x</data><key id='k' for='node'/><graph id", "the children of a graphml"),
        ("</graphml>", "<desc>late</desc></graphml>", "the children of a graphml are: desc key"),
        (' edgedefault="directed"', "", "a graph without edgedefault"),
        (' edgedefault="directed"', ' edgedefault="both"', "the edgedefault of a graph is 'both'"),
        (NODE_A, "<node", "a node without id"),
        (NODE_A, '<node id="a b"', "the id of a node is 'a b'"),
        (NODE_A, '<node id="b"', "node 'b' twice"),
        (NODE_A, NODE_A + ' colour="red"', "a node has an unknown attribute colour"),
        (EDGE, '<edge id="e0" target="b"', "a edge without source"),
        (EDGE, '<edge id="e0" source="a" target="z"', "an edge's target 'z' is no node"),
        ('<data key="node-label">A', '<data key="node-name">A', "data of an undeclared key 'node-name'"),
        ('<data key="node-label">A', '<data key="edge-note">A', "data of key 'edge-note' in a node"),
        ('<data key="node-rank">1', '<data key="node-rank">one', "'one' is not of type int"),
        ('<data key="node-share">0.5', '<data key="node-share">0,5', "'0,5' is not of type double"),
        ('attr.type="int"', 'attr.type="number"', "the attr.type of a key is 'number'"),
        ('<key id="node-share"', '<key id="node-rank"', "key 'node-rank' twice"),
        ('<data key="node-rank">', '<data key="node-rank">2</data><data key="node-rank">', "data of key 'node-rank' twice"),
        (NODE_A, f"text {NODE_A}", "text in a graph"),
        (NODE_A, f"<vertex/>{NODE_A}", "an unknown element"),
    ],
    ".gexf": [
        ('version="1.3"', 'version="1.2"', "the version of a gexf is '1.2'"),
        (' version="1.3"', "", "a gexf without version"),
        ("</gexf>", "<meta/></gexf>", "the children of a gexf are: meta graph meta"),
        ('mode="dynamic"', 'mode="moving"', "the mode of a graph is 'moving'"),
        (' mode="dynamic"', "", "times in a graph that is not dynamic"),
        ('timeformat="date"', 'timeformat="day"', "the timeformat of a graph is 'day'"),
        ('timerepresentation="interval"', 'timerepresentation="timestamp"', "spells in a graph whose times are not"),
        ('start="2020-01-01"', 'start="2020-1-1"', "the time '2020-1-1' is no date"),
        ('start="2020-01-01"', 'start="2020-02-30"', "the time '2020-02-30' is no date"),
        ('start="2020-01-01"', 'start="2022-01-01"', "a spell from 2022-01-01 to 2021-12-31"),
        ('<spell start="2020-01-01" end="2021-12-31"', "<spell", "a spell without start and end"),
        ('<attributes class="node"', '<attributes class="vertex"', "the class of a attributes is 'vertex'"),
        ('<attributes class="node"', "<attributes", "a attributes without class"),
        ('type="integer"', 'type="int"', "the type of a attribute is 'int'"),
        ('<attribute id="rank"', '<attribute id="share"', "attribute of nodes 'share' twice"),
        ('for="rank" value="1"', 'for="rang" value="1"', "a value of an undeclared attribute 'rang' of nodes"),
        ('for="rank" value="1"', 'for="rank" value="1.5"', "'1.5' is not of type integer"),
        ('for="rank" value="1"', 'for="share" value="1"', "value of a node 'share' twice"),
        (NODE_A, "<node", "a node without id"),
        (NODE_A, '<node id="b"', "node 'b' twice"),
        (EDGE, '<edge id="e0" source="z" target="b"', "an edge's source 'z' is no node"),
        (EDGE, '<edge source="a" target="b"', "a edge without id"),
        ('weight="1.0"', 'weight="heavy"', "the weight of a edge is 'heavy'"),
        ('r="16"', 'r="256"', "the r of a viz:color is '256'"),
        ("<viz:size", "<viz:mass", "an unknown element"),
        ("<viz:position", "<viz:size value='1'/><viz:position", "size' twice"),
        ("http://gexf.net/1.3/viz\"", "http://gexf.net/1.2/viz\"", "an unknown element"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("extension", "old", "new", "message"),
    [(extension, *broken) for extension, all_broken in BROKEN.items() for broken in all_broken],
)
def test_the_rules_see_what_is_broken(tmp_path: Path, extension: str, old: str, new: str, message: str) -> None:
    path = write(small_network(), tmp_path / f"n{extension}")
    text = path.read_text(encoding="utf-8")
    assert RULES[extension](readers.tree(path)) == []
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(message in found for found in RULES[extension](readers.tree(path)))


def test_an_empty_network_is_a_file(tmp_path: Path) -> None:
    empty: Network = nx.MultiDiGraph()
    for ending in formats.NETWORKS:
        path = write(empty, tmp_path / f"n{ending}")
        assert path.stat().st_size > 0
        if ending in RULES:
            assert RULES[ending](readers.tree(path)) == []


# ---- pictures --------------------------------------------------------------------------------------------


def test_svg_shows_every_node_and_edge_inside_its_frame(network: Network, tmp_path: Path) -> None:
    root = readers.tree(write(network, tmp_path / "n.svg"))
    assert root.tag == SVG + "svg"
    left, top, width, height = map(float, str(root.get("viewBox")).split())
    titled = [c for c in root.iter(SVG + "circle") if len(c)]
    assert len(titled) == len(network)
    assert len(list(root.iter(SVG + "path"))) == network.number_of_edges()
    for circle in titled:
        x, y = float(circle.get("cx") or "nan"), float(circle.get("cy") or "nan")
        assert left < x < left + width
        assert top < y < top + height
    assert {c.findtext(SVG + "title") for c in titled} == {d["label"] for _, d in network.nodes(data=True)}
    assert not list(root.iter(SVG + "script", SVG + "image", SVG + "foreignObject"))


def test_svg_has_a_legend_of_the_kinds(actors: Network, tmp_path: Path) -> None:
    texts = [t.text for t in readers.tree(write(actors, tmp_path / "n.svg")).iter(SVG + "text")]
    counts = Counter(data["kind"] for _, data in actors.nodes(data=True))
    assert f"Company ({counts['Company']})" in texts
    assert f"Learned society ({counts['LearnedSociety']})" in texts


# ---- tables ----------------------------------------------------------------------------------------------


def tables(network: Network, folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    paths = formats.write(folder / "n.csv", oxigraph.memory([]), lambda: network)
    assert [p.name for p in paths] == ["n.nodes.csv", "n.edges.csv"]
    nodes, edges = (list(csv.DictReader(io.StringIO(p.read_bytes().decode(), newline=""))) for p in paths)
    return nodes, edges


def test_csv_by_the_csv_module(network: Network, tmp_path: Path) -> None:
    nodes, edges = tables(network, tmp_path)
    expected_nodes, expected_edges = readers.expected(network)
    assert {
        row["Id"]: {"label": row["Label"], **{k: v for k, v in row.items() if k[0].islower() and v}} for row in nodes
    } == {node: {name: drawing.write(value) for name, value in data.items()} for node, data in expected_nodes.items()}
    heads = {"Label": "label", "Weight": "weight"}
    found = [
        (
            row["Source"],
            row["Target"],
            {heads.get(k, k): v for k, v in row.items() if (k[0].islower() or k in heads) and v},
        )
        for row in edges
    ]
    assert readers.ordered(found) == readers.ordered(
        [(a, b, {k: drawing.write(v) for k, v in data.items()}) for a, b, data in expected_edges]
    )
    types = {(row["Source"], row["Target"], row["relation"]): row["Type"] for row in edges}
    assert types == {
        (a, b, key): "Undirected" if data["symmetric"] else "Directed"
        for a, b, key, data in network.edges(keys=True, data=True)
    }


def test_csv_by_pandas(network: Network, tmp_path: Path) -> None:
    write(network, tmp_path / "n.csv")
    nodes, edges = (pd.read_csv(tmp_path / f"n.{what}.csv") for what in ("nodes", "edges"))
    assert set(nodes["Id"]) == set(network)
    assert list(edges["Source"]) == [a for a, *_ in sorted(network.edges(keys=True))]
    assert edges["Weight"].sum() == sum(w for *_, w in network.edges(data="weight"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_cells_that_a_spreadsheet_would_run_are_defused(tmp_path: Path, start: str) -> None:
    formula = f"{start}HYPERLINK(1)"
    network: Network = nx.MultiDiGraph()
    network.add_node(formula, label=formula, about=formula, score=-1.5, code="-7", quoted=f"'{formula}")
    network.add_edge(formula, formula, key=formula)
    nodes, edges = tables(network, tmp_path)
    assert nodes[0]["Id"] == nodes[0]["Label"] == nodes[0]["about"] == f"'{formula}"
    assert (nodes[0]["score"], nodes[0]["code"], nodes[0]["quoted"]) == ("-1.5", "-7", f"''{formula}")
    assert edges[0]["Source"] == edges[0]["relation"] == f"'{formula}"


def undone(text: str) -> str:
    """A text as it was before it was made safe for spreadsheets."""
    return text[1:] if re.match("'+[=+\\-@\t\r\n＝＋－＠]", text) else text


@given(st.lists(st.lists(st.text(st.sampled_from("=+-@＝'\"a1.e,;|\t\r\n 稀")), min_size=1, max_size=3), max_size=4))
def test_what_is_made_safe_can_be_undone_and_numbers_stay(rows: list[list[str]]) -> None:
    text = "".join(f"{sheets.line(row)}\r\n" for row in rows)
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [[undone(cell) for cell in row] for row in found] == rows
    for row in found:
        for cell in row:
            assert not re.match("[=+\\-@\t\r\n＝＋－＠]", cell) or re.fullmatch("[+-][0-9.e+-]+", cell)
    assert sheets.defuse("-5") == "-5"


def test_excel_is_told_the_encoding_and_others_read_the_same(tmp_path: Path, actors: Network) -> None:
    [plain, _], [marked, edges] = (
        formats.write(tmp_path / f"{name}.csv", oxigraph.memory([]), lambda: actors, excel=excel)
        for name, excel in (("plain", False), ("marked", True))
    )
    assert marked.read_bytes() == b"\xef\xbb\xbf" + plain.read_bytes()
    assert edges.read_bytes().startswith(b"\xef\xbb\xbfSource,")
    pd.testing.assert_frame_equal(pd.read_csv(plain), pd.read_csv(marked))
    with marked.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file)).keys() >= {"Id", "Label", "label_zh"}


@settings(max_examples=25)
@given(readers.networks())
def test_any_table_has_a_row_a_node_and_a_row_an_edge(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nodes, edges = tables(network, Path(folder))
    drawn, ties = readers.expected(network)
    assert [row["Id"].removeprefix("'") for row in nodes] == [node.removeprefix("'") for node in drawn]
    assert sorted(row["relation"].lstrip("'") for row in edges) == sorted(d["relation"].lstrip("'") for *_, d in ties)
    assert all(None not in row and None not in row.values() for row in [*nodes, *edges])


def test_half_characters_are_refused(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", about="x\ud800y")
    with pytest.raises(FormatError, match=r"U\+D800"):
        write(network, tmp_path / "n.csv")


# ---- Cypher ----------------------------------------------------------------------------------------------

STRING = r'"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"'
NAME = r"`(?:[^`]|``)+`"
MAP = rf"\{{(?:{NAME}: (?:{STRING}|-?[0-9.e+-]+)(?:, )?)*\}}"
TEXT = rf"{STRING}(?: \\+ {STRING})*"
MAP = rf"\{{(?:{NAME}: (?:{TEXT}|true|false|-?[0-9.]+(?:e-?[0-9]+)?)(?:, )?)*\}}"
ROW = rf"\{{id: {TEXT}, kind: {TEXT}\}}"
STATEMENTS = [
    re.compile(r"CREATE CONSTRAINT \w+ IF NOT EXISTS FOR \(n:Entity\) REQUIRE n\.id IS UNIQUE;"),
    re.compile(rf"UNWIND \[{ROW}(?:, {ROW})*\] AS row MATCH \(n:Entity [^;\n]* DETACH DELETE n;"),
    re.compile(rf"MERGE \(n:Entity \{{id: {TEXT}\}}\) SET n = {MAP}(?: SET n:{NAME})?;"),
    re.compile(
        rf"MATCH \(a:Entity \{{id: {TEXT}\}}\), \(b:Entity \{{id: {TEXT}\}}\) MERGE \(a\)-\[r:{NAME}\]->\(b\) SET r = {MAP};"
    ),
    re.compile(rf"MATCH \(:Entity\)-\[r\]->\(:Entity\) WHERE r\.{cypher.MARK} <> {STRING} DELETE r;"),
    re.compile(rf"MATCH \(n:Entity\) WHERE n\.{cypher.MARK} <> {STRING} DETACH DELETE n;"),
]


def forms(network: Network) -> list[int]:
    """The statements that the file of a small network has."""
    return [0, 1, *[2] * len(network), *[3] * network.number_of_edges(), 4, 5]


def statements(path: Path) -> list[int]:
    """Which of the forms each statement has; one that has none fails."""
    text = path.read_text(encoding="utf-8")
    found, position = [], 0
    while position < len(text):
        [(number, match)] = [(i, m) for i, form in enumerate(STATEMENTS) if (m := form.match(text, position))]
        found.append(number)
        position = match.end()
        assert text[position] == "\n"
        position += 1
    return found


def test_cypher_is_a_statement_a_node_and_a_statement_an_edge(network: Network, tmp_path: Path) -> None:
    assert statements(write(network, tmp_path / "n.cypher")) == forms(network)
    text = (tmp_path / "n.cypher").read_text(encoding="utf-8")
    assert 'MERGE (n:Entity {id: "li-bo"}) SET n = {' in text
    assert "SET n:`Person`;" in text


@settings(max_examples=40)
@given(readers.networks())
def test_any_cypher_is_of_these_statements(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = write(network, Path(folder) / "n.cypher")
        except FormatError as error:
            assert "backslash" in str(error)  # noqa: PT017
        else:
            assert statements(path) == forms(network)


def test_values_of_cypher_are_read_back_from_its_strings(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", about=ODD, path="C:\\users\\u0041", large=1e22, small=1.2e-7, **{"a`b": 1})
    line = write(network, tmp_path / "n.cypher").read_text(encoding="utf-8").splitlines()[2]
    [literal] = re.findall(rf"`about`: ({STRING})", line)
    assert json.loads(literal) == ODD
    assert "`a``b`: 1" in line
    assert r'`path`: "C:\\" + "users\\" + "u0041"' in line, "a backslash and a u are not an escape of Neo4j"
    assert "`large`: 1e22, " in line
    assert "`small`: 1.2e-07, " in line
    network.nodes["a"]["about"] = "\ud800"
    with pytest.raises(FormatError, match=r"U\+D800"):
        write(network, tmp_path / "n.cypher")


def ties(kind: str, **attributes: object) -> Network:
    network: Network = nx.MultiDiGraph()
    network.add_node("a", label="A", kind=kind, about=ODD, path="C:\\u0041", **attributes)
    network.add_node("b", label="B", kind="Company")
    network.add_edge("a", "b", key="metWith", symmetric=True)
    return network


@pytest.mark.slow
def test_a_database_has_what_the_last_file_says_and_keeps_what_is_not_of_a_file(tmp_path: Path) -> None:
    if importlib.util.find_spec("arcadedb_embedded") is None:
        unavailable(
            "arcadedb-embedded is not installed (it is for Linux only), so no database runs the Cypher", in_ci=True
        )
    first = ties("Person", score=1.2e-7, known=True, large=2**53 + 1)
    first.add_edge("b", "c", key="owns")
    then = ties("Company")
    then.add_edge("b", "a", key="owns")
    own = tmp_path / "own.cypher"
    own.write_text("MATCH (b:Entity {id: 'b'}) MERGE (n:Entity {id: 'mine'}) MERGE (n)-[:notes]->(b);\n")
    one, two = write(first, tmp_path / "one.cypher"), write(then, tmp_path / "two.cypher")
    command = [sys.executable, readers.CYPHER, tmp_path / "database", one, one, own, two, two]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, encoding="utf-8", timeout=300)
    after = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert after[0] == after[1]
    a = after[0]["nodes"]["a"]
    assert (a["labels"], a["label"], a["about"], a["path"]) == (["Entity", "Person"], "A", ODD, "C:\\u0041")
    assert (a["score"], a["known"], a["large"]) == (1.2e-7, True, 2**53 + 1)
    assert after[0]["edges"] == [["a", "metWith", "b"], ["b", "owns", "c"]]
    assert after[3] == after[4]
    a = after[3]["nodes"]["a"]
    assert (sorted(after[3]["nodes"]), a["labels"], "score" in a) == (["a", "b", "mine"], ["Company", "Entity"], False)
    assert after[3]["edges"] == [["a", "metWith", "b"], ["b", "owns", "a"], ["mine", "notes", "b"]]


# ---- RDF files -------------------------------------------------------------------------------------------


def by_rdflib(path: Path) -> set[tuple[str, str, str, str]]:
    dataset = rdflib.Dataset()
    names = {".ttl": "turtle", ".trig": "trig", ".nq": "nquads", ".jsonld": "json-ld"}
    dataset.parse(path, format=names[path.suffix])
    return {
        (s.n3(), p.n3(), o.n3(), "" if g in (None, rdflib.graph.DATASET_DEFAULT_GRAPH_ID) else g.n3())
        for s, p, o, g in dataset.quads()
    }


def by_oxigraph(path: Path) -> set[ox.Quad]:
    names = {".ttl": "TURTLE", ".trig": "TRIG", ".nq": "N_QUADS", ".jsonld": "JSON_LD"}
    return set(ox.parse(path=path, format=getattr(ox.RdfFormat, names[path.suffix])))


@pytest.fixture(scope="module")
def as_rdflib(lines: list[str]) -> set[tuple[str, str, str, str]]:
    """The shipped quads in rdflib's way of writing them."""
    dataset = rdflib.Dataset()
    dataset.parse(data="\n".join(lines), format="nquads")
    return {
        (s.n3(), p.n3(), o.n3(), "" if g in (None, rdflib.graph.DATASET_DEFAULT_GRAPH_ID) else g.n3())
        for s, p, o, g in dataset.quads()
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("ending", formats.GRAPHS)
def test_rdf_files_are_read_back_by_two_readers_to_the_same_quads(
    tmp_path: Path, store: Oxigraph, as_rdflib: set[tuple[str, str, str, str]], ending: str
) -> None:
    [path] = formats.write(tmp_path / f"n{ending}", store, lambda: pytest.fail("no network is needed"))
    quads = set(store.quads())
    if ending == ".ttl":
        quads = {q for q in quads if isinstance(q.graph_name, ox.DefaultGraph)}
    assert by_oxigraph(path) == quads
    assert by_rdflib(path) == {quad for quad in as_rdflib if ending != ".ttl" or not quad[3]}


def test_trig_has_a_graph_a_claim(tmp_path: Path, store: Oxigraph, dataset: Dataset) -> None:
    [path] = formats.write(tmp_path / "n.trig", store, lambda: pytest.fail("no network is needed"))
    graphs = Counter(q.graph_name.value for q in by_oxigraph(path) if isinstance(q.graph_name, ox.NamedNode))
    assert graphs == Counter(namespaces.CLAIM + claim.id for claim in dataset.claims)
    text = path.read_text(encoding="utf-8")
    assert len(re.findall(r"^\S.*\{$", text, re.MULTILINE)) == len(dataset.claims)
    assert "@prefix ree:" in text


def test_jsonld_needs_no_file_beside_it(tmp_path: Path, store: Oxigraph) -> None:
    [path] = formats.write(tmp_path / "n.jsonld", store, lambda: pytest.fail("no network is needed"))
    context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    assert isinstance(context, dict)
    assert context.items() <= namespaces.PREFIXES.items()


@pytest.mark.parametrize("ending", [*formats.GRAPHS, *formats.NETWORKS])
def test_the_same_graph_is_the_same_bytes_whatever_its_order(
    tmp_path: Path, lines: list[str], actors: Network, ending: str
) -> None:
    one, other = oxigraph.memory(lines), oxigraph.memory(reversed(lines))
    first = formats.write(tmp_path / f"a{ending}", one, lambda: actors)
    second = formats.write(tmp_path / f"b{ending}", other, lambda: networks.read(other))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("extension", [".graphml", ".gexf", ".jsonld", ".trig"])
def test_files_name_licence_and_creator(tmp_path: Path, store: ox.Store, actors: Network, extension: str) -> None:
    [path] = formats.write(tmp_path / f"n{extension}", store, lambda: actors)
    text = path.read_text(encoding="utf-8")
    assert namespaces.LICENSE_DATA in text
    assert namespaces.CREATOR in text


# ---- the registry ----------------------------------------------------------------------------------------


def test_the_site_adds_the_page_to_the_formats() -> None:
    extensions = [found.extension for found in exports.FORMATS]
    assert extensions == [*formats.NETWORKS, *formats.GRAPHS, *formats.FACTS, ".html"]
    assert exports.of(Path("x.HTML")).holds == "page"
    with pytest.raises(
        FormatError, match=r"'\.pdf' is not a known extension; expected one of .* \.jsonld .*\.html \.parquet"
    ):
        exports.of(Path("x.pdf"))


def test_the_help_of_the_command_names_every_extension() -> None:
    help_text = typing.get_type_hints(files.export, include_extras=True)["file"].__metadata__[0].help
    expected = {*(found.extension for found in exports.FORMATS), *formats.DATA}
    assert set(re.findall(r"(?:\.\w+)+", help_text)) == expected


# ---- places ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["n.xlsx", "n", "n.graphml.gz", ".graphml"])
def test_an_unknown_ending_is_refused_with_those_there_are(tmp_path: Path, actors: Network, name: str) -> None:
    with pytest.raises(FormatError, match=r"is not a known extension; expected one of \.graphml \.gexf"):
        write(actors, tmp_path / name)


def test_capital_endings_are_endings(tmp_path: Path, actors: Network) -> None:
    assert len(readers.tree(write(actors, tmp_path / "N.GRAPHML"))) > 1


@pytest.mark.parametrize("ending", [*formats.GRAPHS, *formats.NETWORKS])
def test_a_place_that_cannot_be_written(tmp_path: Path, store: Oxigraph, actors: Network, ending: str) -> None:
    (tmp_path / "file").write_text("a file")
    for place in (tmp_path / "file" / f"n{ending}", tmp_path / "missing" / f"n{ending}"):
        with pytest.raises(FormatError, match="cannot be written"):
            write(actors, place, store)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, actors: Network) -> None:
    path = write(actors, tmp_path / "n.graphml")
    before = path.read_bytes()
    bad: Network = nx.MultiDiGraph()
    bad.add_node("a")
    bad.add_node("z", label="\x00")
    with pytest.raises(FormatError):
        write(bad, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["n.graphml"]


def by_gephi(positions: list[tuple[float, float]], sizes: list[float]) -> tuple[list[tuple[float, float]], list[float]]:
    """Positions and sizes after the automatic scaling of Gephi (its DefaultScaler)."""
    means = [sum(axis) / len(positions) for axis in zip(*positions, strict=True)]
    centred = [(x - means[0], y - means[1]) for x, y in positions]
    least, most = min(sizes), max(sizes)
    ratio = 4 / least if least == most else 96 / (most - least)
    extent = max(abs(one) for place in centred for one in place)
    ratio = 5000 / extent if extent * ratio > 5000 else ratio
    return [(x * ratio, y * ratio) for x, y in centred], [(size - least) * ratio + 4 for size in sizes]


@pytest.mark.parametrize("view", ["actors", pytest.param("full", marks=pytest.mark.slow)])
def test_gephi_shows_the_sizes_and_distances_that_are_written(view: str, request: pytest.FixtureRequest) -> None:
    nodes, _ = readers.expected(request.getfixturevalue(view))
    positions, sizes = [(d["x"], d["y"]) for d in nodes.values()], [d["size"] for d in nodes.values()]
    shown, shown_sizes = by_gephi(positions, sizes)
    means = [sum(axis) / len(positions) for axis in zip(*positions, strict=True)]
    assert min(sizes) == 4
    assert max(sizes) <= 100
    for (x, y), (shown_x, shown_y) in zip(positions, shown, strict=True):
        assert (shown_x, shown_y) == pytest.approx((x - means[0], y - means[1]), rel=0.2)
    if view == "actors":
        assert max(sizes) == 100
        assert shown_sizes == pytest.approx(sizes)


def test_positions_in_the_file_are_those_of_the_layout(actors: Network) -> None:
    nodes, _ = readers.expected(actors)
    places, sizes = layout.positions(actors), layout.sizes(actors)
    ratio = 96 / (max(sizes.values()) - min(sizes.values()))
    for node, data in nodes.items():
        assert (data["x"], data["y"]) == pytest.approx([ratio * one for one in places[node]], abs=0.06)
        assert data["size"] == pytest.approx((sizes[node] - min(sizes.values())) * ratio + 4, abs=0.06)
    drawn = {node: (data["x"], data["y"]) for node, data in drawing.draw(actors, scaled=False).nodes}
    assert drawn == places
