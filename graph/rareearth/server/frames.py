"""What goes between the server and its workers: two lengths, a head as JSON, a body."""

from __future__ import annotations

import json
import struct
from typing import Any, TypeAlias

Frame: TypeAlias = tuple[dict[str, Any], bytes]

_SIZES = struct.Struct(">II")


def frame(head: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame as bytes."""
    encoded = json.dumps(head).encode()
    return _SIZES.pack(len(encoded), len(body)) + encoded + body


def parsed(received: bytes | bytearray) -> Frame | None:
    """The head and body of a frame; None while it is not whole."""
    if len(received) < _SIZES.size:
        return None
    head, body = _SIZES.unpack_from(received)
    start = _SIZES.size + head
    if len(received) < start + body:
        return None
    return json.loads(received[_SIZES.size : start]), bytes(memoryview(received)[start : start + body])
