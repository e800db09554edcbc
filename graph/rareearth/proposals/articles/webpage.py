"""The article of an HTML page that was saved from a browser: its text by trafilatura, and what its head states."""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rareearth import edtf
from rareearth.errors import ArticleError, DateError, MissingExtraError

_SUFFIXES = (".html", ".htm", ".xhtml", ".shtml")
_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_ARCHIVE = re.compile(
    rb"(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n){0,20}?(?:MIME-Version|Snapshot-Content-Location):", re.IGNORECASE
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page states its encoding
_SAME = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}
_MAX_LOST = 0.001  # part of the characters of a page that may be in no encoding
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?![\d])")
_DATES = (  # what states when a page was published, the surest first
    "article:published_time", "og:article:published_time", "datepublished", "citation_publication_date",
    "citation_date", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "pubdate", "publishdate",
    "publish-date", "publication_date", "dc.date", "dcterms.date", "date",
)  # fmt: skip
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*(?:\s|$)|[。！？]")
_MIN_WORDS = 5  # of a sentence, against the words of a menu
_MIN_ARTICLE = 20  # words in sentences, against a notice that a page needs JavaScript or sets cookies
_MAX_TAGS = 100_000  # of a page: the time to read one grows faster than their number


class Page(NamedTuple):
    """A text, what the file states of it, and what had to be assumed."""

    text: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    notes: tuple[str, ...] = ()


def is_page(raw: bytes, suffix: str) -> bool:
    """Whether a file is an HTML page, by its start or the suffix of its name."""
    return suffix.lower() in _SUFFIXES or _START.match(_unmarked(raw)[:_HEAD]) is not None


def read(raw: bytes, name: str) -> Page:
    """The article of a page. Raises ArticleError if it has none, MissingExtraError without trafilatura."""
    if _ARCHIVE.match(raw[:_HEAD]):
        raise ArticleError(f"{name}: is a web archive (MHTML); save the page as HTML, or its text")
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("trafilatura", "propose") from error
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    source, notes = _decoded(raw, name)
    if (tags := source.count("<")) > _MAX_TAGS:
        raise ArticleError(f"{name}: has {tags:,} tags, more than the page of an article; save its text")
    try:
        tree = trafilatura.load_html(source)
        found = trafilatura.bare_extraction(source, include_comments=False, with_metadata=False)
        head = trafilatura.extract_metadata(source, extensive=False)
    except Exception as error:  # what a broken page makes of the parsers is theirs
        raise ArticleError(f"{name}: cannot be read as HTML; save its text") from error
    text = str(getattr(found, "text", "") or "").strip()
    if sum(map(_words, text.splitlines())) < _MIN_ARTICLE:
        raise ArticleError(f"{name}: has no article, only menus and links; save its text")
    title = _line(getattr(head, "title", None))
    if title and title not in text[: 2 * len(title) + 200]:
        text = f"{title}\n{text}"
    address, site = _address(tree), _line(getattr(head, "sitename", None))
    if site and "." in site and address and site.casefold() in address.casefold():
        site = None  # made of the address, not stated
    return Page(text, title, site, address, _published(tree), notes)


def _words(line: str) -> int:
    """The words of a line that is more than a menu, two Chinese characters for a word."""
    count = len(line.split()) + sum("\u3400" <= c <= "\u9fff" for c in line) // 2
    return count if count >= _MIN_WORDS and _SENTENCE.search(line) else 0


def _line(value: object) -> str | None:
    return " ".join(str(value).split()) or None if value else None


# ---- encoding ------------------------------------------------------------------------------------------------


def _unmarked(raw: bytes) -> bytes:
    if raw.startswith(_MARKS[1:]):
        return raw[2 : 2 * _HEAD].replace(b"\0", b"")
    return raw.removeprefix(codecs.BOM_UTF8)


def _decoded(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The source of a page by its byte-order mark, as UTF-8 if it is that, or in the encoding that it states."""
    if raw.startswith(_MARKS):
        return raw.decode("utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-16", "replace"), ()
    stated = _stated(raw)
    try:
        note = () if stated in ("utf-8", None) else (f"read as UTF-8, though the page says {stated}",)
        return raw.decode(), () if raw.isascii() else note
    except UnicodeDecodeError as error:
        encoding = stated or "utf-8"
        text = raw.decode(encoding, "replace")
        lost = text.count("\ufffd")
        if not stated and lost > _MAX_LOST * len(text):
            message = f"states no encoding and is not UTF-8 (byte {error.start:,}); save it as UTF-8"
            raise ArticleError(f"{name}: {message}") from error
        if lost > _MAX_LOST * len(text):
            raise ArticleError(f"{name}: is not in {encoding}, as it says; save it as UTF-8") from error
    notes = (f"read as {encoding}",) if encoding != "utf-8" else ()
    return text, (*notes, f"{lost} bytes are not {encoding} and were replaced by U+FFFD") if lost else notes


def _stated(raw: bytes) -> str | None:
    """The encoding that a page states, by the name of the codec that browsers use for it; None for an unknown one."""
    match = _CHARSET.search(raw[:_HEAD])
    if match is None:
        return None
    label = match[1].decode("ascii", "replace").lower()
    try:
        return _SAME.get(label, codecs.lookup(label).name)
    except LookupError:
        return None


# ---- what the head states --------------------------------------------------------------------------------------


def _address(tree: Any) -> str | None:
    """The address that a page states as its own: the canonical link, else that of Open Graph."""
    for found in (*tree.xpath("//link[@rel='canonical']/@href"), *tree.xpath("//meta[@property='og:url']/@content")):
        if str(found).strip().startswith(("http://", "https://")):
            return str(found).strip()
    return None


def _published(tree: Any) -> str | None:
    """The day that a page states as that of its publication; nothing is concluded from its text or address."""
    stated: dict[str, str] = {}
    for element in tree.iter("meta", "time"):
        names = (element.get("property"), element.get("name"), element.get("itemprop"))
        value = element.get("content") or element.get("datetime") or ""
        for name in filter(None, names):
            stated.setdefault(str(name).strip().lower(), str(value))
    linked = [value for script in tree.xpath("//script[@type='application/ld+json']") for value in _linked(script.text)]
    values = [stated[name] for name in _DATES[:2] if name in stated]
    values += linked if len({_day(value) for value in linked}) == 1 else []
    values += [stated[name] for name in _DATES[2:] if name in stated]
    values += [str(found) for found in tree.xpath("//time[@pubdate]/@datetime")]
    return next((day for value in values if (day := _day(value))), None)


def _day(value: str) -> str | None:
    match = _DAY.match(value.strip())
    if match is None:
        return None
    day = "-".join(match.groups())
    try:
        edtf.parse(day)
    except DateError:
        return None
    return day


def _linked(script: str | None) -> Iterator[str]:
    """The days of publication that a block of JSON-LD states for the page, not for others that it mentions."""
    try:
        items = json.loads(script or "")
    except ValueError:
        return
    waiting = items if isinstance(items, list) else [items]
    for item in [*waiting, *(inner for outer in waiting if isinstance(outer, dict) for inner in _graph(outer))]:
        if isinstance(item, dict) and isinstance(item.get("datePublished"), str):
            yield item["datePublished"]


def _graph(item: dict[str, Any]) -> list[Any]:
    inner = item.get("@graph")
    return inner if isinstance(inner, list) else []
