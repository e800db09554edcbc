"""A store at an address, behind the SPARQL 1.1 protocol, as a :class:`backend.Backend`.

A build that was published (:mod:`publishing`) has its facts in a named graph, which every query names
(:mod:`scoping`), so the answers are the same whatever the store's default graph is. A store that has the quads of a
build as they are, such as ``rareearth serve``, is used too if its default graph has facts only.

Every query is sent as a SELECT or an ASK, and its answer is read as a whole before any of it is used: what was cut is
an error, never a short answer. If a store gives only so many rows at a time, the rest is asked for in pages, and the
number of rows is compared with a count.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox

from rareearth import characters, namespaces
from rareearth.errors import RemoteError, TooLargeError
from rareearth.store import scoping, sparql
from rareearth.store.backend import BlankNode, DefaultGraph, Graph, NamedNode, Quad, Result, Row, Rows, Term, Triple
from rareearth.store.client import MAX_ANSWER, TIMEOUT, Client, Credentials

if TYPE_CHECKING:
    from rareearth.store.scoping import Scoped

PUBLISHED = namespaces.BASE + "published"  # the graph that says which graph has the facts
FACTS = namespaces.BASE + "facts/"  # with the digest of a build: the graph of its facts
MAX_ROWS = 1_000_000  # of one answer, which is held in memory
PAGE = 10_000  # rows of a page, where a store does not say how many it gives
_JSON = "application/sparql-results+json"
_ROUND = 1000  # an answer of a multiple of so many rows may be one that was cut by the store
_XSD = namespaces.PREFIXES["xsd"]
_VERSIONS = f"""
SELECT ?facts ?quads ?sha256 {{ GRAPH <{PUBLISHED}> {{
  <{namespaces.DATASET}> dcterms:hasVersion ?facts . ?facts void:triples ?quads ; dcterms:identifier ?sha256 }} }}"""
# Not one statement of a claim that is no fact is in the default graph: then it has facts only.
_SEPARATE = """ASK { ?claim ree:status ?status ; ree:kind ?kind FILTER(?status != ree:held || ?kind != ree:fact)
  GRAPH ?claim { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"""
_HAS_FACTS = f"ASK {{ <{namespaces.DATASET}> ?property ?value }}"


class Version(NamedTuple):
    """A build that a store has: the graph of its facts (None: its default graph), its quads and their digest."""

    facts: str | None
    quads: int = 0
    sha256: str = ""


class Remote:
    """A store at an address (that of its SPARQL endpoint).

    ``timeout`` are the seconds for one answer. Credentials are those of the environment (see :mod:`client`). Nothing is
    sent before something is asked. ``version`` is found by the first query, and kept: who reads a store that is
    published anew meanwhile reads the build with which it began.
    """

    def __init__(
        self, url: str, *, timeout: float = TIMEOUT, max_rows: int = MAX_ROWS, max_answer: int = MAX_ANSWER
    ) -> None:
        """Raises RemoteError for what is not an address, or credentials that cannot be sent."""
        self.client = Client(url, Credentials.of_environment(), timeout, max_answer=max_answer)
        self.max_rows = max_rows

    def __repr__(self) -> str:
        return f"<Remote: {self.client.url}>"

    @functools.cached_property
    def version(self) -> Version:
        """The build that the store has. Raises RemoteError when it has none, or more than one."""
        found, url = self.versions(), self.client.url
        if len(found) > 1:
            raise RemoteError(f"{url}: the store says of {len(found)} builds that they count; publish again")
        if found:
            return found[0]
        if not self._truth(_HAS_FACTS):
            raise RemoteError(f"{url}: the store has no build of this graph; publish one to it")
        if not self._truth(_SEPARATE):
            raise RemoteError(f"{url}: its default graph has opinions among the facts; publish a build to it")
        return Version(None)

    def versions(self) -> list[Version]:
        """The builds of which the store says that they count: one, or none before the first is published."""
        rows = self._rows(scoping.scoped(_VERSIONS, None))
        return sorted(Version(facts.value, int(quads.value), sha256.value) for facts, quads, sha256 in rows)

    def at(self, version: Version) -> Remote:
        """The same store, of which another build is read, whether it counts or not."""
        other = Remote.__new__(Remote)
        other.client, other.max_rows, other.version = self.client, self.max_rows, version
        return other

    @functools.cached_property
    def server(self) -> str:
        """What the store says that it is, such as ``Virtuoso/07.20.3229 (Linux)``; "" if it does not."""
        self._truth("ASK {}")
        return self._server

    def query(
        self,
        query: str,
        values: Mapping[str, Term] | None = None,
        *,
        graphs: tuple[Sequence[str], Sequence[str]] = ((), ()),
        base: str | None = None,
    ) -> Result:
        """The answer to a query of any form; see :class:`backend.Backend`, also for the methods below.

        Raises RemoteError when the store gives no answer, TooLargeError for one of more than ``max_rows`` rows.
        """
        chosen = any(graphs)
        safe = sparql.vet(query, from_counts=not chosen)
        asked = scoping.scoped(safe, None if chosen else self.version.facts, values)
        if base:
            asked = replace(asked, prologue=f"BASE {NamedNode(base)} {asked.prologue}")
        fields = [("default-graph-uri", graph) for graph in graphs[0]]
        fields += [("named-graph-uri", graph) for graph in graphs[1]]
        if asked.form == "ASK":
            return sparql.Truth(_parsed(self._sent(asked.text, fields)))
        if asked.form == "SELECT":
            return Rows(_parsed(self._all(asked, fields)))
        return sparql.Triples(filled(asked, self._rows(asked, fields)))

    def select(self, query: str, values: Mapping[str, Term] | None = None) -> Rows:
        """The rows of a SELECT."""
        return sparql.rows(self.query(query, values))

    def ask(self, query: str, values: Mapping[str, Term] | None = None) -> bool:
        """The answer of an ASK."""
        return sparql.truth(self.query(query, values))

    def construct(self, query: str, values: Mapping[str, Term] | None = None) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE."""
        return sparql.triples(self.query(query, values))

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,  # noqa: A002 - as the protocol has it
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match a pattern."""
        if any(isinstance(term, BlankNode) for term in (subject, object, graph)):
            return  # a store names them anew in each answer
        given = {"s": subject, "p": predicate, "o": object, "g": graph}
        s, p, o, g = (f"?{name}" if term is None else str(term) for name, term in given.items())
        columns = " ".join(f"?{name}" for name, term in given.items() if term is None and name != "g") or "(1 AS ?one_)"
        if not isinstance(graph, NamedNode):
            for row in self.select(f"SELECT {columns} {{ {s} {p} {o} }}"):
                s_, p_, o_ = (_term(given, row, name) for name in "spo")
                yield Quad(s_, p_, o_, DefaultGraph())
        if not isinstance(graph, DefaultGraph):
            columns = columns if graph else f"{columns} ?g"
            for row in self.select(f"SELECT {columns} {{ GRAPH {g} {{ {s} {p} {o} }} }}"):
                s_, p_, o_, g_ = (_term(given, row, name) for name in "spog")
                yield Quad(s_, p_, o_, g_)

    def _truth(self, query: str) -> bool:
        return bool(_parsed(self._sent(scoping.scoped(query, None).text)))

    def _rows(self, asked: Scoped, fields: Sequence[tuple[str, str]] = ()) -> Iterator[Any]:
        return iter(_parsed(self._all(asked, fields)))

    def _all(self, asked: Scoped, fields: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        """The whole answer to a SELECT, in pages if the store gives only so many rows at a time."""
        first = self._sent(asked.text, fields)
        rows, columns = first["results"]["bindings"], first["head"]["vars"]
        self._check_rows(len(rows))
        if not rows or len(rows) % _ROUND or not columns:
            return first
        count = int(self._sent(asked.count(), fields)["results"]["bindings"][0]["rows_"]["value"])
        self._check_rows(count)
        if count == len(rows):
            return first
        size = len(rows)
        found: list[dict[str, Any]] = []
        while len(found) < count:
            page = self._sent(asked.page(len(found), size, columns), fields)["results"]["bindings"]
            if not page:
                break
            found += page
        if len(found) != count:
            raise RemoteError(
                f"{self.client.url}: gave {len(found):,} rows of {count:,}; it changed meanwhile: try again"
            )
        return {**first, "results": {"bindings": found}}

    def _check_rows(self, count: int) -> None:
        if count > self.max_rows:
            raise TooLargeError(
                f"{self.client.url}: the answer has more than {self.max_rows:,} rows; add LIMIT, and ask for the rest "
                "with OFFSET"
            )

    def _sent(self, text: str, fields: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        """The answer to a query, as the JSON of SPARQL results."""
        body = urlencode([("query", text), *fields]).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": _JSON}
        reply = self.client.send(body, headers)
        self._server = reply.headers.get("server", "")
        media = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in (_JSON, "application/json"):
            raise RemoteError(
                f"{self.client.url}: answers as {characters.shown(media) or 'no media type'}; expected {_JSON}: "
                "check that this is the address of a SPARQL endpoint"
            )
        try:
            answer = json.loads(reply.body)
            ends = "boolean" in answer or isinstance(answer["results"]["bindings"], list)
        except (ValueError, LookupError, TypeError, RecursionError):
            ends = False
        if not ends:
            raise RemoteError(f"{self.client.url}: the answer is cut, or is not {_JSON}; try again")
        return answer  # type: ignore[no-any-return]


def _parsed(answer: dict[str, Any]) -> Any:
    """An answer as the engine's own rows or truth, with the terms in the form that the embedded store has."""
    try:
        for row in answer.get("results", {}).get("bindings", ()):
            for term in row.values():
                _unify(term)
        return ox.parse_query_results(json.dumps(answer), format=ox.QueryResultsFormat.JSON)
    except (ValueError, SyntaxError, LookupError, TypeError, AttributeError) as error:
        raise RemoteError(f"the answer of the store cannot be read ({sparql.one_line(error)})") from error


def _unify(term: dict[str, str]) -> None:
    """Give a term the form that the embedded store has."""
    if term["type"] == "typed-literal":
        term["type"] = "literal"
    if term["type"] not in ("uri", "literal", "bnode"):
        raise ValueError(f"found a term of the type '{characters.shown(str(term['type']))}'")
    if change := _CANONICAL.get(term.get("datatype", "").removeprefix(_XSD)):
        term["value"] = change(term["value"])
    if "xml:lang" in term:
        term["xml:lang"] = term["xml:lang"].lower()


def _term(given: Mapping[str, Any], row: Row, name: str) -> Any:
    return row[name] if given[name] is None else given[name]


def _decimal(text: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]+\.[0-9]*", text):
        return text
    return text.rstrip("0").rstrip(".")


def _boolean(text: str) -> str:
    return {"1": "true", "0": "false"}.get(text, text)


# What stores write in several forms, by the name of the datatype in XML Schema.
_CANONICAL: dict[str, Callable[[str], str]] = {"boolean": _boolean, "decimal": _decimal}


def filled(asked: Scoped, rows: Iterable[Any]) -> Iterator[Triple]:
    """The triples of a template for each row; what is no triple, as something is unbound or a literal, is left out."""
    pattern = [*ox.parse(f"{asked.prologue}{asked.template} .".replace("..", "."), format=ox.RdfFormat.TURTLE)]
    for number, row in enumerate(rows):
        for quad in pattern:
            terms = [_in_place(term, row, number) for term in (quad.subject, quad.predicate, quad.object)]
            subject, predicate, object_ = terms
            if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode) and object_ is not None:
                yield Triple(subject, predicate, object_)


def _in_place(term: Any, row: Any, number: int) -> Any:
    """A term of a template with the value of its variable in a row."""
    if isinstance(term, BlankNode):
        return BlankNode(f"{term.value}x{number}")
    if isinstance(term, NamedNode) and term.value.startswith(scoping.VARIABLE):
        return row[term.value.removeprefix(scoping.VARIABLE)]
    return term
