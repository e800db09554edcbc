"""What changed between two states: each kind of change, and the way that a state is named."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Command, Folder

from rareearth import build as builds
from rareearth import revisions
from rareearth.errors import RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.views import changes
from rareearth.views.changes import Changes

DAILY = "sources/daily.yaml"
LEADS = "  - ann-lee leads mine-school:\n      role: rector\n      at: 0-20 0123abcd\n"


@pytest.fixture
def after(folder: Folder) -> Callable[[], Changes]:
    before = oxigraph.memory(nquads.lines(folder.dataset()))
    return lambda: changes.between(before, oxigraph.memory(nquads.lines(folder.dataset())))


def text(found: Changes) -> str:
    return "\n".join(changes.lines(found))


def test_the_same_data_has_no_change(after: Callable[[], Changes]) -> None:
    found = after()
    assert not found
    assert text(found) == "no change"


def test_a_claim_is_new_gone_or_changed(folder: Folder, after: Callable[[], Changes]) -> None:
    folder.change(DAILY, "  - mine-school locatedIn oreville\n", "  - bob-ray metWith ann-lee\n")
    folder.change(DAILY, "role: rector", "role: acting rector")
    found = after()
    assert [claim.relation.id for claim in found.new] == ["metWith"]
    assert [claim.relation.id for claim in found.gone] == ["locatedIn"]
    [change] = found.changed
    assert change.what == (("with", "role: rector", "role: acting rector"),)
    assert change.before.id != change.then.id
    lines = text(found).splitlines()
    assert lines[0] == "1 new claim, 1 claim gone, 1 changed claim"
    assert "+ Bob Ray met with Ann Lee" in lines
    assert "    with: role: rector → role: acting rector" in lines


def test_evidence_and_notes_change_a_claim_that_keeps_its_id(folder: Folder, after: Callable[[], Changes]) -> None:
    folder.change(DAILY, "role: rector\n", "role: rector\n      note: As the paper has it.\n")
    [change] = after().changed
    assert change.before.id == change.then.id
    assert change.what == (("note", "", "As the paper has it."),)


def test_what_another_claim_ended_is_a_change(folder: Folder, after: Callable[[], Changes]) -> None:
    folder.change(DAILY, LEADS, LEADS.replace("role: rector", "role: rector\n      until: 2015"))
    [change] = after().changed
    assert ("in effect", "today", "no more") in change.what or any(name == "time" for name, *_ in change.what)


def test_sources_entities_and_conflicts_are_compared(folder: Folder, after: Callable[[], Changes]) -> None:
    head = "source:\n  title: Weekly\n  publisher: daily-ore\n  url: https://example.org/weekly\n  language: en\n"
    folder.write("sources/weekly.yaml", head + "claims:\n  - zoe-fox leads mine-school:\n      conflict: rector\n")
    folder.change(DAILY, "role: rector\n", "role: rector\n      conflict: rector\n")
    people = "Person:\n  zoe-fox:\n    name: Zoe Fox\n"
    folder.write("entities/more.yaml", people)
    folder.write("conflicts.yaml", "rector:\n  question: Who leads it?\n  kind: unsure\n  why: Two pages differ.\n")
    found = after()
    assert found.new_sources == (("weekly", "Weekly"),)
    assert found.new_entities == (("zoe-fox", "Zoe Fox"),)
    assert [conflict.id for conflict in found.opened] == ["rector"]
    assert "+ Who leads it?  [unsure]  rector" in text(found)
    other = changes.between(oxigraph.memory(nquads.lines(folder.dataset())), oxigraph.memory([]))
    assert [conflict.id for conflict in other.closed] == ["rector"]
    assert not other.new


def test_two_claims_with_the_same_ends_are_not_taken_for_one(folder: Folder, after: Callable[[], Changes]) -> None:
    twice = LEADS + LEADS.replace("rector", "dean").replace("0-20", "21-29")
    folder.change(DAILY, LEADS, twice.replace("rector", "first rector"))
    found = after()
    assert len(found.new) == 2
    assert len(found.gone) == 1
    assert found.changed == ()


def git(folder: Path, *arguments: str) -> None:
    own = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *own, "-C", str(folder), *arguments], check=True, capture_output=True)


def test_a_state_is_a_build_a_data_folder_or_a_revision(folder: Folder, run: Command) -> None:
    builds.build(folder.data, folder.build)
    git(folder.data, "init", "-q")
    git(folder.data, "add", ".")
    git(folder.data, "commit", "-qm", "first")
    folder.change(DAILY, "role: rector", "role: acting rector")
    for old in (folder.build, "HEAD", "HEAD^0"):
        done = run("diff", old, folder.data, RAREEARTH_DATA=str(folder.data))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("1 changed claim\n")
    same = run("diff", folder.data, folder.data)
    assert same.stdout == "no change\n"


@pytest.mark.parametrize("name", ["no-such-thing", "--output=/tmp/x", "HEAD:data"])
def test_what_is_no_state_is_refused(folder: Folder, run: Command, name: str) -> None:
    git(folder.data, "init", "-q")
    git(folder.data, "add", ".")
    git(folder.data, "commit", "-qm", "first")
    done = run("diff", "--", name, folder.data, RAREEARTH_DATA=str(folder.data))
    assert done.returncode == 1
    assert done.stderr.startswith("no state of the data named ")
    assert done.stderr.count("\n") == 1


def test_data_outside_of_a_repository_has_no_revisions(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAREEARTH_DATA", str(folder.data))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RareEarthError, match="not a git repository"):
        revisions.open_store("HEAD")
