"""The graph with its evidence as RDF files: Turtle (default graph), TriG, N-Quads and JSON-LD (all of it)."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rareearth import namespaces, paths
from rareearth.store import rdf
from rareearth.store.backend import DefaultGraph, Literal, NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend


def serialize(store: Backend, ending: str) -> bytes:
    """The file for an ending of .ttl .trig .nq .jsonld, sorted, so that the same graph is the same bytes."""
    if ending == ".jsonld":
        return _jsonld(store)
    if ending == ".ttl":
        triples = sorted((quad.triple for quad in store.quads(graph=DefaultGraph())), key=str)
        return rdf.text(triples, "ttl")
    if ending == ".nq":
        return b"".join(sorted(rdf.text(store.quads(), "nq").splitlines(keepends=True)))
    quads = sorted(
        store.quads(), key=lambda q: ("" if isinstance(q.graph_name, DefaultGraph) else str(q.graph_name), str(q))
    )
    return rdf.text(quads, "trig")


def _jsonld(store: Backend) -> bytes:
    """One node object a subject, one with ``@graph`` a claim; names are shortened by ``ontology/context.jsonld``."""
    context = json.loads((paths.ontology() / "context.jsonld").read_text(encoding="utf-8"))
    graphs: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for quad in sorted(store.quads(), key=str):
        graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        subject = str(getattr(quad.subject, "value", quad.subject))
        node = graphs[graph][subject]
        node["@id"] = namespaces.compact(subject)
        if namespaces.compact(quad.predicate.value) == "rdf:type":
            node.setdefault("@type", []).append(_object(quad.object)["@id"])
        else:
            node.setdefault(namespaces.compact(quad.predicate.value), []).append(_object(quad.object))
    nodes = list(graphs.pop("", {}).values())
    claims = [
        {"@id": namespaces.compact(graph), "@graph": list(found.values())} for graph, found in sorted(graphs.items())
    ]
    document = {**context, "@graph": nodes + claims}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _object(term: object) -> Any:
    if isinstance(term, NamedNode):
        return {"@id": namespaces.compact(term.value)}
    if not isinstance(term, Literal):
        raise TypeError(f"a {type(term).__name__} as an object")
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if namespaces.compact(term.datatype.value) == "xsd:string":
        return term.value
    return {"@value": term.value, "@type": namespaces.compact(term.datatype.value)}
