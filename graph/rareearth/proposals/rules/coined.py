"""Topics that a text coins: what follows "lacks", "faces" or "should" and has no name of its own.

Some relations have them as subjects, too: "high costs hamper the plant". Which ones is data (``ontology/cues.ttl``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rareearth.ontology import Ontology
from rareearth.proposals.rules import recognizer
from rareearth.proposals.rules.relations import Cues
from rareearth.proposals.rules.sentence import Item
from rareearth.proposals.text.words import Cue, Token, Words

_DETERMINERS = frozenset(
    """the a an its their his her our your this that these those no more some any much little enough one such every
    each another both""".split()
)
_AUXILIARIES = frozenset(
    """will would can could may might must should shall has have had is are was were be been do does did not still also
    only just even already now often soon""".split()
)
_STOPS = _AUXILIARIES | frozenset(
    """in on for to and or but nor that which who whom as by with from at being than then if when while where however
    because so n't it they he she we i you there here all most yet about after before during since until under
    over into out up off unless once therefore then together apart above below last next today ago away without
    within between against through per via what how why""".split()
)
_JOINS = frozenset(["of", "for"])  # one of them may be inside a topic
_LONGEST = 6  # words of a topic
_ALONE = 5  # letters of a topic of one word
_WORD = re.compile(r"[a-z][\w’'-]*|-")
_SENTENCE_START = re.compile(r"[A-Z][a-z’'-]+")
_ADVERB = re.compile(r"\w+ly$|\w+(?:ing|ed)$")
_SIGNS = "，。；！？：、“”（）《》"
_SKIPPED = "，：“”的了着过"  # between a Chinese cue and a topic that it names
_NOMINAL = ("n", "vn", "an", "a", "b", "j", "l", "i", "eng", "v", "f", "z")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_MOST_HAN, _FEWEST_HAN = 12, 3  # characters of a Chinese topic


class Coined(NamedTuple):
    """A topic in a sentence: its tokens from ``first`` to ``last`` (not included), and the class it would have."""

    first: int
    last: int
    kind: str


class Coiner:
    """Finds coined topics in sentences of one language. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology, cues: Cues, language: str) -> None:
        self.words = words
        self.ontology = ontology
        self.cues = cues
        self.han = language == "zh"
        self._general = min(words.coined, default="")

    def find(self, tokens: Sequence[Token], items: Sequence[Item], text: str) -> Iterator[Coined]:
        """The topics of a sentence of a text: at the empty end of a cue whose other end is named, or coined as well."""
        taken = {token for item in items for token in range(item.first, item.last)}
        found: set[tuple[int, int]] = set()
        for number in range(len(tokens)):
            for cue, end in self.cues.at(tokens, number):
                if cue.turned or not self._says_much(cue):
                    continue
                after = self._object(cue)
                named = any(item.last <= number and item.entity for item in items)
                subject = self._subject(cue) and not self.han and _before(tokens, number, taken)
                object_ = after and self._after(tokens, end, taken, cue, text)
                if not named and not subject:
                    continue
                for stretch, kind in ((subject, self._general), (object_, after)):
                    if stretch and all(last <= stretch[0] or stretch[1] <= first for first, last in found):
                        found.add(stretch)
                        yield Coined(*stretch, kind)

    def _says_much(self, cue: Cue) -> bool:
        if self.han:
            return len(cue.between) > 1
        return len(cue.between) > 1 or not cue.between or cue.between[0] not in _STOPS | _DETERMINERS | {"'s", "’s"}

    def _object(self, cue: Cue) -> str:
        """The class of a topic that may be the object of a cue; "" if that has to be something named."""
        relation = self.ontology.relations[cue.term]
        if relation.literal:
            return ""
        if any(self.ontology.is_a(relation.range, topic) for topic in self.words.coined):
            return relation.range
        return self._general if cue.term in self.words.coins_object else ""

    def _subject(self, cue: Cue) -> bool:
        return cue.term in self.words.coins_subject

    def _after(
        self, tokens: Sequence[Token], start: int, taken: set[int], cue: Cue, text: str
    ) -> tuple[int, int] | None:
        if self.han:
            return _han_after(tokens, start, taken, cue, text)
        return _after(tokens, start, taken)


