"""Rows as a table to read in a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from decimal import Decimal

_SMALL = 0.01  # six decimals of a number below would be fewer than four digits, or none
_LARGE = 1e16  # from here on, the digits of a float before its point are not all known
_GAP = 3  # blanks between columns


def text(columns: list[str], rows: list[list[object]], *, exact: bool = False) -> str:
    """A table for reading: as wide as its content, or as the terminal.

    Numbers have all their digits if ``exact``; otherwise six decimals, or four digits of what is small. Where the table
    does not fit a terminal without breaking a word, each row is a block of lines ``column: value``.
    """
    cells = [[_cell(value, exact) for value in row] for row in rows]
    width = terminal_width()
    widths = None if width is None else _fit(columns, cells, width)
    if width is not None and widths is None:
        lines = [line for row in cells for line in _block(columns, row)]
    else:
        numeric = [
            bool(rows) and all(isinstance(row[n], int | float | Decimal | None) for row in rows)
            for n in range(len(columns))
        ]
        lines = _table(columns, cells, numeric, widths)
    return "\n".join([*lines, f"({len(rows)} row{'' if len(rows) == 1 else 's'})"]) + "\n"


def terminal_width() -> int | None:
    """The columns of the terminal that is written to, None if it is none; $COLUMNS counts where it is a number."""
    return max(shutil.get_terminal_size().columns, 1) if sys.stdout is not None and sys.stdout.isatty() else None


def _table(columns: list[str], cells: list[list[str]], numeric: list[bool], widths: list[int] | None) -> list[str]:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, column in enumerate(columns):
        width = widths[number] if widths else None
        table.add_column(column, justify="right" if numeric[number] else "left", overflow="fold", width=width)
    for row in cells:  # a blank at the start of a line would count to its first word
        table.add_row(*("\n".join(line.lstrip() for line in cell.split("\n")) if widths else cell for cell in row))
    console = Console(width=100_000, markup=False, highlight=False, color_system=None, emoji=False)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]


def _fit(columns: list[str], cells: list[list[str]], width: int) -> list[int] | None:
    """The widths of the columns in a terminal, None if some word would have to be broken.

    Each has at least its longest word; what is left goes to the narrowest first, up to what they need.
    """
    from rich.cells import cell_len

    by_column = [[column, *(row[number] for row in cells)] for number, column in enumerate(columns)]
    needed = [max(cell_len(line) for value in column for line in value.split("\n")) for column in by_column]
    widths = [max((cell_len(word) for value in column for word in value.split()), default=0) for column in by_column]
    left = width - sum(widths) - _GAP * (len(columns) - 1)
    if left < 0:
        return None
    order = sorted(range(len(columns)), key=lambda number: needed[number] - widths[number])
    for place, number in enumerate(order):
        more = min(needed[number] - widths[number], left // (len(order) - place))
        widths[number] += more
        left -= more
    return widths


def _block(columns: Sequence[str], row: Sequence[str]) -> list[str]:
    """A row as lines; the terminal wraps those that are too long, so that an id can still be copied whole."""
    return [*(f"{column}: {value}".rstrip() for column, value in zip(columns, row, strict=True)), ""]


def _cell(value: object, exact: bool) -> str:
    """A value as people read it: ids without prefix, numbers without trailing zeros.

    Thousands are not separated, as many numbers are years, and as other programs could not read them.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value) if exact else number(float(f"{value:.4g}" if abs(value) < _SMALL else f"{value:.6f}"))
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else _short(str(value))


def number(value: float) -> str:
    """A number with the fewest digits that give it back; with an exponent only where it is very large.

    >>> number(1.2e-7), number(2021.0), number(1e6), number(0.1), number(1e22)
    ('0.00000012', '2021', '1000000', '0.1', '1e+22')
    """
    if not abs(value) < _LARGE:
        return str(value)
    digits = format(Decimal(repr(value)), "f")
    return digits.removesuffix(".0") if value else "0"


def _short(value: str) -> str:
    for prefix in ("entity:", "ree:", "claim:", "source:"):
        value = value.removeprefix(prefix)
    return value
