"""The question ``ownership``: by hand, and on the shipped data."""

from __future__ import annotations

from collections import defaultdict

import pytest
from conftest import Folder
from small_stores import made, rows

from rareearth import analysis
from rareearth.analysis import owners, sample
from rareearth.analysis.finding import Finding
from rareearth.store import asof, questions
from rareearth.store.oxigraph import Oxigraph

FIRMS = dict.fromkeys(["fund-p", "fund-q", "firm-a", "firm-b", "firm-c"], "Company")
# the circle that measures/test_shares.py works out by hand: P has 30/47 of A and 9/47 of B, Q 7/47 and 35/47
CIRCLE = [
    "fund-p ownsShareOf firm-a | share: 60",
    "firm-b ownsShareOf firm-a | share: 20",
    "firm-a ownsShareOf firm-b | share: 30",
    "fund-q ownsShareOf firm-b | share: 70",
]


def stake(finding: Finding, owner: str, owned: str) -> tuple[object, ...] | None:
    found = (s for s in finding.result.ultimate if (s.owner.id, s.owned.id) == (owner, owned))
    return next(((round(100 * s.low, 4), round(100 * s.high, 4), s.control) for s in found), None)


def test_owners_through_a_circle(folder: Folder) -> None:
    finding = analysis.answer(made(folder, FIRMS, {"one": CIRCLE}), "ownership")
    expected = {("fund-p", "firm-a"): 30, ("fund-p", "firm-b"): 9, ("fund-q", "firm-a"): 7, ("fund-q", "firm-b"): 35}
    for (owner, owned), part in expected.items():
        percent = pytest.approx(100 * part / 47, abs=1e-4)
        assert stake(finding, owner, owned) == (percent, percent, "yes" if part > 23.5 else "no")
    assert finding.support.ties == 4
    assert all(len(stake.claims) == 3 for stake in finding.result.ultimate)  # not the other owner's


