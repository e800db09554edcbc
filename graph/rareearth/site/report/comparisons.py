"""Figures of findings: observed beside expected, what a source left out changes, groups beside each other.

They are drawn from the tables of a finding, which are found by their columns. Where there is none, or nothing in it,
the figure says so in place of a picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Table, Value, counted
from rareearth.analysis.questions import periphery, spheres
from rareearth.measures import backends
from rareearth.measures import mixing as mixed
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, PAPER
from rareearth.site.report.figures import Figure, Material, axes, carried, legend, number, records, short, table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FEWER, MORE = "#8a5aa8", "#1f9e8c"
PRIVATE, STATE = "#2f8f83", "#7b5ea7"
NAMED = 1  # sources that are named in the sensitivity plot


def mixing(given: Material) -> Figure:
    """The ties between each two spheres, beside those of random graphs that keep everyone's number of ties."""
    finding = given.findings["spheres"]
    table = table_of(finding, "one", "other", "ties", "by chance")
    cells = {(str(row[0]), str(row[1])): row for row in records(table, "one", "other", "ties", "by chance", "p")}
    names = sorted({name for pair in cells for name in pair})
    claims = dict(zip(((str(r[0]), str(r[1])) for r in table.rows), table.evidence, strict=False)) if table else {}

    weak = sum(number(row[3]) < spheres.LEAST_EXPECTED for row in cells.values())

    def draw(canvas: Canvas) -> None:
        from matplotlib.patches import Rectangle

        area = axes(canvas, 1.0, 0.65, right=2.9, bottom=0.1)
        for (one, other), (_, _, ties, chance, p) in cells.items():
            x, y = names.index(one), names.index(other)
            weighed = number(chance) >= spheres.LEAST_EXPECTED
            sure = weighed and p is not None and number(p) <= spheres.LEVEL
            face = (MORE if number(ties) > number(chance) else FEWER) if sure else "none"
            urls = claims.get((one, other), ())
            area.add_patch(
                Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor=face, alpha=0.3 if sure else None, linewidth=0)
            )
            place, line = (x + 0.03, y + 0.03), "-" if weighed else ":"
            area.add_patch(
                Rectangle(place, 0.94, 0.94, facecolor="none", edgecolor=FAINT, linestyle=line, linewidth=0.9)
            )
            big = area.text(x + 0.5, y + 0.42, f"{number(ties):,.0f}", ha="center", va="center", fontsize=14)
            big.set_fontweight("bold" if sure else "normal")
            if urls:
                big.set_url(f"#claim-{urls[0]}")
            area.text(
                x + 0.5,
                y + 0.75,
                f"by chance {number(chance):,.1f}",
                ha="center",
                va="center",
                fontsize=7,
                color=FAINT,
            )
        area.set_xlim(0, max(len(names), 1))
        area.set_ylim(max(len(names), 1), 0)
        area.set_xticks([n + 0.5 for n in range(len(names))], names)
        area.set_yticks([n + 0.5 for n in range(len(names))], names)
        area.xaxis.tick_top()
        area.tick_params(length=0)
        area.spines[:].set_visible(False)
        wide, high = canvas.get_size_inches()
        keys = (
            ("fewer than by chance, p up to 0.05", FEWER, "-"),
            ("more than by chance, p up to 0.05", MORE, "-"),
            ("not told from chance", "none", "-"),
            ("too few to weigh: under 5 by chance", "none", ":"),
        )
        for row, (text, face, line) in enumerate(keys):
            y = 1 - (0.85 + 0.3 * row) / high
            size = (0.2 / wide, 0.17 / high)
            canvas.add_artist(
                Rectangle(((wide - 2.7) / wide, y), *size, facecolor=face, alpha=0.3 if face != "none" else None)
            )
            canvas.add_artist(
                Rectangle(
                    ((wide - 2.7) / wide, y), *size, facecolor="none", edgecolor=FAINT, linestyle=line, linewidth=0.9
                )
            )
            canvas.text((wide - 2.42) / wide, y + 0.085 / high, text, va="center", fontsize=7.5)

    told = ", ".join(
        f"{a}–{b} {number(t):.0f} ({number(c):.1f} by chance)" for (a, b), (_, _, t, c, _) in cells.items()
    )
    return Figure(
        name="mixing",
        section="spheres",
        title="Ties between spheres, beside chance",
        svg=drawing.drawn("mixing", 4.3, draw) if names else "",
        alt=f"Matrix of ties between spheres: {told}.",
        note="Chance: random graphs in which everybody keeps the number of its ties. p is not corrected for the number "
        "of cells.",
        basis=(table.basis if table else None) or finding.basis,
        carries=f"{carried(given, finding)} Too few to weigh: {weak} of {counted(len(cells), 'cell')}."
        if names
        else "No two organizations or firms of a known sphere are tied: nothing to draw.",
    )


