"""The command that publishes a build to a store at an address."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rareearth.cli.common import Build, app
from rareearth.errors import RareEarthError


@app.command()
def publish(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The SPARQL endpoint of the store, as `--store` takes it.")
    ] = None,
    update: Annotated[
        str,
        typer.Option(
            "--update",
            metavar="URL",
            help="Where the store takes SPARQL updates, if that is not known from its endpoint.",
            show_default="/update next to /query; /sparql-auth of Virtuoso",
        ),
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Write the quads to this .nq file, for a bulk loader, and send nothing."),
    ] = None,
    loaded: Annotated[
        bool, typer.Option("--loaded", help="The file was loaded by a bulk loader: only compare, and switch.")
    ] = False,
    build: Build = None,
) -> None:
    """Load a build into a store, compare it with the build, and switch the store to it.

    The name and the password of the store are those of the environment: RAREEARTH_STORE_USER and
    RAREEARTH_STORE_PASSWORD, or RAREEARTH_STORE_TOKEN.
    """
    from rareearth import build as builds
    from rareearth import paths
    from rareearth.store import folder as folders
    from rareearth.store import oxigraph, publishing

    if (url is None) == (file is None):
        raise RareEarthError("nothing to publish to: give the URL of a store, or --file FILE.nq")
    if file is not None and file.suffix != ".nq":
        raise RareEarthError(f"{file.name}: is a file of N-Quads; expected the extension .nq")
    builds.open_store(folder=build, once=True)  # the first time, it is built
    folder = build or paths.build()
    listed = folders.manifest(folder)
    content = publishing.read(oxigraph.sorted_lines(folder), listed["quads"], listed["sha256"])
    if file is not None:
        _write(file, content)
        return
    done = publishing.publish(
        content, str(url), update, loaded=loaded, tell=lambda line: print(f"note: {line}", file=sys.stderr)
    )
    print(f"{url}: {done.quads:,} quads, of which {done.new:,} claims are new, {done.changed:,} changed", end="")
    print(f" and {done.removed:,} removed; compared: {done.compared}")


def _write(file: Path, content: object) -> None:
    from rareearth.saving import save
    from rareearth.store import publishing

    assert isinstance(content, publishing.Build)  # noqa: S101 - a type for what is imported late
    save(file, (f"{line}\n".encode() for line in publishing.lines(content)))
    print(f"{file}: load it, then run `rareearth publish URL --loaded`")
