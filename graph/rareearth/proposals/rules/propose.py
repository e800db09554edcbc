"""What an article may say: mentions of entities, and claims about them with their sentences, by rules."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rareearth import sentences, spelling
from rareearth.dataset import Dataset
from rareearth.models import Claim, Evidence
from rareearth.proposals.checking import checker as checking
from rareearth.proposals.inbox import Article, Mention, NewName, Proposal, Proposals, Suggestion
from rareearth.proposals.rules import priors
from rareearth.proposals.rules.coined import Coiner
from rareearth.proposals.rules.details import Details
from rareearth.proposals.rules.mentions import Names
from rareearth.proposals.rules.references import References
from rareearth.proposals.rules.relations import Scored, Scorer
from rareearth.proposals.rules.sentence import Item, Sentence
from rareearth.proposals.text import values
from rareearth.proposals.text.words import Token, Words, shipped, tokenize
from rareearth.sentences import Span

KEPT = 40  # proposals per 100 words that are kept
_OTHERS = 2  # further suggestions for a pair
_SECOND = 0.85  # part of the best score from which another relation of the same two is a proposal of its own
_SAYING = 0.25  # part of the best score from which another sentence is evidence of the same claim
_NOUN, _PRONOUN = 0.85, 0.75  # how surely a reference is what it was taken for
_SECOND_CHOICE, _IMPLIED = 0.5, 0.6  # or what it was not; or what the article is about, where nothing is named
_BEFORE, _MOST_BEFORE = 0.25, 3  # or what the sentence before names, and how many of these
_COINED, _LEAST_COINED = 0.6, 0.22  # or a topic that the text coins; and the score that what is said of one needs
_MOST = 40  # things of one sentence that are tied, the surest first: a list of names says little
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Index:
    """What is known before an article is read: names, cues and how often relations occur; never changed."""

    dataset: Dataset
    words: Words
    names: Names
    references: References
    scorer: Scorer
    details: Details
    coiners: Mapping[str, Coiner]  # by language

    @classmethod
    def of(cls, dataset: Dataset, leave_out: str | None = None) -> Index:
        """The index of a dataset, but for what one source (``leave_out``) adds to it.

        Raises MissingExtraError if a library of the extra ``propose`` is not installed.
        """
        words, ontology = shipped(), dataset.ontology
        usual = priors.of(dataset, leave_out)
        scorer = Scorer(words, ontology, usual)
        names, details = Names(dataset, words, leave_out), Details(words, ontology, usual.usage)
        references = References(words, ontology)
        coiners = {language: Coiner(words, ontology, cues, language) for language, cues in scorer.cues.items()}
        return cls(dataset, words, names, references, scorer, details, coiners)


def propose(article: Article, index: Index) -> Proposals:
    """Propose what an article says. Depends on nothing but its two arguments, and changes neither."""
    reading = index.names.read(article)
    ontology, records = index.dataset.ontology, index.names.records
    referring = index.references.find(reading)
    adjectives = [one for one in index.references.adjectives(reading) if one.entity in records]
    kinds = {**reading.kinds, **{one.entity: records[one.entity].kind for one in adjectives}}
    places = [
        *(_Place(m.start, m.end, m.entity, 1.0) for m in reading.mentions),
        *(_Place(r.start, r.end, r.entity, _NOUN if r.noun else _PRONOUN) for r in [*referring, *adjectives]),
        *(_Place(r.start, r.end, r.second, _SECOND_CHOICE) for r in referring if r.second),
    ]
    about = dict.fromkeys(index.references.topics(reading), _IMPLIED)
    within = _by_sentence(sorted(places), reading.spans)
    parts: list[_Part] = []
    for span, inside in zip(reading.spans, within, strict=True):
        parts.append(_Part(article, index, span, inside, kinds, about, parts[-1] if parts else None))
    coined_ids = {name.id for part in parts for name, _ in part.coined}
    found = _once([proposal for part in parts for proposal in part.proposals()])
    found = [one for one in found if one.score >= _LEAST_COINED or coined_ids.isdisjoint(_ends(one))]
    kept = found[: max(KEPT, article.words * KEPT // 100)]
    needed = {end for proposal in kept for end in _ends(proposal)}
    coined = [one for part in parts for one in part.coined if one[0].id in needed]
    mentions = [
        *reading.mentions,
        *(
            Mention(entity=r.entity, start=r.start, end=r.end, how="reference")
            for r in (*referring, *adjectives)
            if r.noun or (r in adjectives and r.entity in needed)
        ),
        *(mention for _, mention in coined),
    ]
    new = {name.id: name for name in (*reading.new, *(name for name, _ in coined))}
    by_place = tuple(sorted(mentions, key=lambda m: (m.start, m.end)))
    proposals = Proposals(article, by_place, tuple(new.values()), tuple(kept), notes=reading.notes)
    return checking.check(proposals, ontology, index.dataset)


def _ends(proposal: Proposal) -> tuple[str, str]:
    return proposal.claim.subject, proposal.claim.object


def _once(found: Sequence[Proposal]) -> list[Proposal]:
    """The proposals by score, those of the same claim as one: the one with most details, and all sentences."""
    same: dict[tuple[str, ...], list[Proposal]] = {}
    for proposal in sorted(found, key=lambda p: (-p.score, p.claim.at[0].start, p.key)):
        claim = proposal.claim
        said = claim.subject, claim.relation, claim.object, claim.status, claim.kind
        same.setdefault(said, []).append(proposal)
    return [_merged(proposals) for proposals in same.values()]


def _details(claim: Claim) -> int:
    return len(claim.qualifiers) + sum(
        time is not None for time in (claim.when, claim.since, claim.until, claim.inferred)
    )


def _merged(proposals: Sequence[Proposal]) -> Proposal:
    """Proposals of one claim, the best first, as one."""
    best = proposals[0]
    likely = [p for p in proposals if p.score >= _SECOND * best.score]
    whole = max(likely, key=lambda p: _details(p.claim))
    saying = [p for p in proposals if p.score >= _SAYING * best.score]
    spans = dict.fromkeys((*whole.claim.at, *(span for p in saying for span in p.claim.at)))
    return whole.model_copy(update={"score": best.score, "claim": whole.claim.model_copy(update={"at": tuple(spans)})})


@dataclass(frozen=True, order=True)
class _Place:
    """A stretch of the text that means an entity, and how surely."""

    start: int
    end: int
    entity: str
    weight: float


def _by_sentence(places: Sequence[_Place], spans: Sequence[Span]) -> list[list[_Place]]:
    """The places within each sentence; both are in the order of the text."""
    found: list[list[_Place]] = [[] for _ in spans]
    number = 0
    for place in places:
        while number < len(spans) and spans[number].end < place.end:
            number += 1
        if number < len(spans) and spans[number].start <= place.start:
            found[number].append(place)
    return found


class _Part:
    """One sentence of an article, with the things that it names, refers to or coins, and what it may say of them.

    ``before`` is the sentence before: it may say whom this one is about, and is then a part of the evidence.
    """

    def __init__(
        self,
        article: Article,
        index: Index,
        span: Span,
        places: Sequence[_Place],
        kinds: Mapping[str, str],
        about: Mapping[str, float],
        before: _Part | None,
    ) -> None:
        self.article = article
        self.index = index
        self.span = span
        self.before = before
        self.named = list(dict.fromkeys(place.entity for place in places if place.weight > _NOUN))[:_MOST_BEFORE]
        implied = {**dict.fromkeys(before.named if before else (), _BEFORE), **about}
        language = "zh" if article.language.startswith("zh") else "en"
        tokens = tokenize(article.text, span.start, span.end, language)
        found = values.find(article.text, span, article.language, article.published, index.dataset.ontology)
        surest = sorted(sorted(places, key=lambda p: (-p.weight, p.start))[:_MOST])
        items = [
            *(Item(*_tokens(tokens, p.start, p.end), p.entity, kinds[p.entity], weight=p.weight) for p in surest),
            *(Item(*_tokens(tokens, v.start, v.end), "", v.range, v.text, v.unit) for v in found[:_MOST] if v.text),
        ]
        self.coined = list(self._coin(tokens, items, language))
        items += [
            Item(*_tokens(tokens, mention.start, mention.end), name.id, name.kind, weight=_COINED)
            for name, mention in self.coined
        ]
        named = {item.entity for item in items if item.weight >= _PRONOUN}
        items += [Item(-1, -1, one, kinds[one], weight=weight) for one, weight in implied.items() if one not in named]
        self.sentence = Sentence(tokens, items, found, language)
        fingerprint = sentences.fingerprint(article.text[span.start : span.end])
        self.evidence = Evidence(start=span.start, end=span.end, fingerprint=fingerprint)

    def _coin(self, tokens: Sequence[Token], items: Sequence[Item], language: str) -> Iterator[tuple[NewName, Mention]]:
        """The topics that the sentence coins."""
        for one in self.index.coiners[language].find(tokens, items, self.article.text):
            start, end = tokens[one.first].start, tokens[one.last - 1].end
            name = " ".join(self.article.text[start:end].split())
            han = spelling.is_han(name)
            written = spelling.pinyin(name) if han else spelling.fold(name)
            id_ = _SLUG.sub("-", written).strip("-")[:80].strip("-")
            if id_ and id_ not in self.index.names.records:
                yield (
                    NewName(id=id_, kind=one.kind, name=name, zh=name if han else None),
                    Mention(entity=id_, start=start, end=end, how="new"),
                )

    def proposals(self) -> Iterator[Proposal]:
        """What the sentence may say, pair by pair."""
        pairs: dict[tuple[str, ...], list[Scored]] = {}
        for scored in self.index.scorer.score(self.sentence):
            one, other = self.sentence.items[scored.subject], self.sentence.items[scored.object]
            pairs.setdefault(tuple(sorted((one.thing, other.thing))), []).append(scored)
        for given in pairs.values():
            yield from self._of_pair(given)

    def _of_pair(self, given: Sequence[Scored]) -> Iterator[Proposal]:
        """The proposals for two things: the likeliest relation, and others that have a cue of their own."""
        best = list({scored.relation: scored for scored in reversed(given)}.values())
        best.sort(key=lambda s: (-s.score, s.relation))
        first = best[0]
        apart = [s for s in best[1:3] if s.at >= 0 and s.at != first.at and s.score >= _SECOND * first.score]
        for scored in (first, *apart):
            detail = self.index.details.of(self.sentence, scored)
            others = [s for s in best if s.relation != scored.relation][:_OTHERS]
            subject, object_ = self.sentence.items[scored.subject], self.sentence.items[scored.object]
            claim = Claim(
                source=self.article.id,
                subject=subject.entity,
                relation=scored.relation,
                object=object_.thing,
                at=(self.evidence, *self._evidence_before(subject, object_)),
                **detail.fields,
            )
            yield Proposal(
                claim=claim,
                score=_rounded(scored.score * detail.factor),
                others=tuple(self._suggestion(subject.entity, other, detail.factor) for other in others),
                warnings=detail.warnings,
            )

    def _evidence_before(self, *items: Item) -> Iterator[Evidence]:
        """The sentence before, where it names what this one does not."""
        if self.before and any(item.implied and item.entity in self.before.named for item in items):
            yield self.before.evidence

    def _suggestion(self, subject: str, other: Scored, factor: float) -> Suggestion:
        turned = self.sentence.items[other.subject].entity != subject
        return Suggestion(relation=other.relation, turned=turned, score=_rounded(other.score * factor))


def _rounded(score: float) -> float:
    return round(min(1.0, score), 3)


def _tokens(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    """The tokens of a stretch of the text: the first, and the one after the last."""
    first = bisect_right(tokens, start, key=lambda token: token.end)
    last = bisect_left(tokens, end, key=lambda token: token.start)
    return (first, last) if first < last else (0, 0)
