"""The document of an entity, a claim, a source, …: the same content as HTML and in the formats of RDF.

The page of an entity is its card. Any other thing has a page with its properties, the claims about it, and what else
refers to it. Nothing here knows a server: a :class:`Site` says where the pages are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import names, namespaces, network
from rareearth.errors import NotFoundError, did_you_mean
from rareearth.identifiers import SCHEMES
from rareearth.site import addresses, description, rendering, vocabulary
from rareearth.site.addresses import ONTOLOGY, Site
from rareearth.store import claims
from rareearth.store.backend import DefaultGraph, Literal, NamedNode
from rareearth.store.claims import Claim
from rareearth.views import cards, conflicts, lookup, phrase
from rareearth.views.cards import Statement

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

MAX_LISTED = 500  # claims, and other things, that a page lists
FORMS = ("html", "ttl", "jsonld", "rdf", "nt", "trig", "nq")
_TAGS = {namespaces.VOCABULARY + name for name in ("kind", "status", "stance")}
_TYPE = NamedNode(namespaces.PREFIXES["rdf"] + "type")
_SAME = NamedNode(namespaces.PREFIXES["owl"] + "sameAs")
_MIRROR = (namespaces.VOCABULARY + "copyKind", "mirror")
_TITLES = {NamedNode(namespaces.PREFIXES[prefix] + name) for prefix, name in (("rdfs", "label"), ("dcterms", "title"))}
_HELD = NamedNode(namespaces.VOCABULARY + "held")
_LABELS = "SELECT ?it ?label { VALUES ?it { %s } ?it rdfs:label|dcterms:title ?label }"
_IRIS = "SELECT DISTINCT ?it { ?it ?property ?value FILTER(STRSTARTS(STR(?it), %s)) }"
_COUNT = "SELECT (COUNT(*) AS ?n) { ?claim a ree:Claim }"

Label: TypeAlias = Callable[[Any], str]


@dataclass(frozen=True)
class Part:
    """A term as a page shows it: its label, and the address that it links to, "" for none."""

    text: str
    href: str


@dataclass(frozen=True)
class Section:
    """What a card lists below one heading: for each phrase its objects, each with the statements about it."""

    heading: str
    opinion: bool
    phrases: list[tuple[str, list[list[Statement]]]]


@dataclass(frozen=True)
class ClaimLine:
    """A claim as one line of a page; without its source on the page of that source."""

    subject: Part
    relation: Part
    object: Part
    href: str
    heading: str
    opinion: bool
    status: str
    source: Part | None


@dataclass(frozen=True)
class ThingPage:
    """What the page of anything but an entity shows; ``truncated`` says that there is more than it lists."""

    title: str
    kind: str
    tags: list[str]
    statements: list[tuple[Part, Part, Part]]
    properties: list[tuple[str, Part]]
    claims: list[ClaimLine]
    referring: list[tuple[str, Part]]
    truncated: bool


def prepare(store: Backend) -> None:
    """Read what documents need in addition to the store, so that writing one opens no file afterwards."""
    rendering.templates()
    vocabulary.read(store)


def document(store: Backend, iri: str, form: str = "html", site: Site | None = None) -> bytes:
    """The document of a thing.

    ``form`` is one of :data:`FORMS`; ``site`` gives the addresses of pages, by default those of files in a folder,
    relative to each other. Raises NotFoundError.

    >>> import rareearth
    >>> page = document(rareearth.open().store, "https://w3id.org/rareearth/entity/li-bo").decode()
    >>> "<h1>Li Bo" in page, 'href="../source/' in page
    (True, True)
    """
    site = site or addresses.folder(namespaces.BASE.rstrip("/"), addresses.file(iri, form))
    node = _node(store, iri)
    if form != "html":
        return description.encode(store, node, form, site)
    if iri.startswith(namespaces.ENTITY):
        card = cards.card(store, iri)
        return rendering.render(
            "entity.html",
            site,
            iri=iri,
            card=card,
            sections=list(_sections(card.statements)),
            words=phrase,
            schemes=SCHEMES,
        )
    if iri == namespaces.DATASET:
        return _home(store, node, site)
    if iri == ONTOLOGY:
        return rendering.render("ontology.html", site, iri=iri, groups=list(vocabulary.read(store).groups()))
    if iri.startswith(namespaces.CONFLICT):
        return rendering.render("conflict.html", site, iri=iri, conflict=conflicts.one(store, iri), words=phrase)
    return rendering.render("thing.html", site, iri=iri, page=_thing(store, node, site))


def preview(store: Backend, iri: str, site: Site) -> bytes:
    """A small page about an entity, for a frame: its names, its class, and the box of its dossier.

    Raises NotFoundError.
    """
    node = _node(store, iri)
    return rendering.render("preview.html", site, iri=node.value, card=cards.card(store, node.value), words=phrase)


def editor(store: Backend, site: Site) -> bytes:
    """The page of the query editor."""
    data = {**vocabulary.read(store).editor_data(), "endpoint": site.endpoint, "home": site.home}
    return rendering.render("editor.html", site, data=data)


def elsewhere(store: Backend, iri: str) -> str:
    """The IRI under which the store has a thing that is asked for by another one; "" where it has none.

    That is the canonical record of one that was merged, or what has the same name in other letters: `Li Bo` for
    `li-bo`.
    """
    try:
        merged = next(store.quads(predicate=_SAME, object=NamedNode(iri)), None)
    except ValueError:
        merged = None
    if merged is not None:
        return str(getattr(merged.subject, "value", ""))
    if iri.startswith(namespaces.ENTITY):
        try:
            return lookup.entity(store, iri.removeprefix(namespaces.ENTITY))
        except NotFoundError:
            return ""
    lower = iri[: len(namespaces.BASE)] + iri[len(namespaces.BASE) :].lower()
    return lower if lower != iri and _is_known(store, lower) else ""


def _is_known(store: Backend, iri: str) -> bool:
    try:
        return next(store.quads(NamedNode(iri)), None) is not None
    except ValueError:
        return False


def _node(store: Backend, iri: str) -> NamedNode:
    """The node of a thing that the store knows. Raises NotFoundError."""
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise NotFoundError("page", iri, ", which is not an IRI") from error
    # A story has no statements of its own: sources name it.
    said = store.quads(object=node) if iri.startswith(namespaces.STORY) else store.quads(node)
    if iri != ONTOLOGY and next(said, None) is None:
        prefix, _, name = iri.removeprefix(namespaces.BASE).partition("/")
        alike = store.select(_IRIS % Literal(f"{namespaces.BASE}{prefix}/"))
        close = names.closest(name, {namespaces.local(row["it"].value) for row in alike})
        ours = bool(name) and iri.startswith(namespaces.BASE)
        raise NotFoundError(prefix if ours else "page", name if ours else iri, did_you_mean(close), close)
    return node


def _home(store: Backend, node: NamedNode, site: Site) -> bytes:
    counts = {quad.predicate.value.rpartition("#")[2]: getattr(quad.object, "value", "") for quad in store.quads(node)}
    return rendering.render(
        "home.html",
        site,
        entities=counts["entities"],
        claims=next(iter(store.select(_COUNT)))["n"].value,
        sources=counts["documents"],
        questions=sorted(vocabulary.read(store).questions, key=lambda question: question.english),
    )


def _sections(statements: Iterable[Statement]) -> Iterator[Section]:
    for heading, of_heading in groupby(statements, key=lambda s: s.title):
        phrases = [(words, list(same)) for words, same in groupby(of_heading, key=lambda s: s.phrase)]
        by_object = [
            (words, [list(about) for _, about in groupby(same, key=lambda s: (s.object, s.other))])
            for words, same in phrases
        ]
        yield Section(heading, phrases[0][1][0].claim.kind != "fact", by_object)


def _thing(store: Backend, node: NamedNode, site: Site) -> ThingPage:
    default = DefaultGraph()
    about = sorted(store.quads(node, graph=default), key=str)
    referring = sorted(store.quads(object=node, graph=default), key=str)
    found = sorted(claims.pointing(store, [node.value], MAX_LISTED + 1), key=_rank)
    listed = {NamedNode(claim.iri) for claim in found}
    others = [quad for quad in referring if quad.subject not in listed]
    shown = (*about, *others[:MAX_LISTED])
    label = labels(store, (term for quad in shown for term in (quad.subject, quad.predicate, quad.object)))

    # The domain of a mirror may belong to anybody tomorrow: its address is shown and not linked.
    mirrored = any((quad.predicate.value, getattr(quad.object, "value", "")) == _MIRROR for quad in about)

    def part(term: Any) -> Part:
        return term_part(label, site, term)

    return ThingPage(
        title=label(node),
        kind=", ".join(label(quad.object) for quad in about if quad.predicate == _TYPE),
        tags=[label(quad.object) for quad in about if quad.predicate.value in _TAGS and quad.object != _HELD],
        statements=[_sentence(claim, site) for claim in claims.by_id(store, [namespaces.local(node.value)])],
        properties=[
            (
                _short(label(quad.predicate)),
                term_part(label, site, quad.object, label(quad.predicate), live=not mirrored),
            )
            for quad in about
            if quad.predicate not in _TITLES and quad.predicate != _TYPE
        ],
        claims=[_line(claim, site, node.value) for claim in found[:MAX_LISTED]],
        referring=[(_short(label(quad.predicate)), part(quad.subject)) for quad in others[:MAX_LISTED]],
        truncated=len(found) > MAX_LISTED or len(others) > MAX_LISTED,
    )


def _rank(claim: Claim) -> tuple[int, int]:
    """The order of claims on a page: facts first, then as the text of the source has them."""
    return network.KINDS.index(claim.kind), claim.spans[0].start if claim.spans else 0


def _line(claim: Claim, site: Site, page: str) -> ClaimLine:
    source = namespaces.SOURCE + claim.source
    return ClaimLine(
        *_sentence(claim, site),
        href=site.link(claim.iri),
        heading=cards.HEADINGS[claim.kind],
        opinion=claim.kind != "fact",
        status=claim.status,
        source=Part(phrase.source(claim.page), site.link(source)) if source != page else None,
    )


def _sentence(claim: Claim, site: Site) -> tuple[Part, Part, Part]:
    return (
        Part(claim.subject.label, site.link(claim.subject.text)),
        Part(phrase.relation(claim.relation.label), site.link(claim.relation.iri)),
        Part(phrase.object_(claim), site.link(claim.object.text) if claim.object.is_entity else ""),
    )


def _short(name: str) -> str:
    """The name of a foreign property without its prefix: publisher for dcterms:publisher."""
    return name.rpartition(":")[2]


def term_part(label: Label, site: Site, term: Any, name: str = "", *, live: bool = True) -> Part:
    """A term as a page shows it; ``name`` is the label of its property, ``live`` whether it may link to other sites."""
    if not isinstance(term, NamedNode):
        return Part(phrase.literal(term.value, term.datatype.value, name), "")
    iri = term.value
    return Part(label(term), site.link(iri) or (iri if live and iri.startswith(("http://", "https://")) else ""))


def labels(store: Backend, terms: Iterable[Any]) -> Label:
    """What to call each of some terms: its English label, else another one, else its name; a literal as it is."""
    iris = {term.value for term in terms if isinstance(term, NamedNode)}
    found: dict[str, tuple[bool, str]] = {}
    for refs in claims.batches(iris):
        for it, label in store.select(_LABELS % refs):
            ranked = label.language != "en", label.value
            found[it.value] = min(ranked, found.get(it.value, ranked))

    def label_of(term: Any) -> str:
        if not isinstance(term, NamedNode):
            return str(term.value)
        return found[term.value][1] if term.value in found else _name(term.value)

    return label_of


def _name(iri: str) -> str:
    """What to call a thing without a label."""
    if "#char=" in iri:
        return "characters " + iri.rpartition("=")[2].replace(",", "–")
    return namespaces.local(iri) if iri.startswith(namespaces.BASE) else namespaces.compact(iri)
