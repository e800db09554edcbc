"""YAML read as plain text: everything is a text, a map or a list, or it is refused with its line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import characters, yamlfile
from rareearth.errors import DataError
from rareearth.yamlfile import List, Map, Node, Text


def read(folder: Path, content: str | bytes) -> Node:
    path = folder / "some.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return yamlfile.read(path)


def plain(node: Node) -> object:
    if isinstance(node, Map):
        return {str(key): plain(value) for key, value in node.items()}
    return [plain(value) for value in node] if isinstance(node, List) else str(node)


@pytest.mark.parametrize(
    "scalar",
    [
        "012",
        "0x1F",
        "1_000",
        "1e3",
        "2025-04-15",
        "1:30",
        ".inf",
        "NaN",
        "=",
        "中国",
        "Norway",
        "nobody",
        "none",
        "Y",
        "n",
    ],
)
def test_every_scalar_is_the_text_that_stands_there(tmp_path: Path, scalar: str) -> None:
    assert plain(read(tmp_path, f"a: {scalar}\nb: [{scalar}]")) == {"a": scalar, "b": [scalar]}


@pytest.mark.parametrize("word", ["NO", "no", "No", "yes", "on", "OFF", "true", "null", "NULL", "~"])
def test_a_word_for_nothing_yes_or_no_is_a_name_in_quotes_only(tmp_path: Path, word: str) -> None:
    assert plain(read(tmp_path, f"a: \"{word}\"\n'{word}': ['{word}']\n")) == {"a": word, word: [word]}
    refused = [f"b: x\na: {word}\n", f"b: x\na: [c, {word}]\n", f"a:\n- {word}\n"]
    if word.casefold() in ("null", "~"):
        refused.append(f"b: x\n{word}: a\n")
    else:  # such as `on` of a judgement
        assert plain(read(tmp_path, f"{word}: a\n")) == {word: "a"}
    for content in refused:
        with pytest.raises(DataError) as error:
            read(tmp_path, content)
        [problem] = error.value.problems
        assert problem.line == 2
        assert f"found the word {word}," in problem.message
        assert f'expected "{word}" in quotes' in problem.message


def test_nothing_is_an_empty_text(tmp_path: Path) -> None:
    assert plain(read(tmp_path, "a:\nb: ''\n")) == {"a": "", "b": ""}


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    node = read(tmp_path, "# note\na: 1\nb:\n  - x\n  - y: z\n")
    assert isinstance(node, Map)
    assert [(str(key), key.line) for key in node] == [("a", 2), ("b", 3)]
    inner = node[yamlfile.text("b", 0)]
    assert isinstance(inner, List)
    assert [item.line for item in inner] == [4, 5]


BOMB = "a: &a [x,x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
REFUSED: dict[str, tuple[str | bytes, int | None, str]] = {
    "an anchor": ("a: 1\nb: &x 2\n", 2, "the anchor &x"),
    "an anchor on a map": ("a: &x\n  b: 1\n", 1, "the anchor &x"),
    "an alias": ("a: 1\nb: *x\n", 2, "alias"),
    "a bomb of anchors": (BOMB, 1, "the anchor &a"),
    "a tag": ("a: 1\nb: !!python/object:os.system x\n", 2, "the tag"),
    "a tag of one's own": ("- !thing {a: b}\n", 1, "the tag !thing"),
    "a merge key": ("a:\n  <<: {b: c}\n", 2, "the merge key <<"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' a second time (first on line 1)"),
    "a key twice, spelt otherwise": ('a: 1\n"a": 3\n', 2, "the key 'a' a second time"),
    "a list as a key": ("? [a]\n: b\n", 1, "a map or list as a key"),
    "two documents": ("a: 1\n---\nb: 2\n", None, "2 documents"),
    "no document": ("# nothing\n", None, "0 documents"),
    "deep nesting": ("[" * 13 + "]" * 13, 1, "more than 12 levels"),
    "very deep nesting": ("[" * 100_000, 1, "more than 12 levels"),
    "very deep maps": ("{a: " * 100_000, 1, "more than 12 levels"),
    "an unclosed string": ("a: 'b\n", None, "is not YAML"),
    "a tab as indentation": ("a:\n\tb: c\n", 2, "is not YAML"),
    "a text after a map": ("a: b\nc\n", None, "is not YAML"),
    "a control character": ("a: b\nc: d\x07\n", 2, "U+0007"),
    "a byte order mark inside": ("a: b\nc: \ufeffd\n", 2, "U+FEFF"),
    "a second byte order mark": ("\ufeff\ufeffa: b\n", 1, "U+FEFF"),
    "a Hangul filler": ("a: b\nc: d\u3164\n", 2, "U+3164"),
    "a soft hyphen": ("a: b\nc: d\u00ade\n", 2, "U+00AD"),
    "an Arabic letter mark": ("a: b\u061c\n", 1, "U+061C"),
    "an isolate": ("a: \u2066b\u2069\n", 1, "U+2066"),
    "an annotation": ("a: \ufff9b\n", 1, "U+FFF9"),
    "a tag character": ("a: b\U000e0041\n", 1, "U+E0041"),
    "a variation selector": ("a: b\ufe01\n", 1, "U+FE01"),
    "an ideographic variation": ("a: 葛\U000e0100\n", 1, "U+E0100"),
    "a noncharacter": ("a: b\ufdd0\n", 1, "U+FDD0"),
    "a private character": ("a: b\ue000\n", 1, "U+E000"),
    "a joiner between Latin letters": ("a: b\u200dc\n", 1, "U+200D"),
    "a line separator": ("a: b\u2028c\n", 1, "U+2028"),
    "an escaped carriage return": ('a: b\nc: "d\\re"\n', 2, "U+000D"),
    "an old line end": ("a: b\rc: d\n", 1, "U+000D"),
    "a hidden key": ("a: b\nb\u200b: c\n", 2, "U+200B"),
    "UTF-16": ("a: b\n".encode("utf-16"), None, "UTF-16 or UTF-32; expected UTF-8"),
    "UTF-16 without a mark": ("a: b\n".encode("utf-16-le"), None, "UTF-16 or UTF-32; expected UTF-8"),
    "UTF-32": ("a: b\n".encode("utf-32-be"), None, "UTF-16 or UTF-32; expected UTF-8"),
    "a zero width space": ("a: b\u200bc\n", 1, "U+200B"),
    "a right-to-left override": ("a: b\nb: x\u202ey\n", 2, "U+202E"),
    "an escaped right-to-left override": ('a: b\nb: "x\\u202ey"\n', 2, "U+202E"),
    "an escaped null": ('a: "\\0"\n', 1, "U+0000"),
    "an escaped half character": ('a: "\\ud800"\n', 1, "is not YAML"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_line_and_reason(tmp_path: Path, what: str) -> None:
    content, line, reason = REFUSED[what]
    with pytest.raises(DataError) as caught:
        read(tmp_path, content)
    [problem] = caught.value.problems
    assert reason in problem.message
    if line is not None:
        assert problem.line == line
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "👩\u200d🔬", "❤\ufe0f", "क\u094d\u200dष", "a\u00a0b", "稀土\u3000集团"]
)
def test_signs_without_width_are_kept_where_a_script_needs_them(tmp_path: Path, text: str) -> None:
    assert plain(read(tmp_path, f"a: {text}\n")) == {"a": text}


@pytest.mark.parametrize("content", ["a: b\nc: [d]\n", "# note\na: b\n", '"a": b\n'])
def test_a_byte_order_mark_at_the_start_is_no_text(tmp_path: Path, content: str) -> None:
    marked, bare = read(tmp_path, b"\xef\xbb\xbf" + content.encode()), read(tmp_path, content)
    assert plain(marked) == plain(bare)
    assert marked.line == bare.line


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"some\.yaml:2: found the byte 0xe9; expected UTF-8"):
        read(tmp_path, "a: b\nc: é\n".encode("latin-1"))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(yamlfile.MAX_BYTES + 1)
    with pytest.raises(DataError, match="4,194,305 bytes"):
        yamlfile.read(path)


@pytest.mark.parametrize("name", ["missing.yaml", "folder.yaml"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        yamlfile.read(tmp_path / name)


def check_nodes(node: Node, depth: int = 0) -> None:
    assert isinstance(node, Text | Map | List)
    assert node.line >= 1
    assert depth <= yamlfile.MAX_DEPTH
    children: list[Node] = (
        [*node.keys(), *node.values()] if isinstance(node, Map) else list(node) if isinstance(node, List) else []
    )
    for child in children:
        check_nodes(child, depth + 1)


YAML_LIKE = st.text(st.sampled_from("ab:- \n\t'\"[]{}&*!<>|%@`#?,\\0\r~=.\u00e9\u4e2d\u2028\x00"), max_size=60)


@given(st.one_of(st.text(), YAML_LIKE, st.binary(max_size=60)))
def test_any_text_is_read_as_nodes_or_refused(content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        try:
            node = read(Path(folder), raw)
        except DataError as error:
            found = error.problems
        else:
            check_nodes(node)
            return
    assert found
    assert all(problem.message and "\n" not in str(problem) for problem in found)


VISIBLE = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=12).filter(
    lambda text: characters.hidden(text) is None
)


@given(st.recursive(VISIBLE, lambda c: st.lists(c, max_size=3) | st.dictionaries(VISIBLE, c, max_size=3), max_leaves=8))
def test_what_is_written_as_json_is_read_back_as_it_is(value: object) -> None:
    import json

    with tempfile.TemporaryDirectory() as folder:
        try:
            node = read(Path(folder), json.dumps(value, ensure_ascii=False))
        except DataError as error:
            assert "<<" in json.dumps(value) or "levels" in str(error)  # noqa: PT017
        else:
            assert plain(node) == value
