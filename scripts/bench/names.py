"""What finding a name costs among many: CPU time to make the index, and of one look-up of each kind.

The names are those of the shipped data, each copy with a number of its own.

Usage: .venv/bin/python scripts/bench/names.py [NAMES ...]
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from rareearth import checks
from rareearth.names import Index

FOUND = (
    "Lynas 7",
    "7 Lynas Rare Earths",
    "lynas rare earths 7 co ltd",
    "中國稀土集團7",
    "nobody of this name",
    "x" * 100_000,
)
CLOSE = ("Lynsa Rare Earths 7", "china rare erath group", "rare earth", "中国稀")


def names(count: int) -> Iterator[tuple[str, str, str]]:
    """At least so many names, as an index takes them."""
    shipped = [
        (entity.id, name)
        for entity in checks.load().entities.values()
        for name in (entity.name, entity.zh, *entity.aliases, *entity.acronyms)
        if name
    ]
    for copy in range(-(-count // len(shipped))):
        for id_, name in shipped:
            yield f"{id_}-{copy}", f"{name} {copy}" if name.isascii() else f"{name}{copy}", "name"


def slowest(work: Callable[[str], object], texts: tuple[str, ...]) -> float:
    """The largest of the median CPU times of a call with each text, in milliseconds."""
    medians = []
    for text in texts:
        times = []
        for _ in range(9):
            start = time.process_time()
            work(text)
            times.append(time.process_time() - start)
        medians.append(statistics.median(times))
    return max(medians) * 1000


def main() -> None:
    for size in [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        given = list(names(size))
        start = time.process_time()
        index = Index(given, ["name"])
        made = time.process_time() - start
        start = time.process_time()
        index.find("a name that nobody has")
        index.suggest("a name that nobody has")
        late = time.process_time() - start
        found, close = slowest(index.find, FOUND), slowest(index.suggest, CLOSE)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{len(given):,} names: index {made:.2f} s, readings and parts {late:.2f} s, "
            f"slowest find {found:.2f} ms, slowest suggestion {close:.2f} ms, {memory} MiB"
        )


if __name__ == "__main__":
    main()
