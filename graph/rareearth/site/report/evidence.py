"""The claims behind a report, each as a sentence with its source, numbered in the order of the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import corpus
from rareearth.store import claims
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim, Page


@dataclass(frozen=True)
class Evidence:
    """One claim as a reader checks it; ``quotes`` are the sentences that it cites, where the text is available."""

    claim: Claim
    quotes: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.claim.id

    @property
    def page(self) -> Page:
        """Its source."""
        return self.claim.page

    @property
    def sentence(self) -> str:
        """Subject, relation and object in words."""
        return phrase.statement(self.claim)

    @property
    def details(self) -> list[str]:
        """What it says in addition: its kind, qualifiers, status, speaker, times and note."""
        note = [f"note: {self.claim.note}"] if self.claim.note else []
        return [self.claim.kind, *phrase.details(self.claim), *note]

    @property
    def level(self) -> str:
        """How good the evidence is, in words."""
        return phrase.evidence(self.claim)

    @property
    def source(self) -> str:
        """The publisher of its page and the date, in words."""
        return phrase.source(self.page)


def read(store: Backend, texts: corpus.Texts | None = None) -> dict[str, Evidence]:
    """Every claim of a store by its id, in the order of sources, spans and ids."""
    sentences = corpus.sentences(store, texts) if texts else {}
    found = {}
    for claim in sorted(claims.read(store), key=lambda claim: (claim.source, claim.spans, claim.id)):
        cited = (sentences.get((claim.source, start, end)) for start, end, _ in claim.spans)
        found[claim.id] = Evidence(claim, tuple(filter(None, cited)))
    return found
