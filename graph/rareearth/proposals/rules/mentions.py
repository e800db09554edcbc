"""Who and what an article mentions: known names, new ones, and their short forms.

Known names come from the gazetteer. New ones are words in capitals that a recognizer of names (spaCy) or their last
word ("… Alloys", "… University") shows to be a name; in Chinese, words that end like the name of a body, and names of
people as jieba finds them. A short form counts only where the full form stands, too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from rareearth import names, sentences, spelling
from rareearth.dataset import Dataset
from rareearth.proposals.inbox import Article, How, Mention, NewName
from rareearth.proposals.rules import recognizer
from rareearth.proposals.rules.chinese import Chinese
from rareearth.proposals.rules.english import CAPITAL, LINKS, OPENING, Capitals
from rareearth.proposals.rules.gazetteer import Found, Gazetteer, like
from rareearth.proposals.rules.works import Named, Works
from rareearth.proposals.text.words import Words
from rareearth.sentences import Span

_LINKED = re.compile(rf" {LINKS} ")
_AFTER_LINK = re.compile(rf" {LINKS} $")
_BRACKET = re.compile(r"[》\s]*[（(](?:[^（）()]{0,12}[“\"「《])?([\w&·-]{2,20})[”\"」》]?[）)]")
_SLUG = re.compile(r"[^a-z0-9]+")
_TRADE = spelling.TRADE_WORDS | {"group", "company", "holdings", "holding", "corporation", "capital", "partners"}
_PART_BEFORE, _PART_AFTER = re.compile(rf"{CAPITAL}\w* $"), re.compile(rf" {CAPITAL}")
_SMALL_WORD, _TITLE_CASE = 3, 0.7  # letters of words that titles leave small; part of the others in capitals
_PLAIN_WORDS = frozenset("new old existing main first second big large small local nearby planned proposed".split())
_NEAR = 3  # records with names like a new one that are listed


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
        self.chinese = Chinese(words)
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


@dataclass
class _Name:
    """A full name in the article, of a record or a new one, and where it stands first."""

    entity: str
    kind: str
    first: int
    texts: set[str] = field(default_factory=set)


class _Reader:
    """One reading of one article; places are taken in the order of what is surest."""

    def __init__(self, known: Names, article: Article) -> None:
        self.known = known
        self.words = known.words
        self.article = article
        self.text = article.text
        self.han = article.language.startswith("zh")
        self.spans = sentences.sentences(article.text)
        self.places: dict[int, Mention] = {}  # by their start
        self.used = bytearray(len(article.text))
        self.names: dict[str, _Name] = {}
        self.by_text: dict[str, str] = {}
        self.new: dict[str, NewName] = {}
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
            self._introduced_works()
            self._short_forms()
            self._weak_names()
        else:
            self._new_english()
            self._introduced_works()
        kinds = {name.entity: name.kind for name in self.names.values()}
        mentions = tuple(mention for _, mention in sorted(self.places.items()))
        notes = () if self.han or recognizer.has_english() else ("spaCy is not installed: few new names are found",)
        return Reading(self.article, tuple(self.spans), mentions, tuple(self.new.values()), kinds, notes)

    def _new_english(self) -> None:
        pieces = list(self.capitals.pieces(self.used))
        whole = set(pieces)
        for one in self.weak:
            if (one.start, one.end) in whole and " " in self.text[one.start : one.end]:
                self._take_known(one, "name")
        self._works_by_place()
        several = [(start, end) for start, end in pieces if " " in self.text[start:end]]
        for given, sure in ((pieces, True), (several, False), (pieces, False)):
            self._new_names(given, sure=sure)
            self._works_by_place()
            if not sure:  # of several names that begin alike, a short form means the one that is named first
                self._short_forms()
                self._weak_names()

    def _take(self, start: int, end: int, entity: str, kind: str, how: How) -> None:
        if any(self.used[start:end]):
            return
        self.used[start:end] = b"\1" * (end - start)
        self.places[start] = Mention(entity=entity, start=start, end=end, how=how)
        name = self.names.setdefault(entity, _Name(entity, kind, start))
        if how in ("name", "new"):
            name.first = min(name.first, start) if name.texts else start
            name.texts.add(self.text[start:end])
            self.by_text.setdefault(self.text[start:end], entity)

    def _make_room(self, start: int, end: int) -> None:
        """Give up the mentions inside a stretch of the text: what stands there is a longer name."""
        for at in range(start, end):
            if at in self.places and self.places[at].end <= end:
                place = self.places.pop(at)
                self.used[place.start : place.end] = bytes(place.end - place.start)

    # known names

    def _take_known(self, one: Found, how: How) -> None:
        """Of several records with one name, the one mentioned otherwise, then the one of which most is claimed."""
        entity = min(one.entities, key=lambda id_: (id_ not in self.names, -self.known.used[id_], id_))
        self._take(one.start, one.end, entity, self.known.records[entity].kind, how)

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
        known = any(entity in self.names for entity in one.entities)
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
            if any(self.used[start:end]) or (sure and " " not in text and self.capitals.titled(start)):
                continue  # a family name is of somebody who is named in full
            if same := self.by_text.get(text):
                self._take(start, end, same, self.names[same].kind, "new")
            elif start not in self.headings:
                last, kind = self.capitals.by_words(start, end)
                if not kind and (" " in text or not sure):
                    kind = self.capitals.by_label(start, end)
                if kind:
                    self._take(start, last, self._entity(self.text[start:last], kind), kind, "new")

    def _works_by_place(self) -> None:
        """Works called by their place: "the Sumter plant", "a metal plant in Saskatoon"."""
        works = self.known.works
        for place in [p for _, p in sorted(self.places.items())]:
            if self._is_place(place) and (found := works.after(self.text, place.end)):
                self._take_works(place, found, place.start, found.end)
        for found in works.english(self.text):
            near = self.places.get(found.place) if found.place is not None else None
            if near and self._is_place(near) and (found.words or " " in found.noun):
                self._take_works(near, found, found.start, near.end)

    def _is_place(self, mention: Mention) -> bool:
        return self.known.is_any(self.names[mention.entity].kind, self.words.places)

    def _take_works(self, place: Mention, found: Named, start: int, end: int) -> None:
        """Take works called by a place: the record whose name begins with it, or the words that call them so."""
        if not self._is_cleared(start, found.end):
            return
        kind = self.words.works["en"][found.noun]
        record = self._work_at(self.text[place.start : place.end], kind, found.words)
        entity = record or self._entity(self.text[start:end], kind)
        self._take(start, found.end, entity, kind, "name" if record else "new")
        self.by_text.setdefault(self.text[start:end], entity)

    def _is_cleared(self, start: int, end: int) -> bool:
        """Whether a stretch is free, once places and common words in it are given up: "separation" of a plant."""
        loose = self.words.places | self.words.common
        inside = [place for at, place in self.places.items() if start <= at < end]
        if all(place.end <= end and self.known.is_any(self.names[place.entity].kind, loose) for place in inside):
            self._make_room(start, end)
        return not any(self.used[start:end])

    def _introduced_works(self) -> None:
        """Works that the text introduces without a name, if it has none of their kind before: "its alloy plant"."""
        works, language = self.known.works, "zh" if self.han else "en"
        is_a = self.known.ontology.is_a
        for found in works.chinese(self.text) if self.han else works.english(self.text):
            name = self.text[found.start : found.end]
            if not found.own or found.noun not in self.words.introduced or not self._is_cleared(found.start, found.end):
                continue
            kind = self.words.works[language][found.noun]
            before = [m for m in self.places.values() if m.end <= found.start]
            if not self.han and any(is_a(k := self.names[m.entity].kind, kind) or is_a(kind, k) for m in before):
                continue
            self._take(found.start, found.end, self._entity(name, kind), kind, "new")

    def _work_at(self, place: str, kind: str, words: tuple[str, ...]) -> str:
        """The one record of works whose name begins with that of their place and has their words; "" otherwise."""
        is_a, records = self.known.ontology.is_a, self.known.records.items()
        special = [word for word in words if word not in _PLAIN_WORDS]
        found = [
            id_
            for id_, record in records
            if record.name.startswith(place + " ")
            and (is_a(record.kind, kind) or is_a(kind, record.kind))
            and all(word in record.name.casefold() for word in special)
        ]
        return found[0] if len(found) == 1 else ""

    def _new_chinese(self) -> None:
        """New names; the name of a place, a topic or a material may be a part of one."""
        loose = self.words.common | self.words.places
        closed = bytearray(self.used)
        for place in self.places.values():
            if self.known.is_any(self.names[place.entity].kind, loose):
                closed[place.start : place.end] = bytes(place.end - place.start)
        spans = sorted(self.spans, key=lambda span: (span.start in self.headings, span))
        found = [(span, *name) for span in spans for name in self.known.chinese.names(self.text, span, closed)]
        often = Counter(self.text[start:end] for _, start, end, _ in found)
        for span, start, end, given in found:
            first, last = self._trimmed(start, end, often)
            text = self.text[first:last]
            kind = given if (first, last) == (start, end) else self.known.chinese.kind_of(text)
            if span.start not in self.headings or text in self.by_text:
                self._make_room(first, last)
                self._take(first, last, self._entity(text, kind), kind, "new")

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

    def _entity(self, text: str, kind: str) -> str:
        """The entity with this full name: one of the article, or a new one; records with similar names are near."""
        if text in self.by_text:
            return self.by_text[text]
        written = spelling.pinyin(text) if spelling.is_han(text) else spelling.fold(text)
        slug = _SLUG.sub("-", written).strip("-")[:80].strip("-") or "name"
        id_, number = slug, 2
        while id_ in self.known.records or id_ in self.new:
            id_, number = f"{slug}-{number}", number + 1
        near = dict.fromkeys(m.thing for m in self.known.index.find(text) or self.known.index.suggest(text, _NEAR))
        han, name = text if spelling.is_han(text) else None, " ".join(text.split())
        self.new[id_] = NewName(id=id_, kind=kind, name=name, zh=han, near=tuple(near)[:_NEAR])
        return id_

    # short forms

    def _short_forms(self) -> None:
        """Forms of the names that stand in the text: what a bracket gives, family names, and first words."""
        forms: dict[str, set[str]] = defaultdict(set)
        for place in self.places.values():
            if place.how in ("name", "new") and (match := _BRACKET.match(self.text, place.end)):
                given = match[1]
                if spelling.is_han(given) or given.isupper() or given[0] == self.text[place.start]:
                    forms[given].add(place.entity)
        for name in self.names.values():
            for text in name.texts:
                for form in self._shorter(name, text):
                    forms[form].add(name.entity)
        for form, entities in sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])):
            self._take_form(form, entities)

    def _shorter(self, name: _Name, text: str) -> Iterator[str]:
        words = text.split()
        if spelling.is_han(text) or len(words) < 2:
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
        if alone and name.entity in self.new:
            yield short

    def _take_form(self, form: str, entities: set[str]) -> None:
        """Take the places of a short form: with a title of people, else of others; of several, of the first named."""
        pattern = re.escape(form) if spelling.is_han(form) else rf"(?<![\w-]){re.escape(form)}(?!\w)"
        others = {e for one in self.weak if self.text[one.start : one.end] == form for e in one.entities}
        for match in re.finditer(pattern, self.text):
            title = None if self.han else self.capitals.titled(match.start())
            fitting = {e for e in entities if (self.names[e].kind == self.persons) == bool(title)} or entities
            start, end = title.start() if title else match.start(), match.end()
            if others and not others & fitting:
                continue
            if self.han and all(
                p.end - p.start < end - start for at in range(start, end) if (p := self.places.get(at))
            ):
                self._make_room(start, end)
            entity = min(fitting, key=lambda e: (self.names[e].first, e))
            self._take(start, end, entity, self.names[entity].kind, "short form")


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
