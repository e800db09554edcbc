"""The documentation is true: every command and every line of Python in it is run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from conftest import Command, environment
from engines import oxigraph_server
from needs import HAS_NODE, NO_PAGE, unavailable
from serving import served

from rareearth.cli import app
from rareearth.dataset import Dataset
from rareearth.models import Claim
from rareearth.ontology import Ontology
from rareearth.site import explorer
from rareearth.store import asof, oxigraph, publishing
from rareearth.store import folder as folders
from rareearth.store.oxigraph import Oxigraph

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"\brareearth\b")
SERVE = "rareearth serve"  # does not end by itself; the commands that ask it have a test of their own
GUIDE = ROOT / "graph" / "rareearth" / "site" / "guide"
DECISIONS = sorted((GUIDE / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(GUIDE.rglob("*.md"))
# Words of a dialect that needs a second reading; the glossary says what we say instead.
RETIRED = re.compile(
    r"\b(?:told|tells?|beside|rests? on|stands? for|so many|(?:is|are) none|weighs|weighed|of which|of whom|swap\w* in"
    r"|in whole|letter for letter|asks? nothing|cannot carry|held then)\b",
    re.IGNORECASE,
)
STORE = "http://localhost:7878/query"  # another one in the tests
REPORT = "rareearth report"  # takes half a minute: it is run in cli/test_analyse_command.py
SITE = "rareearth site"  # takes a minute: it is run on small data in site/test_publishing.py
ARTICLE = ("rareearth propose", "rareearth review")  # these are run as the guide has them


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [body for found, body in BLOCK.findall(text) if found == language]


def commands() -> list[str]:
    lines = [line for body in blocks("README.md", "sh") for line in body.splitlines()]
    return [
        line for line in lines if line.startswith("rareearth ") and not line.startswith((SERVE, REPORT, SITE, *ARTICLE))
    ]


def sessions() -> list[tuple[str, str]]:
    """Commands of console blocks with what they print."""
    found = []
    for body in blocks("README.md", "console"):
        for part in body.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.fixture
def shell(run: Command, built: Path, tmp_path: Path) -> Callable[[str], str]:
    """What a command prints, in a folder of its own: by bash if it needs a shell, otherwise in this process."""

    def command(line: str) -> str:
        if not line.startswith("rareearth ") or re.search(r"[|<>;&$*]", line):
            line = COMMAND.sub(f"{sys.executable} -m rareearth", line, count=1)
            changes = {"RAREEARTH_BUILD": str(built), "LANG": "C.UTF-8", "PYTHONWARNINGS": ""}
            done = subprocess.run(
                ["bash", "-c", line],
                cwd=tmp_path,
                env=environment(**changes),
                capture_output=True,
                text=True,
                check=False,
            )
        else:
            done = run(*shlex.split(line)[1:], cwd=tmp_path, RAREEARTH_BUILD=str(built))
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        notes = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
        assert not notes, f"{line}\n{done.stderr}"
        return done.stdout

    return command


@pytest.fixture(scope="session")
def remote_store(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a store that has the build."""
    with oxigraph_server(tmp_path_factory.mktemp("remote")) as engine:
        listed = folders.manifest(built)
        publishing.publish(publishing.read(oxigraph.sorted_lines(built), listed["quads"], listed["sha256"]), engine.url)
        yield engine.url


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_commands_of_the_readme_run(command: str, shell: Callable[[str], str], request: pytest.FixtureRequest) -> None:
    if STORE in command:
        command = command.replace(STORE, request.getfixturevalue("remote_store"))
    if command.startswith("rareearth export") and ".html" in command and not explorer.is_bundled():
        unavailable(NO_PAGE, in_ci=HAS_NODE)
    assert shell(command)


def guide_commands() -> list[str]:
    guide = (GUIDE / "add-an-article.md").read_text(encoding="utf-8").partition("## In five minutes")[2]
    return re.findall(r"```sh\n(.*?)```", guide.partition("# By hand")[0], re.DOTALL)[0].splitlines()


def readme_commands() -> list[str]:
    [body] = [body for body in blocks("README.md", "sh") if "rareearth propose" in body]
    return body.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "name"),
    [(guide_commands(), "texts/deal.txt"), (readme_commands(), "article.txt")],
    ids=["guide", "README"],
)
def test_an_article_becomes_a_part_of_the_graph(lines: list[str], name: str, tmp_path: Path) -> None:
    """The commands of the guide and of the README, with keys as a person would press them."""
    shutil.copytree(ROOT / "data", tmp_path / "my-data", ignore=shutil.ignore_patterns("inbox"))
    (tmp_path / "texts").mkdir()
    text = "Hollin Metals sells to Lynas\n\nHollin Metals supplies Lynas Rare Earths with scrap since 2024."
    (tmp_path / name).write_text(text, encoding="utf-8")
    changes = {
        "RAREEARTH_DATA": str(tmp_path / "my-data"), "RAREEARTH_BUILD": str(tmp_path / "my-build"),
        "HOME": str(tmp_path), "LANG": "C.UTF-8", "PYTHONWARNINGS": "",
    }  # fmt: skip
    for line in lines:
        command = COMMAND.sub(f"{sys.executable} -m rareearth", line, count=1)
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment(**changes), input="y\ny\nq\n", capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    source = (tmp_path / "my-data" / "sources" / Path(name).with_suffix(".yaml").name).read_text(encoding="utf-8")
    assert "hollin-metals supplies lynas-rare-earths" in source
    if "rareearth export deal.gexf" in lines:
        assert "Hollin Metals" in (tmp_path / "deal.gexf").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_server_of_the_readme_answers(built: Path, shell: Callable[[str], str]) -> None:
    lines = [line for body in blocks("README.md", "sh") if SERVE in body for line in body.splitlines()]
    asked = [line for line in lines if line.startswith("curl ")]
    assert len(asked) == 2
    if shutil.which("curl") is None:
        unavailable("curl is not installed")
    with served(built) as server:
        for line in asked:
            assert "chinese-society-of-rare-earths" in shell(line.replace("http://127.0.0.1:8000", server.url))


