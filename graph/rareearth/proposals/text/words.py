"""The words by which a text says what the ontology has, as ``ontology/cues.ttl`` declares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rareearth import ontology, spelling

_HAN_WORD = re.compile(r"[A-Za-z0-9.,]+|\S")
_WORD = re.compile(r"['’]s\b|\w+(?:\.\w+)*|[^\w\s]")


class Cue(NamedTuple):
    """How a sentence may say something of its subject and object: what stands before, between and after the two.

    ``turned`` means that the object comes first. Words are stems in English, characters in Chinese.
    """

    term: str
    turned: bool
    before: tuple[str, ...]
    between: tuple[str, ...]
    after: tuple[str, ...]


class Phrase(NamedTuple):
    """Words that give a term to what stands near them: stems in English, characters in Chinese."""

    term: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What texts call things, by language (``en``, ``zh``)."""

    cues: Mapping[str, tuple[Cue, ...]]
    phrases: Mapping[str, tuple[Phrase, ...]]
    endings: Mapping[str, Mapping[str, str]]  # the last words of names in small letters, and the class they mean
    starts: Mapping[str, Mapping[str, str]]
    called: Mapping[str, Mapping[str, tuple[str, ...]]]  # a common noun in small letters, and the classes it may mean
    two: Mapping[str, Mapping[str, tuple[str, ...]]]  # words that mean two of some classes: "both"
    alone: frozenset[str]  # those that need no determiner
    labels: Mapping[str, str]  # the labels of a recognizer of names, and the class they mean
    common: frozenset[str]
    places: frozenset[str]
    coined: frozenset[str]  # classes of what a text may coin a word for
    coins_subject: frozenset[str]  # relations whose subject may be such a word, too
    coins_object: frozenset[str]  # relations whose object may be one, though it may be anything
    topics: frozenset[str]  # classes of what an article may be about without naming it in every sentence
    records: Mapping[str, tuple[str, ...]]  # common words that mean a record
    adjectives: Mapping[str, str]  # words made of the name of a record, and the record
    works: Mapping[str, Mapping[str, str]]  # common nouns of what is called by its place, and the class
    introduced: frozenset[str]  # those of them by which a text introduces a thing without a name
    examples: Mapping[str, str]


class Token(NamedTuple):
    """A word or a sign of a text: characters ``start`` up to ``end``, and its stem."""

    start: int
    end: int
    text: str
    stem: str


def tokenize(text: str, start: int, end: int, language: str) -> list[Token]:
    """The words and signs of a stretch of a text; in Chinese its characters."""
    if language == "zh":
        return [Token(m.start(), m.end(), m[0], m[0]) for m in _HAN_WORD.finditer(text, start, end)]
    return [Token(m.start(), m.end(), m[0], stem(m[0])) for m in _WORD.finditer(text, start, end)]


def tokens(text: str) -> list[str]:
    """The words and signs of an English text.

    >>> tokens("Lynas’s plant, 50%")
    ['Lynas', '’s', 'plant', ',', '50', '%']
    """
    return _WORD.findall(text)


@cache
def stem(word: str) -> str:
    """What the forms of an English word have in common.

    >>> {stem("acquires"), stem("acquired"), stem("Acquire")}
    {'acquir'}
    """
    return str(_stemmer().stemWord(word.casefold().replace("’", "'")))


@cache
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")


@cache
def shipped(path: Path | None = None) -> Words:
    """The words of ``cues.ttl``; without a path of the shipped one. Raises DataError if it cannot be read."""
    given = ontology.read_cues(path)
    relations = {term: texts for term, texts in given["cue"].items() if any(_is_cue(text) for _, text in texts)}
    others = {term: texts for term, texts in given["cue"].items() if term not in relations}
    languages = ("en", "zh")
    works = {
        language: {
            text.casefold(): term
            for term in given["calledByPlace"]
            for tag, text in given["calledA"].get(term, ())
            if tag == language
        }
        for language in languages
    }
    return Words(
        cues={
            language: tuple(
                _cue(term, text, language)
                for term, texts in relations.items()
                for tag, text in texts
                if tag == language
            )
            for language in languages
        },
        phrases={
            language: tuple(
                Phrase(term, _phrase(text, language))
                for term, texts in others.items()
                for tag, text in texts
                if tag == language
            )
            for language in languages
        },
        endings=_by_text(given["nameEnding"]),
        starts=_by_text(given["nameStart"]),
        called={language: _all_by_text(given["calledA"], language) for language in languages},
        two={language: _all_by_text(given["calledTwo"], language) for language in languages},
        alone=frozenset(text.casefold() for texts in given["calledAlone"].values() for _, text in texts),
        labels={text: term for term, texts in given["entityLabel"].items() for _, text in texts},
        common=frozenset(given["commonNames"]),
        places=frozenset(given["placeNames"]),
        coined=frozenset(given["coined"]),
        coins_subject=frozenset(given["coinsSubject"]),
        coins_object=frozenset(given["coinsObject"]),
        topics=frozenset(given["topic"]),
        records={term: tuple(text for _, text in texts) for term, texts in given["word"].items()},
        adjectives={text: term for term, texts in reversed(given["adjective"].items()) for _, text in texts},
        works=works,
        introduced=frozenset(text.casefold() for texts in given["introduced"].values() for _, text in texts),
        examples={term: texts[0][1] for term, texts in given["example"].items()},
    )


def either(words: Iterable[str]) -> str:
    r"""The source of a pattern that matches one of some words, the longest first.

    >>> either(["a", "a.b"])
    'a\\.b|a'
    """
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


def _by_text(terms: Mapping[str, list[tuple[str, str]]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"en": {}, "zh": {}}
    for term, texts in terms.items():
        for language, text in texts:
            found[language].setdefault(text.casefold(), term)
    return found


def _all_by_text(terms: Mapping[str, list[tuple[str, str]]], language: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for term, texts in terms.items():
        for tag, text in texts:
            if tag == language:
                found[text.casefold()] = (*found.get(text.casefold(), ()), term)
    return found


def _is_cue(text: str) -> bool:
    return "S" in text and ("O" in text or " " in text or spelling.is_han(text))


def _cue(term: str, text: str, language: str) -> Cue:
    parts = _phrase(text, language)
    slots = [at for at, part in enumerate(parts) if part in ("S", "O")]
    first, last = slots[0], slots[-1]
    between = parts[first + 1 : last] if len(slots) > 1 else ()
    return Cue(term, parts[first] == "O", parts[:first], between, parts[last + 1 :])


def _phrase(text: str, language: str) -> tuple[str, ...]:
    if language == "zh":
        return tuple(text)
    return tuple(word if word in ("S", "O") else stem(word) for word in tokens(text))
