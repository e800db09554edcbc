"""The question ``overlap``: which bodies of one role stand in the same place among the others.

Of one role are bodies of one class, and bodies of any class of which a source says that they overlap
(``ree:overlap``). What sources say of it, which are mostly judgements, stands beside the ties and is not one of them.
A tie counts whatever its relation; the tie between the two of a pair does not.

The claim that two bodies overlap is supported by ties when they share more neighbours than blind choice would give (p
up to 0.05), and spoken against when both have 10 neighbours or more and share no more than that (p of 0.5 or more).
The graph cannot tell when either has fewer than 5 neighbours, when p lies between, or when leaving out one source
changes the verdict. Where sources name several pairs that overlap, all verdicts must agree. A p-value is given for
those pairs alone of which both have 5 neighbours or more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces
from rareearth.analysis import sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.measures import equivalence

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.equivalence import Likeness
    from rareearth.store.backend import Backend

QUESTION = (
    "Which societies, and which other bodies of the same role, stand in the same place and so may do the same work?"
)
LEVEL, CHANCE = 0.05, 0.5
LEAST_TIES, MANY_TIES = 5, 10
LEAST_SHARED, SHOWN = 2, 25

METHOD = (
    "Structural equivalence: Lorrain and White 1971, Journal of Mathematical Sociology 1, 49-80.",
    "Distance of ties: Burt 1976, Social Forces 55, 93-122. Correlation of ties: Breiger, Boorman and Arabie 1975, "
    "Journal of Mathematical Psychology 12, 328-383.",
    "Shared part of the neighbours: Jaccard 1912, New Phytologist 11, 37-50; the probability of so many is "
    "hypergeometric: Goldberg and Roth 2003, PNAS 100, 4372-4376.",
    "p after so many tests: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.",
)

_SAID = """
SELECT ?claim ?one ?other ?kind ?source WHERE {
  ?relation ree:overlap true .
  GRAPH ?claim { ?one ?relation ?other }
  ?claim ree:kind ?kind ; ree:source ?source ; ree:status ?status .
  FILTER(?status NOT IN (ree:retracted, ree:ended))
}"""
_FIGURES = ("ties of one", "ties of other", "shared", "Jaccard", "distance", "correlation", "p")


class _Said(NamedTuple):
    """A claim that two overlap: whose names stand in the order of the alphabet."""

    one: str
    other: str
    kind: str
    source: str
    claim: str


def answer(store: Backend, read: Sample, _seed: int) -> Finding[None]:
    """The finding on a sample. Nothing is drawn at random."""
    said = _read(store, read)
    pairs = sorted({(s.one, s.other) for s in said})
    verdicts = {pair: _watched(read, *pair) for pair in pairs}
    roles = _roles(read)
    found = {role: equivalence.ranked(read.ties, members) for role, members in roles.items()}
    adjusted, tests = _adjusted(read, roles, found)
    alike = [pair for role in found for pair in found[role] if len(pair.shared) >= LEAST_SHARED]
    told = {verdict for verdict, _ in verdicts.values()}
    return Finding(
        name="overlap",
        question=QUESTION,
        claim=_claim(read, pairs),
        verdict=(told.pop() if len(told) == 1 else Verdict.INCONCLUSIVE) if pairs else Verdict.DESCRIPTIVE,
        answer=_answer(read, pairs, found, adjusted, tests),
        result=None,
        tables=(
            _sayings(read, said, verdicts),
            _peers(read, pairs),
            _alike(read, alike, adjusted),
            _by_role(roles, found, adjusted, tests),
        ),
        support=read.support(read.ties.edges({body for members in roles.values() for body in members})),
        limits=tuple(_limits(read, pairs, verdicts, roles, found)),
        method=METHOD,
    )


def verdict(pair: Likeness | None) -> Verdict:
    """The verdict on the claim that two bodies overlap, by the rule of this module, but for leaving out sources."""
    if pair is None or not _carries(pair):
        return Verdict.INCONCLUSIVE
    if pair.probability <= LEVEL:
        return Verdict.SUPPORTED
    many = min(pair.one_ties, pair.other_ties) >= MANY_TIES
    return Verdict.CONTRADICTED if many and pair.probability >= CHANCE else Verdict.INCONCLUSIVE


def _read(store: Backend, read: Sample) -> list[_Said]:
    found = []
    for row in store.select(_SAID):
        claim, one, other, kind, source = (namespaces.local(term.value) for term in row)
        if source not in read.left_out:
            found.append(_Said(min(one, other), max(one, other), kind, source, claim))
    return sorted(found)


def _roles(read: Sample) -> dict[tuple[str, str], list[str]]:
    """The bodies of each sphere and class of which there are two or more."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node, data in read.ties.nodes(data=True):
        if data["nature"] in sample.BODIES and data["sphere"]:
            found[data["sphere"], data["kind"]].append(node)
    return {role: members for role, members in sorted(found.items()) if len(members) > 1}


