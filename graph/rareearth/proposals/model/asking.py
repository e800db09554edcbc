"""A language model behind an endpoint as a second reader of an article; what it proposes is checked like all else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rareearth.dataset import Dataset
from rareearth.errors import EndpointError
from rareearth.ontology import Ontology
from rareearth.proposals.checking import checker as checking
from rareearth.proposals.checking.quotes import Quotes
from rareearth.proposals.inbox import Proposals
from rareearth.proposals.model import endpoint as endpoints
from rareearth.proposals.model import merging, prompting, strict
from rareearth.proposals.model.endpoint import Endpoint, Usage
from rareearth.proposals.model.prompting import Known
from rareearth.proposals.model.replies import Replies
from rareearth.sentences import Span

__all__ = ["Added", "Endpoint", "Usage", "add", "parts"]
PART = 6_000  # characters of an article that are given at once
OVERLAP = 3  # sentences that a part has in common with the one before
MAX_PARTS = 60
_MAX_NOTE = 500  # characters
KEY = endpoints.KEY


class Added(NamedTuple):
    """The proposals of the rules and of a model, what the model's took, and why it gave no answer, "" if it did."""

    proposals: Proposals
    usage: Usage
    fault: str = ""


def add(proposals: Proposals, endpoint: Endpoint, ontology: Ontology, dataset: Dataset) -> Added:
    """Ask a model what an article says, and add what passes the checks; what does not is among the refused.

    ``proposals`` are those of the rules: their mentions and new names are offered to the model with their ids. A claim
    that both propose is counted once, ``by`` both. An article that is too long for one question is asked about in
    parts. If the model gives no answer in time, or none that can be used, what was proposed before is not lost: it is
    returned with the fault, which is in the notes as well.
    """
    replies = Replies(proposals, endpoint.name, ontology, dataset)
    notes: list[str] = []
    waiting = _parts(proposals, notes)
    usage, fault = Usage(), ""
    while waiting and not fault:
        part = waiting.pop(0)
        halves, used, fault = _ask(replies, part, endpoint)
        waiting[:0] = halves
        usage = usage.plus(used)
    merged = merging.merge(proposals, replies.result(), ontology)
    checked = checking.check(merged, ontology, dataset)
    if fault:
        notes.append(f"the model did not answer to the end: {fault}"[:_MAX_NOTE])
    if usage.requests:
        notes.append(f"{endpoint.name}: {usage}")
    return Added(dataclasses.replace(checked, notes=tuple(dict.fromkeys([*proposals.notes, *notes]))), usage, fault)


def _parts(proposals: Proposals, notes: list[str]) -> list[list[Span]]:
    """The parts of an article that a model is asked about; the notes say what it is not given."""
    found = list(parts(Quotes(proposals.article.text).spans))
    if len(found) > MAX_PARTS:
        notes.append(f"the model was given the first {found[MAX_PARTS - 1][-1].end:,} characters")
        del found[MAX_PARTS:]
    lengths = [part[-1].end - part[0].start for part in found]
    notes.extend(f"the model was not given a sentence of {length:,} characters" for length in lengths if length > PART)
    return [part for part, length in zip(found, lengths, strict=True) if length <= PART]


def parts(spans: Sequence[Span], most: int = PART, overlap: int = OVERLAP) -> Iterator[list[Span]]:
    """The sentences of a text in parts of at most ``most`` characters, each with the last few of the part before.

    A sentence that is longer is a part of its own.

    >>> [len(part) for part in parts([Span(n, n + 1) for n in range(10)], 6, 2)]
    [6, 6]
    """
    start = 0
    while start < len(spans):
        end = start + 1
        while end < len(spans) and spans[end].end - spans[start].start <= most:
            end += 1
        yield list(spans[start:end])
        if end == len(spans):
            return
        start = end if end - start <= overlap else end - overlap


def _ask(replies: Replies, part: Sequence[Span], endpoint: Endpoint) -> tuple[list[list[Span]], Usage, str]:
    """Read what a model says of a part; of one whose answer was cut, the halves that are still to be asked about.

    An answer that cannot be read is asked for once more. The last value is why there is none, "" if there is one.
    """
    article = replies.before.article
    known = list(_known(replies, part))
    asked = prompting.messages(replies.ontology, article, article.text[part[0].start : part[-1].end], known)
    schema = prompting.schema(replies.ontology, [one.id for one in known])
    usage, found = Usage(), ""
    for again in range(2):
        try:
            answer = endpoint.ask(asked, schema, endpoint.seed + again)
        except EndpointError as error:
            return [], usage, str(error)
        usage = usage.plus(answer.usage)
        if answer.cut and len(part) > 1:
            middle = len(part) // 2
            return [list(part[:middle]), list(part[middle:])], usage, ""
        try:
            replies.read(strict.said(answer.text))
        except ValueError as error:
            found = "it is cut off" if answer.cut else str(error)
        else:
            return [], usage, ""
    expected = 'expected one JSON object {"entities": …, "claims": …}: try another model'
    return [], usage, f"{endpoint.url}: {endpoint.name} gave no answer that can be read ({found}); {expected}"


def _known(replies: Replies, part: Sequence[Span]) -> Iterator[Known]:
    """What is offered of a part: the entities that it mentions, and those of the headline."""
    article, dataset = replies.before.article, replies.dataset
    new = {one.id: one for one in replies.before.new}
    called: dict[str, str] = {}
    head = article.text.find("\n")
    for mention in replies.before.mentions:
        if part[0].start <= mention.start < part[-1].end or mention.end <= head:
            called.setdefault(mention.entity, " ".join(article.text[mention.start : mention.end].split()))
    for id_, text in called.items():
        if id_ in new:
            yield Known(id_, new[id_].kind, new[id_].name, text)
        elif id_ in dataset.entities:
            yield Known(id_, dataset.entities[id_].kind, dataset.entities[id_].name, text)
