"""`rareearth serve` compared with Oxigraph's own server on the same data: small look-ups, alternating in one run.

Each look-up is sent for many entities. The first time it is new to both servers; `again` sends the same requests once
more, which `rareearth serve` answers from its cache (Oxigraph's server has none).

Needs a build (`scripts/build`) and Oxigraph's command (`pip install oxigraph`, in any environment): give its path, or
have it on PATH. Prints requests a second and latency at one and at four clients, and the ratio of the medians.

    .venv/bin/python scripts/bench/serve.py [path/to/oxigraph]
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from rareearth import namespaces, opening, paths

REQUESTS = 400  # of each look-up, each for another entity
TURNS = 10  # in which the servers alternate
PREFIXES = f"PREFIX ree: <{namespaces.VOCABULARY}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
LOOKUPS = {
    "label": "SELECT ?label {{ <{0}> rdfs:label ?label }}",
    "ties": "SELECT ?p ?o ?name {{ <{0}> ?p ?o . ?o rdfs:label ?name }}",
    "evidence": "SELECT ?claim ?source {{ GRAPH ?claim {{ <{0}> ?p ?o }} ?claim ree:source ?source }}",
    "ask": "ASK {{ <{0}> a ree:Company }}",
}


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else "oxigraph"
    command = shutil.which(given)
    if command is None:
        raise SystemExit(f"{given}: there is no such command; pip install oxigraph, and give its path")
    trig = paths.build() / "rareearth.trig"
    if not trig.is_file():
        raise SystemExit(f"{trig}: is not there; run scripts/build")
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([command, "load", "--location", folder, "--file", trig], check=True, **quiet)
        ours, theirs = free_port(), free_port()
        serve = [sys.executable, "-m", "rareearth", "serve", "--port", str(ours), "--no-log"]
        read_only = [command, "serve-read-only", "--location", folder, "--bind", f"127.0.0.1:{theirs}"]
        with running(serve, ours), running(read_only, theirs):
            compare({"rareearth serve": (ours, "/sparql"), "oxigraph serve-read-only": (theirs, "/query")})


def compare(servers: dict[str, tuple[int, str]]) -> None:
    entities = [f"{namespaces.ENTITY}{id_}" for id_ in sorted(opening.open().network("full"))][:REQUESTS]
    print(f"{'clients':>7}  {'time':6} {'look-up':9} {'server':25} {'median':>9} {'p99':>9} {'requests/s':>11}")
    for clients in (1, 4):
        ratios: dict[str, list[float]] = {"first": [], "again": []}
        for name, query in LOOKUPS.items():
            # Spaces make the look-ups new to both servers for each number of clients.
            targets = [urlencode({"query": PREFIXES + " " * clients + query.format(iri)}) for iri in entities]
            for when, medians in ratios.items():
                taken: dict[str, list[float]] = {server: [] for server in servers}
                spent = dict.fromkeys(servers, 0.0)
                for turn in range(TURNS):
                    for server, (port, path) in servers.items():
                        start = time.perf_counter()
                        taken[server] += ask(port, [f"{path}?{t}" for t in targets[turn::TURNS]], clients)
                        spent[server] += time.perf_counter() - start
                for server, times in taken.items():
                    p50, p99 = statistics.median(times) * 1e3, statistics.quantiles(times, n=100)[98] * 1e3
                    figures = f"{p50:7.2f}ms {p99:7.2f}ms {len(times) / spent[server]:11.0f}"
                    print(f"{clients:7}  {when:6} {name:9} {server:25} {figures}")
                ours, theirs = (statistics.median(taken[server]) for server in servers)
                medians.append(ours / theirs)
        for when, medians in ratios.items():
            told = ", ".join(f"{ratio:.2f}" for ratio in medians)
            print(
                f"{clients:7}  {when:6} median of ours / theirs: {told}; in the middle {statistics.median(medians):.2f}"
            )


def ask(port: int, targets: list[str], clients: int) -> list[float]:
    """Seconds that each request took, with this number of clients at a time, each on one connection."""
    taken: list[float] = []
    failed: list[BaseException] = []

    def client(own: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for target in own:
                start = time.perf_counter()
                connection.request("GET", target, headers={"Accept": "application/sparql-results+json"})
                response = connection.getresponse()
                body = response.read()
                taken.append(time.perf_counter() - start)
                if response.status != 200 or not body:
                    raise RuntimeError(f"{response.status} {body[:200]!r}")
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=[targets[n::clients]]) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return taken


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
