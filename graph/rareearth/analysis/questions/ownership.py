"""The question ``ownership``: who owns the firms, mines and plants at the end of all chains, and who controls them.

:mod:`owners` says which claims count, and what a share is that is not known exactly. An owner of whom nobody is known
to own anything is an ultimate owner. Its share, through all chains and circles, is exact if all shares on the way are
known, and a span otherwise. It controls what it has the majority of, or what a source says that it controls
(``ree:control``), and what those control. "May" is said if the shares that are not known could make a majority
[chapelle2005]. The bodies of one state act together (:mod:`groups`): what they have as one owner is told as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rareearth.analysis import groups, owners
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Actor, Support, Table, Value, Verdict, quantity
from rareearth.quantities import Range
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.analysis.owners import Owned, Stake
    from rareearth.analysis.sample import Sample
    from rareearth.measures.shares import Pair
    from rareearth.store.backend import Backend

QUESTION = "Who are the ultimate owners of the firms, mines and plants, with which shares, and by which claims?"
EXACT = 0.0005  # a span this narrow, in parts of the whole, counts as a known share

METHOD = (
    "Integrated ownership with cross-holdings as a linear system [brioschi1989; chapelle2005].",
    "Control by majorities that are added along chains [chapelle2005].",
    "Bounds if shares are not known: the least and the greatest solution of the same system (module shares).",
)


@dataclass(frozen=True)
class DirectHolding:
    """A direct holding: the least and the greatest share (0 to 1), and whether a source says that it gives control.

    ``share`` is the share in words, "?" if no source states it; ``votes`` those of the votes where they differ, or "".
    """

    owner: Actor
    owned: Actor
    low: float
    high: float
    share: str
    votes: str
    controls: bool
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Ultimate:
    """What an ultimate owner has of a firm, mine or plant.

    ``low`` to ``high`` is its integrated share (0 to 1), ``share`` the same in words, ``control`` is yes, may or no,
    ``way`` has the direct holdings on all chains between the two, ``sources`` are those of their claims.
    """

    owned: Actor
    actor_type: str
    owner: Actor
    low: float
    high: float
    share: str
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

    ``states`` is what the bodies of each state have as one owner, whose id is "". ``bodies`` are the firms, mines and
    plants with a known owner (id -> actor type); ``circular`` those of them whose owners own each other in a circle,
    ``contested`` those of which several ultimate owners are in control. ``over`` has the bodies whose stated shares add
    up to more than all, and by how much (0 to 1). ``ownerless`` is the number of firms without a known owner.
    """

    ultimate: tuple[Ultimate, ...]
    states: tuple[Ultimate, ...]
    owners: tuple[Owner, ...]
    direct: tuple[DirectHolding, ...]
    bodies: Mapping[str, str]
    circular: tuple[Actor, ...]
    contested: tuple[Actor, ...]
    over: Mapping[str, float]
    ownerless: int
    ultimate_support: Support
    support: Support

    @property
    def verdict(self) -> Verdict:
        """Descriptive if any ultimate owner is known."""
        return Verdict.DESCRIPTIVE if self.ultimate else Verdict.INCONCLUSIVE


def measure(store: Backend, sample: Sample, _seed: int) -> Result:
    """The direct and the ultimate owners of the firms, mines and plants of a sample. It does not depend on the seed."""
    acting = groups.Groups(store, sample)
    owned = acting.owned
    found = [s for s in owners.stakes(owned) if _industry(sample, s.owned)]
    bodies = sorted({below for above, below in owned.spans if above != below and _industry(sample, below)})
    direct = direct_holdings(sample, owned)
    ultimate = tuple(_ultimate(sample, stake, direct) for stake in found)
    states = tuple(stake for state in acting.states() for stake in together(sample, acting, state, direct))
    firms = (n for n, data in sample.ties.nodes(data=True) if data["actor_type"] == "firm" and _industry(sample, n))
    return Result(
        ultimate=ultimate,
        states=states,
        owners=tuple(_owners(sample, ultimate)),
        direct=tuple(direct.values()),
        bodies={body: sample.ties.nodes[body]["actor_type"] for body in bodies},
        circular=tuple(_actor(sample, body) for body in bodies if body not in {s.owned for s in found}),
        contested=tuple(_contested(ultimate)),
        over=owned.over,
        ownerless=sum(firm not in bodies for firm in firms),
        ultimate_support=sample.support_of({c for u in ultimate for c in u.claims}, len(owned.spans)),
        support=sample.support_of({claim for ids in owned.claims.values() for claim in ids}, len(owned.spans)),
    )


def direct_holdings(sample: Sample, owned: Owned) -> dict[Pair, DirectHolding]:
    """The direct holdings, by owner and owned."""
    return {pair: _holding(sample, owned, pair) for pair in owned.spans}


