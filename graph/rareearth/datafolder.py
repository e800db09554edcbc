"""The files of a data folder: those that are read, those of editors and systems, and those that only look like data.

Read are ``entities/*.yaml``, ``sources/*.yaml``, ``identities.yaml`` and ``conflicts.yaml``; where the last two are
many, ``identities/*.yaml`` and ``conflicts/*.yaml``; and data in bulk (``*.parquet``, ``*.jsonl``, ``*.jsonl.gz``) in
these four folders and in ``claims/``. Side files, which editors and file systems leave next to them
(``.x.yaml.swp``, ``._x.yaml``, ``x.yaml~``), are left alone, as are notes such as ``README.md`` and the folder
``inbox/`` of what is proposed. Everything else that somebody may take for data is a fault: nothing is passed over in
silence.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from rareearth import paths
from rareearth.bulk import reading as bulk
from rareearth.errors import DataError, Problem

_FOLDERS = ("claims", "conflicts", "entities", "identities", "sources")
_SINGLE = ("conflicts.yaml", "identities.yaml")
_ONLY_BULK = "claims"  # in YAML, claims are in the file of their source
INBOX = "inbox"  # proposals that wait for a person's decision, which are no data yet
_EXPECTED = "expected entities/*.yaml, sources/*.yaml, identities.yaml or conflicts.yaml"
_EXPECTED_BULK = "expected it in claims/, entities/, sources/, conflicts/ or identities/"
_SIDE = re.compile(  # dot files (Vim, AppleDouble, Emacs' locks, Git …), backups and autosaves of Emacs, and so on
    r"\..*|.*~|#.*#|~\$.*|4913|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|.*___jb_(tmp|old)___"
    r"|_success|__macosx|__pycache__|node_modules|@eadir|lost\+found|\$recycle\.bin|system volume information",
    re.IGNORECASE | re.DOTALL,
)
_BACKUP = re.compile(r".*\.(bak|backup|old|orig|rej|save?|sw[a-p]|te?mp|part(ial)?)", re.IGNORECASE | re.DOTALL)
_COPY = re.compile(  # "all (1)", "all - Copy", "all (Ann's conflicted copy)", "all.sync-conflict-20260102-…"
    r"\(\d+\)$| copy( \d+)?$|\([^)]*(copy|conflict)[^)]*\)$|\.sync-conflict-", re.IGNORECASE
)
_YAML = re.compile(r"\.ya?ml", re.IGNORECASE)
_DATA = re.compile(
    r".*\.(json|jsonl(\.\w+)?|parquet|arrow|feather|csv|tsv|xlsx?|ods|toml|xml|rdf|ttl|trig|nt|nq|jsonld)",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(
    r"(readme|licen[cs]e|notes?|makefile).*|.*\.(md|txt|rst|adoc|html?|pdf|docx?|odt|png|jpe?g|svg)",
    re.IGNORECASE | re.DOTALL,
)


def is_side_file(name: str) -> bool:
    """Whether a file or folder of this name belongs to an editor or a system, and is nobody's content.

    >>> is_side_file(".#all.yaml"), is_side_file("._all.yaml"), is_side_file("all.yaml")
    (True, True, False)
    """
    return _SIDE.fullmatch(name) is not None


def files(folder: Path) -> list[Path]:
    """The files that the data of a folder is read from, sorted."""
    return sorted(path for path in _named_as_data(folder) if os.path.isfile(path) and not _COPY.search(path.stem))


def table(folder: Path, path: Path) -> str:
    """Which data a file of a folder has: that of the folder it is in, or of its own name.

    >>> table(Path("data"), Path("data/claims/a.parquet")), table(Path("data"), Path("data/conflicts.yaml"))
    ('claims', 'conflicts')
    """
    return path.stem if path.parent == folder else path.parent.name


def existing_files(folder: Path) -> list[Path]:
    """:func:`files` of a folder that has data. Raises DataError if it has none or is not a folder."""
    if not folder.is_dir():
        raise DataError([Problem(folder, None, "is not a folder; expected one with entities/ and sources/")])
    if found := files(folder):
        return found
    faults = problems(folder)
    found_instead = f"; found {paths.display(faults[0].file)}, which is not read" if faults else ""
    message = f"contains no data; expected entities/*.yaml and sources/*.yaml{found_instead}"
    raise DataError([Problem(folder, None, message)])


def problems(folder: Path) -> list[Problem]:
    """What looks like data and cannot be read or is not read, with what to do."""
    found = [
        Problem(path, None, message)
        for path in _named_as_data(folder)
        if (message := _cannot_be_data(path)) is not None
    ]
    for entry in _others(folder):
        if isinstance(entry, Problem):
            found.append(entry)
        elif not _BACKUP.fullmatch(entry.name) and (message := _looks_like_data(folder, entry)):
            found.append(Problem(entry, None, message))
    return sorted(found, key=lambda problem: problem.file)


def backups(folder: Path) -> list[Path]:
    """Old copies of data files that somebody or a program has made (``all.yaml.bak``, ``all.yaml.orig``); not read."""
    named = (entry for entry in _others(folder) if isinstance(entry, Path))
    return sorted(path for path in named if _BACKUP.fullmatch(path.name) and _YAML.search(path.name))


def _named_as_data(folder: Path) -> Iterator[Path]:
    """The paths that have the place and the name of a data file, whatever they are."""
    for name in _SINGLE:
        if os.path.lexists(folder / name):
            yield folder / name
    for name in _FOLDERS:
        try:
            inside = os.listdir(folder / name)
        except OSError:
            continue  # reported with the others
        yield from (path for file in inside if _is_data(path := folder / name / file) and not is_side_file(file))


def _is_data(path: Path) -> bool:
    """Whether a file in one of the folders has the name of data."""
    return bulk.is_bulk(path) or (path.suffix == ".yaml" and path.parent.name != _ONLY_BULK)


def _cannot_be_data(path: Path) -> str | None:
    """Why a path with the name of a data file cannot be read, None if it can."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        target = f": it is a link to {os.readlink(path)}" if path.is_symlink() else ""
        return f"cannot be read ({error.strerror}){target}; mend or delete it"
    if stat.S_ISDIR(mode):
        return "is a folder; expected a file: move its files up, or rename it"
    if not stat.S_ISREG(mode):
        return f"is not a regular file; expected {'data in bulk' if bulk.is_bulk(path) else 'YAML'}"
    if _COPY.search(path.stem):
        return "looks like a second copy of another file; put what it has of its own into that file and delete it"
    return None


