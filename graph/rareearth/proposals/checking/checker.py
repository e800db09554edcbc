"""Checks that every proposal must pass, whoever proposes it: what the text does not bear out is refused."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from rareearth import characters, checks
from rareearth.dataset import Dataset
from rareearth.models import Claim, Entity, Evidence
from rareearth.ontology import BOUND, DATES, MEASURE, NUMBERS, ROLE, Ontology, Relation
from rareearth.proposals.checking.quotes import LONGEST, Quotes
from rareearth.proposals.checking.reasons import Notice, Reason
from rareearth.proposals.checking.stated import Stated
from rareearth.proposals.inbox import NewName, Proposal, Proposals, Refusal
from rareearth.proposals.text import words
from rareearth.sentences import Span

BEFORE = 3  # sentences before a quote in which what it refers to is named
_LONGEST = 200  # characters of a refused claim
_DOUBTS = {"Denied": Notice.DENIED, "Rumoured": Notice.RUMOURED}
_MACHINE = "Instruction"


def check(proposals: Proposals, ontology: Ontology, dataset: Dataset) -> Proposals:
    """The proposals that pass, with warnings of what a person should look at; those that fail are among the refused.

    A claim must cite whole sentences of the text, be as the ontology has it, and say nothing that they do not: its
    ends are named there or near, and so are its numbers and times. Proposals that have passed pass again.
    """
    checker = Checker(proposals, ontology, dataset)
    passed: list[Proposal] = []
    refused = list(proposals.refused)
    for proposal in proposals.proposals:
        if reason := checker.reason(proposal.claim):
            refused.append(refusal(proposal.claim, reason, ", ".join(proposal.by)))
        else:
            warnings = dict.fromkeys([*proposal.warnings, *map(str, checker.notices(proposal.claim))])
            passed.append(proposal.model_copy(update={"warnings": tuple(warnings)}))
    return dataclasses.replace(proposals, proposals=tuple(passed), refused=tuple(refused))


def refusal(claim: Claim | str, reason: Reason, by: str) -> Refusal:
    """A claim, or the words given as one, and why it was refused."""
    text = claim if isinstance(claim, str) else f"{claim.subject} {claim.relation} {claim.object}"
    line = " ".join(characters.shown(" ".join(text.split()), _LONGEST).split())
    return Refusal(claim=line or "nothing", reason=str(reason), by=by)


class Checker:
    """The checks of one article. Made once for its mentions and new names; never changes."""

    def __init__(self, proposals: Proposals, ontology: Ontology, dataset: Dataset) -> None:
        self.article = proposals.article
        self.ontology = ontology
        self.quotes = Quotes(proposals.article.text)
        self.stated = Stated(proposals.article, ontology)
        new = {name.id: _entity(name) for name in proposals.new if self._stands(name)}
        entities = {**dataset.entities, **new}
        self.dataset = dataclasses.replace(dataset, ontology=ontology, entities=entities, _hints=iter(()))
        self._ends = {span.end: number for number, span in enumerate(self.quotes.spans)}
        self._starts = {span.start: number for number, span in enumerate(self.quotes.spans)}
        self._marks: dict[Evidence, bool] = {}
        self._named = self._mentioned(proposals)
        self._said: dict[int, frozenset[str]] = {}
        self._language = "zh" if proposals.article.language.startswith("zh") else "en"

    def reason(self, claim: Claim) -> Reason | None:
        """Why a claim is refused; None if it passes."""
        return next(self._reasons(claim), None)

    def notices(self, claim: Claim) -> Iterator[Notice]:
        """What a person should look at in a claim that passes."""
        numbers = self._sentences(claim)
        near = {number - back for number in numbers for back in range(BEFORE + 1)}
        ends = [claim.subject, claim.by or "", *self._objects(claim)]
        places = [self._named[self.dataset.canonical(end)] for end in ends if end]
        if any(not near & found for found in places):
            yield Notice.FAR
        elif any(not numbers & found for found in places):
            yield Notice.REFERRED
        for name, value in claim.qualifiers:
            if name == ROLE and not self.stated.has_words(claim.at, value):
                yield Notice.WORDS
            elif name == BOUND and not self.stated.has_bound(claim.at, value):
                yield Notice.BOUND
        amounts = [text for text, range_ in self._numbers(claim) if range_ == MEASURE]
        if any(not self.stated.has_amount(claim.at, text) for text in amounts):
            yield Notice.RATE
        doubts = frozenset().union(*(self._terms(number) for number in numbers))
        yield from (notice for term, notice in _DOUBTS.items() if term in doubts)

    def _reasons(self, claim: Claim) -> Iterator[Reason]:
        if any(not self._is_marked(one) for one in claim.at) or not claim.at or claim.source != self.article.id:
            yield Reason.SPAN
            return
        yield from self._against_ontology(claim)
        yield from self._against_mentions(claim)
        yield from self._against_sentences(claim)
        if self._to_machines & self._sentences(claim):
            yield Reason.MACHINE

    def _against_ontology(self, claim: Claim) -> Iterator[Reason]:
        """What is wrong with a claim whatever the text says. The faults are those that the data is checked for."""
        relation = self.ontology.relations.get(claim.relation)
        if relation is None:
            yield Reason.RELATION
            return
        if any(name not in self.ontology.qualifiers for name, _ in claim.qualifiers):
            yield Reason.QUALIFIER
            return
        yield from self._classes(claim, relation)
        if not relation.literal and not relation.to_itself and self._same(claim.subject, claim.object):
            yield Reason.ITSELF
        if claim.kind == "assessment" and not claim.stance:
            yield Reason.NO_STANCE
        if claim.kind == "speech" and not claim.by:
            yield Reason.SPEAKER
        texts = [claim.object, *(value for _, value in claim.qualifiers)]
        if claim.read or claim.conflict or not all(map(_is_line, texts)):
            yield Reason.INVALID
        if next(checks.faults(self.dataset, claim), None):
            yield Reason.INVALID

    def _classes(self, claim: Claim, relation: Relation) -> Iterator[Reason]:
        """Whether the entities of a claim are of the classes that its relation and qualifiers have."""
        expected = [(claim.subject, relation.domain)]
        expected += [] if relation.literal else [(claim.object, relation.range)]
        kinds = self.ontology.qualifiers
        expected += [(value, kinds[name].range) for name, value in claim.qualifiers if not kinds[name].literal]
        for id_, range_ in expected:
            entity = self.dataset.entities.get(id_)
            if entity is None:
                yield Reason.ENTITY
            elif not self.ontology.is_a(entity.kind, range_):
                yield Reason.CLASS

    def _against_mentions(self, claim: Claim) -> Iterator[Reason]:
        """Whether the entities of a claim are named in the text."""
        if claim.kind == "speech" and claim.by and not self._named[self.dataset.canonical(claim.by)]:
            yield Reason.SPEAKER
        ends = [claim.subject, claim.by or "", claim.about or "", *self._objects(claim)]
        if any(not self._named[self.dataset.canonical(end)] for end in ends if end):
            yield Reason.ABSENT

    def _against_sentences(self, claim: Claim) -> Iterator[Reason]:
        """Whether the numbers, times and texts of a claim stand in the sentences that it cites."""
        for text, range_ in self._numbers(claim):
            if not self.stated.has_number(claim.at, text, range_):
                yield Reason.NUMBER
            elif self.stated.has_other_bound(claim.at, text, dict(claim.qualifiers).get(BOUND, "")):
                yield Reason.BOUND
        relation = self.ontology.relations.get(claim.relation)
        dates = [claim.when, claim.since, claim.until]
        dates += [claim.object] if relation and relation.range in DATES else []
        if any(not self.stated.has_time(claim.at, text) for text in dates if text):
            yield Reason.TIME
        if claim.inferred and not self.stated.implies_time(claim.at, claim.inferred.when):
            yield Reason.TIME
        is_text = relation and relation.literal and relation.range not in NUMBERS | DATES
        if is_text and not self.stated.has_words(claim.at, claim.object):
            yield Reason.TEXT
        if any(not self.stated.has_digits(claim.at, text) for text in self._texts(claim)):
            yield Reason.NUMBER

    def _numbers(self, claim: Claim) -> Iterator[tuple[str, str]]:
        """The numbers of a claim, with their datatypes."""
        relation = self.ontology.relations.get(claim.relation)
        if relation and relation.range in NUMBERS:
            yield claim.object, relation.range
        for name, value in claim.qualifiers:
            if (range_ := self.ontology.qualifiers[name].range) in NUMBERS:
                yield value, range_

    def _texts(self, claim: Claim) -> Iterator[str]:
        """The other values of its qualifiers."""
        for name, value in claim.qualifiers:
            qualifier = self.ontology.qualifiers[name]
            if qualifier.literal and qualifier.range not in NUMBERS:
                yield value

    def _objects(self, claim: Claim) -> Iterator[str]:
        """The entities that are object or qualifiers of a claim."""
        relation = self.ontology.relations.get(claim.relation)
        if relation and not relation.literal:
            yield claim.object
        for name, value in claim.qualifiers:
            if name in self.ontology.qualifiers and not self.ontology.qualifiers[name].literal:
                yield value

    def _stands(self, name: NewName) -> bool:
        """Whether a new name stands in the text and has a class that records may have."""
        known = self.ontology.classes.get(name.kind)
        texts = [text for text in (name.name, name.zh) if text]
        return known is not None and not known.abstract and any(self.quotes.having(text) for text in texts)

    def _same(self, one: str, other: str) -> bool:
        return self.dataset.canonical(one) == self.dataset.canonical(other)

    def _mentioned(self, proposals: Proposals) -> dict[str, set[int]]:
        """The numbers of the sentences that mention each entity."""
        found: dict[str, set[int]] = defaultdict(set)
        for mention in proposals.mentions:
            found[self.dataset.canonical(mention.entity)].add(self.quotes.number(mention.start))
        for name in proposals.new:
            for text in {name.name, name.zh or name.name}:
                found[name.id] |= self.quotes.having(text)
        for word, id_ in words.shipped().adjectives.items():
            found[self.dataset.canonical(id_)] |= self.quotes.having(word) if word in self.article.text else set()
        return found

    def _is_marked(self, one: Evidence) -> bool:
        """Whether a span is whole sentences of the text, not more than a quote may have, with its fingerprint."""
        if one not in self._marks:
            first, last = self._starts.get(one.start), self._ends.get(one.end)
            whole = first is not None and last is not None and 0 <= last - first < LONGEST
            self._marks[one] = whole and self.quotes.evidence(Span(one.start, one.end)) == one
        return self._marks[one]

    def _sentences(self, claim: Claim) -> set[int]:
        """The numbers of the sentences that a claim cites."""
        return {n for one in claim.at for n in range(self._starts[one.start], self._ends[one.end] + 1)}

    @cached_property
    def _to_machines(self) -> frozenset[int]:
        """The sentences with words of orders to a machine, and those after one in its line."""
        found: set[int] = set()
        for number, span in enumerate(self.quotes.spans):
            before = self.quotes.spans[number - 1] if number else span
            follows = number - 1 in found and "\n" not in self.article.text[before.end : span.start]
            if follows or _MACHINE in self._terms(number):
                found.add(number)
        return frozenset(found)

    def _terms(self, number: int) -> frozenset[str]:
        """What the words of a sentence say of it: that it is denied, a rumour, or an order to a machine."""
        if number not in self._said:
            span = self.quotes.spans[number]
            stems = [t.stem for t in words.tokenize(self.article.text, span.start, span.end, self._language)]
            there = set(stems)
            self._said[number] = frozenset(
                phrase.term
                for phrase in words.shipped().phrases[self._language]
                if phrase.term in _DOUBTS or phrase.term == _MACHINE
                if there.issuperset(phrase.words)
                if any(stems[at : at + len(phrase.words)] == list(phrase.words) for at in range(len(stems)))
            )
        return self._said[number]


def _is_line(text: str) -> bool:
    return len(text) <= _LONGEST and not characters.hidden(text) and "\n" not in text and "\t" not in text


def _entity(name: NewName) -> Entity:
    return Entity(id=name.id, kind=name.kind, name=name.name, zh=name.zh)
