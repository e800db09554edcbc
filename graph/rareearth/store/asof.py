"""The graph as of a day: a copy of the store with only the claims that may have held then.

When a claim holds is told by its times:

* ``since`` and ``until`` bound it; an end that is open or unknown does not.
* ``when`` is the time of an event, or a time at which a state was found: it holds from then on.
* Without any time of its own it was found when its page was published; if that is not known either, nothing says when,
  and it is left out and counted.
* Of relations of which there is one at a time (a chair), the next one ends the one before, unless it said its end.
* Relations without time (a mine lies in a country) always hold; but nothing holds of what was not founded yet.

A time that is not exact (2021, 2021-12) counts from the first day that it may mean to the last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rareearth import edtf
from rareearth.errors import RareEarthError
from rareearth.store import sparql

if TYPE_CHECKING:
    import pyoxigraph as ox

_CLAIMS = """
SELECT ?claim ?s ?p ?o ?kind ?status ?when ?inferred ?since ?until ?published ?role ?timeless ?one WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source .
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:inferredWhen ?inferred }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?source dcterms:issued ?published }
  OPTIONAL { ?claim ree:role ?role }
  OPTIONAL { ?p ree:timeless ?timeless }
  OPTIONAL { ?p ree:oneAtATime ?one }
}"""
_BEGINNINGS = "SELECT ?s ?o WHERE { ?p ree:begins true . GRAPH ?claim { ?s ?p ?o } }"


class AsOf(NamedTuple):
    """The store of a day, how many claims hold in it, and how many of unknown time were left out."""

    store: ox.Store
    held: int
    undated: int


class Spell(NamedTuple):
    """When a claim may have held: from the first to the last day, None where that end is open or unknown.

    ``dated`` is false when nothing says when.
    """

    start: date | None
    end: date | None
    dated: bool

    def meets(self, first: date, last: date) -> bool:
        """Whether it may have held on some day from the first to the last."""
        return self.dated and (self.start or last) <= last and (self.end or first) >= first


class _Claim(NamedTuple):
    """A claim with the days that bound it; None where that end is open or unknown."""

    iri: ox.NamedNode
    triple: tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]
    plain: bool
    start: date | None
    end: date | None
    dated: bool
    place: tuple[str, str, str] | None  # what only one may hold at a time: relation, fixed end, role
    holder: str


def at(store: ox.Store, day: str) -> AsOf:
    """The store as of a day, a month or a year, given as EDTF. Raises RareEarthError when it is none."""
    import pyoxigraph as ox

    try:
        first, last = edtf.parse(day)
    except ValueError as error:
        raise RareEarthError(f"--as-of: {error}") from error
    if first is None or last is None:
        raise RareEarthError(f"--as-of: '{day}' has an open or unknown end; wanted a day, month or year like 2021-12")
    claims = list(_claims(store))
    held, undated = set(), 0
    kept: set[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = set()
    for claim, spell in zip(claims, _spells(store, claims), strict=True):
        undated += not spell.dated
        if spell.meets(first, last):
            held.add(claim.iri)
            if claim.plain:
                kept.add(claim.triple)
    dropped = {c.iri for c in claims} - held
    gone = {c.triple for c in claims if c.plain} - kept
    made = ox.Store()
    made.bulk_extend(
        quad
        for quad in store
        if quad.subject not in dropped
        and quad.graph_name not in dropped
        and not (isinstance(quad.graph_name, ox.DefaultGraph) and (quad.subject, quad.predicate, quad.object) in gone)
    )
    return AsOf(made, len(held), undated)


def spells(store: ox.Store) -> dict[str, Spell]:
    """When each claim (its IRI) may have held, by the rules above."""
    claims = list(_claims(store))
    return {claim.iri.value: spell for claim, spell in zip(claims, _spells(store, claims), strict=True)}


def _spells(store: ox.Store, claims: list[_Claim]) -> Iterator[Spell]:
    begun, ends = _beginnings(store), _ends(claims)
    for claim in claims:
        founded = [begun[term.value] for term in (claim.triple[0], claim.triple[2]) if term.value in begun]
        start = max([day for day in (claim.start, *founded) if day], default=None)
        yield Spell(start, ends.get(claim.iri, claim.end), claim.dated)


def _claims(store: ox.Store) -> Iterator[_Claim]:
    import pyoxigraph as ox

    for row in sparql.select(store, _CLAIMS):

        def text(column: str, row: ox.QuerySolution = row) -> str:
            return row[column].value if row[column] else ""

        start, end = None, None
        dated = bool(text("timeless"))
        if text("since") or text("until"):
            start = edtf.parse(text("since")).first if text("since") else None
            end = edtf.parse(text("until")).last if text("until") else None
            dated = True
        elif not dated and (found := text("inferred") or text("when") or text("published")):
            start = edtf.parse(found).first
            dated = start is not None
        kind, status = text("kind").rpartition("#")[2], text("status").rpartition("#")[2]
        one = text("one")
        fixed, holder = ("s", "o") if one == "object" else ("o", "s")
        role = text("role").casefold() if one == "subject of a role" else ""
        yield _Claim(
            iri=row["claim"],
            triple=(row["s"], row["p"], row["o"]),
            plain=(kind, status) == ("fact", "held") and ox.Quad(row["s"], row["p"], row["o"]) in store,
            start=start,
            end=end,
            dated=dated,
            place=(text("p"), text(fixed), role) if one else None,
            holder=text(holder),
        )


def _ends(claims: list[_Claim]) -> dict[ox.NamedNode, date]:
    """The day on which a claim without an end of its own is ended by the next holder of what one holds at a time."""
    places: dict[tuple[str, str, str], list[_Claim]] = defaultdict(list)
    for claim in claims:
        if claim.place and claim.plain and claim.start:
            places[claim.place].append(claim)
    found = {}
    for holders in places.values():
        for claim in holders:
            later = [
                h.start
                for h in holders
                if h.holder != claim.holder and h.start and claim.start and h.start > claim.start
            ]
            if claim.end is None and later:
                found[claim.iri] = min(later) - timedelta(days=1)
    return found


def _beginnings(store: ox.Store) -> dict[str, date]:
    """The first day that an entity may have been there, for those of which a source tells it; the earliest told."""
    found: dict[str, date] = {}
    for subject, value in sparql.select(store, _BEGINNINGS):
        day = edtf.parse(value.value).first
        if day:
            found[subject.value] = min(day, found.get(subject.value, day))
    return found
