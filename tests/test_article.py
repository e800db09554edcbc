"""What the data makes of the article on the tour of Ganzhou: complete, and right where it is easy to be wrong."""

from __future__ import annotations

import itertools
import subprocess
from collections import Counter
from itertools import pairwise

import pytest
from conftest import ARTICLE, ROOT

from rareearth import sentences
from rareearth.dataset import Dataset
from rareearth.models import Claim
from rareearth.store.oxigraph import Oxigraph

CSRE, JIANGXI = "chinese-society-of-rare-earths", "jiangxi-rare-earth-society"
GIA, GANNAN, CAPTION = (
    "ganjiang-innovation-academy",
    "gannan-institute-of-innovation",
    "ganjian-innovation-research-institute",
)


@pytest.fixture(scope="module")
def claims(dataset: Dataset) -> list[Claim]:
    return [claim for claim in dataset.claims if claim.source == ARTICLE]


def said(claims: list[Claim], *words: str, **fields: object) -> Claim:
    """The claim of these words (subject, relation, object) and fields; there is exactly one, or none to find."""
    subject, relation, obj = words
    [found] = [
        c
        for c in claims
        if (c.subject, c.relation, c.object) == (subject, relation, obj)
        and all(getattr(c, name) == value for name, value in fields.items())
    ]
    return found


def test_it_is_complete(claims: list[Claim], dataset: Dataset) -> None:
    assert len(claims) >= 175
    named = {end for c in claims for end in (c.subject, c.object, c.by, c.about, *(v for _, v in c.qualifiers))}
    assert len({dataset.canonical(str(n)) for n in named if n in dataset.entities}) >= 96
    assert {c.kind for c in claims} == {"fact", "speech", "assessment", "recommendation"}


def test_every_claim_leads_to_a_span_of_the_text(claims: list[Claim], dataset: Dataset) -> None:
    text = dataset.sources[ARTICLE].text
    assert text is not None
    assert text.sha256 == "b06d378bd2e5cb55d481bf5300861396e9b108cacd08266a1bdd88bdb5065816"
    assert text.chars == 5617
    assert all(c.at and all(0 <= s.start < s.end <= text.chars for s in c.at) for c in claims)


def test_claims_are_from_the_whole_of_the_text(claims: list[Claim]) -> None:
    cited = sorted({s.start for c in claims for s in c.at})
    assert cited[0] < 100
    assert cited[-1] > 5300
    assert max(b - a for a, b in pairwise(cited)) < 400


def test_one_span_has_one_fingerprint(claims: list[Claim]) -> None:
    marks = {(s.start, s.end, s.fingerprint) for c in claims for s in c.at}
    assert len({(start, end) for start, end, _ in marks}) == len(marks)


def test_six_institutions_were_visited_a_seventh_was_met_and_seven_is_what_the_text_counts(
    claims: list[Claim], dataset: Dataset
) -> None:
    stops = {dataset.canonical(c.object) for c in claims if c.relation == "includesVisitTo"}
    visited = {stop for stop in stops if dataset.ontology.is_a(dataset.entities[stop].kind, "Organization")}
    assert visited == {
        GIA, "jiangxi-university-of-science-and-technology", "china-rare-earth-group",
        "national-rare-earth-functional-materials-innovation-center",
        "national-tungsten-and-rare-earth-testing-center", "qiandong-rare-earth-group",
    }  # fmt: skip
    assert stops - visited == {"quality-inspection-centres", "midstream-application-hubs"}
    assert said(claims, JIANGXI, "participatesIn", "jiangxi-rare-earth-society-meeting")
    assert said(claims, "ganzhou-tour", "institutionsVisited", str(len(visited) + 1))


def test_what_the_text_limits_is_limited_in_the_data(claims: list[Claim]) -> None:
    hedged = {
        (c.subject, c.relation, c.object): dict(c.qualifiers)["hedge"] for c in claims if "hedge" in dict(c.qualifiers)
    }
    assert hedged == {
        ("ganzhou-tour", "characterizedAs", "strategic-move"): "presented as",
        ("ganzhou-tour", "pursuesGoal", "high-quality-development"): "presented as",
        ("ganzhou", "characterizedAs", "perennial-hub"): "considered",
        ("top-down-innovation", "reliesOn", "chinas-state-owned-sector"): "possible",
        ("top-down-innovation", "underuses", "chinas-private-sector"): "possible",
        ("top-down-innovation", "underuses", "chinas-startup-ecosystem"): "possible",
        ("trump-administration", "shouldPursue", "faster-american-research"): "suggested",
        ("visit-to-qiandong", "characterizedAs", "most-sobering-insight"): "possible",
        ("jiangxi-rare-earth-society-meeting", "pursuesGoal", "provincial-collaboration"): "suggested",
        (CSRE, "shouldPursue", "closer-coordination"): "suggested",
        (JIANGXI, "shouldPursue", "closer-coordination"): "suggested",
        ("ganzhou-tour", "characterizedAs", "momentum"): "suggested",
        ("rare-earth-leadership", "risks", "insufficient-impact"): "possible",
        ("rare-earth-leadership", "characterizedAs", "impressive-in-presentation"): "possible",
    }


