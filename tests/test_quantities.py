"""Numbers and shares as the data writes them: the words that bound them, ranges, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import ontology, quantities
from rareearth.quantities import Range

BOUNDS = ontology.read().bounds


def of(low: str, high: str, *, above: bool = False, below: bool = False) -> Range:
    return Range(Decimal(low), Decimal(high), above, below)


@pytest.mark.parametrize(
    ("text", "bound", "expected"),
    [
        ("31.21", "", of("31.21", "31.21")), ("0", "", of("0", "0")), ("100", "", of("100", "100")),
        ("60", "up to", of("0", "60")), ("60", "at most", of("0", "60")),
        ("60", "less than", of("0", "60", below=True)),
        ("60", "at least", of("60", "100")), ("50", "more than", of("50", "100", above=True)),
        ("63", "about", of("62.5", "63.5")), ("7.75", "about", of("7.745", "7.755")), ("50", "about", of("45", "55")),
        ("100", "about", of("50", "100")), ("0", "about", of("0", "0.5")),
        ("25-50", "", of("25", "50")), ("more than 25 and at most 50", "", of("25", "50", above=True)),
        ("more than 50 and less than 75", "", of("50", "75", above=True, below=True)),
        ("at least 75", "", of("75", "100")), ("at least 3 and up to 3", "", of("3", "3")),
    ],
)  # fmt: skip
def test_what_a_share_says(text: str, bound: str, expected: Range) -> None:
    assert quantities.share(text, BOUNDS, bound) == expected


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        *((text, "") for text in (
            "", "1e1", "0x10", "+5", "-5", "-0", ".5", "5.", "1_0", "1,5", "1 0", " 10", "10 ", "１２", "०", "NaN",
            ".inf", "1:30", "012", "1/3", "majority", "50 %", "50%", "101", "100.01", "9" * 400, "25–50", "25 - 50",
            "25-50-75", "50-25", "25-101", "25-", "-25", "over 25", "more than", "morethan 25", "more  than 25",
            "at most 50 and more than 25",
            "more than 25 and more than 50", "at least 25 and about 50", "more than 25 and at most 25", "more than 100",
            "less than 0", "25 and 50", "more than 25 and at most 50 and at most 60",
        )),
        ("25-50", "about"), ("at least 25", "at least"), ("100", "more than"), ("0", "less than"), ("25", "over"),
    ],
)  # fmt: skip
def test_what_is_no_share_is_refused_in_one_line(text: str, bound: str) -> None:
    with pytest.raises(ValueError, match=r"^found '.*(expected|bound)") as error:
        quantities.share(text, BOUNDS, bound)
    assert "\n" not in str(error.value)


@given(st.integers(0, 400), st.sampled_from([*sorted(BOUNDS), ""]))
def test_a_bounded_share_is_what_its_word_says(quarters: int, bound: str) -> None:
    number = Decimal(quarters) / 4
    says = {
        "": lambda x: x == number, "about": lambda x: abs(x - number) <= Decimal("0.005"),
        "at least": lambda x: x >= number, "more than": lambda x: x > number, "at most": lambda x: x <= number,
        "up to": lambda x: x <= number, "less than": lambda x: x < number,
    }  # fmt: skip
    possible = [x for n in range(401) if says[bound](x := Decimal(n) / 4)]
    if not possible:
        return
    low, high, above, below = quantities.share(format(number.normalize(), "f"), BOUNDS, bound)
    every = [Decimal(n) / 4 for n in range(401)]
    within = [x for x in every if (low < x if above else low <= x) and (x < high if below else x <= high)]
    assert within == possible if bound != "about" else set(possible) <= set(within)
