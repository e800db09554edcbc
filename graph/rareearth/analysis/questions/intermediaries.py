"""The paths between two sets of actors: distances, independent paths, brokers, cut points, the effect of removals.

The question ``laboratory-to-market`` takes research bodies as the first set and firms as the second.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Actor, Support, Table, Value, quantity
from rareearth.measures import brokerage, cuts, efficiency

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.sample import Sample
    from rareearth.measures.efficiency import Distances

    Graph = nx.Graph[str]

SHOWN, REMOVED, RUNS = 12, 10, 200
PAIRS, WORK = 5_000, 1_000_000  # pairs whose paths are counted, and pairs times ties; a random sample if there are more


@dataclass(frozen=True)
class Paths:
    """The distances between two sets of actors, in ties.

    Of ``pairs`` pairs, ``reached`` have a path; ``mean`` and ``median`` are of those (None if there are none).
    ``efficiency`` is the mean of 1/distance over all pairs, 0 to 1. ``counts`` has (distance, number of pairs).
    """

    pairs: int
    reached: int
    mean: float | None
    median: float | None
    efficiency: float
    counts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, found: Distances) -> Paths:
        """The paths of these distances."""
        return cls(found.pairs, found.reached, found.mean, found.median, found.efficiency, found.counts)


@dataclass(frozen=True)
class PathCounts:
    """Of ``pairs`` pairs of actors, how many have no, one, two or more paths that share no other actor."""

    pairs: int
    none: int
    one: int
    two: int
    more: int


@dataclass(frozen=True)
class IndependentPaths:
    """Paths that share no actor: from the first set to the second, and within the second.

    ``together`` is the number of such paths between the two sets as wholes; all paths are cut without the actors of
    ``separator``.
    """

    across: PathCounts
    within: PathCounts
    together: int
    separator: tuple[Actor, ...]


@dataclass(frozen=True)
class DirectTie:
    """A tie from the first set to the second."""

    one: Actor
    other: Actor
    relations: tuple[str, ...]
    sources: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Broker(Actor):
    """An actor on shortest paths between the sets.

    ``share`` is the part of the connected pairs that have a shortest path over it (in part, if there are several), 0 to
    1; ``roles`` the number of pairs for which it plays each role, ``roles_z`` how many standard deviations that is
    above chance, if defined; ``constraint`` and ``efficiency`` describe the structural holes around it; ``claims`` are
    those of its ties.
    """

    actor_type: str
    sphere: str
    share: float
    roles: Mapping[str, int]
    roles_z: Mapping[str, float]
    constraint: float
    efficiency: float
    claims: tuple[str, ...]


@dataclass(frozen=True)
class CutPoint(Actor):
    """An actor without which ``pairs`` pairs, a part ``share`` of the connected ones, have no path at all."""

    actor_type: str
    sphere: str
    pairs: int
    share: float
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Removal:
    """The pairs that still have a path after the loss of ``lost`` actors, in per cent of those that had one.

    Lost are those with the most ties, those on the most shortest paths (both recalculated after each loss; the actor
    is None at the start, or if nobody is left), or random ones: their mean, and the 5th and 95th percentile of the
    runs.
    """

    lost: int
    most_ties: Actor | None
    most_ties_left: float
    most_paths: Actor | None
    most_paths_left: float
    random_left: float
    random_low: float
    random_high: float


def independent(sample: Sample, first: Collection[str], last: Collection[str], seed: int) -> IndependentPaths:
    """How many paths that share nobody lead from the first to the last, and among the last.

    Pairs beyond :data:`PAIRS` (fewer in large graphs) are a random sample by ``seed``.
    """
    import numpy as np

    def counts(one: Collection[str], other: Collection[str]) -> PathCounts:
        pairs = cuts.pairs(one, other)
        most = min(PAIRS, WORK // max(1, sample.ties.number_of_edges()))
        chosen = np.random.default_rng(seed).permutation(len(pairs))[:most]
        found = Counter(cuts.node_disjoint_paths(sample.ties, [pairs[i] for i in sorted(chosen)]).values())
        more = sum(number for paths, number in found.items() if paths > 2)
        return PathCounts(len(chosen), found[0], found[1], found[2], more)

    split = cuts.separator(sample.ties, first, last)
    separator = tuple(_actor(sample, str(node)) for node in split.actors)
    return IndependentPaths(counts(first, last), counts(last, last), split.paths, separator)


def direct(sample: Sample, first: Collection[str], last: Collection[str]) -> Iterator[DirectTie]:
    """The ties from the first to the last."""
    ends = set(last)
    for one, other in sorted((a, b) for a in first for b in sample.ties[a] if b in ends):
        data = sample.ties.edges[one, other]
        yield DirectTie(_actor(sample, one), _actor(sample, other), data["relations"], data["sources"], data["claims"])


def brokers(sample: Sample, betweenness: Mapping[str, float], connected: int) -> Iterator[Broker]:
    """The actors on the most shortest paths, of ``connected`` pairs, with their roles and the holes around them."""
    order = sorted((n for n in betweenness if betweenness[n] > 0), key=lambda n: (-betweenness[n], n))[:SHOWN]
    spheres = {node: str(data["sphere"]) for node, data in sample.ties.nodes(data=True) if data["sphere"]}
    roles, chance = brokerage.roles(sample.ties, spheres), brokerage.z_scores(sample.ties, spheres)
    holes = brokerage.holes(sample.ties, order)
    for node in order:
        data = sample.ties.nodes[node]
        yield Broker(
            id=node,
            name=str(data["label"]),
            actor_type=data["actor_type"],
            sphere=data["sphere"],
            share=betweenness[node] / connected,
            roles={role: int(x) // _times(role) for role, x in _counts_by_role(roles.get(node))},
            roles_z={role: z for role, z in _counts_by_role(chance.get(node)) if not math.isnan(z)},
            constraint=holes[node].constraint,
            efficiency=holes[node].efficiency,
            claims=_claims(sample, node),
        )


def cut_points(sample: Sample, first: Collection[str], last: Collection[str]) -> Iterator[CutPoint]:
    """Those without whom some pairs have no path at all (articulation points), those of most pairs first."""
    found = cuts.articulation(sample.ties, first, last)
    connected = cuts.connected_pairs(sample.ties, first, last)
    for node in sorted(found, key=lambda node: (-found[node], node)):
        data, cut = sample.ties.nodes[node], found[node]
        yield CutPoint(
            node, str(data["label"]), data["actor_type"], data["sphere"], cut, cut / connected, _claims(sample, node)
        )


def removal(sample: Sample, first: Collection[str], last: Collection[str], seed: int) -> Iterator[Removal]:
    """What stays connected when up to :data:`REMOVED` actors are lost, in three orders."""

    def betweenness(graph: Graph) -> Mapping[str, float]:
        return efficiency.betweenness(graph, _in(graph, first), _in(graph, last))

    by_degree = cuts.removal(sample.ties, first, last, lambda graph: dict(graph.degree()), REMOVED)
    by_pairs = cuts.removal(sample.ties, first, last, betweenness, REMOVED)
    random = cuts.random_removal(sample.ties, first, last, REMOVED, RUNS, seed)

    def at(steps: list[cuts.Step], step: int) -> tuple[Actor | None, float]:
        if step >= len(steps):
            return None, 0.0
        gone = steps[step].removed
        return None if gone is None else _actor(sample, str(gone)), 100 * steps[step].connected

    for step in range(min(REMOVED, len(sample.ties)) + 1):
        shares = [100 * run[step] for run in random]
        low, *_, high = quantiles(shares, n=20)
        yield Removal(step, *at(by_degree, step), *at(by_pairs, step), fmean(shares), low, high)


def independent_table(found: IndependentPaths, first: int, last: int) -> Table:
    """The numbers of independent paths; ``first`` and ``last`` are the numbers of research bodies and firms."""
    names = ", ".join(actor.name for actor in found.separator)
    return Table(
        f"Independent paths (that share no other actor), with {quantity(first, 'research body')} and "
        f"{quantity(last, 'firm')}",
        ("pairs", "counted", "none", "one", "two", "more"),
        tuple(
            (name, counts.pairs, counts.none, counts.one, counts.two, counts.more)
            for name, counts in (("from research bodies to firms", found.across), ("among firms", found.within))
        ),
        note=f"In total, {quantity(found.together, 'path leads', 'paths lead')} from research bodies to firms without "
        f"sharing any actor. The loss of these actors cuts all of them: {names or 'no actor'}.",
    )


def direct_table(found: Iterable[DirectTie], support: Support) -> Table:
    """The ties of research bodies to firms."""
    ties = list(found)
    return Table(
        "Research bodies that are tied to a firm",
        ("research body", "firm", "relation", "sources"),
        tuple((tie.one.name, tie.other.name, ", ".join(tie.relations), ", ".join(tie.sources)) for tie in ties),
        support=support,
        evidence=tuple(tie.claims for tie in ties),
    )


def brokers_table(found: Iterable[Broker]) -> Table:
    """The actors on most of the shortest paths."""
    shown = list(found)
    rows: list[tuple[Value, ...]] = []
    for b in shown:
        most = max(b.roles_z, key=lambda role: b.roles_z[role], default="")
        above = f"{most} ({b.roles_z[most]:+.1f})" if most and b.roles_z[most] > 0 else ""
        holes = (b.constraint, b.efficiency)
        rows.append((b.name, b.actor_type, b.sphere, 100 * b.share, *b.roles.values(), above, *holes))
    columns = (
        "actor", "is", "sphere", "% of pairs", *brokerage.Roles._fields, "most above chance (z)", "constraint",
        "efficiency",
    )  # fmt: skip
    return Table(
        "Actors on the shortest paths from research bodies to firms",
        columns,
        tuple(rows),
        note="% of pairs: the share of the connected pairs that have a shortest path through the actor (divided, if "
        "there are several). The roles count pairs of others of a sphere that are not tied to each other, once each; "
        "representative and gatekeeper are the same because ties have no direction. z takes every tie to be equally "
        "likely, so it is high for all who have many. A person has the sphere of its organization.",
        evidence=tuple(b.claims for b in shown),
    )


def cut_points_table(found: tuple[CutPoint, ...]) -> Table:
    """The articulation points that cut most pairs."""
    return Table(
        "Actors whose loss would cut research bodies off from firms (articulation points)",
        ("actor", "is", "sphere", "pairs cut", "% of pairs"),
        tuple((c.name, c.actor_type, c.sphere, c.pairs, 100 * c.share) for c in found[:SHOWN]),
        note=f"The first {min(SHOWN, len(found))} of {len(found)}. Pairs that include the actor do not count.",
        evidence=tuple(c.claims for c in found[:SHOWN]),
    )


def removal_table(found: Iterable[Removal]) -> Table:
    """What stays connected, step by step."""
    return Table(
        f"Pairs that keep a path, in %, when up to {REMOVED} actors are lost one after another",
        ("lost", "most ties", "% left", "most paths", "% left then", "random: mean %", "5%", "95%"),
        tuple(
            (
                step.lost,
                step.most_ties.name if step.most_ties else "",
                step.most_ties_left,
                step.most_paths.name if step.most_paths else "",
                step.most_paths_left,
                step.random_left,
                step.random_low,
                step.random_high,
            )
            for step in found
        ),
        note="Who has the most ties, or is on the most shortest paths, is recalculated after each loss. Random: "
        f"{RUNS} runs.",
    )


def _in(graph: Graph, nodes: Iterable[str]) -> list[str]:
    return [node for node in nodes if node in graph]


def _actor(sample: Sample, node: str) -> Actor:
    return Actor(node, str(sample.ties.nodes[node]["label"]))


def _claims(sample: Sample, node: str) -> tuple[str, ...]:
    return tuple(sorted({claim for *_, data in sample.ties.edges(node, data=True) for claim in data["claims"]}))


def _counts_by_role(roles: brokerage.Roles | None) -> list[tuple[str, float]]:
    return list(zip(brokerage.Roles._fields, roles or brokerage.Roles(), strict=True))


def _times(role: str) -> int:
    """How often a pair of ends counts in a role, in a graph without directions."""
    return 1 if role in ("representative", "gatekeeper") else 2
