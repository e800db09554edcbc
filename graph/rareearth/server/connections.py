"""The connection of a client: how long a request may be, how long it may take to arrive, how many there may be.

uvicorn with httptools bounds neither the head of a request nor the time in which it comes, so that one client could
fill the memory of the server, and a thousand that say nothing could keep everybody else out.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_TARGET = 65_000  # bytes of a path with its query; httptools reads no more than 65,535
LONGEST_HEAD = 1 << 17  # bytes of a request without its body
SECONDS = 30  # in which a request must have arrived, and in which a client must take some of its answer
MOST = 1000  # connections that are answered; as many again may be told that there are too many

_LONG = 431, f"the head of the request has more than {LONGEST_HEAD:,} bytes"


class _RefusedError(Exception):
    """A request that is refused before it is read; raised through the parser, which then stops."""


class Connection(HttpToolsProtocol):
    """uvicorn's, with bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended; None after its end
        self._headers = 0  # bytes of the headers that have been read
        self._refusal = 400, "this is not HTTP"
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the time in which a request must arrive."""
        super().connection_made(transport)
        if len(self.connections) > 2 * MOST:
            transport.abort()
        self._arrive()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what waits."""
        super().connection_lost(exc)
        for timer in (self._arriving, self._leaving):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head is too long."""
        super().data_received(data)
        if self._head is not None and self.parser is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self._refusal = _LONG
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Start the time anew for another request."""
        super().on_message_begin()
        self._head = self._headers = 0
        self._arrive()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._refuse(414, f"the address has more than {LONGEST_TARGET:,} bytes; send a query by POST")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._headers += len(name) + len(value)
        if self._headers > LONGEST_HEAD:
            self._refuse(*_LONG)

    def on_headers_complete(self) -> None:
        """Answer, unless there are too many."""
        self._head = None
        if len(self.connections) > MOST:
            self._refuse(503, "too many clients at a time; try again soon")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request has arrived."""
        if self._arriving is not None:
            self._arriving.cancel()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Look from now on whether the client takes its answer."""
        super().pause_writing()
        self._leave(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client has taken its answer."""
        super().resume_writing()
        if self._leaving is not None:
            self._leaving.cancel()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says more
        """Tell why the request is refused, and close."""
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
        self._arriving = self.loop.call_later(SECONDS, self._late)

    def _late(self) -> None:
        if self.flow.read_paused:  # it is we who do not read: an earlier request of the connection is at work
            self._arrive()
        else:
            self.transport.abort()

    def _leave(self, size: int) -> None:
        """Close when none of so many bytes is gone after a while."""

        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left >= size:
                self.transport.abort()
            elif left:
                self._leave(left)

        self._leaving = self.loop.call_later(SECONDS, look)
