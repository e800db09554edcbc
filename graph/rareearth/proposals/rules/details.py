"""What a proposal says beyond its relation: status, kind, stance and speaker, times, shares, amounts and the like.

Which details a relation has is learned from the data: a share goes with owning because claims have it so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rareearth.models import STATUSES
from rareearth.ontology import BOUND, DATES, MEASURE, PERCENTAGE, ROLE, Ontology
from rareearth.proposals.rules.priors import Usage
from rareearth.proposals.rules.relations import Scored
from rareearth.proposals.rules.sentence import Item, Sentence
from rareearth.proposals.text.values import Value
from rareearth.proposals.text.words import Words

_COMMON = 0.05  # share of a relation's claims that have a qualifier, from which it is looked for
_USUAL = 0.15  # the same for qualifiers that are entities
_REACH = 14  # words between a claim and a detail of it
_REACH_OF_TIME = 18
_BEFORE, _AFTER = 9, 4  # words before and after a cue in which a status may stand
_DENIED = 0.15  # what is left of a score where the text denies it
_DOUBT = {"Rumoured": 0.25, "Instruction": 0.05}  # or calls it a rumour, or tells a machine to say so
_BEFORE_ENDS = 3  # words before the first end in which a denial may stand
_SPEECH = 0.3  # share of a relation's claims that are speech, from which a verb of speaking makes it one
_SENTIMENT = 0.4  # what each word of praise or blame adds to a stance
_NUMBERS = (PERCENTAGE, MEASURE)


class Detail(NamedTuple):
    """The fields of a claim, what remains of its score, and what a person should look at."""

    fields: dict[str, Any]
    factor: float
    warnings: tuple[str, ...]


class Details:
    """Finds the details of proposals. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology, usage: Mapping[str, Usage]) -> None:
        self.ontology = ontology
        self._usage = usage
        self._phrases = {language: _by_first(words, language) for language in ("en", "zh")}

    def of(self, sentence: Sentence, scored: Scored) -> Detail:
        """The details of a relation between two things of a sentence."""
        one = _One(self.ontology, self._usage.get(scored.relation, Usage()), sentence, scored, self._found(sentence))
        status = one.status()
        times, warnings = one.times(status)
        fields = {**one.attitude(), "status": status, "qualifiers": one.qualifiers(), **times}
        return Detail(fields, one.factor(), warnings)

    def _found(self, sentence: Sentence) -> list[tuple[int, str]]:
        """The phrases in a sentence, as (number of the token, term)."""
        starts, tokens = self._phrases[sentence.language], sentence.tokens
        return [
            (number, term)
            for number, token in enumerate(tokens)
            for words, term in starts.get(token.stem, ())
            if [t.stem for t in tokens[number : number + len(words)]] == list(words)
        ]


