"""What an earlier run found out, by a key of everything that it depends on: texts in one file that may be deleted.

A run keeps what it asks for or adds; what no run asks for any more is gone. A text that was damaged is not given back.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from rareearth.errors import FormatError
from rareearth.saving import save


class Cache:
    """Texts by key in a file; with no file, it keeps nothing.

    >>> cache = Cache(None)
    >>> cache.put(key("a"), "text")
    >>> cache.get(key("a")) is None
    True
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: dict[bytes, bytes] = {}
        self._before: dict[bytes, bytes] = {}
        if path:
            with contextlib.suppress(OSError):
                lines = path.read_bytes().split(b"\n")
                self._before = {line[:64]: line for line in lines}

    @property
    def is_kept(self) -> bool:
        """Whether it has a file."""
        return self._path is not None

    def get(self, key: str) -> str | None:
        """The text of a key; None if there is none, or it is damaged."""
        line = self._before.get(key.encode())
        if line is None or hashlib.sha256(line[128:]).hexdigest().encode() != line[64:128]:
            return None
        self._kept[key.encode()] = line
        return line[128:].decode()

    def put(self, key: str, text: str) -> None:
        """Keep a text of one line."""
        if self._path:
            raw = text.encode()
            self._kept[key.encode()] = key.encode() + hashlib.sha256(raw).hexdigest().encode() + raw

    def save(self) -> None:
        """Write what was asked for or added. That it cannot be written harms nobody."""
        if self._path and self._kept != self._before:
            with contextlib.suppress(OSError, FormatError):
                self._path.parent.mkdir(exist_ok=True)
                save(self._path, b"\n".join(line for _, line in sorted(self._kept.items())))


def key(*parts: str | bytes) -> str:
    """The key of something that depends on these texts, on their order, and on nothing else.

    >>> key("a", "bc") == key("ab", "c")
    False
    """
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(f"{len(raw)}:".encode() + raw)
    return total.hexdigest()


@functools.cache
def program() -> str:
    """A key of this package as it is: what it found out before it was changed is not used any more."""
    here = Path(__file__).parent
    files: Iterable[Path] = sorted(here.rglob("*.py"))
    return key(*(part for path in files for part in (path.relative_to(here).as_posix(), path.read_bytes())))
