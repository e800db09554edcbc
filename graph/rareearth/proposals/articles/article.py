"""The door for articles: a text, a saved HTML page or a PDF is read as an :class:`~rareearth.proposals.inbox.Article`.

What is not stated is not invented: the date of publication comes from the caller or from what a page says of itself,
the title also from a short first line. Where a file lets one read it in several ways, what was assumed is in a note.
The text of a plain file stays as it is, but for its line ends and for characters that nobody sees.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rareearth import characters, paths, spelling
from rareearth.errors import ArticleError
from rareearth.models import Source
from rareearth.proposals.articles import decoding, language, pdf, webpage
from rareearth.proposals.articles.known import Known
from rareearth.proposals.articles.webpage import Page
from rareearth.proposals.inbox import Article

MAX_BYTES = 16 << 20  # of a file
MAX_CHARACTERS = 1_000_000  # of a text
SUFFIXES = (".txt", ".html", ".htm", ".pdf")  # of the files of a folder that are articles
_LONGEST_ID = 80  # characters of an id that is made from a name
_LONGEST_TITLE = 160  # characters of a first line that is a title
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_LINE = 200  # characters of a text that are looked at for a name


class Taken(NamedTuple):
    """An article, and notes on what was assumed to read it."""

    article: Article
    notes: tuple[str, ...]


class Stated(NamedTuple):
    """What the reader states of an article; it goes before what is found. The fields are those of Article."""

    id: str | None = None
    title: str | None = None
    url: str | None = None
    published: str | None = None
    publisher: str | None = None
    language: str | None = None
    kind: str | None = None


NOTHING = Stated()


def read(
    path: Path | None,
    *,
    id: str | None = None,  # noqa: A002 - the field's name
    url: str | None = None,
    published: str | None = None,
    publisher: str | None = None,
    title: str | None = None,
    language: str | None = None,
    kind: str | None = None,
    known: Known | None = None,
) -> Article:
    """Read an article from a text file, a saved HTML page or a PDF; without a ``path`` from standard input.

    The other parameters are the fields of :class:`Article` where they are known; ``language`` (``en`` or ``zh``) also
    where it is not recognised. ``known`` is what the data has of sources and publishers: a text that a source of the
    data cites is read as that source. The id is made from the name of the file (Chinese in pinyin) or from the title;
    if a source of another text has it, it gets a number.

    Raises ArticleError for what cannot be read, is empty or too large, has no text or another language, and for a
    given ``id`` that a source of another text has. Raises MissingExtraError without the library for HTML or PDF.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "Oreville mine.txt")
    ...     _ = path.write_bytes(b"The mine of Oreville was opened by Ann Lee.")
    ...     found = read(path, published="2026-01-02")
    >>> found.id, found.published, found.language
    ('oreville-mine', '2026-01-02', 'en')
    """
    return take(path, Stated(id, title, url, published, publisher, language, kind), known).article


def take(path: Path | None, stated: Stated = NOTHING, known: Known | None = None, name: str = "") -> Taken:
    """Read an article as :func:`read` does, with notes; ``name`` is what its id is made of if not of the file's."""
    shown = paths.display(path) if path else "standard input"
    return of_bytes(
        contents(path), shown, path.suffix if path else "", stated, known, name or (path.stem if path else "")
    )


