"""Commands that ask: questions, query, show, path, conflicts, promises, coverage."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth import characters
from rareearth.cli.common import (
    AsOf,
    Build,
    Excel,
    KnownBy,
    Listing,
    Store,
    TextsFolder,
    Timeout,
    Watchdog,
    app,
    is_file,
    open_graph,
    print_hints,
    print_rows,
    read_text,
    sentence_lookup,
)
from rareearth.errors import NotFoundError, QueryError, RareEarthError, suggest

if TYPE_CHECKING:
    from rareearth.knowledge import KnowledgeGraph
    from rareearth.store.sparql import Result
    from rareearth.views.asking import Value


class Format(StrEnum):
    """The output formats of a query."""

    table = "table"
    csv = "csv"
    tsv = "tsv"
    json = "json"
    xml = "xml"
    ttl = "ttl"
    nt = "nt"


@app.command()
def questions() -> None:
    """List the named questions for `rareearth query NAME`."""
    from rareearth.store import questions as asked

    for question in asked.read_all():
        print(f"{question.name:24} {question.english}")
        for parameter in question.parameters:
            print(f"{'':24}   {parameter.name}={parameter.kind.upper()}  {parameter.meaning}")


@app.command()
def relations(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help="Only relations in whose name, label or definition it stands.")
    ] = "",
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """List the relations: how they read both ways, what they tie, how often they are used, and an example."""
    from rareearth.views import relations as listed

    for entry in listed.read(open_graph(build, store=store, known_by=known_by).store, word):
        print("\n".join(listed.lines(entry)) + "\n")


@app.command()
def query(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE", help="A named question, or a file with SPARQL.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[PARAMETER=VALUE]...", help="Parameters of the question or query.")
    ] = None,
    expression: Annotated[
        str | None, typer.Option("-e", "--expression", metavar="SPARQL", help="A SPARQL query.")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Output format. In csv and tsv, a text that a spreadsheet would run as a formula has an apostrophe "
            "before it; json has it as it is.",
            show_default="table; ttl for graphs",
        ),
    ] = None,
    excel: Excel = False,
    as_of: AsOf = None,
    timeout: Timeout = 30,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Ask a named question, or run any SPARQL 1.1 query from a file or from -e."""
    if excel and form is not Format.csv:
        raise QueryError("--excel is for --format csv")
    given = [name, *(values or [])] if expression is not None and name else (values or [])
    if expression is None and name is None:
        raise QueryError("no query: give the name of a question (`rareearth questions`), a file, or -e SPARQL")
    parameters: dict[str, Value] = {}
    for item in given:
        key, equals, value = str(item).partition("=")
        if not equals:
            raise QueryError(f"found '{item}'; expected PARAMETER=VALUE, as in event=ganzhou-tour")
        parameters[key.lstrip("?")] = value
    graph = open_graph(build, as_of=as_of, once=True, store=store, timeout=timeout, known_by=known_by)
    text = read_text(Path(name)) if expression is None and name and is_file(name) else expression
    with Watchdog(timeout):
        result = graph.run(text, parameters) if text is not None else graph.run_question(str(name), parameters)
        answer = _answer(result, form, excel)
    if isinstance(answer, str):
        sys.stdout.write(answer)
    else:
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    if text is not None:
        print_hints(graph, text)


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(help="ID, IRI, or any name: a former one, an acronym, Chinese, pinyin, without legal form.")
    ],
    as_of: AsOf = None,
    texts: TextsFolder = None,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Show the card of an entity: its names, and every claim about it with its evidence."""
    from rareearth.views import cards

    graph = open_graph(build, texts, once=True, store=store, known_by=known_by)
    card = graph.show(_found(graph, name), as_of=as_of)
    if card.undated:
        print(f"note: {card.undated} undated claims were excluded", file=sys.stderr)
    print("\n".join(cards.lines(card, sentence_lookup(graph, texts))))


@app.command()
def path(
    start: Annotated[str, typer.Argument(help="An entity.")],
    end: Annotated[str, typer.Argument(help="Another entity.")],
    as_of: AsOf = None,
    texts: TextsFolder = None,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Show how two entities are connected, step by step, with the evidence of each step."""
    from rareearth.views import paths

    graph = open_graph(build, texts, store=store, known_by=known_by)
    start, end = _found(graph, start), _found(graph, end)
    if as_of is not None:
        print("note: undated claims are excluded", file=sys.stderr)
    print("\n".join(paths.lines(graph.path(start, end, as_of=as_of), sentence_lookup(graph, texts))))


