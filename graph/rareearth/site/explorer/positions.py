"""Where the explorer page draws entities, and the communities that it names.

An entity has ``at``, its position in the network of everything; ``core`` if it is in the first picture: the actors
without the layers that are switched on by hand (places, …), tied by plain facts and by what is only planned or
announced; and ``among`` if it is in that picture with all layers on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rareearth import layout, network
from rareearth.site.explorer import lists

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.claims import Claim

SMALLEST = 6  # the members of a community that gets a name
Places = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Positions:
    """The positions of entities (by id) in the three pictures, and the communities of the first.

    A community has ``members``, the positions of its entities in the sorted list of all, the one with most ties first.
    """

    at: Places
    among: Places
    core: Places
    communities: list[dict[str, Any]]


def read(full: Network, known: Sequence[Claim], actors: Collection[str], layered: Collection[str]) -> Positions:
    """The positions; ``full`` is the network of everything, ``actors`` and ``layered`` are classes."""
    chosen = {claim.id for claim in known if lists.in_first_picture(claim)}
    core = picture(full, chosen, set(actors) - set(layered))
    return Positions(
        layout.positions(full),
        layout.positions(picture(full, chosen, set(actors))),
        layout.positions(core),
        _communities(core, {id_: number for number, id_ in enumerate(sorted(full))}),
    )


def picture(full: Network, chosen: set[str], kinds: set[str] | None = None) -> Network:
    """The network of entities that some claims (ids) tie: those of some classes, or all."""
    edges: list[Any] = [
        (a, b, key)
        for a, b, key, data in full.edges(keys=True, data=True)
        if not chosen.isdisjoint(data["claims"].split(network.JOIN))
        and (kinds is None or {full.nodes[a].get("kind"), full.nodes[b].get("kind")} <= kinds)
    ]
    return full.edge_subgraph(edges).copy()


def _communities(core: Network, number: dict[str, int]) -> list[dict[str, Any]]:
    found: dict[int, list[str]] = defaultdict(list)
    for id_, community in layout.communities(core).items():
        found[community].append(id_)
    degree = dict(core.degree())
    ranked = [sorted(members, key=lambda id_: (-degree[id_], id_)) for members in found.values()]
    large = sorted((m for m in ranked if len(m) >= SMALLEST), key=lambda m: (-len(m), m[0]))
    return [{"members": [number[id_] for id_ in members]} for members in large]
