"""The question ``laboratory-to-market``: how far research bodies are from firms, and which actors connect them.

Research bodies are the organizations of academia, firms those of industry; paths run over all ties. Distance is
measured by the efficiency: the mean of 1/distance over all pairs, with 0 for a pair without a path.

The claim that they are far apart is supported if research bodies are farther from firms than in random graphs in which
every actor keeps its number of ties, **and** farther relative to the distances among firms (both two-sided p up to
0.05); it is contradicted if they are nearer in that relative sense. So a network that is loose everywhere does not make
laboratories far. It is inconclusive otherwise, with fewer than 10 research bodies or firms, or if the verdict changes
without one source, without ties of ownership alone, or without paths over sectors, events and places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import network
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Support, Table, TestResult, Value, Verdict, changed_verdicts, quantity
from rareearth.analysis.questions import intermediaries
from rareearth.analysis.questions.intermediaries import Paths
from rareearth.measures import backends, cuts, efficiency, null_model

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.questions.intermediaries import Broker, CutPoint, DirectTie, IndependentPaths, Removal
    from rareearth.analysis.sample import Sample
    from rareearth.measures.efficiency import Distances
    from rareearth.measures.null_model import Comparison
    from rareearth.store.backend import Backend

    Graph = nx.Graph[str]

QUESTION = "How far are research bodies from firms, which actors connect them, and whose loss would cut them off?"
CLAIM = "Laboratories are far from industry"
RESEARCH = "academia"
DRAWS, DRAWS_AGAIN = 199, 99
LEVEL = 0.05
LEAST_BODIES = 10
KINDS = {
    "facts": ("fact",),
    "facts and speech": ("fact", "speech"),
    "all kinds of claims": network.KINDS,
}
WATCHED = 3  # sources that are left out with the whole test again, those that bear most on the answer

METHOD = (
    "Efficiency [latora2001], compared with random graphs that keep degrees [maslov2002]; p-values [phipson2010].",
    "Independent paths [menger1927]. Articulation points [hopcroft1973].",
    "Betweenness for pairs of two sets [brandes2008]. Roles of brokers [gould1989]. Constraint [burt1992].",
    "Removal of the highest, recalculated each time [holme2002], and at random [albert2000].",
)


@dataclass(frozen=True)
class Statistics:
    """The distances from research bodies to firms and among firms, and how they compare with random graphs.

    ``far`` compares the efficiency from research bodies to firms, ``near`` that among firms, ``gap`` the first less the
    second, ``reached`` the part of pairs of a research body and a firm that have a path. They are None if not tested.
    """

    laboratories: int
    firms: int
    market: Paths
    industry: Paths
    far: Comparison | None = None
    near: Comparison | None = None
    gap: Comparison | None = None
    reached: Comparison | None = None


@dataclass(frozen=True)
class Result:
    """The answer to ``laboratory-to-market``.

    ``retests`` has the test without ties of ownership, without sectors, events and places, and without each of the
    ``sources`` that matter most, by what is left out (distances only, if the test itself is inconclusive); ``changed``
    those of them with another verdict; ``by_kinds`` the distances with other kinds of claims. Of
    ``source_ties`` ties of research bodies, counted once for each source, ``main_source`` states ``main_source_ties``.
    ``isolated`` counts the actors without any tie by sphere. ``reached_by_bodies`` is the number of pairs with a path
    over persons, bodies and facilities alone. ``removal`` is empty without ties.
    """

    test: TestResult[Statistics]
    retests: Mapping[str, TestResult[Statistics]]
    changed: tuple[str, ...]
    by_kinds: Mapping[str, TestResult[Statistics]]
    independent: IndependentPaths
    direct: tuple[DirectTie, ...]
    direct_support: Support
    brokers: tuple[Broker, ...]
    cut_points: tuple[CutPoint, ...]
    removal: tuple[Removal, ...]
    sources: int
    main_source: str
    main_source_ties: int
    source_ties: int
    isolated: Mapping[str, int]
    reached_by_bodies: int
    support: Support

    @property
    def verdict(self) -> Verdict:
        """The verdict of the test, inconclusive if leaving something out changes it."""
        return Verdict.INCONCLUSIVE if self.changed else self.test.verdict


def run_test(
    graph: Graph, laboratories: Collection[str], firms: Collection[str], seed: int, draws: int | None = None
) -> TestResult[Statistics]:
    """The distances from laboratories to firms in a graph, and the verdict by the rule of this module.

    They are compared with those in ``draws`` random graphs, by default :data:`DRAWS`.
    """
    import networkx as nx

    def measure_distances(one: Graph) -> tuple[Distances, ...]:
        return efficiency.distances_to(one, firms, (laboratories, firms))

    market, industry = measure_distances(graph)
    drawn = [
        measure_distances(nx.Graph(ties)) for ties in null_model.ties(graph, DRAWS if draws is None else draws, seed)
    ]

    def compare_statistic(statistic: Callable[[Distances, Distances], float]) -> Comparison:
        return null_model.compare(statistic(market, industry), [statistic(*pair) for pair in drawn])

    far = compare_statistic(lambda m, _: m.efficiency)
    gap = compare_statistic(lambda m, i: m.efficiency - i.efficiency)
    enough = min(len(laboratories), len(firms)) >= LEAST_BODIES
    statistics = Statistics(
        laboratories=len(laboratories),
        firms=len(firms),
        market=Paths.of(market),
        industry=Paths.of(industry),
        far=far,
        near=compare_statistic(lambda _, i: i.efficiency),
        gap=gap,
        reached=compare_statistic(lambda m, _: m.reached / m.pairs if m.pairs else 0.0),
    )
    return TestResult(graph.number_of_edges(), statistics, _verdict(far, gap) if enough else Verdict.INCONCLUSIVE)


def _distances_only(graph: Graph) -> TestResult[Statistics]:
    """The distances alone, without a comparison."""
    labs, market = laboratories(graph), firms(graph)
    found = efficiency.distances_to(graph, market, (labs, market))
    statistics = Statistics(len(labs), len(market), Paths.of(found[0]), Paths.of(found[1]))
    return TestResult(graph.number_of_edges(), statistics, Verdict.INCONCLUSIVE)


def _verdict(far: Comparison, gap: Comparison) -> Verdict:
    if gap.p > LEVEL:
        return Verdict.INCONCLUSIVE
    if gap.observed > gap.mean:
        return Verdict.CONTRADICTED
    return Verdict.SUPPORTED if far.p <= LEVEL and far.observed < far.mean else Verdict.INCONCLUSIVE


def laboratories(graph: Graph) -> list[str]:
    """The research bodies of a sample's ties."""
    return [
        n for n, data in graph.nodes(data=True) if data["actor_type"] in samples.BODIES and data["sphere"] == RESEARCH
    ]


