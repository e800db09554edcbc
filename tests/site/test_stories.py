"""The guided stories of the explorer: that the data holds what they say, and going through them by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from browsing import Browser
from conftest import Folder
from needs import needs_page

from rareearth.errors import DataError
from rareearth.site import explorer
from rareearth.site.explorer import content, stories
from rareearth.store import claims, nquads, oxigraph
from rareearth.store.claims import Claim
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import phrase

NUMBER = re.compile(r"\d[\d,.]*\d|\d")
STORIES = stories.read()


@pytest.fixture(scope="module")
def known(store: Oxigraph) -> Sequence[Claim]:
    return list(claims.read(store))


def told_by(claim: Claim) -> str:
    """What a claim says in words."""
    return " ".join((phrase.statement(claim), *phrase.qualifiers(claim), phrase.time(claim), claim.note))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_claim_of_a_story_is_in_the_data(story: stories.Story, known: Sequence[Claim]) -> None:
    assert stories.missing(story, known) == []
    assert len(story.steps) >= 4


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_number_in_a_story_is_in_the_claims_of_its_step(story: stories.Story, known: Sequence[Claim]) -> None:
    for step in story.steps:
        based = " ".join(
            told_by(claim) for claim in known if (claim.subject.id, claim.relation.id, claim.object.id) in step.claims
        )
        numbers = {number.strip(".,") for number in NUMBER.findall(step.text)}
        assert {number for number in numbers if number not in NUMBER.findall(based)} == set(), step.title


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_short(story: stories.Story) -> None:
    for step in story.steps:
        assert len(step.text) < 420, step.title
        assert len(step.claims) <= 8, step.title
    assert len(story.lead) < 160


def test_a_claim_that_is_gone_is_missed(store: Oxigraph, known: Sequence[Claim]) -> None:
    story = STORIES[0]
    gone = story.steps[0].claims[0]
    fewer = [c for c in known if (c.subject.id, c.relation.id, c.object.id) != gone]
    assert stories.missing(story, fewer) == [gone]
    told = content.read(store, {})["stories"]
    assert [one["name"] for one in told] == [one.name for one in STORIES]
    for one in told:
        ends = {known[n].subject.id for step in one["steps"] for of_one in step["claims"] for n in of_one}
        assert ends <= set(one["at"]) | {"china-rare-earth-group"}


def test_other_data_has_no_story_that_it_does_not_show(folder: Folder) -> None:
    assert content.read(oxigraph.memory(nquads.lines(folder.dataset())), {})["stories"] == []


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("title: A\nlead: B\n", 1, "found lead, title; expected lead, steps, title"),
        ("title: A\nlead: B\nsteps: none\n", 3, "steps is not a list"),
        ("title: A\nlead: B\nsteps:\n  - title: C\n    text: D\n", 4, "expected claims, text, title"),
        (
            "title: A\nlead: B\nsteps:\n  - title: C\n    text: D\n    claims:\n      - li-bo chairs\n",
            7,
            "'li-bo chairs' is not a claim",
        ),
    ],
)
def test_a_file_that_is_no_story_is_reported_with_its_line(tmp_path: Path, text: str, line: int, found: str) -> None:
    (tmp_path / "1-a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(found)) as caught:
        stories.read(tmp_path)
    assert caught.value.problems[0].line == line


@needs_page
def test_a_story_is_gone_through_by_keyboard_alone(browser: Browser, store: Oxigraph, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(explorer.write(tmp_path / "graph.html", store))
    story = STORIES[1]
    for _ in range(60):  # to the button, as a reader without a mouse gets there
        browser.keys(Keys.TAB)
        if browser.focused() == story.title:
            break
    browser.keys(Keys.ENTER)
    for number, step in enumerate(story.steps, 1):
        assert browser.focused() == step.title
        assert browser.js("return location.hash") == f"#story={story.name}.{number}"
        assert browser.text("#card .tale") == step.text
        assert f"{number} of {len(story.steps)}" in browser.text("#card .kicker")
        assert len(browser.js("return [...document.querySelectorAll('#card .evidence a')]")) >= len(step.claims)
        ends = {end for subject, _, object_ in step.claims for end in (subject, object_)}
        shown = set(browser.js("return [...rareearth.shown.bright]"))
        assert shown == ends
        assert shown <= set(browser.js("return [...rareearth.shown.entities]"))
        if number % 2:
            browser.keys(Keys.ARROW_RIGHT)
        else:  # from the heading to "Next", past "Back"
            browser.keys(Keys.TAB, Keys.TAB, Keys.ENTER)
    assert browser.text("#card h2") == ""  # "Explore on your own" was the last
    assert "In focus" not in browser.text("#count")
    browser.driver.back()
    browser.wait("return Boolean(document.querySelector('#card .tale'))")
    assert browser.text("#card h2") == story.steps[-1].title
    browser.keys(Keys.ARROW_LEFT)
    assert browser.text("#card h2") == story.steps[-2].title
    browser.keys(Keys.ESCAPE)
    assert not browser.find("#card").is_displayed()
    assert browser.logs()[0] == []


@needs_page
def test_an_entity_of_a_story_opens_its_card_and_closing_goes_back(
    browser: Browser, store: Oxigraph, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(explorer.write(tmp_path / "graph.html", store), "#story=ganzhou.1")
    browser.js("document.querySelector('#card button[data-id=li-bo]').click()")
    assert browser.text("#card h2").startswith("Li Bo")
    browser.keys(Keys.ESCAPE)
    assert browser.text("#card h2") == STORIES[2].steps[0].title
    browser.open(explorer.write(tmp_path / "graph.html", store), "#story=nothing.1")
    assert not browser.find("#card").is_displayed()
