"""The file of the decisions on an article, ``inbox/ID.decisions.yaml``: a line for each, only ever added to.

A person may change the file in an editor, also while a review is open. Nothing in it is ever taken away: a last line
that was not written to its end is completed if it is a decision, or else kept as a comment.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pydantic import ValidationError

from rareearth import characters, formatter, paths, yamlfile
from rareearth.errors import DataError, Problem, RareEarthError
from rareearth.proposals.review.decisions import Decision, Decisions, OnClaim, OnName, Written
from rareearth.saving import save
from rareearth.yamlfile import Map, Node

_HEAD = "# Your decisions. The last line about a proposal holds; lines may be changed or deleted.\n"
_TORN = "# not complete, so it does not count: "
_TRIES = 5  # to open a file that an editor keeps replacing
_Slot: TypeAlias = tuple[str, str]


class _File(NamedTuple):
    descriptor: int
    inode: int


def path_of(inbox: Path, id_: str) -> Path:
    """The file of the decisions on an article."""
    return inbox / f"{id_}.decisions.yaml"


def read(path: Path) -> Decisions:
    """Read a file of decisions; one that is not there has none.

    A last line without its end counts if it is a decision; otherwise it is left out, with a note. Raises DataError
    (file and line) for a line that is no decision.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Decisions()
    except OSError as error:
        raise DataError([Problem(path, None, f"cannot be read ({error.strerror})")]) from error
    whole, rest = _split(raw)
    found, last = Decisions(), _complete(path, rest)
    for decision in (*_decisions(path, whole), *(last or [])):
        found.add(decision)
    if last is None:
        found.notes.append(f"{paths.display(path)}: the last line is not complete and does not count: decide it again")
    return found


