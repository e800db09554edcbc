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

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis import sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.analysis.questions import laboratory_to_market
from rareearth.measures import backends, cuts
from rareearth.measures.efficiency import Effect, Gains

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from rareearth.analysis.sample import Sample
    from rareearth.store.backend import Backend

    Graph = nx.Graph[str]
    Pair = tuple[str, str]
    _Rests = dict[str, tuple[Graph, Gains[str]]]  # what is left without each source

QUESTION = "Which few missing ties would bring research bodies nearest to firms, or the spheres to each other?"
LEAST_GAIN = 0.05  # of the efficiency that there is
LISTED = 10
NAMED = 3  # who could broker
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


class Least(NamedTuple):
    """The least that a tie gains when a source is left out, relative to the efficiency then, and that source.

    ``gain`` is -1 where an end has no tie any more; ``source`` is "" where no source makes it less.
    """

    gain: float
    source: str


@dataclass(frozen=True)
class _Listed:
    """The gaps for one aim: those that join parts without a path (``joins``), or those that make a path shorter.

    ``places`` are the best and worst place of each among them, and ``least`` its least gain, over all samples without
    one source. ``noise`` are ties that gain enough, but not without some source; with the gain that they have.
    """

    aim: str
    joins: bool
    gaps: Sequence[Gap]
    effects: Mapping[Pair, Effect]
    least: Mapping[Pair, Least]
    places: Mapping[Pair, tuple[int, int]]
    noise: Mapping[Pair, float]

    @property
    def title(self) -> str:
        """What is listed, in words."""
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
    gains: Gains[str] | None = None,
    noise: Callable[[Pair], bool] = lambda _: False,
) -> list[Gap]:
    """The missing ties that add most to the efficiency of some pairs, one after another, each beside those before.

    The next best is looked for among the 500 that gain most alone; ties of which the others have half the gain are
    passed over, and those that are noise. Gains of less than a twentieth of the efficiency are left out. ``gains`` are
    those of the graph and pairs, where they are at hand.
    """
    gains = gains or Gains(graph, pairs)
    before = gains.efficiency
    alone = {tie: gains.of(*tie) for tie in candidates}
    beside = alone
    best = sorted(candidates, key=lambda tie: (-alone[tie], tie))[:LOOKED_AT]
    made = backends.part(graph, set(graph))
    found: list[Gap] = []
    while best and len(found) < LISTED:
        tie = min(best, key=lambda tie: (-beside[tie], tie))
        gap = Gap(*tie, alone[tie], beside[tie], before)
        if not gap.large:
            break
        best.remove(tie)
        if noise(tie):
            continue
        found.append(gap)
        made.add_edge(*tie)
        gains = Gains(made, pairs)
        beside = {other: gains.of(*other) for other in best}
        best = [other for other in best if beside[other] >= alone[other] / 2]
    return found


def answer(_store: Backend, read: Sample, _seed: int) -> Finding[None]:
    """The finding on a sample. Nothing is drawn at random."""
    bodies = [node for node, data in read.ties.nodes(data=True) if data["actor_type"] in sample.BODIES]
    sole = sorted({data["sources"][0] for *_, data in read.ties.edges(data=True) if len(data["sources"]) == 1})
    candidates = missing(read.ties, bodies)
    left = {source: sample.without_source(read.ties, source) for source in sole}
    lists = [listed for aim in _AIMS for listed in _lists(read, aim, left, candidates)]
    return Finding(
        name="gaps",
        question=QUESTION,
        verdict=Verdict.DESCRIPTIVE,
        answer=_answer(read, lists, len(candidates)),
        result=None,
        tables=(*(_table(read, listed) for listed in lists), _noise(read, lists)),
        support=read.support(),
        limits=tuple(_limits(read, lists)),
        method=METHOD,
    )


