"""What XML 1.0 can hold, and how it is written."""

from __future__ import annotations

import re

from rareearth.formats import FormatError

_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
    | {"\u0085": "&#133;", "\u2028": "&#8232;"}  # line ends to some readers
)


def escaped(value: object, what: str) -> str:
    """A value as the text of an element or attribute.

    Raises FormatError, naming ``what`` it is of, for characters that no XML file can hold.
    """
    text = str(value)
    if found := _IMPOSSIBLE.search(text):
        raise FormatError(
            f"{what} has the character U+{ord(found[0]):04X}, which no XML file can hold; take it out of the name"
        )
    return text.translate(_ESCAPES)
