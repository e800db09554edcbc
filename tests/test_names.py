"""Names as keys, and names that are close."""

from __future__ import annotations

import unicodedata

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


def test_a_text_longer_than_any_name_is_close_to_nothing() -> None:
    assert names.closest("Ganzhou" * 100_000, KNOWN) == []


def test_names_with_three_letters_of_five_in_common_are_close_enough() -> None:
    assert names.closest("abcde", ["abcxy", "abwxy"]) == ["abcxy"]


# ---- the index -------------------------------------------------------------------------------------------

KINDS = ("name", "alias", "former name")
NAMES = [
    ("ore", "Ore Works", "name"),
    ("ore", "Old Mine Company", "former name"),
    ("ore-2", "Ore Works Rare Earths", "name"),
    ("old", "Old Mine", "alias"),
    ("王", "王芳", "name"),
    ("芳", "王芳", "name"),
    ("芳", "王芳", "alias"),
]


def test_the_best_way_goes_before_the_best_kind_of_name() -> None:
    index = names.Index(NAMES, KINDS)
    assert [(m.thing, m.how, m.why) for m in index.find("Ore Works")] == [("ore", "name", "exact")]
    assert [(m.thing, m.how, m.why) for m in index.find("Old Mine Company")] == [("ore", "former name", "exact")]
    assert [(m.thing, m.how, m.why) for m in index.find("Old Mine")] == [("old", "alias", "exact")]
    assert [(m.thing, m.how, m.why) for m in index.find("Old Mine Ltd")] == [("old", "alias", "form")]


def test_of_several_with_a_name_all_are_found_each_once() -> None:
    found = names.Index(NAMES, KINDS).find("王芳")
    assert [(match.thing, match.how) for match in found] == [("王", "name"), ("芳", "name")]


def test_a_typing_error_finds_nothing_but_suggests() -> None:
    index = names.Index(NAMES, KINDS)
    assert index.find("Ore Wroks") == []
    assert next(match.thing for match in index.suggest("Ore Wroks")) == "ore"
    assert index.suggest("zzzz") == []
    assert len(index.suggest("Ore Works", count=1)) == 1


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text(min_size=1, max_size=12), st.sampled_from(KINDS)), max_size=8)
)
def test_every_name_finds_what_has_it_in_any_order_of_names(given_names: list[tuple[str, str, str]]) -> None:
    index = names.Index(given_names, KINDS)
    other = names.Index(reversed(given_names), KINDS)
    for _, name, _ in given_names:
        if name.split():
            best = min(KINDS.index(kind) for _, same, kind in given_names if spaced(same) == spaced(name))
            expected = {t for t, same, k in given_names if spaced(same) == spaced(name) and KINDS.index(k) == best}
            assert {match.thing for match in index.find(name)} == expected
        assert index.find(name) == other.find(name)
        assert index.suggest(name) == other.suggest(name)


def spaced(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
