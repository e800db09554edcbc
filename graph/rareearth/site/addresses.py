"""Where the pages of a site are: as files of a folder, or wherever a server puts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from rareearth import namespaces

THINGS = {
    "entity": namespaces.ENTITY,
    "claim": namespaces.CLAIM,
    "source": namespaces.SOURCE,
    "conflict": namespaces.CONFLICT,
    "judgement": namespaces.JUDGEMENT,
    "story": namespaces.STORY,
}
ONTOLOGY = namespaces.BASE + "ontology"


class Link(Protocol):
    """Gives the address of the document of a thing, "" for an IRI that has none; ``form`` is html, ttl or jsonld."""

    def __call__(self, iri: str, form: str = "html") -> str:
        """The address."""
        ...


def _none(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Site:
    """The addresses that pages link to.

    ``base`` is what makes the other addresses absolute: that of the site, without a slash at its end, or without the
    path that they begin with. ``static`` is the folder of its styles.
    ``home``, ``explorer``, ``search`` (of entities by name) and ``endpoint`` (of SPARQL, with an editor) are addresses
    of parts, ``dump`` of the whole graph as TriG, ``graphml`` and ``gexf`` of the network of actors; what a site does
    not have is "". ``page`` gives the address of a page that is of no one thing, such as ``conflicts`` or
    ``question/leaders``; ``names`` is the script with all names, by which a page finds entities without a server;
    ``reconcile`` is the service that matches names of a table (see :mod:`rareearth.views.reconciliation`).
    ``known_by`` is the day to which what the site knows is limited.
    """

    base: str
    link: Link
    static: str
    home: str
    explorer: str = ""
    search: str = ""
    endpoint: str = ""
    dump: str = ""
    graphml: str = ""
    gexf: str = ""
    page: Callable[[str], str] = _none
    names: str = ""
    known_by: str = ""
    reconcile: str = ""


def path(iri: str) -> str:
    """The path of a thing below the address of a site, without a form; "" for an IRI that has no document.

    >>> path("https://w3id.org/rareearth/entity/li-bo"), path("https://w3id.org/rareearth/ontology#leads")
    ('entity/li-bo', 'ontology')
    """
    for name, base in THINGS.items():
        if iri.startswith(base):
            return f"{name}/{quote(iri.removeprefix(base))}"
    if iri.partition("#")[0] in (namespaces.DATASET, ONTOLOGY):
        return iri.partition("#")[0].removeprefix(namespaces.BASE)
    return ""


def anchor(iri: str) -> str:
    """The place of a term within the page of the ontology, with its #; "" for all else."""
    return f"#{quote(iri.removeprefix(namespaces.VOCABULARY))}" if iri.startswith(namespaces.VOCABULARY) else ""


def file(iri: str, form: str = "html") -> str:
    """The file of the document of a thing in a folder of pages; "" for an IRI that has none.

    >>> file("https://w3id.org/rareearth/entity/li-bo"), file("https://w3id.org/rareearth/dataset")
    ('entity/li-bo.html', 'index.html')
    """
    if iri == namespaces.DATASET and form == "html":
        return "index.html"
    return f"{found}.{form}" if (found := path(iri)) else ""


def folder(base: str, here: str, *, report: bool = False) -> Site:
    """The site as a folder of files, as seen from one of them: all links are relative, so the folder can be moved.

    ``report`` says whether it has the report of the analysis.

    >>> site = folder("https://example.org", "entity/li-bo.html")
    >>> site.link("https://w3id.org/rareearth/source/xinhua", "ttl"), site.home
    ('../source/xinhua.ttl', '../index.html')
    """
    up = "../" * here.count("/")

    def relative(file: str) -> str:
        return up + file

    def link(iri: str, form: str = "html") -> str:
        found = file(iri if iri.startswith(ONTOLOGY) else iri.partition("#")[0], form)  # its parts have no file
        return f"{relative(quote(found, safe='/%'))}{anchor(iri) if form == 'html' else ''}" if found else ""

    def page(name: str) -> str:
        return relative(f"{name}.html") if name != "report" or report else ""

    files = {name: relative(f"rareearth.{name}") for name in ("trig", "graphml", "gexf")}
    return Site(
        base, link, static=relative("static"), home=relative("index.html"), explorer=relative("graph.html"),
        dump=files["trig"], graphml=files["graphml"], gexf=files["gexf"], page=page, names=relative("static/names.js"),
    )  # fmt: skip
