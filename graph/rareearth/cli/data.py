"""Commands on the data: check, tidy, build, verify, sentences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rareearth.cli.common import (
    MAX_PROBLEMS,
    Build,
    Data,
    KnownBy,
    NewBuild,
    Store,
    TextsFolder,
    app,
    explain,
    open_graph,
    read_text,
)
from rareearth.cli.progress import Progress
from rareearth.errors import DateError, NoBuildError, QueryError, RareEarthError


@app.command()
def check(
    data: Data = None,
    store: Annotated[
        bool, typer.Option("--store", help="Check the build instead: read all of it and compare it with its manifest.")
    ] = False,
    build: Build = None,
    every: Annotated[
        bool, typer.Option("--all", help=f"List all problems, not only the first {MAX_PROBLEMS}.")
    ] = False,
) -> None:
    """Check the data and the ontology, and report problems as file:line."""
    from rareearth import checks
    from rareearth.errors import DataError

    if store:
        _check_build(build)
        return
    if build is not None:
        raise RareEarthError("--build is for --store; expected --data FOLDER, or --store with it")
    try:
        found = checks.load(data)
    except DataError as error:
        if not every:
            raise
        print(explain(error, len(error.problems)), file=sys.stderr)
        raise SystemExit(1) from None
    _note_backups(found.folder)
    retracted = f" ({len(found.retracted)} retracted)" if found.retracted else ""
    counts = f"{len(found.entities)} records, {len(found.claims)} claims, {len(found.sources)} sources{retracted}"
    print(f"{counts}: no problems")


@app.command()
def tidy(
    data: Data = None,
    check: Annotated[bool, typer.Option("--check", help="Only list the files that are not tidy.")] = False,
) -> None:
    """Format the data files in their canonical order and form, without changing their content."""
    from rareearth import datafolder, formatter, ontology, paths
    from rareearth.errors import DataError
    from rareearth.saving import save

    declared = ontology.read()
    folder = data or paths.data()
    files = [path for path in datafolder.existing_files(folder) if path.suffix == ".yaml"]
    if problems := datafolder.problems(folder):
        raise DataError(problems)
    _note_backups(folder)
    tidied = {path: formatter.format_text(path, declared).encode() for path in files}  # all before the first is written
    changed = 0
    for path, tidy in tidied.items():
        raw = path.read_bytes()
        if raw == tidy:
            continue
        changed += 1
        why = " (it has Windows line ends)" if raw.replace(b"\r\n", b"\n") == tidy else ""
        if not check:
            save(path, tidy)
        print(f"{paths.display(path)}: {f'is not tidy{why}; run `rareearth tidy`' if check else 'tidied'}")
    if check and changed:
        raise SystemExit(1)
    if not changed:
        print("all files are tidy")


def _note_backups(folder: Path) -> None:
    """Name the old copies of data files, which are not read, on standard error."""
    from rareearth import datafolder, paths

    for path in datafolder.backups(folder):
        print(f"note: {paths.display(path)} is not read", file=sys.stderr)


@app.command()
def build(data: Data = None, build: NewBuild = None, known_by: KnownBy = None) -> None:
    """Check the data, build the store and the export files, and publish them atomically.

    With --known-by, `serve --build`, `site --build` and every other command then know no more than that.
    """
    from rareearth import build as builds
    from rareearth import paths

    if known_by and not build:
        raise RareEarthError("--known-by limits a build: expected --build FOLDER with it, so that the full one stays")
    folder = build or paths.build()
    before, now = builds.made_of(folder), data or paths.data()
    with Progress(builds.STAGES) as progress:
        try:
            summary = builds.build(data, build, known_by=known_by, progress=progress)
        except DateError as error:
            raise RareEarthError(f"--known-by: {error}") from error
    _note_backups(now)
    if before and not paths.same(before, now) and not paths.same(before, paths.shipped_data()):
        print(f"note: this replaces a build of the data in {paths.display(before)}", file=sys.stderr)
    print("\n".join(line for line in summary[2:5]))
    print(f"Written to {paths.display(folder)}: the store, rareearth.trig .graphml .gexf, summary.md")


def _check_build(build: Path | None) -> None:
    """Compare everything in a build folder with its manifest. Raises NoBuildError."""
    from rareearth import paths
    from rareearth.store import folder as folders
    from rareearth.store import oxigraph

    folder = build or paths.build()
    oxigraph.verify(folder)
    listed = folders.manifest(folder)
    if changed := folders.changed(folder, listed):
        names = ", ".join(paths.display(folder / name) for name in changed)
        raise NoBuildError(f"{names}: not as built; build again", folder)
    print(f"{paths.display(folder)}: {listed['quads']:,} quads and {len(listed['files'])} files, all as built")


@app.command()
def verify(texts: TextsFolder = None, build: Build = None, store: Store = None) -> None:
    """Check every cited span against your texts; the exit code is 1 if one is not found."""
    from rareearth import corpus

    if texts is None:
        raise RareEarthError("no texts to check against: use --texts FOLDER or set RAREEARTH_TEXTS")
    found = list(corpus.check(open_graph(build, store=store).store, corpus.Texts(texts)))
    lost = [c for c in found if c.text is not None and c.found is None]
    moved = sum(c.found not in (None, c.cited.span) for c in found)
    for item in lost:
        span = item.cited.span
        print(f"{item.cited.source}: {span.start}-{span.end} {item.cited.fingerprint} is not in the text")
    absent = sorted({c.cited.source for c in found if c.text is None})
    for source in absent:
        print(f"{source}: not checked, no {source}.txt in the folder")
    read = [c for c in found if c.text is not None]
    print(
        f"{len(read) - len(lost)} of {len(read)} spans found"
        + (f", {moved} of them at another position" if moved else "")
    )
    if lost or not read:
        raise SystemExit(1)


@app.command()
def sentences(
    file: Annotated[Path, typer.Argument(help="The text of an article, or - for standard input.")],
    words: Annotated[str, typer.Option("--find", help="Only sentences that contain these words.")] = "",
) -> None:
    """List the sentences of a text in the form that `at:` expects, with the hash and length of the text."""
    from rareearth import sentences as found

    content = read_text(file).replace("\r\n", "\n")
    if not content.strip():
        raise QueryError(f"{file}: is empty")
    import hashlib

    if not words:
        print(f"text: {{sha256: {hashlib.sha256(content.encode()).hexdigest()}, chars: {len(content)}}}")
    for span in found.sentences(content):
        sentence = content[span.start : span.end]
        if words.casefold() in found.fold(sentence).casefold():
            print(f"{span.start}-{span.end} {found.fingerprint(sentence)}  {sentence}")
