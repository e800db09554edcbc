"""The store as an rdflib Dataset: real, read-only, and rdflib's own engine is never reached."""

# ruff: noqa: S608 - queries are not SQL

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql import processor as engines
from test_sparql import Listener

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.errors import QueryError
from rareearth.store import rdflib_view
from rareearth.store.oxigraph import Oxigraph

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")

REE = rdflib.Namespace(namespaces.VOCABULARY)
ENTITY = rdflib.Namespace(namespaces.ENTITY)
ALL = "SELECT ?s { ?s ree:chairs ?o }"


@pytest.fixture
def graph(store: Oxigraph, monkeypatch: pytest.MonkeyPatch) -> rdflib.Dataset:
    """The Dataset, in a world where rdflib's engine ends the test."""

    def reached(*_: object, **__: object) -> None:
        pytest.fail("rdflib's engine was reached")

    monkeypatch.setattr(engines.SPARQLProcessor, "query", reached)
    monkeypatch.setattr(engines.SPARQLUpdateProcessor, "update", reached)
    return rdflib_view.dataset(store)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def test_it_is_an_rdflib_dataset_with_all_the_quads(graph: rdflib.Dataset, store: Oxigraph) -> None:
    assert isinstance(graph, rdflib.Dataset)
    assert sum(1 for _ in graph.quads()) == len(store.engine)
    assert len(graph.default_graph) == sum(1 for _ in store.quads(None, None, None, ox.DefaultGraph()))


def test_queries_answer_as_in_rdflib(graph: rdflib.Dataset) -> None:
    rows = list(graph.query("SELECT ?who ?label { ?who ree:chairs ?body . ?body rdfs:label ?label }"))
    assert (ENTITY["li-bo"], rdflib.Literal("Chinese Society of Rare Earths", lang="en")) in [tuple(r) for r in rows]
    assert graph.query("ASK { entity:li-bo ree:chairs ?x }").askAnswer is True
    made = graph.query("CONSTRUCT { ?s ree:chairs ?o } { ?s ree:chairs ?o }").graph
    assert made is not None
    assert (ENTITY["li-bo"], REE.chairs, ENTITY["chinese-society-of-rare-earths"]) in made


def test_bindings_are_values(graph: rdflib.Dataset) -> None:
    asked = "SELECT ?who ?body { ?who ree:chairs ?body }"
    assert len(list(graph.query(asked, initBindings={"who": ENTITY["li-bo"]}))) == 1
    assert not list(graph.query(asked, initBindings={"who": rdflib.Literal("} UNION { ?who ?p ?body")}))


def test_prefixes_of_ones_own(graph: rdflib.Dataset) -> None:
    assert list(graph.query("SELECT ?o { ?o x:chairs ?y }", initNs={"x": REE}))
    assert dict(graph.namespaces())["ree"] == rdflib.URIRef(namespaces.VOCABULARY)


def test_triples_quads_and_graphs(graph: rdflib.Dataset, dataset: Dataset) -> None:
    chairs = (ENTITY["li-bo"], REE.chairs, ENTITY["chinese-society-of-rare-earths"])
    assert chairs in graph
    assert list(graph.triples((ENTITY["li-bo"], REE.chairs, None))) == [chairs]
    contexts = {c for *_, c in graph.quads((*chairs, None))}
    [claim] = [c for c in dataset.claims if (c.subject, c.relation) == ("li-bo", "chairs")]
    assert rdflib.URIRef(namespaces.CLAIM + claim.id) in contexts
    assert list(graph.graph(rdflib.URIRef(namespaces.CLAIM + claim.id))) == [chairs]
    named = {g.identifier for g in graph.graphs()}
    assert {rdflib.URIRef(namespaces.CLAIM + c.id) for c in dataset.claims} <= named
    assert graph.value(ENTITY["ganzhou"], rdflib.RDF.type) == REE.City


@pytest.mark.filterwarnings("ignore:Dataset.contexts is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Dataset.identifier is deprecated:DeprecationWarning")
def test_serializing_it_gives_the_same_quads(graph: rdflib.Dataset, store: Oxigraph) -> None:
    text = graph.serialize(format="nquads")
    again = ox.Store()
    again.load(text.encode(), format=ox.RdfFormat.N_QUADS)
    assert len(again) == len(store.engine)
    assert {q.triple for q in again} == {q.triple for q in store.quads()}


