"""The terms of the ontology and the named questions, as the pages and the query editor show them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rareearth import namespaces
from rareearth.store import questions
from rareearth.store.questions import Question

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

_TERMS = """
SELECT ?term ?label ?definition ?class ?property ?group WHERE {
  ?term rdfs:label ?label FILTER(LANG(?label) = "en" && STRSTARTS(STR(?term), STR(ree:)))
  OPTIONAL { ?term skos:definition ?definition FILTER(LANG(?definition) = "en") }
  OPTIONAL {
    SELECT ?term (MIN(?name) AS ?group) {
      ?term a ?type . ?type a owl:Class ; rdfs:label ?name FILTER(LANG(?name) = "en")
    } GROUP BY ?term
  }
  BIND(EXISTS { ?term a owl:Class } AS ?class)
  BIND(EXISTS { VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } ?term a ?kind }
    AS ?property)
} ORDER BY ?term"""


@dataclass(frozen=True)
class Term:
    """A term of the ontology; ``type_label`` is the label of the class it is an instance of, "" where it has none."""

    iri: str
    label: str
    definition: str
    is_class: bool
    is_property: bool
    type_label: str

    @property
    def name(self) -> str:
        """Its name in the vocabulary."""
        return namespaces.local(self.iri)

    @property
    def group(self) -> str:
        """What the page of the ontology lists it under."""
        return self.type_label or ("class" if self.is_class else "property" if self.is_property else "datatype")


@dataclass(frozen=True)
class Vocabulary:
    """The terms in the order of their IRIs, and the questions by name."""

    terms: tuple[Term, ...]
    questions: tuple[Question, ...]

    def groups(self) -> Iterator[tuple[str, list[Term]]]:
        """The terms by group: classes, then properties, then individuals; of each the largest group first."""
        found: dict[tuple[bool, bool, str], list[Term]] = {}
        for term in self.terms:
            found.setdefault((not term.is_class, not term.is_property, term.group), []).append(term)
        for key in sorted(found, key=lambda key: (key[:2], -len(found[key]), key[2])):
            yield key[2], found[key]

    def editor_data(self) -> dict[str, Any]:
        """What the script of the query editor reads: questions, terms to complete, and the prefixes."""
        return {
            "questions": [{"name": q.name, "english": q.english, "text": q.text} for q in self.questions],
            "terms": [
                {"iri": t.iri, "label": t.label, "class": t.is_class, "property": t.is_property} for t in self.terms
            ],
            "prefixes": namespaces.PREFIXES,
            "base": namespaces.BASE,
        }


@functools.cache
def read(store: Backend) -> Vocabulary:
    """The vocabulary of a store with the questions that ship with it; read once for each store."""
    return Vocabulary(tuple(_terms(store.select(_TERMS))), tuple(questions.read_all()))


def _terms(rows: Iterable[Any]) -> Iterator[Term]:
    for row in rows:
        yield Term(
            iri=row["term"].value,
            label=row["label"].value,
            definition=row["definition"].value if row["definition"] else "",
            is_class=row["class"].value == "true",
            is_property=row["property"].value == "true",
            type_label=row["group"].value if row["group"] else "",
        )
