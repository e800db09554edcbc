"""The pages of the server: a document for every thing, and what a person does with them in Debian's chromium."""

from __future__ import annotations

import http.client
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import rdflib
from browsing import Browser
from conftest import ARTICLE, ROOT, Folder
from needs import needs_page
from rdflib.compare import isomorphic
from serving import Served, served

from rareearth import build as builds
from rareearth import namespaces
from rareearth.errors import NotFoundError
from rareearth.server import links
from rareearth.site import explorer, listing, things
from rareearth.site.addresses import Site
from rareearth.store import oxigraph
from rareearth.store.backend import Quad, Result
from rareearth.store.oxigraph import Oxigraph

ATTACK = "</script><img src=x onerror=alert(1)>"
# rdflib's reader of JSON-LD uses what rdflib itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


class Answer(NamedTuple):
    status: int
    media: str
    body: str
    headers: http.client.HTTPMessage


def get(server: Served, path: str, accept: str = "*/*") -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        media = response.getheader("Content-Type", "").partition(";")[0]
        return Answer(response.status, media, response.read().decode(), response.headers)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(built: Path) -> Iterator[Served]:
    with served(built) as running:
        yield running


@pytest.fixture(scope="module")
def claim(server: Served) -> str:
    """The path of a claim of the article about Li Bo that is a fact."""
    found = re.findall(rf"/claim/{ARTICLE}/[0-9a-f]+", get(server, "/entity/li-bo", "text/html").body)
    return str(found[0])


# ---- without a server


@pytest.mark.parametrize(
    "thing", ["entity/li-bo", f"source/{ARTICLE}", "conflict/eneabba-capacity", "dataset", "ontology"]
)
def test_pages_are_files_that_link_to_each_other_without_a_server(store: Oxigraph, thing: str) -> None:
    page = things.document(store, namespaces.BASE + thing).decode()
    local = {link.partition("#")[0] for link in re.findall(r'(?:href|src)="([^":]*)"', page)} - {""}
    here = Path("/site", thing)
    targets = {os.path.normpath(here.parent / link) for link in local}
    assert targets
    known = re.compile(
        r"/site/(static/(site\.css|find\.js|names\.js)|rareearth\.(trig|graphml|gexf)"
        r"|(index|graph|entities|conflicts|promises|questions|sources|newest|guide/scope|guide/glossary)\.html"
        r"|(dataset|ontology|(entity|claim|source|conflict|story)/.+)\.(html|ttl|jsonld))"
    )
    assert {target for target in targets if not known.fullmatch(target)} == set()
    assert "<form" not in page, "there is nobody to answer a search"


def test_links_are_those_of_the_site_that_is_given(store: Oxigraph) -> None:
    site = Site("https://x.test", lambda iri, form="html": f"@{form}:{iri}", static="/s", home="/h")
    page = things.document(store, namespaces.ENTITY + "li-bo", "html", site).decode()
    assert f'href="@html:{namespaces.SOURCE}{ARTICLE}"' in page
    assert f'href="@jsonld:{namespaces.ENTITY}li-bo"' in page
    assert 'href="/s/site.css"' in page


def test_only_a_site_with_an_endpoint_describes_one(store: Oxigraph) -> None:
    site = Site("https://x.test", lambda *_: "", static="", home="", endpoint="/q", dump="/all.trig")
    described = things.document(store, namespaces.DATASET, "ttl", site).decode()
    assert "<https://x.test/q>" in described
    assert "<https://x.test/all.trig>" in described
    assert "sparqlEndpoint" not in things.document(store, namespaces.DATASET, "ttl").decode()


