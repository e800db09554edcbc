"""Content negotiation: the media types that the server writes, and which of them a client prefers.

Clients differ widely in what they send, so names that mean the same as a media type of ours are accepted too
(``text/xml`` for RDF/XML), and between types of equal quality a client's named type goes before a wildcard, and its
first before its second.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from rareearth.server.messages import Forms

# What the server writes, best first: the media type, and the form of `serialize` of an answer.
TABLES = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
BOOLEANS = {"application/sparql-results+json": "json", "application/sparql-results+xml": "xml"}
GRAPHS = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "json",
    "application/rdf+xml": "xml",
    "application/trig": "trig",
    "application/n-quads": "nq",
}
KINDS: dict[str, dict[str, str]] = {"table": TABLES, "boolean": BOOLEANS, "graph": GRAPHS}
# The forms of a document, as in the extension of its address.
DOCUMENTS = {"html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
             "nt": "application/n-triples", "trig": "application/trig", "nq": "application/n-quads"}  # fmt: skip
EXTENSIONS = {f".{form}": form for form in DOCUMENTS} | {".json": "jsonld", ".xml": "rdf", ".owl": "rdf", ".n3": "ttl"}
# Other names of our types: of each, those that we write by the kind of result.
_ALSO: dict[str, tuple[str, ...]] = {
    "application/json": ("application/sparql-results+json", "application/ld+json"),
    "text/json": ("application/sparql-results+json", "application/ld+json"),
    "application/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "text/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "text/rdf": ("application/rdf+xml",),
    "text/plain": ("text/tab-separated-values", "application/n-triples"),
    "text/ntriples": ("application/n-triples",),
    "text/nt": ("application/n-triples",),
    "text/n3": ("text/turtle",),
    "text/rdf+n3": ("text/turtle",),
    "application/n3": ("text/turtle",),
    "application/x-turtle": ("text/turtle",),
    "application/turtle": ("text/turtle",),
    "application/x-trig": ("application/trig",),
    "text/x-nquads": ("application/n-quads",),
    "text/nquads": ("application/n-quads",),
    "application/xhtml+xml": ("text/html",),
}
_SHORT = {"json": "json", "xml": "xml", "csv": "csv", "tsv": "tsv", "turtle": "ttl", "ttl": "ttl", "n3": "ttl",
          "nt": "nt", "ntriples": "nt", "n-triples": "nt", "jsonld": "json", "json-ld": "json", "rdf": "xml",
          "rdfxml": "xml", "rdf+xml": "xml", "rdf/xml": "xml", "trig": "trig", "nq": "nq", "nquads": "nq",
          "n-quads": "nq"}  # fmt: skip
_PART = re.compile(r'"(?:\\.|[^"\\])*(?:"|\Z)|[^,"]+|,')  # of a list, in which a comma may be quoted
_QUALITY = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)")
_MAX_RANGES = 100  # that are read of an Accept header


@functools.lru_cache(maxsize=256)
def forms(accept: str, named: str = "") -> Forms:
    """For each kind of result, the form that a client prefers; None where it accepts none of ours.

    ``named`` is the form that the address names (``format=csv``); it goes before the Accept header where it is one of
    the kind of result, because forms and spreadsheets cannot set a header.

    >>> forms("text/csv, */*;q=0.1").table, forms("*/*", "text/csv").table
    ('csv', 'csv')
    """
    short = _SHORT.get(named.strip().lower())
    wished = named.strip().lower().replace(" ", "+")  # an unencoded + arrives as a space

    def preferred(offered: Mapping[str, str]) -> str | None:
        if short in offered.values():
            return short
        if "/" in wished and (found := best(wished, tuple(offered))):
            return offered[found]
        chosen = best(accept, tuple(offered))
        return offered[chosen] if chosen else None

    return Forms(preferred(TABLES), preferred(BOOLEANS), preferred(GRAPHS))


def media(kind: str, form: str) -> str:
    """The media type of a form that a kind of answer is written in."""
    return next(name for name, written in KINDS[kind].items() if written == form)


def document(accept: str, offered: tuple[str, ...] = tuple(DOCUMENTS)) -> str | None:
    """The form of a document that an Accept header prefers, None where it accepts none of those offered.

    A page for people is given to a client that names it or takes anything. One that names other types and takes
    anything as a last resort is a program, and gets RDF.

    >>> document("*/*"), document("application/x-unknown, */*;q=0.1")
    ('html', 'ttl')
    """
    named = [range_ for range_ in _ranges(accept) if "*" not in range_]
    if named and not {"text/html", "application/xhtml+xml"}.intersection(named):
        offered = tuple(sorted(offered, key=lambda form: form == "html"))
    chosen = best(accept, tuple(DOCUMENTS[form] for form in offered))
    return next((form for form in offered if DOCUMENTS[form] == chosen), None)


def extension(path: str) -> tuple[str, str]:
    """A path without the extension that chooses a form, and that form; the path and "" where it has none.

    >>> extension("/entity/li-bo.ttl"), extension("/ontology.owl"), extension("/entity/a.b")
    (('/entity/li-bo', 'ttl'), ('/ontology', 'rdf'), ('/entity/a.b', ''))
    """
    suffix = PurePosixPath(path).suffix
    form = EXTENSIONS.get(suffix.lower(), "") if path.endswith(suffix) else ""
    return (path[: -len(suffix)], form) if form else (path, "")


def best(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered media type that an Accept header prefers (RFC 9110), or None.

    Of several of the same quality, it is one that the header names rather than one that a wildcard allows, then the
    one that comes first in the header, then the first offered.

    >>> best("text/csv, */*", ("text/html", "text/csv"))
    'text/csv'
    """
    ranges = _ranges(accept) or {"*/*": (1.0, 0)}

    def rank(media: str) -> tuple[float, int, int]:
        names = [media, *(name for name, same in _ALSO.items() if media in same)]
        given = [ranges[name] for name in names if name in ranges]
        if media in ranges:
            quality, position = ranges[media]
        elif given:
            quality, position = max(given, key=lambda found: (found[0], -found[1]))
        elif (wildcard := media.partition("/")[0] + "/*") in ranges:
            return ranges[wildcard][0], 1, -ranges[wildcard][1]
        else:
            quality, position = ranges.get("*/*", (0.0, 0))
            return quality, 0, -position
        return quality, 2, -position

    chosen = max(offered, key=rank)
    return chosen if rank(chosen)[0] > 0 else None


def split(header: str) -> list[str]:
    """The items of a header that is a list, in which a comma may be quoted; takes time linear in its length.

    >>> split('a;b="1,2", c')
    ['a;b="1,2"', 'c']
    """
    items: list[list[str]] = [[]]
    for part in _PART.findall(header):
        if part == ",":
            items.append([])
        else:
            items[-1].append(part)
    return [item for parts in items if (item := "".join(parts).strip())]


@functools.lru_cache(maxsize=256)
def _ranges(accept: str) -> dict[str, tuple[float, int]]:
    """The media ranges of an Accept header in lower case, each with its quality and its position."""
    found: dict[str, tuple[float, int]] = {}
    for position, item in enumerate(split(accept)[:_MAX_RANGES]):
        name, *parameters = (part.strip() for part in item.split(";"))
        range_ = "*/*" if name == "*" else name.lower()  # Java's default has a single star
        quality = _quality(parameters)
        if range_ not in found or quality > found[range_][0]:
            found[range_] = quality, position
    return found


def _quality(parameters: list[str]) -> float:
    """The quality among the parameters of a media range: 1 where there is none, 0 where it is not a number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return min(1.0, float(value)) if _QUALITY.fullmatch(value := value.strip()) else 0.0
    return 1.0
