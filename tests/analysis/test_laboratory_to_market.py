"""Brokers, cuts and distances on standard graphs, and the questions ``laboratory-to-market`` and ``gaps``."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import ARTICLE, Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import analysis
from rareearth.analysis import finding, sample
from rareearth.analysis.finding import Verdict
from rareearth.analysis.questions import gaps, intermediaries, laboratory_to_market
from rareearth.measures import backends, brokerage, cuts, efficiency
from rareearth.measures.brokerage import Roles
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rareearth.analysis.finding import Finding, Table
    from rareearth.analysis.sample import Sample

KARATE = nx.Graph(nx.karate_club_graph().edges())  # without weights
FLORENCE = nx.florentine_families_graph()


@st.composite
def networks(draw: st.DrawFn) -> tuple[nx.Graph[int], list[int], list[int]]:
    """A random graph of up to 9 nodes, sparse to dense, with sources and targets that may overlap."""
    size = draw(st.integers(1, 9))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(p for p in itertools.combinations(range(size), 2) if draw(st.integers(0, 3)) == 0)
    first, last = (draw(st.lists(st.integers(0, size - 1), unique=True)) for _ in range(2))
    return graph, first, last


# ---- Brokers -------------------------------------------------------------------------------------------------


def test_the_roles_of_a_broker_by_hand() -> None:
    # Two laboratories l and k, two firms f and g, a ministry m. Ties: l>k k>f f>g f>m m>g m>l. Open two-paths through
    #   l: m>l>k          k: l>k>f          f: k>f>g and k>f>m          m: f>m>l, as f>m>g is closed by f>g
    #   g: none, as nothing leads on from it
    # The counting rule is that of sna::brokerage in R (brokerage_R in its gli.c).
    graph = nx.DiGraph(["lk", "kf", "fg", "fm", "mg", "ml"])
    three = {"l": "lab", "k": "lab", "f": "firm", "g": "firm", "m": "state"}
    assert brokerage.roles(graph, three) == {
        "l": Roles(gatekeeper=1),  # state lab lab
        "k": Roles(representative=1),  # lab lab firm
        "f": Roles(gatekeeper=1, liaison=1),  # lab firm firm, lab firm state
        "m": Roles(liaison=1),  # firm state lab
        "g": Roles(),
    }
    # f is one of the laboratories, and m of the firms
    assert brokerage.roles(graph, {**three, "f": "lab", "m": "firm"}) == {
        "l": Roles(gatekeeper=1),  # firm lab lab
        "k": Roles(coordinator=1),
        "f": Roles(representative=2),  # lab lab firm, twice
        "m": Roles(itinerant=1),  # lab firm lab
        "g": Roles(),
    }
    # without the ministry's group its ties do not count, and f>g is all that f hands on
    assert brokerage.roles(graph, {**three, "m": ""})["f"] == Roles(gatekeeper=1)
    # in one group all are coordinators
    assert brokerage.roles(graph, dict.fromkeys("lkfgm", "one"))["f"] == Roles(coordinator=2)


def test_ties_without_direction_go_both_ways_and_the_ungrouped_are_left_out() -> None:
    star = nx.star_graph(3)  # 0 in the middle
    groups = {0: "a", 1: "a", 2: "b", 3: "b"}
    # 1-0-2 and 1-0-3 are representative one way and gatekeeper the other, 2-0-3 itinerant both ways
    assert brokerage.roles(star, groups)[0] == Roles(itinerant=2, representative=2, gatekeeper=2)
    assert brokerage.roles(star, groups) == brokerage.roles(star.to_directed(), groups)
    assert set(brokerage.roles(star, {**groups, 3: ""})) == {0, 1, 2}
    assert brokerage.roles(star, {**groups, 3: ""})[0] == Roles(representative=1, gatekeeper=1)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("groups", ["aabb", "abbc", "aaab"])
def test_the_expected_roles_are_those_over_all_graphs(groups: str, directed: bool) -> None:
    """Every graph of four nodes with as many ties has weight d^m(1-d)^(n-m); at d = 1/2 all weigh the same."""
    pairs = list((itertools.permutations if directed else itertools.combinations)(range(4), 2))
    of = dict(enumerate(groups))
    counts = []
    half: list[tuple[nx.Graph[int], Roles]] = []
    for chosen in itertools.product((0, 1), repeat=len(pairs)):
        graph: nx.Graph[int] = nx.DiGraph() if directed else nx.Graph()
        graph.add_nodes_from(range(4))
        graph.add_edges_from(itertools.compress(pairs, chosen))
        counts.append(brokerage.roles(graph, of)[0])
        if sum(chosen) * 2 == len(pairs):
            half.append((graph, counts[-1]))
    graph, observed = half[len(half) // 3]
    z = brokerage.standardized(graph, of)[0]
    for role, name in enumerate(Roles._fields):
        values = [count[role] for count in counts]
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in values) / len(values))
        if deviation:
            assert z[role] == pytest.approx((observed[role] - mean) / deviation), name
        else:
            assert math.isnan(z[role]), name


def test_structural_holes_by_hand() -> None:
    # ego knows b, c and d; b and c know each other. p = 1/3 each. Through c, ego's tie to b weighs 1/3 + 1/3 * 1/2.
    graph = nx.Graph([("ego", "b"), ("ego", "c"), ("ego", "d"), ("b", "c")])
    hole = brokerage.holes(graph)["ego"]
    assert hole.constraint == pytest.approx(2 * (1 / 3 + 1 / 6) ** 2 + (1 / 3) ** 2)
    assert hole.effective_size == pytest.approx(3 - 2 * 1 / 3)  # Borgatti 1997: n - 2t/n
    assert hole.efficiency == pytest.approx((3 - 2 / 3) / 3)
    # extremes: no contact knows another; all know each other
    assert brokerage.holes(nx.star_graph(5), [0])[0] == pytest.approx((1 / 5, 5, 1))
    assert brokerage.holes(nx.complete_graph(4))[0][1:] == pytest.approx((1, 1 / 3))
    assert math.isnan(brokerage.holes(nx.empty_graph(1))[0].constraint)


def test_structural_holes_are_those_of_networkx_and_igraph() -> None:
    igraph = pytest.importorskip("igraph")
    found = brokerage.holes(KARATE)
    theirs, sizes = nx.constraint(KARATE), nx.effective_size(KARATE)
    other = igraph.Graph(n=34, edges=list(KARATE.edges())).constraint()
    for node, hole in found.items():
        assert hole.constraint == pytest.approx(theirs[node], abs=1e-12)
        assert hole.constraint == pytest.approx(other[node], abs=1e-12)
        assert hole.effective_size == pytest.approx(sizes[node], abs=1e-12)
    assert min(found, key=lambda node: found[node].constraint) == 0  # the instructor, then the officer
    assert brokerage.holes(KARATE, [33])[33] == found[33]


# ---- Cuts ----------------------------------------------------------------------------------------------------


def test_the_one_articulation_point_of_the_karate_club() -> None:
    # Without the instructor (0) stand alone {11}, {4, 5, 6, 10, 16} and the other 27: 1*5 + 1*27 + 5*27 pairs.
    assert cuts.articulation(KARATE, list(KARATE), list(KARATE)) == {0: 167}
    assert cuts.articulation(KARATE, [11], [4, 33]) == {0: 2}
    assert cuts.articulation(KARATE, [4], [5]) == {}


def test_the_articulation_points_of_florence() -> None:
    # By hand: Ginori hangs on Albizzi, Lamberteschi on Guadagni, Acciaiuoli on the Medici, and the Salviati on the
    # Medici with the Pazzi behind them. So the Medici leave parts of 1, 2 and 11 families, the others of 1 and 13.
    found = cuts.articulation(FLORENCE, list(FLORENCE), list(FLORENCE))
    assert found == {"Albizzi": 13, "Guadagni": 13, "Medici": 1 * 2 + 1 * 11 + 2 * 11, "Salviati": 13}


@pytest.mark.parametrize(
    ("graph", "one", "other", "paths"),
    [
        (nx.complete_graph(5), 0, 1, 4),  # K5: the tie and three others
        (nx.petersen_graph(), 0, 7, 3),  # 3-connected and 3-regular
        (nx.cycle_graph(6), 0, 3, 2),
        (nx.complete_bipartite_graph(3, 4), 0, 1, 4),  # over each of the four
        (nx.path_graph(4), 0, 3, 1),
        (nx.icosahedral_graph(), 0, 3, 5),  # 5-connected
    ],
    ids=["K5", "Petersen", "cycle", "K3,4", "path", "icosahedron"],
)
def test_menger(graph: nx.Graph[int], one: int, other: int, paths: int) -> None:
    assert cuts.independent(graph, one, other) == paths
    assert cuts.independent_paths(graph, [(one, other)]) == {(one, other): paths}
    assert cuts.separator(graph, [one], [other]).paths == 1  # an end is an actor, and may go


def test_the_separator_of_two_sides_is_as_large_as_a_matching() -> None:
    """König (1931): in a bipartite graph the least cover is as large as the greatest matching."""
    for seed in range(20):
        graph = nx.bipartite.random_graph(8, 9, 0.2, seed=seed)
        left = [node for node in graph if node < 8]
        right = [node for node in graph if node >= 8]
        matching = nx.bipartite.hopcroft_karp_matching(graph, left)
        split = cuts.separator(graph, left, right)
        assert split.paths == len(split.actors) == len(matching) // 2


@given(networks())
def test_cuts_are_those_of_their_definition(case: tuple[nx.Graph[int], list[int], list[int]]) -> None:
    graph, first, last = case
    pairs = cuts.pairs(first, last)
    assert {frozenset(p) for p in pairs} == {frozenset((s, t)) for s in first for t in last if s != t}
    assert len(pairs) == len({frozenset(p) for p in pairs})
    joined = [p for p in pairs if nx.has_path(graph, *p)]
    assert cuts.connected(graph, first, last) == len(joined)
    wanted: Counter[int] = Counter()
    for gone in graph:
        left = graph.copy()
        left.remove_node(gone)
        wanted[gone] = sum(1 for p in joined if gone not in p and not nx.has_path(left, *p))
    assert cuts.articulation(graph, first, last) == +wanted
    paths = cuts.independent_paths(graph, pairs)
    assert paths == {p: nx.node_connectivity(graph, *p) if p in joined else 0 for p in pairs}
    split = cuts.separator(graph, first, last) if first and last else cuts.Separator(0, ())
    left = graph.copy()
    left.remove_nodes_from(split.actors)
    assert not any(s in left and t in left and nx.has_path(left, s, t) for s in first for t in last)


def test_removal_of_the_most_tied_is_worse_than_at_random() -> None:
    star = nx.star_graph(9)
    ends = list(range(1, 10))
    taken = cuts.removal(star, ends, ends, lambda graph: dict(graph.degree()), 5)
    assert [(step.removed, step.connected, step.largest) for step in taken] == [(None, 1.0, 10), (0, 0.0, 1)]
    # one of ten is the middle; otherwise 28 of 36 pairs of nine ends are left
    runs = cuts.random_removal(star, ends, ends, 1, 2_000, seed=1)
    assert {run[1] for run in runs} == {0.0, 28 / 36}
    assert sum(run[1] == 0 for run in runs) / 2_000 == pytest.approx(0.1, abs=0.03)
    assert runs == cuts.random_removal(star, ends, ends, 1, 2_000, seed=1)


def test_removal_reckons_scores_anew() -> None:
    # Two hubs that share their leaves: with one gone, the leaves hang on the other alone.
    graph = nx.complete_bipartite_graph(2, 5)
    graph.add_edges_from((leaf, 10 + leaf) for leaf in (2, 3))
    taken = cuts.removal(graph, [5, 6], [4, 12], lambda left: dict(left.degree()), 9)
    assert [step.removed for step in taken] == [None, 0, 1]
    assert [step.connected for step in taken] == [1.0, 1.0, 0.0]


# ---- Distances -----------------------------------------------------------------------------------------------


def test_efficiency_by_hand() -> None:
    # Latora and Marchiori 2001: 1 for a complete graph; a path of three has distances 1, 1, 2
    assert efficiency.distances(nx.complete_graph(5), range(5), range(5)).efficiency == 1
    found = efficiency.distances(nx.path_graph(3), range(3), range(3))
    assert (found.counts, found.unreached) == (((1, 2), (2, 1)), 0)
    assert (found.efficiency, found.mean, found.median) == pytest.approx((2.5 / 3, 4 / 3, 1))
    apart = efficiency.distances(nx.empty_graph(3), [0, 1], [2])
    assert (apart.efficiency, apart.mean, apart.median, apart.unreached) == (0, None, None, 2)
    whole = efficiency.distances(KARATE, list(KARATE), list(KARATE))
    assert whole.efficiency == pytest.approx(nx.global_efficiency(KARATE))


def test_the_betweenness_of_florence() -> None:
    """Jackson (2008), Social and Economic Networks, sec. 1.2: Medici 0.522, Guadagni 0.255, Strozzi 0.103."""
    found = efficiency.betweenness(FLORENCE, list(FLORENCE), list(FLORENCE))
    share = {family: pairs / math.comb(14, 2) for family, pairs in found.items()}
    assert share["Medici"] == pytest.approx(0.522, abs=5e-4)
    assert share["Guadagni"] == pytest.approx(0.255, abs=5e-4)
    assert share["Strozzi"] == pytest.approx(0.103, abs=5e-4)
    # from the Pazzi to the Strozzi two ways lead, over the Salviati and Medici, and then one: by the Ridolfi
    assert efficiency.betweenness(FLORENCE, ["Pazzi"], ["Strozzi"])["Ridolfi"] == 1


@given(networks())
def test_distances_and_gains_are_those_of_their_definition(case: tuple[nx.Graph[int], list[int], list[int]]) -> None:
    graph, first, last = case
    pairs = cuts.pairs(first, last)
    far = [nx.shortest_path_length(graph, *p) for p in pairs if nx.has_path(graph, *p)]
    found = efficiency.distances(graph, first, last)
    assert dict(found.counts) == Counter(far)
    assert found.unreached == len(pairs) - len(far)
    carried = dict.fromkeys(graph, 0.0)
    for pair in pairs:
        if nx.has_path(graph, *pair):
            paths = list(nx.all_shortest_paths(graph, *pair))
            for node in itertools.chain.from_iterable(path[1:-1] for path in paths):
                carried[node] += 1 / len(paths)
    assert efficiency.betweenness(graph, first, last) == pytest.approx(carried)
    gains = efficiency.Gains(graph, pairs)
    assert gains.efficiency == pytest.approx(found.efficiency)
    for tie in nx.non_edges(graph):
        more = graph.copy()
        more.add_edge(*tie)
        then = efficiency.distances(more, first, last)
        effect = gains.effect(*tie, most=99)
        assert gains.of(*tie) == effect.gain == pytest.approx(then.efficiency - found.efficiency)
        assert effect.joined == found.unreached - then.unreached
        assert effect.nearer == len(effect.most)
        for one, other, before, after in effect.most:
            assert nx.shortest_path_length(more, one, other) == after
            assert before == (nx.shortest_path_length(graph, one, other) if nx.has_path(graph, one, other) else None)


def test_betweenness_between_two_sets_is_the_same_by_igraph(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    graph = nx.gnm_random_graph(120, 300, seed=3)
    first, last = list(range(40)), list(range(20, 100))
    slow = efficiency.betweenness(graph, first, last)
    monkeypatch.setattr(backends, "LARGE", 1)
    assert backends.large(graph)
    fast = efficiency.betweenness(graph, first, last)
    assert all(fast[node] == pytest.approx(slow[node], abs=1e-9) for node in graph)
    assert efficiency.betweenness(graph, [], last) == dict.fromkeys(graph, 0.0)


def test_independent_paths_are_the_same_by_igraph(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("igraph")
    graph = nx.gnm_random_graph(60, 180, seed=4)
    pairs = cuts.pairs(range(15), range(10, 40))
    slow = cuts.independent_paths(graph, pairs)
    assert len(set(slow.values())) > 3
    monkeypatch.setattr(backends, "LARGE", 1)
    assert cuts.independent_paths(graph, pairs) == slow


# ---- Planted, and not planted ----------------------------------------------------------------------------------

LABORATORIES = [f"lab-{i}" for i in range(15)]
FIRMS = [f"firm-{i}" for i in range(25)]


def planted(bridges: int, seed: int = 0) -> nx.Graph[str]:
    """Laboratories that know each other, firms that know each other, and so many ties between."""
    draw = random.Random(seed)  # noqa: S311
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(
        nx.relabel_nodes(nx.gnm_random_graph(15, 40, seed=seed), dict(enumerate(LABORATORIES))).edges()
    )
    graph.add_edges_from(nx.relabel_nodes(nx.gnm_random_graph(25, 70, seed=seed), dict(enumerate(FIRMS))).edges())
    graph.add_nodes_from([*LABORATORIES, *FIRMS])
    graph.add_edges_from((draw.choice(LABORATORIES), draw.choice(FIRMS)) for _ in range(bridges))
    return graph


def mixed(seed: int) -> nx.Graph[str]:
    """The same actors with ties drawn blindly."""
    return nx.relabel_nodes(nx.gnm_random_graph(40, 112, seed=seed), dict(enumerate([*LABORATORIES, *FIRMS])))


def test_laboratories_that_are_far_are_found_and_others_not() -> None:
    far = laboratory_to_market.run_test(planted(1), LABORATORIES, FIRMS, seed=1, draws=99)
    assert far.verdict is Verdict.SUPPORTED
    assert far.statistics.far.observed < far.statistics.far.mean
    verdicts = Counter(
        laboratory_to_market.run_test(mixed(seed), LABORATORIES, FIRMS, seed=1, draws=59).verdict for seed in range(6)
    )
    assert verdicts[Verdict.SUPPORTED] == 0
    assert verdicts[Verdict.INCONCLUSIVE] >= 4


def test_laboratories_that_are_near_are_found() -> None:
    graph = nx.Graph([(LABORATORIES[i % 15], firm) for i, firm in enumerate(FIRMS * 3)])  # no firm knows a firm
    graph.add_edges_from((LABORATORIES[(5 * i) % 15], firm) for i, firm in enumerate(FIRMS))
    assert laboratory_to_market.run_test(graph, LABORATORIES, FIRMS, seed=1, draws=99).verdict is Verdict.CONTRADICTED


def test_as_many_random_graphs_are_drawn_as_the_module_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laboratory_to_market, "DRAWS", 19)
    assert laboratory_to_market.run_test(planted(1), LABORATORIES, FIRMS, seed=1).statistics.far.p == pytest.approx(
        2 / 20
    )
    assert laboratory_to_market.run_test(
        planted(1), LABORATORIES, FIRMS, seed=1, draws=39
    ).statistics.far.p == pytest.approx(2 / 40)


def test_few_bodies_carry_no_verdict() -> None:
    few = laboratory_to_market.run_test(planted(1), LABORATORIES[:9], FIRMS, seed=1, draws=99)
    assert max(few.statistics.far.p, few.statistics.gap.p) <= laboratory_to_market.LEVEL  # by which it would be one
    assert few.verdict is Verdict.INCONCLUSIVE


def test_a_planted_gap_is_found_first_and_closed_once() -> None:
    graph = nx.disjoint_union(nx.star_graph(11), nx.star_graph(11))  # the middles 0 and 12 do not know each other
    pairs = cuts.pairs(range(1, 12), range(13, 24))
    graph.add_edge(1, 13)  # far round, from end to end
    named = nx.relabel_nodes(graph, str)
    wanted = [(str(a), str(b)) for a, b in pairs]
    found = gaps.find(named, wanted, gaps.missing(named, list(named)))
    assert (found[0].one, found[0].other) == ("0", "12")
    # of 121 pairs 100 come from 5 to 3, 20 from 3 to 3 or less, and (1, 13) has a tie
    before = (1 + 20 / 3 + 100 / 5) / 121
    assert found[0].before == pytest.approx(before)
    assert found[0].alone == found[0].beside == pytest.approx((1 + 120 / 3) / 121 - before)
    assert not any({"0", "12"} == {gap.one, gap.other} for gap in found[1:])


def test_no_gap_is_found_where_none_is_planted() -> None:
    for seed in range(3):
        graph = nx.relabel_nodes(nx.gnm_random_graph(40, 240, seed=seed), dict(enumerate([*LABORATORIES, *FIRMS])))
        pairs = cuts.pairs(LABORATORIES, FIRMS)
        assert gaps.find(graph, pairs, gaps.missing(graph, list(graph))) == []


def world(folder: Folder, records: dict[str, Iterable[str]], sources: dict[str, list[str]]) -> Oxigraph:
    """The store of records (class: ids) and of what each source claims."""
    for old in folder.data.rglob("*.yaml"):
        old.unlink()
    lines = [f"{kind}:\n" + "".join(f"  {id_}:\n    name: {id_}\n" for id_ in ids) for kind, ids in records.items()]
    folder.write("entities/all.yaml", "Publisher:\n  daily:\n    name: Daily\n" + "".join(lines))
    for source, claims in sources.items():
        head = f"source:\n  title: {source}\n  publisher: daily\n  url: https://example.org/{source}\n  language: en\n"
        folder.write(f"sources/{source}.yaml", head + "claims:\n" + "".join(f"  - {claim}\n" for claim in claims))
    return oxigraph.memory(nquads.lines(folder.dataset()))


def tables(found: Finding) -> dict[str, Table]:
    return {table.title: table for table in found.tables}


@pytest.fixture
def brokered(folder: Folder) -> Oxigraph:
    """Twelve laboratories and twelve firms that only a society holds together, each side tied in a ring."""
    labs, firms = [f"lab-{i:02}" for i in range(12)], [f"firm-{i:02}" for i in range(12)]
    sides = {"labs": labs, "firms": firms}
    sources = {
        f"{name}-{part}": [
            f"{one} collaboratesWith {other}"
            for i, (one, other) in enumerate(zip(side, [*side[1:], side[0]], strict=True))
            if i % 3 == part
        ]
        for name, side in sides.items()
        for part in range(3)
    }
    sources["broker-a"] = [f"the-society collaboratesWith {end}" for end in (labs[0], labs[4], firms[0])]
    sources["broker-b"] = [f"the-society collaboratesWith {end}" for end in (labs[8], firms[4], firms[8])]
    kinds = {"ResearchInstitute": labs, "Company": firms, "LearnedSociety": ["the-society"]}
    return world(folder, kinds, sources)


def test_the_planted_broker_carries_and_cuts_every_path(brokered: Oxigraph) -> None:
    found = analysis.answer(brokered, "laboratory-to-market")
    [first, *_] = found.result.brokers
    assert (first.id, first.share) == ("the-society", 1)
    # of its six, three laboratories and three firms: 9 pairs across, and 3 + 3 within, all from outside its sphere
    assert list(first.roles.values()) == [0, 6, 0, 0, 9]
    assert first.constraint == pytest.approx(1 / 6)
    assert len(first.claims) == 6
    [cut] = found.result.cut_points
    assert (cut.id, cut.actor_type, cut.sphere, cut.pairs, cut.share) == (
        "the-society",
        "organization",
        "society",
        144,
        1,
    )
    _, removed, *_ = found.result.removal
    assert removed.most_ties is not None
    assert (removed.most_ties.id, removed.most_ties_left) == ("the-society", 0.0)
    assert removed.random_left > 50  # anybody else takes little with it
    assert found.result.independent.across == intermediaries.PathCounts(pairs=144, none=0, one=144, two=0, more=0)
    assert [actor.id for actor in found.result.independent.separator] == ["the-society"]
    shown = tables(found)
    brokers = shown["Actors on the shortest paths from research bodies to firms"]
    row = dict(zip(brokers.columns, brokers.rows[0], strict=True))
    assert [row["% of pairs"], *(row[role] for role in Roles._fields)] == [100, 0, 6, 0, 0, 9]
    assert "the-society" in next(table.note for title, table in shown.items() if title.startswith("Independent paths"))


def test_the_planted_gap_is_named_with_its_broker(brokered: Oxigraph) -> None:
    found = analysis.answer(brokered, "gaps")
    shorter = tables(found)["Ties that make paths shorter, from research bodies to firms"]
    row = dict(zip(shorter.columns, shorter.rows[0], strict=True))
    assert {str(row["one"]).split("-")[0], str(row["other"]).split("-")[0]} == {"lab", "firm"}
    assert "the-society" in str(row["who could broker"])
    claims = {str(claim) for claim in shorter.evidence[0]}
    assert claims <= set(found.support.claims)
    assert len(claims) >= 2
    joined = tables(found)["Ties between parts that no path joins, from research bodies to firms"]
    assert joined.rows == ()


def test_the_answer_on_gaps_is_two_sentences(brokered: Oxigraph, missing: Finding) -> None:
    for found in (missing, analysis.answer(brokered, "gaps"), analysis.answer(oxigraph.memory([]), "gaps")):
        assert len(re.findall(r"\.(?= |$)", found.answer)) == 2, found.answer
    assert "lab-" in (answer := analysis.answer(brokered, "gaps").answer)
    assert "would shorten paths most from research bodies to firms (efficiency from " in answer
    assert answer.endswith("Between parts that no path joins, none would gain enough.")


def test_of_many_who_could_broker_three_are_named(folder: Folder) -> None:
    middle = [f"society-{i}" for i in range(5)]
    ties = [f"{one} collaboratesWith {end}" for one in middle for end in ("lab-0", "firm-0")]
    ties += [f"lab-0 collaboratesWith lab-{i}" for i in range(1, 6)]
    ties += [f"firm-0 collaboratesWith firm-{i}" for i in range(1, 6)]
    kinds = {
        "ResearchInstitute": [f"lab-{i}" for i in range(6)],
        "Company": [f"firm-{i}" for i in range(6)],
        "LearnedSociety": middle,
    }
    found = analysis.answer(world(folder, kinds, {"one": ties, "two": ties}), "gaps")
    shorter = tables(found)["Ties that make paths shorter, from research bodies to firms"]
    row = dict(zip(shorter.columns, shorter.rows[0], strict=True))
    assert (row["one"], row["other"]) == ("firm-0", "lab-0")
    assert row["who could broker"] == "society-0 or society-1 or society-2, and 2 more"
    assert len(shorter.evidence[0]) == 2 * 2 * 5  # those of all five


@pytest.mark.parametrize(
    ("labs", "firms", "told"),
    [
        (0, 0, ""),
        (1, 0, "1 actor of academia."),
        (0, 1, "1 actor of industry."),
        (1, 2, "1 actor of academia and 2 actors of industry."),
    ],
)
def test_actors_without_a_tie_are_counted_in_words(folder: Folder, labs: int, firms: int, told: str) -> None:
    lone = {
        "ResearchInstitute": [f"lone-lab-{i}" for i in range(labs)],
        "Company": [f"lone-firm-{i}" for i in range(firms)],
    }
    kinds = {
        "ResearchInstitute": ["lab", *lone["ResearchInstitute"]],
        "Company": ["firm", *lone["Company"]],
        "City": ["town"],
    }
    places = [f"{one} headquarteredIn town" for ends in lone.values() for one in ends]
    claims = ["lab collaboratesWith firm", "firm headquarteredIn town", *places]
    found = analysis.answer(world(folder, kinds, {"one": claims}), "laboratory-to-market")
    limits = [limit for limit in found.limits if "without any tie" in limit]
    assert limits == ([f"In the network without any tie, and not counted: {told}"] if told else [])


def test_a_gap_that_one_source_makes_is_noise(folder: Folder) -> None:
    labs = [f"lab-{i}" for i in range(4)]
    chain = [f"{one} collaboratesWith {other}" for one, other in itertools.pairwise(labs)]
    star = [f"firm-0 collaboratesWith firm-{i}" for i in range(1, 4)]
    kinds = {"ResearchInstitute": [*labs, "hub-lab"], "Company": [f"firm-{i}" for i in range(4)]}
    # the best tie is that of the two in the middle, of whom one is there by one source alone
    hub = [f"hub-lab collaboratesWith {lab}" for lab in labs]
    sources = {"one": [*chain, *star], "two": [*chain, *star], "extra": hub}
    found = analysis.answer(world(folder, kinds, sources), "gaps")
    joins = tables(found)["Ties between parts that no path joins, from research bodies to firms"]
    assert [sorted(map(str, row[:2])) for row in joins.rows] == [["firm-0", "lab-1"]]
    noise = found.tables[-1].rows[0]
    assert (set(noise[1:3]), noise[4:]) == ({"firm-0", "hub-lab"}, (None, "extra"))
    assert any("left out as noise" in limit for limit in found.limits)
    # told by two, it is the gap
    kept = analysis.answer(world(folder, kinds, {**sources, "more": hub}), "gaps")
    assert set(tables(kept)[joins.title].rows[0][:2]) == {"firm-0", "hub-lab"}


def test_where_nobody_is_reached_a_gain_has_no_measure_but_is_found(folder: Folder) -> None:
    kinds = {"ResearchInstitute": ["lab-0", "lab-1"], "Company": ["firm-0", "firm-1"]}
    claims = ["lab-0 collaboratesWith lab-1", "firm-0 collaboratesWith firm-1"]
    apart = world(folder, kinds, {"one": claims, "two": claims})
    found = tables(analysis.answer(apart, "gaps"))[
        "Ties between parts that no path joins, from research bodies to firms"
    ]
    # with that tie one pair is at 1, two at 2 and one at 3
    assert found.rows[0][:2] == ("firm-0", "lab-0")
    assert found.rows[0][4:6] == (4, 4)
    record = finding.record(analysis.answer(apart, "gaps"))
    assert "efficiency from 0.000 to 0.583" in str(record["answer"])
    json.dumps(record, allow_nan=False)
    told = analysis.answer(apart, "laboratory-to-market")
    assert told.verdict is Verdict.INCONCLUSIVE
    assert "No path leads" in told.answer


# ---- The shipped data --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


@pytest.fixture(scope="module")
def told(store: Oxigraph) -> Finding:
    return analysis.answer(store, "laboratory-to-market")


@pytest.fixture(scope="module")
def missing(store: Oxigraph) -> Finding:
    return analysis.answer(store, "gaps")


def test_the_distances_are_over_all_pairs_of_bodies_that_have_a_tie(told: Finding, read: Sample) -> None:
    laboratories, firms = laboratory_to_market.laboratories(read.ties), laboratory_to_market.firms(read.ties)
    row = dict(zip(told.tables[0].columns, told.tables[0].rows[0], strict=True))
    assert row["pairs"] == len(laboratories) * len(firms)
    assert row["with a path"] == cuts.connected(read.ties, laboratories, firms)
    assert told.support == read.support()
    assert told.support.claims
    assert told.claim
    assert any("nobody wrote about" in limit for limit in told.limits)


def test_every_row_that_shows_evidence_shows_claims_of_the_sample(told: Finding, missing: Finding) -> None:
    for table in (*told.tables, *missing.tables):
        assert not table.evidence or len(table.evidence) == len(table.rows)
        assert {claim for ids in table.evidence for claim in ids} <= set(told.support.claims)


def test_ties_that_are_missing_are_between_bodies_and_are_not_there(missing: Finding, read: Sample) -> None:
    labels = {str(data["label"]): node for node, data in read.ties.nodes(data=True)}
    listed = [(labels[str(row[0])], labels[str(row[1])]) for table in missing.tables[:4] for row in table.rows]
    assert listed
    for one, other in listed:
        assert {read.ties.nodes[end]["nature"] for end in (one, other)} <= set(sample.BODIES)
        assert not read.ties.has_edge(one, other)
    for table in missing.tables[:4]:
        least = table.columns.index("least gain, %")
        assert all(row[least] >= 100 * gaps.LEAST_GAIN for row in table.rows)


def test_one_article_carries_no_verdict_and_says_so(store: Oxigraph, read: Sample) -> None:
    others = [source for source in read.sources() if source != ARTICLE]
    found = analysis.answer(store, "laboratory-to-market", without=others)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("needed for a verdict" in limit for limit in found.limits)
    few = analysis.answer(store, "gaps", without=others)
    assert any("one between few" in limit for limit in few.limits)
    again = analysis.answer(store, "laboratory-to-market", without=others)
    assert finding.record(again) == finding.record(found)
    json.dumps([finding.record(found), finding.record(few)], allow_nan=False)
    assert "\n".join(finding.lines(found))


def test_nobody_at_all_is_answered_too() -> None:
    empty = oxigraph.memory([])
    for name in ("laboratory-to-market", "gaps"):
        found = analysis.answer(empty, name)
        assert found.verdict in (Verdict.INCONCLUSIVE, Verdict.DESCRIPTIVE)
        assert "\n".join(finding.lines(found))
