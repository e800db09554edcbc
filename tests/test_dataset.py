"""Reading and cross-checking the data: each kind of fault is told as one line with its file and line."""

# ruff: noqa: E501 - the table of faults is read row by row

from __future__ import annotations

import random

import pytest
from conftest import Folder
from hypothesis import given, settings
from hypothesis import strategies as st

from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.dataset import Dataset
from rareearth.errors import DataError
from rareearth.models import Judgement
from rareearth.ontology import Ontology
from rareearth.store import nquads

ALL, DAILY, SAME = "entities/all.yaml", "sources/daily.yaml", "identities.yaml"


def test_the_small_data_is_without_a_fault(folder: Folder) -> None:
    dataset = folder.dataset()
    assert len(dataset.entities) == 7
    [first, second, *_] = dataset.claims
    assert (first.subject, first.relation, first.object) == ("ann-lee", "leads", "mine-school")
    assert first.qualifiers == (("role", "rector"),)
    assert (second.since, second.until) == ("2020", "2021-06")
    assert [(s.start, s.end, s.fingerprint) for s in second.at] == [(30, 50, "0123abcd"), (60, 70, "00000000")]
    assert dataset.sources["daily"].names == (("ore-works", ("The Ore Works",)),)
    assert dataset.sources["daily"].refers == (("Lee", "ann-lee"),)


def test_where_things_stand(folder: Folder) -> None:
    dataset = folder.dataset()
    text = (folder.data / DAILY).read_text(encoding="utf-8").splitlines()
    for claim in dataset.claims:
        where = dataset.where[f"claim/{claim.id}"]
        assert text[where.line - 1].strip().startswith(f"- {claim.subject} {claim.relation} {claim.object}")
    assert dataset.where["entity/bob-ray"].line == 6
    assert dataset.where["judgement/ore-works~ore-works-ltd"].line == 1


