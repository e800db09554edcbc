"""The question ``chokepoints`` and the supply chain: by hand, and on the shipped data."""

from __future__ import annotations

import pytest
from conftest import Folder
from small_stores import made

from rareearth import analysis, namespaces
from rareearth.analysis import questions, sample, supply_chain
from rareearth.analysis.finding import Finding, Verdict
from rareearth.analysis.questions import chokepoints
from rareearth.analysis.sites import Index
from rareearth.errors import RareEarthError
from rareearth.store import asof
from rareearth.store.oxigraph import Oxigraph

CHAIN = {
    "mine-a": "Mine", "mine-b": "Mine", "mine-c": "Mine", "split-a": "SeparationPlant", "works-a": "Plant",
    "magnets-a": "MagnetPlant", "magnets-b": "MagnetPlant", "old-mine": "Mine", "mill": "Plant",
    "north": "Country", "south": "Country", "shire": "Region",
    "firm-a": "Company", "firm-b": "Company", "firm-c": "Company", "top": "Company",
    "rare-metals": "Metal", "oxides": "Oxide", "nd-magnets": "Magnet", "sludge": "Material",
}  # fmt: skip
TOLD = [
    "firm-a operates mine-a", "firm-b operates mine-b", "firm-c develops mine-c | status: planned",
    "firm-a operates split-a", "firm-a operates works-a", "works-a produces rare-metals", "firm-b operates mill",
    "mill produces sludge", "firm-b operates magnets-a", "firm-c operates magnets-b",
    "firm-a develops old-mine | status: ended", "mine-a capacity 100 t/a | material: oxides",
    "magnets-a capacity 50 t/a | material: nd-magnets",
    "magnets-a capacity 80 t/a | status: planned | material: nd-magnets",
    "mine-a locatedIn shire", "shire locatedIn north", "mine-b locatedIn south", "split-a locatedIn north",
    "works-a locatedIn north", "magnets-a locatedIn north", "magnets-b locatedIn south",
    "north output 9 t | material: oxides | when: 2024", "south output 1 t | material: oxides | when: 2024",
]  # fmt: skip


def points(finding: Finding) -> set[tuple[object, object, object]]:
    stages = finding.result.stages
    return {(stages[p.stage], p.by, p.carrier.id) for p in finding.result.points if p.state == "operating"}


def indices(finding: Finding, stage: str, by: str) -> list[Index]:
    """The indices of a stage (its name) by country, operator or controller, one for each state."""
    return [i for i in finding.result.indices if (finding.result.stages[i.stage], i.by) == (stage, by)]


def test_a_chain_with_one_chokepoint_is_found(folder: Folder) -> None:
    finding = analysis.answer(made(folder, CHAIN, {"one": TOLD}), "chokepoints")
    by = ("country", "operator", "controller")
    alone = {("separation", b, "north" if b == "country" else "firm-a") for b in by}
    alone |= {("metals", b, "north" if b == "country" else "firm-a") for b in by}
    assert points(finding) == alone
    assert "separation (1 known), metals (1 known)" in finding.answer
    assert finding.verdict is Verdict.INCONCLUSIVE  # fewer than five sites


def test_a_chain_without_a_chokepoint_has_none(folder: Folder) -> None:
    entities = CHAIN | {"split-b": "SeparationPlant"}
    more = [
        "firm-b operates split-b",
        "split-b locatedIn south",
        "firm-c produces rare-metals",
        "firm-c locatedIn south",
    ]
    assert points(analysis.answer(made(folder, entities, {"one": [*TOLD, *more]}), "chokepoints")) == set()
    # where one firm controls all operators there is one again
    owned = ["firm-a subsidiaryOf top", "firm-b subsidiaryOf top", "firm-c subsidiaryOf top"]
    finding = analysis.answer(made(folder, entities, {"one": [*TOLD, *more, *owned]}), "chokepoints")
    assert points(finding) == {(s, "controller", "top") for s in ("mining", "separation", "metals", "magnets")}
    assert finding.result.reaches[0].controller.id == "top"


def test_a_site_without_a_known_country_leaves_the_point_open(folder: Folder) -> None:
    entities = CHAIN | {"split-b": "SeparationPlant"}
    found = points(analysis.answer(made(folder, entities, {"one": [*TOLD, "firm-a operates split-b"]}), "chokepoints"))
    assert ("separation", "country", "north") not in found
    assert ("separation", "operator", "firm-a") in found


def test_sites_are_read_with_state_stage_and_capacity(folder: Folder) -> None:
    store = made(folder, CHAIN, {"one": TOLD})
    way = supply_chain.read(store)
    assert list(way.stages.values()) == ["mining", "separation", "metals", "magnets"]
    sites = {site.id: site for site in way.sites}
    assert sites["mine-a"].stages == ("mining",)  # its output is counted as oxide
    assert sites["works-a"].stages == ("metals",)
    assert "mill" not in sites
    assert {id_: site.state for id_, site in sites.items() if site.state != "operating"} == {
        "mine-c": "in development", "old-mine": "given up",
    }  # fmt: skip
    assert sites["mine-a"].countries == ("north",)
    assert sites["mine-c"].countries == ()
    assert not any(site.maker for site in way.sites)
    finding = questions.answer("chokepoints", chokepoints, store, sample.read(store), 0)
    magnets = [count for count in finding.result.countries if finding.result.stages[count.stage] == "magnets"]
    assert [(count.country.id, count.capacity, count.planned) for count in magnets] == [
        ("north", 50.0, 80.0), ("south", None, None),
    ]  # fmt: skip
    mined = finding.result.tonnage.by("mining", "yearly output", "country")
    assert (mined.year, mined.largest.id, mined.concentration.share) == ("2024", "north", 0.9)
    assert mined.concentration.index == pytest.approx(0.82)  # 0.9^2 + 0.1^2
    assert any("90% of the output" in text and "1 of 3" in text for text in finding.limits)


