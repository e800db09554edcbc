"""A scripted language model on loopback: a server with OpenAI's protocol that answers as a test tells it to."""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"prompt_tokens": 2_000, "completion_tokens": 30}


@dataclass
class Response:
    """What is sent: a status, a body and headers; ``then`` is done with the connection instead of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # another length than the body has
    then: Callable[[Asked], None] | None = None


@dataclass
class Asked:
    """A request as the server got it."""

    path: str
    headers: dict[str, str]
    raw: bytes
    handler: BaseHTTPRequestHandler = field(repr=False)
    gone: threading.Event = field(repr=False)

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def form(self) -> str:
        """What form of an answer is asked for."""
        default = "text" if "temperature" in self.body else "bare"
        return str(self.body.get("response_format", {}).get("type", default))

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def question(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def part(self) -> str:
        """The part of the article that it asks about."""
        fence = re.findall(r"^ARTICLE [0-9a-f]{16}$", self.question, re.MULTILINE)[0]
        return self.question.split(f"\n{fence}\n")[1]


Script = Callable[[Asked], Response]


class Model:
    """The server: ``script`` makes a response to each request; ``asked`` are the requests up to now."""

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None) -> None:
        self.scripts = list(scripts)
        self.asked: list[Asked] = []
        self.gone = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client may hang up
        self._scheme = "https" if context else "http"
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def respond(self, asked: Asked) -> Response:
        """The response of the next script; the last one is used again and again."""
        with self._lock:
            script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
            self.asked.append(asked)
        return script(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                asked = Asked(self.path, dict(self.headers), raw, self, model.gone)
                response = model.respond(asked)
                with contextlib.suppress(OSError):
                    if response.then:
                        response.then(asked)
                    else:
                        self._send(response)
                self.close_connection = True

            def do_GET(self) -> None:
                model.respond(Asked(self.path, dict(self.headers), b"{}", self, model.gone))
                self.send_response(200)
                self.end_headers()

            def _send(self, response: Response) -> None:
                self.send_response(response.status)
                length = len(response.body) if response.length is None else response.length
                for name, value in {"Content-Length": str(length), **response.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(response.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@contextlib.contextmanager
def serving(*scripts: Script, context: ssl.SSLContext | None = None) -> Iterator[Model]:
    """A server that answers by scripts, one after the other, the last one for all further requests."""
    model = Model(*scripts, context=context)
    model.start()
    try:
        yield model
    finally:
        model.stop()


# ---- scripts ------------------------------------------------------------------------------------------------------


def completion(content: Any, finish: str = "stop", usage: Any = USAGE) -> bytes:
    """The body of an answer with a content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    return json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def says(content: Any, finish: str = "stop", usage: Any = USAGE) -> Script:
    """A script that always answers the same."""
    return lambda _: Response(body=completion(content, finish, usage))


def replies(reply: Any) -> Script:
    return says(json.dumps(reply, ensure_ascii=False))


def fails(status: int, body: bytes | str = b"", **headers: str) -> Script:
    """A script that answers with a status; of the headers, _ is -."""
    raw = body.encode() if isinstance(body, str) else body
    return lambda _: Response(status, raw, {name.replace("_", "-"): value for name, value in headers.items()})


def sends(body: bytes | str, **headers: str) -> Script:
    return fails(200, body, **headers)


def only(*forms: str, then: Script) -> Script:
    """A script that refuses all forms of answers but some, as servers do that lack them."""
    message = b'{"error": {"message": "response_format is not supported"}}'
    return lambda asked: then(asked) if asked.form in forms else Response(400, message)


def waits(seconds: float = 30) -> Script:
    """A script that says nothing for a time, or until the server is stopped."""
    return lambda _: Response(then=lambda asked: bool(asked.gone.wait(seconds)) and None)


def drips(headers_too: bool = False, pause: float = 0.02) -> Script:
    """A script that sends a character now and then, for ever, of the body or of the headers already."""

    def drip(asked: Asked) -> None:
        handler = asked.handler
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-Long: " if headers_too else b"\r\n"))
        while not asked.gone.is_set():
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(pause)

    return lambda _: Response(then=drip)


def cuts(after: int = 40) -> Script:
    """A script whose connection ends in the middle of a body."""
    return lambda _: Response(body=completion("{}")[:after], length=4_000)


def hangs_up() -> Script:
    """A script that closes the connection without a word."""
    return lambda _: Response(then=lambda asked: asked.handler.connection.close())
