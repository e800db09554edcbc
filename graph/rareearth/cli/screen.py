"""How a review looks on a terminal: the sentence, the claim, what the data has, and the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.models import Claim
from rareearth.proposals.inbox import NewName, Proposal
from rareearth.proposals.review import decisions

if TYPE_CHECKING:
    from rareearth.proposals.review.session import Review

_MOST_LISTED = 4
_AROUND = 40  # characters before and after a new name


def screen(review: Review, width: int) -> str:
    """The item that is shown, in lines of at most ``width`` characters."""
    item = review.current
    if item is None:
        return ""
    head = f"{review.position + 1} of {len(review.items)}"
    lines = _name(review, item, head, width) if isinstance(item, NewName) else _claim(review, item, head, width)
    return "\n".join(lines)


def _name(review: Review, new: NewName, head: str, width: int) -> Iterator[str]:
    text = review.proposals.article.text
    yield f"{head}   a new name: {new.name}   ({review.ontology.classes[new.kind].label})"
    place = next((m for m in review.proposals.mentions if m.entity == new.id), None)
    if place:
        before, after = text[max(0, place.start - _AROUND) : place.start], text[place.end : place.end + _AROUND]
        yield from _wrapped(f"… {before}[{text[place.start : place.end]}]{after} …", width)
    for number, id_ in enumerate(new.near, 1):
        record = review.dataset.entities.get(id_)
        yield f"    {number} it is {record.name if record else id_} ({id_})"
    yield from _keys("y a new record   e change name or class   n no name   b back   enter later   q end", width)


def _claim(review: Review, proposal: Proposal, head: str, width: int) -> Iterator[str]:
    claim = review.claim(proposal)
    yield f"{head}   {claim.subject} -> {claim.object}   {review.adds(proposal)}, {', '.join(proposal.by)}"
    for span in claim.at[:1]:
        yield from _wrapped(f"… {_marked(review, span.start, span.end)}", width)
    suggestions = [claim, *(proposal.turned(other) for other in proposal.others)]
    for number, suggested in enumerate(suggestions, 1):
        turned = "   (the other way round)" if suggested.subject != claim.subject else ""
        yield f"  {number} {suggested.relation}{turned}   {_details(suggested) if number == 1 else ''}".rstrip()
    for warning in proposal.warnings:
        yield f"    look: {warning}"
    yield from _listed("data/ has", review.says(proposal))
    yield from _listed("differs from", review.conflicts(proposal))
    for decision in review.decided.on_same(proposal):
        yield f"    taken already: {decision.claim}"
    yield from _keys("y take 1   2 3 take   s swap   e change   n no   b back   enter later   m more   q end", width)


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


def _keys(text: str, width: int) -> Iterator[str]:
    yield ""
    yield from _wrapped(text, width)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(20, width - 4), initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
