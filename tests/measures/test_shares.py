"""Ownership through chains and circles of shares, and control by majorities: by hand and by linear algebra."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import RareEarthError
from rareearth.measures import shares

# A circle: P has 60 % of A, B has 20 % of A, A has 30 % of B, Q has 70 % of B. By hand, with p and q for what P and Q
# have in the end:    p_A = 0.6 + 0.2 p_B  and  p_B = 0.3 p_A,  so  p_A = 0.6 / (1 - 0.2 * 0.3) = 30/47, p_B = 9/47
#                     q_B = 0.7 + 0.3 q_A  and  q_A = 0.2 q_B,  so  q_B = 0.7 / (1 - 0.06) = 35/47,     q_A = 7/47
# All of B is owned (9/47 + 35/47 + what the unnamed owners of A have of it, 0.3 * 0.2 / 0.94 = 3/47). A has 0.3 of B:
# what it has of B through B's share in A itself would be its own again, so it is not added.
CIRCLE = {("p", "a"): 0.6, ("b", "a"): 0.2, ("a", "b"): 0.3, ("q", "b"): 0.7}


def integrated(shares_: Mapping[shares.Pair, float]) -> dict[shares.Pair, float]:
    """The integrated share of every (owner, owned) as the solution of the linear system in :mod:`shares`."""
    names = sorted({name for pair in shares_ for name in pair})
    direct = np.array([[shares_.get((one, other), 0.0) for other in names] for one in names])
    whole = np.linalg.inv(np.eye(len(names)) - direct)
    return {
        (one, other): whole[i, j] / whole[i, i]
        for i, one in enumerate(names)
        for j, other in enumerate(names)
        if i != j and whole[i, j] > 1e-12
    }


def exact(shares_: Mapping[shares.Pair, float]) -> dict[shares.Pair, float]:
    """The same by :func:`shares.bounds`, where all shares are known."""
    known = {pair: (part, part) for pair, part in shares_.items()}
    return {
        (owner, owned): low
        for owner in {owner for owner, _ in shares_}
        for owned, (low, high) in shares.bounds(known, owner).items()
        if low == pytest.approx(high)
    }


def test_a_circle_of_shares_by_hand() -> None:
    found = exact(CIRCLE)
    expected = {("p", "a"): 30, ("p", "b"): 9, ("q", "a"): 7, ("q", "b"): 35}
    for pair, part in expected.items():
        assert found[pair] == pytest.approx(part / 47, abs=1e-12)
    assert found["a", "b"] == pytest.approx(0.3, abs=1e-12)
    assert found["b", "a"] == pytest.approx(0.2, abs=1e-12)


def test_along_a_chain_shares_are_multiplied_and_along_two_added() -> None:
    found = exact({("p", "a"): 0.5, ("a", "c"): 0.4, ("p", "b"): 1.0, ("b", "c"): 0.1})
    assert found["p", "c"] == pytest.approx(0.5 * 0.4 + 1.0 * 0.1)
    assert shares.ultimate([("p", "a"), ("a", "c"), ("p", "b"), ("b", "c")]) == ("p",)


@pytest.mark.parametrize(("given_", "message"), [(1.2, "between 0 and 1"), (0.7, "more than all of it")])
def test_shares_that_cannot_be(given_: float, message: str) -> None:
    with pytest.raises(RareEarthError, match=message):
        shares.bounds({("p", "a"): (given_, given_), ("q", "a"): (0.5, 0.5)}, "p")


def test_an_unknown_share_gives_bounds_and_no_guess() -> None:
    # P has 30 % of F, Q 40 %, and A, all of which is P's, an unknown part: at most the 30 % that are left
    spans = {("p", "f"): (0.3, 0.3), ("q", "f"): (0.4, 0.4), ("a", "f"): (0.0, 1.0), ("p", "a"): (1.0, 1.0)}
    low, high = shares.bounds(spans, "p")["f"]
    assert (low, high) == (pytest.approx(0.3), pytest.approx(0.6))
    assert shares.bounds(spans, "q")["f"] == (pytest.approx(0.4), pytest.approx(0.4))
    # in a circle of which nothing is known an owner may have all, but never more
    unknown = dict.fromkeys([("p", "a"), ("a", "b"), ("b", "a")], (0.0, 1.0))
    assert shares.bounds(unknown, "p") == {"a": (0.0, 1.0), "b": (0.0, 1.0)}


NAMES = "abcde"
PAIRS = [(one, other) for one in NAMES for other in NAMES]  # shares of its own among them


@st.composite
def spans(draw: st.DrawFn) -> tuple[dict[shares.Pair, shares.Span], dict[shares.Pair, float]]:
    """Spans of shares, and shares within them; of no firm is more than 95 % owned, so that no circle is closed."""
    chosen = draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=9, unique=True))
    spans_, points = {}, {}
    for owner, owned in chosen:
        most = 0.95 / sum(1 for _, other in chosen if other == owned)
        low = draw(st.floats(0, most))
        points[owner, owned] = draw(st.floats(low, most))
        spans_[owner, owned] = (low, draw(st.floats(points[owner, owned], 1)))
    return spans_, points


@given(spans())
def test_what_shares_may_be_stays_within_the_bounds(
    drawn: tuple[dict[shares.Pair, shares.Span], dict[shares.Pair, float]],
) -> None:
    spans_, points = drawn
    known = integrated(points)
    least = integrated({pair: low for pair, (low, _) in spans_.items()})
    for owner in {owner for owner, _ in spans_}:
        for owned, (low, high) in shares.bounds(spans_, owner).items():
            assert low - 1e-9 <= known.get((owner, owned), 0.0) <= high + 1e-9
            assert low == pytest.approx(least.get((owner, owned), 0.0), abs=1e-9)
            assert high <= 1 + 1e-9
        both = shares.bounds({pair: (point, point) for pair, point in points.items()}, owner)
        for owned, (low, high) in both.items():
            assert (low, high) == (pytest.approx(known.get((owner, owned), 0.0), abs=1e-9),) * 2


@given(spans())
def test_the_owners_at_the_top_and_the_unnamed_ones_have_all(
    drawn: tuple[dict[shares.Pair, shares.Span], dict[shares.Pair, float]],
) -> None:
    points = dict(drawn[1])
    for owned in {owned for _, owned in points}:  # the rest of each firm is held by one more
        points["rest", owned] = 1 - sum(part for (_, below), part in points.items() if below == owned)
    found = integrated(points)
    for owned in {owned for _, owned in points}:
        parts = [found.get((top, owned), 0.0) for top in {"rest", *shares.ultimate(points)}]
        assert sum(parts) == pytest.approx(1, abs=1e-9)


def test_a_majority_of_votes_controls_where_a_majority_of_shares_is_not_held() -> None:
    # P has 40 % of X and 60 % of Y, and Y has 15 % of X: P decides over 55 % of X and has 49 % of it (0.4 + 0.6 * 0.15)
    spans_ = {("p", "x"): (0.4, 0.4), ("p", "y"): (0.6, 0.6), ("y", "x"): (0.15, 0.15)}
    assert shares.controlled_by(spans_, "p") == (frozenset("xy"), frozenset("xy"))
    assert shares.bounds(spans_, "p")["x"][0] == pytest.approx(0.49)
    assert shares.controlled_by(spans_, "p", threshold=0.6) == (frozenset(), frozenset())
    # half is not a majority
    assert shares.controlled_by({("p", "x"): (0.5, 0.5)}, "p") == (frozenset(), frozenset())


def test_control_that_may_be_is_told_from_control_that_is() -> None:
    spans_ = {("p", "x"): (0.0, 1.0), ("x", "y"): (0.6, 0.6), ("q", "z"): (0.5, 0.5), ("p", "z"): (0.0, 1.0)}
    assert shares.controlled_by(spans_, "p") == (frozenset(), frozenset("xy"))  # of z Q has half: P cannot have more
    assert shares.controlled_by(spans_, "p", stated=[("p", "x")]) == (frozenset("xy"), frozenset("xy"))


def test_shares_of_its_own_have_no_votes_and_are_no_owner() -> None:
    # of A, which has 10 % of itself, P has 48 %: 48/90 of the capital and of the votes
    spans_ = {("p", "a"): (0.48, 0.48), ("a", "a"): (0.1, 0.1)}
    assert shares.bounds(spans_, "p") == {"a": pytest.approx((48 / 90,) * 2, abs=1e-9)}
    assert shares.controlled_by(spans_, "p") == (frozenset("a"), frozenset("a"))
    assert shares.ultimate(spans_) == ("p",)
    # it may have 2 to 10 %: P surely has no majority with 2 %
    spans_["a", "a"] = (0.02, 0.1)
    assert shares.controlled_by(spans_, "p") == (frozenset(), frozenset("a"))


def test_an_end_that_is_not_included_counts_for_a_majority() -> None:
    spans_ = {("p", "a"): (0.5, 1.0), ("q", "b"): (0.25, 1.0), ("r", "b"): (0.0, 0.5)}
    assert shares.controlled_by(spans_, "p")[0] == frozenset()
    assert shares.controlled_by(spans_, "p", exceeded=[("p", "a")])[0] == frozenset("a")
    assert shares.controlled_by(spans_, "q", exceeded=[("q", "b")])[0] == frozenset()


def test_a_circle_that_is_all_but_closed_is_computed() -> None:
    spans_ = {("p", "a"): (0.0001,) * 2, ("b", "a"): (0.9999,) * 2, ("a", "b"): (0.9999,) * 2}
    expected = integrated({pair: low for pair, (low, _) in spans_.items()})
    assert shares.bounds(spans_, "p")["b"] == pytest.approx((expected["p", "b"],) * 2, abs=1e-9)
    closed = {("p", "a"): (0.0, 1.0), ("b", "a"): (1.0, 1.0), ("a", "b"): (1.0, 1.0)}
    assert shares.bounds(closed, "p") == {"a": (0.0, 0.0), "b": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("spans_", "ends", "expected"),
    [
        ({("p", "a"): (0.2, 0.5), ("a", "b"): (0.4, 0.8)}, {("a", "b"): (False, True)}, (False, True)),
        ({("p", "a"): (0.0, 0.5), ("a", "b"): (0.4, 0.8)}, {("a", "b"): (True, True)}, (False, True)),
        ({("p", "b"): (0.3, 0.3), ("q", "b"): (0.5, 0.6)}, {("q", "b"): (True, True)}, (False, False)),
        # Q has more than half, so that less than half is left for P
        ({("p", "b"): (0.0, 1.0), ("q", "b"): (0.5, 0.6)}, {("q", "b"): (True, False)}, (False, True)),
        # what A may have less of, P may have more of itself: all that is left is within reach
        (
            {("p", "a"): (1.0, 1.0), ("p", "b"): (0.0, 1.0), ("a", "b"): (0.0, 0.5)},
            {("a", "b"): (False, True)},
            (False, False),
        ),
        (
            {("p", "a"): (0.2, 0.5), ("a", "b"): (0.4, 0.8), ("b", "a"): (0.1, 0.3)},
            {("b", "a"): (True, False)},
            (True, False),
        ),
    ],
)  # fmt: skip
def test_ends_that_are_out_of_reach(
    spans_: dict[shares.Pair, shares.Span], ends: dict[shares.Pair, tuple[bool, bool]], expected: tuple[bool, bool]
) -> None:
    assert shares.open_ends(spans_, ends, "p")["b"] == expected


@given(st.dictionaries(st.sampled_from([(a, b) for a in "abcd" for b in "abcd"]), st.integers(0, 25), max_size=8))
def test_control_in_circles_is_that_of_a_brute_force(points: dict[shares.Pair, int]) -> None:
    """Control by known shares: the smallest set that is closed under majorities of the votes that may be cast."""
    spans_ = {pair: (part / 100, part / 100) for pair, part in points.items()}
    spans_ |= {("p", firm): (0.45, 0.45) for firm in "ab" if sum(p for (_, b), p in points.items() if b == firm) <= 55}
    found = shares.controlled_by(spans_, "p")[0]

    def closed(group: frozenset[str]) -> bool:
        for firm in set("abcd") - group:
            votes = sum(
                round(100 * low) for (a, b), (low, _) in spans_.items() if b == firm and a in {"p", *group} - {firm}
            )
            own = round(100 * spans_.get((firm, firm), (0, 0))[0])
            if 2 * votes > 100 - own:
                return False
        return True

    groups = [frozenset(c) for n in range(5) for c in itertools.combinations("abcd", n)]
    assert found == min((group for group in groups if closed(group)), key=len)


def test_owners_who_act_together_have_what_they_have_together() -> None:
    # four bodies of one state have 31.21 + 3 * 20.33 + ... of it, none of them a majority
    spans_ = {("s", "g"): (0.3121,) * 2, ("m", "g"): (0.2033,) * 2, ("c", "g"): (0.2033,) * 2, ("g", "x"): (0.4, 0.6)}
    assert shares.bounds(spans_, ["s", "m", "c"])["g"] == (pytest.approx(0.7187),) * 2
    assert shares.controlled_by(spans_, "s")[0] == frozenset()
    assert shares.controlled_by(spans_, ["s", "m", "c"]) == (frozenset("g"), frozenset("gx"))
    # what one member has of another is not counted again, and a member is not in the answer
    assert shares.bounds({("s", "m"): (0.5, 0.5), ("m", "x"): (0.4, 0.4)}, ["s", "m"]) == {"x": (0.4, 0.4)}


@pytest.mark.parametrize("seed", range(10))
def test_what_a_group_may_have_is_that_of_a_brute_force_on_random_graphs(seed: int) -> None:
    """All corners of what shares may be: each firm's open part goes to its owners in each order; circles included.

    A hundred graphs for each seed. The most of a firm that is owned by more than all of it in no corner is the greatest
    solution of the linear system over the corners, the least is that of the low ends.
    """
    draw = np.random.default_rng(seed)
    firms, group = "abc", ("p", "q")
    for _ in range(100):
        spans_: dict[shares.Pair, shares.Span] = {}
        for firm in firms:
            owners_ = draw.choice(list("pqr" + firms), size=draw.integers(0, 4), replace=False)
            for owner in owners_:
                low = float(draw.uniform(0, 0.9 / len(owners_)))
                spans_[str(owner), firm] = (low, min(0.97, low + float(draw.choice([0.0, 0.1, 0.5]))))
        found = shares.bounds(spans_, group)
        corners = [list(_corners(spans_, firm)) for firm in firms]
        systems, given_ = [], []
        for corner in itertools.product(*corners):
            parts = {pair: part for of in corner for pair, part in of.items()}
            systems.append([[(one == two) - parts.get((two, one), 0.0) for two in firms] for one in firms])
            given_.append([[sum(parts.get((member, firm), 0.0) for member in group)] for firm in firms])
        solved = np.linalg.solve(np.array(systems), np.array(given_))[:, :, 0]
        lows = {pair: low for pair, (low, _) in spans_.items()}
        for at, firm in enumerate(firms):
            assert found.get(firm, (0.0, 0.0))[1] == pytest.approx(solved[:, at].max(), abs=1e-8), spans_
        merged = {("g", firm): sum(lows.get((member, firm), 0.0) for member in group) for firm in firms}
        least = integrated({pair: low for pair, low in lows.items() if pair[0] not in group} | merged)
        assert {f: low for f, (low, _) in found.items() if low > 1e-9} == {
            firm: pytest.approx(least["g", firm], abs=1e-9) for firm in firms if least.get(("g", firm), 0.0) > 1e-9
        }


def _corners(spans_: Mapping[shares.Pair, shares.Span], firm: str) -> Iterator[dict[shares.Pair, float]]:
    """The shares of a firm, with what is open of it given to its owners in every order."""
    pairs = [pair for pair in spans_ if pair[1] == firm]
    for order in itertools.permutations(pairs):
        room, parts = 1 - sum(spans_[pair][0] for pair in pairs), {}
        for pair in order:
            more = min(spans_[pair][1] - spans_[pair][0], room)
            parts[pair], room = spans_[pair][0] + more, room - more
        yield parts
    yield {pair: spans_[pair][0] for pair in pairs}
