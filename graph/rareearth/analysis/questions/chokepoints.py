"""The question ``chokepoints``: from the mine to the magnet, who runs each stage, in which country, and how few.

:mod:`supply_chain` says which sites there are at which stage, and what operates and what is planned. Sites are counted,
each as one, by country, by operator, and by who controls the operators at the end of the chain of owners
(:mod:`owners`; the operator itself if nobody is known to). With the number of sites it gives the tonnes that countries,
operators and controllers put out or can make (:mod:`tonnage`): many small sites are less than one large one.

How few there are is measured by the Herfindahl-Hirschman index, from 0 to 1, with its least and greatest possible value
once the sites without a known country or owner are known. A stage of which all sites have the same carrier, and none an
unknown one, is a single point.

There is no claim to test. The verdict is inconclusive while any stage has fewer than 5 operating sites: the sites are
those that the sources happen to mention, no census, and an index of a few of them is not that of the market.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rareearth.analysis import owners, sites, supply_chain, tonnage
from rareearth.analysis.finding import Support, Table, Value, Verdict, quantity
from rareearth.analysis.sites import STANDING
from rareearth.analysis.supply_chain import DEVELOPING, OPERATING, STATES
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.analysis.finding import Actor
    from rareearth.analysis.sample import Sample
    from rareearth.analysis.sites import Capacity, CountryCount, Index, Point, Reach, SiteRow
    from rareearth.analysis.tonnage import Tonnage
    from rareearth.store.backend import Backend

QUESTION = "Who, and which country, runs each stage from the mine to the magnet, and which stage depends on one alone?"
LEAST_SITES = 5
LEAST_CARRIERS = 3  # of fewer with stated tonnes, no index is given

METHOD = (
    "Herfindahl-Hirschman index [hirschman1964], with its bounds if the country, operator or controller of a "
    "site is not known.",
    "Control through chains of owners [chapelle2005].",
)


@dataclass(frozen=True)
class Result:
    """The answer to ``chokepoints``.

    ``stages`` has the name of each stage by its id, in order; everything else names stages by id. ``placed`` is the
    number of facilities of which only the place is known.
    """

    stages: Mapping[str, str]
    indices: tuple[Index, ...]
    points: tuple[Point, ...]
    countries: tuple[CountryCount, ...]
    reaches: tuple[Reach, ...]
    sites: tuple[SiteRow, ...]
    tonnage: Tonnage
    placed: int
    support: Support

    def count(self, stage: str, *states: str) -> int:
        """The number of sites of a stage in these states."""
        return sum(stage in site.stages and site.state in states for site in self.sites)

    @property
    def verdict(self) -> Verdict:
        """Descriptive if every stage has enough operating sites."""
        enough = self.stages and min(self.count(stage, OPERATING) for stage in self.stages) >= LEAST_SITES
        return Verdict.DESCRIPTIVE if enough else Verdict.INCONCLUSIVE


def measure(store: Backend, sample: Sample, _seed: int) -> Result:
    """The sites of each stage of a sample, and how they are spread. It does not depend on the seed."""
    chain = supply_chain.read(store, sample.left_out, known=sample.claims.values())
    by = sites.carriers(chain, owners.read(sample))
    claims = {claim for site in chain.sites for claim in site.claims}
    tonnes = tonnage.read(chain, by)
    claims |= {claim for carried in tonnes.carried for claim in carried.claims}
    return Result(
        stages=chain.stages,
        indices=tuple(sites.indices(chain, by)),
        points=tuple(sites.points(sample, chain, by)),
        countries=tuple(sites.countries(chain)),
        reaches=tuple(sites.reaches(chain, by[sites.CONTROLLER])),
        sites=tuple(sites.rows(chain, by[sites.CONTROLLER])),
        tonnage=tonnes,
        placed=len(chain.placed),
        support=sample.support_of(claims, sum(len(site.operators) for site in chain.sites if not site.maker)),
    )


def claim(_result: Result) -> str:
    """No statement is tested."""
    return ""


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    if not result.sites:
        return "The sources mention no site at any stage."
    counts = [
        f"{name} {result.count(stage, OPERATING)} operating and {result.count(stage, DEVELOPING)} in development"
        for stage, name in result.stages.items()
    ]
    first = f"{_in_tonnes(result)}The sources mention these sites and makers: {'; '.join(counts)}."
    alone = dict.fromkeys(point.stage for point in result.points if point.state == OPERATING)
    if not alone:
        return f"{first} As far as the sites are known, no stage depends on one country, operator or controller alone."
    named = (f"{result.stages[stage]} ({result.count(stage, OPERATING)} known)" for stage in alone)
    return f"{first} All known operating sites have the same country, operator or controller for {', '.join(named)}."


def _in_tonnes(result: Result) -> str:
    """The country with most of each stage by output, with the index of the tonnes and that of the number of sites."""
    parts = []
    for stage, name in result.stages.items():
        spread = result.tonnage.by(stage, tonnage.OUTPUT, sites.COUNTRY)
        if spread is None or spread.largest is None or spread.concentration.carriers < LEAST_CARRIERS:
            continue
        index = f"index {spread.concentration.index:.2f} by tonnes"
        sites_ = f", {spread.by_sites:.2f} by the number of sites" if spread.by_sites is not None else ""
        share = f"{spread.largest.name} has {100 * spread.part:.0f}% of the output of {name} in {spread.year}"
        parts.append(f"{share} ({index}{sites_})")
    return f"{'; '.join(parts)}. " if parts else ""


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    for stage, name in result.stages.items():
        count = result.count(stage, OPERATING)
        if count < LEAST_SITES:
            yield (
                f"{name}: {quantity(count, 'operating site')}; with fewer than {LEAST_SITES}, no conclusion "
                "about the market is possible."
            )
    yield from _census(result)
    plans = sum(site.state == DEVELOPING for site in result.sites)
    if plans:
        yield (
            f"{quantity(plans, 'site is a plan', 'sites are plans')}; whether a plan was carried out is known only if "
            "a later source says so."
        )
    if result.placed:
        yield (
            f"{quantity(result.placed, 'more facility is', 'more facilities are')} not counted, because only the place "
            "is known."
        )
    if any(site.maker for site in result.sites):
        yield "A firm that is counted as a maker may also run a site that is counted under another name."
    single = {(p.stage, p.state): p.sources[0] for p in result.points if len(p.sources) == 1}
    for (stage, state), source in single.items():
        yield f"{result.stages[stage]} ({state}): all that is known is from one source, {source}."


def _census(result: Result) -> Iterator[str]:
    """How far the sites are from a census: the part of the output and of the sites of a stage that one country has."""
    for stage, name in result.stages.items():
        spread = result.tonnage.by(stage, tonnage.OUTPUT, sites.COUNTRY)
        if spread and (first := spread.largest) and spread.concentration.carriers > 1:
            here = [site for site in result.sites if stage in site.stages and site.state in STANDING]
            own = sum(first in site.countries for site in here)
            yield (
                "The sites are those that the sources mention, not a census: "
                f"{first.name} has {100 * spread.part:.0f}% of the output that sources state for {spread.year}, "
                f"and {own} of {quantity(len(here), 'site')} of the stage {name} here."
            )
    unstated = sum(not site.capacities for site in result.sites if site.state == OPERATING)
    if unstated:
        yield (
            f"No capacity is stated for {quantity(unstated, 'operating site')}: the tonnes by capacity are those of "
            "the others."
        )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return (
        _spread_table(result),
        _index_table(result),
        _point_table(result),
        _country_table(result),
        _reach_table(result),
        _site_table(result),
        _tonnes_table(result),
    )


def _index_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for index in result.indices:
        found = index.concentration
        share = 100 * found.share if found.share is not None else None
        numbers = (found.carriers, round(found.unknown), found.index, found.low, found.high)
        largest = index.largest.name if index.largest else ""
        rows.append((result.stages[index.stage], index.state, index.sites, index.by, *numbers, largest, share))
    return Table(
        "Each stage: how concentrated its sites are",
        (
            "stage", "state", "sites", "by", "number", "not known", "index", "at least", "at most", "largest",
            "% of known",
        ),
        tuple(rows),
        note="Each site and each maker counts as one. Number: of different countries, operators or controllers. "
        "Index: Herfindahl-Hirschman, of those that are known; at least and at most: its bounds for all sites. "
        "Controller: who controls the operator at the end of the chain of owners.",
    )  # fmt: skip


def _point_table(result: Result) -> Table:
    return Table(
        "Single points: stages whose known sites all have the same country, operator or controller",
        ("stage", "state", "by", "name", "sites", "sources"),
        tuple((result.stages[p.stage], p.state, p.by, p.carrier.name, p.sites, len(p.sources)) for p in result.points),
        note="A stage with a single known site is included. A stage is left out if the country, operator or "
        "controller of one of its sites is not known.",
        evidence=tuple(p.claims for p in result.points),
    )


def _country_table(result: Result) -> Table:
    return Table(
        "Each stage by country",
        ("stage", "country", *STATES, "capacity t/a", "planned t/a"),
        tuple(
            (
                result.stages[c.stage],
                c.country.name if c.country else "not known",
                *c.states.values(),
                c.capacity,
                c.planned,
            )
            for c in result.countries
        ),
        note="Capacity: for each site the largest one stated, in tonnes a year of any material, summed over the sites. "
        "For most sites none is stated. One that is stated as about, at least or up to a number counts as that number.",
        evidence=tuple(c.claims for c in result.countries),
    )


def _reach_table(result: Result) -> Table:
    return Table(
        "Controllers of sites at more than one stage",
        ("controller", "stages", *result.stages.values()),
        tuple((r.controller.name, r.stages, *(f"{a} + {b}" for a, b in r.sites.values())) for r in result.reaches),
        note="Operating sites + those in development or of unknown state.",
    )


def _site_table(result: Result) -> Table:
    def names(actors: Iterable[Actor]) -> str:
        return ", ".join(actor.name for actor in actors)

    return Table(
        "The sites and makers",
        ("stage", "site", "what", "state", "last mentioned", "country", "operator", "controller", "capacities"),
        tuple(
            (
                ", ".join(result.stages[stage] for stage in site.stages),
                site.site.name,
                "maker" if site.maker else "site",
                site.state,
                site.last,
                names(site.countries),
                names(site.operators),
                names(site.controllers),
                "; ".join(map(_capacity_text, site.capacities)),
            )
            for site in result.sites
        ),
        evidence=tuple(site.claims for site in result.sites),
    )


def _capacity_text(capacity: Capacity) -> str:
    of = f" of {capacity.material.name}" if capacity.material else ""
    amount = phrase.amount(f"{Decimal(str(capacity.number)).normalize():f} {capacity.unit}", capacity.bound)
    return f"{amount}{of}" + (" (planned)" if capacity.planned else "")


def _spread_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for spread in result.tonnage.spreads:
        found = spread.concentration
        share = 100 * found.share if found.share is not None else None
        largest = spread.largest.name if spread.largest else ""
        few = found.carriers < LEAST_CARRIERS
        index = (None, None, None) if few else (found.index, found.low, found.high)
        tonnes = (found.carriers, found.known, found.unknown, *index, spread.by_sites)
        rows.append((result.stages[spread.stage], spread.measure, spread.by, spread.year, *tonnes, largest, share))
    return Table(
        "Each stage in tonnes: how concentrated it is",
        (
            "stage", "measure", "by", "year", "number", "t/a", "not known t/a", "index", "at least", "at most",
            "index by sites", "largest", "% of known",
        ),
        tuple(rows),
        note="Output: of the year for which most countries have one. Capacity: of operating sites, the greatest "
        "stated; planned capacity: of sites or lines that are not there yet. Not known: what a stated total has more, "
        f"or whose carrier is not known. No index of fewer than {LEAST_CARRIERS} carriers. Index by sites: each "
        "operating site counted as one.",
    )  # fmt: skip


def _tonnes_table(result: Result) -> Table:
    return Table(
        "Each stage in tonnes",
        ("stage", "measure", "by", "year", "whose", "at least t/a", "at most t/a", "%"),
        tuple(
            (
                result.stages[c.stage],
                c.measure,
                c.by,
                c.year,
                c.carrier.name if c.carrier else "not known",
                c.low,
                c.high,
                100 * c.share,
            )
            for c in result.tonnage.carried
        ),
        note="At least and at most: as claims differ. %: of the most, of all that is known or stated as a total.",
        evidence=tuple(c.claims for c in result.tonnage.carried),
    )
