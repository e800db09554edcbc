"""How far amounts are concentrated on few carriers: the Herfindahl-Hirschman index, and stages that depend on one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Concentration:
    """How what is known is spread over its carriers, and how much has no known carrier.

    ``index`` is the Herfindahl-Hirschman index of the known part, 0 to 1, and ``low`` to ``high`` what it may be once
    the unknown part is known. ``largest`` is the largest carrier, ``share`` its part of what is known.
    """

    carriers: int
    known: float
    unknown: float
    index: float | None
    low: float | None
    high: float | None
    largest: str
    share: float | None


def herfindahl(amounts: Mapping[str, float]) -> float | None:
    """The Herfindahl-Hirschman index [hirschman1964]: the sum of the squares of the carriers' shares.

    It is 1/n for n equal carriers and 1 for a single one; None of nothing. Times 10,000 it is the index as competition
    authorities write it.

    >>> herfindahl({"a": 2, "b": 2})
    0.5
    """
    total = math.fsum(amounts.values())
    return math.fsum((amount / total) ** 2 for amount in amounts.values()) if total > 0 else None


def concentration(amounts: Mapping[str, float], unknown: tuple[float, ...] = ()) -> Concentration:
    """The spread of amounts over their carriers, where the carriers of further amounts are not known.

    The index is lowest when each further amount has a carrier of its own, and highest when all are the largest one's.

    >>> found = concentration({"a": 1, "b": 1}, unknown=(2,))
    >>> found.low, found.index, found.high
    (0.375, 0.5, 0.625)
    """
    carried = {name: amount for name, amount in amounts.items() if amount > 0}
    largest = min(carried, key=lambda name: (-carried[name], name), default="")
    known = math.fsum(carried.values())
    apart = {**carried, **{f"? {number}": amount for number, amount in enumerate(unknown)}}
    together = {**carried, largest: carried.get(largest, 0) + math.fsum(unknown)}
    return Concentration(
        len(carried),
        known,
        math.fsum(unknown),
        herfindahl(carried),
        herfindahl(apart),
        herfindahl(together),
        largest,
        carried[largest] / known if carried else None,
    )


def single_points(stages: Mapping[str, Mapping[str, float]]) -> tuple[tuple[str, str], ...]:
    """The (stage, carrier) of every stage of a chain that has a single carrier, in the order of the stages.

    >>> single_points({"mine": {"a": 1, "b": 1}, "magnet": {"a": 1}})
    (('magnet', 'a'),)
    """
    return tuple((stage, next(iter(carriers))) for stage, carriers in stages.items() if len(carriers) == 1)