def test_what_somebody_says_praises_or_promises_is_never_a_plain_fact(claims: list[Claim]) -> None:
    """A verb of speaking in the relation makes it speech of its subject; the author states only that it was said."""
    spoken = [c for c in claims if c.relation in {"praised", "acknowledged", "raisedConcern"} or c.status == "pledged"]
    assert len(spoken) == 9
    assert {(c.kind, c.by == c.subject) for c in spoken} == {("speech", True)}
    assert not [c for c in claims if c.by and c.about == c.by]


def test_a_heading_with_a_question_mark_is_no_evidence(claims: list[Claim]) -> None:
    questions = {1369, 2179, 4211}
    assert not [c for c in claims if {span.start for span in c.at} & questions]


def test_the_year_nobody_gave_is_kept_unknown_and_inferred_openly(claims: list[Claim], dataset: Dataset) -> None:
    place = said(claims, "ganzhou-tour", "takesPlaceIn", "ganzhou")
    assert place.when == "XXXX-04-15/XXXX-04-16"
    assert place.inferred is not None
    assert place.inferred.when == "2025-04-15/2025-04-16"
    assert len(place.inferred.because) > 40
    assert dataset.sources[ARTICLE].published is None
    for claim in claims:
        for time in (claim.when, claim.since, claim.until):
            assert time is None or time.startswith("XXXX")
        assert claim.inferred is None or claim.inferred.because


def test_li_is_li_bo_in_this_article_only(dataset: Dataset) -> None:
    source = dataset.sources[ARTICLE]
    assert ("Li", "li-bo") in source.refers
    assert "Li" not in {name for _, names in source.names for name in names}
    for entity in dataset.entities.values():
        assert "Li" not in (entity.name, *entity.aliases, *entity.acronyms)


def test_typos_stay_in_the_observed_names(dataset: Dataset) -> None:
    observed = {name for _, names in dataset.sources[ARTICLE].names for name in names}
    assert "rare earthproduct testing facility" in observed
    names = {n for e in dataset.entities.values() for n in (e.name, *e.aliases)}
    assert not any("earthproduct" in name for name in names)
    assert [e.id for e in dataset.entities.values() if "Ganjian " in " ".join([e.name, *e.aliases])] == [CAPTION]


def test_donald_trump_takes_part_in_nothing(dataset: Dataset, claims: list[Claim]) -> None:
    his = {"donald-trump", "trump-administration"}
    about = [c for c in claims if {c.subject, c.object, c.by, c.about} & his]
    assert about
    events = {e.id for e in dataset.entities.values() if dataset.ontology.is_a(e.kind, "Event")}
    assert events
    assert not [c for c in about if {c.subject, c.object} & events]
    assert {c.relation for c in about} == {"leads", "locatedIn", "shouldPursue"}


def test_the_national_society_is_not_that_of_jiangxi(dataset: Dataset, claims: list[Claim]) -> None:
    source = dataset.sources[ARTICLE]
    assert (CSRE, ("China Rare Earth Society",)) in source.names
    assert ("the Society", CSRE) in source.refers
    assert dataset.entities[CSRE].zh == "中国稀土学会"
    assert dataset.canonical(CSRE) != dataset.canonical(JIANGXI)
    assert {frozenset((j.left, j.right)): j.verdict for j in dataset.judgements}[
        frozenset((CSRE, JIANGXI))
    ] == "different"
    assert said(claims, CSRE, "participatesIn", "ganzhou-tour")
    assert said(claims, "xu-zhifeng", "represents", JIANGXI)
    assert said(claims, CSRE, "funds", "jiangxi-university-of-science-and-technology", status="pledged")


def test_three_records_are_one_academy_by_judgements_that_give_their_reasons(dataset: Dataset) -> None:
    judged = {j.right: j for j in dataset.judgements if j.left == GIA and j.verdict == "same"}
    assert set(judged) >= {GANNAN, CAPTION}
    assert all(len(j.why) > 80 and j.who and j.on for j in judged.values())
    assert {dataset.canonical(record) for record in (GIA, GANNAN, CAPTION)} == {GIA}
    assert dataset.entities[GIA].zh == "中国科学院赣江创新研究院"
    assert ("the institute", GANNAN) in dataset.sources[ARTICLE].refers


