"""The door to the store: what is above it works over any backend, such as one that only speaks the SPARQL protocol."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from rareearth import analysis, formats, namespaces, network
from rareearth.errors import QueryError, RareEarthError
from rareearth.knowledge import KnowledgeGraph
from rareearth.site import explorer
from rareearth.store import asof, shacl, sparql
from rareearth.store.backend import (
    Backend,
    BlankNode,
    DefaultGraph,
    Graph,
    Literal,
    NamedNode,
    Quad,
    Result,
    Rows,
    Term,
    Triple,
)  # fmt: skip
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards


class Protocol:
    """A backend that has no engine: all that it knows comes as the text of an answer."""

    def __init__(self, store: Oxigraph) -> None:
        self._answer = store.query
        self.asked = 0

    def query(
        self, query: str, values: Mapping[str, Term] | None = None, *,
        graphs: tuple[Sequence[str], Sequence[str]] = ((), ()), base: str | None = None,
    ) -> Result:  # fmt: skip
        self.asked += 1
        answer = self._answer(query, values, graphs=graphs, base=base)
        if isinstance(answer, sparql.Triples):
            text = answer.serialize("nt")
            return sparql.Triples(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
        found = ox.parse_query_results(answer.serialize("json"), format=ox.QueryResultsFormat.JSON)
        return sparql.Rows(found) if isinstance(found, ox.QuerySolutions) else sparql.Truth(found)

    def select(self, query: str, values: Mapping[str, Term] | None = None) -> Rows:
        return sparql.rows(self.query(query, values))

    def ask(self, query: str, values: Mapping[str, Term] | None = None) -> bool:
        return sparql.truth(self.query(query, values))

    def construct(self, query: str, values: Mapping[str, Term] | None = None) -> Iterator[Triple]:
        return sparql.triples(self.query(query, values))

    def quads(
        self, subject: NamedNode | BlankNode | None = None, predicate: NamedNode | None = None,
        object: Term | None = None, graph: Graph | None = None,  # noqa: A002 - as the protocol has it
    ) -> Iterator[Quad]:  # fmt: skip
        triple = " ".join(
            str(term) if term else f"?{name}" for name, term in zip("spo", (subject, predicate, object), strict=True)
        )
        named = f"GRAPH {graph if isinstance(graph, NamedNode) else '?g'} {{ {triple} }}"
        where = triple if isinstance(graph, DefaultGraph) else named if graph else f"{{ {triple} }} UNION {{ {named} }}"
        for row in self.select(f"SELECT ?s ?p ?o ?g {{ {where} }}"):
            yield Quad(
                subject or row["s"], predicate or row["p"], object or row["o"], graph or row["g"] or DefaultGraph()
            )


@pytest.fixture(scope="module")
def remote(store: Oxigraph) -> Protocol:
    return Protocol(store)


PATTERNS = list(
    itertools.product(
        (None, NamedNode(namespaces.ENTITY + "li-bo")),
        (None, NamedNode(namespaces.PREFIXES["rdfs"] + "label")),
        (None, NamedNode(namespaces.ENTITY + "china"), Literal("China", language="en")),
        (None, DefaultGraph()),
    )
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_both_give_the_same_quads(store: Backend, remote: Backend, pattern: tuple[None, None, None, None]) -> None:
    assert set(store.quads(*pattern)) == set(remote.quads(*pattern))


def test_the_quads_of_a_named_graph(store: Backend, remote: Backend) -> None:
    graph = next(q.graph_name for q in store.quads() if isinstance(q.graph_name, NamedNode))
    assert list(store.quads(graph=graph)) == list(remote.quads(graph=graph)) != []


def test_networks_are_the_same(store: Backend, remote: Backend) -> None:
    for view in network.VIEWS:
        one, other = network.read(store, view), network.read(remote, view)
        assert dict(one.nodes(data=True)) == dict(other.nodes(data=True))
        assert list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))


def test_cards_are_the_same_and_take_few_queries(store: Backend, remote: Protocol) -> None:
    iri = namespaces.ENTITY + "li-bo"
    remote.asked = 0
    assert cards.card(remote, iri) == cards.card(store, iri)
    assert remote.asked <= 12


def test_the_library_works_over_it(store: Backend, remote: Backend) -> None:
    one, other = KnowledgeGraph(store), KnowledgeGraph(remote)
    assert repr(one) == repr(other)
    assert one.answer("leaders") == other.answer("leaders") != []
    assert one.find("Li Bo") == other.find("Li Bo")
    assert one.path("Li Bo", "Ganzhou") == other.path("Li Bo", "Ganzhou")
    assert one.conflicts() == other.conflicts()
    with pytest.raises(RareEarthError, match="a store in this process"):
        other.rdf  # noqa: B018 - it is made when it is asked for


def test_the_graph_as_of_a_day_is_the_same(store: Backend, remote: Backend) -> None:
    one, other = asof.at(store, "2021"), asof.at(remote, "2021")
    assert one[1:] == other[1:]
    assert set(one.store.quads()) == set(other.store.quads())


def test_a_finding_is_the_same(store: Backend, remote: Backend) -> None:
    assert analysis.answer(store, "chokepoints") == analysis.answer(remote, "chokepoints")


@pytest.mark.parametrize("extension", formats.GRAPHS)
def test_files_are_the_same(store: Backend, remote: Backend, extension: str, tmp_path: Path) -> None:
    [one], [other] = (
        formats.write(tmp_path / f"{name}{extension}", backend, lambda: pytest.fail("no network is needed"))
        for name, backend in (("one", store), ("other", remote))
    )
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_the_explorer_and_shacl_take_it(store: Backend, remote: Backend) -> None:
    assert explorer.content.read(store, {}) == explorer.content.read(remote, {})
    assert shacl.violations(remote) == []


def test_each_form_of_a_query_has_its_method(store: Backend) -> None:
    forms = {
        "SELECT ?s { ?s ?p ?o } LIMIT 1": "select",
        "ASK {}": "ask",
        "CONSTRUCT WHERE { ?s a ree:Claim }": "construct",
    }
    for query, right in forms.items():
        for method in forms.values():
            if method == right:
                assert getattr(store, method)(query)
            else:
                with pytest.raises(QueryError, match="expected a"):
                    getattr(store, method)(query)
