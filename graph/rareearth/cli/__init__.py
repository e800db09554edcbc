"""The command ``rareearth``. Each command imports what it needs, so that help and short commands start quickly."""

from __future__ import annotations

import os
import sys

from rareearth.cli import analysing, asking, data, files, serving
from rareearth.cli.common import app, explain

__all__ = ["analysing", "app", "asking", "data", "files", "main", "serving"]


def main() -> None:
    """Run the command; an error is printed as one line on standard error, and the exit code is 1."""
    from rareearth.errors import RareEarthError

    try:
        app()
    except RareEarthError as error:
        print(explain(error), file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