LEADS = "  - ann-lee leads mine-school:\n"
# what: file, old text, new text, lines from the changed text to the fault, what the message says
FAULTS: dict[str, tuple[str, str, str, int, str]] = {
    "wrong relation": (DAILY, LEADS, LEADS.replace("leads", "leeds"), 0, "'leeds' is not a relation of ontology/rareearth.ttl; did you mean leads?"),
    "unknown subject": (DAILY, LEADS, LEADS.replace("ann-lee", "ann-le"), 0, "no record 'ann-le' (the subject of leads) in entities/; did you mean ann-lee"),
    "unknown object": (DAILY, LEADS, LEADS.replace("mine-school", "mime-school"), 0, "no record 'mime-school'"),
    "subject outside the domain": (DAILY, LEADS, LEADS.replace("ann-lee", "oreville"), 0, "'oreville' is a City; expected a person as the subject of leads"),
    "object outside the range": (DAILY, LEADS, LEADS.replace("mine-school", "oreville"), 0, "'oreville' is a City; expected an organization as the object of leads"),
    "two words": (DAILY, LEADS, "  - ann-lee leads:\n", 0, "found 'ann-lee leads'; expected `- subject relation object`"),
    "a claim twice": (DAILY, "claims:\n", "claims:\n  - mine-school locatedIn oreville\n", 16, "the claim 'mine-school locatedIn oreville' is already at"),
    "a claim of itself": (DAILY, "  - mine-school locatedIn oreville", "  - ore-works collaboratesWith ore-works-ltd", 0, "ties ore-works to itself"),
    "fields not indented": (DAILY, "      role: rector\n      at: 0-20", "    role: rector\n    at: 0-20", -1, "is not a claim"),
    "unknown field": (DAILY, "role: rector", "rolle: rector", 0, "unknown field 'rolle'; did you mean role"),
    "a field of the sentence": (DAILY, "role: rector", "subject: bob-ray", 0, "the field 'subject' is not given here"),
    "unknown kind": (DAILY, "kind: speech", "kind: rumour", 0, "kind: found 'rumour'; expected fact, speech, assessment or recommendation"),
    "speech by nobody": (DAILY, "      by: ann-lee\n", "", -2, "is speech without a speaker"),
    "unknown speaker": (DAILY, "by: ann-lee", "by: nobody", -2, "no record 'nobody' (by)"),
    "assessment without a stance": (DAILY, "kind: speech\n      by: ann-lee\n      stance: positive", "kind: assessment", -1, "is an assessment without `stance`"),
    "a bad date": (DAILY, "since: 2020", "since: 2020-13", 0, "since: '2020-13' has no month 13"),
    "a bad interval": (DAILY, "since: 2020", "when: 2021/2020", 0, "when: the interval '2021/2020' ends before it starts"),
    "an inferred time without a reason": (DAILY, "since: 2020", "inferred: {when: 2020}", 0, "lacks the field 'inferred.because'"),
    "a span that is none": (DAILY, "at: 0-20 0123abcd", "at: 0..20", 0, "at: found '0..20'; expected START-END FINGERPRINT"),
    "a span with other digits": (DAILY, "at: 0-20 0123abcd", "at: ٠-٢ 0123abcd", 0, "expected START-END FINGERPRINT"),
    "a span backwards": (DAILY, "at: 0-20 0123abcd", "at: 20-20 0123abcd", 0, "the span 20-20 ends before it starts"),
    "a span outside the text": (DAILY, "at: 0-20 0123abcd", "at: 880-901 0123abcd", -2, "cites characters 880-901 of a text of 900"),
    "a span without a text": (DAILY, "  text: {sha256: " + "0" * 64 + ", chars: 900}\n", "", 5, "its source has no `text`"),
    "a bad hash": (DAILY, "sha256: " + "0" * 64, "sha256: abc", 0, "text.sha256: found 'abc'; expected 64"),
    "a text of no length": (DAILY, "chars: 900", "chars: 0", 0, "text.chars: found '0'"),
    "a source without a title": (DAILY, '  title: "[About the mine school]"\n', "", 0, "lacks the field 'title'"),
    "an unknown publisher": (DAILY, "publisher: daily-ore", "publisher: daily", -1, "no record 'daily' (publisher) in entities/; did you mean daily-ore"),
    "an address that is none": (DAILY, "https://example.org/daily?day=1", "ftp://example.org", 0, "url: found 'ftp://example.org'; expected an address"),
    "an address with brackets": (DAILY, "https://example.org/daily?day=1", "http://example.org/[1]", 0, "expected an address"),
    "an address with a bad escape": (DAILY, "https://example.org/daily?day=1", "http://example.org/%zz", 0, "expected an address"),
    "a language that is none": (DAILY, "language: en", "language: English", 0, "language: found 'English'"),
    "an unknown part": (DAILY, "refers:", "reffers:", 0, "unknown part 'reffers'"),
    "names of nobody": (DAILY, "  ore-works: [The Ore Works]", "  nobody: [The Ore Works]", -6, "no record 'nobody' (names)"),
    "words for nobody": (DAILY, "Lee: ann-lee", "Lee: nobody", -8, "no record 'nobody' (what 'Lee' refers to)"),
    "a duplicate key": (DAILY, "language: en", "title: again", 0, "the key 'title' a second time (first on line 2)"),
    "a class that is none": (ALL, "Company:", "Compnay:", 0, "'Compnay' is not a class; did you mean Company"),
    "an abstract class": (ALL, "Company:", "Actor:", 0, "'Actor' is an abstract class"),
    "a bad id": (ALL, "  bob-ray:", "  Bob_Ray:", 0, "id: found 'Bob_Ray'; expected an id"),
    "a duplicate id in one class": (ALL, "  bob-ray:", "  ann-lee:", 0, "the key 'ann-lee' a second time"),
    "a duplicate id in two classes": (ALL, "  oreville:", "  ore-works:", 0, "the id 'ore-works' is already at"),
    "a record without a name": (ALL, "    name: Bob Ray\n", "    about: Somebody.\n", -1, "lacks the field 'name'"),
    "a kind beside the class": (ALL, "name: Bob Ray", "kind: City", 0, "the field 'kind' is not given here"),
    "aliases that are no list": (ALL, "aliases: [A. Lee]", "aliases: A. Lee", 0, "aliases: found 'A. Lee'"),
    "a name with spaces around": (ALL, "name: Bob Ray", "name: 'Bob Ray '", 0, "expected a line of text without spaces"),
    "a name of two lines": (ALL, "name: Bob Ray", 'name: "Bob\\nRay"', 0, "expected a line of text"),
    "one name for two": (ALL, "name: Bob Ray", "name: ann lee", -1, "'bob-ray' has a name of 'ann-lee'"),
    "a record of which nothing is said": (ALL, "Publisher:", "Publisher:\n  weekly:\n    name: Weekly", 1, "no claim mentions 'weekly'"),
    "a judgement of one record": (SAME, "- ore-works same ore-works-ltd:", "- ore-works same ore-works:", 0, "judges a record against itself"),
    "a judgement of an unknown record": (SAME, "same ore-works-ltd", "same ore-work", 0, "no record 'ore-work' (judged)"),
    "an unknown verdict": (SAME, " same ", " equals ", 0, "verdict: found 'equals'; expected same, different or unsure"),
    "a judgement by nobody": (SAME, "    who: the tests\n", "", -1, "lacks the field 'who'"),
    "a judgement without a day": (SAME, "on: 2026-01-02", "on: yesterday", 0, "on: 'yesterday' is not a date"),
    "a sentence that is none": (SAME, "- ore-works same ore-works-ltd:", "- ore-works:", 0, "is not a judgement"),
    "judgements that contradict": (SAME, "- ore-works same", "- ore-works-ltd different ore-works:\n    who: x\n    on: 2026\n    why: y\n- ore-works same", 0, "contradicts the judgements"),
}  # fmt: skip


