"""Times in sentences, as EDTF: dates, months, years, quarters, and words such as "last year"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from rareearth import edtf

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = [name.casefold() for name in calendar.day_name]
_ORDER = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": 4,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "上": 1,
    "下": 2,
}
_YEARS = {"last year": -1, "this year": 0, "next year": 1, "去年": -1, "今年": 0, "明年": 1}
_MONTHS_AWAY = {"last month": -1, "this month": 0, "next month": 1, "上月": -1, "本月": 0}
_DAYS_AWAY = {"today": 0, "yesterday": -1, "今日": 0, "昨日": -1}

_MONTH = "|".join(sorted((m for m in _MONTHS if m != "may"), key=len, reverse=True)) + "|may"
_YEAR = r"(?:19|20)[0-9]{2}"
_ENGLISH = re.compile(
    rf"""\b(?:
      (?P<d1>[0-3]?[0-9])(?:st|nd|rd|th)?(?:\ (?:and|to)\ |[-–])(?P<d1b>[0-3]?[0-9])(?:st|nd|rd|th)?[ ]
      (?P<m1>{_MONTH})\.?(?:,?\ (?P<y1>{_YEAR}))?
    | (?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?\ (?:of\ )?(?P<m2>{_MONTH})\.?(?:,?\ (?P<y2>{_YEAR}))?
    | (?P<m3>{_MONTH})\.?\ (?P<d3>[0-3]?[0-9])(?:st|nd|rd|th)?(?:,?\ (?P<y3>{_YEAR}))?(?![0-9])
    | (?P<m4>{_MONTH})\.?,?\ (?:of\ )?(?P<y4>{_YEAR})
    | (?P<q>first|second|third|fourth|last)\ (?P<part>quarter|half)\ of\ (?P<y5>{_YEAR})
    | Q(?P<q6>[1-4])\ (?P<y6>{_YEAR})
    | (?P<rough>early|mid|late|end\ of|beginning\ of)[- ](?P<y7>{_YEAR})
    | (?:between|from)\ (?P<y8>{_YEAR})\ (?:and|to|until)\ (?P<y8b>{_YEAR})
    | (?P<y9>{_YEAR})(?:[-–](?P<y9b>{_YEAR}))?
    | (?P<relative>(?:last|this|next)\ (?:year|month)|today|yesterday|on\ (?:{"|".join(_DAYS)}))
    | (?:in|since|from|until|last|by)\ (?P<m10>{_MONTH})(?!,?\ {_YEAR}|\ [0-9])
    )\b(?!\ (?:tonnes|tons|per\ cent|people|employees)|,[0-9]{{3}}|\.[0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
_CHINESE = re.compile(
    rf"""(?:
      (?P<y1>{_YEAR})年(?P<m1>[01]?[0-9])月(?P<d1>[0-3]?[0-9])(?:日|号)
    | (?P<y2>{_YEAR})年(?P<m2>[01]?[0-9])月
    | (?P<y3>{_YEAR})年第?(?P<q3>[一二三四])季度
    | (?P<y4>{_YEAR})年(?P<h4>[上下])半年
    | (?P<y5>{_YEAR})(?:年)?(?:至|到|—|-)(?P<y5b>{_YEAR})年
    | (?P<y6>{_YEAR})年
    | (?P<m7>[01]?[0-9])月(?P<d7>[0-3]?[0-9])(?:日|号)
    | (?P<relative>去年|今年|明年|上月|本月|昨日|今日)(?:(?P<m8>[01]?[0-9])月|(?P<h8>[上下])半年)?
    | (?<!年)(?P<h9>[上下])半年
    )""",
    re.VERBOSE,
)
_SINCE = re.compile(
    r"(?:\bsince|\bfrom|\bas of|\bstarting in|\bbeginning in|自|从)(?: early| late| mid)?\s*$", re.IGNORECASE
)
_UNTIL = re.compile(r"(?:\buntil|\btill|\bup to|\bthrough|至|到|截至)\s*$", re.IGNORECASE)
_SINCE_AFTER = re.compile(r"(?:起|以来|至今)")


class Time(NamedTuple):
    """A time in a text, characters ``start`` up to ``end``.

    ``text`` is what is stated, as EDTF, "" if nothing is but words like "last year"; ``inferred`` is what follows from
    the date of publication, with the reason ``because``; ``field`` is ``when``, ``since`` or ``until``.
    """

    start: int
    end: int
    text: str
    field: str
    inferred: str = ""
    because: str = ""


def find(text: str, start: int, end: int, language: str, published: str | None) -> Iterator[Time]:
    """The times in a stretch of a text, in its order. Those that the calendar does not have are left out."""
    pattern, read = (_CHINESE, _chinese) if language.startswith("zh") else (_ENGLISH, _english)
    day = edtf.parse(published).first if published and edtf.precision(published) in ("day", "month") else None
    for match in pattern.finditer(text, start, end):
        stated, inferred = read(match, day)
        if not _is_date(stated) or not _is_date(inferred) or not (stated or inferred):
            continue
        field = _field(text, match, start)
        because = f"The text is of {published} and says: {match[0].strip()}." if inferred else ""
        yield Time(match.start(), match.end(), stated, field, inferred, because)


def _field(text: str, match: re.Match[str], start: int) -> str:
    before = text[max(start, match.start() - 14) : match.start()]
    leading = match[0].casefold()
    if _SINCE.search(before) or _SINCE_AFTER.match(text, match.end()) or leading.startswith(("since ", "from ")):
        return "when" if leading.startswith("from ") and "/" in leading else "since"
    return "until" if _UNTIL.search(before) or leading.startswith("until ") else "when"


def _english(match: re.Match[str], day: date | None) -> tuple[str, str]:
    """What is stated and what is inferred."""
    for n in ("1", "2", "3"):
        if match[f"m{n}"]:
            days = [match["d1"], match["d1b"]] if n == "1" else [match[f"d{n}"]]
            return _dated(match[f"y{n}"], _MONTHS[match[f"m{n}"].casefold()], list(map(int, days)), day)
    if match["m10"]:
        month = _MONTHS[match["m10"].casefold()]
        return f"XXXX-{month:02}", f"{_nearest_year(month, day)}-{month:02}" if day else ""
    if match["relative"]:
        return "", _relative(match["relative"].casefold(), day)
    return _english_stated(match), ""


def _english_stated(match: re.Match[str]) -> str:
    """A time with a year and without a day."""
    if match["m4"]:
        return f"{match['y4']}-{_MONTHS[match['m4'].casefold()]:02}"
    if match["q"] or match["q6"]:
        number = int(match["q6"]) if match["q6"] else _ORDER[match["q"].casefold()]
        months = 3 if match["q6"] or match["part"].casefold() == "quarter" else 6
        return _months(match["y5"] or match["y6"], months, min(number, 12 // months))
    if match["rough"]:
        return f"{match['y7']}~" if match["rough"].casefold() in ("early", "mid", "late") else match["y7"]
    first, last = match["y8"] or match["y9"], match["y8b"] or match["y9b"]
    return f"{first}/{last}" if last else first


def _chinese(match: re.Match[str], day: date | None) -> tuple[str, str]:
    for n in ("1", "7"):
        if match[f"d{n}"]:
            return _dated(match["y1"], int(match[f"m{n}"]), [int(match[f"d{n}"])], day)
    if match["h9"]:
        return "", _months(str(day.year), 6, _ORDER[match["h9"]]) if day else ""
    if not match["relative"]:
        return _chinese_stated(match), ""
    inferred = _relative(match["relative"], day)
    if match["m8"] and match["relative"] in ("去年", "今年", "明年") and inferred:
        inferred = f"{inferred}-{int(match['m8']):02}"
    if match["h8"] and match["relative"] in ("去年", "今年", "明年") and inferred:
        inferred = _months(inferred, 6, _ORDER[match["h8"]])
    return "", inferred


def _chinese_stated(match: re.Match[str]) -> str:
    if match["y2"]:
        return f"{match['y2']}-{int(match['m2']):02}"
    if match["y3"]:
        return _months(match["y3"], 3, _ORDER[match["q3"]])
    if match["y4"]:
        return _months(match["y4"], 6, _ORDER[match["h4"]])
    return f"{match['y5']}/{match['y5b']}" if match["y5"] else match["y6"]


def _dated(year: str | None, month: int, days: list[int], day: date | None) -> tuple[str, str]:
    """A day or two of a month; without a year, in the year that is nearest to the day of publication."""
    stated = "/".join(f"{year or 'XXXX'}-{month:02}-{number:02}" for number in days)
    if year or not day:
        return stated, ""
    return stated, stated.replace("XXXX", str(_nearest_year(month, day)))


def _nearest_year(month: int, day: date) -> int:
    """The year of the last such month before a day, or of one that is at most two months ahead."""
    return day.year if month <= day.month + 2 else day.year - 1


def _months(year: str, length: int, number: int) -> str:
    first = length * (number - 1) + 1
    return f"{year}-{first:02}/{year}-{first + length - 1:02}"


def _relative(words: str, day: date | None) -> str:
    """The time that words mean on the day of publication; "" if that is not known."""
    if day is None:
        return ""
    if words in _YEARS:
        return str(day.year + _YEARS[words])
    if words in _MONTHS_AWAY:
        total = day.year * 12 + day.month - 1 + _MONTHS_AWAY[words]
        return f"{total // 12}-{total % 12 + 1:02}"
    days = _DAYS_AWAY.get(words, 0)
    if words.startswith("on "):
        days = -((day.weekday() - _DAYS.index(words[3:])) % 7)
    return (day + timedelta(days)).isoformat() if words in _DAYS_AWAY or days or words.startswith("on ") else ""


def _is_date(text: str) -> bool:
    if not text:
        return True
    try:
        edtf.parse(text)
    except ValueError:
        return False
    return True
