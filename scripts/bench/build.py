"""What a build costs as the data grows: processor time of each stage, peak memory, and how they grow.

Usage: .venv/bin/python scripts/bench/build.py [--yaml] [--again] [CLAIMS ...]

The data is in bulk (Parquet), unless it is to be YAML. With --again, a second build follows after one file has changed,
and its figures are shown; it takes from the cache what has not changed.
"""

import math
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import synthetic

from rareearth import build


def used() -> float:
    """Processor seconds of this process and of those that it started."""
    found = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in found)


def one(data: Path, folder: Path) -> None:
    """Build, and print the processor seconds of each stage; the first includes the start of the process."""
    stages: list[tuple[str, float]] = []
    build.build(data, folder, progress=lambda stage: stages.append((stage, used())))
    stages.append(("", used()))
    for number, (name, begun) in enumerate(stages[:-1]):
        print(f"{name} {stages[number + 1][1] - (begun if number else 0.0)}")


def measured(data: Path, folder: Path) -> tuple[dict[str, float], float]:
    """Processor seconds of each stage, and peak memory in MiB, of one build in a process of its own."""
    command = [sys.executable, __file__, "--one", str(data), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout  # noqa: S101 - for the checker of types
    text = process.stdout.read()
    _, status, spent = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the build failed with status {process.returncode}")
    return {name: float(seconds) for name, seconds in map(str.split, text.splitlines())}, spent.ru_maxrss / 1024


def main() -> None:
    """Print a table with a row for each size, and a row of exponents between two sizes."""
    words = sys.argv[1:]
    sizes = sorted(int(word) for word in words if word.isdigit()) or [1_000, 4_000, 16_000]
    print(f"{'claims':>9} " + " ".join(f"{name:>8}" for name in (*build.STAGES, "all", "MiB")))
    before: tuple[int, list[float]] | None = None
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            make = synthetic.folder if "--yaml" in words else synthetic.bulk
            data, folder = make(Path(place) / "data", size), Path(place) / "build"
            stages, memory = measured(data, folder)
            if "--again" in words:
                change(data)
                stages, memory = measured(data, folder)
        row = [*(stages[name] for name in build.STAGES), sum(stages.values()), memory]
        print(f"{size:9,} " + " ".join(f"{value:8.2f}" for value in row), flush=True)
        if before:
            ratio = math.log(size / before[0])
            powers = (
                math.log(new / old) / ratio if old > 0 and new > 0 else 0
                for new, old in zip(row, before[1], strict=True)
            )
            print(f"{'growth':>9} " + " ".join(f"{power:8.2f}" for power in powers), flush=True)
        before = size, row


def change(data: Path) -> None:
    """Change one file of YAML: a year of a claim."""
    path = min((data / "sources").glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    at = text.index("since: ") + len("since: ")
    path.write_text(f"{text[:at]}1989{text[at + 4 :]}", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
