"""A worker as the pool sees it: what it sends is a reply, or the request fails."""

from __future__ import annotations

import asyncio
import socket

import pytest

from rareearth.errors import MessageError
from rareearth.server import messages
from rareearth.server.workers import Worker


async def replied(*parts: bytes) -> messages.Reply:
    """What a request to a worker gives that sends these bytes."""
    ours, theirs = socket.socketpair()
    with theirs:
        worker = Worker(0, lambda _: None)
        await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
        asked = worker.ask(messages.encode(messages.FindRequest("a")))
        for part in parts:
            theirs.sendall(part)
            await asyncio.sleep(0.01)
        try:
            return await asyncio.wait_for(asked, 5)
        finally:
            worker.close()


def test_a_reply_in_parts_is_a_reply() -> None:
    reply = messages.DocumentReply(b"x" * 1000)
    sent = messages.encode(reply)
    assert asyncio.run(replied(sent[:3], sent[3:40], sent[40:])) == reply


def test_a_reply_that_is_none_fails_at_once() -> None:
    with pytest.raises(MessageError, match="is not a message"):
        asyncio.run(replied(b"Segmentation fault"))
