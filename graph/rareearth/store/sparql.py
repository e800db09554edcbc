"""SPARQL 1.1 queries: vetted, with parameters bound as values, and answered as rows or in standard formats.

A query is vetted before the engine parses it. Refused are SERVICE (the engine would open a connection, and has no
switch to prevent it), updates, FROM with anything but a graph of this project, and forms that are known to kill the
process: deep nesting and very long chains of operators.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias, overload

import pyoxigraph as ox

from rareearth import characters, namespaces
from rareearth.errors import NoBuildError, QueryError, RareEarthError, suggest
from rareearth.store import rdf
from rareearth.store.bounded import Output, check_bytes, check_rows

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Cell: TypeAlias = str | int | float | bool | None

MAX_LENGTH = 1 << 20  # characters of a query
MAX_DEPTH = 64  # of nested brackets; the engine's parser overflows its stack at a few hundred
MAX_TOKENS = 2000  # words and signs outside strings, IRIs and variables; chains of 10,000 overflow the stack
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
_INTEGERS = {
    f"xsd:{name}"
    for name in (
        "integer", "long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
        "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
    )
}  # fmt: skip
_PYTHON: dict[str, Callable[[str], Cell]] = {
    **dict.fromkeys(_INTEGERS, int),
    **dict.fromkeys(("xsd:decimal", "xsd:double", "xsd:float"), float),
    "xsd:boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
}
_KEPT = 10_000  # characters of a query whose vetted form is kept: longer ones would fill the memory
_SHORTENED = 8  # times that a triple may be longer as N-Triples than in a form with prefixes
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")

_SCARCE = {
    "file descriptors": "raise the limit of open files (ulimit -n)",
    "Too many open files": "raise the limit of open files (ulimit -n)",
    "Cannot allocate memory": "raise the limit of memory (ulimit -v)",
    "Permission denied": "give yourself the right to read it",
}


def vet(query: str, *, from_counts: bool = True) -> str:
    """The query in the form in which it may be given to the engine; takes time linear in its length.

    The engine must parse the same tokens that were vetted, so the signs inside an IRI are escaped: otherwise the engine
    would parse ``?a<?b#>`` as a comparison and a comment, and what follows would not have been vetted. Line numbers
    stay the same. With ``from_counts`` false, FROM may name any graph, because the request overrides it.

    Raises QueryError for a query that would reach outside the store, change it, or kill the process.
    """
    return (_vetted if len(query) <= _KEPT else _vetted.__wrapped__)(query, from_counts)


@functools.lru_cache(maxsize=256)
def _vetted(query: str, from_counts: bool) -> str:
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query has {len(query):,} characters; at most {MAX_LENGTH:,} are read")
    query = characters.without_mark(query)
    depth = count = 0
    form = ""
    prefixes: dict[str, str] = {}
    previous = [("", ""), ("", "")]
    safe = []
    for kind, token in tokens(query):
        safe.append(_escaped(token) if kind == "iri" else token)
        if kind == "space":
            continue
        word = token.upper() if kind in ("word", "prefixed") else ""
        if "SERVICE" in word.partition(":")[0]:
            raise QueryError("SERVICE is refused: a query may not open a connection")
        if word in _UPDATES and not form:
            raise QueryError(f"{word} is refused: the graph is read-only; change the files in data/ and build again")
        form = form or (word if word in _FORMS else "")
        if kind == "iri" and previous[0][1].upper() == "PREFIX":
            prefixes[previous[1][1].removesuffix(":")] = token[1:-1]
        if from_counts and kind in ("iri", "prefixed") and _names_graph(previous):
            _check_graph(token, kind, prefixes)
        depth += (kind == "open") - (kind == "close")
        count += kind in ("word", "sign", "open")
        if depth > MAX_DEPTH:
            raise QueryError(f"brackets are nested more than {MAX_DEPTH} deep")
        if count > MAX_TOKENS:
            raise QueryError(f"the query has more than {MAX_TOKENS:,} words and signs")
        previous = [previous[1], (kind, token)]
    return "".join(safe)


class Row(Protocol):
    """A row of a table: a term by the name or the number of its column, None where it is unbound."""

    def __getitem__(self, column: str | int) -> Any:
        """The term of a column."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The terms in the order of the columns."""
        ...


class Rows:
    """The answer of a SELECT: rows of terms, read once."""

    kind: ClassVar[str] = "table"

    def __init__(self, solutions: ox.QuerySolutions) -> None:
        self._solutions = solutions
        self.columns = [variable.value for variable in solutions.variables]

    def __iter__(self) -> Iterator[Row]:
        with engine_errors():
            yield from self._solutions

    @overload
    def plain(self) -> Iterator[dict[str, Cell]]: ...

    @overload
    def plain(self, *, exact: bool) -> Iterator[dict[str, Cell | Decimal]]: ...

    def plain(self, *, exact: bool = False) -> Iterator[dict[str, Cell]] | Iterator[dict[str, Cell | Decimal]]:
        """The rows as dictionaries of Python values: IRIs as ``prefix:name``, numbers as numbers, unbound as None.

        With ``exact``, an xsd:decimal is a Decimal and not the nearest float.
        """
        for solution in self:
            yield {name: cell(solution[name], exact=exact) for name in self.columns}

    def serialize(self, form: str, limit: int | None = None, max_rows: int | None = None) -> bytes:
        """The table as csv, tsv, json or xml (the formats of SPARQL 1.1).

        Raises QueryError for another form, TooLargeError when there are more than ``limit`` bytes or ``max_rows`` rows
        (it stops there, and reads no further rows), and NotAcceptableError when the form cannot hold the result.
        """
        output = Output(_known(form, ("csv", "tsv", "json", "xml"), "a table"), limit, max_rows)
        return _serialized(self._solutions, form, output)


