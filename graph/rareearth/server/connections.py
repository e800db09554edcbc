"""The connections of clients: bounds on the size of a request, on the time it takes, on their number, and on bytes.

uvicorn with httptools bounds neither the head of a request, nor the time that it takes to arrive, nor how much a client
leaves unread. Without bounds one client could fill the memory of the server, and a thousand silent ones could keep
everybody else out. Where there are too many, those go that have kept the server waiting longest, of the address that
has the most; so a new client gets in, also one of the same address.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rareearth.server import clients

MAX_TARGET = 65_000  # bytes of a path with its query; httptools reads no more than 65,535
MAX_HEADERS, MAX_HEADER_COUNT = 1 << 15, 100  # bytes and number of the headers of a request
MAX_HEAD = MAX_TARGET + MAX_HEADERS + 1000  # bytes of a request without its body
MAX_PARTS = 20_000  # of a body that comes in chunks: each costs time, however short it is
MAX_PIPELINED = 100  # requests that a connection sends before the responses to others
HEAD_TIMEOUT, BODY_TIMEOUT = 10, 20  # seconds for a request to arrive
READ_TIMEOUT, MIN_READ = 10, 160_000  # seconds, and bytes of its response that a client has to read meanwhile
MAX_CONNECTIONS, MAX_OF_CLIENT = 1000, 500  # in all, and of an address
MAX_UNREAD, MAX_UNREAD_OF_CLIENT = 128 << 20, 64 << 20  # bytes of responses that clients have not read

_LONG = 431, f"the request has more than {MAX_HEADER_COUNT} headers, or {MAX_HEADERS:,} bytes of them"


class _RefusedError(Exception):
    """Raised through the parser, which then stops, to refuse a request before it is read."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended; None after its end
        self._headers = self._header_count = self._parts = 0
        self._refusal = 400, "this is not HTTP"
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] = self.loop.create_future()
        self.since = self.loop.time()  # when the server began to wait for the client

    @property
    def address(self) -> str:
        """What counts as its client: behind a trusted proxy, who is named by the last request."""
        client = (self.scope or {}).get("client") or self.client
        return clients.of_address(client[0]) if client else ""

    @property
    def idle(self) -> bool:
        """Whether the server waits for a request, or for the rest of one, and has nothing to do for the client."""
        return self.cycle is None or self.cycle.response_complete or self._head is not None or self.cycle.more_body

    @property
    def unread(self) -> int:
        """Bytes that the client has not read, if they are more than a few."""
        return self.transport.get_write_buffer_size() if self._leaving and not self.transport.is_closing() else 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the timeout for a request to arrive, and make room for it."""
        super().connection_made(transport)
        self._arrive(HEAD_TIMEOUT)
        self._close_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeouts, and what the client waited for."""
        super().connection_lost(exc)
        for timer in (self._arriving, self._leaving):
            if timer is not None:
                timer.cancel()
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Continue reading, unless the head is too long."""
        super().data_received(data)
        if self._head is not None and self.parser is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refusal = _LONG
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Restart the timeout for another request."""
        super().on_message_begin()
        self.scope[clients.GONE] = self._gone  # type: ignore[literal-required]  # a key of ours
        self._head = self._headers = self._header_count = self._parts = 0
        self._arrive(HEAD_TIMEOUT)

    def on_url(self, url: bytes) -> None:
        """Receive a part of the address."""
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            self._refuse(414, f"the address has more than {MAX_TARGET:,} bytes; send a query by POST")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header, also one that follows a body."""
        super().on_header(name, value)
        self._headers += len(name) + len(value)
        self._header_count += 1
        if self._headers > MAX_HEADERS or self._header_count > MAX_HEADER_COUNT:
            self._refuse(*_LONG)

    def on_headers_complete(self) -> None:
        """Pass the request on, unless there are too many."""
        self._head = None
        if len(self.connections) > MAX_CONNECTIONS or len(self.pipeline) >= MAX_PIPELINED:
            self._refuse(503, "too many requests at a time; try again soon")
        self._arrive(BODY_TIMEOUT)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Receive a part of the body."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            self._refuse(413, f"the body comes in more than {MAX_PARTS:,} parts; send longer ones")
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Cancel the timeout: the request has arrived."""
        if self._arriving is not None:
            self._arriving.cancel()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Start checking that the client reads its response, and that not too much is unread."""
        super().pause_writing()
        self.since = self.loop.time()
        self._leave(self.transport.get_write_buffer_size())
        everybody = [c for c in self.connections if isinstance(c, Connection) and c.unread]
        _close_slowest([other for other in everybody if other.address == self.address], MAX_UNREAD_OF_CLIENT)
        _close_slowest(everybody, MAX_UNREAD)

    def resume_writing(self) -> None:
        """Stop checking: the client has read its response."""
        super().resume_writing()
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says more
        """Send the reason for the refusal, and close."""
        status, reason = self._refusal
        body = f"{reason}\n".encode()
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        head += f"content-length: {len(body)}\r\nconnection: close\r\n" + "retry-after: 1\r\n" * (status == 503)
        self.transport.write(head.encode() + b"\r\n" + body)
        self.transport.close()

    def _refuse(self, status: int, reason: str) -> None:
        self._refusal = status, reason
        raise _RefusedError

    def _arrive(self, seconds: float) -> None:
        """Close the connection unless the request, or its head, is there in time."""
        if self._arriving is not None:
            self._arriving.cancel()

        def late() -> None:
            if self.flow.read_paused:  # by us, while an earlier request of the connection is processed
                self._arrive(seconds)
            else:
                self.transport.abort()

        self._arriving = self.loop.call_later(seconds, late)

    def _leave(self, size: int) -> None:
        """Close the connection when after a while too few of these bytes have been read."""

        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left > size - MIN_READ:
                self.transport.abort()
            else:
                self._leave(left)

        self._leaving = self.loop.call_later(READ_TIMEOUT, look)

    def _close_idle(self) -> None:
        """When there are too many connections, close the one that has been idle longest, of the largest client."""
        if len(self.connections) <= min(MAX_OF_CLIENT, MAX_CONNECTIONS):
            return
        everybody = [c for c in self.connections if isinstance(c, Connection) and not c.transport.is_closing()]
        counts = Counter(other.address for other in everybody)
        largest = counts.most_common(1)[0][0]
        crowded = self.address if counts[self.address] > MAX_OF_CLIENT else largest
        if counts[crowded] > MAX_OF_CLIENT or len(everybody) > MAX_CONNECTIONS:
            idle = [other for other in everybody if other.idle and other.address == crowded and other is not self]
            if idle:
                min(idle, key=lambda other: other.since).transport.abort()
            elif len(everybody) > 2 * MAX_CONNECTIONS:
                self.transport.abort()


def _close_slowest(of: Collection[Connection], most: int) -> None:
    """Close connections until they leave at most so many bytes unread: the oldest of the client with the most."""
    left: dict[Connection, int] = {connection: connection.unread for connection in of}
    while sum(left.values()) > most:
        slowest = min(_of_largest(left), key=lambda connection: connection.since)
        left.pop(slowest)
        slowest.transport.abort()


def _of_largest(left: dict[Connection, int]) -> Iterable[Connection]:
    sums: Counter[str] = Counter()
    for connection, size in left.items():
        sums[connection.address] += size
    largest = sums.most_common(1)[0][0]
    return [connection for connection in left if connection.address == largest]
