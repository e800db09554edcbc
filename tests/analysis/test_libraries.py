"""The libraries of the analysis are required: without one there is an error, and no other way to compute."""

from __future__ import annotations

import sys

import pytest

from rareearth import analysis
from rareearth.errors import MissingExtraError
from rareearth.store import oxigraph


@pytest.mark.parametrize("library", analysis.LIBRARIES)
def test_without_a_library_the_error_names_the_extra(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    empty = oxigraph.memory([])
    for ask in (lambda: analysis.answer(empty, "spheres"), lambda: analysis.describe(empty)):
        with pytest.raises(
            MissingExtraError, match=rf"{library} is not installed; pip install 'rareearth\[analysis\]'"
        ):
            ask()
