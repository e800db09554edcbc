"""The user's own copies of texts: which file is whose, and whether cited spans hold in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conftest import Folder

from rareearth import corpus, sentences
from rareearth.corpus import Texts
from rareearth.errors import RareEarthError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

WORDS = (
    'Ann Lee is the "rector" of the school - so it says.\nBob left in 2021. The school lies in Oreville, near mines.\n'
)


def graph(folder: Folder, content: str = WORDS) -> Oxigraph:
    """Small data whose first two claims cite sentences of a text."""
    spans = [
        f"{s.start}-{s.end} {sentences.fingerprint(content[s.start : s.end])}" for s in sentences.sentences(content)
    ]
    folder.change("sources/daily.yaml", "0" * 64 + ", chars: 900", f"{digest(content)}, chars: {len(content)}")
    folder.change("sources/daily.yaml", "at: 0-20 0123abcd", f"at: {spans[0]}")
    folder.change("sources/daily.yaml", "at: [30-50 0123abcd, 60-70 00000000]", f"at: [{spans[1]}, {spans[2]}]")
    folder.change("sources/daily.yaml", "      at: 80-90 0123abce\n", "")
    folder.change(
        "sources/daily.yaml",
        "ore-works-ltd headquarteredIn oreville:\n      at: 100-120 0123abcf",
        "ore-works-ltd headquarteredIn oreville",
    )
    return oxigraph.memory(nquads.lines(folder.dataset()))


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def check(store: Oxigraph, folder: Path, name: str, content: str | bytes) -> list[corpus.Checked]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(corpus.check(store, Texts(folder)))


COPIES = {
    "by the id of the source": ("daily.txt", WORDS),
    "by its hash": ("saved page.txt", WORDS),
    "with other line ends": ("a.txt", WORDS.replace("\n", "\r\n")),
    "with a byte-order mark": ("e.txt", "\ufeff" + WORDS),
    "with a byte-order mark and other line ends": ("f.txt", "\ufeff" + WORDS.replace("\n", "\r\n")),
    "with other quotes and dashes": ("b.txt", WORDS.replace(' "', " “").replace('" ', "” ").replace(" - ", " – ")),
    "reflowed": ("c.txt", WORDS.replace(" the school", "\nthe school").replace(", near", ",\nnear")),
    "with something before it": ("d.txt", "Skip to content\n\n" + WORDS),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_recognized_and_every_span_holds(folder: Folder, tmp_path: Path, how: str) -> None:
    name, content = COPIES[how]
    found = check(graph(folder), tmp_path / "texts", name, content)
    assert [c.cited.source for c in found] == ["daily"] * 3
    expected = [WORDS[s.start : s.end] for s in sentences.sentences(WORDS)]
    assert [sentences.fold(c.sentence or "") for c in found] == [sentences.fold(s) for s in expected]


def test_other_line_ends_move_nothing(folder: Folder, tmp_path: Path) -> None:
    found = check(graph(folder), tmp_path / "texts", "daily.txt", WORDS.replace("\n", "\r\n"))
    assert all(c.found == c.cited.span for c in found)


def test_a_sentence_that_was_changed_is_told_as_lost(folder: Folder, tmp_path: Path) -> None:
    found = check(graph(folder), tmp_path / "texts", "daily.txt", WORDS.replace("2021", "2022"))
    assert [c.found is None for c in found] == [False, True, False]
    assert found[1].sentence is None


def test_a_text_of_something_else_is_not_taken_for_it(folder: Folder, tmp_path: Path) -> None:
    found = check(graph(folder), tmp_path / "texts", "other.txt", "Another article altogether. With sentences.")
    assert all(c.text is None and c.found is None for c in found)


def test_the_hash_goes_before_likeness(folder: Folder, tmp_path: Path) -> None:
    store = graph(folder)
    check(store, tmp_path / "texts", "a draft.txt", "Draft.\n" + WORDS)
    found = check(store, tmp_path / "texts", "b final.txt", WORDS)
    assert all(c.text == WORDS for c in found)


def test_a_folder_that_is_none_and_a_file_that_is_not_utf8(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(RareEarthError, match="is not a folder"):
        Texts(tmp_path / "nothing")
    with pytest.raises(RareEarthError, match=r"daily\.txt: cannot be read as UTF-8"):
        check(graph(folder), tmp_path / "texts", "daily.txt", "Sant\xe9.".encode("latin-1"))


def test_every_cited_span_of_the_shipped_data_is_listed(store: Oxigraph) -> None:
    found = corpus.cited_spans(store)
    assert {"reex-ganzhou-tour"} <= set(found)
    for spans in found.values():
        assert [c.span for c in spans] == sorted(c.span for c in spans)


def test_all_spans_of_the_article_hold(store: Oxigraph, article_text: str, tmp_path: Path) -> None:
    found = [
        c for c in check(store, tmp_path / "texts", "seed.txt", article_text) if c.cited.source == "reex-ganzhou-tour"
    ]
    assert len(found) >= 38
    assert all(c.found == c.cited.span for c in found)
