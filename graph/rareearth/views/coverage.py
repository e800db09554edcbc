"""Who of a list is in the graph: under which name, and how well.

A list is a CSV file with a column of names. Columns ``kind``, ``country`` and ``stage``, if it has them, are compared
with what the graph says. Names are found as everywhere (:mod:`lookup`); nothing is guessed: a name that is only close
is not found, and the close names are listed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import characters, namespaces
from rareearth.errors import QueryError
from rareearth.store import claims, vocabulary
from rareearth.views import lookup

if TYPE_CHECKING:
    from rareearth.names import Match
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

STATES = ("found", "differs", "several", "missing")
CHECKED = ("kind", "country", "stage")
COLUMNS = ("name", "state", "id", "known as", "found by", "claims", "sources", "newest", "remark")
_MAX_CLOSE = 3
_CLASSES = """
SELECT ?class { VALUES ?entity { <%s> } ?entity a/rdfs:subClassOf* ?kind . ?kind rdfs:label ?class }"""
_PLACES = "SELECT ?name { <%s> (%s)+ ?place . ?place rdfs:label|skos:altLabel|ree:acronym ?name }"


@dataclass(frozen=True)
class Item:
    """A name of the list and what the graph has of it.

    ``state`` is found, differs (found, but not as the list describes it), several (a name of several entities) or
    missing. ``claims`` and ``sources`` count those about the entity, ``newest`` is the newest date of a page of
    these, "" where none is dated. ``remark`` says what differs, what else may be meant, or which names are close.
    """

    name: str
    state: str
    id: str = ""
    known_as: str = ""
    found_by: str = ""
    claims: int = 0
    sources: int = 0
    newest: str = ""
    remark: str = ""

    def cells(self) -> list[object]:
        """The values of :data:`COLUMNS`."""
        found = bool(self.id)
        counts = (self.claims, self.sources) if found else (None, None)
        return [self.name, self.state, self.id, self.known_as, self.found_by, *counts, self.newest, self.remark]


def rows(text: str, column: str | None = None, where: str = "the list") -> list[dict[str, str]]:
    r"""The rows of a list in CSV (commas, semicolons or tabs), each with ``name`` and what it has of :data:`CHECKED`.

    The names are in ``column``, by default ``name``, or else the first; ``where`` names the file in messages. Raises
    QueryError.

    >>> rows("Company;Country\nLynas;Australia\n", "company")
    [{'name': 'Lynas', 'country': 'Australia'}]
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)  # a cell in quotes may have several lines
    try:
        found = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise QueryError(f"{where}:{reader.line_num}: is not CSV ({error})") from error
    if not found:
        raise QueryError(f"{where}: is empty; expected a line with the names of columns, and one for each name")
    head = found[0][1]
    titles = [title.strip().casefold() for title in head]
    title = (column or "name").casefold()
    if title not in titles and column is not None:
        raise QueryError(f"{where}:1: no column '{characters.shown(column)}'; found {', '.join(filter(None, head))}")
    at = titles.index(title) if title in titles else 0
    items = []
    for number, row in found[1:]:
        if len(row) <= at or not row[at].strip():
            raise QueryError(f"{where}:{number}: no name in the column '{head[at]}'")
        given = dict(zip(titles, (cell.strip() for cell in row), strict=False))
        items.append({"name": row[at].strip()} | {name: given[name] for name in CHECKED if given.get(name)})
    return items


def read(store: Backend, listed: Iterable[Mapping[str, str]]) -> Iterator[Item]:
    """What the graph has of each name of a list, in the order of the list."""
    index = lookup.index(store)
    checks = _Checks(store)
    for given in listed:
        name = given["name"]
        found = lookup.matches(store, name)
        fitting = [match for match in found if not checks.differences(match.thing, given)] if len(found) > 1 else found
        if len(fitting) == 1:
            yield _item(store, name, fitting[0], checks.differences(fitting[0].thing, given))
        elif found:
            ids = ", ".join(namespaces.local(match.thing) for match in found)
            yield Item(name, "several", remark=f"may be {ids}")
        else:
            close = [f"{m.name} ({namespaces.local(m.thing)})" for m in index.suggest(name, _MAX_CLOSE)]
            yield Item(name, "missing", remark=f"close: {', '.join(close)}" if close else "")


def summary(items: Iterable[Item]) -> str:
    """How many of a list are found, in a line.

    >>> summary([Item("a", "found"), Item("b", "missing")])
    '1 of 2 names found; 1 missing'
    """
    counts = dict.fromkeys(STATES, 0)
    for item in items:
        counts[item.state] += 1
    found = counts["found"] + counts["differs"]
    rest = {"differs": "not as described", "several": "of several entities", "missing": "missing"}
    more = [f"{counts[state]} {words}" for state, words in rest.items() if counts[state]]
    return "; ".join([f"{found} of {sum(counts.values())} names found", *more])


def _item(store: Backend, name: str, match: Match, differences: list[str]) -> Item:
    known = claims.read(store, [match.thing])
    dates = [day for day in (claim.page.published for claim in known) if day]
    label = next((end.label for claim in known for end in (claim.subject, claim.object) if end.text == match.thing), "")
    return Item(
        name,
        "differs" if differences else "found",
        namespaces.local(match.thing),
        label or match.name,
        " ".join(filter(None, (match.how, "" if match.why == "exact" else f"({match.why})"))),
        len(known),
        len({claim.source for claim in known}),
        max(dates, default=""),
        "; ".join(differences),
    )


class _Checks:
    """What a list says of a name, compared with what the graph says of the entity."""

    def __init__(self, store: Backend) -> None:
        self._store = store
        self._spatial = "|".join(f"<{relation}>" for relation in vocabulary.spatial(store))

    def differences(self, iri: str, given: Mapping[str, str]) -> list[str]:
        """Where the graph knows better or not at all, in words."""
        found = []
        if (kind := given.get("kind")) and not _among(kind, self._names(_CLASSES % iri)):
            found.append(f"is no {kind}")
        if (country := given.get("country")) and not _among(country, places := self._places(iri)):
            others = f", but in {', '.join(sorted(places)[:3])}" if places else ""
            found.append(f"not known to be in {country}{others}")
        if (stage := given.get("stage")) and not any(_says(claim, stage) for claim in claims.read(self._store, [iri])):
            found.append(f"nothing is said of {stage}")
        return found

    def _places(self, iri: str) -> set[str]:
        return self._names(_PLACES % (iri, self._spatial)) if self._spatial else set()

    def _names(self, query: str) -> set[str]:
        return {name.value for (name,) in self._store.select(query)}


def _among(word: str, names: Iterable[str]) -> bool:
    return word.casefold() in {name.casefold() for name in names}


def _says(claim: Claim, word: str) -> bool:
    values = (claim.subject, claim.object, *(value for _, _, value in claim.qualifiers))
    return any(word.casefold() in value.label.casefold() for value in values)
