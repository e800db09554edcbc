"""What stands at the address of an entity, a claim, a source, …: the same as HTML, Turtle and JSON-LD.

A document has the statements of the default graph about its thing, and every claim about it with its evidence. Turtle
has no named graphs, so a claim's one statement is given as ``rdf:subject``, ``rdf:predicate`` and ``rdf:object``. The
page of an entity is its card.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rareearth import names, namespaces, network
from rareearth.errors import NotFoundError, did_you_mean
from rareearth.store import claims, questions, rdf
from rareearth.store.backend import Backend, DefaultGraph, NamedNode, Triple
from rareearth.views import cards

if TYPE_CHECKING:
    import jinja2

EDITOR = "editor"  # the name of a page that is no thing's
_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_WRITTEN = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_MOST = 500  # things that a page lists as pointing to its own
_KINDS = {
    "entity": namespaces.ENTITY,
    "claim": namespaces.CLAIM,
    "source": namespaces.SOURCE,
    "conflict": namespaces.CONFLICT,
    "judgement": namespaces.JUDGEMENT,
    "story": namespaces.STORY,
}
_OBJECT = attrgetter("object", "other")
_TAGS = {namespaces.VOCABULARY + name for name in ("kind", "status", "stance")}
_LABEL = """
SELECT ?label ?it { ?it rdfs:label|dcterms:title ?label } ORDER BY (LANG(?label) != "en") ?label LIMIT 1"""
_CLAIMS = """
SELECT ?claim ?subject ?relation ?object ?kind ?source ?status ?it WHERE {
  ?claim ?points ?it . GRAPH ?claim { ?subject ?relation ?object }
  ?claim ree:kind ?kind ; ree:source ?source ; ree:status/rdfs:label ?status FILTER(LANG(?status) = "en")
} ORDER BY ?claim LIMIT 501"""
_TERMS = """
SELECT ?term ?label ?definition ?class ?property ?group WHERE {
  ?term rdfs:label ?label FILTER(LANG(?label) = "en" && STRSTARTS(STR(?term), STR(ree:)))
  OPTIONAL { ?term skos:definition ?definition FILTER(LANG(?definition) = "en") }
  OPTIONAL {
    SELECT ?term (MIN(?name) AS ?group) {
      ?term a ?type . ?type a owl:Class ; rdfs:label ?name FILTER(LANG(?name) = "en")
    } GROUP BY ?term
  }
  BIND(EXISTS { ?term a owl:Class } AS ?class)
  BIND(EXISTS { VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } ?term a ?kind }
    AS ?property)
} ORDER BY ?term"""


@functools.cache
def prepare(store: Backend) -> dict[str, Any]:
    """Read what pages need and a worker cannot: the templates, the questions, the terms of the ontology."""
    _templates()
    asked = [{"name": q.name, "english": q.english, "text": q.text} for q in questions.every()]
    terms = [
        {
            "iri": row["term"].value,
            "label": row["label"].value,
            "definition": row["definition"].value if row["definition"] else "",
            "class": row["class"].value == "true",
            "property": row["property"].value == "true",
            "group": row["group"].value if row["group"] else "",
        }
        for row in store.select(_TERMS)
    ]
    return {"questions": asked, "terms": terms, "prefixes": namespaces.PREFIXES}


def address(iri: str) -> str:
    """The path of a thing on the server; '' for what has none."""
    for kind, base in _KINDS.items():
        if iri.startswith(base):
            return f"/{kind}/{quote(iri[len(base) :])}"
    if iri == namespaces.DATASET:
        return "/"
    return (
        f"/ontology#{quote(iri.removeprefix(namespaces.VOCABULARY))}" if iri.startswith(namespaces.VOCABULARY) else ""
    )


def find(store: Backend, name: str) -> str:
    """The IRI of the entity of a name, however it is spelled. Raises NotFoundError, with close names."""
    return cards.find(store, name)


def write(store: Backend, iri: str, form: str, base: str) -> bytes:
    """The document of a thing as ``html``, ``ttl`` or ``jsonld``; ``base`` is the server's own address.

    Raises NotFoundError.
    """
    if iri == EDITOR:
        return _page("editor.html", data=prepare(store))
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise NotFoundError("thing", iri, ", which is no IRI") from error
    if next(store.quads(node), None) is None and iri != namespaces.BASE + "ontology":
        known = (getattr(q.subject, "value", "") for q in store.quads(graph=DefaultGraph()))
        prefix, _, name = iri.removeprefix(namespaces.BASE).partition("/")
        near = names.closest(name, {namespaces.local(k) for k in known if k.startswith(f"{namespaces.BASE}{prefix}/")})
        raise NotFoundError("thing", iri, did_you_mean(near))
    if form != "html":
        triples = _description(store, node, base)
        used = {**namespaces.PREFIXES, "sd": _SD, "formats": _FORMATS}
        output = io.BytesIO()
        rdf.write(triples, "ttl" if form == "ttl" else "json", output, used)
        return output.getvalue()
    if iri.startswith(namespaces.ENTITY):
        card = cards.card(store, iri)
        return _page("entity.html", iri=iri, card=card, sections=list(_sections(card.statements)))
    if iri == namespaces.DATASET:
        counts = {q.predicate.value.rpartition("#")[2]: q.object for q in store.quads(node)}
        return _page("home.html", iri=iri, base=base, counts=counts, claims=_count(store), **prepare(store))
    if iri == namespaces.BASE + "ontology":
        return _page("ontology.html", iri=iri, groups=_groups(prepare(store)["terms"]))
    return _page("thing.html", iri=iri, **_thing(store, node))


def _sections(statements: Iterable[cards.Statement]) -> Iterator[tuple[str, list[Any]]]:
    """Headings, below each what is said of the entity, and below that each object with its statements."""
    for heading, said in groupby(statements, key=cards.heading):
        phrases = [(phrase, list(each)) for phrase, each in groupby(said, key=lambda s: s.phrase)]
        yield heading, [(phrase, [list(about) for _, about in groupby(each, key=_OBJECT)]) for phrase, each in phrases]


def _groups(terms: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The terms of the ontology by what they are: classes first, then properties, then values, large groups first."""
    found: dict[tuple[bool, bool, str], list[dict[str, Any]]] = {}
    for term in terms:
        name = term["group"] or ("class" if term["class"] else "property" if term["property"] else "datatype")
        found.setdefault((not term["class"], not term["property"], name), []).append(term)
    return [(key[2], found[key]) for key in sorted(found, key=lambda key: (key[:2], -len(found[key]), key[2]))]


