"""Findings as text, as JSON, and in the singular."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from conftest import Folder
from planted_worlds import world

from rareearth import analysis
from rareearth.analysis import finding
from rareearth.analysis.finding import Finding, Support, Table, TestResult, Verdict

if TYPE_CHECKING:
    pass


def test_a_finding_as_text_and_as_a_record() -> None:
    support = Support(2, ("x/1",), ("x",), {"fact": 1}, 0)
    table = Table("Figures", ("who", "how much"), (("a", 1 / 3), ("b", None), ("c", float("inf"))), "A note.", support)
    result = TestResult(2, {"ratio": 1 / 3}, Verdict.INCONCLUSIVE)
    made = Finding(
        name="n", question="Q?", claim="It is so", verdict=Verdict.INCONCLUSIVE, answer="Too little.", result=result,
        tables=(table,), limits=("A limit.",), method=("A method.",), support=support,
    )  # fmt: skip
    text = "\n".join(finding.lines(made))
    assert "It is so – inconclusive" in text
    for part in (
        "Q?",
        "Too little.",
        "Figures",
        "0.3333",
        "A note.",
        "A limit.",
        "A method.",
        "2 ties from 1 claim (1 fact) of 1 source; 0 claims cite a sentence",
    ):
        assert part in text
    record = json.loads(json.dumps(finding.record(made), allow_nan=False))
    assert record["tables"][0]["rows"] == [["a", 0.333333], ["b", None], ["c", None]]
    assert record["verdict"] == "inconclusive"
    assert record["support"]["kinds"] == {"fact": 1}
    assert record["result"] == {"ties": 2, "statistics": {"ratio": 0.333333}, "verdict": "inconclusive"}
    with pytest.raises(TypeError, match="no plain form of Graph"):
        finding.plain(nx.Graph())


@pytest.mark.parametrize(
    ("count", "words", "shown"),
    [
        (0, ("tie",), "0 ties"),
        (1, ("tie",), "1 tie"),
        (2, ("research body",), "2 research bodies"),
        (1, ("research body",), "1 research body"),
        (3, ("day",), "3 days"),
        (2, ("speech",), "2 speeches"),
        (1_200, ("claim leads", "claims lead"), "1,200 claims lead"),
        (1, ("claim leads", "claims lead"), "1 claim leads"),
    ],
)
def test_things_are_counted_in_words(count: int, words: tuple[str, ...], shown: str) -> None:
    assert finding.quantity(count, *words) == shown


SINGULAR = re.compile(
    r"(?<![\d.,])1 (?:more |research |direct |missing |state-owned |private )?"
    r"(?:ties|claims|sources|facts|firms|bodies|actors|pairs|sites|stakes|holdings|groups|neighbours|paths|facilities)\b"
)


@pytest.mark.parametrize("name", analysis.QUESTIONS)
@pytest.mark.parametrize(
    "claims",
    [
        ["lab collaboratesWith firm"],
        ["fund ownsShareOf firm:\n      share: 60", "lab collaboratesWith firm", "alone locatedIn town"],
        [
            "firm belongsToSector sector",
            "firm operates mine",
            "body collaboratesWith firm",
            "lab collaboratesWith body",
            "body overlapsWith lab:\n      kind: assessment\n      stance: negative",
        ],
    ],
)
def test_one_of_a_kind_is_told_in_the_singular(folder: Folder, name: str, claims: list[str]) -> None:
    records = {
        "Company": ["fund", "firm"], "ResearchInstitute": ["lab", "alone"], "LearnedSociety": ["body"],
        "City": ["town"], "Mine": ["mine"], "PrivateSector": ["sector"],
    }  # fmt: skip
    found = analysis.answer(world(folder, records, [(claim, "one") for claim in claims]), name)
    text = "\n".join(finding.lines(found))
    assert " of 1 source; " in text or not found.support.claims
    assert SINGULAR.findall(text) == []
    assert "Of 0 and" not in text
