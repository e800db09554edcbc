"""Who owns a firm in the end, through chains and circles of shares, and who controls it.

Shares are fractions from 0 to 1, of ``(owner, owned)``. A share that is not known exactly is a span ``(low, high)``,
and what follows from it is a span as well: the least and the most that it may be, never a guess between.

Integrated ownership counts a share of a share by the product of the two, along every chain. Cross-holdings make
circles, so it is the solution of a linear system [brioschi1989]: with A the matrix of direct shares and
N = (I - A)^-1, the owner i has y_ij = n_ij / n_ii of j [chapelle2005]. Dividing by n_ii keeps what an owner
holds of itself, around a circle, from being counted again; for an owner that nobody owns it is 1. A firm that holds
shares of its own is the smallest circle: who has 60 % of a firm that has 10 % of itself has 60/90 of it.

Owners who act together, as the bodies of one state or a family, are reckoned with as one owner: what its members have
is added up, and what one has of another is the group's own and is not counted again.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from rareearth.errors import RareEarthError

Pair: TypeAlias = tuple[str, str]
Span: TypeAlias = tuple[float, float]
Owner: TypeAlias = "str | Collection[str]"  # one, or a group of those who act together

_EXACT = 1e-12
_HAIR = 1e-6  # how far the ends that are not included are moved inward, and
_MOVED = 1e-10  # how far a bound has to follow
_STEPS = 2_000


def bounds(shares: Mapping[Pair, Span], owner: Owner) -> dict[str, Span]:
    """The least and the most that an owner, or a group, may hold in the end of each firm that chains of shares lead to.

    Both are reached by some shares within the given spans that leave no firm owned by more than all of it. The least
    has every share at its low end. For the most, what is open of each firm goes first to those of its owners of whom
    this one has most; that is the best for every firm at once, as more of one never makes less of another.

    Raises RareEarthError for a share outside 0 to 1, for a firm of which more than all is owned, and for a circle of
    firms that own each other so nearly that no computer can say what is left.

    >>> bounds({("p", "a"): (0.5, 0.5), ("a", "b"): (0.4, 1.0)}, "p")
    {'a': (0.5, 0.5), 'b': (0.2, 0.5)}
    >>> bounds({("p", "a"): (0.3, 0.3), ("q", "a"): (0.25, 0.25)}, ["p", "q"])
    {'a': (0.55, 0.55)}
    """
    _check(shares)
    return _bounds(shares, _members(owner))


def _members(owner: Owner) -> frozenset[str]:
    return frozenset([owner] if isinstance(owner, str) else owner)


def _bounds(shares: Mapping[Pair, Span], owner: frozenset[str]) -> dict[str, Span]:
    owners: dict[str, dict[str, Span]] = defaultdict(dict)
    for (above, below), span in shares.items():
        owners[below][above] = span
    reached = _below(shares, owner)
    least = _climb(owner, reached, owners, most=False)
    most = _climb(owner, reached, owners, most=True)
    return {name: (least[name], most[name]) for name in sorted(reached)}


def open_ends(
    shares: Mapping[Pair, Span], ends: Mapping[Pair, tuple[bool, bool]], owner: Owner
) -> dict[str, tuple[bool, bool]]:
    """Of each firm of :func:`bounds`, whether the least and the most are themselves out of reach.

    ``ends`` says so of direct shares: ``(True, False)`` of "more than 25 and at most 50". A bound is out of reach if
    it moves when those ends are moved inward by a hair.

    >>> open_ends({("p", "a"): (0.25, 0.5), ("a", "b"): (0.4, 1.0)}, {("p", "a"): (True, False)}, "p")
    {'a': (True, False), 'b': (True, False)}
    """
    moved = {
        pair: (low + _HAIR * above, high - _HAIR * below)
        for pair, (low, high) in shares.items()
        for above, below in [ends.get(pair, (False, False))]
    }
    if moved == dict(shares) or any(low > high for low, high in moved.values()):
        return dict.fromkeys(_below(shares, _members(owner)), (False, False))
    first, second = bounds(shares, owner), _bounds(moved, _members(owner))
    return {
        name: (second[name][0] - low > _MOVED, high - second[name][1] > _MOVED) for name, (low, high) in first.items()
    }


def controlled_by(
    shares: Mapping[Pair, Span],
    owner: Owner,
    stated: Collection[Pair] = (),
    threshold: float = 0.5,
    exceeded: Collection[Pair] = (),
) -> tuple[frozenset[str], frozenset[str]]:
    """The firms that an owner or a group surely controls, and those that it may control (the sure ones among them).

    Control is a majority of the votes, held directly or by firms that are controlled themselves, added up
    [chapelle2005]; the shares that a firm holds of itself have no vote. ``threshold`` is the part of the votes that
    must be exceeded, ``stated`` are pairs of which it is known that the first controls the second, whatever its share,
    and ``exceeded`` those whose share is more than the least of its span.

    >>> sure, may = controlled_by({("p", "a"): (0.6, 0.6), ("a", "b"): (0.0, 1.0)}, "p")
    >>> sorted(sure), sorted(may)
    (['a'], ['a', 'b'])
    """
    named: dict[str, dict[str, Span]] = defaultdict(dict)
    for (above, below), span in shares.items():
        named[below][above] = span
    members = _members(owner)
    sure = _held(members, named, stated, threshold, exceeded, surely=True)
    may = _held(sure, named, stated, threshold, exceeded, surely=False)
    return frozenset(sure - members), frozenset(may - members)


def ultimate(shares: Iterable[Pair]) -> tuple[str, ...]:
    """The owners of whom nobody is known to own anything: where the chains begin.

    >>> ultimate([("p", "a"), ("a", "b")])
    ('p',)
    """
    pairs = [(above, below) for above, below in shares if above != below]
    return tuple(sorted({above for above, _ in pairs} - {below for _, below in pairs}))


def _held(
    start: Collection[str],
    named: Mapping[str, Mapping[str, Span]],
    stated: Collection[Pair],
    threshold: float,
    exceeded: Collection[Pair],
    *,
    surely: bool,
) -> set[str]:
    """Everyone whom these control, and whom those control: what is controlled joins those who control."""
    held, more = set(start), set(start)
    while more:
        more = {
            below
            for below, above in named.items()
            if below not in held and _has_majority(below, above, held, threshold, exceeded, surely=surely)
        } | {below for above, below in stated if above in held and below not in held}
        held |= more
    return held


def _has_majority(
    firm: str,
    above: Mapping[str, Span],
    held: Collection[str],
    threshold: float,
    exceeded: Collection[Pair],
    *,
    surely: bool,
) -> bool:
    """Whether the holders have, or may have, more of the votes of a firm than the threshold."""
    own_low, own_high = above.get(firm, (0.0, 0.0))
    if surely:
        votes = math.fsum(low for name, (low, _) in above.items() if name in held) / max(1 - own_low, _EXACT)
        more = any((name, firm) in exceeded for name in above if name in held)
        return votes > threshold + _EXACT or (more and votes > threshold - _EXACT)
    others = math.fsum(low for name, (low, _) in above.items() if name not in held and name != firm)
    most = math.fsum(high for name, (_, high) in above.items() if name in held)
    own = min(max(1 - others - most, own_low), own_high)  # the less the firm has of itself beyond that, the better
    return min(most, 1 - others - own) / max(1 - own, _EXACT) > threshold + _EXACT


def _climb(
    owner: frozenset[str], reached: Collection[str], owners: Mapping[str, Mapping[str, Span]], *, most: bool
) -> dict[str, float]:
    """What the owner has of each firm: each firm's value from its owners' values, from 0 until it grows no more."""
    value = dict.fromkeys(owner, 1.0) | dict.fromkeys(reached, 0.0)
    for _ in range(_STEPS):
        change = 0.0
        for firm in reached:
            parts = _parts(owners[firm], value, most=most)
            new = math.fsum(part * value.get(name, 0.0) for name, part in parts.items())
            change, value[firm] = max(change, abs(new - value[firm])), new
        if change < _EXACT:
            return value
    return _limit(owner, {firm: _parts(owners[firm], value, most=most) for firm in reached})


def _parts(above: Mapping[str, Span], value: Mapping[str, float], *, most: bool) -> dict[str, float]:
    """The shares of the owners of a firm that make the least, or the most, of what is held of it."""
    parts = {name: low for name, (low, _) in above.items()}
    if most:
        room = 1 - math.fsum(parts.values())
        for name in sorted(above, key=lambda name: -value.get(name, 0.0)):
            part = max(0.0, min(above[name][1] - above[name][0], room))
            parts[name], room = parts[name] + part, room - part
    return parts


def _limit(owner: frozenset[str], parts: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """What the steps come to in a circle that is all but closed, where they are too many: the linear system itself."""
    import numpy as np

    place = {firm: number for number, firm in enumerate(sorted(parts))}
    system, given = np.eye(len(place)), np.zeros(len(place))
    for firm, above in parts.items():
        for name, part in above.items():
            if name in owner:
                given[place[firm]] += part
            elif name in place:
                system[place[firm], place[name]] -= part
    try:
        found = np.linalg.solve(system, given)
    except np.linalg.LinAlgError:
        found = np.full(len(place), np.nan)
    if not ((found > -_MOVED) & (found < 1 + _MOVED)).all():
        raise RareEarthError("the circle of shares is so near to closed that what the owner has cannot be computed")
    return dict.fromkeys(owner, 1.0) | {firm: float(found[number]) for firm, number in place.items()}


def _below(shares: Iterable[Pair], owner: frozenset[str]) -> list[str]:
    """Whom chains of shares lead to, the nearest first, without the owners themselves."""
    import networkx as nx

    chains: nx.DiGraph[str] = nx.DiGraph(sorted(shares))
    layers = nx.bfs_layers(chains, sorted(owner & set(chains)))
    return [below for layer in layers for below in sorted(layer) if below not in owner]


def _check(shares: Mapping[Pair, Span]) -> None:
    total: dict[str, float] = defaultdict(float)
    for (owner, owned), (low, high) in shares.items():
        if not 0 <= low <= high <= 1:
            raise RareEarthError(f"{owner} owns {low:g} to {high:g} of {owned}: expected a part between 0 and 1")
        total[owned] += low
    for owned, part in sorted(total.items()):
        if part > 1 + _EXACT:
            raise RareEarthError(f"the shares of {owned} come to {part:.4f}, more than all of it")
