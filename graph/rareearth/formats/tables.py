"""Node and edge tables as CSV, with the column names that Gephi's spreadsheet import looks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats.drawing import Attributes, draw

if TYPE_CHECKING:
    from rareearth.network import Network

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def nodes(network: Network) -> Iterator[str]:
    """``Id``, ``Label`` and the attributes of each node."""
    drawing = draw(network)
    columns = [name for name in drawing.node_types if name != "label"]
    yield _row(["Id", "Label", *columns])
    for node, data in drawing.nodes:
        yield _row([node, data.get("label", node), *_values(data, columns)])


def edges(network: Network) -> Iterator[str]:
    """``Source``, ``Target``, ``Type``, ``Id``, ``Label``, ``Weight`` and the attributes of each edge."""
    drawing = draw(network)
    columns = [name for name in drawing.edge_types if name not in ("label", "weight")]
    yield _row(["Source", "Target", "Type", "Id", "Label", "Weight", *columns])
    for edge, source, target, data in drawing.edges:
        head = [source, target, "Directed", edge, data.get("label", data["relation"]), data["weight"]]
        yield _row([*head, *_values(data, columns)])


def _values(data: Attributes, columns: list[str]) -> list[object]:
    return [data.get(name, "") for name in columns]


def _row(values: list[object]) -> str:
    """A line of CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    safe = [f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA) else v for v in values]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(safe)  # only the line ends it knows of are put in quotes
    return out.getvalue().removesuffix("\r\n")