class Truth:
    """The answer of an ASK."""

    kind: ClassVar[str] = "boolean"

    def __init__(self, answer: ox.QueryBoolean) -> None:
        self._answer = answer

    def __bool__(self) -> bool:
        return bool(self._answer)

    def serialize(self, form: str, limit: int | None = None, max_rows: int | None = None) -> bytes:  # noqa: ARG002
        """The answer as json or xml. Raises QueryError and TooLargeError, as for a table."""
        return _serialized(self._answer, _known(form, ("json", "xml"), "a yes or no"), Output(max_bytes=limit))


class Triples:
    """The answer of a CONSTRUCT or DESCRIBE: triples, read once; one may come twice."""

    kind: ClassVar[str] = "graph"

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._triples = triples

    def __iter__(self) -> Iterator[ox.Triple]:
        with engine_errors():
            yield from self._triples

    def serialize(self, form: str, limit: int | None = None, max_rows: int | None = None) -> bytes:
        """The graph as ttl, nt, xml, json (JSON-LD), trig or nq, sorted.

        Raises as for a table; a triple counts as a row, however often it comes.
        """
        output, known = Output(max_bytes=limit), _known(form, ("ttl", "nt", "xml", "json", "trig", "nq"), "a graph")
        rdf.write(_distinct(self, max_rows, limit), known, output)
        return rdf.checked(output.getvalue(), known)


Result: TypeAlias = Rows | Truth | Triples


def run(
    engine: ox.Store,
    query: str,
    values: Mapping[str, Term] | None = None,
    graphs: tuple[Sequence[str], Sequence[str]] = ((), ()),
    base: str | None = None,
) -> Result:
    """The engine's answer to a query, vetted first; parameters as in :meth:`backend.Backend.query`.

    Where ``graphs`` are given, FROM is not read and may say anything. Raises QueryError.
    """
    safe = vet(query, from_counts=not any(graphs))
    try:
        answer = engine.query(
            safe,
            base_iri=base,
            prefixes=namespaces.PREFIXES,
            default_graph=_nodes(graphs[0]) if any(graphs) else None,
            named_graphs=_nodes(graphs[1]) if any(graphs) else None,
            substitutions={ox.Variable(name): term for name, term in (values or {}).items()},
        )
    except SyntaxError as error:
        raise QueryError(_located(str(error), query)) from error
    except (OSError, ValueError, RuntimeError) as error:
        if unselected := re.search(r"does not contains variable (\?\w+)", str(error)):
            raise QueryError(f"{unselected[1]} is given a value, so the query must SELECT it") from error
        raise _engine_error(error) from error
    if isinstance(answer, ox.QuerySolutions):
        return Rows(answer)
    return Truth(answer) if isinstance(answer, ox.QueryBoolean) else Triples(answer)


@contextlib.contextmanager
def engine_errors() -> Iterator[None]:
    """Raise what the engine raises while it answers as a QueryError, or as a NoBuildError if the store is damaged."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, SyntaxError) as error:  # the last for terms of another store's answer
        raise _engine_error(error) from error


def one_line(error: BaseException) -> str:
    """The message of one of the engine's errors, which may have several lines."""
    return " ".join(str(error).split())


def rows(result: Result) -> Rows:
    """The rows of an answer. Raises QueryError when it is not that of a SELECT."""
    if not isinstance(result, Rows):
        raise QueryError(f"the query gives a {result.kind}; expected a SELECT, which gives rows")
    return result


def truth(result: Result) -> bool:
    """The yes or no of an answer. Raises QueryError when it is not that of an ASK."""
    if not isinstance(result, Truth):
        raise QueryError(f"the query gives a {result.kind}; expected an ASK, which gives yes or no")
    return bool(result)


def triples(result: Result) -> Iterator[ox.Triple]:
    """The triples of an answer. Raises QueryError when it is not that of a CONSTRUCT or DESCRIBE."""
    if not isinstance(result, Triples):
        raise QueryError(f"the query gives a {result.kind}; expected a CONSTRUCT or DESCRIBE, which give triples")
    return iter(result)


@overload
def cell(term: object) -> Cell: ...


@overload
def cell(term: object, *, exact: bool) -> Cell | Decimal: ...


