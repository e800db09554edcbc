"""Permutation tests and effect sizes: published values, all arrangements, coverage, how often p is small."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.measures import permutation

# Efron and Tibshirani (1993), An introduction to the bootstrap, table 2.1: survival of 16 mice in days
TREATED, CONTROL = [94, 197, 16, 38, 99, 141, 23], [52, 104, 146, 10, 51, 30, 40, 27, 46]


def test_the_mice_of_efron_and_tibshirani() -> None:
    """Difference in means 30.63; chapter 15 has the ASL 0.132 from 1,000 permutations, here of all 11,440."""
    found = permutation.compare(TREATED, CONTROL)
    assert round(found.size, 2) == 30.63
    assert found.exact
    assert found.arrangements == math.comb(16, 7)
    error = math.sqrt(0.132 * 0.868 / 1000)
    assert abs(found.p_greater - 0.132) < 3 * error


def test_an_exact_test_by_hand() -> None:
    """Of the C(4, 2) = 6 ways to part 1, 2, 3, 4, two are as far apart as {1, 2} and {3, 4}, one as low."""
    found = permutation.compare([1, 2], [3, 4])
    assert (found.size, found.p, found.p_less, found.p_greater) == (-2, 2 / 6, 1 / 6, 1.0)
    assert permutation.compare([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).p == pytest.approx(2 / 252)
    assert permutation.compare([1, 1, 5], [1, 1, 1], "median").size == 0


def test_what_is_drawn_comes_near_what_is_exact() -> None:
    exact = permutation.compare(TREATED, CONTROL, "median")
    longer = permutation.compare(TREATED * 3, CONTROL * 3, seed=1)
    assert exact.exact
    assert not longer.exact
    assert longer.arrangements == 10_000
    assert longer == permutation.compare(TREATED * 3, CONTROL * 3, seed=1)
    assert longer != permutation.compare(TREATED * 3, CONTROL * 3, seed=2)
    apart = permutation.compare(list(range(15)), list(range(100, 115)), draws=999)
    assert apart.p == pytest.approx(1 / 1000)  # never 0


def by_hand(one: list[float], two: list[float], middle: Callable[[Sequence[float]], float]) -> tuple[float, ...]:
    """p two-sided, p_less and p_greater over all arrangements, in fractions."""
    figures = [*map(Fraction, map(str, one)), *map(Fraction, map(str, two))]
    found = []
    for chosen in itertools.combinations(range(len(figures)), len(one)):
        rest = [x for n, x in enumerate(figures) if n not in chosen]
        found.append(middle([figures[n] for n in chosen]) - middle(rest))
    observed = found[0]
    tests = (lambda x: abs(x) >= abs(observed), lambda x: x <= observed, lambda x: x >= observed)
    return tuple(sum(map(test, found)) / len(found) for test in tests)


TENTHS = st.lists(st.integers(-9, 9).map(lambda n: n / 10), min_size=2, max_size=4)


@given(TENTHS, TENTHS, st.sampled_from(["mean", "median"]), st.sampled_from([0, 1_000]))
def test_equal_sums_are_equal_whatever_their_rounding(
    one: list[float], two: list[float], statistic: permutation.Statistic, above: int
) -> None:
    """0.1 + 0.2 is not 0.3, and far from 0 less so: SciPy alone would count such ties apart."""
    one, two = ([round(x + above, 1) for x in group] for group in (one, two))
    found = permutation.compare(one, two, statistic)
    middle = statistics.mean if statistic == "mean" else statistics.median
    assert (found.p, found.p_less, found.p_greater) == pytest.approx(by_hand(one, two, middle))


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=6), st.lists(st.integers(-5, 5), min_size=2, max_size=6))
def test_a_permutation_test_knows_no_order_of_groups(one: list[int], two: list[int]) -> None:
    there, back = permutation.compare(one, two), permutation.compare(two, one)
    assert there.p == back.p
    assert there.p_less == back.p_greater
    assert there.size == pytest.approx(-back.size)
    assert permutation.cliffs_delta(one, two).size == pytest.approx(-permutation.cliffs_delta(two, one).size)


@pytest.mark.slow
def test_null_p_values_are_as_often_small_as_they_say() -> None:
    """Of tests of groups drawn alike, about one in ten has p up to 0.1."""
    rng = np.random.default_rng(3)
    small = sum(permutation.compare(*rng.normal(size=(2, 6))).p <= 0.1 for _ in range(300))
    assert 15 <= small <= 48


def test_cliffs_delta() -> None:
    """The data of Hogarty and Kromrey (1999): -0.25 in R's package effsize; 17 above, 32 below, 11 alike of 60."""
    treatment, control = [10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]
    found = permutation.cliffs_delta(treatment, control)
    above = sum(a > b for a in treatment for b in control)
    below = sum(a < b for a in treatment for b in control)
    assert (above, below) == (17, 32)
    assert found.size == pytest.approx(-0.25)
    assert -1 <= found.ci_low < -0.25 < found.ci_high <= 1
    assert found == permutation.cliffs_delta(treatment, control)
    apart = permutation.cliffs_delta([3, 4], [1, 2])
    assert (apart.size, apart.ci_low, apart.ci_high) == (1, 1, 1)


def test_the_interval_of_cliffs_delta_covers() -> None:
    """Of normal groups one deviation apart, delta is 2 Phi(1 / sqrt 2) - 1 = 0.5205; nine of ten intervals hold it."""
    rng = np.random.default_rng(5)
    held = 0
    for seed in range(100):
        found = permutation.cliffs_delta(rng.normal(1, 1, 25), rng.normal(0, 1, 25), seed=seed, draws=500)
        held += found.ci_low <= 0.5205 <= found.ci_high
    assert held >= 86


def test_hedges_g_by_hand() -> None:
    """Means 4 and 2, variances 1 and 1: d = 2; df = 4, J = Gamma(2) / (sqrt 2 Gamma(1.5)) = 0.79788."""
    found = permutation.hedges_g([3, 4, 5], [1, 2, 3])
    assert found == pytest.approx(2 * 0.7978845608)
    assert permutation.hedges_g([1, 1], [2, 2]) is None
    assert permutation.hedges_g([1], [2]) is None


def test_holm_as_in_the_manual_of_r() -> None:
    """p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") by hand: 4*0.005, 3*0.01, 2*0.03; 0.04 not below the one before."""
    assert permutation.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert permutation.holm([0.9, 0.8]) == [1, 1]
    assert permutation.holm([]) == []


def test_an_empty_group_is_refused() -> None:
    for measure in (permutation.compare, permutation.cliffs_delta):
        with pytest.raises(ValueError, match="both groups"):
            measure([], [1.0])
    with pytest.raises(ValueError, match="two or more"):
        permutation.compare([1.0], [1.0, 2.0])
    assert permutation.cliffs_delta([1.0], [0.0, 2.0, 0.0]) == permutation.Effect(
        pytest.approx(1 / 3), None, None, 0.95
    )


def test_groups_in_which_nothing_varies_have_a_delta_and_an_interval() -> None:
    assert permutation.cliffs_delta([1, 1, 1], [1, 1]) == permutation.Effect(0.0, 0.0, 0.0, 0.95)
    assert permutation.compare([1, 1, 1], [1, 1]).p == 1
