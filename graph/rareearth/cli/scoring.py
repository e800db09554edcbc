"""The command that measures proposals: score."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import Data, app
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from rareearth.proposals.scoring.measures import Measure, Scored

_FORMATS = ("table", "json")


@app.command()
def score(
    gold: Annotated[
        list[Path] | None, typer.Argument(help="Folders with texts/, sources/ and entities/, like tests/gold/first.")
    ] = None,
    article: Annotated[
        Path | None, typer.Option("--article", help="The text of a source of the data, which then counts as not read.")
    ] = None,
    source: Annotated[
        str, typer.Option("--source", help="The source that --article is the text of.")
    ] = "reex-ganzhou-tour",
    inbox: Annotated[
        Path | None, typer.Option("--inbox", help="Score the files of this inbox instead of proposing.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="Only the text with this ID.")] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List what was missed and what is wrong, text by text.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    data: Data = None,
) -> None:
    """Measure proposals against texts whose claims are known."""
    from rareearth.proposals.scoring import measures as scoring

    if format_ not in _FORMATS:
        raise RareEarthError(f"--format: found '{format_}'; expected table or json")
    if bool(gold) == bool(article):
        raise RareEarthError("expected folders like tests/gold/first, or --article with the text of a source")
    scored, words, seconds = (
        _scored_article(article, source, data) if article else _scored(gold or [], inbox, text, data)
    )
    if not scored:
        raise RareEarthError(f"no text named '{text}' in these folders")
    found = scoring.measures(scored)
    if format_ == "json":
        print(json.dumps(_json(scored, found), ensure_ascii=False, indent=1))
        return
    if errors:
        for one in scored:
            print(one.id, *(f"  {line}" for line in one.errors), sep="\n")
        print()
    _print(scored, found, words, seconds)


def _scored(
    gold: list[Path], inbox: Path | None, text: str | None, data: Path | None
) -> tuple[list[Scored], int, float]:
    from rareearth import checks
    from rareearth.proposals import inbox as inboxes
    from rareearth.proposals.rules.propose import Index, propose
    from rareearth.proposals.scoring import gold as golds
    from rareearth.proposals.scoring import measures as scoring

    main = checks.load(data)
    index = Index.of(main)
    found: list[Scored] = []
    words, seconds = 0, 0.0
    for folder in gold:
        texts, dataset = golds.read(folder, data)
        for one in texts:
            if text not in (None, one.article.id):
                continue
            start = time.perf_counter()
            proposals = (
                inboxes.read(inbox / f"{one.article.id}.yaml", main.ontology) if inbox else propose(one.article, index)
            )
            seconds += time.perf_counter() - start
            words += one.article.words
            found.append(scoring.score(one, proposals, dataset, main.entities))
    return found, words, seconds


def _scored_article(path: Path, source: str, data: Path | None) -> tuple[list[Scored], int, float]:
    from rareearth import characters, checks
    from rareearth.errors import NotFoundError, suggest
    from rareearth.proposals.rules.propose import Index, propose
    from rareearth.proposals.scoring import gold as golds
    from rareearth.proposals.scoring import measures as scoring

    dataset = checks.load(data)
    if source not in dataset.sources:
        raise NotFoundError("source", source, suggest(source, dataset.sources))
    try:
        text = characters.decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RareEarthError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    one = golds.of(dataset, dataset.sources[source], text, records=True)
    start = time.perf_counter()
    proposals = propose(one.article, Index.of(dataset, leave_out=source))
    seconds = time.perf_counter() - start
    return [scoring.score(one, proposals, dataset, dataset.entities)], one.article.words, seconds


def _print(scored: list[Scored], found: list[Measure], words: int, seconds: float) -> None:
    from rareearth.proposals.scoring import measures as scoring

    print(f"{'':38} {'value':>6}  {'95 %':>11}  {'cases':>5}  {'floor':>5}  {'goal':>5}")
    for one in found:
        interval = f"{one.low:.2f}–{one.high:.2f}" if one.low is not None and one.high is not None else ""
        value = "" if one.value is None else f"{one.value:.2f}"
        floor, goal = (f"{limit:.2f}" if limit is not None else "" for limit in (one.floor, one.goal))
        below = "  below the floor" if one.floor is not None and one.value is not None and one.value < one.floor else ""
        print(f"{one.name:38} {value:>6}  {interval:>11}  {one.cases:>5}  {floor:>5}  {goal:>5}{below}")
    unfounded, shown = scoring.invented(scored)
    claims, proposals = sum(s.claims for s in scored), sum(len(s.typed) for s in scored)
    print(f"\n{len(scored)} texts, {words:,} words; {claims} claims, {proposals} proposals")
    print(f"{unfounded} proposals from sentences that say nothing of the kind, {shown} of them among those shown first")
    if seconds:
        print(f"{words / seconds:,.0f} words a second, first use of the libraries included", file=sys.stderr)


def _json(scored: list[Scored], found: list[Measure]) -> dict[str, object]:
    return {
        "measures": [one._asdict() for one in found],
        "texts": [{"id": one.id, "claims": one.claims, "counts": dict(sorted(one.counts.items()))} for one in scored],
    }
