"""What an analysis rests on: the actors, their ties, and the claims and sources behind each tie.

A tie is an edge between two nodes of the actors' view whose relation the ontology declares as a tie
(``ree:tieStrength``). Facts count where they stand as plain facts (held, and not contradicted); claims of other kinds
when they are asked for, unless retracted.

**Sphere** is that of the class: academia, industry, government, society, or "" (events, places). A person has none of
its own: it takes that of the organizations that it is tied to most strongly, where these agree, and has "" otherwise.
**Group** is the sphere, but industry is told apart as ``industry (state)``, ``industry (private)`` and ``industry (not
known)``, by :mod:`tenure`; it is never guessed. **Nature** is what a node is: person, organization, firm, facility,
group, place or event (``ree:nature``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth import names, namespaces, network
from rareearth.analysis import ownership_sector
from rareearth.analysis.finding import Support
from rareearth.errors import NotFoundError, did_you_mean
from rareearth.measures import backends

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend

    Pair = tuple[str, str]

INDUSTRY = "industry"
GROUPS = {
    name: f"{INDUSTRY} ({name or 'not known'})" for name in (ownership_sector.STATE, ownership_sector.PRIVATE, "")
}
BODIES = ("organization", "firm")
_TIME = ("when", "when_inferred", "start", "end", "spells", "status", "stance")

_CLAIMS = """
SELECT ?claim ?kind ?status ?source ?evidence ?stands WHERE {
  GRAPH ?claim { ?s ?p ?o }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source ; ree:evidence ?evidence .
  BIND(EXISTS { ?s ?p ?o } AS ?stands)
}"""
_CLASSES = """
SELECT ?class ?parent ?nature ?tenure WHERE {
  ?class a owl:Class ; ree:colour ?colour .
  OPTIONAL { ?class rdfs:subClassOf ?parent }
  OPTIONAL { ?class ree:nature ?nature }
  OPTIONAL { ?class ree:tenure ?tenure }
}"""

_OWNERSHIP = "SELECT ?relation { ?relation ree:owner ?end }"


class Said(NamedTuple):
    """A claim that may count: its kind, its source, and whether it leads to a sentence."""

    kind: str
    source: str
    sentence: bool


class _Tie(NamedTuple):
    """One relation by which two actors are tied, and all claims of it."""

    relation: str
    strength: float
    claims: tuple[str, ...]


class _Read(NamedTuple):
    """All that is read from a store, once: samples without some sources are made from it."""

    network: Network  # of every kind of claim
    told: Mapping[str, Said]  # every claim, plans and ended ones among them
    said: Mapping[str, Said]  # those that may count as ties
    pairs: Mapping[Pair, Sequence[_Tie]]  # in order
    nature: Mapping[str, str]  # of each actor
    given: Mapping[str, str]  # the tenure of each actor whose class has one
    sectors: Collection[str]
    holdings: ownership_sector.Holdings


@dataclass(frozen=True)
class Sample:
    """The actors and their ties.

    ``network`` is as :func:`network.read` gives it, without the attributes of time, status and stance.
    ``ties`` is simple, undirected and without self-loops; only actors that have a tie are in it. Its edges have
    ``strength`` (the greatest), ``claims``, ``sources``, ``kinds``, ``relations`` (sorted tuples); its nodes ``label``,
    ``kind`` (class), ``nature``, ``sphere``, ``group``, ``tenure`` (state, private or ""), ``tenure_stated`` (whether a
    source says so in a word) and ``tenure_claims`` (ids). ``kinds`` are the kinds of claims that count, ``left_out``
    the sources that do not, ``said`` the claims that may count, by id.
    """

    ties: nx.Graph[str]
    kinds: tuple[str, ...]
    left_out: tuple[str, ...]
    said: Mapping[str, Said] = field(repr=False)
    _read: _Read = field(repr=False, compare=False)

    @cached_property
    def network(self) -> Network:
        """The network of the claims that count: made when it is asked for, as most samples are of ties alone."""
        return _restricted(self._read.network, self.said)

    def support(self, ties: Iterable[tuple[str, str]] | None = None) -> Support:
        """What these ties (pairs of actors; without any given, all) rest on."""
        pairs = {(min(a, b), max(a, b)) for a, b in (self.ties.edges() if ties is None else ties)}
        return self.support_of((claim for a, b in pairs for claim in self.ties.edges[a, b]["claims"]), len(pairs))

    def support_of(self, claims: Iterable[str], ties: int) -> Support:
        """What a figure over so many ties rests on, given the ids of its claims."""
        ids = tuple(sorted(set(claims)))
        said = [self._read.told[claim] for claim in ids]
        return Support(
            ties=ties,
            claims=ids,
            sources=tuple(sorted({s.source for s in said})),
            kinds=dict(sorted(Counter(s.kind for s in said).items())),
            sentences=sum(s.sentence for s in said),
        )

    def sources(self) -> tuple[str, ...]:
        """The sources that ties or tenures of this sample rest on."""
        claims = {claim for _, _, data in self.ties.edges(data=True) for claim in data["claims"]}
        claims |= {claim for _, data in self.ties.nodes(data=True) for claim in data["tenure_claims"]}
        return tuple(sorted({self._read.said[claim].source for claim in claims}))

    def without(self, sources: Collection[str]) -> Sample:
        """The sample without all that these sources say either. Raises RareEarthError for one that nobody knows."""
        return _sample(self._read, self.kinds, {*self.left_out, *sources})

    def of(self, kinds: Collection[str]) -> Sample:
        """The sample with the ties of other kinds of claims. Raises RareEarthError for an unknown kind."""
        return _sample(self._read, kinds, self.left_out)


def without_source(ties: nx.Graph[str], source: str) -> nx.Graph[str]:
    """The ties without those that only this source tells; what the actors are stays as it was.

    Sooner made than :meth:`Sample.without`, where it is no matter what the source tells of tenure or strength.
    """
    only = ((a, b) for a, b, data in ties.edges(data=True) if data["sources"] == (source,))
    return backends.tied(ties, (), only)


def bodies(read: Sample) -> nx.Graph[str]:
    """The ties between organizations and firms that have a sphere."""
    chosen = {n for n, data in read.ties.nodes(data=True) if data["nature"] in BODIES and data["sphere"]}
    return backends.part(read.ties, chosen)


def without_ownership(store: Backend, ties: nx.Graph[str]) -> nx.Graph[str]:
    """The ties without those of ownership alone (``ree:owner``), and without the actors that then have none."""
    owning = {namespaces.local(relation.value) for (relation,) in store.select(_OWNERSHIP)}
    only = ((a, b) for a, b, data in ties.edges(data=True) if set(data["relations"]) <= owning)
    return backends.tied(ties, (), only)


def read(store: Backend, kinds: Collection[str] = ("fact",), without: Collection[str] = ()) -> Sample:
    """The sample of a store: the ties that claims of these kinds make, without the claims of some sources.

    A tie survives where another source says it. Raises RareEarthError for unknown kinds or sources.
    """
    classes: dict[str, list[str]] = defaultdict(list)
    natures: dict[str, str] = {}
    tenures: dict[str, str] = {}
    for row in store.select(_CLASSES):
        class_, parent, nature, held = (namespaces.local(term.value) if term else "" for term in row)
        classes[class_] += [parent] * bool(parent)
        natures |= {class_: nature} if nature else {}
        tenures |= {class_: held} if held else {}
    told, said = {}, {}
    for row in store.select(_CLAIMS):
        claim, kind, status, source, evidence = (namespaces.local(row[n].value) for n in range(5))
        told[claim] = Said(kind, source, evidence == "sentence")
        plain = status == "held" and row["stands"].value == "true"
        if plain if kind == "fact" else status != "retracted":
            said[claim] = told[claim]
    whole = network.read(store, "actors", network.KINDS)
    classed = {node: str(data.get("kind", "")) for node, data in whole.nodes(data=True)}
    nearest = {class_: _nearest(class_, classes, natures) for class_ in set(classed.values())}
    of = {node: nearest[class_] for node, class_ in classed.items()}
    given = {node: tenures[class_] for node, class_ in classed.items() if class_ in tenures}
    sectors = {node for node in given if of[node] == "group"}
    found = _Read(whole, told, said, _pairs(whole), of, given, sectors, ownership_sector.read(store))
    return _sample(found, kinds, without)


def _nearest(class_: str, parents: Mapping[str, list[str]], told: Mapping[str, str]) -> str:
    """What is told of a class, or of the nearest one above it; the first by name where two are as near."""
    level = [class_]
    while level:
        if found := [told[c] for c in sorted(level) if c in told]:
            return found[0]
        level = [parent for c in level for parent in parents.get(c, ())]
    return ""


def _sample(read: _Read, kinds: Collection[str], without: Collection[str]) -> Sample:
    if unknown := set(kinds) - set(network.KINDS):
        raise NotFoundError("kind of claim", min(unknown), f"; expected some of {', '.join(network.KINDS)}")
    sources = {s.source for s in read.told.values()}
    if unknown := set(without) - sources:
        near = names.closest(min(unknown), sources)
        raise NotFoundError("source", min(unknown), did_you_mean(near))
    rest = {claim: s for claim, s in read.said.items() if s.source not in without}
    said = {claim: s for claim, s in rest.items() if s.kind in kinds}
    ties = _ties(read.pairs, said)
    _describe(ties, read, rest)
    chosen = tuple(kind for kind in network.KINDS if kind in kinds)
    return Sample(ties, chosen, tuple(sorted(set(without))), said, read)


def _restricted(whole: Network, said: Mapping[str, Said]) -> Network:
    """The network of only these claims."""
    made: Network = nx.MultiDiGraph()
    made.graph["name"] = whole.graph["name"]
    chosen = []
    for u, v, key, data in whole.edges(keys=True, data=True):
        claims = [claim for claim in data["claims"].split(network.JOIN) if claim in said]
        if claims:
            told = {
                "claims": network.JOIN.join(claims),
                "claim_kind": network.JOIN.join(sorted({said[c].kind for c in claims})),
                "sources": network.JOIN.join(sorted({said[c].source for c in claims})),
                "weight": len(claims),
            }
            chosen.append((u, v, key, {n: x for n, x in data.items() if n not in _TIME} | told))
    ends = {end for u, v, *_ in chosen for end in (u, v)}
    made.add_nodes_from((node, data) for node, data in whole.nodes(data=True) if node in ends)
    for u, v, key, data in chosen:
        made.add_edge(u, v, key=key, **data)
    return made


def _pairs(whole: Network) -> dict[Pair, list[_Tie]]:
    """The pairs of actors that any claim ties, in order, each with the relations between the two."""
    found: dict[Pair, list[_Tie]] = defaultdict(list)
    for u, v, data in whole.edges(data=True):
        if data["strength"] > 0 and u != v:
            tie = _Tie(str(data["relation"]), float(data["strength"]), tuple(data["claims"].split(network.JOIN)))
            found[min(u, v), max(u, v)].append(tie)
    return dict(sorted(found.items()))


def _ties(pairs: Mapping[Pair, Sequence[_Tie]], said: Mapping[str, Said]) -> nx.Graph[str]:
    kept = {pair: [tie for tie in told if any(c in said for c in tie.claims)] for pair, told in pairs.items()}
    ties: nx.Graph[str] = nx.Graph()
    ties.add_nodes_from(sorted({end for pair, told in kept.items() if told for end in pair}))
    for (a, b), told in kept.items():
        if told:
            claims = sorted({c for tie in told for c in tie.claims if c in said})
            ties.add_edge(
                a,
                b,
                strength=max(tie.strength for tie in told),
                claims=tuple(claims),
                sources=tuple(sorted({said[c].source for c in claims})),
                kinds=tuple(sorted({said[c].kind for c in claims})),
                relations=tuple(sorted({tie.relation for tie in told})),
            )
    return ties


def _describe(ties: nx.Graph[str], read: _Read, rest: Mapping[str, Said]) -> None:
    """Give the nodes of the ties what is known of them."""
    owned = ownership_sector.tenures(ownership_sector.current(read.holdings, rest), read.given, read.sectors)
    unknown = ownership_sector.Tenure("", False, ())
    for node, data in ties.nodes(data=True):
        known, actor = owned.get(node, unknown), read.network.nodes[node]
        sphere = str(actor.get("sphere", ""))
        data |= {
            "label": str(actor.get("label", node)),
            "kind": str(actor.get("kind", "")),
            "nature": read.nature[node],
            "sphere": sphere,
            "group": GROUPS[known.name] if sphere == INDUSTRY else sphere,
            "tenure": known.name,
            "tenure_stated": known.stated,
            "tenure_claims": known.claims,
        }
    taken = {node: _taken(ties, node) for node, data in ties.nodes(data=True) if data["nature"] == "person"}
    for node, (sphere, group) in taken.items():
        ties.nodes[node].update(sphere=sphere, group=group)


def _taken(ties: nx.Graph[str], person: str) -> tuple[str, str]:
    """The sphere and group of the organizations that a person is tied to most strongly, where they agree."""
    bodies = [n for n in ties[person] if ties.nodes[n]["nature"] in BODIES and ties.nodes[n]["sphere"]]
    most = max((ties.edges[person, n]["strength"] for n in bodies), default=0.0)
    nearest = [ties.nodes[n] for n in bodies if ties.edges[person, n]["strength"] == most]
    spheres, groups = {n["sphere"] for n in nearest}, {n["group"] for n in nearest}
    if len(spheres) != 1:
        return "", ""
    return min(spheres), min(groups) if len(groups) == 1 else GROUPS[""]
