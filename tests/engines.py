"""SPARQL stores that are started for a test, on loopback, and stopped after it: Oxigraph's server, and Virtuoso."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from needs import unavailable

INI = """\
[Database]
DatabaseFile = {0}/virtuoso.db
ErrorLogFile = {0}/virtuoso.log
LockFile = {0}/virtuoso.lck
TransactionFile = {0}/virtuoso.trx
xa_persistent_file = {0}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {0}/temp.db
TransactionFile = {0}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{1}
DisableUnixSocket = 1
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CaseMode = 2
DirsAllowed = {0}
[HTTPServer]
ServerPort = 127.0.0.1:{2}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""
NO_OXIGRAPH = "the server of Oxigraph is not installed: scripts/build installs it"
NO_VIRTUOSO = "Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin"


class Engine(NamedTuple):
    """A running store: its endpoint, and the environment with its credentials."""

    url: str
    environment: dict[str, str]


@contextlib.contextmanager
def oxigraph_server(folder: Path) -> Iterator[Engine]:
    """The server of Oxigraph, with an empty store."""
    program = Path(sys.executable).parent / "oxigraph"
    if not program.is_file():
        unavailable(NO_OXIGRAPH, in_ci=True)
    port = _free()
    with _running([str(program), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"], folder):
        yield _ready(Engine(f"http://127.0.0.1:{port}/query", {}))


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """Virtuoso, with an empty store."""
    program = shutil.which("virtuoso-t")
    if program is None:
        unavailable(NO_VIRTUOSO)  # .ci/run installs it where it can, and says so where it cannot
    sql, http = _free(), _free()
    (folder / "virtuoso.ini").write_text(INI.format(folder, sql, http), encoding="utf-8")
    names = {"RAREEARTH_STORE_USER": "dba", "RAREEARTH_STORE_PASSWORD": "dba"}
    with _running([program, "+foreground", "+wait", "+configfile", str(folder / "virtuoso.ini")], folder):
        yield _ready(Engine(f"http://127.0.0.1:{http}/sparql", names))


ENGINES = {"oxigraph": oxigraph_server, "virtuoso": virtuoso}


@contextlib.contextmanager
def _running(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _ready(engine: Engine) -> Engine:
    """The store once it answers."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{engine.url}?query=ASK%7B%7D", timeout=5):  # noqa: S310
                return engine
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
