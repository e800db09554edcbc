"""Names as keys: two spellings of one name have one key; and the known names closest to an unknown one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_PUNCTUATION = re.compile(r"[^\w\s]+|_")


def key(name: str) -> str:
    """The name without what spellings differ in: compatibility forms, case, accents, punctuation, spaces.

    >>> key("China Rare-Earth  Group Co., Ltd.")
    'china rare earth group co ltd'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


def closest(name: str, known: Iterable[str], count: int = 5) -> list[str]:
    """The known names most like a name, at most ``count``, the closest first.

    Likeness (0 to 1) is the largest of: letters in common, words in common, and 0.75 for a name whose words start like
    the given one; below 0.6 a name is left out. The library's own mixture (``WRatio``) is not used: by parts of words
    it puts "Delegation on the tour of Ganzhou" next to "Gnazhou" and finds names for "Nobody at all".

    >>> closest("Gnazhou", ["Ganzhou", "Guangzhou", "Baotou"])
    ['Ganzhou', 'Guangzhou']
    """
    from rapidfuzz import fuzz

    sought = key(name)
    words = set(sought.split())

    def likeness(other: str) -> float:
        folded = key(other)
        letters = fuzz.ratio(sought, folded) / 100
        shared = len(words & set(folded.split())) / max(1, len(words))
        start = 0.75 if sought and f" {sought}" in f" {folded}" else 0.0
        return max(letters, 0.9 * shared, start)

    ranked = sorted(((likeness(other), other) for other in set(known)), key=lambda pair: (-pair[0], pair[1]))
    return [other for score, other in ranked[:count] if score >= 0.6]
