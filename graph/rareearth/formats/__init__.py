"""Files that other tools open: the format follows from the ending of the file's name.

Networks go to ``.graphml``, ``.gexf``, ``.csv`` (two tables), ``.cypher`` and ``.svg``; the graph itself, with the
evidence of its claims, to ``.ttl``, ``.trig``, ``.nq`` and ``.jsonld``. A file is written beside its place and moved
there when whole.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import paths
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend

NETWORKS = (".graphml", ".gexf", ".csv", ".cypher", ".svg")
GRAPHS = (".ttl", ".trig", ".nq", ".jsonld")


class FormatError(RareEarthError):
    """A file that cannot be written: its ending, its place, or a text that the format cannot hold."""


def write(path: Path, store: Backend, network: Callable[[], Network]) -> list[Path]:
    """Write the file, and return the files written (``.csv`` makes two: ``NAME.nodes.csv`` and ``NAME.edges.csv``).

    ``network`` is called for the formats of :data:`NETWORKS` only. Raises FormatError.
    """
    from rareearth.formats import cypher, gexf, graphml, graphs, svg, tables

    ending = path.suffix.lower()
    if ending in GRAPHS:
        return [save(path, graphs.serialize(store, ending))]
    if ending == ".csv":
        found = network()
        return [
            save(path.with_suffix(".nodes.csv"), _encoded(tables.nodes(found))),
            save(path.with_suffix(".edges.csv"), _encoded(tables.edges(found))),
        ]
    writers = {".graphml": graphml.lines, ".gexf": gexf.lines, ".cypher": cypher.lines, ".svg": svg.lines}
    if ending not in writers:
        known = " ".join((*NETWORKS, *GRAPHS, ".html"))  # the page is made elsewhere: see page
        raise FormatError(f"{path.name}: '{ending}' is no known ending; wanted one of {known}")
    return [save(path, _encoded(writers[ending](network())))]


def save(path: Path, content: Iterable[bytes] | bytes) -> Path:
    """Write a file whole or not at all. Raises FormatError when its place cannot be written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            for part in [content] if isinstance(content, bytes) else content:
                file.write(part)
        os.replace(beside, path)
    except OSError as error:
        raise FormatError(f"{paths.shown(path)}: cannot be written ({error.strerror})") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    return path


def encoded_text(text: str) -> bytes:
    """A text as UTF-8. Raises FormatError for half of a surrogate pair, which UTF-8 cannot hold."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise FormatError(f"the text has U+{code:04X}, half of a surrogate pair; remove it") from error


def _encoded(lines: Iterable[str]) -> Iterable[bytes]:
    for line in lines:
        yield encoded_text(line) + b"\n"
