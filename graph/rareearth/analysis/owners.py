"""Who owns what directly according to a sample, and what the owners at the end of all chains have of it.

Facts count that are in effect: not ended, without an end date, not contradicted, and not replaced by a later claim of
the same question (as in the question ``owners-through``). Of several claims on one share that of the latest day counts,
with those that contradict it. A share that is not exact ("at least", "less than", "25-50"), or on which sources differ,
is a span. A share that no source states may be anything from nothing to all that is left.

Votes go with the capital unless a claim on the firm says what somebody has of its votes (``role: votes``). A firm that
holds shares of its own, or owners in a circle, are reckoned with (:mod:`shares`).

If the stated shares of one firm add up to more than all of it, by rounding or because they are of different days, each
of them may be less by the excess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import networkx as nx

from rareearth.analysis import ownership_sector
from rareearth.analysis.ownership_sector import CAPITAL, VOTES, Holding
from rareearth.measures import shares

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.shares import Pair, Span
    from rareearth.quantities import Range

Ends: TypeAlias = "tuple[bool, bool]"  # whether the least and the most of a span are out of reach


@dataclass(frozen=True)
class Owned:
    """Who owns what directly: spans of shares (0 to 1), the pairs of ``stated`` control, and the claims of each pair.

    ``votes`` are the spans of votes; ``ends`` and ``vote_ends`` say of both whether their ends are out of reach.
    ``over`` has the firms whose stated shares add up to more than all, and by how much.
    """

    spans: Mapping[Pair, Span]
    ends: Mapping[Pair, Ends]
    votes: Mapping[Pair, Span]
    vote_ends: Mapping[Pair, Ends]
    stated: frozenset[Pair]
    claims: Mapping[Pair, tuple[str, ...]]
    over: Mapping[str, float]

    def owners(self, owned: str) -> tuple[str, ...]:
        """Who owns it directly."""
        return tuple(sorted(above for above, below in self.spans if below == owned and above != owned))

    def controlled_by(self, owner: shares.Owner) -> tuple[frozenset[str], frozenset[str]]:
        """Whom an owner, or a group, surely controls, and whom it may control."""
        exceeded = frozenset(pair for pair, (above, _) in self.vote_ends.items() if above)
        return shares.controlled_by(self.votes, owner, self.stated, exceeded=exceeded)

    def head(self, body: str) -> str:
        """The one who controls a body in the end, or the body itself where nobody is known to, or several are."""
        tops = {
            owner
            for owner in self._above(body)
            if body in self.controlled_by(owner)[0] and not self._has_controller(owner)
        }
        return min(tops) if len(tops) == 1 else body

    def _has_controller(self, body: str) -> bool:
        return any(body in self.controlled_by(owner)[0] for owner in self._above(body))

    def _above(self, body: str) -> set[str]:
        """Everyone who owns it through any number of steps, without itself."""
        return set(nx.ancestors(self.chains, body)) if body in self.chains else set()

    @cached_property
    def chains(self) -> nx.DiGraph[str]:
        """The graph of direct holdings, from owner to owned."""
        return nx.DiGraph(sorted(self.spans))


class Stake(NamedTuple):
    """What an ultimate owner, or a group, has of one body: the least and most, control (yes, may, no), the way there.

    ``ends`` says whether it is more than the least and less than the most.
    """

    owned: str
    owner: str
    low: float
    high: float
    ends: Ends
    control: str
    way: tuple[Pair, ...]


def read(sample: Sample) -> Owned:
    """The direct owners of a sample, by the rules of this module."""
    pairs: dict[Pair, list[Holding]] = defaultdict(list)
    for h in sample.holdings:
        if not h.passes and not (h.owner == h.owned and h.share is None):
            pairs[h.owner, h.owned].append(h)
    voted = {h.owned for found in pairs.values() for h in found if h.share and h.gives == VOTES}
    spans, ends, over = _fitted({pair: _capital(found) for pair, found in sorted(pairs.items())})
    votes, vote_ends, _ = _fitted({pair: _votes(found, pair[1] in voted) for pair, found in sorted(pairs.items())})
    return Owned(
        spans,
        ends,
        votes,
        vote_ends,
        frozenset(pair for pair, found in pairs.items() if any(h.control for h in found)),
        {pair: tuple(sorted(h.claim for h in found)) for pair, found in pairs.items()},
        over,
    )


def _capital(held: list[Holding]) -> Range | None:
    return ownership_sector.stated(h for h in held if h.has_part_of(CAPITAL))


def _votes(held: list[Holding], known: bool) -> Range | None:
    """The votes of an owner: what a claim says of them, else its shares unless they are said to be of the capital only.

    ``known`` says that for this firm there are claims on votes, so that votes and capital are not the same.
    """
    explicit = ownership_sector.stated(h for h in held if h.share and h.gives == VOTES)
    return explicit or ownership_sector.stated(h for h in held if h.has_part_of(VOTES if known else CAPITAL))


def _fitted(
    found: Mapping[Pair, Range | None],
) -> tuple[dict[Pair, Span], dict[Pair, Ends], dict[str, float]]:
    """Shares as spans (0 to 1) with their ends, and the firms of which more than all is stated, by how much."""
    spans = {
        pair: (float(part.low) / 100, float(part.high) / 100) if part else (0.0, 1.0) for pair, part in found.items()
    }
    total: dict[str, float] = defaultdict(float)
    for (_, owned), (low, _) in spans.items():
        total[owned] += low
    over = {owned: part - 1 for owned, part in sorted(total.items()) if part > 1 + 1e-9}
    ends = {pair: (part.above and pair[1] not in over, part.below) for pair, part in found.items() if part}
    return {pair: (max(0.0, low - over.get(pair[1], 0.0)), high) for pair, (low, high) in spans.items()}, ends, over


def stakes(owned: Owned) -> tuple[Stake, ...]:
    """What every owner at the end has of everything that chains lead it to, by the owned and then the largest first."""
    found = [stake for owner in shares.ultimate(owned.spans) for stake in _stakes(owned, frozenset([owner]), owner)]
    return tuple(sorted(found, key=lambda s: (s.owned, -s.low, -s.high, s.owner)))


def stakes_of(owned: Owned, members: Collection[str], name: str) -> tuple[Stake, ...]:
    """What those who act together have, as one owner of this name, of everything that chains lead them to.

    The largest first, without what they have of each other.
    """
    return tuple(sorted(_stakes(owned, frozenset(members), name), key=lambda s: (-s.low, -s.high, s.owned)))


def _stakes(owned: Owned, members: frozenset[str], name: str) -> Iterator[Stake]:
    sure, may = owned.controlled_by(members)
    bounds = shares.bounds(owned.spans, members)
    ends = shares.open_ends(owned.spans, owned.ends, members)
    for below, (low, high) in bounds.items():
        control = "yes" if below in sure else "may" if below in may else "no"
        yield Stake(below, name, low, high, ends[below], control, _way(owned.chains, members, below))


def _way(chains: nx.DiGraph[str], members: frozenset[str], owned: str) -> tuple[Pair, ...]:
    """The pairs of all chains from the owners down to the owned."""
    below = members.union(*(nx.descendants(chains, member) for member in members if member in chains))
    between = below & (nx.ancestors(chains, owned) | {owned})
    return tuple(sorted(pair for pair in chains.subgraph(between).edges() if pair[1] not in members))
