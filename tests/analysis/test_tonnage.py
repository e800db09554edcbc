"""The supply chain in tonnes, by hand; and what ships against the published totals."""

from __future__ import annotations

import pytest
from conftest import Folder
from small_stores import made, rows, table

from rareearth import analysis
from rareearth.analysis.tonnage import Spread, Tonnage
from rareearth.dataset import Dataset
from rareearth.store.oxigraph import Oxigraph

ENTITIES = {
    **dict.fromkeys(["north", "south", "west"], "Country"),
    "everywhere": "Region",
    **dict.fromkeys(["firm-a", "firm-b", "firm-c", "top"], "Company"),
    **dict.fromkeys(["mine-a", "mine-b"], "Mine"),
    **dict.fromkeys(["split-a", "split-b", "split-c"], "SeparationPlant"),
    "oxides": "Oxide",
    "ndpr": "Oxide",
    "magnets": "Magnet",
}


def tonnage(folder: Folder, *claims: str, **sources: list[str]) -> Tonnage:
    store = made(folder, ENTITIES, {"one": list(claims), **sources})
    found: Tonnage = analysis.answer(store, "chokepoints").result.tonnage
    return found


def numbers(spread: Spread | None) -> tuple[object, ...] | None:
    if spread is None:
        return None
    found = spread.concentration
    return spread.year, found.carriers, found.known, round(found.unknown, 6), spread.largest and spread.largest.id


def out(place: str, amount: str, year: str = "2024", more: str = "") -> str:
    return f"{place} output {amount} t | material: oxides | when: {year}{more}"


def test_the_year_with_most_countries_counts_and_of_these_the_latest(folder: Folder) -> None:
    claims = [
        out("north", "90", "2022"),
        out("south", "10", "2022"),
        out("north", "80", "2023"),
        out("south", "20", "2023"),
    ]
    found = tonnage(folder, *claims, out("north", "99", "2024"))
    spread = found.by("mining", "yearly output", "country")
    assert numbers(spread) == ("2023", 2, 100, 0, "north")
    assert spread
    assert spread.concentration.index == pytest.approx(0.8**2 + 0.2**2)


def test_a_total_that_is_more_than_all_countries_leaves_the_index_open(folder: Folder) -> None:
    found = tonnage(folder, out("north", "60"), out("south", "20"), out("everywhere", "100"))
    spread = found.by("mining", "yearly output", "country")
    assert numbers(spread) == ("2024", 2, 80, 20, "north")
    assert spread
    # the rest is of a third country, or all of the largest
    assert (spread.concentration.low, spread.concentration.high) == pytest.approx((0.44, 0.68))
    parts = {c.carrier.id: c.share for c in found.carried if c.carrier and c.by == "country"}
    assert parts == {"north": 0.6, "south": 0.2}


def test_an_output_counts_at_the_stage_that_its_claim_names(folder: Folder) -> None:
    magnets = "north output 300 t | material: magnets | atStage: magnets | when: 2024"
    found = tonnage(folder, out("north", "60"), magnets, out("south", "20", more=" | atStage: mining"))
    assert numbers(found.by("mining", "yearly output", "country")) == ("2024", 2, 80, 0, "north")
    assert numbers(found.by("magnets", "yearly output", "country")) == ("2024", 1, 300, 0, "north")


def test_what_is_planned_or_of_another_unit_or_time_is_no_output(folder: Folder) -> None:
    claims = [
        out("north", "60"),
        out("south", "20", more=" | status: planned"),
        "west output 5 t/d | material: oxides | when: 2024",
        "west output 7 t | material: oxides | when: 2024-03",
    ]
    assert numbers(tonnage(folder, *claims).by("mining", "yearly output", "country")) == ("2024", 1, 60, 0, "north")


def test_sources_that_differ_give_the_least_and_the_most(folder: Folder) -> None:
    found = tonnage(folder, out("north", "60"), out("south", "20"), two=[out("north", "50")])
    north = next(c for c in found.carried if c.carrier and c.carrier.id == "north")
    assert (north.low, north.high, north.share) == (50, 60, 0.75)
    assert len(north.claims) == 2


def test_what_operators_put_out_leaves_open_what_countries_have_more(folder: Folder) -> None:
    claims = ["firm-a operates mine-a", "mine-a output 30 t | material: oxides | when: 2024", "mine-a locatedIn north"]
    found = tonnage(folder, *claims, out("north", "60"), out("south", "40"), "firm-a subsidiaryOf top")
    assert numbers(found.by("mining", "yearly output", "operator")) == ("2024", 1, 30, 70, "firm-a")
    assert numbers(found.by("mining", "yearly output", "controller")) == ("2024", 1, 30, 70, "top")


