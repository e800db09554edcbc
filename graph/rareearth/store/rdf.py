"""RDF statements as text and back, by the engine's readers and writers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO
from xml.parsers import expat

import pyoxigraph as ox

from rareearth import namespaces
from rareearth.errors import NotAcceptableError

_FORMS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "xml": ox.RdfFormat.RDF_XML,
    "json": ox.RdfFormat.JSON_LD,
}
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")  # no escape makes them XML 1.0


class Reader(io.BytesIO):
    """Lines as a file that is read; ``size`` lines at a time are held."""

    def __init__(self, lines: Iterable[str], size: int = 4096) -> None:
        super().__init__()
        self._lines, self._size, self._part = iter(lines), size, io.BytesIO()

    def read(self, size: int | None = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        if not (data := self._part.read(size)) and (lines := list(islice(self._lines, self._size))):
            self._part = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
            data = self._part.read(size)
        return data


def quads(lines: Iterable[str]) -> Iterator[ox.Quad]:
    """The quads of N-Quads lines, one after the other."""
    return ox.parse(Reader(lines), format=ox.RdfFormat.N_QUADS)


def read(file: IO[bytes]) -> Iterator[ox.Quad]:
    """The quads of a file of N-Quads, one after the other."""
    return ox.parse(file, format=ox.RdfFormat.N_QUADS)


def write_quads(statements: Iterable[ox.Quad], form: str, output: IO[bytes]) -> None:
    """Write quads in the order given; all of the project's prefixes are declared."""
    ox.serialize(statements, output, format=_FORMS[form], prefixes=dict(namespaces.PREFIXES))


def text(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad], form: str, prefixes: Mapping[str, str] = namespaces.PREFIXES
) -> bytes:
    """Statements in the order given, as ttl, nt, nq, trig, xml or json (JSON-LD); all ``prefixes`` are declared.

    Raises NotAcceptableError for what RDF/XML cannot express.
    """
    written = ox.serialize(statements, format=_FORMS[form], prefixes=dict(prefixes)) or b""
    return checked(written, form)


def write(
    triples: Sequence[ox.Triple], form: str, output: IO[bytes], prefixes: Mapping[str, str] = namespaces.PREFIXES
) -> None:
    """Write triples to a file, declaring only those prefixes that are used; RDF/XML is not yet :func:`checked`."""
    used = {prefix: iri for prefix, iri in prefixes.items() if any(iri in str(triple) for triple in triples)}
    ox.serialize(triples, output, format=_FORMS[form], prefixes=used)


def checked(written: bytes, form: str) -> bytes:
    """RDF as the engine writes it; RDF/XML made well-formed. Raises NotAcceptableError where it cannot be."""
    if form != "xml":
        return written
    instead = "Turtle, N-Triples or JSON-LD"
    written = xml(written, instead)
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(written, True)  # the engine writes any IRI as the name of an element
    except expat.ExpatError as error:
        raise NotAcceptableError(
            f"a property has an IRI that does not end in an XML name, so this cannot be RDF/XML; ask for {instead}"
        ) from error
    return written


def xml(written: bytes, instead: str) -> bytes:
    """XML as the engine writes it, well-formed and complete: its line ends are escaped, as a parser would change them.

    Raises NotAcceptableError, which names the formats to ask for ``instead``, for a character that XML cannot hold.
    """
    if found := _NO_XML.search(written):
        sign = ord(found[0].decode())
        raise NotAcceptableError(f"the result has the character U+{sign:04X}, which XML cannot hold; ask for {instead}")
    return written.replace(b"\r", b"&#13;")
