"""Values in sentences are what the data would write: times, shares, money, quantities and counts."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import edtf, ontology
from rareearth.proposals.text import numbers, values
from rareearth.proposals.text.values import Value
from rareearth.sentences import Span

ONTOLOGY = ontology.read()
PUBLISHED = "2026-05-20"


def found(text: str, language: str = "en", published: str | None = PUBLISHED) -> list[Value]:
    return values.find(text, Span(0, len(text)), language, published, ONTOLOGY)


def read(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    return [(value.what, value.text, value.bound) for value in found(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It owns 12.5 per cent of it.", ("share", "12.5", "")),
        ("It owns about 41% of it.", ("share", "41", "about")),
        ("Just under 20 percent of it was sold.", ("share", "20", "less than")),
        ("A fifth of the shares", ("share", "20", "")),
        ("two thirds of the firm", ("share", "66.67", "")),
        ("a half share", ("share", "50", "")),
        ("a wholly owned subsidiary", ("share", "100", "")),
        ("Sixty per cent of it", ("share", "60", "")),
        ("a loan of as much as $145 million", ("money", "145000000 USD", "up to")),
        ("€2.4m", ("money", "2400000 EUR", "")),
        ("NOK 85 million", ("money", "85000000 NOK", "")),
        ("C$22 million", ("money", "22000000 CAD", "")),
        ("3.5 billion yuan", ("money", "3500000000 CNY", "")),
        ("US$1.2bn", ("money", "1200000000 USD", "")),
        ("2,000 tonnes a year", ("quantity", "2000 t/a", "")),
        ("120 t/yr of oxides", ("quantity", "120 t/a", "")),
        ("20,000 tpa", ("quantity", "20000 t/a", "")),
        ("5 kt of metal", ("quantity", "5000 t", "")),
        ("some 900 tonnes", ("quantity", "900 t", "about")),
        ("up to 1.9 million tonnes", ("quantity", "1900000 t", "up to")),
        ("more than 7 acres", ("quantity", "7 acre", "more than")),
        ("seven institutions", ("count", "7", "")),
    ],
)
def test_english_values(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("持股51%", ("share", "51", "")),
        ("持有百分之五十一的股份", ("share", "51", "")),
        ("占三成", ("share", "30", "")),
        ("全资子公司", ("share", "100", "")),
        ("投资12.6亿元", ("money", "1260000000 CNY", "")),
        ("约500万美元", ("money", "5000000 USD", "about")),
        ("年产5000吨", ("quantity", "5000 t/a", "")),
        ("每年2.1万吨", ("quantity", "21000 t/a", "")),
        ("库存300吨以上", ("quantity", "300 t", "at least")),
        ("占地约180亩", ("quantity", "180 mu", "about")),
    ],
)
def test_chinese_values(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text, "zh") == [expected]


@pytest.mark.parametrize(
    ("text", "field", "stated", "inferred"),
    [
        ("on 3 March 2026", "when", "2026-03-03", ""),
        ("on March 3, 2026", "when", "2026-03-03", ""),
        ("in March 2026", "when", "2026-03", ""),
        ("since 2019", "since", "2019", ""),
        ("until 2004", "until", "2004", ""),
        ("from 2028", "since", "2028", ""),
        ("in the third quarter of 2027", "when", "2027-07/2027-09", ""),
        ("in the first half of 2028", "when", "2028-01/2028-06", ""),
        ("Q2 2025", "when", "2025-04/2025-06", ""),
        ("in early 2026", "when", "2026~", ""),
        ("between 2020 and 2022", "when", "2020/2022", ""),
        ("on 9 and 10 September 2026", "when", "2026-09-09/2026-09-10", ""),
        ("on 14 April", "when", "XXXX-04-14", "2026-04-14"),
        ("last year", "when", "", "2025"),
        ("last month", "when", "", "2026-04"),
        ("on Monday", "when", "", "2026-05-18"),
        ("since November", "since", "XXXX-11", "2025-11"),
    ],
)
def test_english_times(text: str, field: str, stated: str, inferred: str) -> None:
    [time] = found(f"It happened {text}.")
    assert (time.what, time.field, time.text, time.inferred) == ("time", field, stated, inferred)
    assert bool(time.because) == bool(inferred)


@pytest.mark.parametrize(
    ("text", "field", "stated", "inferred"),
    [
        ("2026年3月18日", "when", "2026-03-18", ""),
        ("2028年上半年", "when", "2028-01/2028-06", ""),
        ("2025年第三季度", "when", "2025-07/2025-09", ""),
        ("自2027年1月1日起", "since", "2027-01-01", ""),
        ("任期至2030年", "until", "2030", ""),
        ("4月26日", "when", "XXXX-04-26", "2026-04-26"),
        ("去年", "when", "", "2025"),
        ("今年3月", "when", "", "2026-03"),
    ],
)
def test_chinese_times(text: str, field: str, stated: str, inferred: str) -> None:
    [time] = found(text, "zh")
    assert (time.field, time.text, time.inferred) == (field, stated, inferred)


@pytest.mark.parametrize(
    "text", ["2,026 tonnes", "31 April 2026", "12 percentage points", "no. 20261", "the 1990s", "version 2.0.1", "400%"]
)
def test_what_is_no_time_or_share(text: str) -> None:
    assert [value for value in found(text) if value.what in ("share", "time")] == []


def test_without_a_date_of_publication_nothing_is_inferred() -> None:
    assert found("It closed last year.", published=None) == []
    [day] = found("It closed on 14 April.", published=None)
    assert (day.text, day.inferred) == ("XXXX-04-14", "")


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}"]))
def test_every_day_that_is_written_is_found(day: date, form: str) -> None:
    text = form.format(d=day.day, m=f"{day:%B}", y=day.year)
    assert [v.text for v in found(f"They met on {text} in Oreville.")] == [day.isoformat()]
    assert [v.text for v in found(f"{day.year}年{day.month}月{day.day}日", "zh")] == [day.isoformat()]


@given(st.decimals(Decimal("0.01"), Decimal(100), places=2))
def test_every_share_that_is_written_is_found(share: Decimal) -> None:
    for text in (f"It owns {share}% of it", f"It owns {share} per cent of it"):
        assert [(v.what, v.text) for v in found(text)] == [("share", numbers.written(share))]


@given(st.integers(1, 999_999_999))
def test_every_amount_that_is_written_is_found(number: int) -> None:
    for text in (f"${number:,}", f"US${number}", f"USD {number:,}"):
        assert [(v.what, v.text) for v in found(f"It paid {text}.")] == [("money", f"{number} USD")]


@given(st.text(string.printable + "年月日亿万元%约至去"), st.sampled_from(["en", "zh"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    for value in found(text, language):
        assert 0 <= value.start < value.end <= len(text)
        assert value.text or value.inferred
        if value.what == "time":
            edtf.parse(value.text or value.inferred)


@pytest.mark.parametrize("part", ["1", " ", "1,", "2026 ", "a ", "$1", "年", "12%", "in "])
def test_long_texts_take_time_in_proportion(part: str) -> None:
    text = part * (100_000 // len(part))
    values.find(text, Span(0, len(text)), "en", PUBLISHED, ONTOLOGY)
    values.find(text, Span(0, len(text)), "zh", PUBLISHED, ONTOLOGY)
