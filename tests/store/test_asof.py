"""The graph as of a day: which ties hold then, by since, until, when, the page's date, and what only one holds."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from conftest import Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import namespaces, network
from rareearth.errors import RareEarthError
from rareearth.store import asof, claims, nquads, oxigraph, vocabulary
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards, differences

XSD = namespaces.PREFIXES["xsd"]
HEAD = """\
source:
  title: "[Dated]"
  publisher: daily-ore
  url: https://example.org/dated
  published: 2024-05-06
  language: en
claims:
"""


def built(folder: Folder, claims: str, head: str = HEAD) -> Oxigraph:
    folder.write("sources/dated.yaml", head + claims)
    return oxigraph.memory(nquads.lines(folder.dataset()))


def test_a_symmetric_tie_is_in_effect_in_both_directions_or_in_none(folder: Folder) -> None:
    store = built(folder, "  - ann-lee metWith bob-ray:\n      since: 2020\n      until: 2021\n")
    both = {("ann-lee", "metWith", "bob-ray"), ("bob-ray", "metWith", "ann-lee")}
    assert both <= ties(store, "2020-06")
    assert not both & ties(store, "2022-06")


def ties(store: Oxigraph, day: str) -> set[tuple[str, str, str]]:
    """The statements of dated.yaml that hold on a day, in the default graph."""
    then = asof.at(store, day).store
    found = then.select("SELECT ?s ?p ?o { ?s ?p ?o . ?p a <https://w3id.org/rareearth/ontology#Relation> }")
    return {tuple(namespaces.local(term.value) for term in row) for row in found}  # type: ignore[misc,union-attr]


@pytest.mark.parametrize(
    ("times", "in_days", "out_days"),
    [
        ("since: 2020-03-01", ["2020-03-01", "2020", "2020-03", "2030"], ["2020-02-29", "2019"]),
        ("until: 2020-03-01", ["1990", "2020-03-01", "2020-03"], ["2020-03-02", "2021"]),
        ("since: 2018\n      until: 2020", ["2018", "2019-06-01", "2020-12-31"], ["2017-12-31", "2021"]),
        ("when: 2018/..", ["2018", "2030"], ["2017"]),
        ("when: 2019-05", ["2019-05-01", "2019-05", "2030"], ["2019-04-30"]),
        ("when: XXXX-05-01\n      inferred: {when: 2019-05-01, because: The tests say so.}", ["2019-05"], ["2019-04"]),
        ("confidence: low", ["2024-05-06", "2025"], ["2024-05-05"]),
    ],
)
def test_a_tie_holds_within_its_times(folder: Folder, times: str, in_days: list[str], out_days: list[str]) -> None:
    store = built(folder, f"  - bob-ray affiliatedWith mine-school:\n      {times}\n")
    folder.write("sources/daily.yaml", (folder.data / "sources/daily.yaml").read_text().replace("bob-ray", "ann-lee"))
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    tie = ("bob-ray", "affiliatedWith", "mine-school")
    assert [day for day in in_days if tie not in ties(store, day)] == []
    assert [day for day in out_days if tie in ties(store, day)] == []


def test_of_unknown_time_is_left_out_and_counted(folder: Folder) -> None:
    store = built(folder, "  - bob-ray leads mine-school\n", HEAD.replace("  published: 2024-05-06\n", ""))
    then = asof.at(store, "2025")
    assert ("bob-ray", "leads", "mine-school") not in ties(store, "2025")
    assert then.undated == 4  # this one, and three of daily.yaml; where the school lies has no time


def test_the_next_chair_ends_the_one_before(folder: Folder) -> None:
    store = built(
        folder,
        "  - ann-lee chairs mine-school:\n      when: 2019\n  - bob-ray chairs mine-school:\n      when: 2022-02-03\n",
    )
    ann, bob = ("ann-lee", "chairs", "mine-school"), ("bob-ray", "chairs", "mine-school")
    assert ann in ties(store, "2022-02-02")
    assert bob not in ties(store, "2022-02-02")
    assert ann not in ties(store, "2022-02-03")
    assert bob in ties(store, "2022-02-03")


def test_two_posts_of_other_roles_stand_side_by_side(folder: Folder) -> None:
    store = built(
        folder,
        "  - ann-lee manages mine-school:\n      role: rector\n      when: 2019\n"
        "  - bob-ray manages mine-school:\n      role: registrar\n      when: 2022\n",
    )
    assert {("ann-lee", "manages", "mine-school"), ("bob-ray", "manages", "mine-school")} <= ties(store, "2023")


def test_nothing_holds_of_what_is_not_founded_yet(folder: Folder) -> None:
    store = built(
        folder,
        "  - mine-school foundedOn 2015-09-01\n  - ore-works supports mine-school:\n      since: 2010\n",
    )
    tie = ("ore-works", "supports", "mine-school")
    assert tie not in ties(store, "2015-08")
    assert tie in ties(store, "2015-09")


NO_DAYS = """soon|yesterday|| 2021|2021-13|2021-00|2021-02-30|2021-1-2|21-12-23|20211223|XXXX-04|202X|2021~|2021?
2024-33|2020/..|2025/2026|2021-12-23/2021-12-24|0000|\uff12\uff10\uff12\uff11|2021-12-23T10:00"""


@pytest.mark.parametrize("day", re.split("[|\n]", NO_DAYS))
def test_what_is_no_day_is_refused(folder: Folder, day: str) -> None:
    store = built(folder, "  - bob-ray leads mine-school\n")
    with pytest.raises(RareEarthError, match=f"^'{re.escape(day)}'") as caught:
        asof.at(store, day)
    assert "--" not in str(caught.value)


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 900), st.integers(-20, 920))
def test_a_day_is_inside_its_bounds(start: date, length: int, offset: int) -> None:
    end, day = start + timedelta(days=length), start + timedelta(days=offset)
    lines = [
        f'<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}inEffectFrom> "{start}"^^<{XSD}date> .',
        f'<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}inEffectUntil> "{end}"^^<{XSD}date> .',
        f"<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}kind> <{namespaces.VOCABULARY}fact> .",
        f"<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}status> <{namespaces.VOCABULARY}held> .",
        f"<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}source> <{namespaces.SOURCE}a> .",
        f"<{namespaces.CLAIM}a/b> <{namespaces.VOCABULARY}evidence> <{namespaces.VOCABULARY}page> .",
        f"<{namespaces.ENTITY}x> <{namespaces.VOCABULARY}y> <{namespaces.ENTITY}z> <{namespaces.CLAIM}a/b> .",
        f"<{namespaces.ENTITY}x> <{namespaces.VOCABULARY}y> <{namespaces.ENTITY}z> .",
    ]
    assert asof.at(oxigraph.memory(lines), day.isoformat()).in_effect == (start <= day <= end)


# ---- ends ------------------------------------------------------------------------------------------------

THEIRS = """\
  - ann-lee chairs ore-works:
      when: 2010
  - ore-works ownsShareOf mine-school:
      when: 2011
  - bob-ray memberOf ore-works:
      since: 2012
  - ore-works locatedIn oreville
  - ore-works foundedOn 2009-05
  - ore-works formerName Old Ore
