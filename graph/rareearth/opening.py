"""Opening a graph: of the last build, or of a store at an address."""

from __future__ import annotations

import os
from pathlib import Path

# What only some need is imported where they need it, so that a query from the command line starts quickly.
from rareearth import build as builds
from rareearth.errors import RemoteError
from rareearth.knowledge import KnowledgeGraph


def open(  # noqa: A001 - read as rareearth.open()
    build: str | os.PathLike[str] | None = None,
    *,
    data: str | os.PathLike[str] | None = None,
    texts: str | os.PathLike[str] | None = None,
    store: str | None = None,
    timeout: float | None = None,
    once: bool = False,
) -> KnowledgeGraph:
    """Open the graph of the last build; the first time, and after an update of the package, it is built.

    ``build`` is the folder of the build (by default ``$RAREEARTH_BUILD``, ``build/`` of a checkout, or a folder in the
    user's cache), ``data`` the folder of the YAML data, ``texts`` a folder with the texts of articles, so that
    sentences can be shown. A small store is read into memory, unless it is to be asked only ``once``. A build of data
    of your own is opened as it is, and never replaced. Raises DataError for faults in the data, NoBuildError for a
    damaged build and for a ``build`` without one if no ``data`` is given, StoreError when it cannot be written.

    ``store`` is the address of a SPARQL endpoint to which a build was published, in place of a build and of data;
    ``timeout`` are the seconds that it has for one answer (see :mod:`rareearth.store.remote`, also for credentials).
    Raises RemoteError when it gives no answer.
    """
    folder = Path(texts) if texts else None
    if store is not None:
        from rareearth.store import client, remote

        if build or data:
            raise RemoteError("a store and a build, or data, are both given; expected only one of them")
        return KnowledgeGraph(remote.Remote(store, timeout=timeout or client.TIMEOUT), texts_folder=folder)
    opened = builds.open_store(Path(data) if data else None, Path(build) if build else None, once=once)
    graph = KnowledgeGraph(opened.store, stale=opened.stale, note=opened.note, texts_folder=folder)
    graph.data = opened.data
    return graph
