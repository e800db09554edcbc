"""What was known by a day: nothing of a later page, and what is inferred is inferred from what is left."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Command
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import needs_page

import rareearth
from rareearth import build as builds
from rareearth import checks, edtf, known, namespaces
from rareearth.dataset import Dataset
from rareearth.errors import DateError, RareEarthError
from rareearth.server import messages, worker
from rareearth.site import explorer, publishing
from rareearth.store import claims, nquads, oxigraph

DAYS = st.dates(date(1985, 1, 1), date(2026, 12, 31))


@functools.cache
def shipped() -> Dataset:
    return checks.load()


def last_day(id_: str) -> date:
    published = shipped().sources[id_].published
    return (edtf.parse(published).last if published else None) or date.max


@settings(max_examples=25, deadline=None)
@given(DAYS)
def test_nothing_is_known_of_a_later_page(day: date) -> None:
    then = known.by(shipped(), day.isoformat())
    expected = [claim.id for claim in shipped().claims if last_day(claim.source) <= day]
    assert [claim.id for claim in then.dataset.claims] == expected
    hidden = {id_ for id_ in shipped().sources if last_day(id_) > day}
    assert then.later + then.undated == len(hidden)
    gone = {claim.id for claim in shipped().claims if claim.source in hidden}
    for line in nquads.lines(then.dataset):
        for iri in line.split("<")[1:]:
            base, _, _ = iri.partition(">")[0].partition("#")
            assert base.removeprefix(namespaces.SOURCE) not in hidden, line
            assert base.removeprefix(namespaces.CLAIM) not in gone, line


@settings(max_examples=10, deadline=None)
@given(DAYS, st.integers(0, 4000))
def test_what_was_known_stays_known(day: date, more: int) -> None:
    first, second = (known.by(shipped(), d.isoformat()).dataset for d in (day, day + timedelta(days=more)))
    assert {claim.id for claim in first.claims} <= {claim.id for claim in second.claims}


def test_what_is_left_has_no_faults() -> None:
    for year in ("1990", "2012", "2021-12", "2024"):
        assert checks.problems(known.by(shipped(), year).dataset) == []


def test_a_year_counts_to_its_end_and_a_page_from_its_last_day() -> None:
    by_year, by_day = (known.by(shipped(), day).dataset.sources.keys() for day in ("2021", "2021-12-31"))
    assert by_year == by_day
    published = {id_: source.published or "" for id_, source in shipped().sources.items()}
    id_, year = next((id_, day) for id_, day in sorted(published.items()) if len(day) == 4)
    assert id_ in known.by(shipped(), f"{year}-12-31").dataset.sources
    assert id_ not in known.by(shipped(), f"{year}-12-30").dataset.sources


def test_an_end_that_a_later_page_tells_was_not_known() -> None:
    """A claim whose end is inferred from a later page was still open for who stood before that page."""
    now = {claim.id: claim for claim in claims.read(oxigraph.memory(nquads.lines(shipped())))}
    ended = next(
        claim
        for _, claim in sorted(now.items())
        if claim.end_inferred_from and last_day(claim.source) < last_day(now[claim.end_inferred_from].source) < date.max
    )
    before = last_day(now[ended.end_inferred_from].source) - timedelta(days=1)
    then = {claim.id: claim for claim in claims.read(known.open_store(shipped().folder, before.isoformat()).store)}
    assert ended.id in then
    assert then[ended.id].end_inferred_from != ended.end_inferred_from


def test_the_graph_in_python_says_what_was_left_out() -> None:
    graph = rareearth.open()
    then = graph.known_by("2021")
    assert "published later" in then.note
    assert "without a date" in then.note
    assert then.ask("SELECT ?day { ?set ree:knownBy ?day }")[0]["day"] == "2021"
    with pytest.raises(DateError):
        graph.known_by("soon")
    with pytest.raises(RareEarthError, match="made from the data"):
        graph.as_of("2021").known_by("2020")


def test_the_command_line_knows_no_more_than_the_day(run: Command) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?c a ree:Claim }"
    done = run("query", "-e", count, "--known-by", "2021", "--format", "csv")
    expected = len(known.by(shipped(), "2021").dataset.claims)
    assert done.stdout.split() == ["n", str(expected)]
    assert "published later" in done.stderr
    wrong = run("query", "-e", count, "--known-by", "20x")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("--known-by: '20x' is not a date")


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("known") / "build"
    builds.build(None, folder, known_by="2012")
    return folder


def test_a_build_may_know_no_more(limited: Path) -> None:
    graph = rareearth.open(limited)
    assert graph.note == "this build has only what was known by 2012"
    assert not graph.stale
    assert {claim.id for claim in claims.read(graph.store)} == {
        c.id for c in known.by(shipped(), "2012").dataset.claims
    }
    oxigraph.verify(limited)
    with pytest.raises(RareEarthError, match="made from the data"):
        graph.known_by("2020")


@needs_page
def test_what_is_made_of_it_says_so_and_offers_no_more(limited: Path, tmp_path: Path) -> None:
    publishing.write(tmp_path / "site", rareearth.open(limited).store, limited, with_report=False)
    line = "only what was known by 2012"
    pages = sorted((tmp_path / "site").rglob("*.html"))
    silent = [page.name for page in pages if line not in page.read_text(encoding="utf-8")]
    assert silent == ["graph.html", *(["moved.html"] if "moved.html" in silent else [])]
    assert b'"knownBy":"2012"' in explorer.encode(rareearth.open(limited).store)
    later = next(id_ for id_ in sorted(shipped().sources) if last_day(id_) > date(2012, 12, 31))
    assert f"/source/{later}" not in (tmp_path / "site" / "rareearth.trig").read_text(encoding="utf-8")
    served = worker.answer(
        oxigraph.read(limited), messages.DocumentRequest(namespaces.DATASET, "html", "http://localhost")
    )
    assert isinstance(served, messages.DocumentReply)
    assert line in served.body.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("build", "--known-by", "2012"), "expected --build FOLDER with it"),
        (("build", "--known-by", "soon", "--build", "FOLDER"), "--known-by: 'soon' is not a date"),
        (("export", "claims.jsonl", "--known-by", "2012"), "claims.jsonl"),
    ],
)
def test_what_cannot_be_limited_is_refused(
    run: Command, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "claims.jsonl").exists()
