"""The command, run as its user runs it: answers, and one clear line for each kind of bad input."""

# ruff: noqa: E501 - tables are read row by row

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import Command, Folder, environment, small

from rareearth import build as builds
from rareearth import formats, namespaces
from rareearth.store import folder as folders
from rareearth.store import oxigraph, questions


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(done: subprocess.CompletedProcess[str], *words: str, code: int = 1, lines: int = 1) -> None:
    """Nothing on standard output, that many clear lines on standard error, and an exit code that tells."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    told = done.stderr.rstrip("\n").splitlines()
    assert len(told) == lines, done.stderr
    for word in words:
        assert word in done.stderr


# ---- bad data --------------------------------------------------------------------------------------------

DAILY, ALL = "sources/daily.yaml", "entities/all.yaml"
BAD = {
    "a wrong relation": (DAILY, "ann-lee leads", "ann-lee leeds", "daily.yaml:12: 'leeds' is not a relation"),
    "an unknown id": (DAILY, "ann-lee leads", "ann-li leads", "daily.yaml:12: no record 'ann-li'"),
    "a subject outside the domain": (DAILY, "ann-lee leads", "oreville leads", "daily.yaml:12: 'oreville' is a City; expected"),
    "a duplicate id": (ALL, "  oreville:", "  mine-school:", "all.yaml:21: the id 'mine-school' is already at"),
    "a duplicate key": (DAILY, "role: rector", "role: rector\n      role: dean", "daily.yaml:14: found the key 'role' a second"),
    "a bad date": (DAILY, "since: 2020", "since: 2020-02-30", "daily.yaml:16: since: '2020-02-30' has no day 30"),
    "a span outside the text": (DAILY, "at: 0-20", "at: 0-2000", "daily.yaml:12: cites characters 0-2000 of a text of 900"),
    "an anchor": (DAILY, "role: rector", "role: &a rector", "daily.yaml:13: found the anchor &a"),
    "deep nesting": (DAILY, "role: rector", "role: " + "[" * 13, "daily.yaml:13: found more than 12 levels"),
    "a hundred thousand brackets": (DAILY, "role: rector", "role: " + "[" * 100_000, "daily.yaml:13: found more than 12"),
    "not UTF-8": (DAILY, "role: rector", b"role: recteur \xe0 Paris", "daily.yaml:13: found the byte 0xe0; expected UTF-8"),
    "not YAML": (DAILY, "role: rector", "role: 'rector", "daily.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_data_is_one_line_and_the_last_build_stands(
    run: Command, small_build: Folder, tmp_path: Path, what: str
) -> None:
    name, old, new, message = BAD[what]
    folder = small(tmp_path)
    raw = (folder.data / name).read_bytes()
    assert raw.count(old.encode()) == 1
    folder.write(name, raw.replace(old.encode(), new if isinstance(new, bytes) else new.encode()))
    shutil.copytree(small_build.build, folder.build)
    before = snapshot(folder.build)
    start = time.monotonic()
    done = run("build", "--data", folder.data, "--build", folder.build)
    more = done.stderr.count("\n") if "no claim mentions" in done.stderr or "no record" in done.stderr else 1
    refused(done, message, lines=more)
    assert time.monotonic() - start < 20
    assert snapshot(folder.build) == before


def test_check_tells_what_build_tells(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    folder.change(DAILY, "ann-lee leads", "ann-lee leeds")
    checked = run("check", "--data", folder.data)
    refused(checked, "'leeds' is not a relation")
    assert checked.stderr == run("build", "--data", folder.data, "--build", folder.build).stderr


def test_a_bomb_of_anchors(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    folder.write("sources/bomb.yaml", bomb)
    refused(run("check", "--data", folder.data), "bomb.yaml:1: found the anchor &a")


@pytest.mark.parametrize("place", ["nothing", "data/entities/all.yaml"])
def test_data_that_is_not_there(run: Command, tmp_path: Path, place: str) -> None:
    folder = small(tmp_path)
    refused(run("check", "--data", tmp_path / place), "is not a folder")
    refused(run("build", "--data", tmp_path / place, "--build", folder.build), "is not a folder")
    refused(run("tidy", "--data", tmp_path / place), "is not a folder")
    refused(run("tidy", "--check", "--data", folder.data / "sources"), "contains no data")


def test_check_counts_what_is_there(run: Command, small_build: Folder) -> None:
    done = run("check", "--data", small_build.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "7 records, 5 claims, 1 sources: no problems\n"


def test_paths_are_told_from_where_one_stands(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    folder.change(DAILY, "ann-lee leads", "ann-lee leeds")
    done = run("check", "--data", "data", cwd=tmp_path)
    assert done.stderr.startswith("data/sources/daily.yaml:12: ")


# ---- builds and stores -----------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written(run: Command, small_build: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    refused(run("build", "--data", small_build.data, "--build", tmp_path / "file" / "build"), "cannot be written")
    refused(
        run("export", tmp_path / "file" / "n.gexf", "--build", small_build.build, RAREEARTH_DATA=str(small_build.data)),
        "cannot be written",
    )


def test_a_second_build_at_the_same_time(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    builds.build(folder.data, folder.build)
    before = snapshot(folder.build)
    with folders.staging(folder.build):
        refused(run("build", "--data", folder.data, "--build", folder.build), "another build is running")
    assert snapshot(folder.build) == before
    assert run("build", "--data", folder.data, "--build", folder.build).returncode == 0


@pytest.mark.parametrize("damage", ["manifest.json", "MANIFEST", "sst"])
def test_an_unreadable_store(run: Command, small_build: Folder, tmp_path: Path, damage: str) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    for path in [p for p in build.rglob("*") if p.is_file() and (damage in p.name)]:
        path.write_bytes(path.read_bytes()[:-20])
    for arguments in (["query", "leaders"], ["export", tmp_path / "n.graphml"]):
        done = run(*arguments, "--build", build, RAREEARTH_DATA=str(small_build.data))
        refused(done, f"run `rareearth build --build {build}`")
    assert not (tmp_path / "n.graphml").exists()


def test_the_first_question_builds(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    done = run("query", "leaders", RAREEARTH_BUILD=str(folder.build), RAREEARTH_DATA=str(folder.data))
    assert done.returncode == 0, done.stderr
    assert "ann-lee" in done.stdout
    assert done.stderr == f"note: {folder.build} has no build yet; building it first\n"
    assert folders.manifest(folder.build)["quads"] > 0


@pytest.mark.parametrize(
    "command",
    [
        ["query", "leaders"], ["show", "ann-lee"], ["path", "ann-lee", "bob-ray"], ["conflicts"], ["export", "x.gexf"],
        ["serve"], ["analyse"], ["report", "x.html"], ["verify", "--texts", "."], ["check", "--store"],
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_build_folder_that_is_not_there_is_a_wrong_call(run: Command, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "empty"):
        done = run(*command, "--build", name, cwd=tmp_path)
        refused(done, f"{name}: there is no build here; `rareearth build --build {name}` makes one", code=2)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty"]


def test_a_check_of_the_store(run: Command, small_build: Folder, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    assert run("check", "--store", "--build", build).stdout.endswith(" quads and 4 files, all as built\n")
    for name in ("rareearth.trig", "rareearth.graphml"):
        (build / name).write_text("other")
    command = f"`rareearth build --data FOLDER --build {build}`"
    refused(run("check", "--store", "--build", build), "rareearth.graphml", "rareearth.trig: not as built", command)
    refused(run("check", "--build", build), "--build is for --store")


def test_a_build_of_ones_own_data_is_replaced_with_a_note(run: Command, folder: Folder, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder.data, other)
    assert run("build", "--data", other, "--build", folder.build).stderr == ""
    done = run("build", "--data", folder.data, "--build", folder.build)
    assert done.stderr == f"note: this replaces a build of the data in {other}\n"


def test_changed_data_is_noted_on_standard_error(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    builds.build(folder.data, folder.build)
    folder.change(ALL, "Bob Ray", "Rob Ray")
    done = run("query", "leaders", "--build", folder.build)
    assert done.returncode == 0
    command = f"rareearth build --data {folder.data} --build {folder.build}"
    assert done.stderr == f"note: the data has changed since this build; `{command}` creates a new one\n"


# ---- questions -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ask(run: Command, small_build: Folder) -> Command:
    """Run a command about the small data."""

    def command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        return run(*arguments, "--build", small_build.build, RAREEARTH_DATA=str(small_build.data), **options)

    return command


def test_questions_are_listed_in_english(run: Command) -> None:
    listed = run("questions").stdout
    assert sum(not line.startswith(" ") for line in listed.splitlines()) == len(questions.read_all()) >= 15
    for question in questions.read_all():
        assert f"{question.name} " in listed
        assert question.english in listed


def test_a_question_with_parameters(ask: Command) -> None:
    done = ask("query", "neighbours", "entity=Ann Lee", "--format", "json")
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert rows
    assert all(namespaces.ENTITY + "bob-ray" not in json.dumps(row) for row in rows)


def test_a_query_from_the_command_line_and_from_a_file(ask: Command, tmp_path: Path) -> None:
    text = "SELECT ?who ?what { ?who ree:leads ?what }"
    (tmp_path / "mine.rq").write_text(text, encoding="utf-8")
    by_text = ask("query", "-e", text, "--format", "csv")
    by_file = ask("query", tmp_path / "mine.rq", "--format", "csv")
    assert by_text.stdout == by_file.stdout
    (tmp_path / "marked.rq").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert ask("query", tmp_path / "marked.rq", "--format", "csv").stdout == by_text.stdout
    assert ask("query", "-e", f"\ufeff{text}", "--format", "csv").stdout == by_text.stdout
    (tmp_path / "wide.rq").write_bytes(text.encode("utf-16"))
    refused(ask("query", tmp_path / "wide.rq"), "wide.rq: found UTF-16 or UTF-32; expected UTF-8: save the file")
    assert list(csv.DictReader(io.StringIO(by_text.stdout))) == [
        {"who": namespaces.ENTITY + "ann-lee", "what": namespaces.ENTITY + "mine-school"}
    ]


def test_values_are_bound(ask: Command) -> None:
    text = "SELECT ?who ?what { ?who ree:leads ?what }"
    assert "ann-lee" in ask("query", "-e", text, "who=entity:ann-lee").stdout
    assert ask("query", "-e", text, 'who=} UNION { ?who ?p ?what # "').stdout.endswith("(0 rows)\n")


FORMS = {
    "SELECT ?s { ?s ree:leads ?o }": {
        "table": "ann-lee",
        "csv": "s",
        "tsv": "?s",
        "json": '"bindings"',
        "xml": "<results>",
    },
    "ASK { ?s ree:leads ?o }": {"table": "yes", "json": "true", "xml": "<boolean>true"},
    "CONSTRUCT { ?s ree:leads ?o } { ?s ree:leads ?o }": {
        "ttl": "ree:leads",
        "nt": "ontology#leads>",
        "xml": "rdf:RDF",
        "json": "leads",
    },
    "DESCRIBE entity:ann-lee": {"ttl": '"Ann Lee"@en', "nt": '"Ann Lee"@en', "xml": "Ann Lee", "json": "Ann Lee"},
}


@pytest.mark.parametrize(("text", "form"), [(text, form) for text, forms in FORMS.items() for form in forms])
def test_the_forms_of_an_answer(ask: Command, text: str, form: str) -> None:
    done = ask("query", "-e", text, "--format", form)
    assert done.returncode == 0, done.stderr
    assert FORMS[text][form] in done.stdout


def test_without_a_format_a_table_or_turtle_is_given(ask: Command) -> None:
    assert ask("query", "-e", "SELECT ?s { ?s ree:leads ?o }").stdout.endswith("(1 row)\n")
    assert ask("query", "-e", "CONSTRUCT WHERE { ?s ree:leads ?o }").stdout.startswith("@prefix")
    assert ask("query", "-e", "ASK { ?s ree:nothing ?o }").stdout == "no\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-e", "SELECT * { ?s ?p }"], "of the query is not SPARQL 1.1: expected"),
        (["-e", ""], "is not SPARQL 1.1"),
        (["-e", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], "SERVICE is refused"),
        (["-e", "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"], "FROM <file:///etc/passwd> is refused"),
        (["-e", "INSERT DATA { entity:a ree:b 1 }"], "INSERT is refused"),
        (["-e", "LOAD <file:///etc/passwd>"], "LOAD is refused"),
        (["-e", "SELECT * " + "{" * 100_000], "brackets are nested more than 64 deep"),
        (["-e", "SELECT ?s { ?s ?p ?o }", "x=1"], "?x is given a value, so the query must SELECT it"),
        (["-e", "SELECT ?s { ?s ?p ?o }", "x"], "found 'x'; expected PARAMETER=VALUE"),
        (["-e", "ASK {}", "--format", "csv"], "a yes or no cannot be written as csv"),
        (["-e", "CONSTRUCT WHERE { ?s ?p ?o }", "--format", "table"], "a graph cannot be printed as a table"),
        (["leader"], "no question named 'leader'; did you mean leaders?"),
        (["leaders", "who=x"], "the question leaders has no parameter 'who'"),
        (["neighbours", "entity=Ann Leigh"], "no entity named 'Ann Leigh'; did you mean "),
        (["missing.rq"], "missing.rq: cannot be read"),
        ([], "no query"),
    ],
)
def test_a_bad_question_is_one_line(ask: Command, arguments: list[str], message: str) -> None:
    refused(ask("query", *arguments), message)


def test_a_query_file_that_is_not_utf8(ask: Command, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"SELECT * { ?s ?p '\xe9' }")
    refused(ask("query", tmp_path / "q.rq"), "q.rq: is not UTF-8 (byte 18)")


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [["query", "-e", ENDLESS], ["export", "n.graphml", "--query", ENDLESS.replace("(COUNT(*) AS ?n)", "*")]],
)
def test_an_endless_query_is_stopped(
    run_process: Command, small_build: Folder, tmp_path: Path, arguments: list[str]
) -> None:
    start = time.monotonic()
    options = ("--timeout", 1, "--build", small_build.build)
    done = run_process(*arguments, *options, cwd=tmp_path, RAREEARTH_DATA=str(small_build.data))
    assert time.monotonic() - start < 15
    refused(done, "the query took longer than 1 seconds and was stopped", code=124)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_long_table_survives_a_reader_that_goes_away(small_build: Folder) -> None:
    command = [sys.executable, "-m", "rareearth", "query", "-e", "SELECT * { ?s ?p ?o }", "--build", small_build.build]
    process = subprocess.Popen(
        command, env=environment(RAREEARTH_DATA=str(small_build.data)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=30) == 128 + signal.SIGPIPE
    assert "Traceback" not in told


# ---- cards, paths, texts ---------------------------------------------------------------------------------


def test_show_and_path(ask: Command) -> None:
    shown = ask("show", "李安").stdout
    assert shown.startswith("Ann Lee  李安\nperson · ann-lee\n")
    assert "daily 0-20 0123abcd" in shown
    told = ask("path", "Ann Lee", "Bob Ray").stdout
    assert told.startswith("1. Ann Lee – Mine School\n")
    assert "2. Mine School – Bob Ray\n" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "Ann"], "no entity named 'Ann'; did you mean Ann Lee (ann-lee, person)"),
        (["show", "Lee"], "no entity named 'Lee'"),
        (["show", "x" * 100_000], "xxx… (100,000 characters)'"),
        (["show", "zz\x1b[31m\u202eq"], "no entity named 'zz<U+001B>[31m<U+202E>q'"),
        (["query", "x" * 100_000], "xxx… (100,000 characters)'"),
        (["query", "x" * 300 + ".rq"], "cannot be read"),
        (["query", "leaders", f"organization={'x' * 100_000}"], "xxx… (100,000 characters)'"),
        (["path", "Ann Lee", "ann-lee"], "both names refer to the same entity"),
        (["path", "Ann Lee", "Daily Ore"], "no path in the graph connects ann-lee and daily-ore"),
        (["verify"], "no texts to check against"),
        (["verify", "--texts", "nowhere"], "nowhere: is not a folder"),
        (["show", "Ann Lee", "--texts", "nowhere"], "nowhere: is not a folder"),
    ],
)
def test_what_cannot_be_shown_is_one_line(ask: Command, arguments: list[str], message: str) -> None:
    refused(ask(*arguments), message)


@pytest.mark.parametrize("name", ["lee ann", "李 安", "AnnLee", "Ann\u200b Lee", "\ufeffAnn Lee"])
def test_a_name_in_another_spelling_is_shown_without_a_note(ask: Command, name: str) -> None:
    done = ask("show", name)
    assert done.stdout.startswith("Ann Lee  李安\n")
    assert done.stderr == ""


def test_a_note_says_by_which_name_an_entity_was_found(ask: Command) -> None:
    done = ask("show", "the ore works")
    assert done.stdout.startswith("Ore Works\n")
    assert done.stderr == "note: 'the ore works' is a name in a source of ore-works\n"
    assert ask("query", "neighbours", "entity=LEE Ann").stdout == ask("query", "neighbours", "entity=ann-lee").stdout
    refused(ask("show", "Ore"), "no entity named 'Ore'; did you mean")  # "Works" is no word of the trade


def test_conflicts_without_a_difference_say_so(ask: Command) -> None:
    assert ask("conflicts", "--unjudged").stdout == "no unjudged differences\n"
    assert ask("conflicts").stdout == "0 conflicts\n"


@pytest.mark.parametrize("day", ["yesterday", "2025-13-45", "2025"])
def test_a_day_that_is_none_is_refused(ask: Command, day: str) -> None:
    refused(ask("query", "timeline", f"firstDay={day}"), f"found '{day}'; expected a day, such as 2025-04-15")


def test_a_text_that_is_not_in_the_folder_is_named(ask: Command, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Nothing of the kind.\n")
    assert "daily: not checked, no daily.txt in the folder\n" in ask("verify", "--texts", tmp_path).stdout


def test_verify_tells_lost_spans_and_fails(ask: Command, tmp_path: Path) -> None:
    (tmp_path / "daily.txt").write_text("Nothing of the kind.\n")
    done = ask("verify", "--texts", tmp_path)
    assert done.returncode == 1
    assert "daily: 0-20 0123abcd is not " in done.stdout
    assert done.stdout.endswith("0 of 5 spans found\n")


def test_verify_holds_the_article(run: Command, built: Path, article_text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article_text, encoding="utf-8")
    done = run("verify", "--texts", tmp_path, "--build", built)
    assert " is not " not in done.stdout
    held, _, cited = done.stdout.splitlines()[-1].removesuffix(" spans found").partition(" of ")
    assert int(held) == int(cited) >= 35


def test_sentences_are_listed_as_claims_want_them(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One mine. Two mills.\n", encoding="utf-8")
    listed = run("sentences", tmp_path / "a.txt").stdout.splitlines()
    assert listed[0].endswith("chars: 21}")
    assert [line.split(" ", 1)[0] for line in listed[1:]] == ["0-9", "10-20"]
    assert run("sentences", tmp_path / "a.txt", "--find", "MILLS").stdout.splitlines() == listed[2:]
    (tmp_path / "empty.txt").write_text(" \n")
    refused(run("sentences", tmp_path / "empty.txt"), "is empty")
    for copy in ("\ufeffOne mine. Two mills.\n", "\ufeffOne mine. Two mills.\r\n"):
        (tmp_path / "b.txt").write_bytes(copy.encode())
        assert run("sentences", tmp_path / "b.txt").stdout.splitlines() == listed
    (tmp_path / "c.txt").write_bytes("One mine.".encode("utf-16"))
    refused(run("sentences", tmp_path / "c.txt"), "c.txt: found UTF-16 or UTF-32; expected UTF-8: save the file")
    refused(run("sentences", tmp_path / "none.txt"), "cannot be read")


# ---- files -----------------------------------------------------------------------------------------------

ENDINGS = [".graphml", ".gexf", ".ttl", ".trig", ".nq", ".jsonld", ".csv", ".cypher", ".svg"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_export_by_ending(ask: Command, tmp_path: Path, ending: str) -> None:
    view = ["--view", "full"] if ending in formats.NETWORKS else []
    done = ask("export", tmp_path / f"n{ending}", *view)
    assert done.returncode == 0, done.stderr
    files = sorted(p.name for p in tmp_path.iterdir())
    assert files == (["n.edges.csv", "n.nodes.csv"] if ending == ".csv" else [f"n{ending}"])
    assert all(name in done.stdout for name in files)
    assert "mine-school" in "".join(p.read_text(encoding="utf-8") for p in tmp_path.iterdir())


def test_export_of_kinds_and_queries(ask: Command, tmp_path: Path) -> None:
    ask("export", tmp_path / "speech.csv", "--view", "full", "--kind", "speech")
    [edge] = csv.DictReader(io.StringIO((tmp_path / "speech.edges.csv").read_bytes().decode(), newline=""))
    assert edge["relation"] == "collaboratesWith"
    ask("export", tmp_path / "led.csv", "--query", "CONSTRUCT { ?a ree:leads ?b } { ?a ree:leads ?b }")
    [edge] = csv.DictReader(io.StringIO((tmp_path / "led.edges.csv").read_bytes().decode(), newline=""))
    assert (edge["Source"], edge["Target"]) == ("ann-lee", "mine-school")


@pytest.mark.parametrize("command", [["export", "n.gexf"], ["analyse"], ["report", "n.html"], ["conflicts"]])
def test_an_unknown_kind_is_refused_before_any_work(run: Command, tmp_path: Path, command: list[str]) -> None:
    done = run(*command, "--kind", "rumour", cwd=tmp_path, RAREEARTH_BUILD=str(tmp_path / "build"))
    refused(done, "named 'rumour'; expected one ")
    assert list(tmp_path.iterdir()) == []


FORMULAS = (
    """SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) { ("=1+1" -5 "-5" "@x") ("赣" 1.20 "-5 t/a"^^ree:measure UNDEF) } }"""
)


def test_no_formula_runs_in_a_table_and_numbers_stay(ask: Command) -> None:
    rows = list(csv.reader(io.StringIO(ask("query", "-e", FORMULAS, "--format", "csv").stdout, newline="")))
    assert rows == [["a", "b", "c", "d"], ["'=1+1", "-5", "-5", "'@x"], ["赣", "1.2", "'-5 t/a", ""]]
    first, *_ = ask("query", "-e", FORMULAS, "--format", "tsv").stdout.splitlines()[1:]
    assert first == """"'=1+1"\t-5\t"-5"\t"'@x""" + '"'
    assert '"=1+1"' in ask("query", "-e", FORMULAS, "--format", "json").stdout
    marked = ask("query", "-e", FORMULAS, "--format", "csv", "--excel").stdout
    assert marked.startswith("\ufeffa,b,c,d")
    refused(ask("query", "-e", FORMULAS, "--excel"), "--excel is for --format csv")


