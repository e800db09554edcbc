"""When claims are in effect: the same on every surface, on every day on which something begins or ends."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Folder, small
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rareearth import formats, network
from rareearth.errors import DataError
from rareearth.knowledge import KnowledgeGraph
from rareearth.site.explorer import content
from rareearth.store import asof, claims, in_effect, nquads, oxigraph, questions
from rareearth.store.in_effect import Spell
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.network import Network

Edge = tuple[str, str, str]
GEXF = "{http://gexf.net/1.3}"
DAY = timedelta(days=1)
IN_EFFECT = """SELECT ?claim WHERE {
  ?claim a ree:Claim FILTER NOT EXISTS { ?claim ree:undated true }
  OPTIONAL { ?claim ree:inEffectFrom ?from } OPTIONAL { ?claim ree:inEffectUntil ?until }
  FILTER(COALESCE(?from <= "%s"^^xsd:date, true) && COALESCE(?until >= "%s"^^xsd:date, true))
}"""
HEAD = """\
source:
  title: "[Dated]"
  publisher: daily-ore
  url: https://example.org/dated
  published: 2014
  language: en
claims:
  - bob-ray leads mine-school:
      when: 2012
"""


def has(spells: list[tuple[str, str]], day: str) -> bool:
    """Whether a day is in one of the spells, whose ends may be open ("")."""
    return any((not start or start <= day) and (not end or day <= end) for start, end in spells)


def by_attribute(graph: Network, day: str) -> tuple[set[str], set[Edge]]:
    """The nodes and edges of a network whose spells have a day."""

    def then(data: dict[str, Any]) -> bool:
        return has([tuple(s.split("/")) for s in data.get("periods", "").split(network.JOIN) if s], day)  # type: ignore[misc]

    nodes = {node for node, data in graph.nodes(data=True) if then(data)}
    return nodes, {(a, b, key) for a, b, key, data in graph.edges(keys=True, data=True) if then(data)}


def by_gephi(root: etree._Element, day: str) -> tuple[set[str], set[Edge]]:
    """What Gephi shows of a file on a day, without "Keep empty values"; edges without their ends are hidden."""

    def then(item: etree._Element) -> bool:
        return has([(s.get("start", ""), s.get("end", "")) for s in item.iter(GEXF + "spell")], day)

    nodes = {str(node.get("id")) for node in root.iter(GEXF + "node") if then(node)}
    found = [edge for edge in root.iter(GEXF + "edge") if then(edge)]
    edges = {(str(e.get("source")), str(e.get("target")), str(e.get("kind"))) for e in found}
    assert {end for edge in edges for end in edge[:2]} <= nodes
    return nodes, edges


def shown_claims(store: Oxigraph) -> list[dict[str, Any]]:
    """The claims of the page: ``id``, ``start`` and ``end`` as far as known, and ``undated``."""
    parts = content.read(store, {})
    columns = parts["data"]["claims"]
    names = [name for name in parts if name.startswith("claims-")]
    records = [claim for name in sorted(names, key=lambda n: int(n.partition("-")[2])) for claim in parts[name]]
    found: list[dict[str, Any]] = []
    for number, record in enumerate(records):
        claim: dict[str, Any] = {"id": record["id"], "undated": number in columns["undated"]}
        for end in ("start", "end"):
            if day := columns[end][number]:
                claim[end] = date(day // 10_000, day // 100 % 100, day % 100).isoformat()
        found.append(claim)
    return found


def same_everywhere(store: Oxigraph, folder: Path, days: list[str] | None = None) -> None:
    """On each day, ``as_of``, the spells, the time line as Gephi reads it, the page and SPARQL have the same."""
    graph = KnowledgeGraph(store)
    page = shown_claims(store)
    bounds = {date.fromisoformat(claim[end]) for claim in page for end in ("start", "end") if end in claim}
    whole = {view: network.read(store, view) for view in network.VIEWS}
    files = {}
    for view, found in whole.items():
        [path] = formats.write(folder / f"{view}.gexf", store, lambda found=found: found)  # type: ignore[misc]
        files[view] = etree.parse(str(path)).getroot()
    for day in days or sorted({(bound + n * DAY).isoformat() for bound in bounds for n in (-1, 0, 1)}):
        then = graph.as_of(day)
        shown = {c.id for c in claims.read(then.store)}
        assert shown == {c.id for c in claims.read(store, as_of=day)}
        dated = [c for c in page if not c.get("undated")]
        assert shown == {c["id"] for c in dated if has([(c.get("start", ""), c.get("end", ""))], day)}
        assert shown == {str(row["claim"]).removeprefix("claim:") for row in graph.ask(IN_EFFECT % (day, day))}
        for view, found in whole.items():
            expected = then.network(view)
            nodes_and_edges = set(expected), set(expected.edges(keys=True))
            assert by_attribute(found, day) == nodes_and_edges
            first = min((str(s.get("start")) for s in files[view].iter(GEXF + "spell")), default="9999")
            if day >= first:  # where the time line of the file begins
                assert by_gephi(files[view], day) == nodes_and_edges


TIMES = st.sampled_from([
    "when: 2011", "when: 2012-03", "since: 2011-05-06", "until: 2013", "since: 2011\n      until: 2012-06",
    "note: none", "when: 2012\n      status: ended", "since: 2013\n      until: 2015",
    "since: 2014-01\n      until: 2014-01-31",
])  # fmt: skip
BODIES = ("ann-lee", "ore-works", "mine-school", "bob-ray")
STATED = st.tuples(st.sampled_from(BODIES), st.sampled_from(["memberOf", "metWith"]), st.sampled_from(BODIES))
LIFE = st.sampled_from([(), ("foundedOn 2011",), ("endedOn 2013",), ("foundedOn 2011", "endedOn 2012-12")])


@settings(max_examples=4)
@given(st.lists(st.tuples(STATED, TIMES), max_size=5, unique_by=str), LIFE, st.booleans())
def test_one_meaning_on_every_surface(
    tmp_path_factory: pytest.TempPathFactory, stated: list[tuple[Edge, str]], life: tuple[str, ...], dated: bool
) -> None:
    made = small(tmp_path_factory.mktemp("world"))
    lines = [f"  - {' '.join(words)}:\n      {time}\n" for words, time in stated if words[0] != words[2]]
    lines += [f"  - ore-works {what}\n" for what in life]
    made.write("sources/dated.yaml", (HEAD if dated else HEAD.replace("  published: 2014\n", "")) + "".join(lines))
    same_everywhere(oxigraph.memory(nquads.lines(made.dataset())), made.data)


def test_one_meaning_of_the_shipped_data(store: Oxigraph, tmp_path: Path) -> None:
    same_everywhere(store, tmp_path, ["2013-06-30", "2021-12-23", "2025-06-30"])


NEW_YEAR = date(2020, 1, 1)
DAYS = st.none() | st.integers(0, 40).map(lambda n: NEW_YEAR + n * DAY)
SPELLS = st.builds(Spell, DAYS, DAYS, st.sampled_from([True, True, True, False]))


@given(st.lists(SPELLS, max_size=6))
def test_merged_spells_have_the_same_days_and_do_not_touch(spells: list[Spell]) -> None:
    merged = in_effect.merge(spells)
    for n in range(-4, 46):
        day = NEW_YEAR + n * DAY
        assert any(s.meets(day, day) for s in merged) is any(s.meets(day, day) for s in spells)
    for one, other in itertools.pairwise(merged):
        assert one.end
        assert other.start
        assert other.start > one.end + DAY


@pytest.mark.parametrize(
    ("ended", "message"),
    [
        ("ore-works endedOn 2008", "ends ore-works by 2008-12-31"),
        ("ore-works mergedInto mine-school:\n      when: 2008-03", "ends ore-works by 2008-03-31"),
        ("ore-works-ltd endedOn 2008", "ends ore-works by 2008-12-31"),  # another record of the same firm
    ],
)
def test_an_end_before_the_founding_is_refused(folder: Folder, ended: str, message: str) -> None:
    folder.write("sources/dated.yaml", HEAD + f"  - ore-works foundedOn 2009\n  - {ended}\n")
    with pytest.raises(DataError, match=f"dated.yaml:11: {message}, before .*dated.yaml:10 has it founded") as caught:
        folder.dataset()
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("ended", ["2009", "2009-01-01", "XXXX-03", "2008/..", "2008:\n      status: planned"])
def test_an_end_that_may_be_after_the_founding_is_right(folder: Folder, ended: str) -> None:
    folder.write("sources/dated.yaml", HEAD + f"  - ore-works foundedOn 2009\n  - ore-works endedOn {ended}\n")
    folder.dataset()


def ends(folder: Folder, *lines: str, published: str = "2024") -> dict[str, tuple[str, bool, bool]]:
    """For each claim, by its time: the last day, whether it is inferred, and whether it is past."""
    head = HEAD.partition("claims:")[0].replace("2014", published)
    said = ""
    for line in lines:
        statement, *fields = line.split(" | ")
        said += f"  - {statement}:\n" + "".join(f"      {field}\n" for field in fields)
    folder.write("sources/dated.yaml", f"{head}claims:\n{said}")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    return {
        claim.when or claim.since or claim.until: (
            claim.spell.end.isoformat() if claim.spell.end else "",
            bool(claim.end_inferred_from),
            claim.over,
        )
        for claim in claims.read(store)
        if claim.source == "dated"
    }


def test_the_next_holder_of_a_post_ends_the_one_before(folder: Folder) -> None:
    found = ends(folder, "bob-ray chairs mine-school | when: 2012", "ann-lee chairs mine-school | since: 2015-03")
    assert found == {"2012": ("2015-02-28", True, True), "2015-03": ("", False, False)}


def test_the_next_share_of_an_owner_ends_the_one_before_unless_both_may_be_true(folder: Folder) -> None:
    share = "ore-works ownsShareOf mine-school | share: {} | when: {}"
    found = ends(folder, share.format(90, 2012), share.format(79.4, 2015), share.format(79.4, 2017))
    assert found == {"2012": ("2014-12-31", True, True), "2015": ("", False, False), "2017": ("", False, False)}
    rounded = ends(folder, share.format(63.2, 2012), share.format("63 | bound: about", 2015))
    assert {end for end, _, _ in rounded.values()} == {""}


def test_an_end_that_one_source_gives_holds_for_the_same_tie_of_others(folder: Folder) -> None:
    same = "bob-ray leads mine-school | role: {} | {}"
    found = ends(
        folder,
        same.format("head", "when: 2012"),
        same.format("head", "until: 2014-06"),
        same.format("dean", "when: 2013"),
    )
    assert found == {
        "2012": ("2014-06-30", True, True),
        "2014-06": ("2014-06-30", False, True),
        "2013": ("", False, False),
    }


def test_what_ends_after_the_newest_page_is_not_past(folder: Folder) -> None:
    found = ends(folder, "ore-works supplies mine-school | since: 2020 | until: 2030")
    assert found == {"2020": ("2030-12-31", False, False)}


def test_sides_of_a_contradiction_do_not_succeed_each_other(folder: Folder) -> None:
    judged = "the-chair:\n  question: Who chairs the school?\n  kind: {}\n  why: So the tests have it.\n"
    lines = [
        f"{who} chairs mine-school | when: {year} | conflict: the-chair"
        for who, year in (("bob-ray", 2012), ("ann-lee", 2015))
    ]
    folder.write("conflicts.yaml", judged.format("contradiction"))
    assert {end for end, _, _ in ends(folder, *lines).values()} == {""}
    folder.write("conflicts.yaml", judged.format("change"))
    assert ends(folder, *lines)["2012"] == ("2014-12-31", True, True)


def test_as_of_a_day_what_ended_later_is_not_past(folder: Folder) -> None:
    ends(folder, "bob-ray chairs mine-school | when: 2012", "ann-lee chairs mine-school | since: 2015-03")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    then = asof.at(store, "2013").store
    assert [row["personLabel"] for row in then.select(questions.find("leaders").text).plain()] == ["Bob Ray"]
    now = store.select(questions.find("leaders").text).plain()
    assert {row["personLabel"] for row in now} == {"Ann Lee"}
    [chair] = [claim for claim in claims.read(store, as_of="2013") if claim.relation.id == "chairs"]
    assert not chair.over


def test_an_end_that_another_source_disputes_is_not_inferred(folder: Folder) -> None:
    judged = "its-head:\n  question: Who heads the school?\n  kind: contradiction\n  why: So the tests have it.\n"
    folder.write("conflicts.yaml", judged)
    lines = [f"bob-ray leads mine-school | {time} | conflict: its-head" for time in ("when: 2012", "until: 2014-06")]
    assert ends(folder, *lines)["2012"] == ("", False, False)
