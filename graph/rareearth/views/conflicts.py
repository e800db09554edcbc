"""Where sources disagree: the judged conflicts with their claims side by side, and differences not judged yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.store import claims
from rareearth.store.claims import Page

if TYPE_CHECKING:
    from rareearth.store.backend import Backend, Row

KINDS = ("contradiction", "unsure", "change", "rounding")

_CONFLICTS = """
SELECT ?conflict ?question ?kind ?why WHERE {
  ?conflict a ree:Conflict ; rdfs:label ?question ; ree:disagreement ?kind ; ree:because ?why
}"""
_SIDES = """
SELECT ?claim ?kind ?conflict ?s ?subject ?p ?relation ?o ?object ?status ?evidence ?source ?when ?since ?until
       ?confidence ?one ?note WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:evidence ?evidence ; ree:source ?source .
  ?s rdfs:label ?subject FILTER(LANG(?subject) = "en")
  ?p rdfs:label ?relation FILTER(LANG(?relation) = "en")
  OPTIONAL { ?o rdfs:label ?object FILTER(LANG(?object) = "en") }
  OPTIONAL { ?claim ree:conflict ?conflict }
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:confidence ?confidence }
  OPTIONAL { ?claim skos:note ?note }
  OPTIONAL { ?p ree:oneAtATime ?one }
}"""


@dataclass(frozen=True)
class Side:
    """One claim of a conflict, its page, and its evidence: sentence, page or copy."""

    claim: str
    statement: str
    time: str
    page: Page
    evidence: str
    confidence: str
    note: str


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
        return len({side.page.origin for side in self.sides})


def judged(store: Backend) -> list[Conflict]:
    """The conflicts that somebody has judged, contradictions first, then by id."""
    rows, sides = _sides(store)
    found: dict[str, list[Side]] = defaultdict(list)
    for row, side in zip(rows, sides, strict=True):
        if row["conflict"]:
            found[row["conflict"].value].append(side)
    made = [
        Conflict(
            id=namespaces.local(conflict.value),
            question=question.value,
            kind=namespaces.local(kind.value),
            why=why.value,
            sides=tuple(
                sorted(found[conflict.value], key=lambda s: (s.time or s.page.published, s.statement, s.claim))
            ),
        )
        for conflict, question, kind, why in store.select(_CONFLICTS)
    ]
    return sorted(made, key=lambda c: (KINDS.index(c.kind), c.id))


def unjudged(store: Backend) -> list[tuple[Side, ...]]:
    """Facts that differ on what has one value at a time and the same time, and are not in one judged conflict.

    These are values (a date of founding, a capacity) of one subject, and holders of what there is one of.
    """
    rows, sides = _sides(store)
    groups: dict[tuple[str, ...], list[tuple[str, str, Side]]] = defaultdict(list)
    qualifiers = claims.qualifiers(store)
    for row, side in zip(rows, sides, strict=True):
        literal = type(row["o"]).__name__ == "Literal"
        told = namespaces.local(row["kind"].value), namespaces.local(row["status"].value)
        if told != ("fact", "held") or not (literal or row["one"]):
            continue
        apart = tuple(f"{n}={v}" for n, v in qualifiers[row["claim"].value] if n not in ("amount", "share (%)"))
        fixed = row["o"].value if row["one"] and row["one"].value.startswith("subject") else row["s"].value
        other = row["s"].value if fixed == row["o"].value else row["o"].value
        conflict = row["conflict"].value if row["conflict"] else ""
        groups[(row["p"].value, fixed, side.time, *apart)].append((other, conflict, side))
    found = []
    for items in groups.values():
        conflicts = {conflict for _, conflict, _ in items}
        if len({other for other, _, _ in items}) > 1 and (len(conflicts) > 1 or "" in conflicts):
            found.append(tuple(sorted((side for *_, side in items), key=lambda s: (s.statement, s.claim))))
    return sorted(found, key=lambda sides: sides[0].statement)


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
        confidence = f", {side.confidence} confidence" if side.confidence else ""
        published = f" {side.page.published}" if side.page.published else ""
        note = f" – {side.note}" if side.note else ""
        yield f"  {side.time or 'undated':{width}}  {side.statement}{note}"
        yield f"  {'':{width}}    {side.page.publisher}{published} ({side.evidence}{confidence}) {side.page.url}"


def _sides(store: Backend) -> tuple[list[Row], list[Side]]:
    qualifiers = claims.qualifiers(store)
    pages = claims.pages(store)
    rows = list(store.select(_SIDES))
    sides = []
    for row in rows:

        def text(column: str, row: Row = row) -> str:
            return row[column].value if row[column] else ""

        beside = [f"{name} {value}" for name, value in qualifiers[text("claim")]]
        status = namespaces.local(text("status"))
        beside += [word for word in (status, namespaces.local(text("kind"))) if word not in ("held", "fact")]
        spell = f"{text('since')}/{text('until')}" if text("since") or text("until") else ""
        statement = f"{text('subject')} {text('relation')} {text('object') or text('o')}"
        sides.append(
            Side(
                claim=namespaces.local(text("claim")),
                statement=statement + (f" ({', '.join(beside)})" if beside else ""),
                time=spell or text("when"),
                page=pages[text("source")],
                evidence=namespaces.local(text("evidence")),
                confidence=namespaces.local(text("confidence")),
                note=text("note"),
            )
        )
    return rows, sides
