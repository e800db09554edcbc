"""The reconciliation service, asked over HTTP, and by ``reconciler``, a client that others wrote."""

from __future__ import annotations

import csv
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd
import pytest
import reconciler
from conftest import ROOT, Folder, small
from serving import Served, served

from rareearth import build as builds
from rareearth import namespaces
from rareearth.server.reconciliation import MAX_QUERIES
from rareearth.site import things
from rareearth.site.guides import FOLDER
from rareearth.store import claims, nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import properties

LIST = ROOT / "tests" / "reconciled_names.csv"
OPENREFINE = "http://127.0.0.1:3333"  # where it has its pages


@pytest.fixture(scope="module")
def server(built: Path) -> Iterator[Served]:
    with served(built) as running:
        yield running


@pytest.fixture(scope="module")
def small_server(small_build: Folder) -> Iterator[Served]:
    with served(small_build.build) as running:
        yield running


def ask(
    url: str, form: dict[str, Any] | None = None, method: str | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    """The status, the body and the headers of an answer; a form is posted, its values as JSON."""
    body = urlencode({name: json.dumps(value) for name, value in form.items()}).encode() if form else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return response.status, response.read().decode(), dict(response.headers.items())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers.items())


def found(server: Served, **queries: Any) -> dict[str, list[dict[str, Any]]]:
    status, body, _ = ask(f"{server.url}/reconcile", {"queries": queries})
    assert status == 200, body
    return {key: of["result"] for key, of in json.loads(body).items()}


def extended(server: Served, ids: list[str], *wanted: Any) -> dict[str, Any]:
    listed = [{"id": of} if isinstance(of, str) else of for of in wanted]
    status, body, _ = ask(f"{server.url}/reconcile", {"extend": {"ids": ids, "properties": listed}})
    assert status == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


