"""The server as a Starlette application: the routes, and the HTTP responses to what the workers reply.

This process knows HTTP; everything that reads the graph is a request to the workers of a :class:`pool.Pool`. A new
build is noticed by its manifest: a new pool takes over, and the old one ends when it has replied.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rareearth import namespaces
from rareearth.errors import PageError, RareEarthError, RefusedError
from rareearth.server import links, messages, protocol
from rareearth.server.access import AccessLog
from rareearth.server.served import Served
from rareearth.site import addresses, explorer, rendering

LOG = logging.getLogger("rareearth.server")
MAX_BODY = 1 << 20  # bytes
MAX_NAME = 300  # characters of a name to find: finding close names of long ones takes hours
_DUMPS = {
    "rareearth.trig": "application/trig",
    "rareearth.graphml": "application/graphml+xml",
    "rareearth.gexf": "application/gexf+xml",
}
_DOCUMENTS = {"html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json"}
_STATIC = {"site.css": "text/css", "editor.css": "text/css", "editor.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)  # 'unsafe-inline' is for the styles that the editor sets


def application(folder: Path, timeout: float, max_rows: int, texts: Path | None, *, cors: bool, log: bool) -> Starlette:
    """The application for a build folder; :func:`rareearth.server.serve` explains the parameters."""
    served = Served(folder, timeout, max_rows, texts)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await served.refresh()
        watching = asyncio.ensure_future(served.watch())
        yield
        watching.cancel()
        await served.close()

    middleware = [Middleware(AccessLog)] if log else []
    if cors:
        middleware.append(Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"]))
    routes = [
        Route("/", _at(namespaces.DATASET), methods=["GET"]),
        Route("/sparql", sparql, methods=["GET", "POST"]),
        Route("/sparql/", sparql, methods=["GET", "POST"]),
        Route("/hints", hints, methods=["POST"]),
        Route("/graph", explorer_page, methods=["GET"]),
        Route("/find", find, methods=["GET"]),
        Route("/static/{name}", static, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        *(Route(f"/{name}", dump, methods=["GET"]) for name in _DUMPS),
        *(Route(f"/{name}", _at(namespaces.BASE + name), methods=["GET"]) for name in ("dataset", "ontology")),
        *(
            Route(f"/{name}.{form}", _at(namespaces.BASE + name, form), methods=["GET"])
            for name in ("dataset", "ontology")
            for form in _DOCUMENTS
        ),
        *(Route(f"/{kind}/{{id:path}}", thing, methods=["GET"]) for kind in addresses.THINGS),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=middleware,
        exception_handlers={
            RareEarthError: _refused,
            ClientDisconnect: _disconnected,
            404: _missing,
            405: _not_allowed,
        },
    )
    app.state.served = served
    return app


async def sparql(request: Request) -> Response:
    """The query operation of the SPARQL 1.1 Protocol; without a query, the editor or the service description."""
    query = request.scope["query_string"]
    if request.method in ("GET", "HEAD") and not query:
        if protocol.best(_accept(request), ("text/turtle", "text/html", "application/ld+json")) == "text/html":
            _need_script("editor.js")
            page = await _served(request).ask(messages.EditorRequest(_base(request)), messages.DocumentReply)
            return _response(page.body, "text/html", Vary="Accept")
        return await _document(request, namespaces.DATASET, _form(request, ("text/turtle", "application/ld+json")))
    posted = request.method == "POST"
    content_type = request.headers.get("content-type", "") if posted else ""
    asked = protocol.parse(
        request.method, query.decode("latin-1"), content_type, await _body(request) if posted else b""
    )
    forms = protocol.forms(_accept(request))
    served = _served(request)
    key, cache = (asked, forms), served.cache
    if cached := cache.get(key):
        media, body = cached.media, cached.body
    else:
        query_request = messages.QueryRequest(asked.text, forms, served.max_rows, asked.default, asked.named)
        reply = await served.ask(query_request, messages.QueryReply)
        media, body = protocol.media(reply.kind, reply.form), reply.body
        cache.add(key, asked.text, media, body)
    return _response(body, media, Vary="Accept")


async def hints(request: Request) -> Response:
    """The hints about the query in the body, as a list in JSON."""
    try:
        query = (await _body(request)).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, "the query is not UTF-8") from error
    reply = await _served(request).ask(messages.HintsRequest(query), messages.DocumentReply)
    return _response(reply.body, "application/json")


async def thing(request: Request) -> Response:
    """The document of an entity, claim, source, …; its form is chosen by the extension, else by the Accept header."""
    path = request.url.path
    form = next((f for f in _DOCUMENTS if path.endswith(f".{f}")), "")
    kind, _, id_ = request.scope["path"].removeprefix("/").removesuffix(f".{form}" if form else "").partition("/")
    if len(id_) > MAX_NAME:
        raise RefusedError(404, f"no name has more than {MAX_NAME} characters")
    return await _document(request, f"{namespaces.BASE}{kind}/{id_}", form or _form(request))


async def explorer_page(request: Request) -> Response:
    """The explorer page."""
    _need_script("page.js")
    body = await _served(request).page()
    return Response(
        body, media_type="text/html", headers={"Referrer-Policy": "no-referrer"}
    )  # it brings its own policy


async def find(request: Request) -> Response:
    """Redirect to the page of the entity of a name, however it is spelled."""
    name = request.query_params.get("name", "")
    if len(name) > MAX_NAME:
        raise RefusedError(404, f"no name has more than {MAX_NAME} characters")
    reply = await _served(request).ask(messages.FindRequest(name), messages.FindReply)
    return RedirectResponse(links.link(reply.iri), status_code=303)


async def dump(request: Request) -> Response:
    """A file of the build."""
    name = request.url.path.removeprefix("/")
    body = await asyncio.to_thread(_served(request).file, name)
    return _response(body, _DUMPS[name])


async def static(request: Request) -> Response:
    """A style sheet or script of the pages."""
    name = request.path_params["name"]
    if name not in _STATIC:
        raise RefusedError(404, f"there is no file {name}")
    body = (rendering.STATIC / name).read_bytes() if name == "site.css" else explorer.part(name).encode()
    return _response(body, _STATIC[name])


async def health(request: Request) -> Response:
    """Whether queries are answered: 200, or the status that a query would get."""
    ask = messages.QueryRequest("ASK {}", messages.Forms(None, "json", None), max_rows=1)
    await _served(request).ask(ask, messages.QueryReply)
    return PlainTextResponse("ok\n")


def _need_script(name: str) -> None:
    """Raise RefusedError when a page would not work for want of its script."""
    try:
        explorer.part(name)
    except PageError as error:
        raise RefusedError(503, str(error)) from error


def _at(iri: str, form: str = "") -> Any:
    async def document(request: Request) -> Response:
        return await _document(request, iri, form or _form(request))

    return document


async def _document(request: Request, iri: str, form: str) -> Response:
    reply = await _served(request).ask(messages.DocumentRequest(iri, form, _base(request)), messages.DocumentReply)
    return _response(reply.body, _DOCUMENTS[form], Vary="Accept", Link=f'<{iri}>; rel="describes"')


def _base(request: Request) -> str:
    """The address of the site, as the client has it."""
    return str(request.base_url).rstrip("/")


def _form(request: Request, offered: tuple[str, ...] = tuple(_DOCUMENTS.values())) -> str:
    media = protocol.best(_accept(request), offered)
    if media is None:
        raise RefusedError(
            406, f"this page is available as {', '.join(offered)}; the Accept header allows none of them"
        )
    return next(form for form, written in _DOCUMENTS.items() if written == media)


def _response(body: bytes, media: str, **headers: str) -> Response:
    sent = {name: value for name, value in headers.items() if value}
    if media == "text/html":
        sent["Content-Security-Policy"] = _POLICY
    return Response(body, media_type=media, headers={"X-Content-Type-Options": "nosniff", **sent})


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))  # on several lines it means the same


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise RefusedError(413, f"the body has more than {MAX_BODY:,} bytes")
    return body


def _served(request: Request) -> Served:
    served: Served = request.app.state.served
    return served


async def _refused(request: Request, error: Exception) -> Response:
    """An error: a page for people, one line for programs."""
    status = getattr(error, "status", 500)
    retry = getattr(error, "retry", None)
    headers = {"Retry-After": str(retry)} if retry else {}
    queried = request.url.path.startswith("/sparql") and (request.method == "POST" or request.scope["query_string"])
    if "text/html" in request.headers.get("accept", "") and not queried:
        title = f"{status} {HTTPStatus(status).phrase}"
        page = _response(rendering.error(links.site(""), title, str(error)), "text/html")
        page.status_code = status
        page.headers.update(headers)
        return page
    return PlainTextResponse(f"{error}\n", status, {"X-Content-Type-Options": "nosniff", **headers})


async def _disconnected(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


async def _missing(request: Request, _: Exception) -> Response:
    return await _refused(request, RefusedError(404, f"there is no page at {request.url.path}"))


async def _not_allowed(request: Request, error: Exception) -> Response:
    response = await _refused(request, RefusedError(405, f"{request.method} is not allowed here"))
    response.headers.update(getattr(error, "headers", None) or {})
    return response
