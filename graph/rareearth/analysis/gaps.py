"""The question ``gaps``: which missing ties would bring research bodies nearer to firms, or the spheres to each other.

A tie is missing between two organizations or firms that have none to each other. Its gain is what it would add to the
efficiency (the mean of 1/distance over all pairs) between research bodies and firms, or between bodies of different
spheres. Two ties that join the same parts are one gap; so the best tie is listed, added, and the next best looked for,
and a tie whose gain is more than half had already is not listed again. Ties between parts that no path joins stand
apart from those that make a path shorter: the first may well be made, and told by a source that nobody read.

A gap is found when the tie, made alone, would raise the efficiency by a twentieth or more, whichever one source is left
out. Smaller gains, and those that one source makes, are noise. There is no claim to weigh: a gap says what a tie would
change in the graph, and not that it would be wise, lawful or wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis import cuts, engine, market, sample
from rareearth.analysis.efficiency import Effect, Gains
from rareearth.analysis.finding import Finding, Table, Value, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    import pyoxigraph as ox

    from rareearth.analysis.sample import Sample

    Graph = nx.Graph[str]
    Pair = tuple[str, str]

QUESTION = "Which few missing ties would bring research bodies nearest to firms, or the spheres to each other?"
LEAST_GAIN = 0.05  # of the efficiency that there is
LISTED = 10
LOOKED_AT = 500  # the ties that gain most alone, among which the next best is looked for

METHOD = (
    "Efficiency: Latora and Marchiori 2001, Physical Review Letters 87, 198701. Structural holes, and who could broker "
    "them: Burt 1992, Structural Holes.",
    "Best tie, then the next best beside it (greedy): after Papagelis, Bonchi and Gionis 2011, Suggesting ghost edges "
    "for a smaller world, CIKM, 2305-2308. Each source is left out in turn: Tukey 1958, Annals of Mathematical "
    "Statistics 29, 614 (jackknife).",
)


class Gap(NamedTuple):
    """A missing tie.

    ``alone`` is the gain in efficiency when only it is made, ``beside`` when those listed before it are made too, and
    ``before`` the efficiency without any of them.
    """

    one: str
    other: str
    alone: float
    beside: float
    before: float

    @property
    def large(self) -> bool:
        """Whether the tie, made alone, raises the efficiency enough not to be noise."""
        return self.alone >= LEAST_GAIN * self.before and self.alone > 0


@dataclass(frozen=True)
class Steadiness:
    """What becomes of a gap when a source is left out, over all sources.

    ``least`` is the least gain, relative to the efficiency then (None: an end has no tie any more), and ``without`` the
    source that makes it; ``first`` and ``last`` are the best and the worst place among the gaps listed.
    """

    least: float | None
    without: str
    first: int
    last: int

    @property
    def holds(self) -> bool:
        """Whether it is a gap whichever source is left out."""
        return self.least is not None and self.least >= LEAST_GAIN


@dataclass(frozen=True)
class _Listed:
    """The gaps for one aim: those that join parts without a path, or those that make a path shorter."""

    aim: str
    joins: bool
    gaps: Sequence[Gap]
    steady: Mapping[Pair, Steadiness]
    effects: Mapping[Pair, Effect]

    @property
    def kept(self) -> list[Gap]:
        """The gaps that are there whichever source is left out."""
        return [gap for gap in self.gaps if self.steady[gap.one, gap.other].holds]

    @property
    def title(self) -> str:
        """What is listed."""
        return (
            f"{'Ties between parts that no path joins' if self.joins else 'Ties that make paths shorter'}, {self.aim}"
        )


def missing(graph: Graph, bodies: Collection[str]) -> list[Pair]:
    """The pairs of bodies that have no tie, sorted."""
    return [(a, b) for a, b in combinations(sorted(bodies), 2) if not graph.has_edge(a, b)]


def find(
    graph: Graph,
    pairs: Sequence[Pair],
    candidates: Sequence[Pair],
    count: int = LISTED,
    gains: Gains[str] | None = None,
) -> list[Gap]:
    """The missing ties that add most to the efficiency of some pairs, one after another, each beside those before.

    The next best is looked for among the 500 that gain most alone; ties of which the others have half the gain are
    passed over. Gains of less than a twentieth of the efficiency, alone or beside the others, are left out. ``gains``
    are those of the graph and pairs, where they are at hand.
    """
    gains = gains or Gains(graph, pairs)
    before = gains.efficiency
    alone = {tie: gains.of(*tie) for tie in candidates}
    beside = alone
    best = sorted(candidates, key=lambda tie: (-alone[tie], tie))[:LOOKED_AT]
    made = engine.part(graph, set(graph))
    found: list[Gap] = []
    while best and len(found) < count:
        tie = min(best, key=lambda tie: (-beside[tie], tie))
        gap = Gap(*tie, alone[tie], beside[tie], before)
        if not gap.large:
            break
        found.append(gap)
        made.add_edge(*tie)
        gains = Gains(made, pairs)
        beside = {tie: gains.of(*tie) for tie in best if not made.has_edge(*tie)}
        best = [tie for tie in beside if beside[tie] >= alone[tie] / 2]
    return found


def steadiness(rests: Mapping[str, tuple[Graph, Gains[str]]], gaps: Sequence[Gap]) -> dict[Pair, Steadiness]:
    """What becomes of each gap when each source is left out in turn: given what is left then, by source."""
    ties = [(gap.one, gap.other) for gap in gaps]
    relative = {(gap.one, gap.other): [(gap.alone / gap.before, "")] if gap.before else [] for gap in gaps}
    places = {tie: [place] for place, tie in enumerate(sorted(ties, key=lambda tie: -relative[tie][0][0]), 1)}
    for source, (rest, gains) in rests.items():
        then = {tie: _relative(gains, rest, tie) for tie in ties}
        for place, tie in enumerate(sorted(ties, key=lambda tie: -then[tie]), 1):
            places[tie].append(place)
            relative[tie].append((then[tie], source))
    found = {}
    for tie, told in relative.items():
        least, source = min(told)
        found[tie] = Steadiness(None if least < 0 else least, source, min(places[tie]), max(places[tie]))
    return found


def _relative(gains: Gains[str], graph: Graph, tie: Pair) -> float:
    """The gain by a tie, relative to the efficiency that there is; -1 where an end has no tie at all."""
    if not (tie[0] in graph and tie[1] in graph):
        return -1.0
    return gains.of(*tie) / gains.efficiency if gains.efficiency else 0.0


def answer(_store: ox.Store, read: Sample, _seed: int) -> Finding:
    """The finding on a sample. Nothing is drawn at random."""
    bodies = [node for node, data in read.ties.nodes(data=True) if data["nature"] in sample.BODIES]
    candidates = missing(read.ties, bodies)
    lists = [listed for aim, pairs_of in _AIMS.items() for listed in _lists(read, aim, pairs_of, candidates)]
    return Finding(
        name="gaps",
        question=QUESTION,
        verdict=Verdict.DESCRIBED,
        answer=_answer(read, lists, len(candidates)),
        tables=(*(_table(read, listed) for listed in lists), _noise(read, lists)),
        basis=read.basis(),
        limits=tuple(_limits(read, lists)),
        method=METHOD,
    )


def _lists(
    read: Sample, aim: str, pairs_of: Callable[[Graph], list[Pair]], candidates: Sequence[Pair]
) -> Iterator[_Listed]:
    """The gaps for one aim: between parts that no path joins, and where a path would be shorter."""
    pairs = pairs_of(read.ties)
    gains = Gains(read.ties, pairs)
    rests = {}
    for source in sorted({s for *_, data in read.ties.edges(data=True) for s in data["sources"]}):
        rest = market.without_source(read.ties, source)
        if rest.number_of_edges() < read.ties.number_of_edges():  # others tell all that it tells
            rests[source] = rest, Gains(rest, pairs_of(rest))
    part = {node: number for number, nodes in enumerate(cuts.parts(read.ties)) for node in nodes}
    for joins in (False, True):
        chosen = [(a, b) for a, b in candidates if (part[a] != part[b]) is joins]
        found = find(read.ties, pairs, chosen, gains=gains)
        effects = {(gap.one, gap.other): gains.effect(gap.one, gap.other) for gap in found}
        yield _Listed(aim, joins, found, steadiness(rests, found), effects)


def _from_research(graph: Graph) -> list[Pair]:
    return cuts.pairs(market.laboratories(graph), market.firms(graph))


def _across(graph: Graph) -> list[Pair]:
    """The pairs of organizations and firms of different spheres."""
    spheres = {
        node: data["sphere"]
        for node, data in graph.nodes(data=True)
        if data["nature"] in sample.BODIES and data["sphere"]
    }
    return [(a, b) for a, b in combinations(sorted(spheres), 2) if spheres[a] != spheres[b]]


_AIMS: Mapping[str, Callable[[Graph], list[Pair]]] = {
    "from research bodies to firms": _from_research,
    "across the spheres": _across,
}


def _answer(read: Sample, lists: Sequence[_Listed], candidates: int) -> str:
    parts = []
    for listed in lists:
        if not listed.kept:
            parts.append(f"{listed.title}: none.")
            continue
        gap = listed.kept[0]
        effect = listed.effects[gap.one, gap.other]
        parts.append(
            f"{listed.title}: {len(listed.kept)}, first {_label(read, gap.one)} – {_label(read, gap.other)}, which "
            f"raises the efficiency by {gap.alone / gap.before:.0%} ({effect.nearer:,} pairs come nearer)."
        )
    return f"{candidates:,} ties between organizations and firms are missing. " + " ".join(parts)


def _limits(read: Sample, lists: Sequence[_Listed]) -> Iterator[str]:
    for listed in lists:
        noise = len(listed.gaps) - len(listed.kept)
        if noise:
            yield (
                f"{listed.title}: {noise} of {len(listed.gaps)} are left out as noise. Without one source they gain "
                f"less than {LEAST_GAIN:.0%}, or one of their ends has no tie at all."
            )
    laboratories, firms = market.laboratories(read.ties), market.firms(read.ties)
    if min(len(laboratories), len(firms)) < market.LEAST_BODIES:
        yield (
            f"{len(laboratories)} research bodies and {len(firms)} firms have a tie; with fewer than "
            f"{market.LEAST_BODIES} of either a gap is one between few."
        )
    yield (
        "A tie that nobody wrote of looks like one that is missing. The sources follow one article outwards, so parts "
        "that stand apart here may be joined by whoever was not read. The graph knows nothing of law, price or trust."
    )


def _table(read: Sample, listed: _Listed) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for gap in listed.kept:
        tie = (gap.one, gap.other)
        steady, effect = listed.steady[tie], listed.effects[tie]
        path, told = _path(read, *tie)
        gains = (100 * gap.alone / gap.before, 100 * gap.beside / gap.before)
        least = (100 * (steady.least or 0.0), steady.without, f"{steady.first}-{steady.last}")
        names = (_label(read, gap.one), _label(read, gap.other))
        rows.append((*names, *gains, effect.nearer, effect.joined, _reason(read, effect), path, *least))
        evidence.append(told)
    gains_of = ("gain, %", "beside those above, %", "pairs nearer", "joined")
    return Table(
        listed.title,
        ("one", "other", *gains_of, "nearest", "who could broker", "least gain, %", "without", "places"),
        tuple(rows),
        note="% are of the efficiency that there is. Joined pairs had no path. Who could broker: whom both know, else "
        "those on a shortest path. Least gain and places: over all samples without one source.",
        basis=read.basis(),
        evidence=tuple(evidence),
    )


def _noise(read: Sample, lists: Sequence[_Listed]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for listed in lists:
        for gap in listed.gaps:
            steady = listed.steady[gap.one, gap.other]
            if not steady.holds:
                least = None if steady.least is None else 100 * steady.least
                names = (_label(read, gap.one), _label(read, gap.other))
                rows.append((listed.title, *names, 100 * gap.alone / gap.before, least, steady.without))
    return Table(
        "Left out as noise",
        ("list", "one", "other", "gain, %", "least gain, %", "without"),
        tuple(rows),
        note="No least gain: without that source one of the two has no tie at all.",
    )


def _label(read: Sample, node: object) -> str:
    return str(read.ties.nodes[str(node)]["label"])


def _reason(read: Sample, effect: Effect) -> str:
    """The pair that comes nearest by it."""
    one, other, before, then = effect.most[0]
    far = f"from {before}" if before else "from no path"
    return f"{_label(read, one)} – {_label(read, other)} {far} to {then}"


def _path(read: Sample, one: str, other: str) -> tuple[str, tuple[str, ...]]:
    """Who could bring two together: whom both know, else those on the first of the shortest paths; and the claims."""
    import networkx as nx

    shared = sorted(set(read.ties[one]) & set(read.ties[other]))
    if shared:
        ties = [(end, between) for between in shared for end in (one, other)]
        names = " or ".join(_label(read, node) for node in shared)
    elif nx.has_path(read.ties, one, other):
        path = min(nx.all_shortest_paths(read.ties, one, other))
        ties = list(pairwise(path))
        names = ", then ".join(_label(read, node) for node in path[1:-1])
    else:
        return "nobody: no path", ()
    return names, tuple(sorted({claim for tie in ties for claim in read.ties.edges[tie]["claims"]}))
