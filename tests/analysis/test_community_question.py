"""The question ``communities``: planted and not, and on the shipped data."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from conftest import Folder, environment
from small_stores import made

from rareearth import analysis
from rareearth.analysis import sample
from rareearth.analysis.finding import Finding, Verdict, record
from rareearth.store.oxigraph import Oxigraph


def test_planted_communities_are_found_in_a_store(folder: Folder) -> None:
    lots = random.Random(5)  # noqa: S311
    names = {f"{group}{n:02}": group for group in "abc" for n in range(12)}
    ties = [
        f"firm-{one} supplies firm-{other}"
        for one in names
        for other in names
        if one < other and lots.random() < (0.5 if names[one] == names[other] else 0.02)
    ]
    finding = analysis.answer(made(folder, {f"firm-{name}": "Company" for name in names}, {"one": ties}), "communities")
    assert finding.verdict is Verdict.DESCRIPTIVE
    assert [len(group.members) for group in finding.result.groups] == [12, 12, 12]
    assert sum(len(group.claims) for group in finding.result.groups) > 0.9 * len(ties)


def test_chance_is_not_taken_for_communities(folder: Folder) -> None:
    lots = random.Random(6)  # noqa: S311
    ties = {tuple(sorted(lots.sample(range(30), 2))) for _ in range(90)}
    entities = {f"firm-{n:02}": "Company" for n in range(30)}
    store = made(folder, entities, {"one": [f"firm-{a:02} supplies firm-{b:02}" for a, b in sorted(ties)]})
    finding = analysis.answer(store, "communities")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert any("may be due to chance" in text for text in finding.limits)


def test_a_graph_that_is_no_more_in_groups_than_chance_is_told_so(folder: Folder) -> None:
    """Everyone is tied to everyone: all runs agree on one group, and so do those on the random graphs."""
    firms = {f"firm-{n}": "Company" for n in range(9)}
    store = made(folder, firms, {"one": [f"{a} supplies {b}" for a in firms for b in firms if a < b]})
    finding = analysis.answer(store, "communities")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert any("may be due to chance" in text for text in finding.limits)
    assert finding.result.method.ari == 1


def test_communities_of_what_ships_hold_all_actors(store: Oxigraph, shipped: Callable[[str], Finding]) -> None:
    read, finding = sample.read(store), shipped("communities")
    groups = finding.result.groups
    assert sum(len(group.members) for group in groups) <= len(read.ties)
    assert sum(group.within for group in groups) == finding.result.groups_support.ties
    assert finding.support == read.support()
    assert json.loads(json.dumps(record(finding)))["verdict"] == str(finding.verdict)


@pytest.mark.slow
def test_groups_are_the_same_in_every_process() -> None:
    code = (
        "import networkx as nx; from rareearth.measures import communities as c; "
        "g = nx.relabel_nodes(nx.karate_club_graph(), str); "
        "print([sorted(p) for s in range(5) for p in c.louvain(g, s)])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env=environment(PYTHONHASHSEED=seed), capture_output=True, check=True
        ).stdout
        for seed in "12"
    }
    assert len(found) == 1
