"""The cache of responses: the least recently used go first, and what is new each time is never kept."""

from __future__ import annotations

import pytest

from rareearth.server.response_cache import ResponseCache, is_volatile

BODY = b"x" * 500  # with its overhead a little more than 1000 bytes in the cache


def test_a_response_is_found_again_until_newer_ones_need_its_place() -> None:
    cache = ResponseCache(max_bytes=3500)
    for key in "abc":
        cache.add(key, "text/csv", BODY)
    found = cache.get("a")
    assert found is not None
    assert (found.media, found.body) == ("text/csv", BODY)
    cache.add("d", "text/csv", BODY)
    assert cache.get("b") is None, "of a, b and c it was asked for least recently"
    assert all(cache.get(key) for key in "acd")


def test_a_large_response_is_not_kept() -> None:
    cache = ResponseCache(max_bytes=10_000, max_response=2000)
    cache.add("large", "text/csv", b"x" * 2000)
    cache.add("long query", "text/csv", b"", key_size=500)
    assert cache.get("large") is None
    assert cache.get("long query") is None


def test_a_cache_smaller_than_a_response_keeps_none() -> None:
    cache = ResponseCache(max_bytes=100)
    cache.add("a", "text/csv", b"")
    assert cache.get("a") is None


@pytest.mark.parametrize("function", ["NOW", "rand", "UUID", "STRUUID", "BNODE"])
def test_what_is_new_each_time_is_not_kept(function: str) -> None:
    assert is_volatile(f"SELECT ({function}#\n() AS ?x) {{}}")
    assert not is_volatile("SELECT ?x {}")
