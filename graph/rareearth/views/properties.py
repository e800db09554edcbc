"""What a table can get of entities, and compare with them: names, class, place, identifiers, and relations both ways.

A property has an id: the name of a relation (``owns``), that name with ``^`` before it for the other end (``^owns``:
what owns it), a scheme of identifiers (``lei``), or one of :data:`PLAIN`.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces, quantities
from rareearth.errors import NotFoundError, suggest
from rareearth.identifiers import SCHEMES
from rareearth.ontology import NUMBERS
from rareearth.store import claims, vocabulary
from rareearth.store.backend import Literal
from rareearth.store.named import batches
from rareearth.views import lookup, phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

PLAIN = {
    "name": "English name",
    "zh": "Chinese name",
    "alias": "other name",
    "kind": "class",
    "about": "what it is",
    "iri": "address in the graph",
    "place": "place, region or country that it is in",
}
SCOPES = ("facts", "past", "all")  # facts that are true now as far as is known; past ones too; claims of every kind
_INVERSE = "^"
_DEFINITIONS = """
SELECT ?relation ?definition ?domain ?range {
  ?relation a ree:Relation ; skos:definition ?definition ; rdfs:domain ?domain ; rdfs:range ?range
  FILTER(LANG(?definition) = "en")
}"""
_ALIASES = """
SELECT ?entity ?name { VALUES ?entity { %s } ?entity skos:altLabel|ree:acronym ?name }"""
_IDENTIFIERS = "SELECT ?entity ?identifier { VALUES ?entity { %s } ?entity ree:identifier ?identifier }"
_IDENTIFIED = """
SELECT ?entity { ?identifier ree:scheme %s ; skos:notation ?value . ?entity ree:identifier ?identifier
  VALUES ?value { %s } }"""
_PLACES = "SELECT DISTINCT ?entity ?place { VALUES ?entity { %s } ?entity (%s)+ ?place }"
_CLASSES = """
SELECT ?class ?label ?zh ?above {
  ?class rdfs:subClassOf* ree:Entity ; rdfs:label ?label FILTER(LANG(?label) = "en")
  OPTIONAL { ?class rdfs:label ?zh FILTER(LANG(?zh) = "zh") }
  OPTIONAL { ?class rdfs:subClassOf ?above . ?above rdfs:subClassOf* ree:Entity }
}"""
_USED = """
SELECT ?relation (COUNT(*) AS ?n) { ?e a/rdfs:subClassOf* <%s> . %s . ?relation a ree:Relation } GROUP BY ?relation"""


class Property(NamedTuple):
    """A property: its id, its name in words, what it means, and the class of its values; "" if that is not said."""

    id: str
    name: str
    meaning: str = ""
    range: str = ""


class Class(NamedTuple):
    """A class of entities: its id, labels, the classes directly above it, and all above it and itself."""

    id: str
    name: str
    zh: str
    broader: tuple[str, ...]
    above: frozenset[str]


class Cell(NamedTuple):
    """A value of a property: an entity (with an ``id``), a number or a text, and the claim that says so, if any."""

    name: str
    id: str = ""
    number: int | float | None = None
    claim: Claim | None = None


_classes: weakref.WeakKeyDictionary[Backend, dict[str, Class]] = weakref.WeakKeyDictionary()
_properties: weakref.WeakKeyDictionary[Backend, dict[str, Property]] = weakref.WeakKeyDictionary()


def classes(store: Backend) -> dict[str, Class]:
    """The classes of entities by id; read once for a store."""
    if store not in _classes:
        labels: dict[str, tuple[str, str]] = {}
        above: dict[str, set[str]] = defaultdict(set)
        for class_, label, zh, upper in store.select(_CLASSES):
            id_ = namespaces.local(class_.value)
            labels[id_] = label.value, zh.value if zh else ""
            above[id_] |= {namespaces.local(upper.value)} - {id_} if upper else set()
        _classes[store] = {
            id_: Class(id_, *labels[id_], tuple(sorted(above[id_])), _closure(id_, above)) for id_ in sorted(labels)
        }
    return _classes[store]


def _closure(id_: str, above: dict[str, set[str]]) -> frozenset[str]:
    found, rest = {id_}, [id_]
    while rest:
        new = above[rest.pop()] - found
        found |= new
        rest += sorted(new)
    return frozenset(found)


def properties(store: Backend) -> dict[str, Property]:
    """All properties by id; read once for a store."""
    if store not in _properties:
        known, nothing = classes(store), ("", "", "")
        declared = {
            namespaces.local(of.value): (text.value, *(namespaces.local(end.value) for end in ends))
            for of, text, *ends in store.select(_DEFINITIONS)
        }
        listed = [Property(id_, name) for id_, name in PLAIN.items()]
        listed += [Property(id_, scheme.title) for id_, scheme in SCHEMES.items()]
        for relation in sorted(vocabulary.read(store).relations.values(), key=lambda r: r.id.casefold()):
            meaning, domain, range_ = declared.get(relation.id, nothing)
            ends = [end if end in known else "" for end in (domain, range_)]
            listed.append(Property(relation.id, phrase.relation(relation.label), meaning, ends[1]))
            if relation.inverse and not relation.symmetric:
                listed.append(Property(_INVERSE + relation.id, relation.inverse, meaning, ends[0]))
        _properties[store] = {of.id: of for of in listed}
    return _properties[store]


def named(store: Backend, id_: str) -> Property:
    """The property of an id. Raises NotFoundError."""
    known = properties(store)
    if id_ not in known:
        raise NotFoundError("property", id_, suggest(id_, known))
    return known[id_]


def of_class(store: Backend, id_: str, count: int) -> list[Property]:
    """What can be said of the entities of a class, at most ``count`` properties: relations by use, then the plain ones.

    Raises NotFoundError.
    """
    if id_ not in classes(store):
        raise NotFoundError("type", id_, suggest(id_, classes(store)))
    uses = [
        (-int(n.value), prefix + namespaces.local(relation.value))
        for prefix, pattern in (("", "?e ?relation ?other"), (_INVERSE, "?other ?relation ?e"))
        for relation, n in store.select(_USED % (namespaces.VOCABULARY + id_, pattern))
    ]
    known = properties(store)
    found = [known[name] for _, name in sorted(uses) if name in known]
    return [*found, *(known[name] for name in (*PLAIN, *SCHEMES))][:count]


class Values:
    """The values of properties of some entities (IRIs), whose claims are read once.

    >>> import rareearth
    >>> iri = "https://w3id.org/rareearth/entity/li-bo"
    >>> [cell.name for cell in Values(rareearth.open().store, [iri]).of("chairs")[iri]]
    ['Chinese Society of Rare Earths']
    """

    def __init__(self, store: Backend, entities: Collection[str]) -> None:
        self._store, self._entities = store, sorted(set(entities))

    def of(self, id_: str, scope: str = "facts", *, each_claim: bool = False) -> dict[str, list[Cell]]:
        """The values of a property by entity; sorted, each once, or once for each claim that says it.

        ``scope`` is one of :data:`SCOPES`. Raises NotFoundError for an unknown property.
        """
        named(self._store, id_)
        if id_ in PLAIN or id_ in SCHEMES:
            found = _plain(self._store, self._entities, id_)
        else:
            found = self._related(id_, scope)
            found = found if each_claim else _once(found)
        cells: dict[str, list[Cell]] = defaultdict(list)
        for iri, cell in found:
            cells[iri].append(cell)
        return {iri: sorted(of, key=_order) for iri, of in cells.items()}

    @cached_property
    def _claims(self) -> dict[str, list[Claim]]:
        """The claims of the entities by relation."""
        found: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims.read(self._store, self._entities):
            found[claim.relation.id].append(claim)
        return found

    def _related(self, id_: str, scope: str) -> list[tuple[str, Cell]]:
        inward, wanted = id_.startswith(_INVERSE), set(self._entities)
        found = []
        for claim in self._claims.get(id_.removeprefix(_INVERSE), ()):
            if not _is_in(claim, scope):
                continue
            ends = [(claim.object, claim.subject)] if inward else [(claim.subject, claim.object)]
            if claim.relation.symmetric:
                ends = [(claim.subject, claim.object), (claim.object, claim.subject)]
            for own, other in ends:
                if own.text in wanted:
                    text = phrase.value(other, claim.relation.label, "" if inward else claim.bound)
                    found.append((own.text, _cell(claim, other.id if other.is_entity else "", text)))
        return found


def _order(cell: Cell) -> tuple[str, str, str]:
    return cell.name, cell.id, cell.claim.id if cell.claim else ""


def _plain(store: Backend, entities: Collection[str], id_: str) -> list[tuple[str, Cell]]:
    if id_ == "alias":
        return [(e.value, Cell(name.value)) for refs in batches(entities) for e, name in store.select(_ALIASES % refs)]
    if id_ == "place":
        spatial = "|".join(f"<{relation}>" for relation in vocabulary.spatial(store))
        return _places(store, entities, spatial) if spatial else []
    if id_ in SCHEMES:
        rows = [row for refs in batches(entities) for row in store.select(_IDENTIFIERS % refs)]
        split = [(entity.value, term.value.partition("#")[2].partition("=")) for entity, term in rows]
        return [(entity, Cell(value)) for entity, (scheme, _, value) in split if scheme == id_]
    briefs = lookup.briefs(store, entities)
    if id_ == "kind":
        return [(iri, Cell(of.kind, namespaces.local(of.class_))) for iri, of in briefs.items()]
    texts = {iri: {"name": of.name, "zh": of.zh, "about": of.about, "iri": iri}[id_] for iri, of in briefs.items()}
    return [(iri, Cell(text)) for iri, text in texts.items() if text]


def _places(store: Backend, entities: Collection[str], spatial: str) -> list[tuple[str, Cell]]:
    rows = [(e.value, p.value) for refs in batches(entities) for e, p in store.select(_PLACES % (refs, spatial))]
    known = lookup.briefs(store, sorted({place for _, place in rows}))
    return [(entity, Cell(known[place].name, known[place].id)) for entity, place in rows if place in known]


def _cell(claim: Claim, id_: str, text: str) -> Cell:
    number: int | float | None = None
    value = claim.object
    if not id_ and value.datatype in NUMBERS and quantities.DECIMAL.fullmatch(value.text) and not claim.bound:
        number = float(value.text) if "." in value.text else int(value.text)
    return Cell(text, id_, number, claim)


def _once(found: Iterable[tuple[str, Cell]]) -> list[tuple[str, Cell]]:
    """Values that several claims state, each once, of the first claim by id; what is no fact is kept apart."""
    best: dict[tuple[str, str, str, str], Cell] = {}
    for iri, cell in found:
        kind = cell.claim.kind + cell.claim.status if cell.claim else ""
        best.setdefault((iri, cell.id, cell.name, kind), cell)
    return [(iri, cell) for (iri, _, _, _), cell in best.items()]


def _is_in(claim: Claim, scope: str) -> bool:
    if scope == "all":
        return True
    is_fact = claim.kind == "fact" and (claim.plain or claim.status == "ended")
    return is_fact and (scope == "past" or not (claim.over or claim.status == "ended"))


def having(store: Backend, id_: str, of: Iterable[str]) -> set[str]:
    """The entities (IRIs) of which facts give a property one of these values: names or ids of entities, or identifiers.

    Raises NotFoundError for an unknown property; one of :data:`PLAIN` but the names finds nothing.
    """
    named(store, id_)
    if id_ in SCHEMES:
        values = " ".join(str(Literal(text.strip())) for text in of)
        return {row[0].value for row in store.select(_IDENTIFIED % (Literal(id_), values))}
    meant = {match.thing for text in of for match in lookup.matches(store, text)}
    if id_ in ("name", "zh", "alias"):
        return meant
    if id_ in PLAIN or not meant:
        return set()
    inward, name = id_.startswith(_INVERSE), id_.removeprefix(_INVERSE)
    found = set()
    for claim in claims.read(store, sorted(meant)):
        if claim.relation.id != name or not _is_in(claim, "past"):
            continue
        own, other = (claim.object, claim.subject) if inward else (claim.subject, claim.object)
        found |= {own.text} if other.text in meant else set()
        found |= {other.text} if claim.relation.symmetric and own.text in meant else set()
    return found
