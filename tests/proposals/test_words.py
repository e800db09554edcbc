"""``ontology/cues.ttl`` fits the ontology and the data: no relation without words, no word for what is not there."""

from __future__ import annotations

from rareearth import ontology
from rareearth.dataset import Dataset
from rareearth.models import CLAIM_KINDS, STATUSES
from rareearth.proposals.text import words

DECLARED = ontology.read()
WORDS = words.shipped()
OTHERS = {"Denied", "Rumoured", "Instruction", "positive", "negative", *STATUSES, *CLAIM_KINDS}


def test_every_relation_has_cues_in_both_languages_and_an_example() -> None:
    for language in ("en", "zh"):
        assert {cue.term for cue in WORDS.cues[language]} == set(DECLARED.relations)
    assert set(WORDS.examples) == set(DECLARED.relations)


def test_phrases_are_of_statuses_kinds_stances_and_doubts() -> None:
    assert {phrase.term for phrases in WORDS.phrases.values() for phrase in phrases} <= OTHERS


def test_words_of_classes_are_of_classes() -> None:
    classes = {
        *WORDS.labels.values(),
        *WORDS.works["en"].values(),
        *WORDS.works["zh"].values(),
        *WORDS.common,
        *WORDS.places,
        *WORDS.coined,
        *WORDS.topics,
    }
    for by_language in (WORDS.endings, WORDS.starts):
        classes |= {term for terms in by_language.values() for term in terms.values()}
    classes |= {term for terms in WORDS.called.values() for found in terms.values() for term in found}
    assert classes <= set(DECLARED.classes)


def test_words_of_records_are_of_records(dataset: Dataset) -> None:
    assert set(WORDS.records) - set(dataset.entities) == set()
    assert {id_ for id_ in WORDS.adjectives.values() if id_ in dataset.entities}


def test_a_cue_has_both_ends() -> None:
    for term, texts in ontology.read_cues()["cue"].items():
        for _, text in texts:
            if term in DECLARED.relations:
                assert text.count("S") >= 1, (term, text)
