"""GraphML as Gephi, Gephi Lite, igraph, NetworkX and yEd read it.

An edge's XML attribute ``label`` is its relation: Gephi keeps parallel edges only when that differs. ``weight`` is
declared double, ``color`` is ``#rrggbb``, sizes are those to which Gephi
scales, and every node has x and y. Licence and creator are in a
``desc``: Gephi reports an attribute of the graph itself as a severe error.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats import LICENCE
from rareearth.formats.drawing import Attributes, Drawing, draw, is_directed, write
from rareearth.formats.xml import escape
from rareearth.namespaces import CREATOR

if TYPE_CHECKING:
    from rareearth.network import Network

_NAMES: dict[type, str] = {str: "string", int: "int", float: "double", bool: "boolean"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">"""
_DESCRIPTION = f"Actors of the rare earth world. {LICENCE}. Creator: {CREATOR}."


def lines(network: Network | Drawing, *, directed: bool = False) -> Iterator[str]:
    """The lines of the file, of a network or of its drawing. Raises FormatError for what XML cannot hold.

    Edges of symmetric relations are undirected, unless all are to be ``directed``, as NetworkX expects.
    """
    drawing = network if isinstance(network, Drawing) else draw(network)
    yield _HEAD
    yield f"  <desc>{escape(_DESCRIPTION, 'the description')}</desc>"
    for owner, types in (("node", drawing.node_types), ("edge", drawing.edge_types)):
        for name, kind in types.items():
            attribute_type = "double" if name in ("weight", "size", "x", "y") else _NAMES[kind]
            if kind is int and name in drawing.long:
                attribute_type = "long"
            title = escape(name, f"an attribute of {owner}s")
            yield f'  <key id="{owner}-{title}" for="{owner}" attr.name="{title}" attr.type="{attribute_type}"/>'
    yield '  <graph id="G" edgedefault="directed">'
    for node, data in drawing.nodes:
        name = escape(node, "an id")
        yield f'    <node id="{name}">{_data("node", f"node {name}", data)}</node>'
    for edge, source, target, data in drawing.edges:
        relation = escape(data["relation"], f"edge {edge}")
        ends = f'source="{escape(source, "an id")}" target="{escape(target, "an id")}"'
        ends += "" if directed or is_directed(data) else ' directed="false"'
        yield f'    <edge id="{edge}" {ends} label="{relation}">{_data("edge", f"edge {edge}", data)}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _data(owner: str, what: str, data: Attributes) -> str:
    return "".join(
        [f"{_opened(owner, name)}{escape(write(value), what)}</data>" for name, value in sorted(data.items())]
    )


@functools.cache
def _opened(owner: str, name: str) -> str:
    return f'<data key="{owner}-{escape(name, f"an attribute of {owner}s")}">'
