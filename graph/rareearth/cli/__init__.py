"""The command ``rareearth``. Each command imports what it needs, so that help and short commands start quickly."""

from __future__ import annotations

from typing import Any

from rareearth.cli import process

__all__ = ["app", "main"]


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
    from rareearth.cli import analysing, asking, common, data, files, proposing, retracting, reviewing, scoring, serving  # noqa: F401 - they add their commands

    return common.app


def _run() -> int:
    app = __getattr__("app")
    from rareearth.cli.common import UsageError, explain, explain_usage
    from rareearth.errors import RareEarthError

    try:
        return int(app(prog_name="rareearth", standalone_mode=False) or 0)
    except RareEarthError as error:
        return process.complain(explain(error))
    except UsageError as error:
        return process.complain(explain_usage(error), 2)
