"""A review on a terminal that is killed at any moment, with an editor in between: what a screen confirmed is kept."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import signal
import sys
from pathlib import Path

import pytest
from conftest import Folder, environment

from rareearth.models import Claim, Evidence
from rareearth.proposals import inbox
from rareearth.proposals.inbox import Article, Mention, Proposal, Proposals
from rareearth.proposals.review import log
from rareearth.sentences import fingerprint

CLAIMS, KILLS = 24, 6


def many() -> Proposals:
    """An article of sentences that say the same, each with a number of its own."""
    mentions, found, text = [], [], ""
    for number in range(CLAIMS):
        sentence, start = f"Ann Lee leads Mine School number {number} today.", len(text)
        at = Evidence(start=start, end=start + len(sentence), fingerprint=fingerprint(sentence))
        mentions += [
            Mention(
                entity=id_, start=start + sentence.index(name), end=start + sentence.index(name) + len(name), how="name"
            )
            for id_, name in (("ann-lee", "Ann Lee"), ("mine-school", "Mine School"))
        ]
        claim = Claim(source="deal", subject="ann-lee", relation="leads", object="mine-school", at=(at,))
        found.append(Proposal(claim=claim, score=0.5))
        text += sentence + " "
    article = Article(
        id="deal", title="A", publisher="daily-ore", url="https://example.org/a", language="en", text=text
    )
    return Proposals(article, tuple(mentions), (), tuple(found))


class Terminal:
    """A review that runs on a terminal of its own."""

    def __init__(self, data: Path) -> None:
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            command = [sys.executable, "-m", "rareearth", "review", "deal", "--data", str(data)]
            os.execvpe(command[0], command, environment(TERM="xterm", COLUMNS="80"))  # noqa: S606

    def screen(self) -> None:
        """Wait until a claim is shown."""
        output = b""
        while not output.rstrip().endswith(b"q end"):
            output += os.read(self._terminal, 4096)

    def press(self, key: str) -> None:
        os.write(self._terminal, key.encode())

    def kill(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._terminal)


def saved(path: Path, content: bytes, chance: random.Random) -> None:
    """What an editor does when it saves."""
    if chance.random() < 0.5:
        path.write_bytes(content)
        return
    new = path.with_name("new")
    new.write_bytes(content)
    os.replace(new, path)


@pytest.mark.slow
def test_a_kill_and_an_editor_lose_no_decision_that_was_confirmed(folder: Folder) -> None:
    inbox.save(folder.data / "inbox", many(), folder.dataset().ontology)
    path, chance = log.path_of(folder.data / "inbox", "deal"), random.Random(4)  # noqa: S311 - repeatable
    confirmed = 0
    for turn in range(KILLS):
        terminal = Terminal(folder.data)
        terminal.screen()
        opened = path.read_bytes()
        assert len(log.read(path).claims) >= confirmed
        confirmed = len(log.read(path).claims)
        for _ in range(2):
            terminal.press("y")
            terminal.screen()
            confirmed += 1
            assert len(log.read(path).claims) == confirmed, turn
            saved(path, opened + b"- {verdict: take, claim: \xe7"[: chance.randrange(28)], chance)
        terminal.press("y")
        terminal.screen()
        confirmed += 1
        assert len(log.read(path).claims) == confirmed, turn
        terminal.press("y")  # may be on the disk or not when the process ends
        with contextlib.suppress(OSError):
            terminal.kill()
    assert len(log.read(path).claims) in (confirmed, confirmed + 1)
