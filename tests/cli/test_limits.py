"""Limits of the process: a command that exceeds one ends with one line, and a build leaves the last good one."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys

import pytest
from conftest import ROOT, Folder, environment

from rareearth.cli import limits

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce these limits")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"
DEEP = "ASK { " + "{" * 60 + "?a ?b ?c" + "}" * 60 + " }"


def limited(what: int, most: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command under a limit."""
    return subprocess.run(
        [sys.executable, "-m", "rareearth", *map(str, arguments)],
        cwd=ROOT,
        env=environment(PYTHONWARNINGS=""),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        preexec_fn=lambda: resource.setrlimit(what, (most, most)),
    )


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "most", "query", "line"),
    [
        (resource.RLIMIT_AS, 250 << 20, "ASK {}", "there is not enough memory; raise the limit (ulimit -v)"),
        (resource.RLIMIT_CPU, 3, ENDLESS, "the limit of processor time is reached; raise it (ulimit -t)"),
        (resource.RLIMIT_STACK, 128 << 10, DEEP, "the stack is too small; raise the limit (ulimit -s)"),
        (resource.RLIMIT_NOFILE, 40, "ASK {}", "raise the limit of open files (ulimit -n)"),
    ],
    ids=["memory", "time", "stack", "files"],
)
def test_a_query_beyond_a_limit_ends_with_a_line(
    small_build: Folder, what: int, most: int, query: str, line: str
) -> None:
    done = limited(what, most, "query", "-e", query, "--build", small_build.build)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{line}\n")
    assert done.stderr.count("\n") == 1


@LINUX
@pytest.mark.slow
def test_under_a_limit_that_is_wide_enough_nothing_changes(small_build: Folder) -> None:
    options = ("query", "leaders", "--format", "csv", "--build", small_build.build)
    free = limited(resource.RLIMIT_NOFILE, 512, *options)
    assert limited(resource.RLIMIT_CPU, 60, *options).stdout == free.stdout != ""
    wrong = limited(resource.RLIMIT_CPU, 60, "query", "-e", "ASK { ?a ree:leadz ?b }", "--build", small_build.build)
    assert (wrong.returncode, wrong.stdout) == (0, "no\n")
    assert wrong.stderr == "note: the graph has no relation ree:leadz; did you mean ree:leads?\n"
    assert limited(resource.RLIMIT_CPU, 60, "show", "nobody", "--build", small_build.build).returncode == 1


@LINUX
@pytest.mark.slow
def test_a_build_beyond_a_limit_leaves_the_last_one(folder: Folder) -> None:
    done = limited(resource.RLIMIT_AS, 250 << 20, "build", "--data", folder.data, "--build", folder.build)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert not (folder.build / "manifest.json").exists()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (MemoryError(), "memory"), (OSError(errno.EMFILE, "Too many open files"), "files"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"), (RuntimeError("can't start new thread"), "thread"),
        (ImportError("x.so: failed to map segment from shared object"), "memory"),
    ],
)  # fmt: skip
def test_errors_of_limits_are_explained(error: BaseException, word: str) -> None:
    assert word in str(limits.explain(error))


@pytest.mark.parametrize("error", [ImportError("no module"), RuntimeError("a fault"), FileNotFoundError(2, "no")])
def test_other_errors_are_not(error: BaseException) -> None:
    assert limits.explain(error) is None
