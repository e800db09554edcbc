"""Whether stores at addresses answer as the embedded one: every question, card, conflict and as-of, row by row.

Each store must hold the graph of the build (`rareearth publish URL`). A question is asked without values, with the
example of each of its parameters ("such as …"), and with all of them. Rows are compared as they are printed: values,
and where the question has an order, their order. The table says "same", "order" (the same rows in another order),
"DIFFERS" with the first difference, or the error. Exit code 1 if anything is not the same.

Usage: scripts/conformance [--rounds N] [--only NAME ...] [--cards N] [--timeout SECONDS] URL ...
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import rareearth
from rareearth import network
from rareearth.errors import RareEarthError
from rareearth.knowledge import KnowledgeGraph
from rareearth.store import questions, sparql
from rareearth.views import cards, conflicts, differences, paths, promises

DAYS = ("2019", "2021-12", "2025-05-15")  # of the as-of
ENDS = (("qiandong-rare-earth-group", "yang-zhanfeng"), ("li-bo", "china"))
Lines = list[str]


class Check(NamedTuple):
    """What is asked: its name in the table, its cases, and the lines that are compared."""

    name: str
    cases: list[Callable[[KnowledgeGraph], Lines]]


class Outcome(NamedTuple):
    """What came of a check: a word, the number of lines, seconds here and there, and the first difference."""

    word: str
    lines: int
    here: float
    there: float
    difference: str


def rows(graph: KnowledgeGraph, name: str, values: dict[str, str]) -> Lines:
    """The rows of a question, as text; those of a CONSTRUCT are sorted."""
    result = graph.run_question(name, values)
    if isinstance(result, sparql.Rows):
        return ["\t".join(result.columns), *("\t".join(map(str, row)) for row in result)]
    return sorted(map(str, set(result))) if isinstance(result, sparql.Triples) else [str(bool(result))]


def of_questions() -> Iterator[Check]:
    for question in questions.read_all():
        examples = {p.name: p.meaning.rpartition("such as ")[2] for p in question.parameters}
        cases = [{}, *({name: value} for name, value in examples.items()), *([examples] if len(examples) > 1 else [])]
        yield Check(question.name, [lambda g, n=question.name, v=v: rows(g, n, v) for v in cases])


def of_views(graph: KnowledgeGraph, number: int) -> Iterator[Check]:
    """The checks of what the commands show, for so many cards (of entities at equal distances in the sorted list)."""
    found = sorted({claim.subject.text for claim in rareearth_claims(graph)})
    chosen = found[:: max(1, len(found) // number)][:number] if number else []
    yield Check("card", [lambda g, e=e: list(cards.lines(g.show(e))) for e in chosen])
    yield Check(
        "card as of", [lambda g, e=e, d=d: list(cards.lines(g.show(e, as_of=d))) for e in chosen[::10] for d in DAYS]
    )
    yield Check("path", [lambda g, a=a, b=b: list(paths.lines(g.path(a, b))) for a, b in ENDS])
    yield Check("conflict", [lambda g: [line for c in g.conflicts() for line in conflicts.lines(c)]])
    yield Check(
        "unjudged", [lambda g: [line for d in differences.unjudged(g.store) for line in conflicts.side_lines(d)]]
    )
    yield Check("promise", [lambda g: [line for p in g.promises() for line in promises.lines(p)]])
    yield Check("network", [lambda g: edges(network.read(g.store)), lambda g: edges(network.read(g.store, "full"))])
    yield Check("quads", [lambda g: sorted(map(str, g.store.quads()))])
    yield Check("as of", [lambda g, d=d: sorted(map(str, g.as_of(d).store.quads())) for d in DAYS])


def rareearth_claims(graph: KnowledgeGraph):
    from rareearth.store import claims

    return claims.read(graph.store)


def edges(made: network.Network) -> Lines:
    return sorted(map(str, [*made.nodes(data=True), *made.edges(keys=True, data=True)]))


def compared(check: Check, here: KnowledgeGraph, there: KnowledgeGraph, rounds: int) -> Outcome:
    """A check on two stores; ``rounds`` times on the one that is tested, which must always answer the same."""
    total, ours, theirs = 0, 0.0, 0.0
    word, difference = "same", ""
    for case in check.cases:
        start = time.perf_counter()
        expected = case(here)
        ours += time.perf_counter() - start
        total += len(expected)
        for _ in range(rounds):
            start = time.perf_counter()
            try:
                found = case(there)
            except RareEarthError as error:
                return Outcome("ERROR", total, ours, theirs, str(error))
            theirs += (time.perf_counter() - start) / rounds
            if found == expected:
                continue
            if sorted(found) == sorted(expected):
                word, difference = "order", difference or first(expected, found)
            else:
                return Outcome("DIFFERS", total, ours, theirs, first(expected, found))
    return Outcome(word, total, ours, theirs, difference)


def first(expected: Lines, found: Lines) -> str:
    """The first difference of two lists of lines."""
    for number, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return f"line {number}: expected {one!r}, found {other!r}"
    longer, what = (expected, "missing") if len(expected) > len(found) else (found, "too many")
    return f"{abs(len(expected) - len(found))} lines {what}, the first {longer[min(len(expected), len(found))]!r}"


def tested(url: str, given: argparse.Namespace, here: KnowledgeGraph) -> bool:
    """Print the table of a store; whether all is the same."""
    there = rareearth.open(store=url, timeout=given.timeout)
    asked = list(of_questions())
    shown = list(of_views(here, given.cards))
    counts = {True: 0, False: 0}
    print(f"\n{url}\n{'':26}{'cases':>6}{'lines':>8}{'here':>9}{'there':>9}  answers")
    for check in [*asked, *shown]:
        if given.only and check.name not in given.only:
            continue
        outcome = compared(check, here, there, given.rounds)
        same = outcome.word == "same"
        counts[same] += 1
        times = f"{outcome.here:8.2f}s{outcome.there:8.2f}s"
        print(f"{check.name:26}{len(check.cases):6}{outcome.lines:8}{times}  {outcome.word}", flush=True)
        if outcome.difference:
            print(f"{'':4}{outcome.difference[: given.width]}", flush=True)
    print(f"{counts[True]} of {sum(counts.values())} the same")
    return not counts[False]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("urls", metavar="URL", nargs="+")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is asked; all answers must be the same")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--cards", type=int, default=40)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--width", type=int, default=400, help="characters of a difference")
    given = parser.parse_args()
    here = rareearth.open()
    results = [tested(url, given, here) for url in given.urls]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
