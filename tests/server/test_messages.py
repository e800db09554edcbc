"""Messages between the server and its workers: read as they were written, and refused where they are none."""

from __future__ import annotations

import struct

import pytest

from rareearth.errors import MessageError
from rareearth.server import messages

FORMS = messages.Forms("json", "xml", None)
REQUESTS: list[messages.Request] = [
    messages.QueryRequest("SELECT * { ?s ?p '稀土 \" \\ \n' }", FORMS, 100, ("http://a",), ("http://b", "http://c")),
    messages.QueryRequest("ASK {}", messages.Forms(None, None, None), 0),
    messages.DocumentRequest("https://w3id.org/rareearth/entity/li-bo", "ttl", "http://127.0.0.1:8000"),
    messages.EditorRequest("http://127.0.0.1:8000"),
    messages.FindRequest("赣江创新院"),
]
REPLIES: list[messages.Reply] = [
    messages.QueryReply("table", "csv", b"a,b\r\n\x00\xff"),
    messages.DocumentReply("稀土".encode()),
    messages.DocumentReply(b""),
    messages.FindReply("https://w3id.org/rareearth/entity/li-bo"),
    messages.ErrorReply(404, "nothing"),
]


@pytest.mark.parametrize("message", REQUESTS, ids=lambda m: type(m).__name__)
def test_a_request_is_read_as_it_was_written_once_it_is_complete(message: messages.Request) -> None:
    sent = messages.encode(message)
    assert messages.request(sent) == message
    assert {messages.request(sent[:size]) for size in range(len(sent))} == {None}


@pytest.mark.parametrize("message", REPLIES, ids=lambda m: type(m).__name__)
def test_a_reply_is_read_as_it_was_written_once_it_is_complete(message: messages.Reply) -> None:
    sent = messages.encode(message)
    assert messages.reply(bytearray(sent)) == message
    assert {messages.reply(sent[:size]) for size in range(len(sent))} == {None}


def written(head: str, body: bytes = b"") -> bytes:
    encoded = head.encode()
    return struct.pack(">4sII", b"ree1", len(encoded), len(body)) + encoded + body


NO_FORMS = '{"table": null, "boolean": null, "graph": null}'
BROKEN = {
    "other bytes": (b"GET / HTTP/1.1\r\n", "is not a message"),
    "the beginning of other bytes": (b"r-", "is not a message"),
    "more than a message": (written('FindRequest {"name": "a"}') + b"x", "1 bytes follow the end"),
    "no type": (written('{"name": "a"}'), r"'\{\"name\":' is not a type of message; expected QueryRequest"),
    "an unknown type": (written('DropRequest {"name": "a"}'), "'DropRequest' is not a type of message"),
    "a reply": (messages.encode(REPLIES[0]), "'QueryReply' is not a type of message"),
    "no JSON": (written("FindRequest {"), "FindRequest: fields: Invalid JSON"),
    "a missing field": (written("FindRequest {}"), "FindRequest: name: "),
    "a field too many": (written('FindRequest {"name": "a", "x": 1}'), "FindRequest: x: Unexpected"),
    "a number for a text": (written('FindRequest {"name": 1}'), "FindRequest: name: Input should be a valid string"),
    "a text for a number": (
        written(f'QueryRequest {{"query": "", "forms": {NO_FORMS}, "max_rows": "1"}}'),
        "QueryRequest: max_rows: Input should be a valid integer",
    ),
    "a wrong field within": (
        written(f'QueryRequest {{"query": "", "forms": {NO_FORMS.replace("null", "1")}, "max_rows": 1}}'),
        "QueryRequest: forms.table: ",
    ),
    "a body": (written('FindRequest {"name": "a"}', b"xy"), "a body of 2 bytes; expected none"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_request_is_refused_with_what_is_wrong(name: str) -> None:
    received, why = BROKEN[name]
    with pytest.raises(MessageError, match=why):
        messages.request(received)


def test_what_is_no_reply_is_refused_with_what_is_wrong() -> None:
    with pytest.raises(MessageError, match="'FindRequest' is not a type of message; expected QueryReply"):
        messages.reply(messages.encode(messages.FindRequest("a")))
    with pytest.raises(MessageError, match="a FindReply has a body of 1 bytes"):
        messages.reply(written('FindReply {"iri": "a"}', b"x"))
