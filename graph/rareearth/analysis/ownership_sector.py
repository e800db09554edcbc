"""Who is state-owned and who is private, as far as sources say so: from sectors, owners and supervisors.

The ontology declares what Python must know: ``ree:tenure`` is the ownership sector of the members of a class
(government bodies are of the state, persons are private, sectors as they are declared), ``ree:owner`` the end of a
relation that owns the other, ``ree:control`` that it controls the other whatever its share, ``ree:passesTenure`` the
end whose ownership sector the other has without being owned (a sector, a supervisor), ``ree:givesTenure`` the sector
that the subject has if nothing gives it another (a firm that is listed on an exchange).

The rule: a body has the ownership sector of a sector that it belongs to, of a body that supervises it, of an owner who
controls it, and of owners who surely hold more than half of the capital or of the votes together, as far as shares are
known. An owner of an owner of the same firm is not counted as well. A minority, a share that may be one ("up to 60"),
or one that no source states, implies nothing; nor do sources that say both. Ended claims and those that a later claim
of the same question replaced are left out, as in the question ``state-behind``.
"""

from __future__ import annotations

import functools
import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rareearth.quantities import Range

if TYPE_CHECKING:
    from rareearth.store.claims import Claim

_Above: TypeAlias = "Callable[[str], frozenset[str]]"

STATE, PRIVATE, LISTED = "state", "private", "listed"
SECTORS = (STATE, PRIVATE, LISTED)
MAJORITY = Decimal(50)  # per cent; a majority is more than this

CAPITAL, VOTES = "capital", "votes"
_CONTROL = "control"
_TRAITS = (("owner", False), ("passesTenure", True))
_EVIDENCE = ("copy", "page", "read", "sentence")  # the better the later


class Holding(NamedTuple):
    """A claim that one owns or supervises another, or is the sector of it. Times are days, "" where unknown.

    ``share`` is in per cent of what ``gives`` names: capital, votes, both if it is "", or nothing that counts here.
    ``question`` is the conflict that the claim is part of, unless it is a change over time.
    """

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
    share: Range | None
    plain: bool
    gives: str = ""
    source: str = ""
    question: str = ""
    tenure: str = ""

    def has_part_of(self, what: str) -> bool:
        """Whether it states a part of the capital, or of the votes."""
        return self.share is not None and self.gives in ("", what)


class Holdings(NamedTuple):
    """The holdings, and for each claim of a question whose answer changed the question and the day of the claim."""

    claims: tuple[Holding, ...]
    changes: Mapping[str, tuple[str, str]]


class OwnershipSector(NamedTuple):
    """``state``, ``private``, ``listed`` or "" (not known), whether a source says so in a word, and by which claims."""

    name: str
    stated: bool
    claims: tuple[str, ...]


def read(claims: Iterable[Claim]) -> Holdings:
    """What claims say about owners, supervisors and sectors."""
    facts = [claim for claim in claims if claim.kind == "fact"]
    holdings = []
    for claim in facts:
        given = claim.relation.traits.get("givesTenure", "")
        ends_of = [(claim.relation.traits.get(trait), passes) for trait, passes in _TRAITS]
        for end, passes in [*ends_of, ("object" if given else None, True)]:
            if end:
                ends = claim.subject.id, claim.object.id
                control = claim.relation.traits.get("control") == "true" or claim.gives == _CONTROL
                holdings.append(
                    Holding(
                        claim=claim.id,
                        owner=ends[end != "subject"],
                        owned=ends[end == "subject"],
                        relation=claim.relation.id,
                        control=not passes and control,
                        passes=passes,
                        ended=claim.status == "ended",
                        until=claim.over,
                        day=claim.earliest,
                        evidence=_EVIDENCE.index(claim.evidence),
                        share=claim.share,
                        plain=claim.status == "held" and claim.plain,
                        gives=claim.gives,
                        source=claim.source,
                        question=claim.conflict if claim.disagreement != "change" else "",
                        tenure=given,
                    )
                )
    changes = {
        claim.id: (claim.conflict, claim.earliest)
        for claim in facts
        if claim.status == "held" and claim.conflict and claim.disagreement == "change"
    }
    return Holdings(tuple(sorted(holdings, key=lambda h: (h.claim, h.owner, h.passes))), changes)


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
    found, claims, stated = _passed_on(into, by_class, sectors)
    for owned, given in _given(into).items():
        if not found.get(owned):
            found[owned], claims[owned] = {given[0].tenure}, {h.claim for h in given}
            stated.add(owned)
    return {
        node: OwnershipSector(
            min(names) if len(names) == 1 else "", node in stated or node in by_class, tuple(sorted(claims[node]))
        )
        for node, names in sorted(found.items())
        if names
    }


