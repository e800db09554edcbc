"""Asking a language model over HTTP: any server that answers ``/chat/completions`` as OpenAI's does.

Time and size of an answer are bounded, a redirect is not followed (the key would go with it), and what a server says of
itself is shown without the key.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rareearth import characters
from rareearth.errors import EndpointError
from rareearth.proposals.model import strict

KEY = "RAREEARTH_MODEL_KEY"  # the variable of the environment that has the key of the server
MAX_REPLY = 3_000_000  # bytes
MAX_WAIT = 60.0  # seconds that a server may ask to wait
_CALL = "/chat/completions"
_AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])
_OTHER_FORM = frozenset([400, 415, 422, 501])  # what a server answers that does not take a form of request
_NAME = re.compile(r"\S(.{0,198}\S)?")
_KEY = re.compile(r"[!-~]*")
_FORMS = ("json_schema", "json_object", "text", "bare")


class Usage(NamedTuple):
    """What answers took: requests, and tokens of questions and answers as the server counts them."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def plus(self, other: Usage) -> Usage:
        """Both together.

        >>> Usage(1, 200, 30).plus(Usage(1, 100, 20))
        Usage(requests=2, tokens_in=300, tokens_out=50)
        """
        return Usage(*(one + more for one, more in zip(self, other, strict=True)))


