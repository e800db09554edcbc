"""Writing what was taken into a data folder: claims into the file of their source, records for new names.

Files are only added to, in their canonical form, and changed together: the data with the changes is checked before any
file is put in place, and a file that somebody changed meanwhile is left alone. What is there already is not written
twice, so a review that was ended in the middle is accepted again without harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rareearth import datafolder, formatter, sentences, yamlfile
from rareearth import dataset as datasets
from rareearth.dataset import Dataset
from rareearth.editing import Change, alone, source_file
from rareearth.errors import DataError, Problem, RareEarthError
from rareearth.models import Claim, Confidence, Entity, Evidence, Reviewed, Source
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Article, Proposals
from rareearth.proposals.review import decisions as deciding
from rareearth.proposals.review.decisions import Decisions
from rareearth.yamlfile import List, Map, Node, Text

NEW_FILE = "new.yaml"  # of records of a class that no file has


@dataclass(frozen=True)
class Accepted:
    """What was written: claims, records, and the files that changed.

    ``done`` has the id of the claim, by key, of all that was taken and is in the data now. ``notes`` name the claims
    that the data has otherwise and that were left as they are.
    """

    claims: tuple[Claim, ...] = ()
    records: tuple[Entity, ...] = ()
    files: tuple[Path, ...] = ()
    done: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def accept(
    data: Path, proposals: Proposals, decided: Decisions, ontology: Ontology, confidence: Confidence | None = None
) -> Accepted:
    """Write the claims that were taken, and the records that they need, into a data folder.

    What was written before is not written again. ``confidence`` is given to claims that have none of their own. Raises
    RareEarthError (DataError with file and line) if the article lacks what a source needs or a sentence that was
    decided on, if the data would have faults, or if a file changed meanwhile; then nothing is written.
    """
    with alone(data):
        return _accept(data, proposals, decided, ontology, confidence)


def _accept(
    data: Path, proposals: Proposals, decided: Decisions, ontology: Ontology, confidence: Confidence | None
) -> Accepted:
    dataset = datasets.read(ontology, data)  # it is checked with the changes: a run may have been ended half way
    if (source := dataset.sources.get(proposals.article.id)) and source.retracted:
        since = f"was retracted on {source.retracted.on} ({source.retracted.because})"
        raise RareEarthError(f"the source {source.id} {since}; nothing was written")
    records = _records(proposals, decided, dataset)
    taken = {
        decision.key: _claim(decision, proposals.article, decided, confidence, ontology) for decision in decided.waiting
    }
    there = [claim for claim in dataset.claims if claim.source == proposals.article.id]
    found = {key: _in_data(claim, there) for key, claim in taken.items()}
    claims = _merged([claim for key, claim in taken.items() if found[key] is None])
    done = {key: (found[key] or claim).id for key, claim in taken.items()}
    notes = tuple(note for key, claim in taken.items() if (note := _difference(claim, found[key])))
    if not claims:
        return Accepted(done=done, notes=notes)
    used = {end for claim in claims for end in _entities(claim, ontology)}
    records = [record for record in records if record.id in used and record.id not in dataset.entities]
    change = Change(data)
    _add_records(change, records)
    _add_claims(change, proposals, decided, claims, dataset, ontology)
    change.checked(ontology)
    return Accepted(tuple(claims), tuple(records), tuple(change.save(ontology)), done, notes)


def _in_data(claim: Claim, there: Sequence[Claim]) -> Claim | None:
    """What the data has of a claim: the same, or what is left of it where a person corrected its details."""
    same = [other for other in there if other.id == claim.id]
    words, marks = (claim.subject, claim.relation, claim.object), _marks(claim)
    near = [one for one in there if (one.subject, one.relation, one.object) == words and marks <= _marks(one)]
    return next(iter([*same, *near]), None)


def _difference(claim: Claim, other: Claim | None) -> str:
    """What is to be said of a claim that the data has already: what was taken and is not in it."""
    if other is None or (other.id == claim.id and _marks(claim) <= _marks(other)):
        return ""
    what = "with other sentences" if other.id == claim.id else "with other details"
    return f"'{deciding.said(claim)}' is in the data {what}, which were left as they are; change them there"


def _merged(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, each once: what several sentences say has all of them."""
    found: dict[str, Claim] = {}
    for claim in claims:
        spans = {span.start: span for span in (*(found[claim.id].at if claim.id in found else ()), *claim.at)}
        first = found.setdefault(claim.id, claim)
        found[claim.id] = first.model_copy(update={"at": tuple(spans[start] for start in sorted(spans))})
    return list(found.values())


