"""The values in a sentence: times, shares, sums of money, quantities and counts, as the data writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from rareearth.ontology import DATE, INTEGER, MEASURE, PERCENTAGE, Ontology
from rareearth.proposals.text import numbers, times
from rareearth.proposals.text.numbers import (
    DIGITS,
    FRACTION,
    HAN_NUMBER,
    HAN_PARTS,
    HAN_SCALE,
    SCALE,
    SHORT_SCALE,
    WORDS,
)
from rareearth.sentences import Span

_RATE = {
    "a": r"(?:a|per|each|every) (?:year|annum)|annually|/ ?(?:yr|year|y|a)\b",
    "d": r"(?:a|per|each) day|/ ?(?:day|d)\b",
}
_HAN_RATE = {"a": "年", "d": "日"}
_BOUND_REACH = 18  # characters before a number in which its bound may stand
_SHORT_UNIT = 4  # letters of a unit that may follow a number without a space
_SCALED = {"kt": ("t", 1_000), "ktpa": ("t/a", 1_000)}
_SHARE = re.compile(
    rf"(?P<number>{DIGITS}|{WORDS})(?:\s?%| ?per ?cent\b(?!age)| ?pct\b)(?! ?points?)"
    rf"|(?P<fraction>\b{FRACTION})(?= (?:of|stake|share|interest|holding|owner)|-(?:owned|share|stake))"
    rf"|(?P<whole>\bwholly\b|\boutright\b|\bfully[- ]owned\b|\ball (?:of )?the shares\b)",
    re.IGNORECASE,
)
_HAN_SHARE = re.compile(
    rf"(?P<number>{DIGITS})[%％]|百分之(?P<han>{HAN_NUMBER})|(?P<tenths>[一二三四五六七八九])成(?!立|为|功|员|本|果|套|品|都)|(?P<whole>全资)"
    rf"|(?P<part>[{HAN_PARTS}])分之(?P<times>[{HAN_PARTS}])|(?P<half>一半|半数)(?=(?:以上|左右)?的?(?:股|权益|份额))"
)
_COUNT = re.compile(rf"(?<![\w.,$€£-])(?P<number>[1-9][0-9]?|{WORDS}) (?P<noun>[a-z]{{3,}}s|people)\b", re.IGNORECASE)


class Value(NamedTuple):
    """A value in a text, characters ``start`` up to ``end``.

    ``what`` is time, share, money, quantity or count; ``text`` is how the data writes it ("" for a time that is only
    relative), ``range`` its datatype, ``unit`` that of a measure, ``bound`` a word of the ontology or "". Of a time,
    ``field`` is when, since or until, and ``inferred`` what follows from the date of publication, with the reason.
    """

    start: int
    end: int
    what: str
    text: str
    range: str
    unit: str = ""
    bound: str = ""
    field: str = ""
    inferred: str = ""
    because: str = ""


def find(text: str, span: Span, language: str, published: str | None, ontology: Ontology) -> list[Value]:
    """The values in a sentence of a text, in its order; of those that overlap, the longest.

    ``published`` is the date of the text: "last year" counts from it, openly.
    """
    patterns = _patterns(_Words.of(ontology))
    han = language.startswith("zh")
    found = [*_times(text, span, language, published), *(_han_values if han else _values)(text, span, patterns)]
    taken: list[Value] = []
    used = bytearray(span.end - span.start)
    for value in sorted(found, key=lambda v: (v.start - v.end, v.start)):
        places = slice(value.start - span.start, value.end - span.start)
        if not any(used[places]):
            used[places] = b"\1" * (value.end - value.start)
            taken.append(_bounded(value, text, span, patterns))
    return sorted(taken)


class _Words(NamedTuple):
    """The words of the ontology for units and bounds, as sorted pairs of what is written and what it means."""

    units: tuple[tuple[str, str], ...]
    bounds: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, ontology: Ontology) -> _Words:
        meant = sorted(ontology.meant.items())
        return cls(
            tuple((word, unit) for word, unit in meant if unit in ontology.units),
            tuple((word, bound) for word, bound in meant if bound in ontology.bounds),
        )


class _Patterns(NamedTuple):
    money: re.Pattern[str]
    sums: re.Pattern[str]
    quantities: re.Pattern[str]
    han_measures: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    units: Mapping[str, str]
    bounds: Mapping[str, str]
    rates: frozenset[str]


@cache
def _patterns(words: _Words) -> _Patterns:
    """What to look for, made of the words of an ontology once."""
    units, bounds = dict(words.units), dict(words.bounds)
    currency = {word for word, unit in units.items() if unit.isupper() and len(unit) == 3}
    signs = _any(word for word in currency if not word.isalpha() or len(word) <= 3)
    names = _any(word for word in currency if (word.isalpha() and len(word) > 3) or " " in word)
    others = _any([*(word for word in units if word not in currency), *_SCALED])
    amount = rf"(?P<number>{DIGITS}|{WORDS})(?: (?P<scale>{SCALE})|(?P<short>{SHORT_SCALE})\b)?"
    han = _any(word for word in units if not word.isascii())
    behind = rf"(?P<number>{DIGITS})(?:[ -](?P<scale>{SCALE})|(?P<short> ?{SHORT_SCALE})\b)?"
    return _Patterns(
        re.compile(rf"(?<![\w$])(?P<unit>{signs}) ?{behind}", re.IGNORECASE),
        re.compile(rf"(?<![\w.,]){amount} (?P<unit>{names})\b", re.IGNORECASE),
        re.compile(rf"(?<![\w.,]){amount}[ -]?(?P<unit>{others})(?![\w/]|\.[0-9])", re.IGNORECASE),
        re.compile(rf"(?P<number>{DIGITS})余?(?P<scale>{HAN_SCALE})?余?(?P<unit>{han})"),
        re.compile(rf"(?:{_any(bounds)})\s*(?:the |a )?$", re.IGNORECASE),
        re.compile(rf"{_any(word for word in bounds if not word.isascii())}"),
        units,
        bounds,
        frozenset(unit for unit in units.values() if "/" in unit),
    )


def _any(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first; long words of letters do not begin inside others."""
    listed = sorted(set(words), key=lambda word: (-len(word), word))
    starts = (r"(?<!\w)" if word.isascii() and word[0].isalnum() and len(word) > _SHORT_UNIT else "" for word in listed)
    return f"(?:{'|'.join(start + re.escape(word) for start, word in zip(starts, listed, strict=True))})"


