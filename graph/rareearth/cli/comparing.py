"""The command that compares two states of the graph: diff."""

from __future__ import annotations

from typing import Annotated

import typer

from rareearth.cli.common import app

_STATE = "A build folder, a data folder, or a revision of git such as HEAD~3."


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help=_STATE)],
    new: Annotated[str | None, typer.Argument(help=_STATE, show_default="the last build")] = None,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="Also say which verdicts of the analysis turned, and by which claims.")
    ] = False,
) -> None:
    """Say what changed between two states: claims, sources, entities, conflicts; the exit code is 0 either way."""
    from rareearth import paths, revisions
    from rareearth.views import changes

    one, other = revisions.open_store(old), revisions.open_store(new or str(paths.build()))
    found = changes.between(one, other)
    print("\n".join(changes.lines(found)))
    if verdicts:
        from rareearth.analysis import turns

        print("\n" + "\n".join(turns.lines(turns.between(one, other, found))))
