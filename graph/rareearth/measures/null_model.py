"""The null model that keeps degrees: random simple graphs in which every node has as many ties as it has.

Each is made from the one before by double edge swaps: two ties a-b and c-d become a-d and c-b. A swap that would make a
loop or a parallel tie is not made but counts as a step, without which not every graph would be as likely.

The method is that of [maslov2002]; [fosdick2018] shows that it draws all simple graphs of these degrees with the same
probability. The swaps are our own, so that a seed gives the same graphs with any release of igraph or NetworkX (whose
count of swaps leaves out refused ones).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

BEFORE = 10  # steps per tie before the first graph
STEPS = 3  # and between one and the next: one tie in 200 stays where it was, if nine of ten swaps can be made


def ties(graph: nx.Graph[str], count: int, seed: int, steps: int = STEPS) -> Iterator[list[tuple[str, str]]]:
    """``count`` random graphs with the degrees of a simple undirected graph, each as the list of its ties.

    ``steps`` are tried for each tie between one graph and the next, :data:`BEFORE` before the first. Same seed, same
    graphs.

    >>> import networkx as nx
    >>> next(ties(nx.Graph([("a", "b"), ("c", "d")]), 1, seed=0))
    [('a', 'd'), ('b', 'c')]
    """
    nodes = sorted(graph)
    number = {node: i for i, node in enumerate(nodes)}
    ends = sorted((min(number[a], number[b]), max(number[a], number[b])) for a, b in graph.edges() if a != b)
    present = {a * len(nodes) + b for a, b in ends}
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    for made in range(count):
        _step(ends, present, len(nodes), rng, (steps if made else max(BEFORE, steps)) * len(ends))
        yield [(nodes[a], nodes[b]) for a, b in ends]


def graphs(graph: nx.Graph[str], count: int, seed: int, steps: int = STEPS) -> Iterator[nx.Graph[str]]:
    """The random graphs of :func:`ties` as NetworkX graphs, with all nodes and their attributes.

    >>> import networkx as nx
    >>> [sorted(made.degree()) for made in graphs(nx.Graph([("a", "b"), ("b", "c")]), 1, seed=0)]
    [[('a', 1), ('b', 2), ('c', 1)]]
    """
    import networkx as nx

    for pairs in ties(graph, count, seed, steps):
        made: nx.Graph[str] = nx.Graph()
        made.add_nodes_from(graph.nodes(data=True))
        made.add_edges_from(pairs)
        yield made


def _step(ends: list[tuple[int, int]], present: set[int], size: int, rng: random.Random, steps: int) -> None:
    """Try ``steps`` swaps, in place. ``present`` has ``low * size + high`` of each tie."""
    many = len(ends)
    if many < 2:
        return
    draw, choices = rng.random, 2 * many * many
    for _ in range(steps):
        first, rest = divmod(int(draw() * choices), 2 * many)  # two ties and a direction by one number
        second = rest >> 1
        a, b = ends[first]
        c, d = ends[second]
        if rest & 1:
            c, d = d, c
        if a in (c, d) or b in (c, d):  # a loop, the same two ties, or one and the same tie
            continue
        one = (a, d) if a < d else (d, a)
        two = (c, b) if c < b else (b, c)
        key_one, key_two = one[0] * size + one[1], two[0] * size + two[1]
        if key_one in present or key_two in present:
            continue
        present.remove(a * size + b)
        present.remove(c * size + d if c < d else d * size + c)
        present.update((key_one, key_two))
        ends[first], ends[second] = one, two


@dataclass(frozen=True)
class Comparison:
    """A number compared with those of random graphs.

    ``z`` is how many standard deviations it lies above their mean, None where they do not vary. ``p_less`` and
    ``p_greater`` are the one-sided p-values (as small, as great), ``p`` is the two-sided one, with the observed graph
    counted among the random ones, so that none is 0.
    """

    observed: float
    mean: float
    deviation: float
    z: float | None
    p_less: float
    p_greater: float
    p: float


def compare(observed: float, drawn: Sequence[float]) -> Comparison:
    """An observed number compared with those ``drawn`` from random graphs, of which there must be two at least.

    The p-values are those of [phipson2010].

    >>> found = compare(5, [1, 2, 3, 5])
    >>> found.p_greater, found.p_less, found.p
    (0.4, 1.0, 0.8)
    """
    mean = math.fsum(drawn) / len(drawn)
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in drawn) / (len(drawn) - 1))
    slack = 1e-9 * max(1.0, abs(observed))  # sums of floats in another order are the same number
    p_greater = (1 + sum(x >= observed - slack for x in drawn)) / (len(drawn) + 1)
    p_less = (1 + sum(x <= observed + slack for x in drawn)) / (len(drawn) + 1)
    z = (observed - mean) / deviation if deviation > slack else None
    return Comparison(observed, mean, deviation, z, p_less, p_greater, min(1.0, 2 * min(p_less, p_greater)))