def test_firms_that_only_own_each_other_are_a_limitation(folder: Folder) -> None:
    claims = ["firm-a ownsShareOf firm-b", "firm-b ownsShareOf firm-a", "fund-p ownsShareOf firm-c"]
    finding = analysis.answer(made(folder, FIRMS, {"one": claims}), "ownership")
    assert [actor.id for actor in finding.result.circular] == ["firm-a", "firm-b"]
    assert any(text.startswith("The owners of firm-a, firm-b own each other in a circle") for text in finding.limits)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (["fund-p ownsShareOf firm-a"], (0, 100, "may")),
        (["fund-p ownsShareOf firm-a", "fund-q ownsShareOf firm-a | share: 60"], (0, 40, "no")),
        (["fund-p ownsShareOf firm-a | share: 40 | bound: at least"], (40, 100, "may")),
        (["fund-p ownsShareOf firm-a | share: 40 | bound: up to"], (0, 40, "no")),
        (["fund-p ownsShareOf firm-a | share: 60 | bound: up to"], (0, 60, "may")),
        (["fund-p ownsShareOf firm-a | share: 50 | bound: less than"], (0, 50, "no")),
        (["fund-p ownsShareOf firm-a | share: 50 | bound: at least"], (50, 100, "may")),
        (["fund-p ownsShareOf firm-a | share: 50 | bound: more than"], (50, 100, "yes")),
        (["fund-p ownsShareOf firm-a | share: 50 | bound: about"], (45, 55, "may")),
        (["fund-p ownsShareOf firm-a | share: 25-50"], (25, 50, "no")),
        (["fund-p ownsShareOf firm-a | share: more than 50 and less than 75"], (50, 75, "yes")),
        (["fund-p ownsShareOf firm-a | share: 60 | bound: up to | amount: 5 USD"], (60, 60, "yes")),
        # a source that gives both ends
        (["fund-p ownsShareOf firm-a | share: 15 | bound: at least",
          "fund-p ownsShareOf firm-a | share: 33 | bound: at most"],
         (15, 33, "no")),
        # votes and capital
        (["fund-p ownsShareOf firm-a | share: 70 | role: votes",
          "fund-q ownsShareOf firm-a | share: 45 | role: capital"],
         (0, 55, "yes")),
        (["fund-q ownsShareOf firm-a | share: 70 | role: votes",
          "fund-p ownsShareOf firm-a | share: 60 | role: capital"],
         (60, 60, "no")),
        (["fund-p ownsShareOf firm-a | share: 60 | role: capital"], (60, 60, "yes")),
        (["fund-p ownsShareOf firm-a | share: 80 | role: board seats"], (0, 100, "may")),
        (["fund-p ownsShareOf firm-a | role: appointment of the board"], (0, 100, "yes")),
        # shares of its own: of the rest P has 60/90, and 48/95 of the votes
        (["fund-p ownsShareOf firm-a | share: 60", "firm-a ownsShareOf firm-a | share: 10"], (66.6667, 66.6667, "yes")),
        (["fund-p ownsShareOf firm-a | share: 48", "firm-a ownsShareOf firm-a | share: 5"], (50.5263, 50.5263, "yes")),
        (["fund-p ownsShareOf firm-a | share: 45", "firm-a ownsShareOf firm-a | share: 5-20"], (47.3684, 56.25, "may")),
        (["firm-a subsidiaryOf fund-p"], (0, 100, "yes")),
        (["fund-p ownsShareOf firm-a | share: 30 | when: 2020", "fund-p acquired firm-a | share: 80 | when: 2022"],
         (80, 80, "yes")),
        (["fund-p ownsShareOf firm-a | share: 80 | when: 2020", "fund-q ownsShareOf firm-a | share: 30 | when: 2022"],
         (70, 80, "yes")),
        (["fund-p ownsShareOf firm-a | share: 80 | until: 2021"], None),
        (["fund-p ownsShareOf firm-a | share: 80 | status: ended"], None),
        (["fund-p ownsShareOf firm-a | share: 80 | status: planned"], None),
    ],
)  # fmt: skip
def test_what_is_not_known_stays_so_and_what_ended_does_not_count(
    folder: Folder, claims: list[str], expected: tuple[object, ...] | None
) -> None:
    store = made(folder, FIRMS, {"one": [*claims, "fund-q supplies firm-a"]})
    assert stake(analysis.answer(store, "ownership"), "fund-p", "firm-a") == expected


def test_bounds_go_through_a_chain_in_words_and_numbers(folder: Folder) -> None:
    claims = [
        "fund-p ownsShareOf firm-a | share: more than 25 and at most 50",
        "firm-a ownsShareOf firm-b | share: 80 | bound: less than",
        "firm-b ownsShareOf firm-c | share: 60",
    ]
    store = made(folder, FIRMS, {"one": claims})
    finding = analysis.answer(store, "ownership")
    found = {s.owned.id: s.share for s in finding.result.ultimate}
    assert found == {"firm-a": "more than 25 and at most 50%", "firm-b": "less than 40%", "firm-c": "less than 24%"}
    steps = {row["owned"]: row["steps"] for row in rows(finding.tables[0])}
    assert steps["firm-b"] == "firm-a -(less than 80%)-> firm-b; fund-p -(more than 25 and at most 50%)-> firm-a"
    through = {
        row["owned"]: row
        for row in store.select(questions.find("owners-through").text).plain()
        if row["ownerLabel"] == "fund-p"
    }
    last = through["entity:firm-c"]
    assert last["chain"] == ("fund-p -(more than 25 and at most 50%)-> firm-a -(less than 80%)-> firm-b -60%-> firm-c")
    assert (last["share"], float(str(last["atLeast"])), float(str(last["atMost"]))) == (None, 0, 24)


def test_a_ring_of_owners_gives_each_chain_once_in_the_questions(folder: Folder) -> None:
    ring = [*CIRCLE, "firm-a ownsShareOf firm-a | share: 5"]
    store = made(folder, {**FIRMS, "fund-p": "GovernmentBody"}, {"one": ring})
    through = [
        row for row in store.select(questions.find("owners-through").text).plain() if row["ownerLabel"] == "fund-p"
    ]
    assert [(row["ownedLabel"], float(str(row["share"]))) for row in through] == [("firm-a", 60), ("firm-b", 18)]
    behind = list(store.select(questions.find("state-behind").text).plain())
    assert [(row["companyLabel"], float(str(row["share"]))) for row in behind] == [("firm-a", 60), ("firm-b", 18)]


