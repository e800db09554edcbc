"""Runs files of Cypher in a new database, ArcadeDB, and prints its content after each as a line of JSON.

Usage: cypher_database.py FOLDER FILE...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import arcadedb_embedded

_NODES = "MATCH (n:Entity) RETURN n.id AS id, labels(n) AS labels, properties(n) AS properties"
_EDGES = "MATCH (a)-[r]->(b) RETURN a.id AS source, type(r) AS type, b.id AS target"


def main(folder: str, *files: str) -> None:
    database = arcadedb_embedded.create_database(folder)
    for file in files:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            if line.startswith("CREATE CONSTRAINT"):  # ArcadeDB moves a node that gets a label, and then finds it twice
                continue
            with database.transaction():
                database.command("opencypher", line.removesuffix(";"))
        nodes = {
            row.get("id"): {**row.get("properties"), "labels": sorted(row.get("labels"))}
            for row in database.query("opencypher", _NODES)
        }
        edges = sorted(
            [row.get(n) for n in ("source", "type", "target")] for row in database.query("opencypher", _EDGES)
        )
        print(json.dumps({"nodes": nodes, "edges": edges}))


if __name__ == "__main__":
    main(*sys.argv[1:])
