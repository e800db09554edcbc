"""Pages that are of no one thing: lists of entities, sources, conflicts, promises and questions, and the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.errors import AmbiguousError, NotFoundError
from rareearth.site import rendering, things, vocabulary
from rareearth.site.things import Part
from rareearth.store import claims, sparql
from rareearth.views import asking, conflicts, phrase, promises

if TYPE_CHECKING:
    from rareearth.site.addresses import Site
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.store.questions import Parameter, Question

MAX_ROWS = 500  # of an answer that a page shows
NEWEST = 100  # claims
QUESTION = "question/"  # begins the name of the page of a question

_ENTITIES = """
SELECT ?entity ?name ?zh ?class ?about WHERE {
  ?class_ rdfs:subClassOf* ree:Entity ; rdfs:label ?class FILTER(LANG(?class) = "en")
  ?entity a ?class_ ; rdfs:label ?name FILTER(LANG(?name) = "en")
  OPTIONAL { ?entity rdfs:label ?zh FILTER(LANG(?zh) = "zh") }
  OPTIONAL { ?entity dcterms:description ?about }
}"""
_SOURCES = """
SELECT ?source ?title ?publisher ?published WHERE {
  ?source a ree:Source ; dcterms:title ?title ; dcterms:publisher/rdfs:label ?publisher
  FILTER(LANG(?publisher) = "en")
  OPTIONAL { ?source dcterms:issued ?published }
}"""


@dataclass(frozen=True)
class Row:
    """A row of a list: what it is about, its Chinese name ("" for none), and what more there is to say."""

    it: Part
    zh: str = ""
    more: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Group:
    """Rows below one heading."""

    title: str
    rows: tuple[Row, ...]

    @property
    def anchor(self) -> str:
        """The place of the group within its page."""
        return "of-" + "-".join(self.title.split())


@dataclass(frozen=True)
class Listing:
    """A page of groups."""

    title: str
    about: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Answered:
    """A question with the values of its parameters, as words to give and to show, and the rows of its answer."""

    question: Question
    values: tuple[tuple[Parameter, Part], ...]
    given: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    count: int


def _entities(store: Backend, site: Site) -> Listing:
    rows: dict[str, list[Row]] = {}
    for row in sorted(store.select(_ENTITIES), key=lambda row: (row["class"].value, row["name"].value)):
        zh, about = ("" if row[name] is None else row[name].value for name in ("zh", "about"))
        more = (Part(about, ""),) if about else ()
        rows.setdefault(row["class"].value, []).append(
            Row(Part(row["name"].value, site.link(row["entity"].value)), zh, more)
        )
    return Listing(
        "Entities",
        "Everybody and everything in the graph, by kind.",
        tuple(Group(kind, tuple(of)) for kind, of in rows.items()),
    )


def _sources(store: Backend, site: Site) -> Listing:
    made = Counter(claim.source for claim in claims.read(store))
    rows: dict[str, list[tuple[str, Row]]] = {}
    for row in store.select(_SOURCES):
        day = row["published"].value if row["published"] else ""
        number = made[namespaces.local(row["source"].value)]
        said = f"{number} claim{'' if number == 1 else 's'}"
        more = [row["publisher"].value, *([phrase.date(day)] if day else []), said]
        it = Part(row["title"].value, site.link(row["source"].value))
        rows.setdefault(day[:4] or "without a date", []).append((day, Row(it, more=tuple(Part(m, "") for m in more))))
    groups = []
    for year in sorted(rows, reverse=True):
        of = sorted(rows[year], key=lambda dated: dated[1].it.href)
        of.sort(key=lambda dated: dated[0], reverse=True)
        groups.append(Group(year, tuple(row for _, row in of)))
    groups.sort(key=lambda group: not group.title.isdigit())
    return Listing("Sources", "Every page and article, the newest first, with the number of its claims.", tuple(groups))


def _conflicts(store: Backend, site: Site) -> Listing:
    rows: dict[str, list[Row]] = {}
    for conflict in conflicts.read(store):
        said = f"{len(conflict.sides)} claims of {conflict.origins} origin{'' if conflict.origins == 1 else 's'}"
        it = Part(conflict.question, site.link(namespaces.CONFLICT + conflict.id))
        rows.setdefault(conflict.kind, []).append(Row(it, more=(Part(said, ""),)))
    about = (
        "Where sources disagree. Contradiction: they cannot all be true. Change: each was true at its time. Rounding: "
        "one value with different precision. Unsure: nobody can say yet."
    )
    return Listing("Conflicts", about, tuple(Group(kind, tuple(of)) for kind, of in rows.items()))


def _promises(store: Backend, site: Site) -> Listing:
    rows: dict[str, list[Row]] = {}
    day = ""
    for promise in promises.read(store):
        day = phrase.date(promise.day.isoformat())
        more = [Part(promise.claim.status, "")]
        if promise.made:
            more.append(Part(f"made {phrase.date(promise.made.isoformat())}", ""))
        if promise.due:
            late = f", {promise.overdue:,} days late" if promise.overdue else ""
            more.append(Part(f"due {phrase.date(promise.due.isoformat())}{late}", ""))
        more.append(_source(promise.claim, site))
        more += [Part("what came of it", site.link(claim.iri)) for claim in promise.because[:1]]
        rows.setdefault(promise.state, []).append(Row(_statement(promise.claim, site), more=tuple(more)))
    return Listing(
        "Promises",
        f"What was planned, announced or pledged, and what has come of it as of {day}, the day of the newest page.",
        tuple(Group(state, tuple(of)) for state, of in rows.items()),
    )


def _newest(store: Backend, site: Site) -> Listing:
    rows = tuple(Row(_statement(c, site), more=(_date(c), _source(c, site))) for c in newest(store))
    return Listing("Newest", f"The {len(rows)} claims of the newest pages.", (Group("", rows),))


def newest(store: Backend) -> list[Claim]:
    """The claims of the newest pages, the newest first."""
    known = sorted(claims.read(store), key=lambda claim: claim.id)
    known.sort(key=lambda claim: claim.page.published, reverse=True)
    return known[:NEWEST]


def _questions(store: Backend, site: Site) -> Listing:
    rows = sorted(
        (
            Row(Part(q.english, site.page(QUESTION + q.name)), more=(Part(q.name, ""),))
            for q in vocabulary.read(store).questions
        ),
        key=lambda row: row.it.text,
    )
    about = "The questions that ship with the graph, with their answers for an example, and the queries behind them."
    return Listing("Questions", about, (Group("", tuple(rows)),))


LISTS: Mapping[str, Callable[[Backend, Site], Listing]] = {
    "entities": _entities,
    "conflicts": _conflicts,
    "promises": _promises,
    "questions": _questions,
    "sources": _sources,
    "newest": _newest,
}


def named(store: Backend, name: str, site: Site) -> bytes:
    """The page of a list or, as ``question/NAME``, of a question. Raises NotFoundError."""
    if name in LISTS:
        return page(store, name, site)
    asked = {QUESTION + question.name: question for question in vocabulary.read(store).questions}
    if name not in asked:
        raise NotFoundError("question", name.removeprefix(QUESTION))
    return question(store, asked[name], site)


def page(store: Backend, name: str, site: Site) -> bytes:
    """The page of a list, of which :data:`LISTS` has the names."""
    return rendering.render("list.html", site, page=LISTS[name](store, site))


def question(store: Backend, asked: Question, site: Site) -> bytes:
    """The page of a question, with its query: the answer for the examples that its parameters give.

    Where the graph does not have what an example names, the answer is that without any values.
    """
    given = {parameter.name: asking.example(parameter) for parameter in asked.parameters}
    try:
        bound = {p.name: asking.term(store, given[p.name], p.kind) for p in asked.parameters}
    except (NotFoundError, AmbiguousError):
        bound = {}
    result = store.query(asked.text, bound)
    if isinstance(result, sparql.Rows):
        columns, rows = tuple(result.columns), [tuple(row) for row in result]
    elif isinstance(result, sparql.Triples):
        columns, rows = ("subject", "predicate", "object"), sorted(map(tuple, result), key=str)
    else:
        columns, rows = ("answer",), []
    # A page shows an entity by its label, so a column that only has it is left out.
    kept = [n for n, name in enumerate(columns) if name.removesuffix("Label") not in columns[:n]]
    columns = tuple(columns[n] for n in kept)
    shown = [tuple(row[n] for n in kept) for row in rows[:MAX_ROWS]]
    label = things.labels(store, (term for row in (*shown, bound.values()) for term in row))

    def part(term: object) -> Part:
        return Part("", "") if term is None else things.term_part(label, site, term, live=False)

    answer = Answered(
        question=asked,
        values=tuple((parameter, part(bound[parameter.name])) for parameter in asked.parameters if bound),
        given=given,
        columns=columns,
        rows=tuple(tuple(part(term) for term in row) for row in shown),
        count=len(rows),
    )
    return rendering.render("question.html", site, page=answer)


def _statement(claim: Claim, site: Site) -> Part:
    return Part(phrase.statement(claim), site.link(claim.iri))


def _source(claim: Claim, site: Site) -> Part:
    return Part(phrase.source(claim.page), site.link(namespaces.SOURCE + claim.source))


def _date(claim: Claim) -> Part:
    return Part(phrase.date(claim.page.published) if claim.page.published else "without a date", "")
