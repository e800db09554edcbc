"""The graph with its evidence as RDF files: Turtle (default graph), TriG, N-Quads and JSON-LD (all of it)."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from rareearth import namespaces, paths
from rareearth.store import rdf
from rareearth.store.backend import DefaultGraph, Literal, NamedNode, Quad, Triple

if TYPE_CHECKING:
    from pathlib import Path

    from rareearth.store.backend import Backend
    from rareearth.store.shards import Quads


def serialize(store: Backend, extension: str) -> bytes:
    """The file with the extension .ttl, .trig, .nq or .jsonld, sorted, so that the same graph gives the same bytes."""
    if extension == ".jsonld":
        return jsonld(sorted(store.quads(), key=str))
    if extension == ".ttl":
        triples = sorted((quad.triple for quad in store.quads(graph=DefaultGraph())), key=str)
        return rdf.text(triples, "ttl")
    lines = sorted(f"{quad} ." for quad in store.quads())
    return trig(lines) if extension == ".trig" else "".join(f"{line}\n" for line in lines).encode()


def trig(lines: Iterable[str]) -> bytes:
    """Sorted lines of N-Quads as TriG: the default graph first, then the others by name."""
    named: list[Quad] = []

    def ordered() -> Iterator[Quad]:
        for quad in rdf.quads(lines):
            if isinstance(quad.graph_name, DefaultGraph):
                yield quad
            else:
                named.append(quad)
        yield from sorted(named, key=lambda quad: str(quad.graph_name))

    return rdf.text(ordered(), "trig")


def write_trig(path: Path, quads: Quads) -> None:
    """The same of many quads, which are in files, into a file, in memory that does not grow with them."""
    with quads.path.open("rb") as file, quads.graphs.open("rb") as graphs, path.open("wb") as output:
        plain = (quad for quad in rdf.read(file) if isinstance(quad.graph_name, DefaultGraph))
        rdf.write_quads(chain(plain, rdf.read(graphs)), "trig", output)


def jsonld(statements: Iterable[Quad] | Iterable[Triple]) -> bytes:
    """Statements as JSON-LD, in the order given: a node object for each subject, one with ``@graph`` for each claim.

    Names are shortened by ``ontology/context.jsonld``, which the document contains.
    """
    graphs: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for quad in statements:
        graph_name = quad.graph_name if isinstance(quad, Quad) else None
        graph = graph_name.value if isinstance(graph_name, NamedNode) else ""
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
    document = {**_context(), "@graph": nodes + claims}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


@functools.cache
def _context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((paths.ontology() / "context.jsonld").read_text(encoding="utf-8"))
    return found


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
