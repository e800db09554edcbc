"""What several tests share: the shipped data in each of its forms, small data of their own, and the command."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import functools
import io
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from browsing import Browser, started
from hypothesis import HealthCheck, settings
from needs import unavailable

from rareearth import analysis, checks, cli, paths
from rareearth import build as builds
from rareearth import network as networks
from rareearth import ontology as ontologies
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

if TYPE_CHECKING:
    import networkx as nx

    from rareearth.analysis.finding import Finding
    from rareearth.dataset import Dataset
    from rareearth.ontology import Ontology

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = "reex-ganzhou-tour"
TEXT = ROOT.parent / "shared" / "article" / "seed.txt"

settings.register_profile(
    "rareearth", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("rareearth"), max_examples=25)
settings.load_profile("rareearth")

# A data folder as small as it gets; the tests add to it or break it.
SMALL = {
    "entities/all.yaml": """\
Person:
  ann-lee:
    name: Ann Lee
    zh: 李安
    aliases: [A. Lee]
  bob-ray:
    name: Bob Ray
University:
  mine-school:
    name: Mine School
    acronyms: [MS]
Company:
  ore-works:
    name: Ore Works
  ore-works-ltd:
    name: Ore Works Limited
Publisher:
  daily-ore:
    name: Daily Ore
City:
  oreville:
    name: Oreville
""",
    "sources/daily.yaml": """\
source:
  title: "[About the mine school]"
  publisher: daily-ore
  url: https://example.org/daily?day=1
  language: en
  text: {sha256: 0000000000000000000000000000000000000000000000000000000000000000, chars: 900}
names:
  ore-works: [The Ore Works]
refers:
  Lee: ann-lee
claims:
  - ann-lee leads mine-school:
      role: rector
      at: 0-20 0123abcd
  - bob-ray affiliatedWith mine-school:
      since: 2020
      until: 2021-06
      at: [30-50 0123abcd, 60-70 00000000]
  - ore-works collaboratesWith mine-school:
      kind: speech
      by: ann-lee
      stance: positive
      at: 80-90 0123abce
  - ore-works-ltd headquarteredIn oreville:
      at: 100-120 0123abcf
  - mine-school locatedIn oreville
""",
    "identities.yaml": """\
- ore-works same ore-works-ltd:
    who: the tests
    on: 2026-01-02
    why: One is the other's name in full.
""",
}


ALONE = ("test_report.py",)


def pytest_configure(config: pytest.Config) -> None:
    """Of what is made at random there is less where slow tests are left out."""
    if "not slow" in config.option.markexpr:
        settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that use what takes long are marked for it."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if item.path.name in ALONE:  # its fixture takes long: one worker makes it for all its tests
            item.add_marker(pytest.mark.xdist_group(item.path.name))
        if "shipped" in fixtures:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Folder:
    """A data folder of a test, and a build folder beside it."""

    data: Path
    build: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def change(self, name: str, old: str, new: str) -> int:
        """Put one text for another that stands there once, and return the line it starts on."""
        text = (self.data / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        self.write(name, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1

    def dataset(self, ontology: Path | None = None) -> Dataset:
        return checks.load(self.data, ontology)


def small(folder: Path) -> Folder:
    made = Folder(folder / "data", folder / "build")
    for name, content in SMALL.items():
        made.write(name, content)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Small data without a fault, to be broken."""
    return small(tmp_path)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return ontologies.read()


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return checks.load()


@pytest.fixture(scope="session")
def lines(dataset: Dataset) -> list[str]:
    return list(nquads.lines(dataset))


@pytest.fixture(scope="session")
def store(lines: list[str]) -> Oxigraph:
    return oxigraph.memory(lines)


