"""The HTTP server: a SPARQL endpoint whose queries run in processes that can be killed, documents, editor, explorer."""

from __future__ import annotations

import contextlib
import logging
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import corpus, paths
from rareearth.errors import MissingExtraError, RareEarthError
from rareearth.store import oxigraph

if TYPE_CHECKING:
    from types import ModuleType

LOG = logging.getLogger("rareearth.server")
DESCRIPTORS = 4096  # for connections and workers; many systems start with 1024
GRACE = 5  # seconds that running requests have to finish when the server stops


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    timeout: float = 10,
    max_rows: int = 100_000,
    texts: Path | None = None,
    cors: bool = False,
    log: bool = True,
    host_names: Sequence[str] = (),
    proxies: Sequence[str] = (),
    root_path: str = "",
    mcp: bool = False,
) -> None:
    """Serve a build folder until SIGINT or SIGTERM.

    A query may take ``timeout`` seconds, and a table may have ``max_rows`` rows. ``texts`` is a folder with the texts
    of articles, whose cited sentences the explorer page then shows; ``cors`` lets pages of any origin send queries.

    A request must be for a name that the server has (see :class:`origin.Origins`): ``host_names`` are more names, "*"
    for any. ``proxies`` are addresses or networks of proxies on other machines that are trusted to state what their
    client asked for; ``root_path`` is the path below which a proxy serves it, where the proxy does not state that.
    ``mcp`` adds the tools for assistants at ``/mcp``.

    Raises RareEarthError when the extra ``server`` is not installed, the store cannot be read, the port is taken, or a
    name, network or path is not one.
    """
    uvicorn = _uvicorn()
    if mcp:
        _need_mcp()
    from rareearth.server import origin
    from rareearth.server.addressing import LenientConnection
    from rareearth.server.application import application

    _allow_descriptors()
    oxigraph.verify(folder)  # reports in one line what is wrong with it, before anything starts
    names, trusted = origin.host_names(host_names), origin.networks(proxies)
    root = origin.path_prefix(root_path)
    with _listening(host, port) as listening, _stopped_by_signals():
        logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", level=logging.INFO, force=True)
        origins = origin.Origins((host, listening.getsockname()[0]), names, trusted, root)
        app = application(folder, timeout, max_rows, texts, cors=cors, log=log, origins=origins, mcp=mcp)
        config = uvicorn.Config(
            app, http=LenientConnection, ws="none", lifespan="on", log_config=None, access_log=False,
            server_header=False, proxy_headers=False,  # see origin
            timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        shown = f"[{host}]" if ":" in host else host
        LOG.info(
            "serving %s at http://%s:%d/ (press Ctrl+C to stop)",
            paths.display(folder),
            shown,
            listening.getsockname()[1],
        )
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except SystemExit as ended:
            if ended.code:
                raise RareEarthError(f"{paths.display(folder)}: could not be served") from ended


def assist(folder: Path, *, timeout: float = 10, max_rows: int = 1000, texts: Path | None = None) -> None:
    """Serve a build folder to an assistant over the standard streams (MCP) until its input ends, or SIGTERM comes.

    A call may take ``timeout`` seconds, and a result may have ``max_rows`` rows, at most 1,000. ``texts`` is a folder
    with the texts of articles, whose cited sentences are then given. Raises RareEarthError when the extra ``mcp`` is
    not installed, or the store cannot be read.
    """
    _need_mcp()
    from rareearth.server import assistant

    if texts:
        corpus.Texts(texts)  # reports in one line that it is no folder
    assistant.run(folder, timeout=timeout, max_rows=max_rows, texts=texts)


def _need_mcp() -> None:
    try:
        import cachetools  # noqa: F401 - is it there?
        import jinja2  # noqa: F401 - is it there?
        import mcp  # noqa: F401 - is it there?
    except ImportError as error:
        raise MissingExtraError(error.name, "mcp") from error


def _allow_descriptors() -> None:
    """Allow as many open descriptors as connections need, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]
        raise RareEarthError(f"cannot listen on {host}:{port} ({reason}); choose another port or address") from error


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Exit cleanly on a signal: uvicorn raises it again when it has stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: sys.exit(0)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _uvicorn() -> ModuleType:
    try:
        import cachetools  # noqa: F401 - is it there?
        import httptools  # noqa: F401 - is it there?
        import jinja2  # noqa: F401 - is it there?
        import starlette  # noqa: F401 - is it there?
        import uvicorn
    except ImportError as error:
        raise MissingExtraError(error.name, "server") from error
    return uvicorn