def _thing(store: Backend, node: NamedNode) -> dict[str, Any]:
    """What the page of anything but an entity shows: its properties, its claims, and what else points to it."""
    label = functools.cache(lambda term: _label(store, term))
    default, kind = DefaultGraph(), NamedNode(namespaces.PREFIXES["rdf"] + "type")
    about = sorted(store.quads(node, graph=default), key=str)
    pointing = sorted(store.quads(object=node, graph=default), key=str)
    held = NamedNode(namespaces.VOCABULARY + "held")
    told_above = {
        kind,
        *(NamedNode(namespaces.PREFIXES[p] + n) for p, n in (("rdfs", "label"), ("dcterms", "title"))),
    }
    spans, pages = claims.spans(store), claims.pages(store)
    said = sorted(store.select(_CLAIMS, {"it": node}), key=lambda row: _rank(row["kind"], spans[row["claim"].value]))
    own = list(store.quads(graph=node))
    told = {row["claim"] for row in said}
    return {
        "title": label(node),
        "kind": ", ".join(label(q.object) for q in about if q.predicate == kind),
        "tags": [label(q.object) for q in about if q.predicate.value in _TAGS and q.object != held],
        "statements": [[_part(label, term) for term in (q.subject, q.predicate, q.object)] for q in own],
        "properties": [
            (_short(label(q.predicate)), _part(label, q.object)) for q in about if q.predicate not in told_above
        ],
        "claims": [
            {
                "parts": [_part(label, row[name]) for name in ("subject", "relation", "object")],
                "address": address(row["claim"].value),
                "kind": label(row["kind"]),
                "opinion": namespaces.local(row["kind"].value) != "fact",
                "heading": cards.HEADINGS[namespaces.local(row["kind"].value)],
                "page": pages[row["source"].value] if row["source"] != node else None,
                "status": row["status"].value,
            }
            for row in said[:_MOST]
        ],
        "pointing": [(_short(label(q.predicate)), _part(label, q.subject)) for q in pointing if q.subject not in told][
            :_MOST
        ],
        "more": len(said) > _MOST or len(pointing) > len(told) + _MOST,
    }


