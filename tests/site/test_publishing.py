"""The site as a folder of files: whole or not there, every link leads somewhere, the same bytes each time."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pytest
from browsing import Browser
from conftest import Command, Folder
from needs import needs_page

from rareearth import build as builds
from rareearth import namespaces
from rareearth.errors import FormatError, StoreError
from rareearth.site import addresses, guides, publishing, things
from rareearth.store import oxigraph, questions
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import conflicts

pytestmark = needs_page
ADDRESS = "https://example.org/ree"


@pytest.fixture(scope="module")
def site(small_build: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    store = builds.open_store(folder=small_build.build).store
    publishing.write(folder, store, small_build.build, address=ADDRESS, with_report=False)
    return folder


def files(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def targets(page: Path) -> list[str]:
    """The addresses within the site that a page names."""
    found = re.findall(r'(?:href|src|data-names|data-home)="([^"]*)"', page.read_text(encoding="utf-8"))
    return [link for link in found if not re.match(r"[a-z]+:|#|$", link)]


def test_every_link_of_every_page_leads_to_a_file(site: Path) -> None:
    pages = [page for page in site.rglob("*.html") if page.name != "graph.html"]
    assert len(pages) > 60
    for page in pages:
        for link in targets(page):
            path, _ = urldefrag(link)
            assert not path.startswith("/")
            assert (page.parent / unquote(path)).resolve().is_file(), f"{page}: {link}"


def test_it_has_a_page_for_each_thing_question_and_guide(site: Path, small_build: Folder) -> None:
    names = set(files(site))
    dataset = small_build.dataset()
    merged = set(dataset.canonical_ids)
    assert {f"entity/{id_}.{form}" for id_ in set(dataset.entities) - merged for form in publishing.FORMS} <= names
    assert {f"entity/{id_}.html" for id_ in merged} <= names
    assert {f"claim/{claim.id}.html" for claim in dataset.claims} <= names
    assert {f"source/{id_}.html" for id_ in dataset.sources} <= names
    assert {f"question/{question.name}.html" for question in questions.read_all()} <= names
    assert {"guide/README.html", "guide/glossary.html", "guide/decisions/README.html"} <= names
    assert {"index.html", "404.html", "graph.html", "entities.html", "conflicts.html", "promises.html"} <= names


def test_a_page_is_the_document_of_its_thing(site: Path, small_build: Folder) -> None:
    store = oxigraph.read(small_build.build)
    iri = f"{namespaces.ENTITY}ann-lee"
    for form in publishing.FORMS:
        file = addresses.file(iri, form)
        assert (site / file).read_bytes() == things.document(store, iri, form, addresses.folder(ADDRESS, file))
    assert 'href="../index.html"' in (site / "entity" / "ann-lee.html").read_text(encoding="utf-8")


def test_the_same_build_gives_the_same_bytes(site: Path, small_build: Folder, tmp_path: Path) -> None:
    store = builds.open_store(folder=small_build.build).store
    count = publishing.write(tmp_path / "again", store, small_build.build, address=ADDRESS, with_report=False)
    again = files(tmp_path / "again")
    assert again == files(site)
    assert count == len(again)


def test_downloads_have_checksums_and_are_those_of_the_build(site: Path, small_build: Folder) -> None:
    sums = dict(reversed(line.split("  ")) for line in (site / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    assert set(sums) == set(publishing.DOWNLOADS)
    for name, digest in sums.items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest() == digest
        assert (site / name).read_bytes() == (small_build.build / name).read_bytes()


def test_sitemap_and_feed_name_pages_of_the_site(site: Path) -> None:
    urls = [element.text or "" for element in ElementTree.parse(site / "sitemap.xml").iter() if "loc" in element.tag]  # noqa: S314 - ours
    assert f"{ADDRESS}/entity/ann-lee.html" in urls
    assert all((site / unquote(url.removeprefix(f"{ADDRESS}/"))).is_file() for url in urls)
    feed = ElementTree.parse(site / "feed.xml").getroot()  # noqa: S314 - ours
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    assert entries
    updated = [entry.findtext(f"{atom}updated") or "" for entry in entries]
    assert updated == sorted(updated, reverse=True)
    for entry in entries:
        link = entry.find(f"{atom}link")
        assert link is not None
        assert (site / unquote(link.attrib["href"].removeprefix(f"{ADDRESS}/"))).is_file()


def test_without_an_address_there_is_neither(small_build: Folder, tmp_path: Path) -> None:
    store = builds.open_store(folder=small_build.build).store
    publishing.write(tmp_path / "site", store, small_build.build, with_report=False)
    assert not (tmp_path / "site" / "sitemap.xml").exists()
    assert not (tmp_path / "site" / "feed.xml").exists()


def test_a_folder_of_somebody_else_is_left_alone(small_build: Folder, tmp_path: Path, run: Command) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place, expected in (
        ("mine", "no site of ours"),
        ("file", "is not a folder"),
        ("no/where", "there is no folder"),
    ):
        done = run("site", str(tmp_path / place), "--no-report", "--build", str(small_build.build))
        assert done.returncode == 1
        assert expected in done.stderr
        assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "Dear"


def test_the_command_says_what_it_wrote_and_where_to_begin(
    small_build: Folder, site: Path, tmp_path: Path, run: Command
) -> None:
    build = ["--build", str(small_build.build)]
    done = run("site", "public", "--address", ADDRESS, "--no-report", *build, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"public: {len(files(site))} files; open public/index.html\n"
    assert files(tmp_path / "public") == files(site)


def test_a_site_that_fails_leaves_the_last_one(
    small_build: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = builds.open_store(folder=small_build.build).store
    publishing.write(tmp_path / "site", store, small_build.build, with_report=False)
    before = files(tmp_path / "site")

    def broken(*_: object) -> bytes:
        raise StoreError("the store is gone")

    monkeypatch.setattr(publishing.things, "document", broken)
    with pytest.raises(StoreError, match="is gone"):
        publishing.write(tmp_path / "site", store, small_build.build, with_report=False)
    assert files(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    monkeypatch.undo()
    (tmp_path / "site" / "entity" / "old.html").write_text("x", encoding="utf-8")
    publishing.write(tmp_path / "site", store, small_build.build, with_report=False)
    assert files(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_without_a_build_file_is_refused(small_build: Folder, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"site: cannot be written \(No such file"):
        publishing.write(tmp_path / "site", oxigraph.read(small_build.build), tmp_path / "no-build", with_report=False)
    assert list(tmp_path.iterdir()) == []


def test_a_conflict_shows_what_differs_in_columns(store: Oxigraph) -> None:
    for conflict in conflicts.read(store)[:5]:
        rows = {name: (cells, differ) for name, cells, differ in conflict.rows()}
        assert all(len(cells) == len(conflict.sides) for cells, _ in rows.values())
        assert all(differ is (len(set(cells)) > 1) for cells, differ in rows.values())
        assert any(differ for _, differ in rows.values())
        iri = namespaces.CONFLICT + conflict.id
        page = things.document(store, iri).decode()
        assert page.count('<tr class="differ">') == sum(differ for _, differ in rows.values())
        assert conflicts.one(store, iri) == conflict
        assert 'href="../conflicts.html"' in page


def test_guides_keep_links_between_them_and_lose_those_out_of_them() -> None:
    bodies = {name: body for name, _, body in guides.pages()}
    assert 'href="decisions/README.html"' in bodies["README"]
    assert ".md" not in "".join(re.findall(r'href="([^"]*)"', "".join(bodies.values())))


def test_entities_are_found_from_a_folder_without_a_server(browser: Browser, site: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(site / "entity" / "ann-lee.html", ready="Boolean(document.querySelector('#search input'))")
    browser.find("#search input").click()
    browser.wait("return Boolean(globalThis.rareearthNames) && Boolean(document.querySelector('#found'))")
    browser.keys("bob ray", Keys.ENTER)
    browser.wait("return location.href.endsWith('/entity/bob-ray.html')")
    complaints, asked = browser.logs()
    assert complaints == []
    assert all(url.startswith(site.as_uri()) for url in asked)
