"""The guides as pages: Markdown of this package, with links between them kept and links out of it made absolute."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "guide"
_TITLE = re.compile(r"# (.+)")


def pages() -> Iterator[tuple[str, str, str]]:
    """The guides, sorted: name (the path without its ending), title, and body as HTML."""
    names = sorted(path.relative_to(FOLDER).as_posix().removesuffix(".md") for path in FOLDER.rglob("*.md"))
    for name in names:
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        title = match[1] if (match := _TITLE.match(text)) else name
        yield name, title, _html(text, name, set(names))


def _html(text: str, name: str, known: set[str]) -> str:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs["href"] = _link(str(child.attrs["href"]), name, known)
    body: str = reader.renderer.render(tokens, reader.options, {})
    body = body.replace("<pre>", '<pre tabindex="0">')  # what is wider than the screen is scrolled by keyboard too
    return re.sub(r'<a href="">(.*?)</a>', r"\1", body)


def _link(href: str, name: str, known: set[str]) -> str:
    """Where a link of a guide leads on the site; "" for a file of the repository that the site does not have.

    >>> _link("decisions/README.md#x", "README", {"decisions/README"}), _link("../../x.py", "README", set())
    ('decisions/README.html#x', '')
    """
    if re.match(r"[a-z]+:|#", href):
        return href
    path, mark, place = href.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)).removesuffix(".md")
    return f"{path.removesuffix('.md')}.html{mark}{place}" if target in known else ""
