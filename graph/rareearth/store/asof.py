"""The graph as of a day: a copy of the store with only the claims that may have been in effect then.

The rule is that of :mod:`in_effect`. Undated claims, of which neither their own times nor their page say when they
are in effect, are left out and counted. The copy says of which day it is (``ree:asOf`` of the dataset), and nothing in
it is past. For the claims alone, without the copy, see :func:`claims.read`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces
from rareearth.store import claims, in_effect, oxigraph, terms
from rareearth.store.backend import Literal, NamedNode, Quad

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim


_AS_OF, _PAST = (NamedNode(namespaces.VOCABULARY + name) for name in ("asOf", "past"))


class AsOf(NamedTuple):
    """The store of a day, how many claims are in effect in it, and how many undated ones were left out."""

    store: Backend
    in_effect: int
    undated: int


def at(store: Backend, day: str) -> AsOf:
    """The store as of a day, a month or a year.

    Raises DateError for any other text.
    """
    first, last = in_effect.bounds(day)
    known = claims.read(store)
    kept = [claim for claim in known if claim.spell.meets(first, last)]
    dropped = {claim.iri for claim in known} - {claim.iri for claim in kept}
    stated, left = ({triple for c in of for triple in _statements(c)} for of in (known, kept))
    gone = stated - left
    rest = (
        quad
        for quad in store.quads()
        if _text(quad.subject) not in dropped
        and quad.predicate not in (_AS_OF, _PAST)
        and (
            quad.graph_name.value not in dropped
            if isinstance(quad.graph_name, NamedNode)
            else (_text(quad.subject), quad.predicate.value, _text(quad.object)) not in gone
        )
    )
    limit = Literal(day, datatype=NamedNode(terms.date_type(day)))
    made = oxigraph.copy(chain(rest, [Quad(NamedNode(namespaces.DATASET), _AS_OF, limit)]))
    return AsOf(made, len(kept), sum(not claim.spell.dated for claim in known))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _statements(claim: Claim) -> list[tuple[str, str, str]]:
    """What is in the default graph because of a claim: both directions of a symmetric relation; [] if it is no fact."""
    if (claim.kind, claim.status) != ("fact", "held") or not claim.plain:
        return []
    subject, relation, object_ = claim.subject.text, claim.relation.iri, claim.object.text
    return [(subject, relation, object_), *([(object_, relation, subject)] if claim.relation.symmetric else [])]
