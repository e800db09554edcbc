"""GraphML as Gephi, Gephi Lite, igraph, NetworkX and yEd read it.

An edge's XML attribute ``label`` is its relation: Gephi keeps parallel edges only when that differs. ``weight`` is
declared double, ``color`` is ``#rrggbb``, sizes start above 4, and every node has x and y.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats.drawn import Attributes, drawing
from rareearth.formats.xml import escaped

if TYPE_CHECKING:
    from rareearth.network import Network

_NAMES: dict[type, str] = {str: "string", int: "int", float: "double"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">"""


def lines(network: Network) -> Iterator[str]:
    """The file, line by line. Raises FormatError for what it cannot hold."""
    drawn = drawing(network)
    yield _HEAD
    for owner, types in (("node", drawn.node_types), ("edge", drawn.edge_types)):
        for name, kind in types.items():
            wanted = "double" if name in ("weight", "size", "x", "y") else _NAMES[kind]
            title = escaped(name, f"an attribute of {owner}s")
            yield f'  <key id="{owner}-{title}" for="{owner}" attr.name="{title}" attr.type="{wanted}"/>'
    yield '  <graph id="G" edgedefault="directed">'
    for node, data in drawn.nodes:
        name = escaped(node, "an id")
        yield f'    <node id="{name}">{_data("node", f"node {name}", data)}</node>'
    for edge, source, target, data in drawn.edges:
        relation = escaped(data["relation"], f"edge {edge}")
        ends = f'source="{escaped(source, "an id")}" target="{escaped(target, "an id")}"'
        yield f'    <edge id="{edge}" {ends} label="{relation}">{_data("edge", f"edge {edge}", data)}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _data(owner: str, what: str, data: Attributes) -> str:
    return "".join(
        f'<data key="{owner}-{escaped(name, what)}">{escaped(value, what)}</data>'
        for name, value in sorted(data.items())
    )
