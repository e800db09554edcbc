"""Sentences of a text, their fingerprints, and finding them again after reflowing or typographic changes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NamedTuple

FINGERPRINT_LENGTH = 8  # hexadecimal digits: a fingerprint only has to be unique within one article
MAX_RUN = 12  # pieces (lines or sentences) that one span may be reflowed over

_QUOTES = str.maketrans("‘’‚‛“”„‟«»", '\'\'\'\'""""""')
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]+")
_FURNITURE = re.compile(r" ?\(opens in a new (?:tab|window)\)$", re.IGNORECASE)
_BRACKET = re.compile(r"(?<=\))")
_FURNITURE_LENGTH = len(" (opens in a new window)")
_NO_TEXT = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF])  # soft hyphen, spaces without width, byte-order mark
_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9\u3400-\u9fff])|[。！？][”’」』）]*")
_ABBREVIATION = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|Inc|Co|Corp|Ltd|St|No|vs|etc|e\.g|i\.e|approx|Jan|Feb|Aug|Sept|Oct|Nov|Dec))\.$"
)
_LONGEST = 8  # characters of an abbreviation


class Span(NamedTuple):
    """A stretch of a text: characters ``start`` (counted from 0) up to, not including, ``end``."""

    start: int
    end: int


def fold(text: str) -> str:
    """The text without what copying changes: NFKC, plain quotes and dashes, single spaces, no page furniture.

    Characters without width (soft hyphens, byte-order marks) are dropped. Takes time linear in the length.
    """
    while True:  # until nothing changes: what one step makes plain may be furniture, or a mark that joins a letter
        before = text
        text = unicodedata.normalize("NFKC", text.translate(_NO_TEXT).translate(_QUOTES)).translate(_QUOTES)
        text = _without_furniture(" ".join(_DASHES.sub("-", text).split()))
        if text == before:
            return text


def _without_furniture(text: str) -> str:
    """The text without what pages add to links, also where it is inside another: one look at each bracket."""
    if "(" not in text:
        return text
    kept: list[str] = []
    for piece in _BRACKET.split(text):
        kept.extend(piece)
        if found := _FURNITURE.search("".join(kept[-_FURNITURE_LENGTH:])):
            del kept[-len(found[0]) :]
    return "".join(kept)


def fingerprint(text: str) -> str:
    """The first eight hexadecimal digits of the SHA-256 of the folded text.

    >>> fingerprint("Li  Bo’s team") == fingerprint("Li Bo's team")
    True
    """
    return hashlib.sha256(fold(text).encode()).hexdigest()[:FINGERPRINT_LENGTH]


def sentences(text: str) -> list[Span]:
    """The sentences of a text in their order; a heading or caption on a line of its own counts as one."""
    spans: list[Span] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        start = 0
        for end in [*_sentence_ends(line), len(line)]:
            piece = line[start:end]
            if piece.strip():
                left = offset + start + len(piece) - len(piece.lstrip())
                spans.append(Span(left, left + len(piece.strip())))
            start = end
        offset += len(line)
    return spans


def find(text: str, span: Span, mark: str) -> Span | None:
    """The span of the sentence with the fingerprint ``mark`` in the text, or None when the text does not have it.

    The span itself is tried first. A text with other line ends, quotes, dashes or spaces is searched by runs of
    lines and sentences; of several matches the one closest to the span is taken.
    """
    if fingerprint(text[span.start : span.end]) == mark:
        return span
    pieces = sentences(text)
    found = [
        Span(first.start, last.end)
        for i, first in enumerate(pieces)
        for last in pieces[i : i + MAX_RUN]
        if fingerprint(text[first.start : last.end]) == mark
    ]
    return min(found, key=lambda s: (abs(s.start - span.start), s), default=None)


def _sentence_ends(line: str) -> list[int]:
    """Where sentences of a line end, but for the dots of abbreviations, for which a few characters are looked at."""
    ends = _END.finditer(line)
    return [m.end() for m in ends if not _ABBREVIATION.search(line, max(0, m.start() - _LONGEST), m.start() + 1)]
