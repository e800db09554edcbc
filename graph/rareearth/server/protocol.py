"""The SPARQL 1.1 Protocol (query operation): the query of a request.

Clients of other endpoints send parameters of those (``timeout``, ``debug``, ``should-sponge``), and forms send every
field, empty where nothing was chosen. What is not known is ignored, and an empty graph names none.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_from_bytes

from rareearth.errors import BadRequestError

_ASCII = bytes(range(128)).decode("ascii")
_FORMAT = re.compile("format|output|results")  # in which other endpoints take the form of the result


@dataclass(frozen=True)
class Query:
    """The query of a request, the graphs of its dataset where it names them, and the form that its address names."""

    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    form: str = ""


def parse(method: str, query_string: bytes, content_type: str, body: bytes) -> Query:
    """The query of a request. Raises BadRequestError with 400 or 415."""
    params = parameters(query_string)
    given = {name for name, _ in params}
    if method == "POST" and (body or "query" not in given):  # some clients send no body, and the query in the address
        params += _posted(content_type, body, given)
    if any(name == "update" for name, _ in params):
        raise BadRequestError(403 if method == "POST" else 400, "updates are refused: the graph is read-only")
    queries = [value for name, value in params if name == "query"]
    if len(queries) != 1:
        raise BadRequestError(400, f"found {len(queries)} parameters 'query'; expected one")
    if any(name.startswith("using-") and value for name, value in params):
        raise BadRequestError(400, "using-graph-uri is for updates; a query has default-graph-uri and named-graph-uri")
    return Query(
        queries[0],
        tuple(value for name, value in params if name == "default-graph-uri" and value.strip()),
        tuple(value for name, value in params if name == "named-graph-uri" and value.strip()),
        next((value for name, value in params if _FORMAT.fullmatch(name) and value.strip()), ""),
    )


def parameters(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters of an address, in which signs that should be encoded may be as they are, in UTF-8."""
    return _parsed(quote_from_bytes(query_string, safe=_ASCII))


def _posted(content_type: str, body: bytes, given: set[str]) -> list[tuple[str, str]]:
    """The parameters in a body, as a form or as a query alone; ``given`` are those of the address."""
    kind, *rest = (part.strip().lower() for part in content_type.split(";"))
    found: list[tuple[str, str]]
    if kind == "application/x-www-form-urlencoded":
        found = _parsed(_decoded(body))
    elif kind == "application/sparql-query":
        charset = next((value for name, _, value in (p.partition("=") for p in rest) if name.strip() == "charset"), "")
        if charset and not _is_utf8(charset):
            raise BadRequestError(400, f"the body is in {charset}; expected UTF-8")
        found = [("query", _decoded(body).removeprefix("\ufeff"))]
    elif kind == "application/sparql-update":
        raise BadRequestError(403, "updates are refused: the graph is read-only")
    else:
        expected = "application/sparql-query or application/x-www-form-urlencoded"
        raise BadRequestError(415, f"the content type is '{kind or 'missing'}'; expected {expected}")
    if given & {"query", "update"} and any(name in ("query", "update") for name, _ in found):
        raise BadRequestError(400, "the query is in the address and in the body; expected it once")
    return found


def _is_utf8(charset: str) -> bool:
    """Whether a charset, however it is spelled, is UTF-8 or a part of it."""
    try:
        return codecs.lookup(charset.strip("'\" ")).name in ("utf-8", "ascii")
    except (LookupError, ValueError):
        return False


def _parsed(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequestError(400, f"the parameters cannot be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError(400, f"the body is not UTF-8 (byte {error.start})") from error
