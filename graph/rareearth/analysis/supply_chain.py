"""The way from the mine to the magnet as a store tells it: who stands at which stage, where, and run by whom.

The ontology declares what Python must know: ``ree:stage`` is the stage of a class of facilities, or of the materials
that come out of it; ``ree:runs`` that a relation says who runs a facility, and whether it operates; ``ree:makes`` that
a relation says what its subject makes, and how much; ``ree:spatial`` that it says where something lies, and
``ree:territory`` which places are the countries.

A facility stands at the stage of its class, else at those of the materials that it is said to make: a mine's output is
counted as oxide, and that does not make it a separation plant. It operates when a fact that holds says so or tells
what it makes, is in development when all such facts are plans, and is given up when all that is told of it has ended.
A facility of which facts tell nothing but what holds at any time (``ree:timeless``), as where it lies, is no site: they
would make it one at times at which nobody knows of it. A firm that is said to make something stands at that stage as a
maker, unless it runs a facility there. Countries make nothing here: what is told of their output stands apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth import namespaces

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

OPERATING, DEVELOPING, ENDED, UNTOLD = "operating", "in development", "given up", "not told"
STATES = (OPERATING, DEVELOPING, ENDED, UNTOLD)
YEARLY = "t/a"  # the unit in which capacities are added

_STAGES = """
SELECT ?stage ?label WHERE { ?stage ree:step ?step ; rdfs:label ?label FILTER(LANG(?label) = "en") } ORDER BY ?step"""
_NODES = """
SELECT ?node ?label ?stage ?nature ?territory WHERE {
  ?node a ?class ; rdfs:label ?label FILTER(LANG(?label) = "en")
  ?class rdfs:subClassOf* ree:Entity .
  OPTIONAL { ?class rdfs:subClassOf* ?staged . ?staged ree:stage ?stage }
  OPTIONAL { ?class rdfs:subClassOf* ?kind . ?kind ree:nature ?nature FILTER(?nature = "facility") }
  OPTIONAL { ?class rdfs:subClassOf* ?land . ?land ree:territory ?territory }
}"""
_FACTS = """
SELECT ?claim ?subject ?object ?does ?how ?status ?until ?source ?material ?number ?unit ?day ?when ?stands WHERE {
  { ?relation ree:runs ?how . BIND("runs" AS ?does) }
  UNION { ?relation ree:makes ?how . BIND("makes" AS ?does) }
  UNION { ?relation ree:spatial true . BIND("lies" AS ?does) BIND("" AS ?how) }
  UNION {
    ?relation a ree:Relation . BIND("tells" AS ?does) BIND("" AS ?how)
    FILTER(NOT EXISTS { ?relation ree:timeless true } || EXISTS { ?relation ree:begins true })
  }
  GRAPH ?claim { ?subject ?relation ?object }
  ?claim ree:kind ree:fact ; ree:status ?status ; ree:source ?source .
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:material ?material }
  OPTIONAL { ?claim ree:number ?number ; ree:unit ?unit }
  OPTIONAL { ?claim ree:latest ?day }
  OPTIONAL { ?claim ree:when ?when }
  BIND(EXISTS { ?subject ?relation ?object } AS ?stands)
}"""


class Amount(NamedTuple):
    """How much is made or can be made in a time: of what, whether that is so or planned, and which claim says it."""

    number: float
    unit: str
    material: str
    held: bool
    when: str
    claim: str


@dataclass(frozen=True)
class Site:
    """A facility, or a firm that makes something at a stage without a facility there (``maker``).

    ``countries`` are all that it is said to lie in, ``runners`` those who run it (a maker runs itself), ``last`` the
    last day that any claim tells of, "" where none does.
    """

    id: str
    label: str
    stages: tuple[str, ...]
    state: str
    maker: bool
    countries: tuple[str, ...]
    runners: tuple[str, ...]
    capacities: tuple[Amount, ...]
    last: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """The stages in their order (id -> name), the sites, the output of countries, and the names of all of them.

    ``placed`` are the facilities of a stage of which no more is told than what holds at any time.
    """

    stages: Mapping[str, str]
    sites: tuple[Site, ...]
    placed: tuple[str, ...]
    outputs: Mapping[str, tuple[Amount, ...]]
    labels: Mapping[str, str]


class _Fact(NamedTuple):
    claim: str
    subject: str
    object: str
    does: str
    how: str
    status: str
    material: str
    amount: tuple[float, str] | None
    day: str
    when: str

    @property
    def ended(self) -> bool:
        return self.status == "ended"

    @property
    def held(self) -> bool:
        return self.status == "held"

    @property
    def made(self) -> str:
        """The material that it says is made, or ""."""
        return (self.object if self.how == "material" else self.material) if self.does == "makes" else ""


def read(store: Backend, without: Iterable[str] = ()) -> Way:
    """The way as the facts of a store tell it, leaving out some sources; contradicted facts do not count."""
    stages = {namespaces.local(stage.value): label.value for stage, label in store.select(_STAGES)}
    nodes = _nodes(store)
    inside: nx.DiGraph[str] = nx.DiGraph()  # from what lies in a place to the place; not where a country lies
    of: dict[str, list[_Fact]] = defaultdict(list)
    told: set[str] = set()
    for fact in _facts(store, set(without)):
        if fact.does == "tells":
            told |= {fact.subject, fact.object}
            continue
        if fact.does == "lies" and not fact.ended and fact.subject not in nodes.territories:
            inside.add_edge(fact.subject, fact.object)
        of[fact.object if fact.does == "runs" else fact.subject].append(fact)

    def site(id_: str, at: set[str], facts: list[_Fact], *, maker: bool) -> Site:
        where = _countries(id_, inside, nodes.territories)
        label = nodes.labels.get(id_, id_)
        return _site(id_, label, tuple(stage for stage in stages if stage in at), facts, where, maker=maker)

    staged = {
        id_: at for id_ in sorted(nodes.facilities) if (at := nodes.stages.get(id_) or _made_at(of.get(id_, ()), nodes))
    }
    sites = [site(id_, at, of[id_], maker=False) for id_, at in staged.items() if id_ in told]
    placed = tuple(id_ for id_ in staged if id_ in of and id_ not in told)
    runs = {(runner, stage) for found in sites for runner in found.runners for stage in found.stages}
    for id_ in sorted(set(of) - nodes.facilities - nodes.territories):
        at = {stage for stage in _made_at(of[id_], nodes) if (id_, stage) not in runs}
        if at:
            there = [f for f in of[id_] if f.does == "lies" or nodes.stages.get(f.made, set()) & at]
            sites.append(site(id_, at, there, maker=True))
    outputs = {id_: _amounts(of[id_], "actual") for id_ in sorted(nodes.territories & set(of))}
    return Way(stages, tuple(sites), placed, {id_: told for id_, told in outputs.items() if told}, nodes.labels)


class _Nodes(NamedTuple):
    """The names of all entities, the stages of those whose class has one, the facilities, and the countries."""

    labels: Mapping[str, str]
    stages: Mapping[str, set[str]]
    facilities: set[str]
    territories: set[str]


def _nodes(store: Backend) -> _Nodes:
    labels: dict[str, str] = {}
    stages: dict[str, set[str]] = defaultdict(set)
    facilities, territories = set(), set()
    for node, label, stage, nature, territory in store.select(_NODES):
        id_ = namespaces.local(node.value)
        labels[id_] = label.value
        if stage:
            stages[id_].add(namespaces.local(stage.value))
        if nature:
            facilities.add(id_)
        if territory:
            territories.add(id_)
    return _Nodes(labels, dict(stages), facilities, territories)


def _made_at(facts: Iterable[_Fact], nodes: _Nodes) -> set[str]:
    """The stages of what the facts say is made."""
    return {stage for fact in facts for stage in nodes.stages.get(fact.made, ())}


def _facts(store: Backend, without: set[str]) -> list[_Fact]:
    def text(term: object) -> str:
        return "" if term is None else namespaces.local(str(getattr(term, "value", term)))

    found = []
    for row in store.select(_FACTS):
        status = "ended" if row["until"] is not None else text(row["status"])
        contradicted = status == "held" and text(row["stands"]) != "true"
        if text(row["source"]) in without or status == "retracted" or contradicted:
            continue
        number = row["number"]
        found.append(
            _Fact(
                text(row["claim"]),
                text(row["subject"]),
                text(row["object"]),
                text(row["does"]),
                text(row["how"]),
                status,
                text(row["material"]),
                (float(number.value), text(row["unit"])) if number else None,
                text(row["day"]),
                text(row["when"]),
            )
        )
    return sorted(found)


def _site(id_: str, label: str, at: tuple[str, ...], facts: list[_Fact], countries: set[str], *, maker: bool) -> Site:
    runs = [fact for fact in facts if fact.does == "runs"]
    return Site(
        id=id_,
        label=label,
        stages=at,
        state=_state(facts),
        maker=maker,
        countries=tuple(sorted(countries)),
        runners=(id_,) if maker else tuple(sorted({f.subject for f in runs if not f.ended})),
        capacities=_amounts(facts, "potential"),
        last=max((fact.day for fact in facts), default=""),
        claims=tuple(sorted({fact.claim for fact in facts})),
    )


def _state(facts: list[_Fact]) -> str:
    told = [fact for fact in facts if fact.does in ("runs", "makes")]
    if not told:
        return UNTOLD
    if all(fact.ended for fact in told):
        return ENDED
    operates = any(fact.held and fact.how != DEVELOPING for fact in told)
    return OPERATING if operates else DEVELOPING


def _amounts(facts: Iterable[_Fact], how: str) -> tuple[Amount, ...]:
    return tuple(
        Amount(*fact.amount, fact.material, fact.held, fact.when, fact.claim)
        for fact in facts
        if fact.how == how and fact.amount and not fact.ended
    )


def _countries(id_: str, inside: nx.DiGraph[str], territories: set[str]) -> set[str]:
    """The countries that something lies in, through places that lie in places."""
    return nx.descendants(inside, id_) & territories if id_ in inside else set()
