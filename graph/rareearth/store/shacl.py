"""SHACL: whether the graph keeps to ``ontology/shapes.ttl``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import namespaces, paths
from rareearth.store import rdf
from rareearth.store.backend import DefaultGraph

if TYPE_CHECKING:
    from rareearth.store.backend import Backend


def violations(store: Backend, shapes: Path | None = None) -> list[str]:
    """What in the default graph of a store breaks the shapes, one sorted line a finding; [] when nothing does.

    The graphs of claims hold one statement each, which the checks of the data have seen; the shapes are about what is
    said of entities, sources, claims and judgements. Raises OSError when the shapes cannot be read.
    """
    import pyshacl
    import rdflib

    triples = rdf.text((quad.triple for quad in store.quads(graph=DefaultGraph())), "nt", prefixes={})
    data = rdflib.Graph().parse(data=triples, format="nt")
    rules = rdflib.Graph().parse(shapes or paths.ontology() / "shapes.ttl", format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=rules)
    if not isinstance(report, rdflib.Graph):
        raise ValueError(f"SHACL gave no report: {report!r}")
    found = []
    sh = rdflib.SH
    for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
        focus, path = report.value(result, sh.focusNode), report.value(result, sh.resultPath)
        message = report.value(result, sh.resultMessage)
        where = namespaces.compact(str(focus)) + (f" {namespaces.compact(str(path))}" if path else "")
        found.append(f"{where}: {message}")
    return sorted(set(found))
