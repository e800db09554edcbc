"""Finding an entity by any of its names."""

from __future__ import annotations

import re
import time

import pytest
from conftest import Folder

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.errors import AmbiguousError, NotFoundError, RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import lookup

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
    "former name": ("Urban Mining Company", "noveon-magnetics"),
    "former name in other case": ("urban mining company", "noveon-magnetics"),
    "former name without its legal form": ("Urban Mining", "noveon-magnetics"),
    "former name with its legal form": (
        "China Minmetals Rare Earth Co., Ltd.",
        "china-rare-earth-group-resources-technology",
    ),
    "what is left without the words of the trade": ("Lynas", "lynas-rare-earths"),
    "two letters": ("MP", "mp-materials"),
    "a mine without the word": ("Mount Weld", "mount-weld-mine"),
    "without Group": ("China Southern Rare Earth", "china-southern-rare-earth-group"),
    "with an article": ("the China Rare Earth Group", "china-rare-earth-group"),
    "with the form of one of two": ("China Rare Earth Holdings Ltd", "china-rare-earth-holdings"),
    "with Inc.": ("Lynas Rare Earths, Inc.", "lynas-rare-earths"),
    "one word": ("libo", "li-bo"),
    "given name first": ("Bo Li", "li-bo"),
    "family name with a comma": ("LI, Bo", "li-bo"),
    "given name with a hyphen, first": ("Zhan-feng Yang", "yang-zhanfeng"),
    "tones": ("Lǐ Bó", "li-bo"),
    "full-width letters": ("ＬＹＮＡＳ", "lynas-rare-earths"),
    "traditional characters": ("中國稀土集團", "china-rare-earth-group"),
    "Japanese characters": ("中国稀土集団", "china-rare-earth-group"),
    "Japanese word": ("希土", "rare-earths"),
    "Chinese without legal form": ("虔東稀土", "qiandong-rare-earth-group"),
    "pinyin of a Chinese name": ("Ganjiang chuangxin yuan", "ganjiang-innovation-academy"),
    "dots": ("U.S. Geological Survey", "us-geological-survey"),
    "a zero-width space": ("Li\u200bBo", "li-bo"),
    "a byte-order mark": ("\ufeffLi Bo", "li-bo"),
    "a no-break space": ("Li\u00a0Bo", "li-bo"),
    "an acronym in brackets": ("Chinese Society of Rare Earths (CSRE)", "chinese-society-of-rare-earths"),
    "id in capitals": ("QIANDONG-RARE-EARTH-GROUP", "qiandong-rare-earth-group"),
}


@pytest.mark.parametrize("how", FOUND)
def test_found_by(store: Oxigraph, how: str) -> None:
    name, id_ = FOUND[how]
    assert lookup.entity(store, name) == namespaces.ENTITY + id_


def test_an_entity_is_found_by_its_id_and_its_english_name(store: Oxigraph, dataset: Dataset) -> None:
    for entity in list(dataset.entities.values())[::7]:  # a look-up reads every name
        assert lookup.entity(store, entity.id) == namespaces.ENTITY + dataset.canonical(entity.id)
        assert lookup.entity(store, entity.name) == namespaces.ENTITY + dataset.canonical(entity.id)


@pytest.mark.parametrize("words", ["Li", "the institute", "The delegation", "the Society", "Li’s team"])
def test_words_that_mean_an_entity_in_one_text_only_find_nothing(store: Oxigraph, words: str) -> None:
    with pytest.raises(RareEarthError, match="no entity named"):
        lookup.entity(store, words)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Li", "Li Bo (li-bo, person)"),
        ("China Rare Earths Group", "China Rare Earth Group (china-rare-earth-group, company)"),
        ("Qian Dong Rare Erath", "QianDong Rare Earth Group (qiandong-rare-earth-group, company)"),
        ("Gannan Institute", "Gannan Institute of Innovation (ganjiang-innovation-academy, research institute)"),
        ("李波", "Li Bo (li-bo, person)"),
        ("ganzhou-tuor", "Tour of Ganzhou by the Chinese Society of Rare Earths (ganzhou-tour, visit)"),
    ],
)
def test_a_near_miss_gets_suggestions(store: Oxigraph, name: str, near: str) -> None:
    with pytest.raises(RareEarthError) as caught:
        lookup.entity(store, name)
    assert near in str(caught.value).partition("did you mean ")[2]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "   ", "qqqqqqqqqq", "https://example.org/nobody", "entity:nobody", '"}', "?x"])
def test_what_is_like_nothing_gets_no_suggestions(store: Oxigraph, name: str) -> None:
    with pytest.raises(RareEarthError) as caught:
        lookup.entity(store, name)
    assert str(caught.value).startswith(f"no entity named '{name}'")


def test_a_name_of_two_is_refused_with_their_ids(folder: Folder) -> None:
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Ray\n    acronyms: [MS]")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    with pytest.raises(AmbiguousError) as caught:
        lookup.entity(small, "MS")
    assert caught.value.ids == ("bob-ray", "mine-school")
    assert re.fullmatch(
        r"'MS' may be bob-ray \(Bob Ray, person, .+\) or mine-school \(Mine School, university, .+\); "
        "use the id of one of them",
        str(caught.value),
    )


