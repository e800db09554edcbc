"""The graph as of a day: a copy of the store with only the claims that may have been in effect then.

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
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rareearth import edtf, namespaces
from rareearth.errors import DateError
from rareearth.store import claims, oxigraph
from rareearth.store.backend import NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

    _Published: TypeAlias = Callable[[Claim], str]  # the date of the page of a claim

_PUBLISHED = "SELECT ?source ?published WHERE { ?source a ree:Source ; dcterms:issued ?published }"
_BEGINS, _ONE = "begins", "oneAtATime"  # traits of relations


class AsOf(NamedTuple):
    """The store of a day, how many claims are in effect in it, and how many undated ones were left out."""

    store: Backend
    in_effect: int
    undated: int


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


def at(store: Backend, day: str) -> AsOf:
    """The store as of a day, a month or a year, given as EDTF.

    Raises DateError for any other text.
    """
    first, last = _bounds(day)
    known = claims.read(store)
    found = spells(store, known)
    kept = [claim for claim in known if found[claim.id].meets(first, last)]
    dropped = {claim.iri for claim in known} - {claim.iri for claim in kept}
    gone = {_triple(c) for c in known if _stated(c)} - {_triple(c) for c in kept if _stated(c)}
    made = oxigraph.copy(
        quad
        for quad in store.quads()
        if _text(quad.subject) not in dropped
        and (
            quad.graph_name.value not in dropped
            if isinstance(quad.graph_name, NamedNode)
            else (_text(quad.subject), quad.predicate.value, _text(quad.object)) not in gone
        )
    )
    return AsOf(made, len(kept), sum(not spell.dated for spell in found.values()))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def read(store: Backend, day: str, entities: Collection[str] | None = None) -> list[Claim]:
    """The claims in effect on a day, in a month or a year (EDTF): all, or those of these entities (IRIs).

    They are the claims of the store that :func:`at` makes, without making it; those of an entity cost what it and its
    neighbours have. Raises DateError for any other text than a day, month or year.
    """
    first, last = _bounds(day)
    chosen = context = claims.read(store, entities)
    if entities is not None:
        ends = {end.text for claim in chosen for end in (claim.subject, claim.object) if end.is_entity}
        bearing = [r.id for r in claims.relations(store) if {_BEGINS, _ONE} & set(r.traits)]
        context = claims.read(store, ends, bearing)
    found = _spells(chosen, context, lambda claim: claim.page.published)
    return [claim for claim in chosen if found[claim.id].meets(first, last)]


def spells(store: Backend, known: Sequence[Claim] | None = None) -> dict[str, Spell]:
    """When each claim (its id) may have been in effect, by the rules above.

    ``known`` are all claims of the store, for callers that have read them already.
    """
    everything = claims.read(store) if known is None else known
    issued = {row["source"].value: row["published"].value for row in store.select(_PUBLISHED)}
    return _spells(everything, everything, lambda claim: issued.get(namespaces.SOURCE + claim.source, ""))


def _bounds(day: str) -> tuple[date, date]:
    first, last = edtf.parse(day)
    if first is None or last is None:
        raise DateError(f"'{day}' has an open or unknown end; expected a day, month or year like 2021-12")
    return first, last


def _spells(chosen: Iterable[Claim], context: Sequence[Claim], published: _Published) -> dict[str, Spell]:
    """The spells of some claims, given all claims that bear on them."""
    begun, ends = _beginnings(context), _ends(context, published)
    found = {}
    for claim in chosen:
        start, end, dated = _own(claim, published)
        founded = [begun[end.text] for end in (claim.subject, claim.object) if end.text in begun]
        start = max([day for day in (start, *founded) if day], default=None)
        found[claim.id] = Spell(start, ends.get(claim.id, end), dated)
    return found


def _own(claim: Claim, published: _Published) -> Spell:
    """What the times of a claim itself say."""
    if claim.since or claim.until:
        start = edtf.parse(claim.since).first if claim.since else None
        return Spell(start, edtf.parse(claim.until).last if claim.until else None, dated=True)
    if claim.relation.traits.get("timeless") == "true":
        return Spell(None, None, dated=True)
    given = claim.inferred or claim.when or published(claim)
    start = edtf.parse(given).first if given else None
    return Spell(start, None, dated=start is not None)


def _stated(claim: Claim) -> bool:
    return (claim.kind, claim.status) == ("fact", "held") and claim.plain


def _triple(claim: Claim) -> tuple[str, str, str]:
    return claim.subject.text, claim.relation.iri, claim.object.text


def _ends(context: Iterable[Claim], published: _Published) -> dict[str, date]:
    """The day on which a claim without an end of its own is ended by the next holder of what one holds at a time."""
    posts: dict[tuple[str, str, str], list[tuple[str, Spell, Claim]]] = defaultdict(list)
    for claim in context:
        one = claim.relation.traits.get(_ONE)
        if one and _stated(claim) and (own := _own(claim, published)).start:
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


def _beginnings(context: Iterable[Claim]) -> dict[str, date]:
    """The first day on which an entity may have existed, for those of which a source says so; the earliest given."""
    found: dict[str, date] = {}
    for claim in context:
        if claim.relation.traits.get(_BEGINS) == "true" and (day := edtf.parse(claim.object.text).first):
            found[claim.subject.text] = min(day, found.get(claim.subject.text, day))
    return found
