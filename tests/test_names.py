"""Names as keys, and names that are close."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("China Rare Earth Group", "china rare-earth group"),
        ("  Ore   Works ", "Ore Works"),
        ("Ore Works, Ltd.", "ore works ltd"),
        ("Société Générale", "Societe Generale"),
        ("ＲＥＥＸ", "REEx"),
        ("R&D", "r d"),
        ("赣州", "赣州"),
        ("STRASSE", "straße"),
        ("ganzhou_tour", "Ganzhou tour"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


@pytest.mark.parametrize(("one", "other"), [("Li Bo", "Li"), ("赣州", "赣江"), ("Mine 1", "Mine 2"), ("Works", "Work")])
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


@given(st.text())
def test_a_key_is_its_own_key_and_knows_no_case_or_spaces(name: str) -> None:
    key = names.key(name)
    assert names.key(key) == key
    assert key == " ".join(key.split())
    assert names.key(f"  {name}\t\n") == key
    if name.isascii():
        assert names.key(name.upper()) == names.key(name.lower()) == key


KNOWN = [
    "China Rare Earth Group",
    "China Northern Rare Earth Group",
    "QianDong Rare Earth Group",
    "Li Bo",
    "Ganzhou",
    "赣州",
]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("china rare earth grp", "China Rare Earth Group"),
        ("QianDong", "QianDong Rare Earth Group"),
        ("Gnazhou", "Ganzhou"),
        ("Li", "Li Bo"),
    ],
)
def test_the_closest_name_comes_first(name: str, first: str) -> None:
    assert names.closest(name, KNOWN)[0] == first


def test_names_that_are_not_close_are_left_out_and_there_are_never_more_than_wanted() -> None:
    assert names.closest("zzzzzz", KNOWN) == []
    assert len(names.closest("Rare Earth Group", KNOWN, count=2)) == 2


@given(st.text(), st.lists(st.text(), max_size=6))
def test_close_names_are_known_ones_without_repeats(name: str, known: list[str]) -> None:
    found = names.closest(name, known)
    assert set(found) <= set(known)
    assert len(set(found)) == len(found) <= 5
    assert found == names.closest(name, reversed(known))


def test_names_with_three_letters_of_five_in_common_are_close_enough() -> None:
    assert names.closest("abcde", ["abcxy", "abwxy"]) == ["abcxy"]
