"""The entity of a name, however it is spelled: the one rule that every way to ask for an entity goes through."""

from __future__ import annotations

import re
import weakref
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rareearth import characters, namespaces
from rareearth.errors import AmbiguousError, NotFoundError, did_you_mean
from rareearth.names import MAX_LENGTH, Index, Match
from rareearth.store import claims, vocabulary
from rareearth.store.backend import Literal
from rareearth.store.named import batches
from rareearth.views import cards

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_IS_ENTITY = "?entity a ?kind . ?kind rdfs:subClassOf* ree:Entity"
_ENTITIES = f"SELECT ?entity {{ {_IS_ENTITY} }}"
_NAMES = """
SELECT ?entity ?name ?how WHERE {
  { ?entity rdfs:label ?name . BIND("name" AS ?how) }
  UNION { ?entity skos:altLabel ?name . BIND("alias" AS ?how) }
  UNION { ?entity ree:acronym ?name . BIND("acronym" AS ?how) }
  UNION { ?mention ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false . BIND("in a source" AS ?how) }
  UNION { ?entity owl:sameAs ?other . BIND(STRAFTER(STR(?other), "/entity/") AS ?name) BIND("record" AS ?how) }
}"""
_OF_NAME = f"SELECT ?entity {{ VALUES ?name {{ %s }} ?entity rdfs:label ?name . {_IS_ENTITY} }}"
_DESCRIBED = """
SELECT ?entity ?name ?class { VALUES ?entity { %s } ?entity rdfs:label ?name ; a/rdfs:label ?class
  FILTER(LANG(?name) = "en" && LANG(?class) = "en") }"""
_BRIEF = """
SELECT ?entity ?class ?kind ?name ?zh ?about {
  VALUES ?entity { %s }
  ?entity a ?class . ?class rdfs:subClassOf* ree:Entity ; rdfs:label ?kind FILTER(LANG(?kind) = "en")
  OPTIONAL { ?entity rdfs:label ?name FILTER(LANG(?name) = "en") }
  OPTIONAL { ?entity rdfs:label ?zh FILTER(LANG(?zh) = "zh") }
  OPTIONAL { ?entity dcterms:description ?about }
}"""
_ID = re.compile(r"[a-z0-9-]{1,100}")
_PLAIN = ("name", "alias", "acronym", "record", "id")
_MAX_LISTED = 8  # entities of one name that a message describes
_MAX_DIFFERENCE = 80  # characters of what tells one entity of a name from another

_indexes: weakref.WeakKeyDictionary[Backend, Index] = weakref.WeakKeyDictionary()


class Brief(NamedTuple):
    """An entity in brief: its id, English and Chinese name, the IRI and label of its class, and what it is, if said."""

    id: str
    name: str
    zh: str
    class_: str
    kind: str
    about: str


def briefs(store: Backend, entities: Collection[str]) -> dict[str, Brief]:
    """Entities (IRIs) in brief, by IRI; what is no entity is left out.

    >>> import rareearth
    >>> [found] = briefs(rareearth.open().store, ["https://w3id.org/rareearth/entity/li-bo"]).values()
    >>> found.name, found.kind
    ('Li Bo', 'person')
    """
    found: dict[str, Brief] = {}
    for refs in batches(entities):
        for entity, class_, kind, name, zh, about in store.select(_BRIEF % refs):
            id_ = namespaces.local(entity.value)
            texts = [term.value if term else "" for term in (name, zh, about)]
            brief = Brief(id_, texts[0] or id_, texts[1], class_.value, kind.value, texts[2])
            found[entity.value] = min(brief, found.get(entity.value, brief))
    return found


def names(store: Backend) -> Iterator[tuple[str, str, str]]:
    """Every name of every entity as (IRI, name, kind of name); words that mean an entity in one text only are none."""
    known = {row["entity"].value for row in store.select(_ENTITIES)}
    for iri in known:
        yield iri, namespaces.local(iri), "id"
    for entity, name, how in store.select(_NAMES):
        if entity.value in known:
            yield entity.value, name.value, how.value
    if naming := _naming(store):
        for claim in claims.read(store, relations=naming):
            yield claim.subject.text, claim.object.text, naming[claim.relation.id]


def kinds(store: Backend) -> tuple[str, ...]:
    """The kinds of names, the best first: a present name goes before a former one, and that before what sources say."""
    return "name", "alias", "acronym", "record", *sorted(set(_naming(store).values())), "in a source", "id"


def _naming(store: Backend) -> dict[str, str]:
    """The relations whose values are names of their subjects, and the kind of name, as the ontology says it."""
    relations = vocabulary.read(store).relations.values()
    return {r.id: r.traits["naming"] for r in relations if "naming" in r.traits}


