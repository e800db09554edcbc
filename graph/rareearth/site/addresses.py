"""Where the pages of a site are: as files of a folder, or wherever a server puts them."""

from __future__ import annotations

import posixpath
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


@dataclass(frozen=True)
class Site:
    """The addresses that pages link to.

    ``base`` is what makes the other addresses absolute: that of the site, without a slash at its end, or without the
    path that they begin with. ``static`` is the folder of its styles.
    ``home``, ``explorer``, ``search`` (of entities by name) and ``endpoint`` (of SPARQL, with an editor) are addresses
    of parts, ``dump`` of the whole graph as TriG, ``graphml`` and ``gexf`` of the network of actors; what a site does
    not have is "".
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


def folder(base: str, iri: str) -> Site:
    """The site as a folder of files, as seen from the page of a thing: ``entity/li-bo.html``, all links relative.

    >>> site = folder("https://example.org", "https://w3id.org/rareearth/entity/li-bo")
    >>> site.link("https://w3id.org/rareearth/source/xinhua", "ttl"), site.home
    ('../source/xinhua.ttl', '../dataset.html')
    """
    here = posixpath.dirname(path(iri))

    def relative(file: str) -> str:
        return posixpath.relpath(file, here or ".")

    def link(iri: str, form: str = "html") -> str:
        found = path(iri)
        return f"{relative(found)}.{form}{anchor(iri) if form == 'html' else ''}" if found else ""

    return Site(base, link, static=relative("static"), home=relative("dataset.html"))