def test_a_table_has_all_digits_of_a_number(ask: Command) -> None:
    query = (
        "SELECT ?a ?b ?c ?d { BIND(0.123456789012345678 AS ?a) BIND(1.2e-7 AS ?b) BIND(2021.0 AS ?c) BIND(1e6 AS ?d) }"
    )
    cells = ask("query", "-e", query).stdout.splitlines()[2].split()
    assert cells == ["0.123456789012345678", "0.00000012", "2021", "1000000"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["n.xlsx"], "'.xlsx' is not a known extension"),
        (["n.gexf", "--kind", "rumour"], "no kind of claim named 'rumour'"),
        (["n.ttl", "--view", "full"], "n.ttl: a .ttl file contains everything; --view"),
        (["n.jsonld", "--kind", "fact"], "n.jsonld: a .jsonld file contains everything"),
        (["n.nq", "--query", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"], "n.nq: a .nq file contains everything"),
        (["n.gexf", "--query", "ASK { ?s ?p ?o }"], "a network needs a CONSTRUCT or SELECT query"),
        (["n.gexf", "--query", "SELECT ?s { ?s ?p ?o }"], "a network needs three columns"),
        (["n.gexf", "--query", "SELECT * { SERVICE <http://127.0.0.1:9/> {} }"], "SERVICE is refused"),
        (
            ["n.gexf", "--view", "full", "--query", "SELECT ?s ?p ?o { ?s ?p ?o }"],
            "a network is of a view or of a query",
        ),
        (["n.ttl", "--query", ""], "n.ttl: a .ttl file contains everything"),
        (["n.ttl", "--directed"], "n.ttl: --directed is for .graphml .gexf .csv"),
        (["n.svg", "--directed"], "n.svg: --directed is for .graphml .gexf .csv"),
        (["n.graphml", "--excel"], "n.graphml: --excel is for .csv"),
        (["nowhere/n.gexf"], "cannot be written"),
    ],
)
def test_a_bad_export_is_one_line_and_leaves_no_file(
    ask: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(ask("export", *arguments), message)
    assert list(tmp_path.iterdir()) == []


# ---- the whole -------------------------------------------------------------------------------------------


def test_help_names_the_commands(run_process: Command) -> None:
    done = run_process("--help")
    assert done.returncode == 0
    for command in ("build", "check", "query", "questions", "show", "path", "verify", "export", "sentences"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["query", "--format", "pdf", "leaders"], ["query", "-e", "ASK {}", "--timeout", "x"]]
)
def test_a_wrong_command_or_option_is_reported_in_one_line_with_exit_code_2(run: Command, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert re.fullmatch(r"rareearth.*: .+ \(see `rareearth.* --help`\)\n", done.stderr)
    assert not done.stdout


def test_without_arguments_the_help_is_shown(run: Command) -> None:
    done = run()
    assert done.returncode == 2
    assert "Usage: rareearth" in done.stderr
    assert "conflicts" in done.stderr


@pytest.mark.slow
def test_the_output_is_utf8_in_any_locale_but_where_python_is_not_to_use_it(
    small_build: Folder, run_process: Command
) -> None:
    for changes, shown in (
        ({"LC_ALL": "C"}, "李安"),
        ({"LC_ALL": "C.UTF-8"}, "李安"),
        ({"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, r"\u674e\u5b89"),
    ):
        done = run_process(
            "query",
            "-e",
            "SELECT ?l { entity:ann-lee rdfs:label ?l }",
            "--build",
            small_build.build,
            RAREEARTH_DATA=str(small_build.data),
            **changes,
        )
        assert done.returncode == 0, done.stderr
        assert shown in done.stdout.splitlines()


def test_quads_of_a_build_are_those_of_its_export(ask: Command, small_build: Folder, tmp_path: Path) -> None:
    ask("export", tmp_path / "n.nq")
    assert set(ox.parse(path=tmp_path / "n.nq", format=ox.RdfFormat.N_QUADS)) == set(
        oxigraph.read(small_build.build).quads()
    )
    assert os.stat(tmp_path / "n.nq").st_size > 0


def test_tidy_formats_files_and_with_check_only_lists_them(run: Command, tmp_path: Path) -> None:
    folder = small(tmp_path)
    run("tidy", "--data", folder.data)
    done = run("tidy", "--data", folder.data)
    assert (done.returncode, done.stdout) == (0, "all files are tidy\n")
    tidy = (folder.data / ALL).read_bytes()
    folder.change(ALL, "name: Bob Ray", 'name: "Bob Ray"')
    untidy = snapshot(folder.data)
    done = run("tidy", "--check", "--data", "data", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, f"data/{ALL}: is not tidy; run `rareearth tidy`\n")
    assert snapshot(folder.data) == untidy
    done = run("tidy", "--data", "data", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"data/{ALL}: tidied\n")
    assert (folder.data / ALL).read_bytes() == tidy
    assert run("tidy", "--check", "--data", folder.data).returncode == 0


def test_differences_that_nobody_judged_are_listed(run: Command, ask: Command, tmp_path: Path) -> None:
    assert ask("conflicts", "--unjudged").stdout == "no unjudged differences\n"
    folder = small(tmp_path)
    daily = (folder.data / DAILY).read_text(encoding="utf-8")
    for day in ("2001", "2002"):
        folder.write(
            f"sources/of-{day}.yaml",
            f"{daily[: daily.index('  text:')].replace('day=1', day)}claims:\n  - ore-works foundedOn {day}\n",
        )
    builds.build(folder.data, folder.build)
    listed = run("conflicts", "--unjudged", "--build", folder.build, RAREEARTH_DATA=str(folder.data)).stdout
    assert [line for line in listed.splitlines() if "founded" in line] == [
        "  undated  Ore Works was founded on 2001",
        "  undated  Ore Works was founded on 2002",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "no conflict named 'none'"),
        (["--unjudged", "--kind", "change"], "--unjudged lists what nobody has judged"),
        (["--kind", "quarrel"], "no kind of conflict named 'quarrel'; expected one of contradiction, "),
    ],
)
def test_a_conflict_that_is_not_there_is_one_line(ask: Command, arguments: list[str], message: str) -> None:
    refused(ask("conflicts", *arguments), message)
