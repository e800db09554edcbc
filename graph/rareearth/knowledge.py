"""The graph in Python: rows or a DataFrame by SPARQL, an rdflib Dataset, a NetworkX network, over one store."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rareearth import analysis, corpus, namespaces, network
from rareearth import build as builds
from rareearth.errors import QueryError, RareEarthError
from rareearth.site import explorer
from rareearth.store import asof, questions, sparql
from rareearth.store.backend import Literal, NamedNode
from rareearth.views import cards, conflicts

if TYPE_CHECKING:
    import pandas as pd
    import rdflib

    from rareearth.analysis.finding import Finding, Table
    from rareearth.analysis.overview import Overview
    from rareearth.network import Network
    from rareearth.store.backend import Backend
    from rareearth.views.cards import Card, Statement, Step
    from rareearth.views.conflicts import Conflict

Value = str | int | float


class KnowledgeGraph:
    """An opened graph. ``store`` is the store itself, read-only; everything here reads from it."""

    def __init__(self, store: Backend, *, stale: bool = False, texts_folder: Path | None = None) -> None:
        """``stale`` says that the data has changed since the build; ``texts_folder`` holds texts of articles."""
        self.store = store
        self.stale = stale
        self.undated = 0
        self._texts = corpus.Texts(texts_folder) if texts_folder else None

    def __repr__(self) -> str:
        counted = [
            f"{n} {what}" for n, what in ((self._count("ree:Claim"), "claims"), (self._count("ree:Source"), "sources"))
        ]
        return f"<rareearth.KnowledgeGraph: {' from '.join(counted)}>"

    def _repr_html_(self) -> str | None:
        """The explorer page, for notebooks; None, so that the plain text is shown, where its script is not made."""
        return explorer.frame(self.store) if explorer.made() else None

    def _count(self, kind: str) -> sparql.Cell:
        return self.query(f"SELECT (COUNT(*) AS ?n) {{ ?x a {kind} }}")[0]["n"]

    def query(self, query: str, /, **values: Value) -> list[dict[str, sparql.Cell]]:
        """The rows of a SELECT, given as SPARQL or as the name of a question.

        IRIs come as ``prefix:name``, numbers as numbers, unbound variables as None. ``values`` are bound to the
        variables of their names: texts that name an entity become that entity where a question asks for one; give
        ``entity:li-bo`` for an IRI in a query of your own. There is no time limit here (the command has one): the
        engine cannot be stopped within a process. Raises QueryError; RareEarthError for unknown names.
        """
        result = self._answer(query, values)
        if not isinstance(result, sparql.Rows):
            raise QueryError("rows come from a SELECT; use ask() for ASK and rdf.query() for graphs")
        return list(result.plain())

    def ask(self, query: str, /, **values: Value) -> bool:
        """The answer of an ASK, given as for :meth:`query`. Raises QueryError."""
        return sparql.truth(self._answer(query, values))

    def frame(self, query: str | Table, /, **values: Value) -> pd.DataFrame:
        """The rows of :meth:`query`, or of a table of a finding, as a DataFrame (needs the extra ``notebook``)."""
        import pandas as pd

        if not isinstance(query, str):
            return pd.DataFrame(list(query.rows), columns=list(query.columns))
        rows = sparql.rows(self._answer(query, values))
        return pd.DataFrame(list(rows.plain()), columns=rows.columns)

    @cached_property
    def rdf(self) -> rdflib.Dataset:
        """A real rdflib Dataset over the same store, read-only, with the prefixes of the project bound."""
        from rareearth.store import rdflib_view

        return rdflib_view.dataset(self.store)

    def network(self, view: str = "actors", kinds: Collection[str] | None = None) -> Network:
        """A NetworkX MultiDiGraph: the view ``actors`` or ``full``, or the answer of a CONSTRUCT or SELECT query.

        ``kinds`` chooses kinds of claims for a view (see :func:`network.read`). Raises RareEarthError, QueryError.
        """
        if view in network.VIEWS or not any(c.isspace() for c in view):
            return network.read(self.store, view, kinds)
        return network.from_query(self.store, view)

    def find(self, name: str) -> str:
        """The IRI of the entity of a name, however spelled. Raises RareEarthError with near names."""
        return cards.find(self.store, name)

    def show(self, name: str) -> Card:
        """The card of the entity of a name: its names and every claim about it, with the evidence."""
        return cards.card(self.store, self.find(name))

    def path(self, start: str, end: str) -> list[Step]:
        """How the entities of two names are tied, step by step. Raises RareEarthError when nothing ties them."""
        return cards.paths(self.store, self.find(start), self.find(end))[0]

    def as_of(self, day: str) -> KnowledgeGraph:
        """The graph with only what may have held on a day, in a month or year (EDTF); see :mod:`asof`.

        Claims of which nothing says when they held are left out; ``undated`` of the new graph counts them.
        Raises RareEarthError for anything that is not a day, month or year.
        """
        then = asof.at(self.store, day)
        made = KnowledgeGraph(then.store, stale=self.stale)
        made.undated = then.undated
        made._texts = self._texts
        return made

    def analyse(
        self, question: str, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
    ) -> Finding[Any]:
        """The answer to a question of the analysis, and what it is based on; see :func:`analysis.answer`.

        The names are those of ``rareearth analyse``. Raises RareEarthError for an unknown question, kind or source.
        """
        return analysis.answer(self.store, question, kinds=kinds, without=without, seed=seed)

    def findings(
        self, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
    ) -> Iterator[Finding[Any]]:
        """The answers to all questions of the analysis, as :meth:`analyse` gives each."""
        return analysis.answers(self.store, kinds=kinds, without=without, seed=seed)

    def overview(self, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0) -> Overview:
        """The sample that the analysis uses, in numbers: its actors and ties, their years, who has the most ties."""
        return analysis.describe(self.store, kinds=kinds, without=without, seed=seed)

    def conflicts(self) -> list[Conflict]:
        """Where sources disagree, contradictions first, with their claims side by side."""
        return conflicts.judged(self.store)

    def sentence(self, statement: Statement, number: int) -> str | None:
        """What stands at the n-th span of a statement, when the text is at hand and holds it; else None."""
        start, end, _ = statement.spans[number]
        return self._sentences.get((statement.page.id, start, end))

    @cached_property
    def _sentences(self) -> dict[tuple[str, int, int], str]:
        found = corpus.checked(self.store, self._texts) if self._texts else []
        return {(c.cited.source, *c.cited.span): c.sentence for c in found if c.sentence is not None}

    def _answer(self, query: str, values: dict[str, Value]) -> sparql.Result:
        return self.run(query, values) if any(c.isspace() for c in query) else self.answer_question(query, values)

    def run(self, query: str, values: dict[str, Value]) -> sparql.Result:
        """The engine's answer to a SPARQL text, with values bound to its variables. Raises QueryError."""
        return self.store.query(query, {name: self.term(value) for name, value in values.items()})

    def answer_question(self, name: str, values: dict[str, Value]) -> sparql.Result:
        """The engine's answer to a named question with its parameters. Raises RareEarthError for unknown ones."""
        question = questions.named(name)
        kinds = {parameter.name: parameter.kind for parameter in question.parameters}
        if unknown := set(values) - set(kinds):
            known = ", ".join(kinds) or "none"
            raise RareEarthError(f"the question {name} has no parameter '{min(unknown)}'; it has: {known}")
        bound = {key: self.term(value, kinds[key]) for key, value in values.items()}
        return self.store.query(question.text, bound)

    def term(self, value: Value, kind: str = "") -> NamedNode | Literal:
        """A value as the RDF term that is bound; ``kind`` is that of a question's parameter (see :mod:`questions`)."""
        if kind == "entity":
            return NamedNode(self.find(str(value)))
        if kind == "day":
            return Literal(str(value), datatype=NamedNode(namespaces.PREFIXES["xsd"] + "date"))
        if kind == "number" and isinstance(value, str):
            try:
                value = float(value) if "." in value else int(value)
            except ValueError as error:
                raise RareEarthError(f"'{value}' is not a number") from error
        if isinstance(value, str) and not kind:
            prefix, colon, name = value.partition(":")
            if colon and prefix in namespaces.PREFIXES:
                return NamedNode(namespaces.PREFIXES[prefix] + name)
        return Literal(value)


def open(  # noqa: A001 - read as rareearth.open()
    build: str | os.PathLike[str] | None = None,
    *,
    data: str | os.PathLike[str] | None = None,
    texts: str | os.PathLike[str] | None = None,
) -> KnowledgeGraph:
    """Open the graph: the last build, made first where there is none.

    ``build`` is another build folder, ``data`` another data folder to build from, ``texts`` a folder with the texts
    of articles, so that sentences can be shown. Raises DataError, StoreError.
    """
    store, stale = builds.opened(Path(data) if data else None, Path(build) if build else None)
    return KnowledgeGraph(store, stale=stale, texts_folder=Path(texts) if texts else None)