def cell(term: object, *, exact: bool = False) -> Cell | Decimal:
    """An RDF term as a plain Python value; with ``exact``, an xsd:decimal as a Decimal."""
    if isinstance(term, ox.NamedNode):
        return namespaces.compact(term.value)
    if not isinstance(term, ox.Literal):
        return None if term is None else str(term)
    datatype = namespaces.compact(term.datatype.value)
    known = Decimal if exact and datatype == "xsd:decimal" else _PYTHON.get(datatype, str)
    try:
        return known(term.value)
    except (ValueError, KeyError, InvalidOperation):  # a query can contain "many"^^xsd:integer
        return term.value


def unreadable(what: str, reason: str, folder: Path | None = None) -> NoBuildError:
    """The error for a store that cannot be read, with what to do about it; ``what`` names the store."""
    scarce = next((limit for sign, limit in _SCARCE.items() if sign in reason), None)
    return NoBuildError(f"{what} cannot be read ({reason}); {scarce or 'build again'}", folder)


def _engine_error(error: Exception) -> RareEarthError:
    """An error of the engine as one of ours: a RuntimeError is damage to the files of the store."""
    reason = one_line(error)
    if isinstance(error, RuntimeError):
        return unreadable("the store", reason)
    return QueryError(f"the query failed: {reason}")


def _known(form: str, forms: tuple[str, ...], what: str) -> str:
    if form not in forms:
        raise QueryError(f"{what} cannot be written as {form}; expected one of {', '.join(forms)}")
    return form


def _serialized(answer: ox.QuerySolutions | ox.QueryBoolean, form: str, output: Output) -> bytes:
    with engine_errors():
        answer.serialize(output, format=getattr(ox.QueryResultsFormat, form.upper()))
    return rdf.xml(output.getvalue(), "JSON, CSV or TSV") if form == "xml" else output.getvalue()


def _distinct(triples: Iterable[ox.Triple], most: int | None, limit: int | None) -> list[ox.Triple]:
    """Triples, each once and sorted. Raises TooLargeError when there are more, or they are too long to be written."""
    if most is None and limit is None:
        return sorted(set(triples), key=str)
    found: dict[ox.Triple, str] = {}
    size = 0
    for triple in triples:
        if triple not in found:
            found[triple] = str(triple)
            size += len(found[triple])
            check_rows(len(found), most, "triples")
            check_bytes(size // _SHORTENED, limit)
    return sorted(found, key=found.__getitem__)


def _nodes(graphs: Sequence[str]) -> list[Any]:
    return [ox.NamedNode(graph) for graph in graphs]


def tokens(query: str) -> Iterator[tuple[str, str]]:
    """The tokens of a query, each with its kind (a group of the pattern above, but ``run``). Raises QueryError."""
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:  # impossible: the last alternative matches any character
            raise QueryError(f"the query cannot be read at character {position}")
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "sign" and match[0] in "\"'":
            line = query.count("\n", 0, match.start()) + 1
            raise QueryError(f"line {line} of the query: a string is not closed")
        if kind != "run":
            yield kind, match[0]
        elif query.startswith(":", position):  # the prefix of a name; a run is scanned once: linear
            name = _TOKEN.match(query, position)
            position = name.end() if name else position
            yield "prefixed", query[match.start() : position]
        else:
            yield from ((part.lastgroup or "", part[0]) for part in _PART.finditer(match[0]))


def _escaped(token: str) -> str:
    return "<" + _SIGN.sub(lambda m: f"\\U{ord(m[0]):08X}", token[1:-1]) + ">"


def _names_graph(previous: list[tuple[str, str]]) -> bool:
    """Whether the last tokens are FROM or FROM NAMED."""
    words = [token.upper() for kind, token in previous if kind == "word"]
    return words[-1:] == ["FROM"] or words[-2:] == ["FROM", "NAMED"]


def _check_graph(token: str, kind: str, prefixes: Mapping[str, str]) -> None:
    if kind == "iri":
        graph = token[1:-1]
    else:
        prefix, _, name = token.partition(":")
        graph = prefixes.get(prefix, namespaces.PREFIXES.get(prefix, "")) + name
    if not graph.startswith(namespaces.BASE):
        raise QueryError(f"FROM {token} is refused: only graphs of this store ({namespaces.BASE}…) can be read")


def _located(message: str, query: str) -> str:
    """The engine's syntax error in a line, without its lists of characters."""
    match = re.match(r"error at (\d+):(\d+): (.*)", " ".join(message.split()))
    if match is None:
        return f"the query is not SPARQL 1.1: {' '.join(message.split())}"
    if "Prefix not found" in match[3]:
        names = {token.partition(":")[0] for kind, token in tokens(query) if kind == "prefixed"}
        unknown = sorted(names - namespaces.PREFIXES.keys() - set(re.findall(r"(?i)\bPREFIX\s+([\w.-]*)\s*:", query)))
        prefix = f"the prefix {unknown[0]}:" if unknown else f"the prefix of the name before column {match[2]}"
        hint = suggest(unknown[0], namespaces.PREFIXES, key=str) if unknown else ""
        return f"line {match[1]} of the query: {prefix} is not declared{hint}"
    expected = match[3] if len(match[3]) < 80 else match[3][:60].rpartition(",")[0] + " …"
    return f"line {match[1]}, column {match[2]} of the query is not SPARQL 1.1: {expected}"
