"""A process that answers queries for the server and can be killed at any time.

It loads the store into memory, then gives up what it no longer needs: no further file or socket can be opened, and
memory is bounded. Requests and answers go over its standard streams as length-prefixed frames.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import IO, Any

from rareearth import sparql
from rareearth import store as stores
from rareearth.problems import RareEarthError

MEMORY = 3 << 30  # bytes of address space: a query that wants more ends the worker, not the machine
LARGEST = 16 << 20  # bytes of an answer


def main(folder: str) -> None:
    """Answer requests from standard input until it ends. ``folder`` is a build folder."""
    import pyoxigraph as ox

    _die_with_parent()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    disk = stores.read(Path(folder))
    store = ox.Store()
    store.bulk_extend(disk)
    del disk
    store.query("ASK {}")
    _shut_doors()
    write(answers, {"ready": len(store)}, b"")
    while (request := read(requests)) is not None:
        head, body = _answer(store, request[0])
        write(answers, head, body)


def read(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next frame: a JSON head and a body; None at the end of the stream."""
    sizes = stream.read(8)
    if len(sizes) < 8:
        return None
    head, body = struct.unpack(">II", sizes)
    return json.loads(stream.read(head)), stream.read(body)


def frame(head: dict[str, Any], body: bytes) -> bytes:
    """A frame as bytes."""
    encoded = json.dumps(head).encode()
    return struct.pack(">II", len(encoded), len(body)) + encoded + body


def write(stream: IO[bytes], head: dict[str, Any], body: bytes) -> None:
    """Write a frame."""
    stream.write(frame(head, body))
    stream.flush()


def _answer(store: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The head (``kind`` of answer, or ``status`` and ``error``) and the body of an answer."""
    try:
        result = sparql.run(store, request["query"], graphs=(request["default"], request["named"]))
        kind = sparql.kind(result)
        form = request["forms"].get(kind)
        if form is None:
            return {"status": 406, "error": f"{kind} is not written in any of the types asked for"}, b""
        body = sparql.serialize(result, form)
    except RareEarthError as error:
        return {"status": 400, "error": str(error)}, b""
    except MemoryError:
        return {"status": 507, "error": "the query needs more memory than it may have"}, b""
    if len(body) > LARGEST:
        return {"status": 413, "error": f"the answer is larger than {LARGEST >> 20} MiB; add LIMIT"}, b""
    return {"kind": kind, "form": form}, body


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):  # Linux only; elsewhere the end of standard input does it
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _shut_doors() -> None:
    devnull = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(devnull, standard)
    os.close(devnull)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main(sys.argv[1])
