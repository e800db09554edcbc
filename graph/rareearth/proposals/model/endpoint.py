"""Asking a language model over HTTP: any server that answers ``/chat/completions`` as OpenAI's does.

Time and size of an answer are bounded (:mod:`rareearth.connection`), a redirect is not followed (the key would go with
it), and what a server says of itself is shown without the key.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rareearth import characters, connection
from rareearth.connection import Missed, Reply
from rareearth.errors import EndpointError
from rareearth.proposals.model import strict

KEY = "RAREEARTH_MODEL_KEY"  # the variable of the environment that has the key of the server
TIMEOUT = 120.0  # seconds for one answer
MAX_WAIT = 60.0  # seconds that a server may ask to wait
_CALL = "/chat/completions"
_AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])
_OTHER_FORM = frozenset([400, 415, 422, 501])  # what a server answers that does not take a form of request
_NAME = re.compile(r"\S(.{0,198}\S)?")
_KEY = re.compile(r"[!-~]*")
_SECRET = 16  # characters from which on a key is none of the words, such as "none", that servers without keys take
_SHOWN = 200  # characters of what a server says of an error
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

    def __str__(self) -> str:
        """For readers.

        >>> str(Usage(1, 2000, 30))
        '1 request, 2,000 tokens in, 30 out'
        """
        asked = "1 request" if self.requests == 1 else f"{self.requests:,} requests"
        return f"{asked}, {self.tokens_in:,} tokens in, {self.tokens_out:,} out"


class Answer(NamedTuple):
    """The text of an answer; ``cut`` if the server stopped before its end."""

    text: str
    cut: bool
    usage: Usage


@dataclass
class _Learnt:
    """What is known of a server: the form of answers that it takes, and whether it could not be reached last time."""

    form: int = 0
    lost: bool = False


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers (``url``, such as ``http://localhost:8080/v1``) and what it is called there (``name``).

    ``timeout`` are the seconds for one answer, ``retries`` how often a request is made again that failed, ``pause`` the
    seconds before the first of these; each further pause is twice as long. A server that could not be reached is tried
    once the next time, so that of many articles each does not wait for it in vain.

    >>> Endpoint("http://localhost:8080/v1", "small").url
    'http://localhost:8080/v1'
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT
    retries: int = 3
    pause: float = 1.0
    seed: int = 12
    _learnt: _Learnt = field(default_factory=_Learnt, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse an address, a name or a key that cannot be sent. Raises EndpointError."""
        try:
            parts = urlsplit(self.url)
            right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
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
    def of(cls, url: str, name: str, timeout: float = TIMEOUT) -> Endpoint:
        """The endpoint, with the key that the environment has in ``RAREEARTH_MODEL_KEY``, if any.

        Raises EndpointError for an address, a name or a key that cannot be.
        """
        return cls(url, name, key=os.environ.get(KEY, "").strip(), timeout=timeout)

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int | None = None) -> Answer:
        """The answer to some messages, by a schema where the server has that.

        Raises EndpointError, in one line, if there is none in time, or none that is a text.
        """
        while True:
            form = self._learnt.form
            body = self._body(messages, schema, form, self.seed if seed is None else seed)
            try:
                return self._answer(self._sent(body))
            except _StatusError as error:
                if error.reply.status in _OTHER_FORM and form + 1 < len(_FORMS):
                    self._learnt.form = form + 1
                    continue
                self._learnt.form = 0
                raise EndpointError(self._shown(error.reply)) from None

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
        for left in range(0 if self._learnt.lost else self.retries, -1, -1):
            wait: float | None = None
            try:
                reply = connection.send(self._address, body, self._headers, self.timeout)
                self._learnt.lost = False
                if isinstance(reply, Missed):
                    raise EndpointError(f"{self.url}: {self._missed(reply)}")
                if reply.status == http.client.OK:
                    return reply.body
                if reply.status not in _AGAIN or not left or (reply.retry or 0) > MAX_WAIT:
                    raise _StatusError(reply)
                wait = reply.retry
            except (OSError, http.client.HTTPException, ValueError) as error:
                if isinstance(error, ssl.SSLCertVerificationError) or not left:
                    self._learnt.lost = True
                    what = characters.shown(self._without_key(str(error) or type(error).__name__))
                    raise EndpointError(f"{self.url}: cannot be reached ({what}); {_START}") from None
            time.sleep(pause if wait is None else wait)
            pause *= 2
        raise AssertionError("a loop over retries ends by an answer or an error")

    def _missed(self, why: Missed) -> str:
        if why is Missed.LATE:
            return f"no whole answer within {self.timeout:g} s; {_SLOW}"
        return f"the answer has more than {connection.MAX_REPLY:,} bytes; {_CHECK}"

    @property
    def _address(self) -> str:
        return self.url.rstrip("/").removesuffix(_CALL) + _CALL

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        return {**headers, "Authorization": f"Bearer {self.key}"} if self.key else headers

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
            start = characters.shown(" ".join(self._without_key(raw.decode(errors="replace")).split())[:_SHOWN])
            raise EndpointError(f"{self.url}: found '{start}'; expected an answer of {_CALL}: {_CHECK}") from None
        if cut and content is None:  # it was still thinking
            content = ""
        if not isinstance(content, str) or not (content.strip() or cut):
            raise EndpointError(f"{self.url}: the answer of {self.name} has no text; try another model")
        counts = [_count(usage, name) for name in ("prompt_tokens", "completion_tokens")]
        return Answer(self._without_key(content) if len(self.key) >= _SECRET else content, cut, Usage(1, *counts))

    def _shown(self, reply: Reply) -> str:
        said = characters.shown(self._without_key(_message(reply.body.decode(errors="replace"))), _SHOWN)
        what = f"{reply.status}: {said}" if said else f"{reply.status}"
        advice = {401: _NO_KEY, 403: _NO_KEY, 404: _CHECK, 429: "try again later", 413: "give a shorter text"}
        if reply.retry and reply.retry > MAX_WAIT:
            return f"{self.url}: answers {what}; it asks to wait {reply.retry:.0f} s: try again then"
        return f"{self.url}: answers {what}; {advice.get(reply.status, _CHECK)}"

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


_SLOW = "give it more time, or take a smaller model"
_START = "start the server, or check the address"
_CHECK = "check the address (it often ends in /v1) and the name of the model"
_NO_KEY = f"put the key of the server into {KEY}"


class _StatusError(Exception):
    """A reply that is no answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def _count(usage: Any, name: str) -> int:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and 0 <= number < 10**9 else 0


def _message(body: str) -> str:
    """What a server says of an error, in one line; nothing if it is a page."""
    text = body[:2000]
    with contextlib.suppress(ValueError, LookupError, TypeError):
        reply = strict.loads(body)
        error = reply.get("error", reply) if isinstance(reply, dict) else ""
        text = str(error.get("message") or error.get("detail") or "") if isinstance(error, dict) else str(error)
    return "" if text.lstrip().startswith("<") else " ".join(text.split())
