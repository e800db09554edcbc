"""Which relation two things of a sentence may have: by cues, and by what is usual between things of their classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rareearth import quantities
from rareearth.dataset import Dataset
from rareearth.ontology import DATES, DECIMAL, MEASURE, PERCENTAGE, Ontology
from rareearth.proposals.words import Cue, Token, Words

_GAP = 0.92  # what a cue loses with each word between it and an end
_BETWEEN = 0.7  # and with each other thing of a fitting class
_CLAUSE = 0.55  # and with the end of a clause
_FUNCTION = frozenset(
    "in of at a an the on is was as with for to from by and under an 's , - :".split()
)  # cues of such words alone say little
_LITTLE = 0.4
_NEAR = 3  # words between a cue of such words and its ends
_FAR = 18  # words between a cue and its ends
_APART = 4  # words between the words of a cue
_PRIOR = 0.3
_KNOWN = 0.35  # what it adds that the graph says the same already
_CLAUSE_ENDS = frozenset([";", "but", "while", "although", "whereas", "though"])
_BE = frozenset(["be", "is", "are", "was", "were", "been", "being", "has", "have", "had", "get", "got"])


class Item(NamedTuple):
    """A thing in a sentence, from one token up to another: an entity with its class, or a value with its datatype.

    ``weight`` is how surely it is that thing: less for a pronoun than for a name. What the whole article is about is
    in every sentence, at no token (both -1).
    """

    first: int
    last: int
    entity: str
    kind: str
    value: str = ""
    unit: str = ""
    weight: float = 1.0


class Scored(NamedTuple):
    """A relation between two items of a sentence (their numbers), with its score; ``at`` is the token of its cue."""

    subject: int
    object: int
    relation: str
    score: float
    at: int


@dataclass(frozen=True)
class Priors:
    """How often each relation ties things of two classes in the data, and which ties the data has."""

    by_kinds: Mapping[tuple[str, str], Mapping[str, float]]
    by_unit: Mapping[tuple[str, str], Mapping[str, float]]
    known: frozenset[tuple[str, str, str]]


def priors(dataset: Dataset, leave_out: str | None = None) -> Priors:
    """The priors of a dataset without one source (``leave_out``)."""
    kinds = {id_: entity.kind for id_, entity in dataset.entities.items()}
    pairs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    units: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    known = set()
    for claim in dataset.claims:
        if claim.source == leave_out:
            continue
        relation = dataset.ontology.relations[claim.relation]
        if relation.literal:
            units[kinds[claim.subject], unit_of(claim.object, relation.range)][claim.relation] += 1
        else:
            pairs[kinds[claim.subject], kinds[claim.object]][claim.relation] += 1
            known.add((dataset.canonical(claim.subject), claim.relation, dataset.canonical(claim.object)))
    return Priors(_shares(pairs), _shares(units), frozenset(known))


def unit_of(value: str, range_: str) -> str:
    """What kind of value it is: the unit of a measure, else its datatype."""
    if range_ == MEASURE and (match := quantities.MEASURE.fullmatch(value)):
        return match[3]
    return "date" if range_ in DATES else range_


def _shares(counts: Mapping[tuple[str, str], Counter[str]]) -> dict[tuple[str, str], dict[str, float]]:
    return {ends: {name: n / (sum(c.values()) + 2) for name, n in sorted(c.items())} for ends, c in sorted(counts.items())}


class Cues:
    """The cues of one language, by the words that they begin with."""

    def __init__(self, words: Words, language: str, ontology: Ontology) -> None:
        self.language = language
        self._by_first: dict[str, list[Cue]] = defaultdict(list)
        self._adjacent: list[Cue] = []
        for cue in words.cues[language]:
            if cue.term not in ontology.relations:
                continue
            if cue.between:
                self._by_first[cue.between[0]].append(cue)
            else:
                self._adjacent.append(cue)

    def at(self, tokens: Sequence[Token], number: int) -> Iterator[tuple[Cue, int]]:
        """The cues whose middle part begins at a token, with the token after it."""
        for cue in self._by_first.get(tokens[number].stem, ()):
            if (end := _sequence(tokens, number, cue.between)) is not None:
                yield cue, end

    @property
    def adjacent(self) -> list[Cue]:
        """The cues whose ends have nothing between them."""
        return self._adjacent


def _sequence(tokens: Sequence[Token], start: int, words: Sequence[str]) -> int | None:
    """The token after some words that begin at a token, with at most a few others between them; None if not there."""
    at = start
    for number, word in enumerate(words):
        limit = at + 1 if number == 0 else min(at + 1 + _APART, len(tokens))
        while at < limit and tokens[at].stem != word:
            at += 1
        if at >= limit:
            return None
        at += 1
    return at


class Scorer:
    """Scores the relations between the things of a sentence. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology, known: Priors) -> None:
        self.ontology = ontology
        self.priors = known
        self.cues = {language: Cues(words, language, ontology) for language in ("en", "zh")}
        self._fits: dict[tuple[str, str, str], bool] = {}

    def score(self, tokens: Sequence[Token], items: Sequence[Item], language: str) -> list[Scored]:
        """Every relation that two items may have, each with its best score, best first."""
        best: dict[tuple[int, int, str], tuple[float, int]] = {}
        for subject, object_, relation, score, at in self._by_cues(tokens, items, language):
            key = (subject, object_, relation)
            if score > best.get(key, (0.0, 0))[0]:
                best[key] = (score, at)
        for subject, object_, relation, score in self._by_priors(items):
            key = (subject, object_, relation)
            cue, at = best.get(key, (0.0, -1))
            best[key] = (cue + score, at)
        found = [Scored(s, o, relation, score, at) for (s, o, relation), (score, at) in best.items()]
        return sorted(found, key=lambda f: (-f.score, f.subject, f.object, f.relation))

    def _by_cues(
        self, tokens: Sequence[Token], items: Sequence[Item], language: str
    ) -> Iterator[tuple[int, int, str, float, int]]:
        cues = self.cues[language]
        inside = {token for item in items for token in range(item.first, item.last) if item.entity or item.value}
        for number in range(len(tokens)):
            if number in inside:
                continue
            for cue, end in cues.at(tokens, number):
                yield from self._ends(cue, number, end, tokens, items)
        for cue in cues.adjacent:
            for left, item in enumerate(items):
                for right, other in enumerate(items):
                    if 0 <= item.first and item.last <= other.first <= item.last + _NEAR:
                        yield from self._pair(cue, left, right, item.last, other.first, tokens, items)

    def _ends(
        self, cue: Cue, start: int, end: int, tokens: Sequence[Token], items: Sequence[Item]
    ) -> Iterator[tuple[int, int, str, float, int]]:
        lefts = [n for n, item in enumerate(items) if item.last <= start and (item.last < 0 or start - item.last <= _FAR)]
        rights = [n for n, item in enumerate(items) if item.first < 0 or (item.first >= end and item.first - end <= _FAR)]
        if not cue.turned and _is_passive(tokens, start, end):
            return
        for left in lefts:
            for right in rights:
                apart = items[left].last <= items[right].first or items[right].first < 0
                if apart and (items[left].entity != items[right].entity or items[right].value):
                    yield from self._pair(cue, left, right, start, end, tokens, items)

    def _pair(
        self, cue: Cue, left: int, right: int, start: int, end: int, tokens: Sequence[Token], items: Sequence[Item]
    ) -> Iterator[tuple[int, int, str, float, int]]:
        subject, object_ = (right, left) if cue.turned else (left, right)
        if not self.fits(cue.term, items[subject], items[object_]):
            return
        one, other = items[left], items[right]
        if one.first < 0 and other.first < 0:
            return
        if one.first < 0 and self._has_end(cue, right, [n for n, i in enumerate(items) if 0 <= i.first < start], items):
            return
        if other.first < 0 and self._has_end(cue, left, [n for n, i in enumerate(items) if i.first >= end], items):
            return
        if cue.before and not _stands_before(tokens, one.first, cue.before):
            return
        if cue.after and not _stands_after(tokens, other.last, cue.after):
            return
        words = {*cue.before, *cue.between, *cue.after}
        little = words <= _FUNCTION
        gap = _gap(tokens, one.last, start, items) if one.first >= 0 else 0
        gap += _gap(tokens, end, other.first, items) if other.first >= 0 else 0
        if little and gap > _NEAR:
            return
        score = (_LITTLE if little else 1.0) * _GAP**gap
        score *= _BETWEEN ** self._rivals(cue, left, right, start, end, items)
        if any(tokens[at].text in _CLAUSE_ENDS for at in range(one.last, other.first)):
            score *= _CLAUSE
        yield subject, object_, cue.term, score * one.weight * other.weight, start

    def _has_end(self, cue: Cue, end: int, numbers: Sequence[int], items: Sequence[Item]) -> bool:
        """Whether one of some items can be the other end of a cue."""
        for number in numbers:
            for subject, object_ in ((number, end), (end, number)):
                if number != end and self.fits(cue.term, items[subject], items[object_]):
                    return True
        return False

    def _rivals(self, cue: Cue, left: int, right: int, start: int, end: int, items: Sequence[Item]) -> int:
        """How many other things stand nearer to the cue and could be the end, but for those in one list with it."""
        count = 0
        for number, item in enumerate(items):
            if number in (left, right) or item.first < 0:
                continue
            if items[left].last <= item.first and item.last <= start:
                subject, object_ = (right, number) if cue.turned else (number, right)
                count += self.fits(cue.term, items[subject], items[object_]) and not item.value
            elif end <= item.first and item.last <= items[right].first:
                subject, object_ = (number, left) if cue.turned else (left, number)
                count += self.fits(cue.term, items[subject], items[object_])
        return count

    def fits(self, relation: str, subject: Item, object_: Item) -> bool:
        """Whether the classes or datatypes of two items allow a relation."""
        key = (relation, subject.kind, object_.kind)
        if key not in self._fits:
            self._fits[key] = self._allows(relation, subject, object_)
        return self._fits[key] and (not object_.unit or self._has_unit(relation, object_.unit))

    def _allows(self, name: str, subject: Item, object_: Item) -> bool:
        relation = self.ontology.relations[name]
        if subject.value or not self.ontology.is_a(subject.kind, relation.domain):
            return False
        if relation.literal != bool(object_.value):
            return False
        if relation.literal:
            same = relation.range == object_.kind or (relation.range in DATES and object_.kind in DATES)
            return same or {relation.range, object_.kind} == {DECIMAL, PERCENTAGE}
        return self.ontology.is_a(object_.kind, relation.range)

    def _has_unit(self, relation: str, unit: str) -> bool:
        return any(relation in shares for (_, other), shares in self.priors.by_unit.items() if other == unit)

    def _by_priors(self, items: Sequence[Item]) -> Iterator[tuple[int, int, str, float]]:
        for one, subject in enumerate(items):
            for other, object_ in enumerate(items):
                if one == other or min(subject.first, object_.first) < 0 or subject.value or (subject.entity == object_.entity and not object_.value):
                    continue
                shares = (
                    self.priors.by_unit.get((subject.kind, object_.unit or object_.kind), {})
                    if object_.value
                    else self.priors.by_kinds.get((subject.kind, object_.kind), {})
                )
                if subject.first < object_.last and object_.first < subject.last:
                    continue
                apart = max(subject.first, object_.first) - min(subject.last, object_.last)
                near = _GAP ** max(0, apart) * subject.weight * object_.weight
                for relation, share in shares.items():
                    score = _PRIOR * share * near
                    if (subject.entity, relation, object_.entity) in self.priors.known:
                        score += _KNOWN
                    if self.fits(relation, subject, object_):
                        yield one, other, relation, score


