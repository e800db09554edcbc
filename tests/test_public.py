"""What the package shows to its users: every name is there, documented, and imported only when it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import environment

import rareearth
from rareearth import errors

HEAVY = {"networkx", "rdflib", "pyoxigraph", "pandas", "numpy", "pydantic", "oxrdflib", "typer", "yaml", "rich"}
HEAVY |= {"scipy", "igraph", "rapidfuzz"}


@pytest.mark.parametrize("name", rareearth.__all__)
def test_a_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    value = getattr(rareearth, name)
    assert name == "__version__" or (value.__doc__ or "").strip()
    assert name == "__version__" or value.__module__.startswith("rareearth.")


def test_public_names_are_sorted_and_are_all_that_dir_lists() -> None:
    assert rareearth.__all__ == sorted(set(rareearth.__all__))
    assert dir(rareearth) == rareearth.__all__


def test_the_public_errors_are_those_that_more_than_the_server_raises() -> None:
    tree = {name: c for name, c in vars(errors).items() if isinstance(c, type) and issubclass(c, Exception)}
    package = Path(rareearth.__file__).parent
    raised = {
        node.func.id
        for path in package.rglob("*.py")
        if "server" not in path.relative_to(package).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in tree
    }
    ancestors = {base.__name__ for name in raised for base in tree[name].__mro__} & set(tree)
    assert {name for name in rareearth.__all__ if name.endswith("Error")} == raised | ancestors
    assert {"RequestError", "MessageError"} <= set(tree) - raised


def test_what_the_type_checker_sees_is_what_there_is() -> None:
    """The names below TYPE_CHECKING, which are imported late, are those of __all__ and come from the same places."""
    tree = ast.parse(Path(rareearth.__file__).read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert sorted([*seen, "__version__"]) == rareearth.__all__
    assert {name: getattr(rareearth, name).__module__ for name in seen} == seen


def test_types_of_results_are_public(built: Path) -> None:
    graph = rareearth.open(built)
    assert isinstance(graph, rareearth.KnowledgeGraph)
    assert isinstance(graph.answer("leaders"), rareearth.Answer)
    card = graph.show("Li Bo")
    assert isinstance(card, rareearth.Card)
    assert isinstance(card.statements[0], rareearth.Statement)
    assert isinstance(card.statements[0].claim, rareearth.Claim)
    assert isinstance(graph.path("Li Bo", "CSRE")[0], rareearth.Step)
    assert isinstance(graph.conflicts()[0], rareearth.Conflict)
    finding = graph.analyse("overlap")
    assert isinstance(finding, rareearth.Finding)
    assert isinstance(finding.tables[0], rareearth.Table)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        rareearth.nothing  # noqa: B018


def test_the_package_is_typed() -> None:
    assert (Path(rareearth.__file__).parent / "py.typed").is_file()


def loaded(script: str) -> set[str]:
    """The heavy modules that a script has imported, though it prints what it likes."""
    command = [
        sys.executable,
        "-c",
        f"import sys\n{script}\nprint('LOADED', *(m for m in {HEAVY} if m in sys.modules))",
    ]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_importing_is_light() -> None:
    assert loaded("import rareearth; rareearth.__version__; rareearth.RareEarthError; dir(rareearth)") == set()


def test_help_is_light() -> None:
    help_ = "from rareearth.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass"
    assert loaded(help_) <= {"typer", "rich"}
