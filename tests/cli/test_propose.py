"""The command ``rareearth propose``: one article, many, bad ones among good ones, and runs that are ended."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest
from article_files import HEADLINE, PARAGRAPHS, page, pdf
from conftest import Command, Folder, environment

import rareearth
from rareearth import cli
from rareearth import ontology as ontologies
from rareearth.errors import ArticleError
from rareearth.proposals import inbox, proposing

TEXT = f"{HEADLINE}\n\n{' '.join(PARAGRAPHS)}\n"


def contents(folder: Path) -> dict[str, bytes]:
    """The files of an inbox, but for temporary ones, which a process that is killed cannot delete."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of articles: good ones of each format, also deeper, and bad ones."""
    folder = tmp_path / "texts"
    (folder / "deep" / ".hidden").mkdir(parents=True)
    for number in range(6):
        (folder / f"mill {number}.txt").write_text(f"{TEXT}It has {number} doors.\n", encoding="utf-8")
    (folder / "deep" / "mill 1.txt").write_text(f"{TEXT}It is another mill.\n", encoding="utf-8")
    (folder / "page.HTM").write_text(page('<meta charset="utf-8">'), encoding="utf-8")
    (folder / "report.pdf").write_bytes(pdf([list(PARAGRAPHS)]))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "notes.md").write_text("no article", encoding="utf-8")
    (folder / "deep" / ".hidden" / "a.txt").write_text(TEXT, encoding="utf-8")
    return folder


# ---- one article --------------------------------------------------------------------------------------------------


def test_an_article_is_proposed_into_the_inbox_of_the_data(folder: Folder, tmp_path: Path, run: Command) -> None:
    path = tmp_path / "Mill.txt"
    path.write_text(TEXT, encoding="utf-8")
    done = run(
        "propose", path, "--data", folder.data, "--published", "2026-03-04", "--publisher", "Daily Ore",
        "--url", "https://ore.example.org/mill", "--kind", "news",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].endswith(f"Mill.txt: read as mill, English, {len(TEXT.split())} words")
    assert "  title      Ore Works buys the mill of Oreville" in lines
    assert "  publisher  daily-ore" in lines
    assert "  published  2026-03-04" in lines
    assert "  begins     Ore Works buys the mill of Oreville Ore Works has bought the …" in lines
    assert "  ends       … years and will be repaired before it is opened again, she added." in lines
    assert lines[-1].endswith(f"next: `rareearth review --data {folder.data} mill`")
    assert (folder.data / "inbox" / "mill.txt").read_text(encoding="utf-8") == TEXT
    found = inbox.read(folder.data / "inbox" / "mill.yaml", ontologies.read())
    assert (found.article.publisher, found.article.kind, found.article.text) == ("daily-ore", "news", TEXT)
    assert f"{len(found.mentions):,} mention" in lines[-2]


def test_an_inbox_is_no_fault_of_the_data_and_makes_no_build_stale(
    folder: Folder, tmp_path: Path, run: Command
) -> None:
    run("tidy", "--data", folder.data)
    assert run("build", "--data", folder.data, "--build", folder.build).returncode == 0
    path = tmp_path / "mill.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert run("propose", path, "--data", folder.data).returncode == 0
    folder.write("inbox/mill.decisions.yaml", "- key: 0123\n")
    for command in (["check"], ["tidy", "--check"], ["build", "--build", folder.build]):
        done = run(*command, "--data", folder.data)
        assert (done.returncode, done.stderr) == (0, "")
    assert run("show", "ann-lee", "--build", folder.build).stderr == ""
    folder.write("inbox/mill.txt", "changed")
    assert run("show", "ann-lee", "--build", folder.build).stderr == ""
    folder.write("sources/inbox/mill.yaml", "")
    assert run("check", "--data", folder.data).returncode == 1  # it is one only in its place


