"""``rareearth propose --model``: with a scripted server, for one article and for many, and when it does not answer."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Folder, environment
from model_server import Asked, Model, Response, completion, fails, replies, says, serving, waits

from rareearth import ontology as ontologies
from rareearth.proposals import inbox
from rareearth.proposals.inbox import Proposals

KEY = "sk-0123456789abcdef-secret"
SENTENCE = "Ann Lee leads the Mine School."
TEXT = f"A new hall\n\n{SENTENCE} The hall was paid for by Ore Works in 2024.\n"
ENTITIES = [
    {"key": "lee", "class": "Person", "name": "Ann Lee", "same_as": "ann-lee"},
    {"key": "school", "class": "University", "name": "Mine School", "same_as": "mine-school"},
]
LEADS = {"subject": "lee", "relation": "leads", "object": "school", "quote": SENTENCE, "kind": "fact"}
GOOD = {"entities": ENTITIES, "claims": [LEADS, {**LEADS, "when": "1987"}]}
COST = "1 request, 2,000 tokens in, 30 out"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hall.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def call(folder: Folder, model: Model | str, *arguments: object) -> list[object]:
    url = model if isinstance(model, str) else model.url
    return ["propose", *arguments, "--data", folder.data, "--model", url, "--model-name", "small"]


def read(folder: Folder, id_: str = "hall") -> Proposals:
    return inbox.read(folder.data / "inbox" / f"{id_}.yaml", ontologies.read())


def by(found: Proposals) -> set[str]:
    return {name for proposal in found.proposals for name in proposal.by}


# ---- one article --------------------------------------------------------------------------------------------------


def test_what_a_model_proposes_is_written_and_its_cost_is_printed(folder: Folder, path: Path, run: Command) -> None:
    with serving(replies(GOOD)) as model:
        done = run(*call(folder, model, path, "--refused"), RAREEARTH_MODEL_KEY=KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"  note       small: {COST}" in done.stdout.splitlines()
    assert "       1 refused: time is not in the sentence\n" in done.stdout
    assert "           lee leads school (by small)\n" in done.stdout
    assert [request.headers["Authorization"] for request in model.asked] == [f"Bearer {KEY}"]
    assert model.asked[0].part == TEXT.strip()
    found = read(folder)
    leads = [one for one in found.proposals if one.claim.relation == "leads"]
    assert [one.by for one in leads] == [("rules", "small")], "both propose it, and it is counted once"
    assert f"small: {COST}" in found.notes
    assert found.made


def test_without_a_model_nothing_is_said_of_one(folder: Folder, path: Path, run: Command) -> None:
    done = run("propose", path, "--data", folder.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "request" not in done.stdout
    assert by(read(folder)) == {"rules"}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (fails(401, '{"error": {"message": "who are you?"}}'), "answers 401: who are you?; put the key of the server"),
        (fails(404), "answers 404; check the address"),
        (says("I cannot help with that."), "small gave no answer that can be read (it has no JSON object); expected"),
        (says('{"claims": [], "claims": []}'), "small gave no answer that can be read (it has the key 'claims' twice)"),
        (waits(), "no whole answer within 1 s; give it more time, or take a smaller model"),
    ],
)
def test_what_the_rules_propose_is_written_when_a_model_does_not_answer(
    folder: Folder, path: Path, run: Command, script: Any, message: str
) -> None:
    assert run("propose", path, "--data", folder.data).returncode == 0
    alone = read(folder)
    with serving(script) as model:
        done = run(*call(folder, model, path, "--model-timeout", 1), RAREEARTH_MODEL_KEY=KEY)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{model.url}: {message}")
    assert done.stderr.count("\n") == 1
    assert "Written to " in done.stdout
    found = read(folder)
    assert (found.proposals, found.mentions, found.new) == (alone.proposals, alone.mentions, alone.new)
    assert found.notes[0] == f"the model did not answer to the end: {done.stderr.strip()}"
    assert not found.made, "the next run asks again"


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_line(folder: Folder, path: Path, run: Command) -> None:
    with serving(says("{}")) as model:
        url = model.url
    done = run(*call(folder, url, path))
    assert done.returncode == 1
    assert re.fullmatch(
        rf"{url}: cannot be reached \(.*refused\); start the server, or check the address\n", done.stderr
    )
    assert by(read(folder)) == {"rules"}


def test_the_key_is_nowhere(folder: Folder, path: Path, run: Command) -> None:
    """Not if a server says it in an error, nor in an answer."""

    def echo(request: Asked) -> Response:
        return Response(400, json.dumps({"error": {"message": f"bad: {request.headers['Authorization']}"}}).encode())

    def claim(request: Asked) -> Response:
        key = request.headers["Authorization"].removeprefix("Bearer ")
        return Response(body=completion(json.dumps({**GOOD, "claims": [{**LEADS, "relation": key, "role": key}]})))

    for script in (echo, claim):
        with serving(script) as model:
            done = run(*call(folder, model, path, "--refused"), RAREEARTH_MODEL_KEY=KEY)
        assert model.asked
        assert KEY not in done.stdout + done.stderr
        assert all(KEY.encode() not in file.read_bytes() for file in (folder.data / "inbox").iterdir())


def test_an_article_that_is_none_costs_nothing(folder: Folder, path: Path, run: Command) -> None:
    path.write_text(" \n", encoding="utf-8")
    with serving(replies(GOOD)) as model:
        done = run(*call(folder, model, path))
    assert (done.returncode, done.stderr.count("\n"), model.asked) == (1, 1, [])
    assert not (folder.data / "inbox").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "http://localhost:1/v1"], "--model and --model-name belong together; expected both"),
        (["--model-name", "small"], "--model and --model-name belong together; expected both"),
        (
            ["--model", "localhost:1", "--model-name", "small"],
            "found 'localhost:1'; expected the address of a model",
        ),
        (["--model", "http://localhost:1", "--model-name", "rules"], "found 'rules'; expected the name of a model"),
    ],
)
def test_a_wrong_address_or_name_is_explained(
    folder: Folder, path: Path, run: Command, arguments: list[str], message: str
) -> None:
    done = run("propose", path, "--data", folder.data, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(message)
    assert not (folder.data / "inbox").exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", "86401", "1.5"])
def test_a_time_limit_that_is_none_is_explained(folder: Folder, path: Path, run: Command, seconds: str) -> None:
    done = run(*call(folder, "http://localhost:1/v1", path, "--model-timeout", seconds))
    assert done.returncode == 2
    assert "--model-timeout" in done.stderr
    assert not (folder.data / "inbox").exists()


def test_a_run_that_waits_for_a_model_can_be_ended(folder: Folder, path: Path) -> None:
    with serving(waits(60)) as model:
        command = [sys.executable, "-m", "rareearth", *map(str, call(folder, model, path))]
        process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not model.asked:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)
    assert time.monotonic() - start < 10
    assert process.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in error
    assert not (folder.data / "inbox").exists()


# ---- many articles ------------------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(4):
        (folder / f"hall {number}.txt").write_text(f"{TEXT}It has {number} doors.\n", encoding="utf-8")
    return folder


def test_of_many_articles_the_cost_is_added_up(folder: Folder, texts: Path, run_process: Command) -> None:
    with serving(replies(GOOD)) as model:
        done = run_process(*call(folder, model, texts, "--jobs", 2))
        assert (done.returncode, done.stderr) == (0, "")
        assert "small: 4 requests, 8,000 tokens in, 120 out" in done.stdout.splitlines()
        assert [by(read(folder, f"hall-{number}")) for number in range(4)] == [{"rules", "small"}] * 4
        again = run_process(*call(folder, model, texts, "--jobs", 2))
    assert (again.returncode, len(model.asked)) == (0, 4), "those that are done are not asked about again"
    assert "request" not in again.stdout


def test_of_many_articles_those_without_an_answer_are_asked_about_again(
    folder: Folder, texts: Path, run_process: Command
) -> None:
    def some(request: Asked) -> Response:
        return Response(403) if "It has 2 doors" in request.part else replies(GOOD)(request)

    with serving(some) as model:
        done = run_process(*call(folder, model, texts, "--jobs", 2), RAREEARTH_MODEL_KEY=KEY)
    assert done.returncode == 1
    assert done.stderr == (
        f"{texts / 'hall 2.txt'}: {model.url}: answers 403; put the key of the server into RAREEARTH_MODEL_KEY\n"
    )
    lines = done.stdout.splitlines()
    assert "1 article with what the rules propose only; the same command asks again" in lines
    assert "small: 3 requests, 6,000 tokens in, 90 out" in lines
    assert any(line.startswith("4 articles with ") and line.endswith(", 0 left alone, 0 failed") for line in lines)
    assert [by(read(folder, f"hall-{number}")) for number in (1, 2)] == [{"rules", "small"}, {"rules"}]
    with serving(replies(GOOD)) as model:
        again = run_process(*call(folder, model, texts, "--jobs", 2))
    assert (again.returncode, len(model.asked)) == (0, 1)
    assert by(read(folder, "hall-2")) == {"rules", "small"}


def test_the_bytes_do_not_depend_on_the_number_of_jobs(folder: Folder, texts: Path, run_process: Command) -> None:
    runs = []
    for jobs in (1, 3):
        place = texts.parent / f"inbox-{jobs}"
        with serving(replies(GOOD)) as model:
            assert run_process(*call(folder, model, texts, "--inbox", place, "--jobs", jobs)).returncode == 0
        runs.append({file.name: file.read_bytes() for file in sorted(place.iterdir())})
    assert runs[0] == runs[1]
    assert len(runs[0]) == 8