def _rank(kind: Any, spans: tuple[tuple[int, int, str], ...]) -> tuple[int, int]:
    """Where a claim stands among others: facts first, and as the text of the source has them."""
    return network.KINDS.index(namespaces.local(kind.value)), spans[0][0] if spans else 0


def _short(name: str) -> str:
    """The name of a foreign property without its prefix: publisher for dcterms:publisher."""
    return name.rpartition(":")[2]


def _part(label: Any, term: Any) -> dict[str, str]:
    """A term as a page shows it: what it is called, and where that leads."""
    iri = term.value if type(term).__name__ == "NamedNode" else ""
    return {"text": label(term), "href": address(iri) or (iri if iri.startswith(("http://", "https://")) else "")}


def _label(store: Backend, term: Any) -> str:
    if type(term).__name__ != "NamedNode":
        return str(term.value)
    for row in store.select(_LABEL, {"it": term}):
        return str(row["label"].value)
    if "#char=" in term.value:
        return "characters " + str(term.value).rpartition("=")[2].replace(",", "–")
    return namespaces.local(term.value) if term.value.startswith(namespaces.BASE) else namespaces.compact(term.value)


def _description(store: Backend, node: NamedNode, base: str) -> list[Triple]:
    """Every statement of the default graph about a thing, and every claim about it with its statement, sorted."""
    default = DefaultGraph()
    found: set[Triple] = set()
    claims: set[Any] = {node} if node.value.startswith(namespaces.CLAIM) else set()
    for pattern in ((node, None, None), (None, None, node)):
        for quad in store.quads(*pattern):
            if quad.graph_name != default:
                claims.add(quad.graph_name)
            else:
                found.add(quad.triple)
                if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(namespaces.CLAIM):
                    claims.add(quad.subject)
    for claim in claims:
        found.update(quad.triple for quad in store.quads(claim, graph=default))
        for quad in store.quads(graph=claim):
            for name in ("subject", "predicate", "object"):
                found.add(Triple(claim, NamedNode(namespaces.PREFIXES["rdf"] + name), getattr(quad, name)))
    if node.value == namespaces.DATASET:
        found.update(_service(base))
    if node.value == namespaces.BASE + "ontology":
        terms = (q.triple for q in store.quads(graph=default))
        found.update(t for t in terms if isinstance(t.subject, NamedNode) and _is_term(t.subject.value))
    return sorted(found, key=str)


def _is_term(iri: str) -> bool:
    return iri.startswith((namespaces.VOCABULARY, namespaces.BASE + "ontology"))


def _service(base: str) -> Iterator[Triple]:
    """The SPARQL service and where else the dataset can be had (SPARQL 1.1 Service Description, VoID)."""
    service, dataset = NamedNode(f"{base}/sparql"), NamedNode(namespaces.DATASET)
    kind, void = NamedNode(namespaces.PREFIXES["rdf"] + "type"), namespaces.PREFIXES["void"]
    yield Triple(service, kind, NamedNode(_SD + "Service"))
    yield Triple(service, NamedNode(_SD + "endpoint"), service)
    yield Triple(service, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + "SPARQL11Query"))
    for name in (*_WRITTEN, *_GRAPHS):
        yield Triple(service, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(service, NamedNode(_SD + "defaultDataset"), dataset)
    yield Triple(dataset, kind, NamedNode(_SD + "Dataset"))
    yield Triple(dataset, NamedNode(void + "sparqlEndpoint"), service)
    yield Triple(dataset, NamedNode(void + "dataDump"), NamedNode(f"{base}/rareearth.trig"))


def _count(store: Backend) -> int:
    return int(next(iter(store.select("SELECT (COUNT(*) AS ?n) { ?claim a ree:Claim }")))["n"].value)


def error(status: int, message: str) -> bytes:
    """The page that tells of an error."""
    return _page("error.html", status=status, phrase=HTTPStatus(status).phrase, message=message)


def _page(name: str, **content: Any) -> bytes:
    return _templates().get_template(name).render(address=address, **content).encode()


@functools.cache
def _templates() -> jinja2.Environment:
    """The templates of pages, read whole: a worker can open none."""
    import jinja2

    folder = Path(__file__).resolve().parent / "templates"
    read = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    found = jinja2.Environment(
        loader=jinja2.DictLoader(read), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    for name in read:
        found.get_template(name)
    return found
