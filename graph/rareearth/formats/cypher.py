"""Cypher statements for Neo4j and compatible databases; running the file again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rareearth.errors import FormatError
from rareearth.formats.drawing import Attributes, draw

if TYPE_CHECKING:
    from rareearth.network import Network


def lines(network: Network) -> Iterator[str]:
    """One MERGE a node (labels ``Entity`` and its kind), one a relationship (its type is the relation)."""
    drawing = draw(network)
    yield "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;"
    for node, data in drawing.nodes:
        kind = f" SET n:{_name(data['kind'])}" if "kind" in data else ""
        yield f"MERGE (n:Entity {{id: {_text(node)}}}) SET n += {_map(data)}{kind};"
    for _, source, target, data in drawing.edges:
        ends = f"MATCH (a:Entity {{id: {_text(source)}}}), (b:Entity {{id: {_text(target)}}})"
        yield f"{ends} MERGE (a)-[r:{_name(data['relation'])}]->(b) SET r += {_map(data)};"


def _map(data: Attributes) -> str:
    pairs = ((name, value) for name, value in sorted(data.items()) if name != "relation")
    return "{" + ", ".join(f"{_name(n)}: {_text(v) if isinstance(v, str) else v}" for n, v in pairs) + "}"


def _text(value: str) -> str:
    """A string literal; JSON's escapes are among those of Cypher, and outside ASCII all is escaped."""
    return json.dumps(value)


def _name(value: str) -> str:
    if "\\" in value:  # Neo4j reads \u0060 as a backtick even inside backticks
        raise FormatError(f"the name '{value}' has a backslash, which a name in Cypher cannot have")
    return "`" + value.replace("`", "``") + "`"
