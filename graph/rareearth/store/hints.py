"""Hints about a query: the relations, classes and entities that it names and the graph does not have.

Such a query is right as SPARQL and finds nothing, which looks like an answer. The names are found in the tokens first,
which is quick; only where one is unknown is the query parsed, by rdflib, to see what it is used as. What a query
declares itself (VALUES, BIND, the template of a CONSTRUCT), functions and datatypes are no names of the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from rareearth import namespaces
from rareearth.errors import QueryError, suggest
from rareearth.store import sparql
from rareearth.store.backend import DefaultGraph, NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

MAX_HINTS = 5
_TYPE = NamedNode(namespaces.PREFIXES["rdf"] + "type")
_LOCAL = re.compile(r"[^/#]*$")
_DECLARED = {
    "relation": ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property"),
    "class": ("owl:Class", "rdfs:Class"),
}
_PATTERNS = {
    "relation": "SELECT DISTINCT ?t { { ?s ?t ?o } UNION { VALUES ?kind { %s } ?t a ?kind } }",
    "class": "SELECT DISTINCT ?t { { ?s a ?t } UNION { VALUES ?kind { %s } ?t a ?kind } }",
}
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")
_THINGS = "SELECT DISTINCT ?t {{ ?t ?p ?o FILTER(STRSTARTS(STR(?t), '{}')) }}"


class QueryWarning(UserWarning):
    """A warning: a query names a relation, a class or an entity that the graph does not have."""


def hints(store: Backend, query: str) -> list[str]:
    """A line for each name in a query that the graph does not have, with the closest names; at most :data:`MAX_HINTS`.

    A query that is not SPARQL 1.1, or is too deep to be parsed, has no hints.
    """
    names = _Names(store)
    try:
        sparql.vet(query, from_counts=False)  # it would be refused anyway, as too deep or too long
        prefixes, tokens = _tokens(query)
    except QueryError:
        return []
    if not any(names.is_odd(iri, before) for iri, before in tokens):
        return []
    used = _parsed(query)
    if used is None:
        return []
    found, wrong = [], _wrong_prefixes(prefixes)
    for iri, use in used.named:
        if iri in used.declared or names.has(iri, use):
            continue
        prefix = next((prefix for prefix, base in wrong.items() if iri.startswith(base)), None)
        found.append(names.hint(iri, use) if prefix is None else _prefix_hint(prefix, wrong[prefix]))
    return list(dict.fromkeys(found))[:MAX_HINTS]


def names(query: str) -> list[str]:
    """The IRIs that a query names, each once and in its order; [] for a query that cannot be read.

    >>> names("SELECT ?who { ?who ree:chairs ?body }")
    ['https://w3id.org/rareearth/ontology#chairs']
    """
    try:
        return list(dict.fromkeys(iri for iri, _ in _tokens(query)[1]))
    except QueryError:
        return []


class _Names:
    """What the graph of a store has names for."""

    def __init__(self, store: Backend) -> None:
        self.store = store
        self._known: dict[tuple[str, str], bool] = {}

    def has(self, iri: str, use: str) -> bool:
        """Whether the graph has a name, used as a relation, as a class, or as anything."""
        if (iri, use) not in self._known:
            try:
                self._known[iri, use] = self._has(NamedNode(iri), use)
            except ValueError:  # of a prefix that is not declared: the engine reports it
                self._known[iri, use] = True
        return self._known[iri, use]

    def is_odd(self, iri: str, before: str) -> bool:
        """Whether a name is unknown, or is a class where no class is expected, or the other way round."""
        if before == "a" or before.endswith(":type"):
            return not self.has(iri, "class")
        return not self.has(iri, "thing") or (self.has(iri, "class") and not self.has(iri, "relation"))

    def hint(self, iri: str, use: str) -> str:
        """The line about a name that the graph does not have, with the closest that it has."""
        shown, close = _shown(iri), self._closest(iri, use)
        own = iri.startswith(namespaces.BASE)
        if self.has(iri, "thing"):
            return f"{shown} is not a {use}: the graph never uses it as one{close}"
        if own and use != "thing":
            return f"the graph has no {use} {shown}{close}"
        return f"the graph {'has no' if own else 'never uses'} {shown}{close}"

    def _has(self, term: NamedNode, use: str) -> bool:
        if use == "relation":
            found = self._any(None, term, None) or self._declares(term, use)
        elif use == "class":
            found = self._any(None, _TYPE, term) or self._declares(term, use)
        else:
            found = self._any(term, None, None) or self._any(None, None, term) or self._any(None, term, None)
            found = found or next(iter(self.store.quads(graph=term)), None) is not None
        return found

    def _declares(self, term: NamedNode, use: str) -> bool:
        kinds = {quad.object for quad in self.store.quads(term, _TYPE, None, DefaultGraph())}
        return any(NamedNode(_expanded(kind, namespaces.PREFIXES)) in kinds for kind in _DECLARED[use])

    def _any(self, subject: NamedNode | None, predicate: NamedNode | None, value: NamedNode | None) -> bool:
        return next(iter(self.store.quads(subject, predicate, value)), None) is not None

    def _closest(self, iri: str, use: str) -> str:
        """The closest names in the same namespace; in others, those of which only the namespace differs."""
        local = _LOCAL.search(iri)
        space = iri[: local.start()] if local else iri
        if use == "thing":
            query = _THINGS.format(space if space.startswith(namespaces.BASE) else namespaces.ENTITY)
        else:
            query = _PATTERNS[use] % " ".join(_DECLARED[use])
        known = [row["t"].value for row in self.store.select(query)]
        same = [name for name in known if _local(name) == _local(iri)]
        near = [name for name in known if name.startswith(space)]
        return suggest(
            _shown(iri), map(_shown, same or near), key=lambda name: re.split(r"[:/#]", name.strip("<>"))[-1]
        )


@dataclass
class _Used:
    """The names of a query: each with what it is used as, and those that the query declares itself."""

    named: list[tuple[str, str]] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)


def _parsed(query: str) -> _Used | None:
    """The names of a query; None where rdflib cannot parse it."""
    from rdflib.plugins.sparql import algebra, parser
    from rdflib.plugins.sparql.sparql import Prologue

    try:
        tree = parser.parseQuery(query)
        prologue = Prologue()
        for prefix, base in namespaces.PREFIXES.items():
            prologue.bind(prefix, base)
        for declaration in tree[0]:
            if declaration.name == "Base":
                prologue.base = declaration.iri
            else:
                prologue.bind(declaration.prefix or "", prologue.absolutize(declaration.iri))
        body = algebra.traverse(tree[1], visitPost=lambda part: algebra.translatePName(part, prologue))
        used = _Used()
        _Walk(used).pattern(body)
    except Exception:  # the engine has its own parser: what only rdflib refuses is no fault of the query
        return None
    return used


class _Walk:
    """A walk through the tree of a query as rdflib parses it."""

    def __init__(self, used: _Used) -> None:
        self.used = used

    def pattern(self, part: Any) -> None:
        """Take the names of a pattern, or of a query with its patterns."""
        match getattr(part, "name", None):
            case "TriplesBlock":
                for triples in part.triples:
                    for subject, relation, value in zip(*[iter(triples)] * 3, strict=True):
                        self.triple(subject, relation, value)
            case "InlineData" | "ValuesClause":
                self.used.declared.update(_iris(part))
            case "Bind":
                self.used.declared.update(_iris(part))
                self.expression(part.expr)
            case "Filter":
                self.expression(part.expr)
            case "GraphGraphPattern":
                self.name(part.term, "thing")
                self.pattern(part.graph)
            case None:
                for inner in _inner(part):
                    self.pattern(inner)
            case _:
                self.others(part)

    def others(self, part: Any) -> None:
        """Take the names of a query, a group, a subquery, or what else has patterns in it."""
        for key, inner in part.items():
            if key == "projection":
                self.used.declared.update(_iris(inner))
            elif key == "var" and part.name == "DescribeQuery":
                for term in inner:
                    self.name(term, "thing")
            elif key not in ("template", "datasetClause", "var"):
                self.pattern(inner)

    def triple(self, subject: Any, relation: Any, value: Any) -> None:
        """Take the names of a triple pattern."""
        self.name(subject, "thing")
        self.name(value, "class" if _plain(relation) == _TYPE.value else "thing")
        self.path(relation)

    def path(self, part: Any) -> None:
        """Take the relations of a property path, but not those that it excludes."""
        if getattr(part, "name", None) == "PathNegatedPropertySet":
            return
        self.name(part, "relation")
        for inner in _inner(part):
            self.path(inner)

    def expression(self, part: Any) -> None:
        """Take what an expression compares with, and the patterns in it."""
        name = getattr(part, "name", None)
        if name in _EXISTS:
            self.pattern(part.graph)
            return
        if name == "RelationalExpression" and part.get("op") in ("=", "IN"):
            for iri in (*_iris(part.expr), *_iris(part.other)):
                self.used.named.append((iri, "thing"))
        for inner in _inner(part):
            self.expression(inner)

    def name(self, term: Any, use: str) -> None:
        """Take a term, if it is an IRI."""
        if type(term).__name__ == "URIRef":
            self.used.named.append((str(term), use))


def _inner(part: Any) -> Iterator[Any]:
    """The parts of a part of a tree, but not names of functions and datatypes."""
    if isinstance(part, dict):
        yield from (inner for key, inner in part.items() if key not in ("iri", "datatype"))
    elif isinstance(part, list) or hasattr(part, "asList"):
        yield from part


def _iris(part: Any) -> Iterator[str]:
    """The IRIs in a part of a tree that are values, and not in an inner pattern."""
    if type(part).__name__ == "URIRef":
        yield str(part)
    elif getattr(part, "name", "") not in _EXISTS:
        for inner in _inner(part):
            yield from _iris(inner)


def _plain(path: Any) -> str:
    """The relation of a path that is only one; an empty text for others."""
    part = path
    while parts := list(_inner(part)):
        if len(parts) > 1 or getattr(part, "name", "") in ("PathNegatedPropertySet", "PathEltOrInverse"):
            return ""
        [part] = parts
    return str(part)


# ---- tokens ----------------------------------------------------------------------------------------------


def _tokens(query: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The prefixes that a query declares, and its IRIs, each with the token before it."""
    declared: dict[str, str] = {}
    base, found, before = namespaces.BASE, [], ["", ""]
    for kind, token in sparql.tokens(query):
        if kind == "space":
            continue
        if kind == "iri" and before[0].upper() == "PREFIX":
            declared[before[1].removesuffix(":")] = urljoin(base, token[1:-1])
        elif kind == "iri" and before[1].upper() == "BASE":
            base = token[1:-1]
        elif kind == "iri":
            found.append((urljoin(base, token[1:-1]), before[1]))
        elif kind == "prefixed" and before[1].upper() != "PREFIX":
            found.append((_expanded(token, {**namespaces.PREFIXES, **declared}), before[1]))
        before = [before[1], token]
    return declared, found


def _expanded(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)


def _wrong_prefixes(declared: Mapping[str, str]) -> dict[str, str]:
    """The usual prefixes that a query declares with another namespace than the graph has."""
    usual = namespaces.PREFIXES
    return {prefix: base for prefix, base in declared.items() if prefix in usual and usual[prefix] != base}


def _prefix_hint(prefix: str, base: str) -> str:
    return f"the query declares {prefix}: as <{base}>; in the graph it is <{namespaces.PREFIXES[prefix]}>"


def _shown(iri: str) -> str:
    short = namespaces.compact(iri)
    return f"<{iri}>" if short == iri else short


def _bare(shown: str) -> str:
    """The last part of a name as :func:`_shown` gives it."""
    return re.split(r"[:/#]", shown.strip("<>"))[-1]


def _local(iri: str) -> str:
    found = _LOCAL.search(iri)
    return found[0].casefold() if found else ""