def _marks(claim: Claim) -> set[str]:
    return {span.fingerprint for span in claim.at}


def _records(proposals: Proposals, decided: Decisions, dataset: Dataset) -> list[Entity]:
    """The records that new names become, as decided, or as proposed where nobody decided otherwise."""
    found = []
    for new in proposals.new:
        decision = decided.names.get(new.id)
        if decision and decision.verdict in ("is", "no name"):
            continue
        kind, name, id_ = new.kind, new.name, new.id
        if decision and decision.verdict == "record":
            kind, name, id_ = decision.kind or kind, decision.called or name, decision.record or id_
        seen = (proposals.article.url,) if new.zh and proposals.article.url else ()
        if id_ not in dataset.entities:
            found.append(Entity(id=id_, kind=kind, name=name, zh=new.zh, seen=seen))
    return found


def _claim(
    decision: deciding.OnClaim, article: Article, decided: Decisions, confidence: Confidence | None, ontology: Ontology
) -> Claim:
    try:
        claim = deciding.as_claim(decision, article.id, ontology)
    except ValueError as error:
        raise RareEarthError(f"the claim '{decision.claim}' was taken and is none: {error}") from error
    changed: dict[str, object] = {"subject": decided.record(claim.subject)}
    relation = ontology.relations.get(claim.relation)
    if relation and not relation.literal:
        changed["object"] = decided.record(claim.object)
    changed["by"] = decided.record(claim.by) if claim.by else None
    if claim.confidence is None:
        changed["confidence"] = confidence
    changed["at"] = tuple(_found(span, article, decision.claim) for span in claim.at)
    changed["reviewed"] = Reviewed(on=decision.on, who=decision.who)
    return claim.model_copy(update=changed)


def _found(span: Evidence, article: Article, claim: str) -> Evidence:
    """The place of a sentence in the article as it is now, by its fingerprint: of several, the nearest."""
    if sentences.fingerprint(article.text[span.start : span.end]) == span.fingerprint:
        return span
    same = [
        other
        for other in sentences.sentences(article.text)
        if sentences.fingerprint(article.text[other.start : other.end]) == span.fingerprint
    ]
    if not same:
        message = f"has no sentence {span.fingerprint} any more, on which '{claim}' was decided"
        raise RareEarthError(f"the text of {article.id} {message}; nothing was written: decide it again, or undo it")
    best = min(same, key=lambda other: (abs(other.start - span.start), other.start))
    return Evidence(start=best.start, end=best.end, fingerprint=span.fingerprint)


def _entities(claim: Claim, ontology: Ontology) -> list[str]:
    """The entities that a claim is about."""
    relation = ontology.relations.get(claim.relation)
    ends = [claim.subject, claim.by or "", claim.about or ""]
    ends += [] if relation and relation.literal else [claim.object]
    ends += [value for name, value in claim.qualifiers if not ontology.qualifiers[name].literal]
    return [end for end in ends if end]


def _add_records(change: Change, records: Sequence[Entity]) -> None:
    """Records go into the file that has most of their class."""
    for record in records:
        path = _file_of(change.folder, record.kind)
        node = change.node(path)
        group = node.setdefault(Text(record.kind), Map())
        if not isinstance(group, Map):
            raise DataError([Problem(path, None, f"'{record.kind}' has no records below it")])
        fields = record.model_dump(mode="json", exclude={"id", "kind"}, exclude_defaults=True, exclude_none=True)
        group[Text(record.id)] = formatter.node(fields)


