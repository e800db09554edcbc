"""Where this server has its pages, for the links in them."""

from __future__ import annotations

from urllib.parse import urlsplit

from rareearth import namespaces
from rareearth.site import addresses, listing
from rareearth.site.addresses import Site


def link(iri: str, form: str = "html", prefix: str = "") -> str:
    """The path of the document of a thing on the server; "" for an IRI that has none.

    ``prefix`` is the path below which a proxy serves it.

    >>> link("https://w3id.org/rareearth/entity/li-bo"), link("https://w3id.org/rareearth/dataset", "ttl", "/ree")
    ('/entity/li-bo', '/ree/dataset.ttl')
    """
    found = addresses.path(iri)
    if not found:
        return ""
    if form != "html":
        return f"{prefix}/{found}.{form}"
    return f"{prefix}/" if iri == namespaces.DATASET else f"{prefix}/{found}{addresses.anchor(iri)}"


def site(base: str) -> Site:
    """The site that the server is, at its address: scheme, host, and the path below which a proxy serves it."""
    prefix = urlsplit(base).path

    def at(iri: str, form: str = "html") -> str:
        return link(iri, form, prefix)

    def page(name: str) -> str:
        return f"{prefix}/{name}" if name in listing.LISTS or name.startswith(listing.QUESTION) else ""

    return Site(
        base.removesuffix(prefix),
        at,
        static=f"{prefix}/static",
        home=f"{prefix}/",
        explorer=f"{prefix}/graph",
        search=f"{prefix}/find",
        endpoint=f"{prefix}/sparql",
        dump=f"{prefix}/rareearth.trig",
        graphml=f"{prefix}/rareearth.graphml",
        gexf=f"{prefix}/rareearth.gexf",
        page=page,
        reconcile=f"{prefix}/reconcile",
    )