def together(
    sample: Sample, acting: groups.Groups, group: groups.Group, direct: Mapping[Pair, DirectHolding]
) -> tuple[Ultimate, ...]:
    """What those who act together have, as one owner, of firms, mines and plants; the largest first.

    The owner has the name of the group and no id, and the claims by which its members belong to it count as well.
    """
    found = [stake for stake in acting.stakes(group) if _industry(sample, stake.owned)]
    return tuple(_ultimate(sample, stake, direct, group) for stake in found)


def _industry(sample: Sample, node: str) -> bool:
    return bool(node in sample.ties and sample.ties.nodes[node]["sphere"] == samples.INDUSTRY)


def _actor(sample: Sample, node: str) -> Actor:
    return Actor(node, str(sample.ties.nodes[node]["label"]) if node in sample.ties else node)


def _holding(sample: Sample, owned: Owned, pair: Pair) -> DirectHolding:
    owner, below = (_actor(sample, node) for node in pair)
    low, high = owned.spans[pair]
    share = _share(low, high, owned.ends.get(pair, (False, False)))
    votes = _share(*owned.votes[pair], owned.vote_ends.get(pair, (False, False)))
    differ = "" if votes in (share, "?") else votes
    return DirectHolding(owner, below, low, high, share, differ, pair in owned.stated, owned.claims[pair])


def _share(low: float, high: float, ends: tuple[bool, bool]) -> str:
    """A share from ``low`` to ``high`` (0 to 1) in words; ``ends`` says whether it is more, and less, than these."""
    least, most = (Decimal(str(round(100 * part, 6))) for part in (low, high))
    return phrase.span(Range(least, least) if high - low <= EXACT else Range(least, most, *ends))


def _ultimate(
    sample: Sample, stake: Stake, direct: Mapping[Pair, DirectHolding], group: groups.Group | None = None
) -> Ultimate:
    way = tuple(direct[pair] for pair in stake.way)
    claims = {claim for holding in way for claim in holding.claims}
    if group:
        claims |= {claim for holding in way for claim in group.claims.get(holding.owner.id, ())}
    return Ultimate(
        owned=_actor(sample, stake.owned),
        actor_type=str(sample.ties.nodes[stake.owned]["actor_type"]),
        owner=Actor("", stake.owner) if group else _actor(sample, stake.owner),
        low=stake.low,
        high=stake.high,
        share=_share(stake.low, stake.high, stake.ends),
        control=stake.control,
        way=way,
        sources=sample.support_of(claims, 0).sources,
        claims=tuple(sorted(claims)),
    )


def _contested(ultimate: Iterable[Ultimate]) -> list[Actor]:
    """The bodies of which several ultimate owners are in control, as sources say so of each."""
    controllers = Counter(stake.owned for stake in ultimate if stake.control == "yes")
    return [body for body, count in controllers.items() if count > 1]


def _owners(sample: Sample, ultimate: Iterable[Ultimate]) -> list[Owner]:
    """The ultimate owners, those in control of most first."""
    counts: dict[Actor, Counter[str]] = defaultdict(Counter)
    for stake in ultimate:
        counts[stake.owner][stake.control] += 1
    nodes = sample.ties.nodes
    found = [
        Owner(owner, str(nodes[owner.id]["sphere"]) if owner.id in nodes else "", of["yes"], of["may"], of["no"])
        for owner, of in counts.items()
    ]
    return sorted(found, key=lambda o: (-o.controls, -o.may_control, -o.holds, o.owner.id))


def claim(_result: Result) -> str:
    """No statement is tested."""
    return ""


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    if not result.ultimate and result.bodies:
        return "The sources name no owner at the end of a chain: the known owners own each other in a circle."
    if not result.ultimate:
        return "No source names an owner of a firm, a mine or a plant."
    open_ = {stake.owned for stake in result.ultimate if not stake.exact}
    exact = {stake.owned for stake in result.ultimate} - open_
    controlled = {stake.owned for stake in result.ultimate if stake.control == "yes"}
    first = min(result.owners, key=lambda o: (-o.controls, o.owner.id))
    firms = sum(actor_type == "firm" for actor_type in result.bodies.values())
    return (
        f"An owner is known for {quantity(firms, 'firm')} and "
        f"{quantity(len(result.bodies) - firms, 'mine or plant', 'mines and plants')}. For {len(controlled):,} of them "
        f"the sources name who is in control at the end of the chain. For {len(exact):,}, all shares along the chain "
        f"are known; for the others there are bounds. {first.owner.name} controls most, {first.controls:,}."
        f"{_states(result)}"
    )


