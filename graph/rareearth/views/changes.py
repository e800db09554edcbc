"""What changed between two states of the graph: claims, sources and conflicts that are new, gone or other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.store import claims
from rareearth.views import conflicts, phrase

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim
    from rareearth.views.conflicts import Conflict


@dataclass(frozen=True)
class Change:
    """A claim of one source that says something else, or is known otherwise; ``what`` has (name, before, then)."""

    before: Claim
    then: Claim
    what: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Changes:
    """What is in the second state and not in the first (new, opened), the other way round (gone, closed), or changed.

    Sources and entities are pairs of an id and a title or name.
    """

    new: tuple[Claim, ...]
    gone: tuple[Claim, ...]
    changed: tuple[Change, ...]
    new_sources: tuple[tuple[str, str], ...]
    gone_sources: tuple[tuple[str, str], ...]
    new_entities: tuple[tuple[str, str], ...]
    gone_entities: tuple[tuple[str, str], ...]
    opened: tuple[Conflict, ...]
    closed: tuple[Conflict, ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


def between(old: Backend, new: Backend) -> Changes:
    """The changes from one store to another. A store without changes gives none.

    A claim whose time, status or qualifiers are other has another id: it is a change where its source says the same
    of the same two ends before and then, and there is one such claim on each side.
    """
    before, then = ({claim.id: claim for claim in claims.read(store)} for store in (old, new))
    gone, added = ([one[id_] for id_ in sorted(one.keys() - other)] for one, other in ((before, then), (then, before)))
    pairs = [(before[id_], then[id_]) for id_ in sorted(before.keys() & then)] + _matched(gone, added)
    taken = {claim.id for pair in pairs for claim in pair}
    changed = (Change(one, other, tuple(_differences(one, other))) for one, other in pairs)
    sources, entities = ([_titles(store, query) for store in (old, new)] for query in (_SOURCES, _ENTITIES))
    judged = [{conflict.id: conflict for conflict in conflicts.read(store)} for store in (old, new)]
    return Changes(
        new=tuple(claim for claim in added if claim.id not in taken),
        gone=tuple(claim for claim in gone if claim.id not in taken),
        changed=tuple(change for change in changed if change.what),
        new_sources=_only(sources[1], sources[0]),
        gone_sources=_only(*sources),
        new_entities=_only(entities[1], entities[0]),
        gone_entities=_only(*entities),
        opened=tuple(judged[1][id_] for id_ in sorted(judged[1].keys() - judged[0])),
        closed=tuple(judged[0][id_] for id_ in sorted(judged[0].keys() - judged[1])),
    )


_SOURCES = "SELECT ?it ?title { ?it a ree:Source ; dcterms:title ?title }"
_ENTITIES = """
SELECT ?it ?title { ?class rdfs:subClassOf* ree:Entity . ?it a ?class ; rdfs:label ?title FILTER(LANG(?title) = "en") }
"""


def _titles(store: Backend, query: str) -> dict[str, str]:
    return {namespaces.local(it.value): title.value for it, title in store.select(query)}


def _only(one: dict[str, str], other: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((id_, one[id_]) for id_ in sorted(one.keys() - other.keys()))


def _matched(gone: list[Claim], new: list[Claim]) -> list[tuple[Claim, Claim]]:
    """The claims that are gone and new of which each has one counterpart."""
    sides: list[dict[tuple[str, ...], list[Claim]]] = [defaultdict(list), defaultdict(list)]
    for side, of in zip(sides, (gone, new), strict=True):
        for claim in of:
            side[claim.source, claim.relation.id, claim.subject.text, claim.object.text].append(claim)
    one, other = sides
    return [(one[key][0], other[key][0]) for key in sorted(one) if len(one[key]) == len(other.get(key, ())) == 1]


def _differences(one: Claim, other: Claim) -> Iterator[tuple[str, str, str]]:
    before, then = _described(one), _described(other)
    for name, value in before.items():
        if value != then[name]:
            yield name, value, then[name]


def _described(claim: Claim) -> dict[str, str]:
    return {
        "kind": claim.kind,
        "status": claim.status,
        "with": "; ".join(phrase.qualifiers(claim)),
        "time": phrase.time(claim),
        "by": claim.by.label if claim.by else "",
        "stance": claim.stance,
        "evidence": phrase.evidence(claim),
        "note": claim.note,
        "conflict": claim.conflict,
        "in effect": "no more" if claim.over else "today",
    }


def lines(changes: Changes) -> Iterator[str]:
    """The changes as text: a summary, then each."""
    counts = (
        (changes.new, "new claim"), (changes.gone, "claim gone"), (changes.changed, "changed claim"),
        (changes.new_sources, "new source"), (changes.gone_sources, "source gone"),
        (changes.new_entities, "new entity"), (changes.gone_entities, "entity gone"),
        (changes.opened, "conflict opened"), (changes.closed, "conflict closed"),
    )  # fmt: skip
    yield ", ".join(f"{len(of):,} {_plural(words, len(of))}" for of, words in counts if of) or "no change"
    for title, sign, of in (("New", "+", changes.new), ("Gone", "-", changes.gone)):
        yield from _listed(title, [_claim_lines(sign, claim) for claim in of])
    yield from _listed("Changed", [_change_lines(change) for change in changes.changed])
    for title, sign, pairs in (
        ("New sources", "+", changes.new_sources), ("Sources gone", "-", changes.gone_sources),
        ("New entities", "+", changes.new_entities), ("Entities gone", "-", changes.gone_entities),
    ):  # fmt: skip
        yield from _listed(title, [[f"{sign} {words}  {id_}"] for id_, words in pairs])
    for title, sign, judged in (("Conflicts opened", "+", changes.opened), ("Conflicts closed", "-", changes.closed)):
        yield from _listed(title, [[f"{sign} {c.question}  [{c.kind}]  {c.id}"] for c in judged])


def _listed(title: str, blocks: list[list[str]]) -> Iterator[str]:
    if blocks:
        yield from ("", title)
        yield from (line for block in blocks for line in block)


def _claim_lines(sign: str, claim: Claim) -> list[str]:
    details = "; ".join(phrase.details(claim))
    said = f"{sign} {phrase.statement(claim)}" + (f"  [{details}]" if details else "")
    return [said, f"    {phrase.source(claim.page)}  {claim.id}"]


def _change_lines(change: Change) -> list[str]:
    what = [f"    {name}: {before or '–'} → {then or '–'}" for name, before, then in change.what]
    return [f"~ {phrase.statement(change.then)}", *what, f"    {phrase.source(change.then.page)}  {change.then.id}"]


def _plural(words: str, count: int) -> str:
    """The name of what is counted: "claim gone", "claims gone", "new entities"."""
    if count == 1:
        return words
    for one, many in (("entity", "entities"), ("claim", "claims"), ("source", "sources"), ("conflict", "conflicts")):
        words = words.replace(one, many)
    return words
