"""A review: what keys decide is kept at once, and what was taken is written into the data, all of it or nothing."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
from datetime import date
from pathlib import Path

import pytest
from conftest import Folder

from rareearth import checks, ontology, saving
from rareearth import dataset as datasets
from rareearth.dataset import Dataset
from rareearth.errors import DataError, RareEarthError
from rareearth.models import Claim, Evidence
from rareearth.proposals.inbox import Article, Mention, NewName, Proposal, Proposals, Suggestion
from rareearth.proposals.review import accepting
from rareearth.proposals.review import log as logs
from rareearth.proposals.review import page as marked
from rareearth.proposals.review.decisions import Decision, Decisions, OnClaim
from rareearth.proposals.review.log import Log
from rareearth.proposals.review.session import REASONS, Review
from rareearth.sentences import fingerprint

TODAY = date(2026, 11, 27)
TEXT = "Ore Works bought 20 per cent of Hollin Metals in 2024. Ann Lee leads the Mine School."
FIRST, SECOND = (0, 54), (55, 85)


def at(span: tuple[int, int]) -> Evidence:
    return Evidence(start=span[0], end=span[1], fingerprint=fingerprint(TEXT[span[0] : span[1]]))


def proposals(**article: str) -> Proposals:
    head = {"title": "A deal", "publisher": "daily-ore", "url": "https://example.org/deal", "language": "en", **article}
    bought = Claim(
        source="deal", subject="ore-works", relation="acquired", object="hollin-metals", when="2024",
        qualifiers=(("share", "20"),), at=(at(FIRST),),
    )  # fmt: skip
    leads = Claim(source="deal", subject="ann-lee", relation="leads", object="mine-school", at=(at(SECOND),))
    others = (Suggestion(relation="ownsShareOf", score=0.4), Suggestion(relation="supplies", turned=True, score=0.2))
    return Proposals(
        Article(id="deal", text=TEXT, **{k: v for k, v in head.items() if v}),
        mentions=(
            Mention(entity="ore-works", start=0, end=9, how="name"),
            Mention(entity="hollin-metals", start=32, end=45, how="new"),
            Mention(entity="ann-lee", start=55, end=62, how="name"),
            Mention(entity="mine-school", start=73, end=84, how="name"),
        ),
        new=(NewName(id="hollin-metals", kind="Company", name="Hollin Metals", near=("ore-works",)),),
        proposals=(Proposal(claim=bought, score=0.9, others=others), Proposal(claim=leads, score=0.8)),
    )


def begun(
    folder: Folder, found: Proposals | None = None, decided: Decisions | None = None
) -> tuple[Review, list[Decision]]:
    written: list[Decision] = []
    state = Review(found or proposals(), decided or Decisions(), folder.dataset(), written.append, TODAY)
    return state, written


def accepted(folder: Folder, decided: Decisions, found: Proposals | None = None) -> accepting.Accepted:
    return accepting.accept(folder.data, found or proposals(), decided, ontology.read())


def test_new_names_come_first_and_what_is_known_last(folder: Folder) -> None:
    state, _ = begun(folder)
    assert isinstance(state.current, NewName)
    assert [i.claim.relation for i in state.items[1:] if isinstance(i, Proposal)] == ["acquired", "leads"]
    known = state.items[2]
    assert isinstance(known, Proposal)
    assert [c.source for c in state.known(known)] == ["daily"]
    assert (state.adds(state.items[1]), state.adds(known)) == ("a new tie", "a further source")  # type: ignore[arg-type]


def test_what_is_taken_is_in_the_data_with_its_record(folder: Folder) -> None:
    before = (folder.data / "sources" / "daily.yaml").read_bytes()
    state, _ = begun(folder)
    state.name("record", kind="Company", called="Hollin Metals Ltd")
    state.take()
    state.take()
    done = accepted(folder, state.decided)
    assert (len(done.claims), [record.id for record in done.records]) == (2, ["hollin-metals"])
    data = folder.dataset()
    assert data.entities["hollin-metals"].name == "Hollin Metals Ltd"
    [bought] = [c for c in data.claims if c.relation == "acquired"]
    assert (bought.when, dict(bought.qualifiers), bought.at) == ("2024", {"share": "20"}, (at(FIRST),))
    assert data.sources["deal"].names == (("hollin-metals", ("Hollin Metals",)),)
    assert (folder.data / "sources" / "daily.yaml").read_bytes() == before
    again = accepted(folder, state.decided)
    assert (again.claims, again.files, len(again.done)) == ((), (), 2), "what is there is not written twice"


def test_a_new_name_may_be_a_record_or_no_name(folder: Folder) -> None:
    state, _ = begun(folder)
    state.name("is", "ore-works-ltd")
    state.take()
    assert [record.id for record in accepted(folder, state.decided).records] == []
    assert ("ore-works", "acquired", "ore-works-ltd") in {
        (c.subject, c.relation, c.object) for c in checks.load(folder.data).claims
    }
    state, _ = begun(folder)
    state.name("no name")
    assert [i.claim.relation for i in state.items[1:] if isinstance(i, Proposal)] == ["leads"]


def test_another_suggestion_another_direction_another_value(folder: Folder) -> None:
    state, written = begun(folder)
    state.name("record")
    state.take(2)
    state.back()
    state.edit("share", "")
    state.take()
    [_, second, undone, third] = written
    assert isinstance(second, OnClaim)
    assert (second.claim, second.proposed) == (
        "ore-works ownsShareOf hollin-metals",
        "ore-works acquired hollin-metals",
    )
    assert isinstance(undone, OnClaim)
    assert undone.verdict == "open"
    assert isinstance(third, OnClaim)
    assert "share" not in third.fields
    assert (state.tally.taken, state.tally.changed) == (1, 1)


def test_another_relation_keeps_the_details_that_were_changed(folder: Folder) -> None:
    state, written = begun(folder)
    state.name("record")
    state.edit("when", "")
    state.edit("share", "")
    assert [(c.relation, c.when, c.qualifiers) for c in state.suggestions(state.items[1])] == [  # type: ignore[arg-type]
        ("acquired", None, ()),
        ("ownsShareOf", None, ()),
        ("supplies", None, ()),
    ]
    state.take(2)
    assert isinstance(written[-1], OnClaim)
    assert set(written[-1].fields) == {"at"}


def test_what_was_left_for_later_is_asked_again(folder: Folder) -> None:
    found = proposals().proposals[1]
    one = OnClaim(verdict="later", key=found.key, claim="ann-lee leads mine-school", fields={}, on=TODAY)
    assert found in begun(folder, decided=Decisions(claims={one.key: one}))[0].items


@pytest.mark.parametrize(("key", "reason"), REASONS.items())
def test_a_no_has_a_reason(folder: Folder, key: str, reason: str) -> None:
    state, written = begun(folder)
    state.later()
    state.refuse(key)
    assert isinstance(written[-1], OnClaim)
    assert (written[-1].verdict, written[-1].reason, state.tally.refused[reason]) == ("no", reason, 1)
    again, _ = begun(folder, decided=state.decided)
    assert [i.claim.relation for i in again.items if isinstance(i, Proposal)] == ["leads"]


def test_what_the_sentence_does_not_say_cannot_be_taken(folder: Folder) -> None:
    state, written = begun(folder)
    state.later()
    state.edit("share", "25")
    with pytest.raises(RareEarthError, match="cannot be taken"):
        state.take()
    with pytest.raises(RareEarthError, match="when: found 'soon'"):
        state.edit("when", "soon")
    assert written == []


def test_a_review_shows_what_the_claim_would_contradict(folder: Folder) -> None:
    folder.change(
        "sources/daily.yaml", "  - bob-ray affiliatedWith", "  - bob-ray chairs mine-school\n  - bob-ray affiliatedWith"
    )
    claim = Claim(source="deal", subject="ann-lee", relation="chairs", object="mine-school", at=(at(SECOND),))
    state, _ = begun(
        folder, Proposals(proposals().article, proposals().mentions, (), (Proposal(claim=claim, score=1),))
    )
    assert [(c.subject, c.relation) for c in state.conflicts(claim)] == [("bob-ray", "chairs")]  # type: ignore[arg-type]


def test_decisions_survive_a_second_run_and_a_name_that_became_a_record(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path) as log:
        decided = logs.read(path)
        state = Review(proposals(), decided, folder.dataset(), log.add, TODAY, "Ann")
        state.name("is", "ore-works-ltd")
        state.take()
    again = logs.read(path)
    assert again.names == decided.names
    assert again.claims == decided.claims
    moved = proposals().proposals[0]
    spans = (dataclasses.replace(at(FIRST), start=7, end=61),)
    renamed = moved.claim.model_copy(update={"object": "ore-works-ltd", "at": spans})
    found = again.of(Proposal(claim=renamed, score=0.1))
    assert found is not None
    assert found.verdict == "take"
    other = moved.claim.model_copy(update={"relation": "ownsShareOf"})
    assert [d.claim for d in again.on_same(Proposal(claim=other, score=0.1))] == ["ore-works acquired hollin-metals"]


def test_a_line_that_was_not_finished_does_not_count_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    whole = OnClaim(verdict="no", key="a" * 12, claim="a b c", fields={}, reason="not said", on=TODAY)
    with Log(path) as log:
        log.add(whole)
    path.write_bytes(path.read_bytes() + b"- {verdict: take, key: 0123")
    found = logs.read(path)
    assert list(found.claims) == ["a" * 12]
    assert "the last line is not complete" in found.notes[0]
    with Log(path) as log:
        log.add(whole.model_copy(update={"key": "b" * 12}))
    assert list(logs.read(path).claims) == ["a" * 12, "b" * 12]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- {verdict: maybe, key: a, claim: a b c, on: 2026-01-01}", "2: verdict: found 'maybe'"),
        ("- take", "2: is no decision"),
        ("- {verdict: take, key: a}", "2: claim: found"),
        ("verdict: take", "1: is not a list of decisions"),
    ],
)
def test_a_line_that_is_no_decision_is_refused_at_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "deal.decisions.yaml"
    path.write_text(f"# mine\n{line}\n" if line.startswith("-") else f"{line}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        logs.read(path)
    assert message in str(caught.value)


def test_two_reviews_of_one_article_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "deal.decisions.yaml"
    with Log(path), pytest.raises(RareEarthError, match="being reviewed elsewhere"), Log(path):
        pass


def test_a_full_disk_loses_no_earlier_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deal.decisions.yaml"
    decision = OnClaim(verdict="later", key="a" * 12, claim="a b c", fields={}, on=TODAY)
    with Log(path) as log:
        log.add(decision)
        before = path.read_bytes()
        write = os.write
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:5]))
        with pytest.raises(RareEarthError, match="the decision was not written"):
            log.add(decision)
        monkeypatch.undo()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("article", "message"),
    [
        ({"url": ""}, "has no url"),
        ({"title": "", "publisher": ""}, "has no title, publisher"),
        ({"publisher": "nobody"}, "no record 'nobody'"),
    ],
)
def test_what_a_source_needs_is_asked_for(folder: Folder, article: dict[str, str], message: str) -> None:
    found = proposals(**article)
    state, _ = begun(folder, found)
    state.later()
    state.take()
    before = tree(folder.data)
    with pytest.raises(RareEarthError, match=message):
        accepted(folder, state.decided, found)
    assert tree(folder.data) == before


def test_a_source_with_another_text_is_left_alone(folder: Folder) -> None:
    state, _ = begun(folder)
    state.later()
    state.take()
    head = "source:\n  title: A\n  publisher: daily-ore\n  url: https://example.org/deal\n  language: en\n"
    folder.write("sources/deal.yaml", head + "claims:\n  - ann-lee leads ore-works\n")
    with pytest.raises(DataError, match=r"deal\.yaml:1: has no text"):
        accepted(folder, state.decided)


def test_a_file_that_changed_meanwhile_is_left_alone(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    state, _ = begun(folder)
    state.name("record")
    state.take()
    load = checks.load

    def changing(data: Path | None = None, declared: Path | None = None) -> Dataset:
        path = folder.data / "entities" / "all.yaml"
        folder.write("entities/all.yaml", b"# mine\n" + path.read_bytes())
        return load(data, declared)

    monkeypatch.setattr(checks, "load", changing)
    with pytest.raises(RareEarthError, match="was changed meanwhile"):
        accepted(folder, state.decided)
    assert not (folder.data / "sources" / "deal.yaml").exists()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def _killed_at(data: Path, decided: Decisions, step: int) -> None:
    """Accept in a process that is killed when it is about to replace a file for the ``step``-th time."""
    seen = iter(range(1000))
    replace = os.replace

    def replacing(source: str, target: str) -> None:
        if next(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    saving.os.replace = replacing  # type: ignore[assignment]
    accepting.accept(data, proposals(), decided, ontology.read())


def test_a_kill_at_any_step_loses_nothing_and_can_be_taken_up(folder: Folder) -> None:
    state, _ = begun(folder)
    state.name("record")
    state.take()
    state.take()
    alone = "6: no claim mentions 'hollin-metals'; add one, or delete the record"
    for step in range(3):
        process = multiprocessing.get_context("fork").Process(
            target=_killed_at, args=(folder.data, state.decided, step)
        )
        process.start()
        process.join()
        for name in ("sources/daily.yaml", "identities.yaml"):
            assert (folder.data / name).exists()
        problems = checks.problems(datasets.read(ontology.read(), folder.data))
        assert [str(one).partition("all.yaml:")[2] for one in problems] in ([], [alone]), "only the record is there"
    accepted(folder, state.decided)
    data = folder.dataset()
    assert "hollin-metals" in data.entities
    assert sum(c.source == "deal" for c in data.claims) == 2


def test_the_page_is_safe_and_loads_nothing(folder: Folder) -> None:
    text = "Ore Works <script>alert(1)</script> & others bought Hollin."
    article = proposals().article.model_copy(update={"text": text, "title": "<b>A</b>"})
    mention = Mention(entity="ore-works", start=0, end=9, how="name")
    page = marked.page(Proposals(article, (mention,)), folder.dataset().ontology)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; others" in page
    assert '<mark title="ore-works">Ore Works</mark>' in page
    assert "http" not in page.replace(str(article.url), "")
    assert "<ul" not in page


def test_the_page_marks_what_says_a_claim_and_names_its_parts(folder: Folder) -> None:
    article = proposals(language="zh").article
    page = marked.page(dataclasses.replace(proposals(), article=article), folder.dataset().ontology)
    assert '<html lang="en">' in page
    assert '<section><p lang="zh"><span id="s0" class="said">' in page
    assert '<ul aria-label="Claims of this paragraph"><li><a href="#s0">ore-works acquired hollin-metals</a>' in page
    assert "4 mentions, 1 new name, 2 proposals" in page
    assert page.rstrip().endswith("</main>")
