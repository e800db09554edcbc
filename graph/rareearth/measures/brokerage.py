"""Brokers between groups (Gould and Fernandez), and structural holes around an actor (Burt)."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from rareearth.measures import backends

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
    """The role (a field of :class:`Roles`) of a broker between two others, all three given by their groups.

    >>> role(before="lab", broker="ministry", after="firm")
    'liaison'
    """
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

    The roles are those of [gould1989].

    >>> import networkx as nx
    >>> roles(nx.DiGraph([("lab", "ministry"), ("ministry", "firm")]), {"lab": "A", "ministry": "B", "firm": "C"})[
    ...     "ministry"
    ... ]
    Roles(coordinator=0, itinerant=0, representative=0, gatekeeper=0, liaison=1)
    """
    counts = {node: dict.fromkeys(Roles._fields, 0) for node in graph if groups.get(node)}
    for before, broker, after in _open_paths(graph, groups):
        counts[broker][role(groups[before], groups[broker], groups[after])] += 1
    return {node: Roles(**found) for node, found in counts.items()}


def z_scores(graph: nx.Graph[Node], groups: Mapping[Node, str]) -> dict[Node, Roles]:
    """How far each count of :func:`roles` is from what chance gives, in standard deviations (z).

    Chance is that of [gould1989]: every tie is there with the same probability, the density among the actors
    that have a group, and the groups are as they are. NaN where chance leaves no spread.

    With density d, a triple is an open two-path with p = d²(1-d); two triples of one broker depend on each other when
    they share the tie into it or the tie out of it, with covariance d³(1-d)³. A graph without directions has each
    triple twice, so counts by two are half as many independent triples.

    >>> import networkx as nx
    >>> found = z_scores(nx.path_graph(["lab", "broker", "firm"]), {"lab": "A", "broker": "B", "firm": "C"})
    >>> round(found["broker"].liaison, 6)
    2.397916
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

    Ties count alike, whatever their direction or strength. The measures are those of [burt1992] (chapter 2), the
    effective size as [borgatti1997] simplified it. Raises KeyError for an actor that is not in the network.

    >>> import networkx as nx
    >>> holes(nx.Graph([("broker", "a"), ("broker", "b")]), ["broker"])
    {'broker': Hole(constraint=0.5, effective_size=2.0, efficiency=1.0)}
    """
    import networkx as nx

    plain = nx.Graph((a, b) for a, b in graph.edges() if a != b)
    plain.add_nodes_from(graph)
    made, number = backends.igraph_of(plain)
    chosen = list(graph if nodes is None else nodes)
    places = [number[node] for node in chosen]
    constraint = made.constraint(vertices=places)
    known = made.transitivity_local_undirected(vertices=places, mode="zero")  # the part of the contacts' pairs tied
    return {
        node: _hole(contacts, *numbers)
        for node, contacts, *numbers in zip(chosen, made.degree(places), constraint, known, strict=True)
    }


def _hole(contacts: int, constraint: float, known: float) -> Hole:
    if not contacts:
        return Hole(math.nan, math.nan, math.nan)
    size = contacts - (contacts - 1) * known  # n - 2t/n, with t ties among n contacts
    return Hole(constraint, size, size / contacts)


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
