"""The explorer page that the server has made: the library's, and what is said when it cannot be made."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

import pytest
from needs import needs_page

from rareearth.errors import RareEarthError
from rareearth.server import explorer_process
from rareearth.site import explorer
from rareearth.store import oxigraph


@pytest.mark.slow
@needs_page
def test_the_page_is_that_of_the_library(built: Path) -> None:
    assert asyncio.run(explorer_process.page(built, None)) == explorer.encode(oxigraph.read(built))


def test_a_build_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(RareEarthError, match="there is no build here") as refused:
        asyncio.run(explorer_process.page(tmp_path, None))
    assert "\n" not in str(refused.value)


def test_any_other_failure_is_logged_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'Traceback of a fault' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with caplog.at_level(logging.ERROR, "rareearth.server"), pytest.raises(RareEarthError, match="server's log"):
        asyncio.run(explorer_process.page(tmp_path, None))
    assert "Traceback of a fault" in caplog.text


def test_a_page_that_nobody_waits_for_any_more_ends_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeping, mark = tmp_path / "python", tmp_path / "pid"
    sleeping.write_text(f"#!/bin/sh\necho $$ > {mark}.new && mv {mark}.new {mark}\nexec sleep 60\n")
    sleeping.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeping))

    async def cancelled() -> None:
        making = asyncio.ensure_future(explorer_process.page(tmp_path, None))
        while not mark.exists():
            await asyncio.sleep(0.01)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    asyncio.run(asyncio.wait_for(cancelled(), 20))
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
