"""The question ``overlap``: which bodies of the same role have the same neighbours in the network.

Bodies of one role are those of one class, and bodies of any class that overlap according to a source (``ree:overlap``).
What sources state, mostly judgements, is compared with the ties and is not one of them. A tie counts whatever its
relation; the tie between the two of a pair does not.

The claim that two bodies overlap is supported if they share more neighbours than random choice would give (p up to
0.05), and contradicted if both have 10 neighbours or more and share no more than that (p of 0.5 or more). It is
inconclusive if either has fewer than 5 neighbours, if p lies between, or if leaving out one source changes the verdict.
If sources name several pairs, all verdicts must agree. A p-value is given only for pairs in which both have 5
neighbours or more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

from rareearth.analysis import likeness
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Actor, Support, Table, Value, Verdict, quantity
from rareearth.measures import equivalence, permutation
from rareearth.store import claims, vocabulary

if TYPE_CHECKING:
    from rareearth.analysis.likeness import Pair
    from rareearth.analysis.sample import Sample
    from rareearth.measures.equivalence import Likeness
    from rareearth.store.backend import Backend

QUESTION = (
    "Which societies, and which other bodies of the same role, have the same neighbours and may do the same work?"
)
LEVEL, CHANCE = 0.05, 0.5
MANY_TIES = 10
LEAST_SHARED, SHOWN = 2, 25

METHOD = (
    "Structural equivalence [lorrain1971]: distance of ties [burt1976], correlation of ties [breiger1975].",
    "Shared part of the neighbours [jaccard1912]; its probability is hypergeometric [goldberg2003].",
    "P-values corrected for the number of tests [holm1979].",
)


@dataclass(frozen=True)
class Statement:
    """A claim that two bodies overlap, in the alphabetical order of their ids."""

    one: str
    other: str
    kind: str
    source: str
    claim: str


@dataclass(frozen=True)
class TestedPair:
    """Two bodies that a source says overlap, and the verdict on it.

    ``pair`` is None if either has no tie. ``decided_by`` is a source without which the verdict is another (it is
    inconclusive then), or "".
    """

    one: Actor
    other: Actor
    pair: Pair | None
    verdict: Verdict
    decided_by: str
    statements: tuple[Statement, ...]
    __test__: ClassVar[bool] = False  # for pytest, which would collect the class by its name


@dataclass(frozen=True)
class Role:
    """The bodies of one class: ``sharing`` pairs of them have a neighbour in common.

    ``mean_jaccard`` is over all ``pairs``; of the ``tested`` ones ``significant`` have more neighbours in common than
    by chance, after correction for the number of tests.
    """

    sphere: str
    name: str
    bodies: int
    pairs: int
    sharing: int
    mean_jaccard: float
    tested: int
    significant: int


@dataclass(frozen=True)
class Result:
    """The answer to ``overlap``.

    ``peers`` are the most alike of the ``all_peers`` pairs of bodies in the spheres of those that sources say overlap;
    ``alike``, with their role, the most alike of the ``all_alike`` pairs of one role that share two neighbours or more.
    ``single`` pairs share one neighbour only. Of ``bodies``, ``weak`` have too few neighbours for a p-value.
    """

    stated: tuple[TestedPair, ...]
    peers: tuple[Pair, ...]
    all_peers: int
    alike: tuple[tuple[str, Pair], ...]
    all_alike: int
    alike_support: Support
    roles: tuple[Role, ...]
    single: int
    bodies: int
    weak: int
    support: Support

    @property
    def verdict(self) -> Verdict:
        """The verdict on all pairs that sources name, inconclusive if they differ; descriptive if there are none."""
        verdicts = {tested.verdict for tested in self.stated}
        if not verdicts:
            return Verdict.DESCRIPTIVE
        return verdicts.pop() if len(verdicts) == 1 else Verdict.INCONCLUSIVE


def measure(store: Backend, sample: Sample, _seed: int) -> Result:
    """How alike the bodies of each role of a sample are tied, and those that sources say overlap.

    It does not depend on the seed.
    """
    stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in _statements(store, sample):
        stated[statement.one, statement.other].append(statement)
    roles = _roles(sample)
    found = {role: equivalence.rank(sample.ties, members) for role, members in roles.items()}
    corrected, tests = _correct(sample, roles, found)
    alike = sorted((p for role in found for p in found[role] if len(p.shared) >= LEAST_SHARED), key=likeness.rank)
    peers = sorted(_peers(sample, {end for pair in stated for end in pair if end in sample.ties}), key=likeness.rank)
    bodies = [body for members in roles.values() for body in members]
    return Result(
        stated=tuple(_test_pair(sample, *pair, tuple(statements)) for pair, statements in sorted(stated.items())),
        peers=tuple(likeness.describe(sample, pair) for pair in peers[:SHOWN]),
        all_peers=len(peers),
        alike=tuple((sample.ties.nodes[p.one]["kind"], likeness.describe(sample, p, corrected)) for p in alike[:SHOWN]),
        all_alike=len(alike),
        alike_support=sample.support(tie for pair in alike[:SHOWN] for tie in likeness.ties(pair)),
        roles=tuple(_role(*role, members, found[role], corrected, tests[role]) for role, members in roles.items()),
        single=sum(len(pair.shared) < LEAST_SHARED for pairs in found.values() for pair in pairs),
        bodies=len(bodies),
        weak=sum(sample.ties.degree(body) < likeness.LEAST_TIES for body in bodies),
        support=sample.support(sample.ties.edges(set(bodies))),
    )


def verdict(pair: Likeness | None) -> Verdict:
    """The verdict on the claim that two bodies overlap, by the rule of this module, but for leaving out sources."""
    if pair is None or not likeness.testable(pair):
        return Verdict.INCONCLUSIVE
    if pair.probability <= LEVEL:
        return Verdict.SUPPORTED
    many = min(pair.one_ties, pair.other_ties) >= MANY_TIES
    return Verdict.CONTRADICTED if many and pair.probability >= CHANCE else Verdict.INCONCLUSIVE


def _statements(store: Backend, sample: Sample) -> list[Statement]:
    found = []
    relations = vocabulary.read(store).relations.values()
    overlapping = [relation.id for relation in relations if relation.traits.get("overlap") == "true"]
    for claim in claims.read(store, relations=overlapping):
        if claim.source not in sample.left_out and claim.status not in ("retracted", "ended"):
            one, other = sorted((claim.subject.id, claim.object.id))
            found.append(Statement(one, other, claim.kind, claim.source, claim.id))
    return sorted(found, key=lambda s: (s.one, s.other, s.kind, s.source, s.claim))


def _roles(sample: Sample) -> dict[tuple[str, str], list[str]]:
    """The bodies of each sphere and class with two or more."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node, data in sample.ties.nodes(data=True):
        if data["actor_type"] in samples.BODIES and data["sphere"]:
            found[data["sphere"], data["kind"]].append(node)
    return {role: members for role, members in sorted(found.items()) if len(members) > 1}


