"""What a reader does in the explorer: focus, paths, pins, measures, saving; and that the address says it all."""

from __future__ import annotations

import csv
import io
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from browsing import Browser
from needs import HAS_NODE, NO_PAGE, unavailable

from rareearth.site import explorer
from rareearth.store import claims
from rareearth.store.oxigraph import Oxigraph

ENTITIES = "return [...rareearth.shown.entities]"
LYNAS = "lynas-rare-earths"


@pytest.fixture(scope="module")
def written(store: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a site has it."""
    if not explorer.is_bundled():
        unavailable(NO_PAGE, in_ci=HAS_NODE)
    page = explorer.encode(store, dossiers="entity/{}.html", home="index.html")
    path = tmp_path_factory.mktemp("exploring") / "graph.html"
    path.write_bytes(page)
    return path


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[Browser]:
    browser.open(written)
    yield browser
    assert browser.logs()[0] == []


def address(browser: Browser) -> str:
    """What the address says once it is written."""
    browser.driver.execute_async_script("setTimeout(arguments[0], 400)")
    return str(browser.js("return location.hash"))


def act(browser: Browser, text: str) -> None:
    """Press the button of the card that has a text."""
    browser.js(
        "[...document.querySelectorAll('#card .actions *')].find((b) => b.textContent === arguments[0]).click()", text
    )


def shown_ties(browser: Browser) -> nx.Graph[str]:
    pairs = browser.js("return rareearth.shown.claims.filter((c) => c.o).map((c) => [c.s, c.o])")
    return nx.Graph([(a, b) for a, b in pairs if a != b])


# ---- focus


def test_a_focus_has_the_neighbours_spread_out_and_names_relations(opened: Browser) -> None:
    neighbours = set(shown_ties(opened)[LYNAS])
    opened.js("rareearth.focusOn(arguments[0])", LYNAS)
    assert set(opened.js(ENTITIES)) == neighbours | {LYNAS}
    places = opened.js(
        "const n = rareearth.network; return [...n.shown].map((id) => Object.values(n.names.disc(id)).slice(1, 3))"
    )
    apart = min(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in itertools.combinations(places, 2))
    assert apart > 25
    opened.settle()
    names = opened.js("return rareearth.network.names.relations.map((r) => r.text)")
    assert len(names) >= len(neighbours) / 2
    assert "operates" in names
    assert address(opened) == f"#{LYNAS}&focus"


def test_a_focus_is_expanded_and_collapsed(opened: Browser) -> None:
    ties = shown_ties(opened)
    opened.js("rareearth.focusOn(arguments[0])", LYNAS)
    before = set(opened.js(ENTITIES))
    opened.js("rareearth.choose({ node: 'us-department-of-defense' })")
    act(opened, "Expand")
    more = set(opened.js(ENTITIES))
    assert more == before | set(ties["us-department-of-defense"])
    assert "focus=lynas-rare-earths,us-department-of-defense" in address(opened)
    act(opened, "Collapse")
    assert set(opened.js(ENTITIES)) == before
    opened.find("#count button").click()
    assert set(opened.js(ENTITIES)) == set(ties)


def test_a_double_click_and_f_put_in_focus(opened: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    opened.js("document.getElementById('canvas').focus()")
    opened.keys(Keys.ARROW_RIGHT, "f")
    one = opened.js("return rareearth.network.chosen.node")
    assert one in opened.js(ENTITIES)
    assert address(opened) == f"#{one}&focus"
    opened.keys(Keys.ESCAPE, Keys.ESCAPE)
    assert len(opened.js(ENTITIES)) > 500


def test_a_place_can_be_in_focus_though_its_layer_is_off(opened: Browser) -> None:
    opened.js("rareearth.focusOn('ganzhou')")
    assert len(opened.js(ENTITIES)) > 5


# ---- paths


def test_a_path_is_found_and_has_its_evidence(opened: Browser) -> None:
    ties = shown_ties(opened)
    opened.js("rareearth.choose({ node: 'li-bo' })")
    act(opened, "Path to …")
    assert opened.focused() == "find"
    assert "Choose the other end" in opened.text("#card .hint")
    from selenium.webdriver.common.keys import Keys

    opened.keys("MP Materials", Keys.ENTER)
    assert address(opened) == "#path=li-bo~mp-materials"
    assert opened.text("#card h2") == "From Li Bo to MP Materials"
    paths = opened.js("return rareearth.shown.found")
    shortest = nx.shortest_path_length(ties, "li-bo", "mp-materials")
    for path in paths:
        assert path[0], path[-1] == ("li-bo", "mp-materials")
        assert all(ties.has_edge(a, b) for a, b in itertools.pairwise(path))
    assert len(paths[0]) - 1 >= shortest
    inner = [id_ for path in paths for id_ in path[1:-1]]
    assert len(set(inner)) == len(inner)  # other ways pass through others
    assert len(opened.js("return [...document.querySelectorAll('#card .steps .evidence')]")) >= len(paths[0]) - 1
    opened.keys(Keys.ESCAPE)
    assert len(opened.js(ENTITIES)) == len(ties)


def test_a_path_prefers_what_is_so_to_what_is_planned(opened: Browser) -> None:
    """Between two firms that only a plan ties, the way over another firm is found where it is cheaper."""
    made = opened.js("""
        const claim = (s, o, strength, expected) =>
          ({ s: s.id, o: o.id, subject: s, object: o, expected, relation: { strength } });
        const [a, b, c] = ["a", "b", "c"].map((id) => ({ id, claims: [] }));
        for (const one of [claim(a, c, 0.1, true), claim(a, b, 1, false), claim(b, c, 1, false)]) {
          one.subject.claims.push(one); one.object.claims.push(one);
        }
        const byId = new Map([a, b, c].map((it) => [it.id, it]));
        return rareearth.paths({ byId }, "a", "c", () => true);""")
    assert made == [["a", "b", "c"], ["a", "c"]]


def test_where_there_is_no_path_it_says_so(opened: Browser) -> None:
    opened.js("rareearth.findPath('li-bo', 'abc-radio-national')")
    assert "No path among what is shown" in opened.text("#card")


# ---- measures


@pytest.mark.parametrize("name", ["degree", "betweenness", "claims"])
def test_measures_are_those_of_networkx(opened: Browser, name: str) -> None:
    found = opened.js("return Object.fromEntries(rareearth.measure(arguments[0]))", name)
    ties = shown_ties(opened)
    if name == "degree":
        assert found == dict(ties.degree())
    elif name == "claims":
        pairs = opened.js("return rareearth.shown.claims.filter((c) => c.o).map((c) => [c.s, c.o])")
        assert found == {id_: sum((a == id_) + (b == id_) for a, b in pairs) for id_ in ties}
    else:
        assert found == pytest.approx(nx.betweenness_centrality(ties), abs=1e-9)


def test_size_and_colour_follow_a_measure(opened: Browser) -> None:
    from selenium.webdriver.support.ui import Select

    Select(opened.find("#by-size")).select_by_value("betweenness")
    Select(opened.find("#by-colour")).select_by_value("degree")
    found = opened.js("return Object.fromEntries(rareearth.measure('betweenness'))")
    sizes = opened.js("""
        const { graph, shown } = rareearth.network;
        return Object.fromEntries([...shown].map((id) => [id, graph.getNodeAttribute(id, "size")]));""")
    ranked = sorted(found, key=lambda id_: found[id_])
    assert [sizes[id_] for id_ in ranked] == sorted(sizes.values())
    assert address(opened) == "#colour=degree&size=betweenness"
    assert "degree" in opened.text(".legend")


# ---- pins


def test_a_dragged_node_stays_and_is_in_the_address(opened: Browser) -> None:
    from selenium.webdriver import ActionChains

    opened.js("rareearth.focusOn(arguments[0])", LYNAS)
    opened.settle()
    x, y = opened.js("const d = rareearth.network.names.disc(arguments[0]); return [d.x, d.y]", LYNAS)
    left, top = opened.js("const b = document.getElementById('canvas').getBoundingClientRect(); return [b.x, b.y]")
    mouse = ActionChains(opened.driver)
    mouse.w3c_actions.pointer_action.move_to_location(int(left + x), int(top + y))
    mouse.click_and_hold().move_by_offset(60, 40).move_by_offset(5, 5).release().perform()
    moved = opened.js("const d = rareearth.network.names.disc(arguments[0]); return [d.x, d.y]", LYNAS)
    assert moved[0] - x == pytest.approx(65, abs=4)
    assert moved[1] - y == pytest.approx(45, abs=4)
    assert f"pin={LYNAS}:" in address(opened)


def test_a_pin_is_set_and_taken_away(opened: Browser) -> None:
    opened.js("rareearth.choose({ node: arguments[0] })", LYNAS)
    act(opened, "Pin")
    assert opened.js("return [...rareearth.network.pins.keys()]") == [LYNAS]
    act(opened, "Unpin")
    assert opened.js("return [...rareearth.network.pins.keys()]") == []


# ---- the address


STATES = [
    f"#{LYNAS}&focus&colour=kind",
    "#path=li-bo~mp-materials&day=2025",
    "#story=lynas.3",
    "#layers=places&status=held&evidence=not,copy&day=2021-12&undated=yes&colour=degree&size=same",
    "#show=full&claim=assessment,speech&alone=yes",
    f"#{LYNAS}&kind=Company,Person&relation=not,supplies&source=sojitz-jare-2022&view=table",
    f"#focus={LYNAS},us-department-of-defense&pin={LYNAS}:12.0:-30.5",
    "#camera=0.4,0.6,0.3",
    "#china-rare-earth-group~chinalco",
]


def seen(browser: Browser) -> Any:
    """What a reader sees, in short."""
    return browser.js("""
        const n = rareearth.network;
        return {
          claims: rareearth.shown.claims.map((c) => c.at), entities: [...rareearth.shown.entities].sort(),
          card: document.getElementById("card").innerText, table: !document.getElementById("table").hidden,
          look: { ...n.look }, pins: [...n.pins], story: rareearth.story?.step ?? null,
        };""")


@pytest.mark.parametrize("state", STATES)
def test_an_address_is_the_whole_state(browser: Browser, written: Path, state: str) -> None:
    browser.open(written, state)
    first = seen(browser)
    browser.js("rareearth.network.sigma.getCamera().setState({})")  # any change writes the address again
    again = address(browser)
    assert again == state or (state.startswith("#show=full") and "alone" in again)
    browser.open(written, again)
    assert seen(browser) == first


@pytest.mark.parametrize(
    "wrong",
    ["#%E0%A4%A", "#day=2021-99", "#focus=nobody", "#path=a~b~c", "#kind=Nothing&pin=x:y:z&camera=1,2", "#&&=&="],
)
def test_a_wrong_address_harms_nothing(browser: Browser, written: Path, wrong: str) -> None:
    browser.open(written, wrong)
    assert browser.text("#count")
    assert browser.logs()[0] == []


def test_back_goes_to_what_was_seen_before(opened: Browser) -> None:
    opened.js("rareearth.choose({ node: 'li-bo' })")
    opened.js("rareearth.focusOn(arguments[0])", LYNAS)
    opened.driver.back()
    opened.wait("return document.querySelector('#card h2')?.textContent.startsWith('Li Bo')")
    assert len(opened.js(ENTITIES)) > 500


# ---- what is taken away


def test_the_picture_is_saved_as_svg(opened: Browser) -> None:
    opened.js("rareearth.focusOn(arguments[0])", LYNAS)
    opened.settle()
    root = ET.fromstring(opened.js("return rareearth.svg(rareearth.network, 'A <title>')"))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "A <title>"
    assert len(root.findall(f".//{space}circle")) == len(opened.js(ENTITIES))
    assert len(root.findall(f".//{space}path")) == len(shown_pairs(opened))
    texts = [text.text for text in root.iter(f"{space}text")]
    assert "Lynas Rare Earths" in texts
    assert "operates" in texts
    assert any(path.get("stroke-dasharray") for path in root.iter(f"{space}path"))


def shown_pairs(browser: Browser) -> set[tuple[str, str]]:
    return {(a, b) for a, b in browser.js("return rareearth.shown.claims.filter((c) => c.o).map((c) => [c.s, c.o])")}


@pytest.mark.parametrize(
    ("item", "kind"),
    [("Picture (PNG)", "image/png"), ("Picture (SVG)", "image/svg+xml"), ("Claims shown (CSV)", "text/csv")],
)
def test_files_are_given_to_the_reader(opened: Browser, item: str, kind: str) -> None:
    opened.js("""
        globalThis.given = [];
        URL.createObjectURL = (blob) => { given.push([blob.type, blob.size]); return "about:blank#"; };
        HTMLAnchorElement.prototype.click = function () { given.push([this.download]); };""")
    opened.find("#save summary").click()
    opened.js(
        "[...document.querySelectorAll('.menu button')].find((b) => b.textContent === arguments[0]).click()", item
    )
    opened.wait("return given.length === 2")
    (made, size), (name,) = opened.js("return given")
    assert made == kind
    assert size > 20_000
    assert name.startswith("rareearth.")


def test_rows_are_saved_as_csv(opened: Browser, store: Oxigraph) -> None:
    opened.js("location.hash = 'show=full'")
    opened.wait("return rareearth.filters.base === 'full'")
    rows = list(csv.DictReader(io.StringIO(opened.js("return rareearth.csv(rareearth.shown.claims)"), newline="")))
    known = {claim.id: claim for claim in claims.read(store)}
    assert {row["claim"] for row in rows} == set(known)
    for row in rows:
        claim = known[row["claim"]]
        assert (row["subject id"], row["relation id"]) == (claim.subject.id, claim.relation.id)
        assert row["object id"] == (claim.object.id if claim.object.is_entity else "")
        assert row["address"] == claim.page.link
        assert not any(value.startswith(("=", "+", "@")) for value in row.values())


def test_a_formula_is_no_formula_in_csv(opened: Browser) -> None:
    """A text that a spreadsheet would run has an apostrophe before it, a number has none."""
    made = opened.js("""
        const claim = { subject: { name: '=HYPERLINK("x")' }, relation: { label: "-5" },
          object: { name: "+1 a" }, page: {}, data: {} };
        return rareearth.csv([claim]);""")
    [row] = list(csv.DictReader(io.StringIO(made, newline="")))
    assert (row["subject"], row["relation"], row["object"]) == ('\'=HYPERLINK("x")', "-5", "'+1 a")


def test_entities_lead_to_their_dossiers(opened: Browser, browser: Browser, store: Oxigraph, tmp_path: Path) -> None:
    opened.js("rareearth.choose({ node: arguments[0] })", LYNAS)
    assert opened.js("return document.querySelector('#card a.button').getAttribute('href')") == f"entity/{LYNAS}.html"
    assert opened.js("return document.querySelector('#home a').getAttribute('href')") == "index.html"
    browser.open(explorer.write(tmp_path / "alone.html", store), f"#{LYNAS}")
    assert browser.js("return document.querySelector('#card a.button')") is None


def test_a_large_group_lists_few_and_finds_the_others(opened: Browser) -> None:
    opened.find("[data-group=source] summary").click()
    opened.settle()
    rows = "return document.querySelectorAll('[data-group=source] li').length"
    assert opened.js(rows) <= 40
    assert "more" in opened.text("[data-group=source] .hint")
    opened.js("""
        const field = document.querySelector("[data-group=source] input[type=search]");
        field.value = "sojitz"; field.dispatchEvent(new Event("input"));""")
    found = opened.js("return [...document.querySelectorAll('[data-group=source] .text')].map((t) => t.textContent)")
    assert found
    assert all("sojitz" in text.lower() for text in found)
    opened.js("document.querySelector('[data-group=source] .only').click()")
    assert (
        len(json.loads(json.dumps(opened.js("return [...new Set(rareearth.shown.claims.map((c) => c.source))]")))) == 1
    )
