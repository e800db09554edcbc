"""The graph in Python: answers to queries and questions, an rdflib Dataset, a NetworkX network, cards, findings."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Methods import what only they need, so that a query from the command line starts quickly.
from rareearth import namespaces
from rareearth.answers import Answer, frame, of_result
from rareearth.errors import QueryError
from rareearth.store import questions, sparql
from rareearth.views import asking

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import rdflib

    from rareearth.analysis.finding import Finding, Table
    from rareearth.analysis.overview import Overview
    from rareearth.analysis.questions.ownership import Ultimate
    from rareearth.corpus import Texts
    from rareearth.network import Network
    from rareearth.store.backend import Backend, Literal, NamedNode
    from rareearth.views.asking import Value
    from rareearth.views.cards import Card, Statement
    from rareearth.views.conflicts import Conflict
    from rareearth.views.paths import Step
    from rareearth.views.promises import Promise


class KnowledgeGraph:
    """An opened graph; :func:`rareearth.open` gives one.

    ``store`` is the store that everything is read from (see :mod:`rareearth.store.backend`); nothing is written to it.
    ``stale`` says that the data has changed since the build, ``note`` is a line about that or about data that is no
    longer there, and ``undated`` is the number of claims that :meth:`as_of` left out because they have no date. In the
    examples, ``graph`` is the graph of the shipped data.
    """

    def __init__(
        self, store: Backend, *, stale: bool = False, note: str = "", texts_folder: Path | None = None
    ) -> None:
        """``texts_folder`` has the texts of articles as ``SOURCE.txt``."""
        self.store = store
        self.data: Path | None = None
        self.stale, self.note = stale, note
        self.undated = 0
        self._texts: Texts | None = None
        if texts_folder:
            from rareearth import corpus

            self._texts = corpus.Texts(texts_folder)

    def __repr__(self) -> str:
        return f"<rareearth.KnowledgeGraph: {self._count('ree:Claim')} claims from {self._count('ree:Source')} sources>"

    def _repr_html_(self) -> str | None:
        """The explorer page, for notebooks; None, so that the plain text is shown, if its script is not bundled."""
        from rareearth.site import explorer

        return explorer.frame(self.store) if explorer.is_bundled() else None

    def _count(self, kind: str) -> sparql.Cell:
        return self.ask(f"SELECT (COUNT(*) AS ?n) {{ ?x a {kind} }}")[0]["n"]

    def ask(self, query: str, /, **values: Value) -> Answer:
        """The answer to a SPARQL 1.1 query of any form.

        The prefixes of :data:`rareearth.namespaces.PREFIXES` need not be declared. ``values`` are bound to the
        variables of their names, as terms and never as text: ``"entity:li-bo"`` becomes an IRI, any other text a
        literal. A query runs to its end: the engine cannot be stopped within a process.

        Raises QueryError for a query that is refused, is not SPARQL 1.1, or fails. Warns (QueryWarning) of each name
        that the graph does not have; see :meth:`hints`.

        >>> [row["name"] for row in graph.ask("SELECT ?name { entity:li-bo rdfs:label ?name }")]
        ['Li Bo']
        >>> graph.ask("SELECT ?body { ?who ree:chairs ?body }", who="entity:li-bo")[0]
        Traceback (most recent call last):
        rareearth.errors.QueryError: ?who is given a value, so the query must SELECT it
        >>> graph.ask("SELECT ?who ?body { ?who ree:chairs ?body }", who="entity:li-bo")[0]["body"]
        'entity:chinese-society-of-rare-earths'
        >>> bool(graph.ask("ASK { entity:li-bo ree:chairs ?body }"))
        True
        """
        answer = of_result(self.run(query, values))
        self._warn(query)
        return answer

    def hints(self, query: str, /) -> list[str]:
        """A line for each relation, class or entity that a query names and the graph does not have.

        >>> graph.hints("SELECT ?body { entity:li-bo ree:chair ?body }")
        ['the graph has no relation ree:chair; did you mean ree:chairs?']
        """
        from rareearth.store import hints

        return hints.hints(self.store, query)

    def _warn(self, query: str) -> None:
        from rareearth.store import hints

        for hint in self.hints(query):
            warnings.warn(hint, hints.QueryWarning, stacklevel=3)

    def answer(self, question: str, /, **parameters: Value) -> Answer:
        """The answer to one of the questions that ship with the ontology, by its name.

        A parameter that expects an entity takes its id or any of its names. Raises NotFoundError for an unknown
        question or entity, and QueryError for an unknown parameter or a value that does not fit it.

        >>> rows = graph.answer("leaders", organization="CSRE")
        >>> {row["organizationLabel"] for row in rows}
        {'Chinese Society of Rare Earths'}
        >>> graph.answer("leader")
        Traceback (most recent call last):
        rareearth.errors.NotFoundError: no question named 'leader'; did you mean leaders?
        """
        return of_result(self.run_question(question, parameters))

    def frame(self, table: Table, /) -> pd.DataFrame:
        """A table of a finding as a pandas DataFrame; an :class:`Answer` has a method of that name.

        Raises MissingExtraError without the extra ``notebook``.
        """
        return frame(table.rows, table.columns)

    @cached_property
    def rdf(self) -> rdflib.Dataset:
        """An rdflib Dataset over the same store, read-only, with the prefixes of the project bound.

        >>> from rdflib import URIRef
        >>> [str(label) for label in graph.rdf.objects(URIRef(graph.find("Li Bo")), URIRef(LABEL))]
        ['Li Bo']
        """
        from rareearth.store import rdflib_view

        return rdflib_view.dataset(self.store)

    def network(
        self, view: str | None = None, kinds: Collection[str] | None = None, *, query: str | None = None
    ) -> Network:
        """A NetworkX MultiDiGraph, of a view or of the answer to a query.

        ``view`` is ``actors`` (actors tied by facts; the default) or ``full`` (everything); ``kinds`` are the kinds of
        claims that count (see :func:`rareearth.network.read`). ``query`` is a SPARQL CONSTRUCT, or a SELECT of three
        columns (subject, relation, object), in place of both. Raises NotFoundError for an unknown view or kind,
        QueryError for another query, or for a query next to a view. Warns as :meth:`ask`.

        A symmetric relation makes one edge, with the attribute ``symmetric``.

        >>> print(graph.network())
        MultiDiGraph named 'rareearth actors' with ... nodes and ... edges
        >>> chairs = graph.network(query="CONSTRUCT { ?who ree:chairs ?body } { ?who ree:chairs ?body }")
        >>> chairs.has_edge("li-bo", "chinese-society-of-rare-earths")
        True
        """
        from rareearth import network

        if query is None:
            return network.read(self.store, view or "actors", kinds)
        if view is not None or kinds is not None:
            raise QueryError("a network is of a view or of a query; expected only one of them")
        made = network.from_query(self.store, query)
        self._warn(query)
        return made

    def table(self) -> pa.Table:
        """All claims as one table of Arrow, a row each, for questions that count or add up over many of them.

        DuckDB, Polars and pandas read it as it is. The columns are those of :mod:`rareearth.views.claim_table`; it is
        read from the store once. Raises MissingExtraError without the extra ``bulk``.

        >>> claims = graph.table()
        >>> kinds = claims.group_by("kind").aggregate([([], "count_all")])
        >>> sorted(kinds["kind"].to_pylist())
        ['assessment', 'fact', 'recommendation', 'speech']
        """
        return self._table

    @cached_property
    def _table(self) -> pa.Table:
        from rareearth.views import claim_table

        return claim_table.read(self.store)

    def find(self, name: str) -> str:
        """The IRI of the entity of an id, IRI or name: present, former, short, Chinese …, however it is spelled.

        The rules are those of :class:`rareearth.names.Index`. Raises NotFoundError, with close names, or
        AmbiguousError, with what tells the entities of that name apart.

        >>> graph.find("LI  BO")
        'https://w3id.org/rareearth/entity/li-bo'
        """
        from rareearth.views import lookup

        return lookup.entity(self.store, name)

    def show(self, name: str, *, as_of: str | None = None) -> Card:
        """The card of an entity: its names and every claim about it, with the evidence.

        With ``as_of`` only the claims of a date, which are those that :meth:`as_of` explains; for one card this is
        quicker. Raises as :meth:`find`, and DateError.

        >>> graph.show("li-bo").name
        'Li Bo'
        """
        from rareearth.views import cards

        return cards.card(self.store, self.find(name), as_of)

    def path(self, start: str, end: str, *, as_of: str | None = None) -> list[Step]:
        """A shortest path between two entities; each step has the claims that tie its ends.

        ``as_of`` is as for :meth:`show`. Raises as :meth:`find`, and RareEarthError when no path connects them.

        >>> [(step.source, step.target) for step in graph.path("Li Bo", "CSRE")]
        [('Li Bo', 'Chinese Society of Rare Earths')]
        """
        from rareearth.views import paths

        return paths.between(self.store, self.find(start), self.find(end), as_of=as_of)[0]

    def as_of(self, day: str) -> KnowledgeGraph:
        """The graph with only the claims that may have been true on a date: ``2021-12-23``, ``2021-12`` or ``2021``.

        Undated claims are excluded; ``undated`` of the new graph is their number. The rules are in
        :mod:`rareearth.store.in_effect`. The store is copied. Raises DateError for anything but a day, month or year.

        >>> graph.as_of("2019").undated > 0
        True
        """
        from rareearth.store import asof

        then = asof.at(self.store, day)
        made = KnowledgeGraph(then.store, stale=self.stale, note=self.note)  # without data: known_by comes first
        made.undated = then.undated
        made._texts = self._texts
        return made

    def known_by(self, day: str) -> KnowledgeGraph:
        """The graph of what sources say that were published by the end of a day, a month or a year.

        Pages whose date is not known are left out; ``note`` of the new graph says how many. It is made of the data in
        a second or two, as all that is inferred is inferred anew (:mod:`rareearth.known`). To limit both, call this
        before :meth:`as_of`. Raises DateError for anything but a day, month or year, RareEarthError for a graph without
        its data, and DataError for faults in the data.

        >>> graph.known_by("1990").ask("SELECT ?day { ?dataset ree:knownBy ?day }")[0]["day"]
        '1990'
        """
        from rareearth import known

        then = known.open_store(self.data, day)
        made = KnowledgeGraph(then.store, stale=self.stale, note=then.note)
        made.data, made._texts = self.data, self._texts
        return made

    def analyse(
        self, question: str, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
    ) -> Finding[Any]:
        """The finding for a question of the analysis: a typed result, its verdict, limitations and evidence.

        The questions are the keys of :data:`rareearth.analysis.QUESTIONS`. ``kinds`` are the kinds of claims whose ties
        count, ``without`` are ids of sources to leave out, ``seed`` is that of all random numbers. Raises
        NotFoundError for an unknown question, kind or source, and MissingExtraError without the extra ``analysis``.

        >>> finding = graph.analyse("spheres")
        >>> finding.name, len(finding.tables) > 0
        ('spheres', True)
        """
        from rareearth import analysis

        return analysis.answer(self.store, question, kinds=kinds, without=without, seed=seed)

    def findings(
        self, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
    ) -> Iterator[Finding[Any]]:
        """The findings for all questions of the analysis, one after the other; parameters as in :meth:`analyse`.

        >>> graph.overview().actors > 0
        True
        """
        from rareearth import analysis

        return analysis.answers(self.store, kinds=kinds, without=without, seed=seed)

    def control(
        self,
        *owners: str,
        state: str | None = None,
        country: str | None = None,
        members_of: str | None = None,
        kinds: Collection[str] = ("fact",),
        without: Collection[str] = (),
    ) -> tuple[Ultimate, ...]:
        """What owners who act together have and control as one, with the least and the most that it may be.

        The names are those of owners, of the country of a ``state`` (its government bodies and its state sector), of a
        ``country`` (all owners at the end of a chain who are in it), and of a family, an association or a consortium
        with members; all that are given make one group. The largest first. Raises as :meth:`find`, and RareEarthError
        where nobody is in the group.

        >>> held = graph.control(state="China")
        >>> next(stake.control for stake in held if stake.owned.id == "china-northern-rare-earth")
        'yes'
        """
        from rareearth import analysis

        def found(name: str | None) -> str:
            return namespaces.local(self.find(name)) if name else ""

        return analysis.control(
            self.store,
            [found(name) for name in owners],
            state=found(state),
            country=found(country),
            members_of=found(members_of),
            kinds=kinds,
            without=without,
        )

    def overview(self, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0) -> Overview:
        """The sample that the analysis uses, in numbers; parameters as in :meth:`analyse`."""
        from rareearth import analysis

        return analysis.describe(self.store, kinds=kinds, without=without, seed=seed)

    def conflicts(self) -> list[Conflict]:
        """The judged disagreements between sources, contradictions first, each with its claims.

        >>> graph.conflicts()[0].kind
        'contradiction'
        """
        from rareearth.views import conflicts

        return conflicts.read(self.store)

    def promises(self, actor: str | None = None, *, as_of: str | None = None) -> list[Promise]:
        """What was planned, announced, pledged or conditional, and what has come of it, the late ones first.

        ``actor`` is the name of an entity, ``as_of`` a day, month or year: only claims known by then count; by default
        the day of the newest page. Raises as :meth:`find`, and DateError.

        >>> graph.promises("MP Materials")[0].state in ("late", "nothing heard", "open")
        True
        """
        from rareearth.views import promises

        return promises.read(self.store, as_of, [self.find(actor)] if actor else None)

    def sentence(self, statement: Statement, number: int) -> str | None:
        """The sentence at the span of a statement (from 0); None without a text, or where the text does not have it."""
        start, end, _ = statement.claim.spans[number]
        return self._sentences.get((statement.claim.source, start, end))

    @cached_property
    def _sentences(self) -> dict[tuple[str, int, int], str]:
        from rareearth import corpus

        return corpus.sentences(self.store, self._texts) if self._texts else {}

    def run(self, query: str, values: Mapping[str, Value]) -> sparql.Result:
        """The store's own result of a query, to be written in a format of SPARQL; otherwise as :meth:`ask`."""
        return self.store.query(query, {name: self.term(value) for name, value in values.items()})

    def run_question(self, name: str, parameters: Mapping[str, Value]) -> sparql.Result:
        """The store's own result of a named question; otherwise as :meth:`answer`."""
        return asking.run(self.store, questions.find(name), parameters)

    def term(self, value: Value, kind: str = "") -> NamedNode | Literal:
        """A value as the RDF term that is bound; see :func:`rareearth.views.asking.term`."""
        return asking.term(self.store, value, kind)
