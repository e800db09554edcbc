"""Figures that compare: observed with expected ties, all sources with all but one, private with state-owned firms.

They are drawn from the typed results of findings. If there is nothing in one, the figure says so in place of a picture.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Table, Value, quantity
from rareearth.analysis.questions import periphery, spheres
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, PAPER
from rareearth.site.report.material import Figure, Material, axes, caveat, legend, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FEWER, MORE = "#8a5aa8", "#1f9e8c"
PRIVATE, STATE = "#2f8f83", "#7b5ea7"
DEGREE = "degree"  # the centrality that is drawn firm by firm
NAMED = 1  # sources that are named in the sensitivity plot


def mixing(material: Material) -> Figure:
    """The ties between each two spheres, compared with random graphs that keep every actor's number of ties."""
    finding = material.finding(spheres.Result)
    cells = finding.result.by_sphere.pairs
    names = list(finding.result.by_sphere.sizes) if cells else []

    def draw(canvas: Canvas) -> None:
        from matplotlib.patches import Rectangle

        area = axes(canvas, 1.0, 0.65, right=2.9, bottom=0.1)
        for cell in cells:
            x, y, ties = names.index(cell.one), names.index(cell.other), cell.ties
            testable = ties.mean >= spheres.LEAST_EXPECTED
            significant = testable and ties.p <= spheres.LEVEL
            face = (MORE if ties.observed > ties.mean else FEWER) if significant else "none"
            area.add_patch(
                Rectangle(
                    (x + 0.03, y + 0.03), 0.94, 0.94, facecolor=face, alpha=0.3 if significant else None, linewidth=0
                )
            )
            place, line = (x + 0.03, y + 0.03), "-" if testable else ":"
            area.add_patch(
                Rectangle(place, 0.94, 0.94, facecolor="none", edgecolor=FAINT, linestyle=line, linewidth=0.9)
            )
            big = area.text(x + 0.5, y + 0.42, f"{ties.observed:,.0f}", ha="center", va="center", fontsize=14)
            big.set_fontweight("bold" if significant else "normal")
            if cell.claims:
                big.set_url(f"#claim-{cell.claims[0]}")
            area.text(
                x + 0.5,
                y + 0.75,
                f"by chance {ties.mean:,.1f}",
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
            ("no significant difference", "none", "-"),
            ("too few to test: under 5 by chance", "none", ":"),
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

    numbers = ", ".join(f"{c.one}–{c.other} {c.ties.observed:.0f} ({c.ties.mean:.1f} by chance)" for c in cells)
    return Figure(
        name="mixing",
        section="spheres",
        title="Ties between spheres, compared with chance",
        svg=drawing.render("mixing", 4.3, draw) if names else "",
        alt=f"Matrix of ties between spheres: {numbers}.",
        note="Chance: random graphs in which every actor keeps its number of ties. p is not corrected for the number "
        "of cells.",
        support=finding.support,
        caveat=f"{caveat(material, finding)} Too few ties to test: "
        f"{finding.result.untestable} of {quantity(len(cells), 'cell')}."
        if names
        else "No two organizations or firms of a known sphere are tied: nothing to draw.",
    )


def sensitivity(material: Material) -> Figure:
    """What the two main measures become when each source is left out in turn."""
    ties, firms = material.finding(spheres.Result), material.finding(periphery.Result)
    between = {source: 100 * excess for source, excess in ties.result.excess_without.items()}
    full = 100 * ties.result.excess if between else None
    about = firms.support.sources
    effects = firms.result.test.statistics.effects
    deltas = {
        source: {m: d for m, d in test.statistics.delta.items() if d is not None}
        for source, test in firms.result.without.items()
        if source in about
    }
    order = sorted(between, key=lambda s: (between[s], s))

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
        right.set_title("Private compared with state-owned firms")
        for y, effect in enumerate(effects):
            shown = [found[effect.measure] for _, found in sorted(deltas.items()) if effect.measure in found]
            right.scatter(shown, [y + 0.22] * len(shown), s=9, color=ACCENT, linewidths=0, alpha=0.5)
            right.scatter([effect.delta or 0.0], [y - 0.05], s=34, marker="|", color=INK)
        right.axvline(0, color=FAINT, linewidth=0.9, linestyle=":")
        right.set_xlim(-1.1, 1.1)
        right.set_xticks([-1, -0.5, 0, 0.5, 1])
        right.set_ylim(max(len(effects), 1) - 0.4, -0.6)
        right.set_yticks(range(len(effects)), [effect.measure for effect in effects])
        right.tick_params(axis="y", length=0)
        right.spines["left"].set_visible(False)
        right.set_xlabel("Cliff's delta; below 0, private firms are lower")

    claims = defaultdict(set)
    for claim in ties.support.claims:
        claims[material.evidence[claim].page.id].add(claim)
    rows: list[tuple[Value, ...]] = []
    for source in sorted({*between, *about}):
        found = deltas.get(source, {})
        rows.append((source, between.get(source), *(found.get(e.measure) for e in effects)))
    span = (
        f"Leaving out one source moves the share of ties between spheres above chance from {full:.1f}% to no lower "
        f"than {min(between.values()):.1f}% and no higher than {max(between.values()):.1f}%."
        if between and full is not None
        else "No ties between organizations or firms to leave sources out of."
    )
    return Figure(
        name="sensitivity",
        section="spheres",
        title="What leaving out each source would change",
        svg=drawing.render("sensitivity", 3.6, draw) if between else "",
        alt=f"Dots, one for each of {quantity(len(between), 'source')} left out. {span}",
        note=f"{span} Lines show the values with all sources. On the right only "
        f"{quantity(len(about), 'source', 'sources')} on these firms or their ownership.",
        support=ties.support,
        caveat=_robustness(material, full),
        table=Table(
            "The results without each source",
            ("without", "% between spheres above chance", *(f"delta of {e.measure}" for e in effects)),
            tuple(rows),
            evidence=tuple(tuple(sorted(claims[str(row[0])])) for row in rows),
        ),
    )


def _robustness(material: Material, full: float | None) -> str:
    """Whether the ties between spheres are above or below chance whichever source is left out."""
    if full is None:
        return "Too few ties between organizations or firms to leave a source out: nothing to draw."
    finding = material.finding(spheres.Result)
    support = finding.support
    if too_small := material.small(support.ties, len(support.sources)):
        return too_small
    if changes := ", ".join(finding.result.sign_changes):
        return f"The result on the left is not robust: its sign changes without {short(changes, 80)}."
    return "The sign on the left does not depend on any single source."


def centralities(material: Material) -> Figure:
    """How central private firms are compared with state-owned ones, as effects and firm by firm."""
    finding = material.finding(periphery.Result)
    effects = finding.result.test.statistics.effects
    groups = {name: [f for f in finding.result.firms if f.ownership == name] for name in ("private", "state")}
    few = min(map(len, groups.values())) < periphery.LEAST_FIRMS

    def draw(canvas: Canvas) -> None:
        legend(canvas, {"private": PRIVATE, "state": STATE})
        left = axes(canvas, 1.0, 0.75, right=5.2, bottom=0.55)
        left.set_title("Cliff's delta" + (": no interval, too few" if few else ", with 95%"))
        for y, effect in enumerate(effects):
            if effect.ci_low is not None and effect.ci_high is not None:
                left.plot([effect.ci_low, effect.ci_high], [y, y], color=ACCENT, linewidth=3, alpha=0.45)
            left.scatter([effect.delta or 0.0], [y], s=30, facecolors="none" if few else ACCENT, edgecolors=ACCENT)
        left.axvline(0, color=FAINT, linewidth=0.9, linestyle=":")
        left.set_xlim(-1.1, 1.1)
        left.set_ylim(len(effects) - 0.5, -0.5)
        left.set_yticks(range(len(effects)), [effect.measure for effect in effects])
        left.tick_params(axis="y", length=0)
        left.spines["left"].set_visible(False)
        left.set_xlabel("below 0, private firms are lower")
        right = axes(canvas, 4.35, 0.75, bottom=0.55)
        right.set_title("Degree of each firm (part of all actors)")
        degree = {f.id: f.centralities.get(DEGREE, 0.0) for f in finding.result.firms}
        highest = max(degree.values(), default=1.0) or 1.0
        for y, (name, firms) in enumerate(groups.items()):
            order = sorted(firms, key=lambda f: (degree[f.id], f.name))
            right.scatter(
                [degree[f.id] for f in order],
                [y + 0.1 * ((n % 3) - 1) for n in range(len(order))],
                s=30, color=PRIVATE if name == "private" else STATE, edgecolors=PAPER, linewidths=0.7, alpha=0.9,
                urls=[f"#claim-{f.claims[0]}" if f.claims else None for f in order],
            )  # fmt: skip
            for f in [f for f in order if degree[f.id] > 0.4 * highest][-3:]:
                right.annotate(
                    short(f.name, 34), (degree[f.id], y), xytext=(0, -13), ha="right",
                    textcoords="offset points", fontsize=6.5, va="top",
                )  # fmt: skip
        right.set_yticks([0, 1], [f"{name} ({len(rows)})" for name, rows in groups.items()])
        right.tick_params(axis="y", length=0)
        right.set_ylim(1.6, -0.6)
        right.set_xlim(-0.04 * highest, 1.06 * highest)
        right.spines["left"].set_visible(False)

    counts = " and ".join(f"{len(firms)} {name}" for name, firms in groups.items())
    deltas = ", ".join(f"{effect.measure} {effect.delta or 0.0:+.2f}" for effect in effects)
    return Figure(
        name="periphery",
        section=finding.name,
        title="Private compared with state-owned firms",
        svg=drawing.render("periphery", 3.1, draw) if effects else "",
        alt=f"Effect sizes of {counts} firms: {deltas or 'none'}.",
        note="Only firms whose ownership a source states. A dot links to the claim that states it.",
        support=finding.support,
        caveat=(
            f"{counts} firms: with fewer than {periphery.LEAST_FIRMS} in a group there is no interval and no verdict."
            if few
            else caveat(material, finding)
        ),
    )
