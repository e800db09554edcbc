"""The command that writes files for other tools: export."""

from __future__ import annotations

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import (
    AsOf,
    Build,
    Excel,
    Store,
    Watchdog,
    app,
    is_file,
    open_graph,
    print_hints,
    print_written,
    read_text,
)

if TYPE_CHECKING:
    from rareearth.network import Network


class View(StrEnum):
    """The views of the network."""

    actors = "actors"
    full = "full"


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help=".html .graphml .gexf .csv .cypher .svg, or .ttl .trig .nq .jsonld")],
    view: Annotated[
        View | None,
        typer.Option("--view", help="Actors connected by facts, or everything.", show_default="actors"),
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", help="A CONSTRUCT or SELECT that returns a network (file or SPARQL).")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Only claims of this kind; can be repeated.")
    ] = None,
    as_of: AsOf = None,
    directed: Annotated[
        bool,
        typer.Option(
            "--directed",
            help="For .graphml, .gexf and .csv: write the edges of symmetric relations as directed, for readers that "
            "refuse a mixed graph, such as NetworkX; the attribute `symmetric` marks them.",
        ),
    ] = False,
    excel: Excel = False,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            help="For .html: a folder with texts of articles. The file then contains the cited sentences; you may not "
            "have the right to share them.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.01, max=86400, help="Time limit in seconds.", show_default="30 with --query"),
    ] = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Write a file for other tools; the extension selects the format.

    .html is a self-contained page to explore the graph in a browser.
    """
    from rareearth import network
    from rareearth.corpus import Texts
    from rareearth.errors import QueryError, RareEarthError
    from rareearth.formats import DIRECTED, NETWORKS, Export
    from rareearth.site import exports
    from rareearth.store.hints import QueryWarning

    chosen = exports.of(file)
    if chosen.holds != "network" and (view or query is not None or kinds):
        raise RareEarthError(
            f"{file.name}: a {chosen.extension} file contains everything; --view, --query and --kind are for "
            + " ".join(NETWORKS)
        )
    if texts and chosen.holds != "page":
        raise RareEarthError(f"{file.name}: --texts is for .html; the other formats contain no sentences")
    if directed and chosen.extension not in DIRECTED:
        raise RareEarthError(f"{file.name}: --directed is for {' '.join(DIRECTED)}")
    if query is not None and (view or kinds):
        raise QueryError("a network is of a view or of a query; expected --query without --view and --kind")
    if excel and chosen.extension != ".csv":
        raise RareEarthError(f"{file.name}: --excel is for .csv")
    network.check_kinds(kinds or None)
    graph = open_graph(build, as_of=as_of, store=store)
    text = read_text(Path(query)) if query and is_file(query) else query

    def drawn() -> Network:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", QueryWarning)  # printed below
            return graph.network(view and view.value, kinds or None, query=text)

    source = Export(
        graph.store,
        drawn,
        Texts(texts) if texts else None,
        as_of or "",
        directed,
        excel,
    )
    with Watchdog(timeout or (30 if text is not None else 3600)):
        written = chosen.write(file, source)
    print_written(written)
    if text:
        print_hints(graph, text)
