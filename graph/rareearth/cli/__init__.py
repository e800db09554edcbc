"""The command ``rareearth``. Each command imports what it needs, so that help and short commands start quickly."""

from __future__ import annotations

import os
import sys

from rareearth.cli import analysing, asking, data, files, limits, serving
from rareearth.cli.common import UsageError, app, explain, explain_usage
from rareearth.errors import RareEarthError

__all__ = ["analysing", "app", "asking", "data", "files", "main", "serving"]


def main() -> None:
    """Run the command. An error is printed as one line on standard error.

    The exit code is then 2 for a command that does not exist or is called in a wrong way, and 1 for all other errors.
    """
    limits.watch()
    try:
        code = app(prog_name="rareearth", standalone_mode=False)
    except RareEarthError as error:
        print(explain(error), file=sys.stderr)
        raise SystemExit(1) from None
    except UsageError as error:
        print(explain_usage(error), file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except (MemoryError, OSError, ImportError, RuntimeError) as error:
        if (line := limits.explain(error)) is None:
            raise
        print(line, file=sys.stderr)
        raise SystemExit(1) from None
    raise SystemExit(code or 0)
