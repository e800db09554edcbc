"""The command that writes files for other tools: export."""

from __future__ import annotations

import sys
import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import (
    AsOf,
    Build,
    Excel,
    KnownBy,
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
    from rareearth.formats import Format
    from rareearth.network import Network

_CONTAINS = {"graph": "everything", "page": "everything", "facts": "all facts"}


class View(StrEnum):
    """The views of the network."""

    actors = "actors"
    full = "full"


@app.command()
def export(
    file: Annotated[
        Path,
        typer.Argument(
            help=".html .graphml .gexf .csv .cypher .svg .ttl .trig .nq .jsonld; facts for other tools: .ftm.json "
            ".bods.json .quickstatements; or data: .parquet .jsonl .jsonl.gz"
        ),
    ],
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
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="For .parquet and .jsonl: the data folder.", show_default="that of the build"),
    ] = None,
) -> None:
    """Write a file for other tools; the extension selects the format.

    .html is a self-contained page to explore the graph in a browser. claims.parquet, entities.parquet, sources.parquet,
    conflicts.parquet and identities.parquet (or .jsonl, .jsonl.gz) are tables of the data as it was written.
    """
    from rareearth import network
    from rareearth.corpus import Texts
    from rareearth.errors import RareEarthError
    from rareearth.formats import DATA, Export
    from rareearth.site import exports
    from rareearth.store.hints import QueryWarning

    if file.name.lower().endswith(DATA):
        other = any((view, query is not None, kinds, as_of, known_by, directed, excel, texts, store))
        _export_data(file, data, build, other=other)
        return
    if data:
        raise RareEarthError(f"{file.name}: --data is for {' '.join(DATA)}; the others are made from a build")
    chosen = exports.of(file)
    _check_options(
        file, chosen, network=bool(view or kinds), query=query is not None, directed=directed, excel=excel, texts=texts
    )
    network.check_kinds(kinds or None)
    graph = open_graph(build, as_of=as_of, store=store, known_by=known_by)
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
        lambda line: print(f"note: {line}", file=sys.stderr),
    )
    with Watchdog(timeout or (30 if text is not None else 3600)):
        written = chosen.write(file, source)
    print_written(written)
    if text:
        print_hints(graph, text)


def _check_options(
    file: Path, chosen: Format, *, network: bool, query: bool, directed: bool, excel: bool, texts: Path | None
) -> None:
    """Raise an error for an option that is not for the format; ``network`` is whether one of a network is given."""
    from rareearth.errors import QueryError, RareEarthError
    from rareearth.formats import DIRECTED, NETWORKS

    if chosen.holds != "network" and (network or query):
        what = f"a {chosen.extension} file contains {_CONTAINS[chosen.holds]}"
        raise RareEarthError(f"{file.name}: {what}; --view, --query and --kind are for {' '.join(NETWORKS)}")
    if texts and chosen.holds != "page":
        raise RareEarthError(f"{file.name}: --texts is for .html; the other formats contain no sentences")
    if directed and chosen.extension not in DIRECTED:
        raise RareEarthError(f"{file.name}: --directed is for {' '.join(DIRECTED)}")
    if query and network:
        raise QueryError("a network is of a view or of a query; expected --query without --view and --kind")
    if excel and chosen.extension != ".csv":
        raise RareEarthError(f"{file.name}: --excel is for .csv")


def _export_data(file: Path, data: Path | None, build: Path | None, *, other: bool) -> None:
    """Write a table of a data folder, which must have no faults: of that of the build, unless one is given.

    ``other`` is whether there are options that are not for data.
    """
    from rareearth import build as builds
    from rareearth import checks, paths
    from rareearth.errors import RareEarthError
    from rareearth.formats import rows

    if other:
        raise RareEarthError(f"{file.name}: has all of the data as it was written; expected only --data or --build")
    rows.table(file)  # the name is checked before all is read
    dataset = checks.load(data or builds.made_of(build or paths.build()), whole=True)
    print_written(rows.write(file, dataset))