@pytest.mark.parametrize(
    "number",
    [
        "9_00",
        "900.0",
        "' 900 '",
        "0x384",
        "9e2",
        "'9,00'",
        "９００",
        "٩٠٠",
        "+900",
        "0900",
        "NaN",
        ".inf",
        "15:00",
        "''",
    ],
)
def test_a_number_is_written_in_digits(folder: Folder, number: str) -> None:
    line = folder.change(DAILY, "chars: 900", f"chars: {number}")
    with pytest.raises(DataError) as caught:
        folder.dataset()
    [problem] = [p for p in caught.value.problems if "text.chars" in p.message]
    assert (problem.file, problem.line) == (folder.data / DAILY, line)
    assert "expected a whole number like 7" in problem.message


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_told_with_its_file_and_line(folder: Folder, what: str) -> None:
    name, old, new, offset, message = FAULTS[what]
    line = folder.change(name, old, new) + offset
    with pytest.raises(DataError) as caught:
        folder.dataset()
    found = [p for p in caught.value.problems if message in p.message]
    assert found, str(caught.value)
    assert any((p.file, p.line) == (folder.data / name, line) for p in found), (line, str(caught.value))
    assert all("\n" not in str(p) for p in caught.value.problems)


def test_all_faults_are_told_at_once_in_the_order_of_the_files(folder: Folder) -> None:
    folder.change(DAILY, "since: 2020", "since: never")
    folder.change(DAILY, "kind: speech", "kind: rumour")
    folder.change(ALL, "Company:", "Compnay:")
    with pytest.raises(DataError) as caught:
        folder.dataset()
    places = [(p.file.name, p.line) for p in caught.value.problems]
    assert places == sorted(places)
    assert len(places) == 3


@pytest.mark.parametrize("content", ["- a\n", "just a text\n", "a: b\n", "Person:\n  ann:\n    - x\n", "Person: [a]\n"])
@pytest.mark.parametrize("name", ["entities/more.yaml", "sources/more.yaml", "identities.yaml"])
def test_a_file_of_another_form_is_refused(folder: Folder, name: str, content: str) -> None:
    folder.write(name, content)
    with pytest.raises(DataError) as caught:
        folder.dataset()
    assert any(p.file == folder.data / name and p.line for p in caught.value.problems), str(caught.value)


def test_a_folder_that_is_none_or_empty(folder: Folder, ontology: Ontology) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        datasets.read(ontology, folder.data / "nothing")
    (folder.data / "empty").mkdir()
    with pytest.raises(DataError, match="contains no data"):
        datasets.read(ontology, folder.data / "empty")


JUNK = st.recursive(
    st.sampled_from(["ann-lee", "Person", "name", "at", "0-9 01234567", "claims", "source", "", "same", "2025", "x y z", "when"]),
    lambda c: st.lists(c, max_size=3) | st.dictionaries(st.sampled_from(["source", "claims", "names", "refers", "Person", "a leads b", "name", "at", "when", "inferred", "title"]), c, max_size=3),
    max_leaves=10,
)  # fmt: skip


