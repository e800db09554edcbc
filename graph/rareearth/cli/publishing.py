"""The command that publishes the graph as static files: site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rareearth.cli.common import Build, app, open_graph


@app.command()
def site(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, or that of an earlier site.")],
    address: Annotated[
        str,
        typer.Option("--address", metavar="URL", help="Where it will be published; adds a sitemap and a feed."),
    ] = "",
    report: Annotated[bool, typer.Option("--report/--no-report", help="With the report of the analysis.")] = True,
    build: Build = None,
) -> None:
    """Write the graph as a site of static files: pages, explorer, answers, guides and downloads.

    Needs the extra `site`. Any web server or file host can serve it; its links are relative, so it also works from a
    folder.
    """
    from rareearth import paths
    from rareearth.site import publishing

    publishing.check(folder)
    graph = open_graph(build)
    count = publishing.write(
        folder,
        graph.store,
        build or paths.build(),
        address=address,
        with_report=report,
        tick=lambda part: print(f"{part} …", file=sys.stderr),
    )
    print(f"{paths.display(folder)}: {count:,} files; open {paths.display(folder / 'index.html')}")
