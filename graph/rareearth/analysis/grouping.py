"""How ties run within and between groups of actors, compared with random graphs in which all keep their number of ties.

The question ``spheres`` groups organizations and firms by sphere, and by sphere and ownership.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from rareearth.measures import mixing, null_model

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.measures.mixing import Pair
    from rareearth.measures.null_model import Comparison

    Graph = nx.Graph[str]


@dataclass(frozen=True)
class PairOfGroups:
    """The ties between two groups (or within one), compared with random graphs, and the ids of their claims."""

    one: str
    other: str
    ties: Comparison
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """How ties run within and between groups of bodies.

    ``sizes`` has the number of bodies of each group, ``ei_index`` the E-I index of each group ("" for all together).
    """

    sizes: Mapping[str, int]
    between: Comparison | None
    pairs: tuple[PairOfGroups, ...]
    ei_index: Mapping[str, Comparison]
    assortativity: Comparison | None


def compare(graph: Graph, groups: Mapping[str, str], random_ties: Sequence[Sequence[Pair]]) -> Grouping:
    """The ties between groups, compared with those of random graphs; ``groups`` has the group of every node."""
    sizes = dict(sorted(Counter(groups.values()).items()))
    if not graph.number_of_edges():
        return Grouping(sizes, None, (), {}, None)
    found = mixing.matrix(graph.edges(), groups)
    drawn = [mixing.matrix(ties, groups) for ties in random_ties]
    claims: dict[Pair, set[str]] = defaultdict(set)
    for a, b, data in graph.edges(data=True):
        claims[min(groups[a], groups[b]), max(groups[a], groups[b])].update(data["claims"])
    ei_index = {name: _compare([mixing.ei_index(m, name or None) for m in (found, *drawn)]) for name in ("", *sizes)}
    return Grouping(
        sizes=sizes,
        between=null_model.compare(between(found), [between(m) for m in drawn]),
        pairs=tuple(
            PairOfGroups(*pair, null_model.compare(found[pair], [m[pair] for m in drawn]), tuple(sorted(claims[pair])))
            for pair in combinations_with_replacement(sizes, 2)
        ),
        ei_index={name: compared for name, compared in ei_index.items() if compared},
        assortativity=_compare([mixing.assortativity(m) for m in (found, *drawn)]),
    )


def between(found: Mapping[Pair, int]) -> int:
    """The number of ties between groups."""
    return sum(count for (a, b), count in found.items() if a != b)


def _compare(values: list[float | None]) -> Comparison | None:
    """The first compared with the others; None if it, or nearly all of them, are not defined."""
    known = [x for x in values[1:] if x is not None]
    return null_model.compare(values[0], known) if values[0] is not None and len(known) > 1 else None


def excess(ties: Collection[Pair], groups: Mapping[str, str]) -> float:
    """The ties between groups beyond those that the configuration model expects, as a part of all ties, -1 to 1.

    0 if there are no ties.
    """
    expected = math.fsum(x for (a, b), x in mixing.expected_ties(ties, groups).items() if a != b)
    return (between(mixing.matrix(ties, groups)) - expected) / max(1, len(ties))
