"""Node and edge tables as CSV, with the column names that Gephi's spreadsheet import looks for.

Texts are made safe for spreadsheets, see :mod:`rareearth.formats.sheets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats.drawing import Attributes, draw, is_directed, write
from rareearth.formats.sheets import line

if TYPE_CHECKING:
    from rareearth.network import Network


def nodes(network: Network) -> Iterator[str]:
    """``Id``, ``Label`` and the attributes of each node."""
    drawing = draw(network)
    columns = [name for name in drawing.node_types if name != "label"]
    yield line(["Id", "Label", *columns])
    for node, data in drawing.nodes:
        yield line([node, data.get("label", node), *_values(data, columns)])


def edges(network: Network, *, directed: bool = False) -> Iterator[str]:
    """``Source``, ``Target``, ``Type``, ``Id``, ``Label``, ``Weight`` and the attributes of each edge.

    The type of edges of symmetric relations is Undirected, unless all are to be ``directed``.
    """
    drawing = draw(network)
    columns = [name for name in drawing.edge_types if name not in ("label", "weight")]
    yield line(["Source", "Target", "Type", "Id", "Label", "Weight", *columns])
    for edge, source, target, data in drawing.edges:
        kind = "Directed" if directed or is_directed(data) else "Undirected"
        head = [source, target, kind, edge, data.get("label", data["relation"]), data["weight"]]
        yield line([*head, *_values(data, columns)])


def _values(data: Attributes, columns: list[str]) -> list[object]:
    found = (data.get(name, "") for name in columns)
    return [write(value) if isinstance(value, bool) else value for value in found]
