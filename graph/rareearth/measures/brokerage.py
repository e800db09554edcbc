"""Brokers between groups (Gould and Fernandez), and structural holes around an actor (Burt)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import networkx as nx

Node = TypeVar("Node", bound=Hashable)


class Roles(NamedTuple):
    """How often (or how likely) a broker plays each role, by the groups of those before, at and after it.

    ``coordinator`` A-A-A, ``itinerant`` (consultant) A-B-A, ``representative`` A-A-B, ``gatekeeper`` A-B-B,
    ``liaison`` A-B-C.
    """

    coordinator: float = 0
    itinerant: float = 0
    representative: float = 0
    gatekeeper: float = 0
    liaison: float = 0


class Hole(NamedTuple):
    """The structural holes around an actor.

    ``constraint`` is low where its contacts do not know each other, ``effective_size`` the number of contacts that
    are not redundant, ``efficiency`` their part of all contacts (1 where no contact knows another).
    """

    constraint: float
    effective_size: float
    efficiency: float


def role(before: str, broker: str, after: str) -> str:
    """The role (a field of :class:`Roles`) of a broker between two others, all three given by their groups."""
    if before == broker:
        return "coordinator" if broker == after else "representative"
    if broker == after:
        return "gatekeeper"
    return "itinerant" if before == after else "liaison"


def roles(graph: nx.Graph[Node], groups: Mapping[Node, str]) -> dict[Node, Roles]:
    """How often each actor plays each role of a broker.

    Counted are the open two-paths: a tie from a to b and one from b to c, and none from a to c. A tie without
    direction goes both ways, so that each pair of ends is counted twice, and representative and gatekeeper agree.
    Actors without a group are left out, with their ties.

    R. V. Gould, R. M. Fernandez (1989): Structures of mediation: a formal approach to brokerage in transaction
    networks. Sociological Methodology 19, 89-126.
    """
    counts = {node: dict.fromkeys(Roles._fields, 0) for node in graph if groups.get(node)}
    for before, broker, after in _open_paths(graph, groups):
        counts[broker][role(groups[before], groups[broker], groups[after])] += 1
    return {node: Roles(**found) for node, found in counts.items()}


def standardized(graph: nx.Graph[Node], groups: Mapping[Node, str]) -> dict[Node, Roles]:
    """How far each count of :func:`roles` is from what chance gives, in standard deviations (z).

    Chance is that of Gould and Fernandez: every tie is there with the same probability, the density among the actors
    that have a group, and the groups are as they are. NaN where chance leaves no spread.

    With density d, a triple is an open two-path with p = d²(1-d); two triples of one broker depend on each other when
    they share the tie into it or the tie out of it, with covariance d³(1-d)³. A graph without directions has each
    triple twice, so counts by two are half as many independent triples.
    """
    grouped = [node for node in graph if groups.get(node)]
    size, directed = len(grouped), graph.is_directed()
    among = graph.subgraph(grouped)
    ties = among.number_of_edges() - sum(1 for node in grouped if among.has_edge(node, node))
    density = ties * (1 if directed else 2) / (size * (size - 1)) if size > 1 else 0.0
    sizes: dict[str, int] = {}
    for node in grouped:
        sizes[groups[node]] = sizes.get(groups[node], 0) + 1
    counted = roles(graph, groups)
    moments = {group: _moments(sizes, group, density, directed) for group in sizes}
    return {
        node: Roles(
            *(
                (count - mean) / math.sqrt(variance) if variance > 0 else math.nan
                for count, (mean, variance) in zip(counted[node], moments[groups[node]], strict=True)
            )
        )
        for node in counted
    }


def holes(graph: nx.Graph[Node], nodes: Collection[Node] | None = None) -> dict[Node, Hole]:
    """The structural holes around some actors (default: all); NaN around one without ties.

    Ties count alike, whatever their direction or strength. Only the surroundings of the actors asked for are read,
    so that a few of them cost little in a large network.

    R. S. Burt (1992): Structural Holes, ch. 2 (constraint, effective size, efficiency). S. P. Borgatti (1997):
    Structural holes: unpacking Burt's redundancy measures. Connections 20(1), 35-38 (effective size = n - 2t/n).
    """
    plain = graph.to_undirected(as_view=True) if graph.is_directed() else graph
    around: dict[Node, set[Node]] = {}

    def contacts(node: Node) -> set[Node]:
        if node not in around:
            around[node] = set(plain[node]) - {node}
        return around[node]

    return {node: _hole(contacts(node), contacts) for node in (graph if nodes is None else nodes)}


def _hole(contacts: set[Node], around: Callable[[Node], set[Node]]) -> Hole:
    count = len(contacts)
    if not count:
        return Hole(math.nan, math.nan, math.nan)
    constraint, known = 0.0, 0
    for contact in sorted(contacts, key=str):  # in one order, so that the sum has the same last digits
        shared = around(contact) & contacts
        known += len(shared)
        constraint += ((1 + sum(1 / len(around(third)) for third in sorted(shared, key=str))) / count) ** 2
    effective = count - known / count
    return Hole(constraint, effective, effective / count)


def _open_paths(graph: nx.Graph[Node], groups: Mapping[Node, str]) -> Iterator[tuple[Node, Node, Node]]:
    onward = {
        node: {other: None for other in reached if other != node and groups.get(other)}
        for node, reached in graph.adjacency()
        if groups.get(node)
    }
    into: dict[Node, list[Node]] = {node: [] for node in onward}
    for node, others in onward.items():
        for other in others:
            into[other].append(node)
    for broker, afters in onward.items():
        for before in into[broker]:
            reached = onward[before]
            for after in afters:
                if before != after and after not in reached:
                    yield before, broker, after


def _moments(sizes: Mapping[str, int], own: str, density: float, directed: bool) -> list[tuple[float, float]]:
    """Mean and variance of each role of a broker of one group, in the order of :class:`Roles`."""
    present, together = density**2 * (1 - density), density**3 * (1 - density) ** 3
    others = {group: size - (group == own) for group, size in sizes.items()}
    found = []
    for name in Roles._fields:
        pairs = [(a, c) for a in others for c in others if role(a, own, c) == name]
        triples = sum(others[a] * (others[c] - (a == c)) for a, c in pairs)
        sharing = 0  # ordered pairs of triples that have the same actor before, or the same after
        for end, count in others.items():
            onward = sum(others[c] - (end == c) for a, c in pairs if a == end)
            back = sum(others[a] - (end == a) for a, c in pairs if c == end)
            sharing += count * (onward * (onward - 1) + back * (back - 1))
        variance = triples * present * (1 - present) + sharing * together
        # without directions a-b-c and c-b-a are one: half as many triples, each counted as two (4 * 1/2), but for
        # the roles in which the two ends differ
        twice = not directed and name in ("coordinator", "itinerant", "liaison")
        found.append((triples * present, variance * (2 if twice else 1)))
    return found
