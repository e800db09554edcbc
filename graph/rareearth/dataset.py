"""The data as one value: reads ``data/`` into models, and reports every fault as ``file:line`` or ``file:row``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rareearth import cache as caches
from rareearth import datafolder, paths, yamlfile
from rareearth.bulk import reading as bulk
from rareearth.cache import Cache
from rareearth.errors import DataError, suggest
from rareearth.models import Claim, Conflict, Entity, Judgement, Source
from rareearth.ontology import Ontology
from rareearth.records import Entry, Records, Where, line_of
from rareearth.yamlfile import List, Map, Node, Text

MAX_HINTS = 200  # problems of a dataset whose message suggests a known word


@dataclass(frozen=True)
class Dataset:
    """Everything in ``data/``.

    Entities and sources by id, claims in the order of their files,
    judgements and conflicts.

    ``where`` has the file and line of each entity (``entity/ID``), source, claim, judgement and conflict; ``retracted``
    has the sources that were left out. ``known_by`` is the day, month or year by whose end all of it was published
    (see :mod:`known`); "" where it was not limited.
    """

    folder: Path
    ontology: Ontology
    entities: dict[str, Entity]
    sources: dict[str, Source]
    claims: tuple[Claim, ...]
    judgements: tuple[Judgement, ...]
    conflicts: dict[str, Conflict]
    where: dict[str, Where] = field(repr=False)
    retracted: dict[str, Source] = field(default_factory=dict)
    known_by: str = ""
    _hints: Iterator[int] = field(default_factory=lambda: iter(range(MAX_HINTS)), repr=False, compare=False)

    @cached_property
    def canonical_ids(self) -> dict[str, str]:
        """The canonical id of each record that is merged into another one by judgements ``same``."""
        parent: dict[str, str] = {}

        def top(record: str) -> str:
            while record in parent:
                record = parent[record]
            return record

        for judgement in self.judgements:
            if judgement.verdict == "same" and (left := top(judgement.left)) != (right := top(judgement.right)):
                parent[right] = left
        return {record: top(record) for record in sorted(parent)}

    def canonical(self, record: str) -> str:
        """The id of a record in the graph: its own, unless a judgement merges it into another one."""
        return self.canonical_ids.get(record, record)

    def is_plain_fact(self, claim: Claim) -> bool:
        """Whether a statement is in the default graph: a fact in effect at some time that no source contradicts.

        Sources that make the same statement and differ in a detail (an amount, a time) do not contradict the statement.
        """
        return claim.kind == "fact" and claim.status == "held" and claim.conflict not in self._contradictions

    @cached_property
    def _contradictions(self) -> frozenset[str]:
        """The contradictions whose claims make different statements."""
        stated: dict[str, set[tuple[str, ...]]] = {}
        for claim in self.claims:
            if claim.conflict and self.conflicts[claim.conflict].kind == "contradiction":
                ends = self.canonical(claim.subject), self.canonical(claim.object)
                symmetric = self.ontology.relations[claim.relation].symmetric
                statement = claim.relation, *(sorted(ends) if symmetric else ends)
                stated.setdefault(claim.conflict, set()).add(statement)
        return frozenset(conflict for conflict, statements in stated.items() if len(statements) > 1)

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """:func:`errors.suggest` for the first :data:`MAX_HINTS` problems, as each compares a word with all others."""
        return suggest(word, known) if next(self._hints, None) is not None else ""

    def speaker(self, claim: Claim) -> str | None:
        """Who makes a claim: ``by``, or the publisher of the source for assessments and recommendations."""
        if claim.by or claim.kind not in ("assessment", "recommendation"):
            return claim.by
        return self.sources[claim.source].publisher


def read(
    ontology: Ontology, folder: Path | None = None, more: Sequence[Path] = (), cache: Cache | None = None
) -> Dataset:
    """Read a data folder (without one, the shipped data) as models; what they say is checked by :mod:`checks`.

    ``more`` are folders that are read with it, as if all files were in one. Sources that were retracted are included;
    :mod:`retraction` takes them out. A ``cache`` has what files of YAML were read as before. Raises DataError with
    every fault of form: YAML, fields, dates, spans, ids given twice, files that are not read.
    """
    reader = _Reader(ontology, folder or paths.data(), cache or Cache(None))
    dataset = reader.dataset(more)
    if reader.problems:
        raise DataError(reader.problems)
    return dataset


def claim_values(source: str, ends: Sequence[str], fields: Mapping[str, Any], ontology: Ontology) -> dict[str, Any]:
    """The values of a :class:`Claim` from how it is written: ``ends`` (subject, relation, object) and its fields."""
    qualifiers = tuple(sorted((name, str(value)) for name, value in fields.items() if name in ontology.qualifiers))
    own = {name: value for name, value in fields.items() if name not in ontology.qualifiers}
    subject, relation, object_ = ends
    sentence = {"source": source, "subject": subject, "relation": relation, "object": object_}
    return {**own, **sentence, "qualifiers": qualifiers}


class _Reader(Records):
    """One reading of one folder."""

    def __init__(self, ontology: Ontology, folder: Path, cache: Cache) -> None:
        super().__init__(ontology)
        self.folder = folder
        self._cache = cache
        self._depends = caches.key(caches.program(), ontology.path.read_bytes()) if cache.is_kept else ""

    def dataset(self, more: Sequence[Path]) -> Dataset:
        for folder in (self.folder, *more):
            files = datafolder.existing_files(folder)
            self.problems += datafolder.problems(folder)
            for path in files:
                self._read_file(folder, path)
        return Dataset(
            self.folder,
            self.ontology,
            dict(sorted(self.entities.items())),
            dict(sorted(self.sources.items())),
            tuple(self.claims),
            tuple(self.judgements),
            dict(sorted(self.conflicts.items())),
            self.where,
        )

    def _read_file(self, folder: Path, path: Path) -> None:
        table = datafolder.table(folder, path)
        try:
            if bulk.is_bulk(path):
                self.read_rows(path, table)
            else:
                self._read_yaml(path, table)
        except DataError as error:
            self.problems += error.problems

    def _read_yaml(self, path: Path, table: str) -> None:
        """Read a file, or take what it was read as when it had these bytes, if that was without a fault."""
        raw = yamlfile.read_bytes(path)
        self.entries.clear()
        key = caches.key(self._depends, table, path.stem, raw) if self._depends else ""
        if (known := self._cache.get(key)) is not None:
            for entry in json.loads(known):
                self.take(path, Entry(*entry))
            return
        before = len(self.problems)
        self._read_node(path, table, yamlfile.parse(path, raw))
        if len(self.problems) == before:
            self._cache.put(key, json.dumps(self.entries, ensure_ascii=False))

    def _read_node(self, path: Path, table: str, node: Node) -> None:
        match table:
            case "conflicts":
                self._read_conflicts(path, node)
            case "identities":
                self._read_judgements(path, node)
            case "entities":
                self._read_entities(path, node)
            case _:
                self._read_source(path, node)

    def _read_entities(self, path: Path, node: Node) -> None:
        for kind, group in self._items(path, node, "class names (Company, Person …) with records below them"):
            if not self.is_class(path, kind.line, str(kind)):
                continue
            for id_, fields in self._items(path, group, "ids with records below them"):
                values = self._fields(path, fields, f"the fields of {id_}", ("id", "kind"))
                values |= {"id": str(id_), "kind": str(kind)}
                self.take(path, Entry("entity", id_.line, f"the id '{id_}'", values), fields)

    def _read_source(self, path: Path, node: Node) -> None:
        parts = dict(self._items(path, node, "source, names, refers and claims"))
        for key in parts:
            if key not in ("source", "names", "refers", "claims"):
                self.fault(path, key.line, f"unknown part '{key}'; expected source, names, refers or claims")
        head = parts.get(yamlfile.text("source", 1))
        if not isinstance(head, Map):
            self.fault(path, 1, "has no part 'source'; expected one with title, publisher, url and language")
            return
        names, refers = parts.get(yamlfile.text("names", 1), Map()), parts.get(yamlfile.text("refers", 1), Map())
        values = self._fields(path, head, "the fields of the source", ("id", "names", "refers"))
        if isinstance(names, Map) and isinstance(refers, Map):
            values["names"] = tuple(names.items())
            values["refers"] = tuple(refers.items())
        else:
            self.fault(path, 1, "names and refers are maps: `id: [name]` and `words: id`")
        self.take(path, Entry("source", head.line, f"the id '{path.stem}'", {**values, "id": path.stem}), head)
        claims = parts.get(yamlfile.text("claims", 1), List())
        if not isinstance(claims, List):
            self.fault(path, 1, "'claims' is not a list; expected `- subject relation object`")
            return
        for item in claims:
            self._read_claim(path, item)

    def _read_claim(self, path: Path, item: Node) -> None:
        expected = "`- subject relation object`, with its fields below it"
        sentence = item if isinstance(item, Text) else next(iter(item), None) if isinstance(item, Map) else None
        if not isinstance(sentence, Text) or (isinstance(item, Map) and len(item) != 1):
            line = item.line if sentence is None else getattr(sentence, "line", item.line)
            self.fault(path, line, f"is not a claim; expected {expected} (indent the fields by four more spaces)")
            return
        words = sentence.split(maxsplit=2)
        if len(words) != 3:
            self.fault(path, sentence.line, f"found '{sentence}'; expected {expected}")
            return
        fields = item[sentence] if isinstance(item, Map) else Map()
        ours = ("source", "subject", "relation", "object", "qualifiers")
        given = self._fields(path, fields, f"the fields of '{sentence}'", ours)
        for name in [name for name, value in given.items() if name in self.ontology.qualifiers]:
            if not isinstance(given[name], Text):
                self.fault(
                    path, line_of(fields, (name,), sentence.line), f"the qualifier '{name}' is not a single value"
                )
                del given[name]
        values = claim_values(path.stem, words, given, self.ontology)
        self.take(path, Entry("claim", sentence.line, f"the claim '{sentence}'", values), fields)

    def _read_judgements(self, path: Path, node: Node) -> None:
        if not isinstance(node, List):
            self.fault(path, 1, "is not a list; expected `- left same right:` with who, on and why below it")
            return
        for item in node:
            sentence = next(iter(item), None) if isinstance(item, Map) and len(item) == 1 else None
            words = sentence.split() if isinstance(sentence, Text) else []
            if sentence is None or len(words) != 3 or not isinstance(item, Map):
                self.fault(path, item.line, "is not a judgement; expected `- left same right:` with who, on and why")
                continue
            fields = item[sentence]
            values = self._fields(path, fields, f"the fields of '{sentence}'", ("left", "verdict", "right"))
            values |= {"left": words[0], "verdict": words[1], "right": words[2]}
            self.take(path, Entry("judgement", sentence.line, f"the id '{sentence}'", values), fields)

    def _read_conflicts(self, path: Path, node: Node) -> None:
        for id_, fields in self._items(path, node, "ids of conflicts with question, kind and why below them"):
            values: dict[str, Any] = {str(k): v for k, v in self._items(path, fields, f"the fields of {id_}")}
            self.take(path, Entry("conflict", id_.line, f"the id '{id_}'", {**values, "id": str(id_)}), fields)

    def _items(self, path: Path, node: Node, expected: str) -> Iterator[tuple[Text, Node]]:
        if isinstance(node, Map):
            yield from node.items()
        else:
            found = f"'{node}'" if isinstance(node, Text) else "a list"
            self.fault(path, getattr(node, "line", 1), f"found {found}; expected {expected}")

    def _fields(self, path: Path, node: Node, expected: str, ours: tuple[str, ...]) -> dict[str, Any]:
        """The fields of a record; those that follow from its place or its sentence (``ours``) must not be given."""
        given: dict[str, Any] = {}
        for key, value in self._items(path, node, expected):
            if key in ours:
                self.fault(
                    path, key.line, f"the field '{key}' is not given here; it follows from the place of the record"
                )
            else:
                given[str(key)] = value
        return given
