"""How a review looks on a terminal: the sentence, the claim, what the data has, and the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len

from rareearth import characters
from rareearth.models import Claim
from rareearth.proposals.inbox import NewName, Proposal
from rareearth.proposals.review import decisions

if TYPE_CHECKING:
    from rareearth.proposals.review.session import Review

_MOST_LISTED = 4
_NARROWEST, _INDENT = 20, "  "
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PARTS = re.compile(rf" *[{_WIDE}]| *[^ {_WIDE}]+")
_TOGETHER = "\u00a0"  # a space at which a line is not broken
_AROUND = 40  # characters before and after a new name


def screen(review: Review, width: int) -> str:
    """The item that is shown, in lines of at most ``width`` cells; a Chinese character takes two.

    Characters that a terminal would obey are shown by their codes.
    """
    item = review.current
    if item is None:
        return ""
    head = f"{review.position + 1} of {len(review.items)}"
    lines = _name(review, item, head) if isinstance(item, NewName) else _claim(review, item, head)
    return "\n".join(part for line in lines for part in wrapped(line, width))


def _name(review: Review, new: NewName, head: str) -> Iterator[str]:
    text = review.proposals.article.text
    yield f"{head}   a new name: {new.name}   ({review.ontology.classes[new.kind].label})"
    place = next((m for m in review.proposals.mentions if m.entity == new.id), None)
    if place:
        before, after = text[max(0, place.start - _AROUND) : place.start], text[place.end : place.end + _AROUND]
        yield _INDENT + " ".join(f"… {before}[{text[place.start : place.end]}]{after} …".split())
    for number, id_ in enumerate(new.near, 1):
        record = review.dataset.entities.get(id_)
        yield f"    {number} it is {record.name if record else id_} ({id_})"
    yield from _keys("y a new record   e change name or class   n no name   b back   enter later   q end")


def _claim(review: Review, proposal: Proposal, head: str) -> Iterator[str]:
    claim = review.claim(proposal)
    yield f"{head}   {claim.subject} -> {claim.object}   {review.adds(proposal)}, {', '.join(proposal.by)}"
    for span in claim.at[:1]:
        yield f"{_INDENT}… {_marked(review, span.start, span.end)}"
    suggestions = review.suggestions(proposal)
    for number, suggested in enumerate(suggestions, 1):
        turned = "   (the other way round)" if suggested.subject != claim.subject else ""
        yield f"  {number} {suggested.relation}{turned}   {_details(suggested) if number == 1 else ''}".rstrip()
        if reason := review.refusal(suggested):
            yield f"      cannot be taken: {reason}"
    for warning in proposal.warnings:
        yield f"    look: {warning}"
    yield from _listed("data/ has", review.says(proposal))
    for number, suggested in enumerate(suggestions, 1):
        yield from _listed(f"{number} differs from", review.conflicts(suggested))
    for decision in review.decided.on_same(proposal):
        yield f"    taken already: {decision.claim}"
    yield from _keys("y take 1   2 3 take   s swap   e change   n no   b back   enter later   m more   q end")


def _marked(review: Review, start: int, end: int) -> str:
    """A sentence with its mentions in brackets."""
    text, found, at = review.proposals.article.text, [], start
    for mention in review.proposals.mentions:
        if start <= mention.start and mention.end <= end and mention.start >= at:
            found += [text[at : mention.start], f"[{text[mention.start : mention.end]}]"]
            at = mention.end
    return " ".join("".join([*found, text[at:end]]).split())


def _details(claim: Claim) -> str:
    """What a claim says beyond its relation."""
    given = {"kind": claim.kind, "by": claim.by, "stance": claim.stance, "status": claim.status}
    parts = [f"{name} {value}" for name, value in given.items() if value and value not in ("fact", "held")]
    parts += [f"{name} {value}" for name, value in claim.qualifiers]
    times = {"when": claim.when, "since": claim.since, "until": claim.until}
    parts += [f"{name} {value}" for name, value in times.items() if value]
    parts += [f"inferred {claim.inferred.when}"] if claim.inferred else []
    return ", ".join(parts)


def _listed(what: str, claims: list[Claim]) -> Iterator[str]:
    for claim in claims[:_MOST_LISTED]:
        yield f"    {what}: {decisions.said(claim)} {_details(claim)} ({claim.source})".replace("  ", " ")
    if len(claims) > _MOST_LISTED:
        yield f"    and {len(claims) - _MOST_LISTED} more"


def _keys(text: str) -> Iterator[str]:
    yield ""
    yield _INDENT + "   ".join(key.replace(" ", _TOGETHER) for key in text.split("   "))


def wrapped(text: str, width: int) -> list[str]:
    """A line in several where it is too wide, broken at spaces or next to Chinese characters, indented as it was."""
    visible = characters.visible(text)
    indent = visible[: len(visible) - len(visible.lstrip(" "))]
    most = max(_NARROWEST, width) - len(indent)
    lines, line = [], ""
    for part in _parts(visible.strip(" "), most):
        if line and cell_len((line + part).rstrip(" ")) > most:
            lines.append(line)
            line = ""
        line += part.lstrip(" ") if not line else part
    return [indent + one.rstrip(" ").replace(_TOGETHER, " ") for one in [*lines, line]]


def _parts(text: str, most: int) -> Iterator[str]:
    """What a line may be broken into: words with the spaces before them, Chinese characters, pieces of long words."""
    for word in _PARTS.findall(text):
        yield from (word[at : at + most] for at in range(0, len(word), most))
