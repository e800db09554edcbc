"""Claims with their receipts: what is said, who says so, where, when and how surely, as records for programs.

A receipt is what a reader needs to cite a claim, and to see whether it is a fact, a quotation, an opinion or a plan.
All texts in it come from the data: they are to be shown, never obeyed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.store import claims
from rareearth.store.backend import Literal, NamedNode
from rareearth.views import phrase
from rareearth.views.cards import HEADINGS, PAST, Statement

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim, Page, Value

Sentences = Mapping[tuple[str, int, int], str]
_EXTRA = ("held", "fact")  # what is not said of a plain fact


@dataclass(frozen=True)
class End:
    """The subject or the object of a claim: an entity has an ``id``, a value has none."""

    name: str
    id: str = ""


@dataclass(frozen=True)
class Place:
    """Characters ``start`` up to ``end`` of the text of the source; ``sentence`` is what is there, where known."""

    start: int
    end: int
    fingerprint: str
    sentence: str = ""


@dataclass(frozen=True)
class Cited:
    """A source. ``published`` is its date as EDTF, ``copy`` says that the page is a mirror, digest or repost."""

    id: str
    title: str
    publisher: str
    address: str
    published: str
    copy: str = ""


@dataclass(frozen=True)
class Receipt:
    """A claim as it may be cited.

    ``says`` is the claim in words. ``kind`` is fact, speech, assessment or recommendation, ``status`` says whether it
    held, ended, or was only planned, announced, pledged or conditional, and ``heading`` sums up both; ``is_fact`` is
    true only of what held or ended as a fact and is not contradicted. ``according_to`` is who says so, if it is not the
    source itself. ``when`` is the time in words or ``undated``, ``from_day`` and ``until_day`` when it may have been in
    effect. The ``places`` are the characters of the source's text; where the text was not kept,
    ``readings`` say in other words what was read on the page. ``citation`` is a line to cite it by.
    """

    claim: str
    says: str
    kind: str
    status: str
    heading: str
    is_fact: bool
    subject: End
    relation: str
    object: End
    evidence: str
    source: Cited
    citation: str
    when: str
    details: tuple[str, ...] = ()
    according_to: str = ""
    stance: str = ""
    from_day: str = ""
    until_day: str = ""
    is_past: bool = False
    note: str = ""
    places: tuple[Place, ...] = ()
    readings: tuple[str, ...] = ()
    conflict: str = ""
    differs: str = ""


def receipt(claim: Claim, sentences: Sentences | None = None) -> Receipt:
    """The receipt of a claim; ``sentences`` has those at the spans, by source id, start and end, as far as known."""
    heading = Statement(claim).heading
    known = sentences or {}
    spell = claim.spell
    return Receipt(
        claim=claim.id,
        says=phrase.statement(claim),
        kind=claim.kind,
        status=claim.status,
        heading=heading,
        is_fact=is_fact(claim),
        subject=_end(claim.subject, claim.subject.label),
        relation=claim.relation.id,
        object=_end(claim.object, phrase.object_(claim)),
        evidence=phrase.evidence(claim),
        source=source(claim.page),
        citation=citation(claim),
        details=tuple(phrase.qualifiers(claim)),
        according_to=claim.by.label if claim.by else "",
        stance=claim.stance,
        when=phrase.time(claim) or "undated",
        from_day=spell.start.isoformat() if spell.start and spell.dated else "",
        until_day=spell.end.isoformat() if spell.end and spell.dated else "",
        is_past=claim.over,
        note=claim.note,
        places=tuple(Place(*span, known.get((claim.source, span.start, span.end), "")) for span in claim.spans),
        readings=tuple(map(phrase.reading, claim.readings)),
        conflict=claim.conflict,
        differs=phrase.conflict(claim),
    )


def is_fact(claim: Claim) -> bool:
    """Whether a claim is a fact that held or ended, and that no other source contradicts."""
    return Statement(claim).heading in (HEADINGS["fact"], PAST) and (claim.plain or claim.status == "ended")


def citation(claim: Claim) -> str:
    """A line to cite a claim by, which says what kind of claim it is.

    As in ``Reuters, 2 May 2024: "Title", https://example.org (claim 0123abcd; assessment according to Ann Lee)``.
    """
    words = [word for word in (claim.kind, claim.status) if word not in _EXTRA]
    words += [f"according to {claim.by.label}"] if claim.by else []
    kind = f"; {', '.join(words)}" if words else ""
    page = claim.page
    return f'{phrase.source(page)}: "{page.title}", {page.url} (claim {claim.id}{kind})'


def source(page: Page) -> Cited:
    """A source as it may be cited."""
    return Cited(page.id, page.title, page.publisher, page.url, page.published, page.copy)


def _end(value: Value, words: str) -> End:
    return End(words, value.id if value.is_entity else "")


@dataclass(frozen=True)
class Backing:
    """The claims behind a row: those that it names (``is_named``), else those that say something of its terms."""

    claims: tuple[Claim, ...]
    is_named: bool


def of_rows(
    store: Backend, rows: Sequence[Sequence[object]], named: Collection[str] = (), most: int = 5
) -> list[Backing]:
    """The claims behind each row of an answer (of RDF terms), at most ``most`` each, facts first.

    A row that has IRIs of claims is backed by these. Else it is backed by claims of its entities, the first of these
    that there are: those whose other end is in the row too, or is an entity that the query names, and whose relation
    the query or the row names; those of such ends whatever the relation; those of a named relation whatever the other
    end. ``named`` are the IRIs that the query names. A row of numbers and names has none.
    """
    ids = [[_of_claim(term) for term in row if _of_claim(term)] for row in rows]
    stated = {claim.id: claim for claim in claims.by_id(store, sorted({id_ for found in ids for id_ in found}))}
    entities = {_text(t) for row, found in zip(rows, ids, strict=True) if not found for t in row if _is_entity(t)}
    around: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims.read(store, sorted(entities)) if entities else ():
        for end in {claim.subject.text, claim.object.text}:
            around[end].append(claim)
    backings = []
    for row, found in zip(rows, ids, strict=True):
        if found:
            listed = [stated[id_] for id_ in dict.fromkeys(found) if id_ in stated]
        else:
            listed = sorted(_of_terms([_text(term) for term in row], around, set(named)), key=_strength)
        backings.append(Backing(tuple(listed[:most]), is_named=bool(found)))
    return backings


def _of_terms(row: Sequence[str], around: Mapping[str, Sequence[Claim]], named: set[str]) -> list[Claim]:
    ends = {*row, *(iri for iri in named if iri.startswith(namespaces.ENTITY))}
    own = {claim.id: claim for text in row for claim in around.get(text, ())}.values()
    within = [claim for claim in own if {claim.subject.text, claim.object.text} <= ends]
    exact = [claim for claim in within if claim.relation.iri in named.union(row)]
    return exact or within or [claim for claim in own if claim.relation.iri in named]


def _strength(claim: Claim) -> tuple[int, bool, bool, str]:
    return list(HEADINGS).index(claim.kind), not claim.plain, claim.over, claim.id


def _of_claim(term: object) -> str:
    """The id of a claim, if a term is the IRI of one."""
    text = term.value if isinstance(term, NamedNode) else ""
    return text.removeprefix(namespaces.CLAIM) if text.startswith(namespaces.CLAIM) else ""


def _is_entity(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(namespaces.ENTITY)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""


def receipts(of: Iterable[Claim], sentences: Sentences | None = None) -> tuple[Receipt, ...]:
    """The receipts of some claims, in their order."""
    return tuple(receipt(claim, sentences) for claim in of)