def told_by(dataset: Dataset, sources: Iterable[str]) -> Oxigraph:
    """The store of what some sources tell."""
    kept = {source: dataset.sources[source] for source in sources}
    claims = tuple(claim for claim in dataset.claims if claim.source in kept)
    named = repr((claims, kept, dataset.judgements))
    entities = {id_: entity for id_, entity in dataset.entities.items() if repr(id_) in named}
    return oxigraph.memory(nquads.lines(dataclasses.replace(dataset, entities=entities, claims=claims, sources=kept)))


@pytest.fixture(scope="session")
def article(dataset: Dataset) -> Oxigraph:
    """The store of the one article alone."""
    return told_by(dataset, [ARTICLE])


@pytest.fixture(scope="session")
def actors(store: Oxigraph) -> nx.MultiDiGraph[str]:
    return networks.read(store)


@pytest.fixture(scope="session")
def full(store: Oxigraph) -> nx.MultiDiGraph[str]:
    return networks.read(store, "full")


def once_for_all(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by the first of the processes that run tests; the others wait for it. Nobody changes it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{name}-for-all"
    folder.mkdir(exist_ok=True)
    with (folder / "one.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make(folder)
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder of the shipped data; nobody changes it."""
    return once_for_all(tmp_path_factory, "built", lambda folder: builds.build(None, folder / "build")) / "build"


def _small_build(folder: Path) -> None:
    made = small(folder)
    builds.build(made.data, made.build)


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The small data with its build; nobody changes either."""
    folder = once_for_all(tmp_path_factory, "small", _small_build)
    return Folder(folder / "data", folder / "build")


@pytest.fixture(scope="session")
def shipped(store: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Finding]:
    """The finding of a question on the shipped data; nobody computes it twice."""

    def found(name: str) -> Finding:
        folder = once_for_all(
            tmp_path_factory,
            f"finding-{name}",
            lambda folder: (folder / "pickle").write_bytes(pickle.dumps(analysis.answer(store, name))),
        )
        made: Finding = pickle.loads((folder / "pickle").read_bytes())  # noqa: S301 - we wrote it
        return made

    return functools.cache(found)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = started(
        tmp_path_factory.mktemp("chromium"), "use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader"
    )
    made.media(prefers_reduced_motion="reduce")
    yield made
    made.quit()


Command = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**changes: str) -> dict[str, str]:
    """The environment of a command: this checkout, no folder of the user's, and no size of another terminal."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAREEARTH_") and k not in ("COLUMNS", "LINES")}
    return {**kept, "PYTHONPATH": str(ROOT / "graph"), "PYTHONWARNINGS": "error", **changes}


@pytest.fixture(scope="session")
def run_process() -> Command:
    """Run ``rareearth`` with arguments in a process of its own, for what is about the process."""

    def command(
        *arguments: object, cwd: Path = ROOT, timeout: float = 60, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rareearth", *map(str, arguments)],
            cwd=cwd,
            env=environment(**changes),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return command


@pytest.fixture(scope="session")
def run() -> Command:
    """Run ``rareearth`` with arguments in this process, which is much quicker than starting one."""

    def command(*arguments: object, cwd: Path = ROOT, **changes: str) -> subprocess.CompletedProcess[str]:
        words = ["rareearth", *map(str, arguments)]
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        code: object = 0
        with (
            mock.patch.object(sys, "argv", words),
            mock.patch.dict(os.environ, environment(**changes), clear=True),
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as end:
                code = end.code or 0
        return subprocess.CompletedProcess(words, int(str(code)), *map(_written, (out, err)))

    return command


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@pytest.fixture(scope="session")
def article_text() -> str:
    """The text of the article, which is not ours to ship."""
    if not TEXT.is_file():
        unavailable("the article's text is not there (../shared/article/seed.txt), and may not be shipped")
    return TEXT.read_text(encoding="utf-8")


@pytest.fixture
def ontology_copy(tmp_path: Path) -> Path:
    """A copy of the ontology that a test may add to."""
    copied = tmp_path / "ontology" / "rareearth.ttl"
    copied.parent.mkdir()
    shutil.copy(paths.ontology() / "rareearth.ttl", copied)
    return copied
