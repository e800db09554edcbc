"""The files as the parsers of Gephi Lite read them (npm graphology-graphml, graphology-gexf)."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import networkx as nx
import pytest
import readers

from rareearth import formats
from rareearth.store import oxigraph

pytestmark = pytest.mark.node

Network = nx.MultiDiGraph


def write(network: Network, path: Path) -> Path:
    return formats.write(path, oxigraph.memory([]), lambda: network)[0]


@pytest.fixture(scope="module", params=["actors", "full"])
def network(request: pytest.FixtureRequest) -> Network:
    found: Network = request.getfixturevalue(request.param)
    return found


def numbers_as_js(read: readers.Read) -> readers.Read:
    """JavaScript has one kind of number."""

    def plain(data: readers.Attributes) -> readers.Attributes:
        return {k: float(v) if isinstance(v, int | float) else v for k, v in data.items()}

    nodes, edges = read
    return {n: plain(d) for n, d in nodes.items()}, readers.ordered([(a, b, plain(d)) for a, b, d in edges])


def as_gexf(read: readers.Read, *, dynamic: bool) -> readers.Read:
    """GEXF gives each edge its ``kind`` and a label, and tells times by spells, which these parsers do not read."""
    nodes, edges = read
    left_out = {"start", "end", "periods"} if dynamic else set()
    told = [
        (a, b, {"label": d["relation"], **{k: v for k, v in d.items() if k not in left_out}, "kind": d["relation"]})
        for a, b, d in edges
    ]
    shown = {node: {k: v for k, v in data.items() if k not in left_out} for node, data in nodes.items()}
    return {node: {"label": node, **data} for node, data in shown.items()}, readers.ordered(told)


def test_the_shipped_network(network: Network, tmp_path: Path) -> None:
    graphml, gexf = readers.by_gephi_lite(
        *(write(network, tmp_path / f"n{ending}") for ending in (".graphml", ".gexf"))
    )
    expected = numbers_as_js(readers.expected(network))
    assert numbers_as_js(graphml) == expected
    assert numbers_as_js(gexf) == as_gexf(expected, dynamic=True)
    assert len(graphml[1]) == network.number_of_edges()


def test_any_network() -> None:
    """Many networks in one call, since starting Node takes longer than reading them."""
    many = readers.some(60)
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            write(n, Path(folder) / f"{i}{ending}") for ending in (".graphml", ".gexf") for i, n in enumerate(many)
        ]
        found = list(map(numbers_as_js, readers.by_gephi_lite(*paths)))
    expected = [numbers_as_js(readers.expected(network)) for network in many]
    wanted = [*expected, *(as_gexf(read, dynamic=False) for read in expected)]
    for one, other in zip(found, wanted, strict=True):
        assert one == other


def test_signs_that_some_readers_take_for_line_ends(tmp_path: Path) -> None:
    network: Network = nx.MultiDiGraph()
    for number, sign in enumerate(readers.ODD):
        network.add_node(f"n{number}", about=f"a{sign}b", **{f"a{sign}b": sign})
    expected = numbers_as_js(readers.expected(network))
    graphml, gexf = readers.by_gephi_lite(
        *(write(network, tmp_path / f"n{ending}") for ending in (".graphml", ".gexf"))
    )
    assert numbers_as_js(graphml) == expected
    assert numbers_as_js(gexf) == as_gexf(expected, dynamic=False)


def test_a_file_that_is_none_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail: what these parsers refuse, the tests refuse."""
    path = tmp_path / "n.graphml"
    path.write_text(
        '<graphml><graph edgedefault="directed"><node id="a"/><edge source="a" target="b"/></graph></graphml>'
    )
    with pytest.raises(AssertionError, match="inexisting node"):
        readers.by_gephi_lite(path)
    path.write_text("<graphml><graph>")
    with pytest.raises(AssertionError, match="ill-formed XML"):
        readers.by_gephi_lite(path)


def test_the_parsers_are_locked_and_name_no_registry() -> None:
    package = json.loads((readers.GEPHI_LITE / "package.json").read_text(encoding="utf-8"))
    assert package["private"] is True
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    lock = (readers.GEPHI_LITE / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock
    locked = json.loads(lock)["packages"]
    for name, version in package["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for path, entry in locked.items() if path)
