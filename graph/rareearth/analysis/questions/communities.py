"""The question ``communities``: which groups the actors fall into by their ties, and how certain they are.

All actors that have a tie are grouped, persons, facilities and events too; ties count alike. The groups are those of
the best of 50 runs by Louvain, or of 10 by Leiden where the graph is large (:data:`LARGE`). They are compared with
random graphs in which everyone keeps its number of ties, as sparse graphs fall apart into groups by chance as well
[guimera2004].

There is no claim to test. The verdict is inconclusive if the modularity is not above that of the random graphs (p up to
0.05), or if the runs agree in less than half (adjusted Rand index).
"""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth.analysis import references
from rareearth.analysis.finding import Actor, Support, Table, Value, Verdict, quantity
from rareearth.measures import communities, cuts, null_model

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.sample import Sample
    from rareearth.measures.communities import Partition, Stability
    from rareearth.measures.null_model import Comparison
    from rareearth.store.backend import Backend

    Graph = nx.Graph[str]

QUESTION = "Which groups do the actors fall into by their ties, and how certain are the groups?"
LARGE = 3_000  # ties from which Leiden alone is run
RUNS, DRAWS = 50, 99
RUNS_LARGE, DRAWS_LARGE = 10, 19
LEVEL, AGREED = 0.05, 0.5
LEAST_TIES = 30
LEAST_MEMBERS, NAMED, SHOWN = 3, 4, 15

METHOD = (
    "Modularity [newman2004]. Louvain [blondel2008]. Leiden [traag2019].",
    "Agreement of runs: adjusted Rand index [hubert1985]; normalized mutual information [danon2005].",
    "Why runs differ [good2010]. Modularity of random graphs [guimera2004]. Resolution limit [fortunato2007].",
)


@dataclass(frozen=True)
class Method:
    """The runs of one method.

    ``groups`` is the number of groups of the best run, ``ari`` and ``nmi`` are the agreement of the runs (means of the
    adjusted Rand index and the normalized mutual information over all pairs of runs; None for a single run).
    """

    name: str
    runs: int
    groups: int
    best_modularity: float
    mean_modularity: float
    ari: float | None
    nmi: float | None


@dataclass(frozen=True)
class Group:
    """A group of the best run.

    ``members`` are sorted by their ties within the group, ``within`` and ``out`` count the ties inside it and to
    others, ``cohesion`` is the mean part of the runs in which two of the group are together, ``spheres`` has the number
    of members by sphere ("" for none).
    """

    members: tuple[Actor, ...]
    within: int
    out: int
    cohesion: float
    spheres: Mapping[str, int]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Unsure:
    """An actor that is with the others of its group (a number from 1) in less than half of the runs, in the mean."""

    actor: Actor
    group: int
    ties: int
    together: float


@dataclass(frozen=True)
class Result:
    """The answer to ``communities``.

    ``method`` is that of the groups, ``other`` a second one for comparison (None if the graph is large), ``agreement``
    the adjusted Rand index of the best runs of both. ``chance`` compares the mean modularity with those of ``draws``
    random graphs, None for too few ties. ``groups`` are those of :data:`LEAST_MEMBERS` or more, ``unsure`` all actors
    that change groups from run to run. ``components`` are the sizes of the connected components, the largest first;
    ``single_source`` is the number of ties that a single source states.
    """

    actors: int
    ties: int
    method: Method
    other: Method | None
    agreement: float | None
    chance: Comparison | None
    draws: int
    groups: tuple[Group, ...]
    unsure: tuple[Unsure, ...]
    components: tuple[int, ...]
    single_source: int
    groups_support: Support
    support: Support

    @property
    def verdict(self) -> Verdict:
        """Descriptive if the groups are more than chance, and the runs agree."""
        sure = self.chance and self.chance.p_greater <= LEVEL and (self.method.ari or 0.0) >= AGREED
        return Verdict.DESCRIPTIVE if sure else Verdict.INCONCLUSIVE


