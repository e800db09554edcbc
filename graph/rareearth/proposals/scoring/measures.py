"""How good proposals are, measured against texts whose claims are known (:mod:`.gold`).

Each measure is a ratio of counts that are added up over all texts, with an interval by resampling the texts (the
bootstrap of Efron; 95 %, seeded).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rareearth.dataset import Dataset
from rareearth.models import Claim
from rareearth.ontology import MEASURE, PERCENTAGE
from rareearth.proposals.inbox import SHOWN, Mention, Proposal, Proposals
from rareearth.proposals.scoring.gold import Gold, Place

RECALL = 0.20  # recall at which the precision of typed relations is measured
_DRAWS, _SEED, _ENDS = 1000, 20_261_127, (0.025, 0.975)


class Measure(NamedTuple):
    """A measure: its name, its value from 0 to 1 (None without cases), its interval, and what is expected of it."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    cases: int
    floor: float | None = None
    goal: float | None = None


# The measures in their order: what is counted (right, of how many), and the floor and goal of each.
_RATIOS = {
    "mentions, exact": ("exact", "proposed mentions", "gold mentions", None, None),
    "mentions, overlap": ("overlap", "proposed mentions", "gold mentions", 0.90, 0.95),
    "entities linked or new": ("linked", "proposed entities", "gold entities", 0.88, 0.94),
}
_SHARES = {
    "references found": ("references", "gold references", None, None),
    "pair is a candidate": ("candidates", "pairs", 0.75, 0.85),
    "relation, first": ("first", "pairs", None, None),
    "relation among three": ("among three", "pairs", 0.50, 0.65),
    "the same at 12 pairs per 100 words": ("among shown", "pairs", 0.38, 0.55),
    "value with its relation": ("literals right", "literals", None, None),
    "kind": ("kind", "matched", None, None),
    "kind, if all were facts": ("is fact", "matched", None, None),
    "stance": ("stance", "with stance", None, None),
    "status": ("status", "matched", None, None),
    "time": ("time", "with time", None, None),
    "share": ("share", "with share", None, None),
    "amount": ("amount", "with amount", None, None),
}


@dataclass(frozen=True)
class Scored:
    """The counts of one text, the proposals by score with whether each is right, and what went wrong."""

    id: str
    counts: Counter[str]
    typed: tuple[tuple[float, bool], ...]
    claims: int
    errors: tuple[str, ...] = field(default=(), repr=False)


def score(gold: Gold, proposals: Proposals, dataset: Dataset, known: Iterable[str]) -> Scored:
    """Compare the proposals for a text with its claims.

    ``dataset`` is the data together with the gold's; ``known`` are the ids of records that whoever proposed knew. All
    other entities of the gold are new names, which are matched by where they stand.
    """
    return _Comparison(gold, proposals, dataset, frozenset(known)).scored()


def measures(scored: Sequence[Scored]) -> list[Measure]:
    """All measures over some texts, with intervals."""
    found = [_ratio(name, scored) for name in _RATIOS]
    found += [_share(name, scored) for name in _SHARES]
    precision, low, high = _with_interval(scored, _typed_precision)
    found.append(
        Measure(
            f"typed precision at recall {RECALL:.2f}", precision, low, high, sum(s.claims for s in scored), 0.35, 0.55
        )
    )
    return found


def invented(scored: Sequence[Scored]) -> tuple[int, int]:
    """How many proposals come from sentences that say nothing, and how many of them are among those shown."""
    return sum(s.counts["unfounded"] for s in scored), sum(s.counts["unfounded, shown"] for s in scored)


def _ratio(name: str, scored: Sequence[Scored]) -> Measure:
    right, proposed, expected, floor, goal = _RATIOS[name]

    def f1(drawn: Sequence[Scored]) -> float | None:
        hits = 2 * sum(s.counts[right] for s in drawn)
        total = sum(s.counts[proposed] + s.counts[expected] for s in drawn)
        return hits / total if total else None

    return Measure(f"{name}, F1", *_with_interval(scored, f1), sum(s.counts[expected] for s in scored), floor, goal)


def _share(name: str, scored: Sequence[Scored]) -> Measure:
    right, cases, floor, goal = _SHARES[name]

    def share(drawn: Sequence[Scored]) -> float | None:
        total = sum(s.counts[cases] for s in drawn)
        return sum(s.counts[right] for s in drawn) / total if total else None

    return Measure(name, *_with_interval(scored, share), sum(s.counts[cases] for s in scored), floor, goal)


