"""Single keys from a terminal, and lines where there is none."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator

from rareearth.errors import RareEarthError

OTHER = "another key"  # an arrow, Delete, pasted text and the like
_ESCAPE = b"\x1b"
_PAUSE = 0.05  # seconds in which the rest of what one key sends arrives
_MAX_CHARACTER = 4  # bytes of a character


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """The keys that are pressed, without Enter on a terminal; the terminal is as it was afterwards."""
    if not sys.stdin.isatty():
        yield Keys(terminal=None)
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield Keys(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class Keys:
    """Reads keys one by one; of other input, the lines."""

    def __init__(self, terminal: int | None) -> None:
        self._terminal = terminal

    def forget(self) -> None:
        """Throw away what was pressed before something new is shown: nobody has seen what it would decide."""
        if self._terminal is not None:
            import termios

            termios.tcflush(self._terminal, termios.TCIFLUSH)

    def key(self) -> str:
        """The next key, a line end for Enter, nothing at the end of the input.

        On a terminal, a key that sends several characters is :data:`OTHER`, and so is pasted text.
        """
        if self._terminal is None:
            line = sys.stdin.readline()
            return (line.strip() or "\n") if line else ""
        given = os.read(self._terminal, 1)
        while select.select([self._terminal], [], [], _PAUSE)[0] and (more := os.read(self._terminal, 1024)):
            given += more
        text = given.decode(errors="replace")
        several = len(given) > _MAX_CHARACTER or len(text) > 1 or given.startswith(_ESCAPE)
        return OTHER if several else text.replace("\x04", "")  # Ctrl-D ends

    def line(self, prompt: str) -> str:
        """A line of text, with the terminal as it usually is. Raises RareEarthError at the end of the input."""
        print(prompt, end="", flush=True)
        if self._terminal is None:
            return _line()
        import termios

        cbreak = termios.tcgetattr(self._terminal)
        usual = [*cbreak]
        usual[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, usual)
        try:
            return _line()
        finally:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, cbreak)


def _line() -> str:
    """A line from standard input; what has no end was not meant to be one."""
    line = sys.stdin.readline()
    if not line.endswith("\n"):
        raise RareEarthError("no line was given; nothing was changed")
    return line.strip()
