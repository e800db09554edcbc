"""Single keys from a terminal, and lines where there is none."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """The keys that are pressed, without Enter on a terminal; the terminal is as it was afterwards."""
    if not sys.stdin.isatty():
        yield Keys(raw=False)
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield Keys(raw=True)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


class Keys:
    """Reads keys one by one; of other input, the first letter of each line."""

    def __init__(self, *, raw: bool) -> None:
        self._raw = raw

    def key(self) -> str:
        """The next key, a line end for Enter, nothing at the end of the input."""
        if self._raw:
            return sys.stdin.read(1)
        line = sys.stdin.readline()
        return (line[:-1] or "\n") if line else ""

    def line(self, prompt: str) -> str:
        """A line of text, with the terminal as it usually is."""
        print(prompt, end="", flush=True)
        if not self._raw:
            return sys.stdin.readline().strip()
        import termios

        cbreak = termios.tcgetattr(sys.stdin)
        usual = [*cbreak]
        usual[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, usual)
        try:
            return sys.stdin.readline().strip()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, cbreak)
