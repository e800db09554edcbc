"""The entity of a name, however it is spelled."""

from __future__ import annotations

import re
import weakref
from typing import TYPE_CHECKING

from rareearth import names, namespaces
from rareearth.errors import AmbiguousError, NotFoundError, did_you_mean
from rareearth.store.backend import Literal

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
_ID = re.compile(r"[a-z0-9-]{1,100}")
_RANKS = (("name",), ("alias", "acronym", "record"), ("in a source",))
_LONGEST = 500  # characters of a name in the data


class _Index:
    """Every name of a store: who has it, and by its key who has it how."""

    def __init__(self, store: Backend) -> None:
        known: dict[str, dict[str, str]] = {row["entity"].value: {} for row in store.select(_ENTITIES)}
        for entity, name, how in store.select(_NAMES):
            if entity.value in known:
                known[entity.value][name.value] = how.value
        self.named = {name: iri for iri, given in known.items() for name in given}
        self.by_key: list[dict[str, set[str]]] = [{} for _ in _RANKS]
        rank_of = {how: number for number, rank in enumerate(_RANKS) for how in rank}
        for iri, given in known.items():
            for name, how in given.items():
                self.by_key[rank_of[how]].setdefault(names.key(name), set()).add(iri)


_indexes: weakref.WeakKeyDictionary[Backend, _Index] = weakref.WeakKeyDictionary()


def entity(store: Backend, name: str) -> str:
    """The IRI of the entity of that id, IRI, name, alias, acronym or Chinese name, however it is spelled.

    An id, and a name as the data has it, are looked up; for any other spelling an index of all names is made once for
    a store. Names that a source uses are found too, but not words that mean an entity in one text only. A name goes
    before an alias, and an alias before what a source says. Raises NotFoundError (with the closest names), and
    AmbiguousError where the name is that of several.
    """
    given_name = name.strip()
    id_ = given_name.removeprefix("entity:") if not given_name.startswith("http") else namespaces.local(given_name)
    if direct := _of_id(store, id_) or _of_name(store, id_):
        return direct
    if store not in _indexes:
        _indexes[store] = _Index(store)
    index = _indexes[store]
    key = names.key(id_)
    for by_key in index.by_key:
        found = sorted(by_key.get(key, ()))
        if len(found) > 1:
            raise AmbiguousError("entity", name, [namespaces.local(iri) for iri in found])
        if found:
            return found[0]
    close = {n: namespaces.local(index.named[n]) for n in names.closest(given_name, index.named)}
    ids = list(dict.fromkeys(close.values()))
    raise NotFoundError("entity", name, did_you_mean([f"{n} ({id_})" for n, id_ in close.items()]), ids)


def _of_id(store: Backend, id_: str) -> str:
    if not _ID.fullmatch(id_):
        return ""
    iri = namespaces.ENTITY + id_
    rows = store.select(f"SELECT ?entity {{ VALUES ?entity {{ <{iri}> }} {_IS_ENTITY} }} LIMIT 1")
    return iri if list(rows) else ""


def _of_name(store: Backend, name: str) -> str:
    """The one entity of exactly that name; "" where there is none or more than one."""
    if not name.isprintable() or len(name) > _LONGEST:
        return ""
    literals = " ".join(str(Literal(name, language=language)) for language in ("en", "zh"))
    found = {row["entity"].value for row in store.select(_OF_NAME % literals)}
    return found.pop() if len(found) == 1 else ""
