"""SPARQL 1.1 queries on the store: guarded, with parameters bound as values, answered as standard formats or rows.

A query is looked over before the engine sees it. Refused are SERVICE (the engine would open a connection, and has no
switch against it), updates, FROM with anything else than a graph of this project, and shapes that are known to kill
the process: deep nesting and very long chains of operators.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import namespaces
from rareearth.errors import RareEarthError

if TYPE_CHECKING:
    import pyoxigraph as ox
    from typing_extensions import Buffer

    Result: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

Cell: TypeAlias = str | int | float | bool | None

LONGEST = 1 << 20  # bytes of a query
DEEPEST = 64  # brackets inside each other; the engine's parser dies at some hundreds
MOST = 2000  # words and signs outside strings, IRIs and variables; chains of 10,000 kill the engine
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<iri><[^\x00-\x20<>"{}|^`]*>)
    |(?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<run>[^\W\d_][\w.\-]*)
    |(?P<prefixed>:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:[\w.\-:]|%[0-9A-Fa-f]{2}|\\.)*)?)
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<word>[^\W\d]\w*)
    |(?P<number>\d+)
    |(?P<open>[({\[])
    |(?P<close>[)}\]])
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"(?P<word>[^\W\d]\w*)|(?P<number>\d+)|(?P<sign>.)")
_SIGN = re.compile(r"[^\w:/.\-~%\\]", re.ASCII)
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_FORMATS = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
_RDF_FORMATS = {"ttl": "TURTLE", "nt": "N_TRIPLES", "xml": "RDF_XML", "json": "JSON_LD"}


class QueryError(RareEarthError):
    """A query that is refused, is not SPARQL, or whose answer does not fit the format asked for."""


class TooLargeError(QueryError):
    """An answer of more bytes than it may have."""


class _Bounded(io.BytesIO):
    """Bytes that are written up to a limit."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Buffer, /) -> int:
        if self._most is not None and self.tell() + memoryview(data).nbytes > self._most:
            raise TooLargeError(f"the answer has more than {self._most:,} bytes; add LIMIT")
        return super().write(data)


@functools.lru_cache(maxsize=256)
def guarded(query: str, *, from_counts: bool = True) -> str:
    """The query as it may be given to the engine. Linear in its length; lines stay lines.

    What the engine reads must be what was looked at, so the signs inside an IRI are written as escapes: the engine
    would else read ``?a<?b#>`` as a comparison and a comment, and what follows as something that was not looked at.

    Raises QueryError for a query that would leave the store, change it, or kill the process.
    """
    if len(query) > LONGEST:
        raise QueryError(f"the query has {len(query):,} characters; at most {LONGEST:,} are read")
    depth = count = 0
    form = ""
    prefixes: dict[str, str] = {}
    before = [("", ""), ("", "")]
    safe = []
    for kind, token in _tokens(query):
        safe.append(_escaped(token) if kind == "iri" else token)
        if kind == "space":
            continue
        word = token.upper() if kind in ("word", "prefixed") else ""
        if "SERVICE" in word.partition(":")[0]:
            raise QueryError("SERVICE is refused: nothing that runs here opens a connection")
        if word in _UPDATES and not form:
            raise QueryError(
                f"{word} is refused: the graph is made from data/ by `rareearth build`, and only read here"
            )
        form = form or (word if word in _FORMS else "")
        if kind == "iri" and before[0][1].upper() == "PREFIX":
            prefixes[before[1][1].removesuffix(":")] = token[1:-1]
        if from_counts and kind in ("iri", "prefixed") and _names_graph(before):
            _check_graph(token, kind, prefixes)
        depth += (kind == "open") - (kind == "close")
        count += kind in ("word", "sign", "open")
        if depth > DEEPEST:
            raise QueryError(f"brackets are nested more than {DEEPEST} deep")
        if count > MOST:
            raise QueryError(f"the query has more than {MOST:,} words and signs")
        before = [before[1], (kind, token)]
    return "".join(safe)


def run(
    store: ox.Store,
    query: str,
    values: Mapping[str, ox.NamedNode | ox.Literal] | None = None,
    graphs: tuple[Sequence[str], Sequence[str]] = ((), ()),
    base: str | None = None,
) -> Result:
    """The engine's answer to a query; ``values`` are bound to the variables of these names, never pasted.

    ``graphs`` are the IRIs of the default graphs and of the named graphs where a request gives them, in place of those
    of the query (the protocol's default-graph-uri and named-graph-uri); FROM is then not read, and may say anything.
    ``base`` is what relative IRIs are relative to. Prefixes of :data:`iris.PREFIXES` need not be declared. Raises
    QueryError.
    """
    import pyoxigraph as ox

    safe = guarded(query, from_counts=not any(graphs))
    try:
        return store.query(
            safe,
            base_iri=base,
            prefixes=namespaces.PREFIXES,
            default_graph=_nodes(graphs[0]) if any(graphs) else None,
            named_graphs=_nodes(graphs[1]) if any(graphs) else None,
            substitutions={ox.Variable(name): term for name, term in (values or {}).items()},
        )
    except SyntaxError as error:
        raise QueryError(_located(str(error))) from error
    except (OSError, ValueError, RuntimeError) as error:
        if unselected := re.search(r"does not contains variable (\?\w+)", str(error)):
            raise QueryError(f"{unselected[1]} is given a value, so the query must SELECT it") from error
        raise QueryError(f"the query failed: {' '.join(str(error).split())}") from error


