"""The positions of the nodes of a network in a picture: a force-directed layout that is the same on every machine.

Nodes repel each other in proportion to their degrees, edges pull in proportion to their length, gravity holds the
components together (:mod:`.forces`). A large network is laid out group by group (:mod:`.nesting`). All arithmetic is
exact or rounded alike everywhere; start positions come from the names of the nodes. Layouts of libraries differ between
machines in their last digits, and a force layout makes large differences of small ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from rareearth import cache as caches
from rareearth.cache import Cache
from rareearth.layout import forces, groups, nesting
from rareearth.layout.forces import Vectors

if TYPE_CHECKING:
    import networkx as nx

_Given: TypeAlias = tuple[tuple[str, ...], tuple[tuple[int, int], ...], tuple[int, ...], tuple[float, ...]]
SMALLEST, LARGEST = 6.0, 40.0  # diameters of nodes
_GAP = 4.0  # between nodes


def sizes(network: nx.MultiDiGraph[str]) -> dict[str, float]:
    """The diameter of each node: its area grows with its degree."""
    degrees = dict(network.degree())
    most = max(degrees.values(), default=0) or 1
    return {node: round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(d / most), 1) for node, d in degrees.items()}


def positions(network: nx.MultiDiGraph[str], cache: Cache | None = None) -> dict[str, tuple[float, float]]:
    """The (x, y) of each node: centred on 0, y upwards, in the units of :func:`sizes`; {} for no node.

    A ``cache`` has those of networks with the same nodes and ties.
    """
    nodes = sorted(network)
    if not nodes:
        return {}
    index = {node: i for i, node in enumerate(nodes)}
    pairs = sorted({(index[a], index[b]) if a < b else (index[b], index[a]) for a, b in network.edges() if a != b})
    degrees = tuple(network.degree(node) for node in nodes)
    diameter = sizes(network)
    given = tuple(nodes), tuple(pairs), degrees, tuple(diameter[n] for n in nodes)
    return dict(zip(nodes, _known(given, cache or Cache(None)), strict=True))


def communities(network: nx.MultiDiGraph[str]) -> dict[str, int]:
    """The number of the community of each node: the groups that a large network is laid out by (:mod:`.groups`).

    >>> import networkx as nx
    >>> pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x"), ("a", "x")]
    >>> communities(nx.MultiDiGraph(pairs))
    {'a': 0, 'b': 0, 'c': 0, 'x': 1, 'y': 1, 'z': 1}
    """
    nodes = sorted(network)
    index = {node: i for i, node in enumerate(nodes)}
    pairs = sorted({(min(ends), max(ends)) for a, b in network.edges() if (ends := (index[a], index[b])) and a != b})
    levels = groups.levels(len(nodes), pairs)
    return dict(zip(nodes, levels[-1] if levels else range(len(nodes)), strict=True))


def _known(given: _Given, cache: Cache) -> Sequence[tuple[float, float]]:
    """The places of a network that is in the cache, or else as they are computed."""
    if not cache.is_kept:
        return _compute(*given)
    key = caches.key(caches.program(), repr(given))
    if (found := cache.get(key)) is not None:
        return [(x, y) for x, y in json.loads(found)]
    places = _compute(*given)
    cache.put(key, json.dumps(places))
    return places


@functools.lru_cache(maxsize=8)  # a build, an export and a page ask for the same network more than once
def _compute(
    nodes: tuple[str, ...], pairs: tuple[tuple[int, int], ...], degrees: tuple[int, ...], diameters: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    start = np.array([_start(node) for node in nodes]).reshape(-1, 2)
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    mass = np.array(degrees, dtype=np.float64) + 1
    if len(nodes) <= nesting.DIRECT:
        begin = start * math.sqrt(len(nodes))
        [place] = forces.settle([forces.Bodies(begin, edges, np.ones(len(edges)), mass, np.zeros_like(begin))])
    else:
        place = nesting.places(start, edges, mass)
    place = _spread(place, np.array(diameters) / 2)
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in place)


def _start(node: str) -> tuple[float, float]:
    digest = hashlib.sha256(node.encode("utf-8", "surrogatepass")).digest()
    x, y = (int.from_bytes(digest[i : i + 4], "big") / 2**31 - 1 for i in (0, 4))
    return x, y


def _spread(place: Vectors, radius: Vectors) -> Vectors:
    """Scale up to a readable distance, then push apart nodes that still lie on each other."""
    spans = place.max(axis=0) - place.min(axis=0)
    place = place - (place.max(axis=0) + place.min(axis=0)) / 2
    room = 3.5 * math.sqrt(forces.total(4 * radius * radius) * 3)
    return forces.apart([place * (room / max(float(spans.max()), 1e-9))], [radius], _GAP)[0]
