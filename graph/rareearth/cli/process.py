"""The command as a process: its streams, the signals that end it, and its exit code.

Nothing here is imported that takes long, so that a signal ends the command cleanly from its start on. Exit codes are
those of any Unix command: 0, 1 for an error, 2 for a wrong call, 124 for a time limit, 130 after Ctrl+C, 143 after
SIGTERM, 129 after SIGHUP, and 141 if whoever reads the output has gone away.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from rareearth.cli import limits

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PATIENCE = 1.0  # seconds after a signal in which the engine may return to Python
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ESCAPES = "rareearth.escapes"


class Ended(BaseException):
    """A signal that ends the command."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _OutputError(Exception):
    """Standard output cannot be written: nobody reads it, the disk is full, or it is closed."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(f"standard output: cannot be written ({reason.strerror})")
        self.is_unread = isinstance(reason, BrokenPipeError)


def run(command: Callable[[], int]) -> NoReturn:
    """Run a command that returns its exit code, and end the process with it (SystemExit)."""
    if sys.stdout is not sys.__stdout__:  # called from Python, which has its own streams and signals
        raise SystemExit(command())
    output = _mend_streams()
    limits.watch()
    _catch_signals()
    try:
        code = _code(command)
        output.flush()
    except Ended as end:
        code = 128 + end.number
    except _OutputError as error:
        code = 128 + signal.SIGPIPE if error.is_unread else complain(str(error))
    with contextlib.suppress(_OutputError, Ended):
        output.flush()
    _discard_output()
    if _escaped:
        complain(f"note: {output.encoding} lacks some characters, which were written as \\uXXXX")
    raise SystemExit(code)


def _code(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (MemoryError, OSError, ImportError, RuntimeError) as error:
        if line := limits.explain(error):
            return complain(_of_file(error, line))
        if not isinstance(error, OSError):
            raise
        return complain(_of_file(error, error.strerror or str(error)))


def _of_file(error: Exception, line: str) -> str:
    name = getattr(error, "filename", None)
    return f"{name}: {line}" if name else line


def complain(line: str, code: int = 1) -> int:
    """Print a line on standard error, if it can be written, and return the exit code."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)
    return code


# ---- streams -------------------------------------------------------------------------------------------------


class _Output(io.FileIO):
    """Standard output, whose errors are not taken for those of a file."""

    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _OutputError(error) from error


def _mend_streams() -> io.TextIOWrapper:
    """Replace standard output by one that reports its own errors, and give closed streams a place.

    A closed descriptor would be given to the next file that is opened, and the output would go there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # the lowest free number is given to what is opened; the output is opened for reading only
            os.open(os.devnull, os.O_RDONLY if number < 2 else os.O_WRONLY)
    codecs.register_error(_ESCAPES, _escape)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    raw = io.BufferedWriter(_Output(1, "w", closefd=False))
    output = io.TextIOWrapper(raw, encoding=encoding, errors=_ESCAPES, line_buffering=os.isatty(1))
    sys.stdout = output
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), errors="backslashreplace")
    return output


_escaped: list[bool] = []


def _escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """A character that the encoding of the output lacks, as an escape; a note says so once."""
    if not _escaped:
        _escaped.append(True)
    return codecs.backslashreplace_errors(error)


def _discard_output() -> None:
    """What is still in the buffer after an error has nowhere to go; Python would try again at its end."""
    with contextlib.suppress(OSError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.close(nothing)


# ---- signals -------------------------------------------------------------------------------------------------

_ending = threading.Event()


def _catch_signals() -> None:
    """Have the signals raise :class:`Ended`, but for those that are ignored (as by nohup).

    The engine does not let Python react while it computes, so a thread ends the process if that takes too long.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_end_soon, args=(reader,), daemon=True).start()


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    _ending.set()
    for caught in _SIGNALS:
        if signal.getsignal(caught) is _end:
            signal.signal(caught, signal.SIG_DFL)  # a second signal does not wait
    raise Ended(number)


def _end_soon(reader: int) -> None:
    while number := os.read(reader, 1):
        if signal.getsignal(number[0]) is _end and not _ending.wait(_PATIENCE):
            os._exit(128 + number[0])
