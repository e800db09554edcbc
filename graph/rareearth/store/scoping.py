"""Queries for a store in which the facts are a named graph of their own.

The embedded store has the facts in its default graph, and each claim in a named graph. What a store at an address does
with a default graph is its own affair: to some it is the union of all graphs, so that opinions would count as facts.
A published build therefore has its facts in a named graph, and a query says in its own patterns which graph it means::

    SELECT ?who { GRAPH ?claim { ?who ?p ?o } ?claim ree:source ?page }

    SELECT ?who { GRAPH <facts> {
      GRAPH ?claim { ?who ?p ?o } ?claim ree:source ?page } }

By SPARQL 1.1 a group within ``GRAPH`` is matched in that graph, and ``GRAPH`` within it is free of it again. FROM and
FROM NAMED would need a name for each claim (decision record 0054). Also what engines read differently, or not at all,
is written in a form that they agree on: a DESCRIBE as a CONSTRUCT, values as conditions, and all prefixes are declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.errors import QueryError
from rareearth.store import sparql

if TYPE_CHECKING:
    from rareearth.store.sparql import Term

VARIABLE = "urn:variable:"  # with its name: the IRI that stands for a variable in a template
SOURCE = f"<{namespaces.VOCABULARY}source>"  # each claim has one; planners think it rare, as they do not of its class
_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_ESCAPED = re.compile(r"\\U000000([2-7][0-9A-F])")
_IT = "described_"
Token = tuple[str, str]


@dataclass(frozen=True)
class Scoped:
    """A query for a store at an address, in its parts: ``text`` puts them together.

    ``form`` is SELECT, ASK or CONSTRUCT. What is sent for a CONSTRUCT is a SELECT of the variables of its ``template``
    (as Turtle, in which a variable ``?x`` is the IRI ``urn:variable:x``): a table is cut into pages and checked for its
    end more easily than triples are. ``ordered`` says that it has an ORDER BY, LIMIT or OFFSET of its own.
    """

    form: str
    prologue: str = ""
    head: str = ""
    where: str = ""
    modifiers: str = ""
    values: str = ""
    template: str = ""
    ordered: bool = False

    @property
    def text(self) -> str:
        """The query as it is sent."""
        return f"{self.prologue}{self._body}\n"

    @property
    def _body(self) -> str:
        return f"{self.head}{self.where}{self.modifiers}{self.values}".strip()

    def page(self, start: int, size: int, columns: Sequence[str]) -> str:
        """The query for so many of its rows from one on (counted from 0), in an order that is that of each page.

        A query that has none is ordered by all its columns. It is a query within another, as an engine may sort only
        so many rows for a LIMIT (Virtuoso: 10,000).
        """
        order = "" if self.ordered else " ORDER BY " + " ".join(f"?{name}" for name in columns)
        inner = f"{self.head}{self.where}{self.modifiers}{order}{self.values}".strip()
        names = " ".join(f"?{name}" for name in columns)
        return f"{self.prologue}SELECT {names} {{ {{ {inner} }} }} LIMIT {size:d} OFFSET {start:d}\n"

    def count(self) -> str:
        """The query for the number of its rows, as ``rows_``."""
        return f"{self.prologue}SELECT (COUNT(*) AS ?rows_) {{ {{ {self._body} }} }}\n"


def scoped(query: str, facts: str | None, values: Mapping[str, Term] | None = None) -> Scoped:
    """A vetted query for a store whose facts are the graph ``facts``; None: they are in its default graph.

    A query with FROM says itself what its graphs are, and these are left as they are. Raises QueryError for what is
    not SPARQL 1.1, as far as it is seen here; the rest is for the store to say.

    >>> print(scoped("SELECT ?a { ?a ?b ?c }", "https://example.org/facts").text.strip())
    SELECT ?a { GRAPH <https://example.org/facts> { ?a ?b ?c } }
    """
    return _Reader(query, facts).read(values or {})


class _Reader:
    """Reads the tokens of a query once."""

    def __init__(self, query: str, facts: str | None) -> None:
        self._tokens = [*_plain(sparql.tokens(query))]
        self._facts = facts
        self._at = 0

    def read(self, values: Mapping[str, Term]) -> Scoped:
        prologue, form = self._prologue()
        head = self._until_group()
        template: list[Token] = []
        if form == "CONSTRUCT" and not _words(head):  # not its short form, CONSTRUCT WHERE { … }
            template, head = self._group(), self._until_group()
        if "FROM" in _words(head):
            self._facts = None
        where = self._group() if self._more() and self._tokens[self._at][1] == "{" else []
        modifiers = self._modifiers()
        rest = _text(self._tokens[self._at :]).strip()
        if values and not (form == "SELECT" and _columns(head)[1] & set(values)):
            where = _filtered(where, values)
        made = Scoped(
            form,
            prologue,
            where=self._wrapped(where),
            modifiers=self._outside(modifiers),
            values=f" {rest}" if rest else "",
            ordered=bool({"ORDER", "LIMIT", "OFFSET"} & _words(modifiers)),
        )
        if form == "DESCRIBE":
            return self._described(head, made)
        if form == "CONSTRUCT":
            return _constructed(made, template or where, _text(head))
        if form == "ASK":
            return replace(made, head=f"ASK{_text(head)}")
        return _selected(made, head, self._outside(head), values)

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _prologue(self) -> tuple[str, str]:
        """The declarations of a query, with those of all prefixes that it uses, and its form."""
        start = self._at
        while self._more():
            kind, token = self._tokens[self._at]
            self._at += 1
            if kind == "word" and token.upper() in _FORMS:
                given = self._tokens[start : self._at - 1]
                return _declared(given, self._tokens[self._at :]) + _text(given), token.upper()
        raise QueryError("the query is not SPARQL 1.1: it has none of SELECT, ASK, CONSTRUCT and DESCRIBE")

    def _until_group(self) -> list[Token]:
        """What comes before the next group that is in no brackets, or before the modifiers where there is no group."""
        start, depth = self._at, 0
        while self._more():
            kind, text = self._tokens[self._at]
            if not depth and (text == "{" or (kind == "word" and text.upper() in _MODIFIERS)):
                break
            depth += (kind == "open") - (kind == "close")
            self._at += 1
        return self._tokens[start : self._at]

    def _group(self) -> list[Token]:
        """A group with its braces. Raises QueryError for one that does not end."""
        start, depth = self._at, 0
        while self._more():
            kind, _ = self._tokens[self._at]
            self._at += 1
            depth += (kind == "open") - (kind == "close")
            if not depth:
                return self._tokens[start : self._at]
        raise QueryError("the query is not SPARQL 1.1: a bracket is not closed")

    def _modifiers(self) -> list[Token]:
        """What is from GROUP BY to OFFSET."""
        start = self._at
        while self._more() and self._tokens[self._at][1].upper() != "VALUES":
            self._at += 1
        return self._tokens[start : self._at]

    def _outside(self, tokens: list[Token]) -> str:
        """What comes before or after the pattern of a query; the groups in it, of EXISTS, are scoped."""
        found, rest = "", _Reader.__new__(_Reader)
        rest._tokens, rest._facts, rest._at = tokens, self._facts, 0
        while rest._more():
            if tokens[rest._at][1] == "{":
                found += self._wrapped(rest._group())
            else:
                found += tokens[rest._at][1]
                rest._at += 1
        return found

    def _wrapped(self, group: list[Token]) -> str:
        """A group that is matched in the graph of the facts."""
        if self._facts is None or not group:
            return _text(group)
        graph = f"<{self._facts}>"
        return f"{{ GRAPH {graph} {{{_text(_claims_only(group[1:-1], graph))}}} }}"

    def _described(self, head: list[Token], made: Scoped) -> Scoped:
        """A DESCRIBE: the statements of the facts that have a thing as subject. Stores have no common rule for it."""
        things = [(kind, token) for kind, token in head if kind in ("variable", "iri", "prefixed")]
        if "FROM" in _words(head) or not things:
            raise QueryError("a DESCRIBE of * or with FROM cannot be put to a store at an address; name the variables")
        parts = []
        for kind, token in things:
            known = f"VALUES ?{_IT} {{ {token} }}"
            if kind == "variable":
                bound = f"{{ {made.where} FILTER(ISIRI({token})) }}"
                known = f"{{ SELECT DISTINCT ({token} AS ?{_IT}) WHERE {bound}{made.modifiers}{made.values} }}"
            statements = f"?{_IT} ?property_ ?value_"
            found = f"GRAPH <{self._facts}> {{ {statements} }}" if self._facts else statements
            parts.append(f"{{ {known} {found} }}")
        described = Scoped("CONSTRUCT", made.prologue, where=f"{{ {' UNION '.join(parts)} }}")
        return _constructed(described, [("", "{ "), *_variables(_IT, "property_", "value_"), ("", " }")], " ")


def _constructed(made: Scoped, template: list[Token], dataset: str) -> Scoped:
    """A CONSTRUCT as the SELECT of the variables of its template."""
    names = sorted({token[1:] for kind, token in template if kind == "variable"})
    columns = " ".join(f"?{name}" for name in names) if names else "(1 AS ?one_)"
    turtle = "".join(f"<{VARIABLE}{token[1:]}>" if kind == "variable" else token for kind, token in template[1:-1])
    return replace(made, head=f"SELECT {columns}{dataset or ' '}", template=turtle)


def _variables(*names: str) -> Iterator[Token]:
    for name in names:
        yield from (("variable", f"?{name}"), ("space", " "))


def _selected(made: Scoped, head: list[Token], written: str, values: Mapping[str, Term]) -> Scoped:
    """A SELECT; a value of a column that it computes is matched with its answer.

    Raises QueryError for a value of a variable that is not selected.
    """
    columns, computed = _columns(head)
    if columns and (unknown := sorted(set(values) - set(columns))):
        raise QueryError(f"?{unknown[0]} is given a value, so the query must SELECT it")
    made = replace(made, head=f"SELECT{written}")
    if not computed & set(values):
        return made
    inner = f"SELECT{written}{made.where}{made.modifiers}{made.values}".strip()
    where = f" {{ {{ {inner} }} {_filters(values)} }}"
    names = " ".join(f"?{name}" for name in columns)
    return replace(made, head=f"SELECT {names}", where=where, modifiers="", values="", ordered=False)


def _columns(head: list[Token]) -> tuple[tuple[str, ...], set[str]]:
    """The variables that a SELECT names, in their order, and those of them that it computes; none for ``*``."""
    columns, computed, depth, before = [], set(), 0, ""
    for kind, token in head:
        depth += (kind == "open") - (kind == "close")
        if kind == "variable" and (not depth or (depth == 1 and before == "AS")):
            columns.append(token[1:])
            computed |= {token[1:]} if depth else set()
        if kind != "space":
            before = token.upper()
    return tuple(columns), computed


@dataclass
class _Group:
    """A group of a pattern: the one around it, if it is joined with that, the graph that is its, and what it has.

    ``claims`` are the variables that have a property in the facts there.
    """

    around: _Group | None = None
    graph: str = ""
    claims: set[str] = field(default_factory=set)

    def has(self, graph: str) -> bool:
        """Whether a variable is bound to what the facts have, here or where this is joined with something else."""
        return graph in self.claims or bool(self.around and self.around.has(graph))


def _claims_only(tokens: list[Token], facts: str) -> list[Token]:
    """Tokens in which what a variable of GRAPH may be is a claim of these facts: a store has other graphs too.

    Where the pattern asks for a property of the claim anyway, nothing is added.
    """
    found: list[Token] = []
    groups = [_Group()]
    after: list[tuple[int, _Group, str]] = []
    seen = [*((number, kind, token) for number, (kind, token) in enumerate(tokens) if kind != "space"), (0, "", "")]
    words = ["", "{"]
    for (number, kind, text), (_, follows, verb), (_, _, path) in zip(
        seen, seen[1:], [*seen[2:], (0, "", "")], strict=False
    ):
        here = groups[-1]
        if kind == "open" and text == "{":
            graph = words[-1] if words[-2] == "GRAPH" else ""
            joined = not graph and words[-1] not in ("OPTIONAL", "MINUS", "EXISTS") and verb.upper() != "SELECT"
            groups.append(_Group(here if joined and not here.graph else None, graph))
        elif kind == "close" and text == "}" and len(groups) > 1:
            if (closed := groups.pop()).graph.startswith(("?", "$")):
                after.append((number, groups[-1], closed.graph))
        elif kind == "variable" and words[-1] in ("{", "}", ".", ")") and follows in ("prefixed", "iri", "word"):
            plain = path not in ("*", "?", "|") and (follows != "word" or verb == "a")
            here.claims |= {text} if plain and not here.graph else set()
        words = [words[-1], text.upper() if kind == "word" else text]
    added = {number: graph for number, group, graph in after if not group.has(graph)}
    for number, part in enumerate(tokens):
        found.append(part)
        if number in added:
            found.append(("", f" GRAPH {facts} {{ {added[number]} {SOURCE} [] }}"))
    return found


def _declared(given: list[Token], rest: list[Token]) -> str:
    """The declarations of the project's prefixes that a query uses and does not declare."""
    own = {token.partition(":")[0] for kind, token in given if kind == "prefixed"}
    used = {token.partition(":")[0] for kind, token in rest if kind == "prefixed"}
    known = ((prefix, namespaces.PREFIXES[prefix]) for prefix in sorted(used - own) if prefix in namespaces.PREFIXES)
    return "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in known)


def _filtered(where: list[Token], values: Mapping[str, Term]) -> list[Token]:
    """A group with a condition for values; around a group that is a query of its own there is another."""
    first = next((token for kind, token in where[1:] if kind != "space"), "")
    inner = where if first.upper() == "SELECT" else where[1:-1]
    return [("open", "{"), *inner, ("", f" {_filters(values)} "), ("close", "}")]


def _filters(values: Mapping[str, Term]) -> str:
    """The condition that variables have these values: of all forms the one that stores agree on."""
    return "".join(f"FILTER(?{name} = {values[name]})" for name in sorted(values))


def _plain(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tokens without comments, and with web addresses as they are: not every engine reads the escapes of vetting."""
    for kind, token in tokens:
        if kind == "iri" and token.startswith(("<http://", "<https://")):
            yield kind, _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), token)
        else:
            yield kind, "\n" if kind == "space" and token.startswith("#") else token


def _words(tokens: Iterable[Token]) -> set[str]:
    return {token.upper() for kind, token in tokens if kind == "word"}


def _text(tokens: Iterable[Token]) -> str:
    return "".join(token for _, token in tokens)
