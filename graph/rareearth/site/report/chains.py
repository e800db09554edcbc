"""Figures of chains: what the loss of a few actors cuts, and the sites of each stage from mine to magnet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rareearth.analysis.questions import chokepoints, laboratory_to_market
from rareearth.analysis.sites import STANDING
from rareearth.analysis.supply_chain import OPERATING
from rareearth.site.report import drawing
from rareearth.site.report.drawing import ACCENT, FAINT, INK, LINE, PAPER
from rareearth.site.report.material import Figure, Material, axes, caveat, legend, short, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from rareearth.analysis.sites import CountryCount

_PATHS = "#1f9e8c"
_UNKNOWN = "not known"
_COUNTRIES = 8  # that have a colour of their own
_PALETTE = ("#4c78a8", "#e39a4f", "#59a14f", "#b07aa1", "#edc948", "#76b7b2", "#d37295", "#9c755f")


def removal(material: Material) -> Figure:
    """How many pairs of a research body and a firm keep a path when actors are lost."""
    finding = material.finding(laboratory_to_market.Result)
    steps = finding.result.removal
    drawable = bool(steps) and steps[0].most_ties_left > 0

    def draw(canvas: Canvas) -> None:
        lines = {
            "random (and 5% to 95% of the runs)": (FAINT, [step.random_left for step in steps]),
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
        f"After {steps[-1].lost} losses {steps[-1].most_ties_left:.0f}% keep a path when those with the most ties are "
        f"lost, {steps[-1].most_paths_left:.0f}% when those on the most shortest paths are lost, "
        f"{steps[-1].random_left:.0f}% when random actors are lost."
        if steps
        else ""
    )
    return Figure(
        name="removal",
        section=finding.name,
        title="What the loss of a few actors would cut",
        svg=drawing.render("removal", 3.2, draw) if drawable else "",
        alt=f"Lines of the share of research body–firm pairs that keep a path. {summary}",
        note=summary,
        support=finding.support,
        caveat=caveat(material, finding)
        if drawable
        else "There is no path from a research body to a firm: nothing to draw.",
    )


def stages(material: Material) -> Figure:
    """The sites of each stage from mine to magnet by country."""
    finding = material.finding(chokepoints.Result)
    result = finding.result
    total: Counter[str] = Counter()
    for row in result.countries:
        total[_country(row)] += sum(row.states[state] for state in STANDING)
    kept = sorted((c for c in total if c != _UNKNOWN), key=lambda c: (-total[c], c))[:_COUNTRIES]
    colours = dict(zip(kept, _PALETTE, strict=False)) | {"others": FAINT, _UNKNOWN: LINE}
    bars = {OPERATING: (-0.2, 1.0, STANDING[:1]), "in development or not known": (0.2, 0.5, STANDING[1:])}

    def draw(canvas: Canvas) -> None:
        legend(canvas, {c: colour for c, colour in colours.items() if c in total or len(total) > len(kept) + 1})
        area = axes(canvas, 1.0, 0.5, bottom=0.5)
        for y, stage in enumerate(result.stages):
            for what, (offset, alpha, states) in bars.items():
                counts: Counter[str] = Counter()
                for row in result.countries:
                    if row.stage == stage:
                        country = _country(row)
                        counts[country if country in colours else "others"] += sum(row.states[s] for s in states)
                start = 0
                for country, colour in colours.items():
                    area.barh(
                        y + offset, counts[country], 0.34, left=start, color=colour, alpha=alpha, edgecolor=PAPER,
                        linewidth=0.7,
                    )  # fmt: skip
                    start += counts[country]
                area.text(start, y + offset, f"  {start} {what}", va="center", fontsize=7, color=INK)
        area.set_yticks(range(len(result.stages)), list(result.stages.values()))
        area.tick_params(axis="y", length=0)
        area.spines["left"].set_visible(False)
        area.invert_yaxis()
        area.set_xlim(0, 1.25 * max((result.count(stage, *STANDING) for stage in result.stages), default=1))
        area.set_xlabel("sites and makers that sources mention")
        area.xaxis.set_major_locator(whole())

    counts = (f"{name}: {result.count(stage, OPERATING)} operating" for stage, name in result.stages.items())
    return Figure(
        name="stages",
        section=finding.name,
        title="From mine to magnet: the sites that sources mention, by country",
        svg=drawing.render("stages", 0.95 + 0.62 * max(len(result.stages), 1), draw) if result.countries else "",
        alt=f"Bars of sites by stage and country. {'; '.join(counts)}.",
        note="Each site and each maker without a site counts as one, whatever its capacity; the tonnes are in a table.",
        support=finding.support,
        caveat=(
            material.small(finding.support.ties, len(finding.support.sources))
            or "This is not a census: the bars show which sites the sources mention, not who dominates a stage."
            if result.countries
            else "No source mentions a site at any stage: nothing to draw."
        ),
    )


def _country(row: CountryCount) -> str:
    return row.country.name if row.country else _UNKNOWN
