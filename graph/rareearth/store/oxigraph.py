"""The embedded Oxigraph store: built in a staging folder, verified, and published whole; opened for reading only.

A build folder contains ``manifest.json`` and the store that it names. The manifest is published last, so a build that
fails or is killed leaves the one before it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from rareearth import paths
from rareearth.errors import NoBuildError, StoreError
from rareearth.store import rdf, sparql
from rareearth.store.backend import BlankNode, Graph, NamedNode, Quad, Result, Rows, Term, Triple

if TYPE_CHECKING:
    from typing_extensions import Buffer

MANIFEST = "manifest.json"
_STAGING = ".staging"
_PART = 250_000  # lines that are loaded at a time: the engine holds them, sorted in several ways, in memory


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


class _Content:
    """How many lines there are, and the sum of their hashes, which does not depend on their order.

    The hashes are those of this process: they compare what is read back with what was written, and are not kept.
    """

    def __init__(self) -> None:
        self.lines = self.hashes = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and (self.lines, self.hashes) == (other.lines, other.hashes)

    def __hash__(self) -> int:
        return self.hashes

    def add(self, lines: Sequence[bytes]) -> None:
        self.lines += len(lines)
        self.hashes += sum(map(hash, lines))


class _Source(rdf.Reader):
    """Lines as a file that is read; what is read is added to a content and a digest."""

    def __init__(self, lines: Iterable[str], content: _Content, digest: hashlib._Hash) -> None:
        super().__init__(lines)
        self.content, self.digest = content, digest

    def pass_on(self, lines: Sequence[bytes]) -> bytes:
        self.content.add(lines)
        text = super().pass_on(lines)
        self.digest.update(text)
        return text


class _Sink(io.BytesIO):
    """Lines as a file that is written, of which only the content is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._rest, self.content = b"", _Content()

    def write(self, data: Buffer, /) -> int:
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        self.content.add(lines)
        return memoryview(data).nbytes


def memory(lines: Iterable[str]) -> Oxigraph:
    """A store in memory with the quads of N-Quads lines."""
    engine = ox.Store()
    engine.bulk_load(rdf.Reader(lines), format=ox.RdfFormat.N_QUADS)
    return Oxigraph(engine)


def copy(quads: Iterable[Quad]) -> Oxigraph:
    """A store in memory with these quads."""
    engine = ox.Store()
    engine.bulk_extend(quads)
    return Oxigraph(engine)


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """An empty folder inside the build folder to make a build in; removed afterwards, whatever happens.

    One build at a time: raises StoreError when another one runs, or when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"{paths.display(folder)}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{paths.display(folder)}: another build is running; wait for it to end") from error
        new = folder / _STAGING
        shutil.rmtree(new, ignore_errors=True)  # left by a build that was killed
        try:
            new.mkdir()
            yield new
        except OSError as error:
            raise StoreError(
                f"{paths.display(folder)}: cannot be written ({error.strerror or error}); the last build stays in place"
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
    finally:
        os.close(lock)


class Made(NamedTuple):
    """A store that has been made and verified: opened for reading, its name, and what it holds."""

    store: Oxigraph
    name: str
    quads: int
    sha256: str
    content: _Content


def make(lines: Iterable[str], new: Path) -> Made:
    """Make the store of sorted N-Quads lines, each once, in an empty folder, and verify it by reading it back.

    Raises StoreError when the store does not hold what was written.
    """
    path, content, digest = new / "store", _Content(), hashlib.sha256()
    store, rest = ox.Store(str(path)), iter(lines)
    for first in rest:
        part = chain([first], islice(rest, _PART - 1))
        store.bulk_load(_Source(part, content, digest), format=ox.RdfFormat.N_QUADS)
    if content.lines > _PART:
        store.optimize()  # the parts become one, which is quicker to read
    store.flush()
    del store
    path = path.rename(new / f"store-{digest.hexdigest()[:16]}")
    engine = ox.Store.read_only(str(path))
    if _content(engine) != content:
        raise StoreError("the store does not hold what was written to it; the last build stays in place")
    return Made(Oxigraph(engine), path.name, content.lines, digest.hexdigest(), content)


def publish(made: Made, new: Path, folder: Path, **listed: object) -> None:
    """Move everything from the staging folder to its place, the manifest last, and remove older stores.

    ``listed`` are further entries of the manifest.
    """
    kept = folder / made.name
    manifest = {"store": made.name, "quads": made.quads, "sha256": made.sha256, **listed}
    for path in sorted(new.iterdir()):
        if path == new / kept.name and kept.exists():
            if _holds(kept, made.content):
                continue  # it serves as it is, and a build that is killed here must not leave it missing
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
    """The manifest of a build folder. Raises NoBuildError when there is no complete build."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoBuildError(f"{paths.display(folder)}: there is no build here; make one") from error
    except (OSError, ValueError) as error:
        raise NoBuildError(f"{paths.display(folder / MANIFEST)}: cannot be read; build again") from error
    if not isinstance(found, dict) or not {"store", "quads", "sha256"} <= set(found):
        raise NoBuildError(f"{paths.display(folder / MANIFEST)}: is not a manifest; build again")
    return found


def read(folder: Path) -> Oxigraph:
    """The store of a build folder, read-only. Raises NoBuildError when it is missing, damaged or incomplete."""
    listed = manifest(folder)
    path = folder / str(listed["store"])
    try:
        if not path.is_dir():
            raise OSError("it is not there")
        engine = ox.Store.read_only(str(path))
        count = len(engine)
    except (OSError, RuntimeError) as error:  # the engine raises RuntimeError for damage
        reason = str(error).splitlines()[0]
        raise NoBuildError(f"{paths.display(path)}: the store cannot be read ({reason}); build again") from error
    if count != listed["quads"]:
        raise NoBuildError(f"{paths.display(path)}: the store has {count} quads of {listed['quads']}; build again")
    return Oxigraph(engine)


def _content(engine: ox.Store) -> _Content:
    """What a store gives back."""
    sink = _Sink()
    engine.dump(sink, format=ox.RdfFormat.N_QUADS)
    return sink.content


def _holds(path: Path, content: _Content) -> bool:
    """Whether a store on disk, which may be damaged, holds this."""
    try:
        return _content(ox.Store.read_only(str(path))) == content
    except (OSError, RuntimeError):
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
