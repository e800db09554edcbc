"""The columns of the tables, and their types in Arrow and in JSON: the one schema of data in bulk.

Each type is the same in both: a text is a string (dates and identifiers too), a whole number an ``int64``, a list a
list; a map is a map of Arrow and an object of JSON, and so is a record, whose fields are fixed. What is not required
may be null, or left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import characters
from rareearth.errors import MissingExtraError, suggest

if TYPE_CHECKING:
    import pyarrow as pa

_LONG = 2**63  # what whole numbers of Arrow are smaller than


@dataclass(frozen=True)
class List:
    """A list of values of one type."""

    of: Type


@dataclass(frozen=True)
class Map:
    """Texts with values of one type, in their order."""

    of: Type


@dataclass(frozen=True)
class Record:
    """Named values; those of ``required`` are never null."""

    fields: Mapping[str, Type]
    required: frozenset[str]


Type: TypeAlias = "str | List | Map | Record"
TEXT, WHOLE = "text", "whole number"


def _record(required: str, optional: str = "", **others: Type) -> Record:
    """A record of texts and of ``others``, which are optional unless they are named among the required."""
    named = required.split()
    return Record({name: others.get(name, TEXT) for name in (*named, *optional.split())}, frozenset(named))


_SPAN = _record("start end fingerprint", start=WHOLE, end=WHOLE)
_TEXT_HASH = _record("sha256 chars", chars=WHOLE)
TABLES: dict[str, Record] = {
    "claims": _record(
        "source subject relation object",
        "id kind by about stance status confidence conflict qualifiers when since until inferred note at read reviewed",
        qualifiers=Map(TEXT),
        inferred=_record("when because"),
        at=List(_SPAN),
        read=List(_record("sentence on says")),
        reviewed=_record("on", "who"),
    ),
    "entities": _record(
        "id kind name",
        "zh aliases acronyms about ids seen",
        aliases=List(TEXT),
        acronyms=List(TEXT),
        ids=List(_record("scheme value page")),
        seen=List(TEXT),
    ),
    "sources": _record(
        "id title publisher url language",
        "published kind copy story text retracted names refers",
        text=_TEXT_HASH,
        retracted=_record("on because", "who"),
        names=Map(List(TEXT)),
        refers=Map(TEXT),
    ),
    "conflicts": _record("id question kind why"),
    "identities": _record("left verdict right who on why"),
}


def arrow(table: str) -> pa.Schema:
    """The schema of a table in Arrow. Raises MissingExtraError without the extra ``bulk``.

    >>> arrow("conflicts").names
    ['id', 'question', 'kind', 'why']
    """
    pa = library()
    record = TABLES[table]
    return pa.schema(_fields(record, pa))


def library() -> Any:
    """The module pyarrow. Raises MissingExtraError where it is not installed."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtraError(error.name, "bulk") from error
    return pa


def described(of: Type) -> str:
    """A type in words.

    >>> described(List(Map(TEXT)))
    'a list, each a map of names to a text each'
    """
    match of:
        case List():
            return f"a list, each {described(of.of)}"
        case Map():
            return f"a map of names to {described(of.of)} each"
        case Record():
            return f"a record of {', '.join(of.fields)}"
    return f"a {of}"


def misfit(schema: pa.Schema, table: str) -> list[str]:
    """What is wrong with the schema of a file that is to be a table, a message for each column.

    Texts may be dictionaries or large strings, whole numbers of any width, and maps lists of records ``key`` and
    ``value`` or records of any names, as other programs write them. A column may be of nulls only.
    """
    record = TABLES[table]
    lacking, known = sorted(record.required - set(schema.names)), ", ".join(record.fields)
    found = [f"lacks the column '{name}'; expected {known}" for name in lacking]
    for number, name in enumerate(schema.names):
        if name not in record.fields:
            found.append(f"unknown column '{name}'{suggest(name, record.fields)}; expected one of {known}")
        elif schema.names.index(name) != number:
            found.append(f"has the column '{name}' twice; expected it once")
        elif not _fits(schema.field(number).type, record.fields[name]):
            expected = described(record.fields[name])
            found.append(f"column '{name}': found {schema.field(number).type}; expected {expected}")
    return found


