"""The bridge to igraph: one numbering, whatever the order of a graph, and parts of graphs."""

from __future__ import annotations

import networkx as nx

from rareearth.measures import backends


def test_the_numbers_do_not_depend_on_the_order_of_a_graph() -> None:
    made = nx.relabel_nodes(nx.gnm_random_graph(30, 60, seed=1), str)
    turned: nx.Graph[str] = nx.Graph()
    turned.add_nodes_from(reversed(list(made)))
    turned.add_edges_from((b, a) for a, b in reversed(list(made.edges())))
    (one, numbers), (other, others) = backends.igraph_of(made), backends.igraph_of(turned)
    assert numbers == others
    assert one.get_edgelist() == other.get_edgelist()
    names = list(numbers)
    assert {frozenset((names[a], names[b])) for a, b in one.get_edgelist()} == set(map(frozenset, made.edges()))


def test_a_direction_is_kept() -> None:
    made, number = backends.igraph_of(nx.DiGraph([("b", "a"), ("a", "c")]))
    assert made.is_directed()
    assert made.get_edgelist() == [(number["a"], number["c"]), (number["b"], number["a"])]


def test_parts_keep_attributes_and_drop_who_has_no_tie() -> None:
    whole = nx.Graph()
    whole.add_node("a", label="A")
    whole.add_edge("a", "b", strength=1.0)
    whole.add_edge("b", "c", strength=0.5)
    part = backends.subgraph(whole, {"a", "b", "d"})
    assert (dict(part.nodes(data=True)), list(part.edges(data=True))) == (
        {"a": {"label": "A"}, "b": {}},
        [("a", "b", {"strength": 1.0})],
    )
    assert sorted(backends.without(whole, ["c"], [("a", "b")])) == []
    assert sorted(backends.without(whole, [], [("a", "b")])) == ["b", "c"]
