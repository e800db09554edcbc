"""A claim in words: its statement, date, amount, share, evidence and conflict, the same on every surface.

Nothing is converted or rounded: 40400 t is "40,400 t", never "about 40 kt". What is unknown stays unknown, and an
inferred date is always said to be inferred. The raw values stay in the machine-readable formats.
"""

from __future__ import annotations

import calendar
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.ontology import BOUND, MEASURE, NUMBERS
from rareearth.quantities import Range

if TYPE_CHECKING:
    from rareearth.store.claims import Claim, Page, Reading, Value

_WHOLE = 100  # per cent
_PERCENT = " (%)"  # ends the label of a share
DATES = {namespaces.EDTF, *(namespaces.PREFIXES["xsd"] + name for name in ("date", "gYearMonth", "gYear"))}
_DATE = re.compile(r"([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?([~?%]?)")
_MARKS = {"": "", "~": "about ", "?": "perhaps ", "%": "perhaps about "}
_QUARTERS = {str(33 + n): f"the {name} quarter" for n, name in enumerate(("first", "second", "third", "fourth"))}
_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_CURRENCY = re.compile(r"[A-Z]{3}")
_PER = {"a": "a year", "d": "a day"}
_UNITS = {"m2": "m²", "acre": "acres"}
_CONFLICTS = {
    "contradiction": "contradicted by another claim",
    "change": "differs from another claim: changed over time",
    "rounding": "differs from another claim: rounding",
    "unsure": "differs from another claim: not settled which is right",
}


# ---- Dates ---------------------------------------------------------------------------------------------------------


def date(text: str) -> str:
    """A date or an interval (EDTF, see :mod:`rareearth.edtf`) in words.

    >>> date("2025-04-15/2025-04-16")
    '15–16 April 2025'
    >>> date("XXXX-02")
    'February, year unknown'
    >>> date("2021-12/..")
    'since December 2021'
    """
    return _interval(text) or _day(text)


def time(claim: Claim) -> str:
    """When a claim is in effect or happened, as its source gives it, and what was inferred; "" where nothing is known.

    A claim of ``XXXX-04-15`` with the inferred time ``2025-04-15`` is of "15 April, year not given; inferred 2025". An
    end that is inferred from another claim is said to be.
    """
    given = [spell(claim.since, claim.until), date(claim.when) if claim.when else ""]
    if claim.inferred:
        year = _year_of(claim.when, claim.inferred)
        given = [text.replace("year unknown", "year not given") for text in given]
        given.append(f"inferred {year or date(claim.inferred)}")
    if claim.end_inferred_from and claim.spell.end:
        given.append(f"until {date(claim.spell.end.isoformat())} at the latest, inferred")
    return "; ".join(filter(None, given))


def spell(since: str, until: str) -> str:
    """From when until when (EDTF, "" where not given).

    >>> spell("2020", "2023"), spell("2021", ""), spell("", "2015/2017")
    ('2020 to 2023', 'since 2021', 'until some time from 2015 to 2017')
    """
    start, end = _bound(since), _bound(until)
    if start and end:
        return f"{start} to {end}" if _is_plain(since) and _is_plain(until) else f"from {start} until {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def _bound(text: str) -> str:
    return f"some time {_range(text)}" if "/" in text else date(text) if text else ""


def _range(text: str) -> str:
    found = date(text)
    return f"from {found}" if " to " in found else found


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?", text))


def _interval(text: str) -> str:
    if "/" not in text:
        return ""
    start, end = text.split("/")
    if start in ("", ".."):
        return f"until {_day(end)}" + (", start unknown" if not start else "")
    if end == "..":
        return f"since {_day(start)}"
    if not end:
        return f"from {_day(start)}, end unknown"
    return _days(start, end) or (f"{_day(start)}" if start == end else f"{_day(start)} to {_day(end)}")


def _days(start: str, end: str) -> str:
    """Two days, months or quarters that share what is after them: 15–16 April 2025, January to June 2026."""
    (year, month, day, mark), (to_year, to_month, to_day, to_mark) = _parts(start), _parts(end)
    if mark or to_mark or year != to_year or not (month and to_month) or bool(day) != bool(to_day):
        return ""
    if not day:
        return _with_year(f"{_month(month)} to {_month(to_month)}", year) if month != to_month else ""
    if not (day.isdigit() and to_day.isdigit()):
        return ""
    if month == to_month and month.isdigit() and day != to_day:
        return _with_year(f"{int(day)}–{int(to_day)} {_month(month)}", year)
    if month != to_month and month.isdigit() and to_month.isdigit():
        return _with_year(f"{int(day)} {_month(month)} to {int(to_day)} {_month(to_month)}", year)
    return ""