def test_capacities_are_the_greatest_of_a_site_and_plans_stand_apart(folder: Folder) -> None:
    claims = [
        "firm-a operates split-a",
        "split-a capacity 60 t/a | material: oxides | when: 2023",
        "split-a capacity 20 t/a | material: ndpr | when: 2024",
        "split-a capacity 100 t/a | material: oxides | status: planned",
        "split-a locatedIn north",
        "firm-b operates split-b",
        "firm-c operates split-b",
        "split-b capacity 40 t/a",
        "split-b locatedIn south",
        "firm-c develops split-c",
        "split-c capacity 10 t/a | status: planned",
        "split-c capacity 9 t/d | status: planned",
    ]
    found = tonnage(folder, *claims)
    assert numbers(found.by("separation", "yearly capacity", "country")) == ("", 2, 100, 0, "north")
    spread = found.by("separation", "yearly capacity", "operator")
    assert spread
    assert spread.concentration.index == pytest.approx(0.6**2 + 2 * 0.2**2)
    assert spread.by_sites == pytest.approx((1 / 2) ** 2 + 2 * (1 / 4) ** 2)
    assert numbers(found.by("separation", "planned capacity", "country")) == ("", 1, 100, 10, "north")
    assert numbers(found.by("separation", "planned capacity", "operator")) == ("", 2, 110, 0, "firm-a")


def test_no_index_is_given_of_fewer_than_three_carriers(folder: Folder) -> None:
    store = made(folder, ENTITIES, {"one": [out("north", "60"), out("south", "20")]})
    found = rows(table(analysis.answer(store, "chokepoints"), "Each stage in tonnes: how concentrated it is"))
    assert [(row["number"], row["index"]) for row in found] == [(2, None)]
    assert "has" not in analysis.answer(store, "chokepoints").answer.partition("The sources")[0]


# ---- What ships, against published totals. The tolerances say by how much, the comments why. ----


@pytest.fixture(scope="module")
def shipped(store: Oxigraph) -> Tonnage:
    found: Tonnage = analysis.answer(store, "chokepoints").result.tonnage
    return found


def test_mine_output_of_2024_is_that_of_the_geological_survey(shipped: Tonnage) -> None:
    """USGS, Mineral Commodity Summaries 2025: 390,000 t. It rounds the total, and gives some countries no number."""
    spread = shipped.by("mining", "yearly output", "country")
    assert spread
    assert spread.year == "2024"
    assert spread.concentration.known == pytest.approx(390_000, rel=0.005)
    assert spread.largest
    assert spread.largest.id == "china"
    assert spread.concentration.share == pytest.approx(0.69, abs=0.01)
    low, high = spread.concentration.low, spread.concentration.high
    assert low is not None
    assert high is not None
    assert 0.49 <= low <= high <= 0.6
    assert spread.by_sites is not None
    assert spread.by_sites < 0.2  # what counting sites would say
    given = {
        c.carrier.id: c.high
        for c in shipped.carried
        if c.carrier and (c.stage, c.by, c.measure) == ("mining", "country", "yearly output")
    }
    published = {"china": 270_000, "united-states": 45_000, "myanmar": 31_000, "australia": 13_000, "nigeria": 13_000}
    assert {country: given[country] for country in published} == published


def test_quotas_of_the_ministry_add_up(dataset: Dataset) -> None:
    """MIIT: the mining quotas are 168,000 t (2021), 255,000 t (2023) and 270,000 t (2024); two rounds make one."""
    quotas = {}
    for claim in dataset.claims:
        given = dict(claim.qualifiers)
        if claim.relation == "appliesTo" and claim.object == "rare-earths" and "amount" in given:
            quotas[claim.subject, given.get("atStage")] = int(given["amount"].split()[0])
    assert quotas["china-mining-quota-2021", "mining"] == 168_000
    assert quotas["china-smelting-quota-2021", "separation"] == 162_000
    assert quotas["china-smelting-quota-2022", "separation"] == 202_000
    assert quotas["china-mining-quota-2023", "mining"] == 255_000
    assert quotas["china-mining-quota-2024", "mining"] == 270_000
    assert quotas["china-smelting-quota-2024", "separation"] == 254_000
    first = [
        c
        for c in dataset.claims
        if c.subject == "china-quota-h1-2024" and dict(c.qualifiers).get("atStage") == "mining"
    ]
    by_firm = {c.object: float(dict(c.qualifiers)["amount"].split()[0]) for c in first}
    # the two groups got all of the first round; with the second it makes the year's
    assert sum(by_firm.values()) + quotas["china-quota-h2-2024", "mining"] == pytest.approx(270_000, rel=0.001)


def test_chinas_shares_are_those_of_the_energy_agency(dataset: Dataset, shipped: Tonnage) -> None:
    """IEA for 2023: 62 % of mining, 92 % of refining. It counts magnet rare earths, USGS all: 7 points less of mining.

    By the capacities that sources state, China has four fifths of separation: most Chinese plants have none stated.
    """
    shares = {}
    for claim in dataset.claims:
        given = dict(claim.qualifiers)
        if claim.relation == "marketShare" and claim.subject == "china" and claim.by == "international-energy-agency":
            shares[given["atStage"]] = float(claim.object)
    assert shares == {"mining": 62, "separation": 92}
    separated = shipped.by("separation", "yearly capacity", "country")
    assert separated
    assert separated.largest
    assert separated.largest.id == "china"
    assert separated.concentration.share is not None
    assert 0.7 < separated.concentration.share < 0.92
    made_ = shipped.by("mining", "yearly output", "country")
    assert made_
    assert made_.concentration.share is not None
    assert abs(made_.concentration.share - 0.62) < 0.08
