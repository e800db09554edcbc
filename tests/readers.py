"""Files of networks as other programs read them, brought to one form so that they can be compared."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import networkx as nx
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from needs import unavailable

from rareearth.formats.drawing import draw
from rareearth.formats.drawing import write as written

Attributes = dict[str, Any]
Read = tuple[dict[str, Attributes], list[tuple[str, str, Attributes]]]
CYPHER = Path(__file__).resolve().parent / "cypher_database.py"
GEPHI_LITE = Path(__file__).resolve().parent / "gephi_lite"


def expected(network: nx.MultiDiGraph[str], without: tuple[str, ...] = ()) -> Read:
    """What a file has to give back: everything of the drawn network, each attribute with its one type."""
    drawn = draw(network)

    def typed(data: Attributes, types: dict[str, type]) -> Attributes:
        return {
            name: written(value) if types[name] is str else types[name](value)
            for name, value in data.items()
            if name not in without
        }

    nodes = {node: typed(data, drawn.node_types) for node, data in drawn.nodes}
    return nodes, ordered([(a, b, typed(data, drawn.edge_types)) for _, a, b, data in drawn.edges])


def ordered(edges: list[tuple[str, str, Attributes]]) -> list[tuple[str, str, Attributes]]:
    return sorted(edges, key=lambda e: (e[0], e[1], str(e[2].get("relation")), str(sorted(e[2].items()))))


def by_networkx(path: Path) -> Read:
    """GraphML or GEXF by NetworkX; of GEXF the colours of edges are not read by it."""
    if path.suffix == ".graphml":
        graph: Any = nx.read_graphml(path, force_multigraph=True)
        nodes = {node: dict(data) for node, data in graph.nodes(data=True)}
        return nodes, ordered([(a, b, dict(data)) for a, b, data in graph.edges(data=True)])
    graph = nx.MultiDiGraph(nx.read_gexf(path, version="1.3"))
    nodes = {}
    for node, data in graph.nodes(data=True):
        viz = data.pop("viz")
        shown = {"x": viz["position"]["x"], "y": viz["position"]["y"], "size": viz["size"]}
        if "color" in viz:
            shown["color"] = "#{r:02x}{g:02x}{b:02x}".format(**viz["color"])
        nodes[node] = {**_with_spells(data), **shown}
    edges = []
    for a, b, data in graph.edges(data=True):
        kept = {name: value for name, value in data.items() if name not in ("id", "viz")}
        edges.append((a, b, _with_spells(kept)))
    return nodes, ordered(edges)


def _with_spells(data: Attributes) -> Attributes:
    """The spells as the text that the network has."""
    if "spells" in data:
        days = [tuple("" if day in (None, "None") else day for day in spell) for spell in data.pop("spells")]
        data["periods"] = " | ".join("/".join(spell) for spell in days)  # NetworkX reads an open end as "None"
    return data


def by_igraph(path: Path) -> Read:
    """GraphML by igraph, which gives every node every attribute: '' or not a number where the file has none."""
    import igraph

    graph = igraph.Graph.Read_GraphML(str(path))
    assert graph.is_directed()

    def told(text: str) -> str:
        return text.replace("&#38;", "&")  # igraph leaves this one sign of XML's attributes undecoded

    def known(attributes: Attributes) -> Attributes:
        given = {told(name): value for name, value in attributes.items() if name != "id"}
        return {k: v for k, v in given.items() if v not in ("", None) and not (isinstance(v, float) and math.isnan(v))}

    ids = [told(name) for name in graph.vs["id"]] if len(graph.vs) else []
    nodes = {ids[vertex.index]: known(vertex.attributes()) for vertex in graph.vs}
    edges = [(ids[e.source], ids[e.target], known(e.attributes())) for e in graph.es]
    return nodes, ordered(edges)


def by_gephi_lite(*paths: Path) -> list[Read]:
    """GraphML or GEXF files by the parsers of Gephi Lite, all in one call."""
    if shutil.which("node") is None:
        unavailable("Node is not installed, so files are not read with the parsers of Gephi Lite")
    if not (GEPHI_LITE / "node_modules").is_dir():
        unavailable("the parsers of Gephi Lite are not installed: run scripts/test", in_ci=True)
    command = ["node", "read.mjs", *(str(path) for path in paths)]
    done = subprocess.run(command, cwd=GEPHI_LITE, capture_output=True, check=True, encoding="utf-8", timeout=120)
    found = []
    for path, graph in zip(paths, json.loads(done.stdout), strict=True):
        assert "error" not in graph, (path.name, graph.get("error"))
        nodes = {node["key"]: plain(node["attributes"]) for node in graph["nodes"]}
        edges = [(edge["source"], edge["target"], plain(edge["attributes"])) for edge in graph["edges"]]
        assert len({edge["key"] for edge in graph["edges"]}) == len(edges)
        found.append((nodes, ordered(edges)))
    return found


def plain(attributes: Attributes) -> Attributes:
    """Colours as #rrggbb again, and without the height that GEXF has."""
    if rgb := re.fullmatch(r"rgb\((\d+),(\d+),(\d+)\)", str(attributes.get("color", ""))):
        attributes["color"] = "#{:02x}{:02x}{:02x}".format(*map(int, rgb.groups()))
    return {name: value for name, value in attributes.items() if name != "z"}