def _day(text: str) -> str:
    year, month, day, mark = _parts(text)
    if not month:
        return _MARKS[mark] + _year(year)
    if month == "XX" and (not day or day == "XX"):
        found = "date unknown" if year == "XXXX" else f"{_year(year)}, {'day and ' if day else ''}month unknown"
    elif not day:
        found = _with_year(_month(month), year)
    elif month == "XX":
        found = f"day {_numbers(day, range(1, 32))} of an unknown month"
        found += ", year unknown" if year == "XXXX" else f", {_year(year)}"
    elif day == "XX":
        unknown = ", day and year unknown" if year == "XXXX" else ", day unknown"
        found = (_month(month) if year == "XXXX" else _with_year(_month(month), year)) + unknown
    else:
        found = _with_year(f"{_numbers(day, range(1, _length(year, month) + 1))} {_month(month)}", year)
    return _MARKS[mark] + found


def _parts(text: str) -> tuple[str, str, str, str]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a date")
    return match[1], match[2] or "", match[3] or "", match[4]


def _with_year(words: str, year: str) -> str:
    if year.isdigit():
        return f"{words} of {int(year)}" if words.endswith("quarter") else f"{words} {int(year)}"
    return f"{words}, {_year(year)}"


def _year(year: str) -> str:
    known = year.rstrip("X")
    if known.isdigit():
        if len(known) == 4:
            return str(int(year))
        low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
        return f"the {low}s" if len(known) == 3 else f"a year from {low} to {high}"
    if not known:
        return "year unknown"
    return f"year {year.replace('X', '?')} (unknown digits as ?)"


def _month(month: str) -> str:
    if month in _QUARTERS:
        return _QUARTERS[month]
    if month == "XX":
        return "an unknown month"
    return _one_of([n for n in range(1, 13) if _fits(n, month)], [calendar.month_name[n] for n in range(13)], "month")


def _numbers(day: str, days: range) -> str:
    possible = [number for number in days if _fits(number, day)] or [n for n in range(1, 32) if _fits(n, day)]
    return _one_of(possible, [str(number) for number in range(32)], "day")


def _one_of(possible: list[int], names: list[str], what: str) -> str:
    if len(possible) > 3 and possible[-1] - possible[0] == len(possible) - 1:
        return f"some {what} from {names[possible[0]]} to {names[possible[-1]]}"
    *others, last = (names[number] for number in possible)
    return f"{', '.join(others)} or {last}" if others else last


def _fits(number: int, pattern: str) -> bool:
    return all(known in ("X", digit) for digit, known in zip(f"{number:02}", pattern, strict=True))


def _length(year: str, month: str) -> int:
    if not month.isdigit() or int(month) > 12:
        return 31
    return calendar.monthrange(int(year) if year.isdigit() and int(year) else 2000, int(month))[1]


def _year_of(when: str, inferred: str) -> str:
    """The year alone, where the inferred time adds no more than that to a time without a year."""
    years = set(re.findall(r"[0-9]{4}(?=-|/|$)", re.sub(r"-[0-9]{2}", "", inferred)))
    year = years.pop() if len(years) == 1 else ""
    return year if year and when and when.replace("XXXX", year) == inferred else ""


# ---- Numbers -------------------------------------------------------------------------------------------------------


