"""The Reconciliation Service API 0.2 of the Entity Reconciliation Community Group, as workers answer it.

OpenRefine and other programs match the names of a table with entities by it, and get columns of what the graph says.
:mod:`rareearth.server.reconcile_routes` is its HTTP.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from rareearth import characters, namespaces
from rareearth.errors import NotFoundError, QueryError, TooLargeError
from rareearth.server import reconciliation_types as types
from rareearth.site import rendering, things
from rareearth.views import lookup, properties, receipts, reconciliation
from rareearth.views.reconciliation import Candidate, Given, Query

if TYPE_CHECKING:
    from rareearth.site.addresses import Site
    from rareearth.store.backend import Backend
    from rareearth.views.lookup import Brief
    from rareearth.views.properties import Cell, Class, Property

MAX_BYTES = 16 << 20  # of an answer
MAX_IDS, MAX_PROPERTIES, MAX_VALUES = 1000, 50, 100  # of a request to extend, and of a query
MAX_SUGGESTED = 20
PREVIEW = 430, 300  # width and height of its frame
T = TypeVar("T")
_ID = re.compile(r"[a-z0-9-]{1,100}")


def answer(store: Backend, part: str, asked: str, site: Site) -> bytes:
    """The answer of a part of the service to what is asked (JSON): JSON, for ``preview`` a page.

    Raises QueryError for what is not as the API has it, NotFoundError for a class, property or entity that there is
    not, and TooLargeError.
    """
    if part == "preview":
        return things.preview(store, _iri(_read(types.One, asked, part).id), site)
    made = _manifest(store, site) if part == "manifest" else _PARTS[part](store, asked)
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"the answer has more than {MAX_BYTES:,} bytes; ask for fewer at a time")
    return body


def _read(of: Any, asked: str, what: str) -> Any:
    try:
        return TypeAdapter(of).validate_json(asked)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, (what, *first["loc"])))
        raise QueryError(f"{characters.shown(where)}: {first['msg']}") from error


def _iri(id_: str) -> str:
    """The IRI of an id. Raises NotFoundError for what cannot be one."""
    bare = id_.removeprefix(namespaces.ENTITY)
    if not _ID.fullmatch(bare):
        raise NotFoundError("entity", id_)
    return namespaces.ENTITY + bare


def _manifest(store: Backend, site: Site) -> dict[str, Any]:
    classes = properties.classes(store)
    roots = {of.id for of in classes.values() if not of.broader}
    home = site.base + site.reconcile
    suggest = {
        what: {
            "service_url": home,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": home,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }
        for what in ("entity", "type", "property")
    }
    width, height = PREVIEW
    return {
        "versions": ["0.2"],
        "name": "rareearth: who is who in the rare earth world",
        "identifierSpace": namespaces.ENTITY,
        "schemaSpace": namespaces.VOCABULARY,
        "documentation": site.base + site.home,
        "defaultTypes": [_type(of) for of in classes.values() if roots & {of.id, *of.broader}],
        "view": {"url": f"{site.base}{site.link(namespaces.ENTITY)}{{{{id}}}}"},
        "preview": {"url": f"{home}/preview?id={{{{id}}}}", "width": width, "height": height},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": home, "service_path": "/properties"},
            "property_settings": _SETTINGS,
        },
        "batchSize": MAX_QUERIES,
    }


MAX_QUERIES = 1000  # of a batch
_SETTINGS: list[dict[str, Any]] = [
    {
        "name": "scope",
        "label": "Which claims",
        "type": "select",
        "default": "facts",
        "help_text": "What is no fact is given as a text that says so.",
        "choices": [
            {"value": "facts", "name": "facts that are true now"},
            {"value": "past", "name": "facts, past ones as well"},
            {"value": "all", "name": "plans, quotations and opinions as well"},
        ],
    },
    {
        "name": "content",
        "label": "What is given",
        "type": "select",
        "default": "value",
        "help_text": "The value, or where it comes from.",
        "choices": [
            {"value": "value", "name": "the value"},
            {"value": "claims", "name": "the claims that say so"},
            {"value": "sources", "name": "the addresses of their pages"},
        ],
    },
    {"name": "limit", "label": "How many at most", "type": "number", "default": 0, "help_text": "0 gives all."},
]


def _queries(store: Backend, asked: str) -> dict[str, Any]:
    read: dict[str, types.Query] = _read(dict[str, types.Query], asked, "queries")
    found = reconciliation.candidates(store, [_query(key, of) for key, of in read.items()])
    return {key: {"result": [_candidate(of) for of in each]} for key, each in zip(read, found, strict=True)}


def _query(key: str, of: types.Query) -> Query:
    given = [_given(each) for each in of.properties or () if each.v not in ("", [])]
    if not of.query.strip() and not given:
        raise QueryError(f"queries.{characters.shown(key)}: there is neither a query nor a property with a value")
    if len(given) > MAX_PROPERTIES or any(len(each.texts) + len(each.ids) > MAX_VALUES for each in given):
        most = f"at most {MAX_PROPERTIES} properties with {MAX_VALUES} values"
        raise QueryError(f"queries.{characters.shown(key)}: too many values; {most} are read")
    if of.type_strict not in (None, "any", "should", "all"):
        raise QueryError(f"queries.{characters.shown(key)}.type_strict: expected any, should or all")
    types = [of.type] if isinstance(of.type, str) else of.type or []
    limit = reconciliation.DEFAULT_LIMIT if of.limit is None else of.limit
    if not 1 <= limit < MAX_IDS:
        raise QueryError(f"queries.{characters.shown(key)}.limit: expected a number from 1 to {MAX_IDS - 1}")
    return Query(
        of.query,
        tuple(filter(None, types)),
        tuple(given),
        min(int(limit), reconciliation.MAX_CANDIDATES),
        of.type_strict in ("any", "all"),
    )


def _given(of: types.Given) -> Given:
    values = of.v if isinstance(of.v, list) else [of.v]
    texts = tuple(_text(value) for value in values if not isinstance(value, types.Entity))
    return Given(of.pid, texts, tuple(value.id for value in values if isinstance(value, types.Entity)))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _candidate(of: Candidate) -> dict[str, Any]:
    return {
        "id": of.brief.id,
        "name": of.brief.name,
        "description": reconciliation.described(of.brief, of.found),
        "type": [{"id": namespaces.local(of.brief.class_), "name": of.brief.kind}],
        "score": of.score,
        "match": of.match,
        "features": [{"id": id_, "value": agrees} for id_, agrees in sorted(of.agrees.items())],
    }


def _extend(store: Backend, asked: str) -> dict[str, Any]:
    of: types.Extend = _read(types.Extend, asked, "extend")
    if len(of.ids) > MAX_IDS or len(of.properties) > MAX_PROPERTIES:
        raise TooLargeError(f"at most {MAX_PROPERTIES} properties of {MAX_IDS:,} entities are given at a time")
    iris = {id_: namespaces.ENTITY + id_.removeprefix(namespaces.ENTITY) for id_ in of.ids}
    known = [iri for iri in dict.fromkeys(iris.values()) if _ID.fullmatch(namespaces.local(iri))]
    rows: dict[str, dict[str, list[Any]]] = {id_: {} for id_ in iris}
    values = properties.Values(store, known)
    for wanted in of.properties:
        scope, content, limit = _settings(wanted)
        found = values.of(wanted.id, scope, each_claim=content != "value")
        for id_, iri in iris.items():
            cells = list(_cells(found.get(iri, ()), content))
            rows[id_][wanted.id] = cells[:limit] if limit else cells
    return {"meta": [_meta(store, wanted.id) for wanted in of.properties], "rows": rows}


def _meta(store: Backend, id_: str) -> dict[str, Any]:
    of = properties.named(store, id_)
    range_ = properties.classes(store).get(of.range)
    return {"id": of.id, "name": of.name} | ({"type": {"id": range_.id, "name": range_.name}} if range_ else {})


def _settings(wanted: types.Wanted) -> tuple[str, str, int]:
    given = wanted.settings or {}
    chosen = {}
    for setting in _SETTINGS:
        name, value = str(setting["name"]), given.get(str(setting["name"]))
        chosen[name] = setting["default"] if value in (None, "") else value
        expected = [choice["value"] for choice in setting.get("choices", ())]
        if expected and chosen[name] not in expected:
            raise QueryError(f"extend: the setting {name} of {wanted.id}: expected one of {', '.join(expected)}")
    try:
        limit = int(float(chosen["limit"]))
    except (TypeError, ValueError, OverflowError) as error:
        raise QueryError(f"extend: the setting limit of {wanted.id}: expected a number") from error
    return chosen["scope"], chosen["content"], max(0, limit)


def _cells(of: Iterable[Cell], content: str) -> Iterable[dict[str, Any]]:
    if content == "claims":
        return [{"str": cell.claim.iri} for cell in of if cell.claim]
    if content == "sources":
        return [{"str": address} for address in dict.fromkeys(cell.claim.page.url for cell in of if cell.claim)]
    return [_cell(cell) for cell in of]


def _cell(of: Cell) -> dict[str, Any]:
    """A value; what is no fact is never given as one, but as a text that says what it is."""
    claim = of.claim
    if claim and not receipts.is_fact(claim):
        words = [claim.kind if claim.kind != "fact" else "", claim.status if claim.status != "held" else ""]
        words += [f"according to {claim.by.label}"] if claim.by else []
        return {"str": f"{of.name} ({', '.join(filter(None, words)) or 'contradicted'})"}
    if of.id:
        return {"id": of.id, "name": of.name}
    if of.number is None:
        return {"str": of.name}
    return {"int" if isinstance(of.number, int) else "float": of.number}


def _suggest_entity(store: Backend, asked: str) -> dict[str, Any]:
    of: types.Suggest = _read(types.Suggest, asked, "suggest")
    found = reconciliation.beginning(store, of.prefix, min(max(of.cursor, 0), MAX_IDS) + MAX_SUGGESTED)
    return {
        "result": [
            {
                "id": brief.id,
                "name": brief.name,
                "description": reconciliation.described(brief, match),
                "notable": [{"id": namespaces.local(brief.class_), "name": brief.kind}],
            }
            for brief, match in found[max(of.cursor, 0) :]
        ]
    }


def _begun(of: Iterable[T], asked: str, words: Callable[[T], Sequence[str]]) -> list[T]:
    """Those in whose words the text is, those that begin with it first."""
    given: types.Suggest = _read(types.Suggest, asked, "suggest")
    text = given.prefix.strip().casefold()
    found = [(not any(w.casefold().startswith(text) for w in words(each)), n, each) for n, each in enumerate(of)]
    chosen = [each for each in found if any(text in word.casefold() for word in words(each[2]))]
    listed = [each for _, _, each in sorted(chosen, key=lambda each: each[:2])]
    return listed[max(given.cursor, 0) :][:MAX_SUGGESTED]


def _suggest_type(store: Backend, asked: str) -> dict[str, Any]:
    known = properties.classes(store)
    found = _begun(known.values(), asked, lambda of: (of.id, of.name, of.zh))
    return {"result": [_type(of) | {"broader": [_type(known[id_]) for id_ in of.broader]} for of in found]}


def _suggest_property(store: Backend, asked: str) -> dict[str, Any]:
    found = _begun(properties.properties(store).values(), asked, lambda of: (of.id, of.name))
    return {"result": [_property(of) for of in found]}


def _type(of: Class) -> dict[str, Any]:
    return {"id": of.id, "name": of.name}


def _property(of: Property) -> dict[str, str]:
    return {"id": of.id, "name": of.name} | ({"description": of.meaning} if of.meaning else {})


def _properties(store: Backend, asked: str) -> dict[str, Any]:
    of: types.Proposal = _read(types.Proposal, asked, "properties")
    roots = [each.id for each in properties.classes(store).values() if not each.broader]
    listed = properties.of_class(store, of.type or roots[0], min(max(of.limit, 1), MAX_IDS)) if roots else []
    return {"type": of.type, "limit": of.limit, "properties": [_property(each) for each in listed]}


def _flyout_entity(store: Backend, asked: str) -> dict[str, str]:
    id_ = _read(types.One, asked, "flyout").id
    briefs: dict[str, Brief] = lookup.briefs(store, [_iri(id_)])
    for brief in briefs.values():
        return _flyout(id_, brief.name, brief.zh, "; ".join(filter(None, (brief.kind, brief.about))))
    raise NotFoundError("entity", id_)


def _flyout_type(store: Backend, asked: str) -> dict[str, str]:
    id_ = _read(types.One, asked, "flyout").id
    known = properties.classes(store)
    if id_ not in known:
        raise NotFoundError("type", id_)
    above = ", ".join(known[upper].name for upper in known[id_].broader)
    return _flyout(id_, known[id_].name, known[id_].zh, f"a kind of {above}" if above else "")


def _flyout_property(store: Backend, asked: str) -> dict[str, str]:
    id_ = _read(types.One, asked, "flyout").id
    of = properties.named(store, id_)
    return _flyout(id_, of.name, "", of.meaning)


def _flyout(id_: str, name: str, zh: str, about: str) -> dict[str, str]:
    html = rendering.templates().get_template("flyout.html").render(name=name, zh=zh, about=about)
    return {"id": id_, "html": html}


_PARTS: Mapping[str, Callable[[Backend, str], dict[str, Any]]] = {
    "queries": _queries,
    "extend": _extend,
    "properties": _properties,
    "suggest/entity": _suggest_entity,
    "suggest/type": _suggest_type,
    "suggest/property": _suggest_property,
    "flyout/entity": _flyout_entity,
    "flyout/type": _flyout_type,
    "flyout/property": _flyout_property,
}
# What a worker answers before it is confined, so that all that is read late is there.
EXAMPLES = (
    ("manifest", "{}"),
    ("queries", '{"q": {"query": "a name that nobody has"}}'),
    ("suggest/entity", '{"prefix": "a"}'),
    ("suggest/type", '{"prefix": "a"}'),
    ("suggest/property", '{"prefix": "a"}'),
    ("extend", '{"ids": ["no-such-thing"], "properties": [{"id": "name"}, {"id": "place"}]}'),
)
