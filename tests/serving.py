"""A server for tests: ``rareearth serve`` over a build folder, at a port of its own."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT, environment


@dataclass(frozen=True)
class Served:
    """A server that runs: its address, its process, and what it wrote so far."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def served(folder: Path, *options: object, **changes: str) -> Iterator[Served]:
    """``rareearth serve --build FOLDER`` with more options; it must be there within 60 s and end cleanly afterwards."""
    command = [sys.executable, "-m", "rareearth", "serve", "--port", "0", "--build", str(folder), *map(str, options)]
    with tempfile.TemporaryDirectory() as made:
        log = Path(made) / "log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment(PYTHONWARNINGS="", **changes), stderr=stderr, stdout=subprocess.PIPE
            )
        try:
            yield Served(_address(process, log), process, log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            ended = process.wait(20)
            assert process.stdout is not None
            process.stdout.close()
        assert ended == 0, log.read_text(encoding="utf-8", errors="replace")


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(1200):  # a busy machine takes long to start it
        text = log.read_text(encoding="utf-8", errors="replace")
        if "startup complete" in text and (found := re.search(r"http://127\.0\.0\.1:\d+", text)):
            return found[0]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
