"""Lines in order and each once, however many: what is more than a share of them is kept in sorted files."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path

_SIZE = 200_000  # lines in memory at a time


class Sorter:
    """Lines that are added in any order, and can be read in order and without repeats, more than once.

    With a ``folder``, at most ``size`` lines are held in memory, and the others in files of that folder.
    """

    def __init__(self, folder: Path | None = None, size: int = _SIZE) -> None:
        self._folder, self._size = folder, size
        self._held: set[str] = set()
        self._files: list[Path] = []

    def extend(self, lines: Iterable[str]) -> None:
        """Add lines, which contain no line ends."""
        for line in lines:
            self._held.add(line)
            if self._folder and len(self._held) >= self._size:
                self._spill(self._folder / f"sorted-{len(self._files)}")

    def __iter__(self) -> Iterator[str]:
        last = None
        for line in heapq.merge(sorted(self._held), *map(_lines, self._files)):
            if line != last:
                yield line
            last = line

    def _spill(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in sorted(self._held))
        self._files.append(path)
        self._held.clear()


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line[:-1]
