"""Pages from templates, which are read once: a process that can open no file later still renders them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import namespaces

if TYPE_CHECKING:
    import jinja2

    from rareearth.site.addresses import Site

STATIC = Path(__file__).resolve().parent / "static"


def render(name: str, site: Site, **context: object) -> bytes:
    """A page from the template of a name. In all templates are ``site`` and ``link``, the addresses of its pages."""
    return templates().get_template(name).render(site=site, link=site.link, **context).encode()


def error(site: Site, title: str, message: str, close: Sequence[tuple[str, str]] = ()) -> bytes:
    """The page that reports an error, with links to what may have been meant: names and addresses."""
    return render("error.html", site, title=title, message=message, close=close)


@functools.cache
def templates() -> jinja2.Environment:
    """The templates of this package, compiled."""
    import jinja2

    folder = Path(__file__).resolve().parent / "templates"
    read = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(read), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals["iris"] = namespaces
    for name in read:
        environment.get_template(name)
    return environment
