"""What the explorer page filters and orders claims by: kinds, statuses, levels of evidence, headings of cards.

The order is that of :mod:`models` and :mod:`cards`, labels and definitions are those of the ontology; the scripts have
no list of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import models, namespaces, network
from rareearth.views import cards, promises

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

Item: TypeAlias = dict[str, str]
Lists: TypeAlias = dict[str, Any]

CONTRADICTED = "contradicted"  # of a fact: no status of the data, but a filter of its own
_TERMS = """
SELECT ?term ?label ?definition {
  VALUES ?type { ree:ClaimKind ree:Status ree:EvidenceLevel }
  ?term a ?type ; rdfs:label ?label ; skos:definition ?definition
  FILTER(LANG(?label) = "en" && LANG(?definition) = "en")
}"""


def standing(claim: Claim) -> str:
    """The status of a claim, with facts that another source contradicts apart: they are not among the plain facts."""
    return CONTRADICTED if cards.Statement(claim).heading == cards.CONTRADICTED else claim.status


def in_first_picture(claim: Claim) -> bool:
    """Whether a claim is in the first picture: plain facts, and those that are only planned, announced or the like."""
    return claim.kind == models.CLAIM_KINDS[0] and standing(claim) in (models.STATUSES[0], *promises.STATUSES)


def read(store: Backend) -> Lists:
    """The lists by name, each value as ``id``, ``text`` and ``title``; and the colour of what has none.

    ``expected`` are the statuses of what is not so yet.
    """
    known = {
        namespaces.local(row["term"].value): (row["label"].value, row["definition"].value)
        for row in store.select(_TERMS)
    }

    def items(ids: Iterable[str]) -> list[Item]:
        return [dict(zip(("id", "text", "title"), (id_, *known.get(id_, (id_, ""))), strict=True)) for id_ in ids]

    held, *others = items(models.STATUSES)
    contradicted = {"id": CONTRADICTED, "text": CONTRADICTED, "title": "Another source states something else."}
    return {
        "kinds": items(models.CLAIM_KINDS),
        "statuses": [held, contradicted, *others],
        "levels": items(models.EVIDENCE_LEVELS),
        "headings": cards.ALL_HEADINGS,
        "expected": promises.STATUSES,
        "noColour": network.NO_COLOUR,
    }
