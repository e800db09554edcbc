"""What cannot be so in the real world is told at the claim that shows it."""

from __future__ import annotations

import pytest
from conftest import Folder

from rareearth.errors import DataError
from rareearth.sentences import fingerprint

HEAD = """\
source:
  title: "[Owners]"
  publisher: daily-ore
  url: https://example.org/owners
  language: en
claims:
"""


def faults(folder: Folder, claims: str, head: str = HEAD) -> list[str]:
    folder.write("sources/owners.yaml", head + claims)
    try:
        folder.dataset()
    except DataError as error:
        return [f"{p.line}: {p.message}" for p in error.problems]
    return []


@pytest.mark.parametrize(
    "claims",
    [
        ["ore-works ownsShareOf mine-school", "mine-school ownsShareOf ore-works"],
        ["ore-works ownsShareOf mine-school:\n      until: 2014", "mine-school acquired ore-works:\n      when: 2018"],
        ["ore-works ownsShareOf ore-works", "ore-works acquired ore-works"],
        ["ore-works ownsShareOf ore-works-ltd"],  # the two are judged the same
        ["ore-works partOf mine-school", "mine-school partOf ore-works"],
    ],
)
def test_circles_of_owners_and_shares_of_its_own_are_facts(folder: Folder, claims: list[str]) -> None:
    assert faults(folder, "".join(f"  - {claim}\n" for claim in claims)) == []


@pytest.mark.parametrize("claim", ["ore-works subsidiaryOf ore-works", "ann-lee controls ann-lee"])
def test_what_nothing_can_be_to_itself_is_refused(folder: Folder, claim: str) -> None:
    assert any("to itself" in fault for fault in faults(folder, f"  - {claim}\n"))
    [fault] = faults(folder, "  - ore-works supplies ore-works-ltd\n")
    assert (
        fault == "7: ties ore-works to itself, as a judgement says that the two are the same; nothing supplies itself"
    )


@pytest.mark.parametrize(("second", "wrong"), [("40", False), ("40.4", False), ("41", True), ("60.5", True)])
def test_more_than_all_of_a_company(folder: Folder, second: str, *, wrong: bool) -> None:
    claims = (
        "  - ann-lee ownsShareOf mine-school:\n      share: 60\n      when: 2020\n"
        f"  - bob-ray ownsShareOf mine-school:\n      share: {second}\n      when: 2020\n"
    )
    assert any("add up to" in fault for fault in faults(folder, claims)) is wrong


def test_a_share_that_is_no_number_is_told_as_such(folder: Folder) -> None:
    [fault] = faults(folder, "  - ann-lee ownsShareOf mine-school:\n      share: 60 percent\n")
    assert "found '60 percent'; expected a percentage" in fault


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("share: 70\n      role: votes", "share: 45\n      role: capital", False),
        ("share: 70\n      role: votes", "share: 45", False),
        ("share: 70\n      role: votes", "share: 45\n      role: votes", True),
        ("share: 70\n      role: board seats", "share: 45\n      role: board seats", False),
        ("share: 60\n      bound: up to", "share: 60\n      bound: less than", False),
        ("share: 60\n      bound: at least", "share: 45", True),
        ("share: 25-50", "share: 75-100", False),
        ("share: 26-50", "share: 75-100", True),
    ],
)
def test_what_adds_up_are_the_least_shares_of_one_thing(
    folder: Folder, first: str, second: str, *, wrong: bool
) -> None:
    claims = "".join(
        f"  - {owner} ownsShareOf mine-school:\n      {said}\n"
        for owner, said in (("ann-lee", first), ("bob-ray", second))
    )
    assert any("add up to" in fault for fault in faults(folder, claims)) is wrong


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("share: 60\n      bound: less", "bound: 'less' is not a bound; expected one of about, at least"),
        ("share: 60\n      bound: lessthan", "did you mean less than?"),
        ("share: 60\n      bound: Less than", "did you mean less than?"),
        ("share: 60\n      bound: over", "did you mean more than?"),
        ("share: 60\n      bound: under", "did you mean less than?"),
        ("share: 60\n      role: voting rights", "did you mean votes?"),
        ("bound: less than", "bound: found 'less than' without a number"),
        ("share: 60\n      role: vote", "role: 'vote' is not what an owner has a share of; did you mean votes?"),
        ("share: 25-50\n      bound: about", "a range has no bound but its own"),
        ("share: 120", "at most 100"),
    ],
)
def test_words_of_a_share_that_are_not_known_are_refused(folder: Folder, fields: str, message: str) -> None:
    found = faults(folder, f"  - ann-lee ownsShareOf mine-school:\n      {fields}\n")
    assert any(message in fault for fault in found), found
    assert faults(folder, "  - ann-lee leads ore-works:\n      role: vote\n") == []


