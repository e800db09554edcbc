"""Circle packing: circles of given sizes close together, without overlaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

Circle = tuple[float, float, float]  # x, y, radius
_CLOSE = 1e-7


def pack(radii: Sequence[float], flatness: float = 1.0) -> tuple[list[Circle], float]:
    """The circles of these radii, in this order, around (0, 0), and the radius of the circle around them.

    The largest are in the middle: each, the largest first, is put where it touches two that are there already, at the
    place nearest to the middle (the greedy placement of Wang, Wang, Dai and Wang 2006, CHI, 517-520, over all pairs).
    With a ``flatness`` above 1 the whole is that many times wider than high. More than cubic in the number of circles:
    made for tens of them.

    >>> pack([1, 1])
    ([(-1.0, 0.0, 1), (1.0, 0.0, 1)], 2.0)
    """
    order = sorted(range(len(radii)), key=lambda n: (-radii[n], n))
    placed: dict[int, Circle] = {}
    for number in order:
        placed[number] = _place(radii[number], list(placed.values()), flatness)
    if not placed:
        return [], 0.0
    lying = [placed[number] for number in range(len(radii))]
    mass = sum(r * r for _, _, r in lying)
    x, y = (sum(c[axis] * c[2] * c[2] for c in lying) / mass for axis in (0, 1))
    lying = [(cx - x, cy - y, r) for cx, cy, r in lying]
    return lying, max(math.hypot(cx, cy) + r for cx, cy, r in lying)


def _place(radius: float, others: Sequence[Circle], flatness: float) -> Circle:
    if not others:
        return 0.0, 0.0, radius
    if len(others) == 1:
        return others[0][2] + radius, 0.0, radius
    free = [
        (x, y, radius)
        for one, two in combinations(others, 2)
        for x, y in _touching(one, two, radius)
        if all(math.hypot(x - ox, y - oy) >= radius + r - _CLOSE for ox, oy, r in others)
    ]
    return min(free, key=lambda c: (round(math.hypot(c[0] / flatness, c[1]), 6), round(c[1], 6), round(c[0], 6)))


def _touching(one: Circle, two: Circle, radius: float) -> list[tuple[float, float]]:
    """The centres of the circles of a radius that touch two others from outside."""
    a, b = one[2] + radius, two[2] + radius
    dx, dy = two[0] - one[0], two[1] - one[1]
    distance = math.hypot(dx, dy)
    if distance > a + b or distance < abs(a - b) or not distance:
        return []
    along = (a * a - b * b + distance * distance) / (2 * distance)
    across = math.sqrt(max(0.0, a * a - along * along))
    x, y = one[0] + along * dx / distance, one[1] + along * dy / distance
    return [(x - sign * across * dy / distance, y + sign * across * dx / distance) for sign in (1, -1)]
