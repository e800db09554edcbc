"""A table of the data as it was written, in bulk: claims, entities, sources, conflicts or identities.

What is written can be put into a data folder in place of what it was made of: the graph is then the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rareearth.bulk import columns, writing
from rareearth.bulk.reading import ENDINGS
from rareearth.errors import FormatError
from rareearth.saving import save

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rareearth.dataset import Dataset
    from rareearth.models import Frozen


def table(path: Path) -> str:
    """The table that a file is to have, by its name or by that of its folder. Raises FormatError for any other.

    >>> table(Path("claims.parquet")), table(Path("sources/2026.jsonl.gz"))
    ('claims', 'sources')
    """
    stem = path.name.removesuffix(_ending(path))
    for name in (path.absolute().parent.name, stem):
        if name in columns.TABLES:
            return name
    expected = ", ".join(f"{name}{_ending(path)}" for name in columns.TABLES)
    raise FormatError(f"{path.name}: found '{stem}'; expected one of {expected}")


def write(path: Path, dataset: Dataset) -> list[Path]:
    """Write a table of a dataset, retracted sources included if it has them. Raises FormatError, MissingExtraError."""
    name = table(path)
    found: dict[str, Iterable[Frozen]] = {
        "claims": dataset.claims,
        "entities": dataset.entities.values(),
        "sources": dataset.sources.values(),
        "conflicts": dataset.conflicts.values(),
        "identities": dataset.judgements,
    }
    return [save(path, writing.WRITERS[_ending(path)](map(writing.row, found[name]), name))]


def _ending(path: Path) -> str:
    return next(ending for ending in ENDINGS if path.name.lower().endswith(ending))