def test_a_bad_article_is_refused_in_one_line_and_nothing_is_written(folder: Folder, texts: Path, run: Command) -> None:
    for name in ("empty.txt", "broken.pdf", "missing.txt"):
        done = run("propose", texts / name, "--data", folder.data)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert done.stderr.startswith(f"{texts / name}: ")
    assert not (folder.data / "inbox").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mill 0.txt", "mill 1.txt", "--id", "mill"], "--id, --title, --url and --published are for one article"),
        ([".", "--title", "Mill"], "--id, --title, --url and --published are for one article"),
        (["mill 0.txt", "-"], "- is standard input; expected it alone"),
        (["deep/.hidden/..", "deep/.none"], "deep/.none: cannot be read"),
        (
            ["mill 0.txt", "--inbox", "DATA"],
            "data: is in the data folder; expected inbox/ in it, or a folder elsewhere",
        ),
        (["mill 0.txt", "--inbox", "DATA/sources"], "data/sources: is in the data folder"),
        (["mill 0.txt", "--inbox", "notes.md"], "notes.md: is not a folder"),
        (["mill 0.txt", "--inbox", "notes.md/a"], "notes.md/a: cannot be written"),
        (["mill 0.txt", "--id", "Mill"], "mill 0.txt: id: found 'Mill'; expected an id"),
        (["mill 0.txt", "--language", "fr"], "mill 0.txt: found the language 'fr'; expected en or zh"),
    ],
)
def test_a_wrong_call_is_explained(
    folder: Folder, texts: Path, run: Command, arguments: list[str], message: str
) -> None:
    given = [argument.replace("DATA", str(folder.data)) for argument in arguments]
    done = run("propose", *given, "--data", folder.data, cwd=texts)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


# ---- many articles ------------------------------------------------------------------------------------------------


def test_a_folder_is_proposed_and_a_bad_file_stops_nothing(folder: Folder, texts: Path, run: Command) -> None:
    done = run("propose", texts, "--data", folder.data, "--jobs", 2)
    assert done.returncode == 1
    assert [line.partition(": ")[2].partition(";")[0] for line in done.stderr.splitlines()] == [
        "is a damaged PDF and cannot be read",
        "is empty",
    ]
    ids = [line.partition(":")[0] for line in done.stdout.splitlines()[:-2]]
    made = [f"mill-{number}" for number in (0, 2, 3, 4, 5)] + ["deep-mill-1", "page", "report", "texts-mill-1"]
    assert sorted(ids) == sorted(made)
    assert sorted(path.stem for path in (folder.data / "inbox").glob("*.yaml")) == sorted(made)
    assert done.stdout.splitlines()[-2].startswith("9 articles with ")
    assert done.stdout.splitlines()[-2].endswith(", 0 left alone, 2 failed")


def test_the_bytes_do_not_depend_on_the_number_of_processes(folder: Folder, texts: Path, run: Command) -> None:
    runs = []
    for jobs in (1, 3):
        place = texts.parent / f"inbox-{jobs}"
        done = run("propose", texts, "--data", folder.data, "--inbox", place, "--jobs", jobs)
        runs.append((done.stdout.replace(str(place), "INBOX"), done.stderr, contents(place)))
    assert runs[0] == runs[1]
    assert len(runs[0][2]) == 18


def test_articles_that_are_done_are_left_alone_until_something_changes(
    folder: Folder, texts: Path, run: Command
) -> None:
    for name in ("empty.txt", "broken.pdf", "page.HTM", "report.pdf"):
        (texts / name).unlink()
    place = folder.data / "inbox"

    def totals(*more: str) -> tuple[str, set[str]]:
        before = {path: path.stat().st_mtime_ns for path in place.glob("*")}
        done = run("propose", texts, "--data", folder.data, *more)
        assert done.returncode == 0, done.stderr
        written = {path.name for path in place.glob("*.yaml") if before.get(path) != path.stat().st_mtime_ns}
        line = done.stdout.splitlines()[-2]
        return f"{line.split()[0]} done, {line.rpartition(' refused, ')[2]}", written

    assert totals()[0] == "7 done, 0 left alone, 0 failed"
    assert totals() == ("0 done, 7 left alone, 0 failed", set())
    (texts / "mill 3.txt").write_text(f"{TEXT}It is new.", encoding="utf-8")
    (place / "mill-4.txt").unlink()
    (place / "mill-5.yaml").unlink()
    assert totals() == ("3 done, 4 left alone, 0 failed", {"mill-3.yaml", "mill-4.yaml", "mill-5.yaml"})
    assert totals("--kind", "news")[0] == "7 done, 0 left alone, 0 failed"
    assert totals("--kind", "news", "--again")[0] == "7 done, 0 left alone, 0 failed"
    folder.change("entities/all.yaml", "name: Bob Ray", "name: Bob Rey")
    assert totals("--kind", "news")[0] == "7 done, 0 left alone, 0 failed"


