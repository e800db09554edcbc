"""The graph as a NetworkX network, read from the store by SPARQL: one edge for each (subject, relation, object).

An edge weighs as many claims as say it, and names them. Nodes and edges carry plain texts and numbers only, so that
every format keeps them; several values are joined by `` | ``.

Node attributes: ``label``, ``label_zh``, ``kind`` (class), ``sphere``, ``about``, ``color``, ``iri``; in the view
``full`` also the values of relations that have a number or text as object. Edge attributes: ``relation``, ``label``,
``label_zh``, ``weight`` (number of claims), ``strength`` (of the tie, 0 where it is none), ``color``, ``claims`` (ids),
``claim_kind``, ``status``, ``stance``, ``sources``, ``when`` and ``when_inferred`` (EDTF), ``start`` and ``end`` (first
and last day known), ``spells`` (first/last day of each claim that has one). What is not known is absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx

from rareearth import namespaces
from rareearth.errors import RareEarthError
from rareearth.store import sparql

if TYPE_CHECKING:
    import pyoxigraph as ox

    Network: TypeAlias = nx.MultiDiGraph[str]

JOIN = " | "
VIEWS = ("actors", "full")
KINDS = ("fact", "speech", "assessment", "recommendation")
NO_COLOUR = "#8a8f98"  # of a kind or relation that the ontology gives none

_NODES = """
SELECT ?node ?kind ?en ?zh ?about WHERE {
  ?node a ?kind . ?kind rdfs:subClassOf* ree:Entity .
  ?node rdfs:label ?en FILTER(LANG(?en) = "en")
  OPTIONAL { ?node rdfs:label ?zh FILTER(LANG(?zh) = "zh") }
  OPTIONAL { ?node dcterms:description ?about }
}"""
_CLASSES = """
SELECT ?kind ?colour ?sphere ?view WHERE {
  ?kind ree:colour ?colour ; a owl:Class .
  OPTIONAL { ?kind ree:sphere ?sphere }
  OPTIONAL { ?kind rdfs:subClassOf* ?above . ?above ree:inView ?view }
}"""
_RELATIONS = """
SELECT ?relation ?en ?zh ?colour ?strength WHERE {
  ?relation a ree:Relation ; ree:colour ?colour ; rdfs:label ?en , ?zh FILTER(LANG(?en) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?relation ree:tieStrength ?strength }
}"""
_CLAIMS = """
SELECT ?claim ?s ?p ?o ?kind ?status ?stance ?source ?when ?since ?until ?inferred ?first ?last
       ?plain WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source .
  OPTIONAL { ?claim ree:stance ?stance }
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:inferredWhen ?inferred }
  OPTIONAL { ?claim ree:earliest ?first }
  OPTIONAL { ?claim ree:latest ?last }
  BIND(EXISTS { ?s ?p ?o } AS ?plain)
}"""


class _Claim(NamedTuple):
    """One row of the claims, as texts; what is not known is ''. The order is that of the columns of the query."""

    id: str
    subject: str
    relation: str
    object: str
    kind: str
    status: str
    stance: str
    source: str
    when: str
    since: str
    until: str
    inferred: str
    first: str
    last: str
    plain: str


_Triple: TypeAlias = tuple[str, str, str]


def read(store: ox.Store, view: str = "actors", kinds: Collection[str] | None = None) -> Network:
    """The network of a view.

    ``actors`` has persons, organizations, groups, places, events and facilities that are tied to each other by plain
    facts; ``full`` has every entity and every claim. ``kinds`` chooses other kinds of claims (fact, speech,
    assessment, recommendation). Raises RareEarthError for an unknown view or kind.
    """
    if view not in VIEWS:
        raise RareEarthError(f"no view '{view}'; wanted {' or '.join(VIEWS)}, or a query")
    if unknown := set(kinds or ()) - set(KINDS):
        raise RareEarthError(f"no kind of claim '{min(unknown)}'; wanted some of {', '.join(KINDS)}")
    claims = list(_claims(store))
    classes = {kind: set(views) for kind, (_, _, views) in _classes(store).items()}
    nodes = {iri: kind for iri, (kind, *_) in _described(store).items()}
    if view == "full":
        shown = set(nodes)
        chosen = [c for c in claims if c.kind in (kinds or KINDS)]
    else:
        shown = {iri for iri, kind in nodes.items() if view in classes.get(kind, ())}
        chosen = [
            c
            for c in claims
            if (c.kind in kinds if kinds else (c.kind, c.status, c.plain) == ("fact", "held", "true"))
            and c.subject in shown
            and c.object in shown
        ]
        shown = {end for c in chosen for end in (c.subject, c.object)}
    network = _network(store, shown, ((c.subject, c.relation, c.object) for c in chosen), chosen)
    network.graph["name"] = f"rareearth {view}"
    return network


def from_query(store: ox.Store, query: str) -> Network:
    """The network of a query's answer.

    CONSTRUCT gives edges as its triples. SELECT gives them as the columns ``subject``, ``relation`` and ``object``
    (or ``s``, ``p``, ``o``, or else its first three), and ``claim`` where it has that column. Edges that are claimed
    carry their claims. Raises QueryError for a query that gives neither.
    """
    import pyoxigraph as ox

    result = sparql.run(store, query)
    known: dict[_Triple, list[_Claim]] = defaultdict(list)
    for claim in _claims(store):
        known[claim.subject, claim.relation, claim.object].append(claim)
    triples: list[_Triple] = []
    only: set[str] | None = None
    if isinstance(result, ox.QueryTriples):
        triples = [(_text(t.subject), t.predicate.value, _text(t.object)) for t in result if _is_node(t.object)]
    elif isinstance(result, ox.QuerySolutions):
        names = [v.value for v in result.variables]
        ends = next(
            (e for e in (["subject", "relation", "object"], ["s", "p", "o"]) if set(e) <= set(names)), names[:3]
        )
        if len(ends) < 3:
            raise sparql.QueryError(
                f"a network needs three columns (subject, relation, object); found {', '.join(names)}"
            )
        for row in result:
            if all(_is_node(row[name]) for name in ends):
                triples.append((_text(row[ends[0]]), _text(row[ends[1]]), _text(row[ends[2]])))
                if "claim" in names:
                    only = (only or set()) | {namespaces.local(_text(row["claim"]))}
    else:
        raise sparql.QueryError("a network needs a CONSTRUCT or SELECT query; ASK answers yes or no")
    chosen = [c for t in sorted(set(triples)) for c in known[t] if only is None or c.id in only]
    network = _network(store, {end for s, _, o in triples for end in (s, o)}, triples, chosen)
    network.graph["name"] = "rareearth query"
    return network


def _network(store: ox.Store, nodes: Iterable[str], triples: Iterable[_Triple], claims: Iterable[_Claim]) -> Network:
    network: Network = nx.MultiDiGraph()
    described, classes, relations = _described(store), _classes(store), _relations(store)
    nodes = set(nodes)
    for iri in sorted(nodes, key=namespaces.local):
        kind, label, zh, about = described.get(iri, ("", namespaces.local(iri), "", ""))
        colour, sphere, _ = classes.get(kind, (NO_COLOUR, "", frozenset()))
        known = {
            "label": label, "label_zh": zh, "kind": namespaces.local(kind), "sphere": namespaces.local(sphere),
            "about": about, "color": colour, "iri": iri,
        }  # fmt: skip
        network.add_node(namespaces.local(iri), **{name: value for name, value in known.items() if value})
    said: dict[_Triple, list[_Claim]] = defaultdict(list)
    for claim in claims:
        said[claim.subject, claim.relation, claim.object].append(claim)
    counts: dict[_Triple, int] = defaultdict(int)
    for triple in triples:
        counts[triple] += 1
    for subject, relation, obj in sorted(counts, key=lambda t: (namespaces.local(t[0]), namespaces.local(t[2]), t[1])):
        if obj not in nodes:  # a number or a text
            _add_value(network.nodes[namespaces.local(subject)], namespaces.local(relation), obj)
            continue
        en, zh, colour, strength = relations.get(relation, (namespaces.local(relation), "", NO_COLOUR, 0.0))
        backing = said[subject, relation, obj]
        attributes = {
            "relation": namespaces.local(relation), "label": en, "label_zh": zh,
            "weight": len(backing) or counts[subject, relation, obj],
            "strength": strength, "color": colour, **_evidence(backing),
        }  # fmt: skip
        network.add_edge(
            namespaces.local(subject), namespaces.local(obj), key=namespaces.local(relation),
            **{name: value for name, value in attributes.items() if value != ""},
        )  # fmt: skip
    return network


def _evidence(claims: list[_Claim]) -> dict[str, str]:
    """What an edge says of the claims behind it."""

    def joined(values: Iterable[str]) -> str:
        return JOIN.join(sorted({v for v in values if v}))

    spans = [f"{c.since}/{c.until}" if c.since or c.until else c.when for c in claims]
    return {
        "claims": joined(c.id for c in claims),
        "claim_kind": joined(c.kind for c in claims),
        "status": joined(c.status for c in claims),
        "stance": joined(c.stance for c in claims),
        "sources": joined(c.source for c in claims),
        "when": joined(spans),
        "when_inferred": joined(c.inferred for c in claims),
        "start": min((c.first for c in claims if c.first), default=""),
        "end": max((c.last for c in claims if c.last), default="") if all(c.last for c in claims) else "",
        "spells": joined(f"{c.first}/{c.last}" for c in claims if c.first or c.last),
    }


def _add_value(node: dict[str, object], relation: str, value: str) -> None:
    values = {*str(node.get(relation, "")).split(JOIN), value} - {""}
    node[relation] = JOIN.join(sorted(values))


def _claims(store: ox.Store) -> Iterator[_Claim]:
    local = namespaces.local
    for row in _select(store, _CLAIMS):
        claim, s, p, o, kind, status, stance, source, *rest = row
        yield _Claim(local(claim), s, p, o, local(kind), local(status), local(stance), local(source), *rest)


def _described(store: ox.Store) -> dict[str, tuple[str, str, str, str]]:
    return {node: (kind, en, zh, about) for node, kind, en, zh, about in _select(store, _NODES)}


def _classes(store: ox.Store) -> dict[str, tuple[str, str, frozenset[str]]]:
    found: dict[str, tuple[str, str, frozenset[str]]] = {}
    for kind, colour, sphere, view in _select(store, _CLASSES):
        views = found.get(kind, ("", "", frozenset[str]()))[2]
        found[kind] = (colour, sphere, views | {view} if view else views)
    return found


def _relations(store: ox.Store) -> dict[str, tuple[str, str, str, float]]:
    rows = _select(store, _RELATIONS)
    return {relation: (en, zh, colour, float(strength or 0)) for relation, en, zh, colour, strength in rows}


def _select(store: ox.Store, query: str) -> Iterator[list[str]]:
    for row in sparql.select(store, query):
        yield ["" if term is None else _text(term) for term in row]


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _is_node(term: object) -> bool:
    return type(term).__name__ == "NamedNode"
