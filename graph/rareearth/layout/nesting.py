"""Layouts of large networks: groups of nodes get a disc each, and every group is laid out inside its own.

The forces are those of :mod:`.forces`. Groups come from :mod:`.groups`, so that nodes that are tied stand together;
those with ties to other groups are pulled to their side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rareearth.layout import forces, groups
from rareearth.layout.forces import Bodies, Pairs, Vectors

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
    while waiting:  # all groups of one depth at once
        laid_out = _laid_out([group for group, _ in waiting], member, start, pairs, mass)
        below = []
        for (_, centre), (parts, spots) in zip(waiting, laid_out, strict=True):
            for part, spot in zip(parts, spots, strict=True):
                if len(part.nodes) == 1:
                    found[part.nodes] = centre + spot
                else:
                    below.append((part, centre + spot))
        waiting = below
    return found


@dataclass(frozen=True)
class _Split:
    """A group in parts: the part of each of its nodes, the edges between parts, and how the parts are at first.

    ``inside`` is the part of each end of the edges ``between``.
    """

    group: _Group
    level: int
    part_of: NDArray[np.int64]
    between: Pairs
    inside: Pairs
    radius: Vectors
    bodies: Bodies


def _laid_out(
    whole: Sequence[_Group], member: list[NDArray[np.int64]], start: Vectors, pairs: Pairs, mass: Vectors
) -> list[tuple[list[_Group], Vectors]]:
    """The parts of each group, and where each part stands from the middle of the disc of its group."""
    splits = [_split(group, edges, member, start, mass) for group, edges in _edges(whole, pairs, len(start))]
    crowded = [len(split.radius) > _CROWD for split in splits]
    settled = iter(forces.settle([split.bodies for split, many in zip(splits, crowded, strict=True) if not many]))
    spots = [_spiral(split.bodies.mass) if many else next(settled) for split, many in zip(splits, crowded, strict=True)]
    within = [math.sqrt(len(group.nodes)) for group in whole]
    fitted = _fitted(spots, [split.radius for split in splits], within)
    return [(_below(split, spot), spot) for split, spot in zip(splits, fitted, strict=True)]


def _edges(whole: Sequence[_Group], pairs: Pairs, count: int) -> Iterator[tuple[_Group, Pairs]]:
    """The edges inside each group, in their order."""
    group_of = np.full(count, -1, dtype=np.int64)
    for number, group in enumerate(whole):
        group_of[group.nodes] = number
    ends = group_of[pairs]
    inside = np.flatnonzero((ends[:, 0] >= 0) & (ends[:, 0] == ends[:, 1]))
    order = inside[np.argsort(ends[inside, 0], kind="stable")]
    cuts = np.cumsum(np.bincount(ends[order, 0], minlength=len(whole)))[:-1]
    yield from zip(whole, np.split(pairs[order], cuts), strict=True)


def _split(group: _Group, pairs: Pairs, member: list[NDArray[np.int64]], start: Vectors, mass: Vectors) -> _Split:
    level, part_of, count = _parts(group, member)
    ends = part_of[np.searchsorted(group.nodes, pairs)]
    different = ends[:, 0] != ends[:, 1]
    between, inside = pairs[different], ends[different]
    edges, weights = _joined(inside, count)
    size = np.bincount(part_of, minlength=count).astype(np.float64)
    first = np.full(count, len(group.nodes), dtype=np.int64)
    np.minimum.at(first, part_of, np.arange(len(part_of)))
    begin = start[group.nodes[first]] * math.sqrt(count)
    heavy = _sums(part_of, mass[group.nodes], count) if level == 0 else 2 * np.sqrt(size)
    pull = np.stack([_sums(part_of, group.outside[:, axis], count) for axis in (0, 1)], axis=1)
    bodies = Bodies(begin, edges, weights if level == 0 else np.sqrt(weights), heavy, pull)
    radius = np.sqrt(size) * (1.0 if level == 0 else _GAP)
    return _Split(group, level, part_of, between, inside, radius, bodies)


def _below(split: _Split, spots: Vectors) -> list[_Group]:
    """The parts of a group as groups, each with what pulls its nodes."""
    nodes = split.group.nodes
    outside = split.group.outside + _directions(split, spots) * _PULL
    order = np.argsort(split.part_of, kind="stable")
    cuts = np.cumsum(np.bincount(split.part_of, minlength=len(spots)))[:-1]
    return [_Group(nodes[chosen], split.level, outside[chosen]) for chosen in np.split(order, cuts)]


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


def _fitted(spots: Sequence[Vectors], radii: Sequence[Vectors], within: Sequence[float]) -> list[Vectors]:
    """Discs of each group without overlaps around the middle, in a disc of about a radius."""
    spread = []
    for places, room in zip(spots, within, strict=True):
        spans = places.max(axis=0) - places.min(axis=0)
        middle = (places.max(axis=0) + places.min(axis=0)) / 2
        spread.append((places - middle) * (2 * room / max(float(spans.max()), 1e-9)))
    found = []
    for places, radius, room in zip(forces.apart(spread, radii, 0.0), radii, within, strict=True):
        centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
        reach = float((forces.length(centred) + radius).max())
        found.append(centred * min(1.0, _GAP * room / max(reach, 1e-9)))
    return found


def _directions(split: _Split, spots: Vectors) -> Vectors:
    """For each node of a group, the sum of the directions in which the parts are that it has edges to."""
    way = spots[split.inside[:, 1]] - spots[split.inside[:, 0]]
    way = way / np.maximum(forces.length(way), 1e-9)[:, None]
    ends, count = np.searchsorted(split.group.nodes, split.between), len(split.group.nodes)
    return np.stack(
        [_sums(ends[:, 0], way[:, axis], count) - _sums(ends[:, 1], way[:, axis], count) for axis in (0, 1)], axis=1
    )


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
