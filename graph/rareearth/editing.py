"""Changes to the files of a data folder: checked as they will be, and put in place together or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rareearth import checks, datafolder, formatter, paths, yamlfile
from rareearth.bulk import reading as bulk
from rareearth.dataset import Dataset
from rareearth.errors import DataError, Problem, RareEarthError
from rareearth.ontology import Ontology
from rareearth.saving import save_all
from rareearth.yamlfile import Map


@dataclass
class Change:
    """The new content of some files of a data folder, and what they were when they were read."""

    folder: Path
    before: dict[Path, bytes | None] = field(default_factory=dict)
    nodes: dict[Path, Map] = field(default_factory=dict)

    def node(self, path: Path) -> Map:
        """The content of a file, to be changed; an empty map if it is new. Raises DataError if it is not a map."""
        if path not in self.nodes:
            raw = self.before[path] = path.read_bytes() if path.exists() else None
            node = Map() if raw is None else yamlfile.parse(path, raw)
            if not isinstance(node, Map):
                raise DataError([Problem(path, 1, "is not a map; expected fields")])
            self.nodes[path] = node
        return self.nodes[path]

    def contents(self, ontology: Ontology) -> dict[Path, bytes]:
        """The files as they will be, in canonical form."""
        return {
            path: formatter.format_node(path, node, (self.before[path] or b"").decode(), ontology).encode()
            for path, node in self.nodes.items()
        }

    def checked(self, ontology: Ontology) -> Dataset:
        """The data as it will be. Raises DataError, with the lines that the files will have, if it has faults."""
        return _checked(self.folder, self.contents(ontology))

    def save(self, ontology: Ontology) -> list[Path]:
        """Put the files in place, in the order in which they were asked for; returns their paths.

        Raises RareEarthError, and writes nothing, if one is not what it was when it was read, or cannot be written.
        """
        return save_all(self.contents(ontology), self._unchanged)

    def _unchanged(self) -> None:
        for path, before in self.before.items():
            if (path.read_bytes() if path.exists() else None) != before:
                raise RareEarthError(f"{paths.display(path)}: was changed meanwhile; nothing was written: try again")


def source_file(folder: Path, dataset: Dataset, id_: str) -> Path:
    """The file of a source in a data folder, or of a new one. Raises RareEarthError if it is data in bulk.

    Rows are written by the program that made them: to change one, all would be written again.
    """
    where = dataset.where.get(f"source/{id_}")
    if where and bulk.is_bulk(where.file):
        place = f"{paths.display(where.file)}:{where.line}"
        raise RareEarthError(f"{place}: the source '{id_}' is data in bulk; change its row, or move it to YAML")
    return folder / "sources" / f"{id_}.yaml"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other command changes this data folder, and let others wait until this one is done.

    Reading, checking and writing are then one step. Where a file system has no locks, nobody waits.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _checked(data: Path, contents: Mapping[Path, bytes]) -> Dataset:
    """Check a folder of links to the files of the data, with the new ones in their place."""
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name)
        for path in {*datafolder.files(data), *contents}:
            target = whole / path.relative_to(data)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in contents:
                target.write_bytes(contents[path])
            else:
                target.symlink_to(path.resolve())
        try:
            return checks.load(whole)
        except DataError as error:
            problems = [Problem(data / p.file.relative_to(whole), p.line, p.message) for p in error.problems]
            raise DataError(problems) from error
