"""Identifiers that others have given an entity: their form, their check digits, and the IRIs that they stand for.

An identifier is written ``SCHEME VALUE PAGE``, with the page that gives it, as in
``lei 529900T8BM49AURSDO55 https://example.org/about``. Check digits are those of the standards, verified with
python-stdnum, except for ROR, which it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class Scheme(NamedTuple):
    """A scheme of identifiers: the form of a value, in words too, its check, and the start of IRIs ("" for none)."""

    title: str
    form: re.Pattern[str]
    expected: str
    check: Callable[[str], bool]
    iri: str


def _any(_value: str) -> bool:
    return True


def _lei(value: str) -> bool:
    from stdnum import lei

    return bool(lei.is_valid(value))


def _isin(value: str) -> bool:
    from stdnum import isin

    return bool(isin.is_valid(value))


def _uscc(value: str) -> bool:
    from stdnum.cn import uscc

    return bool(uscc.is_valid(value))


def _ror(value: str) -> bool:
    """The last two digits are those of ISO 7064 (mod 97-10) over the number in base 32."""
    number = 0
    for sign in value[:7]:
        number = 32 * number + _CROCKFORD.index(sign)
    return 98 - number * 100 % 97 == int(value[7:])


SCHEMES = {
    "ticker": Scheme(
        "ticker", re.compile(r"[A-Z][A-Z0-9-]*:[A-Z0-9][A-Z0-9.-]{0,11}"), "EXCHANGE:CODE like ASX:LYC", _any, ""
    ),
    "isin": Scheme("ISIN", re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]"), "12 signs like AU000000LYC6", _isin, ""),
    "lei": Scheme("LEI", re.compile(r"[A-Z0-9]{18}[0-9]{2}"), "20 signs like 529900T8BM49AURSDO55", _lei, ""),
    "uscc": Scheme(
        "unified social credit code", re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}"), "18 signs like 91110000600037341L",
        _uscc, "",
    ),
    "ror": Scheme("ROR", re.compile(rf"0[{_CROCKFORD}]{{6}}[0-9]{{2}}"), "9 signs like 034t30j35", _ror, "https://ror.org/"),
    "wikidata": Scheme(
        "Wikidata", re.compile(r"Q[1-9][0-9]{0,11}"), "an item like Q1377", _any, "http://www.wikidata.org/entity/"
    ),
}  # fmt: skip


def fault(scheme: str, value: str) -> str:
    """What is wrong with an identifier, and what is expected; "" for a right one.

    >>> fault("ror", "034t30j35"), fault("isin", "AU000000LYC7")
    ('', "found 'AU000000LYC7'; its check digit is wrong, so it is no ISIN")
    """
    known = SCHEMES.get(scheme)
    if known is None:
        return f"found the scheme '{scheme}'; expected one of {', '.join(SCHEMES)}"
    if not known.form.fullmatch(value):
        return f"found '{value}'; expected {known.expected} as {known.title}"
    return "" if known.check(value) else f"found '{value}'; its check digit is wrong, so it is no {known.title}"


def iri(scheme: str, value: str) -> str:
    """The IRI of an identifier; "" if its scheme has none.

    >>> iri("wikidata", "Q1377")
    'http://www.wikidata.org/entity/Q1377'
    """
    start = SCHEMES[scheme].iri
    return start + value if start else ""
