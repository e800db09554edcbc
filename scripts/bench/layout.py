"""Layouts of random networks with planted groups, compared with igraph's DrL in the same run.

Prints, for each size, the processor time of both, their ratio, and how well they show the groups: the share of a node's
ten nearest nodes that are of its group. The growth is the exponent of the time over the size.

    .venv/bin/python scripts/bench/layout.py [NODES...]
"""

import math
import random
import sys
import time

import igraph
import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

from rareearth import layout

SIZES = (1000, 3000, 10_000)
GROUP, INSIDE = 50, 2  # nodes of a group; edges of a node inside it, next to one to any other node
NEAREST = 10


def planted(nodes: int, seed: int = 1) -> list[tuple[int, int]]:
    """The edges of a network of groups of :data:`GROUP` nodes that follow each other."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    edges = set()
    for node in range(nodes):
        first = node // GROUP * GROUP
        others = [rng.randrange(first, min(nodes, first + GROUP)) for _ in range(INSIDE)]
        edges |= {(min(node, other), max(node, other)) for other in [*others, rng.randrange(nodes)] if other != node}
    return sorted(edges)


def score(places: list[tuple[float, float]]) -> float:
    """The share of the nearest nodes that are of a node's own group."""
    group = np.arange(len(places)) // GROUP
    _, nearest = cKDTree(places).query(places, k=NEAREST + 1)
    return float((group[nearest[:, 1:]] == group[:, None]).mean())


def main() -> None:
    """Print a line for each size."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    print(f"{'nodes':>8} {'edges':>8} {'ours':>8} {'DrL':>8} {'ratio':>6} {'shown':>6} {'by DrL':>6} {'growth':>6}")
    before = (0, 0.0)
    for nodes in sizes:
        edges = planted(nodes)
        names = [f"n{number:07}" for number in range(nodes)]
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        network.add_nodes_from(names)
        network.add_edges_from((names[one], names[other]) for one, other in edges)
        start = time.process_time()
        places = layout.positions(network)
        ours = time.process_time() - start
        random.seed(1)
        start = time.process_time()
        theirs = igraph.Graph(nodes, edges).layout_drl().coords
        drl = time.process_time() - start
        growth = math.log(ours / before[1]) / math.log(nodes / before[0]) if before[0] else math.nan
        shown, by_drl = score([places[name] for name in names]), score([tuple(place) for place in theirs])
        figures = f"{ours:8.1f} {drl:8.1f} {ours / drl:6.2f} {shown:6.2f} {by_drl:6.2f} {growth:6.2f}"
        print(f"{nodes:8} {len(edges):8} {figures}", flush=True)
        before = nodes, ours


if __name__ == "__main__":
    main()
