"""Facts that differ where one of them only can be right, and that nobody has judged: what ``conflicts.yaml`` lacks.

Compared are claims of one kind and status that say something of the same:

* values of one subject (a founding day, a capacity, a cost), but not its names;
* whom there is one of at a time: the head office of a firm, the chair of a body;
* the share that an owner has of a body, and the amount of a tie;

unless a qualifier tells them apart (another material, another form). Two of them differ if no value fits both, as they
are bounded ("up to"), and if they are of the same time: their own times overlap, or those of their pages where they
have none. Of whom there is one of at a time, the first and the last time that a holder is named are the ends of a time
in which no other should be named; a holder who follows another is no difference, and one whose time nobody knows is not
compared. Other claims without a time may be of any.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx

from rareearth import edtf
from rareearth.quantities import Range
from rareearth.store import claims
from rareearth.views.conflicts import Side, order

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

_SUMS = ("amount", "share", "bound")  # qualifiers that say how much, not of what
_BOUNDS = "SELECT ?word ?end { ?bound a ree:Bound ; skos:notation ?word ; ree:bounds ?end }"
_HAIR = Decimal("1e-9")
_ABOUT = Decimal("0.1")  # what is about a number may be a tenth more or less

Key: TypeAlias = "tuple[str, ...]"
Time: TypeAlias = "tuple[date, date]"
_ANY = (date.min, date.max)


class _Said(NamedTuple):
    """What a claim says of what its key names: a value, or a number within bounds; and when."""

    claim: Claim
    value: str
    number: tuple[Decimal, Decimal] | None
    time: Time
    judged: frozenset[str]  # the conflicts that it is part of


def unjudged(store: Backend) -> list[tuple[Side, ...]]:
    """The differences that are not in one judged conflict, each as its sides, sorted."""
    bounds = {word.value: end.value for word, end in store.select(_BOUNDS)}
    groups: dict[Key, list[_Said]] = defaultdict(list)
    for claim in claims.read(store):
        holds = claim.kind == "fact" and claim.status not in ("retracted", "ended")
        if holds and (keyed := _said(claim, bounds)):
            groups[keyed[0]].append(keyed[1])
    found = []
    for key, items in groups.items():
        pairs: nx.Graph[int] = nx.Graph()
        compared = _spanned(items) if key[0] == "one" else items
        for (a, one), (b, other) in itertools.combinations(enumerate(compared), 2):
            if _differ(one, other) and one.judged.isdisjoint(other.judged):
                pairs.add_edge(a, b)
        parts = nx.connected_components(pairs)
        found += [tuple(map(Side, sorted((compared[n].claim for n in part), key=order))) for part in parts]
    return sorted(found, key=lambda sides: [order(side.claim) for side in sides])


def _said(claim: Claim, bounds: Mapping[str, str]) -> tuple[Key, _Said] | None:
    """What a claim says that others may say differently, with the key that those have in common; None if it is free."""
    traits, relation = claim.relation.traits, claim.relation.id
    ends = claim.subject.text, claim.object.text
    apart = sorted(f"{q.name}={q.value.text.casefold()}" for q in claim.qualifiers if q.name not in _SUMS)
    number, time = _number(claim, bounds), _time(claim)
    judged = frozenset([claim.conflict] if claim.conflict else ())
    share = claim.share if "owner" in traits else None
    if one := traits.get("oneAtATime"):
        fixed, value = ends if one == "object" else reversed(ends)
        return ("one", claim.status, relation, fixed, *apart), _Said(claim, value, None, time, judged)
    if not claim.object.is_entity and "naming" not in traits:
        time = _ANY if {"begins", "ends"} & set(traits) else time
        return ("value", claim.status, relation, ends[0], *apart), _Said(claim, ends[1], number, time, judged)
    if claim.object.is_entity and share:
        return ("share", claim.status, relation, *ends, *apart), _Said(claim, "%", _ends(share), time, judged)
    if claim.object.is_entity and number:
        return ("amount", claim.status, relation, *ends, *apart), _Said(claim, claim.unit, number, time, judged)
    return None


def _ends(share: Range) -> tuple[Decimal, Decimal]:
    """The least and the most of a share, moved inward by a hair where they are not included."""
    return share.low + _HAIR * share.above, share.high - _HAIR * share.below


def _number(claim: Claim, bounds: Mapping[str, str]) -> tuple[Decimal, Decimal] | None:
    """What the number of a measure may be, by the word that bounds it."""
    if not claim.number:
        return None
    number = Decimal(claim.number)
    match bounds.get(claim.bound, ""):
        case "lower":
            return number, Decimal("Infinity")
        case "upper":
            return Decimal(0), number
        case "both":
            return number * (1 - _ABOUT), number * (1 + _ABOUT)
    return number, number


def _time(claim: Claim) -> Time:
    """The first and the last day of which a claim may speak: its own time, else its page's, else any."""
    if claim.since or claim.until:
        first = edtf.parse(claim.since).first if claim.since else None
        last = edtf.parse(claim.until).last if claim.until else claim.spell.end
        return first or date.min, last or date.max
    given = claim.inferred or claim.when or claim.page.published
    days = edtf.parse(given) if given else edtf.Days(None, None)
    return days.first or date.min, days.last or date.max


def _spanned(items: Iterable[_Said]) -> list[_Said]:
    """The same with the time from the first to the last day on which the holder is named, one for each holder.

    The claim is the one that names it last; what is judged of any of its claims is judged.
    """
    of: dict[str, list[_Said]] = defaultdict(list)
    for said in items:
        of[said.value].append(said)
    found = []
    for group in of.values():
        dated = [said for said in group if said.time != _ANY]
        if dated:
            last = max(dated, key=lambda said: (said.time, said.claim.id))
            starts, ends = zip(*(said.time for said in dated), strict=True)
            # of an end that is not known, the last beginning is the last day on which it is named
            time = min(starts), max(ends) if max(ends) < date.max else max(starts)
            found.append(last._replace(time=time, judged=frozenset().union(*(said.judged for said in dated))))
    return found


def _differ(one: _Said, other: _Said) -> bool:
    first, last = max(one.time[0], other.time[0]), min(one.time[1], other.time[1])
    if first > last or _follows(one.time, other.time) or _follows(other.time, one.time):
        return False
    if one.number and other.number and one.claim.unit == other.claim.unit:
        return max(one.number[0], other.number[0]) > min(one.number[1], other.number[1])
    return one.value != other.value


def _follows(one: Time, other: Time) -> bool:
    """Whether one begins on the day on which the other ends."""
    return other[0] < other[1] == one[0]
