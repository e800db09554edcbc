"""Matplotlib as the report uses it: the same SVG on every machine, to stand in a page of either theme or alone.

Texts stay texts, in the page's own fonts, so that names of any script show. The colours of the light theme are those of
the drawing; in a page they become the variables of its style. Matplotlib writes styles as attributes that a
Content-Security-Policy forbids, so they become presentation attributes.
"""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
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
_FONT = re.compile(r"(?:(?P<weight>bold|\d00) )?(?P<size>[\d.]+)px .*")  # as older matplotlib writes it
_DECIMALS = re.compile(r"(\d\.\d\d)\d+")  # a hundredth of a unit is more than is seen
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def require_libraries() -> None:
    """Raise MissingExtraError when the libraries of the report are not there."""
    try:
        import jinja2  # noqa: F401 - is it there?
        import matplotlib  # noqa: F401 - is it there?
    except ImportError as error:
        raise MissingExtraError(error.name, "analysis") from error


def render(name: str, height: float, draw: Callable[[Canvas], None]) -> str:
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
    """The SVG as an element of a page. ``titles`` describe the targets of links, by their addresses."""
    picture = _picture(svg, alt)
    for element in picture.iter():
        for name, value in element.items():
            element.set(name, _COLOUR.sub(lambda colour: _variable(colour[0]), value))
    for link in picture.iter("a"):
        address = link.get("href", "")
        link.attrib.clear()
        link.attrib.update({"href": address, "tabindex": "-1"})
        if title := titles.get(address):
            described = ET.Element("title")
            described.text = title
            link.insert(0, described)
    return ET.tostring(picture, encoding="unicode")


def alone(svg: str, alt: str) -> bytes:
    """The SVG as a file of its own, on white, without links into a page that is not there."""
    picture = _picture(svg, alt)
    _unwrap(picture, "a")
    picture.attrib.pop("aria-label")
    picture.set("xmlns", "http://www.w3.org/2000/svg")
    picture.set("font-family", "Helvetica, Arial, sans-serif")
    title = ET.Element("title")
    title.text = alt
    background = ET.Element("rect", {"width": "100%", "height": "100%", "fill": PAPER})
    picture[:0] = [title, background]
    return f"{ET.tostring(picture, encoding='unicode')}\n".encode()


def _picture(svg: str, alt: str) -> ET.Element:
    """Matplotlib's picture without metadata, styles, and names that other pictures have too; numbers are shortened."""
    whole = ET.fromstring(svg)  # noqa: S314 - matplotlib wrote it
    picture = ET.Element("svg", {"viewBox": whole.get("viewBox", ""), "role": "group", "aria-label": alt})
    picture.extend(whole)
    for parent in picture.iter():
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    for parent in picture.iter():
        for child in list(parent):
            if _local(child.tag) == "defs" and not len(child):
                parent.remove(child)
    for element in picture.iter():
        element.tag = _local(element.tag)
        _simplify(element)
    return picture


def _simplify(element: ET.Element) -> None:
    """Bring an element's attributes and the space around it into the form that pages need."""
    given = {_local(name): value for name, value in element.items()}
    element.attrib.clear()
    if element.tag in ("g", "text"):
        given.pop("id", None)
    if given.get("transform", "").startswith("rotate(-0 "):
        del given["transform"]
    style = given.pop("style", "")
    for name, value in {**given, **_attributes(style)}.items():
        element.set(name, _DECIMALS.sub(r"\1", " ".join(value.split())))
    if element.tag != "text" and not (element.text or "").strip():
        element.text = None
    element.tail = "\n" if element.tag == "g" else None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _unwrap(parent: ET.Element, tag: str) -> None:
    """Put the children of elements of a tag in their place."""
    children: list[ET.Element] = []
    for child in parent:
        _unwrap(child, tag)
        children += list(child) if child.tag == tag else [child]
    parent[:] = children


def _variable(colour: str) -> str:
    return f"var({_VARIABLES[colour]})" if colour in _VARIABLES else colour


def _attributes(style: str) -> dict[str, str]:
    """A style attribute as presentation attributes; fonts by size and weight, the family is the page's."""
    found = {}
    for part in style.split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font" and (font := _FONT.fullmatch(value)):
            found["font-size"] = font["size"]
            if font["weight"]:
                found["font-weight"] = font["weight"]
        elif name and name != "font-family":
            found[name] = value
    return found