def measure(_store: Backend, sample: Sample, seed: int) -> Result:
    """The groups of the actors of a sample, compared with those of another method and of random graphs."""
    graph = sample.ties
    large = graph.number_of_edges() >= LARGE
    seeds = range(seed, seed + (RUNS_LARGE if large else RUNS))
    name = "Leiden" if large else "Louvain"
    found = communities.stability(graph, seeds, _METHODS[name])
    other = None if large else communities.stability(graph, seeds, communities.leiden)
    draws = DRAWS_LARGE if large else DRAWS
    groups = [group for group in found.best if len(group) >= LEAST_MEMBERS]
    return Result(
        actors=len(graph),
        ties=graph.number_of_edges(),
        method=_method(name, found),
        other=_method("Leiden", other) if other else None,
        agreement=communities.ari(found.best, other.best) if other else None,
        chance=_chance(graph, found, seed, _METHODS[name], draws),
        draws=draws,
        groups=tuple(_group(sample, found, group) for group in groups),
        unsure=tuple(_unsure(sample, found, groups)),
        components=tuple(sorted(map(len, cuts.parts(graph)), reverse=True)),
        single_source=sum(len(data["sources"]) == 1 for *_, data in graph.edges(data=True)),
        groups_support=sample.support((a, b) for group in groups for a, b in graph.subgraph(group).edges()),
        support=sample.support(),
    )


_METHODS: Mapping[str, Callable[[Graph, int], Partition]] = {
    "Louvain": communities.louvain,
    "Leiden": communities.leiden,
}


def _method(name: str, found: Stability) -> Method:
    return Method(
        name=name,
        runs=len(found.runs),
        groups=len(found.best),
        best_modularity=max(found.modularities),
        mean_modularity=statistics.fmean(found.modularities),
        ari=found.ari,
        nmi=found.nmi,
    )


def _chance(
    graph: Graph, found: Stability, seed: int, method: Callable[[Graph, int], Partition], draws: int
) -> Comparison | None:
    """The mean modularity of a run compared with that of one run on each random graph; None for very few ties."""
    if graph.number_of_edges() < LEAST_TIES:
        return None
    drawn = [
        communities.modularity(made, method(made, seed + number))
        for number, made in enumerate(null_model.graphs(graph, draws, seed))
    ]
    return null_model.compare(statistics.fmean(found.modularities), drawn)


def _actor(graph: Graph, node: str) -> Actor:
    return Actor(node, str(graph.nodes[node]["label"]))


def _group(sample: Sample, found: Stability, group: frozenset[str]) -> Group:
    graph = sample.ties
    inside = graph.subgraph(group)
    within = inside.number_of_edges()
    order = sorted(group, key=lambda node: (-inside.degree(node), node))
    spheres = Counter(str(graph.nodes[node]["sphere"]) for node in group)
    return Group(
        members=tuple(_actor(graph, node) for node in order),
        within=within,
        out=sum(graph.degree(node) for node in group) - 2 * within,
        cohesion=found.cohesion(group),
        spheres=dict(sorted(spheres.items(), key=lambda item: (-item[1], item[0] or "none"))),
        claims=tuple(sorted({claim for *_, data in inside.edges(data=True) for claim in data["claims"]})),
    )


def _unsure(sample: Sample, found: Stability, groups: Sequence[frozenset[str]]) -> Iterator[Unsure]:
    """Actors that change groups from run to run, those that do so most first."""
    rows = []
    for number, group in enumerate(groups, 1):
        for node in group:
            others = group - {node}
            kept = sum(len(others & other) for run in found.runs for other in run if node in other)
            rows.append((kept / (len(others) * len(found.runs)), node, number))
    for together, node, number in sorted(rows):
        if together < AGREED:
            yield Unsure(_actor(sample.ties, node), number, sample.ties.degree(node), together)