def test_shares_at_other_times_do_not_add_up(folder: Folder) -> None:
    claims = (
        "  - ann-lee ownsShareOf mine-school:\n      share: 60\n      when: 2020\n"
        "  - bob-ray ownsShareOf mine-school:\n      share: 70\n      when: 2022\n"
    )
    assert faults(folder, claims) == []


def test_a_copy_is_not_read_with_high_confidence(folder: Folder) -> None:
    head = HEAD.replace("  language: en\n", "  language: en\n  copy: mirror\n")
    [fault] = faults(folder, "  - ann-lee leads ore-works:\n      confidence: high\n", head)
    assert fault.startswith("8: is read with high confidence from a mirror")
    assert faults(folder, "  - ann-lee leads ore-works:\n      confidence: medium\n", head) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("5000", "expected a number and a unit"),
        ("5000 tonnes", "'tonnes' is not a unit"),
        ("5000 tonnes", "'tonnes' is not a unit; did you mean t?"),
        ("5000 TPA", "did you mean t/a?"),
        ("5000 RMB", "did you mean CNY?"),
        ("5000 yuan", "did you mean CNY?"),
        ("5000 usd", "did you mean USD?"),
        ("5000 US$", "did you mean USD?"),
        ("5000 Euro", "did you mean EUR?"),
        ("5000 stone", "'stone' is not a unit; expected one of AUD"),
        *(
            (f"{number} t/a", "expected a number and a unit")
            for number in (
                "5,000",
                "5_000",
                "5e3",
                "0x10",
                "+5",
                ".5",
                "5.",
                "NaN",
                ".inf",
                "1:30",
                "１２",
                "०",
                "05",
                "9" * 19,
                "5 million",
                "1/2",
                "5-6",
            )
        ),
        ("USD 5", "expected a number and a unit"),
    ],
)
def test_a_measure_is_a_number_and_a_unit(folder: Folder, value: str, message: str) -> None:
    [fault] = faults(folder, f"  - ore-works capacity {value}\n")
    assert message in fault
    assert faults(folder, "  - ore-works capacity 5000 t/a\n") == []


def test_a_conflict_is_declared_and_has_two_sides(folder: Folder) -> None:
    claim = "  - ann-lee leads ore-works:\n      conflict: who-leads\n"
    assert any("no conflict 'who-leads'" in fault for fault in faults(folder, claim))
    folder.write("conflicts.yaml", "who-leads:\n  question: Who leads it?\n  kind: contradiction\n  why: Two names.\n")
    assert any("1 claims name it; a conflict needs two" in fault for fault in faults(folder, claim))
    both = claim + "  - bob-ray leads ore-works:\n      conflict: who-leads\n"
    assert faults(folder, both) == []


JUDGED = "- {}:\n    who: x\n    on: 2026\n    why: They were born in other years.\n"
TWINS = "  {0}:\n    name: {1}\n    zh: 王芳\n"


def twins(folder: Folder, kind: str, ids: list[str], judgements: list[str]) -> list[str]:
    """What is said of records of one Chinese name and a class, given these judgements."""
    records = "".join(TWINS.format(id_, id_.title()) for id_ in ids)
    folder.change("entities/all.yaml", f"{kind}:\n", f"{kind}:\n{records}")
    (folder.data / "identities.yaml").unlink()
    if judgements:
        folder.write("identities.yaml", "".join(JUDGED.format(judgement) for judgement in judgements))
    folder.change("entities/all.yaml", "name: Ore Works Limited", "name: Ore Works and Sons")
    return [fault for fault in faults(folder, "  - ann-lee leads ore-works\n") if "no claim mentions" not in fault]