def _correct(
    sample: Sample, roles: Mapping[tuple[str, str], Sequence[str]], found: Mapping[tuple[str, str], Sequence[Likeness]]
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], int]]:
    """The corrected p of each testable pair, and the number of tests in each role."""
    corrected, tests = {}, {}
    for role, pairs in found.items():
        tested = [pair for pair in pairs if likeness.testable(pair)]
        all_ = math.comb(sum(sample.ties.degree(body) >= likeness.LEAST_TIES for body in roles[role]), 2)
        tests[role] = max(all_, len(tested))  # two that are tied to each other have one neighbour less than ties
        p_values = [*(pair.probability for pair in tested), *[1.0] * (tests[role] - len(tested))]
        adjusted = permutation.holm(p_values)
        corrected.update({(pair.one, pair.other): p for pair, p in zip(tested, adjusted, strict=False)})
    return corrected, tests


def _likeness(sample: Sample, one: str, other: str) -> Likeness | None:
    return equivalence.likeness(sample.ties, one, other) if one in sample.ties and other in sample.ties else None


def _test_pair(sample: Sample, one: str, other: str, statements: tuple[Statement, ...]) -> TestedPair:
    """The verdict on a pair; it is inconclusive if it is another without some source."""
    found = _likeness(sample, one, other)
    full, source = verdict(found), ""
    if full is not Verdict.INCONCLUSIVE:
        own = {s for node in (one, other) for *_, data in sample.ties.edges(node, data=True) for s in data["sources"]}
        rests = ((s, verdict(_likeness(sample.without([s]), one, other))) for s in sorted(own))
        source = next((s for s, rest in rests if rest is not full), "")
    pair = likeness.describe(sample, found) if found else None
    named = Verdict.INCONCLUSIVE if source else full
    return TestedPair(likeness.actor(sample, one), likeness.actor(sample, other), pair, named, source, statements)


def _peers(sample: Sample, ends: Collection[str]) -> Iterator[Likeness]:
    """All pairs of bodies, whatever their class, in the spheres of these."""
    spheres = {str(sample.ties.nodes[end]["sphere"]) for end in ends} - {""}
    peers = sorted(
        node
        for node, data in sample.ties.nodes(data=True)
        if data["actor_type"] in samples.BODIES and data["sphere"] in spheres
    )
    yield from (equivalence.likeness(sample.ties, one, other) for one, other in combinations(peers, 2))


def _role(
    sphere: str,
    name: str,
    members: Sequence[str],
    own: Sequence[Likeness],
    corrected: Mapping[tuple[str, str], float],
    tests: int,
) -> Role:
    pairs = math.comb(len(members), 2)
    significant = sum(corrected.get((pair.one, pair.other), 1.0) <= LEVEL for pair in own)
    mean = math.fsum(pair.jaccard for pair in own) / pairs
    return Role(sphere, name, len(members), pairs, len(own), mean, tests, significant)


