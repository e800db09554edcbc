"""What is usual in the data: which relation ties things of two classes, and which details its claims have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from rareearth import quantities
from rareearth.dataset import Dataset
from rareearth.models import Claim
from rareearth.ontology import DATES, MEASURE, PERCENTAGE, Ontology

_SMOOTHING = 2  # claims that are added to each pair of classes, so that few claims say little
_USUAL = 5  # relations of classes like those of a pair that are suggested
_LIKENESS = 3  # how fast claims of other classes count less, the less these have in common with a pair's


@dataclass
class Usage:
    """How the claims of one relation are: how many have each kind, stance, time and qualifier, with which values."""

    claims: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    speakers: int = 0  # claims whose subject is the speaker
    times: Counter[str] = field(default_factory=Counter)
    qualifiers: Counter[str] = field(default_factory=Counter)
    units: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    texts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def begins(self) -> bool:
        """Whether most claims that have a time say since when."""
        return self.times["since"] > self.times["when"]

    def share(self, name: str) -> float:
        """The share of the claims that have a qualifier."""
        return self.qualifiers[name] / max(1, self.claims)


@dataclass(frozen=True)
class Priors:
    """How often each relation ties things of two classes, or has values of a unit; and which ties there are."""

    by_kinds: Mapping[tuple[str, str], Mapping[str, float]]
    by_unit: Mapping[tuple[str, str], Mapping[str, float]]
    units: Mapping[str, frozenset[str]]  # the units of each relation
    known: frozenset[tuple[str, str, str]]
    usage: Mapping[str, Usage]
    like: Like

    def between(self, subject: str, object_: str) -> Mapping[str, float]:
        """How usual each relation is between two classes: as the data has it, else as between classes like them."""
        return self.by_kinds.get((subject, object_)) or self.like.between(subject, object_)


class Like:
    """How often relations tie things of classes like two given ones. The same claims give the same answers."""

    def __init__(self, pairs: Mapping[tuple[str, str], Counter[str]], ontology: Ontology) -> None:
        self._pairs = pairs
        self._ontology, self._relations = ontology, ontology.relations
        self._above = {kind: {o for o in ontology.classes if ontology.is_a(kind, o)} for kind in ontology.classes}
        self._found: dict[tuple[str, str], dict[str, float]] = {}
        self._shared: dict[tuple[str, str], float] = {}

    def between(self, subject: str, object_: str) -> Mapping[str, float]:
        """The share of each relation, claims of classes that have more in common counting more."""
        if (subject, object_) not in self._found:
            counts: dict[str, float] = defaultdict(float)
            for (one, other), relations in sorted(self._pairs.items()):
                weight = (self._likeness(subject, one) * self._likeness(object_, other)) ** _LIKENESS
                for name, n in relations.items() if weight else ():
                    relation = self._relations[name]
                    if self._ontology.is_a(subject, relation.domain) and self._ontology.is_a(object_, relation.range):
                        counts[name] += weight * n
            total = sum(counts.values()) + _SMOOTHING
            usual = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_USUAL]
            self._found[subject, object_] = {name: n / total for name, n in usual}
        return self._found[subject, object_]

    def _likeness(self, one: str, other: str) -> float:
        if (one, other) not in self._shared:
            above, over = self._above[one], self._above[other]
            self._shared[one, other] = len(above & over) / len(above | over)
        return self._shared[one, other]


def of(dataset: Dataset, leave_out: str | None = None) -> Priors:
    """The priors of a dataset without one source (``leave_out``)."""
    kinds = {id_: entity.kind for id_, entity in dataset.entities.items()}
    pairs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    by_unit: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    units: dict[str, set[str]] = defaultdict(set)
    usage: dict[str, Usage] = defaultdict(Usage)
    known = set()
    for claim in dataset.claims:
        if claim.source == leave_out:
            continue
        _count(usage[claim.relation], claim, dataset)
        relation = dataset.ontology.relations[claim.relation]
        if relation.literal:
            unit = unit_of(claim.object, relation.range)
            by_unit[kinds[claim.subject], unit][claim.relation] += 1
            units[claim.relation].add(unit)
        else:
            pairs[kinds[claim.subject], kinds[claim.object]][claim.relation] += 1
            known.add((dataset.canonical(claim.subject), claim.relation, dataset.canonical(claim.object)))
    of_units = {name: frozenset(found) for name, found in units.items()}
    return Priors(
        _shares(pairs), _shares(by_unit), of_units, frozenset(known), dict(usage), Like(pairs, dataset.ontology)
    )


def unit_of(value: str, range_: str) -> str:
    """What kind of value it is: the unit of a measure, else its datatype.

    >>> unit_of("5000 t/a", MEASURE)
    't/a'
    """
    if range_ == MEASURE and (match := quantities.MEASURE.fullmatch(value)):
        return match[3]
    return "date" if range_ in DATES else range_


def _shares(counts: Mapping[tuple[str, str], Counter[str]]) -> dict[tuple[str, str], dict[str, float]]:
    return {
        ends: {name: n / (sum(found.values()) + _SMOOTHING) for name, n in sorted(found.items())}
        for ends, found in sorted(counts.items())
    }


def _count(usage: Usage, claim: Claim, dataset: Dataset) -> None:
    usage.claims += 1
    usage.kinds[claim.kind] += 1
    if claim.stance:
        usage.stances[claim.stance] += 1
    usage.times.update(name for name in ("when", "since") if getattr(claim, name))
    usage.speakers += claim.kind == "speech" and claim.by == claim.subject
    for name, value in claim.qualifiers:
        qualifier = dataset.ontology.qualifiers[name]
        usage.qualifiers[name] += 1
        if qualifier.range == MEASURE:
            usage.units[name][unit_of(value, MEASURE)] += 1
        elif qualifier.literal and qualifier.range != PERCENTAGE:
            usage.texts[name][value] += 1
