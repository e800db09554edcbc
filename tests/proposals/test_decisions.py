"""The file of decisions, whatever an editor, a kill or a later run does to it, and what is accepted from it."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from conftest import Folder
from hypothesis import example, given
from hypothesis import strategies as st
from test_reviewing import FIRST, SECOND, TEXT, TODAY, accepted, begun, proposals

from rareearth import characters, checks, ontology
from rareearth.errors import DataError, RareEarthError
from rareearth.models import Evidence
from rareearth.proposals.inbox import Proposal, Proposals
from rareearth.proposals.review import accepting, log
from rareearth.proposals.review.decisions import Decisions, OnClaim, OnName, Written, taken
from rareearth.proposals.review.log import Log
from rareearth.sentences import fingerprint


def decision(letter: str, **changes: str) -> OnClaim:
    given: dict[str, object] = {"verdict": "no", "key": letter * 12, "claim": f"{letter} b c", "reason": "not said"}
    return OnClaim.model_validate({**given, "on": TODAY, **changes})


# ---- the file --------------------------------------------------------------------------------------------------------


def test_a_last_line_without_its_end_counts_if_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        kept.add(decision("b"))
    raw = path.read_bytes()
    path.write_bytes(raw.rstrip(b"\n"))
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12]
    with Log(path) as kept:
        kept.add(decision("c"))
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12, "c" * 12]
    assert path.read_bytes().startswith(raw)


def test_a_torn_last_line_is_kept_as_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
    before = path.read_bytes()
    path.write_bytes(before + b"- {verdict: take, key: 0123")
    with Log(path) as kept:
        kept.add(decision("b"))
    assert path.read_bytes().startswith(before)
    assert b"# not complete, so it does not count: - {verdict: take, key: 0123\n" in path.read_bytes()
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12]


@pytest.mark.parametrize("last", ["# a remark", "   ", "# 一"])
def test_a_last_line_that_decides_nothing_is_left_as_it_is(tmp_path: Path, last: str) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
    path.write_text(path.read_text(encoding="utf-8") + last, encoding="utf-8")
    assert log.read(path).notes == []
    with Log(path) as kept:
        kept.add(decision("b"))
    assert f"{last}\n- {{verdict" in path.read_text(encoding="utf-8")
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12]


@given(st.binary(max_size=200))
@example(b"\t")
@example(b"  - {verdict: no, key: aaaaaaaaaaaa, claim: a b c, on: 2026-11-27}")
def test_nothing_that_stands_in_the_file_is_lost(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
    path = tmp_path_factory.mktemp("decided") / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
    before = path.read_bytes()
    path.write_bytes(before + rest)
    whole, _, torn = rest.rpartition(b"\n")
    try:
        with Log(path) as kept:
            kept.add(decision("b"))
    except DataError:  # a whole line that is no decision: the person is shown where, and nothing is written
        assert whole
        assert path.read_bytes().startswith(before + whole)
        return
    after = path.read_bytes()
    assert after.startswith(before + whole)
    assert characters.visible(torn.decode(errors="backslashreplace")) in after.decode()
    assert list(log.read(path).claims)[-1] == "b" * 12


@given(st.text(alphabet="稀土 {}:,'\"a-", max_size=30), st.integers(1, 40))
def test_a_line_torn_within_a_character_leaves_the_file_readable(
    tmp_path_factory: pytest.TempPathFactory, text: str, end: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
    path.write_bytes(path.read_bytes() + f"- {{verdict: take, claim: 稀{text}".encode()[: 25 + end])
    with Log(path) as kept:
        kept.add(decision("b"))
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12]


def saved(path: Path, content: bytes, *, replaces: bool) -> None:
    """What an editor does: some put a new file in the place of the old one, others write into it."""
    if replaces:
        new = path.with_name("new")
        new.write_bytes(content)
        os.replace(new, path)
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("replaces", [True, False])
def test_an_editor_that_knows_less_loses_no_decision(tmp_path: Path, replaces: bool) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        opened = path.read_bytes()
        kept.add(decision("b"))
        kept.add(decision("a", verdict="open"))
        saved(path, opened.replace(b"not said", b"no use") + b"# mine\n", replaces=replaces)
        kept.add(decision("c"))
        assert kept.notes == [f"{path}: was saved without 1 decision of this review; written again"]
        saved(path, opened, replaces=replaces)
        kept.settle()
    found = log.read(path).claims
    assert {key: one.verdict for key, one in found.items()} == {"a" * 12: "open", "b" * 12: "no", "c" * 12: "no"}


@pytest.mark.parametrize("replaces", [True, False])
def test_what_a_person_changed_in_an_editor_stays(tmp_path: Path, replaces: bool) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        kept.add(decision("b"))
        saved(path, path.read_bytes().replace(b"not said", b"no use") + b"- {verdict: ta", replaces=replaces)
        kept.add(decision("c"))
        assert kept.notes == []
    found = log.read(path).claims
    assert [one.reason for one in found.values()] == ["no use", "no use", "not said"]
    assert b"does not count: - {verdict: ta\n" in path.read_bytes()


def test_a_file_that_an_editor_broke_takes_no_decision_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        before = path.read_bytes()
        path.write_bytes(before + b"- {verdict: maybe}\n")
        with pytest.raises(DataError, match=r"yaml:3: .*found"):
            kept.add(decision("b"))
        path.write_bytes(before)
        kept.add(decision("b"))
    assert list(log.read(path).claims) == ["a" * 12, "b" * 12]


@pytest.mark.parametrize("whole", [True, False])
def test_an_editor_that_replaces_the_file_loses_no_later_decision(tmp_path: Path, whole: bool) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        new = tmp_path / "new"
        text = path.read_text(encoding="utf-8").replace("not said", "no use")
        new.write_text(text if whole else text.rstrip("\n"), encoding="utf-8")
        os.replace(new, path)
        kept.add(decision("b"))
        with pytest.raises(RareEarthError, match="being reviewed elsewhere"), Log(path):
            pass
    found = log.read(path).claims
    assert {key: one.reason for key, one in found.items()} == {"a" * 12: "no use", "b" * 12: "not said"}


def test_a_file_that_was_deleted_stops_the_review(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a"))
        path.rename(tmp_path / "elsewhere")
        with pytest.raises(RareEarthError, match="was deleted or moved during the review"):
            kept.add(decision("b"))
    assert not path.exists()


# ---- accepting -------------------------------------------------------------------------------------------------------


def decided(folder: Folder) -> Decisions:
    state, _ = begun(folder)
    state.name("record")
    state.take()
    state.take()
    return state.decided


def shifted(text: str) -> Proposals:
    """The same proposals of an article whose text has changed since."""
    before = proposals()
    return dataclasses.replace(before, article=before.article.model_copy(update={"text": text}), mentions=())


def test_sentences_are_found_again_where_the_text_has_shifted(folder: Folder) -> None:
    extra = "An editor added this. "
    accepted(folder, decided(folder), shifted(extra + TEXT))
    spans = sorted((c.at[0].start, c.at[0].end) for c in folder.dataset().claims if c.source == "deal")
    assert spans == [(start + len(extra), end + len(extra)) for start, end in (FIRST, SECOND)]


def test_a_sentence_that_is_gone_is_one_line_and_nothing_is_written(folder: Folder) -> None:
    found = decided(folder)
    with pytest.raises(RareEarthError, match=r"has no sentence .* on which 'ann-lee leads mine-school' was decided"):
        accepted(folder, found, shifted(TEXT[: FIRST[1]]))
    assert not (folder.data / "sources" / "deal.yaml").exists()


def remembered(found: Decisions, done: accepting.Accepted) -> None:
    for key, claim in done.done.items():
        found.add(Written(verdict="written", key=key, claim=claim, on=TODAY))


@pytest.mark.parametrize(("old", "new"), [("share: 20", "share: 25"), ("when: 2024", "when: 2023")])
def test_a_claim_that_was_edited_in_the_data_is_not_added_again(folder: Folder, old: str, new: str) -> None:
    found = decided(folder)
    remembered(found, accepted(folder, found))
    folder.change("sources/deal.yaml", old, new)
    again = accepted(folder, found)
    assert (again.claims, again.files) == ((), ())
    assert len([c for c in folder.dataset().claims if c.source == "deal"]) == 2


def test_a_claim_that_was_edited_before_it_was_remembered_is_left_as_it_is(folder: Folder) -> None:
    found = decided(folder)
    accepted(folder, found)  # and the process is killed before the file of decisions says so
    folder.change("sources/deal.yaml", "share: 20", "share: 25")
    again = accepted(folder, found)
    assert (again.claims, again.files) == ((), ())
    assert again.notes == (
        "'ore-works acquired hollin-metals' is in the data with other details, which were left as they are; "
        "change them there",
    )
    bought = [c for c in folder.dataset().claims if c.source == "deal" and c.relation == "acquired"]
    assert [dict(c.qualifiers) for c in bought] == [{"share": "25"}]
    assert bought[0].id in again.done.values()


def test_a_claim_of_two_sentences_has_both(folder: Folder) -> None:
    text = f"{TEXT} Ann Lee has led the Mine School."
    before = proposals()
    [_, leads] = before.proposals
    third = Evidence(start=86, end=len(text), fingerprint=fingerprint(text[86:]))
    again = Proposal(claim=leads.claim.model_copy(update={"at": (third,)}), score=0.7)
    found = dataclasses.replace(
        before, article=before.article.model_copy(update={"text": text}), proposals=(leads, again), new=()
    )
    first = taken(leads.claim, leads, TODAY)
    both = Decisions(claims={leads.key: first, again.key: taken(again.claim, again, TODAY)})
    done = accepted(folder, both, found)
    assert ([one.at for one in done.claims], done.notes) == ([(*leads.claim.at, third)], ())
    assert [c.at for c in folder.dataset().claims if c.source == "deal"] == [(*leads.claim.at, third)]
    assert (accepted(folder, both, found).claims, accepted(folder, both, found).notes) == ((), ())


def test_a_further_sentence_of_a_claim_in_the_data_is_a_note(folder: Folder) -> None:
    found = decided(folder)
    accepted(folder, found)
    path = folder.data / "sources" / "deal.yaml"
    path.write_text(path.read_text("utf-8").replace(proposals().proposals[1].claim.at[0].fingerprint, "0" * 8), "utf-8")
    again = accepted(folder, found)
    assert (again.claims, len(again.notes)) == ((), 1)
    assert again.notes[0].startswith("'ann-lee leads mine-school' is in the data with other sentences, ")


def _accept_of(data: Path, found: Decisions, id_: str, starts: Barrier) -> None:
    before = proposals()
    article = before.article.model_copy(update={"id": id_, "url": f"https://example.org/{id_}"})
    starts.wait()
    accepting.accept(data, dataclasses.replace(before, article=article), found, ontology.read())


def test_two_articles_may_be_accepted_at_once(folder: Folder) -> None:
    processes = multiprocessing.get_context("fork")
    for turn in range(3):
        starts = processes.Barrier(2)
        found = decided(folder)
        found.names["hollin-metals"] = found.names["hollin-metals"].model_copy(
            update={"record": f"hollin-{turn}", "called": f"Hollin {turn}"}
        )
        ids = [f"one-{turn}", f"two-{turn}"]
        both = [processes.Process(target=_accept_of, args=(folder.data, found, id_, starts)) for id_ in ids]
        for process in both:
            process.start()
        for process in both:
            process.join()
        assert [process.exitcode for process in both] == [0, 0]
        data = checks.load(folder.data)
        assert f"hollin-{turn}" in data.entities
        assert [sum(c.source == id_ for c in data.claims) for id_ in ids] == [2, 2]


def test_a_claim_that_was_deleted_comes_back_only_when_it_is_taken_once_more(folder: Folder) -> None:
    found = decided(folder)
    remembered(found, accepted(folder, found))
    path = folder.data / "sources" / "deal.yaml"
    kept = path.read_text(encoding="utf-8").split("  - ann-lee leads mine-school")[0]
    path.write_text(kept, encoding="utf-8")
    assert accepted(folder, found).claims == ()
    [leads] = [one for one in found.taken if one.claim.startswith("ann-lee")]
    found.add(leads)
    assert [c.subject for c in accepted(folder, found).claims] == ["ann-lee"]


def test_who_took_a_claim_and_when_is_in_the_data_and_in_the_graph(folder: Folder) -> None:
    from rareearth.store import nquads

    state, _ = begun(folder)
    state.later()
    state._who = "Ann"
    state.later()
    state.take()
    accepted(folder, state.decided)
    [claim] = [c for c in folder.dataset().claims if c.source == "deal"]
    assert claim.reviewed is not None
    assert (claim.reviewed.on, claim.reviewed.who) == (TODAY, "Ann")
    lines = "\n".join(nquads.lines(folder.dataset()))
    assert 'reviewedBy> "Ann"' in lines
    assert f'reviewedOn> "{TODAY}"' in lines


def test_a_retracted_source_takes_no_claims(folder: Folder) -> None:
    found = decided(folder)
    remembered(found, accepted(folder, found))
    folder.change(
        "sources/deal.yaml", "  language: en\n", "  language: en\n  retracted: {on: 2026-11-27, because: a hoax}\n"
    )
    for one in found.taken:
        found.add(one)
    with pytest.raises(RareEarthError, match=r"the source deal was retracted on 2026-11-27 \(a hoax\)"):
        accepted(folder, found)
    assert checks.load(folder.data).retracted


def test_a_name_decision_that_is_taken_back_brings_its_claims_back(folder: Folder) -> None:
    state, written = begun(folder)
    before = list(state.items)
    state.name("no name")
    assert len(state.items) < len(before)
    state.back()
    assert state.items == before
    assert isinstance(written[-1], OnName)
    assert written[-1].verdict == "open"


def test_a_written_line_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as kept:
        kept.add(decision("a", verdict="take"))
        kept.add(Written(verdict="written", key="a" * 12, claim="deal/0123456789", on=TODAY))
    found = log.read(path)
    assert found.written == {"a" * 12: "deal/0123456789"}
    assert found.waiting == []
    path.write_bytes(path.read_bytes() + b"- {verdict: written, key: a}\n")
    with pytest.raises(DataError, match="claim: found"):
        log.read(path)
