"""Who asks, and at which address: the Host of a request, and what a proxy says of the request that it passes on.

A page of the web can let its own name mean this machine (DNS rebinding) and would then read everything, as the browser
takes both for one site. So a request must be for a name that the server was started for. The headers in which a proxy
states the address that its client used are read only from a proxy that is trusted: one on this machine, or one that
the server was started with. What they say ends up in links, so anything but a plain name or path is refused.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rareearth.errors import BadRequestError, RareEarthError
from rareearth.server.negotiation import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Scope

_HOST = re.compile(
    r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE
)
_PORT = re.compile(r"[0-9]{1,5}")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_FORWARDED = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-forwarded-port", "forwarded")
_PORTS = {"http": "80", "https": "443"}
MAX_PREFIX = 200  # characters
_SHOWN = 80  # characters of a value in an error

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Origins:
    """The names under which a server may be asked.

    ``listening`` has the addresses and names that it listens on; ``names`` are further host names, "*" for any;
    ``proxies`` are networks of trusted proxies in addition to this machine; ``root`` is the path below which a proxy
    serves it, "" where it is at the root or the proxy says so in each request.
    """

    listening: tuple[str, ...] = ("127.0.0.1",)
    names: tuple[str, ...] = ()
    proxies: tuple[Network, ...] = ()
    root: str = ""
    _own: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the names."""
        own = {"localhost", *self.names, *(name.lower() for name in self.listening if _address(name) is None)}
        if self._is_open:
            own.add(socket.gethostname().lower())
        object.__setattr__(self, "_own", frozenset(own))

    @property
    def _is_open(self) -> bool:
        """Whether it listens on all addresses of the machine."""
        return any(address is not None and address.is_unspecified for address in map(_address, self.listening))

    def allows(self, host: str) -> bool:
        """Whether a Host is one of the server.

        An address cannot be made to mean another machine, so on a server that listens on all, any address is right.

        >>> Origins().allows("localhost:8000"), Origins().allows("evil.example"), Origins().allows("[::1]:8000")
        (True, False, True)
        """
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match["name"].lower().removesuffix(".")
        address = _address(name)
        if address is None:
            return name in self._own or name.endswith(".localhost") or "*" in self._own
        listening = {_address(own) for own in self.listening}
        named = not self._own.isdisjoint((str(address), "*"))
        return address.is_loopback or self._is_open or address in listening or named

    def trusts(self, peer: str) -> bool:
        """Whether a peer is a trusted proxy."""
        address = _address(peer)
        return address is not None and (address.is_loopback or self._is_proxy(address))

    def _is_proxy(self, address: Address) -> bool:
        return any(address in network for network in self.proxies)

    def named_as_proxy(self, peer: str) -> bool:
        """Whether a peer is another machine that the server trusts by `--proxy`, which browsers cannot be."""
        address = _address(peer)
        return address is not None and not address.is_loopback and self._is_proxy(address)


@dataclass(frozen=True)
class Origin:
    """Where a request comes from and what it was sent to; ``read`` are the headers of a proxy that say so."""

    client: str
    base: str  # scheme, host and prefix, without a slash at the end
    prefix: str
    read: tuple[str, ...]


def networks(proxies: Sequence[str]) -> tuple[Network, ...]:
    """The networks of proxies, each an address or ADDRESS/BITS. Raises RareEarthError."""
    try:
        return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError as error:
        raise RareEarthError(f"a proxy is an IP address or a network such as 10.0.0.0/8: {error}") from error


def host_names(names: Sequence[str]) -> tuple[str, ...]:
    """Host names in lower case, without a port. Raises RareEarthError for anything else."""
    for name in names:
        match = _HOST.fullmatch(name)
        if name != "*" and _address(name) is None and (match is None or match["port"]):
            raise RareEarthError(f"'{name}' is not a host name; expected one such as data.example.org, or *")
    plain = (name.lower().removesuffix(".") for name in names)
    return tuple(str(_address(name) or name) for name in plain)


