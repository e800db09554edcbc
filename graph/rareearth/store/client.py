"""Requests to a store at an address: in time, again when it is busy, and with errors that say what to do.

Credentials are those of the environment, and are sent to no other address: ``RAREEARTH_STORE_USER`` and
``RAREEARTH_STORE_PASSWORD`` (Basic, or Digest where the server asks for it), or ``RAREEARTH_STORE_TOKEN`` (Bearer).
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rareearth import characters, connection
from rareearth.connection import Missed, Reply
from rareearth.errors import QueryError, RemoteError, TooLargeError

USER, PASSWORD, TOKEN = "RAREEARTH_STORE_USER", "RAREEARTH_STORE_PASSWORD", "RAREEARTH_STORE_TOKEN"
TIMEOUT = 60.0  # seconds for one answer
MAX_ANSWER = 512 << 20  # bytes of one answer, which is held in memory
MAX_WAIT = 30.0  # seconds that a server may ask to wait
_AGAIN = frozenset([408, 425, 429, 502, 503, 504])
_SHOWN = 200  # characters of what a server says of an error
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_ADVICE = {
    401: f"put name and password into {USER} and {PASSWORD}, or a token into {TOKEN}",
    403: f"name and password in {USER} and {PASSWORD}, or the token in {TOKEN}, have no right to this",
    404: "check the address: it is that of the SPARQL endpoint, such as http://localhost:7878/query",
    405: "check the address: it is that of the SPARQL endpoint, such as http://localhost:7878/query",
    413: "what was sent is too large for it",
    429: "it has too many requests; try again later",
    503: "it is busy, or is starting; try again later",
}


@dataclass(frozen=True)
class Credentials:
    """Who asks: a name with a password, or a token, or nobody."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def of_environment(cls) -> Credentials:
        """Those of the environment. Raises RemoteError for what no header can have."""
        given = {name: os.environ.get(name, "") for name in (USER, PASSWORD, TOKEN)}
        for name, value in given.items():
            if not _PRINTABLE.fullmatch(value):
                raise RemoteError(f"{name} has a character that cannot be sent; set it anew")
        if given[TOKEN] and given[USER]:
            raise RemoteError(f"{TOKEN} and {USER} are both set; expected only one of them")
        return cls(given[USER], given[PASSWORD], given[TOKEN].strip())

    def bearer(self) -> dict[str, str]:
        """The header with the token, if there is one."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def answer(self, question: str, method: str, url: str) -> dict[str, str]:
        """The header that answers the question of a server (its WWW-Authenticate); {} if nobody asks."""
        from urllib.request import AbstractDigestAuthHandler, HTTPPasswordMgr, Request, parse_http_list, parse_keqv_list

        if not self.user:
            return {}
        scheme, _, rest = question.partition(" ")
        if scheme.lower() != "digest":
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        known = HTTPPasswordMgr()
        asked = parse_keqv_list([part for part in parse_http_list(rest) if "=" in part])
        known.add_password(asked.get("realm", ""), url, self.user, self.password)
        handler = AbstractDigestAuthHandler(known)
        try:
            answer = handler.get_authorization(Request(url, method=method), asked)  # noqa: S310 - http and https only
        except ValueError:  # another algorithm
            return {}
        return {"Authorization": f"Digest {answer}"} if answer else {}

    def hidden(self, text: str) -> str:
        """A text of a server without the secrets."""
        for secret in (self.token, self.password):
            text = text.replace(secret, "…") if secret else text
        return text


@dataclass
class Client:
    """What sends requests to an address: ``timeout`` in seconds for each, ``retries`` when the server is busy.

    ``pause`` are the seconds before the first of these, if the server does not say how long; each further pause is
    twice as long. ``requests`` counts what was sent.
    """

    url: str
    credentials: Credentials
    timeout: float = TIMEOUT
    retries: int = 3
    pause: float = 1.0
    max_answer: int = MAX_ANSWER
    requests: int = field(default=0, repr=False)
    _basic: dict[str, str] = field(default_factory=dict, repr=False)  # a name and a password are sent once asked for

    def __post_init__(self) -> None:
        """Refuse what is not an address. Raises RemoteError."""
        check(self.url)

    def send(
        self,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        url: str = "",
        method: str = "POST",
        missing: bool = False,
    ) -> Reply:
        """The reply to a request, whose status is 2xx; with ``missing``, also one of 404.

        Raises QueryError for a request that the server says is wrong (400), TooLargeError for a reply that is too
        large, and RemoteError for everything else, in one line each.
        """
        url = url or self.url
        pause = self.pause
        sent = {"User-Agent": "rareearth", "Connection": "close", **headers, **self.credentials.bearer()}
        sent |= self._basic
        asked = False
        left = self.retries
        while True:
            reply = self._reply(url, body, sent, method)
            if 200 <= reply.status < 300 or (missing and reply.status == http.client.NOT_FOUND):
                return reply
            question = reply.headers.get("www-authenticate", "")
            if reply.status == http.client.UNAUTHORIZED and not asked:
                asked = True
                if answer := self.credentials.answer(question, method, url):
                    sent |= answer
                    self._basic = answer if answer["Authorization"].startswith("Basic ") else {}
                    continue
            if reply.status not in _AGAIN or not left or (reply.retry or 0) > MAX_WAIT:
                raise self._error(url, reply)
            left -= 1
            time.sleep(pause if reply.retry is None else reply.retry)
            pause *= 2

    def _reply(self, url: str, body: bytes | None, headers: Mapping[str, str], method: str) -> Reply:
        self.requests += 1
        try:
            reply = connection.send(url, body, headers, self.timeout, method=method, max_reply=self.max_answer)
        except http.client.IncompleteRead:
            raise RemoteError(f"{url}: the connection was cut in the middle of the answer; try again") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            what = characters.shown(self.credentials.hidden(str(error) or type(error).__name__))
            hint = (
                "check its certificate" if isinstance(error, ssl.SSLError) else "start the store, or check the address"
            )
            raise RemoteError(f"{url}: cannot be reached ({what}); {hint}") from None
        if reply is Missed.LATE:
            raise RemoteError(f"{url}: no whole answer within {self.timeout:g} s; ask for less, or allow more time")
        if reply is Missed.LONG:
            raise TooLargeError(f"{url}: the answer has more than {self.max_answer:,} bytes; add LIMIT, or select less")
        assert isinstance(reply, Reply)  # noqa: S101 - of the two, the other was raised
        return reply

    def _error(self, url: str, reply: Reply) -> RemoteError | QueryError:
        said = characters.shown(self.credentials.hidden(_message(reply.body)), _SHOWN)
        if reply.status == http.client.BAD_REQUEST:
            return QueryError(f"{url}: the query failed: {said or 'the store does not say why'}")
        what = f"{reply.status}: {said}" if said else f"{reply.status}"
        if 300 <= reply.status < 400:
            place = characters.shown(reply.headers.get("location", "another address"), _SHOWN)
            return RemoteError(f"{url}: answers {what}; it is at {place}: use that address, if it is the right one")
        if (reply.retry or 0) > MAX_WAIT:
            return RemoteError(f"{url}: answers {what}; it asks to wait {reply.retry:.0f} s: try again then")
        return RemoteError(f"{url}: answers {what}; {_ADVICE.get(reply.status, 'see the log of the store')}")


def check(url: str) -> None:
    """Raise RemoteError for an address to which nothing can be sent."""
    right = False
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.fragment
        if parts.username or parts.password:
            raise RemoteError(f"the address of a store has a name or a password; put them into {USER} and {PASSWORD}")
    if not right or not url.isascii() or not url.isprintable() or " " in url:
        expected = "expected the address of a SPARQL endpoint, such as http://localhost:7878/query"
        raise RemoteError(f"found '{characters.shown(url)}'; {expected}")


def _message(body: bytes) -> str:
    """What a server says of an error, in one line; nothing if it is a page."""
    text = body[:4000].decode(errors="replace").partition("SPARQL query:")[0]  # Virtuoso repeats it
    return "" if text.lstrip().startswith("<") else " ".join(text.split())
