"""Families of wordings that are read alike: two that are meant at once, coined topics, what has no name."""

from __future__ import annotations

import pytest
from conftest import Folder, small

from rareearth.proposals.inbox import Article, Proposals
from rareearth.proposals.rules.propose import Index, propose

RECORDS = """\
Company:
  ore-works:
    name: Ore Works Co., Ltd.
    zh: 奥勒稀土集团有限公司
  pit-metals:
    name: Pit Metals
    zh: 皮特金属有限公司
Person:
  ann-lee:
    name: Ann Lee
    zh: 李安娜
City:
  oreville:
    name: Oreville
Publisher:
  daily-ore:
    name: Daily Ore
"""
SOURCE = """\
source:
  title: "[Ore Works]"
  publisher: daily-ore
  url: https://example.org/1
  language: en
claims:
  - ann-lee manages ore-works
  - ore-works supplies pit-metals
  - ore-works headquarteredIn oreville
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made: Folder = small(tmp_path_factory.mktemp("families"))
    for path in made.data.rglob("*.yaml"):
        path.unlink()
    made.write("entities/all.yaml", RECORDS)
    made.write("sources/one.yaml", SOURCE)
    return Index.of(made.dataset())


def read(index: Index, text: str, language: str = "en") -> Proposals:
    return propose(
        Article(id="it", title="It", publisher="daily-ore", language=language, kind="trade-news", text=text), index
    )


def meant(found: Proposals) -> dict[str, set[str]]:
    text, given = found.article.text, dict[str, set[str]]()
    for mention in found.mentions:
        given.setdefault(text[mention.start : mention.end], set()).add(mention.entity)
    return given


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ore Works met Pit Metals in Oreville. The two will build a plant.", "en"),
        ("奥勒稀土集团与皮特金属有限公司举行会谈。双方将共建工厂。", "zh"),
    ],
)
def test_both_are_the_two_that_were_named(index: Index, text: str, language: str) -> None:
    found = read(index, text, language)
    referred = {mention.entity for mention in found.mentions if mention.how == "reference"}
    assert referred == {"ore-works", "pit-metals"}


def test_both_are_nobody_where_only_one_was_named(index: Index) -> None:
    found = read(index, "Ore Works has grown. The two will build a plant.")
    assert not [mention for mention in found.mentions if mention.how == "reference"]


def test_a_noun_means_whom_the_text_introduced_by_it(index: Index) -> None:
    text = "Pit Metals, a recycler, sells to Ore Works. Ore Works has grown. The recycler is in Oreville."
    assert meant(read(index, text))["The recycler"] == {"pit-metals"}


@pytest.mark.parametrize(
    ("text", "topic", "language"),
    [
        ("Ore Works lacks trained chemists.", "trained chemists", "en"),
        ("High power prices hamper Ore Works.", "High power prices", "en"),
        ("奥勒稀土集团缺乏检测标准。", "检测标准", "zh"),
    ],
)
def test_topics_are_coined(index: Index, text: str, topic: str, language: str) -> None:
    found = read(index, text, language)
    (name,) = [one for one in found.new if topic in (one.name, one.zh)]
    assert index.dataset.ontology.is_a(name.kind, "Topic")
    assert any(name.id in (one.claim.subject, one.claim.object) for one in found.proposals)


@pytest.mark.parametrize("text", ["Ore Works lacks it.", "Ore Works lacks.", "Nobody lacks trained chemists."])
def test_nothing_is_coined_of_small_words_or_for_nobody(index: Index, text: str) -> None:
    assert read(index, text).new == ()


@pytest.mark.parametrize(
    ("text", "called", "language"),
    [
        ("Ore Works sent a delegation to Oreville.", "delegation", "en"),
        ("奥勒稀土集团李安娜率调研组赴外地。", "调研组", "zh"),
    ],
)
def test_what_has_no_name_is_introduced(index: Index, text: str, called: str, language: str) -> None:
    assert called in meant(read(index, text, language))


def test_who_speaks_at_the_begin_of_a_clause_is_a_person(index: Index) -> None:
    assert "卢景行" in meant(read(index, "卢景行指出，市场仍然疲软。", "zh"))


@pytest.mark.parametrize("text", ["子公司已经成立。", "多家公司参加。"])
def test_a_noun_inside_a_word_refers_to_nobody(index: Index, text: str) -> None:
    found = read(index, "奥勒稀土集团有限公司发布公告。" + text, "zh")
    assert not [mention for mention in found.mentions if mention.how == "reference"]


@pytest.mark.parametrize(
    "text", ["It pays in SEK to Ore Works.", "Ore Works (ASX: OWCXX) grew.", "It is on River Road."]
)
def test_codes_and_streets_are_no_names(index: Index, text: str) -> None:
    assert [name.name for name in read(index, text).new] == []


def test_classes_that_the_data_never_ties_have_likely_relations(index: Index) -> None:
    usual = index.scorer.priors.between("Person", "Company")
    like = index.scorer.priors.between("Person", "University")
    assert max(usual, key=lambda name: usual[name]) == max(like, key=lambda name: like[name])
    assert sum(like.values()) < 1
