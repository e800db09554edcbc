"""The server: real clients, what it answers in which form, what it refuses, its limits, and how it lives and ends."""

# ruff: noqa: E501, S608 - queries are read row by row, and are not SQL

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from conftest import ROOT, Command, Folder, environment, small
from needs import unavailable
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serving import Served, served
from SPARQLWrapper import GET, JSON, POST, POSTDIRECTLY, TURTLE, URLENCODED, XML, SPARQLWrapper

from rareearth import build as builds
from rareearth import namespaces
from rareearth.store import folder as folders
from rareearth.store import oxigraph
from rareearth.store.oxigraph import Oxigraph

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
WORKERS = 8  # that wait for a request: two for pages, six for queries
DIRECT = {"Content-Type": "application/sparql-query"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
NAMES = "SELECT ?who ?name { ?who a ree:Person ; rdfs:label ?name } ORDER BY ?who ?name LIMIT 40"
GRAPH = "CONSTRUCT { ?s rdfs:label ?name } { ?s a ree:Person ; rdfs:label ?name }"
PREFIXES = f"PREFIX ree: <{namespaces.VOCABULARY}> PREFIX rdfs: <{namespaces.PREFIXES['rdfs']}> "


@pytest.fixture(scope="module")
def server(built: Path) -> Iterator[Served]:
    """The shipped data, as `rareearth serve` serves it."""
    with served(built) as running:
        yield running


@pytest.fixture(scope="module")
def store(built: Path) -> Oxigraph:
    """What it serves."""
    return oxigraph.read(built)


@pytest.fixture(scope="module")
def little(small_build: Folder) -> Path:
    return small_build.build


@pytest.fixture(scope="module")
def tight(little: Path) -> Iterator[Served]:
    """The small data, with narrow limits."""
    with served(little, "--rows", 50, "--timeout", 1, "--cors") as running:
        yield running


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def media(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    server: Served, target: str, method: str = "GET", body: bytes | str = b"", headers: dict[str, str] | None = None
) -> Answer:
    """A whole answer: http.client raises when a body is shorter than it was said to be."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    start = time.perf_counter()
    try:
        connection.request(method, target, body or None, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read(), time.perf_counter() - start)
    finally:
        connection.close()


def query(server: Served, text: str, accept: str = "application/sparql-results+json") -> Answer:
    return ask(server, "/sparql", "POST", text, {**DIRECT, "Accept": accept})


def quick(server: Served) -> None:
    """It answers, and what it answers is right."""
    answer = query(server, f"ASK {{ FILTER({time.time_ns()} > 1) }}")
    assert (answer.status, json.loads(answer.body)["boolean"]) == (200, True)


def sent(server: Served, data: bytes) -> bytes:
    """What comes back for some bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        received = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                received += part
        return received


# ---- real clients ----------------------------------------------------------------------------------------

WAYS = {"GET": (GET, URLENCODED), "POST form": (POST, URLENCODED), "POST direct": (POST, POSTDIRECTLY)}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper makes one
@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper(server: Served, store: Oxigraph, way: str) -> None:
    def told(text: str, form: str) -> object:
        client = SPARQLWrapper(f"{server.url}/sparql")
        client.setMethod(WAYS[way][0])
        client.setRequestMethod(WAYS[way][1])
        client.setReturnFormat(form)
        client.setQuery(PREFIXES + text)
        answer = client.query()
        with answer.response:
            return answer.convert()

    rows = told(NAMES, JSON)
    assert isinstance(rows, dict)
    found = [(row["who"]["value"], row["name"]["value"]) for row in rows["results"]["bindings"]]
    assert found == [(row["who"].value, row["name"].value) for row in store.select(NAMES)]
    assert len(found) == 40
    for truth in (True, False):
        said = told(f"ASK {{ ?s a ree:Person FILTER({str(truth).lower()}) }}", JSON)
        assert isinstance(said, dict)
        assert said["boolean"] is truth
    graph = rdflib.Graph().parse(data=told(GRAPH, TURTLE), format="turtle")
    assert isomorphic(graph, rdflib.Graph().parse(data=library(store, GRAPH, "nt"), format="nt"))
    xml = told(GRAPH, XML)
    assert isinstance(xml, rdflib.Graph)
    assert to_isomorphic(xml) == to_isomorphic(graph)


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib(server: Served, store: Oxigraph, method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{server.url}/sparql", method=method))
    found = [(str(who), str(name)) for who, name in graph.query(PREFIXES + NAMES)]  # type: ignore[misc]
    assert found == [(row["who"].value, row["name"].value) for row in store.select(NAMES)]
    assert bool(graph.query(PREFIXES + "ASK { ?s a ree:Person }")) is True
    node = rdflib.URIRef(found[0][0])
    expected = {str(q.object.value) for q in store.quads(ox.NamedNode(found[0][0]), None, None, ox.DefaultGraph())}  # type: ignore[union-attr]
    assert {str(o) for _, _, o in graph.triples((node, None, None))} == expected
    assert not list(graph.triples((rdflib.URIRef("http://nobody"), None, None)))


def test_curl(server: Served, store: Oxigraph) -> None:
    curl = shutil.which("curl")
    if curl is None:
        unavailable("curl is not installed")

    def told(*arguments: str) -> bytes:
        command = [curl, "-sS", "--fail", "--max-time", "20", *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout

    assert told(
        "-H", "Accept: text/csv", "-G", "--data-urlencode", f"query={NAMES}", f"{server.url}/sparql"
    ) == library(store, NAMES, "csv")
    assert told("-H", "Accept: text/csv", "--data-urlencode", f"query={NAMES}", f"{server.url}/sparql") == library(
        store, NAMES, "csv"
    )
    # more than 1 KiB: curl waits for "100 Continue"
    direct = [
        "-H",
        "Content-Type: application/sparql-query",
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        GRAPH + " " * 2000,
    ]
    assert told("-H", "Accept: application/n-triples", *direct, f"{server.url}/sparql") == library(store, GRAPH, "nt")


# ---- forms -----------------------------------------------------------------------------------------------


def library(store: Oxigraph, text: str, form: str) -> bytes:
    return store.query(text).serialize(form)


FORMS = [
    (NAMES, "application/sparql-results+json", "json"),
    (NAMES, "application/sparql-results+xml", "xml"),
    (NAMES, "text/csv", "csv"),
    (NAMES, "text/tab-separated-values", "tsv"),
    ("ASK { ?s a ree:Person }", "application/sparql-results+json", "json"),
    ("ASK { ?s a ree:Nobody }", "application/sparql-results+xml", "xml"),
    (GRAPH, "text/turtle", "ttl"),
    (GRAPH, "application/n-triples", "nt"),
    (GRAPH, "application/ld+json", "json"),
    (GRAPH, "application/rdf+xml", "xml"),
    (GRAPH, "application/trig", "trig"),
    (GRAPH, "application/n-quads", "nq"),
    ("DESCRIBE ?who { ?who a ree:Person } ORDER BY ?who LIMIT 1", "application/n-triples", "nt"),
]


@pytest.mark.parametrize(("text", "media", "form"), FORMS, ids=[f"{t.split()[0]} {f}" for t, _, f in FORMS])
def test_each_form_is_that_of_the_library(server: Served, store: Oxigraph, text: str, media: str, form: str) -> None:
    expected = library(store, text, form)
    for answer in (
        query(server, text, media),
        ask(server, f"/sparql?{urlencode({'query': text})}", headers={"Accept": media}),
    ):
        assert (answer.status, answer.media, answer.body) == (200, media, expected)
        assert answer.headers["Vary"] == "Accept"
        assert answer.headers["Content-Length"] == str(len(expected))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


J, X, C, T = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TTL, NT, LD, RDF = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"
ASK = "ASK { ?s a ree:Person }"
ACCEPTED = [
    (NAMES, "", J), (NAMES, "*/*", J), (NAMES, "application/*", J), (NAMES, "text/*", C), (NAMES, "application/json", J),
    (NAMES, f"{C};q=0.5, {X}", X), (NAMES, f"{C};q=0.5, {X};q=0.4", C), (NAMES, f"{X};q=0.5, */*;q=0.1", X),
    (NAMES, f"{J};q=0, */*;q=0.3", X), (NAMES, f"text/*;q=0.9, {C};q=0.1", T), (NAMES, f"*/*;q=0.1, {T};q=0.11", T),
    (NAMES, f"{X.upper()} ; Q=0.9 , {J};q=0.8", X), (NAMES, f"{TTL}, {C};q=0.001", C), (NAMES, "text/html,application/xml;q=0.9,*/*;q=0.8", X),
    (NAMES, f"{J}; q=oops, {X}; q=0.1", X), (NAMES, f"{X};charset=utf-8;q=0.7, {J};q=0.6", X), (NAMES, ",,", J),
    (ASK, f"{C}, {X}", X), (ASK, "", J), (ASK, f"{C}, */*;q=0.1", J),
    (GRAPH, "", TTL), (GRAPH, f"{J}, {RDF};q=0.2", RDF), (GRAPH, "application/*", NT), (GRAPH, f"{LD}, {TTL};q=0.9", LD),
    (NAMES, TTL, None), (NAMES, "image/png", None), (NAMES, "*/*;q=0", None), (NAMES, f"{J};q=0", None),
    (ASK, C, None), (GRAPH, C, None), (GRAPH, "application/json", LD),
]  # fmt: skip


@pytest.mark.parametrize(("text", "accept", "expected"), ACCEPTED, ids=[f"{t.split()[0]} {a}" for t, a, _ in ACCEPTED])
def test_the_form_that_is_liked_best(server: Served, text: str, accept: str, expected: str | None) -> None:
    answer = query(server, text, accept)
    if expected is None:
        assert (answer.status, answer.media) == (406, "text/plain")
        assert "cannot be written in any of the media types" in answer.text
        assert "ask for application/sparql-results+json, " in answer.text or "ask for text/turtle, " in answer.text
    else:
        assert (answer.status, answer.media) == (200, expected)


def test_accept_on_several_lines_is_one(server: Served) -> None:
    target = f"/sparql?{urlencode({'query': ASK})}".encode()
    lines = f"Accept: image/png\r\nAccept: {J};q=0.1\r\nAccept: {X}\r\n".encode()
    head = sent(server, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + b"\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"content-type: {X}".encode() in head


def test_what_is_new_each_time_is_not_kept(server: Served) -> None:
    """Also where a comment stands between the name of the function and its bracket."""
    for text in ("SELECT (RAND() AS ?x) {}", "SELECT (rand#\n() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}"):
        assert query(server, text).body != query(server, text).body
    assert query(server, NAMES).body == query(server, NAMES).body


SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib makes one for JSON-LD
@pytest.mark.parametrize("target", ["/", "/sparql"])
@pytest.mark.parametrize(("media", "form"), [(TTL, "turtle"), (LD, "json-ld")])
def test_the_service_is_described(server: Served, store: Oxigraph, target: str, media: str, form: str) -> None:
    answer = ask(server, target, headers={"Accept": media})
    assert (answer.status, answer.media) == (200, media)
    graph = rdflib.Graph().parse(data=answer.body, format=form)
    service, dataset = rdflib.URIRef(f"{server.url}/sparql"), rdflib.URIRef(namespaces.DATASET)
    assert (service, rdflib.RDF.type, SD.Service) in graph
    assert (service, SD.endpoint, service) in graph
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert (dataset, VOID.sparqlEndpoint, service) in graph
    written = {str(o).rpartition("/")[2] for o in graph.objects(service, SD.resultFormat)}
    assert written >= {
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "JSON-LD",
    }
    assert int(str(graph.value(dataset, VOID.triples))) <= len(store.engine)
    [dump] = graph.objects(dataset, VOID.dataDump)
    assert ask(server, str(dump).removeprefix(server.url)).status == 200


@pytest.mark.parametrize(
    "target", ["/", "/health", "/sparql?query=ASK%7B%7D", "/rareearth.trig", "/nothing", "/sparql?query=x"]
)
def test_head_is_get_without_the_body(server: Served, target: str) -> None:
    got, head = ask(server, target), ask(server, target, "HEAD")
    assert got.body
    assert head.body == b""
    assert (head.status, head.headers["Content-Length"], head.headers["Content-Type"]) == (
        got.status,
        got.headers["Content-Length"],
        got.headers["Content-Type"],
    )


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_not_allowed(server: Served, method: str) -> None:
    for target, allowed in (
        ("/sparql?query=ASK%7B%7D", {"GET", "HEAD", "POST"}),
        ("/", {"GET", "HEAD"}),
        ("/entity/x", {"GET", "HEAD"}),
    ):
        answer = ask(server, target, method)
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(", ")) == allowed


# ---- refused ---------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[Callable[[], int]]:
    """A port of this machine; gives its number, and afterwards nobody may have come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        yield lambda: int(listening.getsockname()[1])
        with pytest.raises(TimeoutError):
            listening.accept()


REFUSED = {
    "SERVICE": ("SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }", "SERVICE is refused"),
    "SERVICE SILENT": ("SELECT * { SERVICE SILENT <http://127.0.0.1:%d/> { ?s ?p ?o } }", "SERVICE is refused"),
    "LOAD": ("LOAD <http://127.0.0.1:%d/>", "LOAD is refused"),
    "INSERT": ("INSERT DATA { <http://a> <http://b> %d }", "INSERT is refused"),
    "DELETE": ("DELETE WHERE { ?s ?p %d }", "DELETE is refused"),
    "an update behind a query": ("ASK {} ; INSERT DATA { <http://a> <http://b> %d }", "is not SPARQL"),
    "FROM a file": ("SELECT * FROM <file:///etc/passwd?%d> { ?s ?p ?o }", "FROM <file:///etc/passwd"),
    "FROM NAMED a file": ("SELECT * FROM NAMED <file:///etc/passwd?%d> { GRAPH ?g { ?s ?p ?o } }", "FROM <file:///etc/passwd"),
    "FROM elsewhere": ("SELECT * FROM <http://127.0.0.1:%d/> { ?s ?p ?o }", "FROM <http://127.0.0.1"),
    "deep nesting": ("SELECT * " + "{" * 600 + "}" * 600 + "#%d", "nested more than 64 deep"),
    "a chain": ("SELECT * { {}" + " UNION {}" * 5000 + " } #%d", "more than 2,000 words"),
    "no SPARQL": ("SELECT * { ?s ?p %d", "is not SPARQL 1.1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_query_that_is_refused(server: Served, listener: Callable[[], int], name: str) -> None:
    text, why = REFUSED[name]
    for answer in (
        query(server, text % listener()),
        ask(
            server,
            "/sparql",
            "POST",
            urlencode({"query": text % listener()}),
            {"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ):
        assert (answer.status, answer.media) == (400, "text/plain")
        assert why in answer.text
        assert answer.body.count(b"\n") == 1
        assert b"root:" not in answer.body
    quick(server)


def test_a_dataset_of_the_request_reads_no_file_and_asks_nobody(server: Served, listener: Callable[[], int]) -> None:
    for graph in ("file:///etc/passwd", f"http://127.0.0.1:{listener()}/"):
        for name in ("default-graph-uri", "named-graph-uri"):
            text = f"SELECT * FROM <{graph}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
            answer = ask(server, f"/sparql?{urlencode({'query': text, name: graph})}")
            assert (answer.status, json.loads(answer.body)["results"]["bindings"]) == (200, [])


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Urban Mining Company", "noveon-magnetics"),
        ("Lynas", "lynas-rare-earths"),
        ("Bo Li", "li-bo"),
        ("中國稀土集團", "china-rare-earth-group"),
        ("ganjiang chuangxin yuan", "ganjiang-innovation-academy"),
        ("\ufeffLi\u200bBo", "li-bo"),
    ],
)
def test_a_name_in_any_spelling_is_found(server: Served, name: str, id_: str) -> None:
    answer = ask(server, f"/find?{urlencode({'name': name})}")
    assert (answer.status, answer.headers["location"]) == (303, f"/entity/{id_}")


def test_a_name_of_several_lists_them(server: Served) -> None:
    answer = ask(server, "/find?name=Shenghe")
    assert answer.status == 300
    assert b"shenghe-resources (Shenghe Resources, company" in answer.body
    page = ask(server, "/find?name=Shenghe", headers={"Accept": "text/html"})
    assert page.status == 200
    assert b'<a href="/entity/shenghe-resources-singapore">' in page.body
    found = ask(server, "/find?name=GM")
    assert (found.status, found.headers["location"]) == (303, "/entity/general-motors")


def test_a_byte_order_mark_before_a_query_is_ignored(server: Served) -> None:
    media = {"Content-Type": "application/sparql-query"}
    for answer in (
        ask(server, "/sparql", "POST", b"\xef\xbb\xbfASK {}", media),
        ask(server, f"/sparql?{urlencode({'query': chr(0xFEFF) + 'ASK {}'})}"),
    ):
        assert (answer.status, json.loads(answer.body)["boolean"]) == (200, True)


TRICKS = [
    "/entity/../../etc/passwd", "/entity/../../../../../../etc/passwd", "/entity/%2e%2e/%2e%2e/etc/passwd", "/entity/..%2f..%2fetc%2fpasswd",
    "/static/../../worker.py", "/static/..%2fworker.py", "/static/%2e%2e%2fworker.py", "/static/%2fetc%2fpasswd", "/static//etc/passwd",
    "/static/site.css%00.html", "/entity/%00", "/entity/a%00b", "/%00", "/entity/%ff%fe", "/entity/a%0d%0aSet-Cookie:%20x=1", "/entity/" + "a" * 5000,
    "/entity/" + "a/" * 5000, "/" + "../" * 2000 + "etc/passwd", "//etc/passwd", "/etc/passwd", "/rareearth.trig/../../manifest.json", "/manifest.json",
    "/find?name=" + "x" * 60_000, "/find?name=%00", "/find?name=%22%7D%20DROP%20ALL", "/entity/x%3E%20?p%20?o", "/entity/{x}", "/claim/", "/entity/%F0%9F%92%A5",
]  # fmt: skip


@pytest.mark.parametrize("target", TRICKS, ids=[t[:40] for t in TRICKS])
def test_tricks_with_paths_find_nothing(server: Served, target: str) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    received = sent(server, head.encode() + b"\r\n")
    assert received.startswith(b"HTTP/1.1 404 "), received[:200]
    for secret in (b"root:", b"def main", b'"sha256"'):
        assert secret not in received
    assert b"set-cookie" not in received.partition(b"\r\n\r\n")[0].lower()
    as_page = sent(server, head.encode() + b"Accept: text/html\r\n\r\n")
    assert as_page.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 300, b"GET /a\x1b[31m HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http_is_told_so(server: Served, data: bytes) -> None:
    received = sent(server, data)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.endswith(b"\r\n\r\nthis is not HTTP\n")
    quick(server)


def asked_of(server: Served, *hosts: str, target: str = "/", accept: str = TTL) -> bytes:
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    head = f"GET {target} HTTP/1.1\r\n{lines}Accept: {accept}\r\nConnection: close\r\n\r\n"
    return sent(server, head.encode("utf-8" if target != "/" else "latin-1"))


@pytest.mark.parametrize("host", ["a b", '<>"{}', "", "%00", "a\xff", "x" * 3000, "[::1", "a:b:c"])
def test_a_host_that_is_none_is_refused(server: Served, host: str) -> None:
    for media in (TTL, "text/html"):
        received = asked_of(server, host, accept=media)
        assert received.startswith(b"HTTP/1.1 400 "), received[:300]
        if host.startswith("<"):
            assert host.encode() not in received


def test_only_its_own_name_is_answered(server: Served) -> None:
    """A page of the web that lets its name mean this machine reads nothing."""
    for host in ("localhost", f"127.0.0.1:{server.port}", f"[::1]:{server.port}"):
        assert asked_of(server, host).startswith(b"HTTP/1.1 200 ")
    for target in ("/", "/sparql?query=ASK%7B%7D", "/graph", "/nothing", "/static/site.css"):
        received = asked_of(server, f"evil.example:{server.port}", target=target)
        assert received.startswith(b"HTTP/1.1 421 ")
        assert received.partition(b"\r\n\r\n")[2].startswith(b"the Host is evil.example")
        assert b"nosniff" in received
    for hosts in ((), ("localhost", "localhost"), ("localhost", "evil.example")):
        assert asked_of(server, *hosts).startswith(b"HTTP/1.1 400 ")
    assert sent(server, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_names_and_a_path_that_it_is_started_with(little: Path) -> None:
    with served(little, "--host-name", "data.example", "--root-path", "/ree") as named:
        for target in ("/ree/find?name=Ann+Lee", "/find?name=Ann+Lee"):
            received = asked_of(named, "data.example", target=target)
            assert re.search(rb"\r\nlocation: /ree/entity/ann-lee\r\n", received), received
        assert asked_of(named, "evil.example").startswith(b"HTTP/1.1 421 ")
        page = ask(named, "/ree/entity/ann-lee", headers={"Accept": "text/html"}).text
        links = set(re.findall(r'(?:href|src|action)="(/[^"#]*)', page))
        assert len(links) > 5
        for link in links:
            assert link.startswith("/ree/")
            assert ask(named, link).status in (200, 404 if link == "/ree/find" else 200), link
        described = rdflib.Graph().parse(data=ask(named, "/ree/", headers={"Accept": TTL}).body, format="turtle")
        assert set(described.subjects(SD.endpoint)) == {rdflib.URIRef(f"{named.url}/ree/sparql")}
        [dump] = described.objects(None, VOID.dataDump)
        assert ask(named, str(dump).removeprefix(named.url)).status == 200
        editor = ask(named, "/ree/sparql", headers={"Accept": "text/html"})
        if editor.status == 200:
            assert '"endpoint": "/ree/sparql", "home": "/ree/"' in editor.text
        for target, there in (("/ree/ontology/", "/ree/ontology"), ("/ree/Ontology.ttl?a=b", "/ree/ontology.ttl?a=b")):
            assert ask(named, target).headers["Location"] == there


@pytest.mark.parametrize(
    "target",
    ["/", "/sparql", "/graph", "/sparql?query=x", "/sparql?query=ASK%7B%7D", "/entity/x", "/find?name=Li+Bo", "/health",
     "/ontology.rdf", "/rareearth.trig", "/static/site.css", "/nothing", "/ontology/"],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_no_answer_may_be_framed_sniffed_or_used_elsewhere(server: Served, target: str, accept: str) -> None:
    headers = ask(server, target, headers={"Accept": accept}).headers
    for name, value in (
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        assert headers.get_all(name) == [value]
    [policy] = headers.get_all("Content-Security-Policy", [])
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert ("'unsafe-inline'" in policy) is (target == "/sparql" and "script-src 'self'" in policy)


# ---- addresses and names -----------------------------------------------------------------------------------


def test_signs_in_an_address_need_not_be_encoded(server: Served) -> None:
    for text, truth in (
        ('ASK{?s%20rdfs:label%20"中国稀土集团"@zh}', True),
        ("ASK{?s%20a|ree:leads%20?o}", True),
        ("ASK+{}", True),
    ):
        received = asked_of(server, "localhost", target=f"/sparql?query={text}", accept=J)
        assert json.loads(received.partition(b"\r\n\r\n")[2])["boolean"] is truth
    answered = asked_of(server, "localhost", target="/find?name=中国稀土集团")
    assert b"\r\nlocation: /entity/china-rare-earth-group\r\n" in answered
    received = asked_of(server, "localhost", target="/sparql?query=ASK {}")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.endswith(b"\r\n\r\nthe address has a space; encode it as %20, or send the query by POST\n")
    received = sent(server, b"GET /find?name=\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (received[:13], b"the parameters cannot be read" in received) == (b"HTTP/1.1 400 ", True)


FORMER = "/entity/gannan-institute-of-innovation"
ELSEWHERE = {
    "/entity/Li-Bo": "/entity/li-bo",
    "/entity/LI-BO.ttl": "/entity/li-bo.ttl",
    "/entity/Li%20Bo": "/entity/li-bo",
    f"/entity/{quote('中国稀土集团')}.nt": "/entity/china-rare-earth-group.nt",
    "/entity/li-bo/": "/entity/li-bo",
    "/entity/li-bo.rdf//": "/entity/li-bo.rdf",
    "/source/REEX-ganzhou-tour": "/source/reex-ganzhou-tour",
    "/Source/reex-ganzhou-tour/": "/source/reex-ganzhou-tour",
    FORMER: "/entity/ganjiang-innovation-academy",
    f"{FORMER}.jsonld": "/entity/ganjiang-innovation-academy.jsonld",
    "/find/?name=Li+Bo": "/find?name=Li+Bo",
    "/SPARQL?query=ASK%7B%7D": "/sparql?query=ASK%7B%7D",
    "/dataset/": "/dataset",
}


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_another_address_is_there(server: Served, target: str, method: str) -> None:
    way = [target]
    while (answer := ask(server, way[-1], method)).status in (303, 307):
        way.append(answer.headers["Location"])
        assert len(way) < 4
    assert (answer.status, ELSEWHERE[target] in way[1:]) == (200, True)


def test_what_is_not_there_is_looked_for(server: Served) -> None:
    page = ask(server, "/entity/li-boo", headers={"Accept": "text/html"})
    assert (page.status, '<a href="/entity/li-bo">li-bo</a>' in page.text) == (404, True)
    line = ask(server, "/entity/li-boo.ttl")
    assert (line.status, line.text) == (
        404, f"no entity named 'li-boo'; did you mean li-bo? {server.url}/entity/li-bo\n",
    )  # fmt: skip
    assert '<a href="/entity/li-bo">' in ask(server, "/find?name=Li+Boo", headers={"Accept": "text/html"}).text
    assert ask(server, "/find").text == "there is no name to find; expected one, as in /find?name=Li+Bo\n"
    assert ask(server, "/entity/a%0Ab").text.count("\n") == 1


def test_what_cannot_be_xml_is_not_given_as_xml(server: Served) -> None:
    for text, media, why in (
        ('SELECT ("a\\u0001" AS ?a) {}', X, "U+0001, which XML cannot hold; ask for JSON, CSV or TSV"),
        ('CONSTRUCT { <s> <p> "\\uFFFE" } {}', RDF, "U+FFFE, which XML cannot hold; ask for Turtle"),
        ("CONSTRUCT { <s> <p/1> 1 } {}", RDF, "not end in an XML name, so this cannot be RDF/XML; ask for Turtle"),
    ):
        answer = query(server, text, media)
        assert (answer.status, answer.media) == (406, "text/plain")
        assert why in answer.text
        assert query(server, text, "*/*").status == 200


# ---- limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", [J, X, C, T])
@pytest.mark.parametrize(
    "value",
    [
        '"plain"',
        '"},{"',
        '"a\\nb\\r\\nc"',
        '"\\"},{\\"x\\\\"',
        '"<result></result>"',
        '""',
        "UNDEF",
        '"[{"',
        "<http://e/a,b>",
        '"x"@en',
        "7",
    ],
)
def test_rows_are_counted_whatever_is_in_them(tight: Served, media: str, value: str) -> None:
    for count, status in ((50, 200), (51, 413)):
        answer = query(tight, f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {f'({value} 1) ' * count} }} }}", media)
        assert answer.status == status, answer.text[:200]
        if status == 413:
            assert answer.text == "the answer has more than 50 rows; add LIMIT, and ask for the rest with OFFSET\n"


@pytest.mark.parametrize("media", [TTL, NT, LD, RDF])
def test_triples_are_counted_as_rows_each_once(tight: Served, media: str) -> None:
    graph = "CONSTRUCT {{ <http://e/s> <http://e/p> ?x }} {{ VALUES ?x {{ {0} {0} }} }}"
    for count, status in ((50, 200), (51, 413)):
        answer = query(tight, graph.format(" ".join(map(str, range(count)))), media)
        assert answer.status == status, answer.text[:200]
    assert answer.text == "the answer has more than 50 triples; add LIMIT, and ask for the rest with OFFSET\n"


@pytest.mark.slow
@LINUX
def test_a_literal_as_long_as_an_answer_may_be_needs_little_memory(server: Served) -> None:
    text = f"SELECT ?b {{ BIND('{'x' * 150_000}' AS ?a) BIND(CONCAT({', '.join(['?a'] * 100)}) AS ?b) }}"
    for media in (J, X, C, T):
        answer = query(server, text, media)
        assert (answer.status, len(answer.body) > 15_000_000) == (200, True), answer.text[:200]
    answer = query(server, text.replace("CONCAT(", f"CONCAT({'?a, ' * 20}"))
    assert answer.status == 413
    assert answer.text == "the answer has more than 16,777,216 bytes; add LIMIT, or select less\n"
    [template] = below(server.process.pid)
    peaks = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text()) for worker in below(template)]
    assert max(int(peak[1]) for peak in peaks if peak) < 500_000


@pytest.mark.slow
def test_a_large_answer_is_whole_and_one_too_large_is_an_error(server: Served) -> None:
    value = "x" * 200_000
    for rows, media, status in ((80, J, 200), (80, C, 200), (84, J, 413), (84, X, 413), (84, C, 413), (84, T, 413)):
        answer = query(server, f"SELECT ?x {{ VALUES ?x {{ '{value}' }} ?s ?p ?o }} LIMIT {rows}", media)
        assert answer.status == status
        if status == 200:
            assert len(answer.body) == int(answer.headers["Content-Length"]) > 80 * 200_000
            assert answer.text.count(value) == rows
        else:
            assert answer.text == "the answer has more than 16,777,216 bytes; add LIMIT, or select less\n"


def test_a_body_a_target_and_a_head_have_a_length(server: Served) -> None:
    body = "ASK {}" + " " * ((1 << 20) - 6)
    assert query(server, body).status == 200
    for more in (1, 1000, 5_000_000):
        answer = query(server, body + " " * more)
        assert (answer.status, answer.text) == (413, "the body has more than 1,048,576 bytes\n")
    for parts, status in ((20, 413), (15, 200)):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        pieces = [b"ASK {}", *[b" " * (1 << 16)] * parts]
        headers = {**DIRECT, "Transfer-Encoding": "chunked"}
        connection.request("POST", "/sparql", iter(pieces), headers, encode_chunked=True)
        response = connection.getresponse()
        assert (response.status, len(response.read()) > 5) == (status, True)
        connection.close()
    target = "/sparql?query=ASK%7B%7D%23"
    assert ask(server, target + "x" * (65_000 - len(target))).status == 200
    for more in (1, 600, 2_000_000):
        answer = ask(server, target + "x" * (65_000 - len(target) + more))
        assert (answer.status, answer.headers["Connection"]) == (414, "close")
    for length in (33_000, 140_000, 5_000_000):
        with contextlib.suppress(ConnectionError):  # closed while more comes
            assert ask(server, "/health", headers={"X-Long": "x" * length}).status == 431
    assert ask(server, "/health", headers={"X-Long": "x" * 30_000}).status == 200


def test_an_accept_header_and_a_form_have_a_length(server: Served) -> None:
    for accept, status in ((f"{C}," * 100, 200), (f"{C}," * 101, 431), (f"{C};a=" + "b" * 4100, 431)):
        assert query(server, "SELECT * {}", accept).status == status
        assert ask(server, "/entity/li-bo", headers={"Accept": accept.replace(C, "text/html")}).status == status
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for escapes, status in ((49_000, 200), (50_100, 413)):
        answer = ask(server, "/sparql", "POST", "query=ASK%7B%7D%23" + "%41" * escapes, form)
        assert answer.status == status
    assert answer.text.endswith("encoded bytes; send the query itself, as application/sparql-query\n")


@pytest.mark.slow
def test_an_endless_query_is_ended_while_quick_ones_go_on(tight: Served) -> None:
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(query, tight, f"# {n}\n{ENDLESS}") for n in range(2)]
        taken = []
        while not all(a.done() for a in asked):
            start = time.perf_counter()
            quick(tight)
            taken.append(time.perf_counter() - start)
            time.sleep(0.005)
        for answer in (a.result() for a in asked):
            assert (answer.status, answer.text) == (504, "the query took longer than 1 seconds\n")
            assert 0.9 < answer.seconds < 3
    assert len(taken) > 10
    assert statistics.median(taken) < 0.2


@pytest.mark.slow
def test_of_many_long_queries_each_ends_in_its_time_or_is_sent_away(tight: Served) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: query(tight, f"# {time.time_ns()} {n}\n{ENDLESS}"), range(16)))
    refused = [a for a in answers if a.status == 503]
    assert {a.status for a in answers} <= {503, 504}
    assert sum(a.status == 504 for a in answers) >= 2
    assert all(a.headers["Retry-After"] in ("2", "5") for a in refused)
    quick(tight)


@pytest.mark.slow
def test_a_query_that_wants_all_memory_ends_alone(server: Served) -> None:
    value, many = "x" * 1_000_000, ", ".join(["?a"] * 60)
    bomb = f"BIND('{value}' AS ?a) BIND(CONCAT({many}) AS ?b) BIND(REPLACE(?b, 'x', ?b) AS ?c)"
    answer = query(server, f"SELECT (STRLEN(?c) AS ?n) {{ {bomb} }}")
    assert (answer.status, "memory" in answer.text) in ((507, True), (504, False))  # 504 on a busy machine
    quick(server)


@pytest.mark.slow
def test_pages_and_names_have_a_lane_of_their_own(tight: Served) -> None:
    """Twenty clients whose every query is endless refuse nobody a page, a name or a cheap query."""
    end = threading.Event()

    def endless(n: int) -> list[int]:
        found = []
        while not end.is_set():
            found.append(query(tight, f"# {n} {len(found)}\n{ENDLESS}").status)
        return found

    with ThreadPoolExecutor(20) as pool:
        attacks = [pool.submit(endless, n) for n in range(20)]
        try:
            for n, (id_, form) in enumerate(
                itertools.product(("ann-lee", "mine-school", "ore-works"), ("html", "ttl", "jsonld", "nt"))
            ):
                page = ask(tight, f"/entity/{id_}.{form}")
                assert (page.status, id_ in page.text) == (200, True)
                found = ask(tight, "/find?" + urlencode({"name": "ann LEE" + " " * n}))
                assert (found.status, found.headers["Location"]) == (303, "/entity/ann-lee")
                assert ask(tight, f"/entity/nobody-{n}").status == 404
                quick(tight)
        finally:
            end.set()
        assert {status for attack in attacks for status in attack.result()} <= {503, 504}


@pytest.mark.slow
@LINUX
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_whose_client_has_gone_is_ended_also_one_that_waits(little: Path, method: str) -> None:
    with served(little, "--timeout", 60) as server:
        [template] = below(server.process.pid)
        idle = set(below(template))
        with contextlib.ExitStack() as stack:
            for n in range(12):
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
                stack.callback(connection.close)
                text = f"# {n}\n{ENDLESS}"
                if method == "POST":
                    connection.request("POST", "/sparql", text, DIRECT)
                else:
                    connection.request("GET", "/sparql?" + urlencode({"query": text}))
            assert soon(lambda: len(set(below(template)) - idle) >= 2, 10)
            assert soon(lambda: len(below(template)) >= WORKERS + 2, 10)
        assert soon(lambda: server.log().count(" 499 ") == 12, 10)
        assert soon(lambda: len(below(template)) == WORKERS, 10), "not one of them runs, at a time limit of 60 s"
        quick(server)


def test_a_client_that_says_nothing_more_holds_nobody_up(server: Served) -> None:
    with contextlib.ExitStack() as stack:
        for data in (b"", b"GET / HTTP", b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nASK"):
            for _ in range(50):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
                connection.sendall(data)
        quick(server)
    quick(server)


# ---- CORS and the log ------------------------------------------------------------------------------------


def test_pages_of_other_origins_may_ask_where_that_is_wanted(server: Served, tight: Served) -> None:
    origin = {"Origin": "https://example.org"}
    preflight = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for target in ("/sparql?query=ASK%7B%7D", "/sparql?query=x", "/nothing", "/"):
        assert ask(tight, target, headers=origin).headers["Access-Control-Allow-Origin"] == "*"
        assert ask(server, target, headers=origin).headers["Access-Control-Allow-Origin"] is None
    allowed = ask(tight, "/sparql", "OPTIONS", headers=preflight)
    assert (allowed.status, allowed.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "content-type" in allowed.headers["Access-Control-Allow-Headers"].lower()
    assert (
        ask(tight, "/sparql", "OPTIONS", headers={**preflight, "Access-Control-Request-Method": "DELETE"}).status == 400
    )
    assert ask(server, "/sparql", "OPTIONS", headers=preflight).status == 405


LINE = re.compile(r"[\d-]{10} [\d:,]{12} \S+ [A-Z]+ \S+ \d{3} \d+ [\d.]+ms")


def test_the_log_has_a_line_for_each_request_and_nobody_writes_it(server: Served) -> None:
    mark = f"mark{time.time_ns()}"
    ask(server, f"/before/{mark}")
    assert soon(lambda: f"GET /before/{mark} 404" in server.log())
    ask(server, f"/entity/{mark}%0A2026-01-01%2000:00:00,000%20127.0.0.1%20GET%20/fake%20200%205%201.0ms")
    ask(server, f"/{mark}?a=%0D%0Afake%1b[31m")
    query(server, f"# {mark}\nASK {{}}")
    for sender in (f"1.1.1.1 GET /{mark} 200 5 1.0ms", f"\x85{mark}\xa0x", "x" * 30_000):
        sent(
            server,
            f"GET /{mark} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {sender}\r\nConnection: close\r\n\r\n".encode(
                "latin-1"
            ),
        )
    assert soon(lambda: server.log().partition(f"/before/{mark} ")[2].count("\n") == 7)
    lines = server.log().partition(f"/before/{mark} ")[2].splitlines()[1:]
    for line in lines:
        assert LINE.fullmatch(line), line
        assert len(line) < 2300
    assert "%0A2026-01-01%2000:00:00" in lines[0]
    assert " POST /sparql 200 " in lines[2]


# ---- processes -------------------------------------------------------------------------------------------


def parents() -> dict[int, int]:
    """The parent of each process that lives."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(stat.parent.name)] = int(parent)
    return found


def below(process: int) -> list[int]:
    return sorted(child for child, parent in parents().items() if parent == process)


def family(server: Served) -> set[int]:
    """The server, the template, and the workers."""
    [template] = below(server.process.pid)
    return {server.process.pid, template, *below(template)}


def soon(true: Callable[[], bool], seconds: float = 2) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


@LINUX
def test_it_listens_on_this_machine_alone(server: Served) -> None:
    listening = [line.split()[1] for name in ("tcp", "tcp6") if (path := Path("/proc/net") / name).exists()
                 for line in path.read_text().splitlines()[1:] if line.split()[3] == "0A"]  # fmt: skip
    own = [address for address in listening if int(address.rpartition(":")[2], 16) == server.port]
    assert own == [f"0100007F:{server.port:04X}"]


@LINUX
def test_workers_have_no_file_and_can_open_none(server: Served) -> None:
    [template] = below(server.process.pid)
    workers = below(template)
    assert len(workers) >= 4
    for worker in workers:
        held = {path.name: os.readlink(path) for path in Path(f"/proc/{worker}/fd").iterdir()}
        assert [held.pop(name) for name in "012"] == ["/dev/null", "/dev/null", str(server.log_file)]
        assert len(held) == 1
        assert next(iter(held.values())).startswith("socket:")
        limits = Path(f"/proc/{worker}/limits").read_text()
        for what in ("open files", "file size", "core file size"):
            assert re.search(rf"Max {what} +0 +0 ", limits), limits
        assert re.search(r"Max address space +\d+ +\d+ ", limits)


DOORS = """
import os, pathlib, socket, sys
from rareearth.store import oxigraph, sparql
from rareearth.server import messages, worker
port, shut = int(sys.argv[1]), sys.argv[2] == "shut"
sparql.vet = lambda query, **_: query  # nothing stands before the engine
if not shut:
    worker._close_doors = lambda _: None
def tried(store, request):
    found = [getattr(worker_answer(store, request), "message", "answered")]
    for door in (lambda: open("/etc/passwd"), socket.socket, lambda: os.dup(2), os.pipe, lambda: os.open("/tmp", os.O_RDONLY)):
        try:
            door()
            found.append("open")
        except OSError as error:
            found.append("shut")
    return messages.ErrorReply(200, repr(found))
worker_answer, worker.answer = worker.answer, tried
ours, theirs = socket.socketpair()
if os.fork() == 0:
    ours.close()
    worker._work(oxigraph.memory([]), theirs, 5)
    os._exit(0)
theirs.close()
query = "SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }" % port
ours.sendall(messages.encode(messages.QueryRequest(query, messages.Forms("json", None, None), max_rows=9)))
received = b""
while (answer := messages.reply(received)) is None:
    received += ours.recv(65536)
print(answer.message)
"""


@LINUX
@pytest.mark.parametrize("doors", ["shut", "open"])
def test_a_query_that_gets_past_the_guard_still_opens_no_connection(doors: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        came = []
        ended = threading.Event()

        def accept() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listening.accept()
                    came.append(connection)
                    connection.close()

        waiting = threading.Thread(target=accept)
        waiting.start()
        done = subprocess.run(
            [sys.executable, "-c", DOORS, str(port), doors],
            env=environment(PYTHONWARNINGS=""),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        ended.set()
        waiting.join()
    assert done.returncode == 0, done.stderr
    found = eval(done.stdout)  # noqa: S307 - a list of texts that is printed above
    assert "failed" in found[0]
    assert found[1:] == [doors] * 5
    assert bool(came) is (doors == "open"), "the same query does connect where the doors are not shut"


@LINUX
def test_a_worker_that_is_killed_is_replaced(tight: Served) -> None:
    [template] = below(tight.process.pid)
    for worker in below(template):
        os.kill(worker, signal.SIGKILL)
    for _ in range(10):
        quick(tight)
    assert soon(lambda: len(below(template)) == WORKERS)
    with ThreadPoolExecutor(1) as pool:
        before = set(below(template))
        asked = pool.submit(query, tight, ENDLESS + f"# {time.time_ns()}")
        assert soon(lambda: bool(set(below(template)) - before))
        time.sleep(0.3)  # a worker that ends sooner is taken for one that ended before it got the query
        for worker in before:  # the one that is at work is among them
            os.kill(worker, signal.SIGKILL)
        answer = asked.result()
        assert (answer.status, answer.media) == (507, "text/plain")
    quick(tight)
    assert soon(lambda: len(below(template)) == WORKERS)


@LINUX
def test_a_template_that_is_killed_is_replaced_and_no_query_fails(tight: Served) -> None:
    [template] = below(tight.process.pid)
    workers = below(template)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(query, tight, ENDLESS + f"# {time.time_ns()}")
        time.sleep(0.3)
        os.kill(template, signal.SIGKILL)
        for _ in range(20):
            quick(tight)
        assert asked.result().status == 504, "it was asked again, of new workers"
    [fresh] = below(tight.process.pid)
    assert fresh != template
    assert soon(lambda: not {template, *workers} & set(parents()))
    assert soon(lambda: len(below(fresh)) == WORKERS)
    assert "the workers had ended" in tight.log()


def killed(server: Served) -> None:
    """Let a server that was killed pass for one that has ended cleanly, where `served` looks at it."""
    server.process.returncode = 0


@pytest.mark.slow
@LINUX
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_the_end_is_clean_also_while_an_endless_query_runs(little: Path, how: str) -> None:
    with served(little, "--timeout", 60) as server:
        quick(server)
        answers: list[int] = []

        def endless() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers.append(query(server, ENDLESS).status)

        asked = threading.Thread(target=endless)
        if how != "SIGINT":
            asked.start()
            time.sleep(0.4)
        ours = family(server)
        assert len(ours) >= 6
        start = time.monotonic()
        server.process.send_signal(getattr(signal, how))
        code = server.process.wait(15)
        taken = time.monotonic() - start
        killed(server)
        assert soon(lambda: not ours & set(parents()))
        if how != "SIGINT":
            asked.join()
            assert answers == ([] if how == "SIGKILL" else [503])
        assert code == (-9 if how == "SIGKILL" else 0)
        assert taken < {"SIGINT": 4, "SIGTERM": 9, "SIGKILL": 2}[how]
        assert "Traceback" not in server.log()


@pytest.mark.slow
def test_a_new_build_is_served_and_no_request_fails(tmp_path: Path) -> None:
    folder = small(tmp_path)
    builds.build(folder.data, folder.build)
    text = "SELECT ?name { entity:ann-lee rdfs:label ?name FILTER(LANG(?name) = '') }"
    old, new, found, end = ("Ann Lee", "Anna Lee", [], threading.Event())  # type: ignore[var-annotated]

    def asking(server: Served, mark: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        n = 0
        while not end.is_set():
            n += 1
            connection.request("POST", "/sparql", f"# {mark} {n // 2}\n{text}", {**DIRECT, "Accept": C})
            response = connection.getresponse()
            found.append((mark, response.status, response.read().decode()))
            time.sleep(0.002)
        connection.close()

    with served(folder.build) as server:
        first = query(server, text, C).text
        if old not in first:
            text = text.replace(" FILTER(LANG(?name) = '')", " FILTER(LANG(?name) != 'zh')")
            first = query(server, text, C).text
        assert old in first
        clients = [threading.Thread(target=asking, args=(server, mark)) for mark in "ab"]
        for client in clients:
            client.start()
        folder.change("entities/all.yaml", "name: Ann Lee", "name: Anna Lee")
        builds.build(folder.data, folder.build)
        built = time.monotonic()
        assert soon(lambda: new in query(server, text, C).text, 10)
        taken = time.monotonic() - built
        time.sleep(0.3)
        # A build that cannot be read is not served, and the last one is.
        manifest = folder.build / folders.MANIFEST
        whole = manifest.read_text()
        manifest.write_text(whole.replace('"quads": ', '"quads": 1'))
        assert soon(lambda: "build again" in server.log(), 5)
        manifest.unlink()
        time.sleep(0.2)
        manifest.write_text(whole)
        end.set()
        for client in clients:
            client.join()
        assert new in query(server, text, C).text
        assert "Traceback" not in server.log()
    assert taken < 20
    assert {status for _, status, _ in found} == {200}
    assert len(found) > 200
    for mark in "ab":
        told = [new if new in body else old for m, _, body in found if m == mark and (new in body or old in body)]
        assert len(told) == sum(m == mark for m, _, _ in found)
        assert told == sorted(told), "old ones, then new ones"


# ---- where it cannot start -------------------------------------------------------------------------------


def one_line(done: subprocess.CompletedProcess[str], *words: str, code: int = 1) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_a_port_that_is_taken(run_process: Command, server: Served, little: Path) -> None:
    one_line(
        run_process("serve", "--port", server.port, "--build", little),
        f"127.0.0.1:{server.port}",
        "in use",
        "another port",
    )


@pytest.mark.slow
@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.1"])
def test_a_host_that_is_not_ours(run_process: Command, little: Path, host: str) -> None:
    one_line(run_process("serve", "--host", host, "--port", 0, "--build", little), host, "cannot listen on")


@pytest.mark.slow
def test_no_build_and_one_that_is_broken(run_process: Command, little: Path, tmp_path: Path) -> None:
    one_line(run_process("serve", "--port", 0, "--build", tmp_path / "nothing"), "there is no build here", code=2)
    broken = tmp_path / "broken"
    shutil.copytree(little, broken)
    [store] = broken.glob("store-*")
    (store / "CURRENT").write_text("MANIFEST-999999\n")
    one_line(run_process("serve", "--port", 0, "--build", broken), "cannot be read", "rareearth build")
    shutil.rmtree(store)
    one_line(run_process("serve", "--port", 0, "--build", broken), "it is not there", "rareearth build")


@pytest.mark.parametrize("library", ["uvicorn", "starlette", "jinja2", "httptools", "cachetools"])
def test_without_the_extra(run_process: Command, little: Path, tmp_path: Path, library: str) -> None:
    (tmp_path / f"{library}.py").write_text(
        f"raise ModuleNotFoundError('No module named {library}', name='{library}')\n"
    )
    done = run_process("serve", "--port", 0, "--build", little, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT / 'graph'}")
    one_line(done, f"{library} is not installed", "pip install 'rareearth[server]'")


# ---- under load ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_under_load_and_attack_every_good_answer_is_right(built: Path) -> None:
    """A small run of scripts/bench/load.py, which compares every body, and ends with 1 for any failure."""
    options = [
        "--requests",
        "400",
        "--hostile",
        "40",
        "--endless",
        "2",
        "--limit",
        "1",
        "--patient",
        "--shapes",
        "0",
        "--build",
        str(built),
    ]
    command = [sys.executable, str(ROOT / "scripts" / "bench" / "load.py"), *options]
    done = subprocess.run(
        command, env=environment(PYTHONWARNINGS=""), capture_output=True, text=True, timeout=100, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good requests answered correctly: 360 of 360" in done.stdout
    assert "exit code 0; 0 of " in done.stdout
