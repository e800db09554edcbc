"""Words that refer to somebody named before: "the company", "its", "which", 该公司."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Mention
from rareearth.proposals.rules.mentions import Reading
from rareearth.proposals.text.words import Words, either
from rareearth.sentences import Span

_DETERMINED = r"\b(?:[Tt]he|[Tt]his|[Ii]ts|[Tt]heir) (?:[\w’'-]+ ){0,3}?"
_HAN_DETERMINED = r"(?:该|本|上述|这家|此)"
_HAN_PART = r"(?<![子分母限家各些份业型头大])"  # before a noun that is a part of a word: 子公司
_THING = re.compile(r"\b(?:[Ii]t|[Ii]ts|[Tt]hey|[Tt]heir|itself|其)\b|其")
_PERSON = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b|[他她]")
_LANGUAGES = ("en", "zh")
_BEFORE = 40  # characters before a name in which a noun may introduce it
_CALLED = 1.0  # what it adds that the text introduced an entity by the noun
_FAR_BACK = 3  # sentences back in which two may be named that "both" means
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
    called: Mapping[str, set[str]]  # the nouns by which the text introduces an entity

    def best(
        self, at: int, sentence: int, classes: Sequence[str], *, noun: str = "", nearest: bool = False
    ) -> list[str]:
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
            score += _CALLED if noun and noun in self.called.get(mention.entity, ()) else 0.0
            if nearest:
                score = -(at - mention.end) / 10 if not distance else -100.0
            found[mention.entity] = max(found.get(mention.entity, -1000.0), score)
        ranked = sorted(found, key=lambda entity: (-found[entity], entity))
        return ranked[: 1 if nearest else 2]

    def two(self, at: int, sentence: int, classes: Sequence[str]) -> list[str]:
        """The two of some classes that "both" means: the last two of this sentence, or else the first of one before."""
        for number in range(sentence, max(-1, sentence - _FAR_BACK - 1), -1):
            named = dict.fromkeys(
                m.entity
                for m in self.reading.mentions
                if m.end <= at
                and self.sentence_of.get(m.start) == number
                and any(self.ontology.is_a(self.reading.kinds[m.entity], c) for c in classes)
            )
            if len(named) > 1:
                return list(named)[-2:] if number == sentence else list(named)[:2]
        return []

    def topic(self, classes: Sequence[str]) -> str:
        """The entity of some classes that the article is most about; "" if there is none."""
        fitting = [
            entity for entity in self.counts if any(self.ontology.is_a(self.reading.kinds[entity], c) for c in classes)
        ]
        head = [m.entity for m in self.reading.mentions if self.sentence_of.get(m.start) == 0 and m.entity in fitting]
        return head[0] if head else min(fitting, key=lambda e: (-self.counts[e], e), default="")


class References:
    """Resolves the references of texts. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology) -> None:
        self.words = words
        self.ontology = ontology
        self._nouns = {language: _nouns(words, language) for language in _LANGUAGES}
        self._two = {language: _two(words, language) for language in _LANGUAGES}
        called = either(words.called["en"])
        self._introduced = re.compile(
            rf",? (?:is |was |are )?(?:an?|the|one of the) (?:[\w’'-]+ ){{0,4}}?(?P<noun>{called})\b"
        )
        self._before = re.compile(rf"\b(?P<noun>{called}) $")
        self._adjectives = re.compile(either(words.adjectives) or r"(?!)")
        persons = [kind for kind in [words.labels.get("PERSON", "")] if kind]
        self._persons = persons
        self._things = {
            language: sorted(
                {kind for kinds in words.called[language].values() for kind in kinds} - words.places - {*persons}
            )
            for language in _LANGUAGES
        }

    def find(self, reading: Reading) -> list[Reference]:
        """The references of an article that can be resolved, in the order of the text."""
        antecedents = self._antecedents(reading)
        language = "zh" if reading.article.language.startswith("zh") else "en"
        used = {place for m in reading.mentions for place in range(m.start, m.end)}
        found: list[Reference] = []
        for number, span in enumerate(reading.spans):
            for reference in self._in_sentence(reading, span, number, language, antecedents):
                start = reference.start
                if reference.noun and not used.isdisjoint(range(start, reference.end)):  # "the London-listed explorer"
                    start += reading.article.text[start : reference.end].rfind(" ") + 1
                places = range(start, reference.end)
                if used.isdisjoint(places):
                    used.update(places)
                    found.append(reference._replace(start=start))
        return sorted(found)

    def adjectives(self, reading: Reading) -> list[Reference]:
        """Words made of the name of a country, such as "Australian", where they are no part of a name."""
        used = {place for m in reading.mentions for place in range(m.start, m.end)}
        text = reading.article.text
        return [
            Reference(match.start(), match.end(), self.words.adjectives[match[0]], False)
            for match in self._adjectives.finditer(text)
            if match.start() not in used and not _is_inside(text, match.start()) and not _is_inside(text, match.end())
        ]

    def topics(self, reading: Reading) -> list[str]:
        """What an article is about: the actor and the event that it names first in its headline, or else most often."""
        antecedents = self._antecedents(reading)
        found = (antecedents.topic([kind]) for kind in sorted(self.words.topics))
        return [entity for entity in found if entity]

    def _antecedents(self, reading: Reading) -> _Antecedents:
        sentence_of: dict[int, int] = {}
        first: dict[int, str] = {}
        for number, span in enumerate(reading.spans):
            for mention in _within(reading.mentions, span):
                sentence_of[mention.start] = number
                first.setdefault(number, mention.entity)
        counts = Counter(m.entity for m in reading.mentions)
        return _Antecedents(
            reading, self.ontology, counts, sentence_of, first, self.words.common, self._called(reading)
        )

    def _called(self, reading: Reading) -> dict[str, set[str]]:
        """By which nouns a text introduces its entities: "the miner Lynas", "Lynas, a miner"."""
        text, found = reading.article.text, defaultdict[str, set[str]](set)
        for mention in reading.mentions:
            before = self._before.search(text, max(0, mention.start - _BEFORE), mention.start)
            for match in (before, self._introduced.match(text, mention.end)):
                if match:
                    found[mention.entity].add(match["noun"].casefold())
        return found

    def _in_sentence(
        self, reading: Reading, span: Span, number: int, language: str, antecedents: _Antecedents
    ) -> Iterator[Reference]:
        text = reading.article.text
        for match in self._two[language].finditer(text, span.start, span.end):
            if pair := antecedents.two(match.start(), number, self.words.two[language][match[0].casefold()]):
                middle = match.start() + (match[0].find(" ") + 1 or 1)
                yield Reference(match.start(), middle - (text[middle - 1] == " "), pair[0], True)
                yield Reference(middle, match.end(), pair[1], True)
        for match in self._nouns[language].finditer(text, span.start, span.end):
            noun = _noun(match[0], self.words, language)
            classes = self.words.called[language].get(noun, ())
            if entities := antecedents.best(match.start(), number, classes, noun=noun):
                yield Reference(match.start(), match.end(), entities[0], True, *entities[1:])
        things = self._things[language]
        for pattern, classes_, nearest in (
            (_PERSON, self._persons, False),
            (_THING, things, False),
            (_RELATIVE, [*things, *self._persons], True),
        ):
            for match in pattern.finditer(text, span.start, span.end):
                if entities := antecedents.best(match.start(), number, classes_, nearest=nearest):
                    yield Reference(match.start(), match.end(), entities[0], False, *entities[1:])


def _within(mentions: Sequence[Mention], span: Span) -> list[Mention]:
    return [m for m in mentions if span.start <= m.start and m.end <= span.end]


def _is_inside(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _noun(reference: str, words: Words, language: str) -> str:
    """The noun at the end of a reference, which says of what classes it may be; "" if there is none."""
    called, text = words.called[language], reference.casefold()
    return next((noun for noun in sorted(called, key=len, reverse=True) if text.endswith(noun)), "")


def _nouns(words: Words, language: str) -> re.Pattern[str]:
    nouns = either(words.called[language])
    if language == "zh":
        alone = either(words.alone)
        whole = "|".join(sorted(noun for noun in words.called[language] if noun[0] in "该本此"))
        return re.compile(
            rf"(?:{_HAN_DETERMINED}|{_HAN_PART})(?P<noun>{alone})|{_HAN_DETERMINED}(?:{nouns})|(?:{whole})"
        )
    return re.compile(rf"{_DETERMINED}(?P<noun>{nouns})\b(?! of )", re.IGNORECASE)


def _two(words: Words, language: str) -> re.Pattern[str]:
    two = either(words.two[language]) or "(?!)"
    return re.compile(two if language == "zh" else rf"\b(?:{two})\b", re.IGNORECASE)