def _file_of(folder: Path, kind: str) -> Path:
    counts = {}
    for path in datafolder.files(folder):
        if path.parent.name == "entities" and path.suffix == ".yaml":
            group = yamlfile.read(path)
            counts[path] = len(group[Text(kind)]) if isinstance(group, Map) and Text(kind) in group else 0
    best = min(counts, key=lambda path: (-counts[path], path), default=None)
    return best if best is not None and counts[best] else folder / "entities" / NEW_FILE


def _add_claims(
    change: Change,
    proposals: Proposals,
    decided: Decisions,
    claims: Sequence[Claim],
    dataset: Dataset,
    ontology: Ontology,
) -> None:
    article = proposals.article
    path = source_file(change.folder, dataset, article.id)
    node = change.node(path)
    source = dataset.sources.get(article.id)
    if source is None:
        node[Text("source")] = _head(article)
    elif source.text is None or source.text.sha256 != article.hash.sha256:
        found = "no text" if source.text is None else "another text"
        advice = "expected the one that was proposed: give the article another id, or correct the source"
        raise DataError([Problem(path, 1, f"has {found}; {advice}")])
    names, refers = _observed(proposals, decided, claims, dataset, source, ontology)
    for part, added in (("names", names), ("refers", refers)):
        if added:
            old = node.get(Text(part), Map())
            merged = dict(old) if isinstance(old, Map) else {}
            merged.update({Text(name): value for name, value in added.items()})
            node[Text(part)] = Map(merged)
    listed = node.setdefault(Text("claims"), List())
    if not isinstance(listed, List):
        raise DataError([Problem(path, 1, "'claims' is not a list")])
    for claim in claims:
        fields = formatter.claim_fields(claim)
        sentence = Text(deciding.said(claim))
        listed.append(Map({sentence: fields}) if fields else sentence)


def lacking(article: Article) -> list[str]:
    """What a source needs and an article has not: of title, publisher and url."""
    needed = {"title": article.title, "publisher": article.publisher, "url": article.url}
    return [name for name, value in needed.items() if not value]


def _head(article: Article) -> Map:
    """The head of a new source. Raises RareEarthError if something that it needs is not known."""
    if missing := lacking(article):
        raise RareEarthError(f"the article {article.id} has no {', '.join(missing)}; a source needs these")
    head = article.model_dump(mode="json", exclude={"id", "text"}, exclude_none=True)
    head["text"] = article.hash.model_dump(mode="json")
    node = formatter.node(head)
    return node if isinstance(node, Map) else Map()


def _observed(
    proposals: Proposals,
    decided: Decisions,
    claims: Sequence[Claim],
    dataset: Dataset,
    source: Source | None,
    ontology: Ontology,
) -> tuple[dict[str, Node], dict[str, Node]]:
    """What the article calls the entities of the claims, where the records do not have it, and what refers to them."""
    used = {end for claim in claims for end in _entities(claim, ontology)}
    text = proposals.article.text
    names: dict[str, set[str]] = defaultdict(set)
    refers: dict[str, set[str]] = defaultdict(set)
    for id_, given in source.names if source else ():
        names[id_].update(given)
    given_refers = {words for words, _ in source.refers} if source else set()
    for mention in proposals.mentions:
        id_ = decided.record(mention.entity)
        words = " ".join(text[mention.start : mention.end].split())
        if id_ not in used:
            continue
        record = dataset.entities.get(id_)
        if mention.how == "reference":
            refers[words].add(id_)
        elif record is None or words not in (record.name, record.zh, *record.aliases, *record.acronyms):
            names[id_].add(words)
    called = {record.id: record.name for record in _records(proposals, decided, dataset)}
    listed = {id_: sorted(words - {called.get(id_, "")}) for id_, words in names.items()}
    clear = {words: next(iter(ids)) for words, ids in refers.items() if len(ids) == 1 and words not in given_refers}
    observed: dict[str, Node] = {id_: List(map(Text, words)) for id_, words in sorted(listed.items()) if words}
    return observed, {words: formatter.node(id_) for words, id_ in sorted(clear.items())}
