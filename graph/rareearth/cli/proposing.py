"""The command that proposes what articles may say: propose."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli import process
from rareearth.cli.common import Data, app
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from rareearth.proposals.articles.article import Stated
    from rareearth.proposals.inbox import Proposals
    from rareearth.proposals.model.asking import Added
    from rareearth.proposals.model.endpoint import Usage
    from rareearth.proposals.proposing import Add, Outcome, Proposer, Task
    from rareearth.proposals.rules.propose import Index

_SHOWN = 12  # first and last words of an article
_SHOWN_CHINESE = 24  # of its characters
_TIMEOUT = 120  # seconds for an answer of a model
_LANGUAGES = {"en": "English", "zh": "Chinese"}

Inbox = Annotated[
    Path | None,
    typer.Option("--inbox", help="The folder for what is proposed.", show_default="inbox/ in the data folder"),
]


@app.command()
def propose(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="TEXT...",
            help="Text files, saved HTML pages, PDFs, folders of them (*.txt *.html *.htm *.pdf), or - for standard "
            "input.",
        ),
    ],
    data: Data = None,
    folder: Inbox = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="The id of the article.", show_default="from the name of the file")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its title.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Its address.")] = None,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="When it was published: 2026-01-31, 2026-01 …")
    ] = None,
    publisher: Annotated[str | None, typer.Option("--publisher", help="Its publisher: the id or a name.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="en or zh, where it is not recognised or wrongly.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="The kind of source: news, company, filing …")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=1024, help="Processes.", show_default="one for each processor")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Of several articles, also those that are done and have not changed.")
    ] = False,
    refused: Annotated[bool, typer.Option("--refused", help="List what did not pass the checks, by reason.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="URL", help="The address of a language model (OpenAI's protocol) that proposes too."
        ),
    ] = None,
    model_name: Annotated[str | None, typer.Option("--model-name", help="What the model is called there.")] = None,
    model_timeout: Annotated[
        int,
        typer.Option(
            "--model-timeout", min=1, max=86_400, metavar="SECONDS", help="How long one answer of the model may take."
        ),
    ] = _TIMEOUT,
) -> None:
    """Propose what articles say: mentions of actors, new names and candidate claims, for a person to review.

    Nothing is added to the data: what is proposed is written to the inbox, with the text. Of several articles, those
    that are done are left alone, so that a run that was ended can be taken up again. A language model gets the text of
    the article; its key is taken from RAREEARTH_MODEL_KEY.
    """
    from rareearth import datafolder, paths, processes
    from rareearth.proposals import proposing
    from rareearth.proposals.articles.article import Stated

    source = data or paths.data()
    inbox = folder or source / datafolder.INBOX
    proposing.check_inbox(inbox, source)
    stated = Stated(id_, title, url, published, publisher, language, kind)
    one = _one(files)
    if one is None and any((id_, title, url, published)):
        raise RareEarthError("--id, --title, --url and --published are for one article; expected one file")
    tasks = [one] if one else proposing.tasks(files)
    command = _review(data, folder)
    add = _model(model, model_name, model_timeout)
    if one:
        _propose_one(lambda: proposing.Proposer.of(data, add, model_name or ""), one, stated, inbox, command, refused)
        return
    proposer = proposing.Proposer.of(data, add, model_name or "")
    outcomes = proposing.save_all(proposer, tasks, stated, inbox, jobs=jobs or processes.available(), again=again)
    _propose_all(outcomes, len(tasks), inbox, command, refused, model_name or "")


def _model(url: str | None, name: str | None, seconds: int) -> Add | None:
    """What asks a language model as well; None without one. Raises RareEarthError for an address that cannot be."""
    if not url and not name:
        return None
    if not url or not name:
        raise RareEarthError("--model and --model-name belong together; expected both")
    from rareearth.proposals.model import asking as model

    endpoint = model.Endpoint.of(url, name, seconds)

    def add(proposals: Proposals, index: Index) -> Added:
        return model.add(proposals, endpoint, index.dataset.ontology, index.dataset)

    return add


def _one(files: list[Path]) -> Task | None:
    """The task of a single article; None for several or for folders. Raises RareEarthError for - among others."""
    from rareearth.proposals.proposing import Task

    if len(files) == 1 and not files[0].is_dir():
        return Task(None, "") if str(files[0]) == "-" else Task(files[0], files[0].stem)
    if any(str(file) == "-" for file in files):
        raise RareEarthError("- is standard input; expected it alone, or files and folders")
    return None


def _review(data: Path | None, folder: Path | None) -> str:
    """The command that reviews what was proposed."""
    command = "rareearth review"
    for option, value in (("--data", data), ("--inbox", folder)):
        if value is not None:
            command += f" {option} {shlex.quote(str(value))}"
    return command


# ---- one article ------------------------------------------------------------------------------------------------


def _propose_one(
    proposer: Callable[[], Proposer], task: Task, stated: Stated, folder: Path, command: str, refused: bool
) -> None:
    """Read the article first, so that one that cannot be read is refused at once; then propose and report."""
    from rareearth import paths
    from rareearth.proposals import inbox
    from rareearth.proposals.articles import article

    raw = article.contents(task.path)
    made = proposer()
    found, _, fault = made.of_bytes(raw, task, stated)
    _print_article(task, found)
    print(_counts(found))
    if refused:
        _print_refused(Counter(refusal.reason for refusal in found.refused), found)
    path = inbox.save(folder, found, made.index.dataset.ontology)
    print(f"Written to {paths.display(path)}; next: `{command} {found.article.id}`")
    if fault:
        raise RareEarthError(fault)


def _print_article(task: Task, found: Proposals) -> None:
    """What was taken as the article."""
    from rareearth import paths
    from rareearth.proposals.proposing import length

    taken = found.article
    shown = paths.display(task.path) if task.path else "standard input"
    print(f"{shown}: read as {taken.id}, {_size(taken.language, length(taken))}")
    for name in ("title", "publisher", "published", "url", "kind"):
        if value := getattr(taken, name):
            print(f"  {name:9}  {value}")
    first, last = _ends(taken.text, taken.language)
    print(f"  {'begins':9}  {first}\n  {'ends':9}  {last}")
    for note in found.notes:
        print(f"  {'note':9}  {note}")


def _ends(text: str, language: str) -> tuple[str, str]:
    """The first and the last words of an article."""
    words = list("".join(text.split())) if language.startswith("zh") else text.split()
    joint, most = ("", _SHOWN_CHINESE) if language.startswith("zh") else (" ", _SHOWN)
    if len(words) <= most:
        return joint.join(words), joint.join(words)
    return f"{joint.join(words[:most])} …", f"… {joint.join(words[-most:])}"


def _counts(found: Proposals) -> str:
    entities = len({mention.entity for mention in found.mentions})
    return (
        f"{_many(len(found.mentions), 'mention')} of {_many(entities, 'entity', 'entities')}, "
        f"{_many(len(found.new), 'new name')}, {_many(len(found.proposals), 'proposal')}, "
        f"{len(found.refused):,} refused"
    )


def _print_refused(reasons: Counter[str], found: Proposals | None = None) -> None:
    """The reasons for refusals, the most frequent first, with the claims of one article."""
    for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        print(f"  {count:6,} refused: {reason}")
        for refusal in found.refused if found else ():
            if refusal.reason == reason:
                print(f"           {refusal.claim} (by {refusal.by})")


# ---- many articles ----------------------------------------------------------------------------------------------


def _propose_all(
    outcomes: Generator[Outcome], count: int, folder: Path, command: str, refused: bool, model: str
) -> None:
    """Print a line for each article as it is done, and the totals. The exit code is 1 if one failed."""
    from rareearth import paths

    totals, reasons = Counter[str](), Counter[str]()
    usage: Usage | None = None
    with _progress(count) as advance, contextlib.closing(outcomes) as results:
        try:
            for outcome in results:
                totals.update(_print_outcome(outcome))
                reasons.update(outcome.refused)
                usage = usage.plus(outcome.usage) if usage and outcome.usage else usage or outcome.usage
                advance()
        except process.Ended:
            done = totals["done"] + totals["unchanged"]
            print(f"{done:,} of {count:,} articles are done; the same command goes on from here", file=sys.stderr)
            raise
    print(
        f"{_many(totals['done'], 'article')} with {_many(totals['proposals'], 'proposal')} and "
        f"{totals['refused']:,} refused, {totals['unchanged']:,} left alone, {totals['failed']:,} failed"
    )
    if usage:
        print(f"{model}: {usage}")
    if totals["rules only"]:
        print(f"{_many(totals['rules only'], 'article')} with what the rules propose only; the same command asks again")
    if refused:
        _print_refused(reasons)
    if totals["done"] or totals["unchanged"]:
        print(f"In {paths.display(folder)}; next: `{command}`")
    if totals["failed"] or totals["rules only"]:
        raise SystemExit(1)


def _print_outcome(outcome: Outcome) -> dict[str, int]:
    """Print the line of an article and return what it adds to the totals."""
    if outcome.error:
        print(outcome.error, file=sys.stderr)
        return {"failed": 1}
    if outcome.unchanged:
        return {"unchanged": 1}
    count = sum(outcome.refused.values())
    print(
        f"{outcome.id}: {_size(outcome.language, outcome.length)}; {_many(outcome.mentions, 'mention')}, "
        f"{_many(outcome.new, 'new name')}, {_many(outcome.proposals, 'proposal')}, {count:,} refused"
    )
    if outcome.fault:
        print(outcome.fault, file=sys.stderr)
    return {"done": 1, "proposals": outcome.proposals, "refused": count, "rules only": int(bool(outcome.fault))}


@contextlib.contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if that is a terminal; gives what moves it on by one."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_terminal = sys.stdout.isatty()  # lines that go elsewhere must not be drawn on the terminal
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=is_terminal) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


# ---- words --------------------------------------------------------------------------------------------------------


def _size(language: str, count: int) -> str:
    title = _LANGUAGES.get(language.partition("-")[0], language)
    return f"{title}, {_many(count, 'character' if language.startswith('zh') else 'word')}"


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