def _lists(read: Sample, aim: str, left: Mapping[str, Graph], candidates: Sequence[Pair]) -> Iterator[_Listed]:
    """The gaps for one aim: where a path would be shorter, and between parts that no path joins."""
    pairs_of = _AIMS[aim]
    pairs = pairs_of(read.ties)
    gains = Gains(read.ties, pairs)
    rests: _Rests = {"": (read.ties, gains)}
    rests |= {source: (rest, Gains(rest, pairs_of(rest))) for source, rest in left.items()}
    part = {node: number for number, nodes in enumerate(cuts.parts(read.ties)) for node in nodes}
    least: dict[Pair, Least] = {}

    def noisy(tie: Pair) -> bool:
        least[tie] = min(Least(_relative(*rest, tie), source) for source, rest in rests.items())
        return least[tie].gain < LEAST_GAIN

    for joins in (False, True):
        least.clear()
        chosen = [(a, b) for a, b in candidates if (part[a] != part[b]) is joins]
        found = find(read.ties, pairs, chosen, gains, noisy)
        listed = [(gap.one, gap.other) for gap in found]
        noise = {tie: gains.of(*tie) for tie in least if tie not in listed}
        effects = {tie: gains.effect(*tie) for tie in listed}
        yield _Listed(aim, joins, found, effects, dict(least), _places(listed, rests), noise)


def _places(ties: Sequence[Pair], rests: _Rests) -> dict[Pair, tuple[int, int]]:
    """The best and the worst place of each tie among them by its gain alone, over what is left without each source."""
    places: dict[Pair, list[int]] = {tie: [] for tie in ties}
    for graph, gains in rests.values():
        then = {tie: _relative(graph, gains, tie) for tie in ties}
        for place, tie in enumerate(sorted(ties, key=lambda tie: -then[tie]), 1):
            places[tie].append(place)
    return {tie: (min(found), max(found)) for tie, found in places.items()}


def _relative(graph: Graph, gains: Gains[str], tie: Pair) -> float:
    """The gain by a tie, relative to the efficiency that there is; -1 where an end has no tie at all."""
    if not (tie[0] in graph and tie[1] in graph):
        return -1.0
    return _part(gains.of(*tie), gains.efficiency)


def _from_research(graph: Graph) -> list[Pair]:
    return cuts.pairs(laboratory_to_market.laboratories(graph), laboratory_to_market.firms(graph))


def _across(graph: Graph) -> list[Pair]:
    """The pairs of organizations and firms of different spheres."""
    spheres = {
        node: data["sphere"]
        for node, data in graph.nodes(data=True)
        if data["actor_type"] in sample.BODIES and data["sphere"]
    }
    return [(a, b) for a, b in combinations(sorted(spheres), 2) if spheres[a] != spheres[b]]


_AIMS: Mapping[str, Callable[[Graph], list[Pair]]] = {
    "from research bodies to firms": _from_research,
    "across the spheres": _across,
}


def _answer(read: Sample, lists: Sequence[_Listed], candidates: int) -> str:
    """The first tie that makes paths shorter, and the first that joins parts, of the first aim that has one."""
    found = {listed.joins: listed for listed in reversed(lists) if listed.gaps}

    def told(joins: bool, does: str) -> str:
        if joins not in found:
            return f"none would {does} enough."
        listed = found[joins]
        gap = listed.gaps[0]
        nearer = counted(listed.effects[gap.one, gap.other].nearer, "pair")
        return (
            f"{_label(read, gap.one)} – {_label(read, gap.other)} would {does} most {listed.aim} (efficiency from "
            f"{gap.before:.3f} to {gap.before + gap.alone:.3f}, {nearer} nearer)."
        )

    return (
        f"Of {counted(candidates, 'missing tie')} between organizations and firms {told(False, 'shorten paths')} "
        f"Between parts that no path joins, {told(True, 'gain')}"
    )


