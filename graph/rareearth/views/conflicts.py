"""Where sources disagree: the judged conflicts, with their claims side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.models import DISAGREEMENTS
from rareearth.store import claims
from rareearth.store.backend import NamedNode
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend, Row
    from rareearth.store.claims import Claim

KINDS = DISAGREEMENTS

_CONFLICTS = """
SELECT ?conflict ?question ?kind ?why WHERE {
  ?conflict a ree:Conflict ; rdfs:label ?question ; ree:disagreement ?kind ; ree:because ?why
}"""


@dataclass(frozen=True)
class Side:
    """One claim of a conflict."""

    claim: Claim

    @property
    def statement(self) -> str:
        """What it says, with its qualifiers, and its kind and status where it is not a plain fact."""
        words = [*phrase.qualifiers(self.claim), self.claim.status, self.claim.kind]
        more = [word for word in words if word not in ("held", "fact")]
        return phrase.statement(self.claim) + (f" ({', '.join(more)})" if more else "")

    @property
    def time(self) -> str:
        """When it is in effect, in words; "" where the claim has no time."""
        return phrase.time(self.claim)


@dataclass(frozen=True)
class Conflict:
    """A question, the kind of the disagreement with its reason, and the sides, oldest first."""

    id: str
    question: str
    kind: str
    why: str
    sides: tuple[Side, ...]

    @property
    def origins(self) -> int:
        """How many independent origins the sides have: reposts of one story count once."""
        return len({side.claim.page.origin for side in self.sides})

    def rows(self) -> list[tuple[str, tuple[str, ...], bool]]:
        """The sides as columns: what each says in a row of its own (its name, a cell a side), and whether they differ.

        Rows that no side fills are left out.
        """
        of = [side.claim for side in self.sides]
        named = {
            "what is said": [phrase.statement(claim) for claim in of],
            "with": ["; ".join(phrase.qualifiers(claim)) for claim in of],
            "when": [side.time for side in self.sides],
            "kind": [claim.kind if claim.status == "held" else f"{claim.kind}, {claim.status}" for claim in of],
            "according to": [claim.by.label if claim.by else "" for claim in of],
            "note": [claim.note for claim in of],
        }
        return [(name, tuple(cells), len(set(cells)) > 1) for name, cells in named.items() if any(cells)]


def one(store: Backend, iri: str) -> Conflict:
    """The conflict of an IRI, which the store has."""
    [found] = _read(store, list(store.select(_CONFLICTS, {"conflict": NamedNode(iri)})))
    return found


def read(store: Backend) -> list[Conflict]:
    """The conflicts that somebody has judged, contradictions first, then by id."""
    return _read(store, list(store.select(_CONFLICTS)))


def _read(store: Backend, rows: list[Row]) -> list[Conflict]:
    sides: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims.pointing(store, [row["conflict"].value for row in rows]):
        sides[claim.conflict].append(claim)
    found = []
    for conflict, question, kind, why in rows:
        id_ = namespaces.local(conflict.value)
        listed = tuple(map(Side, sorted(sides[id_], key=_oldest)))
        found.append(Conflict(id_, question.value, namespaces.local(kind.value), why.value, listed))
    return sorted(found, key=lambda c: (KINDS.index(c.kind), c.id))


def _time(claim: Claim) -> str:
    return f"{claim.since}/{claim.until}" if claim.since or claim.until else claim.when


def order(claim: Claim) -> tuple[str, ...]:
    """What claims are sorted by where they stand side by side."""
    return claim.subject.label, claim.relation.label, claim.object.label, claim.id


def _oldest(claim: Claim) -> tuple[str, ...]:
    return _time(claim) or claim.page.published, *order(claim)


def lines(conflict: Conflict) -> Iterator[str]:
    """A conflict as text: the question, then a side a line with its time, source and level of evidence."""
    number = conflict.origins
    yield f"{conflict.question}  [{conflict.kind}; {number} origin{'s' if number > 1 else ''}; {conflict.id}]"
    yield from side_lines(conflict.sides)
    yield f"  {conflict.why}"


def side_lines(sides: tuple[Side, ...]) -> Iterator[str]:
    """The sides of a disagreement, one under the other."""
    width = max((len(side.time or "undated") for side in sides), default=0)
    for side in sides:
        claim = side.claim
        note = f" – {claim.note}" if claim.note else ""
        yield f"  {side.time or 'undated':{width}}  {side.statement}{note}"
        yield f"  {'':{width}}    {phrase.source(claim.page)} ({phrase.evidence(claim)}) {claim.page.url}"
