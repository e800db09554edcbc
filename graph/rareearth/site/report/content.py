"""The content of a report, before it is HTML or Markdown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.analysis.finding import Finding, Support, Table, Value, Verdict, quantity, round_significant
from rareearth.analysis.questions import spheres
from rareearth.site.report.material import LEAST_SOURCES, OVERVIEW, Figure, Material
from rareearth.store import vocabulary
from rareearth.views import tables

if TYPE_CHECKING:
    from rareearth.site.report.evidence import Evidence
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Page

SHORT, LONG = 20, 70  # letters
_SEPARATED = 10_000  # from here on the thousands of a number are separated; below, it may be a year
_LABELS = """
SELECT ?thing ?label WHERE {
  { ?thing a ree:Relation } UNION { ?thing a owl:Class } UNION { ?thing a ?class . ?class rdfs:subClassOf* ree:Entity }
  ?thing rdfs:label ?label FILTER(LANG(?label) = "en")
}"""


@dataclass(frozen=True)
class Section:
    """A finding with its figures."""

    finding: Finding[object]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Content:
    """A report.

    ``bodies`` counts the ties between organizations and firms, ``inconclusive`` the findings without a verdict;
    ``small`` says why the sample as a whole is too small, or ""; ``evidence`` is by page; ``numbers`` are those of the
    claims by id, ``labels`` the names of ids in tables, ``titles`` the titles of links within the page.
    """

    actors: int
    support: Support
    bodies: int
    kinds: tuple[str, ...]
    left_out: tuple[str, ...]
    seed: int
    as_of: str
    known_by: str
    small: str
    inconclusive: int
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    evidence: tuple[tuple[Page, tuple[Evidence, ...]], ...]
    numbers: Mapping[str, int]
    labels: Mapping[str, str]
    titles: Mapping[str, str]


def compose(store: Backend, material: Material, drawn: Sequence[Figure], as_of: str) -> Content:
    """The report with these figures."""
    findings = list(material.findings.values())
    overview = material.overview
    support = overview.support
    ids = set(_claims(findings, drawn)) | set(support.claims)
    items = [item for id_, item in material.evidence.items() if id_ in ids]
    by_page = tuple((page, tuple(own)) for page, own in groupby(items, key=lambda e: e.page))
    titles = {f"#claim-{e.id}": e.sentence for e in items} | {f"#source-{page.id}": page.title for page, _ in by_page}
    return Content(
        actors=overview.actors,
        support=support,
        bodies=overview.between_bodies,
        kinds=overview.kinds,
        left_out=overview.left_out,
        seed=overview.seed,
        as_of=as_of,
        known_by=vocabulary.known_by(store),
        small=_small(support, overview.between_bodies),
        inconclusive=sum(f.verdict is Verdict.INCONCLUSIVE for f in findings),
        figures=tuple(f for f in drawn if f.section == OVERVIEW),
        sections=tuple(Section(f, tuple(d for d in drawn if d.section == f.name)) for f in findings),
        evidence=by_page,
        numbers={item.id: number for number, item in enumerate(items, 1)},
        labels={namespaces.local(thing.value): label.value for thing, label in store.select(_LABELS)},
        titles=titles,
    )


def _small(support: Support, bodies: int) -> str:
    reasons = []
    if len(support.sources) < LEAST_SOURCES:
        reasons.append(f"its {quantity(support.ties, 'tie')} come from {quantity(len(support.sources), 'source')}")
    if bodies < spheres.LEAST_TIES:
        reasons.append(f"{quantity(bodies, 'tie')} {'is' if bodies == 1 else 'are'} between organizations and firms")
    return f"This sample is too small to say anything about the field: {', and '.join(reasons)}." if reasons else ""


def _claims(findings: Sequence[Finding[object]], drawn: Sequence[Figure]) -> Iterator[str]:
    tables = [*(t for f in findings for t in f.tables), *(f.table for f in drawn if f.table)]
    bases = [*(f.support for f in findings), *(f.support for f in drawn), *(t.support for t in tables if t.support)]
    yield from chain.from_iterable(support.claims for support in bases)
    yield from chain.from_iterable(ids for table in tables for ids in table.evidence)


def based_on(support: Support, unit: str = "tie") -> str:
    """A support in words, as a sentence."""
    kinds = ", ".join(quantity(count, kind) for kind, count in support.kinds.items())
    sentences = "all" if support.sentences == len(support.claims) else f"{support.sentences:,}"
    others = "" if sentences == "all" else ", the others a page"
    return (
        f"Based on {quantity(support.ties, unit)}, {quantity(len(support.claims), 'claim')} ({kinds or 'none'}) of "
        f"{quantity(len(support.sources), 'source')}; {sentences} of the claims cite a sentence{others}."
    )


def cell_text(value: Value, labels: Mapping[str, str]) -> str:
    """A cell for people: four significant digits, a minus sign, and names in place of ids."""
    if value is None:
        return ""
    if isinstance(value, str):
        parts = value.split(", ")
        return ", ".join(labels[part] for part in parts) if all(part in labels for part in parts) else value
    number = round_significant(value, 4)
    if number is None:
        return ""
    text = tables.number(number) if isinstance(number, float) else str(number)
    whole, point, decimals = text.partition(".")
    if whole.lstrip("-").isdigit() and abs(int(whole)) >= _SEPARATED:
        text = f"{int(whole):,}{point}{decimals}"
    return text.replace("-", "−", 1)


def columns(table: Table, labels: Mapping[str, str]) -> list[str]:
    """The kind of each column of a table: n for numbers; s, m or l for short, medium or long texts."""
    found = []
    for place in range(len(table.columns)):
        cells = [row[place] for row in table.rows]
        if any(cell is not None for cell in cells) and not any(isinstance(cell, str) for cell in cells):
            found.append("n")
        else:
            longest = max((len(cell_text(cell, labels)) for cell in cells), default=0)
            found.append("s" if longest < SHORT else "m" if longest < LONG else "l")
    return found


def cited_sources(value: Value, sources: Collection[str]) -> list[str]:
    """The ids of sources in a cell that has nothing else."""
    parts = value.split(", ") if isinstance(value, str) else []
    return parts if all(part in sources for part in parts) else []
