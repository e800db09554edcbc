"""The sample: which ties count, their support, and what goes with a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import Folder
from planted_worlds import world

from rareearth import analysis, namespaces, network
from rareearth.analysis import sample
from rareearth.errors import RareEarthError
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from rareearth.analysis.sample import Sample


@pytest.fixture(scope="module")
def read(store: Oxigraph) -> Sample:
    return sample.read(store)


def test_ties_are_the_actors_edges_that_the_ontology_calls_ties(read: Sample, actors: nx.MultiDiGraph[str]) -> None:
    pairs = {frozenset((a, b)) for a, b, data in actors.edges(data=True) if data["strength"] > 0 and a != b}
    assert {frozenset(pair) for pair in read.everyone.edges()} == pairs
    assert not list(nx.selfloop_edges(read.everyone))
    assert all(degree for _, degree in read.everyone.degree())
    sectors = set(read.everyone) - set(read.ties)
    assert {"chinas-state-owned-sector", "chinas-private-sector"} <= sectors
    assert {frozenset(pair) for pair in read.ties.edges()} == {pair for pair in pairs if not pair & sectors}
    claims = {c for _, _, data in actors.edges(data=True) if data["strength"] > 0 for c in data["claims"].split(" | ")}
    loops = {c for a, b, data in actors.edges(data=True) if a == b for c in data["claims"].split(" | ")}
    everyone = {claim for _, _, data in read.everyone.edges(data=True) for claim in data["claims"]}
    assert everyone == claims - loops


def test_the_basis_agrees_with_the_store(read: Sample, store: Oxigraph) -> None:
    import pyoxigraph as ox

    support = read.support()
    for claim in support.claims:
        node = ox.NamedNode(namespaces.CLAIM + claim)
        source = next(store.quads(node, ox.NamedNode(namespaces.VOCABULARY + "source"), None)).object
        assert isinstance(source, ox.NamedNode)
        assert namespaces.local(source.value) in support.sources
    assert support.ties == read.ties.number_of_edges()
    assert dict(support.kinds) == {"fact": len(support.claims)}
    assert 0 < support.sentences < len(support.claims)
    one = next(iter(read.ties.edges()))
    assert read.support([one]).claims == read.ties.edges[one]["claims"]
    assert read.support([one[::-1], one]).ties == 1


def test_without_a_source_nothing_rests_on_it(read: Sample) -> None:
    source = max(read.sources(), key=lambda s: sum(s in d["sources"] for _, _, d in read.ties.edges(data=True)))
    rest = read.without([source])
    assert source in read.support().sources
    assert source not in rest.sources()
    lost = {pair for pair in read.ties.edges() if not rest.ties.has_edge(*pair)}
    assert lost == {(a, b) for a, b, data in read.ties.edges(data=True) if data["sources"] == (source,)}
    assert all(source not in data["sources"].split(" | ") for _, _, data in rest.network.edges(data=True))
    assert rest.without([read.sources()[0]]).left_out == tuple(sorted({source, read.sources()[0]}))


def test_without_a_source_by_the_ties_alone_is_the_same(read: Sample) -> None:
    for source in read.sources()[::7]:
        short, whole = sample.without_source(read.ties, source), read.without([source]).ties
        assert list(short) == list(whole)
        assert list(short.edges()) == list(whole.edges())


def test_other_kinds_of_claims_only_add_ties(read: Sample) -> None:
    every = read.of(network.KINDS)
    assert set(map(frozenset, read.ties.edges())) < set(map(frozenset, every.ties.edges()))
    assert set(every.support().kinds) > {"fact"}
    assert every.kinds == network.KINDS


def test_a_pledge_is_no_tie_though_other_kinds_are_asked_for(folder: Folder) -> None:
    made = world(
        folder,
        {"Company": ["a", "b", "c"]},
        [
            ("a funds b:\n      status: pledged", "one"),
            ("a collaboratesWith c:\n      kind: speech\n      by: a", "one"),
        ],
    )
    assert list(sample.read(made).ties.edges()) == []
    assert list(sample.read(made, ("fact", "speech")).ties.edges()) == [("a", "c")]


def test_unknown_kinds_and_sources_are_told(store: Oxigraph, read: Sample) -> None:
    with pytest.raises(RareEarthError, match="no kind of claim named 'gossip'"):
        sample.read(store, ("gossip",))
    with pytest.raises(RareEarthError, match="no source named 'reex-ganzou-tour'; did you mean reex-ganzhou-tour"):
        read.without(["reex-ganzou-tour"])
    with pytest.raises(RareEarthError, match="no question of the analysis named 'sphere'; did you mean spheres"):
        analysis.answer(store, "sphere")


def test_a_person_has_the_sphere_of_the_strongest_tie(folder: Folder) -> None:
    made = world(
        folder,
        {"Person": ["ann", "bob", "cy", "dee"], "University": ["uni"], "Company": ["firm"], "Event": ["fair"]},
        [
            ("ann leads uni", "one"), ("ann affiliatedWith firm", "one"),
            ("bob leads uni", "one"), ("bob chairs firm", "one"),
            ("cy participatesIn fair", "one"),
            ("dee collaboratesWith ann", "one"), ("dee chairs firm", "one"),
        ],
    )  # fmt: skip
    found = {node: data["sphere"] for node, data in sample.read(made).ties.nodes(data=True)}
    assert found == {
        "ann": "academia", "bob": "", "cy": "", "dee": "industry", "uni": "academia", "firm": "industry", "fair": "",
    }  # fmt: skip


def test_every_node_has_a_nature_a_sphere_and_a_group(read: Sample) -> None:
    actor_types = {data["actor_type"] for _, data in read.ties.nodes(data=True)}
    assert actor_types <= {"person", "organization", "firm", "facility", "group", "place", "event"}
    groups = {data["group"] for _, data in read.ties.nodes(data=True)}
    assert groups <= {"", "academia", "government", "society", *sample.GROUPS.values()}
    for _, data in read.ties.nodes(data=True):
        assert data["group"].startswith(data["sphere"])
        assert data["actor_type"] not in ("event", "place") or not data["sphere"]


def test_what_goes_with_a_source_is_what_the_sample_without_it_lacks(read: Sample) -> None:
    """The quick way says the same as the long one, for sources on owners and on other things."""
    losses = read.losses()
    assert tuple(losses) == read.sources()
    for source in list(losses)[::40]:
        rest, loss = read.without([source]), losses[source]
        lost = {frozenset(pair) for pair in read.everyone.edges()} - {frozenset(pair) for pair in rest.everyone.edges()}
        assert {frozenset(pair) for pair in loss.ties} == lost
        then = {node: data["ownership_sector"] for node, data in rest.everyone.nodes(data=True)}
        assert {node: loss.sectors.get(node, "") for node in then} == then
