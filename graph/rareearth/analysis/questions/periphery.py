"""The question ``private-at-the-edge``: whether private firms are less central than state-owned ones.

Firms whose ownership is known from sources (:mod:`ownership_sector`) are compared by four centralities in the whole
network of ties, without sectors: membership of a sector is how a firm is known to be private, not a tie that it made.

The claim is supported if private firms are lower by every measure, and by at least one with p up to 0.05 after Holm's
correction; contradicted if they are higher in the same way. It is inconclusive otherwise, with fewer than 10 firms in a
group, or if leaving out one source changes the verdict.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from rareearth.analysis import ownership_sector, parting
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import (
    Actor,
    Support,
    Table,
    TestResult,
    Value,
    Verdict,
    changed_verdicts,
    quantity,
)
from rareearth.measures import centrality, permutation
from rareearth.store import asof, claims

if TYPE_CHECKING:
    from rareearth.analysis.parting import Parted
    from rareearth.analysis.sample import Sample
    from rareearth.measures.backends import Indexed
    from rareearth.store.backend import Backend

QUESTION = "Are private firms at the periphery of the network, compared with state-owned ones?"
CLAIM = "Private firms are at the periphery"
LEAST_FIRMS = 10
LEVEL = 0.05
DRAWS = 1_999
KINDS = {
    "facts only": ("fact",),
    "with speech": ("fact", "speech"),
    "with assessments and recommendations": ("fact", "speech", "assessment", "recommendation"),
}

METHOD = (
    "Degree and betweenness [freeman1978; freeman1977], PageRank [brin1998], k-core [seidman1983].",
    "Permutation test of the difference in means [pitman1937; phipson2010], corrected for the number of tests "
    "[holm1979].",
    "Cliff's delta [cliff1993] with the percentile bootstrap [efron1993]. Hedges' g [hedges1981].",
)


@dataclass(frozen=True)
class Effect:
    """One centrality of private firms compared with that of state-owned ones: means, medians and effect sizes.

    ``delta`` is Cliff's delta (below 0 the private are lower), with its 95% interval; ``p`` is of a permutation test
    of the means, two-sided. Interval and p-values are None if a group is too small.
    """

    measure: str
    private_mean: float
    state_mean: float
    private_median: float
    state_median: float
    delta: float | None
    ci_low: float | None
    ci_high: float | None
    hedges_g: float | None
    p: float | None
    p_corrected: float | None


@dataclass(frozen=True)
class Statistics:
    """The numbers of private and of state-owned firms, and the effect on each centrality (none if a group is empty)."""

    private: int
    state: int
    effects: tuple[Effect, ...]

    @property
    def delta(self) -> dict[str, float | None]:
        """Cliff's delta of each measure; of none if a group is empty."""
        return {effect.measure: effect.delta for effect in self.effects}


class Comparison(NamedTuple):
    """A test, with the values of each centrality for (private, state-owned) firms in the order of their ids."""

    test: TestResult[Statistics]
    private: tuple[str, ...]
    state: tuple[str, ...]
    values: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]


@dataclass(frozen=True)
class Firm(Actor):
    """A firm whose ownership is known: its centralities by measure, and the ids of the claims on its ownership.

    ``ownership`` is ``private`` or ``state``, ``stated`` whether a source says so in a word.
    """

    ownership: str
    stated: bool
    centralities: Mapping[str, float]
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """The answer to ``private-at-the-edge``.

    ``by_kinds`` is the test with other kinds of claims, ``without`` that without each source, ``by_year`` that as of
    other days; ``changed`` are the sources without which the verdict is another, ``flips`` those without which an
    effect has another sign. ``unknown`` counts the firms with a tie whose ownership no source states,
    ``listed`` those of which only an exchange is known.
    """

    test: TestResult[Statistics]
    firms: tuple[Firm, ...]
    by_kinds: Mapping[str, TestResult[Statistics]]
    without: Mapping[str, TestResult[Statistics]]
    by_year: Mapping[str, TestResult[Statistics]]
    changed: tuple[str, ...]
    flips: tuple[str, ...]
    unknown: int
    listed: int
    support: Support

    @property
    def verdict(self) -> Verdict:
        """The verdict of the test, inconclusive if leaving a source out changes it."""
        return Verdict.INCONCLUSIVE if self.changed else self.test.verdict


