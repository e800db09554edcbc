"""Every format of :mod:`rareearth.formats`, and the pages that the site adds."""

from __future__ import annotations

from pathlib import Path

from rareearth import formats
from rareearth.formats import Export, Format
from rareearth.site import explorer


def of(path: Path) -> Format:
    """The format that a file's extension selects. Raises FormatError, with the extensions there are."""
    return formats.of(path, FORMATS)


def _page(path: Path, export: Export) -> list[Path]:
    return [explorer.write(path, export.store, export.texts, export.as_of)]


FORMATS = (*formats.FORMATS, Format(explorer.EXTENSION, "page", _page))
