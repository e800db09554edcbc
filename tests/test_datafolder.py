"""A data folder: what is read, what belongs to editors and systems, and what only looks like data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Command, Folder

from rareearth import build, corpus, datafolder
from rareearth.errors import DataError
from rareearth.store import questions

SIDE = [
    "sources/._daily.yaml",
    "sources/.daily.yaml",
    "sources/.daily.yaml.swp",
    "sources/daily.yaml~",
    "sources/#daily.yaml#",
    "sources/4913",
    "sources/Thumbs.db",
    "sources/desktop.ini",
    "entities/.directory",
    "entities/all.yaml___jb_tmp___",
    ".DS_Store",
    ".git/hooks/x.yaml",
    ".gitattributes",
    "__MACOSX/sources/daily.yaml",
]
NOTES = ["README.md", "left-out.md", "sources/LICENSE", "sources/daily.txt", "entities/picture.png"]
STRAY = {
    "sources/other.yml": "looks like data and is not read",
    "sources/other.YAML": "looks like data and is not read",
    "sources/other.yaml.txt": "looks like data and is not read",
    "sources/other.yaml ": "looks like data and is not read",
    "sources/other.yaml.gz": "looks like data and is not read",
    "sources/2022/other.yaml": "is not read here; expected entities/*.yaml, sources/*.yaml",
    "Sources/other.yaml": "is not read here",
    "other.yaml": "is not read here",
    "sources.yaml": "is not read here",
    "identities.yml": "looks like data and is not read",
    "articles/2022/other.yml": "looks like data and is not read",
    "sources/other.json": "is not read; expected entities/*.yaml",
    "entities/other.csv": "is not read; expected entities/*.yaml",
    "entities/other": "is not read; expected entities/*.yaml",
    "claims.xlsx": "is not read; expected entities/*.yaml",
    "sources/daily (1).yaml": "looks like a second copy of another file",
    "sources/daily - Copy.yaml": "looks like a second copy of another file",
    "entities/all (Ann's conflicted copy 2026-01-02).yaml": "looks like a second copy of another file",
    "entities/all.sync-conflict-20260102-120000-ABCDEFG.yaml": "looks like a second copy of another file",
}


def faults(folder: Folder) -> list[str]:
    with pytest.raises(DataError) as caught:
        folder.dataset()
    return [str(problem).removeprefix(f"{folder.data}/") for problem in caught.value.problems]


@pytest.mark.parametrize("name", STRAY)
def test_what_looks_like_data_and_is_not_read_is_one_line(folder: Folder, name: str) -> None:
    folder.write(name, "this: is broken\n")
    [fault] = faults(folder)
    assert fault.startswith(f"{name}: {STRAY[name]}")


def test_side_files_and_notes_are_left_alone(folder: Folder, run: Command) -> None:
    before, inputs = folder.dataset(), build._inputs(folder.data)
    for name in [*SIDE, *NOTES]:
        folder.write(name, b"\0\5\26\7\0\2\0\0Mac OS X")
    (folder.data / "sources" / ".#daily.yaml").symlink_to("me@host.123:1700000000")
    assert folder.dataset() == before
    assert build._inputs(folder.data) == inputs
    assert run("tidy", "--data", folder.data).returncode == 0


def test_a_backup_is_named_and_stops_nothing(folder: Folder, run: Command) -> None:
    folder.write("sources/daily.yaml.bak", "this: is broken\n")
    for command in (["check"], ["build", "--build", folder.build], ["tidy"]):
        done = run(*command, "--data", folder.data)
        assert (done.returncode, done.stderr) == (0, f"note: {folder.data}/sources/daily.yaml.bak is not read\n")


def link(path: Path, target: str) -> None:
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Path.mkdir, "sources/x.yaml: is a folder; expected a file"),
        (os.mkfifo, "sources/x.yaml: is not a regular file"),
        (lambda path: link(path, "/dev/zero"), "sources/x.yaml: is not a regular file"),
        (
            lambda path: link(path, "nowhere"),
            "sources/x.yaml: cannot be read (No such file or directory): it is a link",
        ),
        (lambda path: link(path, "x.yaml"), "sources/x.yaml: cannot be read (Too many levels of symbolic links)"),
    ],
)
def test_what_has_the_name_of_a_data_file_and_is_none(folder: Folder, make: object, message: str) -> None:
    assert callable(make)
    make(folder.data / "sources" / "x.yaml")
    inputs = build._inputs(folder.data)
    [fault] = faults(folder)
    assert fault.startswith(message)
    assert build._inputs(folder.data) == inputs


def test_links_to_files_and_folders(folder: Folder, tmp_path: Path) -> None:
    before = folder.dataset()
    (folder.data / "entities").rename(tmp_path / "elsewhere")
    link(folder.data / "entities", "../elsewhere")
    (folder.data / "sources" / "daily.yaml").rename(tmp_path / "daily")
    link(folder.data / "sources" / "daily.yaml", "../../daily")
    link(folder.data / "sources" / "up", "..")
    assert folder.dataset() == before
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "other.yaml").touch()
    link(folder.data / "sources" / "2022", "../../more")
    [fault] = faults(folder)
    assert fault.startswith("sources/2022/other.yaml: is not read here")


def test_a_folder_that_is_a_file(folder: Folder) -> None:
    (folder.data / "sources" / "daily.yaml").unlink()
    (folder.data / "sources").rmdir()
    folder.write("sources", "")
    assert "sources: is not a folder; expected one with *.yaml" in faults(folder)


def test_a_folder_in_which_nothing_is_read_names_what_it_has(folder: Folder) -> None:
    (folder.data / "identities.yaml").unlink()
    for name in ("entities", "sources"):
        (folder.data / name).rename(folder.data / name.title())
    with pytest.raises(
        DataError, match=r"contains no data; expected .*; found .*/Entities/all\.yaml, which is not read"
    ):
        folder.dataset()


def test_a_name_is_shown_on_one_line(folder: Folder) -> None:
    folder.write("sources/a\nb\udce9.yml", "")
    [fault] = faults(folder)
    assert fault.startswith("sources/a\\nb\\udce9.yml: looks like data")


def test_windows_line_ends_are_read_and_tidied(folder: Folder, run: Command) -> None:
    run("tidy", "--data", folder.data)
    before = folder.dataset()
    path = folder.data / "entities" / "all.yaml"
    tidy = path.read_bytes()
    path.write_bytes(tidy.replace(b"\n", b"\r\n"))
    assert folder.dataset() == before
    assert "all.yaml: is not tidy (it has Windows line ends)" in run("tidy", "--check", "--data", folder.data).stdout
    assert run("tidy", "--data", folder.data).returncode == 0
    assert path.read_bytes() == tidy


def test_tidy_writes_nothing_if_a_file_is_refused(folder: Folder, run: Command) -> None:
    path = folder.write("entities/a.yaml", 'Person:\n  al:\n    name: "Al"\n')
    before = path.read_bytes()
    folder.write("sources/z.yaml", "source: x # a comment\n")
    assert run("tidy", "--data", folder.data).returncode == 1
    assert path.read_bytes() == before


def test_texts_and_questions_have_side_files_too(tmp_path: Path) -> None:
    (tmp_path / "._daily.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "daily.txt").write_text("A mine.")
    (tmp_path / ".#one.rq").symlink_to("me@host.1")
    (tmp_path / "one.rq").write_text("# What?\nASK {}\n")
    assert corpus.Texts(tmp_path).of("daily", []) == "A mine."
    assert [question.name for question in questions.read_all(tmp_path)] == ["one"]


def test_names_that_are_read_and_names_that_are_not() -> None:
    assert not any(datafolder.is_side_file(name) for name in ("all.yaml", "4913.yaml", "a#b.yaml", "daily-copy.yaml"))
    assert not datafolder._COPY.search("conflict-minerals")
    assert not datafolder._COPY.search("daily-copy")
