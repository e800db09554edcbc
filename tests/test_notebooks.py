"""The notebooks run from top to bottom, and are stored without what they print."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

PUBLIC = {"rareearth.sentences", "rareearth.proposals.review.accepting", "rareearth.proposals.review.decisions"}


def test_there_is_one_for_each_question() -> None:
    names = ("sparql-first-steps", "actors-and-power", "laboratory-to-market", "conflicts-and-time", "your-own-article")
    assert [path.stem for path in NOTEBOOKS] == [f"{number}-{name}" for number, name in enumerate(names, 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_uses_what_is_public(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code")
    imported = {name for found in re.findall(r"^(?:from|import) ([\w.]+)", code, re.MULTILINE) for name in [found]}
    assert "rareearth" in imported
    assert {name for name in imported if name.startswith("rareearth.")} <= PUBLIC
    assert not re.search(r"\._[a-z]", code)
    first = "".join(cells[0]["source"])
    assert first.startswith("# ")
    assert "?" in first  # it says what it answers


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_stored_without_output(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [c["id"] for c in cells if c["cell_type"] == "code" and (c["outputs"] or c["execution_count"])] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_runs_and_draws_a_picture(path: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAREEARTH_BUILD", str(built))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "graph"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
