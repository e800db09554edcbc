"""The list of relations."""

from __future__ import annotations

import pytest
from conftest import Command

from rareearth.dataset import Dataset
from rareearth.errors import NotFoundError
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import relations


def test_each_relation_is_listed_with_its_uses_and_an_example(store: Oxigraph, dataset: Dataset) -> None:
    found = {entry.name: entry for entry in relations.read(store)}
    assert set(found) == set(dataset.ontology.relations)
    for name, entry in found.items():
        assert entry.uses == sum(claim.relation == name for claim in dataset.claims)
        assert bool(entry.example) is bool(entry.uses)
        assert all((entry.label, entry.zh, entry.domain, entry.range, entry.definition))
    assert list(found) == sorted(found, key=str.casefold)


@pytest.mark.parametrize("word", ["CHAIR", "董事长", "is chaired by"])
def test_a_word_chooses_by_name_label_and_either_language(store: Oxigraph, word: str) -> None:
    assert "chairs" in {entry.name for entry in relations.read(store, word)}
    assert len(relations.read(store, word)) < 10


@pytest.mark.parametrize("word", ["supply", "suplies"])
def test_a_word_that_is_in_none_finds_those_of_a_close_name(store: Oxigraph, word: str) -> None:
    assert "supplies" in {entry.name for entry in relations.read(store, word)}


def test_a_word_that_is_close_to_none_is_refused(store: Oxigraph) -> None:
    with pytest.raises(NotFoundError, match="no relation named 'xyzzyx'"):
        relations.read(store, "xyzzyx")


def test_help_has_a_short_option(run: Command) -> None:
    done = run("relations", "-h")
    assert done.returncode == 0
    assert "--build" in done.stdout
