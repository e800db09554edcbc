"""The command that takes a source out of the graph: retract."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import Data, app
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from pathlib import Path

    from rareearth.dataset import Dataset
    from rareearth.models import Claim, Source
    from rareearth.retraction import Fallen

_MOST_LISTED = 20


@app.command()
def retract(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The id of a source, as in data/sources/ID.yaml.")],
    because: Annotated[str | None, typer.Option("--because", help="Why it is not to be believed.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Your name, kept with the reason.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take a retracted source back into the graph.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")] = False,
    data: Data = None,
) -> None:
    """Take all claims of a source out of the graph, and list what falls with them. The file keeps them, marked."""
    from rareearth import paths
    from rareearth.editing import alone

    folder = data or paths.data()
    if undo == bool(because):
        raise RareEarthError("expected --because 'TEXT' to retract the source, or --undo to take it back")
    with alone(folder):
        _retract(folder, source, because, who, undo=undo, dry_run=dry_run)


def _retract(folder: Path, source: str, because: str | None, who: str | None, *, undo: bool, dry_run: bool) -> None:
    from rareearth import checks, paths, retraction
    from rareearth.editing import Change, source_file

    now = checks.load(folder)
    found = _source(now, source)
    if undo != bool(found.retracted):
        since = f"was retracted on {found.retracted.on} ({found.retracted.because})" if found.retracted else ""
        raise RareEarthError(f"'{source}' {since or 'is not retracted'}; nothing was changed")
    change = Change(folder)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    retraction.mark(change.node(source_file(folder, now, source)), today, because, who)
    then = change.checked(now.ontology)
    if undo:
        print(f"{source} comes back into the graph, and with it:")
        _print(then, retraction.fallen(then, now))
    else:
        print(f"{source} leaves the graph, and with it:")
        _print(now, retraction.fallen(now, then))
    if dry_run:
        print("nothing was written")
        return
    for path in change.save(now.ontology):
        print(f"written to {paths.display(path)}; next: `rareearth build`")


def _source(dataset: Dataset, id_: str) -> Source:
    from rareearth.errors import NotFoundError, suggest

    known = {**dataset.sources, **dataset.retracted}
    if id_ not in known:
        raise NotFoundError("source", id_, suggest(id_, known))
    return known[id_]


def _print(whole: Dataset, fallen: Fallen) -> None:
    """List what falls; ``whole`` is the data that has it."""

    def name(id_: str) -> str:
        return whole.entities[id_].name if id_ in whole.entities else id_

    def said(claim: Claim) -> str:
        return f"{name(claim.subject)} {whole.ontology.relations[claim.relation].label} {name(claim.object)}"

    others = len(fallen.claims) - len(fallen.alone)
    count = "1 claim" if len(fallen.claims) == 1 else f"{len(fallen.claims)} claims"
    print(f"{count}; other sources say the same as {others} of them")
    _list("said by no other source", [said(claim) for claim in fallen.alone])
    _list("records that nothing else mentions", [name(id_) for id_ in fallen.records])
    _list("conflicts that have one side without it", [whole.conflicts[id_].question for id_ in fallen.conflicts])
    _list("claims of other sources that nothing disputes without it", [said(claim) for claim in fallen.settled])


def _list(title: str, lines: list[str]) -> None:
    if lines:
        print(f"{title} ({len(lines)}):")
        print(*(f"  {line}" for line in lines[:_MOST_LISTED]), sep="\n")
    if len(lines) > _MOST_LISTED:
        print(f"  … and {len(lines) - _MOST_LISTED} more")
