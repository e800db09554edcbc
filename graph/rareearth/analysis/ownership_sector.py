"""Who is state-owned and who is private, as far as the sources say it: from sectors, owners and supervisors.

The ontology declares what Python must know: ``ree:tenure`` is that of the members of a class (government bodies are of
the state, persons are private, sectors as they are declared), ``ree:owner`` the end of a relation that owns the other,
``ree:control`` that it decides over the other whatever its share, ``ree:passesTenure`` the end whose tenure the other
has without being owned (a sector, a supervisor).

The rule: one has the tenure of a sector that it belongs to, of a body that supervises it, of an owner who decides over
it, and of owners who hold more than half together, as far as shares are known. An owner of an owner of the same firm is
not counted beside it. A minority, or a share that nobody tells, says nothing; nor do sources that say both. Ended
claims and those that a later claim of the same question replaced are set aside, as in the question ``state-behind``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

STATE, PRIVATE = "state", "private"
MAJORITY = 50.0  # per cent; a majority is more than this

_HOLDINGS = """
SELECT ?claim ?owner ?owned ?relation ?control ?passes ?status ?until ?day ?evidence ?share ?stated WHERE {
  { ?relation ree:owner ?end . BIND(false AS ?passes) OPTIONAL { ?relation ree:control ?control } }
  UNION { ?relation ree:passesTenure ?end . BIND(true AS ?passes) }
  GRAPH ?claim { ?subject ?relation ?object }
  ?claim ree:kind ree:fact ; ree:status ?status ; ree:evidence ?evidence .
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:earliest ?day }
  OPTIONAL { ?claim ree:share ?share }
  BIND(EXISTS { ?subject ?relation ?object } AS ?stated)
  BIND(IF(?end = "subject", ?subject, ?object) AS ?owner)
  BIND(IF(?end = "subject", ?object, ?subject) AS ?owned)
}"""
_CHANGES = """
SELECT ?claim ?conflict ?day WHERE {
  ?conflict ree:disagreement ree:change .
  ?claim ree:conflict ?conflict ; ree:kind ree:fact ; ree:status ree:held .
  OPTIONAL { ?claim ree:earliest ?day }
}"""
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
    """The holdings of a store, and of each claim of a question that changed its answer: the question and the day."""

    claims: tuple[Holding, ...]
    changes: Mapping[str, tuple[str, str]]


class Tenure(NamedTuple):
    """``state``, ``private`` or "" (not known); whether a source says so in a word; the claims that it is read from."""

    name: str
    stated: bool
    claims: tuple[str, ...]


def read(store: Backend) -> Holdings:
    """What a store says of owners, supervisors and sectors."""

    def text(term: object) -> str:
        return "" if term is None else namespaces.local(str(getattr(term, "value", term)))

    claims = []
    for row in store.select(_HOLDINGS):
        status, share = text(row["status"]), row["share"]
        claims.append(
            Holding(
                claim=text(row["claim"]),
                owner=text(row["owner"]),
                owned=text(row["owned"]),
                relation=text(row["relation"]),
                control=text(row["control"]) == "true",
                passes=text(row["passes"]) == "true",
                ended=status == "ended",
                until=row["until"] is not None,
                day=text(row["day"]),
                evidence=_EVIDENCE.index(text(row["evidence"])),
                share=float(share.value) if share else None,
                plain=status == "held" and text(row["stated"]) == "true",
            )
        )
    changes = {text(claim): (text(conflict), text(day)) for claim, conflict, day in store.select(_CHANGES)}
    return Holdings(tuple(sorted(claims)), changes)


def current(holdings: Holdings, known: Collection[str]) -> list[Holding]:
    """The holdings that the known claims (ids) leave standing: not ended, and not replaced by a later claim."""
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


def tenures(holdings: Iterable[Holding], given: Mapping[str, str], sectors: Collection[str]) -> dict[str, Tenure]:
    """The tenure of everyone of whom something is known.

    ``given`` has those whose class tells it (node -> ``state`` or ``private``); they keep it. What is told by one of
    the ``sectors`` is stated, all else inferred.
    """
    into: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.owned not in given and holding.owner != holding.owned:
            into[holding.owned].append(holding)
    above = _above(into)
    found: dict[str, set[str]] = {node: {name} for node, name in given.items()}
    claims: dict[str, set[str]] = defaultdict(set)
    stated: set[str] = set()
    changed = True
    while changed:  # what is found only grows, so this ends
        changed = False
        for owned, held in sorted(into.items()):
            for name in (STATE, PRIVATE):
                ways = _ways(held, {h.owner for h in held if name in found.get(h.owner, ())}, above)
                if ways and name not in found.setdefault(owned, set()):
                    found[owned].add(name)
                    claims[owned] |= {h.claim for h in ways}
                    if any(h.owner in sectors for h in ways):
                        stated.add(owned)
                    changed = True
    return {
        node: Tenure(
            min(names) if len(names) == 1 else "", node in stated or node in given, tuple(sorted(claims[node]))
        )
        for node, names in sorted(found.items())
        if names
    }


def _ways(held: list[Holding], owners: set[str], above: Mapping[str, frozenset[str]]) -> list[Holding]:
    """The holdings by which owners of one tenure give it to what they hold, if they do."""
    theirs = [h for h in held if h.owner in owners]
    ways = [h for h in theirs if h.passes or h.control]
    everyone = {h.owner for h in held if h.share is not None}
    direct = {owner for owner in everyone if not any(owner in above[other] for other in everyone - {owner})}
    # of several claims on one owner counts the one of the latest day, then the one with the best evidence
    best = {h.owner: h for h in sorted(theirs, key=lambda h: (h.day, h.evidence, h.claim)) if h.share is not None}
    counted = [h for owner, h in sorted(best.items()) if owner in direct]
    if sum(h.share or 0.0 for h in counted) > MAJORITY:
        ways += counted
    return ways


def _above(into: Mapping[str, list[Holding]]) -> dict[str, frozenset[str]]:
    """Everyone who owns or supervises each owner through any number of steps, without itself."""
    import networkx as nx

    chains: nx.DiGraph[str] = nx.DiGraph((h.owner, h.owned) for held in into.values() for h in held)
    return {node: frozenset(nx.ancestors(chains, node)) for node in chains}
