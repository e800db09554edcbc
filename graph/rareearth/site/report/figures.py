"""The figures of a report: each says what it rests on, and whether the sample can carry it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.analysis.finding import Basis, Finding, Table, Value, Verdict, counted
from rareearth.site.report import drawing
from rareearth.store import sparql

if TYPE_CHECKING:
    import pyoxigraph as ox
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import Locator

    from rareearth.analysis.sample import Sample
    from rareearth.site.report.evidence import Evidence

OVERVIEW = ""  # the section of figures that belong to no question
LEAST_SOURCES = 10  # with fewer a picture shows what these wrote of, and not the field
MARGIN = 0.35  # inches

_SPHERES = """
SELECT ?sphere ?label ?colour WHERE {
  ?sphere a ree:Sphere ; ree:colour ?colour ; rdfs:label ?label FILTER(LANG(?label) = "en")
}"""
_SPATIAL = "SELECT ?relation { ?relation ree:spatial true }"


@dataclass(frozen=True)
class Figure:
    """A picture and what must be told beside it.

    ``section`` is the name of the question that it belongs to, ``svg`` as :mod:`drawing` gives it ("" where it could
    not be drawn, ``carries`` then says why), ``unit`` what its basis counts, ``carries`` whether the sample can carry
    it, ``table`` its figures.
    """

    name: str
    section: str
    title: str
    svg: str
    alt: str
    note: str
    basis: Basis
    carries: str
    table: Table | None = None
    unit: str = "tie"


@dataclass(frozen=True)
class Material:
    """What figures are made of; ``spheres`` has the colour of each, ``spatial`` the relations that say where."""

    read: Sample
    findings: Mapping[str, Finding]
    evidence: Mapping[str, Evidence]
    spheres: Mapping[str, str]
    spatial: frozenset[str]
    seed: int

    def colour(self, node: str) -> str:
        """The colour of the sphere of an actor that has a tie."""
        return self.spheres.get(str(self.read.ties.nodes[node]["sphere"]), drawing.FAINT)

    def small(self, count: int, sources: int, unit: str = "tie") -> str:
        """Why so many ties (or another unit) of so many sources show no more than themselves, or ""."""
        if sources >= LEAST_SOURCES:
            return ""
        return (
            f"The sample is too small: {counted(count, unit)} from {counted(sources, 'source')}. It shows what was "
            "written there, not how the field is tied."
        )


def material(
    store: ox.Store, read: Sample, findings: Mapping[str, Finding], evidence: Mapping[str, Evidence], seed: int
) -> Material:
    """What the figures of a store are made of."""
    spheres = {namespaces.local(sphere.value): colour.value for sphere, _, colour in sparql.select(store, _SPHERES)}
    spatial = frozenset(namespaces.local(relation.value) for (relation,) in sparql.select(store, _SPATIAL))
    return Material(read, findings, evidence, dict(sorted(spheres.items())), spatial, seed)


def every(given: Material) -> Iterator[Figure]:
    """All figures, in the order of the page."""
    from rareearth.site.report import chains, comparisons, located, overview

    made: tuple[Callable[[Material], Figure], ...] = (
        overview.network,
        overview.timeline,
        located.places,
        overview.ranking,
        comparisons.mixing,
        comparisons.sensitivity,
        chains.removal,
        comparisons.tenures,
        chains.stages,
    )
    for figure in made:
        yield figure(given)


def axes(canvas: Canvas, left: float, top: float, *, right: float = MARGIN, bottom: float = 0.5) -> Axes:
    """Axes that leave so many inches on each side."""
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


def table_of(finding: Finding, *columns: str) -> Table | None:
    """The first table of a finding that has these columns."""
    return next((table for table in finding.tables if set(columns) <= set(table.columns)), None)


def records(table: Table | None, *columns: str) -> list[tuple[Value, ...]]:
    """The rows of a table with only these columns, in this order; none where there is no such table."""
    if table is None or not set(columns) <= set(table.columns):
        return []
    places = [table.columns.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in table.rows]


def number(value: Value) -> float:
    """A cell as a number; 0 for what is none."""
    return float(value) if isinstance(value, int | float) else 0.0


def short(text: str, most: int) -> str:
    """A text of at most so many letters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def carried(given: Material, finding: Finding) -> str:
    """Whether the sample can carry the figures of a finding: by its size, then by the verdict."""
    return given.small(finding.basis.ties, len(finding.basis.sources)) or {
        Verdict.SUPPORTED: "The sample carries it, within the limits that are named here.",
        Verdict.AGAINST: "The sample carries it, within the limits that are named here.",
        Verdict.DESCRIBED: "It describes what the sources tell; no claim is weighed.",
    }.get(finding.verdict, "The sample cannot carry a verdict on it; its limits are named here.")
