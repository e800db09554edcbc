"""Forces between points in the plane, in arithmetic that is the same on every machine.

Only additions, multiplications, divisions and square roots in a fixed order are used, which IEEE 754 rounds alike
everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
Pairs = NDArray[np.int64]

_PAIRS = 30_000_000  # pairs of points times rounds: bounds the time
_FEWEST, _MOST = 40, 500  # rounds
_BLOCK = 128  # rows of pairs at a time: bounds the memory, and fits the cache of the processor
_APART = 60  # rounds in which points are pushed apart


def settle(place: Vectors, pairs: Pairs, weights: Vectors, mass: Vectors, outside: Vectors | None = None) -> Vectors:
    """Move points until the forces are nearly still: ForceAtlas2 [jacomy2014] with the adaptive speed of the paper.

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
    before = np.zeros_like(place)
    speed = 1.0
    for _ in range(int(min(_MOST, max(_FEWEST, _PAIRS / max(1, len(place)) ** 2)))):
        force = _repulsion(place, mass) - 0.2 * mass[:, None] * place
        if len(pairs):
            pull = (place[pairs[:, 1]] - place[pairs[:, 0]]) * weights[:, None]
            for axis in (0, 1):
                force[:, axis] += np.bincount(pairs[:, 0], pull[:, axis], len(place))
                force[:, axis] -= np.bincount(pairs[:, 1], pull[:, axis], len(place))
        if outside is not None:
            force += outside
        swing = length(force - before)
        traction = length(force + before) / 2
        speed = min(1.5 * speed, 0.5 * total(mass * traction) / max(total(mass * swing), 1e-9))
        step = speed / (1 + speed * np.sqrt(swing))
        place = place + force * np.minimum(step, 10 / np.maximum(length(force), 1e-9))[:, None]
        before = force
    return place


def apart(place: Vectors, radius: Vectors, gap: float) -> Vectors:
    """Push discs apart that lie on each other or are nearer than a gap; most are apart afterwards."""
    widest = float(radius.max(initial=0)) * 2 + gap
    for _ in range(_APART):
        one, other = near(place, widest)
        way = place[other] - place[one]
        distance = length(way) + 1e-6
        overlap = radius[one] + radius[other] + gap - distance
        close = overlap > 0
        if not close.any():
            break
        one, other = one[close], other[close]
        push = way[close] * (overlap[close] / distance[close] / 4)[:, None]
        place = place.copy()
        for axis in (0, 1):
            place[:, axis] += np.bincount(other, push[:, axis], len(place))
            place[:, axis] -= np.bincount(one, push[:, axis], len(place))
    return place


def near(place: Vectors, distance: float) -> tuple[Pairs, Pairs]:
    """All pairs of points in the same or in neighbouring squares of a grid of this width, each once, sorted."""
    cell = np.floor((place - place.min(axis=0, initial=0)) / max(distance, 1e-9)).astype(np.int64) + 1
    columns = int(cell[:, 1].max(initial=0)) + 2
    code = cell[:, 0] * columns + cell[:, 1]
    order = np.argsort(code, kind="stable")
    ranked = code[order]
    ones, others = [], []
    for step in (0, 1, columns - 1, columns, columns + 1):
        first = np.searchsorted(ranked, code + step, "left")
        last = np.searchsorted(ranked, code + step, "right")
        counts = last - first
        one = np.repeat(np.arange(len(place)), counts)
        inside = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
        other = order[np.repeat(first, counts) + inside]
        kept = one < other if step == 0 else slice(None)
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
