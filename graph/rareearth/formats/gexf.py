"""GEXF 1.3 with what ``nx.write_gexf`` cannot write: the kind of an edge, and the time line as spells.

On any day that the time line shows, Gephi has the nodes and edges of ``as_of`` for that day, if "Keep empty values" of
its filter is off: that would add the edges of undated claims, which have no spell. A spell without a start begins with
the first day of the file, because Gephi takes a spell that is open at both ends for none.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from rareearth.formats import LICENCE
from rareearth.formats.drawing import Attributes, Drawing, draw, is_directed, write
from rareearth.formats.xml import escape
from rareearth.namespaces import CREATOR

if TYPE_CHECKING:
    from rareearth.network import Network

_NAMES: dict[type, str] = {str: "string", int: "integer", float: "double", bool: "boolean"}
_ELEMENTS = {  # attributes that have an element of their own
    "node": frozenset({"label", "color", "size", "x", "y"}),
    "edge": frozenset({"label", "color", "weight"}),
}
_TIMES = frozenset({"start", "end", "periods"})
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">
  <meta>
    <creator>{CREATOR}</creator>
    <description>Actors of the rare earth world; every edge names the claims it is based on. {LICENCE}.</description>
  </meta>"""


def lines(network: Network | Drawing, *, directed: bool = False) -> Iterator[str]:
    """The lines of the file, of a network or of its drawing, dynamic when an edge has a date.

    Raises FormatError for what XML cannot hold.

    Edges of symmetric relations are undirected, unless all are to be ``directed``, as NetworkX expects.
    """
    drawing = network if isinstance(network, Drawing) else draw(network)
    first = _first_day(drawing)
    dynamic = first != ""
    yield _HEAD
    mode = 'mode="dynamic" timeformat="date" timerepresentation="interval"' if dynamic else 'mode="static"'
    yield f'  <graph defaultedgetype="directed" {mode}>'
    columns: dict[str, list[str]] = {}
    for owner, types in (("node", drawing.node_types), ("edge", drawing.edge_types)):
        elements = _ELEMENTS[owner] | (_TIMES if dynamic else frozenset())
        columns[owner] = [name for name in types if name not in elements]
        yield f'    <attributes class="{owner}" mode="static">'
        for name in columns[owner]:
            title = escape(name, f"an attribute of {owner}s")  # Gephi Lite shows the id, Gephi the title
            kind = "long" if types[name] is int and name in drawing.long else _NAMES[types[name]]
            yield f'      <attribute id="{title}" title="{title}" type="{kind}"/>'
        yield "    </attributes>"
    yield from _nodes(drawing, columns["node"], first)
    yield from _edges(drawing, columns["edge"], first, directed=directed)
    yield "  </graph>"
    yield "</gexf>"


def _first_day(drawing: Drawing) -> str:
    """The first day of the time line; "" for a network without any day."""
    items = chain((data for _, data in drawing.nodes), (data for *_, data in drawing.edges))
    return min((day for data in items for spell in _read(data) for day in spell if day), default="")


def _read(data: Attributes) -> list[list[str]]:
    return [spell.split("/") for spell in str(data.get("periods", "")).split(" | ") if spell]


def _spells(data: Attributes, first: str, what: str) -> Iterator[str]:
    spells = _read(data) if first else []
    if spells:
        yield "        <spells>"
        for start, end in spells:
            until = f' end="{escape(end, what)}"' if end else ""
            yield f'          <spell start="{escape(start or first, what)}"{until}/>'
        yield "        </spells>"


def _nodes(drawing: Drawing, columns: list[str], first: str) -> Iterator[str]:
    yield "    <nodes>"
    for node, data in drawing.nodes:
        name = escape(node, "an id")
        yield f'      <node id="{name}" label="{escape(data.get("label", node), f"node {name}")}">'
        yield from _values(data, columns, f"node {name}")
        yield from _spells(data, first, f"node {name}")
        if "color" in data:
            yield f"        {_color(data['color'])}"
        yield f'        <viz:position x="{data["x"]}" y="{data["y"]}" z="0.0"/>'
        yield f'        <viz:size value="{data["size"]}"/>'
        yield "      </node>"
    yield "    </nodes>"


def _edges(drawing: Drawing, columns: list[str], first: str, *, directed: bool) -> Iterator[str]:
    yield "    <edges>"
    for edge, source, target, data in drawing.edges:
        what = f"edge {edge}"
        kind, label = escape(data["relation"], what), escape(data.get("label", data["relation"]), what)
        ends = f'source="{escape(source, "an id")}" target="{escape(target, "an id")}"'
        ends += "" if directed or is_directed(data) else ' type="undirected"'
        yield f'      <edge id="{edge}" {ends} kind="{kind}" label="{label}" weight="{float(data["weight"])}">'
        yield from _values(data, columns, what)
        yield from _spells(data, first, what)
        if "color" in data:
            yield f"        {_color(data['color'])}"
        yield "      </edge>"
    yield "    </edges>"


def _values(data: Attributes, columns: list[str], what: str) -> Iterator[str]:
    found = [name for name in columns if name in data]
    if found:
        yield "        <attvalues>"
        for name in found:
            yield f'          <attvalue for="{escape(name, what)}" value="{escape(write(data[name]), what)}"/>'
        yield "        </attvalues>"


def _color(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f'<viz:color r="{red}" g="{green}" b="{blue}"/>'