def _after(tokens: Sequence[Token], start: int, taken: set[int]) -> tuple[int, int] | None:
    """The words after a cue that are a topic: up to a sign, a name or a small word; one "of" may be inside."""
    first = start
    while first < len(tokens) and tokens[first].text.casefold() in _DETERMINERS:
        first += 1
    last, joined = first, False
    while last < len(tokens) and last - first < _LONGEST and last not in taken:
        word = tokens[last].text
        if word in _JOINS and not joined and last > first:
            joined = True
        elif not _WORD.fullmatch(word) or word in _STOPS:
            break
        last += 1
    return _topic(tokens, first, last, taken)


def _before(tokens: Sequence[Token], end: int, taken: set[int]) -> tuple[int, int] | None:
    """The words before a cue that are a topic, without auxiliaries: "High costs" in "High costs may hamper"."""
    last = end
    while last > 0 and tokens[last - 1].text.casefold() in _AUXILIARIES:
        last -= 1
    first = last
    while first > 0 and last - first < _LONGEST and first - 1 not in taken:
        word = tokens[first - 1].text
        opens = first == 1 or not tokens[first - 2].text[-1].isalnum()
        if word in _STOPS | _DETERMINERS or not (_WORD.fullmatch(word) or (opens and _SENTENCE_START.fullmatch(word))):
            break
        first -= 1
    if first < last and tokens[first].text.casefold() in _STOPS | _DETERMINERS:
        first += 1
    begins = first == 0 or not tokens[first - 1].text[-1].isalnum() or tokens[first - 1].text.casefold() in _DETERMINERS
    return _topic(tokens, first, last, taken) if begins else None


def _topic(tokens: Sequence[Token], first: int, last: int, taken: set[int]) -> tuple[int, int] | None:
    """A stretch of tokens without what is no part of a topic at its end, if enough is left."""
    while first < last < len(tokens) and "-" in (tokens[last - 1].text, tokens[last].text):
        last -= 1  # a word such as "full-size" is whole or not there
    while last > first and tokens[last - 1].text in _DETERMINERS | _JOINS | {"-"}:
        last -= 1
    if first >= last or first in taken or (first > 0 and tokens[first - 1].text == "-"):
        return None
    alone = last == first + 1
    short = alone and (len(tokens[first].text) < _ALONE or _ADVERB.fullmatch(tokens[first].text) or last in taken)
    return None if short else (first, last)


def _han_after(tokens: Sequence[Token], start: int, taken: set[int], cue: Cue, text: str) -> tuple[int, int] | None:
    """The Chinese words with which a clause ends after a cue, or those before what the cue has after its object."""
    first = start
    while first < len(tokens) and tokens[first].text in _SKIPPED and cue.after:
        first += 1
    end = first
    while end < len(tokens) and tokens[end].text not in _SIGNS and end not in taken:
        if cue.after and tokens[end].text == cue.after[0]:
            break
        end += 1
    if end == first or (end in taken) or (end < len(tokens) and cue.after and tokens[end].text != cue.after[0]):
        return None
    words = recognizer.chinese(text, tokens[first].start, tokens[end - 1].end)
    run: list[recognizer.Word] = []
    for word in reversed(words):
        written = text[word.start : word.end]
        if not word.flag.startswith(_NOMINAL) or not _HAN.fullmatch(written):
            break
        run.insert(0, word)
    while len(run) > 1 and run[0].flag == "v":  # 建立 in 建立检测标准
        run.pop(0)
    if not run or not _FEWEST_HAN <= run[-1].end - run[0].start <= _MOST_HAN:
        return None
    at = [number for number in range(first, end) if run[0].start <= tokens[number].start < run[-1].end]
    return at[0], at[-1] + 1
