"""The positions of the nodes of a network in a picture: a force-directed layout that is the same on every machine.

ForceAtlas2 [jacomy2014]: nodes repel each other in proportion to their degrees, edges pull in proportion to their
length, gravity holds the components together. Only additions, multiplications, divisions and square roots in a fixed
order are used, which IEEE 754 rounds alike everywhere; start positions come from the names of the nodes. Layouts of
libraries differ between machines in their last digits, and a force layout makes large differences of small ones.
"""

from __future__ import annotations

import functools
import hashlib
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    Vectors = NDArray[np.float64]

SMALLEST, LARGEST = 6.0, 40.0  # diameters of nodes
_PAIRS = 30_000_000  # pairs of nodes times rounds: bounds the time
_BLOCK = 128  # rows of pairs at a time: bounds the memory, and fits the cache of the processor


def sizes(network: nx.MultiDiGraph[str]) -> dict[str, float]:
    """The diameter of each node: its area grows with its degree."""
    degrees = dict(network.degree())
    most = max(degrees.values(), default=0) or 1
    return {node: round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(d / most), 1) for node, d in degrees.items()}


def positions(network: nx.MultiDiGraph[str]) -> dict[str, tuple[float, float]]:
    """The (x, y) of each node: centred on 0, y upwards, in the units of :func:`sizes`; {} for no node."""
    nodes = sorted(network)
    if not nodes:
        return {}
    index = {node: i for i, node in enumerate(nodes)}
    pairs = sorted({(index[a], index[b]) if a < b else (index[b], index[a]) for a, b in network.edges() if a != b})
    degrees = tuple(network.degree(node) for node in nodes)
    diameter = sizes(network)
    return dict(
        zip(nodes, _compute(tuple(nodes), tuple(pairs), degrees, tuple(diameter[n] for n in nodes)), strict=True)
    )


@functools.lru_cache(maxsize=8)  # a build, an export and a page ask for the same network more than once
def _compute(
    nodes: tuple[str, ...], pairs: tuple[tuple[int, int], ...], degrees: tuple[int, ...], diameters: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    place = np.array([_start(node) for node in nodes]).reshape(-1, 2) * math.sqrt(len(nodes))
    rounds = int(min(500, max(40, _PAIRS / len(nodes) ** 2)))
    mass = np.array(degrees, dtype=np.float64) + 1
    place = _settle(place, np.array(pairs, dtype=np.int64).reshape(-1, 2), mass, rounds)
    place = _spread(place, np.array(diameters) / 2)
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in place)


def _start(node: str) -> tuple[float, float]:
    digest = hashlib.sha256(node.encode("utf-8", "surrogatepass")).digest()
    x, y = (int.from_bytes(digest[i : i + 4], "big") / 2**31 - 1 for i in (0, 4))
    return x, y


def _settle(place: Vectors, pairs: NDArray[np.int64], mass: Vectors, rounds: int) -> Vectors:
    """Move the nodes until the forces are nearly still, with the adaptive speed of the paper."""
    before = np.zeros_like(place)
    speed = 1.0
    for _ in range(rounds):
        force = _repulsion(place, mass) - 0.2 * mass[:, None] * place
        if len(pairs):
            pull = place[pairs[:, 1]] - place[pairs[:, 0]]
            np.add.at(force, pairs[:, 0], pull)
            np.add.at(force, pairs[:, 1], -pull)
        swing = _length(force - before)
        traction = _length(force + before) / 2
        speed = min(1.5 * speed, 0.5 * _total(mass * traction) / max(_total(mass * swing), 1e-9))
        step = speed / (1 + speed * np.sqrt(swing))
        place += force * np.minimum(step, 10 / np.maximum(_length(force), 1e-9))[:, None]
        before = force
    return place


def _repulsion(place: Vectors, mass: Vectors) -> Vectors:
    force = np.zeros_like(place)
    charge = (4 * mass)[:, None]
    columns = np.ascontiguousarray(place.T)
    for start in range(0, len(place), _BLOCK):
        here = slice(start, start + _BLOCK)
        away = columns[None, :, here] - place[:, :, None]  # (others, 2, these): the sum runs over the others, in order
        square = away[:, 0] * away[:, 0]
        square += away[:, 1] * away[:, 1]
        square += 1e-3
        away *= (charge * mass[here] / square)[:, None]
        force[here] = away.sum(axis=0).T
    return force


def _spread(place: Vectors, radius: Vectors) -> Vectors:
    """Scale up to a readable distance, then push apart nodes that still lie on each other."""
    spans = place.max(axis=0) - place.min(axis=0)
    place = place - (place.max(axis=0) + place.min(axis=0)) / 2
    room = 3.5 * np.sqrt(_total(4 * radius * radius) * 3)
    place *= room / max(float(spans.max()), 1e-9)
    if len(place) > 2000:  # the pairs are too many, and at that size nobody reads labels
        return place
    needed = radius[:, None] + radius[None, :] + 4
    for _ in range(60):
        away = place[None, :] - place[:, None]
        distance = np.sqrt(away[..., 0] * away[..., 0] + away[..., 1] * away[..., 1]) + 1e-6
        overlap = np.maximum(needed - distance, 0)
        np.fill_diagonal(overlap, 0)
        if not overlap.any():
            break
        place += (away * (overlap / distance / 2)[..., None]).sum(axis=0) * 0.5
    return place


def _length(vectors: Vectors) -> Vectors:
    return np.sqrt(vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1])


def _total(values: Vectors) -> float:
    """The sum from first to last; numpy's own order of summing is its own affair."""
    return float(np.add.accumulate(values)[-1])
