"""The ledger of promises: what was planned, announced, pledged or conditional, and what has come of it.

A promise is a claim with one of these statuses that states a fact or what somebody said. What has come of it is read
from related claims: those of the same relation with the same subject and object (for values: the same subject and
unit), or in the same conflict, unless a qualifier that both have differs. Nothing is assumed: if no claim says what has
come of a promise, its state says that nothing was heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from rareearth import edtf, namespaces
from rareearth.ontology import BOUND
from rareearth.store import claims, in_effect
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

STATUSES = ("planned", "announced", "pledged", "conditional")
_ASPECT = "aspect"  # the trait of relations that describe a thing: a plan of its cost or place is no promise
STATES = ("late", "nothing heard", "open", "superseded", "kept", "dropped")  # in the order of the ledger
_GONE = ("ended", "retracted")
_STRING = namespaces.PREFIXES["xsd"] + "string"


@dataclass(frozen=True)
class Promise:
    """A promise, its state on ``day``, and the claims that the state is based on.

    ``made`` is the first day on which it may have been made and ``due`` the last day by which it was to be kept, None
    where no source says so. ``age`` is in days from ``made`` to ``day``; ``overdue`` in days from ``due`` to the day on
    which it was kept, or else to ``day``: 0 where it is or was not late.
    """

    claim: Claim
    state: str
    day: date
    made: date | None
    due: date | None
    overdue: int
    because: tuple[Claim, ...]

    @property
    def age(self) -> int | None:
        """How many days ago it was made; None if that is not known."""
        return (self.day - self.made).days if self.made else None


def read(store: Backend, as_of: str | None = None, actors: Collection[str] | None = None) -> list[Promise]:
    """The promises that were made until a day, those that are late first, then by state, date due and age.

    ``as_of`` is a day, a month or a year (EDTF), of which the last day counts; by default the day of the newest page.
    Claims of later pages are left out. ``actors`` are IRIs of entities: only promises with one of them at an end, or as
    their speaker. Raises DateError for a text that is no such time.
    """
    known = claims.read(store)
    if as_of is not None:
        day = in_effect.bounds(as_of)[1]
        known = [claim for claim in known if (_known_since(claim) or date.min) <= day]
    else:
        # Of a page that gives only its year, no more is known than that it is no older than the first day of that.
        day = max((first for c in known if (first := _published(c))), default=date.min)
    related = _Related(known)
    found = [_promise(claim, related(claim), day) for claim in known if _is_promise(claim) and _is_of(claim, actors)]
    return sorted(found, key=_order)


def _order(promise: Promise) -> tuple[object, ...]:
    return STATES.index(promise.state), promise.due or date.max, promise.made or date.max, promise.claim.id


def _is_promise(claim: Claim) -> bool:
    spoken = claim.kind in ("fact", "speech")
    return spoken and claim.status in STATUSES and claim.relation.traits.get(_ASPECT) != "true"


def _is_of(claim: Claim, actors: Collection[str] | None) -> bool:
    ends = {end.text for end in (claim.subject, claim.object, claim.by) if end is not None}
    return actors is None or not ends.isdisjoint(actors)


def _promise(claim: Claim, others: Sequence[Claim], day: date) -> Promise:
    made, due = _made(claim), _due(claim)
    later = [other for other in others if _begins_after(other, made)]
    gone = [other for other in later if other.status in _GONE]
    kept = [other for other in later if (other.kind, other.status) == ("fact", "held") and _keeps(other, claim)]
    newer = [other for other in later if other.status in STATUSES and _replaces(other, claim)]
    if kept:
        since = min((begun for other in kept if (begun := _first(other))), default=None)
        overdue = max(0, (since - due).days) if since and due else 0
        return Promise(claim, "kept", day, made, due, overdue, tuple(kept))
    if gone:
        return Promise(claim, "dropped", day, made, due, 0, tuple(gone))
    if newer:
        return Promise(claim, "superseded", day, made, due, 0, tuple(newer))
    if due and due < day:
        return Promise(claim, "late", day, made, due, (day - due).days, ())
    return Promise(claim, "open" if due else "nothing heard", day, made, due, 0, ())


class _Related:
    """The claims that may say what has come of a promise."""

    def __init__(self, known: Iterable[Claim]) -> None:
        self._same: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
        self._conflict: dict[str, list[Claim]] = defaultdict(list)
        for claim in known:
            self._same[_key(claim)].append(claim)
            if claim.conflict:
                self._conflict[claim.conflict].append(claim)

    def __call__(self, claim: Claim) -> list[Claim]:
        found = {other.id: other for other in (*self._same[_key(claim)], *self._conflict.get(claim.conflict, ()))}
        alike = (found[id_] for id_ in sorted(found) if id_ != claim.id)
        return [other for other in alike if other.relation.id == claim.relation.id and _agree(other, claim)]


def _key(claim: Claim) -> tuple[str, ...]:
    return claim.subject.text, claim.relation.id, claim.object.text if claim.object.is_entity else claim.unit


def _agree(one: Claim, other: Claim) -> bool:
    """Whether the qualifiers that two claims both have are of one thing; numbers may differ."""
    given, others = _words(one), _words(other)
    return all(given[name] & others[name] for name in given.keys() & others.keys())


def _words(claim: Claim) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, _, value in claim.qualifiers:
        if name != BOUND and (value.is_entity or value.datatype == _STRING):
            found.setdefault(name, set()).add(value.text)
    return found


def _keeps(outcome: Claim, promise: Claim) -> bool:
    """Whether what is so is what was promised: any date, and no smaller number."""
    if promise.object.is_entity or promise.object.datatype in phrase.DATES or not (promise.number and outcome.number):
        return True
    return Decimal(outcome.number) >= Decimal(promise.number)


def _replaces(newer: Claim, promise: Claim) -> bool:
    """Whether a promise is made again, surely later, with another date or another number."""
    before, again = _last(promise.when) or _last(promise.page.published), _made(newer)
    if not (before and again and again > before):
        return False
    dates, numbers = (_due(promise), _due(newer)), (promise.number, newer.number)
    return any(all(pair) and pair[0] != pair[1] for pair in (dates, numbers))


def _begins_after(claim: Claim, made: date | None) -> bool:
    """Whether a claim may say something of a promise made on a day: unless it is known to be older."""
    begun = _first(claim) or _last(claim.page.published)
    return made is None or begun is None or begun >= made


def _made(claim: Claim) -> date | None:
    """The first day on which a promise may have been made: when its page says, or else when the page was published."""
    stated = _first(claim)
    published = edtf.parse(claim.page.published).first if claim.page.published else None
    if stated and published and stated > (_last(claim.page.published) or published):
        return published  # the time that the claim gives is that of which the promise is
    return stated or published


def _due(claim: Claim) -> date | None:
    """The last day by which a promise was to be kept; None where the source gives none."""
    if claim.object.datatype in phrase.DATES:
        return _last(claim.object.text)
    if claim.since or claim.until:
        return _last(claim.since) if claim.since else _last(claim.until)
    stated, published = _first(claim), _last(claim.page.published)
    return _last(claim.when) if stated and published and stated > published else None


def _known_since(claim: Claim) -> date | None:
    return edtf.parse(claim.page.published).first if claim.page.published else _first(claim)


def _first(claim: Claim) -> date | None:
    given = claim.since or claim.inferred or claim.when
    return edtf.parse(given).first if given else None


def _last(text: str) -> date | None:
    return edtf.parse(text).last if text else None


def _published(claim: Claim) -> date | None:
    return edtf.parse(claim.page.published).first if claim.page.published else None


def lines(promise: Promise) -> Iterator[str]:
    """A promise as text: its state, what was promised, and the claims that the state is based on."""
    claim = promise.claim
    since = f"made {promise.made.isoformat()}, {promise.age} days ago" if promise.made else "made at an unknown time"
    due = f", due {promise.due.isoformat()}" if promise.due else ", no date given"
    late = f", {promise.overdue} days late" if promise.overdue else ""
    details = "; ".join(phrase.qualifiers(claim))
    yield f"{promise.state}: {phrase.statement(claim)}" + (f"  [{details}]" if details else "") + f"  ({claim.status})"
    yield f"    {since}{due}{late}; {claim.id}"
    for other in promise.because:
        time = phrase.time(other) or phrase.source(other.page)
        more = "" if other.status == "held" else f" ({other.status})"
        yield f"    now: {phrase.statement(other)}{more}, {time}; {other.id}"
