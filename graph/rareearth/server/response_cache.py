"""The latest responses of one build, bounded in bytes: the data does not change until the next build."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass

from cachetools import LRUCache

MAX_BYTES = 64 << 20  # of all responses
MAX_RESPONSE = 1 << 20  # bytes of one response
_OVERHEAD = 500  # bytes of Python objects around a body, about
_BYTES_PER_CHARACTER = 4  # of a key, at most
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE)  # a comment may precede the bracket


@dataclass(frozen=True)
class CachedResponse:
    """A body with its media type; ``size`` is what it takes of the cache, in bytes."""

    media: str
    body: bytes
    size: int


class ResponseCache:
    """Responses by request; the least recently used are dropped first.

    ``max_bytes`` bounds all responses together, ``max_response`` each of them.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_response: int = MAX_RESPONSE) -> None:
        self._max_response = min(max_bytes, max_response)
        self._responses: LRUCache[Hashable, CachedResponse] = LRUCache(max_bytes, getsizeof=lambda kept: kept.size)

    def get(self, key: Hashable) -> CachedResponse | None:
        """The response to a request, if it is in the cache."""
        return self._responses.get(key)

    def add(self, key: Hashable, media: str, body: bytes, key_size: int = 0) -> None:
        """Keep a response, unless it is too large; ``key_size`` is the number of characters in its key."""
        size = len(body) + _BYTES_PER_CHARACTER * key_size + _OVERHEAD
        if size <= self._max_response:
            self._responses[key] = CachedResponse(media, body, size)


def is_volatile(query: str) -> bool:
    """Whether a query may give another result each time, so that its response is not kept.

    >>> is_volatile("SELECT (RAND() AS ?x) {}"), is_volatile("ASK {}")
    (True, False)
    """
    return _VOLATILE.search(query) is not None
