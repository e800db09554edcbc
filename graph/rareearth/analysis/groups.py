"""Owners who act together, and what they have and control as one: a state, all of a country, a family, or any list.

**A state** has its government bodies, and the bodies of the state sector of which no source states how much anybody
owns: a firm that is supervised as state-owned counts as wholly the state's, one of which 51 % are the state's counts by
these 51 %. **A country** has all owners at the beginning of a chain that are in it, the bodies of its state among them.
**The members** of a family, an association or a consortium are those who are said to be members of it.

A body is in a country by the places that sources name, or else by the country of the body or sector that passes its
ownership sector on to it (its supervisor). What a group has is reckoned by :mod:`shares`, as that of one owner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx

from rareearth import namespaces
from rareearth.analysis import owners, ownership_sector
from rareearth.errors import RareEarthError
from rareearth.measures import shares
from rareearth.store import vocabulary

if TYPE_CHECKING:
    from rareearth.analysis.owners import Owned, Stake
    from rareearth.analysis.sample import Sample
    from rareearth.store.backend import Backend

_COUNTRIES = """
SELECT ?country ?label WHERE {
  ?land ree:territory ?any . ?class rdfs:subClassOf* ?land . ?country a ?class ; rdfs:label ?label
  FILTER(LANG(?label) = "en")
}"""
_UNKNOWN = (0.0, 1.0)  # the span of a share that no source states


@dataclass(frozen=True)
class Group:
    """Owners who act together: a name for them, the ids of the members, and for each the claims that make it one."""

    name: str
    members: frozenset[str]
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def join(groups: Collection[Group]) -> Group:
    """All of these as one group. Raises RareEarthError where nobody is in it."""
    members = frozenset().union(*(group.members for group in groups))
    if not members:
        named = ", ".join(group.name for group in groups)
        raise RareEarthError(
            f"nobody is known to be of the group ({named})" if named else "no owner is named: name owners, or a group"
        )
    claims = {member: ids for group in groups for member, ids in group.claims.items()}
    return Group(" and ".join(group.name for group in groups), members, claims)


class Groups:
    """The groups of a sample; ``owned`` says who owns what directly."""

    def __init__(self, store: Backend, sample: Sample) -> None:
        self._sample = sample
        self._countries = {namespaces.local(row[0].value): row[1].value for row in store.select(_COUNTRIES)}
        self.owned: Owned = owners.read(sample)
        self._passing: dict[str, set[str]] = defaultdict(set)
        for holding in sample.holdings:
            if holding.passes and holding.owner != holding.owned:
                self._passing[holding.owned].add(holding.owner)
        self._places: nx.DiGraph[str] = nx.DiGraph()
        spatial = set(map(namespaces.local, vocabulary.spatial(store)))
        for claim in sample.eligible.values():
            if claim.relation.id in spatial:
                self._places.add_edge(claim.subject.id, claim.object.id, claim=claim.id)

    def states(self) -> tuple[Group, ...]:
        """The states of which a body owns or controls anything, by the name of the country."""
        found = (self.state(country) for country in sorted(self._countries, key=self._countries.__getitem__))
        return tuple(group for group in found if any(owner in group.members for owner, _ in self.owned.spans))

    def state(self, country: str) -> Group:
        """The bodies of the state of a country (its id)."""
        members = {node for node, lands in self._public.items() if country in lands}
        return self._group(f"State of {self._countries.get(country, country)}", members)

    def country(self, country: str) -> Group:
        """The bodies of the state, and those in a country of whom nobody is known to own anything."""
        first = {owner for owner in shares.ultimate(self.owned.spans) if country in self._lands(owner)}
        return self._group(self._countries.get(country, country), first | self.state(country).members)

    def listed(self, owners: Collection[str]) -> Group:
        """These owners (ids)."""
        return Group(", ".join(self._label(owner) for owner in sorted(owners)), frozenset(owners))

    def members_of(self, body: str) -> Group:
        """Those who are members of a family, an association or a consortium (its id)."""
        found: dict[str, list[str]] = defaultdict(list)
        for claim in self._sample.eligible.values():
            if claim.object.id == body and claim.relation.traits.get("membership") == "true":
                found[claim.subject.id].append(claim.id)
        claims = {member: tuple(sorted(ids)) for member, ids in sorted(found.items())}
        return Group(f"Members of {self._label(body)}", frozenset(found), claims)

    def stakes(self, group: Group) -> tuple[Stake, ...]:
        """What a group has of everything that chains lead it to, as one owner; the largest first."""
        return owners.stakes_of(self.owned, group.members, group.name)

    def _group(self, name: str, members: Collection[str]) -> Group:
        claims = {node: tuple(sorted(set(self._reasons(node)))) for node in sorted(members)}
        return Group(name, frozenset(members), claims)

    def _reasons(self, node: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The claims by which a body is a member: of its sector, and of where it is."""
        if node in self._sample.everyone:
            yield from self._sample.everyone.nodes[node]["ownership_claims"]
        if node in self._places:
            way = self._places.subgraph(nx.descendants(self._places, node) | {node})
            yield from (str(data["claim"]) for _, _, data in way.edges(data=True))
        elif node not in seen:
            for above in self._passing.get(node, ()):
                yield from self._reasons(above, seen | {node})

    @cached_property
    def _public(self) -> dict[str, set[str]]:
        """The bodies of all states, with the countries that each is in."""
        owned = {below for (_, below), span in self.owned.spans.items() if span != _UNKNOWN}
        public = {
            node
            for node, data in self._sample.everyone.nodes(data=True)
            if data["ownership_sector"] == ownership_sector.STATE
        }
        return {node: self._lands(node) for node in sorted(public - owned)}

    def _lands(self, node: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """The countries that a body is in, or else those of the bodies that pass their sector on to it."""
        places = nx.descendants(self._places, node) & set(self._countries) if node in self._places else set()
        if places or node in seen:
            return places
        return {land for above in self._passing.get(node, ()) for land in self._lands(above, seen | {node})}

    def _label(self, node: str) -> str:
        return str(self._sample.everyone.nodes[node]["label"]) if node in self._sample.everyone else node
