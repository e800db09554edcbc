"""The ownership sector of a firm, by hand and read from sources."""

from __future__ import annotations

from decimal import Decimal

import pytest
from conftest import Folder
from planted_worlds import world

from rareearth.analysis import ownership_sector, sample
from rareearth.analysis.ownership_sector import Holding
from rareearth.quantities import Range


def exact(share: float | None) -> Range | None:
    return None if share is None else Range(Decimal(str(share)), Decimal(str(share)))


def holding(owner: str, owned: str, share: float | None = None, **values: object) -> Holding:
    known: dict[str, object] = {
        "claim": f"{owner}/{owned}", "owner": owner, "owned": owned, "relation": "r", "control": False, "passes": False,
        "ended": False, "until": False, "day": "", "evidence": 1, "share": exact(share), "plain": True,
    }  # fmt: skip
    return Holding(**{**known, **values})  # type: ignore[arg-type]


GIVEN = {"state": "state", "city": "state", "ann": "private", "bob": "private", "sector": "private"}
OWNED = {
    "a sector": ([holding("sector", "x", passes=True)], "private"),
    "a supervisor": ([holding("state", "x", passes=True)], "state"),
    "control without a share": ([holding("state", "x", control=True)], "state"),
    "a majority": ([holding("ann", "x", 50.1)], "private"),
    "a half": ([holding("ann", "x", 50.0)], ""),
    "a minority": ([holding("state", "x", 38.0)], ""),
    "a share that nobody states": ([holding("state", "x")], ""),
    "two minorities of the state": ([holding("state", "x", 31.0), holding("city", "x", 20.0)], "state"),
    "a minority of each": ([holding("state", "x", 40.0), holding("ann", "x", 40.0)], ""),
    "two sources on one share": ([holding("state", "x", 30.0), holding("state", "x", 30.0, claim="again")], ""),
    "the latest share counts": ([holding("ann", "x", 60.0, day="2010"), holding("ann", "x", 6.0, day="2020")], ""),
    "a chain": ([holding("state", "m", control=True), holding("m", "x", 70.0)], "state"),
    "a chain that breaks": ([holding("state", "m", 20.0), holding("m", "x", 70.0)], ""),
    "an owner and its owner are one": (
        [holding("state", "m", control=True), holding("m", "x", 30.0), holding("state", "x", 30.0)],
        "",
    ),
    "sources that say both": ([holding("state", "x", control=True), holding("sector", "x", passes=True)], ""),
    "a ring": ([holding("x", "y", control=True), holding("y", "x", control=True)], ""),
    "a ring that one owns": (
        [holding("x", "y", control=True), holding("y", "x", control=True), holding("ann", "y", 60.0)],
        "private",
    ),
    "itself": ([holding("x", "x", control=True)], ""),
}


@pytest.mark.parametrize("name", OWNED)
def test_whose_a_firm_is(name: str) -> None:
    held, expected = OWNED[name]
    found = ownership_sector.infer(held, GIVEN, {"sector"})
    assert found.get("x", ownership_sector.OwnershipSector("", False, ())).name == expected
    assert {node: found[node].name for node in GIVEN} == GIVEN
    if expected:
        assert found["x"].claims
        assert found["x"].stated == (name == "a sector")


def test_what_ended_or_was_replaced_tells_nothing() -> None:
    claims = (
        holding("state", "a"), holding("state", "b", until=True), holding("state", "c", plain=False),
        holding("state", "d"), holding("state", "d", ended=True, plain=False, claim="the end"),
        holding("state", "e", day="2010"), holding("ann", "e", day="2020"),
    )  # fmt: skip
    changes = {"state/e": ("who", "2010"), "ann/e": ("who", "2020")}
    holdings = ownership_sector.Holdings(claims, changes)
    every = {h.claim for h in claims}
    assert {h.claim for h in ownership_sector.current(holdings, every)} == {"state/a", "ann/e"}
    # what nobody knows of cannot end or replace anything
    assert {h.claim for h in ownership_sector.current(holdings, every - {"the end", "ann/e"})} == {
        "state/a", "state/d", "state/e",
    }  # fmt: skip


def test_tenure_is_read_from_sources_and_goes_with_them(folder: Folder) -> None:
    made = world(
        folder,
        {
            "GovernmentBody": ["board"], "Company": ["major", "minor", "holder", "shop", "mill"],
            "Person": ["ann"], "PrivateSector": ["sector"],
        },
        [
            ("board supervises holder", "law"),
            ("major subsidiaryOf holder", "report"),
            ("holder ownsShareOf minor:\n      share: 30", "report"),
            ("shop belongsToSector sector", "news"),
            ("ann ownsShareOf mill:\n      share: 80", "news"),
        ],
    )  # fmt: skip
    read = sample.read(made)
    found = {n: data["ownership_sector"] for n, data in read.everyone.nodes(data=True) if data["actor_type"] == "firm"}
    assert found == {"holder": "state", "major": "state", "minor": "", "shop": "private", "mill": "private"}
    assert read.ties.nodes["minor"]["group"] == "industry (not known)"
    assert read.ties.nodes["major"]["group"] == "industry (state)"
    assert read.everyone.nodes["shop"]["ownership_stated"]
    assert not read.ties.nodes["mill"]["ownership_stated"]
    assert read.without(["law"]).ties.nodes["major"]["ownership_sector"] == ""


def test_a_firm_that_is_listed_is_so_unless_an_owner_gives_it_another_sector(folder: Folder) -> None:
    made = world(
        folder,
        {"GovernmentBody": ["board"], "Company": ["major", "minor", "mill"], "StockExchange": ["bourse"]},
        [
            ("major listedOn bourse", "report"),
            ("minor listedOn bourse", "report"),
            ("mill subsidiaryOf minor", "report"),
            ("board ownsShareOf major:\n      share: 60", "report"),
        ],
    )
    read = sample.read(made)
    found = {n: data["ownership_sector"] for n, data in read.everyone.nodes(data=True) if n != "board"}
    assert (found["major"], found["minor"], found["mill"]) == ("state", "listed", "")
    assert read.everyone.nodes["minor"]["group"] == "industry (listed)"
    assert "bourse" not in read.everyone


def test_a_sector_is_no_step_between_its_firms(folder: Folder) -> None:
    made = world(
        folder,
        {"Company": ["shop", "mill", "mine"], "PrivateSector": ["sector"]},
        [
            ("shop belongsToSector sector", "news"),
            ("mill belongsToSector sector", "news"),
            ("mill supplies mine", "news"),
        ],
    )
    read = sample.read(made)
    assert set(read.ties) == {"mill", "mine"}
    assert set(read.everyone) == {"mill", "mine", "shop", "sector"}
    assert read.ties.nodes["mill"]["ownership_sector"] == "private"
