"""The text of a PDF by pypdf: lines joined into paragraphs, without page numbers and running heads."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING

from rareearth import characters
from rareearth.errors import ArticleError, MissingExtraError
from rareearth.proposals.articles.webpage import Page

if TYPE_CHECKING:
    import pypdf

MAX_PAGES = 1000
_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—·|]?\s*\d{1,4}\s*[-–—·|]?(?:\s*(?:of|/|von)\s*\d{1,4})?|第\s*\d+\s*页(?:.{0,3}共\s*\d+\s*页)?",
    re.IGNORECASE,
)
_EDGE = 2  # lines at the top and the bottom of a page that may be a running head
_END = re.compile(r"[.!?:;…。！？：；][\"'”’)\]]*$")
_ITEM = re.compile(r"(?:[•▪●■◦‣*–—-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s")
_HYPHEN = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
_DIVIDED = re.compile(r"[^\W\d_]+[-\u00ad\u2010] [^\W\d_]+")
_NEXT = re.compile(r"[^\W\d_]+")
_HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_FULL = 0.75  # part of the usual length of a line from which a line is not the last of its paragraph
_MIN_LETTERS = 0.4  # part of the characters of a text that are letters


def is_pdf(raw: bytes) -> bool:
    """Whether a file is a PDF; some programs write a few bytes before its start."""
    return b"%PDF-" in raw[:1024]


def read(raw: bytes, name: str, most: int) -> Page:
    """The text of a PDF of at most ``most`` characters.

    Raises ArticleError if it has no text, is damaged, needs a password or is longer; MissingExtraError without pypdf.
    """
    pages = _pages(raw, name, most)
    empty = sum(not page.strip() for page in pages)
    if empty == len(pages):
        many = "its page is a picture" if empty == 1 else f"its {empty} pages are pictures"
        raise ArticleError(f"{name}: has no text, {many}; have its text recognised (OCR) first")
    text = _paragraphs([line for page in _without_heads(pages) for line in page])
    seen = [c for c in text if not c.isspace()]
    if sum(c.isalpha() for c in seen) < _MIN_LETTERS * len(seen) or characters.without_hidden(text)[1] > len(seen) // 5:
        raise ArticleError(f"{name}: has no text that can be read, as its fonts have no characters; save its text")
    notes = (f"{empty} of {len(pages)} pages have no text and were left out",) if empty else ()
    return Page(text, notes=("lines of the PDF were joined into paragraphs", *notes))


def _pages(raw: bytes, name: str, most: int) -> list[str]:
    """The texts of the pages."""
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtraError("pypdf", "propose") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ArticleError(f"{name}: is protected by a password; save it without one")
        count = len(reader.pages)
        if 0 < count <= MAX_PAGES:
            return _texts(reader, name, most)
    except pypdf.errors.DependencyError as error:
        raise ArticleError(f"{name}: is encrypted; save it without protection") from error
    except (ArticleError, MemoryError):
        raise
    except Exception as error:  # pypdf raises many kinds for a damaged file, KeyError and RecursionError among them
        raise ArticleError(f"{name}: is a damaged PDF and cannot be read; save it again, or its text") from error
    expected = f"at most {MAX_PAGES:,}: take the pages of one article" if count else "one or more"
    raise ArticleError(f"{name}: has {count:,} pages; expected {expected}")


def _texts(reader: pypdf.PdfReader, name: str, most: int) -> list[str]:
    texts, length = [], 0
    for page in reader.pages:
        text = page.extract_text()
        length += len(text)
        if length > most:
            raise ArticleError(f"{name}: has more than {most:,} characters; take the pages of one article")
        texts.append(text)
    return texts


def _without_heads(pages: list[str]) -> list[list[str]]:
    """The lines of the pages without page numbers, and without what stands on top or at the foot of most of them."""
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    lines = [page for page in (_trimmed(page) for page in lines) if page]
    edges = Counter(form for page in lines for form in {_form(line) for line in (*page[:_EDGE], *page[-_EDGE:])})
    running = {form for form, count in edges.items() if form and count > 1 and count >= len(lines) / 2}
    kept = []
    for page in lines:
        first, last = 0, len(page)
        while first < min(_EDGE, last) and _is_head(page[first], running):
            first += 1
        while last > max(first, len(page) - _EDGE) and _is_head(page[last - 1], running):
            last -= 1
        kept.append(page[first:last])
    return kept


def _trimmed(lines: list[str]) -> list[str]:
    """Lines without empty ones at the start and the end."""
    full = [at for at, line in enumerate(lines) if line]
    return lines[full[0] : full[-1] + 1] if full else []


def _form(line: str) -> str:
    """What a running head has in common on all pages: all but its numbers."""
    return re.sub(r"\d+", "#", line) if len(line) <= 120 else ""


def _is_head(line: str, running: set[str]) -> bool:
    return not line or _NUMBER.fullmatch(line) is not None or _form(line) in running


def _paragraphs(lines: list[str]) -> str:
    """The lines joined into paragraphs, one a line."""
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[len(lengths) * 3 // 4]
    whole = _DIVIDED.sub(" ", " ".join(lines).casefold())
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", whole))
    paragraphs: list[str] = []
    last = ""  # the last line of the paragraph so far
    for line in lines:
        if last and line and not _ends(last, line, usual):
            paragraphs[-1] = _joined(paragraphs[-1], line, words)
        elif line:
            paragraphs.append(line)
        last = line
    return "\n".join(paragraphs)


def _ends(last: str, line: str, usual: int) -> bool:
    """Whether a paragraph ends between two lines."""
    if _ITEM.match(line):
        return True
    if len(last) >= _FULL * usual:
        return False
    return _END.search(last) is not None or not line[:1].islower()


def _joined(text: str, line: str, words: Counter[str]) -> str:
    """A text with the next line of its paragraph; a word that was divided is one again."""
    divided, rest = _HYPHEN.search(text), _NEXT.match(line)
    if divided and rest:
        one, other = divided[1], rest[0]
        if text.endswith("\u00ad") or (other[0].islower() and not _is_compound(one, other, words)):
            return text[:-1] + line
        return text + line
    return text + ("" if _HAN.match(text[-1]) and _HAN.match(line) else " ") + line


def _is_compound(one: str, other: str, words: Counter[str]) -> bool:
    """Whether the hyphen between two parts at the end of a line is that of a compound, by the other words of the text.

    ``rare-`` and ``earth`` are, if the text has ``rare-earth`` or both words; ``produc-`` and ``tion`` are not.
    """
    one, other = one.casefold(), other.casefold()
    if words[f"{one}-{other}"] or words[one + other]:
        return words[f"{one}-{other}"] >= words[one + other]
    return words[one] > 0 and words[other] > 0
