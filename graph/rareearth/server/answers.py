"""The answers of one build that were given last: the data does not change until the next build, so they still hold."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable

MOST = 64 << 20  # bytes of all answers
LARGEST = 1 << 20  # bytes of one
_ALWAYS_NEW = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)


class Answers:
    """Answers by what was asked, those asked for last kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[str, bytes, int]] = OrderedDict()
        self._size = 0

    def get(self, asked: Hashable) -> tuple[str, bytes] | None:
        """The media type and body of an answer, if it is kept."""
        found = self._kept.get(asked)
        if found is None:
            return None
        self._kept.move_to_end(asked)
        return found[:2]

    def keep(self, asked: Hashable, query: str, media: str, body: bytes) -> None:
        """Keep an answer, unless it is large, or would be another one the next time."""
        size = len(body) + 4 * len(query) + 500
        if size > LARGEST or _ALWAYS_NEW.search(query) or asked in self._kept:
            return
        self._kept[asked] = media, body, size
        self._size += size
        while self._size > MOST:
            _, (_, _, freed) = self._kept.popitem(last=False)
            self._size -= freed
