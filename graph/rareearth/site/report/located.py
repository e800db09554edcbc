"""The figure of where actors are: places inside places as circles inside circles, which is not a map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis.finding import Table
from rareearth.site.report import drawing, packing
from rareearth.site.report.drawing import ACCENT, FAINT, INK
from rareearth.site.report.material import OVERVIEW, Figure, Material, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from rareearth.analysis.places import Place

_FLATNESS = 1.5  # how much wider than high the countries lie
_UNIT = 4.2  # radius of one actor


def places(material: Material) -> Figure:
    """Countries, regions and cities as circles in circles, as large as the number of actors there."""
    tops = material.overview.places
    grown = {top.id: _circles(top) for top in tops}
    room = {top.id: max(grown[top.id][1] + 6, drawing.width(_label(top), 7) / 2 + 3, 12.0) + 5 for top in tops}
    lying, _ = packing.pack([room[top.id] for top in tops], _FLATNESS)
    high = 6.2
    reach = [max((abs(circle[axis]) + circle[2] for circle in lying), default=1.0) for axis in (0, 1)]
    scale = min(4.35 * 72 / reach[0], (high - 0.25) * 36 / reach[1], 1.8)

    def draw(canvas: Canvas) -> None:
        area = axes(canvas, 0.1, 0.1, right=0.1, bottom=0.1)
        area.axis("off")
        area.set_xlim(-4.4 * 72, 4.4 * 72)
        area.set_ylim(-(high - 0.2) * 36, (high - 0.2) * 36)
        for top, (x, y, _) in zip(tops, lying, strict=True):
            circles, radius = grown[top.id]
            for ring in circles:
                moved = ring._replace(x=scale * (x + ring.x), y=scale * (y + ring.y), radius=scale * ring.radius)
                _circle(area, moved)
            area.text(
                scale * x, scale * (y + radius) + 2, _label(top), ha="center", va="bottom", fontsize=7,
                fontweight="bold", color=INK, zorder=5,
            )  # fmt: skip

    walked = [step for top in tops for step in top.walk()]
    support, located = material.overview.places_support, material.overview.located
    missing = material.overview.unlocated
    return Figure(
        name="places",
        section=OVERVIEW,
        title="Where the actors are",
        svg=drawing.render("places", high, draw) if tops else "",
        alt=f"Circles of {len(tops):,} countries with their regions and cities inside; the largest are "
        f"{', '.join(_label(top) for top in tops[:5])} actors.",
        note="This is not a map: each circle is inside the place that contains it; relative positions "
        f"mean nothing. Their area grows with the number of actors there. For {missing:,} of the "
        f"{material.overview.actors:,} actors with ties, no source names a place.",
        support=support,
        caveat=material.small(located, len(support.sources), "actor")
        or "A place without actors here may have actors that no source mentions.",
        unit="actor",
        table=Table(
            "Actors by place",
            ("country", "place", "actors", "no nearer place known"),
            tuple((path[0], " › ".join(path[1:]), place.actors, len(place.here)) for path, place in walked),
            evidence=tuple(place.claims for _, place in walked),
        ),
    )


class _Ring(NamedTuple):
    """A circle of a place; ``depth`` is that of its place, or -1 for the actors without a nearer place."""

    x: float
    y: float
    radius: float
    depth: int
    label: str
    actors: int
    leaf: bool = True


def _circles(place: Place, depth: int = 0) -> tuple[list[_Ring], float]:
    """The circles of a place around (0, 0) and its radius."""
    parts, count = place.inside, place.actors
    if not parts:
        radius = _UNIT * math.sqrt(count)
        return [_Ring(0.0, 0.0, radius, depth, place.name, count)], radius
    grown = [_circles(part, depth + 1) for part in parts]
    rest = [_UNIT * math.sqrt(len(place.here))] if place.here else []
    lying, around = packing.pack([*(radius + 1 for _, radius in grown), *(r + 1 for r in rest)])
    radius = around + 1.5
    found: list[_Ring] = [_Ring(0.0, 0.0, radius, depth, place.name, count, leaf=False)]
    for (circles, _), (x, y, _) in zip(grown, lying, strict=False):
        found += [ring._replace(x=x + ring.x, y=y + ring.y) for ring in circles]
    if rest:
        found.append(_Ring(*lying[-1][:2], rest[0], -1, "", len(place.here)))
    return found, radius


def _circle(area: Axes, ring: _Ring) -> None:
    from matplotlib.patches import Circle

    place, deep = (ring.x, ring.y), ring.depth
    if deep >= 0:
        alpha = (0.12, 0.2, 0.45)[min(deep, 2)]
        area.add_patch(Circle(place, ring.radius, facecolor=ACCENT, alpha=alpha, linewidth=0, zorder=2 + deep))
    line = "-" if deep >= 0 else ":"
    area.add_patch(Circle(place, ring.radius, facecolor="none", edgecolor=FAINT, linewidth=0.6, linestyle=line))
    wide = drawing.width(ring.label, 6)
    if deep > 0 and ring.leaf and wide < 1.9 * ring.radius:
        text = f"{ring.label}\n{ring.actors}"
        area.text(*place, text, ha="center", va="center", fontsize=6, color=INK, zorder=6)
    elif deep > 0 and not ring.leaf and wide < 1.5 * ring.radius:
        high = ring.y + 0.66 * ring.radius
        area.text(ring.x, high, f"{ring.label} {ring.actors}", ha="center", fontsize=6, color=INK, zorder=6)


def _label(place: Place) -> str:
    return f"{place.name} {place.actors}"
