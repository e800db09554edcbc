"""What could be known by a day: the data without what was published later, or at a time that nobody knows.

A page counts from the last day on which it may have been published, so nothing of a later day is in it. What is
inferred (the end of a claim that another replaces, conflicts, what is past) is inferred again from what is left.
Records stay as they are today, but for their descriptions; those that nothing mentions any more are left out. So are
what reviewers decided, on disagreements and on identity: they do not say what happened, but how it is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rareearth import checks, edtf, retraction
from rareearth.errors import RareEarthError
from rareearth.store import in_effect, nquads, oxigraph

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from rareearth.dataset import Dataset
    from rareearth.models import Source
    from rareearth.store.backend import Backend


class Known(NamedTuple):
    """The dataset of a day, the number of sources that were published later, and of those of which it is not known."""

    dataset: Dataset
    later: int
    undated: int

    @property
    def note(self) -> str:
        """A line on what was left out; "" if nothing was."""
        left = [(self.later, "published later"), (self.undated, "without a date")]
        counts = " and ".join(f"{count:,} {what}" for count, what in left if count)
        return f"sources left out: {counts}" if counts else ""


class Opened(NamedTuple):
    """A store of what was known by a day, and a line on what was left out."""

    store: Backend
    note: str


def by(dataset: Dataset, day: str) -> Known:
    """What a dataset would hold at the end of a day, a month or a year.

    Raises DateError for any other text.
    """
    _, last = in_effect.bounds(day)
    published = {id_: _published(source) for id_, source in dataset.sources.items()}
    undated = {id_ for id_, known in published.items() if known is None}
    later = {id_ for id_, known in published.items() if known and known > last}
    left = retraction.without(dataset, later | undated)
    entities = {id_: entity.model_copy(update={"about": None}) for id_, entity in left.entities.items()}
    return Known(replace(left, entities=entities, known_by=day), len(later), len(undated))


def open_store(data: Path | None, day: str) -> Opened:
    """The store of what was known by a day, in memory, made of a data folder in a second or two.

    Raises DateError, RareEarthError without a folder that is there, and DataError for faults in the data.
    """
    in_effect.bounds(day)  # before the data is read
    if data is None or not data.is_dir():
        raise RareEarthError("what was known by a day is made from the data, and this graph does not have all of it")
    known = by(checks.load(data), day)
    return Opened(oxigraph.memory(nquads.lines(known.dataset)), known.note)


def _published(source: Source) -> date | None:
    """The last day on which a source may have been published; None if it is not known."""
    return edtf.parse(source.published).last if source.published else None
