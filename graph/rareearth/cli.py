"""The command ``rareearth``. Each command imports what it needs, so that help and checks stay quick."""

from __future__ import annotations

import os
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rareearth.cards import Statement
    from rareearth.knowledge import KnowledgeGraph, Value
    from rareearth.sparql import Result

app = typer.Typer(
    name="rareearth",
    help="Who is who in the rare earth world, how they are tied, and how we know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Build = Annotated[Path | None, typer.Option("--build", help="Folder of the build.", show_default="build/")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the YAML data.", show_default="data/")]
TextsFolder = Annotated[
    Path | None, typer.Option("--texts", help="Folder with the texts of articles (*.txt).", envvar="RAREEARTH_TEXTS")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Only what may have held then: 2021-12-23, 2021-12 or 2021."),
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.01, max=86400, help="Seconds that a query may take.")]


class Format(StrEnum):
    """The forms of an answer."""

    table = "table"
    csv = "csv"
    tsv = "tsv"
    json = "json"
    xml = "xml"
    ttl = "ttl"
    nt = "nt"


class View(StrEnum):
    """The views of the network."""

    actors = "actors"
    full = "full"


def main() -> None:
    """Run the command; a fault of the input is one or more lines on standard error and exit code 1."""
    from rareearth.problems import RareEarthError

    try:
        app()
    except RareEarthError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


@app.command()
def check(data: Data = None) -> None:
    """Check the data and the ontology; problems are told as file:line."""
    from rareearth import checks

    found = checks.checked(data)
    print(f"{len(found.entities)} records, {len(found.claims)} claims, {len(found.sources)} sources: no problems")


@app.command()
def tidy(
    data: Data = None,
    check: Annotated[bool, typer.Option("--check", help="Only tell which files are not tidy.")] = False,
) -> None:
    """Put the data files in their canonical order and form; what they say stays the same."""
    from rareearth import dataset, ontology, places
    from rareearth import tidy as tidied
    from rareearth.formats import save

    declared = ontology.read()
    changed = []
    for path in dataset.files(data or places.data()):
        wanted = tidied.tidied(path, declared).encode()
        if path.read_bytes() != wanted:
            changed.append(path)
            if not check:
                save(path, wanted)
    for path in changed:
        print(f"{places.shown(path)}: {'is not tidy; run `rareearth tidy`' if check else 'tidied'}")
    if check and changed:
        raise SystemExit(1)
    if not changed:
        print("all files are tidy")


@app.command()
def build(data: Data = None, build: Build = None) -> None:
    """Check the data, make the store and the files of the build, and swap them in whole."""
    from rareearth import building, places

    summary = building.build(data, build)
    folder = build or places.build()
    print("\n".join(line for line in summary[2:5]))
    print(f"Written to {places.shown(folder)}: the store, rareearth.trig .graphml .gexf, summary.md")


@app.command()
def questions() -> None:
    """List the questions that `rareearth query NAME` answers."""
    from rareearth import questions as asked

    for question in asked.every():
        print(f"{question.name:24} {question.english}")
        for parameter in question.parameters:
            print(f"{'':24}   {parameter.name}={parameter.kind.upper()}  {parameter.meaning}")


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(metavar="NAME|FILE", help="A question, or a file with SPARQL.")] = None,
    values: Annotated[list[str] | None, typer.Argument(metavar="[PARAMETER=VALUE]...", help="Parameters.")] = None,
    expression: Annotated[str | None, typer.Option("-e", "--expression", metavar="SPARQL", help="A query.")] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Form of the answer.", show_default="table; ttl for graphs")
    ] = None,
    as_of: AsOf = None,
    timeout: Timeout = 30,
    build: Build = None,
) -> None:
    """Ask a question by its name, or any SPARQL 1.1 query from a file or with -e."""
    from rareearth.sparql import QueryError

    given = [name, *(values or [])] if expression is not None and name else (values or [])
    if expression is None and name is None:
        raise QueryError("nothing to ask: give the name of a question (`rareearth questions`), a file, or -e SPARQL")
    parameters: dict[str, Value] = {}
    for item in given:
        key, equals, value = str(item).partition("=")
        if not equals:
            raise QueryError(f"found '{item}'; wanted PARAMETER=VALUE, as in event=ganzhou-tour")
        parameters[key.lstrip("?")] = value
    graph = _opened(build, as_of=as_of)
    with _Watchdog(timeout):
        if expression is not None or (name and _is_file(name)):
            text = expression if expression is not None else _read(Path(str(name)))
            result = graph.run(text, parameters)
        else:
            result = graph.answer_question(str(name), parameters)
        answer = _answer(result, form)
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Id, IRI, name, alias, acronym or Chinese name.")],
    as_of: AsOf = None,
    texts: TextsFolder = None,
    build: Build = None,
) -> None:
    """Show the card of an actor: its names, and every claim about it with its evidence."""
    from rareearth import cards

    graph = _opened(build, texts, as_of)
    print("\n".join(cards.lines(graph.show(name), _sentences(graph, texts))))


