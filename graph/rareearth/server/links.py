"""Where this server has its pages, for the links in them."""

from __future__ import annotations

from rareearth import namespaces
from rareearth.site import addresses
from rareearth.site.addresses import Site


def link(iri: str, form: str = "html") -> str:
    """The path of the document of a thing on the server; "" for an IRI that has none.

    >>> link("https://w3id.org/rareearth/entity/li-bo"), link("https://w3id.org/rareearth/dataset", "ttl")
    ('/entity/li-bo', '/dataset.ttl')
    """
    found = addresses.path(iri)
    if not found:
        return ""
    if form != "html":
        return f"/{found}.{form}"
    return "/" if iri == namespaces.DATASET else f"/{found}{addresses.anchor(iri)}"


def site(base: str) -> Site:
    """The site that the server is, at its address."""
    return Site(
        base,
        link,
        static="/static",
        home="/",
        explorer="/graph",
        search="/find",
        endpoint="/sparql",
        dump="/rareearth.trig",
        graphml="/rareearth.graphml",
        gexf="/rareearth.gexf",
    )
