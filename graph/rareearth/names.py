"""Names as keys: two spellings of one name have one key, and a name nobody knows has near ones."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_PUNCTUATION = re.compile(r"[^\w\s]+|_")


def key(name: str) -> str:
    """The name without what people vary: NFKC, case, accents, punctuation, spaces."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


def near(name: str, known: Iterable[str], count: int = 5) -> list[str]:
    """The known names most like a name, the nearest first: by letters in common and by words in common."""
    wanted = key(name)
    words = set(wanted.split())

    def likeness(other: str) -> float:
        folded = key(other)
        letters = difflib.SequenceMatcher(None, wanted, folded).ratio()
        theirs = set(folded.split())
        shared = len(words & theirs) / max(1, len(words))
        within = 0.75 if wanted and f" {wanted}" in f" {folded}" else 0.0
        return max(letters, 0.9 * shared, within)

    ranked = sorted(((likeness(other), other) for other in set(known)), key=lambda pair: (-pair[0], pair[1]))
    return [other for score, other in ranked[:count] if score >= 0.6]
