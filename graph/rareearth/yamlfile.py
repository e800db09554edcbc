"""YAML read as plain text with line numbers: maps, lists and texts, without YAML's own types.

Every scalar is a text (``012`` stays ``012``), and what is dangerous or ambiguous in YAML is refused: words that other
readers of YAML take for nothing, yes or no (``NO``, ``null``, ``~``), unless they are in quotes or the key of a field,
anchors, aliases, tags, merge keys, duplicate keys, several documents, deep nesting, large files, and invisible or
bidirectional control characters. It reads the parser's events, so nothing is built from what is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

from rareearth import characters
from rareearth.errors import DataError, Problem

MAX_BYTES = 4 << 20  # bytes of one file
MAX_DEPTH = 12  # maps and lists inside each other

NOTHING = re.compile(r"~|null", re.IGNORECASE)
RESERVED = re.compile(r"~|yes|no|on|off|true|false|null", re.IGNORECASE)  # nothing, yes and no; y and n are elements


class Text(str):
    """A scalar: its text, and the line it starts on (from 1)."""

    __slots__ = ("line",)
    line: int


class Map(dict[Text, "Node"]):
    """A mapping of texts to nodes in the order of the file, and the line it starts on."""

    line: int


class List(list["Node"]):
    """A list of nodes, and the line it starts on."""

    line: int


Node: TypeAlias = Text | Map | List


def read(path: Path) -> Node:
    """The one document of a YAML file. Raises DataError with file and line for anything that is refused."""
    return parse(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a YAML file. Raises DataError if it cannot be read, or is too large."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _refused(path, None, f"{size:,} bytes", f"a file of at most {MAX_BYTES:,}: split it")
        return path.read_bytes()
    except OSError as error:
        raise DataError([Problem(path, None, f"cannot be read: {error.strerror}")]) from error


def parse(path: Path, raw: bytes) -> Node:
    """The one document of some bytes; ``path`` is what errors call them. Raises DataError as :func:`read`."""
    text = _decoded(path, raw)
    lines = text.replace("\r\n", "\n")
    if hidden := characters.hidden(lines):
        raise _invisible(path, lines.count("\n", 0, hidden.start()) + 1, hidden[0])
    return _Builder(path).document(text)


def text(value: str, line: int) -> Text:
    """A text with the line that it is on."""
    made = Text(value)
    made.line = line
    return made


def _decoded(path: Path, raw: bytes) -> str:
    try:
        return characters.decoded(raw)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{error.object[error.start]:02x}"
        raise _refused(path, line, found, "UTF-8: save the file in that encoding") from error
    except ValueError as error:
        raise DataError([Problem(path, None, str(error))]) from error


def _refused(path: Path, line: int | None, found: str, expected: str) -> DataError:
    return DataError([Problem(path, line, f"found {found}; expected {expected}")])


def _invisible(path: Path, line: int, character: str) -> DataError:
    return _refused(path, line, f"the invisible character {characters.code(character)}", "visible text")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    """Builds nodes from the events of the YAML parser, with a stack of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.escapes = True

    def document(self, source: str) -> Node:
        import yaml

        starts = {yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent}
        ends = {yaml.MappingEndEvent, yaml.SequenceEndEvent}
        self.escapes = "\\" in source
        documents: list[Node] = []
        stack: list[tuple[Map | List, Text | None]] = []
        try:
            for event in yaml.parse(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                kind = type(event)
                if kind in starts:
                    is_key = bool(stack) and type(stack[-1][0]) is Map and stack[-1][1] is None
                    node = self._node(event, is_key=is_key)
                    if stack:
                        self._place(stack, node)
                    else:
                        documents.append(node)
                    if not isinstance(node, Text):
                        stack.append((node, None))
                        if len(stack) > MAX_DEPTH:
                            raise _refused(self.path, node.line, f"more than {MAX_DEPTH} levels", "a flat record")
                elif kind in ends:
                    stack.pop()
                elif isinstance(event, yaml.AliasEvent):
                    raise _refused(self.path, _line(event), f"the alias *{event.anchor}", "the value itself")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
            message = f"is not YAML: {' '.join(str(problem).split())}"
            raise DataError([Problem(self.path, mark.line + 1 if mark else None, message)]) from error
        if len(documents) != 1:
            raise _refused(self.path, None, f"{len(documents)} documents", "one")
        return documents[0]

    def _node(self, event: Any, *, is_key: bool) -> Node:
        import yaml

        line = _line(event)
        if event.anchor:
            raise _refused(self.path, line, f"the anchor &{event.anchor}", "the value wherever it is meant")
        if event.tag:
            raise _refused(self.path, line, f"the tag {event.tag}", "plain text, maps and lists")
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            if self.escapes and (hidden := characters.hidden(event.value)):  # written as an escape, "\\u202e"
                raise _invisible(self.path, line, hidden[0])
            if event.implicit[0] and (NOTHING if is_key else RESERVED).fullmatch(event.value):
                found = f"the word {event.value}, which YAML reads as nothing, yes or no"
                raise _refused(self.path, line, found, f'"{event.value}" in quotes if it is a name, else no such field')
            return text(event.value, line)
        node = Map() if isinstance(event, yaml.MappingStartEvent) else List()
        node.line = line
        return node

    def _place(self, stack: list[tuple[Map | List, Text | None]], node: Node) -> None:
        parent, key = stack[-1]
        if isinstance(parent, List):
            parent.append(node)
        elif key is not None:
            parent[key] = node
            stack[-1] = (parent, None)
        elif not isinstance(node, Text):
            raise _refused(self.path, node.line, "a map or list as a key", "a text")
        elif node == "<<":
            raise _refused(self.path, node.line, "the merge key <<", "the values themselves")
        elif node in parent:
            first = next(k.line for k in parent if k == node)
            raise _refused(self.path, node.line, f"the key '{node}' a second time (first on line {first})", "it once")
        else:
            stack[-1] = (parent, node)
