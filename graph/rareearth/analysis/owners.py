"""Who owns what directly according to a sample, and what the owners at the end of all chains have of it.

Facts count that are in effect: not ended, without an end date, not contradicted, and not replaced by a later claim of
the same question (as in the question ``owners-through``). Of several claims on one share that of the latest day counts,
with those that contradict it; shares that differ make a span. "At least", "at most" and "up to" make a span as well. A
share that no source states may be anything from nothing to all that is left.

If the stated shares of one firm add up to more than all of it, by rounding or because they are of different days, each
of them may be less by the excess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth.analysis import ownership_sector
from rareearth.measures import shares

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.shares import Pair, Span
    from rareearth.store.claims import Claim

LEAST, UP_TO = ("at least",), ("at most", "up to")


@dataclass(frozen=True)
class Owned:
    """Who owns what directly: spans of shares (0 to 1), the pairs of ``stated`` control, and the claims of each pair.

    ``over`` has the firms whose stated shares add up to more than all, and by how much.
    """

    spans: Mapping[Pair, Span]
    stated: frozenset[Pair]
    claims: Mapping[Pair, tuple[str, ...]]
    over: Mapping[str, float]

    def owners(self, owned: str) -> tuple[str, ...]:
        """Who owns it directly."""
        return tuple(sorted(above for above, below in self.spans if below == owned))

    def head(self, body: str) -> str:
        """The one who controls a body in the end, or the body itself where nobody is known to, or several are."""
        tops = {
            owner
            for owner in self._above(body)
            if body in shares.controlled_by(self.spans, owner, self.stated)[0] and not self._has_controller(owner)
        }
        return min(tops) if len(tops) == 1 else body

    def _has_controller(self, body: str) -> bool:
        return any(body in shares.controlled_by(self.spans, owner, self.stated)[0] for owner in self._above(body))

    def _above(self, body: str) -> set[str]:
        """Everyone who owns it through any number of steps, without itself."""
        return set(nx.ancestors(self.chains, body)) if body in self.chains else set()

    @cached_property
    def chains(self) -> nx.DiGraph[str]:
        """The graph of direct holdings, from owner to owned."""
        return nx.DiGraph(sorted(self.spans))


class Stake(NamedTuple):
    """What one ultimate owner has of one body: the least and most, control (yes, may, no), the pairs on the way."""

    owned: str
    owner: str
    low: float
    high: float
    control: str
    way: tuple[Pair, ...]


def read(sample: Sample) -> Owned:
    """The direct owners of a sample, by the rules of this module."""
    holdings = ownership_sector.read(sample.claims.values())
    held = [h for h in ownership_sector.current(holdings, sample.eligible) if not h.passes and h.owner != h.owned]
    pairs: dict[Pair, list[ownership_sector.Holding]] = defaultdict(list)
    for holding in held:
        pairs[holding.owner, holding.owned].append(holding)
    spans = {pair: _span(found, sample.claims) for pair, found in sorted(pairs.items())}
    total: dict[str, float] = defaultdict(float)
    for (_, owned), (low, _) in spans.items():
        total[owned] += low
    over = {owned: part - 1 for owned, part in sorted(total.items()) if part > 1 + 1e-9}
    return Owned(
        {pair: (max(0.0, low - over.get(pair[1], 0.0)), high) for pair, (low, high) in spans.items()},
        frozenset(pair for pair, found in pairs.items() if any(h.control for h in found)),
        {pair: tuple(sorted(h.claim for h in found)) for pair, found in pairs.items()},
        over,
    )


def _span(held: list[ownership_sector.Holding], claims: Mapping[str, Claim]) -> Span:
    known = [h for h in held if h.share is not None]
    if not known:
        return 0.0, 1.0
    last = max(known, key=lambda h: (h.day, h.evidence, h.claim))
    question = _conflict(claims[last.claim])
    counted = [h for h in known if h.day == last.day or (question and _conflict(claims[h.claim]) == question)]
    low, high = 1.0, 0.0
    for h in counted:
        part, bound = (h.share or 0.0) / 100, _bound(claims[h.claim])
        low = min(low, 0.0 if bound in UP_TO else part)
        high = max(high, 1.0 if bound in LEAST else part)
    return low, high


def _bound(claim: Claim) -> str:
    """The bound of the share of a claim, as "at least"; "" if the bound is that of a sum of money."""
    bound = claim.qualifier("bound")
    return bound.text if bound and not claim.qualifier("amount") else ""


def _conflict(claim: Claim) -> str:
    """The conflict that a claim is part of, unless it is a change over time."""
    return claim.conflict if claim.conflict and claim.disagreement != "change" else ""


def stakes(owned: Owned) -> tuple[Stake, ...]:
    """What every owner at the end has of everything that chains lead it to, by the owned and then the largest first."""
    found = []
    for owner in shares.ultimate(owned.spans):
        sure, may = shares.controlled_by(owned.spans, owner, owned.stated)
        bounds = shares.bounds(owned.spans, owner)
        for name, (low, high) in bounds.items():
            control = "yes" if name in sure else "may" if name in may else "no"
            way = _way(owned.chains, owner, name)
            found.append(Stake(name, owner, low, high, control, way))
    return tuple(sorted(found, key=lambda s: (s.owned, -s.low, -s.high, s.owner)))


def _way(chains: nx.DiGraph[str], owner: str, owned: str) -> tuple[Pair, ...]:
    """The pairs of all chains from the owner down to the owned."""
    between = (nx.descendants(chains, owner) | {owner}) & (nx.ancestors(chains, owned) | {owned})
    return tuple(sorted(chains.subgraph(between).edges()))
