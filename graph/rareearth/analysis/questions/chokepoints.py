"""The question ``chokepoints``: on the way from the mine to the magnet, who and which country carries each stage.

:mod:`stages` says which sites stand at which stage, and what operates and what is planned. Sites are counted, each as
one, by country, by who runs them, and by who controls those in the end (:mod:`ownership`; whoever runs it where nobody
is known to). Capacities are added where they are told in tonnes a year, and never reckoned into each other.

How few carry a stage is told by the Herfindahl-Hirschman index, from 0 to 1, with what it may be at the least and at
the most once the sites without a known country or owner are known. A stage that one alone carries, and of which no
site is without a known carrier, is a single point.

There is no claim to weigh. The verdict is ``the graph cannot tell`` while any stage has fewer than 5 operating sites:
the sites are those that the sources happen to speak of, no census, and an index of a few of them is not the market's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rareearth.analysis import supply_chain
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.analysis.questions import ownership
from rareearth.measures import concentration

if TYPE_CHECKING:
    from rareearth.analysis.questions.ownership import Owned
    from rareearth.analysis.sample import Sample
    from rareearth.analysis.supply_chain import Amount, Site, Way
    from rareearth.store.backend import Backend

QUESTION = "Who, and which country, carries each stage from the mine to the magnet, and which stage hangs on one alone?"
LEAST_SITES = 5

METHOD = (
    "Herfindahl-Hirschman index: Hirschman 1964, American Economic Review 54, 761-762; with its bounds where carriers "
    "are not known.",
    "Control in the end: Chapelle and Szafarz 2005, Physica A 355, 509-529.",
)

_Carriers = Callable[["Site"], Collection[str]]


def answer(store: Backend, sample: Sample, _seed: int) -> Finding[None]:
    """The finding on a sample. Nothing is drawn at random."""
    way = supply_chain.read(store, sample.left_out)
    owned = ownership.read(store, sample)
    heads = {runner: owned.head(runner) for site in way.sites for runner in site.runners}
    by: dict[str, _Carriers] = {
        "country": lambda site: site.countries,
        "run by": lambda site: site.runners,
        "in the end": lambda site: {heads[runner] for runner in site.runners} or _holders(site, owned),
    }
    points = [(name, *point) for name, carriers in by.items() for point in _points(way, carriers)]
    operating = {stage: len(_at(way, stage, supply_chain.OPERATING)) for stage in way.stages}
    enough = bool(operating) and min(operating.values()) >= LEAST_SITES
    claims = {claim for site in way.sites for claim in site.claims}
    claims |= {amount.claim for told in way.outputs.values() for amount in told}
    return Finding(
        name="chokepoints",
        question=QUESTION,
        verdict=Verdict.DESCRIPTIVE if enough else Verdict.INCONCLUSIVE,
        answer=_answer(way, points),
        result=None,
        tables=(
            _stages(way, by),
            _points_table(sample, way, points),
            _by_country(way),
            _by_carrier(way, by["in the end"]),
            _sites(way, by["in the end"]),
            _outputs(way),
        ),
        support=sample.support_of(claims, sum(len(site.runners) for site in way.sites if not site.maker)),
        limits=(*_limits(way, operating), *_single(sample, way, points)),
        method=METHOD,
    )


def _holders(site: Site, owned: Owned) -> set[str]:
    """Who holds a site that nobody is known to run: who controls it, or the only owner, unless of a minority."""
    head = owned.head(site.id)
    if head != site.id:
        return {head}
    owners = owned.owners(site.id)
    return {owned.head(owners[0])} if len(owners) == 1 and owned.spans[owners[0], site.id][1] > 0.5 else set()


def _at(way: Way, stage: str, *states: str) -> list[Site]:
    return [site for site in way.sites if stage in site.stages and (not states or site.state in states)]


def _carried(sites: Iterable[Site], carriers: _Carriers) -> tuple[dict[str, float], int]:
    """How many sites each carries; and how many have none that is known, or several of whom it is not known which.

    Those who run a site together carry a part of it each; of a site that is said to lie in two countries it is not
    known in which.
    """
    counts: dict[str, float] = defaultdict(float)
    unknown = 0
    for site in sites:
        found = carriers(site)
        if not found or (len(found) > 1 and found is site.countries):
            unknown += 1
            continue
        for carrier in found:
            counts[carrier] += 1 / len(found)
    return dict(sorted(counts.items())), unknown


def _points(way: Way, carriers: _Carriers) -> Iterator[tuple[str, str, str]]:
    """The (state, stage, carrier) of stages that one alone carries, of what operates and with what is planned."""
    for name, states in (
        (supply_chain.OPERATING, (supply_chain.OPERATING,)),
        ("operating or planned", (supply_chain.OPERATING, supply_chain.DEVELOPING)),
    ):
        known = {}
        for stage in way.stages:
            counts, unknown = _carried(_at(way, stage, *states), carriers)
            known[stage] = {} if unknown else counts
        for stage, carrier in concentration.single_points(known):
            yield name, stage, carrier


def _answer(way: Way, points: list[tuple[str, str, str, str]]) -> str:
    if not way.sites:
        return "The sources tell of no site at any stage."
    counts = [
        f"{way.stages[stage]} {len(_at(way, stage, supply_chain.OPERATING))} operating and "
        f"{len(_at(way, stage, supply_chain.DEVELOPING))} in development"
        for stage in way.stages
    ]
    alone = sorted(
        {(list(way.stages).index(stage), stage) for _, state, stage, _ in points if state == supply_chain.OPERATING}
    )
    first = f"The sources tell of these sites and makers: {'; '.join(counts)}."
    if not alone:
        return f"{first} No stage hangs on one alone, as far as its sites are known."
    named = (f"{way.stages[stage]} ({len(_at(way, stage, supply_chain.OPERATING))} known)" for _, stage in alone)
    return f"{first} In operation, one alone is known to carry {', '.join(named)}."


def _stages(way: Way, by: Mapping[str, _Carriers]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for stage, name in way.stages.items():
        for label, states in ((supply_chain.OPERATING, (supply_chain.OPERATING,)), ("all but given up", _STANDING)):
            sites = _at(way, stage, *states)
            for what, carriers in by.items():
                counts, unknown = _carried(sites, carriers)
                found = concentration.concentration(counts, (1.0,) * unknown)
                largest = way.labels.get(found.largest, found.largest)
                share = 100 * found.share if found.share is not None else None
                figures = (found.carriers, unknown, found.index, found.low, found.high, largest, share)
                rows.append((name, label, len(sites), what, *figures))
    return Table(
        "Each stage: how many carry it",
        (
            "stage",
            "state",
            "sites",
            "by",
            "carriers",
            "not known",
            "index",
            "at least",
            "at most",
            "largest",
            "% of known",
        ),
        tuple(rows),
        note="Sites and makers count one each. Index: Herfindahl-Hirschman, of those known; at least and at most with "
        "those not known.",
    )


_STANDING = (supply_chain.OPERATING, supply_chain.DEVELOPING, supply_chain.UNTOLD)


def _points_table(sample: Sample, way: Way, points: list[tuple[str, str, str, str]]) -> Table:
    order = sorted(points, key=lambda p: (list(way.stages).index(p[2]), p[1], p[0], p[3]))
    return Table(
        "Single points: stages that one alone is known to carry",
        ("stage", "state", "by", "carried by", "sites", "sources"),
        tuple(
            (
                way.stages[stage],
                state,
                by,
                way.labels.get(carrier, carrier),
                len(_counted(way, stage, state)),
                len(_sources(sample, way, stage, state)),
            )
            for by, state, stage, carrier in order
        ),
        note="A stage with one known site is one of them. Stages with a site whose carrier is not known are left out.",
        evidence=tuple(_claims(way, stage, state) for _, state, stage, _ in order),
    )


def _claims(way: Way, stage: str, state: str) -> tuple[str, ...]:
    return tuple(sorted({claim for site in _counted(way, stage, state) for claim in site.claims}))


def _sources(sample: Sample, way: Way, stage: str, state: str) -> tuple[str, ...]:
    return sample.support_of(_claims(way, stage, state), 0).sources


def _counted(way: Way, stage: str, state: str) -> list[Site]:
    return _at(
        way, stage, supply_chain.OPERATING, *([] if state == supply_chain.OPERATING else [supply_chain.DEVELOPING])
    )


def _by_country(way: Way) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for stage, name in way.stages.items():
        groups: dict[str, list[Site]] = defaultdict(list)
        for site in _at(way, stage):
            groups[site.countries[0] if len(site.countries) == 1 else ""].append(site)
        for country, sites in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            states = Counter(site.state for site in sites)
            now, planned = _capacity(sites, held=True), _capacity(sites, held=False)
            where = way.labels.get(country, country) or "not known"
            rows.append((name, where, *(states[state] for state in supply_chain.STATES), now, planned))
            evidence.append(tuple(sorted({claim for site in sites for claim in site.claims})))
    return Table(
        "Each stage by country",
        ("stage", "country", *supply_chain.STATES, "capacity t/a", "planned t/a"),
        tuple(rows),
        note="Capacities: the largest told of each site in tonnes a year, whatever is weighed, added over the sites of "
        "which one is told; those of most sites are not.",
        evidence=tuple(evidence),
    )


def _capacity(sites: Iterable[Site], *, held: bool) -> float | None:
    """The sum over sites of the largest capacity told in tonnes a year; None where none is."""
    told = [[a.number for a in site.capacities if a.unit == supply_chain.YEARLY and a.held is held] for site in sites]
    return sum(max(numbers) for numbers in told if numbers) if any(told) else None


def _by_carrier(way: Way, carriers: _Carriers) -> Table:
    rows: list[tuple[Value, ...]] = []
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for site in way.sites:
        for carrier in carriers(site):
            for stage in site.stages:
                found[carrier][stage, site.state] += 1
    for carrier, counts in found.items():
        reach = sum(any(counts[stage, state] for state in _STANDING) for stage in way.stages)
        if reach > 1:
            cells = [
                f"{counts[stage, supply_chain.OPERATING]} + {sum(counts[stage, state] for state in _STANDING[1:])}"
                for stage in way.stages
            ]
            rows.append((way.labels.get(carrier, carrier), reach, *cells))
    return Table(
        "Who stands at more than one stage",
        ("in the end", "stages", *way.stages.values()),
        tuple(sorted(rows, key=lambda row: (-int(str(row[1])), str(row[0])))),
        note="Operating sites + those in development or of which it is not told.",
    )


def _sites(way: Way, carriers: _Carriers) -> Table:
    def names(ids: Iterable[str]) -> str:
        return ", ".join(way.labels.get(id_, id_) for id_ in sorted(ids))

    order = sorted(way.sites, key=lambda site: (list(way.stages).index(site.stages[0]), site.state, site.label))
    return Table(
        "The sites and makers",
        ("stage", "site", "what", "state", "last told", "country", "run by", "in the end", "capacities"),
        tuple(
            (
                ", ".join(way.stages[stage] for stage in site.stages),
                site.label,
                "maker" if site.maker else "site",
                site.state,
                site.last,
                names(site.countries),
                names(site.runners),
                names(carriers(site)),
                "; ".join(_told(amount, way) for amount in site.capacities),
            )
            for site in order
        ),
        evidence=tuple(site.claims for site in order),
    )


def _told(amount: Amount, way: Way) -> str:
    of = f" of {way.labels.get(amount.material, amount.material)}" if amount.material else ""
    return f"{amount.number:,.0f} {amount.unit}{of}" + ("" if amount.held else " (planned)")


def _outputs(way: Way) -> Table:
    """What countries are said to have put out, by year and unit, with the index of each year."""
    groups: dict[tuple[str, str], dict[str, Amount]] = defaultdict(dict)
    for country, amounts in way.outputs.items():
        for amount in amounts:
            if amount.held:
                groups[amount.when, amount.unit][country] = amount
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for (when, unit), told in sorted(groups.items()):
        total = sum(amount.number for amount in told.values())
        for country, amount in sorted(told.items(), key=lambda item: (-item[1].number, item[0])):
            of = way.labels.get(amount.material, amount.material)
            index = concentration.herfindahl({name: other.number for name, other in told.items()})
            rows.append((when, way.labels[country], amount.number, unit, of, 100 * amount.number / total, index))
            evidence.append((amount.claim,))
    return Table(
        "Output that is told of countries",
        ("year", "country", "amount", "unit", "of", "% of those told", "index of the year"),
        tuple(rows),
        note="The claims do not say at which stage; countries of which nothing is told are not in it.",
        evidence=tuple(evidence),
    )


def _limits(way: Way, operating: Mapping[str, int]) -> Iterator[str]:
    for stage, count in operating.items():
        if count < LEAST_SITES:
            name = way.stages[stage]
            yield f"{name}: {count} operating; fewer than {LEAST_SITES} say nothing of how few carry a stage."
    years: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for country, amounts in way.outputs.items():
        for amount in amounts:
            if amount.held:
                years[amount.when, amount.unit][country] = round(amount.number)
    if years and way.stages:
        _, told = max(years.items(), key=lambda item: (len(item[1]), item[0]))
        first, output = min(told.items(), key=lambda item: (-item[1], item[0]))
        mines = _at(way, next(iter(way.stages)), *_STANDING)
        own = sum(first in site.countries for site in mines)
        part = 100 * output / sum(told.values())
        yield (
            f"The sites are those that the sources speak of, no census: {way.labels[first]} has {part:.0f} % of the "
            f"output that is told of countries, and {own} of {counted(len(mines), 'site')} of the first stage here."
        )
    plans = sum(site.state == supply_chain.DEVELOPING for site in way.sites)
    if plans:
        yield (
            f"{counted(plans, 'site is a plan', 'sites are plans')}; whether that has come about is not known unless a "
            "later source says so."
        )
    if way.placed:
        yield f"Only a place is told of {counted(len(way.placed), 'more facility')}: not counted."
    if any(site.maker for site in way.sites):
        yield "A firm that is told as a maker and a site of another name may be the same works."


def _single(sample: Sample, way: Way, points: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """Where a single point is one because one source alone speaks of the stage."""
    for stage in way.stages:
        for state in sorted({point[1] for point in points if point[2] == stage}):
            if len(found := _sources(sample, way, stage, state)) == 1:
                yield f"{way.stages[stage]} ({state}): all that is known is from one source, {found[0]}."