def sensitivity(given: Material) -> Figure:
    """What the two main figures become when each source is left out in turn."""
    between = _excess_without(given)
    finding = given.findings["private-at-the-edge"]
    about = finding.basis.sources
    whole = records(table_of(finding, "measure", "Cliff's delta"), "measure", "Cliff's delta")
    measures = [str(measure) for measure, _ in whole]
    rests = records(finding.drawn[0], "without", *(f"delta of {m}" for m in measures))
    deltas = {
        str(source): {m: number(x) for m, x in zip(measures, found, strict=True) if x is not None}
        for source, *found in rests
        if source in about
    }
    order = sorted(between, key=lambda s: (between[s], s))
    full = _excess(backends.part(spheres.bodies(given.read), set(spheres.bodies(given.read)))) if between else None

    def draw(canvas: Canvas) -> None:
        left = axes(canvas, 0.35, 0.55, right=5.0, bottom=0.55)
        left.set_title("Ties between spheres")
        if order and full is not None:
            left.scatter(
                [between[s] for s in order], range(len(order)), s=9, color=ACCENT, linewidths=0,
                urls=[f"#source-{s}" for s in order],
            )  # fmt: skip
            for s in sorted(between, key=lambda s: (-abs(between[s] - full), s))[:NAMED]:
                left.annotate(
                    short(s, 36), (between[s], order.index(s)), xytext=(5, 0), textcoords="offset points", va="center",
                    fontsize=6.5,
                )  # fmt: skip
            left.axvline(full, color=INK, linewidth=0.9)
            left.axvline(0, color=FAINT, linewidth=0.9, linestyle=":")
            low, high = min(*between.values(), full, 0), max(*between.values(), full, 0)
            left.set_xlim(low - 0.08 * (high - low) - 0.2, high + 0.08 * (high - low) + 0.2)
        left.set_yticks([])
        left.spines["left"].set_visible(False)
        left.set_xlabel("% of all ties above chance; dotted: as by chance")
        right = axes(canvas, 5.3, 0.55, bottom=0.55)
        right.set_title("Private beside state-owned firms")
        for y, measure in enumerate(measures):
            shown = [found[measure] for _, found in sorted(deltas.items()) if measure in found]
            right.scatter(shown, [y + 0.22] * len(shown), s=9, color=ACCENT, linewidths=0, alpha=0.5)
            right.scatter([number(whole[y][1])], [y - 0.05], s=34, marker="|", color=INK)
        right.axvline(0, color=FAINT, linewidth=0.9, linestyle=":")
        right.set_xlim(-1.1, 1.1)
        right.set_xticks([-1, -0.5, 0, 0.5, 1])
        right.set_ylim(max(len(measures), 1) - 0.4, -0.6)
        right.set_yticks(range(len(measures)), measures)
        right.tick_params(axis="y", length=0)
        right.spines["left"].set_visible(False)
        right.set_xlabel("Cliff's delta; below 0 the private are lower")

    said = defaultdict(set)
    for _, _, data in spheres.bodies(given.read).edges(data=True):
        for claim in data["claims"]:
            said[given.evidence[claim].page.id].add(claim)
    rows: list[tuple[Value, ...]] = []
    for source in sorted({*between, *about}):
        found = deltas.get(source, {})
        rows.append((source, between.get(source), *(found.get(m) for m in measures)))
    span = (
        f"Leaving out one source moves the share of ties between spheres above chance from {full:.1f} % to no lower "
        f"than {min(between.values()):.1f} % and no higher than {max(between.values()):.1f} %."
        if between and full is not None
        else "No ties between organizations or firms to leave sources out of."
    )
    return Figure(
        name="sensitivity",
        section="spheres",
        title="What each source, left out, would change",
        svg=drawing.drawn("sensitivity", 3.6, draw) if between else "",
        alt=f"Dots, one for each of {counted(len(between), 'source')} left out. {span}",
        note=f"{span} Lines are the figures of all sources. On the right only "
        f"{counted(len(about), 'source that tells', 'sources that tell')} of these firms or whose they are.",
        basis=given.findings["spheres"].basis,
        carries=_steady(given, between, full),
        table=Table(
            "The figures without each source",
            ("without", "% between spheres above chance", *(f"delta of {m}" for m in measures)),
            tuple(rows),
            evidence=tuple(tuple(sorted(said[str(row[0])])) for row in rows),
        ),
    )


def _steady(given: Material, between: Mapping[str, float], full: float | None) -> str:
    """Whether the ties between spheres are above or below chance whichever source is left out."""
    if full is None:
        return "Too few ties between organizations or firms to leave a source out: nothing to draw."
    basis = given.findings["spheres"].basis
    if too_small := given.small(basis.ties, len(basis.sources)):
        return too_small
    turned = [source for source, value in between.items() if (value > 0) != (full > 0)]
    if turned:
        return f"It carries nothing on the left: {short(', '.join(turned), 80)} alone turns the sign."
    return "No single source turns the sign on the left."


