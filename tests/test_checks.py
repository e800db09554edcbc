"""What cannot be so in the real world is told at the claim that shows it."""

from __future__ import annotations

import pytest
from conftest import Folder

from rareearth.errors import DataError

HEAD = """\
source:
  title: "[Owners]"
  publisher: daily-ore
  url: https://example.org/owners
  language: en
claims:
"""


def faults(folder: Folder, claims: str, head: str = HEAD) -> list[str]:
    folder.write("sources/owners.yaml", head + claims)
    try:
        folder.dataset()
    except DataError as error:
        return [f"{p.line}: {p.message}" for p in error.problems]
    return []


def test_owners_in_a_circle(folder: Folder) -> None:
    [fault] = faults(folder, "  - ore-works ownsShareOf mine-school\n  - ore-works-ltd subsidiaryOf mine-school\n")
    assert "closes a circle of owners" in fault
    assert "ore-works" in fault


def test_a_chain_of_owners_is_no_circle(folder: Folder) -> None:
    assert faults(folder, "  - ann-lee ownsShareOf ore-works\n  - ore-works ownsShareOf mine-school\n") == []


def test_a_planned_purchase_closes_no_circle(folder: Folder) -> None:
    claims = "  - ore-works ownsShareOf mine-school\n  - mine-school acquired ore-works:\n      status: planned\n"
    assert faults(folder, claims) == []


@pytest.mark.parametrize(("second", "wrong"), [("40", False), ("40.4", False), ("41", True), ("60.5", True)])
def test_more_than_all_of_a_company(folder: Folder, second: str, *, wrong: bool) -> None:
    claims = (
        "  - ann-lee ownsShareOf mine-school:\n      share: 60\n      when: 2020\n"
        f"  - bob-ray ownsShareOf mine-school:\n      share: {second}\n      when: 2020\n"
    )
    assert any("add up to" in fault for fault in faults(folder, claims)) is wrong


def test_a_share_that_is_no_number_is_told_as_such(folder: Folder) -> None:
    [fault] = faults(folder, "  - ann-lee ownsShareOf mine-school:\n      share: 60 percent\n")
    assert "found '60 percent'; expected a number" in fault


def test_shares_at_other_times_do_not_add_up(folder: Folder) -> None:
    claims = (
        "  - ann-lee ownsShareOf mine-school:\n      share: 60\n      when: 2020\n"
        "  - bob-ray ownsShareOf mine-school:\n      share: 70\n      when: 2022\n"
    )
    assert faults(folder, claims) == []


def test_a_copy_is_not_read_with_high_confidence(folder: Folder) -> None:
    head = HEAD.replace("  language: en\n", "  language: en\n  copy: mirror\n")
    [fault] = faults(folder, "  - ann-lee leads ore-works:\n      confidence: high\n", head)
    assert fault.startswith("8: is read with high confidence from a mirror")
    assert faults(folder, "  - ann-lee leads ore-works:\n      confidence: medium\n", head) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("5000", "expected a number and a unit"),
        ("5000 tonnes", "'tonnes' is not a unit"),
        ("5,000 t/a", "expected a number and a unit"),
        ("USD 5", "expected a number and a unit"),
    ],
)
def test_a_measure_is_a_number_and_a_unit(folder: Folder, value: str, message: str) -> None:
    [fault] = faults(folder, f"  - ore-works capacity {value}\n")
    assert message in fault
    assert faults(folder, "  - ore-works capacity 5000 t/a\n") == []


def test_a_conflict_is_declared_and_has_two_sides(folder: Folder) -> None:
    claim = "  - ann-lee leads ore-works:\n      conflict: who-leads\n"
    assert any("no conflict 'who-leads'" in fault for fault in faults(folder, claim))
    folder.write("conflicts.yaml", "who-leads:\n  question: Who leads it?\n  kind: contradiction\n  why: Two names.\n")
    assert any("1 claims name it; a conflict needs two" in fault for fault in faults(folder, claim))
    both = claim + "  - bob-ray leads ore-works:\n      conflict: who-leads\n"
    assert faults(folder, both) == []
