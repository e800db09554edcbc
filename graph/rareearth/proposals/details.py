"""What a proposal says beyond its relation: status, kind, stance and speaker, times, shares, amounts and the like.

Which details a relation has is learned from the data: a share goes with owning because claims have it so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rareearth.dataset import Dataset
from rareearth.models import STATUSES, Claim
from rareearth.ontology import BOUND, DATES, MEASURE, PERCENTAGE, ROLE
from rareearth.proposals import values
from rareearth.proposals.inbox import Article
from rareearth.proposals.relations import Item, Scored, unit_of
from rareearth.proposals.values import Value
from rareearth.proposals.words import Token, Words
from rareearth.sentences import Span

_COMMON = 0.05  # share of a relation's claims that have a qualifier, from which it is looked for
_USUAL = 0.15  # the same for qualifiers that are entities
_REACH = 14  # words between a claim and a detail of it
_BEFORE, _AFTER = 9, 4  # words before and after a cue in which a status may stand
_DENIED = 0.15  # what is left of a score where the text denies it
_DOUBT = {"Rumoured": 0.25, "Instruction": 0.05}  # or calls it a rumour, or tells a machine to say so
_SPEECH = 0.3  # share of a relation's claims that are speech, from which a verb of speaking makes it one
_CLAUSE_ENDS = frozenset([";", "but", "while", "although", "whereas", "；", "。"])


class Detail(NamedTuple):
    """The fields of a claim, what remains of its score, and what a person should look at."""

    fields: dict[str, Any]
    factor: float
    warnings: tuple[str, ...]


@dataclass
class _Usage:
    """How the claims of one relation are in the data."""

    claims: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    speakers: int = 0  # claims whose subject is the speaker
    qualifiers: Counter[str] = field(default_factory=Counter)
    units: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    texts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def share(self, name: str) -> float:
        """The share of the claims that have a qualifier."""
        return self.qualifiers[name] / max(1, self.claims)


class Details:
    """Finds the details of proposals. Made once; never changes."""

    def __init__(self, dataset: Dataset, words: Words, leave_out: str | None = None) -> None:
        self.ontology = dataset.ontology
        self.words = words
        self._usage = _usages(dataset, leave_out)
        self._phrases = {language: _by_first(words, language) for language in ("en", "zh")}

    def values(self, article: Article, span: Span) -> list[Value]:
        """The times, shares, sums and counts in a sentence."""
        return values.find(article.text, span, article.language, article.published, self.ontology)

    def of(
        self, article: Article, tokens: Sequence[Token], items: Sequence[Item], found: Sequence[Value], scored: Scored, language: str
    ) -> Detail:
        """The details of a relation between two items of a sentence."""
        usage = self._usage.get(scored.relation, _Usage())
        middle = scored.at if scored.at >= 0 else (items[scored.subject].first + items[scored.object].first) // 2
        phrases = self._found(tokens, language)
        warnings: list[str] = []
        factor = self._factor(phrases, tokens, items, scored, middle)
        status = self._status(phrases, tokens, middle)
        kind = self._kind(usage, phrases)
        fields: dict[str, Any] = {"status": status, "kind": kind}
        if kind != "fact":
            fields["stance"] = self._stance(usage, phrases) if kind in ("assessment", "speech") else None
            if kind == "speech":
                fields["by"] = self._speaker(usage, items, scored, phrases)
                if fields["by"] is None:
                    fields["kind"], fields["stance"] = "fact", None
        fields["qualifiers"] = self._qualifiers(usage, tokens, items, found, scored, middle)
        fields |= self._times(tokens, items, found, scored, middle, warnings)
        return Detail({name: value for name, value in fields.items() if value is not None}, factor, tuple(warnings))

    def _found(self, tokens: Sequence[Token], language: str) -> list[tuple[int, str]]:
        """The phrases in a sentence, as (number of the token, term)."""
        starts = self._phrases[language]
        return [
            (number, term)
            for number, token in enumerate(tokens)
            for words, term in starts.get(token.stem, ())
            if [t.stem for t in tokens[number : number + len(words)]] == list(words)
        ]

    def _factor(
        self, phrases: Sequence[tuple[int, str]], tokens: Sequence[Token], items: Sequence[Item], scored: Scored, middle: int
    ) -> float:
        factor = 1.0
        left = min(items[scored.subject].first, items[scored.object].first, middle)
        right = max(items[scored.subject].last, items[scored.object].last, middle)
        for number, term in phrases:
            if term == "Denied" and left - 3 <= number <= right and _same_clause(tokens, number, middle):
                factor = min(factor, _DENIED)
            if term in _DOUBT:
                factor = min(factor, _DOUBT[term])
        return factor

    def _status(self, phrases: Sequence[tuple[int, str]], tokens: Sequence[Token], middle: int) -> str:
        near = [
            (abs(middle - number), term)
            for number, term in phrases
            if term in STATUSES and middle - _BEFORE <= number <= middle + _AFTER and _same_clause(tokens, number, middle)
        ]
        return min(near)[1] if near else "held"

    def _kind(self, usage: _Usage, phrases: Sequence[tuple[int, str]]) -> str:
        if not usage.claims:
            return "fact"
        usual = min(usage.kinds, key=lambda kind: (-usage.kinds[kind], kind))
        speaks = any(term == "speech" for _, term in phrases)
        if usual == "fact" and speaks and usage.kinds["speech"] / usage.claims >= _SPEECH:
            return "speech"
        return usual

    def _stance(self, usage: _Usage, phrases: Sequence[tuple[int, str]]) -> str:
        said = Counter(term for _, term in phrases if term in ("positive", "negative"))
        usual = Counter({stance: n / max(1, sum(usage.stances.values())) for stance, n in usage.stances.items()})
        for stance, count in said.items():
            usual[stance] += 0.4 * min(2, count)
        return min(usual, key=lambda stance: (-usual[stance], stance)) if usual else "neutral"

    def _speaker(
        self, usage: _Usage, items: Sequence[Item], scored: Scored, phrases: Sequence[tuple[int, str]]
    ) -> str | None:
        speaks = next((number for number, term in phrases if term == "speech"), None)
        if usage.speakers * 2 >= usage.kinds["speech"]:
            return items[scored.subject].entity
        agents = [item for item in items if item.entity and speaks is not None]
        return min(agents, key=lambda item: abs(item.first - (speaks or 0))).entity if agents else None

    def _qualifiers(
        self, usage: _Usage, tokens: Sequence[Token], items: Sequence[Item], found: Sequence[Value], scored: Scored, middle: int
    ) -> tuple[tuple[str, str], ...]:
        given: dict[str, str] = {}
        bound = ""
        object_ = items[scored.object]
        if object_.value:
            own = [v for v in found if v.text == object_.value and tokens[object_.first].start == v.start]
            bound = own[0].bound if own else ""
        for name in sorted(usage.qualifiers):
            qualifier = self.ontology.qualifiers[name]
            if qualifier.range in (PERCENTAGE, MEASURE) and usage.share(name) >= _COMMON:
                value = self._nearest(usage, name, qualifier.range, tokens, items, found, scored)
                if value:
                    given[name] = value.text
                    bound = bound or value.bound
            elif not qualifier.literal and usage.share(name) >= _USUAL:
                fitting = [
                    item for n, item in enumerate(items)
                    if n not in (scored.subject, scored.object) and item.entity and self.ontology.is_a(item.kind, qualifier.range)
                    and abs(item.first - middle) <= _REACH
                ]  # fmt: skip
                if fitting:
                    given[name] = min(fitting, key=lambda item: (abs(item.first - middle), item.first)).entity
            elif name not in (BOUND, ROLE) and usage.share(name) >= _COMMON and name in usage.texts:
                text = " ".join(token.text for token in tokens).casefold()
                words = [value for value in usage.texts[name] if f" {value.casefold()} " in f" {text} "]
                if words:
                    given[name] = min(words, key=lambda value: (-usage.texts[name][value], value))
        if bound and bound in self.ontology.bounds and any(self.ontology.qualifiers[n].range in (PERCENTAGE, MEASURE) for n in given) | bool(object_.value):
            given[BOUND] = bound
        return tuple(sorted(given.items()))

    def _nearest(
        self, usage: _Usage, name: str, range_: str, tokens: Sequence[Token], items: Sequence[Item], found: Sequence[Value], scored: Scored
    ) -> Value | None:
        """The value nearest to a claim that one of its qualifiers may have, unless another end stands between."""
        left = min(items[scored.subject].first, items[scored.object].first)
        right = max(items[scored.subject].last, items[scored.object].last)
        fitting = []
        for value in found:
            if value.range != range_ or (range_ == MEASURE and value.unit not in usage.units[name]):
                continue
            at = next((n for n, token in enumerate(tokens) if token.start >= value.start), 0)
            distance = 0 if left <= at <= right else min(abs(at - left), abs(at - right))
            if distance <= _REACH and _same_clause(tokens, at, left if at < left else min(right, len(tokens) - 1)):
                fitting.append((distance, value.start, value))
        return min(fitting)[2] if fitting else None

    def _times(
        self, tokens: Sequence[Token], items: Sequence[Item], found: Sequence[Value], scored: Scored, middle: int, warnings: list[str]
    ) -> dict[str, Any]:
        relation = self.ontology.relations[scored.relation]
        if relation.timeless or (relation.literal and relation.range in DATES):
            return {}
        fitting = []
        for value in found:
            if value.what != "time":
                continue
            at = next((n for n, token in enumerate(tokens) if token.start >= value.start), 0)
            if abs(at - middle) <= _REACH + 4 and _same_clause(tokens, at, middle):
                fitting.append((abs(at - middle), value.start, value))
        if not fitting:
            return {}
        value = min(fitting)[2]
        found_: dict[str, Any] = {value.field: value.text} if value.text else {}
        if value.inferred:
            warnings.append("the time counts from the date of publication")
            found_["inferred"] = {"when": _spread(value), "because": value.because}
        return found_


def _spread(value: Value) -> str:
    """An inferred time as an interval where it is a beginning or an end."""
    spreads = {"since": f"{value.inferred}/..", "until": f"../{value.inferred}"}
    return value.inferred if "/" in value.inferred else spreads.get(value.field, value.inferred)


def _same_clause(tokens: Sequence[Token], one: int, other: int) -> bool:
    first, last = sorted((one, other))
    return not any(token.text in _CLAUSE_ENDS for token in tokens[first:last])


def _by_first(words: Words, language: str) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for phrase in words.phrases[language]:
        found[phrase.words[0]].append((phrase.words, phrase.term))
    return dict(found)


def _usages(dataset: Dataset, leave_out: str | None) -> Mapping[str, _Usage]:
    found: dict[str, _Usage] = defaultdict(_Usage)
    for claim in dataset.claims:
        if claim.source != leave_out:
            _count(found[claim.relation], claim, dataset)
    return dict(found)


def _count(usage: _Usage, claim: Claim, dataset: Dataset) -> None:
    usage.claims += 1
    usage.kinds[claim.kind] += 1
    if claim.stance:
        usage.stances[claim.stance] += 1
    usage.speakers += claim.kind == "speech" and claim.by == claim.subject
    for name, value in claim.qualifiers:
        usage.qualifiers[name] += 1
        range_ = dataset.ontology.qualifiers[name].range
        if range_ == MEASURE:
            usage.units[name][unit_of(value, range_)] += 1
        elif range_ not in (PERCENTAGE,) and dataset.ontology.qualifiers[name].literal:
            usage.texts[name][value] += 1
