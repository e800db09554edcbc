"""Spellings that mean one name have one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import names, spelling


def core(name: str) -> str:
    return spelling.core(spelling.fold(name))


ONE = [
    ("稀土", "希土"),
    ("广晟", "廣晟"),
    ("鉄", "铁"),
    ("鉄", "鐵"),
    ("髙橋", "高桥"),
    ("沢", "澤"),
    ("株式会社日立", "日立株式會社"),
    ("广晟集团有限公司", "廣晟集團股份有限公司"),
    ("北方稀土（集团）高科技股份有限公司", "北方稀土高科技"),
    ("Ore & Sons", "Ore and Sons"),
    ("O'Brien", "OBrien"),
    ("Lynas’s", "Lynas"),
    ("U.S. Ore", "US Ore"),
    ("J.P. Ore", "JP Ore"),
    ("Ørsted", "Orsted"),
    ("Łódź", "Lodz"),
    ("Straße", "STRASSE"),
    ("ＬＹＮＡＳ　Ｃｏ．", "lynas"),
    ("The Ore", "ore"),
    *[
        (f"Ore{form}", "Ore")
        for form in (
            " Co., Ltd.", " Company Limited", ", Inc.", " Inc", " GmbH", " AG", " S.A.", " SA", " S.p.A.", " B.V.",
            " AB", " A/S", " AS", " Oy", " Pty Ltd", " Pty. Ltd.", " plc", " LLC", " LP", " Corp.", " Corporation",
            " Group", " Holdings", " PJSC", " KK", " K.K.", " Kabushiki Kaisha", " Sdn Bhd",
            " Pvt. Ltd.", " SE", " N.V.",
            " Group Co., Ltd.", " (Group) Co., Ltd",
        )
    ],
    ("AO Ore", "Ore"),
    ("PJSC Ore", "Ore"),
    ("OOO Ore", "JSC Ore"),
    ("Gan\u00adzhou", "Ganzhou"),
    ("\ufeffGanzhou\u200b", "Ganzhou"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_name(one: str, other: str) -> None:
    assert spelling.joined(core(one)) == spelling.joined(core(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("稀土", "西土"),
        ("Ore Works", "Ore Work"),
        ("Ore Group A", "Ore Group B"),
        ("Co", "Ltd"),
        ("王芳", "王方"),
        ("AB", "AG"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert core(one) != core(other)


def test_identity_folds_less_than_finding() -> None:
    apart = [(one, other) for one, other in ONE if names.key(one) != names.key(other)]
    assert ("广晟", "廣晟") in apart
    assert ("Ore Group", "Ore") in apart
    assert ("AO Ore", "Ore") in apart


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("李波", "libo"),
        ("厦门钨业股份有限公司", "xiamenwuye"),
        ("廈門鎢業", "xiamenwuye"),
        ("重庆", "chongqing"),
        ("广晟", "guangsheng"),
        ("Соликамск", "solikamsk"),
        ("トヨタ", "toyota"),
        ("Ελλάς", "ellas"),
    ],
)
def test_names_in_latin_letters(name: str, read: str) -> None:
    assert read in spelling.latin(name)


@given(st.one_of(st.text(), st.text("aA .,-&'’()（）中國国希稀股份有限公司集团ßøŁéThe", max_size=20)))
def test_folding_twice_is_folding_once(name: str) -> None:
    folded = spelling.fold(name)
    assert folded == " ".join(folded.split())
    once = spelling.core(folded)
    assert spelling.core(once) == once
    assert bool(once) == bool(folded)


def test_no_character_has_a_form_that_has_another() -> None:
    forms = spelling.character_forms()
    assert len(forms) > 3000
    assert [chr(one) for one, other in forms.items() if ord(other) in forms] == []
