"""What is served when the build folder changes: the last good build, until there is a new one."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from pathlib import Path

import pytest
from conftest import Folder
from needs import needs_page

from rareearth import build as builds
from rareearth.corpus import Texts
from rareearth.errors import NoBuildError, RareEarthError
from rareearth.server import messages
from rareearth.server.served import Served
from rareearth.site import explorer
from rareearth.store import folder as folders
from rareearth.store import oxigraph

# A connection to a worker that is replaced at the very end is closed by the loop, which has ended.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
COUNT = messages.QueryRequest("SELECT (COUNT(*) AS ?n) { ?c a ree:Claim }", messages.Forms("csv", None, None), 10)


async def count(served: Served) -> int:
    return int((await served.ask(COUNT, messages.QueryReply)).body.split()[1])


async def ended(served: Served) -> None:
    """End every process, and let the loop close the connections to them."""
    await served.close()
    await asyncio.sleep(0.1)


def moved(build: Path) -> None:
    build.rename(build.with_name("moved"))


def replaced(build: Path) -> None:
    build.write_text("a file")


def broken(build: Path) -> None:
    build.unlink()
    build.mkdir()
    (build / folders.MANIFEST).write_text("[" * 100_000)


def without_a_store(build: Path) -> None:
    shutil.copy(build.with_name("moved") / folders.MANIFEST, build / folders.MANIFEST)


@pytest.mark.slow
def test_the_last_good_build_stays_in_service(small_build: Folder, tmp_path: Path) -> None:
    build, claims = tmp_path / "build", small_build.dataset().claims
    shutil.copytree(small_build.build, build)
    trig = (build / "rareearth.trig").read_bytes()

    async def story() -> None:
        served = Served(build, 10, 100, None)
        await served.refresh()
        try:
            for change in (moved, replaced, broken, without_a_store):
                change(build)
                if change is not replaced:  # as gone as before
                    with pytest.raises(NoBuildError):
                        await served.refresh()
                await served.refresh()  # what is faulty is tried once
                assert await count(served) == len(claims)
                assert served.file("rareearth.trig") == trig
            shutil.rmtree(build)
            build.with_name("moved").rename(build)
            await served.refresh()
            pool = served.pool
            manifest = (build / folders.MANIFEST).read_bytes()
            (build / "rareearth.trig").write_bytes(b"other")
            (build / folders.MANIFEST).unlink()
            (build / folders.MANIFEST).write_bytes(manifest)
            os.utime(build / folders.MANIFEST, (1, 1))
            await served.refresh()  # a build that is new, as far as its manifest says
            assert served.pool is not pool
            assert await count(served) == len(claims)
            with pytest.raises(RareEarthError, match="as it was built"):
                served.file("rareearth.trig")
            assert served.file("rareearth.graphml") == (build / "rareearth.graphml").read_bytes()
        finally:
            await ended(served)

    asyncio.run(story())


@pytest.mark.slow
@needs_page
def test_the_explorer_is_that_of_the_build_that_is_served(small_build: Folder, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    expected = explorer.encode(oxigraph.read(build), Texts(tmp_path), dossiers="entity/{}", home=".")

    async def story() -> None:
        served = Served(build, 10, 100, tmp_path)
        await served.refresh()
        moved(build)
        try:
            assert await served.page() == expected
            served.explorer = None
            ending = asyncio.ensure_future(served.page())
            await asyncio.sleep(0.05)
            assert served.explorer is not None
            served.explorer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ending
            assert await count(served) > 0
        finally:
            await ended(served)

    asyncio.run(story())


@pytest.mark.slow
def test_a_page_that_cannot_be_made_is_refused_in_a_line(
    small_build: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "daily.txt").write_bytes(b"\xff")  # is not UTF-8

    async def story() -> None:
        served = Served(small_build.build, 10, 100, tmp_path)
        await served.refresh()
        try:
            with pytest.raises(RareEarthError, match="UTF-8") as refused:
                await served.page()
            assert "\n" not in str(refused.value)
            assert await count(served) > 0
        finally:
            await ended(served)

    with caplog.at_level(logging.WARNING, "rareearth.server"):
        asyncio.run(story())


def test_a_server_does_not_start_on_a_damaged_store(small_build: Folder, tmp_path: Path) -> None:
    """Also where the size of the store would let it pass at each opening."""
    build = tmp_path / "build"
    shutil.copytree(small_build.build, build)
    [store] = build.glob("store-*")
    (store / "LOG").write_bytes(b"x" * (store / "LOG").stat().st_size)
    with pytest.raises(NoBuildError, match="LOG is damaged"):
        oxigraph.verify(build)
    builds.build(small_build.data, build)
    oxigraph.verify(build)
