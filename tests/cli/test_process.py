"""The command as a process: streams that cannot be written, encodings, signals, and terminals of any width."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from conftest import ROOT, Command, Folder, environment

from rareearth import cli, ontology
from rareearth.cli import process
from rareearth.cli.common import explain
from rareearth.dataset import MAX_HINTS
from rareearth.errors import DataError, Problem
from rareearth.proposals import inbox
from rareearth.proposals.inbox import Article, Proposals

ROWS = (
    "SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) { ('first' 'a text of some words' '稀土稀土' 1) ('second' 'x' 'y' 2) } }"
)
HEAVY = {"rareearth.models", "rareearth.checks", "rareearth.analysis", "networkx", "numpy", "yaml", "rdflib"}
PROGRAM = [sys.executable, "-m", "rareearth"]


STATEMENT = {
    "statementId": f"a-{'0' * 32}",
    "recordId": "a",
    "recordType": "entity",
    "recordDetails": {"isComponent": False, "entityType": {"type": "registeredEntity"}, "name": "A"},
}


def commands(folder: Folder, where: Path) -> dict[str, list[str]]:
    """One call of each command that ends by itself."""
    build = ["--build", str(folder.build)]
    (where / "list.csv").write_text("name\nAnn Lee\n", encoding="utf-8")
    (where / "a.txt").write_text("One mine. Two mills.\n", encoding="utf-8")
    inbox.save(where / "box", Proposals(Article(id="a", language="en", text="One mine.")), ontology.read())
    (where / "x.bods.json").write_text(json.dumps([STATEMENT]))
    return {
        "questions": [],
        "relations": ["chair", *build],
        "query": ["leaders", *build],
        "show": ["ann-lee", *build],
        "path": ["ann-lee", "bob-ray", *build],
        "conflicts": build,
        "promises": build,
        "diff": [str(folder.data), str(folder.build)],
        "coverage": [str(where / "list.csv"), *build],
        "check": ["--data", str(folder.data)],
        "propose": [str(where / "a.txt"), "--data", str(folder.data), "--inbox", str(where / "inbox")],
        "review": ["--data", str(folder.data), "--inbox", str(where / "box")],
        "score": [str(ROOT / "tests" / "gold" / "first"), "--data", str(folder.data)],
        "retract": ["daily", "--because", "withdrawn", "--dry-run", "--data", str(folder.data)],
        "import": [
            str(where / "x.bods.json"),
            "--source",
            "x",
            "--title",
            "X",
            "--publisher",
            "daily-ore",
            "--url",
            "https://example.org/x",
            "--data",
            str(folder.data),
            "--dry-run",
        ],
        "tidy": ["--check", "--data", str(folder.data)],
        "build": ["--data", str(folder.data), "--build", str(where / "build")],
        "verify": ["--texts", str(where), *build],
        "sentences": [str(where / "a.txt")],
        "export": [str(where / "n.nq"), *build],
        "publish": ["--file", str(where / "p.nq"), *build],
        "analyse": ["spheres", *build],
        "control": ["ann-lee", *build],
        "report": [str(where / "r.md"), *build],
    }


NAMES = [
    "questions",
    "relations",
    "query",
    "show",
    "path",
    "conflicts",
    "promises",
    "coverage",
    "check",
    "tidy",
    "propose",
]
NAMES += ["review", "retract", "build", "verify", "sentences", "export", "import", "publish"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("analyse", "control")]  # report says as little


def shell(redirected: str, folder: Folder, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A command whose streams the shell redirects."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "bash", *PROGRAM, *arguments],
        env=environment(RAREEARTH_DATA=str(folder.data), **changes),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, *SLOW])
def test_output_that_cannot_be_written_is_one_line(small_build: Folder, tmp_path: Path, name: str) -> None:
    arguments = [name, *commands(small_build, tmp_path)[name]]
    full = shell(">/dev/full", small_build, *arguments)
    assert (full.returncode, full.stdout) == (1, "")
    assert full.stderr.splitlines()[-1] == "standard output: cannot be written (No space left on device)"
    closed = shell(">&-", small_build, *arguments, PYTHONIOENCODING="ascii")
    assert closed.returncode == 1
    assert "standard output: cannot be written (Bad file descriptor)" in closed.stderr
    assert "Traceback" not in full.stderr + closed.stderr


def test_every_command_is_among_those_that_are_tried(small_build: Folder, tmp_path: Path, run: Command) -> None:
    listed = {
        line.split()[0] for line in run("--help").stdout.partition("Commands")[2].splitlines() if line.strip(" :")
    }
    assert set(commands(small_build, tmp_path)) | {"mcp", "serve", "site"} == {
        name for name in listed if name.isalpha()
    }


def test_each_command_is_in_the_module_that_is_imported_for_it() -> None:
    """Of one command only its own module is imported; the table must name the right one, and every command."""
    found = {command.callback: command.callback.__module__ for command in cli.app.registered_commands}
    assert {
        c.__name__.rstrip("_"): module.removeprefix("rareearth.cli.") for c, module in found.items() if c
    } == cli._HOMES


def test_a_query_imports_no_models_and_no_analysis() -> None:
    """What only checks and analysis need takes longer to import than a small query takes in all."""
    ask = "sys.argv[1:] = ['query', '-e', 'ASK { ?s ?p ?o }']; code = cli._run()"
    program = f"import sys; from rareearth import cli; {ask}; print([m for m in sys.modules if m in {HEAVY}], code)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment()
    )
    assert done.stdout == "yes\n[] 0\n"


def test_what_the_output_lacks_is_escaped_with_a_note(small_build: Folder) -> None:
    done = shell("", small_build, "show", "ann-lee", "--build", str(small_build.build), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.startswith("Ann Lee  \\u674e\\u5b89\n")
    assert done.stderr == "note: ascii lacks some characters, which were written as \\uXXXX\n"


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "2>/dev/full"])
def test_the_other_streams_may_be_closed(small_build: Folder, closed: str) -> None:
    done = shell(closed, small_build, "check", "--data", str(small_build.data))
    assert (done.returncode, done.stdout) == (0, "7 records, 5 claims, 1 sources: no problems\n")
    assert shell(closed, small_build, "nonsense").returncode == 2


def test_a_reader_that_goes_away_ends_the_command_as_a_signal_would(small_build: Folder) -> None:
    long = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    done = shell("| head -1 >/dev/null; exit ${PIPESTATUS[0]}", small_build, "query", "-e", long, "--format", "tsv",
                 "--build", str(small_build.build))  # fmt: skip
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


MOMENTS = {
    "while it imports": "real = builtins.__import__\n"
    "def hook(name, *rest, **more):\n"
    "    name == 'typer' and os.kill(os.getpid(), number)\n"
    "    return real(name, *rest, **more)\n"
    "builtins.__import__ = hook",
    "while the engine computes": "from rareearth.knowledge import KnowledgeGraph\n"
    "real = KnowledgeGraph.run\n"
    "def hook(*rest):\n"
    "    threading.Timer(0.3, os.kill, [os.getpid(), number]).start()\n"
    "    return real(*rest)\n"
    "KnowledgeGraph.run = hook",
}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_ends_the_command_without_a_traceback(small_build: Folder, number: int, moment: str) -> None:
    start = f"import builtins, os, signal, threading\nfrom rareearth import cli\nnumber = {int(number)}"
    start += "\nsignal.signal(number, signal.SIG_DFL)"  # the tests may run under nohup
    program = f"{start}\n{MOMENTS[moment]}\ncli.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "query", "-e", ENDLESS, "--build", small_build.build],
        env=environment(RAREEARTH_DATA=str(small_build.data)),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


def test_errors_that_are_nobodys_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(error: BaseException) -> int:
        def command() -> int:
            raise error

        return process._code(command)

    assert fails(OSError(errno.ENOSPC, "No space left on device", "x.bin")) == 1
    assert fails(MemoryError()) == 1
    assert (fails(SystemExit(3)), fails(SystemExit())) == (3, 0)
    assert fails(OSError(errno.EIO, "Input/output error", "y.bin")) == 1
    assert capsys.readouterr().err.splitlines() == [
        "x.bin: there is no space left on the disk, or a file is larger than allowed (ulimit -f)",
        "there is not enough memory; raise the limit (ulimit -v)",
        "y.bin: Input/output error",
    ]


def terminal(width: int, folder: Folder, *arguments: str, **changes: str) -> list[str]:
    """The lines that a command writes to a terminal of so many columns."""
    above, below = pty.openpty()
    fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    settings = environment(RAREEARTH_DATA=str(folder.data), **changes)
    started = subprocess.Popen([*PROGRAM, *arguments], env=settings, stdout=below, stdin=below)
    os.close(below)
    out = b""
    try:
        while part := os.read(above, 65536):
            out += part
    except OSError:  # Linux reports the end as an error
        pass
    os.close(above)
    assert started.wait(15) == 0
    return out.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "columns"), [(1, ""), (24, ""), (40, ""), (0, "24"), (24, "x"), (24, "-1")])
def test_a_narrow_terminal_shows_every_value_of_a_row(small_build: Folder, width: int, columns: str) -> None:
    changes = {"COLUMNS": columns} if columns else {}
    shown = terminal(width, small_build, "query", "-e", ROWS, "--build", str(small_build.build), TERM="dumb", **changes)
    if width == 40:
        assert shown[0].split() == ["a", "b", "c", "d"]
        assert any(line.startswith("first ") and line.endswith("稀土稀土   1") for line in shown)
    else:
        assert shown[:5] == ["a: first", "b: a text of some words", "c: 稀土稀土", "d: 1", ""]


def test_the_first_problems_and_a_count_are_listed() -> None:
    error = DataError(Problem(Path("x.yaml"), line, "is wrong") for line in range(1, 1001))
    told = explain(error).splitlines()
    assert len(told) == 51
    assert told[49:] == ["x.yaml:50: is wrong", "… and 950 more problems (`rareearth check --all` lists them all)"]
    assert len(explain(error, 1000).splitlines()) == 1000


def test_check_lists_all_problems_when_asked(folder: Folder, run: Command) -> None:
    records = "".join(f"  a-{number}:\n    name: A{number}\n" for number in range(60))
    folder.write("entities/more.yaml", f"Person:\n{records}")
    assert len(run("check", "--data", folder.data).stderr.splitlines()) == 51
    done = run("check", "--all", "--data", folder.data)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 60)


def test_thousands_of_unknown_ids_do_not_take_long(folder: Folder, run: Command) -> None:
    """Each suggestion compares a word with all ids."""
    daily = (folder.data / "sources" / "daily.yaml").read_text(encoding="utf-8")
    claims = "".join(f"  - ann-le leads mine-school-{number}\n" for number in range(2000))
    folder.write("sources/many.yaml", daily[: daily.index("  text:")].replace("day=1", "day=2") + "claims:\n" + claims)
    told = run("check", "--all", "--data", folder.data).stderr.splitlines()
    assert len(told) == 4000
    assert sum("; did you mean ann-lee" in line for line in told) <= MAX_HINTS
    assert "; did you mean ann-lee" in told[0]
