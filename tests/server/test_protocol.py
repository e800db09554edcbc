"""The W3C's cases of the SPARQL 1.1 Protocol, asked of a server over the graphs that they speak of.

Names, requests and expected statuses are those of the W3C's manifest (w3c/rdf-tests, sparql/sparql11/protocol), written
out here. The service is read-only: where the W3C expects an update to be made (``update_*``), the test expects that it
is refused with 403 and that nothing has changed. Where the W3C expects a refusal (``bad_*``), so does the test.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from serving import Served, served

from rareearth.store import folder as folders
from rareearth.store import oxigraph, shards

DATA = "http://kasei.us/2009/09/sparql/data/"
DATA0, DATA1, DATA2, DATA3 = (f"{DATA}data{n}.rdf" for n in range(4))
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
QUADS = sorted(f"<{d}> {RDF_TYPE} <http://xmlns.com/foaf/0.1/Document> <{d}> ." for d in (DATA1, DATA2, DATA3))

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}
TEXT = {"Content-Type": "text/plain"}
NAMES = "PREFIX dc: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "


def at(*parameters: tuple[str, str]) -> str:
    return (
        "/sparql/" + "?" * bool(parameters) + "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)
    )


def default(*graphs: str) -> list[tuple[str, str]]:
    return [("default-graph-uri", graph) for graph in graphs]


def named(*graphs: str) -> list[tuple[str, str]]:
    return [("named-graph-uri", graph) for graph in graphs]


def inserted(*documents: str) -> str:
    return "INSERT DATA { " + " ".join(f"GRAPH <{d}> {{ <{d}> a foaf:Document }}" for d in documents) + " } ;"


@dataclass(frozen=True)
class Case:
    """A request; the class of the status; the form of the answer, and the truth it tells where it is a boolean.

    ``then`` is a question about what an update would have done, which must be answered with no.
    """

    method: str
    target: str
    body: bytes | str = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 2
    form: str = ""
    says: bool | None = None
    then: str = ""


def asked(method: str, target: str, body: bytes | str = b"", headers: dict[str, str] | None = None) -> Case:
    return Case(method, target, body, headers or {}, form="boolean", says=True)


def update(target: str, body: str, headers: dict[str, str], then: str = "") -> Case:
    return Case("POST", target, body, headers, status=403, then=then)


def bad(method: str, target: str, body: bytes | str = b"", headers: dict[str, str] | None = None) -> Case:
    return Case(method, target, body, headers or {}, status=4)


def told(graph: str, *statements: str) -> str:
    return f"ASK {{ GRAPH <http://example.org/{graph}/> {{ {' . '.join(statements)} }} }}"


BOTH = f"ASK {{ <{DATA1}> a ?type . <{DATA2}> a ?type }}"
EACH = f"GRAPH ?g1 {{ <{DATA1}> a ?type }} GRAPH ?g2 {{ <{DATA2}> a ?type }}"
MADE = [f"<{d}> a <http://purl.org/dc/terms/BibliographicResource>" for d in (DATA1, DATA2)]
NEW = "INSERT { GRAPH <http://example.org/%s/> { ?s a dc:BibliographicResource } } WHERE { %s }"

CASES = {
    # Queries that are to be answered: by GET, by a form, by themselves; over the graphs that the request names.
    "query_post_form": asked("POST", at(*default(DATA0)), "query=ASK%20%7B%7D", FORM),
    "query_dataset_default_graphs_get": asked("GET", at(("query", BOTH), *default(DATA1, DATA2))),
    "query_dataset_default_graphs_post": asked("POST", at(*default(DATA1, DATA2)), BOTH, QUERY),
    "query_dataset_named_graphs_post": asked("POST", at(*named(DATA1, DATA2)), f"ASK {{ {EACH} }}", QUERY),
    "query_dataset_named_graphs_get": asked("GET", at(("query", f"ASK {{ {EACH} }}"), *named(DATA1, DATA2))),
    "query_dataset_full": asked(
        "POST", at(*default(DATA3), *named(DATA1, DATA2)), f"ASK {{ <{DATA3}> a ?type {EACH} }}", QUERY
    ),
    "query_multiple_dataset": asked(
        "POST", at(*named(DATA1, DATA2)), f"ASK FROM <{DATA3}> {{ {EACH} }}", QUERY
    ),
    "query_get": asked("GET", at(("query", "ASK {}"), *default(DATA0))),
    "query_content_type_select": Case("POST", at(*default(DATA0)), "SELECT (1 AS ?value) {}", QUERY, form="tabular"),
    "query_content_type_ask": Case("POST", at(*default(DATA0)), "ASK {}", QUERY, form="boolean"),
    "query_content_type_describe": Case(
        "POST", at(*default(DATA0)), "DESCRIBE <http://example.org/>", QUERY, form="RDF"
    ),
    "query_content_type_construct": Case(
        "POST", at(*default(DATA0)), "CONSTRUCT { <s> <p> 1 } WHERE {}", QUERY, form="RDF"
    ),
    "query_post_direct": asked("POST", at(), "ASK {}", QUERY),
    # Updates, which the W3C expects to be made, and which are refused here.
    "update_dataset_default_graph": update(
        at(("using-graph-uri", DATA1)),
        f"{NAMES} CLEAR ALL ; {inserted(DATA1)} " + NEW % ("protocol-update-dataset-test", "?s a foaf:Document"),
        UPDATE,
        told("protocol-update-dataset-test", MADE[0]),
    ),
    "update_dataset_default_graphs": update(
        at(("using-graph-uri", DATA1), ("using-graph-uri", DATA2)),
        f"{NAMES} DROP ALL ; {inserted(DATA1, DATA2, DATA3)} "
        + NEW % ("protocol-update-dataset-graphs-test", "?s a foaf:Document"),
        UPDATE,
        told("protocol-update-dataset-graphs-test", *MADE),
    ),
    "update_dataset_named_graphs": update(
        at(("using-named-graph-uri", DATA1), ("using-named-graph-uri", DATA2)),
        f"{NAMES} DROP ALL ; {inserted(DATA1, DATA2, DATA3)} "
        + NEW % ("protocol-update-dataset-named-graphs-test", "GRAPH ?g { ?s a foaf:Document }"),
        UPDATE,
        told("protocol-update-dataset-named-graphs-test", *MADE),
    ),
    "update_dataset_full": update(
        at(("using-graph-uri", DATA1), ("using-named-graph-uri", DATA2)),
        f"{NAMES} DROP ALL ; {inserted(DATA1, DATA2, DATA3)} "
        "INSERT { GRAPH <http://example.org/protocol-update-dataset-full-test/> { ?s <http://example.org/in> ?in } } "
        "WHERE { { GRAPH ?g { ?s a foaf:Document } BIND(?g AS ?in) } "
        'UNION { ?s a foaf:Document BIND("default" AS ?in) } }',
        UPDATE,
        told(
            "protocol-update-dataset-full-test",
            f'<{DATA1}> <http://example.org/in> "default"',
            f"<{DATA2}> <http://example.org/in> <{DATA2}>",
        ),
    ),
    "update_post_form": update(at(), "update=CLEAR+ALL", FORM),
    "update_post_direct": update(at(), "CLEAR ALL", UPDATE),
    "update_base_uri": update(
        at(),
        "CLEAR SILENT GRAPH <http://example.org/protocol-base-test/> ; INSERT DATA { "
        "GRAPH <http://example.org/protocol-base-test/> { <http://example.org/s> <http://example.org/p> <test> } }",
        UPDATE,
        told("protocol-base-test", "<http://example.org/s> <http://example.org/p> ?o"),
    ),
    # Requests that are no queries.
    "bad_query_method": bad("PUT", at(("query", "ASK {}"), *default(DATA0)), headers=FORM),
    "bad_multiple_queries": bad("GET", at(("query", "ASK {}"), ("query", "SELECT * {}"))),
    "bad_query_wrong_media_type": bad("POST", at(), "ASK {}", TEXT),
    "bad_query_missing_form_type": bad("POST", at(), "query=ASK%20%7B%7D"),
    "bad_query_missing_direct_type": bad("POST", at(), "ASK {}"),
    "bad_query_non_utf8": bad(
        "POST", at(), "ASK {}".encode("utf-16"), {"Content-Type": "application/sparql-query; charset=UTF-16"}
    ),
    "bad_query_syntax": bad("GET", at(("query", "ASK {"))),
    # Requests that are no updates.
    "bad_update_get": bad("GET", at(("update", "CLEAR ALL"))),
    "bad_multiple_updates": bad("POST", at(), "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),
    "bad_update_wrong_media_type": bad("POST", at(), "CLEAR NAMED", TEXT),
    "bad_update_missing_form_type": bad("POST", at(), "update=CLEAR%20NAMED"),
    "bad_update_non_utf8": bad(
        "POST", at(), "CLEAR NAMED".encode("utf-16"), {"Content-Type": "application/sparql-update; charset=UTF-16"}
    ),
    "bad_update_syntax": bad("POST", at(), "update=CLEAR%20XYZ", FORM),
    "bad_update_dataset_conflict": bad(
        "POST",
        at(("using-named-graph-uri", "http://example/people")),
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/> WITH <http://example/addresses> "
        "DELETE { ?person foaf:givenName 'Bill' } INSERT { ?person foaf:givenName 'William' } "
        "WHERE { ?person foaf:givenName 'Bill' }",
        UPDATE,
    ),
}  # fmt: skip

TABLES = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def made(folder: Path, lines: list[str]) -> Path:
    """A build folder that holds just these quads."""
    with folders.staging(folder) as new:
        with TemporaryDirectory(dir=new) as place:
            made = oxigraph.make(shards.of(lines, Path(place)), new)
        oxigraph.publish(made, new, folder)
    return folder


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("protocol"), QUADS)


@pytest.fixture(scope="module")
def server(build: Path) -> Iterator[Served]:
    with served(build) as running:
        yield running


def answer(
    server: Served, method: str, target: str, body: bytes | str = b"", headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    """Status, media type and body, for a request with these headers and no other than HTTP needs."""
    sent = body.encode() if isinstance(body, str) else body
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if method != "GET":
            connection.putheader("Content-Length", str(len(sent)))
        connection.endheaders(sent)
        response = connection.getresponse()
        return response.status, response.headers.get_content_type(), response.read()
    finally:
        connection.close()


def truth(media: str, body: bytes) -> bool:
    if media == "application/sparql-results+json":
        said = json.loads(body)["boolean"]
        assert isinstance(said, bool)
        return said
    assert media == "application/sparql-results+xml"
    text = ElementTree.fromstring(body).findtext("{http://www.w3.org/2005/sparql-results#}boolean")  # noqa: S314
    return {"true": True, "false": False}[str(text)]


def held(server: Served) -> list[str]:
    """All that the server holds."""
    found = []
    for query in ("SELECT ?s ?p ?o { ?s ?p ?o }", "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }"):
        status, _, body = answer(server, "POST", at(), query, {**QUERY, "Accept": "text/tab-separated-values"})
        assert status == 200
        found += body.decode().splitlines()[1:]
    return sorted(found)


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_w3c(server: Served, build: Path, name: str) -> None:
    case = CASES[name]
    before = sorted(map(str, oxigraph.read(build).quads()))
    status, media, body = answer(server, case.method, case.target, case.body, case.headers)
    assert status == case.status if case.status > 9 else status // 100 == case.status, (status, body)
    if case.form == "boolean":
        assert case.says in (None, truth(media, body))
    elif case.form == "tabular":
        assert media in TABLES
    elif case.form == "RDF":
        list(ox.parse(body, format=GRAPHS[media]))
    else:
        assert body.strip(), "a refusal says why"
    if "update" in name:
        assert held(server) == sorted(line.replace(" .", "").replace(" ", "\t") for line in QUADS)
        assert sorted(map(str, oxigraph.read(build).quads())) == before
    if case.then:
        assert truth(*answer(server, "POST", at(), case.then, QUERY)[1:]) is False


def test_the_cases_are_all_of_the_w3c_s() -> None:
    """Its manifest lists 34."""
    kinds = [sum(name.startswith(kind) for name in CASES) for kind in ("query_", "update_", "bad_")]
    print(f"{len(CASES)} of 34 cases of the protocol")
    assert kinds == [13, 7, 14]
    assert sum(kinds) == len(CASES) == 34


# ---- what the W3C has no case for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graphs", "query", "expected"),
    [
        (default(DATA1), BOTH, False),
        (default(DATA1, DATA2), BOTH, True),
        (default(DATA1), f"ASK {{ {EACH} }}", False),
        (named(DATA1), f"ASK {{ {EACH} }}", False),
        (named(DATA1, DATA2), BOTH, False),
        ([], BOTH, False),
        ([], f"ASK {{ {EACH} }}", True),
        (default(DATA0), "ASK { ?s ?p ?o }", False),
        (named(DATA1, DATA2), f"ASK FROM <{DATA3}> {{ <{DATA3}> a ?type }}", False),
        (default(DATA1), f"ASK FROM NAMED <{DATA3}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", False),
    ],
)
def test_the_graphs_of_the_request_are_the_dataset_and_no_others(
    server: Served, graphs: list[tuple[str, str]], query: str, *, expected: bool
) -> None:
    status, media, body = answer(server, "GET", at(("query", query), *graphs))
    assert status == 200, body
    assert truth(media, body) is expected
    assert truth(*answer(server, "POST", at(*graphs), query, QUERY)[1:]) is expected
    form = at(("query", query), *graphs).partition("?")[2]
    assert truth(*answer(server, "POST", at(), form, FORM)[1:]) is expected


def test_relative_iris_are_of_the_project(server: Served) -> None:
    body = answer(server, "POST", at(), "CONSTRUCT { <s> <p> <#o> } {}", {**QUERY, "Accept": "application/n-triples"})[
        2
    ]
    base = "https://w3id.org/rareearth/"
    assert body.decode() == f"<{base}s> <{base}p> <{base}#o> .\n"


@pytest.mark.parametrize(
    ("case", "status", "why"),
    [
        (bad("GET", "/sparql/?query="), 400, "not SPARQL"),
        (bad("GET", "/sparql/?default-graph-uri=x"), 400, "0 parameters 'query'"),
        (bad("POST", at(), "", QUERY), 400, "not SPARQL"),
        (bad("POST", at(), "", FORM), 400, "0 parameters 'query'"),
        (bad("POST", at(("query", "ASK {}")), "ASK {}", QUERY), 400, "in the address and in the body"),
        (bad("POST", at(), "ASK {}\xff".encode("latin-1"), QUERY), 400, "not UTF-8"),
        (bad("POST", at(), b"query=ASK%20%7B%7D%FF", FORM), 400, "cannot be read"),
        (bad("POST", at(), b"query=\xff", FORM), 400, "not UTF-8"),
        (bad("GET", at(("query", "ASK {}"), ("default-graph-uri", "no iri"))), 400, "IRI"),
        (bad("GET", at(("query", "ASK {}"), ("using-graph-uri", DATA1))), 400, "using-graph-uri"),
        (bad("GET", "/sparql/?" + "&".join(["query=ASK%7B%7D"] * 200)), 400, "cannot be read"),
        (bad("POST", at(), "ASK {}", {"Content-Type": "multipart/form-data; boundary=x"}), 415, "multipart/form-data"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_with_its_reason(server: Served, case: Case, status: int, why: str) -> None:
    found, media, body = answer(server, case.method, case.target, case.body, case.headers)
    assert (found, media) == (status, "text/plain")
    assert why in body.decode()
    assert body.count(b"\n") == 1


EMPTY = "default-graph-uri=&named-graph-uri=&using-graph-uri=&format=&timeout=0&debug=on&should-sponge=soft&output=json"


@pytest.mark.parametrize(
    "case",
    [
        Case("GET", f"/sparql/?query=ASK%7B%7D&{EMPTY}"),
        Case("GET", "/sparql/?query=ASK%7B%7D&default-graph-uri=%20"),
        Case("POST", "/sparql/", f"query=ASK%7B%7D&{EMPTY}", FORM),
        Case("POST", f"/sparql/?{EMPTY}", "ASK {}", QUERY),
        Case("POST", "/sparql/?query=ASK%7B%7D"),
        Case("POST", "/sparql/?query=ASK%7B%7D", "", FORM),
        Case("POST", "/sparql/?query=ASK%7B%7D", "", QUERY),
        Case("POST", "/sparql/?query=ASK%7B%7D", EMPTY, FORM),
        Case("POST", "/sparql/", "query=ASK%7B%7D", {"Content-Type": FORM["Content-Type"] + ";charset=UTF-8"}),
        Case("POST", "/sparql/", 'query=ASK+{FILTER("\u674e"+%3D+"%E6%9D%8E")}', FORM),
        Case("POST", "/sparql/", "\ufeffASK {}", QUERY),
        Case("POST", "/sparql/", "ASK\r\n{}", {"Content-Type": "APPLICATION/SPARQL-QUERY"}),
        *(
            Case("POST", "/sparql/", "ASK {}", {"Content-Type": f"application/sparql-query{parameter}"})
            for parameter in (
                ";charset=utf-8", '; charset="UTF-8"', ";charset=utf8", "; Charset = Utf-8", "; charset=UTF_8",
                "; charset=US-ASCII", "; x=y; charset=utf-8; z", ";", "; charset=",
            )
        ),
    ],
)  # fmt: skip
def test_what_clients_send_is_a_query(server: Served, case: Case) -> None:
    status, media, body = answer(server, case.method, case.target, case.body, case.headers)
    assert status == 200, body
    assert truth(media, body) is True


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "utf-7", "nothing", "rot13"])
def test_a_query_in_another_charset_is_refused(server: Served, charset: str) -> None:
    headers = {"Content-Type": f"application/sparql-query; charset={charset}"}
    status, _, body = answer(server, "POST", "/sparql/", "ASK {}", headers)
    assert (status, body.decode()) == (400, f"the body is in {charset}; expected UTF-8\n")


def test_a_compressed_query_is_refused(server: Served) -> None:
    status, _, body = answer(server, "POST", "/sparql/", b"\x1f\x8b", {**QUERY, "Content-Encoding": "gzip"})
    assert (status, body.decode()) == (415, "the body is compressed (gzip); expected it as it is\n")


def test_an_address_may_name_the_form(server: Served) -> None:
    form = "query=SELECT+(1+AS+?x)+%7B%7D&format=text/csv"
    assert answer(server, "GET", f"/sparql/?{form}")[1:] == ("text/csv", b"x\r\n1\r\n")
    assert answer(server, "POST", "/sparql/", form, FORM)[1:] == ("text/csv", b"x\r\n1\r\n")