def test_one_article_twice_is_written_once(folder: Folder, tmp_path: Path, run: Command) -> None:
    """Two files with the text of a source of the data are that source."""
    digest = rareearth.propose(text=TEXT, id="mill", data=folder.data).article.hash
    head = folder.data.joinpath("sources/daily.yaml").read_text(encoding="utf-8")
    stated = (
        f"  text: {{sha256: {digest.sha256}, chars: {digest.chars}}}\nclaims:\n  - mine-school locatedIn oreville\n"
    )
    folder.write("sources/mill.yaml", head[: head.index("  text:")].replace("day=1", "day=2") + stated)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    done = run("propose", tmp_path / "a.txt", tmp_path / "b.txt", "--data", folder.data, "--jobs", 2)
    assert done.stderr == f"{tmp_path / 'b.txt'}: is the same article as {tmp_path / 'a.txt'} (mill)\n"
    assert list(contents(folder.data / "inbox")) == ["mill.txt", "mill.yaml"]


# ---- runs that are ended ------------------------------------------------------------------------------------------

COUNT = 900  # articles of a run that is ended


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number:03}.txt").write_text(f"{PARAGRAPHS[0]} It has {number} doors.\n", encoding="utf-8")
    return folder


def started(folder: Folder, many: Path, **streams: int) -> subprocess.Popen[bytes]:
    """The command, when it has written something."""
    command = [sys.executable, "-m", "rareearth", "propose", many, "--data", folder.data, "--jobs", "2"]
    process = subprocess.Popen(
        command, env=environment(), **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    )
    deadline = time.monotonic() + 60
    while not list((folder.data / "inbox").glob("*.yaml")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.001)
    return process


def children(of: int) -> list[str]:
    return Path(f"/proc/{of}/task/{of}/children").read_text(encoding="utf-8").split()


def ended(folder: Folder, many: Path, number: signal.Signals) -> tuple[int, str]:
    """End a run by a signal, wait until its processes are gone, and return its exit code and errors."""
    process = started(folder, many)
    workers = children(process.pid)
    assert len(workers) == 2
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process.returncode, error.decode()


@pytest.mark.slow
def test_a_run_that_was_killed_is_taken_up_again(folder: Folder, many: Path, run: Command) -> None:
    assert ended(folder, many, signal.SIGKILL) == (-signal.SIGKILL, "")
    left = len(list((folder.data / "inbox").glob("*.yaml")))
    assert 0 < left < COUNT
    done = run("propose", many, "--data", folder.data)
    assert done.returncode == 0
    assert f" {COUNT - left} articles with " in f" {done.stdout.splitlines()[-2]}"
    assert f" {left} left alone, 0 failed" in done.stdout
    fresh = many.parent / "fresh"
    run("propose", many, "--data", folder.data, "--inbox", fresh)
    assert contents(folder.data / "inbox") == contents(fresh)


@pytest.mark.slow
def test_ctrl_c_ends_a_run_cleanly(folder: Folder, many: Path) -> None:
    code, error = ended(folder, many, signal.SIGINT)
    done = list((folder.data / "inbox").iterdir())
    count = sum(path.suffix == ".yaml" for path in done)
    assert code == 128 + signal.SIGINT
    assert error.endswith(f" of {COUNT} articles are done; the same command goes on from here\n")
    assert count - 1 <= int(error.split()[0]) <= count
    assert len(done) == 2 * count  # nothing is left half written


