"""A picture of the network: circles coloured by kind, named edges as lines, labels for the larger nodes, a legend."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats.drawn import Drawing, drawing
from rareearth.formats.xml import escaped

if TYPE_CHECKING:
    from rareearth.network import Network

_FONT = "font-family=\"Helvetica, Arial, 'Noto Sans CJK SC', sans-serif\""
_LABELS = 60  # more labels than this cover each other


def lines(network: Network) -> Iterator[str]:
    """The picture as SVG, light behind dark text. Raises FormatError for what XML cannot hold."""
    drawn = drawing(network)
    xs = [data["x"] for _, data in drawn.nodes] or [0.0]
    ys = [-data["y"] for _, data in drawn.nodes] or [0.0]
    left, top, right, bottom = min(xs) - 110, min(ys) - 50, max(xs) + 110, max(ys) + 50
    width, height = round(right - left + 170, 1), round(max(bottom - top, 300), 1)
    box = f"{round(left, 1)} {round(top, 1)} {width} {height}"
    title = escaped(network.graph.get("name", "network"), "the title")
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}" {_FONT}>'
    yield f"  <title>{title}: {len(drawn.nodes)} nodes, {len(drawn.edges)} edges</title>"
    yield f'  <rect x="{round(left, 1)}" y="{round(top, 1)}" width="{width}" height="{height}" fill="#ffffff"/>'
    yield from _edges(drawn)
    yield from _nodes(drawn)
    yield from _legend(drawn, round(right + 10, 1), round(top + 30, 1))
    yield "</svg>"


def _edges(drawn: Drawing) -> Iterator[str]:
    at = {node: (data["x"], -data["y"]) for node, data in drawn.nodes}
    yield '  <g fill="none" stroke-opacity="0.45" stroke-width="1.2">'
    for _, source, target, data in drawn.edges:
        (x1, y1), (x2, y2) = at[source], at[target]
        bend_x, bend_y = (x1 + x2) / 2 + (y2 - y1) * 0.1, (y1 + y2) / 2 - (x2 - x1) * 0.1
        path = f"M{x1:.1f},{y1:.1f} Q{bend_x:.1f},{bend_y:.1f} {x2:.1f},{y2:.1f}"
        name = escaped(f"{source} {data.get('label', data['relation'])} {target}", "an edge")
        yield f'    <path d="{path}" stroke="{data.get("color", "#8a8f98")}"><title>{name}</title></path>'
    yield "  </g>"


def _nodes(drawn: Drawing) -> Iterator[str]:
    named = {n for n, _ in sorted(drawn.nodes, key=lambda item: (-item[1]["size"], item[0]))[:_LABELS]}
    yield '  <g stroke="#ffffff" stroke-width="1">'
    for node, data in drawn.nodes:
        centre = f'cx="{data["x"]:.1f}" cy="{-data["y"]:.1f}" r="{data["size"] / 2:.1f}"'
        yield f'    <circle {centre} fill="{data.get("color", "#8a8f98")}"><title>{_label(node, data)}</title></circle>'
    yield "  </g>"
    for style in ('fill="none" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"', 'fill="#222222"'):
        yield f'  <g font-size="9" text-anchor="middle" {style}>'
        for node, data in drawn.nodes:
            if node in named:
                yield from _text(data["x"], -data["y"] + data["size"] / 2 + 9, str(data.get("label", node)), node)
        yield "  </g>"


def _text(x: float, y: float, label: str, node: str) -> Iterator[str]:
    for number, line in enumerate(textwrap.wrap(label, 26, max_lines=3, placeholder=" …")):
        yield f'    <text x="{x:.1f}" y="{y + 10 * number:.1f}">{escaped(line, f"node {node}")}</text>'


def _label(node: str, data: dict[str, object]) -> str:
    return escaped(data.get("label", node), f"node {node}")


def _legend(drawn: Drawing, x: float, y: float) -> Iterator[str]:
    kinds = Counter((data["kind"], data.get("color", "#8a8f98")) for _, data in drawn.nodes if "kind" in data)
    yield '  <g font-size="10" fill="#222222">'
    for number, ((kind, color), count) in enumerate(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))):
        line = y + 16 * number
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()
        yield f'    <circle cx="{x + 5:.1f}" cy="{line - 3.5:.1f}" r="5" fill="{color}"/>'
        yield f'    <text x="{x + 16:.1f}" y="{line:.1f}">{escaped(words, "a kind")} ({count})</text>'
    yield "  </g>"
