"""The question ``laboratory-to-market``: how far research bodies are from firms, who carries the paths, who cuts them.

Research bodies are the organizations of the sphere of academia, firms those of industry; paths run over all ties. How
far is told by the efficiency, the mean of 1/distance over all pairs, with 0 for a pair without a path.

The claim that they are far is supported when research bodies are farther from firms than in random graphs in which
everyone keeps its number of ties, **and** farther, beside the distances among firms, than there (both two-sided p up to
0.05); spoken against when they are nearer by the second. So a network that is loose everywhere does not make
laboratories far. The graph cannot tell otherwise, nor with fewer than 10 research bodies or firms, nor when the verdict
is another without one source, without ties of ownership alone, or without paths over sectors, events and places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import network
from rareearth.analysis import sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.analysis.questions import carriers
from rareearth.measures import backends, cuts, efficiency, null_model

if TYPE_CHECKING:
    import networkx as nx
    import pyoxigraph as ox

    from rareearth.analysis.sample import Sample
    from rareearth.measures.efficiency import Distances

    Graph = nx.Graph[str]

QUESTION = "How far is it from research bodies to firms, who carries the paths between them, and who would cut them?"
CLAIM = "Laboratories are far from industry"
RESEARCH = "academia"
DRAWS, DRAWS_AGAIN = 199, 99
LEVEL = 0.05
LEAST_BODIES = 10
WATCHED = 3  # sources that are left out with the whole test again, those that bear most on the answer

METHOD = (
    "Efficiency: Latora and Marchiori 2001, Physical Review Letters 87, 198701. Random graphs that keep degrees: "
    "Maslov and Sneppen 2002, Science 296, 910-913; p-values: Phipson and Smyth 2010, Statistical Applications in "
    "Genetics and Molecular Biology 9, 39.",
    "Independent paths: Menger 1927, Fundamenta Mathematicae 10, 96-115. Articulation points: Hopcroft and Tarjan "
    "1973, Communications of the ACM 16, 372-378.",
    "Betweenness for pairs of two sets: Brandes 2008, Social Networks 30, 136-145. Roles of brokers: Gould and "
    "Fernandez 1989, Sociological Methodology 19, 89-126. Constraint: Burt 1992, Structural Holes.",
    "Removal of the highest, recalculated: Holme et al. 2002, Physical Review E 65, 056109; at random: Albert, Jeong "
    "and Barabási 2000, Nature 406, 378-382.",
)


@dataclass(frozen=True)
class Weighed:
    """The distances of laboratories from firms and of firms from each other, beside random graphs of the same degrees.

    ``far`` compares the efficiency between laboratories and firms, ``near`` that among firms, ``gap`` the first less
    the second, ``reached`` the share of pairs of a laboratory and a firm that have a path.
    """

    laboratories: int
    firms: int
    market: Distances
    industry: Distances
    far: null_model.Comparison
    near: null_model.Comparison
    gap: null_model.Comparison
    reached: null_model.Comparison
    verdict: Verdict


def weigh(
    graph: Graph, laboratories: Collection[str], firms: Collection[str], seed: int, draws: int | None = None
) -> Weighed:
    """The distances from laboratories to firms in a graph, and the verdict by the rule of this module.

    They are compared with those of so many random graphs, :data:`DRAWS` where none are asked for.
    """
    import networkx as nx

    def measured(one: Graph) -> tuple[Distances, ...]:
        return efficiency.distances_to(one, firms, (laboratories, firms))

    market, industry = measured(graph)
    drawn = [measured(nx.Graph(ties)) for ties in null_model.ties(graph, DRAWS if draws is None else draws, seed)]

    def compared(figure: Callable[[Distances, Distances], float]) -> null_model.Comparison:
        return null_model.compare(figure(market, industry), [figure(*pair) for pair in drawn])

    far = compared(lambda m, _: m.efficiency)
    gap = compared(lambda m, i: m.efficiency - i.efficiency)
    enough = min(len(laboratories), len(firms)) >= LEAST_BODIES
    return Weighed(
        len(laboratories),
        len(firms),
        market,
        industry,
        far,
        compared(lambda _, i: i.efficiency),
        gap,
        compared(lambda m, _: m.reached / m.pairs if m.pairs else 0.0),
        _verdict(far, gap) if enough else Verdict.INCONCLUSIVE,
    )


def _verdict(far: null_model.Comparison, gap: null_model.Comparison) -> Verdict:
    if gap.p > LEVEL:
        return Verdict.INCONCLUSIVE
    if gap.observed > gap.mean:
        return Verdict.CONTRADICTED
    return Verdict.SUPPORTED if far.p <= LEVEL and far.observed < far.mean else Verdict.INCONCLUSIVE


def laboratories(graph: Graph) -> list[str]:
    """The research bodies of a sample's ties."""
    return [n for n, data in graph.nodes(data=True) if data["nature"] in sample.BODIES and data["sphere"] == RESEARCH]


