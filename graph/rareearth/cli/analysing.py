"""Commands that analyse: analyse, control, report."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rareearth.cli.common import AsOf, Build, KnownBy, Listing, Store, app, open_graph, print_rows, print_written

Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        help="Kind of claims that count as ties: fact, speech, assessment or recommendation; can be repeated.",
        show_default="fact",
    ),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="SOURCE", help="A source to leave out; can be repeated.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed for random numbers.")]


class Form(StrEnum):
    """The output formats of a finding."""

    table = "table"
    json = "json"


@app.command()
def analyse(
    question: Annotated[
        str | None,
        typer.Argument(metavar="[QUESTION]", help="Show this question in full.", show_default="all, in short"),
    ] = None,
    kinds: Kinds = None,
    without: Without = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    form: Annotated[Form, typer.Option("--format", help="Output format.")] = Form.table,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Answer the questions of the analysis, with verdict, numbers, limitations and support.

    Without QUESTION, print the name, verdict and answer of each. With --format json, print an object: "sample" is an
    overview of the actors and ties, and "findings" has every answer in full.
    """
    from rareearth import analysis, network
    from rareearth.analysis import finding

    network.check_kinds(kinds or None)
    graph = open_graph(build, as_of=as_of, store=store, known_by=known_by)
    chosen = kinds or ["fact"]
    if question is not None:
        found = graph.analyse(question, kinds=chosen, without=without or (), seed=seed)
        print("\n".join(finding.lines(found)) if form is Form.table else _json(finding.record(found)))
        return
    answers = []
    with _progress(len(analysis.QUESTIONS)) as tick:
        for found in graph.findings(kinds=chosen, without=without or (), seed=seed):
            tick()
            answers.append(found)
    if form is Form.json:
        sample = finding.plain(graph.overview(kinds=chosen, without=without or (), seed=seed))
        print(_json({"sample": sample, "findings": [finding.record(found) for found in answers]}))
        return
    for found in answers:
        print(f"{found.name}: {found.claim or found.question} – {found.verdict}\n    {found.answer}")


@app.command()
def control(
    owners: Annotated[list[str] | None, typer.Argument(metavar="[OWNER]...", help="Owners who act together.")] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="COUNTRY", help="The government bodies and the state sector of a country."),
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="COUNTRY", help="All owners at the end of a chain in a country.")
    ] = None,
    members_of: Annotated[
        str | None, typer.Option("--members-of", metavar="NAME", help="The members of a family or a consortium.")
    ] = None,
    kinds: Kinds = None,
    without: Without = None,
    as_of: AsOf = None,
    form: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Say what owners who act together own and control as one, with bounds, the chains and their claims.

    Control: yes by a majority of the votes or because a source says so; may if open shares could make a majority.
    """
    from rareearth import network
    from rareearth.analysis.questions import ownership

    network.check_kinds(kinds or None)
    graph = open_graph(build, as_of=as_of, store=store, known_by=known_by)
    held = graph.control(
        *(owners or ()),
        state=state,
        country=country,
        members_of=members_of,
        kinds=kinds or ["fact"],
        without=without or (),
    )
    print_rows(ownership.STAKE_COLUMNS, [ownership.stake_cells(stake) for stake in held], form)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help=".html or .md; .md has its figures in a folder next to it.")],
    kinds: Kinds = None,
    without: Without = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            help="A folder with texts of articles. The report then contains the cited sentences; you may not have the "
            "right to share them.",
        ),
    ] = None,
    known_by: KnownBy = None,
    build: Build = None,
    store: Store = None,
) -> None:
    """Write all answers of the analysis to one page with figures, each linked to its evidence.

    Needs the extra `analysis`. A .html report is self-contained. The same graph and seed give the same bytes.
    """
    from rareearth import network
    from rareearth.corpus import Texts
    from rareearth.site import report as reports

    reports.check(file)
    network.check_kinds(kinds or None)
    graph = open_graph(build, as_of=as_of, store=store, known_by=known_by)
    with _progress(reports.STEPS) as tick:
        written = reports.write(
            file,
            graph.store,
            kinds=kinds or ("fact",),
            without=without or (),
            seed=seed,
            as_of=as_of or "",
            texts=Texts(texts) if texts else None,
            tick=tick,
        )
    print_written(written)


@contextlib.contextmanager
def _progress(steps: int) -> Iterator[Callable[[], None]]:
    """A progress bar if standard error is a terminal; each call of the yielded function advances it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with typer.progressbar(length=steps, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