def _times(text: str, span: Span, language: str, published: str | None) -> Iterator[Value]:
    for time in times.find(text, span.start, span.end, language, published):
        yield Value(
            time.start,
            time.end,
            "time",
            time.text,
            DATE,
            field=time.field,
            inferred=time.inferred,
            because=time.because,
        )


def _values(text: str, span: Span, patterns: _Patterns) -> Iterator[Value]:
    for match in _SHARE.finditer(text, span.start, span.end):
        part = numbers.value(match["number"]) if match["number"] else None
        share = part if part is not None else numbers.fraction(match["fraction"]) if match["fraction"] else Decimal(100)
        if share <= 100:
            yield Value(match.start(), match.end(), "share", numbers.written(share), PERCENTAGE)
    for pattern in (patterns.money, patterns.sums, patterns.quantities):
        for match in pattern.finditer(text, span.start, span.end):
            yield from _measure(match, text, patterns)
    for match in _COUNT.finditer(text, span.start, span.end):
        if match["noun"].casefold() not in patterns.units:
            yield Value(match.start(), match.end(), "count", numbers.written(numbers.value(match["number"])), INTEGER)


def _measure(match: re.Match[str], text: str, patterns: _Patterns) -> Iterator[Value]:
    word = match["unit"].casefold()
    unit, factor = _SCALED.get(word) or (patterns.units[word], 1)
    scale = match["scale"] or (match["short"] or "").strip()
    number = numbers.value(match["number"], scale) * factor
    end = match.end()
    for rate, written in _RATE.items():
        follows = re.compile(rf"(?:[ -](?:of [\w-]+(?: [\w-]+)? )?)?(?:{written})", re.IGNORECASE).match(text, end)
        if follows and f"{unit}/{rate}" in patterns.rates:
            unit = f"{unit}/{rate}"
            end = follows.end() if follows[0].strip()[:2] != "of" else end
            break
    what = "money" if unit.isupper() and len(unit) == 3 else "quantity"
    yield Value(match.start(), end, what, f"{numbers.written(number)} {unit}", MEASURE, unit)


def _han_values(text: str, span: Span, patterns: _Patterns) -> Iterator[Value]:
    for match in _HAN_SHARE.finditer(text, span.start, span.end):
        if match["whole"]:
            share = Decimal(100)
        elif match["tenths"]:
            share = numbers.han(match["tenths"]) * 10
        elif match["part"] or match["half"]:
            share = numbers.han_fraction(match["part"] or "二", match["times"] or "一")
        else:
            share = numbers.value(match["number"]) if match["number"] else numbers.han(match["han"])
        if share <= 100:
            yield Value(match.start(), match.end(), "share", numbers.written(share), PERCENTAGE)
    for match in patterns.han_measures.finditer(text, span.start, span.end):
        unit = patterns.units[match["unit"].casefold()]
        number = numbers.value(match["number"], match["scale"] or "")
        before = text[max(span.start, match.start() - 16) : match.start()]
        for rate, written in _HAN_RATE.items():
            yearly = (
                re.search(rf"(?:每|{written}产|{written}处理|/){written}?", before)
                or text[match.end() : match.end() + 2] == f"/{written}"
            )
            if yearly and f"{unit}/{rate}" in patterns.rates and (written in before[-16:] or text[match.end()] == "/"):
                unit = f"{unit}/{rate}"
                break
        what = "money" if unit.isupper() and len(unit) == 3 else "quantity"
        yield Value(match.start(), match.end(), what, f"{numbers.written(number)} {unit}", MEASURE, unit)


def _bounded(value: Value, text: str, span: Span, patterns: _Patterns) -> Value:
    """The value with the bound that stands before it, or in Chinese after it."""
    if value.what == "time":
        return value
    before = text[max(span.start, value.start - _BOUND_REACH) : value.start]
    if match := patterns.before.search(before):
        return value._replace(
            bound=patterns.bounds[match[0].strip().removesuffix(" the").removesuffix(" a").casefold()]
        )
    if match := patterns.after.match(text, value.end):
        return value._replace(bound=patterns.bounds[match[0].casefold()])
    return value
