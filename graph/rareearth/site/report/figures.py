"""All figures of a report, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rareearth.site.report import chains, comparisons, located, overview

if TYPE_CHECKING:
    from rareearth.site.report.material import Figure, Material

FIGURES: tuple[Callable[[Material], Figure], ...] = (
    overview.network,
    overview.timeline,
    located.places,
    overview.ranking,
    comparisons.mixing,
    comparisons.sensitivity,
    chains.removal,
    comparisons.centralities,
    chains.stages,
)


def draw(material: Material) -> Iterator[Figure]:
    """Every figure of :data:`FIGURES`."""
    for figure in FIGURES:
        yield figure(material)
