"""Differences that nobody has judged: found where only one can be right, and nowhere else."""

from __future__ import annotations

import pytest
from conftest import Folder
from small_stores import made

from rareearth.store.oxigraph import Oxigraph
from rareearth.views import differences

ENTITIES = {
    "ore-works": "Company",
    "mill-co": "Company",
    "fund": "Company",
    "ann": "Person",
    "bob": "Person",
    "oreville": "City",
    "milltown": "City",
    "mill": "SeparationPlant",
}
CONFLICT = "a-question:\n  question: Which is it?\n  kind: {}\n  why: So that the tests have it.\n"


def found(folder: Folder, *claims: str, conflict: str = "") -> list[int]:
    """How many sides each difference has; each claim is of a page of its own, published on 2024-06-01."""
    store = made(folder, ENTITIES, {f"page-{n}": [claim] for n, claim in enumerate(claims)}, conflict)
    return [len(sides) for sides in differences.unjudged(store)]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        # values: of the same time, whatever its precision
        ("mill capacity 200 t/a | when: 2021", "mill capacity 300 t/a | when: 2021-05", True),
        ("mill capacity 200 t/a | when: 2021", "mill capacity 300 t/a | when: 2022", False),
        ("mill capacity 200 t/a", "mill capacity 300 t/a", True),
        ("mill capacity 200 t/a | when: 2024", "mill capacity 300 t/a", True),
        ("mill capacity 200 t/a | when: 2023", "mill capacity 300 t/a", False),
        ("mill capacity 200 t/a | since: 2020", "mill capacity 300 t/a | when: 2023", True),
        ("mill capacity 200 t/a | status: planned", "mill capacity 300 t/a", False),
        ("mill capacity 200 t/a | status: planned", "mill capacity 300 t/a | status: planned", True),
        ("mill cost 200 USD", "mill cost 200 EUR", True),
        ("ore-works foundedOn 2001", "ore-works foundedOn 2002", True),
        ("ore-works foundedOn 2001", "ore-works foundedOn 2001", False),
        ("ore-works formerName Ore Shop", "ore-works formerName Ore Mill", False),
        # numbers within bounds
        ("mill capacity 200 t/a | bound: up to", "mill capacity 150 t/a", False),
        ("mill capacity 200 t/a | bound: up to", "mill capacity 250 t/a | bound: at least", True),
        ("mill capacity 200 t/a | bound: about", "mill capacity 210 t/a", False),
        ("mill capacity 200 t/a | bound: about", "mill capacity 260 t/a", True),
        # head offices and posts
        ("ore-works headquarteredIn oreville", "ore-works headquarteredIn milltown", True),
        ("ore-works headquarteredIn oreville | when: 2020", "ore-works headquarteredIn milltown | when: 2022", False),
        ("ann chairs ore-works | when: 2020", "bob chairs ore-works | when: 2020-07", True),
        ("ann chairs ore-works | since: 2020 | until: 2022-03-01", "bob chairs ore-works | since: 2022-03-01", False),
        ("ann chairs ore-works | since: 2020 | until: 2022", "bob chairs ore-works | since: 2021", True),
        ("ann chairs ore-works", "bob chairs mill-co", False),
        # shares and amounts of one tie
        ("fund ownsShareOf ore-works | share: 31.21", "fund ownsShareOf ore-works | share: 32.21", True),
        ("fund ownsShareOf ore-works | share: 25-50", "fund ownsShareOf ore-works | share: 32", False),
        ("fund ownsShareOf ore-works | share: 25-30", "fund ownsShareOf ore-works | share: more than 30", True),
        ("fund ownsShareOf ore-works | share: 30 | role: votes", "fund ownsShareOf ore-works | share: 32", False),
        ("fund funds ore-works | amount: 5 USD", "fund funds ore-works | amount: 6 USD", True),
        ("fund funds ore-works | amount: 5 USD | form: loan", "fund funds ore-works | amount: 6 USD", False),
        ("fund funds ore-works | amount: 5 USD | when: 2020", "fund funds ore-works | amount: 6 USD", False),
        # what may be of many
        ("fund ownsShareOf ore-works | share: 30", "mill-co ownsShareOf ore-works | share: 32", False),
        ("ann affiliatedWith ore-works", "bob affiliatedWith ore-works", False),
        ("ann chairs ore-works | kind: speech | by: bob", "bob chairs ore-works", False),
    ],
)
def test_two_claims_differ(folder: Folder, one: str, other: str, differ: bool) -> None:
    expected = [2] if differ else []
    assert found(folder, one, other) == expected
    assert found(folder, other, one) == expected


def test_a_holder_who_comes_between_differs_and_one_who_follows_does_not(folder: Folder) -> None:
    claims = [f"{who} chairs ore-works | when: {year}" for who, year in (("ann", 2018), ("bob", 2020), ("ann", 2022))]
    assert found(folder, *claims) == [2]
    assert found(folder, *claims[:2]) == []
    assert found(folder, claims[0], claims[2]) == []


def test_what_is_judged_is_left_out_whatever_was_judged_of_it(folder: Folder) -> None:
    of = "mill capacity {} t/a | when: 2021 | conflict: a-question"
    for kind in ("change", "contradiction", "rounding", "unsure"):
        assert found(folder, of.format(1), of.format(2), conflict=CONFLICT.format(kind)) == []
    third = "mill capacity 3 t/a | when: 2021"
    assert found(folder, of.format(1), of.format(2), third, conflict=CONFLICT.format("unsure")) == [3]


def test_what_is_judged_of_a_holder_stays_so_when_it_is_named_again(folder: Folder) -> None:
    both = [f"{who} chairs ore-works | when: 2020 | conflict: a-question" for who in ("ann", "bob")]
    said = CONFLICT.format("unsure")
    assert found(folder, *both, "ann chairs ore-works | when: 2021", conflict=said) == []
    assert found(
        folder, *(claim.partition(" | conflict")[0] for claim in both), "ann chairs ore-works | when: 2021"
    ) == [2]


def test_what_ships_has_been_judged(store: Oxigraph) -> None:
    assert differences.unjudged(store) == []
