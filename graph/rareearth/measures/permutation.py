"""Two groups of figures compared without a model: permutation test, Cliff's delta, Hedges' g."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

EXACT = 20_000  # arrangements up to which all are looked at
DRAWS = 9_999  # with the observed one 10,000, so that p is a round number
_BLOCK = 2_000  # arrangements held in memory at a time

Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class Difference:
    """The difference of two groups, and how often one as great comes of mixing them.

    ``size`` is the first group's mean or median less the second's, ``p`` two-sided, ``low`` and ``high``
    one-sided (as small, as great), ``exact`` whether all ``arrangements`` were looked at.
    """

    size: float
    p: float
    low: float
    high: float
    exact: bool
    arrangements: int


@dataclass(frozen=True)
class Effect:
    """A size of effect with the interval in which it lies with the confidence given."""

    size: float
    low: float
    high: float
    confidence: float


def compare(
    first: Sequence[float], second: Sequence[float], statistic: Statistic = "mean", *, seed: int = 0, draws: int = DRAWS
) -> Difference:
    """The permutation test of the difference in means or medians: exact up to :data:`EXACT` arrangements.

    Beyond that so many are drawn, and the observed one counts among them (Phipson and Smyth 2010, Permutation p-values
    should never be zero). The test is that of Pitman, E. J. G. (1937), Significance tests which may be applied to
    samples from any populations, Supplement to the Journal of the Royal Statistical Society 4, 119-130. Raises
    ValueError for an empty group.
    """
    import numpy as np

    if min(len(first), len(second)) == 0:
        raise ValueError("both groups need a figure at least")
    figures = np.array([*first, *second], dtype=float)
    middle: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] = (
        (lambda x: x.mean(axis=1)) if statistic == "mean" else (lambda x: np.median(x, axis=1))
    )
    size, total = len(first), len(figures)
    count = math.comb(total, size)
    exact = count <= EXACT

    def differences(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        many = len(chosen)
        both = np.broadcast_to(figures, chosen.shape)
        found: npt.NDArray[np.float64] = middle(both[chosen].reshape(many, size)) - middle(
            both[~chosen].reshape(many, total - size)
        )
        return found

    observed = float(differences(np.arange(total)[None, :] < size)[0])
    arrangements = _all(total, size) if exact else _drawn(total, size, draws, seed)
    slack = 1e-12 * max(1.0, float(np.abs(figures).max()))  # the same sum in another order is as great
    as_low = as_high = as_far = 0
    for block in arrangements:
        found = differences(block)
        as_low += int((found <= observed + slack).sum())
        as_high += int((found >= observed - slack).sum())
        as_far += int((np.abs(found) >= abs(observed) - slack).sum())
    looked = count if exact else draws + 1
    own = 0 if exact else 1
    low, high, p = ((n + own) / looked for n in (as_low, as_high, as_far))
    return Difference(observed, p, low, high, exact, looked)


def cliffs_delta(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, confidence: float = 0.95, draws: int = 2_000
) -> Effect:
    """Cliff's delta: how much more often a figure of the first group is above one of the second than below, -1 to 1.

    The interval is that of the percentile bootstrap within each group. Groups that do not overlap, or are small, make
    it narrower than it should be.

    Cliff, N. (1993), Dominance statistics: ordinal analyses to answer ordinal questions, Psychological Bulletin 114,
    494-509; Efron, B. and Tibshirani, R. J. (1993), An introduction to the bootstrap, Chapman & Hall, chapter 13.
    Raises ValueError for an empty group.
    """
    import numpy as np

    if min(len(first), len(second)) == 0:
        raise ValueError("both groups need a figure at least")
    one, two = np.array(first, dtype=float), np.array(second, dtype=float)
    above = np.sign(one[:, None] - two[None, :])
    rng = np.random.default_rng(seed)
    # a bootstrap sample is told by how often each figure is in it
    times_one = rng.multinomial(len(one), np.full(len(one), 1 / len(one)), size=draws)
    times_two = rng.multinomial(len(two), np.full(len(two), 1 / len(two)), size=draws)
    drawn = ((times_one @ above) * times_two).sum(axis=1) / above.size
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Effect(float(above.mean()), float(low), float(high), confidence)


def hedges_g(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The difference in means in standard deviations, corrected for small samples; None where nothing varies.

    Hedges, L. V. (1981), Distribution theory for Glass's estimator of effect size and related estimators, Journal of
    Educational Statistics 6, 107-128, with the exact correction.
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
    """P-values corrected for their number.

    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    65-70.
    """
    found = [0.0] * len(values)
    running = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        running = max(running, min(1.0, (len(values) - rank) * values[index]))
        found[index] = running
    return found


def _all(total: int, size: int) -> Iterable[npt.NDArray[np.bool_]]:
    import numpy as np

    chosen = itertools.combinations(range(total), size)
    while block := list(itertools.islice(chosen, _BLOCK)):
        mask = np.zeros((len(block), total), dtype=bool)
        mask[np.arange(len(block))[:, None], np.array(block, dtype=int)] = True
        yield mask


def _drawn(total: int, size: int, draws: int, seed: int) -> Iterable[npt.NDArray[np.bool_]]:
    import numpy as np

    rng = np.random.default_rng(seed)
    for start in range(0, draws, _BLOCK):
        many = min(_BLOCK, draws - start)
        order = rng.permuted(np.broadcast_to(np.arange(total), (many, total)), axis=1)
        yield order < size