@pytest.mark.parametrize("thing", ["entity/li-bo", f"source/{ARTICLE}", "dataset", "ontology"])
def test_the_forms_of_rdf_say_the_same(store: Oxigraph, thing: str) -> None:
    forms = {"nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML,
             "jsonld": ox.RdfFormat.JSON_LD, "trig": ox.RdfFormat.TRIG, "nq": ox.RdfFormat.N_QUADS}  # fmt: skip
    written = {form: things.document(store, namespaces.BASE + thing, form) for form in things.FORMS if form != "html"}
    found = [{str(quad) for quad in ox.parse(written[form], format=forms[form])} for form in forms]
    assert len(found[0]) > 10
    assert all(quads == found[0] for quads in found)
    other = rdflib.Graph().parse(data=written["rdf"], format="xml")
    assert set(other) == set(rdflib.Graph().parse(data=written["nt"], format="nt"))


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("entity/gannan-institute-of-innovation", "entity/ganjiang-innovation-academy"),
        ("entity/Li-Bo", "entity/li-bo"),
        ("entity/Li Bo", "entity/li-bo"),
        ("entity/中国稀土集团", "entity/china-rare-earth-group"),
        (f"source/{ARTICLE.upper()}", f"source/{ARTICLE}"),
        (f"source/{ARTICLE}", ""),
        ("entity/nobody", ""),
        ("entity/", ""),
        ("entity/<x>", ""),
        ("source/<x>", ""),
        ("nothing", ""),
    ],
)
def test_a_thing_is_found_under_another_name(store: Oxigraph, asked: str, there: str) -> None:
    assert things.elsewhere(store, namespaces.BASE + asked) == (namespaces.BASE + there if there else "")


def test_pages_name_the_licence(store: Oxigraph) -> None:
    page = things.document(store, namespaces.ENTITY + "li-bo").decode()
    assert f'<a href="{namespaces.LICENSE_DATA}"' in page.partition("<footer>")[2]


@pytest.mark.parametrize("form", things.FORMS)
@pytest.mark.parametrize("thing", ["entity/china", f"source/{ARTICLE}", "conflict/eneabba-capacity"])
def test_a_document_takes_a_few_queries_however_many_claims_it_has(lines: list[str], thing: str, form: str) -> None:
    store = Counting(oxigraph.memory(lines).engine)
    things.document(store, namespaces.BASE + thing, form)
    assert 0 < store.queries < 15


def test_what_is_not_there_is_looked_for_among_ids_alone(lines: list[str]) -> None:
    store = Counting(oxigraph.memory(lines).engine)
    with pytest.raises(NotFoundError, match="did you mean li-bo"):
        things.document(store, namespaces.ENTITY + "li-boo")
    assert store.queries == 2


class Counting(Oxigraph):
    """A store that counts the queries that it answers, and refuses to give everything."""

    queries = 0

    def query(self, query: str, *args: Any, **kwargs: Any) -> Result:
        self.queries += 1
        return super().query(query, *args, **kwargs)

    def quads(self, *args: Any, **kwargs: Any) -> Iterator[Quad]:
        self.queries += 1
        assert any(args) or "object" in kwargs
        return super().quads(*args, **kwargs)


# ---- documents


THINGS = ["/entity/li-bo", "/entity/china", f"/source/{ARTICLE}", "/conflict/eneabba-capacity", "/dataset", "/ontology"]


def check_forms(server: Served, path: str) -> rdflib.Graph:
    """The thing as HTML, Turtle and JSON-LD, chosen by header and by ending; the same triples in both."""
    for ending, media in ((".html", "text/html"), (".ttl", "text/turtle"), (".jsonld", "application/ld+json")):
        chosen, asked = get(server, path + ending), get(server, path, media)
        assert (chosen.status, chosen.media) == (asked.status, asked.media) == (200, media)
        assert chosen.body == asked.body
        assert asked.headers["Vary"] == "Accept"
    assert get(server, path, "text/html,application/xhtml+xml,*/*;q=0.8").media == "text/html"
    assert get(server, path, "image/png").status == 406
    turtle, json_ld = rdflib.Graph(), rdflib.Graph()
    turtle.parse(data=get(server, path + ".ttl").body, format="turtle")
    json_ld.parse(data=get(server, path + ".jsonld").body, format="json-ld")
    assert len(turtle) > 3
    assert isomorphic(turtle, json_ld)
    return turtle


@pytest.mark.parametrize("path", THINGS)
def test_a_thing_has_a_document_in_each_form(server: Served, path: str) -> None:
    check_forms(server, path)


