"""Queries: what the guard refuses, what it lets through unchanged, and what an answer looks like."""

# ruff: noqa: E501, S608 - queries are read row by row, and are not SQL

from __future__ import annotations

import csv
import io
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from conftest import environment
from hypothesis import example, given
from hypothesis import strategies as st

from rareearth import namespaces
from rareearth.errors import NotAcceptableError, QueryError
from rareearth.store import sparql

TINY = ox.Store()
TINY.load(
    "\n".join(
        f"<{namespaces.ENTITY}{s}> <{namespaces.VOCABULARY}leads> {o} ."
        for s, o in (("a", f"<{namespaces.ENTITY}b>"), ("b", '"x"@en'), ("c", '"} UNION { ?s ?p ?o # \\" \' \\\\"'))
    ).encode(),
    format=ox.RdfFormat.N_TRIPLES,
)


class Listener:
    """A socket on this machine that counts who connects."""

    def __init__(self) -> None:
        self.connected = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connected += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


GROUP = "{ ?s ?p ?o }"
SERVICES = {
    "plain": "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
    "lower case": "select * { service <%s> { ?s ?p ?o } }",
    "mixed case": "SELECT * { SerVIce <%s> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
    "without a space": "SELECT * { SERVICESILENT<%s>{ ?s ?p ?o } }",
    "after a word": "SELECT * { FILTER(true)SERVICE<%s>{ ?s ?p ?o } }",
    "grown together with a word": "SELECT * { ?s ?p trueSERVICE <%s> { ?s ?p ?o } }",
    "after a number": "SELECT * { ?s ?p 1SERVICE <%s> { ?s ?p ?o } }",
    "after a prefix": "PREFIX ex: <http://e/> SELECT * { ?s ?p ex:.SERVICE <%s> { ?s ?p ?o } }",
    "after a name and a dot": "PREFIX ex: <http://e/> SELECT * { ?s ?p ex:a. SERVICE <%s> { ?s ?p ?o } }",
    "after a string": 'SELECT * { ?s ?p ""SERVICE <%s> { ?s ?p ?o } }',
    "after a language": 'SELECT * { ?s ?p "a"@en.SERVICE <%s> { ?s ?p ?o } }',
    "after a comment": "SELECT * { # a comment\nSERVICE <%s> { ?s ?p ?o } }",
    "after a comment and a carriage return": "SELECT * { # a comment\rSERVICE <%s> { ?s ?p ?o } }",
    "with a comment inside": "SELECT * { SERVICE#\n<%s>#\n{ ?s ?p ?o } }",
    "with a prefix": "PREFIX x: <%s> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "a prefix called service": "PREFIX service: <%s> SELECT * { SERVICE service: { ?s ?p ?o } }",
    "with a variable": "SELECT * { VALUES ?where { <%s> } SERVICE ?where { ?s ?p ?o } }",
    "in a subquery": "SELECT * { { SELECT * { SERVICE <%s> { ?s ?p ?o } } } }",
    "in OPTIONAL": "SELECT * { OPTIONAL { SERVICE <%s> { ?s ?p ?o } } }",
    "in EXISTS": "SELECT * { FILTER EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
    "in GRAPH": "SELECT * { GRAPH ?g { SERVICE <%s> { ?s ?p ?o } } }",
    "in ASK": "ASK { SERVICE <%s> { ?s ?p ?o } }",
    "in CONSTRUCT": "CONSTRUCT { ?s ?p ?o } { SERVICE <%s> { ?s ?p ?o } }",
    "in DESCRIBE": "DESCRIBE ?s { SERVICE <%s> { ?s ?p ?o } }",
    "behind a comparison that looks like an IRI": (
        'SELECT * { VALUES (?a ?b) { (1 2) } FILTER(?a<?b#>"""\n) SERVICE <%s> { ?s ?p ?o } #""">\n }'
    ),
    "behind a comparison, silent": (
        'SELECT * { VALUES (?a ?b) { (1 2) } FILTER(?a<?b#>"""\n) SERVICE SILENT <%s> { ?s ?p ?o } #""">\n }'
    ),
    "behind a comparison and single quotes": (
        "SELECT * { VALUES (?a ?b) { (1 2) } FILTER(?a<?b#>'''\n) SERVICE SILENT <%s> { ?s ?p ?o } #'''>\n }"
    ),
    "behind a comparison and short quotes": (
        'SELECT * { VALUES (?a ?b) { (1 2) } FILTER(?a<?b&&"#>"="") SERVICE SILENT <%s> { ?s ?p ?o } }'
    ),
    "written with escapes": "SELECT * { \\u0053ERVICE <%s> { ?s ?p ?o } }",
    "written with long escapes": "SELECT * { \\U00000053ERVIC\\u0045 SILENT <%s> { ?s ?p ?o } }",
    "after an escaped quote": "SELECT * { BIND('\\u0027 AS ?x) SERVICE SILENT <%s> { ?s ?p ?o } BIND(\\u0027' AS ?y) }",
    "after an escaped line end in a comment": "SELECT * { #\\u000A SERVICE SILENT <%s> { ?s ?p ?o }\n }",
    "after an escaped end of an IRI": "SELECT * { ?s <a\\u003E ?o . SERVICE SILENT <%s> { ?s ?p ?o } }",
    "as an update": "INSERT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }",
    "LOAD": "LOAD <%s>",
    "LOAD SILENT": "LOAD SILENT <%s> INTO GRAPH <http://e/>",
    "LOAD after a prefix": "PREFIX a: <http://e/>\nLOAD <%s>",
    "FROM": "SELECT * FROM <%s> { ?s ?p ?o }",
    "FROM NAMED": "SELECT * FROM NAMED <%s> { GRAPH ?g { ?s ?p ?o } }",
}


