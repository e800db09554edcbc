"""The question ``ownership``: who stands behind the firms, mines and plants, with how much, and by which claims.

What counts are facts that hold: not ended, not given an end, not contradicted, and not replaced by a later claim of
the same question (as in the question ``owners-through``). Of several claims on one share counts the one of the latest
day, with those that it disagrees with otherwise than by change; shares that differ make a span. "At least", "at most"
and "up to" make a span as well. A share that nobody tells may be anything from nothing to all that is left.

An owner of whom nobody is known to own anything stands at the end. It has, through all chains and circles, a share
that is exact where all shares on the way are known, and a span where one is not. It controls what it has the majority
of, or what a source says that it controls (``ree:control``), and what those control. "May" is said where the shares
that are not known could make a majority.

Where the shares told of one firm come to more than all of it, which rounding or another day can do, each of them may
be less by the excess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth.analysis import ownership_sector, sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.measures import shares

if TYPE_CHECKING:
    from rareearth.analysis.ownership_sector import Holding
    from rareearth.analysis.sample import Sample
    from rareearth.measures.shares import Pair, Span
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

QUESTION = "Who stands behind the firms, mines and plants in the end, with how much, and by which claims?"
EXACT = 0.0005  # a span this narrow, in parts of the whole, is told as a share
LEAST, UP_TO = ("at least",), ("at most", "up to")

METHOD = (
    "Integrated ownership with cross-holdings as a linear system: Brioschi, Buzzacchi and Colombo 1989, Journal of "
    "Banking and Finance 13, 747-772; Chapelle and Szafarz 2005, Physica A 355, 509-529.",
    "Control by majorities that are added along chains: Chapelle and Szafarz 2005.",
    "Bounds where shares are not known: the least and the greatest solution of the same system, see the module shares.",
)


@dataclass(frozen=True)
class Owned:
    """Who owns what directly: spans of shares (parts of the whole), who is said to control whom, the claims of each.

    ``over`` are firms whose shares came to more than all, and how much.
    """

    spans: Mapping[Pair, Span]
    told: frozenset[Pair]
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
            if body in shares.controlled(self.spans, owner, self.told)[0] and not self._controlled(owner)
        }
        return min(tops) if len(tops) == 1 else body

    def _controlled(self, body: str) -> bool:
        return any(body in shares.controlled(self.spans, owner, self.told)[0] for owner in self._above(body))

    def _above(self, body: str) -> set[str]:
        """Everyone who owns it through any number of steps, without itself."""
        return set(nx.ancestors(self.chains, body)) if body in self.chains else set()

    @cached_property
    def chains(self) -> nx.DiGraph[str]:
        """The graph of direct holdings, from owner to owned."""
        return nx.DiGraph(sorted(self.spans))


class Stake(NamedTuple):
    """What one owner at the end has of one firm: the least and most, control (yes, may, no), the pairs on the way."""

    owned: str
    owner: str
    low: float
    high: float
    control: str
    way: tuple[Pair, ...]


def read(sample_: Sample) -> Owned:
    """The direct owners of a sample, by the rules of this module."""
    holdings = ownership_sector.read(sample_.claims.values())
    held = [h for h in ownership_sector.current(holdings, sample_.eligible) if not h.passes and h.owner != h.owned]
    pairs: dict[Pair, list[Holding]] = defaultdict(list)
    for holding in held:
        pairs[holding.owner, holding.owned].append(holding)
    spans = {pair: _span(found, sample_.claims) for pair, found in sorted(pairs.items())}
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


def _span(held: list[Holding], claims: Mapping[str, Claim]) -> Span:
    known = [h for h in held if h.share is not None]
    if not known:
        return 0.0, 1.0
    last = max(known, key=lambda h: (h.day, h.evidence, h.claim))
    question = _disputed(claims[last.claim])
    counted = [h for h in known if h.day == last.day or (question and _disputed(claims[h.claim]) == question)]
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


def _disputed(claim: Claim) -> str:
    """The conflict that a claim is part of, unless it is a change over time."""
    return claim.conflict if claim.conflict and claim.disagreement != "change" else ""


def stakes(owned: Owned) -> tuple[Stake, ...]:
    """What every owner at the end has of everything that chains lead it to, by the owned and then the largest first."""
    found = []
    for owner in shares.ultimate(owned.spans):
        sure, may = shares.controlled(owned.spans, owner, owned.told)
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


def answer(_store: Backend, sample_: Sample, _seed: int) -> Finding[None]:
    """The finding on a sample. Nothing is drawn at random."""
    owned = read(sample_)
    found = [s for s in stakes(owned) if _industry(sample_, s.owned)]
    bodies = {below for _, below in owned.spans if _industry(sample_, below)}
    claims = {claim for ids in owned.claims.values() for claim in ids}
    return Finding(
        name="ownership",
        question=QUESTION,
        verdict=Verdict.DESCRIPTIVE if found else Verdict.INCONCLUSIVE,
        answer=_answer(sample_, bodies, found),
        result=None,
        tables=(_owned(sample_, owned, found), _owners(sample_, found), _direct(sample_, owned)),
        support=sample_.support_of(claims, len(owned.spans)),
        limits=tuple(_limits(sample_, owned, bodies, found)),
        method=METHOD,
    )


def _industry(sample_: Sample, node: str) -> bool:
    return bool(node in sample_.ties and sample_.ties.nodes[node]["sphere"] == sample.INDUSTRY)


def _name(sample_: Sample, node: str) -> str:
    return str(sample_.ties.nodes[node]["label"]) if node in sample_.ties else node


def _percent(span: Span) -> str:
    low, high = (f"{100 * part:.2f}".rstrip("0").rstrip(".") for part in span)
    return low if span[1] - span[0] <= EXACT else "?" if span == (0.0, 1.0) else f"{low} to {high}"


def _answer(sample_: Sample, bodies: set[str], found: list[Stake]) -> str:
    if not found:
        return "No source tells an owner of a firm, a mine or a plant."
    exact = {s.owned for s in found} - {s.owned for s in found if s.high - s.low > EXACT}
    controlled = {s.owned for s in found if s.control == "yes"}
    heads: dict[str, int] = defaultdict(int)
    for stake in found:
        heads[stake.owner] += stake.control == "yes"
    first = max(sorted(heads), key=lambda owner: heads[owner])
    firms = sum(sample_.ties.nodes[body]["actor_type"] == "firm" for body in bodies)
    return (
        f"Of {counted(firms, 'firm')} and {counted(len(bodies) - firms, 'mine or plant', 'mines and plants')} an owner "
        f"is told. For {len(controlled):,} of them the sources name who is in control in the end; for {len(exact):,} "
        "all shares on the way are known, for the others there are bounds. "
        f"{_name(sample_, first)} controls most, {heads[first]:,}."
    )


def _owned(sample_: Sample, owned: Owned, found: list[Stake]) -> Table:
    def way(stake: Stake) -> str:
        steps = (f"{_name(sample_, a)} -{_percent(owned.spans[a, b])}%-> {_name(sample_, b)}" for a, b in stake.way)
        return "; ".join(steps)

    return Table(
        "Owners at the end, for every firm, mine and plant of which an owner is told",
        ("owned", "what", "owner at the end", "at least %", "at most %", "control", "sources", "steps"),
        tuple(
            (
                _name(sample_, stake.owned),
                sample_.ties.nodes[stake.owned]["actor_type"],
                _name(sample_, stake.owner),
                round(100 * stake.low, 4),
                round(100 * stake.high, 4),
                stake.control,
                len(sample_.support_of({c for pair in stake.way for c in owned.claims[pair]}, 0).sources),
                way(stake),
            )
            for stake in found
        ),
        note="? is a share that nobody tells. Control: yes by a majority or because a source says so; may where open "
        "shares could make a majority.",
        support=sample_.support_of({c for s in found for pair in s.way for c in owned.claims[pair]}, len(owned.spans)),
        evidence=tuple(tuple(sorted({c for pair in s.way for c in owned.claims[pair]})) for s in found),
    )


def _owners(sample_: Sample, found: list[Stake]) -> Table:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for stake in found:
        counts[stake.owner][stake.control] += 1
    order = sorted(
        counts, key=lambda owner: (-counts[owner]["yes"], -counts[owner]["may"], -counts[owner]["no"], owner)
    )
    return Table(
        "By owner at the end",
        ("owner at the end", "sphere", "in control of", "may be in control of", "has a part of"),
        tuple(
            (
                _name(sample_, owner),
                sample_.ties.nodes[owner]["sphere"] if owner in sample_.ties else "",
                counts[owner]["yes"],
                counts[owner]["may"],
                counts[owner]["no"],
            )
            for owner in order
        ),
    )


def _direct(sample_: Sample, owned: Owned) -> Table:
    rows: list[tuple[Value, ...]] = []
    for (owner, below), (low, high) in owned.spans.items():
        told = "yes" if (owner, below) in owned.told else ""
        rows.append((_name(sample_, owner), _name(sample_, below), 100 * low, 100 * high, told))
    return Table(
        "Direct owners, as the sources tell them",
        ("owner", "owned", "at least %", "at most %", "said to control"),
        tuple(rows),
        evidence=tuple(owned.claims[pair] for pair in owned.spans),
    )


def _limits(sample_: Sample, owned: Owned, bodies: set[str], found: list[Stake]) -> Iterator[str]:
    industry = [node for node in sample_.ties if _industry(sample_, node)]
    without = sum(node not in bodies and sample_.ties.nodes[node]["actor_type"] == "firm" for node in industry)
    ownerless = counted(without, "firm")
    yield f"Of {ownerless} no owner is told: to stand at the end of a chain is not to be owned by nobody."
    if not found:
        return
    unknown = sum(span == (0.0, 1.0) for span in owned.spans.values())
    yield f"Of {unknown:,} of {counted(len(owned.spans), 'direct holding')} no share is told: it may be anything."
    for body, part in owned.over.items():
        told = f"{100 * (1 + part):.2f} %"
        yield f"The shares told of {_name(sample_, body)} come to {told}: each may be less by the excess."
    lost = sorted(bodies - {s.owned for s in found})
    if lost:
        names = ", ".join(_name(sample_, body) for body in lost)
        yield f"The owners of {names} own each other in a circle, and nobody is known at its end."
    once = sum(
        len(sample_.support_of({c for pair in s.way for c in owned.claims[pair]}, 0).sources) == 1 for s in found
    )
    yield f"Told by no more than one source: {once:,} of {counted(len(found), 'stake')}."
    yield (
        "Shares were told at different days; a firm may have sold since. Votes are taken to go with shares, and owners "
        "who act together are not known."
    )
