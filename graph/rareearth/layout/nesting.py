"""Layouts of large networks: groups of nodes get a disc each, and every group is laid out inside its own.

The forces are those of :mod:`.forces`. Groups come from :mod:`.groups`, so that nodes that are tied stand together;
those with ties to other groups are pulled to their side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rareearth.layout import forces, groups
from rareearth.layout.forces import Pairs, Vectors

DIRECT = 400  # nodes that are laid out at once
_CROWD = 1500  # nodes or groups that are put on a spiral
_PULL = 3.0  # how strongly an edge to another group pulls
_GAP = 1.1  # room between discs, of their radius
_TURN = (-0.7373688780783197, 0.6754902942615238)  # the cosine and sine of the golden angle


@dataclass(frozen=True)
class _Group:
    """Nodes that share a disc, the level of groups above their parts, and what pulls each of them outwards."""

    nodes: NDArray[np.int64]
    level: int
    outside: Vectors


def places(start: Vectors, pairs: Pairs, mass: Vectors) -> Vectors:
    """Where nodes stand, (n, 2), each with room for about one unit.

    Parameters
    ----------
    start
        Where each node begins, from -1 to 1, (n, 2).
    pairs
        Edges, each once, (m, 2).
    mass
        How much each node pushes others away, (n,).

    """
    levels = groups.levels(len(start), [(int(a), int(b)) for a, b in pairs])
    member = [np.arange(len(start)), *(np.array(level, dtype=np.int64) for level in levels)]
    found = np.zeros_like(start)
    waiting = [(_Group(np.arange(len(start)), len(member), np.zeros_like(start)), np.zeros(2))]
    while waiting:
        group, centre = waiting.pop()
        parts, spots = _laid_out(group, member, start, pairs, mass)
        for part, spot in zip(parts, spots, strict=True):
            if len(part.nodes) == 1:
                found[part.nodes] = centre + spot
            else:
                waiting.append((part, centre + spot))
    return found


def _laid_out(
    group: _Group, member: list[NDArray[np.int64]], start: Vectors, pairs: Pairs, mass: Vectors
) -> tuple[list[_Group], Vectors]:
    """The parts of a group, and where each stands from the middle of its disc."""
    level, part_of, count = _parts(group, member)
    inside = np.full(len(start), -1, dtype=np.int64)
    inside[group.nodes] = part_of
    ends = inside[pairs]
    between = pairs[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])]
    edges, weights = _joined(inside[between], count)
    size = np.bincount(part_of, minlength=count).astype(np.float64)
    first = np.full(count, len(group.nodes), dtype=np.int64)
    np.minimum.at(first, part_of, np.arange(len(part_of)))
    begin = start[group.nodes[first]] * math.sqrt(count)
    heavy = _sums(part_of, mass[group.nodes], count) if level == 0 else 2 * np.sqrt(size)
    pull = np.stack([_sums(part_of, group.outside[:, axis], count) for axis in (0, 1)], axis=1)
    if count > _CROWD:
        spots = _spiral(heavy)
    else:
        spots = forces.settle(begin, edges, weights if level == 0 else np.sqrt(weights), heavy, pull)
    radius = np.sqrt(size) * (1.0 if level == 0 else _GAP)
    spots = _fitted(spots, radius, math.sqrt(len(group.nodes)))
    outside = group.outside + _directions(between, inside, spots, group.nodes, len(start)) * _PULL
    order = np.argsort(part_of, kind="stable")
    cuts = np.cumsum(np.bincount(part_of, minlength=count))[:-1]
    parts = [_Group(group.nodes[chosen], level, outside[chosen]) for chosen in np.split(order, cuts)]
    return parts, spots


def _parts(group: _Group, member: list[NDArray[np.int64]]) -> tuple[int, NDArray[np.int64], int]:
    """The level of the parts of a group, the part of each of its nodes, and how many parts there are.

    A small group falls into its nodes; a large one into the largest groups below it.
    """
    level = 0 if len(group.nodes) <= DIRECT else group.level - 1
    while True:
        names, part_of = np.unique(member[level][group.nodes], return_inverse=True)
        if level == 0 or len(names) > 1:
            return level, part_of.astype(np.int64), len(names)
        level -= 1


def _joined(ends: Pairs, count: int) -> tuple[Pairs, Vectors]:
    """Edges between parts, each once, and how many there are of each."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    codes, weights = np.unique(low * count + high, return_counts=True)
    return np.stack([codes // count, codes % count], axis=1), weights.astype(np.float64)


def _fitted(spots: Vectors, radius: Vectors, within: float) -> Vectors:
    """Discs without overlaps around the middle, in a disc of about a radius."""
    spans = spots.max(axis=0) - spots.min(axis=0)
    spots = (spots - (spots.max(axis=0) + spots.min(axis=0)) / 2) * (2 * within / max(float(spans.max()), 1e-9))
    spots = forces.apart(spots, radius, 0.0)
    spots = spots - (spots.max(axis=0) + spots.min(axis=0)) / 2
    reach = float((forces.length(spots) + radius).max())
    return spots * min(1.0, _GAP * within / max(reach, 1e-9))


def _directions(
    between: Pairs, part: NDArray[np.int64], spots: Vectors, nodes: NDArray[np.int64], count: int
) -> Vectors:
    """For each node, the sum of the directions in which the parts are that it has edges to."""
    way = spots[part[between[:, 1]]] - spots[part[between[:, 0]]]
    way = way / np.maximum(forces.length(way), 1e-9)[:, None]
    whole = np.stack(
        [_sums(between[:, 0], way[:, axis], count) - _sums(between[:, 1], way[:, axis], count) for axis in (0, 1)],
        axis=1,
    )
    return whole[nodes]


def _sums(part: NDArray[np.int64], values: Vectors, count: int) -> Vectors:
    """The sum of the values of each part, added in their order."""
    return np.bincount(part, values, count).astype(np.float64)


def _spiral(mass: Vectors) -> Vectors:
    """Points on a sunflower's spiral, the heaviest in the middle."""
    found = np.zeros((len(mass), 2))
    cosine, sine = _TURN
    x, y = 1.0, 0.0
    for rank, number in enumerate(np.argsort(-mass, kind="stable").tolist()):
        found[number] = math.sqrt(rank) * x, math.sqrt(rank) * y
        x, y = x * cosine - y * sine, x * sine + y * cosine
    return found
