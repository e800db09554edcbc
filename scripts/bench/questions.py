"""Speed of the named questions on the store, compared with rdflib's memory store on the same quads, in one run.

Parameters get the example of their descriptions ("such as …"), with the same values bound in both stores.
rdflib has LIMIT seconds for each question; if it needs more, the real ratio is higher than the printed one.

Usage: .venv/bin/python scripts/bench/questions.py [ROUNDS [LIMIT]]
"""

import signal
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import pyoxigraph as ox
import rdflib
from rdflib.util import from_n3

import rareearth
from rareearth import build as builds
from rareearth import namespaces
from rareearth.store import questions, sparql

Values = dict[str, ox.NamedNode | ox.Literal]


class TooLongError(Exception):
    """The limit was reached."""


def median(work: Callable[[], object], rounds: int) -> float:
    """The median CPU time of one call, in seconds; each round calls ten times, since the clock is coarse."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(10):
            work()
        times.append((time.process_time() - start) / 10)
    return statistics.median(times)


def limited(work: Callable[[], object], limit: float) -> tuple[float, bool]:
    """The CPU time of one call, in seconds, and whether it finished."""

    def stop(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGVTALRM, stop)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        work()
    except TooLongError:
        return time.process_time() - start, False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - start, True


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 5
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    store = builds.open_store().store
    memory = rdflib.Dataset()
    memory.parse(data=ox.serialize(store.engine, format=ox.RdfFormat.N_QUADS), format="nquads")
    print(f"{len(memory):,} quads; CPU time; the store: median of {rounds}; rdflib: one run of at most {limit:g} s\n")
    print(f"{'question':24} {'store (ms)':>10} {'rdflib (ms)':>12} {'ratio':>9}")
    graph = rareearth.KnowledgeGraph(store)
    ratios = []
    for question in questions.read_all():
        values = {p.name: graph.term(p.meaning.rpartition("such as ")[2], p.kind) for p in question.parameters}
        terms = {name: from_n3(str(value)) for name, value in values.items()}

        def ours(text: str = question.text, values: Values = values) -> object:
            result = store.query(text, values)
            return bool(result) if isinstance(result, sparql.Truth) else list(result)

        def theirs(text: str = question.text, terms: dict[str, rdflib.term.Node] = terms) -> object:
            return list(memory.query(text, initNs=namespaces.PREFIXES, initBindings=terms))

        mine = median(ours, rounds)
        other, whole = limited(theirs, limit)
        ratios.append(other / mine)
        more = "" if whole else ">"
        print(
            f"{question.name:24} {mine * 1000:10.2f} {more}{other * 1000:{12 - len(more)}.0f} {more}{other / mine:.0f}"
        )
    fast = sum(ratio >= 50 for ratio in ratios)
    print(
        f"\nratio: median {statistics.median(ratios):.0f}, least {min(ratios):.0f}; {fast} of {len(ratios)} at least 50"
    )


if __name__ == "__main__":
    main()
