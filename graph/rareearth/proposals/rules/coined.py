"""Topics that a text coins: what follows "lacks", "faces" or "should" and has no name of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rareearth.ontology import Ontology
from rareearth.proposals.rules.relations import Cues
from rareearth.proposals.rules.sentence import Item
from rareearth.proposals.text.words import Cue, Token, Words

_DETERMINERS = frozenset(
    """the a an its their his her our your this that these those no more some any much little enough one""".split()
)
_STOPS = frozenset(
    """in on for to and or but nor that which who whom as by with from at is are was were be been being has have had
    will would can could may might must should shall than then if when while where however because so not n't it they
    he she we i you there here all most also only just even yet still already about after before during since until
    under over into out up off without within between against through per via what how why""".split()
)
_SHORTEST, _LONGEST = 2, 6  # words of a topic


class Coined(NamedTuple):
    """A topic in a sentence: its tokens from ``first`` to ``last`` (not included), and the class it would have."""

    first: int
    last: int
    kind: str


class Coiner:
    """Finds coined topics. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology, cues: Cues) -> None:
        self.words = words
        self.ontology = ontology
        self.cues = cues

    def find(self, tokens: Sequence[Token], items: Sequence[Item]) -> Iterator[Coined]:
        """The topics of an English sentence: at the empty end of a cue whose other end is something named."""
        taken = {token for item in items for token in range(item.first, item.last)}
        found: set[tuple[int, int]] = set()
        for number in range(len(tokens)):
            for cue, end in self.cues.at(tokens, number):
                kind = self._kind(cue)
                if not kind or cue.turned or not any(item.last <= number and item.entity for item in items):
                    continue
                stretch = _after(tokens, end, taken)
                if stretch and stretch not in found and all(b <= stretch[0] or stretch[1] <= a for a, b in found):
                    found.add(stretch)
                    yield Coined(*stretch, kind)

    def _kind(self, cue: Cue) -> str:
        """The class of a topic that may be the object of a cue; "" if that has to be something named."""
        relation = self.ontology.relations[cue.term]
        if relation.literal or (len(cue.between) == 1 and cue.between[0] in _STOPS | _DETERMINERS | {"'s", "’s"}):
            return ""
        is_topic = any(self.ontology.is_a(relation.range, topic) for topic in self.words.coined)
        return relation.range if is_topic else ""


def _after(tokens: Sequence[Token], start: int, taken: set[int]) -> tuple[int, int] | None:
    """The words after a cue that are a topic: up to a sign, a name or a small word; one "of" may be inside."""
    first = start
    while first < len(tokens) and tokens[first].text.casefold() in _DETERMINERS:
        first += 1
    last, has_of = first, False
    while last < len(tokens) and last - first < _LONGEST and last not in taken:
        word = tokens[last].text
        if word == "of" and not has_of and last > first:
            has_of = True
        elif not re.fullmatch(r"[a-z][\w’'-]*|-", word) or word in _STOPS:
            break
        last += 1
    while first < last < len(tokens) and "-" in (tokens[last - 1].text, tokens[last].text):
        last -= 1  # a word such as "full-size" is whole or not there
    while last > first and tokens[last - 1].text in _DETERMINERS | {"of", "-"}:
        last -= 1
    return (first, last) if last >= first + _SHORTEST and first not in taken else None
