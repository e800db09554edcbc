"""The command on what was proposed: review."""

from __future__ import annotations

import datetime
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rareearth.cli.common import Data, app, chosen_confidence
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    from rareearth.cli.keys import Keys
    from rareearth.models import Confidence
    from rareearth.proposals.inbox import Proposals
    from rareearth.proposals.review.decisions import Decisions
    from rareearth.proposals.review.log import Log
    from rareearth.proposals.review.session import Review


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
    from rareearth.proposals.review import log
    from rareearth.proposals.review import page as marked

    sure = chosen_confidence(confidence)
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
    kept = log.path_of(place, id_)
    if html:
        from rareearth.saving import save

        print(f"Written to {save(html, marked.page(proposals, declared).encode())}")
    elif list_:
        _list_claims(proposals, log.read(kept))
    else:
        _review(proposals, kept, folder, sure, who, ask=not accept)


def _review(
    proposals: Proposals, kept: Path, folder: Path, confidence: Confidence | None, who: str | None, *, ask: bool
) -> None:
    from rareearth import checks
    from rareearth.cli.keys import keys
    from rareearth.proposals.review import log
    from rareearth.proposals.review.session import Review

    dataset = checks.load(folder)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with log.Log(kept) as written:
        decided = log.read(kept)
        for note in (*decided.notes, *_lacking(proposals)):
            print(f"note: {note}")
        start = time.monotonic()
        state = Review(proposals, decided, dataset, written.add, today, who)
        if ask:
            with keys() as pressed:
                _ask(state, pressed)
            _print_tally(state, time.monotonic() - start)
        written.settle()
        for note in written.notes:
            print(f"note: {note}")
        _accept(proposals, kept, folder, confidence, written, today)


def _lacking(proposals: Proposals) -> list[str]:
    """What the article needs before anything can be accepted, to be said before it is decided on."""
    from rareearth.proposals.review import accepting

    missing = accepting.lacking(proposals.article)
    options = ", ".join(f"--{name}" for name in missing)
    needed = f"a source needs {', '.join(missing)}: propose the article again with {options}; decisions are kept"
    return [needed] if missing else []


def _accept(
    proposals: Proposals, kept: Path, folder: Path, confidence: Confidence | None, written: Log, today: datetime.date
) -> None:
    """Write what was taken into the data, as the file of decisions has it now, and remember that it was written."""
    from rareearth import characters, ontology
    from rareearth.proposals.review import accepting, log
    from rareearth.proposals.review.decisions import Written

    decided = log.read(kept)
    done = accepting.accept(folder, proposals, decided, ontology.read(), confidence)
    for key, claim in done.done.items():
        written.add(Written(verdict="written", key=key, claim=claim, on=today))
    for note in done.notes:
        print(f"note: {characters.visible(note)}")
    files = f" into {_number(len(done.files), 'file')}" if done.files else ""
    claims, records = _number(len(done.claims), "claim"), _number(len(done.records), "record")
    print(f"{claims} and {records} written{files}; next: `rareearth build`")


def _number(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _ask(review: Review, pressed: Keys) -> None:
    """Show one item after the other until there is none, or the person ends."""
    from rareearth.cli.screen import screen, wrapped

    while True:
        width = shutil.get_terminal_size().columns
        pressed.forget()
        if review.current is None:
            if not review.hidden:
                return
            more = f"{review.hidden} less likely claims were not shown; press m for them, another key to end."
            print("\n" + "\n".join(wrapped(more, width)), flush=True)
            if pressed.key() != "m":
                return
            review.more()
            continue
        print(f"\n{screen(review, width)}\n", flush=True)
        key = pressed.key()
        if key in ("", "q"):
            return
        try:
            _act(review, key, pressed)
        except RareEarthError as error:
            print("\n".join(wrapped(f"  {error}", width)))


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
        asked = (
            "name (enter keeps it)",
            "class (enter keeps it)",
            "or the id of the record that it is (enter for none)",
        )
        called, kind, record = (pressed.line(f"  {one}: ") for one in asked)
        review.name("is", record) if record else review.name("record", kind=kind or None, called=called or None)
        return
    given = pressed.line("  field and value, like `when 2024` or `share 20`; a field alone takes it away: ")
    name, _, value = given.partition(" ")
    if name:
        review.edit(name, value.strip())


def _print_tally(review: Review, seconds: float) -> None:
    tally = review.tally
    refused = ", ".join(f"{number} {reason}" for reason, number in sorted(tally.refused.items()))
    taken = f"{_number(tally.taken, 'claim')} taken, {tally.changed} of them changed"
    reasons = f" ({refused})" if refused else ""
    names = f"{_number(tally.names, 'name')} decided"
    open_ = len(review.items) - review.position
    print(f"\n{taken}; {sum(tally.refused.values())} refused{reasons}; {names}; {open_} open")
    if tally.claims:
        print(f"{seconds / 60 / tally.claims * 100:.1f} minutes for 100 claims")


def _articles(place: Path) -> list[Path]:
    return sorted(p for p in place.glob("*.yaml") if not p.name.endswith(".decisions.yaml"))


def _list_articles(place: Path, declared: object) -> None:
    from rareearth import characters, paths
    from rareearth.ontology import Ontology
    from rareearth.proposals import inbox as inboxes
    from rareearth.proposals.review import log
    from rareearth.proposals.review.session import open_count

    found = _articles(place)
    if not found or not isinstance(declared, Ontology):
        raise RareEarthError(f"the inbox {paths.display(place)} is empty; propose an article first")
    for path in found:
        proposals = inboxes.read(path, declared)
        decided = log.read(log.path_of(place, path.stem))
        open_, taken, refused = open_count(proposals, decided)
        waiting = f"; {len(decided.waiting)} not written yet, --accept writes them" if decided.waiting else ""
        print(characters.visible(f"{path.stem}: {open_} open, {taken} taken, {refused} refused{waiting}"))


def _list_claims(proposals: Proposals, decided: Decisions) -> None:
    from rareearth import characters
    from rareearth.proposals.review.decisions import said

    for proposal in proposals.proposals:
        decision = decided.of(proposal)
        span = proposal.claim.at[0]
        verdict = decision.verdict if decision else ""
        line = f"{proposal.score:.2f}  {said(proposal.claim)}  {span.start}-{span.end}  {verdict}"
        print(characters.visible(line.rstrip()))
