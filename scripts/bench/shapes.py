"""Shapes of load and attack on `rareearth serve`, each with thresholds: part of load.py.

Times are compared with those of the idle server in the same run, because a machine that does other work is slower by
any factor: a percentile may be LIMIT seconds, or FACTOR times that of the idle server. What a page costs is counted in
processor time of the server and its workers. Everything else is counted in responses, bytes, descriptors and processes.
"""

# ruff: noqa: S311 - chance is not secret, and queries are not SQL

from __future__ import annotations

import asyncio
import collections
import contextlib
import itertools
import os
import random
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LIMIT, FACTOR = 0.25, 8  # seconds, and times the figure of the idle server, that a 99th percentile may take
FIRST_PAGE, LATER_PAGE = 0.025, 0.005  # seconds of processor time for a page, when it is new and afterwards
MEMORY = 300 << 20  # bytes that the server may take in addition under any attack
LEAK = 48 << 20  # bytes that it may keep of many requests
ATTACKERS, VISITORS, SILENT, SLOW = 20, 20, 1200, 60
HTML = "text/html"


def get(target: str, accept: str = "*/*") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode()


def post(query: str) -> bytes:
    body = query.encode()
    head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Seen:
    """What came back for requests of one kind."""

    statuses: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: list[float] = field(default_factory=list)

    def p99(self) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] if ordered else 0.0

    def __str__(self) -> str:
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        middle = sorted(self.seconds)[len(self.seconds) // 2] if self.seconds else 0.0
        return f"{counts}; p50 {middle * 1e3:.1f} ms, p99 {self.p99() * 1e3:.1f} ms"


async def client(
    port: int, requests: Iterator[bytes], seen: Seen, end: Callable[[], bool], pause: float = 0.02
) -> None:
    """Send requests one after the other until the end, on one connection as long as it lasts."""
    connection = None
    while not end() and (data := next(requests, None)) is not None:
        start = time.perf_counter()
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            connection[1].write(data)
            head = (await connection[0].readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: (\d+)", head)
            await connection[0].readexactly(int(length[1]) if length else 0)
            seen.statuses[head[9:12]] += 1
            seen.seconds.append(time.perf_counter() - start)
            if "connection: close" in head:
                raise ConnectionError
        except (OSError, asyncio.IncompleteReadError) as error:
            if type(error) is not ConnectionError:
                seen.statuses["closed"] += 1
            if connection is not None:
                connection[1].close()
            connection = None
        await asyncio.sleep(pause)
    if connection is not None:
        connection[1].close()


class Shapes:
    """The shapes, one after the other, on a running server; ``failures`` says which thresholds were exceeded."""

    def __init__(self, port: int, server: int, entities: list[str], names: list[str], seconds: float) -> None:
        self.port, self.server, self.seconds = port, server, seconds
        self.entities, self.names = entities, names
        self.failures: list[str] = []
        self._number = itertools.count()
        self._idle: dict[str, float] = {}

    async def run(self, requests: int) -> list[str]:
        """All shapes; ``requests`` are those that must not leave anything behind."""
        await self._good("idle", [])
        await self._good("endless queries", [self._endless() for _ in range(ATTACKERS)])
        await self._good("long headers", [itertools.repeat(get("/", "a/b," * 24_000)) for _ in range(4)])
        await self._visitors()
        await self._half_open()
        await self._slow_readers()
        await self._dying_workers()
        await self._many(requests)
        return self.failures

    def check(self, true: bool, what: str) -> None:
        if not true:
            self.failures.append(f"threshold: {what}")

    async def _good(self, name: str, attacks: list[Iterator[bytes]]) -> None:
        """Cheap queries, pages and names while the attackers do their worst."""
        kinds = {"queries": self._cheap(), "pages": self._pages(), "names": self._find()}
        seen = {kind: Seen() for kind in kinds}
        attack, ended = Seen(), time.monotonic() + self.seconds + (1 if attacks else 0)

        def end() -> bool:
            return time.monotonic() > ended

        hostile = [asyncio.ensure_future(client(self.port, own, attack, end, 0)) for own in attacks]
        await asyncio.sleep(1 if attacks else 0)  # until they are all at it
        await asyncio.gather(*(client(self.port, own, seen[kind], end) for kind, own in kinds.items()))
        await asyncio.gather(*hostile)
        for kind, found in seen.items():
            print(f"{name:18} {kind:8} {found}")
            self.check(set(found.statuses) <= {"200", "303"}, f"{name}: {kind}: {found}")
            if not attacks:
                self._idle[kind] = found.p99()
            most = max(LIMIT, FACTOR * self._idle[kind])
            self.check(found.p99() <= most, f"{name}: p99 of {kind} {found.p99():.3f} s of {most:.3f} s")
        if attacks:
            print(f"{name:18} {'attack':8} {attack}")
            self.check("200" not in attack.statuses, f"{name}: an attack was answered: {attack}")

    async def _visitors(self) -> None:
        for name, most in (("new pages", FIRST_PAGE), ("pages again", LATER_PAGE)):
            seen, used, start = Seen(), self._used(), time.monotonic()
            shares = [[get(f"/entity/{id_}", HTML) for id_ in self.entities[n::VISITORS]] for n in range(VISITORS)]
            await asyncio.gather(*(client(self.port, iter(own), seen, lambda: False, 0) for own in shares))
            each = (self._used() - used) / max(1, sum(seen.statuses.values()))
            rate = sum(seen.statuses.values()) / (time.monotonic() - start)
            print(
                f"{name:18} {VISITORS} visitors {seen}; {rate:.0f} pages/s, {each * 1e3:.1f} ms of processor time each"
            )
            self.check(set(seen.statuses) == {"200"}, f"{name}: {seen}")
            self.check(each <= most, f"{name}: {each * 1e3:.1f} ms of processor time each, of {most * 1e3:.0f} ms")

    async def _half_open(self) -> None:
        beginnings = (b"", b"GET / HT", b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nA")
        with contextlib.ExitStack() as stack:
            for n in range(SILENT):
                silent = stack.enter_context(socket.socket())
                silent.setblocking(False)
                with contextlib.suppress(OSError):
                    await asyncio.wait_for(asyncio.get_running_loop().sock_connect(silent, ("127.0.0.1", self.port)), 5)
                    silent.send(beginnings[n % 3])
            await self._after(f"{SILENT} half open")

    async def _slow_readers(self) -> None:
        many = ", ".join(["?a"] * 100)
        asked = f"SELECT ?b {{ BIND('{'x' * 150_000}' AS ?a) BIND(CONCAT({many}) AS ?b) }}"
        before = memory(self.server)
        with contextlib.ExitStack() as stack:
            for n in range(SLOW):
                slow = stack.enter_context(socket.socket())
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.setblocking(False)
                await asyncio.get_running_loop().sock_connect(slow, ("127.0.0.1", self.port))
                await asyncio.get_running_loop().sock_sendall(slow, post(f"# {n}\n{asked}"))
            await asyncio.sleep(self.seconds)
            await self._after(f"{SLOW} slow readers")
        more = memory(self.server) - before
        print(f"{'':18} {more >> 20} MB more in the server")
        self.check(more <= MEMORY, f"slow readers: {more >> 20} MB more in the server, of {MEMORY >> 20} MB")

    async def _dying_workers(self) -> None:
        [template] = below(self.server)
        for worker in below(template):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        await self._after("dead workers")

    async def _after(self, name: str) -> None:
        """Each good request on a connection of its own."""
        seen = Seen()
        for _ in range(20):
            for own in (self._cheap(), self._pages()):
                await client(self.port, itertools.islice(own, 1), seen, lambda: False)
        print(f"{name:18} {'good':8} {seen}")
        self.check(set(seen.statuses) == {"200"}, f"{name}: {seen}")

    async def _many(self, requests: int) -> None:
        """As many requests as may leave a trace, after a tenth of them has filled the caches."""
        states = []
        for count in (requests // 10, requests - requests // 10):
            mixed = itertools.islice(
                itertools.chain.from_iterable(zip(self._cheap(), self._pages(), self._find(), strict=False)), count
            )
            await asyncio.gather(*(client(self.port, mixed, Seen(), lambda: False, 0) for _ in range(4)))
            await asyncio.sleep(1)
            states.append((memory(self.server), descriptors(self.server), len(below(below(self.server)[0]))))
        (size, files, workers), (size_after, files_after, workers_after) = states
        more = (size_after - size) >> 20
        print(f"{requests} requests: {more} MB, {files_after - files} descriptors more, {workers_after} workers")
        self.check(size_after - size <= LEAK, f"{requests} requests keep {more} MB")
        self.check(files_after <= files + 8, f"{requests} requests keep {files_after - files} descriptors")
        self.check(workers_after == workers, f"{workers_after} workers after {requests} requests, {workers} before")

    def _used(self) -> float:
        """Seconds of processor time of the server and its workers, so far."""
        [template] = below(self.server)
        return sum(spent(process) for process in (self.server, template, *below(template)))

    def _cheap(self) -> Iterator[bytes]:
        for n in self._number:
            entity = f"https://w3id.org/rareearth/entity/{self.entities[n % len(self.entities)]}"
            yield get("/sparql?" + urlencode({"query": f"# {n}\nSELECT ?l {{ <{entity}> rdfs:label ?l }}"}))

    def _pages(self) -> Iterator[bytes]:
        for n in self._number:
            yield get(f"/entity/{self.entities[n % len(self.entities)]}", HTML)

    def _find(self) -> Iterator[bytes]:
        for n in self._number:
            yield get("/find?name=" + quote(self.names[n % len(self.names)]))

    def _endless(self) -> Iterator[bytes]:
        while True:
            yield post(f"# {random.random()}\n{ENDLESS}")


def below(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in found.split()]


def spent(process: int) -> float:
    with contextlib.suppress(OSError):
        return time.clock_gettime(~process << 3 | 2)
    return 0.0


def memory(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) << 10 if found else 0


def descriptors(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))