def firms(graph: Graph) -> list[str]:
    """The firms of a sample's ties."""
    return [n for n, data in graph.nodes(data=True) if data["nature"] == "firm" and data["sphere"] == sample.INDUSTRY]


def answer(store: ox.Store, read: Sample, seed: int) -> Finding[None]:
    """The finding on a sample. The figures are those of one seed; the verdict says whether they can carry the claim."""
    graph = read.ties
    labs, market = laboratories(graph), firms(graph)
    weighed = weigh(graph, labs, market, seed)
    again, turned = _again(store, graph, weighed, seed)
    carried = efficiency.betweenness(graph, labs, market)
    return Finding(
        name="laboratory-to-market",
        question=QUESTION,
        claim=CLAIM,
        verdict=Verdict.INCONCLUSIVE if turned else weighed.verdict,
        answer=_answer(graph, weighed, carried),
        result=None,
        tables=(
            _distances(read, weighed),
            again,
            _scopes(read),
            carriers.independent(read, labs, market, seed),
            carriers.direct(read, labs, market),
            carriers.brokers(read, carried, weighed.market.reached),
            carriers.cutters(read, labs, market),
            carriers.removal(read, labs, market, seed),
        ),
        support=read.support(),
        limits=tuple(_limits(read, weighed, turned)),
        method=METHOD,
    )


def _answer(graph: Graph, weighed: Weighed, carried: Mapping[str, float]) -> str:
    market, far = weighed.market, weighed.far
    if not market.pairs:
        return "No research body or no firm has a tie."
    if not market.reached:
        bodies, companies = counted(weighed.laboratories, "research body"), counted(weighed.firms, "firm")
        return f"No path leads from any of {bodies} to any of {companies}."
    first = max(sorted(carried), key=lambda node: carried[node])
    return (
        f"Of {counted(market.pairs, 'pair')} of a research body and a firm {market.reached:,} "
        f"({market.reached / market.pairs:.0%}) {'has' if market.reached == 1 else 'have'} a path, "
        f"{dict(market.counts).get(1, 0):,} of them a tie; the mean "
        f"distance is {market.mean:.1f} ({weighed.industry.mean or 0:.1f} among firms). The efficiency is "
        f"{far.observed:.3f}, {far.mean:.3f} by chance (p = {far.p:.2g}); among firms it is "
        f"{weighed.near.observed:.3f}, {weighed.near.mean:.3f} by chance. {graph.nodes[first]['label']} is on the "
        f"shortest path of {carried[first] / market.reached:.0%} of the pairs."
    )


def _limits(read: Sample, weighed: Weighed, turned: Collection[str]) -> Iterator[str]:
    if min(weighed.laboratories, weighed.firms) < LEAST_BODIES:
        yield (
            f"{counted(weighed.laboratories, 'research body')} and {counted(weighed.firms, 'firm')} have a tie; fewer "
            f"than {LEAST_BODIES} of either carry no verdict."
        )
    elif turned:
        yield f"The verdict hangs on one thing: without {', '.join(turned)} it is another."
    elif weighed.gap.p > LEVEL:
        yield (
            "Research bodies are about as far from firms, beside the distances among firms, as chance has it "
            f"(p = {weighed.gap.p:.2g})."
        )
    own = Counter(
        s for n in laboratories(read.ties) for *_, data in read.ties.edges(n, data=True) for s in data["sources"]
    )
    if own:
        source, count = min(own.items(), key=lambda item: (-item[1], item[0]))
        yield f"Of the ties of research bodies {source} tells {count} of {sum(own.values())} (counted by source)."
    lone = Counter(str(data.get("sphere")) for n, data in read.network.nodes(data=True) if n not in read.ties)
    named = [counted(lone[s], f"actor of {s}", f"actors of {s}") for s in (RESEARCH, sample.INDUSTRY) if lone[s]]
    if named:
        yield f"In the network without any tie, and not counted: {' and '.join(named)}."
    whole = cuts.connected(read.ties, laboratories(read.ties), firms(read.ties))
    rest = cuts.connected(bodies_only(read.ties), laboratories(read.ties), firms(read.ties))
    if rest < whole:
        yield f"Only over sectors, events or places does a path lead for {whole - rest:,} of {counted(whole, 'pair')}."
    yield (
        "A path is not a transfer: it may lead over owners, a sector or a visit, and a tie that nobody wrote of is "
        "missing. Sources were chosen from one article outwards: whom they do not name stands apart."
    )


