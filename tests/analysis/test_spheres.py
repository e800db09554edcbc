"""The sample, whose firms are, and the questions ``spheres`` and ``private-at-the-edge``: planted and not planted."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import Folder

from rareearth import analysis, namespaces, network
from rareearth.analysis import finding, ownership_sector, sample
from rareearth.analysis.finding import Finding, Support, Table, TestResult, Verdict
from rareearth.analysis.ownership_sector import Holding
from rareearth.analysis.questions import periphery, spheres
from rareearth.errors import RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample

Claim = tuple[str, str]  # a claim in the words of a source file, and the source


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Fewer random graphs than the questions draw: what is planted here is plain to see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spheres, "DRAWS", 199)
        yield


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


@pytest.fixture(scope="module")
def mixed(store: Oxigraph) -> Finding:
    return analysis.answer(store, "spheres")


def world(folder: Folder, records: dict[str, Iterable[str]], claims: Iterable[Claim]) -> Oxigraph:
    """The store of records (class -> ids) and of claims without text, one source a file."""
    claims = list(claims)
    spoken = {word.strip(":") for claim, _ in claims for word in claim.split()}
    records = {kind: kept for kind, ids in records.items() if (kept := [id_ for id_ in ids if id_ in spoken])}
    lines = [f"{kind}:\n" + "".join(f"  {id_}:\n    name: {id_}\n" for id_ in ids) for kind, ids in records.items()]
    folder.write("entities/all.yaml", "Publisher:\n  daily:\n    name: Daily\n" + "".join(lines))
    told: dict[str, list[str]] = {}
    for claim, source in claims:
        told.setdefault(source, []).append(claim)
    for source, said in told.items():
        head = (
            f"source:\n  title: {source}\n  publisher: daily\n  url: https://example.org/{source}\n  published: 2020\n"
        )
        folder.write(f"sources/{source}.yaml", head + "  language: en\nclaims:\n" + "".join(f"  - {c}\n" for c in said))
    (folder.data / "identities.yaml").unlink(missing_ok=True)
    (folder.data / "sources" / "daily.yaml").unlink(missing_ok=True)
    return oxigraph.memory(nquads.lines(folder.dataset()))


def spread(claims: Iterable[str], sources: int = 12) -> list[Claim]:
    """The claims dealt out to so many sources in turn."""
    return [(claim, f"page-{number % sources}") for number, claim in enumerate(claims)]


# ---- the sample ------------------------------------------------------------------------------------------


def test_ties_are_the_actors_edges_that_the_ontology_calls_ties(read: Sample, actors: nx.MultiDiGraph[str]) -> None:
    pairs = {frozenset((a, b)) for a, b, data in actors.edges(data=True) if data["strength"] > 0 and a != b}
    assert {frozenset(pair) for pair in read.ties.edges()} == pairs
    assert not list(nx.selfloop_edges(read.ties))
    assert all(degree for _, degree in read.ties.degree())
    claims = {c for _, _, data in actors.edges(data=True) if data["strength"] > 0 for c in data["claims"].split(" | ")}
    loops = {c for a, b, data in actors.edges(data=True) if a == b for c in data["claims"].split(" | ")}
    assert set(read.support().claims) == claims - loops


def test_the_basis_agrees_with_the_store(read: Sample, store: Oxigraph) -> None:
    import pyoxigraph as ox

    support = read.support()
    for claim in support.claims:
        node = ox.NamedNode(namespaces.CLAIM + claim)
        source = next(store.quads(node, ox.NamedNode(namespaces.VOCABULARY + "source"), None)).object
        assert isinstance(source, ox.NamedNode)
        assert namespaces.local(source.value) in support.sources
    assert support.ties == read.ties.number_of_edges()
    assert dict(support.kinds) == {"fact": len(support.claims)}
    assert 0 < support.sentences < len(support.claims)
    one = next(iter(read.ties.edges()))
    assert read.support([one]).claims == read.ties.edges[one]["claims"]
    assert read.support([one[::-1], one]).ties == 1


def test_without_a_source_nothing_rests_on_it(read: Sample) -> None:
    source = max(read.sources(), key=lambda s: sum(s in d["sources"] for _, _, d in read.ties.edges(data=True)))
    rest = read.without([source])
    assert source in read.support().sources
    assert source not in rest.sources()
    lost = {pair for pair in read.ties.edges() if not rest.ties.has_edge(*pair)}
    assert lost == {(a, b) for a, b, data in read.ties.edges(data=True) if data["sources"] == (source,)}
    assert all(source not in data["sources"].split(" | ") for _, _, data in rest.network.edges(data=True))
    assert rest.without([read.sources()[0]]).left_out == tuple(sorted({source, read.sources()[0]}))


def test_without_a_source_by_the_ties_alone_is_the_same(read: Sample) -> None:
    for source in read.sources()[::7]:
        short, whole = sample.without_source(read.ties, source), read.without([source]).ties
        assert list(short) == list(whole)
        assert list(short.edges()) == list(whole.edges())


def test_other_kinds_of_claims_only_add_ties(read: Sample) -> None:
    every = read.of(network.KINDS)
    assert set(map(frozenset, read.ties.edges())) < set(map(frozenset, every.ties.edges()))
    assert set(every.support().kinds) > {"fact"}
    assert every.kinds == network.KINDS


def test_a_pledge_is_no_tie_though_other_kinds_are_asked_for(folder: Folder) -> None:
    made = world(
        folder,
        {"Company": ["a", "b", "c"]},
        [
            ("a funds b:\n      status: pledged", "one"),
            ("a collaboratesWith c:\n      kind: speech\n      by: a", "one"),
        ],
    )
    assert list(sample.read(made).ties.edges()) == []
    assert list(sample.read(made, ("fact", "speech")).ties.edges()) == [("a", "c")]


def test_unknown_kinds_and_sources_are_told(store: Oxigraph, read: Sample) -> None:
    with pytest.raises(RareEarthError, match="no kind of claim named 'gossip'"):
        sample.read(store, ("gossip",))
    with pytest.raises(RareEarthError, match="no source named 'reex-ganzou-tour'; did you mean reex-ganzhou-tour"):
        read.without(["reex-ganzou-tour"])
    with pytest.raises(RareEarthError, match="no question of the analysis named 'sphere'; did you mean spheres"):
        analysis.answer(store, "sphere")


def test_a_person_has_the_sphere_of_the_strongest_tie(folder: Folder) -> None:
    made = world(
        folder,
        {"Person": ["ann", "bob", "cy", "dee"], "University": ["uni"], "Company": ["firm"], "Event": ["fair"]},
        [
            ("ann leads uni", "one"), ("ann affiliatedWith firm", "one"),
            ("bob leads uni", "one"), ("bob chairs firm", "one"),
            ("cy participatesIn fair", "one"),
            ("dee collaboratesWith ann", "one"), ("dee chairs firm", "one"),
        ],
    )  # fmt: skip
    found = {node: data["sphere"] for node, data in sample.read(made).ties.nodes(data=True)}
    assert found == {
        "ann": "academia", "bob": "", "cy": "", "dee": "industry", "uni": "academia", "firm": "industry", "fair": "",
    }  # fmt: skip


def test_every_node_has_a_nature_a_sphere_and_a_group(read: Sample) -> None:
    actor_types = {data["actor_type"] for _, data in read.ties.nodes(data=True)}
    assert actor_types <= {"person", "organization", "firm", "facility", "group", "place", "event"}
    groups = {data["group"] for _, data in read.ties.nodes(data=True)}
    assert groups <= {"", "academia", "government", "society", *sample.GROUPS.values()}
    for _, data in read.ties.nodes(data=True):
        assert data["group"].startswith(data["sphere"])
        assert data["actor_type"] not in ("event", "place") or not data["sphere"]


# ---- whose a firm is -------------------------------------------------------------------------------------


def holding(owner: str, owned: str, share: float | None = None, **told: object) -> Holding:
    known: dict[str, object] = {
        "claim": f"{owner}/{owned}", "owner": owner, "owned": owned, "relation": "r", "control": False, "passes": False,
        "ended": False, "until": False, "day": "", "evidence": 1, "share": share, "plain": True,
    }  # fmt: skip
    return Holding(**{**known, **told})  # type: ignore[arg-type]


GIVEN = {"state": "state", "city": "state", "ann": "private", "bob": "private", "sector": "private"}
OWNED = {
    "a sector": ([holding("sector", "x", passes=True)], "private"),
    "a supervisor": ([holding("state", "x", passes=True)], "state"),
    "control without a share": ([holding("state", "x", control=True)], "state"),
    "a majority": ([holding("ann", "x", 50.1)], "private"),
    "a half": ([holding("ann", "x", 50.0)], ""),
    "a minority": ([holding("state", "x", 38.0)], ""),
    "a share that nobody tells": ([holding("state", "x")], ""),
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
    held, wanted = OWNED[name]
    found = ownership_sector.infer(held, GIVEN, {"sector"})
    assert found.get("x", ownership_sector.OwnershipSector("", False, ())).name == wanted
    assert {node: found[node].name for node in GIVEN} == GIVEN
    if wanted:
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
    found = {n: data["ownership_sector"] for n, data in read.ties.nodes(data=True) if data["actor_type"] == "firm"}
    assert found == {"holder": "state", "major": "state", "minor": "", "shop": "private", "mill": "private"}
    assert read.ties.nodes["minor"]["group"] == "industry (not known)"
    assert read.ties.nodes["major"]["group"] == "industry (state)"
    assert read.ties.nodes["shop"]["ownership_stated"]
    assert not read.ties.nodes["mill"]["ownership_stated"]
    assert read.without(["law"]).ties.nodes["major"]["ownership_sector"] == ""


# ---- findings --------------------------------------------------------------------------------------------


def test_a_finding_as_text_and_as_a_record() -> None:
    support = Support(2, ("x/1",), ("x",), {"fact": 1}, 0)
    table = Table("Figures", ("who", "how much"), (("a", 1 / 3), ("b", None), ("c", float("inf"))), "A note.", support)
    result = TestResult(2, {"ratio": 1 / 3}, Verdict.INCONCLUSIVE)
    made = Finding(
        name="n", question="Q?", claim="It is so", verdict=Verdict.INCONCLUSIVE, answer="Too little.", result=result,
        tables=(table,), limits=("A limit.",), method=("A method.",), support=support,
    )  # fmt: skip
    text = "\n".join(finding.lines(made))
    assert "It is so – inconclusive" in text
    for part in (
        "Q?",
        "Too little.",
        "Figures",
        "0.3333",
        "A note.",
        "A limit.",
        "A method.",
        "2 ties from 1 claim (1 fact) of 1 source; 0 claims cite a sentence",
    ):
        assert part in text
    record = json.loads(json.dumps(finding.record(made), allow_nan=False))
    assert record["tables"][0]["rows"] == [["a", 0.333333], ["b", None], ["c", None]]
    assert record["verdict"] == "inconclusive"
    assert record["support"]["kinds"] == {"fact": 1}
    assert record["result"] == {"ties": 2, "statistics": {"ratio": 0.333333}, "verdict": "inconclusive"}
    with pytest.raises(TypeError, match="no plain form of Graph"):
        finding.plain(nx.Graph())


@pytest.mark.parametrize(
    ("count", "words", "shown"),
    [
        (0, ("tie",), "0 ties"),
        (1, ("tie",), "1 tie"),
        (2, ("research body",), "2 research bodies"),
        (1, ("research body",), "1 research body"),
        (3, ("day",), "3 days"),
        (2, ("speech",), "2 speeches"),
        (1_200, ("claim leads", "claims lead"), "1,200 claims lead"),
        (1, ("claim leads", "claims lead"), "1 claim leads"),
    ],
)
def test_things_are_counted_in_words(count: int, words: tuple[str, ...], shown: str) -> None:
    assert finding.counted(count, *words) == shown


SINGULAR = re.compile(
    r"(?<![\d.,])1 (?:more |research |direct |missing |state-owned |private )?"
    r"(?:ties|claims|sources|facts|firms|bodies|actors|pairs|sites|stakes|holdings|groups|neighbours|paths|facilities)\b"
)


@pytest.mark.parametrize("name", analysis.QUESTIONS)
@pytest.mark.parametrize(
    "claims",
    [
        ["lab collaboratesWith firm"],
        ["fund ownsShareOf firm:\n      share: 60", "lab collaboratesWith firm", "alone locatedIn town"],
        [
            "firm belongsToSector sector",
            "firm operates mine",
            "body collaboratesWith firm",
            "lab collaboratesWith body",
            "body overlapsWith lab:\n      kind: assessment\n      stance: negative",
        ],
    ],
)
def test_one_of_a_kind_is_told_in_the_singular(folder: Folder, name: str, claims: list[str]) -> None:
    records = {
        "Company": ["fund", "firm"], "ResearchInstitute": ["lab", "alone"], "LearnedSociety": ["body"],
        "City": ["town"], "Mine": ["mine"], "PrivateSector": ["sector"],
    }  # fmt: skip
    found = analysis.answer(world(folder, records, [(claim, "one") for claim in claims]), name)
    text = "\n".join(finding.lines(found))
    assert " of 1 source; " in text or not found.support.claims
    assert SINGULAR.findall(text) == []
    assert "Of 0 and" not in text


@pytest.mark.parametrize("name", ["spheres", "private-at-the-edge"])
def test_every_row_of_evidence_is_a_claim_and_there_is_one_for_each_row(
    name: str, read: Sample, store: Oxigraph, mixed: Finding
) -> None:
    import pyoxigraph as ox

    found = mixed if name == "spheres" else periphery.answer(store, read.without(read.sources()[25:]), 0)
    assert found.name == name
    for table in found.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert len(table.evidence) in (0, len(table.rows))
        for ids in table.evidence:
            assert all(ox.NamedNode(namespaces.CLAIM + id_) in set(store.engine.named_graphs()) for id_ in ids[:3])
    assert json.dumps(finding.record(found), allow_nan=False)
    assert found.limits


def test_the_figures_of_the_shipped_data_agree(mixed: Finding, read: Sample, store: Oxigraph) -> None:
    graph = sample.bodies(read)
    pairs = mixed.tables[0]
    assert sum(int(str(row[2])) for row in pairs.rows if row[2]) == graph.number_of_edges() == mixed.support.ties
    for (one, other, ties, *_), ids in zip(pairs.rows, pairs.evidence, strict=True):
        assert bool(ties) == bool(ids), (one, other)
    assert all(p is None or 0 < float(str(p)) <= 1 for table in mixed.tables[:4] for *_, p in table.rows)
    assert finding.record(spheres.answer(store, read, 0)) == finding.record(mixed)


# ---- spheres: planted and not ----------------------------------------------------------------------------

FIRMS, SCHOOLS = [f"firm-{i}" for i in range(20)], [f"school-{i}" for i in range(20)]


def ring(names: list[str], relation: str, *steps: int) -> list[str]:
    return [f"{a} {relation} {names[(i + step) % len(names)]}" for step in steps for i, a in enumerate(names)]


def weighed(folder: Folder, claims: list[Claim]) -> Finding:
    made = world(folder, {"Company": FIRMS, "University": SCHOOLS}, claims)
    return spheres.answer(made, sample.read(made), 1)


def test_two_spheres_with_hardly_a_tie_between_are_found(folder: Folder) -> None:
    apart = ring(FIRMS, "collaboratesWith", 1, 2) + ring(SCHOOLS, "collaboratesWith", 1, 2)
    found = weighed(folder, spread([*apart, "firm-0 collaboratesWith school-0"]))
    assert found.verdict is Verdict.SUPPORTED
    assert "1 (1%) runs between spheres" in found.answer
    (row,) = [row for row in found.tables[0].rows if row[:2] == ("academia", "industry")]
    assert float(str(row[5])) < -5
    # by hand: 80 ties within, 1 between
    ei = next(row for row in found.tables[1].rows if row[:2] == ("all", "E-I index"))
    assert ei[4] == pytest.approx((1 - 80) / 81)


def test_spheres_that_are_tied_to_each_other_alone_speak_against_it(folder: Folder) -> None:
    claims = [f"{firm} collaboratesWith {SCHOOLS[(i + k) % 20]}" for i, firm in enumerate(FIRMS) for k in (0, 3)]
    found = weighed(folder, spread(claims))
    assert found.verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ties_at_random_are_no_finding(folder: Folder, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    names = FIRMS + SCHOOLS
    pairs = {tuple(sorted(rng.sample(names, 2))) for _ in range(80)}
    found = weighed(folder, spread(f"{a} collaboratesWith {b}" for a, b in sorted(pairs)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("does not differ significantly from chance" in limit for limit in found.limits)


def test_a_verdict_that_one_source_carries_is_none(folder: Folder) -> None:
    apart = ring(FIRMS, "collaboratesWith", 1, 2, 3) + ring(SCHOOLS, "collaboratesWith", 1, 2, 3)
    between = [f"{firm} collaboratesWith {school}" for firm, school in zip(FIRMS, SCHOOLS, strict=True)]
    rng = random.Random(0)  # noqa: S311
    some = rng.sample(apart[:60], 10) + rng.sample(apart[60:], 10)
    one = [(claim, "the-one") for claim in apart if claim not in some]
    found = weighed(folder, [*one, *spread(some + between)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("it changes without the-one" in limit for limit in found.limits)


def test_ownership_alone_is_no_collaboration(folder: Folder) -> None:
    rng = random.Random(4)  # noqa: S311
    steps = [(i, i + k) for i in range(20) for k in (1, 2, 3) if i + k < 20]  # no circles: those are refused
    owned = [f"{names[i]} ownsShareOf {names[j]}" for names in (FIRMS, SCHOOLS) for i, j in steps]
    pairs = {tuple(sorted(rng.sample(FIRMS + SCHOOLS, 2))) for _ in range(60)}
    found = weighed(folder, spread([*owned, *(f"{a} collaboratesWith {b}" for a, b in sorted(pairs))]))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("it changes without ties of ownership" in limit for limit in found.limits)


def test_as_many_random_graphs_are_drawn_as_the_module_says() -> None:
    graph = nx.disjoint_union(nx.complete_graph(8), nx.complete_graph(8))
    named = nx.relabel_nodes(graph, str)
    between = spheres.run_test(named, {node: str(int(node) < 8) for node in named}, 1).statistics.between
    assert between is not None
    assert between.p == pytest.approx(2 / 200)  # 199 drawn here, all with more ties between


def test_few_ties_carry_no_verdict(folder: Folder) -> None:
    found = weighed(folder, spread(ring(FIRMS[:10], "collaboratesWith", 1) + ring(SCHOOLS[:10], "collaboratesWith", 1)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("20 ties between organizations and firms" in limit for limit in found.limits)
    assert "p =" not in found.answer


# ---- private at the edge: planted and not ----------------------------------------------------------------

PRIVATE, STATE = [f"private-{i:02}" for i in range(12)], [f"state-{i:02}" for i in range(12)]
SECTORS = [f"{n} belongsToSector private-sector" for n in PRIVATE] + [
    f"{n} belongsToSector state-sector" for n in STATE
]


def edged(folder: Folder, claims: Iterable[str], sources: int = 12, extra: Iterable[Claim] = ()) -> Finding:
    records = {"Company": PRIVATE + STATE, "PrivateSector": ["private-sector"], "StateSector": ["state-sector"]}
    made = world(folder, records, [*spread([*SECTORS, *claims], sources), *extra])
    return analysis.answer(made, "private-at-the-edge", seed=3)


def core(middle: list[str], rim: list[str]) -> list[str]:
    """A dense middle with one tie to each of the rim."""
    hung = [f"{a} collaboratesWith {b}" for a, b in zip(rim, middle, strict=True)]
    return ring(middle, "collaboratesWith", 1, 2, 3) + hung


def test_private_firms_at_the_rim_are_found(folder: Folder) -> None:
    found = edged(folder, core(STATE, PRIVATE))
    assert found.verdict is Verdict.SUPPORTED
    rows = {row[0]: row for row in found.tables[0].rows}
    for measure in ("degree", "betweenness", "PageRank", "k-core"):
        delta, low, high, p = (float(str(rows[measure][i])) for i in (5, 6, 7, 10))
        assert delta == low == high == -1
        assert p < 0.05
    assert "12 private and 12 state-owned firms" in found.answer


def test_private_firms_in_the_middle_speak_against_it(folder: Folder) -> None:
    assert edged(folder, core(PRIVATE, STATE)).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("seed", [1, 2])
def test_firms_that_do_not_differ_are_no_finding(folder: Folder, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    pairs = {tuple(sorted(rng.sample(PRIVATE + STATE, 2))) for _ in range(60)}
    found = edged(folder, [f"{a} collaboratesWith {b}" for a, b in sorted(pairs)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("includes 0" in limit for limit in found.limits)


def test_a_sector_is_no_tie_of_the_firms_in_it(folder: Folder) -> None:
    """Otherwise all private firms would hang on one hub and their sector would be their centrality."""
    found = edged(folder, ["private-00 collaboratesWith state-00"])
    assert {row[0]: row[3:] for row in found.tables[1].rows}["private-01"][0] == 0


def test_few_firms_carry_no_p_value(folder: Folder) -> None:
    records = {"Company": PRIVATE + STATE, "PrivateSector": ["private-sector"], "StateSector": ["state-sector"]}
    kept = [c for c in SECTORS if c[:10] in [*PRIVATE[:9]] or c.startswith("state")]
    made = world(folder, records, spread([*kept, *core(STATE, PRIVATE)]))
    found = analysis.answer(made, "private-at-the-edge")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("9 private firms: with fewer than 10" in limit for limit in found.limits)
    assert all(row[6:8] == (None, None) and row[9:] == (None, None) for row in found.tables[0].rows)
    assert all(row[5] == -1 for row in found.tables[0].rows)  # the effect itself is told


def test_one_source_that_turns_it_is_named(folder: Folder) -> None:
    claims = core(STATE, PRIVATE)
    dense = [c for c in claims if c.count("state-") == 2]
    rest = [c for c in claims if c.count("state-") == 1] + ring(PRIVATE, "collaboratesWith", 1)
    found = edged(folder, rest, extra=[(c, "the-one") for c in dense])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("the-one" in limit for limit in found.limits)
    assert "the-one" in {row[0] for row in found.tables[3].rows}


def test_firms_are_told_by_name(folder: Folder) -> None:
    edged(folder, core(STATE, PRIVATE))
    folder.change("entities/all.yaml", "name: private-00\n", "name: The First Firm\n")
    found = analysis.answer(oxigraph.memory(nquads.lines(folder.dataset())), "private-at-the-edge")
    firms = next(table for table in found.tables if table.title == "The firms")
    assert {str(row[0]) for row in firms.rows} == {"The First Firm", *PRIVATE[1:], *STATE}


def test_where_no_source_turns_anything_the_limits_say_so_and_no_table(folder: Folder) -> None:
    found = edged(folder, core(STATE, PRIVATE))
    assert any(limit.startswith("Leaving out one of 0 of 12 sources") for limit in found.limits)
    assert all(table.rows for table in found.tables)


def test_the_test_without_each_source_is_kept_and_made_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    compare = periphery.compare
    monkeypatch.setattr(periphery, "compare", lambda *given: calls.append(1) or compare(*given))
    claims = [*SECTORS, *core(STATE, PRIVATE)]
    records = {"Company": PRIVATE + STATE, "PrivateSector": ["private-sector"], "StateSector": ["state-sector"]}
    own = [(f"private-00 collaboratesWith {other}", "own") for other in STATE[2:]]
    made = world(folder, records, [*((claim, source) for claim in claims for source in ("one", "two")), *own])
    result = periphery.measure(made, sample.read(made), 3)
    assert len(calls) == 2  # with everything, and without the one source that alone states something
    assert list(result.without) == ["one", "own", "two"]
    [rest] = periphery.each([sample.read(made, without=["own"])], 3)
    assert result.without["own"] == rest.test
    assert result.without["one"] == result.without["two"] == result.test != rest.test


def test_the_finding_tells_how_it_was_before(folder: Folder) -> None:
    folder.change("sources/daily.yaml", "      since: 2020\n      until: 2021-06\n", "      since: 2020\n")
    found = analysis.answer(oxigraph.memory(nquads.lines(folder.dataset())), "private-at-the-edge")
    [table] = [t for t in found.tables if t.columns[0] == "as of"]
    assert [row[0] for row in table.rows] == ["2010", "2015", "2020"]


def test_over_time_is_as_of_each_day(store: Oxigraph) -> None:
    then = periphery.over_time(store, ["2012", "2025-06"])
    assert list(then) == ["2012", "2025-06"]
    firms = [test.statistics.private + test.statistics.state for test in then.values()]
    assert firms[0] <= firms[1]
    with pytest.raises(RareEarthError, match="'someday' is not a date"):
        periphery.over_time(store, ["someday"])
