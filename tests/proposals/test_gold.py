"""The gold itself: it loads, cites whole sentences, lists no form that its text lacks, and works in any combination."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conftest import ROOT

from rareearth import checks
from rareearth.proposals.scoring import gold as golds
from rareearth.sentences import fingerprint, sentences

FOLDERS = sorted(path for path in (ROOT / "tests" / "gold").iterdir() if path.is_dir())
SIZES = {"first": 14, "second": 14, "third": 12, "fourth": 12, "fifth": 14}


def name(folder: Path) -> str:
    return folder.name


def test_every_folder_is_known() -> None:
    assert {folder.name for folder in FOLDERS} == set(SIZES)


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_claims_cite_whole_sentences(folder: Path) -> None:
    texts, _ = golds.read(folder)
    assert len(texts) == SIZES[folder.name]
    for one in texts:
        text = one.article.text
        whole = {(span.start, span.end, fingerprint(text[span.start : span.end])) for span in sentences(text)}
        assert one.claims
        for claim in one.claims:
            assert claim.at, claim.id
            assert {(span.start, span.end, span.fingerprint) for span in claim.at} <= whole, claim.id


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_forms_and_headlines_are_those_of_the_text(folder: Path) -> None:
    _, dataset = golds.read(folder)
    for path in sorted((folder / "texts").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        source = dataset.sources[path.stem]
        forms = [form for _, given in source.names for form in given] + [words for words, _ in source.refers]
        assert [form for form in forms if form not in text] == [], path.stem
        assert source.title == text.splitlines()[0]
        assert source.text is not None
        assert source.text.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert source.text.chars == len(text)


def test_all_folders_work_together() -> None:
    texts = {path.stem for folder in FOLDERS for path in (folder / "texts").glob("*.txt")}
    assert texts <= set(checks.load(more=FOLDERS).sources)
    assert len(texts) == sum(SIZES.values())
