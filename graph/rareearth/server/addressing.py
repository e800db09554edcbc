"""Addresses in a request that are not encoded as they should be, as people and some clients write them.

The parser takes ASCII only, and reports anything else as no HTTP. Bytes beyond ASCII can only be meant as they are, so
they are encoded; a space may be the end of the address, so it is refused with a reason (RFC 9112, 3.2).
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from rareearth.server.connections import Connection

_LINE = re.compile(rb"(?P<method>[A-Z]+) (?P<target>[^\r\n]+) (?P<version>HTTP/1\.[01]\r\n)")
_ASCII = bytes(range(128)).decode("ascii")
_SPACE = 400, "the address has a space; encode it as %20, or send the query by POST"


def encoded(data: bytes) -> bytes | None:
    r"""The beginning of a request with its address encoded; None where the address has a space.

    >>> encoded("GET /find?name=李 HTTP/1.1".encode() + b"\r\n")
    b'GET /find?name=%E6%9D%8E HTTP/1.1\r\n'
    """
    line = _LINE.match(data)
    if line is None:
        return data
    if b" " in line["target"]:
        return None
    if line["target"].isascii():
        return data
    target = quote_from_bytes(line["target"], safe=_ASCII).encode("ascii")
    return line["method"] + b" " + target + b" " + line["version"] + data[line.end() :]


class LenientConnection(Connection):
    """A connection that encodes the address of a request whose first line arrives at once, as it nearly always does."""

    _begins = True

    def data_received(self, data: bytes) -> None:
        """Encode an address, and continue reading."""
        if self._begins:
            read = encoded(data)
            if read is None:
                self._refusal = _SPACE
                self.send_400_response("")
                return
            data = read
        super().data_received(data)

    def on_message_begin(self) -> None:
        """What follows is of the same request."""
        self._begins = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Another request may follow."""
        self._begins = True
        super().on_message_complete()
