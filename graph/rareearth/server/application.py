"""The server as a Starlette application: which address is answered by what.

The server's own process knows HTTP; what is asked of the graph goes to the workers of a :class:`pool.Pool`. A new
build is seen by its manifest: a new pool takes over, and the old one ends when it has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rareearth import namespaces
from rareearth.errors import RareEarthError
from rareearth.server import protocol
from rareearth.server.access import AccessLog
from rareearth.server.pool import EndedError, Pool, RefusedError
from rareearth.server.response_cache import ResponseCache
from rareearth.site import explorer, things
from rareearth.store import oxigraph

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


@dataclass
class Served:
    """What is served: a build folder, the pool over its store, and the latest responses."""

    folder: Path
    limit: float
    rows: int
    texts: Path | None
    pool: Pool | None = None
    mark: tuple[int, int] = (0, 0)
    explorer: asyncio.Task[bytes] | None = None
    cache: ResponseCache = field(default_factory=ResponseCache)
    leaving: set[asyncio.Task[None]] = field(default_factory=set)
    one: asyncio.Lock = field(default_factory=asyncio.Lock)  # that opens a pool at a time

    async def refresh(self) -> None:
        """Take over a new build, or replace a pool that died. Raises RareEarthError where there is none to serve."""
        async with self.one:
            mark = _mark(self.folder)
            if self.pool is not None and self.pool.alive and mark == self.mark:
                return
            fresh = Pool(self.folder, self.limit)
            await fresh.open()
            old, self.pool, self.mark, self.explorer, self.cache = self.pool, fresh, mark, None, ResponseCache()
            if old is not None:
                what = "a new build is served" if old.alive else "the workers had ended; there are new ones"
                LOG.info("%s: %s", what, oxigraph.manifest(self.folder)["sha256"][:16])
                task = asyncio.ensure_future(old.drained())
                self.leaving.add(task)
                task.add_done_callback(self.leaving.discard)

    async def watch(self) -> None:
        """Look for a new build every second, for ever."""
        while True:
            await asyncio.sleep(1)
            try:
                await self.refresh()
            except Exception as error:  # whatever it is, the last build is served on, and the next one looked for
                LOG.warning("%s", error, exc_info=not isinstance(error, RareEarthError | OSError))

    async def close(self) -> None:
        """End every process."""
        ending = [*self.leaving, *([self.explorer] if self.explorer is not None else [])]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if self.pool is not None:
            await self.pool.close()

    async def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The answer of a worker. Raises RefusedError."""
        if self.pool is None:
            raise RefusedError(503, "the server is starting", retry=1)
        try:
            head, body = await self.pool.ask(request)
        except EndedError:  # nothing was answered and nothing can have changed: ask new ones
            await self.refresh()
            head, body = await self.pool.ask(request)
        except asyncio.CancelledError:  # the time for requests at work is up
            raise RefusedError(503, "the server ends", retry=5) from None
        if "error" in head:
            raise RefusedError(head["status"], head["error"])
        return head, body

    async def page(self) -> bytes:
        """The explorer page of the build, made once. Raises RareEarthError."""
        if self.explorer is None or (self.explorer.done() and self.explorer.exception()):
            self.explorer = asyncio.ensure_future(_explorer(self.folder, self.texts))
        return await asyncio.shield(self.explorer)


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
            return await _document(request, things.EDITOR, "html")
        return await _document(request, namespaces.DATASET, _form(request, ("text/turtle", "application/ld+json")))
    posted = request.method == "POST"
    content_type = request.headers.get("content-type", "") if posted else ""
    asked = protocol.parse(
        request.method, query.decode("latin-1"), content_type, await _body(request) if posted else b""
    )
    forms = protocol.forms(_accept(request))
    served = _served(request)
    key, cache = (asked, *forms.values()), served.cache
    if kept := cache.get(key):
        media, body = kept.media, kept.body
    else:
        wanted = {"query": asked.text, "graphs": (asked.default, asked.named), "forms": forms, "rows": served.rows}
        head, body = await served.ask(wanted)
        media = protocol.media(head["kind"], head["form"])
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
    head, _ = await _served(request).ask({"find": name})
    return RedirectResponse(things.address(head["iri"]), status_code=303)


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
    await _served(request).ask({"query": "ASK {}", "forms": {"boolean": "json"}, "rows": 1})
    return PlainTextResponse("ok\n")


def _need_script(name: str) -> None:
    """Tell what is missing instead of a page that would not work."""
    try:
        explorer.part(name)
    except explorer.PageError as error:
        raise RefusedError(503, str(error)) from error


def _at(iri: str, form: str = "") -> Any:
    async def document(request: Request) -> Response:
        return await _document(request, iri, form or _form(request))

    return document


async def _document(request: Request, iri: str, form: str) -> Response:
    base = str(request.base_url).rstrip("/")
    wanted = {"document": iri, "form": "json" if form == "jsonld" else form, "base": base}
    _, body = await _served(request).ask(wanted)
    return _response(body, _DOCUMENTS[form], Vary="Accept", Link=f'<{iri}>; rel="describes"' if ":" in iri else "")


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


def _mark(folder: Path) -> tuple[int, int]:
    """What changes with a build."""
    try:
        found = (folder / oxigraph.MANIFEST).stat()
    except FileNotFoundError as error:
        raise RareEarthError(f"{folder}: there is no build here; run `rareearth build`") from error
    return found.st_mtime_ns, found.st_ino


async def _explorer(folder: Path, texts: Path | None) -> bytes:
    """The explorer page, made by another process: it takes seconds."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "graph.html"
        command = [sys.executable, "-m", "rareearth", "export", str(path), "--build", str(folder)]
        command += ["--texts", str(texts)] if texts else []
        kept = {name: value for name, value in os.environ.items() if name != "RAREEARTH_TEXTS"}
        done = await asyncio.create_subprocess_exec(*command, env=kept, stderr=asyncio.subprocess.PIPE, stdout=-3)
        try:
            _, told = await done.communicate()
        finally:
            if done.returncode is None:  # the server ends
                done.kill()
                await done.wait()
        if done.returncode:
            raise RareEarthError(told.decode(errors="replace").strip())
        return path.read_bytes()
