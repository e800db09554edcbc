"""What the commands share: the app, common options, opening the graph of a build, and a time limit for queries."""

from __future__ import annotations

import os
import shlex
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer

from rareearth import __version__, characters
from rareearth.errors import DataError, DateError, NoBuildError, NotFoundError, RareEarthError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rareearth.knowledge import KnowledgeGraph
    from rareearth.models import Confidence
    from rareearth.views.cards import Statement

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # its home differs between versions of typer

app = typer.Typer(
    name="rareearth",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Listing(StrEnum):
    """A form of a list."""

    table = "table"
    csv = "csv"


MAX_PROBLEMS = 50  # problems of data that are listed unless all are asked for


def _print_version(asked: bool) -> None:
    if asked:
        print(f"rareearth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Who is who in the rare earth world, how they are connected, and how we know."""


def _has_build(folder: Path | None) -> Path | None:
    """A build folder that was given to be read, which is never made: that could be of other data than is meant."""
    from rareearth import paths
    from rareearth.store import folder as folders

    if folder is not None and not os.path.lexists(folder / folders.MANIFEST):
        shown = paths.display(folder)
        raise typer.BadParameter(f"{shown}: there is no build here; `rareearth build --build {shown}` makes one")
    return folder


NewBuild = Annotated[Path | None, typer.Option("--build", help="The build folder.", show_default="build/")]
Build = Annotated[
    Path | None, typer.Option("--build", help="The build folder.", show_default="build/", callback=_has_build)
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="The SPARQL endpoint of a store to which `rareearth publish` loaded a build, in place of a build folder.",
    ),
]
Data = Annotated[Path | None, typer.Option("--data", help="The folder of the YAML data.", show_default="data/")]
TextsFolder = Annotated[
    Path | None, typer.Option("--texts", help="A folder with texts of articles (*.txt).", envvar="RAREEARTH_TEXTS")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DAY",
        help="Only what was true on that date: 2021-12-23, 2021-12 or 2021; without undated claims.",
    ),
]
KnownBy = Annotated[
    str | None,
    typer.Option(
        "--known-by",
        metavar="DAY",
        help="Only what sources say that were published by then: 2021-12-23, 2021-12 or 2021; without undated pages.",
    ),
]
Excel = Annotated[
    bool,
    typer.Option("--excel", help="Mark the CSV as UTF-8, so that Excel shows Chinese names when it opens the file."),
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.01, max=86400, help="Time limit of a query in seconds.")]


class Watchdog:
    """Ends the process if a query takes too long, because the engine cannot cancel one."""

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
            f"the query took longer than {seconds:g} seconds and was stopped; --timeout sets the limit", file=sys.stderr
        )
        sys.stderr.flush()
        os._exit(124)


def explain(error: RareEarthError, most: int = MAX_PROBLEMS) -> str:
    """The message of an error, with the command that helps; the library's messages name no command.

    Of the problems of data, at most ``most`` are listed.
    """
    match error:
        case NoBuildError() if str(error).endswith(("build again", "make one")):
            hint = f"run `{build_command(error.folder, error.data)}`"
        case DataError(problems=problems) if len(problems) > most:
            listed = "\n".join(map(str, problems[:most]))
            return f"{listed}\n… and {len(problems) - most:,} more problems (`rareearth check --all` lists them all)"
        case NotFoundError(kind="question"):
            hint = "`rareearth questions` lists them"
        case NotFoundError(kind="question of the analysis"):
            hint = "`rareearth analyse` lists them"
        case NotFoundError(kind="conflict"):
            hint = "`rareearth conflicts` lists them"
        case DateError():  # those of the data are in a DataError
            return f"--as-of: {error}"
        case DataError() if "FINGERPRINT" in str(error):
            hint = "`rareearth sentences` prints spans with their fingerprints"
        case _:
            return str(error)
    return f"{error} ({hint})"


def build_command(folder: Path | None, data: Path | None = None) -> str:
    """The command that makes a build folder anew: of a data folder, else that of the environment or the manifest.

    >>> build_command(None)
    'rareearth build'
    """
    from rareearth import build as builds
    from rareearth import paths

    command = "rareearth build"
    if folder is None:
        return command
    data = data or (None if paths.chosen_data() else builds.made_of(folder))
    if data and not paths.same(data, paths.shipped_data()):
        command += f" --data {shlex.quote(paths.display(data)) if data.is_dir() else 'FOLDER'}"
    if folder != paths.build():
        command += f" --build {shlex.quote(paths.display(folder))}"
    return command


