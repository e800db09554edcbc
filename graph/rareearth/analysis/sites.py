"""The sites of each stage of the supply chain, counted by country, operator and controller: for ``chokepoints``."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth.analysis import supply_chain
from rareearth.analysis.finding import Actor
from rareearth.analysis.supply_chain import DEVELOPING, OPERATING, STATES, UNKNOWN
from rareearth.measures import concentration

if TYPE_CHECKING:
    from rareearth.analysis.owners import Owned
    from rareearth.analysis.sample import Sample
    from rareearth.analysis.supply_chain import Site, SupplyChain
    from rareearth.measures.concentration import Concentration

    Carriers = Callable[[Site], Collection[str]]

COUNTRY, OPERATOR, CONTROLLER = "country", "operator", "controller"
STANDING = (OPERATING, DEVELOPING, UNKNOWN)  # all but given up
_SCOPES = {OPERATING: (OPERATING,), "operating or planned": (OPERATING, DEVELOPING), "all but given up": STANDING}
_POINTS = tuple(_SCOPES)[:2]  # the states of which single points are sought
_INDICES = (OPERATING, "all but given up")


@dataclass(frozen=True)
class Index:
    """How the sites of a stage are spread over their carriers.

    ``state`` says which sites count, ``by`` whether the carriers are countries, operators or controllers. ``sites`` is
    the number of sites, ``largest`` the carrier of most.
    """

    stage: str
    state: str
    by: str
    sites: int
    concentration: Concentration
    largest: Actor | None


@dataclass(frozen=True)
class Point:
    """A stage of which all sites have the same carrier; the ids of the claims about them, and of their sources."""

    stage: str
    state: str
    by: str
    carrier: Actor
    sites: int
    sources: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class CountryCount:
    """The sites of a stage in one country (None: not known, or one of several), by state.

    ``capacity`` is the sum of the greatest stated capacity of each site in tonnes a year, ``planned`` the same for
    planned capacities; None if none is stated.
    """

    stage: str
    country: Actor | None
    states: Mapping[str, int]
    capacity: float | None
    planned: float | None
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """A controller of sites at more than one stage: for each stage its operating sites, and the others not given up."""

    controller: Actor
    sites: Mapping[str, tuple[int, int]]

    @property
    def stages(self) -> int:
        """The number of stages with a site."""
        return sum(any(counts) for counts in self.sites.values())


@dataclass(frozen=True)
class Capacity:
    """A stated capacity: the number and its unit, the material (None: not stated), and whether it is planned.

    ``bound`` says how the number is meant ("at least"), "" if it is exact.
    """

    number: float
    unit: str
    bound: str
    material: Actor | None
    planned: bool


@dataclass(frozen=True)
class SiteRow:
    """A site, or a firm as maker; ``last`` is the last day that any claim is about (ISO 8601), or ""."""

    stages: tuple[str, ...]
    site: Actor
    maker: bool
    state: str
    last: str
    countries: tuple[Actor, ...]
    operators: tuple[Actor, ...]
    controllers: tuple[Actor, ...]
    capacities: tuple[Capacity, ...]
    claims: tuple[str, ...]


def actor(chain: SupplyChain, id_: str) -> Actor:
    """An entity with its name."""
    return Actor(id_, chain.labels.get(id_, id_))


def _actors(chain: SupplyChain, ids: Iterable[str]) -> tuple[Actor, ...]:
    return tuple(actor(chain, id_) for id_ in sorted(ids))


def carriers(chain: SupplyChain, owned: Owned) -> dict[str, Carriers]:
    """The carriers of a site: the countries that it is in, its operators, and who controls these through owners."""
    heads = {operator: owned.head(operator) for site in chain.sites for operator in site.operators}
    return {
        COUNTRY: lambda site: site.countries,
        OPERATOR: lambda site: site.operators,
        CONTROLLER: lambda site: {heads[operator] for operator in site.operators} or _holders(site, owned),
    }


def _holders(site: Site, owned: Owned) -> set[str]:
    """Who holds a site that nobody is known to run: who controls it, or the only owner, unless of a minority."""
    head = owned.head(site.id)
    if head != site.id:
        return {head}
    owners = owned.owners(site.id)
    return {owned.head(owners[0])} if len(owners) == 1 and owned.votes[owners[0], site.id][1] > 0.5 else set()


def _at(chain: SupplyChain, stage: str, states: Collection[str] = STATES) -> list[Site]:
    return [site for site in chain.sites if stage in site.stages and site.state in states]


def _count_by_carrier(sites: Iterable[Site], of: Carriers) -> tuple[dict[str, float], int]:
    """How many sites each carrier has; and how many have no known carrier, or one of several countries.

    Those who run a site together count as a part of it each.
    """
    counts: dict[str, float] = defaultdict(float)
    unknown = 0
    for site in sites:
        found = of(site)
        if not found or (len(found) > 1 and found is site.countries):
            unknown += 1
            continue
        for carrier in found:
            counts[carrier] += 1 / len(found)
    return dict(sorted(counts.items())), unknown


def indices(chain: SupplyChain, by: Mapping[str, Carriers]) -> Iterator[Index]:
    """The concentration of each stage, of what operates and of all but what is given up, by each kind of carrier."""
    for stage in chain.stages:
        for state in _INDICES:
            sites = _at(chain, stage, _SCOPES[state])
            for what, of in by.items():
                counts, unknown = _count_by_carrier(sites, of)
                found = concentration.concentration(counts, (1.0,) * unknown)
                largest = actor(chain, found.largest) if found.largest else None
                yield Index(stage, state, what, len(sites), found, largest)


def index_of(chain: SupplyChain, stage: str, of: Carriers) -> float | None:
    """The index of the sites of a stage that operate, of those whose carriers are known."""
    return concentration.herfindahl(_count_by_carrier(_at(chain, stage, [OPERATING]), of)[0])


def points(sample: Sample, chain: SupplyChain, by: Mapping[str, Carriers]) -> list[Point]:
    """The single points, of what operates and with what is planned, in the order of the stages."""
    found = []
    for what, of in by.items():
        for state in _POINTS:
            counts = {stage: _count_by_carrier(_at(chain, stage, _SCOPES[state]), of) for stage in chain.stages}
            known = {stage: {} if unknown else amounts for stage, (amounts, unknown) in counts.items()}
            for stage, carrier in concentration.single_points(known):
                sites = _at(chain, stage, _SCOPES[state])
                claims = tuple(sorted({claim for site in sites for claim in site.claims}))
                sources = sample.support_of(claims, 0).sources
                found.append(Point(stage, state, what, actor(chain, carrier), len(sites), sources, claims))
    order = {stage: number for number, stage in enumerate(chain.stages)}
    return sorted(found, key=lambda p: (order[p.stage], p.state, tuple(by).index(p.by), p.carrier.id))


def countries(chain: SupplyChain) -> Iterator[CountryCount]:
    """The sites of each stage by country, the country with most first."""
    for stage in chain.stages:
        groups: dict[str, list[Site]] = defaultdict(list)
        for site in _at(chain, stage):
            groups[site.countries[0] if len(site.countries) == 1 else ""].append(site)
        for country, sites in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            states = Counter(site.state for site in sites)
            yield CountryCount(
                stage=stage,
                country=actor(chain, country) if country else None,
                states={state: states[state] for state in STATES},
                capacity=_capacity(sites, held=True),
                planned=_capacity(sites, held=False),
                claims=tuple(sorted({claim for site in sites for claim in site.claims})),
            )


def _capacity(sites: Iterable[Site], *, held: bool) -> float | None:
    """The sum over sites of the greatest capacity in tonnes a year; None if none is stated."""
    stated = [[a.number for a in site.capacities if a.unit == supply_chain.YEARLY and a.held is held] for site in sites]
    return math.fsum(max(numbers) for numbers in stated if numbers) if any(stated) else None


def reaches(chain: SupplyChain, controllers: Carriers) -> list[Reach]:
    """The controllers of sites at more than one stage, those at most stages first."""
    counted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for site in chain.sites:
        for carrier in controllers(site):
            for stage in site.stages:
                counted[carrier][stage, site.state] += 1
    found = [
        Reach(
            actor(chain, carrier),
            {s: (counts[s, OPERATING], sum(counts[s, state] for state in STANDING[1:])) for s in chain.stages},
        )
        for carrier, counts in counted.items()
    ]
    return sorted((r for r in found if r.stages > 1), key=lambda r: (-r.stages, r.controller.name))


def rows(chain: SupplyChain, controllers: Carriers) -> Iterator[SiteRow]:
    """All sites in the order of the stages, with their controllers."""
    order = sorted(chain.sites, key=lambda site: (list(chain.stages).index(site.stages[0]), site.state, site.label))
    for site in order:
        yield SiteRow(
            stages=site.stages,
            site=Actor(site.id, site.label),
            maker=site.maker,
            state=site.state,
            last=site.last,
            countries=_actors(chain, site.countries),
            operators=_actors(chain, site.operators),
            controllers=_actors(chain, controllers(site)),
            capacities=tuple(
                Capacity(a.number, a.unit, a.bound, actor(chain, a.material) if a.material else None, not a.held)
                for a in site.capacities
            ),
            claims=site.claims,
        )
