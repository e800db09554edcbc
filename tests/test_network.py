"""The network that is read from the store: views, weights, evidence, and networks of queries."""

from __future__ import annotations

from collections import defaultdict

import networkx as nx
import pytest
from conftest import Folder

from rareearth import namespaces, network
from rareearth.dataset import Dataset
from rareearth.errors import QueryError, RareEarthError
from rareearth.models import Claim
from rareearth.network import JOIN
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

Network = nx.MultiDiGraph
Edge = tuple[str, str, str]


def edges_of(dataset: Dataset, claims: list[Claim]) -> dict[Edge, list[Claim]]:
    """The edges that claims make, worked out from the data and not from the store."""
    found: dict[Edge, list[Claim]] = defaultdict(list)
    for claim in claims:
        if not dataset.ontology.relations[claim.relation].literal:
            found[dataset.canonical(claim.subject), dataset.canonical(claim.object), claim.relation].append(claim)
    return found


def test_full_has_every_entity_and_an_edge_for_every_claimed_tie(full: Network, dataset: Dataset) -> None:
    publishers = {dataset.canonical(source.publisher) for source in dataset.sources.values()}
    about = {dataset.canonical(i) for c in dataset.claims for i in (c.subject, c.object)}
    everything = {dataset.canonical(i) for i in dataset.entities}
    assert set(full) == everything - (publishers - about) < everything
    assert set(full.edges(keys=True)) == set(edges_of(dataset, list(dataset.claims)))


def test_actors_has_plain_facts_between_what_the_ontology_puts_in_that_view(actors: Network, dataset: Dataset) -> None:
    ontology = dataset.ontology

    def shown(record: str) -> bool:
        kind = dataset.entities[dataset.canonical(record)].kind
        return any("actors" in c.views for c in ontology.classes.values() if ontology.is_a(kind, c.name))

    facts = [
        c
        for c in dataset.claims
        if dataset.is_plain_fact(c) and shown(c.subject) and c.object in dataset.entities and shown(c.object)
    ]
    expected = edges_of(dataset, facts)
    assert set(actors.edges(keys=True)) == set(expected)
    assert set(actors) == {end for a, b, _ in expected for end in (a, b)}
    assert {d["claim_kind"] for *_, d in actors.edges(data=True)} == {"fact"}


BOTH_ENDS = """\
  - ore-works jointVentureWith mine-school:
      when: 2021
  - bob-ray metWith ann-lee
"""
OTHER_END = """\
source:
  title: Another page
  publisher: daily-ore
  url: https://example.org/other
  language: en
claims:
  - mine-school jointVentureWith ore-works:
      when: 2022
"""


@pytest.fixture
def mutual(folder: Folder) -> Folder:
    """A joint venture that two sources state from its two ends, and a meeting that one states."""
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", BOTH_ENDS)
    folder.write("sources/other.yaml", OTHER_END)
    return folder


def test_a_symmetric_tie_is_one_edge_with_the_claims_of_both_directions(mutual: Folder) -> None:
    dataset = mutual.dataset()
    store = oxigraph.memory(nquads.lines(dataset))
    ids = {c.relation: sorted(o.id for o in dataset.claims if o.relation == c.relation) for c in dataset.claims}
    for graph in (network.read(store), network.read(store, "full", ["fact"])):
        found = {(a, b, key): d["claims"] for a, b, key, d in graph.edges(keys=True, data=True) if d["symmetric"]}
        assert found == {
            ("mine-school", "ore-works", "jointVentureWith"): JOIN.join(ids["jointVentureWith"]),
            ("bob-ray", "ann-lee", "metWith"): ids["metWith"][0],  # as its one source has it
        }
        assert graph["mine-school"]["ore-works"]["jointVentureWith"]["weight"] == 2


@pytest.mark.parametrize(
    ("query", "edges"),
    [
        ("CONSTRUCT { ?a ree:metWith ?b } { ?a ree:metWith ?b }", [("bob-ray", "ann-lee", "metWith", 1)]),
        (
            "CONSTRUCT { ?a ree:metWith ?b } { ?a ree:metWith ?b FILTER(?a = entity:ann-lee) }",
            [("ann-lee", "bob-ray", "metWith", 1)],
        ),
        (
            "SELECT ?s ?p ?o { VALUES ?p { ree:jointVentureWith } ?s ?p ?o }",
            [("mine-school", "ore-works", "jointVentureWith", 2)],
        ),
        (
            "SELECT ?s ?p ?o { ?s ree:jointVentureWith ?o BIND(ree:collaboratesWith AS ?p) }",
            [("ore-works", "mine-school", "collaboratesWith", 1)],  # as its claim has it
        ),
    ],
)
def test_a_query_gives_a_symmetric_tie_once(mutual: Folder, query: str, edges: list[tuple[str, str, str, int]]) -> None:
    found = network.from_query(oxigraph.memory(nquads.lines(mutual.dataset())), query)
    assert list(found.edges(keys=True, data="weight")) == edges


