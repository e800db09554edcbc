"""When claims are in effect, by the times that their sources give.

The times of a claim say when it is in effect:

* ``since`` and ``until`` bound it; an end that is open or unknown does not.
* ``when`` is the time of an event, or a time at which a state was observed: the claim is in effect from then on.
* A claim without a time of its own is in effect from the day its page was published; if that is not known either, the
  claim is undated: left out, and counted.
* Of relations of which there is one at a time (a chair), the next holder ends the one before, unless its end is given.
* Timeless relations (a mine lies in a country) are always in effect; but nothing is before it was founded.

A time that is not exact (2021, 2021-12) counts from the first day that it may mean to the last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rareearth import edtf
from rareearth.errors import DateError

if TYPE_CHECKING:
    from rareearth.store.claims import Claim
    from rareearth.store.vocabulary import Relation

_BEGINS, _ONE = "begins", "oneAtATime"  # traits of relations


class Spell(NamedTuple):
    """When a claim may have been in effect: from ``start`` to ``end``, None where that end is open or unknown.

    ``dated`` is false when nothing says when.
    """

    start: date | None
    end: date | None
    dated: bool

    def meets(self, first: date, last: date) -> bool:
        """Whether it may have been in effect on some day from ``first`` to ``last``."""
        return self.dated and (self.start or last) <= last and (self.end or first) >= first


def bounds(day: str) -> tuple[date, date]:
    """The first and the last day of a day, a month or a year (EDTF). Raises DateError for any other text."""
    first, last = edtf.parse(day)
    if first is None or last is None:
        raise DateError(f"'{day}' has an open or unknown end; expected a day, month or year like 2021-12")
    return first, last


def is_stated(claim: Claim) -> bool:
    """Whether a claim is a plain fact: its statement is in the default graph because of it."""
    return (claim.kind, claim.status) == ("fact", "held") and claim.plain


def bears_on_others(relation: Relation) -> bool:
    """Whether claims of a relation may say when others begin or end."""
    return bool({_BEGINS, _ONE} & set(relation.traits))


def is_dated(claim: Claim) -> bool:
    """Whether anything says when a claim is in effect; if not, it is left out of the graph as of a day."""
    return _own(claim).dated


def spells(chosen: Iterable[Claim], bearing: Sequence[Claim]) -> dict[str, Spell]:
    """When each of some claims (its id) may have been in effect, given all claims that may bear on them."""
    begun, ends = _beginnings(bearing), _ends(bearing)
    found = {}
    for claim in chosen:
        start, end, dated = _own(claim)
        founded = [begun[end.text] for end in (claim.subject, claim.object) if end.text in begun]
        start = max([day for day in (start, *founded) if day], default=None)
        found[claim.id] = Spell(start, ends.get(claim.id, end), dated)
    return found


def _own(claim: Claim) -> Spell:
    """What the times of a claim itself say."""
    if claim.since or claim.until:
        start = edtf.parse(claim.since).first if claim.since else None
        return Spell(start, edtf.parse(claim.until).last if claim.until else None, dated=True)
    if claim.relation.traits.get("timeless") == "true":
        return Spell(None, None, dated=True)
    given = claim.inferred or claim.when or claim.page.published
    start = edtf.parse(given).first if given else None
    return Spell(start, None, dated=start is not None)


def _ends(bearing: Iterable[Claim]) -> dict[str, date]:
    """The day on which a claim without an end of its own is ended by the next holder of what one holds at a time."""
    posts: dict[tuple[str, str, str], list[tuple[str, Spell, Claim]]] = defaultdict(list)
    for claim in bearing:
        one = claim.relation.traits.get(_ONE)
        if one and is_stated(claim) and (own := _own(claim)).start:
            fixed, holder = (claim.subject, claim.object) if one == "object" else (claim.object, claim.subject)
            role = claim.qualifier("role") if one == "subject of a role" else None
            post = (claim.relation.id, fixed.text, role.text.casefold() if role else "")
            posts[post].append((holder.text, own, claim))
    found = {}
    for holders in posts.values():
        for person, own, claim in holders:
            later = [
                o.start for other, o, _ in holders if other != person and o.start and own.start and o.start > own.start
            ]
            if own.end is None and later:
                found[claim.id] = min(later) - timedelta(days=1)
    return found


def _beginnings(bearing: Iterable[Claim]) -> dict[str, date]:
    """The first day on which an entity may have existed, for those of which a source says so; the earliest given."""
    found: dict[str, date] = {}
    for claim in bearing:
        if claim.relation.traits.get(_BEGINS) == "true" and (day := edtf.parse(claim.object.text).first):
            found[claim.subject.text] = min(day, found.get(claim.subject.text, day))
    return found
