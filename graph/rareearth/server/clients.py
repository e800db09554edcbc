"""Who sends a request, and whether somebody still waits for the response."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rareearth.errors import RefusedError

if TYPE_CHECKING:
    from starlette.datastructures import Address
    from starlette.types import ASGIApp, Receive, Scope, Send

GONE = "rareearth.gone"  # of a scope: a future that is done when the client has closed the connection
_NETWORK = 64  # bits of an IPv6 address that a client cannot choose


def key(client: Address | None) -> str:
    """What counts as one client: an address, or the network of one of IPv6, which one client may have whole."""
    return of_address(client.host) if client is not None else ""


@functools.lru_cache(maxsize=4096)
def of_address(host: str) -> str:
    """The same of an address as text; behind a proxy a header says it, so it may be anything.

    >>> of_address("192.0.2.1"), of_address("2001:db8::1"), of_address("x" * 1000) == "x" * 100
    ('192.0.2.1', '2001:db8::', True)
    """
    try:
        address = ipaddress.ip_address(host[:100])
    except ValueError:
        return host[:100]
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.ip_network((int(address), _NETWORK), strict=False).network_address
    return str(address)


class Budget:
    """Bytes that requests hold, in all and of each client.

    >>> budget = Budget(total=10, of_client=6)
    >>> with budget.share("a") as hold:
    ...     hold(6)
    >>> budget.held
    0
    """

    def __init__(self, total: int, of_client: int) -> None:
        self._total, self._of_client = total, of_client
        self._held: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """Bytes that are held now."""
        return self._held.total()

    @contextlib.contextmanager
    def share(self, client: str) -> Iterator[Callable[[int], None]]:
        """A function that adds bytes to what a client holds until the end; it raises RefusedError for too many."""
        own = 0

        def hold(size: int) -> None:
            nonlocal own
            if self._held[client] + size > self._of_client or self.held + size > self._total:
                raise RefusedError(503, "too many bytes of requests at a time; try again soon", retry=2)
            self._held[client] += size
            own += size

        try:
            yield hold
        finally:
            self._held[client] -= own
            if not self._held[client]:
                del self._held[client]


class EndWithClient:
    """An ASGI middleware that cancels a request whose client has gone, in whatever it waits for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and end it with its client."""
        gone: asyncio.Future[None] | None = scope.get(GONE)
        task = asyncio.current_task()
        if gone is None or task is None:
            await self._app(scope, receive, send)
            return

        def cancel(_: object) -> None:
            task.cancel()

        gone.add_done_callback(cancel)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not gone.done():
                raise
        finally:
            gone.remove_done_callback(cancel)
