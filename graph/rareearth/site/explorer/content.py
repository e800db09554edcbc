"""What the explorer page holds: every entity, claim, source and conflict of a store, as plain values for JSON.

What is not known is absent. Ids are those of the data. A claim has ``s``, ``p`` and either ``o`` (an entity) or
``value``; ``start`` and ``end`` are the days between which it may have been in effect (see :mod:`in_effect`),
``undated`` says that it has no time. Ready phrases (see :mod:`phrase`) are next to the raw values: ``words`` (the
value), ``time``, ``details`` (the qualifiers), ``level`` (of evidence), ``heading`` (of a card) and ``differs`` of a
claim, ``from`` of a source. An entity has ``at``, its position in the network of everything, and ``among`` where it is
an actor tied by facts: its position in the network of actors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rareearth import layout, namespaces, network, spelling
from rareearth.site.explorer import lists
from rareearth.store import claims
from rareearth.views import cards, conflicts, lookup, phrase

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

Record = dict[str, Any]
Sentences = dict[tuple[str, int, int], str]

_CLASSES = """
SELECT ?kind ?en ?zh ?colour ?sphere ?actors WHERE {
  ?kind a owl:Class ; ree:colour ?colour ; rdfs:label ?en , ?zh FILTER(LANG(?en) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?kind ree:sphere/rdfs:label ?sphere FILTER(LANG(?sphere) = "en") }
  BIND(IF(EXISTS { ?kind rdfs:subClassOf* ?above . ?above ree:inView "actors" }, "true", "false") AS ?actors)
}"""
_RELATIONS = """
SELECT ?relation ?label ?back ?zh ?colour WHERE {
  ?relation a ree:Relation ; ree:colour ?colour ; rdfs:label ?label , ?zh
  FILTER(LANG(?label) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?relation ree:inverseLabel ?back FILTER(LANG(?back) = "en") }
}"""
_NAMES = """
SELECT ?entity ?name WHERE {
  { ?entity rdfs:label|skos:altLabel|ree:acronym ?name }
  UNION { ?mention ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false }
  { SELECT DISTINCT ?kind { ?kind rdfs:subClassOf* ree:Entity } }
  ?entity a ?kind .
}"""


def read(store: Backend, sentences: Sentences) -> Record:
    """Everything that the page shows. ``sentences`` are by (source, start, end); {} makes a page without any."""
    known = claims.read(store)
    full = network.read(store, "full", known=known, publishers=True)
    actors = network.read(store, known=known)
    return {
        **lists.read(store),
        "classes": {row["kind"]: _class(row) for row in _rows(store, _CLASSES)},
        "relations": {row["relation"]: _relation(row) for row in _rows(store, _RELATIONS)},
        "entities": _entities(store, full, actors),
        "claims": list(_claims(known, sentences)),
        **finding(store),
        "sources": _sources(store),
        "conflicts": {c.id: {"question": c.question, "kind": c.kind, "why": c.why} for c in conflicts.read(store)},
    }


def _class(row: dict[str, str]) -> Record:
    return _known({**row, "actors": row["actors"] == "true"}, "kind")


def _relation(row: dict[str, str]) -> Record:
    return _known({**row, "label": phrase.relation(row["label"])}, "relation")


def _entities(store: Backend, full: Network, actors: Network) -> list[Record]:
    names: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _NAMES):
        names[row["entity"]].add(row["name"])
    everywhere, among = layout.positions(full), layout.positions(actors)
    found = []
    for id_, data in sorted(full.nodes.items()):
        name, zh = str(data["label"]), str(data.get("label_zh", ""))
        record = {
            "id": id_,
            "name": name,
            "zh": zh,
            "names": sorted(names[id_] - {name, zh}),
            "kind": data.get("kind", ""),
            "about": data.get("about", ""),
            "at": everywhere[id_],
            "among": among.get(id_, ()),
        }
        found.append(_known(record))
    return found


def finding(store: Backend) -> Record:
    """Every name with its forms, and the rules to fold what a reader types: the page finds as :mod:`lookup` does."""
    found, known = [], set()
    for iri, name, rank, forms in lookup.index(store).forms():
        ways = [forms[way] for way in ("form", "short form", "transliteration", "initials")]
        known |= {form for way in ways for form in way}
        found.append([namespaces.local(iri), name, rank, *ways])
    return {"forms": found, "spelling": spelling.rules(known)}


def _end_because(claim: Claim) -> str:
    return f"its end from {claim.end_inferred_from}" if claim.end_inferred_from else ""


def _claims(known: Iterable[Claim], sentences: Sentences) -> Iterator[Record]:
    for claim in known:
        spell, spans, heading = claim.spell, claim.spans, cards.Statement(claim).heading
        quotes = [sentences.get((claim.source, start, end)) for start, end, _ in spans]
        record: Record = {
            "id": claim.id,
            "s": claim.subject.id,
            "p": claim.relation.id,
            "o" if claim.object.is_entity else "value": claim.object.id,
            "words": "" if claim.object.is_entity else phrase.object_(claim),
            "kind": claim.kind,
            "status": claim.status,
            "standing": lists.CONTRADICTED if heading == cards.CONTRADICTED else "",
            "heading": heading,
            "source": claim.source,
            "evidence": claim.evidence,
            "level": phrase.evidence(claim),
            "by": claim.by.id if claim.by else "",
            "stance": claim.stance,
            "when": claim.when,
            "since": claim.since,
            "until": claim.until,
            "inferred": claim.inferred,
            "because": "; ".join(filter(None, (claim.because, _end_because(claim)))),
            "time": phrase.time(claim),
            "note": claim.note,
            "conflict": claim.conflict,
            "differs": phrase.conflict(claim),
            "about": [about.id for about in claim.about],
            "details": phrase.qualifiers(claim),
            "spans": spans,
            "readings": [phrase.reading(reading) for reading in claim.readings],
            "sentences": quotes if any(quotes) else [],
            "start": spell.start.isoformat() if spell.start and spell.dated else "",
            "end": spell.end.isoformat() if spell.end and spell.dated else "",
            "undated": not spell.dated,
        }
        yield _known(record)


def _sources(store: Backend) -> Record:
    found = {}
    for page in sorted(claims.pages(store).values(), key=lambda page: page.id):
        record = {
            "title": page.title,
            "url": page.link,
            "publisher": page.publisher,
            "published": page.published,
            "from": phrase.source(page),
        }
        found[page.id] = _known(record)
    return found


def _rows(store: Backend, query: str) -> Iterator[dict[str, str]]:
    """The rows of a query as texts, IRIs as ids."""
    result = store.select(query)
    for row in result:
        found = {}
        for column, term in zip(result.columns, row, strict=True):
            kind = type(term).__name__
            found[column] = "" if term is None else namespaces.local(term.value) if kind == "NamedNode" else term.value
        yield found


def _known(record: Record, *without: str) -> Record:
    """The record without what is empty or false."""
    nothing: tuple[object, ...] = ("", False, None, (), [])
    return {name: value for name, value in record.items() if name not in without and value not in nothing}
