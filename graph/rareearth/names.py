"""Names: as keys of identity, as an index in which every spelling finds what has the name, and those that are close."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rareearth import spelling

MAX_LENGTH = 500  # characters of a name in the data; a longer text is no name
_PUNCTUATION = re.compile(r"[^\w\s]+|_")
_SHORT = 0.95  # how much the likeness of a short form counts
_CLOSE = 0.6  # likeness from which a name is close
_MAX_POSTINGS = 10_000  # that a search for close names looks at
_MAX_CANDIDATES = 100  # names whose likeness is computed


def key(name: str) -> str:
    """The name without what spellings differ in: compatibility forms, case, accents, punctuation, spaces.

    >>> key("China Rare-Earth  Group Co., Ltd.")
    'china rare earth group co ltd'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


def closest(name: str, known: Iterable[str], count: int = 5) -> list[str]:
    """The known names most like a name, at most ``count``, the closest first.

    Likeness (0 to 1) is the largest of: letters in common, words in common, and 0.75 for a name whose words start like
    the given one; below 0.6 a name is left out. The library's own mixture (``WRatio``) is not used: by parts of words
    it puts "Delegation on the tour of Ganzhou" next to "Gnazhou" and finds names for "Nobody at all".

    >>> closest("Gnazhou", ["Ganzhou", "Guangzhou", "Baotou"])
    ['Ganzhou', 'Guangzhou']
    """
    if len(name) > MAX_LENGTH:
        return []
    sought = _Sought(name)
    ranked = sorted((-sought.likeness(key(other)), other) for other in set(known))
    return [other for score, other in ranked[:count] if -score >= _CLOSE]


class _Sought:
    """A name that others are compared with."""

    def __init__(self, name: str) -> None:
        self.key = key(name)
        self.words = set(self.key.split())

    def likeness(self, other: str) -> float:
        """How much a key is like this name's, 0 to 1."""
        from rapidfuzz import fuzz

        letters = fuzz.ratio(self.key, other) / 100
        shared = len(self.words & set(other.split())) / max(1, len(self.words))
        start = 0.75 if self.key and f" {self.key}" in f" {other}" else 0.0
        return max(letters, 0.9 * shared, start)


class Match(NamedTuple):
    """A thing that a name may mean: its name that matched, what kind of name that is, and how it matched.

    ``how`` is the kind that was given to the index; ``why`` is one of :data:`WAYS`.
    """

    thing: str
    name: str
    how: str
    why: str


# How a name may match, the best first.
WAYS = ("exact", "spelling", "form", "word order", "short form", "transliteration", "initials")