def test_a_name_goes_before_an_alias_and_an_alias_before_what_a_source_says(folder: Folder) -> None:
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Ray\n    aliases: [Ann Lee]")
    folder.change("sources/daily.yaml", "ore-works: [The Ore Works]", "mine-school: [A. Lee, Ore Works]")
    with pytest.raises(Exception, match="has a name of"):
        folder.dataset()
    folder.change("entities/all.yaml", "aliases: [Ann Lee]", "acronyms: [Ann Lee]")
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    assert lookup.entity(small, "Ann Lee") == namespaces.ENTITY + "ann-lee"
    assert lookup.entity(small, "A. Lee") == namespaces.ENTITY + "ann-lee"
    assert lookup.entity(small, "Ore Works") == namespaces.ENTITY + "ore-works"


def test_the_index_of_names_is_made_once_for_a_store(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    assert lookup.entity(small, "ANN lee") == namespaces.ENTITY + "ann-lee"
    monkeypatch.setattr(lookup, "Index", None)  # a second one could not be made
    assert lookup.entity(small, "a. LEE") == namespaces.ENTITY + "ann-lee"


def test_every_name_of_the_data_finds_what_has_it(store: Oxigraph, dataset: Dataset) -> None:
    bearers = {
        name: namespaces.ENTITY + dataset.canonical(entity.id)
        for entity in dataset.entities.values()
        for name in (entity.name, entity.zh, *entity.aliases, *entity.acronyms)
        if name
    }
    for name, bearer in bearers.items():
        assert lookup.entity(store, name) == bearer
        in_capitals = bearers.get(name.upper(), bearer)  # Kia is a firm, and KIA an army
        assert lookup.entity(store, name.upper()) == in_capitals


@pytest.mark.parametrize(("name", "id_"), [("lynsa", "lynas-rare-earths"), ("Iluca", "iluka-resources")])
def test_a_mistyped_short_form_suggests_its_bearer_first(store: Oxigraph, name: str, id_: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        lookup.entity(store, name)
    assert caught.value.ids[0] == id_


def test_initials_find_if_they_are_capitals_of_one_only(store: Oxigraph) -> None:
    with pytest.raises(AmbiguousError, match=r"ames-national-laboratory \(Ames .*argonne-national-laboratory \(Argon"):
        lookup.entity(store, "ANL")
    assert lookup.entity(store, "GM") == namespaces.ENTITY + "general-motors", "an acronym goes before initials"
    assert lookup.entity(store, "CREG") == namespaces.ENTITY + "china-rare-earth-group"
    with pytest.raises(NotFoundError, match="no entity named 'anl'"):
        lookup.entity(store, "anl")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Li Bo", ""),
        ("li bo", ""),
        ("CSRE", ""),
        ("Bo Li", ""),
        ("Urban Mining Company", "a former name of noveon-magnetics"),
        ("China Rare Earth Society", "a name in a source of chinese-society-of-rare-earths"),
        ("Lynas", "the short form of 'Lynas Rare Earths'"),
    ],
)
def test_a_note_says_why_a_name_was_found(store: Oxigraph, name: str, why: str) -> None:
    assert lookup.note(lookup.find(store, name)) == why


NAMESAKES = """\
  wang-fang:
    name: Wang Fang
    zh: 王芳
  wang-fang-nanhu:
    name: Wang Fang (Mine School)
    zh: 王芳
"""
DIFFERENT = "- {} {} {}:\n    who: x\n    on: 2026\n    why: One was born in 1961, the other in 1988.\n"


def namesakes(folder: Folder, judgements: str, extra: str = "") -> None:
    folder.change("entities/all.yaml", "Person:\n", "Person:\n" + NAMESAKES + extra)
    folder.change("identities.yaml", "- ore-works same", f"{judgements}- ore-works same")
    folder.change("sources/daily.yaml", "claims:\n", "claims:\n  - wang-fang leads ore-works\n")


def test_two_people_of_one_name_are_both_kept_and_told_apart(folder: Folder) -> None:
    namesakes(folder, DIFFERENT.format("wang-fang", "different", "wang-fang-nanhu"))
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    for name in ("王芳", "王 芳"):
        with pytest.raises(AmbiguousError) as caught:
            lookup.entity(small, name)
        assert caught.value.ids == ("wang-fang", "wang-fang-nanhu")
        assert "wang-fang (Wang Fang, person, leads Ore Works)" in str(caught.value)
        assert "wang-fang-nanhu (Wang Fang (Mine School), person)" in str(caught.value)
    assert lookup.entity(small, "Wang Fang") == namespaces.ENTITY + "wang-fang"
    assert lookup.entity(small, "wang-fang-nanhu") == namespaces.ENTITY + "wang-fang-nanhu"


def test_a_text_that_is_no_name_is_answered_at_once_and_shortly(store: Oxigraph) -> None:
    lookup.index(store)
    start = time.process_time()
    with pytest.raises(NotFoundError) as caught:
        lookup.entity(store, "x" * 100_000)
    assert time.process_time() - start < 0.2
    assert len(str(caught.value)) < 150
    assert "(100,000 characters)" in str(caught.value)


@pytest.mark.parametrize("sign", ["\u202e", "\x1b", "\n", "\udcff", "\u3164", "\ufdd0"])
def test_a_message_shows_signs_that_nobody_sees(store: Oxigraph, sign: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        lookup.entity(store, f"zzq{sign}qqz")
    assert f"'zzq<U+{ord(sign):04X}>qqz'" in str(caught.value)
