"""Figures of the sample itself: the network by sphere, when its ties are of, who has most ties."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rareearth import layout
from rareearth.analysis import sample
from rareearth.analysis.finding import Table
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, LINE, PAPER
from rareearth.site.report.material import OVERVIEW, Figure, Material, axes, legend, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

LABELS = 22  # actors that are named in the network
RANKED = 15
DRAWS = 999
YEARS = 25  # of the timeline; what is earlier is one bar
NO_SPHERE = "no sphere of its own"


def network(given: Material) -> Figure:
    """The actors that have a tie, where the layout of the project puts them, coloured by sphere."""
    ties = given.read.ties
    shown = given.read.network.subgraph(ties)
    places, sizes = layout.positions(shown), layout.sizes(shown)
    high = 7.2

    def draw(canvas: Canvas) -> None:
        from matplotlib.collections import LineCollection

        legend(canvas, {**given.spheres, NO_SPHERE: FAINT})
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
            c=[given.colour(n) for n in order],
            edgecolors=PAPER,
            linewidths=0.7,
            zorder=2,
        )
        area.set_aspect("equal")
        area.margins(0.06, 0.03)
        _name(area, canvas, [(places[n], str(ties.nodes[n]["label"]), 0.21 * sizes[n]) for n in order])

    support = given.read.support()
    counted = Counter(str(data["sphere"]) for _, data in ties.nodes(data=True))
    told = ", ".join(f"{counted[sphere]:,} of {sphere}" for sphere in given.spheres)
    return Figure(
        name="network",
        section=OVERVIEW,
        title="The network by sphere",
        svg=drawing.drawn("network", high, draw),
        alt=f"Network of {len(ties):,} actors and {support.ties:,} ties: {told}, {counted['']:,} without a sphere. "
        "The best tied are named.",
        note="Circles grow with the number of ties; those of most ties are named where there is room. Places have no "
        "meaning but nearness. A person has the sphere of the bodies that it is tied to. Each line leads to a claim.",
        support=support,
        caveat=given.small(support.ties, len(support.sources))
        or "It shows who is told to be tied; that others are not, it cannot show.",
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


def timeline(given: Material) -> Figure:
    """The ties by the first year that their claims tell of, or else that of the page."""
    own: Counter[int] = Counter()
    page: Counter[int] = Counter()
    claims: dict[int | None, set[str]] = defaultdict(set)
    undated = 0
    for _, _, data in given.read.ties.edges(data=True):
        told = [given.evidence[claim] for claim in data["claims"]]
        year = min((e.year for e in told if e.year), default=None)
        published = min((e.published for e in told if e.published), default=None)
        if year:
            own[year] += 1
        elif published:
            page[published] += 1
        else:
            undated += 1
        claims[year or published].update(data["claims"])
    years = sorted({*own, *page})
    last = max(years, default=0)
    first = max(min(years, default=0), last - YEARS + 1)
    early = [sum(n for y, n in c.items() if y < first) for c in (own, page)]

    def draw(canvas: Canvas) -> None:
        legend(canvas, {"year told by the claim": ACCENT, "only the page has a year": FAINT, "no year": LINE})
        area = axes(canvas, 0.55, 0.5)
        shown = list(range(first, last + 1)) if years else []
        area.bar(shown, [own[y] for y in shown], color=ACCENT, width=0.75)
        area.bar(shown, [page[y] for y in shown], bottom=[own[y] for y in shown], color=FAINT, width=0.75)
        ticks = {y: str(y) for y in shown if y % 5 == 0}
        if any(early):
            area.bar([first - 2], early[0], color=ACCENT, width=0.75)
            area.bar([first - 2], early[1], bottom=early[0], color=FAINT, width=0.75)
            ticks[first - 2] = f"before {first}"
        if undated:
            area.bar([last + 2], undated, color=LINE, width=0.75)
            ticks[last + 2] = "no year"
        area.set_xticks(sorted(ticks), [ticks[x] for x in sorted(ticks)])
        area.set_ylabel("ties")
        area.yaxis.set_major_locator(whole())

    support = given.read.support()
    dated = sum(own.values())
    summary = (
        f"Of {support.ties:,} ties {dated:,} have a year of their own, {sum(page.values()):,} only that of a page, and "
    )
    return Figure(
        name="timeline",
        section=OVERVIEW,
        title="When the ties are of",
        svg=drawing.drawn("timeline", 2.9, draw),
        alt=f"Bars of ties by year, {first} to {last}. {summary}{undated:,} none.",
        note=f"{summary}{undated:,} none. A tie stands at the first year that is told of it, began or seen.",
        support=support,
        caveat=given.small(support.ties, len(support.sources))
        or "Recent years have more pages on the web: the rise is of what was found to read, not of ties.",
        table=Table(
            "Ties by year",
            ("year", "told by the claim", "only by the page", "no year"),
            (*((str(year), own[year], page[year], 0) for year in years), ("not known", 0, 0, undated)),
            evidence=tuple(tuple(sorted(claims[year])) for year in (*years, None)),
        ),
    )


def ranking(given: Material) -> Figure:
    """The bodies of most ties by rank, with the interval of it when sources are drawn anew."""
    import numpy as np

    ties = given.read.ties
    bodies = sorted(n for n, data in ties.nodes(data=True) if data["nature"] in sample.BODIES)
    degree = {n: ties.degree(n) for n in bodies}
    sources = sorted({s for _, _, data in ties.edges(data=True) for s in data["sources"]})
    number = {source: i for i, source in enumerate(sources)}
    told = np.zeros((ties.number_of_edges(), len(sources)), dtype=np.int64)
    ends = np.zeros((len(bodies), ties.number_of_edges()), dtype=np.int64)
    row = {n: i for i, n in enumerate(bodies)}
    for i, (a, b, data) in enumerate(ties.edges(data=True)):
        told[i, [number[s] for s in data["sources"]]] = 1
        for end in (a, b):
            if end in row:
                ends[row[end], i] = 1
    rng = np.random.default_rng(given.seed)
    ranks = []
    for _ in range(DRAWS if sources and bodies else 0):
        drawn = rng.multinomial(len(sources), [1 / len(sources)] * len(sources))
        counts = ends @ (told @ drawn > 0).astype(np.int64)
        ranks.append(1 + (counts[None, :] > counts[:, None]).sum(axis=1))
    order = sorted(bodies, key=lambda n: (-degree[n], str(ties.nodes[n]["label"])))[:RANKED]
    spans = np.sort(np.array(ranks, dtype=np.int64).reshape(len(ranks), len(bodies)), axis=0)
    low, high = (spans[int(part * (len(spans) - 1))] if len(spans) else [0] * len(bodies) for part in (0.025, 0.975))
    at = {n: 1 + sum(degree[m] > degree[n] for m in bodies) for n in order}

    def draw(canvas: Canvas) -> None:
        legend(canvas, given.spheres)
        area = axes(canvas, 3.1, 0.45)
        for y, n in enumerate(order):
            colour = given.colour(n)
            area.plot(
                [low[row[n]], high[row[n]]], [y, y], color=colour, linewidth=3, alpha=0.45, solid_capstyle="round"
            )
            area.scatter([at[n]], [y], s=34, color=colour, edgecolors=PAPER, linewidths=0.8, zorder=3)
        area.set_xscale("log")
        ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if t <= max(high, default=1)]
        area.set_xticks(ticks, [str(t) for t in ticks])
        area.minorticks_off()
        area.set_yticks(range(len(order)), [f"{ties.nodes[n]['label']}  ({degree[n]})" for n in order])
        area.tick_params(axis="y", length=0)
        area.spines["left"].set_visible(False)
        area.grid(axis="x", color=LINE, linewidth=0.7)
        area.set_axisbelow(True)
        area.invert_yaxis()
        area.set_xlabel("rank by number of ties (number in brackets), with the interval of 95 %")

    support = given.read.support((a, b) for n in order for a, b in ties.edges(n))
    sure = sum(int(high[row[n]]) <= RANKED for n in order)
    claims = {n: sorted({c for _, _, data in ties.edges(n, data=True) for c in data["claims"]}) for n in order}
    return Figure(
        name="ranking",
        section=OVERVIEW,
        title="Who has most ties, and how sure the rank is",
        svg=drawing.drawn("ranking", 0.95 + 0.27 * max(len(order), 1), draw) if order else "",
        alt=f"Ranks of the {len(order)} organizations and firms of most ties, with intervals; first "
        + ", ".join(f"{ties.nodes[n]['label']} ({degree[n]})" for n in order[:3]),
        note="The interval is that of the rank when the sources are drawn anew, as many as there are, 999 times "
        "(percentile bootstrap; why ranks need one: Goldstein and Spiegelhalter 1996, Journal of the Royal Statistical "
        "Society A 159, 385-443).",
        support=support,
        caveat=given.small(support.ties, len(support.sources))
        or f"{sure} of these {len(order)} can be said to be among the first {RANKED}: their interval ends there. Where "
        "intervals overlap, the order means nothing.",
        table=Table(
            "Organizations and firms of most ties",
            ("actor", "sphere", "ties", "rank", "from", "to"),
            tuple(
                (n, str(ties.nodes[n]["sphere"]), degree[n], at[n], int(low[row[n]]), int(high[row[n]])) for n in order
            ),
            evidence=tuple(tuple(claims[n]) for n in order),
        ),
    )
