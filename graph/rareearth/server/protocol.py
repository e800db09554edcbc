"""The SPARQL 1.1 Protocol (query operation): the query of a request, and the form in which to write the result."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from urllib.parse import parse_qsl

from rareearth.errors import BadRequestError
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
}
KINDS: dict[str, dict[str, str]] = {"table": TABLES, "boolean": BOOLEANS, "graph": GRAPHS}
_ALSO = {"application/json": "application/sparql-results+json", "application/xml": "application/sparql-results+xml"}


@dataclass(frozen=True)
class Query:
    """The query of a request, and the graphs of its dataset where the request names them."""

    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]


def parse(method: str, query_string: str, content_type: str, body: bytes) -> Query:
    """The query of a request. Raises BadRequestError with 400 or 415."""
    parameters = _parameters(query_string)
    if method == "POST":
        parameters += _posted(content_type, body, {name for name, _ in parameters})
    if any(name == "update" for name, _ in parameters):
        raise BadRequestError(403 if method == "POST" else 400, "updates are refused: the graph is read-only")
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) != 1:
        raise BadRequestError(400, f"found {len(queries)} parameters 'query'; expected one")
    if any(name.startswith("using-") for name, _ in parameters):
        raise BadRequestError(400, "using-graph-uri is for updates; a query has default-graph-uri and named-graph-uri")
    return Query(
        queries[0],
        tuple(value for name, value in parameters if name == "default-graph-uri"),
        tuple(value for name, value in parameters if name == "named-graph-uri"),
    )


def _posted(content_type: str, body: bytes, given: set[str]) -> list[tuple[str, str]]:
    """The parameters in a body, as a form or as a query alone; ``given`` are those of the address."""
    kind = content_type.partition(";")[0].strip().lower()
    if given & {"query", "update"}:
        raise BadRequestError(400, "the query is in the address and in the body; expected it once")
    if kind == "application/x-www-form-urlencoded":
        return _parameters(_decoded(body))
    if kind == "application/sparql-query":
        charset = content_type.lower().partition("charset=")[2].strip("\"' ;") or "utf-8"
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequestError(400, f"the body is in {charset}; expected UTF-8")
        return [("query", _decoded(body))]
    if kind == "application/sparql-update":
        raise BadRequestError(403, "updates are refused: the graph is read-only")
    expected = "application/sparql-query or application/x-www-form-urlencoded"
    raise BadRequestError(415, f"the content type is '{kind or 'missing'}'; expected {expected}")


@functools.lru_cache(maxsize=256)
def forms(accept: str) -> Forms:
    """For each kind of result, the form that the Accept header prefers; None where it accepts none of ours."""

    def preferred(offered: dict[str, str]) -> str | None:
        chosen = best(accept, tuple(offered))
        return offered[chosen] if chosen else None

    return Forms(preferred(TABLES), preferred(BOOLEANS), preferred(GRAPHS))


def media(kind: str, form: str) -> str:
    """The media type of a form that a kind of answer is written in."""
    return next(name for name, written in KINDS[kind].items() if written == form)


def best(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered media type that an Accept header prefers (RFC 9110); the first of equals, or None."""
    ranges = [_range(item) for item in accept.split(",") if item.strip()] or [("*/*", 1.0)]
    ranges = [(_ALSO[media] if media in _ALSO and _ALSO[media] in offered else media, q) for media, q in ranges]

    def quality(media: str) -> float:
        specific = [(len(r.rstrip("*")), q) for r, q in ranges if r in (media, "*/*", media.partition("/")[0] + "/*")]
        return max(specific)[1] if specific else 0.0

    chosen = max(offered, key=quality)
    return chosen if quality(chosen) > 0 else None


def _range(item: str) -> tuple[str, float]:
    media, *parameters = (part.strip() for part in item.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return media.lower(), max(0.0, min(1.0, float(value)))
            except ValueError:
                return media.lower(), 0.0
    return media.lower(), 1.0


def _parameters(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequestError(400, f"the parameters cannot be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError(400, f"the body is not UTF-8 (byte {error.start})") from error