def value(given: Any, of: Type) -> Any:
    """A value of a row as the models read it; absent fields and nulls are left out of records.

    Raises ValueError, with a message, for a value that has another type, and for characters that nobody sees.

    >>> value({"who": None, "on": "2026-01-02"}, TABLES["claims"].fields["reviewed"])
    {'on': '2026-01-02'}
    >>> value("12", WHOLE)
    Traceback (most recent call last):
    ValueError: found a text; expected a whole number
    """
    if of == TEXT:
        if type(given) is str:
            return _visible(given)
    elif of == WHOLE:
        if type(given) is int and -_LONG <= given < _LONG:
            return given
    elif isinstance(of, List):
        if type(given) is list:
            return [value(part, of.of) for part in given]
    elif isinstance(of, Map | Record) and (type(given) is dict or (isinstance(of, Map) and type(given) is list)):
        return _entries(given, of)
    raise ValueError(f"found {_kind(given)}; expected {described(of)}")


def _entries(given: Any, of: Map | Record) -> dict[str, Any]:
    """The entries of a map or a record."""
    pairs = given.items() if type(given) is dict else map(_pair, given)
    made: dict[str, Any] = {}
    for name, part in pairs:
        if part is None:
            continue
        if type(part) is str and isinstance(of, Record) and of.fields.get(name) == TEXT:
            made[name] = _visible(part)
            continue
        if name in made:
            raise ValueError(f"found '{name}' twice; expected it once")
        if isinstance(of, Record) and name not in of.fields:
            known = ", ".join(of.fields)
            raise ValueError(f"unknown column '{name}'{suggest(name, of.fields)}; expected one of {known}")
        try:
            made[_visible(name)] = value(part, of.fields[name] if isinstance(of, Record) else of.of)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return made


def _visible(text: str) -> str:
    if not (text.isascii() and text.isprintable()) and (found := characters.hidden(text)):
        raise ValueError(f"found the invisible character {characters.code(found[0])}; expected visible text")
    return text


def _pair(entry: Any) -> tuple[str, Any]:
    """An entry of a map, as Arrow gives it or as a record of ``key`` and ``value``."""
    match entry:
        case (str() as name, part):
            return name, part
        case {"key": str() as name, "value": part} if len(entry) == 2:
            return name, part
    raise ValueError(f"found {_kind(entry)}; expected an entry of a map")


def _kind(given: Any) -> str:
    """The type of a value of JSON, in words."""
    names = {type(None): "nothing", bool: "a truth value", int: "a whole number", str: "a text", float: "a number"}
    return {**names, list: "a list", dict: "a record"}.get(type(given), f"a {type(given).__name__}")


def _fields(record: Record, pa: Any) -> list[Any]:
    return [pa.field(name, _of(of, pa), nullable=name not in record.required) for name, of in record.fields.items()]


def _of(of: Type, pa: Any) -> Any:
    match of:
        case List():
            return pa.list_(_of(of.of, pa))
        case Map():
            return pa.map_(pa.string(), _of(of.of, pa))
        case Record():
            return pa.struct(_fields(of, pa))
    return pa.string() if of == TEXT else pa.int64()


def _fits(found: Any, of: Type) -> bool:  # noqa: PLR0911 - a line or two for each type
    """Whether values of a type of Arrow can be read as of a type of ours."""
    types = library().types
    if types.is_dictionary(found):
        found = found.value_type
    if types.is_null(found):
        return True
    match of:
        case List():
            return _is_list(found) and _fits(found.value_type, of.of)
        case Map() if types.is_map(found):
            return _fits(found.key_type, TEXT) and _fits(found.item_type, of.of)
        case Map() if _is_list(found):
            return _has(found.value_type, {"key": TEXT, "value": of.of}) and len(found.value_type) == 2
        case Map():
            return bool(types.is_struct(found)) and all(_fits(field.type, of.of) for field in found)
        case Record():
            return _has(found, of.fields)
    if of == WHOLE:
        return bool(types.is_integer(found))
    return bool(types.is_string(found) or types.is_large_string(found) or types.is_string_view(found))


def _has(found: Any, fields: Mapping[str, Type]) -> bool:
    """Whether a type of Arrow is a record of some of these fields, and of no others."""
    is_record = library().types.is_struct(found)
    return bool(is_record) and all(f.name in fields and _fits(f.type, fields[f.name]) for f in found)


def _is_list(found: Any) -> bool:
    types = library().types
    is_list = types.is_list(found) or types.is_large_list(found) or types.is_fixed_size_list(found)
    return bool(is_list or types.is_list_view(found) or types.is_large_list_view(found))
