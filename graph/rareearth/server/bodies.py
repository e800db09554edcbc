"""The body of a request, bounded while it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rareearth.errors import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_BYTES = 1 << 20
MAX_ESCAPES = 50_000  # bytes of a form that are written as %XX: decoding a million of them takes 0.2 s


async def read(
    request: Request, hold: Callable[[int], None], expected: str = "", max_escapes: int = MAX_ESCAPES
) -> bytes:
    """The body of a request; ``hold`` counts its bytes for as long as it waits (see :class:`clients.Budget`).

    ``expected`` says what to send in place of a form that is too large. Raises RefusedError.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        hold(len(chunk))
        if len(body) > MAX_BYTES:
            raise RefusedError(413, f"the body has more than {MAX_BYTES:,} bytes")
    if body.count(b"%") > max_escapes and "urlencoded" in request.headers.get("content-type", "").lower():
        instead = expected or "send the query itself, as application/sparql-query"
        raise RefusedError(413, f"the form has more than {max_escapes:,} encoded bytes; {instead}")
    return bytes(body)