def select(
    store: ox.Store, query: str, values: Mapping[str, ox.NamedNode | ox.Literal] | None = None
) -> ox.QuerySolutions:
    """The solutions of a SELECT, asked as by :func:`run`. Raises QueryError, also for a query of another form."""
    import pyoxigraph as ox

    result = run(store, query, values)
    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("rows come from a SELECT")
    return result


def kind(result: Result) -> str:
    """Of what kind an answer is: ``table`` (SELECT), ``boolean`` (ASK) or ``graph`` (CONSTRUCT, DESCRIBE)."""
    import pyoxigraph as ox

    return {ox.QuerySolutions: "table", ox.QueryBoolean: "boolean"}.get(type(result), "graph")


def serialize(result: Result, form: str, largest: int | None = None) -> bytes:
    """An answer in a standard format: csv, tsv, json, xml for SELECT and ASK; ttl, nt, xml, json for graphs.

    Raises QueryError where the format cannot hold that answer, and TooLargeError past so many bytes.
    """
    import pyoxigraph as ox

    if isinstance(result, ox.QueryTriples):
        if form not in _RDF_FORMATS:
            raise QueryError(f"a graph is not written as {form}; wanted one of {', '.join(_RDF_FORMATS)}")
        triples = sorted(set(result), key=str)
        used = {p: iri for p, iri in namespaces.PREFIXES.items() if any(iri in str(t) for t in triples)}
        output = _Bounded(largest)
        ox.serialize(triples, output, format=getattr(ox.RdfFormat, _RDF_FORMATS[form]), prefixes=used)
        return output.getvalue()
    if form not in _FORMATS or (isinstance(result, ox.QueryBoolean) and form in ("csv", "tsv")):
        wanted = "json, xml" if isinstance(result, ox.QueryBoolean) else ", ".join(_FORMATS)
        what = "a yes or no" if isinstance(result, ox.QueryBoolean) else "a table"
        raise QueryError(f"{what} is not written as {form}; wanted one of {wanted}")
    output = _Bounded(largest)
    result.serialize(output, format=getattr(ox.QueryResultsFormat, _FORMATS[form]))
    return output.getvalue()


def rows(result: ox.QuerySolutions) -> Iterator[dict[str, Cell]]:
    """The solutions as dictionaries of Python values: IRIs as ``prefix:name``, numbers as numbers, unbound as None."""
    names = [variable.value for variable in result.variables]
    for solution in result:
        yield {name: cell(solution[name]) for name in names}


def cell(term: object) -> Cell:
    """An RDF term as a plain Python value."""
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return namespaces.compact(term.value)
    if not isinstance(term, ox.Literal):
        return None if term is None else str(term)
    try:
        match namespaces.compact(term.datatype.value):
            case "xsd:integer":
                return int(term.value)
            case "xsd:decimal" | "xsd:double" | "xsd:float":
                return float(term.value)
            case "xsd:boolean":
                return term.value == "true"
    except ValueError:  # a query may well say "many"^^xsd:integer
        pass
    return term.value


def _nodes(graphs: Sequence[str]) -> list[Any]:
    import pyoxigraph as ox

    return [ox.NamedNode(graph) for graph in graphs]


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:  # cannot be: the last alternative takes any character
            raise QueryError(f"the query cannot be read at character {position}")
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "sign" and match[0] in "\"'":
            line = query.count("\n", 0, match.start()) + 1
            raise QueryError(f"line {line} of the query: a string starts and does not end")
        if kind != "run":
            yield kind, match[0]
        elif query.startswith(":", position):  # the prefix of a name; a run is read once, so this stays linear
            name = _TOKEN.match(query, position)
            position = name.end() if name else position
            yield "prefixed", query[match.start() : position]
        else:
            yield from ((part.lastgroup or "", part[0]) for part in _PART.finditer(match[0]))


def _escaped(token: str) -> str:
    return "<" + _SIGN.sub(lambda m: f"\\U{ord(m[0]):08X}", token[1:-1]) + ">"


def _names_graph(before: list[tuple[str, str]]) -> bool:
    """Whether the last tokens are FROM or FROM NAMED."""
    words = [token.upper() for kind, token in before if kind == "word"]
    return words[-1:] == ["FROM"] or words[-2:] == ["FROM", "NAMED"]


def _check_graph(token: str, kind: str, prefixes: Mapping[str, str]) -> None:
    if kind == "iri":
        graph = token[1:-1]
    else:
        prefix, _, name = token.partition(":")
        graph = prefixes.get(prefix, namespaces.PREFIXES.get(prefix, "")) + name
    if not graph.startswith(namespaces.BASE):
        raise QueryError(f"FROM {token} is refused: only graphs of this store ({namespaces.BASE}…) can be read")


def _located(message: str) -> str:
    """The engine's syntax error in a line, without its lists of characters."""
    match = re.match(r"error at (\d+):(\d+): (.*)", " ".join(message.split()))
    if match is None:
        return f"the query is not SPARQL 1.1: {' '.join(message.split())}"
    expected = match[3] if len(match[3]) < 80 else match[3][:60].rpartition(",")[0] + " …"
    return f"line {match[1]}, column {match[2]} of the query is not SPARQL 1.1: {expected}"
