"""What the explorer page holds: every entity, claim, source and conflict of a store, as plain values for JSON.

The page is in parts, so that a large one opens fast: ``data`` is what the first picture and the filters need, all else
is read when somebody asks for it. Ids are those of the data, and what is not known is absent.

``data``
    Lists (see :mod:`lists`), ``classes``, ``relations`` (a list), ``groups`` of the legend and ``layers``, ``entities``
    (a list, each with its positions, see :mod:`positions`), ``sources`` (their ids), ``communities``, and the
    ``claims`` as columns: for each claim the positions of its ends ``s`` and ``o`` (-1 if its object is a value), of
    ``p``, ``kind``, ``standing``, ``evidence`` and ``source`` in their lists, and ``start`` and ``end`` as yyyymmdd, 0
    if open or unknown, between which it may have been in effect (see :mod:`in_effect`); ``undated`` are the positions
    of claims without a time.
``claims-N``
    The rest of :data:`CHUNK` claims: ready phrases (see :mod:`phrase`) next to raw values: ``words`` (the value),
    ``time``, ``details`` (the qualifiers), ``level`` (of evidence), ``heading`` (of a card) and ``differs``.
``about``, ``sources``, ``conflicts``, ``finding``, ``stories``
    Other names and descriptions of entities; sources; conflicts; every name in its forms, for finding entities; the
    guided stories (see :mod:`stories`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rareearth import namespaces, network, spelling
from rareearth.site.explorer import lists, positions, stories
from rareearth.store import claims
from rareearth.views import cards, conflicts, lookup, phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

Record = dict[str, Any]
Parts = dict[str, Any]
Sentences = dict[tuple[str, int, int], str]

CHUNK = 2000  # claims of a part

_CLASSES = """
SELECT ?kind ?en ?zh ?colour ?sphere ?actors ?layer WHERE {
  ?kind a owl:Class ; ree:colour ?colour ; rdfs:label ?en , ?zh FILTER(LANG(?en) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?kind ree:sphere ?sphere }
  OPTIONAL { ?kind rdfs:subClassOf* ?drawn . ?drawn ree:layer ?layer }
  BIND(IF(EXISTS { ?kind rdfs:subClassOf* ?above . ?above ree:inView "actors" }, "true", "false") AS ?actors)
}"""
_GROUPS = """
SELECT ?group ?text ?colour WHERE {
  { ?group a ree:Sphere } UNION { ?group ree:inLegend true }
  ?group rdfs:label ?text ; ree:colour ?colour FILTER(LANG(?text) = "en")
}"""
_IN_LEGEND = "SELECT ?kind ?group WHERE { ?group ree:inLegend true . ?kind rdfs:subClassOf* ?group }"
_RELATIONS = """
SELECT ?relation ?label ?back ?zh ?colour ?strength WHERE {
  ?relation a ree:Relation ; ree:colour ?colour ; rdfs:label ?label , ?zh
  FILTER(LANG(?label) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?relation ree:inverseLabel ?back FILTER(LANG(?back) = "en") }
  OPTIONAL { ?relation ree:tieStrength ?strength }
}"""
_NAMES = """
SELECT ?entity ?name WHERE {
  { ?entity rdfs:label|skos:altLabel|ree:acronym ?name }
  UNION { ?mention ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false }
  { SELECT DISTINCT ?kind { ?kind rdfs:subClassOf* ree:Entity } }
  ?entity a ?kind .
}"""


def read(store: Backend, sentences: Sentences) -> Parts:
    """Everything that the page shows, by part. ``sentences`` are by (source, start, end); {} for a page without any."""
    known = list(claims.read(store))
    classes = _classes(store)
    full = network.read(store, "full", known=known, publishers=True)
    actors, layered = ({kind for kind, record in classes.items() if name in record} for name in ("actors", "layer"))
    drawn = positions.read(full, known, actors, layered)
    relations = [_relation(row) for row in sorted(_rows(store, _RELATIONS), key=lambda row: row["relation"])]
    pages = {page.id: page for page in sorted(claims.pages(store).values(), key=lambda page: page.id)}
    listed = lists.read(store)
    chunks = [known[first : first + CHUNK] for first in range(0, len(known), CHUNK)]
    return {
        "data": {
            **listed,
            "classes": classes,
            "groups": sorted(map(_group, _rows(store, _GROUPS)), key=lambda group: str(group["text"])),
            "layers": sorted({record["layer"] for record in classes.values() if "layer" in record}),
            "relations": relations,
            "entities": [_entity(id_, data, drawn) for id_, data in sorted(full.nodes.items())],
            "sources": list(pages),
            "communities": drawn.communities,
            "claims": _columns(known, sorted(full), [r["id"] for r in relations], list(pages), listed),
            "chunk": CHUNK,
            "newest": max(
                (int(page.published[:4]) for page in pages.values() if page.published[:4].isdigit()), default=0
            ),
        },
        **{f"claims-{n}": [_claim(claim, sentences) for claim in chunk] for n, chunk in enumerate(chunks)},
        "about": _about(store, full),
        "sources": {id_: _source(page) for id_, page in pages.items()},
        "conflicts": _conflicts(store, known),
        "finding": finding(store),
        "stories": stories.parts(known, full),
    }


def _classes(store: Backend) -> dict[str, Record]:
    legend = {row["kind"]: row["group"] for row in _rows(store, _IN_LEGEND)}
    found = {}
    for row in _rows(store, _CLASSES):
        group = row["sphere"] or legend.get(row["kind"], "")
        found[row["kind"]] = _known({**row, "actors": row["actors"] == "true", "group": group}, "kind", "sphere")
    return found


def _group(row: dict[str, str]) -> Record:
    return {"id": row["group"], "text": row["text"], "colour": row["colour"]}


def _relation(row: dict[str, str]) -> Record:
    record = {"id": row["relation"], **row, "label": phrase.relation(row["label"])}
    return _known({**record, "strength": float(row["strength"] or 0)}, "relation")


def _entity(id_: str, data: Record, drawn: positions.Positions) -> Record:
    record = {
        "id": id_,
        "name": str(data["label"]),
        "zh": str(data.get("label_zh", "")),
        "kind": data.get("kind", ""),
        "at": drawn.at[id_],
        "among": drawn.among.get(id_, ()),
        "core": drawn.core.get(id_, ()),
    }
    return _known(record)


def _columns(
    known: Sequence[Claim], entities: list[str], relations: list[str], sources: list[str], listed: lists.Lists
) -> Record:
    """The claims as columns of numbers."""

    def numbered(ids: Iterable[str]) -> dict[str, int]:
        return {id_: number for number, id_ in enumerate(ids)}

    def ids(items: list[lists.Item]) -> dict[str, int]:
        return numbered(item["id"] for item in items)

    node, relation, source = numbered(entities), numbered(relations), numbered(sources)
    kind, standing, level = ids(listed["kinds"]), ids(listed["statuses"]), ids(listed["levels"])
    return {
        "s": [node[claim.subject.id] for claim in known],
        "o": [node[claim.object.id] if claim.object.is_entity else -1 for claim in known],
        "p": [relation[claim.relation.id] for claim in known],
        "kind": [kind[claim.kind] for claim in known],
        "standing": [standing[lists.standing(claim)] for claim in known],
        "evidence": [level[claim.evidence] for claim in known],
        "source": [source[claim.source] for claim in known],
        "start": [_day(claim.spell.start) if claim.spell.dated else 0 for claim in known],
        "end": [_day(claim.spell.end) if claim.spell.dated else 0 for claim in known],
        "undated": [number for number, claim in enumerate(known) if not claim.spell.dated],
    }


def _day(day: date | None) -> int:
    return day.year * 10_000 + day.month * 100 + day.day if day else 0


def _end_because(claim: Claim) -> str:
    return f"its end from {claim.end_inferred_from}" if claim.end_inferred_from else ""


def _claim(claim: Claim, sentences: Sentences) -> Record:
    quotes = [sentences.get((claim.source, start, end)) for start, end, _ in claim.spans]
    record: Record = {
        "id": claim.id,
        "value": "" if claim.object.is_entity else claim.object.id,
        "words": "" if claim.object.is_entity else phrase.object_(claim),
        "status": claim.status,
        "heading": cards.Statement(claim).heading,
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
        "spans": claim.spans,
        "readings": [phrase.reading(reading) for reading in claim.readings],
        "sentences": quotes if any(quotes) else [],
    }
    return _known(record)


def _about(store: Backend, full: network.Network) -> dict[str, Record]:
    """The other names of entities, and what is said of what they are."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _NAMES):
        names[row["entity"]].add(row["name"])
    found = {}
    for id_, data in sorted(full.nodes.items()):
        others = sorted(names[id_] - {str(data["label"]), str(data.get("label_zh", ""))})
        if record := _known({"names": others, "about": data.get("about", "")}):
            found[id_] = record
    return found


def finding(store: Backend) -> Record:
    """Every name with its forms, and the rules to fold what a reader types: the page finds as :mod:`lookup` does."""
    found, known = [], set()
    for iri, name, rank, forms in lookup.index(store).forms():
        ways = [forms[way] for way in ("form", "short form", "transliteration", "initials")]
        known |= {form for way in ways for form in way}
        found.append([namespaces.local(iri), name, rank, *ways])
    return {"forms": found, "spelling": spelling.rules(known)}


def _source(page: claims.Page) -> Record:
    return _known(
        {
            "title": page.title,
            "url": page.link,
            "publisher": page.publisher,
            "published": page.published,
            "from": phrase.source(page),
        }
    )


def _conflicts(store: Backend, known: Sequence[Claim]) -> Record:
    """The conflicts, each with the positions of its claims."""
    sides: dict[str, list[int]] = defaultdict(list)
    for number, claim in enumerate(known):
        if claim.conflict:
            sides[claim.conflict].append(number)
    return {
        c.id: {"question": c.question, "kind": c.kind, "why": c.why, "claims": sides[c.id]}
        for c in conflicts.read(store)
    }


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
