"""The data as RDF: sorted N-Quads lines, a named graph for each claim, plain facts also in the default graph.

::

    GRAPH <claim> { subject relation object }        what is claimed
    <claim> ree:source, ree:kind, ree:at, …          who claims it, how and where: in the default graph
    subject relation object                          also in the default graph if it is a plain fact
    object relation subject                          there too if the relation is symmetric

There are no blank nodes, so the same data gives the same bytes everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rareearth import edtf, identifiers, namespaces
from rareearth.dataset import Dataset
from rareearth.models import Claim, Conflict, Entity, Judgement, Source
from rareearth.ontology import DATES, MEASURE, PERCENTAGE
from rareearth.store import in_effect
from rareearth.store.terms import OF_ENTITY, date, expanded, graph, iri, literal, triple, value


def lines(dataset: Dataset) -> list[str]:
    """Everything the graph states, as sorted N-Quads lines without line ends; ontology and description included.

    :mod:`shards` writes the same lines to a file.
    """
    whole = Parts(dataset)
    found = {line for part in whole.listed() for line in whole.lines(part)}
    facts = Counter(name for line in found if (name := whole.fact(line)))
    return sorted({*found, *description(dataset, len(found) - len(dataset.claims), facts)})


class Part(NamedTuple):
    """Records or claims of one kind: those from ``start`` up to ``stop``."""

    kind: str
    start: int
    stop: int


class Parts:
    """A dataset in parts, whose lines are made each without the others; a line may come in several parts."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._rule = in_effect.Rule(dataset)
        self._entities, self._sources = list(dataset.entities.values()), list(dataset.sources.values())
        self._relations = {namespaces.VOCABULARY + name: name for name in dataset.ontology.relations}

    def listed(self, size: int = 8000, most: int = 256) -> list[Part]:
        """The parts: of ``size`` records or claims each, or more if there would be too many parts."""
        dataset = self._dataset
        parts = [Part("few", 0, 0)]
        for kind, count in (
            ("entities", len(self._entities)),
            ("sources", len(self._sources)),
            ("claims", len(dataset.claims)),
        ):
            step = max(size, -(-count // most))
            parts += [Part(kind, at, min(at + step, count)) for at in range(0, count, step)]
        return parts

    def lines(self, part: Part) -> Iterator[str]:
        """The lines of a part, unsorted and with repeats; the first part has all that there is little of."""
        dataset, some = self._dataset, slice(part.start, part.stop)
        match part.kind:
            case "entities":
                for entity in self._entities[some]:
                    yield from _entity(dataset, entity)
            case "sources":
                for source in self._sources[some]:
                    yield from _source(dataset, source)
            case "claims":
                for claim in dataset.claims[some]:
                    yield from _claim(dataset, claim)
                    yield from _in_effect(self._rule, claim)
            case _:
                yield from _ontology(dataset.ontology.path)
                for judgement in dataset.judgements:
                    yield from _judgement(judgement)
                for conflict in dataset.conflicts.values():
                    yield from _conflict(conflict)

    def fact(self, line: str) -> str:
        """The name of the relation of a line that is a plain fact; "" for any other line."""
        if not line.startswith(OF_ENTITY):
            return ""
        predicate = line.split(" ", 2)[1]
        return "" if graph(line) else self._relations.get(predicate[1:-1], "")


def _ontology(path: Path) -> Iterator[str]:
    """The triples of the Turtle file, through a store, which gives literals their canonical forms (1 for 1.0)."""
    import pyoxigraph as ox

    store = ox.Store()
    store.load(path=path, format=ox.RdfFormat.TURTLE)
    yield from (ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b"").decode().split("\n")[:-1]


def _entity(dataset: Dataset, entity: Entity) -> Iterator[str]:
    node = namespaces.ENTITY + dataset.canonical(entity.id)
    if node == namespaces.ENTITY + entity.id:
        yield triple(node, "rdf:type", iri(namespaces.VOCABULARY + entity.kind))
        yield triple(node, "rdfs:label", literal(entity.name, language="en"))
        if entity.zh:
            yield triple(node, "rdfs:label", literal(entity.zh, language="zh"))
        if entity.about:
            yield triple(node, "dcterms:description", literal(entity.about, language="en"))
    else:
        yield triple(node, "owl:sameAs", iri(namespaces.ENTITY + entity.id))
        yield triple(node, "skos:altLabel", literal(entity.name, language="en"))
        if entity.zh:
            yield triple(node, "skos:altLabel", literal(entity.zh, language="zh"))
    for alias in entity.aliases:
        yield triple(node, "skos:altLabel", literal(alias))
    for acronym in entity.acronyms:
        yield triple(node, "ree:acronym", literal(acronym))
    for page in entity.seen:
        yield triple(node, "rdfs:seeAlso", iri(page))
    for given in entity.ids:
        identifier = f"{node}#{given.scheme}={given.value}"
        yield triple(node, "dcterms:identifier", literal(given.value))
        yield triple(node, "ree:identifier", iri(identifier))
        yield triple(identifier, "rdf:type", iri(expanded("ree:Identifier")))
        yield triple(identifier, "ree:scheme", literal(given.scheme))
        yield triple(identifier, "skos:notation", literal(given.value))
        yield triple(identifier, "dcterms:source", iri(given.page))
        if same := identifiers.iri(given.scheme, given.value):
            yield triple(node, "skos:exactMatch", iri(same))


def _source(dataset: Dataset, source: Source) -> Iterator[str]:
    node = namespaces.SOURCE + source.id
    yield triple(node, "rdf:type", iri(expanded("ree:Source")))
    yield triple(node, "dcterms:title", literal(source.title, language=source.language))
    yield triple(node, "dcterms:publisher", iri(namespaces.ENTITY + dataset.canonical(source.publisher)))
    yield triple(node, "dcterms:language", literal(source.language))
    yield triple(node, "foaf:page", iri(source.url))
    if source.published:
        yield triple(node, "dcterms:issued", date(source.published))
        yield from _days(node, source.published, ("firstDay", "lastDay"))
    for name, term in (("genre", source.kind), ("copyKind", source.copy_)):
        if term:
            yield triple(node, f"ree:{name}", literal(term))
    if source.story:
        yield triple(node, "ree:story", iri(namespaces.STORY + source.story))
    if source.text:
        yield triple(node, "ree:textHash", literal(source.text.sha256))
        yield triple(node, "ree:textLength", value(str(source.text.chars), expanded("xsd:integer")))
    named = [(name, id_, False) for id_, given in source.names for name in given]
    for number, (words, id_, only) in enumerate([*named, *((w, id_, True) for w, id_ in source.refers)], 1):
        mention = f"{node}#mention={number}"
        yield triple(mention, "rdf:type", iri(expanded("ree:Mention")))
        yield triple(mention, "ree:source", iri(node))
        yield triple(mention, "ree:mentions", iri(namespaces.ENTITY + dataset.canonical(id_)))
        yield triple(mention, "ree:observedName", literal(words))
        yield triple(mention, "ree:onlyThere", literal(str(only).lower(), expanded("xsd:boolean")))


def _judgement(judgement: Judgement) -> Iterator[str]:
    node = namespaces.JUDGEMENT + judgement.id
    yield triple(node, "rdf:type", iri(expanded("ree:Judgement")))
    yield triple(node, "ree:left", iri(namespaces.ENTITY + judgement.left))
    yield triple(node, "ree:right", iri(namespaces.ENTITY + judgement.right))
    yield triple(node, "ree:verdict", iri(expanded(f"ree:{judgement.verdict}")))
    yield triple(node, "ree:because", literal(judgement.why))
    yield triple(node, "dcterms:creator", literal(judgement.who))
    yield triple(node, "dcterms:date", date(judgement.on))
    yield from _days(node, judgement.on, ("firstDay", "lastDay"))


def _claim(dataset: Dataset, claim: Claim) -> Iterator[str]:
    node = namespaces.CLAIM + claim.id
    relation = dataset.ontology.relations[claim.relation]
    subject, stated = dataset.canonical(claim.subject), dataset.canonical(claim.object)
    obj = value(claim.object, relation.range) if relation.literal else iri(namespaces.ENTITY + stated)
    yield triple(namespaces.ENTITY + subject, f"ree:{claim.relation}", obj, graph=node)
    yield from _plain_facts(dataset, claim)

    if claim.subject != subject:
        yield triple(node, "ree:recordedSubject", iri(namespaces.ENTITY + claim.subject))
    if claim.object != stated and not relation.literal:
        yield triple(node, "ree:recordedObject", iri(namespaces.ENTITY + claim.object))
    yield from _context(dataset, claim, node)
    yield from _times(claim, node)
    if relation.range in DATES:
        yield from _days(node, claim.object, ("firstDay", "lastDay"))


def _plain_facts(dataset: Dataset, claim: Claim) -> Iterator[str]:
    """What is in the default graph because of a claim: a symmetric relation is read from both ends."""
    if not dataset.is_plain_fact(claim):
        return
    relation = dataset.ontology.relations[claim.relation]
    subject = namespaces.ENTITY + dataset.canonical(claim.subject)
    if relation.literal:
        yield triple(subject, f"ree:{claim.relation}", value(claim.object, relation.range))
        return
    obj = namespaces.ENTITY + dataset.canonical(claim.object)
    yield triple(subject, f"ree:{claim.relation}", iri(obj))
    if relation.symmetric:
        yield triple(obj, f"ree:{claim.relation}", iri(subject))


def _context(dataset: Dataset, claim: Claim, node: str) -> Iterator[str]:
    """Who claims it, in which way, where, and how good the evidence is."""
    yield triple(node, "rdf:type", iri(expanded("ree:Claim")))
    yield triple(node, "ree:source", iri(namespaces.SOURCE + claim.source))
    yield triple(node, "ree:kind", iri(expanded(f"ree:{claim.kind}")))
    yield triple(node, "ree:status", iri(expanded(f"ree:{claim.status}")))
    if speaker := dataset.speaker(claim):
        yield triple(node, "ree:by", iri(namespaces.ENTITY + dataset.canonical(speaker)))
    if claim.kind == "speech":
        yield triple(node, "ree:about", iri(namespaces.ENTITY + dataset.canonical(claim.about or claim.subject)))
    if claim.stance:
        yield triple(node, "ree:stance", iri(expanded(f"ree:{claim.stance}")))
    if claim.confidence:
        yield triple(node, "ree:confidence", iri(expanded(f"ree:{claim.confidence}")))
    if claim.conflict:
        yield triple(node, "ree:conflict", iri(namespaces.CONFLICT + claim.conflict))
    yield triple(node, "ree:evidence", iri(expanded(f"ree:{level(dataset, claim)}")))
    if claim.note:
        yield triple(node, "skos:note", literal(claim.note, language="en"))
    yield from _qualifiers(dataset, claim, node)
    yield from _read(claim, node)


def _read(claim: Claim, node: str) -> Iterator[str]:
    """The sentences that say it, and the person who took it."""
    for span in claim.at:
        selector = f"{namespaces.SOURCE}{claim.source}#char={span.start},{span.end}"  # the syntax of RFC 5147
        yield triple(node, "ree:at", iri(selector))
        yield triple(selector, "rdf:type", iri(expanded("oa:TextPositionSelector")))
        yield triple(selector, "oa:start", value(str(span.start), expanded("xsd:integer")))
        yield triple(selector, "oa:end", value(str(span.end), expanded("xsd:integer")))
        yield triple(selector, "ree:fingerprint", literal(span.fingerprint))
    for reading in claim.read:
        read = f"{node}#read={reading.sentence}"
        yield triple(node, "ree:reading", iri(read))
        yield triple(read, "rdf:type", iri(expanded("ree:Reading")))
        yield triple(read, "ree:fingerprint", literal(reading.sentence))
        yield triple(read, "ree:readOn", literal(reading.on.isoformat(), expanded("xsd:date")))
        yield triple(read, "ree:says", literal(reading.says, language="en"))
    if claim.reviewed:
        yield triple(node, "ree:reviewedOn", literal(claim.reviewed.on.isoformat(), expanded("xsd:date")))
        if claim.reviewed.who:
            yield triple(node, "ree:reviewedBy", literal(claim.reviewed.who))


def _qualifiers(dataset: Dataset, claim: Claim, node: str) -> Iterator[str]:
    """The qualifiers, and the number and unit of the claim's measure, so that a query can calculate with it."""
    measures = [text for name, text in claim.qualifiers if dataset.ontology.qualifiers[name].range == MEASURE]
    if dataset.ontology.relations[claim.relation].range == MEASURE:
        measures.insert(0, claim.object)
    for measure in measures[:1]:
        number, _, unit = measure.partition(" ")
        yield triple(node, "ree:number", value(number, expanded("xsd:decimal")))
        yield triple(node, "ree:unit", literal(unit))
    for name, text in claim.qualifiers:
        qualifier = dataset.ontology.qualifiers[name]
        obj = value(text, qualifier.range) if qualifier.literal else iri(namespaces.ENTITY + dataset.canonical(text))
        yield triple(node, f"ree:{name}", obj)
        if qualifier.range == PERCENTAGE:
            yield from _share(dataset, claim, text, node)


def _share(dataset: Dataset, claim: Claim, text: str, node: str) -> Iterator[str]:
    """The ends of a share that is not exact, so that a query can calculate with them."""
    part = dataset.ontology.share(claim.qualifiers, text)
    if part.exact:
        return
    lower, upper = (
        value(format(part.low, "f"), expanded("xsd:decimal")),
        value(format(part.high, "f"), expanded("xsd:decimal")),
    )
    yield triple(node, "ree:shareMoreThan" if part.above else "ree:shareAtLeast", lower)
    yield triple(node, "ree:shareLessThan" if part.below else "ree:shareAtMost", upper)


def level(dataset: Dataset, claim: Claim) -> str:
    """The level of evidence of a claim.

    ``sentence`` (a span of a text that was kept), ``copy`` (a page copied from another), ``read`` (a sentence of a page
    whose text was not kept), or ``page``.
    """
    if claim.at:
        return "sentence"
    if dataset.sources[claim.source].copy_:
        return "copy"
    return "read" if claim.read else "page"


def _conflict(conflict: Conflict) -> Iterator[str]:
    node = namespaces.CONFLICT + conflict.id
    yield triple(node, "rdf:type", iri(expanded("ree:Conflict")))
    yield triple(node, "rdfs:label", literal(conflict.question, language="en"))
    yield triple(node, "ree:disagreement", iri(expanded(f"ree:{conflict.kind}")))
    yield triple(node, "ree:because", literal(conflict.why))


def _times(claim: Claim, node: str) -> Iterator[str]:
    for name, text in (("when", claim.when), ("since", claim.since), ("until", claim.until)):
        if text:
            yield triple(node, f"ree:{name}", date(text))
    if claim.inferred:
        yield triple(node, "ree:inferredWhen", date(claim.inferred.when))
        yield triple(node, "ree:because", literal(claim.inferred.because, language="en"))
    for name, day in zip(("earliest", "latest"), days(claim), strict=True):
        if day:
            yield triple(node, f"ree:{name}", literal(day, expanded("xsd:date")))


def days(claim: Claim) -> tuple[str | None, str | None]:
    """The first and last day that a claim may be about, given or marked as inferred, as ISO dates; None if unknown."""
    given = claim.inferred.when if claim.inferred else claim.when
    first, last = edtf.parse(given) if given else (None, None)
    if claim.since:
        first = edtf.parse(claim.since).first
    if claim.until:
        last = edtf.parse(claim.until).last
    return first.isoformat() if first else None, last.isoformat() if last else None


def _in_effect(rule: in_effect.Rule, claim: Claim) -> Iterator[str]:
    node, spell = namespaces.CLAIM + claim.id, rule.spell(claim)
    if rule.is_past(spell):
        yield triple(node, "ree:past", literal("true", expanded("xsd:boolean")))
    if basis := rule.end_inferred_from(claim, spell):
        yield triple(node, "ree:endInferredFrom", f"<{namespaces.CLAIM}{basis}>")
    if spell.dated:
        yield from _days(node, edtf.Days(spell.start, spell.end), ("inEffectFrom", "inEffectUntil"))
    else:
        yield triple(node, "ree:undated", literal("true", expanded("xsd:boolean")))


def _days(node: str, of: str | edtf.Days, names: tuple[str, str]) -> Iterator[str]:
    """The first and the last day of a date as two properties; none for an end that is open or unknown."""
    for name, day in zip(names, edtf.parse(of) if isinstance(of, str) else of, strict=True):
        if day:
            yield triple(node, f"ree:{name}", literal(day.isoformat(), expanded("xsd:date")))


def description(dataset: Dataset, triples: int, facts: Mapping[str, int]) -> Iterator[str]:
    """The dataset described with VoID and DCAT; without a date, because the same data must give the same bytes.

    ``triples`` are those outside of graphs, ``facts`` the numbers of plain facts by relation.
    """
    node = namespaces.DATASET

    def number(subject: str, predicate: str, count: int) -> str:
        return triple(subject, predicate, value(str(count), expanded("xsd:integer")))

    yield triple(node, "rdf:type", iri(expanded("void:Dataset")))
    yield triple(node, "rdf:type", iri(expanded("dcat:Dataset")))
    yield triple(node, "dcterms:title", literal("Actors of the rare earth world", language="en"))
    yield triple(node, "dcterms:title", literal("稀土行动者", language="zh"))
    yield triple(node, "dcterms:license", iri(namespaces.LICENSE_DATA))
    yield triple(node, "dcterms:creator", iri(f"{node}#creator"))
    yield triple(f"{node}#creator", "rdf:type", iri(expanded("foaf:Agent")))
    yield triple(f"{node}#creator", "foaf:name", literal(namespaces.CREATOR))
    yield triple(node, "dcterms:conformsTo", iri(namespaces.VOCABULARY.rstrip("#")))
    if dataset.known_by:
        yield triple(node, "ree:knownBy", date(dataset.known_by))
    yield triple(node, "void:vocabulary", iri(namespaces.VOCABULARY))
    yield triple(node, "void:uriSpace", literal(namespaces.BASE))
    yield triple(node, "void:rootResource", iri(namespaces.DATASET))
    yield number(node, "void:triples", triples)
    yield number(node, "void:entities", len(dataset.entities) - len(dataset.canonical_ids))
    yield number(node, "void:documents", len(dataset.sources))
    kinds = Counter(e.kind for e in dataset.entities.values() if e.id not in dataset.canonical_ids)
    for kind, count in kinds.items():
        part = f"{node}#class={kind}"
        yield triple(node, "void:classPartition", iri(part))
        yield triple(part, "void:class", iri(namespaces.VOCABULARY + kind))
        yield number(part, "void:entities", count)
    for relation, count in facts.items():
        part = f"{node}#property={relation}"
        yield triple(node, "void:propertyPartition", iri(part))
        yield triple(part, "void:property", iri(namespaces.VOCABULARY + relation))
        yield number(part, "void:triples", count)
