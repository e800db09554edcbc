"""The question ``spheres``: planted and not planted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import Folder
from planted_worlds import Claim, evidence_is_of, ring, spread, world

from rareearth import analysis
from rareearth.analysis import finding, questions, sample
from rareearth.analysis.finding import Finding, Verdict
from rareearth.analysis.questions import spheres
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample


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


@pytest.mark.slow
def test_every_row_of_evidence_is_of_claims(mixed: Finding, store: Oxigraph) -> None:
    evidence_is_of(mixed, store)


@pytest.mark.slow
def test_the_numbers_of_the_shipped_data_agree(mixed: Finding, read: Sample, store: Oxigraph) -> None:
    graph = sample.bodies(read)
    pairs = mixed.result.by_sphere.pairs
    assert sum(pair.ties.observed for pair in pairs) == graph.number_of_edges() == mixed.support.ties
    assert all(bool(pair.ties.observed) == bool(pair.claims) for pair in pairs)
    assert all(0 < pair.ties.p <= 1 for pair in (*pairs, *mixed.result.by_group.pairs))
    assert [row[2] for row in mixed.tables[0].rows] == [pair.ties.observed for pair in pairs]
    assert all(p is None or 0 < float(str(p)) <= 1 for table in mixed.tables[:4] for *_, p in table.rows)
    assert finding.record(questions.answer("spheres", spheres, store, read, 0)) == finding.record(mixed)


FIRMS, SCHOOLS = [f"firm-{i}" for i in range(20)], [f"school-{i}" for i in range(20)]


def answer(folder: Folder, claims: list[Claim]) -> Finding:
    made = world(folder, {"Company": FIRMS, "University": SCHOOLS}, claims)
    return questions.answer("spheres", spheres, made, sample.read(made), 1)


def test_two_spheres_with_hardly_a_tie_between_are_found(folder: Folder) -> None:
    apart = ring(FIRMS, "collaboratesWith", 1, 2) + ring(SCHOOLS, "collaboratesWith", 1, 2)
    found = answer(folder, spread([*apart, "firm-0 collaboratesWith school-0"]))
    assert found.verdict is Verdict.SUPPORTED
    assert "1 (1%) runs between spheres" in found.answer
    [pair] = [pair for pair in found.result.by_sphere.pairs if pair.one != pair.other]
    assert (pair.one, pair.other, pair.ties.observed, len(pair.claims)) == ("academia", "industry", 1, 1)
    assert pair.ties.z < -5
    assert found.result.by_sphere.ei_index[""].observed == pytest.approx((1 - 80) / 81)  # 80 ties within, 1 between
    assert found.result.retests.keys() > {"ties of ownership"}
    assert found.result.changed == ()


def test_spheres_that_are_tied_to_each_other_alone_speak_against_it(folder: Folder) -> None:
    claims = [f"{firm} collaboratesWith {SCHOOLS[(i + k) % 20]}" for i, firm in enumerate(FIRMS) for k in (0, 3)]
    found = answer(folder, spread(claims))
    assert found.verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ties_at_random_are_no_finding(folder: Folder, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    names = FIRMS + SCHOOLS
    pairs = {tuple(sorted(rng.sample(names, 2))) for _ in range(80)}
    found = answer(folder, spread(f"{a} collaboratesWith {b}" for a, b in sorted(pairs)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("does not differ significantly from chance" in limit for limit in found.limits)


def test_a_verdict_that_one_source_carries_is_none(folder: Folder) -> None:
    apart = ring(FIRMS, "collaboratesWith", 1, 2, 3) + ring(SCHOOLS, "collaboratesWith", 1, 2, 3)
    between = [f"{firm} collaboratesWith {school}" for firm, school in zip(FIRMS, SCHOOLS, strict=True)]
    rng = random.Random(0)  # noqa: S311
    some = rng.sample(apart[:60], 10) + rng.sample(apart[60:], 10)
    one = [(claim, "the-one") for claim in apart if claim not in some]
    found = answer(folder, [*one, *spread(some + between)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("it changes without the-one" in limit for limit in found.limits)


def test_ownership_alone_is_no_collaboration(folder: Folder) -> None:
    rng = random.Random(4)  # noqa: S311
    steps = [(i, i + k) for i in range(20) for k in (1, 2, 3) if i + k < 20]  # no circles: those are refused
    owned = [f"{names[i]} ownsShareOf {names[j]}" for names in (FIRMS, SCHOOLS) for i, j in steps]
    pairs = {tuple(sorted(rng.sample(FIRMS + SCHOOLS, 2))) for _ in range(60)}
    found = answer(folder, spread([*owned, *(f"{a} collaboratesWith {b}" for a, b in sorted(pairs))]))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("it changes without ties of ownership" in limit for limit in found.limits)


def test_as_many_random_graphs_are_drawn_as_the_module_says() -> None:
    graph = nx.disjoint_union(nx.complete_graph(8), nx.complete_graph(8))
    named = nx.relabel_nodes(graph, str)
    between = spheres.run_test(named, {node: str(int(node) < 8) for node in named}, 1).statistics.between
    assert between is not None
    assert between.p == pytest.approx(2 / 200)  # 199 drawn here, all with more ties between


def test_few_ties_carry_no_verdict(folder: Folder) -> None:
    found = answer(folder, spread(ring(FIRMS[:10], "collaboratesWith", 1) + ring(SCHOOLS[:10], "collaboratesWith", 1)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("20 ties between organizations and firms" in limit for limit in found.limits)
    assert "p =" not in found.answer
