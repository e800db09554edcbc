"""The shipped data as a whole: enough of it, its evidence, and nothing that was never verified."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from conftest import ARTICLE, ROOT
from needs import unavailable

from rareearth.dataset import Dataset
from rareearth.store import nquads

UNVERIFIED = ROOT.parent / "shared" / "facts" / "unverified.md"


# What there is today. Data that grows passes; a file that is lost, or a field that is no longer read, does not.
# Whoever takes something out on purpose lowers the number and says why.
FLOORS = {
    "claims": 2030,
    "claims beyond the article": 1695,
    "claims with a time": 1220,
    "sources": 580,
    "records": 1285,
    "records with a Chinese name": 150,
    "relations in use": 79,
    "conflicts": 65,
    "judgements": 20,
}
KINDS = {"fact": 1745, "assessment": 88, "speech": 26, "recommendation": 11}
STATUSES = {"held": 1545, "planned": 135, "announced": 145, "conditional": 26, "pledged": 7, "ended": 7}
LEVELS = {"sentence": 175, "read": 260, "page": 1070, "copy": 370}
COPIES = {"mirror": 33, "repost": 66, "digest": 32}
CLASSES = {
    "Company": 230, "Person": 135, "GovernmentBody": 60, "ResearchInstitute": 44, "Mine": 40, "MagnetPlant": 13,
    "Plant": 11, "SeparationPlant": 14, "University": 18, "IndustryAssociation": 9, "LearnedSociety": 2, "Country": 34,
}  # fmt: skip
QUALIFIERS = {"amount": 180, "share": 145, "material": 200, "role": 112, "bound": 92, "in": 17, "count": 11}


def below(found: Mapping[str, int], floors: Mapping[str, int]) -> dict[str, int]:
    """What there is less of than there was."""
    return {name: found.get(name, 0) for name, floor in floors.items() if found.get(name, 0) < floor}


def test_nothing_is_lost(dataset: Dataset) -> None:
    claims = dataset.claims
    found = {
        "claims": len(claims),
        "claims beyond the article": sum(claim.source != ARTICLE for claim in claims),
        "claims with a time": sum(bool(claim.when or claim.since or claim.until) for claim in claims),
        "sources": len({claim.source for claim in claims}),
        "records": len(dataset.entities),
        "records with a Chinese name": sum(bool(entity.zh) for entity in dataset.entities.values()),
        "relations in use": len({claim.relation for claim in claims}),
        "conflicts": len(dataset.conflicts),
        "judgements": len(dataset.judgements),
    }
    assert below(found, FLOORS) == {}
    assert below(Counter(claim.kind for claim in claims), KINDS) == {}
    assert below(Counter(claim.status for claim in claims), STATUSES) == {}
    assert below(Counter(nquads.level(dataset, claim) for claim in claims), LEVELS) == {}
    assert below(Counter(entity.kind for entity in dataset.entities.values()), CLASSES) == {}
    assert below(Counter(name for claim in claims for name, _ in claim.qualifiers), QUALIFIERS) == {}
    assert below(Counter(str(source.copy_) for source in dataset.sources.values()), COPIES) == {}


def test_a_loss_is_seen() -> None:
    assert below({"a": 2, "b": 3}, {"a": 3, "b": 3, "c": 1}) == {"a": 2, "c": 0}


def test_every_claim_has_its_evidence(dataset: Dataset) -> None:
    levels = Counter(nquads.level(dataset, claim) for claim in dataset.claims)
    assert set(levels) == {"sentence", "read", "page", "copy"}
    for claim in dataset.claims:
        source = dataset.sources[claim.source]
        assert source.url.startswith("http")
        assert bool(claim.at) == (source.text is not None)
        assert claim.confidence is not None or claim.source == ARTICLE
        assert not (source.copy_ and claim.confidence == "high")


def test_a_story_is_on_two_pages_at_least(dataset: Dataset) -> None:
    stories = Counter(source.story for source in dataset.sources.values() if source.story)
    assert len(stories) >= 6
    assert min(stories.values()) >= 2


def test_near_names_are_kept_apart(dataset: Dataset) -> None:
    apart = [
        "china-rare-earth-group",
        "china-northern-rare-earth",
        "china-southern-rare-earth-group",
        "ganzhou-rare-earth-group",
        "chinese-society-of-rare-earths",
        "jiangxi-rare-earth-society",
        "china-rare-earth-industry-association",
    ]
    assert len({dataset.canonical(id_) for id_ in apart}) == len(apart)
    assert set(apart) <= set(dataset.entities)


def test_hitachi_metals_and_proterial_are_joined_by_a_judgement_only(dataset: Dataset) -> None:
    [judgement] = [j for j in dataset.judgements if {j.left, j.right} == {"proterial", "hitachi-metals"}]
    assert judgement.verdict in ("same", "unsure")
    assert len(judgement.why) > 40
    assert {"proterial", "hitachi-metals"} <= set(dataset.entities)


def test_numbers_are_typed(dataset: Dataset) -> None:
    relations = dataset.ontology.relations
    measures = [claim.object for claim in dataset.claims if relations[claim.relation].range.endswith("#measure")]
    assert len(measures) >= 70
    assert all(re.fullmatch(r"-?[0-9.]+ \S+", measure) for measure in measures)


def test_what_was_left_out_is_listed() -> None:
    text = (ROOT / "data" / "left-out.md").read_text(encoding="utf-8")
    assert text.count("\n- F") >= 10


def test_nothing_unverified_is_loaded(dataset: Dataset) -> None:
    if not UNVERIFIED.is_file():
        unavailable("../shared is not there, so its list of unverified statements cannot be read")
    text = UNVERIFIED.read_text(encoding="utf-8")
    assert "Wikidata" in text
    assert not [e.id for e in dataset.entities.values() for page in e.seen if "wikidata" in page]
    named = " ".join(name for e in dataset.entities.values() for name in (e.name, e.zh or "", *e.aliases))
    assert not [name for name in ("李波", "徐志峰", "许志锋", "国家钨与稀土产品质量检验检测中心") if name in named]
    for company in ("tdk", "geoscience-australia"):
        assert company not in dataset.entities
