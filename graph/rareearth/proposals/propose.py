"""What an article may say: mentions of entities, and claims about them with their sentences, by rules."""

from __future__ import annotations

from dataclasses import dataclass

from rareearth.dataset import Dataset
from rareearth.proposals.inbox import Article, Proposals


@dataclass(frozen=True)
class Index:
    """What is known before an article is read: names, cues and frequencies of relations; never changed."""

    dataset: Dataset


def propose(article: Article, index: Index) -> Proposals:
    """Propose what an article says. Depends on nothing but its two arguments, and changes neither."""
    return Proposals(article)
