"""The question ``spheres``: how ties run within and between academia, industry, government and society.

Only ties between organizations and firms are tested. Persons are shown separately: a person has the sphere of its
organization, so a tie between the two is within a sphere by definition; the same is true of facilities. The measure is
the number of ties between spheres, compared with random graphs in which every actor keeps its number of ties.

The claim that there are few is supported if there are fewer than in the random graphs (two-sided p up to 0.05), and
contradicted if there are more. It is inconclusive if there are fewer than 30 ties, if fewer than 5 are expected between
or within spheres, if p is greater, or if the verdict changes without one source, or without ties of ownership alone,
which are no collaboration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth.analysis import grouping, references
from rareearth.analysis import sample as samples
from rareearth.analysis.finding import Support, Table, TestResult, Value, Verdict, changed_verdicts, quantity
from rareearth.measures import backends, mixing, null_model

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.grouping import Grouping
    from rareearth.analysis.sample import Sample
    from rareearth.measures.null_model import Comparison
    from rareearth.store.backend import Backend

    Graph = nx.Graph[str]

QUESTION = "What share of ties runs within and between academia, industry, government and society?"
CLAIM = "Collaboration across the spheres is thin"
DRAWS, DRAWS_AGAIN = 999, 199
LEVEL = 0.05
LEAST_TIES, LEAST_EXPECTED = 30, 5.0  # the second is Cochran's rule for tables of counts
WATCHED = 3  # sources that are left out with the whole test again, those that bear most on the answer

METHOD = (
    "E-I index [krackhardt1988]. Mixing matrix and assortativity coefficient [newman2003].",
    "Random graphs that keep degrees [maslov2002; fosdick2018].",
    "P-values that count the observed graph [phipson2010]; none if fewer than 5 ties are expected [cochran1954].",
    "Networks have more ties within groups [mcpherson2001].",
)
OWNERSHIP = "ties of ownership"
KINDS = {
    "facts": ("fact",),
    "facts and speech": ("fact", "speech"),
    "all kinds of claims": ("fact", "speech", "assessment", "recommendation"),
}


@dataclass(frozen=True)
class Statistics:
    """The number of ties between spheres compared with random graphs; None if there is no tie at all."""

    between: Comparison | None


@dataclass(frozen=True)
class RelationCount:
    """The ties of one relation, those of them between spheres, and the ids of their claims."""

    relation: str
    ties: int
    between: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """The same measures with other kinds of claims, or other actors.

    ``excess`` is the share of ties that run between spheres beyond those expected, as :func:`grouping.excess` gives it.
    """

    claims: str
    actors: str
    ties: int
    between: int
    ei_index: float | None
    assortativity: float | None
    excess: float


@dataclass(frozen=True)
class Result:
    """The answer to ``spheres``.

    ``by_sphere`` groups all bodies by sphere, ``by_group`` with industry split by ownership. ``test`` is the test of
    the claim, ``retests`` what it gives without ties of ownership and without each of the sources that matter most, by
    what is left out; ``changed`` those of them with another verdict. ``excess`` is the share of ties between spheres
    beyond those expected (see :func:`grouping.excess`), ``excess_without`` the same without each source that leaves two
    ties or more, ``sign_changes`` those sources without which it has another sign. ``untestable`` counts the pairs of
    spheres for which fewer than :data:`LEAST_EXPECTED` ties are expected, ``industry`` the bodies of industry,
    ``industry_unknown`` those whose ownership no source states, ``untested_ties`` the ties of persons, facilities,
    groups, events and places.
    """

    test: TestResult[Statistics]
    retests: Mapping[str, TestResult[Statistics]]
    changed: tuple[str, ...]
    by_sphere: Grouping
    by_group: Grouping
    relations: tuple[RelationCount, ...]
    scopes: tuple[Scope, ...]
    sources: int
    excess: float
    excess_without: Mapping[str, float]
    sign_changes: tuple[str, ...]
    untestable: int
    industry: int
    industry_unknown: int
    untested_ties: int
    support: Support

    @property
    def verdict(self) -> Verdict:
        """The verdict of the test, inconclusive if leaving something out changes it."""
        return Verdict.INCONCLUSIVE if self.changed else self.test.verdict


def run_test(graph: Graph, groups: Mapping[str, str], seed: int, draws: int | None = None) -> TestResult[Statistics]:
    """The test of the claim by the rule of this module; ``groups`` has the group of every node of the graph.

    ``seed`` is that of the ``draws`` random graphs, by default :data:`DRAWS`.
    """
    found = mixing.matrix(graph.edges(), groups)
    drawn = [
        grouping.between(mixing.matrix(ties, groups))
        for ties in null_model.ties(graph, DRAWS if draws is None else draws, seed)
    ]
    between = null_model.compare(grouping.between(found), drawn) if graph.number_of_edges() else None
    return _test_result(graph.number_of_edges(), between)


def _test_result(ties: int, between: Comparison | None) -> TestResult[Statistics]:
    return TestResult(ties, Statistics(between), _verdict(ties, between) if between else Verdict.INCONCLUSIVE)


def _verdict(ties: int, between: Comparison) -> Verdict:
    enough = ties >= LEAST_TIES and LEAST_EXPECTED <= between.mean <= ties - LEAST_EXPECTED
    if not enough or between.p > LEVEL:
        return Verdict.INCONCLUSIVE
    return Verdict.SUPPORTED if between.observed < between.mean else Verdict.CONTRADICTED


def _of(graph: Graph, attribute: str) -> dict[str, str]:
    return {node: str(data[attribute]) for node, data in graph.nodes(data=True) if data[attribute]}


def measure(store: Backend, sample: Sample, seed: int) -> Result:
    """The ties between the spheres of a sample, with the test of the claim and what it is sensitive to."""
    graph = samples.bodies(sample)
    spheres, groups = _of(graph, "sphere"), _of(graph, "group")
    random_ties = list(null_model.ties(graph, DRAWS, seed))
    by_sphere, by_group = (grouping.compare(graph, names, random_ties) for names in (spheres, groups))
    tested = _test_result(graph.number_of_edges(), by_sphere.between)
    # the sphere of a body is that of its class, whichever source is left out
    own = sorted({source for _, _, data in graph.edges(data=True) for source in data["sources"]})
    rests = {
        source: [(a, b) for a, b, data in graph.edges(data=True) if data["sources"] != (source,)] for source in own
    }
    excess_without = {source: grouping.excess(ties, spheres) for source, ties in rests.items()}
    retests = {}
    if tested.verdict is not Verdict.INCONCLUSIVE:
        towards = 1 if tested.verdict is Verdict.SUPPORTED else -1
        order = sorted(own, key=lambda s: (-towards * excess_without[s], s))
        parts = {
            OWNERSHIP: samples.without_ownership(store, graph),
            **{s: _rest(sample, graph, s) for s in order[:WATCHED]},
        }
        retests = {name: run_test(part, _of(part, "sphere"), seed, DRAWS_AGAIN) for name, part in parts.items()}
    excess = _excess(graph)
    excess_without = {source: other for source, other in excess_without.items() if len(rests[source]) > 1}
    return Result(
        test=tested,
        retests=retests,
        changed=changed_verdicts(tested, retests),
        by_sphere=by_sphere,
        by_group=by_group,
        relations=tuple(_relations(graph, spheres)),
        scopes=tuple(_scopes(sample)),
        sources=len(own),
        excess=excess,
        excess_without=excess_without,
        sign_changes=tuple(source for source, other in excess_without.items() if (other > 0) is not (excess > 0)),
        untestable=sum(pair.ties.mean < LEAST_EXPECTED for pair in by_sphere.pairs),
        industry=sum(sphere == samples.INDUSTRY for sphere in spheres.values()),
        industry_unknown=sum(group == samples.GROUPS[""] for group in groups.values()),
        untested_ties=sample.ties.number_of_edges() - graph.number_of_edges(),
        support=sample.support(graph.edges()),
    )


def _rest(sample: Sample, graph: Graph, source: str) -> Graph:
    return backends.subgraph(samples.without_source(sample.ties, source), set(graph))


def _excess(graph: Graph) -> float:
    return grouping.excess(list(graph.edges()), _of(graph, "sphere"))


def _relations(graph: Graph, spheres: Mapping[str, str]) -> Iterator[RelationCount]:
    ties: Counter[str] = Counter()
    between: Counter[str] = Counter()
    claims: dict[str, set[str]] = defaultdict(set)
    for a, b, data in graph.edges(data=True):
        for relation in data["relations"]:
            ties[relation] += 1
            between[relation] += spheres[a] != spheres[b]
            claims[relation].update(data["claims"])
    for relation in sorted(ties, key=lambda r: (-between[r], -ties[r], r)):
        yield RelationCount(relation, ties[relation], between[relation], tuple(sorted(claims[relation])))


def _scopes(sample: Sample) -> Iterator[Scope]:
    for name, kinds in KINDS.items():
        other = sample.of(kinds)
        known = backends.subgraph(other.ties, {n for n, data in other.ties.nodes(data=True) if data["sphere"]})
        for actors, graph in (("organizations and firms", samples.bodies(other)), ("all of a sphere", known)):
            found = mixing.matrix(graph.edges(), _of(graph, "sphere"))
            indices = (mixing.ei_index(found), mixing.assortativity(found))
            yield Scope(name, actors, graph.number_of_edges(), grouping.between(found), *indices, _excess(graph))


def claim(_result: Result) -> str:
    """The statement that is tested."""
    return CLAIM


def answer(result: Result) -> str:
    """The result in one or two sentences."""
    ties, between = result.test.ties, result.by_sphere.between
    if between is None:
        return "No two organizations or firms of a known sphere are tied."
    found = (
        f"Of {quantity(ties, 'tie')} between organizations and firms, {between.observed:,.0f} "
        f"({between.observed / ties:.0%}) {'runs' if between.observed == 1 else 'run'} between spheres; "
        f"{between.mean:,.1f} are expected by chance if every actor keeps its number of ties"
    )
    if between.z is None or ties < LEAST_TIES:
        return f"{found}."
    pairs = [
        f"{pair.one}–{pair.other} ({pair.ties.observed:.0f}, by chance {pair.ties.mean:.1f}, p = {pair.ties.p:.2g})"
        for pair in sorted(result.by_sphere.pairs, key=lambda pair: (pair.ties.z or 0.0, pair.one, pair.other))
        if pair.one != pair.other and pair.ties.mean >= LEAST_EXPECTED
    ]
    testable = f" Pairs of spheres with enough ties to test, lowest z first: {', '.join(pairs)}." if pairs else ""
    return f"{found} (z = {between.z:.2f}, p = {between.p:.2g}).{testable}"


def limits(result: Result) -> Iterator[str]:
    """What cannot be concluded, and by which rule."""
    ties, between = result.test.ties, result.by_sphere.between
    if result.changed:
        yield f"The verdict is not robust: it changes without {', '.join(result.changed)}."
    if ties < LEAST_TIES:
        found = quantity(ties, "tie")
        yield f"{found} between organizations and firms; at least {LEAST_TIES} are needed for a verdict."
    elif between and not LEAST_EXPECTED <= between.mean <= ties - LEAST_EXPECTED:
        yield f"Fewer than {LEAST_EXPECTED:.0f} ties are expected between or within spheres: no verdict."
    elif between and between.p > LEVEL:
        yield f"The number of ties between spheres does not differ significantly from chance (p = {between.p:.3g})."
    if result.untestable:
        pairs = quantity(len(result.by_sphere.pairs), "pair")
        yield (
            f"No p-value is given for {result.untestable} of {pairs} of spheres, for which fewer than "
            f"{LEAST_EXPECTED:.0f} ties are expected."
        )
    if result.industry_unknown:
        yield (
            f"For {result.industry_unknown:,} of {quantity(result.industry, 'body')} of industry, no source states "
            "whether it is state-owned or private."
        )
    yield (
        "Fewer than expected by chance does not mean too few: nearly all networks have more ties within groups "
        f"({references.cite('mcpherson2001')}). The network does not show how many would be enough."
    )
    yield (
        "The ties are those that the sources report, and the sources were chosen starting from one article: a tie "
        "that nobody wrote about is missing. p-values compare with random rewirings of these ties, not with other "
        "samples; the random graphs ignore countries and what a firm makes."
    )
    yield (
        "Ties of all relations count, including ownership, supply and disputes. "
        f"Not tested: {quantity(result.untested_ties, 'tie')} of persons, facilities, groups, events and places."
    )


def tables(result: Result) -> tuple[Table, ...]:
    """The result as tables."""
    return (
        _pairs(result, result.by_sphere, "Ties between organizations and firms, by sphere"),
        _indices(result, result.by_sphere, "E-I index (all within -1, all between 1) and assortativity, by sphere"),
        _pairs(result, result.by_group, "The same ties, with industry split by ownership"),
        _indices(result, result.by_group, "E-I index and assortativity, with industry split by ownership"),
        _by_relation(result),
        _by_scope(result),
        *([_sensitivity(result)] if result.retests else []),
    )


def _cells(compared: Comparison, expected: float) -> tuple[Value, Value, Value]:
    """Mean, z and p as cells; no z and no p if the expected count is too small for a test."""
    enough = expected >= LEAST_EXPECTED
    return compared.mean, compared.z if enough else None, compared.p if enough else None


def _pairs(result: Result, groups: Grouping, title: str) -> Table:
    total = max(1, result.test.ties)
    return Table(
        title,
        ("one", "other", "ties", "% of ties", "by chance", "z", "p"),
        tuple(
            (pair.one, pair.other, ties.observed, 100 * ties.observed / total, *_cells(ties, ties.mean))
            for pair in groups.pairs
            for ties in (pair.ties,)
        ),
        note="p is not corrected for the number of rows.",
        support=result.support,
        evidence=tuple(pair.claims for pair in groups.pairs),
    )


def _indices(result: Result, groups: Grouping, title: str) -> Table:
    rows: list[tuple[Value, ...]] = []
    bodies = sum(groups.sizes.values())
    for name, compared in groups.ei_index.items():
        ties = int(sum(p.ties.observed for p in groups.pairs if not name or name in (p.one, p.other)))
        shown = _cells(compared, min(ties, ties * (1 - abs(compared.mean)) / 2))
        size = groups.sizes[name] if name else bodies
        rows.append((name or "all", "E-I index", size, ties, compared.observed, *shown))
    if groups.assortativity:
        compared, ties = groups.assortativity, result.test.ties
        shown = _cells(compared, float(ties) if ties >= LEAST_TIES else 0.0)
        rows.append(("all", "assortativity", bodies, ties, compared.observed, *shown))
    return Table(title, ("group", "measure", "bodies", "ties", "observed", "by chance", "z", "p"), tuple(rows))


def _by_relation(result: Result) -> Table:
    return Table(
        "By relation: ties between organizations and firms, and those between spheres",
        ("relation", "ties", "between spheres", "% between"),
        tuple((r.relation, r.ties, r.between, 100 * r.between / r.ties) for r in result.relations),
        note="A tie with several relations counts for each of them.",
        evidence=tuple(r.claims for r in result.relations),
    )


def _by_scope(result: Result) -> Table:
    return Table(
        "The same measures with other kinds of claims, and with persons and facilities",
        ("claims", "who", "ties", "between", "E-I index", "assortativity", "% above chance"),
        tuple(
            (s.claims, s.actors, s.ties, s.between, s.ei_index, s.assortativity, 100 * s.excess) for s in result.scopes
        ),
        note="Chance is the configuration model. The tie of a person or facility to its organization is within a "
        "sphere.",
    )


def _sensitivity(result: Result) -> Table:
    watched = quantity(len(result.retests) - 1, "source that matters", "sources that matter")
    rows: list[tuple[Value, ...]] = []
    for name, other in result.retests.items():
        compared = other.statistics.between
        cells = (compared.observed, compared.mean, compared.z, compared.p) if compared else (None,) * 4
        rows.append((name, other.ties, *cells, str(other.verdict)))
    return Table(
        f"Without ties of ownership, and without each of the {watched} most, of {result.sources:,}",
        ("without", "ties", "between", "by chance", "z", "p", "verdict"),
        tuple(rows),
    )
