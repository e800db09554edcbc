"""Escaping for XML 1.0, and the characters that it cannot hold."""

from __future__ import annotations

import re

from rareearth.errors import FormatError

_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[^ !#-%'-;=?-~]").search  # looking for these is cheaper than translating
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
    | {"\u0085": "&#133;", "\u2028": "&#8232;"}  # line ends to some readers
)


def escape(value: object, what: str) -> str:
    """A value as the text of an element or attribute.

    Raises FormatError, naming ``what`` has it, for a character that XML cannot hold.

    >>> escape("A & B", "a name")
    'A &amp; B'
    """
    text = str(value)
    if _SPECIAL(text) is None:
        return text
    if found := _IMPOSSIBLE.search(text):
        raise FormatError(f"{what} has the character U+{ord(found[0]):04X}, which XML cannot hold; remove it")
    return text.translate(_ESCAPES)
