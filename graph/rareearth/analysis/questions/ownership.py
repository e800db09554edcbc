"""The question ``ownership``: who owns the firms, mines and plants at the end of all chains, and who controls them.

Facts count that are in effect: not ended, without an end date, not contradicted, and not replaced by a later claim of
the same question (as in the question ``owners-through``). Of several claims on one share that of the latest day counts,
with those that contradict it; shares that differ make a span. "At least", "at most" and "up to" make a span as well. A
share that no source states may be anything from nothing to all that is left.

An owner of whom nobody is known to own anything is an ultimate owner. Its share, through all chains and circles, is
exact if all shares on the way are known, and a span otherwise. It controls what it has the majority of, or what a
source says that it controls (``ree:control``), and what those control. "May" is said if the shares that are not known
could make a majority [chapelle2005].

If the stated shares of one firm add up to more than all of it, by rounding or because they are of different days, each
of them may be less by the excess.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from rareearth.analysis import ownership_sector, sample
from rareearth.analysis.finding import Actor, Finding, Support, Table, Value, Verdict, counted
from rareearth.measures import shares

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.shares import Pair, Span
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

QUESTION = "Who are the ultimate owners of the firms, mines and plants, with which shares, and by which claims?"
EXACT = 0.0005  # a span this narrow, in parts of the whole, counts as a known share
LEAST, UP_TO = ("at least",), ("at most", "up to")

METHOD = (
    "Integrated ownership with cross-holdings as a linear system [brioschi1989; chapelle2005].",
    "Control by majorities that are added along chains [chapelle2005].",
    "Bounds if shares are not known: the least and the greatest solution of the same system (module shares).",
)


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
            if body in shares.controlled(self.spans, owner, self.stated)[0] and not self._controlled(owner)
        }
        return min(tops) if len(tops) == 1 else body

    def _controlled(self, body: str) -> bool:
        return any(body in shares.controlled(self.spans, owner, self.stated)[0] for owner in self._above(body))

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


@dataclass(frozen=True)
class DirectHolding:
    """A direct holding: the least and the greatest share (0 to 1), and whether a source says that it gives control."""

    owner: Actor
    owned: Actor
    low: float
    high: float
    controls: bool
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Ultimate:
    """What an ultimate owner has of a firm, mine or plant.

    ``low`` to ``high`` is its integrated share (0 to 1), ``control`` is yes, may or no, ``way`` has the direct holdings
    on all chains between the two, ``sources`` are those of their claims.
    """

    owned: Actor
    actor_type: str
    owner: Actor
    low: float
    high: float
    control: str
    way: tuple[DirectHolding, ...]
    sources: tuple[str, ...]
    claims: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the share is known."""
        return self.high - self.low <= EXACT


@dataclass(frozen=True)
class Owner:
    """An ultimate owner: the bodies that it controls, that it may control, and of which it has a part only."""

    owner: Actor
    sphere: str
    controls: int
    may_control: int
    holds: int


@dataclass(frozen=True)
class Result:
    """The answer to ``ownership``.

    ``bodies`` are the firms, mines and plants with a known owner (id -> actor type); ``circular`` those of them whose
    owners own each other in a circle. ``over`` has the bodies whose stated shares add up to more than all, and by how
    much (0 to 1). ``ownerless`` is the number of firms without a known owner.
    """

    ultimate: tuple[Ultimate, ...]
    owners: tuple[Owner, ...]
    direct: tuple[DirectHolding, ...]
    bodies: Mapping[str, str]
    circular: tuple[Actor, ...]
    over: Mapping[str, float]
    ownerless: int
    ultimate_support: Support
    support: Support

    @property
    def verdict(self) -> Verdict:
        """Descriptive if any ultimate owner is known."""
        return Verdict.DESCRIPTIVE if self.ultimate else Verdict.INCONCLUSIVE