def test_a_change_of_owner_and_a_contradiction_are_told_apart(folder: Folder) -> None:
    sources = {
        "one": ["fund-p ownsShareOf firm-a | share: 30 | when: 2020 | conflict: part-of-a"],
        "two": ["fund-p ownsShareOf firm-a | share: 60 | when: 2023 | conflict: part-of-a"],
    }
    kinds = {"change": (60, 60, "yes"), "contradiction": (30, 60, "may")}
    for kind, expected in kinds.items():
        said = f"part-of-a:\n  question: How much of A does P own?\n  kind: {kind}\n  why: So the tests have it.\n"
        store = made(folder, FIRMS, sources, said)
        assert stake(analysis.answer(store, "ownership"), "fund-p", "firm-a") == expected
    assert stake(analysis.answer(store, "ownership", without=["two"]), "fund-p", "firm-a") == (30, 30, "no")
    then = asof.at(store, "2021").store
    assert stake(analysis.answer(then, "ownership"), "fund-p", "firm-a") == (30, 30, "no")


def test_the_one_at_the_end_is_who_controls(folder: Folder) -> None:
    claims = [
        "firm-a ownsShareOf firm-b | share: 60",
        "fund-p controls firm-a",
        "fund-q ownsShareOf firm-b | share: 40",
    ]
    store = made(folder, FIRMS, {"one": claims})
    owned = owners.read(sample.read(store))
    assert [owned.head(body) for body in ("firm-b", "firm-a", "fund-p", "firm-c")] == [
        "fund-p",
        "fund-p",
        "fund-p",
        "firm-c",
    ]


def test_several_owners_in_control_of_one_body_are_a_limitation(folder: Folder) -> None:
    claims = ["fund-p controls firm-a", "fund-q controls firm-a", "fund-q controls firm-b"]
    finding = analysis.answer(made(folder, FIRMS, {"one": claims}), "ownership")
    assert [actor.id for actor in finding.result.contested] == ["firm-a"]
    assert (
        "Several owners are in control of firm-a, according to the sources; each of them is counted." in finding.limits
    )
    assert analysis.answer(made(folder, FIRMS, {"one": claims[1:]}), "ownership").result.contested == ()


def test_shares_of_what_ships_agree_with_the_question_that_multiplies_them(store: Oxigraph) -> None:
    """The question ``owners-through`` goes up to four steps; where all its shares are known, their sum is ours."""
    shares_of: dict[tuple[str, str], list[float | None]] = defaultdict(list)
    for row in store.select(questions.find("owners-through").text).plain():
        ends = tuple(str(row[name]).removeprefix("entity:") for name in ("owner", "owned"))
        shares_of[ends[0], ends[1]].append(None if row["share"] is None else float(str(row["share"])))
    found = {(s.owner, s.owned): s for s in owners.stakes(owners.read(sample.read(store)))}
    compared = 0
    for pair, parts in shares_of.items():
        if pair in found and None not in parts and found[pair].high - found[pair].low < 1e-9:
            assert 100 * found[pair].low == pytest.approx(sum(p for p in parts if p), abs=0.02)
            compared += 1
        elif pair in found:
            least, most = found[pair].low, found[pair].high
            assert 0 <= least <= most <= 1
    assert compared >= 24
    assert set(found) <= set(shares_of) | {pair for pair in found if len(found[pair].way) > 4}


def test_every_share_of_what_ships_is_a_part(store: Oxigraph) -> None:
    finding = analysis.answer(store, "ownership")
    least: dict[object, float] = defaultdict(float)
    for found in finding.result.ultimate:
        assert 0 <= found.low <= found.high <= 1
        assert set(found.claims) <= set(finding.support.claims)
        least[found.owned.id] += found.low
    assert max(least.values()) <= 1.0001
