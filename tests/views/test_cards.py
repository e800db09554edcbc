"""The card of an entity: its names, and every claim about it with its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from conftest import ARTICLE, Folder

from rareearth import namespaces
from rareearth.dataset import Dataset
from rareearth.errors import DateError
from rareearth.store import asof, claims, nquads, oxigraph, vocabulary
from rareearth.store.backend import Rows, Term
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards


def test_a_card_has_the_names_the_kind_and_every_claim(store: Oxigraph, dataset: Dataset) -> None:
    card = cards.card(store, namespaces.ENTITY + "ganjiang-innovation-academy")
    assert (card.name, card.zh, card.kind, card.sphere) == (
        "Ganjiang Innovation Academy", "中国科学院赣江创新研究院", "research institute", "academia",
    )  # fmt: skip
    assert {"Gannan Institute of Innovation", "Ganjian Innovation Research Institute", "赣江创新院"} <= set(card.names)
    claims = [
        c.id
        for c in dataset.claims
        if "ganjiang-innovation-academy" in (dataset.canonical(c.subject), dataset.canonical(c.object))
    ]
    assert sorted(s.claim.id for s in card.statements) == sorted(claims)


@pytest.mark.parametrize(
    "id_", ["li-bo", "ganzhou-tour", "china", "rare-earth-exchanges", "tungsten", "chinas-private-sector"]
)
def test_every_statement_leads_to_its_evidence(store: Oxigraph, dataset: Dataset, id_: str) -> None:
    known = {c.id: c for c in dataset.claims}
    card = cards.card(store, namespaces.ENTITY + id_)
    assert card.statements
    for statement in card.statements:
        claim = known[statement.claim.id]
        assert statement.claim.spans == tuple(
            (s.start, s.end, s.fingerprint) for s in sorted(claim.at, key=lambda s: s.start)
        )
        assert statement.claim.page.url == dataset.sources[claim.source].url
        assert (statement.claim.kind, statement.claim.status) == (claim.kind, claim.status)
        assert statement.claim.note == (claim.note or "")


def test_a_statement_is_read_from_the_side_of_the_card(store: Oxigraph) -> None:
    led = cards.card(store, namespaces.ENTITY + "chinese-society-of-rare-earths")
    [chair] = [s for s in led.statements if s.claim.relation.id == "chairs" and s.object == "Li Bo"]
    assert (chair.subject, chair.phrase, chair.object) == ("Chinese Society of Rare Earths", "is chaired by", "Li Bo")
    [other] = [s for s in cards.card(store, namespaces.ENTITY + "li-bo").statements if s.claim.relation.id == "chairs"]
    assert (other.subject, other.phrase, other.object) == ("Li Bo", "chairs", "Chinese Society of Rare Earths")


def test_facts_come_first_then_speech_then_opinions(store: Oxigraph) -> None:
    text = list(cards.lines(cards.card(store, namespaces.ENTITY + "li-bo")))
    heads = [line for line in text[1:] if line and not line.startswith((" ", "also"))]
    themes = [head.removeprefix("Facts: ") for head in heads if head.startswith("Facts: ")]
    ranks = [
        next(r.theme.rank for r in vocabulary.read(store).relations.values() if r.theme.label == t) for t in themes
    ]
    assert ranks == sorted(ranks)
    assert len(set(themes)) == len(themes) > 1
    heads = [head.partition(":")[0] for head in heads]
    order = ["Facts", "Pledged, planned, announced", "Past", "Quotations", "Assessments", "Recommendations"]
    assert [h for h in heads if h in order] == sorted((h for h in heads if h in order), key=order.index)
    assert {"Facts", "Assessments"} <= set(heads)


def test_every_relation_has_a_theme(store: Oxigraph) -> None:
    relations = vocabulary.read(store).relations.values()
    assert [relation.id for relation in relations if relation.theme is vocabulary.NO_THEME] == []


def test_the_box_has_facts_of_today_each_once(store: Oxigraph) -> None:
    card = cards.card(store, namespaces.ENTITY + "lynas-rare-earths")
    box = {words: [statement.object for statement in of] for words, of in card.box}
    assert box["is chaired by"] == ["John Humphrey"]
    assert "Perth" in box["has its head office in"]
    shown = [statement for _, of in card.box for statement in of]
    assert all(statement.in_box and statement.heading == "Facts" for statement in shown)
    keys = [(statement.phrase, statement.object) for statement in shown]
    assert len(set(keys)) == len(keys)
    [owner] = [s for words, of in card.box for s in of if words == "is partly owned by" and "Hancock" in s.object]
    assert owner.claim.share, "of two claims on one owner the one with the share is shown"
    group = dict(cards.card(store, namespaces.ENTITY + "china-rare-earth-group").box)
    shares = [statement.claim.share.high for statement in group["is partly owned by"] if statement.claim.share]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 6
    assert card.pages == len({statement.claim.source for statement in card.statements})
    assert card.newest == max(statement.claim.page.published for statement in card.statements)


def test_a_card_as_text(store: Oxigraph) -> None:
    text = "\n".join(cards.lines(cards.card(store, namespaces.ENTITY + "chinas-private-sector")))
    assert text.startswith("China's private sector\nprivate sector · industry · chinas-private-sector\n")
    assert (
        "China's private sector is marginalized in top-down innovation  "
        "[negative; according to Rare Earth Exchanges; inferred May 2025]"
    ) in text
    assert f"{ARTICLE} 3909-4032 cbb2c2a8" in text
    assert "https://rareearthexchanges.com/?p=5252" in text


def test_sentences_are_shown_when_they_are_at_hand(store: Oxigraph) -> None:
    card = cards.card(store, namespaces.ENTITY + "li-bo")
    text = "\n".join(cards.lines(card, lambda statement, number: f"<{statement.claim.relation.id} {number}>"))
    assert f"{ARTICLE} 565-782 802e427b  “<chairs 0>”" in text
    assert f"{ARTICLE} 1414-1797 c3e42374  “<chairs 1>”" in text


def test_inferred_times_qualifiers_and_pages_are_told(folder: Folder, store: Oxigraph) -> None:
    text = "\n".join(cards.lines(cards.card(store, namespaces.ENTITY + "ganzhou-tour")))
    assert "[15–16 April, year not given; inferred 2025]" in text
    small = oxigraph.memory(nquads.lines(folder.dataset()))
    text = "\n".join(cards.lines(cards.card(small, namespaces.ENTITY + "mine-school")))
    assert "Mine School is led by Ann Lee  [role: rector]" in text
    assert "Mine School has affiliated Bob Ray  [2020 to June 2021]" in text
    assert "daily: Daily Ore, undated (page)" in text


@pytest.mark.slow
def test_a_card_reads_what_its_entity_has_however_large_the_store(lines: list[str]) -> None:
    """Ten more copies of the data, each with ids of its own, and not one row more is read."""
    own = re.compile(rf"(<{namespaces.BASE}(?:entity|source|claim|conflict|judgement|story)/[^>#]+)")
    copies = [own.sub(rf"\g<1>-{copy}", line) for copy in range(10) for line in lines if own.match(line)]
    rows = []
    for store in (Counting(oxigraph.memory(lines).engine), Counting(oxigraph.memory([*lines, *copies]).engine)):
        text = "\n".join(cards.lines(cards.card(store, namespaces.ENTITY + "chinese-society-of-rare-earths")))
        rows.append((store.rows, store.queries, text))
    assert rows[0] == rows[1]
    assert rows[0][1] < 15


@pytest.mark.parametrize("day", ["2013", "2021-12", "2024", "2025-05-06"])
@pytest.mark.parametrize("id_", ["li-bo", "china", "lynas-rare-earths", "chinese-society-of-rare-earths"])
def test_a_card_as_of_a_day_is_that_of_the_store_of_the_day(store: Oxigraph, id_: str, day: str) -> None:
    card, then = cards.card(store, namespaces.ENTITY + id_, day), asof.at(store, day).store
    assert list(cards.lines(card)) == list(cards.lines(cards.card(then, namespaces.ENTITY + id_)))
    whole = cards.card(store, namespaces.ENTITY + id_)
    times = ("when", "since", "until", "inferred")
    undated = [
        claim
        for claim in (statement.claim for statement in whole.statements)
        if not claim.page.published and not any(getattr(claim, name) for name in times)
        if claim.relation.traits.get("timeless") != "true"
    ]
    assert (card.undated, whole.undated) == (len(undated), 0)


def test_a_card_as_of_a_day_copies_no_store_and_names_what_is_no_day(lines: list[str]) -> None:
    store = Counting(oxigraph.memory(lines).engine)
    everything = len(claims.read(store))
    store.rows = 0
    assert cards.card(store, namespaces.ENTITY + "chinese-society-of-rare-earths", "2024").statements
    assert store.rows < everything
    with pytest.raises(DateError, match="'soon' is not a date"):
        cards.card(store, namespaces.ENTITY + "li-bo", "soon")


class Counting(Oxigraph):
    """A store that counts the queries it answers and the rows it gives."""

    queries = rows = 0

    def select(self, query: str, values: Mapping[str, Term] | None = None) -> Rows:
        self.queries += 1
        self.rows += len(list(super().select(query, values)))
        return super().select(query, values)