def _passed_on(
    into: Mapping[str, list[Holding]], by_class: Mapping[str, str], sectors: Collection[str]
) -> tuple[dict[str, set[str]], dict[str, set[str]], set[str]]:
    """The ownership sectors that owners pass on to what they hold, by which claims, and whose are stated.

    Whoever is owned is looked at again when that of an owner is found; in rounds, each in the order of ids.
    """
    above = _above(into)
    found: dict[str, set[str]] = {node: {name} for node, name in by_class.items()}
    claims: dict[str, set[str]] = defaultdict(set)
    stated: set[str] = set()
    owns: dict[str, set[str]] = defaultdict(set)
    for owned, held in into.items():
        for holding in held:
            owns[holding.owner].add(owned)
    later = set().union(*(owns[owner] for owner in by_class))
    while later:  # what is found only grows, so this ends
        this_round, later = sorted(later), set()
        while this_round:
            owned = heapq.heappop(this_round)
            for name in (STATE, PRIVATE):
                passing = _passing(into[owned], {h.owner for h in into[owned] if name in found.get(h.owner, ())}, above)
                if not passing or name in found.setdefault(owned, set()):
                    continue
                found[owned].add(name)
                claims[owned] |= {h.claim for h in passing}
                stated |= {owned} if any(h.owner in sectors for h in passing) else set()
                for next_ in sorted(owns[owned].difference(this_round)):
                    if next_ > owned:
                        heapq.heappush(this_round, next_)
                    else:
                        later.add(next_)
    return found, claims, stated


def _given(into: Mapping[str, list[Holding]]) -> dict[str, list[Holding]]:
    """The claims that give a body a sector if nothing else does, of those that have any."""
    given = {owned: [h for h in held if h.tenure] for owned, held in sorted(into.items())}
    return {owned: held for owned, held in given.items() if held}


def counted(held: Iterable[Holding]) -> list[Holding]:
    """The claims on one share that count: that of the latest day, and those that answer the same question."""
    known = [h for h in held if h.share is not None]
    last = max(known, key=lambda h: (h.day, h.evidence, h.claim), default=None)
    return [h for h in known if last and (h.day == last.day or (last.question and h.question == last.question))]


def stated(held: Iterable[Holding]) -> Range | None:
    """What a share may be by the claims on it that count; None if none of them states it.

    What one source says of it holds together ("at least 15" and "at most 33"); sources that differ make a wider range.
    """
    by_source: dict[str, list[Range]] = defaultdict(list)
    for h in counted(held):
        if h.share is not None:
            by_source[h.source].append(h.share)
    return _hull([_common(ranges) or _hull(ranges) for ranges in by_source.values()]) if by_source else None


def _common(ranges: list[Range]) -> Range | None:
    """What all ranges have in common, if they have."""
    low, above = max((r.low, r.above) for r in ranges)
    high, below = min((r.high, not r.below) for r in ranges)
    common = Range(low, high, above, not below)
    return common if low < high or (low == high and not common.above and not common.below) else None


def _hull(ranges: list[Range]) -> Range:
    """The range from the least to the most of all ranges."""
    low, above = min((r.low, r.above) for r in ranges)
    high, below = max((r.high, not r.below) for r in ranges)
    return Range(low, high, above, not below)


def _passing(held: list[Holding], owners: set[str], above: _Above) -> list[Holding]:
    """The holdings by which owners of one ownership sector pass it on to what they hold, if they do."""
    if not owners:  # of most bodies there are none, and this is asked of each again and again
        return []
    passing = [h for h in held if h.owner in owners and (h.passes or h.control)]
    for what in (CAPITAL, VOTES):
        parts: dict[str, list[Holding]] = defaultdict(list)
        for h in held:
            if h.has_part_of(what):
                parts[h.owner].append(h)
        if owners.isdisjoint(parts):
            continue
        known = {owner: part for owner, of in sorted(parts.items()) if (part := stated(of))}
        theirs = {owner: known[owner] for owner in _direct(known, above) if owner in owners}
        least = sum((part.low for part in theirs.values()), Decimal(0))
        if least > MAJORITY or (least == MAJORITY and any(part.above for part in theirs.values())):
            passing += [h for owner in theirs for h in counted(parts[owner]) if h not in passing]
    return passing


def _direct(known: Mapping[str, Range], above: _Above) -> list[str]:
    """The owners who own no other of them; of those who own each other in a circle the one with the largest share."""

    def is_above(owner: str, other: str) -> bool:
        if owner == other or owner not in above(other):
            return False
        circle = other in above(owner)
        return not circle or (known[owner].low, owner) < (known[other].low, other)

    return [owner for owner in known if not any(is_above(owner, other) for other in known)]


def _above(into: Mapping[str, list[Holding]]) -> _Above:
    """Gives everyone who owns or supervises an owner through any number of steps, without itself."""
    import networkx as nx

    chains: nx.DiGraph[str] = nx.DiGraph((h.owner, h.owned) for held in into.values() for h in held)
    return functools.cache(lambda node: frozenset(nx.ancestors(chains, node)))
