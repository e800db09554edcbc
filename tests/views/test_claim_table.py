"""The table of all claims: what is counted and added up in it is what SPARQL finds."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import rareearth
from rareearth import namespaces
from rareearth.store import asof
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import claim_table

COUNTS = {
    "relation": "GRAPH ?claim { ?s ?r ?o } BIND(STRAFTER(STR(?r), '#') AS ?relation)",
    "kind, status": "?claim ree:kind ?k ; ree:status ?t"
    " BIND(STRAFTER(STR(?k), '#') AS ?kind) BIND(STRAFTER(STR(?t), '#') AS ?status)",
    "evidence": "?claim ree:evidence ?e BIND(STRAFTER(STR(?e), '#') AS ?evidence)",
    "publisher": "?claim a ree:Claim ; ree:source/dcterms:publisher/rdfs:label ?name FILTER(LANG(?name) = 'en')"
    " BIND(STR(?name) AS ?publisher)",
    "published": "?claim a ree:Claim ; ree:source ?page OPTIONAL { ?page dcterms:issued ?day }"
    " BIND(STR(?day) AS ?published)",
    "subject_class, object_class": "GRAPH ?claim { ?s ?r ?o } ?s a ?c . ?c rdfs:subClassOf* ree:Entity"
    " OPTIONAL { ?o a ?d . ?d rdfs:subClassOf* ree:Entity }"
    " BIND(STRAFTER(STR(?c), '#') AS ?subject_class) BIND(STRAFTER(STR(?d), '#') AS ?object_class)",
    "plain": "GRAPH ?claim { ?s ?r ?o } BIND(EXISTS { ?s ?r ?o } AS ?plain)",
    "in_effect_from, in_effect_until": "?claim a ree:Claim OPTIONAL { ?claim ree:inEffectFrom ?a }"
    " OPTIONAL { ?claim ree:inEffectUntil ?b } BIND(STR(?a) AS ?in_effect_from) BIND(STR(?b) AS ?in_effect_until)",
    "dated": "?claim a ree:Claim BIND(!EXISTS { ?claim ree:undated true } AS ?dated)",
    "past": "?claim a ree:Claim BIND(EXISTS { ?claim ree:past true } AS ?past)",
    "conflict": "?claim ree:conflict ?c BIND(STRAFTER(STR(?c), 'conflict/') AS ?conflict)",
    "by": "?claim a ree:Claim OPTIONAL { ?claim ree:by ?who } BIND(STRAFTER(STR(?who), 'entity/') AS ?by)",
}  # fmt: skip


@pytest.fixture(scope="module")
def table(store: Oxigraph) -> pa.Table:
    return claim_table.read(store)


def counted(store: Oxigraph, columns: str) -> Counter[tuple[Any, ...]]:
    names = " ".join(f"?{name}" for name in columns.split(", "))
    rows = store.select(f"SELECT {names} (COUNT(DISTINCT ?claim) AS ?n) WHERE {{ {COUNTS[columns]} }} GROUP BY {names}")
    found: Counter[tuple[Any, ...]] = Counter()
    for *keys, count in rows:
        found[tuple(key.value if key is not None else None for key in keys)] += int(count.value)
    return found


@pytest.mark.parametrize("columns", COUNTS)
def test_counts_are_those_of_sparql(store: Oxigraph, table: pa.Table, columns: str) -> None:
    names = columns.split(", ")
    grouped = table.group_by(names).aggregate([([], "count_all")]).to_pylist()
    found: Counter[tuple[Any, ...]] = Counter()
    for row in grouped:
        keys = tuple(None if row[name] is None else str(row[name]) for name in names)
        found[tuple(key.lower() if key in ("True", "False") else key for key in keys)] += row["count_all"]
    if columns == "conflict":
        del found[None,]
    assert found == counted(store, columns)
    assert len(found) > 1


def test_sums_are_exact(store: Oxigraph, table: pa.Table) -> None:
    asked = "SELECT ?unit (SUM(?number) AS ?sum) { ?claim ree:number ?number ; ree:unit ?unit } GROUP BY ?unit"
    expected = {unit.value: Decimal(total.value) for unit, total in store.select(asked)}
    with duckdb.connect() as db:
        db.register("claims", table)
        found = db.sql("SELECT unit, sum(number) FROM claims WHERE unit IS NOT NULL GROUP BY unit").fetchall()
    assert dict(found) == expected
    assert len(expected) > 5


def test_it_is_sorted_and_has_a_row_for_each_claim(store: Oxigraph, table: pa.Table) -> None:
    ids = table["claim"].to_pylist()
    [[count]] = store.select("SELECT (COUNT(?claim) AS ?n) { ?claim a ree:Claim }")
    assert len(ids) == int(count.value)
    assert ids == sorted(ids)
    some = table.slice(100, 1).to_pylist()[0]
    [[subject]] = store.select(f"SELECT ?s {{ GRAPH <{namespaces.CLAIM}{ids[100]}> {{ ?s ?p ?o }} }}")
    assert some["subject"] == namespaces.local(subject.value)


def test_it_is_of_what_was_opened_and_read_once(built: Path, store: Oxigraph) -> None:
    graph = rareearth.open(built)
    assert graph.table() is graph.table()
    then = graph.as_of("2019").table()
    assert then.num_rows == claim_table.read(asof.at(store, "2019").store).num_rows < graph.table().num_rows
