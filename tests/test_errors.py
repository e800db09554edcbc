"""The tree of errors, and what their messages say."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path

import pytest
from conftest import ROOT

from rareearth import errors
from rareearth.cli.common import explain
from rareearth.errors import (
    AmbiguousError,
    DataError,
    DateError,
    EndedError,
    FormatError,
    MissingExtraError,
    NoBuildError,
    NotFoundError,
    Problem,
    RareEarthError,
    RefusedError,
    RequestError,
    StoreError,
)

PACKAGE = ROOT / "graph" / "rareearth"
LIBRARY = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "cli")
CLASSES = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, Exception)]


def drawn() -> dict[str, str]:
    """The tree of the docstring: each class with the one that it stands below."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^(?P<lead>[ │├└─]*)(?P<name>\w+Error)\b", line)
        if match and "to" not in line.split()[:1]:
            depth = len(match["lead"])
            above = [(d, name) for d, name in above if d < depth]
            found[match["name"]] = above[-1][1] if above else ""
            above.append((depth, match["name"]))
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    bases = {c.__name__: next((b.__name__ for b in c.__bases__ if issubclass(b, RareEarthError)), "") for c in CLASSES}
    assert drawn() == bases
    assert len(bases) >= 19
    assert [c.__name__ for c in CLASSES if not c.__doc__] == []


def test_every_error_class_of_the_package_is_in_the_tree() -> None:
    """But for private ones, which never leave their module."""
    elsewhere = {
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and not node.name.startswith("_")
        if path.name != "errors.py"
    }
    assert elsewhere == set()


def raised(path: Path) -> list[tuple[int, str]]:
    """The texts in the raise statements and problems of a module, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Problem", "Error", "_fault", "_refused")))
    ]
    return [
        (inner.lineno, inner.value)
        for node in parts
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_library_speaks_of_no_command_and_no_option(path: Path) -> None:
    found = [(line, text) for line, text in raised(path) if re.search(r"(^|[\s`(])--[a-z]|`rareearth [a-z]", text)]
    assert found == []


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NoBuildError("build: there is no build here; make one"), "`rareearth build`"),
        (NotFoundError("question", "leader"), "`rareearth questions`"),
        (NotFoundError("question of the analysis", "spere"), "`rareearth analyse`"),
        (NotFoundError("conflict", "shares"), "`rareearth conflicts`"),
        (DataError([Problem(Path("x.yaml"), 3, "at: expected START-END FINGERPRINT")]), "`rareearth sentences`"),
    ],
)
def test_the_command_line_adds_the_command_that_helps(error: RareEarthError, line: str) -> None:
    assert "rareearth " not in str(error)
    assert explain(error).startswith(f"{error} (")
    assert line in explain(error)


@pytest.mark.parametrize("error", [StoreError("full"), NotFoundError("entity", "x"), FormatError("x")])
def test_other_messages_are_shown_as_they_are(error: RareEarthError) -> None:
    assert explain(error) == str(error)


def test_a_wrong_date_is_shown_with_its_option() -> None:
    assert explain(DateError("x")) == "--as-of: x"


def test_messages_say_what_was_not_found_and_what_is_close() -> None:
    error = NotFoundError("source", "dayly", errors.suggest("dayly", ["daily", "weekly"]))
    assert str(error) == "no source named 'dayly'; did you mean daily?"
    assert (error.kind, error.name) == ("source", "dayly")
    both = AmbiguousError("entity", "MS", ["bob-ray", "mine-school", "ore-works"])
    assert str(both) == "'MS' may be bob-ray, mine-school or ore-works; use the id of one of them"
    assert both.ids == ("bob-ray", "mine-school", "ore-works")
    assert isinstance(both, NotFoundError)
    assert str(MissingExtraError("igraph", "analysis")) == "igraph is not installed; pip install 'rareearth[analysis]'"


def test_an_error_of_a_request_has_its_status() -> None:
    ended = EndedError()
    assert (ended.status, ended.retry) == (503, 1)
    assert isinstance(ended, RefusedError)
    assert RequestError(400, "bad").retry is None


def test_problems_are_sorted_and_given_once(tmp_path: Path) -> None:
    first, second = Problem(tmp_path / "a.yaml", None, "is empty"), Problem(tmp_path / "a.yaml", 2, "line\nbreak")
    error = DataError([second, first, second])
    assert error.problems == [first, second]
    assert str(error).splitlines() == [f"{tmp_path}/a.yaml: is empty", f"{tmp_path}/a.yaml:2: line\\nbreak"]


def test_a_date_that_is_none_is_a_value_error_too() -> None:
    """So that the models of the data report it with its field."""
    assert issubclass(DateError, ValueError)


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("leeds", ["leads", "owns"], "; did you mean leads?"),
        ("Compnay", ["Company", "Person"], "; did you mean Company?"),
        ("rolle", ["role", "roles", "note"], "; did you mean role or roles?"),
        ("zzz", ["leads"], ""),
        ("leads", [], ""),
    ],
)
def test_close_words_are_suggested(word: str, known: list[str], said: str) -> None:
    assert errors.suggest(word, known) == said
    assert errors.suggest(word, reversed(known)) == said


def test_the_examples_run() -> None:
    assert doctest.testmod(errors).failed == 0
    assert doctest.testmod(errors).attempted >= 3