# ---- names ---------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the client
def test_precision_and_recall_on_a_list_of_names(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """104 names of entities (a third of them misspelled, Chinese ones among them) and 63 of strangers."""
    monkeypatch.setattr(np, "NaN", np.nan, raising=False)  # which numpy 2 no longer has, and the client uses
    listed = pd.read_csv(LIST, keep_default_na=False)
    rows = reconciler.reconcile(listed["name"], top_res=1, reconciliation_endpoint=f"{server.url}/reconcile")
    both = listed.merge(rows, left_on="name", right_on="input_value", suffixes=("", "_found"), validate="one_to_one")
    known, misspelled = both["id"] != "", both["how"] == "wrong spelling"
    right, matched = both["id_found"] == both["id"], both["match"].astype(bool)
    shares = {
        "precision of matches": right[matched].mean(),
        "recall of matches": (right & matched)[known].mean(),
        "recall of matches, names that are spelled right": (right & matched)[known & ~misspelled].mean(),
        "recall of the first candidate": right[known].mean(),
        "recall of the first candidate, misspelled names": right[misspelled].mean(),
        "strangers without a match": (~matched)[~known].mean(),
    }
    print(f"\n{known.sum()} names of entities, {(~known).sum()} of strangers")
    for what, share in shares.items():
        print(f"{what}: {share:.3f}")
    assert (known.sum(), misspelled.sum(), (~known).sum()) == (104, 40, 63)
    floors = (1, 0.55, 0.93, 0.96, 0.95, 1)
    assert all(share >= floor for share, floor in zip(shares.values(), floors, strict=True)), shares


def test_a_misspelled_name_is_never_a_match(server: Served) -> None:
    with LIST.open(encoding="utf-8") as file:
        wrong = [row["name"] for row in csv.DictReader(file) if row["how"] == "wrong spelling"]
    answers = found(server, **{f"q{n}": {"query": name} for n, name in enumerate(wrong)})
    assert not any(candidate["match"] for of in answers.values() for candidate in of)
    assert all(of and 0 < of[0]["score"] < 80 for of in answers.values())


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_the_client_can_ask_for_a_type_and_a_property(server: Served) -> None:
    frame = pd.DataFrame({"name": ["Lynas", "中国稀土集团"], "seat": ["Perth", "Ganzhou"]})
    rows = reconciler.reconcile(
        frame["name"],
        type_id="Company",
        property_mapping={"headquarteredIn": frame["seat"]},
        reconciliation_endpoint=f"{server.url}/reconcile",
    )
    assert list(rows["id"]) == ["lynas-rare-earths", "china-rare-earth-group"]
    assert all(rows["match"])
    assert list(rows["type_id"]) == ["Company", "Company"]


def test_an_id_and_an_iri_are_names_too(server: Served) -> None:
    answers = found(server, a={"query": "li-bo"}, b={"query": f"{namespaces.ENTITY}li-bo"}, c={"query": "x" * 5000})
    assert [(of[0]["id"], of[0]["match"]) for of in (answers["a"], answers["b"])] == [("li-bo", True)] * 2
    assert answers["c"] == []


def test_a_class_that_does_not_fit_is_no_match_and_a_strict_one_no_candidate(server: Served) -> None:
    query = {"query": "Lynas", "limit": 3}
    answers = found(
        server,
        none=query,
        right={**query, "type": ["Person", "Actor"], "type_strict": "any"},
        wrong={**query, "type": "Person", "type_strict": "should"},
        strict={**query, "type": "Person", "type_strict": "all"},
    )
    assert answers["right"] == answers["none"]
    assert answers["right"][0]["match"] is True
    assert (answers["wrong"][0]["id"], answers["wrong"][0]["match"]) == ("lynas-rare-earths", False)
    assert answers["wrong"][0]["score"] < answers["right"][0]["score"]
    assert answers["strict"] == []


def test_what_the_table_says_counts_where_the_graph_knows_it(server: Served) -> None:
    def given(*of: tuple[str, Any]) -> dict[str, Any]:
        return {"query": "Lynas Rare Earths", "properties": [{"pid": pid, "v": value} for pid, value in of]}

    answers = found(
        server,
        right=given(("place", "Australia")),
        by_id=given(("place", [{"id": "australia", "name": "?"}, "Atlantis"])),
        wrong=given(("place", "Japan")),
        unknown=given(("foundedOn", "1900")),
        empty=given(("place", "")),
        identified={"query": "Lynas the miner", "properties": [{"pid": "ticker", "v": "ASX:LYC"}]},
        alone={"properties": [{"pid": "ticker", "v": "ASX:LYC"}]},
        by_value={"properties": [{"pid": "operates", "v": "Mount Weld"}]},
    )
    first = {key: (of[0]["match"], of[0]["features"]) for key, of in answers.items()}
    assert first["right"] == first["by_id"] == (True, [{"id": "place", "value": True}])
    assert first["wrong"] == (False, [{"id": "place", "value": False}])
    assert first["unknown"] == first["empty"] == (True, [])
    assert answers["wrong"][0]["score"] < answers["right"][0]["score"]
    assert first["identified"] == first["alone"] == (True, [{"id": "ticker", "value": True}])
    assert (answers["by_value"][0]["id"], first["by_value"][0]) == ("lynas-rare-earths", False)


def test_a_batch_of_a_thousand_is_answered_and_a_larger_one_refused(small_server: Served) -> None:
    query = {"query": "Ann Leee 李安", "type": "Person", "limit": 3, "properties": [{"pid": "place", "v": "中国"}]}
    batch = {f"q{n}": query for n in range(MAX_QUERIES)}
    answers = found(small_server, **batch)
    assert list(answers) == list(batch)
    assert {json.dumps(of) for of in answers.values()} == {json.dumps(answers["q0"])}
    status, body, _ = ask(f"{small_server.url}/reconcile", {"queries": {**batch, "more": query}})
    why = "the batch has 1,001 queries; at most 1,000 are answered at a time: send the others in another batch\n"
    assert (status, body) == (413, why)
    assert ask(f"{small_server.url}/health")[0] == 200


def test_the_guide_names_properties_that_there_are(store: Oxigraph) -> None:
    guide = (FOLDER / "tables.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`)[ …]*\|", guide, re.MULTILINE)
    named = {id_ for row in rows for id_ in re.findall(r"`([^`]+)`", row)}
    assert {"name", "place", "lei", "chairs"} <= named <= set(properties.properties(store))


# ---- what is refused -----------------------------------------------------------------------------------------

QUERY = {"a": {"query": "Ann Lee"}}
REFUSED = {
    "no JSON": ("?queries=x", 400, "queries is not JSON"),
    "a list": ("?queries=[]", 400, "queries is no JSON object"),
    "deep JSON": (f"?queries={'[' * 5000}", 400, "queries is not JSON"),
    "JSONP": (f"?queries={json.dumps(QUERY)}&callback=f", 400, "JSONP (callback) is refused"),
    "the query of version 0.1": ('?query={"query":"a"}', 400, "expected one parameter: queries (a batch"),
    "both": ("?queries={}&extend={}", 400, "expected one parameter"),
    "nothing to find": ('?queries={"a":{"query":" "}}', 400, "queries.a: there is neither a query nor a property"),
    "no text": ('?queries={"a":{"query":{}}}', 400, "queries.a.query: Input should be a valid string"),
    "no query": ('?queries={"a":1}', 400, "queries.a: Input should be"),
    "no limit": ('?queries={"a":{"query":"a","limit":0}}', 400, "queries.a.limit: expected a number from 1 to 999"),
    "a large limit": ('?queries={"a":{"query":"a","limit":1e99}}', 400, "queries.a.limit: expected"),
    "another strictness": ('?queries={"a":{"query":"a","type_strict":"x"}}', 400, "type_strict: expected any, should"),
    "an unknown type": ('?queries={"a":{"query":"a","type":"Persn"}}', 404, "no type named 'Persn'; did you mean"),
    "an unknown property": (
        '?queries={"a":{"query":"a","properties":[{"pid":"chair","v":"a"}]}}', 404,
        "no property named 'chair'; did you mean chairs",
    ),
    "an unknown column": ('?extend={"ids":["a"],"properties":[{"id":"x y"}]}', 404, "no property named 'x y'"),
    "an unknown setting": (
        '?extend={"ids":["a"],"properties":[{"id":"leads","settings":{"scope":"x"}}]}', 400,
        "the setting scope of leads: expected one of facts, past, all",
    ),
    "no number": (
        '?extend={"ids":["a"],"properties":[{"id":"leads","settings":{"limit":"x"}}]}', 400,
        "the setting limit of leads: expected a number",
    ),
    "too many entities": (
        f'?extend={{"ids":{json.dumps(["a"] * 1001)},"properties":[{{"id":"leads"}}]}}', 413, "at most 50 properties"
    ),
    "another kind of suggestion": ("/suggest/claim?prefix=a", 404, "expected one for entity, type or property"),
    "a preview of nobody": ("/preview?id=nobody", 404, "no entity named 'nobody'"),
    "a preview of nothing": ("/preview", 404, "no entity named ''"),
    "a preview of a source": ("/preview?id=../source/daily", 404, "no entity named '../source/daily'"),
    "a flyout of nobody": ("/flyout/entity?id=nobody", 404, "no entity named 'nobody'"),
    "properties of an unknown type": ("/properties?type=x", 404, "no type named 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(small_server: Served, what: str) -> None:
    target, status, why = REFUSED[what]
    found_status, body, _ = ask(f"{small_server.url}/reconcile{quote(target, safe='/?=&')}")
    assert (found_status, why in body) == (status, True), body
    assert body.count("\n") == 1


def test_a_body_that_is_no_form_is_refused(small_server: Served) -> None:
    url = f"{small_server.url}/reconcile"
    request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json"})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310
    with error.value:
        assert (error.value.code, b"expected application/x-www-form-urlencoded" in error.value.read()) == (415, True)
    assert ask(url, {"other": 1})[:2] == (400, "the form has no field queries or extend\n")
    many = {"queries": {"a": {"query": '"' * 160_000}}}
    assert ask(url, many)[:2] == (
        413,
        "the form has more than 300,000 encoded bytes; send fewer queries at a time\n",
    )


def test_get_and_post_give_the_same(small_server: Served) -> None:
    url = f"{small_server.url}/reconcile"
    assert ask(f"{url}?queries={quote(json.dumps(QUERY))}")[1] == ask(url, {"queries": QUERY})[1]


# ---- the manifest, and what it leads to ----------------------------------------------------------------------


def test_every_address_of_the_manifest_answers(server: Served) -> None:
    manifest = json.loads(ask(f"{server.url}/reconcile")[1])
    assert manifest["versions"] == ["0.2"]
    assert (manifest["identifierSpace"], manifest["batchSize"]) == (namespaces.ENTITY, MAX_QUERIES)
    assert {"Agent", "Place"} <= {of["id"] for of in manifest["defaultTypes"]}
    assert ask(manifest["documentation"])[0] == 200
    assert "<h1>Li Bo" in ask(manifest["view"]["url"].replace("{{id}}", "li-bo"), accept="text/html")[1]
    preview = ask(manifest["preview"]["url"].replace("{{id}}", "li-bo"))
    assert "Li Bo</a>" in preview[1]
    assert re.search(r"frame-ancestors 'self' http://localhost:\* ", preview[2]["content-security-policy"])
    ids = {"entity": ("li bo", "li-bo"), "type": ("compan", "Company"), "property": ("head of", "headquarteredIn")}
    for what, (prefix, id_) in ids.items():
        of = manifest["suggest"][what]
        listed = json.loads(ask(f"{of['service_url']}{of['service_path']}?prefix={quote(prefix)}")[1])["result"]
        assert id_ in {each["id"] for each in listed} or what == "property", listed
        flyout = ask(of["flyout_service_url"] + of["flyout_service_path"].replace("${id}", id_))
        assert json.loads(flyout[1])["id"] == id_
        assert json.loads(flyout[1])["html"].startswith("<h3>")
    proposed = manifest["extend"]["propose_properties"]
    url = proposed["service_url"] + proposed["service_path"]
    listed = json.loads(ask(f"{url}?type=Person&limit=3")[1])["properties"]
    assert len(listed) == 3
    assert {"id", "name", "description"} <= set(listed[0])


def test_suggestions_begin_with_what_was_typed_and_go_on_from_the_cursor(server: Served) -> None:
    url = f"{server.url}/reconcile/suggest/entity?prefix="
    first = [of["id"] for of in json.loads(ask(f"{url}china%20r")[1])["result"]]
    assert first[0].startswith("china")
    rest = [of["id"] for of in json.loads(ask(f"{url}china%20r&cursor=2")[1])["result"]]
    assert rest[: len(first) - 2] == first[2:]
    assert json.loads(ask(f"{url}")[1])["result"] == []
    typed = json.loads(ask(f"{server.url}/reconcile/suggest/type?prefix={quote('公司')}")[1])["result"]
    assert typed[0]["id"] == "Company"
    assert typed[0]["broader"]


def test_pages_of_this_machine_may_ask_and_with_cors_all(small_server: Served, small_build: Folder) -> None:
    url = f"{small_server.url}/reconcile"
    for origin, allowed in ((OPENREFINE, OPENREFINE), ("http://localhost", "http://localhost")):
        assert ask(url, Origin=origin)[2]["access-control-allow-origin"] == allowed
    preflight = ask(url, method="OPTIONS", Origin=OPENREFINE, Access_Control_Request_Method="POST")
    assert preflight[0] == 200
    for origin in ("https://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example"):
        assert "access-control-allow-origin" not in ask(url, Origin=origin)[2]
        assert "access-control-allow-origin" not in ask(f"{url}/suggest/type?prefix=a", Origin=origin)[2]
    assert "access-control-allow-origin" not in ask(f"{small_server.url}/sparql", Origin=OPENREFINE)[2]
    with served(small_build.build, "--cors") as shared:
        answer = ask(f"{shared.url}/reconcile/preview?id=ann-lee", Origin="https://other.example")[2]
        assert answer["access-control-allow-origin"] == "*"
        assert answer["content-security-policy"].endswith("frame-ancestors *")


def test_behind_a_proxy_the_addresses_are_those_of_the_proxy(small_server: Served) -> None:
    headers = {"X_Forwarded_Prefix": "/ree", "X_Forwarded_Host": "localhost", "X_Forwarded_Proto": "https"}
    manifest = json.loads(ask(f"{small_server.url}/reconcile", **headers)[1])
    assert manifest["view"]["url"] == "https://localhost/ree/entity/{{id}}"
    assert manifest["suggest"]["entity"]["service_url"] == "https://localhost/ree/reconcile"


def test_the_home_page_has_the_address_and_a_static_site_has_none(small_server: Served, small_build: Folder) -> None:
    assert 'href="/reconcile"' in ask(small_server.url, accept="text/html")[1]
    store = oxigraph.memory(nquads.lines(small_build.dataset()))
    page = things.document(store, namespaces.DATASET).decode()
    assert "Ontology</a>" in page
    assert "reconcile" not in page


# ---- columns -------------------------------------------------------------------------------------------------


def test_columns_have_facts_with_their_claims_and_their_sources(server: Served, store: Oxigraph) -> None:
    known = {claim.iri: claim for claim in claims.read(store)}
    answer = extended(
        server,
        ["lynas-rare-earths", "nobody-at-all", "../x"],
        "headquarteredIn", "name", "ticker", "place", "kind", "foundedOn",
        {"id": "operates", "settings": {"content": "claims"}},
        {"id": "^manages", "settings": {"content": "sources", "scope": "past"}},
    )  # fmt: skip
    assert answer["meta"][0] == {
        "id": "headquarteredIn", "name": "has its head office in", "type": {"id": "Place", "name": "place"}
    }  # fmt: skip
    row = answer["rows"]["lynas-rare-earths"]
    assert row["headquarteredIn"] == [{"id": "perth", "name": "Perth"}]
    assert row["name"] == [{"str": "Lynas Rare Earths"}]
    assert {"str": "ASX:LYC"} in row["ticker"]
    assert {"id": "australia", "name": "Australia"} in row["place"]
    assert row["kind"] == [{"id": "Company", "name": "company"}]
    behind = [known[cell["str"]] for cell in row["operates"]]
    assert behind
    assert {claim.relation.id for claim in behind} == {"operates"}
    addresses = {claim.page.url for claim in known.values()}
    assert row["^manages"]
    assert {cell["str"] for cell in row["^manages"]} <= addresses
    for nobody in ("nobody-at-all", "../x"):
        assert all(cells == [] for cells in answer["rows"][nobody].values())


def test_no_opinion_and_no_plan_is_given_as_a_fact(server: Served, store: Oxigraph) -> None:
    """Of every property of everybody: an entity or a number in a cell is a fact, and one that is not over."""
    facts = {(c.subject.id, c.relation.id, c.object.id) for c in claims.read(store) if c.plain and c.kind == "fact"}
    by_kind = {c.subject.id for c in claims.read(store) if c.kind != "fact" or c.status != "held"}
    ids = sorted(by_kind)[:400]
    relations = [id_ for id_ in properties.properties(store) if not id_.startswith("^") and id_ not in properties.PLAIN]
    told = 0
    for start in range(0, len(relations), 50):
        part = relations[start : start + 50]
        answer = extended(server, ids, *({"id": id_, "settings": {"scope": "all"}} for id_ in part))
        for id_, row in answer["rows"].items():
            for relation, cells in row.items():
                for cell in cells:
                    if "id" in cell:
                        both = {(id_, relation, cell["id"]), (cell["id"], relation, id_)}
                        assert both & facts or not_now(store, id_, relation, cell["id"])
                    told += str(cell.get("str", "")).endswith(")")
    assert told > 50


def not_now(store: Oxigraph, subject: str, relation: str, object_: str) -> bool:
    """Whether a fact says so that has ended."""
    own = claims.read(store, [namespaces.ENTITY + subject], [relation])
    return any(
        claim.kind == "fact" and claim.status == "ended" and object_ in (claim.subject.id, claim.object.id)
        for claim in own
    )


def test_markup_in_the_data_is_text(tmp_path: Path) -> None:
    folder = small(tmp_path)
    folder.change("entities/all.yaml", "name: Ann Lee\n", "name: Ann Lee\n    about: <script>alert(1)</script>\n")
    builds.build(folder.data, folder.build)
    with served(folder.build) as server:
        flyout = json.loads(ask(f"{server.url}/reconcile/flyout/entity?id=ann-lee")[1])["html"]
        for page in (flyout, ask(f"{server.url}/reconcile/preview?id=ann-lee")[1]):
            assert "&lt;script&gt;" in page
            assert "<script" not in page
