"""What a language model replied, as proposals: names and quotes are looked up in the text, and the checks decide."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from rareearth import quantities, spelling
from rareearth.dataset import Dataset
from rareearth.models import Claim, Evidence
from rareearth.ontology import DATES, DECIMAL, INTEGER, MEASURE, PERCENTAGE, Ontology
from rareearth.proposals.checking.checker import Checker, refusal
from rareearth.proposals.checking.reasons import Reason
from rareearth.proposals.inbox import Mention, NewName, Proposal, Proposals, Refusal
from rareearth.proposals.model import prompting
from rareearth.proposals.text import numbers, values, words
from rareearth.sentences import Span

MAX_ITEMS = 1_000  # entities, and claims, of one reply: a model that says the same without end is not read
SCORE = 0.6  # of what a model proposes and the rules do not
_ABSENT = frozenset(["", "null", "none", "n/a", "unknown"])
_MAX_QUOTES, _MAX_SENTENCES = 3, 4  # of one claim
_SLUG = re.compile(r"[^a-z0-9]+")
_MAX_NAME = 200  # characters of a new name
_FIELDS = frozenset(["subject", "relation", "object", "kind", "by", "stance", "status", *prompting.TIMES])
_WRONG = {"kind": Reason.KIND, "status": Reason.STATUS, "stance": Reason.STANCE}
_FORMS = {
    MEASURE: quantities.MEASURE,
    PERCENTAGE: re.compile(r"[0-9].*|[a-z ]+ [0-9].*"),
    DECIMAL: quantities.DECIMAL,
    INTEGER: quantities.WHOLE,
}


class Replies:
    """Reads the replies of one model about one article, one part after another."""

    def __init__(self, proposals: Proposals, name: str, ontology: Ontology, dataset: Dataset) -> None:
        self.before = proposals
        self.name = name
        self.ontology = ontology
        self.dataset = dataset
        self.text = proposals.article.text
        self.new: dict[str, NewName] = {one.id: one for one in proposals.new}
        self.mentions = list(proposals.mentions)
        self.proposals: list[Proposal] = []
        self.refused: list[Refusal] = []
        self._owners: dict[str, str] = {}
        self._named: dict[str, set[str]] = {}
        for mention in proposals.mentions:
            text = self.text[mention.start : mention.end].casefold()
            self._owners.setdefault(text, mention.entity)
            if mention.how == "name":  # the others are guesses, and "the group" may mean another one each time
                self._named.setdefault(text, set()).add(dataset.canonical(mention.entity))
        for word, record in words.shipped().adjectives.items():
            if re.search(rf"\b{re.escape(word)}\b", self.text):
                self._owners.setdefault(word.casefold(), record)
        self._used = set(self._owners.values())

    def read(self, reply: Any) -> None:
        """Add what a reply proposes. Raises ValueError, with what was found, for one that has another form."""
        if not isinstance(reply, dict) or not isinstance(reply.get("claims"), list):
            raise ValueError("it has no list of claims")
        entities = reply.get("entities") or []
        if not isinstance(entities, list):
            raise ValueError("its entities are no list")
        if (most := max(len(entities), len(reply["claims"]))) > MAX_ITEMS:
            raise ValueError(f"it has {most:,} entities or claims, more than {MAX_ITEMS:,}")
        keys: dict[str, str | Reason] = {}
        for item in entities:
            given = _texts(item)
            if given is None or not given.get("key"):
                self._refuse(_line(item, "name", "key"), Reason.SHAPE)
            else:
                found = self._entity(given)
                keys[given["key"]] = found if keys.get(given["key"], found) == found else Reason.KEYS
        checker = Checker(self._state(), self.ontology, self.dataset)
        for item in reply["claims"]:
            given = _texts(item)
            if given is None:
                self._refuse(_line(item, "subject", "relation", "object"), Reason.SHAPE)
                continue
            made = self._claim(given, _quotes(item), keys, checker)
            reason = made if isinstance(made, Reason) else checker.reason(made)
            if reason is not None:
                self._refuse(_line(given, "subject", "relation", "object"), reason)
            elif isinstance(made, Claim):
                notices = tuple(map(str, checker.notices(made)))
                self.proposals.append(Proposal(claim=made, score=SCORE, by=(self.name,), warnings=notices))

    def result(self) -> Proposals:
        """What the replies propose, with the mentions and new names that it needs."""
        needed = {end for proposal in self.proposals for end in _ends(proposal.claim)}
        old = {one.id for one in self.before.new}
        new = tuple(one for one in self.new.values() if one.id in old or one.id in needed)
        known = {one.id for one in new} | self._used
        mentions = sorted((m for m in self.mentions if m.entity in known), key=lambda m: (m.start, -m.end))
        return dataclasses.replace(
            self.before,
            mentions=tuple(mentions),
            new=new,
            proposals=tuple(self.proposals),
            refused=tuple(self.refused),
        )

    def _state(self) -> Proposals:
        return dataclasses.replace(self.before, mentions=tuple(self.mentions), new=tuple(self.new.values()))

    def _refuse(self, claim: str, reason: Reason) -> None:
        self.refused.append(refusal(claim, reason, self.name))

    def _entity(self, given: Mapping[str, str]) -> str | Reason:
        """The id of an entity of a reply: of a record that the text mentions, or of a name that stands in it."""
        name, same = given.get("name", ""), given.get("same_as", "")
        if same and same not in self.dataset.entities and same not in self.new:
            return Reason.ENTITY
        if same in self._used:
            return Reason.OTHER if self._is_another(name, same) else same
        kind = given.get("class", "")
        known = self.ontology.classes.get(kind)
        owner = self._owners.get(name.casefold(), "")
        if owner and not same and (known is None or self._related(owner, kind)):
            return owner
        if known is None or known.abstract:
            return Reason.CLASS
        places = self._places(name)
        if not places:
            return Reason.ABSENT if same else Reason.NAME
        return self._new(name, kind, same if same in self.dataset.entities else "", places)

    def _is_another(self, name: str, same: str) -> bool:
        """Whether a name of the text is that of other entities than the one that it is given for."""
        named = self._named.get(name.casefold())
        return named is not None and self.dataset.canonical(same) not in named

    def _related(self, entity: str, kind: str) -> bool:
        """Whether an entity may be of a class."""
        own = self.new[entity].kind if entity in self.new else self.dataset.entities[entity].kind
        return self.ontology.is_a(own, kind) or self.ontology.is_a(kind, own)

    def _places(self, name: str) -> list[tuple[int, int]]:
        """Where a name stands in the text as whole words, in capitals or not."""
        if len(name) < 2 or len(name) > _MAX_NAME or not any(letter.isalpha() for letter in name):
            return []
        spaced = r"\s+".join(map(re.escape, name.split()))
        pattern = spaced if spelling.is_han(name) else rf"(?<!\w){spaced}(?!\w)"
        return [match.span() for match in re.finditer(pattern, self.text, re.IGNORECASE)]

    def _new(self, name: str, kind: str, near: str, places: list[tuple[int, int]]) -> str:
        """A new name, with its mentions: where no other stands, or shorter ones that are a part of it."""
        written = spelling.pinyin(name) if spelling.is_han(name) else spelling.fold(name)
        slug = _SLUG.sub("-", written).strip("-")[:80].strip("-") or "name"
        id_, number = slug, 2
        while id_ in self.dataset.entities or id_ in self.new:
            id_, number = f"{slug}-{number}", number + 1
        start, end = places[0]
        text = " ".join(self.text[start:end].split())
        han = text if spelling.is_han(text) else None
        self.new[id_] = NewName(id=id_, kind=kind, name=text, zh=han, near=(near,) if near else ())
        self._owners.setdefault(name.casefold(), id_)
        taken = [(mention.start, mention.end) for mention in self.mentions]
        self.mentions += [
            Mention(entity=id_, start=start, end=end, how="new")
            for start, end in places
            if all(
                end <= other or last <= start or (start <= other and last <= end and (start, end) != (other, last))
                for other, last in taken
            )
        ]
        return id_

    def _claim(
        self, given: Mapping[str, str], quotes: Sequence[str], keys: Mapping[str, str | Reason], checker: Checker
    ) -> Claim | Reason:
        """The claim of a reply, or why it is none."""
        if unknown := set(given) - _FIELDS - set(self.ontology.qualifiers):
            return Reason.QUALIFIER if any(given[name] for name in unknown) else Reason.SHAPE
        relation = self.ontology.relations.get(given.get("relation", ""))
        if relation is None:
            return Reason.RELATION
        at = _found(quotes, checker)
        if isinstance(at, Reason):
            return at
        ends: dict[str, str] = {}
        for name, key in self._keys(given, literal=relation.literal):
            found = keys.get(key, key if key in self._used else Reason.ENTITY)
            if isinstance(found, Reason):
                return found
            ends[name] = found
        fields = {
            name: given[name] for name in ("kind", "stance", "status", "when", "since", "until") if given.get(name)
        }
        fields |= {"subject": ends.pop("subject", ""), "relation": relation.name, "source": self.before.article.id}
        fields["object"] = (
            self._value(given.get("object", ""), relation.range) if relation.literal else ends.pop("object", "")
        )
        fields |= {"by": ends.pop("by")} if "by" in ends else {}
        return self._made(fields, given, ends, at, checker)

    def _keys(self, given: Mapping[str, str], *, literal: bool) -> Iterator[tuple[str, str]]:
        """The fields of a claim whose values are keys of entities."""
        yield "subject", given.get("subject", "")
        if not literal:
            yield "object", given.get("object", "")
        for name in ["by", *sorted(self.ontology.qualifiers)]:
            if given.get(name) and (name == "by" or not self.ontology.qualifiers[name].literal):
                yield name, given[name]

    def _made(
        self,
        fields: dict[str, Any],
        given: Mapping[str, str],
        ends: Mapping[str, str],
        at: tuple[Evidence, ...],
        checker: Checker,
    ) -> Claim | Reason:
        details = dict(ends)
        for name, qualifier in self.ontology.qualifiers.items():
            if qualifier.literal and given.get(name):
                details[name] = self._value(given[name], qualifier.range)
        if given.get("inferred"):
            because = next((value.because for value in checker.stated.values(at) if value.because), "")
            if not because:
                return Reason.TIME
            fields["inferred"] = {"when": given["inferred"], "because": because}
        try:
            return Claim.model_validate({**fields, "qualifiers": tuple(sorted(details.items())), "at": at})
        except ValidationError as error:
            place = str(error.errors(include_url=False)[0]["loc"][0])
            return _WRONG.get(place, Reason.SHAPE)

    def _value(self, text: str, range_: str) -> str:
        """A value as the data writes it: of "£38 million", 38000000 GBP; as it is, if it is no such value."""
        form = _FORMS.get(range_)
        if range_ in DATES or form is None or (form.fullmatch(text) and "%" not in text):
            return text
        found = [value.text for value in values.find(text, Span(0, len(text)), "en", None, self.ontology)]
        return found[0] if len(found) == 1 else text


def _quotes(item: Any) -> list[str]:
    """The quotes of a claim of a reply, of which there may be several."""
    given = item.get("quote")
    more = item.get(prompting.MORE) or []
    quotes = [*(given if isinstance(given, list) else [given]), *(more if isinstance(more, list) else [more])]
    return [quote if isinstance(quote, str) else "" for quote in quotes]


def _found(quotes: Sequence[str], checker: Checker) -> tuple[Evidence, ...] | Reason:
    """The sentences of several quotes, in their order, or why one has none."""
    found: list[Evidence] = []
    if len(quotes) > _MAX_QUOTES:
        return Reason.LONG
    for quote in quotes:
        at = checker.quotes.find(quote)
        if isinstance(at, Reason):
            return at
        found += at
    at = tuple(dict.fromkeys(sorted(found, key=lambda one: one.start)))
    return at if len(at) <= _MAX_SENTENCES else Reason.LONG


def _texts(item: Any) -> dict[str, str] | None:
    """The fields of an entity or a claim of a reply as texts, without the absent ones; None if it has other ones."""
    if not isinstance(item, dict):
        return None
    found: dict[str, str] = {}
    for name, value in item.items():
        if name in ("quote", prompting.MORE):
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal | None):
            return None
        text = "" if value is None else _written(value) if isinstance(value, int | Decimal) else value.strip()
        if text.casefold() not in _ABSENT:
            found[name] = text
    return found


def _written(number: int | Decimal) -> str:
    value = Decimal(number)
    return numbers.written(value) if value.is_finite() and -18 <= value.adjusted() <= 18 else str(number)


def _line(item: Any, *names: str) -> str:
    """What a part of a reply says, in a line."""
    return " ".join(str(item.get(name, "?")) for name in names) if isinstance(item, dict) else str(item)


def _ends(claim: Claim) -> Iterator[str]:
    yield from (claim.subject, claim.object, claim.by or "")
    yield from (value for _, value in claim.qualifiers)
