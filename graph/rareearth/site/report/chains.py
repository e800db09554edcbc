"""Figures of chains: what the loss of a few cuts between laboratory and firm, and who stands from mine to magnet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rareearth.analysis.questions import laboratory_to_market
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, LINE, PAPER
from rareearth.site.report.material import (
    Figure,
    Material,
    axes,
    caveat,
    legend,
    number,
    records,
    short,
    table_of,
    whole,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_PATHS = "#1f9e8c"
_COUNTRIES = 8  # that have a colour of their own
_PALETTE = ("#4c78a8", "#e39a4f", "#59a14f", "#b07aa1", "#edc948", "#76b7b2", "#d37295", "#9c755f")


def removal(given: Material) -> Figure:
    """How many pairs of a research body and a firm keep a path when actors are lost."""
    finding = given.finding(laboratory_to_market.Result)
    steps = finding.result.removal
    drawable = bool(steps) and steps[0].most_ties_left > 0

    def draw(canvas: Canvas) -> None:
        lines = {
            "random (and 5 % to 95 % of the runs)": (FAINT, [step.random_left for step in steps]),
            "most ties": (ACCENT, [step.most_ties_left for step in steps]),
            "most paths": (_PATHS, [step.most_paths_left for step in steps]),
        }
        legend(canvas, {name: colour for name, (colour, _) in lines.items()})
        area = axes(canvas, 0.55, 0.5)
        lost = [step.lost for step in steps]
        low, high = [step.random_low for step in steps], [step.random_high for step in steps]
        area.fill_between(lost, low, high, color=LINE, linewidth=0, alpha=0.7)
        for colour, left in lines.values():
            area.plot(lost, left, color=colour, linewidth=1.6, marker="o", markersize=3)
        for step in steps[1:4]:
            area.annotate(
                short(step.most_paths.name if step.most_paths else "", 40), (step.lost, step.most_paths_left),
                xytext=(5, 5), textcoords="offset points", fontsize=6.5, color=INK,
            )  # fmt: skip
        area.set_xlabel("actors lost, one after another")
        area.set_ylabel("% of the pairs that had a path")
        area.set_ylim(0, 104)
        area.xaxis.set_major_locator(whole())
        area.grid(axis="y", color=LINE, linewidth=0.7)

    summary = (
        f"After {steps[-1].lost} losses {steps[-1].most_ties_left:.0f} % keep a path when those with the most ties are "
        f"lost, {steps[-1].most_paths_left:.0f} % when those on the most shortest paths are lost, "
        f"{steps[-1].random_left:.0f} % when random actors are lost."
        if steps
        else ""
    )
    return Figure(
        name="removal",
        section=finding.name,
        title="What the loss of a few actors would cut",
        svg=drawing.drawn("removal", 3.2, draw) if drawable else "",
        alt=f"Lines of the share of research body–firm pairs that keep a path. {summary}",
        note=summary,
        support=finding.support,
        caveat=caveat(given, finding)
        if drawable
        else "There is no path from a research body to a firm: nothing to draw.",
    )


def stages(given: Material) -> Figure:
    """The sites of each stage from mine to magnet by country."""
    finding = given.findings["chokepoints"]
    table = table_of(finding, "stage", "country", "operating", "in development")
    rows = records(table, "stage", "country", "operating", "in development", "not told")
    names = list(dict.fromkeys(str(row[0]) for row in rows))
    total: dict[str, float] = defaultdict(float)
    for row in rows:
        total[str(row[1])] += sum(map(number, row[2:]))
    kept = sorted((c for c in total if c != "not known"), key=lambda c: (-total[c], c))[:_COUNTRIES]
    colours = dict(zip(kept, _PALETTE, strict=False)) | {"others": FAINT, "not known": LINE}

    def draw(canvas: Canvas) -> None:
        legend(canvas, {c: colour for c, colour in colours.items() if c in total or len(total) > len(kept) + 1})
        area = axes(canvas, 1.0, 0.5, bottom=0.5)
        for y, name in enumerate(names):
            for offset, columns in ((-0.2, (2,)), (0.2, (3, 4))):
                counts: dict[str, float] = defaultdict(float)
                for row in rows:
                    if row[0] == name:
                        country = str(row[1])
                        counts[country if country in colours else "others"] += sum(number(row[c]) for c in columns)
                start = 0.0
                for country, colour in colours.items():
                    alpha = 1.0 if columns == (2,) else 0.5
                    area.barh(
                        y + offset, counts[country], 0.34, left=start, color=colour, alpha=alpha, edgecolor=PAPER,
                        linewidth=0.7,
                    )  # fmt: skip
                    start += counts[country]
                what = "operating" if columns == (2,) else "in development or not told"
                area.text(start, y + offset, f"  {start:.0f} {what}", va="center", fontsize=7, color=INK)
        area.set_yticks(range(len(names)), names)
        area.tick_params(axis="y", length=0)
        area.spines["left"].set_visible(False)
        area.invert_yaxis()
        most = max((sum(sum(map(number, r[2:])) for r in rows if r[0] == name) for name in names), default=1)
        area.set_xlim(0, 1.25 * most)
        area.set_xlabel("sites and makers that sources tell of")
        area.xaxis.set_major_locator(whole())

    told = "; ".join(f"{n}: {sum(number(r[2]) for r in rows if r[0] == n):.0f} operating" for n in names)
    return Figure(
        name="stages",
        section=finding.name,
        title="From mine to magnet: the sites that are told of, by country",
        svg=drawing.drawn("stages", 0.95 + 0.62 * max(len(names), 1), draw) if names else "",
        alt=f"Bars of sites by stage and country. {told}.",
        note="Each site and each maker without a site counts one, whatever it can make.",
        support=finding.support,
        caveat=(
            given.small(finding.support.ties, len(finding.support.sources))
            or "It is no census: the bars show where the sources looked, not who holds the stage."
            if names
            else "No source tells of a site at any stage: nothing to draw."
        ),
    )
