"""Who stands between two sets of actors: tables of independent paths, brokers, and those whose loss would cut them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Table, Value, counted
from rareearth.measures import brokerage, cuts, efficiency

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.sample import Sample

    Graph = nx.Graph[str]

SHOWN, REMOVED, RUNS = 12, 10, 200
PAIRS, WORK = 5_000, 1_000_000  # how many pairs are counted, and pairs times ties; drawn when there are more


def independent(read: Sample, first: Collection[str], last: Collection[str], seed: int) -> Table:
    """How many paths that share nobody lead from the first to the last, and among the last."""
    import numpy as np

    rows: list[tuple[Value, ...]] = []
    for name, ends in (("from the first to the last", (first, last)), ("among the last", (last, last))):
        every = cuts.pairs(*ends)
        most = min(PAIRS, WORK // max(1, read.ties.number_of_edges()))
        drawn = np.random.default_rng(seed).permutation(len(every))[:most]
        found = Counter(cuts.independent_paths(read.ties, [every[i] for i in sorted(drawn)]).values())
        more = sum(number for paths, number in found.items() if paths > 2)
        rows.append((name, len(drawn), found[0], found[1], found[2], more))
    split = cuts.separator(read.ties, first, last)
    names = ", ".join(str(read.ties.nodes[str(node)]["label"]) for node in split.actors)
    return Table(
        f"Independent paths (that share no other actor); first: {counted(len(first), 'research body')}, "
        f"last: {counted(len(last), 'firm')}",
        ("pairs", "counted", "none", "one", "two", "more"),
        tuple(rows),
        note=f"All together, {counted(split.paths, 'path leads', 'paths lead')} from research bodies to firms without "
        f"sharing anyone. These cut all of them when lost: {names or 'nobody'}.",
    )


def direct(read: Sample, first: Collection[str], last: Collection[str]) -> Table:
    """The ties from the first to the last."""
    ends = set(last)
    ties = sorted((one, other) for one in first for other in read.ties[one] if other in ends)
    return Table(
        "Research bodies that are tied to a firm",
        ("research body", "firm", "relation", "sources"),
        tuple(
            (
                *_names(read, tie),
                ", ".join(read.ties.edges[tie]["relations"]),
                ", ".join(read.ties.edges[tie]["sources"]),
            )
            for tie in ties
        ),
        support=read.support(ties),
        evidence=tuple(tuple(read.ties.edges[tie]["claims"]) for tie in ties),
    )


def brokers(read: Sample, carried: Mapping[str, float], connected: int) -> Table:
    """Those who carry most of the pairs, with their roles between spheres and the holes around them."""
    order = sorted((node for node in carried if carried[node] > 0), key=lambda node: (-carried[node], node))[:SHOWN]
    spheres = {node: str(data["sphere"]) for node, data in read.ties.nodes(data=True) if data["sphere"]}
    roles, chance = brokerage.roles(read.ties, spheres), brokerage.standardized(read.ties, spheres)
    holes = brokerage.holes(read.ties, order)
    rows: list[tuple[Value, ...]] = []
    for node in order:
        counts: tuple[Value, ...] = tuple(int(x) // _times(name) for x, name in _named(roles.get(node)))
        above = {name: z for z, name in _named(chance.get(node)) if not math.isnan(z)}
        most = max(above, key=lambda name: above[name], default="")
        data, hole = read.ties.nodes[node], holes[node]
        told = (f"{most} ({above[most]:+.1f})" if most and above[most] > 0 else "",)
        share = 100 * carried[node] / connected
        rows.append(
            (data["label"], data["nature"], data["sphere"], share, *counts, *told, hole.constraint, hole.efficiency)
        )
    return Table(
        "Who carries the paths from research bodies to firms",
        (
            "actor",
            "is",
            "sphere",
            "% of pairs",
            *brokerage.Roles._fields,
            "most above chance (z)",
            "constraint",
            "efficiency",
        ),
        tuple(rows),
        note="% of pairs: of those with a path, how many have a shortest path over the actor (in part, where there are "
        "several). The roles count pairs of others of a sphere that are not tied to each other, once each; "
        "representative and gatekeeper are the same where ties have no direction. z takes every tie to be as "
        "likely, so that it is high for all who have many. A person has the sphere of its organization.",
        evidence=tuple(_claims(read, node) for node in order),
    )


def cutters(read: Sample, first: Collection[str], last: Collection[str]) -> Table:
    """Those without whom most pairs have no path at all."""
    found = cuts.articulation(read.ties, first, last)
    connected = cuts.connected(read.ties, first, last)
    order = sorted(found, key=lambda node: (-found[node], node))
    return Table(
        "Who would cut research bodies from firms when lost (articulation points)",
        ("actor", "is", "sphere", "pairs cut", "% of pairs"),
        tuple(
            (
                *(str(read.ties.nodes[node][what]) for what in ("label", "nature", "sphere")),
                found[node],
                100 * found[node] / connected,
            )
            for node in order[:SHOWN]
        ),
        note=f"The first {min(SHOWN, len(order))} of {len(order)}. Pairs of which the actor is an end do not count.",
        evidence=tuple(_claims(read, node) for node in order[:SHOWN]),
    )


def removal(read: Sample, first: Collection[str], last: Collection[str], seed: int) -> Table:
    """What stays connected when the most tied, those who carry most, or anybody goes."""

    def carried(graph: Graph) -> Mapping[str, float]:
        return efficiency.betweenness(graph, _in(graph, first), _in(graph, last))

    by_degree = cuts.removal(read.ties, first, last, lambda graph: dict(graph.degree()), REMOVED)
    by_pairs = cuts.removal(read.ties, first, last, carried, REMOVED)
    random = cuts.random_removal(read.ties, first, last, REMOVED, RUNS, seed)
    rows: list[tuple[Value, ...]] = []
    for step in range(min(REMOVED, len(read.ties)) + 1):
        row: list[Value] = [step]
        for way in (by_degree, by_pairs):
            gone = way[step].removed if step < len(way) else None
            row += [str(read.ties.nodes[str(gone)]["label"]) if gone is not None else ""]
            row += [100 * way[step].connected if step < len(way) else 0.0]
        shares = [100 * run[step] for run in random]
        low, *_, high = quantiles(shares, n=20)
        rows.append((*row, fmean(shares), low, high))
    return Table(
        f"Pairs that keep a path, in %, when up to {REMOVED} actors are lost one after another",
        ("lost", "most ties", "% left", "carries most", "% left then", "anybody: mean %", "5 %", "95 %"),
        tuple(rows),
        note=f"Who has most ties or carries most is reckoned anew after each loss. Anybody: {RUNS} runs at random.",
    )


def _in(graph: Graph, nodes: Iterable[str]) -> list[str]:
    return [node for node in nodes if node in graph]


def _names(read: Sample, nodes: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(read.ties.nodes[node]["label"]) for node in nodes)


def _claims(read: Sample, node: str) -> tuple[str, ...]:
    return tuple(sorted({claim for *_, data in read.ties.edges(node, data=True) for claim in data["claims"]}))


def _named(roles: brokerage.Roles | None) -> list[tuple[float, str]]:
    return list(zip(roles or brokerage.Roles(), brokerage.Roles._fields, strict=True))


def _times(role: str) -> int:
    """How often a pair of ends counts in a role, in a graph without directions."""
    return 1 if role in ("representative", "gatekeeper") else 2
