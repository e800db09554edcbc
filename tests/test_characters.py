"""Signs that nobody sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth import characters

UNSEEN = [
    0x0, 0x7, 0xD, 0x1B, 0x7F, 0x85, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180B, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F,
    0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x3164, 0xD800, 0xDFFF, 0xE000, 0xFDD0, 0xFE00, 0xFE0F,
    0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFE, 0xFFFF, 0x1FFFE, 0xE0001, 0xE0041, 0xE0100, 0xF0000, 0x10FFFF,
]  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN, ids=hex)
def test_what_nobody_sees_is_found_and_shown(sign: int) -> None:
    text = f"a{chr(sign)}b"
    found = characters.hidden(text)
    assert found is not None
    assert (found.start(), found[0]) == (1, chr(sign))
    if sign not in (0x200C, 0x200D, 0xFE0F):
        assert characters.visible(text) == f"a<U+{sign:04X}>b"


@pytest.mark.parametrize("text", ["\u200c", "\u200da", "م\u200c", "a\u200cb", "\u200d🔬", "👩\u200da", "\ufe0f"])
def test_a_joiner_joins_two(text: str) -> None:
    assert characters.hidden(text) is not None


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"], max_codepoint=0x10FF)))
def test_ordinary_text_hides_nothing_but_joiners_of_graphemes(text: str) -> None:
    found = characters.hidden(text)
    assert found is None or found[0] == "\u034f"


def test_bytes_are_text_without_a_mark() -> None:
    assert characters.decoded("é".encode("utf-8-sig")) == "é"
    assert characters.decoded(b"") == ""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"):
        with pytest.raises(ValueError, match="found UTF-16 or UTF-32; expected UTF-8"):
            characters.decoded("ASK { }".encode(encoding))
    with pytest.raises(UnicodeDecodeError):
        characters.decoded(b"caf\xe9")