def path_prefix(path: str) -> str:
    """A path below which pages are served, without a slash at the end. Raises RareEarthError.

    >>> path_prefix("/ree/"), path_prefix("ree"), path_prefix("/")
    ('/ree', '/ree', '')
    """
    prefix = path.strip().rstrip("/")
    prefix = prefix if prefix.startswith("/") or not prefix else f"/{prefix}"
    plain = not prefix or (_PREFIX.fullmatch(prefix) and {".", ".."}.isdisjoint(prefix.split("/")))
    if not plain or len(prefix) > MAX_PREFIX:
        raise RareEarthError(f"'{path[:_SHOWN]}' is not a path of letters, digits and -._~, such as /rareearth")
    return prefix


def origin(scope: Scope, origins: Origins) -> Origin:
    """The origin of a request. Raises BadRequestError with 400 or 421 for one that must not be answered."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    peer = scope["client"][0] if scope.get("client") else ""
    hosts = headers.get("host", [])
    if len(hosts) != 1:
        raise BadRequestError(400, f"found {len(hosts)} Host headers; expected one")
    said = _Said(headers) if origins.trusts(peer) else _Said({})
    host, scheme, client = hosts[0], scope["scheme"], peer
    hops = 1 + _trusted(said.clients, origins)
    if not (said.hosts and origins.named_as_proxy(peer)):
        _check(host, origins, "Host")
    if said.clients:
        client = said.clients[max(-hops, -len(said.clients))]
    if said.schemes and (scheme := _hop(said.schemes, hops).lower()) not in _PORTS:
        raise BadRequestError(400, f"the proxy says the scheme is '{scheme[:_SHOWN]}'; expected http or https")
    if said.hosts:
        host = _hop(said.hosts, hops)
        _check(host, origins if origins.names else None, "host that the proxy states")
        if said.ports and ":" not in host.rpartition("]")[2] and (port := _hop(said.ports, hops)) != _PORTS[scheme]:
            host = f"{host}:{port}"
    try:
        prefix = origins.root or "".join(map(path_prefix, said.prefixes[-hops:]))
    except RareEarthError as error:
        raise BadRequestError(400, f"X-Forwarded-Prefix: {error}") from error
    return Origin(client, f"{scheme}://{host}{prefix}", prefix, said.read)


class _Said:
    """What proxies say, the nearest last. The X-Forwarded headers go before Forwarded, as more proxies set them."""

    def __init__(self, headers: dict[str, list[str]]) -> None:
        def of(name: str) -> list[str]:
            return [item for line in headers.get(f"x-forwarded-{name}", []) for item in split(line)]

        self.clients, self.hosts, self.schemes, self.prefixes = of("for"), of("host"), of("proto"), of("prefix")
        self.ports = [port for port in of("port") if _PORT.fullmatch(port)]
        self.read = tuple(name for name in _FORWARDED if name in headers)
        if not (self.clients or self.hosts or self.schemes):
            elements = [_pairs(item) for line in headers.get("forwarded", []) for item in split(line)]
            self.clients = [_node(pairs["for"]) for pairs in elements if "for" in pairs]
            self.hosts = [pairs["host"] for pairs in elements if "host" in pairs]
            self.schemes = [pairs["proto"] for pairs in elements if "proto" in pairs]


def _pairs(element: str) -> dict[str, str]:
    """The parameters of an element of a Forwarded header."""
    pairs = (part.partition("=") for part in element.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _node(node: str) -> str:
    """The address of a node of a Forwarded header, without its port."""
    return node[1:].partition("]")[0] if node.startswith("[") else node.partition(":")[0]


def _trusted(clients: list[str], origins: Origins) -> int:
    """How many of the clients, from the nearest, are proxies that are trusted themselves."""
    count = 0
    for client in reversed(clients):
        if not origins.trusts(client):
            break
        count += 1
    return count


def _hop(values: list[str], hops: int) -> str:
    """The value that the farthest trusted proxy has set; the first where there are fewer."""
    return values[max(-hops, -len(values))]


def _check(host: str, origins: Origins | None, what: str) -> None:
    """Refuse what is no host, and one that is not a name of the server where those are given."""
    if _HOST.fullmatch(host) is None:
        raise BadRequestError(400, f"the {what} is not a host name with or without a port")
    if origins is not None and not origins.allows(host):
        raise BadRequestError(
            421, f"the {what} is {host[:_SHOWN]}; the server answers to that name only if it is started with it"
        )


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return None