class _One:
    """The details of one relation between two things."""

    def __init__(
        self, ontology: Ontology, usage: Usage, sentence: Sentence, scored: Scored, phrases: Sequence[tuple[int, str]]
    ) -> None:
        self.ontology = ontology
        self.relation = ontology.relations[scored.relation]
        self.usage = usage
        self.sentence = sentence
        self.phrases = phrases
        self.subject, self.object = sentence.items[scored.subject], sentence.items[scored.object]
        named = [item for item in (self.subject, self.object) if not item.implied]
        self.left, self.right = min(item.first for item in named), max(item.last for item in named)
        self.middle = scored.at if scored.at >= 0 else (self.left + self.right) // 2

    def factor(self) -> float:
        """What remains of a score: little where the text denies it, or does not know."""
        found = [_DOUBT[term] for _, term in self.phrases if term in _DOUBT]
        first, last = min(self.left, self.middle) - _BEFORE_ENDS, max(self.right, self.middle)
        for number, term in self.phrases:
            if term == "Denied" and first <= number <= last and self.sentence.one_clause(number, self.middle):
                found.append(_DENIED)
        return min(found, default=1.0)

    def status(self) -> str:
        """The status that the nearest phrase of the clause gives, else that it holds, as what is timeless does."""
        if self.relation.timeless:
            return "held"
        near = [
            (abs(self.middle - number), term)
            for number, term in self.phrases
            if term in STATUSES and self.middle - _BEFORE <= number <= self.middle + _AFTER
            and self.sentence.one_clause(number, self.middle)
        ]  # fmt: skip
        return min(near)[1] if near else "held"

    def attitude(self) -> dict[str, str]:
        """Kind, stance and speaker, as most claims of the relation have them; speech also by a verb of speaking."""
        usage = self.usage
        kind = min(usage.kinds, key=lambda k: (-usage.kinds[k], k), default="fact")
        speaks = [number for number, term in self.phrases if term == "speech"]
        if kind == "fact" and speaks and usage.kinds["speech"] >= _SPEECH * max(1, usage.claims):
            kind = "speech"
        if kind == "speech":
            by = self._speaker(speaks)
            return {"kind": kind, "stance": self._stance(), "by": by} if by else {"kind": "fact"}
        return {"kind": kind, "stance": self._stance()} if kind == "assessment" else {"kind": kind}

    def _stance(self) -> str:
        usual = {stance: n / sum(self.usage.stances.values()) for stance, n in self.usage.stances.items()}
        said = Counter(term for _, term in self.phrases if term in ("positive", "negative"))
        for stance, count in said.items():
            usual[stance] = usual.get(stance, 0.0) + _SENTIMENT * min(2, count)
        return min(usual, key=lambda stance: (-usual[stance], stance), default="neutral")

    def _speaker(self, speaks: Sequence[int]) -> str:
        if self.usage.speakers * 2 >= self.usage.kinds["speech"]:
            return self.subject.entity
        named = [item for item in self.sentence.items if item.entity and speaks]
        return min(named, key=lambda item: abs(item.first - speaks[0])).entity if named else ""

    def qualifiers(self) -> tuple[tuple[str, str], ...]:
        """The qualifiers that claims of the relation often have, where the sentence has a value for them."""
        given: dict[str, str] = {}
        own = [v for v in self.sentence.values if v.text == self.object.value and self._at(v) == self.object.first]
        bound = own[0].bound if own else ""
        for name in sorted(self.usage.qualifiers):
            qualifier = self.ontology.qualifiers[name]
            if qualifier.range in _NUMBERS:
                if (number := self._number(name, qualifier.range)) is not None:
                    given[name], bound = number.text, bound or number.bound
            elif value := self._text(name) if qualifier.literal else self._entity(name, qualifier.range):
                given[name] = value
        if bound and (self.object.value or any(self.ontology.qualifiers[name].range in _NUMBERS for name in given)):
            given[BOUND] = bound
        return tuple(sorted(given.items()))

    def _at(self, value: Value) -> int:
        return self.sentence.token_at(value.start)

    def _number(self, name: str, range_: str) -> Value | None:
        """The number nearest to the claim that a qualifier may have."""
        if self.usage.share(name) < _COMMON:
            return None
        fitting = []
        for value in self.sentence.values:
            if value.range == range_ and (range_ != MEASURE or value.unit in self.usage.units[name]):
                at = self._at(value)
                distance = 0 if self.left <= at <= self.right else min(abs(at - self.left), abs(at - self.right))
                if distance <= _REACH and self.sentence.one_clause(at, self.left if at < self.left else self.right):
                    fitting.append((distance, value))
        return min(fitting)[1] if fitting else None

    def _entity(self, name: str, kind: str) -> str:
        """The nearest other thing of a class."""
        if self.usage.share(name) < _USUAL:
            return ""
        fitting = [item for item in self.sentence.items if self._is_other(item, kind)]
        return min(fitting, key=lambda item: (abs(item.first - self.middle), item.first)).entity if fitting else ""

    def _is_other(self, item: Item, kind: str) -> bool:
        if not item.entity or item.implied or item.entity in (self.subject.entity, self.object.entity):
            return False
        return self.ontology.is_a(item.kind, kind) and abs(item.first - self.middle) <= _REACH

    def _text(self, name: str) -> str:
        """A value that claims of the relation have, where the sentence has it as a word."""
        if name in (BOUND, ROLE) or self.usage.share(name) < _COMMON:
            return ""
        text = " ".join(["", *(token.text for token in self.sentence.tokens), ""]).casefold()
        found = [value for value in self.usage.texts[name] if f" {value.casefold()} " in text]
        return min(found, key=lambda value: (-self.usage.texts[name][value], value), default="")

    def times(self, status: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The nearest time of the clause, stated or inferred, and a warning where it is inferred.

        Of a relation that is mostly dated by when it began, it is the beginning.
        """
        if self.relation.timeless or (self.relation.literal and self.relation.range in DATES):
            return {}, ()
        fitting = [
            (abs(self._at(value) - self.middle), value)
            for value in self.sentence.values
            if value.what == "time" and abs(self._at(value) - self.middle) <= _REACH_OF_TIME
            and self.sentence.one_clause(self._at(value), self.middle)
        ]  # fmt: skip
        if not fitting:
            return {}, ()
        value = min(fitting)[1]
        given = "since" if value.field == "when" and self.usage.begins and status == "held" else value.field
        found: dict[str, Any] = {given: value.text} if value.text else {}
        if not value.inferred:
            return found, ()
        found["inferred"] = {"when": _spread(value), "because": value.because}
        return found, ("the time counts from the date of publication",)


def _spread(value: Value) -> str:
    """An inferred time as an interval where it is a beginning or an end."""
    spreads = {"since": f"{value.inferred}/..", "until": f"../{value.inferred}"}
    return value.inferred if "/" in value.inferred else spreads.get(value.field, value.inferred)


def _by_first(words: Words, language: str) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for phrase in words.phrases[language]:
        found[phrase.words[0]].append((phrase.words, phrase.term))
    return dict(found)
