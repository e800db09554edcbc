"""Forces between points in the plane, in arithmetic that is the same on every machine.

Only additions, multiplications, divisions and square roots in a fixed order are used, which IEEE 754 rounds alike
everywhere. Many small sets of points are moved together, each as if it were alone: a step for all of them costs hardly
more than one for the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
Pairs = NDArray[np.int64]

_PAIRS = 30_000_000  # pairs of points times rounds: bounds the time
_FEWEST, _MOST = 40, 500  # rounds
_BLOCK = 128  # rows of pairs at a time: bounds the memory, and fits the cache of the processor
_TOGETHER = 1 << 14  # pairs of points of several sets at a time, likewise
_APART = 60  # rounds in which points are pushed apart


@dataclass(frozen=True)
class Bodies:
    """A set of points that move by the forces between them.

    Parameters
    ----------
    place
        Where the points are at first, (n, 2).
    pairs, weights
        Which points pull each other (m, 2), and how much (m,).
    mass
        How much each point pushes the others away, (n,).
    outside
        A constant pull on each point, (n, 2).

    """

    place: Vectors
    pairs: Pairs
    weights: Vectors
    mass: Vectors
    outside: Vectors


def settle(sets: Sequence[Bodies]) -> list[Vectors]:
    """Move each set of points until its forces are nearly still, and return where they are then.

    ForceAtlas2 [jacomy2014] with the adaptive speed of the paper.
    """
    by_rounds: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        by_rounds[int(min(_MOST, max(_FEWEST, _PAIRS / max(1, len(one.place)) ** 2)))].append(number)
    found: dict[int, Vectors] = {}
    for rounds, numbers in by_rounds.items():
        numbers.sort(key=lambda number: len(sets[number].place))  # those of one size are next to each other
        found |= zip(numbers, _settled([sets[number] for number in numbers], rounds), strict=True)
    return [found[number] for number in range(len(sets))]


def _settled(sets: Sequence[Bodies], rounds: int) -> list[Vectors]:
    sizes = [len(one.place) for one in sets]
    first = np.cumsum([0, *sizes])
    owner = np.repeat(np.arange(len(sets)), sizes)
    place = np.concatenate([one.place for one in sets])
    mass = np.concatenate([one.mass for one in sets])
    outside = np.concatenate([one.outside for one in sets])
    weights = np.concatenate([one.weights for one in sets])[:, None]
    pairs = np.concatenate([one.pairs + start for one, start in zip(sets, first[:-1], strict=True)])
    before, speed = np.zeros_like(place), np.ones(len(sets))
    for _ in range(rounds):
        force = _repulsion(place, mass, sizes) - 0.2 * mass[:, None] * place
        if len(pairs):
            pull = (place[pairs[:, 1]] - place[pairs[:, 0]]) * weights
            for axis in (0, 1):
                force[:, axis] += np.bincount(pairs[:, 0], pull[:, axis], len(place))
                force[:, axis] -= np.bincount(pairs[:, 1], pull[:, axis], len(place))
        force += outside
        swing = length(force - before)
        traction = length(force + before) / 2
        still = np.maximum(np.bincount(owner, mass * swing, len(sets)), 1e-9)  # bincount adds from first to last
        speed = np.minimum(1.5 * speed, 0.5 * np.bincount(owner, mass * traction, len(sets)) / still)
        fast = speed[owner]
        step = fast / (1 + fast * np.sqrt(swing))
        place = place + force * np.minimum(step, 10 / np.maximum(length(force), 1e-9))[:, None]
        before = force
    return np.split(place, first[1:-1])


def apart(places: Sequence[Vectors], radii: Sequence[Vectors], gap: float) -> list[Vectors]:
    """Push the discs of each set apart that lie on each other or are nearer than a gap; most are apart afterwards."""
    found = dict(enumerate(places))
    moving = [number for number, place in found.items() if len(place)]
    for _ in range(_APART):
        if not moving:
            break
        sizes = [len(found[number]) for number in moving]
        place, radius = (np.concatenate([of[number] for number in moving]) for of in (found, radii))
        widest = np.array([float(radii[number].max()) * 2 + gap for number in moving])
        one, other = near(place, widest, sizes)
        way = place[other] - place[one]
        distance = length(way) + 1e-6
        overlap = radius[one] + radius[other] + gap - distance
        close = overlap > 0
        one, other = one[close], other[close]
        push = way[close] * (overlap[close] / distance[close] / 4)[:, None]
        for axis in (0, 1):
            place[:, axis] += np.bincount(other, push[:, axis], len(place))
            place[:, axis] -= np.bincount(one, push[:, axis], len(place))
        owner = np.repeat(np.arange(len(moving)), sizes)
        moved = np.bincount(owner[one], minlength=len(moving)) > 0
        parts = np.split(place, np.cumsum(sizes)[:-1])
        found |= {number: part for number, part, has in zip(moving, parts, moved, strict=True) if has}
        moving = [number for number, has in zip(moving, moved, strict=True) if has]
    return [found[number] for number in range(len(places))]


def near(place: Vectors, distance: Vectors, sizes: Sequence[int]) -> tuple[Pairs, Pairs]:
    """All pairs of points in the same or in neighbouring squares of a grid, each once, sorted.

    Parameters
    ----------
    place
        The points of several sets, one set after the other, (n, 2). Points of two sets are no pair.
    distance
        The width of the grid of each set.
    sizes
        How many points each set has, at least one.

    """
    first = np.cumsum([0, *sizes[:-1]])
    owner = np.repeat(np.arange(len(sizes)), sizes)
    corner = np.minimum(np.minimum.reduceat(place, first, axis=0), 0)
    width = np.maximum(distance, 1e-9)[owner]
    cell = np.floor((place - corner[owner]) / width[:, None]).astype(np.int64) + 1
    most = np.maximum.reduceat(cell, first, axis=0)
    columns = most[:, 1] + 2
    room = (most[:, 0] + 3) * columns
    wide = columns[owner]
    code = cell[:, 0] * wide + cell[:, 1] + (np.cumsum(room) - room)[owner]
    order = np.argsort(code, kind="stable")
    ranked = code[order]
    ones, others = [], []
    for step in (0, 1, wide - 1, wide, wide + 1):
        start = np.searchsorted(ranked, code + step, "left")
        end = np.searchsorted(ranked, code + step, "right")
        counts = end - start
        one = np.repeat(np.arange(len(place)), counts)
        inside = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
        other = order[np.repeat(start, counts) + inside]
        kept = one < other if isinstance(step, int) and step == 0 else slice(None)
        ones.append(one[kept])
        others.append(other[kept])
    one, other = np.concatenate(ones), np.concatenate(others)
    sorted_ = np.lexsort((other, one))
    return one[sorted_], other[sorted_]


def length(vectors: Vectors) -> Vectors:
    """The length of each vector."""
    return np.sqrt(vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1])


def total(values: Vectors) -> float:
    """The sum from first to last; numpy's own order of summing is its own affair."""
    return float(np.add.accumulate(values)[-1]) if len(values) else 0.0


