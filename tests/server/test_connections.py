"""Connections: how long, how many and how large requests may be, and what clients leave unread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from rareearth.server import clients, connections
from rareearth.server.connections import Connection

BIG = 4 << 20  # more than what the system keeps of what is not read
OK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@dataclass
class Site:
    """A server of this process, and what became of the requests to it."""

    port: int = 0
    loop: asyncio.AbstractEventLoop | None = None
    state: Any = None
    started: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """``/wait`` never answers, ``/big`` answers much, ``/body`` reads its body; all else is answered "ok"."""
        path = scope["path"]
        self.started.append(path)
        try:
            if path.startswith("/wait"):
                await asyncio.sleep(60)
            while path == "/body" and (await receive()).get("more_body"):
                pass
        except asyncio.CancelledError:
            self.cancelled.append(path)
            raise
        body = b"x" * BIG if path == "/big" else b"ok"
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def open(self) -> int:
        return len(self.state.connections)

    def unread(self) -> int:
        return sum(c.unread for c in list(self.state.connections))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    config = uvicorn.Config(
        clients.EndWithClient(made.app), http=Connection, ws="none", lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    made.state = server.server_state
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        assert soon(lambda: server.started)
        yield made
        server.should_exit = True
        thread.join(10)


def soon(true: Callable[[], Any], seconds: float = 8) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.01)
    return bool(found)


def received(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection, or says nothing more for a while."""
    found = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while part := connection.recv(1 << 16):
            found += part
    return found


def answered(site: Site, data: bytes) -> bytes:
    with site.connect() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        connection.settimeout(2)
        found = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while not found.endswith((b"ok", b"\n")) and (part := connection.recv(1 << 16)):
                found += part
        return found


@pytest.mark.parametrize("name", ["Accept", "Cookie", "X-Forwarded-For", "Range", "If-None-Match", "Accept-Language"])
def test_headers_are_limited_in_bytes_and_number(site: Site, name: str) -> None:
    def ask(*values: str) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for value in values)
        return answered(site, f"GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode())

    assert ask("x" * 30_000).startswith(b"HTTP/1.1 200 ")
    assert ask("a,b;" * 25_000).startswith(b"HTTP/1.1 431 ")
    assert ask(*["x"] * 90).startswith(b"HTTP/1.1 200 ")
    assert ask(*["x"] * 101).startswith(b"HTTP/1.1 431 ")
    assert site.started == ["/", "/"], "the others were refused before the application saw them"


def test_a_body_in_very_many_parts_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_PARTS", 50)
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " in answered(site, head + b"1\r\na\r\n" * 50 + b"0\r\n\r\n")
    assert answered(site, head + b"1\r\na\r\n" * 51 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("head", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_head_that_does_not_come_closes_the_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_TIMEOUT", 0.2)
    with site.connect() as connection:
        for byte in (head + b"x" * 300) if head.endswith(b": ") else head:
            if site.open() == 0 and byte == ord("x"):
                break
            with contextlib.suppress(ConnectionError):
                connection.sendall(bytes([byte]))
            time.sleep(0.005)
        assert received(connection) == b""
    assert soon(lambda: site.open() == 0)
    assert not site.started


def test_a_body_that_does_not_come_ends_its_request(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_TIMEOUT", 0.2)
    with site.connect() as connection:
        connection.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nASK")
        assert received(connection) == b""
    assert soon(lambda: site.cancelled == ["/body"] or site.open() == 0)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nA"])
def test_half_open_connections_leave_room_also_for_the_same_address(
    site: Site, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "MAX_OF_CLIENT", 20)
    with contextlib.ExitStack() as stack:
        silent = []
        for _ in range(30):
            silent.append(stack.enter_context(site.connect()))
            silent[-1].sendall(sent)
        assert soon(lambda: site.open() <= 20)
        for _ in range(3):
            assert answered(site, OK).endswith(b"ok")
        assert received(silent[0]) == b"", "the oldest ones were closed"
        silent[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            silent[-1].recv(1)


def test_who_waits_for_a_response_is_not_closed_for_others(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_OF_CLIENT", 5)
    with contextlib.ExitStack() as stack:
        waiting = stack.enter_context(site.connect())
        waiting.sendall(OK.replace(b"/ ", b"/wait ", 1))
        assert soon(lambda: site.started == ["/wait"])
        for _ in range(20):
            stack.enter_context(site.connect())
        assert soon(lambda: site.open() <= 6)
        assert answered(site, OK).endswith(b"ok")
        assert not site.cancelled


@pytest.mark.parametrize("body", [None, b"ASK {}"])
def test_a_request_ends_with_its_client(site: Site, body: bytes | None) -> None:
    method = b"GET" if body is None else b"POST"
    length = b"" if body is None else b"Content-Length: %d\r\n" % len(body)
    with site.connect() as connection:
        connection.sendall(method + b" /wait HTTP/1.1\r\nHost: a\r\n" + length + b"\r\n" + (body or b""))
        assert soon(lambda: site.started == ["/wait"])
        assert not site.cancelled
    assert soon(lambda: site.cancelled == ["/wait"])
    assert answered(site, OK).endswith(b"ok")


def slow(site: Site, stack: contextlib.ExitStack) -> socket.socket:
    """A client that asks for much and reads nothing."""
    connection = socket.socket()
    stack.enter_context(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", site.port))
    connection.sendall(OK.replace(b"/ ", b"/big ", 1))
    return connection


def test_what_slow_clients_leave_unread_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_UNREAD_OF_CLIENT", 3 * BIG)
    with contextlib.ExitStack() as stack:
        for n in range(10):
            slow(site, stack)
            assert soon(lambda n=n: site.started.count("/big") == n + 1)
            assert soon(lambda: site.unread() <= 3 * BIG)
        assert site.unread() > 0
        with site.connect() as good:
            good.sendall(OK.replace(b"/ ", b"/big ", 1))
            size = 0
            while size < BIG:
                part = good.recv(1 << 20)
                assert part
                size += len(part)


def test_a_client_that_hardly_reads_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_TIMEOUT", 0.2)
    with contextlib.ExitStack() as stack:
        connection = slow(site, stack)
        assert soon(lambda: site.unread() > 0)
        with contextlib.suppress(ConnectionError):
            for _ in range(2000):
                if site.open() == 0 or not connection.recv(10):
                    break
                time.sleep(0.005)
        assert soon(lambda: site.open() == 0)


def test_pipelined_requests_are_limited_and_answered_in_order(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_PIPELINED", 10)
    with site.connect() as connection:
        connection.sendall(OK * 5)
        found = b""
        while found.count(b"\r\n\r\nok") < 5:
            found += connection.recv(1 << 16)
    assert b" 503 " in answered(site, OK.replace(b"/ ", b"/wait ", 1) + OK * 20)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("unknown", "unknown", True),
        ("2001:db8::1%eth0", "2001:db8::2%eth0", True),
    ],
)
def test_what_counts_as_one_client(one: str, other: str, *, same: bool) -> None:
    assert (clients.of_address(one) == clients.of_address(other)) is same


def test_a_budget_of_bytes_is_shared_and_given_back() -> None:
    budget = clients.Budget(total=10, of_client=6)
    with budget.share("a") as a, budget.share("b") as b:
        a(6)
        for hold, size in ((a, 1), (b, 5)):
            with pytest.raises(clients.RefusedError, match="too many bytes"):
                hold(size)
        b(4)
        assert budget.held == 10
    assert budget.held == 0