def read(sample_: Sample) -> Owned:
    """The direct owners of a sample, by the rules of this module."""
    holdings = ownership_sector.read(sample_.claims.values())
    held = [h for h in ownership_sector.current(holdings, sample_.eligible) if not h.passes and h.owner != h.owned]
    pairs: dict[Pair, list[ownership_sector.Holding]] = defaultdict(list)
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


def _span(held: list[ownership_sector.Holding], claims: Mapping[str, Claim]) -> Span:
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
        sure, may = shares.controlled(owned.spans, owner, owned.stated)
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


def answer(_store: Backend, sample_: Sample, _seed: int) -> Finding[Result]:
    """The finding on a sample. It does not depend on the seed."""
    result = measure(sample_)
    return Finding(
        name="ownership",
        question=QUESTION,
        verdict=result.verdict,
        answer=_answer(result),
        result=result,
        tables=tables(result),
        support=result.support,
        limits=tuple(_limits(result)),
        method=METHOD,
    )


def measure(sample_: Sample) -> Result:
    """The direct and the ultimate owners of the firms, mines and plants of a sample."""
    owned = read(sample_)
    found = [s for s in stakes(owned) if _industry(sample_, s.owned)]
    bodies = sorted({below for _, below in owned.spans if _industry(sample_, below)})
    direct = {pair: _holding(sample_, owned, pair) for pair in owned.spans}
    ultimate = tuple(_ultimate(sample_, stake, direct) for stake in found)
    firms = (n for n, data in sample_.ties.nodes(data=True) if data["actor_type"] == "firm" and _industry(sample_, n))
    return Result(
        ultimate=ultimate,
        owners=tuple(_owners(sample_, ultimate)),
        direct=tuple(direct.values()),
        bodies={body: sample_.ties.nodes[body]["actor_type"] for body in bodies},
        circular=tuple(_actor(sample_, body) for body in bodies if body not in {s.owned for s in found}),
        over=owned.over,
        ownerless=sum(firm not in bodies for firm in firms),
        ultimate_support=sample_.support_of({c for u in ultimate for c in u.claims}, len(owned.spans)),
        support=sample_.support_of({claim for ids in owned.claims.values() for claim in ids}, len(owned.spans)),
    )


def _industry(sample_: Sample, node: str) -> bool:
    return bool(node in sample_.ties and sample_.ties.nodes[node]["sphere"] == sample.INDUSTRY)


def _actor(sample_: Sample, node: str) -> Actor:
    return Actor(node, str(sample_.ties.nodes[node]["label"]) if node in sample_.ties else node)


def _holding(sample_: Sample, owned: Owned, pair: Pair) -> DirectHolding:
    owner, below = (_actor(sample_, node) for node in pair)
    return DirectHolding(owner, below, *owned.spans[pair], pair in owned.stated, owned.claims[pair])


def _ultimate(sample_: Sample, stake: Stake, direct: Mapping[Pair, DirectHolding]) -> Ultimate:
    way = tuple(direct[pair] for pair in stake.way)
    claims = tuple(sorted({claim for holding in way for claim in holding.claims}))
    return Ultimate(
        owned=_actor(sample_, stake.owned),
        actor_type=str(sample_.ties.nodes[stake.owned]["actor_type"]),
        owner=_actor(sample_, stake.owner),
        low=stake.low,
        high=stake.high,
        control=stake.control,
        way=way,
        sources=sample_.support_of(claims, 0).sources,
        claims=claims,
    )


def _owners(sample_: Sample, ultimate: Iterable[Ultimate]) -> list[Owner]:
    """The ultimate owners, those in control of most first."""
    counts: dict[Actor, Counter[str]] = defaultdict(Counter)
    for stake in ultimate:
        counts[stake.owner][stake.control] += 1
    nodes = sample_.ties.nodes
    found = [
        Owner(owner, str(nodes[owner.id]["sphere"]) if owner.id in nodes else "", of["yes"], of["may"], of["no"])
        for owner, of in counts.items()
    ]
    return sorted(found, key=lambda o: (-o.controls, -o.may_control, -o.holds, o.owner.id))