@app.command()
def path(
    start: Annotated[str, typer.Argument(help="An actor.")],
    end: Annotated[str, typer.Argument(help="Another one.")],
    as_of: AsOf = None,
    texts: TextsFolder = None,
    build: Build = None,
) -> None:
    """Tell how two actors are tied, step by step, with the evidence of each step."""
    from rareearth import cards

    graph = _opened(build, texts, as_of)
    print("\n".join(cards.path_lines(graph.path(start, end), _sentences(graph, texts))))


@app.command()
def conflicts(
    name: Annotated[str | None, typer.Argument(metavar="[CONFLICT]", help="Only this one.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="contradiction, change, rounding or unsure.")] = None,
    unjudged: Annotated[bool, typer.Option("--unjudged", help="Differences that nobody has judged yet.")] = False,
    build: Build = None,
) -> None:
    """List where sources disagree, with their claims side by side."""
    from rareearth import conflicts as found
    from rareearth.problems import RareEarthError, meant

    graph = _opened(build)
    if unjudged:
        for sides in found.unjudged(graph.store):
            print("\n".join(found.side_lines(sides)) + "\n")
        return
    listed = graph.conflicts()
    if kind is not None and kind not in found.KINDS:
        raise RareEarthError(f"no kind of conflict '{kind}'; wanted one of {', '.join(found.KINDS)}")
    chosen = [c for c in listed if name in (None, c.id) and kind in (None, c.kind)]
    if name is not None and not chosen:
        raise RareEarthError(
            f"no conflict '{name}'{meant(name, [c.id for c in listed])}; `rareearth conflicts` lists them"
        )
    for conflict in chosen:
        print("\n".join(found.lines(conflict)) + "\n")
    counts = {k: sum(c.kind == k for c in chosen) for k in found.KINDS}
    print(f"{len(chosen)} conflicts: " + ", ".join(f"{count} {k}" for k, count in counts.items() if count))


@app.command()
def verify(texts: TextsFolder = None, build: Build = None) -> None:
    """Check every cited span against the texts at hand; exit code 1 when one does not hold."""
    from rareearth import texts as kept
    from rareearth.problems import RareEarthError

    if texts is None:
        raise RareEarthError("no texts to check against: give --texts DIR, or set RAREEARTH_TEXTS")
    found = list(kept.checked(_opened(build).store, kept.Texts(texts)))
    lost = [c for c in found if c.text is not None and c.found is None]
    moved = sum(c.found not in (None, c.cited.span) for c in found)
    for item in lost:
        print(
            f"{item.cited.source}: {item.cited.span.start}-{item.cited.span.end} {item.cited.fingerprint} is not there"
        )
    absent = sorted({c.cited.source for c in found if c.text is None})
    for source in absent:
        print(f"{source}: no text at hand")
    read = [c for c in found if c.text is not None]
    print(f"{len(read) - len(lost)} of {len(read)} spans hold" + (f", {moved} of them moved" if moved else ""))
    if lost or not read:
        raise SystemExit(1)


@app.command()
def sentences(
    file: Annotated[Path, typer.Argument(help="The text of an article.")],
    words: Annotated[str, typer.Option("--find", help="Only sentences with these words.")] = "",
) -> None:
    """List the sentences of a text as `at:` of a claim wants them, and the text's hash and length."""
    from rareearth import text as texts
    from rareearth.sparql import QueryError

    content = _read(file)
    if not content.strip():
        raise QueryError(f"{file}: is empty")
    import hashlib

    if not words:
        print(f"text: {{sha256: {hashlib.sha256(content.encode()).hexdigest()}, chars: {len(content)}}}")
    for span in texts.sentences(content):
        sentence = content[span.start : span.end]
        if words.casefold() in texts.fold(sentence).casefold():
            print(f"{span.start}-{span.end} {texts.fingerprint(sentence)}  {sentence}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help=".html .graphml .gexf .csv .cypher .svg, or .ttl .trig .nq .jsonld")],
    view: Annotated[
        View | None,
        typer.Option("--view", help="Actors tied by facts, or everything.", show_default="actors"),
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", help="A network from a CONSTRUCT or SELECT (file or SPARQL).")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Only claims of this kind; may be repeated.")
    ] = None,
    as_of: AsOf = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            help="For .html: folder with the texts of articles. The file then holds the cited sentences, which may not "
            "be yours to pass on.",
        ),
    ] = None,
    timeout: Timeout = 30,
    build: Build = None,
) -> None:
    """Write a file that other tools open; its ending tells the format.

    .html is a page to explore everything in a browser, without a network.
    """
    from rareearth import formats, page, places
    from rareearth.problems import RareEarthError
    from rareearth.texts import Texts

    html = file.suffix.lower() == page.ENDING
    if html and (view or query or kinds):
        raise RareEarthError("a page holds everything, its filters choose: leave out --view, --query and --kind")
    if texts and not html:
        raise RareEarthError(f"--texts is for {page.ENDING}; the other formats hold no sentences")
    graph = _opened(build, as_of=as_of)
    if html:
        written = [page.write(file, graph.store, Texts(texts) if texts else None, as_of or "")]
    else:
        text = _read(Path(query)) if query and _is_file(query) else query
        with _Watchdog(timeout if text else 3600):
            chosen = text or (view or View.actors).value
            written = formats.write(file, graph.store, lambda: graph.network(chosen, kinds or None))
    for made in written:
        print(f"{places.shown(made)}: {made.stat().st_size:,} bytes")


