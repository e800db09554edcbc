"""The claims that a report rests on, each as a sentence with its source, numbered in the order of the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import corpus, edtf, namespaces
from rareearth.store import claims
from rareearth.store.claims import Page

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_CLAIMS = """
SELECT ?claim ?subject ?phrase ?object ?kind ?status ?source ?by ?when ?since ?until ?inferred ?level ?note WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind/rdfs:label ?kind ; ree:status/rdfs:label ?status ; ree:source ?source .
  FILTER(LANG(?kind) = "en" && LANG(?status) = "en")
  ?claim ree:evidence ?evidence . ?evidence rdfs:label ?level FILTER(LANG(?level) = "en")
  ?s rdfs:label ?subject FILTER(LANG(?subject) = "en")
  ?p rdfs:label ?phrase FILTER(LANG(?phrase) = "en")
  OPTIONAL { ?o rdfs:label ?label FILTER(LANG(?label) = "en") }
  BIND(COALESCE(?label, ?o) AS ?object)
  OPTIONAL { ?claim ree:by/rdfs:label ?by FILTER(LANG(?by) = "en") }
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:inferredWhen ?inferred }
  OPTIONAL { ?claim skos:note ?note }
}"""


@dataclass(frozen=True)
class Evidence:
    """One claim as a reader checks it.

    ``sentence`` is subject, relation and object in words; ``beside`` what else it says (qualifiers, whose word it is,
    its times); ``spans`` are (start, end, fingerprint) in the text of its page, ``said`` what stands there where a text
    is at hand; ``level`` is sentence, page or copy. ``year`` is the first that it tells of itself, ``published`` that
    of its page; None where not known.
    """

    id: str
    sentence: str
    kind: str
    status: str
    beside: tuple[str, ...]
    page: Page
    spans: tuple[tuple[int, int, str], ...]
    said: tuple[str, ...]
    level: str
    year: int | None
    published: int | None


def read(store: Backend, kept: corpus.Texts | None = None) -> dict[str, Evidence]:
    """Every claim of a store by its id, in the order of sources, spans and ids."""
    pages, spans, qualifiers = claims.pages(store), claims.spans(store), claims.qualifiers(store)
    checked = corpus.checked(store, kept) if kept else ()
    sentences = {(c.cited.source, *c.cited.span): c.sentence for c in checked if c.sentence is not None}
    found = []
    rows = store.select(_CLAIMS)
    for row in rows:
        told = {name: term.value if term else "" for name, term in zip(rows.columns, row, strict=True)}
        iri, page = told["claim"], pages[told["source"]]
        beside = [f"{name}: {value}" for name, value in qualifiers[iri]]
        beside += [f"says {told['by']}"] if told["by"] else []
        beside += [told["when"]] if told["when"] else []
        if told["since"] or told["until"]:
            beside.append(f"{told['since'] or 'start not known'} to {told['until'] or 'now or not known'}")
        beside += [f"we infer {told['inferred']}"] if told["inferred"] else []
        beside += [f"note: {told['note']}"] if told["note"] else []
        cited = spans[iri]
        found.append(
            Evidence(
                id=namespaces.local(iri),
                sentence=f"{told['subject']} {told['phrase']} {told['object']}",
                kind=told["kind"],
                status=told["status"],
                beside=tuple(beside),
                page=page,
                spans=cited,
                said=tuple(filter(None, (sentences.get((page.id, start, end)) for start, end, _ in cited))),
                level=told["level"],
                year=_year(told["since"], told["when"], told["inferred"]),
                published=_year(page.published),
            )
        )
    return {item.id: item for item in sorted(found, key=lambda e: (e.page.id, e.spans, e.id))}


def _year(*times: str) -> int | None:
    """The year of the first of these times (EDTF) that has one."""
    for text in times:
        first = edtf.parse(text).first if text else None
        if first:
            return first.year
    return None