def _answer(result: Result) -> str:
    if not result.ultimate:
        return "No source names an owner of a firm, a mine or a plant."
    open_ = {stake.owned for stake in result.ultimate if not stake.exact}
    exact = {stake.owned for stake in result.ultimate} - open_
    controlled = {stake.owned for stake in result.ultimate if stake.control == "yes"}
    first = min(result.owners, key=lambda o: (-o.controls, o.owner.id))
    firms = sum(actor_type == "firm" for actor_type in result.bodies.values())
    return (
        f"An owner is known for {counted(firms, 'firm')} and "
        f"{counted(len(result.bodies) - firms, 'mine or plant', 'mines and plants')}. For {len(controlled):,} of them "
        f"the sources name who is in control at the end of the chain. For {len(exact):,}, all shares along the chain "
        f"are known; for the others there are bounds. {first.owner.name} controls most, {first.controls:,}."
    )


def _limits(result: Result) -> Iterator[str]:
    yield (
        f"No owner is known for {counted(result.ownerless, 'firm')}: a firm at the end of a known chain may still "
        "have an owner."
    )
    if not result.ultimate:
        return
    unknown = sum((h.low, h.high) == (0.0, 1.0) for h in result.direct)
    holdings = counted(len(result.direct), "direct holding")
    yield f"No share is stated for {unknown:,} of {holdings}: it may be anything."
    names = {h.owned.id: h.owned.name for h in result.direct}
    for body, part in result.over.items():
        total = f"{100 * (1 + part):.2f} %"
        yield f"The stated shares of {names[body]} add up to {total}: each may be less by the excess."
    if result.circular:
        bodies = ", ".join(actor.name for actor in result.circular)
        yield f"The owners of {bodies} own each other in a circle; no owner outside the circle is known."
    single = sum(len(stake.sources) == 1 for stake in result.ultimate)
    yield f"Based on a single source: {single:,} of {counted(len(result.ultimate), 'stake')}."
    yield (
        "Shares were stated on different days; a firm may have sold since. Votes are assumed to go with shares, and "
        "owners who act together are not known."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return _ultimate_table(result), _owner_table(result), _direct_table(result)


def _percent(low: float, high: float) -> str:
    texts = [f"{100 * part:.2f}".rstrip("0").rstrip(".") for part in (low, high)]
    return texts[0] if high - low <= EXACT else "?" if (low, high) == (0.0, 1.0) else " to ".join(texts)


def _ultimate_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for stake in result.ultimate:
        way = "; ".join(f"{h.owner.name} -{_percent(h.low, h.high)}%-> {h.owned.name}" for h in stake.way)
        shares_ = round(100 * stake.low, 4), round(100 * stake.high, 4)
        names = stake.owned.name, stake.actor_type, stake.owner.name
        rows.append((*names, *shares_, stake.control, len(stake.sources), way))
    return Table(
        "Ultimate owners of every firm, mine and plant with a known owner",
        ("owned", "what", "ultimate owner", "at least %", "at most %", "control", "sources", "steps"),
        tuple(rows),
        note="? is a share that no source states. Control: yes by a majority or because a source says so; may if open "
        "shares could make a majority.",
        support=result.ultimate_support,
        evidence=tuple(stake.claims for stake in result.ultimate),
    )


def _owner_table(result: Result) -> Table:
    return Table(
        "By ultimate owner",
        ("ultimate owner", "sphere", "in control of", "may be in control of", "has a part of"),
        tuple((o.owner.name, o.sphere, o.controls, o.may_control, o.holds) for o in result.owners),
    )


def _direct_table(result: Result) -> Table:
    return Table(
        "Direct owners according to the sources",
        ("owner", "owned", "at least %", "at most %", "said to control"),
        tuple(
            (h.owner.name, h.owned.name, 100 * h.low, 100 * h.high, "yes" if h.controls else "") for h in result.direct
        ),
        evidence=tuple(h.claims for h in result.direct),
    )
