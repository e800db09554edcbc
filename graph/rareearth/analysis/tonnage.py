"""The supply chain in tonnes: how much of each stage is whose, by output and by capacity, and how concentrated it is.

Output is what countries, sites and makers are said to have put out in a year, of the stage that the claim names, else
that of the site, else (of a country) the first. Per stage the year counts for which most countries have a number, and
of years with as many the latest. If a place that is no country (the world) has a number for that year, what it has more
than all countries together is of unknown carriers; and what countries have more than operators is of unknown operators.

Capacity is in tonnes a year: of each site and maker the greatest that is stated for the stage, as those of several
materials overlap; what is planned is counted apart, where the site or its capacity is planned. It is counted by
country, operator, and who controls the operator in the end; those who run a site together carry a part each.

Where claims differ on one number, the least and the most are given, and the index counts the most. Numbers of other
units (of ore a day) do not count, and nothing is converted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth.analysis import sites, supply_chain
from rareearth.analysis.supply_chain import DEVELOPING, OPERATING
from rareearth.measures import concentration

if TYPE_CHECKING:
    from rareearth.analysis.finding import Actor
    from rareearth.analysis.sites import Carriers
    from rareearth.analysis.supply_chain import Amount, Site, SupplyChain
    from rareearth.measures.concentration import Concentration

OUTPUT, CAPACITY, PLANNED = "yearly output", "yearly capacity", "planned capacity"
TONNES = ("t", supply_chain.YEARLY)  # of a year, both
_YEAR = 4  # the length of the text of a time that is a year


@dataclass(frozen=True)
class Carried:
    """What one carrier has of a stage in tonnes a year, the least and the most by the claims.

    ``share`` is its part of all that is known (0 to 1), of the most; ``carrier`` is None where it is not known whose
    it is.
    """

    stage: str
    measure: str
    by: str
    year: str
    carrier: Actor | None
    low: float
    high: float
    share: float
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """How concentrated the tonnes of a stage are; amounts and shares as in :class:`Carried`.

    ``by_sites`` is the index by the number of the sites that operate, for comparison; None if there are none.
    """

    stage: str
    measure: str
    by: str
    year: str
    concentration: Concentration
    largest: Actor | None
    by_sites: float | None

    @property
    def part(self) -> float:
        """The part of the largest carrier (0 to 1) of all that is known or stated as a total."""
        found = self.concentration
        whole = found.known + found.unknown
        return (found.share or 0.0) * found.known / whole if whole else 0.0


@dataclass(frozen=True)
class Tonnage:
    """The spreads of all stages, and what each carrier has, both in the order of the stages."""

    spreads: tuple[Spread, ...]
    carried: tuple[Carried, ...]

    def by(self, stage: str, measure: str, by: str) -> Spread | None:
        """The spread of a stage by one measure and kind of carrier; None if nothing is known of it."""
        return next((s for s in self.spreads if (s.stage, s.measure, s.by) == (stage, measure, by)), None)


@dataclass
class _Part:
    """A number of one carrier: what claims say it is at least and at most."""

    low: float
    high: float
    claims: set[str]

    @classmethod
    def of(cls, amounts: Iterable[Amount]) -> _Part:
        listed = list(amounts)
        numbers = [amount.number for amount in listed]
        return cls(min(numbers), max(numbers), {amount.claim for amount in listed})

    def add(self, other: _Part, part: float = 1.0) -> None:
        self.low += part * other.low
        self.high += part * other.high
        self.claims |= other.claims


def read(chain: SupplyChain, by: Mapping[str, Carriers]) -> Tonnage:
    """The tonnes of each stage of a supply chain; ``by`` as :func:`sites.carriers` gives it."""
    spreads: list[Spread] = []
    carried: list[Carried] = []
    for stage in chain.stages:
        for measure, what, year, parts, unknown in _measured(chain, by, stage):
            amounts = {id_: part.high for id_, part in parts.items() if id_}
            rest = [part.high for id_, part in parts.items() if not id_] + unknown
            found = concentration.concentration(amounts, tuple(rest))
            largest = sites.actor(chain, found.largest) if found.largest else None
            counted = sites.index_of(chain, stage, by[what])
            spreads.append(Spread(stage, measure, what, year, found, largest, counted))
            total = math.fsum([*amounts.values(), *rest])
            for id_, part in sorted(parts.items(), key=lambda item: (not item[0], -item[1].high, item[0])):
                whose = sites.actor(chain, id_) if id_ else None
                share, claims = part.high / total if total else 0.0, tuple(sorted(part.claims))
                carried.append(Carried(stage, measure, what, year, whose, part.low, part.high, share, claims))
    return Tonnage(tuple(spreads), tuple(carried))


def _measured(
    chain: SupplyChain, by: Mapping[str, Carriers], stage: str
) -> Iterator[tuple[str, str, str, dict[str, _Part], list[float]]]:
    """Each measure of a stage by each kind of carrier: its year, what each has ("": not known whose), and the rest."""
    year, countries = _of_countries(chain, stage)
    whole = max(_total(chain, stage, year), _sum(countries))
    if countries:
        yield OUTPUT, sites.COUNTRY, year, countries, _rest(whole, countries)
    here = [site for site in chain.sites if stage in site.stages]
    outputs = {site.id: _of_site(site, site.outputs, stage) for site in here}
    for what in (sites.OPERATOR, sites.CONTROLLER):
        if last := max((year for of in outputs.values() for year in of), default=""):
            parts = _by_carrier(here, by[what], {id_: of.get(last) for id_, of in outputs.items()})
            yield OUTPUT, what, last, parts, _rest(whole, parts) if last == year else []
    for measure, held, states in ((CAPACITY, True, (OPERATING,)), (PLANNED, False, (OPERATING, DEVELOPING))):
        stated = {site.id: _capacity(site, stage, held=held) for site in here if site.state in states}
        for what, of in by.items():
            if parts := _by_carrier(here, of, stated):
                yield measure, what, "", parts, []


def _total(chain: SupplyChain, stage: str, year: str) -> float:
    """The greatest output of a place that is no country at a stage in a year; 0 if none is stated."""
    stated = (
        a.number for a in chain.totals if a.held and a.unit in TONNES and a.when == year and _stage(a, chain) == stage
    )
    return max(stated, default=0.0)


def _sum(parts: Mapping[str, _Part]) -> float:
    return math.fsum(part.high for part in parts.values())


def _rest(whole: float, parts: Mapping[str, _Part]) -> list[float]:
    """What is left of the whole, as an amount whose carrier is not known."""
    return [whole - _sum(parts)] if whole > _sum(parts) else []


def _stage(amount: Amount, chain: SupplyChain) -> str:
    """The stage of an output of a place."""
    return amount.stage or next(iter(chain.stages))


def _of_countries(chain: SupplyChain, stage: str) -> tuple[str, dict[str, _Part]]:
    """The year for which most countries have an output of a stage, and what each has."""
    years: dict[str, dict[str, list[Amount]]] = defaultdict(lambda: defaultdict(list))
    for country, amounts in chain.outputs.items():
        for amount in amounts:
            if amount.held and amount.unit in TONNES and len(amount.when) == _YEAR and _stage(amount, chain) == stage:
                years[amount.when][country].append(amount)
    year = max(years, key=lambda year: (len(years[year]), year), default="")
    return year, {country: _Part.of(amounts) for country, amounts in years[year].items()} if year else {}


def _of_site(site: Site, amounts: Iterable[Amount], stage: str) -> dict[str, _Part]:
    """What a site or maker has put out at a stage, by year: the amounts of one material, else the greatest of all."""
    years: dict[str, list[Amount]] = defaultdict(list)
    for amount in amounts:
        here = amount.stage == stage if amount.stage else site.stages == (stage,)
        if amount.held and amount.unit in TONNES and len(amount.when) == _YEAR and here:
            years[amount.when].append(amount)
    return {year: _greatest(of) for year, of in years.items()}


def _capacity(site: Site, stage: str, *, held: bool) -> _Part | None:
    """The greatest capacity of a site at a stage, None if none is stated in tonnes a year."""
    stated = [
        amount
        for amount in site.capacities
        if amount.unit == supply_chain.YEARLY and amount.held is held and (amount.stage or stage) == stage
    ]
    return _greatest(stated) if stated else None


def _greatest(amounts: list[Amount]) -> _Part:
    """The material of which most is stated: those of several overlap, and claims on one may differ."""
    most = max(amounts, key=lambda amount: (amount.number, amount.claim))
    return _Part.of(amount for amount in amounts if amount.material == most.material)


def _by_carrier(here: Iterable[Site], of: Carriers, stated: Mapping[str, _Part | None]) -> dict[str, _Part]:
    """What each carrier has of the stated parts of sites; "" for those of unknown carriers, or of several countries."""
    found: dict[str, _Part] = {}
    for site in here:
        part = stated.get(site.id)
        if part is None:
            continue
        carriers = of(site)
        if not carriers or (len(carriers) > 1 and carriers is site.countries):
            carriers = [""]
        for carrier in carriers:
            found.setdefault(carrier, _Part(0.0, 0.0, set())).add(part, 1 / len(carriers))
    return found
