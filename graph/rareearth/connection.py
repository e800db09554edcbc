"""One request to a server and its reply, bounded in time and size; proxies and certificates are those of the system."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http.client
import re
import socket
import threading
import time
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

MAX_REPLY = 3_000_000  # bytes
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Reply(NamedTuple):
    """A reply: its status, its body, the seconds after which to ask again, if it says so, and its headers."""

    status: int
    body: bytes
    retry: float | None
    headers: Mapping[str, str] = {}  # by name in small letters


class Missed(Enum):
    """Why there is no reply although nothing failed: it was not whole in time, or it is too long."""

    LATE = auto()
    LONG = auto()


def send(
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    seconds: float,
    *,
    method: str = "POST",
    max_reply: int = MAX_REPLY,
) -> Reply | Missed:
    """The reply to a request, or why there is not. A redirect is a reply like any other: no header goes elsewhere.

    The time is that of the whole exchange, from looking up the name of the server to the last byte. It is a thread that
    talks: however slowly a server, a proxy or a resolver goes on, nobody waits for it longer.

    Raises OSError, HTTPException or ValueError for a connection that fails.
    """
    exchange = _Exchange(url, body, headers, seconds, method, max_reply)
    exchange.start()
    try:
        exchange.join(seconds)
    finally:
        late = exchange.is_alive()
        exchange.stop()
    if late or isinstance(exchange.outcome, TimeoutError):
        return Missed.LATE
    if isinstance(exchange.outcome, Exception):
        raise exchange.outcome
    return exchange.outcome


class _Exchange(threading.Thread):
    """A request and its reply; ``outcome`` is the reply, or why there is none."""

    def __init__(
        self, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float, method: str, max_reply: int
    ) -> None:
        super().__init__(daemon=True)
        self.body, self.headers, self.method, self.max_reply = body, dict(headers), method, max_reply
        self.connection, self.target = _connection(urlsplit(url), self.headers, seconds)
        self.outcome: Reply | Missed | Exception = Missed.LATE

    def run(self) -> None:
        try:
            self.outcome = self._reply()
        except Exception as error:  # whatever it is, it is raised where somebody waits
            self.outcome = error

    def stop(self) -> None:
        """End the connection; a thread that still reads from it ends too."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def _reply(self) -> Reply | Missed:
        self.connection.request(self.method, self.target, self.body, self.headers)
        reply = self.connection.getresponse()
        raw = bytearray()
        while piece := reply.read1(65_536):
            raw += piece
            if len(raw) > self.max_reply:
                return Missed.LONG
        if reply.length:
            raise http.client.IncompleteRead(bytes(raw[:50]), reply.length)
        found = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, bytes(raw), _seconds(found.get("retry-after")), found)


def _connection(parts: SplitResult, headers: dict[str, str], seconds: float) -> tuple[http.client.HTTPConnection, str]:
    """The connection to a server, or to the proxy that the environment has for it, and what to ask there."""
    host, target = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    proxy = None if host in _LOCAL or proxy_bypass(host) else getproxies().get(parts.scheme)
    if not proxy:
        return make(host, parts.port, timeout=seconds), target
    through = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    connection = make(through.hostname or "", through.port or http.client.HTTP_PORT, timeout=seconds)
    given = _credentials(through)
    if secure:
        connection.set_tunnel(host, parts.port, given)
        return connection, target
    headers.update(given)
    return connection, parts._replace(path=parts.path or "/").geturl()


def _credentials(proxy: SplitResult) -> dict[str, str]:
    """The header with the name and the password that the address of a proxy has, if any."""
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _seconds(value: str | None) -> float | None:
    """The seconds that a Retry-After asks for; None where it has none.

    >>> _seconds("12"), _seconds("Thu, 01 Jan 1970 00:00:00 GMT"), _seconds("soon")
    (12.0, 0.0, None)
    """
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", value.strip()):
        return float(value)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    return None
