"""SHACL: whether the graph conforms to ``ontology/shapes.ttl``. Each constraint is one SPARQL query of the store.

Only what violates a shape is read from the store. Supported is SHACL Core with paths of one property; closed
and qualified shapes, ``sh:equals`` and SPARQL constraints are not. What is not supported is refused: no constraint is
ever skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from rareearth import namespaces, paths
from rareearth.errors import ShapesError

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
_Target: TypeAlias = Callable[[str], str]  # a variable -> the pattern that binds it to the focus nodes

_SH, _RDF, _XSD = "http://www.w3.org/ns/shacl#", namespaces.PREFIXES["rdf"], namespaces.PREFIXES["xsd"]
_NIL = ox.NamedNode(_RDF + "nil")
_MAX_COUNT = 8  # as many values are compared pairwise
_TARGETS = {
    "targetNode": "VALUES {focus} {{ {term} }}",
    "targetClass": "{focus} a/rdfs:subClassOf* {term} .",
    "targetSubjectsOf": "{focus} {term} [] .",
    "targetObjectsOf": "[] {term} {focus} .",
}
_SILENT = {"path", "message", "severity", "name", "description", "order", "group", "defaultValue", "flags"}
_NEED_PATH = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"}
_OF_ALL_VALUES = {"minCount", "maxCount", "uniqueLang", "hasValue"}  # the other constraints are of each value
_KINDS = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "IRIOrLiteral": "!isBlank({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
}
_PLAIN = {_XSD + "string", _RDF + "langString"}  # any text is one
_CAST = {_XSD + name for name in ("boolean", "integer", "decimal", "float", "double", "date", "dateTime", "time")}
_COMPARISONS = {
    "minInclusive": "{value} >= {term}",
    "minExclusive": "{value} > {term}",
    "maxInclusive": "{value} <= {term}",
    "maxExclusive": "{value} < {term}",
    "minLength": "STRLEN(STR({value})) >= {term}",
    "maxLength": "STRLEN(STR({value})) <= {term}",
}
_MESSAGES = {
    "minCount": "has too few values; expected at least {term}",
    "maxCount": "has too many values; expected at most {term}",
    "uniqueLang": "has two values in one language",
    "hasValue": "expected {term} as a value",
    "class": "expected an instance of {term}",
    "datatype": "expected a valid {term}",
    "nodeKind": "expected a node of kind {term}",
    "in": "is not in the list of values",
    "languageIn": "is in another language than expected",
    "pattern": "expected a text that matches {term}",
    "disjoint": "expected a value that {term} does not have",
    "lessThan": "expected less than {term}",
    "lessThanOrEquals": "expected at most {term}",
    **{name: text.replace("{value} ", "expected ") for name, text in _COMPARISONS.items()},
    "minLength": "expected at least {term} characters",
    "maxLength": "expected at most {term} characters",
    "not": "conforms to a shape that it must not conform to",
    "and": "does not conform to all shapes of sh:and",
    "or": "conforms to no shape of sh:or",
    "xone": "does not conform to exactly one shape of sh:xone",
    "node": "does not conform to the shape of sh:node",
}


@dataclass(frozen=True, order=True)
class Violation:
    """What violates a shape: the focus node, the property and the value (an IRI or a literal), '' for none, and why.

    ``component`` is the kind of constraint, such as ``MinCount``.
    """

    focus: str
    path: str
    component: str
    value: str
    message: str

    def __str__(self) -> str:
        where = " ".join(namespaces.compact(iri) for iri in (self.focus, self.path) if iri)
        found = f" (found {namespaces.compact(self.value)})" if self.value not in ("", self.focus) else ""
        return f"{where}: {self.message}{found}"


def violations(store: Backend, shapes: Path | None = None) -> list[Violation]:
    """What in the default graph of a store violates the shapes of a file (the shipped ones), sorted; [] for nothing.

    The graphs of claims hold one statement each, which the checks of the data have seen; the shapes are about what is
    said of entities, sources, claims and judgements. Raises ShapesError for a file that cannot be read, is not Turtle,
    or has a constraint that is not supported.
    """
    try:
        asked = list(_Shapes(shapes or paths.ontology() / "shapes.ttl").queries())
    except RecursionError as error:
        raise ShapesError("a shape refers to itself, which is not supported") from error
    found = set()
    for query, path, name, message in asked:
        for row in store.select(query):
            focus, value = row
            component = name[0].upper() + name[1:]
            found.add(Violation(focus.value, path, component, _shown(value) if value else "", message))
    return sorted(found)


class _Shapes:
    """The shapes of a file, as queries for what violates them."""

    def __init__(self, path: Path) -> None:
        self._file = paths.display(path)
        self._statements: dict[_Term, dict[str, list[_Term]]] = defaultdict(dict)
        self._numbers = count(1)
        try:
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
                said = self._statements[quad.subject]
                said.setdefault(quad.predicate.value, []).append(quad.object)
        except (OSError, SyntaxError) as error:
            raise ShapesError(f"{self._file}: cannot be read ({error})") from error

    def queries(self) -> Iterator[tuple[str, str, str, str]]:
        """For each constraint: the query for (focus, value), the property or '', the constraint and its message."""
        for shape in list(self._statements):
            for name, pattern in _TARGETS.items():
                for term in self._values(shape, name):
                    yield from self._queries(shape, lambda v, p=pattern, t=term: p.format(focus=v, term=t))  # type: ignore[misc]

    def _queries(self, shape: _Term, target: _Target) -> Iterator[tuple[str, str, str, str]]:
        path = self._path(shape)
        message = min((m.value for m in self._values(shape, "message")), default="")

        def values(variable: str) -> str:
            if not path:
                return target(variable)
            focus = self._variable()
            return f"{target(focus)} {focus} <{path}> {variable} ."

        for name, term in self._constraints(shape):
            if name == "property":
                yield from self._queries(term, values)
                continue
            value = "?none" if name in _OF_ALL_VALUES else "?value" if path else "?focus"
            pattern = self._violating(shape, name, term, target("?focus"), path)
            query = f"SELECT DISTINCT ?focus ({value} AS ?found) WHERE {{ {pattern} }}"
            yield query, path, name, message or _MESSAGES[name].format(term=namespaces.compact(_shown(term)))

    def _violating(self, shape: _Term, name: str, term: _Term, target: str, path: str) -> str:
        """The pattern of the nodes, and of the values, that violate a constraint.

        Counts and classes are compared as sets, which is several times faster than looking up each node.
        """
        value = f"{target} ?focus <{path}> ?value ." if path else target
        counted = f"SELECT ?focus {{ ?focus <{path}> ?value }} GROUP BY ?focus HAVING(COUNT(*)"
        if name == "minCount" and int(_shown(term)) > 0:
            return f"{target} MINUS {{ {counted} >= {int(_shown(term))}) }}"
        if name == "maxCount":
            return f"{{ {counted} > {int(_shown(term))}) }} {target}"
        if name == "uniqueLang" and _shown(term) == "true":
            tagged = f'?focus <{path}> ?value BIND(LCASE(LANG(?value)) AS ?tag) FILTER(?tag != "")'
            return f"{{ SELECT ?focus {{ {tagged} }} GROUP BY ?focus ?tag HAVING(COUNT(*) > 1) }} {target}"
        if name == "class":
            return f"{value} MINUS {{ {'?value' if path else '?focus'} a/rdfs:subClassOf* {term} }}"
        if name in _OF_ALL_VALUES:
            return f"{target} FILTER(!({self._all_conform(name, term, '?focus', path)}))"
        kept = self._conforms_to(shape, name, term, "?focus", "?value" if path else "?focus")
        return f"{value} FILTER(!({kept}))"

    def _constraints(self, shape: _Term) -> Iterator[tuple[str, _Term]]:
        """The constraints of a shape and their parameters. Raises ShapesError for what is not supported."""
        said = self._statements.get(shape, {})
        if any(flag.value == "true" for flag in self._values(shape, "deactivated")):
            return
        for predicate, terms in said.items():
            name = predicate.removeprefix(_SH)
            if predicate == _RDF + "type" and any(not str(term).startswith(f"<{_SH}") for term in terms):
                raise ShapesError(f"{self._file}: a shape that is a class is not supported; give it a sh:targetClass")
            if not predicate.startswith(_SH) or name in {*_SILENT, *_TARGETS, "deactivated"}:
                continue
            if name not in _MESSAGES and name != "property":
                raise ShapesError(f"{self._file}: sh:{name} is not supported")
            if name in _NEED_PATH and not self._path(shape):
                raise ShapesError(f"{self._file}: sh:{name} is in a shape without sh:path")
            for term in terms:
                yield name, term

    def _conforms(self, shape: _Term, node: str) -> str:
        """The expression that is true where a node (a variable) conforms to a shape."""
        path, found = self._path(shape), []
        for name, term in self._constraints(shape):
            if name in _OF_ALL_VALUES:
                found.append(self._all_conform(name, term, node, path))
            elif path:
                value = self._variable()
                kept = self._conforms_to(shape, name, term, node, value)
                found.append(f"NOT EXISTS {{ {node} <{path}> {value} FILTER(!({kept})) }}")
            else:
                found.append(self._conforms_to(shape, name, term, node, node))
        return " && ".join(f"({one})" for one in found) or "true"

    def _all_conform(self, name: str, term: _Term, focus: str, path: str) -> str:
        """The expression for a constraint of all values of a property together."""
        if name == "hasValue":
            return f"EXISTS {{ {focus} <{path}> {term} }}" if path else f"sameTerm({focus}, {term})"
        if name == "uniqueLang":
            one, other = self._variable(), self._variable()
            return "true" if _shown(term) != "true" else (
                f"NOT EXISTS {{ {focus} <{path}> {one}, {other} FILTER(!sameTerm({one}, {other}) && "
                f'LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({other}))) }}'
            )  # fmt: skip
        number = int(_shown(term))
        if number > _MAX_COUNT:
            raise ShapesError(f"{self._file}: sh:{name} of more than {_MAX_COUNT} is not supported")
        if name == "minCount":
            return f"EXISTS {{ {self._distinct(focus, path, number)} }}" if number else "true"
        return f"NOT EXISTS {{ {self._distinct(focus, path, number + 1)} }}"

    def _distinct(self, focus: str, path: str, number: int) -> str:
        """The pattern of so many values of a property."""
        values = [self._variable() for _ in range(number)]
        different = " && ".join(f"!sameTerm({a}, {b})" for a, b in combinations(values, 2))
        return f"{focus} <{path}> {', '.join(values)}" + (f" FILTER({different})" if different else "")

    def _conforms_to(self, shape: _Term, name: str, term: _Term, focus: str, value: str) -> str:  # noqa: C901, PLR0911, PLR0912 - a line or two for each constraint
        """The expression for a constraint of each value; it is true or false and never an error."""
        match name:
            case "property" | "node":
                return self._conforms(term, value)
            case "not":
                return f"!({self._conforms(term, value)})"
            case "and" | "or":
                return (" && " if name == "and" else " || ").join(f"({one})" for one in self._all(term, value))
            case "xone":
                return " + ".join(f"IF({one}, 1, 0)" for one in self._all(term, value)) + " = 1"
            case "class":
                return f"EXISTS {{ {value} a/rdfs:subClassOf* {term} }}"
            case "datatype":
                return self._is_of(value, term)
            case "nodeKind":
                kind = _shown(term).removeprefix(_SH)
                if kind not in _KINDS:
                    raise ShapesError(f"{self._file}: {kind} is no kind of node")
                return _KINDS[kind].format(value)
            case "in":
                return " || ".join(f"sameTerm({value}, {one})" for one in self._list(term)) or "false"
            case "languageIn":
                tags = " || ".join(f"LANGMATCHES(LANG({value}), {one})" for one in self._list(term)) or "false"
                return f"COALESCE({tags}, false)"
            case "pattern":
                flags = "".join(f", {flag}" for flag in self._values(shape, "flags"))
                return f"COALESCE(REGEX(STR({value}), {term}{flags}), false)"
            case "disjoint":
                return f"NOT EXISTS {{ {focus} {term} {value} }}"
            case "lessThan" | "lessThanOrEquals":
                other, sign = self._variable(), "<" if name == "lessThan" else "<="
                return f"NOT EXISTS {{ {focus} {term} {other} FILTER(!COALESCE({value} {sign} {other}, false)) }}"
            case _:
                return f"COALESCE({_COMPARISONS[name].format(value=value, term=term)}, false)"

    def _is_of(self, value: str, datatype: _Term) -> str:
        """Whether a value is a literal of a datatype, and its text can be read as one."""
        iri = _shown(datatype)
        own = f"COALESCE(DATATYPE({value}) = {datatype}, false)"
        if iri in _CAST:
            return f"{own} && COALESCE(STRLEN(STR({datatype}(STR({value})))) > 0, false)"
        if iri.startswith(_XSD) and iri not in _PLAIN:
            raise ShapesError(f"{self._file}: sh:datatype {namespaces.compact(iri)} is not supported")
        return own

    def _path(self, shape: _Term) -> str:
        """The property of a property shape; '' for a node shape. Raises ShapesError for any other path."""
        found = self._values(shape, "path")
        if not all(isinstance(path, ox.NamedNode) for path in found):
            raise ShapesError(f"{self._file}: a path of more than one property is not supported")
        return _shown(found[0]) if found else ""

    def _values(self, shape: _Term, name: str) -> list[_Term]:
        return self._statements.get(shape, {}).get(_SH + name, [])

    def _all(self, shapes: _Term, node: str) -> list[str]:
        """The expressions for a list of shapes. Raises ShapesError when there is none."""
        found = [self._conforms(shape, node) for shape in self._list(shapes)]
        if not found:
            raise ShapesError(f"{self._file}: a list of shapes is empty")
        return found

    def _list(self, head: _Term) -> Iterator[_Term]:
        """The members of an RDF list. Raises ShapesError for what is not a list."""
        while head != _NIL:
            said = self._statements.get(head, {})
            if not {_RDF + "first", _RDF + "rest"} <= set(said):
                raise ShapesError(f"{self._file}: {_shown(head)} is not a list")
            yield said[_RDF + "first"][0]
            head = said[_RDF + "rest"][0]

    def _variable(self) -> str:
        return f"?v{next(self._numbers)}"


def _shown(term: _Term) -> str:
    """An IRI or the text of a plain literal as it is; another literal as N-Triples write it."""
    if isinstance(term, ox.Literal) and term.language:
        return str(term)
    return term.value