class Answer(NamedTuple):
    """The text of an answer; ``cut`` if the server stopped before its end."""

    text: str
    cut: bool
    usage: Usage


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers (``url``, such as ``http://localhost:8080/v1``) and what it is called there (``name``).

    ``timeout`` are the seconds for one answer, ``retries`` how often a request is made again that failed, ``pause`` the
    seconds before the first of these; each further pause is twice as long.

    >>> Endpoint("http://localhost:8080/v1", "small").url
    'http://localhost:8080/v1'
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    timeout: float = 120.0
    retries: int = 3
    pause: float = 1.0
    seed: int = 12
    _form: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)  # what the server takes

    def __post_init__(self) -> None:
        """Refuse an address, a name or a key that cannot be sent. Raises EndpointError."""
        try:
            parts = urlsplit(self.url)
            right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            right = False
        shown = characters.shown(self.url)
        if not right or not self.url.isascii() or not self.url.isprintable() or " " in self.url:
            raise EndpointError(f"found '{shown}'; expected the address of a model like http://localhost:8080/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            expected = f"expected none: give the key in {KEY}"
            raise EndpointError(f"the address of a model has a key, a query or a fragment; {expected}")
        if not _NAME.fullmatch(self.name) or self.name == "rules":
            raise EndpointError(f"found '{characters.shown(self.name)}'; expected the name of a model on that server")
        if not _KEY.fullmatch(self.key):
            raise EndpointError(f"{KEY} has a space or a character that no key has; set it anew")

    @classmethod
    def of(cls, url: str, name: str, timeout: float = 120.0) -> Endpoint:
        """The endpoint, with the key that the environment has in ``RAREEARTH_MODEL_KEY``, if any.

        Raises EndpointError for an address, a name or a key that cannot be.
        """
        return cls(url, name, key=os.environ.get(KEY, "").strip(), timeout=timeout)

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int | None = None) -> Answer:
        """The answer to some messages, by a schema where the server has that.

        Raises EndpointError, in one line, if there is none in time, or none that is a text.
        """
        while True:
            form = self._form[0]
            body = self._body(messages, schema, form, self.seed if seed is None else seed)
            try:
                return self._answer(self._sent(body))
            except _StatusError as error:
                if error.status in _OTHER_FORM and form + 1 < len(_FORMS):
                    self._form[0] = form + 1
                    continue
                self._form[0] = 0
                raise EndpointError(self._shown(error)) from None

    def _body(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], form: int, seed: int) -> bytes:
        body: dict[str, Any] = {"model": self.name, "messages": list(messages), "stream": False}
        if _FORMS[form] != "bare":
            body |= {"temperature": 0, "seed": seed}
        if _FORMS[form] == "json_schema":
            named = {"name": "claims", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif _FORMS[form] == "json_object":
            body["response_format"] = {"type": "json_object"}
        return json.dumps(body, ensure_ascii=False).encode()

    def _sent(self, body: bytes) -> bytes:
        """The bytes of an answer; a request that fails for a while is made again."""
        pause = self.pause
        for left in range(self.retries, -1, -1):
            wait: float | None = None
            try:
                return _Request(self, body).reply()
            except _StatusError as error:
                if error.status not in _AGAIN or not left or (error.retry or 0) > MAX_WAIT:
                    raise
                wait = error.retry
            except _LateError:
                raise EndpointError(f"{self.url}: no whole answer within {self.timeout:g} s; {_SLOW}") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                if isinstance(error, ssl.SSLCertVerificationError) or not left:
                    what = characters.shown(self._without_key(str(error) or type(error).__name__))
                    raise EndpointError(f"{self.url}: cannot be reached ({what}); {_START}") from None
            time.sleep(pause if wait is None else wait)
            pause *= 2
        raise AssertionError("a loop over retries ends by an answer or an error")

    def _answer(self, raw: bytes) -> Answer:
        try:
            reply = strict.loads(raw.decode())
            choice = reply["choices"][0]
            content = choice["message"]["content"]
            if isinstance(content, list):
                content = "".join(part["text"] for part in content if part.get("type") == "text")
            cut = choice.get("finish_reason") == "length"
            usage = reply.get("usage") or {}
        except (ValueError, LookupError, TypeError, AttributeError):
            start = characters.shown(" ".join(self._without_key(raw[:200].decode(errors="replace")).split()))
            raise EndpointError(f"{self.url}: found '{start}'; expected an answer of {_CALL}: {_CHECK}") from None
        if not isinstance(content, str) or not (content.strip() or cut):
            raise EndpointError(f"{self.url}: the answer of {self.name} has no text; try another model")
        counts = [_count(usage, name) for name in ("prompt_tokens", "completion_tokens")]
        return Answer(content, cut, Usage(1, *counts))

    def _shown(self, error: _StatusError) -> str:
        said = _message(error.body)
        what = f"{error.status}{f': {characters.shown(self._without_key(said), 200)}' if said else ''}"
        advice = {401: _NO_KEY, 403: _NO_KEY, 404: _CHECK, 429: "try again later", 413: "give a shorter text"}
        if error.retry and error.retry > MAX_WAIT:
            return f"{self.url}: answers {what}; it asks to wait {error.retry:.0f} s: try again then"
        return f"{self.url}: answers {what}; {advice.get(error.status, _CHECK)}"

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


_SLOW = "give it more time, or take a smaller model"
_START = "start the server, or check the address"
_CHECK = "check the address (it often ends in /v1) and the name of the model"
_NO_KEY = f"put the key of the server into {KEY}"


class _StatusError(Exception):
    """An answer that is none: its status, the start of its body, and the seconds after which to ask again."""

    def __init__(self, status: int, body: bytes, retry: float | None) -> None:
        super().__init__(status)
        self.status, self.body, self.retry = status, body, retry


class _LateError(Exception):
    """No whole answer in time."""


def _count(usage: Any, name: str) -> int:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and 0 <= number < 10**9 else 0


def _message(body: bytes) -> str:
    """What a server says of an error, in one line."""
    text = body[:2000].decode(errors="replace")
    with contextlib.suppress(ValueError, LookupError, TypeError):
        reply = strict.loads(body.decode())
        error = reply.get("error", reply) if isinstance(reply, dict) else ""
        text = str(error.get("message") or error.get("detail") or "") if isinstance(error, dict) else str(error)
    return "" if text.lstrip().startswith("<") else " ".join(text.split())


def _seconds(value: str | None) -> float | None:
    """The seconds that a Retry-After asks for; None where it has none."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", value.strip()):
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    return None


class _Request:
    """One request and its reply; a timer ends the connection when its time is over."""

    def __init__(self, endpoint: Endpoint, body: bytes) -> None:
        self.endpoint = endpoint
        self.body = body
        self.end = time.monotonic() + endpoint.timeout
        self.late = False

    def reply(self) -> bytes:
        """The bytes of the reply.

        Raises _StatusError for a status that is not 200, _LateError when the time is over, OSError and
        HTTPException for a connection that fails, EndpointError for a reply that is too long.
        """
        connection = self._connection()
        try:
            connection.connect()
        except TimeoutError:
            raise _LateError from None
        timer = threading.Timer(max(0.0, self.end - time.monotonic()), self._stop, [connection.sock])
        timer.daemon = True
        timer.start()
        try:
            return self._read(connection)
        except (OSError, http.client.HTTPException, ValueError):
            if self.late or time.monotonic() >= self.end:
                raise _LateError from None
            raise
        finally:
            timer.cancel()
            connection.close()

    def _stop(self, sock: socket.socket) -> None:
        self.late = True
        with contextlib.suppress(OSError, ValueError):
            sock.shutdown(socket.SHUT_RDWR)

    def _connection(self) -> http.client.HTTPConnection:
        from urllib.request import getproxies, proxy_bypass

        parts = urlsplit(self.endpoint.url)
        host = parts.hostname or ""
        proxy = None if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(host) else getproxies().get("https")
        secure = parts.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        if not secure or not proxy:
            return make(host, parts.port, timeout=self.endpoint.timeout)
        through = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
        connection = make(through.hostname or "", through.port, timeout=self.endpoint.timeout)
        connection.set_tunnel(host, parts.port)
        return connection

    def _read(self, connection: http.client.HTTPConnection) -> bytes:
        path = urlsplit(self.endpoint.url).path.rstrip("/").removesuffix(_CALL)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        connection.request("POST", path + _CALL, self.body, headers)
        reply = connection.getresponse()
        raw = bytearray()
        while piece := reply.read1(65_536):
            raw += piece
            if len(raw) > MAX_REPLY:
                url = self.endpoint.url
                raise EndpointError(f"{url}: the answer has more than {MAX_REPLY:,} bytes; {_CHECK}")
        if self.late:
            raise _LateError
        if reply.length:
            raise http.client.IncompleteRead(bytes(raw[:50]), reply.length)
        if reply.status != http.client.OK:
            raise _StatusError(reply.status, bytes(raw), _seconds(reply.getheader("Retry-After")))
        return bytes(raw)
