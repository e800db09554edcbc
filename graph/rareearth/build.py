"""The build: data and ontology become a verified store, RDF and network files, published together."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from rareearth import datafolder, namespaces, paths
from rareearth.errors import DataError, NoBuildError, Problem, StoreError
from rareearth.store import folder as folders
from rareearth.store import oxigraph
from rareearth.store.backend import Backend

if TYPE_CHECKING:
    from rareearth.dataset import Dataset

NAME = "rareearth"
# The stages of a build in their order, with the share of its time that each takes where there is much data.
STAGES = {
    "data": 0.08,
    "quads": 0.11,
    "store": 0.2,
    "TriG": 0.03,
    "shapes": 0.17,
    "network": 0.17,
    "layout": 0.2,
    "files": 0.04,
}
CACHE = "cache"  # the folder, inside a build folder, of what the next build need not find out again


class Opened(NamedTuple):
    """The store of a build; whether the data has changed since, and a line about that ("" if there is nothing to say).

    ``data`` is the folder of data that the build was made of; None for a build that has only what was known by a day.
    """

    store: Backend
    stale: bool
    note: str
    data: Path | None


def build(
    data: Path | None = None,
    folder: Path | None = None,
    *,
    known_by: str | None = None,
    jobs: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Make the build of a data folder in a build folder (the shipped data, the usual place) and return its summary.

    It uses ``jobs`` processes; without them, as many as there are processors. The files are the same. ``progress`` is
    called with the name of each of the :data:`STAGES` when it begins. With ``known_by``, a day, month or year, there is
    only what sources say that were published by its end (see :mod:`known`).

    The folder then holds the store, ``rareearth.trig``, ``.graphml``, ``.gexf``, ``summary.md`` and ``manifest.json``.
    Raises DataError for faults in the data, DateError, and StoreError when it cannot be written; the last build then
    stays.
    """
    # Most commands open a build and make none: what only making needs takes longer to import than they take in all.
    from rareearth import checks, known, network
    from rareearth.cache import Cache
    from rareearth.formats import gexf, graphml, graphs
    from rareearth.formats.drawing import draw
    from rareearth.saving import save
    from rareearth.store import in_effect, shards

    folder = folder or paths.build()
    origin = _origin(data, folder)
    if known_by:
        in_effect.bounds(known_by)  # before anything is written
    with folders.staging(folder, origin) as new, _without_collector():
        read, placed = Cache(folder / CACHE / "files"), Cache(folder / CACHE / "layout")
        progress("data")
        dataset = checks.load(data, cache=read)
        read.save()
        if known_by:
            dataset = known.by(dataset, known_by).dataset
        with TemporaryDirectory(dir=new) as sorting:
            progress("quads")
            quads = shards.write(dataset, Path(sorting), jobs)
            progress("store")
            made = oxigraph.make(quads, new)
            progress("TriG")
            graphs.write_trig(new / f"{NAME}.trig", quads)
        progress("shapes")
        _validate(dataset, made.store)
        progress("network")
        actors = network.read(made.store)
        summary = _summary(dataset, actors.number_of_nodes(), actors.number_of_edges(), quads.count)
        progress("layout")
        drawing = draw(actors, cache=placed)
        placed.save()
        progress("files")
        save(new / f"{NAME}.graphml", (f"{line}\n".encode() for line in graphml.lines(drawing)))
        save(new / f"{NAME}.gexf", (f"{line}\n".encode() for line in gexf.lines(drawing)))
        save(new / "summary.md", "".join(f"{line}\n" for line in summary).encode())
        files = {path.name: folders.digest(path) for path in sorted(new.iterdir()) if path.is_file()}
        inputs = _inputs(data or paths.data())
        oxigraph.publish(made, new, folder, data=origin, inputs=inputs, files=files, known_by=known_by)
    return summary


