"""The data as RDF: sorted N-Quads lines, a named graph for each claim, plain facts also in the default graph.

::

    GRAPH <claim> { subject relation object }        what is claimed
    <claim> ree:source, ree:kind, ree:at, …          who claims it, how and where: in the default graph
    subject relation object                          also in the default graph if it is a plain fact
    object relation subject                          there too if the relation is symmetric

There are no blank nodes, so the same data gives the same bytes everywhere.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from pathlib import Path

from rareearth import edtf, identifiers, namespaces
from rareearth.dataset import Dataset
from rareearth.models import Claim, Conflict, Entity, Judgement, Source
from rareearth.ontology import DATES, MEASURE, PERCENTAGE
from rareearth.quantities import DECIMAL
from rareearth.store import in_effect
from rareearth.store.sorting import Sorter

_EXACT = Context(prec=40)  # more digits than the checks allow
_PRECISIONS = {"day": "date", "month": "gYearMonth", "year": "gYear"}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def lines(dataset: Dataset, folder: Path | None = None) -> Iterable[str]:
    """Everything the graph states, as sorted N-Quads lines without line ends; ontology and description included.

    They can be read more than once. Where there are very many they are sorted in files of ``folder``, if one is given.
    """
    found = Sorter(folder)
    found.extend(_statements(dataset))
    found.extend(_description(dataset, triples=sum(1 for _ in found) - len(dataset.claims)))
    return found


def iri(value: str) -> str:
    """An IRI as N-Quads writes it."""
    return f"<{value}>"


def literal(value: str, datatype: str = "", language: str = "") -> str:
    """A literal as N-Quads writes it, with a language or a datatype."""
    text = value.translate(_ESCAPES)
    return f'"{text}"@{language.lower()}' if language else f'"{text}"^^<{datatype}>' if datatype else f'"{text}"'


def date(text: str) -> str:
    """A date as a literal whose datatype has its precision, so that a query can compare it.

    A day is an ``xsd:date``, a month an ``xsd:gYearMonth``, a year an ``xsd:gYear``; what is none of them exactly
    (uncertain, an interval, a quarter, unknown digits) is EDTF. The text is EDTF in each case.
    """
    return literal(text, date_type(text))


def date_type(text: str) -> str:
    """The datatype (an IRI) of the literal of a date."""
    precision = edtf.precision(text)
    return _p(f"xsd:{_PRECISIONS[precision]}") if precision else namespaces.EDTF


def value(text: str, datatype: str) -> str:
    """A value of the data as a literal of a datatype, in its canonical form, as the store keeps it."""
    if datatype in DATES:
        return date(text)
    if datatype == PERCENTAGE and DECIMAL.fullmatch(text):
        datatype = namespaces.PREFIXES["xsd"] + "decimal"
    if datatype == namespaces.PREFIXES["xsd"] + "decimal":
        text = format(_EXACT.plus(Decimal(text).normalize(_EXACT)), "f")  # plus turns -0 into 0
    elif datatype == namespaces.PREFIXES["xsd"] + "integer":
        text = str(int(text))
    return literal(text, "" if datatype == namespaces.PREFIXES["xsd"] + "string" else datatype)


def _statements(dataset: Dataset) -> Iterator[str]:
    """The lines of everything but the description, unsorted and with repeats."""
    yield from _ontology(dataset.ontology.path)
    for entity in dataset.entities.values():
        yield from _entity(dataset, entity)
    for source in dataset.sources.values():
        yield from _source(dataset, source)
    for judgement in dataset.judgements:
        yield from _judgement(judgement)
    for conflict in dataset.conflicts.values():
        yield from _conflict(conflict)
    rule = in_effect.Rule(dataset)
    for claim in dataset.claims:
        yield from _claim(dataset, claim)
        yield from _in_effect(rule, claim)


@functools.cache
def _p(compact: str) -> str:
    prefix, _, name = compact.partition(":")
    return namespaces.PREFIXES[prefix] + name


def _triple(subject: str, predicate: str, obj: str, graph: str = "") -> str:
    if graph:
        return f"<{subject}> <{_p(predicate)}> {obj} <{graph}> ."
    return f"<{subject}> <{_p(predicate)}> {obj} ."


def _ontology(path: Path) -> Iterator[str]:
    """The triples of the Turtle file, through a store, which gives literals their canonical forms (1 for 1.0)."""
    import pyoxigraph as ox

    store = ox.Store()
    store.load(path=path, format=ox.RdfFormat.TURTLE)
    yield from (ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b"").decode().split("\n")[:-1]


def _entity(dataset: Dataset, entity: Entity) -> Iterator[str]:
    node = namespaces.ENTITY + dataset.canonical(entity.id)
    if node == namespaces.ENTITY + entity.id:
        yield _triple(node, "rdf:type", iri(namespaces.VOCABULARY + entity.kind))
        yield _triple(node, "rdfs:label", literal(entity.name, language="en"))
        if entity.zh:
            yield _triple(node, "rdfs:label", literal(entity.zh, language="zh"))
        if entity.about:
            yield _triple(node, "dcterms:description", literal(entity.about, language="en"))
    else:
        yield _triple(node, "owl:sameAs", iri(namespaces.ENTITY + entity.id))
        yield _triple(node, "skos:altLabel", literal(entity.name, language="en"))
        if entity.zh:
            yield _triple(node, "skos:altLabel", literal(entity.zh, language="zh"))
    for alias in entity.aliases:
        yield _triple(node, "skos:altLabel", literal(alias))
    for acronym in entity.acronyms:
        yield _triple(node, "ree:acronym", literal(acronym))
    for page in entity.seen:
        yield _triple(node, "rdfs:seeAlso", iri(page))
    for given in entity.ids:
        identifier = f"{node}#{given.scheme}={given.value}"
        yield _triple(node, "dcterms:identifier", literal(given.value))
        yield _triple(node, "ree:identifier", iri(identifier))
        yield _triple(identifier, "rdf:type", iri(_p("ree:Identifier")))
        yield _triple(identifier, "ree:scheme", literal(given.scheme))
        yield _triple(identifier, "skos:notation", literal(given.value))
        yield _triple(identifier, "dcterms:source", iri(given.page))
        if same := identifiers.iri(given.scheme, given.value):
            yield _triple(node, "skos:exactMatch", iri(same))


def _source(dataset: Dataset, source: Source) -> Iterator[str]:
    node = namespaces.SOURCE + source.id
    yield _triple(node, "rdf:type", iri(_p("ree:Source")))
    yield _triple(node, "dcterms:title", literal(source.title, language=source.language))
    yield _triple(node, "dcterms:publisher", iri(namespaces.ENTITY + dataset.canonical(source.publisher)))
    yield _triple(node, "dcterms:language", literal(source.language))
    yield _triple(node, "foaf:page", iri(source.url))
    if source.published:
        yield _triple(node, "dcterms:issued", date(source.published))
        yield from _days(node, source.published, ("firstDay", "lastDay"))
    for name, term in (("genre", source.kind), ("copyKind", source.copy_)):
        if term:
            yield _triple(node, f"ree:{name}", literal(term))
    if source.story:
        yield _triple(node, "ree:story", iri(namespaces.STORY + source.story))
    if source.text:
        yield _triple(node, "ree:textHash", literal(source.text.sha256))
        yield _triple(node, "ree:textLength", value(str(source.text.chars), _p("xsd:integer")))
    named = [(name, id_, False) for id_, given in source.names for name in given]
    for number, (words, id_, only) in enumerate([*named, *((w, id_, True) for w, id_ in source.refers)], 1):
        mention = f"{node}#mention={number}"
        yield _triple(mention, "rdf:type", iri(_p("ree:Mention")))
        yield _triple(mention, "ree:source", iri(node))
        yield _triple(mention, "ree:mentions", iri(namespaces.ENTITY + dataset.canonical(id_)))
        yield _triple(mention, "ree:observedName", literal(words))
        yield _triple(mention, "ree:onlyThere", literal(str(only).lower(), _p("xsd:boolean")))


def _judgement(judgement: Judgement) -> Iterator[str]:
    node = namespaces.JUDGEMENT + judgement.id
    yield _triple(node, "rdf:type", iri(_p("ree:Judgement")))
    yield _triple(node, "ree:left", iri(namespaces.ENTITY + judgement.left))
    yield _triple(node, "ree:right", iri(namespaces.ENTITY + judgement.right))
    yield _triple(node, "ree:verdict", iri(_p(f"ree:{judgement.verdict}")))
    yield _triple(node, "ree:because", literal(judgement.why))
    yield _triple(node, "dcterms:creator", literal(judgement.who))
    yield _triple(node, "dcterms:date", date(judgement.on))
    yield from _days(node, judgement.on, ("firstDay", "lastDay"))


def _claim(dataset: Dataset, claim: Claim) -> Iterator[str]:
    node = namespaces.CLAIM + claim.id
    relation = dataset.ontology.relations[claim.relation]
    subject, stated = dataset.canonical(claim.subject), dataset.canonical(claim.object)
    obj = value(claim.object, relation.range) if relation.literal else iri(namespaces.ENTITY + stated)
    yield _triple(namespaces.ENTITY + subject, f"ree:{claim.relation}", obj, graph=node)
    yield from _plain_facts(dataset, claim)

    if claim.subject != subject:
        yield _triple(node, "ree:recordedSubject", iri(namespaces.ENTITY + claim.subject))
    if claim.object != stated and not relation.literal:
        yield _triple(node, "ree:recordedObject", iri(namespaces.ENTITY + claim.object))
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
        yield _triple(subject, f"ree:{claim.relation}", value(claim.object, relation.range))
        return
    obj = namespaces.ENTITY + dataset.canonical(claim.object)
    yield _triple(subject, f"ree:{claim.relation}", iri(obj))
    if relation.symmetric:
        yield _triple(obj, f"ree:{claim.relation}", iri(subject))


def _context(dataset: Dataset, claim: Claim, node: str) -> Iterator[str]:
    """Who claims it, in which way, where, and how good the evidence is."""
    yield _triple(node, "rdf:type", iri(_p("ree:Claim")))
    yield _triple(node, "ree:source", iri(namespaces.SOURCE + claim.source))
    yield _triple(node, "ree:kind", iri(_p(f"ree:{claim.kind}")))
    yield _triple(node, "ree:status", iri(_p(f"ree:{claim.status}")))
    if speaker := dataset.speaker(claim):
        yield _triple(node, "ree:by", iri(namespaces.ENTITY + dataset.canonical(speaker)))
    if claim.kind == "speech":
        yield _triple(node, "ree:about", iri(namespaces.ENTITY + dataset.canonical(claim.about or claim.subject)))
    if claim.stance:
        yield _triple(node, "ree:stance", iri(_p(f"ree:{claim.stance}")))
    if claim.confidence:
        yield _triple(node, "ree:confidence", iri(_p(f"ree:{claim.confidence}")))
    if claim.conflict:
        yield _triple(node, "ree:conflict", iri(namespaces.CONFLICT + claim.conflict))
    yield _triple(node, "ree:evidence", iri(_p(f"ree:{level(dataset, claim)}")))
    if claim.note:
        yield _triple(node, "skos:note", literal(claim.note, language="en"))
    yield from _qualifiers(dataset, claim, node)
    yield from _read(claim, node)


def _read(claim: Claim, node: str) -> Iterator[str]:
    """The sentences that say it, and the person who took it."""
    for span in claim.at:
        selector = f"{namespaces.SOURCE}{claim.source}#char={span.start},{span.end}"  # the syntax of RFC 5147
        yield _triple(node, "ree:at", iri(selector))
        yield _triple(selector, "rdf:type", iri(_p("oa:TextPositionSelector")))
        yield _triple(selector, "oa:start", value(str(span.start), _p("xsd:integer")))
        yield _triple(selector, "oa:end", value(str(span.end), _p("xsd:integer")))
        yield _triple(selector, "ree:fingerprint", literal(span.fingerprint))
    for reading in claim.read:
        read = f"{node}#read={reading.sentence}"
        yield _triple(node, "ree:reading", iri(read))
        yield _triple(read, "rdf:type", iri(_p("ree:Reading")))
        yield _triple(read, "ree:fingerprint", literal(reading.sentence))
        yield _triple(read, "ree:readOn", literal(reading.on.isoformat(), _p("xsd:date")))
        yield _triple(read, "ree:says", literal(reading.says, language="en"))
    if claim.reviewed:
        yield _triple(node, "ree:reviewedOn", literal(claim.reviewed.on.isoformat(), _p("xsd:date")))
        if claim.reviewed.who:
            yield _triple(node, "ree:reviewedBy", literal(claim.reviewed.who))


def _qualifiers(dataset: Dataset, claim: Claim, node: str) -> Iterator[str]:
    """The qualifiers, and the number and unit of the claim's measure, so that a query can calculate with it."""
    measures = [text for name, text in claim.qualifiers if dataset.ontology.qualifiers[name].range == MEASURE]
    if dataset.ontology.relations[claim.relation].range == MEASURE:
        measures.insert(0, claim.object)
    for measure in measures[:1]:
        number, _, unit = measure.partition(" ")
        yield _triple(node, "ree:number", value(number, _p("xsd:decimal")))
        yield _triple(node, "ree:unit", literal(unit))
    for name, text in claim.qualifiers:
        qualifier = dataset.ontology.qualifiers[name]
        obj = value(text, qualifier.range) if qualifier.literal else iri(namespaces.ENTITY + dataset.canonical(text))
        yield _triple(node, f"ree:{name}", obj)
        if qualifier.range == PERCENTAGE:
            yield from _share(dataset, claim, text, node)