# Escapes are read before the query is: these have the word in a text or a comment.
NO_SERVICE = {"after an escaped quote", "after an escaped line end in a comment"}


def outcome(query: str) -> str:
    """What becomes of a query: the error, or nothing; its whole answer is read."""
    try:
        answer = sparql.run(TINY, query)
        if not isinstance(answer, sparql.Truth):
            list(answer)
    except QueryError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("disguise", SERVICES)
def test_nothing_opens_a_connection(listener: Listener, disguise: str) -> None:
    message = outcome(SERVICES[disguise] % listener.address)
    time.sleep(0.02)
    assert listener.connected == 0
    assert bool(message) is (disguise not in NO_SERVICE)


def test_the_listener_would_notice(listener: Listener) -> None:
    with pytest.raises(OSError, match=r"\S"):
        list(TINY.query(SERVICES["plain"] % listener.address))  # type: ignore[arg-type]
    time.sleep(0.05)
    assert listener.connected == 1


FILES = [
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "PREFIX f: <file:///etc/> SELECT * FROM f:passwd { ?s ?p ?o }",
    "PREFIX f: <file:///etc/> SELECT * FROM NAMED f:passwd { ?s ?p ?o }",
    "PREFIX ree: <file:///etc/> SELECT * FROM ree:passwd { ?s ?p ?o }",
    "prefix f: <file:///etc/> select * from#\nf:passwd { ?s ?p ?o }",
    "BASE <file:///etc/> SELECT * FROM <passwd> { ?s ?p ?o }",
    "BASE <file:///etc/> PREFIX f: <> SELECT * FROM f:passwd { ?s ?p ?o }",
    "PREFIX : <file:///etc/> SELECT * FROM :passwd { ?s ?p ?o }",
    "SELECT * FROM <\\u0066ile:///etc/passwd> { ?s ?p ?o }",
    f"SELECT * FROM <{namespaces.ENTITY}a> FROM <file:///etc/passwd> {{ ?s ?p ?o }}",
    "SELECT * FROM unknown:passwd { ?s ?p ?o }",
]


