"""RDF statements as text, by the engine's writers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

import pyoxigraph as ox

from rareearth import namespaces

_FORMS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "xml": ox.RdfFormat.RDF_XML,
    "json": ox.RdfFormat.JSON_LD,
}


def text(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad], form: str, prefixes: Mapping[str, str] = namespaces.PREFIXES
) -> bytes:
    """Statements in the order given, as ttl, nt, nq, trig, xml or json (JSON-LD); all ``prefixes`` are declared."""
    return ox.serialize(statements, format=_FORMS[form], prefixes=dict(prefixes)) or b""


def write(
    triples: Sequence[ox.Triple], form: str, output: IO[bytes], prefixes: Mapping[str, str] = namespaces.PREFIXES
) -> None:
    """Write triples to a file as :func:`text` does, declaring only those prefixes that are used."""
    used = {prefix: iri for prefix, iri in prefixes.items() if any(iri in str(triple) for triple in triples)}
    ox.serialize(triples, output, format=_FORMS[form], prefixes=used)
