"""`rareearth serve` under load and under attack: are all good requests answered correctly, and how quickly?

First a third of the good requests run alone. Then all of them alternate with hostile ones, while more clients keep
sending endless cross products. Every good query is new to the server, so its cache does not help, and every body is
compared with the answer of the library. Hostile requests must be refused or answered completely. A truncated 200, a
500, a process left behind, or a server that does not respond afterwards is a failure. Then the shapes of shapes.py:
endless queries, long headers, visitors of pages, half-open connections, slow readers, dying workers, and many requests
that must leave nothing behind, each with thresholds. The exit code is 1 for any failure, and each is printed.

    .venv/bin/python scripts/bench/load.py [--requests 10000] [--hostile 1000] [--endless 4] [--patient] [--build FOLDER]
        [--shapes 6] [--many 20000]

With `--patient` a good client that is told to come back later (503 with Retry-After) does so, as HTTP has it; without it
that is a failure too. The test uses it: what else runs at the same time may keep all workers busy.
"""

# ruff: noqa: E501, S311, S608 - requests are read row by row, chance is not secret, and queries are not SQL

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import http.client
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from shapes import Shapes

from rareearth import paths
from rareearth.store import oxigraph

GOOD_CLIENTS, HOSTILE_CLIENTS = 4, 8
IDLE = 3  # seconds after which a client takes a new connection; the server closes one that is idle for five
LIMIT = 5  # seconds that a query may take
PATIENCE = 5  # times that a patient client comes back
QUERIES = [
    ("json", "SELECT ?label {{ <{0}> rdfs:label ?label }} ORDER BY ?label"),
    ("csv", "SELECT ?p ?o ?name {{ <{0}> ?p ?o . ?o rdfs:label ?name }} ORDER BY ?p ?o ?name"),
    ("xml", "SELECT ?c ?s {{ GRAPH ?c {{ <{0}> ?p ?o }} ?c ree:source ?s }} ORDER BY ?c ?s"),
    ("tsv", "SELECT ?s ?p {{ ?s ?p <{0}> }} ORDER BY ?s ?p"),
    ("json", "ASK {{ <{0}> a/rdfs:subClassOf* ?class }}"),
    ("nt", "CONSTRUCT {{ <{0}> ?p ?o }} {{ <{0}> ?p ?o }}"),
]  # fmt: skip
MEDIA = {
    "json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
    "tsv": "text/tab-separated-values", "nt": "application/n-triples",
}  # fmt: skip
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass(frozen=True)
class Request:
    """A request; ``expected`` is the body of the response, if a certain one is expected."""

    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    expected: bytes | None = None
    raw: bytes = b""  # sent as it is, for requests that are not HTTP
    kind: str = "good"


def post(query: str | bytes, kind: str, content_type: str = "application/sparql-query") -> Request:
    body = query.encode() if isinstance(query, str) else query
    return Request("POST", "/sparql", body, {"Content-Type": content_type}, kind=kind)


def get(target: str, kind: str, headers: dict[str, str] | None = None) -> Request:
    return Request("GET", target, headers=headers or {}, kind=kind)


