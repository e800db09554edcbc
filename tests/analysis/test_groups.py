"""Owners who act together: what they have and control as one."""

from __future__ import annotations

import pytest
from conftest import Command, Folder
from small_stores import made

from rareearth import analysis
from rareearth.errors import RareEarthError
from rareearth.knowledge import KnowledgeGraph
from rareearth.store.oxigraph import Oxigraph

ENTITIES = {
    "ministry": "GovernmentBody",
    "province": "GovernmentBody",
    "agency": "GovernmentBody",
    "sector": "StateSector",
    "smelters": "Company",
    "miners": "Company",
    "traders": "Company",
    "group": "Company",
    "plant-firm": "Company",
    "fund": "Company",
    "ann": "Person",
    "bob": "Person",
    "family": "Group",
    "cathay": "Country",
    "nippon": "Country",
    "capital": "City",
}
CLAIMS = [
    "capital locatedIn cathay",
    "ministry headquarteredIn capital",
    "province locatedIn cathay",
    "sector locatedIn cathay",
    "agency locatedIn nippon",
    "smelters belongsToSector sector",
    "ministry supervises miners",
    "ministry ownsShareOf group | share: 31.21",
    "province ownsShareOf group | share: 20.33",
    "smelters ownsShareOf group | share: 20.33",
    "miners ownsShareOf group | share: at least 20.33",
    "traders ownsShareOf group | share: 7.8",
    "group ownsShareOf plant-firm | share: 40-60",
    "agency ownsShareOf plant-firm | share: 10",
    "fund ownsShareOf traders | share: 51",
    "fund locatedIn nippon",
    "ann memberOf family",
    "bob memberOf family",
    "ann ownsShareOf fund | share: 30",
    "bob ownsShareOf fund | share: 25",
]


def held(store: Oxigraph, owners: list[str] | None = None, **group: str) -> dict[str, tuple[float, float, str]]:
    found = analysis.control(store, owners or [], **group)  # type: ignore[arg-type]
    return {s.owned.id: (round(100 * s.low, 2), round(100 * s.high, 2), s.control) for s in found}


@pytest.fixture
def world(folder: Folder) -> Oxigraph:
    return made(folder, ENTITIES, {"one": CLAIMS})


def test_the_bodies_of_a_state_have_together_what_none_has_alone(world: Oxigraph) -> None:
    assert held(world, ["ministry"]) == {"group": (31.21, 31.21, "no"), "plant-firm": (12.48, 18.73, "no")}
    assert held(world, state="cathay") == {"group": (92.2, 92.2, "yes"), "plant-firm": (36.88, 55.32, "may")}
    # the traders have the rest, so that the miners cannot have more than what is left
    found = analysis.control(world, state="cathay")[0]
    assert found.owner.name == "State of cathay"
    # four shares, what makes two firms the state's, and where the ministry, its city, the province and the sector are
    assert len(found.claims) == 4 + 2 + 4


def test_a_country_has_its_state_and_all_who_are_in_it(world: Oxigraph) -> None:
    # the fund is owned by two persons of whom nobody knows where they are
    assert held(world, country="nippon") == {"plant-firm": (10.0, 10.0, "no")}
    assert held(world, country="cathay") == held(world, state="cathay")


def test_a_family_is_its_members(world: Oxigraph) -> None:
    assert held(world, ["ann"])["fund"] == (30, 30, "no")
    family = held(world, members_of="family")
    assert family["fund"] == (55, 55, "yes")
    assert family["traders"] == (28.05, 28.05, "yes")
    assert family == held(world, ["ann", "bob"])


def test_groups_add_up_without_what_members_have_of_each_other(world: Oxigraph) -> None:
    both = held(world, ["fund"], state="cathay")
    assert both["group"] == (96.18, 96.18, "yes")
    assert "fund" not in both


@pytest.mark.parametrize("role", ["golden share", "voting agreement", "acting in concert", "board seats"])
def test_rights_that_are_no_capital_give_no_part_of_it(folder: Folder, role: str) -> None:
    claims = [f"ministry ownsShareOf group | role: {role}", "traders ownsShareOf group | share: 40"]
    claims += ["ministry locatedIn cathay"]
    store = made(folder, ENTITIES, {"one": claims})
    assert held(store, state="cathay") == {"group": (0, 60, "may")}


def test_a_firm_of_which_a_part_is_the_states_counts_by_that_part(folder: Folder) -> None:
    claims = [
        "ministry locatedIn cathay",
        "sector locatedIn cathay",
        "miners belongsToSector sector",
        "ministry ownsShareOf miners | share: 51",
        "miners ownsShareOf group | share: 60",
    ]
    store = made(folder, ENTITIES, {"one": claims})
    assert held(store, state="cathay") == {"miners": (51, 51, "yes"), "group": (30.6, 30.6, "yes")}


def test_a_group_of_nobody_is_said_to_be_one(world: Oxigraph) -> None:
    with pytest.raises(RareEarthError, match=r"nobody is known to be of the group \(Members of smelters\)"):
        held(world, members_of="smelters")
    with pytest.raises(RareEarthError, match="no owner is named"):
        held(world)


def test_the_finding_has_what_each_state_has(world: Oxigraph) -> None:
    finding = analysis.answer(world, "ownership")
    found = {(s.owner.name, s.owned.id): s.control for s in finding.result.states}
    assert found["State of cathay", "group"] == "yes"
    assert ("State of nippon", "plant-firm") in found


def test_china_rare_earth_group_is_the_states(store: Oxigraph, run: Command) -> None:
    graph = KnowledgeGraph(store)
    found = {stake.owned.id: stake for stake in graph.control(state="China")}
    stake = found["china-rare-earth-group"]
    assert (round(stake.low, 4), round(stake.high, 4), stake.control) == (1, 1, "yes")
    assert found["china-northern-rare-earth"].control == "yes"
    assert found["mp-materials"].control == "no"
    shown = run("control", "--state", "China", "--format", "csv")
    assert "china-rare-earth-group,China Rare Earth Group,100.0,100.0,yes," in shown.stdout
