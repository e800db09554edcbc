"""The report: all findings of the analysis on one page, with figures, each linked to its evidence.

A ``.html`` report is one self-contained file without script, which makes no network requests; a ``.md`` report has its
figures in a folder next to it. There is no date in either: the same store, options and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rareearth import analysis, paths
from rareearth.analysis import overview as overviews
from rareearth.analysis import sample as samples
from rareearth.errors import FormatError
from rareearth.saving import save, save_all, writable
from rareearth.site.report import content, drawing, evidence, figures, material, pages

if TYPE_CHECKING:
    from rareearth.analysis.finding import Finding
    from rareearth.corpus import Texts
    from rareearth.store.backend import Backend

ENDINGS = (".html", ".md")
STEPS = len(analysis.QUESTIONS) + 2  # how often ``tick`` of :func:`write` is called


def check(path: Path) -> None:
    """Raise RareEarthError, before any work, if no report can be written to this path or a library is missing."""
    if path.suffix.lower() not in ENDINGS:
        raise FormatError(
            f"{path.name}: '{path.suffix}' is not an extension of a report; expected {' or '.join(ENDINGS)}"
        )
    writable(path)
    drawing.require_libraries()


def write(
    path: Path,
    store: Backend,
    *,
    kinds: Collection[str] = ("fact",),
    without: Collection[str] = (),
    seed: int = 0,
    as_of: str = "",
    texts: Texts | None = None,
    findings: Iterable[Finding[Any]] | None = None,
    tick: Callable[[], object] = lambda: None,
) -> list[Path]:
    """Write the report on a store, and return the files written.

    ``kinds``, ``without`` and ``seed`` are those of :func:`analysis.answer`; ``as_of`` is the day to which the store is
    limited, if any; with ``texts`` the cited sentences are shown; ``findings`` are those of :func:`analysis.answers`
    with the same store and options, if there are any yet; ``tick`` is called after each of :data:`STEPS` steps.
    Raises RareEarthError for what :func:`check` finds, unknown kinds or sources, and a path that cannot be written.
    """
    check(path)
    by_name = {}
    for found in findings or analysis.answers(store, kinds=kinds, without=without, seed=seed):
        by_name[found.name] = found
        tick()
    sample = samples.read(store, kinds, without)
    known = evidence.read(store, texts)
    data = material.collect(store, sample, overviews.measure(store, sample, seed), by_name, known)
    drawn = list(figures.draw(data))
    tick()
    composed = content.compose(store, data, drawn, as_of)
    if path.suffix.lower() == ENDINGS[0]:
        written = [save(path, pages.html(composed))]
    else:
        folder = path.with_name(f"{path.stem}-figures")
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise FormatError(f"{paths.display(folder)}: cannot be made ({error.strerror})") from error
        pictures = {folder / f"{f.name}.svg": drawing.alone(f.svg, f.alt) for f in drawn if f.svg}
        written = save_all({path: pages.markdown(composed, folder.name), **pictures})
    tick()
    return written
