"""Where the ontology, the data and the builds are: in a checkout, or else in the copy of an installed wheel."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_CHECKOUT = _HERE.parent.parent
_BUNDLED = _HERE / "_bundled"


def is_checkout() -> bool:
    """Whether this package runs from a checkout of the repository (and not from an installed wheel)."""
    return (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "ontology" / "rareearth.ttl").is_file()


def root() -> Path:
    """The folder that holds ``ontology/`` and ``data/``."""
    return _CHECKOUT if is_checkout() else _BUNDLED


def ontology() -> Path:
    """The folder with the classes, relations, shapes, JSON-LD context and questions."""
    return root() / "ontology"


def shipped_data() -> Path:
    """The folder of the YAML data that ships with the package."""
    return root() / "data"


def chosen_data() -> Path | None:
    """The data folder that the environment names, ``$RAREEARTH_DATA``; None without one."""
    return Path(chosen) if (chosen := os.environ.get("RAREEARTH_DATA")) else None


def data() -> Path:
    """The folder of the YAML data: ``$RAREEARTH_DATA``, or the data that ships with the package."""
    return chosen_data() or shipped_data()


def build() -> Path:
    """Where builds go: ``$RAREEARTH_BUILD``, ``build/`` of a checkout, else a folder in the user's cache."""
    if chosen := os.environ.get("RAREEARTH_BUILD"):
        return Path(chosen)
    if is_checkout():
        return _CHECKOUT / "build"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "rareearth" / "build"


def display(path: Path) -> str:
    r"""The path as messages show it, on one line: relative to the working folder where it is below it.

    >>> display(Path("/data/a\nb.yaml"))
    '/data/a\\nb.yaml'
    """
    shown = str(path)
    with contextlib.suppress(OSError):  # the working folder may be gone
        absolute, here = path.absolute(), Path.cwd()
        for candidate in (absolute, Path(os.path.realpath(absolute.parent), absolute.name)):  # a link itself is shown
            if candidate.is_relative_to(here):
                shown = str(candidate.relative_to(here))
                break
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in shown)


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place, by whatever links."""
    return os.path.realpath(one) == os.path.realpath(other)