class Log:
    """The open file of the decisions on one article; no other review can open it meanwhile.

    An editor may change or replace it: each decision is written to the file that has the name at that time. An editor
    that had the file open before a decision does not know it and leaves it out when it saves; such decisions are
    written again, with a note in ``notes``. What a person changed or added there stays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self._file: _File | None = None
        self._left = b""  # the content of the file when it was last looked at
        self._lines: dict[_Slot, list[str]] = {}  # the decisions in it, by what they are about
        self._own: dict[_Slot, list[str]] = {}  # the same when this review last decided on it

    def __enter__(self) -> Log:
        """Open and lock the file. Raises RareEarthError if another review has it open, or it cannot be written."""
        self._file = self._opened(os.O_CREAT)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file.descriptor)
            self._file = None

    def add(self, decision: Decision) -> None:
        """Write a decision to the disk, whole or not at all. Raises RareEarthError if it cannot be written."""
        slot, line = _slot(decision), _line(decision)
        _read_back(self.path, line)
        self.settle()
        self._append(line)
        self._lines.setdefault(slot, []).append(line)
        self._own[slot] = list(self._lines[slot])
        self.settle()  # an editor may have replaced the file just before

    def settle(self) -> None:
        """Write again what somebody who changed the file did not know of. Raises DataError if it cannot be read."""
        if self._file is None:
            raise ValueError("the file of decisions is not open")
        if self._inode() == self._file.inode and self.path.read_bytes() == self._left:
            return
        if self._inode() != self._file.inode or self._mended():
            self.__exit__()
            self._file = self._opened(0)
        raw = self.path.read_bytes()
        self._lines = _by_slot(_decisions(self.path, raw))
        self._left = raw
        missing = [slot for slot, lines in self._own.items() if _is_older(self._lines.get(slot, []), lines)]
        for slot in missing:
            self._append(self._own[slot][-1])
            self._lines[slot] = list(self._own[slot])
        if missing:
            count = f"{len(missing)} decision{'' if len(missing) == 1 else 's'}"
            self.notes.append(f"{paths.display(self.path)}: was saved without {count} of this review; written again")

    def _append(self, line: str) -> None:
        if self._file is None:
            raise ValueError("the file of decisions is not open")
        file = self._file.descriptor
        size = os.fstat(file).st_size
        before = _HEAD if size == 0 else "" if os.pread(file, 1, size - 1) == b"\n" else "\n"
        content = (before + line).encode()
        try:
            if os.write(file, content) < len(content):
                raise OSError("the disk is full")
            os.fsync(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            reason = error.strerror or error
            raise RareEarthError(f"{paths.display(self.path)}: the decision was not written ({reason})") from error
        self._left += content

    def _inode(self) -> int:
        try:
            return self.path.stat().st_ino
        except FileNotFoundError as error:
            message = "was deleted or moved during the review; the decision was not written"
            raise RareEarthError(f"{paths.display(self.path)}: {message}: put it back, or begin again") from error

    def _opened(self, create: int) -> _File:
        """The file that has the name now, locked, and with its last line complete."""
        for _ in range(_TRIES):
            file = None
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | create, 0o644)
                file = _File(descriptor, os.fstat(descriptor).st_ino)
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if file.inode == self._inode() and not self._mended():
                    return file
            except BlockingIOError as error:
                _close(file)
                message = f"{paths.display(self.path)}: is being reviewed elsewhere; end that review first"
                raise RareEarthError(message) from error
            except OSError as error:
                _close(file)
                raise RareEarthError(f"{paths.display(self.path)}: cannot be written ({error.strerror})") from error
            _close(file)
        raise RareEarthError(f"{paths.display(self.path)}: is changed again and again; try later")

    def _mended(self) -> bool:
        """Keep a last line that is no decision as a comment, in a new file; whether there was one."""
        whole, rest = _split(self.path.read_bytes())
        if _complete(self.path, rest) is not None:
            return False
        torn = characters.visible(rest.decode(errors="backslashreplace"))  # it may end within a character
        save(self.path, whole + f"{_TORN}{torn}\n".encode())
        return True


def _slot(decision: Decision) -> _Slot:
    """What a decision is about: the last one about it holds."""
    return type(decision).__name__, decision.name if isinstance(decision, OnName) else decision.key


def _line(decision: Decision) -> str:
    values = decision.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return f"- {formatter.inline(values)}\n"


def _read_back(path: Path, line: str) -> None:
    """Raise RareEarthError for a decision that would make the file unreadable, such as a name with an arrow key."""
    try:
        _decisions(path, line.encode())
    except DataError as error:
        raise RareEarthError(f"this cannot be kept: {error.problems[0].message}") from error


def _by_slot(decisions: Iterable[Decision]) -> dict[_Slot, list[str]]:
    found: dict[_Slot, list[str]] = {}
    for decision in decisions:
        found.setdefault(_slot(decision), []).append(_line(decision))
    return found


def _is_older(now: list[str], known: list[str]) -> bool:
    """Whether lines are those from before the last ones, with nothing else."""
    return len(now) < len(known) and now == known[: len(now)]


def _close(file: _File | None) -> None:
    if file is not None:
        os.close(file.descriptor)


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """The lines that have their ends, and the rest."""
    at = raw.rfind(b"\n") + 1
    return raw[:at], raw[at:]


def _complete(path: Path, line: bytes) -> list[Decision] | None:
    """What a line without its end says, which may be nothing; None if it is torn."""
    try:
        found = _decisions(path, line)
        among = yamlfile.parse(path, b"- before\n" + line + b"\n- after\n")  # a tab, or an indent, spoils others
    except DataError:
        return None
    return found if isinstance(among, list) and len(among) == len(found) + 2 else None


def _decisions(path: Path, raw: bytes) -> list[Decision]:
    if all(not line.strip() or line.startswith(b"#") for line in raw.splitlines()):
        return []
    node = yamlfile.parse(path, raw)
    if not isinstance(node, list):
        raise DataError([Problem(path, 1, "is not a list of decisions; expected lines like `- {verdict: take, …}`")])
    return [_decision(path, item) for item in node]


def _decision(path: Path, item: Node) -> Decision:
    line = getattr(item, "line", 1)
    if not isinstance(item, Map):
        raise DataError([Problem(path, line, "is no decision; expected `- {verdict: take, key: …, claim: …}`")])
    values = {str(name): value for name, value in item.items()}
    model = OnName if "name" in values else Written if values.get("verdict") == "written" else OnClaim
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        message = (
            f"{place}: found '{characters.shown(str(fault['input']))}'; {fault['msg'][0].lower()}{fault['msg'][1:]}"
        )
        raise DataError([Problem(path, line, message)]) from error
