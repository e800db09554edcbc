"""Of nothing, and of one article, no question says more than that."""

from __future__ import annotations

import pytest
from conftest import ARTICLE, Folder
from small_stores import made

from rareearth import analysis, namespaces
from rareearth.analysis.finding import Verdict
from rareearth.store.oxigraph import Oxigraph


def test_nothing_is_said_where_there_is_nothing(folder: Folder) -> None:
    store = made(folder, {"oreville": "City", "north": "Country"}, {"one": ["oreville locatedIn north"]})
    for name in ("overlap", "communities", "ownership", "chokepoints"):
        finding = analysis.answer(store, name)
        assert finding.verdict in (Verdict.INCONCLUSIVE, Verdict.DESCRIPTIVE)
        assert finding.support.claims == ()
        assert finding.answer


@pytest.mark.parametrize("name", ["overlap", "communities", "ownership", "chokepoints"])
def test_one_article_cannot_carry_a_verdict(store: Oxigraph, name: str) -> None:
    query = "SELECT DISTINCT ?source { ?claim ree:source ?source }"
    others = {namespaces.local(source.value) for (source,) in store.select(query)} - {ARTICLE}
    finding = analysis.answer(store, name, without=others)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert set(finding.support.sources) <= {ARTICLE}
    assert finding.limits
