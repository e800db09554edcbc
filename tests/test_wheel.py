"""A wheel built from the tree works from any folder, with the data and the ontology inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from needs import needs_page

import rareearth

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow  # a wheel is built, and its commands build the data


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, where: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(where / "cache")}
    environment.pop("RAREEARTH_BUILD", None)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_the_data_the_ontology_and_the_types(installed: Path) -> None:
    bundled = installed / "rareearth" / "_bundled"
    for folder in ("ontology", "data"):
        here = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*") if p.is_file()}
        there = {p.relative_to(bundled) for p in (bundled / folder).rglob("*") if p.is_file()}
        assert here == there
    assert (installed / "rareearth" / "py.typed").is_file()
    package = ROOT / "graph" / "rareearth"
    guides = [path.relative_to(package) for path in (package / "site" / "guide").rglob("*.md")]
    assert guides
    assert all((installed / "rareearth" / guide).is_file() for guide in guides)
    for folder in ("site", "site/report"):
        templates = {path.name for path in (ROOT / "graph" / "rareearth" / folder / "templates").iterdir()}
        assert {path.name for path in (installed / "rareearth" / folder / "templates").iterdir()} == templates


def test_it_holds_the_licences_and_says_them_in_its_metadata(installed: Path) -> None:
    [info] = installed.glob("*.dist-info")
    assert info.name == f"rareearth-{rareearth.__version__}.dist-info"
    for name in ("LICENSE", "LICENSE-DATA"):
        assert (info / "licenses" / name).read_bytes() == (ROOT / name).read_bytes()
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert "\nLicense-Expression: MIT AND CC-BY-4.0\n" in metadata
    assert "\nAuthor: the rareearth contributors\n" in metadata


@needs_page
def test_it_holds_the_scripts_of_the_pages_and_not_what_they_are_made_of(installed: Path) -> None:
    folder = installed / "rareearth" / "site" / "explorer"
    made = {"page.js", "page.css", "editor.js", "editor.css", "find.js"}
    assert {path.name for path in (folder / "dist").iterdir()} == made
    assert {path.name for path in folder.iterdir() if path.suffix in (".js", ".css", ".mjs", ".json")} == set()
    assert "Permission is hereby granted" in (folder / "dist" / "editor.js").read_text(encoding="utf-8")


def test_it_answers_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert str(installed) in run(installed, tmp_path, "-c", "import rareearth; print(rareearth.__file__)")
    assert run(installed, tmp_path, "-m", "rareearth", "--version") == f"rareearth {rareearth.__version__}\n"
    assert "no problems" in run(installed, tmp_path, "-m", "rareearth", "check")
    assert "qiandong" in run(installed, tmp_path, "-m", "rareearth", "query", "visited-institutions", "--format", "csv")
    run(installed, tmp_path, "-m", "rareearth", "export", "actors.graphml")
    assert (tmp_path / "actors.graphml").stat().st_size > 10_000


def test_it_opens_in_python_in_a_line(installed: Path, tmp_path: Path) -> None:
    printed = run(
        installed, tmp_path, "-c", "import rareearth; print(rareearth.open().network().number_of_edges() > 20)"
    )
    assert printed == "True\n"
