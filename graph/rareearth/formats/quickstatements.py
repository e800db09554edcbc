"""QuickStatements V1: what Wikidata could get from the graph, as proposals. The file is written and never sent.

A line proposes a statement on an item that an entity is known as (its identifier ``wikidata``), with the page of the
claim as reference (P854), the date of that page (P577) and, if a sentence of it was read, the day (P813). Only facts
are proposed whose relation has a property in ``ontology/mappings.ttl`` and whose ends both have items. A person decides
what of it goes to Wikidata, whose rules on sources are not ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import edtf
from rareearth.formats import exchange, mappings
from rareearth.formats.exchange import Account, Thing
from rareearth.saving import save

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

EXTENSION = ".quickstatements"
SCHEME = "wikidata"
_PRECISIONS = {"day": 11, "month": 10, "year": 9}
_TIMES = {"since": "P580", "until": "P582", "when": "P585"}
_REFERENCE, _PUBLISHED, _RETRIEVED = "S854", "S577", "S813"


def write(path: Path, store: Backend, note: Callable[[str], None]) -> list[Path]:
    """Write the proposals, one on each line, and return the path in a list."""
    made, account = proposals(store)
    for line in account.lines(path.name):
        note(line)
    return [save(path, "".join("\t".join(line) + "\n" for line in made).encode())]


def proposals(store: Backend) -> tuple[list[tuple[str, ...]], Account]:
    """The proposals (item, property, value, and pairs of qualifiers and references), and what was left out."""
    return _Writer(store).all()


def time(text: str) -> str:
    """A day, a month or a year as QuickStatements writes it; "" for any other date.

    >>> time("2021-12-23"), time("2021-12"), time("2021"), time("2021~")
    ('+2021-12-23T00:00:00Z/11', '+2021-12-00T00:00:00Z/10', '+2021-00-00T00:00:00Z/9', '')
    """
    precision = edtf.precision(text) if text else ""
    if not precision:
        return ""
    year, month, day = [*text.split("-"), "00", "00"][:3]
    return f"+{year}-{month}-{day}T00:00:00Z/{_PRECISIONS[precision]}"


class _Writer:
    def __init__(self, store: Backend) -> None:
        self._terms = mappings.wikidata()
        self._things = exchange.things(store)
        self._parents = exchange.parents(store)
        self.account = Account()
        self._facts = exchange.facts(store, self.account)

    def all(self) -> tuple[list[tuple[str, ...]], Account]:
        made = set(self._identifiers())
        for claim in self._facts:
            if line := self._proposal(claim):
                made.add(line)
        self.account.written["proposal"] = len(made)
        return sorted(made, key=lambda line: (int(line[0][1:]), line)), self.account

    def _item(self, id_: str) -> str:
        thing = self._things.get(id_)
        return thing.identifier(SCHEME) if thing else ""

    def _identifiers(self) -> Iterator[tuple[str, ...]]:
        """The other identifiers of entities that have an item, each with the page that gives it."""
        for thing in self._things.values():
            yield from self._of_thing(thing, thing.identifier(SCHEME))

    def _of_thing(self, thing: Thing, item: str) -> Iterator[tuple[str, ...]]:
        for given in thing.identifiers if item else ():
            property_ = self._terms.forward.get(given.scheme)
            if property_:
                yield item, property_, f'"{given.value}"', _REFERENCE, f'"{given.page}"'
            elif given.scheme != SCHEME:
                self.account.leave("identifier", "no property for its scheme", given.scheme)

    def _proposal(self, claim: Claim) -> tuple[str, ...]:
        """The line of a claim; () if there is none, and then the account has why."""
        relation, label = claim.relation.id, claim.relation.label
        forward, inverse = self._forward(claim), self._terms.inverse.get(relation)
        if not forward and not inverse:
            self.account.leave("claim", "no property for its relation", label)
            return ()
        subject = self._item(claim.subject.id)
        value = self._item(claim.object.id) if claim.object.is_entity else time(claim.object.text)
        if not subject or not value:
            is_date = subject and not claim.object.is_entity
            why = "its date is not a day, a month or a year" if is_date else "an end has no item"
            self.account.leave("claim", why, label)
            return ()
        head = (subject, forward, value) if forward else (value, str(inverse), subject)
        return (*head, *self._qualifiers(claim), *self._references(claim))

    def _forward(self, claim: Claim) -> str:
        """The property of the subject's item; "" if there is none."""
        by_class = self._terms.by_class.get(claim.relation.id, {})
        thing = self._things.get(claim.object.id) if claim.object.is_entity else None
        kinds = mappings.upwards(thing.kind, self._parents) if thing else ()
        return by_class.get(mappings.nearest(kinds, by_class)) or self._terms.forward.get(claim.relation.id, "")

    def _qualifiers(self, claim: Claim) -> Iterator[str]:
        for name, property_ in _TIMES.items():
            text = str(getattr(claim, name))
            if made := time(text):
                yield from (property_, made)
            elif text:
                self.account.leave("detail", "its date is not a day, a month or a year", name)
        for qualifier in claim.qualifiers:
            property_ = self._terms.forward.get(qualifier.name, "")
            part = claim.share if property_ else None
            if part and part.exact:
                yield from (property_, _proportion(part.low))
            else:
                self.account.leave("detail", "no property, or a value that is not exact", qualifier.label)

    @staticmethod
    def _references(claim: Claim) -> Iterator[str]:
        yield from (_REFERENCE, f'"{claim.page.url}"')
        if made := time(claim.page.published):
            yield from (_PUBLISHED, made)
        if claim.readings:
            yield from (_RETRIEVED, time(claim.readings[0].on))


def _proportion(percent: Decimal) -> str:
    """A share as Wikidata has it: 0.3121 for 31.21 per cent."""
    return format((percent / 100).normalize(), "f")
