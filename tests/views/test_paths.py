"""The path between two entities."""

from __future__ import annotations

from itertools import pairwise

import pytest
from conftest import ARTICLE, Folder

from rareearth import namespaces
from rareearth.errors import RareEarthError
from rareearth.store import asof, nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import paths
from rareearth.views.paths import Step


def path(store: Oxigraph, start: str, end: str) -> list[Step]:
    return paths.between(store, namespaces.ENTITY + start, namespaces.ENTITY + end)[0]


def test_neighbours_are_one_step_apart_with_the_evidence(store: Oxigraph) -> None:
    [step] = path(store, "li-bo", "chinese-society-of-rare-earths")
    assert (step.source, step.target) == ("Li Bo", "Chinese Society of Rare Earths")
    assert [s.claim.relation.id for s in step.statements] == ["chairs"]
    assert step.statements[0].claim.spans


def test_each_step_starts_where_the_last_one_ended_and_rests_on_facts(store: Oxigraph) -> None:
    steps = path(store, "xu-zhifeng", "qiandong-rare-earth-group")
    assert len(steps) >= 2
    assert (steps[0].source, steps[-1].target) == ("Xu Zhifeng", "QianDong Rare Earth Group")
    for one, other in pairwise(steps):
        assert one.target == other.source
    for step in steps:
        assert step.statements
        assert {s.claim.kind for s in step.statements} == {"fact"}
        assert all({s.subject, s.object} == {step.source, step.target} for s in step.statements)


def test_the_way_back_is_as_long(store: Oxigraph) -> None:
    there, back = path(store, "li-bo", "tungsten"), path(store, "tungsten", "li-bo")
    assert len(there) == len(back)


def test_opinions_are_a_tie_when_no_fact_is(store: Oxigraph) -> None:
    steps = path(store, "western-capital", "china")
    assert any(s.claim.kind == "assessment" for step in steps for s in step.statements)


def test_several_paths_are_different_and_the_shortest_comes_first(store: Oxigraph) -> None:
    found = paths.between(store, namespaces.ENTITY + "li-bo", namespaces.ENTITY + "ganzhou", count=3)
    assert 1 < len(found) <= 3
    assert [len(p) for p in found] == sorted(len(p) for p in found)
    assert len({tuple(step.target for step in p) for p in found}) == len(found)


def test_no_path_to_itself_and_none_where_nothing_ties(store: Oxigraph, folder: Folder) -> None:
    with pytest.raises(RareEarthError, match="both names refer to the same entity"):
        path(store, "li-bo", "li-bo")
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", "")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    with pytest.raises(RareEarthError, match="no path in the graph connects ann-lee and daily-ore"):
        path(small, "ann-lee", "daily-ore")


@pytest.mark.parametrize(("start", "end"), [("li-bo", "ganzhou"), ("ao-hong", "sasac"), ("amanda-lacaze", "sojitz")])
def test_a_path_as_of_a_day_is_one_of_the_store_of_the_day(store: Oxigraph, start: str, end: str) -> None:
    ends = namespaces.ENTITY + start, namespaces.ENTITY + end
    for day in ("2022", "2025-06"):
        then = asof.at(store, day).store
        try:
            expected = paths.between(then, *ends)
        except RareEarthError:
            with pytest.raises(RareEarthError, match="no path"):
                paths.between(store, *ends, as_of=day)
        else:
            assert [list(paths.lines(p)) for p in paths.between(store, *ends, as_of=day)] == [
                list(paths.lines(p)) for p in expected
            ]


def test_a_path_as_text(store: Oxigraph) -> None:
    text = list(paths.lines(path(store, "li-bo", "chinese-society-of-rare-earths")))
    assert text[0] == "1. Li Bo – Chinese Society of Rare Earths"
    assert text[1].startswith("    Li Bo chairs Chinese Society of Rare Earths  [")
    assert text[2].strip() == f"{ARTICLE} 565-782 802e427b"


def test_of_many_paths_none_is_longer_than_one_left_out(folder: Folder) -> None:
    """Five firms in a row that all work with the first; and a way around of five steps, which is found last."""
    row = ["x1", "x2", "x3", "x4", "x5"]
    ties = [("a", x) for x in row] + [*pairwise(row), ("x5", "b"), *pairwise(["a", "p", "q", "r", "s", "b"])]
    names = sorted({end for tie in ties for end in tie})
    firms = "".join(f"  firm-{name}:\n    name: Firm {name.upper()}\n" for name in names)
    folder.write("entities/firms.yaml", f"Company:\n{firms}")
    said = "".join(f"  - firm-{one} collaboratesWith firm-{other}\n" for one, other in ties)
    head = 'source:\n  title: "[Firms]"\n  publisher: daily-ore\n  url: https://example.org/firms\n  language: en\n'
    folder.write("sources/firms.yaml", f"{head}claims:\n{said}")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    found = paths.between(small, namespaces.ENTITY + "firm-a", namespaces.ENTITY + "firm-b", count=5)
    assert [len(steps) for steps in found] == [2, 3, 4, 5, 5]
    assert [len(steps) for steps in paths.between(small, *(namespaces.ENTITY + f"firm-{x}" for x in "ab"), 9)] == [
        2, 3, 4, 5, 5, 6,
    ]  # fmt: skip
