"""The commands ``review`` and ``score``: keys on a terminal, lines without one, lists, pages, what is refused."""

from __future__ import annotations

import json
import os
import pty
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Command, Folder, environment
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rareearth import characters
from rareearth.cli.screen import wrapped
from rareearth.models import Claim, Evidence
from rareearth.proposals import inbox
from rareearth.proposals.inbox import Article, Mention, NewName, Proposal, Proposals
from rareearth.sentences import fingerprint

TEXT = "Ann Lee chairs Hollin Metals. Bob Ray leads the Mine School."


@pytest.fixture
def waiting(folder: Folder) -> Folder:
    """A data folder with one article in its inbox: a new name and two claims."""

    def at(start: int, end: int) -> Evidence:
        return Evidence(start=start, end=end, fingerprint=fingerprint(TEXT[start:end]))

    claims = [
        Claim(source="deal", subject="ann-lee", relation="chairs", object="hollin", at=(at(0, 29),)),
        Claim(source="deal", subject="bob-ray", relation="leads", object="mine-school", at=(at(30, 60),)),
    ]
    found = Proposals(
        Article(
            id="deal", title="A deal", publisher="daily-ore", url="https://example.org/deal", language="en", text=TEXT
        ),
        (
            Mention(entity="ann-lee", start=0, end=7, how="name"),
            Mention(entity="hollin", start=15, end=28, how="new"),
            Mention(entity="bob-ray", start=30, end=37, how="name"),
            Mention(entity="mine-school", start=48, end=59, how="name"),
        ),
        (NewName(id="hollin", kind="Company", name="Hollin Metals"),),
        tuple(Proposal(claim=claim, score=0.9) for claim in claims),
    )
    inbox.save(folder.data / "inbox", found, folder.dataset().ontology)
    return folder


def on_terminal(keys: Sequence[str], *arguments: object) -> str:
    """What a command prints on a terminal of 80 columns when keys are pressed."""
    process, terminal = pty.fork()
    if process == 0:
        command = [sys.executable, "-m", "rareearth", *map(str, arguments)]
        os.execvpe(command[0], command, environment(PYTHONWARNINGS="", TERM="xterm", COLUMNS="80"))  # noqa: S606
    output = b""
    waiting_keys = list(keys)
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        output += part
        if waiting_keys and output.rstrip().endswith((b"q end", b"no use", b"to end.")):
            os.write(terminal, waiting_keys.pop(0).encode())
            output += b"\0"
    os.waitpid(process, 0)
    return output.replace(b"\0", b"").decode()


@pytest.mark.slow
def test_keys_are_taken_without_enter(waiting: Folder) -> None:
    shown = on_terminal("yynu", "review", "deal", "--data", waiting.data)
    assert "1 of 3   a new name: Hollin Metals   (company)" in shown
    assert "… [Ann Lee] chairs [Hollin Metals]." in shown
    assert "1 claim taken, 0 of them changed; 1 refused (1 not said)" in shown
    assert "1 claim and 1 record written into 2 files" in shown
    assert [c.subject for c in waiting.dataset().claims if c.source == "deal"] == ["ann-lee"]


@pytest.mark.slow
@pytest.mark.parametrize("pressed", ["\x1b[A", "\x1b[3~", "\x1bOB", "1\n2\n3\ny\ny\ny\n"])
def test_an_arrow_or_pasted_text_decides_nothing(waiting: Folder, pressed: str) -> None:
    shown = on_terminal([pressed, "q"], "review", "deal", "--data", waiting.data)
    assert "'another key' is not a key here" in shown
    assert "0 claims taken, 0 of them changed; 0 refused; 0 names decided" in shown


@given(st.text(max_size=200), st.integers(20, 100))
def test_no_line_is_wider_than_the_terminal_and_no_character_is_obeyed(text: str, width: int) -> None:
    lines = wrapped(f"  {text}", width)
    assert all(cell_len(line) <= width for line in lines)
    assert not any(characters.hidden(line) for line in lines)
    assert "".join("".join(lines).split()) == "".join(characters.visible(text).replace("\u00a0", " ").split())


