"""The known names in a text: one pass over it with all names of the data, in English and Chinese.

A name is *strong* where it means its record by itself, and *weak* where it does so only next to a strong name of the
same record: short forms that leave out what a firm is ("Lynas" of "Lynas Rare Earths"), and short words ("Peak").
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rareearth import spelling
from rareearth.dataset import Dataset
from rareearth.errors import MissingExtraError
from rareearth.models import Entity
from rareearth.proposals.text.words import Words

if TYPE_CHECKING:
    import ahocorasick

_LIKE = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—−（）［］，：；", "''''''''''------()[],:;")  # one character for one
_LEGAL = re.compile(
    r"[\s,]*\b(?:Co|Corp|Corporation|Inc|Incorporated|Limited|Ltd|LLC|Plc|PLC|AG|SA|SE|AB|ASA|AS|GmbH|NV|BV|Pty|Oy|Oyj|"
    r"KK|KGaA|Bhd|Berhad|Sdn)\b\.?$"
)
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]")
_HAN_GROUP = re.compile(r"[（(](?:集团|控股)[)）]")
_MIN_HAN = 3  # characters of a Chinese name that was cut short
_SHORT_WORD = 4  # letters of a single word that may be an ordinary word


class Found(NamedTuple):
    """A name in a text: characters ``start`` up to ``end``, the records that have it, and whether it is strong."""

    start: int
    end: int
    entities: tuple[str, ...]
    strong: bool


@dataclass(frozen=True)
class _Form:
    """One way to write the name of a record."""

    entity: str
    text: str
    strong: bool
    common: bool  # a common noun: its case does not matter


def like(text: str) -> str:
    """The text with plain quotes, dashes and brackets, character by character, so that offsets stay."""
    return text.translate(_LIKE)


class Gazetteer:
    """All names of a dataset, to be found in texts. Made once; never changes.

    ``leave_out`` is a source whose own names are not used, so that an article can be read as if it were new.

    Raises MissingExtraError without pyahocorasick.
    """

    def __init__(self, dataset: Dataset, words: Words, leave_out: str | None = None) -> None:
        try:
            import ahocorasick
        except ImportError as error:
            raise MissingExtraError("pyahocorasick", "propose") from error
        forms: dict[str, list[_Form]] = defaultdict(list)
        for form in sorted(_forms(dataset, words, leave_out), key=lambda f: (f.text, not f.strong, f.entity)):
            forms[like(form.text).casefold()].append(form)
        self._automaton: ahocorasick.Automaton = ahocorasick.Automaton()
        for text, given in forms.items():
            self._automaton.add_word(text, (len(text), tuple(given)))
        if forms:
            self._automaton.make_automaton()
        self._empty = not forms

    def find(self, text: str) -> list[Found]:
        """The names in a text, in its order; of names that overlap, the longest."""
        if self._empty:
            return []
        plain = like(text)
        lower = _lowered(plain)
        spans = [
            found
            for last, (length, forms) in self._automaton.iter(lower)
            if (found := _matched(plain, last + 1 - length, last + 1, forms)) is not None
        ]
        return longest(spans)


def longest(found: Iterable[Found]) -> list[Found]:
    """Of names that overlap the longest, of equally long ones the first; in the order of the text."""
    taken: list[Found] = []
    used: set[int] = set()
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start, not f.strong)):
        places = range(one.start, one.end)
        if used.isdisjoint(places):
            used.update(places)
            taken.append(one)
    return sorted(taken)


def _lowered(text: str) -> str:
    lower = text.casefold()
    return lower if len(lower) == len(text) else "".join(c.casefold() if len(c.casefold()) == 1 else c for c in text)


def _matched(text: str, start: int, end: int, forms: tuple[_Form, ...]) -> Found | None:
    """The name at a span if it stands there as a word, and in a case that the name may have."""
    if _inside(text, start) or (end < len(text) and _inside(text, end)):
        if not (end < len(text) and text[end] in "sS" and not _inside(text, end + 1) and any(f.common for f in forms)):
            return None
        forms = tuple(form for form in forms if form.common)
        if _inside(text, start):
            return None
    written = text[start:end]
    fitting = [form for form in forms if _case_fits(written, form)]
    if not fitting:
        return None
    strong = any(form.strong for form in fitting)
    entities = dict.fromkeys(form.entity for form in fitting if form.strong == strong)
    return Found(start, end, tuple(entities), strong)


def _inside(text: str, at: int) -> bool:
    """Whether a place is inside a word of letters or digits; Chinese words have no ends that can be seen."""
    if not 0 < at < len(text):
        return False
    one, other = text[at - 1], text[at]
    return one.isalnum() and other.isalnum() and one.isascii() == other.isascii() and not spelling.is_han(one + other)


def _case_fits(written: str, form: _Form) -> bool:
    name = form.text
    if form.common or spelling.is_han(name):
        return True
    if name.isupper() and len(name) <= 2 * _SHORT_WORD:  # an acronym
        return written == name
    return written[0] == name[0] or (written.isupper() and len(written) > _SHORT_WORD)


def _forms(dataset: Dataset, words: Words, leave_out: str | None) -> Iterator[_Form]:
    observed: dict[str, set[str]] = defaultdict(set)
    for source in dataset.sources.values():
        if source.id != leave_out:
            for id_, names in source.names:
                observed[id_].update(names)
    common = {term for term in dataset.ontology.classes if any(dataset.ontology.is_a(term, c) for c in words.common)}
    is_a = dataset.ontology.is_a
    places = {e.zh for e in dataset.entities.values() if e.zh and any(is_a(e.kind, place) for place in words.places)}
    prefixes = tuple(sorted({place.rstrip("省市") for place in places} | places, key=len, reverse=True))
    for entity in dataset.entities.values():
        id_ = dataset.canonical(entity.id)
        is_common = entity.kind in common
        for name in (entity.name, *entity.aliases, *sorted(observed[entity.id])):
            yield from _latin(id_, name, frozenset(words.endings["en"]), common=is_common)
        for name in entity.acronyms:
            yield _Form(id_, name, len(name) > 1, False)
        for word in words.records.get(entity.id, ()):
            yield _Form(id_, word, True, word.islower() and not spelling.is_han(word))
        yield from _han(id_, entity, prefixes)


def _latin(id_: str, name: str, endings: frozenset[str], *, common: bool) -> Iterator[_Form]:
    """A name, without its legal form, and cut short."""
    plain = unicodedata.normalize("NFC", name)
    if spelling.is_han(plain):
        yield _Form(id_, plain, True, False)
        return
    weak = " " not in plain and len(plain) <= _SHORT_WORD and not plain.isupper() and not common
    yield _Form(id_, plain, not weak, common)
    if common:
        return
    bare = _LEGAL.sub("", plain)
    while bare != (again := _LEGAL.sub("", bare)):
        bare = again
    without = " ".join(_BRACKETS.sub(" ", bare).split())
    for cut in {bare, without} - {plain, ""}:
        yield _Form(id_, cut, " " in cut or len(cut) > _SHORT_WORD, False)
    if short := _short(without, endings):
        yield _Form(id_, short, False, False)


def _short(name: str, endings: frozenset[str]) -> str:
    """The first words of a name without those of the trade at its end; "" where none are left out."""
    words = name.split()
    kept = list(words)
    while len(kept) > 1 and kept[-1].casefold() in spelling.TRADE_WORDS | endings:
        kept.pop()
    return " ".join(kept) if kept != words and len(kept[0]) > 2 else ""


def _han(id_: str, entity: Entity, places: tuple[str, ...]) -> Iterator[_Form]:
    """A Chinese name as a text may have it: without legal form, brackets and the place at its start."""
    if not entity.zh:
        return
    yield _Form(id_, entity.zh, True, False)
    bare = _BRACKETS.sub("", _HAN_GROUP.sub("", entity.zh))
    for ending in spelling.HAN_FORMS:
        bare = bare.removesuffix(ending)
    mine = re.sub(r"(?<=..)稀土(?=矿)", "", bare)  # 牦牛坪稀土矿 is called 牦牛坪矿 as well
    for form in (bare, mine, entity.zh.replace("（", "(").replace("）", ")")):
        if form != entity.zh and len(form) >= _MIN_HAN:
            yield _Form(id_, form, True, False)
    for place in places:
        if bare.startswith(place):
            rest = bare.removeprefix(place).lstrip("省市")
            if len(rest) > _MIN_HAN:
                yield _Form(id_, rest, True, False)
            break
    for ending in spelling.HAN_TRADE:
        if bare.endswith(ending) and len(bare) - len(ending) >= 2:
            yield _Form(id_, bare.removesuffix(ending), False, False)