def index(store: Backend) -> Index:
    """The index of all names of a store, made once for a store."""
    if store not in _indexes:
        _indexes[store] = Index(names(store), kinds(store))
    return _indexes[store]


def entity(store: Backend, name: str) -> str:
    """The IRI of the entity of that id, IRI or name; see :func:`find`."""
    return find(store, name).thing


def find(store: Backend, name: str) -> Match:
    """The entity (its IRI) of an id, IRI or name, with the name that matched, its kind, and how it matched.

    An id, and a name as the data has it, are looked up; for any other spelling an index of all names is made once for
    a store. Raises NotFoundError (with close names), and AmbiguousError where the name is that of several.
    """
    found = matches(store, name)
    if len(found) > 1:
        ids = [namespaces.local(match.thing) for match in found]
        raise AmbiguousError("entity", name, ids, [_difference(store, match.thing) for match in found[:_MAX_LISTED]])
    if found:
        return found[0]
    close = suggest(store, name)
    ids = list(dict.fromkeys(namespaces.local(match.thing) for match in close))
    raise NotFoundError("entity", name, did_you_mean(_described(store, close)), ids)


def matches(store: Backend, name: str) -> list[Match]:
    """All entities of an id, IRI or name: one, several where the name is that of several, or none."""
    id_ = _bare(name)
    if direct := _of_id(store, id_):
        return [Match(direct, id_, "id", "exact")]
    if direct := _of_name(store, id_):
        return [Match(direct, id_, "name", "exact")]
    return index(store).find(id_)


def suggest(store: Backend, name: str, count: int = 5) -> list[Match]:
    """Entities with a name close to a name, at most ``count``, the closest first."""
    return index(store).suggest(_bare(name), count)


def close(store: Backend, name: str, count: int = 5) -> list[tuple[float, Match]]:
    """What :func:`suggest` finds, each with how much its name is like that name, 0.6 to 1."""
    return index(store).close(_bare(name), count)


def _bare(name: str) -> str:
    """A name, or the id of an IRI."""
    given = name.strip()
    return namespaces.local(given) if given.startswith("http") else given.removeprefix("entity:")


def note(match: Match) -> str:
    """Why a name found what it found, in a few words; "" where the name is the entity's own, whatever its spelling.

    >>> note(Match("https://w3id.org/rareearth/entity/noveon", "Urban Mining", "former name", "spelling"))
    'a former name of noveon'
    >>> note(Match("https://w3id.org/rareearth/entity/mp", "MP Materials", "name", "short form"))
    "the short form of 'MP Materials'"
    """
    own = match.how in _PLAIN
    kind = "name in a source" if match.how == "in a source" else match.how
    if match.why in ("exact", "spelling", "form", "word order"):
        return "" if own else f"a {kind} of {namespaces.local(match.thing)}"
    return f"the {match.why} of {'' if own else f'the {kind} '}'{match.name}'"


def _described(store: Backend, matches: list[Match]) -> list[str]:
    """Entities by their names that matched, each with its id and class."""
    described = {
        row["entity"].value: (row["name"].value, row["class"].value)
        for refs in batches(match.thing for match in matches)
        for row in store.select(_DESCRIBED % refs)
    }
    close = []
    for match in matches:
        name, class_ = described.get(match.thing, (match.name, "entity"))
        close.append(f"{name if match.how == 'id' else match.name} ({namespaces.local(match.thing)}, {class_})")
    return close


def _difference(store: Backend, iri: str) -> str:
    """What tells an entity from others of its name: its English name, its class, and what it is or does."""
    card = cards.card(store, iri)
    about = card.about or next((f"{s.phrase} {s.object}" for s in card.statements), "")
    text = characters.visible(", ".join(filter(None, (card.name, card.kind, about))))
    return text if len(text) <= _MAX_DIFFERENCE else f"{text[:_MAX_DIFFERENCE].rstrip()} …"


def _of_id(store: Backend, id_: str) -> str:
    if not _ID.fullmatch(id_):
        return ""
    iri = namespaces.ENTITY + id_
    rows = store.select(f"SELECT ?entity {{ VALUES ?entity {{ <{iri}> }} {_IS_ENTITY} }} LIMIT 1")
    return iri if list(rows) else ""


def _of_name(store: Backend, name: str) -> str:
    """The one entity of exactly that name; "" where there is none or more than one."""
    if not name.isprintable() or len(name) > MAX_LENGTH:
        return ""
    literals = " ".join(str(Literal(name, language=language)) for language in ("en", "zh"))
    found = {row["entity"].value for row in store.select(_OF_NAME % literals)}
    return found.pop() if len(found) == 1 else ""