def test_numbers_of_a_node_are_numbers_and_several_are_a_text_of_their_own(folder: Folder) -> None:
    shares = ("mine-school marketShare 25.5", "ore-works marketShare 7", "oreville marketShare 10.5")
    claimed = "".join(f"  - {share}\n" for share in (*shares, "oreville marketShare 9", "ore-works capacity 5 t/a"))
    folder.change("sources/daily.yaml", "  - mine-school locatedIn oreville\n", claimed)
    nodes = network.read(oxigraph.memory(nquads.lines(folder.dataset())), "full").nodes
    found = {n: d["marketShare"] for n, d in nodes(data=True) if "marketShare" in d}
    assert found == {"mine-school": 25.5, "ore-works": 7.0}
    assert {type(value) for value in found.values()} == {float}
    assert nodes["oreville"]["marketShare_values"] == "9 | 10.5"
    assert nodes["ore-works"]["capacity"] == "5 t/a"


@pytest.mark.parametrize("view", ["actors", "full"])
def test_an_edge_weighs_its_claims_and_names_them(view: str, store: Oxigraph, dataset: Dataset) -> None:
    known = {c.id: c for c in dataset.claims}
    graph = network.read(store, view)
    expected = edges_of(dataset, list(dataset.claims))
    for a, b, relation, data in graph.edges(keys=True, data=True):
        ids = data["claims"].split(JOIN)
        assert data["weight"] == len(ids) >= 1
        assert ids == sorted(ids)
        claims = [known[i] for i in ids]
        assert {(dataset.canonical(c.subject), dataset.canonical(c.object), c.relation) for c in claims} == {
            (a, b, relation)
        }
        if view == "full":
            assert set(ids) == {c.id for c in expected[a, b, relation]}
        assert data["claim_kind"] == JOIN.join(sorted({c.kind for c in claims}))
        assert data["status"] == JOIN.join(sorted({c.status for c in claims}))
        assert data.get("stance", "") == JOIN.join(sorted({c.stance for c in claims if c.stance}))
        assert data["sources"] == JOIN.join(sorted({c.source for c in claims}))
        assert data["relation"] == relation
    assert any(d["weight"] > 1 for *_, d in network.read(store, "full").edges(data=True))


def test_nodes_and_edges_carry_labels_and_colours_of_the_ontology(full: Network, dataset: Dataset) -> None:
    for node, data in full.nodes(data=True):
        entity = dataset.entities[node]
        found = dataset.ontology.classes[entity.kind]
        assert (data["label"], data["kind"], data["color"]) == (entity.name, entity.kind, found.colour)
        assert data.get("label_zh") == entity.zh
        assert data.get("sphere") == found.sphere
        assert data["iri"] == namespaces.ENTITY + node
    for *_, key, data in full.edges(keys=True, data=True):
        relation = dataset.ontology.relations[key]
        shown = (data["label"], data["label_zh"], data["color"], data["strength"], data["symmetric"])
        assert shown == (relation.label, relation.label_zh, relation.colour, relation.strength, relation.symmetric)


@pytest.mark.parametrize("kind", network.KINDS)
def test_kinds_of_claims_can_be_chosen(store: Oxigraph, dataset: Dataset, kind: str) -> None:
    graph = network.read(store, "full", [kind])
    assert set(graph.edges(keys=True)) == set(edges_of(dataset, [c for c in dataset.claims if c.kind == kind]))
    assert {d["claim_kind"] for *_, d in graph.edges(data=True)} == {kind}
    about = {dataset.canonical(i) for c in dataset.claims if c.kind == kind for i in (c.subject, c.object)}
    assert set(graph) == about & {dataset.canonical(i) for i in dataset.entities}


def test_opinions_are_seen_in_actors_only_when_asked_for(actors: Network, store: Oxigraph) -> None:
    opinions = network.read(store, "actors", ["assessment"])
    assert opinions.number_of_edges() > 0
    assert not set(opinions.edges(keys=True)) & set(actors.edges(keys=True))