def _states(result: Result) -> str:
    """The state whose bodies, as one owner, control most."""
    counts = Counter(stake.owner.name for stake in result.states if stake.control == "yes")
    if not counts:
        return ""
    name, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return f" Taken as one owner, the bodies of the {name} control {count:,}."


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    yield (
        f"No owner is known for {quantity(result.ownerless, 'firm')}: a firm at the end of a known chain may still "
        "have an owner."
    )
    if not result.bodies:
        return
    unknown = sum((h.low, h.high) == (0.0, 1.0) for h in result.direct)
    holdings = quantity(len(result.direct), "direct holding")
    yield f"No share is stated for {unknown:,} of {holdings}: it may be anything."
    names = {h.owned.id: h.owned.name for h in result.direct}
    for body, part in result.over.items():
        total = f"{100 * (1 + part):.2f}%"
        yield f"The stated shares of {names[body]} add up to {total}: each may be less by the excess."
    if result.circular:
        bodies = ", ".join(actor.name for actor in result.circular)
        yield f"The owners of {bodies} own each other in a circle; no owner outside the circle is known."
    if result.contested:
        bodies = ", ".join(actor.name for actor in result.contested)
        yield f"Several owners are in control of {bodies}, according to the sources; each of them is counted."
    if not result.ultimate:
        return
    single = sum(len(stake.sources) == 1 for stake in result.ultimate)
    yield f"Based on a single source: {single:,} of {quantity(len(result.ultimate), 'stake')}."
    yield (
        "Shares were stated on different days; a firm may have sold since. Votes are assumed to go with shares where "
        "no source states them. Bodies of one state are taken to act together; whether other owners do is not known."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return _ultimate_table(result), _state_table(result), _owner_table(result), _direct_table(result)


def _state_table(result: Result) -> Table:
    return Table(
        "What the bodies of each state have together",
        ("owned", "state", "at least %", "at most %", "control", "share", "steps"),
        tuple(
            (s.owned.name, s.owner.name, round(100 * s.low, 4), round(100 * s.high, 4), s.control, s.share, way(s))
            for s in result.states
        ),
        note="The bodies of a state count as one owner: its government bodies, and those of its state sector of which "
        "no source states how much anybody owns.",
        evidence=tuple(stake.claims for stake in result.states),
    )


STAKE_COLUMNS = ("owned", "name", "atLeast", "atMost", "control", "steps", "claims")


def stake_cells(stake: Ultimate) -> list[object]:
    """A stake as the cells of :data:`STAKE_COLUMNS`."""
    low, high = round(100 * stake.low, 4), round(100 * stake.high, 4)
    return [stake.owned.id, stake.owned.name, low, high, stake.control, way(stake), " ".join(stake.claims)]


def way(stake: Ultimate) -> str:
    """The steps of all chains from the owner down, in words."""
    return "; ".join(f"{h.owner.name} -{_step(h)}-> {h.owned.name}" for h in stake.way)


def _ultimate_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for stake in result.ultimate:
        shares_ = round(100 * stake.low, 4), round(100 * stake.high, 4)
        names = stake.owned.name, stake.actor_type, stake.owner.name
        rows.append((*names, *shares_, stake.control, stake.share, len(stake.sources), way(stake)))
    return Table(
        "Ultimate owners of every firm, mine and plant with a known owner",
        ("owned", "what", "ultimate owner", "at least %", "at most %", "control", "share", "sources", "steps"),
        tuple(rows),
        note="? is a share that no source states. Control: yes by a majority or because a source says so; may if open "
        "shares could make a majority.",
        support=result.ultimate_support,
        evidence=tuple(stake.claims for stake in result.ultimate),
    )


def _step(holding: DirectHolding) -> str:
    """The share on a step of a chain: in brackets where it is not exact."""
    if holding.votes:
        return f"({holding.share}, {holding.votes} of the votes)"
    if holding.share == "?":
        return "?%"
    return holding.share if holding.high - holding.low <= EXACT else f"({holding.share})"


def _owner_table(result: Result) -> Table:
    return Table(
        "By ultimate owner",
        ("ultimate owner", "sphere", "in control of", "may be in control of", "has a part of"),
        tuple((o.owner.name, o.sphere, o.controls, o.may_control, o.holds) for o in result.owners),
    )


def _direct_table(result: Result) -> Table:
    return Table(
        "Direct owners according to the sources",
        ("owner", "owned", "at least %", "at most %", "said to control", "share", "votes"),
        tuple(
            (h.owner.name, h.owned.name, 100 * h.low, 100 * h.high, "yes" if h.controls else "", h.share, h.votes)
            for h in result.direct
        ),
        evidence=tuple(h.claims for h in result.direct),
    )
