"""The access log: a line on standard error for each request, once its response has been sent."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING

from rareearth.server.clients import GONE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("rareearth.access")
MAX_TARGET = 2000  # characters of an address that are logged
MAX_CLIENT = 100  # characters of a client's address
CLIENT_GONE = 499  # the status that is logged where the client did not wait for the response
_UNSAFE = re.compile(r"[^\w.:%\[\]-]", re.ASCII)


class AccessLog:
    """An ASGI middleware that logs client, method, address, status, bytes and milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = size = 0

        async def count(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, count)
        finally:
            target = scope["raw_path"].decode("ascii", "backslashreplace")
            if scope["query_string"]:
                target += "?" + scope["query_string"].decode("ascii", "backslashreplace")
            gone = scope.get(GONE)
            if gone is not None and gone.done():
                status = CLIENT_GONE
            client = scope["client"][0] if scope.get("client") else "-"
            client = _UNSAFE.sub("_", client)[:MAX_CLIENT]  # behind a proxy a header says it, so it may be anything
            duration = (time.perf_counter() - start) * 1000
            LOG.info("%s %s %s %d %d %.1fms", client, scope["method"], target[:MAX_TARGET], status, size, duration)
