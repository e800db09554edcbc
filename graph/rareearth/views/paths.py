"""How two entities are connected: the shortest paths between them, with the claims of each step."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from rareearth import namespaces, network
from rareearth.errors import RareEarthError
from rareearth.store import claims
from rareearth.views import cards

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.views.cards import Sentences, Statement


@dataclass(frozen=True)
class Step:
    """One step of a path: the names of two neighbours and the claims between them."""

    source: str
    target: str
    statements: tuple[Statement, ...]


def prepare() -> None:
    """Have networkx load what it loads at the first call, for a process that cannot read files later."""
    small: nx.Graph[str] = nx.Graph([("a", "b"), ("b", "c")])
    _paths(small, "a", "c", 1)
    nx.node_connected_component(small, "a")


def between(store: Backend, start: str, end: str, count: int = 1, as_of: str | None = None) -> list[list[Step]]:
    """How two entities (IRIs) are connected: up to ``count`` shortest paths, the direction of relations ignored.

    Facts among actors are tried first, then facts that pass through topics, then every claim. What is read is the
    neighbourhood of the two, as far out as the paths need. ``as_of`` is a day, a month or a year (EDTF): only claims
    that may have been in effect then count. Raises RareEarthError when nothing connects them, and DateError.
    """
    if start == end:
        raise RareEarthError(f"both names refer to the same entity ({namespaces.local(start)}); expected two")
    around = _Neighbourhood(store, as_of)
    for view, kinds in (("actors", ("fact",)), ("full", ("fact",)), ("full", network.KINDS)):
        if found := _shortest(around, start, end, count, view, kinds):
            around.expand({iri for path in found for iri in path})
            return [[_step(around, a, b, kinds) for a, b in itertools.pairwise(path)] for path in found]
    raise RareEarthError(f"no path in the graph connects {namespaces.local(start)} and {namespaces.local(end)}")


def lines(steps: Iterable[Step], sentence: Sentences | None = None) -> Iterator[str]:
    """A path as text, step by step."""
    for number, step in enumerate(steps, 1):
        yield f"{number}. {step.source} – {step.target}"
        for statement in step.statements:
            yield from ("  " + line for line in cards.statement_lines(statement, sentence))


class _Neighbourhood:
    """The claims of entities, read many entities at a time and kept."""

    def __init__(self, store: Backend, as_of: str | None) -> None:
        self._store, self._as_of = store, as_of
        self._claims: dict[str, list[Claim]] = {}
        self._actors: dict[str, bool] = {}

    def expand(self, iris: Collection[str]) -> None:
        """Read the claims of these entities."""
        new = set(iris) - set(self._claims)
        self._claims |= {iri: [] for iri in new}
        for claim in claims.read(self._store, new, as_of=self._as_of) if new else ():
            if claim.object.is_entity:
                for end in {claim.subject.text, claim.object.text} & new:
                    self._claims[end].append(claim)

    def of(self, iri: str) -> list[Claim]:
        """The claims of an entity that was expanded."""
        return self._claims[iri]

    def neighbours(self, iris: Collection[str], view: str, kinds: Collection[str]) -> set[tuple[str, str]]:
        """The pairs (smaller IRI first) that claims of these kinds connect to these entities, within a view."""
        self.expand(iris)
        pairs = {
            (min(ends), max(ends))
            for iri in iris
            for claim in self._claims[iri]
            if claim.kind in kinds and len(ends := {claim.subject.text, claim.object.text}) == 2
        }
        if view != "actors":
            return pairs
        ends = {end for pair in pairs for end in pair}
        if unknown := ends - set(self._actors):
            shown = network.in_view(self._store, unknown, view)
            self._actors |= {iri: iri in shown for iri in unknown}
        return {(a, b) for a, b in pairs if self._actors[a] and self._actors[b]}


def _shortest(
    around: _Neighbourhood, start: str, end: str, count: int, view: str, kinds: Collection[str]
) -> list[list[str]]:
    """Up to ``count`` shortest paths; [] where there is none.

    Once all entities within ``radius`` steps of either end are expanded, every path of up to 2 · radius + 2 steps is
    known, as each of its steps has an end within that distance.
    """
    known: nx.Graph[str] = nx.Graph()
    known.add_nodes_from((start, end))
    rim, radius = {start, end}, 0  # what is to be expanded next, at that distance
    expanded: set[str] = set()
    while rim:
        expanded |= rim
        known.add_edges_from(sorted(around.neighbours(rim, view, kinds)))
        found = [path for path in _paths(known, start, end, count) if len(path) - 1 <= 2 * radius + 2]
        if len(found) == count:
            return found
        sides = [nx.node_connected_component(known, side) for side in (start, end)]
        rim = set(known) - expanded
        radius += 1
        if end not in sides[0] and not all(rim & side for side in sides):
            return []  # all that is connected to one of the two is known
    return _paths(known, start, end, count)


def _paths(known: nx.Graph[str], start: str, end: str, count: int) -> list[list[str]]:
    if not nx.has_path(known, start, end):
        return []
    return list(itertools.islice(nx.shortest_simple_paths(known, start, end), count))


def _step(around: _Neighbourhood, a: str, b: str, kinds: Collection[str]) -> Step:
    between_them = [c for c in around.of(a) if c.kind in kinds and {a, b} == {c.subject.text, c.object.text}]
    found = cards.statements(between_them, a)
    return Step(found[0].subject, _name(found[0]), found)


def _name(statement: Statement) -> str:
    return statement.claim.subject.label if statement.inward else statement.claim.object.label
