"""``rareearth analyse`` and ``rareearth report`` as their user runs them, and what they say of bad input."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Command, Folder, environment

import rareearth
from rareearth import analysis
from rareearth.analysis import finding
from rareearth.cli import main
from rareearth.errors import RareEarthError


@pytest.fixture(scope="module")
def little(small_build: Folder) -> Path:
    return small_build.build


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a command says before it ends with 1."""
    monkeypatch.setattr(sys, "argv", ["rareearth", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    [line] = said(err)
    return line


def said(err: str) -> list[str]:
    """What stands on standard error but for notes: that small data is built is no matter here."""
    return [line for line in err.splitlines() if not line.startswith("note: ")]


def test_a_question_is_answered_as_the_library_answers_it(run: Command, built: Path) -> None:
    graph = rareearth.open(built)
    found = graph.analyse("overlap", kinds=("fact", "speech"), without=["grirem-mirror-csre-conference-2023"], seed=3)
    options = ("--kind", "fact", "--kind", "speech", "--without", "grirem-mirror-csre-conference-2023", "--seed", 3)
    done = run("analyse", "overlap", *options, "--build", built)
    assert done.stdout == "\n".join(finding.lines(found)) + "\n"
    done = run("analyse", "overlap", *options, "--format", "json", "--build", built)
    assert json.loads(done.stdout) == json.loads(json.dumps(finding.record(found)))
    assert done.stderr == ""


def test_the_seed_is_that_of_the_analysis(
    little: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = []
    found = rareearth.open(little).analyse("overlap")

    def answer(*_: object, seed: int, **__: object) -> finding.Finding:
        seeds.append(seed)
        return found

    monkeypatch.setattr(analysis, "answer", answer)
    monkeypatch.setattr(sys, "argv", ["rareearth", "analyse", "overlap", "--seed", "3", "--build", str(little)])
    with pytest.raises(SystemExit):
        main()
    assert seeds == [3]
    assert found.question in capsys.readouterr().out


def test_all_questions_in_short(run: Command, little: Path) -> None:
    done = run("analyse", "--build", little)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[::2]] == list(analysis.QUESTIONS)
    assert all(line.startswith("    ") for line in lines[1::2])
    assert done.stdout.count("inconclusive") >= 4
    found = list(rareearth.open(little).findings())
    assert [line.strip() for line in lines[1::2]] == [f.answer for f in found]
    assert all(line.endswith(str(f.verdict)) for line, f in zip(lines[::2], found, strict=True))


def test_all_questions_as_json_with_the_sample(run: Command, little: Path) -> None:
    graph = rareearth.open(little)
    answer = json.loads(run("analyse", "--format", "json", "--seed", "2", "--build", little).stdout)
    assert answer["sample"] == json.loads(json.dumps(finding.plain(graph.overview(seed=2))))
    assert [found["name"] for found in answer["findings"]] == list(analysis.QUESTIONS)
    assert answer["findings"][0] == json.loads(json.dumps(finding.record(graph.analyse("spheres", seed=2))))


def test_as_of_a_day(run: Command, little: Path) -> None:
    graph = rareearth.open(little)
    then = json.loads(run("analyse", "communities", "--as-of", "2019", "--format", "json", "--build", little).stdout)
    assert then == json.loads(json.dumps(finding.record(graph.as_of("2019").analyse("communities"))))
    assert then["support"]["ties"] < graph.analyse("communities").support.ties


def test_a_report(run: Command, little: Path, tmp_path: Path) -> None:
    done = run("report", tmp_path / "r.html", "--build", little, "--without", "daily", "--seed", 5)
    assert done.returncode == 0, done.stderr
    assert said(done.stderr) == []
    assert done.stdout.startswith(f"{tmp_path / 'r.html'}: ")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Left out: daily. Seed: 5." in text
    done = run("report", tmp_path / "r.md", "--build", little)
    assert "r-figures/network.svg: " in done.stdout


@pytest.mark.slow
def test_a_bar_is_shown_on_a_terminal_and_nowhere_else(little: Path) -> None:
    own, its = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "rareearth", "analyse", "--build", str(little)],
        cwd=ROOT,
        env=environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=its,
        check=True,
    )
    os.close(its)
    assert b"100%" in os.read(own, 100_000)
    os.close(own)
    assert b"%\n" not in done.stdout
    assert len(done.stdout.splitlines()) == 2 * len(analysis.QUESTIONS)


def test_bad_input_is_told_in_one_line(
    little: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def line(*arguments: object) -> str:
        return told(monkeypatch, capsys, *arguments, "--build", little)

    assert line("analyse", "spere").startswith("no question of the analysis named 'spere'; did you mean spheres")
    assert line("analyse", "spheres", "--kind", "rumour").startswith(
        "no kind of claim named 'rumour'; expected one or more of"
    )
    assert line("analyse", "--without", "dayly") == "no source named 'dayly'; did you mean daily?"
    assert line("report", tmp_path / "x.html", "--without", "dayly").startswith("no source named 'dayly'")
    assert "--as-of: 'soon' is not a date" in line("analyse", "spheres", "--as-of", "soon")
    assert line("report", tmp_path / "x.pdf") == "x.pdf: '.pdf' is not an extension of a report; expected .html or .md"
    assert "cannot be written" in line("report", tmp_path / "nowhere" / "x.html")
    (tmp_path / "taken.html").mkdir()
    assert "cannot be written" in line("report", tmp_path / "taken.html")
    (tmp_path / "y-figures").write_text("in the way", encoding="utf-8")
    assert "y-figures: cannot be made" in line("report", tmp_path / "y.md")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken.html", "y-figures"]


@pytest.mark.slow
@pytest.mark.parametrize("library", ["matplotlib", "jinja2"])
def test_a_missing_library_is_told_in_one_line(library: str, little: Path, tmp_path: Path) -> None:
    blocked = (
        "import sys\n"
        f"sys.modules[{library!r}] = None\n"
        "from rareearth.cli import main\n"
        f"sys.argv = ['rareearth', 'report', {str(tmp_path / 'x.html')!r}, '--build', {str(little)!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "\n".join(said(done.stderr)) == f"{library} is not installed; pip install 'rareearth[analysis]'"


def test_a_table_of_a_finding_is_a_frame(little: Path) -> None:
    graph = rareearth.open(little)
    table = graph.analyse("communities").tables[0]
    frame = graph.frame(table)
    assert list(frame.columns) == list(table.columns)
    assert frame.shape == (len(table.rows), len(table.columns))
    with pytest.raises(RareEarthError, match="did you mean communities"):
        graph.analyse("comunities")
