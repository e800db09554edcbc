"""The relations of the ontology for people: how they read both ways, what they tie, how often, and an example."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.errors import NotFoundError
from rareearth.names import closest
from rareearth.store import claims
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

_RELATIONS = """
SELECT ?relation ?label ?zh ?inverse ?definition ?domain ?range WHERE {
  ?relation a ree:Relation ; rdfs:label ?label , ?zh ; skos:definition ?definition ; rdfs:domain ?of ; rdfs:range ?to
  FILTER(LANG(?label) = "en" && LANG(?zh) = "zh" && LANG(?definition) = "en")
  ?of rdfs:label ?domain FILTER(LANG(?domain) = "en")
  OPTIONAL { ?to rdfs:label ?class FILTER(LANG(?class) = "en") }
  BIND(COALESCE(?class, STRAFTER(STR(?to), "#")) AS ?range)
  OPTIONAL { ?relation ree:inverseLabel ?inverse FILTER(LANG(?inverse) = "en") }
}"""


@dataclass(frozen=True)
class Entry:
    """A relation: its name, labels from both ends, what it may tie, its definition, and the claims that use it.

    ``example`` is one of them in words, a fact if there is one; "" for a relation that no claim uses.
    """

    name: str
    label: str
    zh: str
    inverse: str
    domain: str
    range: str
    definition: str
    uses: int
    example: str


def read(store: Backend, word: str = "") -> list[Entry]:
    """The relations in whose name, labels or definition a word stands (all, without one), sorted by name.

    For a word that is in none, those with a name close to it. Raises NotFoundError if there are none either.
    """
    used: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims.read(store):
        used[claim.relation.id].append(claim)
    found = {}
    for row in store.select(_RELATIONS):
        relation, label, zh, inverse, definition, domain, range_ = ("" if term is None else term.value for term in row)
        name = namespaces.local(relation)
        example = min(used[name], key=lambda claim: (claim.kind != "fact", not claim.plain, claim.id), default=None)
        said = phrase.statement(example) if example else ""
        found[name] = Entry(name, label, zh, inverse, domain, range_, definition, len(used[name]), said)
    chosen = [entry for entry in found.values() if word.casefold() in _words(entry)]
    if not chosen:
        chosen = [found[name] for name in closest(word, found)]
    if not chosen:
        raise NotFoundError("relation", word)
    return sorted(chosen, key=lambda entry: entry.name.casefold())


def _words(entry: Entry) -> str:
    return " ".join((entry.name, entry.label, entry.zh, entry.inverse, entry.definition)).casefold()


def lines(entry: Entry) -> Iterator[str]:
    """A relation as text."""
    uses = f"{entry.uses:,} claim{'' if entry.uses == 1 else 's'}"
    yield f"{entry.name}  {phrase.relation(entry.label)} {entry.zh}" + (f" / {entry.inverse}" if entry.inverse else "")
    yield f"  {entry.domain} → {entry.range}; {uses}"
    yield f"  {entry.definition}"
    if entry.example:
        yield f"  such as: {entry.example}"