T = (ENTITY["x"], REE.y, rdflib.Literal("z"))
WRITING: dict[str, Callable[[rdflib.Dataset], Any]] = {
    "add": lambda g: g.add(T),
    "addN": lambda g: g.addN([(*T, g.default_graph)]),
    "remove": lambda g: g.remove((None, None, None)),
    "set": lambda g: g.set(T),
    "parse": lambda g: g.parse(data="<http://a> <http://b> <http://c> .", format="turtle"),
    "+=": lambda g: g.__iadd__([(*T, None)]),
    "update": lambda g: g.update("INSERT DATA { entity:x ree:y 1 }"),
    "update by rdflib": lambda g: g.update("INSERT DATA { entity:x ree:y 1 }", use_store_provided=False),
    "remove a graph": lambda g: g.remove_graph(next(iter(g.graphs()))),
    "add to a graph": lambda g: g.graph(rdflib.URIRef("http://a")).add(T),
    "add to a listed graph": lambda g: next(iter(g.graphs())).add(T),
    "update a graph": lambda g: g.graph(rdflib.URIRef("http://a")).update("CLEAR ALL", use_store_provided=False),
    "destroy": lambda g: g.destroy("somewhere"),
}


@pytest.mark.parametrize("way", WRITING)
def test_writing_is_refused(graph: rdflib.Dataset, store: Oxigraph, way: str) -> None:
    before = len(store.engine)
    with pytest.raises(TypeError, match="the graph is read-only"):
        WRITING[way](graph)
    assert len(store.engine) == before


ROUNDABOUT: dict[str, Callable[[Any, str], Any]] = {
    "prepared": lambda g, q: g.query(prepareQuery(q, initNs=namespaces.PREFIXES)),
    "not the store's": lambda g, q: g.query(q, use_store_provided=False),
    "not the store's, by position": lambda g, q: g.query(q, "sparql", "sparql", None, None, False),
    "a processor": lambda g, q: g.query(q, processor=engines.SPARQLProcessor(g)),
    "a processor by position": lambda g, q: g.query(q, engines.SPARQLProcessor(g)),
    "a result": lambda g, q: g.query(q, result=rdflib.query.Result),
    "another argument": lambda g, q: g.query(q, base="http://a/"),
    "DEBUG": lambda g, q: g.query(q, DEBUG=True),
}
GRAPHS: dict[str, Callable[[rdflib.Dataset], rdflib.Graph]] = {
    "the dataset": lambda g: g,
    "its default graph": lambda g: g.default_graph,
    "its default context": lambda g: g.default_context,
    "a graph": lambda g: g.graph(rdflib.URIRef("http://a")),
    "a context": lambda g: g.get_context("http://a"),
    "a listed graph": lambda g: next(iter(g.graphs())),
}


@pytest.mark.parametrize("which", GRAPHS)
@pytest.mark.parametrize("way", ROUNDABOUT)
def test_no_way_round_the_store_leads_to_rdflibs_engine(graph: rdflib.Dataset, which: str, way: str) -> None:
    with pytest.raises(QueryError, match="a query must be SPARQL text"):
        ROUNDABOUT[way](GRAPHS[which](graph), ALL)


@pytest.mark.parametrize("which", GRAPHS)
def test_a_query_of_any_graph_is_guarded(graph: rdflib.Dataset, listener: Listener, which: str) -> None:
    asked = GRAPHS[which](graph)
    for query in (
        f"SELECT * {{ SERVICE <{listener.address}> {{ ?s ?p ?o }} }}",
        f"SELECT * FROM <{listener.address}> {{ ?s ?p ?o }}",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        f"LOAD <{listener.address}>",
    ):
        with pytest.raises(QueryError, match="refused"):
            asked.query(query)
        with pytest.raises(TypeError, match="read-only"):
            asked.update(query, use_store_provided=False)
    time.sleep(0.02)
    assert listener.connected == 0


def test_a_query_of_one_graph_sees_that_graph(graph: rdflib.Dataset, dataset: Dataset) -> None:
    claim = next(c for c in dataset.claims if c.relation == "marginalizedIn")
    own = graph.graph(rdflib.URIRef(namespaces.CLAIM + claim.id))
    assert [tuple(r) for r in own.query("SELECT ?s ?o { ?s ree:marginalizedIn ?o }")] == [
        (ENTITY[claim.subject], ENTITY[claim.object])
    ]
    assert not list(graph.default_graph.query("SELECT ?s ?o { ?s ree:marginalizedIn ?o }"))
