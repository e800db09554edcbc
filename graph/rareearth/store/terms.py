"""RDF terms and triples as N-Quads writes them."""

from __future__ import annotations

import functools
from decimal import Context, Decimal

from rareearth import edtf, namespaces
from rareearth.ontology import DATES, PERCENTAGE
from rareearth.quantities import DECIMAL

OF_ENTITY, _CLAIM = f"<{namespaces.ENTITY}", f"<{namespaces.CLAIM}"  # begin an IRI of one
_EXACT = Context(prec=40)  # more digits than the checks allow
_PRECISIONS = {"day": "date", "month": "gYearMonth", "year": "gYear"}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def iri(value: str) -> str:
    """An IRI as N-Quads writes it."""
    return f"<{value}>"


def literal(value: str, datatype: str = "", language: str = "") -> str:
    """A literal as N-Quads writes it, with a language or a datatype."""
    text = value.translate(_ESCAPES)
    return f'"{text}"@{language.lower()}' if language else f'"{text}"^^<{datatype}>' if datatype else f'"{text}"'


def date(text: str) -> str:
    """A date as a literal whose datatype has its precision, so that a query can compare it.

    A day is an ``xsd:date``, a month an ``xsd:gYearMonth``, a year an ``xsd:gYear``; what is none of them exactly
    (uncertain, an interval, a quarter, unknown digits) is EDTF. The text is EDTF in each case.
    """
    return literal(text, date_type(text))


def date_type(text: str) -> str:
    """The datatype (an IRI) of the literal of a date."""
    precision = edtf.precision(text)
    return expanded(f"xsd:{_PRECISIONS[precision]}") if precision else namespaces.EDTF


def value(text: str, datatype: str) -> str:
    """A value of the data as a literal of a datatype, in its canonical form, as the store keeps it."""
    if datatype in DATES:
        return date(text)
    if datatype == PERCENTAGE and DECIMAL.fullmatch(text):
        datatype = namespaces.PREFIXES["xsd"] + "decimal"
    if datatype == namespaces.PREFIXES["xsd"] + "decimal":
        text = format(_EXACT.plus(Decimal(text).normalize(_EXACT)), "f")  # plus turns -0 into 0
    elif datatype == namespaces.PREFIXES["xsd"] + "integer":
        text = str(int(text))
    return literal(text, "" if datatype == namespaces.PREFIXES["xsd"] + "string" else datatype)


@functools.cache
def expanded(compact: str) -> str:
    """The IRI of ``prefix:name``.

    >>> expanded("rdfs:label")
    'http://www.w3.org/2000/01/rdf-schema#label'
    """
    prefix, _, name = compact.partition(":")
    return namespaces.PREFIXES[prefix] + name


def triple(subject: str, predicate: str, obj: str, graph: str = "") -> str:
    """A line of N-Quads without its end; the predicate is ``prefix:name``, the object a term as N-Quads writes it."""
    if graph:
        return f"<{subject}> <{expanded(predicate)}> {obj} <{graph}> ."
    return f"<{subject}> <{expanded(predicate)}> {obj} ."


def graph(line: str) -> str:
    """The graph of a line, as N-Quads writes it; "" for the default graph.

    The lines of graphs are the statements of claims, of an entity; no object of an entity is a claim.

    >>> graph('<https://w3id.org/rareearth/entity/a> <b> "<c>" <https://w3id.org/rareearth/claim/d/0> .')
    '<https://w3id.org/rareearth/claim/d/0>'
    """
    if not line.startswith(OF_ENTITY):
        return ""
    last = line[line.rfind(" ", 0, -2) + 1 : -2]
    return last if last.startswith(_CLAIM) and '"' not in last else ""