def _carries(pair: Likeness) -> bool:
    """Whether both have ties enough for a p-value."""
    return min(pair.one_ties, pair.other_ties) >= LEAST_TIES


def _adjusted(
    read: Sample, roles: dict[tuple[str, str], list[str]], found: dict[tuple[str, str], tuple[Likeness, ...]]
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], int]]:
    """The p of each pair that carries one, after as many tests as its role has such pairs; and how many those are."""
    adjusted, tests = {}, {}
    for role, pairs in found.items():
        carried = [pair for pair in pairs if _carries(pair)]
        all_ = math.comb(sum(read.ties.degree(body) >= LEAST_TIES for body in roles[role]), 2)
        tests[role] = max(all_, len(carried))  # two that are tied to each other have one neighbour less than ties
        tested = equivalence.holm([*(pair.probability for pair in carried), *[1.0] * (tests[role] - len(carried))])
        adjusted.update({(pair.one, pair.other): p for pair, p in zip(carried, tested, strict=False)})
    return adjusted, tests


def _likeness(read: Sample, one: str, other: str) -> Likeness | None:
    return equivalence.likeness(read.ties, one, other) if one in read.ties and other in read.ties else None


def _watched(read: Sample, one: str, other: str) -> tuple[Verdict, str]:
    """The verdict on a pair, and a source without which it is another: the graph cannot tell then."""
    told = verdict(_likeness(read, one, other))
    if told is Verdict.INCONCLUSIVE:
        return told, ""
    own = {s for node in (one, other) for *_, data in read.ties.edges(node, data=True) for s in data["sources"]}
    for source in sorted(own):
        if verdict(_likeness(read.without([source]), one, other)) is not told:
            return Verdict.INCONCLUSIVE, source
    return told, ""


def _name(read: Sample, node: str) -> str:
    return str(read.ties.nodes[node]["label"]) if node in read.ties else node


def _claim(read: Sample, pairs: list[tuple[str, str]]) -> str:
    return "; ".join(f"{_name(read, one)} and {_name(read, other)} overlap" for one, other in pairs)


def _answer(
    read: Sample,
    pairs: list[tuple[str, str]],
    found: dict[tuple[str, str], tuple[Likeness, ...]],
    adjusted: dict[tuple[str, str], float],
    tests: dict[tuple[str, str], int],
) -> str:
    parts = []
    for one, other in pairs:
        pair = _likeness(read, one, other)
        names = f"{_name(read, one)} and {_name(read, other)}"
        if pair is None:
            parts.append(f"{names} are said to overlap; one of them has no tie here.")
        else:
            parts.append(
                f"{names} are said to overlap; they have {pair.one_ties} and "
                f"{counted(pair.other_ties, 'neighbour')} and share "
                f"{len(pair.shared)}" + (f" (p = {pair.probability:.3g})." if _carries(pair) else ".")
            )
    sure = sum(p <= LEVEL for p in adjusted.values())
    shared = sum(map(len, found.values()))
    parts.append(
        f"{counted(shared, 'pair of bodies of one role has', 'pairs of bodies of one role have')} a neighbour in "
        f"common. Of {counted(sum(tests.values()), 'pair')} with {LEAST_TIES} neighbours or more each, {sure:,} "
        f"{'has' if sure == 1 else 'have'} more in common than chance gives, after so many tests in a role."
    )
    return " ".join(parts)


def _evidence(read: Sample, pair: Likeness) -> tuple[str, ...]:
    """The claims by which the two are tied to those they share."""
    ends = [(end, between) for between in pair.shared for end in (pair.one, pair.other)]
    return tuple(sorted({claim for tie in ends for claim in read.ties.edges[tie]["claims"]}))


def _figures(pair: Likeness) -> tuple[Value, ...]:
    return (
        pair.one_ties,
        pair.other_ties,
        len(pair.shared),
        pair.jaccard,
        pair.distance,
        pair.correlation,
        pair.probability if _carries(pair) else None,
    )


def _shared(read: Sample, pair: Likeness) -> str:
    return ", ".join(_name(read, node) for node in pair.shared)


def _sayings(read: Sample, said: list[_Said], verdicts: dict[tuple[str, str], tuple[Verdict, str]]) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for saying in said:
        pair = _likeness(read, saying.one, saying.other)
        figures = _figures(pair) if pair else (None,) * len(_FIGURES)
        names = (_name(read, saying.one), _name(read, saying.other))
        ties = str(verdicts[saying.one, saying.other][0])
        rows.append((*names, saying.kind, saying.source, *figures, ties))
        evidence.append((saying.claim, *(_evidence(read, pair) if pair else ())))
    return Table(
        "Who is said to overlap, and what the ties show",
        ("one", "other", "said as", "source", *_FIGURES, "verdict of the ties"),
        tuple(rows),
        note="What is said is no tie and does not bear on the figures. It is the first claim of a row's evidence.",
        evidence=tuple(evidence),
    )


