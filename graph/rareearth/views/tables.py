"""Rows as a table to read in a terminal."""

from __future__ import annotations

import sys
from decimal import Decimal

_SMALL = 0.01  # six decimals of a number below would be fewer than four digits, or none
_LARGE = 1e16  # from here on, the digits of a float before its point are not all known


def text(columns: list[str], rows: list[list[object]], *, exact: bool = False) -> str:
    """A table for reading: as wide as its content, or as the terminal.

    Numbers have all their digits if ``exact``; otherwise six decimals, or four digits of what is small.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[number], int | float | Decimal | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value, exact) for value in row))
    width = Console().width if sys.stdout.isatty() else 100_000
    console = Console(width=width, markup=False, highlight=False, color_system=None, emoji=False)
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join([*lines, f"({len(rows)} row{'' if len(rows) == 1 else 's'})"]) + "\n"


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
