"""The question ``private-at-the-edge``: planted and not planted."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from conftest import Folder
from planted_worlds import Claim, evidence_is_of, ring, spread, world

from rareearth import analysis
from rareearth.analysis import questions, sample
from rareearth.analysis.finding import Finding, Verdict
from rareearth.analysis.questions import periphery
from rareearth.errors import RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    pass


@pytest.mark.slow
def test_every_row_of_evidence_is_of_claims(store: Oxigraph) -> None:
    read = sample.read(store)
    evidence_is_of(
        questions.answer("private-at-the-edge", periphery, store, read.without(read.sources()[25:]), 0), store
    )


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
    effects = found.result.test.statistics.effects
    assert [effect.measure for effect in effects] == ["degree", "betweenness", "PageRank", "k-core"]
    for effect in effects:
        assert effect.delta == effect.ci_low == effect.ci_high == -1
        assert effect.p_corrected < 0.05
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
    [firm] = [firm for firm in found.result.firms if firm.id == "private-01"]
    assert (firm.ownership, firm.stated, firm.centralities["degree"]) == ("private", True, 0)


def test_few_firms_carry_no_p_value(folder: Folder) -> None:
    records = {"Company": PRIVATE + STATE, "PrivateSector": ["private-sector"], "StateSector": ["state-sector"]}
    kept = [c for c in SECTORS if c[:10] in [*PRIVATE[:9]] or c.startswith("state")]
    made = world(folder, records, spread([*kept, *core(STATE, PRIVATE)]))
    found = analysis.answer(made, "private-at-the-edge")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("9 private firms: with fewer than 10" in limit for limit in found.limits)
    for effect in found.result.test.statistics.effects:
        assert (effect.ci_low, effect.ci_high, effect.p, effect.p_corrected) == (None, None, None, None)
        assert effect.delta == -1  # the effect itself is given


def test_one_source_that_turns_it_is_named(folder: Folder) -> None:
    claims = core(STATE, PRIVATE)
    dense = [c for c in claims if c.count("state-") == 2]
    rest = [c for c in claims if c.count("state-") == 1] + ring(PRIVATE, "collaboratesWith", 1)
    found = edged(folder, rest, extra=[(c, "the-one") for c in dense])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("the-one" in limit for limit in found.limits)
    assert found.result.changed == ("the-one",)
    assert any(table.rows[0][0] == "the-one" for table in found.tables)


def test_firms_are_shown_by_name(folder: Folder) -> None:
    edged(folder, core(STATE, PRIVATE))
    folder.change("entities/all.yaml", "name: private-00\n", "name: The First Firm\n")
    found = analysis.answer(oxigraph.memory(nquads.lines(folder.dataset())), "private-at-the-edge")
    assert {firm.name for firm in found.result.firms} == {"The First Firm", *PRIVATE[1:], *STATE}


def test_where_no_source_turns_anything_the_limits_say_so_and_no_table(folder: Folder) -> None:
    found = edged(folder, core(STATE, PRIVATE))
    assert any(limit.startswith("Leaving out one of 0 of 12 sources") for limit in found.limits)
    assert all(table.rows for table in found.tables)


def test_the_test_without_each_source_is_kept_and_made_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    compare = periphery.compare
    monkeypatch.setattr(periphery, "compare", lambda *given, **more: calls.append(1) or compare(*given, **more))
    claims = [*SECTORS, *core(STATE, PRIVATE)]
    records = {"Company": PRIVATE + STATE, "PrivateSector": ["private-sector"], "StateSector": ["state-sector"]}
    own = [(f"private-00 collaboratesWith {other}", "own") for other in STATE[2:]]
    made = world(folder, records, [*((claim, source) for claim in claims for source in ("one", "two")), *own])
    result = periphery.measure(made, sample.read(made), 3)
    assert len(calls) == 2  # with everything, and without the one source that alone states something
    assert list(result.without) == ["one", "own", "two"]
    [rest] = periphery.compare_each([sample.read(made, without=["own"])], 3)
    kept = result.without["own"]
    assert kept.verdict is rest.test.verdict
    assert [(e.delta, e.p) for e in kept.statistics.effects] == [(e.delta, e.p) for e in rest.test.statistics.effects]
    assert {e.ci_low for e in kept.statistics.effects} == {None}  # what is left out has no intervals: nobody sees them
    assert result.without["one"] == result.without["two"] == result.test != rest.test


def test_the_finding_tells_how_it_was_before(folder: Folder) -> None:
    folder.change("sources/daily.yaml", "      since: 2020\n      until: 2021-06\n", "      since: 2020\n")
    found = analysis.answer(oxigraph.memory(nquads.lines(folder.dataset())), "private-at-the-edge")
    assert list(found.result.by_year) == ["2010", "2015", "2020"]


def test_over_time_is_as_of_each_day(store: Oxigraph) -> None:
    then = periphery.over_time(store, ["2012", "2025-06"])
    assert list(then) == ["2012", "2025-06"]
    firms = [test.statistics.private + test.statistics.state for test in then.values()]
    assert firms[0] <= firms[1]
    with pytest.raises(RareEarthError, match="'someday' is not a date"):
        periphery.over_time(store, ["someday"])