def firms(graph: Graph) -> list[str]:
    """The firms of a sample's ties."""
    return [
        n for n, data in graph.nodes(data=True) if data["actor_type"] == "firm" and data["sphere"] == samples.INDUSTRY
    ]


def measure(store: Backend, sample: Sample, seed: int) -> Result:
    """The paths from the research bodies to the firms of a sample, with the test of the claim."""
    graph = sample.ties
    labs, market = laboratories(graph), firms(graph)
    tested = run_test(graph, labs, market, seed)
    retests, sources = _retests(store, graph, tested, seed)
    own = Counter(s for n in labs for *_, data in graph.edges(n, data=True) for s in data["sources"])
    main, count = min(own.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    direct = tuple(intermediaries.direct(sample, labs, market))
    betweenness = efficiency.betweenness(graph, labs, market)
    return Result(
        test=tested,
        retests=retests,
        changed=changed_verdicts(tested, retests),
        by_kinds={name: _distances_only(sample.of(kinds).ties) for name, kinds in KINDS.items()},
        independent=intermediaries.independent(sample, labs, market, seed),
        direct=direct,
        direct_support=sample.support((tie.one.id, tie.other.id) for tie in direct),
        brokers=tuple(intermediaries.brokers(sample, betweenness, tested.statistics.market.reached)),
        cut_points=tuple(intermediaries.cut_points(sample, labs, market)),
        removal=tuple(intermediaries.removal(sample, labs, market, seed)),
        sources=sources,
        main_source=main,
        main_source_ties=count,
        source_ties=sum(own.values()),
        isolated=dict(
            sorted(Counter(str(d.get("sphere")) for n, d in sample.network.nodes(data=True) if n not in graph).items())
        ),
        reached_by_bodies=cuts.connected_pairs(bodies_only(graph), labs, market),
        support=sample.support(),
    )


def _retests(
    store: Backend, graph: Graph, tested: TestResult[Statistics], seed: int
) -> tuple[dict[str, TestResult[Statistics]], int]:
    """The test with something left out, and the number of sources; distances alone if there is no verdict to change."""
    own = sorted({source for *_, data in graph.edges(data=True) for source in data["sources"]})
    network, labs, market = backends.indexed(graph), set(laboratories(graph)), set(firms(graph))
    gaps = {}
    for source in own:
        rest = network.without(samples.only_of(graph, source))
        left = market.intersection(rest.names)
        gaps[source] = _gap(*efficiency.distances_to(rest, left, (labs.intersection(rest.names), left)))
    gap = tested.statistics.gap
    towards = -1 if gap and gap.observed > gap.mean else 1
    order = sorted(own, key=lambda s: (-towards * gaps[s], s))
    parts = {
        "ties of ownership": samples.without_ownership(store, graph),
        "sectors, events and places": bodies_only(graph),
        **{source: samples.without_source(graph, source) for source in order[:WATCHED]},
    }
    if tested.verdict is Verdict.INCONCLUSIVE:
        return {name: _distances_only(part) for name, part in parts.items()}, len(own)
    return {name: run_test(p, laboratories(p), firms(p), seed, DRAWS_AGAIN) for name, p in parts.items()}, len(own)


def _gap(market: Distances, industry: Distances) -> float:
    return market.efficiency - industry.efficiency


def bodies_only(graph: Graph) -> Graph:
    """A graph of persons, bodies and facilities alone, without those who then have no tie."""
    kept = (*samples.BODIES, "person", "facility")
    return backends.without(
        graph, (node for node, data in graph.nodes(data=True) if data["actor_type"] not in kept), ()
    )


def claim(_result: Result) -> str:
    """The statement that is tested."""
    return CLAIM


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    found = result.test.statistics
    market, far, near = found.market, found.far, found.near
    if not market.pairs or not far or not near:
        return "No research body or no firm has a tie."
    if not market.reached:
        bodies, companies = quantity(found.laboratories, "research body"), quantity(found.firms, "firm")
        return f"No path leads from any of {bodies} to any of {companies}."
    text = (
        f"Of {quantity(market.pairs, 'pair')} of a research body and a firm, {market.reached:,} "
        f"({market.reached / market.pairs:.0%}) {'has' if market.reached == 1 else 'have'} a path, "
        f"{dict(market.counts).get(1, 0):,} of them a direct tie; the mean distance is {market.mean:.1f} "
        f"({found.industry.mean or 0:.1f} among firms). The efficiency is {far.observed:.3f}, compared with "
        f"{far.mean:.3f} expected by chance (p = {far.p:.2g}); among firms it is {near.observed:.3f}, compared with "
        f"{near.mean:.3f}."
    )
    if not result.brokers:
        return text
    first = result.brokers[0]
    return f"{text} {first.name} is on the shortest path of {first.share:.0%} of the pairs."


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    found = result.test.statistics
    if min(found.laboratories, found.firms) < LEAST_BODIES:
        yield (
            f"{quantity(found.laboratories, 'research body')} and {quantity(found.firms, 'firm')} have a tie; at least "
            f"{LEAST_BODIES} of each are needed for a verdict."
        )
    elif result.changed:
        yield f"The verdict is not robust: it changes without {', '.join(result.changed)}."
    elif found.gap and found.gap.p > LEVEL:
        yield (
            "Compared with the distances among firms, research bodies are about as far from firms as by chance "
            f"(p = {found.gap.p:.2g})."
        )
    if result.main_source:
        yield (
            f"{result.main_source_ties} of the {quantity(result.source_ties, 'tie')} of research bodies come from one "
            f"source, {result.main_source} (a tie counts once for each of its sources)."
        )
    lone = {sphere: result.isolated.get(sphere, 0) for sphere in (RESEARCH, samples.INDUSTRY)}
    named = [quantity(count, f"actor of {s}", f"actors of {s}") for s, count in lone.items() if count]
    if named:
        yield f"Not counted, because they have no tie: {' and '.join(named)}."
    fewer = found.market.reached - result.reached_by_bodies
    if fewer > 0:
        yield (
            f"For {fewer:,} of {quantity(found.market.reached, 'connected pair')} every path passes through a sector, "
            "an event or a place."
        )
    yield (
        "A path is not a transfer: it may pass through owners, a sector or a visit, and a tie that nobody wrote "
        "about is missing. Sources were chosen starting from one article: actors that they do not name are "
        "unconnected here."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    found = result.test.statistics
    return (
        _distances(result),
        _sensitivity(result),
        _by_kinds(result),
        intermediaries.independent_table(result.independent, found.laboratories, found.firms),
        intermediaries.direct_table(result.direct, result.direct_support),
        intermediaries.brokers_table(result.brokers),
        intermediaries.cut_points_table(result.cut_points),
        intermediaries.removal_table(result.removal),
    )


def _distances(result: Result) -> Table:
    tested = result.test.statistics
    rows: list[tuple[Value, ...]] = []
    for name, found, compared in (
        ("research bodies to firms", tested.market, tested.far),
        ("among firms", tested.industry, tested.near),
    ):
        share = 100 * found.reached / found.pairs if found.pairs else None
        rows.append((name, found.pairs, found.reached, share, found.mean, found.median, *_cells(compared)))
    rows.append(("difference", *(None,) * 5, *_cells(tested.gap)))
    chance = (
        f" By chance {100 * tested.reached.mean:.0f}% of the pairs of the first row have a path "
        f"(p = {tested.reached.p:.2g})."
        if tested.reached
        else ""
    )
    return Table(
        "Distances, in ties",
        ("between", "pairs", "with a path", "% with a path", "mean", "median", "efficiency", "by chance", "z", "p"),
        tuple(rows),
        note="Mean and median are of the pairs with a path. Efficiency is the mean of 1/distance over all pairs."
        + chance,
        support=result.support,
    )


def _cells(compared: Comparison | None) -> tuple[Value, ...]:
    return (compared.observed, compared.mean, compared.z, compared.p) if compared else (None,) * 4


def _sensitivity(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name, other in result.retests.items():
        found = other.statistics
        tested: tuple[Value, ...] = (None, None, "")
        if found.far and found.gap:
            tested = (found.far.p, found.gap.p, str(other.verdict))
        row = (other.ties, found.laboratories, found.firms, found.market.reached, found.market.efficiency)
        rows.append((name, *row, found.industry.efficiency, *tested))
    watched = quantity(len(result.retests) - 2, "source that matters", "sources that matter")
    columns = ("ties", "bodies", "firms", "pairs with a path", "efficiency", "among firms", "p", "p of gap", "verdict")
    return Table(
        f"Without ownership, without paths over sectors, events and places, and without each of the {watched} most, of "
        f"{result.sources}",
        ("without", *columns),
        tuple(rows),
        note="The test is repeated only if there is a verdict that could change.",
    )


def _by_kinds(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name, other in result.by_kinds.items():
        found = other.statistics
        row = (found.laboratories, found.firms, found.market.reached, found.market.mean, found.market.efficiency)
        rows.append((name, other.ties, *row, found.industry.efficiency))
    return Table(
        "With other kinds of claims",
        ("claims", "ties", "bodies", "firms", "pairs with a path", "mean distance", "efficiency", "among firms"),
        tuple(rows),
    )
