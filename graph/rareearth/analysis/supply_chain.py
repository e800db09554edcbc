"""The supply chain from the mine to the magnet as claims describe it: the sites of each stage, where, and run by whom.

The ontology declares what Python must know: ``ree:stage`` is the stage of a class of facilities, or of the materials
that come out of it; ``ree:runs`` that a relation says who runs a facility, and whether it operates; ``ree:makes`` that
a relation says what its subject makes, and how much; ``ree:spatial`` that it says where something is, and
``ree:territory`` which places are the countries.

The stage of a facility is that of its class, else those of the materials that it is said to make: a mine's output is
counted as oxide, and that does not make it a separation plant. It operates if a fact that holds says so or says what it
makes, is in development if all such facts are plans, and is given up if all such facts have ended. A facility about
which facts state nothing but what holds at any time (``ree:timeless``), as where it is, is no site: they would make it
one at times at which nobody knows of it. A firm that is said to make something is at that stage as a maker, unless it
runs a facility there. Places make nothing here: the output of countries, and that of places that are no countries (the
world), is kept apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth import namespaces
from rareearth.store import claims

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

OPERATING, DEVELOPING, ENDED, UNKNOWN = "operating", "in development", "given up", "not known"
STATES = (OPERATING, DEVELOPING, ENDED, UNKNOWN)
YEARLY = "t/a"  # the unit in which capacities are added

_STAGES = """
SELECT ?stage ?label WHERE { ?stage ree:step ?step ; rdfs:label ?label FILTER(LANG(?label) = "en") } ORDER BY ?step"""
_NODES = """
SELECT ?node ?label ?stage ?actor_type ?territory WHERE {
  ?node a ?class ; rdfs:label ?label FILTER(LANG(?label) = "en")
  { SELECT DISTINCT ?class { ?class rdfs:subClassOf* ree:Entity } }
  OPTIONAL { ?class rdfs:subClassOf* ?staged . ?staged ree:stage ?stage }
  OPTIONAL { ?class rdfs:subClassOf* ?kind . ?kind ree:nature ?actor_type FILTER(?actor_type IN ("facility", "place")) }
  OPTIONAL { ?class rdfs:subClassOf* ?land . ?land ree:territory ?territory }
}"""


class Amount(NamedTuple):
    """How much is made or can be made in a time: of what, whether it is so or planned (``held``), by which claim.

    ``bound`` says how the number is meant ("at least"), "" if it is exact; ``stage`` is the stage that the claim names,
    or "".
    """

    number: float
    unit: str
    bound: str
    material: str
    stage: str
    held: bool
    when: str
    claim: str


@dataclass(frozen=True)
class Site:
    """A facility, or a firm that makes something at a stage without a facility there (``maker``).

    ``countries`` are all that it is said to be in, ``operators`` those who run it (a maker runs itself), ``last`` is
    the last day that any claim is about (ISO 8601), "" if there is none.
    """

    id: str
    label: str
    stages: tuple[str, ...]
    state: str
    maker: bool
    countries: tuple[str, ...]
    operators: tuple[str, ...]
    capacities: tuple[Amount, ...]
    outputs: tuple[Amount, ...]
    last: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class SupplyChain:
    """The stages in their order (id -> name), the sites, the output of countries, and the names of all of them.

    ``placed`` are the facilities of a stage about which facts state only what holds at any time, ``totals`` the outputs
    of places that are no countries.
    """

    stages: Mapping[str, str]
    sites: tuple[Site, ...]
    placed: tuple[str, ...]
    outputs: Mapping[str, tuple[Amount, ...]]
    totals: tuple[Amount, ...]
    labels: Mapping[str, str]


class _Fact(NamedTuple):
    claim: str
    subject: str
    object: str
    does: str
    how: str
    status: str
    material: str
    stage: str
    amount: tuple[float, str, str] | None
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


def read(store: Backend, without: Collection[str] = (), *, known: Iterable[Claim] | None = None) -> SupplyChain:
    """The supply chain as the facts of a store describe it, without some sources; contradicted facts do not count.

    ``known`` are the claims of the store, for callers that have read them already.
    """
    stages = {namespaces.local(stage.value): label.value for stage, label in store.select(_STAGES)}
    nodes = _nodes(store)
    inside: nx.DiGraph[str] = nx.DiGraph()  # from what lies in a place to the place; not where a country lies
    of: dict[str, list[_Fact]] = defaultdict(list)
    described: set[str] = set()
    for fact in _facts(claims.read(store) if known is None else known, without):
        if fact.does == "other":
            described |= {fact.subject, fact.object}
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
    sites = [site(id_, at, of[id_], maker=False) for id_, at in staged.items() if id_ in described]
    placed = tuple(id_ for id_ in staged if id_ in of and id_ not in described)
    runs = {(operator, stage) for found in sites for operator in found.operators for stage in found.stages}
    for id_ in sorted(set(of) - nodes.facilities - nodes.places):
        at = {stage for stage in _made_at(of[id_], nodes) if (id_, stage) not in runs}
        if at:
            there = [f for f in of[id_] if f.does == "lies" or nodes.stages.get(f.made, set()) & at]
            sites.append(site(id_, at, there, maker=True))
    outputs = {id_: amounts for id_ in sorted(nodes.places & set(of)) if (amounts := _amounts(of[id_], "actual"))}
    return SupplyChain(
        stages,
        tuple(sites),
        placed,
        {id_: amounts for id_, amounts in outputs.items() if id_ in nodes.territories},
        tuple(amount for id_, amounts in outputs.items() if id_ not in nodes.territories for amount in amounts),
        nodes.labels,
    )


class _Nodes(NamedTuple):
    """The names of all entities, the stages of those whose class has one, the facilities, places, and countries."""

    labels: Mapping[str, str]
    stages: Mapping[str, set[str]]
    facilities: set[str]
    places: set[str]
    territories: set[str]


def _nodes(store: Backend) -> _Nodes:
    labels: dict[str, str] = {}
    stages: dict[str, set[str]] = defaultdict(set)
    natured: dict[str, set[str]] = defaultdict(set)
    territories = set()
    for node, label, stage, actor_type, territory in store.select(_NODES):
        id_ = namespaces.local(node.value)
        labels[id_] = label.value
        if stage:
            stages[id_].add(namespaces.local(stage.value))
        if actor_type:
            natured[actor_type.value].add(id_)
        if territory:
            territories.add(id_)
    return _Nodes(labels, dict(stages), natured["facility"], natured["place"], territories)


def _made_at(facts: Iterable[_Fact], nodes: _Nodes) -> set[str]:
    """The stages of what the facts say is made."""
    return {stage for fact in facts for stage in nodes.stages.get(fact.made, ())}


def _facts(known: Iterable[Claim], without: Collection[str]) -> list[_Fact]:
    return sorted(
        fact
        for claim in known
        if claim.kind == "fact" and claim.source not in without and claim.status != "retracted"
        if claim.status != "held" or claim.plain or claim.over
        for fact in _read(claim)
    )


def _read(claim: Claim) -> Iterator[_Fact]:
    """What a claim says here: one thing, or where its relation is of several uses, several."""
    material, stage = claim.qualifier("material"), claim.qualifier("atStage")
    amount = (float(claim.number), namespaces.local(claim.unit), claim.bound) if claim.number else None
    for does, how in _uses(claim.relation.traits):
        yield _Fact(
            claim.id,
            claim.subject.id,
            claim.object.id,
            does,
            how,
            "ended" if claim.over else claim.status,
            material.id if material else "",
            stage.text if stage else "",
            amount,
            claim.latest,
            claim.when,
        )


def _uses(traits: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((use, traits[use]) for use in ("runs", "makes") if use in traits)
    if "spatial" in traits:
        yield "lies", ""
    if "timeless" not in traits or "begins" in traits:
        yield "other", ""


def _site(id_: str, label: str, at: tuple[str, ...], facts: list[_Fact], countries: set[str], *, maker: bool) -> Site:
    runs = [fact for fact in facts if fact.does == "runs"]
    return Site(
        id=id_,
        label=label,
        stages=at,
        state=_state(facts),
        maker=maker,
        countries=tuple(sorted(countries)),
        operators=(id_,) if maker else tuple(sorted({f.subject for f in runs if not f.ended})),
        capacities=_amounts(facts, "potential"),
        outputs=_amounts(facts, "actual"),
        last=max((fact.day for fact in facts), default=""),
        claims=tuple(sorted({fact.claim for fact in facts})),
    )


def _state(facts: list[_Fact]) -> str:
    active = [fact for fact in facts if fact.does in ("runs", "makes")]
    if not active:
        return UNKNOWN
    if all(fact.ended for fact in active):
        return ENDED
    operates = any(fact.held and fact.how != DEVELOPING for fact in active)
    return OPERATING if operates else DEVELOPING


def _amounts(facts: Iterable[_Fact], how: str) -> tuple[Amount, ...]:
    return tuple(
        Amount(*fact.amount, fact.material, fact.stage, fact.held, fact.when, fact.claim)
        for fact in facts
        if fact.how == how and fact.amount and not fact.ended
    )


def _countries(id_: str, inside: nx.DiGraph[str], territories: set[str]) -> set[str]:
    """The countries that something lies in, through places that lie in places."""
    return nx.descendants(inside, id_) & territories if id_ in inside else set()
