"""The cache of a build: what has not changed is taken from it, what is damaged is not, and the bytes are the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rareearth import build as builds
from rareearth import cache, checks, layout, yamlfile
from rareearth.cache import Cache
from rareearth.errors import DataError
from rareearth.store import nquads


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=3), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))))
def test_texts_are_given_back_in_the_next_run_and_those_nobody_asks_for_go(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    path = tmp_path / "made" / "texts"
    shutil.rmtree(path.parent, ignore_errors=True)
    first = Cache(path)
    for name, text in texts.items():
        assert first.get(cache.key(name)) is None
        first.put(cache.key(name), text)
    first.save()
    second = Cache(path)
    half = sorted(texts)[::2]
    assert [second.get(cache.key(name)) for name in half] == [texts[name] for name in half]
    second.save()
    third = Cache(path)
    assert {name for name in texts if third.get(cache.key(name)) is not None} == set(half)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_a_damaged_text_is_not_given_back(tmp_path: Path, at: float) -> None:
    first = Cache(tmp_path / "texts")
    first.put(cache.key("a"), "x" * 500)
    first.save()
    raw = bytearray((tmp_path / "texts").read_bytes())
    raw[int(at * len(raw))] ^= 1
    (tmp_path / "texts").write_bytes(raw)
    assert Cache(tmp_path / "texts").get(cache.key("a")) is None


def test_a_folder_that_cannot_be_written_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    made = Cache(tmp_path / "file" / "texts")
    made.put(cache.key("a"), "b")
    made.save()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files of YAML that were parsed."""
    names: list[str] = []
    parse = yamlfile.parse

    def counted(path: Path, raw: bytes) -> yamlfile.Node:
        names.append(path.name)
        return parse(path, raw)

    monkeypatch.setattr(yamlfile, "parse", counted)
    return names


def test_a_build_reads_only_files_that_have_changed(folder: Folder, tmp_path: Path, parsed: list[str]) -> None:
    builds.build(folder.data, folder.build)
    assert set(parsed) == {"all.yaml", "daily.yaml", "identities.yaml"}
    parsed.clear()
    folder.change("sources/daily.yaml", "role: rector", "role: dean")
    builds.build(folder.data, folder.build)
    assert parsed == ["daily.yaml"]
    builds.build(folder.data, tmp_path / "fresh")
    for name in ("rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md"):
        assert (folder.build / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    parsed.clear()
    (folder.data / "sources" / "daily.yaml").rename(folder.data / "sources" / "weekly.yaml")
    builds.build(folder.data, folder.build)
    assert parsed == ["weekly.yaml"]


def test_without_its_cache_or_with_a_damaged_one_a_build_is_the_same(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    before = (folder.build / "rareearth.trig").read_bytes(), (folder.build / "rareearth.graphml").read_bytes()
    for spoil in (
        lambda: shutil.rmtree(folder.build / builds.CACHE),
        lambda: (folder.build / builds.CACHE / "files").write_bytes(b"\0" * 900),
        lambda: (shutil.rmtree(folder.build / builds.CACHE), (folder.build / builds.CACHE).touch()),
    ):
        spoil()
        builds.build(folder.data, folder.build)
        after = (folder.build / "rareearth.trig").read_bytes(), (folder.build / "rareearth.graphml").read_bytes()
        assert after == before


def test_faults_and_where_things_are_do_not_come_from_the_cache(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "files"

    def faults() -> list[str]:
        kept = Cache(path)
        with pytest.raises(DataError) as caught:
            checks.load(folder.data, cache=kept)
        kept.save()
        return [str(problem) for problem in caught.value.problems]

    folder.change("sources/daily.yaml", "ann-lee leads", "ann-lee leeds")
    assert faults() == faults()
    folder.change("sources/daily.yaml", "ann-lee leeds", "ann-lee leads")
    for _ in range(2):
        kept = Cache(path)
        found = checks.load(folder.data, cache=kept)
        kept.save()
        whole = folder.dataset()
        assert (found, found.where) == (whole, whole.where)
        assert nquads.lines(found) == nquads.lines(whole)
    folder.write("entities/more.yaml", "Person:\n  ann-lee:\n    name: Ann Lee\n")
    assert faults() == faults()


def test_another_ontology_and_another_program_read_again(
    folder: Folder, ontology_copy: Path, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(ontology: Path | None = None) -> int:
        parsed.clear()
        kept = Cache(tmp_path / "files")
        checks.load(folder.data, ontology, cache=kept)
        kept.save()
        return len(parsed)

    assert [read(), read()] == [3, 0]
    ontology_copy.write_text(ontology_copy.read_text(encoding="utf-8") + "\n# Another.\n", encoding="utf-8")
    assert [read(ontology_copy), read(ontology_copy)] == [3, 0]
    monkeypatch.setattr(cache, "program", lambda: "another")
    assert read(ontology_copy) == 3


def test_a_layout_is_computed_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    builds.build(folder.data, folder.build)
    before = (folder.build / "rareearth.gexf").read_bytes()
    layout._compute.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(layout, "_compute", lambda *_: pytest.fail("it was computed again"))
        builds.build(folder.data, folder.build)
    assert (folder.build / "rareearth.gexf").read_bytes() == before
