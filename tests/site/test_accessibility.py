"""axe-core finds no serious fault on any kind of page: of the site, and the scenes of the explorer, in light and dark.

axe-core is a development package of the explorer's scripts; ``scripts/page`` installs it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from browsing import Browser
from needs import HAS_NODE, NO_PAGE, unavailable

from rareearth import namespaces
from rareearth.site import addresses, explorer, guides, listing, rendering, report, things
from rareearth.store import questions
from rareearth.store.oxigraph import Oxigraph

AXE = Path(explorer.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
ENTITIES = ("lynas-rare-earths", "li-bo", "mount-weld-mine", "china", "ganzhou-tour", "export-control-law-2020")
GUIDE = "guide/add-an-article"
SERIOUS = ("serious", "critical")
WIDTHS = ((1400, 900), (390, 844))


def pages(store: Oxigraph) -> Iterator[tuple[str, Callable[[addresses.Site], bytes]]]:
    """One page of each kind, by its file."""
    known = {quad.subject.value for quad in store.quads()}  # type: ignore[union-attr]

    def thing(kind: str) -> str:
        return min(iri for iri in known if iri.startswith(addresses.THINGS[kind]) and "#" not in iri)

    things_ = [namespaces.ENTITY + id_ for id_ in ENTITIES if namespaces.ENTITY + id_ in known]
    assert len(things_) >= 4
    things_ += [thing(kind) for kind in ("claim", "source", "conflict")]
    for iri in (*things_, namespaces.DATASET, addresses.ONTOLOGY):
        yield addresses.file(iri), partial(things.document, store, iri, "html")
    for name in listing.LISTS:
        yield f"{name}.html", partial(listing.page, store, name)
    asked = next(question for question in questions.read_all() if question.name == "spheres")
    yield "question/spheres.html", partial(listing.question, store, asked)
    for name, title, body in guides.pages():
        if f"guide/{name}" == GUIDE:
            yield f"{GUIDE}.html", partial(rendering.render, "guide.html", title=title, body=body)
    yield "404.html", partial(rendering.error, title="404 Not Found", message="There is no page here.")


@pytest.fixture(scope="module")
def site(store: Oxigraph, article: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of each kind, of the shipped data, with the styles and scripts that they have."""
    if not explorer.is_bundled():
        unavailable(NO_PAGE, in_ci=HAS_NODE)
    if not AXE.is_file():
        unavailable("axe-core is not installed: run scripts/page (needs Node)", in_ci=HAS_NODE)
    folder = tmp_path_factory.mktemp("axe")
    for file, made in pages(store):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made(addresses.folder("https://example.org", file, report=True)))
    (folder / "static").mkdir()
    shutil.copy(rendering.STATIC / "site.css", folder / "static")
    (folder / "static" / "find.js").write_text(explorer.part("find.js"), encoding="utf-8")
    (folder / "graph.html").write_bytes(explorer.encode(store, dossiers="entity/{}.html", home="index.html"))
    report.write(folder / "report.html", article)
    return folder


def faults(browser: Browser) -> list[str]:
    """What axe-core finds serious on the page that is open."""
    browser.js(AXE.read_text(encoding="utf-8"))
    run = "const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then((r) => done(r.violations))"
    found: list[dict[str, Any]] = browser.driver.execute_async_script(run)
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {fault['nodes'][0]['html'][:150]} "
        f"… {len(fault['nodes'])} places; {fault['nodes'][0]['any'][0]['message'] if fault['nodes'][0]['any'] else ''}"
        for fault in found
        if fault["impact"] in SERIOUS
    ]


def look(
    browser: Browser, page: Path, anchor: str = "", theme: str = "light", size: tuple[int, int] = WIDTHS[0]
) -> list[str]:
    ready = "document.readyState === 'complete'"
    browser.media(prefers_color_scheme=theme, prefers_reduced_motion="reduce")
    try:
        browser.open(page, anchor, ready)
        browser.driver.set_window_size(*size)
        browser.settle()
        return faults(browser)
    finally:
        browser.media(prefers_reduced_motion="reduce")


@pytest.mark.slow
def test_no_page_of_the_site_has_a_serious_fault(browser: Browser, site: Path) -> None:
    browser.driver.set_script_timeout(120)
    found = []
    for page in sorted(site.rglob("*.html")):
        for theme, size in (("light", WIDTHS[0]), ("dark", WIDTHS[1])):
            found += [f"{page.relative_to(site)}, {theme}: {wrong}" for wrong in look(browser, page, "", theme, size)]
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "anchor",
    [
        "#lynas-rare-earths",
        "#lynas-rare-earths&focus&size=betweenness",
        "#path=li-bo~mp-materials",
        "#story=chinas-groups.2",
        "#view=table&day=2021-12",
    ],
)
def test_no_scene_of_the_explorer_has_a_serious_fault(browser: Browser, site: Path, anchor: str) -> None:
    browser.driver.set_script_timeout(120)
    for theme, size in (("light", WIDTHS[0]), ("dark", WIDTHS[1])):
        assert look(browser, site / "graph.html", anchor, theme, size) == []


@pytest.mark.usefixtures("site")  # which says what is missing
def test_axe_would_find_a_fault(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<!doctype html><title>x</title><body><img src='data:,'><button></button>", encoding="utf-8")
    found = " ".join(look(browser, page))
    assert "image-alt" in found
    assert "button-name" in found
    assert "html-has-lang" in found
