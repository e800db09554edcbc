"""A report as HTML and as Markdown, from the templates of this folder."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rareearth import namespaces
from rareearth.analysis import references
from rareearth.analysis.finding import Verdict
from rareearth.formats import encode_text
from rareearth.site import content_security
from rareearth.site.report import content, drawing

if TYPE_CHECKING:
    import jinja2

    from rareearth.site.report.content import Content

FOLDED = 12  # rows from which a table is folded
NAMED = 4  # claims of a row that are listed before the others are folded
_SIGNS = re.compile(r"([\\`*_{}\[\]<>|#~])")


def html(report: Content) -> bytes:
    """The page: one file without script; its Content-Security-Policy forbids all network requests."""
    style = _text("report.css")
    svg = functools.partial(drawing.inline, titles=report.titles)
    return _render("report.html", report, style=style, policy=content_security.policy(style), svg=svg)


def markdown(report: Content, folder: str) -> bytes:
    """The same as Markdown, with its pictures in a folder next to it."""
    return re.sub(rb"\n{3,}", b"\n\n", _render("report.md", report, folder=folder))


def _render(name: str, report: Content, **more: Any) -> bytes:
    page = _templates().get_template(name)
    text = page.render(
        report=report,
        Verdict=Verdict,
        based_on=content.based_on,
        expand=references.expand,
        licence=(namespaces.LICENSE_DATA_NAME, namespaces.LICENSE_DATA, namespaces.CREATOR),
        columns=functools.partial(content.columns, labels=report.labels),
        cell_text=lambda value: content.cell_text(value, report.labels),
        cited_sources=functools.partial(content.cited_sources, sources={page.id for page, _ in report.evidence}),
        folded=FOLDED,
        named=NAMED,
        **more,
    )
    return encode_text(text)


def _text(name: str) -> str:
    return (Path(__file__).resolve().parent / "templates" / name).read_text(encoding="utf-8")


def _templates() -> jinja2.Environment:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text), autoescape=jinja2.select_autoescape(("html",)),
        trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["md"] = lambda text: _SIGNS.sub(r"\\\1", " ".join(str(text).split()))
    made.filters["address"] = lambda url: str(url) if str(url).startswith(("http://", "https://")) else ""
    return made
