"""Who is state-owned and who is private, as far as sources say so: from sectors, owners and supervisors.

The ontology declares what Python must know: ``ree:tenure`` is the ownership sector of the members of a class
(government bodies are of the state, persons are private, sectors as they are declared), ``ree:owner`` the end of a
relation that owns the other, ``ree:control`` that it controls the other whatever its share, ``ree:passesTenure`` the
end whose ownership sector the other has without being owned (a sector, a supervisor).

The rule: a body has the ownership sector of a sector that it belongs to, of a body that supervises it, of an owner who
controls it, and of owners who hold more than half together, as far as shares are known. An owner of an owner of the
same firm is not counted as well. A minority, or a share that no source states, implies nothing; nor do sources that say
both. Ended claims and those that a later claim of the same question replaced are left out, as in the question
``state-behind``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rareearth.store.claims import Claim

STATE, PRIVATE = "state", "private"
MAJORITY = 50.0  # per cent; a majority is more than this

_EVIDENCE = ("copy", "page", "sentence")  # the better the later


class Holding(NamedTuple):
    """A claim that one owns or supervises another, or is the sector of it. Times are days, "" where unknown."""

    claim: str
    owner: str
    owned: str
    relation: str
    control: bool
    passes: bool
    ended: bool
    until: bool
    day: str
    evidence: int
    share: float | None
    plain: bool


class Holdings(NamedTuple):
    """The holdings, and for each claim of a question whose answer changed the question and the day of the claim."""

    claims: tuple[Holding, ...]
    changes: Mapping[str, tuple[str, str]]


class OwnershipSector(NamedTuple):
    """``state``, ``private`` or "" (not known); whether a source says so in a word; the claims that it is read from."""

    name: str
    stated: bool
    claims: tuple[str, ...]


def read(claims: Iterable[Claim]) -> Holdings:
    """What claims say about owners, supervisors and sectors."""
    facts = [claim for claim in claims if claim.kind == "fact"]
    holdings = []
    for claim in facts:
        for trait, passes in (("owner", False), ("passesTenure", True)):
            end = claim.relation.traits.get(trait)
            if end:
                ends = claim.subject.id, claim.object.id
                share = claim.qualifier("share")
                holdings.append(
                    Holding(
                        claim=claim.id,
                        owner=ends[end != "subject"],
                        owned=ends[end == "subject"],
                        relation=claim.relation.id,
                        control=not passes and claim.relation.traits.get("control") == "true",
                        passes=passes,
                        ended=claim.status == "ended",
                        until=claim.over,
                        day=claim.earliest,
                        evidence=_EVIDENCE.index(claim.evidence),
                        share=float(share.text) if share else None,
                        plain=claim.status == "held" and claim.plain,
                    )
                )
    changes = {
        claim.id: (claim.conflict, claim.earliest)
        for claim in facts
        if claim.status == "held" and claim.conflict and claim.disagreement == "change"
    }
    return Holdings(tuple(sorted(holdings)), changes)


def current(holdings: Holdings, known: Collection[str]) -> list[Holding]:
    """The holdings that are in effect by the known claims (ids): not ended, and not replaced by a later claim."""
    last: dict[str, str] = defaultdict(str)
    for claim, (question, day) in holdings.changes.items():
        if claim in known:
            last[question] = max(last[question], day)
    ended = {(h.owner, h.owned, h.relation) for h in holdings.claims if h.ended and h.claim in known}
    return [
        h
        for h in holdings.claims
        if h.claim in known
        and h.plain
        and not h.until
        and (h.owner, h.owned, h.relation) not in ended
        and not (h.day and h.day < last[holdings.changes.get(h.claim, ("", ""))[0]])
    ]


def infer(
    holdings: Iterable[Holding], by_class: Mapping[str, str], sectors: Collection[str]
) -> dict[str, OwnershipSector]:
    """The ownership sector of everyone about whom something is known.

    ``by_class`` has those whose class implies it (node -> ``state`` or ``private``); they keep it. What follows from
    one of the ``sectors`` is stated, all else is inferred.
    """
    into: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.owned not in by_class and holding.owner != holding.owned:
            into[holding.owned].append(holding)
    above = _above(into)
    found: dict[str, set[str]] = {node: {name} for node, name in by_class.items()}
    claims: dict[str, set[str]] = defaultdict(set)
    stated: set[str] = set()
    changed = True
    while changed:  # what is found only grows, so this ends
        changed = False
        for owned, held in sorted(into.items()):
            for name in (STATE, PRIVATE):
                passing = _passing(held, {h.owner for h in held if name in found.get(h.owner, ())}, above)
                if passing and name not in found.setdefault(owned, set()):
                    found[owned].add(name)
                    claims[owned] |= {h.claim for h in passing}
                    if any(h.owner in sectors for h in passing):
                        stated.add(owned)
                    changed = True
    return {
        node: OwnershipSector(
            min(names) if len(names) == 1 else "", node in stated or node in by_class, tuple(sorted(claims[node]))
        )
        for node, names in sorted(found.items())
        if names
    }


def _passing(held: list[Holding], owners: set[str], above: Mapping[str, frozenset[str]]) -> list[Holding]:
    """The holdings by which owners of one ownership sector pass it on to what they hold, if they do."""
    theirs = [h for h in held if h.owner in owners]
    passing = [h for h in theirs if h.passes or h.control]
    everyone = {h.owner for h in held if h.share is not None}
    direct = {owner for owner in everyone if not any(owner in above[other] for other in everyone - {owner})}
    # of several claims on one owner counts the one of the latest day, then the one with the best evidence
    best = {h.owner: h for h in sorted(theirs, key=lambda h: (h.day, h.evidence, h.claim)) if h.share is not None}
    counted = [h for owner, h in sorted(best.items()) if owner in direct]
    if math.fsum(h.share or 0.0 for h in counted) > MAJORITY:
        passing += counted
    return passing


def _above(into: Mapping[str, list[Holding]]) -> dict[str, frozenset[str]]:
    """Everyone who owns or supervises each owner through any number of steps, without itself."""
    import networkx as nx

    chains: nx.DiGraph[str] = nx.DiGraph((h.owner, h.owned) for held in into.values() for h in held)
    return {node: frozenset(nx.ancestors(chains, node)) for node in chains}