def test_attributes_are_texts_and_numbers_and_never_empty(full: Network) -> None:
    attributes = [*(d for _, d in full.nodes(data=True)), *(d for *_, d in full.edges(data=True))]
    values = [value for data in attributes for value in data.values()]
    assert {type(value) for value in values} <= {str, int, float, bool}
    assert "" not in values
    assert not {"id", "source", "target"} & {name for data in attributes for name in data}


def test_a_number_that_is_claimed_is_an_attribute_of_its_node(full: Network) -> None:
    assert full.nodes["ganzhou-tour"]["institutionsVisited"] == 7


def test_parallel_ties_are_parallel_edges(full: Network) -> None:
    pairs = [(a, b) for a, b in set(full.edges()) if full.number_of_edges(a, b) > 1]
    assert pairs
    for a, b in pairs:
        assert len({d["relation"] for d in full[a][b].values()}) == full.number_of_edges(a, b)


def test_the_network_is_the_same_whatever_the_order_of_the_store(lines: list[str], full: Network) -> None:
    other = network.read(oxigraph.memory(reversed(lines)), "full")
    assert list(other.nodes(data=True)) == list(full.nodes(data=True))
    assert list(other.edges(keys=True, data=True)) == list(full.edges(keys=True, data=True))


def test_unknown_views_and_kinds_are_refused_with_those_there_are(store: Oxigraph) -> None:
    with pytest.raises(RareEarthError, match="no view named 'all'; expected actors or full"):
        network.read(store, "all")
    with pytest.raises(RareEarthError, match="no kind of claim named 'rumour'; expected one or more of fact, speech"):
        network.read(store, "full", ["fact", "rumour"])
    with pytest.raises(RareEarthError, match="no kind of claim named ''; expected one or more of fact"):
        network.read(store, "full", [])
    with pytest.raises(RareEarthError, match="no list of kinds named 'fact'; expected one or more of fact"):
        network.read(store, "full", "fact")


# ---- times -----------------------------------------------------------------------------------------------


def times(folder: Folder, *fields: str) -> dict[str, object]:
    """The edge of claims that differ in their times only."""
    folder.change(
        "sources/daily.yaml",
        "  - mine-school locatedIn oreville\n",
        "".join(f"  - ann-lee affiliatedWith mine-school:\n      {f}\n" for f in fields)
        + "  - mine-school locatedIn oreville\n",
    )
    graph = network.read(oxigraph.memory(nquads.lines(folder.dataset())))
    return dict(graph["ann-lee"]["mine-school"]["affiliatedWith"])


def test_times_as_given_and_the_days_they_mean(folder: Folder) -> None:
    edge = times(
        folder,
        "when: 2020-05",
        "{since: 2018, until: 2019}".replace("{", "").replace("}", "").replace(", ", "\n      "),
    )
    assert edge["when"] == f"2018/2019{JOIN}2020-05"
    assert edge["start"] == "2018-01-01"
    assert "end" not in edge  # what was observed in May 2020 is in effect from then on
    assert edge["periods"] == f"2018-01-01/2019-12-31{JOIN}2020-05-01/"
    assert edge["weight"] == 2


def test_spells_that_overlap_or_follow_each_other_are_one(folder: Folder) -> None:
    edge = times(folder, *(f"since: {a}\n      until: {b}" for a, b in (("2022", "2022"), ("2022-04", "2023-01"))))
    assert edge["periods"] == "2022-01-01/2023-01-31"
    assert (edge["start"], edge["end"]) == ("2022-01-01", "2023-01-31")


def test_an_edge_that_does_not_depend_on_time_has_one_spell_open_at_both_ends(folder: Folder) -> None:
    graph = network.read(oxigraph.memory(nquads.lines(folder.dataset())))
    assert graph["mine-school"]["oreville"]["locatedIn"]["periods"] == "/"
    assert "periods" not in graph["ann-lee"]["mine-school"]["leads"]  # its page has no date


def test_a_node_is_there_when_a_claim_about_it_is_in_effect(folder: Folder) -> None:
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    assert network.read(store).nodes["bob-ray"]["periods"] == "2020-01-01/2021-06-30"
    assert network.read(store).nodes["mine-school"]["periods"] == "/"
    assert "periods" not in network.read(store, "full").nodes["ann-lee"]


def test_an_open_end_stays_open(folder: Folder) -> None:
    edge = times(folder, "since: 2018", "when: 2020-05")
    assert edge["start"] == "2018-01-01"
    assert "end" not in edge
    assert edge["periods"] == "2018-01-01/"


def test_a_year_nobody_gave_is_no_day_and_an_inferred_one_stands_apart(folder: Folder) -> None:
    edge = times(folder, "when: XXXX-04-15")
    assert edge["when"] == "XXXX-04-15"
    assert not {"start", "end", "periods", "when_inferred"} & set(edge)


