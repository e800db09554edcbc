"""The classes, relations and qualifiers that ``ontology/rareearth.ttl`` declares; no other module lists them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rareearth import characters, namespaces, paths, quantities
from rareearth.errors import DataError, Problem, did_you_mean, suggest
from rareearth.quantities import Bound, Range

_RDF, _RDFS, _SKOS, _OWL, _XSD = (namespaces.PREFIXES[p] for p in ("rdf", "rdfs", "skos", "owl", "xsd"))
_COLOUR = re.compile(r"#[0-9a-f]{6}")
MEASURE, DATE = namespaces.VOCABULARY + "measure", namespaces.VOCABULARY + "date"
PERCENTAGE = namespaces.VOCABULARY + "percentage"
DATES = {DATE, namespaces.EDTF, _XSD + "date"}  # the ranges of dates
INTEGER, DECIMAL = _XSD + "integer", _XSD + "decimal"
NUMBERS = {INTEGER, DECIMAL, MEASURE, PERCENTAGE}
BOUND, ROLE = "bound", "role"  # the qualifiers that say how a number is meant, and which interest an owner has
LITERALS = {_XSD + "string"} | NUMBERS | DATES


@dataclass(frozen=True)
class Term:
    """What classes, relations and qualifiers have in common: a name, its labels and its definition."""

    name: str
    label: str
    label_zh: str
    definition: str


@dataclass(frozen=True)
class Class(Term):
    """A class of entities: its ``sphere`` or None, and the network ``views`` in which its members are nodes."""

    parents: tuple[str, ...]
    colour: str
    sphere: str | None
    abstract: bool
    views: frozenset[str]


@dataclass(frozen=True)
class Relation(Term):
    """A relation that claims state.

    ``range`` is a class name or the IRI of a datatype. ``strength`` is from 0 (no tie) to 1. ``timeless`` relations are
    true at any time. ``one_at_a_time`` is the end of which there can be only one at a time (``subject``, ``object``,
    ``subject of a role``), ``owner`` the end that owns the other. ``to_itself`` says that both ends may be the same. A
    relation that ``begins`` or ``ends`` says when its subject came into existence or ceased to exist; one that
    ``outlasts`` is still true when its subject has ended.
    """

    inverse: str
    inverse_zh: str
    parents: tuple[str, ...]
    domain: str
    range: str
    colour: str
    strength: float
    symmetric: bool
    timeless: bool
    one_at_a_time: str | None
    owner: str | None
    begins: bool
    ends: bool
    outlasts: bool
    to_itself: bool

    @property
    def literal(self) -> bool:
        """Whether the object is a value (a number, a date, a text) and not an entity."""
        return self.range in LITERALS


@dataclass(frozen=True)
class Qualifier(Term):
    """A detail that a claim may have, such as a role or a share; ``range`` is as in a relation."""

    range: str

    @property
    def literal(self) -> bool:
        """Whether its value is a number, a date or a text and not an entity."""
        return self.range in LITERALS


@dataclass(frozen=True)
class Ontology:
    """Classes, relations and qualifiers by name, as one Turtle file declares them.

    ``units`` are those of measures, ``bounds`` the words that bound a number; ``interests`` are what an owner may have,
    with what each gives (capital, votes, control or influence). ``meant`` has what people write for any of these
    (in lower case) and what it is called here.
    """

    path: Path
    classes: dict[str, Class]
    relations: dict[str, Relation]
    qualifiers: dict[str, Qualifier]
    units: frozenset[str]
    bounds: dict[str, Bound]
    interests: dict[str, str]
    meant: dict[str, str]

    @cached_property
    def _ancestors(self) -> dict[str, frozenset[str]]:
        parents = {c.name: c.parents for c in self.classes.values()}

        def above(name: str) -> set[str]:
            return {name}.union(*(above(p) for p in parents[name]))

        return {name: frozenset(above(name)) for name in parents}

    def share(self, qualifiers: Iterable[tuple[str, str]], text: str) -> Range:
        """What a share of a claim with these qualifiers may be; their bound is of the amount where there is one.

        Raises ValueError for a text that is no share.
        """
        given = dict(qualifiers)
        amount = any(self.qualifiers[name].range == MEASURE for name in given)
        return quantities.share(text, self.bounds, "" if amount else given.get(BOUND, ""))

    def suggest(self, word: str, known: Collection[str]) -> str:
        """The unit, bound or interest that a word that is not known may mean, as :func:`errors.suggest` says it."""
        meant = self.meant.get(word.casefold(), "")
        return did_you_mean([meant]) if meant in known else suggest(word, known)

    def is_a(self, kind: str, ancestor: str) -> bool:
        """Whether a class is the other one or below it."""
        return ancestor in self._ancestors[kind]


def read(path: Path | None = None) -> Ontology:
    """Read a Turtle file of classes and relations; without a path the shipped one.

    Raises DataError if it cannot be read, or if a term lacks something that the head of the shipped file requires.
    """
    return _Reader(path or paths.ontology() / "rareearth.ttl").ontology()


def read_cues(path: Path | None = None) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """The words of ``cues.ttl``, by property and term, as (language, text), sorted; without a path the shipped file.

    Raises DataError if it cannot be read.
    """
    return _by_property(path or paths.ontology() / "cues.ttl")


def read_mappings(path: Path | None = None) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """What ``mappings.ttl`` says that other tools call the terms, as :func:`read_cues` gives it.

    Raises DataError if it cannot be read.
    """
    return _by_property(path or paths.ontology() / "mappings.ttl")


def _by_property(path: Path) -> dict[str, dict[str, list[tuple[str, str]]]]:
    found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for term, values in _Reader(path).values.items():
        for property_, given in values.items():
            texts = sorted((getattr(value, "language", None) or "", value.value) for value in given)
            found[namespaces.local(property_)][namespaces.local(term)] = texts
    return {property_: dict(sorted(terms.items())) for property_, terms in sorted(found.items())}


class _Reader:
    """One reading of one file: its triples by subject and predicate, and the faults found on the way."""

    def __init__(self, path: Path) -> None:
        import pyoxigraph as ox

        self.path = path
        self.problems: list[Problem] = []
        self.values: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        try:
            self.text = characters.decoded(path.read_bytes())
            for quad in ox.parse(self.text, format=ox.RdfFormat.TURTLE):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                    self.values[quad.subject.value][quad.predicate.value].append(quad.object)
        except (OSError, ValueError) as error:
            raise DataError([Problem(path, None, f"cannot be read: {error}")]) from error
        except SyntaxError as error:
            raise DataError([Problem(path, error.lineno, f"is not Turtle: {error.msg}")]) from error

    def ontology(self) -> Ontology:
        classes = {c.name: c for c in map(self._class, self._of_type(_OWL + "Class")) if c.colour}
        relations = {r.name: r for r in map(self._relation, self._of_type(namespaces.VOCABULARY + "Relation"))}
        qualifiers = {q.name: q for q in map(self._qualifier, self._of_type(namespaces.VOCABULARY + "Qualifier"))}
        for item in classes.values():
            for parent in set(item.parents) - set(classes):
                self._fault(item.name, f"the parent {parent} of class {item.name} is not a class with a colour")
        for relation in relations.values():
            for parent in set(relation.parents) - set(relations):
                self._fault(relation.name, f"the parent {parent} of relation {relation.name} is not a relation")
            if relation.domain not in classes:
                self._fault(relation.name, f"relation {relation.name} has no class of entities as its domain")
            if not _COLOUR.fullmatch(relation.colour):
                self._fault(relation.name, f"relation {relation.name} has no colour like #a1b2c3")
        terms: list[Relation | Qualifier] = [*relations.values(), *qualifiers.values()]
        for term in terms:
            if not term.literal and term.range not in classes:
                self._fault(term.name, f"{term.name} has no class of entities and no known datatype as its range")
        self._check_cycles(classes, relations)
        if self.problems:
            raise DataError(self.problems)
        bounds = {
            word: Bound(self._trait(iri, "bounds"), self._trait(iri, "excluded") != "true")
            for word, iri in self._notations("Bound").items()
        }
        interests = {word: self._trait(iri, "gives") for word, iri in self._notations("Interest").items()}
        units = frozenset(self._notations("Unit"))
        return Ontology(self.path, classes, relations, qualifiers, units, bounds, interests, self._meant())

    def _meant(self) -> dict[str, str]:
        """What people write for units, bounds and interests: their notation, labels and other names."""
        return {
            value.value.casefold(): word
            for kind in ("Unit", "Bound", "Interest")
            for word, iri in self._notations(kind).items()
            for property_ in (_SKOS + "hiddenLabel", _RDFS + "label", _SKOS + "notation")
            for value in self.values[iri][property_]
        }

    def _notations(self, kind: str) -> dict[str, str]:
        """The IRIs of the things of a kind by what they are called in the data."""
        is_kind = namespaces.VOCABULARY + kind
        return {
            notation.value: iri
            for iri, values in sorted(self.values.items())
            if any(v.value == is_kind for v in values[_RDF + "type"])
            for notation in values[_SKOS + "notation"]
        }

    def _trait(self, iri: str, name: str) -> str:
        return self._one(iri, namespaces.VOCABULARY + name)

    def _check_cycles(self, classes: dict[str, Class], relations: dict[str, Relation]) -> None:
        import graphlib

        for terms in (classes, relations):
            try:
                tuple(graphlib.TopologicalSorter({t.name: t.parents for t in terms.values()}).static_order())
            except graphlib.CycleError as error:
                name = error.args[1][0]
                self._fault(name, f"{name} is its own ancestor: {' < '.join(error.args[1])}")

    def _class(self, iri: str) -> Class:
        colour = self._one(iri, namespaces.VOCABULARY + "colour")
        sphere = self._one(iri, namespaces.VOCABULARY + "sphere")
        return Class(
            **self._term(iri, defined=bool(colour)),
            parents=self._names(iri, _RDFS + "subClassOf"),
            colour=self._colour(iri, colour),
            sphere=namespaces.local(sphere) if sphere else None,
            abstract=self._is(iri, "abstract"),
            views=frozenset(v.value for v in self.values[iri][namespaces.VOCABULARY + "inView"]),
        )

    def _relation(self, iri: str) -> Relation:
        range_ = self._one(iri, _RDFS + "range")
        literal = range_ in LITERALS
        strength = self._one(iri, namespaces.VOCABULARY + "tieStrength")
        inverse = namespaces.VOCABULARY + "inverseLabel"
        if strength and not 0 < float(strength) <= 1:
            self._fault(
                namespaces.local(iri), f"the strength {strength} of {namespaces.local(iri)} is not above 0 and up to 1"
            )
        return Relation(
            **self._term(iri, defined=True),
            inverse="" if literal else self._label(iri, inverse, "en", "an inverse label"),
            inverse_zh="" if literal else self._label(iri, inverse, "zh", "an inverse label"),
            parents=self._names(iri, _RDFS + "subPropertyOf"),
            domain=namespaces.local(self._one(iri, _RDFS + "domain")),
            range=range_ if literal else namespaces.local(range_),
            colour=self._one(iri, namespaces.VOCABULARY + "colour"),
            strength=float(strength or 0),
            timeless=self._is(iri, "timeless"),
            begins=self._is(iri, "begins"),
            ends=self._is(iri, "ends"),
            outlasts=self._is(iri, "outlasts"),
            one_at_a_time=self._end(iri, "oneAtATime"),
            owner=self._end(iri, "owner"),
            to_itself=self._trait(iri, "toItself") == "true",
            symmetric=_OWL + "SymmetricProperty" in {v.value for v in self.values[iri][_RDF + "type"]},
        )

    def _is(self, iri: str, name: str) -> bool:
        return self._one(iri, namespaces.VOCABULARY + name) == "true"

    def _end(self, iri: str, name: str) -> str | None:
        end = self._one(iri, namespaces.VOCABULARY + name)
        if end not in ("", "subject", "object", "subject of a role"):
            self._fault(
                namespaces.local(iri), f"{namespaces.local(iri)} has '{end}' as {name}; expected subject or object"
            )
        return end or None

    def _qualifier(self, iri: str) -> Qualifier:
        range_ = self._one(iri, _RDFS + "range")
        return Qualifier(
            **self._term(iri, defined=True), range=range_ if range_ in LITERALS else namespaces.local(range_)
        )

    def _of_type(self, type_: str) -> list[str]:
        return sorted(
            iri
            for iri, values in self.values.items()
            if iri.startswith(namespaces.VOCABULARY) and type_ in {v.value for v in values[_RDF + "type"]}
        )

    def _term(self, iri: str, *, defined: bool) -> dict[str, str]:
        return {
            "name": namespaces.local(iri),
            "label": self._label(iri, _RDFS + "label", "en", "a label"),
            "label_zh": self._label(iri, _RDFS + "label", "zh", "a label"),
            "definition": self._label(iri, _SKOS + "definition", "en", "a definition") if defined else "",
        }

    def _label(self, iri: str, predicate: str, language: str, what: str) -> str:
        for value in self.values[iri][predicate]:
            if getattr(value, "language", None) == language:
                return value.value
        self._fault(
            namespaces.local(iri),
            f"{namespaces.local(iri)} lacks {what} in {'English' if language == 'en' else 'Chinese'}",
        )
        return ""

    def _colour(self, iri: str, colour: str) -> str:
        if colour and not _COLOUR.fullmatch(colour):
            self._fault(namespaces.local(iri), f"the colour '{colour}' of {namespaces.local(iri)} is not like #a1b2c3")
        return colour

    def _one(self, iri: str, predicate: str) -> str:
        values = self.values[iri][predicate]
        if len(values) > 1:
            name = namespaces.local(iri)
            self._fault(name, f"{name} has {len(values)} values of {namespaces.compact(predicate)}; expected one")
        return values[0].value if values else ""

    def _names(self, iri: str, predicate: str) -> tuple[str, ...]:
        values = sorted(v.value for v in self.values[iri][predicate])
        return tuple(namespaces.local(v) for v in values if v.startswith(namespaces.VOCABULARY))

    def _fault(self, name: str, message: str) -> None:
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.startswith(f"ree:{name} "):
                self.problems.append(Problem(self.path, number, message))
                return
        self.problems.append(Problem(self.path, None, message))
