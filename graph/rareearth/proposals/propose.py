"""What an article may say: mentions of entities, and claims about them with their sentences, by rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rareearth import sentences
from rareearth.dataset import Dataset
from rareearth.models import Claim, Evidence
from rareearth.ontology import Ontology
from rareearth.proposals import references, relations
from rareearth.proposals.details import Details
from rareearth.proposals.inbox import Article, Mention, Proposal, Proposals, Suggestion
from rareearth.proposals.mentions import Names, Reading
from rareearth.proposals.relations import Item, Scored, Scorer
from rareearth.proposals.words import Token, Words, shipped, tokenize
from rareearth.sentences import Span

SHOWN = 12  # proposals per 100 words that a person is shown first
KEPT = 40  # proposals per 100 words that are kept
_OTHERS = 2  # further suggestions for a pair
_SECOND = 0.7  # part of the best score from which another relation of the same two is a proposal of its own
_NOUN, _PRONOUN = 0.85, 0.75  # how surely a reference is what it was taken for
_SECOND_CHOICE, _IMPLIED = 0.5, 0.6  # or what it was not; or what the article is about, where nothing is named


@dataclass(frozen=True)
class Index:
    """What is known before an article is read: names, cues and how often relations occur; never changed."""

    dataset: Dataset
    words: Words
    names: Names
    scorer: Scorer
    details: Details

    @classmethod
    def of(cls, dataset: Dataset, leave_out: str | None = None) -> Index:
        """The index of a dataset, but for what one source (``leave_out``) adds to it.

        Raises MissingExtraError if a library of the extra ``propose`` is not installed.
        """
        words = shipped()
        known = relations.priors(dataset, leave_out)
        names = Names(dataset, words, leave_out)
        return cls(dataset, words, names, Scorer(words, dataset.ontology, known), Details(dataset, words, leave_out))


def propose(article: Article, index: Index) -> Proposals:
    """Propose what an article says. Depends on nothing but its two arguments, and changes neither."""
    reading = index.names.read(article)
    referring = references.find(reading, index.words, index.dataset.ontology)
    known = index.names.records
    referring += [r for r in references.adjectives(reading, index.words) if r.entity in known]
    kinds = {**reading.kinds, **{r.entity: known[r.entity].kind for r in referring if r.entity in known}}
    places = [
        *((m.start, m.end, m.entity, 1.0) for m in reading.mentions),
        *((r.start, r.end, r.entity, _NOUN if r.noun else _PRONOUN) for r in referring),
        *((r.start, r.end, r.second, _SECOND_CHOICE) for r in referring if r.second),
    ]
    topics = references.topics(reading, index.words, index.dataset.ontology)
    found = [
        proposal
        for span in reading.spans
        for proposal in _Sentence(replace(reading, kinds=kinds), index, span, sorted(places), topics).proposals()
    ]
    mentions = [
        *reading.mentions,
        *(Mention(entity=r.entity, start=r.start, end=r.end, how="reference") for r in referring if r.noun),
    ]
    kept = _once(found)[: max(KEPT, len(article.text.split()) * KEPT // 100)]
    used = sorted(mentions, key=lambda m: (m.start, m.end))
    return Proposals(article, tuple(used), reading.new, tuple(kept), notes=reading.notes)


def _once(found: Sequence[Proposal]) -> list[Proposal]:
    """The proposals by score, those of the same claim as one with all its sentences."""
    best: dict[tuple[str, ...], Proposal] = {}
    for proposal in sorted(found, key=lambda p: (-p.score, p.claim.at[0].start, p.key)):
        claim = proposal.claim
        said = (claim.subject, claim.relation, claim.object, claim.status, claim.kind)
        first = best.get(said)
        if first is None:
            best[said] = proposal
        elif claim.at[0] not in first.claim.at:
            merged = first.claim.model_copy(update={"at": (*first.claim.at, *claim.at)})
            best[said] = first.model_copy(update={"claim": merged})
    return list(best.values())


class _Sentence:
    """One sentence of an article, its words, and the things that it names or refers to."""

    def __init__(
        self, reading: Reading, index: Index, span: Span, places: Sequence[tuple[int, int, str, float]], topics: Sequence[str]
    ) -> None:
        self.article = reading.article
        self.index = index
        self.span = span
        self.language = "zh" if reading.article.language.startswith("zh") else "en"
        self.tokens = tokenize(reading.article.text, span.start, span.end, self.language)
        self.values = index.details.values(reading.article, span)
        self.items = [
            *(
                Item(*self._tokens(start, end), entity, reading.kinds[entity], weight=weight)
                for start, end, entity, weight in places
                if span.start <= start and end <= span.end
            ),
            *(
                Item(*self._tokens(v.start, v.end), "", v.range, v.text, v.unit)
                for v in self.values
                if v.text
            ),
        ]
        for topic in topics:
            if all(item.entity != topic or item.weight < _PRONOUN for item in self.items):
                self.items.append(Item(-1, -1, topic, reading.kinds[topic], weight=_IMPLIED))

    def _tokens(self, start: int, end: int) -> tuple[int, int]:
        """The tokens of a stretch of the text: the first, and the one after the last."""
        inside = [n for n, token in enumerate(self.tokens) if token.start < end and start < token.end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def proposals(self) -> Iterator[Proposal]:
        pairs: dict[tuple[int, int], list[Scored]] = {}
        ends: dict[tuple[str, str], tuple[int, int]] = {}
        for scored in self.index.scorer.score(self.tokens, self.items, self.language):
            one, other = self.items[scored.subject], self.items[scored.object]
            names = (one.entity, other.entity or other.value)
            pair = ends.setdefault(min(names, names[::-1]), (scored.subject, scored.object))
            pairs.setdefault(min(pair, pair[::-1]), []).append(scored)
        for given in pairs.values():
            yield from self._of_pair(given)

    def _of_pair(self, given: Sequence[Scored]) -> Iterator[Proposal]:
        """The proposals for two things: the likeliest relation, and others that have a cue of their own."""
        best: list[Scored] = []
        for scored in given:
            if all((s.relation) != scored.relation for s in best):
                best.append(scored)
        first = best[0]
        chosen = [first]
        chosen += [s for s in best[1:3] if s.at >= 0 and s.at != first.at and s.score >= _SECOND * first.score]
        for scored in chosen:
            others = [s for s in best if s.relation != scored.relation][:_OTHERS]
            claim, factor, warnings = self._claim(scored)
            if claim is not None:
                yield Proposal(
                    claim=claim,
                    score=round(min(1.0, scored.score * factor), 3),
                    others=tuple(self._suggestion(scored, other, factor) for other in others),
                    warnings=warnings,
                )

    def _suggestion(self, scored: Scored, other: Scored, factor: float) -> Suggestion:
        turned = self.items[other.subject].entity != self.items[scored.subject].entity
        return Suggestion(relation=other.relation, turned=turned, score=round(min(1.0, other.score * factor), 3))

    def _claim(self, scored: Scored) -> tuple[Claim | None, float, tuple[str, ...]]:
        """The claim of a relation between two items, with its details, and what they do to its score."""
        subject, object_ = self.items[scored.subject], self.items[scored.object]
        text = self.article.text[self.span.start : self.span.end]
        at = Evidence(start=self.span.start, end=self.span.end, fingerprint=sentences.fingerprint(text))
        details = self.index.details.of(self.article, self.tokens, self.items, self.values, scored, self.language)
        claim = Claim(
            source=self.article.id,
            subject=subject.entity,
            relation=scored.relation,
            object=object_.entity or object_.value,
            at=(at,),
            **details.fields,
        )
        return claim, details.factor, details.warnings
