"""Records and claims as files of data in bulk, part by part, so that memory does not grow with the number of rows."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from rareearth.bulk import columns
from rareearth.models import Claim, Source

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from rareearth.models import Frozen

_T = TypeVar("_T")
_BATCH = 4096  # rows at a time
_GROUP = 131_072  # rows of a row group of Parquet, which is what programs read in parallel


def row(record: Frozen) -> dict[str, Any]:
    """A record or a claim as the values of its columns, without those that are empty; of a claim also its id.

    >>> claim = Claim(source="s", subject="lynas", relation="produces", object="neodymium")
    >>> row(claim)["subject"], row(claim)["kind"], "when" in row(claim)
    ('lynas', 'fact', False)
    """
    given = record.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(record, Claim):
        given = {"id": record.id, **given, "qualifiers": dict(record.qualifiers)}
    if isinstance(record, Source):
        given |= {"names": {id_: list(names) for id_, names in record.names}, "refers": dict(record.refers)}
    return {name: value for name, value in given.items() if value not in ([], {})}


def jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    r"""Rows as lines of JSON, in parts.

    >>> b"".join(jsonl([{"id": "a"}, {"id": "稀土"}])).decode()
    '{"id": "a"}\n{"id": "稀土"}\n'
    """
    for part in _batches(rows, _BATCH):
        yield "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in part).encode()


def jsonl_gz(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Rows as lines of JSON, compressed; the same rows give the same bytes."""
    sink = _Sink()
    with gzip.GzipFile(fileobj=sink, mode="wb", filename="", mtime=0) as file:
        for part in jsonl(rows):
            file.write(part)
            yield sink.taken()
    yield sink.taken()


def parquet(rows: Iterable[dict[str, Any]], table: str) -> Iterator[bytes]:
    """Rows of a table as Parquet, in parts. Raises MissingExtraError without the extra ``bulk``."""
    pa, schema, sink = columns.library(), columns.arrow(table), _Sink()
    from pyarrow import parquet as files

    with files.ParquetWriter(sink, schema, compression="zstd") as writer:
        for part in _batches(rows, _GROUP):
            batches = [pa.RecordBatch.from_pylist(some, schema) for some in _batches(part, _BATCH)]
            writer.write_table(pa.Table.from_batches(batches, schema))
            yield sink.taken()
    yield sink.taken()


WRITERS: dict[str, Callable[[Iterable[dict[str, Any]], str], Iterator[bytes]]] = {
    ".parquet": parquet,
    ".jsonl": lambda rows, _: jsonl(rows),
    ".jsonl.gz": lambda rows, _: jsonl_gz(rows),
}


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


class _Sink(io.BytesIO):
    """A file that is written, from which what was written is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, data: Buffer, /) -> int:
        self._parts.append(bytes(data))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