def test_a_firm_that_makes_what_its_site_makes_is_not_counted_again(folder: Folder) -> None:
    more = ["firm-b produces nd-magnets", "firm-a capacity 5 t/a | status: planned | material: nd-magnets"]
    way = supply_chain.read(made(folder, CHAIN, {"one": [*TOLD, *more]}))
    makers = [site for site in way.sites if site.maker]
    assert [(site.id, site.stages, site.state, site.operators) for site in makers] == [
        ("firm-a", ("magnets",), "in development", ("firm-a",))
    ]


def test_a_contradicted_place_is_none(folder: Folder) -> None:
    sources = {
        "one": [*TOLD, "mine-c locatedIn north | conflict: where-c"],
        "two": ["mine-c locatedIn south | conflict: where-c"],
    }
    said = "where-c:\n  question: Where is C?\n  kind: {}\n  why: So the tests have it.\n"
    for kind, expected in {"contradiction": (), "unsure": ("north", "south")}.items():
        way = supply_chain.read(made(folder, CHAIN, sources, said.format(kind)))
        assert next(site for site in way.sites if site.id == "mine-c").countries == expected


def test_those_who_run_a_site_together_carry_a_part_each(folder: Folder) -> None:
    more = ["firm-b operates split-a", "firm-a operates split-b"]
    finding = analysis.answer(
        made(folder, CHAIN | {"split-b": "SeparationPlant"}, {"one": [*TOLD, *more]}), "chokepoints"
    )
    [run] = [i for i in indices(finding, "separation", "operator") if i.state == "operating"]
    # A has one and a half of two sites, B a half: (3/4)^2 + (1/4)^2
    assert (run.concentration.carriers, run.largest.id, run.concentration.share) == (2, "firm-a", 0.75)
    assert run.concentration.index == pytest.approx(0.625)


def test_the_index_of_a_stage_by_hand(folder: Folder) -> None:
    # three mines that are not given up: one in each country, one unknown. 2 * (1/2)^2; 3 * (1/3)^2; (2/3)^2 + (1/3)^2
    finding = analysis.answer(made(folder, CHAIN, {"one": TOLD}), "chokepoints")
    mines = indices(finding, "mining", "country")
    assert [(i.sites, i.concentration.carriers, i.concentration.unknown) for i in mines] == [(2, 2, 0), (3, 2, 1)]
    found = mines[1].concentration
    assert (found.index, found.low, found.high) == pytest.approx((1 / 2, 1 / 3, 5 / 9))


def test_sites_of_what_ships_are_all_counted(store: Oxigraph) -> None:
    query = """SELECT DISTINCT ?site {
      ?staged ree:stage ?stage . ?class rdfs:subClassOf* ?staged , ?kind . ?kind ree:nature "facility" . ?site a ?class
    }"""
    staged = {namespaces.local(site.value) for (site,) in store.select(query)}
    way = supply_chain.read(store)
    counted = {site.id for site in way.sites if not site.maker}
    assert staged <= counted | set(way.placed)
    assert not counted & set(way.placed)
    finding = analysis.answer(store, "chokepoints")
    assert len(finding.result.sites) == len(way.sites)
    assert sum(sum(count.states.values()) for count in finding.result.countries) == sum(
        len(site.stages) for site in way.sites
    )
    assert {claim for site in way.sites for claim in site.claims} <= set(finding.support.claims)
    one = next(source for source in finding.support.sources)
    assert one not in analysis.answer(store, "chokepoints", without=[one]).support.sources


def test_a_facility_of_which_only_a_place_is_told_is_no_site(folder: Folder) -> None:
    sources = {
        "one": ["firm-a operates mine-a", "mine-b locatedIn north", "firm-b ownsShareOf mine-b"],
        "two": ["mine-a locatedIn north", "mine-c locatedIn north"],
    }
    store = made(folder, CHAIN, sources)
    kept = analysis.answer(store, "chokepoints")
    assert [row.site.id for row in kept.result.sites] == ["mine-b", "mine-a"]  # not known, operating
    assert any("1 more facility is not counted" in limit for limit in kept.limits)
    # the pages are of 2024, and that a mine lies somewhere holds at any time
    none = analysis.answer(asof.at(store, "1950").store, "chokepoints")
    assert none.result.sites == ()
    assert "no site" in none.answer
    assert any("3 more facilities are not counted" in limit for limit in none.limits)
    rest = analysis.answer(store, "chokepoints", without=["one"])
    assert rest.result.sites == ()
    assert any("2 more facilities are not counted" in limit for limit in rest.limits)


def test_a_source_that_nobody_knows_is_told(store: Oxigraph) -> None:
    with pytest.raises(RareEarthError, match="no source named 'nobody'"):
        analysis.answer(store, "chokepoints", without=["nobody"])
