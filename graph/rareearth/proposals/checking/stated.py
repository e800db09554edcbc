"""Whether the numbers and times of a claim stand in its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from rareearth import edtf, quantities, sentences
from rareearth.models import Evidence
from rareearth.ontology import DECIMAL, MEASURE, PERCENTAGE, Ontology
from rareearth.proposals.inbox import Article
from rareearth.proposals.text import numbers, values
from rareearth.proposals.text.numbers import DIGITS, HAN_NUMBER, HAN_SCALE, SCALE, SHORT_SCALE, WORDS
from rareearth.proposals.text.values import Value
from rareearth.sentences import Span

_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.,])(?P<digits>{DIGITS})(?:[ -]?(?P<scale>{SCALE}\b|{SHORT_SCALE}\b|{HAN_SCALE}))?"
    r"(?![A-Za-z.,]*[0-9])"
    rf"|\b(?P<word>{WORDS})\b(?: (?P<after>{SCALE})\b)?|(?P<han>{HAN_NUMBER})",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_YEAR = re.compile(r"(?<![0-9.,])[0-9]{4}(?![0-9,]|\.[0-9])")
_DECADE = re.compile(r"(?<![0-9.,])([0-9]{3})0(?:['’]?s\b|年代)")
_MAJORITY = re.compile(r"\bmajority\b|\bmore than half\b|\bmost of\b|控股|多数|过半", re.IGNORECASE)
_HALF = Decimal(50)
_DAILY = "/d"
_REACH = 24  # characters before a number in which another one with the same unit may stand
_ENDS = frozenset(["", ".."])
_LEFT_OUT = re.compile(  # a number before another one, whose unit it has: "600 and 250 tonnes", "25 to 50 per cent"
    rf"(?<![\w.,$€£¥-])(?!(?:19|20)[0-9]{{2}}\b)(?P<number>{DIGITS}|{WORDS})(?: ?[-–] ?| (?:and|or|to) |[和与至到或])$",
    re.IGNORECASE,
)


class Stated:
    """The numbers and times that the sentences of one article state, read when asked for."""

    def __init__(self, article: Article, ontology: Ontology) -> None:
        self.article = article
        self.ontology = ontology
        self._values: dict[tuple[int, int], list[Value]] = {}

    def values(self, at: Iterable[Evidence]) -> Iterator[Value]:
        """The values of some sentences."""
        for one in at:
            place = one.start, one.end
            if place not in self._values:
                article = self.article
                self._values[place] = values.find(
                    article.text, Span(*place), article.language, article.published, self.ontology
                )
            yield from self._values[place]

    def has_number(self, at: Sequence[Evidence], text: str, range_: str) -> bool:
        """Whether a share, an amount, a count or another number stands in the sentences; an amount with its unit."""
        if range_ == MEASURE:
            return self.has_amount(at, text) or self.amount_without_rate(at, text)
        kinds = ("share",) if range_ in (PERCENTAGE, DECIMAL) else ("count",)
        found = {Decimal(value.text) for value in self.values(at) if value.what in kinds}
        found |= {number for number, unit in self._left_out(at) if not unit and range_ == PERCENTAGE and number <= 100}
        if range_ not in (PERCENTAGE, DECIMAL) or not found:
            found |= {*self._plain_numbers(at)} if range_ != PERCENTAGE else set()
        if range_ == PERCENTAGE and any(_MAJORITY.search(self._text(one)) for one in at):
            found.add(_HALF)
        given = [Decimal(number) for number in _DIGITS.findall(text)]
        return bool(given) and all(number in found for number in given)

    def has_amount(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether a number stands in the sentences with its unit."""
        found = {_normal(value.text) for value in self.values(at) if value.range == MEASURE}
        return _normal(text) in found or _normal(text) in self._left_out(at)

    def amount_without_rate(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether it stands there, but not for how long it is: "2,000 tonnes" for 2000 t/a. A day must be stated."""
        number, unit = _normal(text)
        if unit.endswith(_DAILY):
            return False
        same = {_normal(value.text) for value in self.values(at) if value.range == MEASURE}
        return any(number == other and unit.split("/")[0] == their for other, their in same)

    def has_bound(self, at: Sequence[Evidence], bound: str) -> bool:
        """Whether a number of the sentences has a bound, such as "up to"."""
        return any(value.bound == bound for value in self.values(at))

    def has_other_bound(self, at: Sequence[Evidence], text: str, bound: str) -> bool:
        """Whether a number stands in the sentences, but only with other bounds than the one given, "" for none."""
        given = [Decimal(number) for number in _DIGITS.findall(text)][:1]
        bounds = {v.bound for v in self.values(at) if v.what != "time" and v.text and _number(v.text) in given}
        return bool(bounds) and bool(bound) and not bounds & {bound, ""}

    def has_digits(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether every number in a text stands in the sentences."""
        found = {*self._plain_numbers(at), *(Decimal(n) for one in at for n in _DIGITS.findall(self._text(one)))}
        return all(Decimal(number) in found for number in _DIGITS.findall(text))

    def has_words(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether a text stands in the sentences, in capitals or not."""
        plain = sentences.fold(text).casefold()
        return any(plain in sentences.fold(self._text(one)).casefold() for one in at)

    def has_time(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether a time stands in the sentences: each of its ends, as it is or more exactly."""
        pool = [end for value in self.values(at) if value.what == "time" for end in _ends(value.text)]
        pool += [value.text for value in self.values(at) if value.what == "time" and "/" in value.text]
        pool += [year for one in at for year in self._years(one)]
        return all(any(_covers(end, stated) for stated in pool) for end in _ends(text)) and bool(_ends(text))

    def implies_time(self, at: Sequence[Evidence], text: str) -> bool:
        """Whether a time follows from words of the sentences such as "last year" and the date of publication."""
        pool = [end for value in self.values(at) if value.inferred for end in (*_ends(value.inferred), value.inferred)]
        pool += [end for value in self.values(at) if value.what == "time" for end in _ends(value.text)]
        return all(any(_covers(end, stated) for stated in pool) for end in _ends(text)) and bool(_ends(text))

    def _left_out(self, at: Iterable[Evidence]) -> Iterator[tuple[Decimal, str]]:
        """The numbers whose unit is said once, after the next number, with that unit; "" for per cent."""
        for value in self.values(at):
            before = self.article.text[max(0, value.start - _REACH) : value.start]
            if value.what in ("share", "quantity") and (match := _LEFT_OUT.search(before)):
                yield numbers.value(match["number"]), value.unit

    def _text(self, one: Evidence) -> str:
        return self.article.text[one.start : one.end]

    def _years(self, one: Evidence) -> Iterator[str]:
        """The years that stand alone in a sentence, also those before 1900, and its decades."""
        taken = [(value.start, value.end) for value in self.values([one]) if value.what != "time"]
        for match in _YEAR.finditer(self.article.text, one.start, one.end):
            if not any(start <= match.start() < end for start, end in taken):
                yield match[0]
        for match in _DECADE.finditer(self.article.text, one.start, one.end):
            yield f"{match[1]}X"

    def _plain_numbers(self, at: Iterable[Evidence]) -> Iterator[Decimal]:
        for one in at:
            for match in _NUMBER.finditer(self.article.text, one.start, one.end):
                if match["han"]:
                    yield numbers.han(match["han"])
                elif match["word"]:
                    yield numbers.value(match["word"], match["after"] or "")
                else:
                    yield numbers.value(match["digits"], match["scale"] or "")


def _normal(text: str) -> tuple[Decimal, str]:
    """The number and the unit of an amount."""
    match = quantities.MEASURE.fullmatch(text)
    return (Decimal(text.split(maxsplit=1)[0]), match[3]) if match else (Decimal("NaN"), text)


def _number(text: str) -> Decimal:
    return Decimal(text.split(maxsplit=1)[0])


def _ends(text: str) -> list[str]:
    return [end.rstrip("~?%") for end in text.split("/") if end not in _ENDS]


def _covers(given: str, stated: str) -> bool:
    """Whether a stated time is the given one, or lies in it."""
    if stated == given or stated.startswith(given + "-"):
        return True
    return _days(given) is not None and _days(given) == _days(stated)


def _days(text: str) -> tuple[date, date] | None:
    try:
        first, last = edtf.parse(text)
    except ValueError:
        return None
    return (first, last) if first and last else None
