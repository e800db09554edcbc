"""CPU time of the measures of the analysis compared with plain NetworkX and igraph, on seeded random graphs.

Run with ``python scripts/bench/analyse.py [TIES ...]`` (10,000 and 100,000 without any). The implementations take
turns, and what is shown is the least time of three rounds of each (one round where it takes more than five seconds), in
seconds and as a ratio to ours. Ours includes making the igraph graph. What plain NetworkX would need more than a minute
for is not run: its time is estimated from that of some starting points, and marked so. NetworkX counts the swaps that
it made, the others those that they tried.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable

import networkx as nx
import numpy as np

from rareearth.measures import (
    backends,
    brokerage,
    centrality,
    communities,
    cuts,
    efficiency,
    mixing,
    null_model,
    permutation,
)

ROUNDS, LONG, LIMIT, PIVOTS = 3, 5.0, 60.0, 40
Run = Callable[[], object]


def cpu_time(way: Run) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


def side_by_side(ways: dict[str, Run]) -> dict[str, float]:
    """The least time of each way, the ways taking turns."""
    found = {name: cpu_time(way) for name, way in ways.items()}
    for _ in range(ROUNDS - 1):
        for name, way in ways.items():
            if found[name] <= LONG:
                found[name] = min(found[name], cpu_time(way))
    return found


def report(what: str, found: dict[str, float], notes: dict[str, str]) -> None:
    ours = found["ours"]
    for name, seconds in found.items():
        note = f"  {notes[name]}" if name in notes else ""
        print(f"  {what:<26} {name:<21} {seconds:>10.3f} s {seconds / ours:>9.2f}{note}")


def betweenness(graph: nx.Graph[str], other: object) -> None:
    ways: dict[str, Run] = {"ours": lambda: centrality.betweenness(graph), "igraph": other.betweenness}  # type: ignore[attr-defined]  # igraph has no types
    some = cpu_time(lambda: nx.betweenness_centrality(graph, k=PIVOTS, seed=0)) * len(graph) / PIVOTS
    notes = {}
    if some <= LIMIT:
        ways["plain NetworkX"] = lambda: nx.betweenness_centrality(graph)
    found = side_by_side(ways)
    if some > LIMIT:
        found["plain NetworkX"] = some
        notes["plain NetworkX"] = f"not run; estimated as {len(graph):,}/{PIVOTS} times {PIVOTS} starting points"
    report("betweenness", found, notes)


def measure(ties: int) -> None:
    graph = nx.relabel_nodes(nx.gnm_random_graph(ties // 3, ties, seed=1), str)
    other, number = backends.igraph_of(graph)
    nodes = list(number)
    groups = {node: "abcd"[number % 4] for number, node in enumerate(nodes)}
    nx.set_node_attributes(graph, groups, "group")
    # Nodes taken as laboratories and firms: a tenth and two tenths, but no more than plain NetworkX has time for.
    count = min(200, len(nodes) // 10)
    laboratories, firms = nodes[:count], nodes[count : 3 * count]
    places = list(range(count)), list(range(count, 3 * count))
    kinds = [number % 4 for number in range(len(nodes))]
    print(f"{len(graph):,} nodes, {ties:,} ties" + " " * 33 + "CPU    ratio to ours")
    betweenness(graph, other)
    ways: dict[str, dict[str, Run]] = {
        "k-core": {
            "ours": lambda: centrality.core(graph),
            "igraph": other.coreness,
            "plain NetworkX": lambda: nx.core_number(graph),
        },
        "PageRank": {
            "ours": lambda: centrality.pagerank(graph),
            "igraph": lambda: other.pagerank(directed=False),
            "NetworkX, scipy": lambda: nx.pagerank(graph, tol=1e-12 / len(graph), max_iter=1000),
        },
        "assortativity by group": {
            "ours": lambda: mixing.assortativity(mixing.matrix(graph.edges(), groups)),
            "igraph": lambda: other.assortativity_nominal(kinds, directed=False),
            "plain NetworkX": lambda: nx.attribute_assortativity_coefficient(graph, "group"),
        },
        "constraint": {
            "ours": lambda: brokerage.holes(graph),
            "igraph": other.constraint,
            "plain NetworkX": lambda: nx.constraint(graph),
        },
        "pairs that an actor cuts": {
            "ours": lambda: cuts.articulation(graph, laboratories, firms),
            "igraph, points only": other.articulation_points,
            "NetworkX, points only": lambda: list(nx.articulation_points(graph)),
        },
        "distances to firms": {
            "ours": lambda: efficiency.distances(graph, laboratories, firms),
            "igraph": lambda: other.distances(places[0], places[1]),
            "plain NetworkX": lambda: [nx.single_source_shortest_path_length(graph, node) for node in laboratories],
        },
        "betweenness to firms": {
            "ours": lambda: efficiency.betweenness(graph, laboratories, firms),
            "igraph": lambda: other.betweenness(directed=False, sources=places[0], targets=places[1]),
            "plain NetworkX": lambda: nx.betweenness_centrality_subset(graph, laboratories, firms),
        },
        "Leiden communities": {
            "ours": lambda: communities.leiden(graph, 0),
            "igraph": lambda: other.community_leiden("modularity", n_iterations=-1),
        },
        "Louvain communities": {
            "ours": lambda: communities.louvain(graph, 0),
            "igraph": other.community_multilevel,
            "plain NetworkX": lambda: nx.community.louvain_communities(graph, seed=0),
        },
        "one graph of the null model": {
            "ours": lambda: list(null_model.ties(graph, 1, 0)),
            "igraph": lambda: other.copy().rewire(n=null_model.BEFORE * ties),
            "plain NetworkX": lambda: nx.double_edge_swap(
                graph.copy(), null_model.BEFORE * ties, max_tries=10**9, seed=0
            ),
        },
    }
    if ties > 20_000:
        del ways["one graph of the null model"]["plain NetworkX"], ways["constraint"]["plain NetworkX"]
    for what, of in ways.items():
        report(what, side_by_side(of), {})
    if ties > 20_000:
        small = nx.gnm_random_graph(ties // 30, ties // 10, seed=1)
        some = cpu_time(lambda: nx.double_edge_swap(small, null_model.BEFORE * ties // 10, max_tries=10**9, seed=0))
        note = "not run; estimated as 10 times a tenth of the graph"
        print(f"  {'':<26} {'plain NetworkX':<21} {10 * some:>10.3f} s  {note}")
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=ties // 100).tolist(), rng.normal(size=ties // 100).tolist()
    seconds = cpu_time(lambda: permutation.compare(one, two, draws=999))
    print(f"  permutation test of 2 x {ties // 100:,} numbers, 999 draws: {seconds:.3f} s")


if __name__ == "__main__":
    import igraph

    print(f"Python {platform.python_version()}, networkx {nx.__version__}, igraph {igraph.__version__}")
    for size in [int(text) for text in sys.argv[1:]] or [10_000, 100_000]:
        measure(size)
