"""Writing files of the user: a complete file or none, and nothing of the old one lost but its content.

A file is written under a temporary name next to its target and put in its place when it is complete. The target keeps
its permissions; a symbolic link stays one, and the file that it leads to is written. A file with other names (hard
links) or of another owner is overwritten in place once all is written, as a replacement would separate it from them.
Pipes, devices and open descriptors (``/dev/stdout``, ``/dev/fd/3``) are written to directly.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TypeAlias

from rareearth import paths
from rareearth.errors import FormatError

Content: TypeAlias = Iterable[bytes] | bytes
_DESCRIPTOR = re.compile(r"/(?:dev|proc/[^/]+(?:/task/[^/]+)?)/fd/(\d+)")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_MAX_LINKS = 40


def save(path: Path, content: Content) -> Path:
    """Write one file and return its path. Raises FormatError if it cannot be written; the old one is then unharmed."""
    return save_all({path: content})[0]


def save_all(contents: Mapping[Path, Content], complete: Callable[[], None] | None = None) -> list[Path]:
    """Write several files that belong together: none is put in its place before all are complete.

    ``complete`` is called then; if it raises an error, the old files are as they were. Raises FormatError when a file
    cannot be written.
    """
    pending: list[tuple[Path, Path, Path]] = []  # the path as it was given, its target, the temporary file
    try:
        for path, content in contents.items():
            with explained(path):
                target = writable(path)
                if target is None:
                    _write_through(path, content)
                    continue
                temporary = target.with_name(f".rareearth-{secrets.token_hex(8)}")
                pending.append((path, target, temporary))
                with temporary.open("xb") as file:
                    _write(file, content)
        if complete:
            complete()
        with _undisturbed():
            for path, target, temporary in pending:
                with explained(path):
                    _put(temporary, target)
    finally:
        for _, _, temporary in pending:
            with contextlib.suppress(OSError):
                temporary.unlink()
    return list(contents)


def writable(path: Path) -> Path | None:
    """The file that a path leads to, through links; None for a pipe, a device or a descriptor.

    To be asked before long work: raises FormatError for what can be known without writing, that there is no such
    folder, that it is a folder itself, or that it is read-only.
    """
    with explained(path):
        if _descriptor(path) is not None:
            return None
        *_, target = _steps(path)
        try:
            mode = target.stat().st_mode
        except FileNotFoundError:
            if not target.parent.is_dir():
                raise
            return target
        if stat.S_ISDIR(mode):
            raise FormatError(f"{paths.display(path)}: cannot be written (it is a folder)")
        if not stat.S_ISREG(mode):
            return None
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise FormatError(f"{paths.display(path)}: cannot be written (it is read-only)")
        return target


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals to end wait: files that belong together would be put in place in part."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an error of the system about a path into ours."""
    try:
        yield
    except OSError as error:
        raise FormatError(f"{paths.display(path)}: cannot be written ({error.strerror or error})") from error


def _steps(path: Path) -> Iterator[Path]:
    """A path and what its links lead to, the last of which is no link."""
    here = path.absolute()
    for _ in range(_MAX_LINKS):
        yield here
        here = here.parent.resolve() / here.name
        yield here
        if not here.is_symlink():
            return
        here = here.parent / os.readlink(here)
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _descriptor(path: Path) -> int | None:
    """The number of the open descriptor that a path names or leads to; its file must not be replaced."""
    for step in _steps(path):
        if match := _DESCRIPTOR.fullmatch(str(step)):
            return int(match[1])
        if str(step) in _STANDARD:
            return _STANDARD[str(step)]
    return None


def _write_through(path: Path, content: Content) -> None:
    """Write to a pipe, a device or a descriptor; the last is not opened by its name, which would truncate a file."""
    number = _descriptor(path)
    with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as file:
        _write(file, content)


def _write(file: IO[bytes], content: Content) -> None:
    for part in [content] if isinstance(content, bytes) else content:
        file.write(part)


def _put(temporary: Path, target: Path) -> None:
    """Put a complete file in the place of another, or its content into it where a replacement would lose something."""
    new = temporary.stat()
    try:
        old = target.stat()
    except FileNotFoundError:
        os.replace(temporary, target)
        return
    if old.st_nlink > 1 or (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with temporary.open("rb") as source, target.open("r+b") as file:
            shutil.copyfileobj(source, file)
            file.truncate()
        return
    temporary.chmod(stat.S_IMODE(old.st_mode))
    os.replace(temporary, target)
