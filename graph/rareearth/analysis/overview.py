"""An overview of the sample: how many actors and ties it has, of which years and places, and who has the most ties."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import edtf
from rareearth.analysis import places
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Actor, Support

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rareearth.analysis.places import Place
    from rareearth.analysis.sample import Sample
    from rareearth.store.backend import Backend

RANKED = 15
DRAWS = 999


@dataclass(frozen=True)
class Year:
    """The ties of one year: ``dated`` by a claim, ``published`` by the page of a claim only; None if neither is known.

    The year of a tie is the first that any of its claims gives.
    """

    year: int | None
    dated: int
    published: int
    undated: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Ranked(Actor):
    """An organization or firm by its number of ties.

    ``rank`` is 1 more than the number of those with more ties; the 95% interval of the rank is that of 999 resamples
    of the sources (percentile bootstrap [efron1993]; why ranks need one: [goldstein1996]).
    """

    sphere: str
    ties: int
    rank: int
    ci_low: int
    ci_high: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """The sample in numbers.

    ``kinds`` of claims count, those of the sources ``left_out`` do not; ``spheres`` has the number of actors by sphere
    ("" for none), ``between_bodies`` the ties between organizations and firms that have a sphere. ``years`` are
    ascending, the last one is None; ``dated``, ``published`` and ``undated`` are their sums. ``ranking`` has the
    :data:`RANKED` organizations and firms with the most ties, ``certain`` of which have an interval that ends within
    the first :data:`RANKED`. ``places`` are the outermost ones with an actor, ``located`` counts all actors in them,
    ``unlocated`` the actors with a tie in none.
    """

    kinds: tuple[str, ...]
    left_out: tuple[str, ...]
    seed: int
    actors: int
    spheres: dict[str, int]
    between_bodies: int
    years: tuple[Year, ...]
    dated: int
    published: int
    undated: int
    ranking: tuple[Ranked, ...]
    certain: int
    ranking_support: Support
    places: tuple[Place, ...]
    located: int
    unlocated: int
    places_support: Support
    support: Support


def measure(store: Backend, sample: Sample, seed: int) -> Overview:
    """The overview of a sample of a store; ``seed`` is that of the resamples."""
    by_year, ranked = tuple(years(sample)), tuple(ranking(sample, seed))
    tops = places.read(store, sample)
    located = frozenset().union(*(top.everyone() for top in tops))
    placed = {claim for top in tops for _, place in top.walk() for claim in place.claims}
    return Overview(
        kinds=sample.kinds,
        left_out=sample.left_out,
        seed=seed,
        actors=len(sample.ties),
        spheres=dict(sorted(Counter(str(data["sphere"]) for _, data in sample.ties.nodes(data=True)).items())),
        between_bodies=samples.bodies(sample).number_of_edges(),
        years=by_year,
        dated=sum(year.dated for year in by_year),
        published=sum(year.published for year in by_year),
        undated=sum(year.undated for year in by_year),
        ranking=ranked,
        certain=sum(actor.ci_high <= RANKED for actor in ranked),
        ranking_support=sample.support((a, b) for actor in ranked for a, b in sample.ties.edges(actor.id)),
        places=tops,
        located=len(located),
        unlocated=len(set(sample.ties) - located),
        places_support=sample.support_of(placed, len(located)),
        support=sample.support(),
    )


def years(sample: Sample) -> Iterator[Year]:
    """The ties of each year, ascending; those without one come last."""
    counts: dict[int | None, Counter[str]] = defaultdict(Counter)
    ids: dict[int | None, set[str]] = defaultdict(set)
    for _, _, data in sample.ties.edges(data=True):
        own = [sample.claims[id_] for id_ in data["claims"]]
        dated = min(filter(None, (_year(c.since, c.when, c.inferred) for c in own)), default=None)
        published = min(filter(None, (_year(c.page.published) for c in own)), default=None)
        year = dated or published
        counts[year]["dated" if dated else "published" if published else "undated"] += 1
        ids[year].update(data["claims"])
    for year in (*sorted(y for y in counts if y is not None), None):
        of = counts[year]
        yield Year(year, of["dated"], of["published"], of["undated"], tuple(sorted(ids[year])))


def _year(*times: str) -> int | None:
    """The year of the first of these times (EDTF) that has one."""
    return next((first.year for text in times if text and (first := edtf.parse(text).first)), None)


def ranking(sample: Sample, seed: int) -> Iterator[Ranked]:
    """The organizations and firms with the most ties, with an interval of the rank."""
    import numpy as np

    ties = sample.ties
    bodies = sorted(n for n, data in ties.nodes(data=True) if data["actor_type"] in samples.BODIES)
    degree = {n: ties.degree(n) for n in bodies}
    sources = sorted({s for _, _, data in ties.edges(data=True) for s in data["sources"]})
    number = {source: i for i, source in enumerate(sources)}
    reported = np.zeros((ties.number_of_edges(), len(sources)))
    ends = np.zeros((len(bodies), ties.number_of_edges()))
    row = {n: i for i, n in enumerate(bodies)}
    for i, (a, b, data) in enumerate(ties.edges(data=True)):
        reported[i, [number[s] for s in data["sources"]]] = 1
        for end in (a, b):
            if end in row:
                ends[row[end], i] = 1
    low, high = _interval(reported, ends, seed)
    for node in sorted(bodies, key=lambda n: (-degree[n], str(ties.nodes[n]["label"])))[:RANKED]:
        yield Ranked(
            id=node,
            name=str(ties.nodes[node]["label"]),
            sphere=str(ties.nodes[node]["sphere"]),
            ties=degree[node],
            rank=1 + sum(degree[other] > degree[node] for other in bodies),
            ci_low=int(low[row[node]]),
            ci_high=int(high[row[node]]),
            claims=tuple(sorted({c for _, _, data in ties.edges(node, data=True) for c in data["claims"]})),
        )


def _interval(
    reported: npt.NDArray[np.float64], ends: npt.NDArray[np.float64], seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The 95% interval of the rank of each body (percentile bootstrap over sources), whole numbers that include it.

    ``reported`` says which source (column) reports which tie (row), ``ends`` which tie (column) a body (row) has.
    """
    import numpy as np
    from scipy import stats

    def ranks(resamples: npt.NDArray[np.int64], axis: int = -1) -> npt.NDArray[np.float64]:
        drawn = np.zeros((len(resamples), reported.shape[1]))
        np.put_along_axis(drawn, resamples, 1, axis=axis)
        counts = ends @ (reported @ drawn.T > 0).astype(float)  # of the ties that a drawn source reports
        found: npt.NDArray[np.float64] = stats.rankdata(-counts, method="min", axis=0).astype(float)
        return found

    sources = np.arange(reported.shape[1])
    if len(sources) < 2 or not len(ends):  # there is nothing else to draw
        low = high = ranks(sources[None, :])[:, 0] if len(sources) else np.zeros(len(ends))
        return low, high
    rng = np.random.default_rng(seed)
    found = stats.bootstrap((sources,), ranks, n_resamples=DRAWS, vectorized=True, method="percentile", rng=rng)
    return np.floor(found.confidence_interval.low), np.ceil(found.confidence_interval.high)
