"""Matching the names of a table with entities, by the rules by which every name is found (:mod:`lookup`).

A candidate is a match only if the name is that of one entity, and what the table says of it does not contradict the
graph. A name that is only close is a candidate for a person to decide on, never a match. What the graph does not know
of an entity counts neither for it nor against it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rareearth import characters, names, namespaces
from rareearth.errors import NotFoundError, suggest
from rareearth.identifiers import SCHEMES
from rareearth.names import WAYS, Match
from rareearth.views import lookup, properties

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.views.lookup import Brief
    from rareearth.views.properties import Cell

MAX_CANDIDATES = 100
DEFAULT_LIMIT = 10
# How well a name fits, by the way in which it was found; a close name has less than any of them.
SCORES = dict(zip(WAYS, (100, 99, 98, 95, 90, 85, 80), strict=True))
CLOSE, IDENTIFIED = 75, 100  # of a close name, and of an identifier that both have
GUESSES = ("initials",)  # ways that find what may be meant: three capital letters are the initials of many
_OTHER_TYPE, _OTHER_VALUE = 0.5, 0.7  # what a score is multiplied by, where the table says otherwise


class Given(NamedTuple):
    """What a table says of an entity: a property, and its values: texts, or ids of entities."""

    property: str
    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """A name, the classes (ids) that its entity should be of, and what else is said of it.

    With ``strict``, entities of other classes are no candidates.
    """

    name: str = ""
    types: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    limit: int = DEFAULT_LIMIT
    strict: bool = False


@dataclass(frozen=True)
class Candidate:
    """An entity that a name may mean: ``score`` is 0 to 100, ``match`` says that it is meant.

    ``agrees`` says of each property whether the graph has the value of the table; of one that the graph has no value
    of, it says nothing.
    """

    brief: Brief
    score: float
    match: bool
    found: Match
    agrees: Mapping[str, bool]


def candidates(store: Backend, queries: Sequence[Query]) -> list[list[Candidate]]:
    """The candidates for each query, the best first; [] where nothing has such a name.

    Raises NotFoundError for a class or a property that there is not.

    >>> import rareearth
    >>> store = rareearth.open().store
    >>> [[sure], [near, *_]] = candidates(store, [Query("LYNAS"), Query("Lynas Rare Eaths")])
    >>> sure.match, near.match, sure.brief.id == near.brief.id
    (True, False, True)
    """
    for query in queries:
        _check(store, query)
    found = [_named(store, query) for query in queries]
    briefs = lookup.briefs(store, {match.thing for of in found for _, match in of})
    agreement = _Agreement(store, briefs, [given for query in queries for given in query.given])
    return [
        _ranked(store, query, [(s, m) for s, m in of if m.thing in briefs], briefs, agreement)
        for query, of in zip(queries, found, strict=True)
    ]


def _check(store: Backend, query: Query) -> None:
    for class_ in query.types:
        if class_ not in properties.classes(store):
            raise NotFoundError("type", class_, suggest(class_, properties.classes(store)))
    for given in query.given:
        properties.named(store, given.property)


def _named(store: Backend, query: Query) -> list[tuple[float, Match]]:
    """What a name may mean, each with its score; without a name, what has the values that are given."""
    if not query.name.strip():
        return [(CLOSE, Match(iri, "", "", "value")) for iri in _with_values(store, query.given)[:MAX_CANDIDATES]]
    found = [(SCORES[match.why] * 1.0, match) for match in lookup.matches(store, query.name)]
    if not found:
        found = [(CLOSE * likeness, match) for likeness, match in lookup.close(store, query.name, query.limit)]
    known = {match.thing for _, match in found}
    identified = _with_values(store, [of for of in query.given if of.property in SCHEMES])
    return found + [(0.0, Match(iri, "", "", "value")) for iri in identified if iri not in known]


def _with_values(store: Backend, given: Sequence[Given]) -> list[str]:
    """The entities of which the graph has all of these values, by asking who has them."""
    sets = [properties.having(store, of.property, [*of.texts, *of.ids]) for of in given]
    return sorted(set.intersection(*sets)) if sets else []


class _Agreement:
    """Whether the graph has the values of a table: those of all candidates are read at once."""

    def __init__(self, store: Backend, entities: Collection[str], given: Sequence[Given]) -> None:
        self._store = store
        values = properties.Values(store, entities)
        self._cells = {id_: values.of(id_, "past") for id_ in {of.property for of in given}}
        self._meant: dict[str, set[str]] = {}

    def of(self, iri: str, given: Sequence[Given]) -> dict[str, bool]:
        """By property, whether an entity has a value that is given; without those of which the graph has none."""
        known = {of: self._cells[of.property].get(iri) for of in given}
        return {of.property: any(self._same(cell, of) for cell in cells) for of, cells in known.items() if cells}

    def _same(self, cell: Cell, given: Given) -> bool:
        if cell.id and (cell.id in given.ids or any(cell.id in self._ids(text) for text in given.texts)):
            return True
        return any(_is_value(cell, text) for text in given.texts)

    def _ids(self, text: str) -> set[str]:
        if text not in self._meant:
            self._meant[text] = {namespaces.local(match.thing) for match in lookup.matches(self._store, text)}
        return self._meant[text]


def _is_value(cell: Cell, text: str) -> bool:
    if cell.number is not None:
        try:
            return float(text) == cell.number
        except ValueError:
            return False
    return names.key(cell.name) == names.key(text)


def _ranked(
    store: Backend,
    query: Query,
    found: Sequence[tuple[float, Match]],
    briefs: Mapping[str, Brief],
    agreement: _Agreement,
) -> list[Candidate]:
    known, wanted = properties.classes(store), set(query.types)
    made = []
    for score, match in found:
        brief = briefs[match.thing]
        of_type = not wanted or bool(known[namespaces.local(brief.class_)].above & wanted)
        if not of_type and query.strict:
            continue
        agrees = agreement.of(match.thing, query.given)
        worth = score * (1 if of_type else _OTHER_TYPE) * _OTHER_VALUE ** list(agrees.values()).count(False)
        is_it = any(agrees.get(scheme) for scheme in SCHEMES)  # what has the identifier is meant, whatever its name
        worth = max(worth, IDENTIFIED) if is_it and all(agrees.values()) else worth
        sure = is_it or (match.why in SCORES and match.why not in GUESSES)
        fits = of_type and all(agrees.values()) and sure
        made.append(Candidate(brief, round(worth, 2), fits, match, agrees))
    fitting = [candidate for candidate in made if candidate.match]
    if len(fitting) != 1:  # several fit: they are told apart by what the graph has, not by what it lacks
        told = [candidate for candidate in fitting if any(candidate.agrees.values())]
        two = len({candidate.found.why in SCORES for candidate in fitting}) > 1  # name and identifier are not of one
        fitting = told if len(told) == 1 and not two else []
    made = [replace(candidate, match=candidate in fitting) for candidate in made]
    return sorted(made, key=lambda c: (not c.match, -c.score, c.brief.name, c.brief.id))[: query.limit]


def beginning(store: Backend, text: str, count: int) -> list[tuple[Brief, Match]]:
    """Entities for what somebody types: of that name or id, then those whose name begins so, then close ones.

    >>> import rareearth
    >>> [brief.name for brief, _ in beginning(rareearth.open().store, "mp mat", 1)]
    ['MP Materials']
    """
    index = lookup.index(store)
    listed = [*lookup.matches(store, text), *index.beginning(text, count), *lookup.suggest(store, text, count)]
    first: dict[str, Match] = {}
    for match in listed:
        first.setdefault(match.thing, match)
    briefs = lookup.briefs(store, first)
    return [(briefs[iri], match) for iri, match in first.items() if iri in briefs][:count]


def described(brief: Brief, match: Match | None = None) -> str:
    """What tells an entity from others of its name, in a line."""
    other = match.name if match and match.name not in ("", brief.name, brief.zh, brief.id) else ""
    return characters.visible(
        "; ".join(filter(None, (brief.kind, brief.zh, brief.about, f"also {other}" if other else "")))
    )
