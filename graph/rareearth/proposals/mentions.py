"""Who and what an article mentions: known names, new ones, their short forms, and words that refer to them.

Known names come from the gazetteer. New ones are words in capitals that a recognizer of names (spaCy) or their last word
("… Alloys", "… University") shows to be a name; in Chinese, words that end like the name of a body, and names of people
as jieba finds them. A short form counts only where the full form stands, too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rareearth import names, sentences, spelling
from rareearth.dataset import Dataset
from rareearth.proposals import chinese, recognizer
from rareearth.proposals.gazetteer import Found, Gazetteer, like
from rareearth.proposals.inbox import Article, How, Mention, NewName
from rareearth.proposals.words import Words
from rareearth.sentences import Span

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶĻŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽ]"
_NAME_WORD = rf"(?:e-)?{_CAPITAL}[\w&]*(?:\.[A-Z]\w*)*(?:-(?={_CAPITAL}|\d)\w+)*"
_LINKS = r"(?:of the|and the|for the|of|for|and|de|&|du|la|von|van)"
_SEQUENCE = re.compile(rf"\b{_NAME_WORD}(?: (?:{_LINKS} )?{_NAME_WORD})*")
_LINKED = re.compile(rf" {_LINKS} ")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir)\.? $")
_TITLES = frozenset(["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Sir"])
_BRACKET = re.compile(r"[》\s]*[（(](?:[^（）()]{0,12}[“\"「《])?([\w&·-]{2,20})[”\"」》]?[）)]")
_NEXT_WORD = re.compile(r"[ ]([a-z-]+)")
_LAST_WORD = re.compile(r"([\w-]+) $")
_SLUG = re.compile(r"[^a-z0-9]+")
_OPENING = frozenset(
    "a about after all also among an and another any as at before both but by during each even every few five for four "
    "from had has have he her here his how however i if in instead is it its last let many meanwhile more most much my "
    "new no none nor not now of on once one only or other our over she should since six so some such than that the their "
    "then there these they this those three to two under until we what when where whether which while who why with "
    "without yet you your".split()
)  # words that are in capitals only because a sentence begins
_LABELS_OF_OTHERS = frozenset(["DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY", "NORP", "LANGUAGE"])
_TRADE = spelling.TRADE_WORDS | {"group", "company", "holdings", "holding", "corporation", "capital", "partners"}


class Place(NamedTuple):
    """A mention: characters ``start`` up to ``end``, the entity, and how it is named there."""

    start: int
    end: int
    entity: str
    how: How


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
        self.used = Counter(
            dataset.canonical(end)
            for claim in dataset.claims
            if claim.source != leave_out
            for end in (claim.subject, claim.object)
        )
        known = [
            (id_, name, "name")
            for id_, entity in self.records.items()
            for name in (entity.name, *entity.aliases, *([entity.zh] if entity.zh else []))
        ]
        self.index = names.Index(known, ["name"])

    def read(self, article: Article) -> Reading:
        """What an article mentions. The same article gives the same reading."""
        return _Reader(self, article).reading()


@dataclass
class _Name:
    """A full name in the article, of a record or a new one."""

    entity: str
    kind: str
    texts: set[str] = field(default_factory=set)


class _Reader:
    """One reading of one article; places are taken in the order of what is surest."""

    def __init__(self, known: Names, article: Article) -> None:
        self.known = known
        self.article = article
        self.text = article.text
        self.plain = like(article.text)
        self.han = article.language.startswith("zh")
        self.spans = sentences.sentences(article.text)
        self.places: list[Place] = []
        self.used = bytearray(len(article.text))
        self.weak: list[Found] = []
        self.names: dict[str, _Name] = {}
        self.new: dict[str, NewName] = {}
        self.labels: dict[str, Counter[str]] = defaultdict(Counter)

    def reading(self) -> Reading:
        found = self.known.gazetteer.find(self.text)
        self.weak = [one for one in found if not one.strong]
        candidates = [] if self.han else self._sequences()
        for one in found:
            if one.strong and not self._part_of_longer(one, candidates):
                self._take_known(one, "name")
        if self.han:
            self._new_chinese()
            self._short_forms()
            self._weak_names()
        else:
            self._recognize(candidates)
            pieces = [piece for start, end in candidates for piece in self._parts(start, end)]
            self._weak_names(exactly=set(pieces))
            for sure in (True, False):
                if sure:
                    self._places_works()
                self._new_names(pieces, sure=sure)
                self._short_forms()
                self._weak_names()
        kinds = {name.entity: name.kind for name in self.names.values()}
        mentions = [Mention(entity=p.entity, start=p.start, end=p.end, how=p.how) for p in sorted(self.places)]
        notes = () if self.han or recognizer.has_english() else ("spaCy is not installed: few new names are found",)
        return Reading(self.article, tuple(self.spans), tuple(mentions), tuple(self.new.values()), kinds, notes)

    def _make_room(self, start: int, end: int) -> None:
        """Give up the mentions inside a stretch of the text: what stands there is a longer name."""
        for place in [p for p in self.places if start <= p.start and p.end <= end]:
            self.places.remove(place)
            self.used[place.start : place.end] = bytes(place.end - place.start)

    # known names

    def _take_known(self, one: Found, how: How) -> None:
        entity = self._likeliest(one.entities)
        kind = self.known.records[entity].kind
        self._take(one.start, one.end, entity, kind, how)

    def _likeliest(self, entities: tuple[str, ...]) -> str:
        """Of several records with one name, one that is mentioned otherwise, then the one of which most is claimed."""
        return min(entities, key=lambda id_: (id_ not in self.names, -self.known.used[id_], id_))

    def _take(self, start: int, end: int, entity: str, kind: str, how: How) -> bool:
        if any(self.used[start:end]):
            return False
        self.used[start:end] = b"\1" * (end - start)
        self.places.append(Place(start, end, entity, how))
        name = self.names.setdefault(entity, _Name(entity, kind))
        if how in ("name", "new"):
            name.texts.add(self.text[start:end])
        return True

    def _part_of_longer(self, one: Found, candidates: list[tuple[int, int]]) -> bool:
        """Whether a known name is a part of a longer one that is new: "Arnold Magnetic" in "Arnold Magnetic Films"."""
        is_a = self.known.ontology.is_a
        kinds = [self.known.records[entity].kind for entity in one.entities]
        common = all(any(is_a(kind, common) for common in self.known.words.common) for kind in kinds)
        for start, end in candidates:
            if start <= one.start and one.end <= end and (start, end) != (one.start, one.end):
                if common and self.text[one.start].isupper() and " " in self.text[start:end]:
                    return True
                rest = self.text[one.end : end].split()
                ends_like_a_name = rest and rest[-1].casefold() in self.known.words.endings["en"]
                if ends_like_a_name and not _LINKED.search(self.text, one.end - 1, end) and start == one.start:
                    return True
        return False

    def _weak_names(self, exactly: set[tuple[int, int]] | None = None) -> None:
        for one in self.weak:
            if exactly is None and self._is_weak_name(one):
                self._take_known(one, "short form")
            elif exactly and (one.start, one.end) in exactly and " " in self.text[one.start : one.end]:
                self._take_known(one, "name" if len(one.entities) == 1 else "short form")

    def _is_weak_name(self, one: Found) -> bool:
        """Whether a short form without the full one is a name: in capitals inside a sentence, and of one record."""
        known = any(entity in self.names for entity in one.entities)
        if self.han:
            return known or len(one.entities) == 1
        text = self.text[one.start : one.end]
        before = re.search(rf"{_CAPITAL}\w* $", self.text[max(0, one.start - 30) : one.start])
        if before or re.match(rf" {_CAPITAL}", self.text[one.end : one.end + 2]):
            return False  # a part of a longer name
        inside = self.text[max(0, one.start - 3) : one.start].rstrip(" ")[-1:] not in ("", "\n", ".", "“", '"', "!", "?")
        nationality = bool(self.labels.get(text, {}).get("NORP"))
        return known or (len(one.entities) == 1 and (inside or bool(self._label(text))) and not nationality)

    # new names

    def _sequences(self) -> list[tuple[int, int]]:
        """Words in capitals that follow each other, without those that only begin a sentence."""
        starts = {span.start for span in self.spans}
        found = []
        for match in _SEQUENCE.finditer(self.plain):
            start, end = match.span()
            first = re.match(r"\w+", self.plain[start:end])
            opens = start in starts or self.plain[start - 1 : start] in ('"', "'")
            while first and (
                first[0] in _TITLES
                or (first[0].casefold() in _OPENING and (opens or first[0] in ("The", "A", "An")))
            ):
                rest = re.match(rf"\w+\.? (?:{_LINKS} )?", self.plain[start:end])
                if not rest or start + len(rest[0]) >= end:
                    start = end
                    break
                start += len(rest[0])
                first = re.match(r"\w+", self.plain[start:end])
            if start < end:
                found.append((start, end))
        return found

    def _recognize(self, candidates: list[tuple[int, int]]) -> None:
        """What the recognizer of names says of the words in capitals: of the same words twice, of a part once."""
        lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", self.text)]
        for one in recognizer.english(self.plain, lines):
            named = self.text[one.start : one.end].removeprefix("the ").removeprefix("The ")
            self.labels[named][one.label] += 2
            for start, end in candidates:
                if start <= one.start and one.end <= end and self.text[start:end] != named:
                    self.labels[self.text[start:end]][one.label] += 1

    def _new_names(self, pieces: list[tuple[int, int]], *, sure: bool) -> None:
        """New names: first those whose words show it (``sure``), then those that the recognizer sees.

        A headline names nobody that the text below it does not.
        """
        head = self.text.find("\n") if "\n" in self.text else 0
        for start, end in sorted(pieces, key=lambda piece: (piece[0] < head, piece)):
            if any(self.used[start:end]):
                continue
            text = self.text[start:end]
            titled = _TITLE.search(self.text[max(0, start - 12) : start])
            if sure and titled and " " not in text:
                continue  # a family name: of somebody who is named in full
            if same := self._same(text):
                self._take(start, end, same, self.names[same].kind, "new")
            elif start >= head or head == 0:
                left, right, kind = self._by_words(start, end)
                if not kind and (" " in text or not sure):
                    kind = self._by_label(start, end)
                if kind:
                    entity = self._same(self.text[left:right]) or self._record_of(self.text[left:right], kind)
                    self._take(left, right, entity, kind, "new")

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A sequence in capitals, cut where known names stand in it, and at "and" between what are two names."""
        left = start
        for at in range(start, end + 1):
            if at == end or self.used[at]:
                piece = self.text[left:at]
                stripped = piece.strip(" &")
                stripped = re.sub(rf"^{_LINKS} | {_LINKS}$", "", stripped)
                if stripped:
                    begin = left + piece.index(stripped)
                    yield from self._halves(begin, begin + len(stripped))
                left = at + 1

    def _halves(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The names that "and" joins, unless it is inside the name of a body: "Ministry of Industry and Trade"."""
        text = self.text[start:end]
        endings, starts = self.known.words.endings["en"], {begin.split()[0] for begin in self.known.words.starts["en"]}
        for match in re.finditer(r" and ", text):
            one, other = text[: match.start()], text[match.end() :]
            inside = one.split()[0].casefold() in starts or " of " in one
            shared = " " in other and other.split()[-1].casefold() in endings and one.split()[-1].casefold() not in endings
            if not inside and not shared:
                yield start, start + match.start()
                yield from self._halves(start + match.end(), end)
                return
        yield start, end

    def _places_works(self) -> None:
        """Works called by their place: "the Sumter plant", "a metal plant in Saskatoon"."""
        words, ontology = self.known.words, self.known.ontology
        nouns = "|".join(sorted((re.escape(n) for n in words.works), key=len, reverse=True))
        for place in sorted(self.places):
            if not any(ontology.is_a(self.names[place.entity].kind, kind) for kind in words.places):
                continue
            after = re.compile(rf" (?:[a-z-]+ )?(?:{nouns})\b").match(self.text, place.end)
            before = re.compile(rf"\b(?:[a-z-]+ )?(?:{nouns}) (?:in|at|near) $").search(
                self.text, max(0, place.start - 50), place.start
            )
            if after:
                start, end, noun = place.start, after.end(), after[0]
            elif before:
                start, end, noun = before.start(), place.end, before[0]
            else:
                continue
            if before and not after and (before[0].split()[0] in _OPENING or len(before[0].split()) < 3):
                continue
            kind = next(words.works[n] for n in sorted(words.works, key=len, reverse=True) if re.search(rf"\b{n}\b", noun))
            record = self._work_at(self.text[place.start : place.end], kind)
            name = self.text[start:end]
            if after:
                self._make_room(start, end)
            else:
                end = before.end() - 4 if before else end
            entity = record or self._same(name) or self._record_of(name, kind)
            self._take(start, end, entity, kind, "name" if record else "new")

    def _work_at(self, place: str, kind: str) -> str:
        """The one record of works whose name begins with the name of their place; "" if there is none or several."""
        is_a = self.known.ontology.is_a
        found = [
            id_
            for id_, entity in self.known.records.items()
            if entity.name.startswith(place + " ") and (is_a(entity.kind, kind) or is_a(kind, entity.kind))
        ]
        return found[0] if len(found) == 1 else ""

    def _by_words(self, start: int, end: int) -> tuple[int, int, str]:
        """The class that its words give a new name, "" where they do not; a common noun that follows is part of it."""
        words, text = self.known.words, self.text[start:end]
        if _TITLE.search(self.text[max(0, start - 12) : start]):
            return start, end, words.labels.get("PERSON", "")
        for length in (2, 1):
            ending = " ".join(text.split()[-length:]).casefold()
            if ending in words.endings["en"] and ending != text.casefold():
                return start, end, words.endings["en"][ending]
        for begin, kind in words.starts["en"].items():
            if text.casefold().startswith(begin + " "):
                return start, end, kind
        following = _NEXT_WORD.match(self.text, end)
        if following and following[1] in words.endings["en"] and following[1] in words.called["en"]:
            if text.casefold() not in words.endings["en"] and not text.isupper():
                return start, following.end(1), words.called["en"][following[1]][0]
        before = _LAST_WORD.search(self.text[max(0, start - 30) : start])
        if before and " " in text and before[1].casefold() in words.called["en"]:
            return start, end, words.called["en"][before[1].casefold()][0]
        return start, end, ""

    def _by_label(self, start: int, end: int) -> str:
        """The class that the recognizer gives a new name, "" where it is none."""
        words, text = self.known.words, self.text[start:end]
        label = self._label(text)
        opens = start in {span.start for span in self.spans}
        if " " in text:
            is_place = label in ("GPE", "LOC", "FAC", "ORG", "EVENT", "LAW")
            seen = label or (len(text.split()) == 2 and not opens)
            return words.labels.get(label if is_place else "PERSON", "") if seen else ""
        seen = self.labels.get(text, Counter())[label] > 1  # as a name of its own
        common = text.casefold() in words.endings["en"] or text.casefold() in words.called["en"]
        if not label or common or len(text) < 3 or text.casefold() in _OPENING or (opens and not seen):
            return ""
        before = _LAST_WORD.search(self.text[max(0, start - 30) : start])
        if before and before[1].casefold() in words.called["en"] and label != "PERSON":
            return words.called["en"][before[1].casefold()][0]
        return words.labels.get(label, "")

    def _label(self, text: str) -> str:
        labels = Counter({label: n for label, n in self.labels.get(text, Counter()).items() if n})
        labels = Counter({label: n for label, n in labels.items() if label not in _LABELS_OF_OTHERS})
        return min(labels, key=lambda label: (-labels[label], label)) if labels else ""

    def _same(self, text: str) -> str:
        return next((name.entity for name in self.names.values() if text in name.texts), "")

    def _record_of(self, text: str, kind: str) -> str:
        """A new entity with this name; its id is free, and records with similar names are near."""
        written = chinese.spelled(text) if spelling.is_han(text) else spelling.fold(text)
        slug = _SLUG.sub("-", written).strip("-")[:80].strip("-") or "name"
        id_, number = slug, 2
        while id_ in self.known.records or id_ in self.new:
            id_, number = f"{slug}-{number}", number + 1
        near = [match.thing for match in (self.known.index.find(text) or self.known.index.suggest(text, 3))]
        han = text if spelling.is_han(text) else None
        self.new[id_] = NewName(id=id_, kind=kind, name=" ".join(text.split()), zh=han, near=tuple(dict.fromkeys(near))[:3])
        return id_

    # short forms

    def _short_forms(self) -> None:
        """Forms of the names that stand in the text: what a bracket gives, family names, and first words."""
        forms: dict[str, set[str]] = defaultdict(set)
        for place in list(self.places):
            if place.how in ("name", "new") and (match := _BRACKET.match(self.text, place.end)):
                given = match[1]
                if spelling.is_han(given) or given.isupper() or given[0] == self.text[place.start]:
                    forms[given].add(place.entity)
        persons = self.known.words.labels.get("PERSON", "")
        for name in list(self.names.values()):
            for text in name.texts:
                for form in self._shorter(text, is_person=name.kind == persons):
                    forms[form].add(name.entity)
                if name.entity in self.new and name.kind != persons and (first := self._first_word(text)):
                    forms[first].add(name.entity)
        for form, entities in sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])):
            self._take_forms(form, entities, persons)

    def _shorter(self, text: str, *, is_person: bool) -> Iterator[str]:
        words = text.split()
        if spelling.is_han(text) or len(words) < 2:
            return
        if is_person:
            yield words[-1]
            return
        kept = list(words)
        while len(kept) > 1 and (kept[-1].casefold() in _TRADE or kept[-1].casefold() in self.known.words.endings["en"]):
            kept.pop()
            if len(kept[0]) > 2 and not _LINKED.search(" ".join([*kept, ""])):
                yield " ".join(kept)

    def _first_word(self, text: str) -> str:
        """The first word of a new name of two, if it can be a name by itself."""
        words = text.split()
        fits = len(words) == 2 and len(words[0]) > 3 and words[0][0].isupper()
        return words[0] if fits and words[0].casefold() not in _TRADE | _OPENING else ""

    def _take_forms(self, form: str, entities: set[str], persons: str) -> None:
        pattern = re.escape(form) if spelling.is_han(form) else rf"(?<![\w-]){re.escape(form)}(?!\w)"
        other = {e for one in self.weak if self.text[one.start : one.end] == form for e in one.entities}
        for match in re.finditer(pattern, self.text):
            titled = _TITLE.search(self.text[max(0, match.start() - 12) : match.start()])
            fitting = {e for e in entities if (self.names[e].kind == persons) == bool(titled)} or entities
            start = titled.start() + max(0, match.start() - 12) if titled else match.start()
            if other and not other & fitting:
                continue
            if self.han:
                inside = [p for p in self.places if start <= p.start and p.end <= match.end()]
                if all(p.end - p.start < match.end() - start for p in inside):
                    self._make_room(start, match.end())
            entity = min(fitting, key=lambda e: (min(p.start for p in self.places if p.entity == e), e))
            self._take(start, match.end(), entity, self.names[entity].kind, "short form")

    # Chinese

    def _new_chinese(self) -> None:
        """New names; the name of a place, a topic or a material may be a part of one."""
        ontology, words = self.known.ontology, self.known.words
        loose = words.common | words.places
        closed = bytearray(self.used)
        for place in self.places:
            if any(ontology.is_a(self.names[place.entity].kind, kind) for kind in loose):
                closed[place.start : place.end] = bytes(place.end - place.start)
        head = self.spans[0].end if self.spans else 0
        for span in [*self.spans[1:], *self.spans[:1]]:
            for start, end, kind in chinese.names(self.text, span, words, closed):
                text = self.text[start:end]
                if span.end <= head < len(self.text.rstrip()) and not self._same(text):
                    continue  # a headline names nobody that the text below it does not
                entity = self._same(text) or self._record_of(text, kind)
                self._make_room(start, end)
                self._take(start, end, entity, kind, "new")
