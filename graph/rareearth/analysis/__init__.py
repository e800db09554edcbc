"""The article's questions, answered from the network: each with a verdict, numbers and the claims that support them.

``answer(store, "spheres")`` gives a :class:`finding.Finding`. Each question is a module of :mod:`questions`, which says
what such a module has; :mod:`sample` defines what counts as a tie, :mod:`references` has the literature. Same data and
seed, same finding.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from rareearth import names
from rareearth.errors import MissingExtraError, NotFoundError, did_you_mean

if TYPE_CHECKING:
    from rareearth.analysis.finding import Finding
    from rareearth.analysis.overview import Overview
    from rareearth.analysis.questions.ownership import Ultimate
    from rareearth.store.backend import Backend

QUESTIONS = {  # and the module that answers each
    "spheres": "spheres",
    "laboratory-to-market": "laboratory_to_market",
    "private-at-the-edge": "periphery",
    "overlap": "overlap",
    "gaps": "gaps",
    "communities": "communities",
    "ownership": "ownership",
    "chokepoints": "chokepoints",
}
LIBRARIES = ("igraph", "scipy")  # that compute the measures: required, so that a finding is the same on every machine


def answer(
    store: Backend, name: str, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
) -> Finding[Any]:
    """The finding of one question of :data:`QUESTIONS`.

    ``kinds`` are the kinds of claims whose ties count, ``without`` the ids of sources whose claims do not, ``seed`` is
    that of all random numbers. For the graph as of a day use a store of :func:`asof.at`. Raises RareEarthError for an
    unknown question (with similar names), kind or source, and MissingExtraError without the extra ``analysis``.
    """
    return next(_answers(store, [name], kinds, without, seed))


def answers(
    store: Backend, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
) -> Iterator[Finding[Any]]:
    """The findings of all questions, in the order of :data:`QUESTIONS`, over one sample; as :func:`answer`."""
    yield from _answers(store, list(QUESTIONS), kinds, without, seed)


def control(
    store: Backend,
    owners: Collection[str] = (),
    *,
    state: str = "",
    country: str = "",
    members_of: str = "",
    kinds: Collection[str] = ("fact",),
    without: Collection[str] = (),
) -> tuple[Ultimate, ...]:
    """What owners who act together have, as one, of firms, mines and plants, with bounds; the largest first.

    The group is all of: the ``owners`` (ids), the bodies of the state of a country (id), all owners in a ``country``
    (id), and the members of a family, an association or a consortium (id). See :mod:`groups`. Raises RareEarthError
    where nobody is named or found.
    """
    from rareearth.analysis import groups
    from rareearth.analysis import sample as samples
    from rareearth.analysis.questions import ownership

    sample = samples.read(store, kinds, without)
    acting = groups.Groups(store, sample)
    chosen = [acting.listed(owners)] if owners else []
    named = ((acting.state, state), (acting.country, country), (acting.members_of, members_of))
    chosen += [find(id_) for find, id_ in named if id_]
    direct = ownership.direct_holdings(sample, acting.owned)
    return ownership.together(sample, acting, groups.join(chosen), direct)


def describe(
    store: Backend, *, kinds: Collection[str] = ("fact",), without: Collection[str] = (), seed: int = 0
) -> Overview:
    """The overview of the sample that all questions use; parameters and errors as for :func:`answer`."""
    from rareearth.analysis import overview
    from rareearth.analysis import sample as samples

    _require_libraries()
    return overview.measure(store, samples.read(store, kinds, without), seed)


def _answers(
    store: Backend, wanted: list[str], kinds: Collection[str], without: Collection[str], seed: int
) -> Iterator[Finding[Any]]:
    from rareearth.analysis import questions
    from rareearth.analysis import sample as samples

    for name in wanted:
        if name not in QUESTIONS:
            near = names.closest(name, QUESTIONS) or sorted(QUESTIONS)
            raise NotFoundError("question of the analysis", name, did_you_mean(near))
    _require_libraries()
    sample = samples.read(store, kinds, without)
    for name in wanted:
        module: Any = importlib.import_module(f"{__name__}.questions.{QUESTIONS[name]}")
        yield questions.answer(name, module, store, sample, seed)


def _require_libraries() -> None:
    """Raise MissingExtraError, before any work, if a library of the extra ``analysis`` is not installed."""
    for library in LIBRARIES:
        if importlib.util.find_spec(library) is None:
            raise MissingExtraError(library, "analysis")
