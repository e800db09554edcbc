"""What holds for every request and response: who may ask, and what a browser may do with an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse

from rareearth.errors import BadRequestError
from rareearth.server import origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rareearth.server.origin import Origin, Origins

_KEY = "rareearth.origin"
_NOTHING = "default-src 'none'; frame-ancestors 'none'"  # the policy of what is no page
_FAILED = "the server failed to handle this request; the reason is in its log\n"


def of(scope: Mapping[str, object]) -> Origin:
    """The origin of a request that was admitted."""
    return cast("Origin", scope[_KEY])


class Admission:
    """An ASGI middleware that refuses requests for other hosts, and takes off the path below which pages are served.

    ``own`` are the first parts of the server's own paths: a proxy may have taken its path off, or not.
    """

    def __init__(self, app: ASGIApp, origins: Origins, own: frozenset[str]) -> None:
        self._app, self._origins, self._own = app, origins, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its origin, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            found = origin.origin(scope, self._origins)
        except BadRequestError as error:
            await PlainTextResponse(f"{error}\n", error.status)(scope, receive, send)
            return
        if scope.get("client"):
            scope["client"] = found.client, scope["client"][1]  # the log names it
        path: str = scope["path"]
        below = path.removeprefix(found.prefix)
        if below != path and (not below or below.startswith("/")) and path.split("/")[1] not in self._own:
            path = below or "/"
        await self._pass_on({**scope, _KEY: found, "path": path}, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; where it fails, its answer has the headers of any other."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if not started:
                await PlainTextResponse(_FAILED, 500)(scope, receive, send)
            raise


class SafeHeaders:
    """An ASGI middleware that adds to every response what a browser may do with it.

    ``shared`` says that pages of other origins may read and embed answers.
    """

    def __init__(self, app: ASGIApp, *, shared: bool) -> None:
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _NOTHING,
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "cross-origin" if shared else "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, safe)


class LocalOrigins:
    """An ASGI middleware that lets pages of this machine ask what is below a path, as programs like OpenRefine are."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app, self._path = app, path
        self._shared = CORSMiddleware(
            app,
            allow_origin_regex=r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?",
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        below = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self._path}/")
        await (self._shared if below else self._app)(scope, receive, send)


def cross_origin(app: ASGIApp) -> CORSMiddleware:
    """Let pages of any origin ask, with any header: clients add their own, such as an id of the query."""
    return CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        allow_private_network=True,  # a page of the web may ask a server on this machine
        expose_headers=["Allow", "ETag", "Link", "Retry-After"],
    )
