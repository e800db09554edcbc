"""A sentence as its words, and the things in it that may be tied: entities and values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rareearth.proposals.text.values import Value
from rareearth.proposals.text.words import Token

_CLAUSE_ENDS = frozenset([";", "but", "while", "although", "whereas", "though", "；", "。"])
_LIGHT = frozenset(
    [",", "and", "or", "、", "和", "及", "the", "a", "an", "its", "(", ")"]
)  # words that keep nothing apart
FIRST_HAN = "\u3000"


class Item(NamedTuple):
    """A thing in a sentence, from one token up to another: an entity with its class, or a value with its datatype.

    ``weight`` is how surely it is that thing: less for a pronoun than for a name. What the whole article is about,
    or what the sentence before names, is in a sentence at no token (both -1).
    """

    first: int
    last: int
    entity: str
    kind: str
    value: str = ""
    unit: str = ""
    weight: float = 1.0

    @property
    def implied(self) -> bool:
        """Whether the sentence may be about it without naming it."""
        return self.first < 0

    @property
    def thing(self) -> str:
        """The entity, or the text of the value."""
        return self.entity or self.value


@dataclass(frozen=True)
class Sentence:
    """The words of a sentence, its things, and its values; ``language`` is ``en`` or ``zh``."""

    tokens: Sequence[Token]
    items: Sequence[Item]
    values: Sequence[Value]
    language: str

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(token.stem for token in self.tokens)

    @cached_property
    def _in_items(self) -> frozenset[int]:
        return frozenset(token for item in self.items for token in range(item.first, item.last))

    def token_at(self, character: int) -> int:
        """The token that begins at a character of the text, or the next one."""
        return min(bisect_left(self._starts, character), len(self.tokens) - 1)

    def gap(self, start: int, end: int) -> float:
        """How many words keep two tokens apart: things and the signs of a list do not, a Chinese character half."""
        return sum(
            0.5 if self.tokens[at].text > FIRST_HAN else 1.0
            for at in range(start, end)
            if at not in self._in_items and self.tokens[at].text not in _LIGHT
        )

    def one_clause(self, one: int, other: int) -> bool:
        """Whether no clause ends between two tokens."""
        first, last = sorted((one, other))
        return not any(token.text in _CLAUSE_ENDS for token in self.tokens[first:last])
