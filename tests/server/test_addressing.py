"""Addresses that are not encoded, as they arrive."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.server.addressing import encoded

REST = b" HTTP/1.1\r\nHost: localhost\r\n\r\nGET /\xe6 HTTP/1.1\r\n"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), max_size=20))
def test_signs_beyond_ascii_are_encoded_and_no_others(text: str) -> None:
    sent = f"GET /find?name={text}".encode() + REST
    plain = "".join(map(chr, range(128)))
    assert encoded(sent) == f"GET /find?name={quote(text, safe=plain)}".encode("ascii") + REST


def test_a_sign_that_is_no_utf_8_is_encoded_too() -> None:
    assert encoded(b"GET /\xff" + REST) == b"GET /%FF" + REST


def test_an_address_with_a_space_is_none() -> None:
    assert encoded(b"GET /sparql?query=ASK {}" + REST) is None


OTHERS = [
    b"",
    b"GET /\xe6",
    b"\x16\x03\x01 \xe6",
    b"get /\xe6 HTTP/1.1\r\n",
    b"GET /\xe6 HTTP/2\r\n",
    b'GET /%E6|{}"+ HTTP/1.1\r\n',
]


@pytest.mark.parametrize("data", OTHERS)
def test_anything_else_is_left_as_it_is(data: bytes) -> None:
    assert encoded(data) == data