UNFRIENDLY = [
    ("chinas-private-sector", "marginalizedIn", "top-down-innovation"),
    ("chinas-private-sector", "characterizedAs", "undervalued"),
    ("china", "facesChallenge", "limited-certification-abroad"),
    ("china", "facesChallenge", "slow-research-translation"),
    ("china", "facesChallenge", "bureaucratic-coordination"),
    (CSRE, "risks", "policy-duplication"),
    ("china", "hasCapability", "chinas-hold-on-rare-earths"),
    (CSRE, "overlapsWith", JIANGXI),
    (CSRE, "lacks", "enforcement-power"),
    ("top-down-innovation", "reliesOn", "chinas-state-owned-sector"),
    ("li-bo", "leavesOpen", "institutional-reform"),
]


@pytest.mark.parametrize("words", UNFRIENDLY, ids=" ".join)
def test_negative_claims_are_there_as_the_authors(
    claims: list[Claim], dataset: Dataset, words: tuple[str, str, str]
) -> None:
    claim = said(claims, *words, kind="assessment")
    assert claim.stance == "negative"
    assert dataset.speaker(claim) == "rare-earth-exchanges"
    assert not dataset.is_plain_fact(claim)


@pytest.mark.parametrize("who", ["american", "japanese", "korean"])
def test_comparisons_name_the_field(claims: list[Claim], who: str) -> None:
    claim = said(claims, f"{who}-technology-transfer", "outperforms", "china", kind="assessment")
    assert ("in", "research-translation") in claim.qualifiers


def test_speech_says_who_speaks_and_pledges_are_no_facts(claims: list[Claim], dataset: Dataset) -> None:
    speech = [c for c in claims if c.kind == "speech"]
    assert {c.by for c in speech} == {"li-bo", "ganzhou-tour-delegation", CSRE, "qiandong-rare-earth-group"}
    pledged = [c for c in claims if c.status == "pledged"]
    assert len(pledged) >= 4
    assert not any(dataset.is_plain_fact(c) for c in pledged)


def test_recommendations_are_apart_and_the_publishers(claims: list[Claim], dataset: Dataset) -> None:
    advised = [c for c in claims if c.kind == "recommendation"]
    assert {c.subject for c in advised} >= {"china", "trump-administration", CSRE}
    assert {dataset.speaker(c) for c in advised} == {"rare-earth-exchanges"}


def test_the_actors_of_the_article_are_not_lost_in_the_store(store: Oxigraph, claims: list[Claim]) -> None:
    query = f"""SELECT (COUNT(DISTINCT ?claim) AS ?n) {{
                ?claim ree:source source:{ARTICLE} ; ree:kind ?kind ; ree:at ?at }}"""
    [row] = store.select(query).plain()
    assert row["n"] == len(claims)


# ---- with the text at hand -------------------------------------------------------------------------------


def test_every_span_holds_what_its_fingerprint_says(claims: list[Claim], article_text: str) -> None:
    for claim in claims:
        for span in claim.at:
            assert sentences.fingerprint(article_text[span.start : span.end]) == span.fingerprint, (claim.id, span)


def test_observed_names_stand_in_the_text_letter_for_letter(dataset: Dataset, article_text: str) -> None:
    source = dataset.sources[ARTICLE]
    words = [name for _, names in source.names for name in names] + [word for word, _ in source.refers]
    assert words
    assert [word for word in words if word not in article_text] == []


def test_nearly_every_sentence_is_the_evidence_of_a_claim(claims: list[Claim], article_text: str) -> None:
    cited = {(s.start, s.end) for c in claims for s in c.at}
    longer = [s for s in sentences.sentences(article_text) if s.end - s.start > 90]
    missed = [s for s in longer if not any(a <= s.start and s.end <= b for a, b in cited)]
    assert missed == []


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in sentences.fold(text).casefold()).split()
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_no_sentence_of_the_article_stands_in_the_repository(dataset: Dataset, article_text: str) -> None:
    """No eight words in a row, in any file that git has or would take, but for names as long as that."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = {run for e in dataset.entities.values() for name in (e.name, *e.aliases) for run in runs(name)}
    claimed = {claim.object for claim in dataset.claims if claim.source == ARTICLE} & set(dataset.entities)
    lists = itertools.permutations([dataset.entities[id_].name for id_ in sorted(claimed)], 2)
    names |= {run for two in lists for run in runs(" ".join(two))}
    theirs = runs(article_text) - names
    assert len(theirs) > 500
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(files) > 600
    found = {}
    for path in files:
        if path.is_file():
            shared = runs(path.read_text(encoding="utf-8", errors="replace")) & theirs
            if shared:
                found[str(path)] = Counter(" ".join(run) for run in shared)
    assert found == {}
