"""A picture of the network: nodes coloured by kind, edges with titles, labels where there is room, a legend."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.formats.drawing import Drawing, draw
from rareearth.formats.xml import escape
from rareearth.network import NO_COLOUR

if TYPE_CHECKING:
    from rareearth.network import Network

_FONT = "font-family=\"Helvetica, Arial, 'Noto Sans CJK SC', sans-serif\""


def lines(network: Network) -> Iterator[str]:
    """The picture as SVG, light behind dark text. Raises FormatError for what XML cannot hold."""
    drawing = draw(network, scaled=False)
    xs = [data["x"] for _, data in drawing.nodes] or [0.0]
    ys = [-data["y"] for _, data in drawing.nodes] or [0.0]
    font = max(9.0, (max(xs) - min(xs)) / 105)
    left, top, right, bottom = min(xs) - 8 * font, min(ys) - 4 * font, max(xs) + 8 * font, max(ys) + 6 * font
    width, height = round(right - left + 17 * font, 1), round(max(bottom - top, 40 * font), 1)
    box = f"{round(left, 1)} {round(top, 1)} {width} {height}"
    title = escape(network.graph.get("name", "network"), "the title")
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}" {_FONT}>'
    yield f"  <title>{title}: {len(drawing.nodes)} nodes, {len(drawing.edges)} edges</title>"
    yield f'  <rect x="{round(left, 1)}" y="{round(top, 1)}" width="{width}" height="{height}" fill="#ffffff"/>'
    yield from _edges(drawing)
    yield from _nodes(drawing, font)
    yield from _legend(drawing, round(right + font, 1), round(top + 3 * font, 1), font)
    yield "</svg>"


def _edges(drawing: Drawing) -> Iterator[str]:
    at = {node: (data["x"], -data["y"]) for node, data in drawing.nodes}
    sizes = {node: data["size"] for node, data in drawing.nodes}
    yield '  <g fill="none" stroke-opacity="0.45" stroke-width="1.2">'
    for _, source, target, data in drawing.edges:
        (x1, y1), (x2, y2) = at[source], at[target]
        bend_x, bend_y = (x1 + x2) / 2 + (y2 - y1) * 0.1, (y1 + y2) / 2 - (x2 - x1) * 0.1
        path = f"M{x1:.1f},{y1:.1f} Q{bend_x:.1f},{bend_y:.1f} {x2:.1f},{y2:.1f}"
        if source == target:  # a loop above the node
            side, top = sizes[source], 1.6 * sizes[source]
            path = f"M{x1:.1f},{y1:.1f} c{side:.1f},-{top:.1f} -{side:.1f},-{top:.1f} 0,0"
        name = escape(f"{source} {data.get('label', data['relation'])} {target}", "an edge")
        yield f'    <path d="{path}" stroke="{data.get("color", NO_COLOUR)}"><title>{name}</title></path>'
    yield "  </g>"


def _nodes(drawing: Drawing, font: float) -> Iterator[str]:
    yield '  <g stroke="#ffffff" stroke-width="1">'
    for node, data in drawing.nodes:
        centre = f'cx="{data["x"]:.1f}" cy="{-data["y"]:.1f}" r="{data["size"] / 2:.1f}"'
        yield f'    <circle {centre} fill="{data.get("color", NO_COLOUR)}"><title>{_label(node, data)}</title></circle>'
    yield "  </g>"
    labels = list(_labels(drawing, font))
    halo = f'fill="none" stroke="#ffffff" stroke-width="{font / 3:.1f}" stroke-linejoin="round"'
    for style in (halo, 'fill="#222222"'):
        yield f'  <g font-size="{font:.1f}" text-anchor="middle" {style}>'
        for x, y, lines, node in labels:
            for number, line in enumerate(lines):
                text = escape(line, f"node {node}")
                yield f'    <text x="{x:.1f}" y="{y + 1.1 * font * number:.1f}">{text}</text>'
        yield "  </g>"


def _labels(drawing: Drawing, font: float) -> Iterator[tuple[float, float, list[str], str]]:
    """Labels (x, y of the first line, lines, node) of the largest nodes, each only where there is none yet."""
    taken: list[tuple[float, float, float, float]] = []
    for node, data in sorted(drawing.nodes, key=lambda item: (-item[1]["size"], item[0])):
        lines = textwrap.wrap(str(data.get("label", node)), 24, max_lines=3, placeholder=" …")
        x, y = data["x"], -data["y"] + data["size"] / 2 + font
        half = 0.28 * font * max(map(len, lines), default=0)  # a letter is about half as wide as high
        box = (x - half, y - font, x + half, y + 1.1 * font * (len(lines) - 1))
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            taken.append(box)
            yield x, y, lines, node


def _label(node: str, data: dict[str, object]) -> str:
    return escape(data.get("label", node), f"node {node}")


def _legend(drawing: Drawing, x: float, y: float, font: float) -> Iterator[str]:
    kinds = Counter((data["kind"], data.get("color", NO_COLOUR)) for _, data in drawing.nodes if "kind" in data)
    yield f'  <g font-size="{font:.1f}" fill="#222222">'
    for number, ((kind, color), count) in enumerate(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))):
        line = y + 1.6 * font * number
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()
        yield f'    <circle cx="{x + font / 2:.1f}" cy="{line - font / 3:.1f}" r="{font / 2:.1f}" fill="{color}"/>'
        yield f'    <text x="{x + 1.6 * font:.1f}" y="{line:.1f}">{escape(words, "a kind")} ({count})</text>'
    yield "  </g>"