def compare(
    graph: Indexed[str], private: Iterable[str], state: Iterable[str], seed: int, *, intervals: bool = True
) -> Comparison:
    """The centralities of two groups of nodes of a graph, with the test of the claim by the rule of this module.

    Without ``intervals``, the effects have none: to see whether a verdict changes, none is needed.
    """
    one, two = tuple(sorted(private)), tuple(sorted(state))
    values = centrality.every(graph) if one and two else {}
    # what is equal on paper must be equal here, or rounding would rank it
    groups = {
        name: (tuple(round(found[n], 12) for n in one), tuple(round(found[n], 12) for n in two))
        for name, found in values.items()
    }
    enough = min(len(one), len(two)) >= LEAST_FIRMS
    p_values = [permutation.compare(a, b, seed=seed, draws=DRAWS).p for a, b in groups.values()] if enough else []
    corrected = permutation.holm(p_values)
    effects = []
    for number, (name, (a, b)) in enumerate(groups.items()):
        found = permutation.cliffs_delta(a, b, seed=seed, draws=2_000 if intervals and enough else 0)
        effects.append(
            Effect(
                measure=name,
                private_mean=statistics.fmean(a),
                state_mean=statistics.fmean(b),
                private_median=statistics.median(a),
                state_median=statistics.median(b),
                delta=found.size,
                ci_low=found.ci_low if enough else None,
                ci_high=found.ci_high if enough else None,
                hedges_g=permutation.hedges_g(a, b),
                p=p_values[number] if enough else None,
                p_corrected=corrected[number] if enough else None,
            )
        )
    statistics_ = Statistics(len(one), len(two), tuple(effects))
    return Comparison(TestResult(graph.graph.ecount(), statistics_, _verdict(effects)), one, two, groups)


def _verdict(effects: Sequence[Effect]) -> Verdict:
    signs = {(e.delta > 0) - (e.delta < 0) for e in effects if e.delta is not None}
    significant = any(e.p_corrected is not None and e.p_corrected <= LEVEL for e in effects)
    if not significant or len(signs) != 1 or signs == {0}:
        return Verdict.INCONCLUSIVE
    return Verdict.SUPPORTED if signs == {-1} else Verdict.CONTRADICTED


def compare_each(several: Iterable[Sample], seed: int) -> Iterator[Comparison]:
    """The comparison of the firms of each sample; those with the same ties and firms are compared once.

    Only the first has intervals.
    """
    return _compare_each(map(parting.whole, several), seed)


def _compare_each(worlds: Iterable[Parted], seed: int) -> Iterator[Comparison]:
    known: dict[tuple[object, ...], Comparison] = {}
    for world in worlds:
        same = (tuple(world.graph.names), tuple(world.graph.graph.get_edgelist()), world.private, world.state)
        if same not in known:
            known[same] = compare(*world, seed, intervals=not known)
        yield known[same]


def measure(store: Backend, sample: Sample, seed: int) -> Result:
    """The centralities of the firms of a sample, with the test of the claim and what it is sensitive to."""
    sources = sample.sources()
    with_kinds = (sample.of(chosen) for chosen in KINDS.values())
    full, *rests = _compare_each(
        chain(map(parting.whole, chain([sample], with_kinds)), parting.without_each(sample)), seed
    )
    without = {source: rest.test for source, rest in zip(sources, rests[len(KINDS) :], strict=True)}
    firms = tuple(_firms(sample, full))
    ids = {firm.id for firm in firms}
    ties = [(a, b) for a, b in sample.everyone.edges() if {a, b} & ids]
    claims = {claim for firm in firms for claim in firm.claims}
    claims |= {claim for a, b in ties for claim in sample.everyone.edges[a, b]["claims"]}
    signs = _signs(full.test, full.test.statistics.delta)
    return Result(
        test=full.test,
        firms=firms,
        by_kinds={name: rest.test for name, rest in zip(KINDS, rests, strict=False)},
        without=without,
        by_year=over_time(store, _years(store), sample.kinds, seed, sample.left_out),
        changed=changed_verdicts(full.test, without),
        flips=tuple(source for source, rest in without.items() if _signs(rest, signs) != signs),
        unknown=_number(sample, ""),
        listed=_number(sample, ownership_sector.LISTED),
        support=sample.support_of(claims, len(ties)),
    )


def _number(sample: Sample, name: str) -> int:
    """The number of firms of an ownership sector."""
    firms = (data for _, data in sample.everyone.nodes(data=True) if data["actor_type"] == "firm")
    return sum(data["ownership_sector"] == name for data in firms)


def _signs(test: TestResult[Statistics], measures: Iterable[str]) -> dict[str, int | None]:
    """The sign of the effect on each of some measures; None if there is no effect."""
    found = test.statistics.delta
    return {m: None if (d := found.get(m)) is None else (d > 0) - (d < 0) for m in measures}


def _firms(sample: Sample, full: Comparison) -> Iterator[Firm]:
    for group, (ownership, ids) in enumerate((("private", full.private), ("state", full.state))):
        for number, id_ in enumerate(ids):
            data = sample.everyone.nodes[id_]
            yield Firm(
                id=id_,
                name=str(data["label"]),
                ownership=ownership,
                stated=bool(data["ownership_stated"]),
                centralities={measure: groups[group][number] for measure, groups in full.values.items()},
                claims=tuple(data["ownership_claims"]),
            )