def _excess_without(given: Material) -> dict[str, float]:
    """Without each source: the ties between spheres above those expected, in % of ties, where any are left."""
    graph = spheres.bodies(given.read)
    found = {}
    for source in sorted({s for _, _, data in graph.edges(data=True) for s in data["sources"]}):
        rest = backends.part(graph, set(graph))
        rest.remove_edges_from([(a, b) for a, b, data in graph.edges(data=True) if set(data["sources"]) == {source}])
        if rest.number_of_edges() > 1:
            found[source] = _excess(rest)
    return found


def _excess(graph: spheres.Graph) -> float:
    groups = {node: str(data["sphere"]) for node, data in graph.nodes(data=True)}
    observed = sum(n for (a, b), n in mixed.matrix(graph.edges(), groups).items() if a != b)
    expected = sum(x for (a, b), x in mixed.expected(graph, groups).items() if a != b)
    return 100 * (observed - expected) / graph.number_of_edges()


def tenures(given: Material) -> Figure:
    """How private firms compare with state-owned ones, and where each firm stands."""
    finding = given.findings["private-at-the-edge"]
    effects = records(
        table_of(finding, "measure", "Cliff's delta", "from", "to"), "measure", "Cliff's delta", "from", "to"
    )
    firms = table_of(finding, "firm", "group", "degree")
    evidence = firms.evidence if firms else ()
    points = [
        (*row, next(iter(ids), ""))
        for row, ids in zip(records(firms, "firm", "group", "degree"), evidence, strict=True)
    ]
    groups = {name: [r for r in points if r[1] == name] for name in ("private", "state")}
    few = min((len(rows) for rows in groups.values()), default=0) < periphery.LEAST_FIRMS

    def draw(canvas: Canvas) -> None:
        legend(canvas, {"private": PRIVATE, "state": STATE})
        left = axes(canvas, 1.0, 0.75, right=5.2, bottom=0.55)
        left.set_title("Cliff's delta" + (": no interval, too few" if few else ", with 95 %"))
        for y, (_, delta, low, high) in enumerate(effects):
            if low is not None and high is not None:
                left.plot([number(low), number(high)], [y, y], color=ACCENT, linewidth=3, alpha=0.45)
            left.scatter([number(delta)], [y], s=30, facecolors="none" if few else ACCENT, edgecolors=ACCENT)
        left.axvline(0, color=FAINT, linewidth=0.9, linestyle=":")
        left.set_xlim(-1.1, 1.1)
        left.set_ylim(len(effects) - 0.5, -0.5)
        left.set_yticks(range(len(effects)), [str(row[0]) for row in effects])
        left.tick_params(axis="y", length=0)
        left.spines["left"].set_visible(False)
        left.set_xlabel("below 0 the private are lower")
        right = axes(canvas, 4.35, 0.75, bottom=0.55)
        right.set_title("Degree of each firm (part of all actors)")
        high_at = max((number(r[2]) for r in points), default=1.0) or 1.0
        for y, (name, rows) in enumerate(groups.items()):
            order = sorted(rows, key=lambda r: (number(r[2]), str(r[0])))
            right.scatter(
                [number(r[2]) for r in order],
                [y + 0.1 * ((n % 3) - 1) for n in range(len(order))],
                s=30, color=PRIVATE if name == "private" else STATE, edgecolors=PAPER, linewidths=0.7, alpha=0.9,
                urls=[f"#claim-{r[3]}" if r[3] else None for r in order],
            )  # fmt: skip
            for r in [r for r in order if number(r[2]) > 0.4 * high_at][-3:]:
                right.annotate(
                    short(str(r[0]), 34), (number(r[2]), y), xytext=(0, -13), ha="right",
                    textcoords="offset points", fontsize=6.5, va="top",
                )  # fmt: skip
        right.set_yticks([0, 1], [f"{name} ({len(rows)})" for name, rows in groups.items()])
        right.tick_params(axis="y", length=0)
        right.set_ylim(1.6, -0.6)
        right.set_xlim(-0.04 * high_at, 1.06 * high_at)
        right.spines["left"].set_visible(False)

    firms_told = " and ".join(f"{len(rows)} {name}" for name, rows in groups.items())
    told = ", ".join(f"{row[0]} {number(row[1]):+.2f}" for row in effects)
    return Figure(
        name="edge",
        section=finding.name,
        title="Private beside state-owned firms",
        svg=drawing.drawn("edge", 3.1, draw) if effects else "",
        alt=f"Effect sizes of {firms_told} firms: {told or 'none'}.",
        note="Only firms of which sources tell whose they are. A dot leads to the claim that tells it.",
        basis=finding.basis,
        carries=(
            f"{firms_told} firms: fewer than {periphery.LEAST_FIRMS} in a group carry no interval and no verdict."
            if few
            else carried(given, finding)
        ),
    )