def claim(_result: Result) -> str:
    """No statement is tested."""
    return ""


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    if not result.ties:
        return "No two actors are tied."
    method, chance = result.method, result.chance
    text = (
        f"{result.actors:,} actors with {quantity(result.ties, 'tie')} fall into {quantity(method.groups, 'group')}, "
        f"{len(result.groups)} of {LEAST_MEMBERS} or more, with a modularity of {method.best_modularity:.3f}"
    )
    if chance:
        text += f"; random graphs with the same degrees have {chance.mean:.3f} (p = {chance.p_greater:.3g})"
    return text + f". {method.runs} runs agree by an adjusted Rand index of {method.ari or 0.0:.2f}."


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    ari, ties = result.method.ari or 0.0, quantity(result.ties, "tie")
    if result.chance is None:
        yield f"{ties}; fewer than {LEAST_TIES} are not compared with random graphs."
    elif result.chance.p_greater > LEVEL:
        yield (
            f"Random graphs split into groups as well (p = {result.chance.p_greater:.3g}): the groups may be "
            f"due to chance."
        )
    if ari < AGREED:
        yield f"The runs agree in less than half (adjusted Rand index {ari:.2f}): no group is certain."
    loose = sum(group.cohesion < AGREED for group in result.groups)
    if loose:
        yield f"{quantity(loose, 'group is', 'groups are')} together in less than half of the runs."
    if len(result.components) > 1:
        yield (
            f"The graph has {len(result.components)} connected components, the largest of {result.components[0]:,} "
            "actors; small components are groups by themselves, which raises the modularity and the agreement."
        )
    yield f"Based on a single source: {result.single_source:,} of {ties}."
    yield (
        f"{ties} between {quantity(result.actors, 'actor')} are few: a group may be what one source wrote about. "
        f"Modularity finds no groups that are small compared with the graph ({references.cite('fortunato2007')})."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return _method_table(result), _group_table(result), _unsure_table(result)


def _method_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = [dataclasses.astuple(m) for m in (result.method, result.other) if m]
    note = "Agreement is the mean over all pairs of runs, 1 for full agreement."
    chance = result.chance
    if chance:
        name = f"{result.method.name} on random graphs"
        rows.append((name, result.draws, None, None, chance.mean, None, None))
        if chance.z is not None:
            note += f" Mean modularity against random graphs: z = {chance.z:.2f}, one-sided p = {chance.p_greater:.3g}."
    if result.agreement is not None:
        note += f" The best of both agree by an adjusted Rand index of {result.agreement:.2f}."
    return Table(
        "Modularity, and how far the runs agree",
        ("method", "runs", "groups", "best modularity", "mean modularity", "adjusted Rand", "mutual information"),
        tuple(rows),
        note=note,
    )


def _group_table(result: Result) -> Table:
    rows: list[tuple[Value, ...]] = []
    for number, group in enumerate(result.groups, 1):
        first = ", ".join(actor.name for actor in group.members[:NAMED])
        spheres = ", ".join(f"{count} {sphere or 'none'}" for sphere, count in group.spheres.items())
        rows.append((number, len(group.members), group.within, group.out, group.cohesion, first, spheres))
    return Table(
        f"The groups of {LEAST_MEMBERS} or more",
        ("group", "actors", "ties within", "ties out", "together", "members with most ties in it", "spheres"),
        tuple(rows),
        note="Together: the share of runs in which two members are in the same group, as a mean over all pairs.",
        support=result.groups_support,
        evidence=tuple(group.claims for group in result.groups),
    )


def _unsure_table(result: Result) -> Table:
    return Table(
        "Actors between groups",
        ("actor", "group", "ties", "with its group"),
        tuple((u.actor.name, u.group, u.ties, u.together) for u in result.unsure[:SHOWN]),
        note="Actors that are with the others of their group in less than half of the runs on average; "
        f"the first {min(SHOWN, len(result.unsure))} of {len(result.unsure)}.",
    )
