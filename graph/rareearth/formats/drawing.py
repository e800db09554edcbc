"""A network prepared for drawing: nodes and edges in order, with positions, sizes, and one type for each attribute."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rareearth import layout
from rareearth.errors import FormatError

if TYPE_CHECKING:
    from rareearth.network import Network

Attributes = dict[str, Any]
_RESERVED = frozenset({"id", "source", "target"})  # readers overwrite these, or are confused by them
_TEXTS = frozenset({"label", "kind", "relation", "color", "spells", "start", "end"})
_NUMBERS = frozenset({"x", "y", "size", "weight"})
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Drawing:
    """Nodes as (id, attributes) and edges as (id, source, target, attributes), sorted.

    Nodes have ``x``, ``y`` and ``size`` in addition to the attributes of the network. ``node_types`` and
    ``edge_types`` hold one type (str, int or float) for each attribute, in the order of the file.
    """

    nodes: list[tuple[str, Attributes]]
    edges: list[tuple[str, str, str, Attributes]]
    node_types: dict[str, type]
    edge_types: dict[str, type]


def draw(network: Network) -> Drawing:
    """Lay a network out, unless its nodes have x and y. Raises FormatError for attributes that no format can hold."""
    placed = all("x" in data and "y" in data for data in network.nodes.values())
    positions = {} if placed else layout.positions(network)
    sizes = layout.sizes(network)
    nodes = []
    for node, data in sorted(network.nodes.items()):
        x, y = positions[node] if not placed else (data["x"], data["y"])
        nodes.append((node, {**_known(data), "size": data.get("size", sizes[node]), "x": x, "y": y}))
    ordered = sorted(network.edges(keys=True, data=True), key=lambda edge: (edge[0], edge[1], str(edge[2])))
    edges = [
        (f"e{number}", a, b, {"relation": str(key), "weight": 1, **_known(data)})
        for number, (a, b, key, data) in enumerate(ordered)
    ]
    return Drawing(nodes, edges, _types(d for _, d in nodes), _types(d for *_, d in edges))


def _known(data: Attributes) -> Attributes:
    """The attributes without empty texts, which some readers lose: what is unknown is absent."""
    return {name: value for name, value in data.items() if value != ""}


def _types(items: Iterable[Attributes]) -> dict[str, type]:
    """One type for each attribute: int and float make float, anything with a text makes text."""
    found: dict[str, type] = {}
    for attributes in items:
        for name, value in attributes.items():
            if name in _RESERVED:
                raise FormatError(f"the attribute '{name}' would be read as a part of the file; rename it")
            _check(name, value)
            kind = str if isinstance(value, str) else type(value)
            known = found.setdefault(name, kind)
            if known is not kind:
                found[name] = str if str in (known, kind) else float
    return dict(sorted(found.items()))


def _check(name: str, value: object) -> None:
    """Raise FormatError for a value that formats cannot hold, or that readers would misinterpret."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise FormatError(f"the attribute '{name}' is a {type(value).__name__}; expected text or a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise FormatError(f"the attribute '{name}' is {value}; expected a finite number")
    if isinstance(value, str) != (name in _TEXTS) and name in _TEXTS | _NUMBERS:
        raise FormatError(f"the attribute '{name}' is '{value}'; expected {'text' if name in _TEXTS else 'a number'}")
    if name == "color" and not _COLOUR.fullmatch(str(value)):
        raise FormatError(f"the color is '{value}'; expected one like #a1b2c3")
    if name == "weight" and float(str(value)) <= 0:
        raise FormatError(f"an edge has the weight {value}; Gephi drops edges whose weight is not above 0")
