"""The command on what was proposed: review."""

from __future__ import annotations

import datetime
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import Data, app
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from rareearth.cli.keys import Keys
    from rareearth.proposals.inbox import Proposals
    from rareearth.proposals.review.decisions import Decisions
    from rareearth.proposals.review.session import Review

_CONFIDENCE = ("high", "medium", "low")


@app.command()
def review(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="The article; without it, all are listed.")] = None,
    data: Data = None,
    inbox: Annotated[Path | None, typer.Option("--inbox", help="The folder of what was proposed.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the article with its mentions and claims as a page, and end.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the claims that are proposed, and end.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Write what was taken into the data, and end.")] = False,
    confidence: Annotated[
        str | None, typer.Option("--confidence", help="How sure you are of what you take: high, medium or low.")
    ] = None,
    who: Annotated[str | None, typer.Option("--who", help="Your name, written with each decision.")] = None,
) -> None:
    """Take or refuse what was proposed for an article, a key each, and write it into the data.

    Each decision is kept at once, in inbox/ID.decisions.yaml; at the end, what was taken is written into data/.
    """
    from rareearth import ontology, paths
    from rareearth.proposals import inbox as inboxes
    from rareearth.proposals.review import decisions
    from rareearth.proposals.review import page as marked

    if confidence is not None and confidence not in _CONFIDENCE:
        raise RareEarthError(f"--confidence: found '{confidence}'; expected high, medium or low")
    folder = data or paths.data()
    place = inbox or folder / "inbox"
    declared = ontology.read()
    if id_ is None:
        _list_articles(place, declared)
        return
    path = place / f"{id_}.yaml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in _articles(place))) or "nothing"
        raise RareEarthError(f"nothing was proposed for '{id_}'; the inbox {paths.display(place)} has {known}")
    proposals = inboxes.read(path, declared)
    log = decisions.path_of(place, id_)
    if html:
        from rareearth.saving import save

        print(f"Written to {save(html, marked.page(proposals, declared).encode())}")
    elif list_:
        _list_claims(proposals, decisions.read(log))
    else:
        _review(proposals, log, folder, confidence, who, ask=not accept)


def _review(
    proposals: Proposals, log: Path, folder: Path, confidence: str | None, who: str | None, *, ask: bool
) -> None:
    from rareearth import checks
    from rareearth.cli.keys import keys
    from rareearth.proposals.review import accepting, decisions
    from rareearth.proposals.review.session import Review

    dataset = checks.load(folder)
    with decisions.Log(log) as written:
        decided = decisions.read(log)
        for note in decided.notes:
            print(note)
        start = time.monotonic()
        state = Review(proposals, decided, dataset, written.add, datetime.datetime.now(tz=datetime.UTC).date(), who)
        if ask:
            with keys() as pressed:
                _ask(state, pressed)
        done = accepting.accept(folder, proposals, decided, dataset.ontology, confidence)  # type: ignore[arg-type]
    if ask:
        _print_tally(state, time.monotonic() - start)
    files = f" into {len(done.files)} files" if done.files else ""
    print(f"{len(done.claims)} claims and {len(done.records)} records written{files}; next: `rareearth build`")


def _ask(review: Review, pressed: Keys) -> None:
    """Show one item after the other until there is none, or the person ends."""
    from rareearth.cli.screen import screen

    while review.current is not None:
        print(f"\n{screen(review, shutil.get_terminal_size().columns)}\n", flush=True)
        key = pressed.key()
        if key in ("", "q"):
            return
        try:
            _act(review, key, pressed)
        except RareEarthError as error:
            print(f"  {error}")
    if review.hidden:
        print(
            print(
                f"\n{review.hidden} less likely claims were not shown; press m for them, another key to end.",
                flush=True,
            )
        )
        if pressed.key() == "m":
            review.more()
            _ask(review, pressed)


def _act(review: Review, key: str, pressed: Keys) -> None:
    """What a key does, on any item, on a new name, or on a claim."""
    from rareearth.proposals.inbox import NewName

    anywhere = {"\n": review.later, "b": review.back, "m": review.more}
    if key in anywhere:
        anywhere[key]()
    elif key == "e":
        _edit(review, pressed, is_name=isinstance(review.current, NewName))
    elif isinstance(review.current, NewName):
        _act_on_name(review, review.current.near, key)
    else:
        _act_on_claim(review, key, pressed)


def _act_on_name(review: Review, near: tuple[str, ...], key: str) -> None:
    if key == "y":
        review.name("record")
    elif key == "n":
        review.name("no name")
    elif key.isdigit() and 0 < int(key) <= len(near):
        review.name("is", near[int(key) - 1])
    else:
        raise RareEarthError(f"'{key}' is not a key here")


def _act_on_claim(review: Review, key: str, pressed: Keys) -> None:
    from rareearth.proposals.review.session import REASONS

    if key in ("y", "1", "2", "3"):
        review.take(1 if key == "y" else int(key))
    elif key == "s":
        review.swap()
    elif key == "n":
        print("  " + "   ".join(f"{k} {reason}" for k, reason in REASONS.items()), flush=True)
        review.refuse(pressed.key())
    else:
        raise RareEarthError(f"'{key}' is not a key here")


def _edit(review: Review, pressed: Keys, *, is_name: bool) -> None:
    if is_name:
        called = pressed.line("  name (enter keeps it): ")
        kind = pressed.line("  class (enter keeps it): ")
        record = pressed.line("  or the id of the record that it is (enter for none): ")
        review.name("is", record) if record else review.name("record", kind=kind or None, called=called or None)
        return
    given = pressed.line("  field and value, like `when 2024` or `share 20`; a field alone takes it away: ")
    name, _, value = given.partition(" ")
    if name:
        review.edit(name, value.strip())


def _print_tally(review: Review, seconds: float) -> None:
    tally = review.tally
    refused = ", ".join(f"{number} {reason}" for reason, number in sorted(tally.refused.items()))
    print(
        f"\n{tally.taken} claims taken, {tally.changed} of them changed; {sum(tally.refused.values())} refused", end=""
    )
    print(f" ({refused})" if refused else "", end="")
    print(f"; {tally.names} names decided; {sum(i is not None for i in review.items[review.position :])} open")
    if tally.claims:
        print(f"{seconds / 60 / tally.claims * 100:.0f} minutes for 100 claims")


def _articles(place: Path) -> list[Path]:
    return sorted(p for p in place.glob("*.yaml") if not p.name.endswith(".decisions.yaml"))


def _list_articles(place: Path, declared: object) -> None:
    from rareearth import paths
    from rareearth.ontology import Ontology
    from rareearth.proposals import inbox as inboxes
    from rareearth.proposals.review import decisions
    from rareearth.proposals.review.session import open_count

    found = _articles(place)
    if not found or not isinstance(declared, Ontology):
        raise RareEarthError(f"the inbox {paths.display(place)} is empty; propose an article first")
    for path in found:
        proposals = inboxes.read(path, declared)
        open_, taken, refused = open_count(proposals, decisions.read(decisions.path_of(place, path.stem)))
        print(f"{path.stem}: {open_} open, {taken} taken, {refused} refused")


def _list_claims(proposals: Proposals, decided: Decisions) -> None:
    from rareearth.proposals.review.decisions import said

    for proposal in proposals.proposals:
        decision = decided.of(proposal)
        span = proposal.claim.at[0]
        verdict = decision.verdict if decision else ""
        print(f"{proposal.score:.2f}  {said(proposal.claim)}  {span.start}-{span.end}  {verdict}".rstrip())
