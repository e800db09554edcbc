"""How ties run within and between groups: mixing matrix, E-I index, assortativity.

All take an undirected simple graph and a mapping of its nodes to groups; nodes without a group are left out, with their
ties.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Pair = tuple[str, str]


def matrix(ties: Iterable[Pair], groups: Mapping[str, str]) -> Counter[Pair]:
    """The number of ties between each two groups, by pairs of their names in order; one within a group is (g, g).

    Each tie counts once; [newman2003] counts each end.

    >>> sorted(matrix([("a", "b"), ("b", "c")], {"a": "X", "b": "X", "c": "Y"}).items())
    [(('X', 'X'), 1), (('X', 'Y'), 1)]
    """
    found: Counter[Pair] = Counter()
    for a, b in ties:
        if a in groups and b in groups:
            one, two = groups[a], groups[b]
            found[(one, two) if one <= two else (two, one)] += 1
    return found


def ei_index(mixing: Mapping[Pair, int], group: str | None = None) -> float | None:
    """The E-I index [krackhardt1988]: ties between groups less ties within, over both.

    It is from -1 (all within) to 1 (all between). Of one group it counts the ties that have an end in it. None without
    any tie.

    >>> ei_index({("X", "X"): 1, ("X", "Y"): 3})
    0.5
    """
    counted = {pair: count for pair, count in mixing.items() if group is None or group in pair}
    external = sum(count for (one, two), count in counted.items() if one != two)
    internal = sum(count for (one, two), count in counted.items() if one == two)
    return (external - internal) / (external + internal) if external + internal else None


def assortativity(mixing: Mapping[Pair, int]) -> float | None:
    """The assortativity coefficient of a mixing matrix of undirected ties [newman2003] (equation 2).

    It is 1 where all ties run within groups, and about 0 where they run as by chance; None where all ends are of one
    group.

    >>> assortativity({("X", "X"): 1, ("Y", "Y"): 1})
    1.0
    """
    names = sorted({group for pair in mixing for group in pair})
    ends = [[mixing.get((min(a, b), max(a, b)), 0) * (2.0 if a == b else 1.0) for b in names] for a in names]
    return coefficient(ends)


def coefficient(ends: Sequence[Sequence[float]]) -> float | None:
    """The assortativity coefficient of a square matrix of counts or fractions, which need not be symmetric.

    igraph and NetworkX compute it of a graph; this is for a matrix that has no graph, as one that was published.

    >>> coefficient([[0.5, 0.0], [0.0, 0.5]])
    1.0
    """
    total = math.fsum(map(math.fsum, ends))
    if not total:
        return None
    within = math.fsum(row[i] for i, row in enumerate(ends)) / total
    chance = math.fsum(math.fsum(row) * math.fsum(other[i] for other in ends) for i, row in enumerate(ends)) / total**2
    return None if abs(1 - chance) < 1e-12 else (within - chance) / (1 - chance)


def expected_ties(ties: Iterable[Pair], groups: Mapping[str, str]) -> dict[Pair, float]:
    """The ties between each two groups that the configuration model expects: the sum of d(i) d(j) / (2m - 1).

    Exact where loops and parallel ties may be drawn, and nearly so for simple graphs in which they would be rare
    [newman2010] (section 13.2).

    >>> expected_ties([("a", "b"), ("c", "d")], {"a": "X", "b": "X", "c": "Y", "d": "Y"})[("X", "Y")]
    1.3333333333333333
    """
    inner = [(a, b) for a, b in ties if a in groups and b in groups]
    degree = Counter(end for pair in inner for end in pair)
    total: Counter[str] = Counter()
    squares: Counter[str] = Counter()
    for node, count in degree.items():
        total[groups[node]] += count
        squares[groups[node]] += count * count
    ends = 2 * len(inner) - 1
    names = sorted(total)
    return {
        (one, two): ((total[one] ** 2 - squares[one]) / 2 if one == two else total[one] * total[two]) / ends
        for one in names
        for two in names
        if one <= two
    }