@pytest.mark.parametrize("kind", ["Person", "Company", "City"])
@pytest.mark.parametrize("verdict", ["different", "unsure"])
def test_two_of_one_name_are_kept_if_they_are_judged(folder: Folder, kind: str, verdict: str) -> None:
    assert twins(folder, kind, ["a-one", "a-two"], [f"a-two {verdict} a-one"]) == []


def test_two_of_one_name_that_nobody_judged_are_refused(folder: Folder) -> None:
    [fault] = twins(folder, "Person", ["a-one", "a-two"], [])
    assert "'a-two' has a name of 'a-one'; merge them, judge them the same or different, or rename one" in fault


def test_of_three_of_one_name_every_two_are_judged(folder: Folder) -> None:
    [fault] = twins(folder, "Person", ["a-one", "a-two", "b-two"], ["a-one different a-two", "a-two different b-two"])
    assert "'b-two' has a name of 'a-one'" in fault


def test_a_judgement_counts_for_the_records_that_are_the_same(folder: Folder) -> None:
    judgements = ["a-one same a-two", "a-two different b-two"]
    assert twins(folder, "Person", ["a-one", "a-two", "b-two"], judgements) == []


@pytest.mark.parametrize(
    ("judgements", "line", "message"),
    [
        (["a-one same a-two", "a-two different a-one"], 5, "contradicts the judgements that make both of them a-one"),
        (["a-one same a-two", "a-two same b-two", "b-two different a-one"], 9, "contradicts the judgements"),
        (["a-one same a-two", "a-two unsure a-one"], 5, "contradicts the judgements"),
        (["a-one different a-two", "a-two unsure a-one"], 5, "identities.yaml:1 judges different; keep one of the two"),
    ],
)
def test_judgements_that_contradict_are_refused(folder: Folder, judgements: list[str], line: int, message: str) -> None:
    found = twins(folder, "Person", ["a-one", "a-two", "b-two"], judgements)
    assert any(fault.startswith(f"{line}: ") and message in fault for fault in found), found


def test_what_a_sentence_says_is_given_in_other_words(folder: Folder) -> None:
    """A sentence of a page does not enter the data, only its fingerprint and a paraphrase."""
    words = "Ann Lee runs Ore Works."
    claim = "  - ann-lee leads ore-works:\n      read: {{sentence: {}, on: 2026-11-26, says: {}}}\n"
    assert faults(folder, claim.format(fingerprint(words), "Ore Works is led by Ann Lee.")) == []
    [fault] = faults(folder, claim.format(fingerprint(words), words))
    assert "is the sentence itself; expected what it says in other words" in fault


def test_a_sentence_of_a_text_that_was_kept_is_cited_by_its_characters(folder: Folder) -> None:
    head = HEAD.replace("claims:", f"  text: {{sha256: {'0' * 64}, chars: 80}}\nclaims:")
    reading = "read: {sentence: 0123abcd, on: 2026-11-26, says: Ann Lee leads it.}"
    [fault] = faults(folder, f"  - ann-lee leads ore-works:\n      {reading}\n", head)
    assert "expected `at: START-END FINGERPRINT`" in fault


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("{sentence: 0123ABCD, on: 2026-11-26, says: It.}", "8 hexadecimal digits"),
        ("{sentence: 0123abcd, on: 2026-13-26, says: It.}", "2026-13-26"),
        ("{sentence: 0123abcd, says: It.}", "on"),
        ("{sentence: 0123abcd, on: 2026-11-26}", "says"),
        ("0123abcd", "read"),
    ],
)
def test_a_reading_that_is_not_whole_is_refused_at_its_line(folder: Folder, reading: str, expected: str) -> None:
    found = faults(folder, f"  - ann-lee leads ore-works:\n      read: {reading}\n")
    assert found
    assert all(fault.startswith(("7: ", "8: ")) for fault in found)
    assert expected in " ".join(found)


def test_a_page_is_one_source(folder: Folder) -> None:
    claim = "  - ann-lee ownsShareOf ore-works\n"
    folder.write("sources/again.yaml", HEAD + claim)
    assert faults(folder, claim) == ["2: has the url of source 'again'; put the claims of one page into one file"]
