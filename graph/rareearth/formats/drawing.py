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
    from rareearth.cache import Cache
    from rareearth.network import Network

Attributes = dict[str, Any]
_RESERVED = frozenset({"id", "source", "target"})  # readers overwrite these, or are confused by them
_TEXTS = frozenset({"label", "kind", "relation", "color", "periods", "start", "end"})
_NUMBERS = frozenset({"x", "y", "size", "weight"})
_PARTICULAR = _RESERVED | _TEXTS | _NUMBERS  # not every text is right for these
_LONG = 2**63  # a whole number of that size or more fits no format
_SMALLEST, _LARGEST = 4.0, 100.0  # the sizes that Gephi gives the smallest and the largest node of a file
_EXTENT = 4500.0  # Gephi keeps positions within 5000 of their mean
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Drawing:
    """Nodes as (id, attributes) and edges as (id, source, target, attributes), sorted.

    Nodes have ``x``, ``y`` and ``size`` in addition to the attributes of the network. ``node_types`` and
    ``edge_types`` hold one type (str, int, float or bool) for each attribute, in the order of the file; ``long`` the
    names of those that have a whole number of more than 32 bits.
    """

    nodes: list[tuple[str, Attributes]]
    edges: list[tuple[str, str, str, Attributes]]
    node_types: dict[str, type]
    edge_types: dict[str, type]
    long: frozenset[str]


def draw(network: Network, *, scaled: bool = True, cache: Cache | None = None) -> Drawing:
    """Lay a network out, unless its nodes have x and y. Raises FormatError for attributes that no format can hold.

    The layout is ``scaled`` as Gephi does it when it opens a file, so that Gephi shows what is written. ``cache`` is as
    for :func:`layout.positions`.
    """
    placed = all("x" in data and "y" in data for data in network.nodes.values())
    positions = {} if placed else layout.positions(network, cache)
    sizes = layout.sizes(network)
    if scaled and not placed:
        positions, sizes = _scale(positions, sizes)
    nodes = []
    for node, data in sorted(network.nodes.items()):
        x, y = positions[node] if not placed else (data["x"], data["y"])
        nodes.append((node, {**_known(data), "size": data.get("size", sizes[node]), "x": x, "y": y}))
    ordered = sorted(network.edges(keys=True, data=True), key=lambda edge: (edge[0], edge[1], str(edge[2])))
    edges = [
        (f"e{number}", a, b, {"relation": str(key), "weight": 1, **_known(data)})
        for number, (a, b, key, data) in enumerate(ordered)
    ]
    everything = [*(data for _, data in nodes), *(data for *_, data in edges)]
    long = frozenset(k for data in everything for k, v in data.items() if type(v) is int and not -(2**31) <= v < 2**31)
    return Drawing(nodes, edges, _types(d for _, d in nodes), _types(d for *_, d in edges), long)


def _scale(
    positions: dict[str, tuple[float, float]], sizes: dict[str, float]
) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Positions and sizes as Gephi's automatic scaling leaves them: sizes from 4 to 100, positions in proportion."""
    if not sizes:
        return positions, sizes
    smallest, largest = min(sizes.values()), max(sizes.values())
    ratio = (_LARGEST - _SMALLEST) / (largest - smallest) if largest > smallest else _SMALLEST / smallest
    extent = max(abs(one) for position in positions.values() for one in position)
    ratio = min(ratio, _EXTENT / extent) if extent else ratio
    return (
        {node: (round(x * ratio, 1), round(y * ratio, 1)) for node, (x, y) in positions.items()},
        {node: round((size - smallest) * ratio + _SMALLEST, 1) for node, size in sizes.items()},
    )


def is_directed(data: Attributes) -> bool:
    """Whether an edge has a direction: not if its relation is symmetric."""
    return data.get("symmetric") is not True


def write(value: object) -> str:
    """A value as the formats have it: a number with all its digits, a truth value as true or false.

    >>> write(True), write(7), write(1.2e-7), write("a")
    ('true', '7', '1.2e-07', 'a')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known(data: Attributes) -> Attributes:
    """The attributes without empty texts, which some readers lose: what is unknown is absent."""
    return {name: value for name, value in data.items() if value != ""}


def _types(items: Iterable[Attributes]) -> dict[str, type]:
    """One type for each attribute: int and float make float, anything else that is mixed makes text."""
    found: dict[str, type] = {}
    for attributes in items:
        for name, value in attributes.items():
            if type(value) is str and found.get(name) is str and name not in _PARTICULAR:
                continue  # as most are
            if name in _RESERVED:
                raise FormatError(f"the attribute '{name}' would be read as a part of the file; rename it")
            _check(name, value)
            kind = next(k for k in (str, bool, int, float) if isinstance(value, k))
            known = found.setdefault(name, kind)
            if known is not kind:
                found[name] = float if {known, kind} == {int, float} else str
    return dict(sorted(found.items()))


def _check(name: str, value: object) -> None:
    """Raise FormatError for a value that formats cannot hold, or that readers would misinterpret."""
    if not isinstance(value, str | int | float):
        raise FormatError(f"the attribute '{name}' is a {type(value).__name__}; expected text, a number or a bool")
    if isinstance(value, int) and not -_LONG < value < _LONG:
        raise FormatError(f"the attribute '{name}' is {value}; expected a number of at most 64 bits")
    if isinstance(value, bool) and name in _NUMBERS:
        raise FormatError(f"the attribute '{name}' is {value}; expected a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise FormatError(f"the attribute '{name}' is {value}; expected a finite number")
    if isinstance(value, str) != (name in _TEXTS) and name in _TEXTS | _NUMBERS:
        raise FormatError(f"the attribute '{name}' is '{value}'; expected {'text' if name in _TEXTS else 'a number'}")
    if name == "color" and not _COLOUR.fullmatch(str(value)):
        raise FormatError(f"the color is '{value}'; expected one like #a1b2c3")
    if name == "weight" and float(str(value)) <= 0:
        raise FormatError(f"an edge has the weight {value}; Gephi drops edges whose weight is not above 0")
