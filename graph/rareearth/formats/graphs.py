"""The graph with its evidence as RDF files: Turtle (default graph), TriG, N-Quads and JSON-LD (all of it)."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rareearth import namespaces, paths

if TYPE_CHECKING:
    import pyoxigraph as ox


def serialize(store: ox.Store, ending: str) -> bytes:
    """The file for an ending of .ttl .trig .nq .jsonld, sorted, so that the same graph is the same bytes."""
    import pyoxigraph as ox

    if ending == ".jsonld":
        return _jsonld(store)
    if ending == ".ttl":
        triples = sorted((q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())), key=str)
        return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=namespaces.PREFIXES) or b""
    quads = sorted(store, key=lambda q: (str(q.graph_name) if isinstance(q.graph_name, ox.NamedNode) else "", str(q)))
    if ending == ".nq":
        return b"".join(sorted((ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)))
    return ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=namespaces.PREFIXES) or b""


def _jsonld(store: ox.Store) -> bytes:
    """One node object a subject, one with ``@graph`` a claim; names are shortened by ``ontology/context.jsonld``."""
    import pyoxigraph as ox

    context = json.loads((paths.ontology() / "context.jsonld").read_text(encoding="utf-8"))
    graphs: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for quad in sorted(store, key=str):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        node = graphs[graph][quad.subject.value]
        node["@id"] = namespaces.compact(quad.subject.value)
        if namespaces.compact(quad.predicate.value) == "rdf:type":
            node.setdefault("@type", []).append(namespaces.compact(quad.object.value))
        else:
            node.setdefault(namespaces.compact(quad.predicate.value), []).append(_object(quad.object))
    nodes = list(graphs.pop("", {}).values())
    claims = [
        {"@id": namespaces.compact(graph), "@graph": list(found.values())} for graph, found in sorted(graphs.items())
    ]
    document = {**context, "@graph": nodes + claims}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _object(term: object) -> Any:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return {"@id": namespaces.compact(term.value)}
    if not isinstance(term, ox.Literal):
        raise TypeError(f"a {type(term).__name__} as an object")
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if namespaces.compact(term.datatype.value) == "xsd:string":
        return term.value
    return {"@value": term.value, "@type": namespaces.compact(term.datatype.value)}
