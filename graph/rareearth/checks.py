"""Checks across files and against the ontology: unknown ids, wrong classes, and what cannot be true.

Each check yields problems as ``file:line``.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from rareearth import dataset as datasets
from rareearth import edtf, names, namespaces, paths, quantities, retraction
from rareearth import ontology as ontologies
from rareearth.cache import Cache
from rareearth.dataset import Dataset
from rareearth.errors import DataError, DateError, Problem
from rareearth.models import Claim, Judgement
from rareearth.ontology import BOUND, DATES, MEASURE, NUMBERS, PERCENTAGE, ROLE, Ontology, Relation
from rareearth.sentences import fingerprint

_XSD = namespaces.PREFIXES["xsd"]
_LITERALS = {
    _XSD + "integer": (quantities.WHOLE, "a whole number like 7"),
    _XSD + "decimal": (quantities.DECIMAL, "a number like 31.21"),
    _XSD + "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day like 2021-12-23"),
    _XSD + "string": (re.compile(r".+"), "a text"),
}
_ROUNDING = Decimal("0.5")  # per cent that the shares of a page may be over 100 by rounding


def load(
    folder: Path | None = None,
    ontology: Path | None = None,
    more: Sequence[Path] = (),
    *,
    whole: bool = False,
    cache: Cache | None = None,
) -> Dataset:
    """Read the ontology and the data, and cross-check them; without paths, the shipped ones.

    ``more`` are folders that are read with the data, as if all files were in one. What was retracted is left out,
    unless the ``whole`` data is asked for. ``cache`` is as for :func:`dataset.read`. Raises DataError with every
    problem found.
    """
    everything = datasets.read(ontologies.read(ontology), folder, more, cache)
    dataset = retraction.applied(everything)
    if found := problems(dataset):
        raise DataError(found)
    return everything if whole else dataset


def problems(dataset: Dataset) -> list[Problem]:
    """All problems of a dataset that was read."""
    return [
        *_claims(dataset),
        *_sources(dataset),
        *_judgements(dataset),
        *_conflicts(dataset),
        *_entities(dataset),
        *_copies(dataset),
        *_shares(dataset),
        *_lives(dataset),
    ]


def _claims(dataset: Dataset) -> Iterator[Problem]:
    for claim in dataset.claims:
        where = dataset.where[f"claim/{claim.id}"]
        for message in faults(dataset, claim):
            yield Problem(*where, message)
        source = dataset.sources.get(claim.source)
        if source is None:
            hint = dataset.suggest(claim.source, dataset.sources)
            yield Problem(*where, f"no source '{claim.source}' in sources/{hint}")
        for span in claim.at:
            if source and source.text is None:
                yield Problem(
                    *where,
                    f"cites characters {span.start}-{span.end}, but its source has no `text`; give sha256 and chars",
                )
            elif source and source.text and span.end > source.text.chars:
                yield Problem(*where, f"cites characters {span.start}-{span.end} of a text of {source.text.chars}")
        for reading in claim.read:
            if source and source.text is not None:
                yield Problem(*where, "gives `read`, but its source has a `text`; expected `at: START-END FINGERPRINT`")
            if fingerprint(reading.says) == reading.sentence:
                yield Problem(*where, "`says` is the sentence itself; expected what it says in other words")
        yield from (Problem(*where, message) for message in _itself(dataset, claim))


def _itself(dataset: Dataset, claim: Claim) -> Iterator[str]:
    relation = dataset.ontology.relations.get(claim.relation)
    one = dataset.canonical(claim.subject)
    if relation and not relation.literal and not relation.to_itself and one == dataset.canonical(claim.object):
        merged = "" if claim.subject == claim.object else ", as a judgement says that the two are the same"
        yield f"ties {one} to itself{merged}; nothing {relation.label} itself"


def faults(dataset: Dataset, claim: Claim) -> Iterator[str]:
    """What is wrong with one claim, as messages: unknown names, wrong classes, values that are none of their datatype.

    Its qualifiers must be those of the ontology.
    """
    ontology = dataset.ontology
    relation = ontology.relations.get(claim.relation)
    if relation is None:
        hint = dataset.suggest(claim.relation, ontology.relations)
        yield f"'{claim.relation}' is not a relation of ontology/rareearth.ttl{hint}"
    else:
        yield from _end(dataset, claim.subject, relation.domain, f"the subject of {relation.name}")
        if relation.literal:
            yield from _literal(ontology, claim.object, relation.range, f"the value of {relation.name}")
        else:
            yield from _end(dataset, claim.object, relation.range, f"the object of {relation.name}")
    for name, value in claim.qualifiers:
        qualifier = ontology.qualifiers[name]
        if qualifier.range == PERCENTAGE:
            yield from _share(ontology, claim, value, name)
        elif qualifier.literal:
            yield from _literal(ontology, value, qualifier.range, name)
        else:
            yield from _end(dataset, value, qualifier.range, name)
    yield from _bound(ontology, claim, relation)
    for name, id_ in (("by", claim.by), ("about", claim.about)):
        if id_:
            yield from _unknown(dataset, id_, name)
    if claim.kind == "speech" and not claim.by:
        yield "is speech without a speaker; expected `by: ID`"
    if claim.kind == "assessment" and not claim.stance:
        yield "is an assessment without `stance`; expected positive, negative, neutral or mixed"


def _share(ontology: Ontology, claim: Claim, value: str, name: str) -> Iterator[str]:
    try:
        ontology.share(claim.qualifiers, value)
    except ValueError as error:
        yield f"{name}: {error}"


def _bound(ontology: Ontology, claim: Claim, relation: Relation | None) -> Iterator[str]:
    """The words of a claim that say how its number is meant, and what a share is a part of."""
    given = dict(claim.qualifiers)
    ranges = [ontology.qualifiers[name].range for name in given] + ([relation.range] if relation else [])
    if BOUND in given:
        if given[BOUND] not in ontology.bounds:
            hint, known = ontology.suggest(given[BOUND], ontology.bounds), ", ".join(sorted(ontology.bounds))
            yield f"{BOUND}: '{given[BOUND]}' is not a bound{hint}; expected one of {known}"
        if relation and not NUMBERS.intersection(ranges):
            yield f"{BOUND}: found '{given[BOUND]}' without a number; expected a share, an amount or a count next to it"
    if relation and relation.owner and PERCENTAGE in ranges and given.get(ROLE, "") not in {"", *ontology.interests}:
        hint = ontology.suggest(given[ROLE], ontology.interests)
        expected = ", ".join(sorted(ontology.interests))
        yield f"{ROLE}: '{given[ROLE]}' is not what an owner has a share of{hint}; expected one of {expected}"


def _end(dataset: Dataset, id_: str, expected: str, what: str) -> Iterator[str]:
    entity = dataset.entities.get(id_)
    if entity is None:
        yield from _unknown(dataset, id_, what)
    elif not dataset.ontology.is_a(entity.kind, expected):
        label = dataset.ontology.classes[expected].label
        yield f"'{id_}' is a {entity.kind}; expected {_article(label)} {label} as {what}"


def _unknown(dataset: Dataset, id_: str, what: str) -> Iterator[str]:
    if id_ not in dataset.entities:
        yield f"no record '{id_}' ({what}) in entities/{dataset.suggest(id_, dataset.entities)}"


def _literal(ontology: Ontology, value: str, datatype: str, what: str) -> Iterator[str]:
    try:
        if datatype in DATES:
            edtf.parse(value)
    except ValueError as error:
        yield f"{what}: {error}"
        return
    if datatype == MEASURE:
        match = quantities.MEASURE.fullmatch(value)
        if match is None:
            yield f"{what}: found '{value}'; expected a number and a unit like 5000 t/a or 150000000 USD"
        elif match[3] not in ontology.units:
            hint = ontology.suggest(match[3], ontology.units)
            yield f"{what}: '{match[3]}' is not a unit{hint}; expected one of {', '.join(sorted(ontology.units))}"
    elif datatype in _LITERALS:
        pattern, expected = _LITERALS[datatype]
        if not pattern.fullmatch(value):
            yield f"{what}: found '{value}'; expected {expected}"


def _sources(dataset: Dataset) -> Iterator[Problem]:
    pages: dict[str, str] = {}
    for source in dataset.sources.values():
        where = dataset.where[f"source/{source.id}"]
        if source.url and (first := pages.setdefault(source.url, source.id)) != source.id:
            yield Problem(*where, f"has the url of source '{first}'; put the claims of one page into one file")
        ids = [(source.publisher, "publisher"), *((id_, "names") for id_, _ in source.names)]
        for id_, what in [*ids, *((id_, f"what '{words}' refers to") for words, id_ in source.refers)]:
            for message in _unknown(dataset, id_, what):
                yield Problem(*where, message)


def _judgements(dataset: Dataset) -> Iterator[Problem]:
    seen: dict[frozenset[str], Judgement] = {}
    for judgement in dataset.judgements:
        where = dataset.where[f"judgement/{judgement.id}"]
        for id_ in (judgement.left, judgement.right):
            for message in _unknown(dataset, id_, "judged"):
                yield Problem(*where, message)
        one = dataset.canonical(judgement.left) == dataset.canonical(judgement.right)
        if judgement.left == judgement.right:
            yield Problem(*where, "judges a record against itself")
        elif judgement.verdict != "same" and one:
            yield Problem(
                *where, f"contradicts the judgements that make both of them {dataset.canonical(judgement.left)}"
            )
        elif (first := seen.setdefault(frozenset((judgement.left, judgement.right)), judgement)) is not judgement:
            file, line = dataset.where[f"judgement/{first.id}"]
            again = f"{paths.display(file)}:{line}"
            yield Problem(*where, f"judges two records that {again} judges {first.verdict}; keep one of the two")


def _conflicts(dataset: Dataset) -> Iterator[Problem]:
    claims: dict[str, list[Claim]] = defaultdict(list)
    for claim in dataset.claims:
        if claim.conflict:
            claims[claim.conflict].append(claim)
            if claim.conflict not in dataset.conflicts:
                hint = dataset.suggest(claim.conflict, dataset.conflicts)
                where = dataset.where[f"claim/{claim.id}"]
                yield Problem(*where, f"no conflict '{claim.conflict}' in conflicts.yaml{hint}")
    for id_ in dataset.conflicts:
        if len(claims[id_]) < 2:
            yield Problem(*dataset.where[f"conflict/{id_}"], f"{len(claims[id_])} claims name it; a conflict needs two")


def _shared_identifiers(dataset: Dataset) -> Iterator[Problem]:
    """Identifiers that two records have which nobody judged to be the same."""
    first: dict[tuple[str, str], str] = {}
    for entity in dataset.entities.values():
        for given in entity.ids:
            other = first.setdefault((given.scheme, given.value), entity.id)
            if dataset.canonical(other) != dataset.canonical(entity.id):
                what = f"'{entity.id}' has the {given.scheme} {given.value} of '{other}'"
                yield Problem(*dataset.where[f"entity/{entity.id}"], f"{what}; judge them the same, or correct one")


def _entities(dataset: Dataset) -> Iterator[Problem]:
    used = {s.publisher for s in dataset.sources.values()}
    for claim in dataset.claims:
        used |= claim.mentioned
    for judgement in dataset.judgements:
        used |= {judgement.left, judgement.right}
    yield from _shared_identifiers(dataset)
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entity in dataset.entities.values():
        where = dataset.where[f"entity/{entity.id}"]
        if entity.id not in used:
            yield Problem(*where, f"no claim mentions '{entity.id}'; add one, or delete the record")
        for name in (entity.name, entity.zh, *entity.aliases):
            if name:
                owners[entity.kind, names.key(name)].add(entity.id)
    judged = {frozenset(map(dataset.canonical, (j.left, j.right))) for j in dataset.judgements}
    for ids in sorted({tuple(sorted(ids)) for ids in owners.values()}):
        for first, other in itertools.combinations(ids, 2):
            pair = frozenset(map(dataset.canonical, (first, other)))
            if len(pair) > 1 and pair not in judged:
                yield Problem(
                    *dataset.where[f"entity/{other}"],
                    f"'{other}' has a name of '{first}'; merge them, judge them the same or different, or rename one",
                )
                break


def _copies(dataset: Dataset) -> Iterator[Problem]:
    for claim in dataset.claims:
        source = dataset.sources.get(claim.source)
        if source and source.copy_ and claim.confidence == "high":
            where = dataset.where[f"claim/{claim.id}"]
            yield Problem(*where, f"is read with high confidence from a {source.copy_}; expected medium at most")


def _owned(dataset: Dataset) -> Iterator[tuple[Claim, str, str]]:
    """The facts of ownership as (claim, owner, owned)."""
    for claim in dataset.claims:
        relation = dataset.ontology.relations.get(claim.relation)
        if relation is None or relation.owner is None or claim.kind != "fact" or claim.status not in ("held", "ended"):
            continue
        ends = dataset.canonical(claim.subject), dataset.canonical(claim.object)
        yield (claim, *(ends if relation.owner == "subject" else reversed(ends)))


def _shares(dataset: Dataset) -> Iterator[Problem]:
    """More than 100 % of a company at one time by one source: sources may disagree, one page should not with itself.

    Of a share that is not exact the least counts. Parts of the capital and of the votes are added apart.
    """
    ontology = dataset.ontology
    owned_by: dict[tuple[str, str, str], list[tuple[Claim, str, Decimal]]] = defaultdict(list)
    for claim, owner, owned in _owned(dataset):
        given = dict(claim.qualifiers)
        gives = ontology.interests.get(given.get(ROLE, ""), "capital")
        for name, value in claim.qualifiers:
            if ontology.qualifiers[name].range == PERCENTAGE and gives in ("capital", "votes") and not claim.conflict:
                with contextlib.suppress(ValueError):  # no share: its own check says so
                    low = ontology.share(claim.qualifiers, value).low
                    owned_by[claim.source, owned, gives].append((claim, owner, low))
    for (_, owned, gives), parts in sorted(owned_by.items()):
        for claim, _, _ in parts:
            day = _start(claim)
            at_once = {owner: share for other, owner, share in parts if _start(other) == day}
            if (total := sum(at_once.values())) > 100 + _ROUNDING:
                where = dataset.where[f"claim/{claim.id}"]
                votes = " of the votes" if gives == "votes" else ""
                advice = (
                    "correct one, or give them a `conflict`, or a `role` (capital, votes) where they differ in that"
                )
                yield Problem(*where, f"the shares of {owned} at one time add up to {total} %{votes}; {advice}")
                break


def _lives(dataset: Dataset) -> Iterator[Problem]:
    """What ended before it was founded, by facts that are not part of a conflict."""
    founded: dict[str, tuple[date, Claim]] = {}
    ended: list[tuple[str, date, Claim]] = []
    for claim in dataset.claims:
        relation = dataset.ontology.relations.get(claim.relation)
        if relation is None or claim.conflict or (claim.kind, claim.status) != ("fact", "held"):
            continue
        given = claim.object if relation.literal else claim.since or claim.when
        if not (relation.begins or relation.ends) or not given:
            continue
        with contextlib.suppress(DateError):  # the value's own check says so
            id_, days = dataset.canonical(claim.subject), edtf.parse(given)
            if relation.ends and days.last:
                ended.append((id_, days.last, claim))
            if relation.begins and days.first and (id_ not in founded or days.first < founded[id_][0]):
                founded[id_] = days.first, claim
    for id_, last, claim in ended:
        if id_ in founded and last < founded[id_][0]:
            first, other = founded[id_]
            path, line = dataset.where[f"claim/{other.id}"]
            yield Problem(
                *dataset.where[f"claim/{claim.id}"],
                f"ends {id_} by {last}, before {paths.display(path)}:{line} has it founded on {first} at the earliest; "
                "correct one of them, or give both the same `conflict`",
            )


def _start(claim: Claim) -> date | None:
    given = claim.since or claim.when
    return edtf.parse(given).first if given else None


def _article(label: str) -> str:
    return "an" if label[0] in "aeiou" else "a"