@pytest.mark.parametrize("name", ["entities/more.yaml", "sources/more.yaml", "identities.yaml"])
@settings(max_examples=40)
@given(junk=JUNK)
def test_any_yaml_is_data_or_told_as_problems(
    tmp_path_factory: pytest.TempPathFactory, name: str, junk: object
) -> None:
    import json

    folder = Folder(tmp_path_factory.getbasetemp() / f"junk-{name.replace('/', '-')}", tmp_path_factory.getbasetemp())
    folder.write(name, json.dumps(junk))
    try:
        found = folder.dataset()
    except DataError as error:
        problems = error.problems
    else:
        assert isinstance(found, Dataset)
        return
    assert problems
    assert all("\n" not in str(p) for p in problems)


# ---- the id of a claim -----------------------------------------------------------------------------------


def test_evidence_and_notes_do_not_change_the_id_of_a_claim_but_what_is_claimed_does(folder: Folder) -> None:
    before = [c.id for c in folder.dataset().claims]
    folder.change(DAILY, "at: 0-20 0123abcd", "note: Seen.\n      at: 1-20 0123abce")
    assert [c.id for c in folder.dataset().claims] == before
    folder.change(DAILY, "role: rector", "role: dean")
    assert folder.dataset().claims[0].id != before[0]
    assert [c.id for c in folder.dataset().claims][1:] == before[1:]


def test_claims_that_differ_in_one_field_have_different_ids(folder: Folder) -> None:
    claim = folder.dataset().claims[0]
    changes: list[dict[str, object]] = [
        {}, {"by": "bob-ray"}, {"about": "bob-ray"}, {"kind": "speech"}, {"status": "planned"}, {"when": "2020"},
        {"since": "2020"}, {"until": "2020"}, {"qualifiers": ()}, {"source": "other"}, {"object": "ore-works"},
    ]  # fmt: skip
    ids = [claim.model_copy(update=change).id for change in changes]
    assert len(set(ids)) == len(ids)


# ---- identity --------------------------------------------------------------------------------------------


def test_a_judgement_lets_the_left_record_stand_for_both(folder: Folder) -> None:
    dataset = folder.dataset()
    assert dataset.canonical("ore-works-ltd") == dataset.canonical("ore-works") == "ore-works"
    assert dataset.canonical("mine-school") == "mine-school"


@pytest.mark.parametrize("verdict", ["different", "unsure"])
def test_other_verdicts_join_nothing(folder: Folder, verdict: str) -> None:
    folder.change(SAME, " same ", f" {verdict} ")
    assert folder.dataset().canonical_ids == {}


def test_taking_a_judgement_back_gives_the_same_bytes_as_before(folder: Folder) -> None:
    with_it = list(nquads.lines(folder.dataset()))
    text = (folder.data / SAME).read_text(encoding="utf-8")
    folder.write(SAME, "[]\n")
    without = list(nquads.lines(folder.dataset()))
    assert without != with_it
    folder.write(SAME, text)
    assert list(nquads.lines(folder.dataset())) == with_it
    (folder.data / SAME).unlink()
    assert list(nquads.lines(folder.dataset())) == without


RECORDS = "abcdefgh"
PAIRS = st.lists(
    st.tuples(st.sampled_from(RECORDS), st.sampled_from(["same", "different", "unsure"]), st.sampled_from(RECORDS)),
    max_size=12,
)
ONTOLOGY = ontologies.read()


def partition(judgements: list[Judgement]) -> set[frozenset[str]]:
    dataset = Dataset(ONTOLOGY.path, ONTOLOGY, {}, {}, (), tuple(judgements), {}, {})
    return {frozenset(r for r in RECORDS if dataset.canonical(r) == dataset.canonical(one)) for one in RECORDS}


@given(PAIRS, st.integers())
def test_the_order_of_judgements_does_not_matter_for_who_is_one(pairs: list[tuple[str, str, str]], seed: int) -> None:
    judgements = [Judgement(left=a, verdict=v, right=b, who="x", on="2026", why="y") for a, v, b in pairs]
    found = partition(judgements)
    shuffled = random.Random(seed).sample(judgements, len(judgements))  # noqa: S311
    assert partition(shuffled) == found
    joined = {r: {r} for r in RECORDS}
    for a, verdict, b in pairs:
        if verdict == "same":
            both = joined[a] | joined[b]
            joined.update(dict.fromkeys(both, both))
    assert found == {frozenset(group) for group in joined.values()}


def test_values_are_frozen(folder: Folder) -> None:
    claim = folder.dataset().claims[0]
    with pytest.raises(ValueError, match="frozen"):
        claim.subject = "bob-ray"  # type: ignore[misc]
