"""Delimited text (CSV and TSV) that a spreadsheet can open without harm: no text of it runs as a formula.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-`` or ``@``. Such a text gets an apostrophe before it,
unless it is a number: ``-5`` stays ``-5``. It can be undone: a text that starts with apostrophes and such a sign has
one more than it had. Formats that no spreadsheet opens (JSON, XML, GraphML …) have all texts as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

MARK = b"\xef\xbb\xbf"  # at the head of a file; Excel then reads it as UTF-8
_SIGNS = "=+\\-@\t\r\n＝＋－＠"  # some spreadsheets also take the wide forms of Chinese and Japanese keyboards
_FORMULA = re.compile(rf"'*[{_SIGNS}]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_QUOTED = re.compile(rf'(?P<start>(?:^|\t)")(?=\'*(?:[{_SIGNS}]|\\[trn]))(?!{_NUMBER.pattern}")', re.MULTILINE)


def defuse(text: str) -> str:
    """A text that no spreadsheet runs as a formula.

    >>> defuse("=1+1"), defuse("-5"), defuse("Ore & Co"), defuse("'=1")
    ("'=1+1", '-5', 'Ore & Co', "''=1")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def line(values: Iterable[object]) -> str:
    """A line of CSV without its end; texts are defused."""
    out = io.StringIO()
    safe = [defuse(value) if isinstance(value, str) else value for value in values]
    csv.writer(out, lineterminator="\r\n").writerow(safe)  # only the line ends it knows of are put in quotes
    return out.getvalue().removesuffix("\r\n")


def defuse_csv(content: bytes) -> bytes:
    """CSV with its texts defused, line ends as RFC 4180 has them."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return "".join(f"{line(row)}\r\n" for row in rows).encode()


def defuse_tsv(content: bytes) -> bytes:
    """The TSV of SPARQL, in which texts are in quotes, with its texts defused."""
    return _QUOTED.sub(r"\g<start>'", content.decode()).encode()
