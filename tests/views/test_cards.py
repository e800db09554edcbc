"""Finding an entity by any of its names, its card, and the path between two."""

from __future__ import annotations

from itertools import pairwise

import pytest
from conftest import ARTICLE, Folder

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.errors import RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards

FOUND = {
    "id": ("china-rare-earth-group", "china-rare-earth-group"),
    "IRI": (namespaces.ENTITY + "china-rare-earth-group", "china-rare-earth-group"),
    "short IRI": ("entity:china-rare-earth-group", "china-rare-earth-group"),
    "name": ("China Rare Earth Group", "china-rare-earth-group"),
    "name in other case": ("china rare earth GROUP", "china-rare-earth-group"),
    "name with hyphens": ("China Rare-Earth Group", "china-rare-earth-group"),
    "name with spaces around": ("  Li Bo ", "li-bo"),
    "alias": ("China Rare Earth Group Co., Ltd.", "china-rare-earth-group"),
    "acronym": ("CSRE", "chinese-society-of-rare-earths"),
    "acronym in small letters": ("csre", "chinese-society-of-rare-earths"),
    "Chinese name": ("中国稀土集团", "china-rare-earth-group"),
    "Chinese alias": ("虔东稀土集团股份有限公司", "qiandong-rare-earth-group"),
    "name observed in a source": ("China Rare Earth Society", "chinese-society-of-rare-earths"),
    "name of a judged record": ("Gannan Institute of Innovation", "ganjiang-innovation-academy"),
    "id of a judged record": ("ganjian-innovation-research-institute", "ganjiang-innovation-academy"),
    "name of what a judged record is": ("中国科学院赣江创新研究院", "ganjiang-innovation-academy"),
}


@pytest.mark.parametrize("how", FOUND)
def test_found_by(store: Oxigraph, how: str) -> None:
    name, id_ = FOUND[how]
    assert cards.find(store, name) == namespaces.ENTITY + id_


def test_an_entity_is_found_by_its_id_and_its_english_name(store: Oxigraph, dataset: Dataset) -> None:
    for entity in list(dataset.entities.values())[::7]:  # a look-up reads every name
        assert cards.find(store, entity.id) == namespaces.ENTITY + dataset.stands_for(entity.id)
        assert cards.find(store, entity.name) == namespaces.ENTITY + dataset.stands_for(entity.id)


@pytest.mark.parametrize("words", ["Li", "the institute", "The delegation", "the Society", "Li’s team"])
def test_words_that_mean_an_entity_in_one_text_only_find_nothing(store: Oxigraph, words: str) -> None:
    with pytest.raises(RareEarthError, match="no entity named"):
        cards.find(store, words)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Li", "Li Bo (li-bo)"),
        ("China Rare Earths Group", "China Rare Earth Group (china-rare-earth-group)"),
        ("Qian Dong Rare Earth", "QianDong Rare Earth Group (qiandong-rare-earth-group)"),
        ("Gannan Institute", "Gannan Institute of Innovation (ganjiang-innovation-academy)"),
    ],
)
def test_a_near_miss_gets_suggestions(store: Oxigraph, name: str, near: str) -> None:
    with pytest.raises(RareEarthError) as caught:
        cards.find(store, name)
    assert near in str(caught.value).partition("did you mean ")[2]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "   ", "qqqqqqqqqq", "https://example.org/nobody", "entity:nobody", '"}', "?x"])
def test_what_is_like_nothing_gets_no_suggestions(store: Oxigraph, name: str) -> None:
    with pytest.raises(RareEarthError) as caught:
        cards.find(store, name)
    assert str(caught.value).startswith(f"no entity named '{name}'")


def test_a_name_of_two_is_refused_with_their_ids(folder: Folder) -> None:
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Ray\n    acronyms: [MS]")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    with pytest.raises(RareEarthError, match="'MS' may be bob-ray or mine-school; use the id of one of them"):
        cards.find(small, "MS")