def _is_passive(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a verb at a token is passive: "was acquired", "acquired by"."""
    follows = end < len(tokens) and tokens[end].text == "by"
    if tokens[start].stem in _FUNCTION:
        return False
    participle = tokens[start].text.endswith(("ed", "en", "ght", "ld"))
    before = [tokens[at].text.casefold() for at in range(max(0, start - 2), start)]
    return follows or (participle and any(word in _BE - {"has", "have", "had"} for word in before))


def _gap(tokens: Sequence[Token], start: int, end: int, items: Sequence[Item]) -> float:
    """The words between two tokens; a list of things, and what is in brackets, count as one."""
    inside = {token for item in items for token in range(item.first, item.last)}
    return sum(
        0.5 if tokens[at].text > "\u3000" else 1.0  # a Chinese character is half a word
        for at in range(start, end)
        if at not in inside and tokens[at].text not in (",", "and", "or", "、", "和", "及", "the", "a", "an", "its", "(", ")")
    )


def _stands_before(tokens: Sequence[Token], at: int, words: Sequence[str]) -> bool:
    """Whether some words end within a few tokens before one."""
    for start in range(max(0, at - len(words) - 2 * _APART), at):
        end = _sequence(tokens, start, words)
        if end is not None and end <= at:
            return True
    return False


def _stands_after(tokens: Sequence[Token], at: int, words: Sequence[str]) -> bool:
    return any(_sequence(tokens, start, words) is not None for start in range(at, min(len(tokens), at + 2 * _APART + 3)))
