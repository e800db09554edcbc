"""The embedded Oxigraph store: made aside, checked, and swapped in whole; opened for reading only.

A build folder holds ``manifest.json`` and the store that it names. The manifest is the last thing that a build puts
in place, so a build that fails or is killed leaves the one before.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from rareearth import paths
from rareearth.errors import NoBuildError, StoreError
from rareearth.store import sparql
from rareearth.store.backend import BlankNode, Graph, NamedNode, Quad, Result, Rows, Term, Triple

MANIFEST = "manifest.json"
_ASIDE = ".aside"


class Oxigraph:
    """An embedded store as a :class:`backend.Backend`; ``engine`` is the engine's own object."""

    def __init__(self, engine: ox.Store) -> None:
        self.engine = engine

    def query(
        self,
        query: str,
        values: Mapping[str, Term] | None = None,
        *,
        graphs: tuple[Sequence[str], Sequence[str]] = ((), ()),
        base: str | None = None,
    ) -> Result:
        """The answer to a query of any form; see :class:`backend.Backend`, also for the methods below."""
        return sparql.run(self.engine, query, values, graphs, base)

    def select(self, query: str, values: Mapping[str, Term] | None = None) -> Rows:
        """The rows of a SELECT."""
        return sparql.rows(self.query(query, values))

    def ask(self, query: str, values: Mapping[str, Term] | None = None) -> bool:
        """The answer of an ASK."""
        return sparql.truth(self.query(query, values))

    def construct(self, query: str, values: Mapping[str, Term] | None = None) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE."""
        return sparql.triples(self.query(query, values))

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,  # noqa: A002 - as the protocol has it
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match a pattern."""
        return self.engine.quads_for_pattern(subject, predicate, object, graph)


def digest(lines: Iterable[str]) -> str:
    """The SHA-256 of N-Quads lines, each with its line end."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode() + b"\n")
    return total.hexdigest()


def memory(lines: Iterable[str]) -> Oxigraph:
    """A store in memory with the quads of N-Quads lines."""
    engine = ox.Store()
    engine.bulk_load("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    return Oxigraph(engine)


def copy(quads: Iterable[Quad]) -> Oxigraph:
    """A store in memory with these quads."""
    engine = ox.Store()
    engine.bulk_extend(quads)
    return Oxigraph(engine)


@contextlib.contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """An empty folder inside the build folder to make a build in; gone afterwards, whatever happened.

    One build at a time: raises StoreError when another one runs, or when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"{paths.shown(folder)}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{paths.shown(folder)}: another build is at work; wait for it to end") from error
        new = folder / _ASIDE
        shutil.rmtree(new, ignore_errors=True)  # what a killed build left
        try:
            new.mkdir()
            yield new
        except OSError as error:
            raise StoreError(
                f"{paths.shown(folder)}: cannot be written ({error.strerror or error}); the last build stands"
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
    finally:
        os.close(lock)


def make(lines: list[str], new: Path) -> dict[str, Any]:
    """Make the store of N-Quads lines in an empty folder, read it back, and return its part of the manifest.

    Raises StoreError when what is read back is not what was put in.
    """
    mark = digest(lines)
    name = f"store-{mark[:16]}"
    store = ox.Store(str(new / name))
    store.bulk_load("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    read_back = _lines(new / name)
    if digest(read_back) != mark:
        differing = min(set(lines) ^ set(read_back), default="")
        raise StoreError(f"the store does not give back what was put in, as in {differing}; the last build stands")
    return {"store": name, "quads": len(lines), "sha256": mark}


def swap_in(new: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Put everything that was made aside in its place, the manifest last, and take away older stores."""
    kept = folder / manifest["store"]
    for path in sorted(new.iterdir()):
        if path == new / kept.name and kept.exists():
            if _holds(kept, manifest):
                continue  # it serves as it is, and whoever is killed here must not leave it missing
            shutil.rmtree(kept)
        _sync(path)
        os.replace(path, folder / path.name)
    (new / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _sync(new / MANIFEST)
    os.replace(new / MANIFEST, folder / MANIFEST)
    _sync(folder, deep=False)
    for old in folder.glob("store-*"):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)


def manifest(folder: Path) -> dict[str, Any]:
    """What a build folder holds. Raises NoBuildError when there is no whole build."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoBuildError(f"{paths.shown(folder)}: there is no build here; make one") from error
    except (OSError, ValueError) as error:
        raise NoBuildError(f"{paths.shown(folder / MANIFEST)}: cannot be read; build again") from error
    if not isinstance(found, dict) or not {"store", "quads", "sha256"} <= set(found):
        raise NoBuildError(f"{paths.shown(folder / MANIFEST)}: is not a manifest; build again")
    return found


def read(folder: Path) -> Oxigraph:
    """The store of a build folder, for reading. Raises NoBuildError when it is not there, broken or short of quads."""
    listed = manifest(folder)
    path = folder / str(listed["store"])
    try:
        if not path.is_dir():
            raise OSError("it is not there")
        engine = ox.Store.read_only(str(path))
        count = len(engine)
    except (OSError, RuntimeError) as error:  # RuntimeError is how the engine tells of damage
        reason = str(error).splitlines()[0]
        raise NoBuildError(f"{paths.shown(path)}: the store cannot be read ({reason}); build again") from error
    if count != listed["quads"]:
        raise NoBuildError(f"{paths.shown(path)}: the store has {count} quads of {listed['quads']}; build again")
    return Oxigraph(engine)


def _lines(path: Path) -> list[str]:
    """What a store on disk gives back, as sorted N-Quads lines."""
    text = ox.serialize(ox.Store.read_only(str(path)), format=ox.RdfFormat.N_QUADS)
    return sorted((text or b"").decode().split("\n")[:-1])


def _holds(path: Path, manifest: dict[str, Any]) -> bool:
    try:
        return digest(_lines(path)) == str(manifest["sha256"])
    except (OSError, RuntimeError, UnicodeDecodeError):
        return False


def _sync(path: Path, *, deep: bool = True) -> None:
    if path.is_dir() and deep:
        for below in path.iterdir():
            _sync(below)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
