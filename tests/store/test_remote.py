"""A store at an address: its errors in one line each, its pages, and its answers as those of the embedded store."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Folder
from model_server import Asked, Model, Response, Script, cuts, drips, fails, hangs_up, sends, serving, waits

import rareearth
from rareearth import namespaces
from rareearth.errors import QueryError, RareEarthError, RemoteError
from rareearth.store.client import Client, Credentials
from rareearth.store.remote import Remote, Version

MEDIA = "application/sparql-results+json"
QUERY = "SELECT ?who { ?who ree:chairs ?what }"
SECRET = "correct horse"  # noqa: S105


def table(rows: int, start: int = 0, **changes: Any) -> bytes:
    """The JSON of a table of so many rows."""
    bindings = [
        {"who": {"type": "uri", "value": f"https://example.org/{number}"}} for number in range(start, start + rows)
    ]
    return json.dumps({"head": {"vars": ["who"]}, "results": {"bindings": bindings}, **changes}).encode()


def answers(body: bytes, media: str = MEDIA) -> Script:
    return sends(body, Content_Type=media)


def remote(model: Model, **options: Any) -> Remote:
    """The store, of which it is known that it has a build."""
    made = Remote(model.url, **{"timeout": 5, **options}).at(Version("https://example.org/facts"))
    made.client.pause = 0.01
    return made


def rows(*scripts: Script, **options: Any) -> list[str]:
    with serving(*scripts) as model:
        return [row[0].value for row in remote(model, **options).select(QUERY)]


def fault(*scripts: Script, **options: Any) -> tuple[str, int]:
    """The error of an answer that is none, with the address left out, and the number of requests."""
    with serving(*scripts) as model, pytest.raises((RemoteError, QueryError)) as error:
        list(remote(model, **options).select(QUERY))
    assert "\n" not in str(error.value)
    return str(error.value).replace(model.url, "URL"), len(model.asked)


ENDPOINT = "check the address: it is that of the SPARQL endpoint, such as http://localhost:7878/query"
WHO = "put name and password into RAREEARTH_STORE_USER and RAREEARTH_STORE_PASSWORD, or a token into "
WHO += "RAREEARTH_STORE_TOKEN"
AGAIN = "check that this is the address of a SPARQL endpoint"


@pytest.mark.parametrize(
    ("script", "says", "requests"),
    [
        (fails(401), f"URL: answers 401; {WHO}", 1),
        (fails(403), "have no right to this", 1),
        (fails(404, "<html>no</html>"), f"URL: answers 404; {ENDPOINT}", 1),
        (fails(413, "too long"), "URL: answers 413: too long; what was sent is too large for it", 1),
        (fails(429), "URL: answers 429; it has too many requests; try again later", 4),
        (fails(503, "starting"), "URL: answers 503: starting; it is busy, or is starting; try again later", 4),
        (fails(503, Retry_After="3600"), "URL: answers 503; it asks to wait 3600 s: try again then", 1),
        (fails(500, "no memory\nat line 3"), "URL: answers 500: no memory at line 3; see the log of the store", 1),
        (fails(301, Location="https://example.org/sparql"), "it is at https://example.org/sparql: use that address", 1),
        (fails(400, "Error SP030: syntax"), "URL: the query failed: Error SP030: syntax", 1),
        (cuts(), "URL: the connection was cut in the middle of the answer; try again", 1),
        (hangs_up(), "start the store, or check the address", 1),
        (answers(b"<html>", "text/html"), f"URL: answers as text/html; expected {MEDIA}: {AGAIN}", 1),
        (sends(b""), f"URL: answers as no media type; expected {MEDIA}: {AGAIN}", 1),
        (answers(table(3)[:-9]), f"URL: the answer is cut, or is not {MEDIA}; try again", 1),
        (answers(b"[" * 100_000), f"URL: the answer is cut, or is not {MEDIA}; try again", 1),
        (answers(b'{"head": {"vars": ["who"]}}'), f"URL: the answer is cut, or is not {MEDIA}; try again", 1),
        (answers(b"null"), f"URL: the answer is cut, or is not {MEDIA}; try again", 1),
        (answers(table(1).replace(b'"uri"', b'"what"')), "cannot be read", 1),
        (answers(table(1).replace(b'"type"', b'"kind"')), "cannot be read", 1),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_one_line(script: Script, says: str, requests: int) -> None:
    message, asked = fault(script)
    assert says in message
    assert asked == requests


def test_slow_stores_are_not_waited_for() -> None:
    for script in (waits(), drips(), drips(headers_too=True)):
        message, _ = fault(script, timeout=0.3)
        assert message == "URL: no whole answer within 0.3 s; ask for less, or allow more time"


def test_a_busy_store_is_asked_again() -> None:
    assert rows(fails(503, Retry_After="0"), fails(429), answers(table(2))) == [
        f"https://example.org/{n}" for n in (0, 1)
    ]


def test_an_answer_of_too_many_rows_or_bytes_is_refused() -> None:
    message, _ = fault(answers(table(30)), max_rows=20)
    assert message == "URL: the answer has more than 20 rows; add LIMIT, and ask for the rest with OFFSET"
    message, _ = fault(answers(table(30)), max_answer=100)
    assert message == "URL: the answer has more than 100 bytes; add LIMIT, or select less"


def paged(total: int, size: int, count: int | None = None) -> Script:
    """A store that gives so many rows at a time, and says what their number is."""

    def answer(asked: Asked) -> Response:
        from urllib.parse import parse_qs

        query = parse_qs(asked.raw.decode())["query"][0]
        if "COUNT(*)" in query:
            number = {"rows_": {"type": "literal", "value": str(total if count is None else count)}}
            body = json.dumps({"head": {"vars": ["rows_"]}, "results": {"bindings": [number]}}).encode()
        else:
            start = int(query.rpartition("OFFSET ")[2]) if "OFFSET" in query else 0
            assert "OFFSET" not in query or "ORDER BY ?who" in query
            body = table(max(0, min(size, total - start)), start)
        return Response(200, body, {"Content-Type": MEDIA})

    return answer


@pytest.mark.parametrize("total", [0, 1, 999, 1000, 1001, 2000, 3500])
def test_a_store_that_gives_a_thousand_rows_at_a_time_is_read_to_the_end(total: int) -> None:
    assert rows(paged(total, 1000)) == [f"https://example.org/{number}" for number in range(total)]


def test_pages_that_do_not_add_up_are_an_error() -> None:
    message, _ = fault(paged(2000, 1000, count=2500))
    assert message == "URL: gave 2,000 rows of 2,500; it changed meanwhile: try again"


def test_a_million_rows_are_refused_by_their_count() -> None:
    message, asked = fault(paged(1000, 1000, count=1_000_001))
    assert message == "URL: the answer has more than 1,000,000 rows; add LIMIT, and ask for the rest with OFFSET"
    assert asked == 2


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ({"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": "1"}, "true"),
        ({"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#decimal", "value": "1.50"}, "1.5"),
        ({"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#decimal", "value": "20.0"}, "20"),
        ({"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#decimal", "value": "200"}, "200"),
        ({"type": "literal", "xml:lang": "EN", "value": "x"}, "x"),
    ],
)
def test_terms_have_one_form(term: dict[str, str], expected: str) -> None:
    body = json.dumps({"head": {"vars": ["who"]}, "results": {"bindings": [{"who": term}]}}).encode()
    assert rows(answers(body)) == [expected]


# ---- who asks -----------------------------------------------------------------------------------------------------


def asks_for(scheme: str) -> Script:
    """A server that answers only who says who he is."""

    def answer(asked: Asked) -> Response:
        if not asked.headers.get("Authorization", "").startswith(scheme.split(maxsplit=1)[0]):
            return Response(401, b"", {"WWW-Authenticate": scheme})
        return Response(200, table(1), {"Content-Type": MEDIA})

    return answer


@pytest.mark.parametrize(
    "scheme", ['Basic realm="x"', 'Digest realm="SPARQL", nonce="a1", qop="auth", algorithm="MD5"']
)
def test_name_and_password_are_sent_when_asked_for(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAREEARTH_STORE_USER", "ann")
    monkeypatch.setenv("RAREEARTH_STORE_PASSWORD", SECRET)
    with serving(asks_for(scheme)) as model:
        store = remote(model)
        for _ in range(2):
            assert len(list(store.select(QUERY))) == 1
    first, *others = [asked.headers.get("Authorization", "") for asked in model.asked]
    assert first == ""
    assert all(other.startswith(scheme.split(maxsplit=1)[0]) for other in others if other)
    assert SECRET not in " ".join(others)


def test_a_token_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAREEARTH_STORE_TOKEN", "abc")
    with serving(answers(table(1))) as model:
        list(remote(model).select(QUERY))
    assert model.asked[0].headers["Authorization"] == "Bearer abc"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAREEARTH_STORE_USER", "ann")
    monkeypatch.setenv("RAREEARTH_STORE_PASSWORD", SECRET)
    message, _ = fault(fails(500, f"no right for ann:{SECRET}"))
    assert SECRET not in message
    assert SECRET not in repr(Credentials.of_environment())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:7878", "expected the address of a SPARQL endpoint, such as http://localhost:7878/query"),
        ("ftp://example.org/", "expected the address"),
        ("http://exa mple.org/", "expected the address"),
        ("http://[::1", "expected the address"),
        ("http://ann:secret@example.org/sparql", "has a name or a password; put them into RAREEARTH_STORE_USER"),
    ],
)
def test_what_is_no_address(url: str, says: str) -> None:
    with pytest.raises(RemoteError) as error:
        Client(url, Credentials())
    assert says in str(error.value)
    assert "secret" not in str(error.value)


# ---- which build ----------------------------------------------------------------------------------------------------


def truth(answer: bool) -> Script:
    return answers(json.dumps({"head": {}, "boolean": answer}).encode())


@pytest.mark.parametrize(
    ("scripts", "says"),
    [
        ([answers(table(0)), truth(False)], "the store has no build of this graph; publish one to it"),
        ([answers(table(0)), truth(True), truth(False)], "its default graph has opinions among the facts"),
    ],
)
def test_a_store_without_a_build_is_an_error(scripts: list[Script], says: str) -> None:
    with serving(*scripts) as model, pytest.raises(RemoteError) as error:
        rareearth.open(store=model.url).ask(QUERY)
    assert says in str(error.value)


def test_two_builds_that_count_are_an_error() -> None:
    row = {name: {"type": "literal", "value": "1"} for name in ("facts", "quads", "sha256")}
    body = {
        "head": {"vars": list(row)},
        "results": {"bindings": [row, {**row, "quads": {"type": "literal", "value": "2"}}]},
    }
    with serving(answers(json.dumps(body).encode())) as model, pytest.raises(RemoteError) as error:
        rareearth.open(store=model.url).ask(QUERY)
    assert "the store says of 2 builds that they count; publish again" in str(error.value)


def test_a_store_and_a_build_are_not_both_opened(folder: Folder) -> None:
    with pytest.raises(RareEarthError, match="expected only one of them"):
        rareearth.open(folder.build, store="http://127.0.0.1:1/")


def test_graphs_and_base_are_sent_along() -> None:
    with serving(answers(table(0))) as model:
        graphs = ((namespaces.CLAIM + "a",), (namespaces.CLAIM + "b",))
        remote(model).query("SELECT ?who { ?who ?p <x> }", graphs=graphs, base="https://example.org/")
    body = model.asked[0].raw.decode()
    assert "default-graph-uri=https%3A%2F%2Fw3id.org%2Frareearth%2Fclaim%2Fa" in body
    assert "named-graph-uri=https%3A%2F%2Fw3id.org%2Frareearth%2Fclaim%2Fb" in body
    assert "BASE+%3Chttps%3A%2F%2Fexample.org%2F%3E" in body
    assert "facts" not in body
