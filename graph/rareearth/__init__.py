"""Who is who in the rare earth world, how they are tied, and how we know.

>>> import rareearth
>>> graph = rareearth.open()
>>> graph.query("leaders")            # rows of a named question, or of any SPARQL
>>> graph.network()                   # a NetworkX MultiDiGraph
>>> graph.rdf                         # an rdflib Dataset over the same store
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rareearth.knowledge import KnowledgeGraph, open  # noqa: A004 - read as rareearth.open()

__version__ = "0.2.0"

__all__ = ["KnowledgeGraph", "__version__", "open"]


def __getattr__(name: str) -> Any:
    """The public names, imported when first used, so that ``import rareearth`` and ``rareearth --help`` are quick."""
    if name in __all__:
        from rareearth import knowledge

        return getattr(knowledge, name)
    raise AttributeError(f"module 'rareearth' has no attribute '{name}'")
