"""The commands that serve the graph: serve, mcp."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rareearth.cli.common import Build, TextsFolder, app


@app.command()
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for all interfaces.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 for any free port.")
    ] = 8000,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.2, max=3600, help="Time limit of a query in seconds.")
    ] = 10,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Maximum number of rows in a result.")] = 100_000,
    cors: Annotated[bool, typer.Option("--cors", help="Allow requests from web pages of any origin.")] = False,
    log: Annotated[bool, typer.Option("--log/--no-log", help="Write a line for each request.")] = True,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts", help="A folder with texts of articles; every visitor can then read the cited sentences."
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            "--host-name", help="A name under which the server is asked, such as data.example.org; repeatable."
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address or network of a trusted proxy on another machine; repeatable."),
    ] = None,
    root_path: Annotated[
        str, typer.Option("--root-path", help="Path below which a proxy serves it, unless X-Forwarded-Prefix says so.")
    ] = "",
    assistants: Annotated[
        bool, typer.Option("--mcp", help="Offer the tools for assistants at /mcp as well; needs the extra `mcp`.")
    ] = False,
    build: Build = None,
) -> None:
    """Serve a SPARQL endpoint, a query editor, the explorer, and a page for each entity, claim and source.

    Needs the extra `server`. Read-only; a new build is served as soon as it is published.
    """
    from rareearth import paths, server

    server.serve(
        build or paths.build(), host, port, timeout=timeout, max_rows=rows, texts=texts, cors=cors, log=log,
        host_names=host_name or (), proxies=proxy or (), root_path=root_path, mcp=assistants,
    )  # fmt: skip


@app.command()
def mcp(
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.2, max=3600, help="Time limit of a call in seconds.")
    ] = 10,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1000, help="Maximum number of rows in a result.")] = 1000,
    texts: TextsFolder = None,
    build: Build = None,
) -> None:
    """Offer the graph to an assistant as tools, by the Model Context Protocol over the standard streams.

    Needs the extra `mcp`. Read-only. `rareearth serve --mcp` offers the same over HTTP.
    """
    from rareearth import paths, server

    server.assist(build or paths.build(), timeout=timeout, max_rows=rows, texts=texts)