@pytest.mark.parametrize(("command", "output"), sessions())
def test_the_readme_shows_what_is_printed(command: str, output: str, shell: Callable[[str], str]) -> None:
    assert shell(command) == output


def test_the_readme_has_commands_and_sessions() -> None:
    assert len(commands()) >= 11
    assert len(sessions()) >= 2


@pytest.mark.slow
def test_the_python_of_the_readme_runs(built: Path, tmp_path: Path) -> None:
    [code] = blocks("README.md", "python")
    script = f"{code}\nprint(type(graph.network()), type(graph.rdf), len(graph.show('Li Bo').statements))"
    environment = {"RAREEARTH_BUILD": str(built), "PYTHONPATH": str(ROOT / "graph")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "MultiDiGraph" in done.stdout
    assert "Dataset" in done.stdout


def test_the_query_of_the_readme_has_an_answer(shell: Callable[[str], str], tmp_path: Path) -> None:
    [query] = blocks("README.md", "sparql")
    file = tmp_path / "query.rq"
    file.write_text(query, encoding="utf-8")
    assert "reex-ganzhou-tour" in shell("rareearth query query.rq")


def test_the_query_of_the_guide_on_the_scope_has_the_newest_page_of_each_class(store: Oxigraph) -> None:
    [query] = blocks("graph/rareearth/site/guide/scope.md", "sparql")
    rows = list(store.select(query))
    assert len(rows) > 10
    assert all(row["newest"].value[:2] == "20" for row in rows)


def test_the_queries_of_the_guide_on_dates_have_an_answer(store: Oxigraph) -> None:
    owners, founded = blocks("graph/rareearth/site/guide/dates.md", "sparql")
    then = asof.at(store, "2021-12-23").store
    stated = "SELECT ?claim WHERE { GRAPH ?claim { ?owner ree:ownsShareOf ?owned } }"
    assert {row["claim"] for row in store.select(owners)} == {row["claim"] for row in then.select(stated)}
    dates = [row["date"].value for row in store.select(founded)]
    assert dates == sorted(dates)
    assert {len(day) for day in dates} == {4, 10}, "years and days"


def test_the_figures_of_the_readme_are_those_of_the_data(dataset: Dataset) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(dataset.claims)} claims from {len(dataset.sources)} sources" in text


def test_the_picture_of_the_readme_is_the_network_of_today(shell: Callable[[str], str], tmp_path: Path) -> None:
    shell("rareearth export network.svg")
    shown = (ROOT / "notebooks" / "network.svg").read_bytes()
    assert (tmp_path / "network.svg").read_bytes() == shown, "renew it: rareearth export notebooks/network.svg"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_links_and_files_named_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (path.parent / target).exists(), f"{path.name} links to {target}"
    for target in re.findall(r"`((?:graph|ontology|data|scripts|tests|notebooks)/[\w./-]+)`", text):
        assert (ROOT / target).exists(), f"{path.name} names {target}"


def test_contributing_lists_every_module() -> None:
    """The first column of the table of modules, against the top level of the package."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("### Modules")[2].partition("###")[0]
    listed = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    package = ROOT / "graph" / "rareearth"
    there = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    assert listed == there - {"__init__", "__main__"}


def test_the_guide_lists_every_field_of_a_claim(ontology: Ontology) -> None:
    text = (GUIDE / "add-an-article.md").read_text(encoding="utf-8")
    listed = {name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    fields = set(Claim.model_fields) - {"source", "subject", "relation", "object", "qualifiers"}
    assert fields <= listed
    assert listed - fields <= set(ontology.qualifiers)


def test_decisions_are_numbered_without_gaps_and_indexed() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (GUIDE / "decisions" / "README.md").read_text(encoding="utf-8")
    titles = [path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for path in DECISIONS]
    rows = [f"- [{title[:4]}]({path.name}) {title[6:]}" for path, title in zip(DECISIONS, titles, strict=True)]
    assert [line for line in index.splitlines() if line.startswith("- ")] == rows


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_status_and_three_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]}: \S.*\n\nStatus: (accepted|superseded by \d{{4}}), \d{{4}}-\d\d-\d\d", text)
    parts = re.findall(r"^## (.+)\n\n(\S)", text, re.MULTILINE)
    assert [title for title, _ in parts] == ["Decision", "Refused", "Why"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_retired_words_do_not_come_back(path: Path) -> None:
    """The glossary names them, so it is the one that is not asked."""
    if path.name != "glossary.md":
        prose = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert RETIRED.findall(" ".join(prose.split())) == []


def test_retired_words_do_not_come_back_in_help_texts() -> None:
    command = typer.main.get_command(app)
    commands = [command, *command.commands.values()]  # type: ignore[attr-defined]
    helps = [str(each.help) for each in commands]
    helps += [str(getattr(parameter, "help", "")) for each in commands for parameter in each.params]
    assert len(helps) > 50
    assert [text for text in helps if RETIRED.search(" ".join(text.split()))] == []


def test_that_test_would_see_them() -> None:
    glossary = (GUIDE / "glossary.md").read_text(encoding="utf-8")
    assert {"tell", "beside", "rests on", "stands for"} <= set(RETIRED.findall(glossary))
