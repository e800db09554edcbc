"""The server as a Starlette application: the routes, and the HTTP responses to what the workers reply.

This process knows HTTP; everything that reads the graph is a request to the workers of a :class:`pool.Pool`. A new
build is noticed by its manifest: a new pool takes over, and the old one ends when it has replied.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from rareearth import namespaces
from rareearth.errors import PageError, RareEarthError, RefusedError
from rareearth.server import (
    bodies,
    clients,
    links,
    messages,
    middleware,
    negotiation,
    protocol,
    reconcile_routes,
    response_cache,
)
from rareearth.server.access import AccessLog
from rareearth.server.origin import Origins
from rareearth.server.served import Served
from rareearth.site import addresses, content_security, explorer, listing, rendering
from rareearth.site.addresses import Site

LOG = logging.getLogger("rareearth.server")
MAX_ACCEPT, MAX_RANGES = 4096, 100  # characters and media types of an Accept header
MAX_NAME = 300  # characters of a name to find: finding close names of long ones takes hours
_DUMPS = {
    "rareearth.trig": "application/trig",
    "rareearth.graphml": "application/graphml+xml",
    "rareearth.gexf": "application/gexf+xml",
}
_STATIC = {"site.css": "text/css", "editor.css": "text/css", "editor.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'%s; img-src 'self' data:; font-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE, _EDITOR = _POLICY % "", _POLICY % " 'unsafe-inline'"  # for the styles that the editor sets
_DESCRIPTIONS = tuple(form for form in negotiation.DOCUMENTS if form != "html")


def application(
    folder: Path,
    timeout: float,
    max_rows: int,
    texts: Path | None,
    *,
    cors: bool = False,
    log: bool = False,
    origins: Origins | None = None,
    mcp: bool = False,
) -> Starlette:
    """The application for a build folder; :func:`rareearth.server.serve` explains the parameters."""
    served = Served(folder, timeout, max_rows, texts)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await served.refresh()
        watching = asyncio.ensure_future(served.watch())
        async with assistants.run() if assistants else contextlib.nullcontext():
            yield
        watching.cancel()
        await served.close()

    routes, assistants = _routes(), None
    if mcp:
        from rareearth.server import assistant

        assistants = assistant.Endpoint(served)
        routes.append(Route("/mcp", assistants, methods=["POST"]))
    own = frozenset(route.path.split("/")[1].partition(".")[0] for route in routes) - {""}
    layers = [Middleware(AccessLog)] if log else []
    layers.append(Middleware(clients.EndWithClient))
    layers.append(Middleware(middleware.SafeHeaders, shared=cors))
    if cors:
        layers.append(Middleware(middleware.cross_origin))
    layers.append(Middleware(middleware.Admission, origins or Origins(), own))
    if not cors:
        layers.append(Middleware(middleware.LocalOrigins, reconcile_routes.PATH))
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=layers,
        exception_handlers={
            RareEarthError: _refused,
            ClientDisconnect: _disconnected,
            404: _missing,
            405: _not_allowed,
        },
    )
    app.router.redirect_slashes = False  # it knows no proxy: see _missing
    app.state.served, app.state.cors = served, cors
    return app


def _routes() -> list[Route]:
    return [
        Route("/", _at(namespaces.DATASET), methods=["GET"]),
        Route("/sparql", sparql, methods=["GET", "POST"]),
        Route("/sparql/", sparql, methods=["GET", "POST"]),
        Route("/hints", hints, methods=["POST"]),
        Route("/graph", explorer_page, methods=["GET"]),
        Route("/find", find, methods=["GET"]),
        Route("/static/{name}", static, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        *reconcile_routes.routes(),
        *(Route(f"/{name}", dump, methods=["GET"]) for name in _DUMPS),
        *(Route(f"/{name}", listed, methods=["GET"]) for name in listing.LISTS),
        Route(f"/{listing.QUESTION}{{name}}", listed, methods=["GET"]),
        *(Route(f"/{kind}/{{id:path}}", thing, methods=["GET"]) for kind in addresses.THINGS),
        *(
            Route(f"/{name}{form}", _at(namespaces.BASE + name), methods=["GET"])
            for name in ("dataset", "ontology")
            for form in ("", *negotiation.EXTENSIONS)
        ),
    ]


async def sparql(request: Request) -> Response:
    """The query operation of the SPARQL 1.1 Protocol; without a query, the editor or the service description."""
    query = request.scope["query_string"]
    if request.method in ("GET", "HEAD") and not query:
        if negotiation.document(_accept(request), ("ttl", "html", *_DESCRIPTIONS[1:])) == "html":
            _need_script("editor.js")
            page = await _served(request).ask(
                messages.EditorRequest(_base(request)), messages.DocumentReply, clients.key(request.client)
            )
            return _page(request, page.body, _EDITOR)
        return await _document(request, namespaces.DATASET, _form(request, _DESCRIPTIONS))
    served = _served(request)
    with served.bodies.share(clients.key(request.client)) as hold:
        return await _answered(request, query, hold)


async def _answered(request: Request, query: bytes, hold: Callable[[int], None]) -> Response:
    """The response to a query; ``hold`` counts the bytes of its body for as long as it waits."""
    posted = request.method == "POST"
    if posted and request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, f"the body is compressed ({request.headers['content-encoding']}); expected it as it is")
    content_type = request.headers.get("content-type", "") if posted else ""
    asked = protocol.parse(request.method, query, content_type, await bodies.read(request, hold) if posted else b"")
    forms = negotiation.forms(_accept(request), asked.form)
    served = _served(request)
    key, cache = (asked, forms), served.cache
    if cached := cache.get(key):
        media, body = cached.media, cached.body
    else:
        query_request = messages.QueryRequest(asked.text, forms, served.max_rows, asked.default, asked.named)
        reply = await served.ask(query_request, messages.QueryReply, clients.key(request.client))
        media, body = negotiation.media(reply.kind, reply.form), reply.body
        if not response_cache.is_volatile(asked.text):
            cache.add(key, media, body, key_size=len(asked.text))
    return Response(body, media_type=media, headers={"Vary": "Accept"})


async def hints(request: Request) -> Response:
    """The hints about the query in the body, as a list in JSON."""
    served, client = _served(request), clients.key(request.client)
    with served.bodies.share(client) as hold:
        try:
            query = (await bodies.read(request, hold)).decode()
        except UnicodeDecodeError as error:
            raise RefusedError(400, "the query is not UTF-8") from error
        reply = await served.ask(messages.HintsRequest(query), messages.DocumentReply, client)
    return Response(reply.body, media_type="application/json")


async def thing(request: Request) -> Response:
    """The document of an entity, claim, source, …; its form is chosen by the extension, else by the Accept header."""
    path = request.scope["path"]
    if path.endswith("/"):
        return await _missing(request, RefusedError(404, ""))
    path, form = negotiation.extension(path)
    if len(path) > MAX_NAME:
        raise RefusedError(404, f"no name has more than {MAX_NAME} characters")
    return await _document(request, namespaces.BASE + path.removeprefix("/"), form or _form(request), bool(form))


async def listed(request: Request) -> Response:
    """A list, or a question with its answer, as the static site has it."""
    served, base = _served(request), _base(request)
    asked = messages.ListRequest(request.scope["path"].removeprefix("/"), base)
    if cached := served.cache.get(asked):
        return _page(request, cached.body, _PAGE)
    reply = await served.ask(asked, messages.DocumentReply, clients.key(request.client))
    served.cache.add(asked, "text/html", reply.body, key_size=len(asked.name) + len(base))
    return _page(request, reply.body, _PAGE)


async def explorer_page(request: Request) -> Response:
    """The explorer page; it brings its own policy, to which what only a header can say is added."""
    _need_script("page.js")
    body = await _served(request).page()
    return _page(request, body, f"{content_security.of(body)}; frame-ancestors 'none'")


async def find(request: Request) -> Response:
    """Redirect to the page of the entity of a name, however it is spelled."""
    given = protocol.parameters(request.scope["query_string"])
    name = next((value for parameter, value in given if parameter == "name"), "")
    if len(name) > MAX_NAME:
        raise RefusedError(404, f"no name has more than {MAX_NAME} characters")
    if not name.strip():
        raise RefusedError(404, f"there is no name to find; expected one, as in {_site(request).search}?name=Li+Bo")
    try:
        reply = await _served(request).ask(messages.FindRequest(name), messages.FindReply, clients.key(request.client))
    except RefusedError as error:
        if error.status != HTTPStatus.MULTIPLE_CHOICES or "text/html" not in request.headers.get("accept", ""):
            raise
        title = "Several have this name"
        return _page(request, rendering.error(_site(request), title, _line(error), _meant(request, error)), _PAGE)
    return _redirect(request, _site(request).link(reply.iri))


async def dump(request: Request) -> Response:
    """A file of the build."""
    name = request.scope["path"].removeprefix("/")
    body = await asyncio.to_thread(_served(request).file, name)
    return Response(body, media_type=_DUMPS[name])


async def static(request: Request) -> Response:
    """A style sheet or script of the pages."""
    name = request.path_params["name"]
    if name not in _STATIC:
        raise RefusedError(404, f"there is no file {name}")
    body = (rendering.STATIC / name).read_bytes() if name == "site.css" else explorer.part(name).encode()
    return Response(body, media_type=_STATIC[name])


async def health(request: Request) -> Response:
    """Whether queries are answered: 200, or the status that a query would get."""
    ask = messages.QueryRequest("ASK {}", messages.Forms(None, "json", None), max_rows=1)
    await _served(request).ask(ask, messages.QueryReply, clients.key(request.client))
    return PlainTextResponse("ok\n")


def _need_script(name: str) -> None:
    """Raise RefusedError when a page would not work for want of its script."""
    try:
        explorer.part(name)
    except PageError as error:
        raise RefusedError(503, str(error)) from error


def _at(iri: str) -> Any:
    async def document(request: Request) -> Response:
        form = negotiation.extension(request.scope["path"])[1]
        return await _document(request, iri, form or _form(request), bool(form))

    return document


async def _document(request: Request, iri: str, form: str, named: bool = False) -> Response:
    """The document of a thing, or the way to it; ``named`` says that the address names the form."""
    served, media = _served(request), negotiation.DOCUMENTS[form]
    asked, cache = messages.DocumentRequest(iri, form, _base(request)), served.cache
    if cached := cache.get(asked):
        body = cached.body
    else:
        reply = await served.ask(asked, messages.DocumentReply, clients.key(request.client))
        if reply.moved:
            return _redirect(request, _site(request).link(reply.moved, form if named else "html"))
        body = reply.body
        cache.add(asked, media, body, key_size=len(iri) + len(asked.base))
    if form == "html":
        response = _page(request, body, _PAGE)
    else:
        response = Response(body, media_type=media, headers=_varying(request))
    response.headers["Link"] = f'<{iri}>; rel="describes"'
    return response


def _page(request: Request, body: bytes, policy: str, status: int = 200) -> Response:
    headers = {"Content-Security-Policy": policy, **_varying(request)}
    return Response(body, status, media_type="text/html", headers=headers)


def _redirect(request: Request, path: str, status: int = 303) -> Response:
    return RedirectResponse(path, status, headers=_varying(request))


def _varying(request: Request) -> dict[str, str]:
    """What a response with links depends on, so that no cache gives it to a client of another address."""
    return {"Vary": ", ".join(("Accept", *middleware.of(request.scope).read))}


def _base(request: Request) -> str:
    """The address of the site, as the client has it."""
    return middleware.of(request.scope).base


def _site(request: Request) -> Site:
    return links.site(_base(request))


def _form(request: Request, offered: tuple[str, ...] = tuple(negotiation.DOCUMENTS)) -> str:
    form = negotiation.document(_accept(request), offered)
    if form is None:
        known = ", ".join(negotiation.DOCUMENTS[form] for form in offered)
        raise RefusedError(406, f"this page is available as {known}; the Accept header allows none of them")
    return form


def _accept(request: Request) -> str:
    accept = ",".join(request.headers.getlist("accept"))  # on several lines it means the same
    if len(accept) > MAX_ACCEPT or accept.count(",") > MAX_RANGES:
        raise RefusedError(431, f"the Accept header has more than {MAX_RANGES} media types or {MAX_ACCEPT:,} bytes")
    return accept


def _served(request: Request) -> Served:
    served: Served = request.app.state.served
    return served


def _line(error: Exception) -> str:
    """The message of an error, in which nothing moves a cursor."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in str(error))


