"""The explorer page: one self-contained HTML file with the network, its claims and their evidence.

``scripts/page`` (which needs Node) bundles its script and style from the files of this folder into ``dist/``; an
installed wheel has them. The data is written into the page as JSON. A Content-Security-Policy in the page allows only
this script and this style, by their hashes, and forbids every request.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import corpus, namespaces
from rareearth.errors import PageError
from rareearth.formats import encode_text
from rareearth.saving import save
from rareearth.site import content_security
from rareearth.site.explorer import content
from rareearth.store import vocabulary
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

EXTENSION = ".html"
_HERE = Path(__file__).resolve().parent
_DIST = _HERE / "dist"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_HEIGHT = 640  # of the page inside a notebook


def is_bundled() -> bool:
    """Whether the script and the style have been bundled."""
    return all((_DIST / name).is_file() for name in ("page.js", "page.css"))


def write(path: Path, store: Backend, texts: corpus.Texts | None = None, as_of: str = "") -> Path:
    """Write the page of a store; with the texts of articles it contains the cited sentences. Raises PageError."""
    return save(path, encode(store, texts, as_of))


def encode(
    store: Backend, texts: corpus.Texts | None = None, as_of: str = "", *, dossiers: str = "", home: str = ""
) -> bytes:
    """The page as UTF-8, the same bytes for the same store; ``as_of`` is the date it is limited to, if any.

    ``dossiers`` is the address of the page of an entity, with ``{}`` for its id, and ``home`` that of the first page
    of the site; "" where the page is alone.
    """
    assets = {name: part(name) for name in ("page.js", "page.css")}
    known = vocabulary.known_by(store)
    parts = content.read(store, corpus.sentences(store, texts) if texts else {})
    parts["data"] |= {
        "asOf": phrase.date(as_of) if as_of else "",
        "knownBy": phrase.date(known) if known else "",
        "dossiers": dossiers,
        "home": home,
    }
    style, script = assets["page.css"], assets["page.js"]
    filling = {
        "policy": content_security.policy(style, script),
        "style": style,
        "parts": "\n".join(_part(name, data) for name, data in parts.items()),
        "script": script,
        "licence": namespaces.LICENSE_DATA_NAME,
        "licence_url": namespaces.LICENSE_DATA,
        "creator": namespaces.CREATOR,
    }
    return encode_text(_PLACEHOLDER.sub(lambda match: filling[match[1]], _read(_HERE / "template.html")))


def frame(store: Backend) -> str:
    """The page as an element for notebooks, isolated from the notebook around it. Raises PageError.

    It contains no sentences of articles, as notebooks are often passed on.
    """
    inside = html.escape(encode(store).decode(), quote=True)
    return (
        f'<iframe title="rareearth" width="100%" height="{_HEIGHT}" style="border: 0" '
        f'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" srcdoc="{inside}"></iframe>'
    )


def part(name: str) -> str:
    """A script or style that scripts/page has bundled. Raises PageError when it is missing."""
    return _read(_DIST / name)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PageError(
            "the page cannot be made, its script is not there: run scripts/page (it needs Node), or install a wheel"
        ) from error


def _part(name: str, data: object) -> str:
    """A part of the data as an element, which the script reads when it is needed."""
    return f'<script type="application/json" id="part-{name}">{_json(data)}</script>'


def _json(data: object) -> str:
    """JSON in which nothing can be read as markup or as a line end of a script."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
