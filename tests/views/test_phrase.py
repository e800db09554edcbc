"""A claim in words: nothing is converted or rounded away, what is unknown stays unknown, inferred is said."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from conftest import Folder
from hypothesis import assume, given
from hypothesis import strategies as st

from rareearth import edtf
from rareearth.store import claims, nquads, oxigraph
from rareearth.store.claims import Claim
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import phrase

DATES = {
    "2025": "2025",
    "2025-04": "April 2025",
    "2025-04-15": "15 April 2025",
    "0987": "987",
    "2025-05~": "about May 2025",
    "2025?": "perhaps 2025",
    "2025%": "perhaps about 2025",
    "2026-34": "the second quarter of 2026",
    "202X": "the 2020s",
    "20XX": "a year from 2000 to 2099",
    "XXXX": "year unknown",
    "XXXX-02": "February, year unknown",
    "XXXX-04-15": "15 April, year unknown",
    "XXXX-04-XX": "April, day and year unknown",
    "XXXX-XX": "date unknown",
    "2025-XX": "2025, month unknown",
    "2025-XX-15": "day 15 of an unknown month, 2025",
    "2025-04-XX": "April 2025, day unknown",
    "2025-1X": "October, November or December 2025",
    "2025-0X": "some month from January to September 2025",
    "2025-04-1X": "some day from 10 to 19 April 2025",
    "2025-04-X5": "5, 15 or 25 April 2025",
    "2025-04-15/2025-04-16": "15–16 April 2025",
    "XXXX-04-15/XXXX-04-16": "15–16 April, year unknown",
    "2025-03-30/2025-04-02": "30 March to 2 April 2025",
    "2024-12-30/2025-01-02": "30 December 2024 to 2 January 2025",
    "2026-01/2026-06": "January to June 2026",
    "2016/2017": "2016 to 2017",
    "2021-12/..": "since December 2021",
    "2021/": "from 2021, end unknown",
    "../2026-04": "until April 2026",
    "/2021": "until 2021, start unknown",
}


@pytest.mark.parametrize("text", DATES)
def test_a_date_in_words(text: str) -> None:
    assert phrase.date(text) == DATES[text]


def edtf_texts() -> st.SearchStrategy[str]:
    digit = st.sampled_from("0123456789X")
    year = st.one_of(st.integers(1, 2100).map(lambda n: f"{n:04}"), st.text(digit, min_size=4, max_size=4))
    month = st.one_of(st.integers(1, 12).map(lambda n: f"{n:02}"), st.sampled_from(["33", "34", "35", "36", "XX"]))
    two = st.one_of(st.integers(1, 31).map(lambda n: f"{n:02}"), st.builds(lambda a, b: a + b, digit, digit))
    date = st.builds(
        lambda y, m, d, mark: "-".join([y, *([m] if m else []), *([d] if m and d else [])]) + mark,
        year, st.one_of(st.just(""), month, two), st.one_of(st.just(""), two), st.sampled_from(["", "", "~", "?", "%"]),
    )  # fmt: skip
    end = st.one_of(date, st.sampled_from(["", ".."]))
    return st.one_of(date, st.builds(lambda a, b: f"{a}/{b}", end, end))


def is_date(text: str) -> bool:
    try:
        edtf.parse(text)
    except ValueError:
        return False
    return True


@given(edtf_texts())
def test_any_date_that_is_read_is_said_without_its_signs(text: str) -> None:
    assume(is_date(text))
    words = phrase.date(text)
    assert words
    assert words == words.strip()
    assert not re.search(r"X|~|%|/|\.\.|  ", words), (text, words)


@given(edtf_texts(), edtf_texts())
def test_any_spell_is_said(since: str, until: str) -> None:
    assume(is_date(since) and is_date(until))
    for words in (phrase.spell(since, until), phrase.spell(since, ""), phrase.spell("", until)):
        assert words
        assert not re.search(r"X|~|%|/|\.\.|  ", words), (since, until, words)


@given(edtf_texts())
def test_known_years_and_unknown_ones_are_said_as_such(text: str) -> None:
    assume(is_date(text) and "/" not in text)
    words = phrase.date(text)
    if text[:4].isdigit():
        assert str(int(text[:4])) in words
        assert "year unknown" not in words
    if text.startswith("XXXX"):
        assert "unknown" in words
        assert not re.search(r"\d{4}", words)


SPELLS = [
    ("2021", "", "since 2021"),
    ("", "2023", "until 2023"),
    ("2020", "2023", "2020 to 2023"),
    ("2020", "2021-06", "2020 to June 2021"),
    ("", "XXXX-02", "until February, year unknown"),
    ("", "2015/2017", "until some time from 2015 to 2017"),
    ("2020~", "2023", "from about 2020 until 2023"),
    ("", "", ""),
]


@pytest.mark.parametrize(("since", "until", "words"), SPELLS)
def test_a_spell_in_words(since: str, until: str, words: str) -> None:
    assert phrase.spell(since, until) == words


AMOUNTS = {
    "250000000 USD": "USD 250 million",
    "1250000000 AUD": "AUD 1.25 billion",
    "10000000000 CNY": "CNY 10 billion",
    "582300000 USD": "USD 582.3 million",
    "5980000 CNY": "CNY 5.98 million",
    "1234567891 USD": "USD 1,234,567,891",
    "999999 USD": "USD 999,999",
    "40400 t": "40,400 t",
    "4700000000 t": "4.7 billion t",
    "5000 t/a": "5,000 t a year",
    "5000 t/d": "5,000 t a day",
    "110 USD/kg": "USD 110 per kg",
    "300 ppm": "300 ppm",
    "83 acre": "83 acres",
    "12 m2": "12 m²",
    "0.0004 t": "0.0004 t",
    "-3.5 t": "-3.5 t",
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_in_words(text: str) -> None:
    assert phrase.amount(text) == AMOUNTS[text]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=6))
def test_no_digit_of_a_number_is_lost(value: Decimal) -> None:
    words = phrase.number(format(value, "f"))
    digits, _, scale = words.partition(" ")
    factor = {"": 0, "million": 6, "billion": 9, "trillion": 12}[scale]
    assert Decimal(digits.replace(",", "")).scaleb(factor) == value


def test_how_a_number_is_meant_is_said_with_it() -> None:
    assert phrase.amount("250000000 USD", "up to") == "up to USD 250 million"
    assert phrase.share("7.75", "about") == "about 7.75%"
    assert phrase.share("50", "at least") == "at least 50%"
    assert phrase.share("0.004") == "0.004%"


def claim(folder: Folder, text: str, head: str = "") -> Claim:
    folder.write(
        "sources/one.yaml",
        f'source:\n  title: "[One]"\n  publisher: daily-ore\n  url: https://example.org/one\n  language: en\n{head}'
        f"claims:\n  - {text}\n",
    )
    [found] = [c for c in claims.read(oxigraph.memory(nquads.lines(folder.dataset()))) if c.source == "one"]
    return found


def test_the_number_of_a_claim_is_said_as_it_is_meant(folder: Folder) -> None:
    one = claim(folder, "ore-works capacity 5000 t/a:\n      bound: up to")
    assert phrase.statement(one) == "Ore Works has the capacity up to 5,000 t a year"
    assert phrase.details(one) == []


def test_a_share_is_said_in_per_cent(folder: Folder) -> None:
    one = claim(folder, "ore-works marketShare 30:\n      bound: about")
    assert phrase.statement(one) == "Ore Works has a market share of about 30%"
    assert phrase.details(one) == []
    two = claim(folder, "ore-works ownsShareOf mine-school:\n      bound: at least\n      share: 7.75")
    assert phrase.details(two) == ["share: at least 7.75%"]


def test_of_two_numbers_none_is_said_to_be_the_one_that_is_bounded(folder: Folder) -> None:
    one = claim(folder, "ore-works capacity 5000 t/a:\n      bound: at least\n      share: 3")
    assert phrase.statement(one) == "Ore Works has the capacity 5,000 t a year"
    assert phrase.qualifiers(one) == ["read as: at least", "share: 3%"]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("when: 2019-05", "May 2019"),
        ("since: 2021", "since 2021"),
        ("when: XXXX-04-15/XXXX-04-16\n      inferred: {when: 2025-04-15/2025-04-16, because: So.}",
         "15–16 April, year not given; inferred 2025"),
        ("when: XXXX-05\n      inferred: {when: 2025-06, because: So.}", "May, year not given; inferred June 2025"),
        ("inferred: {when: 2025-06~, because: So.}", "inferred about June 2025"),
        ("confidence: low", ""),
    ],
)  # fmt: skip
def test_the_time_of_a_claim(folder: Folder, times: str, words: str) -> None:
    assert phrase.time(claim(folder, f"bob-ray leads ore-works:\n      {times}")) == words


def test_status_stance_speaker_and_evidence(folder: Folder) -> None:
    one = claim(
        folder,
        "ore-works supports mine-school:\n      kind: speech\n      by: ann-lee\n      stance: negative\n"
        "      status: planned\n      confidence: low\n      when: 2020",
        head="  published: 2024-05-06\n  copy: digest\n",
    )  # fmt: skip
    assert phrase.details(one) == ["planned", "negative", "according to Ann Lee", "2020"]
    assert phrase.evidence(one) == "copy, digest, low confidence"
    assert phrase.source(one.page) == "Daily Ore, 6 May 2024"
    assert phrase.statement(one, inward=True) == f"Mine School {one.relation.inverse} Ore Works"
    assert phrase.conflict(one) == ""


def test_every_claim_of_the_data_is_said_without_a_raw_value(store: Oxigraph) -> None:
    datatypes = set()
    for one in claims.read(store):
        words = [phrase.statement(one), *phrase.details(one), phrase.evidence(one), phrase.source(one.page)]
        assert all(words)
        values = [phrase.time(one), phrase.source(one.page)] + [phrase.object_(one)] * bool(one.object.datatype)
        for said in values:
            assert not re.search(r"XX|[0-9]~|[0-9]/[0-9]|[0-9]{4}-[0-9]{2}|[0-9]{5}", said), said
        assert bool(one.inferred or one.end_inferred_from) is any("inferred" in text for text in phrase.details(one))
        assert bool(one.conflict) is bool(phrase.conflict(one))
        datatypes.add(one.object.datatype)
    assert len(datatypes) >= 5