def test_a_bar_is_drawn_on_a_terminal_only(folder: Folder, texts: Path) -> None:
    parent, child = pty.openpty()
    arguments = ["rareearth", "propose", str(texts), "--data", str(folder.data), "--jobs", "2"]
    output = io.StringIO()
    with (
        os.fdopen(child, "w", encoding="utf-8") as terminal,
        mock.patch.object(sys, "argv", arguments),
        mock.patch.dict(os.environ, {"TERM": "xterm"}),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(terminal),
        pytest.raises(SystemExit),
    ):
        cli.main()
    drawn = os.read(parent, 1 << 20).decode()
    os.close(parent)
    assert "articles" in drawn
    assert "\x1b[" in drawn
    assert "mill-0: English" in output.getvalue()
    assert "\x1b[" not in output.getvalue()
    assert "mill-0: English" not in drawn


# ---- in Python ----------------------------------------------------------------------------------------------------


def test_the_same_is_proposed_in_python(folder: Folder, tmp_path: Path, run: Command) -> None:
    path = tmp_path / "mill.txt"
    path.write_text(TEXT, encoding="utf-8")
    found = rareearth.propose(path, data=folder.data, published="2026-03-04")
    run("propose", path, "--data", folder.data, "--published", "2026-03-04")
    assert found == inbox.read(folder.data / "inbox" / "mill.yaml", ontologies.read())
    assert rareearth.propose(text=TEXT, data=folder.data, id="mill").mentions == found.mentions


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "found no article or two; expected a path or a text"),
        ({"text": TEXT, "path": "a.txt"}, "found no article or two"),
        ({"text": TEXT, "day": "2026"}, "found 'day'; expected a path or a text, and any of id, title"),
        ({"text": " "}, "the text: has only spaces"),
    ],
)
def test_a_wrong_call_in_python_is_explained(folder: Folder, given: dict[str, str], message: str) -> None:
    with pytest.raises(ArticleError, match=message):
        rareearth.propose(data=folder.data, **given)


# ---- what the rules give back -------------------------------------------------------------------------------------


def made_up(article: inbox.Article, _index: object) -> inbox.Proposals:
    """Proposals of an article: one new name, two refusals; or none, as they fail."""
    if "4 doors" in article.text:
        raise KeyError("door")
    refused = [inbox.Refusal(claim=f"a leads {object_}", reason="the sentence does not name it") for object_ in "bc"]
    return inbox.Proposals(article, refused=tuple(refused), notes=("is short",))


def test_what_was_refused_is_counted_and_listed(folder: Folder, texts: Path, run: Command) -> None:
    with mock.patch.object(proposing, "by_rules", made_up):
        one = run("propose", texts / "mill 0.txt", "--data", folder.data, "--refused").stdout.splitlines()
        short = run("propose", texts / "mill 0.txt", "--data", folder.data).stdout.splitlines()
        many = run("propose", texts / "mill 0.txt", texts / "mill 1.txt", "--data", folder.data, "--refused")
    assert "  note       is short" in one
    assert one[-5:-1] == [
        "0 mentions of 0 entities, 0 new names, 0 proposals, 2 refused",
        "       2 refused: the sentence does not name it",
        "           a leads b (by rules)",
        "           a leads c (by rules)",
    ]
    assert not any("does not name it" in line for line in short)
    assert many.stdout.splitlines()[-2] == "       4 refused: the sentence does not name it"


def test_an_article_that_breaks_the_rules_does_not_stop_the_others(folder: Folder, texts: Path, run: Command) -> None:
    with mock.patch.object(proposing, "by_rules", made_up):
        done = run("propose", texts / "mill 3.txt", texts / "mill 4.txt", texts / "mill 5.txt", "--data", folder.data)
    assert done.returncode == 1
    assert done.stderr == f"{texts / 'mill 4.txt'}: failed (KeyError: 'door')\n"
    assert "2 articles with 0 proposals and 4 refused, 0 left alone, 1 failed" in done.stdout