def test_a_name_goes_before_an_alias_and_an_alias_before_what_a_source_says(folder: Folder) -> None:
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Ray\n    aliases: [Ann Lee]")
    folder.change("sources/daily.yaml", "ore-works: [The Ore Works]", "mine-school: [A. Lee, Ore Works]")
    with pytest.raises(Exception, match="has a name of"):
        folder.dataset()
    folder.change("entities/all.yaml", "aliases: [Ann Lee]", "acronyms: [Ann Lee]")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    assert cards.find(small, "Ann Lee") == namespaces.ENTITY + "ann-lee"
    assert cards.find(small, "A. Lee") == namespaces.ENTITY + "ann-lee"
    assert cards.find(small, "Ore Works") == namespaces.ENTITY + "ore-works"


# ---- the card --------------------------------------------------------------------------------------------


def test_a_card_has_the_names_the_kind_and_every_claim(store: Oxigraph, dataset: Dataset) -> None:
    card = cards.card(store, namespaces.ENTITY + "ganjiang-innovation-academy")
    assert (card.name, card.zh, card.kind, card.sphere) == (
        "Ganjiang Innovation Academy", "中国科学院赣江创新研究院", "research institute", "academia",
    )  # fmt: skip
    assert {"Gannan Institute of Innovation", "Ganjian Innovation Research Institute", "赣江创新院"} <= set(card.names)
    claims = [
        c.id
        for c in dataset.claims
        if "ganjiang-innovation-academy" in (dataset.stands_for(c.subject), dataset.stands_for(c.object))
    ]
    assert sorted(s.claim for s in card.statements) == sorted(claims)


@pytest.mark.parametrize(
    "id_", ["li-bo", "ganzhou-tour", "china", "rare-earth-exchanges", "tungsten", "chinas-private-sector"]
)
def test_every_statement_leads_to_its_evidence(store: Oxigraph, dataset: Dataset, id_: str) -> None:
    known = {c.id: c for c in dataset.claims}
    card = cards.card(store, namespaces.ENTITY + id_)
    assert card.statements or id_ == "rare-earth-exchanges"
    for statement in card.statements:
        claim = known[statement.claim]
        assert statement.spans == tuple(
            (s.start, s.end, s.fingerprint) for s in sorted(claim.at, key=lambda s: s.start)
        )
        assert statement.page.url == dataset.sources[claim.source].url
        assert (statement.kind, statement.status) == (claim.kind, claim.status)
        assert statement.note == (claim.note or "")


def test_a_statement_is_read_from_the_side_of_the_card(store: Oxigraph) -> None:
    led = cards.card(store, namespaces.ENTITY + "chinese-society-of-rare-earths")
    [chair] = [s for s in led.statements if s.relation == "chairs" and s.object == "Li Bo"]
    assert (chair.subject, chair.phrase, chair.object) == ("Chinese Society of Rare Earths", "is chaired by", "Li Bo")
    [other] = [s for s in cards.card(store, namespaces.ENTITY + "li-bo").statements if s.relation == "chairs"]
    assert (other.subject, other.phrase, other.object) == ("Li Bo", "chairs", "Chinese Society of Rare Earths")


def test_facts_come_first_then_speech_then_opinions(store: Oxigraph) -> None:
    text = list(cards.lines(cards.card(store, namespaces.ENTITY + "li-bo")))
    heads = [line for line in text[1:] if line and not line.startswith((" ", "also"))]
    order = ["Facts", "Pledged, planned, announced", "Past", "Speech", "Assessments", "Recommendations"]
    assert [h for h in heads if h in order] == sorted((h for h in heads if h in order), key=order.index)
    assert {"Facts", "Pledged, planned, announced", "Assessments"} <= set(heads)


def test_a_card_as_text(store: Oxigraph) -> None:
    text = "\n".join(cards.lines(cards.card(store, namespaces.ENTITY + "chinas-private-sector")))
    assert text.startswith("China's private sector\nprivate sector · industry · chinas-private-sector\n")
    assert (
        "China's private sector is marginalized in top-down innovation  [negative; says Rare Earth Exchanges]" in text
    )
    assert f"{ARTICLE} 3909-4032 cbb2c2a8" in text
    assert "https://rareearthexchanges.com/?p=5252" in text