def _repulsion(place: Vectors, mass: Vectors, sizes: Sequence[int]) -> Vectors:
    """The push on each point by the others of its set; sets of one size are computed together."""
    force = np.empty_like(place)
    start = number = 0
    while number < len(sizes):
        size = sizes[number]
        most = max(1, _TOGETHER // (size * size))
        count = 1
        while count < most and number + count < len(sizes) and sizes[number + count] == size:
            count += 1
        here = slice(start, start + size * count)
        force[here] = _pushed(place[here].reshape(count, size, 2), mass[here].reshape(count, size)).reshape(-1, 2)
        start, number = here.stop, number + count
    return force


def _pushed(place: Vectors, mass: Vectors) -> Vectors:
    """The push on each point of some sets of one size, (sets, points, 2)."""
    force = np.empty_like(place)
    columns = np.ascontiguousarray(place.transpose(0, 2, 1))
    rows = np.ascontiguousarray(place.transpose(1, 0, 2))
    charge = (4 * mass).T[:, :, None]
    for start in range(0, place.shape[1], _BLOCK):
        here = slice(start, start + _BLOCK)
        away = (
            columns[None, :, :, here] - rows[:, :, :, None]
        )  # (others, sets, 2, these): summed in order of the others
        square = away[:, :, 0] * away[:, :, 0]
        square += away[:, :, 1] * away[:, :, 1]
        square += 1e-3
        away *= (charge * mass[None, :, here] / square)[:, :, None]
        force[:, here] = away.sum(axis=0).transpose(0, 2, 1)
    return force