def test_the_document_of_an_entity_leads_to_the_evidence(server: Served, claim: str) -> None:
    found = check_forms(server, claim)
    iri = rdflib.URIRef(namespaces.BASE + claim.removeprefix("/"))
    assert (iri, rdflib.URIRef(namespaces.VOCABULARY + "source"), rdflib.URIRef(namespaces.SOURCE + ARTICLE)) in found
    [subject] = found.objects(iri, rdflib.RDF.subject)
    about = rdflib.Graph().parse(data=get(server, "/entity/li-bo.ttl").body, format="turtle")
    assert subject == rdflib.URIRef(namespaces.ENTITY + "li-bo")
    assert set(found.triples((iri, None, None))) <= set(about.triples((iri, None, None)))
    page_of_claim = get(server, claim, "text/html").body
    assert f'href="/source/{ARTICLE}"' in page_of_claim


def test_the_root_describes_the_service(server: Served) -> None:
    described = rdflib.Graph().parse(data=get(server, "/", "text/turtle").body, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    [endpoint] = described.objects(predicate=sd.endpoint)
    assert str(endpoint) == f"{server.url}/sparql"
    [dump] = described.objects(predicate=rdflib.URIRef("http://rdfs.org/ns/void#dataDump"))
    path = str(dump).removeprefix(server.url)
    assert (get(server, path).status, get(server, path).media) == (200, "application/trig")
    described_too = rdflib.Graph().parse(data=get(server, "/sparql", "text/turtle").body, format="turtle")
    assert isomorphic(described, described_too)


def test_what_is_not_there_is_told_with_near_names(server: Served) -> None:
    told = get(server, "/entity/li-boo")
    assert (told.status, told.media) == (404, "text/plain")
    assert "did you mean li-bo" in told.body
    assert get(server, "/entity/li-boo", "text/html").media == "text/html"
    assert get(server, "/nothing", "text/html").status == 404


def test_any_name_leads_to_the_page(server: Served) -> None:
    for name in ("赣江创新院", "ganjiang-innovation-academy", "GANJIANG Innovation Academy"):
        found = get(server, f"/find?name={quote(name)}")
        assert (found.status, found.headers["Location"]) == (303, "/entity/ganjiang-innovation-academy")
    assert get(server, "/find?name=nobody+at+all").status == 404


def test_every_link_of_the_pages_leads_somewhere(server: Served, claim: str) -> None:
    pages = {path: get(server, path, "text/html").body for path in ["/", claim, *THINGS]}
    links = {found for body in pages.values() for found in re.findall(r'(?:href|src)="(/[^"#]*)', body)} - {"/graph"}
    assert len(links) > 100
    sample = sorted(links)[::7] + [path for path in links if path.count("/") == 1]
    assert {
        path: get(server, path, "text/html").status for path in sample if explorer.is_bundled() or "editor" not in path
    } == {path: 200 for path in sample if explorer.is_bundled() or "editor" not in path}


def test_opinions_stand_apart_from_facts(server: Served) -> None:
    for path in ("/entity/li-bo", f"/source/{ARTICLE}"):
        sections = re.findall(r"<section( class=\"opinion\")?>\s*<h2>(\w+)", get(server, path, "text/html").body)
        told = {heading: bool(opinion) for opinion, heading in sections}
        assert told["Facts"] is False
        assert told["Assessments"] is True
        assert {heading for heading, opinion in told.items() if opinion} <= {
            "Quotations",
            "Assessments",
            "Recommendations",
        }


def test_the_page_of_a_conflict_names_the_sources_of_each_side(server: Served) -> None:
    body = get(server, "/conflict/eneabba-capacity", "text/html").body
    sides = re.findall(r"<td><a href.*?</td>", body, re.DOTALL)
    assert len(sides) >= 2
    assert all('href="/source/' in side and 'href="/claim/' in side for side in sides)
    assert body.count('<th scope="col">') == len(sides)
    assert "<h2>Facts" not in body  # they are what pages state, and differ


@pytest.mark.parametrize("name", [*listing.LISTS, "question/owners"])
def test_lists_and_answers_are_served_as_the_static_site_has_them(server: Served, store: Oxigraph, name: str) -> None:
    answer = get(server, f"/{name}", "text/html")
    assert answer.status == 200
    assert answer.body.encode() == listing.named(store, name, links.site(server.url))
    again = get(server, f"/{name}", "text/html")
    assert again.body == answer.body
    for link in sorted(set(re.findall(r'href="(/[^"#]*)"', answer.body)))[:12]:
        assert get(server, link, "text/html").status == 200, link


def test_a_question_that_nobody_ships_has_no_page(server: Served) -> None:
    answer = get(server, "/question/no-such-question", "text/html")
    assert answer.status == 404
    assert "no question named" in answer.body


def test_every_anchor_of_the_ontology_is_one_place(server: Served) -> None:
    body = get(server, "/ontology", "text/html").body
    places = re.findall(r' id="([^"]+)"', body)
    assert len(set(places)) == len(places) > 200
    assert set(re.findall(r'href="#([^"]+)"', body)) <= set(places)


@pytest.mark.slow
def test_without_their_script_pages_say_what_to_do(built: Path, tmp_path: Path) -> None:
    here = tmp_path / "graph" / "rareearth"
    left_out = shutil.ignore_patterns("dist", "node_modules", "__pycache__")
    shutil.copytree(ROOT / "graph" / "rareearth", here, ignore=left_out)
    (tmp_path / "ontology").symlink_to(ROOT / "ontology")
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    with served(built, PYTHONPATH=str(tmp_path / "graph")) as bare:
        for path in ("/sparql", "/graph"):
            told = get(bare, path, "text/html")
            assert (told.status, told.media) == (503, "text/html")
            assert "run scripts/page (it needs Node)" in told.body
        assert get(bare, "/sparql?query=ASK%7B%7D").status == 200
        assert get(bare, "/entity/li-bo", "text/html").status == 200


@pytest.mark.slow
def test_names_cannot_be_markup(folder: Folder) -> None:
    folder.change(
        "entities/all.yaml", "    name: Bob Ray\n", f'    name: "{ATTACK}"\n    about: "<b>&amp; {ATTACK}</b>"\n'
    )
    folder.change("sources/daily.yaml", "      role: rector\n", '      role: "<!--<script>alert(2)"\n')
    builds.build(folder.data, folder.build)
    with served(folder.build) as hostile:
        for path in ("/entity/bob-ray", "/entity/ann-lee", "/entity/mine-school", "/source/daily", "/sparql"):
            answered = get(hostile, path, "text/html")
            assert answered.status == 200
            assert "<img" not in answered.body
            assert "<!--" not in answered.body
            assert "script-src 'self'" in answered.headers["Content-Security-Policy"]
        assert "&lt;img" in get(hostile, "/entity/bob-ray", "text/html").body


# ---- in a browser


@pytest.fixture
def visitor(browser: Browser, server: Served) -> Iterator[Browser]:
    """A browser; afterwards nothing was asked of anybody but the server, and nothing complained of."""
    browser.logs()
    yield browser
    complaints, asked = browser.logs()
    assert complaints == []
    assert {url for url in asked if not url.startswith(f"{server.url}/")} == set()


@needs_page
def test_the_served_explorer_is_searched_and_read(visitor: Browser, server: Served) -> None:
    from selenium.webdriver.common.keys import Keys

    visitor.open(f"{server.url}/graph")
    visitor.keys("/", "赣江创新院", Keys.ARROW_DOWN, Keys.ENTER)
    assert "was founded by Chinese Academy of Sciences" in visitor.text("#card")


@needs_page
def test_a_question_is_chosen_asked_and_followed(visitor: Browser, server: Served) -> None:
    from selenium.webdriver.support.select import Select

    ready = "Boolean(document.querySelector('.tabPanel.active .CodeMirror'))"
    visitor.open(f"{server.url}/sparql#owners", ready=ready)
    assert visitor.js("return document.getElementById('questions').value") == "owners"
    Select(visitor.find("#questions")).select_by_value("leaders")
    assert "Who leads which organization" in visitor.text(".tabPanel.active .CodeMirror")
    visitor.find(".tabPanel.active .yasqe_queryButton").click()
    visitor.wait("return document.querySelectorAll('.tabPanel.active .yasr_results tbody tr').length > 5")
    assert "managing director" in visitor.text(".tabPanel.active .yasr_results")
    link = visitor.find(".tabPanel.active .yasr_results a.iri")
    name = link.text
    assert name.startswith("entity:")
    link.click()
    visitor.wait("return location.pathname.startsWith('/entity/')")
    assert visitor.driver.current_url == f"{server.url}/entity/{name.removeprefix('entity:')}"


@needs_page
def test_the_editor_works_below_a_path(browser: Browser, built: Path) -> None:
    with served(built, "--root-path", "/ree") as below:
        browser.logs()
        browser.open(
            f"{below.url}/ree/sparql#owners", ready="Boolean(document.querySelector('.tabPanel.active .CodeMirror'))"
        )
        browser.find(".tabPanel.active .yasqe_queryButton").click()
        browser.wait("return document.querySelectorAll('.tabPanel.active .yasr_results tbody tr').length > 5")
        link = browser.find(".tabPanel.active .yasr_results a.iri")
        name = link.text.removeprefix("entity:")
        link.click()
        browser.wait("return location.pathname.startsWith('/ree/entity/')")
        assert browser.driver.current_url == f"{below.url}/ree/entity/{name}"
        complaints, asked = browser.logs()
        assert complaints == []
        assert {url for url in asked if not url.startswith(f"{below.url}/ree/")} == set()


@needs_page
def test_the_editor_knows_the_vocabulary_and_keeps_what_was_written(visitor: Browser, server: Served) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    def with_control(key: str) -> None:
        ActionChains(visitor.driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()

    front = ".tabPanel.active .CodeMirror"
    visitor.open(f"{server.url}/sparql#owners", ready=f"Boolean(document.querySelector('{front}'))")
    written = "# mine\nSELECT ?who { ?who a ree:City . ?who ree:locat"
    editor = f"document.querySelector('{front}').CodeMirror"
    visitor.js(f"{editor}.setValue(arguments[0]); {editor}.focus(); {editor}.execCommand('goDocEnd')", written)
    assert visitor.js("return document.querySelectorAll('.tabPanel.active .parseErrorIcon').length") == 0
    with_control(" ")
    visitor.wait("return document.querySelector('.CodeMirror-hint')")
    hints = visitor.js("return [...document.querySelectorAll('.CodeMirror-hint')].map((row) => row.innerText)")
    assert hints[0] == "ree:locatedInis located in"
    assert all("ree:" in hint for hint in hints)
    visitor.keys(Keys.ENTER, " entity:china }")
    visitor.keys(Keys.ESCAPE)  # whatever is offered
    visitor.js(f"{editor}.focus()")
    with_control(Keys.ENTER)
    rows = "document.querySelectorAll('.tabPanel.active .yasr_results tbody tr')"
    visitor.wait(f"return {rows}.length && {rows}[0].innerText.includes('entity:')")
    written = visitor.js(f"return {editor}.getValue()")
    assert written.endswith("?who ree:locatedIn entity:china }")
    visitor.open(f"{server.url}/sparql", ready=f"Boolean(document.querySelector('{front}'))")
    assert visitor.js(f"return {editor}.getValue()") == written


@needs_page
def test_a_query_that_is_refused_is_told(browser: Browser, server: Served) -> None:
    ready = "Boolean(document.querySelector('.tabPanel.active .CodeMirror'))"
    browser.open(f"{server.url}/sparql#owners", ready=ready)
    query = "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"
    browser.js("document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.setValue(arguments[0])", query)
    browser.find(".tabPanel.active .yasqe_queryButton").click()
    browser.wait("return document.querySelector('.tabPanel.active .yasr_results')?.innerText.includes('SERVICE')")
    assert "SERVICE is refused" in browser.text(".tabPanel.active .yasr_results")
    browser.logs()  # the browser itself complains of the status 400


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (400, "dark")])
def test_pages_are_read_in_a_browser_without_a_complaint(
    visitor: Browser, server: Served, claim: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    visitor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    visitor.media(prefers_color_scheme=scheme)
    try:
        for path in ("/", "/sparql", claim, "/entity/china", f"/source/{ARTICLE}", "/ontology"):
            visitor.open(server.url + path, ready="document.readyState === 'complete'")
            assert visitor.text("h1, #editor")
            wide = visitor.js("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            assert wide, f"{path} is wider than its window"
            paper = visitor.js("return getComputedStyle(document.body).backgroundColor")
            assert (paper == "rgb(255, 255, 255)") is (scheme == "light")
    finally:
        visitor.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        visitor.media(prefers_reduced_motion="reduce")
