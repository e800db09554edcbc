"""A scripted model on the first half of the gold: from its answers to what ``score --inbox`` measures of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gold_replies
import pytest
from conftest import Command
from model_server import Asked, Response, completion, serving

from rareearth.models import Source
from rareearth.proposals import inbox, proposing
from rareearth.proposals.articles.article import Stated
from rareearth.proposals.checking.quotes import Quotes
from rareearth.proposals.inbox import Proposals
from rareearth.proposals.model import asking
from rareearth.proposals.rules.propose import Index

GOLD = gold_replies.FOLDER / "first"
pytestmark = pytest.mark.slow


@functools.cache
def rules() -> proposing.Proposer:
    return proposing.Proposer.of(None)


def reply(source: Source) -> dict[str, Any]:
    return gold_replies.reply(source, rules().index.dataset)


def source_of(request: Asked) -> Source:
    """The source of the article that a request is about, by its first line."""
    return next(s for s in gold_replies.sources("first") if request.part.startswith(_headline(s)))


def _headline(source: Source) -> str:
    return gold_replies.article(source).text.partition("\n")[0]


Answers = Callable[[Source], dict[str, Any]]


def scored(folder: Path, run: Command, answer: Answers, alone: bool = True) -> dict[str, Any]:
    """What ``score`` prints of an inbox that a model made, with the rules or from their mentions alone."""

    def script(request: Asked) -> Response:
        return Response(body=completion(json.dumps(answer(source_of(request)), ensure_ascii=False)))

    with serving(script) as model:
        endpoint = asking.Endpoint(model.url, "small", timeout=20, retries=0)

        def add(proposals: Proposals, index: Index) -> asking.Added:
            start = Proposals(proposals.article, proposals.mentions, proposals.new) if alone else proposals
            return asking.add(start, endpoint, index.dataset.ontology, index.dataset)

        proposer = proposing.Proposer(rules().index, rules().known, rules().state, add, "small")
        for source in gold_replies.sources("first"):
            stated = Stated(id=source.id, published=source.published, language=source.language)
            raw = gold_replies.article(source).text.encode()
            found = proposer.of_bytes(raw, proposing.Task(None, source.id), stated)
            assert found.fault == ""
            inbox.save(folder, found.proposals, rules().index.dataset.ontology)
    done = run("score", GOLD, "--inbox", folder, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    table = run("score", GOLD, "--inbox", folder).stdout.splitlines()
    printed["invented"] = int(table[-1].split()[0])
    return dict(printed)


def values(found: dict[str, Any]) -> dict[str, float]:
    return {one["name"]: one["value"] for one in found["measures"] if one["value"] is not None}


PAIRS = ("pair is a candidate", "relation, first", "relation among three")  # less than all: the rules link some names
DETAILS = ("value with its relation", "kind", "stance", "status", "time", "share", "amount")


def test_a_model_that_answers_all_correct_scores_near_one(tmp_path: Path, run: Command) -> None:
    found = scored(tmp_path, run, reply)
    measured = values(found)
    assert {name: measured[name] for name in DETAILS if measured[name] < 0.95} == {}
    assert {name: measured[name] for name in PAIRS if measured[name] < 0.93} == {}
    assert found["invented"] <= 2


def test_the_rules_do_not_hide_what_a_model_says(tmp_path: Path, run: Command) -> None:
    measured = values(scored(tmp_path, run, reply, alone=False))
    assert {name: measured[name] for name in PAIRS if measured[name] < 0.93} == {}
    assert {name: measured[name] for name in ("kind", "status") if measured[name] < 0.95} == {}


def spoilt(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answers:
    def answer(source: Source) -> dict[str, Any]:
        right = reply(source)
        return {**right, "claims": [change(claim) for claim in right["claims"]]}

    return answer


def test_a_model_that_invents_its_quotes_scores_nothing(tmp_path: Path, run: Command) -> None:
    found = scored(tmp_path, run, spoilt(lambda claim: {**claim, "quote": "They have agreed on everything."}))
    measured = values(found)
    assert measured["pair is a candidate"] == measured["relation, first"] == measured["relation among three"] == 0
    assert found["invented"] == 0
    refused = [one for path in tmp_path.glob("*.yaml") for one in _read(path).refused]
    assert len(refused) == len(gold_replies.gold("first").claims)


def test_a_wrong_relation_of_the_right_two_is_no_right_one(tmp_path: Path, run: Command) -> None:
    """No check can know it; the measures do."""
    ontology, actor = rules().index.dataset.ontology, "Actor"
    used = {claim.relation for claim in gold_replies.gold("first").claims}
    wrong = next(
        name for name, one in sorted(ontology.relations.items())
        if name not in used and not one.literal and ontology.is_a(actor, one.domain) and ontology.is_a(actor, one.range)
    )  # fmt: skip
    plain = ("subject", "object", "quote", "more_quotes")
    found = scored(tmp_path, run, spoilt(lambda claim: {**{n: claim[n] for n in plain}, "relation": wrong}))
    measured = values(found)
    assert measured["pair is a candidate"] > 0.2
    assert measured["relation, first"] == measured["relation among three"] == 0


def test_a_claim_from_a_sentence_that_says_nothing_is_counted(tmp_path: Path, run: Command) -> None:
    """Both ends are in the article, so that the checks let it pass with a warning."""

    def answer(source: Source) -> dict[str, Any]:
        right, text = reply(source), gold_replies.article(source).text
        cited = {(one.start, one.end) for claim in gold_replies.claims(source) for one in claim.at}
        silent = [text[start:end] for start, end in Quotes(text).spans if (start, end) not in cited]
        plain = [{n: claim[n] for n in ("subject", "relation", "object")} for claim in right["claims"]]
        return {**right, "claims": [{**claim, "quote": silent[0]} for claim in plain if silent]}

    found = scored(tmp_path, run, answer)
    total = sum(len(_read(path).proposals) for path in tmp_path.glob("*.yaml"))
    assert found["invented"] == total > 100
    assert all(one.warnings for path in tmp_path.glob("*.yaml") for one in _read(path).proposals)


def _read(path: Path) -> Proposals:
    return inbox.read(path, rules().index.dataset.ontology)
