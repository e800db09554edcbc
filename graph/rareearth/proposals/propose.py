"""What an article may say: mentions of entities, and claims about them with their sentences, by rules."""

from __future__ import annotations

from dataclasses import dataclass

from rareearth.dataset import Dataset
from rareearth.proposals.inbox import Article, Proposals


@dataclass(frozen=True)
class Index:
    """What is known before an article is read: names, cues and frequencies of relations; never changed."""

    dataset: Dataset

    @classmethod
    def of(cls, dataset: Dataset, leave_out: str | None = None) -> Index:  # noqa: ARG003
        """The index of a dataset, but for what one source (``leave_out``) adds to it."""
        return cls(dataset)


def propose(article: Article, index: Index) -> Proposals:  # noqa: ARG001
    """Propose what an article says. Depends on nothing but its two arguments, and changes neither."""
    return Proposals(article)
