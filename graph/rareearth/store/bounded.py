"""An answer as it is written: its bytes and its rows are limited while they come, not when they are all there."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rareearth.errors import TooLargeError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# What comes once for each row, outside strings; in JSON it separates rows, as a cell follows its name.
_MARKS = {"csv": b"\n", "tsv": b"\n", "xml": b"<result>", "json": b"},{"}


class Output(io.BytesIO):
    r"""Bytes that are written up to a limit, and the rows of a table up to another.

    ``form`` is that of the table (csv, tsv, json or xml), "" for what has no rows. Writing more raises TooLargeError.

    >>> output = Output("csv", max_rows=1)
    >>> output.write(b'x\r\n"of two\nlines"\r\n')
    19
    """

    def __init__(self, form: str = "", max_bytes: int | None = None, max_rows: int | None = None) -> None:
        super().__init__()
        self._max_bytes, self._max_rows = max_bytes, max_rows
        self._rows = _RowCount(form) if form and max_rows is not None else None

    def write(self, data: Buffer, /) -> int:
        """Take another part of the answer. Raises TooLargeError."""
        check_bytes(self.tell() + memoryview(data).nbytes, self._max_bytes)
        if self._rows is not None:
            check_rows(self._rows.add(bytes(data)), self._max_rows, "rows")
        return super().write(data)


class _RowCount:
    """The number of rows in a table that comes in parts."""

    def __init__(self, form: str) -> None:
        self._form, self._mark = form, _MARKS[form]
        self._count = -1 if form in ("csv", "tsv") else 0  # the line of names is no row
        self._quoted = self._first = False
        self._rest = self._tail = b""

    def add(self, data: bytes) -> int:
        """The rows that have begun, with another part."""
        if self._form == "json":
            data = self._rest + data
            whole = len(data) - (len(data) - len(data.rstrip(b"\\"))) % 2  # an escape may be cut in two
            data, self._rest = data[:whole].replace(b"\\\\", b"").replace(b'\\"', b""), data[whole:]
        if self._form in ("json", "csv"):
            parts = data.split(b'"')
            data = b"".join(parts[self._quoted :: 2])
            self._quoted ^= len(parts) % 2 == 0
        text = self._tail + data
        self._tail = text[1 - len(self._mark) :] if len(self._mark) > 1 else b""
        self._count += text.count(self._mark)
        self._first = self._first or (self._form == "json" and b"[{" in text)
        return self._count + self._first


def check_bytes(count: int, most: int | None) -> None:
    """Raise TooLargeError when there are more bytes than allowed."""
    if most is not None and count > most:
        raise TooLargeError(f"the answer has more than {most:,} bytes; add LIMIT, or select less")


def check_rows(count: int, most: int | None, what: str) -> None:
    """Raise TooLargeError when there are more rows, or triples, than allowed."""
    if most is not None and count > most:
        raise TooLargeError(f"the answer has more than {most:,} {what}; add LIMIT, and ask for the rest with OFFSET")
