"""The report: no network requests, every link has a target, every figure states its support and limitations."""

from __future__ import annotations

import dataclasses
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Folder

from rareearth import analysis
from rareearth.analysis import overview, sample
from rareearth.analysis.finding import Finding, Table, Verdict
from rareearth.analysis.questions import periphery
from rareearth.corpus import Texts
from rareearth.errors import RareEarthError
from rareearth.site import report
from rareearth.site.report import content, drawing, evidence, figures, material, packing
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph

FIGURES = ("network", "timeline", "places", "ranking", "mixing", "sensitivity", "removal", "periphery", "stages")


class Page(HTMLParser):
    """What a page links to, loads, and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.loaded: list[tuple[str, str]] = []
        self.images: list[dict[str, str | None]] = []
        self.tags: Counter[str] = Counter()
        self.policy = ""
        self.styled = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[tag] += 1
        self.styled += "style" in given
        if "id" in given:
            self.ids[str(given["id"])] += 1
        if tag == "a":
            self.links.append(str(given["href"]))
        elif tag != "use":
            self.loaded += [(tag, str(given[name])) for name in ("src", "href", "xlink:href", "data") if name in given]
        if tag == "svg":
            self.images.append(given)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])


@pytest.fixture(scope="module")
def findings(shipped: Callable[[str], Finding]) -> list[Finding]:
    """All findings on the shipped data."""
    return [shipped(name) for name in analysis.QUESTIONS]


@pytest.fixture(scope="module")
def whole(store: Oxigraph, findings: list[Finding], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report on the shipped data."""
    steps: list[int] = []
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert report.write(path, store, findings=findings, tick=lambda: steps.append(1)) == [path]
    assert len(steps) == report.STEPS
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def small(article: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report on the article alone."""
    path = tmp_path_factory.mktemp("small") / "report.html"
    report.write(path, article)
    return path.read_text(encoding="utf-8")


def visible(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page[page.index("<main>") :]).split())


@pytest.mark.parametrize("which", [pytest.param("whole", marks=pytest.mark.slow), "small"])
def test_it_asks_nothing_of_any_network(which: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(which)
    page = Page(text)
    assert page.loaded == [("link", "data:,")]
    assert not re.search(r"url\((?!#)|@import|<script|\bon\w+=", text)
    assert page.tags["style"] == 1
    assert page.styled == 0  # the policy forbids them
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert all(link.startswith(("#", "https://", "http://")) for link in page.links)


@pytest.mark.parametrize("which", [pytest.param("whole", marks=pytest.mark.slow), "small"])
def test_every_link_leads_to_an_anchor_that_is_there(which: str, request: pytest.FixtureRequest) -> None:
    page = Page(request.getfixturevalue(which))
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert len(inner) > 20
    assert inner <= set(page.ids)
    assert [id_ for id_, count in page.ids.items() if count > 1 and not re.fullmatch(r"[\w]*[0-9a-f]{10}", id_)] == []


def test_each_claim_of_it_leads_to_its_page_and_says_what_it_says(whole: str, store: Oxigraph) -> None:
    known = evidence.read(store)
    items = dict(re.findall(r'<li id="claim-([^"]+)">(.*?)</li>', whole, re.DOTALL))
    assert len(items) > 450
    for id_, item in items.items():
        links = Page(item).links
        assert links == list(filter(None, [known[id_].page.link]))  # those of mirrors are shown only
        assert known[id_].sentence in re.sub(r"<[^>]*>", "", item).replace("&#39;", "'").replace("&amp;", "&").replace(
            "&#34;", '"'
        )
    spans = known[next(iter(i for i in items if known[i].claim.spans))]
    assert (
        f"characters {spans.claim.spans[0][0]}–{spans.claim.spans[0][1]} ({spans.claim.spans[0][2]})" in items[spans.id]
    )


def test_every_figure_is_there_and_says_what_it_rests_on_and_whether_it_is_carried(whole: str) -> None:
    page = Page(whole)
    assert len(page.images) == len(FIGURES)
    assert all(image["role"] == "group" and len(str(image["aria-label"])) > 30 for image in page.images)
    for name in FIGURES:
        [figure] = re.findall(rf'<figure id="figure-{name}">(.*?)</figure>', whole, re.DOTALL)
        assert re.search(r"Based on [\d,]+ (tie|actor)s?, [\d,]+ claims? \([^)]*\) of [\d,]+ sources?;", figure)
        assert re.search(r'<p class="caveat"><strong>\w[^<]+\.</strong>', figure)


def test_questions_verdicts_and_limits_are_told(whole: str) -> None:
    text = visible(whole)
    assert text.index("Results") < text.index("The sample") < text.index("Every claim that this report is based on")
    rows = re.findall(r'<span class="verdict (\w+)">', whole[: whole.index("The sample")])
    assert len(rows) == report.STEPS - 2
    assert set(rows) <= {verdict.name for verdict in Verdict}
    assert text.count("Limitations") == len(analysis.QUESTIONS)


def test_no_figure_depends_on_the_words_of_a_table(store: Oxigraph, findings: list[Finding]) -> None:
    """All figures are drawn from typed results: with other titles and columns they are the same, byte for byte."""

    def renamed(table: Table) -> Table:
        columns = tuple(f"column {number}" for number, _ in enumerate(table.columns))
        return dataclasses.replace(table, title="A table", columns=columns, note="A note.")

    others = [dataclasses.replace(found, tables=tuple(map(renamed, found.tables))) for found in findings]
    assert sum(len(found.tables) for found in others) > 20
    read, known = sample.read(store), evidence.read(store)
    seen = overview.measure(store, read, 0)
    drawn = []
    for given in (findings, others):
        by_name = {found.name: found for found in given}
        drawn.append(list(figures.draw(material.collect(store, read, seen, by_name, known))))
    assert [figure.name for figure in drawn[0]] == list(FIGURES)
    assert all(figure.svg for figure in drawn[0])
    assert drawn[0] == drawn[1]


def test_the_literature_is_given_in_full_and_the_licence_is_named(whole: str) -> None:
    text = visible(whole)
    assert "Random graphs that keep degrees (Maslov and Sneppen 2002; Fosdick et al. 2018)." in text
    assert "Specificity and stability in topology of protein networks. Science 296, 910–913. doi:10.1126" in text
    assert not re.search(r"\[[a-z]+\d{4}", text), "a key in place of a citation"
    assert "By the rareearth contributors, licensed under CC BY 4.0 " in text
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in whole


def test_a_single_article_is_said_to_be_too_small(small: str) -> None:
    text = visible(small)
    assert "This sample is too small to say anything about the field: its 31 ties come from 1 source" in text
    assert text.count("The sample is too small: ") == 6
    assert str(Verdict.SUPPORTED) not in text
    assert str(Verdict.CONTRADICTED) not in text
    assert "nothing to draw" in text  # no site of any stage: said in place of a picture


def test_many_pages_are_not_called_too_small(whole: str) -> None:
    assert "too small" not in visible(whole)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    article: Oxigraph, small: str, tmp_path: Path
) -> None:
    report.write(tmp_path / "again.html", article, findings=analysis.answers(article))
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == small
    report.write(tmp_path / "other.html", article, seed=7)
    other = (tmp_path / "other.html").read_text(encoding="utf-8")
    assert "Seed: 7." in other
    assert other != small


def test_what_the_findings_weighed_is_not_weighed_again(
    article: Oxigraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    compare = periphery.compare
    monkeypatch.setattr(periphery, "compare", lambda *given, **more: (made.append(given), compare(*given, **more))[1])
    analysis.answer(article, "private-at-the-edge")
    once = len(made)
    report.write(tmp_path / "x.html", article)
    assert len(made) == 2 * once > 0


def test_markdown_has_its_figures_beside_it_and_links_that_lead_somewhere(article: Oxigraph, tmp_path: Path) -> None:
    written = report.write(tmp_path / "my report.md", article)
    text = written[0].read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", text)
    assert [tmp_path / name.replace("%20", " ") for name in pictures] == written[1:]
    for path in written[1:]:
        svg = ET.parse(path).getroot()  # noqa: S314 - we wrote it
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"
        assert "href" not in path.read_text(encoding="utf-8").replace('<use href="#', "")
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    assert "too small to say anything" in text
    for line in text.splitlines():
        if line.startswith("|"):  # a cell that holds a bar or a line end would break its table
            assert line.endswith("|")


def test_sources_left_out_and_the_day_are_told(article: Oxigraph, folder: Folder, tmp_path: Path) -> None:
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    report.write(tmp_path / "x.html", store, without=["daily"], as_of="2021", kinds=("fact", "speech"))
    text = visible((tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "As of 2021. Kinds of claims: fact, speech. Left out: daily. Seed: 0." in text
    with pytest.raises(RareEarthError, match="no source named 'reex'"):
        report.write(tmp_path / "y.html", article, without=["reex"])
    assert not (tmp_path / "y.html").exists()


def test_texts_of_the_data_stay_texts(folder: Folder, tmp_path: Path) -> None:
    """Names and titles with signs of HTML, of Markdown and of formulas are shown as they are."""
    name, shown = '"<b>Ann</b> $x_1$ | `Lee` [1](https://evil.example)"', "&lt;b&gt;Ann&lt;/b&gt; $x_1$"
    folder.change("entities/all.yaml", "name: Ann Lee", f"name: {name}")
    folder.change("sources/daily.yaml", '"[About the mine school]"', "\"<script src='https://evil.example'></script>\"")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    [path] = report.write(tmp_path / "x.html", store)
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert page.tags["script"] == 0
    assert "<b>Ann" not in text
    assert shown in text
    assert "https://evil.example" not in page.links
    [path, *_] = report.write(tmp_path / "x.md", store)
    assert "\\[1\\](https://evil.example)" in path.read_text(encoding="utf-8")


def test_sentences_stand_in_it_only_where_the_texts_are_given(folder: Folder, tmp_path: Path) -> None:
    from rareearth.sentences import fingerprint

    sentence = "Ann Lee leads the school."
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "daily.txt").write_text(f"{sentence} More.", encoding="utf-8")
    folder.change("sources/daily.yaml", "at: 0-20 0123abcd", f"at: 0-{len(sentence)} {fingerprint(sentence)}")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    [path] = report.write(tmp_path / "with.html", store, texts=Texts(tmp_path / "texts"))
    assert f"<blockquote>{sentence}</blockquote>" in path.read_text(encoding="utf-8")
    [path] = report.write(tmp_path / "without.html", store)
    assert sentence not in path.read_text(encoding="utf-8")


def test_circles_touch_and_do_not_cover_each_other() -> None:
    radii = [5.0, 1.0, 3.0, 3.0, 2.0, 8.0, 1.0, 4.5]
    lying, around = packing.pack(radii)
    assert [r for _, _, r in lying] == radii
    for i, (x, y, r) in enumerate(lying):
        assert math.hypot(x, y) + r <= around + 1e-9
        distances = [math.hypot(x - a, y - b) - r - s for j, (a, b, s) in enumerate(lying) if i != j]
        assert min(distances) >= -1e-6
        assert min(distances) <= 1e-6
    assert sum(r * r for r in radii) > 0.5 * around * around
    assert packing.pack([]) == ([], 0.0)
    assert packing.pack([2.0]) == ([(0.0, 0.0, 2.0)], 2.0)


def test_a_drawing_is_the_same_each_time_and_takes_the_colours_of_the_page() -> None:
    def draw(canvas) -> None:  # type: ignore[no-untyped-def]
        area = canvas.add_axes((0.1, 0.1, 0.8, 0.8))
        area.scatter([1, 2], [1, 2], c=[drawing.INK, "#e07b39"], urls=["#claim-a", "#claim-b"])
        area.set_title("中国 & <b>")

    svg = drawing.render("x", 2.0, draw)
    assert svg == drawing.render("x", 2.0, draw)
    inline = drawing.inline(svg, 'a "picture"', {"#claim-a": "A & B"})
    assert "var(--ink)" in inline
    assert drawing.INK not in inline
    assert "#e07b39" in inline
    assert '<a href="#claim-a" tabindex="-1"><title>A &amp; B</title>' in inline
    assert 'aria-label="a &quot;picture&quot;"' in inline
    assert "中国 &amp; &lt;b&gt;" in inline
    assert "<a " not in drawing.alone(svg, "x").decode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0.123456, "0.1235"),
        (-7.0, "−7"),
        (12433, "12,433"),
        (float("nan"), ""),
        ("li-bo", "Li Bo"),
        ("li-bo, chairs", "Li Bo, chairs it"),
        ("li-bo, nobody", "li-bo, nobody"),
    ],
)
def test_cells(value: str | float | None, shown: str) -> None:
    assert content.cell_text(value, {"li-bo": "Li Bo", "chairs": "chairs it"}) == shown
