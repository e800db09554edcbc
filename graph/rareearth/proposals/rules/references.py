"""Words that refer to somebody named before: "the company", "its", "which", 该公司."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Mention
from rareearth.proposals.rules.mentions import Reading
from rareearth.proposals.text.words import Words, either
from rareearth.sentences import Span

_DETERMINED = r"\b(?:[Tt]he|[Tt]his|[Ii]ts|[Tt]heir) (?:[\w’'-]+ ){0,3}?"
_HAN_DETERMINED = r"(?:该|本|上述|这家|此)"
_THING = re.compile(r"\b(?:[Ii]t|[Ii]ts|[Tt]hey|[Tt]heir|itself|其)\b|其")
_PERSON = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b|[他她]")
_RELATIVE = re.compile(r"\b(?:which|who|whose|whom)\b")


class Reference(NamedTuple):
    """A place that refers to an entity; ``noun`` is false for a pronoun, which is no mention by itself.

    ``second`` is the entity that it may mean otherwise.
    """

    start: int
    end: int
    entity: str
    noun: bool
    second: str = ""


@dataclass(frozen=True)
class _Antecedents:
    """The mentions before a place, and what speaks for each."""

    reading: Reading
    ontology: Ontology
    counts: Counter[str]
    sentence_of: dict[int, int]  # the number of the sentence of each mention, by its start
    first: dict[int, str]  # the entity named first in each sentence
    common: frozenset[str]  # classes of things that have no proper names

    def best(self, at: int, sentence: int, classes: Sequence[str], *, nearest: bool = False) -> list[str]:
        """The likeliest entities of some classes before a place, at most two, the likelier first."""
        found: dict[str, float] = {}
        for mention in self.reading.mentions:
            if mention.end > at:
                break
            kind = self.reading.kinds[mention.entity]
            if any(self.ontology.is_a(kind, common) for common in self.common):
                continue
            if not any(self.ontology.is_a(kind, c) or self.ontology.is_a(c, kind) for c in classes):
                continue
            number = self.sentence_of.get(mention.start, 0)
            distance = sentence - number
            score = 1.0 / (1 + abs(distance - 1)) if distance else 0.8
            score += 0.5 * math.log(self.counts[mention.entity])
            score += 0.6 if self.first.get(number) == mention.entity else 0.0
            score += 0.4 if self.first.get(0) == mention.entity else 0.0
            if nearest:
                score = -(at - mention.end) / 10 if not distance else -100.0
            found[mention.entity] = max(found.get(mention.entity, -1000.0), score)
        ranked = sorted(found, key=lambda entity: (-found[entity], entity))
        return ranked[: 1 if nearest else 2]

    def topic(self, classes: Sequence[str]) -> str:
        """The entity of some classes that the article is most about; "" if there is none."""
        fitting = [
            entity for entity in self.counts if any(self.ontology.is_a(self.reading.kinds[entity], c) for c in classes)
        ]
        head = [m.entity for m in self.reading.mentions if self.sentence_of.get(m.start) == 0 and m.entity in fitting]
        return head[0] if head else min(fitting, key=lambda e: (-self.counts[e], e), default="")


def find(reading: Reading, words: Words, ontology: Ontology) -> list[Reference]:
    """The references of an article that can be resolved, in the order of the text."""
    antecedents = _antecedents(reading, words, ontology)
    language = "zh" if reading.article.language.startswith("zh") else "en"
    used = {place for m in reading.mentions for place in range(m.start, m.end)}
    found: list[Reference] = []
    for number, span in enumerate(reading.spans):
        for reference in _in_sentence(reading, span, number, words, language, antecedents):
            start = reference.start
            if reference.noun and not used.isdisjoint(range(start, reference.end)):  # "the London-listed explorer"
                start += reading.article.text[start : reference.end].rfind(" ") + 1
            places = range(start, reference.end)
            if used.isdisjoint(places):
                used.update(places)
                found.append(reference._replace(start=start))
    return sorted(found)


def adjectives(reading: Reading, words: Words) -> list[Reference]:
    """Words made of the name of a country, such as "Australian", where they are no part of a name."""
    if not words.adjectives:
        return []
    used = {place for m in reading.mentions for place in range(m.start, m.end)}
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words.adjectives)))
    return [
        Reference(match.start(), match.end(), words.adjectives[match[0]], False)
        for match in pattern.finditer(reading.article.text)
        if match.start() not in used
    ]


def _antecedents(reading: Reading, words: Words, ontology: Ontology) -> _Antecedents:
    sentence_of: dict[int, int] = {}
    first: dict[int, str] = {}
    for number, span in enumerate(reading.spans):
        for mention in _within(reading.mentions, span):
            sentence_of[mention.start] = number
            first.setdefault(number, mention.entity)
    return _Antecedents(
        reading, ontology, Counter(m.entity for m in reading.mentions), sentence_of, first, words.common
    )


def _within(mentions: Sequence[Mention], span: Span) -> list[Mention]:
    return [m for m in mentions if span.start <= m.start and m.end <= span.end]


def _in_sentence(
    reading: Reading, span: Span, number: int, words: Words, language: str, antecedents: _Antecedents
) -> Iterator[Reference]:
    text = reading.article.text
    for match in _nouns(words, language).finditer(text, span.start, span.end):
        classes = _classes(match[0], words, language)
        if entities := antecedents.best(match.start(), number, classes):
            yield Reference(match.start(), match.end(), entities[0], True, *entities[1:])
    person = [kind for kind in [words.labels.get("PERSON", "")] if kind]
    things = sorted({kind for kinds in words.called[language].values() for kind in kinds} - words.places)
    for pattern, classes_, nearest in (
        (_PERSON, person, False),
        (_THING, things, False),
        (_RELATIVE, [*things, *person], True),
    ):
        for match in pattern.finditer(text, span.start, span.end):
            if entities := antecedents.best(match.start(), number, classes_, nearest=nearest):
                yield Reference(match.start(), match.end(), entities[0], False, *entities[1:])


def topics(reading: Reading, words: Words, ontology: Ontology) -> list[str]:
    """What an article is about: the actor and the event that it names first in its headline, or else most often."""
    antecedents = _antecedents(reading, words, ontology)
    found = (antecedents.topic([kind]) for kind in sorted(words.topics))
    return [entity for entity in found if entity]


def _classes(reference: str, words: Words, language: str) -> tuple[str, ...]:
    """The classes of what a reference may mean, by the noun at its end."""
    called, text = words.called[language], reference.casefold()
    return next((called[noun] for noun in sorted(called, key=len, reverse=True) if text.endswith(noun)), ())


_PATTERNS: dict[tuple[int, str], re.Pattern[str]] = {}


def _nouns(words: Words, language: str) -> re.Pattern[str]:
    key = (id(words), language)
    if key not in _PATTERNS:
        nouns = either(words.called[language])
        if language == "zh":
            alone = either(words.alone)
            whole = "|".join(sorted(noun for noun in words.called[language] if noun[0] in "该本此"))
            _PATTERNS[key] = re.compile(
                rf"{_HAN_DETERMINED}?(?P<noun>{alone})|{_HAN_DETERMINED}(?:{nouns})|(?:{whole})"
            )
        else:
            _PATTERNS[key] = re.compile(rf"{_DETERMINED}(?P<noun>{nouns})\b", re.IGNORECASE)
    return _PATTERNS[key]