def explain_usage(error: Any) -> str:
    """The message of an error of typer's as one line, with the command that helps; the help, if nothing was given."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    command = error.ctx.command_path if error.ctx else "rareearth"
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    return f"{command}: {message[:1].lower()}{message[1:]} (see `{command} --help`)"


def open_graph(
    build: Path | None,
    texts: Path | None = None,
    as_of: str | None = None,
    *,
    once: bool = False,
    store: str | None = None,
    timeout: float | None = None,
    known_by: str | None = None,
) -> KnowledgeGraph:
    """The graph of a build or of a store, as of a day and as known by one; notes are printed on standard error.

    ``once``, ``store`` and ``timeout`` are as for :func:`rareearth.open`.
    """
    from rareearth import opening, paths
    from rareearth.store import folder as folders

    folder = build or paths.build()
    if store is None and not os.path.lexists(folder / folders.MANIFEST) and not folders.intended(folder):
        print(f"note: {paths.display(folder)} has no build yet; building it first", file=sys.stderr)
    graph = opening.open(build, texts=texts, once=once, store=store, timeout=timeout)
    if graph.note:
        hint = f"; `{build_command(folder)}` creates a new one" if graph.stale else ""
        print(f"note: {graph.note}{hint}", file=sys.stderr)
    if known_by is not None:
        try:
            graph = graph.known_by(known_by)
        except DateError as error:
            raise RareEarthError(f"--known-by: {error}") from error
        if graph.note:
            print(f"note: {graph.note}", file=sys.stderr)
    if as_of is None:
        return graph
    then = graph.as_of(as_of)
    if then.undated:
        print(f"note: {then.undated} undated claims were excluded", file=sys.stderr)
    return then


def chosen_confidence(given: str | None) -> Confidence | None:
    """What --confidence gives. Raises RareEarthError for another word."""
    from rareearth.models import Confidence

    known: tuple[Confidence, ...] = get_args(Confidence)
    if given is not None and given not in known:
        raise RareEarthError(f"--confidence: found '{given}'; expected {', '.join(known[:-1])} or {known[-1]}")
    return next((level for level in known if level == given), None)


def print_hints(graph: KnowledgeGraph, query: str) -> None:
    """Print what a query names and the graph does not have, on standard error."""
    for hint in graph.hints(query):
        print(f"note: {hint}", file=sys.stderr)


def sentence_lookup(graph: KnowledgeGraph, texts: Path | None) -> Callable[[Statement, int], str | None] | None:
    """The function that returns cited sentences, or None without a folder of texts."""
    return graph.sentence if texts else None


def print_rows(columns: Sequence[str], rows: list[list[object]], form: Listing) -> None:
    """Print rows as a table to read, or as CSV in which no text is run as a formula."""
    import csv
    import io

    from rareearth.formats import sheets
    from rareearth.views import tables

    if form is Listing.table:
        print(tables.text(list(columns), rows), end="")
        return
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows([columns, *rows])
    sys.stdout.buffer.write(sheets.defuse_csv(made.getvalue().encode()))
    sys.stdout.buffer.flush()


def print_written(files: Iterable[Path]) -> None:
    """List files that were written with their sizes, but not pipes and descriptors, as one may be the output itself."""
    from rareearth import paths, saving

    for path in files:
        if saving.writable(path) is not None:
            print(f"{paths.display(path)}: {path.stat().st_size:,} bytes")


def is_file(text: str) -> bool:
    """Whether an argument is the name of a file, not a query."""
    if text.endswith((".rq", ".sparql")):
        return True
    try:
        return not any(c.isspace() for c in text) and Path(text).is_file()
    except OSError:  # too long for the name of a file
        return False


def read_text(path: Path) -> str:
    """The text of a file, or of standard input for ``-``, without a byte-order mark. Raises RareEarthError."""
    name = characters.shown(str(path))
    try:
        return characters.decoded(sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes())
    except OSError as error:
        raise RareEarthError(f"{name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RareEarthError(f"{name}: is not UTF-8 (byte {error.start}); save it in that encoding") from error
    except ValueError as error:
        raise RareEarthError(f"{name}: {error}") from error
