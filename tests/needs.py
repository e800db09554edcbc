"""What tests need that may not be there. They are skipped with the reason, but not in CI for what it should have."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

from rareearth.site import explorer

IN_CI = "CI" in os.environ
HAS_NODE = shutil.which("npm") is not None


def unavailable(reason: str, *, in_ci: bool = False) -> NoReturn:
    """Skip the test; in CI, fail if CI should have what is missing."""
    if IN_CI and in_ci:
        pytest.fail(f"{reason}, and CI should have it")
    pytest.skip(reason)


NO_PAGE = "the scripts of the pages are not bundled: run scripts/page (needs Node)"
needs_page = pytest.mark.skipif(not explorer.is_bundled() and not (IN_CI and HAS_NODE), reason=NO_PAGE)
