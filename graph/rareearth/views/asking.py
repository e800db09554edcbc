"""Values of the parameters of queries and questions, as the RDF terms that are bound, and the answer of a question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from rareearth import edtf, namespaces, quantities
from rareearth.errors import DateError, QueryError
from rareearth.store.backend import Literal, NamedNode

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.questions import Parameter, Question
    from rareearth.store.sparql import Result

Value: TypeAlias = str | int | float


def example(parameter: Parameter) -> str:
    """The example that the description of a parameter ends with.

    >>> from rareearth.store import questions
    >>> example(questions.find("leaders").parameters[0])
    'chinese-society-of-rare-earths'
    """
    return parameter.meaning.rpartition("such as ")[2]


def bound(store: Backend, asked: Question, given: Mapping[str, Value]) -> dict[str, NamedNode | Literal]:
    """The values of a question's parameters as terms.

    Raises QueryError for a parameter that the question does not have; otherwise as :func:`term`.
    """
    kinds = {parameter.name: parameter.kind for parameter in asked.parameters}
    if unknown := set(given) - set(kinds):
        known = ", ".join(kinds) or "none"
        raise QueryError(f"the question {asked.name} has no parameter '{min(unknown)}'; expected: {known}")
    return {name: term(store, value, kinds[name]) for name, value in given.items()}


def run(store: Backend, asked: Question, given: Mapping[str, Value]) -> Result:
    """The store's answer to a named question for some values of its parameters. Raises as :func:`bound`."""
    return store.query(asked.text, bound(store, asked, given))


def term(store: Backend, value: Value, kind: str = "") -> NamedNode | Literal:
    """A value as the term that is bound; ``kind`` is that of a question's parameter (see :mod:`questions`).

    Raises NotFoundError or AmbiguousError for a name that is not that of one entity, and QueryError for a value that is
    not of its kind.
    """
    if kind == "entity":
        from rareearth.views import lookup

        return NamedNode(lookup.entity(store, str(value)))
    if kind == "day":
        return Literal(_day(str(value)), datatype=NamedNode(namespaces.PREFIXES["xsd"] + "date"))
    if kind == "number" and isinstance(value, str):
        if not quantities.DECIMAL.fullmatch(value):
            raise QueryError(f"found '{value}'; expected a number like 7 or 31.21")
        value = float(value) if "." in value else int(value)
    if isinstance(value, str) and not kind:
        prefix, colon, name = value.partition(":")
        if colon and prefix in namespaces.PREFIXES:
            return NamedNode(namespaces.PREFIXES[prefix] + name)
    return Literal(value)


def _day(value: str) -> str:
    """A day as it is bound. Raises QueryError for anything but YYYY-MM-DD, which would match nothing."""
    try:
        edtf.parse(value)
    except DateError as error:
        raise QueryError(f"found '{value}'; expected a day, such as 2025-04-15") from error
    if edtf.precision(value) != "day":
        raise QueryError(f"found '{value}'; expected a day, such as 2025-04-15")
    return value
