"""Retracted sources: the graph is what it would be without their files, and the way back loses nothing."""

from __future__ import annotations

import functools
import random
from dataclasses import replace

import pytest
from conftest import Command, Folder

from rareearth import checks, retraction
from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.dataset import Dataset
from rareearth.models import Retraction
from rareearth.store import nquads

MARK = Retraction.model_validate({"on": "2026-11-27", "because": "withdrawn by its publisher"})
DRAWN = 12


@functools.cache
def shipped() -> Dataset:
    return datasets.read(ontologies.read())


def marked(dataset: Dataset, *ids: str) -> Dataset:
    """The dataset with sources that are marked as retracted, which is not applied yet."""
    sources = {id_: s.model_copy(update={"retracted": MARK}) if id_ in ids else s for id_, s in dataset.sources.items()}
    return replace(dataset, sources=sources)


def deleted(dataset: Dataset, *ids: str) -> Dataset:
    """The dataset without the files of sources, mended until `check` has nothing to say, as a person would by hand."""
    now = replace(
        dataset,
        sources={id_: source for id_, source in dataset.sources.items() if id_ not in ids},
        claims=tuple(claim for claim in dataset.claims if claim.source not in ids),
    )
    for _ in range(5):
        found = checks.problems(now)
        if not found:
            return now
        for problem in found:
            now = mended(now, problem.message)
    raise AssertionError(found)


def mended(dataset: Dataset, message: str) -> Dataset:
    if message.startswith("no claim mentions '"):
        gone = message.split("'")[1]
        kept = {
            id_: source.model_copy(
                update={
                    "names": tuple(pair for pair in source.names if pair[0] != gone),
                    "refers": tuple(pair for pair in source.refers if pair[1] != gone),
                }
            )
            for id_, source in dataset.sources.items()
        }
        return replace(dataset, entities={i: e for i, e in dataset.entities.items() if i != gone}, sources=kept)
    assert "a conflict needs two" in message, message
    counts = {id_: [c for c in dataset.claims if c.conflict == id_] for id_ in dataset.conflicts}
    gone = next(id_ for id_, claims in counts.items() if len(claims) < 2)
    claims = tuple(c.model_copy(update={"conflict": None}) if c.conflict == gone else c for c in dataset.claims)
    return replace(dataset, claims=claims, conflicts={i: c for i, c in dataset.conflicts.items() if i != gone})


