"""The sample that an analysis is based on: the actors, their ties, and the claims and sources behind each tie.

A tie is an edge between two nodes of the actors' view whose relation the ontology declares as a tie
(``ree:tieStrength``). Facts count if they are plain (held, and not contradicted); claims of other kinds if they are
asked for, unless retracted.

**Sphere** is that of the class: academia, industry, government, society, or "" (events, places). A person has none of
its own: it takes that of the organizations that it is tied to most strongly if these agree, and "" otherwise.
**Group** is the sphere, with industry split into ``industry (state)``, ``industry (private)``, ``industry (listed)``
and ``industry (not known)`` by :mod:`ownership_sector`; it is never guessed. **Actor type** is person, organization,
firm, facility, group, place or event (``ree:nature``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth import names, namespaces, network
from rareearth.analysis import ownership_sector
from rareearth.analysis.finding import Support
from rareearth.errors import NotFoundError, did_you_mean
from rareearth.measures import backends
from rareearth.store import claims

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

    Pair = tuple[str, str]

INDUSTRY = "industry"
GROUPS = {name: f"{INDUSTRY} ({name or 'not known'})" for name in (*ownership_sector.SECTORS, "")}
BODIES = ("organization", "firm")
_TIME = ("when", "when_inferred", "start", "end", "periods", "status", "stance")

_CLASSES = """
SELECT ?class ?parent ?actor_type ?sector WHERE {
  ?class a owl:Class ; ree:colour ?colour .
  OPTIONAL { ?class rdfs:subClassOf ?parent }
  OPTIONAL { ?class ree:nature ?actor_type }
  OPTIONAL { ?class ree:tenure ?sector }
}"""

_OWNERSHIP = "SELECT ?relation { ?relation ree:owner ?end }"


class _Tie(NamedTuple):
    """One relation by which two actors are tied, and all claims of it."""

    relation: str
    strength: float
    claims: tuple[str, ...]


class _Whole(NamedTuple):
    """All that is read from a store, once: samples without some sources are made from it."""

    network: Network  # of every kind of claim
    claims: Mapping[str, Claim]  # every claim, plans and ended ones among them
    eligible: Mapping[str, Claim]  # those that may count as ties
    pairs: Mapping[Pair, Sequence[_Tie]]  # in order
    actor_types: Mapping[str, str]  # of each actor
    by_class: Mapping[str, str]  # the ownership sector of each actor whose class has one
    sectors: Collection[str]
    holdings: ownership_sector.Holdings


class Loss(NamedTuple):
    """The ties of ``everyone`` that only one source states, and the ownership sectors that are known without it."""

    ties: tuple[Pair, ...]
    sectors: Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """The actors and their ties.

    ``network`` is as :func:`network.read` gives it, without the attributes of time, status and stance.
    ``ties`` is simple, undirected and without self-loops; only actors that have a tie are in it. Sectors of known
    ownership are not: to belong to one is what a firm is, not a tie that it made, and all its firms would be two steps
    apart. ``everyone`` has them, and with them the firms about which nothing else is known. The edges of both have
    ``strength`` (the greatest), ``claims``, ``sources``, ``kinds``, ``relations`` (sorted tuples); its nodes ``label``,
    ``kind`` (class), ``actor_type``, ``sphere``, ``group``, ``ownership_sector`` (state, private, listed or ""),
    ``ownership_stated`` (whether a source says so in a word) and ``ownership_claims`` (ids). ``kinds`` are the kinds of
    claims that count, ``left_out`` the sources that do not, ``eligible`` the claims that may count, by id.
    """

    ties: nx.Graph[str]
    everyone: nx.Graph[str] = field(repr=False)
    kinds: tuple[str, ...]
    left_out: tuple[str, ...]
    eligible: Mapping[str, Claim] = field(repr=False)
    _whole: _Whole = field(repr=False, compare=False)

    @cached_property
    def network(self) -> Network:
        """The network of the claims that count: made when it is asked for, as most samples are of ties alone."""
        return _restrict(self._whole.network, self.eligible)

    @property
    def claims(self) -> Mapping[str, Claim]:
        """All claims of the store by id, those that do not count among them."""
        return self._whole.claims

    @cached_property
    def holdings(self) -> list[ownership_sector.Holding]:
        """What the claims that count say of owners, supervisors and sectors, as far as it is in effect."""
        return ownership_sector.current(self._whole.holdings, self.eligible)

    def support(self, ties: Iterable[tuple[str, str]] | None = None) -> Support:
        """The claims that these ties are based on: pairs of actors, or None for all ties."""
        pairs = {(min(a, b), max(a, b)) for a, b in (self.ties.edges() if ties is None else ties)}
        return self.support_of((claim for a, b in pairs for claim in self.ties.edges[a, b]["claims"]), len(pairs))

    def support_of(self, ids: Iterable[str], ties: int) -> Support:
        """The support of a number that is based on this number of ties and the claims of these ids."""
        chosen = tuple(sorted(set(ids)))
        found = [self.claims[claim] for claim in chosen]
        return Support(
            ties=ties,
            claims=chosen,
            sources=tuple(sorted({c.source for c in found})),
            kinds=dict(sorted(Counter(c.kind for c in found).items())),
            sentences=sum(c.evidence == "sentence" for c in found),
        )

    def sources(self) -> tuple[str, ...]:
        """The sources that the ties or ownership sectors of this sample are based on."""
        ids = {claim for _, _, data in self.ties.edges(data=True) for claim in data["claims"]}
        ids |= {claim for _, data in self.everyone.nodes(data=True) for claim in data["ownership_claims"]}
        return tuple(sorted({self.eligible[claim].source for claim in ids}))

    def losses(self) -> dict[str, Loss]:
        """What goes with each of the :meth:`sources`, if its claims do not count.

        Quicker than a sample :meth:`without` each, for uses in which only ties and ownership sectors matter.
        """
        only: dict[str, list[Pair]] = defaultdict(list)
        for a, b, data in self.everyone.edges(data=True):
            if len(data["sources"]) == 1:
                only[data["sources"][0]].append((a, b))
        whole = self._whole
        bearing = {
            whole.claims[id_].source for id_ in (*(h.claim for h in whole.holdings.claims), *whole.holdings.changes)
        }
        kept = {id_: claim.source for id_, claim in whole.eligible.items() if claim.source not in self.left_out}

        def sectors(rest: Collection[str]) -> dict[str, str]:
            found = ownership_sector.infer(
                ownership_sector.current(whole.holdings, rest), whole.by_class, whole.sectors
            )
            return {node: known.name for node, known in found.items()}

        unchanged = sectors(kept)
        return {
            source: Loss(
                tuple(only[source]),
                sectors({id_ for id_, of in kept.items() if of != source}) if source in bearing else unchanged,
            )
            for source in self.sources()
        }

    def without(self, sources: Collection[str]) -> Sample:
        """The sample without the claims of these sources either. Raises RareEarthError for an unknown source."""
        return _sample(self._whole, self.kinds, {*self.left_out, *sources})

    def of(self, kinds: Collection[str]) -> Sample:
        """The sample with the ties of other kinds of claims. Raises RareEarthError for an unknown kind."""
        return _sample(self._whole, kinds, self.left_out)


def without_source(ties: nx.Graph[str], source: str) -> nx.Graph[str]:
    """The ties without those that only this source states; what the actors are stays as it was.

    Quicker than :meth:`Sample.without`, for uses in which ownership sectors and strengths do not matter.
    """
    return backends.without(ties, (), only_of(ties, source))


def only_of(ties: nx.Graph[str], source: str) -> Iterator[Pair]:
    """The ties that only this source states."""
    return ((a, b) for a, b, data in ties.edges(data=True) if data["sources"] == (source,))


def bodies(sample: Sample) -> nx.Graph[str]:
    """The ties between organizations and firms that have a sphere."""
    chosen = {n for n, data in sample.ties.nodes(data=True) if data["actor_type"] in BODIES and data["sphere"]}
    return backends.subgraph(sample.ties, chosen)


def without_ownership(store: Backend, ties: nx.Graph[str]) -> nx.Graph[str]:
    """The ties without those of ownership alone (``ree:owner``), and without the actors that then have none."""
    owning = {namespaces.local(relation.value) for (relation,) in store.select(_OWNERSHIP)}
    only = ((a, b) for a, b, data in ties.edges(data=True) if set(data["relations"]) <= owning)
    return backends.without(ties, (), only)


def read(store: Backend, kinds: Collection[str] = ("fact",), without: Collection[str] = ()) -> Sample:
    """The sample of a store: the ties that claims of these kinds make, without the claims of some sources.

    A tie stays if another source states it. Raises RareEarthError for unknown kinds or sources.
    """
    classes: dict[str, list[str]] = defaultdict(list)
    actor_types: dict[str, str] = {}
    sectors_of: dict[str, str] = {}
    for row in store.select(_CLASSES):
        class_, parent, actor_type, sector = (namespaces.local(term.value) if term else "" for term in row)
        classes[class_] += [parent] * bool(parent)
        actor_types |= {class_: actor_type} if actor_type else {}
        sectors_of |= {class_: sector} if sector else {}
    known = claims.read(store)
    whole = network.read(store, "actors", network.KINDS, known=known)
    classed = {node: str(data.get("kind", "")) for node, data in whole.nodes(data=True)}
    nearest = {class_: _nearest(class_, classes, actor_types) for class_ in set(classed.values())}
    of = {node: nearest[class_] for node, class_ in classed.items()}
    by_class = {node: sectors_of[class_] for node, class_ in classed.items() if class_ in sectors_of}
    sectors = {node for node in by_class if of[node] == "group"}
    eligible = {c.id: c for c in known if _counts(c)}
    holdings = ownership_sector.read(known)
    found = _Whole(whole, {c.id: c for c in known}, eligible, _pairs(whole), of, by_class, sectors, holdings)
    return _sample(found, kinds, without)


def _counts(claim: Claim) -> bool:
    """Whether a claim may count as a tie: a plain fact that holds, or another kind that is not retracted."""
    return claim.status == "held" and claim.plain if claim.kind == "fact" else claim.status != "retracted"


def _nearest(class_: str, parents: Mapping[str, list[str]], values: Mapping[str, str]) -> str:
    """The value of a class, or of the nearest one above it; the first by name where two are as near."""
    level = [class_]
    while level:
        if found := [values[c] for c in sorted(level) if c in values]:
            return found[0]
        level = [parent for c in level for parent in parents.get(c, ())]
    return ""


def _sample(whole: _Whole, kinds: Collection[str], without: Collection[str]) -> Sample:
    if unknown := set(kinds) - set(network.KINDS):
        raise NotFoundError("kind of claim", min(unknown), f"; expected one or more of {', '.join(network.KINDS)}")
    sources = {c.source for c in whole.claims.values()}
    if unknown := set(without) - sources:
        near = names.closest(min(unknown), sources)
        raise NotFoundError("source", min(unknown), did_you_mean(near))
    rest = {id_: claim for id_, claim in whole.eligible.items() if claim.source not in without}
    eligible = {id_: claim for id_, claim in rest.items() if claim.kind in kinds}
    everyone = _ties(whole.pairs, eligible)
    _describe(everyone, whole, rest)
    ties = backends.without(everyone, whole.sectors, ())
    chosen = tuple(kind for kind in network.KINDS if kind in kinds)
    return Sample(ties, everyone, chosen, tuple(sorted(set(without))), eligible, whole)


def _restrict(whole: Network, known: Mapping[str, Claim]) -> Network:
    """The network of only these claims."""
    made: Network = nx.MultiDiGraph()
    made.graph["name"] = whole.graph["name"]
    chosen = []
    for u, v, key, data in whole.edges(keys=True, data=True):
        ids = [claim for claim in data["claims"].split(network.JOIN) if claim in known]
        if ids:
            own = {
                "claims": network.JOIN.join(ids),
                "claim_kind": network.JOIN.join(sorted({known[c].kind for c in ids})),
                "sources": network.JOIN.join(sorted({known[c].source for c in ids})),
                "weight": len(ids),
            }
            chosen.append((u, v, key, {n: x for n, x in data.items() if n not in _TIME} | own))
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


def _ties(pairs: Mapping[Pair, Sequence[_Tie]], known: Mapping[str, Claim]) -> nx.Graph[str]:
    """The ties of which a claim is known, with all that their claims say of them."""
    left = {pair: [tie for tie in of if any(c in known for c in tie.claims)] for pair, of in pairs.items()}
    ties: nx.Graph[str] = nx.Graph()
    ties.add_nodes_from(sorted({end for pair, of in left.items() if of for end in pair}))
    for (a, b), of in left.items():
        if of:
            ids = sorted({c for tie in of for c in tie.claims if c in known})
            ties.add_edge(
                a,
                b,
                strength=max(tie.strength for tie in of),
                claims=tuple(ids),
                sources=tuple(sorted({known[c].source for c in ids})),
                kinds=tuple(sorted({known[c].kind for c in ids})),
                relations=tuple(sorted({tie.relation for tie in of})),
            )
    return ties


def _describe(ties: nx.Graph[str], whole: _Whole, rest: Collection[str]) -> None:
    """Add to the nodes of the ties what is known about them."""
    owned = ownership_sector.infer(ownership_sector.current(whole.holdings, rest), whole.by_class, whole.sectors)
    unknown = ownership_sector.OwnershipSector("", False, ())
    for node, data in ties.nodes(data=True):
        known, actor = owned.get(node, unknown), whole.network.nodes[node]
        sphere = str(actor.get("sphere", ""))
        data |= {
            "label": str(actor.get("label", node)),
            "kind": str(actor.get("kind", "")),
            "actor_type": whole.actor_types[node],
            "sphere": sphere,
            "group": GROUPS[known.name] if sphere == INDUSTRY else sphere,
            "ownership_sector": known.name,
            "tenure": known.name,  # the name of it in the ontology
            "ownership_stated": known.stated,
            "ownership_claims": known.claims,
        }
    taken = {
        node: _sphere_of_person(ties, node) for node, data in ties.nodes(data=True) if data["actor_type"] == "person"
    }
    for node, (sphere, group) in taken.items():
        ties.nodes[node].update(sphere=sphere, group=group)


def _sphere_of_person(ties: nx.Graph[str], person: str) -> tuple[str, str]:
    """The sphere and group of the organizations that a person is tied to most strongly, where they agree."""
    bodies = [n for n in ties[person] if ties.nodes[n]["actor_type"] in BODIES and ties.nodes[n]["sphere"]]
    most = max((ties.edges[person, n]["strength"] for n in bodies), default=0.0)
    nearest = [ties.nodes[n] for n in bodies if ties.edges[person, n]["strength"] == most]
    spheres, groups = {n["sphere"] for n in nearest}, {n["group"] for n in nearest}
    if len(spheres) != 1:
        return "", ""
    return min(spheres), min(groups) if len(groups) == 1 else GROUPS[""]