class Index:
    """The names of things, in which every spelling of a name finds what has it.

    A name is looked up in the ways of :data:`WAYS`, one after the other: as it is given, as a key, folded and without
    legal forms, one after the other (:mod:`rareearth.spelling`), with the family name at the other end, without the
    words of the trade, in Latin letters, and as initials in capitals. Of the first way in which it is a name of
    something, the best kind of name counts. A small typing error never finds anything by itself: :meth:`suggest` lists
    what is close.

    ``names`` are (thing, name, kind of name); ``kinds`` are the kinds of names, the best first.

    >>> index = Index([("lynas", "Lynas Rare Earths", "name"), ("lyons", "Lyons", "name")], ["name"])
    >>> index.find("LYNAS")
    [Match(thing='lynas', name='Lynas Rare Earths', how='name', why='short form')]
    >>> index.find("Lynos"), [match.name for match in index.suggest("Lynos")]
    ([], ['Lyons', 'Lynas Rare Earths'])
    """

    def __init__(self, names: Iterable[tuple[str, str, str]], kinds: Iterable[str]) -> None:
        rank = {kind: number for number, kind in enumerate(kinds)}
        best: dict[tuple[str, str], str] = {}
        for thing, name, kind in names:
            known = best.get((thing, name))
            if known is None or rank[kind] < rank[known]:
                best[thing, name] = kind
        self._rank = rank
        self._names = [(thing, name, kind) for (thing, name), kind in sorted(best.items())]
        self._keys = [key(name) for _, name, _ in self._names]
        self._cores = [spelling.core(spelling.fold(name)) for _, name, _ in self._names]
        self._tables: dict[str, dict[str, list[int]]] = {
            way: defaultdict(list) for way in WAYS if way != "transliteration"
        }
        for number in range(len(self._names)):
            for way, form in self._forms(number):
                self._tables[way][form].append(number)
        self._grams: dict[str, array[int]] | None = None
        self._sorted: list[tuple[str, int]] | None = None

    def find(self, name: str) -> list[Match]:
        """What has that name: [] if nothing has, several if it is ambiguous, each with its best name, sorted."""
        if len(name) > MAX_LENGTH:
            return []
        for way, table, forms in self._sought(name):
            found = {number for form in forms if form for number in self._table(table).get(form, ())}
            if found:
                best = min(self._rank[self._names[number][2]] for number in found)
                return self._matches((n for n in sorted(found) if self._rank[self._names[n][2]] == best), way)
        return []

    def suggest(self, name: str, count: int = 5) -> list[Match]:
        """What has a name close to that name, at most ``count`` and one name of each, the closest first."""
        return [match for _, match in self.close(name, count)]

    def close(self, name: str, count: int = 5) -> list[tuple[float, Match]]:
        """What :meth:`suggest` finds, each with how much it is like the name, 0.6 to 1."""
        if len(name) > MAX_LENGTH:
            return []
        sought = _Sought(name)
        core = spelling.core(spelling.fold(name))
        by_core = _Sought(core)
        likeness = {
            number: max(
                sought.likeness(self._keys[number]),
                by_core.likeness(self._cores[number]),
                _SHORT * by_core.likeness(spelling.short(self._cores[number])),
            )
            for number in self._candidates(core)
        }
        for read in spelling.latin(name) if spelling.is_han(name) else ():
            likeness |= dict.fromkeys(self._tables["form"].get(read, ()), 1.0)
        numbers = [number for number, score in likeness.items() if score >= _CLOSE]
        best: dict[str, tuple[float, Match]] = {}
        for number in sorted(numbers, key=lambda n: (-likeness[n], self._names[n])):
            thing, close, kind = self._names[number]
            best.setdefault(thing, (likeness[number], Match(thing, close, kind, "close")))
        return list(best.values())[:count]

    def beginning(self, start: str, count: int) -> list[Match]:
        """What has a name that begins with a text, spelling aside: at most ``count``, one name of each, sorted."""
        begins = key(start) if len(start) <= MAX_LENGTH else ""
        if not begins:
            return []
        if self._sorted is None:
            self._sorted = sorted((k, number) for number, k in enumerate(self._keys))
        found: dict[str, Match] = {}
        for at in range(bisect_left(self._sorted, (begins, -1)), len(self._sorted)):
            if len(found) == count or not self._sorted[at][0].startswith(begins):
                break
            thing, name, kind = self._names[self._sorted[at][1]]
            found.setdefault(thing, Match(thing, name, kind, "beginning"))
        return list(found.values())

    def forms(self) -> Iterator[tuple[str, str, int, dict[str, list[str]]]]:
        """Every name as (thing, name, rank of its kind, forms by way), for a program that finds by the same rules."""
        readings: dict[int, list[str]] = defaultdict(list)
        for form, numbers in self._table("transliteration").items():
            for number in numbers:
                readings[number].append(form)
        for number, (thing, name, kind) in enumerate(self._names):
            by_way: dict[str, list[str]] = {way: [] for way in WAYS}
            for way, form in self._forms(number):
                by_way[way].append(form)
            by_way["transliteration"] = readings[number]
            yield thing, name, self._rank[kind], {way: sorted(forms) for way, forms in by_way.items()}

    def _table(self, way: str) -> dict[str, list[int]]:
        """The forms of the names for a way. Reading other scripts takes long, so it waits until it is needed."""
        if way == "transliteration" and way not in self._tables:
            table = self._tables[way] = defaultdict(list)
            for number, (_, name, _) in enumerate(self._names):
                for form in spelling.latin(name):
                    table[form].append(number)
        return self._tables[way]

    def _forms(self, number: int) -> Iterator[tuple[str, str]]:
        """In which ways a name is found, and as what."""
        _, name, kind = self._names[number]
        core = self._cores[number]
        own = self._rank[kind] == 0
        letters = spelling.initials(core) | spelling.initials(spelling.fold(name)) if own else set()
        aside = spelling.core(spelling.fold(spelling.without_aside(name)))
        shorter = {spelling.joined(form) for form in (aside, spelling.short(core), spelling.short(aside))}
        by_way = {
            "exact": {_spaced(name)},
            "spelling": {self._keys[number]},
            "form": {spelling.joined(core)},
            "short form": shorter - {spelling.joined(core)},
            "initials": letters,
        }
        return ((way, form) for way, forms in by_way.items() for form in forms if form)

    @staticmethod
    def _sought(name: str) -> Iterator[tuple[str, str, set[str]]]:
        """The ways to look up a name, best first: the way, the table, and the forms to look up."""
        yield "exact", "exact", {_spaced(name)}
        yield "spelling", "spelling", {key(name)}
        folded = spelling.fold(name)
        for part in spelling.peeled(folded):
            yield "form", "spelling", {part}
        core = spelling.core(folded)
        form = spelling.joined(core)
        plain = spelling.joined(spelling.core(spelling.fold(spelling.without_aside(name))))
        turned = spelling.turned(core)
        yield "form", "form", {form}
        yield "form", "form", {plain}
        yield "word order", "form", turned
        yield "short form", "short form", {form}
        if name.isascii():
            yield "transliteration", "transliteration", {form, *turned}
        elif not spelling.is_han(name):  # many characters are read like any Chinese name in Latin letters
            yield "transliteration", "form", spelling.latin(name)
        if name.isascii() and name.isupper():
            yield "initials", "initials", {form}

    def _matches(self, numbers: Iterable[int], way: str) -> list[Match]:
        """The matches of some names, the first of each thing."""
        found: dict[str, Match] = {}
        for number in numbers:
            thing, name, kind = self._names[number]
            found.setdefault(thing, Match(thing, name, kind, way))
        return list(found.values())

    def _candidates(self, core: str) -> list[int]:
        """The names that have most in common with a core: those of its rare parts, then of common ones."""
        if self._grams is None:
            self._grams = defaultdict(lambda: array("L"))
            for number, other in enumerate(self._cores):
                for gram in _grams(other):
                    self._grams[gram].append(number)
        postings = sorted((self._grams[gram] for gram in sorted(_grams(core)) if gram in self._grams), key=len)
        counts: Counter[int] = Counter()
        looked = 0
        for posting in postings:
            if looked and looked + len(posting) > _MAX_POSTINGS:
                break
            counts.update(posting[:_MAX_POSTINGS])
            looked += len(posting)
        return sorted(counts, key=lambda n: (-counts[n], abs(len(self._cores[n]) - len(core)), n))[:_MAX_CANDIDATES]


def _spaced(name: str) -> str:
    """The name in Unicode's composed form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _grams(core: str) -> set[str]:
    """The parts that close names share: three letters of a word, two signs of a Chinese one."""
    found = set()
    for word in core.split():
        size, text = (2, word) if spelling.is_han(word) else (3, f" {word} ")
        found |= {text[at : at + size] for at in range(max(1, len(text) - size + 1))}
    return found