@pytest.mark.parametrize("query", FILES)
def test_graphs_of_elsewhere_are_refused(query: str) -> None:
    assert "is refused" in outcome(query)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM <{namespaces.CLAIM}a/b> {{ ?s ?p ?o }}",
        "SELECT * FROM claim:a FROM NAMED source:x { ?s ?p ?o }",
        f"PREFIX c: <{namespaces.CLAIM}> SELECT * FROM NAMED c:a {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ],
)
def test_graphs_of_the_store_may_be_named(query: str) -> None:
    assert outcome(query) == ""


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <http://a> <http://b> <http://c> }", "DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "DROP DEFAULT",
        "CREATE GRAPH <http://a>", "COPY DEFAULT TO <http://a>", "MOVE DEFAULT TO <http://a>", "ADD DEFAULT TO <http://a>",
        "WITH <http://a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "insert data { <http://a> <http://b> 1 }",
        "SELECT * { ?s ?p ?o } ; INSERT DATA { <http://a> <http://b> 1 }", "# note\nDELETE DATA { <http://a> <http://b> 1 }",
    ],
)  # fmt: skip
def test_nothing_changes_the_store(update: str) -> None:
    before = len(TINY)
    assert outcome(update)
    assert len(TINY) == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE <x>' }",
        "# SERVICE in a comment\nSELECT * { ?s ?p ?o }",
        'SELECT * { ?s ?p """LOAD "SERVICE" { ( [""" }',
        "SELECT * { ?s <http://e/SERVICE> ?o }",
        "SELECT * { ?s ree:SERVICE ?o }",
        "SELECT ?load { ?load ree:insert ?from }",
        "SELECT * { ?s ?p ?o FILTER(?s<?o) }",
        "SELECT * { ?s ?p ?o FILTER(STRLEN(STR(?s)) < 5&&STRLEN(STR(?o))>3) }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*)<3)",
        "SELECT * { ?s ree:leads/ree:leads* ?o . ?s ^ree:leads|!rdf:type ?x }",
        "ASK { _:a ?p [] }",
    ],
)
def test_harmless_queries_pass(query: str) -> None:
    assert outcome(query) == ""


# ---- the guard itself ------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(
        ["SELECT", "*", "?a", "$b", " ", "\n", "{", "}", "(", ")", "[", "]", "<", ">", "<http://a?b#c>", "#", '"', "'", '"""',
         "'''", "\\", "\\u0053", "ERVICE", "SERVICE", "LOAD", "FROM", "NAMED", "PREFIX", "ex:", ":a", "a.b", ".", ",", ";", "@en",
         "^^", "1", "1.5e3", "-", "&&", "||", "!", "=", "%20", "稀", "\u00b7", "_:x", "BASE"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.one_of(st.text(), PIECES))
@example("SELECT * { ?s ?p ?o FILTER(?a<?b#>) }")
@example("")
@example("\ud800")
def test_any_text_passes_or_is_refused(query: str) -> None:
    try:
        safe = sparql.vet(query)
    except QueryError as error:
        reason = str(error)
    else:
        assert safe.count("\n") == query.count("\n"), "lines stay lines, so that the engine's line numbers hold"
        return
    assert reason
    assert "\n" not in reason


@given(PIECES.filter(lambda text: "<" not in text and ">" not in text))
def test_without_iris_the_text_is_unchanged(query: str) -> None:
    try:
        assert sparql.vet(query) == query
    except QueryError as error:
        assert str(error)  # noqa: PT017


def test_a_byte_order_mark_is_no_part_of_a_query() -> None:
    assert sparql.vet("\ufeffASK {}") == "ASK {}"
    assert sparql.vet("\ufeffASK {}\ufeff") == "ASK {}\ufeff"


def unescaped(text: str) -> str:
    import re

    return re.sub(r"\\U([0-9A-F]{8})", lambda m: chr(int(m[1], 16)), text)


@given(PIECES.filter(lambda text: "\\" not in text))
def test_only_the_signs_of_iris_are_written_otherwise(query: str) -> None:
    try:
        safe = sparql.vet(query)
    except QueryError:
        safe = query
    assert unescaped(safe) == query


@given(PIECES)
def test_whatever_passes_is_answered_or_refused_and_never_connects(query: str) -> None:
    assert isinstance(outcome(query), str)


