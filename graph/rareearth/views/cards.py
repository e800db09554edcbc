"""What the graph knows of one actor: its names, and every claim about it with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.identifiers import SCHEMES
from rareearth.store import claims
from rareearth.store.backend import NamedNode
from rareearth.store.named import things
from rareearth.views import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.store.named import Properties

    Sentences = Callable[["Statement", int], str | None]

_OBSERVED = "SELECT ?name ?entity { ?m ree:mentions ?entity ; ree:observedName ?name ; ree:onlyThere false }"

HEADINGS = {"fact": "Facts", "speech": "Quotations", "assessment": "Assessments", "recommendation": "Recommendations"}
CONTRADICTED, PAST, PENDING = "Contradicted", "Past", "Pledged, planned, announced"
ALL_HEADINGS = (HEADINGS["fact"], CONTRADICTED, PAST, PENDING, *list(HEADINGS.values())[1:])  # in the order of a card


@dataclass(frozen=True)
class Statement:
    """A claim read from one of its ends: from its object where it is ``inward``."""

    claim: Claim
    inward: bool = False

    @property
    def subject(self) -> str:
        """The name of the end that it is read from."""
        return self.claim.object.label if self.inward else self.claim.subject.label

    @property
    def phrase(self) -> str:
        """The relation as read from that end."""
        return self.claim.relation.inverse if self.inward else phrase.relation(self.claim.relation.label)

    @property
    def object(self) -> str:
        """The name of the other end, or its value in words."""
        return self.claim.subject.label if self.inward else phrase.object_(self.claim)

    @property
    def other(self) -> str:
        """The IRI of the other end; "" for a value."""
        end = self.claim.subject if self.inward else self.claim.object
        return end.text if end.is_entity else ""

    @property
    def heading(self) -> str:
        """The heading of a card that it is listed under."""
        claim = self.claim
        if claim.kind != "fact":
            return HEADINGS[claim.kind]
        if claim.status in ("held", "ended"):
            is_past = claim.over or claim.status == "ended"
            return PAST if is_past else HEADINGS["fact"] if claim.plain else CONTRADICTED
        return PENDING

    @property
    def title(self) -> str:
        """The heading, of facts with the theme of the relation: ``Facts: leadership``."""
        facts = HEADINGS["fact"]
        return f"{facts}: {self.claim.relation.theme.label}" if self.heading == facts else self.heading

    @property
    def in_box(self) -> bool:
        """Whether the box at the top of the dossier shows it: a fact about what its relation says is shown there."""
        end = self.claim.relation.traits.get("inBox", "")
        return self.heading == HEADINGS["fact"] and end == ("object" if self.inward else "subject")


@dataclass(frozen=True)
class Card:
    """An entity with its names and every claim that it is subject or object of, strongest kind first.

    ``undated`` is how many claims a card as of a day leaves out because nothing says when they are in effect;
    ``identifiers`` are pairs of a scheme and a value, such as ``("ticker", "ASX:LYC")``.
    """

    iri: str
    id: str
    name: str
    zh: str
    names: tuple[str, ...]
    kind: str
    sphere: str
    about: str
    statements: tuple[Statement, ...] = field(repr=False)
    undated: int = 0
    identifiers: tuple[tuple[str, str], ...] = ()

    @property
    def box(self) -> list[tuple[str, list[Statement]]]:
        """The facts to begin with, by phrase.

        Of statements that say the same it has one: of those with qualifiers (a share), that of the newest page.
        """

        def weight(statement: Statement) -> tuple[bool, str]:
            return bool(phrase.qualifiers(statement.claim)), statement.claim.page.published

        best: dict[tuple[str, str, str], Statement] = {}
        for statement in self.statements:
            if statement.in_box:
                key = statement.phrase, statement.object, statement.other
                best[key] = max(best.get(key, statement), statement, key=weight)
        found: dict[str, list[Statement]] = {}
        for (words, _, _), statement in best.items():
            found.setdefault(words, []).append(statement)
        for of in found.values():
            of.sort(key=lambda s: -(s.claim.share.high if s.claim.share else 0))  # the largest owner first
        return list(found.items())

    @property
    def pages(self) -> int:
        """How many pages say something about it."""
        return len({statement.claim.source for statement in self.statements})

    @property
    def newest(self) -> str:
        """The date (EDTF) of the newest of these pages; "" if none has one."""
        return max((statement.claim.page.published for statement in self.statements), default="")


def card(store: Backend, iri: str, as_of: str | None = None) -> Card:
    """The card of an entity (its IRI, as :func:`rareearth.views.lookup.entity` gives it).

    ``as_of`` is a day, a month or a year (EDTF): the card then has the claims that may have been in effect. Raises
    DateError for any other text.
    """
    thing = things(store, [iri])[iri]
    labels = {term.language: term.value for term in thing.get("rdfs:label", ())}
    name, zh = labels.get("en", namespaces.local(iri)), labels.get("zh", "")
    others = {term.value for property_ in ("skos:altLabel", "ree:acronym") for term in thing.get(property_, ())}
    observed = {row["name"].value for row in store.select(_OBSERVED, {"entity": NamedNode(iri)})}
    kind = thing["rdf:type"][0].value
    of_kind = things(store, [kind])[kind]
    sphere = of_kind["ree:sphere"][0].value if "ree:sphere" in of_kind else ""
    known = claims.read(store, [iri])
    return Card(
        iri=iri,
        id=namespaces.local(iri),
        name=name,
        zh=zh,
        names=tuple(sorted((others | observed) - {name, zh})),
        kind=_english(of_kind),
        sphere=_english(things(store, [sphere])[sphere]) if sphere else "",
        about=thing["dcterms:description"][0].value if "dcterms:description" in thing else "",
        statements=statements(known if as_of is None else claims.in_effect(known, as_of), iri),
        undated=0 if as_of is None else sum(not claim.spell.dated for claim in known),
        identifiers=tuple(sorted(_identifier(term.value) for term in thing.get("ree:identifier", ()))),
    )


def _identifier(iri: str) -> tuple[str, str]:
    """The scheme and the value that the IRI of an identifier ends with."""
    scheme, _, value = iri.partition("#")[2].partition("=")
    return scheme, value


def _english(thing: Properties) -> str:
    return next((str(term.value) for term in thing.get("rdfs:label", ()) if term.language == "en"), "")


def statements(of: Iterable[Claim], iri: str) -> tuple[Statement, ...]:
    """Claims as read from one of their ends (an IRI), in the order of a card: by kind, heading, relation and object."""
    found = [Statement(claim, inward=claim.subject.text != iri) for claim in of]
    return tuple(sorted(found, key=_order))


def _order(statement: Statement) -> tuple[int, int, str, str, str, str]:
    claim, heading = statement.claim, statement.heading
    other = claim.subject if statement.inward else claim.object
    return (
        ALL_HEADINGS.index(heading),
        claim.relation.theme.rank if heading == HEADINGS["fact"] else 0,
        claim.relation.id,
        statement.phrase,
        other.label,
        claim.id,
    )


def lines(item: Card, sentence: Sentences | None = None) -> Iterator[str]:
    """A card as text. ``sentence`` gives what is at the n-th span of a statement, when the text is at hand."""
    yield item.name + (f"  {item.zh}" if item.zh else "")
    yield f"{item.kind}{f' · {item.sphere}' if item.sphere else ''} · {item.id}"
    if item.about:
        yield item.about
    if item.names:
        yield f"also: {', '.join(item.names)}"
    if item.identifiers:
        yield "; ".join(f"{SCHEMES[scheme].title} {value}" for scheme, value in item.identifiers)
    shown = ""
    for statement in item.statements:
        if statement.title != shown:
            shown = statement.title
            yield ""
            yield shown
        yield from statement_lines(statement, sentence)
    pages = {statement.claim.source: statement.claim.page for statement in item.statements}
    for _, page in sorted(pages.items()):
        yield ""
        yield f"{page.id}: {page.publisher}, {page.title}, {page.url}"


def statement_lines(statement: Statement, sentence: Sentences | None = None) -> Iterator[str]:
    """A statement and its evidence as indented text."""
    claim = statement.claim
    details = "; ".join(phrase.details(claim))
    yield f"  {statement.subject} {statement.phrase} {statement.object}" + (f"  [{details}]" if details else "")
    if claim.end_inferred_from:
        yield f"      end inferred from {claim.end_inferred_from}"
    if claim.note:
        yield f"      note: {claim.note}"
    for number, (start, end, mark) in enumerate(claim.spans):
        found = sentence(statement, number) if sentence else None
        yield f"      {claim.source} {start}-{end} {mark}" + (f"  “{found}”" if found else "")
    if not claim.spans:
        yield f"      {claim.source}: {phrase.source(claim.page)} ({phrase.evidence(claim)})"
    for reading in claim.readings:
        yield f"      {phrase.reading(reading)}"
    if claim.conflict:
        yield f"      {phrase.conflict(claim)}: see `rareearth conflicts {claim.conflict}`"
