"""The store on disk: whole or not at all, whatever is killed, damaged or run twice."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, Folder, environment

from rareearth import build as builds
from rareearth import checks
from rareearth.errors import NoBuildError, StoreError
from rareearth.store import folder as folders
from rareearth.store import nquads, oxigraph, shards
from rareearth.store.nquads import Parts
from rareearth.store.oxigraph import Oxigraph


def quads(folder: Path) -> list[str]:
    text = ox.serialize(oxigraph.read(folder).engine, format=ox.RdfFormat.N_QUADS) or b""
    return sorted(text.decode().split("\n")[:-1])


def is_whole(folder: Path) -> bool:
    """Whether what the folder holds is what its manifest says, to the last quad."""
    text = "".join(f"{line}\n" for line in quads(folder))
    return hashlib.sha256(text.encode()).hexdigest() == folders.manifest(folder)["sha256"]


def test_a_build_holds_what_was_put_in(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    assert quads(folder.build) == list(nquads.lines(folder.dataset()))
    assert is_whole(folder.build)
    listed = folders.manifest(folder.build)
    assert listed["quads"] == len(quads(folder.build))
    for name, digest in listed["files"].items():
        assert hashlib.sha256((folder.build / name).read_bytes()).hexdigest() == digest
    assert {"rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md"} <= set(listed["files"])


def test_a_new_build_takes_the_place_of_the_old_one_and_leaves_nothing_behind(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    first = folders.manifest(folder.build)["store"]
    folder.change("entities/all.yaml", "Bob Ray", "Bob R. Ray")
    builds.build(folder.data, folder.build)
    second = folders.manifest(folder.build)["store"]
    assert first != second
    assert [p.name for p in folder.build.glob("store-*")] == [second]
    assert not (folder.build / ".staging").exists()
    assert any('"Bob R. Ray"' in line for line in quads(folder.build))


def test_the_store_is_opened_for_reading_only(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    opened = oxigraph.read(folder.build)
    with pytest.raises((OSError, RuntimeError), match="read-write"):
        opened.engine.clear()
    assert is_whole(folder.build)


def test_a_small_store_is_read_into_memory_and_holds_the_same(
    small_build: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    quick, disk = oxigraph.quick(build), oxigraph.read(build)
    assert (quick.in_memory, disk.in_memory) == (True, False)
    assert sorted(map(str, quick.quads())) == sorted(map(str, disk.quads()))
    with monkeypatch.context() as patch:
        patch.setattr(oxigraph, "SMALL", 10)
        assert not oxigraph.quick(build).in_memory
        (new := tmp_path / "large").mkdir()
        made = oxigraph.make(shards.of(nquads.lines(checks.load(small_build.data)), tmp_path), new)
        assert not (new / made.name / oxigraph.QUADS).exists()
    monkeypatch.setattr(folders, "QUICK", 0)  # as if the files were many, and only their sizes compared
    flipped(next(build.glob(f"store-*/{oxigraph.QUADS}")), 0.5)
    with pytest.raises(NoBuildError, match=rf"{oxigraph.QUADS} is damaged"):
        oxigraph.quick(build)


def test_an_open_reader_keeps_reading_while_builds_come_and_go(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    reader, before = oxigraph.read(folder.build), len(quads(folder.build))
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Ray\n    zh: 鲍勃")
    builds.build(folder.data, folder.build)
    assert sum(1 for _ in reader.quads()) == before
    assert len(quads(folder.build)) == before + 1


# ---- damage ----------------------------------------------------------------------------------------------


def largest(folder: Path, pattern: str) -> Path:
    return max(folder.glob(pattern), key=lambda path: path.stat().st_size)


def cut(path: Path, bytes_: int) -> None:
    path.write_bytes(path.read_bytes()[:-bytes_])


def overwrite(path: Path) -> None:
    raw = path.read_bytes()
    middle = len(raw) // 3
    path.write_bytes(raw[:middle] + bytes(255 - b for b in raw[middle : middle + 40]) + raw[middle + 40 :])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "an empty manifest": lambda f: (f / "manifest.json").write_bytes(b""),
    "half a manifest": lambda f: cut(f / "manifest.json", 100),
    "a manifest that is a list": lambda f: (f / "manifest.json").write_text("[]"),
    "a manifest without a store": lambda f: (f / "manifest.json").write_text('{"quads": 1, "sha256": ""}'),
    "a manifest that is a folder": lambda f: ((f / "manifest.json").unlink(), (f / "manifest.json").mkdir()),
    "a manifest in Latin-1": lambda f: (f / "manifest.json").write_bytes(b'{"store": "\xe9"}'),
    "a manifest with another count": lambda f: (f / "manifest.json").write_text(
        json.dumps({**folders.manifest(f), "quads": 7})
    ),
    "no store": lambda f: shutil.rmtree(next(f.glob("store-*"))),
    "an empty store": lambda f: [p.unlink() for p in f.glob("store-*/*")],
    "no CURRENT": lambda f: next(f.glob("store-*/CURRENT")).unlink(),
    "a cut MANIFEST": lambda f: cut(next(f.glob("store-*/MANIFEST-*")), 10),
    "an emptied MANIFEST": lambda f: next(f.glob("store-*/MANIFEST-*")).write_bytes(b""),
    "a missing table": lambda f: largest(f, "store-*/*.sst").unlink(),
    "a cut table": lambda f: cut(largest(f, "store-*/*.sst"), 100),
    "other bytes in every table": lambda f: [overwrite(p) for p in f.glob("store-*/*.sst")],
    "an emptied table": lambda f: largest(f, "store-*/*.sst").write_bytes(b""),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_build_is_told_in_a_line_and_a_new_one_mends_it(
    small_build: Folder, tmp_path: Path, what: str
) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    DAMAGE[what](build)
    with pytest.raises(StoreError, match=r"(build again|make one)$") as caught:
        oxigraph.read(build)
    assert "\n" not in str(caught.value)
    if "folder" not in what:
        builds.build(small_build.data, build)
        assert quads(build) == quads(small_build.build)


def flipped(path: Path, at: float) -> None:
    """Change one bit of a file."""
    raw = bytearray(path.read_bytes())
    raw[int(at * (len(raw) - 1))] ^= 4
    path.write_bytes(raw)


def test_one_bit_in_any_file_is_noticed_and_a_build_mends_it(small_build: Folder, tmp_path: Path) -> None:
    """Whatever file it is in: the engine notices few of them, and answers wrongly, or never, from the others."""
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    shutil.rmtree(build / builds.CACHE)  # of which damage is not noticed, but not used either
    files = [path for path in sorted(build.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len([path for path in files if path.suffix == ".sst"]) > 5
    for path, at in itertools.product(files, (0.0, 0.4, 1.0)):
        whole = path.read_bytes()
        flipped(path, at)
        if path.parent != build or path.name == "manifest.json":
            with pytest.raises(NoBuildError, match=r"build again$"):
                oxigraph.read(build)
        else:
            assert folders.changed(build, folders.manifest(build)) == [path.name]
        path.write_bytes(whole)
    oxigraph.verify(build)
    for path in files:
        flipped(path, 0.4)
    builds.build(small_build.data, build)
    oxigraph.verify(build)
    assert folders.changed(build, folders.manifest(build)) == []


def test_a_large_store_is_read_whole_only_when_that_is_asked_for(
    small_build: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    monkeypatch.setattr(folders, "QUICK", 0)
    flipped(next(build.glob("store-*/LOG")), 0.5)
    oxigraph.read(build)
    with pytest.raises(NoBuildError, match="LOG is damaged"):
        oxigraph.verify(build)
    cut(next(build.glob("store-*/LOG")), 1)
    with pytest.raises(NoBuildError, match="LOG has another size"):
        oxigraph.read(build)


def test_what_the_engine_raises_while_it_answers_is_one_line(small_build: Folder, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    store = Oxigraph(ox.Store.read_only(str(next(build.glob("store-*")))))
    for path in build.glob("store-*/*.sst"):
        for at in range(1, 100, 4):
            flipped(path, at / 100)
    for read in (
        lambda: list(store.quads()),
        lambda: list(store.select("SELECT * { GRAPH ?g { ?s ?p ?o } }")),
        lambda: list(store.select("SELECT * { GRAPH ?g { ?s ?p ?o } }").plain()),
        lambda: store.query("SELECT * { ?s ?p ?o }").serialize("csv"),
        lambda: list(store.construct("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")),
    ):
        with pytest.raises(NoBuildError, match=r"^the store cannot be read .*; build again$"):
            read()


def test_a_store_of_the_same_size_with_other_facts_is_noticed(folder: Folder, tmp_path: Path) -> None:
    builds.build(folder.data, folder.build)
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Rob Ray")
    builds.build(folder.data, tmp_path / "other")
    ours, theirs = (next(build.glob("store-*")) for build in (folder.build, tmp_path / "other"))
    shutil.rmtree(ours)
    shutil.copytree(theirs, ours)
    oxigraph.read(folder.build)
    with pytest.raises(NoBuildError, match=r"other quads than the build had; build again$"):
        oxigraph.verify(folder.build)


def loop(path: Path) -> None:
    folders.remove(path)
    path.symlink_to(path.name)


def in_the_way(path: Path, content: str = "a file") -> None:
    folders.remove(path)
    path.write_text(content)


def a_folder(path: Path) -> None:
    folders.remove(path)
    path.mkdir()
    (path / "inside").touch()


def listing(folder: Path, **changes: object) -> None:
    """Write a manifest with other entries."""
    (folder / "manifest.json").write_text(json.dumps({**folders.manifest(folder), **changes}))


OBSTACLES: dict[str, Callable[[Path], object]] = {
    "a manifest of brackets": lambda f: in_the_way(f / "manifest.json", "[" * 100_000),
    "a manifest that links to itself": lambda f: loop(f / "manifest.json"),
    "a manifest with a number for a name": lambda f: listing(f, store=7),
    "a manifest with a name for a number": lambda f: listing(f, quads="many"),
    "a manifest with true for a number": lambda f: listing(f, quads=True),
    "a manifest with a list of data": lambda f: listing(f, data=[]),
    "a manifest that names another folder": lambda f: listing(f, store="../../etc"),
    "a manifest without data": lambda f: (f / "manifest.json").write_text(
        json.dumps({k: v for k, v in folders.manifest(f).items() if k != "data"})
    ),
    "a file for a store": lambda f: in_the_way(next(f.glob("store-*"))),
    "a store that links to itself": lambda f: loop(next(f.glob("store-*"))),
    "a folder for a manifest": lambda f: a_folder(f / "manifest.json"),
    "a file more in the store": lambda f: (next(f.glob("store-*")) / "000099.log").write_text("x"),
    "a list for the digests": lambda f: in_the_way(next(f.glob("store-*")) / "files.json", "[]"),
}


@pytest.mark.parametrize("what", OBSTACLES)
def test_what_is_in_the_place_of_a_build_is_reported_in_a_line(small_build: Folder, tmp_path: Path, what: str) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    OBSTACLES[what](build)
    with pytest.raises(NoBuildError, match=r"build again$") as caught:
        oxigraph.read(build)
    assert "\n" not in str(caught.value)
    if "bracket" not in what and "manifest with" not in what:
        builds.build(small_build.data, build)
        assert is_whole(build)


def test_a_build_takes_the_place_of_whatever_is_in_its_way(small_build: Folder, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    for name in (".lock", "rareearth.trig", "summary.md"):
        a_folder(build / name)
    (build / ".staging").symlink_to(tmp_path)
    loop(build / "rareearth.gexf")
    builds.build(small_build.data, build)
    oxigraph.verify(build)
    assert folders.changed(build, folders.manifest(build)) == []
    assert tmp_path.exists()


def test_a_full_disk_that_the_engine_reports(
    small_build: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("IO error: No space left on device")

    monkeypatch.setattr(oxigraph, "_holds", full)
    with pytest.raises(StoreError, match=r"cannot be written .*No space left on device.*; the last build stays"):
        builds.build(small_build.data, tmp_path / "build")


def test_a_folder_that_cannot_be_written(tmp_path: Path, small_build: Folder) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        builds.build(small_build.data, tmp_path / "file" / "build")


def test_a_store_that_does_not_give_back_what_was_put_in_is_refused(tmp_path: Path) -> None:
    decimal = "<http://www.w3.org/2001/XMLSchema#decimal>"
    (new := tmp_path / "new").mkdir()
    quads = shards.of([f'<http://a> <http://b> "1.50"^^{decimal} .'], tmp_path)
    with pytest.raises(StoreError, match="does not hold what was written"):
        oxigraph.make(quads, new)


def test_of_a_large_store_the_count_and_a_sample_are_compared(
    lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oxigraph, "SMALL", 10)
    quads = shards.of(lines, tmp_path)
    assert set(oxigraph._sample(quads.path)) <= set(lines)
    assert len(set(oxigraph._sample(quads.path))) > 5000
    other = [line.replace('n"@en .', 'm"@en .') for line in lines]
    assert 0 < sum(map(str.__ne__, lines, other)) < len(lines) / 20
    for held, same in ((lines, True), (lines[1:], False), (other, False)):
        assert oxigraph._holds(oxigraph.memory(held).engine, quads) is same


def test_an_error_in_the_middle_of_a_build_leaves_the_last_one(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    builds.build(folder.data, folder.build)
    before = {p.name: p.read_bytes() for p in folder.build.iterdir() if p.is_file()}
    folder.change("entities/all.yaml", "Bob Ray", "Bob R. Ray")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        builds.build(folder.data, folder.build)
    assert {p.name: p.read_bytes() for p in folder.build.iterdir() if p.is_file()} == before
    assert is_whole(folder.build)
    assert not (folder.build / ".staging").exists()


def test_a_second_build_at_the_same_time_is_refused(folder: Folder) -> None:
    builds.build(folder.data, folder.build)
    with folders.staging(folder.build), pytest.raises(StoreError, match="another build is running"):
        builds.build(folder.data, folder.build)
    builds.build(folder.data, folder.build)
    assert is_whole(folder.build)


# ---- kills -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_kill_at_any_step_of_putting_things_in_place_leaves_a_whole_build(folder: Folder) -> None:
    """A child process is ended, without any cleaning up, at its n-th rename or removal; for every n."""
    builds.build(folder.data, folder.build)
    folder.change("entities/all.yaml", "Bob Ray", "Bob R. Ray")
    script = """