class _Watchdog:
    """Ends the process when a query takes too long: the engine has no way to stop one."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end, [seconds])
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    @staticmethod
    def _end(seconds: float) -> NoReturn:
        print(
            f"the query took longer than {seconds:g} seconds and was stopped; --timeout gives it more", file=sys.stderr
        )
        sys.stderr.flush()
        os._exit(124)


def _opened(build: Path | None, texts: Path | None = None, as_of: str | None = None) -> KnowledgeGraph:
    from rareearth import knowledge

    graph = knowledge.open(build, texts=texts)
    if graph.stale:
        print("note: the data has changed since this build; `rareearth build` makes a new one", file=sys.stderr)
    if as_of is None:
        return graph
    then = graph.as_of(as_of)
    if then.undated:
        print(f"note: {then.undated} claims of which nothing says when they held are left out", file=sys.stderr)
    return then


def _sentences(graph: KnowledgeGraph, texts: Path | None) -> Callable[[Statement, int], str | None] | None:
    return graph.sentence if texts else None


def _is_file(text: str) -> bool:
    return text.endswith((".rq", ".sparql")) or (not any(c.isspace() for c in text) and Path(text).is_file())


def _read(path: Path) -> str:
    from rareearth.problems import RareEarthError

    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RareEarthError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RareEarthError(f"{path}: is not UTF-8 (byte {error.start}); save it in that encoding") from error


def _answer(result: Result, form: Format | None) -> bytes:
    """The whole answer, ready to be printed: nothing is printed of a query that fails half-way."""
    import pyoxigraph as ox

    from rareearth import sparql, tables

    if form is None:
        form = Format.ttl if isinstance(result, ox.QueryTriples) else Format.table
    if form is not Format.table:
        return sparql.serialize(result, form.value)
    if isinstance(result, ox.QueryBoolean):
        return b"yes\n" if result else b"no\n"
    if isinstance(result, ox.QueryTriples):
        raise sparql.QueryError("a graph is not written as table; wanted one of ttl, nt, xml, json")
    columns = [variable.value for variable in result.variables]
    return tables.text(columns, [list(row.values()) for row in sparql.rows(result)]).encode()
