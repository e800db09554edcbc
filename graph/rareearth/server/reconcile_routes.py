"""The HTTP of the reconciliation service: its parameters, batches in parts, and which pages may ask.

A batch is answered in parts of :data:`AT_A_TIME` queries, one after the other, each a request to the workers: a large
batch takes the turns that a client has, delays others no more than these, and each part has the time limit of a query.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from rareearth.errors import BadRequestError, RefusedError
from rareearth.server import bodies, clients, messages, middleware, protocol
from rareearth.server.reconciliation import MAX_QUERIES

if TYPE_CHECKING:
    from starlette.requests import Request

    from rareearth.server.served import Served

PATH = "/reconcile"
AT_A_TIME = 25  # queries that a worker answers at a time, in about 0.1 seconds
MAX_ESCAPES = 300_000  # bytes of a form that are written as %XX: those of 1,000 queries with properties
_FORM = "application/x-www-form-urlencoded"
_PREVIEW = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors %s"
)
_ANYWHERE, _HERE = "*", "'self' http://localhost:* http://127.0.0.1:* http://[::1]:*"


def routes() -> list[Route]:
    """The addresses of the service."""
    return [
        Route(PATH, service, methods=["GET", "POST"]),
        Route(f"{PATH}/preview", preview, methods=["GET"]),
        Route(f"{PATH}/properties", part, methods=["GET"]),
        *(Route(f"{PATH}/{what}/{{of}}", part, methods=["GET"]) for what in ("suggest", "flyout")),
    ]


async def service(request: Request) -> Response:
    """The manifest; a batch of queries; or values of properties."""
    served: Served = request.app.state.served
    with served.bodies.share(clients.key(request.client)) as hold:
        given = _parameters(request.scope["query_string"])
        if request.method == "POST":
            given |= await _posted(request, hold)
        asked = [name for name in ("queries", "extend") if name in given]
        if len(asked) > 1 or "query" in given:
            raise BadRequestError(400, "expected one parameter: queries (a batch, as in version 0.2) or extend")
        if not asked:
            if request.method == "POST":
                raise BadRequestError(400, "the form has no field queries or extend")
            return await _answered(request, "manifest", {})
        if asked == ["extend"]:
            return await _answered(request, "extend", _json(given["extend"], "extend"))
        return _made(await _batch(request, _json(given["queries"], "queries")))


async def _batch(request: Request, queries: Mapping[str, Any]) -> bytes:
    if len(queries) > MAX_QUERIES:
        why = f"the batch has {len(queries):,} queries; at most {MAX_QUERIES:,} are answered at a time"
        raise RefusedError(413, f"{why}: send the others in another batch")
    found: dict[str, Any] = {}
    rest = iter(queries.items())
    while chunk := dict(itertools.islice(rest, AT_A_TIME)):
        found |= json.loads(await _ask(request, "queries", chunk))
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


async def part(request: Request) -> Response:
    """Suggestions, flyouts and proposals of properties."""
    given = _parameters(request.scope["query_string"])
    name = request.scope["path"].removeprefix(f"{PATH}/")
    if name.partition("/")[2] not in ("", "entity", "type", "property"):
        raise RefusedError(404, f"there is no {name}; expected one for entity, type or property")
    wanted = {"suggest": ("prefix", "cursor"), "flyout": ("id",), "properties": ("type", "limit")}[
        name.partition("/")[0]
    ]
    asked = {key: given[key] for key in wanted if given.get(key)}
    if name.startswith("suggest"):
        asked.setdefault("prefix", "")
    return await _answered(request, name, asked)


async def preview(request: Request) -> Response:
    """A small page about an entity, which a page of this machine may show in a frame; with ``--cors`` any page."""
    given = _parameters(request.scope["query_string"])
    body = await _ask(request, "preview", {"id": given.get("id", "")})
    ancestors = _ANYWHERE if request.app.state.cors else _HERE
    headers = {"Content-Security-Policy": _PREVIEW % ancestors, "X-Frame-Options": "SAMEORIGIN"}
    return Response(body, media_type="text/html", headers=headers)


async def _answered(request: Request, part_: str, asked: Mapping[str, Any]) -> Response:
    return _made(await _ask(request, part_, asked))


def _made(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def _ask(request: Request, part_: str, asked: Mapping[str, Any]) -> bytes:
    served: Served = request.app.state.served
    message = messages.ReconcileRequest(part_, json.dumps(asked), middleware.of(request.scope).base)
    return (await served.ask(message, messages.DocumentReply, clients.key(request.client))).body


async def _posted(request: Request, hold: Any) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise BadRequestError(415, f"the content type is '{kind or 'missing'}'; expected {_FORM}")
    return _parameters(await bodies.read(request, hold, "send fewer queries at a time", MAX_ESCAPES))


def _parameters(text: bytes) -> dict[str, str]:
    given = dict(protocol.parameters(text))
    if "callback" in given:
        raise BadRequestError(400, "JSONP (callback) is refused; ask for JSON, with CORS")
    return given


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, f"{name} is not JSON") from error
    if not isinstance(found, dict):
        raise BadRequestError(400, f"{name} is no JSON object")
    return found