def _share(dataset: Dataset, claim: Claim, text: str, node: str) -> Iterator[str]:
    """The ends of a share that is not exact, so that a query can calculate with them."""
    part = dataset.ontology.share(claim.qualifiers, text)
    if part.exact:
        return
    lower, upper = value(format(part.low, "f"), _p("xsd:decimal")), value(format(part.high, "f"), _p("xsd:decimal"))
    yield _triple(node, "ree:shareMoreThan" if part.above else "ree:shareAtLeast", lower)
    yield _triple(node, "ree:shareLessThan" if part.below else "ree:shareAtMost", upper)


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
    yield _triple(node, "rdf:type", iri(_p("ree:Conflict")))
    yield _triple(node, "rdfs:label", literal(conflict.question, language="en"))
    yield _triple(node, "ree:disagreement", iri(_p(f"ree:{conflict.kind}")))
    yield _triple(node, "ree:because", literal(conflict.why))


def _times(claim: Claim, node: str) -> Iterator[str]:
    for name, text in (("when", claim.when), ("since", claim.since), ("until", claim.until)):
        if text:
            yield _triple(node, f"ree:{name}", date(text))
    if claim.inferred:
        yield _triple(node, "ree:inferredWhen", date(claim.inferred.when))
        yield _triple(node, "ree:because", literal(claim.inferred.because, language="en"))
    for name, day in zip(("earliest", "latest"), days(claim), strict=True):
        if day:
            yield _triple(node, f"ree:{name}", literal(day, _p("xsd:date")))


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
        yield _triple(node, "ree:past", literal("true", _p("xsd:boolean")))
    if basis := rule.end_inferred_from(claim, spell):
        yield _triple(node, "ree:endInferredFrom", f"<{namespaces.CLAIM}{basis}>")
    if spell.dated:
        yield from _days(node, edtf.Days(spell.start, spell.end), ("inEffectFrom", "inEffectUntil"))
    else:
        yield _triple(node, "ree:undated", literal("true", _p("xsd:boolean")))


