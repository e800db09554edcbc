"""Speed of the named questions: on the shipped data and on copies of it, and compared with rdflib on the same quads.

Parameters get the example of their descriptions ("such as …"), with the same values bound everywhere. The copies (see
:mod:`synthetic`) have COPIES times the claims; growth is the ratio of the times: COPIES or less is linear.
With --rdflib, rdflib's memory store has 5 s for each question; if it needs more, the real ratio is higher.

Usage: .venv/bin/python scripts/bench/questions.py [--rdflib] [--copies N] [--rounds N] [NAME ...]
"""

import argparse
import signal
import statistics
import time
import warnings
from collections.abc import Callable

import pyoxigraph as ox
import rdflib
import synthetic
from rdflib.util import from_n3

import rareearth
from rareearth import build as builds
from rareearth import checks, namespaces
from rareearth.store import oxigraph, questions, sparql
from rareearth.store.backend import Backend

LIMIT = 5.0  # seconds for one question in rdflib
Values = dict[str, ox.NamedNode | ox.Literal]


class TooLongError(Exception):
    """The limit was reached."""


def median(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """The median processor time of one call, in seconds, and what it returns; slow calls are repeated less."""
    times = []
    for _ in range(rounds):
        start, calls = time.process_time(), 0
        while calls < 10 and time.process_time() - start < 0.2:
            found = work()
            calls += 1
        times.append((time.process_time() - start) / calls)
        if times[0] > 1:
            break
    return statistics.median(times), found


def rows(store: Backend, question: questions.Question, values: Values) -> int:
    """The number of rows of an answer; all are read."""
    result = store.query(question.text, values)
    return 1 if isinstance(result, sparql.Truth) else sum(1 for _ in result)


def limited(work: Callable[[], object]) -> tuple[float, bool]:
    """The processor time of one call, in seconds, and whether it finished."""

    def stop(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGVTALRM, stop)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        work()
    except TooLongError:
        return time.process_time() - start, False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - start, True


def asked(names: list[str]) -> list[tuple[questions.Question, Values]]:
    """The questions of these names (all, if none), with the examples of their parameters."""
    graph = rareearth.open()
    return [
        (question, {p.name: graph.term(p.meaning.rpartition("such as ")[2], p.kind) for p in question.parameters})
        for question in questions.read_all()
        if not names or question.name in names
    ]


def growth(names: list[str], rounds: int, copies: int) -> None:
    """Print time and rows on the shipped data (the store on disk) and on copies (in memory), and their ratio."""
    shipped = builds.open_store().store
    claims = len(checks.load().claims)
    one, many = (oxigraph.memory(synthetic.lines(claims * n)) for n in (1, copies))
    print(
        f"{'question':22} {'disk (ms)':>10} {'memory (ms)':>12} {'rows':>6} {f'{copies} times':>10} {'rows':>7} growth"
    )
    worst = 0.0
    for question, values in asked(names):
        disk, _ = median(lambda q=question, v=values: rows(shipped, q, v), rounds)  # type: ignore[misc]
        small, found = median(lambda q=question, v=values: rows(one, q, v), rounds)  # type: ignore[misc]
        large, more = median(lambda q=question, v=values: rows(many, q, v), rounds)  # type: ignore[misc]
        worst = max(worst, large / small)
        cells = f"{disk * 1000:10.2f} {small * 1000:12.2f} {found:6} {large * 1000:10.2f} {more:7}"
        print(f"{question.name:22} {cells} {large / small:6.1f}", flush=True)
    print(f"\n{claims:,} claims and {copies} times as many; the largest growth is {worst:.1f}")


def against_rdflib(names: list[str], rounds: int) -> None:
    """Print the times of the store on disk and of rdflib's in memory, and their ratio."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    store = builds.open_store().store
    memory = rdflib.Dataset()
    memory.parse(data=ox.serialize(store.engine, format=ox.RdfFormat.N_QUADS), format="nquads")
    print(f"{'question':24} {'store (ms)':>10} {'rdflib (ms)':>12} {'ratio':>9}")
    ratios = []
    for question, values in asked(names):
        terms = {name: from_n3(str(value)) for name, value in values.items()}
        mine, _ = median(lambda q=question, v=values: rows(store, q, v), rounds)  # type: ignore[misc]
        other, whole = limited(
            lambda q=question, t=terms: list(memory.query(q.text, initNs=namespaces.PREFIXES, initBindings=t))  # type: ignore[misc]
        )
        ratios.append(other / mine)
        more = "" if whole else ">"
        theirs = f"{more}{other * 1000:{12 - len(more)}.0f}"
        print(f"{question.name:24} {mine * 1000:10.2f} {theirs} {more}{other / mine:.0f}", flush=True)
    fast = sum(ratio >= 50 for ratio in ratios)
    print(
        f"\nratio: median {statistics.median(ratios):.0f}, least {min(ratios):.0f}; {fast} of {len(ratios)} at least 50"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rdflib", action="store_true")
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    if given.rdflib:
        against_rdflib(given.names, given.rounds)
    else:
        growth(given.names, given.rounds, given.copies)


if __name__ == "__main__":
    main()
