"""Which hosts a server answers to, and what it believes of a proxy."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rareearth.errors import BadRequestError, RareEarthError
from rareearth.server import origin
from rareearth.server.origin import Origin, Origins

HERE = Origins(("127.0.0.1", "127.0.0.1"))
EVERYWHERE = Origins(("0.0.0.0", "0.0.0.0"))  # noqa: S104 - nothing listens
NAMED = Origins(("127.0.0.1",), origin.host_names(["Data.Example.", "2001:db8::1"]))


def found(origins: Origins, *headers: tuple[str, str], peer: str = "127.0.0.1") -> Origin:
    lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return origin.origin({"headers": lines, "scheme": "http", "client": (peer, 5), "type": "http"}, origins)


def refused(origins: Origins, *headers: tuple[str, str], peer: str = "127.0.0.1") -> tuple[int, str]:
    with pytest.raises(BadRequestError) as caught:
        found(origins, *headers, peer=peer)
    return caught.value.status, str(caught.value)


# ---- Host


@pytest.mark.parametrize(
    ("host", "here", "everywhere", "named"),
    [
        ("localhost", True, True, True),
        ("LOCALHOST.:8000", True, True, True),
        ("127.0.0.1:1", True, True, True),
        ("127.8.8.8", True, True, True),
        ("[::1]:8000", True, True, True),
        ("tool.localhost", True, True, True),
        ("192.0.2.7", False, True, False),
        ("[2001:db8::1]", False, True, True),
        ("[2001:DB8:0::1]:80", False, True, True),
        ("data.example", False, False, True),
        ("DATA.example:8443", False, False, True),
        ("evil.example", False, False, False),
        ("localhost.evil.example", False, False, False),
        ("evil-localhost", False, False, False),
        ("127.0.0.1.evil.example", False, False, False),
        ("data.example.evil", False, False, False),
        ("127.1", False, False, False),
        (socket.gethostname(), False, True, False),
    ],
)
def test_a_server_answers_to_its_own_names(host: str, *, here: bool, everywhere: bool, named: bool) -> None:
    for origins, expected in ((HERE, here), (EVERYWHERE, everywhere), (NAMED, named)):
        if expected:
            assert found(origins, ("Host", host)).base == f"http://{host}"
        else:
            status, why = refused(origins, ("Host", host))
            assert (status, host in why) == (421, True)
    assert found(Origins(names=("*",)), ("Host", host)).base == f"http://{host}"


NO_HOSTS = [
    "", " ", "a b", "a@localhost", "localhost/x",
    "localhost:x", "localhost:123456", "[::1", "::1", "localhost, evil", '"',
    "<b>", "a\xff", "-", "x" * 300, "localhost\t", "%6c",
]  # fmt: skip


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_no_host_is_refused(host: str) -> None:
    for origins in (HERE, EVERYWHERE, Origins(names=("*",))):
        assert refused(origins, ("Host", host))[0] == 400
    if host.strip() == host != "" and "," not in host:  # spaces around it go, and a comma makes a list
        assert refused(HERE, ("Host", "localhost"), ("X-Forwarded-Host", host))[0] == 400


def test_one_host_is_expected() -> None:
    assert refused(HERE) == (400, "found 0 Host headers; expected one")
    assert refused(HERE, ("Host", "localhost"), ("Host", "localhost")) == (400, "found 2 Host headers; expected one")


def test_a_server_on_one_address_answers_to_it() -> None:
    assert found(Origins(("box.example", "192.0.2.7")), ("Host", "box.example:80")).client == "127.0.0.1"
    assert found(Origins(("box.example", "192.0.2.7")), ("Host", "192.0.2.7")).prefix == ""
    assert refused(Origins(("box.example", "192.0.2.7")), ("Host", "192.0.2.8"))[0] == 421


# ---- a proxy

LOCAL = ("Host", "localhost")


@pytest.mark.parametrize(
    ("headers", "base", "client"),
    [
        ((), "http://localhost", "127.0.0.1"),
        ((("X-Forwarded-Prefix", "/ree"),), "http://localhost/ree", "127.0.0.1"),
        ((("X-Forwarded-Prefix", "/a/b.c/"),), "http://localhost/a/b.c", "127.0.0.1"),
        ((("X-Forwarded-Prefix", "ree"),), "http://localhost/ree", "127.0.0.1"),
        ((("X-Forwarded-Prefix", "/"),), "http://localhost", "127.0.0.1"),
        ((("X-Forwarded-Prefix", ""), ("X-Forwarded-Host", "")), "http://localhost", "127.0.0.1"),
        ((("X-Forwarded-Host", "a.example"), ("X-Forwarded-Proto", "HTTPS")), "https://a.example", "127.0.0.1"),
        ((("X-Forwarded-Host", "evil.example, a.example"),), "http://a.example", "127.0.0.1"),
        ((("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Host", "a.example")), "http://a.example", "127.0.0.1"),
        ((("X-Forwarded-Prefix", "/evil, /ree"),), "http://localhost/ree", "127.0.0.1"),
        ((("X-Forwarded-Host", "a.example"), ("X-Forwarded-Port", "8443")), "http://a.example:8443", "127.0.0.1"),
        ((("X-Forwarded-Host", "a.example:1"), ("X-Forwarded-Port", "8443")), "http://a.example:1", "127.0.0.1"),
        ((("X-Forwarded-Host", "a.example"), ("X-Forwarded-Port", "x")), "http://a.example", "127.0.0.1"),
        (
            (("X-Forwarded-Host", "a.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "443")),
            "https://a.example", "127.0.0.1",
        ),
        ((("X-Forwarded-For", "192.0.2.1"),), "http://localhost", "192.0.2.1"),
        ((("X-Forwarded-For", "198.51.100.1, 192.0.2.1"),), "http://localhost", "192.0.2.1"),
        ((("X-Forwarded-For", "192.0.2.1, 127.0.0.2"),), "http://localhost", "192.0.2.1"),
        (
            (("Forwarded", 'for="[2001:db8::9]:4711";proto=https;host="a.example:8443"'),),
            "https://a.example:8443", "2001:db8::9",
        ),
        ((("Forwarded", "host=evil.example, for=192.0.2.1;Host=a.example"),), "http://a.example", "192.0.2.1"),
        ((("Forwarded", "host=evil.example"), ("X-Forwarded-Host", "a.example")), "http://a.example", "127.0.0.1"),
        ((("Forwarded", "for=unknown;;=;by"),), "http://localhost", "unknown"),
    ],
)  # fmt: skip
def test_what_a_proxy_of_this_machine_states(headers: tuple[tuple[str, str], ...], base: str, client: str) -> None:
    seen = found(HERE, LOCAL, *headers)
    assert (seen.base, seen.client) == (base, client)
    assert set(seen.read) == {name.lower() for name, _ in headers} - {"x-forwarded-for"}
    assert found(HERE, LOCAL, *headers, peer="::1").base == base


def test_nobody_else_states_anything() -> None:
    headers = (("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Prefix", "//evil"), ("X-Forwarded-Proto", "x"),
               ("X-Forwarded-For", "10.0.0.1"), ("Forwarded", "host=evil"))  # fmt: skip
    for peer in ("192.0.2.9", "10.0.0.1", "", "not-an-address"):
        seen = found(EVERYWHERE, ("Host", "192.0.2.7"), *headers, peer=peer)
        assert seen == Origin(peer, "http://192.0.2.7", "", ())


def test_a_proxy_on_another_machine_is_named() -> None:
    behind = Origins(("0.0.0.0",), ("data.example",), origin.networks(["10.0.0.0/8", "2001:db8::/32"]))  # noqa: S104
    states = (("Host", "backend:8000"), ("X-Forwarded-Host", "data.example"), ("X-Forwarded-Proto", "https"))
    for peer in ("10.1.2.3", "2001:db8::5"):
        assert found(behind, *states, peer=peer).base == "https://data.example"
    assert refused(behind, *states, peer="192.0.2.9")[0] == 421
    assert refused(behind, *states, peer="127.0.0.1")[0] == 421, "a browser of this machine could send that"
    assert refused(behind, states[0], ("X-Forwarded-Host", "evil.example"), peer="10.1.2.3")[0] == 421
    assert refused(behind, states[0], peer="10.1.2.3")[0] == 421
    chain = (*states, ("X-Forwarded-For", "192.0.2.1, 10.9.9.9"), ("X-Forwarded-Host", "inner.example"))
    assert found(behind, *chain, peer="10.1.2.3").base == "https://data.example"


def test_a_page_that_lets_its_name_mean_this_machine_states_nothing() -> None:
    for header in ("localhost", "data.example", "127.0.0.1"):
        for origins in (HERE, NAMED):
            assert refused(origins, ("Host", "evil.example:8000"), ("X-Forwarded-Host", header))[0] == 421


def test_a_root_path_goes_before_what_a_proxy_states() -> None:
    assert found(Origins(root="/ree"), LOCAL, ("X-Forwarded-Prefix", "/evil")).base == "http://localhost/ree"


NO_PATHS = [
    "//evil.example", "/\\evil", "https://evil", "/a/../b", "/.", '/"><script>',
    "/a%0d%0ab", "/a b", "/a?b", "/a#b", "/a//b", "/\xe9", "/" + "a" * 300,
]  # fmt: skip


@pytest.mark.parametrize("prefix", NO_PATHS)
def test_a_prefix_that_is_no_path_is_refused(prefix: str) -> None:
    status, why = refused(HERE, LOCAL, ("X-Forwarded-Prefix", prefix))
    assert (status, why.startswith("X-Forwarded-Prefix: "), len(why) < 200) == (400, True, True)
    with pytest.raises(RareEarthError, match="is not a path"):
        origin.path_prefix(prefix)


@pytest.mark.parametrize("scheme", ["javascript", "ws", "https://", "file"])
def test_a_scheme_that_is_none_is_refused(scheme: str) -> None:
    assert refused(HERE, LOCAL, ("X-Forwarded-Proto", scheme))[0] == 400


@pytest.mark.parametrize("name", ["http://a", "a/b", "a:80", "", "a b", "[::1]:80"])
def test_a_host_name_is_a_name(name: str) -> None:
    with pytest.raises(RareEarthError, match="is not a host name"):
        origin.host_names([name])


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.0/99", "", "*"])
def test_a_proxy_is_an_address(proxy: str) -> None:
    with pytest.raises(RareEarthError, match="IP address or a network"):
        origin.networks([proxy])


VALUES = st.text(st.sampled_from('a.:/,;="[]@<> \\%0\r\n'), max_size=30)
NAMES = st.sampled_from(
    ["x-forwarded-host", "x-forwarded-prefix", "x-forwarded-proto", "x-forwarded-port", "forwarded", "x-forwarded-for"]
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_whatever_is_stated_links_are_plain(headers: list[tuple[str, str]]) -> None:
    try:
        seen = found(HERE, LOCAL, *headers)
    except BadRequestError:
        return
    scheme, _, rest = seen.base.partition("://")
    assert scheme in ("http", "https")
    assert not set(rest) & set('"<>\\@ \r\n%,;=')
    assert "//" not in rest
