"""Who is who in the rare earth world, how they are connected, and how we know.

>>> import rareearth
>>> graph = rareearth.open()
>>> rows = graph.answer("leaders", organization="CSRE")  # a named question
>>> rows = graph.ask("SELECT ?who ?body { ?who ree:chairs ?body }")  # SPARQL; rows.frame() is a pandas DataFrame
>>> network = graph.network()  # a networkx.MultiDiGraph
>>> dataset = graph.rdf  # an rdflib.Dataset over the same store
>>> card = graph.show("Li Bo")  # every claim about an entity, with its evidence

All errors that a user can correct are of :class:`RareEarthError`; their tree is in :mod:`rareearth.errors`, with those
that only the server raises.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rareearth.analysis.finding import Finding, Table
    from rareearth.analysis.overview import Overview
    from rareearth.answers import Answer
    from rareearth.errors import (
        AmbiguousError,
        ArticleError,
        DataError,
        DateError,
        EndpointError,
        FormatError,
        MissingExtraError,
        NoBuildError,
        NotAcceptableError,
        NotFoundError,
        PageError,
        Problem,
        QueryError,
        RareEarthError,
        RemoteError,
        ShapesError,
        StoreError,
        TooLargeError,
    )
    from rareearth.knowledge import KnowledgeGraph
    from rareearth.opening import open  # noqa: A004 - read as rareearth.open()
    from rareearth.proposals.inbox import Proposals
    from rareearth.proposals.proposing import propose
    from rareearth.store.claims import Claim
    from rareearth.store.hints import QueryWarning
    from rareearth.views.cards import Card, Statement
    from rareearth.views.conflicts import Conflict
    from rareearth.views.paths import Step

__version__ = "0.2.0"

__all__ = [
    "AmbiguousError",
    "Answer",
    "ArticleError",
    "Card",
    "Claim",
    "Conflict",
    "DataError",
    "DateError",
    "EndpointError",
    "Finding",
    "FormatError",
    "KnowledgeGraph",
    "MissingExtraError",
    "NoBuildError",
    "NotAcceptableError",
    "NotFoundError",
    "Overview",
    "PageError",
    "Problem",
    "Proposals",
    "QueryError",
    "QueryWarning",
    "RareEarthError",
    "RemoteError",
    "ShapesError",
    "Statement",
    "Step",
    "StoreError",
    "Table",
    "TooLargeError",
    "__version__",
    "open",
    "propose",
]

_HOMES = {
    "Answer": "answers",
    "Card": "views.cards",
    "Claim": "store.claims",
    "Conflict": "views.conflicts",
    "Finding": "analysis.finding",
    "KnowledgeGraph": "knowledge",
    "Overview": "analysis.overview",
    "Proposals": "proposals.inbox",
    "QueryWarning": "store.hints",
    "Statement": "views.cards",
    "Step": "views.paths",
    "Table": "analysis.finding",
    "open": "opening",
    "propose": "proposals.proposing",
}  # the others are in errors


def __getattr__(name: str) -> Any:
    """The public names, imported when first used, so that ``import rareearth`` and ``rareearth --help`` are quick."""
    if name in __all__:
        value = getattr(importlib.import_module(f"rareearth.{_HOMES.get(name, 'errors')}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'rareearth' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
