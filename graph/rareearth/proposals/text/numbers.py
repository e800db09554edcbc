"""Numbers as texts write them: ``2,000``, ``1.9 million``, ``sixty``, ``two thirds``, ``12.6亿``, ``百分之五十一``."""

from __future__ import annotations

import re
from decimal import Decimal

_SMALL = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000,
    "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, "tn": 1_000_000_000_000,
    "百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000,
    "万亿": 1_000_000_000_000, "": 1,
}  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_HAN_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

_NUMBER_WORD = "|".join([*_SMALL, *_TENS])
DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,6})?"
WORDS = rf"(?:(?:{'|'.join(_TENS)})[- ](?:{'|'.join(list(_SMALL)[1:10])})|{_NUMBER_WORD})"
SCALE = r"(?:hundred|thousand|million|billion|trillion)"
SHORT_SCALE = r"(?:bn|mn|tn|m|k)"
HAN_SCALE = r"(?:百万|千万|万亿|亿|万|千|百)"
HAN_PARTS = "一二三四五六七八九十"
HAN_NUMBER = r"[零〇一二两三四五六七八九十百]{1,7}"
FRACTION = rf"(?:half|(?:an?|one|two|three|four|five|seven|nine)[ -](?:{'|'.join(list(_PARTS)[1:])})s?)"


def value(digits: str, scale: str = "") -> Decimal:
    """The number that digits or a number word and a scale mean.

    >>> value("1.9", "million"), value("sixty-two"), value("12.6", "亿")
    (Decimal('1900000'), Decimal('62'), Decimal('1260000000'))
    """
    text = digits.replace(",", "").casefold()
    number = Decimal(text) if text[0].isdigit() else Decimal(_words(text))
    return (number * _SCALES[scale.casefold()]).normalize() + 0


def fraction(text: str) -> Decimal:
    """The part of a whole in per cent.

    >>> fraction("half"), fraction("two thirds"), fraction("a tenth")
    (Decimal('50'), Decimal('66.67'), Decimal('10'))
    """
    words = re.split(r"[ -]", text.casefold())
    part = _PARTS[words[-1].removesuffix("s")]
    times = 1 if len(words) == 1 or words[0] in ("a", "an") else _SMALL[words[0]]
    return _percent(times, part)


def han_fraction(part: str, times: str) -> Decimal:
    """The part of a whole in per cent, of its two Chinese numbers.

    >>> han_fraction("三", "二")
    Decimal('66.67')
    """
    return _percent(int(han(times)), int(han(part)))


def han(text: str) -> Decimal:
    """A Chinese number up to 999 in characters.

    >>> han("五十一"), han("十"), han("一百")
    (Decimal('51'), Decimal('10'), Decimal('100'))
    """
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS[character]
    return Decimal(total + digit)


def written(number: Decimal) -> str:
    """A number as the data writes it: digits, with a point where needed.

    >>> written(Decimal("1.90E+6")), written(Decimal("12.50"))
    ('1900000', '12.5')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(times: int, part: int) -> Decimal:
    return (Decimal(100 * times) / part).quantize(Decimal("0.01")).normalize() + 0


def _words(text: str) -> int:
    return sum(_SMALL.get(word, _TENS.get(word, 0)) for word in re.split(r"[ -]", text))