def contents(path: Path | None) -> bytes:
    """The bytes of a file, or of standard input. Raises ArticleError if they cannot be read, or are too many."""
    shown = paths.display(path) if path else "standard input"
    try:
        if path is None:
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            mode = os.stat(path)
            if stat.S_ISDIR(mode.st_mode):
                raise ArticleError(f"{shown}: is a folder; expected a file")
            if mode.st_size > MAX_BYTES:
                raise ArticleError(f"{shown}: has {mode.st_size:,} bytes; expected at most {MAX_BYTES:,}")
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ArticleError(f"{shown}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(raw) > MAX_BYTES:
        raise ArticleError(f"{shown}: has more than {MAX_BYTES:,} bytes; expected one article")
    return raw


def of_bytes(
    raw: bytes, shown: str, suffix: str = "", stated: Stated = NOTHING, known: Known | None = None, name: str = ""
) -> Taken:
    """Read an article from the bytes of a file; ``shown`` is its name in messages, ``suffix`` that of its format."""
    if not raw.strip(b" \t\r\n\0"):
        raise ArticleError(f"{shown}: is empty")
    page = _page(raw, shown, suffix)
    return of_text(page.text, shown, stated, known, name, page)


def of_text(
    text: str,
    shown: str = "the text",
    stated: Stated = NOTHING,
    known: Known | None = None,
    name: str = "",
    page: Page | None = None,
) -> Taken:
    """An article from a text, and from what the ``page`` that it is on states."""
    clean, hidden = characters.without_hidden(_LINE_ENDS.sub("\n", text))
    if not clean.strip():
        raise ArticleError(f"{shown}: has only spaces and line ends; expected a text" if text else f"{shown}: is empty")
    if len(clean) > MAX_CHARACTERS:
        raise ArticleError(f"{shown}: has {len(clean):,} characters; expected one article, at most {MAX_CHARACTERS:,}")
    known = known or Known()
    page = page or Page(clean)
    notes = [*page.notes, *_on_characters(hidden, clean.count("\ufffd"))]
    digest = hashlib.sha256(clean.encode()).hexdigest()
    source = known.sources.get(stated.id or known.texts.get(digest, ""))
    given = _head(source, page, stated, known)
    given["title"] = given["title"] or _first_line(clean)
    given["language"] = _language(given["language"], clean, shown)
    given["id"] = _id(stated.id, source, digest, known, name or given["title"] or "", shown)
    if given["id"] in known.sources:
        notes.append(f"is the source {given['id']} of the data")
    article, dropped = _article({**given, "text": clean}, stated, shown)
    return Taken(article, (*notes, *dropped))


def _page(raw: bytes, shown: str, suffix: str) -> Page:
    """The text of a file by its content, and by its suffix where the content does not show what it is."""
    if pdf.is_pdf(raw):
        return pdf.read(raw, shown, MAX_CHARACTERS)
    if suffix.lower() == ".pdf":
        raise ArticleError(f"{shown}: is no PDF; it does not start with %PDF-")
    decoding.refuse_others(raw, shown)
    if webpage.is_page(raw, suffix):
        return webpage.read(raw, shown)
    found = decoding.decoded(raw, shown)
    return Page(found.text, notes=(found.note,) if found.note else ())


def _on_characters(hidden: int, lost: int) -> list[str]:
    notes = [f"{hidden:,} characters that nobody sees were left out"] if hidden else []
    return [*notes, f"{lost:,} characters were lost before (U+FFFD)"] if lost else notes


def _head(source: Source | None, page: Page, stated: Stated, known: Known) -> dict[str, Any]:
    """What is known of an article: stated by the reader, by the source in the data, by the page."""
    found: dict[str, Any] = {
        "title": page.title,
        "publisher": known.publisher(page.publisher, page.url),
        "url": page.url,
        "published": page.published,
    }
    if source:
        kept = source.model_dump(include=set(Stated._fields), exclude_none=True)
        found |= {field: value for field, value in kept.items() if value}
    if stated.publisher or (stated.url and not found["publisher"]):
        found["publisher"] = known.publisher(stated.publisher, stated.url)
    own = stated._replace(publisher=None)._asdict()
    return {**dict.fromkeys(Stated._fields), **found, **{field: value for field, value in own.items() if value}}


def _first_line(text: str) -> str | None:
    """The first line if it can be a title: short, no sentence, and followed by more."""
    first, _, rest = text.lstrip().partition("\n")
    first = " ".join(first.split())
    is_short = len(first) <= (_LONGEST_TITLE // 3 if spelling.is_han(first) else _LONGEST_TITLE)
    return first if rest.strip() and is_short and not re.search(r"[.。;；:：,，]$", first) else None


def _language(stated: str | None, text: str, shown: str) -> str:
    """The language of a text. Raises ArticleError for one that is not read."""
    if stated:
        if stated.partition("-")[0].lower() not in language.TAKEN:
            raise ArticleError(f"{shown}: found the language '{characters.shown(stated)}'; expected en or zh")
        return stated
    found = language.of(text)
    if found not in language.TAKEN:
        raise ArticleError(f"{shown}: looks like {found}; expected English or Chinese (state en or zh if it is that)")
    return found


def _id(stated: str | None, source: Source | None, digest: str, known: Known, name: str, shown: str) -> str:
    """The id of an article; see :func:`read`."""
    if stated:
        if source and source.text and source.text.sha256 != digest:
            raise ArticleError(f"{shown}: the source {stated} of the data has another text; give another id")
        return stated
    if source:
        return source.id
    made = spelling.slug(name[:_LINE], _LONGEST_ID) or f"article-{digest[:8]}"
    number, free = 2, made
    while free in known.sources:
        free, number = f"{made}-{number}", number + 1
    return free


def _article(given: Mapping[str, Any], stated: Stated, shown: str) -> tuple[Article, list[str]]:
    """The article, without what a page states and cannot be right. Raises ArticleError for what the reader states."""
    fields, notes = dict(given), list[str]()
    while True:
        try:
            return Article.model_validate(fields), notes
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            name = str(fault["loc"][0])
            message = str(fault["msg"]).removeprefix("Value error, ")
            if name not in Stated._fields or getattr(stated, name) or name in ("id", "language"):
                if fault["type"] == "literal_error":
                    message = f"found '{characters.shown(str(fault['input']))}'; expected {fault['ctx']['expected']}"
                raise ArticleError(f"{shown}: {name}: {message}") from error
            notes.append(f"the page's {name} was left out: {message}")
            fields[name] = None
