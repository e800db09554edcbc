"""Which relation two things of a sentence may have: by cues, and by what is usual between things of their classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rareearth.ontology import DATES, DECIMAL, PERCENTAGE, Ontology
from rareearth.proposals.rules.priors import Priors
from rareearth.proposals.rules.sentence import FIRST_HAN, Item, Sentence
from rareearth.proposals.text.words import Cue, Token, Words

_GAP = 0.9  # what a cue loses with each word between it and an end
_BETWEEN = 0.7  # and with each other thing of a fitting class
_CLAUSE = 0.55  # and with the end of a clause
_FUNCTION = frozenset("in of at a an the on is was as with for to from by and under an 's , - :".split())
_ONE, _LONGER = 0.8, 1.0  # how much a cue of one word says, and one of several
_LITTLE = 0.4  # how much a cue of such words alone says
_NEAR = 3  # words between a cue of such words and its ends
_FAR = 18  # words between a cue and its ends
_APART = 4  # other words between the words of a cue
_UNSURE = 0.8  # weight up to which the words of an item may be those of a cue: "which"
_ACROSS = 0.1  # part of it that is left where one of the two stands in the sentence before
_PRIOR = 0.3
_KNOWN = 0.35  # what it adds that the graph says the same already
_BE = frozenset(["be", "is", "are", "was", "were", "been", "being", "get", "got"])
_PARTICIPLE = ("ed", "en", "ght", "ld")


class Scored(NamedTuple):
    """A relation between two items of a sentence (their numbers), with its score; ``at`` is the token of its cue.

    Without a cue, ``at`` is -1.
    """

    subject: int
    object: int
    relation: str
    score: float
    at: int


class Cues:
    """The cues of one language, by the words that they begin with."""

    def __init__(self, words: Words, language: str, ontology: Ontology) -> None:
        self._alone: dict[str, list[Cue]] = defaultdict(list)  # those of one word
        self._by_two: dict[str, dict[str, list[Cue]]] = defaultdict(lambda: defaultdict(list))
        self.adjacent: list[Cue] = []  # those whose ends have nothing between them
        for cue in words.cues[language]:
            if cue.term not in ontology.relations:
                continue
            if not cue.between:
                self.adjacent.append(cue)
            elif len(cue.between) == 1:
                self._alone[cue.between[0]].append(cue)
            else:
                self._by_two[cue.between[0]][cue.between[1]].append(cue)

    def at(self, tokens: Sequence[Token], number: int) -> Iterator[tuple[Cue, int]]:
        """The cues whose middle part begins at a token, with the token after it."""
        first = tokens[number].stem
        for cue in self._alone.get(first, ()):
            yield cue, number + 1
        if longer := self._by_two.get(first):
            for second in dict.fromkeys(token.stem for token in tokens[number + 1 : number + 2 + _APART]):
                for cue in longer.get(second, ()):
                    if (end := _follow(tokens, number, cue.between)) is not None:
                        yield cue, end


class Scorer:
    """Scores the relations between the things of a sentence. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology, priors: Priors) -> None:
        self.ontology = ontology
        self.priors = priors
        self.cues = {language: Cues(words, language, ontology) for language in ("en", "zh")}
        self._allowed: dict[tuple[str, str, str], bool] = {}
        self._ends: dict[tuple[str, str, bool], bool] = {}

    def score(self, sentence: Sentence) -> list[Scored]:
        """Every relation that two things may have, each with its best score, best first."""
        best: dict[tuple[int, int, str], tuple[float, int]] = {}
        for found in self._by_cues(sentence):
            if found.score > best.get(found[:3], (0.0, 0))[0]:
                best[found[:3]] = found.score, found.at
        for found in self._by_priors(sentence.items):
            score, at = best.get(found[:3], (0.0, -1))
            best[found[:3]] = score + found.score, at
        scored = [Scored(*ends, *rest) for ends, rest in best.items()]
        return sorted(scored, key=lambda s: (-s.score, s.subject, s.object, s.relation))

    def fits(self, relation: str, subject: Item, object_: Item) -> bool:
        """Whether the classes or datatypes of two things allow a relation, and the unit of a value is usual for it."""
        key = relation, subject.kind, object_.kind
        if key not in self._allowed:
            self._allowed[key] = self._allows(relation, subject, object_)
        return self._allowed[key] and (not object_.unit or object_.unit in self.priors.units.get(relation, ()))

    def _may_be(self, relation: str, item: Item, is_object: bool) -> bool:
        """Whether a thing may be an end of a relation, whatever the other one is."""
        key = relation, item.kind, is_object
        if key not in self._ends:
            given = self.ontology.relations[relation]
            end = given.range if is_object else given.domain
            self._ends[key] = (is_object and given.literal) or (
                item.kind in self.ontology.classes and self.ontology.is_a(item.kind, end)
            )
        return self._ends[key]

    def _allows(self, name: str, subject: Item, object_: Item) -> bool:
        relation = self.ontology.relations[name]
        if (
            subject.value
            or not self.ontology.is_a(subject.kind, relation.domain)
            or relation.literal != bool(object_.value)
        ):
            return False
        if not relation.literal:
            return self.ontology.is_a(object_.kind, relation.range)
        given = {relation.range, object_.kind}
        return len(given) == 1 or given <= DATES or given == {DECIMAL, PERCENTAGE}

    def _by_cues(self, sentence: Sentence) -> Iterator[Scored]:
        tokens, items = sentence.tokens, sentence.items
        cues = self.cues[sentence.language]
        adjacent = [cue for cue in cues.adjacent if sentence.stems.issuperset((*cue.before, *cue.after))]
        closed = {token for item in items if item.weight > _UNSURE for token in range(item.first, item.last)}
        for number in range(len(tokens)):
            if number not in closed:
                for cue, end in cues.at(tokens, number):
                    yield from self._of_cue(cue, number, end, sentence)
        for left, item in enumerate(items):
            for right, other in enumerate(items):
                if item.first >= 0 and item.last <= other.first <= item.last + _NEAR:
                    for cue in adjacent:
                        if not self._may_be(cue.term, item, cue.turned):
                            continue
                        yield from self._of_ends(cue, left, right, item.last, other.first, sentence)

    def _of_cue(self, cue: Cue, start: int, end: int, sentence: Sentence) -> Iterator[Scored]:
        """The pairs of things that a cue may tie whose middle part is from one token to another."""
        if not sentence.stems.issuperset((*cue.before, *cue.after)):
            return
        if not cue.turned and _is_passive(sentence.tokens, start, end):
            return
        items = sentence.items
        lefts = [
            n
            for n, item in enumerate(items)
            if (item.implied or start - _FAR <= item.last <= start) and self._may_be(cue.term, item, cue.turned)
        ]
        if not lefts:
            return
        rights = [
            n
            for n, item in enumerate(items)
            if (item.implied or end <= item.first <= end + _FAR) and self._may_be(cue.term, item, not cue.turned)
        ]
        for left in lefts:
            for right in rights:
                if items[left].thing != items[right].thing:
                    yield from self._of_ends(cue, left, right, start, end, sentence)

    def _of_ends(self, cue: Cue, left: int, right: int, start: int, end: int, sentence: Sentence) -> Iterator[Scored]:
        subject, object_ = (right, left) if cue.turned else (left, right)
        one, other = sentence.items[left], sentence.items[right]
        if not self.fits(cue.term, sentence.items[subject], sentence.items[object_]):
            return
        if not self._may_imply(cue, left, right, start, end, sentence.items) or not _is_whole(
            cue, one, other, sentence
        ):
            return
        gap = 0.0 if one.implied else sentence.gap(one.last, start)
        gap += 0.0 if other.implied else sentence.gap(end, other.first)
        little = says_little(cue)
        if little and gap > _NEAR:
            return
        score = (_LITTLE if little else _LONGER if _is_long(cue) else _ONE) * _GAP**gap
        score *= _BETWEEN ** self._rivals(cue, left, right, start, end, sentence.items)
        if not sentence.one_clause(max(one.last, 0), max(other.first, 0)):
            score *= _CLAUSE
        yield Scored(subject, object_, cue.term, score * one.weight * other.weight, start)

    def _may_imply(self, cue: Cue, left: int, right: int, start: int, end: int, items: Sequence[Item]) -> bool:
        """Whether an end may be what the article is about: nothing that is named on its side fits."""
        if items[left].implied and items[right].implied:
            return False
        if items[left].implied:
            named = [n for n, item in enumerate(items) if 0 <= item.first < start]
            return not any(self._fits_cue(cue, n, right, items) for n in named if n != right)
        if items[right].implied:
            named = [n for n, item in enumerate(items) if item.first >= end]
            return not any(self._fits_cue(cue, left, n, items) for n in named if n != left)
        return True

    def _fits_cue(self, cue: Cue, left: int, right: int, items: Sequence[Item]) -> bool:
        subject, object_ = (right, left) if cue.turned else (left, right)
        return self.fits(cue.term, items[subject], items[object_])

    def _rivals(self, cue: Cue, left: int, right: int, start: int, end: int, items: Sequence[Item]) -> int:
        """How many other things stand nearer to the cue and could be the end."""
        count = 0
        for number, item in enumerate(items):
            if number in (left, right) or item.implied:
                continue
            if items[left].last <= item.first and item.last <= start:
                count += not item.value and self._fits_cue(cue, number, right, items)
            elif end <= item.first and item.last <= items[right].first:
                count += self._fits_cue(cue, left, number, items)
        return count

    def _by_priors(self, items: Sequence[Item]) -> Iterator[Scored]:
        """What is usual between two things that are named, more so where they are near."""
        for one, subject in enumerate(items):
            if subject.value:
                continue
            for other, object_ in enumerate(items):
                apart = max(subject.first, object_.first) - min(subject.last, object_.last)
                overlap = subject.first < object_.last and object_.first < subject.last
                implied = subject.implied + object_.implied
                if implied > 1 or (overlap and not implied) or subject.thing == object_.thing:
                    continue
                near = _PRIOR * (_ACROSS if implied else _GAP ** max(0, apart)) * subject.weight * object_.weight
                for relation, share in self._usual(subject, object_):
                    known = not implied and (subject.entity, relation, object_.entity) in self.priors.known
                    if self.fits(relation, subject, object_):
                        yield Scored(one, other, relation, near * share + known * _KNOWN, -1)

    def _usual(self, subject: Item, object_: Item) -> list[tuple[str, float]]:
        if object_.value:
            return list(self.priors.by_unit.get((subject.kind, object_.unit or object_.kind), {}).items())
        return list(self.priors.between(subject.kind, object_.kind).items())