def drawn() -> list[str]:
    """Sources of the data, among them ones that are part of conflicts and the one with most claims."""
    everything = shipped()
    disputed = sorted({claim.source for claim in everything.claims if claim.conflict})
    choose = random.Random(12)  # noqa: S311 - no secret
    most = max(sorted(everything.sources), key=lambda id_: sum(c.source == id_ for c in everything.claims))
    return [most, *choose.sample(disputed, DRAWN // 2), *choose.sample(sorted(everything.sources), DRAWN // 2)]


@pytest.mark.parametrize("number", range(DRAWN + 1))
def test_the_graph_is_that_of_the_data_without_the_file(number: int) -> None:
    source = drawn()[number]
    now, expected = retraction.applied(marked(shipped(), source)), deleted(shipped(), source)
    assert not checks.problems(now)
    assert sorted(nquads.lines(now)) == sorted(nquads.lines(expected))
    assert set(now.retracted) == {source}


def test_several_sources_at_once_are_as_one_after_the_other() -> None:
    ids = drawn()[:4]
    assert sorted(nquads.lines(retraction.applied(marked(shipped(), *ids)))) == sorted(
        nquads.lines(deleted(shipped(), *ids))
    )


OTHER = """\
source:
  title: Another page
  publisher: daily-ore
  url: https://example.org/other
  language: en
names:
  bob-ray: [Bobby]
claims:
  - ann-lee leads mine-school:
      conflict: rector
      role: rector
  - cat-poe leads mine-school:
      conflict: rector
      role: rector
  - mine-school locatedIn oreville:
      conflict: place
"""


@pytest.fixture
def two(folder: Folder) -> Folder:
    """Two sources that agree on the rector, of which one names another one as well."""
    folder.change("entities/all.yaml", "  bob-ray:\n", "  cat-poe:\n    name: Cat Poe\n  bob-ray:\n")
    placed = "  - mine-school locatedIn oreville"
    folder.change("sources/daily.yaml", placed, f"{placed}:\n      conflict: place")
    folder.write("sources/other.yaml", OTHER)
    folder.write(
        "conflicts.yaml",
        "place:\n  question: Where?\n  kind: unsure\n  why: Unknown.\n"
        "rector:\n  question: Who leads the school?\n  kind: contradiction\n  why: Unknown.\n",
    )
    return folder


def test_the_command_lists_what_falls_and_the_way_back_restores_every_byte(two: Folder, run: Command) -> None:
    before = (two.data / "sources" / "other.yaml").read_bytes()
    done = run("retract", "other", "--because", "a hoax", "--who", "Ann", "--data", two.data)
    assert done.returncode == 0, done.stderr
    assert "3 claims; other sources say the same as 2 of them" in done.stdout
    assert "  Cat Poe leads Mine School\n" in done.stdout
    assert "records that nothing else mentions (1):\n  Cat Poe\n" in done.stdout
    assert "  Where?\n  Who leads the school?\n" in done.stdout
    assert "nothing disputes without it (1):\n  Mine School is located in Oreville\n" in done.stdout
    now = checks.load(two.data)
    assert "cat-poe" not in now.entities
    assert set(now.retracted) == {"other"}
    assert not now.conflicts
    checked = run("check", "--data", two.data)
    assert "1 sources (1 retracted): no problems" in checked.stdout
    back = run("retract", "other", "--undo", "--data", two.data)
    assert back.returncode == 0
    assert "comes back" in back.stdout
    assert (two.data / "sources" / "other.yaml").read_bytes() == before
    assert len(checks.load(two.data).claims) == len(datasets.read(ontologies.read(), two.data).claims)


def test_a_dry_run_writes_nothing(two: Folder, run: Command) -> None:
    before = (two.data / "sources" / "other.yaml").read_bytes()
    done = run("retract", "other", "--because", "a hoax", "--dry-run", "--data", two.data)
    assert done.returncode == 0
    assert "nothing was written" in done.stdout
    assert (two.data / "sources" / "other.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["othre", "--because", "x"], "no source named 'othre'; did you mean other?"),
        (["other"], "expected --because 'TEXT' to retract the source, or --undo to take it back"),
        (["other", "--undo"], "'other' is not retracted; nothing was changed"),
        (["other", "--because", "x", "--undo"], "expected --because 'TEXT'"),
        (["other", "--because", "a\tb"], "other.yaml:6: retracted.because: found U+0009"),
    ],
)
def test_what_cannot_be_retracted_is_refused_in_one_line(
    two: Folder, run: Command, arguments: list[str], message: str
) -> None:
    done = run("retract", *arguments, "--data", two.data)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not checks.load(two.data).retracted


def test_a_source_is_retracted_once(two: Folder, run: Command) -> None:
    run("retract", "other", "--because", "a hoax", "--data", two.data)
    again = run("retract", "other", "--because", "a joke", "--data", two.data)
    assert again.returncode == 1
    assert "'other' was retracted on " in again.stderr
    assert "(a hoax)" in again.stderr


def test_a_fault_in_the_rest_is_reported_with_its_file_and_nothing_is_written(two: Folder, run: Command) -> None:
    path = two.data / "sources" / "other.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("cat-poe leads", "cat-poe leds"), encoding="utf-8")
    before = path.read_bytes()
    done = run("retract", "daily", "--because", "x", "--data", two.data)
    assert done.returncode == 1
    assert "other.yaml:" in done.stderr
    assert "leds" in done.stderr
    assert path.read_bytes() == before


def test_a_read_only_folder_is_left_as_it_is(two: Folder, run: Command) -> None:
    path = two.data / "sources" / "other.yaml"
    path.chmod(0o444)
    before = path.read_bytes()
    done = run("retract", "other", "--because", "x", "--data", two.data)
    assert path.read_bytes() == before
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
