"""The page finds by name what the library finds."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import needs
import pytest

from rareearth import namespaces
from rareearth.site import explorer
from rareearth.site.explorer import content
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import lookup

SCRIPT = """
import { readFileSync } from "node:fs";
import { find, index, WAYS } from "%s/spelling.js";
const { data, texts } = JSON.parse(readFileSync(0, "utf8"));
const names = index(data);
const last = WAYS.indexOf("initials");
console.log(JSON.stringify(texts.map((text) => {
  const found = find(names, text);
  const best = found.filter(({ way, kind }) => way === found[0].way && kind === found[0].kind);
  return best.filter(({ way }) => way <= last).map(({ id }) => id);
})));
"""
TYPED = [
    "Lynas", "MP", "GM", "mp", "Bo Li", "LI, Bo", "廣晟", "希土", "Li's team", "U.S. Geological Survey", "Łynas",
    "The Chinese Society of Rare Earths (CSRE)", "ganjiangchuangxinyuan", "中国稀土集団", "guangsheng", "straße",
    "虔東稀土集團股份有限公司", "AO Solikamsk", "Соликамск", "Li\u200bBo", "China", "CHINA RARE EARTH", "a",
    "ＬＹＮＡＳ", "The Group", "co", "株式会社広晟", "  Li   Bo ", "qqq", "x" * 501,
]  # fmt: skip


@pytest.mark.node
def test_the_page_finds_what_the_library_finds(store: Oxigraph, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        needs.unavailable("Node is not installed")
    index = lookup.index(store)
    names = [name for _, name, _, _ in index.forms()]
    texts = [
        *TYPED,
        *names,
        *(name.upper() for name in names[::3]),
        *(f"The {name} Co., Ltd." for name in names[1::3]),
        *(" ".join(reversed(name.split())) for name in names[2::3]),
    ]
    script = tmp_path / "find.mjs"
    script.write_text(SCRIPT % Path(explorer.__file__).parent.as_posix(), encoding="utf-8")
    given = json.dumps({"data": content.finding(store), "texts": texts})
    found = json.loads(subprocess.run(["node", script], input=given.encode(), capture_output=True, check=True).stdout)
    expected = [sorted(namespaces.local(match.thing) for match in index.find(text.strip())) for text in texts]
    assert dict(zip(texts, map(sorted, found), strict=True)) == dict(zip(texts, expected, strict=True))
    assert sum(map(bool, expected)) > len(names)
