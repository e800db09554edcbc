"""Files are written whole or not at all, and keep what they are: links, permissions, pipes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Command, Folder, environment

from rareearth import saving
from rareearth.errors import FormatError


@pytest.fixture(autouse=True)
def no_temporary_file_stays(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob(".rareearth-*"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        saving.save(tmp_path / "new", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o640


@pytest.mark.parametrize("bits", [0o600, 0o664, 0o755])
def test_an_old_file_keeps_its_permissions(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "old"
    path.touch()
    path.chmod(bits)
    saving.save(path, [b"new ", b"content"])
    assert (path.read_bytes(), mode(path)) == (b"new content", bits)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_and_its_file_is_written(tmp_path: Path, *, exists: bool) -> None:
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "target"
    if exists:
        target.write_bytes(b"old")
    (tmp_path / "second").symlink_to("far/target")
    (tmp_path / "first").symlink_to("second")
    saving.save(tmp_path / "first", b"new")
    assert (tmp_path / "first").readlink() == Path("second")
    assert (tmp_path / "second").readlink() == Path("far/target")
    assert target.read_bytes() == b"new"


def test_other_names_of_a_file_stay_its_names(tmp_path: Path) -> None:
    path, other = tmp_path / "one", tmp_path / "other"
    path.write_bytes(b"a long old content")
    other.hardlink_to(path)
    saving.save(path, b"new")
    assert other.read_bytes() == b"new"
    assert path.samefile(other)


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        saving.save(tmp_path / "pipe", b"through")
        assert reader.communicate()[0] == b"through"
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_an_open_descriptor_is_not_truncated(tmp_path: Path, name: str) -> None:
    (tmp_path / "log").write_bytes(b"before ")
    with (tmp_path / "log").open("ab") as log:
        (tmp_path / "link").symlink_to(name.format(log.fileno()))
        saving.save(tmp_path / "link", b"after")
    assert (tmp_path / "log").read_bytes() == b"before after"
    assert (tmp_path / "link").is_symlink()


def broken() -> Iterator[bytes]:
    yield b"half"
    raise OSError(28, "No space left on device")


def interrupted() -> Iterator[bytes]:
    yield b"half"
    raise KeyboardInterrupt


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FormatError, match=r"old: cannot be written \(No space left on device\)"):
        saving.save(tmp_path / "old", broken())
    with pytest.raises(KeyboardInterrupt):
        saving.save(tmp_path / "old", interrupted())
    assert (tmp_path / "old").read_bytes() == b"old"


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FormatError):
        saving.save_all({tmp_path / "a": b"new", tmp_path / "b": broken()})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}
    assert saving.save_all({tmp_path / "a": b"new", tmp_path / "b": b"x"}) == [tmp_path / "a", tmp_path / "b"]


def make_read_only(path: Path) -> None:
    path.write_bytes(b"old")
    path.chmod(0o444)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "it is a folder"),
        (make_read_only, "it is read-only"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
        (lambda path: path.symlink_to("nowhere/x"), "No such file or directory"),
        (lambda path: path.symlink_to("/dev/full"), "No space left on device"),
    ],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, make: object, reason: str) -> None:
    assert callable(make)
    make(tmp_path / "x")
    before = os.lstat(tmp_path / "x")
    with pytest.raises(FormatError) as caught:
        saving.save(tmp_path / "x", b"new")
    assert str(caught.value) == f"{tmp_path}/x: cannot be written ({reason})"
    after = os.lstat(tmp_path / "x")
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)


@pytest.mark.parametrize("name", ["with a space", "line\nend", "caf\udce9", "-n", "x" * 255, "李安"])
def test_any_name_will_do(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saving.save(Path(name), b"x")
    assert (tmp_path / name).read_bytes() == b"x"


def test_an_export_to_the_standard_output_has_nothing_else(small_build: Folder, run: Command, tmp_path: Path) -> None:
    build = small_build.build
    command = [sys.executable, "-m", "rareearth", "export", "--build", build]
    (tmp_path / "n.nq").symlink_to("/dev/stdout")
    settings = environment(RAREEARTH_DATA=str(getattr(small_build, "data")))  # noqa: B009
    done = subprocess.run([*command, tmp_path / "n.nq"], capture_output=True, env=settings, check=True)
    assert run("export", tmp_path / "file.nq", "--build", build).returncode == 0
    assert done.stdout == (tmp_path / "file.nq").read_bytes()
    os.mkfifo(tmp_path / "n.csv")
    refusal = run("export", tmp_path / "n.csv", "--build", build)
    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert "n.csv: a .csv export is two files, n.nodes.csv and n.edges.csv" in refusal.stderr
