"""What the explorer page holds: every entity, claim, source and conflict of a store, as plain values for JSON.

What is not known is absent. Ids are those of the data. A claim has ``s``, ``p`` and either ``o`` (an entity) or
``value``; ``start`` and ``end`` are the days between which it may have held (see :mod:`asof`), ``undated`` says that
nothing tells. An entity has ``at``, its place in the network of everything, and ``among`` where it is an actor tied by
facts: its place in the network of actors. Both are the places that GraphML has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rareearth import layout, namespaces, network
from rareearth.store import asof, claims
from rareearth.views import conflicts

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend

Record = dict[str, Any]
Sentences = dict[tuple[str, int, int], str]

_CLASSES = """
SELECT ?kind ?en ?zh ?colour ?sphere ?actors WHERE {
  ?kind a owl:Class ; ree:colour ?colour ; rdfs:label ?en , ?zh FILTER(LANG(?en) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?kind ree:sphere/rdfs:label ?sphere FILTER(LANG(?sphere) = "en") }
  BIND(EXISTS { ?kind rdfs:subClassOf* ?above . ?above ree:inView "actors" } AS ?actors)
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
  ?entity a ?kind . ?kind rdfs:subClassOf* ree:Entity .
}"""
_RECORDS = """
SELECT DISTINCT ?entity ?other WHERE { ?entity owl:sameAs ?other ; a ?kind . ?kind rdfs:subClassOf* ree:Entity }"""
_CLAIMS = """
SELECT ?claim ?s ?p ?o ?kind ?status ?source ?evidence ?by ?stance ?when ?since ?until ?inferred ?because ?note
       ?confidence ?conflict WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source ; ree:evidence ?evidence .
  OPTIONAL { ?claim ree:by ?by }
  OPTIONAL { ?claim ree:stance ?stance }
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:inferredWhen ?inferred }
  OPTIONAL { ?claim ree:because ?because }
  OPTIONAL { ?claim skos:note ?note }
  OPTIONAL { ?claim ree:confidence ?confidence }
  OPTIONAL { ?claim ree:conflict ?conflict }
}"""
_PLAIN = "SELECT ?claim WHERE { GRAPH ?claim { ?s ?p ?o } ?s ?p ?o }"
_ABOUT = "SELECT ?claim ?about WHERE { ?claim a ree:Claim ; ree:about ?about }"
_GENRES = "SELECT ?source ?genre WHERE { ?source a ree:Source ; ree:genre ?genre }"


def read(store: Backend, sentences: Sentences) -> Record:
    """Everything that the page shows. ``sentences`` stand by (source, start, end); {} makes a page without any."""
    full, actors = network.read(store, "full"), network.read(store, "actors")
    return {
        "classes": {row["kind"]: _class(row) for row in _rows(store, _CLASSES)},
        "relations": {row["relation"]: _known(row, "relation") for row in _rows(store, _RELATIONS)},
        "entities": _entities(store, full, actors),
        "claims": sorted(_claims(store, sentences), key=lambda claim: claim["id"]),
        "sources": _sources(store),
        "conflicts": {c.id: {"question": c.question, "kind": c.kind, "why": c.why} for c in conflicts.judged(store)},
    }


def _class(row: dict[str, str]) -> Record:
    return _known({**row, "actors": row["actors"] == "true"}, "kind")


def _entities(store: Backend, full: Network, actors: Network) -> list[Record]:
    names: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _NAMES):
        names[row["entity"]].add(row["name"])
    records: dict[str, list[str]] = defaultdict(list)
    for row in _rows(store, _RECORDS):
        records[row["entity"]].append(row["other"])
    everywhere, among = layout.positions(full), layout.positions(actors)
    found = []
    for id_, data in sorted(full.nodes.items()):
        name, zh = str(data["label"]), str(data.get("label_zh", ""))
        record = {
            "id": id_,
            "name": name,
            "zh": zh,
            "names": sorted(names[id_] - {name, zh}),
            "records": sorted(records[id_]),
            "kind": data.get("kind", ""),
            "about": data.get("about", ""),
            "at": everywhere[id_],
            "among": among.get(id_, ()),
        }
        found.append(_known(record))
    return found


def _claims(store: Backend, sentences: Sentences) -> Iterator[Record]:
    spells, spans, qualifiers = asof.spells(store), claims.spans(store), claims.qualifiers(store)
    plain = {row["claim"] for row in _rows(store, _PLAIN)}
    about: dict[str, list[str]] = defaultdict(list)
    for row in _rows(store, _ABOUT):
        about[row["claim"]].append(row["about"])
    for row in _rows(store, _CLAIMS):
        id_, source = row["claim"], row["source"]
        iri = namespaces.CLAIM + id_
        spell, cited = spells[id_], spans[iri]
        entity = row.pop("o.is") == "NamedNode"
        said = [sentences.get((source, start, end)) for start, end, _ in cited]
        record: Record = {
            **_known(row, "claim", "o"),
            "id": id_,
            "o" if entity else "value": row["o"],
            "about": sorted(about[id_]),
            "qualifiers": qualifiers[iri],
            "spans": cited,
            "sentences": said if any(said) else [],
            "plain": id_ in plain,
            "start": spell.start.isoformat() if spell.start and spell.dated else "",
            "end": spell.end.isoformat() if spell.end and spell.dated else "",
            "undated": not spell.dated,
        }
        yield _known(record)


def _sources(store: Backend) -> Record:
    genres = {row["source"]: row["genre"] for row in _rows(store, _GENRES)}
    found = {}
    for page in sorted(claims.pages(store).values(), key=lambda page: page.id):
        record = {
            "title": page.title,
            "url": page.url,
            "publisher": page.publisher,
            "published": page.published,
            "copy": page.copy,
            "story": page.origin if page.origin != page.id else "",
            "genre": genres.get(page.id, ""),
        }
        found[page.id] = _known(record)
    return found


def _rows(store: Backend, query: str) -> Iterator[dict[str, str]]:
    """The rows of a query as texts, IRIs as ids; ``o.is`` tells an entity from a value where there is a column o."""
    result = store.select(query)
    for row in result:
        found = {}
        for column, term in zip(result.columns, row, strict=True):
            kind = type(term).__name__
            found[column] = "" if term is None else namespaces.local(term.value) if kind == "NamedNode" else term.value
            if column == "o":
                found["o.is"] = kind
        yield found


def _known(record: Record, *without: str) -> Record:
    """The record without what is empty or false."""
    nothing: tuple[object, ...] = ("", False, None, (), [])
    return {name: value for name, value in record.items() if name not in without and value not in nothing}
