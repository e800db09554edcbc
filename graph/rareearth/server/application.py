"""The server as a Starlette application: which address is answered by what.

The server's own process knows HTTP; what is asked of the graph goes to the workers of a :class:`pool.Pool`. A new
build is seen by its manifest: a new pool takes over, and the old one ends when it has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
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
from rareearth.server import messages, protocol
from rareearth.server.access import AccessLog
from rareearth.server.served import Served
from rareearth.site import explorer, things

LOG = logging.getLogger("rareearth.server")
LARGEST_BODY = 1 << 20  # bytes
LONGEST_NAME = 300  # characters of a name that is looked for; near names are sought for hours among longer ones
_DUMPS = {
    "rareearth.trig": "application/trig",
    "rareearth.graphml": "application/graphml+xml",
    "rareearth.gexf": "application/gexf+xml",
}
_DOCUMENTS = {"html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json"}
_KINDS = "entity|claim|source|conflict|judgement|story"
_STATIC = {"site.css": "text/css", "editor.css": "text/css", "editor.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)  # 'unsafe-inline' is for the styles that the editor sets


def application(folder: Path, limit: float, rows: int, texts: Path | None, *, cors: bool, log: bool) -> Any:
    """The application over a build folder; see :func:`rareearth.server.serve` for what the rest means."""
    served = Served(folder, limit, rows, texts)

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
        *(Route(f"/{kind}/{{id:path}}", thing, methods=["GET"]) for kind in _KINDS.split("|")),
    ]
    made = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=middleware,
        exception_handlers={RareEarthError: _told, ClientDisconnect: _gone, 404: _missing, 405: _not_allowed},
    )
    made.state.served = served
    return made


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
    if kept := cache.get(key):
        media, body = kept.media, kept.body
    else:
        query_request = messages.QueryRequest(asked.text, forms, served.rows, asked.default, asked.named)
        reply = await served.ask(query_request, messages.QueryReply)
        media, body = protocol.media(reply.kind, reply.form), reply.body
        cache.add(key, asked.text, media, body)
    return _response(body, media, Vary="Accept")


async def thing(request: Request) -> Response:
    """The document of an entity, claim, source, …; an ending chooses the form, else the Accept header does."""
    path = request.url.path
    form = next((f for f in _DOCUMENTS if path.endswith(f".{f}")), "")
    kind, _, id_ = request.scope["path"].removeprefix("/").removesuffix(f".{form}" if form else "").partition("/")
    if len(id_) > LONGEST_NAME:
        raise RefusedError(404, f"nothing has a name of more than {LONGEST_NAME} characters")
    return await _document(request, f"{namespaces.BASE}{kind}/{id_}", form or _form(request))


async def explorer_page(request: Request) -> Response:
    """The explorer page."""
    _need_script("page.js")
    body = await _served(request).page()
    return Response(
        body, media_type="text/html", headers={"Referrer-Policy": "no-referrer"}
    )  # it brings its own policy


async def find(request: Request) -> Response:
    """To the page of the entity of a name, however it is spelled."""
    name = request.query_params.get("name", "")
    if len(name) > LONGEST_NAME:
        raise RefusedError(404, f"nothing has a name of more than {LONGEST_NAME} characters")
    reply = await _served(request).ask(messages.FindRequest(name), messages.FindReply)
    return RedirectResponse(things.address(reply.iri), status_code=303)


async def dump(request: Request) -> Response:
    """A file of the build."""
    name = request.url.path.removeprefix("/")
    try:
        body = await asyncio.to_thread((_served(request).folder / name).read_bytes)
    except FileNotFoundError:
        raise RefusedError(404, f"this build has no {name}") from None
    return _response(body, _DUMPS[name])


async def static(request: Request) -> Response:
    """Style and script of the pages."""
    name = request.path_params["name"]
    if name not in _STATIC:
        raise RefusedError(404, f"there is no file {name}")
    static = Path(things.__file__).parent / "static"
    body = (static / name).read_bytes() if name == "site.css" else explorer.part(name).encode()
    return _response(body, _STATIC[name])


async def health(request: Request) -> Response:
    """Whether queries are answered: 200, or the status that a query would get."""
    ask = messages.QueryRequest("ASK {}", messages.Forms(None, "json", None), max_rows=1)
    await _served(request).ask(ask, messages.QueryReply)
    return PlainTextResponse("ok\n")


def _need_script(name: str) -> None:
    """Tell what is missing instead of a page that would not work."""
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
        raise RefusedError(406, f"a document is written as {', '.join(offered)}")
    return next(form for form, written in _DOCUMENTS.items() if written == media)


def _response(body: bytes, media: str, **headers: str) -> Response:
    kept = {name: value for name, value in headers.items() if value}
    if media == "text/html":
        kept["Content-Security-Policy"] = _POLICY
    return Response(body, media_type=media, headers={"X-Content-Type-Options": "nosniff", **kept})


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))  # on several lines it means the same


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RefusedError(413, f"the body has more than {LARGEST_BODY:,} bytes")
    return body


def _served(request: Request) -> Served:
    served: Served = request.app.state.served
    return served


async def _told(request: Request, error: Exception) -> Response:
    """A refusal: a page for people, one line for programs."""
    status = getattr(error, "status", 500)
    retry = getattr(error, "retry", None)
    headers = {"Retry-After": str(retry)} if retry else {}
    queried = request.url.path.startswith("/sparql") and (request.method == "POST" or request.scope["query_string"])
    if "text/html" in request.headers.get("accept", "") and not queried:
        return _with(_response(things.error(status, str(error)), "text/html"), status, headers)
    return PlainTextResponse(f"{error}\n", status, {"X-Content-Type-Options": "nosniff", **headers})


def _with(response: Response, status: int, headers: dict[str, str]) -> Response:
    response.status_code = status
    response.headers.update(headers)
    return response


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


async def _missing(request: Request, _: Exception) -> Response:
    return await _told(request, RefusedError(404, f"nothing stands at {request.url.path}"))


async def _not_allowed(request: Request, error: Exception) -> Response:
    told = await _told(request, RefusedError(405, f"{request.method} is not answered here"))
    told.headers.update(getattr(error, "headers", None) or {})
    return told
