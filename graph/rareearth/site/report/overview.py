"""Figures of the sample itself: the network by sphere, its ties by year, who has the most ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rareearth import layout
from rareearth.analysis import overview, references
from rareearth.analysis.finding import Table
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, LINE, PAPER
from rareearth.site.report.material import OVERVIEW, Figure, Material, axes, legend, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

LABELS = 22  # actors that are named in the network
YEARS = 25  # of the timeline; what is earlier is one bar
NO_SPHERE = "no sphere of its own"


def network(material: Material) -> Figure:
    """The actors that have a tie, where the layout of the project puts them, coloured by sphere."""
    ties = material.sample.ties
    shown = material.sample.network.subgraph(ties)
    places, sizes = layout.positions(shown), layout.sizes(shown)
    high = 7.2

    def draw(canvas: Canvas) -> None:
        from matplotlib.collections import LineCollection

        legend(canvas, {**material.spheres, NO_SPHERE: FAINT})
        area = axes(canvas, 0.1, 0.4, right=0.1, bottom=0.1)
        area.axis("off")
        lines = LineCollection(
            [(places[a], places[b]) for a, b in ties.edges()],
            colors=FAINT,
            linewidths=0.7,
            alpha=0.5,
            urls=[f"#claim-{data['claims'][0]}" for _, _, data in ties.edges(data=True)],
        )
        area.add_collection(lines)
        order = sorted(ties, key=lambda n: (-sizes[n], n))
        area.scatter(
            [places[n][0] for n in order],
            [places[n][1] for n in order],
            s=[(0.42 * sizes[n]) ** 2 for n in order],
            c=[material.colour(n) for n in order],
            edgecolors=PAPER,
            linewidths=0.7,
            zorder=2,
        )
        area.set_aspect("equal")
        area.margins(0.06, 0.03)
        _name(area, canvas, [(places[n], str(ties.nodes[n]["label"]), 0.21 * sizes[n]) for n in order])

    support = material.sample.support()
    counts = material.overview.spheres
    spheres = ", ".join(f"{counts.get(sphere, 0):,} of {sphere}" for sphere in material.spheres)
    return Figure(
        name="network",
        section=OVERVIEW,
        title="The network by sphere",
        svg=drawing.render("network", high, draw),
        alt=f"Network of {len(ties):,} actors and {support.ties:,} ties: {spheres}, {counts.get('', 0):,} without a "
        "sphere. Those with the most ties are named.",
        note="Circles grow with the number of ties; those with the most ties are named if there is room. Only the "
        "distance between circles has a meaning. People have the sphere of the bodies to which they are tied. Each "
        "line links to a claim.",
        support=support,
        caveat=material.small(support.ties, len(support.sources))
        or "The figure shows reported ties; it cannot show that other actors have none.",
    )


def _name(area: Axes, canvas: Canvas, nodes: Sequence[tuple[tuple[float, float], str, float]]) -> None:
    """Names below the first nodes, each where it covers no other name."""
    canvas.draw_without_rendering()
    taken: list[tuple[float, float, float, float]] = []
    for place, label, radius in nodes:
        if len(taken) == LABELS:
            break
        text = label if len(label) <= 34 else f"{label[:32].rstrip()}…"
        x, y = area.transData.transform(place)
        half = drawing.width(text, 7) / 2
        box = (x - half, y - radius - 9, x + half, y - radius)
        if all(box[2] < t[0] or t[2] < box[0] or box[3] < t[1] or t[3] < box[1] for t in taken):
            taken.append(box)
            area.annotate(
                text, place, xytext=(0, -radius - 1), textcoords="offset points", ha="center", va="top", fontsize=7,
                color=INK, zorder=3,
            )  # fmt: skip


def timeline(material: Material) -> Figure:
    """The ties by the first year that a claim gives, or else the year of the page."""
    seen = material.overview
    *dated, without = seen.years
    counts = {year.year: year for year in dated}
    years = sorted(filter(None, counts))
    last = max(years, default=0)
    first = max(min(years, default=0), last - YEARS + 1)
    early = [y for y in dated if y.year is not None and y.year < first]

    def draw(canvas: Canvas) -> None:
        legend(canvas, {"year given by the claim": ACCENT, "year of the page only": FAINT, "no year": LINE})
        area = axes(canvas, 0.55, 0.5)
        shown = list(range(first, last + 1)) if years else []
        own = [counts[y].dated if y in counts else 0 for y in shown]
        area.bar(shown, own, color=ACCENT, width=0.75)
        page = [counts[y].published if y in counts else 0 for y in shown]
        area.bar(shown, page, bottom=own, color=FAINT, width=0.75)
        ticks = {y: str(y) for y in shown if y % 5 == 0}
        if early:
            before = sum(y.dated for y in early)
            area.bar([first - 2], before, color=ACCENT, width=0.75)
            area.bar([first - 2], sum(y.published for y in early), bottom=before, color=FAINT, width=0.75)
            ticks[first - 2] = f"before {first}"
        if without.undated:
            area.bar([last + 2], without.undated, color=LINE, width=0.75)
            ticks[last + 2] = "no year"
        area.set_xticks(sorted(ticks), [ticks[x] for x in sorted(ticks)])
        area.set_ylabel("ties")
        area.yaxis.set_major_locator(whole())

    support = seen.support
    summary = (
        f"Of {support.ties:,} ties, {seen.dated:,} have a year from a claim, {seen.published:,} only the year of a "
        f"page, and {seen.undated:,} no year."
    )
    return Figure(
        name="timeline",
        section=OVERVIEW,
        title="Ties by year",
        svg=drawing.render("timeline", 2.9, draw),
        alt=f"Bars of ties by year, {first} to {last}. {summary}",
        note=f"{summary} A tie is counted in the first year that a claim gives, as its start or as an observation.",
        support=support,
        caveat=material.small(support.ties, len(support.sources))
        or "More pages were found for recent years: the rise is in sources, not in ties.",
        table=Table(
            "Ties by year",
            ("year", "given by the claim", "only by the page", "no year"),
            tuple((str(y.year) if y.year else "not known", y.dated, y.published, y.undated) for y in seen.years),
            evidence=tuple(y.claims for y in material.overview.years),
        ),
    )


def ranking(material: Material) -> Figure:
    """The organizations and firms with the most ties, with the interval of the rank."""
    ranked = material.overview.ranking

    def draw(canvas: Canvas) -> None:
        legend(canvas, material.spheres)
        area = axes(canvas, 3.1, 0.45)
        for y, actor in enumerate(ranked):
            colour = material.colour(actor.id)
            area.plot(
                [actor.ci_low, actor.ci_high], [y, y], color=colour, linewidth=3, alpha=0.45, solid_capstyle="round"
            )
            area.scatter([actor.rank], [y], s=34, color=colour, edgecolors=PAPER, linewidths=0.8, zorder=3)
        area.set_xscale("log")
        worst = max((actor.ci_high for actor in ranked), default=1)
        ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if t <= worst]
        area.set_xticks(ticks, [str(t) for t in ticks])
        area.minorticks_off()
        area.set_yticks(range(len(ranked)), [f"{actor.name}  ({actor.ties})" for actor in ranked])
        area.tick_params(axis="y", length=0)
        area.spines["left"].set_visible(False)
        area.grid(axis="x", color=LINE, linewidth=0.7)
        area.set_axisbelow(True)
        area.invert_yaxis()
        area.set_xlabel("rank by number of ties (number in brackets), with its 95% interval")

    support = material.overview.ranking_support
    certain = material.overview.certain
    return Figure(
        name="ranking",
        section=OVERVIEW,
        title="Organizations and firms with the most ties, and how certain their ranks are",
        svg=drawing.render("ranking", 0.95 + 0.27 * max(len(ranked), 1), draw) if ranked else "",
        alt=f"Ranks of the {len(ranked)} organizations and firms with the most ties, with intervals; first "
        + ", ".join(f"{actor.name} ({actor.ties})" for actor in ranked[:3]),
        note=f"The interval is that of the rank over {overview.DRAWS} resamples of the sources (percentile bootstrap, "
        f"{references.cite('efron1993')}; why ranks need one: {references.cite('goldstein1996')}).",
        support=support,
        caveat=material.small(support.ties, len(support.sources))
        or f"Only {certain} of these {len(ranked)} can be placed among the first {overview.RANKED} with 95% "
        "confidence. If intervals overlap, the order means nothing.",
        table=Table(
            "Organizations and firms with the most ties",
            ("actor", "sphere", "ties", "rank", "from", "to"),
            tuple((a.id, a.sphere, a.ties, a.rank, a.ci_low, a.ci_high) for a in ranked),
            evidence=tuple(a.claims for a in ranked),
        ),
    )