def number(text: str) -> str:
    """A number with its thousands separated, or in millions, billions or trillions where these say it exactly.

    >>> number("40400"), number("582300000"), number("0.0004"), number("1234567891")
    ('40,400', '582.3 million', '0.0004', '1,234,567,891')
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    for scale, name in _SCALES:
        if abs(value) >= scale:
            if (scaled := format((value / scale).normalize(), "f")) and len(scaled.partition(".")[2]) <= 3:
                return f"{_separated(scaled)} {name}"
            break
    return _separated(format(value, "f"))


def _separated(digits: str) -> str:
    whole, point, fraction = digits.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-') or 0):,}{point}{fraction}"


def amount(text: str, bound: str = "") -> str:
    """A measure, NUMBER UNIT, in words; ``bound`` says how it is meant (about, at least, at most, up to).

    >>> amount("250000000 USD"), amount("5000 t/a", "up to"), amount("110 USD/kg")
    ('USD 250 million', 'up to 5,000 t a year', 'USD 110 per kg')
    """
    figure, _, unit = text.partition(" ")
    unit, _, per = unit.partition("/")
    words = f"{unit} {number(figure)}" if _CURRENCY.fullmatch(unit) else f"{number(figure)} {_UNITS.get(unit, unit)}"
    rate = f" {_PER.get(per, f'per {per}')}" if per else ""
    return f"{bound} {words.strip()}{rate}".strip()


def share(text: str, bound: str = "") -> str:
    """A part in per cent, or a range of it.

    >>> share("7.75", "about"), share("25-50"), share("more than 25 and at most 50")
    ('about 7.75%', '25–50%', 'more than 25 and at most 50%')
    """
    return f"{bound} {number(text).replace('-', '–')}%".strip()


def span(part: Range) -> str:
    """What a share may be, in words; "?" if it may be anything.

    >>> span(Range(Decimal(0), Decimal(60))), span(Range(Decimal(25), Decimal(50), above=True))
    ('up to 60%', 'more than 25 and at most 50%')
    """
    low, high, above, below = part
    if part.exact:
        return f"{_two_places(low, ROUND_HALF_EVEN)}%"
    least, most = _two_places(low, ROUND_FLOOR), _two_places(high, ROUND_CEILING)
    lower = f"more than {least}" if above else f"at least {least}" if low > 0 else ""
    upper = f"less than {most}" if below else f"at most {most}" if high < _WHOLE else ""
    if lower and upper:
        return f"{lower} and {upper}%" if above or below else f"{least}–{most}%"
    return f"{lower or upper.replace('at most', 'up to')}%" if lower or upper else "?"


def _two_places(number: Decimal, rounding: str) -> str:
    return f"{number.quantize(Decimal('0.01'), rounding):f}".rstrip("0").rstrip(".")


# ---- Claims --------------------------------------------------------------------------------------------------------


def statement(claim: Claim, inward: bool = False) -> str:
    """Subject, relation and object as a sentence; ``inward`` reads it from the object.

    A relation that has no label of its own for that direction is read from the subject.
    """
    if inward and claim.relation.inverse:
        return f"{claim.object.label} {claim.relation.inverse} {claim.subject.label}"
    return f"{claim.subject.label} {relation(claim.relation.label)} {object_(claim)}"


def relation(label: str) -> str:
    """The label of a relation as it is in a sentence, where the sign for per cent is with the number."""
    return label.replace(_PERCENT, "")


def object_(claim: Claim) -> str:
    """The object of a claim: the name of an entity, or its value in words."""
    return value(claim.object, claim.relation.label, claim.bound)


def value(of: Value, label: str = "", bound: str = "") -> str:
    """The name of an entity, or a literal in words; ``label`` is that of its relation or qualifier."""
    return of.label if of.is_entity else literal(of.text, of.datatype, label, bound)


def literal(text: str, datatype: str, label: str = "", bound: str = "") -> str:
    """A literal in words, by its datatype (an IRI); a number is a share where the ``label`` of its property says so."""
    if datatype in DATES:
        return date(text)
    if datatype == MEASURE:
        return amount(text, bound)
    if datatype not in NUMBERS:
        return text
    return share(text, bound) if _PERCENT in label else f"{bound} {number(text)}".strip()


def qualifiers(claim: Claim) -> list[str]:
    """What the qualifiers of a claim say, each as ``label: value``."""
    bound = claim.bound
    return [
        f"{q.label.replace(_PERCENT, '')}: {value(q.value, q.label, bound)}"
        for q in claim.qualifiers
        if not (bound and q.name == BOUND)
    ]


def details(claim: Claim) -> list[str]:
    """What a claim says in addition to its statement: qualifiers, status, stance, speaker and time."""
    found = qualifiers(claim)
    found += [claim.status] if claim.status != "held" else []
    found += [claim.stance] if claim.stance else []
    found += [f"according to {claim.by.label}"] if claim.by else []
    found += [when] if (when := time(claim)) else []
    return found


def reading(read: Reading) -> str:
    """A sentence that was read on a page, in other words, with the day and its fingerprint."""
    return f"sentence {read.fingerprint}, read on {date(read.on)}, in other words: {read.says}"


def evidence(claim: Claim) -> str:
    """How good the evidence is: the level, what kind of copy it is, and how surely it was read.

    As in "page, high confidence", "sentence read" or "copy, digest, medium confidence".
    """
    copy = f", {claim.page.copy}" if claim.evidence == "copy" and claim.page.copy else ""
    confidence = f", {claim.confidence} confidence" if claim.confidence else ""
    level = "sentence read" if claim.evidence == "read" else claim.evidence
    return f"{level}{copy}{confidence}"


def source(page: Page) -> str:
    """The publisher of a page and its date."""
    return f"{page.publisher}, {date(page.published) if page.published else 'undated'}"


def conflict(claim: Claim) -> str:
    """How a claim differs from others that answer the same question; "" where none does."""
    return _CONFLICTS.get(claim.disagreement, "")
