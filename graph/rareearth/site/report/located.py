"""The figure of where actors are: places inside places as circles inside circles, which is no map and says so."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth import network as networks
from rareearth.analysis.finding import Table, Value
from rareearth.site.report import drawing, packing
from rareearth.site.report.drawing import ACCENT, FAINT, INK
from rareearth.site.report.material import OVERVIEW, Figure, Material, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_FLATNESS = 1.5  # how much wider than high the countries lie
_UNIT = 4.2  # radius of one actor


@dataclass
class _Place:
    """A place with the actors that no smaller place of its is told of, and the places inside."""

    id: str
    label: str
    inside: list[_Place] = field(default_factory=list)
    here: set[str] = field(default_factory=set)

    def everyone(self) -> set[str]:
        return self.here.union(*(part.everyone() for part in self.inside))


def places(given: Material) -> Figure:
    """Countries, regions and cities as circles in circles, as large as the number of actors told to be there."""
    tops, claims = _located(given)
    tops = [top for top in tops if top.everyone()]
    grown = {top.id: _grown(top) for top in tops}
    room = {top.id: max(grown[top.id][1] + 6, drawing.width(_counted(top), 7) / 2 + 3, 12.0) + 5 for top in tops}
    lying, _ = packing.packed([room[top.id] for top in tops], _FLATNESS)
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
                scale * x, scale * (y + radius) + 2, _counted(top), ha="center", va="bottom", fontsize=7,
                fontweight="bold", color=INK, zorder=5,
            )  # fmt: skip

    rows: list[tuple[Value, ...]] = []
    evidence = []
    for top in tops:
        for path, place in _walk(top, ()):
            rows.append((path[0], " › ".join(path[1:]), len(place.everyone()), len(place.here)))
            evidence.append(tuple(sorted({c for actor in place.here for c in claims[actor]})))
    ids = {claim for ids in evidence for claim in ids}
    actors = set().union(*(top.everyone() for top in tops))
    support = given.read.support_of(ids, len(actors))
    missing = len(set(given.read.ties) - actors)
    return Figure(
        name="places",
        section=OVERVIEW,
        title="Where the actors are told to be",
        svg=drawing.drawn("places", high, draw) if tops else "",
        alt=f"Circles of {len(tops):,} countries with their regions and cities inside; the largest are "
        f"{', '.join(_counted(top) for top in tops[:5])} actors.",
        note="This is no map: circles lie inside the place that holds them, and beside each other without a meaning. "
        f"Their area grows with the number of actors told to be there. Of {missing:,} of the {len(given.read.ties):,} "
        "actors with ties no place is told.",
        support=support,
        caveat=given.small(len(actors), len(support.sources), "actor")
        or "Where nobody stands, no source that was read spoke of anybody there.",
        unit="actor",
        table=Table(
            "Actors by place", ("country", "place", "actors", "no nearer told"), tuple(rows), evidence=tuple(evidence)
        ),
    )


def _located(given: Material) -> tuple[list[_Place], dict[str, set[str]]]:
    """The outermost places, those of most actors first, and the claims that tell where each actor is."""
    actors = given.read.network
    inside: nx.DiGraph[str] = nx.DiGraph()  # from what lies in a place to the place
    claims: dict[str, set[str]] = defaultdict(set)
    for one, other, data in actors.edges(data=True):
        if data["relation"] in given.spatial and one != other:
            inside.add_edge(one, other)
            claims[one].update(str(data["claims"]).split(networks.JOIN))
    holders = {node for node in inside if inside.in_degree(node)}
    known = {id_: _Place(id_, str(actors.nodes[id_].get("label", id_))) for id_ in sorted(holders)}
    tops: list[_Place] = []
    for id_, place in known.items():
        above = _nearest({holder for holder in inside[id_] if id_ not in nx.descendants(inside, holder)}, inside)
        (known[above[0]].inside if above else tops).append(place)
    for actor in sorted(set(inside) - holders):
        for nearest in _nearest(set(inside[actor]), inside):
            known[nearest].here.add(actor)
    return sorted(tops, key=lambda top: (-len(top.everyone()), top.label)), claims


def _nearest(places: set[str], inside: nx.DiGraph[str]) -> list[str]:
    """Those of these places that hold no other of them, in the order of their ids."""
    return sorted(places.difference(*(nx.descendants(inside, place) for place in places)))


class _Ring(NamedTuple):
    """A circle of a place; ``depth`` is that of its place, or -1 for actors of whom nothing nearer is told."""

    x: float
    y: float
    radius: float
    depth: int
    label: str
    actors: int
    leaf: bool = True


def _grown(place: _Place, depth: int = 0) -> tuple[list[_Ring], float]:
    """The circles of a place around (0, 0) and its radius."""
    parts = [part for part in place.inside if part.everyone()]
    parts.sort(key=lambda part: (-len(part.everyone()), part.label))
    count = len(place.everyone())
    if not parts:
        radius = _UNIT * math.sqrt(count)
        return [_Ring(0.0, 0.0, radius, depth, place.label, count)], radius
    grown = [_grown(part, depth + 1) for part in parts]
    rest = [_UNIT * math.sqrt(len(place.here))] if place.here else []
    lying, around = packing.packed([*(radius + 1 for _, radius in grown), *(r + 1 for r in rest)])
    radius = around + 1.5
    found: list[_Ring] = [_Ring(0.0, 0.0, radius, depth, place.label, count, leaf=False)]
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


def _counted(place: _Place) -> str:
    return f"{place.label} {len(place.everyone())}"


def _walk(place: _Place, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], _Place]]:
    here = (*path, place.label)
    parts = sorted(place.inside, key=lambda part: (-len(part.everyone()), part.label))
    return [(here, place), *(step for part in parts if part.everyone() for step in _walk(part, here))]
