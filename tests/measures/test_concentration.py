"""Concentration against published values and by hand."""

from __future__ import annotations

import pytest

from rareearth.measures import concentration


def test_herfindahl_by_hand() -> None:
    # U.S. Department of Justice, "Herfindahl-Hirschman Index": four firms of 30, 30, 20 and 20 per cent have 2,600
    assert concentration.herfindahl({"a": 30, "b": 30, "c": 20, "d": 20}) == pytest.approx(0.26)
    assert concentration.herfindahl({"a": 7}) == 1
    assert concentration.herfindahl({}) is None


def test_what_is_not_known_widens_the_index() -> None:
    # 2 of A, 1 of B, 1 unknown: (4 + 1) / 9 of what is known; the fourth C's: (4+1+1)/16, or A's: (9+1)/16
    found = concentration.concentration({"a": 2, "b": 1}, (1,))
    assert found.index == pytest.approx(5 / 9)
    assert (found.low, found.high) == (pytest.approx(6 / 16), pytest.approx(10 / 16))
    assert (found.carriers, found.known, found.unknown, found.largest) == (2, 3, 1, "a")
    assert found.share == pytest.approx(2 / 3)
    nothing = concentration.concentration({}, (1, 1))
    assert (nothing.index, nothing.low, nothing.high, nothing.share) == (None, 0.5, 1.0, None)


def test_a_stage_that_one_carries_is_found_and_no_other() -> None:
    chain = {"mine": {"a": 3.0, "b": 1.0}, "separation": {"a": 2.0}, "magnet": {"a": 1.0, "c": 1.0}, "metal": {}}
    assert concentration.single_points(chain) == (("separation", "a"),)
    assert concentration.single_points({**chain, "separation": {"a": 2.0, "b": 1.0}}) == ()
