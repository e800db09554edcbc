"""EDTF texts and the days they may mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import edtf

MEANT = {
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "2025-04": (date(2025, 4, 1), date(2025, 4, 30)),
    "2024-02": (date(2024, 2, 1), date(2024, 2, 29)),
    "2025-04-15": (date(2025, 4, 15), date(2025, 4, 15)),
    "2025-05~": (date(2025, 5, 1), date(2025, 5, 31)),
    "2025?": (date(2025, 1, 1), date(2025, 12, 31)),
    "2024-33": (date(2024, 1, 1), date(2024, 3, 31)),
    "2024-36": (date(2024, 10, 1), date(2024, 12, 31)),
    "202X": (date(2020, 1, 1), date(2029, 12, 31)),
    "2025-1X": (date(2025, 10, 1), date(2025, 12, 31)),
    "2025-04-1X": (date(2025, 4, 10), date(2025, 4, 19)),
    "2025-02-XX": (date(2025, 2, 1), date(2025, 2, 28)),
    "XXXX-04-15": (None, None),
    "XXXX-04-15/XXXX-04-16": (None, None),
    "2021-12/..": (date(2021, 12, 1), None),
    "2021-12/": (date(2021, 12, 1), None),
    "../2021": (None, date(2021, 12, 31)),
    "2021-12-23/2022": (date(2021, 12, 23), date(2022, 12, 31)),
}
REFUSED = [
    "", "..", "/", "../..", "25", "2025-4", "2025-13", "2025-00", "2025-32", "2025-37", "2025-02-30", "2023-02-29",
    "2025-04-00", "2025-04-31", "2025-33-01", "2025-2X", "2025-04-4X", "0000", "0XXX", "2025-04-15T10",
    "2025/2024", "2025-04-16/2025-04-15", "2025/2026/2027", " 2025", "2025 ", "２０２５", "٢٠٢٥", "2025~?", "April",
]  # fmt: skip


@pytest.mark.parametrize("text", MEANT)
def test_days_that_a_text_may_mean(text: str) -> None:
    assert edtf.parse(text) == MEANT[text]


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|ends before") as caught:
        edtf.parse(text)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_leap_day_needs_a_leap_year() -> None:
    assert edtf.parse("2024-02-29").first == date(2024, 2, 29)
    assert edtf.parse("XXXX-02-29") == (None, None)


EDTF_LIKE = st.text("0123456789X-/.~?%TZ ", max_size=24)
ONE = r"[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2})?)?[~?%]?"
FILLED = st.from_regex(rf"{ONE}(/({ONE})?)?", fullmatch=True)


@given(st.one_of(st.text(), EDTF_LIKE, FILLED))
def test_never_anything_but_days_in_order_or_a_value_error(text: str) -> None:
    try:
        first, last = edtf.parse(text)
    except ValueError:
        return
    assert first is None or last is None or first <= last


@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.integers(0, 4),
    st.sets(st.sampled_from([5, 6, 8, 9])),
    st.sampled_from(["", "~", "?", "%"]),
)
def test_hiding_digits_of_a_day_keeps_that_day_possible(day: date, of_year: int, others: set[int], mark: str) -> None:
    hidden = {3 - i for i in range(of_year)} | others
    text = "".join("X" if i in hidden else c for i, c in enumerate(day.isoformat())) + mark
    first, last = edtf.parse(text)
    if of_year == 4:
        assert (first, last) == (None, None)
    else:
        assert first is not None
        assert last is not None
        assert first <= day <= last


@given(st.dates(), st.integers(0, 4000))
def test_an_interval_runs_from_its_first_to_its_last_day(day: date, length: int) -> None:
    end = min(day.toordinal() + length, date.max.toordinal())
    last = date.fromordinal(end)
    assert edtf.parse(f"{day.isoformat()}/{last.isoformat()}") == (day, last)
    if last > day:
        with pytest.raises(ValueError, match="ends before it starts"):
            edtf.parse(f"{last.isoformat()}/{day.isoformat()}")


@given(st.integers(1, 9999), st.integers(1, 4))
def test_quarters_follow_each_other_without_a_gap(year: int, quarter: int) -> None:
    first, last = edtf.parse(f"{year:04}-{32 + quarter}")
    assert first is not None
    assert last is not None
    if last < date.max:
        following = f"{year:04}-{33 + quarter}" if quarter < 4 else f"{year + 1:04}-33"
        assert edtf.parse(following).first == last + timedelta(days=1)
