"""Verdicts that turn between two states, with the claims behind them."""

from __future__ import annotations

import pytest

from rareearth import analysis
from rareearth.analysis import turns
from rareearth.analysis.finding import Verdict
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import changes


class Found:
    def __init__(self, question: str, verdict: Verdict, *claims: str) -> None:
        self.question, self.verdict = question, verdict
        self.support = type("Support", (), {"claims": claims})()


def test_only_what_turned_is_listed_with_the_claims_that_moved(
    store: Oxigraph, small: Oxigraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = changes.between(store, small)
    gone, *_ = (claim.id for claim in moved.gone)
    before = [Found("Why?", Verdict.SUPPORTED, gone, "a/kept"), Found("Who?", Verdict.INCONCLUSIVE, gone)]
    then = [Found("Why?", Verdict.INCONCLUSIVE, "a/kept"), Found("Who?", Verdict.INCONCLUSIVE)]
    answers = {id(store): before, id(small): then}
    monkeypatch.setattr(analysis, "answers", lambda of: answers[id(of)])
    found = turns.between(store, small, moved)
    assert found == [turns.Turn("Why?", Verdict.SUPPORTED, Verdict.INCONCLUSIVE, (gone,))]
    assert list(turns.lines(found)) == ["Verdicts that turned", "~ Why? supported → inconclusive", f"    {gone}"]
    assert list(turns.lines([])) == ["no verdict turned"]


@pytest.fixture
def small() -> Oxigraph:
    from rareearth.store import oxigraph

    return oxigraph.memory([])
