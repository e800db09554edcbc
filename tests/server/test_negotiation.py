"""What clients send in Accept, and what they get."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.server import negotiation

# What clients send, as they send it, and the forms of a document, a table, a boolean and a graph that they get.
CLIENTS = {
    "nothing": ("", "html", "json", "json", "ttl"),
    "curl, wget, requests": ("*/*", "html", "json", "json", "ttl"),
    "a browser": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "html", "xml", "xml", "xml",
    ),
    "Java": ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html", "json", "json", "ttl"),
    "Protégé": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        "rdf", "xml", "xml", "xml",
    ),
    "Jena, a graph": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
        "ttl", "json", "json", "ttl",
    ),
    "Jena, rows": (
        "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, "
        "text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1",
        "jsonld", "json", "json", "json",
    ),
    "RDF4J": ("application/rdf+xml;q=0.8, text/turtle, application/trig;q=0.9", "ttl", None, None, "ttl"),
    "rdflib": (
        "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1", "rdf", "json", "json", "xml",
    ),
    "axios": ("application/json, text/plain, */*", "jsonld", "json", "json", "json"),
    "httr": ("application/json, text/xml, application/xml, */*", "jsonld", "json", "json", "json"),
    "JSON": ("application/json", "jsonld", "json", "json", "json"),
    "XML": ("TEXT/XML", "rdf", "xml", "xml", "xml"),
    "XML of the other kind": ("application/xml", "rdf", "xml", "xml", "xml"),
    "plain text": ("text/plain", "nt", "tsv", None, "nt"),
    "CSV": ("text/csv", None, "csv", None, None),
    "N3": ("text/n3", "ttl", None, None, "ttl"),
    "N-Quads": ("application/n-quads", "nq", None, None, "nq"),
    "TriG first": ("application/trig;q=0.5, */*;q=0.1", "trig", "json", "json", "trig"),
    "a profile": (
        'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x"', "jsonld", None, None, "json",
    ),
    "a charset": ("text/turtle; charset=utf-8;q=0.4, application/n-triples;q=0.3", "ttl", None, None, "ttl"),
    "what nobody knows": ("application/x-binary-rdf, */*;q=0.1", "ttl", "json", "json", "ttl"),
    "no HTML": ("text/html;q=0, */*", "ttl", "json", "json", "ttl"),
    "a picture": ("image/png", None, None, None, None),
    "its first before its second": ("application/n-triples, text/turtle", "nt", None, None, "nt"),
    "a name before a wildcard": ("*/*, text/csv, application/rdf+xml", "rdf", "csv", "json", "xml"),
}  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_gets(client: str) -> None:
    accept, document, *results = CLIENTS[client]
    assert negotiation.document(str(accept)) == document
    forms = negotiation.forms(str(accept))
    assert [forms.table, forms.boolean, forms.graph] == results


NAMED = {
    "csv": ("csv", "json", "ttl"),
    "JSON": ("json", "json", "json"),
    "text/csv": ("csv", "json", "ttl"),
    "application/sparql-results+xml": ("xml", "xml", "ttl"),
    "application/sparql-results xml": ("xml", "xml", "ttl"),  # a + that was not encoded
    "text/turtle": ("json", "json", "ttl"),
    "n-triples": ("json", "json", "nt"),
    "rdf/xml": ("xml", "xml", "xml"),
    "": ("json", "json", "ttl"),
    "spreadsheet": ("json", "json", "ttl"),
    "*/*": ("json", "json", "ttl"),
}


@pytest.mark.parametrize("named", NAMED)
def test_the_address_may_name_the_form(named: str) -> None:
    forms = negotiation.forms("*/*", named)
    assert (forms.table, forms.boolean, forms.graph) == NAMED[named]


def test_a_form_that_the_address_names_goes_before_the_header() -> None:
    assert negotiation.forms("application/sparql-results+json", "csv").table == "csv"
    assert negotiation.forms("image/png", "csv").table == "csv"
    assert negotiation.forms("image/png", "turtle").table is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/entity/li-bo.nt", ("/entity/li-bo", "nt")),
        ("/entity/li-bo.RDF", ("/entity/li-bo", "rdf")),
        ("/ontology.owl", ("/ontology", "rdf")),
        ("/entity/li-bo.json", ("/entity/li-bo", "jsonld")),
        ("/entity/li.bo", ("/entity/li.bo", "")),
        ("/entity/.ttl", ("/entity/.ttl", "")),
        ("/entity/li-bo.ttl/", ("/entity/li-bo.ttl/", "")),
    ],
)
def test_an_extension_names_the_form(path: str, expected: tuple[str, str]) -> None:
    assert negotiation.extension(path) == expected


MEDIA = st.sampled_from([*negotiation.DOCUMENTS.values(), "*/*", "text/*", "image/png", "application/json", "*"])
QUALITY = st.sampled_from(["", ";q=0", ";q=1", ";q=0.5", "; Q=.5", ";q=x", ";q=nan", ";q=inf", ";q=-1", ";q=1e9", ";q"])


@given(st.lists(st.tuples(MEDIA, QUALITY).map("".join), max_size=6))
def test_what_is_given_is_accepted_and_what_is_refused_is_not(items: list[str]) -> None:
    form = negotiation.document(", ".join(items))
    allowed = [
        i.partition(";")[0]
        for i in items
        if not any(zero in i for zero in ("q=0;", "q=x", "q=nan", "q=inf", "q=-1")) and not i.endswith("q=0")
    ]
    if form is None:
        assert items
    elif items:
        media = negotiation.DOCUMENTS[form]
        also = {"application/json"} if form == "jsonld" else set()
        assert {media, "*/*", "*", media.partition("/")[0] + "/*"} & set(allowed) or also & set(allowed)


@given(st.text(st.sampled_from('",;/*=q .0a\\'), max_size=200))
def test_any_header_is_read(accept: str) -> None:
    assert negotiation.document(accept) in (None, *negotiation.DOCUMENTS)
    assert all(item == item.strip() != "" for item in negotiation.split(accept))


@pytest.mark.parametrize("part", ['"', '\\"', '"\\"', "a,", ",", ";", "a/b;q=1,"])
def test_a_long_header_is_read_in_no_time(part: str) -> None:
    start = time.process_time()
    negotiation.forms(part * (100_000 // len(part)))
    assert time.process_time() - start < 5  # seconds; quadratic would be minutes
