"""The explorer page: what the file holds, and what a person does with it, in Debian's chromium."""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import math
import re
import typing
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from browsing import Browser, started
from conftest import ARTICLE, Command, Folder
from needs import HAS_NODE, NO_PAGE, needs_page, unavailable

from rareearth import corpus, knowledge, models, namespaces, network, sentences
from rareearth.errors import PageError
from rareearth.ontology import Ontology
from rareearth.site import explorer
from rareearth.store import asof, claims, nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import cards, promises

if TYPE_CHECKING:
    import networkx as nx

ATTACK = "</script><img src=x onerror=alert(1)>"


def parts_of(content: str) -> dict[str, Any]:
    found = re.findall(r'<script type="application/json" id="part-([a-z0-9-]+)">(.*?)</script>', content, re.DOTALL)
    return {name: json.loads(part) for name, part in found}


def data_of(content: str) -> dict[str, Any]:
    """The data of a page as one: the claims with their columns, entities with what is said about them."""
    parts = parts_of(content)
    data: dict[str, Any] = parts["data"]
    columns = data["claims"]
    chunks = [parts[f"claims-{number}"] for number in range(sum(name.startswith("claims-") for name in parts))]
    assert all(len(chunk) == data["chunk"] for chunk in chunks[:-1])
    rest = [claim for chunk in chunks for claim in chunk]
    lists = {"s": "entities", "o": "entities", "p": "relations", "kind": "kinds", "evidence": "levels"}
    lists |= {"standing": "statuses", "source": "sources"}
    claims = []
    for number, claim in enumerate(rest):
        ends = {name: data[of][columns[name][number]] for name, of in lists.items() if columns[name][number] >= 0}
        claims.append({**claim, **{name: end["id"] if isinstance(end, dict) else end for name, end in ends.items()}})
    assert {len(column) for name, column in columns.items() if name != "undated"} == {len(claims)}
    entities = [{**entity, **parts["about"].get(entity["id"], {})} for entity in data["entities"]]
    return {
        **data,
        "claims": claims,
        "entities": entities,
        "sources": parts["sources"],
        "conflicts": parts["conflicts"],
    }


