"""The graph of another state of the data: of a build folder, a data folder, or a revision of git; in memory."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rareearth import checks, paths, retraction
from rareearth import dataset as datasets
from rareearth import ontology as ontologies
from rareearth.errors import NotFoundError, RareEarthError
from rareearth.store import folder as folders
from rareearth.store import nquads, oxigraph

if TYPE_CHECKING:
    from rareearth.store.backend import Backend


def open_store(name: str) -> Backend:
    """The store of a build folder, of a data folder, or of the data at a revision of git (``HEAD~3``, ``v0.2.0``).

    A revision is one of the repository that has the data; its ontology is taken too, if it is in that repository.
    Raises NotFoundError for a name that is none of them, NoBuildError, and DataError for faults in the data.
    """
    path = Path(name)
    if path.is_dir():
        if (path / folders.MANIFEST).is_file():
            return oxigraph.quick(path)
        return oxigraph.memory(nquads.lines(checks.load(path)))
    with TemporaryDirectory() as place:
        data, ontology = _checked_out(name, Path(place))
        # What was right by the checks of its day is read; today's may know faults that it has.
        dataset = datasets.read(ontologies.read(ontology), data)
        return oxigraph.memory(nquads.lines(retraction.applied(dataset)))


def _checked_out(revision: str, place: Path) -> tuple[Path, Path | None]:
    """The data, and the ontology, at a revision, in a folder."""
    data, ontology = paths.data().resolve(), paths.ontology().resolve()
    root = Path(_git(data, "rev-parse", "--show-toplevel").decode().strip())
    try:
        _git(data, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except RareEarthError as error:
        expected = ": it is no folder, and no revision of the repository that has the data"
        raise NotFoundError("state of the data", revision, expected) from error
    parts = [path.relative_to(root).as_posix() for path in (data, ontology) if path.is_relative_to(root)]
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", revision, "--", *parts))) as archive:
        archive.extractall(place, filter="data")
    own = place / ontology.relative_to(root) / "rareearth.ttl" if len(parts) > 1 else None
    return place / data.relative_to(root), own


def _git(where: Path, *arguments: str) -> bytes:
    """What a command of git prints. Raises RareEarthError with its complaint."""
    try:
        done = subprocess.run(["git", "-C", str(where), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError as error:
        raise RareEarthError("git is not installed; name a build folder or a data folder") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0] or "no such revision"
        raise RareEarthError(f"{paths.display(where)}: {said}")
    return done.stdout
