"""The embedded Oxigraph store: built in a staging folder, verified, and published whole; opened for reading only.

:mod:`folder` explains what a build folder contains.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
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

QUADS = "quads.nq"  # in a small store: its lines, as it was made of them
SMALL = 250_000  # quads of a store that is read into memory: about half a second, and 100 MiB
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
    quads: int
    sha256: str
    content: _Content


def make(lines: Iterable[str], new: Path) -> Made:
    """Make the store of sorted N-Quads lines, each once, in an empty folder, and verify it by reading it back.

    ``lines`` are read twice. Raises StoreError when it cannot be written, or does not hold what was written.
    """
    path, content, digest = new / "store", _Content(), hashlib.sha256()
    try:
        store, rest = ox.Store(str(path)), iter(lines)
        for first in rest:
            part = chain([first], islice(rest, _PART - 1))
            store.bulk_load(_Source(part, content, digest), format=ox.RdfFormat.N_QUADS)
        if content.lines > _PART:
            store.optimize()  # the parts become one, which is quicker to read
        store.flush()
        del store
        path = path.rename(new / f"store-{digest.hexdigest()[:16]}")
        if content.lines <= SMALL:
            (path / QUADS).write_bytes(b"".join(f"{line}\n".encode() for line in lines))
        engine = ox.Store.read_only(str(path))
        same = _content(engine) == content
    except RuntimeError as error:  # as the engine reports a full disk
        reason = sparql.one_line(error)
        raise StoreError(f"the store cannot be written ({reason}); the last build stays in place") from error
    if not same:
        raise StoreError("the store does not hold what was written to it; the last build stays in place")
    folders.seal(path)
    return Made(Oxigraph(engine, in_memory=False), path.name, content.lines, digest.hexdigest(), content)


def publish(
    made: Made,
    new: Path,
    folder: Path,
    *,
    data: str | None = None,
    inputs: str = "",
    files: Mapping[str, str] | None = None,
) -> None:
    """Publish a store and the other files of its staging folder (see :func:`folder.publish`).

    The manifest says of what ``data`` it was made (None: the data that ships), and has the digest of all ``inputs`` and
    of each of the other ``files``. A store of that name that is in place is kept if it is undamaged and holds the same.
    """
    content = {"store": made.name, "quads": made.quads, "sha256": made.sha256}
    manifest = {**content, "data": data, "inputs": inputs, "files": dict(files or {})}
    folders.publish(new, folder, manifest, keep=_holds(folder / made.name, made.content))


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


def _content(engine: ox.Store) -> _Content:
    """What a store gives back."""
    content = _Content()
    engine.dump(_Sink(content.add), format=ox.RdfFormat.N_QUADS)
    return content


def _holds(path: Path, content: _Content) -> bool:
    """Whether a store on disk is undamaged and holds this."""
    try:
        return not folders.damage(path, whole=True) and _content(ox.Store.read_only(str(path))) == content
    except (OSError, RuntimeError):
        return False
