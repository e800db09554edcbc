"""What the graph knows of one actor, and how two are tied, with the evidence of each statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import networkx as nx

from rareearth import names, namespaces, network
from rareearth.errors import AmbiguousError, NotFoundError, RareEarthError, did_you_mean
from rareearth.store import claims
from rareearth.store.backend import DefaultGraph, Literal, NamedNode, Row
from rareearth.store.claims import Page

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.backend import Backend

_NAMES = """
SELECT ?entity ?name ?how WHERE {
  { ?entity rdfs:label ?name . BIND("name" AS ?how) }
  UNION { ?entity skos:altLabel ?name . BIND("alias" AS ?how) }
  UNION { ?entity ree:acronym ?name . BIND("acronym" AS ?how) }
  UNION { ?mention ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false . BIND("in a source" AS ?how) }
  UNION { ?entity owl:sameAs ?other . BIND(STRAFTER(STR(?other), "/entity/") AS ?name) BIND("record" AS ?how) }
  ?entity a ?kind . ?kind rdfs:subClassOf* ree:Entity .
}"""
_ABOUT = """
SELECT ?kind ?sphere ?about ?entity WHERE {
  ?entity a ?class . ?class rdfs:label ?kind FILTER(LANG(?kind) = "en")
  OPTIONAL { ?class ree:sphere ?s . ?s rdfs:label ?sphere FILTER(LANG(?sphere) = "en") }
  OPTIONAL { ?entity dcterms:description ?about }
}"""
_OBSERVED = "SELECT ?name ?entity { ?m ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false }"
_STATEMENTS = """
SELECT ?claim ?relation ?forward ?backward ?outward ?other ?label ?kind ?status ?by ?stance ?source ?when ?since ?until
       ?inferred ?note ?evidence ?confidence ?conflict ?disagreement ?entity WHERE {
  { GRAPH ?claim { ?entity ?relation ?other } BIND(true AS ?outward) }
  UNION { GRAPH ?claim { ?other ?relation ?entity } BIND(false AS ?outward) }
  ?claim ree:kind ?kind ; ree:status ?status ; ree:source ?source ; ree:evidence ?evidence .
  ?relation rdfs:label ?forward FILTER(LANG(?forward) = "en")
  OPTIONAL { ?relation ree:inverseLabel ?backward FILTER(LANG(?backward) = "en") }
  OPTIONAL { ?other rdfs:label ?label FILTER(LANG(?label) = "en") }
  OPTIONAL { ?claim ree:confidence ?confidence }
  OPTIONAL { ?claim ree:conflict ?conflict . ?conflict ree:disagreement ?disagreement }
  OPTIONAL { ?claim ree:by/rdfs:label ?by FILTER(LANG(?by) = "en") }
  OPTIONAL { ?claim ree:stance ?stance }
  OPTIONAL { ?claim ree:when ?when }
  OPTIONAL { ?claim ree:since ?since }
  OPTIONAL { ?claim ree:until ?until }
  OPTIONAL { ?claim ree:inferredWhen ?inferred }
  OPTIONAL { ?claim skos:note ?note }
}"""

HEADINGS = {"fact": "Facts", "speech": "Speech", "assessment": "Assessments", "recommendation": "Recommendations"}


@dataclass(frozen=True)
class Statement:
    """One claim as a person reads it, from the side of ``subject``.

    ``other`` is the IRI of what ``object`` names, or '' for a value. ``spans`` are (start, end, fingerprint) in the
    text of its source; ``evidence`` is sentence, page or copy. ``plain`` says that it stands as a fact; ``conflict`` is
    the id of the disagreement that it is part of, and ``disagreement`` of which kind that is.
    """

    claim: str
    relation: str
    subject: str
    phrase: str
    object: str
    other: str
    kind: str
    status: str
    by: str
    stance: str
    when: str
    inferred: str
    note: str
    qualifiers: tuple[tuple[str, str], ...]
    page: Page
    spans: tuple[tuple[int, int, str], ...]
    evidence: str
    confidence: str
    conflict: str
    disagreement: str
    plain: bool


@dataclass(frozen=True)
class Card:
    """An entity with its names and every claim that it is subject or object of, strongest kind first."""

    iri: str
    id: str
    name: str
    zh: str
    names: tuple[str, ...]
    kind: str
    sphere: str
    about: str
    statements: tuple[Statement, ...] = field(repr=False)


@dataclass(frozen=True)
class Step:
    """One step of a path: two neighbours and the claims between them."""

    source: str
    target: str
    statements: tuple[Statement, ...]


def find(store: Backend, name: str) -> str:
    """The IRI of the entity of that id, IRI, name, alias, acronym or Chinese name, however it is spelled.

    Names that a source uses are found too, but not words that mean an entity in one text only. Raises RareEarthError
    when there is none (with near names) or more than one.
    """
    known: dict[str, dict[str, str]] = {}
    for row in store.select(_NAMES).plain():
        iri = namespaces.ENTITY + str(row["entity"]).removeprefix("entity:")
        known.setdefault(iri, {})[str(row["name"])] = str(row["how"])
    wanted = name.strip()
    direct = wanted.removeprefix("entity:") if not wanted.startswith("http") else namespaces.local(wanted)
    if namespaces.ENTITY + direct in known:
        return namespaces.ENTITY + direct
    key = names.key(direct)
    for rank in (("name",), ("alias", "acronym", "record"), ("in a source",)):
        found = sorted(
            i for i, given in known.items() if any(h in rank and names.key(n) == key for n, h in given.items())
        )
        if len(found) > 1:
            raise AmbiguousError("entity", name, [namespaces.local(iri) for iri in found])
        if found:
            return found[0]
    labels = {n: i for i, given in known.items() for n in given}
    near = [f"{n} ({namespaces.local(labels[n])})" for n in names.closest(wanted, labels)]
    raise NotFoundError("entity", name, did_you_mean(near))


def card(store: Backend, iri: str) -> Card:
    """The card of an entity (its IRI, as :func:`find` gives it)."""
    node = NamedNode(iri)
    labels = [(term.value, term.language) for term in _of(store, node, "rdfs:label")]
    others = [term.value for name in ("skos:altLabel", "ree:acronym") for term in _of(store, node, name)]
    observed = [t["name"].value for t in store.select(_OBSERVED, {"entity": node})]
    kind, sphere, about, _ = next(iter(store.select(_ABOUT, {"entity": node})))
    name = next((text for text, language in labels if language == "en"), namespaces.local(iri))
    zh = next((text for text, language in labels if language == "zh"), "")
    return Card(
        iri=iri,
        id=namespaces.local(iri),
        name=name,
        zh=zh,
        names=tuple(sorted({*others, *observed} - {name, zh})),
        kind=kind.value,
        sphere=sphere.value if sphere else "",
        about=about.value if about else "",
        statements=tuple(_statements(store, node, name)),
    )


def paths(store: Backend, start: str, end: str, count: int = 1) -> list[list[Step]]:
    """How two entities (IRIs) are tied: up to ``count`` shortest paths, direction set aside.

    Facts among actors are tried first, then facts that pass through topics, then every claim.

    Raises RareEarthError when nothing ties them.
    """
    import itertools

    if start == end:
        raise RareEarthError("both names mean the same entity")
    a, b = namespaces.local(start), namespaces.local(end)
    for view, kinds in (("actors", ("fact",)), ("full", ("fact",)), ("full", network.KINDS)):
        full = network.read(store, view, kinds)
        plain: nx.Graph[str] = nx.Graph()
        plain.add_edges_from(sorted((min(u, v), max(u, v)) for u, v in full.edges() if u != v))
        if a in plain and b in plain and nx.has_path(plain, a, b):
            found = list(itertools.islice(nx.shortest_simple_paths(plain, a, b), count))
            return [[_step(store, full, u, v, kinds) for u, v in itertools.pairwise(path)] for path in found]
    raise RareEarthError(f"nothing in the graph ties {a} to {b}")


def lines(item: Card, sentence: Callable[[Statement, int], str | None] | None = None) -> Iterator[str]:
    """A card as text. ``sentence`` gives what stands at the n-th span of a statement, when the text is at hand."""
    yield item.name + (f"  {item.zh}" if item.zh else "")
    yield f"{item.kind}{f' · {item.sphere}' if item.sphere else ''} · {item.id}"
    if item.about:
        yield item.about
    if item.names:
        yield f"also: {', '.join(item.names)}"
    shown = ""
    for statement in item.statements:
        if heading(statement) != shown:
            shown = heading(statement)
            yield ""
            yield shown
        yield from statement_lines(statement, sentence)
    for page in sorted({s.page for s in item.statements}, key=lambda p: p.id):
        yield ""
        yield f"{page.id}: {page.publisher}, {page.title}, {page.url}"


def path_lines(steps: Iterable[Step], sentence: Callable[[Statement, int], str | None] | None = None) -> Iterator[str]:
    """A path as text, step by step."""
    for number, step in enumerate(steps, 1):
        yield f"{number}. {step.source} – {step.target}"
        for statement in step.statements:
            yield from ("  " + line for line in statement_lines(statement, sentence))


def statement_lines(
    statement: Statement, sentence: Callable[[Statement, int], str | None] | None = None
) -> Iterator[str]:
    """A statement and its evidence as indented text."""
    extra = [f"{name}: {value}" for name, value in statement.qualifiers]
    extra += [statement.status] if statement.status != "held" else []
    extra += [f"{statement.stance}"] if statement.stance else []
    extra += [f"says {statement.by}"] if statement.by else []
    extra += [statement.when] if statement.when else []
    extra += [f"we infer {statement.inferred}"] if statement.inferred else []
    yield f"  {statement.subject} {statement.phrase} {statement.object}" + (f"  [{'; '.join(extra)}]" if extra else "")
    if statement.note:
        yield f"      note: {statement.note}"
    for number, (start, end, mark) in enumerate(statement.spans):
        found = sentence(statement, number) if sentence else None
        yield f"      {statement.page.id} {start}-{end} {mark}" + (f"  “{found}”" if found else "")
    if not statement.spans:
        confidence = f", {statement.confidence} confidence" if statement.confidence else ""
        date = f", {statement.page.published}" if statement.page.published else ""
        yield f"      {statement.page.id}: {statement.page.publisher}{date} ({statement.evidence}{confidence})"
    if statement.conflict:
        kind = "contradicted" if statement.disagreement == "contradiction" else f"differs by {statement.disagreement}"
        yield f"      {kind}: see `rareearth conflicts {statement.conflict}`"


def heading(statement: Statement) -> str:
    """Under which heading of a card a statement stands."""
    if statement.kind == "fact" and statement.status == "held" and not statement.plain:
        return "Contradicted"
    if statement.kind == "fact" and statement.status != "held":
        return "Past" if statement.status == "ended" else "Pledged, planned, announced"
    return HEADINGS[statement.kind]


def _of(store: Backend, node: NamedNode, predicate: str) -> list[Literal]:
    prefix, _, name = predicate.partition(":")
    wanted = NamedNode(namespaces.PREFIXES[prefix] + name)
    found = (quad.object for quad in store.quads(node, wanted, graph=DefaultGraph()))
    return [term for term in found if isinstance(term, Literal)]


def _statements(store: Backend, node: NamedNode, name: str) -> Iterator[Statement]:
    spans, qualifiers, pages = claims.spans(store), claims.qualifiers(store), claims.pages(store)
    found = []
    for row in store.select(_STATEMENTS, {"entity": node}):

        def text(column: str, row: Row = row) -> str:
            return row[column].value if row[column] else ""

        outward = text("outward") == "true"
        subject, obj = (node, row["other"]) if outward else (row["other"], node)
        other = text("label") or text("other")
        spell = f"{text('since')} to {text('until') or 'now or unknown'}" if text("since") or text("until") else ""
        found.append(
            Statement(
                claim=namespaces.local(text("claim")),
                relation=namespaces.local(text("relation")),
                subject=name,
                phrase=text("forward") if outward else text("backward"),
                object=other,
                other=text("other") if isinstance(row["other"], NamedNode) else "",
                kind=namespaces.local(text("kind")),
                status=namespaces.local(text("status")),
                by=text("by"),
                stance=namespaces.local(text("stance")),
                when=spell or text("when"),
                inferred=text("inferred"),
                note=text("note"),
                qualifiers=qualifiers[text("claim")],
                page=pages[text("source")],
                spans=spans[text("claim")],
                evidence=namespaces.local(text("evidence")),
                confidence=namespaces.local(text("confidence")),
                conflict=namespaces.local(text("conflict")),
                disagreement=namespaces.local(text("disagreement")),
                plain=next(store.quads(subject, row["relation"], obj, DefaultGraph()), None) is not None,
            )
        )
    order = {kind: number for number, kind in enumerate(network.KINDS)}
    yield from sorted(
        found,
        key=lambda s: (order[s.kind], heading(s) != "Facts", heading(s), s.relation, s.phrase, s.object, s.claim),
    )


def _step(store: Backend, full: Network, a: str, b: str, kinds: Iterable[str]) -> Step:
    label = {node: str(full.nodes[node].get("label", node)) for node in (a, b)}
    between = {
        claim
        for u, v in ((a, b), (b, a))
        for data in (full.get_edge_data(u, v) or {}).values()
        for claim in str(data.get("claims", "")).split(network.JOIN)
    }
    all_of_a = _statements(store, NamedNode(str(full.nodes[a]["iri"])), label[a])
    return Step(label[a], label[b], tuple(s for s in all_of_a if s.claim in between and s.kind in tuple(kinds)))
