"""Rows as a table to read in a terminal."""

from __future__ import annotations

import sys

_SMALL = 0.01  # six decimals of a number below would be fewer than four digits, or none


def text(columns: list[str], rows: list[list[object]]) -> str:
    """A table for reading: as wide as its content, or as the terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[number], int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    width = Console().width if sys.stdout.isatty() else 100_000
    console = Console(width=width, markup=False, highlight=False, color_system=None, emoji=False)
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join([*lines, f"({len(rows)} row{'' if len(rows) == 1 else 's'})"]) + "\n"


def _cell(value: object) -> str:
    """A value as people read it: ids without prefix, decimal numbers with separated thousands and no trailing zeros.

    Whole numbers stay as they are, as many are years.
    """
    if isinstance(value, float):
        return f"{value:.4g}" if 0 < abs(value) < _SMALL else f"{value:,.6f}".rstrip("0").rstrip(".")
    return "" if value is None else _short(str(value))


def _short(value: str) -> str:
    for prefix in ("entity:", "ree:", "claim:", "source:"):
        value = value.removeprefix(prefix)
    return value
