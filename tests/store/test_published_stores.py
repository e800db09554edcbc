"""A build in real stores: published, switched and compared, whatever was there, and nothing half published."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Command, Folder
from engines import ENGINES, Engine
from model_server import Asked, Response, serving

import rareearth
from rareearth import namespaces, network
from rareearth.errors import RemoteError
from rareearth.store import folder as folders
from rareearth.store import oxigraph, publishing
from rareearth.store.publishing import Build
from rareearth.store.remote import Remote
from rareearth.views import cards, conflicts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=sorted(ENGINES))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as engine:
        yield engine


@pytest.fixture
def engine(running: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A store with its credentials in the environment; empty of builds."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    client = _client(running)
    for graph in [row[0].value for row in _bare(running).select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]:
        if graph.startswith((namespaces.BASE, "https://example.org/")):
            client.send(f"DROP SILENT GRAPH <{graph}>".encode(), {"Content-Type": "application/sparql-update"})
    return running


def _bare(engine: Engine) -> Remote:
    return Remote(engine.url).at(publishing.Version(None))


def _client(engine: Engine) -> publishing.Client:
    remote = Remote(engine.url)
    return publishing.Client(publishing.update_address(remote), remote.client.credentials)


def content(folder: Path) -> Build:
    listed = folders.manifest(folder)
    return publishing.read(oxigraph.sorted_lines(folder), listed["quads"], listed["sha256"])


def quads(store: rareearth.KnowledgeGraph) -> list[str]:
    return sorted(map(str, store.store.quads()))


def test_a_build_is_published_and_read_back(engine: Engine, small_build: Folder) -> None:
    done = publishing.publish(content(small_build.build), engine.url)
    assert done.compared == "the number of facts, every claim and the digest of all"
    here, there = rareearth.open(small_build.build), rareearth.open(store=engine.url)
    assert quads(here) == quads(there)
    everybody = {claim["who"] for claim in here.ask("SELECT DISTINCT ?who { GRAPH ?c { ?who ?p ?o } }").rows}
    for who in sorted(map(str, everybody)):
        if who.startswith("entity:"):
            name = who.removeprefix("entity:")
            assert list(cards.lines(here.show(name))) == list(cards.lines(there.show(name)))
    for line, other in zip(here.conflicts(), there.conflicts(), strict=True):
        assert list(conflicts.lines(line)) == list(conflicts.lines(other))
    for view in ("actors", "full"):
        assert _network(here, view) == _network(there, view)
    assert quads(here.as_of("2020")) == quads(there.as_of("2020"))


def _network(graph: rareearth.KnowledgeGraph, view: str) -> list[str]:
    made = network.read(graph.store, view)
    return sorted(map(str, [*made.nodes(data=True), *made.edges(keys=True, data=True)]))


def test_what_others_put_there_is_not_seen_and_stays(engine: Engine, small_build: Folder) -> None:
    others = "INSERT DATA { GRAPH <https://example.org/other> { <urn:a> <urn:b> <urn:c> . %s } }"
    fact = content(small_build.build).facts[0]
    _client(engine).send((others % fact).encode(), {"Content-Type": "application/sparql-update"})
    publishing.publish(content(small_build.build), engine.url)
    assert quads(rareearth.open(store=engine.url)) == quads(rareearth.open(small_build.build))
    assert len(list(_bare(engine).select("SELECT * { GRAPH <https://example.org/other> { ?s ?p ?o } }"))) == 2


def test_a_second_build_takes_the_place_of_the_first(engine: Engine, small_build: Folder) -> None:
    first = content(small_build.build)
    publishing.publish(first, engine.url)
    reading = rareearth.open(store=engine.url)
    before = quads(reading)
    claims = dict(list(first.claims.items())[1:])
    gone = next(iter(first.claims))
    facts = [fact for fact in first.facts if not fact.startswith(f"<{gone}>")]
    lines = [*(f"{fact} ." for fact in facts), *(f"{text} <{claim}> ." for claim, text in claims.items())]
    second = publishing.read(sorted(lines), len(lines), _digest(lines))
    done = publishing.publish(second, engine.url)
    assert (done.new, done.changed, done.removed) == (0, 0, 0)
    after = rareearth.open(store=engine.url)
    assert quads(after) == sorted(map(str, oxigraph.memory(lines).quads()))
    assert quads(reading) == before  # who read the first goes on to read it
    done = publishing.publish(first, engine.url)
    assert (done.new, done.changed, done.removed) == (0, 0, 0)
    assert quads(rareearth.open(store=engine.url)) == before


def _digest(lines: list[str]) -> str:
    import hashlib

    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


def test_a_claim_that_says_something_else_is_changed_by_the_switch(engine: Engine, small_build: Folder) -> None:
    first = content(small_build.build)
    publishing.publish(first, engine.url)
    claim = next(iter(first.claims))
    subject, relation, _ = first.claims[claim].split(" ", 2)
    claims = {**first.claims, claim: f"{subject} {relation} <{namespaces.ENTITY}somebody-else>"}
    lines = [*(f"{fact} ." for fact in first.facts), *(f"{text} <{iri}> ." for iri, text in claims.items())]
    done = publishing.publish(publishing.read(sorted(lines), len(lines), _digest(lines)), engine.url)
    assert (done.new, done.changed) == (0, 1)
    assert quads(rareearth.open(store=engine.url)) == sorted(map(str, oxigraph.memory(lines).quads()))


def test_what_is_published_again_is_only_compared(engine: Engine, small_build: Folder) -> None:
    publishing.publish(content(small_build.build), engine.url)
    said: list[str] = []
    publishing.publish(content(small_build.build), engine.url, tell=said.append)
    assert said == ["comparing"]


def test_a_store_that_lost_something_is_mended(engine: Engine, small_build: Folder) -> None:
    made = content(small_build.build)
    publishing.publish(made, engine.url)
    update = f"DELETE DATA {{ GRAPH <{made.graph}> {{ {made.facts[5]} }} }}"
    _client(engine).send(update.encode(), {"Content-Type": "application/sparql-update"})
    done = publishing.publish(made, engine.url)
    assert done.graph == f"{made.graph}-again"
    assert quads(rareearth.open(store=engine.url)) == quads(rareearth.open(small_build.build))


def test_a_load_that_is_cut_short_leaves_the_build_that_was_there(
    engine: Engine, small_build: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = content(small_build.build)
    publishing.publish(first, engine.url)
    before = quads(rareearth.open(store=engine.url))
    lines = [*(f"{fact} ." for fact in first.facts[:-7]), *(f"{text} <{iri}> ." for iri, text in first.claims.items())]
    second = publishing.read(sorted(lines), len(lines), _digest(lines))
    monkeypatch.setattr(publishing, "BATCH", 20)
    send, sent = publishing._Publisher.send, 0

    def cut(self: publishing._Publisher, update: str) -> None:
        nonlocal sent
        sent += 1
        if sent > 5:
            raise RemoteError("cut")
        send(self, update)

    monkeypatch.setattr(publishing._Publisher, "send", cut)
    with pytest.raises(RemoteError, match="cut"):
        publishing.publish(second, engine.url)
    assert quads(rareearth.open(store=engine.url)) == before
    monkeypatch.setattr(publishing._Publisher, "send", send)
    publishing.publish(second, engine.url)
    assert len(quads(rareearth.open(store=engine.url))) == len(lines)


def test_a_load_that_loses_a_fact_is_not_switched_to(
    engine: Engine, small_build: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = content(small_build.build)
    with pytest.raises(RemoteError, match=r"other facts than the build; the build that it had still counts"):
        publishing.publish(made._replace(sha256="0" * 64), engine.url)
    monkeypatch.setattr(publishing, "_sent", lambda fact: made.facts[4] if fact == made.facts[3] else fact)
    with pytest.raises(RemoteError, match=r"[\d,]+ facts of [\d,]+; the build that it had still counts"):
        publishing.publish(made, engine.url)
    with pytest.raises(RemoteError, match=r"publish (one|a build) to it"):
        rareearth.open(store=engine.url).ask("ASK { ?s ?p ?o }")


def test_answers_do_not_change_between_runs(engine: Engine, small_build: Folder) -> None:
    """Virtuoso was seen to answer differently now and then: the same questions for some seconds, from four threads."""
    from concurrent.futures import ThreadPoolExecutor

    publishing.publish(content(small_build.build), engine.url)
    store = Remote(engine.url)
    asked = [
        "SELECT ?c ?s ?p ?o { GRAPH ?c { ?s ?p ?o } ?c ree:kind ree:fact }",
        "SELECT ?s ?p ?o { ?s ?p ?o }",
        "SELECT ?c (IF(EXISTS { ?s ?p ?o }, 1, 0) AS ?plain) { GRAPH ?c { ?s ?p ?o } }",
        "SELECT ?s ?o { ?s a/rdfs:subClassOf* ?o . ?o rdfs:subClassOf* ree:Entity }",
        "SELECT ?s (COUNT(*) AS ?n) { GRAPH ?c { ?s ?p ?o } } GROUP BY ?s",
    ]
    end = time.monotonic() + 6

    def answers(query: str) -> set[tuple[str, ...]]:
        found = set()
        while not found or time.monotonic() < end:
            found.add(tuple(sorted(" ".join(map(str, row)) for row in store.select(query))))
        return found

    with ThreadPoolExecutor(4) as pool:
        assert [len(found) for found in pool.map(answers, asked)] == [1] * len(asked)


def test_the_command_publishes_and_other_commands_read(engine: Engine, small_build: Folder, run: Command) -> None:
    build_ = ["--build", str(small_build.build)]
    done = run("publish", engine.url, *build_, **engine.environment)
    assert done.returncode == 0, done.stderr
    assert "compared: the number of facts, every claim and the digest of all" in done.stdout
    for command in (
        ["show", "ann-lee"],
        ["query", "leaders"],
        ["conflicts"],
        ["path", "ann-lee", "bob-ray"],
        ["promises"],
    ):
        here, there = run(*command, *build_), run(*command, "--store", engine.url)
        assert there.stdout == here.stdout
        assert there.returncode == here.returncode, there.stderr


def test_files_for_a_bulk_loader_hold_the_same(
    engine: Engine, small_build: Folder, run: Command, tmp_path: Path
) -> None:
    file = tmp_path / "all.nq"
    assert run("publish", "--file", str(file), "--build", str(small_build.build)).returncode == 0
    made = content(small_build.build)
    client = _client(engine)
    for line in file.read_text(encoding="utf-8").splitlines():
        statement, _, graph = line.removesuffix(" .").rpartition(" ")
        update = f"INSERT DATA {{ GRAPH {graph} {{ {publishing._sent(statement)} }} }}"
        client.send(update.encode(), {"Content-Type": "application/sparql-update"})
    done = run("publish", engine.url, "--loaded", "--build", str(small_build.build), **engine.environment)
    assert done.returncode == 0, done.stderr
    assert quads(rareearth.open(store=engine.url)) == quads(rareearth.open(small_build.build))
    assert made.quads == len(quads(rareearth.open(store=engine.url)))


# ---- stores that do not do as they are told -------------------------------------------------------------------------


def test_an_update_that_is_refused_is_one_line(small_build: Folder) -> None:
    def refuses(asked: Asked) -> Response:
        if asked.path.endswith("/update"):
            return Response(403, b"read only")
        body = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'
        return Response(200, body, {"Content-Type": "application/sparql-results+json"})

    with serving(refuses) as model, pytest.raises(RemoteError) as error:
        publishing.publish(content(small_build.build), model.url, model.url + "/update")
    assert "answers 403: read only; name and password" in str(error.value)


def test_where_updates_go_must_be_known() -> None:
    with serving(lambda _: Response(200, b'{"boolean": true}', {"Content-Type": "application/json"})) as model:
        with pytest.raises(RemoteError, match="give their address too"):
            publishing.update_address(Remote(model.url))
        known = {"/query": "/update", "/ds/sparql": "/ds/update", "/repositories/x": "/repositories/x/statements"}
        for path, update in known.items():
            start = model.url.removesuffix("/v1")
            assert publishing.update_address(Remote(start + path)) == start + update
