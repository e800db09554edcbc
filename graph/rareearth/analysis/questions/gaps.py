"""The question ``gaps``: which missing ties would bring research bodies nearer to firms, or the spheres to each other.

A tie is missing between two organizations or firms that have none to each other. Its gain is what it would add to the
efficiency (the mean of 1/distance over all pairs) between research bodies and firms, or between bodies of different
spheres. Two ties that join the same components are one gap; so the best tie is listed, added, and the next best looked
for, and a tie whose gain is more than half had already is not listed again. Ties between components are kept apart from
those that make a path shorter: the first may well exist, and be stated by a source that nobody read.

A gap is found if the tie, made alone, would raise the efficiency by a twentieth or more, whichever one source is left
out. Smaller gains, and those that depend on one source, are noise. There is no claim to test: a gap says what a tie
would change in the graph, and not that it would be wise or lawful.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Actor, Support, Table, Value, Verdict, quantity
from rareearth.analysis.questions import laboratory_to_market
from rareearth.measures import cuts, missing_ties
from rareearth.measures.efficiency import Gains

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.sample import Sample
    from rareearth.measures.missing_ties import Gain
    from rareearth.store.backend import Backend

    Graph = nx.Graph[str]
    Pair = tuple[str, str]
    _Rests = Mapping[str, Gains[str]]  # what is left without each source, "" for all

QUESTION = "Which few missing ties would bring research bodies nearest to firms, or the spheres to each other?"
NAMED = 3  # possible brokers

METHOD = (
    "Efficiency [latora2001]. Structural holes, and who could broker them [burt1992].",
    "Best tie, then the next best in addition: a greedy search [papagelis2011]. Each source is left out in turn, as by "
    "the jackknife [tukey1958].",
)


class Least(NamedTuple):
    """The least that a tie gains if a source is left out, relative to the efficiency then, and that source.

    ``gain`` is -1 if an end then has no tie; ``source`` is "" if no source makes it less.
    """

    gain: float
    source: str


@dataclass(frozen=True)
class Nearer:
    """A pair that a tie brings nearer: the distance before (None: no path) and then, in ties."""

    one: Actor
    other: Actor
    before: int | None
    then: int


@dataclass(frozen=True)
class Gap:
    """A missing tie.

    ``alone`` is the efficiency that it adds if only it is made, ``added`` if those listed before it are made too, and
    ``before`` the efficiency without any of them. ``nearer`` counts the pairs that come nearer, ``joined`` those of
    them that had no path, ``nearest`` is the pair that gains most. ``brokers`` are the actors whom both know
    (``shared``), or else those on a shortest path. ``least`` is the least gain, and ``rank_best`` to ``rank_worst`` the
    ranks of the gain among the listed ties, over all samples without one source.
    """

    one: Actor
    other: Actor
    alone: float
    added: float
    before: float
    nearer: int
    joined: int
    nearest: Nearer
    brokers: tuple[Actor, ...]
    shared: bool
    least: Least
    rank_best: int
    rank_worst: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Noise:
    """A tie that would gain enough, but not without some source; ``gain`` is that with all sources, absolute."""

    one: Actor
    other: Actor
    gain: float
    least: Least


@dataclass(frozen=True)
class Aim:
    """The gaps for one aim: those between components (``joins``), or those that make a path shorter."""

    aim: str
    joins: bool
    gaps: tuple[Gap, ...]
    noise: tuple[Noise, ...]

    @property
    def title(self) -> str:
        """What is listed, in words."""
        return f"{'Ties between components' if self.joins else 'Ties that make paths shorter'}, {self.aim}"


@dataclass(frozen=True)
class Result:
    """The answer to ``gaps``; ``missing`` is the number of pairs of organizations and firms without a tie."""

    aims: tuple[Aim, ...]
    missing: int
    laboratories: int
    firms: int
    support: Support

    @property
    def verdict(self) -> Verdict:
        """Descriptive: no statement is tested."""
        return Verdict.DESCRIPTIVE


def measure(_store: Backend, sample: Sample, _seed: int) -> Result:
    """The gaps of a sample for each aim. It does not depend on the seed."""
    bodies = [node for node, data in sample.ties.nodes(data=True) if data["actor_type"] in samples.BODIES]
    single = sorted({data["sources"][0] for *_, data in sample.ties.edges(data=True) if len(data["sources"]) == 1})
    candidates = missing_ties.missing(sample.ties, bodies)
    left = {source: tuple(samples.only_of(sample.ties, source)) for source in single}
    return Result(
        aims=tuple(found for aim in _AIMS for found in _aims(sample, aim, left, candidates)),
        missing=len(candidates),
        laboratories=len(laboratory_to_market.laboratories(sample.ties)),
        firms=len(laboratory_to_market.firms(sample.ties)),
        support=sample.support(),
    )


def _aims(sample: Sample, aim: str, left: Mapping[str, Sequence[Pair]], candidates: Sequence[Pair]) -> Iterator[Aim]:
    """The gaps for one aim: those that would make a path shorter, and those between components."""
    pairs = _AIMS[aim](sample.ties)
    gains = Gains(sample.ties, pairs)
    rests = {source: gains.without(ties) for source, ties in left.items()} | {"": gains}
    component = {node: number for number, nodes in enumerate(cuts.parts(sample.ties)) for node in nodes}
    least: dict[Pair, Least] = {}

    def noisy(tie: Pair) -> bool:
        least[tie] = min(Least(_relative(rest, tie), source) for source, rest in rests.items())
        return least[tie].gain < missing_ties.LEAST_GAIN

    for joins in (False, True):
        least.clear()
        chosen = [(a, b) for a, b in candidates if (component[a] != component[b]) is joins]
        found = missing_ties.find(sample.ties, pairs, chosen, gains, noisy)
        ranks = _ranks([(gain.one, gain.other) for gain in found], rests)
        yield Aim(
            aim,
            joins,
            gaps=tuple(_gap(sample, gain, gains, least[tie], ranks[tie]) for gain in found for tie in [gain[:2]]),
            noise=tuple(
                Noise(_actor(sample, tie[0]), _actor(sample, tie[1]), gains.of(*tie), least[tie])
                for tie in least
                if tie not in ranks
            ),
        )


def _gap(sample: Sample, gain: Gain, gains: Gains[str], least: Least, ranks: tuple[int, int]) -> Gap:
    effect = gains.effect(gain.one, gain.other)
    one, other, before, then = effect.most[0]
    brokers, shared, claims = _brokers(sample, gain.one, gain.other)
    return Gap(
        one=_actor(sample, gain.one),
        other=_actor(sample, gain.other),
        alone=gain.alone,
        added=gain.added,
        before=gain.before,
        nearer=effect.nearer,
        joined=effect.joined,
        nearest=Nearer(_actor(sample, one), _actor(sample, other), before, then),
        brokers=brokers,
        shared=shared,
        least=least,
        rank_best=ranks[0],
        rank_worst=ranks[1],
        claims=claims,
    )


def _ranks(ties: Sequence[Pair], rests: _Rests) -> dict[Pair, tuple[int, int]]:
    """The best and the worst rank of each tie among them by its gain alone, over what is left without each source."""
    ranks: dict[Pair, list[int]] = {tie: [] for tie in ties}
    for gains in rests.values():
        then = {tie: _relative(gains, tie) for tie in ties}
        for rank, tie in enumerate(sorted(ties, key=lambda tie: -then[tie]), 1):
            ranks[tie].append(rank)
    return {tie: (min(found), max(found)) for tie, found in ranks.items()}


def _relative(gains: Gains[str], tie: Pair) -> float:
    """The gain by a tie, relative to the efficiency that there is; -1 if an end has no tie at all."""
    if not (tie[0] in gains and tie[1] in gains):
        return -1.0
    return _part(gains.of(*tie), gains.efficiency)


def _from_research(graph: Graph) -> list[Pair]:
    return cuts.pairs(laboratory_to_market.laboratories(graph), laboratory_to_market.firms(graph))


def _across(graph: Graph) -> list[Pair]:
    """The pairs of organizations and firms of different spheres."""
    spheres = {
        node: data["sphere"]
        for node, data in graph.nodes(data=True)
        if data["actor_type"] in samples.BODIES and data["sphere"]
    }
    return [(a, b) for a, b in combinations(sorted(spheres), 2) if spheres[a] != spheres[b]]


_AIMS: Mapping[str, Callable[[Graph], list[Pair]]] = {
    "from research bodies to firms": _from_research,
    "across the spheres": _across,
}


def _part(gain: float, efficiency: float) -> float:
    """A gain relative to the efficiency that there is; infinite if there is none."""
    if efficiency:
        return gain / efficiency
    return math.inf if gain else 0.0


def _actor(sample: Sample, node: object) -> Actor:
    return Actor(str(node), str(sample.ties.nodes[str(node)]["label"]))


def _brokers(sample: Sample, one: str, other: str) -> tuple[tuple[Actor, ...], bool, tuple[str, ...]]:
    """Who could bring two together: whom both know (True), else those on the first shortest path; and the claims."""
    import networkx as nx

    nodes = sorted(set(sample.ties[one]) & set(sample.ties[other]))
    shared = bool(nodes)
    if shared:
        ties = [(end, between) for between in nodes for end in (one, other)]
    elif nx.has_path(sample.ties, one, other):
        path = min(nx.all_shortest_paths(sample.ties, one, other))
        nodes, ties = path[1:-1], list(pairwise(path))
    else:
        return (), False, ()
    claims = tuple(sorted({claim for tie in ties for claim in sample.ties.edges[tie]["claims"]}))
    return tuple(_actor(sample, node) for node in nodes), shared, claims


def claim(_result: Result) -> str:
    """No statement is tested."""
    return ""


def answer(result: Result) -> str:
    """The first tie that makes paths shorter, and the first that joins components, of the first aim that has one."""
    found = {aim.joins: aim for aim in reversed(result.aims) if aim.gaps}

    def best(joins: bool, does: str) -> str:
        if joins not in found:
            return f"none would {does} enough."
        gap = found[joins].gaps[0]
        return (
            f"{gap.one.name} – {gap.other.name} would {does} most {found[joins].aim} (efficiency from "
            f"{gap.before:.3f} to {gap.before + gap.alone:.3f}, {quantity(gap.nearer, 'pair')} nearer)."
        )

    return (
        f"Of {quantity(result.missing, 'missing tie')} between organizations and firms, {best(False, 'shorten paths')} "
        f"Between components, {best(True, 'gain')}"
    )


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    for aim in result.aims:
        if aim.noise:
            yield (
                f"{aim.title}: {quantity(len(aim.noise), 'more is', 'more are')} left out as noise. Without one "
                f"source, the gain is less than {missing_ties.LEAST_GAIN:.0%}, or an end has no tie at all."
            )
    least = laboratory_to_market.LEAST_BODIES
    if min(result.laboratories, result.firms) < least:
        yield (
            f"{quantity(result.laboratories, 'research body')} and {quantity(result.firms, 'firm')} have a tie; with "
            f"fewer than {least} of either, a gap is one between few actors."
        )
    yield (
        "A tie that nobody wrote about looks like one that is missing. The sources follow one article outwards, so "
        "components may be joined by actors about whom nothing was read. The graph contains nothing about law, price "
        "or trust."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return (*(_gap_table(aim, result.support) for aim in result.aims), _noise_table(result))


def _gap_table(aim: Aim, support: Support) -> Table:
    rows: list[tuple[Value, ...]] = []
    for gap in aim.gaps:
        gains = (100 * _part(gap.alone, gap.before), 100 * _part(gap.added, gap.before))
        before = f"from {gap.nearest.before}" if gap.nearest.before else "from no path"
        nearest = f"{gap.nearest.one.name} – {gap.nearest.other.name} {before} to {gap.nearest.then}"
        robust = (100 * gap.least.gain, gap.least.source, f"{gap.rank_best}-{gap.rank_worst}")
        names = (gap.one.name, gap.other.name)
        rows.append((*names, *gains, gap.nearer, gap.joined, nearest, _broker_names(gap), *robust))
    gains_of = ("gain, %", "added to those above, %", "pairs nearer", "joined")
    return Table(
        aim.title,
        ("one", "other", *gains_of, "nearest", "possible brokers", "least gain, %", "without", "ranks"),
        tuple(rows),
        note="% are of the present efficiency. Joined pairs had no path. Possible brokers: actors to which both are "
        "tied, otherwise those on a shortest path. Least gain and ranks: over all samples without one source.",
        support=support,
        evidence=tuple(gap.claims for gap in aim.gaps),
    )


def _broker_names(gap: Gap) -> str:
    """The first brokers by name, and how many more there are."""
    if not gap.brokers:
        return "nobody: no path"
    more = len(gap.brokers) - NAMED
    names = (" or " if gap.shared else ", then ").join(actor.name for actor in gap.brokers[:NAMED])
    return names + (f", and {more} more" if more > 0 else "")


def _noise_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for aim in result.aims:
        for tie in aim.noise[: missing_ties.LISTED]:
            least = 100 * tie.least.gain if tie.least.gain >= 0 else None
            rows.append((aim.title, tie.one.name, tie.other.name, tie.gain, least, tie.least.source))
    return Table(
        "Left out as noise",
        ("list", "one", "other", "gain", "least gain, %", "without"),
        tuple(rows),
        note=f"The first {missing_ties.LISTED} of each list. If the least gain is empty, one of the two has no "
        f"tie without that source.",
    )
