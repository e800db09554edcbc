"""Finding an entity by any of its names."""

from __future__ import annotations

import pytest
from conftest import Folder

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.errors import RareEarthError
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
        ("Li", "Li Bo (li-bo)"),
        ("China Rare Earths Group", "China Rare Earth Group (china-rare-earth-group)"),
        ("Qian Dong Rare Earth", "QianDong Rare Earth Group (qiandong-rare-earth-group)"),
        ("Gannan Institute", "Gannan Institute of Innovation (ganjiang-innovation-academy)"),
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
    with pytest.raises(RareEarthError, match="'MS' may be bob-ray or mine-school; use the id of one of them"):
        lookup.entity(small, "MS")


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
    monkeypatch.setattr(lookup, "_Index", None)  # a second one could not be made
    assert lookup.entity(small, "a. LEE") == namespaces.ENTITY + "ann-lee"


def test_every_name_of_the_data_finds_what_has_it(store: Oxigraph, dataset: Dataset) -> None:
    for entity in dataset.entities.values():
        for name in (entity.name, entity.zh, *entity.aliases, *entity.acronyms):
            if name:
                assert lookup.entity(store, name.upper()) == lookup.entity(store, name)
                assert lookup.entity(store, name) == namespaces.ENTITY + dataset.canonical(entity.id)