def _meant(request: Request, error: Exception) -> list[tuple[str, str]]:
    """The names and addresses of what may have been meant."""
    return [(namespaces.local(iri), _site(request).link(iri)) for iri in getattr(error, "close", None) or ()]


async def _refused(request: Request, error: Exception) -> Response:
    """An error: a page for people, one line for programs."""
    status, retry = (getattr(error, name, None) for name in ("status", "retry"))
    status = status or 500
    message, found, site = _line(error), _meant(request, error), _site(request)
    queried = request.scope["path"].startswith("/sparql") and (
        request.method == "POST" or request.scope["query_string"]
    )
    if "text/html" in request.headers.get("accept", "") and not queried:
        title = f"{status} {HTTPStatus(status).phrase}"
        response = _page(request, rendering.error(site, title, message, found), _PAGE, status)
    else:
        where = f" {site.base}{found[0][1]}" if found else ""
        response = PlainTextResponse(f"{message}{where}\n", status, {"Vary": "Accept"})
    if retry:
        response.headers["Retry-After"] = str(retry)
    return response


async def _disconnected(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


async def _missing(request: Request, _: Exception) -> Response:
    """A redirect for an address with a slash too many or in capital letters, else the error."""
    path: str = request.scope["path"]
    for other in (path.rstrip("/"), path.rstrip("/").lower()):
        scope = {**request.scope, "path": other}
        if (
            other != path
            and len(other) <= MAX_NAME
            and any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
        ):
            query = request.scope["query_string"].decode("latin-1")
            return _redirect(request, _site(request).home + quote(other[1:]) + (f"?{query}" if query else ""), 307)
    return await _refused(request, RefusedError(404, f"there is no page at {path}"))


async def _not_allowed(request: Request, error: Exception) -> Response:
    response = await _refused(request, RefusedError(405, f"{request.method} is not allowed here"))
    response.headers.update(getattr(error, "headers", None) or {})
    return response
