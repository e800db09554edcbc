"""What tests of the formats of other fields share: claims by their content."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable

import pytest
from hypothesis import strategies as st
from needs import IN_CI

from rareearth.dataset import Dataset
from rareearth.formats import followthemoney
from rareearth.formats.exchange import Account, facts
from rareearth.models import Claim
from rareearth.store.claims import Claim as Read
from rareearth.store.oxigraph import Oxigraph

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def needs_followthemoney() -> None:
    """Leave out a module of tests without the package, which has to be compiled; CI has it."""
    if importlib.util.find_spec("followthemoney") is None and not IN_CI:
        pytest.skip("followthemoney is not installed: pip install 'rareearth[ftm]'", allow_module_level=True)
    followthemoney.load()


def plain_facts(store: Oxigraph) -> tuple[list[Read], Account]:
    """The facts that a plain query sees."""
    account = Account()
    return facts(store, account), account


def contents(claims: Iterable[Claim | Read], dataset: Dataset) -> set[tuple[object, ...]]:
    """Subject, relation, object, qualifiers and times of claims, whatever their source."""
    found = set()
    for claim in claims:
        if isinstance(claim, Read):
            qualifiers = tuple(sorted((q.name, q.value.id) for q in claim.qualifiers))
            ends = claim.subject.id, claim.relation.id, claim.object.id
            times = tuple(text or None for text in (claim.when, claim.since, claim.until))
        else:
            literal = {name for name, q in dataset.ontology.qualifiers.items() if q.literal}
            qualifiers = tuple(sorted((n, v if n in literal else dataset.canonical(v)) for n, v in claim.qualifiers))
            ends = dataset.canonical(claim.subject), claim.relation, dataset.canonical(claim.object)
            times = claim.when, claim.since, claim.until
        found.add((*ends, qualifiers, *times))
    return found