def tree(path: Path) -> etree._Element:
    """The XML of a file; ill-formed XML raises."""
    return etree.parse(str(path), etree.XMLParser(resolve_entities=False, huge_tree=True)).getroot()


# ---- networks at random ----------------------------------------------------------------------------------

ODD = " \t\n\r\"'&<>/]]>;=+-@|,{}`\\#%aé稀土赣😀\u0085\u00a0\u2028\u202e\u0301\ufffd"
IMPOSSIBLE = "\x00\x01\x08\x0b\x1f\ufffe\uffff\ud800\udfff"
VISIBLE = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
HOLDABLE = st.text(st.one_of(st.sampled_from(ODD), VISIBLE), min_size=1, max_size=12)
ANYTHING = st.text(st.sampled_from(ODD + IMPOSSIBLE), min_size=1, max_size=6)
NUMBERS = st.one_of(
    st.booleans(), st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False, allow_infinity=False, width=32)
)
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@st.composite
def networks(draw: st.DrawFn, texts: st.SearchStrategy[str] = HOLDABLE) -> nx.MultiDiGraph[str]:
    """A network with odd ids, names and values; what a file knows by name (label, weight …) keeps to its type."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names = [f"a{name}" for name in draw(st.lists(texts, max_size=3, unique=True))]
    kinds = {name: draw(st.sampled_from([texts, NUMBERS])) for name in names}

    def attributes(known: dict[str, st.SearchStrategy[Any]]) -> Attributes:
        chosen = draw(st.sets(st.sampled_from(sorted([*kinds, *known])))) if kinds or known else set()
        return {name: draw({**kinds, **known}[name]) for name in sorted(chosen)}

    for node in draw(st.lists(texts, min_size=1, max_size=5, unique=True)):
        network.add_node(node, **attributes({"label": texts, "kind": texts, "color": COLOURS}))
    weights = st.integers(1, 9) | st.floats(0.125, 99, width=32)
    for _ in range(draw(st.integers(0, 6))):
        a, b = (draw(st.sampled_from(sorted(network))) for _ in range(2))
        network.add_edge(a, b, key=draw(texts), **attributes({"label": texts, "color": COLOURS, "weight": weights}))
    return network


def some(count: int) -> list[nx.MultiDiGraph[str]]:
    """So many networks at once, for readers that are slow to start."""
    found: list[nx.MultiDiGraph[str]] = []

    @settings(max_examples=count, phases=[Phase.generate])
    @given(networks())
    def collect(network: nx.MultiDiGraph[str]) -> None:
        found.append(network)

    collect()
    return found
