"""Lines ``label: value`` of a description, in which the formats keep what another tool has no field for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rareearth.formats.exchange import NOTE, TIMES
from rareearth.ontology import Ontology


class Labels(NamedTuple):
    """Relations and qualifiers by their labels in lower case."""

    relations: Mapping[str, str]
    qualifiers: Mapping[str, str]

    @classmethod
    def of(cls, ontology: Ontology) -> Labels:
        """The labels of an ontology; one that several terms have is none of theirs."""
        return cls(
            _single((r.label, r.name) for r in ontology.relations.values()),
            _single((q.label, q.name) for q in ontology.qualifiers.values()),
        )

    def relation(self, text: str) -> str:
        """The relation of a label; "" for any other text."""
        return self.relations.get(text.casefold(), "")


def read(lines: Iterable[str], labels: Labels) -> tuple[dict[str, str], dict[str, str], str, list[str]]:
    """The qualifiers, the times and the note of some lines, and the lines that are none of these."""
    details: dict[str, str] = {}
    times: dict[str, str] = {}
    note, others = "", []
    for text in lines:
        label, colon, value = text.partition(": ")
        if colon and label in TIMES:
            times[label] = value
        elif colon and label == NOTE:
            note = value
        elif colon and label.casefold() in labels.qualifiers:
            details[labels.qualifiers[label.casefold()]] = value
        else:
            others.append(text)
    return details, times, note, others


def _single(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    names: dict[str, set[str]] = {}
    for label, name in found:
        names.setdefault(label.casefold(), set()).add(name)
    return {label: next(iter(given)) for label, given in names.items() if len(given) == 1}