def claim(result: Result) -> str:
    """The statements that are tested: those of sources."""
    return "; ".join(f"{tested.one.name} and {tested.other.name} overlap" for tested in result.stated)


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    parts = []
    for tested in result.stated:
        pair, names = tested.pair, f"{tested.one.name} and {tested.other.name}"
        if pair is None:
            parts.append(f"According to sources, {names} overlap; one of them has no tie here.")
        else:
            p = f" (p = {pair.p:.3g})" if pair.p is not None else ""
            parts.append(
                f"According to sources, {names} overlap; they have {pair.one_ties} and "
                f"{quantity(pair.other_ties, 'neighbour')} and share {len(pair.shared)}{p}."
            )
    tests, significant = sum(r.tested for r in result.roles), sum(r.significant for r in result.roles)
    sharing = sum(r.sharing for r in result.roles)
    parts.append(
        f"{quantity(sharing, 'pair of bodies of one role has', 'pairs of bodies of one role have')} a neighbour in "
        f"common. Of {quantity(tests, 'pair')} with at least {likeness.LEAST_TIES} neighbours each, {significant:,} "
        f"{'has' if significant == 1 else 'have'} significantly more in common than by chance, after correction for "
        "the number of tests in a role."
    )
    return " ".join(parts)


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    if not result.stated:
        yield "No source says that two bodies overlap, so there is no claim to test."
    for tested in result.stated:
        pair, names = tested.pair, f"{tested.one.name} and {tested.other.name}"
        if tested.decided_by:
            yield f"The verdict on {names} is not robust: it changes without {tested.decided_by}."
        elif pair is None or pair.p is None:
            ties = f"{pair.one_ties} and {quantity(pair.other_ties, 'neighbour')}" if pair else "no neighbours"
            yield f"{names} have {ties}; at least {likeness.LEAST_TIES} each are needed for a verdict."
        elif tested.verdict is Verdict.INCONCLUSIVE:
            yield f"{names}: p = {pair.p:.3g} is neither small nor large enough for a verdict."
    weak, least = f"{result.weak:,} of {quantity(result.bodies, 'body')}", likeness.LEAST_TIES
    yield f"No p-value is given for {weak}, with fewer than {least} neighbours."
    yield f"{quantity(result.single, 'pair with', 'pairs with')} only one neighbour in common: not listed."
    yield (
        "Being tied to the same actors does not mean doing the same work: the graph has ties to actors, and few claims "
        "about what a body does."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return _stated_table(result), _peer_table(result), _alike_table(result), _role_table(result)


def _stated_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for tested in result.stated:
        for said in tested.statements:
            names = (tested.one.name, tested.other.name)
            rows.append((*names, said.kind, said.source, *likeness.cells(tested.pair), str(tested.verdict)))
            evidence.append((said.claim, *(tested.pair.claims if tested.pair else ())))
    return Table(
        "Bodies that overlap according to sources, compared with their ties",
        ("one", "other", "kind", "source", *likeness.COLUMNS, "verdict"),
        tuple(rows),
        note="The statement itself is not a tie and does not affect the numbers. It is the first claim in a "
        "row's evidence.",
        evidence=tuple(evidence),
    )


def _peer_table(result: Result) -> Table:
    return Table(
        "All pairs of bodies of the same sphere as those that overlap according to sources",
        ("one", "other", *likeness.COLUMNS, "shared neighbours"),
        tuple(
            (pair.one.name, pair.other.name, *likeness.cells(pair), likeness.shared_names(pair))
            for pair in result.peers
        ),
        note=f"The first {len(result.peers)} of {result.all_peers}. p is not corrected for the number of rows.",
        evidence=tuple(pair.claims for pair in result.peers),
    )


def _alike_table(result: Result) -> Table:
    return Table(
        "Pairs of one role by the share of their neighbours that they have in common",
        ("role", "one", "other", *likeness.COLUMNS, "p (Holm)", "shared neighbours"),
        tuple(
            (role, pair.one.name, pair.other.name, *likeness.cells(pair), pair.p_corrected, likeness.shared_names(pair))
            for role, pair in result.alike
        ),
        note=f"Pairs that share at least {LEAST_SHARED} neighbours; the first {len(result.alike)} of "
        f"{result.all_alike}. p assumes that every other actor is equally likely to be shared; an actor with "
        "many ties is more likely.",
        support=result.alike_support,
        evidence=tuple(pair.claims for _, pair in result.alike),
    )


def _role_table(result: Result) -> Table:
    return Table(
        "By role",
        ("sphere", "role", "bodies", "pairs", "share a neighbour", "mean Jaccard", "tested", "more than chance"),
        tuple(
            (r.sphere, r.name, r.bodies, r.pairs, r.sharing, r.mean_jaccard, r.tested, r.significant)
            for r in result.roles
        ),
        note="Mean Jaccard is over all pairs, with 0 for those that share no neighbour. Only pairs in "
        f"which both have at least {likeness.LEAST_TIES} neighbours are tested.",
    )
