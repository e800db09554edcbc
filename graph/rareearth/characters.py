"""Characters that nobody sees: which ones a text must not have, and how to show a text that may have them.

Refused in data are control characters, soft hyphens, zero-width and bidirectional signs, fillers, byte-order marks,
separators of lines and paragraphs, tags, most variation selectors, surrogates, noncharacters and private characters:
two texts that look the same would differ. A joiner (U+200D) or non-joiner (U+200C) is a letter's neighbour in Persian,
in the scripts of India and in emoji, and U+FE0F makes a sign an emoji; there they are kept.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

MAX_SHOWN = 80  # characters of a text in a message

_JOINERS = "\u200c\u200d"
_EMOJI = "\ufe0f"
_PLANES = "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(17))
_UNSEEN = (
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff" + _PLANES
)
_HIDDEN = re.compile(f"[{_UNSEEN}{_JOINERS}{_EMOJI}]")
_IN_MESSAGES = re.compile(f"[{_UNSEEN}\t\n]")
_IGNORED = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDE = ((False, True, False, True), (True, False, True, False), (True, True, True, False), (False, True, True, True))


def hidden(text: str) -> re.Match[str] | None:
    r"""The first character of a text that must not be in data; None where there is none. Line ends and tabs may be.

    >>> hidden("Li\u200bBo").start(), hidden("می\u200cخواهم")
    (2, None)
    """
    return next(_hidden(text), None)


def code(character: str) -> str:
    r"""A character as Unicode writes it.

    >>> code("\ufeff")
    'U+FEFF'
    """
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    r"""A text on one line, in which characters that nobody sees are written as their codes.

    >>> visible("Li\u202eBo")
    'Li<U+202E>Bo'
    """
    return _IN_MESSAGES.sub(lambda match: f"<{code(match[0])}>", text)


def shown(text: str, most: int = MAX_SHOWN) -> str:
    """A text as a message has it: visible and shortened.

    >>> shown("a" * 100, 10)
    'aaaaaaaaaa… (100 characters)'
    """
    return visible(text) if len(text) <= most else f"{visible(text[:most])}… ({len(text):,} characters)"


def without_ignored(text: str) -> str:
    r"""The text without what has no width: soft hyphens, zero-width and bidirectional signs, variation selectors.

    >>> without_ignored("Gan\u00adzhou\ufeff")
    'Ganzhou'
    """
    return _IGNORED.sub("", text)


def decoded(raw: bytes) -> str:
    r"""The text of a file in UTF-8, without a byte-order mark.

    Raises ValueError for UTF-16 and UTF-32, with a message, and UnicodeDecodeError for what is no UTF-8.

    >>> decoded(b"\xef\xbb\xbfASK {}")
    'ASK {}'
    """
    zeros = tuple(byte == 0 for byte in raw[:4])
    if raw.startswith(_UTF16) or zeros in _WIDE:
        raise ValueError("found UTF-16 or UTF-32; expected UTF-8: save the file in that encoding")
    return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")


def without_hidden(text: str) -> tuple[str, int]:
    r"""The text without the characters that :func:`hidden` finds, and how many they are.

    >>> without_hidden("Li\u200bBo\x07")
    ('LiBo', 2)
    """
    kept: list[str] = []
    at = count = 0
    for match in _hidden(text):
        kept.append(text[at : match.start()])
        at, count = match.end(), count + 1
    return ("".join([*kept, text[at:]]), count) if count else (text, 0)


def without_mark(text: str) -> str:
    r"""A text that was pasted or posted, without the byte-order mark at its start.

    >>> without_mark("\ufeffASK {}")
    'ASK {}'
    """
    return text.removeprefix("\ufeff")


def _hidden(text: str) -> Iterator[re.Match[str]]:
    for match in _HIDDEN.finditer(text):
        if match[0] in _JOINERS and _joins(text, match.start()):
            continue
        if match[0] == _EMOJI and match.start() and _is_emoji(text[match.start() - 1]):
            continue
        yield match


def _joins(text: str, at: int) -> bool:
    """Whether the joiner at a position is between letters of a script that needs it, or parts of an emoji."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    if text[at] == "\u200d" and (_is_emoji(before) or before == _EMOJI or "\U0001f3fb" <= before <= "\U0001f3ff"):
        return _is_emoji(after)
    return all(c.isalpha() or unicodedata.category(c) in ("Mn", "Mc") for c in (before, after)) and any(
        "\u0600" <= c <= "\u1cff" or "\ua800" <= c <= "\uabff" or "\U00010a00" <= c <= "\U00011fff"
        for c in (before, after)
    )


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sm", "Sk") or character in "#*0123456789‼⁉〰〽"
