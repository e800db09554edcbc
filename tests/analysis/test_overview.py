"""The overview of a sample: the years and places of its actors, and who has the most ties, with an interval."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from conftest import Folder
from small_stores import world

import rareearth
from rareearth import analysis
from rareearth.analysis import finding, overview, places, sample
from rareearth.analysis.overview import Overview
from rareearth.analysis.places import Place
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

RECORDS = {
    "Country": ["east", "west"], "Region": ["hills"], "City": ["town", "port"],
    "Company": ["hub", *(f"firm-{n}" for n in range(6))],
}  # fmt: skip


def planted(folder: Folder, sources: Mapping[str, Sequence[str]]) -> Oxigraph:
    """The store of claims by source; a source named ``2019-x`` is a page of 2019."""
    text = repr(list(sources.values()))
    for name in ("entities/all.yaml", "identities.yaml", "sources/daily.yaml"):
        (folder.data / name).unlink(missing_ok=True)
    kept = {kind: [id_ for id_ in ids if id_ in text] for kind, ids in RECORDS.items()}
    records = {
        kind: "".join(f"  {id_}:\n    name: {id_.title()}\n" for id_ in ids) for kind, ids in kept.items() if ids
    }
    lines = "".join(f"{kind}:\n{ids}" for kind, ids in records.items())
    folder.write("entities/all.yaml", f"Publisher:\n  daily:\n    name: Daily\n{lines}")
    for name, claims in sources.items():
        year = f"  published: {name[:4]}\n" if name[:4].isdigit() else ""
        head = (
            f"source:\n  title: {name}\n  publisher: daily\n  url: https://example.org/{name}\n{year}  language: en\n"
        )
        folder.write(f"sources/s-{name}.yaml", f"{head}claims:\n" + "".join(f"  - {claim}\n" for claim in claims))
    return oxigraph.memory(nquads.lines(folder.dataset()))


def seen(store: Oxigraph, seed: int = 0) -> Overview:
    return overview.measure(store, sample.read(store), seed)


@pytest.fixture(scope="module")
def shipped(store: Oxigraph) -> Overview:
    return analysis.describe(store)


def test_a_tie_has_the_first_year_of_its_claims_or_that_of_the_page(folder: Folder) -> None:
    store = planted(
        folder,
        {
            "2020-a": ["hub supplies firm-0:\n      since: 2012", "hub supplies firm-1:\n      when: 2018-05"],
            "2019-b": ["hub supplies firm-0:\n      since: 2014", "hub supplies firm-2"],
            "2021-c": ["hub supplies firm-2"],
            "d": ["hub supplies firm-3"],
        },
    )
    years = seen(store).years
    assert [(y.year, y.dated, y.published, y.undated) for y in years] == [
        (2012, 1, 0, 0), (2018, 1, 0, 0), (2019, 0, 1, 0), (None, 0, 0, 1),
    ]  # fmt: skip
    assert [len(y.claims) for y in years] == [2, 1, 2, 1]


def test_places_lie_inside_places_and_the_nearest_counts(folder: Folder) -> None:
    store = planted(
        folder,
        {
            "2020-a": [
                "hills locatedIn east", "town locatedIn hills", "port locatedIn west",
                "hub locatedIn town", "hub locatedIn east", "firm-0 locatedIn hills", "firm-1 locatedIn east",
                "firm-2 locatedIn port", "hub supplies firm-0", "hub supplies firm-3",
            ]
        },
    )  # fmt: skip
    found = seen(store)
    east, west = found.places
    assert (east.id, east.name, east.actors, east.here) == ("east", "East", 3, ("firm-1",))
    assert [(path, place.actors, place.here) for path, place in east.walk()] == [
        (("East",), 3, ("firm-1",)), (("East", "Hills"), 2, ("firm-0",)), (("East", "Hills", "Town"), 1, ("hub",)),
    ]  # fmt: skip
    assert (west.actors, west.here, west.inside[0].here) == (1, (), ("firm-2",))
    [town] = east.inside[0].inside
    assert len(town.claims) == 2  # both that say where the hub is
    assert (found.located, found.unlocated) == (4, 1)  # firm-3 has a tie and no place
    assert found.places_support.ties == 4
    assert set(found.places_support.claims) == {
        claim for top in found.places for _, p in top.walk() for claim in p.claims
    }


def test_a_rank_that_one_source_makes_has_a_wide_interval(folder: Folder) -> None:
    one = [f"hub supplies firm-{n}" for n in range(6)]
    others = {f"2020-{n}": [f"firm-{n} supplies firm-{n + 1}"] for n in range(5)}
    first, *rest = seen(planted(folder, {"2020-one": one, **others})).ranking
    assert (first.id, first.name, first.ties, first.rank, first.ci_low) == ("hub", "Hub", 6, 1, 1)
    assert first.ci_high > 1  # without that source it has no tie at all
    assert [actor.ties for actor in rest] == sorted((actor.ties for actor in rest), reverse=True)
    for source in others:
        (folder.data / "sources" / f"s-{source}.yaml").unlink()
    sure, *_ = seen(planted(folder, {"2020-one": one, "2020-two": one})).ranking
    assert (sure.ci_low, sure.ci_high) == (1, 1)


def test_a_rank_that_is_the_last_of_those_shown_is_certain_if_all_sources_agree(folder: Folder) -> None:
    firms = [f"firm-{n:02}" for n in range(overview.RANKED + 1)]
    *ring, last, other = firms
    ties = [f"{one} supplies {two}" for one, two in zip(ring, [*ring[1:], ring[0]], strict=True)]
    ties.append(f"{last} supplies {other}")
    found = seen(world(folder, {"Company": firms}, {"one": ties, "two": ties}))
    assert [actor.rank for actor in found.ranking] == [1] * len(ring) + [overview.RANKED]
    assert found.certain == len(found.ranking) == overview.RANKED


def test_what_ships_is_counted_once(shipped: Overview, store: Oxigraph) -> None:
    read = sample.read(store)
    assert shipped.actors == len(read.ties) == sum(shipped.spheres.values())
    assert sum(y.dated + y.published + y.undated for y in shipped.years) == shipped.support.ties
    assert {claim for year in shipped.years for claim in year.claims} == set(shipped.support.claims)
    for actor in shipped.ranking:
        assert actor.ties == read.ties.degree(actor.id)
        assert 1 <= actor.ci_low <= actor.ci_high
    assert len(shipped.ranking) == overview.RANKED
    assert [actor.rank for actor in shipped.ranking] == sorted(actor.rank for actor in shipped.ranking)
    assert shipped.between_bodies == sample.bodies(read).number_of_edges()


def test_actors_in_what_ships_are_where_a_claim_says(shipped: Overview, store: Oxigraph) -> None:
    def check(place: Place) -> None:
        assert place.actors == len(place.everyone())
        assert list(place.inside) == sorted(place.inside, key=lambda p: (-p.actors, p.name))
        assert bool(place.here) == bool(place.claims)
        for inner in place.inside:
            assert inner.actors > 0
            check(inner)

    assert len(shipped.places) > 10
    for top in shipped.places:
        check(top)
    assert places.read(store, sample.read(store)) == shipped.places


def test_the_overview_is_the_same_for_a_seed_and_goes_into_json(shipped: Overview, store: Oxigraph) -> None:
    assert analysis.describe(store) == shipped
    assert analysis.describe(store, seed=5).ranking != shipped.ranking
    record = json.loads(json.dumps(finding.plain(shipped), allow_nan=False))
    assert record["ranking"][0]["id"] == shipped.ranking[0].id
    assert record["places"][0]["inside"]


def test_an_empty_store_has_an_overview() -> None:
    nothing = seen(oxigraph.memory([]))
    assert (nothing.actors, nothing.ranking, nothing.places, nothing.support.ties) == (0, (), (), 0)
    assert [year.year for year in nothing.years] == [None]


def test_the_graph_gives_it_too(built: object) -> None:
    graph = rareearth.open(built)
    found = graph.overview(kinds=("fact", "speech"), without=["reex-ganzhou-tour"], seed=1)
    assert (found.kinds, found.left_out, found.seed) == (("fact", "speech"), ("reex-ganzhou-tour",), 1)