@app.command()
def conflicts(
    name: Annotated[
        str | None, typer.Argument(metavar="[CONFLICT]", help="The ID of a conflict; without it, all are listed.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only this kind: contradiction, change, rounding or unsure.")
    ] = None,
    unjudged: Annotated[bool, typer.Option("--unjudged", help="List differences that nobody has judged yet.")] = False,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """List where sources disagree, with their claims side by side."""
    from rareearth.views import conflicts as found
    from rareearth.views import differences

    if kind is not None and kind not in found.KINDS:
        raise NotFoundError("kind of conflict", kind, f"; expected one of {', '.join(found.KINDS)}")
    if unjudged and (name or kind):
        raise RareEarthError("--unjudged lists what nobody has judged; expected no CONFLICT and no --kind with it")
    graph = open_graph(build, store=store, known_by=known_by)
    if unjudged:
        listed_differences = differences.unjudged(graph.store)
        for sides in listed_differences:
            print("\n".join(found.side_lines(sides)) + "\n")
        if not listed_differences:
            print("no unjudged differences")
        return
    listed = graph.conflicts()
    chosen = [c for c in listed if name in (None, c.id) and kind in (None, c.kind)]
    if name is not None and not chosen:
        raise NotFoundError("conflict", name, suggest(name, [c.id for c in listed]))
    for conflict in chosen:
        print("\n".join(found.lines(conflict)) + "\n")
    counts = {k: sum(c.kind == k for c in chosen) for k in found.KINDS}
    total = f"{len(chosen)} conflict{'' if len(chosen) == 1 else 's'}"
    kinds = ", ".join(f"{count} {k}" for k, count in counts.items() if count)
    print(f"{total}: {kinds}" if kinds else total)


@app.command()
def promises(
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Only promises by or about this entity.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY", help="The ledger as of a day, month or year; the newest page by default."
        ),
    ] = None,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """List what was planned, announced or pledged, and what has come of it, with the claims."""
    from rareearth.views import promises as ledger

    graph = open_graph(build, store=store, known_by=known_by)
    listed = graph.promises(_found(graph, actor) if actor else None, as_of=as_of)
    chosen = [promise for promise in listed if promise.state == "late" or not overdue]
    for promise in chosen:
        print("\n".join(ledger.lines(promise)) + "\n")
    counts = {state: sum(promise.state == state for promise in chosen) for state in ledger.STATES}
    total = f"{len(chosen)} promise{'' if len(chosen) == 1 else 's'}" + (f" as of {chosen[0].day}" if chosen else "")
    kinds = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    print(f"{total}: {kinds}" if kinds else total)


@app.command()
def coverage(
    file: Annotated[Path, typer.Argument(metavar="LIST.csv", help="Names in a column; - reads standard input.")],
    column: Annotated[
        str | None, typer.Option("--column", help="The column of names.", show_default="name, else the first")
    ] = None,
    form: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Say who of a list is in the graph, under which name, and how well.

    Columns `kind`, `country` and `stage` of the list are compared with what the graph says.
    """
    from rareearth import paths
    from rareearth.views import coverage as ledger

    listed = ledger.rows(read_text(file), column, paths.display(file))
    items = list(ledger.read(open_graph(build, store=store, known_by=known_by).store, listed))
    print_rows(ledger.COLUMNS, [item.cells() for item in items], form)
    if form is Listing.table:
        print(ledger.summary(items))


def _found(graph: KnowledgeGraph, name: str) -> str:
    """The IRI of the entity of a name; a note says why, if it is not simply the name that the entity has."""
    from rareearth.views import lookup

    match = lookup.find(graph.store, name)
    if why := lookup.note(match):
        print(f"note: '{characters.shown(name)}' is {why}", file=sys.stderr)
    return match.thing


def _answer(result: Result, form: Format | None, excel: bool) -> str | bytes:
    """The complete output, a text to be read or bytes in a format; if a query fails half-way, nothing is printed."""
    from rareearth.formats import sheets
    from rareearth.store import sparql
    from rareearth.views import tables

    if form is None:
        form = Format.ttl if isinstance(result, sparql.Triples) else Format.table
    if form is Format.csv:
        return (sheets.MARK if excel else b"") + sheets.defuse_csv(result.serialize(form.value))
    if form is Format.tsv:
        return sheets.defuse_tsv(result.serialize(form.value))
    if form is not Format.table:
        return result.serialize(form.value)
    if isinstance(result, sparql.Truth):
        return "yes\n" if result else "no\n"
    if isinstance(result, sparql.Triples):
        raise QueryError("a graph cannot be printed as a table; expected one of ttl, nt, xml, json")
    return tables.text(result.columns, [list(row.values()) for row in result.plain(exact=True)], exact=True)
