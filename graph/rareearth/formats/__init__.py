"""Files for other tools: the extension selects the format.

A network goes to ``.graphml``, ``.gexf``, ``.csv`` (two tables), ``.cypher`` and ``.svg``; the graph itself, with the
evidence of its claims, to ``.ttl``, ``.trig``, ``.nq`` and ``.jsonld``; facts, in the terms of other fields, to
``.ftm.json``, ``.bods.json`` and ``.quickstatements``. :mod:`rareearth.site.exports` adds the explorer page. Tables of
the data as it was written are :mod:`rareearth.formats.rows`. :mod:`rareearth.saving` says how files are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rareearth import namespaces
from rareearth.bulk import reading
from rareearth.errors import FormatError
from rareearth.saving import save, save_all

if TYPE_CHECKING:
    from rareearth.corpus import Texts
    from rareearth.network import Network
    from rareearth.store.backend import Backend

LICENCE = f"Licence: {namespaces.LICENSE_DATA_NAME}, {namespaces.LICENSE_DATA}"


def _nothing(_line: str) -> None:
    """Where nobody asks what is left out."""


@dataclass(frozen=True)
class Export:
    """What a file is made from; each format takes from it what it needs.

    ``network`` is called by formats of networks only. ``directed`` makes all edges directed, also those of symmetric
    relations, ``excel`` marks tables for Excel; ``texts`` and ``as_of`` (the date that the store is limited to) are for
    pages. ``note`` gets what a format leaves out, in lines.
    """

    store: Backend
    network: Callable[[], Network]
    texts: Texts | None = None
    as_of: str = ""
    directed: bool = False
    excel: bool = False
    note: Callable[[str], None] = _nothing


@dataclass(frozen=True)
class Format:
    """A kind of file: its extension, what it holds, and the function that writes it and returns the files written."""

    extension: str
    holds: Literal["network", "graph", "facts", "page"]
    write: Callable[[Path, Export], list[Path]]


def of(path: Path, known: Iterable[Format] | None = None) -> Format:
    """The format that a file's extension selects, from :data:`FORMATS` unless others are given. Raises FormatError."""
    by_extension = {found.extension: found for found in (FORMATS if known is None else known)}
    name = path.name.lower()
    found = [known for extension, known in by_extension.items() if name.endswith(extension) and name != extension]
    if not found:
        expected, extension = " ".join([*by_extension, *DATA]), path.suffix.lower()
        raise FormatError(f"{path.name}: '{extension}' is not a known extension; expected one of {expected}")
    return max(found, key=lambda known: len(known.extension))


def write(
    path: Path, store: Backend, network: Callable[[], Network], *, directed: bool = False, excel: bool = False
) -> list[Path]:
    """Write a file and return the files written: ``NAME.csv`` becomes ``NAME.nodes.csv`` and ``NAME.edges.csv``.

    ``network`` is called for formats of networks only; ``directed`` and ``excel`` are as in :class:`Export`. Raises
    FormatError.
    """
    return of(path).write(path, Export(store, network, directed=directed, excel=excel))


def encode_text(text: str) -> bytes:
    """A text as UTF-8. Raises FormatError for half of a surrogate pair, which UTF-8 cannot hold."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise FormatError(f"the text has U+{code:04X}, half of a surrogate pair; remove it") from error


def _encode_lines(lines: Iterable[str]) -> Iterator[bytes]:
    for line in lines:
        yield encode_text(line) + b"\n"


def _graphml(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import graphml

    return [save(path, _encode_lines(graphml.lines(export.network(), directed=export.directed)))]


def _gexf(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import gexf

    return [save(path, _encode_lines(gexf.lines(export.network(), directed=export.directed)))]


def _csv(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import sheets, tables

    pair = path.with_suffix(".nodes.csv"), path.with_suffix(".edges.csv")
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or a device
        raise FormatError(f"{path.name}: a .csv export is two files, {' and '.join(found.name for found in pair)}")
    network = export.network()
    lines = tables.nodes(network), tables.edges(network, directed=export.directed)
    mark = [sheets.MARK] if export.excel else []
    return save_all({made: [*mark, *_encode_lines(found)] for made, found in zip(pair, lines, strict=True)})


def _cypher(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import cypher

    return [save(path, _encode_lines(cypher.lines(export.network())))]


def _svg(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import svg

    return [save(path, _encode_lines(svg.lines(export.network())))]


def _rdf(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import graphs

    return [save(path, graphs.serialize(export.store, path.suffix.lower()))]


def _followthemoney(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import followthemoney

    return followthemoney.write(path, export.store, export.note)


def _bods(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import bods

    return bods.write(path, export.store, export.note)


def _quickstatements(path: Path, export: Export) -> list[Path]:
    from rareearth.formats import quickstatements

    return quickstatements.write(path, export.store, export.note)


FORMATS = (
    Format(".graphml", "network", _graphml),
    Format(".gexf", "network", _gexf),
    Format(".csv", "network", _csv),
    Format(".cypher", "network", _cypher),
    Format(".svg", "network", _svg),
    *(Format(extension, "graph", _rdf) for extension in (".ttl", ".trig", ".nq", ".jsonld")),
    Format(".ftm.json", "facts", _followthemoney),
    Format(".bods.json", "facts", _bods),
    Format(".quickstatements", "facts", _quickstatements),
)
DATA = reading.ENDINGS
NETWORKS = tuple(found.extension for found in FORMATS if found.holds == "network")
DIRECTED = (".graphml", ".gexf", ".csv")  # in which edges say whether they have a direction
FACTS = tuple(found.extension for found in FORMATS if found.holds == "facts")
GRAPHS = tuple(found.extension for found in FORMATS if found.holds == "graph")
