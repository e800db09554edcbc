"""What the server asks its workers and what they reply: one dataclass for each message, written to a socket and read.

On the socket a message is a head (its type, and its fields as JSON) and a body (of a result or document), behind the
lengths of both.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, TypeVar, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from rareearth.errors import MessageError

_MARK = b"ree1"  # begins every message, so that anything else is recognised at once
_LENGTHS = struct.Struct(">4sII")

M = TypeVar("M")


@dataclass(frozen=True)
class Message:
    """What all messages have in common: fields are neither converted nor ignored when a message is read."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Forms(Message):
    """The form in which to write each kind of result (see :mod:`sparql`); None where none is acceptable."""

    table: str | None
    boolean: str | None
    graph: str | None

    def of(self, kind: str) -> str | None:
        """The form of a kind of result."""
        return {"table": self.table, "boolean": self.boolean, "graph": self.graph}[kind]


@dataclass(frozen=True)
class QueryRequest(Message):
    """Run a SPARQL query; the graphs are those that the protocol names, else the query's own. See QueryReply."""

    query: str
    forms: Forms
    max_rows: int
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentRequest(Message):
    """Write the document of a thing in a form of :data:`things.FORMS`, for a site at an address. See DocumentReply."""

    iri: str
    form: str
    base: str


@dataclass(frozen=True)
class EditorRequest(Message):
    """Write the page of the query editor. See DocumentReply."""

    base: str


@dataclass(frozen=True)
class ListRequest(Message):
    """Write a list of :mod:`site.listing`, or the page of a question (``question/NAME``). See DocumentReply."""

    name: str
    base: str


@dataclass(frozen=True)
class FindRequest(Message):
    """Find the entity of a name. See FindReply."""

    name: str


@dataclass(frozen=True)
class HintsRequest(Message):
    """List the hints about a query (see :func:`store.hints.hints`) as JSON. See DocumentReply."""

    query: str


@dataclass(frozen=True)
class ToolRequest(Message):
    """Call a tool of :mod:`tools` with arguments as JSON. See DocumentReply, whose body is JSON."""

    tool: str
    arguments: str
    max_rows: int


@dataclass(frozen=True)
class ReconcileRequest(Message):
    """Answer a part of the reconciliation service (see :mod:`reconciliation`) for a site at an address.

    ``asked`` is JSON. See DocumentReply, whose body is JSON but for a preview, which is a page.
    """

    part: str
    asked: str
    base: str


@dataclass(frozen=True)
class PageRequest(Message):
    """Write the explorer page, with the sentences of a folder of texts if one is given. See DocumentReply.

    It is for a process that may open files; a worker may not.
    """

    texts: str | None


@dataclass(frozen=True)
class QueryReply(Message):
    """The result of a query: its kind, and the form in which its body is written."""

    kind: str
    form: str
    body: bytes = b""


@dataclass(frozen=True)
class DocumentReply(Message):
    """A document as UTF-8; without one, ``moved`` is the IRI of the thing that is meant."""

    body: bytes = b""
    moved: str = ""


@dataclass(frozen=True)
class FindReply(Message):
    """The IRI of the entity that was found."""

    iri: str


@dataclass(frozen=True)
class ErrorReply(Message):
    """Why there is no other reply, with the HTTP status that says so, and IRIs of things that may be meant."""

    status: int
    message: str
    close: tuple[str, ...] = ()


Request: TypeAlias = (
    QueryRequest
    | DocumentRequest
    | EditorRequest
    | ListRequest
    | FindRequest
    | HintsRequest
    | ToolRequest
    | ReconcileRequest
    | PageRequest
)
Reply: TypeAlias = QueryReply | DocumentReply | FindReply | ErrorReply
_REQUESTS: dict[str, TypeAdapter[Request]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(Request)}
_REPLIES: dict[str, TypeAdapter[Reply]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(Reply)}


def encode(message: Request | Reply) -> bytes:
    """A message as bytes; :func:`request` and :func:`reply` give it back."""
    fields = dataclasses.asdict(message)
    body: bytes = fields.pop("body", b"")
    head = f"{type(message).__name__} {json.dumps(fields)}".encode()
    return _LENGTHS.pack(_MARK, len(head), len(body)) + head + body


def request(received: bytes | bytearray) -> Request | None:
    """The request in what was received so far; None while it is incomplete. Raises MessageError."""
    if (parts := _parts(received)) is None:
        return None
    head, body = parts
    found = _message(head, _REQUESTS)
    if body:
        raise MessageError(f"a {type(found).__name__} has a body of {len(body)} bytes; expected none")
    return found


def reply(received: bytes | bytearray) -> Reply | None:
    """The reply in what was received so far; None while it is incomplete. Raises MessageError."""
    if (parts := _parts(received)) is None:
        return None
    head, body = parts
    found = _message(head, _REPLIES)
    if isinstance(found, QueryReply | DocumentReply):
        return dataclasses.replace(found, body=body)
    if body:
        raise MessageError(f"a {type(found).__name__} has a body of {len(body)} bytes; expected none")
    return found


def _parts(received: bytes | bytearray) -> tuple[bytes, bytes] | None:
    """The head and the body of a message; None while it is incomplete."""
    if not received.startswith(_MARK[: len(received)]):
        raise MessageError("what was received is not a message")
    if len(received) < _LENGTHS.size:
        return None
    _, head, body = _LENGTHS.unpack_from(received)
    start = _LENGTHS.size + head
    if len(received) < start + body:
        return None
    if len(received) > start + body:
        raise MessageError(f"{len(received) - start - body} bytes follow the end of a message")
    return bytes(received[_LENGTHS.size : start]), bytes(memoryview(received)[start:])


def _message(head: bytes, readers: dict[str, TypeAdapter[M]]) -> M:
    name, _, fields = head.decode(errors="replace").partition(" ")
    if name not in readers:
        raise MessageError(f"'{name[:40]}' is not a type of message; expected {', '.join(readers)}")
    try:
        return readers[name].validate_json(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "fields"
        raise MessageError(f"{name}: {where}: {first['msg']}") from error
