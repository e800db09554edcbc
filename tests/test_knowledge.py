"""The graph in Python: answers, the dataset, the network, sentences, and the examples of the documentation."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

import pytest
import rdflib

import rareearth
from rareearth import knowledge, namespaces, network
from rareearth.errors import MissingExtraError, NotFoundError, QueryError
from rareearth.knowledge import KnowledgeGraph
from rareearth.store.backend import Literal, NamedNode


@pytest.fixture(scope="module")
def graph(built: Path) -> KnowledgeGraph:
    return rareearth.open(built)


def test_rows_of_a_question_and_of_any_query(graph: KnowledgeGraph) -> None:
    assert "entity:li-bo" in {row["person"] for row in graph.answer("leaders") if row["post"] == "chairs"}
    [row] = graph.ask("SELECT (COUNT(?claim) AS ?n) { ?claim a ree:Claim }")
    assert isinstance(row["n"], int)
    several = graph.ask("SELECT ?claim { ?claim a ree:Claim }")
    assert (len(several), several.columns, several.truth) == (row["n"], ("claim",), None)
    assert several[1:3] == several.rows[1:3]


def test_an_ask_has_a_truth_and_no_rows(graph: KnowledgeGraph) -> None:
    yes, no = (graph.ask(f"ASK {{ entity:{who} ree:chairs ?x }}") for who in ("li-bo", "ganzhou"))
    assert (yes.truth, bool(yes), len(yes)) == (True, True, 0)
    assert (no.truth, bool(no), len(no)) == (False, False, 0)
    with pytest.raises(QueryError, match="has no rows"):
        yes.frame()


def test_an_answer_without_rows_is_false(graph: KnowledgeGraph) -> None:
    assert not graph.ask("SELECT ?x { ?x ree:chairs ?y FILTER(false) }")
    assert graph.ask("SELECT ?x { ?x ree:chairs ?y }")


def test_a_graph_is_rows_of_triples_each_once(graph: KnowledgeGraph) -> None:
    asked = graph.ask("CONSTRUCT { ?x ree:chairs ?y } { ?x ree:chairs ?y }")
    assert asked.columns == ("subject", "predicate", "object")
    assert {
        "subject": "entity:li-bo",
        "predicate": "ree:chairs",
        "object": "entity:chinese-society-of-rare-earths",
    } in (list(asked))
    assert len(set(map(str, asked))) == len(asked) > 1
    twice = graph.ask("CONSTRUCT { ree:a ree:b ree:c } { ?x ree:chairs ?y }")
    assert len(twice) == 1


def test_answers_say_what_they_are(graph: KnowledgeGraph) -> None:
    assert repr(graph.ask("SELECT ?x ?y { ?x ree:chairs ?y FILTER(false) }")) == "<rareearth.Answer: 0 rows of x, y>"
    assert repr(graph.ask("ASK {}")) == "<rareearth.Answer: true>"


def test_a_question_is_no_query_and_a_query_is_no_question(graph: KnowledgeGraph) -> None:
    """Nothing is guessed: what a text is, the method says."""
    with pytest.raises(QueryError, match="is not SPARQL"):
        graph.ask("leaders")
    with pytest.raises(NotFoundError, match="no question named 'SELECT"):
        graph.answer("SELECT ?x { ?x ?y ?z }")
    with pytest.raises(NotFoundError, match="no view named 'CONSTRUCT"):
        graph.network("CONSTRUCT { ?a ?b ?c } { ?a ?b ?c }")
    with pytest.raises(QueryError, match="is not SPARQL"):
        graph.network(query="actors")


def test_parameters_name_entities_as_people_do(graph: KnowledgeGraph) -> None:
    by_name = graph.answer("neighbours", entity="Li Bo")
    assert by_name
    assert by_name == graph.answer("neighbours", entity="li-bo")
    with pytest.raises(QueryError, match="has no parameter 'who'; expected: entity"):
        graph.answer("neighbours", who="Li Bo")
    with pytest.raises(NotFoundError, match="no entity named 'Nobody at all'"):
        graph.answer("neighbours", entity="Nobody at all")
    with pytest.raises(NotFoundError, match="no question named 'leader'; did you mean leaders"):
        graph.answer("leader")


def test_values_of_ones_own_query_are_bound(graph: KnowledgeGraph) -> None:
    asked = "SELECT ?who ?body { ?who ree:headsGroup ?body }"
    assert len(graph.ask(asked, who="entity:li-bo")) == 1
    assert not graph.ask(asked, who='} UNION { ?who ?p ?body # "')


def test_values_of_parameters_have_the_kind_that_the_question_says(graph: KnowledgeGraph) -> None:
    assert graph.term("7", "number") == Literal(7)
    assert graph.term("7.5", "number") == Literal(7.5)
    assert graph.term(7, "number") == Literal(7)
    assert graph.term("entity:li-bo") == NamedNode(namespaces.ENTITY + "li-bo")
    assert graph.term("entity:li-bo", "text") == Literal("entity:li-bo")
    assert graph.term("Li Bo", "entity") == NamedNode(namespaces.ENTITY + "li-bo")
    assert graph.term("2020-02-29", "day").datatype == NamedNode(namespaces.PREFIXES["xsd"] + "date")  # type: ignore[union-attr]
    for found in ("many", "1_0", "１２", " 7", "1e3", "+5", ".5"):
        with pytest.raises(QueryError, match=f"found '{re.escape(found)}'; expected a number"):
            graph.term(found, "number")


def test_whole_numbers_and_truths_with_gaps_stay_what_they_are(graph: KnowledgeGraph) -> None:
    query = """SELECT ?whole ?all ?known ?part ?large {
        VALUES (?whole ?all ?known ?part ?large) { (3 1 true 1.5 1) (UNDEF 2 UNDEF UNDEF UNDEF)
            ("4"^^xsd:int 3 false 2.5 9223372036854775808) } }"""
    frame = graph.ask(query).frame()
    assert list(map(str, frame.dtypes)) == ["Int64", "int64", "boolean", "float64", "object"]
    assert frame["whole"].to_csv(index=False).split() == ["whole", "3", '""', "4"]
    assert frame["large"][2] == 2**63


def test_a_frame_has_the_columns_even_without_rows(graph: KnowledgeGraph) -> None:
    frame = graph.ask("SELECT ?who ?body { ?who ree:headsGroup ?body }").frame()
    assert list(frame.columns) == ["who", "body"]
    assert list(frame["who"]) == ["entity:li-bo"]
    assert list(graph.ask("SELECT ?who ?body { ?who ree:chairs ?body FILTER(false) }").frame().columns) == [
        "who",
        "body",
    ]


def test_a_missing_library_is_said_with_its_extra(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pandas is not installed; pip install 'rareearth\[notebook\]'"):
        graph.answer("leaders").frame()


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_rdf_and_network_are_of_the_same_store(graph: KnowledgeGraph) -> None:
    assert isinstance(graph.rdf, rdflib.Dataset)
    assert len(list(graph.rdf.query("SELECT ?c { ?c a ree:Claim }"))) == len(graph.ask("SELECT ?c { ?c a ree:Claim }"))
    assert list(graph.network().edges(keys=True)) == list(network.read(graph.store).edges(keys=True))
    assert graph.network("full").number_of_nodes() > graph.network().number_of_nodes()
    heads = "CONSTRUCT { ?a ree:headsGroup ?b } { ?a ree:headsGroup ?b }"
    assert graph.network(query=heads).number_of_edges() == 1
    with pytest.raises(NotFoundError, match="no view named 'everything'"):
        graph.network("everything")
    for both in ({"view": "full"}, {"kinds": ["fact"]}):
        with pytest.raises(QueryError, match="expected only one of them"):
            graph.network(query=heads, **both)  # type: ignore[arg-type]


def test_sentences_come_with_a_folder_of_texts(built: Path, article_text: str, tmp_path: Path) -> None:
    (tmp_path / "reex-ganzhou-tour.txt").write_text(article_text, encoding="utf-8")
    graph = rareearth.open(built, texts=tmp_path)
    [chair] = [s for s in graph.show("li-bo").statements if s.claim.relation.id == "chairs"]
    assert graph.sentence(chair, 0) == article_text[565:782]
    assert rareearth.open(built).sentence(chair, 0) is None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_the_examples_of_the_documentation_run(graph: KnowledgeGraph) -> None:
    """On the shipped data, as they say."""
    names = {"graph": graph, "LABEL": namespaces.PREFIXES["rdfs"] + "label"}
    found = doctest.testmod(knowledge, extraglobs=names, optionflags=doctest.ELLIPSIS)
    assert found.failed == 0
    assert found.attempted >= 18


def test_every_public_method_is_documented() -> None:
    for owner in (KnowledgeGraph, knowledge.Answer):
        public = [name for name in vars(owner) if not name.startswith("_")]
        assert [name for name in public if callable(getattr(owner, name)) and not getattr(owner, name).__doc__] == []


def test_a_name_that_the_graph_does_not_have_is_a_warning(graph: KnowledgeGraph) -> None:
    line = "the graph has no relation ree:chair; did you mean ree:chairs"
    query = "CONSTRUCT { ?a ree:chairs ?b } { ?a ree:chair ?b }"
    for ask in (lambda: graph.ask(query), lambda: graph.network(query=query)):
        with pytest.warns(rareearth.QueryWarning, match=line) as caught:
            ask()
        assert {warning.filename for warning in caught} == {__file__}
    assert graph.hints(query) == [f"{line}?"]
