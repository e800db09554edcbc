"""The store as a real, read-only ``rdflib.Dataset``: rdflib reads everything from the store."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NoReturn

import rdflib
from oxrdflib import OxigraphStore
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from rareearth import namespaces
from rareearth.errors import QueryError, RareEarthError
from rareearth.store import sparql
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_READ_ONLY = "the graph is read-only: change the files in data/ and build again"
_ONLY_TEXT = "a query must be SPARQL text, which the store answers; rdflib's own engine could read files and addresses"


class ReadOnlyStore(OxigraphStore):
    """oxrdflib's store, read-only, which vets queries and leaves none to rdflib's own engine."""

    def query(self, query: Any, *args: Any, **kwargs: Any) -> rdflib.query.Result:
        """The store's answer. Raises QueryError for a query that is refused or that rdflib would answer."""
        if kwargs or not isinstance(query, str):
            raise QueryError(_ONLY_TEXT)
        return super().query(sparql.vet(query), *args)

    def contexts(self, triple: Any = None) -> Generator[rdflib.Graph, None, None]:
        """The named graphs, all or those that hold a triple."""
        for graph in super().contexts(triple):
            yield StoreGraph(self, graph.identifier)

    def add_graph(self, graph: rdflib.Graph) -> None:
        """Do nothing: rdflib registers each graph that it reads."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(_READ_ONLY)

    add = addN = remove = update = remove_graph = destroy = _refuse  # noqa: N815 - the name in rdflib


class _Vetted:
    """A graph whose queries all go to the store, and which cannot be updated."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> rdflib.query.Result:
        """The answer, as in rdflib. Raises QueryError for arguments that select another engine."""
        usual = {"processor": "sparql", "result": "sparql", "use_store_provided": True}
        given = dict(zip(("processor", "result", "initNs", "initBindings", "use_store_provided"), args, strict=False))
        if any(usual[name] != value for name, value in (given | kwargs).items() if name in usual):
            raise QueryError(_ONLY_TEXT)
        return super().query(query_object, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def update(self, *_: object, **__: object) -> NoReturn:
        """Refuse: rdflib's own engine would read what LOAD names before the store could refuse to be written to."""
        raise TypeError(_READ_ONLY)


class StoreGraph(_Vetted, rdflib.Graph):
    """One graph of the store, such as that of a claim."""


class StoreDataset(_Vetted, rdflib.Dataset):
    """The whole store. The graphs that it returns vet queries too."""

    def __init__(self, store: ReadOnlyStore) -> None:
        super().__init__(store=store)
        self.default_graph = StoreGraph(store=store, identifier=DATASET_DEFAULT_GRAPH_ID)

    def get_context(self, identifier: Any, quoted: bool = False, base: str | None = None) -> rdflib.Graph:  # noqa: ARG002 - the signature in rdflib
        """The graph of that IRI."""
        return StoreGraph(self.store, identifier, self.namespace_manager, base)


def dataset(store: Backend) -> rdflib.Dataset:
    """The store as an rdflib Dataset, with the prefixes of the project bound.

    Raises RareEarthError for a store that is not embedded in this process.
    """
    if not isinstance(store, Oxigraph):
        raise RareEarthError("an rdflib Dataset needs a store in this process")
    made = StoreDataset(store=ReadOnlyStore(store=store.engine))
    for prefix, namespace in namespaces.PREFIXES.items():
        made.bind(prefix, namespace)
    return made
