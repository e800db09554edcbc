"""Limits of the process (``ulimit``): a command that exceeds one ends with a line that says so.

The engine aborts when it gets no memory, and the system kills for processor time and small stacks; neither can be
caught. So a command that runs under such a limit runs in a child process, whose end is explained by its parent.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from typing import IO

_USUAL_STACK = 8 << 20  # bytes
_ADVICE = {
    "memory": "there is not enough memory; raise the limit (ulimit -v)",
    "files": "too many files are open; raise the limit (ulimit -n)",
    "time": "the limit of processor time is reached; raise it (ulimit -t)",
    "stack": "the stack is too small; raise the limit (ulimit -s)",
    "disk": "there is no space left on the disk, or a file is larger than allowed (ulimit -f)",
    "threads": "no thread can be started; raise the limits of processes and memory (ulimit -u, ulimit -v)",
}
_SIGNS_OF_MEMORY = ("emory", "pthread_create failed")  # the second of OpenBLAS, which then sends SIGINT to itself
_OF_ERROR = {
    errno.ENOMEM: "memory", errno.EMFILE: "files", errno.ENFILE: "files", errno.ENOSPC: "disk", errno.EFBIG: "disk",
    errno.EDQUOT: "disk", errno.EAGAIN: "threads",
}  # fmt: skip


def watch() -> None:
    """Continue in a child process if the process is limited; the parent waits for it and ends as it ends."""
    if not _limits():
        return
    import tempfile

    words = tempfile.TemporaryFile()  # noqa: SIM115 - of the child: what the engine itself writes before it aborts
    child = os.fork()
    if child == 0:
        _be_child(words)
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the child as well
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: os.kill(child, received))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0 and (reason := _reason(-code)):
        print(_ADVICE[reason], file=sys.stderr, flush=True)
        os._exit(1)
    words.seek(0)
    written = words.read().decode(errors="replace")
    is_scarce = code and any(sign in written for sign in _SIGNS_OF_MEMORY)
    print(f"{_ADVICE['memory']}\n" if is_scarce else written, end="", file=sys.stderr, flush=True)
    if is_scarce:
        os._exit(1)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def explain(error: BaseException) -> str | None:
    """The line about an error that a limit causes; None for any other."""
    text = str(error)
    reason = None
    if isinstance(error, OSError):
        reason = _OF_ERROR.get(error.errno or 0)
    elif isinstance(error, MemoryError) or "failed to map segment" in text or "annot allocate memory" in text:
        reason = "memory"
    elif "can't start new thread" in text:
        reason = "threads"
    return _ADVICE[reason] if reason else None


def _limits() -> set[str]:
    """The limits under which the engine or the system may end the process."""
    found = set()
    for name, what in (("memory", resource.RLIMIT_AS), ("memory", resource.RLIMIT_DATA), ("time", resource.RLIMIT_CPU)):
        if resource.getrlimit(what)[0] != resource.RLIM_INFINITY:
            found.add(name)
    stack = resource.getrlimit(resource.RLIMIT_STACK)[0]
    if stack != resource.RLIM_INFINITY and stack < _USUAL_STACK:
        found.add("stack")
    return found


def _reason(number: int) -> str | None:
    """The limit that explains the end of a process by a signal."""
    limits = _limits()
    if number == signal.SIGXFSZ:
        return "disk"
    if number == signal.SIGXCPU or (number == signal.SIGKILL and "time" in limits):
        return "time"
    if number in (signal.SIGSEGV, signal.SIGBUS) and "stack" in limits:
        return "stack"
    return "memory" if number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGTRAP) else None


def _be_child(words: IO[bytes]) -> None:
    """End with the parent, and keep what the engine itself writes apart from the lines of the command."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    kept = os.dup(2)
    os.dup2(words.fileno(), 2)
    encoding = sys.stderr.encoding
    sys.stderr = open(kept, "w", buffering=1, encoding=encoding, errors="backslashreplace")  # noqa: SIM115 - for good
