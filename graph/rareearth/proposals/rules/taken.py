"""The places of a text that mentions have taken, and the entities they mean: the state of one reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rareearth import names, spelling
from rareearth.models import Entity
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import How, Mention, NewName

_SLUG = re.compile(r"[^a-z0-9]+")
_NEAR = 3  # records with names like a new one that are listed


@dataclass
class FullName:
    """A full name in the article, of a record or a new one, and where it stands first."""

    entity: str
    kind: str
    first: int
    texts: set[str] = field(default_factory=set)


class Taken:
    """What stands where in one text; who comes first takes a place, so what is surest is asked first.

    ``records`` are those of the data by their ids, ``index`` finds those with names like a new one.
    """

    def __init__(self, text: str, records: Mapping[str, Entity], index: names.Index, ontology: Ontology) -> None:
        self.text = text
        self.records = records
        self.ontology = ontology
        self._index = index
        self.places: dict[int, Mention] = {}  # by their start
        self.used = bytearray(len(text))
        self.names: dict[str, FullName] = {}
        self.by_text: dict[str, str] = {}
        self.new: dict[str, NewName] = {}

    def take(self, start: int, end: int, entity: str, kind: str, how: How) -> None:
        """Take a stretch of the text for an entity, unless a part of it is taken."""
        if any(self.used[start:end]):
            return
        self.used[start:end] = b"\1" * (end - start)
        self.places[start] = Mention(entity=entity, start=start, end=end, how=how)
        name = self.names.setdefault(entity, FullName(entity, kind, start))
        if how in ("name", "new"):
            name.first = min(name.first, start) if name.texts else start
            name.texts.add(self.text[start:end])
            self.by_text.setdefault(self.text[start:end], entity)

    def make_room(self, start: int, end: int) -> None:
        """Give up the mentions inside a stretch of the text: what stands there is a longer name."""
        for at in range(start, end):
            if at in self.places and self.places[at].end <= end:
                place = self.places.pop(at)
                self.used[place.start : place.end] = bytes(place.end - place.start)

    def is_any(self, mention: Mention, classes: frozenset[str]) -> bool:
        """Whether a mention is of an entity of some classes, or of one below."""
        return any(self.ontology.is_a(self.names[mention.entity].kind, other) for other in classes)

    def is_cleared(self, start: int, end: int, loose: frozenset[str]) -> bool:
        """Whether a stretch is free, once mentions of ``loose`` classes in it are given up: "separation" of a plant."""
        inside = [place for at, place in self.places.items() if start <= at < end]
        if all(place.end <= end and self.is_any(place, loose) for place in inside):
            self.make_room(start, end)
        return not any(self.used[start:end])

    def entity(self, text: str, kind: str) -> str:
        """The entity with this full name: one of the article, or a new one; records with similar names are near."""
        if text in self.by_text:
            return self.by_text[text]
        written = spelling.pinyin(text) if spelling.is_han(text) else spelling.fold(text)
        slug = _SLUG.sub("-", written).strip("-")[:80].strip("-") or "name"
        id_, number = slug, 2
        while id_ in self.records or id_ in self.new:
            id_, number = f"{slug}-{number}", number + 1
        near = dict.fromkeys(m.thing for m in self._index.find(text) or self._index.suggest(text, _NEAR))
        han, name = text if spelling.is_han(text) else None, " ".join(text.split())
        self.new[id_] = NewName(id=id_, kind=kind, name=name, zh=han, near=tuple(near)[:_NEAR])
        return id_