def good(count: int, folder: Path) -> list[Request]:
    store = oxigraph.read(folder)
    named = store.select("SELECT DISTINCT ?e { ?e rdfs:label ?l FILTER(STRSTARTS(STR(?e), STR(entity:))) }")
    entities = sorted(row["e"].value for row in named)
    found = []
    known: dict[tuple[str, str], bytes] = {}
    for n in range(count):
        form, query = QUERIES[n % len(QUERIES)]
        text = query.format(entities[n // len(QUERIES) % len(entities)])
        if (form, text) not in known:
            known[form, text] = store.query(text).serialize(form)
        asked = f"# {n}\n{text}"
        headers = {"Accept": MEDIA[form]}
        if n % 3:
            target = "/sparql?" + urlencode({"query": asked})
            found.append(Request("GET", target, headers=headers, expected=known[form, text]))
        else:
            headers["Content-Type"] = "application/sparql-query"
            found.append(Request("POST", "/sparql", asked.encode(), headers, known[form, text]))
    return found


def known(folder: Path) -> tuple[list[str], list[str]]:
    """The ids of all entities, and their names."""
    rows = list(
        oxigraph.read(folder).select("SELECT ?e ?l { ?e rdfs:label ?l FILTER(STRSTARTS(STR(?e), STR(entity:))) }")
    )
    return sorted({row["e"].value.rpartition("/")[2] for row in rows}), sorted({row["l"].value for row in rows})


def hostile(n: int) -> Request:
    kinds: list[Callable[[int], Request]] = [
        lambda n: post(f"SELECT {'*' * (n % 7)} WHERE {{ ?s ?p", "malformed"),
        lambda n: post(random.Random(n).randbytes(300), "noise"),
        lambda n: post("SELECT * " + "{" * (65 + n * 11) + "}" * (65 + n * 11), "deep"),
        lambda n: post("SELECT * { FILTER(" + "(" * (60 + n) + "1" + ")" * (60 + n) + ") }", "deep"),
        lambda n: post("SELECT * { {}" + " UNION {}" * (100 + 9 * n) + " }", "chain"),
        lambda n: post("SELECT * { ?s ?p ?o" + f" MINUS {{ ?s ?p {n} }}" * 250 + " }", "chain"),
        lambda n: get("/find?" + urlencode({"name": f'x" }} INSERT DATA {{ <a> <b> {n} }} #'}), "injection"),
        lambda n: get("/entity/" + quote(f"x> ?p ?o }} ; DROP ALL # {n}", safe=""), "injection"),
        lambda n: get("/sparql?" + urlencode({"query": "ASK {}", "default-graph-uri": f"x> {n} <y"}), "injection"),
        lambda n: post(b"x" * ((1 << 20) + 1 + n * 1000), "oversized"),
        lambda n: get("/sparql?query=" + "x" * (65_000 + n * 10), "long address"),
        lambda n: get("/health", "long head", {"X-Long": "x" * (200_000 + n)}),
        lambda n: post(f"SELECT * {{ SERVICE <http://127.0.0.1:9/{n}> {{ ?s ?p ?o }} }}", "SERVICE"),
        lambda n: post(f"SELECT * {{ \\u0053ERVICE SILENT <http://127.0.0.1:9/{n}> {{ ?s ?p ?o }} }}", "SERVICE"),
        lambda n: post(f"LOAD <file:///etc/passwd?{n}>", "update"),
        lambda n: post(f"INSERT DATA {{ <http://a> <http://b> {n} }}", "update", "application/sparql-update"),
        lambda n: post(f"SELECT * FROM <file:///etc/passwd#{n}> {{ ?s ?p ?o }}", "FROM"),
        lambda n: post(f"SELECT * FROM <http://127.0.0.1:9/{n}> {{ ?s ?p ?o }}", "FROM"),
        lambda n: get(f"/entity/{'../' * (n % 9)}etc/passwd", "path"),
        lambda n: get(f"/static/{'%2e%2e%2f' * (n % 9)}worker.py%00{n}", "path"),
        lambda n: get("/" + "a/" * (200 + n), "path"),
        lambda n: post(f"# {n}\nSELECT * {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} ORDER BY ?c ?f ?i", "bomb"),
        lambda n: post(f"# {n}\nSELECT (GROUP_CONCAT(?c) AS ?x) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}", "bomb"),
        lambda n: post(
            f'SELECT (CONCAT({",".join(["?a"] * 400)}) AS ?b) {{ VALUES ?a {{ "{"x" * (500_000 + n)}" }} }}', "bomb"
        ),
        lambda n: post(f"# {n}\nSELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 100000", "large"),
        lambda n: post(
            f"SELECT * {{ VALUES ?a {{ {'1 ' * 50_000} }} FILTER(REGEX('{'a' * 900}{n}', '(a*)*(a*)*b')) }}", "regex"
        ),
        lambda n: post(f"# {n}\nSELECT * {{ ?a (!<x:x>|^!<x:y>)* ?b . ?c (!<x:x>|^!<x:y>)* ?d }}", "paths"),
        lambda n: get("/sparql?query=%FF%FE" + "%C0" * n, "encoding"),
        lambda n: Request("GET", "", raw=f"GET /sparql HTTP/9.{n}\r\n\r\n".encode(), kind="no HTTP"),
        lambda n: Request("GET", "", raw=random.Random(n).randbytes(500) + b"\r\n\r\n", kind="no HTTP"),
        lambda n: Request("POST", "", raw=b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\nASK" % (99 + n), kind="cut"),
        lambda n: get("/", "host", {"Host": f"a b<>{n}", "Accept": "text/turtle"}),
    ]  # fmt: skip
    return kinds[n % len(kinds)](n // len(kinds))


class Tally:
    """What came back, in all threads."""

    def __init__(self, patience: int = 0) -> None:
        """``patience`` is how often a good request is sent again when the server says when to."""
        self.patience = patience
        self.repeated = 0
        self.seconds: list[float] = []
        self.statuses: collections.Counter[str] = collections.Counter()
        self.endless: collections.Counter[str] = collections.Counter()
        self.hostile: collections.Counter[str] = collections.Counter()
        self.failures: list[str] = []
        self._lock = threading.Lock()

    def note(self, request: Request, status: int, body: bytes, seconds: float) -> None:
        with self._lock:
            if request.kind == "good":
                self.seconds.append(seconds)
                self.statuses[str(status)] += 1
                if status != 200 or body != request.expected:
                    self.failures.append(f"good: {status} {body[:200]!r} for {request.target[:200]}")
            else:
                counter = self.endless if request.kind == "endless" else self.hostile
                counter[f"{request.kind} {status if status > 0 else 'closed'}"] += 1
                if status == 500 or not (status or request.raw):
                    self.failures.append(f"{request.kind}: {status} {body[:200]!r}")

    def fail(self, what: str) -> None:
        with self._lock:
            self.failures.append(what)


def ask(port: int, requests: Iterator[Request], tally: Tally) -> None:
    """Send requests on one connection as long as it lasts; http.client raises for a truncated body."""
    connection: http.client.HTTPConnection | None = None
    last = time.perf_counter()
    for request in requests:
        if connection is not None and time.perf_counter() - last > IDLE:
            connection.close()
            connection = None
        start = time.perf_counter()
        try:
            if request.raw:
                tally.note(request, sent_raw(port, request.raw), b"", 0)
                continue
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            response, body = answer(connection, request, tally)
            last = time.perf_counter()
            tally.note(request, response.status, body, last - start)
            if response.will_close:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as error:
            if request.kind in ("good", "endless") or not isinstance(error, ConnectionError):
                tally.fail(f"{request.kind}: {error!r} for {request.target[:200]}")
            else:  # the server closed the connection before everything was sent
                tally.note(request, -1, b"", 0)
            if connection is not None:
                connection.close()
            connection = None
    if connection is not None:
        connection.close()


def answer(
    connection: http.client.HTTPConnection, request: Request, tally: Tally
) -> tuple[http.client.HTTPResponse, bytes]:
    """The response and its body; a good request is sent again when the server says when to, as often as is allowed."""
    for left in range(tally.patience, -1, -1):
        connection.request(request.method, request.target, request.body or None, request.headers)
        response = connection.getresponse()
        body = response.read()
        later = response.getheader("Retry-After") if response.status == 503 and request.kind == "good" else None
        if later is None or response.will_close or not left:
            break
        tally.repeated += 1
        time.sleep(float(later))
    return response, body


def sent_raw(port: int, data: bytes) -> int:
    """The status of the response to some bytes, after which the client sends nothing more; 0 if there is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
        if found := re.match(rb"HTTP/1.1 (\d+)", received):
            return int(found[1])
    return 0


def endless(port: int, end: threading.Event, tally: Tally) -> None:
    def questions() -> Iterator[Request]:
        while not end.is_set():
            yield post(f"# {random.random()}\n{ENDLESS}", "endless")
            end.wait(0.05)

    ask(port, questions(), tally)


def run(port: int, requests: list[Request], attacks: list[Request], endless_clients: int, patience: int) -> Tally:
    """Send all of them, the good ones no faster than the hostile ones, so that each is sent under attack."""
    tally, end = Tally(patience), threading.Event()

    def in_step(own: list[Request]) -> Iterator[Request]:
        for n, request in enumerate(own):
            while attacks and n * len(attacks) > (tally.hostile.total() + 1) * len(own):
                time.sleep(0.002)
            yield request

    others = [threading.Thread(target=endless, args=(port, end, tally)) for _ in range(endless_clients)]
    lists = [in_step(own) for own in split(requests, GOOD_CLIENTS)]
    lists += [iter(own) for own in split(attacks, HOSTILE_CLIENTS) if own]
    clients = [threading.Thread(target=ask, args=(port, own, tally)) for own in lists]
    for thread in others:
        thread.start()
    time.sleep(1 if others else 0)  # until the endless ones are running
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    end.set()
    for thread in others:
        thread.join()
    return tally


def split(requests: list[Request], clients: int) -> list[list[Request]]:
    return [requests[n::clients] for n in range(clients)]


def told(name: str, tally: Tally, seconds: float) -> float:
    p99 = statistics.quantiles(tally.seconds, n=100)[98] * 1e3
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(tally.statuses.items()))
    print(
        f"{name:28} good: {counts}; p50 {statistics.median(tally.seconds) * 1e3:.1f} ms, p99 {p99:.1f} ms, "
        f"longest {max(tally.seconds) * 1e3:.0f} ms; {seconds:.0f} s"
    )
    return p99


def processes() -> dict[int, tuple[int, str]]:
    """Every process that is not dead, with its parent and its state."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(stat.parent.name)] = int(parent), state
    return found


def family(process: int) -> set[int]:
    """A process and all its descendants."""
    parents = {child: parent for child, (parent, _) in processes().items()}
    found, size = {process}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--hostile", type=int, default=1_000)
    parser.add_argument("--endless", type=int, default=4)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--patient", action="store_true")
    parser.add_argument("--shapes", type=float, default=6, help="seconds that a shape takes; 0 for none")
    parser.add_argument("--many", type=int, default=20_000, help="requests that must leave nothing behind")
    parser.add_argument("--build", type=Path, default=paths.build())
    options = parser.parse_args()

    requests = good(options.requests - options.hostile, options.build)
    attacks = [hostile(n) for n in range(options.hostile)]
    random.Random(1).shuffle(attacks)
    failures: list[str] = []
    with tempfile.NamedTemporaryFile() as log:
        command = [sys.executable, "-m", "rareearth", "serve", "--port", "0", "--no-log", "--build", options.build]
        server = subprocess.Popen([*command, "--timeout", str(options.limit)], stderr=log)
        port = started(server, Path(log.name))
        alone = requests[: max(len(requests) // 3, 100)]
        for name, asked, against, others in (
            ("without the hostile ones", alone, [], 0),
            ("with them and endless ones", requests, attacks, options.endless),
        ):
            start = time.perf_counter()
            tally = run(port, asked, against, others, PATIENCE if options.patient else 0)
            told(name, tally, time.perf_counter() - start)
            if tally.repeated:
                print(f"{tally.repeated} requests sent again after a 503")
            failures += tally.failures
        for counter in (tally.hostile, tally.endless):
            print(f"{counter.total()}:", ", ".join(f"{count} x {what}" for what, count in sorted(counter.items())))
        right = sum(tally.statuses.values()) - sum(f.startswith("good:") for f in tally.failures)
        print(f"good requests answered correctly: {right} of {len(requests)}")
        after = Tally()
        ask(port, iter(requests[:50]), after)
        failures += [f"afterwards: {failure}" for failure in after.failures]
        if options.shapes:
            shapes = Shapes(port, server.pid, *known(options.build), options.shapes)
            failures += asyncio.run(shapes.run(options.many))
        ours = family(server.pid)
        server.send_signal(signal.SIGTERM)
        code = server.wait(30)
        time.sleep(0.5)
        left = ours & set(processes())
        print(f"exit code {code}; {len(left)} of {len(ours)} processes left behind")
        lines = Path(log.name).read_text(encoding="utf-8", errors="replace").splitlines()
    failures += [f"exit code {code}"] * (code != 0) + [f"process {process} is left behind" for process in left]
    if server.returncode:
        print(*lines[-20:], sep="\n")
    failures += [f"log: {line}" for line in lines if "Traceback" in line or "Exception" in line]
    for failure in failures[:20]:
        print(f"FAILED {failure}")
    print(f"{len(failures)} failures")
    return bool(failures)


def started(server: subprocess.Popen[bytes], log: Path) -> int:
    for _ in range(600):
        text = log.read_text(encoding="utf-8", errors="replace")
        if "startup complete" in text and (found := re.search(r"http://127\.0\.0\.1:(\d+)", text)):
            return int(found[1])
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')}")


if __name__ == "__main__":
    sys.exit(main())
