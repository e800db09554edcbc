"""All quads of a dataset as a sorted file, made in parallel processes: nothing holds all of them in memory.

Each process makes the lines of some records or claims and sorts them into a file, a shard; the shards are merged. The
bytes depend neither on the number of processes nor on how the dataset was divided.
"""

from __future__ import annotations

import hashlib
import heapq
import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from rareearth import namespaces, processes
from rareearth.dataset import Dataset
from rareearth.errors import StoreError
from rareearth.store import nquads, terms
from rareearth.store.nquads import Part, Parts

_DESCRIBED = f"<{namespaces.DATASET}".encode()  # begins the lines that say how many others there are
_ENTITIES = tuple(f"<{namespaces.ENTITY}{end}".encode() for end in ("", "\x7f"))  # all lines of entities are between
_BATCH = 8192  # lines at a time
_BLOCK = 1 << 20  # bytes at a time


@dataclass(frozen=True)
class Quads:
    """Sorted N-Quads lines in a file, how many they are, and the SHA-256 of the file.

    ``graphs`` is a file of those lines that are in a graph, sorted by graph.
    """

    path: Path
    graphs: Path
    count: int
    sha256: str


def write(dataset: Dataset, folder: Path, jobs: int | None = None) -> Quads:
    """Write the quads of a dataset to files in a folder, in ``jobs`` processes (without it, one for each processor).

    Raises OSError when they cannot be written, and StoreError when a process ended before its work was done.
    """
    parts = Parts(dataset)
    shards = [(part, folder / f"shard-{number}") for number, part in enumerate(parts.listed())]
    for failed in processes.ordered(partial(_shard, parts), shards, jobs or processes.available(), _lost):
        if failed:
            raise failed
    files = [shard for _, shard in shards]
    graphs = folder / "graphs.nq"
    with graphs.open("wb") as file:
        file.writelines(b"".join(part) for part in _batches(_merged([_graphs(shard) for shard in files], _graph)))
    made = _counted(_described(dataset, parts, files, folder), graphs)
    for shard in files:
        shard.unlink()
        _graphs(shard).unlink()
    return made


def of(lines: Iterable[str], folder: Path) -> Quads:
    """Sorted lines, each once, as files in a folder."""
    path, graphs = folder / "quads.nq", folder / "graphs.nq"
    named = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(f"{line}\n")
            if graph := terms.graph(line):
                named.append((graph, line))
    graphs.write_bytes(_text([line for _, line in sorted(named)]))
    return _counted(path, graphs)


def _shard(parts: Parts, item: tuple[Part, Path]) -> OSError | None:
    """Write the lines of a part, sorted, and those of its graphs, sorted by graph; the error, if they cannot be."""
    part, path = item
    lines = sorted(set(parts.lines(part)))
    named = sorted((graph, line) for line in lines if (graph := terms.graph(line)))
    try:
        path.write_bytes(_text(lines))
        _graphs(path).write_bytes(_text([line for _, line in named]))
    except OSError as error:
        return error
    return None


def _text(lines: list[str]) -> bytes:
    return "\n".join([*lines, ""]).encode()


def _lost(_: tuple[Part, Path]) -> StoreError:
    return StoreError("a process of the build was ended from outside, perhaps for want of memory; build again")


def _graphs(shard: Path) -> Path:
    return shard.with_name(f"{shard.name}-graphs")


def _graph(line: bytes) -> bytes:
    return line[line.rfind(b" ", 0, -3) + 1 : -3]


def _merged(paths: Sequence[Path], key: Callable[[bytes], bytes] | None = None) -> Iterator[bytes]:
    """The lines of sorted files in their order, each once."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        last = b""
        for line in heapq.merge(*files, key=key) if key else heapq.merge(*files):
            if line != last:
                yield line
            last = line


def _described(dataset: Dataset, parts: Parts, shards: Sequence[Path], folder: Path) -> Path:
    """A file with the lines of all shards and, in its place, the description, which says how many there are."""
    path, rest = folder / "quads.nq", folder / "rest.nq"
    facts: Counter[str] = Counter()
    own: set[bytes] = set()
    count = 0
    with path.open("wb") as file, rest.open("w+b") as after:
        for lines in _batches(_merged(shards)):
            count += len(lines)
            first, last = (bisect_left(lines, bound) for bound in _ENTITIES)
            facts.update(name for line in lines[first:last] if (name := parts.fact(line[:-1].decode())))
            before = bisect_left(lines, _DESCRIBED)
            behind = next((n for n in range(before, len(lines)) if not lines[n].startswith(_DESCRIBED)), len(lines))
            file.write(b"".join(lines[:before]))
            own.update(lines[before:behind])
            after.write(b"".join(lines[behind:]))
        own.update(f"{line}\n".encode() for line in nquads.description(dataset, count - len(dataset.claims), facts))
        file.writelines(sorted(own))
        after.seek(0)
        shutil.copyfileobj(after, file, _BLOCK)
    rest.unlink()
    return path


def _counted(path: Path, graphs: Path) -> Quads:
    count, digest = 0, hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            count += block.count(b"\n")
            digest.update(block)
    return Quads(path, graphs, count, digest.hexdigest())


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
