"""The command that reads files of other tools: import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import Data, app

if TYPE_CHECKING:
    from rareearth.importing import Import

_MOST_LISTED = 20


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file of FollowTheMoney (.ftm.json) or BODS 0.4 (.bods.json).")],
    source: Annotated[str, typer.Option("--source", help="The id that the file gets as a source.")],
    title: Annotated[str, typer.Option("--title", help="Its title.")],
    publisher: Annotated[str, typer.Option("--publisher", help="Its publisher: the id or a name.")],
    url: Annotated[str, typer.Option("--url", help="Its address.")],
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="When it was published: 2026-01-31, 2026-01 …")
    ] = None,
    confidence: Annotated[
        str | None, typer.Option("--confidence", help="How sure you are of what it says: high, medium or low.")
    ] = None,
    known: Annotated[
        bool, typer.Option("--known", help="Only claims with an end that is in the data already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be added.")] = False,
    data: Data = None,
) -> None:
    """Add what a file of another tool says to the data, as claims of a source.

    Each claim cites its record in the file. What the data has no place for is counted on standard error. To undo it,
    remove sources/ID.yaml and entities/ID.yaml.
    """
    from rareearth import checks, importing, paths
    from rareearth.cli.common import chosen_confidence

    folder = data or paths.data()
    dataset = checks.load(folder)
    head = importing.Head(source, title, publisher, url, published)
    found = importing.read(file, dataset, head, chosen_confidence(confidence), known=known)
    for line in found.found.account.lines(file.name):
        print(f"note: {line}", file=sys.stderr)
    _print_known(found)
    print(_total(found))
    if found.claims and not dry_run:
        files = importing.save(folder, found, dataset.ontology)
        print(f"Written to {' and '.join(map(paths.display, files))}")
    elif not dry_run:
        print("Nothing was written")


def _total(found: Import) -> str:
    from rareearth.formats.exchange import count

    taken, records = count(len(found.claims), "claim"), count(len(found.records), "new record")
    return f"{taken}, {records}, {count(len(found.known), 'known record')}"


def _print_known(found: Import) -> None:
    """Which things were taken for records of the data, by anything but an id, and which new ones have close names."""
    guessed = [f"{id_} by {how}" for id_, how in found.known.items() if not how.startswith("its ")]
    close = [f"{id_}: close to {', '.join(others)}" for id_, others in found.close.items()]
    for title, lines in (("taken for records of the data", guessed), ("new records with close names", close)):
        if lines:
            print(f"{title}:")
            print("\n".join(f"  {line}" for line in lines[:_MOST_LISTED]))
        if len(lines) > _MOST_LISTED:
            print(f"  … and {len(lines) - _MOST_LISTED:,} more")
