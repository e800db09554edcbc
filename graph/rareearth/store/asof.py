"""The graph as of a day: a copy of the store with only the claims that may have been in effect then.

The rules are those of :mod:`in_effect`. Undated claims, of which neither their own times nor their page say when they
are in effect, are left out and counted. For the claims alone, without the copy, see :func:`claims.read`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rareearth.store import claims, in_effect, oxigraph
from rareearth.store.backend import NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim


class AsOf(NamedTuple):
    """The store of a day, how many claims are in effect in it, and how many undated ones were left out."""

    store: Backend
    in_effect: int
    undated: int


def at(store: Backend, day: str) -> AsOf:
    """The store as of a day, a month or a year, given as EDTF.

    Raises DateError for any other text.
    """
    first, last = in_effect.bounds(day)
    known = claims.read(store)
    found = in_effect.spells(known, known)
    kept = [claim for claim in known if found[claim.id].meets(first, last)]
    dropped = {claim.iri for claim in known} - {claim.iri for claim in kept}
    gone = {_triple(c) for c in known if in_effect.is_stated(c)} - {_triple(c) for c in kept if in_effect.is_stated(c)}
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


def _triple(claim: Claim) -> tuple[str, str, str]:
    return claim.subject.text, claim.relation.iri, claim.object.text
