"""The document of a thing in RDF: its statements, and every claim about it with its evidence.

Turtle has no named graphs, so the statement of a claim is given as ``rdf:subject``, ``rdf:predicate`` and
``rdf:object``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.formats import graphs
from rareearth.site.addresses import ONTOLOGY
from rareearth.store import claims, rdf
from rareearth.store.backend import DefaultGraph, NamedNode, Triple

if TYPE_CHECKING:
    from rareearth.site.addresses import Site
    from rareearth.store.backend import Backend

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads",
)  # fmt: skip
_RDF = namespaces.PREFIXES["rdf"]
_VOID = namespaces.PREFIXES["void"]


def encode(store: Backend, node: NamedNode, form: str, site: Site) -> bytes:
    """The description of a thing as ``ttl``, ``jsonld``, ``rdf`` (RDF/XML), ``nt``, ``trig`` or ``nq``.

    That of the dataset names its service and its dump. Raises NotAcceptableError for what RDF/XML cannot express.
    """
    triples = sorted(_triples(store, node, site), key=str)
    if form == "jsonld":
        return graphs.jsonld(triples)
    return rdf.text(
        triples,
        "xml" if form == "rdf" else form,
        _used({**namespaces.PREFIXES, "sd": _SD, "formats": _FORMATS}, triples),
    )


def _used(prefixes: dict[str, str], triples: list[Triple]) -> dict[str, str]:
    return {prefix: iri for prefix, iri in prefixes.items() if any(iri in str(triple) for triple in triples)}


def _triples(store: Backend, node: NamedNode, site: Site) -> set[Triple]:
    default = DefaultGraph()
    found: set[Triple] = set()
    about = {node.value} if node.value.startswith(namespaces.CLAIM) else set()
    for quad in (*store.quads(node), *store.quads(object=node)):
        if isinstance(quad.graph_name, NamedNode):
            about.add(quad.graph_name.value)
            continue
        found.add(quad.triple)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(namespaces.CLAIM):
            about.add(quad.subject.value)
    found.update(claims.triples(store, about))
    if node.value == namespaces.DATASET:
        found.update(_service(site))
    if node.value == ONTOLOGY:
        triples = (quad.triple for quad in store.quads(graph=default))
        found.update(t for t in triples if isinstance(t.subject, NamedNode) and t.subject.value.startswith(ONTOLOGY))
    return found


def _service(site: Site) -> Iterator[Triple]:
    """Where the dataset can be queried and downloaded (SPARQL 1.1 Service Description, VoID)."""
    dataset = NamedNode(namespaces.DATASET)
    if site.dump:
        yield Triple(dataset, NamedNode(_VOID + "dataDump"), NamedNode(site.base + site.dump))
    if not site.endpoint:
        return
    service = NamedNode(site.base + site.endpoint)
    yield Triple(service, NamedNode(_RDF + "type"), NamedNode(_SD + "Service"))
    yield Triple(service, NamedNode(_SD + "endpoint"), service)
    yield Triple(service, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + "SPARQL11Query"))
    for name in _RESULT_FORMATS:
        yield Triple(service, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(service, NamedNode(_SD + "defaultDataset"), dataset)
    yield Triple(dataset, NamedNode(_RDF + "type"), NamedNode(_SD + "Dataset"))
    yield Triple(dataset, NamedNode(_VOID + "sparqlEndpoint"), service)
