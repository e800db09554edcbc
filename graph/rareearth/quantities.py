"""Numbers and shares as the data writes them, and the words that bound a number ("at least", "less than").

A number is what everybody reads in it: digits with at most one point, ``31.21``. Other spellings of numbers (``1,000``,
``1e3``, ``0x10``, ``.5``, ``+5``, digits of other scripts) are refused. A share is a number from 0 to 100, in per cent,
or a range: ``25-50`` (both ends included), ``more than 25 and at most 50``, ``at least 75``. The words, and what they
mean, are declared by the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
MEASURE = re.compile(DECIMAL.pattern + r" (\S+)")
_PART = re.compile(r"((?P<word>[a-z]+( [a-z]+)*) )?(?P<number>[0-9.]+)")
_EXPECTED = "expected a percentage like 31.21, or a range like 25-50 or more than 25 and at most 50"
_ALL = Decimal(100)


class Bound(NamedTuple):
    """What a word says of the number after it: which ends it gives (lower, upper, both), and whether it may be so."""

    end: str
    included: bool


class Range(NamedTuple):
    """The least and the most that a share may be, in per cent; ``above`` and ``below`` say that an end is not included.

    >>> Range(Decimal(25), Decimal(50)).exact
    False
    """

    low: Decimal
    high: Decimal
    above: bool = False
    below: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


def share(text: str, bounds: Mapping[str, Bound], bound: str = "") -> Range:
    """What a share may be, given its text, the words of the ontology, and the word ``bound`` that it is given with.

    "About" is half a unit of the last digit that is not zero, in both directions. Raises ValueError for anything else
    than a share.

    >>> upper = {"less than": Bound("upper", included=False), "about": Bound("both", included=True)}
    >>> share("60", upper, "less than")
    Range(low=Decimal('0'), high=Decimal('60'), above=False, below=True)
    >>> share("63", upper, "about")
    Range(low=Decimal('62.5'), high=Decimal('63.5'), above=False, below=False)
    """
    sentence = " and " in text
    parts = text.split(" and " if sentence else "-")
    ends = [_part(part, text, bounds, bound, bare=len(parts) > 1 and not sentence) for part in parts]
    if len(ends) == 1:
        return ends[0]
    if bound:
        raise ValueError(f"found '{text}' with `bound: {bound}`; a range has no bound but its own")
    if len(ends) > 2:
        raise ValueError(f"found '{text}'; {_EXPECTED}")
    first, last = ends
    if not sentence:
        first, last = Range(first.low, _ALL), Range(Decimal(0), last.high)
    elif first.exact or last.exact or first.high < _ALL or last.low > 0:
        raise ValueError(f"found '{text}'; expected its lower end first, like more than 25 and at most 50")
    if first.low > last.high or (first.low == last.high and (first.above or last.below)):
        raise ValueError(f"found '{text}', which is no number at all; expected the lower end first, like 25-50")
    return Range(first.low, last.high, first.above, last.below)


def _part(part: str, text: str, bounds: Mapping[str, Bound], bound: str, *, bare: bool) -> Range:
    """A number with its word; ``bare`` refuses words."""
    match = _PART.fullmatch(part)
    if match is None or not DECIMAL.fullmatch(match["number"]) or (match["word"] and (bound or bare)):
        raise ValueError(f"found '{text}'; {_EXPECTED}")
    word, number = match["word"] or bound, Decimal(match["number"])
    if number > _ALL:
        raise ValueError(f"found '{text}'; {_EXPECTED}, at most 100")
    if not word or bare:
        return Range(number, number)
    if word not in bounds:
        raise ValueError(f"found '{text}' with '{word}'; expected one of {', '.join(sorted(bounds))}")
    found = _bounded(number, bounds[word])
    if found.exact and (found.above or found.below):
        raise ValueError(f"found '{word} {number}', which is no share; {_EXPECTED}")
    return found


def _bounded(number: Decimal, bound: Bound) -> Range:
    if bound.end == "lower":
        return Range(number, _ALL, above=not bound.included)
    if bound.end == "upper":
        return Range(Decimal(0), number, below=not bound.included)
    digits = number.normalize().as_tuple()
    half = Decimal(5).scaleb(int(digits.exponent) - 1) if number else Decimal("0.5")
    return Range(max(number - half, Decimal(0)), min(number + half, _ALL))
