"""What holds for every request and response, whatever the application does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rareearth.server.middleware import Admission, SafeHeaders, cross_origin, of
from rareearth.server.origin import Origins

OWN = frozenset({"entity", "sparql"})
ORIGIN = ("origin", "https://tool.example")


def asked(app: ASGIApp, path: str = "/", *headers: tuple[str, str], method: str = "GET") -> tuple[int, dict[str, str]]:
    """The status and headers of the response to a request."""
    got: list[Message] = []
    lines = [(name.encode(), value.encode()) for name, value in (("host", "localhost"), *headers)]
    scope = {"type": "http", "method": method, "path": path, "headers": lines, "scheme": "http",
             "client": ("127.0.0.1", 1), "query_string": b""}  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        got.append(message)

    asyncio.run(app(scope, receive, send))
    return got[0]["status"], {name.decode(): value.decode() for name, value in got[0]["headers"]}


class Inner:
    """An application that remembers the scope, and fails where it is told to."""

    def __init__(self, error: Exception | None = None, *, late: bool = False) -> None:
        self.error, self.late, self.scope = error, late, dict[str, Any]()

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.scope = dict(scope)
        if self.error and not self.late:
            raise self.error
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/entity/x", "/entity/x"),
        ("/ree/entity/x", "/entity/x"),
        ("/ree", "/"),
        ("/ree/", "/"),
        ("/ree//entity", "//entity"),
        ("/reeentity/x", "/reeentity/x"),
        ("/", "/"),
    ],
)
def test_a_proxy_may_have_taken_its_path_off_or_not(path: str, seen: str) -> None:
    for origins, headers in ((Origins(root="/ree"), ()), (Origins(), (("x-forwarded-prefix", "/ree"),))):
        inner = Inner()
        asked(Admission(inner, origins, OWN), path, *headers)
        assert (inner.scope["path"], of(inner.scope).base) == (seen, "http://localhost/ree")


def test_a_path_of_our_own_is_ours_also_where_the_proxy_has_one_of_that_name() -> None:
    inner = Inner()
    asked(Admission(inner, Origins(root="/sparql"), OWN), "/sparql")
    assert inner.scope["path"] == "/sparql"


def test_the_log_names_the_client_that_the_proxy_states() -> None:
    inner = Inner()
    asked(Admission(inner, Origins(), OWN), "/", ("x-forwarded-for", "192.0.2.1"))
    assert inner.scope["client"] == ("192.0.2.1", 1)


def stack(inner: ASGIApp, *, shared: bool = False) -> ASGIApp:
    admission = Admission(inner, Origins(), OWN)
    return SafeHeaders(cross_origin(admission) if shared else admission, shared=shared)


SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def test_every_response_says_what_a_browser_may_do_with_it() -> None:
    status, headers = asked(stack(Inner()))
    assert (status, headers) == (200, SAFE | {"x-frame-options": "SAMEORIGIN"}), "what it says itself goes before"
    status, headers = asked(stack(Inner()), "/", ("host", "localhost"))
    assert (status, headers | SAFE) == (400, headers)


def test_a_failure_is_an_answer_with_the_same_headers() -> None:
    for shared in (False, True):
        got: list[Message] = []

        async def send(message: Message, got: list[Message] = got) -> None:
            got.append(message)

        app = stack(Inner(ZeroDivisionError()), shared=shared)
        scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "client": ("127.0.0.1", 1),
                 "headers": [(b"host", b"localhost"), (b"origin", b"https://tool.example")]}  # fmt: skip
        with pytest.raises(ZeroDivisionError):
            asyncio.run(app(scope, None, send))  # type: ignore[arg-type]
        assert (got[0]["status"], got[1]["body"].count(b"\n")) == (500, 1)
        headers = {name.decode(): value.decode() for name, value in got[0]["headers"]}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers.get("access-control-allow-origin") == ("*" if shared else None)


def test_what_has_begun_is_not_answered_twice() -> None:
    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    scope = {"type": "http", "path": "/", "scheme": "http", "client": None, "headers": [(b"host", b"localhost")]}
    with pytest.raises(ZeroDivisionError):
        asyncio.run(Admission(Inner(ZeroDivisionError(), late=True), Origins(), OWN)(scope, None, send))  # type: ignore[arg-type]
    assert [message["type"] for message in got] == ["http.response.start"]


@pytest.mark.parametrize("origin", ["https://tool.example", "null", "http://localhost:3000"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/sparql", "/", "/entity/x", "/nothing", "/rareearth.trig"])
def test_a_page_of_any_origin_passes_the_preflight_with_any_header(path: str, method: str, origin: str) -> None:
    wish = "content-type, x-requested-with, queryid, authorization, user-agent, traceparent, x-y"
    wishes = {"method": method, "headers": wish, "private-network": "true"}
    preflight = (("origin", origin), *((f"access-control-request-{name}", value) for name, value in wishes.items()))
    status, headers = asked(stack(Inner(), shared=True), path, *preflight, method="OPTIONS")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert method in headers["access-control-allow-methods"]
    assert set(wish.split(", ")) <= set(headers["access-control-allow-headers"].lower().split(", "))
    assert headers["access-control-allow-private-network"] == "true"


def test_answers_to_other_origins_carry_what_their_pages_may_read() -> None:
    _, headers = asked(stack(Inner(), shared=True), "/sparql", ORIGIN)
    assert headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in headers["access-control-expose-headers"]
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    _, headers = asked(stack(Inner(), shared=True), "/sparql", ORIGIN, ("host", "evil.example"))
    assert headers["access-control-allow-origin"] == "*", "errors too"
    _, headers = asked(stack(Inner()), "/sparql", ORIGIN)
    assert not [name for name in headers if name.startswith("access-control")]