def test_escapes_of_an_article_are_shown_as_codes(
    waiting: Folder, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    path = waiting.data / "inbox" / "deal.yaml"
    text = path.read_text(encoding="utf-8").replace("name: Hollin Metals", 'name: "Hollin \\e]0;x\\aMetals"')
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    done = run("review", "deal", "--data", waiting.data)
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x07" not in done.stdout + done.stderr


def test_lines_are_taken_where_there_is_no_terminal(
    waiting: Folder, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("y\ny\nq\n"))
    done = run("review", "deal", "--data", waiting.data, "--confidence", "medium")
    assert "1 claim taken" in done.stdout
    [claim] = [c for c in waiting.dataset().claims if c.source == "deal"]
    assert claim.confidence == "medium"
    assert run("review", "--data", waiting.data).stdout == "deal: 1 open, 1 taken, 0 refused\n"
    assert run("check", "--data", waiting.data).returncode == 0
    assert run("tidy", "--check", "--data", waiting.data).stdout == "all files are tidy\n"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("e\n", "no line was given; nothing was changed"),
        ("e\nHol\x1b[Dlin\n\n\n", "this cannot be kept: found the invisible character U+001B"),
        ("e\n\nComany\n\n", "'Comany' is not a class that has records; did you mean Company?"),
        ("e\n\n\nhollin-ltd\n", "no record 'hollin-ltd'"),
        ("b\n", "this is where the review began; older decisions can be changed in their file"),
        ("\nn\nx\n", "found 'x'; expected r wrong relation"),
        ("\ne\nwhen 20\x1b[D24\n", "when: found '20<U+001B>[D24'; "),
        ("\ne\nsize 4\n", "size: found '4'; "),
        ("\n3\n", "there is no suggestion 3; expected 1 to 1"),
        ("\ns\ny\n", "this cannot be taken: "),
    ],
)
def test_what_cannot_be_decided_is_a_line_and_decides_nothing(
    waiting: Folder, run: Command, monkeypatch: pytest.MonkeyPatch, lines: str, shown: str
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    done = run("review", "deal", "--data", waiting.data)
    assert shown in " ".join(done.stdout.split())
    assert "0 claims taken, 0 of them changed; 0 refused; 0 names decided; " in done.stdout
    assert "\x1b" not in done.stdout
    assert done.returncode == 0


def test_a_turned_claim_that_cannot_be_taken_says_so_before(
    waiting: Folder, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("\ns\nq\n"))
    shown = run("review", "deal", "--data", waiting.data).stdout
    assert "1 chairs\n      cannot be taken: " in shown.partition("hollin -> ann-lee")[2]


def test_what_was_taken_and_not_written_is_listed(
    waiting: Folder, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    source = waiting.data / "inbox" / "deal.yaml"
    source.write_text(source.read_text("utf-8").replace("  publisher: daily-ore\n", ""), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\ny\nq\n"))
    done = run("review", "deal", "--data", waiting.data)
    assert done.stderr == "the article deal has no publisher; a source needs these\n"
    listed = "deal: 1 open, 1 taken, 0 refused; 1 not written yet, --accept writes them\n"
    assert run("review", "--data", waiting.data).stdout == listed


def test_what_is_proposed_is_listed_and_written_as_a_page(waiting: Folder, run: Command, tmp_path: Path) -> None:
    listed = run("review", "deal", "--list", "--data", waiting.data).stdout.splitlines()
    assert listed == ["0.90  ann-lee chairs hollin  0-29", "0.90  bob-ray leads mine-school  30-60"]
    run("review", "deal", "--html", tmp_path / "deal.html", "--data", waiting.data)
    assert '<mark class="new" title="hollin">Hollin Metals</mark>' in (tmp_path / "deal.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deel"], "nothing was proposed for 'deel'; the inbox "),
        (["deal", "--confidence", "sure"], "--confidence: found 'sure'; expected high, medium or low"),
    ],
)
def test_a_wrong_call_is_one_line(waiting: Folder, run: Command, arguments: list[str], message: str) -> None:
    done = run("review", *arguments, "--data", waiting.data)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_broken_inbox_file_is_one_line(waiting: Folder, run: Command) -> None:
    path = waiting.data / "inbox" / "deal.yaml"
    for old, new, message in (
        ("chairs hollin", "chairs", "expected what was proposed"),
        ("score: 0.900", "score: high", "score"),
    ):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        done = run("review", "deal", "--data", waiting.data)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "deal.yaml:" in done.stderr
        assert message in done.stderr
        path.write_text(text, encoding="utf-8")
    (waiting.data / "inbox" / "deal.txt").write_text("other", encoding="utf-8")
    assert "is not the text that was read" in run("review", "deal", "--data", waiting.data).stderr


@pytest.mark.slow
def test_score_prints_measures(run: Command) -> None:
    gold = Path(__file__).parent.parent / "gold" / "first"
    one = run("score", gold, "--text", "sumter-shipments-2026", "--format", "json")
    found = json.loads(one.stdout)
    assert [text["id"] for text in found["texts"]] == ["sumter-shipments-2026"]
    assert found["measures"][0]["name"] == "mentions, exact, F1"
    table = run("score", gold, "--text", "sumter-shipments-2026", "--errors").stdout
    assert "relation among three" in table
    assert run("score", gold, "--text", "none").stderr.startswith("no text named 'none'")
    assert "expected folders" in run("score").stderr
