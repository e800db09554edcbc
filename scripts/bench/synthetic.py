"""Synthetic data for benchmarks: as many copies of the shipped data as have a number of claims.

In each copy the ids of entities, sources, claims, conflicts and judgements, and the names of entities, have an ending
of their own; the first copy is the data itself. Each entity so has as many claims as in the data, whatever the size of
the whole.
"""

import re
from collections.abc import Iterator

from rareearth import checks, namespaces
from rareearth.store import nquads

_ID = re.compile(rf"(<{re.escape(namespaces.BASE)}(?:entity|source|claim|conflict|judgement|story)/[^>#]+)")
_NAME = re.compile(r'((?:#label|#altLabel|#acronym|#observedName)> ".*)"(@[a-z-]+)? \.$')


def lines(claims: int) -> Iterator[str]:
    """The N-Quads lines of at least so many claims; those of the ontology come once."""
    dataset = checks.load()
    shipped = list(nquads.lines(dataset))
    yield from shipped
    own = [line for line in shipped if _ID.match(line)]
    for copy in range(1, -(-claims // len(dataset.claims))):
        for line in own:
            yield _NAME.sub(rf'\g<1> {copy}"\g<2> .', _ID.sub(rf"\g<1>-{copy}", line))
