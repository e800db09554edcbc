"""Private and state-owned firms in the network of ties: of a sample, and without each of its sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis import ownership_sector
from rareearth.measures import backends

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample
    from rareearth.measures.backends import Indexed


class Parted(NamedTuple):
    """The ties without sectors, and the firms of the two groups."""

    graph: Indexed[str]
    private: tuple[str, ...]
    state: tuple[str, ...]


def whole(sample: Sample) -> Parted:
    """The firms of a sample."""
    everyone = sample.everyone.nodes(data=True)
    sectors = {node: str(data["ownership_sector"]) for node, data in everyone}
    return _parted(sample, backends.indexed(sample.everyone), sectors)


def without_each(sample: Sample) -> Iterator[Parted]:
    """The firms of a sample without each of its sources, in their order."""
    everyone = backends.indexed(sample.everyone)
    for loss in sample.losses().values():
        yield _parted(sample, everyone.without(loss.ties), loss.sectors)


def _parted(sample: Sample, everyone: Indexed[str], sectors: Mapping[str, str]) -> Parted:
    """The firms among the actors that are left, whose ownership sectors are these."""
    types = {node: sample.everyone.nodes[node]["actor_type"] for node in everyone.names}
    graph = everyone.without(nodes={node for node in everyone.names if types[node] == "group" and sectors.get(node)})
    firms = [node for node in graph.names if types[node] == "firm"]
    private, state = (
        tuple(node for node in firms if sectors.get(node) == name)
        for name in (ownership_sector.PRIVATE, ownership_sector.STATE)
    )
    return Parted(graph, private, state)