@pytest.fixture(scope="module")
def written(store: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped data."""
    if not explorer.is_bundled():
        unavailable(NO_PAGE, in_ci=HAS_NODE)
    return explorer.write(tmp_path_factory.mktemp("page") / "graph.html", store)


@pytest.fixture
def attacked(folder: Folder) -> Oxigraph:
    """Small data in which a name and a note try to be markup."""
    folder.change(
        "entities/all.yaml", "    name: Bob Ray\n", f'    name: "{ATTACK}"\n    about: "<b>&amp; {ATTACK}</b>"\n'
    )
    folder.change("sources/daily.yaml", "      role: rector\n", '      role: "<!--<script>alert(2)"\n')
    return oxigraph.memory(nquads.lines(folder.dataset()))


# ---- the file


@needs_page
def test_it_is_the_same_bytes_each_time(store: Oxigraph) -> None:
    assert explorer.encode(store) == explorer.encode(store)


@needs_page
def test_it_says_in_words_which_date_it_is_limited_to(store: Oxigraph) -> None:
    dates = [data_of(explorer.encode(store, as_of=day).decode())["asOf"] for day in ("2021-12", "2021-12-23", "")]
    assert dates == ["December 2021", "23 December 2021", ""]


@needs_page
def test_its_policy_lets_run_only_its_own_script_and_asks_nothing(written: Path) -> None:
    content = written.read_text(encoding="utf-8")
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', content)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy
    # Nothing in the page is fetched: no src, and only links that a reader clicks lead elsewhere.
    head, body = content.split('<script type="application/json" id="part-data">')
    assert not re.search(r"\ssrc=", head)
    assert not re.search(r'<(?!a )[^>]*href="(?!data:,"|#)', head)
    assert "sourceMappingURL" not in body


@needs_page
def test_it_holds_every_entity_claim_source_and_conflict(written: Path, store: Oxigraph) -> None:
    data = data_of(written.read_text(encoding="utf-8"))
    graph = knowledge.KnowledgeGraph(store)
    assert {entity["id"] for entity in data["entities"]} == set(network.read(store, "full", publishers=True))
    assert len(data["claims"]) == graph._count("ree:Claim")
    assert len(data["sources"]) == graph._count("ree:Source")
    assert set(data["conflicts"]) == {conflict.id for conflict in graph.conflicts()}
    assert all(claim["source"] in data["sources"] for claim in data["claims"])
    assert {c["conflict"] for c in data["claims"] if "conflict" in c} <= set(data["conflicts"])


@needs_page
def test_its_lists_are_those_of_the_models_and_the_ontology(written: Path, ontology: Ontology) -> None:
    data = data_of(written.read_text(encoding="utf-8"))
    assert [kind["id"] for kind in data["kinds"]] == list(typing.get_args(models.ClaimKind)) == list(network.KINDS)
    statuses = [status["id"] for status in data["statuses"]]
    assert [status for status in statuses if status != "contradicted"] == list(typing.get_args(models.Status))
    assert [level["id"] for level in data["levels"]] == list(typing.get_args(models.EvidenceLevel))
    declared = ontology.path.read_text(encoding="utf-8")
    for item in (*data["kinds"], *data["levels"]):
        assert f"ree:{item['id']} a " in declared
        assert f'"{item["text"]}"@en' in declared
        assert f'"{item["title"]}"@en' in declared
    for claim in data["claims"]:
        assert claim["kind"] in {kind["id"] for kind in data["kinds"]}
        assert claim["standing"] in statuses
        assert claim["standing"] in (claim["status"], "contradicted")
        assert claim["heading"] in data["headings"]
        assert claim["evidence"] in {level["id"] for level in data["levels"]}


def test_the_scripts_have_no_list_and_no_colour_of_their_own() -> None:
    """Kinds, statuses, levels and headings come with the data; the scripts know two by name: fact and held."""
    lists = (models.ClaimKind, models.Status, models.EvidenceLevel)
    words = {word for values in lists for word in typing.get_args(values)} | {*cards.ALL_HEADINGS, network.NO_COLOUR}
    for script in Path(explorer.__file__).parent.glob("*.js"):
        quoted = set(re.findall(r'"([^"\n]*)"', script.read_text(encoding="utf-8")))
        assert quoted & words <= {"fact", "held"}, script.name


@needs_page
def test_it_names_the_licence(written: Path) -> None:
    footer = written.read_text(encoding="utf-8").partition("<footer>")[2].partition("</footer>")[0]
    assert namespaces.LICENSE_DATA in footer
    assert namespaces.CREATOR in footer


def first_picture(store: Oxigraph, ontology: Ontology) -> set[tuple[str, str]]:
    """The pairs that the first picture ties: actors, without what is in a layer, by what is so or is to be so."""
    layered = {"Place", "Publisher", "StockExchange"}
    kinds = {
        name
        for name in ontology.classes
        if any("actors" in above.views for above in ontology.classes.values() if ontology.is_a(name, above.name))
        and not any(ontology.is_a(name, layer) for layer in layered)
    }
    kind = {row[0].value: namespaces.local(row[1].value) for row in store.select("SELECT ?e ?k { ?e a ?k }")}
    return {
        (claim.subject.id, claim.object.id)
        for claim in claims.read(store)
        if claim.kind == "fact" and (claim.plain if claim.status == "held" else claim.status in promises.STATUSES)
        if {kind.get(claim.subject.text), kind.get(claim.object.text)} <= kinds
    }


@needs_page
def test_entities_have_places_in_the_pictures_that_show_them(
    written: Path, store: Oxigraph, actors: nx.MultiDiGraph[str], ontology: Ontology
) -> None:
    data = data_of(written.read_text(encoding="utf-8"))
    core = {end for pair in first_picture(store, ontology) for end in pair}
    assert {entity["id"] for entity in data["entities"] if "core" in entity} == core
    assert {entity["id"] for entity in data["entities"] if "among" in entity} >= set(actors) | core
    assert all(len(entity["at"]) == 2 for entity in data["entities"])
    for picture in ("at", "among", "core"):
        places = [tuple(entity[picture]) for entity in data["entities"] if picture in entity]
        assert len(set(places)) == len(places)


@needs_page
def test_communities_are_apart_and_begin_with_the_best_tied(written: Path, store: Oxigraph, ontology: Ontology) -> None:
    data = data_of(written.read_text(encoding="utf-8"))
    ties = first_picture(store, ontology)
    members = [[data["entities"][at]["id"] for at in community["members"]] for community in data["communities"]]
    assert len(members) > 8
    everybody = [id_ for community in members for id_ in community]
    assert len(set(everybody)) == len(everybody)
    inside = sum(any({a, b} <= set(community) for community in members) for a, b in ties)
    assert inside > 0.6 * len(ties)  # most ties are within communities
    neighbours = {id_: {b for a, b in ties if a == id_} | {a for a, b in ties if b == id_} for id_ in everybody}
    lynas = next(community for community in members if "lynas-rare-earths" in community)
    assert (
        len(neighbours[lynas[0]]) >= max(len(neighbours[id_]) for id_ in lynas) - 2
    )  # ties of several relations count


def seen_by(kind: str, colour: str) -> tuple[float, float, float]:
    """A colour in CIE L*a*b* as people see it who lack a kind of cone [machado2009]."""
    lacking = {
        "": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
        "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
        "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    }
    to_xyz = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0178, 0.1095, 0.8727))  # of white
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    for matrix in (lacking[kind], to_xyz):
        light = [min(1, max(0, sum(m * one for m, one in zip(row, light, strict=True)))) for row in matrix]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in light)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@needs_page
@pytest.mark.parametrize("kind", ["", "protan", "deutan", "tritan"])
def test_at_most_six_colours_that_differ_for_the_colour_blind(written: Path, kind: str) -> None:
    data = data_of(written.read_text(encoding="utf-8"))
    colours = [*(group["colour"] for group in data["groups"]), data["noColour"]]
    assert len(colours) == 6
    assert min(math.dist(seen_by(kind, a), seen_by(kind, b)) for a, b in itertools.combinations(colours, 2)) > 20
    used = {cls.get("group", "") for cls in data["classes"].values()}
    assert used == {group["id"] for group in data["groups"]} | {""}


@needs_page
def test_without_texts_it_holds_no_sentence(written: Path, article_text: str) -> None:
    content = html.unescape(written.read_text(encoding="utf-8"))
    assert '"sentences":' not in content
    held = [article_text[s.start : s.end] for s in sentences.sentences(article_text)]
    long = [sentence for sentence in held if len(sentence.split()) > 12]  # a shorter one may be the name of somebody
    assert len(long) > 15
    assert [sentence for sentence in long if sentence in content] == []


@needs_page
def test_with_texts_it_holds_the_cited_sentences(folder: Folder, tmp_path: Path) -> None:
    said = "Ann Lee leads the <Mine> School."
    folder.change("sources/daily.yaml", "at: 0-20 0123abcd", f"at: 0-{len(said)} {sentences.fingerprint(said)}")
    store = oxigraph.memory(nquads.lines(folder.dataset()))
    kept = tmp_path / "texts"
    kept.mkdir()
    (kept / "daily.txt").write_text(said, encoding="utf-8")
    without, with_ = (data_of(explorer.encode(store, t).decode()) for t in (None, corpus.Texts(kept)))
    assert [c["sentences"] for c in with_["claims"] if "sentences" in c and c["sentences"][0]] == [[said]]
    assert not [c for c in without["claims"] if "sentences" in c]


@pytest.mark.slow
@needs_page
def test_the_folder_of_texts_in_the_environment_is_not_enough(
    run: Command, built: Path, article_text: str, tmp_path: Path
) -> None:
    kept = tmp_path / "texts"
    kept.mkdir()
    (kept / f"{ARTICLE}.txt").write_text(article_text, encoding="utf-8")
    for options, cited in (((), False), (("--texts", kept), True)):
        file = tmp_path / "graph.html"
        done = run("export", file, "--build", built, *options, RAREEARTH_TEXTS=str(kept))
        assert done.returncode == 0, done.stderr
        assert ('"sentences":' in file.read_text(encoding="utf-8")) is cited


@needs_page
def test_a_name_cannot_end_the_script(attacked: Oxigraph) -> None:
    content = explorer.encode(attacked).decode()
    assert ATTACK not in content
    assert "<!--" not in content
    assert content.count("</script>") == content.count("<script") == len(parts_of(content)) + 1
    assert ATTACK in {entity["name"] for entity in data_of(content)["entities"]}


def test_lines_that_end_a_script_are_escaped() -> None:
    assert explorer._json({"a": "\u2028\u2029<>&"}) == '{"a":"\\u2028\\u2029\\u003c\\u003e\\u0026"}'


@needs_page
def test_options_that_a_page_does_not_have_are_reported(run: Command, built: Path, tmp_path: Path) -> None:
    done = run("export", tmp_path / "graph.html", "--view", "full", "--build", built)
    assert (done.returncode, "--view, --query and --kind are for .graphml" in done.stderr) == (1, True)
    done = run("export", tmp_path / "graph.svg", "--texts", tmp_path, "--build", built)
    assert (done.returncode, "--texts is for .html" in done.stderr) == (1, True)


def test_a_script_that_is_not_made_is_told_in_a_line(
    store: Oxigraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "_DIST", tmp_path / "dist")
    with pytest.raises(PageError, match=r"^the page cannot be made.*scripts/page.*Node.*$"):
        explorer.write(tmp_path / "graph.html", store)
    assert not (tmp_path / "graph.html").exists()
    assert knowledge.KnowledgeGraph(store)._repr_html_() is None


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads(Path(explorer.__file__).with_name("package-lock.json").read_text(encoding="utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert len(packages) > 10
    for package in packages:
        assert "resolved" not in package
        assert package["integrity"].startswith("sha512-")


# ---- in a browser


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[Browser]:
    """The page of the shipped data, just opened; afterwards nothing was asked for and nothing complained of."""
    browser.open(written)
    yield browser
    complaints, asked = browser.logs()
    assert complaints == []
    assert set(asked) <= {written.as_uri()}


SHOWN = "return [...rareearth.shown.entities]"
TIES = "return rareearth.network.graph.filterEdges((_, tie) => !tie.hidden)"
ALL_HELD = "#layers=places,publishers,stock exchanges&status=held"  # the network of actors, as the exports have it


def test_it_starts_with_actors_without_places_and_publishers(
    opened: Browser, store: Oxigraph, ontology: Ontology
) -> None:
    ties = first_picture(store, ontology)
    shown = opened.js("return rareearth.network.graph.filterNodes((_, node) => !node.hidden)")
    assert set(shown) == set(opened.js(SHOWN)) == {end for pair in ties for end in pair}
    assert set(opened.js(TIES)) == {f"{a}~{b}" for a, b in ties}
    assert f"{len(shown)} entities" in opened.text("#count")
    what = opened.text("#what")
    assert str(len(shown)) in what
    assert what.count(".") <= 2


def test_layers_add_places_publishers_and_exchanges(opened: Browser, actors: nx.MultiDiGraph[str]) -> None:
    before = set(opened.js(SHOWN))
    assert "china" not in before
    for box in opened.driver.find_elements("css selector", ".layers input"):
        box.click()
    added = set(opened.js(SHOWN))
    assert added > before
    assert {"china", "australian-securities-exchange"} <= added
    opened.js("location.hash = arguments[0]", ALL_HELD)
    opened.wait("return rareearth.network.where === 'among'")
    assert set(opened.js(SHOWN)) == set(actors)
    assert set(opened.js(TIES)) == {f"{a}~{b}" for a, b in actors.edges()}


def test_ties_that_are_only_planned_are_dashed(opened: Browser, store: Oxigraph, ontology: Ontology) -> None:
    dashed = set(opened.js("return rareearth.network.graph.filterEdges((_, t) => !t.hidden && t.type === 'dashed')"))
    statuses: dict[str, set[str]] = {}
    for claim in claims.read(store):
        if claim.kind == "fact" and (claim.plain or claim.status in promises.STATUSES):
            statuses.setdefault(f"{claim.subject.id}~{claim.object.id}", set()).add(claim.status)
    ties = {f"{a}~{b}" for a, b in first_picture(store, ontology)}
    assert dashed == {tie for tie in ties if statuses[tie] <= {*promises.STATUSES, "ended", "retracted"}}
    assert len(dashed) > 20
    assert "planned" in opened.text(".legend")
    assert set(opened.js("return Object.keys(rareearth.network.sigma.edgePrograms)")) >= {"arrow", "dashed"}


def test_names_do_not_cover_each_other(opened: Browser) -> None:
    boxes = opened.js("return rareearth.network.names.boxes")
    assert len(boxes) > 12
    crossing = [
        (a, b)
        for a, b in itertools.combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert crossing == []


def test_any_name_finds(opened: Browser) -> None:
    names = {
        "赣江创新院": "Ganjiang Innovation Academy",
        "creg": "China Rare Earth Group",
        "ganjiang inn": "Ganjiang Innovation Academy",
        "LIBO": "Li Bo",
        "jan mostrom": "Jan Moström",
    }
    opened.keys("/")
    assert opened.focused() == "find"
    for typed, found in names.items():
        opened.js("document.activeElement.value = ''")
        opened.keys(typed)
        assert opened.text("#found [aria-selected=true] .name") == found


def test_a_search_by_keyboard_leads_to_the_card_and_its_evidence(opened: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    opened.keys("/", "赣江创新院", Keys.ARROW_DOWN, Keys.ENTER)
    assert opened.driver.current_url.endswith("#ganjiang-innovation-academy")
    assert opened.focused().startswith("Ganjiang Innovation Academy")
    card = opened.text("#card")
    assert "also:" in card
    assert "赣江创新院" in card
    assert "was founded by Chinese Academy of Sciences" in card
    assert re.search(r"\(page, high confidence\): \[China Rare Earth Group signs", card)
    assert re.search(r"characters \d+–\d+ [0-9a-f]{8}", card)
    # A name in the card, reached and pressed by keyboard, is the next card; Escape closes it.
    opened.js("document.querySelector('#card button[data-id=chinese-academy-of-sciences]').focus()")
    opened.keys(Keys.ENTER)
    assert opened.focused().startswith("Chinese Academy of Sciences")
    opened.driver.back()
    opened.wait("return document.querySelector('#card h2')?.textContent.startsWith('Ganjiang')")
    opened.keys(Keys.ESCAPE)
    assert not opened.find("#card").is_displayed()


def test_links_to_sources_open_apart(opened: Browser) -> None:
    opened.js("rareearth.choose({node: 'china-rare-earth-group'})")
    links = opened.js("return [...document.querySelectorAll('#card a')].map((a) => [a.protocol, a.target, a.rel])")
    assert len(links) > 10
    assert {protocol for protocol, *_ in links} <= {"https:", "http:"}
    assert {(target, rel) for _, target, rel in links} == {("_blank", "noopener noreferrer")}


def test_a_card_shows_the_other_side_of_a_conflict(opened: Browser, store: Oxigraph) -> None:
    conflict = next(
        c for c in knowledge.KnowledgeGraph(store).conflicts() if c.kind == "contradiction" and len(c.sides) > 1
    )
    ends = opened.js(
        "const c = rareearth.data.claims.find((c) => c.conflict === arguments[0]); return [c.s, c.id]", conflict.id
    )
    opened.js("rareearth.choose({node: arguments[0]})", ends[0])
    shown = opened.text(f"#card [data-claim='{ends[1]}'] .conflict")
    assert conflict.question in shown
    assert conflict.why in shown
    others = [side for side in conflict.sides if side.claim.id != ends[1]]
    assert all(side.claim.page.title in shown for side in others)


def test_a_click_on_a_node_and_on_a_tie_opens_its_card(opened: Browser) -> None:
    # The node that is farthest from all others.
    x, y, node = opened.js("""
        const s = rareearth.network.sigma, g = s.getGraph();
        const r = document.getElementById('canvas').getBoundingClientRect();
        const nodes = g.filterNodes((_, a) => !a.hidden)
          .map((id) => ({ ...s.graphToViewport(g.getNodeAttributes(id)), id }))
          .filter((p) => p.x > 40 && p.y > 40 && p.x < r.width - 40 && p.y < r.height - 40);
        const free = (p) => Math.min(...nodes.filter((o) => o !== p).map((o) => Math.hypot(o.x - p.x, o.y - p.y)));
        const best = nodes.sort((a, b) => free(b) - free(a))[0];
        return [best.x, best.y, best.id];""")
    opened.click_at(x, y)
    opened.wait("return Boolean(document.querySelector('#card h2')?.textContent)")
    assert opened.js("return decodeURIComponent(location.hash)") == f"#{node}"
    opened.js("rareearth.choose({})")
    opened.settle()
    # The middle of a tie that no node lies on.
    middles = opened.js("""
        const s = rareearth.network.sigma, g = s.getGraph();
        const at = (id) => s.graphToViewport(g.getNodeAttributes(id));
        const nodes = g.filterNodes((_, a) => !a.hidden).map(at);
        const middles = g.filterEdges((_, a) => !a.hidden).map((e) => {
          const [a, b] = g.extremities(e).map(at);
          const thick = g.getEdgeAttribute(e, "size");
          return { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2), thick };
        });
        const free = (m) => Math.min(...nodes.map((n) => Math.hypot(n.x - m.x, n.y - m.y)));
        return middles.filter((m) => free(m) > 7).sort((a, b) => b.thick - a.thick).slice(0, 8)
          .map((m) => [m.x, m.y]);""")
    for x, y in middles:  # a name may lie on one
        opened.click_at(x, y)
        if opened.js("return Boolean(document.querySelector('#card h2')?.textContent.includes(' – '))"):
            break
        opened.js("rareearth.choose({})")
        opened.settle()
    assert "~" in opened.js("return decodeURIComponent(location.hash)")
    assert opened.find("#card .evidence").is_displayed()


def test_an_address_leads_to_its_card(browser: Browser, written: Path) -> None:
    browser.open(written, "#li-bo")
    assert browser.text("#card h2").startswith("Li Bo")
    browser.open(written, "#li-bo~chinese-society-of-rare-earths")
    assert browser.text("#card h2") == "Li Bo – Chinese Society of Rare Earths"
    browser.open(written, "#<img src=x onerror=alert(1)>")
    assert not browser.find("#card").is_displayed()


def wait_for_address(browser: Browser) -> str:
    """The address once what changed is written into it."""
    browser.driver.execute_async_script("setTimeout(arguments[0], 400)")
    return str(browser.js("return decodeURIComponent(location.hash)"))


def test_filters_narrow_and_count(opened: Browser, store: Oxigraph, ontology: Ontology) -> None:
    opened.find("input[value=full]").click()
    opened.find("[data-group=claim] summary").click()
    opened.settle()
    every = network.read(store, "full")
    total = knowledge.KnowledgeGraph(store)._count("ree:Claim")
    assert f"{total} of {total} claims" in opened.text("#count")
    assert set(opened.js("return [...rareearth.network.shown]")) == {n for n in every if every.degree(n)}
    counts = opened.js("""return Object.fromEntries([...document.querySelectorAll('[data-group=claim] li')]
        .map((row) => [row.dataset.value, Number(row.querySelector('.count').textContent)]))""")
    told = knowledge.KnowledgeGraph(store).ask(
        "SELECT ?k (COUNT(*) AS ?n) { ?c a ree:Claim ; ree:kind ?k } GROUP BY ?k"
    )
    assert counts == {str(row["k"]).removeprefix("ree:"): row["n"] for row in told}
    for kind in ("fact", "speech", "recommendation"):
        opened.js("arguments[0].click()", opened.find(f"[data-group=claim] li[data-value={kind}] input"))
    assert f"{counts['assessment']} of {total} claims" in opened.text("#count")
    opinions = network.read(store, "full", ["assessment"])
    assert set(opened.js("return [...rareearth.network.shown]")) == {n for n in opinions if opinions.degree(n)}
    assert "claim=assessment" in wait_for_address(opened)
    opened.find("#reset").click()
    assert set(opened.js(TIES)) == {f"{a}~{b}" for a, b in first_picture(store, ontology)}


@pytest.mark.parametrize(
    "day", ["1990", "2012", "2021", "2021-12", "2021-12-22", "2021-12-23", "2024-02-29", "2025-05"]
)
def test_a_date_shows_what_as_of_shows(opened: Browser, store: Oxigraph, day: str) -> None:
    opened.find("input[value=full]").click()
    then = asof.at(store, day)
    give = "const d = document.getElementById('day'); d.value = arguments[0]; d.dispatchEvent(new Event('change'))"
    opened.js(give, day)
    assert opened.js("return document.getElementById('undated').checked") is False
    assert set(opened.js("return rareearth.shown.claims.map((c) => c.id)")) == {c.id for c in claims.read(then.store)}
    assert opened.js("return rareearth.shown.claims.length") == then.in_effect
    opened.js("location.hash = `${arguments[0]}&day=${arguments[1]}`", ALL_HELD, day)
    opened.wait("return rareearth.filters.base === 'actors'")
    held = network.read(then.store)
    assert set(opened.js(SHOWN)) == set(held)
    assert set(opened.js(TIES)) == {f"{a}~{b}" for a, b in held.edges()}


def test_the_slider_is_a_year_as_of_has(opened: Browser, store: Oxigraph) -> None:
    opened.find("input[value=full]").click()
    for year in (1995, 2016, 2023):
        slide = "const y = document.getElementById('year'); y.value = arguments[0]; y.dispatchEvent(new Event('input'))"
        opened.js(slide, year)
        assert opened.js("return document.getElementById('day').value") == str(year)
        assert opened.js("return rareearth.shown.claims.length") == asof.at(store, str(year)).in_effect
    opened.find("#by-day").click()
    assert opened.js("return rareearth.shown.claims.length") == len(list(claims.read(store)))


@pytest.mark.parametrize("wrong", ["2021-13", "2021-02-30", "yesterday", "21", "2021-1-1"])
def test_what_is_no_date_is_said_and_changes_nothing(opened: Browser, wrong: str) -> None:
    before = opened.text("#count")
    opened.js(
        "const d = document.getElementById('day'); d.value = arguments[0]; d.dispatchEvent(new Event('change'))", wrong
    )
    assert f"“{wrong}” is no date" in opened.text("#day-form")
    assert opened.text("#count") == before


def test_the_table_has_the_claims(opened: Browser) -> None:
    opened.find("#as-table").click()
    assert opened.js("return document.querySelectorAll('tbody tr').length") == 200
    assert opened.text("caption").startswith("Claims 1 to 200 of ")
    before = opened.text("tbody tr:first-child th")
    opened.find("thead th button").click()
    assert opened.text("tbody tr:first-child th") > before
    assert opened.js("return document.querySelector('thead th').ariaSort") == "descending"
    opened.find("tbody button.name").click()
    assert opened.find("#card h2").is_displayed()


def test_the_picture_is_worked_by_keyboard(opened: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    opened.js("document.getElementById('canvas').focus()")
    opened.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    said = opened.js("return document.querySelector('#network [aria-live]').textContent")
    opened.keys(Keys.ENTER)
    assert said
    assert opened.text("#card h2").startswith(said.rpartition(", ")[0])
    # Everything that can be pressed has a name.
    nameless = opened.js("""return [...document.querySelectorAll('button, input')]
        .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length""")
    assert nameless == 0


def test_it_is_dark_where_the_reader_wants_it(browser: Browser, written: Path) -> None:
    try:
        browser.media(prefers_color_scheme="dark", prefers_reduced_motion="reduce")
        browser.open(written)
        assert browser.js("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
        browser.find("#theme").click()
        assert browser.js("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    finally:
        browser.media(prefers_reduced_motion="reduce")


@needs_page
def test_a_name_stays_text(browser: Browser, attacked: Oxigraph, tmp_path: Path) -> None:
    browser.open(explorer.write(tmp_path / "graph.html", attacked))
    browser.js("rareearth.choose({node: 'bob-ray'})")
    assert browser.text("#card h2") == ATTACK
    browser.js("rareearth.choose({node: 'mine-school'})")
    browser.find("#as-table").click()
    assert ATTACK in browser.text("tbody")
    assert browser.js("return document.querySelectorAll('img, #card b b, script:not([type])').length") == 1
    complaints, asked = browser.logs()
    assert complaints == []
    assert len(asked) == 1


def test_the_policy_holds(browser: Browser, written: Path) -> None:
    browser.open(written)
    browser.js("""
        globalThis.refused = [];
        document.addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "globalThis.ran = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.src = "https://example.org/x.png";
        document.body.append(image);
        fetch("https://example.org/").catch(() => {});""")
    browser.wait("return refused.length >= 3")
    assert set(browser.js("return refused")) == {"script-src-elem", "img-src", "connect-src"}
    assert not browser.js("return globalThis.ran")
    browser.logs()


@needs_page
def test_it_opens_inside_a_notebook(browser: Browser, store: Oxigraph, tmp_path: Path) -> None:
    shown = knowledge.KnowledgeGraph(store)._repr_html_()
    assert shown
    assert '"sentences":' not in html.unescape(shown)
    around = tmp_path / "notebook.html"
    around.write_text(f"<!doctype html><meta charset=utf-8>{shown}", encoding="utf-8")
    browser.driver.get(around.as_uri())
    browser.logs()
    browser.driver.switch_to.frame(browser.find("iframe"))
    browser.wait("return Boolean(globalThis.rareearth?.network)")
    browser.js("rareearth.choose({node: 'li-bo'})")
    assert browser.text("#card h2").startswith("Li Bo")
    browser.driver.switch_to.default_content()
    assert browser.logs()[0] == []


@pytest.mark.browser
def test_without_webgl_the_table_stands_in(written: Path, tmp_path: Path) -> None:
    blind = started(tmp_path, "disable-gpu", "disable-3d-apis")
    try:
        blind.open(written)
        assert "does not draw with WebGL" in blind.text("#message")
        assert blind.find("tbody tr").is_displayed()
        assert not blind.find("#as-network").is_enabled()
        blind.keys("/", "li bo")
        assert blind.text("#found [aria-selected=true] .name") == "Li Bo"
    finally:
        blind.quit()


def sheets(browser: Browser) -> list[str]:
    """The text of each sheet that the page is printed on."""
    data = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    pages = pypdf.PdfReader(io.BytesIO(base64.b64decode(data["data"]))).pages
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in pages]  # ligatures as letters


def test_a_card_is_printed_whole(opened: Browser) -> None:
    opened.js("rareearth.choose({ node: 'china' })")
    text = " ".join(" ".join(sheets(opened)).split())
    listed = opened.js("return [...document.querySelectorAll('#card .claims > li .says')].map((p) => p.textContent)")
    assert len(listed) > 20
    for said in listed:
        assert " ".join(said.split())[:30] in text, said
    assert "https://" in text, "addresses of sources are printed"


def test_all_rows_are_printed_and_the_screen_has_a_page_of_them_again(opened: Browser) -> None:
    opened.find("#as-table").click()
    shown = "return document.querySelectorAll('#table tbody tr').length"
    before = opened.js(shown)
    printed = sheets(opened)
    total = opened.js("return rareearth.filters.claims().length")
    assert f"Claims 1 to {total} of {total}" in " ".join(printed)
    assert len(printed) > total / 50
    assert opened.js(shown) == before == 200
    assert [sheet.count("Who or what") for sheet in printed[:-1]] == [1] * (len(printed) - 1), (
        "heads of columns on each sheet"
    )


def test_the_printed_picture_has_nodes_and_lines_in_light_colours(opened: Browser) -> None:
    opened.find("#theme").click()
    opened.js("window.dispatchEvent(new Event('beforeprint'))")
    colours = opened.js("""
      const picture = document.querySelector(".printed");
      const { data } = picture.getContext("2d").getImageData(0, 0, picture.width, picture.height);
      let bright = 0, grey = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (!data[i + 3]) continue;
        if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 80) bright++;
        else grey++;
      }
      return [bright, grey, document.documentElement.dataset.theme, document.querySelector(".legend").open];
    """)
    assert min(colours[:2]) > 500, colours
    assert colours[2:] == ["light", True]
    opened.js("window.dispatchEvent(new Event('afterprint'))")
    after = opened.js("return [document.querySelector('.printed'), document.documentElement.dataset.theme]")
    assert after == [None, "dark"]


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_colours_cover_no_node_and_nothing_is_wider_than_the_screen(opened: Browser, width: int) -> None:
    opened.driver.set_window_size(width, 800)
    opened.js("document.querySelector('.legend').open = true")
    opened.settle()
    legend, canvas = (
        opened.js(f"const r = document.querySelector('{part}').getBoundingClientRect(); return [r.top, r.bottom]")
        for part in (".legend", "#canvas")
    )
    assert canvas[1] <= legend[0] + 1
    assert opened.js("return document.documentElement.scrollWidth <= innerWidth")


def test_the_readers_own_colours_keep_those_of_the_legend(opened: Browser) -> None:
    forced = {"features": [{"name": "forced-colors", "value": "active"}]}
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", forced)
    try:
        colours = opened.js(
            "return [...document.querySelectorAll('.legend .swatch')].map((s) => getComputedStyle(s).backgroundColor)"
        )
        assert len(set(colours)) > 5
    finally:
        opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
