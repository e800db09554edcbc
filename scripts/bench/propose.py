"""What proposing costs: words per second on one core, the time to start, and the peak memory as articles get more.

The articles are invented: sentences of a few forms with names of the data, numbers and dates, 500 words each, the same
for the same number. They are proposed by the command, as a user would run it.

Usage: .venv/bin/python scripts/bench/propose.py [ARTICLES [JOBS]]
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from rareearth import checks

WORDS = 500  # of an article
FORMS = (
    "{a} has bought {n} % of {b} for {m} million dollars, {c} said on {d}.",
    "The plant of {a} in {b} will make {n},000 tonnes of oxides a year from {y}.",
    "{a} and {b} signed an agreement with {c} in {y}, which was not announced at the time.",
    "According to {a}, the price of the metal rose by {n} % in {y}.",
    "{a} denied that it would sell its stake in {b} to {c}.",
    "In {y}, {a} became a supplier of {b}, and its output reached {m} tonnes.",
    "{a} plans to invest {m} million euros in a laboratory with {b} by {y}.",
    "It was a quiet week on the market, and nobody expected a decision before {d}.",
    "“We will work with {a} for years,” said the head of {b}.",
    "{a}, whose shares fell by {n} %, is owned by {b} and others.",
)
MONTHS = ("January", "March", "May", "July", "September", "November")


class Run(NamedTuple):
    """One run of the command: seconds on the clock and of all processors, and peak memory in MiB by part of the run."""

    seconds: float
    cpu: float
    peaks: list[tuple[int, float, float]]


def article(number: int, names: list[str]) -> str:
    """An article of 500 words or a few more."""
    chance = random.Random(number)  # noqa: S311
    paragraphs, words = [f"Notes of the market, number {number}"], 0
    while words < WORDS:
        a, b, c = chance.sample(names, 3)
        day = f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {chance.randint(2015, 2026)}"
        values = {"n": chance.randint(1, 99), "m": chance.randint(1, 900), "y": chance.randint(2015, 2030), "d": day}
        paragraphs.append(chance.choice(FORMS).format(a=a, b=b, c=c, **values))
        words += len(paragraphs[-1].split())
    return "\n".join(paragraphs) + "\n"


def folder(place: Path, count: int, names: list[str]) -> int:
    """Write articles; returns the number of their words."""
    words = 0
    for number in range(count):
        here = place / f"{number // 1000:03}"
        here.mkdir(parents=True, exist_ok=True)
        text = article(number, names)
        words += len(text.split())
        (here / f"{number:06}.txt").write_text(text, encoding="utf-8")
    return words


def memory(process: int) -> float:
    """The resident memory of a process in MiB, shared or not; 0 if it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    except (OSError, StopIteration):
        return 0.0


def children(process: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def run(articles: Path, inbox: Path, jobs: int, marks: tuple[int, ...] = ()) -> Run:
    """Propose a folder and watch the memory of the process and of its largest worker up to each mark (articles)."""
    command = [sys.executable, "-m", "rareearth", "propose", articles, "--inbox", inbox, "--jobs", str(jobs)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks: list[tuple[int, float, float]] = []
    over = threading.Event()

    def watch() -> None:
        parent, worker, waiting = 0.0, 0.0, list(marks)
        while not over.wait(0.2) and waiting:
            parent = max(parent, memory(process.pid))
            worker = max([worker, *map(memory, children(process.pid))])
            if inbox.is_dir() and sum(name.endswith(".yaml") for name in os.listdir(inbox)) >= waiting[0]:
                peaks.append((waiting.pop(0), parent, worker))
                parent = worker = 0.0

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    over.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the command failed with status {process.returncode}")
    return Run(time.perf_counter() - start, used.ru_utime + used.ru_stime, peaks)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else len(os.sched_getaffinity(0))
    names = sorted({entity.name for entity in checks.load().entities.values() if entity.name.isascii()})
    with tempfile.TemporaryDirectory() as place:
        one, ten, many = (Path(place, name) for name in ("one", "ten", "many"))
        one.mkdir()
        (one / "a.txt").write_text("Nothing was said on Monday, and that was all.\n", encoding="utf-8")
        start = run(one, Path(place, "inbox-1"), 1)
        print(f"start: {start.seconds:.1f} s, {start.cpu:.1f} s of a processor", flush=True)
        words = folder(ten, 10, names)
        few = run(ten, Path(place, "inbox-10"), 1)
        rate = words / few.cpu
        print(f"10 articles, {words:,} words, start included: {few.seconds:.1f} s, {rate:,.0f} words/s of a core")
        words = folder(many, count, names)
        marks = tuple(sorted({max(1, count // 10), max(1, count // 2), count}))
        all_ = run(many, Path(place, "inbox"), jobs, marks)
        rate = words / (all_.cpu - start.cpu)
        print(
            f"{count:,} articles, {words:,} words, {jobs} processes: {all_.seconds:,.0f} s, "
            f"{words / all_.seconds:,.0f} words/s, {rate:,.0f} words/s of a core without the start"
        )
        for mark, parent, worker in all_.peaks:
            print(f"  up to article {mark:7,}: parent {parent:5.0f} MiB, largest worker {worker:5.0f} MiB")


if __name__ == "__main__":
    main()
