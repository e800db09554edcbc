"""What the figures of a report share: the data they are made of, the record of a figure, axes, legends, cut texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from rareearth import namespaces
from rareearth.analysis.finding import Finding, Support, Table, Verdict, quantity
from rareearth.site.report import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import Locator

    from rareearth.analysis.overview import Overview
    from rareearth.analysis.sample import Sample
    from rareearth.site.report.evidence import Evidence
    from rareearth.store.backend import Backend

R = TypeVar("R")
OVERVIEW = ""  # the section of figures that belong to no question
LEAST_SOURCES = 10  # with fewer, a picture shows what these report, not the field
MARGIN = 0.35  # inches

_SPHERES = """
SELECT ?sphere ?label ?colour WHERE {
  ?sphere a ree:Sphere ; ree:colour ?colour ; rdfs:label ?label FILTER(LANG(?label) = "en")
}"""


@dataclass(frozen=True)
class Figure:
    """A picture with the texts around it.

    ``section`` is the name of the question that it belongs to, ``svg`` as :mod:`drawing` gives it ("" if there is
    nothing to draw, ``caveat`` then says why), ``unit`` what its support counts, ``caveat`` whether the sample is
    enough for it, ``table`` the numbers in it.
    """

    name: str
    section: str
    title: str
    svg: str
    alt: str
    note: str
    support: Support
    caveat: str
    table: Table | None = None
    unit: str = "tie"


@dataclass(frozen=True)
class Material:
    """The data that figures are made of; ``spheres`` has the colour of each sphere."""

    sample: Sample
    overview: Overview
    findings: Mapping[str, Finding[object]]
    evidence: Mapping[str, Evidence]
    spheres: Mapping[str, str]

    def finding(self, result: type[R]) -> Finding[R]:
        """The finding whose result is of this type. Raises LookupError if there is none."""
        for found in self.findings.values():
            if isinstance(found.result, result):
                return cast("Finding[R]", found)
        raise LookupError(f"no finding has a result of {result}")

    def colour(self, node: str) -> str:
        """The colour of the sphere of an actor that has a tie."""
        return self.spheres.get(str(self.sample.ties.nodes[node]["sphere"]), drawing.FAINT)

    def small(self, count: int, sources: int, unit: str = "tie") -> str:
        """A warning if so few sources, with ``count`` ties (or another unit), say nothing about the field; else ""."""
        if sources >= LEAST_SOURCES:
            return ""
        return (
            f"The sample is too small: {quantity(count, unit)} from {quantity(sources, 'source')}. It shows what these "
            "sources report, not the field."
        )


def collect(
    store: Backend,
    sample: Sample,
    overview: Overview,
    findings: Mapping[str, Finding[object]],
    evidence: Mapping[str, Evidence],
) -> Material:
    """The data for the figures; the colours of spheres are read from the store."""
    spheres = {namespaces.local(sphere.value): colour.value for sphere, _, colour in store.select(_SPHERES)}
    return Material(sample, overview, findings, evidence, dict(sorted(spheres.items())))


def axes(canvas: Canvas, left: float, top: float, *, right: float = MARGIN, bottom: float = 0.5) -> Axes:
    """Axes with margins in inches."""
    wide, high = canvas.get_size_inches()
    return canvas.add_axes((left / wide, bottom / high, (wide - left - right) / wide, (high - top - bottom) / high))


def legend(canvas: Canvas, entries: Mapping[str, str]) -> None:
    """Dots with their names in a row at the top."""
    from matplotlib.patches import Ellipse

    wide, high = canvas.get_size_inches()
    x = 0.1
    for name, colour in entries.items():
        place = (x / wide, 1 - 0.18 / high)
        canvas.add_artist(Ellipse(place, 0.11 / wide, 0.11 / high, facecolor=colour, linewidth=0))
        canvas.text(place[0] + 0.1 / wide, place[1], name, va="center", fontsize=8, color=drawing.INK)
        x += drawing.width(name, 8) / 72 + 0.4


def whole() -> Locator:
    """Ticks at whole numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10])


def short(text: str, most: int) -> str:
    """A text cut to at most ``most`` characters, with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def caveat(material: Material, finding: Finding[object]) -> str:
    """Whether the sample is enough for the figures of a finding: by its size, then by the verdict."""
    return material.small(finding.support.ties, len(finding.support.sources)) or {
        Verdict.INCONCLUSIVE: "Inconclusive; the limitations are listed in this section.",
        Verdict.DESCRIPTIVE: "This describes what the sources report; no statement is tested.",
    }.get(finding.verdict, "The sample supports this result within the limitations listed in this section.")
