"""The characters of a text file: its encoding is known by rule or refused, never guessed so that a text is mangled.

Taken are UTF-8, UTF-16, UTF-32, GB18030 (with GBK and GB2312) and Windows-1252. The last two have no mark of their own:
a file is GB18030 if nearly all of its Chinese characters are common ones, and Windows-1252 if its bytes above ASCII
make signs and letters in places where Western European texts have them.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from rareearth.errors import ArticleError

_MARKS = (  # UTF-32 before UTF-16, whose mark is its start
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_OTHERS = (  # starts of files that are often taken for texts
    (b"PK\x03\x04", "a Word file or another archive; save it as plain text or PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Word file; save it as plain text or PDF"),
    (b"{\\rtf", "an RTF file; save it as plain text or PDF"),
    (b"\x89PNG", "a picture; expected a text"),
    (b"\xff\xd8\xff", "a picture; expected a text"),
    (b"GIF8", "a picture; expected a text"),
    (b"\x1f\x8b", "compressed; unpack it first"),
    (b"%!PS", "a PostScript file; save it as PDF"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAX_CONTROL = 0.01  # part of the bytes of a text that are control characters
_FEW_CONTROL = 3  # that a short text may have
_SAMPLE = 100_000  # bytes
_HAN = re.compile("[\u3400-\u9fff]")
_HAN_SIGNS = re.compile("[\u3000-\u301f\uff01-\uff5e‘’“”—…·\u4e00-\u9fff]")
# The most frequent Chinese characters: a third of any modern text.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面方后多"
)
_MIN_FREQUENT = 0.05  # part of the Chinese characters of a text
_MIN_COMMON = 0.9  # of them, those of the first level of GB 2312
_ABOVE_ASCII = re.compile(r"[^\x00-\x7f]")
_SIGNS = "‘’“”„‚…–—•€£§©®™°·±²³µ½¼¾×«»\u00a0"
_LETTERS = "àáâãäåæçèéêëíîïñóôõöøúûüßœšžÀÁÂÄÅÆÇÈÉÊËÍÎÏÑÓÔÖØÚÛÜŠŒŽ"
_MISPLACED = re.compile(  # what Windows-1252 makes of other encodings: rare signs, or others in strange places
    f"[^\x00-\x7f{_SIGNS}{_LETTERS}¡¿]|[\\w¡¿][¡¿]|[¡¿](?![A-ZÁÉÍÓÚ])"
    "|[^\\W\\d_][£§©±µ½¼¾×«»][^\\W\\d_]|[a-zß-ÿ][À-ÖØ-ÞŠŒŽ]|[ÒÓÔÑ][A-Z][a-z]|(?<!\\w)[Á-ÓØ-Þ](?!\\w)"
    "|[ß-ÿ]{3}|\u00a0{3}"
)
_ISO_2022 = re.compile(rb"\x1b\$[@A-D()]")


class Decoded(NamedTuple):
    """A text, and what was assumed to read it ("" if there was nothing to assume)."""

    text: str
    note: str


def refuse_others(raw: bytes, name: str) -> None:
    """Refuse (ArticleError) a file whose start shows that it is no text, by what it is."""
    for start, what in _OTHERS:
        if raw.startswith(start):
            raise ArticleError(f"{name}: is {what}")


def decoded(raw: bytes, name: str) -> Decoded:
    """The text of a file. Raises ArticleError, with the ``name`` of the file, if it is no text or of another encoding.

    >>> decoded("“Rare earths”".encode("cp1252"), "a.txt")
    Decoded(text='“Rare earths”', note='read as Windows-1252')
    """
    for mark, encoding, title in _MARKS:
        if raw.startswith(mark):
            return Decoded(
                _strictly(raw[len(mark) :], encoding, title, name), "" if title == "UTF-8" else f"read as {title}"
            )
    if (wide := _wide(raw)) is not None:
        return Decoded(_strictly(raw, wide, "UTF-16", name), "read as UTF-16, which it does not say")
    sample = raw[:_SAMPLE]
    if _ISO_2022.search(sample):
        raise ArticleError(f"{name}: is in an encoding of ISO 2022; save it as UTF-8")
    if len(_CONTROL.findall(sample)) > max(_FEW_CONTROL, _MAX_CONTROL * len(sample)):
        raise ArticleError(f"{name}: is a binary file; expected a text, an HTML page or a PDF")
    try:
        return Decoded(raw.decode(), "")
    except UnicodeDecodeError as error:
        return _unmarked(raw, name, error)


def _strictly(raw: bytes, encoding: str, title: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"is not {title}, as it says it is (byte {error.start:,}); save it as UTF-8"
        raise ArticleError(f"{name}: {message}") from error


def _wide(raw: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, known by the zeros of its Latin letters; None for other files."""
    sample = raw[: _SAMPLE & ~1]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half and odd > 0.3 * half and even < 0.02 * half:
        return "utf-16-le"
    return "utf-16-be" if half and even > 0.3 * half and odd < 0.02 * half else None


def _unmarked(raw: bytes, name: str, error: UnicodeDecodeError) -> Decoded:
    """A text that is not UTF-8."""
    for encoding, title, is_right in (("gb18030", "GB18030", _is_chinese), ("cp1252", "Windows-1252", _is_english)):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_right(text):
            return Decoded(text, f"read as {title}")
    line = raw.count(b"\n", 0, error.start) + 1
    found = f"found the byte 0x{raw[error.start]:02x}, which is not UTF-8"
    raise ArticleError(f"{name}:{line}: {found}, and the encoding is not known; save it as UTF-8")


def _is_chinese(text: str) -> bool:
    """Whether a text that was read as GB18030 looks like Chinese."""
    found = _HAN.findall(text)
    others = [c for c in text if ord(c) > 0x7F]
    if not found or len(_HAN_SIGNS.findall(text)) < 0.95 * len(others):
        return False
    common = sum(_is_first_level(c) for c in found)
    frequent = sum(c in _FREQUENT for c in found)
    return common >= _MIN_COMMON * len(found) and frequent >= _MIN_FREQUENT * len(found)


def _is_first_level(character: str) -> bool:
    try:
        return b"\xb0" <= character.encode("gb2312")[:1] <= b"\xd7"
    except UnicodeEncodeError:
        return False


def _is_english(text: str) -> bool:
    """Whether a text that was read as Windows-1252 looks like an English one."""
    letters = sum(c.isalpha() for c in text)
    return not _MISPLACED.search(text) and len(_ABOVE_ASCII.findall(text)) <= 0.15 * letters + 4
