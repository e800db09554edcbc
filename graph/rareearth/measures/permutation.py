"""Two groups of numbers compared without a model: permutation test, Cliff's delta, Hedges' g, Holm's correction."""

from __future__ import annotations

import functools
import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

EXACT = 20_000  # arrangements up to which all are looked at
DRAWS = 9_999  # with the observed one 10,000, so that p is a round number
_BLOCK = 2_000  # arrangements, or bootstrap samples, held in memory at a time
_DIGITS = 12  # of the largest number, in which equal differences agree: the same sum in another order is as great

Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class Difference:
    """The difference of two groups, and how often one as great comes of mixing them.

    ``size`` is the first group's mean or median less the second's, ``p`` two-sided (as far from 0), ``p_less`` and
    ``p_greater`` one-sided (as small, as great), ``exact`` whether all ``arrangements`` were looked at.
    """

    size: float
    p: float
    p_less: float
    p_greater: float
    exact: bool
    arrangements: int


@dataclass(frozen=True)
class Effect:
    """A size of effect, and the interval in which it lies with the ``confidence`` given; None for a group of one."""

    size: float
    ci_low: float | None
    ci_high: float | None
    confidence: float


def compare(
    first: Sequence[float], second: Sequence[float], statistic: Statistic = "mean", *, seed: int = 0, draws: int = DRAWS
) -> Difference:
    """The permutation test [pitman1937] of the difference in means or medians: exact up to :data:`EXACT` arrangements.

    Each group has at least two numbers. Beyond :data:`EXACT` arrangements ``draws`` are drawn, and the
    observed one counts among them, so that no p is 0 [phipson2010]. The same seed draws the same arrangements for
    groups of the same sizes. Raises ValueError for a group of fewer than two.

    >>> compare([1, 2], [3, 4])
    Difference(size=-2.0, p=0.3333333333333333, p_less=0.16666666666666666, p_greater=1.0, exact=True, arrangements=6)
    """
    import numpy as np

    if min(len(first), len(second)) < 2:
        raise ValueError("both groups need two or more numbers")
    values = np.array([*first, *second], dtype=float)
    scale = max(1.0, float(np.abs(values).max()))
    chosen, exact = _arrangements(len(first), len(second), seed, draws)
    if statistic == "mean":
        sums = chosen @ values
        one, two = sums / len(first), (values.sum() - sums) / len(second)
    else:
        parted = np.broadcast_to(values, chosen.shape)
        one, two = (np.median(parted[mask].reshape(len(chosen), -1), axis=1) for mask in (chosen == 1, chosen == 0))
    differences = np.round((one - two) / scale, _DIGITS)
    drawn, observed = differences[1:] if not exact else differences, differences[0]
    own = 0 if exact else 1
    looked = len(drawn) + own
    p_less = (int((drawn <= observed).sum()) + own) / looked
    p_greater = (int((drawn >= observed).sum()) + own) / looked
    p = (int((np.abs(drawn) >= abs(observed)).sum()) + own) / looked
    return Difference(float(one[0] - two[0]), p, p_less, p_greater, exact, looked)


@functools.lru_cache(maxsize=4)
def _arrangements(first: int, second: int, seed: int, draws: int) -> tuple[npt.NDArray[np.float64], bool]:
    """Ways to choose the first group from all numbers, as rows of 1 and 0, the observed one first; whether it is all.

    Kept, as the measures of the same firms are compared one after the other.
    """
    import numpy as np

    every = first + second
    if math.comb(every, first) <= EXACT:
        found = list(itertools.combinations(range(every), first))
        chosen = np.zeros((len(found), every))
        np.put_along_axis(chosen, np.array(found), 1.0, axis=1)
        return chosen, True
    chosen = np.zeros((draws + 1, every))
    chosen[0, :first] = 1
    rng = np.random.default_rng(seed)
    for start in range(1, draws + 1, _BLOCK):
        block = chosen[start : start + _BLOCK]
        np.put_along_axis(block, rng.random(block.shape).argpartition(first - 1, axis=1)[:, :first], 1.0, axis=1)
    return chosen, False


def cliffs_delta(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, confidence: float = 0.95, draws: int = 2_000
) -> Effect:
    """Cliff's delta [cliff1993], -1 to 1: how much more often a number of the first group is above one of the second.

    How often one is below is taken from it. The interval is that of the percentile bootstrap within each group
    [efron1993] of ``draws`` resamples. Groups that do not overlap, or are small, make it narrower than it
    should be; for a group of one, and for no ``draws``, there is none. Raises ValueError for an empty group.

    >>> cliffs_delta([3, 4], [1, 2])
    Effect(size=1.0, ci_low=1.0, ci_high=1.0, confidence=0.95)
    """
    import numpy as np
    from scipy import stats

    _check(first, second)
    pairs = len(first) * len(second)

    def delta(one: npt.NDArray[Any], two: npt.NDArray[Any], axis: int = -1) -> npt.NDArray[Any]:
        ranks = stats.rankdata(np.concatenate([one, two], axis=axis), axis=axis)
        above = ranks[..., : len(first)].sum(axis=axis) - len(first) * (len(first) + 1) / 2  # Mann and Whitney's U
        found: npt.NDArray[Any] = (2 * above - pairs) / pairs
        return found

    groups = [np.array(group, dtype=float) for group in (first, second)]
    size = float(np.sign(np.subtract.outer(*groups)).sum()) / pairs
    if min(map(len, groups)) == 1 or not draws:
        return Effect(size, None, None, confidence)
    rng = np.random.default_rng(seed)
    found = stats.bootstrap(
        groups, delta, n_resamples=draws, batch=_BLOCK, confidence_level=confidence, method="percentile", rng=rng
    )
    low, high = (float(end) for end in found.confidence_interval)
    return Effect(size, low, high, confidence)


def hedges_g(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Hedges' g [hedges1981]: the difference in means in pooled standard deviations, with the exact correction.

    None where nothing varies, or for fewer than four numbers in all.

    >>> round(hedges_g([3, 4, 5], [1, 2, 3]), 6)
    1.595769
    """
    freedom = len(first) + len(second) - 2
    if min(len(first), len(second)) < 1 or freedom < 2:
        return None
    means = statistics.fmean(first), statistics.fmean(second)
    squares = math.fsum((x - mean) ** 2 for group, mean in zip((first, second), means, strict=True) for x in group)
    pooled = math.sqrt(squares / freedom)
    if pooled <= 1e-12 * max(1.0, abs(means[0]), abs(means[1])):
        return None
    correction = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
    return correction * (means[0] - means[1]) / pooled


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for their number by the step-down procedure of [holm1979], in the same order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    found = [0.0] * len(values)
    running = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        running = max(running, min(1.0, (len(values) - rank) * values[index]))
        found[index] = running
    return found


def _check(first: Sequence[float], second: Sequence[float]) -> None:
    if min(len(first), len(second)) == 0:
        raise ValueError("both groups need at least one number")
