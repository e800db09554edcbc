"""The question ``communities``: which groups the actors fall into by their ties, and how sure they are.

All actors that have a tie are grouped, persons, facilities and events too; ties count alike. The groups are those of
the best of 50 runs by Louvain, or of 10 by Leiden where the graph is large (:data:`LARGE`). They are tested against
random graphs in which everyone keeps its number of ties, as sparse graphs fall apart into groups by chance as well
[Guimera2004]_.

There is no claim to weigh, so the verdict is ``described``, or ``the graph cannot tell`` when the modularity is not
above that of the random graphs (p up to 0.05), or when the runs agree in less than half (adjusted Rand index).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.measures import communities, null_model

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.sample import Sample
    from rareearth.measures.communities import Partition, Stability
    from rareearth.measures.null_model import Comparison
    from rareearth.store.backend import Backend

QUESTION = "Which groups do the actors fall into by their ties, and how sure are the groups?"
LARGE = 3_000  # ties from which Leiden alone is run
RUNS, DRAWS = 50, 99
RUNS_LARGE, DRAWS_LARGE = 10, 19
LEVEL, AGREED = 0.05, 0.5
LEAST_TIES = 30
LEAST_MEMBERS, NAMED, SHOWN = 3, 4, 15

METHOD = (
    "Modularity: Newman and Girvan 2004, Physical Review E 69, 026113.",
    "Louvain: Blondel, Guillaume, Lambiotte and Lefebvre 2008, Journal of Statistical Mechanics P10008. Leiden: Traag, "
    "Waltman and van Eck 2019, Scientific Reports 9, 5233.",
    "Agreement of runs: adjusted Rand index, Hubert and Arabie 1985, Journal of Classification 2, 193-218; normalized "
    "mutual information, Danon, Diaz-Guilera, Duch and Arenas 2005, Journal of Statistical Mechanics P09008.",
    "Why runs differ: Good, de Montjoye and Clauset 2010, Physical Review E 81, 046106. Modularity of random graphs: "
    "Guimera, Sales-Pardo and Amaral 2004, Physical Review E 70, 025101.",
)


def answer(_store: Backend, read: Sample, seed: int) -> Finding[None]:
    """The finding on a sample, with its groups beside those of another method, and beside random graphs."""
    graph = read.ties
    large = graph.number_of_edges() >= LARGE
    seeds = range(seed, seed + (RUNS_LARGE if large else RUNS))
    found = communities.stability(graph, seeds, _method(large))
    other = None if large else communities.stability(graph, seeds, communities.leiden)
    chance = _chance(graph, found, seed, large)
    limits = tuple(_limits(graph, found, chance))
    open_ = chance is None or chance.p_greater > LEVEL or (found.ari or 0.0) < AGREED
    return Finding(
        name="communities",
        question=QUESTION,
        verdict=Verdict.INCONCLUSIVE if open_ else Verdict.DESCRIPTIVE,
        answer=_answer(graph, found, chance),
        result=None,
        tables=(_methods(found, other, chance, large), _groups(read, found), _unsure(read, found)),
        support=read.support(),
        limits=limits,
        method=METHOD,
    )


def _method(large: bool) -> Callable[[nx.Graph[str], int], Partition]:
    return communities.leiden if large else communities.louvain


def _chance(graph: nx.Graph[str], found: Stability, seed: int, large: bool) -> Comparison | None:
    """The mean modularity of a run beside that of one run on each of the random graphs; None for very few ties."""
    if graph.number_of_edges() < LEAST_TIES:
        return None
    drawn = [
        communities.modularity(made, _method(large)(made, seed + number))
        for number, made in enumerate(null_model.graphs(graph, DRAWS_LARGE if large else DRAWS, seed))
    ]
    return null_model.compare(statistics.fmean(found.modularities), drawn)


def _large(found: Partition) -> list[frozenset[str]]:
    return [group for group in found if len(group) >= LEAST_MEMBERS]


def _answer(graph: nx.Graph[str], found: Stability, chance: Comparison | None) -> str:
    if not graph.number_of_edges():
        return "No two actors are tied."
    large = _large(found.best)
    text = (
        f"{len(graph):,} actors with {counted(graph.number_of_edges(), 'tie')} fall into "
        f"{counted(len(found.best), 'group')}, {len(large)} of {LEAST_MEMBERS} or more, "
        f"with a modularity of {max(found.modularities):.3f}"
    )
    if chance:
        text += f"; random graphs with the same degrees have {chance.mean:.3f} (p = {chance.p_greater:.3g})"
    return text + f". {len(found.runs)} runs agree by an adjusted Rand index of {found.ari or 0.0:.2f}."


def _methods(found: Stability, other: Stability | None, chance: Comparison | None, large: bool) -> Table:
    name = "Leiden" if large else "Louvain"

    def row(name: str, runs: Stability) -> tuple[Value, ...]:
        return (
            name,
            len(runs.runs),
            len(runs.best),
            max(runs.modularities),
            statistics.fmean(runs.modularities),
            runs.ari,
            runs.nmi,
        )

    rows = [row(name, found)]
    if other:
        rows.append(row("Leiden", other))
    if chance:
        draws = DRAWS_LARGE if large else DRAWS
        rows.append((f"{name} on random graphs", draws, None, None, chance.mean, None, None))
    note = "Agreement is the mean over all pairs of runs, 1 for full agreement."
    if chance and chance.z is not None:
        note += f" Mean modularity against random graphs: z = {chance.z:.2f}, one-sided p = {chance.p_greater:.3g}."
    if other:
        agreed = communities.ari(found.best, other.best)
        note += f" The best of both agree by an adjusted Rand index of {agreed:.2f}."
    return Table(
        "How well the graph falls apart, and how far the runs agree",
        ("method", "runs", "groups", "best modularity", "mean modularity", "adjusted Rand", "mutual information"),
        tuple(rows),
        note=note,
    )


def _groups(read: Sample, found: Stability) -> Table:
    graph = read.ties
    rows: list[tuple[Value, ...]] = []
    evidence = []
    large = _large(found.best)
    for number, group in enumerate(large, 1):
        inside = graph.subgraph(group)
        within = inside.number_of_edges()
        out = sum(graph.degree(node) for node in group) - 2 * within
        first = sorted(group, key=lambda node: (-inside.degree(node), node))[:NAMED]
        names = ", ".join(str(graph.nodes[node]["label"]) for node in first)
        rows.append((number, len(group), within, out, found.cohesion(group), names, _mix(read, group)))
        evidence.append(tuple(sorted({claim for *_, data in inside.edges(data=True) for claim in data["claims"]})))
    return Table(
        f"The groups of {LEAST_MEMBERS} or more",
        ("group", "actors", "ties within", "ties out", "together", "those with most ties in it", "spheres"),
        tuple(rows),
        note="together: the mean part of the runs in which two of the group are in one group.",
        support=read.support((a, b) for group in large for a, b in graph.subgraph(group).edges()),
        evidence=tuple(evidence),
    )


def _mix(read: Sample, group: frozenset[str]) -> str:
    """The spheres of a group, the most frequent first."""
    counts = Counter(str(read.ties.nodes[node]["sphere"]) or "none" for node in group)
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _unsure(read: Sample, found: Stability) -> Table:
    """Actors that change groups from run to run: those that stand between groups."""
    rows = []
    for number, group in enumerate(_large(found.best), 1):
        for node in group:
            others = group - {node}
            kept = sum(len(others & other) for run in found.runs for other in run if node in other)
            rows.append((kept / (len(others) * len(found.runs)), node, number, read.ties.degree(node)))
    order = [row for row in sorted(rows) if row[0] < AGREED]
    return Table(
        "Who stands between groups",
        ("actor", "group", "ties", "with its group"),
        tuple((read.ties.nodes[node]["label"], number, ties, kept) for kept, node, number, ties in order[:SHOWN]),
        note="Those that are together with the others of their group in less than half of the runs, in the mean; "
        f"the first {min(SHOWN, len(order))} of {len(order)}.",
    )


def _limits(graph: nx.Graph[str], found: Stability, chance: Comparison | None) -> Iterator[str]:
    import networkx as nx

    if chance is None:
        yield f"{counted(graph.number_of_edges(), 'tie')}; fewer than {LEAST_TIES} are not compared with random graphs."
    elif chance.p_greater > LEVEL:
        yield f"Random graphs fall apart as well (p = {chance.p_greater:.3g}): the groups may be chance."
    if (found.ari or 0.0) < AGREED:
        yield f"The runs agree in less than half (adjusted Rand index {found.ari or 0.0:.2f}): no group is sure."
    loose = [group for group in _large(found.best) if found.cohesion(group) < AGREED]
    if loose:
        yield f"{counted(len(loose), 'group is', 'groups are')} together in less than half of the runs."
    parts = sorted((len(part) for part in nx.connected_components(graph)), reverse=True)
    if len(parts) > 1:
        yield (
            f"The graph is in {len(parts)} pieces, the largest of {parts[0]:,} actors; a piece is a group by itself, "
            "and that raises the modularity and the agreement."
        )
    once = sum(len(data["sources"]) == 1 for *_, data in graph.edges(data=True))
    ties = counted(graph.number_of_edges(), "tie")
    yield f"Told by no more than one source: {once:,} of {ties}."
    yield (
        f"{ties} on {counted(len(graph), 'actor')} is little: a group may be what one source wrote of. "
        "Modularity finds no groups that are small beside the graph (Fortunato and Barthelemy 2007, PNAS 104, 36-41)."
    )
