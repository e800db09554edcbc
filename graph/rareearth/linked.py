"""The store as a real ``rdflib.Dataset``: everything rdflib reads goes to the store, and nothing writes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import rdflib
from oxrdflib import OxigraphStore

from rareearth import iris, sparql
from rareearth.sparql import QueryError

if TYPE_CHECKING:
    import pyoxigraph as ox

_READ_ONLY = "the graph is read-only: it is made from data/ by `rareearth build`"
_ONLY_TEXT = "only a SPARQL text is answered here, by the store; rdflib's engine reads files and addresses of a query"


class ReadOnlyStore(OxigraphStore):
    """oxrdflib's store that answers guarded queries, leaves none to rdflib's own engine, and does not write."""

    def query(self, query: Any, *args: Any, **kwargs: Any) -> rdflib.query.Result:
        """The store's answer. Raises QueryError for what is refused, and for what oxrdflib would hand to rdflib."""
        if kwargs or not isinstance(query, str):
            raise QueryError(_ONLY_TEXT)
        return super().query(sparql.guarded(query), *args)

    def add_graph(self, graph: rdflib.Graph) -> None:
        """Nothing: rdflib registers each graph it looks at."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(_READ_ONLY)

    add = addN = remove = update = remove_graph = destroy = _refuse  # noqa: N815


class StoreDataset(rdflib.Dataset):
    """A Dataset whose queries cannot be sent round the store."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> rdflib.query.Result:
        """As in rdflib, but for the arguments that choose another engine: those raise QueryError."""
        usual = {"processor": "sparql", "result": "sparql", "use_store_provided": True}
        given = dict(zip(("processor", "result", "initNs", "initBindings", "use_store_provided"), args, strict=False))
        if any(usual[name] != value for name, value in (given | kwargs).items() if name in usual):
            raise QueryError(_ONLY_TEXT)
        return super().query(query_object, *args, **kwargs)


def dataset(store: ox.Store) -> rdflib.Dataset:
    """The store as an rdflib Dataset, with the prefixes of the project bound."""
    made = StoreDataset(store=ReadOnlyStore(store=store))
    for prefix, namespace in iris.PREFIXES.items():
        made.bind(prefix, namespace)
    return made
