"""Answers are limited while they are written: rows are counted whatever is in them, and however the parts are cut."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import TooLargeError
from rareearth.store import oxigraph
from rareearth.store.bounded import Output

FORMS = ("csv", "tsv", "json", "xml")
STORE = oxigraph.memory([])
TEXTS = st.lists(
    st.sampled_from(['"', "\\", "},{", "[{", "{}", "\n", "\r", ",", "<result>", "é", "x" * 9000]), max_size=6
)
TERMS = TEXTS.map(lambda parts: str(ox.Literal("".join(parts)))) | st.sampled_from(["UNDEF", "<http://e/a,b>", "7"])


def rows(terms: list[str]) -> str:
    return f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {' '.join(f'({term} 1)' for term in terms)} }} }}"


@given(st.lists(TERMS, max_size=12), st.lists(st.integers(1, 9000), min_size=1, max_size=5), st.sampled_from(FORMS))
def test_rows_are_counted_whatever_is_in_them_and_however_they_are_cut(
    terms: list[str], sizes: list[int], form: str
) -> None:
    written = STORE.query(rows(terms)).serialize(form)
    parts, n = [], 0
    while sum(map(len, parts)) < len(written):
        start = sum(map(len, parts))
        parts.append(written[start : start + sizes[n % len(sizes)]])
        n += 1
    whole = Output(form, max_rows=len(terms))
    for part in parts:
        whole.write(part)
    assert whole.getvalue() == written
    if terms:
        fewer = Output(form, max_rows=len(terms) - 1)
        with pytest.raises(TooLargeError, match=f"more than {len(terms) - 1} rows; add LIMIT"):
            list(map(fewer.write, parts))


@pytest.mark.parametrize("form", FORMS)
def test_a_query_stops_at_the_limit(form: str) -> None:
    """The rows of this one would take hours."""
    many = " ".join(map(str, range(100)))
    endless = "SELECT * { " + " ".join(f"VALUES ?v{n} {{ {many} }}" for n in range(6)) + " }"
    with pytest.raises(TooLargeError, match="more than 1,000 rows"):
        STORE.query(endless).serialize(form, max_rows=1000)
    with pytest.raises(TooLargeError, match="more than 10,000 bytes"):
        STORE.query(endless).serialize(form, 10_000, 1_000_000)
    pairs = (
        f"WHERE {{ VALUES ?v0 {{ {many} }} VALUES ?v1 {{ {many} }} BIND(IRI(CONCAT('http://e/', STR(?v0))) AS ?s) }}"
    )
    graph = "CONSTRUCT { ?s <http://e/p> ?v1 }" + pairs
    with pytest.raises(TooLargeError, match="more than 1,000 triples"):
        STORE.query(graph).serialize("nt", max_rows=1000)


def test_a_graph_of_long_texts_stops_before_it_fills_the_memory() -> None:
    long = "CONSTRUCT { <a:a> <a:p> ?y } { VALUES ?n { 1 2 3 4 5 6 7 8 9 } BIND(CONCAT(STR(?n), '%s') AS ?y) }"
    with pytest.raises(TooLargeError, match="more than 1,000 bytes"):
        STORE.query(long % ("x" * 2000)).serialize("ttl", 1000)
