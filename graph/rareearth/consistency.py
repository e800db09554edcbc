"""What cannot be so: owners that own themselves, more than all of a company, copies read too surely."""

from __future__ import annotations

import contextlib
import graphlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from rareearth import edtf
from rareearth.dataset import Dataset
from rareearth.errors import Problem
from rareearth.models import Claim

_ROUNDING = Decimal("0.5")  # per cent that the shares of a page may be over 100 by rounding


def problems(dataset: Dataset) -> Iterator[Problem]:
    """Every such fault, at the claim that shows it."""
    yield from _copies(dataset)
    yield from _owners(dataset)
    yield from _shares(dataset)


def _copies(dataset: Dataset) -> Iterator[Problem]:
    for claim in dataset.claims:
        source = dataset.sources.get(claim.source)
        if source and source.copy_ and claim.confidence == "high":
            where = dataset.where[f"claim/{claim.id}"]
            yield Problem(*where, f"is read with high confidence from a {source.copy_}; expected medium at most")


def _owned(dataset: Dataset) -> Iterator[tuple[Claim, str, str]]:
    """The facts of ownership as (claim, owner, owned)."""
    for claim in dataset.claims:
        relation = dataset.ontology.relations.get(claim.relation)
        if relation is None or relation.owner is None or claim.kind != "fact" or claim.status not in ("held", "ended"):
            continue
        ends = dataset.stands_for(claim.subject), dataset.stands_for(claim.object)
        yield (claim, *(ends if relation.owner == "subject" else reversed(ends)))


def _owners(dataset: Dataset) -> Iterator[Problem]:
    owners: dict[str, set[str]] = defaultdict(set)
    first: dict[tuple[str, str], Claim] = {}
    for claim, owner, owned in _owned(dataset):
        owners[owned].add(owner)
        first.setdefault((owner, owned), claim)
    try:
        graphlib.TopologicalSorter(owners).prepare()
    except graphlib.CycleError as error:
        cycle = error.args[1]
        where = dataset.where[f"claim/{first[cycle[0], cycle[1]].id}"]
        yield Problem(*where, f"closes a circle of owners: {' owns '.join(cycle)}")


def _shares(dataset: Dataset) -> Iterator[Problem]:
    """More than 100 % of a company at one time by one source: sources may disagree, one page should not with itself."""
    held: dict[tuple[str, str], list[tuple[Claim, str, Decimal]]] = defaultdict(list)
    for claim, owner, owned in _owned(dataset):
        share = dict(claim.qualifiers).get("share")
        if share and not claim.conflict:
            with contextlib.suppress(InvalidOperation):  # no number: the qualifier's own check says so
                held[claim.source, owned].append((claim, owner, Decimal(share)))
    for (_, owned), parts in sorted(held.items()):
        for claim, _, _ in parts:
            day = _start(claim)
            at_once = {owner: share for other, owner, share in parts if _start(other) == day}
            if (total := sum(at_once.values())) > 100 + _ROUNDING:
                where = dataset.where[f"claim/{claim.id}"]
                yield Problem(*where, f"the shares of {owned} at one time add up to {total} %")
                break


def _start(claim: Claim) -> date | None:
    given = claim.since or claim.when
    return edtf.parse(given).first if given else None
