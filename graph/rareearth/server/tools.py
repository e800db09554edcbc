"""What an assistant can ask: tools with typed arguments and typed results, in which every statement has its receipt.

A worker answers a call, as it answers a query: it reads the store through the functions that the command line and the
pages use. :mod:`rareearth.server.assistant` offers the tools by the Model Context Protocol.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from rareearth import characters, corpus, namespaces
from rareearth.errors import NotFoundError, QueryError, TooLargeError, suggest
from rareearth.identifiers import SCHEMES
from rareearth.server import tool_types as types
from rareearth.server.tool_types import MAX_ROWS, NOTICE
from rareearth.site import vocabulary
from rareearth.store import claims, hints, sparql
from rareearth.store.questions import Question
from rareearth.views import asking, cards, lookup, paths, phrase, promises, receipts
from rareearth.views import conflicts as disagreements

if TYPE_CHECKING:
    from rareearth.names import Match
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.views.lookup import Brief
    from rareearth.views.receipts import Receipt

MAX_BYTES = 1 << 20  # of a result
_CLOSE = 5  # entities of a close name that are listed
_CLAIM = re.compile(r"[a-z0-9-]{1,200}/[0-9a-f]{10}")  # an id


@dataclass(frozen=True)
class Tool:
    """A tool: the types of its arguments and its result, and the function of a store that is called."""

    arguments: type[types.Asked]
    result: type[Any]
    run: Callable[[Backend, Any], Any]

    @property
    def description(self) -> str:
        """What an assistant reads about it."""
        return " ".join((self.arguments.__doc__ or "").split())


def call(store: Backend, name: str, arguments: str, max_rows: int = MAX_ROWS) -> bytes:
    """The result of a tool as JSON, without fields that have their default; ``arguments`` are a JSON object.

    Raises NotFoundError, AmbiguousError, DateError or QueryError for what the arguments name, QueryError for arguments
    that are not those of the tool, and TooLargeError for more than :data:`MAX_BYTES`. ``max_rows`` bounds the limit.
    """
    if name not in TOOLS:
        raise NotFoundError("tool", name, suggest(name, TOOLS))
    tool = TOOLS[name]
    try:
        asked = TypeAdapter(tool.arguments).validate_json(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "arguments"
        raise QueryError(f"{name}: {characters.shown(where)}: {first['msg']}") from error
    if getattr(asked, "limit", 0) > max_rows:
        asked = replace(asked, limit=max_rows)  # type: ignore[call-arg]  # it is one that has a limit
    made = TypeAdapter(tool.result).dump_python(tool.run(store, asked), mode="json", exclude_defaults=True)
    body = json.dumps(_visible(made), ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"{name}: the result has more than {MAX_BYTES:,} bytes; lower the limit, or ask for less")
    return body


def _visible(value: Any) -> Any:
    """A result in which no text has characters that nobody sees, by which a text could say more than people read."""
    if isinstance(value, str):
        return characters.visible(value)
    if isinstance(value, list):
        return [_visible(item) for item in value]
    if isinstance(value, dict):
        return {characters.visible(key): _visible(item) for key, item in value.items()}
    return value


def _part(of: Sequence[Any], asked: Any) -> Sequence[Any]:
    return of[asked.offset : asked.offset + asked.limit]


def _receipts(store: Backend, of: Iterable[Claim]) -> tuple[Receipt, ...]:
    return receipts.receipts(of, corpus.kept(store))


def _entity(brief: Brief, match: Match | None = None) -> types.Entity:
    why = lookup.note(match) if match and match.why != "close" else ""
    matched = match.name if match and match.name != brief.name else ""
    return types.Entity(
        brief.id, brief.name, brief.kind, namespaces.ENTITY + brief.id, brief.zh, brief.about, matched, why
    )


def _entities(store: Backend, found: Sequence[Match]) -> tuple[types.Entity, ...]:
    known = lookup.briefs(store, [match.thing for match in found])
    return tuple(_entity(known[match.thing], match) for match in found if match.thing in known)


def _find(store: Backend, asked: types.Find) -> types.Found:
    found = lookup.matches(store, asked.name)
    if not found:
        return types.Found(NOTICE, "missing", close=_entities(store, lookup.suggest(store, asked.name, _CLOSE)))
    return types.Found(NOTICE, "found" if len(found) == 1 else "several", _entities(store, found))


def _show(store: Backend, asked: types.Show) -> types.Card:
    match = lookup.find(store, asked.name)
    card = cards.card(store, match.thing, asked.as_of or None)
    listed = [s.claim for s in card.statements if not asked.kinds or s.claim.kind in asked.kinds]
    if word := asked.word.casefold():
        listed = [claim for claim in listed if word in _words(claim)]
    return types.Card(
        NOTICE,
        _entities(store, [match])[0],
        len(listed),
        card.names,
        tuple(f"{SCHEMES[scheme].title} {value}" for scheme, value in card.identifiers),
        _receipts(store, _part(listed, asked)),
        card.undated,
    )


def _words(claim: Claim) -> str:
    return " ".join((phrase.statement(claim), *phrase.qualifiers(claim), claim.note)).casefold()


def _path(store: Backend, asked: types.Path) -> types.Connection:
    ends = lookup.entity(store, asked.start), lookup.entity(store, asked.end)
    [found] = paths.between(store, *ends, as_of=asked.as_of or None)
    return types.Connection(
        NOTICE,
        tuple(types.Step(s.source, s.target, _receipts(store, (t.claim for t in s.statements))) for s in found),
    )


def _conflicts(store: Backend, asked: types.Conflicts) -> types.ConflictList:
    about = lookup.entity(store, asked.about) if asked.about else ""
    listed = [
        found
        for found in disagreements.read(store)
        if asked.kind in ("", found.kind)
        and (not about or any(about in (side.claim.subject.text, side.claim.object.text) for side in found.sides))
    ]
    return types.ConflictList(
        NOTICE,
        len(listed),
        tuple(
            types.Conflict(
                c.id, c.question, c.kind, c.why, c.origins, _receipts(store, (side.claim for side in c.sides))
            )
            for c in _part(listed, asked)
        ),
    )


def _promises(store: Backend, asked: types.Promises) -> types.PromiseList:
    actors = [lookup.entity(store, asked.actor)] if asked.actor else None
    listed = [p for p in promises.read(store, asked.as_of or None, actors) if p.state == "late" or not asked.overdue]

    def promise(of: promises.Promise) -> types.Promise:
        made, due = (day.isoformat() if day else "" for day in (of.made, of.due))
        [receipt] = _receipts(store, [of.claim])
        because = _receipts(store, of.because)
        return types.Promise(of.state, of.day.isoformat(), receipt, made, due, of.overdue, because)

    return types.PromiseList(NOTICE, len(listed), tuple(map(promise, _part(listed, asked))))


def _questions(store: Backend, asked: types.Questions) -> types.QuestionList:
    word = asked.word.casefold()
    found = [
        types.Named(q.name, q.english, tuple(types.Parameter(p.name, p.kind, p.meaning) for p in q.parameters))
        for q in vocabulary.read(store).questions
    ]
    return types.QuestionList(tuple(q for q in found if word in f"{q.name} {q.english}".casefold()))


def _question(store: Backend, asked: types.Question) -> types.Table:
    known = {question.name: question for question in vocabulary.read(store).questions}
    if asked.question not in known:
        raise NotFoundError("question", asked.question, suggest(asked.question, known))
    question: Question = known[asked.question]
    bound = asking.bound(store, question, asked.parameters)
    named = [*hints.names(question.text), *(term.value for term in bound.values())]
    return _table(store, store.query(question.text, bound), named, asked)


def _sparql(store: Backend, asked: types.Sparql) -> types.Table:
    result = store.query(asked.query, base=namespaces.BASE)
    return _table(store, result, hints.names(asked.query), asked, tuple(hints.hints(store, asked.query)))


def _table(
    store: Backend, result: sparql.Result, named: Sequence[str], asked: Any, noted: tuple[str, ...] = ()
) -> types.Table:
    """An answer with the claims behind its rows; what is beyond the limit is not read."""
    if isinstance(result, sparql.Truth):
        return types.Table(NOTICE, truth=bool(result), hints=noted)
    if isinstance(result, sparql.Rows):
        columns, terms = tuple(result.columns), map(tuple, result)
    else:
        columns, terms = ("subject", "predicate", "object"), map(tuple, _once(result))
    read = list(itertools.islice(terms, asked.offset, asked.offset + asked.limit + 1))
    rows = read[: asked.limit]
    backings = receipts.of_rows(store, rows, named)
    cited = {claim.id: claim for backing in backings for claim in backing.claims}
    made = tuple(
        types.TableRow(
            {column: sparql.cell(term) for column, term in zip(columns, row, strict=True)},
            tuple(claim.id for claim in backing.claims),
            backing.is_named,
        )
        for row, backing in zip(rows, backings, strict=True)
    )
    return types.Table(
        NOTICE,
        columns,
        made,
        more=len(read) > asked.limit,
        without_claims=sum(not backing.claims for backing in backings),
        claims=_receipts(store, (cited[id_] for id_ in sorted(cited))),
        hints=noted,
    )


def _once(triples: sparql.Triples) -> Iterator[Any]:
    """Triples, each once, read one after the other."""
    seen = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def _sentences(store: Backend, asked: types.Sentences) -> types.Evidence:
    ids = [id_.strip().removeprefix(namespaces.CLAIM).removeprefix("claim:") for id_ in asked.claims]
    found = {claim.id: claim for claim in claims.by_id(store, list(filter(_CLAIM.fullmatch, ids)))}
    return types.Evidence(
        NOTICE,
        _receipts(store, (found[id_] for id_ in dict.fromkeys(ids) if id_ in found)),
        tuple(id_ for id_ in dict.fromkeys(ids) if id_ not in found),
    )


def _listed(store: Backend, asked: types.Entities) -> types.EntityList:
    known = sorted(iri for iri, _, kind in lookup.names(store) if kind == "id")
    briefs = lookup.briefs(store, _part(known, asked))
    return types.EntityList(len(known), tuple(_entity(briefs[iri]) for iri in sorted(briefs)))


TOOLS = {
    "find": Tool(types.Find, types.Found, _find),
    "show": Tool(types.Show, types.Card, _show),
    "path": Tool(types.Path, types.Connection, _path),
    "conflicts": Tool(types.Conflicts, types.ConflictList, _conflicts),
    "promises": Tool(types.Promises, types.PromiseList, _promises),
    "questions": Tool(types.Questions, types.QuestionList, _questions),
    "question": Tool(types.Question, types.Table, _question),
    "sparql": Tool(types.Sparql, types.Table, _sparql),
    "sentences": Tool(types.Sentences, types.Evidence, _sentences),
    "entities": Tool(types.Entities, types.EntityList, _listed),
}
# A call of each that is quick and needs all that is read late, such as the index of names.
EXAMPLES = (
    ("find", '{"name": "a name that nobody has"}'),
    ("show", '{"name": "a name that nobody has"}'),
    ("conflicts", '{"limit": 1}'),
    ("promises", '{"limit": 1}'),
    ("questions", "{}"),
    ("sparql", '{"query": "SELECT ?claim { ?claim a ree:Claim }", "limit": 1}'),
    ("entities", '{"limit": 1}'),
)
