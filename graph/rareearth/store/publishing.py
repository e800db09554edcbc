"""Publishing a build to a store at an address: loaded aside, compared, and then switched to.

The facts of a build are a graph of their own, named after its digest, and so are invisible until the graph
``published`` says that they count. A claim is a graph of its own in every build, and is read only if the facts that
count name it; so new claims can be loaded before the switch as well. In order:

1. the facts into their graph, and the claims that the store does not have;
2. all is read back and compared with the digest of the build;
3. the switch, in one request: claims that say something else now (their ids stayed, as when records were judged to be
   the same), and the graph that counts;
4. what neither this build nor the one before it needs is removed: who reads the one before may read on.

Whatever fails before the switch leaves the store as it was for its readers. The switch is as atomic as the store's
update of one request (Oxigraph and Jena: whole or not at all; Virtuoso: each of its operations).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple
from urllib.parse import urlsplit

from rareearth import namespaces
from rareearth.errors import RemoteError
from rareearth.store.client import Client
from rareearth.store.remote import FACTS, PUBLISHED, Remote, Version

BATCH = 500  # quads of a request: Virtuoso compiles each, and slowly if it is long
MAX_DIGEST = 1_000_000  # quads of a build that is read back as a whole; of a larger one, the numbers are compared
_UPDATE = {"Content-Type": "application/sparql-update"}
_DATASET = f"<{namespaces.DATASET}>"
_HAS = f"<{namespaces.PREFIXES['dcterms']}hasVersion>"
_TRIPLES = f"<{namespaces.PREFIXES['void']}triples>"
_DIGEST = f"<{namespaces.PREFIXES['dcterms']}identifier>"
_COUNTS = f"GRAPH <{PUBLISHED}> {{ {_DATASET} {_HAS} %s }}"
_WHOLE = re.compile(r'"([+-]?[0-9]+)"(\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)$')
Statements = dict[str, str]  # the claim's IRI, and the N-Triples of its statement


class Build(NamedTuple):
    """What is published: its facts and claims, the number of quads, their SHA-256 as a build has it.

    ``graph`` is the graph of the facts in a store.
    """

    facts: list[str]
    claims: Statements
    quads: int
    sha256: str
    graph: str


class Published(NamedTuple):
    """What was done: the graph of the facts, and how many claims were new, were changed by the switch, were removed."""

    graph: str
    quads: int
    new: int
    changed: int
    removed: int
    compared: str


def read(quads: Iterable[str], count: int, sha256: str) -> Build:
    """A build from its N-Quads lines (sorted), the number of them and their digest."""
    facts, claims = [], {}
    for line in quads:
        statement, graph = _split(line)
        if graph:
            claims[graph] = statement
        else:
            facts.append(statement)
    return Build(facts, claims, count, sha256, FACTS + sha256[:16])


def lines(build: Build) -> Iterator[str]:
    """The N-Quads of a build as a bulk loader takes them: the facts in their graph."""
    yield from (f"{statement} <{build.graph}> ." for statement in build.facts)
    yield from (f"{statement} <{claim}> ." for claim, statement in sorted(build.claims.items()))


def publish(
    build: Build, url: str, update: str = "", *, loaded: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Published:
    """Load a build into the store at ``url`` (its SPARQL endpoint), compare it, and switch to it.

    ``update`` is where the store takes SPARQL updates, if it is not where it usually is (see :func:`update_address`).
    If it is ``loaded``, a bulk loader has put the lines of :func:`lines` into the store. ``tell`` is given a line for
    each step. Raises RemoteError, and the store then has the build that it had.
    """
    remote = Remote(url)
    client = Client(update or update_address(remote), remote.client.credentials, remote.client.timeout)
    publisher = _Publisher(build, remote, client, tell)
    before = publisher.current()
    if before and before.facts == build.graph and not loaded:
        with contextlib.suppress(RemoteError):
            return Published(build.graph, build.quads, 0, 0, 0, publisher.compare({}))
        build = build._replace(graph=f"{build.graph}-again")  # what counts is left alone until the switch
        publisher = _Publisher(build, remote, client, tell)
    there = publisher.claims()
    visible = publisher.named(before) if before else set()
    new = {claim: text for claim, text in build.claims.items() if there.get(claim) != text}
    changed = {claim: text for claim, text in new.items() if claim in there and claim in visible}
    if not loaded:
        publisher.load({claim: text for claim, text in new.items() if claim not in changed}, there)
    publisher.compare(changed)
    publisher.switch(changed, there, before)
    compared = publisher.compare({})
    removed = publisher.clean(before, visible, there)
    return Published(build.graph, build.quads, len(new) - len(changed), len(changed), removed, compared)


def update_address(remote: Remote) -> str:
    """Where a store takes updates, by where it answers queries and what it says that it is."""
    url = remote.client.url
    parts = urlsplit(url)
    known = {"/query": "/update", "/sparql": "/sparql-auth" if remote.server.startswith("Virtuoso") else "/update"}
    for ending, instead in known.items():
        if parts.path.endswith(ending):
            return parts._replace(path=parts.path.removesuffix(ending) + instead, query="").geturl()
    if "/repositories/" in parts.path:  # RDF4J and GraphDB
        return parts._replace(path=parts.path.rstrip("/") + "/statements", query="").geturl()
    raise RemoteError(f"{url}: it is not known where this store takes updates; give their address too")


class _Publisher:
    """The steps, with what they share."""

    def __init__(self, build: Build, remote: Remote, client: Client, tell: Callable[[str], None]) -> None:
        self.build, self.remote, self.client, self.tell = build, remote, client, tell
        self.switched = False
        self.reader = remote.at(Version(build.graph, build.quads, build.sha256))

    def current(self) -> Version | None:
        """The build that counts now; None if the store has none."""
        found = self.remote.versions()
        return found[0] if found else None

    def claims(self) -> Statements:
        """All claims that are graphs in the store, of whatever build; one with several statements has the text ""."""
        found: Statements = {}
        query = f'SELECT ?s ?p ?o ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{namespaces.CLAIM}")) }}'
        for s, p, o, g in self.remote.at(Version(None)).select(query):
            found[g.value] = "" if g.value in found else f"{s} {p} {o}"
        return found

    def named(self, version: Version) -> set[str]:
        """The claims that the facts of a build name."""
        rows = self.remote.at(version).select("SELECT DISTINCT ?claim { ?claim a ree:Claim }")
        return {row[0].value for row in rows}

    def load(self, claims: Statements, there: Statements) -> None:
        """Put the facts and these claims into the store."""
        self.tell(f"loading {len(self.build.facts):,} facts and {len(claims):,} claims")
        self.send(f"DROP SILENT GRAPH <{self.build.graph}>")
        for part in _batches(self.build.facts, _datatype):
            self.send(f"INSERT DATA {{ GRAPH <{self.build.graph}> {{ {' . '.join(map(_sent, part))} }} }}")
        for some in _batches(claims, lambda claim: _datatype(claims[claim])):
            self.send(_replaced({claim: claims[claim] for claim in some}, there))

    def compare(self, changed: Statements) -> str:
        """Compare what the store has with the build, but for claims that the switch will change.

        Returns what was compared. Raises RemoteError for any difference.
        """
        self.tell("comparing")
        facts = self.reader.select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{self.build.graph}> {{ ?s ?p ?o }} }}")
        count = sum(int(row[0].value) for row in facts)
        if count != len(self.build.facts):
            raise self.wrong(f"{count:,} facts of {len(self.build.facts):,}")
        there = self.claims()
        if missing := sorted(c for c, text in self.build.claims.items() if c not in changed and there.get(c) != text):
            raise self.wrong(f"another statement, or none, for {len(missing):,} claims, such as {missing[0]}")
        if self.build.quads > MAX_DIGEST:
            return "the number of facts and every claim"
        found = hashlib.sha256()
        kept = (_split(f"{quad} .") for quad in self.reader.quads())
        facts_ = (f"{statement} ." for statement, graph in kept if not graph)
        claims_ = (f"{statement} <{claim}> ." for claim, statement in self.build.claims.items())
        for line in sorted([*facts_, *claims_]):
            found.update(f"{line}\n".encode())
        if found.hexdigest() != self.build.sha256:
            raise self.wrong("other facts than the build")
        return "the number of facts, every claim and the digest of all"

    def wrong(self, what: str) -> RemoteError:
        """The error for a store that does not hold what was put into it."""
        state = "its readers have it already: publish again" if self.switched else "the build that it had still counts"
        return RemoteError(f"{self.remote.client.url}: the store has {what}; {state}")

    def switch(self, changed: Statements, there: Statements, before: Version | None) -> None:
        """Make the build the one that counts, in place of the one before."""
        graph = f"<{self.build.graph}>"
        self.tell("switching")
        about = f'{graph} {_TRIPLES} {self.build.quads} ; {_DIGEST} "{self.build.sha256}"'
        self.send(f"INSERT DATA {{ GRAPH <{PUBLISHED}> {{ {about} }} }}")
        switch = f"INSERT DATA {{ {_COUNTS % graph} }}"
        if before:  # in one operation: no reader finds none, or two
            old = _COUNTS % "?old"
            switch = f"DELETE {{ {old} }} INSERT {{ {_COUNTS % graph} }} WHERE {{ {old} }}"
        parts = [{c: changed[c] for c in part} for part in _batches(changed, lambda c: _datatype(changed[c]))]
        self.send(" ;\n".join([*(_replaced(part, there) for part in parts), switch]))
        self.switched = True

    def clean(self, before: Version | None, visible: set[str], there: Statements) -> int:
        """Remove the claims and the facts that neither this build nor the one before it needs; how many claims."""
        gone = sorted(set(there) - set(self.build.claims) - visible)
        for start in range(0, len(gone), BATCH):
            self.send(" ;\n".join(f"DROP SILENT GRAPH <{claim}>" for claim in gone[start : start + BATCH]))
        kept = {self.build.graph, before.facts if before else None}
        query = f"SELECT DISTINCT ?facts {{ GRAPH <{PUBLISHED}> {{ ?facts {_TRIPLES} ?number }} }}"
        for row in list(self.remote.at(Version(None)).select(query)):
            if (facts := row[0].value) not in kept:
                self.send(f"DROP SILENT GRAPH <{facts}>")
                self.send(f"DELETE WHERE {{ GRAPH <{PUBLISHED}> {{ <{facts}> ?property ?value }} }}")
        return len(gone)

    def send(self, update: str) -> None:
        """Send an update."""
        self.client.send(update.encode(), _UPDATE)


def _replaced(claims: Statements, there: Statements) -> str:
    """The update that gives claims these statements in place of those that are there."""
    drops = [f"DROP SILENT GRAPH <{claim}>" for claim in claims if claim in there]
    inserts = " ".join(f"GRAPH <{claim}> {{ {_sent(statement)} }}" for claim, statement in claims.items())
    return " ;\n".join([*drops, f"INSERT DATA {{ {inserts} }}"])


def _sent(statement: str) -> str:
    """A statement as an update has it: Virtuoso takes a decimal without a point for an integer."""
    return _WHOLE.sub(r'"\1.0"\2', statement)


def _batches(of: Iterable[str], kind: Callable[[str], str]) -> Iterator[list[str]]:
    """Statements, or claims, so many at a time, of one kind each."""
    for _, group in groupby(sorted(of, key=kind), key=kind):
        while part := list(islice(group, BATCH)):
            yield part


def _datatype(statement: str) -> str:
    """The datatype of the object: one kind a request, as Virtuoso takes 2024 and 2024-01 in one for the same."""
    return statement.rpartition('"^^')[2] if statement.endswith(">") and '"^^<' in statement else ""


def _split(line: str) -> tuple[str, str]:
    """The statement of an N-Quads line, without the full stop, and its graph: "" for the default graph."""
    statement = line.removesuffix(" .")
    start, _, end = statement.rpartition(" ")
    if end.startswith(f"<{namespaces.CLAIM}") and " " in start.partition(" ")[2]:  # after a subject and a predicate
        return start, end[1:-1]
    return statement, ""