def test_an_inferred_time_is_told_as_inferred(actors: Network) -> None:
    edge = actors["li-bo"]["ganzhou-tour"]["participatesIn"]
    assert edge["when"] == "XXXX-04-15/XXXX-04-16"
    assert edge["when_inferred"] == "2025-04-15/2025-04-16"
    assert edge["periods"] == "2025-04-15/"


# ---- networks of queries ---------------------------------------------------------------------------------


def test_a_construct_gives_its_triples_as_edges_with_the_claims_behind_them(store: Oxigraph, full: Network) -> None:
    found = network.from_query(store, "CONSTRUCT { ?a ree:chairs ?b } { GRAPH ?c { ?a ree:chairs ?b } }")
    edge = found["li-bo"]["chinese-society-of-rare-earths"]["chairs"]
    assert edge == full["li-bo"]["chinese-society-of-rare-earths"]["chairs"]
    assert found.nodes["li-bo"] == full.nodes["li-bo"]


def test_a_construct_may_make_ties_of_its_own(store: Oxigraph) -> None:
    found = network.from_query(
        store, "CONSTRUCT { ?a ree:metAt ?b } { ?a ree:participatesIn ?e . ?b ree:participatesIn ?e FILTER(?a != ?b) }"
    )
    edge = found["xu-zhifeng"]["jiangxi-rare-earth-society"]["metAt"]
    assert (edge["relation"], edge["label"], edge["weight"]) == ("metAt", "metAt", 1)
    assert "claims" not in edge


@pytest.mark.parametrize(
    "heads", ["?subject ?relation ?object", "?s ?p ?o", "?who ?how ?where", "?object ?relation ?subject"]
)
def test_a_select_names_its_ends_or_has_them_first(store: Oxigraph, heads: str) -> None:
    names = heads.replace("?object ?relation ?subject", "?subject ?relation ?object").split()
    found = network.from_query(store, f"SELECT {heads} {{ {' '.join(names)} FILTER({names[1]} = ree:headsGroup) }}")
    assert list(found.edges(keys=True)) == [("li-bo", "ganzhou-tour-delegation", "headsGroup")]


def test_rows_that_repeat_an_edge_weigh_it(store: Oxigraph) -> None:
    found = network.from_query(
        store,
        """SELECT ?s ?p ?o { VALUES ?p { ree:peer } ?x a ree:Person .
                           ?s a ree:LearnedSociety . ?o a ree:LearnedSociety FILTER(?s != ?o) }""",
    )
    [(_, _, weight), *_] = found.edges(data="weight")
    assert (
        weight == len({d["iri"] for _, d in network.read(store, "full").nodes(data=True) if d["kind"] == "Person"}) > 1
    )


def test_a_select_with_claims_keeps_to_those_claims(store: Oxigraph, full: Network) -> None:
    ids = full["li-bo"]["ganjiang-innovation-academy"]["collaboratesWith"]["claims"].split(JOIN)
    assert len(ids) == 2
    query = (
        f"""SELECT ?s ?p ?o ?claim {{ GRAPH ?claim {{ ?s ?p ?o }} FILTER(?claim = <{namespaces.CLAIM}{ids[1]}>) }}"""
    )
    edge = network.from_query(store, query)["li-bo"]["ganjiang-innovation-academy"]["collaboratesWith"]
    assert (edge["claims"], edge["weight"]) == (ids[1], 1)


def test_values_are_not_nodes(store: Oxigraph) -> None:
    found = network.from_query(store, "SELECT ?s ?p ?o { ?s ?p ?o FILTER(?s = entity:ganzhou) }")
    assert "entity" not in "".join(found)
    assert all(not data["label"].startswith('"') for _, data in found.nodes(data=True))
    assert network.from_query(store, "CONSTRUCT { ?s rdfs:label ?o } { ?s rdfs:label ?o }").number_of_edges() == 0


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("ASK { ?s ?p ?o }", "ASK answers yes or no"),
        ("SELECT ?s ?p { ?s ?p ?o }", "needs three columns"),
        ("SELECT ?s ?p ?o { ?s ?p ", "is not SPARQL 1.1"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE is refused"),
    ],
)
def test_a_query_that_gives_no_network_is_refused(store: Oxigraph, query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        network.from_query(store, query)


def test_an_empty_answer_is_an_empty_network(store: Oxigraph) -> None:
    assert len(network.from_query(store, "SELECT ?s ?p ?o { ?s ree:nothing ?o ; ?p ?o }")) == 0
