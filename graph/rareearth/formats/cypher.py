r"""Cypher statements for Neo4j and compatible databases, one a line.

Running a file again changes nothing; running a later one also takes away what has left the network: nodes, edges,
attributes and labels. What a file writes is marked by ``rareearth_export``, a digest of the network, so that nothing
else in the database is touched. In Cypher every relationship has a direction; those of symmetric relations have the
attribute ``symmetric`` and are matched without an arrow: ``(a)-[:metWith]-(b)``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.errors import FormatError
from rareearth.formats import encode_text
from rareearth.formats.drawing import Attributes, Drawing, draw, write

if TYPE_CHECKING:
    from rareearth.network import Network

MARK = "rareearth_export"
_BATCH = 1000  # nodes in one statement


def lines(network: Network) -> Iterator[str]:
    """One MERGE a node (labels ``Entity`` and its kind), one a relationship (its type is the relation)."""
    drawing = draw(network)
    mark = hashlib.sha256(repr((drawing.nodes, drawing.edges)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    yield "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;"
    yield from _reclassified(drawing)
    for node, data in drawing.nodes:
        kind = f" SET n:{_name(data['kind'])}" if "kind" in data else ""
        yield f"MERGE (n:Entity {{id: {_text(node)}}}) SET n = {_map({**data, 'id': node, MARK: mark})}{kind};"
    for _, source, target, data in drawing.edges:
        ends = f"MATCH (a:Entity {{id: {_text(source)}}}), (b:Entity {{id: {_text(target)}}})"
        own = {name: value for name, value in data.items() if name != "relation"}
        yield f"{ends} MERGE (a)-[r:{_name(data['relation'])}]->(b) SET r = {_map({**own, MARK: mark})};"
    yield f"MATCH (:Entity)-[r]->(:Entity) WHERE r.{MARK} <> {_text(mark)} DELETE r;"
    yield f"MATCH (n:Entity) WHERE n.{MARK} <> {_text(mark)} DETACH DELETE n;"


def _reclassified(drawing: Drawing) -> Iterator[str]:
    """Statements that remove nodes of an earlier file whose kind has changed: a label cannot be found by its value."""
    kinds = ((node, data.get("kind", "")) for node, data in drawing.nodes)
    while batch := list(itertools.islice(kinds, _BATCH)):
        rows = ", ".join(f"{{id: {_text(node)}, kind: {_text(kind)}}}" for node, kind in batch)
        yield (
            f"UNWIND [{rows}] AS row MATCH (n:Entity {{id: row.id}}) "
            f'WHERE n.{MARK} IS NOT NULL AND coalesce(n.kind, "") <> row.kind DETACH DELETE n;'
        )


def _map(data: Attributes) -> str:
    return "{" + ", ".join(f"{_name(name)}: {_value(value)}" for name, value in sorted(data.items())) + "}"


def _value(value: object) -> str:
    """A literal; an exponent has no plus sign in openCypher."""
    return _text(value) if isinstance(value, str) else write(value).replace("e+", "e")


def _text(value: str) -> str:
    r"""A string literal; JSON's escapes are among those of Cypher, and outside ASCII all is escaped.

    Neo4j replaces ``\uXXXX`` before it reads strings, so a backslash before a u is in a string of its own.
    """
    encode_text(value)
    return " + ".join(json.dumps(part) for part in re.split(r"(?<=\\)(?=u)", value))


def _name(value: str) -> str:
    if "\\" in value:  # Neo4j reads \u0060 as a backtick even inside backticks
        raise FormatError(f"the name '{value}' has a backslash, which a name in Cypher cannot have")
    encode_text(value)
    return "`" + value.replace("`", "``") + "`"
