"""When claims are in effect, by the times that their sources give: the one rule that every other module follows.

The times of a claim say when it is in effect:

* ``since`` and ``until`` bound it; an end that is open or unknown does not.
* ``when`` is the time of an event, or a time at which a state was observed: the claim is in effect from then on. Of a
  claim whose status is ``ended`` it is the time of the end.
* A claim without a time of its own is in effect from the day its page was published (or, if it ended, until then); if
  that is not known either, the claim is undated: it is not in effect on any day, and counted.
* A claim without an end ends when another claim says that the same ended (the same ends and role).
* Of relations of which there is one at a time (a chair), the next holder ends the one before, unless its end is given;
  and of an owner's stake, a later share of the same kind ends an earlier one that differs.
* Timeless relations (a mine lies in a country) are always in effect.
* Nothing is in effect before its subject or object was founded, or after one of them ended: was dissolved, closed or
  merged into another. Only what says how they began, ended or were renamed is in effect afterwards.

A time that is not exact (2021, 2021-12) counts from the first day that it may mean to the last.

A claim is past if it ended before the newest page of the data was published: no clock is read, and what is to end
later is not past. Of a page that gives only its year, the first day of that counts.

A build applies the rule once (:class:`Rule`) and writes its result with each claim, as ``ree:inEffectFrom``,
``ree:inEffectUntil``, ``ree:undated``, ``ree:past``, and ``ree:endInferredFrom`` with the claim from which an end was
inferred; everything else reads it from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rareearth import edtf
from rareearth.errors import DateError
from rareearth.ontology import PERCENTAGE, ROLE
from rareearth.quantities import Range

if TYPE_CHECKING:
    from rareearth.dataset import Dataset
    from rareearth.models import Claim

_DAY = timedelta(days=1)


class Spell(NamedTuple):
    """When a claim may have been in effect: from ``start`` to ``end``, None where that end is open or unknown.

    ``dated`` is false when nothing says when.
    """

    start: date | None
    end: date | None
    dated: bool = True

    @property
    def has_days(self) -> bool:
        """Whether it was in effect on any day: it is dated and does not end before it starts."""
        return self.dated and (self.start is None or self.end is None or self.start <= self.end)

    def meets(self, first: date, last: date) -> bool:
        """Whether it may have been in effect on some day from ``first`` to ``last``."""
        return self.has_days and (self.start or last) <= last and (self.end or first) >= first


def bounds(day: str) -> tuple[date, date]:
    """The first and the last day of a day, a month or a year.

    Raises DateError for any other text, also for other dates of EDTF.

    >>> bounds("2021-12")
    (datetime.date(2021, 12, 1), datetime.date(2021, 12, 31))
    """
    first, last = edtf.parse(day)
    if first is None or last is None or not edtf.precision(day):
        raise DateError(f"'{day}' is not one date; expected a day, month or year like 2021-12-23, 2021-12 or 2021")
    return first, last


def merge(spells: Iterable[Spell]) -> list[Spell]:
    """The days of some spells as few spells: sorted, apart, none next to another; without undated ones.

    >>> year = [Spell(date(2021, month, 1), date(2021, month, 28)) for month in (1, 2, 3)]
    >>> [(spell.start.isoformat(), spell.end.isoformat()) for spell in merge(year)]
    [('2021-01-01', '2021-01-28'), ('2021-02-01', '2021-03-28')]
    """
    found: list[Spell] = []
    for spell in sorted((s for s in spells if s.has_days), key=lambda s: s.start or date.min):
        before = found[-1] if found else None
        if before is None or (before.end and before.end < date.max and (spell.start or date.min) > before.end + _DAY):
            found.append(spell)
        else:
            end = max(before.end, spell.end) if before.end and spell.end else None
            found[-1] = Spell(before.start, end)
    return found


class Rule:
    """The rule, with what the claims of a dataset say about the beginnings and ends of others."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        bearing = [claim for claim in dataset.claims if self._bears(claim)]
        self._begun, self._ended = self._beginnings(bearing), self._endings(bearing)
        self._inferred = self._stated_ends() | self._replacements(bearing)
        published = (source.published for source in dataset.sources.values() if source.published)
        self.newest = _latest(edtf.parse(day).first for day in published)  # it is no older; it may be newer

    def spell(self, claim: Claim) -> Spell:
        """When a claim of the dataset may have been in effect."""
        start, end, dated = self._own(claim)
        relation = self._dataset.ontology.relations[claim.relation]
        ends = [self._dataset.canonical(claim.subject)]
        ends += [] if relation.literal else [self._dataset.canonical(claim.object)]
        start = _latest([start, *(self._begun.get(id_) for id_ in ends)])
        if not relation.outlasts:
            gone = (self._ended.get(id_) for id_ in ends)
            inferred = self._inferred.get(claim.id)
            end = _earliest([end or (inferred.last if inferred else None), *gone])
        return Spell(start, end, dated)

    def is_past(self, spell: Spell) -> bool:
        """Whether a spell ended before the newest page was published."""
        return bool(spell.end and self.newest and spell.end < self.newest)

    def end_inferred_from(self, claim: Claim, spell: Spell) -> str:
        """The id of the claim from which the end of this one is inferred; "" if its end is given or not known."""
        inferred = self._inferred.get(claim.id)
        return inferred.by if inferred and spell.end == inferred.last else ""

    def _bears(self, claim: Claim) -> bool:
        """Whether a claim may say when others begin or end: plans, quotations and what was withdrawn do not."""
        relation = self._dataset.ontology.relations[claim.relation]
        bears = relation.begins or relation.ends or relation.one_at_a_time or relation.owner
        return bool(bears) and (claim.kind, claim.status) == ("fact", "held")

    def _given(self, claim: Claim) -> str:
        """The time of a claim that has no bounds: that of what happened, or else the date of its page."""
        inferred = claim.inferred.when if claim.inferred else None
        return inferred or claim.when or self._dataset.sources[claim.source].published or ""

    def _own(self, claim: Claim) -> Spell:
        """What the times of a claim itself say."""
        if claim.since or claim.until:
            start = edtf.parse(claim.since).first if claim.since else None
            return Spell(start, edtf.parse(claim.until).last if claim.until else None)
        relation = self._dataset.ontology.relations[claim.relation]
        if relation.ends and relation.literal:
            return Spell(edtf.parse(claim.object).first, None)
        if relation.timeless:
            return Spell(None, None)
        days = edtf.parse(given) if (given := self._given(claim)) else edtf.Days(None, None)
        if claim.status == "ended":
            return Spell(None, days.last, dated=days.last is not None)
        return Spell(days.first, None, dated=days.first is not None)

    def _beginnings(self, bearing: Iterable[Claim]) -> dict[str, date]:
        """The first day on which entities may have existed, as far as sources say so; the earliest that is given."""
        found: dict[str, date] = {}
        for id_, days in self._values(bearing, "begins"):
            if days.first:
                found[id_] = min(days.first, found.get(id_, days.first))
        return found

    def _endings(self, bearing: Iterable[Claim]) -> dict[str, date]:
        """The last day on which entities may have existed, as far as sources say so; the latest that is given."""
        found: dict[str, date] = {}
        for id_, days in self._values(bearing, "ends"):
            if days.last:
                found[id_] = max(days.last, found.get(id_, days.last))
        return found

    def _values(self, bearing: Iterable[Claim], trait: str) -> Iterator[tuple[str, edtf.Days]]:
        """The subjects of relations with a trait, with the time that is the value, or else that of the claim.

        Sources that contradict each other on a date agree that there is one; on a merger they may not.
        """
        for claim in bearing:
            relation = self._dataset.ontology.relations[claim.relation]
            if not getattr(relation, trait):
                continue
            if relation.literal:
                days = edtf.parse(claim.object)
                if days == (None, None) and claim.inferred:  # the source gives no year
                    days = edtf.parse(claim.inferred.when)
                yield self._dataset.canonical(claim.subject), days
            elif self._dataset.is_plain_fact(claim) and (given := claim.since or self._given(claim)):
                yield self._dataset.canonical(claim.subject), edtf.parse(given)

    def _stated_ends(self) -> dict[str, _End]:
        """The ends of claims that have none of their own, where another claim says when the same ended."""
        stated: dict[tuple[str, ...], list[tuple[_End, Claim]]] = defaultdict(list)
        for claim in self._dataset.claims:
            if claim.kind == "fact" and (claim.until or claim.status == "ended") and (end := self._own(claim).end):
                stated[self._tie(claim)].append((_End(end, claim.id), claim))
        found = {}
        for claim in self._dataset.claims:
            if (ends := stated.get(self._tie(claim))) and (claim.kind, claim.status) == ("fact", "held"):
                start, own_end, _ = self._own(claim)
                later = (e for e, by in ends if start and e.last >= start and not self._dispute(claim, by))
                if start and not own_end and (after := min(later, default=None)):
                    found[claim.id] = after
        return found

    def _tie(self, claim: Claim) -> tuple[str, ...]:
        """What makes two claims say the same: the ends and, of a post or an interest, the role."""
        role = dict(claim.qualifiers).get(ROLE, "").casefold()
        ends = self._dataset.canonical(claim.subject), self._dataset.canonical(claim.object)
        return claim.relation, *ends, role

    def _replacements(self, bearing: Iterable[Claim]) -> dict[str, _End]:
        """The ends of claims that have none of their own: the day before the next holder or share is stated."""
        posts: dict[tuple[str, ...], list[tuple[str | Range, date, Claim]]] = defaultdict(list)
        for claim in bearing:
            own = self._own(claim)
            if own.start and self._dataset.is_plain_fact(claim) and (held := self._held(claim)):
                posts[held[1]].append((held[0], own.start, claim))
        found = {}
        for holders in posts.values():
            holders.sort(key=lambda item: (item[1], item[2].id))
            for holder, start, claim in holders:
                later = (
                    (day, other.id)
                    for next_, day, other in holders
                    if day > start and _differ(holder, next_) and not self._dispute(claim, other)
                )
                if (after := next(later, None)) and self._own(claim).end is None:
                    found[claim.id] = _End(after[0] - _DAY, after[1])
        return found

    def _dispute(self, one: Claim, other: Claim) -> bool:
        """Whether two claims are sides of one judged disagreement that is no change over time."""
        conflict = self._dataset.conflicts.get(one.conflict or "")
        return bool(conflict and one.conflict == other.conflict and conflict.kind != "change")

    def _held(self, claim: Claim) -> tuple[str | Range, tuple[str, ...]] | None:
        """Who holds what there is one of at a time (or: the share of an owner), and what that is; None for others."""
        relation = self._dataset.ontology.relations[claim.relation]
        subject, object_ = self._dataset.canonical(claim.subject), self._dataset.canonical(claim.object)
        given = dict(claim.qualifiers)
        role = given.get(ROLE, "").casefold()
        match relation.one_at_a_time:
            case "object":
                return object_, (claim.relation, subject)
            case "subject":
                return subject, (claim.relation, object_)
            case "subject of a role":
                return subject, (claim.relation, object_, role)
        qualifiers = self._dataset.ontology.qualifiers
        shares = [text for name, text in claim.qualifiers if qualifiers[name].range == PERCENTAGE]
        if not shares or not relation.owner:
            return None
        return self._dataset.ontology.share(claim.qualifiers, shares[0]), (claim.relation, subject, object_, role)


def _differ(one: str | Range, other: str | Range) -> bool:
    """Whether two holders are not the same, or two shares cannot be."""
    if isinstance(one, Range) and isinstance(other, Range):
        return one.high < other.low or other.high < one.low
    return one != other


class _End(NamedTuple):
    """The last day of a claim, and the claim from which it is inferred."""

    last: date
    by: str


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)