def _peers(read: Sample, pairs: list[tuple[str, str]]) -> Table:
    """Everyone of the spheres of those who are said to overlap, whatever their class."""
    ends = {end for pair in pairs for end in pair if end in read.ties}
    spheres = {str(read.ties.nodes[end]["sphere"]) for end in ends} - {""}
    peers = sorted(
        node
        for node, data in read.ties.nodes(data=True)
        if data["nature"] in sample.BODIES and data["sphere"] in spheres
    )
    found = [equivalence.likeness(read.ties, one, other) for one, other in combinations(peers, 2)]
    order = sorted(found, key=lambda pair: (-pair.jaccard, pair.probability, pair.one, pair.other))[:SHOWN]
    return Table(
        "All pairs of bodies of the same sphere as those who are said to overlap",
        ("one", "other", *_FIGURES, "whom they share"),
        tuple((_name(read, pair.one), _name(read, pair.other), *_figures(pair), _shared(read, pair)) for pair in order),
        note=f"The first {len(order)} of {len(found)}. p is not corrected for the number of rows.",
        evidence=tuple(_evidence(read, pair) for pair in order),
    )


def _alike(read: Sample, alike: list[Likeness], adjusted: dict[tuple[str, str], float]) -> Table:
    order = sorted(alike, key=lambda pair: (-pair.jaccard, pair.probability, pair.one, pair.other))[:SHOWN]
    return Table(
        "Pairs of one role by the part of their neighbours that they share",
        ("role", "one", "other", *_FIGURES, "p after all tests", "whom they share"),
        tuple(
            (
                read.ties.nodes[pair.one]["kind"],
                _name(read, pair.one),
                _name(read, pair.other),
                *_figures(pair),
                adjusted.get((pair.one, pair.other)),
                _shared(read, pair),
            )
            for pair in order
        ),
        note=f"Pairs that share {LEAST_SHARED} neighbours or more; the first {len(order)} of {len(alike)}. p takes "
        "every other actor to be as easily shared: one whom many are tied to is shared more easily than it says.",
        support=read.support(_between(order)),
        evidence=tuple(_evidence(read, pair) for pair in order),
    )


def _between(pairs: Iterable[Likeness]) -> Iterator[tuple[str, str]]:
    return ((end, between) for pair in pairs for between in pair.shared for end in (pair.one, pair.other))


def _by_role(
    roles: dict[tuple[str, str], list[str]],
    found: dict[tuple[str, str], tuple[Likeness, ...]],
    adjusted: dict[tuple[str, str], float],
    tests: dict[tuple[str, str], int],
) -> Table:
    rows = []
    for (sphere, kind), members in roles.items():
        pairs, own = math.comb(len(members), 2), found[sphere, kind]
        sure = sum(adjusted.get((pair.one, pair.other), 1.0) <= LEVEL for pair in own)
        mean = math.fsum(pair.jaccard for pair in own) / pairs
        rows.append((sphere, kind, len(members), pairs, len(own), mean, tests[sphere, kind], sure))
    return Table(
        "By role",
        ("sphere", "role", "bodies", "pairs", "share a neighbour", "mean Jaccard", "tested", "more than chance"),
        tuple(rows),
        note="Mean Jaccard is over all pairs, with 0 for those that share nobody. Tested are the pairs of which both "
        f"have {LEAST_TIES} neighbours or more.",
    )


def _limits(
    read: Sample,
    pairs: list[tuple[str, str]],
    verdicts: dict[tuple[str, str], tuple[Verdict, str]],
    roles: dict[tuple[str, str], list[str]],
    found: dict[tuple[str, str], tuple[Likeness, ...]],
) -> Iterator[str]:
    if not pairs:
        yield "No source says of two bodies that they overlap, so there is no claim to weigh."
    for one, other in pairs:
        pair, (told, source) = _likeness(read, one, other), verdicts[one, other]
        names = f"{_name(read, one)} and {_name(read, other)}"
        if source:
            yield f"One source decides on {names}: without {source} the verdict is another."
        elif pair is None or not _carries(pair):
            ties = f"{pair.one_ties} and {counted(pair.other_ties, 'neighbour')}" if pair else "no neighbours"
            yield f"{names} have {ties}; fewer than {LEAST_TIES} carry no verdict."
        elif told is Verdict.INCONCLUSIVE:
            yield f"{names}: p = {pair.probability:.3g} is neither small nor large enough."
    bodies = [body for members in roles.values() for body in members]
    few = sum(read.ties.degree(body) < LEAST_TIES for body in bodies)
    yield f"No p-value is given for {few:,} of {counted(len(bodies), 'body')}, with fewer than {LEAST_TIES} neighbours."
    single = [pair for each in found.values() for pair in each if len(pair.shared) < LEAST_SHARED]
    yield f"{counted(len(single), 'pair with', 'pairs with')} one neighbour alone in common: not listed."
    yield (
        "To be tied to the same others is not to do the same work: the graph has ties to actors, and hardly any claim "
        "on what a body does."
    )
