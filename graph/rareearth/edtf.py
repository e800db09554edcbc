"""Dates as sources give them: the part of EDTF (ISO 8601-2:2019) that the data uses, and the days it may mean.

Supported are years, months and days, with ``X`` for unknown digits and ``~ ? %`` for approximate or uncertain; quarters
(``2024-33`` to ``2024-36``); and intervals, with ``..`` for an open end and nothing for an unknown one. ``XXXX-04-15``
is the 15th of April of an unknown year.
"""

from __future__ import annotations

import calendar
import functools
import re
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from rareearth.errors import DateError

_DATE = re.compile(r"(?P<year>[0-9X]{4})(?:-(?P<month>[0-9X]{2})(?:-(?P<day>[0-9X]{2}))?)?(?P<mark>[~?%]?)")
_EXPECTED = "expected a date like 2025, 2025-04, 2025-04-15, XXXX-04-15, 2025-05~ or an interval like 2021-12/.."


_KEPT = 1 << 14  # dates that are read once: claims share most of them
_EXACT = re.compile(r"[0-9]{4}(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-9]{2}))?)?")

Precision: TypeAlias = Literal["day", "month", "year", ""]


class Days(NamedTuple):
    """The first and the last day that a date may mean (both included); None where that end is open or unknown."""

    first: date | None
    last: date | None


@functools.lru_cache(maxsize=_KEPT)
def parse(text: str) -> Days:
    """The days that an EDTF text may mean.

    Raises DateError (a ValueError too) for anything but the forms above, with what was found and expected.

    >>> parse("2021-12")
    Days(first=datetime.date(2021, 12, 1), last=datetime.date(2021, 12, 31))
    >>> parse("2021/..")
    Days(first=datetime.date(2021, 1, 1), last=None)
    """
    if "/" not in text:
        return _days(text)
    start, _, end = text.partition("/")
    if "/" in end or (start in ("", "..") and end in ("", "..")):
        raise DateError(f"'{text}' is not an interval; {_EXPECTED}")
    first, to = (_days(part) if part not in ("", "..") else Days(None, None) for part in (start, end))
    if first.first and to.last and first.first > to.last:
        raise DateError(f"the interval '{text}' ends before it starts")
    return Days(first.first, to.last)


@functools.lru_cache(maxsize=_KEPT)
def precision(text: str) -> Precision:
    """Whether a date is exactly one day, month or year; "" for an interval, a quarter, or what is not certain.

    >>> precision("2021-12-23"), precision("2021-12"), precision("2021"), precision("2021-12~"), precision("202X")
    ('day', 'month', 'year', '', '')
    """
    match = _EXACT.fullmatch(text)
    return "" if match is None else "day" if match["day"] else "month" if match["month"] else "year"


def _days(text: str) -> Days:
    match = _DATE.fullmatch(text)
    if match is None:
        raise DateError(f"'{text}' is not a date; {_EXPECTED}")
    year, month, day = match["year"], match["month"], match["day"]
    if month and "X" not in month and not (1 <= int(month) <= 12 or (33 <= int(month) <= 36 and day is None)):
        raise DateError(f"'{text}' has no month {month}; {_EXPECTED}")
    if day and "X" not in day:
        longest = 31 if not month or "X" in month else _longest(int(month), year)
        if not 1 <= int(day) <= longest:
            raise DateError(f"'{text}' has no day {day}; {_EXPECTED}")
    months = _months(month)
    first_day, last_day = max(1, int(_digits(day, "0") or 1)), min(31, int(_digits(day, "9") or 31))
    if months[0] > 12 or first_day > 31:
        raise DateError(f"'{text}' has no such month or day; {_EXPECTED}")
    if year == "XXXX":
        return Days(None, None)
    low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if low < 1:
        raise DateError(f"'{text}' has no year {year}; {_EXPECTED}")
    return Days(_clamped(low, months[0], first_day), _clamped(high, months[1], last_day))


def _months(month: str | None) -> tuple[int, int]:
    if not month:
        return 1, 12
    if "X" not in month and int(month) > 12:
        quarter = int(month) - 33
        return 3 * quarter + 1, 3 * quarter + 3
    return max(1, int(_digits(month, "0"))), min(12, int(_digits(month, "9")))


def _digits(part: str | None, unknown: str) -> str:
    return (part or "").replace("X", unknown)


def _longest(month: int, year: str) -> int:
    return calendar.monthrange(int(year) if year.isdigit() and int(year) else 2000, month)[1]


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
