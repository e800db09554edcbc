"""Tables to read in a terminal."""

from __future__ import annotations

import pytest

from rareearth.views import tables


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234.5, "1,234.5"),
        (0.25, "0.25"),
        (0.0, "0"),
        (4e-7, "4e-07"),
        (0.00012341, "0.0001234"),
        (2021, "2021"),
        (-4e-7, "-4e-07"),
        (None, ""),
        ("ree:leads", "leads"),
    ],
)
def test_a_cell_keeps_what_it_has(value: object, shown: str) -> None:
    assert tables.text(["x"], [[value]]).splitlines()[2].strip() == shown
