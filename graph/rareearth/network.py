"""The graph as a NetworkX network, read from the store by SPARQL: one edge for each (subject, relation, object).

A symmetric relation makes one edge, whichever end the sources name first: in the direction in which they do, or from
the end whose id comes first if they do both. The weight of an edge is the number of its claims, whose ids it has.
Nodes and edges have plain texts, numbers and truth values only, so that every format and NetworkX's own writers keep
them; several texts are joined by `` | ``.

Node attributes: ``label``, ``label_zh``, ``kind`` (class), ``sphere``, ``about``, ``color``, ``iri``, and identifiers
by their scheme (``ticker``, ``lei``, ``isin``, ``uscc``, ``ror``, ``wikidata``); in the view ``full`` also the values
of relations that have a number or text as object. A number is a number; where sources give an entity several numbers,
or one with a bound (up to 5), it has none, and a text with all of them, whose name ends in ``_values``. Edge
attributes: ``relation``, ``label``, ``label_zh``, ``weight`` (number of claims), ``strength`` (of the tie, 0 where it
is none), ``symmetric``, ``color``, ``claims`` (ids), ``claim_kind``, ``status``, ``stance``, ``sources``, ``when`` and
``when_inferred`` (EDTF, as the sources give it).

``periods`` of an edge says when any of its claims is in effect, by the rule of :mod:`rareearth.store.in_effect`: as
first/last day, joined and without overlaps, nothing for an end that is open or unknown (they are not called ``spells``,
which ``nx.write_gexf`` takes for its own); ``start`` and ``end`` are the first and the last of these days, absent where
that end is open. An edge of undated claims alone has none of the three. Nodes have ``periods`` too: when any of their
claims in this network is in effect. On any day, the edges and nodes whose periods include it are those of ``as_of`` for
that day. What is not known is absent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx

from rareearth import namespaces
from rareearth.errors import NotFoundError, QueryError
from rareearth.models import CLAIM_KINDS
from rareearth.store import claims, in_effect, sparql, vocabulary
from rareearth.store.backend import Literal

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

    Network: TypeAlias = nx.MultiDiGraph[str]

JOIN = " | "
SEVERAL = "_values"  # ends the name of the attribute that has several numbers of a relation, as a text
VIEWS = ("actors", "full")
KINDS = CLAIM_KINDS
NO_COLOUR = "#8a8f98"  # of a kind or relation that the ontology gives none
_NUMBERS: dict[str, type[int] | type[float]] = {
    namespaces.PREFIXES["xsd"] + "integer": int,
    namespaces.PREFIXES["xsd"] + "decimal": float,
}

# Three plain queries are twice as fast as one with OPTIONAL.
_KINDS = (  # DISTINCT, as not every store gives the ends of a path once
    "SELECT ?node ?kind WHERE { { SELECT DISTINCT ?kind { ?kind rdfs:subClassOf* ree:Entity } } ?node a ?kind }"
)
_LABELS = "SELECT ?node ?label (LANG(?label) AS ?language) WHERE { ?node rdfs:label ?label }"
_IDENTIFIERS = (
    "SELECT ?node ?scheme ?value WHERE { ?node ree:identifier [ ree:scheme ?scheme ; skos:notation ?value ] }"
)
_ABOUT = "SELECT ?node ?about WHERE { ?node dcterms:description ?about }"
_CLASSES = """
SELECT ?kind ?colour ?sphere ?view WHERE {
  ?kind ree:colour ?colour ; a owl:Class .
  OPTIONAL { ?kind ree:sphere ?sphere }
  OPTIONAL { ?kind rdfs:subClassOf* ?above . ?above ree:inView ?view }
}"""
_RELATIONS = """
SELECT ?relation ?en ?zh ?colour ?strength ?symmetric WHERE {
  ?relation a ree:Relation ; ree:colour ?colour ; rdfs:label ?en , ?zh FILTER(LANG(?en) = "en" && LANG(?zh) = "zh")
  OPTIONAL { ?relation ree:tieStrength ?strength }
  BIND(IF(EXISTS { ?relation a owl:SymmetricProperty }, "true", "false") AS ?symmetric)
}"""
_PUBLISHERS = "SELECT DISTINCT ?publisher WHERE { ?source dcterms:publisher ?publisher }"

_IN_VIEW = """
SELECT DISTINCT ?entity ?view WHERE {
  VALUES ?entity { %s }
  ?entity a ?kind . ?kind rdfs:subClassOf* ?above . ?above ree:inView ?view
}"""

_Triple: TypeAlias = tuple[str, str, str]


def read(
    store: Backend,
    view: str = "actors",
    kinds: Collection[str] | None = None,
    *,
    known: Sequence[Claim] | None = None,
    publishers: bool = False,
) -> Network:
    """The network of a view.

    ``actors`` has persons, organizations, groups, places, events and facilities that are tied to each other by plain
    facts; ``full`` has every claim and every entity, but for publishers that no claim is about; if the store is limited
    to a date, only the entities of claims that are in effect then. ``kinds`` chooses other kinds of claims (fact,
    speech, assessment, recommendation); then only what these are about is in the network. ``known`` are the claims of
    the store, for callers that have read them already; with ``publishers``, those that no claim is about are in
    ``full`` too. Raises NotFoundError for an unknown view or kind, and for no kind at all.
    """
    check(view, kinds)
    all_claims = claims.read(store) if known is None else known
    terms = _Terms(store)
    if view == "full":
        chosen = [c for c in all_claims if c.kind in (KINDS if kinds is None else kinds)]
        shown = {end.text for c in chosen for end in (c.subject, c.object) if end.text in terms.nodes}
        if kinds is None and not vocabulary.read(store).as_of:
            left_out = () if publishers else (publisher for (publisher,) in _select(store, _PUBLISHERS))
            shown |= set(terms.nodes).difference(left_out)
    else:
        shown = {iri for iri, node in terms.nodes.items() if view in terms.views(node.kind)}
        chosen = [
            c
            for c in all_claims
            if (c.kind in kinds if kinds is not None else (c.kind, c.status, c.plain) == ("fact", "held", True))
            and c.subject.text in shown
            and c.object.text in shown
        ]
        shown = {end for c in chosen for end in (c.subject.text, c.object.text)}
    network = _network(terms, shown, (_triple(c) for c in chosen if c.object.is_entity), chosen)
    network.graph["name"] = f"rareearth {view}"
    return network


def check(view: str, kinds: Collection[str] | None) -> None:
    """Raise NotFoundError for an unknown view or kind of claim, or for no kind at all."""
    if view not in VIEWS:
        raise NotFoundError("view", view, f"; expected {' or '.join(VIEWS)}")
    check_kinds(kinds)


def check_kinds(kinds: Collection[str] | None) -> None:
    """Raise NotFoundError for an unknown kind of claim, for a text in place of a list, or for no kind at all."""
    expected = f"; expected one or more of {', '.join(KINDS)}"
    if isinstance(kinds, str):
        raise NotFoundError("list of kinds", kinds, f"{expected} in a list")
    if kinds is not None and not kinds:
        raise NotFoundError("kind of claim", "", expected)
    if unknown := set(kinds or ()) - set(KINDS):
        raise NotFoundError("kind of claim", min(unknown), expected)


def in_view(store: Backend, entities: Collection[str], view: str) -> set[str]:
    """Those of the entities (IRIs) whose class is in a view."""
    return {
        row["entity"].value
        for refs in claims.batches(entities)
        for row in store.select(_IN_VIEW % refs, {"view": Literal(view)})
    }


def from_query(store: Backend, query: str) -> Network:
    """The network of a query's answer.

    CONSTRUCT gives edges as its triples. SELECT gives them as the columns ``subject``, ``relation`` and ``object``
    (or ``s``, ``p``, ``o``, or else its first three), and ``claim`` where it has that column. Edges that are claimed
    have their claims. Raises QueryError for a query that gives neither.
    """
    result = store.query(query)
    terms = _Terms(store)
    known: dict[_Triple, list[Claim]] = defaultdict(list)
    for claim in claims.read(store):
        known[terms.tie(_triple(claim))].append(claim)
    triples: list[_Triple] = []
    only: set[str] | None = None
    if isinstance(result, sparql.Triples):
        triples = [(_text(t.subject), t.predicate.value, _text(t.object)) for t in result if _is_node(t.object)]
    elif isinstance(result, sparql.Rows):
        names = result.columns
        ends = next(
            (e for e in (["subject", "relation", "object"], ["s", "p", "o"]) if set(e) <= set(names)), names[:3]
        )
        if len(ends) < 3:
            raise QueryError(f"a network needs three columns (subject, relation, object); found {', '.join(names)}")
        for row in result:
            if all(_is_node(row[name]) for name in ends):
                triples.append((_text(row[ends[0]]), _text(row[ends[1]]), _text(row[ends[2]])))
                if "claim" in names:
                    only = (only or set()) | {namespaces.local(_text(row["claim"]))}
    else:
        raise QueryError("a network needs a CONSTRUCT or SELECT query; ASK answers yes or no")
    chosen = [c for t in sorted(set(map(terms.tie, triples))) for c in known[t] if only is None or c.id in only]
    network = _network(terms, {end for s, _, o in triples for end in (s, o)}, triples, chosen)
    network.graph["name"] = "rareearth query"
    return network


def _network(terms: _Terms, nodes: Collection[str], triples: Iterable[_Triple], chosen: Sequence[Claim]) -> Network:
    network: Network = nx.MultiDiGraph()
    ids = {iri: namespaces.local(iri) for iri in nodes}
    for iri, id_ in sorted(ids.items(), key=lambda item: item[1]):
        network.add_node(id_, **terms.attributes(iri))
    backing: dict[_Triple, list[Claim]] = defaultdict(list)
    for claim in chosen:
        backing[terms.tie(_triple(claim))].append(claim)
    counts = Counter(triples)
    directions: dict[_Triple, list[_Triple]] = defaultdict(list)
    for triple in counts:
        directions[terms.tie(triple)].append(triple)
    edges = {_direction(given, backing[tie]): tie for tie, given in directions.items()}
    for triple in sorted(edges, key=lambda t: (namespaces.local(t[0]), namespaces.local(t[2]), t[1])):
        subject, relation, obj = triple
        based_on = backing[edges[triple]]
        name = namespaces.local(relation)
        known_as = terms.relations.get(relation, _Relation(name, "", NO_COLOUR, 0.0, symmetric=False))
        attributes = {
            "relation": name, "label": known_as.en, "label_zh": known_as.zh,
            "weight": len(based_on) or max(counts[t] for t in directions[edges[triple]]),
            "strength": known_as.strength, "symmetric": known_as.symmetric, "color": known_as.colour,
            **_evidence(based_on),
        }  # fmt: skip
        known = {name: value for name, value in attributes.items() if value != ""}
        network.add_edge(ids[subject], ids[obj], key=name, **known)
    for iri, values in _values(chosen).items():
        network.nodes[ids[iri]].update(values)
    for iri, periods in _periods_of_nodes(chosen).items():
        if iri in ids and periods:
            network.nodes[ids[iri]]["periods"] = periods
    return network


def _direction(given: list[_Triple], backing: list[Claim]) -> _Triple:
    """The direction of an edge: the one given; of two (a symmetric relation), the one that all sources state."""
    stated = {_triple(claim) for claim in backing} & set(given)
    return min(stated or given)


def _triple(claim: Claim) -> _Triple:
    return claim.subject.text, claim.relation.iri, claim.object.text


def _evidence(backing: list[Claim]) -> dict[str, str]:
    """What an edge says of the claims behind it."""

    def join(values: Iterable[str]) -> str:
        return JOIN.join(sorted({v for v in values if v}))

    days = in_effect.merge(c.spell for c in backing)
    spans = [f"{c.since}/{c.until}" if c.since or c.until else c.when for c in backing]
    return {
        "claims": join(c.id for c in backing),
        "claim_kind": join(c.kind for c in backing),
        "status": join(c.status for c in backing),
        "stance": join(c.stance for c in backing),
        "sources": join(c.source for c in backing),
        "when": join(spans),
        "when_inferred": join(c.inferred for c in backing),
        "start": days[0].start.isoformat() if days and days[0].start else "",
        "end": days[-1].end.isoformat() if days and days[-1].end else "",
        "periods": _periods(days),
    }


def _periods(days: Iterable[in_effect.Spell]) -> str:
    return JOIN.join(f"{start.isoformat() if start else ''}/{end.isoformat() if end else ''}" for start, end, _ in days)


def _periods_of_nodes(chosen: Iterable[Claim]) -> dict[str, str]:
    """For each entity (its IRI) when any of the chosen claims about it is in effect."""
    found: dict[str, list[in_effect.Spell]] = defaultdict(list)
    for claim in chosen:
        for end in {claim.subject.text, claim.object.text}:
            found[end].append(claim.spell)
    return {iri: _periods(in_effect.merge(spells)) for iri, spells in found.items()}


def _values(chosen: Iterable[Claim]) -> dict[str, dict[str, object]]:
    """What claims say of entities (IRIs) in numbers and texts, by relation."""
    found: dict[tuple[str, str, str], set[_Value]] = defaultdict(set)
    for claim in chosen:
        if not claim.object.is_entity:
            found[claim.subject.text, claim.relation.id, claim.object.datatype].add(
                _Value(claim.object.text, claim.bound)
            )
    nodes: dict[str, dict[str, object]] = defaultdict(dict)
    for (iri, relation, datatype), values in sorted(found.items()):
        given = list(values)
        number = _NUMBERS.get(datatype)
        if number is None:
            nodes[iri][relation] = _in_words(sorted(given))
        elif len(given) == 1 and not given[0].bound:
            nodes[iri][relation] = number(given[0].text)
        else:  # which of them counts is not for us to say, and a column has one type
            nodes[iri][relation + SEVERAL] = _in_words(sorted(given, key=lambda value: (Decimal(value.text), value)))
    return nodes


def _in_words(values: Iterable[_Value]) -> str:
    return JOIN.join(f"{bound} {text}".strip() for text, bound in values)


class _Value(NamedTuple):
    """A number or text as object, and its bound ("" for none)."""

    text: str
    bound: str


class _Relation(NamedTuple):
    """A relation as its query has it."""

    en: str
    zh: str
    colour: str
    strength: float
    symmetric: bool


class _Node(NamedTuple):
    """An entity as its query has it; what is not known is ""."""

    kind: str
    label: str
    label_zh: str
    about: str


class _Terms:
    """What the entities, classes and relations of a store are called and look like."""

    def __init__(self, store: Backend) -> None:
        labels: dict[str, dict[str, str]] = defaultdict(dict)
        for node, label, language in _select(store, _LABELS):
            labels[language][node] = label
        about = dict(_select(store, _ABOUT))
        self._identifiers: dict[str, dict[str, object]] = defaultdict(dict)
        for node, scheme, value in sorted(_select(store, _IDENTIFIERS)):
            known = self._identifiers[node]
            known[scheme] = f"{known[scheme]}{JOIN}{value}" if scheme in known else value
        self.nodes = {
            node: _Node(kind, labels["en"][node], labels["zh"].get(node, ""), about.get(node, ""))
            for node, kind in _select(store, _KINDS)
            if node in labels["en"]
        }
        self._classes: dict[str, tuple[str, str, frozenset[str]]] = {}
        for kind, colour, sphere, view in _select(store, _CLASSES):
            views = self.views(kind)
            self._classes[kind] = (colour, sphere, views | {view} if view else views)
        self.relations = {
            relation: _Relation(en, zh, colour, float(strength or 0), symmetric == "true")
            for relation, en, zh, colour, strength, symmetric in _select(store, _RELATIONS)
        }

    def tie(self, triple: _Triple) -> _Triple:
        """A triple as it is the same for both directions of a symmetric relation."""
        subject, relation, object_ = triple
        known = self.relations.get(relation)
        return (object_, relation, subject) if known and known.symmetric and object_ < subject else triple

    def views(self, kind: str) -> frozenset[str]:
        """The views that entities of a class (its IRI) are in."""
        return self._classes[kind][2] if kind in self._classes else frozenset()

    def attributes(self, iri: str) -> dict[str, str]:
        """The attributes of the node of an entity."""
        kind, label, zh, about = self.nodes.get(iri, _Node("", namespaces.local(iri), "", ""))
        colour, sphere, _ = self._classes.get(kind, (NO_COLOUR, "", frozenset()))
        known = {
            "label": label, "label_zh": zh, "kind": namespaces.local(kind), "sphere": namespaces.local(sphere),
            "about": about, "color": colour, "iri": iri,
        }  # fmt: skip
        identifiers = {scheme: str(value) for scheme, value in self._identifiers.get(iri, {}).items()}
        return {name: value for name, value in known.items() if value} | identifiers


def _select(store: Backend, query: str) -> Iterator[list[str]]:
    for row in store.select(query):
        yield ["" if term is None else _text(term) for term in row]


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _is_node(term: object) -> bool:
    return type(term).__name__ == "NamedNode"
