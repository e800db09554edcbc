"""Plants, mines and laboratories without names of their own.

A text calls them by their place ("the Sumter plant", "a metal plant in Saskatoon") or introduces them ("its alloy
plant", 新建的分离厂).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rareearth.proposals.inbox import Mention
from rareearth.proposals.rules.english import CAPITAL, OPENING
from rareearth.proposals.rules.taken import Taken
from rareearth.proposals.text.words import Words, either

_OWN = frozenset("a an its their his her whose another".split())
_INDEFINITE = frozenset(["a", "an", "another"])
_GENERAL = frozenset("about as for like of than without".split())  # "of a plant" is none in particular
_PLAIN_WORDS = frozenset("new old existing main first second big large small local nearby planned proposed".split())
_MOST = 3  # words before the noun that are a part of what the works are called
_OPENING = OPENING | {"whose"}
_BEFORE = re.compile(r"(?:(?:[\d,.]*[\w-]*\w(?:[’']s)?) ){1,5}$")
_NAME = re.compile(rf"{CAPITAL}[a-z]+|{CAPITAL}+")
_AT = re.compile(r" (?:in|at|near|outside) ")
_HAN_BEFORE = (
    r"(?:一座?|一[个家条]|[首新]个?|新建的?|在建的?|旗下的?|下属的?|所属的?|位于[^，。；、]{2,8}的|的"
    r"|共建|设立|成立|组建|率|派出|组成|筹建|投建|扩建)"
)


class Named(NamedTuple):
    """A stretch that means works: characters ``start`` up to ``end``, and the noun that says what they are.

    ``place`` is where the name of their place begins, if one has to follow ("plant in …"). ``own`` says that a new
    thing is introduced, unless the text has one of the kind; ``words`` are those before the noun.
    """

    start: int
    end: int
    noun: str
    place: int | None = None
    own: bool = False
    words: tuple[str, ...] = ()


class Works:
    """Finds works in texts. Made once; never changes."""

    def __init__(self, words: Words) -> None:
        nouns = either(words.works["en"])
        self._noun = re.compile(rf"(?<![\w-])(?:{nouns})\b(?!-)")
        self._after = re.compile(rf" (?P<words>(?:[a-z-]+ )?)(?P<noun>{nouns})\b")
        self._han = re.compile(rf"{_HAN_BEFORE}(?P<noun>{either(words.works['zh'])})")

    def after(self, text: str, end: int) -> Named | None:
        """Works that follow the name of their place, which ends at ``end``: "Sumter plant"."""
        match = self._after.match(text, end)
        return match and Named(match.start(), match.end(), match["noun"], words=tuple(match["words"].split()))

    def english(self, text: str) -> Iterator[Named]:
        """Works in an English text that come before the name of their place, or are introduced."""
        for match in self._noun.finditer(text):
            before = _before(text, match.start())
            if before is None:
                continue
            first, words = before
            start = match.start() - sum(len(word) + 1 for word in words)
            at = _AT.match(text, match.end())
            own = first in _OWN or first.endswith(("'s", "’s"))
            yield Named(start, match.end(), match[0], at.end() if at else None, own, words)

    def chinese(self, text: str) -> Iterator[Named]:
        """Works that a Chinese text introduces."""
        for match in self._han.finditer(text):
            yield Named(match.start("noun"), match.end("noun"), match["noun"], own=True)


def _before(text: str, at: int) -> tuple[str, tuple[str, ...]] | None:
    """The small word that opens the phrase before a place, "" if it is not near, and the words after it.

    None if the words are a name: "Tarrant Ridge project".
    """
    found = _BEFORE.search(text, max(0, at - 80), at)
    words = found[0].split() if found else []
    for number in range(len(words) - 1, -1, -1):
        word = words[number].casefold()
        if word in _OPENING or word.endswith(("'s", "’s")):
            inside = words[number + 1 :][-_MOST:]
            if word in _INDEFINITE and number and words[number - 1] in _GENERAL:
                word = words[number - 1]
            return None if any(_NAME.fullmatch(one) for one in inside) else (word, tuple(inside))
    last = words[-1:]
    return None if last and _NAME.fullmatch(last[0]) else ("", tuple(last))


def take_by_place(taken: Taken, works: Works, words: Words) -> None:
    """Take the works of an English text that are called by their place: "the Sumter plant", "a plant in Saskatoon"."""
    for place in [p for _, p in sorted(taken.places.items())]:
        if taken.is_any(place, words.places) and (found := works.after(taken.text, place.end)):
            _take(taken, place, found, (place.start, found.end), words)
    for found in works.english(taken.text):
        near = taken.places.get(found.place) if found.place is not None else None
        if near and taken.is_any(near, words.places) and (found.words or " " in found.noun):
            _take(taken, near, found, (found.start, near.end), words)


def take_introduced(taken: Taken, works: Works, words: Words, language: str) -> None:
    """Take works that a text introduces without a name, if it has none of their kind before: "its alloy plant"."""
    han, is_a = language == "zh", taken.ontology.is_a
    for found in works.chinese(taken.text) if han else works.english(taken.text):
        name = taken.text[found.start : found.end]
        if not found.own or found.noun not in words.introduced:
            continue
        if not taken.is_cleared(found.start, found.end, words.places | words.common):
            continue
        kind = words.works[language][found.noun]
        before = [m for m in taken.places.values() if m.end <= found.start]
        if not han and any(is_a(k := taken.names[m.entity].kind, kind) or is_a(kind, k) for m in before):
            continue
        taken.take(found.start, found.end, taken.entity(name, kind), kind, "new")


def _take(taken: Taken, place: Mention, found: Named, stretch: tuple[int, int], words: Words) -> None:
    """Take works called by a place: the record whose name begins with it, or the words that call them so."""
    start, end = stretch
    if not taken.is_cleared(start, found.end, words.places | words.common):
        return
    kind = words.works["en"][found.noun]
    record = _at(taken, taken.text[place.start : place.end], kind, found.words)
    entity = record or taken.entity(taken.text[start:end], kind)
    taken.take(start, found.end, entity, kind, "name" if record else "new")
    taken.by_text.setdefault(taken.text[start:end], entity)


def _at(taken: Taken, place: str, kind: str, words: tuple[str, ...]) -> str:
    """The one record of works whose name begins with that of their place and has their words; "" otherwise."""
    is_a = taken.ontology.is_a
    special = [word for word in words if word not in _PLAIN_WORDS]
    found = [
        id_
        for id_, record in taken.records.items()
        if record.name.startswith(place + " ")
        and (is_a(record.kind, kind) or is_a(kind, record.kind))
        and all(word in record.name.casefold() for word in special)
    ]
    return found[0] if len(found) == 1 else ""