def _distances(read: Sample, weighed: Weighed) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name, found, compared in (
        ("research bodies to firms", weighed.market, weighed.far),
        ("among firms", weighed.industry, weighed.near),
    ):
        share = 100 * found.reached / found.pairs if found.pairs else None
        figures = (found.mean, found.median, compared.observed, compared.mean, compared.z, compared.p)
        rows.append((name, found.pairs, found.reached, share, *figures))
    gap = weighed.gap
    rows.append(("the first less the second", *(None,) * 5, gap.observed, gap.mean, gap.z, gap.p))
    return Table(
        "Distances, in ties",
        ("between", "pairs", "with a path", "% with a path", "mean", "median", "efficiency", "by chance", "z", "p"),
        tuple(rows),
        note="Mean and median are of the pairs with a path. Efficiency is the mean of 1/distance over all pairs. By "
        f"chance {100 * weighed.reached.mean:.0f} % of the pairs of the first row have a path "
        f"(p = {weighed.reached.p:.2g}).",
        support=read.support(),
    )


def _again(store: ox.Store, graph: Graph, weighed: Weighed, seed: int) -> tuple[Table, list[str]]:
    """The test again without ownership, without sectors, events and places, and without the sources that bear most."""
    rests = {
        "ties of ownership": sample.without_ownership(store, graph),
        "sectors, events and places": bodies_only(graph),
    }
    without = {source: sample.without_source(graph, source) for source in sorted(_sources(graph))}
    gaps = {source: _gap(rest) for source, rest in without.items()}
    towards = -1 if weighed.gap.observed > weighed.gap.mean else 1
    watched = sorted(without, key=lambda s: (-towards * gaps[s], s))[:WATCHED]
    rows: list[tuple[Value, ...]] = []
    turned = []
    for name, rest in {**rests, **{source: without[source] for source in watched}}.items():
        labs, market = laboratories(rest), firms(rest)
        found, among = efficiency.distances_to(rest, market, (labs, market))
        row: tuple[Value, ...] = (rest.number_of_edges(), len(labs), len(market), found.reached, found.efficiency)
        tested: tuple[Value, ...] = (None, None, "")
        if weighed.verdict is not Verdict.INCONCLUSIVE:  # what cannot be told is not told by less either
            other = weigh(rest, labs, market, seed, DRAWS_AGAIN)
            tested = (other.far.p, other.gap.p, str(other.verdict))
            turned += [name] if other.verdict is not weighed.verdict else []
        rows.append((name, *row, among.efficiency, *tested))
    columns = ("ties", "bodies", "firms", "pairs with a path", "efficiency", "among firms", "p", "p of gap", "verdict")
    table = Table(
        f"Without ownership, without paths over sectors, events and places, and without the "
        f"{counted(len(watched), 'source that bears', 'sources that bear')} most on it, of {len(without)}",
        ("without", *columns),
        tuple(rows),
        note="Tested again only where there is a verdict that it could turn.",
    )
    return table, turned


def _scopes(read: Sample) -> Table:
    """How the distances change with the kinds of claims."""
    rows: list[tuple[Value, ...]] = []
    for name, kinds in {
        "facts": ("fact",),
        "facts and speech": ("fact", "speech"),
        "all kinds of claims": network.KINDS,
    }.items():
        graph = read.of(kinds).ties
        labs, market = laboratories(graph), firms(graph)
        found, other = efficiency.distances_to(graph, market, (labs, market))
        row = (len(labs), len(market), found.reached, found.mean, found.efficiency, other.efficiency)
        rows.append((name, graph.number_of_edges(), *row))
    return Table(
        "With other kinds of claims",
        ("claims", "ties", "bodies", "firms", "pairs with a path", "mean distance", "efficiency", "among firms"),
        tuple(rows),
    )


def _gap(graph: Graph) -> float:
    labs, market = laboratories(graph), firms(graph)
    first, among = efficiency.distances_to(graph, market, (labs, market))
    return first.efficiency - among.efficiency


def bodies_only(graph: Graph) -> Graph:
    """A graph of persons, bodies and facilities alone, without those who then have no tie."""
    kept = (*sample.BODIES, "person", "facility")
    return backends.tied(graph, (node for node, data in graph.nodes(data=True) if data["nature"] not in kept), ())


def _sources(graph: Graph) -> set[str]:
    return {source for *_, data in graph.edges(data=True) for source in data["sources"]}