def over_time(
    store: Backend,
    days: Iterable[str],
    kinds: Sequence[str] = ("fact",),
    seed: int = 0,
    without: Collection[str] = (),
) -> dict[str, TestResult[Statistics]]:
    """The test as of each of some days, months or years (EDTF), by :func:`asof.at`, without some sources.

    Raises RareEarthError for what is no day, month or year.
    """
    listed = list(days)
    then = (samples.read(asof.at(store, day).store, kinds) for day in listed)
    without_some = (sample.without(set(without) & set(sample.sources())) for sample in then)
    return {day: found.test for day, found in zip(listed, compare_each(without_some, seed), strict=True)}


def _years(store: Backend) -> list[str]:
    """The latest year in which a fact is known to have held, and those five and ten years before."""
    days = [c.earliest for c in claims.read(store) if (c.kind, c.status) == ("fact", "held") and c.earliest]
    return [str(int(max(days)[:4]) - before) for before in (10, 5, 0)] if days else []


def claim(_result: Result) -> str:
    """The statement that is tested."""
    return CLAIM


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    found = result.test.statistics
    firms = f"{found.private:,} private and {quantity(found.state, 'state-owned firm')} have a tie"
    if not found.effects:
        return f"{firms}; there is nothing to compare."
    below = [e.measure for e in found.effects if (e.delta or 0) < 0]
    deltas = ", ".join(f"{e.measure} {e.delta:+.2f}" for e in found.effects)
    lower = f"private firms score lower in {', '.join(below)}" if below else "private firms score lower in no measure"
    weak = " The evidence is too weak for a conclusion." if result.verdict is Verdict.INCONCLUSIVE else ""
    return f"{firms}; {lower} (Cliff's delta: {deltas}).{weak}"


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    found = result.test.statistics
    for name, count in (("private", found.private), ("state-owned", found.state)):
        if count < LEAST_FIRMS:
            yield (
                f"{quantity(count, f'{name} firm')}: with fewer than {LEAST_FIRMS} in a group, a test has no power "
                "and an interval has no meaning, so neither is given."
            )
    if result.unknown:
        more = quantity(result.unknown, "more firm with a tie", "more firms with a tie")
        yield f"No source states the ownership of {more}: the answer may change once it is known."
    if result.listed:
        listed = quantity(result.listed, "listed firm is", "listed firms are")
        yield f"{listed} not compared: no source says whether the state or private owners have the majority."
    open_ = [
        e.measure
        for e in found.effects
        if e.ci_low is not None and e.ci_high is not None and e.ci_low <= 0 <= e.ci_high
    ]
    if open_:
        yield f"The interval of Cliff's delta includes 0 for {', '.join(open_)}."
    if result.changed:
        yield f"The verdict is not robust: it changes without {', '.join(result.changed)}."
    yield (
        f"Leaving out one of {len(result.flips):,} of {quantity(len(result.without), 'source')} would change the sign "
        "of an effect, or end the comparison."
    )
    yield "Firms that more pages write about have more ties: this is centrality in what was written, not in trade."


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    turns = {s: other for s, other in result.without.items() if s in result.flips or s in result.changed}
    title = f"Sources that change a sign or the verdict when left out, of {len(result.without)}"
    return (
        _effect_table(result),
        _firm_table(result),
        _sensitivity("With other kinds of claims", "claims", result.by_kinds),
        *([_sensitivity(title, "without", turns)] if turns else []),
        *([_sensitivity("As of other days", "as of", result.by_year)] if result.by_year else []),
    )


def _effect_table(result: Result) -> Table:
    rows = tuple(
        (
            e.measure, e.private_mean, e.state_mean, e.private_median, e.state_median,
            e.delta, e.ci_low, e.ci_high, e.hedges_g, e.p, e.p_corrected,
        )
        for e in result.test.statistics.effects
    )  # fmt: skip
    columns = (
        "measure", "private, mean", "state, mean", "private, median", "state, median",
        "Cliff's delta", "from", "to", "Hedges' g", "p", "p (Holm)",
    )  # fmt: skip
    note = "Below 0, private firms score lower. The interval is a 95% interval."
    return Table("Centralities of private and state-owned firms", columns, rows, note)


def _firm_table(result: Result) -> Table:
    measures = tuple(result.test.statistics.delta)
    return Table(
        "The firms",
        ("firm", "group", "by", *measures),
        tuple(
            (f.name, f.ownership, "stated" if f.stated else "inferred", *(f.centralities[m] for m in measures))
            for f in result.firms
        ),
        note="Stated: a source calls the firm state-owned or private; inferred: from owners or supervisors. The "
        "claims are those on ownership.",
        evidence=tuple(f.claims for f in result.firms),
    )


def _sensitivity(title: str, column: str, tests: Mapping[str, TestResult[Statistics]]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name, test in tests.items():
        found = test.statistics
        deltas = (found.delta.get(measure) for measure in centrality.MEASURES)
        rows.append((name, found.private, found.state, *deltas, str(test.verdict)))
    columns = (column, "private", "state", *(f"delta of {m}" for m in centrality.MEASURES), "verdict")
    return Table(title, columns, tuple(rows))
