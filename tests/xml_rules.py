"""What the GraphML 1.0 and GEXF 1.3 standards ask of a file: our own rules, as the schemas are not in the repository.

For each element: which children in which order, which attributes, of which type, and which of them it must have. Above
that: ids are unique, references resolve, values are of the declared type, and spells fit the time format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

Check = Callable[[str], bool]
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"
VIZ = "http://gexf.net/1.3/viz"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def matches(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def a_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


TEXT = matches(r"(?s).*")
NAME = matches(r"[\w.:·-]+")  # an NMTOKEN
INTEGER = matches(r"[+-]?\d+")
NUMBER = matches(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?INF|NaN")
BOOLEAN = matches("true|false|1|0")
BYTE = matches(r"\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]")
NOT_NEGATIVE = matches(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
VALUES = {
    "string": TEXT, "boolean": BOOLEAN, "int": INTEGER, "integer": INTEGER, "long": INTEGER, "float": NUMBER,
    "double": NUMBER, "anyURI": TEXT, "liststring": TEXT,
}  # fmt: skip


@dataclass(frozen=True)
class Element:
    """``children`` is a pattern of names, each followed by a space; an element without any holds text if ``text``."""

    children: str = ""
    required: dict[str, Check] = field(default_factory=dict)
    optional: dict[str, Check] = field(default_factory=dict)
    text: bool = False


DATA = "(data )*"
IN_GRAPHML = {
    "graphml": Element("(desc )?(key )*((data|graph) )*", optional={XSI + "schemaLocation": TEXT}),
    "desc": Element(text=True),
    "key": Element(
        "(desc )?(default )?",
        {"id": NAME},
        {
            "for": matches("all|graph|node|edge|hyperedge|port|endpoint"),
            "attr.name": TEXT,
            "attr.type": matches("boolean|int|long|float|double|string"),
        },
    ),
    "default": Element(text=True),
    "graph": Element(
        "(desc )?((data|node|edge|hyperedge) )*", {"edgedefault": matches("directed|undirected")}, {"id": NAME}
    ),
    "node": Element(f"(desc )?{DATA}(graph )?", {"id": NAME}),
    # ``label`` is not in the standard: Gephi asks for it, or it keeps one of several edges between two nodes.
    "edge": Element(
        f"(desc )?{DATA}(graph )?", {"source": NAME, "target": NAME}, {"id": NAME, "directed": BOOLEAN, "label": TEXT}
    ),
    "data": Element("", {"key": NAME}, {"id": NAME}, text=True),
}
SHAPE = "((attvalues|spells|viz:color|viz:position|viz:size|viz:thickness|viz:shape) )*"
SPELL = {"start": TEXT, "end": TEXT}  # by the time format, below
IN_GEXF = {
    "gexf": Element("(meta )?graph ", {"version": matches("1[.]3")}, {"variant": TEXT, XSI + "schemaLocation": TEXT}),
    "meta": Element("((creator|keywords|description) )*", optional={"lastmodifieddate": a_date}),
    "creator": Element(text=True),
    "keywords": Element(text=True),
    "description": Element(text=True),
    "graph": Element(
        "((attributes|nodes|edges) )*",
        optional={
            "defaultedgetype": matches("directed|undirected|mutual"),
            "mode": matches("static|dynamic"),
            "timeformat": matches("integer|double|date|dateTime"),
            "timerepresentation": matches("interval|timestamp"),
            "idtype": matches("integer|string"),
        },
    ),
    "attributes": Element("(attribute )*", {"class": matches("node|edge")}, {"mode": matches("static|dynamic")}),
    "attribute": Element(
        "(default )?(options )?", {"id": TEXT, "title": TEXT, "type": matches("|".join(set(VALUES) - {"int"}))}
    ),
    "nodes": Element("(node )*", optional={"count": INTEGER}),
    "node": Element(SHAPE, {"id": TEXT}, {"label": TEXT}),
    "edges": Element("(edge )*", optional={"count": INTEGER}),
    "edge": Element(
        SHAPE,
        {"id": TEXT, "source": TEXT, "target": TEXT},
        {"type": matches("directed|undirected|mutual"), "kind": TEXT, "label": TEXT, "weight": NUMBER},
    ),
    "attvalues": Element("(attvalue )*"),
    "attvalue": Element("", {"for": TEXT, "value": TEXT}),
    "spells": Element("(spell )*"),
    "spell": Element("", optional=SPELL),
    "viz:color": Element("", {"r": BYTE, "g": BYTE, "b": BYTE}, {"a": NUMBER}),
    "viz:position": Element("", {"x": NUMBER, "y": NUMBER}, {"z": NUMBER}),
    "viz:size": Element("", {"value": NOT_NEGATIVE}),
}


def graphml(root: etree._Element, *, names: bool = True) -> list[str]:
    """What of a GraphML file is against the standard. ``names``: ids must be names (NMTOKEN), as the schema asks."""
    names_of = {GRAPHML: ""}
    loose = {} if names else {"id": TEXT, "source": TEXT, "target": TEXT, "key": TEXT}
    found = list(_form(root, IN_GRAPHML, names_of, "graphml", loose))
    return found or [*_graphml_keys(root), *_graphml_references(root)]


def _graphml_keys(root: etree._Element) -> Iterator[str]:
    keys = {key.get("id"): key for key in root.iter(f"{{{GRAPHML}}}key")}
    yield from _twice([str(key.get("id")) for key in root.iter(f"{{{GRAPHML}}}key")], "key")
    named = Counter((key.get("for"), key.get("attr.name")) for key in keys.values())
    yield from (f"two keys of {owner}s are called '{name}'" for (owner, name), count in named.items() if count > 1)
    for data in root.iter(f"{{{GRAPHML}}}data"):
        key, owner = keys.get(data.get("key")), data.getparent()
        assert owner is not None
        kind = _local(owner, {GRAPHML: ""})
        if key is None:
            yield f"data of an undeclared key '{data.get('key')}'"
        elif key.get("for", "all") not in ("all", kind):
            yield f"data of key '{data.get('key')}' in a {kind}; the key is for {key.get('for')}"
        elif not VALUES[key.get("attr.type", "string")](data.text or ""):
            yield f"'{data.text}' is not of type {key.get('attr.type')}"
    for item in root.iter(f"{{{GRAPHML}}}node", f"{{{GRAPHML}}}edge"):
        yield from _twice([str(data.get("key")) for data in item.findall(f"{{{GRAPHML}}}data")], "data of key")


def _graphml_references(root: etree._Element) -> Iterator[str]:
    nodes = [str(node.get("id")) for node in root.iter(f"{{{GRAPHML}}}node")]
    edges = list(root.iter(f"{{{GRAPHML}}}edge"))
    yield from _twice(nodes, "node")
    yield from _twice([str(edge.get("id")) for edge in edges if edge.get("id")], "edge")
    yield from _ends(edges, set(nodes))


def gexf(root: etree._Element) -> list[str]:
    """What of a GEXF file is against the standard."""
    found = list(_form(root, IN_GEXF, {GEXF: "", VIZ: "viz:"}, "gexf", {}))
    return found or [*_gexf_references(root), *_gexf_values(root), *_gexf_times(root)]


def _gexf_references(root: etree._Element) -> Iterator[str]:
    nodes = [str(node.get("id")) for node in root.iter(f"{{{GEXF}}}node")]
    edges = list(root.iter(f"{{{GEXF}}}edge"))
    yield from _twice(nodes, "node")
    yield from _twice([str(edge.get("id")) for edge in edges], "edge")
    yield from _ends(edges, set(nodes))


def _gexf_values(root: etree._Element) -> Iterator[str]:
    for owner in ("node", "edge"):
        columns = [c for g in root.iter(f"{{{GEXF}}}attributes") if g.get("class") == owner for c in g]
        yield from _twice([str(column.get("id")) for column in columns], f"attribute of {owner}s")
        types = {column.get("id"): str(column.get("type")) for column in columns}
        for item in root.iter(f"{{{GEXF}}}{owner}"):
            values = list(item.iter(f"{{{GEXF}}}attvalue"))
            yield from _twice([str(value.get("for")) for value in values], f"value of a {owner}")
            for value in values:
                if value.get("for") not in types:
                    yield f"a value of an undeclared attribute '{value.get('for')}' of {owner}s"
                elif not VALUES[types[value.get("for")]](str(value.get("value"))):
                    yield f"'{value.get('value')}' is not of type {types[value.get('for')]}"
            yield from _twice([child.tag for child in item], f"child of a {owner}")


def _gexf_times(root: etree._Element) -> Iterator[str]:
    [graph] = root.iter(f"{{{GEXF}}}graph")
    spells = list(root.iter(f"{{{GEXF}}}spell"))
    dynamic = graph.get("mode", "static") == "dynamic"
    if not dynamic and (spells or graph.get("timeformat") or graph.get("timerepresentation")):
        yield "times in a graph that is not dynamic"
    if not dynamic:
        return
    form = {"date": a_date, "integer": INTEGER, "double": NUMBER}.get(graph.get("timeformat", "double"), TEXT)
    if graph.get("timerepresentation", "interval") != "interval":
        yield "spells in a graph whose times are not intervals"
    for spell in spells:
        start, end = spell.get("start"), spell.get("end")
        if start is None and end is None:
            yield "a spell without start and end"
        yield from (f"the time '{t}' is no {graph.get('timeformat')}" for t in (start, end) if t and not form(t))
        if start and end and form is a_date and start > end:
            yield f"a spell from {start} to {end}"


def _form(
    element: etree._Element, rules: dict[str, Element], names: dict[str, str], root: str, loose: dict[str, Check]
) -> Iterator[str]:
    """What of the elements, their order, attributes and texts is against the rules."""
    if _local(element, names) != root:
        yield f"the root is {element.tag}"
        return
    for item in element.iter():
        name = _local(item, names)
        if name not in rules:
            yield f"an unknown element {item.tag}"
            continue
        rule = rules[name]
        children = "".join(f"{_local(child, names)} " for child in item)
        if not re.fullmatch(rule.children, children):
            yield f"the children of a {name} are: {children[:60].strip()}"
        yield from (f"a {name} without {missing}" for missing in rule.required if item.get(missing) is None)
        known = {**rule.required, **rule.optional}
        for attribute, value in item.attrib.items():
            check = loose.get(str(attribute), known[str(attribute)]) if attribute in known else None
            if check is None:
                yield f"a {name} has an unknown attribute {attribute}"
            elif not check(str(value)):
                yield f"the {attribute} of a {name} is '{value}'"
        if not rule.text and any((text or "").strip() for text in (item.text, *(child.tail for child in item))):
            yield f"text in a {name}"


def _local(element: etree._Element, names: dict[str, str]) -> str:
    """The name of an element with the prefix of its namespace; the whole tag for a namespace that is not ours."""
    if not isinstance(element.tag, str):
        return "comment"
    space, _, name = element.tag.removeprefix("{").rpartition("}")
    return names[space] + name if space in names else element.tag


def _twice(ids: list[str], what: str) -> Iterator[str]:
    yield from (f"{what} '{id_}' twice" for id_, count in Counter(ids).items() if count > 1)


def _ends(edges: list[etree._Element], nodes: set[str]) -> Iterator[str]:
    for edge in edges:
        for end in ("source", "target"):
            if edge.get(end) not in nodes:
                yield f"an edge's {end} '{edge.get(end)}' is no node"
