"""Checks of what is proposed: correct replies pass, and what is spoilt is refused for the right reason.

What no check can know passes, and is what a person is for: a wrong relation between two ends that it fits, a wrong
neighbour that the same sentence names, a number or a year of the sentence that belongs to another, ends turned round
where the classes allow it, a plan taken for a fact, and a sentence that says something else of the same two.
"""

from __future__ import annotations

import copy
import functools
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import gold_replies
import pytest
import spoiling_ends  # noqa: F401 - adds its ways
from gold_replies import HALVES
from spoiling import STRANGER, WAYS, Case, Way

from rareearth import checks
from rareearth.dataset import Dataset
from rareearth.models import Source
from rareearth.proposals.checking.reasons import Reason
from rareearth.proposals.inbox import Proposals
from rareearth.proposals.model import strict
from rareearth.proposals.model.replies import Replies
from rareearth.proposals.rules.propose import Index, propose

MODEL = "small"


@functools.cache
def known() -> Dataset:
    return checks.load()


def before(source: Source) -> Proposals:
    """What is known of a text when a model is asked: the names of records as the gold has them."""
    return Proposals(gold_replies.article(source), tuple(gold_replies.mentions(source, known())))


def read(start: Proposals, reply: Any) -> Replies:
    """What is made of a reply, given as a value."""
    replies = Replies(start, MODEL, known().ontology, known())
    replies.read(strict.said(json.dumps(reply)))
    return replies


@dataclass(frozen=True)
class Correct:
    """A text with the correct claims that pass, as a reply says them, and those that do not, with the reason."""

    source: Source
    entities: list[dict[str, Any]]
    passed: list[tuple[dict[str, Any], int]]
    refused: list[str]

    @property
    def id(self) -> str:
        return self.source.id


def correct(source: Source, start: Proposals) -> Correct:
    reply = gold_replies.reply(source, known())
    passed, refused = [], []
    for number, claim in enumerate(reply["claims"]):
        found = read(start, {"entities": reply["entities"], "claims": [claim]})
        refused += [f"{source.id}: {one.claim} ({one.reason})" for one in found.refused]
        passed += [(claim, number)] if found.proposals else []
    return Correct(source, reply["entities"], passed, refused)


@functools.cache
def texts(half: str) -> list[Correct]:
    return [correct(source, before(source)) for source in gold_replies.sources(half)]


# ---- what is right passes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", HALVES)
def test_correct_replies_pass(half: str) -> None:
    """At most two in a hundred are refused; the message has them."""
    refused = [line for text in texts(half) for line in text.refused]
    total = len(refused) + sum(len(text.passed) for text in texts(half))
    assert total > 150
    assert len(refused) <= 0.02 * total, "\n".join(refused)


@pytest.mark.slow
def test_correct_replies_pass_with_the_names_that_the_rules_found() -> None:
    index = Index.of(known())
    made = [
        correct(source, propose(gold_replies.article(source), index))
        for half in HALVES
        for source in gold_replies.sources(half)
    ]
    refused = [line for text in made for line in text.refused]
    assert len(refused) <= 0.02 * (len(refused) + sum(len(text.passed) for text in made)), "\n".join(refused)


# ---- what is spoilt is refused ------------------------------------------------------------------------------------


def spoilt(text: Correct, other: Correct, way: Way) -> tuple[Counter[str], list[str]]:
    """The reasons for which the claims of a text are refused when each is spoilt, and those that are not right."""
    entities = copy.deepcopy(text.entities)
    claims, names = [], []
    model_claims = gold_replies.claims(text.source)
    for said, number in text.passed:
        article = gold_replies.article(text.source)
        other_article = gold_replies.article(other.source)
        case = Case(said, model_claims[number], article, other_article, known(), entities, number)
        if way.change(case):
            claims.append(case.said)
            names.append(f"{text.id}: {json.dumps(case.said, ensure_ascii=False)}")
    found = read(before(text.source), {"entities": entities, "claims": claims})
    reasons = [str(one.reason) for one in found.refused]
    wrong = [f"passed: {one.claim}" for one in found.proposals]
    wrong += [f"{reason}: {name}" for reason, name in zip(reasons, names, strict=False) if reason not in way.reasons]
    assert len(found.proposals) + len(reasons) == len(claims)
    return Counter(reasons), wrong


def without_stranger(half: str) -> list[Correct]:
    """The texts that do not mention the record that is used as one that they lack."""
    name = known().entities[STRANGER].name
    return [text for text in texts(half) if name not in gold_replies.article(text.source).text]


@pytest.mark.parametrize("name", WAYS)
def test_what_is_spoilt_is_refused_for_the_right_reason(name: str) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for half in HALVES:
        made = without_stranger(half)
        for number, text in enumerate(made):
            found, not_right = spoilt(text, made[number - 1], WAYS[name])
            counts += found
            wrong += not_right
    assert not wrong, "\n".join(wrong[:5])
    assert counts, "nothing could be spoilt in this way"


def test_there_are_many_ways() -> None:
    assert len(WAYS) >= 40
    assert {reason for way in WAYS.values() for reason in way.reasons} >= set(Reason) - {
        Reason.SPAN, Reason.TEXT, Reason.MACHINE,
    }  # fmt: skip
