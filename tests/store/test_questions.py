"""Each question of ontology/questions: its form, and its answer for the article on the tour of Ganzhou.

Other sources may join the data: the assertions look at the claims of the article, or ask whether an answer contains.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
import pytest

from rareearth import namespaces, paths
from rareearth.errors import DataError
from rareearth.store import claims, nquads, oxigraph, questions
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rareearth.dataset import Dataset
    from rareearth.models import Claim

ARTICLE = "reex-ganzhou-tour"
QUESTIONS = sorted((paths.ontology() / "questions").glob("*.rq"))
XSD = namespaces.PREFIXES["xsd"]
SEVEN = {
    "china-rare-earth-group",
    "ganjiang-innovation-academy",
    "jiangxi-rare-earth-society",
    "jiangxi-university-of-science-and-technology",
    "national-rare-earth-functional-materials-innovation-center",
    "national-tungsten-and-rare-earth-testing-center",
    "qiandong-rare-earth-group",
}

Row = dict[str, str | None]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Parameter(NamedTuple):
    """A parameter as a question declares it, with the example that its description ends on."""

    name: str
    kind: str
    example: str

    @property
    def value(self) -> ox.NamedNode | ox.Literal:
        return value(self.kind, self.example)


def value(kind: str, text: str) -> ox.NamedNode | ox.Literal:
    if kind == "entity":
        return ox.NamedNode(namespaces.ENTITY + text)
    datatypes = {"text": "string", "number": "integer", "day": "date"}
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatypes[kind]))


def text_of(name: str) -> str:
    return (paths.ontology() / "questions" / f"{name}.rq").read_text(encoding="utf-8")


def parameters(text: str) -> list[Parameter]:
    found = re.findall(r"^# \?(\w+) (entity|text|number|day): [A-Z].*, such as (\S.*)$", text, re.MULTILINE)
    return [Parameter(*one) for one in found]


def query(store: Oxigraph, text: str, values: Mapping[str, Term]) -> list[tuple[str, ...]]:
    """The answer of any form of query, as rows of text; the answer of an ASK is a row if it is yes."""
    answer = store.engine.query(text, substitutions={ox.Variable(name): term for name, term in values.items()})
    if isinstance(answer, ox.QuerySolutions):
        return [tuple(str(term) for term in row) for row in answer]
    if isinstance(answer, ox.QueryTriples):
        return [(str(t.subject), str(t.predicate), str(t.object)) for t in answer]
    return [("yes",)] if answer else []


def rows(store: Oxigraph, name: str, **ids: str) -> list[Row]:
    """The rows of a SELECT question for entities given by their ids; IRIs of the project as ids."""
    bound: dict[ox.Variable, Term] = {ox.Variable(n): value("entity", id_) for n, id_ in ids.items()}
    answer = store.engine.query(text_of(name), substitutions=bound)
    assert isinstance(answer, ox.QuerySolutions)
    heads = [v.value for v in answer.variables]
    return [{head: namespaces.local(row[head].value) if row[head] else None for head in heads} for row in answer]


def of_article(found: list[Row]) -> list[Row]:
    """The rows that the article is the source of."""
    return [row for row in found if (row.get("claim") or row.get("source") or "").split("/")[0] == ARTICLE]


def column(found: list[Row], *heads: str) -> list[tuple[str | None, ...]]:
    return [tuple(row[head] for head in heads) for row in found]


def says(store: Oxigraph, name: str, **ids: str) -> bool:
    return query(store, text_of(name), {n: value("entity", id_) for n, id_ in ids.items()}) == [("yes",)]


# ---- the form of every file ------------------------------------------------------------------------------

each = pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)


def test_there_are_questions_of_every_form() -> None:
    texts = [path.read_text(encoding="utf-8") for path in QUESTIONS]
    assert len(texts) >= 42
    for form in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        assert any(re.search(rf"^{form}\b", text, re.MULTILINE) for text in texts)


def test_every_file_is_a_question_with_its_english_and_parameters() -> None:
    found = questions.read_all()
    assert [question.name for question in found] == [path.stem for path in QUESTIONS]
    for question in found:
        assert question == questions.find(question.name)
        assert question.english.endswith("?")
        assert [(p.name, p.kind) for p in question.parameters] == re.findall(
            r"^# \?(\w+) (\w+):", question.text, re.MULTILINE
        )


def test_a_file_that_is_no_question_is_reported(tmp_path: Path) -> None:
    for content, message in (
        (b"SELECT * { ?s ?p ?o }", "expected a comment line in English"),
        (b"# Who\xff", "cannot be read"),
    ):
        (tmp_path / "mine.rq").write_bytes(content)
        with pytest.raises(DataError, match=rf"mine\.rq.*{message}"):
            questions.find("mine", tmp_path)


@each
def test_form_of_the_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first, *others = text.splitlines()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    assert re.fullmatch(r"# [A-Z][ -~]+\?", first), "the first line is the question in English"
    assert text.endswith("\n")
    assert all(len(line) <= 120 and line == line.rstrip() for line in text.splitlines())
    declared = [line for line in others if line.startswith("#")]
    assert others[: len(declared)] == declared, "parameters stand below the question"
    assert len(parameters(text)) == len(declared), "a parameter is `# ?name kind: What it is, such as example`"


@each
def test_prefixes_are_the_known_ones_and_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    given = dict(re.findall(r"^PREFIX (\w+): <(.+)>$", text, re.MULTILINE))
    body = re.sub(r"^(PREFIX|#).*$", "", text, flags=re.MULTILINE)
    assert list(given) == sorted(given)
    assert given.items() <= namespaces.PREFIXES.items()
    assert set(given) == set(re.findall(r"\b([a-z]+):[A-Za-z]", body))


@each
def test_parameters_are_variables_that_can_be_bound(path: Path, store: Oxigraph) -> None:
    text = path.read_text(encoding="utf-8")
    examples = {one.name: one.value for one in parameters(text)}
    assert len(examples) == len(parameters(text))
    everything, some = query(store, text, {}), query(store, text, examples)
    assert some, "the examples have an answer"
    assert set(some) <= set(everything), "the parameters narrow the answer and do nothing else"
    for name in examples:
        nothing = {name: ox.NamedNode(namespaces.ENTITY + "not-there")}
        assert query(store, text, nothing) == []


@each
def test_answer_is_stable_and_has_no_row_twice(path: Path, store: Oxigraph, lines: list[str]) -> None:
    text = path.read_text(encoding="utf-8")
    answer = query(store, text, {})
    assert answer
    assert len(set(answer)) == len(answer)
    if not re.search(r"^(ASK|DESCRIBE)\b", text, re.MULTILINE):
        assert "ORDER BY" in text
        assert query(oxigraph.memory(reversed(lines)), text, {}) == answer


@each
def test_heads_are_few_and_the_entities_have_english_labels(path: Path, store: Oxigraph) -> None:
    answer = store.engine.query(path.read_text(encoding="utf-8"))
    if isinstance(answer, ox.QuerySolutions):
        heads = [v.value for v in answer.variables]
        assert len(heads) <= 12
        assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", head) for head in heads)
        for row in answer:
            for head in (h for h in heads if h.endswith("Label")):
                term = row[head]
                assert isinstance(term, ox.Literal)
                assert term.language in ("en", None)


# ---- the answers -----------------------------------------------------------------------------------------


def test_assessments(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "assessments")), "stance", "statement")
    assert ("negative", "China's private sector is marginalized in top-down innovation") in found
    assert ("positive", "China's private sector is capable of nimbleness") in found
    assert [stance for stance, _ in found] == sorted(str(stance) for stance, _ in found)
    assert {row["subject"] for row in rows(store, "assessments", subject="li-bo")} == {"li-bo"}


def test_called(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "called")), "name", "entity", "onlyThere")
    assert ("China Rare Earth Society", "chinese-society-of-rare-earths", "false") in found
    assert ("Li", "li-bo", "true") in found
    assert ("the institute", "ganjiang-innovation-academy", "true") in found


def test_challenges(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "challenges")), "agent", "how", "challengeLabel", "saidBy")
    assert ("china", "faces", "limited private involvement", "Rare Earth Exchanges") in found
    raised = {
        challenge for agent, how, challenge, _ in found if how == "raised" and agent == "qiandong-rare-earth-group"
    }
    assert raised == {"R&D commercialization", "attracting talent"}


def test_claims_by_source(store: Oxigraph, dataset: Dataset) -> None:
    found = of_article(rows(store, "claims-by-source"))
    assert len(found) == sum(claim.source == ARTICLE for claim in dataset.claims)
    starts = [int(row["start"] or -1) for row in found]
    assert starts == sorted(starts)
    assert {row["publisher"] for row in found} == {"rare-earth-exchanges"}
    assert "Western capital could weaken China's hold on rare earths" in {row["statement"] for row in found[-12:]}


def test_comparisons(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "comparisons")), "better", "worseLabel", "field", "saidBy")
    ahead = ("american-technology-transfer", "japanese-technology-transfer", "korean-technology-transfer")
    assert found == [(one, "China", "translation of research", "Rare Earth Exchanges") for one in ahead]


def test_conditions(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "conditions", outcome="rare-earth-leadership")), "how", "other")
    assert found == [
        ("depends on", "structural-reform"),
        ("is hampered by", "systemic-bottlenecks"),
    ]


def test_describe(store: Oxigraph) -> None:
    group = value("entity", "china-rare-earth-group")
    found = query(store, text_of("describe"), {"entity": group})
    assert {subject for subject, _, _ in found} == {str(group)}
    label = str(ox.NamedNode(namespaces.PREFIXES["rdfs"] + "label"))
    assert (str(group), label, str(ox.Literal("中国稀土集团", language="zh"))) in found


def test_evidence(store: Oxigraph, dataset: Dataset) -> None:
    found = of_article(rows(store, "evidence", entity="qiandong-rare-earth-group"))
    assert ("3702", "3908") in column(found, "start", "end")
    assert "Tour of Ganzhou by the Chinese Society of Rare Earths includes a visit to QianDong Rare Earth Group" in {
        row["statement"] for row in found
    }
    spans = {(row["claim"], row["start"]) for row in of_article(rows(store, "evidence", entity="li-bo"))}
    expected = {
        (c.id, str(span.start))
        for c in dataset.claims
        for span in c.at
        if c.source == ARTICLE and "li-bo" in (c.subject, c.object)
    }
    assert spans == expected


def test_facts_and_opinions(store: Oxigraph, dataset: Dataset) -> None:
    found = of_article(rows(store, "facts-and-opinions"))
    claims = [claim for claim in dataset.claims if claim.source == ARTICLE]
    assert {row["kind"]: int(row["claims"] or 0) for row in found} == Counter(claim.kind for claim in claims)
    held = Counter(claim.kind for claim in claims if claim.status == "held")
    assert {row["kind"]: int(row["held"] or 0) for row in found} == held
    assert {row["publisherLabel"] for row in found} == {"Rare Earth Exchanges"}


def test_facts_of_actors(store: Oxigraph) -> None:
    triples = query(store, text_of("facts-of-actors"), {})
    found = {tuple(namespaces.local(term.strip("<>")) for term in triple) for triple in triples}
    assert ("li-bo", "chairs", "chinese-society-of-rare-earths") in found
    assert ("ganjiang-innovation-academy", "partOf", "chinese-academy-of-sciences") in found
    assert not any(relation in ("overlapsWith", "marginalizedIn", "participatesIn") for _, relation, _ in found)
    pledged = ("chinese-society-of-rare-earths", "funds", "jiangxi-university-of-science-and-technology")
    assert pledged not in found


def test_inferred(store: Oxigraph) -> None:
    found = of_article(rows(store, "inferred", subject="ganzhou-tour"))
    assert {(row["given"] or "", row["inferred"]) for row in found} == {
        ("XXXX-04-15/XXXX-04-16", "2025-04-15/2025-04-16"),
        ("", "2025-05"),  # of the month in which it was written
    }
    assert all(row["because"] for row in found)


def test_judgements(store: Oxigraph) -> None:
    found = rows(store, "judgements")
    verdicts = column(found, "left", "verdict", "right")
    assert ("ganjiang-innovation-academy", "same", "gannan-institute-of-innovation") in verdicts
    assert ("ganjiang-innovation-academy", "same", "ganjian-innovation-research-institute") in verdicts
    assert ("chinese-society-of-rare-earths", "different", "jiangxi-rare-earth-society") in verdicts
    assert all(row["reason"] and row["judge"] and row["day"] for row in found)


def test_leaders(store: Oxigraph) -> None:
    found = of_article(rows(store, "leaders"))
    assert column(found, "personLabel", "post", "organizationLabel") == [
        ("Li Bo", "chairs", "Chinese Society of Rare Earths"),
        ("Donald Trump", "leads", "Trump administration"),
    ]
    society = of_article(rows(store, "leaders", organization="chinese-society-of-rare-earths"))
    assert column(society, "person") == [("li-bo",)]


def test_located(store: Oxigraph) -> None:
    in_china = column(rows(store, "located", place="china"), "thing", "how")
    assert ("china-rare-earth-group", "has its head office in Ganzhou") in in_china
    assert ("jiangxi", "is located in China") in in_china
    assert "trump-administration" not in {thing for thing, _ in in_china}
    assert "ganzhou" in {row["thing"] for row in rows(store, "located", place="jiangxi")}


def test_marginalized(store: Oxigraph) -> None:
    found = of_article(rows(store, "marginalized"))
    assert column(found, "agent", "fieldLabel", "kind", "saidBy") == [
        ("chinas-private-sector", "top-down innovation", "assessment", "Rare Earth Exchanges")
    ]


def test_names(store: Oxigraph) -> None:
    society = column(rows(store, "names", entity="chinese-society-of-rare-earths"), "name", "language", "kind")
    assert society[0] == ("Chinese Society of Rare Earths", "en", "name")
    assert ("中国稀土学会", "zh", "name") in society
    assert ("CSRE", "", "acronym") in society
    assert ("China Rare Earth Society", "en", "name in a source") in society
    assert ("the Society", "en", "words of one source") in society
    academy = {row["name"] for row in rows(store, "names", entity="ganjiang-innovation-academy")}
    assert {"Gannan Institute of Innovation", "Ganjian Innovation Research Institute", "赣江创新院"} <= academy


def test_neighbours(store: Oxigraph) -> None:
    found = of_article(rows(store, "neighbours", entity="jiangxi-rare-earth-society"))
    ties = column(found, "relation", "other", "kind")
    assert ("is represented by", "xu-zhifeng", "fact") in ties
    assert ("overlaps with", "chinese-society-of-rare-earths", "assessment") in ties
    assert ("takes part in", "jiangxi-rare-earth-society-meeting", "fact") in ties
    assert ("7", "7") in column(rows(store, "neighbours", entity="ganzhou-tour"), "other", "otherLabel")
    university = rows(store, "neighbours", entity="jiangxi-university-of-science-and-technology")
    pledge = ("is funded by", "chinese-society-of-rare-earths", "pledged")
    assert pledge in column(university, "relation", "other", "status")


def test_overlaps(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "overlaps")), "one", "other", "saidBy")
    assert found == [("chinese-society-of-rare-earths", "jiangxi-rare-earth-society", "Rare Earth Exchanges")]


def test_pledges(store: Oxigraph) -> None:
    found = of_article(rows(store, "pledges"))
    assert "held" not in {row["status"] for row in found}
    matters = {row["matter"] for row in found if row["actor"] == "li-bo"}
    assert matters == {"major national projects", "talent development"}
    promise = "Chinese Society of Rare Earths supports Jiangxi University of Science and Technology"
    assert (promise, "pledged") in column(found, "statement", "status")


def test_recommendations(store: Oxigraph) -> None:
    found = of_article(rows(store, "recommendations"))
    assert {row["adviserLabel"] for row in found} == {"Rare Earth Exchanges"}
    assert {"china", "trump-administration", "chinese-society-of-rare-earths"} <= {row["subject"] for row in found}
    society = of_article(rows(store, "recommendations", subject="jiangxi-rare-earth-society"))
    advice = "Jiangxi Rare Earth Society should pursue closer coordination"
    assert column(society, "advice", "reason") == [(advice, "policy duplication")]


def test_relation_usage(store: Oxigraph, dataset: Dataset) -> None:
    found = rows(store, "relation-usage")
    assert {row["relation"]: int(row["claims"] or 0) for row in found} == {
        **dict.fromkeys(dataset.ontology.relations, 0),
        **Counter(claim.relation for claim in dataset.claims),
    }
    assert ("chairs", "任……董事长或理事长") in column(found, "english", "chinese")
    counts = [int(row["claims"] or 0) for row in found]
    assert counts == sorted(counts, reverse=True)


def test_sentences(store: Oxigraph) -> None:
    answer = query(store, text_of("sentences"), {"start": value("number", "4033")})
    assert answer
    found = [row for row in of_article(rows(store, "sentences")) if row["start"] == "4033"]
    assert {row["end"] for row in found} == {"4131"}
    assert ("Li Bo acknowledged China's private sector", "speech") in column(found, "statement", "kind")
    assert ("Li Bo leaves open institutional reform", "assessment") in column(found, "statement", "kind")


def test_spheres(store: Oxigraph) -> None:
    found = {(row["sphere"], row["otherSphere"]): row for row in rows(store, "spheres")}
    assert len(found) == 10, "each of the four with itself and with each other"
    assert int(found["society", "society"]["facts"] or 0) >= 15
    assert int(found["industry", "society"]["facts"] or 0) >= 8
    assert int(found["academia", "society"]["pledgesAndOpinions"] or 0) >= 4


def test_through_events(store: Oxigraph) -> None:
    found = of_article(rows(store, "through-events", event="ganzhou-tour"))
    hosts = {row["host"] for row in found if row["visitor"] == "li-bo"}
    groups = {"quality-inspection-centres", "midstream-application-hubs"}
    assert hosts == SEVEN - {"jiangxi-rare-earth-society"} | groups, "the society was met, and not visited"
    assert "donald-trump" not in {row["visitor"] for row in rows(store, "through-events")}


def test_timeline(store: Oxigraph) -> None:
    found = of_article(rows(store, "timeline"))
    tour = "Tour of Ganzhou by the Chinese Society of Rare Earths takes place in Ganzhou"
    assert ("2025-04-15", "2025-04-16", tour, "true") in column(found, "firstDay", "lastDay", "statement", "isInferred")


@pytest.mark.parametrize(
    ("participant", "event", "expected"),
    [
        ("li-bo", "ganzhou-tour", True),
        ("chinese-society-of-rare-earths", "ganzhou-tour", True),
        ("xu-zhifeng", "ganzhou-tour", True),  # in the meeting, which is a part of it
        ("donald-trump", "ganzhou-tour", False),
        ("qiandong-rare-earth-group", "ganzhou-tour", False),  # it was visited
        ("yang-zhanfeng", "jiangxi-rare-earth-society-meeting", False),  # nobody says so
    ],
)
def test_took_part_in(store: Oxigraph, participant: str, event: str, expected: bool) -> None:
    assert says(store, "took-part-in", participant=participant, event=event) is expected


def test_visited_institutions(store: Oxigraph) -> None:
    found = of_article(rows(store, "visited-institutions", event="ganzhou-tour"))
    assert len(found) == 7
    assert {row["institution"] for row in found} == SEVEN
    assert set(column(found, "named", "stated", "difference")) == {("7", "7", "0")}
    assert [row["institution"] for row in found if row["how"] == "met"] == ["jiangxi-rare-earth-society"]


def test_visited_institutions_shows_more_named_than_counted(lines: list[str]) -> None:
    eighth = nquads.iri(namespaces.CLAIM + ARTICLE + "/eighth")

    def ree(name: str) -> str:
        return nquads.iri(namespaces.VOCABULARY + name)

    event, laboratory = (nquads.iri(namespaces.ENTITY + id_) for id_ in ("ganzhou-tour", "chinese-academy-of-sciences"))
    more = [
        f"{event} {ree('includesVisitTo')} {laboratory} {eighth} .",
        f"{eighth} {ree('kind')} {ree('fact')} .",
        f"{eighth} {ree('status')} {ree('held')} .",
        f"{eighth} {ree('source')} {nquads.iri(namespaces.SOURCE + ARTICLE)} .",
    ]
    found = of_article(rows(oxigraph.memory([*lines, *more]), "visited-institutions", event="ganzhou-tour"))
    assert set(column(found, "named", "stated", "difference")) == {("8", "7", "-1")}


def test_who_said_what(store: Oxigraph) -> None:
    found = column(of_article(rows(store, "who-said-what", speaker="li-bo")), "aboutLabel", "statement", "stance")
    group, academy = "China Rare Earth Group", "Ganjiang Innovation Academy"
    assert found == [
        (group, f"{group} works on consolidation of the industry", "positive"),
        (group, f"{group} works on technology innovation", "positive"),
        (group, f"Li Bo praised {group}", "positive"),
        (group, f"Li Bo praised {group}", "positive"),
        ("China's private sector", "Li Bo acknowledged China's private sector", "positive"),
        (academy, f"{academy} is described as original-innovation source", "positive"),
        (academy, f"Li Bo works together with {academy}", "positive"),
        (academy, f"Li Bo works together with {academy}", "positive"),
    ]


def test_hedged(store: Oxigraph) -> None:
    found = of_article(rows(store, "hedged"))
    considered = [row for row in found if row["hedge"] == "considered"]
    assert column(considered, "statement", "kind") == [("Ganzhou is described as perennial hub", "assessment")]
    assert {row["hedge"] for row in found} == {"considered", "possible", "presented as", "suggested"}


def test_who_took_part(store: Oxigraph) -> None:
    tour = of_article(rows(store, "who-took-part", event="ganzhou-tour"))
    there = {row["participant"] for row in tour}
    assert {"li-bo", "yang-zhanfeng", "xu-zhifeng", "chinese-society-of-rare-earths"} <= there
    assert ("chinese-society-of-rare-earths", "takes part in") in column(tour, "participant", "part")
    assert "donald-trump" not in {row["participant"] for row in rows(store, "who-took-part")}


# ---- the answers beyond the article ----------------------------------------------------------------------


def held(dataset: Dataset, *relations: str) -> list[Claim]:
    return [c for c in dataset.claims if c.relation in relations and (c.kind, c.status) == ("fact", "held")]


def test_owners(store: Oxigraph, dataset: Dataset) -> None:
    found = rows(store, "owners")
    relations = [name for name, relation in dataset.ontology.relations.items() if relation.owner]
    past = {claim.id for claim in claims.read(store) if claim.over}
    assert {row["claim"] for row in found} == {c.id for c in held(dataset, *relations)} - past
    chenguang = rows(store, "owners", owned="ganzhou-chenguang")
    assert column(chenguang, "owner", "how", "share", "when") == [
        ("shenghe-resources", "has subsidiary", "100", "2025-05"),
        ("huang-ping", "owns a share of", None, "2015-11-10"),
    ]
    shares = column(rows(store, "owners", owner="shenghe-resources", owned="mp-materials"), "share", "bound", "when")
    assert shares == [("7.75", "about", "2022-10"), ("7.7", "about", "2021-12")]
    assert {row["owner"] for row in rows(store, "owners", owned="mountain-pass-mine")} == {"mp-materials"}
    group = rows(store, "owners", owner="china-minmetals", owned="china-rare-earth-group")
    assert {(row["share"], row["when"]) for row in group} == {("20.33", "2021-12-23/")}
    assert ("cm-group-china-rare-earth-group-2021", "page") in column(group, "source", "evidence")
    assert ("geniwate-china-rare-earth-group-2021", "copy") in column(group, "source", "evidence")


def test_owners_through(store: Oxigraph) -> None:
    found = rows(store, "owners-through")
    chains = [row["chain"] for row in found]
    assert len(set(chains)) == len(chains), "each chain once, however many pages tell its steps"
    assert {row["steps"] for row in found} == {"1", "2", "3", "4"}
    hypromag = column(rows(store, "owners-through", owner="mkango-resources", owned="hypromag"), "chain", "share")
    assert hypromag == [("Mkango Resources -79.4%-> Maginito -100%-> HyProMag", "79.4")]
    greenland = rows(store, "owners-through", owner="shenghe-resources", owned="greenland-minerals-as")
    assert column(greenland, "steps", "share") == [("2", None)], "a step without a share makes the product unknown"
    shenghe = rows(store, "owners-through", owner="shenghe-resources")
    shares = {row["owned"]: row["share"] for row in shenghe}
    assert shares["mp-materials"] is None, "a share that is about so much is not exact"
    [mp] = [row for row in shenghe if row["owned"] == "mp-materials"]
    assert (mp["chain"], mp["atLeast"], mp["atMost"]) == (
        "Shenghe Resources -(about 7.75%)-> MP Materials", "7.74", "7.76",
    ), "the later share"  # fmt: skip
    assert column(greenland, "atLeast", "atMost") == [("0", "9")]
    assert shares["energy-transition-minerals"] == "9", "the share that it changed to"
    owners = {row["owner"] for row in rows(store, "owners-through", owned="proterial")}
    assert "bain-capital" in owners
    assert "hitachi" not in owners, "ownership that has changed hands"
    assert "molycorp" not in {row["owner"] for row in found}, "its ownership has ended"
    commerce = rows(store, "owners-through", owner="us-department-of-commerce", owned="usa-rare-earth")
    assert not commerce, "only announced"


def test_the_shares_of_nothing_are_over_the_whole(store: Oxigraph) -> None:
    """Of who owns what today: a former owner whose end nobody stated would make them more than 100 per cent."""
    shares: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows(store, "owners"):
        if row["share"]:
            known = shares[str(row["owned"])].get(str(row["owner"]), Decimal(101))
            shares[str(row["owned"])][str(row["owner"])] = min(known, least(str(row["share"])))
    sums = {owned: sum(held.values()) for owned, held in shares.items()}
    assert {owned: total for owned, total in sums.items() if total > Decimal("100.5")} == {}
    assert max(sums.values()) >= 99, "shares are read"


def least(share: str) -> Decimal:
    """The least that a share as text may be, leaving out those that have no number."""
    numbers = re.findall(r"[0-9.]+", share)
    return Decimal(0) if share.startswith(("at most", "less than")) or not numbers else Decimal(numbers[0])


def test_owners_through_multiplies_up_to_four_steps(dataset: Dataset) -> None:
    firms = ("jpmorgan", "goldman-sachs", "apple", "tesla", "kia", "toyota")  # none owns another in the data
    statements = [(owner, owned, "50", "2024") for owner, owned in itertools.pairwise(firms)]
    statements.append(("jpmorgan", "goldman-sachs", "90", "2020"))
    more = []
    for number, (owner, owned, share, when) in enumerate(statements):
        claim = nquads.iri(f"{namespaces.CLAIM}{ARTICLE}/more{number}")
        triple = " ".join(
            (
                nquads.iri(namespaces.ENTITY + owner),
                nquads.iri(namespaces.VOCABULARY + "ownsShareOf"),
                nquads.iri(namespaces.ENTITY + owned),
            )
        )
        more += [f"{triple} .", f"{triple} {claim} ."]
        for name, term in (
            ("kind", nquads.iri(namespaces.VOCABULARY + "fact")),
            ("status", nquads.iri(namespaces.VOCABULARY + "held")),
            ("evidence", nquads.iri(namespaces.VOCABULARY + "page")),
            ("share", nquads.literal(share, XSD + "decimal")),
            ("earliest", nquads.literal(f"{when}-01-01", XSD + "date")),
        ):
            more.append(f"{claim} {nquads.iri(namespaces.VOCABULARY + name)} {term} .")
    found = rows(oxigraph.memory([*nquads.lines(dataset), *more]), "owners-through", owner="jpmorgan")
    assert column(found, "owned", "steps", "share") == [
        ("apple", "2", "25"),
        ("goldman-sachs", "1", "50"),
        ("kia", "4", "6.25"),
        ("tesla", "3", "12.5"),
    ]


def test_state_behind(store: Oxigraph) -> None:
    found = column(rows(store, "state-behind"), "body", "steps", "company")
    assert ("sasac", "1", "china-rare-earth-group") in found
    assert ("sasac", "2", "china-rare-earth-group-resources-technology") in found
    assert ("ministry-of-natural-resources-china", "2", "mp-materials") in found
    assert ("department-of-atomic-energy-india", "1", "irel") in found, "by supervision"
    assert ("inner-mongolia-government", "2", "gansu-rare-earth") in found
    assert "china-rare-earth-industry-association" not in {company for _, _, company in found}, "no company"
    assert [row["share"] for row in rows(store, "state-behind", body="sasac", company="china-rare-earth-group")] == [
        "31.21"
    ]


def test_supply_outside_china(store: Oxigraph) -> None:
    found = rows(store, "supply-outside-china")
    offtake = ("announced", "up to 1500 t/a", "NdPr oxide", "offtake")
    sold = [row for row in found if (row["supplier"], row["customer"]) == ("arafura-rare-earths", "hyundai-motor")]
    assert offtake in column(sold, "status", "amount", "material", "form")
    assert "jl-mag" not in {row["supplier"] for row in found}, "its head office is in Ganzhou, and that in China"
    assert ("less-common-metals", "Cheshire, United Kingdom") in column(found, "supplier", "from")
    ends = {row[end] or "" for row in found for end in ("from", "to")}
    assert "" not in ends
    assert not any("China" in end for end in ends)


def test_funding(store: Oxigraph, dataset: Dataset) -> None:
    found = rows(store, "funding")
    facts = [claim for claim in dataset.claims if claim.relation == "funds" and claim.kind == "fact"]
    assert {row["claim"] for row in found} == {claim.id for claim in facts}
    amounts = [(row["unit"] or "~", -float(row["number"] or 0)) for row in found]
    assert amounts == sorted(amounts), "by currency, then the greatest first; those without an amount last"
    award = rows(store, "funding", funder="us-department-of-defense", recipient="e-vac-magnetics")
    assert ("94100000", "USD", "award", "held", "2023-09", "us-department-of-defense-e-vac-2023") in column(
        award, "number", "unit", "form", "status", "when", "source"
    )
    assert {row["number"] for row in award} == {"94100000"}


def test_funding_totals(store: Oxigraph, dataset: Dataset) -> None:
    found = {(row["funder"], row["unit"]): row for row in rows(store, "funding-totals")}
    named: dict[tuple[str, str], set[tuple[str, Decimal, str]]] = {}
    for claim in dataset.claims:
        details = dict(claim.qualifiers)
        if claim.relation == "funds" and claim.kind == "fact" and "amount" in details:
            number, _, unit = details["amount"].partition(" ")
            grant = dataset.canonical(claim.object), Decimal(number), details.get("award", "")
            named.setdefault((dataset.canonical(claim.subject), unit), set()).add(grant)
    assert {key: (row["sum"], row["amounts"], row["shared"]) for key, row in found.items()} == {
        key: (
            f"{sum((number for _, number, award in grants if not award), Decimal()):f}",
            str(sum(not award for *_, award in grants)),
            f"{sum((number for _, number, award in grants if award), Decimal()):f}",
        )
        for key, grants in named.items()
    }
    loans = found["export-finance-australia", "AUD"]
    assert (loans["sum"], loans["amounts"]) == ("1650000000", "2"), "six claims state two loans"
    debt = found["wyloo", "AUD"]
    assert (debt["sum"], debt["disputedOnce"]) == ("705000000", "370000000"), "a loan, and three amounts of one debt"
    bank = found["jpmorgan", "USD"]
    assert (bank["sum"], bank["shared"]) == ("0", "650000000"), "its part of the sum is not known"


def test_funding_received(store: Oxigraph) -> None:
    found = {(row["recipient"], row["unit"]): row for row in rows(store, "funding-received")}

    def of(recipient: str, unit: str) -> tuple[str | None, ...]:
        [found_] = column([found[recipient, unit]], "sum", "grants", "funders")
        return found_

    assert of("mp-10x-plant", "USD") == ("650000000", "1", "2"), "two banks pledge one sum"
    assert of("caremag", "EUR") == ("216000000", "2", "3"), "the state, and one sum of two investors"
    assert of("serra-verde", "USD") == ("715000000", "2", "3"), "one loan, which grew, and one sum of two investors"
    assert of("hastings-technology-metals", "AUD") == ("370000000", "2", "1"), "a loan, and three amounts of one debt"
    assert rows(store, "funding-received", recipient="caremag") == [found["caremag", "EUR"]]


def test_operations(store: Oxigraph, dataset: Dataset) -> None:
    pensana = column(rows(store, "operations", group="pensana"), "how", "through", "facility", "place")
    assert ("operates", "Ozango Minerais", "longonjo-project", "Huambo, Angola") in pensana
    lynas = column(rows(store, "operations", group="lynas-rare-earths"), "how", "facility", "through")
    assert ("operates", "mount-weld-mine", None) in lynas
    ended = {(c.subject, c.object) for c in dataset.claims if c.relation == "develops" and c.status == "ended"}
    assert not ended & set(column(rows(store, "operations"), "group", "facility"))
    assert ("neo-performance-materials", "NPM Silmet") in column(
        rows(store, "operations", facility="sillamae-separation-plant"), "group", "through"
    )
    mountain_pass = {row["group"] for row in rows(store, "operations", facility="mountain-pass-mine")}
    assert "mp-materials" in mountain_pass
    assert not {"molycorp", "shenghe-resources"} & mountain_pass, "one is gone, one has but a small share"
    capacities = [row["capacity"] or "" for row in rows(store, "operations", facility="eneabba-refinery")]
    assert capacities
    assert all("up to 23000 t/a" in capacity for capacity in capacities)


def test_leadership_changes(store: Oxigraph) -> None:
    society = rows(store, "leadership-changes", organization="chinese-society-of-rare-earths")
    assert column(society, "person", "when")[:2] == [("gan-yong", "2010-08"), ("li-chunlong", "2018-04-24")]
    assert ("li-bo", ARTICLE) in column(society[2:], "person", "source")
    changed = rows(store, "leadership-changes", organization="northern-minerals")
    assert column(changed, "person", "post")[:2] == [("nick-curtis", "executive chair"), ("adam-handley", "chairs")]
    association = column(rows(store, "leadership-changes"), "organization", "post", "person", "source")
    assert (
        "china-rare-earth-industry-association",
        "is secretary-general of",
        "yang-wenhao",
        "fx361-rare-earth-association-2018",
    ) in association
    organizations = {organization for organization, _, _, _ in association}
    assert "serra-verde" not in organizations, "pages dispute who leads it"
    assert "lynas-rare-earths" not in organizations, "a chair and a chief executive are two posts"


def test_bridges(store: Oxigraph) -> None:
    found = rows(store, "bridges")
    for row in found:
        assert int(row["inChina"] or 0) > 0
        assert int(row["elsewhere"] or 0) + int(row["placeNotKnown"] or 0) > 0
    group = rows(store, "bridges", actor="china-rare-earth-group")
    assert [row["seat"] for row in group] == ["China"]
    assert int(group[0]["inChina"] or 0) >= 6


def test_bridges_counts_on_both_sides(lines: list[str]) -> None:
    def located(thing: str, place: str) -> str:
        return " ".join(
            (
                nquads.iri(namespaces.ENTITY + thing),
                nquads.iri(namespaces.VOCABULARY + "locatedIn"),
                nquads.iri(namespaces.ENTITY + place),
                ".",
            )
        )

    before = rows(oxigraph.memory(lines), "bridges", actor="shenghe-resources")
    known = int(before[0]["elsewhere"] or 0) if before else 0
    more = [located("ganzhou-chenguang", "jiangxi"), located("vietnam-rare-earth-company", "vietnam")]
    (after,) = rows(oxigraph.memory([*lines, *more]), "bridges", actor="shenghe-resources")
    assert int(after["inChina"] or 0) >= 1
    assert int(after["elsewhere"] or 0) >= max(known, 1)


def test_evidence_levels(store: Oxigraph, dataset: Dataset) -> None:
    found = rows(store, "evidence-levels")
    assert sum(int(row["claims"] or 0) for row in found) == len(dataset.claims)
    levels = {"read": "sentence read"}  # the others are labelled by their ids
    expected = Counter(
        (dataset.sources[claim.source].kind or "not said", levels.get(level := nquads.level(dataset, claim), level))
        for claim in dataset.claims
    )
    assert {(row["genre"], row["level"]): int(row["claims"] or 0) for row in found} == expected


def test_conflicts(store: Oxigraph, dataset: Dataset) -> None:
    found = {row["conflict"]: row for row in rows(store, "conflicts")}
    assert set(found) == set(dataset.conflicts)
    claims = Counter(claim.conflict for claim in dataset.claims if claim.conflict)
    assert {conflict: int(row["claims"] or 0) for conflict, row in found.items()} == claims
    tonnage = found["src-tonnage"]
    assert (tonnage["kind"], tonnage["sources"], tonnage["origins"]) == ("contradiction", "2", "1")


def test_one_origin(store: Oxigraph, dataset: Dataset) -> None:
    found = rows(store, "one-origin")
    pages = Counter(source.story for source in dataset.sources.values() if source.story)
    told = {story for story, count in pages.items() if count > 1}
    assert {row["source"] for row in found} == {s.id for s in dataset.sources.values() if s.story in told}
    assert all(int(row["pages"] or 0) == pages[row["story"] or ""] for row in found)
    release = {row["source"] for row in found if row["story"] == "src-hung-thinh-release"}
    assert {"saskatchewan-src-2024", "western-standard-src-2024"} <= release


def test_reserves_and_output(store: Oxigraph) -> None:
    found = column(rows(store, "reserves-and-output"), "holder", "how", "number", "unit", "when")
    assert ("china", "has the reserves or resource", "44000000", "t", "2025") in found
    assert ("china", "produced", "270000", "t", "2024") in found
    deposit = rows(store, "reserves-and-output", holder="per-geijer-deposit")
    figures = column(deposit, "bound", "number", "conflict", "source")
    assert ("about", "1700000", "change", "mining-com-lkab") in figures
    assert ("more than", "1000000", "change", "publicnow-argus-per-geijer-2023") in figures


def test_tonnes(store: Oxigraph) -> None:
    china = column(rows(store, "tonnes", whose="china"), "stage", "what", "tonnes", "unit", "when", "status")
    assert ("mining", "produced", "270000", "t", "2024", "held") in china
    assert ("magnets", "produced", "300000", "t", "2024", "held") in china
    found = column(rows(store, "tonnes"), "stage", "whose", "tonnes", "status")
    assert ("separation", "huamei-green-smelting-plant", "106661", "held") in found
    assert ("magnets", "jl-mag", "40000", "planned") in found, "of the material, where a firm has no stage"
    assert len({row["claim"] for row in rows(store, "tonnes")}) == len(found), "each claim once"


def test_founded_and_ended(store: Oxigraph) -> None:
    found = column(rows(store, "founded-and-ended"), "body", "what", "date", "firstDay", "lastDay")
    assert ("china-rare-earth-group", "was founded on", "2021-12-23", "2021-12-23", "2021-12-23") in found
    assert ("mp-materials", "was founded on", "2017", "2017-01-01", "2017-12-31") in found
    assert ("longnan-wanbao", "merged into", "2013", "2013-01-01", "2013-12-31") in found


def test_every_question_has_a_test() -> None:
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in QUESTIONS} <= tested
