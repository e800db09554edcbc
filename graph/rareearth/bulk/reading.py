"""Rows of a file of data in bulk, one after the other, each with its number; what is wrong is ``file:row``."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from rareearth import characters
from rareearth.bulk import columns
from rareearth.errors import DataError, Problem

ENDINGS = (".parquet", ".jsonl", ".jsonl.gz")
MAX_LINE = 1 << 20  # bytes of one line of JSON
_BATCH = 4096  # rows of Parquet at a time


class Row(NamedTuple):
    """The number of a row (from 1; of JSON, that of its line) and its values; columns without a value are left out."""

    number: int
    values: dict[str, Any]


def is_bulk(path: Path) -> bool:
    """Whether a file has the name of one that has data in bulk.

    >>> is_bulk(Path("claims/a.jsonl.gz")), is_bulk(Path("claims/a.yaml"))
    (True, False)
    """
    return path.name.endswith(ENDINGS)


def rows(path: Path, table: str) -> Iterator[Row | Problem]:
    """The rows of a file, and a problem in place of each row that is none of the table.

    Raises DataError for a file that cannot be read, or not to its end, and for columns that are not those of the table;
    MissingExtraError for Parquet without the extra ``bulk``.
    """
    record = columns.TABLES[table]
    for number, given in _parquet(path, table) if path.suffix == ".parquet" else _jsonl(path):
        if isinstance(given, str):
            yield Problem(path, number, given)
            continue
        try:
            values = columns.value(given, record)
        except ValueError as error:
            yield Problem(path, number, str(error))
        else:
            yield Row(number, values)


def _parquet(path: Path, table: str) -> Iterator[tuple[int, Any]]:
    pa = columns.library()
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            if faults := columns.misfit(file.schema_arrow, table):
                raise DataError([Problem(path, None, message) for message in faults])
            for batch in file.iter_batches(_BATCH):
                names, found = batch.schema.names, [column.to_pylist() for column in batch.columns]
                for values in zip(*found, strict=True):
                    number += 1
                    yield number, dict(zip(names, values, strict=True))
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise _unreadable(path, number, f"is not a whole Parquet file ({reason}); write it again") from error


def _jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    """The lines of a file, as values or as the message of what is wrong with one."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(_lines(file), 1):
                yield number, _object(line)
    except (EOFError, OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise _unreadable(path, number, f"cannot be read to its end ({reason}); write it again") from error


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):  # the rest of a line that is refused
            line = file.readline(MAX_LINE + 1)


def _object(line: bytes) -> Any:
    """The value of a line, or a message."""
    if len(line) > MAX_LINE:
        return f"found a line of more than {MAX_LINE:,} bytes; expected one claim or record to a line"
    try:
        found = json.loads(characters.decoded(line), object_pairs_hook=_pairs, parse_constant=_constant)
    except UnicodeDecodeError as error:
        return f"found the byte 0x{line[error.start]:02x}; expected UTF-8: save the file in that encoding"
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error) or "it is too deep"
        return f"is not JSON ({reason}); expected an object on each line"
    return found if isinstance(found, dict) else 'is not an object; expected one like {"source": …} on each line'


def _pairs(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(entries)
    if len(made) != len(entries):
        names = [name for name, _ in entries]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name '{twice}' is there twice")
    return made


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _unreadable(path: Path, number: int, message: str) -> DataError:
    """That reading stopped after so many rows."""
    return DataError([Problem(path, number + 1 if number else None, message)])