import os, shutil, sys
from pathlib import Path
from rareearth import build as builds
from rareearth import checks
from rareearth.store import shacl
shacl.violations = lambda store: []  # takes half of the time, and touches no file
left = 0
def counted(function):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(*arguments, **options)
    return call
os.replace, shutil.rmtree = counted(os.replace), counted(shutil.rmtree)
for line in sys.stdin:  # nothing is opened but in the children
    if os.fork() == 0:
        left = int(line)
        builds.build(Path(sys.argv[1]), Path(sys.argv[2]))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
    command = [sys.executable, "-c", script, folder.data, folder.build]
    with subprocess.Popen(
        command, env=environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in range(60):
            process.stdin.write(f"{step}\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            assert is_whole(folder.build), step
            if code == 0:
                break
            assert code == 9
        process.stdin.close()
    assert step > 5
    assert any('"Bob R. Ray"' in line for line in quads(folder.build))


@pytest.mark.slow
def test_kills_at_random_moments_leave_the_last_good_build(folder: Folder) -> None:
    command = [sys.executable, "-m", "rareearth", "build", "--data", folder.data, "--build", folder.build]
    start = time.monotonic()
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    usual = time.monotonic() - start
    moments = random.Random(5252)  # noqa: S311
    killed = 0
    for number in range(5):
        folder.change("entities/all.yaml", "name: Bob", f"name: Bob{number}")
        folder.change("entities/all.yaml", f"Bob{number}", "Bob")
        before = quads(folder.build)
        folder.write(
            "entities/all.yaml", (folder.data / "entities/all.yaml").read_text().replace("Ann", f"A{number}nn")
        )
        process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(usual * moments.uniform(0.2, 1.0))
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            killed += 1
        else:  # it was done before: the machine is not as busy as it was
            usual *= 0.6
        assert is_whole(folder.build)
        assert quads(folder.build) in (before, list(nquads.lines(folder.dataset())))
    assert killed >= 1
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    assert quads(folder.build) == list(nquads.lines(folder.dataset()))
    assert len(list(folder.build.glob("store-*"))) == 1


# ---- the same bytes --------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a build writes for its readers; RocksDB's own files carry ids and times of its own.

    The manifest names the data folder, as seen from the build folder; where that is another one, this and the digest of
    the manifest itself may differ.
    """
    found = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
    listed = json.loads(found["manifest.json"])
    del listed["data"], listed["manifest"]
    return {**found, "manifest.json": json.dumps(listed).encode()}


ELSEWHERE = {
    "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4242", "LC_ALL": "C", "LANG": "zh_CN.UTF-8", "COLUMNS": "40",
    "OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3",
}  # fmt: skip


@pytest.mark.slow
def test_the_same_data_gives_the_same_bytes_anywhere(built: Path, tmp_path: Path) -> None:
    """In other folders, time zones, locales, orders of hashing and of files, on other days, with other threads."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    script = """
import datetime, os, sys, time
now = 2_000_000_000.0
time.time = lambda: now
time.time_ns = lambda: int(now * 1e9)
from rareearth import build as builds
from rareearth import checks
from pathlib import Path
builds.build(Path(sys.argv[1]), Path(sys.argv[2]))
"""
    for number, path in enumerate(sorted((tmp_path / "data").rglob("*.yaml"), reverse=True)):
        os.utime(path, (number, number))
    arguments = [tmp_path / "data", tmp_path / "build"]
    subprocess.run([sys.executable, "-c", script, *arguments], env=environment(**ELSEWHERE), cwd=tmp_path, check=True)
    assert contents(tmp_path / "build") == contents(built)
    assert quads(tmp_path / "build") == quads(built)
    assert {"manifest.json", "rareearth.trig", "rareearth.graphml", "rareearth.gexf", "summary.md"} <= set(
        contents(built)
    )


@pytest.mark.parametrize("jobs", [1, 3])
def test_parts_and_processes_do_not_matter(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    listed = Parts.listed
    monkeypatch.setattr(Parts, "listed", lambda parts: listed(parts, 170))
    builds.build(None, tmp_path / "build", jobs=jobs)
    assert contents(tmp_path / "build") == contents(built)


def test_loading_in_parts_gives_the_same_store(
    lines: list[str], built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oxigraph, "_PART", 1000)
    (new := tmp_path / "new").mkdir()
    made = oxigraph.make(shards.of(lines, tmp_path), new)
    text = ox.serialize(made.store.engine, format=ox.RdfFormat.N_QUADS) or b""
    assert sorted(text.decode().splitlines()) == lines == quads(built)
    assert (made.quads.count, made.quads.sha256) == (len(lines), folders.manifest(built)["sha256"])


QUAD = ox.Quad(*[ox.NamedNode("http://example.org/a")] * 3)


@pytest.mark.parametrize("damage", [lambda e: e.remove(next(iter(e))), lambda e: e.add(QUAD)], ids=["less", "more"])
def test_a_store_of_that_name_that_holds_something_else_is_replaced(
    folder: Folder, damage: Callable[[ox.Store], None]
) -> None:
    builds.build(folder.data, folder.build)
    store = next(folder.build.glob("store-*"))
    engine = ox.Store(str(store))
    damage(engine)
    engine.flush()
    del engine
    with pytest.raises(StoreError, match="build again"):
        oxigraph.read(folder.build)
    builds.build(folder.data, folder.build)
    assert is_whole(folder.build)
