"""The question ``spheres``: how ties run within and between academia, industry, government and society.

What is weighed are the ties between organizations and firms. Persons are shown beside them but not weighed: a person
has the sphere of its organization, so that the tie between the two is within by definition; so are those of a facility.
The measure is how many ties run between spheres, beside random graphs in which everyone keeps its number of ties.

The claim that they are few is supported when they are fewer than in the random graphs (two-sided p up to 0.05), and
spoken against when they are more. The graph cannot tell when there are fewer than 30 ties, when fewer than 5 are
expected between or within, when p is greater, or when the verdict is another without one source, or without ties of
ownership alone, which are no collaboration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rareearth import namespaces
from rareearth.analysis import sample
from rareearth.analysis.finding import Finding, Table, Value, Verdict, counted
from rareearth.measures import backends, mixing, null_model
from rareearth.store import sparql

if TYPE_CHECKING:
    import networkx as nx
    import pyoxigraph as ox

    from rareearth.analysis.sample import Sample
    from rareearth.measures.mixing import Pair

    Graph = nx.Graph[str]

QUESTION = "How much of all ties run within and between academia, industry, government and society?"
CLAIM = "Collaboration across the spheres is thin"
DRAWS = 999
LEVEL = 0.05
LEAST_TIES, LEAST_EXPECTED = 30, 5.0  # the second is Cochran's rule for tables of counts
WATCHED = 3  # sources that are left out with the whole test again, those that bear most on the answer

METHOD = (
    "E-I index: Krackhardt and Stern 1988, Social Psychology Quarterly 51, 123-140.",
    "Mixing matrix, assortativity coefficient: Newman 2003, Physical Review E 67, 026126.",
    "Random graphs that keep degrees: Maslov and Sneppen 2002, Science 296, 910-913; Fosdick et al. 2018, SIAM Review "
    "60, 315-355.",
    "P-values that count the observed graph: Phipson and Smyth 2010, Statistical Applications in Genetics and "
    "Molecular Biology 9, 39. No p-value where fewer than 5 ties are expected: Cochran 1954, Biometrics 10, 417-451.",
)
_OWNERSHIP = "SELECT ?relation { ?relation ree:owner ?end }"


@dataclass(frozen=True)
class Weighed:
    """Ties between groups, beside random graphs with the same degrees.

    ``between`` compares the number of ties between groups, ``pairs`` that of each two groups, ``ei`` the E-I index of
    each group ("" for all), ``assortativity`` the coefficient. ``verdict`` is on the claim that ties between are few.
    """

    mixing: Mapping[Pair, int]
    between: null_model.Comparison | None
    pairs: Mapping[Pair, null_model.Comparison]
    ei: Mapping[str, null_model.Comparison]
    assortativity: null_model.Comparison | None
    verdict: Verdict


def weigh(graph: Graph, groups: Mapping[str, str], seed: int) -> Weighed:
    """The ties between groups of a graph all of whose nodes have one, and the verdict by the rule of this module."""
    return _beside(graph, groups, list(null_model.ties(graph, DRAWS, seed)))


def _beside(graph: Graph, groups: Mapping[str, str], random_ties: Sequence[Sequence[Pair]]) -> Weighed:
    found = mixing.matrix(graph.edges(), groups)
    names = sorted(set(groups.values()))
    if not graph.number_of_edges():
        return Weighed(found, None, {}, {}, None, Verdict.OPEN)
    drawn = [mixing.matrix(ties, groups) for ties in random_ties]
    pairs = [(a, b) for a in names for b in names if a <= b]
    between = null_model.compare(_between(found), [_between(m) for m in drawn])
    ei = {name: _compared([mixing.ei_index(m, name or None) for m in (found, *drawn)]) for name in ("", *names)}
    return Weighed(
        found,
        between,
        {pair: null_model.compare(found[pair], [m[pair] for m in drawn]) for pair in pairs},
        {name: compared for name, compared in ei.items() if compared},
        _compared([mixing.assortativity(m) for m in (found, *drawn)]),
        _verdict(graph.number_of_edges(), between),
    )


def _between(found: Mapping[Pair, int]) -> int:
    return sum(count for (a, b), count in found.items() if a != b)


def _compared(values: list[float | None]) -> null_model.Comparison | None:
    """The first beside the others; None where it, or nearly all of them, are not defined."""
    known = [x for x in values[1:] if x is not None]
    return null_model.compare(values[0], known) if values[0] is not None and len(known) > 1 else None


def _verdict(ties: int, between: null_model.Comparison) -> Verdict:
    enough = ties >= LEAST_TIES and LEAST_EXPECTED <= between.mean <= ties - LEAST_EXPECTED
    if not enough or between.p > LEVEL:
        return Verdict.OPEN
    return Verdict.SUPPORTED if between.observed < between.mean else Verdict.AGAINST


def bodies(read: Sample) -> Graph:
    """The ties between organizations and firms that have a sphere."""
    chosen = {n for n, data in read.ties.nodes(data=True) if data["nature"] in sample.BODIES and data["sphere"]}
    return backends.part(read.ties, chosen)


def _of(graph: Graph, attribute: str) -> dict[str, str]:
    return {node: str(data[attribute]) for node, data in graph.nodes(data=True) if data[attribute]}


def answer(store: ox.Store, read: Sample, seed: int) -> Finding:
    """The finding on a sample. The figures are those of one seed; the verdict says whether they can carry the claim."""
    graph = bodies(read)
    spheres, groups = _of(graph, "sphere"), _of(graph, "group")
    random_ties = list(null_model.ties(graph, DRAWS, seed))
    weighed, split = (_beside(graph, told, random_ties) for told in (spheres, groups))
    tables = [
        _pairs(read, graph, spheres, weighed, "Ties between organizations and firms, by sphere"),
        _indices(graph, spheres, weighed, "E-I index (all within -1, all between 1) and assortativity, by sphere"),
        _pairs(read, graph, groups, split, "The same ties, with industry told apart"),
        _indices(graph, groups, split, "E-I index and assortativity, with industry told apart"),
        _relations(graph, spheres),
        _scopes(read),
    ]
    limits = list(_limits(read, graph, weighed))
    verdict = weighed.verdict
    if verdict is not Verdict.OPEN:
        table, turned = _again(store, read, weighed, seed)
        tables.append(table)
        if turned:
            verdict = Verdict.OPEN
            limits.insert(0, f"The verdict hangs on one thing: without {', '.join(turned)} it is another.")
    return Finding(
        name="spheres",
        question=QUESTION,
        claim=CLAIM,
        verdict=verdict,
        answer=_answer(graph, weighed),
        tables=tuple(tables),
        basis=read.basis(graph.edges()),
        limits=tuple(limits),
        method=METHOD,
    )


def _answer(graph: Graph, weighed: Weighed) -> str:
    ties, between = graph.number_of_edges(), weighed.between
    if between is None:
        return "No two organizations or firms of a known sphere are tied."
    found = (
        f"Of {counted(ties, 'tie')} between organizations and firms {between.observed:,.0f} "
        f"({between.observed / ties:.0%}) {'runs' if between.observed == 1 else 'run'} between spheres; "
        f"{between.mean:,.1f} would by chance if everyone kept its number of ties"
    )
    if between.z is None or ties < LEAST_TIES:
        return f"{found}."
    pairs = [
        f"{a}–{b} ({c.observed:.0f}, by chance {c.mean:.1f}, p = {c.p:.2g})"
        for (a, b), c in sorted(weighed.pairs.items(), key=lambda item: (item[1].z or 0.0, item[0]))
        if a != b and c.mean >= LEAST_EXPECTED
    ]
    told = f" Pairs that can be weighed, the fewest first: {', '.join(pairs)}." if pairs else ""
    return f"{found} (z = {between.z:.2f}, p = {between.p:.2g}).{told}"


def _limits(read: Sample, graph: Graph, weighed: Weighed) -> Iterator[str]:
    ties, between = graph.number_of_edges(), weighed.between
    if ties < LEAST_TIES:
        yield f"{counted(ties, 'tie')} between organizations and firms; fewer than {LEAST_TIES} carry no verdict."
    elif between and not LEAST_EXPECTED <= between.mean <= ties - LEAST_EXPECTED:
        yield f"Fewer than {LEAST_EXPECTED:.0f} ties are expected between or within spheres: no verdict."
    elif between and between.p > LEVEL:
        yield f"As many ties between spheres come by chance too often (p = {between.p:.3g}) to say few or many."
    weak = sum(c.mean < LEAST_EXPECTED for c in weighed.pairs.values())
    if weak:
        yield (
            f"No p-value is given for {weak} of {counted(len(weighed.pairs), 'pair')} of spheres, for which fewer than "
            "5 ties are expected."
        )
    unknown = sum(data["group"] == sample.GROUPS[""] for _, data in graph.nodes(data=True))
    firms = sum(data["sphere"] == sample.INDUSTRY for _, data in graph.nodes(data=True))
    if unknown:
        yield f"Of {unknown:,} of {counted(firms, 'body')} of industry no source says whether state-owned or private."
    yield (
        "Fewer than by chance is not too few: nearly all networks have more ties within groups (McPherson, Smith-Lovin "
        "and Cook 2001, Annual Review of Sociology 27, 415-444). How many would be enough the graph cannot tell."
    )
    yield (
        "The ties are those that the sources tell, and the sources were chosen from one article outwards: a tie that "
        "nobody wrote of is missing. p-values are against rewiring these ties, not against other samples; the random "
        "graphs know nothing of countries or of what a firm makes."
    )
    yield (
        "Ties of all relations count, ownership, supply and disputes too. "
        f"Not weighed: {counted(read.ties.number_of_edges() - graph.number_of_edges(), 'tie')} of persons, facilities, "
        "groups, events and places."
    )


def _shown(compared: null_model.Comparison, expected: float) -> tuple[Value, Value, Value]:
    """Mean, z and p as cells; no z and no p where the expected count is too small for a test."""
    enough = expected >= LEAST_EXPECTED
    return compared.mean, compared.z if enough else None, compared.p if enough else None


def _pairs(read: Sample, graph: Graph, groups: Mapping[str, str], weighed: Weighed, title: str) -> Table:
    claims: dict[Pair, set[str]] = defaultdict(set)
    for a, b, data in graph.edges(data=True):
        claims[min(groups[a], groups[b]), max(groups[a], groups[b])].update(data["claims"])
    total = max(1, graph.number_of_edges())
    rows = tuple(
        (
            *pair,
            compared.observed,
            100 * compared.observed / total,
            *_shown(compared, compared.mean),
        )
        for pair, compared in sorted(weighed.pairs.items())
    )
    return Table(
        title,
        ("one", "other", "ties", "% of ties", "by chance", "z", "p"),
        rows,
        note="p is not corrected for the number of rows.",
        basis=read.basis(graph.edges()),
        evidence=tuple(tuple(sorted(claims[pair])) for pair in sorted(weighed.pairs)),
    )


def _indices(graph: Graph, groups: Mapping[str, str], weighed: Weighed, title: str) -> Table:
    sizes = Counter(groups.values())
    rows: list[tuple[Value, ...]] = []
    for name, compared in sorted(weighed.ei.items()):
        ties = sum(count for pair, count in weighed.mixing.items() if not name or name in pair)
        shown = _shown(compared, min(ties, ties * (1 - abs(compared.mean)) / 2))
        rows.append((name or "all", "E-I index", sizes[name] if name else len(groups), ties, compared.observed, *shown))
    if weighed.assortativity:
        compared, ties = weighed.assortativity, graph.number_of_edges()
        shown = _shown(compared, float(ties) if ties >= LEAST_TIES else 0.0)
        rows.append(("all", "assortativity", len(groups), ties, compared.observed, *shown))
    return Table(title, ("group", "measure", "bodies", "ties", "observed", "by chance", "z", "p"), tuple(rows))


def _relations(graph: Graph, spheres: Mapping[str, str]) -> Table:
    ties: Counter[str] = Counter()
    between: Counter[str] = Counter()
    claims: dict[str, set[str]] = defaultdict(set)
    for a, b, data in graph.edges(data=True):
        for relation in data["relations"]:
            ties[relation] += 1
            between[relation] += spheres[a] != spheres[b]
            claims[relation].update(data["claims"])
    order = sorted(ties, key=lambda r: (-between[r], -ties[r], r))
    return Table(
        "By relation: ties between organizations and firms, and those between spheres",
        ("relation", "ties", "between spheres", "% between"),
        tuple((r, ties[r], between[r], 100 * between[r] / ties[r]) for r in order),
        note="A tie of several relations counts in each.",
        evidence=tuple(tuple(sorted(claims[r])) for r in order),
    )


def _excess(graph: Graph, groups: Mapping[str, str]) -> float:
    """The ties between groups above what the configuration model expects, as a part of all ties."""
    expected = sum(x for (a, b), x in mixing.expected(graph, groups).items() if a != b)
    return (_between(mixing.matrix(graph.edges(), groups)) - expected) / max(1, graph.number_of_edges())


def _scopes(read: Sample) -> Table:
    """How the figures change with the kinds of claims, and with everyone who has a sphere."""
    rows: list[tuple[Value, ...]] = []
    scopes = {
        "facts": ("fact",),
        "facts and speech": ("fact", "speech"),
        "all kinds of claims": ("fact", "speech", "assessment", "recommendation"),
    }
    for name, kinds in scopes.items():
        other = read.of(kinds)
        known = backends.part(other.ties, {n for n, data in other.ties.nodes(data=True) if data["sphere"]})
        for who, graph in (("organizations and firms", bodies(other)), ("all of a sphere", known)):
            spheres = _of(graph, "sphere")
            found, ties = mixing.matrix(graph.edges(), spheres), graph.number_of_edges()
            figures = (mixing.ei_index(found), mixing.assortativity(found))
            rows.append((name, who, ties, _between(found), *figures, 100 * _excess(graph, spheres)))
    return Table(
        "What the answer does with other kinds of claims, and with persons and facilities",
        ("claims", "who", "ties", "between", "E-I index", "assortativity", "% above chance"),
        tuple(rows),
        note="Chance is the configuration model. The tie of a person or facility to its organization is within.",
    )


def _again(store: ox.Store, read: Sample, weighed: Weighed, seed: int) -> tuple[Table, list[str]]:
    """The test again without ownership and without the sources that bear most on it; and what turns the verdict."""
    graph = bodies(read)
    own = sorted({source for _, _, data in graph.edges(data=True) for source in data["sources"]})
    # the sphere of a body is that of its class, whichever source is left out
    rests = {source: backends.part(sample.without_source(read.ties, source), set(graph)) for source in own}
    towards = 1 if weighed.verdict is Verdict.SUPPORTED else -1
    excess = {source: _excess(rest, _of(rest, "sphere")) for source, rest in rests.items()}
    watched = sorted(own, key=lambda s: (-towards * excess[s], s))[:WATCHED]
    rows: list[tuple[Value, ...]] = []
    turned = []
    for name, rest in {"ties of ownership": _unowned(store, graph), **{s: rests[s] for s in watched}}.items():
        again = weigh(rest, _of(rest, "sphere"), seed)
        compared = again.between
        figures = (compared.observed, compared.mean, compared.z, compared.p) if compared else (None,) * 4
        rows.append((name, rest.number_of_edges(), *figures, str(again.verdict)))
        if again.verdict is not weighed.verdict:
            turned.append(name)
    table = Table(
        f"Without ties of ownership, and without the {counted(len(watched), 'source that bears', 'sources that bear')} "
        f"most on it, of {len(own):,}",
        ("without", "ties", "between", "by chance", "z", "p", "verdict"),
        tuple(rows),
    )
    return table, turned


def _unowned(store: ox.Store, graph: Graph) -> Graph:
    """The ties that are of some other relation than ownership."""
    owning = {namespaces.local(relation.value) for (relation,) in sparql.select(store, _OWNERSHIP)}
    made = backends.part(graph, set(graph))
    made.remove_edges_from([(a, b) for a, b, data in graph.edges(data=True) if set(data["relations"]) <= owning])
    return backends.part(made, {node for node, count in made.degree() if count})
