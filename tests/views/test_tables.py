"""Tables to read in a terminal."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rareearth.views import tables


def cell(value: object, *, exact: bool = False) -> str:
    return tables.text(["x"], [[value]], exact=exact).splitlines()[2].strip()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234.5, "1234.5"),
        (2021.0, "2021"),
        (1e6, "1000000"),
        (0.25, "0.25"),
        (1 / 3, "0.333333"),
        (0.0, "0"),
        (4e-7, "0.0000004"),
        (0.00012341, "0.0001234"),
        (2021, "2021"),
        (-4e-7, "-0.0000004"),
        (True, "true"),
        (None, ""),
        ("ree:leads", "leads"),
    ],
)
def test_a_cell_keeps_what_it_has(value: object, shown: str) -> None:
    assert cell(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_exact_number_is_read_back_as_it_was_and_another_within_its_digits(value: float) -> None:
    assert float(cell(value, exact=True)) == value
    assert math.isclose(float(cell(value)), value, rel_tol=5e-4, abs_tol=5e-7 if abs(value) >= 0.01 else 0)
    assert "e" not in cell(value, exact=True) or abs(value) >= 1e16


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=18))
def test_a_decimal_number_has_all_its_digits(value: Decimal) -> None:
    assert Decimal(cell(value, exact=True)) == value


@pytest.mark.parametrize("width", [1, 5, 12, 20, 33, 34, 60, 200])
def test_no_word_is_broken_and_no_column_lost(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "terminal_width", lambda: width)
    rows: list[list[object]] = [["chinese-society", "a few words", "稀土稀土", 7], ["b", None, "c", 12345]]
    shown = tables.text(["id", "text", "zh", "n"], rows)
    words = shown.split()
    for word in ("chinese-society", "a", "few", "words", "稀土稀土", "7", "12345"):
        assert word in words
    if "id: " not in shown:
        assert max(cell_len(line) for line in shown.splitlines()) <= width
    assert ("id: " in shown) == (width < 15 + 5 + 8 + 5 + 3 * 3)


@given(
    st.lists(st.lists(st.text("ab 稀土\n", max_size=12), min_size=3, max_size=3), min_size=1, max_size=4),
    st.integers(1, 60),
)
def test_any_table_fits_or_is_written_in_blocks(rows: list[list[str]], width: int) -> None:
    widths = tables._fit(["a", "b", "c"], rows, width)
    if widths is not None:
        assert sum(widths) + 2 * tables._GAP <= width
        shown = tables._table(["a", "b", "c"], rows, [False] * 3, widths)
        assert max(map(cell_len, shown)) <= width
        assert sorted(" ".join(shown[2:]).split()) == sorted(" ".join(cell for row in rows for cell in row).split())