def _others(folder: Path) -> Iterator[Path | Problem]:
    """Everything else in the folder and its subfolders, and folders that cannot be read; links are followed once."""
    read, seen, waiting = set(_named_as_data(folder)), set[tuple[int, int]](), [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            inside = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            yield Problem(here, None, f"cannot be read ({error.strerror})")
            continue
        is_build = here != folder and any(entry.name == "manifest.json" for entry in inside)
        if is_build or (status.st_dev, status.st_ino) in seen:  # the second is a circle of links
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in inside:
            path = here / entry.name
            if here == folder and entry.name == INBOX and entry.is_dir():
                continue
            if is_side_file(entry.name) or path in read:
                continue
            if entry.is_dir():
                waiting.append(path)
            elif entry.name in _FOLDERS and here == folder:
                yield Problem(path, None, "is not a folder; expected one with *.yaml")
            else:
                yield path


def _looks_like_data(folder: Path, path: Path) -> str | None:
    """What to do about a file that somebody may take for data, None about any other."""
    above = path.relative_to(folder).parts[:-1]
    if bulk.is_bulk(path) and not _COPY.search(path.stem):
        return f"is not read here; {_EXPECTED_BULK}: move it there, or delete it"
    if path.suffix == ".yaml" and not _COPY.search(path.stem):
        return f"is not read here; {_EXPECTED}: move it there, or delete it"
    if _YAML.search(path.name):
        return f"looks like data and is not read; {_EXPECTED}: rename it, or delete it"
    if (above[:1] and above[0].lower() in _FOLDERS and not _NOTE.fullmatch(path.name)) or (
        not above and _DATA.fullmatch(path.name)
    ):
        return f"is not read; {_EXPECTED}: write it as YAML, or move it elsewhere"
    return None