def _typed_precision(drawn: Sequence[Scored]) -> float | None:
    """The best precision of typed relations, taken as they are from the best score down, at some recall or more."""
    ranked = sorted((pair for s in drawn for pair in s.typed), key=lambda pair: (-pair[0], pair[1]))
    claims, right, best = sum(s.claims for s in drawn), 0, None
    for number, (_, is_right) in enumerate(ranked, 1):
        right += is_right
        if claims and right >= RECALL * claims:
            best = max(best or 0.0, right / number)
    return best


def _with_interval(
    scored: Sequence[Scored], measure: Callable[[Sequence[Scored]], float | None]
) -> tuple[float | None, float | None, float | None]:
    """A measure and its 95 % interval over texts that are drawn with replacement."""
    draw = random.Random(_SEED)  # noqa: S311 - no secret
    drawn = (measure(draw.choices(scored, k=len(scored))) for _ in range(_DRAWS))
    values = sorted(value for value in drawn if value is not None)
    if not values:
        return measure(scored), None, None
    low, high = (values[round(end * (len(values) - 1))] for end in _ENDS)
    return measure(scored), low, high


class _Comparison:
    """One text: its gold compared with what was proposed."""

    def __init__(self, gold: Gold, proposals: Proposals, dataset: Dataset, known: frozenset[str]) -> None:
        self.gold = gold
        self.proposals = proposals
        self.dataset = dataset
        self.ontology = dataset.ontology
        self.known = known
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self.named = [mention for mention in proposals.mentions if mention.how != "reference"]
        self.meant = self._meant()
        self.shown = max(1, round(SHOWN * gold.article.words / 100))

    def scored(self) -> Scored:
        self._mentions()
        self._entities()
        for claim in self.gold.claims:
            self._claim(claim)
        typed = tuple(self._typed())
        return Scored(self.gold.article.id, self.counts, typed, len(self.gold.claims), tuple(self.errors))

    def _meant(self) -> dict[str, str]:
        """The entity of the gold that each new name is, by where it stands; the same place counts twice."""
        new = {name.id for name in self.proposals.new}
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for mention in self.named:
            for place in self.gold.names:
                if mention.entity in new and place.entity not in self.known and _overlap(mention, place):
                    votes[mention.entity][place.entity] += 1 + (
                        (mention.start, mention.end) == (place.start, place.end)
                    )
        return {id_: min(found, key=lambda e: (-found[e], e)) for id_, found in votes.items()}

    def _entity(self, id_: str) -> str:
        return self.meant.get(id_, f"new {id_}" if id_ not in self.known else self.dataset.canonical(id_))

    def _mentions(self) -> None:
        exact = {(place.start, place.end) for place in self.gold.names}
        self.counts["gold mentions"] += len(self.gold.names)
        self.counts["proposed mentions"] += len(self.named)
        self.counts["exact"] += sum((m.start, m.end) in exact for m in self.named)
        found = [place for place in self.gold.names if any(_overlap(m, place) for m in self.named)]
        self.counts["overlap"] += len(found)
        referred = [m for m in self.proposals.mentions if m.how == "reference"]
        self.counts["gold references"] += len(self.gold.references)
        self.counts["references"] += sum(
            any(_overlap(m, place) and self._entity(m.entity) == place.entity for m in referred)
            for place in self.gold.references
        )
        self.errors += [
            f"missed the mention '{self._shown(p)}' of {p.entity}" for p in self.gold.names if p not in found
        ]
        for mention in self.named:
            if not any(_overlap(mention, place) for place in self.gold.names):
                self.errors.append(f"false mention '{self._shown(mention)}' of {mention.entity}")

    def _entities(self) -> None:
        expected = {place.entity for place in self.gold.names}
        found = {self._entity(mention.entity) for mention in self.named}
        self.counts["gold entities"] += len(expected)
        self.counts["proposed entities"] += len(found)
        self.counts["linked"] += len(expected & found)
        self.errors += [f"missed the entity {id_}" for id_ in sorted(expected - found)]
        self.errors += [f"wrong entity {id_}" for id_ in sorted(found - expected)]

    def _claim(self, claim: Claim) -> None:
        relation = self.ontology.relations[claim.relation]
        subject, object_ = self.dataset.canonical(claim.subject), claim.object
        if relation.literal:
            self.counts["literals"] += 1
            right = [
                p
                for _, p, one, other in self._all()
                if (one, other) == (subject, object_) and p.claim.relation == claim.relation
            ]
            self.counts["literals right"] += bool(right)
            self._details(claim, right)
            if not right:
                self.errors.append(f"missed {claim.subject} {claim.relation} {claim.object}")
            return
        object_ = self.dataset.canonical(object_)
        self.counts["pairs"] += 1
        pairs = [(n, p) for n, p, one, other in self._all() if {one, other} == {subject, object_}]
        self.counts["candidates"] += bool(pairs)
        three = [(n, p) for n, p in pairs if any(self._is(claim, c, subject) for c in self._suggested(p))]
        first = [p for _, p in pairs if self._is(claim, p.claim, subject)]
        self.counts["first"] += bool(first)
        self.counts["among three"] += bool(three)
        self.counts["among shown"] += any(n < self.shown for n, _ in three)
        self._details(claim, first)
        if not three:
            others = ", ".join(sorted({p.claim.relation for _, p in pairs})) or "no pair"
            self.errors.append(f"missed {claim.subject} {claim.relation} {claim.object} ({others})")

    def _suggested(self, proposal: Proposal) -> list[Claim]:
        return [proposal.claim, *(proposal.turned(other) for other in proposal.others)]

    def _is(self, expected: Claim, found: Claim, subject: str) -> bool:
        """Whether a claim has the relation of another, in its direction where that matters."""
        symmetric = self.ontology.relations[expected.relation].symmetric
        return found.relation == expected.relation and (symmetric or self._entity(found.subject) == subject)

    def _details(self, expected: Claim, found: Sequence[Proposal]) -> None:
        """The details of the best proposal that has the right relation."""
        if not found:
            return
        claim = found[0].claim
        self.counts["matched"] += 1
        self.counts["kind"] += claim.kind == expected.kind
        self.counts["is fact"] += expected.kind == "fact"
        self.counts["status"] += claim.status == expected.status
        if (claim.status, claim.kind) != (expected.status, expected.kind):
            expected_ = f"{expected.status} {expected.kind}"
            self.errors.append(
                f"status and kind of {_said(expected)}: {claim.status} {claim.kind}, expected {expected_}"
            )
        if expected.stance and claim.kind == expected.kind:
            self.counts["with stance"] += 1
            self.counts["stance"] += claim.stance == expected.stance
        if times := _times(expected):
            self.counts["with time"] += 1
            self.counts["time"] += _times(claim) == times
            if _times(claim) != times:
                self.errors.append(f"time of {_said(expected)}: {_times(claim)}, expected {times}")
        for name, range_ in (("share", PERCENTAGE), ("amount", MEASURE)):
            if value := self._qualifier(expected, range_):
                self.counts[f"with {name}"] += 1
                self.counts[name] += self._qualifier(claim, range_) == value
                if self._qualifier(claim, range_) != value:
                    self.errors.append(
                        f"{name} of {_said(expected)}: {self._qualifier(claim, range_)}, expected {value}"
                    )

    def _qualifier(self, claim: Claim, range_: str) -> str:
        return next((value for name, value in claim.qualifiers if self.ontology.qualifiers[name].range == range_), "")

    def _typed(self) -> Iterator[tuple[float, bool]]:
        """Each proposal taken as it is: its score, and whether the gold has it."""
        claims = self.gold.claims
        said = {(self.dataset.canonical(c.subject), c.relation, self._object(c)) for c in claims}
        said |= {(o, r, s) for s, r, o in said if self.ontology.relations[r].symmetric}
        cited = {(span.start, span.end) for claim in claims for span in claim.at}
        for number, proposal, one, other in self._all():
            founded = any((span.start, span.end) in cited for span in proposal.claim.at)
            self.counts["unfounded"] += not founded
            self.counts["unfounded, shown"] += not founded and number < self.shown
            yield proposal.score, (one, proposal.claim.relation, other) in said

    def _object(self, claim: Claim) -> str:
        literal = self.ontology.relations[claim.relation].literal
        return claim.object if literal else self.dataset.canonical(claim.object)

    def _all(self) -> Iterator[tuple[int, Proposal, str, str]]:
        """The proposals in their order, with their ends as entities of the gold."""
        for number, proposal in enumerate(self.proposals.proposals):
            claim = proposal.claim
            literal = claim.relation in self.ontology.relations and self.ontology.relations[claim.relation].literal
            yield number, proposal, self._entity(claim.subject), claim.object if literal else self._entity(claim.object)

    def _shown(self, place: Place | Mention) -> str:
        return " ".join(self.gold.article.text[place.start : place.end].split())[:40]


def _overlap(one: Place | Mention, other: Place | Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _said(claim: Claim) -> str:
    return f"{claim.subject} {claim.relation} {claim.object}"


def _times(claim: Claim) -> str:
    """The stated times of a claim as one text, "" without any."""
    given = {"when": claim.when, "since": claim.since, "until": claim.until}
    return ", ".join(f"{name} {time}" for name, time in given.items() if time)
