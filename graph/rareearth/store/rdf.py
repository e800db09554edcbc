"""RDF statements as text and back, by the engine's readers and writers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
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


class Reader(io.BytesIO):
    """Lines as a file that is read; ``size`` lines at a time are held."""

    def __init__(self, lines: Iterable[str], size: int = 4096) -> None:
        super().__init__()
        self._lines, self._size, self._part = iter(lines), size, io.BytesIO()

    def read(self, size: int | None = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        if not (data := self._part.read(size)) and (lines := [s.encode() for s in islice(self._lines, self._size)]):
            self._part = io.BytesIO(self.pass_on(lines))
            data = self._part.read(size)
        return data

    def pass_on(self, lines: Sequence[bytes]) -> bytes:
        """The text of lines that are read next."""
        return b"\n".join(lines) + b"\n"


def quads(lines: Iterable[str]) -> Iterator[ox.Quad]:
    """The quads of N-Quads lines, one after the other."""
    return ox.parse(Reader(lines), format=ox.RdfFormat.N_QUADS)


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