def test_sentences_are_shown_when_they_are_at_hand(store: Oxigraph) -> None:
    card = cards.card(store, namespaces.ENTITY + "li-bo")
    text = "\n".join(cards.lines(card, lambda statement, number: f"<{statement.relation} {number}>"))
    assert f"{ARTICLE} 565-782 802e427b  “<chairs 0>”" in text
    assert f"{ARTICLE} 1414-1797 c3e42374  “<chairs 1>”" in text


def test_inferred_times_qualifiers_and_pages_are_told(folder: Folder, store: Oxigraph) -> None:
    text = "\n".join(cards.lines(cards.card(store, namespaces.ENTITY + "ganzhou-tour")))
    assert "XXXX-04-15/XXXX-04-16; we infer 2025-04-15/2025-04-16" in text
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    text = "\n".join(cards.lines(cards.card(small, namespaces.ENTITY + "mine-school")))
    assert "Mine School is led by Ann Lee  [role: rector]" in text
    assert "Mine School has affiliated Bob Ray  [2020 to 2021-06]" in text
    assert "daily: Daily Ore (page)" in text


# ---- paths -----------------------------------------------------------------------------------------------


def path(store: Oxigraph, start: str, end: str) -> list[cards.Step]:
    return cards.paths(store, namespaces.ENTITY + start, namespaces.ENTITY + end)[0]


def test_neighbours_are_one_step_apart_with_the_evidence(store: Oxigraph) -> None:
    [step] = path(store, "li-bo", "chinese-society-of-rare-earths")
    assert (step.source, step.target) == ("Li Bo", "Chinese Society of Rare Earths")
    assert [s.relation for s in step.statements] == ["chairs"]
    assert step.statements[0].spans


def test_each_step_starts_where_the_last_one_ended_and_rests_on_facts(store: Oxigraph) -> None:
    steps = path(store, "xu-zhifeng", "qiandong-rare-earth-group")
    assert len(steps) >= 2
    assert (steps[0].source, steps[-1].target) == ("Xu Zhifeng", "QianDong Rare Earth Group")
    for one, other in pairwise(steps):
        assert one.target == other.source
    for step in steps:
        assert step.statements
        assert {s.kind for s in step.statements} == {"fact"}
        assert all({s.subject, s.object} == {step.source, step.target} for s in step.statements)


def test_the_way_back_is_as_long(store: Oxigraph) -> None:
    there, back = path(store, "li-bo", "tungsten"), path(store, "tungsten", "li-bo")
    assert len(there) == len(back)


def test_opinions_are_a_tie_when_no_fact_is(store: Oxigraph) -> None:
    steps = path(store, "western-capital", "china")
    assert any(s.kind == "assessment" for step in steps for s in step.statements)


def test_several_paths_are_different_and_the_shortest_comes_first(store: Oxigraph) -> None:
    found = cards.paths(store, namespaces.ENTITY + "li-bo", namespaces.ENTITY + "ganzhou", count=3)
    assert 1 < len(found) <= 3
    assert [len(p) for p in found] == sorted(len(p) for p in found)
    assert len({tuple(step.target for step in p) for p in found}) == len(found)


def test_no_path_to_itself_and_none_where_nothing_ties(store: Oxigraph, folder: Folder) -> None:
    with pytest.raises(RareEarthError, match="both names mean the same entity"):
        path(store, "li-bo", "li-bo")
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", "")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    with pytest.raises(RareEarthError, match="nothing in the graph ties ann-lee to daily-ore"):
        path(small, "ann-lee", "daily-ore")


def test_a_path_as_text(store: Oxigraph) -> None:
    text = list(cards.path_lines(path(store, "li-bo", "chinese-society-of-rare-earths")))
    assert text[0] == "1. Li Bo – Chinese Society of Rare Earths"
    assert text[1].startswith("    Li Bo chairs Chinese Society of Rare Earths  [")
    assert text[2].strip() == f"{ARTICLE} 565-782 802e427b"
