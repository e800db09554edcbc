"""The question ``private-at-the-edge``: whether private firms are less central than state-owned ones.

Firms of which sources tell whose they are (:mod:`tenure`) are compared by four centralities in the whole network of
ties, without sectors: to belong to one is how a firm is known to be private, and no tie that it made.

The claim is supported when private firms are lower by every measure, and by one at least with p up to 0.05 after
Holm's correction; spoken against when they are higher in the same way. The graph cannot tell otherwise, nor with fewer
than 10 firms in a group, nor when leaving out one source changes the verdict.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from rareearth.analysis import ownership_sector, sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.measures import backends, centrality, permutation
from rareearth.store import asof, sparql

if TYPE_CHECKING:
    import networkx as nx
    import pyoxigraph as ox

    from rareearth.analysis.sample import Sample

    Graph = nx.Graph[str]

QUESTION = "Are private firms at the edge of the network, beside state-owned ones?"
CLAIM = "Private firms are at the edge"
LEAST_FIRMS = 10
LEVEL = 0.05
DRAWS = 1_999
KINDS = {
    "facts only": ("fact",),
    "with speech": ("fact", "speech"),
    "with assessments and recommendations": ("fact", "speech", "assessment", "recommendation"),
}

_LATEST = "SELECT (MAX(STR(?day)) AS ?last) { ?claim ree:kind ree:fact ; ree:status ree:held ; ree:earliest ?day }"

METHOD = (
    "Degree, betweenness: Freeman 1978, Social Networks 1, 215-239; 1977, Sociometry 40, 35-41. PageRank: Brin and "
    "Page 1998, Computer Networks and ISDN Systems 30, 107-117. k-core: Seidman 1983, Social Networks 5, 269-287.",
    "Permutation test of the difference in means: Pitman 1937, JRSS Supplement 4, 119-130; Phipson and Smyth 2010, "
    "Statistical Applications in Genetics and Molecular Biology 9, 39. Correction: Holm 1979, Scandinavian Journal of "
    "Statistics 6, 65-70.",
    "Cliff's delta: Cliff 1993, Psychological Bulletin 114, 494-509, with the percentile bootstrap of Efron and "
    "Tibshirani 1993. Hedges' g: Hedges 1981, Journal of Educational Statistics 6, 107-128.",
)


@dataclass(frozen=True)
class Measured:
    """One centrality of two groups; no p, no corrected p and no interval where a group is too small."""

    measure: str
    private: tuple[float, ...]
    state: tuple[float, ...]
    delta: float | None
    low: float | None
    high: float | None
    g: float | None
    p: float | None
    corrected: float | None


@dataclass(frozen=True)
class Weighed:
    """The centralities of private and state-owned firms, and the verdict on the claim that the private are lower."""

    measured: tuple[Measured, ...]
    private: tuple[str, ...]
    state: tuple[str, ...]
    verdict: Verdict


def weigh(graph: Graph, private: Iterable[str], state: Iterable[str], seed: int) -> Weighed:
    """The comparison of two groups of nodes of a graph by the rule of this module."""
    one, two = tuple(sorted(private)), tuple(sorted(state))
    values = {name: measure(graph) for name, measure in centrality.MEASURES.items()} if one and two else {}
    # what is equal on paper must be equal here, or rounding would rank it
    groups = {
        name: (tuple(round(found[n], 12) for n in one), tuple(round(found[n], 12) for n in two))
        for name, found in values.items()
    }
    enough = min(len(one), len(two)) >= LEAST_FIRMS
    tests = [permutation.compare(a, b, seed=seed, draws=DRAWS).p for a, b in groups.values()] if enough else []
    corrected = permutation.holm(tests)
    measured = []
    for number, (name, (a, b)) in enumerate(groups.items()):
        effect = permutation.cliffs_delta(a, b, seed=seed)
        measured.append(
            Measured(
                name,
                a,
                b,
                effect.size,
                effect.low if enough else None,
                effect.high if enough else None,
                permutation.hedges_g(a, b),
                tests[number] if enough else None,
                corrected[number] if enough else None,
            )
        )
    return Weighed(tuple(measured), one, two, _verdict(measured))


def _verdict(measured: Sequence[Measured]) -> Verdict:
    signs = {(m.delta > 0) - (m.delta < 0) for m in measured if m.delta is not None}
    sure = any(m.corrected is not None and m.corrected <= LEVEL for m in measured)
    if not sure or len(signs) != 1 or signs == {0}:
        return Verdict.OPEN
    return Verdict.SUPPORTED if signs == {-1} else Verdict.AGAINST


def each(samples: Iterable[Sample], seed: int) -> Iterator[Weighed]:
    """The comparison of the firms of each sample; those of the same ties and firms are weighed once."""
    known: dict[tuple[object, ...], Weighed] = {}
    for read in samples:
        sectors = {n for n, data in read.ties.nodes(data=True) if data["nature"] == "group" and data["tenure"]}
        graph = backends.part(read.ties, set(read.ties) - sectors)
        firms = {n: data["tenure"] for n, data in graph.nodes(data=True) if data["nature"] == "firm"}
        private, state = (
            tuple(n for n in firms if firms[n] == name) for name in (ownership_sector.PRIVATE, ownership_sector.STATE)
        )
        same = (tuple(graph), tuple(graph.edges()), private, state)
        if same not in known:
            known[same] = weigh(graph, private, state, seed)
        yield known[same]


def answer(store: ox.Store, read: Sample, seed: int) -> Finding:
    """The finding on a sample, with what it does with other kinds of claims and without each source."""
    sources = read.sources()
    with_kinds = (read.of(chosen) for chosen in KINDS.values())
    without_each = (read.without([source]) for source in sources)
    weighed, *rests = each(chain([read], with_kinds, without_each), seed)
    kinds = dict(zip(KINDS, rests, strict=False))
    without = dict(zip(sources, rests[len(KINDS) :], strict=True))
    turned = [source for source, other in without.items() if other.verdict is not weighed.verdict]
    verdict = Verdict.OPEN if turned else weighed.verdict
    ties = [(a, b) for a, b in read.ties.edges() if {a, b} & {*weighed.private, *weighed.state}]
    claims = {claim for n in (*weighed.private, *weighed.state) for claim in read.ties.nodes[n]["tenure_claims"]}
    claims |= {claim for a, b in ties for claim in read.ties.edges[a, b]["claims"]}
    return Finding(
        name="private-at-the-edge",
        question=QUESTION,
        claim=CLAIM,
        verdict=verdict,
        answer=_answer(weighed, verdict),
        tables=(
            _compared(weighed),
            _firms(read, weighed),
            _sensitivity("With other kinds of claims", "claims", kinds),
            *_turns(weighed, without),
            *([over_time(store, years, read.kinds, seed, read.left_out)] if (years := _years(store)) else []),
        ),
        drawn=(_sensitivity("Without each source", "without", without),),
        basis=read.basis_of(claims, len(ties)),
        limits=tuple(_limits(read, weighed, without, turned)),
        method=METHOD,
    )


def over_time(
    store: ox.Store,
    days: Iterable[str],
    kinds: Sequence[str] = ("fact",),
    seed: int = 0,
    without: Collection[str] = (),
) -> Table:
    """The comparison as of each of some days, months or years (EDTF), by :func:`asof.at`, without some sources.

    Raises RareEarthError for what is no day, month or year.
    """
    wanted = list(days)
    then = (sample.read(asof.at(store, day).store, kinds) for day in wanted)
    samples = (read.without(set(without) & set(read.sources())) for read in then)
    return _sensitivity("As of other days", "as of", dict(zip(wanted, each(samples, seed), strict=True)))


def _years(store: ox.Store) -> list[str]:
    """The latest year in which a fact is known to have held, and those five and ten years before."""
    [row] = sparql.select(store, _LATEST)
    if row["last"] is None:
        return []
    last = int(row["last"].value[:4])
    return [str(last - before) for before in (10, 5, 0)]


def _answer(weighed: Weighed, verdict: Verdict) -> str:
    firms = f"{len(weighed.private):,} private and {counted(len(weighed.state), 'state-owned firm')} have a tie"
    if not weighed.measured:
        return f"{firms}; there is nothing to compare."
    below = [m.measure for m in weighed.measured if (m.delta or 0) < 0]
    figures = ", ".join(f"{m.measure} {m.delta:+.2f}" for m in weighed.measured)
    lower = f"the private are lower by {', '.join(below)}" if below else "the private are lower by no measure"
    carried = " That is too little to go by." if verdict is Verdict.OPEN else ""
    return f"{firms}; {lower} (Cliff's delta: {figures}).{carried}"


def _limits(read: Sample, weighed: Weighed, without: Mapping[str, Weighed], turned: Sequence[str]) -> Iterator[str]:
    for name, group in (("private", weighed.private), ("state-owned", weighed.state)):
        if len(group) < LEAST_FIRMS:
            yield (
                f"{counted(len(group), f'{name} firm')}: with fewer than {LEAST_FIRMS} in a group a test has no power "
                "and an interval no meaning, so none is given."
            )
    unknown = sum(data["nature"] == "firm" and not data["tenure"] for _, data in read.ties.nodes(data=True))
    if unknown:
        more = counted(unknown, "more firm with a tie is", "more firms with a tie are")
        yield f"No source says whose {more}: that may well change the answer."
    open_ = [m.measure for m in weighed.measured if m.low is not None and m.high is not None and m.low <= 0 <= m.high]
    if open_:
        yield f"The interval of Cliff's delta holds 0 for {', '.join(open_)}."
    if turned:
        yield f"One source turns the verdict: {', '.join(turned)}."
    flips = [source for source, other in without.items() if _flips(weighed, other)]
    yield (
        f"{len(flips):,} of {counted(len(without), 'source')} would turn the sign of a measure, or end the comparison, "
        "when left out."
    )
    yield "Firms that more pages write of have more ties: this is centrality in what was written, not in trade."


def _flips(weighed: Weighed, other: Weighed) -> list[str]:
    """The measures whose effect has another sign."""
    then = {m.measure: m.delta for m in other.measured}
    return [m.measure for m in weighed.measured if _sign(m.delta) != _sign(then.get(m.measure))]


def _sign(delta: float | None) -> int | None:
    return None if delta is None else (delta > 0) - (delta < 0)


def _compared(weighed: Weighed) -> Table:
    rows = tuple(
        (
            m.measure, statistics.fmean(m.private), statistics.fmean(m.state),
            statistics.median(m.private), statistics.median(m.state),
            m.delta, m.low, m.high, m.g, m.p, m.corrected,
        )
        for m in weighed.measured
    )  # fmt: skip
    columns = (
        "measure", "private, mean", "state, mean", "private, median", "state, median",
        "Cliff's delta", "from", "to", "Hedges' g", "p", "p (Holm)",
    )  # fmt: skip
    note = "Below 0 the private are lower. The interval is of 95 %."
    return Table("Centralities of private and state-owned firms", columns, rows, note)


def _firms(read: Sample, weighed: Weighed) -> Table:
    rows: list[tuple[Value, ...]] = []
    evidence = []
    for group, names in (("private", weighed.private), ("state", weighed.state)):
        for number, name in enumerate(names):
            data = read.ties.nodes[name]
            told = "stated" if data["tenure_stated"] else "inferred"
            figures = ((m.private if group == "private" else m.state)[number] for m in weighed.measured)
            rows.append((data["label"], group, told, *figures))
            evidence.append(tuple(data["tenure_claims"]))
    columns = ("firm", "group", "by", *(m.measure for m in weighed.measured))
    note = (
        "Stated: a source says so in a word; inferred: from owners or supervisors. The claims are those that tell it."
    )
    return Table("The firms", columns, tuple(rows), note, evidence=tuple(evidence))


def _sensitivity(title: str, column: str, samples: Mapping[str, Weighed]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name, weighed in samples.items():
        deltas = {m.measure: m.delta for m in weighed.measured}
        figures = (deltas.get(measure) for measure in centrality.MEASURES)
        rows.append((name, len(weighed.private), len(weighed.state), *figures, str(weighed.verdict)))
    columns = (column, "private", "state", *(f"delta of {m}" for m in centrality.MEASURES), "verdict")
    return Table(title, columns, tuple(rows))


def _turns(weighed: Weighed, without: Mapping[str, Weighed]) -> Iterator[Table]:
    """The sources that turn a sign or the verdict when left out; no table where none does, as the limits say so."""
    kept = {
        source: other
        for source, other in without.items()
        if _flips(weighed, other) or other.verdict is not weighed.verdict
    }
    if kept:
        title = f"Sources that turn a sign or the verdict when left out, of {len(without)}"
        yield _sensitivity(title, "without", kept)
