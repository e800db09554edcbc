"""The command ``rareearth``. Each command imports what it needs, so that help and short commands start quickly."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from rareearth.cli import process

__all__ = ["app", "main"]

# The module of each command; in the order in which the help lists them.
_HOMES = {
    "analyse": "analysing",
    "control": "analysing",
    "report": "analysing",
    "questions": "asking",
    "relations": "asking",
    "query": "asking",
    "show": "asking",
    "path": "asking",
    "conflicts": "asking",
    "promises": "asking",
    "coverage": "asking",
    "diff": "comparing",
    "check": "data",
    "tidy": "data",
    "build": "data",
    "verify": "data",
    "sentences": "data",
    "export": "files",
    "import": "importing",
    "publish": "stores",
    "propose": "proposing",
    "retract": "retracting",
    "review": "reviewing",
    "score": "scoring",
    "site": "publishing",
    "serve": "serving",
    "mcp": "serving",
}


def main() -> None:
    """Run the command and end the process. An error is printed as one line on standard error.

    The exit code is then 2 for a command that does not exist or is called in a wrong way, and 1 for all other errors;
    :mod:`rareearth.cli.process` lists the others.
    """
    process.run(_run)


def __getattr__(name: str) -> Any:
    """``app`` with all its commands, imported when it is first asked for: a signal may come before."""
    if name != "app":
        raise AttributeError(f"module 'rareearth.cli' has no attribute '{name}'")
    return _app(_HOMES)


def _app(commands: Iterable[str]) -> Any:
    """The app with the modules of these commands, which add them to it."""
    from rareearth.cli import common

    for home in dict.fromkeys(_HOMES[command] for command in commands):
        importlib.import_module(f"rareearth.cli.{home}")
    return common.app


def _run() -> int:
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    app = _app([asked] if asked in _HOMES else _HOMES)  # of one command only what it needs is imported
    from rareearth.cli.common import UsageError, explain, explain_usage
    from rareearth.errors import RareEarthError

    try:
        return int(app(prog_name="rareearth", standalone_mode=False) or 0)
    except RareEarthError as error:
        return process.complain(explain(error))
    except UsageError as error:
        return process.complain(explain_usage(error), 2)
