"""Where the actors of a sample are, as places inside places: countries, their regions, cities in these."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import networkx as nx

from rareearth import namespaces, network
from rareearth.analysis.finding import Actor

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.store.backend import Backend

_SPATIAL = "SELECT ?relation { ?relation ree:spatial true }"


@dataclass(frozen=True)
class Place(Actor):
    """A place with the actors in it.

    ``actors`` counts those in it and in the places ``inside``, largest first; ``here`` are the ids of those for which
    no source names a place inside this one, ``claims`` the ids of the claims that say where these are.
    """

    actors: int
    here: tuple[str, ...]
    claims: tuple[str, ...]
    inside: tuple[Place, ...]

    def everyone(self) -> frozenset[str]:
        """The ids of all actors in it."""
        return frozenset(self.here).union(*(place.everyone() for place in self.inside))

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Place]]:
        """The place and all places inside it, each with the names on the path to it, its own last."""
        here = (*path, self.name)
        yield here, self
        for place in self.inside:
            yield from place.walk(here)


@dataclass
class _Node:
    """A place as it is put together."""

    id: str
    name: str
    inside: list[_Node] = field(default_factory=list)
    here: set[str] = field(default_factory=set)


def read(store: Backend, sample: Sample) -> tuple[Place, ...]:
    """The outermost places with an actor of the sample's network, largest first."""
    spatial = {namespaces.local(relation.value) for (relation,) in store.select(_SPATIAL)}
    actors = sample.network
    inside: nx.DiGraph[str] = nx.DiGraph()
    claims: dict[str, set[str]] = defaultdict(set)
    for one, other, data in actors.edges(data=True):
        if data["relation"] in spatial:
            inside.add_edge(one, other)
            claims[one].update(str(data["claims"]).split(network.JOIN))

    @functools.cache
    def above(place: str) -> frozenset[str]:
        return frozenset(nx.descendants(inside, place) - {place})

    def nearest(places: Collection[str]) -> list[str]:
        """Those of these places that contain no other of them."""
        return sorted(set(places).difference(*(above(place) for place in places)))

    containers = sorted(node for node, count in inside.in_degree() if count)
    known = {id_: _Node(id_, str(actors.nodes[id_].get("label", id_))) for id_ in containers}
    tops: list[_Node] = []
    for id_, place in known.items():
        holders = nearest([holder for holder in inside[id_] if holder != id_ and id_ not in above(holder)])
        (known[holders[0]].inside if holders else tops).append(place)
    for actor in sorted(set(inside) - set(containers)):
        for place_id in nearest(list(inside[actor])):
            known[place_id].here.add(actor)
    return _order(tops, claims)


def _order(nodes: Collection[_Node], claims: dict[str, set[str]]) -> tuple[Place, ...]:
    """The places that have an actor, those with the most first."""
    found = []
    for node in nodes:
        inside, here = _order(node.inside, claims), tuple(sorted(node.here))
        count = len(node.here.union(*(place.everyone() for place in inside)))
        own = tuple(sorted({claim for actor in here for claim in claims[actor]}))
        found.append(Place(node.id, node.name, count, here, own, inside))
    return tuple(sorted((place for place in found if place.actors), key=lambda place: (-place.actors, place.name)))
