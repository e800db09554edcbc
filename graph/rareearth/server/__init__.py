"""The SPARQL endpoint with its pages: queries in processes that can be killed, documents, editor and explorer."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.problems import RareEarthError

if TYPE_CHECKING:
    from types import ModuleType

GRACE = 5  # seconds in which requests at work may end when the server stops


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    limit: float = 10,
    rows: int = 100_000,
    texts: Path | None = None,
    cors: bool = False,
    log: bool = True,
) -> None:
    """Serve a build folder until told to stop (SIGINT, SIGTERM).

    ``limit`` is how many seconds a query may take, ``rows`` how many rows a table may have; ``texts`` a folder with
    the texts of articles, whose cited sentences the explorer page then shows; ``cors`` lets pages of any origin ask.
    Raises RareEarthError when the extra ``server`` is not installed, the store cannot be read, or the port is taken.
    """
    uvicorn = _uvicorn()
    from rareearth.server.application import application

    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", level=logging.INFO, force=True)
    app = application(folder, limit, rows, texts, cors=cors, log=log)
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE, limit_concurrency=1000,
    )  # fmt: skip
    config.load()
    try:
        socket = config.bind_socket()
    except SystemExit as error:
        raise RareEarthError(f"{host}:{port} cannot be listened on; choose another --port") from error
    server = uvicorn.Server(config)
    server.run(sockets=[socket])
    if not server.started:
        raise RareEarthError(f"{folder}: could not be served")


def _uvicorn() -> ModuleType:
    try:
        import jinja2  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise RareEarthError(f"{error.name} is not installed; pip install 'rareearth[server]'") from error
    return uvicorn
