"""Data files have one form; putting them into it changes nothing of what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import characters, datafolder, formatter, yamlfile
from rareearth.errors import DataError
from rareearth.ontology import Ontology
from rareearth.store import nquads


@pytest.mark.parametrize(
    "path", datafolder.files(Path(__file__).resolve().parent.parent / "data"), ids=lambda p: p.name
)
def test_shipped_files_are_tidy(path: Path, ontology: Ontology) -> None:
    assert path.read_text(encoding="utf-8") == formatter.format_text(path, ontology), f"{path}: run `rareearth tidy`"


def test_what_it_says_stays_the_same(folder: Folder, ontology: Ontology) -> None:
    before = list(nquads.lines(folder.dataset()))
    for path in datafolder.files(folder.data):
        path.write_text(formatter.format_text(path, ontology), encoding="utf-8")
    assert list(nquads.lines(folder.dataset())) == before
    assert all(
        path.read_text(encoding="utf-8") == formatter.format_text(path, ontology)
        for path in datafolder.files(folder.data)
    )


def test_records_and_fields_are_put_in_order(folder: Folder, ontology: Ontology) -> None:
    path = folder.write(
        "entities/z.yaml",
        '# Head.\nPerson:\n  zoe:\n    aliases: ["Z"]\n    name: "Zoe"\n  al:\n    name: Al\n'
        "City:\n  rome:\n    name: Rome\n",
    )
    assert formatter.format_text(path, ontology) == (
        "# Head.\nCity:\n  rome:\n    name: Rome\n\n"
        "Person:\n  al:\n    name: Al\n  zoe:\n    name: Zoe\n    aliases: [Z]\n"
    )


def test_a_comment_inside_is_not_lost_but_refused(folder: Folder, ontology: Ontology) -> None:
    path = folder.write("entities/z.yaml", "Person:\n  al:\n    name: Al  # who\n")
    with pytest.raises(DataError, match=r"z\.yaml:3: found a comment inside"):
        formatter.format_text(path, ontology)


VISIBLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"])


@given(st.text(VISIBLE, min_size=1).filter(lambda text: characters.hidden(text) is None))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    for inside in (False, True):
        written = formatter._scalar(yamlfile.text(text, 1), inside=inside)
        document = f"a: [{written}, x]\n" if inside else f"a: {written}\n"
        node = yamlfile._Builder(Path("x.yaml")).document(document)
        assert isinstance(node, yamlfile.Map)
        value = node[yamlfile.text("a", 1)]
        assert (value[0] if inside else value) == text
