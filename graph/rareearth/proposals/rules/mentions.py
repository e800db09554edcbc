"""Who and what an article mentions: known names, new ones, and their short forms.

Known names come from the gazetteer. New ones are words in capitals that a recognizer of names (spaCy) or their last
word ("… Alloys", "… University") shows to be a name; in Chinese, words that end like the name of a body, and names of
people as jieba finds them. A short form counts only where the full form stands, too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rareearth import names, sentences, spelling
from rareearth.dataset import Dataset
from rareearth.proposals.inbox import Article, How, Mention, NewName
from rareearth.proposals.rules import recognizer, works
from rareearth.proposals.rules.chinese import Chinese
from rareearth.proposals.rules.english import CAPITAL, LINKS, OPENING, Capitals
from rareearth.proposals.rules.gazetteer import Found, Gazetteer, like
from rareearth.proposals.rules.taken import FullName, Taken
from rareearth.proposals.rules.works import Works
from rareearth.proposals.text.words import Words
from rareearth.sentences import Span

_LINKED = re.compile(rf" {LINKS} ")
_AFTER_LINK = re.compile(rf" {LINKS} $")
_BRACKET = re.compile(r"[》\s]*[（(](?:[^（）()]{0,12}[“\"「《])?([\w&·-]{2,20})[”\"」》]?[）)]")
_TRADE = spelling.TRADE_WORDS | {"group", "company", "holdings", "holding", "corporation", "capital", "partners"}
_PART_BEFORE, _PART_AFTER = re.compile(rf"{CAPITAL}\w* $"), re.compile(rf" {CAPITAL}")
_SMALL_WORD, _TITLE_CASE = 3, 0.7  # letters of words that titles leave small; part of the others in capitals


@dataclass(frozen=True)
class Reading:
    """What an article mentions, in the order of the text; ``kinds`` has the class of every entity."""

    article: Article
    spans: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    new: tuple[NewName, ...]
    kinds: dict[str, str]
    notes: tuple[str, ...] = ()


class Names:
    """The names of a dataset, and what new ones look like. Made once; never changes.

    ``leave_out`` is a source that counts as not read, so that its article can be read as a new one.
    """

    def __init__(self, dataset: Dataset, words: Words, leave_out: str | None = None) -> None:
        self.words = words
        self.ontology = dataset.ontology
        self.records = {id_: entity for id_, entity in dataset.entities.items() if dataset.canonical(id_) == id_}
        self.gazetteer = Gazetteer(dataset, words, leave_out)
        self.works = Works(words)
        self.chinese = Chinese(words, dataset.ontology)
        claims = (claim for claim in dataset.claims if claim.source != leave_out)
        self.used = Counter(dataset.canonical(end) for claim in claims for end in (claim.subject, claim.object))
        known = [
            (id_, name, "name")
            for id_, entity in self.records.items()
            for name in (entity.name, *entity.aliases, *([entity.zh] if entity.zh else []))
        ]
        self.index = names.Index(known, ["name"])

    def read(self, article: Article) -> Reading:
        """What an article mentions. The same article gives the same reading."""
        return _Reader(self, article).reading()

    def is_any(self, kind: str, classes: frozenset[str]) -> bool:
        """Whether a class is one of some classes, or below one."""
        return any(self.ontology.is_a(kind, other) for other in classes)


class _Reader:
    """One reading of one article; places are taken in the order of what is surest."""

    def __init__(self, known: Names, article: Article) -> None:
        self.known = known
        self.words = known.words
        self.article = article
        self.text = article.text
        self.han = article.language.startswith("zh")
        self.spans = sentences.sentences(article.text)
        self.taken = Taken(article.text, known.records, known.index, known.ontology)
        self.persons = self.words.labels.get("PERSON", "")
        self.headings = _headings(self.text, self.spans)
        self.capitals = Capitals("" if self.han else self.text, like(self.text), self.spans, self.words)
        found = known.gazetteer.find(self.text)
        self.strong = [one for one in found if one.strong]
        self.weak = [one for one in found if not one.strong]

    def reading(self) -> Reading:
        for one in self.strong:
            if not self._is_part(one):
                self._take_known(one, "name")
        if self.han:
            self._new_chinese()
            works.take_introduced(self.taken, self.known.works, self.words, "zh" if self.han else "en")
            self._short_forms()
            self._weak_names()
        else:
            self._new_english()
            works.take_introduced(self.taken, self.known.works, self.words, "zh" if self.han else "en")
        kinds = {name.entity: name.kind for name in self.taken.names.values()}
        mentions = tuple(mention for _, mention in sorted(self.taken.places.items()))
        notes = () if self.han or recognizer.has_english() else ("spaCy is not installed: few new names are found",)
        return Reading(self.article, tuple(self.spans), mentions, tuple(self.taken.new.values()), kinds, notes)

    def _new_english(self) -> None:
        pieces = list(self.capitals.pieces(self.taken.used))
        whole = set(pieces)
        for one in self.weak:
            if (one.start, one.end) in whole and " " in self.text[one.start : one.end]:
                self._take_known(one, "name")
        works.take_by_place(self.taken, self.known.works, self.words)
        several = [(start, end) for start, end in pieces if " " in self.text[start:end]]
        for given, sure in ((pieces, True), (several, False), (pieces, False)):
            self._new_names(given, sure=sure)
            works.take_by_place(self.taken, self.known.works, self.words)
            if not sure:  # of several names that begin alike, a short form means the one that is named first
                self._short_forms()
                self._weak_names()

    # known names

    def _take_known(self, one: Found, how: How) -> None:
        """Of several records with one name, the one mentioned otherwise, then the one of which most is claimed."""
        entity = min(one.entities, key=lambda id_: (id_ not in self.taken.names, -self.known.used[id_], id_))
        self.taken.take(one.start, one.end, entity, self.known.records[entity].kind, how)

    def _is_part(self, one: Found) -> bool:
        """Whether a known name is a part of a longer one that is new: "Arnold Magnetic" in "Arnold Magnetic Films"."""
        around = self.capitals.around(one.start, one.end)
        if around is None:
            return False
        start, end = around
        common = all(self.known.is_any(self.known.records[entity].kind, self.words.common) for entity in one.entities)
        if common and self.text[one.start].isupper() and " " in self.text[start:end]:
            return True
        rest = self.text[one.end : end].split()
        ends_like_a_name = bool(rest) and rest[-1].casefold() in self.words.endings["en"]
        begins = start == one.start or bool(_AFTER_LINK.search(self.text, max(start - 1, one.start - 10), one.start))
        return ends_like_a_name and begins and not _LINKED.search(self.text, one.end - 1, end)

    def _weak_names(self) -> None:
        for one in self.weak:
            if self._is_weak_name(one):
                self._take_known(one, "short form")

    def _is_weak_name(self, one: Found) -> bool:
        """Whether a short form is a name: of a record that is named in full, or in capitals inside a sentence."""
        known = any(entity in self.taken.names for entity in one.entities)
        if self.han:
            return known or len(one.entities) == 1
        if _PART_BEFORE.search(self.text, max(0, one.start - 30), one.start) or _PART_AFTER.match(self.text, one.end):
            return False  # a part of a longer name
        text = self.text[one.start : one.end]
        inside = self.text[max(0, one.start - 3) : one.start].rstrip(" ")[-1:] not in (
            "",
            "\n",
            ".",
            "“",
            '"',
            "!",
            "?",
        )
        seen = (inside or self.capitals.label(text)) and not self.capitals.is_nationality(text)
        return known or (len(one.entities) == 1 and bool(seen))

    # new names

    def _new_names(self, pieces: list[tuple[int, int]], *, sure: bool) -> None:
        """New names: first those whose words show it (``sure``), then those that the recognizer sees.

        Headings name nobody that the text does not.
        """
        for start, end in sorted(pieces, key=lambda piece: (piece[0] in self.headings, piece)):
            text = self.text[start:end]
            if any(self.taken.used[start:end]) or (sure and " " not in text and self.capitals.titled(start)):
                continue  # a family name is of somebody who is named in full
            if self.capitals.is_no_name(start, end):
                continue
            if same := self.taken.by_text.get(text):
                self.taken.take(start, end, same, self.taken.names[same].kind, "new")
            elif start not in self.headings:
                last, kind = self.capitals.by_words(start, end)
                if not kind and (" " in text or not sure):
                    kind = self.capitals.by_label(start, end)
                if kind:
                    self.taken.take(start, last, self.taken.entity(self.text[start:last], kind), kind, "new")

    def _new_chinese(self) -> None:
        """New names; the name of a place, a topic or a material may be a part of one."""
        loose = self.words.common | self.words.places
        closed = bytearray(self.taken.used)
        for place in self.taken.places.values():
            if self.known.is_any(self.taken.names[place.entity].kind, loose):
                closed[place.start : place.end] = bytes(place.end - place.start)
        spans = sorted(self.spans, key=lambda span: (span.start in self.headings, span))
        found = [(span, *name) for span in spans for name in self.known.chinese.names(self.text, span, closed)]
        often = Counter(self.text[start:end] for _, start, end, _ in found)
        for span, start, end, given in found:
            first, last = self._trimmed(start, end, often)
            text = self.text[first:last]
            kind = given if (first, last) == (start, end) else self.known.chinese.kind_of(text)
            if span.start not in self.headings or text in self.taken.by_text:
                self.taken.make_room(first, last)
                self.taken.take(first, last, self.taken.entity(text, kind), kind, "new")

    def _trimmed(self, start: int, end: int, often: Counter[str]) -> tuple[int, int]:
        """A Chinese name without the words around it, where a part of it is a name elsewhere; or as long as there."""
        text = self.text[start:end]
        for name in sorted(often, key=lambda name: (-len(name), name)):
            if name != text and name.startswith(text) and self.text.startswith(name, start):
                return start, start + len(name)
        for name in sorted(often, key=lambda name: (-often[name], -len(name), name)):
            if name != text and name in text and often[name] > often[text]:
                return start + text.index(name), start + text.index(name) + len(name)
        return start, end

    # short forms

    def _short_forms(self) -> None:
        """Forms of the names that stand in the text: what a bracket gives, family names, and first words."""
        forms: dict[str, set[str]] = defaultdict(set)
        for place in self.taken.places.values():
            if place.how in ("name", "new") and (match := _BRACKET.match(self.text, place.end)):
                given = match[1]
                if spelling.is_han(given) or given.isupper() or given[0] == self.text[place.start]:
                    forms[given].add(place.entity)
        for name in self.taken.names.values():
            for text in name.texts:
                for form in self._shorter(name, text):
                    forms[form].add(name.entity)
        for form, entities in sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])):
            self._take_form(form, entities)

    def _shorter(self, name: FullName, text: str) -> Iterator[str]:
        words = text.split()
        if spelling.is_han(text):
            yield from self.known.chinese.shorter(text) if name.kind != self.persons else ()
            return
        if len(words) < 2:
            return
        if name.kind == self.persons:
            yield words[-1]
            return
        kept = list(words)
        while len(kept) > 1 and kept[-1].casefold() in {*_TRADE, *self.words.endings["en"]}:
            kept.pop()
            if len(kept[0]) > 2 and not _LINKED.search(" ".join([*kept, ""])):
                yield " ".join(kept)
        short = words[0]
        alone = len(words) == 2 and len(short) > 3 and short[0].isupper() and short.casefold() not in _TRADE | OPENING
        if alone and name.entity in self.taken.new:
            yield short

    def _take_form(self, form: str, entities: set[str]) -> None:
        """Take the places of a short form: with a title of people, else of others; of several, of the first named."""
        pattern = re.escape(form) if spelling.is_han(form) else rf"(?<![\w-]){re.escape(form)}(?!\w)"
        others = {e for one in self.weak if self.text[one.start : one.end] == form for e in one.entities}
        for match in re.finditer(pattern, self.text):
            title = None if self.han else self.capitals.titled(match.start())
            fitting = {e for e in entities if (self.taken.names[e].kind == self.persons) == bool(title)} or entities
            start, end = title.start() if title else match.start(), match.end()
            if others and not others & fitting:
                continue
            if self.han and all(
                p.end - p.start < end - start for at in range(start, end) if (p := self.taken.places.get(at))
            ):
                self.taken.make_room(start, end)
            entity = min(fitting, key=lambda e: (self.taken.names[e].first, e))
            self.taken.take(start, end, entity, self.taken.names[entity].kind, "short form")


def _headings(text: str, spans: list[Span]) -> frozenset[int]:
    """The characters of lines that are headings: without a full stop, or with most words in capitals."""
    found: set[int] = set()
    for span in spans if len(spans) > 1 else []:
        line = text[span.start : span.end]
        alone = text[max(0, span.start - 1) : span.start] in ("", "\n") and text[span.end : span.end + 1] in ("", "\n")
        words = [word for word in line.split() if len(word) > _SMALL_WORD]
        capitals = sum(word[0].isupper() for word in words)
        if alone and (line[-1] not in '.!?。！？:：;；”"' or (words and capitals > _TITLE_CASE * len(words))):
            found.update(range(span.start, span.end))
    return frozenset(found)
