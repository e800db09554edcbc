"""The build: data and ontology become a verified store, RDF and network files, published together."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rareearth import checks, namespaces, network, paths
from rareearth import dataset as datasets
from rareearth.dataset import Dataset
from rareearth.errors import DataError, NoBuildError, Problem
from rareearth.formats import gexf, graphml, graphs, save
from rareearth.store import nquads, oxigraph, shacl

if TYPE_CHECKING:
    from rareearth.store.backend import Backend

NAME = "rareearth"


def build(data: Path | None = None, folder: Path | None = None) -> list[str]:
    """Make the build of a data folder in a build folder (the shipped data, the usual place) and return its summary.

    The folder then holds the store, ``rareearth.trig``, ``.graphml``, ``.gexf``, ``summary.md`` and ``manifest.json``.
    Raises DataError for faults in the data and StoreError when it cannot be written; the last build then stays.
    """
    folder = folder or paths.build()
    dataset = checks.load(data)
    with oxigraph.staging(folder) as new:
        with TemporaryDirectory(dir=new) as sorting:
            lines = nquads.lines(dataset, Path(sorting))
            made = oxigraph.make(lines, new)
            save(new / f"{NAME}.trig", graphs.trig(lines))
        _validate(dataset, made.store)
        actors = network.read(made.store)
        summary = _summary(dataset, actors.number_of_nodes(), actors.number_of_edges(), made.quads)
        save(new / f"{NAME}.graphml", (f"{line}\n".encode() for line in graphml.lines(actors)))
        save(new / f"{NAME}.gexf", (f"{line}\n".encode() for line in gexf.lines(actors)))
        save(new / "summary.md", "".join(f"{line}\n" for line in summary).encode())
        files = {path.name: _digest(path) for path in sorted(new.iterdir()) if path.is_file()}
        oxigraph.publish(made, new, folder, inputs=_inputs(data), files=files)
    return summary


def open_store(data: Path | None = None, folder: Path | None = None) -> tuple[Backend, bool]:
    """The store of the last build, and whether the data has changed since.

    Builds first where there is no build, and, in an installed package, where the build is of other data than it ships.
    Raises DataError or StoreError.
    """
    folder = folder or paths.build()
    inputs = _inputs(data)
    try:
        stale = oxigraph.manifest(folder).get("inputs") != inputs
    except NoBuildError:
        if (folder / oxigraph.MANIFEST).exists():
            raise
        build(data, folder)
        stale = False
    if stale and not paths.is_checkout():
        build(data, folder)
        stale = False
    return oxigraph.read(folder), stale


def _inputs(data: Path | None) -> str:
    """The SHA-256 of all files that a build is made from."""
    total = hashlib.sha256()
    folder = data or paths.data()
    for path in [paths.ontology() / "rareearth.ttl", paths.ontology() / "shapes.ttl", *datasets.files(folder)]:
        try:
            total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            total.update(path.name.encode() + b"\0?")
    return total.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _validate(dataset: Dataset, store: Backend) -> None:
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
