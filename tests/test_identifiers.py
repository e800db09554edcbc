"""Identifiers: real ones are right, any wrong digit is seen, and two records do not have one."""

from __future__ import annotations

import pytest
from conftest import Folder
from hypothesis import given
from hypothesis import strategies as st

from rareearth import identifiers, namespaces, network
from rareearth.errors import DataError
from rareearth.store import nquads, oxigraph
from rareearth.views import cards

# As their registers give them: Chinese Academy of Sciences, Lynas, Bloomberg Finance L.P., a Chinese company, Berlin.
REAL = [
    ("ror", "034t30j35"),
    ("isin", "AU000000LYC6"),
    ("lei", "5493001KJTIIGC8Y1R12"),
    ("uscc", "91110000600037341L"),
    ("wikidata", "Q64"),
    ("ticker", "ASX:LYC"),
    ("ticker", "SZSE:000831"),
]
CHECKED = [(scheme, value) for scheme, value in REAL if scheme not in ("ticker", "wikidata")]


@pytest.mark.parametrize(("scheme", "value"), REAL)
def test_real_identifiers_are_right(scheme: str, value: str) -> None:
    assert identifiers.fault(scheme, value) == ""


@given(st.sampled_from(CHECKED), st.integers(0, 8), st.sampled_from("0123456789"))
def test_another_digit_is_seen(real: tuple[str, str], at: int, digit: str) -> None:
    scheme, value = real
    places = [number for number, sign in enumerate(value) if sign.isdigit()]
    place = places[at % len(places)]
    wrong = value[:place] + digit + value[place + 1 :]
    assert (identifiers.fault(scheme, wrong) == "") is (wrong == value)


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        ("ticker LYC https://example.org/", "EXCHANGE:CODE"),
        ("isin AU000000LYC7 https://example.org/", "check digit"),
        ("lei ASX:LYC https://example.org/", "expected 20 signs"),
        ("duns 123456789 https://example.org/", "expected one of ticker"),
        ("ticker ASX:LYC", "expected SCHEME VALUE PAGE"),
        ("ticker ASX:LYC www.example.org", "http"),
        ("wikidata http://www.wikidata.org/entity/Q64 https://example.org/", "an item like Q1377"),
    ],
)
def test_a_wrong_identifier_is_refused_at_its_record(folder: Folder, given_id: str, expected: str) -> None:
    line = folder.change("entities/all.yaml", "    name: Ore Works\n", f"    name: Ore Works\n    ids: [{given_id}]\n")
    with pytest.raises(DataError) as raised:
        folder.dataset()
    assert expected in str(raised.value)
    assert f":{line + 1}:" in str(raised.value)


def test_an_identifier_is_of_one_record(folder: Folder) -> None:
    for name in ("Ore Works", "Mine School"):
        lei = "lei 5493001KJTIIGC8Y1R12 https://example.org/lei"
        folder.change("entities/all.yaml", f"    name: {name}\n", f"    name: {name}\n    ids: [{lei}]\n")
    with pytest.raises(DataError, match="has the lei 5493001KJTIIGC8Y1R12 of"):
        folder.dataset()


def test_identifiers_are_in_the_store_the_network_and_on_the_card(folder: Folder) -> None:
    ids = (
        "ticker TSX:ORE https://example.org/a, ticker ASX:ORE https://example.org/b, wikidata Q64 https://example.org/c"
    )
    folder.change("entities/all.yaml", "    name: Ore Works\n", f"    name: Ore Works\n    ids: [{ids}]\n")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    iri = namespaces.ENTITY + "ore-works"
    pages = store.select(
        "SELECT ?value ?page { entity:ore-works ree:identifier [ skos:notation ?value ; dcterms:source ?page ] }"
    )
    assert sorted((value.value, page.value) for value, page in pages) == [
        ("ASX:ORE", "https://example.org/b"), ("Q64", "https://example.org/c"), ("TSX:ORE", "https://example.org/a"),
    ]  # fmt: skip
    [same] = store.select("SELECT ?same { entity:ore-works skos:exactMatch ?same }")
    assert same[0].value == "http://www.wikidata.org/entity/Q64"
    node = network.read(store, "full").nodes["ore-works"]
    assert (node["ticker"], node["wikidata"]) == ("ASX:ORE | TSX:ORE", "Q64")
    card = cards.card(store, iri)
    assert card.identifiers == (("ticker", "ASX:ORE"), ("ticker", "TSX:ORE"), ("wikidata", "Q64"))
    assert "ticker ASX:ORE; ticker TSX:ORE; Wikidata Q64" in list(cards.lines(card))
