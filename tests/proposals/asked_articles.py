"""An article of three sentences, what the rules know of it, and asking a scripted model about it."""

from __future__ import annotations

import re
from typing import Any

from model_server import Asked, Model, serving

from rareearth.dataset import Dataset
from rareearth.proposals.inbox import Article, Mention, Proposals
from rareearth.proposals.model import asking
from rareearth.proposals.model.asking import Added
from rareearth.proposals.model.endpoint import Endpoint

HEADLINE = "Mine School buys Ore Works"
SENTENCES = (
    "Ann Lee leads the Mine School.",
    "The Mine School bought Ore Works for £38 million in 2024.",
    "Bob Ray of Oreville said that Ann Lee would found a firm.",
)
TEXT = f"{HEADLINE}\n\n{' '.join(SENTENCES)}\n"
IDS = {
    "Ann Lee": ("ann-lee", "Person"), "Mine School": ("mine-school", "University"),
    "Ore Works": ("ore-works", "Company"), "Bob Ray": ("bob-ray", "Person"), "Oreville": ("oreville", "City"),
}  # fmt: skip
ENTITIES = [{"key": id_, "class": kind, "name": name, "same_as": id_} for name, (id_, kind) in IDS.items()]
LEADS = {"subject": "ann-lee", "relation": "leads", "object": "mine-school", "quote": SENTENCES[0]}
BOUGHT = {
    "subject": "mine-school", "relation": "acquired", "object": "ore-works", "quote": SENTENCES[1], "when": "2024",
    "amount": "38000000 GBP", "kind": "fact", "status": "held", "by": None,
}  # fmt: skip
GOOD = {"entities": ENTITIES, "claims": [LEADS, BOUGHT]}


def before(text: str = TEXT) -> Proposals:
    """What the rules know: where the names stand."""
    found = [
        Mention(entity=id_, start=match.start(), end=match.end(), how="name")
        for name, (id_, _) in IDS.items()
        for match in re.finditer(name, text)
    ]
    article = Article(id="a", language="en", published="2026-03-20", text=text)
    return Proposals(article, tuple(sorted(found, key=lambda one: one.start)), notes=("is short",))


def ask(model: Model, dataset: Dataset, start: Proposals | None = None, **options: Any) -> Added:
    endpoint = Endpoint(model.url, "small", **{"pause": 0.01, "timeout": 5, **options})
    return asking.add(start or before(), endpoint, dataset.ontology, dataset)


def added(dataset: Dataset, *scripts: Any, start: Proposals | None = None, **options: Any) -> tuple[Added, list[Asked]]:
    with serving(*scripts) as model:
        return ask(model, dataset, start, **options), model.asked