"""
ENDING = {
    "ore-works endedOn 2020-06": "  - ore-works endedOn 2020-06\n",
    "merged into the school": "  - ore-works mergedInto mine-school:\n      when: 2020-06\n",
}


@pytest.mark.parametrize("ending", ENDING.values(), ids=ENDING)
def test_what_was_theirs_ends_with_a_body_and_its_history_stays(folder: Folder, ending: str) -> None:
    store = built(folder, THEIRS + ending)
    lasting = {"foundedOn", "formerName", "endedOn", "mergedInto"}
    own = {"chairs", "ownsShareOf", "memberOf", "locatedIn"}

    def of_the_body(day: str) -> set[str]:
        return {relation for s, relation, o in ties(store, day) if "ore-works" in (s, o)}

    assert of_the_body("2009-04-30") & (own | lasting) == set()
    assert own <= of_the_body("2020-06-30")
    assert of_the_body("2020-07-01") <= lasting
    assert {"foundedOn", "formerName"} < of_the_body("2020-07-01")
    assert not {"endedOn", "mergedInto"} & of_the_body("2020-05-31")
    card = cards.card(store, namespaces.ENTITY + "ore-works", "2021")
    assert {statement.claim.relation.id for statement in card.statements} <= lasting


@pytest.mark.parametrize(
    "claim",
    [
        "mine-school succeeds ore-works:\n      when: 2020-06",
        "ore-works formerName Old Ore:\n      when: 2020-06",
        "ore-works endedOn 2020-06:\n      status: planned",
        "ore-works mergedInto mine-school:\n      status: announced\n      when: 2020-06",
        "ore-works mergedInto mine-school:\n      kind: speech\n      by: ann-lee\n      when: 2020-06",
        "ore-works endedOn XXXX-06",
        "ore-works endedOn 2020-06/..",
        "ann-lee founded ore-works:\n      when: 2020-06",
    ],
)
def test_a_rename_a_plan_and_a_quotation_end_nothing(folder: Folder, claim: str) -> None:
    store = built(folder, f"  - bob-ray memberOf ore-works:\n      since: 2012\n  - {claim}\n")
    assert ("bob-ray", "memberOf", "ore-works") in ties(store, "2024")


def test_of_several_ends_the_latest_counts_and_they_differ_until_judged(folder: Folder) -> None:
    store = built(
        folder,
        "  - bob-ray memberOf ore-works:\n      since: 2012\n"
        "  - ore-works endedOn 2020-06\n  - ore-works endedOn 2019\n",
    )
    assert ("bob-ray", "memberOf", "ore-works") in ties(store, "2020-06-30")
    assert ("bob-ray", "memberOf", "ore-works") not in ties(store, "2020-07")
    [sides] = differences.unjudged(store)
    assert {side.claim.object.text for side in sides} == {"2019", "2020-06"}


def test_what_would_end_before_its_founding_is_never_in_effect(folder: Folder) -> None:
    store = built(folder, "  - bob-ray memberOf ore-works:\n      until: 2020-02\n  - ore-works foundedOn 2020-09-01\n")
    for day in ("2019", "2020", "2020-02", "2020-09", "2021"):
        assert ("bob-ray", "memberOf", "ore-works") not in ties(store, day)
    assert "periods" not in network.read(store)["bob-ray"]["ore-works"]["memberOf"]


def test_what_has_ended_is_in_effect_until_then(folder: Folder) -> None:
    store = built(folder, "  - ore-works supplies mine-school:\n      status: ended\n      when: 2020-06\n")
    found = {
        day: any(c.relation.id == "supplies" for c in claims.read(store, as_of=day))
        for day in ("2015", "2020-06-30", "2020-07-01")
    }
    assert found == {"2015": True, "2020-06-30": True, "2020-07-01": False}


def test_a_store_of_a_day_says_so_and_its_claims_are_not_over(folder: Folder) -> None:
    store = built(folder, "  - ore-works ownsShareOf mine-school:\n      since: 2012\n      until: 2020\n")
    then = asof.at(store, "2015-06").store
    assert (vocabulary.read(store).as_of, vocabulary.read(then).as_of) == ("", "2015-06")
    assert [c.over for c in claims.read(store) if c.relation.id == "ownsShareOf"] == [True]
    assert [c.over for c in claims.read(then) if c.relation.id == "ownsShareOf"] == [False]


# ---- the shipped data ------------------------------------------------------------------------------------


def test_the_creation_of_china_rare_earth_group(store: Oxigraph) -> None:
    owners = """SELECT ?owner { GRAPH ?claim { ?owner ree:ownsShareOf entity:china-rare-earth-group } }"""
    before = list(asof.at(store, "2021-11").store.select(owners))
    after = {namespaces.local(row[0].value) for row in asof.at(store, "2021-12").store.select(owners)}
    assert before == []
    assert {"sasac", "china-minmetals", "ganzhou-rare-earth-group", "chinalco"} <= after


def leaders(store: Oxigraph, organization: str, day: str) -> set[str]:
    query = f"SELECT ?who {{ ?who ?how entity:{organization} . ?how rdfs:subPropertyOf* ree:leads }}"
    return {namespaces.local(row[0].value) for row in asof.at(store, day).store.select(query)}


@pytest.mark.parametrize(
    ("organization", "day", "who"),
    [
        ("lynas-rare-earths", "2013", set()),
        ("lynas-rare-earths", "2020", {"amanda-lacaze"}),
        ("lynas-rare-earths", "2026-07", {"amanda-lacaze", "john-humphrey"}),  # that she is to go is not that she went
        ("northern-minerals", "2024-01", {"nick-curtis"}),
        ("northern-minerals", "2024-06", {"adam-handley"}),
        ("chinese-society-of-rare-earths", "2012", {"gan-yong"}),
        ("chinese-society-of-rare-earths", "2020", {"li-chunlong"}),
        ("chinese-society-of-rare-earths", "2025-05", {"li-bo"}),
        ("china-rare-earth-group", "2021-11", set()),  # founded in December
        ("china-rare-earth-group", "2022", {"ao-hong", "liu-leiyun"}),
        ("china-rare-earth-group", "2023", {"ao-hong", "liu-leiyun"}),
    ],
)
def test_changes_of_leaders(store: Oxigraph, organization: str, day: str, who: set[str]) -> None:
    assert leaders(store, organization, day) == who


def test_the_network_grows_with_the_years(store: Oxigraph) -> None:
    sizes = [network.read(asof.at(store, day).store).number_of_edges() for day in ("2010", "2015", "2021", "2026")]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


@pytest.mark.parametrize("day", ["1999", "2013", "2021-12", "2024", "2025-05-06"])
def test_the_claims_in_effect_are_those_of_the_store_of_the_day(store: Oxigraph, day: str) -> None:
    then = asof.at(store, day)
    kept = claims.read(store, as_of=day)
    assert [claim.id for claim in kept] == [claim.id for claim in claims.read(then.store)]
    assert len(kept) == then.in_effect
    for id_ in ("chinese-society-of-rare-earths", "lynas-rare-earths", "li-bo", "china", "china-rare-earth-group"):
        entity = namespaces.ENTITY + id_
        assert claims.read(store, [entity], as_of=day) == [c for c in kept if entity in (c.subject.text, c.object.text)]