def _limits(read: Sample, lists: Sequence[_Listed]) -> Iterator[str]:
    for listed in lists:
        if listed.noise:
            yield (
                f"{listed.title}: {counted(len(listed.noise), 'more is', 'more are')} left out as noise. Without one "
                f"source the gain is less than {LEAST_GAIN:.0%}, or an end has no tie at all."
            )
    laboratories, firms = laboratory_to_market.laboratories(read.ties), laboratory_to_market.firms(read.ties)
    if min(len(laboratories), len(firms)) < laboratory_to_market.LEAST_BODIES:
        yield (
            f"{counted(len(laboratories), 'research body')} and {counted(len(firms), 'firm')} have a tie; with fewer "
            f"than {laboratory_to_market.LEAST_BODIES} of either a gap is one between few."
        )
    yield (
        "A tie that nobody wrote of looks like one that is missing. The sources follow one article outwards, so parts "
        "that stand apart here may be joined by whoever was not read. The graph knows nothing of law, price or trust."
    )


def _table(read: Sample, listed: _Listed) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for gap in listed.gaps:
        tie = (gap.one, gap.other)
        effect, least = listed.effects[tie], listed.least[tie]
        path, told = _path(read, *tie)
        gains = (100 * _part(gap.alone, gap.before), 100 * _part(gap.beside, gap.before))
        steady = (100 * least.gain, least.source, "{}-{}".format(*listed.places[tie]))
        names = (_label(read, gap.one), _label(read, gap.other))
        rows.append((*names, *gains, effect.nearer, effect.joined, _reason(read, effect), path, *steady))
        evidence.append(told)
    gains_of = ("gain, %", "beside those above, %", "pairs nearer", "joined")
    return Table(
        listed.title,
        ("one", "other", *gains_of, "nearest", "who could broker", "least gain, %", "without", "places"),
        tuple(rows),
        note="% are of the efficiency that there is. Joined pairs had no path. Who could broker: whom both know, else "
        "those on a shortest path. Least gain and places: over all samples without one source.",
        support=read.support(),
        evidence=tuple(evidence),
    )


def _noise(read: Sample, lists: Sequence[_Listed]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for listed in lists:
        for (one, other), gain in list(listed.noise.items())[:LISTED]:
            least = listed.least[one, other]
            shown = 100 * least.gain if least.gain >= 0 else None
            rows.append((listed.title, _label(read, one), _label(read, other), gain, shown, least.source))
    return Table(
        "Left out as noise",
        ("list", "one", "other", "gain", "least gain, %", "without"),
        tuple(rows),
        note=f"The first {LISTED} of each list. No least gain: without that source one of the two has no tie at all.",
    )


def _part(gain: float, efficiency: float) -> float:
    """A gain relative to the efficiency that there is: without end where there is none."""
    if efficiency:
        return gain / efficiency
    return math.inf if gain else 0.0


def _label(read: Sample, node: object) -> str:
    return str(read.ties.nodes[str(node)]["label"])


def _reason(read: Sample, effect: Effect) -> str:
    """The pair that comes nearest by it."""
    one, other, before, then = effect.most[0]
    far = f"from {before}" if before else "from no path"
    return f"{_label(read, one)} – {_label(read, other)} {far} to {then}"


def _first(names: Sequence[str], join: str) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - NAMED
    return join.join(names[:NAMED]) + (f", and {more} more" if more > 0 else "")


def _path(read: Sample, one: str, other: str) -> tuple[str, tuple[str, ...]]:
    """Who could bring two together: whom both know, else those on the first of the shortest paths; and the claims."""
    import networkx as nx

    shared = sorted(set(read.ties[one]) & set(read.ties[other]))
    if shared:
        ties = [(end, between) for between in shared for end in (one, other)]
        names = _first([_label(read, node) for node in shared], " or ")
    elif nx.has_path(read.ties, one, other):
        path = min(nx.all_shortest_paths(read.ties, one, other))
        ties = list(pairwise(path))
        names = _first([_label(read, node) for node in path[1:-1]], ", then ")
    else:
        return "nobody: no path", ()
    return names, tuple(sorted({claim for tie in ties for claim in read.ties.edges[tie]["claims"]}))