SIZE = 200_000
RUNS = {
    "quotes": '"' * SIZE, "quotes and more": '"""' + '"" ' * (SIZE // 3), "apostrophes": "'" * SIZE,
    "open quotes": '"a' * (SIZE // 2), "backslashes": "\\" * SIZE, "quoted backslashes": '"' + "\\" * SIZE,
    "escaped quotes": '\\"""' * (SIZE // 4), "less-thans": "<" * SIZE, "open IRIs": "<a" * (SIZE // 2),
    "words": "a" * SIZE,
    "dotted words": "a." * (SIZE // 2), "a dotted run": "a." * 900 + "a" * SIZE, "hyphens": "a-" * (SIZE // 2),
    "colons": ":" * SIZE, "names": "a:b" * (SIZE // 3), "per cents": ":" + "%" * SIZE, "digits": "1" * SIZE,
    "tags": "@a-" * (SIZE // 3), "variables": "?a" * (SIZE // 2), "spaces": " " * SIZE, "comments": "#\n" * (SIZE // 2),
    "a comment": "#" * SIZE, "underlines": "_" * SIZE, "strings": '"" ' * (SIZE // 3), "unicode": "稀" * SIZE,
}  # fmt: skip


@pytest.mark.parametrize("run", RUNS)
def test_the_time_grows_with_the_length_and_no_faster(run: str) -> None:
    """What is quadratic takes minutes for 200,000 signs; what is linear a tenth of a second."""
    start = time.process_time()
    try:
        sparql.vet(RUNS[run])
    except QueryError as error:
        assert str(error)  # noqa: PT017
    assert time.process_time() - start < 2


def test_a_query_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(QueryError, match="1,048,577 characters"):
        sparql.vet(" " * (sparql.MAX_LENGTH + 1))


def test_what_is_as_deep_and_as_long_as_allowed_passes_and_one_more_does_not() -> None:
    for build, most, message in (
        (lambda n: "ASK " + "{" * n + "}" * n, sparql.MAX_DEPTH, "brackets are nested more than 64 deep"),
        (lambda n: "ASK { " + "a " * (n - 2) + "}", sparql.MAX_TOKENS, "more than 2,000 words and signs"),
    ):
        assert sparql.vet(build(most)) == build(most)
        with pytest.raises(QueryError, match=message):
            sparql.vet(build(most + 1))


DEADLY: dict[str, Callable[[int], str]] = {
    "braces": lambda n: "SELECT * " + "{" * n + "}" * n,
    "brackets": lambda n: "SELECT * { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "blank nodes": lambda n: "SELECT * { ?s ?p " + "[ ?p " * n + "1" + "]" * n + " }",
    "lists": lambda n: "SELECT * { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "OPTIONAL": lambda n: "SELECT * { " + "OPTIONAL { " * n + "}" * n + " }",
    "UNION": lambda n: "SELECT * { {}" + " UNION {}" * n + " }",
    "MINUS": lambda n: "SELECT * { ?s ?p ?o" + " MINUS { ?s ?p 1 }" * n + " }",
    "paths": lambda n: "SELECT * { ?s " + "(" * n + "ree:a" + ")*" * n + " ?o }",
    "a chain of paths": lambda n: "SELECT * { ?s ree:a" + "/ree:a" * n + " ?o }",
    "inverse paths": lambda n: "SELECT * { ?s " + "^" * n + "ree:a ?o }",
    "sums": lambda n: "SELECT (1" + "+1" * n + " AS ?x) {}",
    "ors": lambda n: "SELECT * { FILTER(true" + "||true" * n + ") }",
    "nots": lambda n: "SELECT * { FILTER(" + "!" * n + "true) }",
    "minus signs": lambda n: "SELECT (" + "- " * n + "1 AS ?x) {}",
    "triples": lambda n: "SELECT * { " + "?s ?p ?o . " * n + "}",
    "filters": lambda n: "SELECT * { " + "FILTER(true) " * n + "}",
    "functions": lambda n: "SELECT (" + "STR(" * n + "1" + ")" * n + " AS ?x) {}",
    "IF": lambda n: "SELECT (" + "IF(true,1," * n + "1" + ")" * n + " AS ?x) {}",
}


SLOW = ("a chain of paths", "triples")  # joins of 2,000 patterns take the engine minutes: what --timeout is for


@pytest.mark.parametrize("shape", DEADLY)
def test_what_kills_the_engine_is_refused(shape: str) -> None:
    with pytest.raises(QueryError, match=r"nested more than|words and signs"):
        sparql.vet(DEADLY[shape](20_000))


@pytest.mark.slow
def test_the_largest_of_each_that_passes_does_not_kill_the_process() -> None:
    """In a process of its own, whose stack is that of any Python: a segfault would be seen here."""
    queries = []
    for shape, build in DEADLY.items():
        low, high = 1, 60 if shape in SLOW else 20_000
        while high - low > 1:
            middle = (low + high) // 2
            try:
                sparql.vet(build(middle))
            except QueryError:
                high = middle
            else:
                low = middle
        queries.append(build(low))
    script = """
import json, sys
import pyoxigraph as ox
from rareearth.errors import NotAcceptableError, QueryError
from rareearth.store import sparql
for query in json.load(sys.stdin):
    try:
        answer = sparql.run(ox.Store(), query)
        if not isinstance(answer, sparql.Truth): next(iter(answer), None)
    except QueryError:
        pass
    print(".", end="", flush=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(queries), env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, len(done.stdout)) == (0, len(queries)), done.stderr[-500:]


def test_a_syntax_error_is_one_line_with_its_place() -> None:
    with pytest.raises(QueryError, match=r"^line 2, column \d+ of the query is not SPARQL 1\.1") as caught:
        sparql.run(TINY, "SELECT *\n{ ?s ?p }")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_prefix_that_is_not_declared_is_named_as_such() -> None:
    with pytest.raises(QueryError, match=r"^line 2 of the query: the prefix foo: is not declared$"):
        sparql.run(TINY, "SELECT *\n{ ?s foo:bar ?o }")


# ---- values are bound, never pasted ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "} UNION { ?s ?p ?o # \" ' \\",
        "x",
        "'",
        '"""',
        "\\",
        "?s",
        "> . ?a ?b ?c",
        "\n",
        "SERVICE <http://e>",
        "",
        "稀土",
    ],
)
def test_a_value_is_a_value_whatever_it_looks_like(text: str) -> None:
    answer = sparql.run(TINY, "SELECT ?s ?value { ?s ?p ?value }", {"value": ox.Literal(text)})
    found = list(sparql.rows(answer).plain())  # type: ignore[arg-type]
    expected = [{"s": "entity:c", "value": text}] if text.startswith("}") else []
    assert found == expected
    echo = sparql.run(TINY, "SELECT ?value ?n { BIND(STRLEN(?value) AS ?n) }", {"value": ox.Literal(text)})
    assert list(sparql.rows(echo).plain()) == [{"value": text, "n": len(text)}]  # type: ignore[arg-type]


def test_a_value_for_a_variable_that_is_not_selected_is_refused_with_what_to_do() -> None:
    with pytest.raises(QueryError, match=r"\?x is given a value, so the query must SELECT it"):
        sparql.run(TINY, "SELECT ?s { ?s ?p ?o }", {"x": ox.Literal("a")})


# ---- answers ---------------------------------------------------------------------------------------------


def test_known_prefixes_need_no_declaration_and_may_be_declared_otherwise() -> None:
    assert bool(sparql.run(TINY, "ASK { entity:a ree:leads entity:b }"))
    assert not bool(sparql.run(TINY, "PREFIX ree: <http://e/> ASK { entity:a ree:leads entity:b }"))


def test_cells_are_python_values() -> None:
    query = """SELECT ?a ?b ?c ?d ?e ?f ?g ?h { VALUES (?a ?b ?c ?d ?e ?f ?g ?h) {
        (7 1.5 1e3 true "t"@zh entity:x "many"^^xsd:integer UNDEF) } }"""
    [row] = sparql.rows(sparql.run(TINY, query)).plain()
    assert list(row.values()) == [7, 1.5, 1000.0, True, "t", "entity:x", "many", None]
    assert [type(v) for v in list(row.values())[:4]] == [int, float, float, bool]


def answer(query: str) -> sparql.Result:
    return sparql.run(TINY, query)


def test_a_table_in_each_of_its_formats() -> None:
    query = "SELECT ?s ?o { ?s ?p ?o FILTER(isIRI(?o)) }"
    a, b = namespaces.ENTITY + "a", namespaces.ENTITY + "b"
    assert answer(query).serialize("csv").decode().split() == ["s,o", f"{a},{b}"]
    assert answer(query).serialize("tsv").decode().split() == ["?s", "?o", f"<{a}>", f"<{b}>"]
    [row] = json.loads(answer(query).serialize("json"))["results"]["bindings"]
    assert row["o"] == {"type": "uri", "value": b}
    assert b"<uri>" + b.encode() + b"</uri>" in answer(query).serialize("xml")


@pytest.mark.parametrize(
    ("form", "name"), [("ttl", "TURTLE"), ("nt", "N_TRIPLES"), ("xml", "RDF_XML"), ("json", "JSON_LD")]
)
def test_a_graph_in_each_of_its_formats_reads_back_as_it_was(form: str, name: str) -> None:
    query = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
    written = answer(query).serialize(form)
    back = {str(q.triple) for q in ox.parse(written, format=getattr(ox.RdfFormat, name))}
    assert back == {str(q.triple) for q in TINY}


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "ttl"), ("SELECT * { ?s ?p ?o }", "nt"), ("ASK {}", "csv"), ("ASK {}", "tsv"),
        ("ASK {}", "ttl"), ("CONSTRUCT WHERE { ?s ?p ?o }", "csv"), ("CONSTRUCT WHERE { ?s ?p ?o }", "tsv"),
    ],
)  # fmt: skip
def test_a_format_that_cannot_hold_the_answer_is_refused_with_those_that_can(query: str, form: str) -> None:
    with pytest.raises(QueryError, match=f"cannot be written as {form}; expected one of "):
        answer(query).serialize(form)


def test_yes_and_no() -> None:
    assert json.loads(answer("ASK {}").serialize("json"))["boolean"] is True
    assert b"<boolean>false</boolean>" in answer("ASK { entity:nobody ?p ?o }").serialize("xml")


def test_a_constructed_graph_is_the_same_bytes_whatever_the_order_of_the_store() -> None:
    quads = list(TINY)
    other = ox.Store()
    for quad in random.Random(1).sample(quads, len(quads)):  # noqa: S311
        other.add(quad)
    query = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
    assert sparql.run(other, query).serialize("ttl") == answer(query).serialize("ttl")


# ---- every answer can be read again ------------------------------------------------------------------------

SIGNS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("\x00\x01\x08\t\n\x0b\r\x1f\x7f\x85\u2028\ufdd0\ufffd\ufffe\uffff\U0001ffff<&>\"'\\]{},; "),
)
TEXTS = st.text(SIGNS, max_size=12)
IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LOCAL = st.text(st.characters(categories=["L", "N"], include_characters="-._~:/#?=%"), max_size=8)
SPARQL_XML = "{http://www.w3.org/2005/sparql-results#}"


def literal(text: str) -> str:
    return '"' + "".join(f"\\U{ord(sign):08X}" for sign in text) + '"'


def as_xml(written: bytes) -> list[str]:
    cells = ElementTree.fromstring(written).iter(f"{SPARQL_XML}binding")  # noqa: S314 - written here
    return [str(cell[0].text or "") for cell in cells]


READERS = {
    "json": lambda body: [cell["value"] for row in json.loads(body)["results"]["bindings"] for cell in row.values()],
    "csv": lambda body: next(islice(csv.reader(io.StringIO(body.decode(), newline="")), 1, None)),
    "tsv": lambda body: [term.value for term in next(ox.parse_query_results(body, ox.QueryResultsFormat.TSV))],
    "xml": as_xml,
}


@given(TEXTS, TEXTS)
def test_a_table_in_any_form_has_the_texts_or_is_refused(one: str, other: str) -> None:
    query = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ ({literal(one)} {literal(other)}) }} }}"
    for form, read in READERS.items():
        impossible = form == "xml" and IMPOSSIBLE.search(one + other)
        if impossible:
            with pytest.raises(NotAcceptableError, match=r"U\+[0-9A-F]{4}, which XML cannot hold; ask for JSON, CSV"):
                answer(query).serialize(form)
        else:
            assert sorted(read(answer(query).serialize(form))) == sorted([one, other]), form


