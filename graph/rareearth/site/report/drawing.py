"""Matplotlib as the report uses it: the same SVG on every machine, to stand in a page of either theme or alone.

Texts stay texts, in the page's own fonts, so that names of any script show. The colours of the light theme are those of
the drawing; in a page they become the variables of its style. Matplotlib writes styles as attributes that a
Content-Security-Policy forbids, so they become presentation attributes.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rareearth.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

INK, FAINT, LINE, PAPER = "#1d232b", "#5b6672", "#d9dde2", "#ffffff"
ACCENT = "#0b62b3"
_VARIABLES = {INK: "--ink", FAINT: "--faint", LINE: "--line", PAPER: "--paper", ACCENT: "--accent"}
WIDTH = 9.0  # inches, of 72 units of the SVG
_LETTER = 0.56  # mean width of a letter, in font sizes
_STYLE = re.compile(r' style="([^"]*)"')
_FONT = re.compile(r"(?:(?P<weight>bold|\d00) )?(?P<size>[\d.]+)px .*")  # as older matplotlib writes it
_TAG = re.compile(r"<[^>]*>")
_LONG = re.compile(r"(\d\.\d\d)\d+")  # a hundredth of a unit is more than is seen
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def installed() -> None:
    """Raise MissingExtraError when the libraries of the report are not there."""
    try:
        import jinja2  # noqa: F401 - is it there?
        import matplotlib  # noqa: F401 - is it there?
    except ImportError as error:
        raise MissingExtraError(error.name, "analysis") from error


def drawn(name: str, height: float, draw: Callable[[Canvas], None]) -> str:
    """The SVG of what a function draws on a canvas of :data:`WIDTH` and a height in inches; same bytes each time."""
    import matplotlib
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {
        "svg.hashsalt": name, "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 8.0,
        "text.parse_math": False, "text.color": INK, "axes.edgecolor": FAINT, "axes.facecolor": "none",
        "axes.labelcolor": INK,
        "xtick.color": FAINT, "ytick.color": FAINT, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8, "axes.titlesize": 9.0,
        "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.labelsize": 8.0, "legend.frameon": False,
        "axes.unicode_minus": True,
    }  # fmt: skip
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # the page's fonts have them
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        canvas = Figure(figsize=(WIDTH, height), dpi=72, facecolor="none")
        draw(canvas)
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return buffer.getvalue()


def width(text: str, size: float) -> float:
    """About how wide a text is, in units of the SVG."""
    return sum(1.0 if ord(c) > 0x2E80 else _LETTER for c in text) * size


def inline(svg: str, alt: str, titles: Mapping[str, str]) -> str:
    """The SVG as an element of a page. ``titles`` are what is told of a link's target, by its address."""
    body = _bare(svg)
    body = _STYLE.sub(lambda found: _attributes(found[1]), body)
    body = _COLOUR.sub(lambda found: f"var({_VARIABLES[found[0]]})" if found[0] in _VARIABLES else found[0], body)
    body = body.replace("xlink:href=", "href=")

    def link(found: re.Match[str]) -> str:
        title = titles.get(html.unescape(found[1]), "")
        return f'<a href="{found[1]}" tabindex="-1">' + (f"<title>{html.escape(title)}</title>" if title else "")

    body = re.sub(r'<a href="([^"]*)"[^>]*>', link, body)
    box = re.search(r'viewBox="([^"]*)"', svg)
    return f'<svg viewBox="{box[1] if box else ""}" role="img" aria-label="{html.escape(alt)}">{body}</svg>'


def alone(svg: str, alt: str) -> bytes:
    """The SVG as a file of its own, on white, without links into a page that is not there."""
    body = re.sub(r"</?a\b[^>]*>", "", _bare(svg)).replace("xlink:href=", "href=")
    box = re.search(r'viewBox="([^"]*)"', svg)
    size = box[1] if box else ""
    body = _STYLE.sub(lambda found: _attributes(found[1]), body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif"><title>{html.escape(alt)}</title>\n'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{body}</svg>\n'
    ).encode()


def _bare(svg: str) -> str:
    """What stands inside the outer element, without metadata, style sheet, and names that other pictures have too."""
    body = svg[svg.index(">", svg.index("<svg ")) + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'(<(?:g|text)) id="[^"]*"', r"\1", body)
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    body = _TAG.sub(lambda tag: _LONG.sub(r"\1", " ".join(tag[0].split())), body)
    return re.sub(r">\s+<", "><", body).replace("><g", ">\n<g").strip()


def _attributes(style: str) -> str:
    """A style attribute as presentation attributes; fonts by size and weight, the family is the page's."""
    found = []
    for part in html.unescape(style).split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font" and (font := _FONT.fullmatch(value)):
            found.append(("font-size", font["size"]))
            found += [("font-weight", font["weight"])] if font["weight"] else []
        elif name and name != "font-family":
            found.append((name, value))
    return "".join(f' {name}="{html.escape(value)}"' for name, value in found)
