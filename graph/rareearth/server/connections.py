"""The connections of clients: bounds on the size of a request, on the time it takes, and on their number.

uvicorn with httptools bounds neither the head of a request nor the time it takes to arrive. Without bounds one client
could fill the memory of the server, and a thousand silent ones could keep everybody else out.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_TARGET = 65_000  # bytes of a path with its query; httptools reads no more than 65,535
MAX_HEAD = 1 << 17  # bytes of a request without its body
TIMEOUT = 30  # seconds for a request to arrive, and for a client to read some of its response
MAX_CONNECTIONS = 1000  # that are served; as many again are refused with a reason

_LONG = 431, f"the head of the request has more than {MAX_HEAD:,} bytes"


class _RefusedError(Exception):
    """Raised through the parser, which then stops, to refuse a request before it is read."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended; None after its end
        self._headers = 0  # bytes of the headers that have been read
        self._refusal = 400, "this is not HTTP"
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the timeout for a request to arrive."""
        super().connection_made(transport)
        if len(self.connections) > 2 * MAX_CONNECTIONS:
            transport.abort()
        self._arrive()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeouts."""
        super().connection_lost(exc)
        for timer in (self._arriving, self._leaving):
            if timer is not None:
                timer.cancel()

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
        self._head = self._headers = 0
        self._arrive()

    def on_url(self, url: bytes) -> None:
        """Receive a part of the address."""
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            self._refuse(414, f"the address has more than {MAX_TARGET:,} bytes; send a query by POST")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header."""
        super().on_header(name, value)
        self._headers += len(name) + len(value)
        if self._headers > MAX_HEAD:
            self._refuse(*_LONG)

    def on_headers_complete(self) -> None:
        """Pass the request on, unless there are too many connections."""
        self._head = None
        if len(self.connections) > MAX_CONNECTIONS:
            self._refuse(503, "too many clients at a time; try again soon")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Cancel the timeout: the request has arrived."""
        if self._arriving is not None:
            self._arriving.cancel()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Start checking that the client reads its response."""
        super().pause_writing()
        self._leave(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Stop checking: the client has read its response."""
        super().resume_writing()
        if self._leaving is not None:
            self._leaving.cancel()

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

    def _arrive(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = self.loop.call_later(TIMEOUT, self._late)

    def _late(self) -> None:
        if self.flow.read_paused:  # by us, while an earlier request of the connection is processed
            self._arrive()
        else:
            self.transport.abort()

    def _leave(self, size: int) -> None:
        """Close the connection when after a while none of these bytes has been read."""

        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left >= size:
                self.transport.abort()
            elif left:
                self._leave(left)

        self._leaving = self.loop.call_later(TIMEOUT, look)