GRAPHS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "json": ox.RdfFormat.JSON_LD,
          "xml": ox.RdfFormat.RDF_XML, "trig": ox.RdfFormat.TRIG, "nq": ox.RdfFormat.N_QUADS}  # fmt: skip


@given(TEXTS, LOCAL)
@example("a\r\nb\tc ", "p")
@example("", "1")
@example("x", "")
@example("x", "a:b")
@example("x", "\U0001f600")
def test_a_graph_in_any_form_has_the_triples_or_is_refused(text: str, local: str) -> None:
    try:
        predicate = ox.NamedNode(f"http://e.example/{local}")
        query = f"CONSTRUCT {{ <http://e.example/s> {predicate} {literal(text)} }} {{}}"
        expected = {str(triple) for triple in sparql.triples(answer(query))}
    except (ValueError, QueryError):
        return  # it is no IRI
    for form, format_ in GRAPHS.items():
        written, why = b"", ""
        try:
            written = answer(query).serialize(form)
        except NotAcceptableError as error:
            why = str(error)
        if why:
            assert (form, "ask for Turtle, N-Triples or JSON-LD" in why) == ("xml", True)
            assert IMPOSSIBLE.search(text) or not re.search(r"[^\W\d][\w.-]*$", local) or not local.isascii()
            continue
        assert {str(quad.triple) for quad in ox.parse(written, format=format_)} == expected, form
        if form == "xml":
            [[element]] = ElementTree.fromstring(written)  # noqa: S314 - written here
            assert (element.text or "") == text