def _days(node: str, of: str | edtf.Days, names: tuple[str, str]) -> Iterator[str]:
    """The first and the last day of a date as two properties; none for an end that is open or unknown."""
    for name, day in zip(names, edtf.parse(of) if isinstance(of, str) else of, strict=True):
        if day:
            yield _triple(node, f"ree:{name}", literal(day.isoformat(), _p("xsd:date")))


def _description(dataset: Dataset, triples: int) -> Iterator[str]:
    """The dataset described with VoID and DCAT; without a date, because the same data must give the same bytes."""
    node = namespaces.DATASET

    def number(subject: str, predicate: str, count: int) -> str:
        return _triple(subject, predicate, value(str(count), _p("xsd:integer")))

    yield _triple(node, "rdf:type", iri(_p("void:Dataset")))
    yield _triple(node, "rdf:type", iri(_p("dcat:Dataset")))
    yield _triple(node, "dcterms:title", literal("Actors of the rare earth world", language="en"))
    yield _triple(node, "dcterms:title", literal("稀土行动者", language="zh"))
    yield _triple(node, "dcterms:license", iri(namespaces.LICENSE_DATA))
    yield _triple(node, "dcterms:creator", iri(f"{node}#creator"))
    yield _triple(f"{node}#creator", "rdf:type", iri(_p("foaf:Agent")))
    yield _triple(f"{node}#creator", "foaf:name", literal(namespaces.CREATOR))
    yield _triple(node, "dcterms:conformsTo", iri(namespaces.VOCABULARY.rstrip("#")))
    yield _triple(node, "void:vocabulary", iri(namespaces.VOCABULARY))
    yield _triple(node, "void:uriSpace", literal(namespaces.BASE))
    yield _triple(node, "void:rootResource", iri(namespaces.DATASET))
    yield number(node, "void:triples", triples)
    yield number(node, "void:entities", len(dataset.entities) - len(dataset.canonical_ids))
    yield number(node, "void:documents", len(dataset.sources))
    kinds = Counter(e.kind for e in dataset.entities.values() if e.id not in dataset.canonical_ids)
    for kind, count in kinds.items():
        part = f"{node}#class={kind}"
        yield _triple(node, "void:classPartition", iri(part))
        yield _triple(part, "void:class", iri(namespaces.VOCABULARY + kind))
        yield number(part, "void:entities", count)
    stated = {(c.relation, line) for c in dataset.claims for line in _plain_facts(dataset, c)}
    for relation, count in Counter(relation for relation, _ in stated).items():
        part = f"{node}#property={relation}"
        yield _triple(node, "void:propertyPartition", iri(part))
        yield _triple(part, "void:property", iri(namespaces.VOCABULARY + relation))
        yield number(part, "void:triples", count)
