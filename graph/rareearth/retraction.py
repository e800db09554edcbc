"""Sources that a person retracted: their files stay, and the graph is what it would be without them.

A source is retracted by ``retracted`` in its head. What falls with it are its claims, records that nothing else
mentions, and conflicts that have fewer than two claims left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from rareearth.dataset import Dataset
from rareearth.models import Claim, Source
from rareearth.yamlfile import Map, Text


@dataclass(frozen=True)
class Fallen:
    """What a dataset lacks that another one has.

    ``claims`` are gone; ``alone`` are those of them whose statement nobody else makes. ``records`` and ``conflicts``
    are ids. ``settled`` are claims that stay and are no longer part of a conflict.
    """

    claims: tuple[Claim, ...]
    alone: tuple[Claim, ...]
    records: tuple[str, ...]
    conflicts: tuple[str, ...]
    settled: tuple[Claim, ...]


def mark(file: Map, on: date, because: str | None, who: str | None = None) -> None:
    """Mark the content of a source's file as retracted; without a reason, take the mark away.

    What is written is checked when the file is read.
    """
    head = file[Text("source")]
    if not isinstance(head, Map):
        raise ValueError("the part 'source' has no fields")
    head.pop(Text("retracted"), None)
    if because is not None:
        given = {"on": on.isoformat(), "because": because, "who": who}
        head[Text("retracted")] = Map({Text(name): Text(value) for name, value in given.items() if value})


def applied(dataset: Dataset) -> Dataset:
    """The dataset without what falls with its retracted sources; those are in ``retracted`` of the result."""
    retracted = {id_: source for id_, source in dataset.sources.items() if source.retracted}
    return replace(without(dataset, retracted), retracted=retracted) if retracted else dataset


def without(dataset: Dataset, sources: Collection[str]) -> Dataset:
    """The dataset without some sources (their ids) and what falls with them."""
    gone = [claim for claim in dataset.claims if claim.source in sources]
    claims = [claim for claim in dataset.claims if claim.source not in sources]
    left = {id_: source for id_, source in dataset.sources.items() if id_ not in sources}
    lost = [source for id_, source in dataset.sources.items() if id_ in sources]
    records = _orphans(dataset, gone, lost, claims, list(left.values()))
    conflicts = _below_two(dataset, gone, claims)
    return replace(
        dataset,
        entities={id_: entity for id_, entity in dataset.entities.items() if id_ not in records},
        sources={id_: _without_names(source, records) for id_, source in left.items()},
        claims=tuple(c.model_copy(update={"conflict": None}) if c.conflict in conflicts else c for c in claims),
        conflicts={id_: conflict for id_, conflict in dataset.conflicts.items() if id_ not in conflicts},
    )


def fallen(before: Dataset, after: Dataset) -> Fallen:
    """What is in one dataset and no longer in another one."""
    kept = {claim.id: claim for claim in after.claims}
    gone = tuple(claim for claim in before.claims if claim.id not in kept)
    stated = {_statement(after, claim) for claim in after.claims}
    return Fallen(
        claims=gone,
        alone=tuple(claim for claim in gone if _statement(before, claim) not in stated),
        records=tuple(id_ for id_ in before.entities if id_ not in after.entities),
        conflicts=tuple(id_ for id_ in before.conflicts if id_ not in after.conflicts),
        settled=tuple(c for c in before.claims if c.conflict and c.id in kept and not kept[c.id].conflict),
    )


def _orphans(
    dataset: Dataset, gone: list[Claim], retracted: list[Source], claims: list[Claim], sources: list[Source]
) -> set[str]:
    """Records that only what was retracted mentions; those that nothing mentions at all are a fault, not orphans."""
    used = _mentioned(claims, sources)
    used |= {id_ for judgement in dataset.judgements for id_ in (judgement.left, judgement.right)}
    return (_mentioned(gone, retracted) - used) & dataset.entities.keys()


def _mentioned(claims: list[Claim], sources: list[Source]) -> set[str]:
    found = {source.publisher for source in sources}
    for claim in claims:
        found |= claim.mentioned
    return found


def _below_two(dataset: Dataset, gone: list[Claim], claims: list[Claim]) -> set[str]:
    """Conflicts that have lost claims and have fewer than two left."""
    left = Counter(claim.conflict for claim in claims)
    return {id_ for claim in gone if (id_ := claim.conflict) and id_ in dataset.conflicts and left[id_] < 2}


def _without_names(source: Source, records: set[str]) -> Source:
    """A source that names or refers to no record that has fallen."""
    names = tuple((id_, given) for id_, given in source.names if id_ not in records)
    refers = tuple((words, id_) for words, id_ in source.refers if id_ not in records)
    if (names, refers) == (source.names, source.refers):
        return source
    return source.model_copy(update={"names": names, "refers": refers})


def _statement(dataset: Dataset, claim: Claim) -> tuple[str, ...]:
    """What a claim says, whoever says it: relation and ends, how it is meant."""
    ends = [dataset.canonical(claim.subject), dataset.canonical(claim.object)]
    relation = dataset.ontology.relations.get(claim.relation)
    if relation and relation.symmetric:
        ends.sort()
    return (claim.relation, *ends, claim.kind, claim.status)
