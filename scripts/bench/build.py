"""What a build costs as the data grows: processor time and peak memory of `rareearth build`, and how they grow.

Usage: .venv/bin/python scripts/bench/build.py [CLAIMS ...]
"""

import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import synthetic


def measured(data: Path, build: Path) -> tuple[float, float]:
    """Processor seconds and peak memory in MiB of one build, a process of its own."""
    command = [sys.executable, "-m", "rareearth", "build", "--data", data, "--build", build]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the build failed with status {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    sizes = sorted(int(size) for size in sys.argv[1:]) or [1_000, 4_000, 16_000]
    before: tuple[int, float, float] | None = None
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            seconds, memory = measured(synthetic.folder(Path(folder) / "data", size), Path(folder) / "build")
        growth = ""
        if before:
            ratio = size / before[0]
            time_power, memory_power = math.log(seconds / before[1], ratio), math.log(memory / before[2], ratio)
            growth = f"; time grows as claims^{time_power:.2f}, memory as claims^{memory_power:.2f}"
        print(f"{size:9,} claims: {seconds:7.2f} s, {memory:6.0f} MiB{growth}", flush=True)
        before = size, seconds, memory


if __name__ == "__main__":
    main()
