"""The embedded Oxigraph store: built in a staging folder, verified, and published whole; opened for reading only.

:mod:`folder` explains what a build folder contains.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from rareearth import paths
from rareearth.errors import NoBuildError, StoreError
from rareearth.store import folder as folders
from rareearth.store import rdf, sparql
from rareearth.store.backend import BlankNode, Graph, NamedNode, Quad, Result, Rows, Term, Triple
from rareearth.store.sorting import Sorter

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from rareearth.store.shards import Quads

QUADS = "quads.nq"  # in a small store: its lines, as it was made of them
SMALL = 250_000  # quads of a store that is read into memory: about half a second, and 100 MiB
_SAMPLE = 20_000  # lines of a larger store that are looked up when it was made
_PART = 250_000  # lines that are loaded at a time: the engine holds them, sorted in several ways, in memory


class Oxigraph:
    """An embedded store as a :class:`backend.Backend`; ``engine`` is the engine's own object."""

    def __init__(self, engine: ox.Store, *, in_memory: bool = True) -> None:
        self.engine, self.in_memory = engine, in_memory

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
        with sparql.engine_errors():
            yield from self.engine.quads_for_pattern(subject, predicate, object, graph)


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


class _Sink(io.BytesIO):
    """A file that is written line by line; the lines are passed on."""

    def __init__(self, use: Callable[[Sequence[bytes]], None]) -> None:
        super().__init__()
        self._rest, self._use = b"", use

    def write(self, data: Buffer, /) -> int:
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        self._use(lines)
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


class Made(NamedTuple):
    """A store that has been made and verified: opened for reading, its name, and what it holds."""

    store: Oxigraph
    name: str
    quads: Quads


def make(quads: Quads, new: Path) -> Made:
    """Make the store of some quads in an empty folder, and verify it by what it gives back.

    Of a large store, a count and a sample are compared. Raises StoreError when it cannot be written, or does not hold
    what was written.
    """
    path = new / "store"
    try:
        store = ox.Store(str(path))
        with quads.path.open("rb") as file:
            # Lenient, as it is our own text; writing TriG reads it again, to the letter.
            while part := b"".join(islice(file, _PART)):
                store.bulk_load(part, format=ox.RdfFormat.N_QUADS, lenient=True)
        if quads.count > _PART:
            store.optimize()  # the parts become one, which is quicker to read
        store.flush()
        del store
        path = path.rename(new / f"store-{quads.sha256[:16]}")
        if quads.count <= SMALL:
            shutil.copyfile(quads.path, path / QUADS)
        engine = ox.Store.read_only(str(path))
        same = _holds(engine, quads)
    except RuntimeError as error:  # as the engine reports a full disk
        reason = sparql.one_line(error)
        raise StoreError(f"the store cannot be written ({reason}); the last build stays in place") from error
    if not same:
        raise StoreError("the store does not hold what was written to it; the last build stays in place")
    folders.seal(path)
    return Made(Oxigraph(engine, in_memory=False), path.name, quads)


def publish(
    made: Made,
    new: Path,
    folder: Path,
    *,
    data: str | None = None,
    inputs: str = "",
    files: Mapping[str, str] | None = None,
    known_by: str | None = None,
) -> None:
    """Publish a store and the other files of its staging folder (see :func:`folder.publish`).

    The manifest says of what ``data`` it was made (None: the data that ships), and has the digest of all ``inputs`` and
    of each of the other ``files``, and ``known_by`` if the build is limited to what was known by a day. A store of that
    name that is in place is kept if it is undamaged and holds the same.
    """
    content = {"store": made.name, "quads": made.quads.count, "sha256": made.quads.sha256}
    limited = {"known_by": known_by} if known_by else {}
    manifest = {**content, "data": data, "inputs": inputs, "files": dict(files or {}), **limited}
    folders.publish(new, folder, manifest, keep=_is_undamaged(folder / made.name, made.quads))


