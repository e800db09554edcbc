"""The canonical form of a data file: order of records and fields, quotes, line ends. Its content stays the same.

Classes and records are sorted by name, fields are in the order of the models, claims keep their order. Comments at
the head of a file stay; comments elsewhere would be lost, so they are refused (a claim has ``note``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from rareearth import characters, yamlfile
from rareearth.errors import DataError, Problem
from rareearth.models import Claim, Conflict, Entity, Judgement, Source
from rareearth.ontology import Ontology
from rareearth.yamlfile import List, Map, Node, Text

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^:#]|:(?=\S)|(?<=\S)#)*", re.DOTALL)
_FLOW = re.compile(r"[,\[\]{}?]")  # ? for PyYAML's slow reader, which takes it for a key
_FIRST = ("kind", "by", "about", "stance", "status", "confidence", "conflict")  # qualifiers follow, then the rest


def format_text(path: Path, ontology: Ontology) -> str:
    """The text that a data file should have. Raises DataError for YAML that is refused, and for comments inside."""
    node = yamlfile.read(path)
    return format_node(path, node, characters.decoded(path.read_bytes()), ontology)


def format_node(path: Path, node: Node, text: str, ontology: Ontology) -> str:
    """The text of a data file with this content and the comments at the head of ``text``; ``path`` says which kind.

    Raises DataError for comments inside the text.
    """
    lines = text.splitlines()
    head: list[str] = []
    while len(head) < len(lines) and lines[len(head)].startswith("#"):
        head.append(lines[len(head)])
    for number, line in enumerate(lines[len(head) :], len(head) + 1):
        if line.lstrip().startswith("#") or re.search(r"\s#", re.sub(r"\"(?:[^\"\\]|\\.)*\"", "", line)):
            raise DataError(
                [Problem(path, number, "found a comment inside the file; expected it at the head, or a `note`")]
            )
    if path.parent.name == "entities":
        body = _entities(node)
    elif path.parent.name == "sources":
        body = _source(node, ontology)
    elif "conflicts" in (path.stem, path.parent.name):
        body = _records(node, tuple(Conflict.model_fields), 0)
    else:
        body = _judgements(node)
    return "\n".join([*head, *body]) + "\n"


def claim_lines(claim: Claim, ontology: Ontology, indent: int = 2) -> list[str]:
    """A claim as the lines of a data file, without the id of its source; ``indent`` is that of its dash.

    >>> from rareearth import ontology
    >>> claim = Claim(source="s", subject="lynas", relation="produces", object="neodymium", status="planned")
    >>> claim_lines(claim, ontology.read())
    ['  - lynas produces neodymium:', '      status: planned']
    """
    return list(_sentences(List([_claim(claim)]), _claim_order(ontology), indent))


def _claim(claim: Claim) -> Node:
    sentence = Text(f"{claim.subject} {claim.relation} {claim.object}")
    fields = claim_fields(claim)
    return Map({sentence: fields}) if fields else sentence


def claim_fields(claim: Claim) -> Map:
    """The fields of a claim that follow its sentence: those that differ from what they are without being given."""
    plain = {"source", "subject", "relation", "object", "qualifiers", "at"}
    given = claim.model_dump(mode="json", exclude=plain, exclude_defaults=True, exclude_none=True)
    fields = Map({Text(name): node(value) for name, value in [*given.items(), *claim.qualifiers]})
    spans = [Text(f"{span.start}-{span.end} {span.fingerprint}") for span in claim.at]
    if spans:
        fields[Text("at")] = spans[0] if len(spans) == 1 else List(spans)
    return fields


def node(value: object) -> Node:
    """A value of maps, lists, texts and numbers as a node. A list of one is that one, as in the data."""
    if isinstance(value, dict):
        return Map({Text(key): node(part) for key, part in value.items()})
    if isinstance(value, list | tuple):
        return node(value[0]) if len(value) == 1 else List(map(node, value))
    return Text(value)


def inline(value: object) -> str:
    """A value of maps, lists, texts and numbers on one line of YAML.

    >>> inline({"name": "NO", "near": ["a", "b"]})
    '{name: "NO", near: [a, b]}'
    """
    return _value(node(value))


def _claim_order(ontology: Ontology) -> tuple[str, ...]:
    last = tuple(name for name in Claim.model_fields if name not in _FIRST and name != "qualifiers")
    return (*_FIRST, *sorted(ontology.qualifiers), *last)


def _entities(node: Node) -> Iterator[str]:
    for number, (kind, group) in enumerate(sorted(_map(node).items())):
        if number:
            yield ""
        yield f"{kind}:"
        yield from _records(group, tuple(Entity.model_fields), 2)


def _records(node: Node, order: tuple[str, ...], indent: int) -> Iterator[str]:
    for id_, fields in sorted(_map(node).items()):
        yield f"{' ' * indent}{_scalar(id_, key=True)}:"
        yield from _fields(fields, order, indent + 2)


def _source(node: Node, ontology: Ontology) -> Iterator[str]:
    parts = _map(node)
    for part in ("source", "names", "refers"):
        if (content := _get(parts, part)) is not None:
            yield f"{part}:"
            order = tuple(name.removesuffix("_") for name in Source.model_fields)
            yield from _fields(content, order if part == "source" else tuple(sorted(_map(content))), 2)
    claims = _get(parts, "claims")
    if isinstance(claims, List):
        yield "claims:"
        yield from _sentences(claims, _claim_order(ontology), 2)


def _judgements(node: Node) -> Iterator[str]:
    if isinstance(node, List):
        yield from _sentences(node, tuple(Judgement.model_fields), 0)


def _sentences(items: List, order: tuple[str, ...], indent: int) -> Iterator[str]:
    """Items that are a sentence, or a sentence with fields below it."""
    for item in items:
        if isinstance(item, Map):
            for sentence, fields in item.items():
                yield f"{' ' * indent}- {_scalar(sentence)}:"
                yield from _fields(fields, order, indent + 4)
        else:
            yield f"{' ' * indent}- {_value(item)}"


def _fields(node: Node, order: tuple[str, ...], indent: int) -> Iterator[str]:
    fields = _map(node)
    rank = {name: number for number, name in enumerate(order)}
    for name, value in sorted(fields.items(), key=lambda item: (rank.get(str(item[0]), len(rank)), item[0])):
        yield f"{' ' * indent}{_scalar(name, key=True)}: {_value(value)}"


def _value(node: Node, *, inside: bool = False) -> str:
    if isinstance(node, List):
        return "[" + ", ".join(_value(item, inside=True) for item in node) + "]"
    if isinstance(node, Map):
        return (
            "{"
            + ", ".join(f"{_scalar(k, inside=True, key=True)}: {_value(v, inside=True)}" for k, v in node.items())
            + "}"
        )
    return _scalar(node, inside=inside)


def _scalar(text: Text, *, inside: bool = False, key: bool = False) -> str:
    """The text plain where YAML reads it back as it is, else in double quotes."""
    plain = (
        _PLAIN.fullmatch(text)
        and not (yamlfile.NOTHING if key else yamlfile.RESERVED).fullmatch(text)
        and text == text.strip()
        and "\n" not in text
        and not text.endswith(":")
    )
    if plain and not (inside and _FLOW.search(text)):
        return str(text)
    return json.dumps(text, ensure_ascii=False)


def _map(node: Node) -> Map:
    return node if isinstance(node, Map) else Map()


def _get(parts: Map, name: str) -> Node | None:
    return next((value for key, value in parts.items() if key == name), None)