def says_little(cue: Cue) -> bool:
    """Whether a cue is of small words alone: "in", 对."""
    written = [*cue.before, *cue.between, *cue.after]
    return {*written} <= _FUNCTION or (len(written) == 1 and written[0] > FIRST_HAN)


def _is_long(cue: Cue) -> bool:
    """Whether a cue has several words that say something; two Chinese characters are one."""
    written = [word for word in (*cue.before, *cue.between, *cue.after) if word not in _FUNCTION]
    return len(written) > (2 if written and written[0] > FIRST_HAN else 1)


def _follow(tokens: Sequence[Token], start: int, words: Sequence[str]) -> int | None:
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


def _is_whole(cue: Cue, left: Item, right: Item, sentence: Sentence) -> bool:
    """Whether what a cue has before and after its ends stands there, within a few tokens."""
    tokens = sentence.tokens
    if cue.before:
        starts = range(max(0, left.first - len(cue.before) - 2 * _APART), max(0, left.first))
        ends = [end for start in starts if (end := _follow(tokens, start, cue.before)) is not None]
        if not any(end <= left.first for end in ends):
            return False
    if cue.after:
        first = max(0, right.last)
        starts = range(first, min(len(tokens), first + 2 * _APART + 3))
        return any(_follow(tokens, start, cue.after) is not None for start in starts)
    return True


def _is_passive(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a verb at a token is passive: "was acquired", "acquired by"."""
    if tokens[start].stem in _FUNCTION:
        return False
    if end < len(tokens) and tokens[end].text == "by":
        return True
    before = {tokens[at].text.casefold() for at in range(max(0, start - 2), start)}
    return tokens[start].text.endswith(_PARTICIPLE) and bool(before & _BE)