def read(folder: Path, *, whole: bool = False) -> Oxigraph:
    """The store of a build folder, read-only. Raises NoBuildError when it is missing, damaged or incomplete.

    ``whole`` is as for :func:`folder.damage`.
    """
    listed = folders.manifest(folder)
    path = folder / listed["store"]
    reason = folders.damage(path, whole=whole)
    if not reason:
        try:
            engine = ox.Store.read_only(str(path))
            count = len(engine)
        except (OSError, RuntimeError) as error:  # the engine raises RuntimeError for damage
            reason = sparql.one_line(error)
    shown = paths.display(path)
    if reason:
        raise sparql.unreadable(f"{shown}: the store", reason, folder)
    if count != listed["quads"]:
        raise NoBuildError(f"{shown}: the store has {count} quads of {listed['quads']}; build again", folder)
    return Oxigraph(engine, in_memory=False)


def quick(folder: Path) -> Oxigraph:
    """The store of a build folder, in memory if it is small: queries then take a fifth of the time that the disk takes.

    A copy, which is not connected to the folder. Raises as :func:`read`.
    """
    store, listed = read(folder), folders.manifest(folder)
    if listed["quads"] > SMALL:
        return store
    path = folder / listed["store"] / QUADS
    try:
        text = path.read_bytes()
    except OSError:  # a store of an older version has no such file
        return store
    if hashlib.sha256(text).hexdigest() != listed["sha256"]:
        raise sparql.unreadable(f"{paths.display(path)}: the store", f"{QUADS} is damaged", folder)
    engine = ox.Store()
    engine.bulk_load(text, format=ox.RdfFormat.N_QUADS, lenient=True)  # what was written was checked
    return Oxigraph(engine)


def sorted_lines(folder: Path) -> Iterator[str]:
    """The quads of the store of a build folder, as sorted N-Quads lines. Raises NoBuildError as :func:`read`."""
    store = read(folder, whole=True)
    with TemporaryDirectory() as sorting:
        lines = Sorter(Path(sorting))
        with sparql.engine_errors():
            sink = _Sink(lambda part: lines.extend(line.decode() for line in part))
            store.engine.dump(sink, format=ox.RdfFormat.N_QUADS)
        yield from lines


def verify(folder: Path) -> Oxigraph:
    """The store of a build folder, of which everything was read and compared with the manifest.

    Raises NoBuildError for a store that is damaged or holds other quads. The files for readers are not compared; see
    :func:`folder.changed`.
    """
    store, listed, found = read(folder, whole=True), folders.manifest(folder), hashlib.sha256()
    for line in sorted_lines(folder):
        found.update(f"{line}\n".encode())
    if found.hexdigest() != listed["sha256"]:
        path = paths.display(folder / listed["store"])
        raise NoBuildError(f"{path}: the store holds other quads than the build had; build again", folder)
    return store


def _holds(engine: ox.Store, quads: Quads) -> bool:
    """Whether a store gives back what was written: all of a small one, of a large one the count and a sample."""
    if len(engine) != quads.count:
        return False
    if quads.count > SMALL:
        return all(quad in engine for quad in rdf.quads(_sample(quads.path)))
    written, found = _Content(), _Content()
    with quads.path.open("rb") as file:
        written.add([line[:-1] for line in file])
    engine.dump(_Sink(found.add), format=ox.RdfFormat.N_QUADS)
    return written == found


def _sample(path: Path) -> Iterator[str]:
    """Lines of a file, in places that are equally far from each other."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for place in range(0, size, max(1, size // _SAMPLE)):
            file.seek(max(0, place - 1))
            if place:
                file.readline()  # the line that begins next is whole
            if line := file.readline():
                yield line[:-1].decode()


def _is_undamaged(path: Path, quads: Quads) -> bool:
    """Whether a store on disk is undamaged and holds this."""
    try:
        return not folders.damage(path, whole=True) and _holds(ox.Store.read_only(str(path)), quads)
    except (OSError, RuntimeError):
        return False
