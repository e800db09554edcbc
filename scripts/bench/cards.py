"""What a card, a look-up and a path cost as the store grows: CPU time at several numbers of claims, in one run.

The card is of the same entities each time, which have as many claims in each store; the names are given as the data has
them and, once the index of the store is made, in another spelling.

Usage: .venv/bin/python scripts/bench/cards.py [CLAIMS ...]
"""

import statistics
import sys
import time
from collections.abc import Callable

import synthetic

from rareearth import namespaces, network
from rareearth.store import claims, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards, lookup, paths

ENTITIES = ("li-bo", "chinese-society-of-rare-earths", "lynas-rare-earths", "ganzhou-tour", "china")
NAMES = ("Li Bo", "Chinese Society of Rare Earths", "li-bo")
OTHERS = ("li bo", "csre", "赣江创新院")
ENDS = ("qiandong-rare-earth-group", "yang-zhanfeng")


def median(work: Callable[[], object], rounds: int = 9) -> float:
    """The median CPU time of one call, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def measured(store: Oxigraph) -> dict[str, float]:
    """What each costs in a store, in milliseconds."""
    iris = [namespaces.ENTITY + id_ for id_ in ENTITIES]
    start, end = (namespaces.ENTITY + id_ for id_ in ENDS)
    return {
        "card": median(lambda: [cards.card(store, iri) for iri in iris]) / len(iris),
        "name": median(lambda: [lookup.entity(store, name) for name in NAMES]) / len(NAMES),
        "index": median(lambda: lookup.entity(store, OTHERS[0]), 1),
        "spelled": median(lambda: [lookup.entity(store, name) for name in OTHERS]) / len(OTHERS),
        "path": median(lambda: paths.between(store, start, end)),
        "all claims": median(lambda: claims.read(store), 3),
        "network": median(lambda: network.read(store), 3),
    }


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [950, 9_500, 50_000]
    first: dict[str, float] = {}
    for size in sizes:
        store = oxigraph.memory(synthetic.lines(size))
        [[count]] = store.select("SELECT (COUNT(*) AS ?n) { ?claim a ree:Claim }")
        found = measured(store)
        first = first or found
        print(
            f"{int(count.value):,} claims: "
            + ", ".join(f"{name} {cost:,.2f} ms (×{cost / first[name]:.1f})" for name, cost in found.items())
        )


if __name__ == "__main__":
    main()
