"""What a store of the graph offers, whatever engine is behind it, and the RDF terms that all of them speak.

Everything above ``store`` takes a :class:`Backend` and imports terms from here, never from the engine.
:mod:`oxigraph` has the embedded one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from rareearth.store.sparql import Result, Row, Rows

__all__ = [
    "Backend",
    "BlankNode",
    "DefaultGraph",
    "Graph",
    "Literal",
    "NamedNode",
    "Quad",
    "Result",
    "Row",
    "Rows",
    "Term",
    "Triple",
]

Term: TypeAlias = NamedNode | BlankNode | Literal
Graph: TypeAlias = NamedNode | BlankNode | DefaultGraph


class Backend(Protocol):
    """A store that is read by SPARQL and by patterns of quads; nothing is written through it.

    Queries are vetted first (see :func:`sparql.vet`), and the prefixes of :data:`namespaces.PREFIXES` need not be
    declared. ``values`` are bound to the variables of these names, as terms and never as text. All methods that take a
    query raise QueryError for one that is refused, is not SPARQL 1.1, or fails.
    """

    def __hash__(self) -> int:
        """By identity, so that what is read from a store can be kept for it."""
        ...

    def query(
        self,
        query: str,
        values: Mapping[str, Term] | None = None,
        *,
        graphs: tuple[Sequence[str], Sequence[str]] = ((), ()),
        base: str | None = None,
    ) -> Result:
        """The answer to a query of any form.

        ``graphs`` are the IRIs of the default graphs and of the named graphs where a request gives them, in place of
        those of the query (the protocol's default-graph-uri and named-graph-uri). ``base`` resolves relative IRIs.
        """
        ...

    def select(self, query: str, values: Mapping[str, Term] | None = None) -> Rows:
        """The rows of a SELECT."""
        ...

    def ask(self, query: str, values: Mapping[str, Term] | None = None) -> bool:
        """The answer of an ASK."""
        ...

    def construct(self, query: str, values: Mapping[str, Term] | None = None) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, which may come twice."""
        ...

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,  # noqa: A002 - the third term of a statement
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match a pattern, in no particular order; None matches anything, also in ``graph``."""
        ...
