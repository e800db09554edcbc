"""What a model says, as JSON that nobody can misread, and replies of any shape."""

from __future__ import annotations

import functools
import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL, Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import checks
from rareearth.dataset import Dataset
from rareearth.proposals.checking.reasons import Reason
from rareearth.proposals.inbox import Article, Mention, Proposals
from rareearth.proposals.model import strict
from rareearth.proposals.model.replies import Replies

GOOD = '{"entities": [], "claims": []}'
TEXT = "Ann Lee leads the Mine School. Ore Works has 12 mines."
ENTITIES = [
    {"key": "lee", "class": "Person", "name": "Ann Lee", "same_as": "ann-lee"},
    {"key": "school", "class": "University", "name": "Mine School", "same_as": "mine-school"},
]
CLAIM = {"subject": "lee", "relation": "leads", "object": "school", "quote": "Ann Lee leads the Mine School."}


@pytest.mark.parametrize(
    "said",
    [
        GOOD,
        f"\n  {GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}```",
        f"Here it is:\n```JSON\n{GOOD}\n```\nShall I go on?",
        f"Here it is: {GOOD} – that is all.",
        f"<think>They want {{}} or ```json\n[]\n```.</think>\n{GOOD}",
        f"They want </think> or so. </think>{GOOD}",
        f"\ufeff{GOOD}",
    ],
)
def test_the_object_is_found_in_what_is_said(said: str) -> None:
    assert strict.said(said) == {"entities": [], "claims": []}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "it has no JSON object"),
        ("There are no claims.", "it has no JSON object"),
        ("[]", "it has no JSON object"),
        ("} {", "it has no JSON object"),
        ("<think>They want an object {}", "it has thoughts without an end"),
        (GOOD[:-1], "it has no JSON object"),
        (f'{GOOD[:-2]}, "x": {{}}', "it is no JSON from character "),
        (f"{GOOD}{GOOD}", "it is no JSON from character "),
        (f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```", "it has several texts in fences"),
        ("{'claims': []}", "it is no JSON from character 1"),
        ('{"claims": [],}', "it is no JSON from character "),
        ('{"claims": [] // none\n}', "it is no JSON from character "),
        ('{"claims": [], "claims": []}', "it has the key 'claims' twice"),
        ('{"claims": [{"share": 1, "share": 2}]}', "it has the key 'share' twice"),
        ('{"claims": NaN}', "it has NaN, which is no number"),
        ('{"claims": [-Infinity]}', "it has -Infinity, which is no number"),
        ('{"claims": ' + "9" * 5_000 + "}", "it has a number of 5000 digits"),
        ('{"claims": ' + "[" * 20 + "]" * 20 + "}", "it is nested too deeply"),
        ('{"claims": ' + "[" * 200_000 + "]" * 200_000 + "}", "it is nested too deeply"),
        ('{"claims": "a\nb"}', "it is no JSON from character "),
    ],
)
def test_what_can_be_misread_is_refused(said: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        strict.said(said)


def test_numbers_are_exact() -> None:
    assert strict.loads('{"share": 0.1, "count": 12, "large": 1e400}') == {
        "share": Decimal("0.1"), "count": 12, "large": Decimal("1e400"),
    }  # fmt: skip


_leaves = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text()
_flat = st.lists(_leaves, max_size=3) | st.dictionaries(st.text(), _leaves, max_size=3)


@given(_leaves | _flat | st.lists(_flat) | st.dictionaries(st.text(), _flat))
def test_what_is_plain_json_is_read_as_it_is(value: Any) -> None:
    assert strict.loads(json.dumps(value)) == value


# ---- replies of any shape -----------------------------------------------------------------------------------------


@pytest.fixture
def small(folder: Folder) -> Dataset:
    return folder.dataset()


@functools.cache
def _small() -> Dataset:
    """The same data for all examples of a property."""
    with tempfile.TemporaryDirectory() as place:
        for name, content in SMALL.items():
            path = Path(place, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return checks.load(Path(place))


def read(dataset: Dataset, reply: Any, text: str = TEXT) -> Replies:
    places = {"Ann Lee": "ann-lee", "Mine School": "mine-school"}
    found = [Mention(entity=i, start=text.find(n), end=text.find(n) + len(n), how="name") for n, i in places.items()]
    before = Proposals(Article(id="a", language="en", text=text), tuple(found))
    replies = Replies(before, "small", dataset.ontology, dataset)
    replies.read(strict.loads(json.dumps(reply)))
    return replies


def test_a_right_reply_is_a_proposal(small: Dataset) -> None:
    found = read(small, {"entities": ENTITIES, "claims": [CLAIM]}).result()
    assert [(one.claim.subject, one.claim.relation, one.claim.object) for one in found.proposals] == [
        ("ann-lee", "leads", "mine-school")
    ]
    assert found.proposals[0].by == ("small",)
    assert found.proposals[0].claim.at[0].end == TEXT.index(" Ore Works")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ([], "it has no list of claims"),
        ("claims", "it has no list of claims"),
        ({}, "it has no list of claims"),
        ({"claims": None}, "it has no list of claims"),
        ({"claims": {"0": CLAIM}}, "it has no list of claims"),
        ({"entities": "none", "claims": []}, "its entities are no list"),
        ({"entities": {"lee": {}}, "claims": []}, "its entities are no list"),
        ({"entities": ENTITIES, "claims": [CLAIM] * 1_001}, "it has 1,001 entities or claims, more than 1,000"),
        ({"entities": ENTITIES * 501, "claims": [CLAIM]}, "it has 1,002 entities or claims, more than 1,000"),
    ],
)
def test_a_reply_of_another_shape_is_refused_as_a_whole(small: Dataset, reply: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(small, reply)


def test_a_claim_that_is_said_again_and_again_is_read(small: Dataset) -> None:
    assert len(read(small, {"entities": ENTITIES, "claims": [CLAIM] * 1_000}).proposals) == 1_000


@pytest.mark.parametrize("item", [None, 7, "ann-lee leads mine-school", [CLAIM], [], True])
def test_a_claim_of_another_shape_is_refused_and_the_others_are_not(small: Dataset, item: Any) -> None:
    found = read(small, {"entities": [*ENTITIES, item], "claims": [item, CLAIM]})
    assert {one.reason for one in found.refused} == {Reason.SHAPE}
    assert len(found.refused) == 2
    assert len(found.proposals) == 1


@pytest.mark.parametrize("word", [None, "", " ", "null", "None", "n/a", "unknown"])
def test_what_is_absent_may_be_said_in_several_ways(small: Dataset, word: str | None) -> None:
    claim = {**CLAIM, "role": word, "when": word, "by": word, "certainty": word}
    [proposal] = read(small, {"entities": ENTITIES, "claims": [claim]}).proposals
    assert (proposal.claim.qualifiers, proposal.claim.when, proposal.claim.by) == ((), None, None)


def test_a_new_name_gets_an_id_that_no_record_has(small: Dataset) -> None:
    text = "Ann Lee leads Bob Ray. Ann Lee leads BOB RAY."
    entities = [ENTITIES[0], {"key": "ray", "class": "Company", "name": "Bob Ray", "same_as": None}]
    found = read(small, {"entities": entities, "claims": [{**CLAIM, "object": "ray", "quote": text[:22]}]}, text)
    [proposal] = found.result().proposals
    assert proposal.claim.object == "bob-ray-2"
    assert [(one.id, one.name) for one in found.result().new] == [("bob-ray-2", "Bob Ray")]
    assert [one.start for one in found.result().mentions if one.entity == "bob-ray-2"] == [14, 37]


def test_a_record_that_the_text_lacks_is_a_new_name_near_to_it(small: Dataset) -> None:
    """Its name is another one; a person decides whether it is the same."""
    entities = [ENTITIES[0], {"key": "o", "class": "Organization", "name": "Ore Works", "same_as": "ore-works"}]
    text = "Ann Lee leads Ore Works."
    found = read(small, {"entities": entities, "claims": [{**CLAIM, "object": "o", "quote": text}]}, text)
    [name] = found.result().new
    assert (name.name, name.near) == ("Ore Works", ("ore-works",))


def test_a_longer_name_is_marked_around_the_names_in_it(small: Dataset) -> None:
    text = "Ann Lee leads the Mine School of Oreville."
    entities = [ENTITIES[0], {"key": "s", "class": "University", "name": "Mine School of Oreville", "same_as": None}]
    found = read(small, {"entities": entities, "claims": [{**CLAIM, "object": "s", "quote": text}]}, text).result()
    assert [(one.entity, text[one.start : one.end]) for one in found.mentions] == [
        ("ann-lee", "Ann Lee"),
        ("mine-school-of-oreville", "Mine School of Oreville"),
        ("mine-school", "Mine School"),
    ]


def test_a_model_that_means_another_record_is_not_overruled(small: Dataset) -> None:
    """The rules took the words for one record, the model takes them for another: a person decides."""
    text = "Ann Lee leads the Mine School."
    entities = [ENTITIES[0], {"key": "s", "class": "University", "name": "the Mine School", "same_as": "ore-works"}]
    found = read(small, {"entities": entities, "claims": [{**CLAIM, "object": "s", "quote": text}]}, text).result()
    assert [(one.claim.object, found.new[0].near) for one in found.proposals] == [("the-mine-school", ("ore-works",))]
    entities[1]["name"] = "Mine School"
    found = read(small, {"entities": entities, "claims": [{**CLAIM, "object": "s", "quote": text}]}, text).result()
    assert [(one.claim.object, found.new[0].near) for one in found.proposals] == [("mine-school-2", ("ore-works",))]


_words = st.text(max_size=6) | st.sampled_from(["lee", "school", "leads", "ann-lee", "2026", "12", "\u202e", "\ud800"])
_values = st.none() | st.booleans() | st.integers() | _words | st.lists(_words, max_size=2)
_names = st.sampled_from(
    ["key", "class", "name", "same_as", *CLAIM, "more_quotes", "kind", "by", "when", "share", "role"]
)
_items = _values | st.dictionaries(_names | st.text(max_size=3), _values, max_size=8)
_spoilt = _items | st.dictionaries(_names, _values, max_size=3).map(lambda changes: {**CLAIM, **changes})


@given(st.lists(_spoilt, max_size=4), st.lists(_items, max_size=3))
def test_no_reply_breaks_the_reader(claims: list[Any], entities: list[Any]) -> None:
    """Each claim is a proposal or a refusal, whatever the items are."""
    found = read(_small(), {"entities": [*ENTITIES, *entities], "claims": claims})
    assert len(found.proposals) + len(found.refused) >= len(claims)
    for proposal in found.proposals:
        assert (proposal.claim.subject, proposal.claim.relation, proposal.claim.object) == (
            "ann-lee", "leads", "mine-school",
        )  # fmt: skip