def open_store(  # noqa: PLR0911 - one for each state that a build can be in
    data: Path | None = None, folder: Path | None = None, *, once: bool = False
) -> Opened:
    """The store of the last build of a folder, whatever data it was made of.

    It is read into memory if it is small, but for a program that asks it ``once``.

    Where there is no build, one is made first, but in a folder that is given without its data. A build of the shipped
    data is made anew when an installed package was updated; any other one is left as it is, with a note when its data
    has changed, has moved, or is not the data asked for. Raises DataError or StoreError.
    """
    place = folder or paths.build()
    read = oxigraph.read if once else oxigraph.quick
    if not os.path.lexists(place / folders.MANIFEST):
        _first(data, folder)
    listed = folders.manifest(place)
    if known_by := listed.get("known_by"):
        return Opened(read(place), False, f"this build has only what was known by {known_by}", None)
    origin = data_of(place, listed["data"])
    asked = data or paths.chosen_data()
    if asked and _inputs(asked) == listed["inputs"]:  # whatever folder it was read from
        return Opened(read(place), False, "", asked)
    if asked and not paths.same(asked, origin):
        return Opened(read(place), True, f"this build is of the data in {origin}, not of {asked}", origin)
    if not origin.is_dir():
        note = f"the data of this build is no longer in {paths.display(origin)}; the build is used as it is"
        return Opened(read(place), False, note, origin)
    if _inputs(origin) == listed["inputs"]:
        return Opened(read(place), False, "", origin)
    if listed["data"] is None and not paths.is_checkout():
        with contextlib.suppress(StoreError):  # the folder can only be read
            build(origin, place)
            return Opened(read(place), False, "", origin)
    return Opened(read(place), True, "the data has changed since this build", origin)


def data_of(folder: Path, origin: str | None) -> Path:
    """The data folder that a manifest names: None is the shipped data, a text is relative to the build folder."""
    if origin is None:
        return paths.shipped_data()
    return Path(os.path.normpath(os.path.join(os.path.realpath(folder), origin)))


def made_of(folder: Path) -> Path | None:
    """The data folder that the build of a folder was made of; None without a build that can be read."""
    try:
        return data_of(folder, folders.manifest(folder)["data"])
    except NoBuildError:
        return None


def _first(data: Path | None, folder: Path | None) -> None:
    """Make the first build of a folder, unless that could be of other data than the user means: raises NoBuildError."""
    place = folder or paths.build()
    shown = paths.display(place)
    if folder is not None and data is None:
        raise NoBuildError(f"{shown}: there is no build here; make one", folder=place)
    if not (data or paths.chosen_data()) and (origin := folders.intended(place)):
        meant = data_of(place, origin)
        raise NoBuildError(f"{shown}: the build of the data in {meant} did not succeed; build again", place, meant)
    build(data, place)


def _origin(data: Path | None, folder: Path) -> str | None:
    """The data folder as a manifest names it; see :func:`data_of`."""
    data = data or paths.data()
    if paths.same(data, paths.shipped_data()):
        return None
    return os.path.relpath(os.path.realpath(data), os.path.realpath(folder))


def _inputs(folder: Path) -> str:
    """The SHA-256 of all files that a build of a data folder is made from."""
    total = hashlib.sha256()
    for path in [paths.ontology() / "rareearth.ttl", paths.ontology() / "shapes.ttl", *datafolder.files(folder)]:
        try:
            total.update(path.name.encode() + b"\0" + bytes.fromhex(folders.digest(path)))
        except OSError:
            total.update(path.name.encode() + b"\0?")
    return total.hexdigest()


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Let the collector of garbage rest: it would look again and again at what a build keeps, which is nearly all."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _validate(dataset: Dataset, store: Backend) -> None:
    from rareearth.store import shacl

    problems = []
    for violation in shacl.violations(store):
        file, line = dataset.where.get(violation.focus.removeprefix(namespaces.BASE)) or (dataset.folder, None)
        problems.append(Problem(file, line, f"SHACL: {violation}"))
    if problems:
        raise DataError(problems)


def _summary(dataset: Dataset, nodes: int, edges: int, quads: int) -> list[str]:
    """What the build holds, as Markdown."""
    claims = dataset.claims
    kinds = Counter(dataset.entities[i].kind for i in dataset.entities if i not in dataset.canonical_ids)
    spans = sum(bool(claim.at) for claim in claims)
    return [
        "# What the graph contains",
        "",
        f"{sum(kinds.values())} entities, {len(claims)} claims from {len(dataset.sources)} sources, {quads:,} quads.",
        f"{spans} claims cite a sentence, {len(claims) - spans} a page.",
        f"The network of actors has {nodes} nodes and {edges} edges.",
        "",
        "| claims | kind |",
        "|---:|---|",
        *(f"| {count} | {kind} |" for kind, count in sorted(Counter(c.kind for c in claims).items())),
        "",
        "| entities | class |",
        "|---:|---|",
        *(f"| {count} | {kind} |" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        "",
        "| claims | relation |",
        "|---:|---|",
        *(
            f"| {count} | {dataset.ontology.relations[name].label} |"
            for name, count in sorted(Counter(c.relation for c in claims).items(), key=lambda item: (-item[1], item[0]))
        ),
        "",
        f"IRIs start with {namespaces.BASE}",
    ]
