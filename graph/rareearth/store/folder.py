"""A build folder: made in a staging folder, published whole, and compared with what was written; no engine is needed.

::

    manifest.json                what the build holds, and the SHA-256 of each file below; published last
    store-XXXXXXXXXXXXXXXX/      the store that the manifest names, with files.json: the size and SHA-256 of its files
    rareearth.trig, …            the files for readers
    cache/                       what the next build need not find out again; may be deleted
    .lock                        held while a build runs; after a first build that failed, it names its data

Damage is found by these digests and not by the engine, which answers wrongly, or never, from a damaged file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rareearth import paths
from rareearth.errors import NoBuildError, StoreError

MANIFEST = "manifest.json"
FILES = "files.json"  # in a store; not in the manifest, as the engine's files differ each time
QUICK = 64 << 20  # bytes of a store that are read each time it is opened: less than 0.1 s
_STAGING, _LOCK = ".staging", ".lock"
_MAX_LISTED = 4 << 20  # bytes of a manifest
_TYPES = {"store": str, "quads": int, "sha256": str, "inputs": str, "files": dict}
_STORE = re.compile(r"store-[0-9a-f]{16}")


# ---- making ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def staging(folder: Path, data: str | None = None) -> Iterator[Path]:
    """An empty folder inside the build folder to make a build in; removed afterwards, whatever happens.

    ``data`` names the data for :func:`intended`, in case that the first build of the folder fails. One build at a time:
    raises StoreError when another one runs, or when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / _LOCK).is_dir():
            remove(folder / _LOCK)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"{paths.display(folder)}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{paths.display(folder)}: another build is running; wait for it to end") from error
        new = folder / _STAGING
        try:
            if not os.path.lexists(folder / MANIFEST):
                os.truncate(lock, 0)
                os.write(lock, (data or "").encode())
            remove(new)  # left by a build that was killed
            new.mkdir()
            yield new
            os.truncate(lock, 0)
        except OSError as error:
            raise StoreError(
                f"{paths.display(folder)}: cannot be written ({error.strerror or error}); the last build stays in place"
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
    finally:
        os.close(lock)


def intended(folder: Path) -> str | None:
    """The data, as given to :func:`staging`, of a first build of a folder that did not succeed; None without one."""
    try:
        return (folder / _LOCK).read_text(encoding="utf-8") or None
    except (OSError, ValueError):
        return None


def publish(new: Path, folder: Path, manifest: dict[str, object], *, keep: bool) -> None:
    """Move everything from the staging folder to its place, the manifest last, and remove older stores.

    With ``keep``, the store that is in place serves as it is: a build that is killed here must not leave it missing.
    """
    kept = folder / str(manifest["store"])
    for path in sorted(new.iterdir()):
        if path.name != kept.name or not keep:
            sync(path)
            _move(path, folder / path.name)
    sealed = {**manifest, "manifest": _seal(manifest)}
    (new / MANIFEST).write_text(json.dumps(sealed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    sync(new / MANIFEST)
    _move(new / MANIFEST, folder / MANIFEST)
    sync(folder, deep=False)
    for old in folder.glob("store-*"):
        if old != kept:
            with contextlib.suppress(OSError):
                remove(old)


def seal(store: Path) -> None:
    """Write the list of the files of a store, by which damage is noticed later."""
    listed = {path.name: {"bytes": path.stat().st_size, "sha256": digest(path)} for path in _files(store)}
    (store / FILES).write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path, *, deep: bool = True) -> None:
    """Write a file, or a folder with all that is in it, through to the disk."""
    if path.is_dir() and deep:
        for below in path.iterdir():
            sync(below)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove what is at a path: a file, a link, a folder with all that is in it, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _move(path: Path, place: Path) -> None:
    """Put a file or folder in its place, whatever is there."""
    if path.is_dir() or (place.is_dir() and not place.is_symlink()):
        remove(place)
    os.replace(path, place)


# ---- reading ---------------------------------------------------------------------------------------------


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a build folder. Raises NoBuildError when there is no complete build."""
    path = folder / MANIFEST
    if folder.exists() and not folder.is_dir():
        raise NoBuildError(f"{paths.display(folder)}: is not a folder; choose another one for the build", folder)
    if not os.path.lexists(path):
        raise NoBuildError(f"{paths.display(folder)}: there is no build here; make one", folder)
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode) or info.st_size > _MAX_LISTED:
            raise ValueError("it is no file, or too large")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise NoBuildError(f"{paths.display(path)}: cannot be read; build again", folder) from error
    if not isinstance(found, dict) or not {"store", "quads", "sha256"} <= set(found):
        raise NoBuildError(f"{paths.display(path)}: is not a manifest; build again", folder)
    if "data" not in found or any(type(found.get(name)) is not kind for name, kind in _TYPES.items()):
        raise NoBuildError(f"{paths.display(path)}: is not a manifest of this version; build again", folder)
    seal = found.pop("manifest", None)
    if seal != _seal(found) or not isinstance(found["data"], str | None) or not _is_named(found):
        raise NoBuildError(f"{paths.display(path)}: is damaged; build again", folder)
    return found


def damage(store: Path, *, whole: bool = False) -> str:
    """What is wrong with the files of a store; an empty text when they are as they were built.

    A store of more than :data:`QUICK` bytes is compared by names and sizes only, unless ``whole`` is given.
    """
    try:
        return next(_faults(store, whole=whole), "")
    except FileNotFoundError as error:
        return f"{Path(str(error.filename)).name} is missing"
    except OSError as error:
        return error.strerror or str(error)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return f"{FILES} is damaged"


def _faults(store: Path, *, whole: bool) -> Iterator[str]:
    if not store.is_dir():
        yield "it is not a folder" if os.path.lexists(store) else "it is not there"
    listed = json.loads((store / FILES).read_text(encoding="utf-8"))
    found = {path.name: path for path in _files(store)}
    for name in sorted(listed.keys() ^ found.keys()):
        yield f"{name} {'is not part of it' if name in found else 'is missing'}"
    sizes = {name: path.stat().st_size for name, path in found.items()}
    for name, size in sizes.items():
        if size != listed[name]["bytes"]:
            yield f"{name} has another size"
    if whole or sum(sizes.values()) <= QUICK:
        for name, path in found.items():
            if digest(path) != listed[name]["sha256"]:
                yield f"{name} is damaged"


def changed(folder: Path, listed: dict[str, Any]) -> list[str]:
    """The files for readers that are not as a manifest lists them, sorted."""
    found = []
    for name, expected in sorted(listed["files"].items()):
        try:
            same = (folder / name).is_file() and digest(folder / name) == expected
        except OSError:
            same = False
        if not same:
            found.append(name)
    return found


def _files(store: Path) -> list[Path]:
    """The engine's files; hidden ones are not its own."""
    return [path for path in sorted(store.iterdir()) if path.name != FILES and not path.name.startswith(".")]


def _seal(manifest: dict[str, Any]) -> str:
    """The SHA-256 of the entries of a manifest, by which damage to itself is noticed."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _is_named(manifest: dict[str, Any]) -> bool:
    """Whether the store has the name that its content gives it, so that no other folder is meant."""
    store = manifest["store"]
    return bool(_STORE.fullmatch(store)) and store == f"store-{manifest['sha256'][:16]}"
