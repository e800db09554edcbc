"""The literature: every key that is cited exists, and every work is cited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rareearth
from rareearth.analysis import references

PACKAGE = Path(rareearth.__file__).parent
TEXTS = [p.read_text(encoding="utf-8") for p in sorted(PACKAGE.rglob("*.py")) if p.name != "references.py"]
CITED = set(references.keys(TEXTS)) | {key for text in TEXTS for key in re.findall(r"""cite\(["'](\w+)["']\)""", text)}


def test_every_key_that_is_cited_exists_and_every_work_is_cited() -> None:
    assert set(references.REFERENCES) == CITED


def test_keys_are_families_and_years_and_dois_are_dois() -> None:
    for key, work in references.REFERENCES.items():
        assert re.fullmatch(r"[a-z]+\d{4}", key)
        assert key == work.key
        assert key.endswith(str(work.year))
        assert not work.doi or re.fullmatch(r"10\.\d{4,}/\S+", work.doi)
    dois = [work.doi for work in references.REFERENCES.values() if work.doi]
    assert len(set(dois)) == len(dois)


@pytest.mark.parametrize(
    ("key", "short", "full"),
    [
        ("brandes2008", "Brandes 2008", "Brandes, U. (2008). On variants of"),
        ("latora2001", "Latora and Marchiori 2001", "Latora, V. and Marchiori, M. (2001). Efficient"),
        ("albert2000", "Albert et al. 2000", "Albert, R., Jeong, H. and Barabási, A.-L. (2000). Error"),
    ],
)
def test_a_work_in_short_and_in_full(key: str, short: str, full: str) -> None:
    assert references.cite(key) == short
    assert str(references.REFERENCES[key]).startswith(full)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        references.expand("As nobody wrote [nobody1900].")
    assert references.expand("An [index] of [0, 1]") == "An [index] of [0, 1]"
